"""``negsim run`` and ``negsim replay``: simulate, answer, tell."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.base import DRAWS, AsKnown, Best, Draws, Fix, Format, ScenarioName, Seed, app, console, fixed
from negsim.cli.limits import Limits, limited

if TYPE_CHECKING:
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

MOST = 1_000_000
"""Histories at most where a precision is asked for."""

WATCHED, COUNTED = 10_000, 5_000_000
"""Histories up to which reasons are recorded along with the answers (beyond, some are simulated again for them), and
from which on only counts are kept."""


@app.command()
@limited
def run(
    scenario: ScenarioName,
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
    seed: Seed = None,
    engine: Annotated[str, typer.Option(help="auto, compiled, reference, or exact (no sampling).")] = "auto",
    draws: Draws = None,
    best: Best = False,
    fix: Fix = None,
    as_known: AsKnown = False,
    digits: Annotated[
        int | None, typer.Option(min=0, max=12, help="Decimals of percentages, instead of what the range supports.")
    ] = None,
    level: Annotated[float, typer.Option(help="Confidence level of the Monte Carlo intervals.")] = 0.95,
    out: Annotated[Path | None, typer.Option(help="Directory for the chart of cumulative probability by date.")] = None,
    format: Annotated[Format, typer.Option(help="A table, or one JSON object.")] = Format.table,
    precision: Annotated[
        float | None,
        typer.Option(
            min=1e-5,
            max=0.499,
            help="Simulate until every probability is known to within so much, such as 0.01, all together at 95 %.",
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; the result does not depend on them.")] = None,
) -> None:
    """Simulate a scenario and answer its questions."""
    import negsim as ns

    _check_run(engine, level, best, draws)
    solves = _solves(engine)
    if solves and out is not None:
        raise typer.BadParameter("the chart is drawn from histories; leave --out away, or use another engine")
    if solves and precision is not None:
        raise typer.BadParameter("exact answers have an error bound and no histories; leave --precision away")
    told = fixed(ns.load(scenario, as_known=as_known), fix)
    if solves:
        solved = ns.solve_answers(told, draws=draws, seed=seed, level=level)
        _print(solved, ns.answers(solved, level=level), format, level=level, digits=digits)
        return
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the run, not after it
    n = replications or (_enough(engine) if precision is None else MOST)
    if replications is not None or precision is not None:
        limits.lift()
    options = {"seed": seed, "engine": engine, "draws": _rows(n, draws, best), "workers": workers}
    options |= limits.for_simulation(_events(engine)) | {"precision": precision}
    runs, interrupted = _simulate(told, n, limits, reasons=format is Format.table, **options)
    limits.grace()
    reasons = _reasons(runs, limits) if format is Format.table and not interrupted else ()
    _print(runs, ns.answers(runs, level=level), format, reasons, level=level, digits=digits)
    if out is not None:
        # With JSON, standard output holds the one object and nothing else.
        print(f"Chart: {_chart(runs, out, level)}", file=sys.stdout if format is Format.table else sys.stderr)
    if interrupted:
        print("negsim: interrupted; what is printed is of the histories so far", file=sys.stderr)
        raise typer.Exit(130)


def _reasons(runs: Results, limits: Limits) -> Sequence[Explanation]:
    """Why the answers are no, as far as there is time."""
    import negsim as ns
    from negsim.errors import BudgetError
    from negsim.running.interrupts import within

    try:
        with within(None if limits.unlimited else max(0.0, limits.left * 0.8), "reasons were", limits.clock):
            return ns.main_reasons(runs)
    except BudgetError as error:
        print(f"negsim: {error} and are left away; allow more with --seconds", file=sys.stderr)
        return ()


def _print(
    runs: Answering,
    rows: tuple[Answer, ...],
    format: Format,
    reasons: Sequence[Explanation] = (),
    *,
    level: float,
    digits: int | None,
) -> None:
    """The answers, as a table with their reasons or as one JSON object."""
    if format is Format.json:
        print(json.dumps(_as_json(runs, rows, level, digits), allow_nan=False, ensure_ascii=False, indent=2))
        return
    from negsim.report.text import print_run

    print_run(console(), runs, rows, reasons, level=level, digits=digits)


def _check_run(engine: str, level: float, best: bool, draws: int | None) -> None:
    from negsim.engines import ENGINES

    known = ("auto", *ENGINES)
    if engine not in known:
        raise typer.BadParameter(f"{engine!r} is not one of {', '.join(known)}", param_hint="--engine")
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level!r} must lie between 0 and 1, such as 0.95", param_hint="--level")
    if best and draws is not None:
        raise typer.BadParameter("--best fixes the parameters and --draws draws them; give one of the two")


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
    told: Scenario, replications: int, limits: Limits, *, reasons: bool, **options: Any
) -> tuple[Results, bool]:
    """The runs, and whether they were interrupted by hand."""
    import negsim as ns
    from negsim.running.interrupts import Interrupted

    if reasons and replications <= WATCHED and options["precision"] is None:
        from negsim.why.explanation import reason_questions

        options["questions"] = reason_questions(told)
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


def _as_json(runs: Answering, rows: tuple[Answer, ...], level: float, digits: int | None) -> dict[str, Any]:
    from negsim.report.words import bare_count

    return {
        "scenario": runs.scenario.name,
        "engine": runs.engine,
        "replications": runs.replications,
        "draws": len(runs.rows) if runs.drawn else None,
        "seed": runs.seed,
        "level": level,
        "events": runs.events,
        "seconds": runs.seconds,
        "bare_numbers": bare_count(runs.scenario),
        "note": runs.note,
        "questions": [_row(row, digits) for row in rows],
    }


def _row(row: Answer, digits: int | None) -> dict[str, Any]:
    """One answer: numbers as they are, and the texts that table and chart show of them."""
    share = row.is_share
    interval, spread = row.interval(digits), row.range(digits)
    errors = (None, None) if row.estimate is None or row.estimate.spread is None else row.estimate.spread_errors
    return {
        "id": row.id,
        "text": row.text,
        "kind": row.kind,
        "by": row.by,
        "value": _number(row.value),
        "printed": row.rounded(digits),
        "probability": _number(row.value) if share else None,
        "low": _number(row.low),
        "high": _number(row.high),
        "interval": None if interval == "–" else interval,
        "band_low": row.band_low,
        "band_high": row.band_high,
        "band_low_error": errors[0],
        "band_high_error": errors[1],
        "range": None if spread == "–" else spread,
        "words": row.words or None,
        "base_rate": row.base_rate,
        "given": row.given or None,
        "counted": row.counted,
        "notes": list(row.notes),
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _chart(runs: Results, out: Path, level: float) -> Path:
    import negsim as ns

    path = out / f"{runs.scenario.name}.png"
    ns.plots.chart(runs, path=path, level=level)
    return path


@app.command()
@limited
def replay(
    scenario: ScenarioName,
    number: Annotated[int, typer.Argument(metavar="N", min=0, help="Number of the history, from 0 on.")],
    seed: Seed = None,
    draws: Draws = None,
    best: Best = False,
    fix: Fix = None,
    as_known: AsKnown = False,
    every: Annotated[bool, typer.Option("--all", help="Tell every event, also those that only move numbers.")] = False,
) -> None:
    """Tell one history as a dated table: who did what, and what it made possible.

    With the seed (and draws) of a run it is that run's history of this number.
    """
    import negsim as ns

    _check_run("auto", 0.95, best, draws)
    told = fixed(ns.load(scenario, as_known=as_known), fix)
    rows = None if best else draws or DRAWS
    runs = ns.simulate(told, replications=1, seed=seed, draws=rows)
    from negsim.report.story import story_table

    story, screen = ns.narrate(runs, number), console()
    what = "parameters at their best values" if story.draw is None else f"draw {story.draw} of {rows} of the parameters"
    screen.print(story_table(story, told.title or told.name, what, width=screen.width, every=every))
