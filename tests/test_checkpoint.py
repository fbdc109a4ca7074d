"""Kill at any moment and resume to the same bits; a checkpoint of another run is refused."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import negsim as ns

SCRIPT = textwrap.dedent(
    """
    import sys
    import negsim as ns
    import negsim.running.simulation
    negsim.running.simulation.SAVE_EVERY = 0.01
    ns.simulate(ns.load("toy"), replications=int(sys.argv[2]), seed=9, keep=sys.argv[3], block=50, engine="reference",
                checkpoint=sys.argv[1], progress=lambda done, all: print(done, flush=True))
    """
)
N = 6_000


def run_and_kill(path: Path, keep: str, after: float) -> None:
    """Start the run in another process and kill it that many seconds after its first block."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), str(N), keep], stdout=subprocess.PIPE, env={**os.environ}
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)


def survives(path: Path, keep: str, moments: list[float]) -> None:
    """Kill at these moments, resume, and compare with a run that was never killed."""
    for moment in moments:
        run_and_kill(path, keep, moment)
    resumed = ns.simulate(
        ns.load("toy"), replications=N, seed=9, keep=keep, block=50, engine="reference", checkpoint=path
    )
    assert [one.name for one in path.parent.iterdir() if one.name.endswith(".part")] == [], "a kill left an orphan"
    whole = ns.simulate(ns.load("toy"), replications=N, seed=9, keep=keep, engine="reference")
    if keep == "counts":
        mine, theirs = resumed.tally.arrays(), whole.tally.arrays()
        assert all(np.array_equal(mine[name], theirs[name]) for name in mine)
    else:
        assert resumed.block.first.tobytes() == whole.block.first.tobytes()
        assert resumed.block.counts.tobytes() == whole.block.counts.tobytes()


@pytest.mark.parametrize("keep", ["all", "counts"])
def test_kill_and_resume(tmp_path: Path, keep: str) -> None:
    moments = random.Random(20250528).choices([0.0, 0.02, 0.05, 0.1], k=3)
    survives(tmp_path / "run.checkpoint", keep, moments)


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path) -> None:
    dice = random.Random(20250602)
    for k in range(50):
        survives(tmp_path / f"{k}.checkpoint", "all" if k % 2 else "counts", [dice.random() * 0.3])


def checkpointed(path: Path, **changes: object) -> object:
    """A short run with a checkpoint."""
    arguments = {"replications": 200, "seed": 9, "engine": "reference", "checkpoint": path, **changes}
    return ns.simulate(ns.load("toy"), **arguments)


def test_more_replications_go_on_from_there(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    checkpointed(path)
    more = checkpointed(path, replications=500)
    whole = ns.simulate(ns.load("toy"), replications=500, seed=9)
    assert more.block.first.tobytes() == whole.block.first.tobytes()
    with pytest.raises(ns.errors.CheckpointError, match="more than the 300"):
        checkpointed(path, replications=300)


@pytest.mark.parametrize(
    ("change", "key"), [({"seed": 10}, "seed"), ({"keep": "counts"}, "keep"), ({"max_events": 50}, "max_events")]
)
def test_another_run_is_refused(tmp_path: Path, change: dict[str, object], key: str) -> None:
    path = tmp_path / "run.checkpoint"
    checkpointed(path)
    with pytest.raises(ns.errors.CheckpointError, match=f"another run: its {key}"):
        checkpointed(path, **change)


def test_another_scenario_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    checkpointed(path)
    other = ns.load("toy").do(next(iter(f for f in ns.load("toy").expanded.variables)), never=True)
    with pytest.raises(ns.errors.CheckpointError, match="its scenario"):
        ns.simulate(other, replications=200, seed=9, engine="reference", checkpoint=path)


@pytest.mark.parametrize("where", [5, 60, 400, -10])
def test_a_damaged_file_is_refused(tmp_path: Path, where: int) -> None:
    path = tmp_path / "run.checkpoint"
    checkpointed(path)
    data = bytearray(path.read_bytes())
    data[where] ^= 0x40
    path.write_bytes(bytes(data))
    with pytest.raises(ns.errors.CheckpointError, match=r"damaged|no negsim checkpoint"):
        checkpointed(path)


def test_a_file_of_an_earlier_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    checkpointed(path)
    path.write_bytes(path.read_bytes().replace(b"negsim checkpoint 3", b"negsim checkpoint 2", 1))
    with pytest.raises(ns.errors.CheckpointError, match=r"no negsim checkpoint of this layout.*remove it"):
        checkpointed(path)


def test_logs_are_there_after_resuming(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    first = checkpointed(path, trace=3)
    again = checkpointed(path, trace=3)
    assert first.traces == again.traces
    assert len(again.traces) == 3


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    checkpointed(tmp_path / "run.checkpoint")
    assert [path.name for path in tmp_path.iterdir()] == ["run.checkpoint"]
