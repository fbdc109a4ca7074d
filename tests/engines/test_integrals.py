"""Questions of kind integral: a number added up over time."""

from __future__ import annotations

import math

import numpy as np
import pytest

import negsim as ns
from negsim.engines import available

ENGINES = [name for name in ("reference", "compiled") if available(name)]
BIRTH, END = 0.4, 10.0


def births() -> ns.Scenario:
    """A Poisson process N: the mean of its integral to t is rate * t**2 / 2, the variance rate**2 ... t**3 / 3 * rate."""
    n = ns.Counter("n")
    born = ns.Action(name="born", clock=ns.Exponential(BIRTH), effects=["n += 1"], limit=60)
    asked = [
        ns.Question(name="area", kind="integral", condition=n, by=END),
        ns.Question(name="early", kind="integral", condition=n, by=END / 2),
        ns.Question(name="below", kind="integral", condition=2 - n, by=END),
        ns.Question(name="some", kind="integral", condition=ns.where(n >= 2, 1, 0), by=END),
        ns.Question(name="held", kind="duration", condition=n >= 2, by=END),
    ]
    return ns.Scenario("births", start="2025-01-01", end=20, parts=[n, born, *asked])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_area_under_a_poisson_process(engine: str) -> None:
    """Mean rate*t^2/2, variance rate*t^3/3; six standard errors, and a wrong model (no date) beside it."""
    count = 4_000
    runs = ns.simulate(births(), replications=count, seed=3, engine=engine)
    for name, t in (("area", END), ("early", END / 2)):
        mean, spread = runs.mean(name).value, math.sqrt(BIRTH * t**3 / 3 / count)
        assert abs(mean - BIRTH * t**2 / 2) < 6 * spread
        assert abs(mean - BIRTH * 20**2 / 2) > 6 * spread, "as if it were added up to the end"
    assert runs.mean("below").value == pytest.approx(2 * END - runs.mean("area").value, abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_that_is_0_or_1_is_gathered_as_a_condition_is(engine: str) -> None:
    runs = ns.simulate(births(), replications=500, seed=3, engine=engine)
    columns = {
        name: entry.column for name, entry in runs.program.probes.asked.items() if entry.question.row.record == "held"
    }
    assert np.array_equal(runs.block.held[:, columns["some"]], runs.block.held[:, columns["held"]])


def test_the_exact_engine_has_the_same_mean() -> None:
    solved = ns.solve(births())
    for name, value in (
        ("area", BIRTH * END**2 / 2),
        ("early", BIRTH * END**2 / 8),
        ("below", 2 * END - BIRTH * END**2 / 2),
    ):
        found = solved.answer(name)
        assert abs(found.value - value) <= found.error + 1e-12
        assert found.error < 1e-6
    # P(N >= 2) over time, by parts: t - (2 - (2 + rate t) exp(-rate t)) / rate
    held = END - (2 - (2 + BIRTH * END) * math.exp(-BIRTH * END)) / BIRTH
    assert solved.answer("some").value == pytest.approx(held, abs=1e-9)


def test_it_is_a_mean_in_tables_files_and_text() -> None:
    text = ns.dumps(births())
    assert 'kind = "integral"' in text
    again = ns.loads(text)
    assert again == births()
    runs = ns.simulate(again, replications=300, seed=1)
    row = next(row for row in ns.answers(runs) if row.id == "area")
    assert row.value == runs.mean("area").value
    counts = ns.simulate(again, replications=300, seed=1, keep="counts")
    assert counts.mean("area").value == pytest.approx(runs.mean("area").value, rel=1e-12)


def test_what_lasts_through_a_snapshot() -> None:
    """Stopped and gone on from, on either engine: the same bits."""
    from negsim.engines import Job, prepare
    from negsim.program import lower

    program = lower(births())
    job = Job(seed=2, replications=range(50), rows=(program.best(),))
    whole = prepare(ENGINES[0], program).run(job).held
    for first in ENGINES:
        for second in ENGINES:
            population = prepare(first, program).begin(job)
            population.advance(3.5 * 86_400e6)
            onward = prepare(second, program).resume(population.snapshot())
            onward.advance(program.horizon)
            assert np.array_equal(onward.block().held, whole)
