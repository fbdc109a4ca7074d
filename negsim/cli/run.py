"""``negsim run`` and ``negsim replay``: simulate, answer, tell."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    Questions,
    Seed,
    app,
    console,
    half_width,
    print_result,
    write_csv,
)
from negsim.cli.limits import Limits, limited
from negsim.cli.seldom import seldom
from negsim.cli.suppose import supposing

if TYPE_CHECKING:
    from negsim.model.questions import Question
    from negsim.model.scenario import Scenario
    from negsim.results.answers import Answer, Answering
    from negsim.results.base import Results
    from negsim.why.explanation import Explanation

__all__ = ["replay", "run"]

FEW, MANY = 3_000, 20_000
"""Histories by default: on the reference engine, and where the compiled one is there."""

FEW_EVENTS, MANY_EVENTS = 80_000, 20_000_000
"""Firings in all of them by default: a scenario with very many in a history is told by fewer histories, so that the run and
its reasons are done well within the default seconds."""

MOST_EXPLAINED = 4
"""Questions of one's own whose reasons are told."""

MOST = 1_000_000
"""Histories at most where a precision is asked for."""

COUNTED = 5_000_000
"""Histories from which on only counts are kept."""


@app.command()
@limited
@supposing
def run(
    told: Scenario,
    question: Questions = None,
    by: By = None,
    *,
    limits: Limits,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications",
            "-n",
            min=1,
            help=f"Histories (default {MANY:,} compiled, {FEW:,} on the reference engine).",
        ),
    ] = None,
    precision: Annotated[
        Any,
        typer.Option(
            parser=half_width,
            metavar="WIDTH",
            help="Simulate until every probability is known to within so much, such as 0.01, or '10 %' of its own size, "
            "all together at 95 %.",
        ),
    ] = None,
    seed: Seed = None,
    draws: Draws = None,
    best: Best = False,
    rows_file: Annotated[
        Path | None,
        typer.Option(
            "--rows",
            metavar="FILE",
            help="CSV with a column for each parameter that it names and a row a draw, in place of drawing them.",
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, compiled, reference, or exact (no sampling).")] = "auto",
    stages: Annotated[
        int | None,
        typer.Option(min=1, help="With --engine exact: at most so many exponential stages in place of other clocks."),
    ] = None,
    level: Annotated[float, typer.Option(help="Confidence level of the Monte Carlo intervals.")] = 0.95,
    digits: Annotated[
        int | None, typer.Option(min=0, max=12, help="Decimals of percentages, instead of what the range supports.")
    ] = None,
    reasons: Annotated[bool, typer.Option("--reasons/--no-reasons", help="Why the answers are no.")] = True,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw the chart of cumulative probability by date there.")
    ] = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; the result does not depend on them.")] = None,
    rare: Annotated[
        bool | None,
        typer.Option(
            "--rare/--no-rare",
            help="Steer histories to questions with fewer than 30 hits (by itself where --seconds is given).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Simulate a scenario and answer its questions, or yours."""
    _check_run(engine, level, best, draws)
    if stages is not None and not _solves(engine):
        raise typer.BadParameter("stages stand in for clocks where a scenario is solved; add --engine exact")
    chosen = _chosen(told, question, by)
    shown = _Shown(format, level, digits, csv_file)
    given = _given(rows_file, engine, draws, best)
    if _solves(engine):
        _check_solves(out, precision)
        _solve(told, chosen, shown, draws=draws, seed=seed, stages=stages)
        return
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the run, not after it
    n = replications or (_enough(engine) if precision is None else MOST)
    if replications is not None or precision is not None:
        limits.lift()
    options: dict[str, Any] = {"seed": seed, "engine": engine, "workers": workers}
    options |= {"draws": _rows(n, draws, best)} if given is None else {"rows": given}
    options |= limits.for_simulation(_events(engine)) | {"precision": precision}
    runs, interrupted = _simulate(told, n, limits, chosen, **options)
    limits.grace()
    why = _reasons(runs, chosen, limits) if reasons and not interrupted else ()
    steered = None if interrupted else lambda rows: seldom(runs, rows, limits, rare, level)
    _print(runs, chosen, shown, why, steered)
    if out is not None:
        # With JSON, standard output holds the one object and nothing else.
        print(f"Chart: {_chart(runs, chosen, out, level)}", file=sys.stdout if format is Format.table else sys.stderr)
    if interrupted:
        print("negsim: interrupted; what is printed is of the histories so far", file=sys.stderr)
        raise typer.Exit(130)


@dataclass(frozen=True)
class _Shown:
    """How answers are printed, and where else they are written."""

    format: Format
    level: float
    digits: int | None
    csv_file: Path | None


def _chosen(told: Scenario, texts: list[str] | None, by: str | None) -> list[Question] | None:
    """The questions that the command line asks for; None for the scenario's own."""
    from negsim.results.answers import stated

    if not texts and by is None:
        return None
    return asked(told, texts or [one.name for one in stated(told)], by)


def _check_solves(out: Path | None, precision: float | str | None) -> None:
    if out is not None:
        raise typer.BadParameter("the chart is drawn from histories; leave --out away, or use another engine")
    if precision is not None:
        raise typer.BadParameter("exact answers have an error bound and no histories; leave --precision away")


def _solve(told: Scenario, chosen: list[Question] | None, shown: _Shown, **options: Any) -> None:
    import negsim as ns

    solved = ns.solve_answers(told, questions=chosen, level=shown.level, **options)
    _print(solved, chosen, shown)


def _reasons(runs: Results, chosen: list[Question] | None, limits: Limits) -> Sequence[Explanation]:
    """Why the answers are no, as far as there is time."""
    import negsim as ns
    from negsim.errors import BudgetError
    from negsim.running.interrupts import within

    try:
        with within(None if limits.unlimited else max(0.0, limits.left * 0.8), "reasons were", limits.clock):
            if chosen is None:
                return ns.main_reasons(runs)
            explained = [one for one in chosen if one.row.explained and one.given is None]
            return ns.main_reasons(runs, explained[:MOST_EXPLAINED])
    except BudgetError as error:
        print(f"negsim: {error} and are left away; allow more with --seconds", file=sys.stderr)
        return ()


def _print(
    runs: Answering,
    chosen: list[Question] | None,
    shown: _Shown,
    reasons: Sequence[Explanation] = (),
    steered: Callable[[Sequence[Answer]], Sequence[Answer]] | None = None,
) -> None:
    """The answers, as a table with their reasons or as one JSON object, and their rows in a file.

    ``steered`` puts other rows in place of those that too few histories answer.
    """
    import negsim as ns
    from negsim.results.answers import stated

    questions = list(stated(runs.scenario)) if chosen is None else chosen
    level, digits = shown.level, shown.digits
    rows: Sequence[Answer] = ns.answers(runs, questions, level=level)
    rows = rows if steered is None else steered(rows)
    if shown.format is Format.json:
        from negsim.report.run_data import run_data

        found = run_data(runs, rows, level=level, digits=digits, reasons=reasons, asked=questions)
        print_result("run", found, runs.scenario)
    else:
        from negsim.report.text import print_run

        print_run(console(), runs, rows, reasons, level=level, digits=digits)
    if shown.csv_file is not None:
        from negsim.report.run_data import answer_rows

        flat = [{**row, "notes": " ".join(row["notes"])} for row in answer_rows(runs, rows, digits)]
        write_csv(shown.csv_file, flat)


def _check_run(engine: str, level: float, best: bool, draws: int | None) -> None:
    from negsim.engines import ENGINES

    known = ("auto", *ENGINES)
    if engine not in known:
        raise typer.BadParameter(f"{engine!r} is not one of {', '.join(known)}", param_hint="--engine")
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level!r} must lie between 0 and 1, such as 0.95", param_hint="--level")
    if best and draws is not None:
        raise typer.BadParameter("--best fixes the parameters and --draws draws them; give one of the two")


def _given(rows_file: Path | None, engine: str, draws: int | None, best: bool) -> dict[str, list[float]] | None:
    """The rows of a file, if one is given; nothing else says then where parameters come from."""
    from negsim.files.rows import read_rows

    if rows_file is None:
        return None
    if draws is not None or best or _solves(engine):
        other = "--draws" if draws is not None else "--best" if best else "--engine exact"
        raise typer.BadParameter(f"--rows gives the rows and {other} says otherwise; give one of the two")
    return read_rows(rows_file)


def _solves(engine: str) -> bool:
    """Whether an engine answers without histories."""
    from negsim.engines import ENGINES

    return engine in ENGINES and ENGINES[engine].solves


def _enough(engine: str) -> int:
    """Histories by default: as many as the engine tells in a few seconds."""
    from negsim.engines import available

    return FEW if engine == "reference" or not available("compiled") else MANY


def _events(engine: str) -> int:
    """Firings by default, likewise."""
    from negsim.engines import available

    return FEW_EVENTS if engine == "reference" or not available("compiled") else MANY_EVENTS


def _rows(replications: int, draws: int | None, best: bool) -> int | None:
    """Draws of the parameters: at least two histories each, for ignorance to be told from chance."""
    if best:
        return None
    if draws is not None and replications < 2 * draws:
        raise typer.BadParameter(
            f"{draws} draws need at least {2 * draws} replications, not {replications}", param_hint="--draws"
        )
    return draws or (min(DRAWS, replications // 2) if replications >= 4 else None)


def _simulate(
    told: Scenario, replications: int, limits: Limits, chosen: list[Question] | None, **options: Any
) -> tuple[Results, bool]:
    """The runs, and whether they were interrupted by hand."""
    import negsim as ns
    from negsim.running.interrupts import Interrupted

    options["questions"] = [] if chosen is None else new_questions(told, chosen)
    options["keep"] = "counts" if replications > COUNTED else "answers"
    try:
        return ns.simulate(told, replications=replications, progress=_progress(), **options), False
    except (KeyboardInterrupt, Interrupted) as error:
        runs: Results | None = getattr(error, "runs", None)
        if runs is None:
            raise
        return runs, isinstance(error, KeyboardInterrupt)  # a limit that is used up ends a run as a budget does


def _progress() -> Callable[[int, int], None] | None:
    """Tell on stderr how far a run is, if somebody watches and it takes longer than a second."""
    if not sys.stderr.isatty():
        return None
    began = time.monotonic()
    shown = [0.0]

    def tell(done: int, wanted: int) -> None:
        now = time.monotonic()
        if done >= wanted:
            if shown[0]:
                sys.stderr.write("\r\x1b[K")
        elif now - began > 1 and now - shown[0] > 0.2:
            shown[0] = now
            left = (now - began) * (wanted - done) / done
            sys.stderr.write(f"\r\x1b[K{done:,} of {wanted:,} histories, {left:.0f} s left")
        sys.stderr.flush()

    return tell


def _chart(runs: Results, chosen: list[Question] | None, out: Path, level: float) -> Path:
    import negsim as ns

    path = out / f"{runs.scenario.name}.png"
    ns.plots.chart(runs, chosen, path=path, level=level)
    return path


@app.command()
@limited
@supposing
def replay(
    told: Scenario,
    number: Annotated[int, typer.Argument(metavar="N", min=0, help="Number of the history, from 0 on.")],
    limits: Limits,
    seed: Seed = None,
    draws: Draws = None,
    best: Best = False,
    every: Annotated[bool, typer.Option("--all", help="Tell every event, also those that only move numbers.")] = False,
    format: Printed = Format.table,
) -> None:
    """Tell one history: who did what, and what it made possible.

    With the seed (and draws) of a run it is that run's history of this number.
    """
    import negsim as ns

    _check_run("auto", 0.95, best, draws)
    rows = None if best else draws or DRAWS
    runs = ns.simulate(told, replications=1, seed=seed, draws=rows)
    story = ns.narrate(runs, number)
    if format is Format.json:
        from negsim.report.run_data import plain_fields

        print_result("replay", {"engine": runs.engine, "draws": rows, **plain_fields(story)}, told)
        return
    from negsim.report.story import story_table
    from negsim.wording.language import language

    screen = console()
    said = language(story.language)
    what = said.say("best_values") if story.draw is None else said.say("of_draws", draw=story.draw, rows=rows)
    screen.print(story_table(story, told.title or told.name, what, width=screen.width, every=every))
