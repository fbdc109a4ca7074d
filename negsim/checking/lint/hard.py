"""What cannot be meant: laws that do not exist, shares that are none in some draw of the parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator

from negsim.checking.lint.finding import Finding
from negsim.errors import NegsimError
from negsim.errors.problems import Problem, path_text
from negsim.model.clocks import Chance, Distribution, Fixed
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, reads
from negsim.model.origins import holder, table_of, tests_for
from negsim.model.ranges import support
from negsim.model.spans import span
from negsim.program.binding import Binder

__all__ = ["impossible_laws", "impossible_values", "shares_in_draws"]


def impossible_laws(elements: Elements) -> Iterator[Finding]:
    """Laws that nothing satisfies, with the parameters at their best values."""
    index = {name: number for number, name in enumerate(elements.parameters)}
    best = [float(parameter.best) for parameter in elements.parameters.values()]
    for shelf, name, law, clock in _laws(elements):
        try:
            Binder(law, index, "", clock=clock).bind(best)
        except NegsimError as error:
            text, _, remedy = str(error).removeprefix(": ").partition("; ")
            remedy = remedy or "correct what is said of it"
            yield Finding(code="law", where=_place(elements, shelf, name, law), text=text, remedy=remedy)


def _laws(elements: Elements) -> Iterator[tuple[str, str, Distribution | Fixed, bool]]:
    for name, action in elements.actions.items():
        if isinstance(action.clock, Distribution | Fixed):
            yield "actions", name, action.clock, True
        yield from (
            ("actions", name, effect.amount, False)
            for effect in action.changes()
            if isinstance(effect.amount, Distribution)
        )
    for name, variable in elements.variables.items():
        if isinstance(variable.initial, Distribution):
            yield "variables", name, variable.initial, False
    for name, parameter in elements.parameters.items():
        if isinstance(parameter.belief, Distribution):
            yield "parameters", name, parameter.belief, False


def _place(elements: Elements, shelf: str, name: str, about: object) -> str:
    """Table, name and key in the author's own words."""
    origin = elements.origins.get((shelf, name))
    if origin is None:
        return name
    found = holder(origin, *tests_for(Problem(), about, origin.name))
    if len(found) == 2 and isinstance(about, Distribution):
        # A word may have cut a law that it was given: it is found by what is said of it.
        given = about.given
        found = holder(origin, lambda value: isinstance(value, Distribution) and value.given == given)
    return path_text(found) if len(found) > 2 else f"{table_of(origin)} {origin.name}"


def shares_in_draws(elements: Elements) -> Iterator[Finding]:
    """Probabilities that leave [0, 1] somewhere within what is believed of the parameters."""
    state = {name: support(parameter) for name, parameter in elements.parameters.items()}
    # Without a belief it is its best value in every draw.
    for name, parameter in elements.parameters.items():
        if parameter.belief is None:
            state[name] = (float(parameter.best), float(parameter.best))
    for shelf, name, tree in _shares(elements):
        names = reads(tree)
        # Other expressions are checked while histories run, where their variables have values.
        if not names or not names <= state.keys():
            continue
        low, high = span(tree, state)
        if low < 0 or high > 1:
            ends = [f"{end:g}" if math.isfinite(end) else "any number" for end in (low, high)]
            yield Finding(
                code="range",
                where=_place(elements, shelf, name, tree),
                text=f"'{tree}' is a probability, and what is believed of it runs from {ends[0]} to {ends[1]}",
                remedy="believe it with a beta law, or truncate the belief to [0, 1]",
            )


def impossible_values(elements: Elements) -> Iterator[Finding]:
    """Best values that have no chance at all under what is believed of them."""
    for name, parameter in elements.parameters.items():
        low, high = support(parameter)
        # A claim's value is a truth, which has no interval.
        if not low <= float(parameter.best) <= high and not isinstance(parameter.best, bool):
            yield Finding(
                code="impossible",
                where=f"parameter {name}",
                text=f"best value {parameter.best:g} is impossible under its own belief, which lies in "
                f"[{low:g}, {high:g}]",
                remedy="correct the one or the other",
            )


def _shares(elements: Elements) -> Iterator[tuple[str, str, Expression]]:
    for name, variable in elements.variables.items():
        if isinstance(variable.initial, Chance):
            yield "variables", name, variable.initial.p
    for name, action in elements.actions.items():
        if isinstance(action.clock, Distribution | Fixed) and action.clock.never is not None:
            yield "actions", name, action.clock.never
