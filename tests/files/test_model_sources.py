"""A language model's guesses: said as such, graded no better than judgement, counted wherever judgement is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import ScenarioError, as_json
from negsim.model.parameters import GRADES
from negsim.model.sources import by_model
from negsim.report.expanded import overview
from negsim.report.words import by_model_count

HEAD = """
format_version = 1
[scenario]
name = "guesses"
start = "2025-01-01"
end = "40 days"
[evidence.own_reading]
kind = "model"
[evidence.survey]
kind = "data"
[fact.memo]
[action.give]
when = "not memo"
clock = {law = "exponential", rate = "rate"}
effects = ["memo = true"]
[parameter.rate]
mean = 0.3
range = [0.1, 0.6]
"""

MODELS = [
    'source.kind = "model"',
    'source = {kind = "model", text = "typical of strikes"}',
    'source = "model"',
    'source = "model: typical of strikes"',
    'source = "own_reading"',
    'source = {kind = "evidence", text = "own_reading"}',
    'source = "own_reading, judgement"',
]
OTHERS = ['source = "own_reading, survey"', 'source = "survey"', 'source = "a model of the war by hand"', ""]


@pytest.mark.parametrize("source", MODELS)
@pytest.mark.parametrize("grade", GRADES)
def test_what_only_a_model_says_is_judgement_at_best(source: str, grade: str) -> None:
    text = f'{HEAD}{source}\ngrade = "{grade}"\n'
    if grade in ("good", "fair", "weak"):
        with pytest.raises(ScenarioError, match="a language model is its only source") as caught:
            ns.loads(text)
        (told,) = as_json(caught.value)
        assert (told["code"], told["place"], told["expected"]) == ("source", "parameter.rate.grade", "judgement")
        assert told["line"] == text.splitlines().index(f'grade = "{grade}"') + 1
        return
    told_of = ns.loads(text)
    assert by_model_count(told_of) == (grade != "definition")
    assert ns.loads(ns.dumps(told_of)) == told_of


@pytest.mark.parametrize("source", OTHERS)
def test_what_rests_on_more_may_be_graded_better(source: str) -> None:
    found = ns.loads(f'{HEAD}{source}\ngrade = "fair"\n')
    assert by_model_count(found) == 0


def test_what_stood_in_on_the_date_is_held_to_it_too() -> None:
    text = (
        HEAD + 'source = "survey"\nhindsight = true\nas_known = {mean = 0.2, source.kind = "model", grade = "weak"}\n'
    )
    with pytest.raises(ScenarioError, match=r"parameter\.rate\.as_known.*only source"):
        ns.loads(text)


def test_the_count_is_said() -> None:
    found = ns.loads(f'{HEAD}source.kind = "model"\ngrade = "judgement"\n')
    assert "(1 judgement, 1 of them by a language model, 0 hindsight)" in overview(found)


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ScenarioError, match="kind must be one of 'document', 'data', 'person', 'model', not 'robot'"):
        ns.Evidence("a", kind="robot")
    with pytest.raises(ScenarioError, match="'robot' is not one of"):
        ns.loads(HEAD + 'source.kind = "robot"\n')


@given(st.text(max_size=20), st.sampled_from(["evidence", "citation", "judgement", "model"]))
@settings(max_examples=60, deadline=None)
def test_a_source_is_the_models_if_its_kind_says_so(text: str, kind: str) -> None:
    tables = {"parameter": {"rate": {"best": 1, "source": {"kind": kind, "text": text}}}}
    head = {"format_version": 1, "scenario": {"name": "a", "start": "2025-01-01", "end": 9}}
    (found,) = ns.loads(json.dumps({**head, **tables})).parts
    assert isinstance(found, ns.Parameter)
    assert by_model(found.source, {}) or kind != "model"
