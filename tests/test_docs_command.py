"""``negsim docs``: every word and plain element has a page, and the pages are in what is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from negsim.cli import main
from negsim.report.word_pages import ELEMENTS, listing, page_of, word_called
from negsim.vocabulary import WORDS

ROOT = Path(__file__).parents[1]


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(["docs", *args])
    told = capsys.readouterr()
    assert int(exit_.value.code or 0) == code, told.err
    return told.out, told.err


def test_every_word_is_listed_and_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys)
    for one in listing():
        assert one["word"] in out
        assert page_of(word_called(one["word"])).startswith(f"# {one['word']}\n")
        assert word_called(one["table"]) is word_called(one["word"])
    assert {one["word"] for one in listing()} == {*ELEMENTS, *(word.__name__ for word in WORDS)}


@pytest.mark.parametrize("name", ["Truce", "truce", "audience_cost", "Audience Cost", "question"])
def test_a_word_by_any_of_its_names(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, name)
    assert "## Fields" in out
    told = json.loads(said(capsys, name, "--format", "json")[0])
    assert told["page"] == out
    assert [one["word"] for one in told["words"]] == [told["word"]]


def test_a_name_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'Truce'?" in said(capsys, "trice", code=1)[1]
    told = json.loads(said(capsys, "trice", "--format", "json", code=1)[0])
    assert told["errors"][0]["code"] == "unknown_name"


def test_a_word_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from dataclasses import dataclass\nfrom typing import ClassVar\n\n@dataclass(frozen=True)\nclass Hotline:\n"
        '    """A line between two capitals."""\n    table: ClassVar[str] = "hotline"\n    name: str\n'
        "    def expand(self):\n        return []\n"
    )
    assert "A line between two capitals." in said(capsys, "hotline", "--words", str(file))[0]
    assert "Hotline" in said(capsys, "--words", str(file))[0]


# The command alone: setuptools beside a user's Python may be older than the one that builds, and not read pyproject.toml.
BUILD = """
import runpy, sys, setuptools
told = {}
setuptools.setup = lambda **given: told.update(given)
runpy.run_path("setup.py")
command = told["cmdclass"]["build_py"](setuptools.Distribution({"name": "negsim", "packages": []}))
command.ensure_finalized()
command.build_lib, command.editable_mode = sys.argv[1], False
command.run()
"""


def test_what_is_built_has_the_pages(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = {one.name: one.read_text("utf-8") for one in (tmp_path / "negsim" / "pages").glob("*.md")}
    assert found == {one.name: one.read_text("utf-8") for one in (ROOT / "docs" / "vocabulary").glob("*.md")}
    assert {f"{word.table}.md" for word in WORDS} <= found.keys()  # type: ignore[attr-defined] # every word has a table


COMPLETE = "import sys; sys.argv = ['negsim']; from negsim.cli import main; main()"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("negsim ru", "run"),
        ("negsim run ist", "istanbul-2025"),
        ("negsim docs Tru", "Truce"),
        ("negsim run toy --qu", "--question"),
    ],
)
def test_the_shell_completes(typed: str, found: str) -> None:
    words = {"_NEGSIM_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **words},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert found in done.stdout.split()


def test_without_arguments_there_is_help() -> None:
    done = subprocess.run([sys.executable, "-m", "negsim"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Commands:" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
