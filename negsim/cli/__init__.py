"""The command line: parse, call the public API, print. Each command imports only what it needs."""

from __future__ import annotations

import gc
import os
import sys

# Imported for what they register with the app.
from negsim.cli import judge, look, run  # noqa: F401
from negsim.cli.base import app

__all__ = ["app", "main"]


def main(args: list[str] | None = None) -> None:
    """Run the command line; exit with 0, 1 (scenario or run failed) or 2 (usage)."""
    from negsim.errors import NegsimError

    # No command has linear algebra for more than one thread, and idle ones take time from the simulation.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What is read stays to the end: looking through it for garbage again and again takes a tenth of a short run.
    gc.set_threshold(100_000, 50, 50)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app(args)
    except BrokenPipeError:
        _hang_up()
    except NegsimError as error:
        _fail(f"{type(error).__name__}: {error}")
    except OSError as error:
        told = error.filename is not None and error.strerror
        _fail(f"{error.filename}: {told[:1].lower()}{told[1:]}; give a path that can be used" if told else str(error))
    except ImportError as error:
        _fail(str(error))
    finally:
        gc.freeze()  # and at the exit nothing is looked through either
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _hang_up()


def _fail(text: str) -> None:
    sys.stdout.flush()
    print(f"negsim: {text}", file=sys.stderr)
    sys.exit(1)


def _hang_up() -> None:
    """Nobody reads any more: say nothing at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
