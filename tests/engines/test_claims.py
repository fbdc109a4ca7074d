"""Contested claims: drawn with their row or anew for each history, with keys as the semantics says, or read one way."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from engines.bits import assert_same
from hypothesis import given
from hypothesis import strategies as st
from running import AVAILABLE, on_every_engine, scenario
from scipy.stats import binom

import negsim as ns
from negsim.engines import Job, prepare
from negsim.program import lower

SURE, DOUBTED = 0.7, 0.4
IF_TRUE, IF_FALSE, DATE = 0.9, 0.2, 3.0


def world(clock=None, *more):
    """Somebody delivers; how fast depends on a claim, and on whether another party holds a second claim true."""
    return scenario(
        ns.Parameter("c", True, ns.chance(SURE)),
        ns.Claim("terms", by="north", credibility=DOUBTED, views={"south": f"{IF_TRUE} if terms.holds else {IF_FALSE}"}),
        ns.Fact("x"),
        ns.Action(name="go", when="not x", clock=clock or ns.Exponential(0.5),
                  pace="(1 if c else 0.02) * (2 if south.sees.terms else 1)", effects=["x = true"]),
        ns.Question(name="q", condition="x", by=DATE),
        ns.Question(name="truth", kind="holds", condition="terms.holds", by=DATE),
        ns.Question(name="given", condition="x", by=DATE, given="south.sees.terms", given_by=1),
        *more,
        end=10,
    )  # fmt: skip


def by_date(c, seen):
    return 1 - math.exp(-0.5 * (1 if c else 0.02) * (2 if seen else 1) * DATE)


SEEN = DOUBTED * IF_TRUE + (1 - DOUBTED) * IF_FALSE
RIGHT = sum(
    (SURE if c else 1 - SURE) * (SEEN if seen else 1 - SEEN) * by_date(c, seen) for c in (0, 1) for seen in (0, 1)
)


# ---- keys, worked out from the published words of the generator -------------------------------------------------------
def philox(counter, key):
    """Philox4x32-10, from the paper."""
    a, b, c, d = counter
    k, j = key
    for _ in range(10):
        first, second = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (second >> 32) ^ b ^ k, second % 2**32, (first >> 32) ^ d ^ j, first % 2**32
        k, j = (k + 0x9E3779B9) % 2**32, (j + 0xBB67AE85) % 2**32
    return a, b, c, d


def uniform(seed, kind, name, number):
    """Uniform a of occurrence 0, purpose 0."""
    digest = hashlib.blake2b(f"{seed}\0{kind}\0{name}".encode(), digest_size=8).digest()
    key = int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")
    low, high, _, _ = philox((number % 2**32, number >> 32, 0, 0), key)
    return (((high << 32 | low) >> 12) + 0.5) * 2.0**-52


def test_the_generator_of_this_test_gives_the_published_answers():
    assert [f"{word:08x}" for word in philox((0,) * 4, (0, 0))] == ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]
    assert [f"{word:08x}" for word in philox((2**32 - 1,) * 4, (2**32 - 1,) * 2)] == [
        "408f276d", "41c83b0e", "a20bc7c6", "6d5451fd",
    ]  # fmt: skip


@on_every_engine
@pytest.mark.parametrize("draws", [None, 23])
def test_a_claim_is_drawn_with_its_own_key(engine, draws):
    seed, count = 11, 60
    runs = ns.simulate(world(), replications=count, seed=seed, engine=engine, draws=draws, trace=count)
    for history in runs.block.traces:
        r = history.replication
        row = r if draws is None else r % draws
        begun = dict(history.initial)
        assert begun["c"] == (uniform(seed, "parameter", "c", row) < SURE)
        holds = uniform(seed, "parameter", "terms.holds", row) < DOUBTED
        assert begun["terms.holds"] == holds
        assert begun["south.sees.terms"] == (
            uniform(seed, "variable", "south.sees.terms", r) < (IF_TRUE if holds else IF_FALSE)
        )
    assert len({(dict(t.initial)["c"], dict(t.initial)["terms.holds"]) for t in runs.block.traces}) == 4


# ---- both modes have the same mean ------------------------------------------------------------------------------------
@on_every_engine
@pytest.mark.parametrize("draws", [None, 20_000])
def test_both_modes_have_the_mean_of_the_formula(engine, draws):
    n = 20_000
    runs = ns.simulate(world(), replications=n, seed=5, engine=engine, draws=draws, keep="answers")
    hits = int(runs.answers("q")[0].sum())
    assert binom.ppf(5e-10, n, RIGHT) <= hits <= binom.isf(5e-10, n, RIGHT)
    likelier = SEEN * by_date(1, 1) + (1 - SEEN) * by_date(1, 0)
    assert not binom.ppf(5e-10, n, likelier) <= hits <= binom.isf(5e-10, n, likelier), "true in all histories"


@on_every_engine
def test_best_values_and_drawn_rows_agree_where_the_claim_is_all_that_is_uncertain(engine):
    n = 12_000
    best = ns.simulate(world(), replications=n, seed=5, engine=engine).answers("q")[0]
    rows = ns.simulate(world(), replications=n, seed=6, engine=engine, draws=n).answers("q")[0]
    z = (best.mean() - rows.mean()) / math.sqrt((best.var() + rows.var()) / n)
    assert abs(z) < 6
    one_way = ns.simulate(world(), replications=n, seed=6, engine=engine, fix={"c": True}).answers("q")[0]
    assert abs(best.mean() - one_way.mean()) / math.sqrt((best.var() + one_way.var()) / n) > 6


@on_every_engine
def test_fixed_either_way_brackets_and_mixes_to_the_drawn(engine):
    n = 5_000

    def share(**said):
        return ns.simulate(world(), replications=n, seed=8, engine=engine, **said).answers("q")[0]

    yes, no, mixed = share(fix={"c": True}), share(fix={"c": False}), share()
    assert no.mean() < mixed.mean() < yes.mean()
    truth = ns.simulate(world(), replications=n, seed=8, engine=engine, trace=n).block.traces
    told = np.array([dict(history.initial)["c"] for history in truth]) == 1
    assert np.array_equal(mixed, np.where(told, yes, no)), "reading a claim one way leaves all other draws"


def test_fix_is_with_parameter_and_takes_the_claims_name():
    for one in (world().fixing({"terms": False}), world().with_parameter("terms.holds", False)):
        truth = one.expanded.parameters["terms.holds"]
        assert (truth.best, truth.belief) == (False, None)
    runs = ns.simulate(world(), replications=50, seed=1, fix={ns.Parameter("c", True): False, "terms": True})
    assert runs.answers("truth")[0].all()
    assert runs.scenario == world().with_parameter("c", False).with_parameter("terms.holds", True)
    with pytest.raises(ns.errors.UnknownName, match=r"no such parameter; did you mean 'terms\.holds'"):
        ns.simulate(world(), replications=1, fix={"terms.hold": True})
    with pytest.raises(ns.errors.ScenarioError, match="give true or false"):
        ns.simulate(world(), replications=1, fix={"terms": 0.3})


# ---- nothing else shows in the results -----------------------------------------------------------------------------------
LAW = ns.Weibull(shape="2 if terms.holds else 0.7", scale="1 if c else 20")


@pytest.mark.skipif("compiled" not in AVAILABLE, reason="the compiled engine is not built")
def test_engines_agree_to_the_bit_where_laws_read_claims():
    assert_same(world(LAW), count=200, seed=2**64 - 1)
    assert_same(world(LAW), count=60, draws=13)


@given(st.integers(1, 70), st.lists(st.integers(0, 2**40), min_size=1, max_size=30, unique=True), st.data())
def test_a_history_does_not_depend_on_the_block_it_is_told_in(claims, numbers, data):
    names = [f"c{k}" for k in range(claims)]
    reads = " + ".join(f"(1 if {name} else 0)" for name in names)
    described = scenario(
        *(ns.Parameter(name, True, ns.chance(0.5)) for name in names),
        ns.Counter("n", reads),
        ns.Question(name="sum", kind="value", condition="n", by=1),
    )
    program = lower(described)
    engine = data.draw(st.sampled_from(AVAILABLE))
    job = Job(seed=4, replications=numbers, rows=(program.best(),), contested=program.contested)
    block = prepare(engine, program).run(job)
    assert block.at[:, 0].tolist() == [sum(uniform(4, "parameter", name, r) < 0.5 for name in names) for r in numbers]


@on_every_engine
def test_replay_workers_and_checkpoints(engine, tmp_path):
    whole = ns.simulate(world(LAW), replications=300, seed=3, engine=engine, trace=300)
    parts = ns.simulate(world(LAW), replications=300, seed=3, engine=engine, block=7, workers=2)
    assert np.array_equal(whole.block.final, parts.block.final)
    assert ns.replay(whole, 17) == whole.block.traces[17]
    path = tmp_path / "runs.npz"
    ns.simulate(world(LAW), replications=100, seed=3, engine=engine, checkpoint=path)
    resumed = ns.simulate(world(LAW), replications=300, seed=3, engine=engine, checkpoint=path)
    assert np.array_equal(whole.block.final, resumed.block.final)
    counted = ns.simulate(world(LAW), replications=300, seed=3, engine=engine, keep="counts")
    assert counted.probability("q").hits == whole.probability("q").hits


# ---- exact -------------------------------------------------------------------------------------------------------------
def test_the_exact_engine_mixes_over_claims():
    solution = ns.solve(world())
    assert solution.probability("q").value == pytest.approx(RIGHT, rel=1e-12)
    assert solution.probability("truth").value == pytest.approx(DOUBTED, rel=1e-12)
    given_seen = SURE * by_date(1, 1) + (1 - SURE) * by_date(0, 1)
    assert solution.probability("given").value == pytest.approx(given_seen, rel=1e-9)
    rows = {row.id: row.value for row in ns.solve_answers(world()).answers}
    assert rows["q"] == pytest.approx(RIGHT, rel=1e-12)
    one_way = ns.solve(world(), fix={"c": True}).probability("q").value
    assert one_way == pytest.approx(SEEN * by_date(1, 1) + (1 - SEEN) * by_date(1, 0), rel=1e-12)
    assert one_way != pytest.approx(RIGHT, rel=1e-3)
    assert ns.verify(world(), replications=2000).agree


def test_what_is_given_moves_the_mixture_and_not_its_parts():
    """The claim is likelier among the histories in which what it speeds happened early."""
    solution = ns.solve(world(None, ns.Question(name="back", kind="holds", condition="c", by=DATE)))
    early = solution.given(ns.Observed(condition="x", on=1))
    x = {c: SEEN * (1 - math.exp(-1.0 * (1 if c else 0.02))) + (1 - SEEN) * (1 - math.exp(-0.5 * (1 if c else 0.02)))
         for c in (0, 1)}  # fmt: skip
    assert early.probability("back").value == pytest.approx(SURE * x[1] / (SURE * x[1] + (1 - SURE) * x[0]), rel=1e-9)


def test_initial_values_that_read_a_claim_are_mixed_too():
    described = world(None, ns.Level("size", "2 if c else 0.5", low=0, high=3, step=0.5), ns.Fact("both", "c and terms.holds"),
                      ns.Question(name="size_mean", kind="value", condition="size + (10 if both else 0)", by=1))  # fmt: skip
    right = 2 * SURE + 0.5 * (1 - SURE) + 10 * SURE * DOUBTED
    assert ns.solve(described).value("size_mean").value == pytest.approx(right, rel=1e-12)


def test_a_law_that_reads_a_claim_has_no_exact_answer_until_it_is_read_one_way():
    described = world(ns.Exponential("0.5 if c else 0.1"))
    with pytest.raises(
        ns.errors.EngineError, match=r"action go: its law reads the contested claim c.*fix=\{'c': True\}"
    ):
        ns.solve(described)
    assert 0 < ns.solve(described, fix={"c": True}).probability("q").value < 1
    with pytest.raises(ns.errors.EngineError, match=r"south\.sees\.terms.*contested claim terms\.holds"):
        ns.export_prism(world(), stages=20)
