"""The page of the command line: every line of its shell blocks runs, and every option of its commands stands in it."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import warnings
from pathlib import Path

import pytest
import typer

from negsim.cli import main
from negsim.cli.base import ORDER

PAGE = Path(__file__).parents[1] / "docs" / "command_line.md"
TEXT = PAGE.read_text("utf-8")
LINES = [
    line for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE) for line in block.splitlines()
]
ON_EVERY = {"--help", "--seconds", "--memory", "--seed", "--format", "--level", "--draws", "--best", "--out", "--csv"}
"""Options that are told once, or say themselves what they are."""
TOLD_BY_HELP = {
    "--contributions",
    "--levers",
    "--workers",
    "--threshold",
    "--totals",
    "--all",
    "--party",
    "--replications",
    "--properties",
    "--strict",
}


def called(args: list[str], fed: str = "") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(fed))
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(),
            pytest.raises(SystemExit) as end,
        ):
            main(args)
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def run(line: str) -> None:
    """One line, with pipes, redirections, and what it says of its exit code."""
    line, _, comment = line.partition("  # exits with ")
    said = ""
    for number, command in enumerate(line.split(" | ")):
        words = shlex.split(command)
        source = words.index("<") if "<" in words else None
        target = words.index(">") if ">" in words else None
        fed = Path(words[source + 1]).read_text("utf-8") if source else said
        args = words[1 : min(one for one in (source, target, len(words)) if one)]
        code, said, err = called(args, fed if source or number else "")
        assert words[0] == "negsim"
        assert code == int(comment or 0), (line, err)
        if target:
            Path(words[target + 1]).write_text(said, "utf-8")


def test_every_line_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("news.toml").write_text('[news.talks]\nhappened = "talks.held"\nat = "5 days"\nsource = "the protocol"\n')
    assert len(LINES) > 25
    for line in LINES:
        run(line)
    for made in (
        "answers.csv",
        "charts/toy.png",
        "quick.toml",
        "levers.csv",
        "mine.toml",
        "prism",
        "results.schema.json",
    ):
        assert Path(made).exists(), made


def commands() -> dict[str, set[str]]:
    """Every command with its long options."""
    from negsim.cli.base import app

    called(["--help"])  # imports all of them
    found = typer.main.get_command(app)
    return {
        name: {option for one in command.params for option in one.opts if option.startswith("--")}
        for name, command in found.commands.items()  # type: ignore[attr-defined] # a group has them
    }


def pages() -> str:
    return "\n".join(path.read_text("utf-8") for path in PAGE.parent.rglob("*.md"))


def test_every_command_stands_on_a_page() -> None:
    assert [name for name in commands() if f"negsim {name}" not in pages()] == []


def test_every_option_of_what_the_page_tells_stands_on_a_page() -> None:
    told = {name for name in commands() if re.search(rf"^negsim {name}\b", TEXT, re.MULTILINE)}
    assert told >= {"run", "compare", "levers", "watch", "replay", "show", "docs", "validate", "verify", "schema"}
    text = pages()
    missing = {
        f"{name} {one}" for name in told for one in commands()[name] - ON_EVERY - TOLD_BY_HELP if one not in text
    }
    assert missing == set()


def test_help_is_in_the_order_of_use() -> None:
    _, out, _ = called(["--help"])
    names = re.findall(r"^  ([a-z]+)  ", out.partition("Commands:")[2], re.MULTILINE)
    assert names[:2] == ["list", "run"]
    wanted = ["list", "run", "compare", "levers", "watch", "sensitivity", "replay", "show", "new", "docs", "validate"]
    assert [name for name in names if name in wanted] == wanted
    assert [name for name in names if name not in ORDER] == [], "a command without a place in the order"
    assert names == sorted(names, key=ORDER.index)


def test_every_line_of_the_first_case_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (PAGE.parent / "first_case.md").read_text("utf-8")
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
        for line in block.splitlines()
    ]
    assert len(lines) == 9
    for line in lines:
        run(line)
    assert (tmp_path / "standoff.html").stat().st_size > 10_000
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    exec(compile(code, "first_case.md", "exec"), {})
    # What the page shows of the file is in it, line by line.
    whole = (tmp_path / "standoff.toml").read_text("utf-8")
    for block in re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        assert all(line in whole for line in block.splitlines() if line != 'unit = "1"')
