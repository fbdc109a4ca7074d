"""EXPERIMENTAL: the expected-utility challenge model of Bueno de Mesquita, as far as it has been published.

Read the caveats of `ChallengeModel` before using a number from here.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from negsim.errors import ScenarioError

__all__ = ["Actor", "ChallengeModel", "ExperimentalWarning", "weighted_median"]

Matrix = NDArray[np.float64]


class ExperimentalWarning(UserWarning):
    """What is used is experimental; its results carry no track record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who wants what on the one issue: position on its scale, capability and salience in [0, 1]."""

    name: str
    position: float
    capability: float
    salience: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.position) and self.capability > 0 and 0 <= self.salience <= 1):
            raise ScenarioError(f"actor {self.name}: position must be finite, capability positive, salience in [0, 1]")


def weighted_median(actors: Sequence[Actor]) -> float:
    """Position of the actor at which half of capability times salience is reached: Black's median voter.

    Examples
    --------
    >>> weighted_median([Actor(name="a", position=0, capability=1, salience=1), Actor(name="b", position=4, capability=3, salience=1)])
    4
    """
    ordered = sorted(actors, key=lambda actor: actor.position)
    weights = np.cumsum([actor.capability * actor.salience for actor in ordered])
    if not weights[-1] > 0:
        raise ScenarioError("no actor has both capability and salience; somebody must care")
    # The first at which half is reached, not the nearest: the median is an actor's own position.
    return ordered[int(np.searchsorted(weights, weights[-1] / 2))].position


@dataclass(frozen=True)
class ChallengeModel:
    """Rounds of challenges between actors on one issue. EXPERIMENTAL.

    The expected utility to i of challenging j is

    .. math:: E_i = s_j [P\\,U_s + (1-P)\\,U_f] + (1 - s_j)\\,U_s - Q\\,U_q - (1-Q)\\,[T\\,U_b + (1-T)\\,U_w]

    with Q = 1/2 and utilities ``2 - 4 (1/2 -+ ...)^r`` of distances on the issue's scale; ``r`` is the risk exponent.
    Actors who are challenged give way to the best challenge or compromise; then everything is computed anew.

    Parameters
    ----------
    actors : sequence of Actor
        At least two, not all at one position.
    quiet : bool
        Do not warn that the model is experimental.

    Notes
    -----
    **Caveats as published.** (1) The original program was never published; this follows the reconstruction of Scholz,
    Calbert & Smith 2011, *J. Theor. Polit.* 23:510, doi:10.1177/0951629811418142, who report sensitivity to inputs and
    failures to converge. (2) Where that reconstruction leaves room (T, ties, who moves how far), choices were made here
    and stand in the code. (3) Its reputed accuracy rests on the author's own reports and on in-house evaluations that
    nobody can repeat; a weighted mean did better in EU data: Thomson et al. 2006, *The European Union
    Decides*. (4) It knows no chance: one number comes out, without uncertainty. So it is not a word of the vocabulary,
    and no scenario of this library rests on it. Model: Bueno de Mesquita 1997, *Int. Interact.* 23:235,
    doi:10.1080/03050629708434909.

    Examples
    --------
    >>> actors = [Actor(name=n, position=x, capability=c, salience=s) for n, x, c, s in
    ...           [("a", 0, 1, 0.9), ("b", 5, 0.6, 0.5), ("c", 10, 0.8, 0.8)]]
    >>> model = ChallengeModel(actors, quiet=True)
    >>> model.forecast(rounds=0)
    5
    """

    actors: tuple[Actor, ...]
    quiet: bool = False

    def __init__(self, actors: Sequence[Actor], quiet: bool = False) -> None:
        object.__setattr__(self, "actors", tuple(actors))
        object.__setattr__(self, "quiet", quiet)
        positions = {actor.position for actor in self.actors}
        if len(self.actors) < 2 or len(positions) < 2:
            raise ScenarioError("the challenge model needs at least two actors at different positions")
        if not quiet:
            warnings.warn(
                "the challenge model is experimental; read its caveats (quiet=True silences this)",
                ExperimentalWarning,
                stacklevel=2,
            )

    def probability(self) -> Matrix:
        """P[i, j]: that i prevails against j, by the support that the others would give."""
        x, power = self._arrays()
        support = power[None, None, :] * (
            np.abs(x[None, :, None] - x[None, None, :]) - np.abs(x[:, None, None] - x[None, None, :])
        )
        total = np.abs(support).sum(axis=2)
        # Nobody cares: even chances.
        found: Matrix = np.full_like(total, 0.5)
        np.divide(np.maximum(support, 0.0).sum(axis=2), total, out=found, where=total > 0)
        return found

    def _arrays(self) -> tuple[Matrix, Matrix]:
        x = np.array([actor.position for actor in self.actors], dtype=np.float64)
        return x, np.array([actor.capability * actor.salience for actor in self.actors])

    def expected(self, risk: Matrix | None = None) -> Matrix:
        """E[i, j]: expected utility to i of challenging j, as i sees it."""
        x, _ = self._arrays()
        s = np.array([actor.salience for actor in self.actors])
        # Kept off 0, so that nothing is divided by it.
        width = max(float(np.ptp(x)), 1e-300)
        r = (np.ones_like(x) if risk is None else risk)[:, None]
        apart = np.abs(x[:, None] - x[None, :]) / width
        median = weighted_median(self.actors)
        moved = (np.abs(x[:, None] - median) / width + apart) / 4
        success, failure = 2 - 4 * np.maximum(0.5 - 0.5 * apart, 0.0) ** r, 2 - 4 * (0.5 + 0.5 * apart) ** r
        better, worse = 2 - 4 * np.maximum(0.5 - moved, 0.0) ** r, 2 - 4 * (0.5 + moved) ** r
        still = 2 - 4 * 0.5**r
        # T: without a challenge things get better for i if j is farther from the median than i.
        nearer = (np.abs(x[:, None] - median) < np.abs(x[None, :] - median)).astype(np.float64)
        p = self.probability()
        fight = s[None, :] * (p * success + (1 - p) * failure) + (1 - s[None, :]) * success
        rest = 0.5 * still + 0.5 * (nearer * better + (1 - nearer) * worse)
        found: Matrix = fight - rest
        # Nobody challenges itself.
        np.fill_diagonal(found, 0.0)
        return found

    def risk(self) -> Matrix:
        """Risk exponents in [1/2, 2], from how safe each actor's position is."""
        security = self.expected().sum(axis=0)
        spread = security.max() - security.min()
        if spread <= 0:
            # All are equally safe, and there is nothing to scale.
            return np.ones_like(security)
        scaled = (2 * security - security.max() - security.min()) / spread
        exponents: Matrix = (1 - scaled / 3) / (1 + scaled / 3)
        return exponents

    def step(self) -> ChallengeModel:
        """Positions after one round of challenges and compromises."""
        x, _ = self._arrays()
        seen = self.expected(self.risk())
        moved = x.copy()
        for j in range(len(x)):
            offers = [self._offer(x, seen, i, j) for i in range(len(x)) if i != j]
            real = [target for target in offers if target is not None]
            if real:
                # The challenged gives way to what costs it least.
                moved[j] = min(real, key=lambda target: abs(target - x[j]))
        return (
            ChallengeModel([replace(a, position=float(p)) for a, p in zip(self.actors, moved, strict=True)], quiet=True)
            # Where all stand at one place there is nobody left to challenge.
            if len(set(moved)) > 1
            else self
        )

    @staticmethod
    def _offer(x: Matrix, seen: Matrix, i: int, j: int) -> float | None:
        mine, theirs = seen[i, j], seen[j, i]
        if mine <= 0 or theirs >= 0:
            return None  # no challenge; or both expect to gain, a conflict in which nobody moves of its own accord
        if abs(mine) > abs(theirs):
            return float(x[j] + (x[i] - x[j]) * abs(theirs / mine))  # compromise
        return float(x[i])  # compelled

    def forecast(self, rounds: int = 10, tolerance: float = 1e-6) -> float:
        """The weighted median after so many rounds, or once positions stay put."""
        model = self
        for _ in range(rounds):
            after = model.step()
            change = max(abs(a.position - b.position) for a, b in zip(model.actors, after.actors, strict=True))
            model = after
            if change <= tolerance:
                break
        return weighted_median(model.actors)
