"""What can happen to a checkpoint: another run, a kill, a full disk, a second run, a file that somebody moved."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.running.checkpoint import Checkpoint
from negsim.running.identity import code_of
from negsim.running.underway import Underway

BLOCK = 20


def story(zone: str = "UTC", start: str = "2025-01-01", policy: Any = None, share: float = 0.5) -> ns.Scenario:
    """A decision at a rate nobody knows exactly, by a party that may have a policy."""
    party, done = ns.Party("north", policy=policy), ns.Fact("done")
    rate = ns.Parameter("rate", 0.3, belief=ns.Gamma(shape=2, rate=4), source="test", grade="assumed")
    decide = ns.Action(
        name="decide",
        by=party,
        when=~done,
        clock=ns.Exponential(rate),
        outcomes=[
            ns.Outcome(name="no", weight=1 - share),
            ns.Outcome(name="yes", weight=share, effects=[done.set(True)]),
        ],
    )
    question = ns.Question(name="done", condition=done, by=20.0)
    return ns.Scenario("story", start=start, zone=zone, end=40.0, parts=[party, done, rate, decide, question])


def run(scenario: ns.Scenario, path: Path, **changes: Any) -> Any:
    """A short run with a checkpoint."""
    given = {"replications": 100, "seed": 9, "engine": "reference", "block": BLOCK, "checkpoint": path, **changes}
    return ns.simulate(scenario, **given)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.checkpoint"


@pytest.fixture
def saving_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every block."""
    monkeypatch.setattr(Underway, "save_sometimes", lambda self: self.save())


# -- whose it is -------------------------------------------------------------------------------------------------------

CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    # what is protected: (name, changes of the scenario, changes of the call, key that the message names)
    ("counts are by edges, which follow the zone", {"zone": "Europe/Istanbul"}, {}, "zone"),
    ("counts are by edges, which follow the hour of the start", {"start": "2025-01-01T05:00"}, {}, "start"),
    ("another probability", {"share": 0.6}, {}, "scenario"),
    ("another seed", {}, {"seed": 10}, "seed"),
    ("drawn parameters are not the best ones", {}, {"draws": 7}, "parameters"),
    ("logs are simulated again, as many as were asked for", {}, {"trace": 3}, "trace"),
    ("a history may have more events", {}, {"max_events": 50}, "max_events"),
    ("failures are counted", {}, {"on_error": "count"}, "stop_at_failure"),
    ("another question", {}, {"questions": [ns.Question(name="mine", condition="done", by=3.0)]}, "scenario"),
    ("another policy", {"policy": lambda view, draw: "yes"}, {}, "policies"),
]


@pytest.mark.parametrize("keep", ["all", "answers", "counts"])
@pytest.mark.parametrize(("said", "changed", "called", "key"), CHANGES, ids=[change[0] for change in CHANGES])
def test_what_decides_a_bit_is_compared(
    path: Path, keep: str, said: str, changed: dict[str, Any], called: dict[str, Any], key: str
) -> None:
    if keep == "counts" and "trace" in called:
        return  # counts have no logs
    run(story(), path, keep=keep)
    with pytest.raises(ns.errors.CheckpointError, match=rf"another run: its ({key}|scenario) is"):
        run(story(**changed), path, keep=keep, **called)
    run(story(), path, keep=keep)  # and it is still there for its own run


def test_as_many_draws_are_needed(path: Path) -> None:
    run(story(), path, draws=7)
    with pytest.raises(ns.errors.CheckpointError, match="its parameters is '7 draws', this run's is '8 draws'"):
        run(story(), path, draws=8)


def test_what_decides_no_bit_is_not_compared(path: Path) -> None:
    run(story(), path, draws=7)
    more = run(story(), path, draws=7, replications=150, engine="auto", workers=3, block=7)
    whole = ns.simulate(story(), replications=150, seed=9, draws=7)
    assert more.block.first.tobytes() == whole.block.first.tobytes()


LIMIT = 3


def often(view: Any, draw: Any) -> str:
    return "yes" if draw() < 0.9 else "no"


def helped(view: Any, draw: Any) -> str:
    return often(view, draw)


def by_global(view: Any, draw: Any) -> str:
    return "yes" if view.time > LIMIT else "no"


def by_default(limit: float) -> Callable[[Any, Any], str]:
    def decide(view: Any, draw: Any, limit: float = limit) -> str:
        return "yes" if view.time > limit else "no"

    return decide


def by_closure(table: Any) -> Callable[[Any, Any], str]:
    return lambda view, draw: "yes" if view.time > table["limit"] else "no"


class Stubborn:
    """A policy with a memory of its own kind."""

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def __call__(self, view: Any, draw: Any) -> str:
        return "yes" if view.time > self.limit else "no"


PAIRS: list[tuple[str, Any, Any]] = [
    ("constants", lambda view, draw: "yes", lambda view, draw: "no"),
    (
        "operations",
        lambda view, draw: "yes" if view.time > 3 else "no",
        lambda view, draw: "yes" if view.time < 3 else "no",
    ),
    ("names of attributes", lambda view, draw: view.action, lambda view, draw: view.options),
    ("defaults", by_default(3.0), by_default(4.0)),
    ("what is closed over", by_closure({"limit": 3}), by_closure({"limit": 4})),
    ("kinds of numbers", by_closure({"limit": 1}), by_closure({"limit": 1.0})),
    ("arrays", by_closure(np.array([1.0])), by_closure(np.array([2.0]))),
    ("attributes of an object", Stubborn(3), Stubborn(4)),
    ("inner functions", lambda v, d: (lambda: "yes")(), lambda v, d: (lambda: "no")()),
]


@pytest.mark.parametrize(("kind", "one", "other"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_policies_are_known_by_what_they_do(kind: str, one: Any, other: Any) -> None:
    assert code_of(one, "action a") == code_of(one, "action a")
    assert code_of(one, "action a") != code_of(other, "action a")


def test_globals_and_helpers_are_part_of_a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_of(by_global, "action a"), code_of(helped, "action a")
    monkeypatch.setitem(by_global.__globals__, "LIMIT", 4)
    monkeypatch.setitem(by_global.__globals__, "often", lambda view, draw: "yes")
    assert code_of(by_global, "action a") != before[0]
    assert code_of(helped, "action a") != before[1]


def test_a_policy_made_again_is_the_same() -> None:
    assert code_of(by_closure({"limit": 3}), "action a") == code_of(by_closure({"limit": 3}), "action a")
    assert code_of(Stubborn(3), "action a") == code_of(Stubborn(3), "action a")


def test_a_policy_is_the_same_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "LIMIT = 3\ndef decide(view, draw):\n    return 'yes' if view.time > LIMIT else 'no'\n"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import mine; from negsim.running.identity import code_of; print(code_of(mine.decide, 'a'))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_what_cannot_be_compared_takes_no_checkpoint(path: Path) -> None:
    import random

    dice = random.Random(1)
    with pytest.raises(ns.errors.CheckpointError, match=r"action decide: its policy reads Random .*cannot be compared"):
        run(story(policy=lambda view, draw: "yes" if dice.random() < 0.5 else "no"), path)
    assert not path.exists()


def test_a_run_with_one_policy_is_not_resumed_with_another(path: Path) -> None:
    """Half the histories of each would be true of neither."""
    run(story(policy=lambda view, draw: "yes"), path)
    with pytest.raises(ns.errors.CheckpointError, match="its policies"):
        run(story(policy=lambda view, draw: "no"), path, replications=200)


# -- what it costs -----------------------------------------------------------------------------------------------------


def test_a_save_writes_what_is_new(path: Path, saving_always: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty saves write the results once: their bytes, and a head a record."""
    written = 0
    old = Checkpoint.save_rows

    def save(self: Checkpoint, rows: Any) -> None:
        nonlocal written
        before = self.good
        old(self, rows)
        written += self.good - before

    monkeypatch.setattr(Checkpoint, "save_rows", save)
    runs = run(story(), path, replications=2_000, block=40)
    assert runs.block.nbytes <= written <= runs.block.nbytes + 51 * 400
    assert path.stat().st_size <= written + 2_000


@pytest.mark.parametrize("saved", [False, True])
def test_the_memory_is_that_of_the_results(path: Path, saving_always: None, saved: bool) -> None:
    """Fifty blocks and as many saves: below 2.2 times the results (they are joined nowhere, and copied nowhere)."""
    options: dict[str, Any] = {"checkpoint": path} if saved else {}
    ns.simulate(story(), replications=100, seed=9)  # what is made once
    tracemalloc.start()
    try:
        runs = ns.simulate(story(), replications=100_000, block=2_000, seed=9, workers=1, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert runs.block.nbytes > 4e6
    assert peak < 2.2 * runs.block.nbytes


# -- disks, kills, other runs ------------------------------------------------------------------------------------------


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("keep", ["all", "counts"])
def test_a_disk_that_fills_up_costs_no_result(
    path: Path, keep: str, saving_always: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on with a warning, tries again, and the file is as it was at the last save that went well."""
    from negsim.running import checkpoint

    whole = run(story(), path.with_name("other"), keep=keep)
    count, sync = 0, checkpoint._sync

    def sometimes(file: Any) -> None:
        nonlocal count
        count += 1
        if count in (3, 4):
            full()
        sync(file)

    monkeypatch.setattr(checkpoint, "_sync", sometimes)
    with pytest.warns(
        ns.errors.CheckpointWarning, match=r"could not be saved \(No space left on device\); the run goes on"
    ):
        runs = run(story(), path, keep=keep)
    assert repr(runs.probability("done")) == repr(whole.probability("done"))
    monkeypatch.setattr(checkpoint, "_sync", sync)
    again = run(story(), path, keep=keep)
    assert repr(again.probability("done")) == repr(whole.probability("done"))
    assert sorted(one.name for one in path.parent.iterdir()) == ["other", "run.checkpoint"]


def test_a_disk_that_stays_full_costs_no_result(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from negsim.running import checkpoint

    whole = ns.simulate(story(), replications=100, seed=9)
    sync = checkpoint._sync
    monkeypatch.setattr(checkpoint, "_sync", lambda file: sync(file) if file.tell() < 1_500 else full())
    with pytest.warns(ns.errors.CheckpointWarning):
        runs = run(story(), path)
    assert runs.block.first.tobytes() == whole.block.first.tobytes()


LIMITED = textwrap.dedent(
    """
    import resource, signal, sys, warnings
    import negsim as ns
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        runs = ns.simulate(ns.load("toy"), replications=20_000, seed=9, checkpoint=sys.argv[1])
    print(runs.replications, [type(one.message).__name__ for one in told])
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size here")
def test_a_limit_of_the_systems_costs_no_result(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "20000 ['CheckpointWarning']\n"
    assert ns.simulate(ns.load("toy"), replications=20_000, seed=9, checkpoint=path).replications == 20_000


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("missing/run.checkpoint", r"no folder to be in: .*missing does not exist; make it"),
        (".", "is not a regular file"),
        ("file/run.checkpoint", "no folder to be in"),
    ],
)
def test_a_place_that_cannot_be_is_told_before_the_start(
    tmp_path: Path, where: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(Underway, "go", lambda self: pytest.fail("it began"))
    with pytest.raises(ns.errors.CheckpointError, match=message):
        run(story(), tmp_path / where)


def test_a_full_disk_is_told_before_the_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from negsim.running import checkpoint

    monkeypatch.setattr(checkpoint, "_sync", full)
    monkeypatch.setattr(Underway, "go", lambda self: pytest.fail("it began"))
    with pytest.raises(ns.errors.CheckpointError, match=r"cannot be written \(No space left on device\); make room"):
        run(story(), path)
    assert list(path.parent.iterdir()) == []


def test_what_kills_left_behind_is_removed(path: Path) -> None:
    """Its own orphans, of this layout and of the first, and of nobody else."""
    run(story(), path)
    inside = path.read_bytes()
    orphans = [f"{path.name}.part", f"{path.name}_a0z9_bc.part", f"{path.name}abcdefgh.part"]
    others = [f"{path.name}2.old.part", "other.part", f"{path.name}.part.txt", f"{path.name}abcdefghi.part"]
    for name in orphans + others:
        (path.parent / name).write_bytes(inside[:100])
    (path.parent / f"{path.name}mine1234.part").write_bytes(b"what somebody else wrote")
    run(story(), path, replications=150)
    assert sorted(one.name for one in path.parent.iterdir()) == sorted(
        [path.name, *others, f"{path.name}mine1234.part"]
    )


@pytest.mark.parametrize("cut", [1, 100, 2_000])
def test_a_record_that_a_kill_cut_short_is_left_away(path: Path, saving_always: None, cut: int) -> None:
    whole = run(story(), path)
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    again = run(story(), path)
    assert again.block.first.tobytes() == whole.block.first.tobytes()
    assert path.read_bytes() != data[:-cut]
    assert run(story(), path).block.first.tobytes() == whole.block.first.tobytes()


def test_space_that_the_disk_promised_and_never_wrote_is_left_away(path: Path, saving_always: None) -> None:
    whole = run(story(), path)
    with path.open("ab") as file:
        file.write(bytes(5_000))
    assert run(story(), path, replications=150).block.first[:100].tobytes() == whole.block.first.tobytes()


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks here")
@pytest.mark.parametrize("keep", ["all", "counts"])
def test_two_runs_do_not_share_a_file(path: Path, keep: str, saving_always: None) -> None:
    def meanwhile(done: int, wanted: int) -> None:
        with pytest.raises(ns.errors.CheckpointError, match="in use by another run; wait for it"):
            run(story(), path, keep=keep)

    runs = run(story(), path, keep=keep, progress=meanwhile)
    assert repr(run(story(), path, keep=keep).probability("done")) == repr(runs.probability("done"))


@pytest.mark.parametrize("keep", ["all", "counts"])
def test_a_file_that_somebody_removed_is_written_again(path: Path, keep: str, saving_always: None) -> None:
    def meanwhile(done: int, wanted: int) -> None:
        if done == 3 * BLOCK:
            path.unlink()

    runs = run(story(), path, keep=keep, progress=meanwhile)
    again = run(story(), path, keep=keep, progress=lambda done, wanted: pytest.fail("something was missing"))
    assert repr(again.probability("done")) == repr(runs.probability("done"))


def test_an_interruption_carries_the_runs_and_leaves_the_checkpoint(path: Path) -> None:
    def interrupt(done: int, wanted: int) -> None:
        if done == 3 * BLOCK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        run(story(), path, progress=interrupt)
    assert caught.value.runs.replications == 3 * BLOCK  # type: ignore[attr-defined] # put there by the run
    assert "interrupted after 60 of 100" in caught.value.runs.note  # type: ignore[attr-defined]
    told: list[int] = []
    whole = run(story(), path, progress=lambda done, wanted: told.append(done))
    assert told[0] == 4 * BLOCK
    assert whole.block.first.tobytes() == ns.simulate(story(), replications=100, seed=9).block.first.tobytes()


def test_a_file_that_holds_code_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are arrays of plain numbers; an array of objects would be unpickled, which runs what it says."""
    old = Checkpoint.save_state
    planted = {"planted": np.array([print], dtype=object)}
    monkeypatch.setattr(
        Checkpoint, "save_state", lambda self, done, arrays, told: old(self, done, arrays | planted, told)
    )
    run(story(), path, keep="counts")
    with pytest.raises(ns.errors.CheckpointError, match="is damaged"):
        run(story(), path, keep="counts")


def test_counts_by_other_edges_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of negsim may count in other cells."""
    run(story(), path, keep="counts")
    monkeypatch.setattr("negsim.results.tally.CELLS", 2048)
    with pytest.raises(ns.errors.CheckpointError, match="its edges"):
        run(story(), path, keep="counts")


# -- workers -----------------------------------------------------------------------------------------------------------


class Lost:
    """An executor whose second block never comes back."""

    def __init__(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self.pool, self.count = ThreadPoolExecutor(1), 0

    def submit(self, *given: Any) -> Any:
        from concurrent.futures import Future
        from concurrent.futures.process import BrokenProcessPool

        self.count += 1
        if self.count < 2:
            return self.pool.submit(*given)
        broken: Future[Any] = Future()
        broken.set_exception(BrokenProcessPool("A process was terminated abruptly"))
        return broken


def test_a_worker_that_is_lost_costs_no_result(path: Path) -> None:
    lost = Lost()
    with pytest.raises(ns.errors.WorkerError, match=r"a worker was lost .*terminated abruptly") as caught:
        run(story(), path, executor=lost)
    lost.pool.shutdown()
    assert caught.value.runs.replications == BLOCK
    assert run(story(), path).replications == 100


def test_a_policy_that_cannot_be_sent_is_told(path: Path) -> None:
    with pytest.raises(ns.errors.WorkerError, match="cannot be sent to another process"):
        ns.simulate(story(policy=lambda view, draw: "yes"), replications=10, executor=Lost())


@pytest.fixture(autouse=True)
def no_warning_is_lost() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_rows_beyond_the_replications_are_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten million rows a hundred replications need a hundred, and these are the same as of a hundred thousand."""
    from negsim.program import drawn

    program = ns.lower(story())
    rows = drawn.parameter_rows(program, 3, drawn.MOST_DRAWS)
    assert rows[70_000] == program.draws(3, [70_000])[0]
    assert (len(rows), rows[-1]) == (10_000_000, program.draws(3, [9_999_999])[0])
    assert list(rows[2:5]) == list(program.draws(3, [2, 3, 4]))
    looked: list[int] = []
    old = type(program).draws

    def draws(self: Any, seed: int, rows: Any) -> Any:
        looked.append(len(rows))
        return old(self, seed, rows)

    monkeypatch.setattr(type(program), "draws", draws)
    many = ns.simulate(story(), replications=100, seed=9, draws=1_000_000)
    assert sum(looked) <= 2 * drawn.CHUNK
    few = ns.simulate(story(), replications=100, seed=9, draws=100)
    assert many.block.first.tobytes() == few.block.first.tobytes()


def test_a_block_of_rows_is_replaced_in_no_place() -> None:
    """Results are read-only, and those of a shorter run do not hold what was never filled."""
    runs = ns.simulate(story(), replications=50, seed=9)
    assert not runs.block.first.flags.writeable
    assert replace(runs).block is runs.block
