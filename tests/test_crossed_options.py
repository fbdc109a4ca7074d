"""Every way to run gives the same answers: what is kept, where it runs, how often it is saved.

The table below is crossed whole: keep x draws x on_error x (threads, executors) x (no checkpoint, a new one, one that is
resumed in the middle, one that is whole). Each cell is compared with one run of one thread, which keeps everything.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import negsim as ns

N, SEED, BLOCK = 240, 5, 37
SHARES, MEANS = ("talks", "given"), ("waited", "refused", "mood", "moods")
KEEP = ("all", "answers", "counts")
DRAWS = (None, 7)
ON_ERROR = ("raise", "count")
PLACES = ("one thread", "three threads", "threads of somebody else", "processes")
CHECKPOINTS = ("none", "new", "half", "whole")


def story(most: float) -> ns.Scenario:
    """Draws, durations, firings and values; a trust that fails beyond a number of visits, so that some histories end."""
    memo, talks, trust, visits = (
        ns.Fact("memo"),
        ns.Fact("talks"),
        ns.Level("trust", low=-3, high=3, step=0.1),
        ns.Counter("visits"),
    )
    rate = ns.Parameter("rate", 0.3, belief=ns.Gamma(shape=2, rate=4), source="test", grade="assumed")
    deliver = ns.Action(name="deliver", when=~memo, clock=ns.Exponential(rate), effects=[memo.set(True)])
    visit = ns.Action(name="visit", clock=ns.Exponential(0.05), effects=[visits.add(1)], pace=ns.sqrt(most - visits))
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
        ns.Question(name="moods", kind="integral", condition=trust - 0.25, by=30),
        ns.Question(name="talks", condition=talks, by=20),
        ns.Question(name="given", condition=talks, by=20, given=memo, given_by=6),
        ns.Question(name="waited", kind="duration", condition=memo & ~talks, by=30),
        ns.Question(name="refused", kind="fired", action="review", outcome="bad", by=30),
        ns.Question(name="mood", kind="value", condition=trust, by=30),
    ]
    parts = [memo, talks, trust, visits, rate, deliver, visit, review, *questions]
    return ns.Scenario("story", start="2025-01-01", end=40, parts=parts)


@pytest.fixture(scope="module")
def executors() -> Iterator[dict[str, Executor | None]]:
    """An executor for each place, made once."""
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        yield {"one thread": None, "three threads": None, "threads of somebody else": threads, "processes": processes}


def simulated(on_error: str, **options: Any) -> tuple[Any, int | None]:
    """The runs, or those before the first failure; and the number of that."""
    try:
        # The pace of a visit has no value beyond 8.5 of them: with fewer, some histories cannot be finished.
        return ns.simulate(story(8.5), seed=SEED, max_events=30, on_error=on_error, **options), None
    except ns.errors.SimulationError as error:
        return error.runs, error.replication


def told(runs: Any, drawn: bool) -> dict[str, Any]:
    """The answers that every kind of results has, to the last bit where they are counts."""
    found: dict[str, Any] = {"n": runs.replications, "events": runs.events}
    found["failures"] = [(error.replication, str(error)) for error in runs.failures][:20]
    for name in SHARES:
        found[name] = repr(runs.probability(name))
        if drawn:
            found[f"{name} by draw"] = repr(runs.band(name))
    for name in MEANS:
        mean = runs.mean(name)
        found[name] = (mean.n, mean.unknown, pytest.approx(mean.mean, rel=1e-12, abs=1e-12))
    return found


@lru_cache(maxsize=8)
def expected(draws: int | None, on_error: str) -> tuple[dict[str, Any], int | None]:
    """What one thread gives that keeps everything."""
    runs, failed = simulated(on_error, replications=N, draws=draws, workers=1, block=N)
    return told(runs, draws is not None), failed


@pytest.mark.parametrize("on_error", ON_ERROR)
def test_some_histories_fail_and_not_the_first(on_error: str) -> None:
    """Without this the crossing below would say nothing of failures."""
    found, failed = expected(None, on_error)
    if on_error == "raise":
        assert failed is not None
        assert failed > BLOCK, "the failure lies in the first block"
        assert found["n"] == failed
    else:
        assert found["n"] == N
        assert len(found["failures"]) >= 2


CELLS = list(itertools.product(KEEP, DRAWS, ON_ERROR, CHECKPOINTS))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("keep", "draws", "on_error", "checkpoint"), CELLS)
def test_every_way_to_run_gives_the_same_answers(
    executors: dict[str, Executor | None],
    tmp_path: Path,
    keep: str,
    draws: int | None,
    on_error: str,
    checkpoint: str,
    place: str,
) -> None:
    options: dict[str, Any] = {"keep": keep, "draws": draws, "block": BLOCK, "executor": executors[place]}
    options["workers"] = {"one thread": 1, "three threads": 3}.get(place)
    if checkpoint != "none":
        options["checkpoint"] = tmp_path / "run.checkpoint"
    if checkpoint in ("half", "whole"):
        simulated(on_error, replications=N if checkpoint == "whole" else N // 2, **options)
    runs, failed = simulated(on_error, replications=N, **options)
    wanted, failing = expected(draws, on_error)
    assert failed == failing
    assert told(runs, draws is not None) == wanted
    if keep == "answers":
        assert runs.block.counts.shape == (runs.replications, 0)


def test_another_seed_is_told_apart() -> None:
    """The wrong model: one draw more or less would be seen."""
    runs = ns.simulate(story(8.5), seed=SEED + 1, max_events=30, on_error="count", replications=N)
    assert told(runs, False) != expected(None, "count")[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"keep": "counts", "trace": 3}, r"trace = 3 and keep='counts' exclude each other.*replay"),
        ({"trace": -1}, "trace must be a whole number of at least 0, not -1"),
        ({"trace": True}, "trace must be a whole number"),
        ({"replications": 1.5}, "replications must be a whole number of at least 1, not 1.5"),
        ({"keep": "count"}, r"keep is 'count'; did you mean 'counts'\?"),
        ({"keep": None}, "keep is None"),
        ({"engine": 3}, "engine must be a name"),
        ({"executor": 4}, "executor must have a method submit"),
        ({"checkpoint": 3}, "checkpoint must be a path, not 3"),
        ({"checkpoint": ""}, "checkpoint must be a path"),
        ({"checkpoint": "a\0b"}, "checkpoint must be a path"),
        ({"questions": "talks"}, r"questions must be a list of questions, not 'talks'; write questions=\[ns.Question"),
        ({"questions": ["talks"]}, "questions has 'talks', which is no question"),
        ({"questions": 3}, "questions must be a list"),
        ({"seed": 1.5}, "seed = 1.5 is not an integer"),
        ({"events": 0}, "events must be a whole number of at least 1"),
        ({"progress": 3}, "progress must be"),
    ],
)
def test_wrong_arguments_are_told_with_their_names(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ns.errors.NegsimError, match=message):
        ns.simulate(story(8.5), **arguments)


@pytest.mark.parametrize("given", ["toy", Path("mine.toml"), None, [1]])
def test_what_is_no_scenario_is_told(given: object) -> None:
    with pytest.raises(ns.errors.NegsimError, match="simulate takes a scenario, not"):
        ns.simulate(given)  # type: ignore[arg-type] # the point


@pytest.mark.parametrize("workers", [1, 2])
def test_a_budget_of_firings_gives_the_same_everywhere(tmp_path: Path, workers: int) -> None:
    """The first 64 replications have E firings, so that a budget of B is that of 64*B/E replications."""
    whole = ns.simulate(story(10**6), seed=SEED, replications=N)
    first = int(whole.block.events[:64].sum())
    runs = ns.simulate(
        story(10**6),
        seed=SEED,
        replications=N,
        events=2 * first,
        workers=workers,
        checkpoint=tmp_path / "run.checkpoint",
    )
    assert runs.replications == 128
    assert runs.partial
    assert "after 128 of 240" in runs.note
    assert runs.block.first.tobytes() == whole.block.first[:128].tobytes()
    again = ns.simulate(
        story(10**6), seed=SEED, replications=N, events=2 * first, checkpoint=tmp_path / "run.checkpoint"
    )
    assert again.block.first.tobytes() == runs.block.first.tobytes()
    assert ns.simulate(story(10**6), seed=SEED, replications=N, events=10**9).replications == N


@pytest.mark.parametrize("draws", [None, 3])
def test_a_window_of_counts_begins_with_its_first_microsecond(draws: int | None) -> None:
    """What came a microsecond before the window lies outside it, what comes with its first one inside: on both sides of
    the edge between two cells of counts."""
    early, late, odds = (
        ns.Fact("early"),
        ns.Fact("late"),
        ns.Parameter("odds", 0.5, belief=ns.Beta(a=2, b=2), source="s", grade="assumed"),
    )
    parts: list[Any] = [early, late, odds]
    for fact, when in ((early, "2025-01-05T23:59:59.999999"), (late, "2025-01-06T00:00:00")):
        yes, no = ns.Outcome(name="yes", weight=odds, effects=[fact.set(True)]), ns.Outcome(name="no", weight=1 - odds)
        parts.append(ns.Action(name=f"set.{fact.name}", clock=ns.On(when), outcomes=[yes, no]))
        parts.append(ns.Question(name=fact.name, kind="when", condition=fact))
        parts.append(ns.Question(name=f"{fact.name}_from_6", condition=fact, after="2025-01-06", by="2025-01-10"))
    story = ns.Scenario("edge", start="2025-01-01", end=20, parts=parts)
    arrays = ns.simulate(story, replications=N, seed=SEED, draws=draws)
    counts = ns.simulate(story, replications=N, seed=SEED, draws=draws, keep="counts")
    for name, came in (("early", False), ("late", True)):
        window = {"after": "2025-01-06", "by": "2025-01-10"}
        for runs in (arrays, counts):
            assert (runs.probability(name, **window).value > 0) is came
            assert (runs.probability(f"{name}_from_6").value > 0) is came
        assert repr(counts.probability(name, **window)) == repr(arrays.probability(name, **window))
