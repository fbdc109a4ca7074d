"""Whose results a checkpoint holds: everything that decides a bit of them, as plain data.

A policy is code. It is known by what it does, not by its name: bytecode and constants, defaults, what it closes over and
the globals that it reads, the same of every function that it calls, and the source of modules that are neither Python's
nor installed. What cannot be compared in this way takes no checkpoint.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import importlib
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

import negsim
from negsim.errors import CheckpointError
from negsim.model.calendar import Calendar
from negsim.running.workers import Plan

__all__ = ["code_of", "identity"]

DEEPEST = 100
PLAIN = (type(None), bool, int, float, complex, str, bytes)


def identity(plan: Plan, calendar: Calendar, drawn: int | None) -> dict[str, Any]:
    """What decides the bits of a run; the engine and the workers do not.

    ``drawn`` is the number of rows drawn from what is believed of the parameters, None at best values or in rows of the
    caller's own. Rows that are
    drawn follow from the scenario, the seed and their number.
    """
    job = plan.job
    policies = [(row.name, code_of(row.policy, f"action {row.name}")) for row in plan.program.actions if row.policy]
    return {
        "scenario": plan.program.fingerprint(),
        "start": calendar.start,
        "zone": calendar.zone,
        "policies": _digest([repr(policies)]) if policies else "",
        "seed": job.seed,
        # All rows: those of the caller's own follow from nothing.
        "parameters": _digest([np.asarray(row, dtype=np.float64).tobytes() for row in job.rows])
        if drawn is None
        else f"{drawn} draws",
        "contested": list(job.contested),
        "keep": "counts" if plan.edges is not None else "answers" if job.lean else "all",
        "edges": "" if plan.edges is None else _digest([np.ascontiguousarray(plan.edges).tobytes()]),
        "trace": job.trace,
        "max_events": job.max_events,
        "stop_at_failure": job.stop_at_failure,
        "negsim": negsim.__version__,
        "numpy": np.__version__,
        "scipy": importlib.import_module("scipy").__version__,
    }


def _digest(pieces: list[Any]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        found.update(piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else piece)
    return found.hexdigest()


def code_of(policy: Any, where: str) -> str:
    """A hash of what a policy does.

    Raises
    ------
    CheckpointError
        If it reads something that cannot be compared with what it will be when the run is resumed.
    """
    reader = _Reader(where)
    return _digest([f"{sys.version_info[:2]}", *reader.told(policy, 0)])


class _Reader:
    """Walks through code and what it reads, each thing once."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.seen: dict[int, tuple[int, Any]] = {}

    def told(self, thing: Any, depth: int) -> Iterator[str]:
        """Texts that are equal for equal code and data, and only for these."""
        if isinstance(thing, PLAIN):
            yield f"{type(thing).__name__} {thing!r};"
            return
        if id(thing) in self.seen:  # the thing itself is kept, so that its id is not given to another
            yield f"again {self.seen[id(thing)][0]};"
            return
        self.seen[id(thing)] = (len(self.seen), thing)
        if depth > DEEPEST:
            self._refuse(thing)
        yield f"{type(thing).__module__}.{type(thing).__qualname__}("
        for part in self._parts(thing):
            yield from self.told(part, depth + 1)
        yield ")"

    def _parts(self, thing: Any) -> list[Any]:
        for kinds, parts in KNOWN:
            if isinstance(thing, kinds):
                found = parts(thing)
                return self._refuse(thing) if found is None else list(found)
        return self._object(thing)

    def _object(self, thing: Any) -> list[Any]:
        """An instance: its class, and its attributes."""
        if is_dataclass(thing):
            return [type(thing), *((one.name, getattr(thing, one.name)) for one in fields(thing))]
        plain = "__reduce__" not in vars(type(thing)) and "__reduce_ex__" not in vars(type(thing))
        if plain and hasattr(thing, "__dict__") and _ours(type(thing)):
            return [type(thing), vars(thing)]
        return self._refuse(thing)

    def _refuse(self, thing: Any) -> list[Any]:
        raise CheckpointError(
            f"{self.where}: its policy reads {type(thing).__name__} {str(thing)[:60]!r}, which cannot be compared when the "
            "run is resumed; let the policy read numbers, texts and functions, or leave the checkpoint away"
        )


def _code(code: CodeType) -> list[Any]:
    return [
        # Not the line numbers: a comment above a policy changes no history.
        code.co_code, list(code.co_consts), list(code.co_names), list(code.co_varnames), list(code.co_freevars),
        list(code.co_cellvars), code.co_argcount, code.co_kwonlyargcount, code.co_flags,
        getattr(code, "co_exceptiontable", b""),
    ]  # fmt: skip


def _function(function: FunctionType) -> list[Any]:
    # What a closure has caught decides as much as the code does.
    closed = [cell.cell_contents for cell in function.__closure__ or () if not _empty(cell)]
    reads = {
        name: function.__globals__[name] for name in sorted(_names(function.__code__)) if name in function.__globals__
    }
    return [function.__code__, list(function.__defaults__ or ()), function.__kwdefaults__ or {}, closed, reads]


def _empty(cell: Any) -> bool:
    try:
        # A cell is empty while the function that it belongs to is being defined by itself.
        cell.cell_contents  # noqa: B018  # that it can be read is what is asked
    except ValueError:
        return True
    return False


def _names(code: CodeType) -> set[str]:
    """Names that a function and those inside it may look up."""
    found = set(code.co_names)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            # A function in a function reads the same globals.
            found |= _names(inner)
    return found


def _installed(file: str) -> bool:
    places = {sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    return any(Path(file).is_relative_to(place) for place in places) or Path(file).is_relative_to(
        Path(negsim.__file__).parent
    )


def _module(module: ModuleType) -> list[Any]:
    """Name and version of what is installed; the source of what is not."""
    file = getattr(module, "__file__", None)
    if file is None or _installed(file):
        # Of what is installed the version stands for the code; of a file beside the policy, its bytes.
        return [module.__name__, str(getattr(module, "__version__", ""))]
    return [module.__name__, Path(file).read_bytes()]


def _ours(kind: type) -> bool:
    """Whether a class is the user's own."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    return kind.__module__ not in sys.builtin_module_names and (file is None or not _installed(file))


def _class(kind: type) -> list[Any]:
    """The code of the user's classes, the name of others."""
    if not _ours(kind):
        return [kind.__module__, kind.__qualname__, str(getattr(sys.modules.get(kind.__module__), "__version__", ""))]
    skipped = ("__dict__", "__weakref__", "__doc__", "__module__", "__annotations__", "__firstlineno__")
    own = {name: value for name, value in vars(kind).items() if name not in skipped and not _slot(value)}
    return [kind.__qualname__, list(kind.__bases__), own]


def _slot(value: Any) -> bool:
    """What the interpreter puts into a class for its slots."""
    # They are made anew in each process and have no content of their own.
    return type(value).__name__ in ("member_descriptor", "getset_descriptor", "wrapper_descriptor")


def _array(array: np.ndarray[Any, Any]) -> list[Any] | None:
    return [array.dtype.str, list(array.shape), array.tobytes()] if array.dtype.kind in "biufcSU" else None


def _set(values: Any) -> list[Any] | None:
    # Sets have another order in each process; of values that can be written down the texts are sorted.
    return sorted(map(repr, values)) if all(isinstance(value, PLAIN) for value in values) else None


KNOWN: tuple[tuple[Any, Callable[[Any], list[Any] | None]], ...] = (
    (CodeType, _code),
    (FunctionType, _function),
    (MethodType, lambda method: [method.__func__, method.__self__]),
    (functools.partial, lambda part: [part.func, list(part.args), part.keywords]),
    (BuiltinFunctionType, lambda function: [function.__module__, function.__qualname__]),
    (ModuleType, _module),
    (type, _class),
    (np.ndarray, _array),
    (np.generic, lambda number: [number.dtype.str, number.tobytes()]),
    ((tuple, list), list),
    ((set, frozenset), _set),
    (Mapping, lambda table: [part for item in table.items() for part in item]),
    (enum.Enum, lambda member: [type(member).__qualname__, member.name, member.value]),
    (property, lambda found: [found.fget]),
    ((staticmethod, classmethod), lambda found: [found.__func__]),
)
"""What can be compared, by its kind: the parts of which it is made, or None if these cannot be compared."""
