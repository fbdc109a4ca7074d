"""What words have in common that act by being there: they say on what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from negsim.errors import ScenarioError
from negsim.model.expressions import Expression, as_number
from negsim.model.names import check_name

__all__ = ["ActsOn", "targets"]


class ActsOn:
    """A word whose ``pace`` multiplies what it ``acts_on``.

    A word is named for its pace, ``WORD.FIELD`` for another pace or for the odds of a share, ``DECISION.OPTION`` for the
    odds of an option, ``WORD.PRODUCT`` for those of a product, an action for its hazard, ``ACTION.OUTCOME`` for its weight.
    """

    __slots__ = ()

    def acting(self: Any) -> Iterator[tuple[str, Expression]]:
        """Yield what it acts on, each with the multiplier."""
        for name in self.acts_on:
            yield name, as_number(self.pace)


def targets(values: Any, where: str) -> tuple[str, ...]:
    """Sorted names of what a word acts on, given as themselves or by name."""
    # A text is a list of letters to Python, and a word given by itself is no list at all.
    single = isinstance(values, str) or hasattr(values, "name")
    found = sorted({check_name(getattr(one, "name", one), where) for one in ([values] if single else values)})
    if not all(isinstance(one, str) for one in found):
        raise ScenarioError(f"{where} must be a list of names, not {values!r}")
    return tuple(found)
