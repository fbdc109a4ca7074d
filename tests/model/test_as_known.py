"""Hindsight: the latest case that a number was made from decides, and `as_known` refuses what was known only later."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import HindsightError, ScenarioError

AS_OF = "2025-05-28"
DATES = st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 12, 31))


def scenario(*parts: object) -> ns.Scenario:
    return ns.Scenario("tiny", start="2025-05-29", end="40 days", as_of=AS_OF, parts=parts)


@given(st.lists(DATES, min_size=1, max_size=5), DATES)
def test_the_latest_case_decides_whatever_date_is_typed_at_the_source(cases, typed):
    days = [str(day) for day in cases]
    source = ns.Evidence("diary", date=str(typed))
    number = ns.Parameter("share", 0.4, source="diary", cases=days)
    if max(days) <= AS_OF:
        assert scenario(source, number).expanded.parameters["share"].cases == tuple(sorted(set(days)))
    else:
        with pytest.raises(HindsightError, match=max(days)):
            scenario(source, number)


@given(st.lists(DATES, min_size=1, max_size=5), DATES)
def test_a_source_is_as_new_as_its_latest_case(cases, typed):
    days = [str(day) for day in cases]
    source = ns.Evidence("diary", date=str(typed), cases=days)
    assert source.newest == max(days)
    parts = (source, ns.Parameter("share", 0.4, source="diary"))
    if max(days) <= AS_OF:
        scenario(*parts)
    else:
        with pytest.raises(HindsightError, match=max(days)):
            scenario(*parts)


def test_a_date_typed_beside_old_cases_still_counts_if_it_is_later():
    with pytest.raises(HindsightError, match="2025-07-01"):
        scenario(ns.Parameter("share", 0.4, cases=["2025-03-24"], as_of="2025-07-01"))


def late(**rest: object) -> ns.Parameter:
    return ns.Parameter("share", 0.7, source="two cases", hindsight=True, cases=["2025-06-02"], **rest)


def test_as_known_takes_what_stands_in():
    then = scenario(late(as_known=ns.AsKnown(mean=0.5, p5=0.2, p95=0.8, source="judgement"))).as_known()
    share = then.expanded.parameters["share"]
    assert (share.best, share.hindsight, share.source) == (0.5, False, "judgement")
    assert dict(share.belief.said) == {"mean": 0.5, "p5": 0.2, "p95": 0.8}
    assert then.as_known() == then


def test_as_known_refuses_what_has_no_stand_in_and_names_all():
    other = ns.Claim("said", by="north", credibility=0.6, hindsight=True)
    with pytest.raises(HindsightError, match=r"share, said\.holds rest on what was known only later"):
        scenario(late(), other).as_known()


def test_what_stands_in_must_itself_have_been_known():
    with pytest.raises(HindsightError, match="2025-06-30"):
        scenario(late(as_known=ns.AsKnown(best=0.5, source="more", cases=["2025-06-30"]))).as_known()


def test_a_stand_in_without_hindsight_is_refused():
    with pytest.raises(ScenarioError, match="and this is none"):
        ns.Parameter("share", 0.7, as_known=ns.AsKnown(best=0.5))


def test_files_keep_cases_and_stand_ins(tmp_path):
    here = scenario(
        ns.Evidence("diary", cases=["2025-05-16", "2025-03-24"]),
        late(as_known=ns.AsKnown(mean=0.5, p5=0.2, p95=0.8, cases=["2025-05-16"])),
    )
    path = tmp_path / "tiny.toml"
    ns.save(here, path)
    assert ns.load(path) == here
    assert ns.load(path, as_known=True).expanded.parameters["share"].best == 0.5
