"""Rows of parameters as a file: CSV with a column for each parameter that it names."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from negsim.errors import FileError
from negsim.errors.problems import short
from negsim.files.limits import read_text

__all__ = ["read_rows"]

TRUTHS = {"true": 1.0, "false": 0.0}


def read_rows(source: str | os.PathLike[str]) -> dict[str, list[float]]:
    """Read rows of parameters from a CSV file, for ``simulate(rows=...)``.

    Parameters
    ----------
    source : str or path
        A CSV file whose first line names parameters; each further line is a row, with numbers or true and false.

    Returns
    -------
    dict of str to list of float
        Columns by name.

    Raises
    ------
    FileError
        If there is no such file, a line is longer or shorter than the first, or a value is no number.

    See Also
    --------
    simulate : Simulate a scenario's histories.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "rows.csv")
    ...     _ = file.write_text("rate,waived\\n0.1,true\\n0.2,false\\n", encoding="utf-8")
    ...     read_rows(file)
    {'rate': [0.1, 0.2], 'waived': [1.0, 0.0]}
    """
    if not isinstance(source, str | os.PathLike):
        raise FileError(f"read_rows takes a path, not {short(source)}; write read_rows('rows.csv')")
    name = short(Path(os.fspath(source)).name, quote=False)
    # A byte order mark is what spreadsheets write before the first name.
    try:
        lines = [line for line in csv.reader(io.StringIO(read_text(source).removeprefix("\ufeff"))) if line]
    except csv.Error as error:
        raise FileError(f"{name}: no table of rows: {error}; write numbers, parted by commas") from None
    if len(lines) < 2:
        raise FileError(
            f"{name}: has no rows; write the parameters' names in its first line and a row in each further one"
        )
    names = [one.strip() for one in lines[0]]
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise FileError(f"{name}: line 1: the column {short(twice)} stands there twice; leave one out")
    columns: dict[str, list[float]] = {one: [] for one in names}
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(names):
            raise FileError(
                f"{name}: row {number - 1}: has {len(line)} values for {len(names)} columns; write one for each"
            )
        for one, text in zip(names, line, strict=True):
            columns[one].append(_number(text.strip(), f"{name}: row {number - 1}: {one}"))
    return columns


def _number(text: str, where: str) -> float:
    try:
        return TRUTHS[text.lower()] if text.lower() in TRUTHS else float(text)
    except ValueError:
        raise FileError(f"{where}: {short(text)} is no number; write one, or true or false") from None
