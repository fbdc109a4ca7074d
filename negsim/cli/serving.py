"""``negsim mcp``: the public functions as tools of the Model Context Protocol, on standard input and output.

Thin on purpose: a tool takes a scenario as text, calls one function, and hands back its result as JSON. No tool reads or
writes a file. Every call has limits of bytes, events, seconds and memory; what goes wrong is in the answer, all at once.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

import negsim as ns
from negsim.cli.limits import Limits
from negsim.errors import ArgumentError, BudgetError, NegsimError, as_json

__all__ = ["MOST_BYTES", "MOST_REPLICATIONS", "server"]

MOST_BYTES, MOST_ANSWER = 262_144, 131_072
"""Of a scenario that is given, and of an answer."""
MOST_REPLICATIONS, MOST_EVENTS = 20_000, 3_000_000
SECONDS, MEMORY = 20.0, "600MB"
INSTRUCTIONS = (
    "Simulates negotiations stated as data. Read guide first, fill the strict schema, validate until nothing is wrong and "
    "nothing is dead, then run, ask why, compare. A scenario is the text itself, JSON or TOML, or a shipped one's name."
)

Given = str | dict[str, Any]


def _limited(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the limits of one call; the result, or what is wrong, as JSON text."""

    # Not in a thread of its own: only the main thread can be interrupted when a limit is reached.
    @wraps(tool)
    async def call(*args: Any, **options: Any) -> str:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", UserWarning)
            try:
                with Limits(SECONDS, MEMORY, None).kept():
                    found = tool(*args, **options)
            except (NegsimError, RecursionError, ValueError, TypeError, ArithmeticError) as error:
                found = {"errors": as_json(error)}
        if isinstance(found, dict) and told:
            found = {**found, "warnings": [str(one.message) for one in told]}
        text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)
        if len(text.encode("utf-8", "replace")) <= MOST_ANSWER:
            return text
        return json.dumps(
            {"errors": as_json(BudgetError(f"the answer is longer than {MOST_ANSWER:,} bytes; ask for less"))}
        )

    return call


def _text(scenario: Given) -> str:
    """The text of a scenario that was given; a name is that of a shipped one and never a path."""
    text = scenario if isinstance(scenario, str) else json.dumps(scenario)
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise BudgetError(f"a scenario of more than {MOST_BYTES:,} bytes was given; shorten it")
    return ns.dumps(ns.load(text)) if text in ns.shipped() else text


def _runs(scenario: ns.Scenario, replications: int, seed: int) -> ns.Runs:
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise ArgumentError(f"replications must be from 1 to {MOST_REPLICATIONS:,}, not {replications!r:.40}")
    rows = min(100, replications // 2) or None
    runs = ns.simulate(scenario, replications=replications, seed=seed, draws=rows, keep="answers", events=MOST_EVENTS)
    assert isinstance(runs, ns.Runs)
    return runs


def guide() -> str:
    """How to state a case, on one page. Read it first."""
    return ns.guide()


def schema(profile: str = "strict") -> dict[str, Any]:
    """The JSON Schema of a scenario: "strict" for writing one, "full" for everything there is."""
    return dict(ns.schema(profile=profile))


def templates(name: str | None = None) -> Any:
    """The starter scenarios, each in a sentence; with a name, the text of that one."""
    from negsim.report.starter import TEMPLATES, starter

    return TEMPLATES if name is None else starter(name)


def validate(scenario: Given) -> dict[str, Any]:
    """Check a scenario: all that is wrong in it, and all that does nothing."""
    return ns.validate(text=_text(scenario)).as_dict()


def run(scenario: Given, replications: int = 4_000, seed: int = 1) -> dict[str, Any]:
    """Tell histories and answer the scenario's questions: probability, range of ignorance, error of finite histories."""
    runs = _runs(ns.loads(_text(scenario)), replications, seed)
    return {**_about(runs), "questions": [_answer(one) for one in ns.answers(runs)]}


def why(scenario: Given, question: str, replications: int = 2_000, seed: int = 1) -> dict[str, Any]:
    """Say why the answer to a question is no where it is no: what was missing, by share."""
    runs = _runs(ns.loads(_text(scenario)), replications, seed)
    return {**_about(runs), "question": question, "why": str(ns.explain(runs, question))}


def compare(
    scenario: Given, changes: list[dict[str, Any]], question: str, replications: int = 4_000, seed: int = 1
) -> dict[str, Any]:
    """Compare a scenario with itself under changes, history by history.

    Changes: {"without": "WORD"}, {"meet": "MEETING.requires.PARTY"}, {"waive": ...}, {"do": "FACT", "on": "DATE"},
    {"do": "FACT", "never": true}, {"decide": "DECISION", "option": "OPTION"}, {"with_parameter": "NAME", "value": 0.3}.
    """
    told = ns.loads(_text(scenario))
    data = json.loads(ns.dumps(told, format="json"))
    data["intervention"] = [*data.get("intervention", ()), *changes]
    pair = [_runs(one, replications, seed) for one in (told, ns.loads(json.dumps(data), name="changes"))]
    found = ns.compare(pair[0], pair[1], question)
    before, after = (_answer(one) for runs in pair for one in ns.answers(runs) if one.id == question)
    return {**_about(pair[0]), "as_it_is": before, "changed": after, "difference": str(found)}


def _about(runs: ns.Runs) -> dict[str, Any]:
    facts = {"scenario": runs.scenario.name, "replications": runs.replications, "seed": runs.seed}
    return {**facts, "partial": True} if runs.note else facts


def _answer(one: ns.Answer) -> dict[str, Any]:
    value = one.value if math.isfinite(one.value) else None
    said = {"id": one.id, "text": one.text, "by": one.by, "value": value, "printed": one.rounded()}
    return {**said, "interval": one.interval(), "range": one.range(), "words": one.words, "notes": list(one.notes)}


def server() -> Any:
    """Return the server with its tools; where the package mcp is missing, the error has the line that installs it."""
    try:
        from mcp.server import MCPServer
    except ImportError:
        raise ImportError(
            "negsim mcp needs the package mcp, version 2; install it: pip install 'negsim[mcp]'"
        ) from None
    made = MCPServer("negsim", instructions=INSTRUCTIONS, version=ns.__version__, log_level="ERROR")
    for tool in (guide, schema, templates, validate, run, why, compare):
        made.tool(name=tool.__name__, structured_output=False)(_limited(tool))
    return made
