"""The table of answers: titles whole at every width, numbers of one question in one line, no word cut."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

import negsim as ns
from negsim.report.answer_table import answer_table
from negsim.report.titles import dated, titles_of

TITLES = {
    "short": "A deal",
    "sentence": "The presidents of the three countries meet in one room by 31 December 2025",
    "endless": "z" * 150,
}


def asked(titles: list[str]) -> ns.Scenario:
    """A question for each title."""
    memo = ns.Fact("memo")
    act = ns.Action(name="deliver", when=~memo, clock=ns.Exponential(0.3), effects=[memo.set(True)])
    parts = [
        ns.Question(name=f"q{n}", title=title, condition=memo, by=n + 1, base_rate=0.4)
        for n, title in enumerate(titles)
    ]
    return ns.Scenario("tiny", start="2025-01-01", end=40, parts=[memo, act, *parts])


def told(scenario: ns.Scenario, width: int, digits: int | None = None) -> list[str]:
    runs = ns.simulate(scenario, replications=200, seed=1)
    rows = ns.answers(runs)
    console = Console(file=io.StringIO(), width=width, highlight=False)
    titles = titles_of(runs, [row.id for row in rows])
    console.print(answer_table(titles, rows, level=0.95, digits=digits, width=width))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [60, 80, 104, 120, 200])
def test_titles_are_whole_and_words_are_not_cut(width: int) -> None:
    scenario = asked(list(TITLES.values()))
    text = told(scenario, width)
    assert max(map(len, text)) <= width
    runs = ns.simulate(scenario, replications=200, seed=1)
    titles = titles_of(runs, [question.name for question in scenario.parts if isinstance(question, ns.Question)])
    for row in ns.answers(runs):
        for one in (row.rounded(), row.interval(), row.words):
            assert any(one in line for line in text), f"{one} stands in one line"
        for word in titles[row.id].split():
            assert len(word) > 40 or any(word in line.split() for line in text), word


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text("abc defghi", min_size=3, max_size=90).filter(str.strip),
        min_size=1,
        max_size=4,
        unique_by=lambda one: "_".join(one.split()),
    ),
    st.integers(78, 160),
)
def test_no_line_is_longer_than_the_window(titles: list[str], width: int) -> None:
    assert max(map(len, told(asked(titles), width))) <= width


def test_at_80_columns_each_question_has_its_title_and_one_line_of_numbers() -> None:
    lines = told(asked([TITLES["short"], TITLES["sentence"]]), 80)
    assert [line.split()[0] for line in lines[:2]] == ["Question", "Probability"]
    assert lines[3].startswith("A deal")
    assert lines[5].startswith(TITLES["sentence"])
    starts = [line.index("%") for line in (lines[4], lines[-1])]
    assert starts[0] == starts[1], "numbers stand below each other"


def test_at_120_columns_numbers_stand_beside_titles() -> None:
    lines = [
        line
        for line in told(asked([TITLES["short"], TITLES["sentence"]]), 120)
        if line.startswith(("A deal", "The pres"))
    ]
    assert all(line.count("%") >= 2 for line in lines)


def test_very_many_decimals_are_not_cut() -> None:
    lines = told(asked([TITLES["short"]]), 80, digits=12)
    assert max(map(len, lines)) <= 80
    assert any(re.search(r"\d\.\d{12} %", line) for line in lines)


def test_a_date_is_said_once() -> None:
    assert dated("They meet by 31 December 2025", "2025-12-31") == "They meet by 31 December 2025"
    assert dated("They meet this December", "2025-12-31") == "They meet this December, by 31 Dec 2025"
    assert dated("They meet", "2025-06-02T13:00") == "They meet, by 2 Jun 2025 13:00"
