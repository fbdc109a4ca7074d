"""The table of answers: a question's title whole, its numbers beside it where there is room, else in a line of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from negsim.results.answers import Answer
from negsim.wording.language import Language, language

__all__ = ["answer_table", "quantity_table"]

HEADS = ("probability", "range", "base", "interval", "words")
WORDED = frozenset(
    f"word_{one}"
    for one in (
        *("almost_no_chance", "very_unlikely", "unlikely", "roughly_even_chance", "likely", "very_likely"),
        *("almost_certain", "not_seen", "unknown", "exact", "all_alike"),
    )
)
LEAST = 40
"""Columns that a title needs to stand beside its numbers."""

GAP, INDENT = 2, 2
WORDS = 4
"""The column of words, which stands to the left; numbers stand to the right."""


def answer_table(
    titles: Mapping[str, str],
    rows: Sequence[Answer],
    *,
    level: float,
    digits: int | None,
    width: int,
    said: Language | None = None,
) -> RenderableType:
    """A question each: probability, range of ignorance, base rate, Monte Carlo interval, one word for the number.

    Parameters
    ----------
    titles : mapping of str to str
        What questions are called, by their names.
    rows : sequence of Answer
        What is known of each.
    level : float
        Of the Monte Carlo intervals.
    digits : int or None
        Least number of decimals.
    width : int
        Columns of the terminal: no line is longer, as long as the numbers of a question fit into one.
    """
    said = said or language("en")
    heads = [said.say(f"table_{key}", level=f"{100 * level:.10g}") for key in HEADS]
    cells = [_cells(row, digits, said) for row in rows]
    called = [_titled(titles, row, said) for row in rows]
    # Cells are measured as terminals show them: some signs are two columns wide.
    needed = sum(max(map(cell_len, [*head.split("\n"), *(row[n] for row in cells)])) for n, head in enumerate(heads))
    if needed + len(heads) * GAP + LEAST <= width:
        return _beside(heads, called, cells, said)
    return _below([head.replace("\n", " ") for head in heads], called, cells, width, said)


def _cells(row: Answer, digits: int | None, said: Language) -> list[str]:
    base = "–" if row.base_rate is None else f"{100 * row.base_rate:.3g} %"
    cells = [row.rounded(digits), row.range(digits), base, row.interval(digits), row.in_words(digits)]
    return [_worded(cell, said) for cell in cells]


def _worded(cell: str, said: Language) -> str:
    """A cell with its words in the language of the scenario; numbers stay as they are."""
    key = f"word_{cell.replace(' ', '_')}"
    if key in WORDED:
        return said.say(key)
    low, to, high = cell.partition(" to ")
    return said.say("table_to", low=low, high=high) if to else cell


def _titled(titles: Mapping[str, str], row: Answer, said: Language) -> Text:
    """A question's title, and in how many histories what it is given came true."""
    title = Text(titles[row.id])
    if row.given:
        counted = said.say("table_counted", n=f"{row.counted:,}", of=f"{row.n:,}") if row.n else said.say("table_given")
        title.append(f" ({counted})", style="dim")
    return title


def _beside(heads: Sequence[str], titles: Sequence[Text], cells: Sequence[Sequence[str]], said: Language) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, GAP, 0, 0), pad_edge=False)
    table.add_column(said.say("table_question"), overflow="fold")
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == WORDS else "right", no_wrap=True)
    for title, row in zip(titles, cells, strict=True):
        table.add_row(title, Text(row[0], style="bold"), *row[1:])
    return table


def _below(
    heads: Sequence[str], titles: Sequence[Text], cells: Sequence[Sequence[str]], width: int, said: Language
) -> Group:
    """A title a line, or as many as it needs; the numbers in a line below it."""
    sizes = _sizes(heads, cells)
    if _needs(sizes) > width:  # a narrow window, or numbers with very many decimals
        heads = said.say("table_short").split("|")
        sizes = _sizes(heads, cells)
    # Not even short heads fit: then each line is as long as it is.
    if _needs(sizes) > width:
        sizes = [0] * len(heads)
    lines = [Text(said.say("table_question")), _line(heads, sizes), Text("─" * width)]
    for title, row in zip(titles, cells, strict=True):
        lines += [title, _line(row, sizes, "bold")]
    return Group(*lines)


def _sizes(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]


def _needs(sizes: Sequence[int]) -> int:
    return INDENT + sum(sizes) + GAP * (len(sizes) - 1)


def _line(cells: Sequence[str], sizes: Sequence[int], style: str = "") -> Text:
    line = Text(" " * INDENT)
    for place, (cell, size) in enumerate(zip(cells, sizes, strict=True)):
        # Numbers stand to the right, words to the left.
        room = " " * max(0, size - cell_len(cell))
        line.append("" if place == WORDS else room)
        line.append(cell, style=style if place == 0 else "")
        line.append(" " * GAP if place < len(cells) - 1 else "")
    line.rstrip()
    return line


def quantity_table(
    titles: Mapping[str, str], rows: Sequence[Answer], *, level: float, digits: int | None, said: Language | None = None
) -> Table:
    """A row a question that asks for a number: mean and Monte Carlo interval."""
    said = said or language("en")
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, GAP, 0, 0), pad_edge=False)
    table.add_column(said.say("table_quantity"), overflow="fold")
    table.add_column(said.say("table_mean"), justify="right")
    heading = said.say("table_interval", level=f"{100 * level:.10g}")
    table.add_column(heading.replace("\n", " "), justify="right")
    for row in rows:
        unit = said.say(f"unit_{row.unit}") if row.unit and row.estimate is not None else ""
        table.add_row(
            _titled(titles, row, said),
            f"{_worded(row.rounded(digits), said)} {unit}".rstrip(),
            _worded(row.interval(digits), said),
        )
    return table
