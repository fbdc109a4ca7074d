"""The table of engines: what each can do is asked of its columns, by nobody of its name, and answers have one protocol."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

import negsim as ns
from negsim.engines import ENGINES, SolveJob, choose, prepare_solver, simulating, solving
from negsim.errors import EngineError, NotRecorded
from negsim.program import lower

ROOT = Path(ns.__file__).parent
SOLVING = {name for name, engine in ENGINES.items() if engine.solves}


def compared(source: str) -> list[int]:
    """Lines that compare something to the name of an engine that solves, or hold it among others."""
    found = []
    for node in ast.walk(ast.parse(source)):
        asks = isinstance(node, ast.Compare) and not _is_kind(node)
        if asks and any(isinstance(one, ast.Constant) and one.value in SOLVING for one in ast.walk(node)):
            found.append(node.lineno)
    return found


def _is_kind(node: ast.Compare) -> bool:
    """A comparison of the kind of an estimate: what its range stands for, and not who computed it."""
    return isinstance(node.left, ast.Attribute) and node.left.attr == "kind"


def test_nobody_asks_for_the_exact_engine_by_name() -> None:
    asking = {str(path.relative_to(ROOT)): compared(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}
    assert {name: lines for name, lines in asking.items() if lines} == {}


@pytest.mark.parametrize("line", ['if engine == "exact": pass', 'x = name in ("auto", "exact")', 'y = "exact" != z'])
def test_a_planted_question_for_its_name_is_found(line: str) -> None:
    assert compared(line) == [1]
    assert compared('if estimate.kind == "exact": pass') == []


def test_every_engine_simulates_or_solves_and_is_made_of_a_program() -> None:
    assert all(engine.simulates != engine.solves for engine in ENGINES.values())
    assert set(simulating()) | set(solving()) <= set(ENGINES)
    toy = ns.load("toy")
    program = lower(toy)
    for name in solving():
        solution = prepare_solver(name, program).solve(SolveJob(scenario=toy, values=program.best(), max_states=1_000))
        assert solution.program is program
        assert solution.answer("talks_day_5").value == pytest.approx(-math.expm1(-1.5), abs=1e-12)


def test_an_engine_that_solves_is_not_simulated_with() -> None:
    for name in solving():
        with pytest.raises(EngineError, match=r"tells no histories; use solve\(scenario\)"):
            choose(name, lower(ns.load("toy")))
        with pytest.raises(EngineError, match="tells no histories"):
            ns.simulate(ns.load("toy"), engine=name, replications=2)


def test_simulated_and_solved_answers_have_one_protocol() -> None:
    toy = ns.load("toy")
    exact, runs = ns.solve_answers(toy), ns.simulate(toy, replications=400, seed=1)
    counted = ns.simulate(toy, replications=400, seed=1, keep="counts")
    rows = [ns.answers(results) for results in (exact, runs, counted)]
    assert [[row.id for row in table] for table in rows] == [[row.id for row in rows[0]]] * 3
    for row in rows[0]:
        assert exact.row(row.id).value == row.value
        assert runs.row(row.id).low <= row.value <= runs.row(row.id).high
    with pytest.raises(NotRecorded, match="'nothing' was not asked"):
        exact.row("nothing")
