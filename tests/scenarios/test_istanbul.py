"""The scenario `istanbul-2025`: file and Python alike, claims and mechanisms, rates at the centre."""

from __future__ import annotations

import csv
import importlib.util
import math
import sys
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

import negsim as ns
from negsim.errors import HindsightError
from negsim.laws import mean, median

ROOT = Path(__file__).parents[2]
SEED = 20250528
SCENARIO = ns.load("istanbul-2025")

AT_CENTRE: dict[str, float] = {
    "us.multiplier": 1, "us.target": 1, "terms.reciprocity": 1, "deadline.rush": 1, "trust.weight": 0,
    "weariness.weight": 0, "offer.weight": 1, "sequencing.weight": 1, "breakthrough.weight": 1, "territory.drive": 1, "minerals.bond": 1,
}  # fmt: skip
"""Every multiplier at 1, whatever the moods are."""
MOODS = [
    "words.accuse",
    "words.soothe",
    "russia.lose_men",
    "ukraine.lose_men",
    "russia.attack",
    "ukraine.strike",
    "us.turn_on_moscow",
    "us.turn_on_kyiv",
    "prisoners.come_home",
    "prisoners.come_home_first",
    "ceasefire.violate",
    "truce.violate",
]
"""Events that act through moods alone; without them the centred scenario is the same, and faster."""


@cache
def seed() -> dict[str, Any]:
    return tomllib.loads((ROOT / "seeds/istanbul-2025.toml").read_text(encoding="utf-8"))


@cache
def centred() -> ns.Runs:
    return ns.simulate(centred_world(), replications=4_000, seed=SEED)


def accepts(hits: int, n: int, p: float) -> bool:
    """Whether so many hits lie within the exact two-sided binomial region of probability 1 - 1e-9."""
    return bool(binom.ppf(5e-10, n, p) <= hits <= binom.isf(5e-10, n, p))


def near(runs: ns.Runs, question: str, by: Any, p: float) -> bool:
    yes, _ = runs.answers(question, by)
    return accepts(int(yes.sum()), runs.replications, p)


def within(x: float, mu: float, sigma: float, floor: float = 0.0) -> float:
    """Distribution function of a lognormal law, given more than ``floor``."""
    below = float(ndtr((math.log(floor) - mu) / sigma)) if floor else 0.0
    return (float(ndtr((math.log(x) - mu) / sigma)) - below) / (1 - below)


def months(p: float, days: float) -> float:
    """Probability within so many days from that within 30."""
    return 1 - (1 - p) ** (days / 30)


def imported(path: str) -> Any:
    """The script as a module, known to Python while it is made: dataclasses look for their module."""
    spec = importlib.util.spec_from_file_location(f"script_{Path(path).stem}", ROOT / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


def test_the_file_equals_the_python_example():
    module = imported("examples/istanbul_2025.py")
    assert module.scenario == SCENARIO


def test_the_python_example_is_short():
    lines = (ROOT / "examples/istanbul_2025.py").read_text("utf-8").splitlines()
    assert len(lines) < 200
    assert max(map(len, lines)) <= 120


# ---- evidence ----------------------------------------------------------------------------------------------------
def rates() -> list[dict[str, str]]:
    with (ROOT / "seeds/evidence/rates.csv").open(encoding="utf-8") as file:
        next(file)
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rates(), ids=lambda row: row["parameter"])
def test_best_values_are_those_of_the_evidence_table(row):
    parameter = SCENARIO.expanded.parameters[row["parameter"]]
    assert parameter.best == float(row["best"])
    assert parameter.grade == row["grade"]
    said = {"p5": row["low"], "p95": row["high"], "mean": row["best"] if row["said_as"] == "mean" else ""}
    told = {key: float(value) for key, value in said.items() if value}
    assert told == ({} if parameter.belief is None else dict(parameter.belief.said))
    if told:
        centre = mean(parameter.fit.law) if "mean" in told else median(parameter.fit.law)
        assert centre == pytest.approx(parameter.best, rel=1e-9)
        assert parameter.fit.misfit < 0.04
    assert parameter.hindsight == (row["hindsight"] == "yes")


def test_every_parameter_says_where_it_comes_from():
    known = {*SCENARIO.expanded.evidence, "judgement", "definition"}
    for parameter in SCENARIO.expanded.parameters.values():
        assert parameter.source in known, parameter.name
        spread = parameter.name.endswith("sigma") or parameter.name == "truce.mu"
        assert (parameter.belief is None) == (spread or parameter.grade == "definition"), parameter.name


def test_hindsight_that_is_not_marked_is_refused():
    old = SCENARIO.expanded.parameters["yield.exchange"]
    parts = [part for part in SCENARIO.parts if part != old]
    with pytest.raises(HindsightError, match=r"yield\.exchange"):
        replace(SCENARIO, parts=(*parts, replace(old, hindsight=False)))


# ---- claims and mechanisms -----------------------------------------------------------------------------------------
def names() -> set[str]:
    elements = SCENARIO.expanded
    shelves = (elements.variables, elements.parameters, elements.actions, elements.mechanisms, elements.owners)
    return {name for shelf in shelves for name in shelf}


def test_every_claim_has_its_elements_or_a_reason():
    for claim in seed()["claim"]:
        assert {"id", "date", "speaker", "says", "credibility", "checked"} <= claim.keys()
        assert ("none" in claim) != ("elements" in claim), claim["id"]
        assert not set(claim.get("elements", ())) - names(), claim["id"]
        assert claim["date"] <= SCENARIO.as_of


def test_every_mechanism_has_a_claim_or_a_reason():
    told = {name for claim in seed()["claim"] for name in claim.get("elements", ())} | seed()["reasons"].keys()
    assert not SCENARIO.expanded.mechanisms.keys() - told


def test_what_is_ambiguous_in_the_source_is_said():
    ambiguous = {claim["id"] for claim in seed()["claim"] if "ambiguous" in claim}
    assert {"more_territory", "minerals_deal", "this_month", "ukraine_terms_sent"} <= ambiguous


@cache
def few() -> ns.Runs:
    return ns.simulate(SCENARIO, replications=300, seed=SEED)


@pytest.mark.parametrize("name", sorted(SCENARIO.expanded.mechanisms))
def test_each_mechanism_matters_to_some_answer_in_300_histories(name):
    world, base = SCENARIO.without(name), few()
    asked = [one.name for one in SCENARIO.expanded.questions.values() if one.kind == "reached"]
    for n in (30, 300):  # most show it within the first 30
        off = ns.simulate(world, replications=n, seed=SEED)
        if any(np.any(base.answers(q)[0][:n] != off.answers(q)[0]) for q in asked):
            return
    pytest.fail("all 300 paired histories have the same answers")


def test_the_circle_is_named_and_only_a_waiver_opens_the_table_without_the_text():
    assert (
        "only at the table, table only with the memorandum" in SCENARIO.expanded.mechanisms["waived_precondition"].title
    )
    off = ns.simulate(SCENARIO.without("waived_precondition"), replications=300, seed=SEED)
    opened = off.answers("round2_on_2_june")[0]
    had_it = off.answers("memo_before_session")[0]
    assert opened.any()
    assert not np.any(opened & ~had_it)


# ---- questions -----------------------------------------------------------------------------------------------------
BASE_RATES = {
    "memo_before_session": 0.15, "memo_by_2_june": 0.26, "round2_on_2_june": 0.43, "round2_by_30_june": 0.67,
    "round3_by_30_june": 0.20, "round3_by_31_july": 0.25, "prisoner_exchange_at_round2": 0.47,
    "limited_truce_by_31_aug": None, "ceasefire_by_30_june": 0.03, "ceasefire_by_31_dec": 0.14,
    "us_russia_leaders_by_31_aug": 0.25, "summit_by_30_june": 0.02, "summit_by_31_dec": 0.14,
}  # fmt: skip


def test_the_thirteen_questions_and_one_asked_given_the_round():
    asked = {name: one for name, one in SCENARIO.expanded.questions.items() if one.kind == "reached"}
    assert asked.keys() == BASE_RATES.keys() | {"prisoner_exchange_given_round2"}
    assert {name: asked[name].base_rate for name in BASE_RATES} == BASE_RATES
    assert all(one.text for one in asked.values())


def test_questions_hang_together_in_every_history():
    runs = few()
    yes = {name: runs.answers(name)[0] for name in (*BASE_RATES, "prisoner_exchange_given_round2")}
    for narrow, wide in (
        ("memo_before_session", "memo_by_2_june"),
        ("round2_on_2_june", "round2_by_30_june"),
        ("round3_by_30_june", "round2_by_30_june"),
        ("round3_by_30_june", "round3_by_31_july"),
        ("prisoner_exchange_at_round2", "round2_by_30_june"),
        ("ceasefire_by_30_june", "ceasefire_by_31_dec"),
        ("summit_by_30_june", "summit_by_31_dec"),
    ):
        assert not np.any(yes[narrow] & ~yes[wide]), (narrow, wide)
    assert np.array_equal(yes["prisoner_exchange_at_round2"], yes["prisoner_exchange_given_round2"])


# ---- rates at the centre ---------------------------------------------------------------------------------------------
MEMO = (math.log(14), 0.8)
FREE = 0.5 * within(14 + 13 / 24, *MEMO, floor=10)
ON_DATE = FREE * 0.57 + (1 - FREE) * 0.4


def test_the_memorandum_comes_at_its_rate():
    assert near(centred(), "memo_before_session", None, FREE)
    assert not near(centred(), "memo_before_session", None, 0.5 * within(4 + 13 / 24, *MEMO)), (
        "as if promised on 29 May"
    )


def test_the_round_is_held_on_its_date_at_its_rate():
    assert near(centred(), "round2_on_2_june", None, ON_DATE)
    assert not near(centred(), "round2_on_2_june", None, FREE * 0.57 + (1 - FREE) * 0.4 * 0.57), (
        "waiver and date multiplied"
    )


def test_the_round_is_waived_at_its_rate_when_the_memorandum_is_missing():
    runs = centred()
    missing = runs.first_times("memorandum.delivered") >= 4 + 13 / 24
    held = runs.answers("round2_on_2_june")[0]
    assert accepts(int(held[missing].sum()), int(missing.sum()), 0.4)


def centred_world() -> ns.Scenario:
    world = SCENARIO
    for name, value in AT_CENTRE.items():
        world = world.with_parameter(name, value)
    for name in MOODS:
        world = world.without(name)
    return world


def test_a_late_round_slips_at_its_rate():
    runs = ns.simulate(centred_world().do("memorandum.delivered", on="2025-05-29"), replications=4_000, seed=SEED)
    late = 0.55 * within(28 + 11 / 24, 2.0, 1.75, floor=11 / 24)
    assert near(runs, "istanbul_2.held", "2025-06-30", 0.57 + 0.43 * late)
    assert not near(runs, "istanbul_2.held", "2025-06-30", 0.57 + 0.43 * 0.55)


def test_a_late_round_needs_the_memorandum_or_a_waiver_too():
    world = centred_world().do("memorandum.delivered", never=True)
    runs = ns.simulate(world, replications=4_000, seed=SEED)
    late = runs.firings("istanbul_2.meet_late") >= 1
    first = runs.firings("istanbul_2.waive", "insisted") == 1  # of the first two dates, the later one was waived
    assert accepts(int((late & first).sum()), int(late.sum()), 0.4)
    firm = ns.simulate(world.without("waived_precondition"), replications=4_000, seed=SEED)
    assert firm.probability("round2_by_30_june").hits == 0
    assert not np.isfinite(firm.first_times("istanbul_2.held")).any()


def test_the_requirement_is_not_the_text():
    free = ns.simulate(SCENARIO.without("istanbul_2.requires.ukraine"), replications=400, seed=SEED)
    kept = ns.simulate(SCENARIO, replications=400, seed=SEED)
    before = [runs.answers("memo_before_session")[0] for runs in (kept, free)]
    np.testing.assert_array_equal(*before)
    assert free.probability("round2_on_2_june").value > kept.probability("round2_on_2_june").value


def test_the_third_round_follows_at_the_gap_of_its_state():
    runs = centred()
    on_date = runs.answers("round2_on_2_june")[0]
    third = runs.first_times("round3_by_31_july")[on_date] - (4 + 13 / 24)
    for days in (14.0, 24.0, 50.0):
        p = 0.75 * within(days, 3.14, 1.19, floor=2) + 0.25 * within(days, 4.75, 1.5, floor=2)
        assert accepts(int((third <= days).sum()), len(third), p), days
    assert not accepts(int((third <= 24).sum()), len(third), within(24, 3.14, 1.19, floor=2)), "never stalled"


def test_products_come_at_their_rates():
    given = centred().probability("prisoner_exchange_given_round2")
    assert accepts(given.hits, given.given, 0.7)
    first = centred().first_times("truce.agreed")[centred().answers("round2_on_2_june")[0]]
    assert accepts(int((first == 4 + 13 / 24).sum()), int((first >= 4 + 13 / 24).sum()), 0.15)


@pytest.mark.parametrize(
    ("fact", "days", "p", "wrong"),
    [
        ("ceasefire.agreed", 216.9, months(0.03, 216.9), 1 - (1 - months(0.03, 216.9)) * 0.97**4),
        ("truce.agreed", 90.0, months(0.3, 90), months(0.3 + 0.15, 90)),
        ("us_russia.held", 60.0, 0.15, 0.25),
        ("summit.held", 216.9, months(0.02, 216.9), months(0.03, 216.9)),
    ],
)
def test_all_paths_together_come_to_the_monthly_rates(fact, days, p, wrong):
    assert near(centred(), fact, days, p)
    assert not near(centred(), fact, days, wrong)


def test_moods_hover_about_their_centres():
    best = {name: one.best for name, one in SCENARIO.expanded.parameters.items()}
    days = (9.0, 45.0, 81.0, 117.0, 153.0, 189.0, 214.0)
    what = {
        "trust.centre": "trust",
        "weariness.centre": "russia.weariness + ukraine.weariness",
        "us.centre": "1 if us.engaged else 0",
        "offer.gone": "0 if ukraine.offer_stands else 1",
        "sequencing.gone": "1 if root_causes.met else 0",
    }
    tolerances = {"weariness.centre": 0.1}
    asked = [
        ns.Question(name=f"{name}.at{k}", kind="value", condition=text, by=day)
        for name, text in what.items()
        for k, day in enumerate(days)
    ]
    runs = ns.simulate(SCENARIO, replications=500, seed=SEED, questions=asked)
    for name in what:
        mean = sum(runs.mean(f"{name}.at{k}").value for k in range(len(days))) / len(days)
        assert abs(mean - best[name]) < tolerances.get(name, 0.05), (name, mean)


def test_the_rush_is_centred_on_the_days_to_the_date():
    def hazard(low: float, high: float) -> float:
        return math.log(1 - within(low, *MEMO)) - math.log(1 - within(high, *MEMO))

    share = hazard(13, 14 + 13 / 24) / hazard(10, 14 + 13 / 24)
    assert SCENARIO.expanded.parameters["deadline.share"].best == pytest.approx(share, abs=5e-4)


# ---- running -------------------------------------------------------------------------------------------------------
def test_histories_are_short_and_beliefs_can_be_drawn():
    assert few().events / few().replications < 60
    drawn = ns.simulate(SCENARIO, replications=200, draws=100, seed=SEED)
    assert not drawn.failures


def test_the_table_of_effects_expects_something_of_every_mechanism():
    module = imported("benchmarks/mechanism_effects.py")
    assert module.EXPECTED.keys() == SCENARIO.expanded.mechanisms.keys()
    assert all(questions.keys() <= SCENARIO.expanded.questions.keys() for questions in module.EXPECTED.values())
    table = module.effects(SCENARIO.without("us.return"), 20, SEED)
    assert table["waived_precondition"]["round2_on_2_june"].difference < 0


def test_the_page_of_the_case_speaks_of_every_mechanism_and_question():
    page = (ROOT / "docs/istanbul.md").read_text("utf-8")
    for name in (*SCENARIO.expanded.mechanisms, *BASE_RATES):
        assert f"`{name}`" in page, name
    for one in SCENARIO.expanded.mechanisms.values():
        assert one.title in page, one.name
