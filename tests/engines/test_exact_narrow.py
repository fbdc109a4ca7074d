"""States expanded one by one, where a frontier is narrow, and over arrays: the same graph."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.engines.exact import memory
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.narrow import Narrow
from negsim.errors import ScenarioError

facts = ("a", "b")
conditions = st.sampled_from(["true", "a", "not b", "n < 3", "a and n > 0", "t > 0", "at_least(1, a, b, n == 2)"])
effects = st.lists(
    st.sampled_from(["a = true", "a = not b", "b = a", "b = false", "n = min(n + 1, 4)", "n = max(n - 1, 0)", "n = 2"]),
    min_size=1,
    max_size=3,
    unique_by=lambda text: text[0],
)
levels = st.sampled_from([[], [], ["t += 0.4"], ["t -= 0.3"], ["t = 0.7 * t + n"]])
factors = st.sampled_from(["1", "1", "2 if a else 0.5", "n", "clip(t, 0, 1)", "rate"])


@st.composite
def actions(draw: Any, name: str) -> ns.Action:
    more: dict[str, Any] = {"limit": draw(st.sampled_from([None, None, 2]))}
    if draw(st.booleans()):
        more["outcomes"] = [
            ns.Outcome(
                name=f"o{k}", weight=draw(st.sampled_from(["1", "0.5 + n", "2 if b else 1"])), effects=draw(effects)
            )
            for k in range(2)
        ]
        more["effects"] = draw(levels)
    else:
        more["effects"] = [*draw(effects), *draw(levels)]
    clock = ns.Exponential(draw(st.sampled_from([0.2, 1, "rate"])))
    return ns.Action(name=name, when=draw(conditions), clock=clock, pace=draw(factors), speed=draw(factors), **more)


@st.composite
def scenarios(draw: Any) -> ns.Scenario:
    """Everything that states are expanded one by one for: outcomes, limits, grids, monitors of every sort, counts."""
    parts = [
        *(ns.Fact(name, initial=draw(st.sampled_from([False, True, ns.chance(0.4)]))) for name in facts),
        ns.Counter("n", initial=draw(st.integers(0, 2))),
        ns.Level("t", initial=0, low=-1, high=1, step=0.2),
        ns.Parameter("rate", 0.7),
        *(draw(actions(f"x{k}")) for k in range(draw(st.integers(2, 4)))),
        ns.Action(name="dated", when=draw(conditions), clock=ns.On(1, 3), effects=["b = not b"]),
        ns.Question(
            name="reached", condition=draw(conditions), by=4, throughout=draw(st.sampled_from([None, "n < 4"]))
        ),
        ns.Question(name="turns", kind="happens", condition=draw(conditions), by=5),
        ns.Question(name="often", kind="fired", action="x0", at_least=2, by=5),
        ns.Question(name="count", kind="fired", action="x1", by=5),
        ns.Question(name="value", kind="value", condition="t + n", by=4),
    ]
    try:
        return ns.Scenario("narrow", start="2025-01-01", end=6, parts=parts)
    except ScenarioError:
        assume(False)
        raise


def spoken(graph: Graph) -> dict[Any, Any]:
    """Transitions and tallies by the states themselves, whatever their numbers."""
    rows = [tuple(row) for row in graph.rows.tolist()]
    found: dict[Any, Any] = {}
    for kind, edges in (("rates", graph.rates), *graph.steps.items()):
        columns = (edges.source.tolist(), edges.target.tolist(), edges.flags.tolist(), edges.mass[:, 0].tolist())
        for source, target, flags, mass in zip(*columns, strict=True):
            key = kind, rows[source], rows[target], flags
            assert key not in found
            found[key] = mass
    for row, tally in zip(rows, graph.tallies.tolist(), strict=True):
        found |= {("tally", row, column): value for column, value in enumerate(tally)}
    return found


def graphs(scenario: ns.Scenario) -> list[dict[Any, Any]]:
    solution = ns.solve(scenario)
    for name in scenario.expanded.questions:
        solution.answer(name)
    return [spoken(graph) for _, _, graph in solution.graphs]


@settings(max_examples=60)
@given(scenario=scenarios())
def test_one_by_one_and_over_arrays_is_the_same(scenario: ns.Scenario) -> None:
    narrow = graphs(scenario)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("negsim.engines.exact.closure.NARROW", 0)
        wide = graphs(scenario)
    assert len(narrow) == len(wide)
    for one, other in zip(narrow, wide, strict=True):
        assert one.keys() == other.keys()
        assert all(abs(one[key] - other[key]) <= 1e-13 * abs(other[key]) for key in one)


def test_a_slip_in_one_of_the_two_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second writing is there to differ from the first where either is wrong."""
    scenario = ns.Scenario(
        "slip",
        start="2025-01-01",
        end=6,
        parts=[
            ns.Counter("n"),
            ns.Action(name="up", when="n < 3", clock=ns.Exponential(1), pace="1 + n", effects=["n += 1"]),
        ],
    )
    right = ns.solve(scenario).probability("n == 3", by=2).value
    fired = Narrow._moves

    def slipped(self: Narrow, row: Any) -> Any:
        found, tally = fired(self, row)
        return [(after, flags, rate * 1.01) for after, flags, rate in found], tally

    monkeypatch.setattr(Narrow, "_moves", slipped)
    assert abs(ns.solve(scenario).probability("n == 3", by=2).value - right) > 1e-4


def test_what_fails_one_by_one_says_why_as_over_arrays() -> None:
    scenario = ns.Scenario(
        "wrong",
        start="2025-01-01",
        end=6,
        parts=[
            ns.Counter("n", initial=3),
            ns.Action(name="up", when="n < 9", clock=ns.Exponential(1), pace="n - 5", effects=["n += 1"]),
        ],
    )
    with pytest.raises(ns.errors.EvaluationError, match=r"pace 'n - 5' is -2\.0, and must not be negative"):
        ns.solve(scenario).probability("n == 5", by=2)


def test_the_most_states_follow_the_memory_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it at 1,500 bytes a state, in bounds; a number that is asked for is kept."""
    for free, states in ((6e9, 2_000_000), (1e6, 100_000), (float("inf"), 20_000_000), (3.3e9, 1_100_000)):
        monkeypatch.setattr("negsim.engines.exact.memory._free", lambda free=free: free)
        monkeypatch.setattr("negsim.engines.exact.memory.LIMITS", ())
        assert memory.states_at_hand() == states
        assert ns.solve(ns.load("toy")).max_states == states
    assert ns.solve(ns.load("toy"), max_states=77).max_states == 77
