"""Many variants and questions at once, and sweeps of parameters."""

from __future__ import annotations

import math

import pytest

import negsim as ns
from negsim.errors import ArgumentError, EstimateError, UnknownName


@pytest.fixture(scope="module")
def runs() -> list[ns.Runs]:
    toy = ns.load("toy")
    several = (toy, toy.do("memorandum.delivered", on="2025-01-02"), toy.do("memorandum.delivered", never=True))
    return [ns.simulate(one, replications=2_000, seed=1) for one in several]


def test_a_table_has_the_comparisons_of_two(runs: list[ns.Runs]) -> None:
    questions = ["talks_day_5", "summit_by_day_30"]
    table = ns.compare(runs[0], {"early": runs[1], "never": runs[2]}, questions)
    for name, variant in (("early", runs[1]), ("never", runs[2])):
        for question in questions:
            alone = ns.compare(runs[0], variant, question)
            assert table[name, question].difference == alone.difference
            wide, narrow = table.interval(name, question), alone.interval()
            assert wide.low <= narrow.low <= narrow.high <= wide.high
            assert wide.level == pytest.approx(1 - 0.05 / 4)
    assert table.changes("never", "talks_day_5") == -1
    assert [row["variant"] for row in table.rows()] == ["early", "early", "never", "never"]
    assert "talks_day_5 by" in str(table)


def test_variants_without_names(runs: list[ns.Runs]) -> None:
    table = ns.compare(runs[0], runs[1:], "talks_day_5")
    assert table.variants == ("toy with do memorandum.delivered", "toy with do memorandum.delivered (2)")
    assert len(ns.compare(runs[0], runs[1], ["talks_day_5"])) == 1


def test_nothing_to_compare(runs: list[ns.Runs]) -> None:
    for variants, questions in (([], ["talks_day_5"]), ([runs[1]], []), ([runs[1]], ["talks_day_5", "talks_day_5"])):
        with pytest.raises(EstimateError):
            ns.compare(runs[0], variants, questions)


def deal() -> ns.Scenario:
    act = ns.Action(name="sign", when="not signed", clock=ns.Exponential("rate"), effects=["signed = true"])
    asked = ns.Question(name="soon", condition="signed", by="2 days")
    return ns.Scenario(
        "deal", start="2025-01-01", end=10, parts=[ns.Parameter("rate", 0.3), ns.Fact("signed"), act, asked]
    )


def test_a_sweep_has_the_closed_form() -> None:
    rates = [0.1, 0.2, 0.3, 0.6]
    table = ns.sweep(deal(), rate=rates, seed=4, replications=20_000)
    for rate in rates:
        truth = math.exp(-0.6) - math.exp(-2 * rate)
        one = table[f"rate = {rate}", "soon"]
        assert truth in one.interval(0.9999)
        assert min(one.gained.size, one.lost.size) == 0  # monotone, history by history
    assert table["rate = 0.3", "soon"].value == 0
    assert table.changes("rate = 0.3", "soon") == 0
    assert ns.sweep(deal(), {"rate": [0.6]}, seed=4, questions=["soon"], replications=20_000).found[0].value == (
        table["rate = 0.6", "soon"].value
    )


def test_a_sweep_of_nothing() -> None:
    with pytest.raises(ArgumentError):
        ns.sweep(deal())
    with pytest.raises(ArgumentError):
        ns.sweep(deal(), rate=[])
    with pytest.raises(UnknownName):
        ns.sweep(deal(), pace=[1.0])
