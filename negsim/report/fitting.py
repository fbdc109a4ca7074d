"""Tables that keep all their columns, however narrow the terminal is."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

__all__ = ["fitted"]

LEAST_TEXT = 14
"""Signs below which the column with the text is not made narrower."""


def fitted(table: Table, width: int, text: int) -> Table:
    """The table with widths that fit: numbers break between words, and the column `text` has what is left.

    Left to itself, the library cuts off the last columns where columns have least widths, and does not say so.

    Parameters
    ----------
    table : Table
        With all its rows.
    width : int
        Signs a line.
    text : int
        Number of the column whose text can be broken anywhere between words.

    Returns
    -------
    Table
        The same one.
    """
    cells = [[_plain(column.header), *map(_plain, column.cells)] for column in table.columns]
    whole = [max((len(line) for cell in column for line in cell.splitlines()), default=0) for column in cells]
    # Between two columns stands a sign of the box, be it only a blank.
    gaps = sum(table.padding[1] + table.padding[3] + (table.box is not None) for _ in table.columns)
    if sum(whole) + gaps <= width:
        return table
    words = [max((len(word) for cell in column for word in cell.split()), default=0) for column in cells]
    # A column that is kept whole, or has a least width (a date), stays as it is.
    least = [whole[k] if one.no_wrap else max(words[k], one.min_width or 0) for k, one in enumerate(table.columns)]
    # What the others leave goes to the text, which breaks most easily.
    left = width - gaps - sum(size for k, size in enumerate(least) if k != text)
    for k, column in enumerate(table.columns):
        column.min_width = None
        column.width = max(left, LEAST_TEXT) if k == text else least[k]
    return table


def _plain(cell: object) -> str:
    return cell.plain if isinstance(cell, Text) else str(cell)
