"""Four scenarios from history, each with only what was known at its cut-off date."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import negsim as ns
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
        if not isinstance(part, (ns.Party, ns.Evidence, ns.Question)) and part.name not in named
    ]
    assert silent == []


def test_it_runs_and_answers_neither_never_nor_surely(name: str) -> None:
    scenario = ns.load(name)
    runs = ns.simulate(scenario, replications=400, seed=11, draws=100, engine="reference")
    for question in (part for part in scenario.parts if isinstance(part, ns.Question)):
        p = runs.probability(question.name).value
        assert 0.002 < p < 0.998, (question.name, p)


def test_monotone_in_the_date(name: str) -> None:
    scenario = ns.load(name)
    runs = ns.simulate(scenario, replications=200, seed=2, engine="reference")
    for fact in (question for question in scenario.expanded.questions.values() if question.kind == "when"):
        chances = [runs.probability(fact.name, by=day).value for day in (5, 20, 60, 180)]
        assert chances == sorted(chances)


def test_a_cancelled_summit_can_only_come_back_through_reinstatement() -> None:
    scenario = ns.load("singapore-2018").with_parameter("summit.return_rate", 1e-12)
    runs = ns.simulate(scenario, replications=300, seed=1, engine="reference")
    assert runs.probability("summit_by_31_december").value == 0


def test_envoys_and_a_calm_tone_help_the_summit() -> None:
    scenario = ns.load("singapore-2018")
    plain = ns.simulate(scenario, replications=1500, seed=5, engine="reference")
    many = ns.simulate(scenario.with_parameter("envoys.rate", 0.5), replications=1500, seed=5, engine="reference")
    assert many.probability("summit_by_12_june").value > plain.probability("summit_by_12_june").value + 0.05


def test_pressure_of_the_deadline_brings_the_final_text_forward() -> None:
    scenario = ns.load("jcpoa-2015")
    plain = ns.simulate(scenario, replications=1500, seed=5, engine="reference")
    without = ns.simulate(scenario.without("end_of_june"), replications=1500, seed=5, engine="reference")
    assert plain.probability("final_by_30_june").value > without.probability("final_by_30_june").value + 0.03


def test_without_a_quiet_week_the_signature_needs_a_waiver() -> None:
    scenario = ns.load("doha-2020").with_parameter("insistence.waiver", 0.0).with_parameter("week.strain", 1000.0)
    runs = ns.simulate(scenario, replications=300, seed=1, engine="reference")
    assert runs.probability("signed_by_29_february").value < 0.05


def test_a_collapsed_truce_drives_sides_from_the_table() -> None:
    scenario = ns.load("jeddah-2023")
    calm = scenario.with_parameter("leaving.after_collapse", 1.0)
    found = [
        ns.simulate(one, replications=1500, seed=5, engine="reference").probability("talks_suspended_by_30_june").value
        for one in (scenario, calm)
    ]
    assert found[0] > found[1] + 0.05
