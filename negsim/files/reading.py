"""From a file to a scenario."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path as FilePath
from typing import Any

from negsim.errors import ArgumentError, FileError, Gather, NegsimError, nearest, problem_of
from negsim.errors.problems import short
from negsim.files.annotations import Codec
from negsim.files.following import follows, once
from negsim.files.json_text import is_json, parse_json
from negsim.files.limits import parse_toml, read_input, read_text
from negsim.files.named import flattened, tabled
from negsim.files.places import Path, in_file
from negsim.files.validation import problems_in
from negsim.model.dates import crowded
from negsim.model.scenario import Scenario

__all__ = ["VERSION", "codec_of", "load", "loads", "schema", "shipped", "text_of"]

VERSION = 1
STANDARD_INPUT = "-"
"""In place of a path."""


def vocabulary() -> tuple[type, ...]:
    """The words that negsim itself brings."""
    # Late: thirty modules that a program with words of its own choice need not wait for.
    from negsim.vocabulary import WORDS

    return WORDS


# Few at a time: each holds the shapes of all words.
@lru_cache(maxsize=16)
def codec_of(words: tuple[type, ...]) -> Codec:
    """The codec for the vocabulary and these words."""
    return Codec((*vocabulary(), *words))


@lru_cache(maxsize=64)
def model_of(words: tuple[type, ...], tables: frozenset[str] | None = None) -> Any:
    """The pydantic model of a file with these words; ``tables`` names those that the file has."""
    from negsim.files.models import file_model

    codec = codec_of(words)
    # Of words that are not known all models are made, so that the refusal names every table there is.
    return file_model(codec, tables if tables is not None and tables <= codec.tables.keys() else None)


def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that come with negsim, sorted.

    Returns
    -------
    tuple of str
        Each may stand for a path in `load`.

    See Also
    --------
    load : Read a scenario from a file.

    Examples
    --------
    >>> "toy" in shipped()
    True
    """
    folder = resources.files("negsim") / "scenarios"
    return tuple(sorted(one.name[:-5] for one in folder.iterdir() if one.name.endswith(".toml")))


def load(source: str | os.PathLike[str], words: Iterable[type] = (), *, as_known: bool = False) -> Scenario:
    """Read a scenario from a file, or a shipped one by its name.

    Parameters
    ----------
    source : str or path
        Path of a TOML or JSON file, one of :func:`shipped`, or ``"-"`` for standard input.
    words : iterable of type
        Word classes of your own whose tables the file may hold.
    as_known : bool
        Refuse values of hindsight: only what was known on the scenario's as-of date counts (`Scenario.as_known`).

    Returns
    -------
    Scenario
        Checked whole.

    Raises
    ------
    HindsightError
        With ``as_known``, if a number rests on what was known only later and nothing stands in for it.
    FileError
        If there is no such file or scenario, it is no regular file of at most 1 MiB of UTF-8, it is neither TOML nor JSON, or a
        key or value does not belong where it stands. The message has file, table, key, value and remedy.
    ScenarioError
        If the parts contradict each other; the message begins with the file and the table.

    See Also
    --------
    loads : Read a scenario from text.
    shipped : Names of the scenarios that come along.

    Examples
    --------
    >>> load("toy").name
    'toy'
    """
    if as_known:
        return load(source, words).as_known()
    if not isinstance(source, str | os.PathLike):
        raise FileError(f"load takes a path or the name of a shipped scenario, not {short(source)}; write load('toy')")
    if source == STANDARD_INPUT:
        return loads(read_input(), name="standard input", words=words)
    text = os.fspath(source)
    # The names of shipped scenarios come before files of the same name without an ending: what an example says must be
    # the same in every folder.
    known = shipped()
    if isinstance(source, str) and source in known:
        file = resources.files("negsim") / "scenarios" / f"{source}.toml"
        # What negsim ships is validated by its tests; validating it again would double the time to the first answer.
        return _read(file.read_text("utf-8"), f"{source}.toml", tuple(words), validate=False)
    if isinstance(source, str) and not _is_path(source):
        hint = nearest(source[:200], known)
        raise FileError(f"{short(source)}: no such file and no shipped scenario{hint}; shipped are {', '.join(known)}")
    return loads(read_text(text), name=short(FilePath(text).name, quote=False), words=words)


def text_of(source: str | os.PathLike[str]) -> str:
    """Return the text that `load` reads: of a file, of a shipped scenario, of standard input (``"-"``)."""
    if source == STANDARD_INPUT:
        return read_input()
    if isinstance(source, str) and source in shipped():
        return (resources.files("negsim") / "scenarios" / f"{source}.toml").read_text("utf-8")
    return read_text(source)


def _is_path(source: str) -> bool:
    if source.endswith((".toml", ".json")) or os.sep in source:
        return True
    try:
        # lexists: a broken link is meant as a path too, and is refused as one.
        return os.path.lexists(source)
    # A NUL in the text: let opening it say what is wrong.
    except ValueError:
        return True


def loads(text: str, name: str = "<text>", words: Iterable[type] = ()) -> Scenario:
    """Read a scenario from TOML or JSON text; ``name`` stands for the file in errors.

    Parameters
    ----------
    text : str
        A scenario in TOML, or in JSON with the same keys.
    name : str, optional
        What stands for the file in errors.
    words : iterable of type, optional
        Word classes of your own whose tables the text may hold.

    Returns
    -------
    Scenario
        Checked whole.

    Raises
    ------
    FileError, ScenarioError
        As :func:`load`.

    See Also
    --------
    load : Read a scenario from a file.
    dumps : Write a scenario as text.

    Examples
    --------
    >>> scenario = loads('''
    ... format_version = 1
    ... [scenario]
    ... name = "tiny"
    ... start = 2025-01-01
    ... end = "40 days"
    ... [fact.memo]
    ... [action.deliver]
    ... clock = {law = "exponential", rate = 0.3}
    ... effects = ["memo = true"]
    ... ''')
    >>> [part.name for part in scenario.parts]
    ['deliver', 'memo']
    """
    return _read(text, name, tuple(words), validate=True)


def _read(text: str, name: str, words: tuple[type, ...], *, validate: bool) -> Scenario:
    codec = codec_of(words)
    data, named = _parsed(text, name)
    try:
        data = tabled(data, codec) if named else data
        found = _scenario(data, codec, words, validate=validate)
    except NegsimError as error:
        raise in_file(type(error).telling(once(error.problems)), name, text) from error
    full = crowded(found.expanded, found.calendar, found.horizon)
    if full:
        warnings.warn(f"{name}: {full}", UserWarning, stacklevel=4)
    return found


def _parsed(text: str, name: str) -> tuple[dict[str, Any], bool]:
    """The tables of a text, and whether some may be arrays of named things."""
    if is_json(text, name):
        return parse_json(text, name), True
    # Only arrays of arrays or tables can be named things, and most TOML files have none.
    return parse_toml(text, name), re.search(r"\[\s*[\[{]", text) is not None


def _scenario(data: dict[str, Any], codec: Codec, words: tuple[type, ...], *, validate: bool) -> Scenario:
    gather = Gather()
    with gather.going_on():
        _check_version(data)
    with gather.going_on():
        data = flattened(data, codec)
    # Kept whole, because what follows from a wrong part is known by what the file said of it.
    whole = data
    if validate:
        data = _without_problems(data, codec, words, gather)
    if "scenario" not in data:
        gather.check()
    return build(data, codec, gather, whole)


def _without_problems(data: dict[str, Any], codec: Codec, words: tuple[type, ...], gather: Gather) -> dict[str, Any]:
    """What is left of a file without the parts whose form is wrong, which are kept as problems."""
    from pydantic import ValidationError

    model = model_of(words, frozenset(data) - {"format_version", "scenario", "intervention"})
    try:
        model.model_validate(data)
    except ValidationError as error:
        problems = problems_in(error, data, codec)
        gather.errors.append(FileError.telling(problems))
        return _left(data, {problem.path[:2] for problem in problems})
    return data


def _left(data: dict[str, Any], wrong: set[Path]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for table, parts in data.items():
        if table == "format_version":
            continue
        # A wrong head takes the whole scenario with it, a wrong part only itself.
        if (table,) in wrong or (table == "scenario" and any(place[0] == table for place in wrong)):
            continue
        if isinstance(parts, dict) and table != "scenario":
            parts = {name: part for name, part in parts.items() if (table, name) not in wrong}
        if isinstance(parts, list) and any(place[0] == table for place in wrong):
            continue
        found[table] = parts
    return found


def _check_version(data: dict[str, Any]) -> None:
    version = data.get("format_version")
    data["format_version"] = VERSION  # what else is wrong is told all the same
    if version is None:
        raise FileError(f"format_version is missing; write 'format_version = {VERSION}' as the first line")
    # A boolean is a number to Python, and true == 1.
    if isinstance(version, bool) or version != VERSION or not isinstance(version, int):
        newer = isinstance(version, int) and version > VERSION
        remedy = "update negsim to read this file" if newer else f"write 'format_version = {VERSION}'"
        error = FileError(f"{short(version)} is not {VERSION}; {remedy}")
        raise FileError.telling([problem_of(error, ("format_version",), code="version", value=short(version))])


def build(data: Mapping[str, Any], codec: Codec, gather: Gather, whole: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario of a file; with problems the error that tells them all, those of the whole included.

    ``whole`` is the file with the parts whose form is wrong.
    """
    parts, wrong = [], {str(path[1]): _said(whole or data, path) for path in _paths(gather) if len(path) > 1}
    for table, record in codec.tables.items():
        for name, definition in data.get(table, {}).items():
            try:
                parts.append(record.build({"name": name, **definition}, (table, name)))
            except NegsimError as error:
                gather.errors.append(error)
                # What could be built without its wrong keys is looked at further, so that its other slips are told too.
                if isinstance(error.partial, record.cls):
                    parts.append(error.partial)
                else:
                    wrong[name] = definition
    steps: list[Any] = []
    for n, step in enumerate(data.get("intervention", ())):
        with gather.going_on():
            steps.append(codec.intervention.build(step, ("intervention", n)))
    head = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in data["scenario"].items()}
    if gather.errors:
        # Only for its problems: with errors nothing is returned.
        _look_at_the_rest(head, parts, wrong, gather)
        gather.check()
    return Scenario(parts=tuple(parts), interventions=tuple(steps), **head)


def _said(data: Mapping[str, Any], path: Path) -> Any:
    """What a file says of the part in which a path lies."""
    table = data.get(str(path[0]))
    return table.get(path[1]) if isinstance(table, Mapping) else None


def _paths(gather: Gather) -> list[Path]:
    return [problem.path for error in gather.errors for problem in error.problems]


def _look_at_the_rest(head: dict[str, Any], parts: list[Any], wrong: dict[str, Any], gather: Gather) -> None:
    """Add what is wrong with the parts that could be built, as far as it does not come of those that could not."""
    try:
        Scenario(parts=tuple(parts), **head)
    except NegsimError as error:
        # Circles and reach look different where a part is missing.
        own = [problem for problem in error.problems if problem.code not in BY_ABSENCE and not follows(problem, wrong)]
        if own:
            gather.errors.append(type(error).telling(own))


BY_ABSENCE = ("circle", "reach")
"""Problems that may come of what is not there."""


def schema(words: Iterable[type] = (), *, profile: str = "full") -> dict[str, object]:
    """Return the JSON Schema of scenario files, for editors and for other programs.

    The schema knows names with dots in their quoted form, ``[action."russia.deliver"]``, as :func:`save` writes them.

    Parameters
    ----------
    words : iterable of type
        Word classes of your own; with the full profile only.
    profile : {"full", "strict"}
        ``"strict"`` is for programs that must fill a closed schema, such as language models with structured outputs:
        about a dozen words, named things in arrays, every property required, null for what is left out. What is valid
        under it is read by `load` as JSON.

    Returns
    -------
    dict
        Ready for JSON.

    Raises
    ------
    ArgumentError
        If there is no such profile.

    See Also
    --------
    load : Read a scenario from a file.
    save : Write a scenario to a file.
    guide : How to state a case, on one page.

    Examples
    --------
    >>> sorted(schema()["required"])
    ['format_version', 'scenario']
    >>> schema(profile="strict")["additionalProperties"]
    False
    """
    if profile == "strict":
        from negsim.files.strict import strict_schema

        return strict_schema(codec_of(()))
    if profile != "full":
        raise ArgumentError(f"there is no profile {profile!r:.40} of the schema; write 'full' or 'strict'")
    from negsim.files.schemas import full_schema

    return full_schema(codec_of(tuple(words)))
