"""Actions: guard, clock, outcomes, effects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from negsim.errors import ScenarioError
from negsim.model.clocks import Clock, Distribution, Every, Fixed, Immediately, On
from negsim.model.effects import Effect, as_effect
from negsim.model.expressions import Number, Truth, as_condition, as_number
from negsim.model.inputs import Amount, Condition, Effects, MaybeName, Several, preset, record
from negsim.model.names import check_name

__all__ = ["MEMORIES", "Action", "Outcome"]

MEMORIES = ("reset", "resume", "repeat")
LOWEST_PRIORITY, HIGHEST_PRIORITY = -1_000_000, 1_000_000


@record
class Outcome:
    """One of several weighted results of a firing.

    Parameters
    ----------
    name : str
        What it is called by; unique in its action.
    weight : number-valued expression
        Of the state before the firing, not negative: an outcome's probability is its share of all weights (default 1).
    effects : sequence of Effect or text
        What it changes, after the effects of the action itself.
    title : str
        What people read in place of the name.
    event : str
        What happens then, as a clause with an actor: "Kyiv stays away".

    See Also
    --------
    Action : Something that happens, mostly because a party does it.
    Effect : The change of one variable by a firing.

    Examples
    --------
    >>> Outcome(name="signed", weight="2 if trust > 0 else 1", effects=["deal = true"]).effects[0].variable
    'deal'
    """

    name: str
    weight: Amount = preset(Number(1.0))
    effects: Effects = preset(())
    title: str = ""
    event: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "outcome")
        object.__setattr__(self, "weight", as_number(self.weight))
        object.__setattr__(self, "effects", effects_of(self.effects, f"outcome {self.name}"))
        if isinstance(self.weight, Number) and not self.weight.value >= 0:
            raise ScenarioError(f"outcome {self.name}: weight must not be negative, not {self.weight.value!r}")


def effects_of(value: Any, where: str) -> tuple[Effect, ...]:
    """Return effects sorted by variable; two on one variable are refused."""
    items = (value,) if isinstance(value, (str, Effect)) else tuple(value)
    # Sorted, so that actions that say the same in another order are equal.
    effects = tuple(sorted((as_effect(item) for item in items), key=lambda effect: effect.variable))
    for first, second in pairwise(effects):
        if first.variable == second.variable:
            raise ScenarioError(
                f"{where}: two effects on {first.variable} in one firing ('{first}', '{second}'); join them into one"
            )
    return effects


@record
class Action:
    """Something that happens, mostly because a party does it.

    Parameters
    ----------
    name : str
        What it is called by, such as ``russia.deliver``; unique in the scenario.
    clock : Clock
        Law of the time from enabling to firing (days).
    by : Party or str, optional
        Name of the party that does it.
    when : condition
        The guard: the precondition under which the clock runs.
    pace, speed : number-valued expression
        Multiplier of the hazard; multiplier of the passing of age. Without unit, not negative (default 1).
    memory : {'reset', 'resume', 'repeat'}
        What becomes of the clock when the guard turns false.
    effects : sequence of Effect or text
        What every firing changes.
    outcomes : sequence of Outcome
        Weighted results, each with effects of its own.
    limit : int, optional
        Most firings in one replication.
    priority : int
        Order among what is due at one instant: smaller first.
    title : str
        One line for people.
    event : str
        What happens, as a clause with an actor: "Moscow hands over its memorandum"; "Moscow [hands|can hand] over its
        memorandum" also says that it can happen.

    See Also
    --------
    Outcome : One of several weighted results of an action.
    Effect : The change of one variable by a firing.
    Party : Who acts, and what it wants.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential
    >>> action = Action(name="russia.deliver", by="russia", clock=Exponential(0.3), effects=["memo = true"])
    >>> print(action.effects[0])
    memo = true
    """

    name: str
    clock: Clock
    by: MaybeName = preset(None)
    when: Condition = preset(Truth(True))
    pace: Amount = preset(Number(1.0))
    speed: Amount = preset(Number(1.0))
    memory: str = "reset"
    effects: Effects = preset(())
    outcomes: Several[Outcome] = preset(())
    limit: int | None = None
    priority: int = 0
    title: str = ""
    event: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "action")
        put = object.__setattr__
        by = self.by if self.by is None or isinstance(self.by, str) else getattr(self.by, "name", None)
        if by is None and self.by is not None:
            raise ScenarioError(
                f"action {self.name}: by must be a party or its name, not {self.by!r}; write by='russia'"
            )
        put(self, "by", by)
        put(self, "when", as_condition(self.when))
        put(self, "pace", as_number(self.pace))
        put(self, "speed", as_number(self.speed))
        put(self, "effects", effects_of(self.effects, f"action {self.name}"))
        # By name: outcomes are drawn in this order, which must not hang on how they were written down.
        put(self, "outcomes", tuple(sorted(self.outcomes, key=lambda outcome: outcome.name)))
        self._check_clock()
        self._check_outcomes()
        self._check_integers()

    def changes(self) -> Iterator[Effect]:
        """All effects, of the action and of its outcomes."""
        yield from self.effects
        for outcome in self.outcomes:
            yield from outcome.effects

    def _check_clock(self) -> None:
        if not isinstance(self.clock, (Distribution, Fixed, On, Every, Immediately)):
            raise ScenarioError(
                f"action {self.name}: {self.clock!r} is not a clock; use Exponential, LogNormal, Fixed, On, Every, "
                "Immediately, ..."
            )
        if isinstance(self.clock, Distribution) and not self.clock.is_clock:
            raise ScenarioError(
                f"action {self.name}: {self.clock.family} is not a clock (it can be negative or is a share); use "
                "LogNormal, Gamma, ..."
            )
        if self.memory not in MEMORIES:
            raise ScenarioError(f"action {self.name}: memory {self.memory!r} is not one of {', '.join(MEMORIES)}")
        one = Number(1.0)
        timeless = isinstance(self.clock, (On, Every, Immediately))
        # They fire at instants and not after a time: there is nothing that a pace could hurry.
        if timeless and (self.memory != "reset" or self.pace != one or self.speed != one):
            raise ScenarioError(
                f"action {self.name}: {type(self.clock).__name__} has no memory, pace or speed; remove them or use "
                "another clock"
            )
        if isinstance(self.clock, Fixed) and self.pace != one:
            raise ScenarioError(f"action {self.name}: Fixed has no pace (its hazard is all at one age); use speed")

    def _check_outcomes(self) -> None:
        names = [outcome.name for outcome in self.outcomes]
        for name in names:
            if names.count(name) > 1:
                raise ScenarioError(f"action {self.name}: outcome {name!r} is there twice; rename one")
        for outcome in self.outcomes:
            # Made for its check alone: an action and its outcome may not change one variable in one firing.
            effects_of((*self.effects, *outcome.effects), f"action {self.name}, outcome {outcome.name}")
        if self.outcomes and all(o.weight == Number(0.0) for o in self.outcomes):
            raise ScenarioError(f"action {self.name}: every outcome has weight 0; give at least one a positive weight")

    def _check_integers(self) -> None:
        if (
            isinstance(self.priority, bool)
            or not isinstance(self.priority, int)
            or not LOWEST_PRIORITY <= self.priority <= HIGHEST_PRIORITY
        ):
            raise ScenarioError(
                f"action {self.name}: priority must be an integer within a million of 0, not {self.priority!r}"
            )
        if self.limit is not None and (
            # The engines count firings in 32 bits.
            isinstance(self.limit, bool) or not isinstance(self.limit, int) or not 1 <= self.limit < 2**31
        ):
            raise ScenarioError(
                f"action {self.name}: limit must be a positive integer, not {self.limit!r}; without a limit leave it "
                "out"
            )
