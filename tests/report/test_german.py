"""A scenario in German is answered in German: no fixed phrase of the English file stands in tables and reasons."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

import negsim as ns
from negsim.report.text import print_run
from negsim.report.why import print_why
from negsim.wording.language import language

FRAMES = (
    "why_",
    "asks_",
    "answers_",
    "table_",
    "told_",
    "foot_",
    "helps_",
    "near_",
    "turn_",
    "reason_",
    "legend_",
    "question_",
)


def german() -> ns.Scenario:
    belief = ns.Uniform(2, 9)
    return ns.Scenario(
        "fall",
        start="2025-06-01",
        end="2025-09-30",
        language="de",
        title="Ein Fall",
        parts=[
            ns.Parameter("dauer", 5.0, belief=belief, source="Urteil", grade="judgement"),
            ns.Fact("text", title="der Text", holds="der Text liegt vor", fails="der Text liegt noch nicht vor"),
            ns.Fact("talks", title="die Gespräche", holds="die Gespräche laufen", fails="die Gespräche laufen nicht"),
            ns.Action(
                name="deliver",
                when="not text",
                clock=ns.Exponential(mean="dauer"),
                effects=["text = true"],
                event="der Norden übergibt den Text",
            ),
            ns.Action(
                name="answer",
                when="text and not talks",
                clock=ns.Exponential(mean=20),
                effects=["talks = true"],
                event="der Süden willigt ein",
            ),
            ns.Question(name="talks_by_july", condition="talks", by="2025-06-30", title="Gespräche im Juni"),
            ns.Question(name="texts", kind="fired", action="deliver", by="2025-06-30"),
        ],
    )


def printed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def output() -> str:
    runs = ns.simulate(german(), replications=600, draws=100, seed=1)
    screen = Console(file=io.StringIO(), width=200)
    print_run(screen, runs, ns.answers(runs), ns.main_reasons(runs))
    print_why(screen, ns.explain(runs, "talks_by_july"), runs)
    assert isinstance(screen.file, io.StringIO)
    return printed(screen.file.getvalue())


def pieces(frame: str) -> list[str]:
    """What of a frame is fixed, where it is long enough to be known again."""
    return [piece for piece in map(printed, re.split(r"\{\w+\}", frame)) if len(piece) >= 12]


def test_no_english_phrase_is_left(output: str) -> None:
    english = language("en").table["frames"]
    left = {
        piece
        for key, frame in english.items()
        if key.startswith(FRAMES) and isinstance(frame, str)
        for piece in pieces(frame)
        if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", output)
    }
    # Names of methods are the same in both languages.
    assert left - {"Monte Carlo"} == set()


def test_the_german_phrases_are_there(output: str) -> None:
    """The negative control: what stands in their place."""
    for phrase in (
        "Warum nicht: Gespräche im Juni",
        "Wahrscheinlichkeit",
        "Nicht rechtzeitig: der Süden willigt ein",
        "Startwert 1",
    ):
        assert phrase in output
    assert "bis 30. Juni 2025" in output


def test_an_english_one_stays_english() -> None:
    runs = ns.simulate(ns.load("toy"), replications=200, seed=1)
    screen = Console(file=io.StringIO(), width=120)
    print_run(screen, runs, ns.answers(runs))
    assert isinstance(screen.file, io.StringIO)
    assert "Probability" in screen.file.getvalue()
    assert "Wahrscheinlichkeit" not in screen.file.getvalue()
