"""A table keeps all of its columns at any width; left to itself the library cuts the last ones off."""

from __future__ import annotations

import io

import pytest
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from negsim.report.fitting import fitted

HEADS = ("Whether", "Known by", "Chance", "If so", "If not", "Moves it by", "Bits")


def table() -> Table:
    found = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    found.add_column(HEADS[0], min_width=20, overflow="fold")
    found.add_column(HEADS[1], min_width=11)
    for head in HEADS[2:]:
        found.add_column(head, justify="right")
    numbers = ("55 %\n[52.9, 57.3]", "78 %\n[75.4, 80.4]", "8.6 %\n[6.8, 10.6]", "34.3 points\n[32.8, 35.9]", "0.39")
    found.add_row("the two sides have agreed on a ceasefire for the whole front", "23 Jan 2025", *numbers)
    return found


def printed(shown: Table, width: int) -> str:
    said = io.StringIO()
    Console(file=said, width=width).print(shown)
    return said.getvalue()


@pytest.mark.parametrize("width", [80, 90, 100, 120, 160])
def test_nothing_is_cut_off_and_no_line_is_too_long(width: int) -> None:
    text = printed(fitted(table(), width, text=0), width)
    assert "…" not in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    words = text.split()
    for word in (*" ".join(HEADS).split(), "57.3]", "80.4]", "10.6]", "35.9]", "0.39", "points", "ceasefire"):
        assert word in words, word


def test_the_library_alone_cuts_at_80() -> None:
    assert "0.39" not in printed(table(), 80)
