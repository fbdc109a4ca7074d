"""Fixed delays and residual lives on the exact engine: closed forms, the simulating engines, and what is no date."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

import negsim as ns
from negsim.checking.verify import verify
from negsim.errors import EngineError, ScenarioError

SECOND = 1e-5
"""Days in which a promise made before the start runs through its age."""


def scenario(*parts: Any, end: float = 40) -> ns.Scenario:
    return ns.Scenario("dated", start="2025-01-01", end=end, parts=list(parts))


def solved(*parts: Any, end: float = 40, **limits: Any) -> Any:
    return ns.solve(scenario(*parts, end=end), **limits)


def act(name: str, when: str, clock: Any, *effects: str, **more: Any) -> ns.Action:
    return ns.Action(name=name, when=when, clock=clock, effects=list(effects), **more)


def near(estimate: ns.Estimate, value: float, tolerance: float = 1e-12) -> bool:
    assert estimate.kind == "exact"
    return abs(estimate.value - value) <= min(tolerance, estimate.error + 1e-14)


A, B = ns.Fact("a"), ns.Fact("b")


def test_one_delay_from_the_start_and_a_random_time_after_it() -> None:
    found = solved(
        A, B, act("x", "not a", ns.Fixed(3), "a = true"), act("y", "a and not b", ns.Exponential(0.2), "b = true")
    )
    assert found.probability("a", before="2025-01-04").value == 0.0
    assert found.probability("a", by=3).value == 1.0
    assert near(found.probability("b", by=10), -math.expm1(-1.4))
    assert near(found.mean_time("b"), 8.0)
    smooth = solved(
        A, B, act("x", "not a", ns.Erlang(5, 0.6), "a = true"), act("y", "a and not b", ns.Exponential(0.2), "b = true")
    )
    assert not near(smooth.probability("b", by=10), -math.expm1(-1.4)), (
        "an Erlang law of the same mean is another model"
    )


def test_between_its_start_and_its_end_the_chain_runs_alone() -> None:
    """Started on day 2; interrupted at rate 0.2, and begun anew on day 8 if it was."""
    parts = [
        ns.Fact("on"),
        A,
        act("begin", "not a", ns.On(2, 8), "on = true"),
        act("stop", "on and not a", ns.Exponential(0.2), "on = false"),
        act("x", "on and not a", ns.Fixed(5), "a = true"),
    ]
    found = solved(*parts)
    once = math.exp(-1.0)
    assert near(found.probability("a", by=7), once)
    assert near(found.probability("a", by=12.9), once)
    assert near(found.probability("a", by=13), once + (1 - once) * math.exp(-1.0))
    assert near(found.ever("a"), once + (1 - once) * math.exp(-1.0))


def test_delays_side_by_side_and_again_and_again() -> None:
    n = ns.Counter("n")
    parts = [A, n, act("x", "not a", ns.Fixed(2.5), "n += 1"), act("y", "not a", ns.Fixed("10 days"), "a = true")]
    found = solved(*parts, act("z", "n < 40", ns.Exponential(0.1), "n += 1"))
    assert near(found.count("x", by=9.9), 3.0)
    assert near(found.value("n", on=9.9), 3.0 + 0.99)
    assert found.count("y", by=40).value == pytest.approx(1.0, abs=1e-12)
    assert found.count("x", by=40).value == pytest.approx(4.0, abs=1e-12), "by name x comes before y on day 10"


def test_speed_changes_on_the_calendar() -> None:
    """Two days at speed 1 and the other two of four at speed 2: over on day 3; speed 0 stands still."""
    fast = act("hurry", "not b", ns.On(2), "b = true")
    assert (
        solved(A, B, fast, act("x", "not a", ns.Fixed(4), "a = true", speed="2 if b else 1"))
        .probability("a", by=3)
        .value
        == 1.0
    )
    slow = solved(A, B, fast, act("x", "not a", ns.Fixed(4), "a = true", speed="0 if b else 1"))
    assert slow.probability("a", by=40).value == 0.0
    late = solved(A, B, fast, act("x", "not a", ns.Fixed(4), "a = true", speed="2 if b else 1"))
    assert late.probability("a", by=2.9999).value == 0.0


def test_never_is_drawn_where_it_starts() -> None:
    found = solved(A, act("x", "not a", ns.Fixed(4).or_never(0.3), "a = true"))
    assert near(found.probability("a", by=4), 0.7)
    assert near(found.ever("a"), 0.7)


@pytest.mark.parametrize("first", [("x", "y"), ("y", "x")])
def test_what_ends_at_one_instant_goes_by_priority(first: tuple[str, str]) -> None:
    priority = {first[0]: 0, first[1]: 1}
    parts = [
        A,
        B,
        act("x", "not a and not b", ns.Fixed(4), "a = true", priority=priority["x"]),
        act("y", "not a and not b", ns.On(4), "b = true", priority=priority["y"]),
    ]
    found = solved(*parts)
    assert found.probability("a").value == float(first[0] == "x")
    assert found.probability("b").value == float(first[0] == "y")


def test_what_ends_at_no_date_is_refused_with_what_to_do() -> None:
    begin = act("begin", "not b", ns.Exponential(1), "b = true")
    with pytest.raises(EngineError, match=r"x: the speed .* of its fixed delay changes at a random instant"):
        solved(A, B, begin, act("x", "not a", ns.Fixed(3), "a = true", speed="2 if b else 1")).probability("a")
    stop = act("stop", "b", ns.Exponential(1), "b = false")
    again = solved(A, B, begin, stop, act("x", "not b and not a", ns.Fixed(3), "a = true", memory="resume"))
    with pytest.raises(EngineError, match=r"x: its fixed delay goes on after an interruption"):
        again.probability("a")
    with pytest.raises(EngineError, match=r"x: its Fixed clock runs for no time at all; use Immediately"):
        solved(A, act("x", "not a", ns.Fixed(0), "a = true")).probability("a")
    delay = ns.Parameter("delay", 3.0)
    x, y = act("x", "not a", ns.Fixed("delay"), "a = true"), act("y", "a and not b", ns.Exponential(1), "b = true")
    found = solved(A, B, delay, x, y)
    with pytest.raises(EngineError, match="no derivative is taken with respect to a fixed delay"):
        found.derivative("b", "delay", by=10)


def promise(delay: Any, **more: Any) -> ns.Promise:
    return ns.Promise("memo", by="x", to="y", delay=delay, **more)


@pytest.mark.parametrize("age", [0.5, 6, 60])
def test_residual_life_of_an_exponential_law_has_no_memory(age: float) -> None:
    found = solved(promise(ns.Exponential(0.1), age=age, reliability=0.8, due=20))
    assert near(found.probability("memo.delivered", by=10), 0.8 * -math.expm1(-0.1 * (10 - SECOND)))
    assert near(found.probability("memo.broken"), 1 - 0.8 * -math.expm1(-0.1 * (20 - SECOND)))
    paced = solved(promise(ns.Exponential(0.1), age=age, pace=2))
    assert near(paced.probability("memo.delivered", by=10), -math.expm1(-0.2 * (10 - SECOND)))


@pytest.mark.parametrize("age", [0.5, 6, 60, 300])
def test_residual_life_of_an_erlang_law(age: float) -> None:
    """P(T - a <= t given T > a), by incomplete gamma functions."""
    found = solved(promise(ns.Erlang(3, 4), age=age)).probability("memo.delivered", by=10)
    after = special.gammaincc(3, (age + 10 - SECOND) / 4) / special.gammaincc(3, age / 4)
    assert near(found, 1 - after, 1e-10)
    fresh = special.gammainc(3, 10 / 4)
    assert abs(found.value - fresh) > 0.01, "a promise made today is another model"


def test_residual_life_of_other_laws_is_fitted_within_its_error() -> None:
    found = solved(promise(ns.LogNormal(median=14, sigma=0.8), age=6), stages=40).probability("memo.delivered", by=10)
    z = lambda days: special.ndtr((math.log(days) - math.log(14)) / 0.8)  # noqa: E731 # a formula
    exact = (z(16) - z(6)) / (1 - z(6))
    assert abs(found.value - exact) <= found.error < 0.02
    with pytest.raises(EngineError, match="stages=20"):
        solved(promise(ns.LogNormal(median=14, sigma=0.8), age=6))


def test_a_law_truncated_from_below_starts_on_a_date() -> None:
    """Not before three days after the start, then as if new, at twice the speed once b holds."""
    law = ns.Exponential(0.2).truncated(low=3)
    found = solved(A, act("x", "not a", law, "a = true"))
    assert found.probability("a", by=2.9).value == 0.0
    assert near(found.probability("a", by=10), -math.expm1(-1.4))
    begin = act("begin", "not b", ns.Exponential(1), "b = true")
    late = solved(A, B, begin, act("x", "b and not a", law, "a = true"))
    after = 1.0 - (math.exp(-0.2 * 7) - 0.2 * math.exp(-7)) / 0.8
    assert near(late.probability("a", by=10), after), "three days, then as if new: the end of a delay, and no event"
    assert near(late.mean_time("a"), 1 + 3 + 5)


clocks = st.one_of(
    st.builds(ns.Exponential, st.sampled_from([0.1, 0.4, 1.5])),
    st.builds(ns.Fixed, st.sampled_from([0.5, 1, 2, 2.5, 4])),
    st.builds(lambda days, p: ns.Fixed(days).or_never(p), st.sampled_from([1, 3]), st.sampled_from([0.2, 0.5])),
    st.builds(
        lambda rate, low: ns.Exponential(rate).truncated(low=low), st.sampled_from([0.3, 1.0]), st.sampled_from([1, 2])
    ),
    st.builds(
        lambda days: ns.On(*days), st.lists(st.sampled_from([0, 1, 2, 3, 4.5, 7]), min_size=1, max_size=3, unique=True)
    ),
    st.just(ns.Immediately()),
)
dated_guards = st.sampled_from(["true", "not p", "p", "n < 2", "not q and n < 3", "q"])
effects = st.sampled_from(
    [["p = true"], ["p = not p", "n = min(n + 1, 4)"], ["q = true"], ["q = false"], ["n = 0"], ["a = not a"]]
)


@st.composite
def scenarios(draw: Any) -> ns.Scenario:
    """Delays beside everything else: guards read what dates change mostly, so that many of them start on dates."""
    parts: list[Any] = [*(ns.Fact(name, initial=draw(st.booleans())) for name in "pqa"), ns.Counter("n")]
    for k in range(draw(st.integers(2, 5))):
        clock = draw(clocks)
        random = isinstance(clock, ns.Exponential)
        when = draw(st.sampled_from(["not a", "a", "p or a"])) if random and draw(st.booleans()) else draw(dated_guards)
        more: dict[str, Any] = {}
        if isinstance(clock, ns.Fixed):
            more["speed"] = draw(st.sampled_from(["1", "1", "2", "2 if q else 0.5"]))
        if not isinstance(clock, ns.On | ns.Immediately):
            more["memory"] = draw(st.sampled_from(["reset", "reset", "resume"]))
        parts.append(
            ns.Action(
                name=f"x{k}",
                when=when,
                clock=clock,
                effects=draw(effects),
                limit=draw(st.sampled_from([None, 1, 2])),
                **more,
            )
        )
    parts += [
        ns.Question(name="reached", condition="p and n >= 1", by=draw(st.sampled_from([3, 5.25]))),
        ns.Question(name="holds", kind="holds", condition="q", by=4),
        ns.Question(name="fired", kind="fired", action="x0", by=6),
        ns.Question(name="held", kind="duration", condition="a or p", by=6),
    ]
    return scenario(*parts, end=8)


COUNT = 80


@settings(max_examples=COUNT)
@given(data=st.data())
def test_delays_lie_in_the_simulators_regions(data: Any) -> None:
    """Whatever has an exact answer has the simulators' one; refusals name the action and the remedy."""
    try:
        drawn = data.draw(scenarios())
        found = verify(drawn, replications=300, seed=3, level=1e-9 / COUNT)
    except (ScenarioError, ns.errors.RunawayError, ns.errors.SimulationError):
        assume(False)
        raise
    assert found.agree, str(found)
    for line in found.lines:
        assert line.exact is not None or "or simulate" in line.note or "probability 0" in line.note, line.note
