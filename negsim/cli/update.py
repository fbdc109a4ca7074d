"""``negsim update``: condition a scenario on news, and tell what they did."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.base import Csv, Draws, Format, Printed, Seed, app, console, print_result, write_csv
from negsim.cli.limits import Limits, limited
from negsim.cli.suppose import supposing

if TYPE_CHECKING:
    from negsim.learning.nowcasting import Nowcast
    from negsim.learning.passage import Passing
    from negsim.model.scenario import Scenario

__all__ = ["update"]

MANY = 10_000
SHARED = 6
"""Items up to which contributions whatever the order are worked out by default: each subset is an update."""


@app.command()
@limited
@supposing
def update(
    told: Scenario,
    limits: Limits,
    news: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="The news: TOML tables [news.NAME], or CSV; or a shipped scenario that has some."
        ),
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Refuse news that were not known by then.")
    ] = None,
    question: Annotated[
        list[str] | None, typer.Option("--question", "-q", metavar="QUESTION", help="Again for more; default: all.")
    ] = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=64, help="Histories after each item.")
    ] = MANY,
    seed: Seed = None,
    draws: Draws = None,
    engine: Annotated[str, typer.Option(help="auto, compiled, reference, or exact (no sampling).")] = "auto",
    contributions: Annotated[
        bool | None,
        typer.Option(
            "--contributions/--no-contributions",
            help=f"What each item adds whatever the order (default: up to {SHARED} items; each subset is an update).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Directory for the picture of the nowcast and of the passage of time."),
    ] = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; the result does not depend on them.")] = None,
) -> None:
    """Condition a scenario on news, item by item, and tell what each of them did to every answer."""
    import negsim as ns
    from negsim.report.news import news_rows, print_nowcast

    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the run, not after it
    limits.lift()
    items = ns.read_news(news)
    found = _chosen(
        ns.nowcast(
            told, items, replications=replications, seed=seed, draws=draws, as_of=as_of, engine=engine, workers=workers
        ),
        question,
    )
    wanted = contributions if contributions is not None else len(items) <= SHARED
    shares = _shares(found) if wanted else {}
    silent = _passing(found)
    if format is Format.json:
        print_result("update", _plain(found, shares, silent), told)
    else:
        print_nowcast(console(), found, shares)
    if csv_file is not None:
        write_csv(csv_file, news_rows(found))
    if out is not None:
        from negsim.report.news_plots import draw_nowcast

        path = out / "nowcast.png"
        draw_nowcast(found, path, passing=silent)
        # With JSON, standard output holds the one object and nothing else.
        print(f"Picture: {path}", file=sys.stdout if format is Format.table else sys.stderr)


def _chosen(found: Nowcast, names: list[str] | None) -> Nowcast:
    """The nowcast of some questions alone."""
    from dataclasses import replace

    if not names:
        return found
    for name in names:
        found.steps(name)  # one that has none is refused
    return replace(found, questions=tuple(one for one in found.questions if one.name in names))


def _shares(found: Nowcast) -> dict[str, dict[str, float]]:
    """Contributions whatever the order, of the questions that the news leave open."""
    from negsim.errors import EstimateError

    shares = {}
    for question in found.questions:
        try:
            shares[question.name] = found.contributions(question.name)
        except EstimateError:
            continue
    return shares


def _passing(found: Nowcast) -> list[Passing]:
    """What becomes of the questions that are still open if nothing happens."""
    from negsim.errors import EstimateError
    from negsim.learning.passage import passing

    silent: list[Passing] = []
    for question in found.questions if found.runs is not None else ():
        try:
            silent.append(passing(found.runs, question.name))  # type: ignore[arg-type] # asked above
        except EstimateError:
            continue
    return silent


def _plain(found: Nowcast, shares: dict[str, dict[str, float]], silent: list[Passing]) -> dict[str, Any]:
    plain = found.as_dict()
    chosen = {one.name for one in found.questions}
    plain["questions"] = {name: steps for name, steps in plain["questions"].items() if name in chosen}
    plain["contributions"] = shares
    plain["if_nothing_happens"] = {one.question: one.rows() for one in silent}
    return plain
