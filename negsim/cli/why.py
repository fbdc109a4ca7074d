"""``negsim why``: why the answer to one question is no, or yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.asking import asked, new_questions
from negsim.cli.base import (
    DRAWS,
    Best,
    By,
    Csv,
    Draws,
    Format,
    Printed,
    QuestionName,
    Seed,
    app,
    console,
    print_result,
    write_csv,
)
from negsim.cli.limits import Limits, limited
from negsim.cli.suppose import supposing

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario

__all__ = ["why"]

HISTORIES, EVENTS = 4_000, 4_000_000
"""Histories by default, and firings in all of them: nobody may wait for a file whose histories never end."""


@app.command()
@limited
@supposing
def why(
    told: Scenario,
    question: QuestionName,
    limits: Limits,
    yes: Annotated[
        bool, typer.Option("--yes", help="Why yes: what carried it. Of a number: why high, in place of why low.")
    ] = False,
    by: By = None,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications",
            "-n",
            min=64,
            show_default=False,
            help=f"Histories (default {HISTORIES:,}, fewer if they are long).",
        ),
    ] = None,
    look: Annotated[int, typer.Option(min=10, help="Histories to look at with this answer, and with the other.")] = 400,
    depth: Annotated[int, typer.Option(min=0, max=8, help="Steps to look behind a reason.")] = 3,
    seed: Seed = None,
    draws: Draws = None,
    best: Best = False,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Tell why the answer to a question is no, or what carried it where it is yes.

    What was missing, who decided otherwise, what slowed it, step by step to the root; what becomes of the same histories
    without each reason; near misses, and when it became impossible.
    """
    import negsim as ns
    from negsim.report.why import print_why

    if best and draws is not None:
        raise typer.BadParameter("--best fixes the parameters and --draws draws them; give one of the two")
    # A slip in the question is told before anything is simulated.
    one = asked(told, [question], by, "QUESTION")[0]
    limits.lift()
    n = replications or HISTORIES
    rows = None if best else draws or min(DRAWS, n // 2)
    runs = ns.simulate(
        told, replications=n, seed=seed, draws=rows, questions=new_questions(told, [one]), keep="answers",
        on_error="count", events=EVENTS if replications is None else None,
    )  # fmt: skip
    found = ns.explain(runs, one, yes=yes, depth=depth, most=look)
    if format is Format.json:
        head = {"seed": runs.seed, "replications": runs.replications, "draws": len(runs.rows) if runs.drawn else None}
        print_result("why", {**head, **found.as_dict()}, told)
    else:
        print_why(console(), found, runs)
    if csv_file is not None:
        write_csv(csv_file, found.rows)
