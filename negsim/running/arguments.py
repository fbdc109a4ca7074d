"""What `simulate` refuses before it begins: each argument by its name, with its value and what to give instead."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from negsim.errors import ArgumentError, BudgetError, NegsimError, nearest
from negsim.model.elements import written_out
from negsim.model.questions import Question
from negsim.program.drawn import MOST_DRAWS

__all__ = [
    "LEAST_MEMORY",
    "LEAST_SECONDS",
    "check_choice",
    "check_count",
    "check_memory",
    "check_seconds",
    "check_simulate",
    "path_of",
]

LEAST_SECONDS = 1.0
LEAST_MEMORY = 64_000_000
# The kernel counts the firings of an action in 32 bits.
MOST_EVENTS = 2**31
# The counter of a draw has 64 bits for it; this leaves room for sums.
MOST_REPLICATIONS = 2**62


def check_count(what: str, value: object, least: int = 1) -> None:
    """Refuse what is not a whole number of at least so much."""
    # True would pass as 1.
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise NegsimError(f"{what} must be a whole number of at least {least}, not {short(value)}")


def check_choice(what: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse what is not one of the allowed words."""
    if not isinstance(value, str) or value not in allowed:
        near = nearest(value, allowed) if isinstance(value, str) else ""
        raise NegsimError(f"{what} is {short(value)}{near}; use {' or '.join(repr(word) for word in allowed)}")


def short(value: object) -> str:
    """A value for a message."""
    text = repr(value)
    # A message must not repeat a megabyte that was given by mistake.
    return text if len(text) <= 80 else f"{text[:77]}..."


def _number(what: str, value: object, unit: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise NegsimError(f"{what} must be a number of {unit}, not {short(value)}")
    return float(value)


def check_seconds(value: object) -> float:
    """A budget of time, refused by name where it is less than can be kept."""
    found = _number("seconds", value, "seconds")
    if found < LEAST_SECONDS:
        raise BudgetError(f"seconds = {short(value)} is less than can be kept; give at least {LEAST_SECONDS:g}")
    return found


def check_memory(value: object) -> float:
    """A budget of memory, refused by name where it is less than can be kept."""
    found = _number("memory", value, "bytes")
    if found < LEAST_MEMORY:
        raise BudgetError(
            f"memory = {short(value)} bytes is less than can be kept; give at least {LEAST_MEMORY:,} (64 MB)"
        )
    return found


def path_of(value: object) -> Path:
    """Where a checkpoint is kept."""
    if not isinstance(value, (str, os.PathLike)) or isinstance(value, bytes) or not str(value) or "\0" in str(value):
        raise NegsimError(f"checkpoint must be a path, not {short(value)}")
    return Path(value)


def check_simulate(given: dict[str, Any]) -> tuple[Question, ...]:
    """Check the arguments of `simulate` that have a meaning of their own; return the questions."""
    check_count("replications", given["replications"])
    for name in ("workers", "block", "draws", "max_events", "events"):
        if given[name] is not None:
            check_count(name, given[name])
    for name, most in (("replications", MOST_REPLICATIONS), ("draws", MOST_DRAWS), ("max_events", MOST_EVENTS - 1)):
        if given[name] is not None and given[name] > most:
            raise BudgetError(f"{name} = {given[name]:,} is more than can be kept; give at most {most:,}")
    if given["rows"] is not None and given["draws"] is not None:
        raise ArgumentError("rows= are drawn already; leave draws= away, or rows=")
    check_count("trace", given["trace"], 0)
    check_choice("on_error", given["on_error"], ("raise", "count"))
    if given["keep"] == "times":
        warnings.warn("keep='times' is called keep='all' now; 'times' goes with 0.3", DeprecationWarning, stacklevel=3)
    else:
        check_choice("keep", given["keep"], ("all", "answers", "counts"))
    if given["keep"] == "counts" and given["trace"]:
        raise NegsimError(
            f"trace = {given['trace']} and keep='counts' exclude each other, since counts keep no single history; use "
            "keep='all', or ns.replay(runs, number) for the log of one"
        )
    if not isinstance(given["engine"], str):
        raise NegsimError(f"engine must be a name such as 'auto', not {short(given['engine'])}")
    if given["executor"] is not None and not callable(getattr(given["executor"], "submit", None)):
        raise NegsimError(
            f"executor must have a method submit, as those of concurrent.futures, not {short(given['executor'])}"
        )
    if not (given["progress"] is None or isinstance(given["progress"], bool) or callable(given["progress"])):
        raise NegsimError(f"progress must be True or a function of two numbers, not {short(given['progress'])}")
    return _questions(given["questions"])


def _questions(given: object) -> tuple[Question, ...]:
    # A text is iterable, letter by letter: its error would speak of a letter that is no question.
    if isinstance(given, (str, Question)) or not isinstance(given, (Sequence, Iterable)):
        raise NegsimError(
            f"questions must be a list of questions, not {short(given)}; write questions=[ns.Question(...)]"
        )
    found = []
    for question in written_out(given):
        if not isinstance(question, Question):
            raise NegsimError(
                f"questions has {short(question)}, which is no question; write ns.Question(name='mine', condition='...')"
            )
        found.append(question)
    return tuple(found)
