"""Parameters: numbers (or facts) that nobody knows exactly, with what is believed of them and who says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from negsim.errors import ScenarioError, nearest
from negsim.model.clocks import Chance, Distribution
from negsim.model.expressions import Expression, Operand, Ref
from negsim.model.names import check_name

__all__ = ["GRADES", "Parameter"]

GRADES = ("good", "fair", "weak", "judgement", "assumed", "unknown", "definition")
"""From best to worst evidence; ``definition`` is a choice of wording or convention, not a matter of evidence."""


@dataclass(frozen=True, slots=True)
class Parameter(Operand):
    """A number or fact nobody knows exactly.

    Parameters
    ----------
    name : str
    best : float or bool
        Best value; a contested claim takes its likelier truth value.
    belief : Distribution or Chance, optional
        What is believed of it; drawn once per draw of parameters when beliefs are asked for.
    unit : str
        ``"days"``, ``"1/day"``, ``"1"``, ...
    source : str
        Names of evidence elements or a citation.
    grade : str
        One of ``GRADES``.
    as_of : str
        Date (ISO) of the newest information that the value rests on.
    hindsight : bool
        True admits a source later than the scenario's as-of date, and says so wherever it is printed.
    title : str

    Examples
    --------
    >>> Parameter("waiver", 0.4, unit="1", source="judgement", grade="judgement").best
    0.4
    """

    name: str
    best: float | bool
    belief: Distribution | Chance | None = None
    unit: str = "1"
    source: str = ""
    grade: str = "unknown"
    as_of: str | None = None
    hindsight: bool = False
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "parameter")
        if isinstance(self.best, bool):
            if self.belief is not None and not isinstance(self.belief, Chance):
                raise ScenarioError(
                    f"parameter {self.name}: a true/false parameter is believed with chance(p), not {self.belief!r}"
                )
        else:
            self._check_number()
        if self.grade not in GRADES:
            raise ScenarioError(
                f"parameter {self.name}: grade {self.grade!r} is not one of "
                f"{', '.join(GRADES)}{nearest(self.grade, GRADES)}"
            )
        if self.as_of is not None:
            object.__setattr__(self, "as_of", iso_date(self.as_of, f"parameter {self.name}: as_of"))

    def _check_number(self) -> None:
        if not isinstance(self.best, (int, float)) or not math.isfinite(self.best):
            raise ScenarioError(f"parameter {self.name}: best must be a finite number or true/false, not {self.best!r}")
        object.__setattr__(self, "best", float(self.best))
        if isinstance(self.belief, Chance):
            raise ScenarioError(f"parameter {self.name}: a number is believed with a law, not with chance(p)")

    def __expression__(self) -> Expression:
        return Ref(self.name, "condition" if isinstance(self.best, bool) else "number")


def iso_date(value: object, what: str) -> str:
    """Return a date as ISO text, or raise a ScenarioError that names the field."""
    try:
        return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ScenarioError(f"{what}: {value!r} is not a date; write '2025-05-28'") from None
