"""What a change does, as tables for the terminal and as plain rows: levers, and variants side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from negsim.estimates import Estimate
from negsim.report.fitting import fitted
from negsim.report.words import clean, plain
from negsim.what_if.comparisons import Comparisons
from negsim.what_if.lever import Lever, Levers

__all__ = ["lever_rows", "print_comparisons", "print_levers"]

MOST, SENTENCES = 10, 3
TIED = "="
MODEL = "This is what the change would do in the model; whether anybody can bring it about is another matter."


def print_levers(console: Console, found: Levers, scenario: str) -> None:
    """Print what helps and what hinders: a row a lever, the first of each in sentences, and what is known of the best."""
    draws = f"{found.rows:,} draws of parameters" if found.rows > 1 else "parameters at their best values"
    console.print(Text(clean(f"What would change {found.what}"), style="bold"))
    console.print(Text(f"The answer now: {found.answer}"))
    console.print(Text(f"{scenario} · n = {found.n:,} a variant · {draws} · seed {found.seed}", style="dim"))
    for title, several in (("What helps", found.helpers), ("What spoils it", found.spoilers)):
        if several:
            console.print()
            console.print(fitted(_table(title, several[:MOST]), console.width, text=1))
            _lines(console, [f"{n}. {one.sentence(found.what)}" for n, one in enumerate(several[:SENTENCES], 1)])
    _lines(console, [found.guarantee])
    _lines(console, _notes(found), style="dim")


def _table(title: str, shown: Sequence[Lever]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column(title, min_width=24, overflow="fold")
    for head in ("Points", "Then, %", "No to yes", "Yes to no"):
        table.add_column(head, justify="right")
    for one in shown:
        come, gone = one.flips
        after = f"{100 * one.probability:.1f}"
        sign = TIED if one.tied else ""
        table.add_row(sign, Text(clean(one.text)), _short(one.estimate), after, f"{come:,}", f"{gone:,}")
    return table


def _short(one: Estimate) -> str:
    low, high = one.ends()
    return f"{one.printed.removesuffix(' points')}\n[{low}, {high}]"


def _notes(found: Levers) -> list[str]:
    more = max(0, len(found.helpers) - MOST) + max(0, len(found.spoilers) - MOST)
    rest = len(found) - len(found.helpers) - len(found.spoilers)
    told = [f"{found.method}, {100 * found.level:.10g} %."]
    if more:
        told.append(f"{more} more stand out, with smaller differences; --format json or --csv has them.")
    if rest:
        told.append(f"Of {rest} more changes no difference stands out from chance at this n.")
    if found.refused:
        told.append(f"Not possible in this scenario: {', '.join(found.refused)}.")
    told.append(
        f"{TIED}: not distinguishable, at this n, from the nearest change without this sign that ranks above it."
    )
    return [*told, MODEL]


def print_comparisons(console: Console, found: Comparisons, source: str) -> None:
    """Print variants side by side: a row for each variant and question."""
    console.print(Text(clean(f"Compared with {found.base}"), style="bold"))
    console.print(Text(clean(source), style="dim"))
    console.print()
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("If", min_width=16, overflow="fold")
    table.add_column("Question", overflow="fold")
    for head in ("Now", "Then", "Points", "No to yes", "Yes to no"):
        table.add_column(head, justify="right")
    for variant in found.variants:
        for question in found.questions:
            one = found[variant, question]
            told = Text(clean(variant), style="bold") if question == found.questions[0] else ""
            flips = (f"{one.gained.size:,}", f"{one.lost.size:,}")
            table.add_row(told, Text(plain(question)), *one.shares, _short(found.estimate(variant, question)), *flips)
    console.print(fitted(table, console.width, text=0))
    _lines(
        console,
        [
            f"Histories are compared with themselves (common random numbers); all {len(found)} intervals of differences hold "
            f"together at {100 * found.level:.10g} % (Bonferroni). {MODEL}"
        ],
        style="dim",
    )


def _lines(console: Console, told: Sequence[str], style: str = "") -> None:
    console.print(Padding(Text(clean("\n".join(told)), style=style), (1, 0, 0, 0)))


def lever_rows(found: Levers) -> list[dict[str, Any]]:
    """A row a lever, flat, in the order of the list."""
    rows = []
    for one in found:
        row = one.as_dict(found.what)
        rows.append({name: clean(value) if isinstance(value, str) else value for name, value in row.items()})
    return rows
