"""Enough histories: intervals that hold however often one looks, and a number of histories that no worker decides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from believed_scenario import believed_toy
from scipy.special import betaln, xlog1py, xlogy
from scipy.stats import binom

import negsim as ns
from negsim.errors import ArgumentError, EstimateError
from negsim.estimates.intervals import clopper_pearson, sequence
from negsim.running.precision import Precision

ALPHA = 0.05


def outside(n: int, p: float) -> np.ndarray:
    """For each number of hits, whether the sequence leaves out p: its definition."""
    hits = np.arange(n + 1)
    return betaln(hits + 1, n - hits + 1) + math.log(ALPHA) >= xlogy(hits, p) + xlog1py(n - hits, -p)


def outside_exact(n: int, p: float) -> np.ndarray:
    """The same of Clopper-Pearson's interval."""
    hits = np.arange(n + 1)
    return (binom.sf(hits - 1, n, p) < ALPHA / 2) | (binom.cdf(hits, n, p) < ALPHA / 2)


def missed(shares: list[float], rule: object, first: int, last: int) -> float:
    """Chance that any look misses the mean share, histories going through the shares in turn; looks after whole turns."""
    mean, turn = sum(shares) / len(shares), len(shares)
    alive, lost = np.array([1.0]), 0.0
    for n in range(1, last + 1):
        p = shares[(n - 1) % turn]
        alive = np.append(alive * (1 - p), 0.0) + np.append(0.0, alive * p)
        if n >= first and n % turn == 0:
            out = rule(n, mean)  # type: ignore[operator]
            lost += float(alive[out].sum())
            alive[out] = 0.0
    return lost


def test_rules_are_the_intervals() -> None:
    for n, p in ((10, 0.3), (57, 0.3), (40, 0.5)):
        for rule, interval in ((outside, sequence), (outside_exact, clopper_pearson)):
            ends = [interval(hits, n, ALPHA) for hits in range(n + 1)]
            assert [not low <= p <= high for low, high in ends] == rule(n, p).tolist()


@pytest.mark.parametrize("p", [0.02, 0.3, 0.5])
def test_looking_always_misses_in_less_than_5_percent(p: float) -> None:
    assert 0.001 < missed([p], outside, 10, 2_000) < ALPHA


def test_the_wrong_model_misses_often() -> None:
    assert missed([0.3], outside_exact, 10, 2_000) == pytest.approx(0.436, abs=0.0005)


@pytest.mark.parametrize("shares", [[0.1, 0.5], [0.02, 0.3, 0.9], [0.5, 0.5, 0.5, 0.1]])
def test_it_holds_for_draws_in_turn(shares: list[float]) -> None:
    same = [sum(shares) / len(shares)] * len(shares)
    assert missed(shares, outside, 10, 1_200) <= missed(same, outside, 10, 1_200) < ALPHA


def test_looks_are_fixed_and_whole_turns() -> None:
    one = Precision(wanted={"q": 0.01}, cycle=1)
    assert list(one.looks(0, 2_000)) == [1_000, 1_250, 1_562, 1_953, 2_000]
    assert list(one.looks(1_300, 2_000)) == [1_562, 1_953, 2_000]
    turns = Precision(wanted={"q": 0.01}, cycle=300)
    looks = list(turns.looks(0, 5_000))
    assert all(look % 300 == 0 for look in looks)
    assert looks == sorted(set(looks))


def test_the_number_of_histories_does_not_hang_on_workers_and_blocks() -> None:
    kinds = [{"workers": 1}, {"workers": 2, "block": 37}, {"keep": "counts"}, {"keep": "answers", "block": 501}]
    runs = [ns.simulate(ns.load("toy"), seed=3, precision=0.03, **kind) for kind in kinds]  # type: ignore[call-overload]
    assert len({one.replications for one in runs}) == 1
    assert len({one.note.split("at 95 %")[1] for one in runs}) == 1
    assert not any(one.partial for one in runs)
    assert 1_000 < runs[0].replications < 20_000


def test_every_question_is_as_precise_as_is_wanted() -> None:
    runs = ns.simulate(ns.load("toy"), seed=5, precision=0.02)
    asked = [one.name for one in ns.load("toy").expanded.questions.values() if one.probable and one.given is None]
    for name in asked:
        share = runs.probability(name)
        assert share.interval(0.95, "sequence").width / 2 <= 0.02  # type: ignore[call-arg]
    fewer = ns.simulate(ns.load("toy"), seed=5, replications=runs.replications - 1)
    assert np.array_equal(fewer.answers("talks_day_5")[0], runs.answers("talks_day_5")[0][:-1])
    assert "known to within" in runs.note


def test_a_question_of_ones_own() -> None:
    one = ns.Question(name="mine", condition="talks.held", by="12 days")
    runs = ns.simulate(ns.load("toy"), seed=5, precision={"mine": 0.03}, questions=[one])
    assert runs.probability("mine").interval(0.95, "sequence").width / 2 <= 0.03  # type: ignore[call-arg]
    assert "the question" in runs.note


def test_draws_are_told_of() -> None:
    runs = ns.simulate(believed_toy(), seed=5, precision=0.03, draws=300)
    assert runs.replications % 300 == 0
    assert "these 300 draws" in runs.note
    all_new = ns.simulate(believed_toy(), seed=5, precision=0.03, draws=9_000, replications=9_000)
    assert "these" not in all_new.note


def test_precision_that_is_not_reached_is_said() -> None:
    runs = ns.simulate(ns.load("toy"), seed=5, precision=0.001, replications=1_500)
    assert runs.replications == 1_500
    assert "precision not reached" in runs.note


def test_a_checkpoint_goes_on_to_the_same_number(tmp_path: object) -> None:
    path = f"{tmp_path}/run"
    whole = ns.simulate(ns.load("toy"), seed=3, precision=0.03)
    ns.simulate(ns.load("toy"), seed=3, replications=1_100, checkpoint=path)
    assert ns.simulate(ns.load("toy"), seed=3, precision=0.03, checkpoint=path).replications == whole.replications


@pytest.mark.parametrize("wrong", [0, 0.5, -1.0, True, "a", {"nobody": 0.1}, {"talks_day_5": 2}])
def test_what_is_no_precision(wrong: object) -> None:
    with pytest.raises(ArgumentError):
        ns.simulate(ns.load("toy"), precision=wrong)  # type: ignore[call-overload]


def test_no_question_to_be_precise_of() -> None:
    with pytest.raises(EstimateError):
        ns.simulate(ns.load("toy"), precision={})


@pytest.mark.parametrize("draws", [None, 200])
def test_where_nothing_is_believed_nothing_is_said_of_draws(draws: int | None) -> None:
    """All rows of parameters are the same there, so that looks need not wait for whole turns of them."""
    runs = ns.simulate(ns.load("toy"), precision=0.02, draws=draws, seed=1)
    assert "draws of the parameters" not in runs.note
    assert runs.replications == ns.simulate(ns.load("toy"), precision=0.02, seed=1).replications


def test_exact_answers_take_no_precision(capsys: pytest.CaptureFixture[str]) -> None:
    from negsim.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["run", "toy", "--precision", "0.02", "--engine", "exact"])
    assert ended.value.code == 2
    assert "leave --precision away" in " ".join(capsys.readouterr().err.split())


def test_a_share_of_the_probability_itself() -> None:
    """At p = .777 a twentieth of it is .039 points; the rarer the event, the more histories it takes."""
    runs = ns.simulate(ns.load("toy"), seed=1, precision={"talks_day_5": "5 %"})
    share = runs.probability("talks_day_5")
    found = share.interval(0.95, "sequence")
    assert found.width / 2 <= 0.05 * (found.low + found.high) / 2
    assert "5 % of their size" in runs.note
    points = ns.simulate(ns.load("toy"), seed=1, precision={"talks_day_5": 0.05 * 0.7768698})
    assert abs(runs.replications / points.replications - 1) < 0.6  # within a look of each other
    rare = ns.Question(name="early", condition="summit.held", by="2025-01-10")
    both = ns.simulate(ns.load("toy"), seed=1, questions=[rare], precision={"early": "20 %", "talks_day_5": 0.2})
    assert both.replications > points.replications
    early = both.probability("early").interval(0.975, "sequence")
    assert early.width / 2 <= 0.2 * (early.low + early.high) / 2


@pytest.mark.parametrize("wrong", ["ten", "0 %", "100 %", "-5 %", "0.01", ""])
def test_what_is_no_share(wrong: str) -> None:
    with pytest.raises(ArgumentError, match="write a share of the probability itself as a text such as '10 %'"):
        ns.simulate(ns.load("toy"), seed=1, precision=wrong)
