"""The scenario `istanbul-2025`: file and Python alike, claims and mechanisms, decisions, rates at the centre."""

from __future__ import annotations

import importlib.util
import math
import re
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
from negsim.model.expressions import reads

ROOT = Path(__file__).parents[2]
SEED = 20250528
SCENARIO = ns.load("istanbul-2025")
DECISIONS = {part.name: part for part in SCENARIO.parts if isinstance(part, ns.Decision)}


@cache
def seed() -> dict[str, Any]:
    return tomllib.loads((ROOT / "seeds/istanbul-2025.toml").read_text(encoding="utf-8"))


def in_seed() -> list[dict[str, Any]]:
    return [row for row in seed()["claim"] if row["in_seed"]]


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
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


@cache
def benchmarks() -> tuple[Any, Any]:
    """The scripts of effects and of claims; the second finds the first beside it."""
    with pytest.MonkeyPatch.context() as patch:
        effects = imported("benchmarks/mechanism_effects.py")
        patch.setitem(sys.modules, "mechanism_effects", effects)
        return effects, imported("benchmarks/claims_table.py")


def test_the_file_equals_the_python_example():
    assert imported("examples/istanbul_2025.py").scenario == SCENARIO


def test_the_python_example_is_short():
    lines = (ROOT / "examples/istanbul_2025.py").read_text("utf-8").splitlines()
    assert len(lines) < 200
    assert max(map(len, lines)) <= 120


# ---- evidence ------------------------------------------------------------------------------------------------------
FIGURES = {
    "memorandum.share_at_table": 0.5, "round.waiver": 0.4, "round.on_date": 0.57, "round.never": 0.45,
    "ceasefire.per_month": 0.03, "truce.per_month": 0.3, "yield.ceasefire": 0.03, "yield.truce": 0.15,
    "yield.exchange": 0.7, "summit.per_month": 0.02, "us_russia.within_60": 0.15, "leaders.on_date": 0.45,
    "leaders.never": 0.4 / 0.55,
}  # fmt: skip
"""Rates and shares of the evidence table, as known on 28 May 2025."""
MIDDLES = {
    "memorandum.median": (14, 7, 30), "round.slip_mu": (2.0, 1, 3), "rounds.gap_mu": (3.5, 3.0, 4.0),
    "rounds.stalled_mu": (4.75, 4.09, 5.3), "ceasefire.mu": (4.31, 2.27, None), "truce.mu": (1.61, None, None),
    "us.multiplier": (1.4, 1.0, 2.0),
}  # fmt: skip
"""Medians of durations (days, or their logarithm) and of the one multiplier, with their ranges."""
SPREADS = {
    "memorandum.sigma": 0.8, "round.slip_sigma": 1.75, "rounds.gap_sigma": 1.15, "rounds.stalled_sigma": 1.5,
    "ceasefire.sigma": 2.94, "truce.sigma": 1.56,
}  # fmt: skip


@cache
def drawn() -> dict[str, list[float]]:
    """The parameters as a run draws them, row by row."""
    names = [parameter.name for parameter in ns.lower(SCENARIO).parameters]
    rows = ns.simulate(SCENARIO, replications=4_000, draws=2_000, seed=SEED).rows
    return dict(zip(names, zip(*rows, strict=True), strict=True))


@pytest.mark.parametrize("name", FIGURES)
def test_the_drawn_mean_of_a_rate_is_within_a_tenth_of_its_figure(name):
    parameter = SCENARIO.expanded.parameters[name]
    assert mean(parameter.fit.law) == pytest.approx(FIGURES[name], rel=0.1)
    values = np.array(drawn()[name])
    assert abs(values.mean() - FIGURES[name]) < 0.1 * FIGURES[name] + 6 * values.std() / math.sqrt(len(values))


@pytest.mark.parametrize("name", MIDDLES)
def test_medians_and_their_ranges_are_those_of_the_table(name):
    parameter, (middle, low, high) = SCENARIO.expanded.parameters[name], MIDDLES[name]
    assert parameter.best == middle
    said = {key: value for key, value in (("p5", low), ("p95", high)) if value is not None}
    assert said == ({} if parameter.belief is None else dict(parameter.belief.said))
    if said:
        assert median(parameter.fit.law) == pytest.approx(middle, rel=1e-9)


def test_spreads_are_those_of_the_table():
    assert {name: SCENARIO.expanded.parameters[name].best for name in SPREADS} == SPREADS


def test_every_parameter_says_where_it_comes_from_and_lint_finds_nothing_unsourced():
    known = {*SCENARIO.expanded.evidence, "judgement", "definition"}
    for parameter in SCENARIO.expanded.parameters.values():
        assert {one.strip() for one in parameter.source.split(",")} <= known, parameter.name
        spread = parameter.name in SPREADS or parameter.name in ("truce.mu", "leaders.lead_sigma")
        undisputed = parameter.name.endswith(".holds") and parameter.best is True
        fixed = spread or undisputed or parameter.grade == "definition"
        assert fixed or parameter.belief is not None, parameter.name
    found = ns.lint(SCENARIO)
    assert not [one for one in found if one.code in ("unsourced", "evidence", "belief", "unused", "idle")], found


def test_the_latest_case_of_each_number_was_known_unless_it_says_hindsight():
    for parameter in SCENARIO.expanded.parameters.values():
        late = [day for day in parameter.cases if day > SCENARIO.as_of]
        assert parameter.hindsight == bool(late), parameter.name
    old = SCENARIO.expanded.parameters["yield.exchange"]
    parts = [part for part in SCENARIO.parts if part != old]
    with pytest.raises(HindsightError, match=r"2025-07-23.*mark it"):
        replace(SCENARIO, parts=(*parts, replace(old, hindsight=False, as_known=None)))


def test_as_known_refuses_hindsight_and_has_what_was_known_in_its_place():
    then = ns.load("istanbul-2025", as_known=True)
    assert not [one for one in then.expanded.parameters.values() if one.hindsight]
    late = {name for name, one in SCENARIO.expanded.parameters.items() if one.hindsight}
    assert {name.partition(".")[0] for name in late} == {"memorandum", "yield"}
    for name in late:
        assert max(then.expanded.parameters[name].cases) <= SCENARIO.as_of
    assert not ns.simulate(then, replications=100, draws=50, seed=SEED).failures
    bare = replace(SCENARIO.expanded.parameters["yield.truce"], as_known=None)
    parts = [part for part in SCENARIO.parts if part.name != "yield.truce"]
    with pytest.raises(HindsightError, match=r"yield\.truce"):
        replace(SCENARIO, parts=(*parts, bare)).as_known()


# ---- claims and mechanisms -----------------------------------------------------------------------------------------
CLAIMS = {
    "round_conditional": {"the report"}, "since_march": {"the report"}, "text_first": {"defence minister of Ukraine"},
    "date_proposed": {"foreign minister of Russia"}, "terms_sent": {"defence minister of Ukraine"},
    "unconditional": {"president of Ukraine"}, "root_causes": {"government of Russia"}, "war_of_attrition": {"the report"},
    "accusations": {"president of Ukraine", "president of Russia"},
    "territory": {"president of Ukraine, as the report has him"}, "minerals": {"the report"},
    "no_breakthrough": {"the report"}, "fast_end": {"the White House"}, "narrative": {"Ukrainian officials"},
    "trilateral": {"the report"}, "this_month": {"speculation without a name"}, "readiness": {"the report"},
}  # fmt: skip
"""The seventeen claims of the report, and who speaks them."""


def names() -> set[str]:
    elements = SCENARIO.expanded
    shelves = (
        elements.variables,
        elements.parameters,
        elements.actions,
        elements.mechanisms,
        elements.owners,
        elements.requirements,
    )
    return {name for shelf in shelves for name in shelf}


def test_the_claims_of_the_report_are_these_by_id_and_by_speaker():
    said = {(row["id"], row["speaker"]) for row in in_seed()}
    assert said == {(name, who) for name, speakers in CLAIMS.items() for who in speakers}


def test_claims_say_who_hears_them_and_what_carries_them():
    parties = SCENARIO.expanded.parties
    for row in seed()["claim"]:
        assert row["by"] in parties, row["id"]
        assert row["hearer"], row["id"]
        assert set(row["hearer"]) <= parties.keys(), row["id"]
        assert row["elements"], row["id"]
        assert not set(row["elements"]) - names(), row["id"]
        assert row.get("mechanism", "us_pressure") in SCENARIO.expanded.mechanisms, row["id"]
        assert set(row.get("questions", ())) <= SCENARIO.expanded.questions.keys()


def test_what_is_not_in_the_report_has_a_page_and_a_date_of_its_own():
    pages = [row["url"] for row in seed()["claim"] if not row["in_seed"]]
    assert all(page.startswith("https://") for page in pages)
    assert seed()["source"]["url"] not in pages
    assert all(row["date"] <= SCENARIO.as_of for row in seed()["claim"] if not row["in_seed"])
    assert not [row["id"] for row in in_seed() if "url" in row]


def test_each_leader_accuses_the_other_and_is_heard_by_the_other_and_by_washington():
    heard = {row["by"]: set(row["hearer"]) for row in in_seed() if row["id"] == "accusations"}
    assert heard == {"ukraine": {"russia", "united_states"}, "russia": {"ukraine", "united_states"}}
    for speaker, hearer in (("ukraine", "russia"), ("russia", "ukraine")):
        changed = {effect.variable for effect in SCENARIO.expanded.actions[f"{speaker}.accuse"].changes()}
        assert changed == {f"{hearer}.faith", "us.blame"}


def test_every_credibility_is_read_by_a_view_and_every_view_by_something():
    elements = SCENARIO.expanded
    views = {name for name in elements.variables if ".sees." in name}
    read = {name for action in elements.actions.values() for tree in trees(action) for name in reads(tree)}
    assert len(views) >= 12
    assert views <= read
    drawn_with = {name for view in views for name in reads(elements.variables[view].initial.p)}
    credited = {name for name in elements.parameters if ".credited_by_" in name}
    assert credited
    assert credited <= drawn_with
    written = [row["views"] for row in in_seed() if "word" in row]
    assert len(views) == sum(map(len, written))


def trees(action: ns.Action) -> list[Any]:
    found = [action.when, action.pace, *(one.weight for one in action.outcomes)]
    return [*found, *(effect.amount for effect in action.changes())]


def test_every_mechanism_has_a_claim_or_a_reason():
    told = {row["mechanism"] for row in seed()["claim"] if "mechanism" in row}
    assert SCENARIO.expanded.mechanisms.keys() == told | seed()["reasons"].keys()


def test_what_is_ambiguous_or_garbled_in_the_report_is_said():
    ambiguous = {row["id"] for row in in_seed() if "ambiguous" in row}
    assert {"territory", "minerals", "this_month", "terms_sent", "text_first"} <= ambiguous
    garbled = next(row for row in in_seed() if row["id"] == "minerals")
    assert "Russia is no party" in garbled["corrected"]
    deal = next(part for part in SCENARIO.parts if part.name == "minerals")
    assert deal.between == ("ukraine", "united_states")


@cache
def table_of_claims() -> list[tuple[str, ...]]:
    return benchmarks()[1].table(SCENARIO, effects())


def test_the_table_of_claims_has_every_claim_by_id_and_by_speaker():
    told = {(row[0], row[1].partition(" to ")[0]) for row in table_of_claims()}
    assert told == {(name, who) for name, speakers in CLAIMS.items() for who in speakers}
    for name, _, elements, mechanism, effect in table_of_claims():
        assert elements.startswith("`"), name
        assert (mechanism == "–") == (name == "this_month")
        if name == "this_month":
            assert effect == "asked: `summit_by_31_may`, `summit_by_30_june`"
        elif name == "no_breakthrough":
            assert effect.startswith("starting state: `breakthrough.made` is false")
        else:
            assert re.search(r"` [+-](?!0\.0 )\d", effect), (name, effect)


# ---- decisions -----------------------------------------------------------------------------------------------------
def test_each_of_the_three_takes_two_decisions_with_reasons_that_it_alone_takes():
    for party in ("russia", "ukraine", "united_states"):
        taken = [one for one in DECISIONS.values() if one.by == party and one.reasons]
        assert len(taken) >= 2, party
        for one in taken:
            assert all(option.says for option in one.options.values()), one.name
            assert all(reason.says for reason in one.reasons.values()), one.name
        assert SCENARIO.expanded.parties[party].aims


def test_pressure_moves_the_decisions_of_the_side_that_it_falls_on():
    aimed = {"russia": "us_presses.moscow", "ukraine": "us_presses.kyiv"}
    for one in DECISIONS.values():
        read = {name for reason in one.reasons.values() for name in reads(reason.reads)}
        for party, target in aimed.items():
            if target in read and one.by != "united_states":
                assert one.by == party, one.name
    felt = {one.by for one in DECISIONS.values() for r in one.reasons.values() if reads(r.reads) & set(aimed.values())}
    assert felt == {"russia", "ukraine"}


def test_a_round_that_failed_is_explained_by_a_decision():
    runs = ns.simulate(SCENARIO, replications=600, seed=SEED, keep="all")
    told = str(ns.explain(runs, "round2_on_2_june"))
    assert "comes without the text" in told


def test_the_page_of_a_party_has_aims_views_preconditions_and_decisions():
    page = str(ns.party(SCENARIO, "ukraine"))
    for text in ("What it wants", "What it holds true", "What it requires", "How it decides"):
        assert text in page
    assert "does it come without the text?" in page
    assert len(page.splitlines()) <= 100  # two screens


# ---- what must come out ----------------------------------------------------------------------------------------------
FEW = 3_000


@cache
def effects() -> dict[str, dict[str, Any]]:
    return benchmarks()[0].effects(SCENARIO, FEW, SEED)


@pytest.mark.parametrize(("name", "question", "least"), benchmarks()[0].LEAST)
def test_what_is_supposed_away_moves_the_answer_as_its_meaning_asks(name, question, least):
    """The sign beyond chance at so few pairs: an exact sign test of the histories that flipped, at 1e-4."""
    effect = effects()[name][question]
    ups = round((effect.flipped + effect.difference * FEW) / 2)  # of those that flipped, no to yes
    agreeing = ups if least > 0 else effect.flipped - ups
    assert binom.sf(agreeing - 1, effect.flipped, 0.5) < 1e-4, (name, question, effect)


def test_no_supposition_makes_anything_impossible_but_the_memorandum_that_never_comes():
    assert benchmarks()[0].made_impossible(effects()) == []


def test_without_a_text_and_with_nobody_to_waive_there_is_no_second_round():
    world = benchmarks()[0].nobody_waives_and_no_text(SCENARIO)
    runs = ns.simulate(world, replications=2_000, seed=SEED)
    assert runs.probability("round2_by_30_june").hits == 0
    assert not np.isfinite(runs.first_times("istanbul_2.held")).any()
    kept = ns.simulate(SCENARIO.do("memorandum.delivered", never=True), replications=400, seed=SEED)
    assert kept.probability("round2_by_30_june").hits > 0, "a waiver is another element"


def test_the_table_of_effects_expects_something_of_every_mechanism():
    module = benchmarks()[0]
    assert module.EXPECTED.keys() == SCENARIO.expanded.mechanisms.keys()
    assert all(questions.keys() <= SCENARIO.expanded.questions.keys() for questions in module.EXPECTED.values())
    demanded = {name for name, _, _ in module.LEAST}
    assert demanded == {
        "waived_precondition", "memorandum_required", "us_pressure", "offensives", "war_of_words", "minerals_deal",
        "kyiv_against_narrative", "war_of_attrition", "ceasefire_offer", "leaders_readiness",
    }  # fmt: skip


def test_the_circle_is_named_and_only_a_waiver_opens_the_table_without_the_text():
    title = SCENARIO.expanded.mechanisms["waived_precondition"].title
    assert "only at the table, table only with the memorandum" in title
    off = ns.simulate(SCENARIO.without("waived_precondition"), replications=300, seed=SEED)
    opened = off.answers("round2_on_2_june")[0]
    assert opened.any()
    assert not np.any(opened & ~off.answers("memo_before_session")[0])


# ---- questions -----------------------------------------------------------------------------------------------------
BASE_RATES = {
    "memo_before_session": 0.15, "memo_by_2_june": 0.26, "round2_on_2_june": 0.43, "round2_by_30_june": 0.67,
    "round3_by_30_june": 0.20, "round3_by_31_july": 0.25, "prisoner_exchange_at_round2": 0.47,
    "limited_truce_by_31_aug": None, "ceasefire_by_30_june": 0.03, "ceasefire_by_31_dec": 0.14,
    "us_russia_leaders_by_31_aug": 0.25, "summit_by_30_june": 0.02, "summit_by_31_dec": 0.14,
}  # fmt: skip


def test_the_fourteen_questions_keep_ids_and_wording_and_this_month_is_asked_twice():
    asked = {name: one for name, one in SCENARIO.expanded.questions.items() if one.kind == "reached"}
    assert asked.keys() == BASE_RATES.keys() | {"prisoner_exchange_given_round2", "summit_by_31_may"}
    assert {name: asked[name].base_rate for name in BASE_RATES} == BASE_RATES
    first = ns.load(ROOT / "benchmarks/istanbul-0.1.0.toml").expanded.questions
    for name in BASE_RATES:
        assert asked[name].text == first[name].text
        assert asked[name].by == first[name].by
    assert asked["summit_by_31_may"].text == asked["summit_by_30_june"].text.replace("30 June", "31 May")


@cache
def few() -> ns.Runs:
    return ns.simulate(SCENARIO, replications=300, seed=SEED)


def test_questions_hang_together_in_every_history():
    runs = few()
    yes = {name: runs.answers(name)[0] for name in (*BASE_RATES, "prisoner_exchange_given_round2", "summit_by_31_may")}
    for narrow, wide in (
        ("memo_before_session", "memo_by_2_june"),
        ("round2_on_2_june", "round2_by_30_june"),
        ("round3_by_30_june", "round2_by_30_june"),
        ("round3_by_30_june", "round3_by_31_july"),
        ("prisoner_exchange_at_round2", "round2_by_30_june"),
        ("ceasefire_by_30_june", "ceasefire_by_31_dec"),
        ("summit_by_31_may", "summit_by_30_june"),
        ("summit_by_30_june", "summit_by_31_dec"),
    ):
        assert not np.any(yes[narrow] & ~yes[wide]), (narrow, wide)
    assert np.array_equal(yes["prisoner_exchange_at_round2"], yes["prisoner_exchange_given_round2"])


# ---- rates at the centre ---------------------------------------------------------------------------------------------
WEIGHTS = [name for name in SCENARIO.expanded.parameters if name.endswith(".weight")]
MULTIPLIERS = ("us.multiplier", "process.seasoned", "territory.drive")


def centred_world() -> ns.Scenario:
    """Every reason without weight, every multiplier at 1, whatever the moods are."""
    values = {**dict.fromkeys(WEIGHTS, 0), **dict.fromkeys(MULTIPLIERS, 1)}
    return SCENARIO.supposing(*(ns.WithParameter(name=name, value=value) for name, value in values.items()))


@cache
def centred() -> ns.Runs:
    return ns.simulate(centred_world(), replications=4_000, seed=SEED)


MEMO = (math.log(14), 0.8)
AHEAD = 0.95 * 0.5
FREE = AHEAD * within(14 + 13 / 24, *MEMO, floor=10)
ON_DATE = FREE * 0.57 + (1 - FREE) * 0.4


def test_the_memorandum_comes_at_its_rate():
    assert near(centred(), "memo_before_session", None, FREE)
    assert not near(centred(), "memo_before_session", None, AHEAD * within(4 + 13 / 24, *MEMO)), (
        "as if promised on 29 May"
    )


def test_the_round_is_held_on_its_date_at_its_rate():
    assert near(centred(), "round2_on_2_june", None, ON_DATE)
    wrong = FREE * 0.57 + (1 - FREE) * 0.4 * 0.57
    assert not near(centred(), "round2_on_2_june", None, wrong), "waiver and date multiplied"


def test_the_round_is_waived_at_its_rate_when_the_memorandum_is_missing():
    runs = centred()
    missing = runs.first_times("memorandum.delivered") >= 4 + 13 / 24
    held = runs.answers("round2_on_2_june")[0]
    assert accepts(int(held[missing].sum()), int(missing.sum()), 0.4)


def test_a_late_round_slips_at_its_rate():
    runs = ns.simulate(centred_world().do("memorandum.delivered", on="2025-05-29"), replications=4_000, seed=SEED)
    late = 0.55 * within(28 + 11 / 24, 2.0, 1.75, floor=11 / 24)
    assert near(runs, "istanbul_2.held", "2025-06-30", 0.57 + 0.43 * late)
    assert not near(runs, "istanbul_2.held", "2025-06-30", 0.57 + 0.43 * 0.55)


def test_the_third_round_follows_at_the_gap_of_its_state():
    runs = centred()
    on_date = runs.answers("round2_on_2_june")[0]
    third = runs.first_times("round3_by_31_july")[on_date] - (4 + 13 / 24)
    for days in (14.0, 24.0, 50.0):
        p = 0.75 * within(days, 3.5, 1.15, floor=2) + 0.25 * within(days, 4.75, 1.5, floor=2)
        assert accepts(int((third <= days).sum()), len(third), p), days
    assert not accepts(int((third <= 24).sum()), len(third), within(24, 3.14, 1.19, floor=2)), "the later gaps"


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


@pytest.mark.parametrize(
    ("decision", "option", "p", "other"),
    [("kyiv_attends", "go", 0.4, 0.57), ("us_presses", "kyiv", 0.4, 0.5), ("moscow_halts", "accept", 0.25, 0.4)],
)
def test_shares_are_kept_at_the_centre(decision, option, p, other):
    runs = centred()
    action = f"{decision}.decide"
    if decision == "moscow_halts":  # the offer may be gone and the root causes met: little either way
        p, other = 0.27, 0.4
    taken, all_ = int(runs.firings(action, option).sum()), int(runs.firings(action).sum())
    assert accepts(taken, all_, p)
    assert not accepts(taken, all_, other)


CENTRES = {
    "blame.centre": "us.blame",
    "faith.centre_russia": "russia.faith",
    "losses.centre_russia": "russia.losses if russia.sees.stalemate else 0",
    "attack.centre": "1 if moscow_attacks.attack else 0",
    "offer.centre": "1 if offer.stands and united_states.sees.offer_meant else 0",
}
EARLY = {"blame.at_round": "us.blame", "faith.at_round": "ukraine.faith"}


def test_reasons_hover_about_their_centres():
    best = {name: one.best for name, one in SCENARIO.expanded.parameters.items()}
    days = [float(day) for day in range(3, 217, 30)]
    first = [float(day) for day in range(3, 90, 12)]
    asked = {**dict.fromkeys(CENTRES, days), "faith.centre_both": first, **{key: [4.53] for key in EARLY}}
    what = {**CENTRES, **EARLY, "faith.centre_both": "russia.faith + ukraine.faith"}
    questions = [
        ns.Question(name=f"{name}.seen{k}", kind="value", condition=what[name], by=day)
        for name, at in asked.items()
        for k, day in enumerate(at)
    ]
    runs = ns.simulate(SCENARIO, replications=1_500, seed=SEED, questions=questions)
    for name, at in asked.items():
        mean_ = sum(runs.mean(f"{name}.seen{k}").value for k in range(len(at))) / len(at)
        assert abs(mean_ - best[name]) < 0.05, (name, mean_)


def test_centres_that_follow_from_credibilities_follow_from_them():
    best = {name: one.best for name, one in SCENARIO.expanded.parameters.items()}
    said = {row["word"]: row["holds"] for row in in_seed() if "word" in row}
    assert best["terms.centre"] == pytest.approx(said["terms_sent"] * best["terms_sent.credited_by_russia"])
    assert best["territory.centre"] == said["russia_wants_more"]
    assert said["moscow_stalls"] == said["kyiv_stalls"] == 0.5


# ---- running -------------------------------------------------------------------------------------------------------
def test_histories_are_short_and_beliefs_can_be_drawn():
    assert few().events / few().replications < 110
    assert not ns.simulate(SCENARIO, replications=400, draws=200, seed=SEED).failures


def test_the_page_of_the_case_speaks_of_every_mechanism_claim_and_question():
    page = (ROOT / "docs/istanbul.md").read_text("utf-8")
    for name in (*SCENARIO.expanded.mechanisms, *BASE_RATES, "summit_by_31_may", *DECISIONS):
        assert f"`{name}`" in page, name
    for one in SCENARIO.expanded.mechanisms.values():
        assert one.title in page, one.name
    for name in CLAIMS:
        assert f"| {name} |" in page, name
