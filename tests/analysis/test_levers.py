"""Levers: a planted best is found, levers that do nothing are told to do nothing, and what the words say is so."""

from __future__ import annotations

import math

import numpy as np
import pytest
from believed_scenario import believed_toy

import negsim as ns
from negsim.errors import ArgumentError, EstimateError, ScenarioError
from negsim.estimates import PairedDifference
from negsim.estimates.selection import select_best, simultaneous

TEN = range(10)
RATE = 0.006


def many_ways() -> ns.Scenario:
    """Ten parties, each of which brings talks about at a rate of .006 a day; asked after ten days."""
    acts = [
        ns.Action(name=f"act_{n}", when="not talks", clock=ns.Exponential(RATE), effects=["talks = true"]) for n in TEN
    ]
    question = ns.Question(name="q", condition="talks", by="10 days")
    return ns.Scenario("ways", start="2025-01-01", end=20, parts=[ns.Fact("talks"), *acts, question])


def chance(more: float) -> float:
    """Of talks within ten days, if one party's rate is higher by so much."""
    return 1 - math.exp(-10 * (10 * RATE + more))


PLANTED, OTHERS = 0.0125, 0.006


def planted(best: int) -> list[ns.WithLaw]:
    more = [PLANTED if n == best else OTHERS * n / 10 for n in TEN]
    return [ns.WithLaw(action=f"act_{n}", law=ns.Exponential(RATE + more[n])) for n in TEN]


def found(seeds: range) -> int:
    ahead = chance(PLANTED) - chance(OTHERS * 0.9)
    assert 0.03 < ahead < 0.04
    right = 0
    for seed in seeds:
        told = ns.levers(many_ways(), "q", planted(seed % 10), replications=1_000, seed=seed)
        right += told.best is not None and told.best.name == f"act_{seed % 10} withlaw"
    return right


def test_a_planted_best_of_ten_is_found() -> None:
    assert found(range(24)) >= 23


@pytest.mark.slow
def test_a_planted_best_of_ten_is_found_by_200_seeds() -> None:
    assert found(range(200)) >= 190


def two_hands() -> ns.Scenario:
    """Ten hands bring talks about; for each there is another with the same law and random numbers of its own."""
    parts: list[object] = [ns.Fact("talks"), ns.Question(name="q", condition="talks", by="10 days")]
    for n in TEN:
        parts.append(ns.Parameter(f"left_{n}", False))
        for hand, when in (("left", f"left_{n}"), ("right", f"not left_{n}")):
            act = ns.Action(
                name=f"{hand}_hand_{n}",
                when=f"not talks and {when}",
                clock=ns.Exponential(RATE),
                effects=["talks = true"],
            )
            parts.append(act)
    return ns.Scenario("hands", start="2025-01-01", end=20, parts=parts)


def false_helps(seeds: range) -> tuple[int, int]:
    """Seeds in which a lever that does nothing is said to help, and so with intervals that do not know of each other."""
    steps = [ns.WithParameter(name=f"left_{n}", value=True) for n in TEN]
    scenario, together, alone = two_hands(), 0, 0
    for seed in seeds:
        told = ns.levers(scenario, "q", steps, replications=400, seed=seed)
        assert not any(one.idle for one in told)
        together += any(one.helps for one in told)
        alone += any(one.difference.interval(0.95).low > 0 for one in told)
    return together, alone


def test_levers_that_only_change_draws_seldom_help() -> None:
    from scipy.stats import binom

    seeds = 30
    together, alone = false_helps(range(seeds))
    most = int(binom.ppf(1 - 1e-4, seeds, 0.05))
    assert together <= most
    assert alone > together  # the wrong model: each lever by itself


@pytest.mark.slow
def test_levers_that_only_change_draws_help_in_at_most_71_of_1000_seeds() -> None:
    together, alone = false_helps(range(1_000))
    assert together <= 71
    assert alone > 71  # the wrong model


def test_known_answers_and_the_order() -> None:
    told = ns.levers(many_ways(), "q", planted(3), replications=20_000, seed=5)
    assert [one.value for one in told] == sorted((one.value for one in told), reverse=True)
    for n in TEN:
        one = told[f"act_{n} withlaw"]
        truth = chance(PLANTED if n == 3 else OTHERS * n / 10) - chance(0)
        assert truth in one.interval
        assert one.flips[1] == 0  # a higher rate never delays, with the same random numbers
        assert (one.flips[0] - one.flips[1]) / one.difference.n == one.value
    assert told.choice is not None
    assert told.choice.contenders == (0,)
    assert told.choice.probability > 0.99
    assert told["act_0 withlaw"].idle
    assert not told["act_0 withlaw"].helps


def test_every_precondition_mechanism_and_option_is_a_lever() -> None:
    scenario = ns.load("doha-2020")
    elements = scenario.expanded
    told = ns.levers(scenario, "afghan_talks_by_31_december", replications=200, seed=1)
    options = sum(len(list(word.choices())) for word in elements.decisions.values())
    assert len(told) + len(told.refused) == 3 * len(elements.requirements) + len(elements.mechanisms) + options
    # histories that end at the deadline, and elements that are not checked again, say what whole runs say
    runs = ns.simulate(scenario, replications=200, seed=1)
    for one in (told.levers[0], told.levers[-1]):
        variant = ns.simulate(scenario.supposing(*one.steps), replications=200, seed=1)
        assert ns.compare(runs, variant, "afghan_talks_by_31_december").difference == one.difference


def test_the_same_as_two_runs_compared() -> None:
    scenario, step = ns.load("toy"), ns.Do(fact="memorandum.delivered", on="2025-01-03")
    told = ns.levers(scenario, "talks_day_5", [step], replications=3_000, seed=8).levers[0]
    runs = [ns.simulate(one, replications=3_000, seed=8) for one in (scenario, scenario.supposing(step))]
    assert ns.compare(runs[0], runs[1], "talks_day_5").difference == told.difference


def test_draws_of_parameters_make_clusters() -> None:
    step = ns.WithParameter(name="memorandum_rate", value=2.0)
    told = ns.levers(believed_toy(), "summit", {"faster": step}, replications=2_000, draws=500, seed=3)
    runs = [
        ns.simulate(one, replications=2_000, seed=3, draws=500)
        for one in (believed_toy(), believed_toy().supposing(step))
    ]
    assert told.rows == 500
    assert "rows" in told.method
    assert ns.compare(runs[0], runs[1], "summit").difference.value == told["faster"].value
    assert told["faster"].interval == ns.compare(runs[0], runs[1], "summit").interval()


def test_spoilers_have_the_other_sign_and_words() -> None:
    scenario = ns.load("toy")
    told = ns.levers(scenario, "talks.held", {"never": ns.Do(fact="memorandum.delivered", never=True)}, seed=1)
    assert told.best is None
    assert [one.name for one in told.spoilers] == ["never"]
    assert "lowers" in told["never"].sentence(told.what)
    assert "No change is seen to help" in told.guarantee
    assert told.as_dict()["levers"][0]["hinders"]


def test_ties_are_said() -> None:
    step = ns.Do(fact="memorandum.delivered", on="2025-01-02")
    told = ns.levers(ns.load("toy"), "talks_day_5", {"one": step, "other": step}, seed=1)
    assert [one.tied for one in told] == [False, True]
    assert told.choice is not None
    assert told.choice.contenders == (0, 1)
    assert "not told apart from it: number 2" in told.guarantee


def test_what_the_scenario_does_not_allow_is_told() -> None:
    told = ns.levers(ns.load("toy"), "talks_day_5", [ns.Without(element="nobody")], seed=1, replications=100)
    assert "nobody" in told.refused["nobody off"]
    assert len(told) == 0


@pytest.mark.parametrize("wrong", ["text", [3], [[]], 5, [ns.Without(element="talks"), ns.Without(element="talks")]])
def test_what_is_no_lever(wrong: object) -> None:
    with pytest.raises(ArgumentError):
        ns.levers(ns.load("toy"), "talks_day_5", wrong)  # type: ignore[arg-type]


def test_a_question_without_yes_or_no() -> None:
    with pytest.raises(EstimateError):
        ns.levers(ns.load("toy"), ns.Question(name="long", kind="duration", condition="talks.held"), seed=1)


def test_the_choice_of_the_best_covers_it() -> None:
    """Hsu: the best of five normal-like variants is a contender, and nothing is better by more than said, in 95 % of trials."""
    rng, truth, n, trials = np.random.default_rng(11), np.array([0.5, 0.49, 0.48, 0.45, 0.4]), 400, 300
    inside = within = 0
    for _ in range(trials):
        yes = rng.random((5, n)) < truth[:, None]
        order = np.argsort(-yes.mean(1), kind="stable")
        ahead = [_pairs(yes[other], yes[order[0]]) for other in order[1:]]
        choice = select_best(ahead, 0.95)
        inside += 0 in order[list(choice.contenders)]
        within += truth.max() - truth[order[0]] <= choice.within
    # exact lower region of a binomial with 95 % at 1e-4
    assert min(inside, within) >= 269


def _pairs(first: np.ndarray, second: np.ndarray) -> PairedDifference:
    counts = {
        "both": first & second,
        "first_only": first & ~second,
        "second_only": second & ~first,
        "neither": ~first & ~second,
    }
    return PairedDifference(n=len(first), **{name: int(mask.sum()) for name, mask in counts.items()})


def test_levels_of_many() -> None:
    assert simultaneous(0.95, 10) == pytest.approx(0.995)
    assert simultaneous(0.95, 1) == simultaneous(0.95, 0) == pytest.approx(0.95)


def test_another_question_of_the_same_name_is_refused() -> None:
    """Its deadline would be told, and the scenario's own would be used."""
    toy, early = ns.load("toy"), [ns.Do(fact="memorandum.delivered", on="2025-01-02")]
    with pytest.raises(ScenarioError, match="another question of the scenario has this name; rename it"):
        ns.levers(toy, ns.Question(name="talks_day_5", condition="ceasefire.agreed"), early, replications=100, seed=1)
    assert ns.levers(toy, toy.expanded.questions["talks_day_5"], early, replications=100, seed=1).levers
