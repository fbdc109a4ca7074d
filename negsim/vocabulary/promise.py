"""A promise: who promises what to whom, by when, how reliably, and whether only at the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.calendar import Duration, days, moment
from negsim.model.clocks import Distribution, Fixed, Immediately, On, chance
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, all_of, as_condition, as_number, where
from negsim.model.inputs import Amount, Condition, MaybeDate, Name, preset, record
from negsim.model.names import check_name
from negsim.model.variables import Fact
from negsim.vocabulary.common import FALSE, ONE, TRUE, ZERO, asked, is_true, party, put
from negsim.vocabulary.fields import both
from negsim.vocabulary.preconditions import When

__all__ = ["Promise"]

CATCHING_UP = 1e-5
"""Days (about a second) in which a promise made before the start runs through its age."""


@record
class Promise(When):
    """Something that one party has promised to another and may deliver late, only at the table, or never.

    With ``T`` the delay since the promise and ``a`` its age at the start, delivery is at

    .. math:: T - a \\quad\\text{given } T > a, \\qquad \\text{hazard } m(t)\\, h(a + t),

    with ``h`` the hazard of ``delay`` and ``m`` the ``pace``. A share ``1 - reliability`` is never delivered; a share
    ``only_at_table`` of the others is handed over only once ``at_table`` holds, and then at once.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by, to : Party or str
        Who promised, and to whom.
    delay : Distribution or Fixed
        Law of the days from the promise to the delivery.
    age : duration
        How long ago it was promised at the start of the scenario (default 0). Residual life is exact: the clock runs
        through its age within the first second in which ``when`` holds, in which it cannot fire.
    due : instant, optional
        By when; if nothing is delivered then, ``broken`` turns true (a late delivery stays possible).
    when : condition
        Under which the promiser works on it, and hands it over; while it is false the clock stands still.
    pace : number-valued expression
        Multiplier of the hazard: pressure, an approaching date.
    reliability : probability
        Share of such promises that are kept at all (default 1, assumed).
    only_at_table : probability
        Share that is handed over only at the meeting (default 0).
    at_table : condition
        The meeting is in session, such as ``"istanbul_2.held"``.
    title : str
        What people read in place of the name.

    See Also
    --------
    Reputation : Trust from kept and broken promises.
    Threat : What a party says it will do if not heeded.

    Notes
    -----
    Facts ``delivered``, ``broken`` (with ``due``), ``honest`` (with ``reliability``), ``table_only`` (with
    ``only_at_table``). What is handed over at the table is so *after* the opening, in an event of its own.

    The law of the delay, the share that is kept and delivery at the table are our own form. Residual life: Cox 1962,
    *Renewal Theory*.

    Examples
    --------
    >>> from negsim.model.clocks import LogNormal
    >>> memo = Promise("memorandum", by="russia", to="ukraine", delay=LogNormal(median="14 days", sigma=0.8))
    >>> print(memo.delivered & True)
    memorandum.delivered and true
    """

    table: ClassVar[str] = "promise"
    steps: ClassVar[tuple[str, ...]] = ("delivered",)

    name: str = field(kw_only=False)
    by: Name
    to: Name
    delay: Distribution | Fixed
    age: Duration = 0.0
    due: MaybeDate = preset(None)
    when: Condition = preset(TRUE)
    pace: Amount = preset(ONE)
    reliability: Amount = preset(ONE)
    only_at_table: Amount = preset(ZERO)
    at_table: Condition = preset(FALSE)
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "promise")
        put(self, by=party(self.by), to=party(self.to), age=days(self.age))
        put(self, when=as_condition(self.when), at_table=as_condition(self.at_table), pace=as_number(self.pace))
        put(self, reliability=as_number(self.reliability), only_at_table=as_number(self.only_at_table))
        if self.due is not None:
            put(self, due=moment(self.due, f"promise {self.name}: due"))
        self._check()

    def _check(self) -> None:
        where = f"promise {self.name}"
        if self.by == self.to:
            raise ScenarioError(f"{where}: {self.by} promises to itself; name another party in to=")
        if not days(self.age) >= 0:
            raise ScenarioError(
                f"{where}: age must not be negative, not {self.age!r}; a promise still to come uses when="
            )
        whole = isinstance(self.delay, Distribution) and self.delay.floor is None and self.delay.ceiling is None
        # The law is cut at the age that was reached; one that is cut already cannot be cut again.
        if self.age and not whole:
            raise ScenarioError(f"{where}: age needs a law that is not truncated; state the law since the promise")
        if self.only_at_table != ZERO and self.at_table == FALSE:
            raise ScenarioError(
                f"{where}: only_at_table needs at_table=, such as 'talks.held'; else it is never handed over"
            )

    @property
    def delivered(self) -> Fact:
        """The fact that the receiver has it."""
        return Fact(f"{self.name}.delivered")

    @property
    def broken(self) -> Fact:
        """The fact that it was not there when due."""
        return Fact(f"{self.name}.broken")

    @property
    def honest(self) -> Fact:
        """The fact, drawn at the start, that it will be kept."""
        return Fact(f"{self.name}.honest", chance(self.reliability))

    @property
    def table_only(self) -> Fact:
        """The fact, drawn at the start, that it will be handed over only at the table."""
        return Fact(f"{self.name}.table_only", chance(self.only_at_table))

    def expand(self) -> Iterator[Element]:
        """Yield facts, actions and the question when it is delivered."""
        yield from (Party(self.by), Party(self.to))
        yield from asked(self.delivered)
        willing = [~self.delivered]
        if self.reliability != ONE:
            yield self.honest
            willing.append(is_true(self.honest))
        # Who hands it over only at the table does not deliver otherwise.
        if self.only_at_table != ZERO:
            yield self.table_only
            yield self._hand_over(willing)
            willing.append(~self.table_only)
        yield from self._deliver(willing)
        if self.due is not None:
            yield from asked(self.broken)
            effects = (self.broken.set(True),)
            yield Action(
                name=f"{self.name}.fall_due",
                by=self.by,
                # Not delivered in time is broken, even if it is delivered later.
                when=~self.delivered,
                clock=On(self.due),
                effects=effects,
                priority=10,
            )

    def _hand_over(self, willing: list[Expression]) -> Action:
        guard = both(self.at_table, self.table_only, *willing, self.when)
        return Action(
            name=f"{self.name}.hand_over",
            by=self.by,
            when=guard,
            clock=Immediately(),
            effects=(self.delivered.set(True),),
            title="handed over at the table",
        )

    def _deliver(self, willing: list[Expression]) -> Iterator[Element]:
        guard = all_of(*willing) if self.when == TRUE else all_of(*willing, self.when)
        law, speed = self.delay, as_number(1)
        if self.age and isinstance(law, Distribution):
            aged = Fact(f"{self.name}.aged")
            yield aged
            yield Action(
                name=f"{self.name}.catch_up",
                # Days before the start count from when the clock first runs: while `when` is false it stands still.
                when=both(~aged, self.when),
                clock=Fixed(Number(CATCHING_UP)),
                effects=(aged.set(True),),
                title="the days before the start",
            )
            # Given that it was not delivered by then: the law is cut there, and the clock catches up at once.
            law, speed = law.truncated(low=days(self.age)), where(aged, 1, days(self.age) / CATCHING_UP)
        yield Action(
            name=f"{self.name}.deliver",
            by=self.by,
            when=guard,
            clock=law,
            pace=self.pace,
            speed=speed,
            # Time without its precondition does not count, and what was consumed is not lost.
            memory="resume",
            effects=(self.delivered.set(True),),
            limit=1,
        )
