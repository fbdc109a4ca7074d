"""``negsim verify``, ``export`` and ``lint``: other engines, other checkers, other eyes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.base import Format, ScenarioName, app
from negsim.cli.limits import Limits, limited

__all__ = ["export", "lint", "verify"]

HISTORIES = 10_000
FEW_EVENTS, MANY_EVENTS = 120_000, 10**15
"""Firings by default, what the reference engine tells in a few seconds; and where so many histories were asked for."""

Stages = Annotated[
    int | None, typer.Option(min=1, help="Put at most so many exponential stages in the place of other clocks.")
]


@app.command()
@limited
def verify(
    scenario: ScenarioName,
    limits: Limits,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications", "-n", min=1, help=f"Histories of each engine that simulates (default {HISTORIES:,})."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Seed of the engines that simulate.")] = 1,
    stages: Stages = None,
    format: Annotated[Format, typer.Option(help="A table, or one JSON object.")] = Format.table,
) -> None:
    """Run every engine that can run a scenario, side by side; fail if they disagree beyond their joint error."""
    import negsim as ns
    from negsim.report.words import clean

    told = ns.load(scenario)
    if replications is not None:
        limits.lift()
    found = ns.verify(
        told,
        replications=replications or HISTORIES,
        seed=seed,
        stages=stages,
        seconds=0.9 * limits.left,
        events=None if limits.said else MANY_EVENTS if limits.unlimited else FEW_EVENTS,
        clock=limits.clock,
    )
    if format is Format.json:
        print(json.dumps(found.as_dict(), allow_nan=False, ensure_ascii=False, indent=2))
    else:
        print(clean(str(found)))
    if not found.agree:
        names = ", ".join(line.question for line in found.disagreements)
        print(f"negsim: the engines disagree on {clean(names)}", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
@limited
def export(
    scenario: ScenarioName,
    prism: Annotated[bool, typer.Option("--prism", help="In the language of the PRISM model checker.")] = False,
    properties: Annotated[bool, typer.Option("--properties", help="Print the questions instead of the model.")] = False,
    stages: Stages = None,
    out: Annotated[Path | None, typer.Option(help="Directory for both files, instead of printing one.")] = None,
) -> None:
    """Write a scenario in another program's language, so that others can check it with their own tools."""
    if not prism:
        raise typer.BadParameter("say which language: --prism")
    import negsim as ns

    told = ns.load(scenario)
    found = ns.export_prism(told, stages=stages)
    if out is None:
        print((found.properties if properties else found.model).rstrip("\n"))
        return
    out.mkdir(parents=True, exist_ok=True)
    for path in found.write(out, told.name):
        print(path)


@app.command()
@limited
def lint(
    scenario: ScenarioName,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is anything to look at.")] = False,
) -> None:
    """Say what is worth a second look: unsourced numbers, questions that cannot be settled, idle preconditions."""
    import negsim as ns
    from negsim.report.words import clean

    findings = ns.lint(ns.load(scenario))
    for finding in sorted(findings, key=lambda one: not one.hard):
        print(f"{'cannot be meant: ' if finding.hard else ''}{clean(str(finding))}")
    print(f"{len(findings)} to look at" if findings else "nothing to look at, which is no proof of quality")
    if any(finding.hard for finding in findings) or (findings and strict):
        raise typer.Exit(1)
