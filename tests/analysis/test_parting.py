"""Where histories part under a change: the first event that the other history lacks."""

from __future__ import annotations

import pytest

import negsim as ns
from negsim.engines.blocks import Event, Trajectory
from negsim.what_if.parting import Fork, first_apart, partings


def history(*events: tuple[float, str, str]) -> Trajectory:
    return Trajectory(0, (), tuple(Event(at, action, outcome, ()) for at, action, outcome in events))


@pytest.mark.parametrize(
    ("one", "two", "fork"),
    [
        (history((1, "a", ""), (3, "b", "")), history((1, "a", ""), (2, "b", "")), Fork("b", "", True, 2)),
        (history((1, "a", ""), (2, "b", "")), history((1, "a", ""), (3, "b", "")), Fork("b", "", False, 2)),
        (history((1, "a", "yes")), history((1, "a", "no")), Fork("a", "no", True, 1)),  # at one instant the change's
        (history((1, "a", "")), history((1, "a", ""), (2, "b", "")), Fork("b", "", True, 2)),
        (history((1, "a", ""), (2, "b", "")), history((1, "a", "")), Fork("b", "", False, 2)),
        (history((1, "a", "")), history((1, "a", "")), None),
        (history((1, "own", "x"), (2, "b", "")), history((1, "own", "y"), (2, "b", "")), None),
    ],
)
def test_the_first_event_that_the_other_lacks(one, two, fork):
    assert first_apart(one, two, {"own"}) == fork


def test_the_most_frequent_fork_is_told_and_of_equals_the_earliest():
    a, b, later = Fork("a", "", True, 3.0), Fork("b", "", True, 2.0), Fork("a", "", True, 5.0)
    assert partings([later, b, a]) == (Fork("a", "", True, 3.0), 2)
    assert partings([a, b]) == (b, 1)
    assert partings([]) is None


def test_levers_say_where_histories_part():
    early, never = ns.Do(fact="memorandum.delivered", on="2025-01-02"), ns.Do(fact="memorandum.delivered", never=True)
    found = ns.levers(ns.load("toy"), "talks_day_5", {"early": early, "never": never}, seed=1, replications=500)
    by_name = {one.name: one.parting for one in found}
    # The review of day 5 has the memorandum in hand with the change alone, or without it alone.
    assert (by_name["early"].action, by_name["early"].changed) == ("review", True)
    assert (by_name["never"].action, by_name["never"].changed) == ("review", False)
    assert by_name["early"].count == by_name["early"].looked == 20
    assert by_name["early"].sentence in found["early"].sentence(found.what)
    assert by_name["never"].sentence.endswith("without the change alone.")
