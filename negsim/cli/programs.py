"""Programs that call the command line: with ``--format json`` all that is printed is one JSON object, errors included."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import typer

__all__ = ["ARGUMENTS", "WARNINGS", "print_errors", "print_json", "run_as_program", "wants_json"]

ARGUMENTS: list[str] = []
"""What the command was called with, set by ``main``: it says in which order options stand, and whether JSON is wanted
before anything else is understood."""

WARNINGS: list[str] = []
"""What was warned of since the command began, where JSON is wanted: it stands in the object that is printed."""


def wants_json() -> bool:
    """Whether the command is asked for JSON."""
    return "--format=json" in ARGUMENTS or ("--format", "json") in pairwise(ARGUMENTS)


def print_json(found: dict[str, Any]) -> None:
    """Print the one object of a command."""
    warned = [*found.pop("warnings", ()), *WARNINGS]
    print(json.dumps({**found, "warnings": warned}, allow_nan=False, ensure_ascii=False, indent=2))


def print_errors(error: BaseException, text: str, code: str = "") -> None:
    """Print what went wrong as the one object of a command, all of it at once."""
    from negsim.errors import NegsimError, as_json
    from negsim.report.data import result

    rows = as_json(error)
    if not isinstance(error, NegsimError):
        rows = [{**row, "text": text, "code": code or row["code"], "remedy": _remedy(text)} for row in rows]
    print_json(result(ARGUMENTS[0] if ARGUMENTS else "", {"errors": rows}))


def _remedy(text: str) -> str:
    """What stands after the last semicolon, if there is one."""
    return text.rpartition("; ")[2] if "; " in text else ""


def run_as_program(app: typer.Typer) -> NoReturn:
    """Run the command line for a program: what it was called with wrongly is told as JSON too."""
    from typer import BadParameter

    usage: Any = BadParameter.__mro__[2]  # of click, which newer versions of typer carry within them
    try:
        code = app(args=list(ARGUMENTS), standalone_mode=False)
    except usage as error:
        text = error.format_message()
        place = [str(one) for one in (getattr(error, "param_hint", None),) if one]
        row = {"code": "usage", "path": [], "place": "", "line": None, "value": "", "expected": "", "text": text}
        row |= {"remedy": _remedy(text), "file": "", "place": " ".join(place)}
        from negsim.report.data import result

        print_json(result(ARGUMENTS[0] if ARGUMENTS else "", {"errors": [row]}))
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
