"""Reasons that were seen wrong, each as a small world of its kind; and what every reason must stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import scenarios

import negsim as ns
from negsim.errors import NegsimError
from negsim.model.expressions import evaluate, parse
from negsim.why.chronicle import Chronicle
from negsim.why.supposed import relaxed

N = 600


def asked(parts: list[Any], question: dict[str, Any], end: Any = 60, **how: Any) -> ns.Explanation:
    parts = [*parts, ns.Question(name="q", **question)]
    runs = ns.simulate(ns.Scenario("s", start="2025-09-01", end=end, parts=parts), replications=N, seed=1)
    return ns.explain(runs, "q", most=N, **how)


def kinds(found: ns.Explanation) -> dict[tuple[str, str], float]:
    return {(one.kind, one.condition): one.share for one in found.reasons}


def events(reason: ns.Reason) -> set[str]:
    return {one.condition for one in reason.behind}


def vote(name: str, day: int, when: str) -> ns.Action:
    passed = ns.Outcome(name="passed", weight=0.4, effects=["law = true"])
    outcomes = [passed, ns.Outcome(name="lost", weight=0.6, effects=["lost = true"])]
    return ns.Action(name=name, clock=ns.On(float(day)), when=when, outcomes=outcomes)


def test_a_vote_that_was_lost_is_the_reason_and_not_the_date_of_the_next() -> None:
    parts = [ns.Fact("law"), ns.Fact("lost"), vote("november", 30, "not law"), vote("spring", 200, "lost and not law")]
    found = asked(parts, {"condition": "law", "by": 100.0}, end=300)
    assert kinds(found) == {("outcome", "november"): 1.0}
    assert found.reasons[0].helps.turned == found.looked, "carried in November, it is law"


def union(deadline: float) -> ns.Explanation:
    """A strike may begin when the cooling-off is over, unless the union backs down before."""
    parts = [
        ns.Party("union"),
        *(ns.Fact(name) for name in ("cooled", "down", "strike")),
        ns.Action(name="cool", clock=ns.Fixed(50.0), when="not cooled", effects=["cooled = true"]),
        ns.Action(name="union.back_down", by="union", clock=ns.Exponential(0.03), when="not down and not strike",
                  effects=["down = true"]),
        ns.Action(name="union.strike", by="union", clock=ns.Exponential(0.2), when="cooled and not down and not strike",
                  effects=["strike = true"]),
    ]  # fmt: skip
    return asked(parts, {"condition": "strike", "by": deadline}, end=90)


@pytest.mark.parametrize("deadline", [40.0, 80.0])
def test_who_backed_down_is_named_and_not_the_guard_that_came_later(deadline: float) -> None:
    found = union(deadline)
    shares = kinds(found)
    down = next(one for one in found.reasons if one.condition == "not down")
    assert down.kind == "in the way"
    assert events(down) == {"union.back_down"}
    waiting = shares.get(("missing", "cooled"), 0.0)
    assert down.share + waiting + shares.get(("time", "union.strike"), 0.0) == pytest.approx(1.0, abs=0.01)
    assert (waiting > 0) == (deadline < 50)


def test_a_truce_that_lapsed_is_told_by_its_lapse() -> None:
    parts = [
        ns.Fact("declared"),
        ns.Fact("holds"),
        ns.Action(name="declare", clock=ns.Exponential(0.2), when="not declared", effects=["declared = true", "holds = true"]),
        ns.Action(name="lapse", clock=ns.Exponential(0.05), when="holds", effects=["holds = false"]),
    ]  # fmt: skip
    found = asked(parts, {"kind": "holds", "condition": "holds", "by": 40.0})
    assert set(kinds(found)) <= {("undone", "lapse"), ("time", "declare")}
    assert found.reasons[0].condition == "lapse"
    assert "declared" not in {one.condition for one in found.reasons}


def test_what_must_not_be_so_on_a_date_has_a_reason() -> None:
    begin = ns.Action(name="begin", clock=ns.Exponential(0.02), when="not strike", effects=["strike = true"])
    found = asked([ns.Fact("strike"), begin], {"kind": "holds", "condition": "not strike", "by": 40.0})
    assert kinds(found) == {("undone", "begin"): 1.0}
    assert found.reasons[0].helps.turned == found.looked


def test_what_was_decided_last_counts_where_a_party_decides_again_and_again() -> None:
    """It declines some times before it agrees; where it never did, its last refusal is the reason, however many there were."""
    parts = [
        ns.Party("a"),
        ns.Fact("deal"),
        ns.Action(
            name="a.answer", by="a", clock=ns.Every("7 days"), when="not deal",
            outcomes=[
                ns.Outcome(name="agrees", weight=0.2, effects=["deal = true"]),
                ns.Outcome(name="declines", weight=0.8),
            ],
        ),
    ]  # fmt: skip
    found = asked(parts, {"condition": "deal", "by": 30.0})
    assert kinds(found) == {("outcome", "a.answer"): 1.0}
    assert found.reasons[0].otherwise == 0.0


def test_who_would_not_waive_it_is_named_and_not_that_nothing_was_waived() -> None:
    comes = ns.Decision(
        "attends", by="south", at="talks.due and not talks.requires.south",
        options={"go": ns.Option(share=0.5), "stay": ns.Option(says="the South stays away")},
    )  # fmt: skip
    talks = ns.Meeting(
        "talks", among=["north", "south"], on="2025-09-10T12:00", requires={"south": "text and calm"}, waiver="attends.go",
        on_date=1,
    )  # fmt: skip
    parts = [ns.Party("north"), ns.Party("south"), ns.Fact("text"), ns.Fact("calm", ns.chance(0.5)), comes, talks]
    write = ns.Action(name="write", clock=ns.Exponential(0.05), when="not text", effects=["text = true"])
    found = asked([*parts, write], {"condition": "talks.held", "by": "2025-09-20"})
    told = {(one.kind, one.condition) for one in found.reasons}
    told |= {(one.kind, one.condition) for reason in found.reasons for one in reason.behind}
    assert ("outcome", "attends.decide") in told
    assert not any(condition == "talks.waived" or "waive" in condition.split(".")[-1:] for _, condition in told)


def chain(n: int) -> list[Any]:
    """Each step waits for the one before."""
    facts = [ns.Fact(f"s{k}") for k in range(n)]
    steps = [
        ns.Action(
            name=f"step{k}", clock=ns.Exponential(0.05), when=f"not s{k}" + (f" and s{k - 1}" if k else ""),
            effects=[f"s{k} = true"],
        )
        for k in range(n)
    ]  # fmt: skip
    return [*facts, *steps]


def depth_of(reason: ns.Reason) -> int:
    return 1 + max((depth_of(one) for one in reason.behind), default=0)


def test_it_goes_three_steps_to_the_root_and_as_many_as_are_asked_for() -> None:
    found = asked(chain(5), {"condition": "s4", "by": 20.0})
    assert max(map(depth_of, found.reasons)) >= 4
    few = asked(chain(5), {"condition": "s4", "by": 20.0}, depth=1)
    assert max(map(depth_of, few.reasons)) <= 3


def test_several_ways_are_named_each_with_its_share() -> None:
    """An answer comes by the front channel, if that is open, or by the back one; both are shut in their own histories."""
    parts = [
        ns.Fact("answer"),
        ns.Fact("front", ns.chance(0.5)),
        ns.Fact("back", ns.chance(0.7)),
        *(
            ns.Action(
                name=f"by_{way}", clock=ns.Exponential(1.0), when=f"{way} and not answer", effects=["answer = true"]
            )
            for way in ("front", "back")
        ),
    ]
    found = asked(parts, {"condition": "answer", "by": 59.0})
    assert kinds(found) == {("absent", "front"): 1.0, ("absent", "back"): 1.0}, "the other way will do as well"


def test_nothing_is_said_twice() -> None:
    facts = [ns.Fact(name, title=f"condition {name} is met") for name in "abc"]
    meet = ns.Action(
        name="meet", clock=ns.Immediately(), when="(a and b and c) or (a and b and c)", effects=["met = true"]
    )
    come = [
        ns.Action(name=f"do_{x}", clock=ns.Exponential(0.02), when=f"not {x}", effects=[f"{x} = true"]) for x in "abc"
    ]
    found = asked([*facts, ns.Fact("met"), meet, *come], {"condition": "met", "by": 30.0})
    assert set(kinds(found)) == {("missing", name) for name in "abc"}
    for line in str(found).splitlines():
        assert all(line.count(f"condition {name}") <= 1 for name in "abc")


def test_what_was_taken_away_leaves_a_reason() -> None:
    toy = ns.load("toy").without("russia.deliver_memorandum")
    found = ns.explain(ns.simulate(toy, replications=100, seed=1), "talks_day_5")
    assert found.reasons, "the list is not empty"
    assert [one.kind for one in found.reasons[0].behind] == ["none"]
    assert "nothing in the model changes that" in str(found)


def test_what_was_fresh_and_went_stale_is_told_by_that() -> None:
    parts: list[Any] = []
    for k in (1, 2):
        parts += [ns.Fact(f"e{k}"), ns.Fact(f"f{k}")]
        parts.append(
            ns.Action(
                name=f"endorse{k}",
                clock=ns.Exponential(0.1),
                when=f"not e{k}",
                effects=[f"e{k} = true", f"f{k} = true"],
            )
        )
        parts.append(ns.Action(name=f"stale{k}", clock=ns.Fixed(3.0), when=f"f{k}", effects=[f"f{k} = false"]))
    found = asked(parts, {"condition": "f1 and f2", "by": 59.0})
    for k in (1, 2):
        fresh = next(one for one in found.reasons if one.condition == f"f{k}")
        assert f"stale{k}" in events(fresh)
        assert not any(f"e{k}" == one.condition for one in found.reasons)


def test_an_offer_that_expired_before_its_condition_came_says_so() -> None:
    need = ns.Precondition("need", of="u", needs="text", expires="2025-09-21T00:00")
    write = ns.Action(name="write", when="not text", clock=ns.On("2025-09-26T00:00"), effects=["text = true"])
    talks = ns.Meeting("talks", among=["u", "r"], on="2025-09-30T13:00", requires={"u": need.met})
    found = asked(
        [ns.Party("u"), ns.Party("r"), ns.Fact("text"), write, need, talks], {"condition": "talks.held"}, end=40
    )
    told = {one.condition for reason in found.reasons for one in reason.behind}
    assert any("expired" in one for one in told)


def test_what_slowed_it_is_told_beside_the_time_it_had() -> None:
    parts = [
        ns.Fact("done"),
        ns.Fact("cold", ns.chance(0.5), title="relations are cold"),
        ns.Action(name="agree", clock=ns.Exponential(0.1), pace="0.2 if cold else 1", when="not done", effects=["done = true"]),
    ]  # fmt: skip
    found = asked(parts, {"condition": "done", "by": 20.0})
    (late,) = found.reasons
    assert (late.kind, late.condition) == ("time", "agree")
    assert "it had 20 days; it takes 7 days" in late.text
    (slow,) = late.behind
    cold = 0.5 * np.exp(-0.4) / (0.5 * np.exp(-0.4) + 0.5 * np.exp(-2.0))
    assert slow.kind == "slowed"
    assert "slowed to 0.2 of its pace: relations are cold" in slow.text
    assert slow.share == pytest.approx(cold, abs=0.1)
    # With the pace at 1 a cold history that had failed by day 20 turns to yes unless its target lies beyond 2.
    turns = (np.exp(-0.4) - np.exp(-2.0)) / np.exp(-0.4)
    assert slow.helps.turned / slow.helps.of == pytest.approx(turns, abs=0.12)  # of some fifty histories
    assert slow.helps.lost == 0


def test_a_pace_that_stands_still_slowed_it_to_nothing() -> None:
    parts = [
        ns.Fact("done"),
        ns.Fact("frozen", ns.chance(0.5)),
        ns.Action(name="agree", clock=ns.Exponential(1.0), pace="0 if frozen else 1", when="not done", effects=["done = true"]),
    ]  # fmt: skip
    (late,) = asked(parts, {"condition": "done", "by": 30.0}).reasons
    assert [one.kind for one in late.behind] == ["slowed"]
    assert "slowed to 0 of its pace" in late.behind[0].text


def test_shares_have_intervals_of_the_histories_of_the_answer() -> None:
    runs = ns.simulate(ns.load("jcpoa-2015"), replications=600, seed=1, draws=50)
    found = ns.explain(runs, "final_by_31_july", most=60)
    yes, counted = runs.answers("final_by_31_july")
    assert (found.n, found.failures, found.looked) == (counted.sum(), (counted & ~yes).sum(), 60)
    for one in found.reasons:
        assert one.low <= one.share <= one.high
        assert one.count == round(one.share * found.looked)


# ---- any question, and yes too ---------------------------------------------------------------------------------------


def test_why_yes_goes_back_from_the_event_that_brought_it() -> None:
    found = asked(chain(3), {"condition": "s2", "by": 55.0}, yes=True)
    assert found.side == "yes"
    (last,) = found.reasons
    assert (last.kind, last.condition, last.share) == ("by", "step2", 1.0)
    (before,) = last.behind
    assert before.condition == "step1"


def test_a_question_and_a_condition_that_the_runs_did_not_ask() -> None:
    runs = ns.simulate(ns.load("toy"), replications=300, seed=1)
    new = ns.Question(name="mine", kind="holds", condition="talks.held and not ceasefire.agreed", by="20 days")
    found = ns.explain(runs, new)
    again = ns.simulate(ns.load("toy"), replications=300, seed=1, questions=[new])
    assert found.failures == (~again.answers("mine")[0]).sum()
    assert found.reasons


# ---- what every reason must stand ------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(scenarios())
def test_every_reason_of_any_scenario_goes_with_no_and_its_removal_does_not_hinder(scenario: ns.Scenario) -> None:
    try:
        runs = ns.simulate(scenario, replications=40, seed=1, max_events=500, on_error="count")
    except NegsimError:
        return
    for question in scenario.expanded.questions.values():
        if question.given is not None or not question.probable:
            continue
        found = ns.explain(runs, question, most=40)
        for one in found.reasons:
            assert 0 < one.share <= 1
            assert one.helps is None or not one.helps.hinders
        for one in found.refuted:
            assert one not in found.reasons


LONG = ("istanbul-2025", "singapore-2018", "jeddah-2023")


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=pytest.mark.slow) if one in LONG else one for one in ns.shipped() if one != "toy"],
)
def test_reasons_of_shipped_scenarios_help_when_they_are_taken_away(name: str) -> None:
    runs = ns.simulate(ns.load(name), replications=800, seed=2, draws=40)
    told = [ns.explain(runs, one.question, most=60) for one in ns.main_reasons(runs, most=20)]
    assert told
    for found in told:
        for one in found.reasons:
            assert one.helps is None or not one.helps.hinders
        main = found.reasons[0]
        assert main.helps is None or main.helps.turned > 0 or len(found.reasons) > 1


@pytest.mark.parametrize(
    ("text", "need"),
    [("a and b", "a"), ("a and not b", "not b"), ("(a or b) and c", "a or b"), ("a or b and c", "a or b")],
)
def test_a_condition_without_a_need_is_met_wherever_the_rest_is(text: str, need: str) -> None:
    tree, without = parse(text), relaxed(parse(text), parse(need))
    for bits in range(8):
        values = {"a": bool(bits & 1), "b": bool(bits & 2), "c": bool(bits & 4)}
        if evaluate(tree, values):
            assert evaluate(without, values), "what was met is met without it"
    assert str(parse(need)) not in str(without)


def test_a_session_without_a_result_is_told_with_what_its_result_lacked() -> None:
    """Sessions are called in two ways, and one decision follows either; what that lacked is the reason, not which way it was."""
    parts = [
        ns.Fact("text"),
        ns.Fact("agenda"),
        ns.Fact("hot"),
        ns.Fact("sitting"),
        *(
            ns.Action(name=name, clock=ns.Exponential(0.2), when=f"{when} and not text", effects=["sitting = true"])
            for name, when in (("call_in_calm", "not hot"), ("call_in_heat", "hot"))
        ),
        ns.Action(name="heat", clock=ns.Exponential(0.1), when="not hot", effects=["hot = true"]),
        ns.Action(name="settle", clock=ns.Exponential(0.02), when="not agenda", effects=["agenda = true"]),
        ns.Action(
            name="close", clock=ns.Immediately(), when="sitting", effects=["sitting = false"],
            outcomes=[
                ns.Outcome(name="result", weight="0.9 if agenda else 0", effects=["text = true"]),
                ns.Outcome(name="nothing", weight="0.1 if agenda else 1"),
            ],
        ),
    ]  # fmt: skip
    found = asked(parts, {"condition": "text", "by": 40.0})
    shares = kinds(found)
    assert shares["missing", "agenda"] > 0.8, "in the others it was settled after the last session"
    assert not any(condition in ("hot", "not hot") for _, condition in shares)
    (agenda,) = [one for one in found.reasons if one.condition == "agenda"]
    assert events(agenda) == {"settle"}


def counting(n: int) -> ns.Scenario:
    """Actions that all count the same thing and all wait for a count: each is a way to what each other waits for."""
    parts: list[Any] = [ns.Counter("c"), ns.Fact("done")]
    for k in range(n):
        parts.append(
            ns.Action(name=f"a{k}", when=f"c >= {k} and c < 1000", clock=ns.Exponential(0.1), effects=["c += 1"])
        )
    parts.append(ns.Action(name="end", when="c > 5000", clock=ns.Exponential(0.1), effects=["done = true"]))
    raised = ns.Action(name="raise", clock=ns.Exponential(0.001), when="c < 5", effects=["c = 5001"])
    asked_at = [ns.Question(name=f"q{day}", condition="done", by=day) for day in (5, 10)]
    return ns.Scenario("w", start="2025-01-01", end=20, parts=[*parts, raised, *asked_at])


def test_what_is_looked_at_grows_with_the_size_of_a_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = {}
    for n in (40, 160):
        runs = ns.simulate(counting(n), replications=30, seed=1)
        calls = [0]
        plain = Chronicle.value

        def counted(self: Chronicle, tree: Any, state: int, calls: list[int] = calls, plain: Any = plain) -> float:
            calls[0] += 1
            return plain(self, tree, state)

        monkeypatch.setattr(Chronicle, "value", counted)
        ns.main_reasons(runs)
        monkeypatch.undo()
        looked[n] = calls[0]
    assert 0 < looked[160] <= 5 * looked[40], "four times as many actions: about four times as many looks"
