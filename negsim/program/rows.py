"""The rows of a program: slots of the state, actions with their outcomes and effects, laws bound to numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from negsim.errors import EngineError
from negsim.laws import Law
from negsim.model.expressions import Expression
from negsim.model.policies import Policy

__all__ = ["ActionRow", "Bound", "EffectRow", "OutcomeRow", "Slot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place of the state.

    ``kind`` is fact, counter, level or parameter. The initial value is ``initial`` (an expression of parameters), or
    drawn from law number ``law``, or true with probability ``chance``. A level on a grid has its step as p/q in
    lowest terms: its values are k*p/q.
    """

    name: str
    kind: str
    low: float = -math.inf
    high: float = math.inf
    step: tuple[float, float] | None = None
    initial: Expression | None = None
    law: int | None = None
    chance: Expression | None = None

    @property
    def grid(self) -> tuple[float, float]:
        """The step of a level that has one, as p/q."""
        if self.step is None:
            raise EngineError(f"level {self.name} has no step; give it one (step=0.1)")
        return self.step

    @property
    def ends(self) -> tuple[int, int]:
        """The numbers of steps of the bounds of a level on a grid."""
        p, q = self.grid
        return round(self.low * q / p), round(self.high * q / p)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """A change of slot ``slot``: ``add`` or set ``amount``, or a draw from law number ``law`` with key ``stream``."""

    slot: int
    add: bool
    amount: Expression | None
    law: int | None
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """A weighted result; its effects include those of the action."""

    name: str
    weight: Expression
    effects: tuple[EffectRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """An action as an engine sees it; its place in `Program.actions` is its rank among what is due at one instant.

    ``policy`` decides the outcome from the slots in ``sees``, if the party has one. ``clock`` is random, fixed,
    calendar or immediate; ``law`` the number of its law (random and fixed). ``instants`` has pairs (occurrence,
    microseconds).
    An action without outcomes has one, nameless. ``guard_reads``, ``pace_reads`` are slots; ``pace_reads`` covers pace
    and speed.
    """

    name: str
    by: str | None
    clock: str
    guard: Expression
    law: int | None
    instants: tuple[tuple[int, float], ...]
    pace: Expression
    speed: Expression
    memory: str
    limit: int | None
    outcomes: tuple[OutcomeRow, ...]
    branching: bool
    guard_reads: frozenset[int]
    pace_reads: frozenset[int]
    policy: Policy | None = None
    sees: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """The laws as numbers for one row of parameters; a fixed clock is (microseconds, probability of never)."""

    laws: tuple[Law | tuple[float, float], ...]
