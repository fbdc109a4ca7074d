"""Questions: what is asked of a history."""

from __future__ import annotations

from dataclasses import dataclass

from negsim.errors import ScenarioError, nearest
from negsim.model.calendar import Moment, moment
from negsim.model.expressions import Expression, as_condition, as_expression
from negsim.model.names import check_name

__all__ = ["KINDS", "Question"]

KINDS = {
    "reached": "does the condition become true by a date, or within a window",
    "when": "when is the condition first true",
    "holds": "does the condition hold on a date",
    "fired": "how often does the action fire by a date",
    "duration": "for how long does the condition hold in all by a date",
    "value": "what is the expression on a date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a history.

    Parameters
    ----------
    name : str
        Capitals allowed, so that questions of a published list keep their ids ("Q1").
    kind : str
        One of ``KINDS``.
    condition : condition, or number-valued expression for kind ``value``
    action, outcome : str
        For kind ``fired``.
    by : date, instant or days
        Deadline; a bare date means the whole of that day. By default the scenario's end.
    after : date, instant or days, optional
        Opening of the window of kind ``reached``: yes if the *first* time lies in ``[after, by]``, so earlier is No.
    throughout : condition, optional
        Must hold in every state before the condition is first true.
    given : condition, optional
        Only histories count in which this became true by ``given_by`` (by default ``by``).
    text : str
        Resolution wording.
    base_rate : float, optional
        Share of yes among comparable questions.
    source : str
        Where the base rate comes from.

    Examples
    --------
    >>> Question(name="summit", condition="summit.held", by="2025-06-30").by
    '2025-06-30'
    """

    name: str
    kind: str = "reached"
    condition: Expression | None = None
    action: str | None = None
    outcome: str | None = None
    by: Moment | None = None
    after: Moment | None = None
    throughout: Expression | None = None
    given: Expression | None = None
    given_by: Moment | None = None
    text: str = ""
    base_rate: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        # Upper case too: questions of published lists keep their ids there, such as Q1.
        check_name(self.name.lower() if isinstance(self.name, str) and self.name.isascii() else self.name, "question")
        where = f"question {self.name}"
        if self.kind not in KINDS:
            raise ScenarioError(
                f"{where}: kind {self.kind!r} is not one of {', '.join(KINDS)}{nearest(str(self.kind), KINDS)}"
            )
        put = object.__setattr__
        for key in ("by", "after", "given_by"):
            if getattr(self, key) is not None:
                put(self, key, moment(getattr(self, key), f"{where}: {key}"))
        for key in ("throughout", "given"):
            if getattr(self, key) is not None:
                put(self, key, as_condition(getattr(self, key)))
        if self.condition is not None:
            put(
                self,
                "condition",
                as_expression(self.condition) if self.kind == "value" else as_condition(self.condition),
            )
        if self.action is not None and not isinstance(self.action, str):
            put(self, "action", self.action.name)
        self._check_fit(where)

    def _check_fit(self, where: str) -> None:
        if self.kind == "fired":
            if self.action is None or self.condition is not None:
                raise ScenarioError(f"{where}: kind 'fired' asks of an action; give action= and no condition")
        elif self.condition is None or self.action is not None:
            raise ScenarioError(f"{where}: kind {self.kind!r} asks of a condition; give condition= and no action")
        if self.outcome is not None and self.action is None:
            raise ScenarioError(f"{where}: outcome {self.outcome!r} without an action; give action=")
        extras = [key for key in ("after", "given", "throughout") if getattr(self, key) is not None]
        if self.kind not in ("reached", "when") and extras:
            raise ScenarioError(f"{where}: {extras[0]} goes with kind 'reached' or 'when', not with {self.kind!r}")
        if self.given_by is not None and self.given is None:
            raise ScenarioError(f"{where}: given_by without given; give the condition too")
        if self.base_rate is not None and not (isinstance(self.base_rate, (int, float)) and 0 <= self.base_rate <= 1):
            raise ScenarioError(f"{where}: base_rate must be a share in [0, 1], not {self.base_rate!r}")
