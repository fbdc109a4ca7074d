"""The page of the report: its lines run."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from negsim.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_every_line_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) == 3
    for line in lines:
        words, _, target = line.partition(" > ")
        said = io.StringIO()
        with contextlib.redirect_stdout(said), pytest.raises(SystemExit) as end:
            main(shlex.split(words)[1:])
        assert not end.value.code
        if target:
            Path(target).write_text(said.getvalue(), "utf-8")
    assert {one.name for one in tmp_path.iterdir()} == {"toy.html", "toy.md", "toy.json"}


def test_every_piece_of_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for code in blocks("python"):
            exec(compile(code, "report.md", "exec"), space)
    first, second = said.getvalue().splitlines()
    assert re.fullmatch(r".* [\d.]+ %", first)
    assert re.fullmatch(r"1 \d+", second)
