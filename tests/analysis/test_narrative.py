"""A story tells the history that the batch had, and what each event made possible."""

from __future__ import annotations

import pytest

import negsim as ns
from negsim.model.expressions import evaluate


def states(trajectory: ns.Trajectory) -> list[dict[str, float]]:
    found = [dict(trajectory.initial)]
    for event in trajectory.events:
        found.append({**found[-1], **{name: new for name, _, new in event.changes}})
    return found


@pytest.mark.parametrize(("name", "number"), [("toy", 0), ("toy", 17), ("istanbul-2025", 3)])
def test_what_it_enabled_is_what_the_guards_say(name: str, number: int) -> None:
    scenario = ns.load(name)
    runs = ns.simulate(scenario, replications=1, seed=5, draws=10)
    story, trajectory = ns.narrate(runs, number), ns.replay(runs, number)
    assert [scene.action for scene in story] == [event.action for event in trajectory.events]
    types = scenario.expanded.types()
    before: set[str] | None = None
    for place, state in enumerate(states(trajectory)):
        values = {key: bool(value) if types.get(key) == "condition" else value for key, value in state.items()}
        now = {row.name for row in runs.program.actions if evaluate(row.guard, values)}
        if before is not None:
            scene = story.scenes[place - 1]
            assert len(scene.enabled) == len(now - before)
            assert len(scene.stopped) == len(before - now - {scene.action})
        before = now


def test_the_story_of_a_number_is_that_of_the_batch() -> None:
    runs = ns.simulate(ns.load("toy"), replications=30, seed=2, trace=30)
    for number in (0, 12, 29):
        logged = [(event.time, event.action) for event in runs.traces[number].events]
        assert [(scene.time, scene.action) for scene in ns.narrate(runs, number)] == logged


def test_who_what_and_when_in_plain_words() -> None:
    story = ns.narrate(ns.simulate(ns.load("toy"), replications=1, seed=1), 7)
    first = story.scenes[0]
    assert first.who == "Russia"
    assert first.what == "Russia hands over the memorandum"
    assert first.changes == ("the memorandum is on the table",)
    assert first.enabled == ("talks are held at the first review with the memorandum in hand",)
    assert story.draw is None
    assert str(story).endswith("2025-02-10 00:00  The end.")


def test_numbers_alone_are_quiet() -> None:
    count = ns.Counter("n")
    act = ns.Action(name="tick", clock=ns.Fixed(1), effects=[count.add(1)])
    scenario = ns.Scenario("s", start="2025-01-01", end=3, parts=[count, act])
    story = ns.narrate(ns.simulate(scenario, replications=1, seed=1), 0)
    assert [scene.quiet for scene in story] == [True, True, True]
    assert story.scenes[0].changes == ("n rises from 0 to 1",)


def test_a_draw_is_named() -> None:
    runs = ns.simulate(ns.load("istanbul-2025"), replications=1, seed=1, draws=4)
    assert ns.narrate(runs, 7).draw == 3
