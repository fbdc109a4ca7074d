"""A constructor called from Python tells all that is wrong with one object, in the words of a file, and places it alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import negsim as ns
from negsim.errors import NegsimError

WRONG: dict[str, tuple[Callable[[], object], list[str]]] = {
    "action": (
        lambda: ns.Action(name="act", clock=3, by=5, limit=0, priority="x", memory="maybe", pace="1 +"),
        [
            "by must be a party",
            "action.act.pace: expected a name",
            "3 is not a clock",
            "memory 'maybe'",
            "priority",
            "limit",
        ],
    ),
    "expressions": (
        lambda: ns.Action(name="act", clock=ns.Exponential(1), effects=["a ="], when="x and", speed="2 *"),
        ["action.act.when", "action.act.speed", "action.act.effects"],
    ),
    "unknown key and a missing one": (
        lambda: ns.Action(name="act", titel="x", by=5, limit=0),
        ["unknown key 'titel'; did you mean 'title'?", "clock is missing", "by must be a party", "limit must be"],
    ),
    "parameter": (
        lambda: ns.Parameter("rate", 0.3, p5=0.5, p95=0.2, grade="bad"),
        ["p5 = 0.5 and p95 = 0.2", "grade 'bad'"],
    ),
    "meeting": (
        lambda: ns.Meeting("m", among=["a", "b"], on="soon", on_date="x +", requires={"a": "b and"}),
        ["meeting.m.requires", "meeting.m.on_date", "cannot read 'soon' as a date"],
    ),
    "scenario": (
        lambda: ns.Scenario("s", start="2025-01-01", end=9, zone="Mars", as_of="soon", parts=[ns.Fact("x", "y")]),
        ["as_of: 'soon'", "unknown time zone 'Mars'", "fact.x.initial: unknown name 'y'"],
    ),
    "level": (
        lambda: ns.Level("x", initial="a +", low=3, high=1, step=-1),
        ["level.x.initial", "low 3.0 must be below high 1.0", "step must be positive"],
    ),
    "question": (
        lambda: ns.Question(name="q", condition="a and", by="soon", base_rate=3, given="x +"),
        ["by: cannot read 'soon'", "question.q.given", "question.q.condition"],
    ),
    "outcome": (
        lambda: ns.Outcome(name="bad", weight=-1, effects=["x ="]),
        ["outcome.bad.effects", "weight must not be negative"],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_all_that_is_wrong_with_one_object_is_told_at_once(name: str) -> None:
    make, words = WRONG[name]
    with pytest.raises(NegsimError) as caught:
        make()
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == len(words), told
    for wanted in words:
        assert sum(wanted in one for one in told) == 1, (wanted, told)
    assert str(caught.value).startswith(f"{len(words)} things to correct\n")


def test_what_follows_from_one_mistake_is_not_told_as_another() -> None:
    """Leaving a key out to see what else is wrong must not be told as a mistake of its own."""
    for make, words in (
        (lambda: ns.Question(name="q", condition="a and", by=3), "at character 6 of 'a and'"),
        (lambda: ns.Parameter("p", p5=1.0, p95="x"), "p95"),
        (lambda: ns.Action(name="act", clock=ns.On("2025-01-01T13:00"), pace=2), "has no memory, pace or speed"),
        (lambda: ns.Action(name="Act", clock=ns.Exponential(1)), "'Act' is not a name"),
        (lambda: ns.Level("x", initial=0, low=3, high=1), "low 3.0 must be below"),
    ):
        with pytest.raises(NegsimError, match=words) as caught:
            make()
        assert len(caught.value.problems) == 1, caught.value.problems


def test_the_words_are_those_of_a_file(tmp_path: Path) -> None:
    text = """format_version = 1
[scenario]
name = "s"
start = "2025-01-01"
end = 9
[action.act]
clock = {law = "exponential", rate = 1}
when = "x and"
speed = "2 *"
memory = "maybe"
limit = 0
"""
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(NegsimError) as in_file:
        ns.load(path)
    with pytest.raises(NegsimError) as in_python:
        ns.Action(name="act", clock=ns.Exponential(rate=1), when="x and", speed="2 *", memory="maybe", limit=0)
    for words in (
        "at character 6 of 'x and'",
        "at character 4 of '2 *'",
        "'maybe' is not one of reset, resume, repeat",
    ):
        assert sum(words in one.text for one in in_file.value.problems) == 1
        assert sum(words in one.text for one in in_python.value.problems) == 1
    assert len(in_file.value.problems) == len(in_python.value.problems) == 4
    places = {one.path for one in in_python.value.problems if one.path}
    assert places == {("action", "act", "when"), ("action", "act", "speed")}
    assert places <= {one.path for one in in_file.value.problems}


def test_the_first_name_that_is_asked_for_has_words_already() -> None:
    """Modules are imported when they are needed; a constructor explains itself whatever was imported before it."""
    code = "import negsim as ns\ntry:\n    ns.Action(name='a', titel=1)\nexcept ns.errors.ArgumentError as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "did you mean 'title'?" in done.stdout
