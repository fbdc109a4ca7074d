"""The command line: parse, call the public API, print. Each command imports only what it needs."""

from __future__ import annotations

import json
import math
import os
import re
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from negsim.analysis.answers import Answer
    from negsim.model.scenario import Scenario
    from negsim.runs import Results

__all__ = ["app", "main"]

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
FEW, MANY = 3_000, 20_000
"""Histories by default: on the reference engine, and where the compiled one is there."""

WATCHED, COUNTED = 10_000, 5_000_000
"""Histories up to which reasons are recorded along with the answers (beyond, some are simulated again for them), and
from which on only counts are kept."""


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


@app.command()
def run(
    scenario: ScenarioName,
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
    engine: Annotated[str, typer.Option(help="auto, compiled or reference.")] = "auto",
    draws: Draws = None,
    best: Best = False,
    digits: Annotated[
        int | None, typer.Option(min=0, max=12, help="Decimals of percentages, instead of what the range supports.")
    ] = None,
    level: Annotated[float, typer.Option(help="Confidence level of the Monte Carlo intervals.")] = 0.95,
    out: Annotated[Path | None, typer.Option(help="Directory for the chart of cumulative probability by date.")] = None,
    format: Annotated[Format, typer.Option(help="A table, or one JSON object.")] = Format.table,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; the result does not depend on them.")] = None,
) -> None:
    """Simulate a scenario and answer its questions."""
    import negsim as ns

    _check_run(engine, level, best, draws)
    told = ns.load(scenario)
    n = replications or _enough(engine)
    options = {"seed": seed, "engine": engine, "draws": _rows(n, draws, best), "workers": workers}
    runs = _simulate(told, n, reasons=format is Format.table, **options)
    rows = ns.answers(runs, level=level)
    chart = None if out is None else _chart(runs, out)
    if format is Format.json:
        print(json.dumps(_as_json(runs, rows, level), allow_nan=False, ensure_ascii=False, indent=2))
        if chart is not None:
            print(f"chart: {chart}", file=sys.stderr)
        return
    from negsim.report.text import print_run

    console = _console()
    print_run(console, runs, rows, ns.main_reasons(runs), level=level, digits=digits)
    if chart is not None:
        console.print(f"Chart: {chart}", markup=False, highlight=False, soft_wrap=True)


def _check_run(engine: str, level: float, best: bool, draws: int | None) -> None:
    from negsim.engines import ENGINES

    if engine not in ("auto", *ENGINES):
        raise typer.BadParameter(f"{engine!r} is not one of auto, {', '.join(ENGINES)}", param_hint="--engine")
    if not 0 < level < 1:
        raise typer.BadParameter(f"{level!r} must lie between 0 and 1, such as 0.95", param_hint="--level")
    if best and draws is not None:
        raise typer.BadParameter("--best fixes the parameters and --draws draws them; give one of the two")


def _enough(engine: str) -> int:
    """Histories by default: as many as the engine tells in a few seconds."""
    from negsim.engines import available

    return FEW if engine == "reference" or not available("compiled") else MANY


def _rows(replications: int, draws: int | None, best: bool) -> int | None:
    """Draws of the parameters: at least two histories each, for ignorance to be told from chance."""
    if best:
        return None
    if draws is not None and replications < 2 * draws:
        raise typer.BadParameter(
            f"{draws} draws need at least {2 * draws} replications, not {replications}", param_hint="--draws"
        )
    return draws or (min(DRAWS, replications // 2) if replications >= 4 else None)


def _simulate(told: Scenario, replications: int, *, reasons: bool, **options: Any) -> Results:
    import negsim as ns

    if reasons and replications <= WATCHED:
        from negsim.analysis.explanation import reason_questions

        options["questions"] = reason_questions(told)
    if replications > COUNTED:
        options["keep"] = "counts"
    runs: Results = ns.simulate(told, replications=replications, progress=_progress(), **options)
    return runs


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


def _as_json(runs: Results, rows: tuple[Answer, ...], level: float) -> dict[str, Any]:
    questions = [
        {
            "id": row.id,
            "text": row.text,
            "by": row.by,
            "probability": _number(row.value) if row.is_share else None,
            "low": _number(row.low) if row.is_share else None,
            "high": _number(row.high) if row.is_share else None,
            "band_low": row.band_low,
            "band_high": row.band_high,
            "base_rate": row.base_rate,
        }
        for row in rows
    ]
    return {
        "scenario": runs.scenario.name,
        "engine": runs.engine,
        "replications": runs.replications,
        "seed": runs.seed,
        "level": level,
        "events": runs.events,  # type: ignore[attr-defined] # Runs and CountedRuns have it
        "seconds": runs.seconds,
        "questions": questions,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _chart(runs: Results, out: Path) -> Path:
    import negsim as ns

    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{runs.scenario.name}.png"
    ns.plots.chart(runs, path=path)
    return path


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


@app.command(name="list")
def list_scenarios(format: Annotated[Format, typer.Option(help="Lines, or one JSON array.")] = Format.table) -> None:
    """List the scenarios that come with negsim."""
    import negsim as ns

    known = [{"name": name, "title": ns.load(name).title} for name in ns.shipped()]
    if format is Format.json:
        print(json.dumps(known, ensure_ascii=False, indent=2))
        return
    width = max(len(one["name"]) for one in known)
    for one in known:
        print(f"{one['name']:{width}}  {one['title']}")


@app.command()
def show(
    scenario: ScenarioName,
    toml: Annotated[bool, typer.Option("--toml", help="Print the file itself.")] = False,
    expanded: Annotated[bool, typer.Option("--expanded", help="Write out what its words stand for.")] = False,
) -> None:
    """Show what a scenario is made of."""
    import negsim as ns

    if toml and expanded:
        raise typer.BadParameter("--toml prints the file and --expanded what it stands for; give one of the two")
    told = ns.load(scenario)
    if toml:
        sys.stdout.write(_file_text(scenario))
        return
    from negsim.report.expanded import expanded_text, overview

    print(expanded_text(told) if expanded else overview(told))


def _file_text(scenario: str) -> str:
    """The text of a shipped scenario or of a file, comments included."""
    import negsim as ns

    if scenario in ns.shipped():
        from importlib import resources

        return (resources.files("negsim") / "scenarios" / f"{scenario}.toml").read_text("utf-8")
    return Path(scenario).read_text("utf-8")


@app.command()
def validate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A TOML file, or a shipped scenario's name.")],
) -> None:
    """Check a scenario file; say what is wrong, where, and what to do."""
    import negsim as ns
    from negsim.report.words import clean

    told = ns.load(file)
    elements = told.expanded
    counts = (
        f"{len(elements.actions)} actions, {len(elements.questions)} questions, {len(elements.parameters)} parameters"
    )
    print(f"{clean(file)}: valid scenario {told.name} ({counts})")
    for note in told.notes:
        print(f"note: {clean(note)}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors and other programs."""
    import negsim as ns

    print(json.dumps(ns.schema(), ensure_ascii=False, indent=2))


@app.command()
def new(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it; an existing file is not overwritten.")
    ],
    template: Annotated[str, typer.Option(help="Which starter file.")] = "meeting",
) -> None:
    """Write a commented starter file that validates and runs."""
    from negsim.report.starter import TEMPLATES, starter

    if template not in TEMPLATES:
        raise typer.BadParameter(f"{template!r} is not one of {', '.join(TEMPLATES)}", param_hint="--template")
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    text = starter(template, name if re.match(r"[a-z]", name) else "mine")
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise FileExistsError(f"{file} is there already and is not overwritten; name another file") from None
    print(f"{file} is written; next: negsim validate {file}, negsim run {file}")


@app.command()
def replay(
    scenario: ScenarioName,
    number: Annotated[int, typer.Argument(metavar="N", min=0, help="Number of the history, from 0 on.")],
    seed: Seed = None,
    draws: Draws = None,
    best: Best = False,
    every: Annotated[bool, typer.Option("--all", help="Tell every event, also those that only move numbers.")] = False,
) -> None:
    """Tell one history as a dated table: who did what, and what it made possible.

    With the seed (and draws) of a run it is that run's history of this number.
    """
    import negsim as ns

    _check_run("auto", 0.95, best, draws)
    told = ns.load(scenario)
    rows = None if best else draws or DRAWS
    runs = ns.simulate(told, replications=1, seed=seed, draws=rows)
    from negsim.report.story import story_table

    story, console = ns.narrate(runs, number), _console()
    what = "parameters at their best values" if story.draw is None else f"draw {story.draw} of {rows} of the parameters"
    console.print(story_table(story, told.title or told.name, what, width=console.width, every=every))


def main(args: list[str] | None = None) -> None:
    """Run the command line; exit with 0, 1 (scenario or run failed) or 2 (usage)."""
    from negsim.errors import NegsimError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app(args)
    except BrokenPipeError:
        _hang_up()
    except NegsimError as error:
        _fail(f"{type(error).__name__}: {error}")
    except (OSError, ImportError) as error:
        _fail(str(error))
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _hang_up()


def _fail(text: str) -> None:
    sys.stdout.flush()
    print(f"negsim: {text}", file=sys.stderr)
    sys.exit(1)


def _hang_up() -> None:
    """Nobody reads any more: say nothing at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
