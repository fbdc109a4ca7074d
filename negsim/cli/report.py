"""``negsim report``: answers, why, what to watch, what would help and what it stands on, as one file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.base import AsKnown, Best, Draws, Fix, ScenarioName, Seed, app, fixed
from negsim.cli.limits import Limits, limited

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario
    from negsim.results.runs import Runs

__all__ = ["report"]

MANY, EVENTS, PILOT = 8_000, 4_000_000, 64
"""Histories by default, as long as they have no more firings in all than this, judged by so many of them."""
EACH = 16
"""Histories of each draw of the assumptions by default: enough to tell ignorance from chance."""
LEVERS = 12
"""Changes that are tried by default."""


class Form(StrEnum):
    """How a report is written."""

    html = "html"
    md = "md"
    json = "json"


@app.command()
@limited
def report(
    scenario: ScenarioName,
    limits: Limits,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write FILE.html, FILE.md or FILE.json.")
    ] = None,
    question: Annotated[
        str | None,
        typer.Option(
            "--question", "-q", metavar="QUESTION", help="Which one to look into (default: the least certain)."
        ),
    ] = None,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications", "-n", min=64, help=f"Histories (default {MANY:,}, fewer if they have very many events)."
        ),
    ] = None,
    seed: Seed = None,
    draws: Draws = None,
    best: Best = False,
    fix: Fix = None,
    as_known: AsKnown = False,
    levers: Annotated[
        int, typer.Option(min=0, help="Changes to try, the nearest to the question; 0 for none.")
    ] = LEVERS,
    level: Annotated[float, typer.Option(help="Confidence level of all intervals.")] = 0.95,
    format: Annotated[
        Form | None, typer.Option(help="What is written (default: as FILE ends, else html); printed without --out.")
    ] = None,
) -> None:
    """Write one report: answers, why, what to watch, what would help, sources and limits.

    The file is complete in itself and asks nobody for anything; it can be printed, mailed and kept.
    """
    import negsim as ns
    from negsim.report.page.ground import typed

    # What is wrong with the words is told before anything is simulated.
    form, target = _form(format, out, scenario)
    if best and draws is not None:
        raise typer.BadParameter("--best draws no parameters; leave --draws away")
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level!r} must lie between 0 and 1, such as 0.95", param_hint="--level")
    limits.lift()
    told = fixed(ns.load(scenario, as_known=as_known), fix)
    _check_question(told, question)
    runs = _runs(told, replications, seed, None if best else draws, best, limits)
    command = typed(runs, scenario, question, *_same(fix, as_known, levers, level))
    made = ns.build_report(runs, question, level=level, levers=levers, source=scenario, command=command)
    text = {"html": made.html, "md": made.markdown, "json": made.json}[form]()
    if target is None:
        typer.echo(text, nl=not text.endswith("\n"))
    else:
        target.write_text(text, encoding="utf-8")
        typer.echo(f"Report: {target}")


def _same(fix: list[str] | None, as_known: bool, levers: int, level: float) -> list[str]:
    """The options that were given besides, for whoever wants the same again."""
    found = [word for pair in fix or () for word in ("--fix", pair)] + (["--as-known"] if as_known else [])
    found += ["--levers", str(levers)] if levers != LEVERS else []
    return found + (["--level", f"{level:.10g}"] if level != 0.95 else [])


def _form(format: Form | None, out: Path | None, scenario: str) -> tuple[str, Path | None]:
    """What is written, and where: a page into a file, what other programs read onto the screen."""
    if out is None:
        form = "html" if format is None else str(format)
        return form, Path(f"{Path(scenario).stem}.html") if form == "html" else None
    ending = {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}.get(out.suffix.lower())
    if ending is None or format not in (None, ending):
        wanted = ".html, .md or .json" if format is None else f".{format}"
        raise typer.BadParameter(f"{out}: the report ends in {wanted}", param_hint="--out")
    return ending, out


def _check_question(told: Scenario, question: str | None) -> None:
    from negsim.results.answers import refuse_unasked

    if question is not None and question not in told.expanded.questions:
        refuse_unasked(told, question)


def _runs(
    told: Scenario, replications: int | None, seed: int | None, draws: int | None, best: bool, limits: Limits
) -> Runs:
    """The histories."""
    import negsim as ns

    if replications is None:
        pilot = ns.simulate(told, replications=PILOT, seed=0, draws=PILOT, keep="answers")
        replications = max(PILOT, min(MANY, EVENTS * PILOT // max(1, pilot.events)))
    rows = None if best else draws or max(2, replications // EACH)
    memory = limits.for_simulation(EVENTS)["memory"]
    return ns.simulate(told, replications=replications, seed=seed, draws=rows, keep="answers", memory=memory)
