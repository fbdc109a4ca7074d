"""What a command may take: seconds since its process began, and bytes above the interpreter with its libraries.

Simulation is told its share and ends with what it has. Everything else is stopped from outside: a thread watches the clock
and the memory and interrupts the command, which ends with words; a command that cannot be interrupted is ended. Where the
system has limits of its own, one beyond ours makes an allocation fail rather than the machine.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any, get_type_hints

import typer

from negsim.errors import BudgetError
from negsim.running.interrupts import interrupted_when

__all__ = ["Limits", "began_at", "limited", "memory_of"]

LEAST_SECONDS, LEAST_MEMORY = 1.0, 64_000_000
DEFAULT_SECONDS, DEFAULT_MEMORY = 7.5, 1_500_000_000
"""Where nothing is said: a file from a stranger must not keep a machine busy. These seconds are those of the processor, so
that a busy machine ends nothing; seconds that the user gives are those of the clock on the wall."""
LATE, GRACE, HARD = 1.2, 1.4, 1.48
"""How late a simulation may end that had hardly any time; what a command that has its results may take to tell them; and where
one that did not stop is ended."""
SHORT = 2.0
"""Of so few seconds most go to reading: a few histories late are more than none in time."""
BEYOND = 1.2
"""Memory is given back late: a command is stopped at this multiple."""
SLACK = 192_000_000
"""Addresses that libraries reserve and do not use, stacks of threads among them."""
UNITS = {"": 1, "B": 1, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
SIZE = re.compile(r"\s*([0-9]{1,18}(?:\.[0-9]{0,9})?(?:e[0-9]{1,2})?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)

Seconds = Annotated[
    float | None,
    typer.Option(
        "--seconds",
        help=f"Most seconds, from {LEAST_SECONDS:g} on (default {DEFAULT_SECONDS:g} of the processor).",
        show_default=False,
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help="Most memory above the interpreter with its libraries, such as 500MB or 2GB, from 64MB on (default 1.5GB). "
        "A number alone is megabytes, or bytes from a million on.",
        show_default=False,
    ),
]


def memory_of(text: str) -> float:
    """Bytes of a size such as ``500MB``.

    >>> memory_of("64"), memory_of("1.5 GB"), memory_of("64000000")
    (64000000.0, 1500000000.0, 64000000.0)
    """
    found = SIZE.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text[:40]!r} is no size; write 500MB or 2GB", param_hint="--memory")
    number, unit, binary = float(found[1]), found[2].upper(), bool(found[3])
    if not unit and not text.strip().upper().endswith("B"):
        return number if number >= 1e6 else number * 1e6
    return number * (UNITS[unit] if not binary else 1024.0 ** " KMGT".index(unit or " "))


def began_at() -> float:
    """When this process began, on the clock of `time.monotonic`; now, if the system does not say."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            ticks = float(file.read().rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
        if 0.0 <= age < 60.0:
            return time.monotonic() - age
    return time.monotonic()


def resident() -> float:
    """Bytes of memory that this process has of its own now; 0 if the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = file.read(200).split()
        return float((int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE"))
    return 0.0


class Limits:
    """The limits of one command.

    Attributes
    ----------
    seconds, memory : float
    said : bool
        Whether the user gave the seconds; they are counted from the start of the process.
    own_process : bool
        Whether the process is the command's alone, and may be ended.
    """

    def __init__(self, seconds: float | None, memory: str | None, began: float | None) -> None:
        self.said = seconds is not None
        self.seconds = DEFAULT_SECONDS if seconds is None else seconds
        self.memory = DEFAULT_MEMORY if memory is None else memory_of(memory)
        if not self.seconds >= LEAST_SECONDS:
            raise typer.BadParameter(
                f"{self.seconds!r} is less than can be kept; give at least {LEAST_SECONDS:g}", param_hint="--seconds"
            )
        if not self.memory >= LEAST_MEMORY:
            raise typer.BadParameter(f"{memory} is less than can be kept; give at least 64MB", param_hint="--memory")
        self.own_process = began is not None
        if self.said:
            self.began = time.monotonic() if began is None else began
        else:
            self.began = time.process_time() if began is None else 0.0
        self.unlimited = False
        self.factor = LATE if self.said and self.seconds < SHORT else 1.0
        self.base = 0.0

    @property
    def clock(self) -> Callable[[], float]:
        """Whose seconds are counted."""
        return time.monotonic if self.said else time.process_time

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.began + self.seconds - self.clock()

    def for_simulation(self, events: int) -> dict[str, Any]:
        """What `simulate` may take: by default so many firings, with a time given a part of what is left of it."""
        memory = max(LEAST_MEMORY, self.memory * 0.9)
        if self.said and self.left * 0.8 >= LEAST_SECONDS:
            return {"seconds": self.left * 0.8, "memory": memory}
        if self.said:
            self.factor = LATE
            # The least that may be asked for, for small blocks: what is done when this limit ends it is kept.
            return {"seconds": LEAST_SECONDS, "memory": memory}
        return {"events": None if self.unlimited else events, "memory": memory}

    def lift(self) -> None:
        """No limit of time where the user gave none: the command is as long as it was asked to be."""
        self.unlimited = not self.said

    def grace(self) -> None:
        """Give the command a little longer, to tell what it has."""
        self.factor = GRACE

    def over(self) -> str:
        """What is used up, in words; empty if nothing is."""
        if not self.unlimited and self.left < self.seconds * (1 - self.factor):
            return f"not done within {self.seconds:g} seconds; allow more with --seconds"
        if self.base and resident() - self.base > self.memory * BEYOND:
            return self._no_memory()
        return ""

    def far_over(self) -> bool:
        """Whether the command did not stop when it was told to."""
        if not self.unlimited and self.left < self.seconds * (1 - HARD):
            return True
        return bool(self.base) and resident() - self.base > self.memory * HARD

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the limits while the command is at work."""
        if self.memory < DEFAULT_MEMORY:
            import scipy.special  # noqa: F401  # so that its memory is not counted as the command's
        self.base = resident()
        try:
            with self._address_space(), interrupted_when(self.over, self._end):
                yield
        except MemoryError:
            raise BudgetError(self._no_memory()) from None

    def _no_memory(self) -> str:
        return f"more than {self.memory / 1e6:,.0f} MB of memory are needed; allow more with --memory"

    def _end(self, reason: str) -> None:
        """End the process if the command does not stop when it is told to."""
        if self.own_process and self.far_over():
            print(f"negsim: {reason}", file=sys.stderr, flush=True)
            os._exit(1)

    @contextmanager
    def _address_space(self) -> Iterator[None]:
        """A limit of the system's, well beyond ours: for an allocation that would be over before anybody looks."""
        try:
            import resource

            soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
            used = _data_bytes()
        except (ImportError, AttributeError, OSError):
            used = 0.0
        if not used:
            yield
            return
        wanted = int(used + self.memory * 1.1 + SLACK)
        ours = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft != resource.RLIM_INFINITY:
            ours = min(ours, soft)
        try:
            resource.setrlimit(resource.RLIMIT_DATA, (ours, hard))
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> float:
    """What the system counts against its limit of data."""
    with (
        suppress(OSError, ValueError, IndexError),
        open("/proc/self/status", encoding="ascii", errors="replace") as file,
    ):
        for line in file:
            if line.startswith("VmData:"):
                return float(line.split()[1]) * 1024
    return 0.0


PROCESS: list[float] = []
"""When the process began, if it is the command's alone: set by ``main``."""


def limited(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--seconds`` and ``--memory``; one with a parameter ``limits`` is told of them."""
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    wants = "limits" in signature.parameters

    @functools.wraps(command)
    def run(*args: Any, seconds: float | None = None, memory: str | None = None, **options: Any) -> Any:
        limits = Limits(seconds, memory, PROCESS[0] if PROCESS else None)
        if wants:
            options["limits"] = limits
        try:
            with limits.kept():
                return command(*args, **options)
        except KeyboardInterrupt:
            print("negsim: interrupted", file=sys.stderr, flush=True)
            raise typer.Exit(130) from None

    shown = [one.replace(annotation=hints[one.name]) for one in signature.parameters.values() if one.name != "limits"]
    extra = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in (("seconds", Seconds), ("memory", Memory))
    ]
    found: Any = run
    found.__signature__ = signature.replace(parameters=[*shown, *extra])
    found.__annotations__ = {one.name: one.annotation for one in [*shown, *extra]}
    del found.__wrapped__  # set by wraps; the signature is ours
    return run
