"""Where in a scenario a problem stands: it is told in the author's own tables and keys, whatever words expand to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from negsim.errors import Gather, NegsimError
from negsim.errors.problems import Path, Problem
from negsim.model.elements import Elements
from negsim.model.interventions import Intervention, WithLaw, WithParameter
from negsim.model.origins import TABLES, holder, settled, table_of, tests_for

__all__ = ["Places"]

PLAIN = frozenset(TABLES.values())
KEYS = (
    *("condition", "throughout", "given", "action", "outcome", "by", "before", "after"),
    *("given_by", "given_on", "given_not_by", "or_holds", "at_least"),
)
"""Keys of a question, with which messages about it begin."""


class Places:
    """Goes on after each problem, and says where it stands."""

    def __init__(self, elements: Elements, interventions: Sequence[Intervention]) -> None:
        self.elements = elements
        self.interventions = interventions
        self.gather = Gather()

    @contextmanager
    def at(self, shelf: str, name: str, *keys: str | int, about: object = None) -> Iterator[None]:
        """Problems of an element: of its own keys, or of the key of a word that holds what they are ``about``."""
        try:
            yield
        except NegsimError as error:
            self.add(error, [self.placed(problem, shelf, name, keys, about) for problem in error.problems])

    @contextmanager
    def within(self, part: Any, about: object) -> Iterator[None]:
        """Problems of a part of the scenario: of the key that holds what they are ``about``."""
        try:
            yield
        except NegsimError as error:
            self.add(error, [_found(problem, part, about) for problem in error.problems])

    def add(self, error: NegsimError, problems: Sequence[Problem]) -> None:
        """Keep an error under the places of its problems."""
        self.gather.errors.append(type(error).telling(problems))

    def placed(self, problem: Problem, shelf: str, name: str, keys: Path, about: object) -> Problem:
        """The problem in its place."""
        # What an intervention brought stands in no part: its author wrote the step.
        step = self.supposed_by(name, about)
        if step is not None:
            # The message would name an element that nobody wrote.
            return replace(settled(problem, (name,), ()), path=("intervention", step))
        origin = self.elements.origins.get((shelf, name))
        if origin is None:
            return problem
        # A plain element has keys of its own; of a word it is looked for where the value was given.
        if table_of(origin) in PLAIN:
            return settled(problem, (table_of(origin), name, *keys), KEYS if shelf == "questions" else ())
        return _found(settled(problem, (name,), ()), origin, about)

    def supposed_by(self, name: str, about: object) -> int | None:
        """The number of the intervention that brought an event, a clock or a value, if one did."""
        for number, step in enumerate(self.interventions):
            law = isinstance(step, WithLaw) and step.action == name and about is step.law
            value = isinstance(step, WithParameter) and step.name == name
            # The same law object, because equal ones may stand in the scenario itself.
            if law or value or (name in self.elements.supposed and self._pushes(name) == getattr(step, "fact", None)):
                return number
        return None

    def _pushes(self, name: str) -> str:
        return self.elements.actions[name].effects[0].variable


def _found(problem: Problem, part: Any, about: object) -> Problem:
    return replace(problem, path=holder(part, *tests_for(problem, about, part.name)))
