"""The command line's app, and the arguments and helpers that its commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from negsim.model.scenario import Scenario

__all__ = ["DRAWS", "AsKnown", "Best", "Draws", "Fix", "Format", "ScenarioName", "Seed", "app", "console", "fixed"]

app = typer.Typer(
    name="negsim",
    help="Will these talks happen, by when, and what are they waiting for?",
    no_args_is_help=True,
    add_completion=False,
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


ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or a TOML file.")]
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


def fixed(told: Scenario, pairs: list[str] | None) -> Scenario:
    """The scenario with claims read one way and parameters fixed, as the command line says."""
    values: dict[str, float | bool] = {}
    for pair in pairs or ():
        name, _, text = (part.strip() for part in pair.partition("="))
        truth = {"true": True, "false": False}.get(text.lower())
        try:
            values[name] = float(text) if truth is None else truth
        except ValueError:
            remedy = "write terms=true, terms=false or rate=0.3"
            raise typer.BadParameter(f"{pair!r} is no NAME=VALUE; {remedy}", param_hint="--fix") from None
    return told.fixing(values)


def console() -> Console:
    """Where results are printed: as wide as the terminal, or as COLUMNS says."""
    from rich.console import Console

    return Console(highlight=False)
