"""Tables that fit the terminal, say what each column carries, and cannot be steered by a stranger's file."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

import negsim as ns
from negsim.report.story import story_table
from negsim.report.text import print_run


def printed(runs: ns.Runs, width: int, **options: object) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_run(console, runs, ns.answers(runs), ns.main_reasons(runs, most=200), **options)  # type: ignore[arg-type]
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def istanbul() -> ns.Runs:
    return ns.simulate(ns.load("istanbul-2025"), replications=300, seed=1, draws=20)


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits(istanbul: ns.Runs, width: int) -> None:
    text = printed(istanbul, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    words = text.split()
    for word in ("chance", "unlikely"):
        assert word in words
    for cut in ("unlike", "certai", "eve", "almos"):
        assert cut not in words, "a word was cut"


def test_what_is_always_said(istanbul: ns.Runs) -> None:
    text = " ".join(printed(istanbul, 120).split())
    for said in (
        "as of 28 May 2025",
        "n = 300",
        "20 draws of parameters",
        "seed 1",
        f"engine {istanbul.engine}",
        "parameters are judgement",
        "hindsight",
        "Reasons are reasons inside the model",
        "Questions overlap",
        "chance: the model's answer",
        "ignorance: 5–95 %",
        "error of finitely many draws and replications, 95 %",
        "(counted",
        "Why not: The second round on 2 June 2025?",
        "Why not: The three presidents meet by 31 December 2025?",
        "All reasons: negsim why istanbul-2025 round2_on_2_june",
    ):
        assert said in text


def test_bare_numbers_are_counted_beside_the_range() -> None:
    """The first edition of the scenario has some; the scenario itself has none, and says nothing of them."""
    first = ns.load(Path(__file__).parents[2] / "benchmarks/istanbul-0.1.0.toml")
    told = [
        " ".join(printed(ns.simulate(one, replications=60, seed=1, draws=20), 120).split())
        for one in (first, ns.load("istanbul-2025"))
    ]
    assert ["bare numbers: the range does not carry them" in text for text in told] == [True, False]


def test_best_values_say_so() -> None:
    runs = ns.simulate(ns.load("toy"), replications=300, seed=1)
    text = " ".join(printed(runs, 120).split())
    assert "parameters at their best values" in text
    assert "ignorance: not told" in text


def test_digits() -> None:
    runs = ns.simulate(ns.load("toy"), replications=300, seed=1)
    exact = f"{100 * runs.probability('talks_day_5').value:.4f} %"
    assert exact in printed(runs, 120, digits=4)
    assert exact not in printed(runs, 120)


def test_other_kinds_have_a_table_of_their_own() -> None:
    toy = ns.load("toy")
    asked = ns.Question(name="how_long", kind="duration", condition="talks.held", by=30.0)
    scenario = ns.Scenario("toy", start=toy.start, end=toy.end, parts=[*toy.parts, asked])
    text = printed(ns.simulate(scenario, replications=300, seed=1), 100)
    assert "Quantity" in text
    assert "days" in text


def test_escape_sequences_are_not_passed_on() -> None:
    fact = ns.Fact("f", title="\x1b[2Jgone")
    act = ns.Action(
        name="x", when=~fact, clock=ns.Exponential(0.01), effects=[fact.set(True)], title="\x1b]0;owned\x07"
    )
    question = ns.Question(name="q", condition=fact, text="\x1b[31m")
    scenario = ns.Scenario("s", start="2025-01-01", end=5, parts=[fact, act, question], title="\x1b[1mloud")
    runs = ns.simulate(scenario, replications=50, seed=1)
    story = story_table(ns.narrate(runs, 0), scenario.title, "", width=80)
    console = Console(file=io.StringIO(), width=80)
    console.print(story)
    for text in (printed(runs, 80), console.file.getvalue()):  # type: ignore[attr-defined]
        assert "\x1b" not in text
        assert "\x07" not in text


@pytest.mark.parametrize("width", [80, 120])
def test_stories_fit(width: int) -> None:
    runs = ns.simulate(ns.load("istanbul-2025"), replications=1, seed=1, draws=10)
    story = ns.narrate(runs, 4)
    texts = []
    for every in (False, True):
        console = Console(file=io.StringIO(), width=width, highlight=False)
        console.print(story_table(story, "t", "p", width=width, every=every))
        texts.append(console.file.getvalue())  # type: ignore[attr-defined]
    assert max(len(line) for line in texts[0].splitlines()) <= width
    assert "2025-06-02 13:00" in texts[0]
    few, all_ = (len(re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d", text, re.MULTILINE)) for text in texts)
    assert few < all_, "quiet events are told together"
