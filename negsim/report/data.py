"""Results as plain data: one envelope for every command, in which nothing is infinite and nothing is not a number.

What stands in it is described by `negsim.report.results_schema`; a test holds every command to that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from negsim.model.parameters import Parameter
    from negsim.model.scenario import Scenario

__all__ = ["FORMAT", "about", "assumptions", "finite", "result"]

FORMAT = "negsim-results-1"
"""The name of the format; a later one has another number."""


def result(command: str, data: Mapping[str, Any], told: Scenario | None = None) -> dict[str, Any]:
    """What a command found, in its envelope: the format, the version, the scenario with its assumptions, the data.

    Parameters
    ----------
    command : str
        Name of the command.
    data : mapping
        What it found; its keys stand beside those of the envelope, and are told apart by the command.
    told : Scenario, optional
        Whose results they are.

    Returns
    -------
    dict
        Ready for JSON: numbers that are infinite or none are None.
    """
    import negsim

    head = {"format": FORMAT, "negsim": negsim.__version__, "command": command}
    scenario = {} if told is None else {"scenario": told.name, "about": about(told)}
    found: dict[str, Any] = finite(
        # What a command says may not hide what the envelope says.
        {**head, **scenario, **{key: data[key] for key in data if key not in {*head, *scenario}}}
    )
    return found


def about(told: Scenario) -> dict[str, Any]:
    """Whose results they are: dates, what is supposed, what is assumed, and how much of that is a guess."""
    from negsim.report.supposed import supposed
    from negsim.report.words import bare_count, judgement

    guessed, total, later = judgement(told)
    return {
        "title": told.title,
        "start": told.start,
        "end": told.calendar.date_text(told.horizon),
        "zone": told.zone,
        "as_of": told.as_of,
        "supposed": list(supposed(told)),
        "parameters": total,
        "judgement": guessed,
        "hindsight": later,
        "bare_numbers": bare_count(told),
        "assumptions": assumptions(told),
    }


def assumptions(told: Scenario) -> list[dict[str, Any]]:
    """Every parameter: its best value, where 90 % of what is believed lie, who says so, and how good that is."""
    return [_assumption(one) for one in told.expanded.parameters.values()]


def _assumption(one: Parameter) -> dict[str, Any]:
    low, high = _range(one)
    return {
        "name": one.name,
        "title": one.title,
        "best": one.best,
        "low": low,
        "high": high,
        "unit": one.unit,
        "grade": one.grade,
        "source": one.source,
        "hindsight": one.hindsight,
    }


def _range(one: Parameter) -> tuple[float | None, float | None]:
    """The 5 % and 95 % points of what is believed; None where nothing is, or where it is true or false."""
    from negsim.errors import NegsimError
    from negsim.laws import quantile

    if one.belief is None or isinstance(one.best, bool):
        return None, None
    try:
        return quantile(one.fit.law, 0.05), quantile(one.fit.law, 0.95)
    except NegsimError:  # no law says all that was said: whoever runs the scenario is told
        return None, None


def finite(value: Any) -> Any:
    """The same data as JSON can say it: lists, tables, texts and numbers, None for what is infinite or no number.

    >>> finite({"a": (1.0, float("nan")), 2: [float("inf")]})
    {'a': [1.0, None], '2': [None]}
    """
    # First of all: an enumeration may be text or a number, and is told by its value.
    if value is None or isinstance(value, (bool, int, str)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, Path):
        return str(value)
    # Arrays and numbers of numpy.
    if hasattr(value, "tolist"):
        return finite(value.tolist())
    if isinstance(value, Iterable):
        return [finite(one) for one in value]
    return str(value)
