"""Four scenarios from history, each with only what was known at its cut-off date."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import beta

import negsim as ns
from negsim.checking.bare import bare_numbers
from negsim.laws import mean, quantile
from negsim.model.parameters import Parameter

SEEDS = Path(__file__).parents[2] / "seeds"
CUTOFFS = {
    "singapore-2018": "2018-05-25",
    "doha-2020": "2020-02-21",
    "jcpoa-2015": "2015-06-15",
    "jeddah-2023": "2023-05-21",
}


@pytest.fixture(params=sorted(CUTOFFS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def seed_of(name: str) -> dict[str, Any]:
    return tomllib.loads((SEEDS / f"{name}.toml").read_text("utf-8"))


def test_it_starts_after_its_cutoff_and_keeps_to_it(name: str) -> None:
    scenario = ns.load(name)
    assert scenario.as_of == CUTOFFS[name]
    assert scenario.start > CUTOFFS[name]
    late = [evidence for evidence in scenario.expanded.evidence.values() if (evidence.date or "") > CUTOFFS[name]]
    for evidence in late:
        leaning = [
            p for p in scenario.expanded.parameters.values() if evidence.name in p.source.replace(",", " ").split()
        ]
        assert all(parameter.hindsight for parameter in leaning)


def test_every_parameter_has_a_source_a_grade_and_a_title(name: str) -> None:
    for parameter in (part for part in ns.load(name).parts if isinstance(part, Parameter)):
        assert parameter.source, parameter.name
        assert parameter.title, parameter.name
        assert parameter.grade not in ("unknown", ""), parameter.name


def test_questions_have_wording_and_dates(name: str) -> None:
    questions = [part for part in ns.load(name).parts if isinstance(part, ns.Question)]
    assert len(questions) >= 4
    for question in questions:
        assert question.text.endswith("?")
        assert question.by is not None
        assert question.base_rate is None or question.source, "a base rate says where it comes from"
    assert any(question.base_rate is not None for question in questions)


def test_claims_of_the_seed_are_carried_and_no_later_than_the_cutoff(name: str) -> None:
    scenario, seed = ns.load(name), seed_of(name)
    parts = {part.name for part in scenario.parts}
    assert seed["source"]["as_of"] == CUTOFFS[name]
    for claim in seed["claim"]:
        assert claim["date"] <= CUTOFFS[name], claim["id"]
        assert claim["elements"] or claim["why_none"], claim["id"]
        assert set(claim["elements"]) <= parts, claim["id"]
        assert claim["speaker"], claim["id"]
        assert 0 < claim["credibility"] <= 1, claim["id"]
        assert claim["checked"] is False or claim["url"].startswith("http"), claim["id"]


def test_every_mechanism_and_parameter_has_a_claim_or_a_reason(name: str) -> None:
    scenario, seed = ns.load(name), seed_of(name)
    named = {element for block in (*seed["claim"], *seed.get("judgement", ())) for element in block["elements"]}
    silent = [
        part.name
        for part in scenario.parts
        if not isinstance(part, (ns.Party, ns.Evidence, ns.Question, ns.Says)) and part.name not in named
    ]
    assert silent == []


def test_it_runs_and_answers_neither_never_nor_surely(name: str) -> None:
    scenario = ns.load(name)
    runs = ns.simulate(scenario, replications=2_000, seed=11, draws=100)
    for question in (part for part in scenario.parts if isinstance(part, ns.Question)):
        p = runs.probability(question.name).value
        assert 0.002 < p < 0.998, (question.name, p)


def test_it_can_be_asked_as_known_on_the_day(name: str) -> None:
    then = ns.load(name, as_known=True)
    assert not any(parameter.hindsight for parameter in then.expanded.parameters.values())
    for question in (part for part in then.parts if isinstance(part, ns.Question)):
        assert 0.002 < asked(then, question.name)[0] < 0.998, question.name


def test_monotone_in_the_date(name: str) -> None:
    scenario = ns.load(name)
    runs = ns.simulate(scenario, replications=500, seed=2)
    for fact in (question for question in scenario.expanded.questions.values() if question.kind == "when"):
        chances = [runs.probability(fact.name, by=day).value for day in (5, 20, 60, 180)]
        assert chances == sorted(chances)


def asked(scenario: ns.Scenario, *questions: str, n: int = 1500) -> list[float]:
    runs = ns.simulate(scenario, replications=n, seed=5)
    return [runs.probability(question).value for question in questions]


def test_no_bare_number_no_default_that_acts_nothing_to_look_at(name: str) -> None:
    scenario = ns.load(name)
    assert bare_numbers(scenario) == {}
    assert [str(finding) for finding in ns.lint(scenario)] == []


def test_parties_have_aims_and_decide_for_reasons(name: str) -> None:
    parts = ns.load(name).parts
    parties = [part for part in parts if isinstance(part, ns.Party)]
    decisions = [part for part in parts if isinstance(part, ns.Decision)]
    assert len(parties) >= 2
    assert all(party.aims for party in parties)
    assert len({decision.by for decision in decisions}) >= 2
    for decision in decisions:
        assert decision.reasons, decision.name
        assert decision.title, decision.name
        assert all(one.says for one in (*decision.options.values(), *decision.reasons.values())), decision.name


CASES = re.compile(r"\b(\d+) of (\d+)\b")


def test_shares_from_counted_cases_follow_one_rule(name: str) -> None:
    counted = [
        (part, *map(int, found.groups()))
        for part in ns.load(name).parts
        if isinstance(part, Parameter) and (found := CASES.search(part.title))
    ]
    assert counted
    for parameter, k, n in counted:
        share = 0.5 if "each counted half" in parameter.title else 1.0
        yes, no = k * share + 0.5, (n - k) * share + 0.5
        assert float(parameter.best) == pytest.approx(yes / (yes + no), rel=0.01), parameter.name
        assert mean(parameter.fit.law) == pytest.approx(yes / (yes + no), rel=0.03), parameter.name
        if "hence the range" not in parameter.title:
            low, high = (quantile(parameter.fit.law, p) for p in (0.05, 0.95))
            assert low == pytest.approx(beta.ppf(0.05, yes, no), rel=0.1, abs=0.002), parameter.name
            assert high == pytest.approx(beta.ppf(0.95, yes, no), rel=0.05), parameter.name


def meetings(cutoff: str, *levels: str) -> list[dict[str, str]]:
    """Announced talks and summits whose day was over by the cut-off."""
    with (SEEDS / "evidence" / "announced_meetings.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in ("talks", "summit")]
    return [row for row in rows if row["scheduled"] <= cutoff and (not levels or row["level"] in levels)]


@pytest.mark.parametrize(
    ("cutoff", "levels", "held", "standing", "never", "missed"),
    [
        ("2018-05-25", ("leaders",), 9, 9, 1, 1),
        ("2018-05-25", (), 34, 64, 10, 34),
        ("2020-02-21", (), 43, 78, 17, 45),
        ("2020-02-21", ("delegation", "ministers"), 30, 64, 13, 40),
    ],
)
def test_counts_of_announced_meetings_are_those_of_the_file(
    cutoff: str, levels: tuple[str, ...], held: int, standing: int, never: int, missed: int
) -> None:
    rows = meetings(cutoff, *levels)
    late = [row for row in rows if row["outcome"] != "on_date"]
    assert len(rows) - len(late) == held
    assert sum(row["outcome"] != "cancelled" for row in rows) == standing
    assert len(late) == missed
    assert sum(row["outcome"] in ("never", "cancelled") for row in late) == never


def test_a_cancelled_summit_can_only_come_back_by_a_decision() -> None:
    off = ns.load("singapore-2018").decide("washington_renews", "wait")
    assert asked(off, "summit_by_31_december", n=300) == [0.0]


def test_envoys_a_warm_tone_and_the_president_s_own_word_help_the_summit() -> None:
    scenario = ns.load("singapore-2018")
    (plain,) = asked(scenario, "summit_by_12_june")
    assert asked(scenario.with_parameter("envoys.share", 0.5), "summit_by_12_june")[0] > plain + 0.05
    assert asked(scenario.decide("pyongyang_speaks", "insult"), "summit_by_12_june")[0] < plain - 0.03
    assert asked(scenario.do("washington.leans", never=True), "summit_by_12_june")[0] < plain - 0.02


def test_pressure_of_the_deadline_brings_the_final_text_forward() -> None:
    scenario = ns.load("jcpoa-2015")
    (plain,) = asked(scenario, "final_by_31_july", n=4000)
    calm = scenario.with_parameter("deadline.scale", 1.0)
    assert asked(calm, "final_by_31_july", n=4000)[0] < plain - 0.02


def test_the_hardest_issue_can_be_settled_by_either_side() -> None:
    scenario = ns.load("jcpoa-2015").with_parameter("deadline.settle", 0.0)
    neither = scenario.decide("tehran_on_sites", "hold").decide("powers_on_sites", "hold")
    assert asked(neither, "final_by_31_december", n=300) == [0.0]
    for held in ("tehran_on_sites", "powers_on_sites"):
        assert asked(scenario.decide(held, "hold"), "final_by_31_december")[0] > 0.2


def test_without_a_quiet_week_the_signature_needs_a_decision() -> None:
    scenario = ns.load("doha-2020").with_parameter("week.mu", -9.0)
    assert asked(scenario.decide("washington_signs", "refuse"), "signed_by_29_february", n=300) == [0.0]
    assert 0.2 < asked(scenario, "signed_by_29_february")[0] < 0.7


def test_rivals_in_kabul_hold_up_the_afghan_talks() -> None:
    scenario = ns.load("doha-2020")
    (plain,) = asked(scenario, "afghan_talks_by_31_march", n=4000)
    agreed = scenario.meet("afghan_talks.requires.afghan_government")
    assert asked(agreed, "afghan_talks_by_31_march", n=4000)[0] > plain + 0.01


def test_a_collapsed_truce_drives_sides_from_the_table() -> None:
    scenario = ns.load("jeddah-2023")
    found = [asked(scenario.with_parameter("truce.mu", mu), "talks_suspended_by_30_june")[0] for mu in (-9.0, 12.0)]
    assert found[0] > found[1] + 0.05
