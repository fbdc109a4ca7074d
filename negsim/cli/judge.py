"""``negsim verify``, ``export`` and ``lint``: other engines, other checkers, other eyes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.base import Format, Printed, app, print_result
from negsim.cli.limits import Limits, limited
from negsim.cli.suppose import supposing

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario

__all__ = ["export", "lint", "verify"]

HISTORIES, CONDITIONED = 10_000, 2_000
FEW_EVENTS, MANY_EVENTS = 120_000, 10**15
"""Firings by default, what the reference engine tells in a few seconds; and where so many histories were asked for."""

SHARE = 0.5
"""Of the command's time that looking for what does nothing may take."""

Stages = Annotated[
    int | None, typer.Option(min=1, help="Put at most so many exponential stages in the place of other clocks.")
]


@app.command()
@limited
@supposing
def verify(
    told: Scenario,
    limits: Limits,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications", "-n", min=1, help=f"Histories of each engine that simulates (default {HISTORIES:,})."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Seed of the engines that simulate.")] = 1,
    stages: Stages = None,
    news: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help=f"Give all engines these news first (with {CONDITIONED:,} histories unless -n says otherwise).",
        ),
    ] = None,
    format: Printed = Format.table,
) -> None:
    """Run all engines side by side; fail if they disagree.

    More than their joint error is a disagreement; each engine that can run the scenario is asked.
    """
    import negsim as ns
    from negsim.report.words import clean

    if news is not None and stages is not None:
        raise typer.BadParameter("news are exact for the scenario's own clocks; leave --stages away")
    if replications is not None or news is not None:
        limits.lift()
    found = ns.verify(
        told,
        news=() if news is None else ns.read_news(news),
        replications=replications or (HISTORIES if news is None else CONDITIONED),
        seed=seed,
        stages=stages,
        seconds=0.9 * limits.left,
        events=None if limits.said else MANY_EVENTS if limits.unlimited else FEW_EVENTS,
        clock=limits.clock,
    )
    if format is Format.json:
        print_result("verify", found.as_dict(), told)
    else:
        print(clean(str(found)))
    if not found.agree and format is Format.json:
        raise typer.Exit(1)
    if not found.agree:
        names = ", ".join(line.question for line in found.disagreements)
        print(f"negsim: the engines disagree on {clean(names)}", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
@limited
@supposing
def export(
    told: Scenario,
    prism: Annotated[bool, typer.Option("--prism", help="In the language of the PRISM model checker.")] = False,
    properties: Annotated[bool, typer.Option("--properties", help="Print the questions instead of the model.")] = False,
    stages: Stages = None,
    out: Annotated[Path | None, typer.Option(help="Directory for both files, instead of printing one.")] = None,
    format: Printed = Format.table,
) -> None:
    """Write a scenario in another program's language."""
    if not prism:
        raise typer.BadParameter("say which language: --prism")
    import negsim as ns

    found = ns.export_prism(told, stages=stages)
    files: list[Path] = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        files = list(found.write(out, told.name))
    if format is Format.json:
        texts = {"language": "prism", "model": found.model, "properties": found.properties}
        print_result("export", {**texts, "files": files}, told)
    elif out is None:
        print((found.properties if properties else found.model).rstrip("\n"))
    for path in files if format is Format.table else ():
        print(path)


@app.command()
@limited
@supposing
def lint(
    told: Scenario,
    limits: Limits,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is anything to look at.")] = False,
    format: Printed = Format.table,
) -> None:
    """Say what is worth a second look in a scenario.

    Unsourced numbers, questions that cannot be settled, preconditions that never bind, words that move nothing: each part
    is left out in turn, and the same histories are told again.
    """
    import negsim as ns
    from negsim.checking.validation import silent_too
    from negsim.report.words import clean

    findings = sorted(ns.lint(told), key=lambda one: not one.hard)
    if not any(one.hard for one in findings):
        findings += silent_too(told, findings, seconds=limits.left * SHARE, clock=limits.clock)
    if format is Format.json:
        keys = ("code", "where", "text", "remedy", "hard")
        print_result("lint", {"findings": [{key: getattr(one, key) for key in keys} for one in findings]}, told)
    else:
        for finding in findings:
            print(f"{'cannot be meant: ' if finding.hard else ''}{clean(str(finding))}")
        print(f"{len(findings)} to look at" if findings else "nothing to look at, which is no proof of quality")
    if any(finding.hard for finding in findings) or (findings and strict):
        raise typer.Exit(1)
