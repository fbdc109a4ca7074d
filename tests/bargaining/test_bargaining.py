"""Bargaining: the points, shares, ranges and tactics that theory gives, and the word that plays them round by round."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim.bargaining import (
    Side,
    bargaining_range,
    best_package,
    conceded,
    exponent_of,
    frontier,
    imitate,
    interval,
    kalai_smorodinsky,
    nash,
    rubinstein,
)
from negsim.bargaining.challenge import Actor, ChallengeModel, ExperimentalWarning, weighted_median


def dome(u: float) -> float:
    return 1 - u * u


def test_nash_known_answer() -> None:
    found = nash(dome)
    assert found is not None
    # d/du of u (1 - u^2) is zero at 1/sqrt(3).
    assert found.first == pytest.approx(1 / math.sqrt(3), abs=1e-9)
    assert (round(found.first, 7), round(found.second, 7)) == (0.5773503, 0.6666667)


def test_kalai_smorodinsky_known_answer() -> None:
    found = kalai_smorodinsky(dome)
    assert found is not None
    golden = (math.sqrt(5) - 1) / 2
    assert found == pytest.approx((golden, golden), abs=1e-12)
    assert (round(found.first, 7), round(found.second, 7)) == (0.6180340, 0.6180340)


def test_the_two_points_differ_where_the_frontier_is_bent() -> None:
    assert nash(dome) != pytest.approx(kalai_smorodinsky(dome), abs=1e-3)
    straight = lambda u: 1 - u  # noqa: E731 # one line says it
    assert nash(straight) == pytest.approx((0.5, 0.5), abs=1e-9)
    assert kalai_smorodinsky(straight) == pytest.approx((0.5, 0.5), abs=1e-9)


def test_disagreement_and_power_move_the_nash_point() -> None:
    straight = lambda u: 1 - u  # noqa: E731 # one line says it
    assert nash(straight, disagreement=(0.2, 0.4)) == pytest.approx((0.4, 0.6), abs=1e-9)
    assert nash(straight, power=0.7) == pytest.approx((0.7, 0.3), abs=1e-9)


@pytest.mark.parametrize("solve", [nash, kalai_smorodinsky])
def test_an_empty_zone_is_no_agreement_and_no_exception(solve: Any) -> None:
    assert solve(dome, disagreement=(0.9, 0.9)) is None
    assert solve(dome, disagreement=(1.2, 0.0)) is None


@pytest.mark.parametrize("solve", [nash, kalai_smorodinsky])
def test_scale_of_utilities_does_not_matter(solve: Any) -> None:
    """Both solutions are covariant: stretching one side's scale stretches its utility at the point."""
    plain = solve(dome)
    stretched = solve(lambda u: 10 * dome(u / 3), high=3)
    assert stretched == pytest.approx((3 * plain.first, 10 * plain.second), abs=1e-7)


def test_rubinstein_known_answer() -> None:
    assert rubinstein(0.9, 0.8).first == pytest.approx(0.2 / 0.28)
    assert round(rubinstein(0.9, 0.8).first, 7) == 0.7142857
    assert rubinstein(0.99999, 0.99999).first == pytest.approx(0.5, abs=1e-5), "no haste, equal shares"
    with pytest.raises(ns.errors.ScenarioError, match="discount factor"):
        rubinstein(1.0, 0.5)


def test_concession_known_answers_and_the_convention_of_the_exponent() -> None:
    assert conceded(5, 10, 0.2) == 0.03125, "boulware: exponent below 1"
    assert conceded(5, 10, 2) == pytest.approx(0.70711, abs=5e-6), "conceder: exponent above 1"
    assert conceded(5, 10, 1) == 0.5
    # The other convention in use has the power itself: 0.5 ** 0.2 would make 0.2 the conceder.
    assert round(0.5**0.2, 5) == 0.87055
    assert conceded(0, 10, 0.2, start=0.1) == 0.1
    assert conceded(99, 10, 0.2) == 1.0
    with pytest.raises(ns.errors.ScenarioError, match="exponent > 0"):
        conceded(1, 10, 0)


@given(st.floats(0.05, 8), st.floats(0.01, 0.99))
def test_exponent_of_inverts_conceded(exponent: float, share: float) -> None:
    at = conceded(share * 10, 10, exponent)
    if 1e-12 < at < 1 - 1e-9:
        assert exponent_of(share * 10, 10, at) == pytest.approx(exponent, rel=1e-5)


def test_tit_for_tat_answers_in_kind_and_never_goes_behind_its_opening() -> None:
    assert imitate(0.25, 0.125) == 0.375
    assert imitate(0.25, 0.125, ratio=2) == 0.5
    assert imitate(0.25, -0.5, start=0.1) == 0.1
    assert imitate(0.9, 0.5) == 1.0


def test_bargaining_range_known_answer() -> None:
    found = bargaining_range(0.6, 0.1, 0.15)
    assert (found.low, found.high) == (0.5, 0.75)
    assert not found.empty
    assert bargaining_range(0.95, 0.1, 0.15).high == 1.0
    assert bargaining_range(0.8, 0.1, 0.1, believed_by_second=0.5).empty, "mutual optimism"


def one_issue(high: float, low: float) -> tuple[Side, Side]:
    return Side(ideal={"price": 10}, limit={"price": low}), Side(ideal={"price": 0}, limit={"price": high})


def test_zone_of_one_issue() -> None:
    zone = interval(*one_issue(high=7, low=4))
    assert (zone.low, zone.high, zone.width) == (4, 7, 3)
    empty = interval(*one_issue(high=3, low=4))
    assert empty.empty
    assert empty.width == 0
    assert best_package(*one_issue(high=3, low=4)) is None
    assert frontier(*one_issue(high=3, low=4)) == []


def test_several_issues_can_make_a_zone_that_each_alone_lacks() -> None:
    """Log-rolling: neither issue alone has room, both together do, because they matter differently."""
    first = Side(ideal={"a": 1, "b": 1}, limit={"a": 0.6, "b": 0.6}, salience={"a": 9, "b": 1})
    second = Side(ideal={"a": 0, "b": 0}, limit={"a": 0.4, "b": 0.4}, salience={"a": 1, "b": 9})
    for issue in "ab":
        alone = [Side(ideal={issue: side.ideal[issue]}, limit={issue: side.limit[issue]}) for side in (first, second)]
        assert interval(*alone).empty
    package = best_package(first, second)
    assert package == {"a": 1.0, "b": 0.0}
    assert first.utility(package) > 0 < second.utility(package)


def test_frontier_falls() -> None:
    first = Side(ideal={"a": 1, "b": 1}, limit={"a": 0, "b": 0}, salience={"a": 3, "b": 1})
    second = Side(ideal={"a": 0, "b": 0}, limit={"a": 1, "b": 1}, salience={"a": 1, "b": 3})
    corners = frontier(first, second)
    assert corners[0] == (0.0, 1.0)
    assert corners[-1] == (1.0, 0.0)
    assert (0.75, 0.75) in corners
    assert all(one[1] > two[1] for one, two in pairwise(corners))


# ---- the word


def price(high: float, low: float, **said: Any) -> ns.Bargaining:
    issue = ns.Issue(name="price", ideal={"buyer": 0, "seller": 10}, limit={"buyer": high, "seller": low})
    return ns.Bargaining("talks", between=["buyer", "seller"], issues=[issue], gap=ns.Fixed(1), **said)


def played(word: ns.Bargaining, n: int = 1) -> ns.Runs:
    terms = ns.Question(name="terms", kind="value", condition=word.terms(word.issues[0].name))
    scenario = ns.Scenario("talks", start="2025-01-01", end=40, parts=[word, terms])
    return ns.simulate(scenario, replications=n, seed=1, engine="reference")


def table(word: ns.Bargaining) -> tuple[int | None, float]:
    """The same rounds on plain numbers: round of agreement and terms."""
    issue = word.issues[0].name
    sides = {name: word.side(name) for name in word.between}
    first, second = word.between
    done, moved = {n: word.tactic(n).start for n in word.between}, dict.fromkeys(word.between, 0.0)

    def following(name: str, number: int) -> float:
        tactic = word.tactic(name)
        clock = conceded(number, word.rounds, tactic.exponent.value, tactic.start)  # type: ignore[attr-defined] # constants here
        mirror = imitate(done[name], moved[word.other(name)], tactic.ratio, tactic.start)
        return max(done[name], (1 - tactic.imitation) * clock + tactic.imitation * mirror)

    for number in range(1, word.rounds + 1):
        new = {name: following(name, number) for name in word.between}
        moved = {name: new[name] - done[name] for name in word.between}
        done = new
        offers = {name: sides[name].offer(done[name]) for name in word.between}
        takes = {n: sides[n].accepts(offers[word.other(n)], 1 - following(n, number + 1) - 1e-9) for n in word.between}
        if takes[first] and takes[second]:
            return number, (offers[first][issue] + offers[second][issue]) / 2
        if takes[first] or takes[second]:
            return number, offers[second if takes[first] else first][issue]
    return None, 0.0


@pytest.mark.parametrize("exponents", [(1, 1), (0.2, 2), (0.2, 0.2), (3, 0.5)])
@pytest.mark.parametrize("imitation", [0, 0.5])
def test_the_word_plays_what_the_functions_say(exponents: tuple[float, float], imitation: float) -> None:
    tactics = {
        "buyer": ns.Tactic(exponent=exponents[0]),
        "seller": ns.Tactic(exponent=exponents[1], imitation=imitation),
    }
    word = price(7, 4, rounds=8, tactics=tactics)
    number, terms = table(word)
    runs = played(word)
    when = runs.first_times("talks.agreed")[0]
    if number is None:
        assert math.isinf(when)
        assert runs.first_times("talks.failed")[0] == 8.0
    else:
        assert when == float(number)
        assert runs.mean("terms").value == pytest.approx(terms)
        assert 4 - 1e-6 <= terms <= 7 + 1e-6, "within the zone"


def test_who_concedes_early_gets_less() -> None:
    tough = {"seller": ns.Tactic(exponent=0.2), "buyer": ns.Tactic(exponent=3)}
    soft = {"seller": ns.Tactic(exponent=3), "buyer": ns.Tactic(exponent=0.2)}
    dear, cheap = (played(price(7, 4, rounds=8, tactics=tactics)).mean("terms").value for tactics in (tough, soft))
    assert 7 >= dear > 6 > 5 > cheap >= 4


def test_an_empty_zone_fails_after_the_last_round_without_an_exception() -> None:
    word = price(3, 5, rounds=6)
    assert word.zone_is_empty()
    runs = played(word)
    assert runs.first_times("talks.failed")[0] == 6.0
    assert math.isinf(runs.first_times("talks.agreed")[0])
    assert runs.firings("talks.hold_round")[0] == 6


def test_a_reservation_above_what_the_other_can_give_is_an_empty_zone_too() -> None:
    word = price(7, 4, rounds=6, reservation={"buyer": 0.5, "seller": 0.6})
    assert word.zone_is_empty()
    assert not price(7, 4).zone_is_empty()
    assert math.isinf(played(word).first_times("talks.agreed")[0])


def test_reservations_may_read_the_state() -> None:
    hope = ns.Level("hope", 0.9, low=0, high=1)
    fade = ns.Action(name="fade", clock=ns.Fixed(5.5), effects=[hope.set(0)], limit=1)
    word = price(7, 4, rounds=10, reservation={"buyer": hope, "seller": 0})
    runs = ns.simulate(
        ns.Scenario("talks", start="2025-01-01", end=40, parts=[hope, fade, word]),
        replications=1,
        seed=1,
        engine="reference",
    )
    stubborn = runs.first_times("talks.agreed")[0]
    assert stubborn > played(price(7, 4, rounds=10)).first_times("talks.agreed")[0] or stubborn >= 6
    with pytest.raises(ns.errors.ScenarioError, match="plain number"):
        word.zone_is_empty()


def test_two_imitators_who_never_move_fail() -> None:
    mirror = {"buyer": ns.Tactic(imitation=1), "seller": ns.Tactic(imitation=1)}
    assert math.isinf(played(price(7, 4, rounds=6, tactics=mirror)).first_times("talks.agreed")[0])


def test_pure_conceder_gets_agreement_sooner_under_pressure() -> None:
    slow, fast = (
        played(price(7, 4, rounds=20, tactics={"buyer": ns.Tactic(exponent=e)})).first_times("talks.agreed")[0]
        for e in (0.3, 3)
    )
    assert fast < slow


# ---- the challenge model


ACTORS = [
    Actor(name="a", position=0, capability=1.0, salience=0.9),
    Actor(name="b", position=4, capability=0.6, salience=0.5),
    Actor(name="c", position=10, capability=0.8, salience=0.8),
]


def test_weighted_median() -> None:
    assert weighted_median(ACTORS) == 4
    assert weighted_median([*ACTORS, Actor(name="d", position=10, capability=9, salience=1)]) == 10


def test_challenge_model_says_that_it_is_experimental() -> None:
    with pytest.warns(ExperimentalWarning, match="experimental"):
        ChallengeModel(ACTORS)
    assert "never published" in (ChallengeModel.__doc__ or "")


def test_challenge_model_properties() -> None:
    model = ChallengeModel(ACTORS, quiet=True)
    p = model.probability()
    for i in range(3):
        for j in range(3):
            if i != j:
                assert p[i, j] + p[j, i] == pytest.approx(1)
    assert ((model.risk() >= 0.5 - 1e-12) & (model.risk() <= 2 + 1e-12)).all()
    after = model.step()
    low, high = min(a.position for a in ACTORS), max(a.position for a in ACTORS)
    assert all(low <= actor.position <= high for actor in after.actors)
    assert low <= model.forecast() <= high


def test_challenge_model_does_not_depend_on_the_scale() -> None:
    scaled = [
        Actor(name=a.name, position=100 + 7 * a.position, capability=3 * a.capability, salience=a.salience)
        for a in ACTORS
    ]
    plain, other = ChallengeModel(ACTORS, quiet=True).forecast(), ChallengeModel(scaled, quiet=True).forecast()
    assert other == pytest.approx(100 + 7 * plain)
