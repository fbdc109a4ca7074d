"""Beliefs that read other parameters, and constraints between parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import negsim as ns
from negsim.learning.moves import Moves
from negsim.program.drawn import DrawnRows

SLOW = ns.Parameter("slow", 0.7, belief=ns.Uniform(0, 1))
FAST = ns.Parameter("fast", 0.3, belief=ns.Uniform(0, 1))
ORDER = ns.Constraint(name="order", holds="fast <= slow")
CHILD = ns.Parameter("child", 0.5, belief=ns.LogNormal(median="slow", sigma=0.5))
ALPHA = 1e-6


def scenario(*parts: object) -> ns.Scenario:
    act = ns.Action(name="act", when="not done", clock=ns.Exponential("fast + 0.1"), effects=["done = true"])
    return ns.Scenario(
        "s",
        start="2025-01-01",
        end=9,
        parts=[ns.Fact("done"), act, ns.Question(name="q", condition="done", by=5), *parts],  # type: ignore[list-item]
    )


def table(*parts: object, rows: int = 4_000, seed: int = 1) -> dict[str, np.ndarray]:
    program = ns.lower(scenario(*parts))
    found = program.drawn(seed, range(rows))
    return {one.name: found[:, k] for k, one in enumerate(program.parameters)}


def test_a_median_that_is_another_number() -> None:
    """log(child / slow) is normal with sigma .5 and independent of slow; the law at the best value alone is not it."""
    drawn = table(SLOW, FAST, CHILD)
    ratio = np.log(drawn["child"] / drawn["slow"])
    assert stats.kstest(ratio, stats.norm(0, 0.5).cdf).pvalue > ALPHA
    assert stats.spearmanr(ratio, drawn["slow"]).pvalue > ALPHA
    assert stats.kstest(np.log(drawn["child"] / 0.7), stats.norm(0, 0.5).cdf).pvalue < ALPHA


def test_two_uniform_numbers_in_order() -> None:
    """Of two uniform numbers given their order the smaller has the law 1 - (1 - x)^2, the larger x^2."""
    drawn = table(SLOW, FAST, ORDER)
    assert (drawn["fast"] <= drawn["slow"]).all()
    assert stats.kstest(drawn["slow"], lambda x: x**2).pvalue > ALPHA
    assert stats.kstest(drawn["fast"], lambda x: 1 - (1 - x) ** 2).pvalue > ALPHA
    assert stats.kstest(drawn["fast"], "uniform").pvalue < ALPHA


def test_what_a_constrained_number_comes_from_moves_with_it() -> None:
    """slow uniform, child | slow uniform on [0, slow], child >= 1/2: given that, slow has density (1 - 1/(2x)) / (1/2 - log(2)/2)."""
    child = ns.Parameter("child", 0.6, belief=ns.Uniform(0, "slow"))
    least = ns.Constraint(name="least", holds="child >= 0.5")
    drawn = table(SLOW, FAST, child, least)
    mass = 0.5 - np.log(2) / 2
    assert (
        stats.kstest(drawn["slow"], lambda x: np.where(x < 0.5, 0, (x - 0.5 - np.log(2 * x) / 2) / mass)).pvalue > ALPHA
    )
    assert stats.kstest(drawn["fast"], "uniform").pvalue > ALPHA, "nothing to do with it"


@settings(deadline=None)
@given(
    seed=st.integers(0, 10**6), spearman=st.sampled_from([None, 0.6, -0.6]), leaning=st.booleans(), bound=st.booleans()
)
def test_rows_are_the_same_however_they_are_asked(
    seed: int, spearman: float | None, leaning: bool, bound: bool
) -> None:
    """Property: alone, together, in chunks; rows that satisfy a constraint at once are those without it."""
    parts: list[object] = [SLOW, FAST]
    parts += [CHILD] if leaning else []
    parts += [ns.Correlation(name="both", between=["slow", "fast"], spearman=spearman)] if spearman else []
    free = ns.lower(scenario(*parts))
    program = ns.lower(scenario(*parts, ORDER)) if bound else free
    whole = program.drawn(seed, range(50))
    assert program.beliefs.allowed(whole).all()
    assert np.array_equal(whole[[7, 31]], program.drawn(seed, [7, 31]))
    assert [tuple(row) for row in whole] == list(DrawnRows(program, seed, 50))
    before = free.drawn(seed, range(50))
    there = program.beliefs.allowed(before)
    assert np.array_equal(whole[there], before[there])
    # What news moves begins at what was drawn.
    moves = Moves.of(program, seed, np.arange(50))
    uniforms = np.zeros_like(whole)
    uniforms[:, list(moves.columns)] = stats.norm.sf(moves.scores)
    assert np.allclose(program.beliefs.values(uniforms), whole, rtol=1e-9)


def test_workers_and_engines_agree() -> None:
    told = scenario(SLOW, FAST, CHILD, ORDER)
    runs = [
        ns.simulate(told, replications=80, draws=16, seed=3, workers=workers, engine=engine)
        for workers, engine in ((1, "compiled"), (2, "compiled"), (1, "reference"))
    ]
    assert len({run.probability("q").hits for run in runs}) == 1
    assert np.array_equal(runs[0].parameters, runs[2].parameters)
    assert ns.loads(ns.dumps(told)) == told
    assert ns.loads(ns.dumps(told, format="json")) == told


def test_what_is_supposed_is_read_and_not_asked() -> None:
    """A supposed value is what others lean on; the constraint on it asks no more."""
    told = scenario(SLOW, FAST, CHILD, ORDER).with_parameter("slow", 0.1)
    drawn = ns.lower(told).drawn(1, range(2_000))
    assert (drawn[:, 2] == 0.1).all()
    assert stats.kstest(drawn[:, 1], "uniform").pvalue > ALPHA
    assert stats.kstest(np.log(drawn[:, 0] / 0.1), stats.norm(0, 0.5).cdf).pvalue > ALPHA
    assert told.expanded.parameters["child"].fit.law.params[0] == pytest.approx(np.log(0.1))


def test_rows_of_ones_own_have_to_fit() -> None:
    told = scenario(SLOW, FAST, ORDER)
    ns.simulate(told, replications=2, rows={"slow": [0.5, 0.9], "fast": [0.1, 0.8]})
    with pytest.raises(ns.errors.ArgumentError, match="does not hold in row 1"):
        ns.simulate(told, replications=2, rows={"slow": [0.5, 0.2], "fast": [0.1, 0.8]})


def test_one_that_hardly_ever_holds_is_told() -> None:
    rare = ns.Constraint(name="rare", holds="fast >= 0.3 and fast <= 0.3000001")
    with pytest.raises(ns.errors.ScenarioError, match=r"constraint rare: .* at least once in a hundred"):
        ns.lower(scenario(SLOW, FAST, rare)).drawn(1, range(10))


def test_reading_is_a_use() -> None:
    """What only a belief or a constraint reads moves something; a constraint on idle numbers moves nothing."""
    findings = [one for one in ns.lint(scenario(SLOW, FAST, ORDER)) if one.code in ("unused", "idle")]
    assert not [one for one in findings if "slow" in one.where]
    lone = [ns.Parameter("lone", 0.5, belief=ns.Uniform(0, 1))]
    assert [one for one in ns.lint(scenario(SLOW, FAST, ORDER, *lone)) if one.code == "unused" and "lone" in one.where]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([ns.Constraint(name="c", holds="fast <= slo")], "did you mean 'slow'"),
        ([ns.Constraint(name="c", holds="fast >= slow")], "does not hold at the best values"),
        ([ns.Constraint(name="c", holds="done")], "no parameter"),
        ([ns.Constraint(name="c", holds="log(fast - 1) > 0")], "no value at the best values"),
        ([ns.Parameter("b", 1), ns.Constraint(name="c", holds="b > 0")], "nothing of which something is believed"),
        ([ns.Parameter("t", True, belief=ns.chance(0.5)), ns.Constraint(name="c", holds="t")], "true or false"),
        ([ns.Parameter("b", 1, belief=ns.LogNormal(median="slo", sigma=1))], "slo"),
        ([ns.Parameter("b", 1, belief=ns.LogNormal(median="b", sigma=1))], "itself"),
        ([ns.Parameter("b", 1, belief=ns.LogNormal(median="done", sigma=1))], "done"),
        (
            [
                ns.Parameter("b", 1, belief=ns.LogNormal(median="d", sigma=1)),
                ns.Parameter("d", 1, belief=ns.LogNormal(median="b", sigma=1)),
            ],
            "waits for each other",
        ),
    ],
)
def test_mistakes_are_told(parts: list[object], words: str) -> None:
    with pytest.raises(ns.errors.NegsimError, match=words):
        ns.simulate(scenario(SLOW, FAST, *parts), replications=1)


def test_a_best_value_is_asked_for() -> None:
    with pytest.raises(ns.errors.ScenarioError, match=r"give best = \.\.\. too"):
        ns.Parameter("b", belief=ns.LogNormal(median="slow", sigma=1))


def test_rows_of_other_constraints_are_other_rows() -> None:
    """Many rows are compared by what they follow from, of which constraints are a part."""
    free, bound = (DrawnRows(ns.lower(scenario(SLOW, FAST, *more)), 1, 10_000) for more in ([], [ORDER]))
    assert free != bound
    assert bound == DrawnRows(ns.lower(scenario(SLOW, FAST, ORDER)), 1, 10_000)
