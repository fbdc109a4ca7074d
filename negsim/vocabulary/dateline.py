"""The facts that tell how far an appointment has come."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from negsim.model.evidence import Party
from negsim.model.variables import Fact
from negsim.vocabulary.common import party

__all__ = ["Dateline"]


class Dateline:
    """What becomes of a date: held in full or in part, put off, on again, called off."""

    __slots__ = ()

    # For type checkers alone: a declared property would stand in the way of the dataclass field.
    if TYPE_CHECKING:

        @property
        @abstractmethod
        def name(self) -> str: ...

    def _fact(self, word: str) -> Fact:
        return Fact(f"{self.name}.{word}")

    @property
    def held(self) -> Fact:
        """The fact that it was held in any form."""
        return self._fact("held")

    @property
    def was_downgraded(self) -> Fact:
        """The fact that it was held at a lower level."""
        return self._fact("downgraded")

    @property
    def postponed(self) -> Fact:
        """The fact that its day passed, and it is still to come."""
        return self._fact("postponed")

    @property
    def reinstated(self) -> Fact:
        """The fact that it was on again after a cancellation."""
        return self._fact("reinstated")

    @property
    def called_off(self) -> Fact:
        """The fact that it will not be held any more."""
        return self._fact("called_off")

    def confirmed_by(self, who: Party | str) -> Fact:
        """The fact that this party confirmed.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return self._fact(f"confirmed_by_{party(who)}")

    def held_without(self, who: Party | str) -> Fact:
        """The fact that it was held and this party stayed away.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return self._fact(f"held_without_{party(who)}")
