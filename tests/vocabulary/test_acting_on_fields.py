"""A word's field names what runs on the law in it: whatever the word, and wherever the law stands in it."""

from __future__ import annotations

import runpy
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import negsim as ns
from negsim.errors import ScenarioError, UnknownName
from negsim.model.expansion import expand
from negsim.model.hastening import hastened, timed_by
from negsim.vocabulary import WORDS

from .helpers import scenario

FOLDER = Path(__file__).parents[2] / "examples" / "words"
SIDES = ("north", "south")
LAW = ns.Exponential(mean="9 days")


@cache
def examples() -> list[Any]:
    """Every word that an example or the properties' sample states."""
    found = [runpy.run_path(str(path), run_name="example")["scenario"] for path in sorted(FOLDER.glob("*.py"))]
    return [part for one in found for part in one.parts if type(part) in WORDS]


def law_fields(word: Any) -> list[str]:
    return [one.name for one in fields(word) if isinstance(getattr(word, one.name), ns.Distribution)]


def test_every_law_of_every_example_can_be_hastened_by_its_field() -> None:
    asked = [(word, key) for word in examples() for key in law_fields(word)]
    assert len({type(word) for word, _ in asked}) > 15
    # how far a battle shifts the front is no time
    dead = [f"{type(word).__name__}.{key}" for word, key in asked if not timed_by(word, key)]
    assert dead == ["BattleNews.shift"]


def test_a_field_hastens_just_the_actions_that_run_on_it() -> None:
    """Each alone: the paces of its actions change, and no other action does."""
    for word in examples():
        for key, names in hastened(word).items():
            pusher = ns.Pressure("pusher", by="someone", on="someone_else", strength=1, centre=0, factor=3,
                                 acts_on=[f"{word.name}.{key}"])  # fmt: skip
            plain = expand([word, replace(pusher, acts_on=())]).actions
            pushed = expand([word, pusher]).actions
            assert {name for name in plain if plain[name] != pushed[name]} == set(names), (word.name, key)


@pytest.mark.parametrize(
    ("word", "key", "action"),
    [
        (ns.Ceasefire("w", between=SIDES, direct=LAW, duration=LAW), "direct", "w.agree_directly"),
        (ns.Demand("w", of="north", needs="rung", yields=LAW), "yields", "w.give_way"),
        (ns.Demand("w", of="north", needs="rung", together_with="z", together=LAW), "together", "w.move_together"),
        (ns.Offer("w", by="north", to="south", answers=LAW, makes=LAW, accepts=0.5), "answers", "w.answer"),
        (ns.Promise("w", by="north", to="south", delay=LAW), "delay", "w.deliver"),
        (ns.Exchange("w", between=SIDES, agrees=LAW, takes=LAW), "agrees", "w.agree_directly"),
        (ns.Exchange("w", between=SIDES, agrees=LAW, takes=LAW), "takes", "w.carry_out"),
    ],
)
def test_a_law_that_stands_in_two_fields_is_told_apart(word: Any, key: str, action: str) -> None:
    assert timed_by(word, key) == (action,)


def host(on: str) -> ns.Mediator:
    return ns.Mediator("host", who="un", between=SIDES, hosting=2, acts_on=[on])


def test_errors_name_the_fields_that_can_be_hastened() -> None:
    truce = ns.Ceasefire("truce", between=SIDES, direct=LAW, duration=LAW)
    with pytest.raises(UnknownName, match=r"host acts on 'truce\.directly'.*hastened: .*truce\.direct"):
        scenario(truce, host("truce.directly"))
    offer = ns.Offer("plan", by="north", to="south", makes=LAW, answers=LAW, accepts=0.5)
    with pytest.raises(ScenarioError, match=r"no law with a hazard.*plan\.answers, plan\.makes"):
        scenario(offer, host("plan.again"))
    dated = ns.Deadline("cut", by="un", on="2025-06-20T12:00", met="false")
    with pytest.raises(ScenarioError, match="nothing of 'cut' takes a time drawn from a law"):
        scenario(dated, host("cut.extension"))


def test_what_is_supposed_away_needs_no_pace() -> None:
    rung = [ns.Fact("rung"), ns.Action(name="ring", when="not rung", clock=LAW, effects=["rung = true"])]
    first = ns.Demand("first", of="north", needs="rung", yields=LAW)
    talks = ns.Meeting("talks", among=SIDES, on="2025-06-20T12:00", requires={"north": first.met})
    world = scenario(first, talks, *rung, host("first.yields"))
    for other in (world.without("first"), world.harden("first"), world.meet("first"), world.waive("first")):
        assert "first.give_way" not in other.expanded.actions
