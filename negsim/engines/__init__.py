"""The table of engines: what each can do, and how one is chosen."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from negsim.engines.blocks import Block, Event, Job, Kernel, Trajectory
from negsim.errors import EngineError, nearest
from negsim.model.calendar import DAY, LONGEST
from negsim.program import Program

__all__ = ["ENGINES", "Block", "Engine", "Event", "Job", "Kernel", "Trajectory", "choose", "prepare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A row of the table.

    Attributes
    ----------
    name : str
    module, kernel : str
        Where its kernel class is; imported when it is used.
    title : str
        One line for people.
    releases_gil : bool
        Whether threads run side by side.
    policies : bool
        Whether parties may decide by Python functions.
    """

    name: str
    module: str
    kernel: str
    title: str
    releases_gil: bool
    policies: bool


ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(
            name="compiled",
            module="negsim.engines.compiled",
            kernel="CompiledKernel",
            title="table-driven kernel, compiled ahead of time",
            releases_gil=True,
            policies=False,
        ),
        Engine(
            name="reference",
            module="negsim.engines.reference",
            kernel="ReferenceKernel",
            title="SimPy processes, written to be read",
            releases_gil=False,
            policies=True,
        ),
    )
}


def available(name: str) -> bool:
    """Whether the engine can be imported here (the compiled one needs its extension)."""
    try:
        return hasattr(importlib.import_module(ENGINES[name].module), ENGINES[name].kernel)
    except ImportError:
        return False


def choose(name: str, program: Program) -> tuple[str, str]:
    """Return the engine to use and a note that says why it is not the first choice (or an empty one).

    Raises
    ------
    EngineError
        If there is no engine of this name, or it is not installed.
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
    if name not in ENGINES:
        raise EngineError(f"there is no engine {name!r}{nearest(name, ENGINES)}; use auto, {' or '.join(ENGINES)}")
    if program.has_policies and not ENGINES[name].policies:
        raise EngineError(f"the engine {name!r} cannot call Python policies; use engine='auto' or engine='reference'")
    if not available(name):
        raise EngineError(
            f"the engine {name!r} is not installed; use engine='reference', or install a C compiler and then negsim "
            "again"
        )
    return name, ""


def prepare(name: str, program: Program) -> Kernel:
    """Make a program ready to run on an engine.

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
    kernel: Kernel = getattr(importlib.import_module(ENGINES[name].module), ENGINES[name].kernel)(program)
    return kernel
