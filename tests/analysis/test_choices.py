"""Explanations name decisions: who decided against it, how often, and what spoke for that, counted in the full logs."""

from __future__ import annotations

import negsim as ns
from negsim.why.choices import bearing

NOON = "2025-06-02T12:00"


def world(weight: float = 3.0) -> ns.Scenario:
    """Blame lies on the other side in half of all histories; then the South, which has no text, comes more rarely."""
    comes = ns.Decision(
        "attends",
        by="south",
        at="talks.due and not talks.requires.south",
        options={"go": ns.Option(share=0.5, says="the South comes"), "stay": ns.Option(says="the South stays away")},
        reasons={
            "blame": ns.ReasonFor(
                "stay", reads="blamed", weight=weight, centre=0.5, says="the blame lies on the North"
            ),
            "fear": ns.ReasonFor("go", reads="blamed", weight=-weight, centre=0.5, says="the South fears the blame"),
        },
    )
    lies = ns.Fact("blamed", ns.chance(0.5))
    other = ns.Decision("waits", by="north", on=NOON, options={"yes": ns.Option(share=0.5), "no": ns.Option()})
    talks = ns.Meeting(
        "talks",
        among=["north", "south"],
        on=NOON,
        requires={"south": "text"},
        waiver="attends.go",
        on_date=1,
        title="the talks",
    )
    ask = ns.Question(name="held", condition="talks.held", by="2025-06-10")
    parts = [comes, lies, other, talks, ns.Fact("text"), ask, ns.Party("south", title="the South"), ns.Party("north")]
    return ns.Scenario("blame", start="2025-06-01", end=20, parts=parts)


def test_only_the_decisions_that_bear_on_a_step_are_named_with_the_options_that_help_it() -> None:
    assert bearing(world().expanded, ns.parse("talks.held")) == {"attends": {"go"}}
    # What is not waived needs no decision: it is so at the start.
    assert bearing(world().expanded, ns.parse("talks.called_off")) == {}
    assert bearing(world().expanded, ns.parse("waits.yes")) == {"waits": {"yes"}}


def test_counts_are_those_of_the_logs() -> None:
    n = 400
    runs = ns.simulate(world(), replications=n, seed=11, trace=n, engine="reference")
    stayed = [dict(one.initial)["blamed"] for one in runs.traces if any(e.outcome == "stay" for e in one.events)]
    came = [dict(one.initial)["blamed"] for one in runs.traces if any(e.outcome == "go" for e in one.events)]
    (told,) = ns.explain(runs, "held").decisions
    assert (told.decision, told.by, told.choices) == ("attends", "the South", ("the South stays away",))
    assert (told.histories, told.failures) == (len(stayed), len(stayed))
    assert len(stayed) + len(came) == n
    by_name = {one.reason: one for one in told.because}
    blame, fear = by_name["blame"], by_name["fear"]
    assert (blame.against, blame.of, blame.also, blame.of_others) == (sum(stayed), len(stayed), sum(came), len(came))
    assert fear.against == blame.against
    assert sum(stayed) / len(stayed) > 0.9 > 0.1 > sum(came) / len(came)
    assert str(blame).startswith(f"in {sum(stayed):.0f} of {len(stayed)} (")
    assert "more than usual: the blame lies on the North" in str(told)
    assert "the South decided against it in" in str(ns.explain(runs, "held"))


def test_what_comes_too_late_for_the_question_bears_on_nothing() -> None:
    """A text handed over at the table is none that was there before: who stays away is no reason for its want."""
    hand = ns.Action(
        name="hand", by="north", when="talks.held and not early", clock=ns.Immediately(), effects=["early = true"]
    )
    write = ns.Action(name="write", by="north", when="not early", clock=ns.Exponential(0.02), effects=["early = true"])
    before = ns.Question(name="q", condition="early", throughout="not talks.held", by=10)
    s = ns.Scenario("late", start="2025-06-01", end=20, parts=[*world().parts, ns.Fact("early"), hand, write, before])
    assert bearing(s.expanded, ns.parse("early")) == {"attends": {"go"}}
    assert bearing(s.expanded, ns.parse("early"), ns.parse("not talks.held")) == {}
    runs = ns.simulate(s, replications=200, seed=1)
    assert ns.explain(runs, "q").decisions == ()


def test_a_choice_after_which_it_fails_no_more_often_is_not_told() -> None:
    """Where all is called off an hour before, it is no reason who stays away."""
    told = ns.explain(ns.simulate(world(), replications=300, seed=1), "held").decisions[0]
    assert told.with_it[0] == told.with_it[1] == told.histories
    assert told.without_it[0] == 0 < told.without_it[1]
    assert "with this choice the answer is no in 100 %, with one for it in 0 %" in str(told)
    lame = ns.Action(name="cancel", clock=ns.On("2025-06-02T11:00"), effects=["off = true"])
    talks = ns.Meeting(
        "talks", among=["north", "south"], on=NOON, when="not off", requires={"south": "text"}, waiver="attends.go"
    )
    parts = [one for one in world().parts if one.name != "talks"]
    s = ns.Scenario("off", start="2025-06-01", end=20, parts=[*parts, talks, lame, ns.Fact("off")])
    assert ns.explain(ns.simulate(s, replications=200, seed=1), "held").decisions == ()


def test_engines_and_counts_alone_tell_the_same() -> None:
    full = ns.simulate(world(), replications=300, seed=2, engine="reference")
    fast = ns.simulate(world(), replications=300, seed=2, engine="compiled")
    few = ns.simulate(world(), replications=300, seed=2, keep="counts")
    told = [ns.explain(runs, "held").decisions for runs in (full, fast, few)]
    assert told[0] == told[1] == told[2] != ()


def test_nothing_is_told_where_nobody_decided_against_it() -> None:
    assert ns.explain(ns.simulate(world().decide("attends", "go"), replications=100, seed=1), "held").decisions == ()
    late = world().meet("talks.requires.south")
    assert ns.explain(ns.simulate(late, replications=100, seed=1), "held").decisions == ()


def test_choices_after_the_deadline_do_not_count() -> None:
    runs = ns.simulate(world(), replications=100, seed=1)
    assert ns.explain(runs, "held", by="2025-06-02").decisions != ()
    assert ns.explain(runs, "held", by="2025-06-01").decisions == ()
