"""What knowing one parameter, or all of them, would be worth to somebody who asks a question: plain results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.estimates import Estimate
from negsim.notebook import card, frame, spread

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Influence", "Sensitivity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What one parameter does to the answer to one question.

    Parameters
    ----------
    parameter, title, unit, grade : str
        Name, plain words, unit (empty for a pure number) and grade of evidence.
    move : Estimate
        Expected absolute move of the answer if the parameter's value became known, in the unit of the answer (of a
        probability in [0, 1], printed in points of a percent).
    variance : Estimate
        Expected fall of the variance of the answer then: the value of information for squared error, in the
        square of the answer's unit.
    share : Estimate or None
        First-order share of the whole variance over what is believed; None where that cannot be told.
    worth : Estimate
        Value of knowing it for max(p - threshold, 0), in the unit of the answer.
    low, high : tuple of (float, Estimate)
        The parameter's value at 5 % and at 95 % of what is believed, in its unit, and the answer given that value.
    total : Estimate or None
        Total effect, interactions included, as a share; on request.
    claim : bool
        Whether it is true or false, and no number.
    stands_out : bool
        Whether it makes a difference at all: all parameters tested together at this level (Wald's tests, Holm's steps).
    tied : bool
        Whether it is not distinguishable, at this n, from the leader of its group, which stands before it.

    See Also
    --------
    sensitivity : Tell which uncertain parameters carry an answer.
    Sensitivity : All influences on one answer.
    Signal : The same for a piece of news.

    Examples
    --------
    >>> import negsim as ns
    >>> rate = ns.Parameter("rate", 0.3, ns.LogNormal(median=0.3, sigma=0.8), unit="per day")
    >>> memo = ns.Action(name="deliver", when="not memo", clock=ns.Exponential("rate"), effects=["memo = true"])
    >>> asked = ns.Question(name="early", condition="memo", by="3 days")
    >>> tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[rate, ns.Fact("memo"), memo, asked])
    >>> found = ns.sensitivity(ns.simulate(tiny, replications=2_000, draws=500, seed=1), "early")
    >>> one = found["rate"]
    >>> one.unit, one.stands_out, one.low[1].value < found.answer.value < one.high[1].value
    ('per day', True, True)
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
        """Tell the influence in one sentence for people, with its uncertainty.

        Parameters
        ----------
        what : str
            The answer in words, which is the subject of the sentence (`Sensitivity.what`).

        Returns
        -------
        str
            What the answer would be if the value were known to be low, or high; or that it makes no difference that
            stands out from chance.
        """
        # Values at both ends would read as a finding where the difference between them may be nothing.
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
        """Write a value of the parameter as text.

        Parameters
        ----------
        number : float
            In the parameter's unit; of a claim 1 for true and 0 for false.

        Returns
        -------
        str
            Three digits without the unit, or "true" or "false".
        """
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

    Parameters
    ----------
    question, by, what : str
        Name, deadline, and the answer in words ("the probability of ...").
    answer : Estimate
        The answer itself.
    variance : Estimate or None
        Variance of the answer over what is believed (ignorance), chance taken out; None where each row of parameters
        has one history. In [0, 1/4] for a probability, otherwise in the square of the answer's unit.
    chance : float or None
        Variance of a single history's answer that is left when all parameters are known, on average; None for
        an answer that is a number, and where ``variance`` is.
    worth : Estimate or None
        Value of knowing all parameters for max(p - threshold, 0), in the unit of the answer; None where the variance
        does not stand out from chance.
    threshold : float
        From which answer on an act pays, in the unit of the answer (a probability is in [0, 1]).
    influences : tuple of Influence
        The largest expected move first.
    n, rows : int
        Histories, and rows of parameters.
    method : str
        How it was found, as a sentence.
    notes : tuple of str
        What could not be told, and why, as sentences.

    See Also
    --------
    sensitivity : Tell which uncertain parameters carry an answer.
    Influence : What one parameter does to it.
    draw_sensitivity : Draw how far each parameter moves the answer.

    Examples
    --------
    >>> import negsim as ns
    >>> rate = ns.Parameter("rate", 0.3, ns.LogNormal(median=0.3, sigma=0.8), unit="per day")
    >>> memo = ns.Action(name="deliver", when="not memo", clock=ns.Exponential("rate"), effects=["memo = true"])
    >>> asked = ns.Question(name="early", condition="memo", by="3 days")
    >>> tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[rate, ns.Fact("memo"), memo, asked])
    >>> found = ns.sensitivity(ns.simulate(tiny, replications=2_000, draws=500, seed=1), "early")
    >>> found.n, found.rows, [one.parameter for one in found], 0 < found.chance < found.answer.value
    (2000, 500, ['rate'], True)
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
        # Something is shown even where nothing stands out: its sentence says that.
        told = [one for one in self.influences if one.stands_out][:5] or list(self.influences[:1])
        lines = [f"{self.what[:1].upper()}{self.what[1:]} is {self.answer}. {self.method}."]
        for one in told:
            tie = " (Not distinguishable from the one before at this n.)" if one.tied else ""
            lines.append(f"  {one.sentence(self.what)}{tie}")
        return "\n".join([*lines, *self.notes])

    def __repr__(self) -> str:
        return f"<Sensitivity of {self.question} by {self.by}: {len(self.influences)} parameters, n = {self.n:,}>"

    def _repr_html_(self) -> str:
        rows = [
            [one.title, one.move.printed, _told(one.low[1]), _told(one.high[1]), _at(one)] for one in self.influences
        ]
        heads = ("parameter", "expected move", "answer at 5 %", "answer at 95 %", "its values there")
        facts = {"answer": str(self.answer), "histories": f"{self.n:,}", "draws": f"{self.rows:,}"}
        return card(f"What carries {self.what}", facts, columns=heads, rows=rows, notes=self.notes)

    def to_dataframe(self) -> pd.DataFrame:
        """A row a parameter: its values at 5 and 95 % of belief, the answer there, expected move, share of variance."""
        return frame([_tidy(one) for one in self.influences], COLUMNS)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data.

        Returns
        -------
        dict
            The answer, its variance, what knowing is worth, and a row for each parameter.
        """
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


COLUMNS = (
    "parameter", "title", "unit", "grade", "move", "move_low", "move_high", "low", "answer_at_low", "answer_at_low_low",
    "answer_at_low_high", "high", "answer_at_high", "answer_at_high_low", "answer_at_high_high", "share", "stands_out", "tied",
)  # fmt: skip


def _at(one: Influence) -> str:
    return f"{one.value(one.low[0])} to {one.value(one.high[0])}{_spaced('' if one.claim else one.unit)}"


def _tidy(one: Influence) -> dict[str, object]:
    plain = {name: getattr(one, name) for name in ("parameter", "title", "unit", "grade", "stands_out", "tied")}
    # "low" and "high" are values of the parameter here; the ends of intervals carry the name of their number.
    moved = spread("move", one.move) | spread("answer_at_low", one.low[1]) | spread("answer_at_high", one.high[1])
    share = None if one.share is None else one.share.value
    return {**plain, **moved, "low": one.low[0], "high": one.high[0], "share": share}
