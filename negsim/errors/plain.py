"""Errors as plain data, for programs that show them beside the place, or write the next version of a file."""

from __future__ import annotations

import re
from typing import Any

from negsim.errors.problems import Problem, quoted

__all__ = ["as_json"]

THERE = re.compile(r"'[^']+' has ((?:[\w.]+(?:, )?)+)")
MEANT = re.compile(r"did you mean '([^']+)'\?")


def as_json(error: BaseException) -> list[dict[str, Any]]:
    """Return everything that is wrong as plain data, one entry for each thing.

    Parameters
    ----------
    error : BaseException
        An error of negsim, with all its `problems`; any other exception gives one entry with the code ``error``.

    Returns
    -------
    list of dict
        Each with the keys ``code`` (the kind: ``unknown_name``, ``missing``, ``type``, ``range``, ...), ``path`` (list
        of table, name, key and positions, empty if the whole is meant), ``place`` (the path as a file would write it),
        ``line`` (from 1 on, or None), ``value``, ``expected``, ``remedy``, ``text`` (the message) and ``file``. Ready
        for JSON.

    See Also
    --------
    Problem : One thing that is wrong, in Python.

    Examples
    --------
    >>> import negsim as ns
    >>> try:
    ...     ns.loads("format_version = 1\\n[scenario]\\nname = 'a'\\nstart = '2025-01-01'\\nend = 9\\n[fcat.memo]")
    ... except ns.errors.NegsimError as error:
    ...     [(one["code"], one["path"], one["line"]) for one in ns.errors.as_json(error)]
    [('unknown_key', ['fcat'], 6)]
    """
    problems = getattr(error, "problems", None)
    if problems is None:
        # Programs get the same entries for errors that are none of negsim's.
        text = str(error) or type(error).__name__
        problems = (Problem(code="error", text=text, value=quoted(text), remedy=text.rpartition("; ")[2]),)
    return [_plain(problem) for problem in problems]


def _plain(problem: Problem) -> dict[str, Any]:
    said = problem.as_dict()
    meant = MEANT.search(problem.text)
    # The nearest name is the quickest remedy, so it is told first.
    if meant and meant.group() not in problem.remedy:
        said["remedy"] = f"{meant.group()}; {problem.remedy}" if problem.remedy else meant.group()
    there = THERE.search(problem.text)
    said["expected"] = problem.expected.removeprefix("write ") or (meant or there or [""] * 2)[1]
    first = ("code", "path", "place", "line", "value", "expected", "remedy")
    return {key: said[key] for key in (*first, *(key for key in said if key not in first))}
