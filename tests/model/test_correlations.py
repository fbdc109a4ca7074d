"""Beliefs that go together: their ranks are correlated as was said, their own distributions stay as they were."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import negsim as ns
from negsim.errors import ScenarioError
from negsim.model.correlations import factor, joint, scored
from negsim.program import lower

HASTE = ns.Correlation("haste", between=["offer", "answer"], spearman=0.5)


def scenario(*correlations: ns.Correlation, **best: float) -> ns.Scenario:
    memo, talks = ns.Fact("memo"), ns.Fact("talks")
    deliver = ns.Action(name="deliver", when=~memo, clock=ns.Exponential("offer"), effects=[memo.set(True)])
    meet = ns.Action(name="meet", when=memo & ~talks, clock=ns.Exponential("answer"), effects=[talks.set(True)])
    parts = [
        *(memo, talks, deliver, meet),
        ns.Parameter("offer", 0.3, range=[0.1, 0.8], unit="1/day"),
        ns.Parameter("answer", 0.1, range=[0.05, 0.3], unit="1/day"),
        ns.Parameter("other", 0.5, range=[0.2, 0.7]),
        ns.Question(name="held", condition="talks", by="20 days"),
    ]
    return ns.Scenario("tiny", start="2025-01-01", end=40, parts=[*parts, *correlations])


def drawn(of: ns.Scenario, rows: int) -> dict[str, np.ndarray]:
    program = lower(of)
    return dict(zip((one.name for one in program.parameters), program.drawn(3, range(rows)).T, strict=True))


def test_ranks_are_correlated_as_was_said():
    found = drawn(scenario(HASTE), 20_000)
    # The standard error of a rank correlation is below 1.06/sqrt(n) (Bonett and Wright 2000, eq. 3: 1 + rho^2/2).
    error = math.sqrt((1 + 0.5**2 / 2) / 20_000)
    assert abs(stats.spearmanr(found["offer"], found["answer"]).statistic - 0.5) < 6 * error
    assert abs(stats.spearmanr(found["offer"], found["other"]).statistic) < 6 * error


def test_spearman_taken_for_pearson_of_the_scores_is_seen():
    """The wrong model: scores with correlation .5 have ranks with 6/pi asin(.25) = .4826."""
    n = 200_000
    u = np.random.default_rng(1).random((n, 2))
    wrong = ns.Correlation("wrong", between=["a", "b"], spearman=6 / math.pi * math.asin(0.25))
    right = ns.Correlation("right", between=["a", "b"], spearman=0.5)
    error = math.sqrt((1 + 0.5**2 / 2) / n)
    for one, hit in ((right, True), (wrong, False)):
        seen = stats.spearmanr(*scored([one], ["a", "b"], u).T).statistic
        assert bool(abs(seen - 0.5) < 6 * error) is hit


def test_pearson_of_the_scores():
    assert round(HASTE.pearson, 7) == 0.5176381


def test_distributions_stay_as_they_were():
    alone, together = drawn(scenario(), 4_000), drawn(scenario(HASTE), 4_000)
    assert (alone["answer"] == together["answer"]).all()  # the first by name keeps its very numbers
    assert (alone["other"] == together["other"]).all()
    assert stats.ks_2samp(alone["offer"], together["offer"]).pvalue > 1e-9
    assert not (alone["offer"] == together["offer"]).any()


def test_what_is_supposed_to_have_one_value_leaves_the_others_alone():
    fixed = drawn(scenario(HASTE).with_parameter("answer", 0.2), 100)
    assert (fixed["offer"] == drawn(scenario(), 100)["offer"]).all()
    assert set(fixed["answer"]) == {0.2}


def test_answers_do_not_depend_on_workers_and_blocks():
    one = ns.simulate(scenario(HASTE), replications=600, seed=4, draws=50, workers=1, block=100)
    two = ns.simulate(scenario(HASTE), replications=600, seed=4, draws=50, workers=2, block=37)
    assert one.probability("held").value == two.probability("held").value
    assert (
        one.probability("held").value
        != ns.simulate(scenario(), replications=600, seed=4, draws=50).probability("held").value
    )


def test_the_exact_engine_draws_the_same_rows():
    """Its mean over draws is that of a long run whose rows of parameters are the same."""
    apart = ns.Correlation("apart", between=["offer", "answer"], spearman=-0.95)
    solved, alone = (
        ns.solve_answers(one, draws=3, seed=4).row("held").estimate for one in (scenario(apart), scenario())
    )
    runs = ns.simulate(scenario(apart), replications=60_000, seed=4, draws=3).probability("held")
    # Given the rows, histories are independent: at most a quarter of variance each.
    assert abs(solved.value - runs.value) < 6 * math.sqrt(0.25 / 60_000)
    assert abs(alone.value - runs.value) > 6 * math.sqrt(0.25 / 60_000)


def test_files_hold_correlations_with_and_without_names():
    text = ns.dumps(scenario(HASTE))
    assert ns.loads(text) == scenario(HASTE)
    assert "[correlation.haste]" in text
    short = text.replace("[correlation.haste]", "[[correlation]]")
    (found,) = ns.loads(short).expanded.correlations.values()
    assert (found.between, found.spearman) == (HASTE.between, 0.5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"between": ["offer", "reply"]}, "there is no parameter 'reply'; name parameters"),
        ({"between": ["offer"]}, "must name two different parameters or more"),
        ({"between": ["offer", "offer"]}, "must name two different parameters or more"),
        ({"spearman": 1.0}, "must be a number between -1 and 1"),
        ({"spearman": True}, "must be a number between -1 and 1"),
        ({"spearman": float("nan")}, "must be a number between -1 and 1"),
    ],
)
def test_what_is_no_correlation_is_refused(change, words):
    with pytest.raises(ScenarioError, match=words):
        scenario(ns.Correlation("haste", **{"between": ["offer", "answer"], "spearman": 0.5, **change}))


def test_one_value_and_claims_are_refused():
    claim = ns.Parameter("claim", belief=ns.chance(0.3))
    sure = ns.Parameter("sure", 0.3)
    for one, words in ((claim, "is a claim, true or false"), (sure, "has one value, and nothing else is believed")):
        with pytest.raises(ScenarioError, match=words):
            ns.Scenario("s", start="2025-01-01", end=4, parts=[
                one, ns.Parameter("offer", 0.3, range=[0.1, 0.8]),
                ns.Correlation("c", between=[one, "offer"], spearman=0.2),
            ])  # fmt: skip


def test_what_contradicts_itself_is_refused_with_what_comes_nearest():
    pairs = {"ab": ("answer", "offer", 0.9), "ac": ("answer", "other", -0.9), "bc": ("offer", "other", 0.9)}
    correlations = [ns.Correlation(name, between=pair[:2], spearman=pair[2]) for name, pair in pairs.items()]
    with pytest.raises(ScenarioError, match=r"contradict each other.*answer and offer 0\.5, answer and other -0\.5"):
        scenario(*correlations)
    with pytest.raises(ScenarioError, match="correlated by ab already"):
        scenario(correlations[0], ns.Correlation("again", between=["offer", "answer"], spearman=0.1))


def test_nearest_correlation_of_higham():
    """The matrix of Higham (2002), section 1, and its nearest correlation matrix, to the digits that he prints."""
    found = ns.nearest_correlation([[1, 1, 0], [1, 1, 1], [0, 1, 1]])
    assert found[0, 1] == pytest.approx(0.7607, abs=5e-5)
    assert found[0, 2] == pytest.approx(0.1573, abs=5e-5)
    for wrong in ([[1, 2]], [[1, 0.5], [0.4, 1]], [["a"]], [[1, math.nan], [math.nan, 1]]):
        with pytest.raises(ScenarioError, match="nearest_correlation takes"):
            ns.nearest_correlation(wrong)


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
def test_the_nearest_matrix_is_one_and_no_sound_matrix_moves(values):
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = values
    matrix = np.maximum(matrix, matrix.T) + np.minimum(matrix, matrix.T) - np.diag(np.diag(matrix))
    found = ns.nearest_correlation(matrix.tolist())
    assert np.linalg.eigvalsh(found)[0] > -1e-8
    assert (np.diag(found) == 1).all()
    assert np.abs(ns.nearest_correlation(found.tolist()) - found).max() < 1e-7
    if np.linalg.eigvalsh(matrix)[0] > 1e-9:
        assert np.abs(found - matrix).max() < 1e-9


def test_groups_have_no_parameter_in_common():
    def pair(name: str, *between: str) -> ns.Correlation:
        return ns.Correlation(name, between=between, spearman=0.3)

    groups = joint([pair("one", "a", "b"), pair("two", "c", "d"), pair("three", "b", "e")])
    assert [[one.name for one in group] for group in groups] == [["two"], ["one", "three"]]
    assert np.allclose(factor(groups[1], ["a", "b", "e"]) @ factor(groups[1], ["a", "b", "e"]).T, [
        [1, pair("x", "a", "b").pearson, 0], [pair("x", "a", "b").pearson, 1, pair("x", "a", "b").pearson],
        [0, pair("x", "a", "b").pearson, 1],
    ])  # fmt: skip
