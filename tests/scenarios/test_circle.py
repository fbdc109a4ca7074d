"""The circle of the article, shown by one command: what it prints, and that its worlds differ as their meaning asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "istanbul_circle.py"
N = 600


@pytest.fixture(scope="module")
def printed() -> str:
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("builtins.print", lambda text="": lines.append(str(text)))
        source = EXAMPLE.read_text("utf-8").replace("20_000", str(N))
        exec(compile(source, EXAMPLE.name, "exec"), {"__name__": "__main__"})
    return "\n".join(lines)


def test_it_is_short() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    assert len(lines) < 60
    assert max(map(len, lines)) <= 120


def test_the_deadlock_is_named(printed: str) -> None:
    assert printed.startswith("the circle: memorandum only at the table, table only with the memorandum")
    assert "istanbul_2.review (held) waits for memorandum.hand_over waits for istanbul_2.review (held)" in printed


def test_every_way_out_makes_the_round_likelier_beyond_chance(printed: str) -> None:
    worlds = re.findall(r"^  (\S.*?) +(\d+(?:\.\d+)?)\s%\s\[", printed, re.M)
    chances = {name: float(value) for name, value in worlds if not name.startswith("more by")}
    assert chances.keys() == {"nobody waives", "Kyiv may waive", "an early memorandum", "a guarantor"}
    assert min(chances, key=chances.get) == "nobody waives"  # type: ignore[arg-type] # a table is a function
    more = [(float(low), float(high)) for low, high in re.findall(r"more by \S+?\spoints\s\[(\S+),\s(\S+)\]", printed)]
    assert len(more) == 3
    assert all(0 < low < high < 100 for low, high in more)


def test_one_history_is_told_to_the_day_of_the_round(printed: str) -> None:
    story = printed.partition("History ")[2].splitlines()
    assert any("Turkey guarantees what is agreed" in line for line in story)
    assert "The second round is held." in story[-1]
