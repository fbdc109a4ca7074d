"""Of several problems those that are one: what only follows from a part that is wrong, and one name told many times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from negsim.errors.problems import Problem

__all__ = ["follows", "once"]

MISSING = re.compile(r"(?:unknown name|is named) '([^']{1,120})'")
NEAREST = re.compile(r"did you mean '([^']{1,120})'")
ABOUT_NAMES = ("unknown_name", "party", "source")


def missing(problem: Problem) -> str:
    """The name that a problem misses; empty if it is about something else."""
    if problem.code not in ABOUT_NAMES:
        return ""
    found = MISSING.search(problem.text)
    return found.group(1) if found else problem.value


def follows(problem: Problem, wrong: Mapping[str, Any]) -> bool:
    """Whether a problem is only that a part is not there which could not be built.

    Parameters
    ----------
    problem : Problem
        Of the parts that could be built.
    wrong : mapping of str to object
        Names of the others, with what the file says of them.

    Returns
    -------
    bool
        True for the part's own name, a name within it, what a party makes of it, and a party that it names.

    Examples
    --------
    >>> one = Problem(code="unknown_name", text="effect 'trust += 0.1': no variable is named 'trust'; declare it")
    >>> follows(one, {"trust": {"inital": 1}}), follows(one, {"memo": {}})
    (True, False)
    """
    name = missing(problem)
    if not name:
        return False
    for part, said in wrong.items():
        # Parts bring names of their own below theirs, and views of them below each party.
        if name == part or name.startswith(f"{part}.") or name.endswith(f".sees.{part}"):
            return True
        if "no party is named" in problem.text and name in set(_texts(said)):
            return True
    return False


def _texts(said: Any) -> Iterable[str]:
    """Every text in what a file says of a part, keys included."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for key, value in said.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(said, (list, tuple)):
        for one in said:
            yield from _texts(one)


def once(problems: Sequence[Problem]) -> list[Problem]:
    """The problems, a name that a part misses told once, however many places of the part read it.

    >>> one, two = (Problem(code="unknown_name", path=("deadline", "d", "peak"), text=f"effect {n}: unknown name 'abc'") for n in (1, 2))
    >>> len(once([one, two]))
    1
    """
    # From the end, so that of equal keys the first problem is the one that stays.
    return list({_key(problem): problem for problem in reversed(problems)}.values())[::-1]


def _key(problem: Problem) -> object:
    name = missing(problem)
    # Without table and name nothing says that two of them are in one part.
    if not name or len(problem.path) < 2:
        return problem
    root = name.partition(".")[0]
    near = NEAREST.search(problem.text)
    known = f"'{root}' has" in problem.text or (near is not None and near.group(1).partition(".")[0] == root)
    # A name of which a part is known is a slip of its own; else the root is what is missing.
    return problem.path[:2], name if known else root
