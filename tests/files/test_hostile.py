"""Files from strangers: each of these ends in a typed error, fast, with nothing executed.

A watchdog ends the whole run after 30 s on one file. Typical times: below 0.1 s each; 1 to 3 s for the texts of
nearly 1 MiB that are valid TOML or hold tens of thousands of parts.
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from negsim.errors import FileError, NegsimError
from negsim.files import load, loads

HEAD = 'format_version = 1\n[scenario]\nname = "x"\nstart = 2025-01-01\nend = 40\n'
ACT = "[fact.x]\n[action.a]\nclock = {fixed = 1}\n"
BIG = 2**20 - 200

TEXTS = {
    "empty": "",
    "no version": "[scenario]\nname = 'x'\n",
    "version of the future": "format_version = 99\n",
    "version true": "format_version = true\n",
    "version of many digits": "format_version = 0x" + "f" * 100_000,
    "no scenario": "format_version = 1\n",
    "2 MiB": HEAD + "#" * 2**21,
    "2 MiB of two-byte signs": HEAD + "#" + "é" * 2**20,
    "arrays 10,000 deep": HEAD + "a = " + "[" * 10_000,
    "closed arrays 10,000 deep": HEAD + "a = " + "[" * 10_000 + "]" * 10_000,
    "inline tables 10,000 deep": HEAD + "a = " + "{a = " * 10_000 + "1" + "}" * 10_000,
    "dotted key of 500,000 parts": HEAD + "a" + ".a" * 500_000 + " = 1",
    "dotted quoted key of 100,000 parts": HEAD + '"a"' + ' . "a"' * 100_000 + " = 1",
    "header of 100,000 parts": HEAD + "[a" + ".a" * 100_000 + "]",
    "many deep headers": HEAD + "\n".join(f"[a.{'.'.join('b' * 22)}.c{k}]" for k in range(15_000)),
    "headers one below the other": HEAD + "".join(f"[{'.'.join('a' * (k + 2))}]\n" for k in range(60)),
    "duplicate key": HEAD + "[fact.x]\ntitle = 'a'\ntitle = 'b'\n",
    "duplicate table": HEAD + "[fact.x]\n[fact.x]\n",
    "duplicate name, once quoted": HEAD + "[fact.x.y]\ntitle = 'a'\n[fact.\"x.y\"]\n",
    "unknown key": HEAD + "[fact.x]\ntilte = 'a'\n",
    "unknown table": HEAD + "[import.os]\n",
    "unknown key of 1 MiB": HEAD + "[fact.x]\n" + "k" * (BIG - 200) + " = 1",
    "90,000 unknown keys": HEAD + "[fact.x]\n" + "\n".join(f"k{k} = 1" for k in range(90_000)),
    "NaN": HEAD + "[level.x]\nlow = nan\n",
    "infinity": HEAD + "[level.x]\nhigh = inf\n",
    "NaN in a law": HEAD + "[action.a]\nclock = {law = 'exponential', rate = nan}\n",
    "NaN as the end": HEAD.replace("end = 40", "end = nan"),
    "the end of time": HEAD.replace("end = 40", "end = 9999-12-31"),
    "an end of 1e300 days": HEAD.replace("end = 40", "end = 1e300") + "[action.a]\nclock = {every = 1}\n",
    "an integer of 400,000 digits": HEAD + "[counter.x]\ninitial = 0x" + "f" * 400_000,
    "a decimal integer of 400,000 digits": HEAD + "[counter.x]\ninitial = " + "9" * 400_000,
    "a float beyond all": HEAD + "[counter.x]\ninitial = 1e999999",
    "true for a number": HEAD + ACT + "priority = true\n",
    "text for a number": HEAD + ACT + "priority = '3'\n",
    "a float for an integer": HEAD + ACT + "limit = 1.5\n",
    "a time of day for an instant": HEAD + "[action.a]\nclock = {on = [10:00:00]}\n",
    "an instant without an hour": HEAD + "[action.a]\nclock = {on = [2025-01-02]}\n",
    "an instant in the year 9999": HEAD + "[action.a]\nclock = {on = ['9999-12-31T23:59:59-12:00']}\n",
    "no instants": HEAD + "[action.a]\nclock = {on = []}\n",
    "instants every nanosecond": HEAD + "[action.a]\nclock = {every = 1e-14}\n",
    "instants since the beginning of time": HEAD + "[action.a]\nclock = {every = '1 minute', start = -1e300}\n",
    "instants from 1e300 days on": HEAD + "[action.a]\nclock = {every = 1, start = -1e13}\n",
    "a zone that is a path": HEAD + "zone = '../../../../etc/passwd'\n",
    "a zone with a null": HEAD + 'zone = "a\\u0000b"\n',
    "a name with an attribute walk": HEAD + '[fact."__class__.__mro__"]\n',
    "a name of capitals": HEAD + "[fact.X]\n",
    "an empty name": HEAD + '[fact.""]\n',
    "a reserved word": HEAD + "[fact.if]\n",
    "an attribute walk": HEAD + ACT + "when = 'x.__class__.__bases__[0]'\n",
    "a call": HEAD + ACT + 'when = \'__import__("os").system("true")\'\n',
    "an f-string": HEAD + ACT + "when = 'f\"{x}\"'\n",
    "a comprehension": HEAD + ACT + "when = '[x for x in y]'\n",
    "a lambda": HEAD + ACT + "when = 'lambda: x'\n",
    "a huge power": HEAD + ACT + "pace = '9 ** 9 ** 9 ** 9'\n",
    "brackets 1,000 deep": HEAD + ACT + f"when = '{'(' * 1_000}x{')' * 1_000}'\n",
    "an expression of 100,000 terms": HEAD + ACT + f"pace = '{'1 + ' * 100_000}1'\n",
    "an effect with code": HEAD + ACT + "effects = ['x = exec(1)']\n",
    "an effect on a dunder": HEAD + ACT + "effects = ['__builtins__ = true']\n",
    "two effects on one variable": HEAD + ACT + "effects = ['x = true', 'x = false']\n",
    "5,000 effects": HEAD + ACT + f"effects = [{', '.join(f'{chr(34)}x{k} = true{chr(34)}' for k in range(5_000))}]\n",
    "5,000 outcomes": HEAD + ACT + "\n".join(f"outcome.o{k} = {{}}" for k in range(5_000)),
    "60,000 parts": HEAD + "\n".join(f"[fact.f{k}]" for k in range(60_000)),
    "names that are all alike": HEAD
    + "[fact]\n"
    + "\n".join(f"{'ab' * 50}{k:05} = {{}}" for k in range(8_000))
    + f"\n[action.a]\nclock = {{fixed = 1}}\nwhen = '{'ba' * 50}'\n",
    "an array of half a million": HEAD + ACT + "effects = [" + "1," * 500_000 + "]",
    "150,000 tables in an array": HEAD + "[[intervention]]\n" * 50_000,
    "a million quotation marks": '"' * BIG,
    "a million apostrophes": "'" * BIG,
    "a string that never ends": 'a = "' + "\\n" * 500_000,
    "escapes in a string that never ends": 'a = """' + '\\"' * 500_000,
    "three quotation marks a line": '"""\n' * 200_000,
    "half a million escapes": HEAD + 'note = "' + "\\n" * 500_000 + '"\nnoet = 1',
    "a bare carriage return": HEAD + "a = 1\rb = 2\n",
    "a null": HEAD + "\0",
    "half a character": HEAD + 'title = "\\ud800"\n',
    "half a character in Python text": HEAD + '# \ud800\ntitle = "\ud800"\n[fact.if]\n',
    "an evidence link that runs": HEAD + "[evidence.x]\nurl = 'javascript:alert(1)'\n",
    "a word that is no part": HEAD + "[promise.x]\n",
    "laws of zero": HEAD + ACT.replace("{fixed = 1}", "{law = 'weibull', shape = {law = 'normal'}, scale = 1}"),
    "a tag that looks like ours": HEAD + '[action.a]\n"<0>" = 1\nclock = {"<1>" = 2}\n',
}


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    """End the run, with a stack, if one file takes 30 s."""
    faulthandler.dump_traceback_later(30, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items()])
def test_hostile_text_ends_in_a_typed_error(text: str) -> None:
    with pytest.raises(NegsimError) as caught:
        loads(text, name="hostile.toml")
    assert str(caught.value).startswith("hostile.toml: ")
    assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe" + "format_version = 1".encode("utf-16-le"), "byte 0 is not UTF-8"),
        (b"format_version = 1\n# \xed\xa0\x80", "is not UTF-8"),
        (b"#" * (2**20 + 1), "larger than 1,048,576 bytes"),
        (b"\x00" * 100, "not valid TOML"),
    ],
)
def test_hostile_bytes(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_bytes(data)
    with pytest.raises(FileError, match=message):
        load(path)


def test_a_sparse_file_of_a_terabyte(tmp_path: Path) -> None:
    path = tmp_path / "sparse.toml"
    with path.open("wb") as file:
        try:
            file.truncate(2**40)
        except OSError:
            pytest.skip("the file system has no sparse files of this size")
    with pytest.raises(FileError, match="larger than"):
        load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_that_nobody_writes(tmp_path: Path) -> None:
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    with pytest.raises(FileError, match="not a regular file"):
        load(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_a_device_without_end(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not a regular file"):
        load(Path("/dev/zero"))
    link = tmp_path / "link.toml"
    link.symlink_to("/dev/zero")
    with pytest.raises(FileError, match="not a regular file"):
        load(link)


def test_a_folder_a_missing_file_and_a_loop_of_links(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"folder|not a regular file"):
        load(tmp_path)
    with pytest.raises(FileError, match="no such file; check the path"):
        load(tmp_path / "missing.toml")
    link = tmp_path / "loop.toml"
    link.symlink_to(link)
    with pytest.raises(FileError, match="cannot be read"):
        load(link)
    with pytest.raises(FileError):
        load("a\0b.toml")


def test_a_control_case_loads() -> None:
    assert loads(HEAD + ACT + "effects = ['x = true']\n").name == "x"


@pytest.mark.parametrize(
    "mechanisms",
    [
        "[mechanism.m0]\noff = [{without = 'm0'}]\n",
        "[mechanism.m0]\noff = [{without = 'm1'}]\n[mechanism.m1]\noff = [{without = 'm0'}]\n",
        "".join(f"[mechanism.m{k}]\noff = [{{without = 'm{k + 1}'}}, {{without = 'm{k + 1}'}}]\n" for k in range(60))
        + "[mechanism.m60]\n",
    ],
    ids=["itself", "a circle", "two to the power of 60"],
)
def test_mechanisms_that_switch_each_other_off_come_to_an_end(mechanisms: str) -> None:
    assert loads(HEAD + mechanisms + "[[intervention]]\nwithout = 'm0'\n").interventions
