"""Parties that decide by a Python function of their own view and keyed draws."""

from __future__ import annotations

import importlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import negsim as ns
from negsim.engines import Job, prepare
from negsim.model.policies import Draw, View
from negsim.program import lower


def stubborn(view: View, draw: Draw) -> str:
    """Refuses twice, then accepts two times in three."""
    if view["offers"] < 2:
        return "refuse"
    return "accept" if draw() < 2 / 3 else "refuse"


def by_weight(view: View, draw: Draw) -> None:
    """Leaves it to the weights."""


def lost(view: View, draw: Draw) -> str:
    """Answers what was not asked."""
    return "acept"


def story(policy: Callable[[View, Draw], str | None] | None) -> ns.Scenario:
    """An offer a day, answered by Ukraine."""
    offers, done = ns.Counter("offers"), ns.Fact("done")
    answer = ns.Action(
        name="ukraine.answer",
        by="ukraine",
        when=~done,
        clock=ns.Every("1 day"),
        effects=[offers.add(1)],
        outcomes=[
            ns.Outcome(name="accept", weight=0.2, effects=[done.set(True)]),
            ns.Outcome(name="refuse", weight=0.8),
        ],
    )
    parts = [ns.Party("ukraine", policy=policy), offers, done, answer, ns.Question(name="done", condition=done, by=3)]
    return ns.Scenario("offers", start="2025-01-01", end=10, parts=parts)


def test_the_policy_decides() -> None:
    runs = ns.simulate(story(stubborn), replications=3000, seed=4)
    assert (runs.first_times("done") >= 3).all()
    hits = runs.probability("done").hits
    # Binomial(3000, 2/3) leaves [1850, 2150] with probability below 1e-8 (5.8 standard deviations).
    assert 1850 <= hits <= 2150


def test_without_a_policy_the_answer_is_another() -> None:
    runs = ns.simulate(story(None), replications=3000, seed=4)
    assert not 1850 <= runs.probability("done").hits <= 2150
    assert (runs.first_times("done") < 3).any()


def test_none_leaves_the_weights_and_their_draws() -> None:
    plain = ns.simulate(story(None), replications=500, seed=4, engine="reference")
    left = ns.simulate(story(by_weight), replications=500, seed=4)
    assert plain.block.first.tobytes() == left.block.first.tobytes()


def test_the_engine_table_says_who_can() -> None:
    runs = ns.simulate(story(stubborn), replications=10, seed=4)
    assert runs.engine == "reference"
    assert "Python function" in runs.note
    with pytest.raises(ns.errors.EngineError, match="Python policies"):
        ns.simulate(story(stubborn), replications=10, seed=4, engine="compiled")


def test_replay_and_workers_are_exact() -> None:
    runs = ns.simulate(story(stubborn), replications=200, seed=4, trace=200)
    assert ns.replay(runs, 77) == runs.traces[77]
    other = ns.simulate(story(stubborn), replications=200, seed=4, workers=3, block=7)
    assert other.block.first.tobytes() == runs.block.first.tobytes()


def test_processes_import_the_policy_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_policies.py").write_text("def last(view, draw):\n    return max(view.options)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    policy = importlib.import_module("my_policies").last
    runs = ns.simulate(story(policy), replications=40, seed=4)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        other = ns.simulate(story(policy), replications=40, seed=4, executor=pool)
    assert other.block.first.tobytes() == runs.block.first.tobytes()


def test_a_wrong_answer_is_told() -> None:
    with pytest.raises(ns.errors.EvaluationError, match=r"policy of ukraine chose 'acept'; did you mean 'accept'"):
        ns.simulate(story(lost), replications=1, seed=4)


def fragile(view: View, draw: Draw) -> str:
    """Breaks down in about one history in three, when it has refused twice."""
    if view["offers"] == 2 and draw() < 1 / 3:
        raise ZeroDivisionError("no more patience")
    return "accept" if view["offers"] >= 4 else "refuse"


def test_a_policy_that_raises_is_a_failure_of_its_replication() -> None:
    whole = ns.simulate(story(fragile), replications=40, seed=4, on_error="count", workers=1)
    failed = whole.block.failed
    assert 0 < failed.sum() <= 20  # some, and no more than are told in words
    assert [error.replication for error in whole.failures] == failed.nonzero()[0].tolist()
    for error in whole.failures:
        assert isinstance(error, ns.errors.EvaluationError)
        assert (error.action, error.time) == ("ukraine.answer", 3.0)
        assert "policy of ukraine raised ZeroDivisionError: no more patience" in str(error)
    assert (whole.first_times("done")[~failed] == 5.0).all()
    with pytest.raises(ns.errors.EvaluationError, match="no more patience") as caught:
        ns.simulate(story(fragile), replications=40, seed=4)
    assert caught.value.replication == failed.argmax()
    assert len(caught.value.runs.block.failed) == failed.argmax()


@pytest.mark.parametrize("kind", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_a_kernel_that_an_exception_left_is_not_used_again(kind: type[BaseException]) -> None:
    """Its histories would be cut short without a word."""
    calls = 0

    def interrupted(view: View, draw: Draw) -> str:
        nonlocal calls
        calls += 1
        if calls == 90:
            raise kind("stop")
        return stubborn(view, draw)

    program = lower(story(interrupted))
    job = Job(seed=4, replications=range(40), rows=(program.best(),))
    kernel = prepare("reference", program)
    with pytest.raises(ns.errors.EvaluationError if kind is ZeroDivisionError else kind, match="stop"):
        kernel.run(job)
    alone = prepare("reference", lower(story(stubborn))).run(job)
    for _ in range(2):
        again = kernel.run(job)
        assert again.first.tobytes() == alone.first.tobytes()
        assert again.events.tolist() == alone.events.tolist()


def test_each_party_sees_its_own_view_of_contested_facts() -> None:
    seen: list[dict[str, float | bool]] = []

    def look(view: View, draw: Draw) -> None:
        seen.append(dict(view))

    facts = [ns.Fact("sent", True), ns.Fact("ukraine.sees.sent", False), ns.Fact("russia.sees.sent", True)]
    base = story(look)
    ns.simulate(
        ns.Scenario(
            "views", start=base.start, end=2, parts=[*(p for p in base.parts if not isinstance(p, ns.Question)), *facts]
        ),
        replications=1,
        seed=1,
    )
    assert seen[0]["sent"] is False
    assert not [name for name in seen[0] if ".sees." in name]


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(ns.errors.ScenarioError, match="policy must be a function"):
        ns.Party("ukraine", policy="accept")  # type: ignore[arg-type] # that is the point
