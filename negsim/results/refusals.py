"""Why there is no number: in no history was there anything to count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from negsim.errors import EstimateError
from negsim.model.calendar import Moment
from negsim.program.probes import Asked

__all__ = ["NothingCounted", "refuse_all_failed", "refuse_given", "refuse_never", "refuse_none"]


class NothingCounted(EstimateError):
    """No history counts: all failed, or what a question is given never came true."""

    counted = 0


def refuse_all_failed(name: str, n: int, failures: Sequence[Exception]) -> NoReturn:
    """Say that there is nothing to estimate from."""
    first = f"; the first: {failures[0]}" if failures else ""
    raise NothingCounted(f"question {name}: all {n:,} replications failed, so that there is no number{first}")


def refuse_none(entry: Asked, n: int) -> NoReturn:
    """Say that what a question is given was so in no history."""
    question, given = entry.question, entry.given
    assert given is not None
    remedy = "make it happen with do(...)"
    if given.form == "by":
        date = _day(question.by if question.given_by is None else question.given_by)
        was = f"came true in none of {n:,} histories" + (date and f" by {date}")
    elif given.form == "on":
        was = f"held on {_day(question.given_on)} in none of {n:,} histories"
    else:
        was = f"came true by {_day(question.given_not_by)} in all of {n:,} histories"
        remedy = "keep it from happening with do(..., never=True)"
    raise NothingCounted(
        f"question {question.name}: what it is given ('{question.given}') {was}, so that nothing is known of what follows "
        f"{'without it' if given.form == 'not_by' else 'from it'}; simulate more of them, give another date, or {remedy}"
    )


def _day(when: Moment | None) -> str:
    """A date as it was said, days from the start as such."""
    return "" if when is None else f"day {when:g}" if isinstance(when, float) else str(when)


def refuse_given(entry: Asked) -> NoReturn:
    """Say that a given which every history has at the start leaves none out."""
    question = entry.question
    raise EstimateError(
        f"question {question.name}: given '{question.given}' is true at the start of every history, so that it "
        "leaves none out; use given_on (it holds on a date) or given_not_by (it did not become true by a date)"
    )


def refuse_never(name: str, n: int) -> NoReturn:
    """Say that a time has no mean, because nobody ever gets there."""
    raise NothingCounted(
        f"question {name}: it never came true in {n:,} histories, so that its time has no mean; simulate more, or move"
        " the scenario's end"
    )
