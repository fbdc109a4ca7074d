"""A kind of question is one row: here a new one is added, and every room knows it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import on_every_engine

import negsim as ns
from negsim.model.kinds import KINDS, Kind
from negsim.report.prism import export_prism


@pytest.fixture
def lacks() -> Iterator[Kind]:
    kind = Kind(
        name="lacks",
        asks="is the condition false on a date",
        record="at",
        share=True,
        mean="values",
        most="share",
        recorded=lambda condition: ~condition,
        csl="P=? [ F[{by},{by}] {label} ]",
    )
    KINDS[kind.name] = kind
    yield kind
    del KINDS[kind.name]


def asking() -> ns.Scenario:
    """The toy with one question of a kind that ships, and its opposite of the new kind."""
    toy = ns.load("toy")
    kinds = [("there", "holds"), ("missing", "lacks")]
    more = [ns.Question(name=name, kind=kind, condition="ceasefire.agreed", by="30 days") for name, kind in kinds]
    return ns.Scenario("toy", start=toy.start, end=toy.end, zone=toy.zone, parts=[*toy.parts, *more])


@pytest.mark.usefixtures("lacks")
def test_a_new_kind_is_simulated_counted_solved_printed_saved_and_exported() -> None:
    scenario = asking()
    assert ns.loads(ns.dumps(scenario)) == scenario
    for keep in ("all", "counts"):
        runs = ns.simulate(scenario, replications=400, seed=3, keep=keep)
        there, missing = runs.probability("there"), runs.probability("missing")
        assert there.hits + missing.hits == 400
        assert 0 < missing.hits < 400
        assert runs.mean("missing").value == missing.value
    solution = ns.solve(scenario)
    assert solution.probability("missing").value == pytest.approx(1 - solution.probability("there").value, abs=1e-12)
    rows = {row.id: row for row in ns.answers(runs)}
    assert rows["missing"].is_share
    assert str(export_prism(scenario, stages=20).properties).count("P=? [ F[") == 2
    assert not [finding for finding in ns.lint(scenario) if "missing" in str(finding) and "kind" in str(finding)]


@pytest.mark.usefixtures("lacks")
@on_every_engine
def test_every_engine_records_it(engine: str) -> None:
    runs = ns.simulate(asking(), replications=50, seed=1, engine=engine)
    assert (runs.answers("missing")[0] == ~runs.answers("there")[0]).all()


@pytest.mark.usefixtures("lacks")
def test_what_does_not_go_with_it_is_said() -> None:
    with pytest.raises(ns.errors.ScenarioError, match=r"after goes with kind .*, not with 'lacks'"):
        ns.Question(name="q", kind="lacks", condition="memorandum", after="2 days")
    with pytest.raises(ns.errors.ScenarioError, match=r"is not one of .*lacks.*did you mean 'lacks'"):
        ns.Question(name="q", kind="lack", condition="memorandum")


def test_nobody_compares_the_names_of_kinds() -> None:
    """The rows are asked; a comparison with a name of a kind would be one more list to keep."""
    root = Path(ns.__file__).parent
    found = []
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith(
                ("question.kind", "posed.kind", ".row.name")
            ):
                named = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
                found += [f"{path.name}: {ast.unparse(node)}" for name in named if name in KINDS]
    assert found == []
