"""What an action does when it fires: the outcome, and the effects on the state."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from math import isfinite
from typing import Any

from negsim.engines.reference.clocks import Clock
from negsim.engines.reference.history import History
from negsim.engines.reference.memory import Memory
from negsim.errors import EvaluationError, nearest
from negsim.laws import Law, upper_quantile
from negsim.laws.draws import Stream
from negsim.model.calendar import DAY
from negsim.model.expressions import Evaluator
from negsim.model.policies import Policy, View
from negsim.model.variables import on_grid
from negsim.program import Bound, EffectRow, Slot

__all__ = ["Body", "fitted"]

WHOLE = 2.0**53


class Body:
    """What an action does when it fires: weights and effects as closures."""

    def __init__(self, history: History, clock: Clock, memory: Memory, slots: Sequence[Slot]) -> None:
        row = clock.row
        self.history, self.clock, self.memory = history, clock, memory
        self.branching = row.branching
        self.policy, self.sees = row.policy, row.sees or {}
        self.names = [outcome.name for outcome in row.outcomes]
        self.weights: list[Evaluator] = [memory.compile(outcome.weight) for outcome in row.outcomes]
        self.effects = [[_Change(effect, memory, slots) for effect in outcome.effects] for outcome in row.outcomes]
        self.counts = [0] * len(row.outcomes)

    def new_seed(self, seed: int) -> None:
        """Take the keyed streams of this seed."""
        for change in self.changes():
            if change.law is not None:
                change.stream = Stream(seed, "effect", change.key)

    def changes(self) -> Iterator[_Change]:
        """All changes of all outcomes."""
        for effects in self.effects:
            yield from effects

    def bind(self, bound: Bound) -> None:
        """Take the numbers of the laws."""
        for change in self.changes():
            if change.law is not None:
                law = bound.laws[change.law]
                assert isinstance(law, Law)
                change.quantile = _quantile(law)

    def choose(self, state: list[Any]) -> int:
        """The outcome, in order of name: the first with u * W < w1 + ... + wi."""
        if not self.branching:
            return 0
        if self.policy is not None:
            decided = self.decide(self.policy, state)
            if decided is not None:
                return decided
        total, sums = 0.0, []
        for name, weight in zip(self.names, self.weights, strict=True):
            value = weight(state)
            if value < 0:
                raise EvaluationError(
                    f"the weight of outcome {name} is {value!r}, and must not be negative; clip it at 0"
                )
            total += value
            sums.append(total)
        if not 0 < total < math.inf:
            raise EvaluationError(
                f"the weights of the outcomes {', '.join(self.names)} add up to {total!r}; they must be finite and not "
                "all zero"
            )
        # Running sums, and the uniform times their total: no weight is divided, so whole weights give exact shares.
        reach = self.clock.outcome_uniform() * total
        # Rounding may let it reach the total itself: then it is the first outcome with which the sums got there, and
        # not one with weight 0 behind it.
        return next((i for i, upto in enumerate(sums) if reach < upto), sums.index(total))

    def decide(self, policy: Policy, state: list[Any]) -> int | None:
        """The outcome that the party's policy chooses, None to leave it to the weights."""
        clock, history = self.clock, self.history
        view = View(
            history.now / DAY, clock.name, tuple(self.names), {name: state[slot] for name, slot in self.sees.items()}
        )
        purposes = count(2 if history.branch else 1)  # a clone's clocks draw anew for purpose 1

        def draw() -> float:
            return clock.draw(clock.occurrence, next(purposes))[0]

        try:
            answer = policy(view, draw)
        except Exception as error:  # a stranger's function may raise anything
            raise EvaluationError(
                f"the policy of {clock.row.by} raised {type(error).__name__}: {error}; mend the function (it returns the "
                "name of an outcome, or None)"
            ) from error
        if answer is not None and answer not in self.names:
            raise EvaluationError(
                f"the policy of {clock.row.by} chose {answer!r}{nearest(str(answer), self.names)}; it must return one "
                f"of {', '.join(self.names)}, or None"
            )
        return None if answer is None else self.names.index(answer)

    def apply(self, chosen: int, state: list[Any], occurrence: int) -> list[tuple[int, Any, Any]]:
        """Evaluate all effects on the state before the firing, then assign them together; return what changed."""
        effects = self.effects[chosen]
        # All amounts before the first change: effects of one firing read the state before it.
        values = [change.value(state, self.history, occurrence) for change in effects]
        changed = []
        for change, value in zip(effects, values, strict=True):
            old = state[change.slot]
            # What stays as it is wakes nobody up.
            if value != old:
                state[change.slot] = value
                self.memory.forget(change.slot)
                changed.append((change.slot, old, value))
        return changed


@lru_cache(maxsize=4096)
def _quantile(law: Law) -> Any:
    """The upper quantile of a law; rows of parameters take turns, so it is kept."""
    return upper_quantile(law)


class _Change:
    """One effect: the new value of one slot."""

    def __init__(self, row: EffectRow, memory: Memory, slots: Sequence[Slot]) -> None:
        self.slot, self.add, self.law, self.key = row.slot, row.add, row.law, row.stream
        self.kept = slots[row.slot]
        self.amount = None if row.amount is None else memory.compile(row.amount)
        self.text = str(row.amount)
        self.stream: Stream
        self.quantile: Any

    def value(self, state: list[Any], history: History, occurrence: int) -> Any:
        """The value after the firing, clipped and on its grid."""
        if self.amount is None:
            uniforms = self.stream.uniforms(history.replication, occurrence, branch=history.branch)
            amount = self.quantile(uniforms[0])
        else:
            amount = self.amount(state)
        if self.kept.kind == "fact":
            return bool(amount)
        if self.add:
            amount = state[self.slot] + amount
        if not isfinite(amount):
            raise EvaluationError(f"the effect on {self.kept.name} ('{self.text}') gives {amount!r}; keep it finite")
        return fitted(self.kept, amount)


def fitted(slot: Slot, value: float) -> float:
    """A value as a slot keeps it: whole, or clipped and on its grid. It must be finite before it is clipped."""
    if not isfinite(value):
        raise EvaluationError(f"{slot.kind} {slot.name} would become {value!r}; keep it finite")
    if slot.kind == "counter":
        # Beyond 2**53 adding 1 changes nothing any more, and a counter would stand still without a word.
        if value != math.floor(value) or abs(value) > WHOLE:
            raise EvaluationError(f"counter {slot.name} would become {value!r}; it must be whole and at most 2**53")
        return value
    # Not min and max, so that -0 and the bounds come out as in the compiled engine.
    value = slot.low if value < slot.low else slot.high if value > slot.high else value
    if slot.step is None:
        return value
    kept = on_grid(value, slot.step)
    # The grid gives NaN where k steps are no whole number of doubles any more.
    if kept != kept:
        p, q = slot.step
        raise EvaluationError(
            f"level {slot.name} would become {value!r}, too large for its step of {p / q!r}; give it bounds"
        )
    return kept
