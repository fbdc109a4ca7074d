"""Random meetings and other words whose preconditions come and go while they are pending, and who breaks the rule.

The rule: at every firing that takes a step, every hard requirement of the step holds in the state just before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import CircularPrecondition, ScenarioError
from negsim.model.expressions import evaluate

SIDES = ("north", "south")
START, END, DATE = "2025-06-01", 24, 6.5
FACTS = ("text", "calm", "signal")

conditions = st.sampled_from(
    [
        "text",
        "calm",
        "not calm",
        "text and calm",
        "text or signal",
        "count >= 2",
        "signal and not calm",
        "text and count < 3",
    ]
)
shares = st.sampled_from([0.0, 0.0, 0.3, 0.5, 1.0, "0.5 if signal else 0", "0.25 if count >= 1 else 0.75"])
laws = st.sampled_from(
    [ns.Exponential(0.4), ns.LogNormal(median=2, sigma=0.8), ns.Uniform(0, 3), ns.Exponential(0.5).or_never(0.2)]
)
clocks = st.one_of(laws, st.sampled_from([ns.Fixed(1), ns.Fixed("12 hours"), ns.Fixed(0)]))


def moves() -> st.SearchStrategy[list[ns.Action]]:
    """What makes facts come and go: at random, on the very dates of a meeting before and after it, and at once."""
    timed = st.sampled_from(
        [
            *(ns.Exponential(rate) for rate in (0.1, 0.3, 1)),
            *(ns.On(days) for days in ([DATE], [DATE, DATE + 1], [2, DATE + 0.5, DATE + 2])),
            ns.Fixed(0.5),
            ns.Every("1 day", start="2025-06-01T12:00"),
        ]
    )
    clock = st.one_of(timed, timed, st.just(ns.Immediately()))

    @st.composite
    def one(draw: Any) -> list[ns.Action]:
        found = []
        for number in range(draw(st.integers(2, 5))):
            name, law = draw(st.sampled_from(FACTS)), draw(clock)
            value = draw(st.sampled_from(["true", "true", "false", f"not {name}"]))
            effects = [f"{name} = {value}", *draw(st.sampled_from([[], ["count += 1"]]))]
            guard = draw(st.one_of(st.just(True), conditions, st.sampled_from(["w.due", "not w.due"])))
            limit = draw(st.integers(1, 3)) if isinstance(law, ns.Immediately) else None
            said = {"priority": draw(st.sampled_from([0, 0, -20, 9, 10, 12])), "limit": limit}
            found.append(ns.Action(name=f"move_{number}", when=guard, clock=law, effects=effects, **said))
        return found

    return one()


@st.composite
def meetings(draw: Any, word: type[ns.Meeting] = ns.Meeting) -> ns.Meeting:
    """A meeting of any kind."""
    said: dict[str, Any] = {"on": DATE} if draw(st.booleans()) else {"lead": draw(clocks)}
    said["requires"] = draw(st.dictionaries(st.sampled_from(SIDES), conditions, min_size=1))
    if draw(st.booleans()):
        said["leaders"] = True
        said["consent"] = draw(st.dictionaries(st.sampled_from(SIDES), laws))
    members = SIDES if said.get("leaders") else tuple(said["requires"])
    said["waiver"] = draw(shares)
    said["waivers"] = draw(st.dictionaries(st.sampled_from(members), shares))
    said["when"] = draw(st.one_of(st.just(True), st.just(True), conditions))
    said["on_date"] = draw(st.sampled_from([1, 1, 0.5, 0]))
    if draw(st.integers(0, 3)):
        never, most = draw(st.sampled_from([0, 0, 0.3])), draw(st.integers(1, 5))
        rest = {"waiver": draw(st.one_of(st.none(), shares)), "on_date": draw(st.sampled_from([1, 1, 0.5]))}
        said["otherwise"] = ns.Postpone(draw(clocks), never=never, most=most, **rest)
    said["products"] = draw(st.sampled_from([{}, {"swap": 0.5}]))
    return word("w", among=SIDES, **said)


def appointments() -> st.SearchStrategy[ns.Appointment]:
    """An appointment of any kind, confirmations that nobody can do without included."""
    return st.builds(
        lambda dated, **said: ns.Appointment(
            "w", among=SIDES, **({"on": DATE} if dated else {"lead": ns.Exponential(0.3)}), **said
        ),
        st.booleans(),
        confirms=st.dictionaries(st.sampled_from(SIDES), laws),
        unconfirmed=st.sampled_from([0, 0.5, "0.5 if calm else 0"]),
        when=st.one_of(st.just(True), conditions),
        requires=st.dictionaries(st.sampled_from(SIDES), conditions),
        waiver=shares,
        on_date=st.sampled_from([1, 0.5]),
        absent=st.dictionaries(st.sampled_from(SIDES), st.sampled_from([0.2, 0.4])),
        downgraded=st.sampled_from([0, 0.2]),
        delay=st.one_of(st.none(), clocks),
        never=st.sampled_from([0, 0.3]),
        most=st.integers(1, 4),
        cancels=st.one_of(st.none(), st.just(ns.Exponential(0.1))),
    )


def others() -> st.SearchStrategy[Any]:
    """The other words that the first scenario is written in, and a ladder of steps."""
    pairs: dict[str, Any] = {"between": st.just(SIDES)}
    return st.one_of(
        st.builds(
            lambda **said: ns.Process("w", among=SIDES, gap=ns.Exponential(0.8), stalled_gap=ns.Exponential(0.4), **said),
            requires=st.dictionaries(st.sampled_from(SIDES), conditions),
            waiver=shares,
            when=st.one_of(st.just(True), conditions),
            stalls=st.sampled_from([0, 0.3]),
            products=st.sampled_from([{}, {"swap": 0.5}]),
        ),
        st.builds(
            lambda when, **said: ns.Decision(
                "w", by="north", options={"go": ns.Option(share=0.5, when=when), "stay": ns.Option()}, **said
            ),
            when=conditions,
            at=conditions,
        ),
        st.builds(
            lambda **said: ns.Ceasefire("w", duration=ns.Exponential(0.5), **said),
            **pairs,
            agreed_when=conditions,
            direct=st.one_of(st.none(), laws),
            when=conditions,
            begins=st.one_of(st.none(), clocks),
        ),
        st.builds(
            lambda waived, **said: ns.Precondition("w", of="north", **waived, **said),
            st.sampled_from([{}, {"waiver": 0.5, "waived_on": DATE}]),
            needs=conditions,
            latched=st.booleans(),
            expires=st.one_of(st.none(), st.just(DATE)),
        ),
        st.builds(
            lambda **said: ns.Promise("w", by="north", to="south", only_at_table=0.5, at_table="signal", **said),
            delay=clocks,
            when=conditions,
        ),
        st.builds(
            lambda one, two, **said: ns.Agreement(
                "w",
                between=SIDES,
                rungs=[ns.Rung(name="framework", takes=one, **said), ns.Rung(name="signed", takes=two, when="calm")],
                breaks=ns.Exponential(0.1),
                mends=ns.Exponential(1),
            ),
            clocks,
            clocks,
            when=conditions,
            fails=st.sampled_from([0, 0.3]),
        ),
        st.builds(lambda **said: ns.Mediator("w", who="host", between=SIDES, **said), engages=laws, disengages=laws, returns=laws, when=conditions),
    )  # fmt: skip


def world(word: Any, moving: list[ns.Action], *steps: Any) -> ns.Scenario:
    """The word among facts that come and go; drawn anew if it contradicts itself."""
    parts = [
        *(ns.Fact(name, name == "calm") for name in FACTS),
        ns.Counter("count"),
        ns.Level("mood", 0, low=-1, high=1),
    ]
    if "w.due" not in {one.name for one in word.expand()}:
        parts.append(ns.Fact("w.due"))
    try:
        return ns.Scenario("pending", start=START, end=END, parts=[*parts, *moving, word], interventions=steps)
    except ScenarioError as error:
        assume(not isinstance(error, CircularPrecondition) and "nothing can ever make" not in str(error))
        raise


def histories(scenario: ns.Scenario, n: int, seed: int = 11) -> ns.Runs:
    """Traced histories of the reference engine."""
    return ns.simulate(
        scenario, replications=n, seed=seed, engine="reference", trace=n, max_events=3_000, on_error="count"
    )


def breaches(runs: ns.Runs) -> Iterator[str]:
    """Every firing that took a step though a hard requirement of it did not hold just before."""
    hard = [one for one in runs.scenario.expanded.requirements.values() if one.hard]
    for trace in runs.traces:
        state: dict[str, Any] = dict(trace.initial)
        for event in trace.events:
            risen = {name for name, old, new in event.changes if new > old}
            for one in hard:
                stays_away = f"w.held_without_{one.of}" in risen  # then nobody asks what it requires of coming
                if risen.intersection(one.steps) and not stays_away and not evaluate(one.needs, state):
                    yield f"history {trace.replication}, {event.action} ({event.outcome}): {one.name}: {one.needs}"
            state.update((name, new) for name, _, new in event.changes)


class Forgetful(ns.Meeting):
    """A meeting of the old kind: put off, it is held later whatever it requires."""

    def expand(self) -> Iterator[Any]:
        """Yield what a meeting yields, with a later date on which nothing is asked."""
        for one in super().expand():
            if isinstance(one, ns.Action) and one.name.endswith(".meet_late"):
                effects = (self.held.set(True), self.postponed.set(False))
                yield ns.Action(name=one.name, when=one.when, clock=one.clock, effects=effects)
            else:
                yield one
