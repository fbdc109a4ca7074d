"""What a run records of a history: questions lowered to probes on the state and on the firings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from negsim.model.calendar import Calendar
from negsim.model.elements import Elements
from negsim.model.expressions import Arithmetic, Call, Expression, Truth, atoms, reads, walk
from negsim.model.questions import Question

__all__ = ["Asked", "Atom", "Probes", "lower_questions"]


@dataclass(frozen=True, slots=True)
class Atom:
    """A guard atom looked at on a question's date: column ``column`` of the values at dates."""

    action: str
    text: str
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its dates in days and the columns that answer it.

    ``column`` counts within the probes of its kind: first times (reached, when), values at dates (holds, value),
    durations, firings. ``given`` is the column of first times of the condition it is conditioned on.
    """

    question: Question
    by: float
    after: float
    column: int
    given: int | None = None
    given_by: float = 0.0
    atoms: tuple[Atom, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """The tables of what is recorded.

    Attributes
    ----------
    first : tuple of (condition, throughout)
        First time the condition is true, if ``throughout`` held in every state before.
    at : tuple of (expression, days)
        Value after everything on that day-float (conditions as 0 and 1).
    held : tuple of (condition, days)
        Total time the condition holds by then.
    fired : tuple of (action, outcome or None, days)
        Firings by then; numbers of `Program.actions` and of its outcomes.
    asked : mapping from name to Asked
    law_places : tuple of str
        Where each law stands, for messages.
    """

    first: tuple[tuple[Expression, Expression], ...]
    at: tuple[tuple[Expression, float], ...]
    held: tuple[tuple[Expression, float], ...]
    fired: tuple[tuple[int, int | None, float], ...]
    asked: Mapping[str, Asked]
    law_places: tuple[str, ...]


class _Columns(dict[object, int]):
    """Numbers keys in the order in which they first come."""

    def of(self, key: object) -> int:
        return self.setdefault(key, len(self))


def lower_questions(
    questions: Mapping[str, Question],
    elements: Elements,
    calendar: Calendar,
    horizon: float,
    order: Sequence[str],
    places: tuple[str, ...],
) -> Probes:
    """Lower questions to probes; the same thing asked twice is recorded once."""
    first, at, held, fired = _Columns(), _Columns(), _Columns(), _Columns()
    asked = {}
    always = Truth(True)
    writers = _writers(elements)
    for name in sorted(questions):
        question = questions[name]
        by = horizon if question.by is None else calendar.deadline(question.by, name)
        after = 0.0 if question.after is None else calendar.opening(question.after, name)
        given, column = None, 0
        seen: tuple[Atom, ...] = ()
        given_by = by if question.given_by is None else calendar.deadline(question.given_by, name)
        condition = question.condition
        if question.kind in ("reached", "when") and condition is not None:
            column = first.of((condition, always if question.throughout is None else question.throughout))
            given = None if question.given is None else first.of((question.given, always))
            seen = tuple(
                Atom(action, str(atom), at.of((atom, by))) for action, atom in _behind(condition, elements, writers)
            )
        elif question.kind == "duration":
            column = held.of((condition, by))
        elif question.kind == "fired" and question.action is not None:
            column = fired.of((order.index(question.action), _outcome(question, elements), by))
        else:
            column = at.of((condition, by))
        asked[name] = Asked(
            question=question, by=by, after=after, column=column, given=given, given_by=given_by, atoms=seen
        )
    tables = {"first": tuple(first), "at": tuple(at), "held": tuple(held), "fired": tuple(fired)}
    return Probes(**tables, asked=asked, law_places=places)  # type: ignore[arg-type] # the columns' keys are these rows


def _outcome(question: Question, elements: Elements) -> int | None:
    if question.outcome is None or question.action is None:
        return None
    return [outcome.name for outcome in elements.actions[question.action].outcomes].index(question.outcome)


def _writers(elements: Elements) -> dict[str, list[str]]:
    """Actions that can change each variable otherwise than to false."""
    found: dict[str, list[str]] = {}
    for name in sorted(elements.actions):
        raised = {e.variable for e in elements.actions[name].changes() if e.amount != Truth(False)}
        for variable in raised:
            found.setdefault(variable, []).append(name)
    return found


def _behind(
    condition: Expression, elements: Elements, writers: dict[str, list[str]]
) -> Iterator[tuple[str, Expression]]:
    """Pairs (action, guard atom) of the actions that could make a condition true."""
    for action in sorted({name for variable in reads(condition) for name in writers.get(variable, [])}):
        for atom in atoms(elements.actions[action].when):
            if not isinstance(atom, Truth) and _total(atom):
                yield action, atom


def _total(atom: Expression) -> bool:
    """Whether it has a value in every state: a guard may be lazy or not looked at, the record of its atoms never is."""
    return not any(
        (isinstance(node, Arithmetic) and node.op == "/")
        or (isinstance(node, Call) and node.function in ("exp", "log", "sqrt"))
        for node in walk(atom)
    )
