"""The future of a clone is a fresh one, given the same past: closed forms, and wrong models that must fail.

One history is cloned many times; how many of its clones do something by a day is binomial, exactly.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engines.bits import job_of
from engines.stories import clocks, laws, wrapped
from running import AVAILABLE, DAY, on_every_engine, scenario, switch
from scipy import stats

import negsim as ns
from negsim.engines import Job, prepare
from negsim.errors import EngineError, EvaluationError
from negsim.laws import Law, survival
from negsim.laws.draws import Stream
from negsim.program import Program, lower

LEFT_OUT = 1e-9
SIZE = {"compiled": 20_000, "reference": 1_000}


def act(law: Any, **said: Any) -> ns.Action:
    return ns.Action(name="act", clock=law, limit=1, effects=["done = true"], **said)


def story(law: Any, *parts: Any, end: float = 40, **said: Any) -> ns.Scenario:
    return scenario(ns.Fact("done"), act(law, **said), *parts, ns.Question(name="done", condition="done"), end=end)


def one_job(program: Program, count: int = 200) -> Job:
    return Job(seed=11, replications=range(count), rows=(program.best(),))


def stopped(engine: str, described: ns.Scenario, day: float, alive: str = "not done") -> tuple[Any, int]:
    """Histories stopped on a day, and the first in which something holds."""
    program = lower(described)
    population = prepare(engine, program).begin(one_job(program)).advance(day * DAY)
    return population, int(population.values(alive).argmax())


def cloned(population: Any, row: int, count: int, branch: int = 1) -> Any:
    return population.select([row] * count, branch, range(10_000, 10_000 + count))


def hits(population: Any, day: float, question: str = "done") -> int:
    """In how many histories the question's condition came true by a day."""
    block = population.advance(population.program.horizon).block()
    return int((block.first[:, population.program.probes.asked[question].column] <= day * DAY).sum())


def accepts(number: int, n: int, p: float) -> bool:
    """Whether so many lie in the exact acceptance region of Binomial(n, p)."""
    law = stats.binom(n, p)
    return bool(law.ppf(LEFT_OUT / 2) <= number <= law.isf(LEFT_OUT / 2))


def same_future(engine: str, population: Any, row: int, count: int) -> Any:
    """What must fail: copies with numbers of their own whose targets were not drawn anew."""
    kept = population.snapshot().rows(np.full(count, row))
    copies = replace(kept, replications=np.arange(10_000, 10_000 + count))
    return prepare(engine, population.program).resume(copies)


# ---- closed forms ----


def toy() -> ns.Scenario:
    """Memorandum, review on day 5 and every 7 days, talks, ceasefire."""
    return scenario(
        *(ns.Fact(name) for name in ("memorandum", "talks", "ceasefire")),
        ns.Action(name="deliver", clock=ns.Exponential(0.3), limit=1, effects=["memorandum = true"]),
        ns.Action(
            name="review",
            clock=ns.Every("7 days", start="2025-01-06T00:00"),
            priority=10,
            when="memorandum and not talks",
            effects=["talks = true"],
        ),
        ns.Action(name="cease", clock=ns.Exponential(0.05), when="talks", limit=1, effects=["ceasefire = true"]),
        ns.Question(name="talks", condition="talks"),
        ns.Question(name="ceasefire", condition="ceasefire"),
    )


@on_every_engine
def test_clones_of_the_toy(engine: str) -> None:
    """On day 3 there is no memorandum: talks on day 5 ask for it within 2 days, a ceasefire by 9 for 4 days after these."""
    population, row = stopped(engine, toy(), 3, "not memorandum")
    n = SIZE[engine]
    clones = cloned(population, row, n)
    early, cease = 1 - math.exp(-0.6), 1 - math.exp(-0.2)
    assert accepts(hits(clones, 5, "talks"), n, early)
    assert accepts(hits(clones, 9, "ceasefire"), n, early * cease)
    assert not accepts(hits(clones, 5, "talks"), n, 1 - math.exp(-1.5))  # as if it began anew on day 0
    assert not accepts(hits(same_future(engine, population, row, n), 5, "talks"), n, early)


@on_every_engine
@pytest.mark.parametrize(("day", "target"), [(3.0, 8.0), (6.0, 8.0), (4.0, 7.0)])
def test_clones_of_a_weibull_whose_pace_changes(engine: str, day: float, target: float) -> None:
    """Weibull(2, 10) at pace 2 from day 4 on, stopped before, at and after the change."""
    late = [ns.Fact("late"), switch("late", 4)]
    population, row = stopped(engine, story(ns.Weibull(2, 10), *late, pace="2 if late else 1"), day)

    def hazard(t: float) -> float:
        return (min(t, 4) / 10) ** 2 + 2 * ((max(t, 4) / 10) ** 2 - 0.16)

    n, p = SIZE[engine], 1 - math.exp(hazard(day) - hazard(target))
    clones = cloned(population, row, n)
    assert np.allclose(clones.consumed()[:, 0], hazard(day), rtol=1e-14)
    assert accepts(hits(clones, target), n, p)
    assert not accepts(hits(clones, target), n, 1 - math.exp(-hazard(target - day)))  # as if its age were lost
    assert not accepts(hits(same_future(engine, population, row, n), target), n, p)


ON_AND_OFF = [ns.Fact("open", True), switch("open", 3, "false"), switch("open", 5)]


@on_every_engine
@pytest.mark.parametrize("day", [4.0, 6.0, 7.5])
def test_clones_of_a_repeated_clock(engine: str, day: float) -> None:
    """It ran 3 days in vain, so that its target is above H(3): in the second run nothing can happen before age 3."""
    population, row = stopped(engine, story(ns.Weibull(2, 10), *ON_AND_OFF, when="open", memory="repeat"), day)
    n, p = SIZE[engine], 1 - math.exp((9 - 16) / 100)  # by age 4, given that the target is above H(3)
    clones = cloned(population, row, n)
    clones_of_one = cloned(clones, 3, n, branch=2)
    for both in (clones, clones_of_one):
        assert accepts(hits(both, 9), n, p)
        assert hits(both, 8) == 0
    forgets = 1 - math.exp(-0.16 + max(day - 5, 0) ** 2 / 100)  # as if what it had consumed before were forgotten
    if day < 7 or n > 10_000:  # so near the end of the first run few histories tell the two apart
        assert not accepts(hits(clones, 9), n, forgets)
    assert not accepts(hits(same_future(engine, population, row, n), 9), n, p)


@on_every_engine
def test_clones_of_a_clock_that_may_never_fire(engine: str) -> None:
    population, row = stopped(engine, story(ns.Exponential(0.3).or_never(0.4)), 3)

    def left(t: float) -> float:
        return 0.4 + 0.6 * math.exp(-0.3 * t)

    n, p = SIZE[engine], 1 - left(6) / left(3)
    clones = cloned(population, row, n)
    assert accepts(hits(clones, 6), n, p)
    assert accepts(hits(clones, 40), n, 1 - left(40) / left(3))
    assert not accepts(hits(clones, 6), n, 1 - left(3))  # as if nothing had been learned
    assert not accepts(hits(same_future(engine, population, row, n), 6), n, p)


@on_every_engine
def test_clones_of_a_fixed_delay_that_may_never_end(engine: str) -> None:
    """Before its time nothing is known of it; after it, that it never comes."""
    described = story(ns.Fixed(5).or_never(0.3))
    population, row = stopped(engine, described, 2)
    n = SIZE[engine]
    clones = cloned(population, row, n)
    number = hits(clones, 5)
    assert accepts(number, n, 0.7)
    assert hits(clones, 40) == number
    assert hits(clones, 4.9999) == 0
    assert hits(same_future(engine, population, row, n), 5) in (0, n)
    population, row = stopped(engine, described, 5)
    assert hits(cloned(population, row, n), 40) == 0


def other_laws() -> list[tuple[str, Any]]:
    kinds = [(f"{name}-{how}", wrapped(name, how)) for name in laws() for how in ("plain", "cut", "never", "both")]
    return [(name, law) for name, law in kinds if law is not None and not name.startswith("fixed")]


def law_of(program: Program) -> Law:
    law = program.bind(program.best()).laws[0]
    assert isinstance(law, Law)
    return law


@on_every_engine
@pytest.mark.parametrize(("name", "law"), other_laws(), ids=[name for name, _ in other_laws()])
def test_residual_lives(engine: str, name: str, law: Any) -> None:
    """At age 2.25 what is left of a life is that of the law, given that it lasted so long; at speed 1.5, from day 1.5 on."""
    population, row = stopped(engine, story(law, speed="1.5"), 1.5)
    n = SIZE[engine] // 4
    clones = cloned(population, row, n)
    given = law_of(clones.program)
    for day in (2.5, 4.0):
        p = 1 - survival(given, 1.5 * day) / survival(given, 2.25)
        assert accepts(hits(clones, day), n, p)
    if n > 1_000 and name.startswith(("weibull", "uniform")):
        assert not accepts(hits(clones, 4.0), n, 1 - survival(given, 3.75))


# ---- numbers ----


@on_every_engine
def test_which_numbers_a_clone_draws(engine: str) -> None:
    """Its running target and the outcome that this leads to have purpose 1; all later draws have purpose 0."""
    outcomes = [ns.Outcome(name="a", weight=1), ns.Outcome(name="b", weight=1)]
    work = ns.Action(name="work", clock=ns.Exponential(0.1), outcomes=outcomes)
    described = scenario(work, end=400)
    program = lower(described)
    population = prepare(engine, program).begin(Job(seed=5, replications=range(9), rows=((),), trace=9))
    row = int((population.advance(10 * DAY).snapshot().drawn[:, 0] == 1).argmax())  # it has not fired yet
    clone = population.select([row], 300, [2**40])
    draws = Stream(5, "action", "work")
    first = draws.uniforms(2**40, 0, 1, 300)
    assert clone.snapshot().target[0, 0] == 1.0 - math.log(first[0])
    events = clone.advance(program.horizon).block().traces[0].events
    due = 10 * DAY + round((1.0 - math.log(first[0]) - 1.0) / 0.1 * DAY)
    assert (events[0].at, events[0].outcome) == (due, "a" if first[1] < 0.5 else "b")
    for number in range(1, 5):
        u, v = draws.uniforms(2**40, number, 0, 300)
        due += round(-math.log(u) / 0.1 * DAY)
        assert (events[number].at, events[number].outcome) == (due, "a" if v < 0.5 else "b")


@on_every_engine
def test_drawn_sizes_of_clones_are_their_own(engine: str) -> None:
    trust = ns.Level("trust")
    described = scenario(
        trust, ns.Action(name="shift", clock=ns.Every("1 day"), effects=[trust.add(ns.Normal(0, 1))]), end=3
    )
    population, _ = stopped(engine, described, 2, "true")
    clones = population.select([0, 0, 4], 9, [70, 71, 72])
    final = clones.advance(3 * DAY).block().final[:, 0]
    before = population.values("trust")[[0, 0, 4]]
    sizes = [stats.norm.isf(Stream(11, "effect", "shift>trust").uniforms(k, 2, 0, 9)[0]) for k in (70, 71, 72)]
    assert final == pytest.approx(before + sizes, rel=1e-12)


@on_every_engine
def test_clones_of_clones_differ(engine: str) -> None:
    population, row = stopped(engine, toy(), 3, "not memorandum")
    one = population.select([row] * 5, 1, range(5))
    two = one.select([0] * 5, 2)
    three = two.select(range(5), 3)
    deliver = [action.name for action in population.program.actions].index("deliver")
    targets = np.concatenate([p.snapshot().target[:, deliver] for p in (population, one, two, three)])
    waiting = targets[targets > 0]
    assert len(np.unique(waiting)) == len(waiting) > 15
    assert three.snapshot().branches.tolist() == [[0, 1, 2, 3]] * 5
    # the histories that were cloned stay what they were
    assert population.snapshot().target[row, deliver] == targets[row]


@on_every_engine
def test_a_clone_due_now_fires_first_of_all_that_is_to_come(engine: str) -> None:
    """The support of its law ends while its pace is 0: it is due the instant that it may go on, also in a clone."""
    wait = [ns.Fact("go"), switch("go", 6)]
    population, row = stopped(engine, story(ns.Uniform(0, 4), *wait, pace="1 if go else 0"), 5)
    clones = cloned(population, row, 20)
    assert hits(clones, 5.999) == 0
    assert hits(clones, 6) == 20


# ---- what is refused ----


@on_every_engine
def test_what_cannot_be_asked_is_refused(engine: str) -> None:
    program = lower(toy())
    kernel = prepare(engine, program)
    population = kernel.begin(one_job(program, 6)).advance(3 * DAY)
    for until in (2 * DAY, program.horizon + 1, 3.5 * DAY + 0.25, math.nan):
        with pytest.raises(EngineError, match=r"stand at microsecond 259200000000 .* give a whole number"):
            population.advance(until)
    with pytest.raises(EngineError, match="have no results yet; advance them to the end"):
        population.block()
    for branch in (0, -1, 2**16):
        with pytest.raises(EngineError, match="give a number from 1 to 65535"):
            population.select([0], branch)
    with pytest.raises(EngineError, match="was taken by these histories or their ancestors"):
        population.select([0], 4).select([0], 5).select([0], 4)
    with pytest.raises(EngineError, match="7 clones of 6 histories need numbers of their own"):
        population.select([0] * 7, 1)
    for numbers in ([1, 1], [1], [-1, 2]):
        with pytest.raises(EngineError, match="give 2 different ones"):
            population.select([0, 0], 1, numbers)
    for rows in ([6], [-1]):
        with pytest.raises(EngineError, match="there are 6 histories"):
            population.select(rows, 1)
    with pytest.raises(EngineError, match="no 'talk'; did you mean 'talks'"):
        population.values("talk and memorandum")
    other = lower(scenario(ns.Fact("a")))
    with pytest.raises(EngineError, match="a snapshot of another scenario"):
        prepare(engine, other).resume(population.snapshot())
    with pytest.raises(EngineError, match=r"damaged \(age\)"):
        kernel.resume(replace(population.snapshot(), age=np.zeros((2, 2))))
    with pytest.raises(ValueError, match="read-only"):
        population.snapshot().age[0] = 1.0


@on_every_engine
def test_a_history_that_failed_has_no_clones(engine: str) -> None:
    broken = ns.Action(name="break", clock=ns.Exponential(0.2), effects=["x = 1 / (x - x)"])
    program = lower(scenario(ns.Level("x", 1), broken, ns.Question(name="q", condition="x > 5")))
    job = replace(one_job(program, 30), stop_at_failure=False)
    population = prepare(engine, program).begin(job).advance(5 * DAY)
    failed = population.snapshot().failed
    assert 5 < failed.sum() < 25
    assert np.isnan(population.values("x")).tolist() == failed.tolist()
    with pytest.raises(EngineError, match="has failed and has no future"):
        population.select(failed.nonzero()[0], 1)
    assert len(population.select((~failed).nonzero()[0], 1).snapshot()) == (~failed).sum()
    resumed = prepare(engine, program).resume(population.snapshot())
    block, whole = resumed.advance(program.horizon).block(), population.advance(program.horizon).block()
    assert block.failed.tolist() == whole.failed.tolist() == prepare(engine, program).run(job).failed.tolist()
    said = dict(zip(block.replications[block.failed], block.failures, strict=True))
    assert all("failed before the snapshot" in str(said[k]) for k in failed.nonzero()[0][:3])
    with pytest.raises(EvaluationError, match="1 / "):
        prepare(engine, program).begin(replace(job, stop_at_failure=True)).advance(5 * DAY)


@on_every_engine
def test_values_are_those_of_the_present_state(engine: str) -> None:
    program = lower(toy())
    population = prepare(engine, program).begin(one_job(program, 50))
    assert population.now == 0.0
    assert population.values("memorandum").sum() == 0
    population.advance(8 * DAY)
    talks = population.values(ns.Fact("memorandum") & ns.Fact("talks"))
    assert talks.tolist() == (prepare(engine, program).run(one_job(program, 50)).first[:, 1] <= 8 * DAY).tolist()
    assert population.values("3").tolist() == [3.0] * 50
    with pytest.raises(EvaluationError, match="1 / "):
        population.values("1 / (0 if talks else 1)")


def test_engines_are_two() -> None:
    """Else the twins compare nothing."""
    assert len(AVAILABLE) == 2
    assert len(dict(clocks())) > 100
    assert job_of(lower(toy())).trace == 40


# ---- hazards ----


@on_every_engine
def test_log_hazard_at_the_present_age_and_pace(engine: str) -> None:
    """Weibull(2, 10) at speed 1.5 from the start and pace 3 from day 2 on: h(x) = x/50, times pace and speed."""
    parts = [ns.Fact("late"), switch("late", 2), ns.Action(name="dated", clock=ns.On(3.0))]
    population, row = stopped(engine, story(ns.Weibull(2, 10), *parts, pace="3 if late else 1", speed="1.5"), 1)
    assert population.log_hazard("act")[row] == pytest.approx(math.log(1.5 / 50 * 1.5), rel=1e-14)
    population.advance(4 * DAY)
    alive = population.values("not done") == 1
    assert population.log_hazard("act")[alive] == pytest.approx(math.log(6 / 50 * 1.5 * 3), rel=1e-14)
    assert np.isneginf(population.log_hazard("act")[~alive]).all()
    assert (~alive).sum() > 10
    with pytest.raises(EngineError, match="no action 'acts'; did you mean 'act'"):
        population.log_hazard("acts")
    with pytest.raises(EngineError, match="dated has no hazard, because it fires at fixed times"):
        population.log_hazard("dated")


@on_every_engine
def test_log_hazard_of_a_repeated_clock(engine: str) -> None:
    """It is known not to fire before it has been where its first run ended."""
    population, row = stopped(engine, story(ns.Weibull(2, 10), *ON_AND_OFF, when="open", memory="repeat"), 4)
    found = []
    for day in (4, 7, 8, 9):
        population.advance(day * DAY)
        found.append((float(population.log_hazard("act")[row]), float(population.consumed()[row, 0])))
    found = [
        pair for pair, known in zip(found, [True, True, True, population.values("not done")[row]], strict=True) if known
    ]
    wanted = [(-math.inf, 0), (-math.inf, 0.04), (math.log(3 / 50), 0.09), (math.log(4 / 50), 0.16)]
    for (rate, consumed), (log_rate, hazard) in zip(found, wanted, strict=False):
        assert rate == pytest.approx(log_rate, rel=1e-14)
        assert consumed == pytest.approx(hazard, rel=1e-14)


@on_every_engine
@pytest.mark.parametrize(("name", "law"), other_laws(), ids=[name for name, _ in other_laws()])
def test_log_hazard_is_how_fast_hazard_is_consumed(engine: str, name: str, law: Any) -> None:
    population, row = stopped(engine, story(law, pace="2", speed="1.25"), 2.5)
    before, at = population.consumed()[row, 0], population.log_hazard("act")[row]
    population.advance(2.5 * DAY + 1e6)  # a second later
    if population.values("done")[row] == 0:
        grown = (population.consumed()[row, 0] - before) * 86_400
        assert math.exp(at) == pytest.approx(grown, rel=1e-3, abs=1e-9)
