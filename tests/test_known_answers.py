"""Answers that are known without simulating: closed forms, exact acceptance regions, and a wrong model beside each.

Every expected value is derived in its test. A count of successes is accepted if it lies in the central region of the
binomial law that leaves out 1e-9; a mean if it lies within six standard errors. The wrong models show that the regions
are narrow enough to refuse what is nearly right.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from running import on_every_engine, scenario, switch
from scipy import stats

import negsim as ns
from negsim.estimates import Proportion

LEFT_OUT = 1e-9
Z = 6.0


def size(engine: str) -> int:
    """How many histories: as many as take seconds."""
    return 100_000 if engine == "compiled" else 12_000


def run(described: ns.Scenario, engine: str, n: int | None = None, **said: Any) -> Any:
    return ns.simulate(
        described, replications=n or size(engine), engine=engine, seed=said.pop("seed", 20250602), **said
    )


def accepts(hits: int, n: int, p: float) -> bool:
    """Whether so many successes lie in the exact acceptance region of Binomial(n, p)."""
    law = stats.binom(n, p)
    return bool(law.ppf(LEFT_OUT / 2) <= hits <= law.isf(LEFT_OUT / 2))


def happened(estimate: Any, p: float) -> bool:
    """Whether an estimated share is accepted as p."""
    return accepts(estimate.hits, getattr(estimate, "given", estimate.n), p)


# ---- rows 1 and 6: the toy ----


def toy(
    rate: float = 0.3, first_review: Any = 5, cease_after: str = "talks", summit_after: str = "ceasefire"
) -> ns.Scenario:
    """Memorandum, review on day 5 and every 7 days, talks, ceasefire, summit."""
    once = {"limit": 1}
    return scenario(
        *(ns.Fact(name) for name in ("memorandum", "talks", "ceasefire", "summit")),
        ns.Action(name="deliver", clock=ns.Exponential(rate), effects=["memorandum = true"], **once),
        ns.Action(
            name="review",
            when="memorandum",
            clock=ns.Every("7 days", start=first_review),
            effects=["talks = true"],
            priority=10,
            **once,
        ),
        ns.Action(name="cease", when=cease_after, clock=ns.Exponential(0.05), effects=["ceasefire = true"], **once),
        ns.Action(name="meet", when=summit_after, clock=ns.Exponential(0.1), effects=["summit = true"], **once),
        *(ns.Question(name=name, kind="when", condition=name) for name in ("talks", "ceasefire", "summit")),
    )


REVIEWS = (5.0, 12.0, 19.0, 26.0)


def by_day_30(after_talks: Any) -> float:
    """Sum over the reviews: it held then for the first time, and the rest followed within what is left."""
    total, before = 0.0, 1.0
    for day in REVIEWS:
        now = math.exp(-0.3 * day)
        total += (before - now) * after_talks(30.0 - day)
        before = now
    return total


TOY = {
    ("talks", 5): 1 - math.exp(-0.3 * 5),
    ("talks", 14): 1 - math.exp(-0.3 * 12),
    ("ceasefire", 30): by_day_30(lambda left: 1 - math.exp(-0.05 * left)),
    # of Exponential(0.05) and then Exponential(0.1): 1 - (b exp(-a t) - a exp(-b t))/(b - a)
    ("summit", 30): by_day_30(lambda left: 1 - (0.1 * math.exp(-0.05 * left) - 0.05 * math.exp(-0.1 * left)) / 0.05),
}


def test_the_formulas_of_the_toy_give_the_published_numbers() -> None:
    assert [round(value, 7) for value in TOY.values()] == [0.7768698, 0.9726763, 0.6811664, 0.4688283]


@on_every_engine
def test_toy(engine: str) -> None:
    runs = run(toy(), engine)
    for (condition, day), expected in TOY.items():
        assert happened(runs.probability(condition, by=day), expected), (condition, day)
    faster = run(toy(rate=0.33), engine)
    assert not happened(faster.probability("talks", by=5), TOY["talks", 5])
    later = run(toy(first_review=None), engine)  # one period after the start: day 7
    assert not happened(later.probability("talks", by=14), TOY["talks", 14])
    impatient = run(toy(cease_after="memorandum", summit_after="talks"), engine)
    assert not happened(impatient.probability("ceasefire", by=30), TOY["ceasefire", 30])
    assert not happened(impatient.probability("summit", by=30), TOY["summit", 30])


@on_every_engine
def test_common_random_numbers_make_a_difference_precise(engine: str) -> None:
    n = size(engine)
    one, two = 1 - math.exp(-1.5), 1 - math.exp(-1.65)
    difference, independent = two - one, one * (1 - one) + two * (1 - two)
    assert round(difference, 7) == 0.0310803
    ratio = independent / (difference * (1 - difference))
    assert round(ratio, 1) == 10.9
    slow, fast, other = (
        run(toy(rate=rate), engine, seed=seed).first_times("talks") <= 5
        for rate, seed in ((0.3, 1), (0.33, 1), (0.33, 2))
    )
    assert not (slow & ~fast).any(), "no history is reversed"
    assert accepts(int((fast & ~slow).sum()), n, difference)
    # Relative standard error of the variance of the difference, a Bernoulli(difference): that of its count of ones.
    tolerance = Z * math.sqrt((1 - difference) / (n * difference))

    def gain(a: Any, b: Any) -> float:
        paired = np.subtract(b, a, dtype=float).var()
        return float((a.mean() * (1 - a.mean()) + b.mean() * (1 - b.mean())) / paired)

    assert abs(gain(slow, fast) / ratio - 1) <= tolerance
    assert (slow & ~other).any(), "other seeds reverse some"
    assert abs(gain(slow, other) / ratio - 1) > tolerance


# ---- row 2: a race ----


@on_every_engine
def test_race(engine: str) -> None:
    def race(open_to_both: str) -> ns.Scenario:
        return scenario(
            *(ns.Fact("won"), ns.Fact("lost")),
            ns.Action(name="first", when=open_to_both, clock=ns.Exponential(0.2), effects=["won = true"], limit=1),
            ns.Action(name="second", when=open_to_both, clock=ns.Exponential(0.3), effects=["lost = true"], limit=1),
            ns.Question(name="first_wins", condition="won", by=1),
            end=2,
        )

    expected = 0.2 / (0.2 + 0.3) * (1 - math.exp(-(0.2 + 0.3) * 1.0))
    assert round(expected, 7) == 0.1573877
    assert happened(run(race("not (won or lost)"), engine).probability("first_wins"), expected)
    assert not happened(run(race("true"), engine).probability("first_wins"), expected)


# ---- row 3: interrupted work ----

UP, DOWN = 0.5, 1.0
INTERRUPTION = 1 / UP + 1 / DOWN  # mean length of a spell of work and the pause after it
MEANS = {
    # work W = U(0, 6) is interrupted UP * W times on average, each time for 1/DOWN
    "resume": 3.0 * (1 + UP / DOWN),
    # p = P(W < spell) = E exp(-UP W); a spell lasts min(W, spell), of mean (1 - p)/UP: (1 - p)(1/UP + 1/DOWN)/p in all
    "reset": (1 - (1 - math.exp(-6 * UP)) / (6 * UP)) * INTERRUPTION / ((1 - math.exp(-6 * UP)) / (6 * UP)),
    # the same with W known, p = exp(-UP w), and then the mean over w
    "repeat": ((math.exp(6 * UP) - 1) / (6 * UP) - 1) * INTERRUPTION,
}


def work(memory: str) -> ns.Scenario:
    return scenario(
        *(ns.Fact("up", True), ns.Fact("done")),
        ns.Action(name="fail", when="up and not done", clock=ns.Exponential(UP), effects=["up = false"]),
        ns.Action(name="mend", when="not up and not done", clock=ns.Exponential(DOWN), effects=["up = true"]),
        ns.Action(name="work", when="up and not done", clock=ns.Uniform(0, 6), memory=memory, effects=["done = true"]),
        ns.Question(name="done", kind="when", condition="done"),
        end=5000,
    )


def test_the_formulas_of_interrupted_work_give_the_published_numbers() -> None:
    assert [round(mean, 6) for mean in MEANS.values()] == [4.5, 6.471561, 16.085537]


@on_every_engine
@pytest.mark.parametrize("memory", MEANS)
def test_interrupted_work(engine: str, memory: str) -> None:
    times = run(work(memory), engine, n=min(size(engine), 40_000)).first_times("done")
    assert np.isfinite(times).all()
    error = times.std(ddof=1) / math.sqrt(len(times))
    accepted = {other for other, mean in MEANS.items() if abs(times.mean() - mean) <= Z * error}
    assert accepted == {memory}


# ---- row 4: pace and speed ----

CHANGES = {"pace": 0.67372, "speed": 0.76307, "untouched": 0.47271}


def hazard(x: float) -> float:
    return (x / 10) ** 2


WEIBULL = {
    "pace": 1 - math.exp(-(hazard(4) + 2 * (hazard(8) - hazard(4)))),
    "speed": 1 - math.exp(-hazard(4 + 2 * 4)),
    "untouched": 1 - math.exp(-hazard(8)),
}


@on_every_engine
@pytest.mark.parametrize("changed", WEIBULL)
def test_pace_and_speed_of_a_weibull_clock(engine: str, changed: str) -> None:
    factor = {} if changed == "untouched" else {changed: "2 if fast else 1"}
    described = scenario(
        *(ns.Fact("fast"), ns.Fact("done"), switch("fast", 4.0)),
        ns.Action(name="act", clock=ns.Weibull(2, 10), effects=["done = true"], limit=1, **factor),
        ns.Question(name="done", condition="done", by=8),
    )
    assert round(WEIBULL[changed], 5) == CHANGES[changed]
    found = run(described, engine).probability("done")
    assert {name for name, p in WEIBULL.items() if happened(found, p)} == {changed}


# ---- row 5: a tie ----


@on_every_engine
def test_what_arrives_at_the_very_instant_of_the_review_counts(engine: str) -> None:
    def talks(parts: Any) -> float:
        return float(run(scenario(*parts), engine, n=20).probability("talks", by=5).value)

    def parts(priority: int) -> list[Any]:
        return [
            *(ns.Fact("memorandum"), ns.Fact("talks"), ns.Question(name="talks", condition="talks")),
            ns.Action(name="send", clock=ns.Fixed("5 days"), effects=["memorandum = true"], limit=1),
            ns.Action(name="a.review", when="memorandum", clock=ns.On(5), effects=["talks = true"], priority=priority),
        ]

    assert {talks(order) for order in itertools.permutations(parts(10))} == {1.0}
    assert {talks(order) for order in itertools.permutations(parts(0))} == {0.0}, "by name a.review comes first"


# ---- row 7: intervals at 50 of 100 ----


def test_intervals_at_50_of_100() -> None:
    h, n, z = 50, 100, stats.norm.isf(0.025)

    def clopper_pearson(low: float, high: float) -> bool:
        return math.isclose(stats.binom.sf(h - 1, n, low), 0.025) and math.isclose(stats.binom.cdf(h, n, high), 0.025)

    def wilson(low: float, high: float) -> bool:
        return all(math.isclose((h / n - p) ** 2, z * z * p * (1 - p) / n) for p in (low, high))

    def sequence(low: float, high: float) -> bool:
        # the mean of the likelihood over a uniform share is 1/(n + 1); it is 1/0.05 times that of the share p
        return all(math.isclose(stats.binom.pmf(h, n, p) * (n + 1), 0.05) for p in (low, high))

    equations = {"clopper-pearson": clopper_pearson, "wilson": wilson, "sequence": sequence}
    published = {"clopper-pearson": 0.3983211, "wilson": 0.4038315, "sequence": 0.3445903}
    for method in equations:
        low, high = Proportion(hits=h, n=n).interval(0.95, method)
        assert (round(low, 7), round(high, 7)) == (published[method], round(1 - published[method], 7))
        assert [name for name, solved in equations.items() if solved(low, high)] == [method]


# ---- row 8: ignorance and chance ----


def test_the_formulas_of_a_believed_rate_give_the_published_numbers() -> None:
    # of a rate believed Gamma(2, rate 4): E exp(-s rate) = (4/(4 + s))^2
    survives, twice = (4 / 9) ** 2, (4 / 14) ** 2
    mean, epistemic, chance = 1 - survives, twice - survives**2, survives - twice
    assert [round(value, 7) for value in (mean, epistemic, chance)] == [0.8024691, 0.0426142, 0.1158982]


@on_every_engine
def test_a_believed_rate_has_two_variances(engine: str) -> None:
    n = size(engine) // 2
    believed = ns.Parameter("rate", 0.5, ns.Gamma(shape=2, rate=4))
    parts = [ns.Fact("memo"), ns.Action(name="deliver", clock=ns.Exponential("rate"), effects=["memo = true"], limit=1)]
    described = scenario(believed, *parts, ns.Question(name="memo", condition="memo", by=5))
    # Two histories a row: both yes with probability E p^2, one of them with 2 E p(1 - p), independently from row to row.
    survives, twice = (4 / 9) ** 2, (4 / 14) ** 2
    both, one = 1 - 2 * survives + twice, 2 * (survives - twice)

    def counts(draws: int | None) -> tuple[int, int]:
        yes = run(described, engine, n=2 * n, draws=draws).first_times("memo").reshape(2, n) <= 5
        return int((yes[0] & yes[1]).sum()), int((yes[0] ^ yes[1]).sum())

    together, apart = counts(n)
    assert accepts(together, n, both)
    assert accepts(apart, n, one)
    together, apart = counts(None)  # the best value alone: p = 1 - exp(-2.5)
    assert not accepts(together, n, both)
    assert not accepts(apart, n, one)
    assert accepts(together, n, (1 - math.exp(-2.5)) ** 2)


# ---- row 14: seeing is not doing ----


@on_every_engine
def test_seeing_is_not_doing(engine: str) -> None:
    def weighted(p: str) -> list[ns.Outcome]:
        return [ns.Outcome(name="yes", weight=p), ns.Outcome(name="no", weight=f"1 - ({p})")]

    does, follows = weighted("0.8 if z else 0.1"), weighted("0.6 if z else 0.05")
    described = scenario(
        *(ns.Fact("z", ns.chance(0.5)), ns.Fact("c"), ns.Fact("s")),
        ns.Action(
            name="do_c",
            clock=ns.On(1),
            outcomes=[ns.Outcome(name="yes", weight=does[0].weight, effects=["c = true"]), does[1]],
        ),
        ns.Action(
            name="s_follows",
            when="c",
            clock=ns.On(2),
            outcomes=[ns.Outcome(name="yes", weight=follows[0].weight, effects=["s = true"]), follows[1]],
        ),
        ns.Question(name="seen", condition="s", given="c"),
        ns.Question(name="s", condition="s"),
        end=3,
    )
    seeing = (0.5 * 0.8 * 0.6 + 0.5 * 0.1 * 0.05) / (0.5 * 0.8 + 0.5 * 0.1)
    doing = 0.5 * 0.6 + 0.5 * 0.05
    assert (round(seeing, 7), round(doing, 7)) == (0.5388889, 0.325)
    seen = run(described, engine).probability("seen")
    done = run(described.do("c", on=1), engine).probability("s")
    assert happened(seen, seeing)
    assert happened(done, doing)
    assert not happened(seen, doing)
    assert not happened(done, seeing)
