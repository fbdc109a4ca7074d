"""``negsim report``: answers, why, what to watch, what would help and what it stands on, as one file."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.base import Best, Draws, Level, Seed, app, check_level
from negsim.cli.limits import Limits, limited
from negsim.cli.programs import ARGUMENTS, print_json
from negsim.cli.suppose import supposing

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario
    from negsim.results.runs import Runs

__all__ = ["report"]

MANY, EVENTS, PILOT = 8_000, 4_000_000, 64
"""Histories by default, as long as they have no more firings in all than this, judged by so many of them."""
EACH, LEAST = 16, 40
"""Histories of each draw of the assumptions by default, enough to tell ignorance from chance; and draws at least."""
LEVERS = 12
"""Changes that are tried by default."""
ENDINGS = {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}


class Form(StrEnum):
    """How a report is written."""

    html = "html"
    md = "md"
    json = "json"


@app.command()
@limited
@supposing
def report(
    told: Scenario,
    source: str,
    limits: Limits,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write FILE.html, FILE.md or FILE.json.")
    ] = None,
    question: Annotated[
        str | None,
        typer.Option("--question", "-q", metavar="NAME", help="Look into this question (default: the least certain)."),
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
    levers: Annotated[
        int, typer.Option(min=0, help="How many changes to try, those nearest to the question; 0 for none.")
    ] = LEVERS,
    level: Level = 0.95,
    format: Annotated[
        Form | None, typer.Option(help="What is written (default: as FILE ends, else html to a file).")
    ] = None,
) -> None:
    """Write one report: answers, why, what to watch, what would help, sources and limits.

    The file is complete in itself and asks nobody for anything; it can be printed, mailed and kept.
    """
    import negsim as ns

    # What is wrong with the words is told before anything is simulated.
    form, target = _form(format, out, told.name)
    check_level(level)
    if best and draws is not None:
        raise typer.BadParameter("--best draws no parameters; leave --draws away")
    _check_question(told, question)
    limits.lift()
    runs = _runs(told, replications, seed, draws, best, limits)
    # A file as it stands can be loaded in Python; with changes or what was known then, only the command tells all of it.
    plain = not told.interventions and "--as-known" not in ARGUMENTS and source != "-"
    made = ns.build_report(
        runs,
        question,
        level=level,
        levers=levers,
        source=source if plain else "",
        command=_same(runs, target, replications is None, seed is None, not (draws or best)),
    )
    if target is not None:
        target.write_text({"html": made.html, "md": made.markdown, "json": made.json}[form](), encoding="utf-8")
        print(f"Report: {target}", file=sys.stderr if format is Form.json else sys.stdout)
    if form == "json" and (target is None or format is Form.json):
        print_json(made.data)
    elif target is None:
        print(made.markdown(), end="")


def _form(format: Form | None, out: Path | None, name: str) -> tuple[str, Path | None]:
    """What is written, and where: a page into a file, what other programs read onto the screen."""
    if out is None:
        form = "html" if format is None else str(format)
        return form, Path(f"{name}.html") if form == "html" else None
    ending = ENDINGS.get(out.suffix.lower())
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

    # A stranger's file must not keep a machine busy: a few histories tell how many can be afforded.
    if replications is None:
        pilot = ns.simulate(told, replications=PILOT, seed=0, draws=PILOT, keep="answers")
        replications = max(PILOT, min(MANY, EVENTS * PILOT // max(1, pilot.events)))
    few = max(LEAST, replications // EACH)
    rows = None if best else draws or max(2, min(few, replications // 2))
    memory = limits.for_simulation(EVENTS)["memory"]
    return ns.simulate(told, replications=replications, seed=seed, draws=rows, keep="answers", memory=memory)


def _same(runs: Runs, target: Path | None, histories: bool, seed: bool, draws: bool) -> str:
    """What to type for the same report: what was typed, and what was chosen where nothing was."""
    words: list[str] = []
    for place, word in enumerate(ARGUMENTS):
        # Where the file lies is nobody's business: its name is told.
        if not word.startswith(("--out=", "-o=")) and word not in ("--out", "-o"):
            words += [] if place and ARGUMENTS[place - 1] in ("--out", "-o") else [word]
    words += ["-n", str(runs.replications)] if histories else []
    words += ["--draws", str(len(runs.rows))] if draws else []
    words += ["--seed", str(runs.seed)] if seed else []
    words += [] if target is None else ["--out", target.name]
    return shlex.join(["negsim", *words])
