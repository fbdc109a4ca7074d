"""The outlook of histories: about how likely each still gets there in the time left, and what a firing would be worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.running.forcing.cone import Cone, Status
from negsim.running.forcing.leaning import Lean
from negsim.running.forcing.picture import Picture
from negsim.running.forcing.standing import Standing
from negsim.running.forcing.targets import Running

__all__ = ["Outlook", "look"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Of histories at instants of their own.

    Attributes
    ----------
    chance : float64 (n,)
        About how likely each gets there.
    running : list of Running
    leans : list of Lean
    """

    chance: Floats
    running: list[Running]
    leans: list[Lean] = field(default_factory=list)


def look(cone: Cone, laws: Any, now: Standing, chosen: Ints, window: tuple[float, float], missing: Any) -> Outlook:
    """The outlook of some histories.

    Parameters
    ----------
    cone : Cone
    laws : function
        From a row of the state to the laws of its parameters.
    now : Standing
    chosen : int64 (k,)
        Their rows.
    window : pair of float
        In which the condition must come true, in microseconds.
    missing : int64 (n,) or None
        Firings that are missing, where these are what is asked for.
    """
    chance, running, leans = np.zeros(len(now.instants)), [], []
    for rows, alike, bound, tries, wanted in _groups(cone, laws, now, chosen, missing):
        picture = Picture(cone, alike, bound, tries, now, rows, window)
        chance[rows], found, leaning = picture.look(wanted)
        running += found
        leans += leaning
    return Outlook(chance, running, leans)


def _groups(cone: Cone, laws: Any, now: Standing, chosen: Ints, missing: Any) -> list[tuple[Any, ...]]:
    """Histories that look alike, whatever their laws and paces: of the same status, the same actions (almost) used up."""
    first = len(cone.program.slots) - len(cone.program.parameters)
    limits = [cone.program.actions[a].limit for a in cone.actions]
    found: dict[Any, tuple[list[int], list[Status], list[tuple[Any, ...]]]] = {}
    for row, state in zip(chosen.tolist(), now.kept.state[chosen].tolist(), strict=True):
        fired = now.kept.firings[row]
        # 0 for none, 1 for the last one, 2 for any number
        tries = tuple(
            2 if limit is None else int(np.clip(limit - fired[a], 0, 2))
            for a, limit in zip(cone.actions, limits, strict=True)
        )
        wanted = 0 if missing is None else int(missing[row])
        status = cone.status(state)
        rows, alike, bound = found.setdefault((status.key, tries, wanted), ([], [], []))
        rows.append(row)
        alike.append(status)
        bound.append(laws(tuple(state[first:])))
    return [(np.array(rows), alike, bound, tries, wanted) for (_, tries, wanted), (rows, alike, bound) in found.items()]
