"""The command line's app, and the arguments and helpers that its commands share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from negsim.model.scenario import Scenario

__all__ = [
    *("DRAWS", "AsKnown", "Best", "By", "Csv", "Draws", "Fix", "Format", "Level", "Out", "Printed"),
    *("QuestionName", "Questions", "ScenarioName", "Seed", "Words", "app", "check_level", "check_picture", "console"),
    *("fixed", "half_width", "print_result", "write_csv"),
]

ORDER = (
    *("list", "run", "why", "compare", "levers", "watch", "sensitivity", "update", "report", "replay"),
    *("show", "new", "guide", "docs", "validate", "lint", "verify", "export", "schema", "mcp"),
)
"""Commands as somebody comes to use them: an answer, what is behind it, a case of one's own, checks, other programs."""


class InOrder(TyperGroup):
    """Help lists commands in the order of use, whichever module brings them; others come last."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in order."""
        known = super().list_commands(ctx)
        return sorted(known, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


app = typer.Typer(
    name="negsim",
    cls=InOrder,
    help="Will these talks happen, by when, and what are they waiting for?",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        import negsim

        typer.echo(f"negsim {negsim.__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and nothing else.")
    ] = False,
) -> None:
    pass


DRAWS = 200
"""Draws of the parameters by default."""


class Format(StrEnum):
    """How a result is printed."""

    table = "table"
    json = "json"


def complete_scenario(incomplete: str) -> list[str]:
    """Names for the shell to complete: shipped scenarios, and files of the folder."""
    from negsim.files import shipped

    folder = Path(incomplete).parent if incomplete else Path()
    files = [str(one) for ending in ("*.toml", "*.json") for one in sorted(folder.glob(ending))]
    return [name for name in (*shipped(), *files) if name.startswith(incomplete)]


ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A shipped scenario's name, a file, or - for standard input.",
        autocompletion=complete_scenario,
    ),
]
Words = Annotated[
    Path | None,
    typer.Option(
        "--words",
        metavar="FILE",
        help="Words of your own: the classes of this Python file. Its code is run; trust the file first.",
    ),
]
QuestionName = Annotated[
    str, typer.Argument(metavar="QUESTION", help="Name of a question of the scenario, or a condition in quotes.")
]
Questions = Annotated[
    list[str] | None,
    typer.Option(
        "--question",
        "-q",
        metavar="NAME|CONDITION",
        help="Ask this: a question's name or a condition (again for more; default: the scenario's own).",
    ),
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="DATE", help="Another deadline for what is asked: 2025-08-31 or '90 days'."),
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed; drawn and printed if not given.")]
Best = Annotated[bool, typer.Option("--best", help="Every parameter at its best value; contested claims are drawn.")]
Draws = Annotated[
    int | None, typer.Option(min=2, help=f"Draws of the parameters from what is believed (default {DRAWS}).")
]
AsKnown = Annotated[
    bool,
    typer.Option(
        "--as-known",
        help="Refuse values of hindsight: what was known on the as-of date stands in for them, or the command ends.",
    ),
]
Fix = Annotated[
    list[str] | None,
    typer.Option(
        "--fix", metavar="NAME=VALUE", help="Read a contested claim one way (terms=true), or fix a parameter."
    ),
]
Level = Annotated[float, typer.Option(help="Confidence level of all intervals.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the rows to a CSV file as well.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw a picture to FILE.png, .svg or .pdf.")]
Printed = Annotated[Format, typer.Option("--format", help="For people, or one JSON object.")]


def fixed(told: Scenario, pairs: list[str] | None) -> Scenario:
    """The scenario with claims read one way and parameters fixed, as the command line says."""
    from negsim.cli.changes import setting

    return told.supposing(*(setting(told, "--fix", pair) for pair in pairs)) if pairs else told


def console() -> Console:
    """Where results are printed: as wide as the terminal, or as COLUMNS says."""
    from rich.console import Console

    return Console(highlight=False)


def print_result(command: str, data: Mapping[str, Any], told: Scenario | None = None) -> None:
    """Print what a command found as one JSON object, with what every result says (`negsim schema --results`)."""
    from negsim.cli.programs import print_json
    from negsim.report.data import result

    print_json(result(command, data, told))


def half_width(text: str) -> float | str:
    """How near a probability is to be known: in points, or as a share of its own size with a percent sign."""
    from negsim.errors import ArgumentError
    from negsim.running.precision import half_width as checked

    try:
        points = float(text)
    except ValueError:
        points = None
    try:
        checked(text if points is None else points)
    except ArgumentError as error:
        raise typer.BadParameter(str(error)) from None
    return text if points is None else points


def check_level(level: float) -> None:
    """Refuse a level that is none."""
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level!r} must lie between 0 and 1, such as 0.95", param_hint="--level")


def check_picture(out: Path | None) -> None:
    """Refuse the name of a picture of no known kind."""
    if out is not None and out.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise typer.BadParameter(f"{out}: a picture ends in .png, .svg or .pdf", param_hint="--out")


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows to a file, with a head."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["name"])
        writer.writeheader()
        writer.writerows(rows)
