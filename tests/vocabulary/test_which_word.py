"""The page of words names every word, and the ways round that it shows do what it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

import negsim as ns
from negsim.vocabulary import WORDS

from .helpers import accepts

PAGE = (Path(__file__).parents[2] / "docs" / "which_word.md").read_text("utf-8")
SCENARIO = ns.loads(re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0])
N = 2_000


def first(condition: str, s: ns.Scenario = SCENARIO) -> np.ndarray:
    """Days until a condition is first true, infinite where it never is."""
    asked = ns.Question(name="asked", kind="when", condition=condition)
    return np.asarray(ns.simulate(s, replications=N, seed=4, questions=[asked]).first_times("asked"))


def test_every_word_stands_on_the_page() -> None:
    missing = [word.__name__ for word in WORDS if not re.search(rf"`{word.__name__}\b", PAGE)]
    assert missing == ["Deadlock"]  # a circle is found by itself: who waits for whom


def test_first_lines_name_words_that_are_there() -> None:
    for word in WORDS:
        line = (word.__doc__ or "").splitlines()[0]
        for name in re.findall(r"`([A-Z]\w+)`", line):
            assert hasattr(ns, name), line


def test_a_stage_waits_for_its_condition() -> None:
    assert first("swap.stage >= 1").min() < 30
    done = first("swap.done")
    assert done.min() >= 30.5  # verified on the first of July at noon
    assert np.isfinite(done).all()


def test_one_switch_stops_what_it_stands_in() -> None:
    """Nothing guarantees while all is frozen, from day 39.5 for twenty days."""
    found = first("guarantee")
    assert not ((found > 39.5) & (found < 59.5)).any()
    assert ((found > 59.5) & np.isfinite(found)).any()


def test_a_mandate_ends_on_its_date() -> None:
    found = first("ladder.signed")
    assert found[np.isfinite(found)].max() < 75
    late = first("ladder.signed", SCENARIO.without("mandate_ends"))
    assert late[np.isfinite(late)].max() > 75


def test_a_quorum_and_a_window() -> None:
    """Two of three at .7: .784; held ten to twenty days after the second vote that passed."""
    held, ready = first("signing.held"), first("at_least(2, upper.ratified, lower.ratified, council.ratified)")
    assert np.array_equal(np.isfinite(held), np.isfinite(ready))
    wait = held[np.isfinite(held)] - ready[np.isfinite(held)]
    assert 10 <= wait.min() < wait.max() <= 20
    assert accepts(int(np.isfinite(held).sum()), N, 0.784)


def test_a_delay_from_a_due_date_and_an_answer_that_waits() -> None:
    fee, text = first("late_fee"), first("text.delivered")
    assert set(fee[np.isfinite(fee)]) == {29.5}
    assert np.array_equal(np.isfinite(fee), text > 29.5)
    answered = first("answer.decided")
    assert set(answered) == {14.5}
