"""Laws of times on a grid, how they combine, and what each contributes: sums run forwards, then their slopes backwards.

A time is a row of masses: at index 0 of being there now, then of each cell of the time that is left; what is missing to
1 is later or never. The slope of the answer with respect to a mass says how much likelier the end is for something that
happens in that cell: that is all that drawing it well needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Node", "Tape"]

Floats = NDArray[np.float64]


@dataclass(eq=False, slots=True)
class Node:
    """Masses (n, K+1), and the slope of the answer with respect to them once the tape was run backwards."""

    mass: Floats
    back: Callable[[Floats], None] | None = None
    slope: Floats | None = None

    def add(self, slope: Floats) -> None:
        """Add what one use of it contributes."""
        self.slope = slope if self.slope is None else self.slope + slope


@dataclass(eq=False, slots=True)
class Tape:
    """Nodes in the order in which they were made."""

    nodes: list[Node] = field(default_factory=list)

    def put(self, mass: Floats, back: Callable[[Floats], None] | None = None) -> Node:
        """A new node."""
        self.nodes.append(Node(mass, back))
        return self.nodes[-1]

    def backwards(self, last: Node, slope: Floats) -> None:
        """Work out all slopes from that of the last node."""
        last.add(slope)
        for node in reversed(self.nodes):
            if node.slope is not None and node.back is not None:
                node.back(node.slope)

    # -- one time from others ---------------------------------------------------------------------------------------

    def scaled(self, node: Node, share: Floats) -> Node:
        """The time of something that comes with it with some probability."""
        return self.put(share * node.mass, lambda slope: node.add(share * slope))

    def either(self, node: Node, other: Node) -> Node:
        """The time of what comes in one of two ways that exclude each other."""

        def back(slope: Floats) -> None:
            node.add(slope)
            other.add(slope)

        return self.put(node.mass + other.mass, back)

    def waited(self, node: Node, comes: Floats, waits: Floats) -> Node:
        """The time of what comes, to who has waited since a time, with some probability in each later cell, (n, K+1)."""
        mass, waiting = np.zeros_like(node.mass), np.zeros(len(node.mass))
        for k in range(node.mass.shape[1]):
            mass[:, k] = comes[:, k] * waiting
            waiting = waits[:, k] * waiting + node.mass[:, k]

        def back(slope: Floats) -> None:
            found, worth = np.zeros_like(slope), np.zeros(len(slope))
            for k in reversed(range(slope.shape[1])):
                found[:, k] = worth
                worth = comes[:, k] * slope[:, k] + waits[:, k] * worth
            node.add(found)

        return self.put(mass, back)

    def gated(self, node: Node, gate: Node) -> Node:
        """The first if the second has come by then."""
        passed = np.cumsum(gate.mass, axis=1)

        def back(slope: Floats) -> None:
            node.add(slope * passed)
            gate.add(_from_the_end(slope * node.mass))

        return self.put(node.mass * passed, back)

    def spared(self, node: Node, rivals: list[Node]) -> Node:
        """The first if none of the others has come by then."""
        lasted = [1.0 - (np.cumsum(rival.mass, axis=1) - rival.mass / 2) for rival in rivals]
        left = np.asarray(np.prod(lasted, axis=0))

        def back(slope: Floats) -> None:
            node.add(slope * left)
            for place, rival in enumerate(rivals):
                others = np.prod(lasted[:place] + lasted[place + 1 :], axis=0)
                lost = slope * node.mass * others
                rival.add(lost / 2 - _from_the_end(lost))

        return self.put(node.mass * left, back)

    def moved(self, node: Node, to: NDArray[np.int64]) -> Node:
        """What falls into a cell happens in another one, (n, K+1); -1 for too late."""
        rows, late = np.arange(len(to))[:, None], to < 0
        mass = np.zeros((len(to), to.shape[1] + 1))
        np.add.at(mass, (rows, np.where(late, to.shape[1], to)), node.mass)

        def back(slope: Floats) -> None:
            node.add(np.where(late, 0.0, np.take_along_axis(slope, np.maximum(to, 0), axis=1)))

        return self.put(mass[:, :-1], back)

    def after(self, node: Node, law: Floats) -> Node:
        """The time of something that begins then and takes a time of this law, (n, K+1)."""
        # halves: two times in the middles of their cells add up to a border between two cells
        kernel = 0.5 * law[:, 1:]
        kernel[:, 1:] += 0.5 * law[:, 1:-1]
        kernel[:, 0] += law[:, 0]
        matrix = _shifts(kernel)
        mass = np.empty_like(node.mass)
        mass[:, 0] = node.mass[:, 0] * law[:, 0]
        mass[:, 1:] = np.einsum("nj,njk->nk", node.mass[:, 1:], matrix) + node.mass[:, :1] * law[:, 1:]

        def back(slope: Floats) -> None:
            found = np.empty_like(slope)
            found[:, 0] = (slope * law).sum(axis=1)
            found[:, 1:] = np.einsum("nk,njk->nj", slope[:, 1:], matrix)
            node.add(found)

        return self.put(mass, back)

    def at_least(self, k: int, nodes: list[Node]) -> Node:
        """When so many of them have come, as if they knew nothing of each other."""
        if len(nodes) == 1 and k == 1:
            return nodes[0]
        by = [np.minimum(np.cumsum(node.mass, axis=1), 1.0) for node in nodes]
        have = _count(by, k) if 1 < k < len(nodes) else _all_or_any(by, k)

        def back(slope: Floats) -> None:
            of_sum = slope.copy()
            of_sum[:, :-1] -= slope[:, 1:]
            for place, node in enumerate(nodes):
                others = by[:place] + by[place + 1 :]
                node.add(_from_the_end(of_sum * _exactly(others, k - 1)))

        return self.put(np.maximum(np.diff(have, axis=1, prepend=0.0), 0.0), back)


def _from_the_end(slope: Floats) -> Floats:
    return np.cumsum(slope[:, ::-1], axis=1)[:, ::-1]


def _shifts(kernel: Floats) -> Floats:
    """A view (n, K, K) of which entry (j, k) is kernel k - j, 0 before."""
    n, cells = kernel.shape
    padded = np.concatenate([np.zeros((n, cells)), kernel], axis=1)
    one, step = padded.strides
    return np.lib.stride_tricks.as_strided(
        padded[:, cells:], shape=(n, cells, cells), strides=(one, -step, step), writeable=False
    )


def _all_or_any(by: list[Floats], k: int) -> Floats:
    if k == len(by):
        return np.asarray(np.prod(by, axis=0))
    # not 1 - (1 - a)(1 - b): the digits of small probabilities would be lost
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(np.sum([np.log1p(-one) for one in by], axis=0)))


def _counts(by: list[Floats], most: int) -> list[Floats]:
    """The probabilities that exactly 0, 1, ... `most` have come."""
    shape = by[0].shape if by else (1, 1)
    found = [np.ones(shape)] + [np.zeros(shape) for _ in range(most)]
    for one in by:
        for j in range(most, 0, -1):
            found[j] = found[j] * (1.0 - one) + found[j - 1] * one
        found[0] = found[0] * (1.0 - one)
    return found


def _exactly(by: list[Floats], k: int) -> Floats:
    if k == len(by):
        return np.asarray(np.prod(by, axis=0)) if by else np.ones((1, 1))
    return _counts(by, k)[k]


def _count(by: list[Floats], k: int) -> Floats:
    return np.asarray(np.sum(_counts(by, len(by))[k:], axis=0))
