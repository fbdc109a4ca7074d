"""Conditions that are always true, or never."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.checking.lint.finding import Finding
from negsim.model.elements import Elements
from negsim.model.exclusions import Exclusions
from negsim.model.expressions import And, AtLeast, Expression, Not, Or, Truth, reads
from negsim.model.questions import Question
from negsim.model.reachability import Reach
from negsim.model.spans import span

__all__ = ["idle_conditions", "shut_doors"]


def idle_conditions(elements: Elements, reach: Reach) -> Iterator[Finding]:
    owner = {action: word for word, actions in elements.owners.items() for action in actions}
    for name, action in elements.actions.items():
        where, word = f"action {name}", owner.get(name)
        if name in reach.blocked:
            yield Finding(
                code="never", where=where, text=reach.missing(name), remedy="give it another path, or drop it"
            )
            continue
        for part, atom in _parts(action.when):
            # What a word writes of itself is its own business; what it was given is the scenario's.
            own = word is not None and all(read.startswith(f"{word}.") for read in reads(atom))
            low, high = span(part, reach.state)
            if own or not reads(atom):
                continue
            if low > 0:
                yield Finding(
                    code="vacuous",
                    where=where,
                    text=f"'{part}' is always true",
                    remedy="drop it, or let something change it",
                )
            elif high == 0:
                yield Finding(
                    code="never",
                    where=where,
                    text=f"'{part}' can never hold",
                    remedy="drop it, or let something bring it about",
                )


def _parts(guard: Expression) -> Iterator[tuple[Expression, Expression]]:
    """The parts of a condition with the atom in each: an atom, or the negation of one where it stands under a 'not'."""
    waiting = [(guard, False)]
    while waiting:
        node, denied = waiting.pop()
        if isinstance(node, Not):
            waiting.append((node.arg, not denied))
        elif isinstance(node, And | Or | AtLeast):
            waiting += [(child, denied) for child in node.children]
        elif not isinstance(node, Truth):
            yield (~node if denied else node), node


def shut_doors(elements: Elements, reach: Reach, apart: Exclusions | None) -> Iterator[Finding]:
    """Guards and questions that need two facts which are never true together."""
    if apart is None:
        return
    for name, action in elements.actions.items():
        pair = None if name in reach.blocked else apart.why_never(action.when)
        if pair is not None:
            yield _shut(f"action {name}", action.when, pair)
    for name, question in elements.questions.items():
        if question.condition is None or question.row.about == "number" or not reach.possible(question.condition):
            continue
        pair = apart.why_never(question.condition)
        if pair is not None and isinstance(question, Question):
            yield _shut(f"question {name}", question.condition, pair)


def _shut(where: str, condition: Expression, pair: tuple[tuple[str, bool], tuple[str, bool]]) -> Finding:
    one, other = ((name if value else f"not {name}") for name, value in pair)
    text = f"'{condition}' can never hold: " + (
        f"nothing that can happen makes '{one}' true" if one == other else f"'{one}' and '{other}' exclude each other"
    )
    return Finding(code="never", where=where, text=text, remedy="drop it, or let something bring it about")
