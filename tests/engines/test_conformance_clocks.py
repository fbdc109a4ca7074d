"""Conformance of every simulating engine: due times, pace, speed, memory, limit, defective laws; by formulas of their own.

The formulas are written out here once more, from the page that defines them, in the order of operations given there:
instants, ages and due times in whole microseconds, hazards of days, and equality is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from running import DAY, on_every_engine, scenario, switch, target, trajectory
from scipy import special

import negsim as ns

Function = Callable[[float], float]
SEEDS = range(25)


def triangular_inverse(low: float, mode: float, high: float) -> Function:
    at_mode = -math.log1p(-(mode - low) * (mode - low) / ((high - low) * (mode - low)))

    def inverse(h: float) -> float:
        if h <= at_mode:
            return low + math.sqrt(-math.expm1(-h) * (high - low) * (mode - low))
        return high - math.sqrt(math.exp(-h) * (high - low) * (high - mode))

    return inverse


LAWS: dict[str, tuple[Any, Function]] = {
    "weibull": (ns.Weibull(2, 10), lambda h: 10.0 * math.pow(h, 1.0 / 2.0)),
    "gamma": (ns.Gamma(2.5, 3), lambda h: 3.0 * float(special.gammainccinv(2.5, math.exp(-h)))),
    "erlang": (ns.Erlang(k=3, scale=2), lambda h: 2.0 * float(special.gammainccinv(3.0, math.exp(-h)))),
    "lognormal": (ns.LogNormal(1.5, 0.75), lambda h: math.exp(1.5 - 0.75 * float(special.ndtri_exp(-h)))),
    "uniform": (ns.Uniform(2, 9), lambda h: 9.0 - 7.0 * math.exp(-h)),
    "triangular": (ns.Triangular(1, 4, 12), triangular_inverse(1.0, 4.0, 12.0)),
    "pert": (ns.Pert(0, 2, 8), lambda h: 0.0 + 8.0 * float(special.betainccinv(2.0, 4.0, math.exp(-h)))),
}


def told(described: ns.Scenario, engine: str, **said: Any) -> list[tuple[float, str]]:
    """The events of one history: when in microseconds, who."""
    return [(event.at, event.action) for event in trajectory(described, engine, **said).events]


def first(described: ns.Scenario, engine: str, name: str = "act", **said: Any) -> float:
    return next((at for at, who in told(described, engine, **said) if who == name), math.inf)


def rint(value: float) -> float:
    """The nearest whole number, half to even."""
    return float(round(value)) if math.isfinite(value) else value


def fresh(days: float) -> float:
    """The due time of a clock that starts at 0 and would consume its target in so many days."""
    return 0.0 + max(0.0, rint((days * DAY - 0.0) / 1.0))


def act(clock: Any, **said: Any) -> ns.Action:
    return ns.Action(name="act", clock=clock, limit=said.pop("limit", 1), **said)


@on_every_engine
@pytest.mark.parametrize("family", LAWS)
def test_a_clock_fires_where_its_hazard_reaches_the_target(engine: str, family: str) -> None:
    law, inverse = LAWS[family]
    for seed in SEEDS:
        assert first(scenario(act(law), end=300), engine, seed=seed) == fresh(inverse(target("act", seed=seed)))


@on_every_engine
def test_an_exponential_clock_divides_its_target_by_the_rate(engine: str) -> None:
    for seed in SEEDS:
        expected = rint(target("act", seed=seed) / (1.0 * 0.3 * 1.0) * DAY)
        assert first(scenario(act(ns.Exponential(0.3)), end=300), engine, seed=seed) == expected


@on_every_engine
def test_truncated_laws_come_from_the_renormalised_survival(engine: str) -> None:
    top, bottom = math.exp(-math.pow(2 / 10, 2.0)), math.exp(-math.pow(15 / 10, 2.0))
    for seed in SEEDS:
        left = bottom + math.exp(-target("act", seed=seed)) * (top - bottom)
        expected = fresh(10.0 * math.pow(-math.log(left), 0.5))
        assert first(scenario(act(ns.Weibull(2, 10).truncated(2, 15))), engine, seed=seed) == expected


@on_every_engine
def test_a_defective_clock_never_fires_with_its_probability(engine: str) -> None:
    for seed in SEEDS:
        left = math.exp(-target("act", seed=seed))
        expected = math.inf if left <= 0.4 else fresh(9.0 - 7.0 * math.exp(math.log((left - 0.4) / 0.6)))
        assert first(scenario(act(ns.Uniform(2, 9).or_never(0.4))), engine, seed=seed) == expected


@on_every_engine
def test_a_defective_clock_at_pace_m_never_fires_with_the_power_m_of_its_probability(engine: str) -> None:
    for seed in SEEDS:
        described = scenario(act(ns.Uniform(2, 9).or_never(0.4), pace=2))
        never = math.exp(-target("act", seed=seed)) <= 0.4 * 0.4
        assert (first(described, engine, seed=seed) == math.inf) == never


@on_every_engine
def test_a_fixed_clock_never_fires_if_its_target_says_so(engine: str) -> None:
    for seed in SEEDS:
        expected = math.inf if math.exp(-target("act", seed=seed)) <= 0.4 else 3 * DAY
        assert first(scenario(act(ns.Fixed("3 days").or_never(0.4))), engine, seed=seed) == expected


# ---- pace and speed ----

CHANGED = [ns.Fact("fast"), switch("fast", 4.0)]


def weibull(x: float) -> float:
    """H of Weibull(2, 10) at an age in microseconds."""
    return math.pow(x / DAY / 10.0, 2.0)


def weibull_inverse(h: float) -> float:
    """The age in microseconds at which it is reached, not yet rounded."""
    return 10.0 * math.pow(h, 0.5) * DAY


@on_every_engine
def test_pace_multiplies_the_hazard_from_its_change_on(engine: str) -> None:
    four = 4 * DAY
    for seed in SEEDS:
        p = target("act", seed=seed)
        used = min(p, 0.0 + 1.0 * (weibull(four) - weibull(0.0)))
        later = four + max(0.0, rint((weibull_inverse(weibull(four) + (p - used) / 2.0) - four) / 1.0))
        expected = rint(weibull_inverse(p)) if weibull_inverse(p) < four else later
        described = scenario(*CHANGED, act(ns.Weibull(2, 10), pace="2 if fast else 1"), end=300)
        assert first(described, engine, seed=seed) == expected


@on_every_engine
def test_speed_multiplies_the_passing_of_age_from_its_change_on(engine: str) -> None:
    four = 4 * DAY
    for seed in SEEDS:
        p = target("act", seed=seed)
        used = min(p, 0.0 + 1.0 * (weibull(four) - weibull(0.0)))
        later = four + max(0.0, rint((weibull_inverse(weibull(four) + (p - used) / 1.0) - four) / 3.0))
        expected = rint(weibull_inverse(p)) if weibull_inverse(p) < four else later
        described = scenario(*CHANGED, act(ns.Weibull(2, 10), speed="3 if fast else 1"), end=300)
        assert first(described, engine, seed=seed) == expected


@on_every_engine
def test_an_exponential_clock_is_touched_by_its_own_formula(engine: str) -> None:
    four = 4 * DAY
    for seed in SEEDS:
        p = target("act", seed=seed)
        used = min(p, 0.0 + 0.5 * 0.1 * (1.0 * (four - 0.0) / DAY))
        early = rint(p / (0.5 * 0.1 * 1.0) * DAY)
        expected = early if early < four else four + rint((p - used) / (2.0 * 0.1 * 3.0) * DAY)
        pace, speed = "2 if fast else 0.5", "3 if fast else 1"
        described = scenario(*CHANGED, act(ns.Exponential(0.1), pace=pace, speed=speed), end=300)
        assert first(described, engine, seed=seed) == expected


@on_every_engine
def test_a_clock_is_not_touched_when_pace_keeps_its_value_or_other_events_happen(engine: str) -> None:
    busy = [ns.Counter("n"), ns.Action(name="tick", clock=ns.Every("0.7 days"), effects=["n += 1"])]
    for law in (ns.Exponential(0.11), ns.Weibull(1.3, 9), ns.LogNormal(1.5, 0.75)):
        for seed in SEEDS:
            plain = first(scenario(act(law), end=300), engine, seed=seed)
            described = scenario(*busy, act(law, when="n >= 0", pace="1 if n >= 0 else 2"), end=300)
            assert first(described, engine, seed=seed) == plain


HELD = [ns.Fact("held"), switch("held", 1.0), switch("held", 8.0, "false")]


@on_every_engine
def test_age_goes_on_at_pace_0_and_a_support_that_ended_fires_at_once(engine: str) -> None:
    for seed in SEEDS:
        described = scenario(*HELD, act(ns.Uniform(2, 6), pace="0 if held else 1"))
        assert first(described, engine, seed=seed) == 8 * DAY
        described = scenario(*HELD, act(ns.Weibull(600, 2), pace="0 if held else 1"))  # 4**600 is infinite
        assert first(described, engine, seed=seed) == 8 * DAY
        p = target("act", seed=seed)
        hazard = -math.log((12.0 - 8.0) / 10.0)
        described = scenario(*HELD, act(ns.Uniform(2, 12), pace="0 if held else 1"))
        left = (12.0 - 10.0 * math.exp(-(hazard + p))) * DAY - 8 * DAY
        assert first(described, engine, seed=seed) == 8 * DAY + rint(left)


@on_every_engine
def test_a_clock_stands_still_at_speed_0(engine: str) -> None:
    for seed in SEEDS:
        described = scenario(*HELD, act(ns.Uniform(2, 6), speed="0 if held else 1"))
        left = (6.0 - 4.0 * math.exp(-target("act", seed=seed))) * DAY - 1 * DAY
        assert first(described, engine, seed=seed) == 8 * DAY + rint(left)
    assert first(scenario(*HELD, act(ns.Fixed(3), speed="0 if held else 1")), engine) == 10 * DAY
    assert first(scenario(*HELD, act(ns.Fixed(3), speed="4 if held else 1")), engine) == 1.5 * DAY
    assert first(scenario(*HELD, act(ns.Fixed(3), speed="0")), engine) == math.inf


# ---- memory ----

ON_AND_OFF = [ns.Fact("open", True), switch("open", 2.0, "false"), switch("open", 5.0)]


@on_every_engine
@pytest.mark.parametrize("memory", ["reset", "resume", "repeat"])
def test_memory_when_the_guard_turns_false(engine: str, memory: str) -> None:
    described = scenario(*ON_AND_OFF, act(ns.Weibull(2, 10), when="open", memory=memory), end=300)
    two, five = 2 * DAY, 5 * DAY
    for seed in SEEDS:
        p = target("act", seed=seed)
        used = min(p, 0.0 + 1.0 * (weibull(two) - weibull(0.0)))
        again = {
            "reset": weibull_inverse(target("act", 1, seed=seed)),
            "resume": weibull_inverse(weibull(two) + (p - used) / 1.0) - two,
            "repeat": weibull_inverse(p),
        }
        expected = rint(weibull_inverse(p)) if weibull_inverse(p) < two else five + max(0.0, rint(again[memory]))
        assert first(described, engine, seed=seed) == expected


@on_every_engine
@pytest.mark.parametrize(("memory", "expected"), [("reset", 9.0), ("resume", 7.0), ("repeat", 9.0)])
def test_memory_of_a_fixed_clock(engine: str, memory: str, expected: float) -> None:
    assert first(scenario(*ON_AND_OFF, act(ns.Fixed(4), when="open", memory=memory)), engine) == expected * DAY


@on_every_engine
@pytest.mark.parametrize("memory", ["resume", "repeat"])
def test_a_clock_stopped_at_pace_0_has_aged_and_consumed_nothing(engine: str, memory: str) -> None:
    """Paced 1 until day 1, 0 from then on until it is stopped on day 2, and 1 when it starts again on day 5."""
    slow = [ns.Fact("slow"), switch("slow", 1.0), switch("slow", 4.0, "false")]
    one, two, five = DAY, 2 * DAY, 5 * DAY
    described = scenario(
        *ON_AND_OFF, *slow, act(ns.Weibull(2, 10), when="open", memory=memory, pace="0 if slow else 1"), end=300
    )
    for seed in SEEDS:
        p = target("act", seed=seed)
        used = min(p, 0.0 + 1.0 * (weibull(one) - weibull(0.0)))
        later = {
            "resume": weibull_inverse(weibull(two) + (p - used) / 1.0) - two,
            "repeat": weibull_inverse(0.0 + p / 1.0) - 0.0,
        }
        expected = rint(weibull_inverse(p)) if weibull_inverse(p) < one else five + max(0.0, rint(later[memory]))
        assert first(described, engine, seed=seed) == expected


@on_every_engine
@pytest.mark.parametrize(("memory", "expected"), [("resume", 12.0), ("repeat", 14.0)])
def test_a_support_that_ended_at_pace_0_is_remembered_by_resume_alone(
    engine: str, memory: str, expected: float
) -> None:
    """At pace 0 a law between 2 and 2.000001 days grows 8 days old; nothing of its target is consumed."""
    parts = [
        ns.Fact("open", True),
        switch("open", 8.0, "false"),
        switch("open", 12.0),
        ns.Fact("late"),
        switch("late", 10.0),
    ]
    law = ns.Uniform(2, 2.000001)
    due = first(scenario(*parts, act(law, when="open", memory=memory, pace="1 if late else 0")), engine)
    assert due == expected * DAY if memory == "resume" else 0 < due - expected * DAY < 0.000001 * DAY


@on_every_engine
@pytest.mark.parametrize("memory", ["resume", "repeat"])
def test_an_exponential_clock_stopped_at_pace_0(engine: str, memory: str) -> None:
    slow = [ns.Fact("slow"), switch("slow", 1.0), switch("slow", 4.0, "false")]
    described = scenario(
        *ON_AND_OFF, *slow, act(ns.Exponential(0.2), when="open", memory=memory, pace="0 if slow else 1"), end=300
    )
    for seed in SEEDS:
        p = target("act", seed=seed)
        used = min(p, 0.0 + 1.0 * 0.2 * (1.0 * (DAY - 0.0) / DAY)) if memory == "resume" else 0.0
        early = rint(p / (1.0 * 0.2 * 1.0) * DAY)
        expected = early if early < DAY else 5 * DAY + rint((p - used) / (1.0 * 0.2 * 1.0) * DAY)
        assert first(described, engine, seed=seed) == expected


@on_every_engine
def test_a_kept_target_keeps_its_number_and_a_new_one_takes_the_next(engine: str) -> None:
    later = [*ON_AND_OFF, switch("open", 12.0, "false"), switch("open", 15.0)]
    for seed in SEEDS:
        numbers = {"reset": 2, "repeat": 0}
        for memory, number in numbers.items():
            described = scenario(*later, act(ns.Uniform(8, 9), when="open", memory=memory), end=60)
            expected = 15 * DAY + fresh(9.0 - math.exp(-target("act", number, seed=seed)))
            assert first(described, engine, seed=seed) == expected


@on_every_engine
@pytest.mark.parametrize("memory", ["reset", "resume", "repeat"])
def test_after_a_firing_the_target_is_used_up_under_every_memory(engine: str, memory: str) -> None:
    described = scenario(act(ns.Exponential(0.5), memory=memory, limit=3), end=300)
    for seed in SEEDS:
        expected, now = [], 0.0
        for occurrence in range(3):
            now += rint(target("act", occurrence, seed=seed) / 0.5 * DAY)
            expected.append(now)
        assert [at for at, _ in told(described, engine, seed=seed)] == expected


@on_every_engine
def test_a_firing_that_stops_itself_starts_anew_when_its_guard_holds_again(engine: str) -> None:
    parts = [ns.Fact("open", True), ns.Action(name="reopen", clock=ns.Every("10 days"), effects=["open = true"])]
    described = scenario(*parts, act(ns.Uniform(1, 2), when="open", memory="resume", effects=["open = false"], limit=3))
    for seed in SEEDS:
        times = [at for at, who in told(described, engine, seed=seed) if who == "act"]
        drawn = [fresh(2.0 - math.exp(-target("act", k, seed=seed))) for k in range(3)]
        assert times == [drawn[0], 10 * DAY + drawn[1], 20 * DAY + drawn[2]]


# ---- half a microsecond, and what is overdue ----


@on_every_engine
@pytest.mark.parametrize(("delay", "due"), [(1, 0), (3, 2), (5, 2), (7, 4)])
def test_half_a_microsecond_goes_to_the_even_one(engine: str, delay: int, due: int) -> None:
    assert first(scenario(act(ns.Fixed(delay / DAY), speed="2")), engine) == due


@on_every_engine
def test_a_fixed_clock_that_is_a_microsecond_too_old_is_due_at_once_and_not_in_the_past(engine: str) -> None:
    """At speed 7 a day is over after 12,342,857,142.857 microseconds: due at ...143, and one microsecond too old.

    At that very instant another action slows it down; what is left is negative.
    """
    instant = 12_342_857_143.0
    parts = [ns.Fact("slow"), ns.Action(name="a", clock=ns.On(instant / DAY), effects=["slow = true"])]
    described = scenario(*parts, act(ns.Fixed(1), speed="1 if slow else 7"))
    assert told(described, engine) == [(instant, "a"), (instant, "act")]
    # a control: where the other action comes too late, nothing is left over
    later = scenario(*parts[:1], act(ns.Fixed(1), speed="1 if slow else 7"))
    assert told(later, engine) == [(instant, "act")]


@on_every_engine
def test_a_random_clock_is_never_due_before_now(engine: str) -> None:
    """Below an age of about 3e-4 days the hazard of Gamma(5) rounds to 0, and its inverse at next to nothing is 0:

    the age that is wanted then lies before the age that is reached.
    """
    instant = 21_600_000.0
    assert special.gammaincc(5.0, instant / DAY) == 1.0
    parts = [ns.Fact("fast"), ns.Action(name="a", clock=ns.On(instant / DAY), effects=["fast = true"])]
    described = scenario(*parts, act(ns.Gamma(5, 1), pace="1e30 if fast else 0"))
    assert told(described, engine) == [(instant, "a"), (instant, "act")]


@on_every_engine
def test_a_due_time_that_is_no_number_never_comes(engine: str) -> None:
    """An infinite age of a law that may never happen: from infinity to infinity is no time."""
    parts = [ns.Fact("fast"), switch("fast", 3.0)]
    law = ns.Weibull(2, 10).or_never(0.5)
    described = scenario(*parts, act(law, pace="0.001 if fast else 0", speed="1e308"), end=300)
    for seed in SEEDS:
        assert first(described, engine, seed=seed) == math.inf


# ---- limit ----


@on_every_engine
@pytest.mark.parametrize("clock", [ns.Fixed(1), ns.Exponential(2), ns.Every("1 day"), ns.On(1.0, 2.0, 3.0)])
def test_at_its_limit_an_action_rests(engine: str, clock: Any) -> None:
    assert len(told(scenario(act(clock, limit=2)), engine)) == 2


@on_every_engine
def test_at_its_limit_an_immediate_action_takes_no_edge(engine: str) -> None:
    parts = [ns.Fact("f"), *(switch("f", float(day), "true" if day % 2 else "false") for day in range(1, 8))]
    described = scenario(*parts, act(ns.Immediately(), when="f", limit=2))
    assert [at for at, who in told(described, engine) if who == "act"] == [DAY, 3 * DAY]


@on_every_engine
def test_at_its_limit_an_action_does_not_look_at_its_pace(engine: str) -> None:
    parts = [ns.Counter("n", 1), act(ns.Fixed(1), speed="1 / n", effects=["n = 0"])]
    assert told(scenario(*parts), engine) == [(DAY, "act")]


@on_every_engine
def test_pace_is_not_looked_at_while_the_guard_is_false(engine: str) -> None:
    parts = [ns.Counter("n", 1), ns.Fact("open", True), switch("open", 1.0, "false", name="close")]
    parts.append(ns.Action(name="zero", clock=ns.On(2.0), effects=["n = 0"]))
    assert told(scenario(*parts, act(ns.Uniform(3, 4), when="open", pace="1 / n")), engine) == [
        (DAY, "close"),
        (2 * DAY, "zero"),
    ]


@on_every_engine
def test_laws_may_read_parameters(engine: str) -> None:
    rate = ns.Parameter("rate", 0.25)
    assert first(scenario(rate, act(ns.Exponential("rate * 2")), end=300), engine) == rint(target("act") / 0.5 * DAY)
    changed = scenario(rate, act(ns.Exponential("rate * 2")), end=300).with_parameter("rate", 1)
    assert first(changed, engine) == rint(target("act") / 2.0 * DAY)
    other = scenario(rate, act(ns.Exponential("rate * 2")), end=300).with_law("act", ns.Exponential("rate * 4"))
    assert first(other, engine) == rint(target("act") / 1.0 * DAY)
