"""Conformance of every simulating engine: who comes first at one instant, edges, instants of the calendar, the horizon."""

from __future__ import annotations

import itertools

from running import final, names, on_every_engine, scenario, switch, told, uniform_b

import negsim as ns

DAY = ns.Fixed("1 day")


def once(
    name: str, *effects: str, when: str = "true", clock: ns.Fixed | ns.Immediately = DAY, **said: int
) -> ns.Action:
    return ns.Action(name=name, when=when, clock=clock, effects=effects, limit=1, **said)


@on_every_engine
def test_ties_go_by_priority_then_name_and_never_by_insertion(engine: str) -> None:
    parts = [once("z", priority=-1), once("b.a"), once("b"), once("review", priority=10)]
    for order in itertools.permutations(parts):
        assert names(scenario(*order), engine) == ["z", "b", "b.a", "review"]


@on_every_engine
def test_kinds_of_timed_clocks_take_no_precedence_over_each_other(engine: str) -> None:
    parts = [once("c"), ns.Action(name="b", clock=ns.On(1.0)), ns.Action(name="a", clock=ns.Every("1 day"))]
    assert told(scenario(*parts, end=1), engine) == [(1.0, "a"), (1.0, "b"), (1.0, "c")]


@on_every_engine
def test_immediate_actions_come_before_timed_ones_due_at_the_same_instant(engine: str) -> None:
    now = ns.Immediately()
    parts = [ns.Fact("f"), once("b", "f = true"), once("c"), once("z", when="f", clock=now, priority=1000)]
    assert told(scenario(*parts), engine) == [(1.0, "b"), (1.0, "z"), (1.0, "c")]


@on_every_engine
def test_each_immediate_firing_is_complete_before_the_next_is_chosen(engine: str) -> None:
    now = ns.Immediately()
    parts = [
        *(ns.Fact("x"), ns.Fact("y"), once("go", "x = true")),
        once("i.one", "y = true", when="x", clock=now),
        once("i.two", when="x", clock=now),
        once("late", when="y", clock=now, priority=-1),
    ]
    assert names(scenario(*parts), engine) == ["go", "i.one", "late", "i.two"]


@on_every_engine
def test_an_edge_is_lost_if_its_guard_is_false_before_its_turn_and_still_takes_a_number(engine: str) -> None:
    half = (ns.Outcome(name="no"), ns.Outcome(name="yes", effects=["heads = true"]))
    parts = [
        *(ns.Fact("x"), ns.Fact("heads"), ns.Fact("calm")),
        *(switch("x", 1.0), switch("calm", 2.0), switch("x", 3.0)),
        ns.Action(name="a", when="x and not calm", clock=ns.Immediately(), effects=["x = false"]),
        ns.Action(name="b", when="x", clock=ns.Immediately(), outcomes=half),
    ]
    described = scenario(*parts)
    assert names(described, engine) == ["switch.x.d1", "a", "switch.calm.d2", "switch.x.d3", "b"]
    for seed in range(12):  # the edge on day 1 had number 0, that on day 3 has number 1
        assert final(described, engine, "heads", seed=seed) == (uniform_b("b", 1, seed=seed) * 2.0 >= 1.0)


@on_every_engine
def test_the_start_counts_as_a_rising_edge_and_a_guard_that_stays_true_gives_no_other(engine: str) -> None:
    parts = [ns.Fact("f", True), ns.Counter("n"), switch("f", 2.0), switch("f", 3.0, "false"), switch("f", 4.0)]
    parts.append(ns.Action(name="echo", when="f", clock=ns.Immediately(), effects=["n += 1"]))
    times = [time for time, name in told(scenario(*parts), engine) if name == "echo"]
    assert times == [0.0, 4.0]


@on_every_engine
def test_an_action_stopped_before_its_turn_does_not_fire(engine: str) -> None:
    parts = [ns.Fact("off"), once("a", "off = true"), once("b", when="not off")]
    assert names(scenario(*parts), engine) == ["a"]
    later = [ns.Fact("off"), once("c", "off = true"), once("b", when="not off")]
    assert names(scenario(*later), engine) == ["b", "c"]


@on_every_engine
def test_a_clock_started_at_an_instant_may_be_due_at_that_instant(engine: str) -> None:
    parts = [ns.Fact("f"), once("b", "f = true"), once("a", when="f", clock=ns.Fixed(0))]
    assert told(scenario(*parts), engine) == [(1.0, "b"), (1.0, "a")]


@on_every_engine
def test_a_missed_instant_is_no_event_even_if_the_guard_turns_true_later_at_that_instant(engine: str) -> None:
    parts = [ns.Fact("memo"), once("deliver", "memo = true")]
    early = ns.Action(name="review", when="memo", clock=ns.On(1.0, 3.0), priority=-5)
    late = ns.Action(name="review", when="memo", clock=ns.On(1.0, 3.0), priority=10)
    assert told(scenario(*parts, early), engine) == [(1.0, "deliver"), (3.0, "review")]
    assert told(scenario(*parts, late), engine) == [(1.0, "deliver"), (1.0, "review"), (3.0, "review")]


@on_every_engine
def test_instants_are_numbered_in_the_whole_list_with_missed_ones_and_those_before_the_start(engine: str) -> None:
    half = (ns.Outcome(name="no"), ns.Outcome(name="yes", effects=["heads = true"]))
    clock = ns.On(5.0, -2.0, 1.0, 5.0, "2025-01-06T00:00")  # in order: -2 (0), 1 (1), 5 (2), thrice the same
    parts = [ns.Fact("heads"), ns.Fact("open"), switch("open", 2.0)]
    described = scenario(*parts, ns.Action(name="vote", when="open", clock=clock, outcomes=half))
    assert told(described, engine) == [(2.0, "switch.open.d2"), (5.0, "vote")]
    for seed in range(12):
        assert final(described, engine, "heads", seed=seed) == (uniform_b("vote", 2, seed=seed) * 2.0 >= 1.0)


@on_every_engine
def test_every_begins_one_period_after_the_start_or_where_it_is_told_to(engine: str) -> None:
    plain = scenario(ns.Action(name="a", clock=ns.Every("1 week")), end=20)
    assert [time for time, _ in told(plain, engine)] == [7.0, 14.0]
    told_when = scenario(ns.Action(name="a", clock=ns.Every("36 hours", start=0.25)), end=4)
    assert [time for time, _ in told(told_when, engine)] == [0.25, 1.75, 3.25]
    past = scenario(ns.Action(name="a", clock=ns.Every("7 days", start="2024-12-30T12:00")), end=13)
    assert [time for time, _ in told(past, engine)] == [5.5, 12.5]


@on_every_engine
def test_the_horizon_is_closed(engine: str) -> None:
    at_end = [once("fixed", clock=ns.Fixed(10)), ns.Action(name="on", clock=ns.On(10.0)), once("z", clock=ns.Fixed(9))]
    assert told(scenario(*at_end, end=10), engine) == [(9.0, "z"), (10.0, "fixed"), (10.0, "on")]
    assert names(scenario(once("late", clock=ns.Fixed(10.000001)), end=10), engine) == []
    cascade = [ns.Fact("f"), once("a", "f = true", clock=ns.Fixed(10)), once("b", when="f", clock=ns.Immediately())]
    assert told(scenario(*cascade, end=10), engine) == [(10.0, "a"), (10.0, "b")]


@on_every_engine
def test_a_bare_date_as_end_is_the_whole_of_that_day(engine: str) -> None:
    last = ns.Action(name="last", clock=ns.On("2025-01-03T23:59:59"))
    midnight = ns.Action(name="midnight", clock=ns.On("2025-01-04T00:00"))
    assert names(scenario(last, midnight, end="2025-01-03"), engine) == ["last"]
    assert names(scenario(last, midnight, end="2025-01-04T00:00"), engine) == ["last", "midnight"]


@on_every_engine
def test_calendar_instants_are_the_floats_of_one_division(engine: str) -> None:
    described = scenario(ns.Action(name="a", clock=ns.On("2025-01-02T07:00")), start="2025-01-01T00:20", zone="UTC")
    assert told(described, engine) == [((86_400 + 6 * 3600 + 40 * 60) * 1_000_000 / 86_400_000_000, "a")]


@on_every_engine
def test_do_comes_before_everything_else_at_its_instant_and_removes_the_effects(engine: str) -> None:
    parts = [
        *(ns.Fact("memo"), switch("memo", 1.0), switch("memo", 6.0, "false")),
        ns.Action(name="a", when="memo", clock=ns.On(3.0), priority=-1_000_000),
        ns.Action(name="b", when="memo", clock=ns.Immediately(), priority=-1_000_000),
    ]
    supposed = scenario(*parts).do("memo", on=3)
    assert names(supposed, engine) == ["switch.memo.d1", "do.memo", "b", "a", "switch.memo.d6"]
    assert final(supposed, engine, "memo") == 1.0
    never = scenario(*parts).do("memo", never=True)
    assert names(never, engine) == ["switch.memo.d1", "switch.memo.d6"]
    assert final(never, engine, "memo") == 0.0


@on_every_engine
def test_do_keeps_the_initial_value_until_its_instant_and_never_makes_it_false(engine: str) -> None:
    parts = [ns.Fact("memo", True), switch("memo", 1.0, "false"), ns.Action(name="a", when="memo", clock=ns.On(2.0))]
    assert "a" in names(scenario(*parts).do("memo", on=3), engine)
    assert "a" not in names(scenario(*parts).do("memo", never=True), engine)


@on_every_engine
def test_a_bare_date_in_do_is_its_first_instant(engine: str) -> None:
    parts = [ns.Fact("memo"), switch("memo", 30.0), ns.Action(name="a", when="memo", clock=ns.On("2025-01-03T00:00"))]
    assert told(scenario(*parts).do("memo", on="2025-01-03"), engine)[:2] == [(2.0, "do.memo"), (2.0, "a")]


@on_every_engine
def test_a_nudge_is_one_more_event_and_all_mechanisms_stay(engine: str) -> None:
    parts = [ns.Fact("memo"), switch("memo", 2.0, "false"), switch("memo", 5.0)]
    assert names(scenario(*parts).nudge("memo", on=1), engine) == ["nudge.memo", "switch.memo.d2", "switch.memo.d5"]


@on_every_engine
def test_without_takes_actions_away_or_leaves_a_variable_alone(engine: str) -> None:
    envoy = ns.Party("envoy")
    go = ns.Action(name="go", by="envoy", clock=ns.On(1.0), effects=["memo = true", "n += 1"])
    parts = [envoy, ns.Fact("memo"), ns.Counter("n"), go, switch("memo", 2.0)]
    assert names(scenario(*parts).without("go"), engine) == ["switch.memo.d2"]
    assert names(scenario(*parts).without("envoy"), engine) == ["switch.memo.d2"]
    assert names(scenario(*parts).without("memo"), engine) == ["go", "switch.memo.d2"]
    assert final(scenario(*parts).without("memo"), engine, "memo") == 0.0
    assert final(scenario(*parts).without("memo"), engine, "n") == 1.0


@on_every_engine
def test_an_instant_at_the_very_start_happens(engine: str) -> None:
    """The start is an instant like any other: on the calendar, and as the first of a repeated one."""
    dated = ns.Action(name="dated", clock=ns.On("2025-01-01T00:00"))
    repeated = ns.Action(name="repeated", clock=ns.Every("2 days", start="2025-01-01T00:00"))
    parts = [dated, repeated]
    assert told(scenario(*parts, end=3), engine) == [(0.0, "dated"), (0.0, "repeated"), (2.0, "repeated")]
