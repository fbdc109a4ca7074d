"""From what the command line calls a scenario to the scenario: a name, a file, or standard input; words of one's own."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario

__all__ = ["loaded", "own_words"]


def loaded(scenario: str, words: Path | None = None, *, as_known: bool = False) -> Scenario:
    """The scenario that the command line names."""
    import negsim as ns

    told = ns.load(scenario, own_words(words))
    if not as_known:
        return told
    if told.as_of is None:
        warnings.warn(
            f"{told.name} has no as-of date, so that --as-known goes by nothing but the values that say hindsight = true; "
            "write as_of = ... under [scenario]",
            stacklevel=2,
        )
    return told.as_known()


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
