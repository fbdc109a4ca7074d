"""What a scenario checks of itself: every message names what is wrong, where, and what to do."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import block_of, scenario

import negsim as ns
from negsim.errors import CircularPrecondition, HindsightError, LawError, ScenarioError, UnknownName
from negsim.model.clocks import LAWS
from negsim.model.spans import span
from negsim.program import lower

MEMO, HELD, N = ns.Fact("memo"), ns.Fact("held"), ns.Counter("n")
DAY = ns.Fixed(1)


def act(name: str = "act", clock: Any = DAY, **said: Any) -> ns.Action:
    return ns.Action(name=name, clock=clock, **said)


# ---- names ----


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (act(when="memmo"), "action.act.when: unknown name 'memmo'; did you mean 'memo'"),
        (act(pace="2 if memmo else 1", clock=ns.Exponential(1)), "action.act.pace: .*did you mean 'memo'"),
        (act(effects=["memmo = true"]), "no variable is named 'memmo'; did you mean 'memo'"),
        (act(effects=["n += m"]), r"action.act.effects: effect 'n \+= m': unknown name 'm'"),
        (act(outcomes=[ns.Outcome(name="a", weight="1 + k")]), "action.act.outcome.a.weight: unknown name 'k'"),
        (act(by="rusia"), "action.act.by: no party is named 'rusia'; did you mean 'russia'"),
        (ns.Question(name="q", condition="memmo"), "question.q.condition: .*did you mean 'memo'"),
        (ns.Question(name="q", condition="memo", given="memmo"), "question.q.given: .*did you mean 'memo'"),
        (ns.Question(name="q", kind="fired", action="send"), "question.q: no action is named 'send'"),
        (act(clock=ns.Exponential("rat")), "action.act.clock: unknown name 'rat'; did you mean 'rate'"),
        (ns.Level("x", "rat"), "level.x.initial: unknown name 'rat'; did you mean 'rate'"),
    ],
)
def test_unknown_names_come_with_the_nearest(part: Any, words: str) -> None:
    with pytest.raises(UnknownName, match=words):
        scenario(MEMO, N, ns.Party("russia"), ns.Parameter("rate", 1), part)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (act(clock=ns.Exponential("n + 1")), "reads the variable n, but only parameters may stand here"),
        (ns.Level("x", "n + 1"), "level.x.initial: .*only parameters"),
        (act(when="n"), "action.act.when"),
        (act(effects=["n = memo"]), "effect 'n = memo'"),
        (act(effects=["memo += 1"]), "memo is a fact; set it to true, false or a condition"),
        (act(effects=["rate = 2"]), "rate is a parameter and cannot change; make it a variable"),
        (act(effects=[ns.Effect("n", "add", ns.Normal(0, 1))]), "n is a counter and takes whole numbers only"),
        (
            act(effects=[ns.Effect("x", "add", ns.Exponential(1).or_never("rate"))]),
            "or_never has no meaning for a size",
        ),
        (ns.Question(name="q", condition="n"), "question.q.condition"),
        (ns.Question(name="q", condition="memo", by=41), "question.q.by: 41.0 lies outside the scenario"),
        (ns.Question(name="q", condition="memo", by="2024-12-31"), "lies outside the scenario"),
        (ns.Question(name="q", condition="memo", after=9, by=5), "the window from 9.0 to 5.0 is empty"),
        (ns.Question(name="q", condition="memo", after=-1), "begins before the start"),
        (ns.Question(name="q", condition="memo", given="memo", given_by=99), "given_by: 99.0 lies outside"),
    ],
)
def test_what_does_not_fit_is_refused(part: Any, words: str) -> None:
    level = [ns.Level("x")] if getattr(part, "name", "") != "x" else []
    with pytest.raises(ScenarioError, match=words):
        scenario(MEMO, N, *level, ns.Parameter("rate", 1), act("sets", effects=["memo = true"]), part)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: act(effects=["n += 1", "n = 2"]), "action act: two effects on n in one firing"),
        (lambda: act(effects=["n += 1"], outcomes=[ns.Outcome(name="a", effects=["n = 2"])]), "two effects on n"),
        (lambda: act(outcomes=[ns.Outcome(name="a"), ns.Outcome(name="a")]), "outcome 'a' is there twice"),
        (lambda: act(outcomes=[ns.Outcome(name="a", weight=0)]), "every outcome has weight 0"),
        (lambda: ns.Outcome(name="a", weight=-1), "weight must not be negative"),
        (lambda: act(clock=ns.Normal(0, 1)), "normal is not a clock"),
        (lambda: act(clock=3), "is not a clock"),
        (lambda: act(pace="2"), "Fixed has no pace"),
        (lambda: act(clock=ns.On(1), speed="2"), "On has no memory, pace or speed"),
        (lambda: act(clock=ns.Immediately(), memory="resume"), "Immediately has no memory"),
        (lambda: act(memory="forget"), "memory 'forget' is not one of reset, resume, repeat"),
        (lambda: act(limit=0), "limit must be a positive integer"),
        (lambda: act(priority=1.5), "priority must be an integer"),
        (lambda: ns.Level("x", 5, low=0, high=1), r"initial 5.0 lies outside \[0.0, 1.0\]"),
        (lambda: ns.Level("x", 0, low=0, high=0.25, step=0.1), "high 0.25 is not on the grid of 0.1"),
        (lambda: ns.Level("x", 0, step=0), "step must be positive and finite"),
        (lambda: ns.Level("x", 0, low=float("nan")), "low must be a number"),
        (lambda: ns.Counter("n", 0.5), "initial must be whole"),
        (lambda: ns.chance(1.5), r"chance\(1.5\): a probability lies in \[0, 1\]"),
        (lambda: ns.Fixed(1).or_never(-0.1), r"or_never\(-0.1\)"),
        (lambda: ns.Exponential(1).or_never(2), r"or_never\(2\)"),
        (lambda: ns.Fact("Memo"), "fact 'Memo' is not a name"),
        (lambda: ns.Fact("peace.and.war"), "uses the reserved word 'and'"),
        (lambda: ns.Fact("a" * 121), "at most 120"),
        (
            lambda: ns.Question(name="q", kind="reach", condition="memo"),
            "kind 'reach' is not one of .*did you mean 'reached'",
        ),
        (lambda: ns.Question(name="q", kind="fired", condition="memo"), "give action= or weights=, and no condition"),
        (lambda: ns.Question(name="q", action="act"), "give condition= and no action"),
        (
            lambda: ns.Question(name="q", kind="holds", condition="memo", after=3),
            "after goes with kind 'reached' or 'happ",
        ),
        (lambda: ns.Question(name="q", condition="memo", given_by=3), "given_by without given"),
        (
            lambda: ns.Question(name="q", condition="memo", given="memo", given_by=3, given_on=4),
            "given_by and given_on exclude each other; give one of given_by, given_on, given_not_by",
        ),
        (lambda: ns.Question(name="q", condition="memo", at_least=2), "at_least goes with kind 'fired', not with 'rea"),
        (
            lambda: ns.Question(name="q", kind="fired", action="act", at_least=0),
            "at_least must be a whole number from 1",
        ),
        (lambda: ns.Question(name="q", condition="memo", or_holds=True), "or_holds goes with kind 'happens'"),
        (
            lambda: ns.Question(name="q", condition="memo", by=3, before="2025-06-01"),
            "either by .* or before .* not both",
        ),
        (lambda: ns.Question(name="q", condition="memo", base_rate=2), "base_rate must be a share"),
        (lambda: ns.Parameter("p", True, ns.Beta(1, 1)), r"believed with chance\(p\)"),
        (lambda: ns.Parameter("p", 1, ns.chance(0.5)), "a number is believed with a law"),
        (lambda: ns.Parameter("p", 1, grade="fine"), "grade 'fine' is not one of"),
        (lambda: scenario(MEMO, ns.Fact("memo", True)), "two variables are named 'memo'"),
        (lambda: scenario(MEMO, ns.Parameter("memo", 1)), "'memo' is both a variable and a parameter"),
        (lambda: scenario(act(), act()), "two actions are named 'act'"),
        (lambda: scenario(42), "42 is no part of a scenario"),
    ],
)
def test_parts_check_themselves(make: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        make()


# ---- laws ----


@pytest.mark.parametrize("law", [ns.Uniform(-1, 2), ns.Triangular(-1, 0, 1), ns.Pert(-2, 0, 2), ns.Uniform("p - 3", 2)])
def test_a_clock_cannot_begin_before_0(law: Any) -> None:
    described = scenario(ns.Parameter("p", 1), act(clock=law))
    with pytest.raises(LawError, match=r"action act: .* before 0; .*use a law of positive times, or .truncated\(0\)"):
        lower(described)
    lower(scenario(ns.Parameter("p", 1), act(clock=law.truncated(0))))
    lower(scenario(ns.Parameter("p", 1), ns.Level("x", law), act(effects=[ns.Effect("x", "add", law)])))


EXTREME = st.one_of(
    st.sampled_from([0.0, -0.0, 5e-324, 1e-320, 1e-308, 1e-30, 1.0, 1e30, 1e300, 1.7e308, -1.0, -1e308]),
    st.floats(-9, 9),
)


@given(st.data())
def test_laws_of_huge_or_tiny_numbers_are_solved_or_refused(data: Any) -> None:
    law = LAWS[data.draw(st.sampled_from(sorted(LAWS)))]
    known = (*law.keys, "median", "p90", "mean") if len(law.keys) < 3 else law.keys
    keys = data.draw(st.lists(st.sampled_from(known), unique=True, min_size=len(law.keys), max_size=len(law.keys)))
    said = law(**{key: data.draw(EXTREME) for key in keys})
    if data.draw(st.booleans()):
        said = said.truncated(data.draw(st.one_of(st.none(), EXTREME)), data.draw(st.one_of(st.none(), EXTREME)))
    described = scenario(ns.Level("x", said, low=-1, high=1), *([act(clock=said)] if law.is_clock else []), end=5)
    try:
        block = block_of(described, "reference", replications=3, max_events=50, stop_at_failure=False)
    except LawError:
        return
    assert len(block.failures) == block.failed.sum()


def test_arguments_without_a_value_are_refused_where_they_stand() -> None:
    with pytest.raises(LawError, match=r"action act: '1 / p' has no finite value"):
        lower(scenario(ns.Parameter("p", 0), act(clock=ns.Exponential("1 / p"))))
    with pytest.raises(ScenarioError, match=r"fact\.memo\.initial: chance must be a probability, not 2 \* p = 2; give"):
        scenario(ns.Parameter("p", 1), ns.Fact("memo", ns.chance("2 * p")))
    with pytest.raises(LawError, match="action act: Fixed needs a delay of at least 0 days"):
        lower(scenario(ns.Parameter("p", 1), act(clock=ns.Fixed("-p"))))


# ---- circles and reach ----


def waits(name: str, needs: str, gives: str, **said: Any) -> ns.Action:
    return act(name, when=needs, effects=[f"{gives} = true"], **said)


def test_a_circle_that_nothing_can_break_is_an_error() -> None:
    with pytest.raises(CircularPrecondition, match=r"russia.send waits for ukraine.sit waits for russia.send, and no"):
        scenario(MEMO, HELD, waits("russia.send", "held", "memo"), waits("ukraine.sit", "memo", "held"))


def test_a_circle_that_something_can_break_is_a_note() -> None:
    circle = [waits("russia.send", "held", "memo"), waits("ukraine.sit", "memo", "held")]
    waived = scenario(MEMO, HELD, *circle, waits("waiver", "true", "held"))
    assert waived.notes == ("circle that something can break: russia.send waits for ukraine.sit waits for russia.send",)
    scenario(MEMO, ns.Fact("held", ns.chance(0.1)), *circle)
    scenario(ns.Parameter("claim", False, ns.chance(0.5)), MEMO, ns.Fact("held", "claim"), *circle)
    assert scenario(MEMO, ns.Fact("held", True), *circle).notes == ()


def test_under_an_intervention_a_circle_is_a_note() -> None:
    parts = [MEMO, HELD, waits("russia.send", "held", "memo"), waits("ukraine.sit", "memo", "held")]
    whole = scenario(*parts, waits("waiver", "true", "held"))
    assert any("nothing can break the circle" in note for note in whole.without("waiver").notes)


def test_a_question_out_of_reach_is_an_error_and_under_an_intervention_a_note() -> None:
    asked = ns.Question(name="q", condition="held and n > 2")
    with pytest.raises(
        ScenarioError, match=r"question.q: nothing can ever make 'held and n > 2' true \(n > 2 never can\)"
    ):
        scenario(MEMO, HELD, N, act(effects=["held = true"]), asked)
    whole = scenario(MEMO, HELD, N, act(effects=["held = true", "n += 1"]), asked)
    assert any("question q: nothing can ever" in note for note in whole.without("act").notes)


def test_an_action_that_can_never_happen_is_a_note() -> None:
    described = scenario(MEMO, HELD, waits("late", "held", "memo"))
    assert described.notes == ("action late can never happen: 'held' can never hold",)


@pytest.mark.parametrize(
    ("level", "effect", "condition"),
    [
        (ns.Level("x", 0, low=0, high=9, step=1), "x = 0.6", "x >= 1"),  # the grid rounds up
        (ns.Level("x", "p", low=0, high=1), "x += 0", "x <= 1"),  # the initial value is clipped
        (ns.Level("x", 0), "x += 0.25", "x > 1000"),  # growth has no end
        (ns.Level("x", 0), "x = p / (p - p)", "x > 3"),
        (ns.Level("x", 0, low=-9, high=9), "x = clip(p - 7, -2, 2) * -3", "x == 6"),
        (ns.Level("x", 1, low=0, high=9), "x = abs(-3) if x > 0 else 9", "x == 3"),
    ],
)
def test_what_can_happen_is_never_called_impossible(level: ns.Level, effect: str, condition: str) -> None:
    scenario(ns.Parameter("p", 5), level, act(effects=[effect]), ns.Question(name="q", condition=condition))


def test_spans_of_long_sums_do_not_recurse() -> None:
    text = "+".join(["n"] * 1020)
    assert span(ns.parse(text), {"n": (0.0, 2.0)}) == (0.0, 2040.0)
    scenario(N, act(when=f"{text} >= 0"))


# ---- sources ----


def test_hindsight_is_refused_unless_it_is_marked() -> None:
    late = {"unit": "1/day", "source": "article", "as_of": "2025-06-20"}
    with pytest.raises(
        HindsightError, match=r"parameter.p.as_of: its source is of 2025-06-20, later than .* 2025-05-28"
    ):
        scenario(ns.Parameter("p", 1, **late), as_of="2025-05-28")
    scenario(ns.Parameter("p", 1, hindsight=True, **late), as_of="2025-05-28")
    scenario(ns.Parameter("p", 1, **late))
    cited = [ns.Evidence("article", date="2025-07-01"), ns.Parameter("p", 1, source="article, judgement")]
    with pytest.raises(HindsightError, match="its source is of 2025-07-01"):
        scenario(*cited, as_of="2025-05-28")


# ---- interventions ----


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda s: s.do("memmo", on=1), "no fact 'memmo' to intervene on; did you mean 'memo'"),
        (lambda s: s.do("n", on=1), "n is a counter, and do and nudge make facts true; add an action instead"),
        (lambda s: s.do("memo"), "give either on=instant or never=True"),
        (lambda s: s.do("memo", on=1, never=True), "give either"),
        (lambda s: s.nudge("memmo", on=1), "no fact 'memmo'"),
        (lambda s: s.do("memo", on="2025-13-01"), "cannot read"),
        (lambda s: s.do("memo", on=41), "outside"),
        (lambda s: s.nudge("memo", on="2024-12-31"), "outside"),
        (lambda s: s.without("ac"), "nothing in the scenario has this name; did you mean 'act'"),
        (lambda s: s.with_law("ac", DAY), "no such action; did you mean 'act'"),
        (lambda s: s.with_law("act", ns.Normal(0, 1)), "normal is not a clock"),
        (lambda s: s.with_parameter("q", 1), "no such parameter"),
        (lambda s: s.with_parameter("p", True), "is of another kind than 1.0; give a number"),
    ],
)
def test_interventions_check_themselves(step: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        step(scenario(MEMO, N, ns.Parameter("p", 1), act(effects=["memo = true"])))


# ---- size ----


def test_a_scenario_of_thousands_of_elements_is_checked_in_seconds() -> None:
    parties = [ns.Party(f"p{k}") for k in range(50)]
    memos = [
        ns.Promise(f"memo{k}", by=f"p{k % 50}", to=f"p{(k + 1) % 50}", delay=ns.Exponential(0.1)) for k in range(200)
    ]
    talks = [
        ns.Meeting(
            f"talks{k}",
            among=[f"p{k % 50}", f"p{(k + 7) % 50}"],
            on=f"2025-01-{1 + k % 28:02d}T13:00",
            requires={f"p{k % 50}": memos[k % 200].delivered},
            waiver=0.4,
        )
        for k in range(300)
    ]
    began = time.process_time()
    described = scenario(*parties, *memos, *talks)
    lower(described)
    assert time.process_time() - began < 5.0, "about half a second on an idle machine"
    assert len(described.expanded.actions) >= 800


def test_a_condition_given_that_can_never_be_is_refused() -> None:
    memo, never = ns.Fact("memo"), ns.Fact("never")
    act = ns.Action(name="act", when=~memo, clock=ns.Exponential(1), effects=[memo.set(True)])

    def asked(given: ns.Expression) -> ns.Scenario:
        question = ns.Question(name="q", condition=memo, given=given, by=3)
        return ns.Scenario("tiny", start="2025-01-01", end=5, parts=[memo, never, act, question])

    assert asked(memo).notes == ()
    with pytest.raises(ns.errors.ScenarioError, match=r"question\.q\.given: nothing can ever make 'never' true"):
        asked(never)
