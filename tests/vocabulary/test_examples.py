"""Every word has an example, and every example's scenario does what a scenario must do."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.engines import simulating
from negsim.files import dumps, loads
from negsim.vocabulary import WORDS

FOLDER = Path(__file__).parents[2] / "examples" / "words"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
RUNNABLE = simulating()


@cache
def example(name: str) -> dict[str, Any]:
    return runpy.run_path(str(FOLDER / f"{name}.py"), run_name="example")


def words_of(scenario: ns.Scenario) -> list[Any]:
    return [part for part in scenario.parts if type(part) in WORDS]


def test_every_word_has_an_example() -> None:
    assert {word.table for word in WORDS} == {*NAMES}  # type: ignore[attr-defined] # every word has a table


@pytest.mark.parametrize("name", NAMES)
def test_example_is_short_and_shows_its_word(name: str) -> None:
    source = (FOLDER / f"{name}.py").read_text("utf-8")
    assert len(source.splitlines()) < 40
    assert type(example(name)["word"]).table == name
    assert example(name)["word"] in example(name)["scenario"].parts


@pytest.mark.parametrize("name", NAMES)
def test_example_prints_estimates(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    source = (FOLDER / f"{name}.py").read_text("utf-8").replace("replications=2_000", "replications=40")
    exec(compile(source, name, "exec"), {"__name__": "__main__"})
    out = capsys.readouterr().out
    assert "95 %" in out
    assert "chance" in out


@pytest.mark.parametrize("name", NAMES)
def test_round_trip_through_toml(name: str) -> None:
    scenario = example(name)["scenario"]
    again = loads(dumps(scenario))
    assert again == scenario
    assert again.expanded == scenario.expanded
    assert dumps(again) == dumps(scenario)


@pytest.mark.parametrize("name", NAMES)
def test_expands_into_named_elements_with_questions_that_parse(name: str) -> None:
    word = example(name)["word"]
    elements = list(word.expand())
    own = [one for one in elements if not isinstance(one, ns.Party)]
    assert own
    # what a party makes of a claim is a fact of that party
    assert all(one.name.startswith(f"{word.name}.") or one.name.endswith(f".sees.{word.name}") for one in own)
    for one in elements:
        if isinstance(one, ns.Action):
            assert ns.parse(str(one.when)) == one.when or str(ns.parse(str(one.when))) == str(one.when)


@pytest.mark.parametrize("name", NAMES)
def test_engines_tell_the_same_histories(name: str) -> None:
    scenario = example(name)["scenario"]
    runs = [ns.simulate(scenario, replications=60, seed=7, engine=engine) for engine in RUNNABLE]
    assert int(runs[0].events) > 0
    for other in runs[1:]:
        for table in ("first", "at", "held", "fired", "counts", "final", "events"):
            np.testing.assert_array_equal(getattr(other.block, table), getattr(runs[0].block, table), err_msg=table)


@pytest.mark.parametrize("name", NAMES)
def test_a_word_can_be_removed(name: str) -> None:
    scenario, word = example(name)["scenario"], example(name)["word"]
    without = scenario.without(word)
    assert not [action for action in without.expanded.actions if action in scenario.expanded.owners[word.name]]
    ns.simulate(without, replications=5, seed=1, engine="reference")


@pytest.mark.parametrize("name", NAMES)
def test_main_facts_can_be_asked_by_any_date(name: str) -> None:
    scenario = example(name)["scenario"]
    asked = [question for question in scenario.expanded.questions.values() if question.kind == "when"]
    runs = ns.simulate(scenario, replications=20, seed=3, engine="reference")
    for question in asked:
        assert 0 <= runs.probability(question.name, by="60 days").value <= 1


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.table)
def test_docstring_says_where_it_comes_from_and_what_is_assumed(word: type) -> None:
    text = word.__doc__ or ""
    assert "Parameters" in text
    assert "Examples" in text
    assert "doi:" in text or "*" in text, "literature"
    assert ".. math::" in text, "an equation"
