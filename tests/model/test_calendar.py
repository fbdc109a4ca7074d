"""Dates, durations, and the one conversion of calendar instants to days."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import ScenarioError
from negsim.model.calendar import DAY, Calendar, counted_days, days, later, moment, period_of

ISTANBUL = Calendar("2025-05-29", "Europe/Istanbul")
BERLIN = Calendar("2025-03-28", "Europe/Berlin")  # clocks go forward on 30 March, 02:00 to 03:00
HOUR = DAY / 24


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("3 days", 3.0), ("2 weeks", 14.0), ("36 hours", 1.5), ("90 minutes", 0.0625), ("1 day", 1.0)),
        *((timedelta(days=2, hours=12), 2.5), (4, 4.0), (0.25, 0.25), ("1.5 DAYS", 1.5)),
    ],
)
def test_durations(text: object, expected: float) -> None:
    assert days(text) == expected  # type: ignore[arg-type] # all that may be written


@pytest.mark.parametrize("text", ["1 month", "3 months", "1 year", "2 quarters"])
def test_months_are_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"is ambiguous .*; write it in days or weeks"):
        days(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *(("3 dayz", "did you mean 'day'"), ("3 fortnights", "use days, weeks, hours or minutes")),
        *(("three days", "cannot read the duration"), ("", "cannot read"), (math.inf, "must be finite")),
        *((math.nan, "must be finite"), (True, "is not True"), ("9" * 400 + " days", "cannot read")),
    ],
)
def test_what_is_no_duration_is_refused(text: object, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        days(text)  # type: ignore[arg-type] # the point


@given(st.datetimes(datetime(2025, 5, 29), datetime(2030, 1, 1)))
def test_an_instant_is_whole_microseconds(when: datetime) -> None:
    elapsed = (when - datetime(2025, 5, 29)) // timedelta(microseconds=1)
    assert ISTANBUL.instant(when.isoformat(), "on") == elapsed  # Istanbul keeps one offset
    assert ISTANBUL.at(ISTANBUL.instant(when.isoformat(), "on")).replace(tzinfo=None) == when


def test_an_instant_with_an_offset_is_that_instant() -> None:
    assert ISTANBUL.instant("2025-06-02T10:00+00:00", "on") == ISTANBUL.instant("2025-06-02T13:00", "on")
    aware = moment(datetime(2025, 6, 2, 10, tzinfo=UTC), "on")
    assert ISTANBUL.instant(aware, "on") == ISTANBUL.instant("2025-06-02T13:00", "on")


def test_a_bare_date_is_refused_where_something_happens() -> None:
    with pytest.raises(ScenarioError, match=r"'2025-06-02' has no hour; .*write '2025-06-02T13:00'"):
        ISTANBUL.instant("2025-06-02", "on")
    act = ns.Action(name="act", clock=ns.On("2025-06-02"))
    with pytest.raises(ScenarioError, match=r"action\.act\.clock: On: '2025-06-02' has no hour"):
        ns.Scenario("tiny", start="2025-05-29", end="2025-12-31", parts=[act])
    every = ns.Action(name="act", clock=ns.Every("1 week", start=date(2025, 6, 2)))
    with pytest.raises(ScenarioError, match=r"action\.act\.clock: Every: '2025-06-02' has no hour"):
        ns.Scenario("tiny", start="2025-05-29", end="2025-12-31", parts=[every])


def test_a_bare_date_as_a_deadline_is_the_whole_day() -> None:
    midnight = ISTANBUL.instant("2025-06-03T00:00", "by")
    assert ISTANBUL.deadline("2025-06-02", "by") == midnight - 1
    assert ISTANBUL.deadline("2025-06-02T13:00", "by") == ISTANBUL.instant("2025-06-02T13:00", "by")
    assert ISTANBUL.deadline(5.0, "by") == 5 * DAY
    assert ISTANBUL.deadline(moment("5 days", "by"), "by") == 5 * DAY
    assert ISTANBUL.opening("2025-06-02", "after") == ISTANBUL.instant("2025-06-02T00:00", "after")


def test_a_day_of_23_hours() -> None:
    assert BERLIN.instant("2025-03-30T00:00", "on") == 2 * DAY
    assert BERLIN.instant("2025-03-31T00:00", "on") == (2 * 24 + 23) * HOUR
    assert BERLIN.deadline("2025-03-30", "by") == 71 * HOUR - 1


def test_before_a_date_is_the_last_microsecond_before_it_begins() -> None:
    assert ISTANBUL.before("2025-08-01", "before") == ISTANBUL.deadline("2025-07-31", "by")
    assert ISTANBUL.before("2025-08-01T13:00", "before") == ISTANBUL.instant("2025-08-01T13:00", "on") - 1
    assert ISTANBUL.before("64 days", "before") == ISTANBUL.instant("2025-08-01T00:00", "on") - 1


@pytest.mark.parametrize(
    ("text", "label"),
    [
        *(("180 days", "2025-11-28 00:00"), ("1 week", "2025-06-08 00:00"), ("26 weeks", "2025-11-30 00:00")),
        *((timedelta(days=180), "2025-11-27 23:00"), (180, "2025-11-27 23:00"), ("4320 hours", "2025-11-27 23:00")),
        *(("25 weeks 120 hours", "2025-11-27 23:00"), ("25 weeks 5 days", "2025-11-28 00:00")),
    ],
)
def test_days_that_people_count_are_days_of_the_calendar(text: object, label: str) -> None:
    """Clocks in Kyiv go back on 26 October 2025: 180 days of 24 hours end an hour before the 180th midnight."""
    kyiv = Calendar("2025-06-01", "Europe/Kyiv")
    for read in (kyiv.deadline, kyiv.instant, kyiv.opening):
        assert kyiv.label(read(moment(text, "by"), "by")) == label


def test_counted_days_keep_the_offset_they_were_said_in() -> None:
    kyiv = Calendar("2025-10-01", "Europe/Kyiv")
    instants = [when for _, when in kyiv.repeats("2025-10-20T13:00Z", "7 days", 50 * DAY, "every", 100)]
    assert np.diff(instants).tolist() == [7 * DAY] * (len(instants) - 1)
    assert [kyiv.label(when)[11:] for when in instants[:3]] == ["16:00", "15:00", "15:00"]
    assert later("2025-10-20T13:00Z", "14 days") == "2025-11-03T13:00:00+00:00"
    assert (later("2 weeks", "14 days"), later(5.0, "1 week", 2)) == ("28 days", 19.0)
    begun = Calendar("2025-10-01T09:00+00:00", "Europe/Kyiv")
    assert begun.deadline("40 days", "by") == 40 * DAY, "from a start that has an offset as well"


@pytest.mark.parametrize(
    ("text", "length"), [("1 week 12 hours", 7.5), ("2 days, 6 hours and 30 minutes", 2 + 6.5 / 24)]
)
def test_mixed_durations(text: str, length: float) -> None:
    assert days(text) == length
    assert counted_days(text) is None
    assert counted_days("1 week 2 days") == 9


def test_days_keep_the_wall_clock_and_hours_are_elapsed_time() -> None:
    def wall(period: str, zone: str) -> list[str]:
        calendar = Calendar("2025-03-28", zone)
        found = calendar.repeats("2025-03-28T13:00", period_of(period), 4.9 * DAY, "every", 1000)
        return [calendar.label(when)[5:] for _, when in found]

    assert wall("1 day", "Europe/Berlin") == [f"03-{day} 13:00" for day in (28, 29, 30, 31)] + ["04-01 13:00"]
    assert wall("24 hours", "Europe/Berlin") == [
        "03-28 13:00",
        "03-29 13:00",
        "03-30 14:00",
        "03-31 14:00",
        "04-01 14:00",
    ]
    assert wall("1440 minutes", "Europe/Berlin")[2:] == ["03-30 14:00", "03-31 14:00", "04-01 14:00"]
    assert wall("24 hours", "Europe/Istanbul") == wall("1 day", "Europe/Istanbul")


def test_each_instant_of_every_is_converted_by_itself() -> None:
    found = dict(BERLIN.repeats(None, "1 day", 5 * DAY, "every", 1000))
    assert found == {k: BERLIN.instant(f"2025-03-{29 + k}T00:00", "x") for k in range(3)} | {
        3: BERLIN.instant("2025-04-01T00:00", "x"),
        4: BERLIN.instant("2025-04-02T00:00", "x"),
    }


def test_instants_before_the_start_keep_their_numbers() -> None:
    assert BERLIN.repeats("2025-03-26T12:00", "1 day", DAY, "every", 1000) == [(2, 0.5 * DAY)]
    assert BERLIN.repeats(-1.25, "36 hours", 2 * DAY, "every", 1000) == [(1, 0.25 * DAY), (2, 1.75 * DAY)]


def test_a_plain_number_of_days_is_elapsed_time() -> None:
    assert BERLIN.repeats(None, 1.0, 4 * DAY, "every", 1000) == [(k, (k + 1) * DAY) for k in range(4)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"start": "2025-13-01"}, "start: cannot read '2025-13-01'"),
        ({"start": 5}, "start must be a date or an instant, not 5; write '2025-05-29'"),
        ({"end": "2025-01-01T00:00"}, "end '2025-01-01T00:00' is not after start"),
        ({"end": 0}, "is not after start"),
        ({"end": math.nan}, "end must be a date or a finite number"),
        ({"end": "9999-12-31"}, "lies outside the calendar"),
        ({"zone": "Europe/Istambul"}, "unknown time zone 'Europe/Istambul'; did you mean 'Europe/Istanbul'"),
        ({"zone": "../../etc/passwd"}, "unknown time zone"),
        ({"as_of": "yesterday"}, "as_of: 'yesterday' is not a date; write '2025-05-28'"),
    ],
)
def test_a_scenario_refuses_dates_that_are_none(said: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        ns.Scenario("tiny", **{"start": "2025-01-01", "end": 40, **said})  # type: ignore[arg-type] # the point


def test_too_many_instants_are_refused() -> None:
    act = ns.Action(name="act", clock=ns.Every("1 minute"))
    with pytest.raises(ScenarioError, match="gives more than 100,000 instants; use a longer one"):
        ns.Scenario("tiny", start="2025-01-01", end=365, parts=[act])
    with pytest.raises(ScenarioError, match="too short; use at least one minute"):
        ns.Scenario("tiny", start="2025-01-01", end=5, parts=[ns.Action(name="act", clock=ns.Every(1e-9))])
    late = ns.Action(name="act", clock=ns.On("9999-12-31T23:59-12:00"))
    with pytest.raises(ScenarioError, match="years 1 to 9998"):
        ns.Scenario("tiny", start="2025-01-01", end=5, parts=[late])
