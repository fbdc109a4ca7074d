"""Lint finds what it says it finds, and is quiet where there is nothing to say."""

from __future__ import annotations

from typing import Any

import pytest

import negsim as ns
from negsim.checking.lint import CHECKS, Finding, lint

MEMO = ns.Fact("memo.delivered", title="The memorandum is delivered")
RATE = ns.Parameter("rate", 0.3, ns.Gamma(4, 0.075), unit="1/day", source="own_cases", grade="weak")
CASES = ns.Evidence("own_cases", title="Two cases of our own", date="2024-12-01")
DELIVER = ns.Action(name="deliver", by="russia", when=~MEMO, clock=ns.Exponential(RATE), effects=[MEMO.set(True)])
WORDING = "Does Russia hand its memorandum to Ukraine by the end of 10 January 2025, Europe/Istanbul time?"
ASKED = ns.Question(name="memo_by_10", condition=MEMO, by="2025-01-10", text=WORDING)
CLEAN = (ns.Party("russia", title="Russia"), MEMO, RATE, CASES, DELIVER, ASKED)


def linted(*parts: Any, ignore: tuple[str, ...] = (), **said: Any) -> list[Finding]:
    scenario = ns.Scenario("s", start="2025-01-01", end=40, zone="Europe/Istanbul", parts=parts, **said)
    return lint(scenario, ignore=ignore)


def swapped(old: Any, new: Any) -> tuple[Any, ...]:
    return tuple(new if part is old else part for part in CLEAN)


def test_a_careful_scenario_has_no_findings() -> None:
    assert linted(*CLEAN) == []


def parameter(**said: Any) -> ns.Parameter:
    return ns.Parameter(
        "rate", **{"best": 0.3, "belief": ns.Gamma(4, 0.075), "source": "own_cases", "grade": "weak", **said}
    )


def question(text: str = WORDING, **said: Any) -> ns.Question:
    return ns.Question(name="memo_by_10", condition=MEMO, text=text, **{"by": "2025-01-10", **said})


def action(**said: Any) -> ns.Action:
    return ns.Action(
        name="deliver", by="russia", effects=[MEMO.set(True)], **{"when": ~MEMO, "clock": ns.Exponential(RATE), **said}
    )


@pytest.mark.parametrize(
    ("old", "new", "code", "text"),
    [
        (RATE, parameter(source=""), "unsourced", "has no source"),
        (RATE, parameter(grade="unknown"), "unsourced", "grade 'unknown'"),
        (RATE, parameter(best=5.0), "evidence", "best value 5 lies outside"),
        (DELIVER, action(clock=ns.Exponential(0.37)), "unsourced", "carries the bare number 0.37"),
        (DELIVER, action(pace=0.7), "unsourced", "bare number 0.7"),
        (DELIVER, action(when=~MEMO & (ns.Counter("rounds") >= 0)), "vacuous", "'rounds >= 0' is always true"),
        (DELIVER, action(when=~MEMO & ~ns.Fact("refused")), "vacuous", "'not refused' is always true"),
        (
            DELIVER,
            action(when=(~MEMO) & (ns.Fact("refused") | (ns.Counter("rounds") < 1))),
            "never",
            "'refused' can never hold",
        ),
        (ASKED, question(""), "clairvoyance", "no resolution wording"),
        (ASKED, question(WORDING.replace("Russia", "the other side")), "clairvoyance", "does not say who"),
        (ASKED, question(WORDING.replace(", Europe/Istanbul time", "")), "clairvoyance", "in which time zone"),
        (ASKED, question(WORDING.replace("10 January 2025", "then")), "clairvoyance", "names no year"),
        (ASKED, question(WORDING.replace("10 January", "12 January")), "clairvoyance", "does not say 2025-01-10"),
        (ASKED, question(by=None), "clairvoyance", "no date of its own"),
        (ASKED, question("Russia 10 2025 Istanbul?"), "clairvoyance", "words long"),
    ],
)
def test_each_fault_is_found(old: Any, new: Any, code: str, text: str) -> None:
    extra = (ns.Fact("refused"), ns.Counter("rounds")) if old is DELIVER else ()
    found = linted(*swapped(old, new), *extra)
    assert [finding for finding in found if finding.code == code and text in finding.text], found
    assert all(finding.code in CHECKS and finding.remedy for finding in found)
    assert not [finding for finding in linted(*swapped(old, new), *extra, ignore=(code,)) if finding.code == code]


def test_an_action_that_can_never_happen_is_found() -> None:
    idle = ns.Action(name="idle", when="war", clock=ns.Exponential(RATE), effects=[MEMO.set(False)])
    found = linted(*CLEAN, ns.Fact("war"), idle)
    assert [finding.where for finding in found if finding.code == "never"] == ["action idle"]


def test_what_nobody_uses_is_found() -> None:
    found = linted(*CLEAN, ns.Parameter("spare", 1.0, source="judgement", grade="assumed"), ns.Evidence("dust"))
    assert [(finding.code, finding.where) for finding in found] == [
        ("unused", "evidence dust"),
        ("unused", "parameter spare"),
    ]


def test_a_value_supposed_beyond_the_evidence_is_found() -> None:
    scenario = ns.Scenario("s", start="2025-01-01", end=40, zone="Europe/Istanbul", parts=CLEAN).with_parameter(
        "rate", 9.0
    )
    assert [f.text for f in lint(scenario) if f.code == "evidence"] == [
        text for f in lint(scenario) for text in [f.text] if text.startswith("supposed value 9")
    ]
    assert any(finding.text.startswith("supposed value 9") for finding in lint(scenario))


def test_words_are_named_once_and_not_for_what_is_their_own() -> None:
    memo = ns.Promise("memo", by="russia", to="ukraine", delay=ns.LogNormal(median=13, sigma=0.7))
    (found,) = linted(memo)
    assert (found.code, found.where) == ("unsourced", "word memo")
    assert (
        str(found)
        == "word memo: carries the bare numbers 13, 0.7; make them parameters with source and grade [unsourced]"
    )


@pytest.mark.parametrize("name", ns.shipped())
def test_shipped_scenarios_can_be_linted(name: str) -> None:
    assert isinstance(lint(ns.load(name)), list)


@pytest.mark.parametrize("name", ["singapore-2018", "doha-2020", "jcpoa-2015", "jeddah-2023"])
def test_historical_scenarios_are_clean(name: str) -> None:
    assert [str(finding) for finding in lint(ns.load(name))] == []


def believed(*, name: str = "rate", unit: str = "1/day", title: str = "", **said: object) -> list[str]:
    own = {"source": "judgement", "grade": "weak", "unit": unit, "title": title}
    parameter = ns.Parameter(name, **said, **own)  # type: ignore[arg-type] # what is said
    act = ns.Action(name="act", when="not memo", clock=ns.Exponential(name), effects=["memo = true"])
    found = lint(ns.Scenario("t", start="2025-01-01", end=40, parts=[ns.Fact("memo"), act, parameter]))
    return [str(finding) for finding in found if finding.code == "belief"]


def test_a_mean_far_from_a_rate_said_to_be_an_average_is_told() -> None:
    (found,) = believed(best=0.1, range=[0.02, 0.4])
    assert found.startswith(
        "parameter rate: 0.1 is said to be an average, and the mean of what is believed of it is 0.1"
    )
    assert "% above it; say mean = 0.1" in found
    assert not believed(mean=0.1, range=[0.02, 0.4])
    assert not believed(best=0.1, range=[0.05, 0.18])
    assert not believed(best=0.1, range=[0.02, 0.4], unit="days")
    assert believed(best=0.1, range=[0.02, 0.4], unit="days", title="on average so many")
    assert believed(best=0.1, range=[0.02, 0.4], unit="1", title="5 of 11 cases")
    assert not believed(best=0.1, range=[0.02, 0.4], unit="1", title="hovers about the run's mean")
    (pert,) = believed(best=0.03, belief=ns.Pert(0, 0.03, 0.15))
    assert "50% above it" in pert


def test_a_belief_that_its_law_does_not_say_is_told() -> None:
    (found,) = believed(best=9, range=[1, 10], unit="days")
    assert "the nearest weibull to what is believed of it has 0.0 % below 1 instead of 5 %" in found
    assert not believed(best=3, range=[1, 10], unit="days")
