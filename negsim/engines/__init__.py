"""The table of engines: what each can do, and how one is chosen."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from negsim.engines.blocks import Block, Event, Job, Trajectory
from negsim.engines.population import Kernel, Population, Snapshot
from negsim.engines.solving import SolveJob, Solver
from negsim.errors import EngineError, nearest
from negsim.model.calendar import DAY, LONGEST
from negsim.program import Program

__all__ = [
    "ENGINES",
    "Block",
    "Engine",
    "Event",
    "Job",
    "Kernel",
    "Population",
    "Snapshot",
    "SolveJob",
    "Solver",
    "Trajectory",
    "available",
    "choose",
    "prepare",
    "prepare_solver",
    "simulating",
    "solving",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A row of the table.

    Attributes
    ----------
    name : str
    module, kernel : str
        Where its kernel class is; imported when it is used. A kernel is made of a `Program`.
    title : str
        One line for people.
    simulates : bool
        Whether it tells histories: its kernel runs a `Job` and hands back a `Block`.
    solves : bool
        Whether it answers without histories: its kernel solves a `SolveJob`.
    snapshots : bool
        Whether its histories can be stopped, kept as plain arrays and gone on from.
    releases_gil : bool
        Whether threads run side by side.
    policies : bool
        Whether parties may decide by Python functions.
    """

    name: str
    module: str
    kernel: str
    title: str
    simulates: bool = False
    solves: bool = False
    snapshots: bool = False
    releases_gil: bool = False
    policies: bool = False


ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(
            name="compiled",
            module="negsim.engines.compiled",
            kernel="CompiledKernel",
            title="table-driven kernel, compiled ahead of time",
            simulates=True,
            snapshots=True,
            releases_gil=True,
        ),
        Engine(
            name="reference",
            module="negsim.engines.reference",
            kernel="ReferenceKernel",
            title="SimPy processes, written to be read",
            simulates=True,
            snapshots=True,
            policies=True,
        ),
        Engine(
            name="exact",
            module="negsim.engines.exact",
            kernel="ExactKernel",
            title="Markov chains, no sampling",
            solves=True,
        ),
    )
}


def available(name: str) -> bool:
    """Whether the engine can be imported here (the compiled one needs its extension)."""
    try:
        return hasattr(importlib.import_module(ENGINES[name].module), ENGINES[name].kernel)
    except ImportError:
        return False


def simulating() -> tuple[str, ...]:
    """Names of the engines here that tell histories, the fastest first."""
    return tuple(name for name, engine in ENGINES.items() if engine.simulates and available(name))


def solving() -> tuple[str, ...]:
    """Names of the engines here that answer without histories."""
    return tuple(name for name, engine in ENGINES.items() if engine.solves and available(name))


def choose(name: str, program: Program) -> tuple[str, str]:
    """Return the engine to simulate with and a note that says why it is not the first choice (or an empty one).

    Raises
    ------
    EngineError
        If there is no engine of this name, it does not simulate, or it is not installed.
    """
    if name == "auto" and program.has_policies:
        return "reference", "a party decides by a Python function, which only the reference engine can call"
    if name == "auto":
        return (
            ("compiled", "")
            if available("compiled")
            else (
                "reference",
                "the compiled engine is not installed (no C compiler was found); the reference engine is used",
            )
        )
    known = [row.name for row in ENGINES.values() if row.simulates]
    if name not in ENGINES:
        raise EngineError(f"there is no engine {name!r}{nearest(name, known)}; use auto, {' or '.join(known)}")
    if not ENGINES[name].simulates:
        raise EngineError(
            f"the engine {name!r} tells no histories; use solve(scenario) for its answers, or engine='auto' to simulate"
        )
    if program.has_policies and not ENGINES[name].policies:
        raise EngineError(f"the engine {name!r} cannot call Python policies; use engine='auto' or engine='reference'")
    if not available(name):
        raise EngineError(
            f"the engine {name!r} is not installed; use engine='reference', or install a C compiler and then negsim "
            "again"
        )
    return name, ""


def prepare(name: str, program: Program) -> Kernel:
    """Make a program ready to run on an engine that simulates.

    Raises
    ------
    EngineError
        If the scenario is longer than floats count whole microseconds.
    """
    if program.horizon > LONGEST:
        raise EngineError(
            f"the scenario lasts {program.horizon / DAY:,.0f} days, and instants are whole microseconds, exact up to "
            f"{LONGEST / DAY:,.0f} days (285 years); move its end, or solve it exactly"
        )
    kernel: Kernel = _kernel(name, program)
    return kernel


def prepare_solver(name: str, program: Program) -> Solver:
    """Make a program ready to be solved on an engine that solves."""
    solver: Solver = _kernel(name, program)
    return solver


def _kernel(name: str, program: Program) -> Any:
    return getattr(importlib.import_module(ENGINES[name].module), ENGINES[name].kernel)(program)
