"""Stiff chains that fit into a dense matrix: ``exp(Qt)`` for doubling times, with twice the digits of float64.

``P(2t) = P(t) P(t)`` doubles every relative error, so that in float64 as many digits are lost as ``rate * t`` has.
Here each product is good to about 1e-31, the diagonal is the exact sum of what leaves, and rows are put back to sum 1
after each squaring: after 2**44 times the shortest step there are still seventeen digits, and the error is *bounded*.
Nothing of it depends on the time asked for: any number of days is a sum of doublings, each applied to the vector.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from negsim.engines.exact.doubled import Doubled, added, product, product_error, scaled, two_sum
from negsim.errors import EngineError

__all__ = ["LARGEST", "Ladder", "too_stiff"]

Floats = NDArray[np.float64]
LARGEST = 600
"""States beyond which the doublings would not fit into memory."""
SHORT = 0.0625
"""Jumps in the shortest step: its Taylor series is at full precision after sixteen terms."""
TERMS = 17
MOST = 90
"""Doublings; more would leave fewer than three digits."""
OFTEN = 4
MOST_KEPT = 16
FASTEST = 1e250
"""Rates beyond which products of them overflow."""


def too_stiff(rate: float, days: float | None = None) -> str:
    """Words for rates that no method can follow."""
    during = "" if days is None else f" for {days:g} days"
    return (
        f"{rate:.3g} transitions a day{during} are too many to be followed with any digits; make the fastest "
        "action slower, give it an Immediately clock, or simulate"
    )


class Ladder:
    """``exp(Qt)`` for ``t = step * 2**k``, made when they are needed.

    Parameters
    ----------
    moves : sparse (n, n)
        Rates (per day) from column to row, without a diagonal.
    """

    def __init__(self, moves: sparse.csr_array) -> None:
        self.size = n = moves.shape[0]
        if n > LARGEST:
            raise EngineError(
                f"squaring keeps dense matrices, which {n:,} states are too many for (at most {LARGEST}); "
                "use method='implicit' or method='uniformisation'"
            )
        # Rows to columns.
        table = np.asarray(moves.toarray().T, dtype=np.float64)
        leaving = np.array([math.fsum(row) for row in table.tolist()])
        # What the rounded sum left out, so that rows of the generator sum to zero with twice the digits.
        rest = np.array([math.fsum([*row, -out]) for row, out in zip(table.tolist(), leaving.tolist(), strict=True)])
        self.rate = float(leaving.max(initial=0.0))
        places = np.arange(n)
        low = np.zeros((n, n))
        table[places, places], low[places, places] = -leaving, -rest
        self.generator = Doubled(table, low)
        # A power of two: times on the calendar are then short sums of doublings.
        if not self.rate < FASTEST:
            raise EngineError(too_stiff(self.rate))
        self.step = 2.0 ** math.floor(math.log2(SHORT / self.rate)) if self.rate > 0 else math.inf
        self.levels: list[Doubled] = []
        self.asked: Counter[float] = Counter()
        self.whole: dict[float, tuple[Doubled, float]] = {}
        self.unit = product_error(n)

    def error(self, level: int) -> float:
        """Bound of the error in the rows of a level (sums of absolute values).

        That of the series doubles with each squaring, as do those of earlier squarings; putting rows back to sum 1 may
        double each.
        """
        return 2.0 * (TERMS + 2) * self.unit * 2.0**level

    def level(self, k: int, check: Callable[[], None] | None = None) -> Doubled:
        """``exp(Q * step * 2**k)``; ``check`` is called before each product."""
        if not self.levels:
            self.levels.append(self._short(self.step))
        while len(self.levels) <= k:
            if check is not None:
                check()
            last = self.levels[-1]
            self.levels.append(_restored(product(last, last)))
        return self.levels[k]

    def _short(self, days: float) -> Doubled:
        """``exp(Q days)`` for a step that is not longer than the shortest."""
        short = scaled(self.generator, days)
        unity = Doubled.of(np.eye(self.size))
        # By Horner: I + A(I + A/2 (I + A/3 (...))).
        found = unity
        for k in range(TERMS, 0, -1):
            found = added(unity, scaled_exactly(product(short, found), k))
        return _restored(found)

    def carry(
        self, v: Floats, days: float, rewards: Floats, check: Callable[[], None] | None = None
    ) -> tuple[Floats, Floats, float]:
        """The vector so many days later, the integrals of the rewards, and a bound of the error (in the 1-norm).

        The integrals' error is at most that bound times the days times the largest reward.
        """
        if not days / self.step < 2.0**MOST:
            raise EngineError(too_stiff(self.rate, days))
        whole, rest = divmod(days, self.step)
        count = int(whole)
        if count:
            self.level(count.bit_length() - 1, check)
        now = Doubled.of(v[None, :])
        if not rewards.shape[1] and self._often(days, count, rest):
            table, wrong = self.whole[days]
            now = product(now, table)
            return np.maximum(now.hi[0] + now.lo[0], 0.0), np.zeros(0), (wrong + self.unit) * float(np.abs(v).sum())
        size = float(np.abs(rewards).max(initial=0.0)) or 1.0
        rewards = rewards / size
        total = np.zeros(rewards.shape[1])
        gains = self._gains(count.bit_length(), rewards)
        error = 0.0
        for k in range(count.bit_length()):
            if count >> k & 1:
                total += (now.hi @ gains[k].hi)[0] + (now.hi @ gains[k].lo)[0] + (now.lo @ gains[k].hi)[0]
                now = product(now, self.level(k))
                error += self.error(k) + self.unit
        if rest > 0.0:
            now, held = self._remainder(now, rest)
            total += ((held.hi + held.lo) @ rewards)[0]
            error += TERMS * self.unit
        end = now.hi[0] + now.lo[0]
        return np.maximum(end, 0.0), total * size, error * float(np.abs(v).sum())

    def _often(self, days: float, count: int, rest: float) -> bool:
        """Whether a length has come often enough to keep its matrix (a calendar has many stretches of one length)."""
        self.asked[days] += 1
        if days not in self.whole and self.asked[days] >= OFTEN and len(self.whole) < MOST_KEPT:
            table, wrong = self._short(rest), self.error(0)
            for k in range(count.bit_length()):
                if count >> k & 1:
                    table, wrong = product(table, self.level(k)), wrong + self.error(k) + self.unit
            self.whole[days] = table, wrong
        return days in self.whole

    def _gains(self, count: int, rewards: Floats) -> list[Doubled]:
        """Rewards gathered from each state within each doubling, as often as there are some."""
        if not rewards.shape[1] or not count:
            return [Doubled.of(rewards)] * count
        short = scaled(self.generator, self.step)
        found = Doubled.of(rewards)
        for k in range(TERMS, 1, -1):
            found = added(Doubled.of(rewards), scaled_exactly(product(short, found), k))
        gains = [scaled(found, self.step)]
        while len(gains) < count:
            last = gains[-1]
            gains.append(added(last, product(self.level(len(gains) - 1), last)))
        return gains

    def _remainder(self, now: Doubled, days: float) -> tuple[Doubled, Doubled]:
        """Less than the shortest step: the vector, and its integral."""
        short = scaled(self.generator, days)
        found, held, term = now, now, now
        for k in range(1, TERMS + 1):
            term = scaled_exactly(product(term, short), k)
            found = added(found, term)
            held = added(held, scaled_exactly(term, k + 1))
        return found, scaled(held, days)


def scaled_exactly(a: Doubled, divisor: int) -> Doubled:
    """A quotient by a small whole number, to twice the digits."""
    if divisor & (divisor - 1) == 0:
        return Doubled(a.hi / divisor, a.lo / divisor)
    first = a.hi / divisor
    # The rest of the division is exact: first * divisor is within a few units of hi.
    back = scaled(Doubled.of(first), float(divisor))
    rest = (a.hi - back.hi) - back.lo + a.lo
    return Doubled(*two_sum(first, rest / divisor))


def _restored(found: Doubled) -> Doubled:
    """Rows that sum to 1, and nothing negative."""
    keep = found.hi > 0.0
    hi, lo = np.where(keep, found.hi, 0.0), np.where(keep, found.lo, 0.0)
    missing = np.array(
        [math.fsum([1.0, *(-row).tolist(), *(-rest).tolist()]) for row, rest in zip(hi, lo, strict=True)]
    )
    return added(Doubled(hi, lo), Doubled.of(hi * missing[:, None]))
