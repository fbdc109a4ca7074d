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

HISTORIES = 4_000


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
    replications: Annotated[int, typer.Option("--replications", "-n", min=64, help="Histories.")] = HISTORIES,
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
    rows = None if best else draws or min(DRAWS, replications // 2)
    runs = ns.simulate(
        told, replications=replications, seed=seed, draws=rows, questions=new_questions(told, [one]), keep="answers",
        on_error="count",
    )  # fmt: skip
    found = ns.explain(runs, one, yes=yes, depth=depth, most=look)
    if format is Format.json:
        head = {"seed": runs.seed, "replications": replications, "draws": len(runs.rows) if runs.drawn else None}
        print_result("why", {**head, **found.as_dict()}, told)
    else:
        print_why(console(), found, runs)
    if csv_file is not None:
        write_csv(csv_file, found.rows)
