"""The compiled loop looks for signals: a limit ends it in the middle of a block, and what comes next is right."""

from __future__ import annotations

import signal
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.engines import available
from negsim.engines.compiled import population
from negsim.errors import BudgetError
from negsim.running.interrupts import interrupted_when

pytestmark = [
    pytest.mark.skipif(not available("compiled"), reason="there is no compiled engine here"),
    pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signal reaches a thread here"),
]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_limit_ends_a_block_in_its_middle(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    """Two thousand histories of forty thousand events in one block: the last ones are never told.

    Signals reach the main thread alone, which tells the others.
    """
    tick = ns.Action(name="tick", clock=ns.Exponential(rate=1_000), effects=["n += 1"])
    asked = ns.Question(name="many", condition="n >= 10")
    busy = ns.Scenario("busy", start="2025-01-01", end=40, parts=[ns.Counter("n"), tick, asked])
    blocks: list[Any] = []

    def blank(*arguments: Any, **_: Any) -> Any:
        blocks.append(plain(*arguments, blank=True))
        return blocks[-1]

    plain = population.empty_block
    before = ns.simulate(busy, replications=8, seed=1, engine="compiled").block.events
    with monkeypatch.context() as patched:
        patched.setattr(population, "empty_block", blank)
        with pytest.raises(BudgetError, match="enough"), interrupted_when(lambda: "enough" if blocks else ""):
            ns.simulate(busy, replications=16_000, seed=1, engine="compiled", workers=workers, max_events=10**6)
    assert 0 < len(blocks) <= workers
    assert all((block.events[-100:] == 0).all() for block in blocks)
    after = ns.simulate(busy, replications=8, seed=1, engine="compiled").block.events
    assert np.array_equal(before, after)
