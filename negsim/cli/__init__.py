"""The command line: parse, call the public API, print. Each command imports only what it needs."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from contextlib import suppress
from typing import Any, NoReturn

from negsim.cli.programs import ARGUMENTS, WARNINGS, print_errors, run_as_program, wants_json

__all__ = ["main"]

ENDED = {"SIGTERM": 143, "SIGHUP": 129}


def main(args: list[str] | None = None) -> None:
    """Run the command line; exit with 0, 1 (scenario or run failed), 2 (usage) or 128 + the number of a signal."""
    # No command has linear algebra for more than one thread, and idle ones take time from the simulation.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What is read stays to the end: looking through it for garbage again and again takes a tenth of a short run.
    gc.set_threshold(100_000, 50, 50)
    before: dict[int, Any] = {}
    try:
        _check_streams()
        before = _signals_with_words()
        WARNINGS.clear()
        _run(args)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if args is None:
            gc.freeze()  # and at the exit nothing is looked through either; a process that goes on needs its memory back
        _flush()


def _run(args: list[str] | None) -> None:
    # imported for what they register with the app; help lists commands in this order, that of use
    from negsim.cli import run, why, levers, matters, update, report, look, judge, authoring, docs  # noqa: F401, I001
    from negsim.cli.base import app
    from negsim.cli.limits import PROCESS, began_at
    from negsim.errors import NegsimError

    PROCESS[:] = [began_at()] if args is None else []
    ARGUMENTS[:] = sys.argv[1:] if args is None else args
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            if wants_json():
                run_as_program(app)
            app(args)
    except BrokenPipeError:
        _hang_up()
    except NegsimError as error:
        _failed(error, f"{type(error).__name__}: {error}")
    except OSError as error:
        told = error.filename is not None and error.strerror
        text = f"{error.filename}: {told[:1].lower()}{told[1:]}; give a path that can be used" if told else str(error)
        _failed(error, text, "file")
    except ImportError as error:
        _failed(error, str(error), "missing_package")
    except MemoryError as error:
        _failed(error, "there is not enough memory; close other programs, or ask for less", "memory")
    except RecursionError as error:
        text = "something is nested deeper than can be worked on; make the scenario's expressions simpler"
        _failed(error, text, "too_deep")


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning in words, without the line of code that raised it; with JSON it stands in the object that is printed."""
    if wants_json():
        WARNINGS.append(str(message))
    else:
        print(f"negsim: warning: {message}", file=sys.stderr)


def _failed(error: BaseException, text: str, code: str = "") -> NoReturn:
    """End with what went wrong: in words, or as JSON where that is what was asked for."""
    if wants_json():
        try:
            print_errors(error, text, code)
        except BrokenPipeError:
            _hang_up()
        sys.exit(1)
    _fail(text)


def _check_streams() -> None:
    """Standard output is there, and takes every sign."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # until the process ends
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # likewise
        _fail("standard output is closed, so nothing can be printed; open it, or send it to a file")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _signals_with_words() -> dict[int, Any]:
    """Signals that ask to end do so with words, after what has to be put in order; those that are ignored stay so."""

    def end(number: int, frame: Any) -> NoReturn:
        name = signal.Signals(number).name
        _fail(f"ended by a signal ({name})", ENDED[name])

    before = {}
    for name in ENDED:
        number = getattr(signal, name, None)
        with suppress(ValueError):  # not the main thread
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    return before


def _fail(text: str, code: int = 1) -> NoReturn:
    _flush()
    with suppress(OSError, ValueError):
        print(f"negsim: {text}", file=sys.stderr, flush=True)
    sys.exit(code)


def _flush() -> None:
    """Write out what is printed; if that fails, say so once, and nothing at the exit."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _hang_up()
    except (OSError, ValueError) as error:
        _to_nowhere()
        with suppress(OSError, ValueError):
            print(
                f"negsim: the output could not be written ({getattr(error, 'strerror', None) or error})",
                file=sys.stderr,
            )
        sys.exit(1)


def _hang_up() -> NoReturn:
    """Nobody reads any more: say nothing at exit either."""
    _to_nowhere()
    sys.exit(1)


def _to_nowhere() -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
