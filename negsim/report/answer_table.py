"""The table of answers: a question's title whole, its numbers beside it where there is room, else in a line of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from negsim.results.answers import Answer

__all__ = ["answer_table", "quantity_table"]

LEAST = 40
"""Columns that a title needs to stand beside its numbers."""

SHORT = ("Chance", "Range", "Base", "Error", "In words")
GAP, INDENT = 2, 2
WORDS = 4
"""The column of words, which stands to the left; numbers stand to the right."""


def answer_table(
    titles: Mapping[str, str], rows: Sequence[Answer], *, level: float, digits: int | None, width: int
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
    heads = ["Probability", "Range\n5–95 %", "Base\nrate", f"Monte Carlo\n{100 * level:.10g} %", "In words\n(ICD 203)"]
    cells = [_cells(row, digits) for row in rows]
    called = [_titled(titles, row) for row in rows]
    # Cells are measured as terminals show them: some signs are two columns wide.
    needed = sum(max(map(cell_len, [*head.split("\n"), *(row[n] for row in cells)])) for n, head in enumerate(heads))
    if needed + len(heads) * GAP + LEAST <= width:
        return _beside(heads, called, cells)
    return _below([head.replace("\n", " ") for head in heads], called, cells, width)


def _cells(row: Answer, digits: int | None) -> list[str]:
    base = "–" if row.base_rate is None else f"{100 * row.base_rate:.3g} %"
    return [row.rounded(digits), row.range(digits), base, row.interval(digits), row.in_words(digits)]


def _titled(titles: Mapping[str, str], row: Answer) -> Text:
    """A question's title, and in how many histories what it is given came true."""
    title = Text(titles[row.id])
    if row.given:
        counted = f"counted in {row.counted:,} of {row.n:,} histories" if row.n else "given something"
        title.append(f" ({counted})", style="dim")
    return title


def _beside(heads: Sequence[str], titles: Sequence[Text], cells: Sequence[Sequence[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, GAP, 0, 0), pad_edge=False)
    table.add_column("Question", overflow="fold")
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == WORDS else "right", no_wrap=True)
    for title, row in zip(titles, cells, strict=True):
        table.add_row(title, Text(row[0], style="bold"), *row[1:])
    return table


def _below(heads: Sequence[str], titles: Sequence[Text], cells: Sequence[Sequence[str]], width: int) -> Group:
    """A title a line, or as many as it needs; the numbers in a line below it."""
    sizes = _sizes(heads, cells)
    if _needs(sizes) > width:  # a narrow window, or numbers with very many decimals
        heads = SHORT
        sizes = _sizes(heads, cells)
    # Not even short heads fit: then each line is as long as it is.
    if _needs(sizes) > width:
        sizes = [0] * len(heads)
    lines = [Text("Question"), _line(heads, sizes), Text("─" * width)]
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


def quantity_table(titles: Mapping[str, str], rows: Sequence[Answer], *, level: float, digits: int | None) -> Table:
    """A row a question that asks for a number: mean and Monte Carlo interval."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, GAP, 0, 0), pad_edge=False)
    table.add_column("Quantity", overflow="fold")
    table.add_column("Mean", justify="right")
    table.add_column(f"Monte Carlo {100 * level:.10g} %", justify="right")
    for row in rows:
        unit = row.unit if row.estimate is not None else ""
        table.add_row(_titled(titles, row), f"{row.rounded(digits)} {unit}".rstrip(), row.interval(digits))
    return table
