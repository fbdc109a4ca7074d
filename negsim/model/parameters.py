"""Parameters: numbers (or facts) that nobody knows exactly, with what is believed of them and who says so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from negsim.errors import HindsightError, LawError, ScenarioError, nearest
from negsim.laws import Fit
from negsim.model.beliefs import STATEMENTS, Belief, Elicited, check_statements, fitted, stated_best
from negsim.model.clocks import Chance, Distribution
from negsim.model.expressions import Expression, Operand, Ref, evaluate, reads
from negsim.model.lookup import Lookup
from negsim.model.names import check_name

__all__ = ["GRADES", "AsKnown", "Parameter", "dates_of", "iso_date", "latest"]

GRADES = ("good", "fair", "weak", "judgement", "assumed", "unknown", "definition")
"""From best to worst evidence; ``definition`` is a choice of wording or convention, not a matter of evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsKnown:
    """What stood in for a number on the scenario's as-of date, before the cases were known that its value rests on.

    Parameters
    ----------
    best : float, optional
        May be left out where a mean, or a range, says it.
    mean, p5, p95 : float, optional
        5 % lies below the one and 5 % above the other.
    source, grade, title : str
        As of `Parameter`; the title says what it rests on instead.
    cases : sequence of dates
        ISO dates on which the outcomes of the cases became known that it was computed from.

    See Also
    --------
    Parameter : A number nobody knows exactly.
    Elicited : A belief as people say it.

    Examples
    --------
    >>> late = Parameter("exchange", 0.7, hindsight=True, as_known=AsKnown(mean=0.5, p95=0.8, source="judgement"))
    >>> late.known.best, late.known.hindsight
    (0.5, False)
    """

    best: float | None = None
    mean: float | None = None
    p5: float | None = None
    p95: float | None = None
    source: str = ""
    grade: str = "judgement"
    title: str = ""
    cases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "cases", dates_of(self.cases, "as_known: cases"))
        if self.grade not in GRADES:
            raise ScenarioError(f"as_known: grade must be one of {', '.join(GRADES)}, not {self.grade!r:.60}")


@dataclass(frozen=True, slots=True, init=False)
class Parameter(Operand):
    """A number or fact nobody knows exactly.

    Parameters
    ----------
    name : str
        What expressions read it by; unique in the scenario.
    best : float or bool, optional
        Best value: the median of what is believed, unless a belief is given that says otherwise. It may be left out
        where a belief says it (its mean if that is said, else its median). A contested claim takes its likelier truth
        value for it, and is drawn with its credibility whether or not beliefs are.
    belief : Distribution, Chance or Elicited, optional
        What is believed of it; drawn once per draw of parameters when beliefs are asked for. The arguments of a law may
        read other parameters: ``LogNormal(median="kyiv.delay", sigma=0.5)``.
    unit : str
        ``"days"``, ``"1/day"``, ``"1"`` (a share), ``"times"`` (a multiplier), ...
    source : str
        Names of evidence elements or a citation.
    grade : str
        One of ``GRADES``.
    as_of : str
        Date (ISO) of the newest information that the value rests on.
    hindsight : bool
        True admits a source later than the scenario's as-of date, and says so wherever it is printed.
    title : str
        What people read in place of the name.
    cases : sequence of dates
        On which the outcomes of the cases became known that the value was computed from. The latest of them is held
        against the scenario's as-of date, in place of the dates of the sources.
    as_known : AsKnown, optional
        What ``Scenario.as_known`` takes instead of a value of hindsight.
    **said : number or duration
        What is believed, by key, as of `negsim.model.beliefs.Elicited`, in place of ``belief``: ``mean``, ``median``,
        ``p5``, ``p95`` and other quantiles, ``family``; ``range=[low, high]`` says that 5 % lies below and 5 % above; a
        rate quoted as an average is a ``mean``, which is then the best value too.

    Raises
    ------
    ScenarioError
        A belief of another kind than the value, a mean that is not the best value, a best value outside the range that
        is said beside it, statements that contradict each other.

    See Also
    --------
    Evidence : A source that numbers cite.
    Elicited : A belief as people say it.
    AsKnown : What stood in for a number on the as-of date.

    Examples
    --------
    >>> Parameter("waiver", 0.4, unit="1", source="judgement", grade="judgement").best
    0.4
    >>> delay = Parameter("delay", 12, range=[3, 40], unit="days")
    >>> delay.fit.law.family, round(delay.fit.misfit, 4)
    ('lognormal', 0.0131)
    >>> Parameter("rate", mean=0.1, range=[0.02, 0.25], unit="1/day").best
    0.1
    """

    name: str
    best: float | bool
    belief: Belief | None = None
    unit: str = "1"
    source: str = ""
    grade: str = "unknown"
    as_of: str | None = None
    hindsight: bool = False
    title: str = ""
    cases: tuple[str, ...] = ()
    as_known: AsKnown | None = None
    at: Lookup[float] = field(default=Lookup(), init=False, repr=False)
    """The best values of the parameters that its belief reads, in a scenario."""

    def __init__(
        self,
        name: str,
        best: float | bool | None = None,
        belief: Belief | Mapping[str, Any] | None = None,
        unit: str = "1",
        source: str = "",
        grade: str = "unknown",
        as_of: str | None = None,
        hindsight: bool = False,
        title: str = "",
        cases: Iterable[str] = (),
        as_known: AsKnown | Mapping[str, Any] | None = None,
        **said: Any,
    ) -> None:
        put = object.__setattr__
        put(self, "name", check_name(name, "parameter"))
        put(self, "at", Lookup())
        put(self, "unit", unit)
        # Messages of beliefs do not know the parameter.
        with _named(name):
            put(self, "belief", _belief(belief, said))
            put(self, "best", self._best(best))
            self._check_belief()
        if grade not in GRADES:
            raise ScenarioError(
                f"parameter {name}: grade {grade!r} is not one of {', '.join(GRADES)}{nearest(grade, GRADES)}"
            )
        put(self, "source", source)
        put(self, "grade", grade)
        put(self, "as_of", None if as_of is None else iso_date(as_of, f"parameter {name}: as_of"))
        put(self, "hindsight", hindsight)
        put(self, "title", title)
        put(self, "cases", dates_of(cases, f"parameter {name}: cases"))
        put(self, "as_known", AsKnown(**as_known) if isinstance(as_known, Mapping) else as_known)
        if as_known is not None and not hindsight:
            raise ScenarioError(
                f"parameter {name}: as_known stands in for a value of hindsight, and this is none; mark it "
                "hindsight = true, or leave as_known away"
            )

    def _best(self, best: object) -> float | bool:
        """The best value as it is said, or as the belief says it."""
        belief = self.belief
        if best is None:
            if belief is None:
                raise ScenarioError("has no value; give best = ..., mean = ... or a belief")
            if isinstance(belief, Chance):
                # As likely as not counts as true, as with a claim.
                return not reads(belief.p) and float(evaluate(belief.p, {})) >= 0.5
            if isinstance(belief, Distribution) and any(reads(tree) for tree in belief.arguments()):
                raise ScenarioError("has no value: its belief reads other parameters; give best = ... too")
            return stated_best(belief, self.unit)
        if isinstance(best, bool):
            return best
        if not isinstance(best, (int, float)) or not math.isfinite(best):
            raise ScenarioError(f"best must be a finite number or true/false, not {best!r}")
        return float(best)

    def _check_belief(self) -> None:
        if isinstance(self.best, bool):
            if self.belief is not None and not isinstance(self.belief, Chance):
                raise ScenarioError(f"a true/false parameter is believed with chance(p), not {self.belief!r}")
        elif isinstance(self.belief, Chance):
            raise ScenarioError("a number is believed with a law, not with chance(p)")
        elif isinstance(self.belief, Elicited):
            check_statements(self.belief, self.best, self.unit)

    @property
    def contested(self) -> bool:
        """Whether it is a claim that may be true or false: drawn anew for each history where parameters are not."""
        return isinstance(self.belief, Chance)

    def beside(self, best: Mapping[str, float]) -> Parameter:
        """The parameter where those that its belief reads have these best values.

        Parameters
        ----------
        best : mapping from str to float
            By name.

        Returns
        -------
        Parameter
            The same, but that it knows them.
        """
        found = replace(self)
        object.__setattr__(found, "at", Lookup(best))
        return found

    @property
    def fit(self) -> Fit:
        """The law that is believed of the number, solved once, and how well it says what was said of it.

        Where a belief reads other parameters, it is the law at their best values.

        Raises
        ------
        ScenarioError
            If nothing is believed of it or it is true or false.
        LawError
            If no law has what is said of the belief.
        """
        if self.belief is None or isinstance(self.belief, Chance):
            raise ScenarioError(
                f"parameter {self.name}: there is no law of what is believed; give a belief of a number"
            )
        return _fit(self)

    @property
    def known(self) -> Parameter:
        """The parameter as it was known on the as-of date.

        Raises
        ------
        HindsightError
            If its value leans on later cases, and nothing stands in for it.
        """
        if not self.hindsight:
            return self
        then = self.as_known
        if then is None:
            # Without a value of then, the value of today would slip in.
            raise HindsightError(
                f"parameter {self.name} rests on what was known only later; say as_known = {{mean = ..., source = ...}}, "
                "or leave out that only what was known counts"
            )
        return Parameter(
            self.name,
            then.best,
            unit=self.unit,
            source=then.source,
            grade=then.grade,
            title=then.title or self.title,
            cases=then.cases,
            mean=then.mean,
            p5=then.p5,
            p95=then.p95,
        )

    def __expression__(self) -> Expression:
        return Ref(self.name, "condition" if isinstance(self.best, bool) else "number")


# Solved once for equal parameters: variants of a scenario share nearly all of them.
@lru_cache(maxsize=4096)
def _fit(parameter: Parameter) -> Fit:
    assert parameter.belief is not None
    assert not isinstance(parameter.belief, Chance)
    try:
        return fitted(parameter.belief, parameter.best, parameter.unit, parameter.at)
    except LawError as error:
        raise LawError(f"belief of parameter {parameter.name}: {error}") from None


def _belief(belief: object, said: dict[str, Any]) -> Belief | None:
    """The belief from either way to say it."""
    unknown = [key for key in said if key not in STATEMENTS]
    if unknown:
        known = [one.name for one in fields(Parameter) if one.init and one.name != "name"] + list(STATEMENTS)
        raise ScenarioError(f"there is no {unknown[0]!r}{nearest(unknown[0], known)}; it takes {', '.join(known)}")
    # None is what a file leaves out.
    said = {key: value for key, value in said.items() if value is not None}
    if said and belief is not None:
        raise ScenarioError(f"belief and {next(iter(said))} both say what is believed; give one of the two")
    if isinstance(belief, Mapping):
        said = {str(key): value for key, value in belief.items()}
    elif belief is not None:
        if not isinstance(belief, Belief):
            raise ScenarioError(
                f"belief = {belief!r} is none; give a law, chance(p), or what is said, {{'range': [3, 40]}}"
            )
        return belief
    # A family says how, and nothing of what.
    if set(said) == {"family"}:
        raise ScenarioError(
            f"family = {said['family']!r} alone is no belief; say a range, quantiles or a mean beside it"
        )
    return Elicited(**said) if said else None


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Errors about a part of the parameter name the parameter."""
    try:
        yield
    except (ScenarioError, LawError) as error:
        raise type(error)(f"parameter {name}: {error}") from None


def iso_date(value: object, what: str) -> str:
    """Return a date as ISO text, or raise a ScenarioError that names the field."""
    try:
        return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ScenarioError(f"{what}: {value!r} is not a date; write '2025-05-28'") from None


def dates_of(values: Iterable[object], what: str) -> tuple[str, ...]:
    """Dates in order, each once."""
    if isinstance(values, str):
        raise ScenarioError(f"{what}: {values!r} is no list of dates; write ['2025-03-24', '2025-05-16']")
    return tuple(sorted({iso_date(value, what) for value in values}))


def latest(dates: Iterable[str | None]) -> str:
    """The latest of some dates; nothing if there is none."""
    return max((date_ for date_ in dates if date_), default="")
