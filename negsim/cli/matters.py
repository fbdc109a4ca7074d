"""``negsim sensitivity`` and ``negsim watch``: what carries an answer, and which news would move it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.asking import asked_by_name, check_date, conditions_of, ungiven
from negsim.cli.base import (
    Csv,
    Draws,
    Format,
    Level,
    Out,
    Printed,
    QuestionName,
    Seed,
    app,
    check_level,
    check_picture,
    console,
    print_result,
    write_csv,
)
from negsim.cli.limits import Limits, limited
from negsim.cli.run import MANY
from negsim.cli.suppose import supposing
from negsim.errors import EstimateError

if TYPE_CHECKING:
    from negsim.model.questions import Question
    from negsim.model.scenario import Scenario
    from negsim.results.runs import Runs

__all__ = ["drawn", "sensitivity", "watch"]

EVENTS, PILOT = 1_200_000, 64
"""Firings by default in all histories together, judged by so many of these."""

Replications = Annotated[
    int | None,
    typer.Option(
        "--replications", "-n", min=64, help=f"Histories (default {MANY:,}, fewer if they have very many events)."
    ),
]


@app.command()
@limited
@supposing
def sensitivity(
    told: Scenario,
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
    level: Level = 0.95,
    out: Out = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Tell which unknown numbers carry an answer."""
    import negsim as ns
    from negsim.report.matters import print_sensitivity, sensitivity_rows

    check_level(level)
    check_picture(out)
    asked = asked_by_name(told, question)
    ungiven([asked], "that changes what is believed of the parameters as well")
    _needs_beliefs(told)
    runs = _runs(told, asked, replications, seed, draws, limits)
    found = ns.sensitivity(runs, asked, threshold=threshold, totals=totals, level=level)
    _tell("sensitivity", found, print_sensitivity, runs, format, csv_file, sensitivity_rows(found))
    if out is not None:
        from negsim.report.matters_plots import draw_sensitivity

        drawn(draw_sensitivity, found, out, format)


@app.command()
@limited
@supposing
def watch(
    told: Scenario,
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
    level: Level = 0.95,
    out: Out = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Tell which news would move an answer most, and by when."""
    import negsim as ns
    from negsim.report.matters import print_watching, watching_rows

    check_level(level)
    check_picture(out)
    asked = asked_by_name(told, question)
    ungiven([asked], "news would change in how many histories that is so")
    for one in date or ():
        check_date(told, one, "--date")
    news = [str(one.condition) for one in conditions_of(told, condition or (), "--condition")]
    runs = _runs(told, asked, replications, seed, draws, limits)
    found = ns.watch(runs, asked, dates=date or None, conditions=news, level=level)
    _tell("watch", found, print_watching, runs, format, csv_file, watching_rows(found))
    if out is not None:
        from negsim.report.matters_plots import draw_watching

        drawn(draw_watching, found, out, format)


def _runs(
    told: Scenario, question: Question, replications: int | None, seed: int | None, draws: int | None, limits: Limits
) -> Runs:
    """Histories of half as many draws of the parameters: two of each tell ignorance from chance."""
    import negsim as ns

    if replications is not None:
        limits.lift()
        n = replications
    else:
        pilot = ns.simulate(told, replications=PILOT, seed=0, draws=PILOT, keep="answers")
        n = MANY if limits.said else max(PILOT, min(MANY, EVENTS * PILOT // max(1, pilot.events)))
    memory = limits.for_simulation(EVENTS)["memory"]
    rows = n // 2 if draws is None else draws
    runs = ns.simulate(told, replications=n, seed=seed, draws=rows, keep="answers", memory=memory, questions=[question])
    limits.grace()
    return runs


def _needs_beliefs(told: Scenario) -> None:
    """Refuse a scenario of which nothing is believed, in words of a file and not of Python."""
    parameters = told.expanded.parameters.values()
    if not any(one.belief is not None for one in parameters):
        known = ", ".join(one.name for one in parameters) or "none"
        raise EstimateError(
            f"nothing is believed of any parameter of {told.name}, so no ignorance carries the answer; give a parameter a "
            f"belief, such as [parameter.rate] with range = [0.1, 0.5] (it has: {known})"
        )


def _tell(
    command: str,
    found: Any,
    print_it: Callable[..., None],
    runs: Runs,
    format: Format,
    csv_file: Path | None,
    rows: list[dict[str, Any]],
) -> None:
    """The result as a table or as one JSON object, and its rows in a file."""
    if format is Format.json:
        facts = {"seed": runs.seed, "engine": runs.engine, "draws": len(runs.rows) if runs.clustered else None}
        print_result(command, {**facts, **found.as_dict()}, runs.scenario)
    else:
        draws = f"{len(runs.rows):,} draws of parameters" if runs.clustered else "no parameter is uncertain"
        source = f"{runs.scenario.name} · n = {runs.replications:,} · {draws} · seed {runs.seed} · engine {runs.engine}"
        print_it(console(), found, source)
    if csv_file is not None:
        write_csv(csv_file, rows)


def drawn(draw: Callable[..., Any], found: Any, out: Path, format: Format) -> None:
    """Draw a picture to a file, and say so where it does not mix with JSON."""
    draw(found, out)
    print(f"Picture: {out}", file=sys.stdout if format is Format.table else sys.stderr)
