"""No answer depends on who computed it: threads, processes (spawn and fork), Dask, block sizes."""

from __future__ import annotations

import multiprocessing
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

import negsim as ns
from negsim.engines.blocks import Block
from negsim.running.interrupts import Interrupted

ARRAYS = ("replications", "first", "at", "held", "fired", "counts", "final", "events", "failed")
N = 1_500


def story() -> ns.Scenario:
    """A small scenario with everything a block holds: draws, durations, firings, values, outcomes."""
    memo, talks, trust = ns.Fact("memo"), ns.Fact("talks"), ns.Level("trust", low=-3, high=3, step=0.1)
    rate = ns.Parameter("rate", 0.3, belief=ns.Gamma(shape=2, rate=4), source="test", grade="assumed")
    deliver = ns.Action(
        name="deliver", when=~memo, clock=ns.Exponential(rate), effects=[memo.set(True)], pace=ns.exp(trust)
    )
    review = ns.Action(
        name="review",
        when=memo,
        clock=ns.Every("7 days", start=5),
        outcomes=[
            ns.Outcome(name="good", weight=0.3, effects=[talks.set(True), trust.add(0.4)]),
            ns.Outcome(name="bad", weight=0.7, effects=[memo.set(False), trust.add(ns.Normal(-0.2, 0.1))]),
        ],
    )
    questions = [
        ns.Question(name="talks", condition=talks, by=20),
        ns.Question(name="when_talks", kind="when", condition=talks),
        ns.Question(name="given", condition=talks, by=20, given=memo, given_by=6),
        ns.Question(name="waited", kind="duration", condition=memo & ~talks, by=30),
        ns.Question(name="refused", kind="fired", action="review", outcome="bad", by=30),
        ns.Question(name="mood", kind="value", condition=trust, by=30),
    ]
    return ns.Scenario(
        "story", start="2025-01-01", end=40, parts=[memo, talks, trust, rate, deliver, review, *questions]
    )


def same(one: Block, two: Block) -> bool:
    """Bitwise equal arrays."""
    return all(getattr(one, name).tobytes() == getattr(two, name).tobytes() for name in ARRAYS)


@pytest.fixture(scope="module")
def alone() -> Block:
    """The answer of one worker in one block."""
    return ns.simulate(story(), replications=N, seed=5, draws=7, workers=1, block=N).block


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("block", [1, 1000, 65536])
def test_threads_and_block_sizes(alone: Block, workers: int, block: int) -> None:
    runs = ns.simulate(story(), replications=N, seed=5, draws=7, workers=workers, block=block)
    assert same(alone, runs.block)


def test_another_seed_differs(alone: Block) -> None:
    assert not same(alone, ns.simulate(story(), replications=N, seed=6, draws=7).block)


@pytest.mark.parametrize("method", ["spawn", "fork"] if sys.platform == "linux" else ["spawn"])
def test_processes(alone: Block, method: str) -> None:
    with warnings.catch_warnings():
        # Newer Pythons warn of fork beside threads; that it gives the same bits is what is tested here.
        warnings.simplefilter("ignore", DeprecationWarning)
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
            runs = ns.simulate(story(), replications=N, seed=5, draws=7, executor=pool, block=200)
    assert same(alone, runs.block)


def test_a_dask_cluster(alone: Block) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dask's own deprecations and port notices are not negsim's
        from distributed import Client, LocalCluster

        with (
            LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            runs = ns.simulate(story(), replications=N, seed=5, draws=7, executor=client.get_executor(), block=200)
    assert same(alone, runs.block)


def test_counts_are_those_of_the_arrays() -> None:
    arrays = ns.simulate(story(), replications=N, seed=5, draws=7)
    counts = ns.simulate(story(), replications=N, seed=5, draws=7, keep="counts", workers=2, block=77)
    assert counts.replications == N
    assert counts.events == arrays.events
    for question in ("talks", "given"):
        assert counts.probability(question) == arrays.probability(question)
        assert counts.band(question) == arrays.band(question)
    assert counts.probability("when_talks", by="2025-01-13") == arrays.probability("when_talks", by="2025-01-13")
    for question in ("waited", "refused", "mood"):
        one, two = counts.mean(question), arrays.mean(question)
        assert one.n == two.n
        # The array's mean is a rounded sum of N terms; the tally's is exact.
        assert abs(one.mean - two.mean) <= 1e-12 * max(1.0, abs(two.mean))
        assert abs(one.m2 - two.m2) <= 1e-9 * max(1.0, two.m2)
    assert counts.firings("review", "bad") == int(arrays.firings("review", "bad").sum())


def test_counts_do_not_depend_on_the_partition() -> None:
    tallies = [
        ns.simulate(story(), replications=N, seed=5, keep="counts", workers=workers, block=block).tally.arrays()
        for workers, block in ((1, N), (2, 1), (7, 333))
    ]
    for other in tallies[1:]:
        assert all(np.array_equal(tallies[0][name], other[name]) for name in tallies[0])


def test_counts_refuse_what_was_not_counted() -> None:
    counts = ns.simulate(story(), replications=100, seed=5, keep="counts")
    with pytest.raises(ns.errors.NotRecorded, match="end of a day"):
        counts.probability("when_talks", by=3.00001)
    with pytest.raises(ns.errors.EstimateError, match="keep='all'"):
        counts.answers("talks")


def test_quantiles_of_counts_are_sharp_to_a_cell() -> None:
    arrays = ns.simulate(story(), replications=N, seed=5).first_passage("when_talks").curve
    counts = ns.simulate(story(), replications=N, seed=5, keep="counts").first_passage("when_talks").curve
    for p in (0.1, 0.3, 0.5):
        exact, told = arrays.quantile(p).time, counts.quantile(p).time
        assert exact <= told <= exact + 40 / 4096


def test_a_budget_of_memory_ends_with_a_flagged_prefix(alone: Block) -> None:
    """What is kept, and what is under way beside it, stays below the budget; the prefix is that of the whole run."""
    runs = ns.simulate(story(), replications=10**9, seed=5, draws=7, memory=64_000_000)
    assert runs.partial
    assert "budget" in runs.note
    assert 0.3 * 64e6 < runs.block.nbytes <= 64e6
    assert runs.block.first[:N].tobytes() == alone.first.tobytes()


def test_a_budget_of_time_ends_with_a_flagged_prefix(alone: Block) -> None:
    runs = ns.simulate(story(), replications=10**9, seed=5, draws=7, seconds=1)
    assert runs.partial
    assert runs.replications >= N
    assert runs.block.first[:N].tobytes() == alone.first.tobytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"memory": 1e6}, r"memory = 1000000.0 bytes.*at least 64,000,000"),
        ({"memory": float("nan")}, "memory must be a number of bytes"),
        ({"seconds": 0.5}, r"seconds = 0.5 .*at least 1"),
        ({"seconds": "3"}, "seconds must be a number of seconds, not '3'"),
        ({"draws": 10**12}, r"draws = 1,000,000,000,000 .*at most 10,000,000"),
        ({"replications": 10**12}, r"replications = 1,000,000,000,000 need [\d,.]+ GB.*keep='counts'"),
        ({"replications": 10**30}, "replications = 1,000,"),
        ({"draws": 10**7, "keep": "counts", "memory": 64e6}, r"10,000,000 draws.*need [\d,]+ MB"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_number(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ns.errors.NegsimError, match=message):
        ns.simulate(story(), seed=5, **arguments)


def test_a_failure_carries_the_runs_so_far() -> None:
    count = ns.Counter("n")
    tick = ns.Action(name="tick", clock=ns.Exponential(5), effects=[count.add(1)])
    scenario = ns.Scenario(
        "ticks", start="2025-01-01", end=5, parts=[count, tick, ns.Question(name="q", condition=count >= 30)]
    )
    with pytest.raises(ns.errors.RunawayError, match="more than 40 events") as caught:
        ns.simulate(scenario, replications=200, seed=3, max_events=40, block=16)
    failing = caught.value.replication
    assert failing is not None
    assert caught.value.runs.replications == failing
    counted = ns.simulate(scenario, replications=200, seed=3, max_events=40, on_error="count", workers=2, block=16)
    assert counted.failures[0].replication == failing
    low, high = counted.probability("q").range
    assert low == counted.probability("q").hits / 200
    assert high == (counted.probability("q").hits + len(counted.failures)) / 200
    tally = ns.simulate(scenario, replications=200, seed=3, max_events=40, on_error="count", keep="counts")
    assert tally.tally.failed == len(counted.failures)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 0}, "at least 1"),
        ({"replications": 10, "workers": 0}, "workers"),
        ({"replications": 10, "keep": "everything"}, "keep is 'everything'"),
        ({"replications": 10, "on_error": "ignore"}, "on_error"),
        ({"replications": 10, "engine": "refrence"}, "did you mean 'reference'"),
        ({"replications": 10, "seed": -1}, "seed"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ns.errors.NegsimError, match=message):
        ns.simulate(story(), **arguments)


def short(monkeypatch: pytest.MonkeyPatch, histories: int) -> None:
    """Blocks of so many histories of the toy, as if each had very many firings."""
    pilot = ns.simulate(ns.load("toy"), replications=64, seed=1, workers=1)
    most = histories * int(pilot.block.events.sum()) // 64 + 1
    monkeypatch.setattr("negsim.running.underway.MOST_FIRINGS", {"compiled": most, "reference": most})


def test_a_run_with_a_budget_of_firings_has_blocks_of_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a block has is lost with it if the run is interrupted. The first 64 histories say how long blocks may be."""
    asked = {"replications": 400, "seed": 1, "events": 10**9, "workers": 1}
    plain, done = ns.simulate(ns.load("toy"), **asked), list[int]()
    short(monkeypatch, 16)
    many = ns.simulate(ns.load("toy"), progress=lambda now, _: done.append(now), **asked)
    assert max(b - a for a, b in pairwise([64, *done])) == 16
    assert (many.block.first == plain.block.first).all()


def test_a_run_that_a_limit_ends_does_not_say_that_firings_ended_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though they would have ended it later."""
    short(monkeypatch, 16)

    def limit(now: int, _: int) -> None:
        if now >= 80:
            raise Interrupted

    with pytest.raises(Interrupted) as ended:
        ns.simulate(ns.load("toy"), replications=400, seed=1, events=500, workers=1, progress=limit)
    assert "a budget ended the run after 80 of 400 replications" in ended.value.runs.note  # type: ignore[attr-defined]
