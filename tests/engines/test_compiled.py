"""The compiled engine's own parts: draws, laws, lowering, workspaces. That it agrees with the other engine is tested
in test_bitwise.py."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim import laws as laws_of
from negsim.engines import Job, available, prepare
from negsim.engines.blocks import TOLD
from negsim.engines.reference.population import ReferencePopulation
from negsim.engines.reference.world import World
from negsim.errors import EngineError, LawError
from negsim.laws import Law, cumulative_hazard, inverse_hazard, upper_quantile
from negsim.laws.draws import Stream, stream_key, uniforms_array
from negsim.model.expressions import all_of, any_of, at_least, parse
from negsim.program import Bound, lower

if not available("compiled"):
    pytest.skip("no C compiler made the compiled engine", allow_module_level=True)

from engines.bits import assert_same, both, differences
from engines.stories import crowd, order, state, tale

from negsim.engines.compiled import layouts, loop, tables
from negsim.engines.compiled.population import CompiledPopulation


def test_worked_example_of_a_draw() -> None:
    key = np.array(stream_key(1, "action", "russia.deliver_memorandum"), dtype=np.uint32)
    assert loop.draw(0, 0, key) == (0.4763877629653467, 0.5477058471340833)


words = st.integers(0, 2**16 - 1)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**63 - 1), st.integers(0, 2**32 - 1), words, words)
def test_draws_are_those_of_the_streams(
    seed: int, replication: int, occurrence: int, purpose: int, branch: int
) -> None:
    stream = Stream(seed, "action", "talk")
    key = np.array(stream.key, dtype=np.uint32)
    assert loop.draw(replication, occurrence, key) == stream.uniforms(replication, occurrence)
    last = branch * 2**16 + purpose
    assert loop.draw(replication, occurrence, key, last) == stream.uniforms(replication, occurrence, purpose, branch)


@pytest.mark.parametrize("most", [0, 1, 2])
def test_wider_registers_draw_the_same(most: int) -> None:
    rng = np.random.default_rng(5)
    key = np.array(stream_key(9, "action", "x"), dtype=np.uint32)
    for occurrences in ([0] * 8, [2**32 - 1] * 8, [0, 1, 2, 77, 2**31, 2**32 - 2, 2**32 - 1, 5]):
        replications = rng.integers(0, 2**63, 8, dtype=np.uint64)
        for branches in (None, [0] * 8, [1, 2**16 - 1, 0, 7, 2**15, 300, 1, 2]):
            a, b = np.zeros(8), np.zeros(8)
            last = (
                None if branches is None else np.array([2**16 * k + i % 2 for i, k in enumerate(branches)], np.uint64)
            )
            loop.draw_batch(replications, np.array(occurrences, dtype=np.uint64), last, key, a, b, most)
            one_by_one = [
                uniforms_array(9, "action", "x", replications[[i]], k, *((i % 2, branches[i]) if branches else ()))
                for i, k in enumerate(occurrences)
            ]
            assert a.tolist() == [float(pair[0][0]) for pair in one_by_one]
            assert b.tolist() == [float(pair[1][0]) for pair in one_by_one]


def aligned(rows: int, columns: int) -> np.ndarray:
    """An array that begins at a line of the caches, as the kernel's do."""
    memory = np.empty(rows * columns + 8)
    start = -memory.ctypes.data % 64 // 8
    return memory[start : start + rows * columns].reshape(rows, columns)


@pytest.mark.parametrize("most", [0, 1, 2])
@pytest.mark.parametrize("rows", [1, 2, 7, 64])
def test_the_first_of_the_smallest_comes_next(most: int, rows: int) -> None:
    rng = np.random.default_rng(rows)
    due = aligned(rows, 264)
    for values in ([1.0, 2.0, np.inf], [np.inf], [0.0, 5e-324, 1e300], rng.random(50)):
        due[:] = rng.choice(values, due.shape)  # many are equal
        when, which = np.zeros(8), np.zeros(8, dtype=np.int64)
        loop.scan_columns(due, when, which, most)
        assert which.tolist() == due[:, :8].argmin(axis=0).tolist()
        assert when.tolist() == due[:, :8].min(axis=0).tolist()


FAMILIES: dict[str, tuple[tuple[float, ...], ...]] = {
    "exponential": ((0.3,), (7.0,)),
    "weibull": ((2.0, 5.0), (0.6, 30.0)),
    "gamma": ((2.5, 3.0), (0.4, 1.0)),
    "erlang": ((3.0, 2.0), (1.0, 0.5)),
    "lognormal": ((1.6, 0.8), (-2.0, 2.5)),
    "uniform": ((0.0, 6.0), (1.0, 9.0)),
    "triangular": ((0.0, 2.0, 9.0), (1.0, 1.0, 4.0), (0.0, 5.0, 5.0)),
    "pert": ((0.0, 3.0, 10.0), (2.0, 2.0, 3.0)),
    "normal": ((0.5, 2.0),),
    "beta": ((2.0, 3.0), (0.5, 0.5)),
}
BOUNDS: tuple[tuple[float | None, float | None], ...] = ((None, None), (0.75, None), (None, 4.0), (0.5, 3.5))


def every_law() -> list[Law]:
    found = []
    for family, rows in FAMILIES.items():
        for params in rows:
            for low, high in BOUNDS:
                # a probability of never of 0 that was said has the formulas of one above 0
                clock = family not in ("normal", "beta")
                for never, mixed in ((0.0, False), (0.0, True), (0.3, True), (1.0, True)) if clock else ((0.0, False),):
                    try:
                        found.append(Law(family, params, low=low, high=high, never=never, mixed=mixed))
                    except LawError:
                        continue  # nothing left between the bounds
    return found


def arguments(count: int) -> np.ndarray[Any, Any]:
    """Ages and hazards on all scales, and the corners."""
    rng = np.random.default_rng(11)
    corners = [0.0, 5e-324, 1e-300, 0.5, 0.75, 1.0, 2.0, 3.5, 4.0, 9.0, 36.7, 700.0, 1e300, np.inf]
    return np.concatenate(
        [corners, rng.uniform(0, 10, count), rng.exponential(1.0, count), 10 ** rng.uniform(-9, 3, count)]
    )


def check_laws(count: int) -> int:
    laws = every_law()
    prepared = tables.law_rows([Bound(tuple(laws))])
    loop.prepare(prepared)
    done = 0
    for number, law in enumerate(laws):
        said = (
            {}
            if law.family in ("normal", "beta")
            else {
                "hazard": cumulative_hazard(law),
                "inverse": inverse_hazard(law),
                "rate": laws_of.log_hazard_rate(law),
            }
        )
        said["density"] = laws_of.log_density(law)
        if not law.defective:
            said["quantile"] = upper_quantile(law)
        for what, function in said.items():
            for x in arguments(count).tolist():
                if what == "quantile":
                    x = 1.0 / (1.0 + x) if 0.0 < x < 1e15 else 0.25
                ours, theirs = loop.law_value(prepared, number, what, x), function(x)
                assert ours == theirs or (ours != ours and theirs != theirs), (law, what, x)
                done += 1
    return done


def test_laws_are_transcribed_alike() -> None:
    assert check_laws(40) > 30_000


@pytest.mark.slow
def test_laws_are_transcribed_alike_on_a_million_arguments() -> None:
    assert check_laws(1500) > 1_000_000


def test_layouts_are_those_of_the_compiler() -> None:
    assert {name: layouts.LAYOUTS[name].itemsize for name in loop.SIZES} == loop.SIZES
    found = {
        (name, field): (at, kind.itemsize)
        for name, layout in layouts.LAYOUTS.items()
        for field, (kind, at, *_) in (layout.fields or {}).items()
    }
    assert found == loop.PLACES


def test_conditions_become_masks_where_they_fit() -> None:
    facts = [ns.Fact(f"f{i}") for i in range(70)]
    guards = [
        all_of(*facts[:40]),  # one word
        all_of(*facts[30:]),  # two words
        any_of(*facts[:5]),
        ~any_of(*facts[:5]),
        at_least(2, *facts[:4]),
        at_least(30, *facts[:40]),  # too many conjunctions
        parse("f1 if f2 else f3"),
        parse("f1 and not f1"),
        at_least(0, facts[0]),
        at_least(3, facts[0]),
    ]
    parts = [ns.Action(name=f"a{i}", clock=ns.Exponential(1.0), when=guard) for i, guard in enumerate(guards)]
    flips = [ns.Action(name=f"x{i}", clock=ns.Exponential(0.3), effects=[f"f{i} = not f{i}"]) for i in range(70)]
    assert assert_same(tale(*facts, *parts, *flips), count=20).counts.sum() > 3000


def test_deep_and_long_expressions() -> None:
    long = " + ".join(["v", *(f"{i} * 0.25" for i in range(150))])
    deep = ns.Level("v") + 0
    for i in range(400):
        deep = 1 - (deep + i % 3) * 0.5
    wide = parse(f"min({', '.join(f'n - {i % 7}' for i in range(100))})")
    nested = parse("n > 1")
    for i in range(240):
        nested = any_of(ns.Counter("n") > i + 40, all_of(nested, ns.Counter("n") > i % 5))
    values = [
        ns.Question(name=f"q{i}", kind="value", condition=tree, by=9) for i, tree in enumerate((long, deep, wide))
    ]
    parts = [
        ns.Counter("n"),
        ns.Level("v"),
        ns.Action(name="tick", clock=ns.Exponential(2.0), effects=["n += 1", "v += 0.3"]),
    ]
    assert_same(tale(*parts, *values, ns.Question(name="c", condition=nested)), count=10)


def test_outcomes_without_lists_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything reads everything, lists per outcome would be too long."""
    from negsim.engines.compiled import readers

    scenarios = (order(), state(), crowd(30))
    apart = [prepare("compiled", lower(one)).run(job(lower(one))) for one in scenarios]
    monkeypatch.setattr(readers, "MOST_LISTED", 0)
    for one, block in zip(scenarios, apart, strict=True):
        assert not differences(prepare("compiled", lower(one)).run(job(lower(one))), block)


def job(program: Any, **said: Any) -> Job:
    return Job(**{"seed": 4, "replications": range(30), "rows": (program.best(),), "trace": 30, **said})


def test_blocks_do_not_depend_on_what_a_kernel_ran_before() -> None:
    program = lower(state())
    rows = (program.best(), tuple(0.7 * float(x) for x in program.best()))
    kernel = prepare("compiled", program)
    wanted = job(program, rows=rows)
    first = prepare("compiled", program).run(wanted)
    for other in (job(program, seed=5), job(program, rows=rows[1:]), wanted):
        kernel.run(other)
        assert not differences(kernel.run(wanted), first)


def test_a_workspace_that_an_exception_left_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    program = lower(state())
    kernel: Any = prepare("compiled", program)
    first = kernel.run(job(program))
    assert len(kernel.idle) == 1

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CompiledPopulation, "log", interrupted)
        with pytest.raises(KeyboardInterrupt):
            kernel.run(job(program))
    assert not kernel.idle
    assert not differences(kernel.run(job(program)), first)


def unlucky(share: float) -> ns.Scenario:
    """A scenario of which this share of the histories fails at the start of day 2."""
    zero = ns.Action(name="zero", clock=ns.On(2.0), when="luck", effects=["n = 1 / n - 1"])
    return tale(ns.Fact("luck", ns.chance(share)), ns.Counter("n"), zero, end=3)


def test_failures_are_told_by_one_world_and_the_first_twenty_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the blocks and workers are, and on both engines."""
    made: list[int] = []
    make = World.__init__

    def count(self: World, *said: Any) -> None:
        made.append(1)
        make(self, *said)

    monkeypatch.setattr(World, "__init__", count)
    told = []
    for said in ({"workers": 1}, {"workers": 3, "block": 37}, {"workers": 2, "block": 250}, {"engine": "reference"}):
        made.clear()
        runs = ns.simulate(unlucky(0.2), replications=1000, seed=7, on_error="count", **said)
        assert len(made) == 1
        assert [error.replication for error in runs.failures] == runs.block.failed.nonzero()[0].tolist()
        told.append([(type(error), str(error), error.action, error.time) for error in runs.failures])
    assert told[0] == told[1] == told[2] == told[3]
    first, rest = told[0][:TOLD], told[0][TOLD:]
    assert all(kind is ns.errors.EvaluationError and "1 / n" in text and time == 2.0 for kind, text, _, time in first)
    assert len(rest) > 100
    assert all(kind is ns.errors.SimulationError and "replay(runs, " in text for kind, text, _, _ in rest)
    with pytest.raises(ns.errors.EvaluationError, match="1 / n"):
        ns.replay(runs, runs.failures[TOLD].replication)


def test_words_cost_twenty_histories_a_run_however_many_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is dear about a failure is its history on the reference engine: 20 of them, also after a resume."""
    told: list[int] = []
    go = ReferencePopulation.go

    def count(self: ReferencePopulation, *rest: Any) -> None:
        told.extend(self.job.replications)
        go(self, *rest)

    monkeypatch.setattr(ReferencePopulation, "go", count)
    scenario, asked = unlucky(0.2), {"seed": 7, "on_error": "count", "engine": "compiled", "workers": 2}
    for said in ({"keep": "all"}, {"keep": "answers"}, {"keep": "counts"}):
        for block in (1000, 40, 7):
            told.clear()
            runs = ns.simulate(scenario, replications=1000, block=block, **said, **asked)
            assert len(runs.failures) >= TOLD
            assert told == [error.replication for error in runs.failures[:TOLD]]
            assert all("1 / n" in str(error) for error in runs.failures[:TOLD])
        told.clear()
        path = tmp_path / said["keep"]
        for replications in (30, 60, 1000):
            runs = ns.simulate(scenario, replications=replications, block=7, checkpoint=path, **said, **asked)
        assert told == [error.replication for error in runs.failures[:TOLD]]
    # few failures, each in a block of its own: the words of all of them, and no history more
    told.clear()
    runs = ns.simulate(unlucky(0.004), replications=1000, block=10, **asked)
    assert 0 < len(runs.failures) < TOLD
    assert told == [error.replication for error in runs.failures]


def test_failures_stand_in_the_order_of_the_rows() -> None:
    program = lower(unlucky(0.3))
    numbers = np.random.default_rng(3).permutation(60).tolist()
    blocks = both(program, job(program, replications=numbers, stop_at_failure=False, trace=5))
    assert not differences(*blocks)
    failed = blocks[0].failed
    assert [error.replication for error in blocks[1].failures] == [numbers[i] for i in failed.nonzero()[0]]
    assert failed.sum() > 5
    # the first to fail is the first of the rows and not the smallest number
    for engine in ("reference", "compiled"):
        with pytest.raises(ns.errors.SimulationError) as caught:
            prepare(engine, program).run(job(program, replications=numbers, trace=0))
        assert caught.value.replication == numbers[failed.argmax()]


def test_threads_share_a_kernel() -> None:
    program = lower(ns.load("istanbul-2025"))
    kernel = prepare("compiled", program)
    jobs = [job(program, replications=range(k, k + 200), trace=0) for k in range(0, 4000, 200)]
    alone = [kernel.run(one) for one in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(kernel.run, jobs))
    for one, two in zip(alone, together, strict=True):
        assert not differences(one, two)


def test_the_loop_runs_without_the_lock() -> None:
    """Python goes on in another thread while one long block runs."""
    program = lower(crowd(200, end=40))
    kernel = prepare("compiled", program)
    done, ticks = threading.Event(), 0

    def work() -> None:
        kernel.run(job(program, replications=range(60), trace=0))
        done.set()

    before = sys.getswitchinterval()
    sys.setswitchinterval(60)  # nobody is made to give the lock away
    try:
        thread = threading.Thread(target=work)
        thread.start()
        while not done.wait(0.005):
            ticks += 1
        thread.join()
    finally:
        sys.setswitchinterval(before)
    assert ticks >= 2


def test_empty_programs() -> None:
    block = assert_same(tale(ns.Fact("a")), count=9)
    assert block.events.sum() == 0
    assert prepare("compiled", lower(tale())).run(job(lower(tale()), replications=[])).first.shape == (0, 0)


def test_other_sources_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from negsim.engines.compiled import machine

    monkeypatch.setitem(loop.SIZES, "Law", 8)
    with pytest.raises(EngineError, match=r"Law.*build it again"):
        machine._check_layouts()


def test_fields_that_changed_places_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of the row is what it was."""
    from negsim.engines.compiled import machine

    low, high = loop.PLACES["Slot", "low"], loop.PLACES["Slot", "high"]
    monkeypatch.setitem(loop.PLACES, ("Slot", "low"), high)
    monkeypatch.setitem(loop.PLACES, ("Slot", "high"), low)
    with pytest.raises(EngineError, match=r"Slot.*build it again"):
        machine._check_layouts()
