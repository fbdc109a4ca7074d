"""What knowing one parameter, or all of them, would be worth to somebody who asks a question: plain results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from negsim.estimates import Estimate

__all__ = ["Influence", "Sensitivity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What one parameter does to the answer to one question.

    Attributes
    ----------
    parameter, title, unit, grade : str
        Name, plain words, unit and grade of evidence.
    move : Estimate
        Expected absolute move of the answer if the parameter's value became known.
    variance : Estimate
        Expected fall of the variance of the answer then: the value of information for squared error.
    share : Estimate or None
        First-order share of the whole variance over what is believed; None where that cannot be told.
    worth : Estimate
        Value of knowing it for max(p - threshold, 0).
    low, high : tuple of (float, Estimate)
        The parameter's value at 5 % and at 95 % of what is believed, and the answer given that value.
    total : Estimate or None
        Total effect, interactions included, as a share; on request.
    claim : bool
        Whether it is true or false, and no number.
    stands_out : bool
        Whether it makes a difference at all: all parameters tested together at this level (Wald's tests, Holm's steps).
    tied : bool
        Whether it is not distinguishable, at this n, from the leader of its group, which stands before it.
    """

    parameter: str
    title: str
    unit: str
    grade: str
    move: Estimate
    variance: Estimate
    share: Estimate | None
    worth: Estimate
    low: tuple[float, Estimate]
    high: tuple[float, Estimate]
    total: Estimate | None = None
    claim: bool = False
    stands_out: bool = True
    tied: bool = False

    def sentence(self, what: str) -> str:
        """One sentence for people, with its uncertainty."""
        if not self.stands_out:
            return (
                f"What is not known of '{self.title}' makes no difference to {what} that stands out from chance in "
                f"{self.move.n:,} histories (at most {self.move.ends()[1]}{_unit(self.move)})."
            )
        (_, at_low), (_, at_high) = self.low, self.high
        known = f"'{self.title}' is {self.value(self.low[0])} rather than {self.value(self.high[0])}"
        return (
            f"If it were known that {known}{_spaced('' if self.claim else self.unit)}, {what} would be {_told(at_low)} "
            f"rather than {_told(at_high)}; knowing it would move the answer by {_told(self.move)} on average."
        )

    def value(self, number: float) -> str:
        """A value of the parameter as text."""
        return ("true" if number else "false") if self.claim else f"{number:.3g}"


def _unit(one: Estimate) -> str:
    return f" {one.unit}" if one.unit else ""


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""


def _told(one: Estimate) -> str:
    low, high = one.ends()
    return f"{one.printed} [{low} to {high}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Which parameters carry the answer to a question: what `sensitivity` found.

    Attributes
    ----------
    question, by, what : str
        Name, deadline, and the answer in words ("the probability of ...").
    answer : Estimate
        The answer itself.
    variance : Estimate or None
        Variance of the answer over what is believed (ignorance), chance taken out; None where each row of parameters
        has one history.
    chance : float or None
        Variance of a single history's answer that is left when all parameters are known, on average.
    worth : Estimate or None
        Value of knowing all parameters for max(p - threshold, 0).
    threshold : float
    influences : tuple of Influence
        The largest expected move first.
    n, rows : int
        Histories, and rows of parameters.
    method : str
    notes : tuple of str
    """

    question: str
    by: str
    what: str
    answer: Estimate
    variance: Estimate | None
    chance: float | None
    worth: Estimate | None
    threshold: float
    influences: tuple[Influence, ...]
    n: int
    rows: int
    method: str
    notes: tuple[str, ...] = ()

    def __getitem__(self, parameter: str) -> Influence:
        """The influence of a parameter by its name."""
        for one in self.influences:
            if one.parameter == parameter:
                return one
        raise KeyError(parameter)

    def __iter__(self) -> Iterator[Influence]:
        return iter(self.influences)

    def __str__(self) -> str:
        told = [one for one in self.influences if one.stands_out][:5] or list(self.influences[:1])
        lines = [f"{self.what[:1].upper()}{self.what[1:]} is {self.answer}. {self.method}."]
        for one in told:
            tie = " (Not distinguishable from the one before at this n.)" if one.tied else ""
            lines.append(f"  {one.sentence(self.what)}{tie}")
        return "\n".join([*lines, *self.notes])

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "question": self.question,
            "by": self.by,
            "answer": self.answer.as_dict(),
            "variance": None if self.variance is None else self.variance.as_dict(),
            "chance_variance": self.chance,
            "threshold": self.threshold,
            "worth_of_all": None if self.worth is None else self.worth.as_dict(),
            "n": self.n,
            "rows": self.rows,
            "method": self.method,
            "notes": list(self.notes),
            "parameters": [_row(one, self.what) for one in self.influences],
        }


def _row(one: Influence, what: str) -> dict[str, Any]:
    return {
        "parameter": one.parameter,
        "title": one.title,
        "unit": one.unit,
        "grade": one.grade,
        "expected_move": one.move.as_dict(),
        "variance": one.variance.as_dict(),
        "first_order_share": None if one.share is None else one.share.as_dict(),
        "total_share": None if one.total is None else one.total.as_dict(),
        "worth": one.worth.as_dict(),
        "at_5_percent": {"value": one.low[0], "answer": one.low[1].as_dict()},
        "at_95_percent": {"value": one.high[0], "answer": one.high[1].as_dict()},
        "stands_out": one.stands_out,
        "tied": one.tied,
        "sentence": one.sentence(what),
    }
