"""One history as a dated story for the terminal."""

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
from negsim.wording.language import Language, language

if TYPE_CHECKING:
    from negsim.why.narrative import Entry, Narrative

__all__ = ["story_table"]

FEW = 3
"""Quiet entries in a row from which on they are told together."""

MOST_NAMES = 6
ARROW = "→ "


def story_table(story: Narrative, title: str, parameters: str, *, width: int, every: bool = False) -> Group:
    """One history as a dated story: who did what, what it changed, what it made possible.

    Parameters
    ----------
    story : Narrative
    title, parameters : str
        The scenario's title; what its parameters are.
    width : int
        Columns of the terminal.
    every : bool, optional
        Tell every event by itself, the bookkeeping of words too; else what happens at one instant is one entry, and
        entries in a row that only move numbers are told together.
    """
    said = language(story.language)
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(said.say("story_date"), no_wrap=True)
    table.add_column(said.say("story_told"), ratio=1)
    _add(table, story.start, said.sentence(said.say("story_start")), (), _few(story.opening, said), said)
    for row in _all(story) if every else _entries(story.entries, said):
        _add(table, *row, said)
    _add(table, story.end, said.sentence(said.say("story_end")), (), (), said)
    head = Text(clean(said.say("story_title", title=title, number=story.replication)), style="bold")
    foot = Text(clean(said.say("story_foot", seed=story.seed, parameters=parameters)), style="dim")
    return Group(head, table, foot)


Row = tuple[str, str, Sequence[str], Sequence[str]]
"""Date, what happened in sentences, what it changed, what it made possible."""


def _add(table: Table, date: str, told: str, changes: Sequence[str], opens: Sequence[str], said: Language) -> None:
    cell = Text(clean(told))
    between = said.say("semicolon")
    if changes:
        cell.append("\n" + clean(said.sentence(between.join(changes))), style="dim")
    if opens:
        cell.append("\n" + clean(ARROW + said.sentence(between.join(opens))), style="dim")
    table.add_row(date, cell)


def _few(names: Sequence[str], said: Language) -> tuple[str, ...]:
    """The first names, and how many more there are."""
    more = len(names) - MOST_NAMES
    return tuple(names) if more <= 1 else (*names[:MOST_NAMES], said.say("story_more", n=more))


def _all(story: Narrative) -> Iterator[Row]:
    said = language(story.language)
    for scene in story.scenes:
        yield scene.date, said.sentence(scene.what), scene.changes, scene.enabled


def _entries(entries: Sequence[Entry], said: Language) -> Iterator[Row]:
    """Entries one by one, quiet ones in a row together."""
    for quiet, group in groupby(entries, key=lambda entry: entry.quiet):
        found = list(group)
        if quiet and len(found) >= FEW:
            yield found[0].date, _together(found, said), (), ()
        else:
            yield from ((one.date, _sentences(one.happened, said), one.changes, one.opens) for one in found)


def _sentences(texts: Sequence[str], said: Language) -> str:
    return " ".join(map(said.sentence, texts))


def _together(entries: Sequence[Entry], said: Language) -> str:
    counted = Counter(text for entry in entries for text in entry.happened)
    told = [said.say("story_times", told=text, n=n) if n > 1 else text for text, n in counted.most_common()]
    text = said.say("story_until", date=entries[-1].date, told=said.say("semicolon").join(told))
    return said.sentence(text)
