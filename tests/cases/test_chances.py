"""Small cases that people of the field met in other programs, with their right values: chances, counts, beliefs, words.

Each test names where the case comes from; the scenario and the derivation are our own. Counts of yes lie in the central
region of the binomial law that leaves out 1e-9, means within six standard errors.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from running import scenario
from scipy import linalg, signal, stats

import negsim as ns
from negsim.bargaining import nash
from negsim.bargaining.challenge import Actor, weighted_median

LEFT_OUT = 1e-9


def accepted(estimate: Any, p: float) -> bool:
    law = stats.binom(getattr(estimate, "given", estimate.n), p)
    return bool(law.ppf(LEFT_OUT / 2) <= estimate.hits <= law.isf(LEFT_OUT / 2))


def near(values: Any, mean: float) -> bool:
    values = np.asarray(values, dtype=float)
    return abs(values.mean() - mean) < 6 * values.std(ddof=1) / math.sqrt(len(values))


def run(*parts: Any, n: int = 40_000, seed: int = 1, **said: Any) -> Any:
    return ns.simulate(scenario(*parts, **said), replications=n, seed=seed)


def test_begun_by_the_date_and_lasting_48_hours() -> None:
    """The rules of a market on a ceasefire: begun by the date, and then 48 hours long. Begins at .05, breaks at .3.

    The beginnings that count have the renewal density g = k + g * (spell below two days, then a wait); P = e^-.6 * int g.
    """
    dt, last = 0.01, 30.0
    t = np.arange(0, last, dt) + dt / 2
    begin = 0.05 * np.exp(-0.05 * t)
    again = 0.3 * 0.05 * np.exp(-0.05 * t) * (1 - np.exp(-0.25 * np.minimum(t, 2.0))) / 0.25
    density = begin
    for _ in range(12):
        density = begin + signal.fftconvolve(density, again)[: len(t)] * dt
    right = math.exp(-0.6) * density.sum() * dt
    parts = [
        *(ns.Fact(name) for name in ("holds", "counts", "yes")),
        ns.Fact("open", initial=True),
        ns.Action(
            name="begin", when="not holds", clock=ns.Exponential(0.05), effects=["holds = true", "counts = open"]
        ),
        ns.Action(name="break", when="holds", clock=ns.Exponential(0.3), effects=["holds = false"]),
        ns.Action(name="close", clock=ns.On(30), effects=["open = false"]),
        ns.Action(
            name="lasted",
            when="holds",
            clock=ns.Fixed("48 hours"),
            outcomes=[
                ns.Outcome(name="in_time", weight="1 if counts else 0", effects=["yes = true"]),
                ns.Outcome(name="late", weight="0 if counts else 1"),
            ],
        ),
        ns.Question(name="q", condition="yes", by=32),
        ns.Question(name="naive", condition="holds", by=30),
    ]
    runs = run(*parts)
    assert accepted(runs.probability("q"), right)
    assert not accepted(runs.probability("naive"), right)


def test_answers_in_flight_need_a_slot_each() -> None:
    """Catalyst.jl issues 188 and 1530: an action has one clock. With slots, 0.5 * (10 - 4) = 3 answers by day 10."""
    slots = 12
    take = [f"slot{i} = true if next == {i} else slot{i}" for i in range(slots)]
    parts = [
        *(ns.Fact(f"slot{i}") for i in range(slots)),
        *(ns.Counter(name) for name in ("answered", "next")),
        ns.Action(
            name="propose", clock=ns.Exponential(0.5), effects=[*take, f"next = 0 if next == {slots - 1} else next + 1"]
        ),
        *(
            ns.Action(
                name=f"answer{i}",
                when=f"slot{i}",
                clock=ns.Fixed("4 days"),
                effects=[f"slot{i} = false", "answered += 1"],
            )
            for i in range(slots)
        ),
        ns.Question(name="q", kind="value", condition="answered", by=10),
    ]
    runs = run(*parts, end=10)
    assert near(runs.block.at[:, 0], 3)


def test_two_of_three_endorsements_within_a_week() -> None:
    """osate2 issue 1976, scram issue 37: gaps Exponential(.10) and (.05): some gap of at most 7 days, 1 - e^-1.05."""
    parts: list[Any] = []
    for k in (1, 2, 3):
        parts += [
            *(ns.Fact(f"{kind}{k}") for kind in ("e", "f")),
            ns.Action(
                name=f"endorse{k}",
                when=f"not e{k}",
                clock=ns.Exponential(0.05),
                effects=[f"e{k} = true", f"f{k} = true"],
            ),
            ns.Action(name=f"stale{k}", when=f"f{k}", clock=ns.Fixed("7 days"), effects=[f"f{k} = false"]),
        ]
    runs = run(*parts, ns.Question(name="q", condition="at_least(2, f1, f2, f3)"), end="365 days")
    assert accepted(runs.probability("q"), 1 - math.exp(-1.05))


@pytest.mark.parametrize(
    ("memory", "right"), [("resume", 6.0), ("repeat", 6 * (math.e - 1)), ("reset", 6 * (math.e - 1))]
)
def test_a_job_interrupted_by_crises(memory: str, right: float) -> None:
    """simmer issues 235 and 246: five days of work, crises at .2 of mean 1. Resume: 5 * 1.2, else (1/.2 + 1)(e - 1)."""
    parts = [
        *(ns.Fact(name) for name in ("away", "done")),
        ns.Action(
            name="work", when="not away and not done", clock=ns.Fixed("5 days"), memory=memory, effects=["done = true"]
        ),
        ns.Action(name="crisis", when="not away and not done", clock=ns.Exponential(0.2), effects=["away = true"]),
        ns.Action(name="back", when="away", clock=ns.Exponential(1), effects=["away = false"]),
        ns.Question(name="q", kind="when", condition="done"),
    ]
    runs = run(*parts, end=2000)
    assert near(runs.first_times("q"), right)
    if memory == "resume":
        n = range(1, 60)
        by = stats.poisson.pmf(0, 1) + sum(stats.poisson.pmf(k, 1) * stats.gamma.cdf(3, k) for k in n)
        assert accepted(runs.probability("q", by=8), by)


def test_a_hazard_that_fades_in_daily_steps() -> None:
    """JumpProcesses.jl issues 320 and 276: .1 e^-.05t; time is no name of the language, a level stepped daily is the way.

    With each day's mean hazard the chance at the ends of days is exact: 1 - exp(-2 (1 - e^-.05t)).
    """
    with pytest.raises(ns.errors.UnknownName, match="unknown name 'time'"):
        scenario(ns.Fact("deal"), ns.Action(name="go", clock=ns.Exponential(0.1), pace="time", effects=["deal = true"]))
    fall = math.exp(-0.05)
    parts = [
        ns.Fact("deal"),
        ns.Level("shock", initial=(1 - fall) / 0.05, low=0, high=1),
        ns.Action(name="fade", clock=ns.Every("1 day"), effects=[f"shock = {fall!r} * shock"]),
        ns.Action(name="go", when="not deal", clock=ns.Exponential(0.1), pace="shock", effects=["deal = true"]),
        ns.Question(name="q", kind="when", condition="deal"),
    ]
    runs = run(*parts, end=365)
    for day in (20, 365):
        assert accepted(runs.probability("q", by=day), 1 - math.exp(-2 * (1 - math.exp(-0.05 * day))))


def test_rates_that_go_together_have_a_common_factor() -> None:
    """squigglepy issue 24: log rates Normal(log .05, .8) with correlation .8, by two independent parameters."""
    x, w = np.polynomial.hermite_e.hermegauss(60)
    w = w / w.sum()

    def by_30(z: Any) -> Any:
        return 1 - np.exp(-30 * 0.05 * np.exp(0.8 * z))

    both = by_30(x)[:, None] * by_30(0.8 * x[:, None] + 0.6 * x[None, :])
    right, apart = float(w @ both @ w), float(w @ by_30(x)) ** 2
    parts = [
        *(ns.Fact(name) for name in "ab"),
        *(ns.Parameter(name, best=0, belief=ns.Normal(0, 1), grade="judgement") for name in "ze"),
        ns.Action(name="do_a", when="not a", clock=ns.Exponential("0.05 * exp(0.8 * z)"), effects=["a = true"]),
        ns.Action(
            name="do_b",
            when="not b",
            clock=ns.Exponential("0.05 * exp(0.8 * (0.8 * z + 0.6 * e))"),
            effects=["b = true"],
        ),
        ns.Question(name="q", condition="a and b", by=30),
    ]
    found = ns.simulate(scenario(*parts), replications=40_000, draws=40_000, seed=1).probability("q")
    error = math.sqrt(right * (1 - right) / 40_000)
    assert abs(found.value - right) < 6 * error < abs(found.value - apart)


def test_a_window_probability_believed() -> None:
    """5 to 35 %, most likely 15 %, within 30 days, as a belief: the predictive chance is the mean of the PERT law."""
    law = stats.beta(1 + 4 * 0.1 / 0.3, 1 + 4 * 0.2 / 0.3, loc=0.05, scale=0.3)
    parts = [
        ns.Fact("done"),
        ns.Parameter("p", best=0.15, belief=ns.Pert(0.05, 0.15, 0.35), grade="judgement"),
        ns.Action(name="go", when="not done", clock=ns.Exponential("-log(1 - p) / 30"), effects=["done = true"]),
        ns.Question(name="q", kind="when", condition="done"),
    ]
    n = 40_000
    runs = ns.simulate(scenario(*parts, end=90), replications=n, draws=n, seed=1)
    for by, right in ((30, law.mean()), (60, 2 * law.mean() - law.var() - law.mean() ** 2)):
        assert abs(runs.probability("q", by=by).value - right) < 6 * math.sqrt(right * (1 - right) / n)


def test_the_median_voter_by_power_and_salience() -> None:
    """KTAB's table of actors: per issue, Black's median weighted by power times salience (multi-issue is not offered)."""
    rows = [
        ("a", 1.0, 76, 0.5),
        ("b", 0.53, 83, 0.3),
        ("c", 1.3, 82, 0.48),
        ("d", 0.76, 63, 0.21),
        ("e", 0.63, 82, 0.41),
    ]
    actors = [Actor(name=name, position=at, capability=power, salience=care) for name, power, at, care in rows]
    order = sorted((at, power * care) for _, power, at, care in rows)
    half = sum(weight for _, weight in order) / 2
    right = next(at for k, (at, _) in enumerate(order) if sum(weight for _, weight in order[: k + 1]) >= half)
    assert weighted_median(actors) == right == 82


@pytest.mark.parametrize(("north", "south"), [(1, 1), (0.5, 2), (0.2, 0.2), (3, 3)])
def test_crossing_concessions(north: float, south: float) -> None:
    """NegMAS time-based tactics, (k/10)^(1/b): the round and the price at which they meet, weekly rounds."""

    def given(k: int, b: float) -> float:
        return float((min(k, 10) / 10) ** (1 / b))

    for k in range(1, 11):
        takes = given(k, north) >= 1 - given(k + 1, south) - 1e-12, given(k, south) >= 1 - given(k + 1, north) - 1e-12
        if any(takes):
            ends = given(k, north), 1 - given(k, south)
            price = sum(ends) / 2 if all(takes) else ends[0] if takes[0] else ends[1]
            break
    issue = ns.Issue(
        name="price", ideal={"north": 0, "south": 1}, limit={"north": 1, "south": 0}, salience={"north": 1, "south": 1}
    )
    word = ns.Bargaining(
        "talks",
        between=["north", "south"],
        issues=[issue],
        rounds=10,
        gap=ns.Fixed("7 days"),
        tactics={"north": ns.Tactic(exponent=north), "south": ns.Tactic(exponent=south)},
    )
    runs = run(word, ns.Question(name="q", kind="value", condition=word.terms("price")), n=1, end=100)
    assert (runs.first_times(word.agreed)[0], runs.mean("q").value) == (7 * k, pytest.approx(price, abs=1e-9))


def test_impatient_requests_to_one_mediator() -> None:
    """Ciw PR 195, SimSharp issue 45: asked at .2, served in 7 days, given up after 14 by those who wait, by day 365."""
    most = 40
    q = np.zeros((most + 2, most + 2))
    for n in range(most + 1):
        if n < most:
            q[n, n + 1] += 0.2
        if n:
            q[n, n - 1] += 1 / 7 + (n - 1) / 14
        q[n, n] = -q[n, : most + 1].sum()
        q[n, most + 1] = max(n - 1, 0) / 14
    right = linalg.expm(q * 365)[0, most + 1]
    parts = [
        *(ns.Counter(name) for name in ("n", "gave_up")),
        ns.Action(name="ask", clock=ns.Exponential(0.2), effects=["n += 1"]),
        ns.Action(name="serve", when="n >= 1", clock=ns.Exponential(mean="7 days"), effects=["n -= 1"]),
        ns.Action(
            name="give_up",
            when="n >= 2",
            clock=ns.Exponential(mean="14 days"),
            pace="n - 1",
            effects=["n -= 1", "gave_up += 1"],
        ),
        ns.Question(name="q", kind="value", condition="gave_up"),
    ]
    assert near(run(*parts, n=5_000, end=365).block.at[:, 0], right)


def test_acceptance_learned_from_acceptance_is_polyas_urn() -> None:
    """pgmpy issue 1569: accept with (k + 1)/(n + 2): after ten rounds each number from 0 to 10 has one eleventh."""
    parts = [
        *(ns.Counter(name) for name in "kn"),
        ns.Action(
            name="round",
            clock=ns.Every("1 day"),
            limit=10,
            effects=["n += 1"],
            outcomes=[
                ns.Outcome(name="accept", weight="(k + 1) / (n + 2)", effects=["k += 1"]),
                ns.Outcome(name="refuse", weight="(n + 1 - k) / (n + 2)"),
            ],
        ),
        *(ns.Question(name=f"k{j}", kind="holds", condition=f"k == {j}", by=15) for j in range(11)),
    ]
    described = scenario(*parts, end=20)
    runs, solved = ns.simulate(described, replications=40_000, seed=1), ns.solve(described)
    for j in range(11):
        assert accepted(runs.probability(f"k{j}"), 1 / 11)
        assert abs(solved.probability(f"k{j}").value - 1 / 11) < 1e-9


def test_what_does_nothing_changes_nothing() -> None:
    """starsim issues 299, 404, 416; malariasimulation issue 284: to the last bit."""

    def world(extra: Any = (), order: int = 1, end: int = 100) -> ns.Scenario:
        parts = [
            *(ns.Fact(name) for name in ("memo", "talks")),
            ns.Counter("rows"),
            ns.Parameter("p", best=0.1, belief=ns.Gamma(2, mean=0.1), grade="weak"),
            ns.Action(name="memo", when="not memo", clock=ns.Exponential("p"), effects=["memo = true"]),
            ns.Action(name="row", clock=ns.Weibull(0.7, 9), memory="resume", when="not talks", effects=["rows += 1"]),
            ns.Action(
                name="talks",
                when="memo and not talks",
                clock=ns.Every("7 days"),
                priority=10,
                outcomes=[
                    ns.Outcome(name="held", weight="0.5 / (1 + rows)", effects=["talks = true"]),
                    ns.Outcome(name="not_held", weight="1 - 0.5 / (1 + rows)"),
                ],
            ),
            *extra,
            ns.Question(name="q", kind="when", condition="talks"),
        ]
        return scenario(*parts[::order], end=end)

    def times(described: ns.Scenario) -> Any:
        return ns.simulate(described, replications=3_000, seed=5, draws=50).first_times("q")

    base = times(world())
    shield = [
        ns.Parameter("zero", best=0, grade="assumed"),
        ns.Fact("shield"),
        ns.Action(
            name="shield",
            clock=ns.On(10),
            outcomes=[
                ns.Outcome(name="yes", weight="zero", effects=["shield = true"]),
                ns.Outcome(name="no", weight="1 - zero"),
            ],
        ),
    ]
    other = [ns.Fact("x"), ns.Action(name="a_random", when="not x", clock=ns.Exponential(1), effects=["x = true"])]
    variants = [
        world([ns.Action(name="aaa_idle", clock=ns.Every("1 day"))]),
        world([ns.Parameter("a_first", best=1, belief=ns.Gamma(2, mean=1), grade="weak")]),
        world(other),
        world(shield),
        world(order=-1),
        world([ns.Question(name="z", condition="memo")]),
    ]
    assert all(np.array_equal(base, times(variant)) for variant in variants)
    longer = times(world(end=200))
    assert np.array_equal(base, np.where(longer > 100, math.inf, longer))


def test_competing_ends_at_weekly_reviews() -> None:
    """lifelines issues 629 and 539: agreement .2, walk-out .1 a review, collapse at .02 on any day; by day 28."""
    agreed = 0.2 * sum(0.7 ** (k - 1) * math.exp(-0.14 * k) for k in range(1, 5))
    collapsed = sum(0.7 ** (k - 1) * (math.exp(-0.14 * (k - 1)) - math.exp(-0.14 * k)) for k in range(1, 5))
    open_ = "not agreed and not walked and not collapsed"
    parts = [
        *(ns.Fact(name) for name in ("agreed", "walked", "collapsed")),
        ns.Action(
            name="review",
            when=open_,
            clock=ns.Every("7 days"),
            outcomes=[
                ns.Outcome(name="agree", weight=0.2, effects=["agreed = true"]),
                ns.Outcome(name="walk", weight=0.1, effects=["walked = true"]),
                ns.Outcome(name="go_on", weight=0.7),
            ],
        ),
        ns.Action(name="collapse", when=open_, clock=ns.Exponential(0.02), effects=["collapsed = true"]),
        *(ns.Question(name=f"q_{name}", condition=name, by=28) for name in ("agreed", "walked", "collapsed")),
    ]
    described = scenario(*parts, end=60)
    runs, solved = ns.simulate(described, replications=40_000, seed=1), ns.solve(described)
    for name, right in (("agreed", agreed), ("walked", agreed / 2), ("collapsed", collapsed)):
        assert accepted(runs.probability(f"q_{name}"), right)
        assert abs(solved.probability(f"q_{name}").value - right) < 1e-9


def test_a_task_with_two_timers() -> None:
    """bpmn-server issues 84 and 93: mean 2 days against timers of 3 and 5: 1 - e^-1.5, the rest, never."""
    parts = [
        ns.Fact("open", initial=True),
        *(ns.Fact(name) for name in ("done", "t3", "t5")),
        ns.Action(
            name="task", when="open", clock=ns.Exponential(mean="2 days"), effects=["open = false", "done = true"]
        ),
        *(
            ns.Action(name=f"timer{k}", when="open", clock=ns.Fixed(k), effects=["open = false", f"t{k} = true"])
            for k in (3, 5)
        ),
        *(ns.Question(name=f"q_{name}", kind="holds", condition=name, by=30) for name in ("done", "t3", "t5")),
    ]
    runs = run(*parts)
    assert accepted(runs.probability("q_done"), 1 - math.exp(-1.5))
    assert runs.probability("q_done").hits + runs.probability("q_t3").hits == 40_000


def test_immediate_conflict_is_one_action_with_weights() -> None:
    """petrinet issue 10, weighted immediate transitions: 3/16, 9/16, 1/4 by outcomes; three actions go by name, said."""
    go = ns.Immediately()
    start = [
        ns.Fact("token", initial=True),
        ns.Fact("flag", initial=ns.chance(0.5)),
        *(ns.Fact(f"to{k}") for k in (1, 2, 3)),
    ]
    asked = [ns.Question(name=f"q{k}", kind="holds", condition=f"to{k}", by=1) for k in (1, 2, 3)]
    weights = ("1", "3", "4 if flag else 0")
    outcomes = [ns.Outcome(name=f"o{k}", weight=w, effects=[f"to{k} = true"]) for k, w in enumerate(weights, 1)]
    joined = ns.Action(name="t", when="token", clock=go, effects=["token = false"], outcomes=outcomes)
    runs = run(*start, joined, *asked)
    for k, right in ((1, 3 / 16), (2, 9 / 16), (3, 1 / 4)):
        assert accepted(runs.probability(f"q{k}"), right)
    apart = [
        ns.Action(name=f"t{k}", when="token", clock=go, effects=["token = false", f"to{k} = true"]) for k in (1, 2)
    ]
    told = [str(one) for one in ns.lint(scenario(*start, *apart, *asked)) if "t1" in str(one) and "t2" in str(one)]
    assert any("priority" in text for text in told)


def test_fixed_service_and_random_arrivals() -> None:
    """M/D/1/2 by the embedded chain: idle share a/(a + rho), a = e^-.5; lost share 1 - (1 - idle)/rho."""
    idle = math.exp(-0.5) / (math.exp(-0.5) + 0.5)
    lost, days = 1 - (1 - idle) / 0.5, 4_000
    parts = [
        *(ns.Counter(name) for name in ("n", "lost", "came")),
        ns.Action(
            name="arrive",
            clock=ns.Exponential(0.5),
            effects=["came += 1", "n = n + 1 if n < 2 else n", "lost = lost if n < 2 else lost + 1"],
        ),
        ns.Action(name="serve", when="n > 0", clock=ns.Fixed("1 day"), effects=["n -= 1"]),
        ns.Question(name="idle", kind="duration", condition="n == 0"),
        *(ns.Question(name=f"q_{name}", kind="value", condition=name) for name in ("lost", "came")),
    ]
    runs = run(*parts, n=60, end=days)
    assert abs(runs.mean("idle").value / days - idle) < 6 * runs.mean("idle").standard_error / days + 2 / days
    share = runs.mean("q_lost").value / runs.mean("q_came").value
    assert abs(share - lost) < 6 * runs.mean("q_lost").standard_error / runs.mean("q_came").value + 2 / days


def test_mean_time_to_peace_of_a_semi_markov_process() -> None:
    """War Weibull(1.5, 100), talks LogNormal(30, .7), peace with .3: (100 Gamma(1 + 2/3) + 30 e^.245)/.3."""
    right = (100 * math.gamma(1 + 1 / 1.5) + 30 * math.exp(0.245)) / 0.3
    parts = [
        ns.Fact("war", initial=True),
        *(ns.Fact(name) for name in ("talks", "peace")),
        ns.Action(name="open", when="war", clock=ns.Weibull(1.5, 100), effects=["war = false", "talks = true"]),
        ns.Action(
            name="end",
            when="talks",
            clock=ns.LogNormal(median="30 days", sigma=0.7),
            effects=["talks = false"],
            outcomes=[
                ns.Outcome(name="peace", weight=0.3, effects=["peace = true"]),
                ns.Outcome(name="war", weight=0.7, effects=["war = true"]),
            ],
        ),
        ns.Question(name="q", kind="when", condition="peace"),
    ]
    runs = run(*parts, end=20_000)
    assert near(runs.first_times("q"), right)
    assert runs.mean("q").value == pytest.approx(runs.first_times("q").mean())


def test_willingness_that_steps_up_each_month() -> None:
    """Both start uniform in [.2, .4] and rise by .05 in 30 days; after k months both exceed .5."""
    parts = [
        *(ns.Level(name, initial=ns.Uniform(0.2, 0.4), low=0, high=1) for name in ("ru", "ua")),
        ns.Action(name="month", clock=ns.Every("30 days"), effects=["ru += 0.05", "ua += 0.05"]),
        ns.Question(name="q", kind="when", condition="ru > 0.5 and ua > 0.5"),
    ]
    runs = run(*parts, end=365)
    for k, right in ((2, 0.0), (3, 1 / 16), (4, 1 / 4), (5, 9 / 16)):
        assert accepted(runs.probability("q", by=30 * k), right)
    assert runs.probability("q", by=180).value == 1


def test_a_circle_and_doors_that_exclude_each_other_are_told() -> None:
    """KappaTools issue 331, Ciw issues 13 and 43: a deadlock must be said before any run."""
    wait = [
        ns.Action(name="write", when="table and not text", clock=ns.Exponential(0.1), effects=["text = true"]),
        ns.Action(name="agree", when="text and not table", clock=ns.Exponential(0.1), effects=["table = true"]),
    ]
    with pytest.raises(ns.errors.CircularPrecondition):
        scenario(*(ns.Fact(name) for name in ("text", "table")), *wait, ns.Question(name="q", condition="table"))
    doors = [
        ns.Fact("x", initial=True),
        *(ns.Fact(name) for name in ("y", "inside")),
        ns.Action(name="swap", when="x", clock=ns.Exponential(0.1), effects=["x = false", "y = true"]),
        ns.Action(name="back", when="y", clock=ns.Exponential(0.1), effects=["x = true", "y = false"]),
        ns.Action(name="enter", when="x and y", clock=ns.Exponential(1), effects=["inside = true"]),
        ns.Question(name="q", condition="inside"),
    ]
    told = [str(one) for one in ns.lint(scenario(*doors)) if "enter" in str(one)]
    assert any("x" in text and "y" in text for text in told), told


def test_seeds() -> None:
    """mesa issues 2841 and 3248, crmPack issue 338, GillesPy2 issue 592."""
    toy = ns.load("toy")
    asked = {"questions": [ns.Question(name="t", kind="when", condition="talks.held")]}

    def times(**said: Any) -> Any:
        return ns.simulate(toy, **asked, **{"replications": 1_000, "seed": 7, **said}).first_times("t")

    base = times()
    assert len(np.unique(base)) > 3
    assert all(np.array_equal(base, times(**said)) for said in ({"workers": 2, "block": 37}, {"block": 1}))
    assert abs(np.corrcoef(base == 5, times(seed=8) == 5)[0, 1]) < 6 / math.sqrt(1_000)
    drawn = ns.simulate(toy, **asked, replications=50)
    assert np.array_equal(drawn.first_times("t"), times(replications=50, seed=drawn.seed))
    for seed in (True, -1, 2**64, 1.0, "7"):
        with pytest.raises(ns.errors.NegsimError, match="seed"):
            times(seed=seed)


def test_the_nash_point_of_discrete_packages() -> None:
    """GENIUS domains: nine packages by enumeration; tables of named values are not offered, the staircase of packages is."""
    venue = {"north": (1, 0.1), "south": (0.2, 1), "neutral": (0.7, 0.8)}
    when = {"soon": (1, 0.2), "later": (0.5, 0.6), "much_later": (0.1, 1)}
    points = [
        (0.6 * venue[v][0] + 0.4 * when[w][0], 0.3 * venue[v][1] + 0.7 * when[w][1]) for v, w in product(venue, when)
    ]
    found = nash(
        lambda u: max((b for a, b in points if a >= u - 1e-12), default=0.0),
        low=min(a for a, _ in points),
        high=max(a for a, _ in points),
    )
    assert found.first * found.second == pytest.approx(max(a * b for a, b in points), abs=1e-6)


def test_what_people_type_is_answered_or_refused_with_the_remedy() -> None:
    """squigglepy issue 47, date and number questions of Metaculus."""
    law = ns.LogNormal(p5="3 days", p95="40 days")
    for at, share in ((3, 0.05), (math.sqrt(120), 0.5), (40, 0.95)):
        act = ns.Action(name="d", clock=law, effects=["done = true"], limit=1)
        found = run(ns.Fact("done"), act, ns.Question(name="q", condition="done", by=at), n=20_000, end=60)
        assert accepted(found.probability("q"), share)
    parts = [
        ns.Fact("done"),
        ns.Counter("n"),
        ns.Action(name="r", clock=ns.Exponential(0.1), effects=["n += 1"]),
        ns.Action(name="d", when="not done", clock=ns.Exponential(0.1), effects=["done = true"]),
        ns.Question(name="when", kind="when", condition="done"),
        ns.Question(name="count", kind="value", condition="n", by=50),
    ]
    runs = run(*parts, n=4_000, end=1_000)
    assert abs(runs.mean("when").value - 10) < 6 * 10 / math.sqrt(4_000)
    assert runs.quantile("count", 0.5).value == 5
    with pytest.raises(ns.errors.ScenarioError, match=r"month has no fixed length.*days or weeks"):
        ns.Every("1 month", start="2025-01-01T10:00")
