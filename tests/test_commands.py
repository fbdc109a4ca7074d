"""Every command on every file: no traceback, ten seconds and two gigabytes at most, nothing executed, nothing overwritten.

The default run takes a few files of each kind and some commands; with ``-m slow`` it is three hundred valid scenarios and
four hundred hostile files over all commands.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import hostile
import pytest
from hypothesis import Phase, given, seed, settings
from strategies import scenarios

import negsim as ns
from negsim.cli import main
from negsim.cli.look import _file_text

WITHIN = ["--seconds", "7"]
COMMANDS: list[list[str]] = [
    ["validate"],
    ["show"],
    ["show", "--expanded"],
    ["show", "--toml"],
    ["show", "--party", "PARTY"],
    ["show", "--waits"],
    ["show", "mermaid", "--waits"],
    ["show", "graphviz", "--waits"],
    ["lint"],
    ["run", "-n", "60", *WITHIN, "--seed", "1"],
    ["run", "--seed", "1"],
    ["run", "--seed", "1", "--format", "json", "-n", "60", *WITHIN, "--best"],
    ["run", "--seed", "1", "-n", "60", *WITHIN, "--as-known"],
    ["run", "--engine", "exact"],
    ["sensitivity", "QUESTION", "--seed", "1"],
    ["sensitivity", "QUESTION", "--seed", "1", "-n", "64", *WITHIN, "--totals", "--format", "json"],
    ["watch", "QUESTION", "--seed", "1"],
    ["watch", "QUESTION", "--seed", "1", "-n", "64", *WITHIN, "--format", "json"],
    ["why", "QUESTION", "--seed", "1"],
    ["why", "QUESTION", "--yes", "--seed", "1", "-n", "64", *WITHIN, "--format", "json"],
    ["compare", "FILE", "--seed", "1"],
    ["compare", "--without", "PARTY", "--seed", "1", "-n", "64", *WITHIN, "--format", "json"],
    ["levers", "QUESTION", "--seed", "1"],
    ["levers", "QUESTION", "--seed", "1", "-n", "64", *WITHIN, "--format", "json"],
    ["update", "--news", "NEWS", "--seed", "1"],
    ["report", "--out", "PAGE.html", "--seed", "1"],
    ["report", "--out", "PAGE.md", "--seed", "1", "-n", "64", *WITHIN],
    ["verify", "-n", "50", *WITHIN],
    ["export", "--prism"],
    ["replay", "3", "--seed", "1"],
]
"""``QUESTION`` and ``PARTY`` stand for the file's first of each, or for a name that nothing has; ``FILE`` for the file once
more, ``NEWS`` for a file that says that its first fact did not hold on the first day, ``PAGE`` for a path elsewhere. Who asks for
so many histories is given them however long they take, so there a limit is given too."""
MUST_SUCCEED = ("validate", "show", "lint")
MOST_SECONDS, MOST_BYTES = 10.0, 2e9
FEW_FILES, MANY_FILES = 20, 400
FEW_SCENARIOS, MANY_SCENARIOS, PER_TEST = 12, 300, 15

Said = tuple[int, str, str, float]
Call = Callable[[list[str], str], Said]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls a command on a file: exit code, what it printed, and the processor's seconds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def called(command: list[str], file: str) -> Said:
        command = about(command, file)
        began = time.process_time()
        with warnings.catch_warnings():
            # What a command warns of is told on stderr, as it is outside of tests.
            warnings.simplefilter("default")
            with pytest.raises(SystemExit) as exit_:
                main([command[0], file, *command[1:]])
        spent = time.process_time() - began
        out, err = capfd.readouterr()
        return int(exit_.value.code or 0), out, err, spent

    return called


def about(command: list[str], file: str) -> list[str]:
    """The command with names of the file in the place of ``QUESTION`` and ``PARTY``."""
    text = _file_text(file) if file in ns.shipped() else Path(file).read_bytes().decode("utf-8", "replace")
    found = {"FILE": file}
    for kind in ("question", "party", "fact"):
        name = re.search(rf"(?m)^\[{kind}\.(\"?)(?!-)([^\]\"\n]+)\1\]", text)
        found[kind.upper()] = name[2] if name else f"no_{kind}"
    # Elsewhere: beside a hostile file nothing may be written.
    elsewhere = Path(tempfile.gettempdir(), f"negsim_commands_{os.getpid()}")
    elsewhere.mkdir(exist_ok=True)
    if "NEWS" in command:
        found["NEWS"] = str(elsewhere / "news.toml")
        item = {"holds": f"not {found['FACT']}", "on": "1 day", "source": "a test"}
        lines = [f"{key} = {json.dumps(value)}" for key, value in item.items()]
        Path(found["NEWS"]).write_text("\n".join(["[news.item]", *lines]), encoding="utf-8", errors="replace")
    return [found.get(word, word).replace("PAGE", str(elsewhere / "page")) for word in command]


def _told_as_json(out: str) -> bool:
    """Whether what is wrong is told as one JSON object, each thing in words."""
    try:
        told = json.loads(out)
    except ValueError:
        return False
    return isinstance(told, dict) and bool(told.get("errors")) and all(one["text"] for one in told["errors"])


def check(said: Said, what: str) -> None:
    """What holds for every command and file."""
    code, out, err, spent = said
    assert code in (0, 1, 2), f"{what}: {code}"
    assert "Traceback" not in err + out, f"{what}: {err}"
    assert spent < MOST_SECONDS, f"{what}: {spent:.1f} s"
    if code:
        told = (
            "negsim: " in err,
            "Error: Invalid value" in err,
            what.startswith("lint") and "cannot be meant: " in out,
            _told_as_json(out),
        )
        assert any(told), f"{what} ends without words: {err!r}"  # what lint finds is its result
        assert len(err) < 20_000, f"{what}: too many words"
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in out + err) or "--toml" in what, (
        f"{what}: steers a terminal"
    )


def check_hostile(call: Call, tmp_path: Path, name: str, text: str, commands: list[list[str]]) -> None:
    """One file over some commands; nothing beside it is made, and it is not changed."""
    file, data = tmp_path / "hostile.toml", text.encode("utf-8", "surrogatepass")
    file.write_bytes(data)
    for command in commands:
        check(call(command, "hostile.toml"), f"{' '.join(command)} on {name}")
        assert [one.name for one in tmp_path.iterdir()] == ["hostile.toml"], f"{command} on {name} wrote something"
        assert file.read_bytes() == data, f"{command} on {name} changed the file"
    assert not Path(hostile.SENTINEL).exists()


@pytest.mark.parametrize(
    ("number", "name", "text"),
    [(k, *file) for k, file in enumerate(hostile.files(FEW_FILES))],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_hostile_files_over_some_commands(call: Call, tmp_path: Path, number: int, name: str, text: str) -> None:
    """Over three commands each, in turn."""
    check_hostile(call, tmp_path, name, text, [COMMANDS[(3 * number + k) % len(COMMANDS)] for k in range(3)])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, MANY_FILES, 20))
def test_hostile_files_over_all_commands(call: Call, tmp_path: Path, first: int) -> None:
    for name, text in list(hostile.files(MANY_FILES))[first : first + 20]:
        check_hostile(call, tmp_path, name, text, COMMANDS)


def check_valid(call: Call, tmp_path: Path, told: ns.Scenario, commands: list[list[str]]) -> None:
    """A valid file is read, shown and looked at; what cannot be simulated or solved is told with a typed error."""
    ns.save(told, tmp_path / "valid.toml")
    hard = any(finding.hard for finding in ns.lint(told))  # a best value outside its own belief, say
    for command in commands:
        said = call(command, "valid.toml")
        what = f"{' '.join(command)} on {ns.dumps(told)}"
        check(said, what)
        if command[0] in MUST_SUCCEED and "PARTY" not in command:
            assert said[0] == int(hard and command[0] != "show"), f"{what}: {said[2]}"
        assert said[0] == 0 or "Error: " in said[2] or "disagree" not in said[2], f"{what}: {said[2]}"


def on_scenarios(count: int, chosen: int, check: Callable[[ns.Scenario], None]) -> None:
    """Check so many random scenarios; none is made smaller, since each takes seconds."""

    @seed(chosen)
    @settings(max_examples=count, phases=[Phase.explicit, Phase.generate])
    @given(told=scenarios())
    def checked(told: ns.Scenario) -> None:
        check(told)

    checked()


def test_every_command_on_some_random_scenarios(call: Call, tmp_path: Path) -> None:
    number = iter(range(10**6))

    def check(told: ns.Scenario) -> None:
        turn = next(number)
        check_valid(call, tmp_path, told, [COMMANDS[(5 * turn + k) % len(COMMANDS)] for k in range(5)])

    on_scenarios(FEW_SCENARIOS, 1, check)


@pytest.mark.slow
@pytest.mark.parametrize("chosen", range(20250602, 20250602 + MANY_SCENARIOS // PER_TEST))
def test_every_command_on_three_hundred_random_scenarios(call: Call, tmp_path: Path, chosen: int) -> None:
    on_scenarios(PER_TEST, chosen, lambda told: check_valid(call, tmp_path, told, COMMANDS))


@pytest.mark.slow
@pytest.mark.parametrize("name", ns.shipped())
def test_every_command_on_what_is_shipped(call: Call, tmp_path: Path, name: str) -> None:
    for command in COMMANDS:
        check(call(command, name), f"{' '.join(command)} on {name}")


MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "negsim", *sys.argv[1:]], capture_output=True, text=True, errors="replace")
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)
print(done.stderr)
"""


def check_process(tmp_path: Path, name: str, text: str, command: list[str]) -> None:
    """A command as a process of its own, with its memory."""
    (tmp_path / "hostile.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, command[0], "hostile.toml", *command[1:]],
        capture_output=True, text=True, cwd=tmp_path, check=True, env={**os.environ, "PYTHONPATH": str(Path(ns.__file__).parents[1])},
    )  # fmt: skip
    head, _, err = done.stdout.partition("\n")
    code, most, spent = head.split()
    assert (int(code) in (0, 1, 2), "Traceback" in err) == (True, False), f"{command} on {name}: {err}"
    assert float(most) < MOST_BYTES, f"{command} on {name}: {float(most) / 1e6:.0f} MB"
    assert float(spent) < 1.5 * MOST_SECONDS, f"{command} on {name}"
    assert [one.name for one in tmp_path.iterdir()] == ["hostile.toml"]


@pytest.mark.skipif(sys.platform == "win32", reason="no account of a child's memory")
@pytest.mark.parametrize("kind", ["states", "every day"])
def test_the_memory_of_a_process(tmp_path: Path, kind: str) -> None:
    name, text = next(file for file in hostile.files(MANY_FILES) if file[0].endswith(kind))
    check_process(tmp_path, name, text, ["run", "--engine", "exact"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no account of a child's memory")
@pytest.mark.parametrize("kind", hostile.MAKERS)
def test_the_memory_of_processes(tmp_path: Path, kind: str) -> None:
    for name, text in [file for file in hostile.files(MANY_FILES) if file[0].endswith(kind)][:4]:
        for command in (["run", "--seed", "1"], ["run", "--engine", "exact"], ["verify"], ["lint"]):
            check_process(tmp_path, name, text, command)


def test_a_new_file_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "mine.toml"
    there.write_text("mine")
    with pytest.raises(SystemExit) as exit_:
        main(["new", str(there)])
    assert (exit_.value.code, there.read_text()) == (1, "mine")
    assert "is there already" in capsys.readouterr().err


def test_the_generator_makes_what_it_says() -> None:
    """Every kind is made, the same in every run, and some files of each kind that can be valid are."""
    made = dict(hostile.files(MANY_FILES))
    assert {name[4:] for name in made} == set(hostile.MAKERS)
    assert made == dict(hostile.files(MANY_FILES))
    valid: dict[str, int] = {}
    for name, text in list(made.items())[:150]:
        try:
            ns.loads(text, name="hostile.toml")
        except ns.errors.NegsimError:
            continue
        valid[name[4:]] = valid.get(name[4:], 0) + 1
    assert len(valid) >= 6
    assert sum(valid.values()) < 120, "most files are plain ones"
