"""The README, the pages and the examples do what they say."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
from pathlib import Path

import pytest

import negsim as ns

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md"))


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(
        rf"^```{re.escape(language)}\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_readme_begins_with_the_two_commands() -> None:
    first, second, *_ = blocks(ROOT / "README.md", "sh")
    assert "negsim run istanbul-2025" in first
    assert "pytest" in second
    assert all("python3 -m venv" in command for command in (first, second))


def test_the_readme_runs_as_it_stands() -> None:
    space: dict[str, object] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for code in blocks(ROOT / "README.md", "python"):
            exec(compile(code, "README.md", "exec"), space)
    text = said.getvalue()
    assert re.match(r"[0-9.]+ % \[[0-9.]+, [0-9.]+\], chance 95 %, n = 10 000", text)
    assert "memorandum" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert target.startswith(("http", "doi:")) or (page.parent / target).exists(), target


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = set("\n".join(blocks(ROOT / "docs" / "index.md", "{toctree}")).split())
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= listed, pages - listed


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_whole_file_of_the_files_page_loads_and_runs() -> None:
    whole = blocks(ROOT / "docs" / "scenario_files.md", "toml")[0]
    scenario = ns.loads(whole)
    assert ns.loads(ns.dumps(scenario)) == scenario
    assert ns.simulate(scenario, replications=200, seed=1).probability("third_round").n == 200


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_an_example_runs_and_says_something(path: Path) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(str(path), run_name="__main__")
    assert re.search(r"\d", said.getvalue())
    limit = 200 if path.stem == "istanbul_2025" else 60
    assert len(path.read_text(encoding="utf-8").splitlines()) < limit
