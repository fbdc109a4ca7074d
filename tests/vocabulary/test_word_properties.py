"""Whatever their options, the words make scenarios that are valid, can be written and read, and run on every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.engines import simulating

SIDES = ("north", "south")
RUNNABLE = simulating()
# Nothing and certainty are where words most easily ask what cannot be.
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0, "0.5 if signal else 0.25"])
conditions = st.sampled_from(["signal", "not signal", "signal and count >= 2", "count >= 1 or signal"])
paces = st.sampled_from([1.0, 0.0, 2.5, "2 if signal else 0.5", "exp(0.1 * count)"])
laws = st.sampled_from(
    [
        ns.Exponential(0.1),
        ns.LogNormal(median=5, sigma=0.8),
        ns.Weibull(0.5, 10),
        ns.Uniform(1, 9),
        ns.Exponential(0.2).or_never(0.3),
    ]
)
clocks = st.one_of(laws, st.sampled_from([ns.Fixed("2 days"), ns.Fixed(0.5)]))
instants = st.sampled_from([3.0, "2025-06-09T12:00", "12 days"])
durations = st.sampled_from([1.0, "2 days", "36 hours"])
effects = st.sampled_from([(), ("count += 1",), ("mood += 0.1", "count += 2")])
parties = st.sampled_from(SIDES)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def made(word: Any, *needs: dict[str, Any], **options: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A word with these needs and any subset of the options."""

    def make(given_: dict[str, Any]) -> Any:
        return word("w", **{**{key: value for need in needs for key, value in need.items()}, **given_})

    return st.fixed_dictionaries({}, optional=options).map(make)


CANCELLED: list[dict[str, Any]] = [
    {},
    {"cancels": ns.Exponential(0.2)},
    {"cancels": ns.Exponential(0.2), "reinstates": ns.Exponential(0.3)},
    {"cancels": ns.Exponential(0.2), "reinstates": ns.Exponential(0.3), "stands": False},
]
TWO: dict[str, Any] = {"between": SIDES}
AGAINST: dict[str, Any] = {"by": "north", "to": "south"}


def words() -> st.SearchStrategy[Any]:
    both = st.fixed_dictionaries({name: st.sampled_from([1, 2.5, "1 + count"]) for name in SIDES})
    each = st.dictionaries(parties, laws)
    return st.one_of(
        made(
            ns.Offer,
            AGAINST,
            {"answers": ns.Exponential(0.3), "accepts": 0.5},
            makes=maybe(clocks),
            when=conditions,
            accepts=shares,
            lapses=maybe(clocks),
            again=maybe(clocks),
            pace=paces,
            acceptance=effects,
            refusal=effects,
        ),
        st.builds(
            lambda cost, at_once: ns.Attrition(
                "w", between=SIDES, value={"north": 1, "south": "1 + count"}, cost=cost, at_once=at_once
            ),
            both,
            st.dictionaries(parties, st.sampled_from([0.0, 0.3, 1.0])),
        ),
        made(
            ns.Pressure,
            {"by": "us", "on": "north"},
            strength=st.sampled_from([0.0, 0.5, 1.0]),
            dose=st.sampled_from([0.1, 1.0]),
            applied=maybe(laws),
            applied_when=conditions,
            when=conditions,
            lifted_when=conditions,
            half_life=maybe(durations),
            step=durations,
        ),
        st.builds(
            lambda on, **said: ns.Deadline("w", on=on, **said),
            instants,
            settle=shares,
            settles=effects,
            extend=shares,
            extension=durations,
            most=st.integers(0, 3),
            consequence=effects,
            peak=st.sampled_from([1.0, 4.0]),
            halving=st.just("4 days"),
            steps=st.integers(1, 3),
            met=st.one_of(st.just(False), conditions),
        ),
        st.builds(
            lambda on, **said: ns.Ultimatum("w", **AGAINST, on=on, **said),
            instants,
            met=conditions,
            complies=maybe(laws),
            resolve=shares,
            extend=shares,
            extension=durations,
            consequence=effects,
            backing_down=effects,
            pace=paces,
        ),
        made(
            ns.SideDeal,
            TWO,
            {"signs": ns.Exponential(0.2)},
            when=conditions,
            collapses=maybe(laws),
            collapses_when=conditions,
            effects=effects,
        ),
        made(
            ns.Spoiler,
            {"by": "camp", "acts": ns.Exponential(0.1)},
            progress=st.sampled_from([0, 1, "min(count / 10, 1)"]),
            growth=st.sampled_from([0, 1, 2]),
            when=conditions,
            derails=shares,
            harm=effects,
        ),
        st.builds(
            lambda **said: ns.Ratification("w", of="north", takes=ns.Fixed(2), again=ns.Fixed(3), **said),
            attempts=st.integers(2, 3),
            passes=shares,
            when=conditions,
            rejection=effects,
        ),
        made(
            ns.Exchange,
            TWO,
            {"takes": ns.Fixed(1), "agrees": ns.Exponential(0.2)},
            agreed_when=conditions,
            when=conditions,
            stages=st.integers(1, 3),
            fails=shares,
            goodwill=effects,
        ),
        made(
            ns.Threat,
            AGAINST,
            {"resolve": 0.5},
            makes=maybe(clocks),
            when=conditions,
            tested_when=conditions,
            acts=clocks,
            resolve=shares,
            deters=st.sampled_from([0.0, 0.5, 1.0]),
            withdraws=maybe(laws),
            deed=effects,
            bluff=effects,
        ),
        made(
            ns.Channel,
            TWO,
            {"contacts": ns.Exponential(0.3), "secret": True},
            opens=maybe(laws),
            closes=maybe(laws),
            leaks=maybe(laws),
            when=conditions,
            effects=effects,
        ),
        made(
            ns.LeaderChange,
            {"of": "north", "election": 7.5, "loses": 0.5},
            changes=maybe(laws),
            loses=shares,
            when=conditions,
            fresh_for=durations,
            effects=effects,
        ),
        made(
            ns.Offensive,
            {"by": "north", "against": "south", "starts": ns.Exponential(0.2), "lasts": ns.Fixed(2)},
            breakthrough=shares,
            defeat=shares,
            when=conditions,
            most=maybe(st.integers(1, 3)),
            beginning=effects,
            gains=effects,
        ),
        st.builds(
            lambda latched, dated, **said: ns.Demand(
                "w", of="north", latched=latched, **({"waived_on": 4.5, "waiver": 0.5} if dated else {}), **said
            ),
            st.booleans(),
            st.booleans(),
            needs=conditions,
            after=st.lists(conditions, max_size=2),
            not_until=maybe(instants),
            stated_when=st.one_of(st.just(True), conditions),
            expires=maybe(instants),
            yields=maybe(laws),
            pace=paces,
            guaranteed_when=st.one_of(st.just(False), conditions),
            verified_by=maybe(st.just("monitor")),
        ),
        st.builds(
            lambda **said: ns.Suspension("w", among=SIDES, suspends_when="signal", **said),
            walks_out=each,
            resumes=maybe(clocks),
            ends=shares,
            ends_when=st.one_of(st.just(False), conditions),
            when=conditions,
            harm=effects,
        ),
        st.builds(
            lambda dated, off, **said: ns.Appointment(
                "w", among=SIDES, **({"on": 6.5} if dated else {"lead": ns.Exponential(0.2)}), **off, **said
            ),
            st.booleans(),
            st.sampled_from(CANCELLED),
            level=st.sampled_from(["delegation", "leaders"]),
            announces=maybe(clocks),
            confirms=each,
            when=st.one_of(st.just(True), conditions),
            on_date=shares,
            absent=st.dictionaries(parties, st.sampled_from([0.0, 0.2, 0.4])),
            downgraded=st.sampled_from([0.0, 0.2]),
            delay=maybe(clocks),
            never=shares,
            products=st.dictionaries(st.sampled_from(["truce", "swap"]), shares),
            effects=effects,
            pace=paces,
        ),
        st.builds(
            lambda fixed, **said: ns.Truce("w", **({"term": "2 days", **fixed}), **said),
            st.fixed_dictionaries({"extends": shares, "extension": maybe(durations), "most": st.integers(0, 2)}),
            by=st.sampled_from([SIDES, ("north",)]),
            towards=st.just(("south",)),
            lasts=laws,
            declares=maybe(clocks),
            declared_on=maybe(instants),
            declared_when=st.one_of(st.just(False), conditions),
            when=conditions,
            refused=shares.filter(lambda share: share != 1.0),
            begins=maybe(clocks),
            monitored=st.booleans(),
            written=st.booleans(),
            violations=st.just(ns.Exponential(1)),
            tolerates=maybe(st.integers(1, 3)),
            window=durations,
            harm=effects,
            again=st.booleans(),
            strain=paces,
        ),
        st.builds(
            lambda exponent, imitation, rounds, gap, reserve: ns.Bargaining(
                "w",
                between=SIDES,
                rounds=rounds,
                gap=gap,
                issues=[ns.Issue(name="land", ideal={"north": 1, "south": 0}, limit={"north": 0.3, "south": 0.5})],
                tactics={"north": ns.Tactic(exponent=exponent, imitation=imitation)},
                reservation={"south": reserve},
            ),
            st.sampled_from([0.2, 1.0, 3.0, "1 + count"]),
            st.sampled_from([0.0, 0.5, 1.0]),
            st.integers(1, 6),
            clocks,
            st.sampled_from([0.0, 0.9, "0.9 if signal else 0"]),
        ),
    )


SIGNAL, COUNT, MOOD = ns.Fact("signal"), ns.Counter("count"), ns.Level("mood", 0, low=-1, high=1)
WORLD = (
    SIGNAL,
    COUNT,
    MOOD,
    ns.Action(name="flip", clock=ns.Exponential(0.3), effects=[SIGNAL.set(~SIGNAL)]),
    ns.Action(name="grow", clock=ns.Every("3 days"), when=COUNT < 9, effects=[COUNT.add(1)]),
)


def world(word: Any) -> ns.Scenario:
    return ns.Scenario("any", start="2025-06-01", end=20, parts=[*WORLD, word])


@settings(max_examples=250)
@given(words())
def test_valid_written_read_and_alike_on_every_engine(word: Any) -> None:
    scenario = world(word)
    assert ns.loads(ns.dumps(scenario)) == scenario
    runs = [ns.simulate(scenario, replications=12, seed=9, engine=name) for name in RUNNABLE]
    for other in runs[1:]:
        np.testing.assert_array_equal(other.block.first, runs[0].block.first)
        np.testing.assert_array_equal(other.block.counts, runs[0].block.counts)
        np.testing.assert_array_equal(other.block.final, runs[0].block.final)


@settings(max_examples=60)
@given(words())
def test_a_word_leaves_the_histories_of_the_others_alone(word: Any) -> None:
    """A word that is removed takes nothing with it but its own actions: the clock of the world keeps its draws."""
    scenario = world(word)
    asked = [ns.Question(name="flips", kind="fired", action="flip", by=20)]
    full = ns.simulate(scenario, replications=5, seed=2, engine="reference", questions=asked)
    bare = ns.simulate(scenario.without(word), replications=5, seed=2, engine="reference", questions=asked)
    np.testing.assert_array_equal(full.block.fired[:, 0], bare.block.fired[:, 0])
