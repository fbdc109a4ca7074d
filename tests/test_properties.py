"""Properties of whole random scenarios: what must hold whatever is described."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from running import AVAILABLE, on_every_engine
from strategies import scenarios, seeds

import negsim as ns
from negsim.engines import Block, Job, prepare
from negsim.errors import CircularPrecondition
from negsim.model.scenario import canonical
from negsim.program import lower

ARRAYS = [field.name for field in fields(Block) if field.name not in ("failures", "traces")]
MOST = 3000


def simulated(described: ns.Scenario, engine: str, *, seed: int = 1, numbers: Any = range(4), **said: Any) -> Block:
    program = lower(described, said.pop("questions", ()))
    rows = said.pop("rows", (program.best(),))
    said = {"max_events": MOST, "stop_at_failure": False, **said}
    return prepare(engine, program).run(Job(seed=seed, replications=numbers, rows=rows, **said))


def histories(described: ns.Scenario, engine: str, **said: Any) -> list[Any]:
    """The events of every history, without names of others than who acts; None where it failed."""
    block = simulated(described, engine, trace=10**9, **said)
    whole = iter(block.traces)
    return [None if failed else next(whole).events for failed in block.failed]


def assert_same(one: Block, two: Block, but: tuple[str, ...] = ()) -> None:
    """The same bits, and the same failures."""
    for name in ARRAYS:
        if name not in but:
            assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name
    assert [str(error) for error in one.failures] == [str(error) for error in two.failures]
    assert [type(error) for error in one.failures] == [type(error) for error in two.failures]
    assert one.traces == two.traces


def assert_engines_agree(described: ns.Scenario, **said: Any) -> None:
    first, *others = (simulated(described, engine, trace=3, **said) for engine in AVAILABLE)
    for other in others:
        assert_same(first, other)


# ---- engines ----


@settings(max_examples=200)
@given(scenarios(), seeds)
def test_engines_agree_bit_for_bit(described: ns.Scenario, seed: int) -> None:
    program = lower(described)
    rows = program.draws(seed, range(2))
    assert_engines_agree(described, seed=seed, rows=rows, numbers=range(6))


@given(scenarios(runaways=True, max_actions=8), seeds)
def test_engines_agree_on_what_cannot_go_on(described: ns.Scenario, seed: int) -> None:
    assert_engines_agree(described, seed=seed, max_events=150)


@given(scenarios(markov=True), seeds)
def test_engines_agree_on_markov_chains(described: ns.Scenario, seed: int) -> None:
    assert_engines_agree(described, seed=seed)


# ---- order, additions, removals ----


@on_every_engine
@given(described=scenarios(), data=st.data(), seed=seeds)
def test_the_order_of_the_parts_has_no_meaning(engine: str, described: ns.Scenario, data: Any, seed: int) -> None:
    shuffled = replace(described, parts=data.draw(st.permutations(described.parts)))
    assert shuffled == described
    assert_same(simulated(described, engine, seed=seed, trace=2), simulated(shuffled, engine, seed=seed, trace=2))


NEVER = (
    {"when": "false", "clock": ns.Exponential(5), "priority": -9},
    {"when": "fact_0 and not fact_0", "clock": ns.Immediately(), "priority": -9},
    {"when": "not fact_0 and fact_0", "clock": ns.Every("1 day"), "priority": -9},
    {"clock": ns.Fixed(1000), "memory": "resume", "speed": "1 if fact_0 else 0.5"},
    {"when": "fact_0", "clock": ns.Exponential(3).or_never(1), "memory": "repeat"},
    {"clock": ns.Exponential(3), "pace": "0 if fact_0 else 0"},
)


@on_every_engine
@given(described=scenarios(ask=False, suppose=False), never=st.sampled_from(NEVER), seed=seeds)
def test_an_action_that_never_fires_changes_no_event(
    engine: str, described: ns.Scenario, never: dict[str, Any], seed: int
) -> None:
    idle = ns.Action(name="a.idle", effects=["idle = not fact_0"], **never)
    more = replace(described, parts=(*described.parts, ns.Fact("idle"), idle))
    assert histories(described, engine, seed=seed) == histories(more, engine, seed=seed)


def silent(action: ns.Action) -> ns.Action:
    return replace(action, effects=(), outcomes=tuple(replace(outcome, effects=()) for outcome in action.outcomes))


@on_every_engine
@given(described=scenarios(ask=False, suppose=False), data=st.data(), seed=seeds)
def test_a_removed_action_leaves_the_draws_of_the_others(
    engine: str, described: ns.Scenario, data: Any, seed: int
) -> None:
    actions = [part for part in described.parts if isinstance(part, ns.Action)]
    chosen = data.draw(st.sampled_from(actions))
    others = [part for part in described.parts if part is not chosen]
    beside = replace(described, parts=(*others, silent(chosen)))
    kept = [
        None if events is None else tuple(event for event in events if event.action != chosen.name)
        for events in histories(beside, engine, seed=seed)
    ]
    try:
        without = histories(described.without(chosen.name), engine, seed=seed)
    except CircularPrecondition:
        # It was all that could break a circle; nothing is left to compare.
        assume(False)
    assert kept == without


@on_every_engine
@given(described=scenarios(), seed=seeds)
def test_a_question_changes_no_event(engine: str, described: ns.Scenario, seed: int) -> None:
    asked = [ns.Question(name="extra", kind="when", condition="fact_0", throughout="not fact_0")]
    asked.append(ns.Question(name="extra_2", kind="duration", condition="fact_0", by=3))
    plain, more = histories(described, engine, seed=seed), histories(described, engine, seed=seed, questions=asked)
    assert plain == more


# ---- batches ----


@on_every_engine
@given(described=scenarios(), seed=seeds, number=st.integers(0, 7))
def test_a_replication_alone_is_the_one_in_the_batch(
    engine: str, described: ns.Scenario, seed: int, number: int
) -> None:
    batch = histories(described, engine, seed=seed, numbers=range(8))
    assert histories(described, engine, seed=seed, numbers=[number]) == [batch[number]]


@on_every_engine
@given(described=scenarios(), seed=seeds, cuts=st.lists(st.integers(1, 9), unique=True, max_size=3).map(sorted))
def test_chunks_have_no_meaning(engine: str, described: ns.Scenario, seed: int, cuts: list[int]) -> None:
    program = lower(described)
    rows = program.draws(seed, range(3))
    whole = simulated(described, engine, seed=seed, numbers=range(10), rows=rows)
    pieces = [range(a, b) for a, b in zip([0, *cuts], [*cuts, 10], strict=True)]
    done = {piece: simulated(described, engine, seed=seed, numbers=piece, rows=rows) for piece in reversed(pieces)}
    for name in ARRAYS:
        joined = np.concatenate([getattr(done[piece], name) for piece in pieces])
        assert joined.tobytes() == getattr(whole, name).tobytes(), name


@on_every_engine
@given(described=scenarios(), seed=seeds)
def test_simulating_again_gives_the_same(engine: str, described: ns.Scenario, seed: int) -> None:
    assert_same(simulated(described, engine, seed=seed, trace=4), simulated(described, engine, seed=seed, trace=4))


@given(described=scenarios(), seed=seeds)
def test_a_replay_is_the_history_of_the_batch(described: ns.Scenario, seed: int) -> None:
    said = {"replications": 3, "seed": seed, "max_events": MOST, "on_error": "count", "workers": 1}
    runs = ns.simulate(described, trace=3, **said)
    for history in runs.traces:
        assert ns.replay(runs, history.replication) == history


# ---- answers ----


@given(described=scenarios(), seed=seeds, days=st.lists(st.floats(0, 5), min_size=2).map(sorted))
def test_probability_grows_with_the_date(described: ns.Scenario, seed: int, days: list[float]) -> None:
    asked = ns.Question(name="extra", kind="when", condition="fact_0")
    said = {"replications": 6, "max_events": MOST, "on_error": "count", "workers": 1}
    runs = ns.simulate(described, seed=seed, questions=[asked], **said)
    assert runs.block.first.dtype == np.float64
    names = [
        "extra",
        *(name for name, q in described.expanded.questions.items() if q.kind == "when" and q.given is None),
    ]
    for name in names:
        hits = [runs.probability(name, by=day, after=0).hits for day in days]
        assert hits == sorted(hits)
        assert hits[-1] <= runs.probability(name, by=described.horizon / 86_400_000_000, after=0).hits


@given(described=scenarios(), seed=seeds)
def test_first_times_lie_within_the_scenario(described: ns.Scenario, seed: int) -> None:
    block = simulated(described, AVAILABLE[0], seed=seed)
    asked = lower(described).probes.asked.values()
    spans = block.held[~block.failed][:, [one.column for one in asked if one.question.kind == "duration"]]
    times = block.first[~block.failed]
    assert (((times >= 0) & (times <= described.horizon)) | np.isinf(times)).all()
    assert (spans >= 0).all()
    assert (spans <= described.horizon * (1 + 1e-12)).all()
    assert (block.counts[~block.failed].sum(axis=1) == block.events[~block.failed]).all()


# ---- the scenario itself ----


@given(described=scenarios())
def test_load_of_save_is_the_same_scenario(described: ns.Scenario) -> None:
    text = ns.dumps(described)
    again = ns.loads(text)
    assert again == described
    assert ns.dumps(again) == text
    assert lower(again).fingerprint() == lower(described).fingerprint()


@given(described=scenarios(), data=st.data())
def test_a_file_does_not_depend_on_the_order_of_the_parts(described: ns.Scenario, data: Any) -> None:
    shuffled = replace(described, parts=data.draw(st.permutations(described.parts)))
    assert ns.dumps(shuffled) == ns.dumps(described)
    assert canonical(shuffled.parts) == described.parts


@given(described=scenarios())
def test_interventions_leave_the_scenario_as_it_was(described: ns.Scenario) -> None:
    supposed = described.do("fact_0", never=True)
    assert supposed.parts == described.parts
    assert described.interventions == supposed.interventions[:-1]
    assert replace(supposed, interventions=described.interventions) == described
