"""Known answers of conditioning: closed forms, each within four standard errors, and wrong weights that are caught."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

import negsim as ns
from negsim.errors import ContradictionError, EffectiveError, HindsightError
from negsim.learning import islands, proposals

Seen = ns.Observation
MEMO, SUMMIT = "memorandum.delivered", "summit_by_day_30"
TALKS = Seen(name="talks", happened="talks.held", at="5 days")
RATE, CEASEFIRE, LATER = 0.3, 0.05, 0.1


def z_of(found: ns.Proportion | ns.Mean, exact: float) -> float:
    """How many standard errors (over islands) the answer lies off."""
    assert found.rows is not None
    total, size = found.rows.total, found.rows.size
    rest = total - total.sum() / size.sum() * size
    error = math.sqrt(len(size) / (len(size) - 1) * np.square(rest).sum()) / size.sum()
    return abs(found.value - exact) / error


def both(a: float, b: float, t: float) -> float:
    """Two exponential stages one after the other are through by t."""
    return 1 - (b * math.exp(-a * t) - a * math.exp(-b * t)) / (b - a)


REVIEWS = [
    (5.0 + 7 * k, math.exp(-RATE * (5 + 7 * (k - 1))) if k else 1.0, math.exp(-RATE * (5 + 7 * k))) for k in range(4)
]
"""Day of a review, and the probability that there was no memorandum just after the one before, and at it."""
DAY_5 = both(CEASEFIRE, LATER, 25)


def summit_without_memorandum() -> float:
    """No memorandum by day 5: talks at one of the later reviews."""
    shares = [(day, (before - at) / math.exp(-RATE * 5)) for day, before, at in REVIEWS[1:]]
    return sum(share * both(CEASEFIRE, LATER, 30 - day) for day, share in shares)


def prior() -> float:
    return sum((before - at) * both(CEASEFIRE, LATER, 30 - day) for day, before, at in REVIEWS)


ROWS: dict[str, tuple[Sequence[Seen], float, float]] = {
    "talks on day 5": ([TALKS], DAY_5, math.log(1 - math.exp(-RATE * 5))),
    "no memorandum by 5": ([Seen(name="memo", not_happened=MEMO, by=5)], summit_without_memorandum(), -RATE * 5),
    "talks, then ceasefire on day 12": (
        [TALKS, Seen(name="ceasefire", happened="ceasefire.agreed", at=12)],
        1 - math.exp(-LATER * 18),
        math.log(1 - math.exp(-RATE * 5)) + math.log(CEASEFIRE) - CEASEFIRE * 7,
    ),
    "a report": (
        [Seen(name="told", reported=MEMO, on=3, true_positive=0.9, false_positive=0.3)],
        0.4906713,
        math.log(0.9 * (1 - math.exp(-0.9)) + 0.3 * math.exp(-0.9)),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_known_answers(name: str) -> None:
    news, exact, evidence = ROWS[name]
    runs = ns.update(ns.load("toy"), news, replications=20_000, seed=1)
    assert z_of(runs.probability(SUMMIT), exact) < 4
    error = (runs.log_evidence.high - runs.log_evidence.low) / 4.08  # t with 31 degrees of freedom
    assert abs(runs.log_evidence.value - evidence) < 4 * error + 1e-12
    assert runs.effective > 0.5 * runs.replications


def test_known_answers_are_those_of_the_table() -> None:
    values = [ROWS[name][1] for name in ROWS]
    assert values == pytest.approx([0.5090754, 0.3287002, 0.8347011, 0.4906713], abs=5e-8)
    assert ROWS["a report"][2] == pytest.approx(-0.4215058, abs=5e-8)
    assert prior() == pytest.approx(0.4688283, abs=5e-8)


@pytest.mark.parametrize(
    ("news", "exact"),
    [
        (Seen(name="c", happened="ceasefire.agreed", after=0, by=15), 0.8600188),
        (Seen(name="c", not_happened="ceasefire.agreed", by=15), 0.2735713),
    ],
)
def test_ceasefire_by_day_15_or_not(news: Seen, exact: float) -> None:
    assert z_of(ns.update(ns.load("toy"), [news], replications=20_000, seed=2).probability(SUMMIT), exact) < 4


@pytest.mark.parametrize(("share", "exact"), [(1.0, 0.2869926), (0.7, 0.4943857), (0.0, 0.6988058)])
def test_silence_counts_for_what_would_have_been_reported(share: float, exact: float) -> None:
    silence = Seen(name="silence", unreported=MEMO, by=4, probability=share, delay=ns.Exponential(1))
    asked = ns.Question(name="memo", condition=MEMO, by=4)
    runs = ns.update(ns.load("toy"), [silence], replications=20_000, seed=1, questions=[asked])
    assert z_of(runs.probability("memo"), exact) < 4


def believing(law: ns.Distribution, best: float) -> ns.Scenario:
    """The toy with something believed of the rate of the memorandum."""
    toy = ns.load("toy")
    parts = [part for part in toy.parts if part.name != "memorandum.rate"]
    rate = ns.Parameter(
        name="memorandum.rate", best=best, belief=law, unit="1/day", source="definition", grade="definition"
    )
    return replace(toy, parts=(*parts, rate))


def test_silence_teaches_about_a_rate() -> None:
    # a gamma belief (shape 2, rate 4) after 3 silent days is one of rate 7
    scenario = believing(ns.Gamma(shape=2, scale=0.25), 0.5)
    asked = ns.Question(name="memo", condition=MEMO, by=7)
    news = [Seen(name="silence", not_happened=MEMO, by=3)]
    runs = ns.update(scenario, news, replications=20_000, draws=20_000, seed=1, questions=[asked])
    exact = 1 - (7 / 11) ** 2
    assert exact == pytest.approx(0.5950413, abs=5e-8)
    assert z_of(runs.probability("memo"), exact) < 4
    rates = runs.parameters[:, [one.name for one in runs.program.parameters].index("memorandum.rate")]
    assert np.average(rates, weights=runs.weights) == pytest.approx(2 / 7, rel=0.03)


GAPS, MU, SPREAD, SIGMA = (17, 51, 20, 12, 13, 40), 3.14, 0.5, 1.19


def gaps() -> tuple[ns.Scenario, list[Seen]]:
    """Six gaps seen to half a day either way, then 30 silent days; all of one law whose median nobody knows."""
    mu = ns.Parameter(
        name="mu", best=MU, belief=ns.Normal(MU, SPREAD), unit="log days", source="definition", grade="definition"
    )
    parts: list[ns.Part] = [mu]
    for k in range(7):
        law = ns.LogNormal(mu="mu", sigma=SIGMA)
        parts += [ns.Fact(f"f{k}"), ns.Action(name=f"a{k}", when=f"not f{k}", clock=law, effects=[f"f{k} = true"])]
    parts.append(ns.Question(name="next", condition="f6", by=60))
    news = [Seen(name=f"gap{k}", happened=f"f{k}", after=days - 0.5, by=days + 0.5) for k, days in enumerate(GAPS)]
    news.append(Seen(name="silence", not_happened="f6", by=30))
    return ns.Scenario("gaps", start="2025-01-01", end=100, parts=parts), news


def test_six_gaps_and_thirty_silent_days() -> None:
    scenario, news = gaps()
    runs = ns.update(scenario, news, replications=6_400, draws=6_400, seed=1)
    assert runs.effective >= 0.5 * runs.replications
    error = (runs.log_evidence.high - runs.log_evidence.low) / 4.08
    assert abs(runs.log_evidence.value + 26.948670) < 4 * error
    assert error < 0.02
    assert z_of(runs.probability("next"), 0.4751838) < 4
    mu = runs.sums(runs.parameters[:, 0], np.ones(runs.replications, dtype=bool))
    assert z_of(ns.Mean.weighted(runs.parameters[:, 0], runs.weights, rows=mu), 3.203935) < 4


def test_a_density_in_place_of_a_probability_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memorandum came on the third day: whoever counts the hazard, and not the mass of the day, is wrong."""
    news = [Seen(name="memo", happened=MEMO, after=2, by=3)]
    exact = math.log(math.exp(-RATE * 2) - math.exp(-RATE * 3))

    def off() -> float:
        found = ns.update(ns.load("toy"), news, replications=3_200, seed=1).log_evidence
        return abs(found.value - exact)

    assert off() < 1e-9
    right = proposals.Desk.force

    def density(self: proposals.Desk, numbers: tuple[int, ...], until: float, sure: np.ndarray) -> None:
        right(self, numbers, until, sure)
        used = self.left(numbers, until).sum(axis=1)
        self.log_weights += np.log(used) - np.log(-np.expm1(-used))

    monkeypatch.setattr(proposals.Desk, "force", density)
    assert off() > 0.1


def aged() -> tuple[ns.Scenario, list[Seen]]:
    """A clock with an age, of which a report makes clones: half of the reports are false."""
    parts = [
        ns.Fact("a"),
        ns.Fact("b"),
        ns.Action(name="do_a", when="not a", clock=ns.Weibull(shape=2, scale=10), effects=["a = true"]),
        ns.Action(name="do_b", when="not b", clock=ns.Exponential(0.1), effects=["b = true"]),
        ns.Question(name="q", condition="a", by=8, after=4),
    ]
    news = [Seen(name="told", reported="b", on=4, true_positive=0.9, false_positive=0.02)]
    return ns.Scenario("aged", start="2025-01-01", end=20, parts=parts), news


def test_clones_without_fresh_targets_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, news = aged()
    exact = math.exp(-0.16) - math.exp(-0.64)

    def run() -> ns.Updated:
        return ns.update(scenario, news, replications=6_400, seed=3)

    def twins(runs: ns.Updated) -> int:
        times = runs.first_times("q")
        times = times[np.isfinite(times) & (times > 4)]
        return len(times) - len(np.unique(times))

    good = run()
    assert good.effects[0].resampled > 0
    assert z_of(good.probability("q"), exact) < 4
    assert twins(good) == 0

    def clone(self: islands.Island, indices: np.ndarray) -> None:
        kept = self.population.snapshot().rows(indices)
        numbers = self.population.snapshot().replications
        self.population = self.kernel.resume(replace(kept, replications=numbers))

    monkeypatch.setattr(islands.Island, "clone", clone)
    assert twins(run()) > 100


def test_bits_hang_on_neither_workers_nor_engine() -> None:
    scenario, news = aged()
    runs = [ns.update(scenario, news, replications=640, seed=3, workers=k) for k in (1, 2, 3)]
    for other in runs[1:]:
        assert np.array_equal(runs[0].log_weights, other.log_weights)
        assert np.array_equal(runs[0].block.first, other.block.first)
    told = ns.update(scenario, news, replications=640, seed=3, engine="reference")
    assert np.array_equal(runs[0].block.first, told.block.first)
    assert np.allclose(runs[0].log_weights, told.log_weights, rtol=0, atol=1e-9)


def paced() -> tuple[ns.Scenario, Callable[[float], float]]:
    """A clock whose pace doubles on day 4, within the window that is observed."""
    parts = [
        ns.Fact("a"),
        ns.Fact("fast"),
        ns.Action(name="speed_up", clock=ns.On("2025-01-05T00:00"), effects=["fast = true"]),
        ns.Action(name="do_a", when="not a", clock=ns.Exponential(0.05), pace="8 if fast else 1", effects=["a = true"]),
        ns.Question(name="q", condition="a", by=4.5),
    ]
    hazard = lambda t: 0.05 * (min(t, 4) + 8 * max(0, t - 4))  # noqa: E731 # one formula
    return ns.Scenario("paced", start="2025-01-01", end=20, parts=parts), hazard


def test_weights_stay_right_where_paces_change_inside_the_window() -> None:
    scenario, hazard = paced()
    mass = math.exp(-hazard(3)) - math.exp(-hazard(5))
    runs = ns.update(scenario, [Seen(name="a", happened="a", after=3, by=5)], replications=20_000, seed=1)
    error = (runs.log_evidence.high - runs.log_evidence.low) / 4.08
    assert abs(runs.log_evidence.value - math.log(mass)) < 4 * error
    assert z_of(runs.probability("q"), (math.exp(-hazard(3)) - math.exp(-hazard(4.5))) / mass) < 4
    silent = ns.update(scenario, [Seen(name="a", not_happened="a", by=5)], replications=20_000, seed=1)
    error = (silent.log_evidence.high - silent.log_evidence.low) / 4.08
    assert abs(silent.log_evidence.value + hazard(5)) < 4 * error


def test_contradictions_and_what_is_too_rare_are_named() -> None:
    toy = ns.load("toy")
    never = Seen(name="early", happened="summit.held", at="5 days", title="the summit before the talks")
    with pytest.raises(ContradictionError, match=r"news early \(the summit before the talks\).*contradicts"):
        ns.update(toy, [Seen(name="no", not_happened="talks.held", by=12), never], replications=640, seed=1)
    rare = Seen(name="told", reported="summit.held", on=6, true_positive=1.0, false_positive=0.0)
    with pytest.raises((EffectiveError, ContradictionError), match="told"):
        ns.update(toy, [rare], replications=640, seed=1)


def test_an_item_that_was_hardly_expected_is_warned_of() -> None:
    odd = Seen(name="odd", holds="ceasefire.agreed and not summit.held", on=8)
    runs = ns.update(ns.load("toy"), [odd], replications=3_200, seed=1, most=3_200)
    assert "news odd" in runs.warnings[0]
    assert "less than a fifth" in runs.note
    more = ns.update(ns.load("toy"), [odd], replications=3_200, seed=1)
    assert more.replications > 3_200


def test_as_of_refuses_what_was_not_known() -> None:
    later = Seen(name="talks", happened="talks.held", at="5 days", known="2025-01-09")
    toy = ns.load("toy")
    assert ns.update(toy, [later], replications=64, seed=1, as_of="2025-01-09").news == (later,)
    with pytest.raises(HindsightError, match="news talks was known on 2025-01-09"):
        ns.update(toy, [later], replications=64, seed=1, as_of="2025-01-08")


def test_without_news_nothing_changes() -> None:
    plain = ns.simulate(ns.load("toy"), replications=3_200, seed=1)
    runs = ns.update(ns.load("toy"), [], replications=3_200, seed=1)
    assert runs.probability(SUMMIT).value == pytest.approx(plain.probability(SUMMIT).value, abs=1e-12)
