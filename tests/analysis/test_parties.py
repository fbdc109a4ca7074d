"""A party's page and who waits for whom: known pages, known circles, every shipped scenario within 80 columns."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import negsim as ns
from negsim.errors import ArgumentError, UnknownName
from negsim.report.graph import draw_waits
from negsim.why.sentences import Sentences

NOON = "2025-06-02T12:00"


def istanbul(waiver: object = "attends.go") -> ns.Scenario:
    """Moscow hands its text over at the table only; Kyiv comes to the table only with the text, or decides to."""
    parts = [
        ns.Party("north", title="the North", aims=["its terms", "time"], sees=["blame"]),
        ns.Party("south", title="the South"),
        ns.Level("blame", 2, low=0, high=4, title="what the South is blamed for"),
        ns.Claim("sent", by="north", credibility=0.9, views={"south": 0.6}, text="the terms are sent"),
        ns.Promise(
            "text",
            by="north",
            to="south",
            delay=ns.Exponential(0.1),
            only_at_table=1,
            at_table="talks.held",
            title="the text",
        ),
        ns.Meeting(
            "talks",
            among=["north", "south"],
            on=NOON,
            requires={"south": "text.delivered"},
            waiver=waiver,
            title="the talks",
        ),
        ns.Decision(
            "attends",
            by="south",
            at="talks.due and not talks.requires.south",
            options={
                "go": ns.Option(share=0.4, says="the South comes"),
                "stay": ns.Option(says="the South stays away"),
            },
            reasons={
                "blame": ns.ReasonFor("go", reads="blame", weight=0.5, centre=1, says="it would be blamed"),
                "sent": ns.ReasonFor(
                    "stay", reads="south.sees.sent", weight=-1, centre=0.5, says="the terms are there"
                ),
            },
            title="does the South come?",
        ),
    ]
    return ns.Scenario("two", start="2025-06-01", end=40, parts=parts)


def test_those_who_wait_for_each_other_are_a_circle_with_its_way_out() -> None:
    found = ns.waits(istanbul())
    assert {(one.who, one.whom) for one in found.waits} == {("north", "south"), ("south", "north")}
    assert found.circles == (("north", "south"),)
    assert all(one.in_circle for one in found.waits)
    assert "The South waits for the North  [circle]" in str(found)
    assert 'waived where the South decides: "the South comes"' in " ".join(str(found).split())
    told = " ".join(str(found).split())
    assert "Circle: the North and the South wait for each other; the South could let a precondition pass." in told


def test_a_circle_without_a_waiver_says_that_all_in_it_is_hard() -> None:
    hard = istanbul().harden("talks.requires.south")
    assert "every precondition in it is hard" in " ".join(str(ns.waits(hard)).split())


def test_what_is_met_or_not_asked_for_is_waited_for_by_nobody() -> None:
    s = istanbul().without("talks.requires.south")
    assert {(one.who, one.whom) for one in ns.waits(s).waits} == {("north", "south")}
    assert ns.waits(s).circles == ()


def test_signals_of_words_are_followed_back_to_who_gives_them() -> None:
    """A calls, a signal of no party's follows at once, and B waits for the signal: so B waits for A."""
    parts = [
        ns.Party("a"),
        ns.Party("b"),
        *(ns.Fact(name) for name in ("called", "signal", "done")),
        ns.Action(name="call", by="a", clock=ns.Exponential(0.1), effects=["called = true"]),
        ns.Action(name="echo", when="called", clock=ns.Immediately(), effects=["signal = true"]),
        ns.Action(name="answer", by="b", when="signal and not done", clock=ns.Exponential(1), effects=["done = true"]),
    ]
    found = ns.waits(ns.Scenario("two", start="2025-06-01", end=40, parts=parts))
    assert ("b", "a") in {(one.who, one.whom) for one in found.waits}
    assert ("a", "b") not in {(one.who, one.whom) for one in found.waits}


def test_graphs_in_two_languages() -> None:
    found = ns.waits(istanbul())
    mermaid, graphviz = found.mermaid(), found.graphviz()
    assert mermaid.splitlines()[0] == "flowchart LR"
    assert 'n1["the North"]' in mermaid
    assert mermaid.count("==>") == 2  # both belong to the circle
    assert graphviz.splitlines()[0] == "digraph waits {"
    assert graphviz.count("color=red") == 2
    assert graphviz.count("style=dashed") == 1  # the South can let its precondition pass


def test_a_picture_is_written(tmp_path: Path) -> None:
    for name in ("waits.png", "waits.svg"):
        draw_waits(ns.waits(istanbul()), tmp_path / name)
        assert (tmp_path / name).stat().st_size > 5_000
    draw_waits(ns.waits(ns.Scenario("none", start="2025-06-01", end=4)), tmp_path / "none.png")


# The page ----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_party_has_its_decision_with_shares_at_the_start() -> None:
    """Log odds logit(.4) + .5 (2 - 1); less (0 - .5) or (1 - .5) for staying, as the terms are seen or not."""
    page = ns.party(istanbul(), "south")
    (choosing,) = page.decisions
    low, high = (1 / (1 + 1.5 * math.exp(-0.5 - x)) for x in (-0.5, 0.5))
    assert choosing.shares["go"] == pytest.approx((low, high), abs=1e-12)
    assert choosing.central == {"go": pytest.approx(0.4), "stay": pytest.approx(0.6)}
    blame, sent = choosing.reasons
    assert (blame.weight, blame.centre, blame.pull) == (0.5, 1, (0.5, 0.5))
    assert (sent.weight, sent.pull) == (-1, (-0.5, 0.5))
    text = " ".join(page.text().split())
    assert 'for "the South comes": - it would be blamed (+0.5 a unit above 1; +0.5 now)' in text
    assert 'against "the South stays away": - the terms are there (-1 a unit above 0.5' in text
    assert "the terms are sent, says the North: holds it true with 60 %" in text
    assert "the South has the text (before: the talks are held;" in text
    assert "Log odds" in text


def test_a_view_that_knows_more_is_told_by_what_is_true() -> None:
    """With a hit rate of .9 and a false-alarm rate of .2 no one number says what the party holds true."""
    knows = ns.Claim(
        "sent", by="north", credibility=0.6, views={"south": "0.9 if sent.holds else 0.2"}, text="it is sent"
    )
    page = ns.party(ns.Scenario("s", start="2025-06-01", end=4, parts=[knows]), "south")
    (view,) = page.views
    assert (view.chance, view.value) == (None, "holds it true with 90 % if it is, with 20 % if it is not")
    assert "it is sent, says North: holds it true with 90 % if it is, with 20 % if it is not" in " ".join(
        str(page).split()
    )


def test_conditions_are_said_as_sentences() -> None:
    said = Sentences(istanbul())
    for condition, words in (
        ("text.delivered", "the South has the text"),
        (
            "not text.delivered and blame >= 1",
            "the South does not have the text yet and what the South is blamed for is at least 1",
        ),
        ("not (not talks.held)", "the talks have been held"),
        ("not attends.go", "the South does not come"),
        (
            "talks.due and (text.delivered or talks.waived)",
            "the date of the talks is here and either the South has the text or what was still missing for the talks has been waived",
        ),
    ):
        assert said.condition(ns.parse(condition)) == words


def test_aims_and_what_is_seen_stand_on_the_page() -> None:
    text = ns.party(istanbul(), ns.Party("north")).text()
    assert "  1. its terms\n  2. time\n" in text
    assert "what the South is blamed for: 2" in text
    assert "it takes no decisions here" in text


def test_three_options_are_told_as_a_logit_and_a_hard_one_with_what_it_needs() -> None:
    three = ns.Decision(
        "answer",
        by="south",
        every="10 days",
        options={
            "yes": ns.Option(share=0.5, when="blame > 3", says="it says yes"),
            "no": ns.Option(share=0.3),
            "maybe": ns.Option(),
        },
        reasons={"r": ns.ReasonFor("no", reads="blame", weight=0, centre=1)},
    )
    s = ns.Scenario("three", start="2025-06-01", end=40, parts=[ns.Level("blame", 2), three])
    (choosing,) = ns.party(s, "south").decisions
    assert choosing.shares["yes"] == (0, 0)
    assert choosing.shares["no"] == pytest.approx((0.6, 0.6))
    text = ns.party(s, "south").text()
    assert "multinomial logit" in text
    assert "only if blame is above 3" in " ".join(text.split())
    assert "(every 10 days)" in text


@pytest.mark.parametrize("name", ns.shipped())
def test_every_page_of_every_shipped_scenario_fits_80_columns_and_names_no_ids(name: str) -> None:
    s = ns.load(name)
    pages = [ns.party(s, one).text() for one in s.expanded.parties] + [str(ns.waits(s))]
    for page in pages:
        assert max(len(line) for line in page.splitlines()) <= 80
        assert "_" not in page.replace("__", "")


def test_what_is_no_party_or_scenario_is_told() -> None:
    with pytest.raises(UnknownName, match="no party 'sout'; did you mean 'south'"):
        ns.party(istanbul(), "sout")
    with pytest.raises(ArgumentError, match="waits takes a scenario"):
        ns.waits("istanbul-2025")  # type: ignore[arg-type]


# Lint --------------------------------------------------------------------------------------------------------------


def findings(code: str, *sees: str, weight: object = 1, reads: str = "blame") -> list[str]:
    """What lint says of a decision with one reason."""
    decision = ns.Decision(
        "attends",
        by="south",
        every="10 days",
        options={"go": ns.Option(share="p"), "stay": ns.Option()},
        reasons={"r": ns.ReasonFor("go", reads=reads, weight=weight)},  # type: ignore[arg-type] # number or text
    )
    parts = [
        ns.Party("south", sees=sees),
        ns.Party("north"),
        ns.Level("blame", 1),
        ns.Fact("calm"),
        ns.Parameter("p", 0.4, source="a table", grade="good"),
        ns.Claim("sent", by="north", credibility=0.9, views={"south": 0.5, "north": 1}, source="said", grade="weak"),
        ns.Readiness("ready", of="south", cost="0.5 if calm else 0.2"),
        decision,
    ]
    return [str(one) for one in ns.lint(ns.Scenario("s", start="2025-06-01", end=40, parts=parts)) if one.code == code]


def test_a_round_weight_is_an_estimate_too() -> None:
    told = [one for one in findings("unsourced") if "weight" in one]
    assert told == [
        "decision attends: reason r has the bare weight 1; make it a parameter with source and grade [unsourced]"
    ]
    assert not [one for one in findings("unsourced", weight="p") if "weight" in one]
    assert not [one for one in findings("unsourced", weight=0) if "weight" in one]


def test_a_party_that_says_what_it_sees_has_reasons_from_that() -> None:
    assert findings("view") == []  # it says nothing of what it sees
    assert "reason r reads blame, which south does not see" in findings("view", "calm")[0]
    assert findings("view", "blame") == []
    assert findings("view", "calm", reads="south.sees.sent") == []
    assert findings("view", "calm", reads="ready.level") == []
    assert "north.sees.sent" in findings("view", "calm", reads="north.sees.sent")[0]
