"""One history as a dated table for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from negsim.report.words import clean

if TYPE_CHECKING:
    from negsim.why.narrative import Narrative, Scene

__all__ = ["story_table"]

WIDE = 116
"""Columns from which on changes and what they made possible have columns of their own."""

FEW = 3
"""Quiet events in a row from which on they are told together."""

MOST_NAMES = 6


def story_table(story: Narrative, title: str, parameters: str, *, width: int, every: bool = False) -> Group:
    """One history as a dated table: who did what, what it changed, what it made possible.

    Parameters
    ----------
    story : Narrative
    title, parameters : str
        The scenario's title; what its parameters are.
    width : int
        Columns of the terminal.
    every : bool, optional
        Tell every event by itself; else events in a row that only move numbers are told together.
    """
    wide = width >= WIDE
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Date", no_wrap=True)
    table.add_column("Who")
    if wide:
        table.add_column("What happened", ratio=4)
        table.add_column("What it changed", ratio=3)
        table.add_column("What it made possible", ratio=4)
    else:
        table.add_column("What happened, what it changed (=), what it made possible (>)", ratio=1)
    _add(table, wide, story.start, "", "the start", (), _few(story.opening))
    for scenes in _rows(story.scenes, every):
        if len(scenes) > 1:
            _add(table, wide, scenes[0].date, "", _together(scenes), (), (), dim=True)
            continue
        (scene,) = scenes
        _add(table, wide, scene.date, scene.who, scene.what, scene.changes, scene.enabled)
    _add(table, wide, story.end, "", "the end", (), ())
    head = Text(f"{clean(title)}, history {story.replication}", style="bold")
    foot = Text(f"seed {story.seed} · {parameters} · one possible history of many, not a forecast", style="dim")
    return Group(head, table, foot)


def _add(
    table: Table,
    wide: bool,
    date: str,
    who: str,
    what: str,
    changes: Sequence[str],
    enabled: Sequence[str],
    dim: bool = False,
) -> None:
    style = "dim" if dim else ""
    changed, possible = clean("; ".join(changes)), clean("; ".join(enabled))
    if wide:
        cells = [clean(what), changed, possible]
    else:
        marked = [f"{sign} {text}" for sign, text in (("=", changed), (">", possible)) if text]
        cells = ["\n".join([clean(what), *marked])]
    table.add_row(date, Text(clean(who), style=style), *(Text(cell, style=style) for cell in cells))


def _few(names: Sequence[str]) -> tuple[str, ...]:
    """The first names, and how many more there are."""
    more = len(names) - MOST_NAMES
    return tuple(names) if more <= 1 else (*names[:MOST_NAMES], f"and {more} more under way")


def _rows(scenes: Sequence[Scene], every: bool) -> Iterator[list[Scene]]:
    """Scenes one by one, quiet ones in a row together."""
    for quiet, group in groupby(scenes, key=lambda scene: scene.quiet and not every):
        found = list(group)
        if quiet and len(found) >= FEW:
            yield found
        else:
            yield from ([scene] for scene in found)


def _together(scenes: Sequence[Scene]) -> str:
    counted = Counter(f"{scene.who}: {scene.what}" if scene.who else scene.what for scene in scenes)
    told = ", ".join(f"{name} ({count} times)" if count > 1 else name for name, count in counted.most_common())
    return f"to {scenes[-1].date}: {told}"
