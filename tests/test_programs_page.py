"""The page for programs: its Python runs as it stands, in an empty folder, and says what the page says it does."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from negsim.cli import serving

PAGE = (Path(__file__).parents[1] / "docs" / "programs.md").read_text("utf-8")


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for code in re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
            exec(compile(code, "programs.md", "exec"), space)
    lines = said.getvalue().splitlines()
    assert lines[:2] == ["party", "['promise', 'memo', 'by']"]
    assert "did you mean 'north'?" in said.getvalue()
    assert any("host" in line and "acts_on" in line for line in lines)


def test_the_page_has_the_limits_and_the_tools_of_the_server() -> None:
    for number in (f"{serving.MOST_BYTES // 1024} KiB", f"{serving.MOST_ANSWER // 1024} KiB"):
        assert number in PAGE
    assert f"{serving.MOST_REPLICATIONS:,} histories" in PAGE
    assert f"{serving.SECONDS:g} seconds" in PAGE
    assert f"{serving.MOST_EVENTS // 10**6} million events" in PAGE
    for tool in ("guide", "schema", "templates", "validate", "run", "why", "compare"):
        assert f"`{tool}`" in PAGE
