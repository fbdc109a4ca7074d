"""Results in a file: plain arrays, a manifest and the scenario itself, so that what is loaded answers everything.

Whose results they are stands in the manifest; the scenario stands in it as TOML, and the tables of the program are made anew
from it and compared.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

import negsim
from negsim import errors
from negsim.engines import Job, prepare
from negsim.engines.blocks import ARRAYS, Block, empty_block
from negsim.errors import FileError, NegsimError, SimulationError
from negsim.errors.problems import short
from negsim.estimates import Estimate
from negsim.files import dumps, loads
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.program import Program, lower
from negsim.program.drawn import DrawnRows, parameter_rows
from negsim.results.archive import FORMAT, Arrays, checksum, in_bytes, read, replaced
from negsim.results.counted import CountedRuns
from negsim.results.runs import Runs
from negsim.results.solved import Solved
from negsim.results.tally import Tally

__all__ = ["KINDS", "Kept", "estimate_of", "facts_of", "head_of", "load_results", "manifest", "runs_of", "save_runs"]

PLAIN = ("seed", "drawn", "engine", "note", "seconds", "max_events", "requested")


def save_runs(runs: Any, path: str | os.PathLike[str]) -> None:
    """Write results to a file, which is replaced whole or not at all (see `Results.save`)."""
    name = short(os.fspath(path), quote=False)
    arrays, head = _packed(runs)
    # Refused before anything is written: a file that cannot be read again is worse than none.
    text = _scenario_text(runs, name)
    head |= {
        "format": FORMAT,
        "versions": {"negsim": negsim.__version__, "numpy": np.__version__},
        "scenario": {"name": runs.scenario.name, "sha256": hashlib.sha256(dumps(runs.scenario).encode()).hexdigest()},
        "asked": _beside(runs),
        "program": runs.program.fingerprint(),
        "arrays": {key: checksum(array) for key, array in arrays.items()},
    }
    every = {"manifest": in_bytes(json.dumps(head, sort_keys=True)), "scenario": in_bytes(text), **arrays}
    replaced(Path(path), every, name)


@dataclass(frozen=True, slots=True)
class Kept:
    """How results of a kind are kept: to arrays and plain data, and back.

    Attributes
    ----------
    pack : function
        From the results to arrays by name and a dictionary for JSON.
    unpack : function
        From that dictionary, the arrays, the scenario and the program to the results.
    """

    pack: Callable[[Any], tuple[Arrays, dict[str, Any]]]
    unpack: Callable[[dict[str, Any], Arrays, Scenario, Program], Any]


def load_results(path: str | os.PathLike[str], words: Iterable[type] = ()) -> Any:
    """Read results of any kind that is known; see `negsim.learning.saved.load_runs`."""
    name = short(os.fspath(path), quote=False)
    head, text, arrays = read(path, name, KINDS)
    try:
        scenario, program = _whose(head, text, tuple(words), name)
        found = KINDS[head["kind"]].unpack(head, arrays, scenario, program)
    except FileError:
        raise
    except (NegsimError, KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise FileError(f"{name}: damaged ({error}); save the results anew") from None
    return found


def manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Whose results a file holds, without loading them: scenario, seed, versions, sizes.

    Raises
    ------
    FileError
        As `load_runs`.
    """
    return read(path, short(os.fspath(path), quote=False), KINDS, only_head=True)[0]


# ---- what there is to write ----


def _packed(runs: Any) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and plain data of results of a kind that can be saved."""
    kind = type(runs).__name__
    if kind not in KINDS:
        raise FileError(f"results of kind {kind} cannot be saved; save those that they were made of")
    arrays, head = KINDS[kind].pack(runs)
    return arrays, {"kind": kind, "draws": _draws(runs.rows, arrays), **head}


def head_of(runs: Any) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and plain data of histories."""
    arrays = {f"block/{name}": getattr(runs.block, name) for name in ARRAYS}
    known = {one.name for one in fields(Runs)} - {"scenario", "program", "rows", "block", *PLAIN}
    arrays |= {f"beside/{name}": getattr(runs, name) for name in sorted(known) if getattr(runs, name) is not None}
    return arrays, {**_plain(runs), "failures": _failures(runs), "traces": len(runs.traces)}


def _pack_counts(runs: Any) -> tuple[Arrays, dict[str, Any]]:
    arrays = {f"tally/{name}": array for name, array in runs.tally.arrays().items()}
    return arrays, {**_plain(runs), "failures": _failures(runs)}


def _pack_solved(solved: Any) -> tuple[Arrays, dict[str, Any]]:
    found = {name: [asdict(one) for one in several] for name, several in solved.found.items()}
    names = ("seed", "drawn", "engine", "note", "seconds", "level")
    head = {name: getattr(solved, name) for name in names}
    weights = {name: list(several) for name, several in solved.weights.items()}
    return {}, {**head, "found": found, "weights": weights, "refused": dict(solved.refused)}


def _plain(runs: Any) -> dict[str, Any]:
    return {name: getattr(runs, name) for name in PLAIN}


def _failures(runs: Any) -> list[list[Any]]:
    return [[type(one).__name__, one.message, one.action, one.time, one.replication] for one in runs.failures]


def _draws(rows: Sequence[Any], arrays: Arrays) -> int:
    """How many rows of parameters; those that cannot be drawn again from the seed are written down."""
    if not isinstance(rows, DrawnRows):
        arrays["rows"] = np.array([list(row) for row in rows], dtype=np.float64).reshape(len(rows), -1)
    return len(rows)


def _asked_beside(runs: Any) -> list[Question]:
    own = runs.scenario.expanded.questions
    return [entry.question for name, entry in runs.program.probes.asked.items() if name not in own]


def _beside(runs: Any) -> list[str]:
    return [question.name for question in _asked_beside(runs)]


def _scenario_text(runs: Any, name: str) -> str:
    """The scenario with all questions that were asked, as TOML; refused where its tables would not be the same."""
    beside = _asked_beside(runs)
    if lower(runs.scenario, beside).fingerprint() != runs.program.fingerprint():
        raise FileError(
            f"{name}: these results are of other tables than their scenario has; save those of simulate(...)"
        )
    return dumps(replace(runs.scenario, parts=[*runs.scenario.parts, *beside]))


# ---- what a file has ----


def _whose(head: dict[str, Any], text: str, words: tuple[type, ...], name: str) -> tuple[Scenario, Program]:
    """The scenario, and the program that its results are of."""
    # Further questions are in the text too, so that the vocabulary's own reader reads them; here they are taken out.
    whole = loads(text, words=words)
    beside = list(head["asked"])
    asked = {part.name: part for part in whole.parts if isinstance(part, Question)}
    scenario = replace(whole, parts=[part for part in whole.parts if part.name not in beside or part.name not in asked])
    if hashlib.sha256(dumps(scenario).encode()).hexdigest() != head["scenario"]["sha256"]:
        raise FileError(f"{name}: damaged (the scenario is not the one of the manifest); save the results anew")
    program = lower(scenario, [asked[one] for one in beside])
    if program.fingerprint() != head["program"]:
        made = head["versions"]["negsim"]
        raise FileError(
            f"{name}: negsim {made} saved it, and negsim {negsim.__version__} reads its scenario otherwise; simulate anew"
        )
    return scenario, program


def runs_of(
    head: dict[str, Any], arrays: Arrays, scenario: Scenario, program: Program, kind: type[Runs] = Runs, **more: Any
) -> Runs:
    """Histories of a kind from arrays and plain data."""
    facts = facts_of(head, arrays, scenario, program)
    like = empty_block(program, Job(seed=head["seed"], replications=range(0), rows=facts["rows"]))
    blocks: dict[str, Any] = {name: arrays[f"block/{name}"] for name in ARRAYS}
    n = len(blocks["failed"])
    for name, array in blocks.items():
        # A file may be whole and yet of another layout: an index beyond the arrays would be found out too late.
        wanted = getattr(like, name)
        lean = name in ("counts", "final") and array.shape == (n, 0)  # keep="answers" has neither
        if array.dtype != wanted.dtype or (array.shape != (n, *wanted.shape[1:]) and not lean):
            raise ValueError(f"{name} has the shape {array.shape}")
        array.flags.writeable = False
    beside: dict[str, Any] = {
        key.partition("/")[2]: array for key, array in arrays.items() if key.startswith("beside/")
    }
    runs = kind(block=Block(**blocks, failures=_failed(head)), **facts, **beside, **more)
    runs.block.traces += _traces(runs, int(head["traces"]))
    return runs


def _unpack_counts(head: dict[str, Any], arrays: Arrays, scenario: Scenario, program: Program) -> CountedRuns:
    facts = facts_of(head, arrays, scenario, program)
    found = {key.partition("/")[2]: array for key, array in arrays.items() if key.startswith("tally/")}
    tally = Tally.empty(program, found["edges"], len(facts["rows"]))
    for name, array in tally.arrays().items():
        if name != "sums" and (array.shape != found[name].shape or array.dtype != found[name].dtype):
            raise ValueError(f"{name} has the shape {found[name].shape}")
    tally.fill(found)
    tally.failures = _failed(head)
    return CountedRuns(tally=tally, **facts)


def _unpack_solved(head: dict[str, Any], arrays: Arrays, scenario: Scenario, program: Program) -> Solved:
    found = {name: tuple(estimate_of(one) for one in several) for name, several in head["found"].items()}
    return Solved(
        scenario=scenario,
        program=program,
        rows=_rows(head, arrays, program),
        found=found,
        weights={name: tuple(several) for name, several in head["weights"].items()},
        refused=head["refused"],
        **{name: head[name] for name in ("drawn", "seed", "engine", "level", "seconds", "note")},
    )


KINDS: dict[str, Kept] = {
    "Runs": Kept(head_of, runs_of),
    "CountedRuns": Kept(_pack_counts, _unpack_counts),
    "Solved": Kept(_pack_solved, _unpack_solved),
}
"""By the names of their classes; whoever has results of another kind adds how they are kept."""


def facts_of(head: dict[str, Any], arrays: Arrays, scenario: Scenario, program: Program) -> dict[str, Any]:
    """What results of every kind have."""
    plain = {name: head[name] for name in PLAIN}
    return {"scenario": scenario, "program": program, "rows": _rows(head, arrays, program), **plain}


def _rows(head: dict[str, Any], arrays: Arrays, program: Program) -> Sequence[tuple[float, ...]]:
    if "rows" not in arrays:
        return parameter_rows(program, head["seed"], head["draws"])
    rows = tuple(tuple(row) for row in arrays["rows"].tolist())
    if not rows or len(rows[0]) != len(program.parameters):
        raise ValueError(f"rows of {len(rows[0]) if rows else 0} parameters")
    return rows


def estimate_of(one: dict[str, Any]) -> Estimate:
    """An estimate from plain data."""
    pairs = {name: tuple(value) for name, value in one.items() if isinstance(value, list)}
    return Estimate(**{**one, **pairs})


def _failed(head: dict[str, Any]) -> list[SimulationError]:
    found = []
    for kind, message, action, time, replication in head["failures"]:
        known = getattr(errors, kind, SimulationError)
        known = known if isinstance(known, type) and issubclass(known, SimulationError) else SimulationError
        found.append(known(message, action=action, time=time, replication=replication))
    return found


def _traces(runs: Runs, count: int) -> list[Any]:
    """Full logs are no arrays: they follow from the seed, and are told again."""
    if not count:
        return []
    job = Job(
        seed=runs.seed,
        replications=range(min(count, runs.replications)),
        rows=runs.rows,
        contested=() if runs.drawn else runs.program.contested,
        trace=count,
        max_events=runs.max_events,
        stop_at_failure=False,
    )
    return list(prepare("reference", runs.program).run(job).traces)
