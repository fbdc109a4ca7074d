"""Ripeness: both sides see a stalemate that hurts and a way out; somebody has to seize the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Distribution, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import all_of
from negsim.model.inputs import Amount, ConditionsOf, MaybeName, Names, preset, record
from negsim.model.variables import Fact
from negsim.vocabulary.common import Lookup, asked, parties, party, put
from negsim.vocabulary.fields import ALWAYS, ONE, SETTLING, both, clock_or_now, follows, pace_for, tidy

__all__ = ["Ripeness"]


@record
class Ripeness:
    """A ripe moment: each side *perceives* that it is stuck and hurt, with a way out (how ready one is: `Readiness`).

    .. math:: \\text{ripe} \\iff \\forall i:\\; \\text{sees}_i, \\qquad
              \\text{sees}_i \\Leftarrow \\text{stalemate}_i \\wedge \\text{way out}_i
              \\text{ (after a delay of perception)}

    Ripeness is necessary and not sufficient: unless ``seize`` is given nothing follows from it, and with ``seize`` the
    moment can pass before anybody seizes it.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of Party or str
        The parties to it.
    stalemate : mapping of Party or str to condition
        What makes this party feel stuck and hurt; every party needs one.
    way_out : mapping of Party or str to condition
        What makes it believe that the other side would negotiate (default: always).
    notices : Distribution, optional
        Law of the days until a party perceives what is there; by default at once (assumed). Perception is lost the
        moment its grounds are gone.
    seize : Distribution, optional
        Law of the days from ripeness until somebody seizes the moment.
    by : Party or str, optional
        Who seizes it: often a mediator.
    pace : number-valued expression
        Multiplier of the hazard of ``seize``.
    title : str
        What people read in place of the name.

    See Also
    --------
    Readiness : How ready a party is to talk.
    Mediator : Who brings parties together, and presses them.

    Notes
    -----
    Facts ``sees_<party>``, ``ripe``; ``seized`` (with ``seize``). Zartman 2001, *Glob. Rev. Ethnopolitics* 1:8,
    doi:10.1080/14718800108405087.

    Examples
    --------
    >>> ripe = Ripeness("ripe", between=["north", "south"], stalemate={"north": "losses > 3", "south": "losses > 5"})
    >>> ripe.ripe.name, ripe.sees("north").name
    ('ripe.ripe', 'ripe.sees_north')
    """

    table: ClassVar[str] = "ripeness"

    name: str = field(kw_only=False)
    between: Names
    stalemate: ConditionsOf
    way_out: ConditionsOf = preset(Lookup())
    notices: Distribution | None = None
    seize: Distribution | None = None
    by: MaybeName = preset(None)
    pace: Amount = preset(ONE)
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(self, "ripeness", party_=["by"], number=["pace"], condition_of=["stalemate", "way_out"])
        put(self, between=parties(self.between, where))
        blind = [name for name in self.between if name not in self.stalemate]
        strangers = [name for name in (*self.stalemate, *self.way_out) if name not in self.between]
        if blind:
            raise ScenarioError(f"{where}: nothing makes {blind[0]} feel a stalemate; add it to stalemate=")
        if strangers:
            raise ScenarioError(f"{where}: {strangers[0]} is not one of between=; add it there or drop it")

    def sees(self, who: Party | str) -> Fact:
        """The fact that this party perceives both stalemate and way out.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return Fact(f"{self.name}.sees_{party(who)}")

    @property
    def ripe(self) -> Fact:
        """The fact that all see it now."""
        return Fact(f"{self.name}.ripe")

    @property
    def seized(self) -> Fact:
        """The fact that somebody seized the moment."""
        return Fact(f"{self.name}.seized")

    def expand(self) -> Iterator[Element]:
        """Yield perceptions, ripeness, what seizes it, and the questions when."""
        yield from (Party(name) for name in self.between)
        for name in self.between:
            grounds, sees = both(self.stalemate[name], self.way_out.get(name, ALWAYS)), self.sees(name)
            yield sees
            notices = clock_or_now(self.notices)
            yield Action(
                name=f"{sees.name}.notice", by=name, when=both(grounds, ~sees), clock=notices, effects=(sees.set(True),)
            )
            # What is no longer felt is lost at once; to notice takes time.
            yield Action(
                name=f"{sees.name}.lose",
                by=name,
                when=both(sees, ~grounds),
                clock=Immediately(),
                effects=(sees.set(False),),
                priority=SETTLING,
            )
        everybody = all_of(*(self.sees(name) for name in self.between))
        # Ripe while all see it, not once and for all: a moment that passes can come again.
        yield from follows(self.ripe, everybody, f"{self.name}.ripen", f"{self.name}.pass")
        if self.seize is not None:
            yield from self._seizing(self.seize)

    def _seizing(self, law: Distribution) -> Iterator[Element]:
        if self.by is not None:
            yield Party(self.by)
        yield from asked(self.seized)
        guard, pace = self.ripe & ~self.seized, pace_for(law, self.pace)
        yield Action(
            name=f"{self.name}.seize", by=self.by, when=guard, clock=law, pace=pace, effects=(self.seized.set(True),)
        )
