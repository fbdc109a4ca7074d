"""From what the command line calls a scenario to the scenario: a name, a file, or standard input; words of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import typer

from negsim.errors import FileError

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario

__all__ = ["STANDARD_INPUT", "loaded", "own_words", "text_of"]

STANDARD_INPUT = "-"
NAMED = "<standard input>"


def loaded(scenario: str, words: Path | None = None, *, as_known: bool = False) -> Scenario:
    """The scenario that the command line names."""
    import negsim as ns

    own = own_words(words)
    told = ns.loads(_read(), NAMED, own) if scenario == STANDARD_INPUT else ns.load(scenario, own)
    if not as_known:
        return told
    if told.as_of is None:
        print(
            f"negsim: {told.name} has no as-of date, so --as-known can only go by the values that say hindsight = true; "
            "write as_of = ... under [scenario]",
            file=sys.stderr,
        )
    return told.as_known()


def text_of(scenario: str) -> str:
    """The text of a shipped scenario, of a file or of standard input, comments included."""
    import negsim as ns

    if scenario == STANDARD_INPUT:
        return _read()
    if scenario in ns.shipped():
        from importlib import resources

        return (resources.files("negsim") / "scenarios" / f"{scenario}.toml").read_text("utf-8")
    return Path(scenario).read_text("utf-8")


READ: dict[int, str] = {}
"""What stood on standard input, by the stream: it can be read only once, and some commands look at it again."""


def _read() -> str:
    """All of standard input, bounded before it is looked at."""
    from negsim.files.limits import MOST_BYTES

    stream = sys.stdin
    if stream is None:
        raise FileError(f"{NAMED}: it is closed; send a scenario to it, or name a file")
    if id(stream) not in READ:
        data: Any = stream.buffer.read(MOST_BYTES + 1) if hasattr(stream, "buffer") else stream.read(MOST_BYTES + 1)
        data = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        if len(data) > MOST_BYTES:
            raise FileError(f"{NAMED}: larger than {MOST_BYTES:,} bytes; split the scenario or shorten its texts")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FileError(f"{NAMED}: byte {error.start} is not UTF-8; send UTF-8") from None
        READ.clear()
        READ[id(stream)] = text
    return READ[id(stream)]


def own_words(file: Path | None) -> tuple[type, ...]:
    """The words that a Python file of the user's defines; its code is run, which --words says."""
    if file is None:
        return ()
    if not file.is_file():
        raise typer.BadParameter(f"{file}: no such file; give a Python file with your words", param_hint="--words")
    found = tuple(dict.fromkeys(one for one in vars(_run(file)).values() if _is_word(one)))
    if not found:
        raise typer.BadParameter(
            f"{file}: no word is defined there; a word is a frozen dataclass with name, table and expand()",
            param_hint="--words",
        )
    return found


def _run(file: Path) -> ModuleType:
    """Import a file as Python does, so that its annotations can be read."""
    import importlib.util

    name = f"words_of_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise typer.BadParameter(f"{file}: is no Python file; its name ends in .py", param_hint="--words")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(file.resolve().parent))  # as for a program: what it imports may lie beside it
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a stranger's code raises is told in one line
        raise typer.BadParameter(f"{file}: {type(error).__name__}: {error}", param_hint="--words") from error
    finally:
        sys.path.remove(str(file.resolve().parent))
    return module


def _is_word(one: object) -> bool:
    """Whether a class is a word, and none of negsim's."""
    return (
        isinstance(one, type)
        and not one.__module__.startswith("negsim.")
        and isinstance(getattr(one, "table", None), str)
        and callable(getattr(one, "expand", None))
    )
