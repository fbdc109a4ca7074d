"""``negsim sensitivity`` and ``negsim watch``: what carries an answer, and which news would move it."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.base import AsKnown, Draws, Fix, Format, ScenarioName, Seed, app, console, fixed
from negsim.cli.limits import Limits, limited
from negsim.cli.run import MANY

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario
    from negsim.results.runs import Runs

__all__ = ["check_options", "drawn", "sensitivity", "watch", "write_csv"]

EVENTS, PILOT = 1_200_000, 64
"""Firings by default in all histories together, judged by so many of these."""

QuestionName = Annotated[str, typer.Argument(metavar="QUESTION", help="Name of a question of the scenario.")]
Replications = Annotated[
    int | None,
    typer.Option(
        "--replications", "-n", min=64, help=f"Histories (default {MANY:,}, fewer if they have very many events)."
    ),
]
Level = Annotated[float, typer.Option(help="Confidence level of all intervals.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the rows to a CSV file as well.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw a picture to FILE.png, .svg or .pdf.")]
Printed = Annotated[Format, typer.Option(help="A table, or one JSON object.")]


@app.command()
@limited
def sensitivity(
    scenario: ScenarioName,
    question: QuestionName,
    limits: Limits,
    replications: Replications = None,
    seed: Seed = None,
    draws: Draws = None,
    threshold: Annotated[
        float | None, typer.Option(help="Tell the value of knowing for max(p - threshold, 0) (default: the answer).")
    ] = None,
    totals: Annotated[
        bool, typer.Option("--totals", help="Total effects too: one more run for each parameter.")
    ] = False,
    fix: Fix = None,
    as_known: AsKnown = False,
    level: Level = 0.95,
    out: Out = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Tell which of the things that nobody knows exactly carry the answer to a question."""
    import negsim as ns
    from negsim.report.matters import print_sensitivity, sensitivity_rows

    check_options(level, out)
    runs = _runs(fixed(ns.load(scenario, as_known=as_known), fix), question, replications, seed, draws, limits)
    found = ns.sensitivity(runs, question, threshold=threshold, totals=totals, level=level)
    _tell(found, print_sensitivity, runs, format, csv_file, sensitivity_rows(found))
    if out is not None:
        from negsim.report.matters_plots import draw_sensitivity

        drawn(draw_sensitivity, found, out, format)


@app.command()
@limited
def watch(
    scenario: ScenarioName,
    question: QuestionName,
    limits: Limits,
    replications: Replications = None,
    seed: Seed = None,
    draws: Draws = None,
    date: Annotated[
        list[str] | None, typer.Option("--date", metavar="DATE", help="Look at this date (again for more of them).")
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", metavar="TEXT", help="A condition that counts as news too.")
    ] = None,
    fix: Fix = None,
    as_known: AsKnown = False,
    level: Level = 0.95,
    out: Out = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Tell which news would move the answer to a question most, and by when it tells most."""
    import negsim as ns
    from negsim.report.matters import print_watching, watching_rows

    check_options(level, out)
    runs = _runs(fixed(ns.load(scenario, as_known=as_known), fix), question, replications, seed, draws, limits)
    found = ns.watch(runs, question, dates=date or None, conditions=condition or (), level=level)
    _tell(found, print_watching, runs, format, csv_file, watching_rows(found))
    if out is not None:
        from negsim.report.matters_plots import draw_watching

        drawn(draw_watching, found, out, format)


def check_options(level: float, out: Path | None) -> None:
    """Refuse levels and names of pictures that are none."""
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level!r} must lie between 0 and 1, such as 0.95", param_hint="--level")
    if out is not None and out.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise typer.BadParameter(f"{out}: a picture ends in .png, .svg or .pdf", param_hint="--out")


def _runs(
    told: Scenario, question: str, replications: int | None, seed: int | None, draws: int | None, limits: Limits
) -> Runs:
    """Histories of half as many draws of the parameters: two of each tell ignorance from chance."""
    import negsim as ns
    from negsim.results.answers import refuse_unasked

    if question not in told.expanded.questions:
        refuse_unasked(told, question)
    if replications is not None:
        limits.lift()
        n = replications
    else:
        pilot = ns.simulate(told, replications=PILOT, seed=0, draws=PILOT, keep="answers")
        n = MANY if limits.said else max(PILOT, min(MANY, EVENTS * PILOT // max(1, pilot.events)))
    memory = limits.for_simulation(EVENTS)["memory"]
    rows = n // 2 if draws is None else draws
    runs = ns.simulate(told, replications=n, seed=seed, draws=rows, keep="answers", memory=memory)
    limits.grace()
    return runs


def _tell(
    found: Any,
    print_it: Callable[..., None],
    runs: Runs,
    format: Format,
    csv_file: Path | None,
    rows: Sequence[dict[str, Any]],
) -> None:
    """The result as a table or as one JSON object, and its rows in a file."""
    if format is Format.json:
        facts = {"scenario": runs.scenario.name, "seed": runs.seed, "engine": runs.engine}
        print(json.dumps({**facts, **found.as_dict()}, allow_nan=False, ensure_ascii=False, indent=2))
    else:
        draws = f"{len(runs.rows):,} draws of parameters" if runs.clustered else "no parameter is uncertain"
        source = f"{runs.scenario.name} · n = {runs.replications:,} · {draws} · seed {runs.seed} · engine {runs.engine}"
        print_it(console(), found, source)
    if csv_file is not None:
        write_csv(csv_file, rows)


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows to a file, with a head."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["name"])
        writer.writeheader()
        writer.writerows(rows)


def drawn(draw: Callable[..., Any], found: Any, out: Path, format: Format) -> None:
    """Draw a picture to a file, and say so where it does not mix with JSON."""
    draw(found, out)
    print(f"Picture: {out}", file=sys.stdout if format is Format.table else sys.stderr)
