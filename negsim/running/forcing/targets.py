"""Targets of clocks drawn from another law than theirs, and what that weighs.

A target is drawn so that its clock fires where the outlook is good, or, for a share of histories, as it always is: so no
weight of a step exceeds one over that share, however wrong the outlook. What a history weighs is settled when it stops
again, from what was learned of its targets by then and no more: that this one fired at its target, and that that one lies
beyond what was consumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Snapshot
from negsim.laws.draws import uniforms_array
from negsim.program import Program
from negsim.running.forcing.standing import Standing

__all__ = ["FREE", "Forced", "Running", "force", "free_ones", "settle"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FREE = 0.05
"""Share of the histories whose targets are drawn as they always are, at each step."""


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A clock that runs in some histories, and what its firing would be worth there.

    Attributes
    ----------
    rows : int64 (n,)
        Which histories.
    action : int
    edges : float64 (n, K+1)
        Hazard that it will have consumed at the borders of the cells of the time left; the first is what it has now.
    mass : float64 (n, K+1)
        Probability to fire in each cell, the last: not in the time left.
    worth : float64 (n, K+1)
        About how likely the history gets there if it does.
    """

    rows: Ints
    action: int
    edges: Floats
    mass: Floats
    worth: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Forced:
    """Targets of one action that were drawn from another law.

    Attributes
    ----------
    rows : int64 (n,)
    action : int
    edges, mass : float64 (n, K+1)
        As of `Running`.
    share : float64 (n, K+1)
        With which probability the target was put into each cell.
    target : float64 (n,)
    drawn : int64 (n,)
        Targets drawn when it was set, to tell it from a later one.
    """

    rows: Ints
    action: int
    edges: Floats
    mass: Floats
    share: Floats
    target: Floats
    drawn: Ints


def free_ones(kept: Snapshot, step: int) -> NDArray[np.bool_]:
    """Which clones are drawn as they always are at a step, (n,)."""
    # a name that no action can have
    return np.asarray(uniforms_array(kept.seed, "move", "free or forced", kept.replications, step)[0] < FREE)


def force(
    program: Program, kept: Snapshot, running: list[Running], parents: Ints, free: NDArray[np.bool_], step: int
) -> tuple[Snapshot, list[Forced]]:
    """Draw the targets of running clocks anew where the outlook says how.

    Parameters
    ----------
    program : Program
    kept : Snapshot
        Of clones that were just made: their targets are as they always are.
    running : list of Running
        Of the histories that were cloned.
    parents : int64 (n,)
        Which of these each clone has; -1 for one whose targets stay.
    free : bool (n,)
        Those whose targets stay all the same, and count as if they had been drawn.
    step : int
        Number of the step, which the draws carry.

    Returns
    -------
    tuple of Snapshot and list of Forced
        The same histories with other targets.
    """
    target, purpose, forced = kept.target.copy(), kept.purpose.copy(), []
    for one in running:
        place = np.full(int(max(parents.max(), one.rows.max())) + 1, -1)
        place[one.rows] = np.arange(len(one.rows))
        weighed = one.mass * one.worth
        total = weighed.sum(axis=1)
        which = np.where(parents < 0, -1, place[parents])
        rows = np.flatnonzero((which >= 0) & (total[which] > 0) & (kept.target[:, one.action] > 0))
        if not len(rows):
            continue
        which = which[rows]
        edges, share = one.edges[which], weighed[which] / total[which, None]
        draws = uniforms_array(kept.seed, "move", program.actions[one.action].name, kept.replications[rows], step)
        drawn = np.where(free[rows], kept.target[rows, one.action], _drawn(edges, share, *draws))
        target[rows, one.action], purpose[rows, one.action] = drawn, 1
        forced.append(Forced(rows, one.action, edges, one.mass[which], share, drawn, kept.drawn[rows, one.action]))
    return replace(kept, target=target, purpose=purpose), forced


def _drawn(edges: Floats, share: Floats, cell: Floats, place: Floats) -> Floats:
    """A target in a cell chosen by its share; within the cell it is what is left of a unit exponential."""
    rows = np.arange(len(edges))
    by = np.cumsum(share, axis=1)
    chosen = np.minimum((by <= cell[:, None] * by[:, -1:]).sum(axis=1), share.shape[1] - 1)
    low = edges[rows, chosen]
    width = np.append(edges, np.full((len(edges), 1), np.inf), axis=1)[rows, chosen + 1] - low
    with np.errstate(invalid="ignore"):
        return np.asarray(low - np.log1p(place * np.expm1(-width)))


def settle(before: list[Forced], now: Standing, leant: Floats | float = 0.0) -> Floats:
    """The logarithms of what histories weigh for the way that they went since their targets were set, (n,).

    Parameters
    ----------
    before : list of Forced
    now : Standing
    leant : float64 (n,)
        The logarithms of the shares of outcomes that were used over the true ones.
    """
    odds, kept = np.zeros(len(now.instants)) + leant, now.kept
    for one in before:
        rows, a = one.rows, one.action
        same = (kept.drawn[rows, a] == one.drawn) & (kept.target[rows, a] == one.target)
        beyond = np.minimum(np.maximum(now.consumed[rows, a], one.edges[:, 0]), one.target)
        odds[rows] += _odds(one, one.target, same, beyond[same])
    with np.errstate(divide="ignore"):
        return np.asarray(-np.logaddexp(np.log1p(-FREE) + odds, np.log(FREE)))


def _odds(one: Forced, found: Floats, same: NDArray[np.bool_], beyond: Floats) -> Floats:
    """log q/p of what was learned: that a target is this one, or that it lies beyond a hazard."""
    odds = np.zeros(len(found))
    odds[~same] = _log_density(one.edges[~same], one.mass[~same], one.share[~same], found[~same])
    odds[same] = _log_beyond(one.edges[same], one.mass[same], one.share[same], beyond)
    return odds


def _cell(edges: Floats, target: Floats) -> Ints:
    return np.asarray(np.clip((edges <= target[:, None]).sum(axis=1) - 1, 0, edges.shape[1] - 1))


def _log_density(edges: Floats, mass: Floats, share: Floats, target: Floats) -> Floats:
    rows, cell = np.arange(len(edges)), _cell(edges, target)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            np.nan_to_num(
                np.log(share[rows, cell]) - np.log(mass[rows, cell]), nan=-np.inf, posinf=np.inf, neginf=-np.inf
            )
        )


def _log_beyond(edges: Floats, mass: Floats, share: Floats, beyond: Floats) -> Floats:
    """Of the survival of targets: what lies in later cells, and in the rest of the present one."""
    rows, cell = np.arange(len(edges)), _cell(edges, beyond)
    rest = np.append(edges, np.full((len(edges), 1), np.inf), axis=1)[rows, cell + 1]
    left = np.exp(-(beyond - edges[:, 0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(mass[rows, cell] > 0, left * -np.expm1(-(rest - beyond)) / mass[rows, cell], 0.0)
    later = np.where(np.arange(edges.shape[1]) > cell[:, None], share, 0.0).sum(axis=1)
    survived = later + share[rows, cell] * np.minimum(part, 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(survived) + (beyond - edges[:, 0]))
