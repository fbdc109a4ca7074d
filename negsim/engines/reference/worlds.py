"""Worlds that wait for their next histories, and laws solved once a row of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from negsim.engines.reference.world import World
from negsim.program import Bound, Program

__all__ = ["Worlds"]


class Worlds:
    """The worlds of one program; any number of threads may use them, each its own."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.bound: dict[tuple[float, ...], Bound] = {}
        self.idle: list[tuple[int, World]] = []

    @contextmanager
    def use(self, seed: int) -> Iterator[World]:
        """A world that no other thread has, kept from earlier histories: closures are dear, histories are cheap."""
        try:  # a list's pop and append are atomic
            made_for, world = self.idle.pop()
        except IndexError:
            made_for, world = seed, World(self.program, seed)
        if made_for != seed:
            world = World(self.program, seed)
        yield world
        # one that was left by an exception is in no state to go on, and is not kept
        self.idle.append((seed, world))

    def bind(self, world: World, values: tuple[float, ...]) -> None:
        """Give a world the laws of a row of parameters, solved once, if it has not those already."""
        if world.values == list(values):
            return
        if values not in self.bound:
            self.bound[values] = self.program.bind(values)
        world.bind(self.bound[values], values)
