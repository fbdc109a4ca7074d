"""The command line's app, and the arguments and helpers that its commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["DRAWS", "Best", "Draws", "Format", "ScenarioName", "Seed", "app", "console"]

app = typer.Typer(
    name="negsim",
    help="Will these talks happen, by when, and what are they waiting for?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DRAWS = 200
"""Draws of the parameters by default."""


class Format(StrEnum):
    """How a result is printed."""

    table = "table"
    json = "json"


ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or a TOML file.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed; drawn and printed if not given.")]
Best = Annotated[bool, typer.Option("--best", help="Fix every parameter at its best value.")]
Draws = Annotated[
    int | None, typer.Option(min=2, help=f"Draws of the parameters from what is believed (default {DRAWS}).")
]


def console() -> Console:
    """Where results are printed: as wide as the terminal, or as COLUMNS says."""
    from rich.console import Console

    return Console(highlight=False)
