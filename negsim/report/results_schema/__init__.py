"""The one schema of results: what every command prints with ``--format json``, a model each, told apart by ``command``.

Only programs that ask for the schema load this room: the models describe what is printed, and make none of it.
"""

from __future__ import annotations

from typing import Any, Union

from pydantic import TypeAdapter

from negsim.report.data import FORMAT
from negsim.report.results_schema.changes import Compare, Levers, Sensitivity, Watch
from negsim.report.results_schema.files import Docs, Errors, Export, Guide, Lint, Listing, New, Show, Validate
from negsim.report.results_schema.parts import Result
from negsim.report.results_schema.report import Report
from negsim.report.results_schema.runs import Replay, Run, Update, Verify, Why

__all__ = ["COMMANDS", "results_schema"]

COMMANDS: tuple[type[Result], ...] = (
    Compare,
    Docs,
    Errors,
    Export,
    Guide,
    Levers,
    Lint,
    Listing,
    New,
    Replay,
    Report,
    Run,
    Sensitivity,
    Show,
    Update,
    Validate,
    Verify,
    Watch,
    Why,
)
"""A new command stands here with its model."""


def results_schema() -> dict[str, Any]:
    """The JSON Schema of everything that commands print with ``--format json``.

    >>> found = results_schema()
    >>> found["title"], "Run" in found["$defs"]
    ('negsim results, format 1', True)
    """
    every: Any = Union[COMMANDS]  # noqa: UP007  # of a tuple
    found: dict[str, Any] = TypeAdapter(every).json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "negsim results, format 1",
        "description": f"What negsim prints with --format json, {FORMAT}: one object, told apart by its command.",
    }
    return head | found
