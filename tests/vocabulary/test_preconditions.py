"""Preconditions hold at every date of the thing: a property of all words, closed forms, and what can be supposed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.engines import ENGINES, available

from .pending import Forgetful, appointments, breaches, histories, meetings, moves, others, world
from .test_word_properties import words

RUNNABLE = [name for name in ENGINES if available(name)]
ROWS = ("first", "counts", "final")

pending = st.one_of(meetings(), meetings(), appointments())


def obeys(word: Any, moving: list[ns.Action], n: int, *steps: Any) -> None:
    found = list(breaches(histories(world(word, moving, *steps), n)))
    assert not found, found[0]


@settings(max_examples=60)
@given(pending, moves())
def test_a_meeting_held_had_every_hard_requirement_at_that_instant(word: Any, moving: list[ns.Action]) -> None:
    obeys(word, moving, 12)


@pytest.mark.slow
@settings(max_examples=1_000)
@given(pending, moves())
def test_a_meeting_held_had_every_hard_requirement_at_that_instant_of_a_thousand(
    word: Any, moving: list[ns.Action]
) -> None:
    obeys(word, moving, 25)


@settings(max_examples=50)
@given(st.one_of(others(), words()), moves())
def test_so_had_every_other_step(word: Any, moving: list[ns.Action]) -> None:
    obeys(word, moving, 8)


@pytest.mark.slow
@settings(max_examples=1_000)
@given(st.one_of(others(), words()), moves())
def test_so_had_every_other_step_of_a_thousand(word: Any, moving: list[ns.Action]) -> None:
    obeys(word, moving, 12)


def test_a_meeting_of_the_old_kind_is_caught() -> None:
    caught: list[str] = []

    @settings(max_examples=60)
    @given(meetings(Forgetful), moves())
    def old(word: Any, moving: list[ns.Action]) -> None:
        caught.extend(breaches(histories(world(word, moving), 12)))

    old()
    assert len(caught) > 20


@settings(max_examples=40)
@given(pending, moves())
def test_random_meetings_are_written_read_and_alike_on_every_engine(word: Any, moving: list[ns.Action]) -> None:
    scenario = world(word, moving)
    assert ns.loads(ns.dumps(scenario)) == scenario
    runs = [
        ns.simulate(scenario, replications=12, seed=5, engine=name, max_events=3_000, on_error="count")
        for name in RUNNABLE
    ]
    for other in runs[1:]:
        for row in ROWS:
            np.testing.assert_array_equal(getattr(other.block, row), getattr(runs[0].block, row))
