"""Questions: what is asked of a history."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from negsim.errors import ScenarioError, nearest
from negsim.model.calendar import Calendar, moment
from negsim.model.expressions import Expression, Operand, as_condition, as_expression
from negsim.model.inputs import MaybeAmount, MaybeCondition, MaybeDate, MaybeName, Numbers, preset, record
from negsim.model.kinds import KINDS, Kind
from negsim.model.lookup import Lookup
from negsim.model.names import check_name

__all__ = ["ANEW", "GIVENS", "Askable", "Question"]

Askable: TypeAlias = str | Operand
"""What can be asked of finished runs besides a `Question`: the name of one that they asked, or a condition."""

ANEW = "anew"
"""The name of a question that is asked by its condition alone."""

GIVENS = ("given_by", "given_on", "given_not_by")
"""The ways in which a question is conditioned: became true by, holds on, did not become true by a date."""


@record
class Question:
    """What is asked of a history.

    Parameters
    ----------
    name : str
        Capitals allowed, so that questions of a published list keep their ids ("Q1").
    kind : str
        One of `negsim.model.kinds.KINDS`.
    condition : condition or number-valued expression
        What is asked about; a number for kind ``value``, none for kind ``fired``.
    action, outcome : str
        For kind ``fired``.
    weights : mapping from action to float, optional
        For kind ``fired``, in place of ``action``: several actions, each with what one firing counts. A key is an action's
        name, or ``"action:outcome"`` for firings with that outcome alone.
    by : date, instant or days
        Deadline; a bare date means the whole of that day, a text of whole days (``"90 days"``) so many days of the
        calendar after the start. By default the scenario's end.
    before : date, instant or days, optional
        In place of ``by``: up to the last microsecond before the date begins, or before the instant.
    after : date, instant or days, optional
        Opening of a window. Kinds ``reached`` and ``when`` ask whether the *first* time lies in ``[after, by]``, so
        earlier is No; ``happens`` whether the condition turns true in it (a rising edge; the scenario's start is one),
        however often before; ``fired`` counts in it.
    or_holds : bool
        Kind ``happens``: a condition that holds when the window opens counts as well.
    at_least : int or float, optional
        Kind ``fired``: the question is then whether the action fires at least so often, and has a probability; with
        ``weights``, whether they come to at least so much, reckoned in the decimals as they are written.
    throughout : condition, optional
        Must hold in every state before the condition is first true.
    given : condition, optional
        Only histories count in which this became true by ``given_by`` (by default ``by``), holds on ``given_on``, or
        did not become true by ``given_not_by``: one of the three.
    given_by, given_on, given_not_by : date, instant or days, optional
        A bare date is the whole of that day.
    title : str
        What it is called in tables and pictures; by default a sentence of what is asked and by when.
    text : str
        Resolution wording.
    base_rate : float, optional
        Share of yes among comparable questions.
    source : str
        Where the base rate comes from.

    See Also
    --------
    Runs : Simulated histories as arrays.
    Answer : The answer to one question as every table shows it.

    Examples
    --------
    >>> Question(name="summit", condition="summit.held", by="2025-06-30").by
    '2025-06-30'
    """

    name: str
    kind: str = "reached"
    condition: MaybeAmount = preset(None)
    action: MaybeName = preset(None)
    outcome: str | None = None
    weights: Numbers = preset(Lookup())
    by: MaybeDate = preset(None)
    before: MaybeDate = preset(None)
    after: MaybeDate = preset(None)
    or_holds: bool = False
    at_least: float | None = None
    throughout: MaybeCondition = preset(None)
    given: MaybeCondition = preset(None)
    given_by: MaybeDate = preset(None)
    given_on: MaybeDate = preset(None)
    given_not_by: MaybeDate = preset(None)
    title: str = ""
    text: str = ""
    base_rate: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        # Upper case too: questions of published lists keep their ids there, such as Q1.
        # By its form alone; the name keeps its letters.
        check_name(self.name.lower() if isinstance(self.name, str) and self.name.isascii() else self.name, "question")
        where = f"question {self.name}"
        if self.kind not in KINDS:
            raise ScenarioError(
                f"{where}: kind {self.kind!r} is not one of {', '.join(KINDS)}{nearest(str(self.kind), KINDS)}"
            )
        put = object.__setattr__
        for key in ("by", "before", "after", *GIVENS):
            if getattr(self, key) is not None:
                put(self, key, moment(getattr(self, key), f"{where}: {key}"))
        for key in ("throughout", "given"):
            if getattr(self, key) is not None:
                put(self, key, as_condition(getattr(self, key)))
        if self.condition is not None:
            put(
                self,
                "condition",
                as_expression(self.condition) if self.row.about == "number" else as_condition(self.condition),
            )
        if self.action is not None and not isinstance(self.action, str):
            put(self, "action", self.action.name)
        put(self, "weights", _weights(self.weights, where))
        self._check_fit(where)

    def _check_fit(self, where: str) -> None:
        if self.row.about == "action":
            if self.condition is not None or (self.action is None) == (not self.weights):
                raise ScenarioError(
                    f"{where}: kind {self.kind!r} asks of an action, or of several with what a firing of each counts; give "
                    "action= or weights=, and no condition"
                )
        elif self.condition is None or self.action is not None or self.weights:
            raise ScenarioError(f"{where}: kind {self.kind!r} asks of a condition; give condition= and no action")
        if self.outcome is not None and self.action is None:
            raise ScenarioError(
                f"{where}: outcome {self.outcome!r} without an action; give action=, or the key 'action:outcome' in weights"
            )
        self._check_keys(where)
        self._check_given(where)
        if self.base_rate is not None and not (isinstance(self.base_rate, (int, float)) and 0 <= self.base_rate <= 1):
            raise ScenarioError(f"{where}: base_rate must be a share in [0, 1], not {self.base_rate!r}")

    def _check_keys(self, where: str) -> None:
        """Each key belongs to some kinds."""
        for key in ("after", "throughout", "or_holds", "at_least", "weights"):
            # False is a key that was not given, as None is.
            if getattr(self, key) not in (None, False, {}) and key not in self.row.keys:
                kinds = tuple(kind.name for kind in KINDS.values() if key in kind.keys)
                raise ScenarioError(f"{where}: {key} goes with kind {_either(kinds)}, not with {self.kind!r}")
        if self.by is not None and self.before is not None:
            raise ScenarioError(
                f"{where}: give either by (the whole of {self.by}) or before (up to {self.before}), not both"
            )
        if not isinstance(self.or_holds, bool):
            raise ScenarioError(f"{where}: or_holds must be true or false, not {self.or_holds!r}")
        self._check_at_least(where)

    def _check_at_least(self, where: str) -> None:
        k = self.at_least
        if k is None:
            return
        if self.weights:
            if isinstance(k, bool) or not isinstance(k, int | float) or not 0 < k < math.inf:
                raise ScenarioError(f"{where}: at_least must be a number above 0, not {k!r}")
            # What was written as 2 and as 2.0 is one question.
            object.__setattr__(self, "at_least", float(k))
        elif isinstance(k, bool) or not isinstance(k, int | float) or k < 1 or k != math.floor(min(k, 2.0**53)):
            raise ScenarioError(f"{where}: at_least must be a whole number from 1 on, not {k!r}")
        else:
            object.__setattr__(self, "at_least", int(k))

    def _check_given(self, where: str) -> None:
        ways = [key for key in GIVENS if getattr(self, key) is not None]
        if ways and self.given is None:
            raise ScenarioError(f"{where}: {ways[0]} without given; give the condition too")
        if len(ways) > 1:
            raise ScenarioError(f"{where}: {ways[0]} and {ways[1]} exclude each other; give one of {', '.join(GIVENS)}")

    @property
    def called(self) -> str:
        """What people read: its name, or its condition where it was asked without a name."""
        return str(self.condition) if self.name == ANEW else self.name

    @property
    def row(self) -> Kind:
        """What its kind is: what is recorded, what the answer is, which keys and dates go with it."""
        return KINDS[self.kind]

    @property
    def counts(self) -> tuple[tuple[str, str | None, float], ...]:
        """What is counted: actions, each with an outcome or any, and what one firing counts; nothing of other kinds."""
        if self.action is not None:
            return ((self.action, self.outcome, 1.0),)
        return tuple((*_counted(key), weight) for key, weight in self.weights.items())

    @property
    def subject(self) -> str:
        """What it is about, as it is written: its condition, or what it counts."""
        if self.condition is not None:
            return str(self.condition)
        return str(self.action) if self.action is not None else ", ".join(f"{n} x {key}" for key, n in self._told())

    def _told(self) -> list[tuple[str, str]]:
        return [(key, f"{weight:g}") for key, weight in self.weights.items()]

    @property
    def recorded(self) -> Expression | None:
        """What is looked at in a history: the condition, as its kind reads it."""
        return None if self.condition is None else self.row.recorded(self.condition)

    def closes(self, calendar: Calendar, horizon: float) -> float:
        """Return its deadline in microseconds from the start: ``by``, or just before ``before``, or the scenario's end.

        Parameters
        ----------
        calendar : Calendar
            Start and time zone, to turn dates into instants.
        horizon : float
            The scenario's end, in microseconds from the start.

        Returns
        -------
        float
            In whole microseconds.
        """
        if self.before is not None:
            return calendar.before(self.before, f"question {self.name}: before")
        return horizon if self.by is None else calendar.deadline(self.by, f"question {self.name}: by")

    def opens(self, calendar: Calendar) -> float:
        """The opening of its window in microseconds from the start.

        Parameters
        ----------
        calendar : Calendar
            Start and time zone, to turn dates into instants.

        Returns
        -------
        float
            In whole microseconds; 0 without ``after``.
        """
        return 0.0 if self.after is None else calendar.opening(self.after, f"question {self.name}: after")

    def conditioned(self, calendar: Calendar, closes: float) -> tuple[str, float]:
        """The form of its given ("by", "on" or "not_by") and the date of that in microseconds from the start.

        Parameters
        ----------
        calendar : Calendar
            Start and time zone, to turn dates into instants.
        closes : float
            The deadline, in microseconds from the start.

        Returns
        -------
        tuple of str and float
            ``"by"``, ``"on"`` or ``"not_by"``, and microseconds.
        """
        for key in GIVENS:
            value = getattr(self, key)
            if value is not None:
                return key.removeprefix("given_"), calendar.deadline(value, f"question {self.name}: {key}")
        # Without a date of its own the condition has as long as the question.
        return "by", closes

    @property
    def unit(self) -> str:
        """Unit of an answer that is a number: days, times, or nothing."""
        return "" if self.weights else self.row.unit

    @property
    def probable(self) -> bool:
        """Whether its answer is yes or no, so that it has a probability."""
        return self.row.share or self.at_least is not None


def _weights(given: Any, where: str) -> Lookup[float]:
    """The weights as a table, or words that say what is wrong with them."""
    if not isinstance(given, Mapping):
        raise ScenarioError(f"{where}: weights must be a table of actions and numbers, not {given!r}")
    found = {}
    for key, weight in given.items():
        name = key if isinstance(key, str) else getattr(key, "name", key)
        if not isinstance(name, str):
            raise ScenarioError(f"{where}: weights: {key!r} is no action; give its name, or 'action:outcome'")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < abs(weight) < math.inf:
            raise ScenarioError(f"{where}: weights: {name} must count a number other than 0, not {weight!r}")
        found[name] = float(weight)
    return Lookup(found)


def _counted(key: str) -> tuple[str, str | None]:
    action, colon, outcome = key.partition(":")
    return action.strip(), outcome.strip() if colon else None


def _either(kinds: tuple[str, ...]) -> str:
    return " or ".join(map(repr, kinds))
