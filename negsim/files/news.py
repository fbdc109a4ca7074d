"""News as files: TOML tables ``[news.NAME]``, or CSV with a column a key."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path as FilePath
from typing import Any

from negsim.errors import FileError, Gather, NegsimError, nearest
from negsim.errors.problems import short
from negsim.files.annotations import Codec
from negsim.files.limits import MOST_PARTS, parse_toml, read_text
from negsim.files.places import in_file, path_text
from negsim.files.tables import Record
from negsim.model.observed import Observation

__all__ = ["news_from_csv", "news_from_tables", "news_from_toml", "news_tables", "read_news", "shipped_news"]

NUMBERS = ("low", "high", "true_positive", "false_positive", "credibility", "probability")
"""Columns of a CSV file that hold numbers; the others hold text."""


def read_news(source: str | os.PathLike[str]) -> tuple[Observation, ...]:
    """Read news from a file, TOML or CSV by its ending.

    Parameters
    ----------
    source : str or path
        The name of a shipped scenario that has news (``"istanbul-2025"``), or a TOML file with a table ``[news.NAME]`` for each item, or a CSV file with the columns ``name``, ``source`` and
        those keys of `Observation` that are used. Every item needs a source.

    Returns
    -------
    tuple of Observation
        In the order of the file.

    Raises
    ------
    FileError
        If there is no such file, or a key or value does not belong where it stands.
    ScenarioError
        If an item contradicts itself.

    See Also
    --------
    Observation : One piece of news.
    update : Condition a scenario's histories on news.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = '[news.talks]\\nhappened = "talks.held"\\nat = "5 days"\\nsource = "definition"'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "news.toml")
    ...     _ = file.write_text(text, encoding="utf-8")
    ...     read_news(file)[0].kind
    'happened'
    """
    if not isinstance(source, str | os.PathLike):
        raise FileError(f"read_news takes a path, not {short(source)}; write read_news('news.toml')")
    # Names of shipped news go before files, as those of scenarios do.
    if isinstance(source, str) and source in shipped_news():
        file = resources.files("negsim") / "scenarios" / "news" / f"{source}.toml"
        return news_from_toml(file.read_text("utf-8"), f"{source}.toml")
    name = short(FilePath(os.fspath(source)).name, quote=False)
    text = read_text(source)
    return news_from_csv(text, name) if name.lower().endswith(".csv") else news_from_toml(text, name)


def shipped_news() -> tuple[str, ...]:
    """Return the names of the shipped scenarios that have news, sorted."""
    folder = resources.files("negsim") / "scenarios" / "news"
    return tuple(sorted(one.name[:-5] for one in folder.iterdir() if one.name.endswith(".toml")))


@lru_cache(maxsize=1)
def _record() -> Record:
    return Codec(()).record(Observation, named=True)


def news_from_toml(text: str, name: str = "<text>") -> tuple[Observation, ...]:
    """Return the news of a TOML text; ``name`` stands for the file in errors."""
    data = parse_toml(text, name)
    try:
        return _built(_tables(data))
    except NegsimError as error:
        raise in_file(error, name, text) from error


def _tables(data: Mapping[str, Any]) -> dict[str, Any]:
    strange = [key for key in data if key != "news"]
    if strange or not isinstance(data.get("news"), dict):
        raise FileError(
            f"{path_text((strange[0],)) if strange else 'the file'} is no news; write a table [news.NAME] for each item, and "
            "nothing else"
        )
    return dict(data["news"])


def _built(tables: Mapping[str, Any]) -> tuple[Observation, ...]:
    """The items, or all that is wrong with them."""
    gather, found = Gather(), []
    if len(tables) > MOST_PARTS:
        raise FileError(f"{len(tables):,} items are more than {MOST_PARTS:,}; split the file")
    for name, table in tables.items():
        with gather.going_on():
            found.append(_item(name, table))
    gather.check()
    return tuple(found)


def news_tables(news: Iterable[Observation]) -> dict[str, dict[str, Any]]:
    """Return news as tables by name, as a file has them.

    >>> news_tables([Observation(name="talks", happened="talks.held", at="5 days", source="definition")])
    {'talks': {'happened': 'talks.held', 'at': '5 days', 'source': 'definition'}}
    """
    return {item.name: _record().plain(item, ("news", item.name)) for item in news}


def news_from_tables(tables: Mapping[str, Any]) -> tuple[Observation, ...]:
    """Return the news of such tables, also those without a source, which only Python may say."""
    record = _record()
    return tuple(record.build({"name": name, **table}, ("news", name)) for name, table in tables.items())


def _item(name: str, table: Any) -> Observation:
    record, path = _record(), ("news", name)
    if not isinstance(table, dict):
        raise FileError(f"{path_text(path)} is {short(table)} and no table; write [news.{name}]")
    strange = [key for key in table if key not in record.keys]
    if strange:
        raise FileError(
            f"{path_text((*path, strange[0]))} is no key of news{nearest(strange[0], record.keys)}; it has "
            f"{', '.join(sorted(record.keys))}"
        )
    # news without a source are rumours, and those are written as reports of somebody
    if not table.get("source"):
        raise FileError(f'{path_text(path)} has no source; say who says so: source = "https://..."')
    item = record.build({"name": name, **table}, path)
    assert isinstance(item, Observation)
    return item


def news_from_csv(text: str, name: str = "<text>") -> tuple[Observation, ...]:
    """Return the news of a CSV text with a header; empty cells are left out."""
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise FileError(f"{name}: no table of news: {error}; shorten the cell, or write the news as TOML") from None
    tables: dict[str, Any] = {}
    # The header is line 1.
    for number, row in enumerate(rows, start=2):
        # An empty cell says nothing, and must not become an empty text.
        cells = {
            key: value.strip()
            for key, value in row.items()
            if key is not None and isinstance(value, str) and value.strip()
        }
        item = cells.pop("name", "")
        # The reader keeps the cells beyond the last column under None.
        if not item or item in tables or None in row:
            why = (
                "has no name"
                if not item
                else f"names {item!r} a second time"
                if item in tables
                else "has too many cells"
            )
            raise FileError(f"{name}: line {number} {why}; each line is one item, with the columns of the first line")
        tables[item] = {key: _cell(key, value, f"{name}: line {number}") for key, value in cells.items()}
    try:
        return _built(tables)
    except NegsimError as error:
        raise in_file(error, name, "") from error


def _cell(key: str, value: str, where: str) -> Any:
    # In CSV a delay is one number of time, not a law.
    if key == "delay":
        return {"fixed": value}
    if key not in NUMBERS:
        return value
    try:
        return float(value)
    except ValueError:
        raise FileError(f"{where}: {key} is {value!r}; it must be a number") from None
