"""Dates, durations, and the one conversion of calendar instants to days."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import ScenarioError
from negsim.model.calendar import Calendar, days, moment, period_of

ISTANBUL = Calendar("2025-05-29", "Europe/Istanbul")
BERLIN = Calendar("2025-03-28", "Europe/Berlin")  # clocks go forward on 30 March, 02:00 to 03:00
HOUR = 1 / 24


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
def test_an_instant_is_whole_microseconds_over_one_division(when: datetime) -> None:
    elapsed = (when - datetime(2025, 5, 29)) // timedelta(microseconds=1)
    assert ISTANBUL.instant(when.isoformat(), "on") == elapsed / 86_400_000_000  # Istanbul keeps one offset
    assert ISTANBUL.at(ISTANBUL.instant(when.isoformat(), "on")).replace(tzinfo=None) == when


def test_an_instant_with_an_offset_is_that_instant() -> None:
    assert ISTANBUL.instant("2025-06-02T10:00+00:00", "on") == ISTANBUL.instant("2025-06-02T13:00", "on")
    aware = moment(datetime(2025, 6, 2, 10, tzinfo=UTC), "on")
    assert ISTANBUL.instant(aware, "on") == ISTANBUL.instant("2025-06-02T13:00", "on")


def test_a_bare_date_is_refused_where_something_happens() -> None:
    with pytest.raises(ScenarioError, match=r"'2025-06-02' has no hour; .*write '2025-06-02T13:00'"):
        ISTANBUL.instant("2025-06-02", "on")
    act = ns.Action(name="act", clock=ns.On("2025-06-02"))
    with pytest.raises(ScenarioError, match="action act: On: '2025-06-02' has no hour"):
        ns.Scenario("tiny", start="2025-05-29", end="2025-12-31", parts=[act])
    every = ns.Action(name="act", clock=ns.Every("1 week", start=date(2025, 6, 2)))
    with pytest.raises(ScenarioError, match="action act: Every: '2025-06-02' has no hour"):
        ns.Scenario("tiny", start="2025-05-29", end="2025-12-31", parts=[every])


def test_a_bare_date_as_a_deadline_is_the_whole_day() -> None:
    midnight = ISTANBUL.instant("2025-06-03T00:00", "by")
    assert ISTANBUL.deadline("2025-06-02", "by") == math.nextafter(midnight, 0.0) < midnight
    assert ISTANBUL.deadline("2025-06-02T13:00", "by") == ISTANBUL.instant("2025-06-02T13:00", "by")
    assert ISTANBUL.deadline(5.0, "by") == 5.0
    assert ISTANBUL.deadline(moment("5 days", "by"), "by") == 5.0
    assert ISTANBUL.opening("2025-06-02", "after") == ISTANBUL.instant("2025-06-02T00:00", "after")


def test_a_day_of_23_hours() -> None:
    assert BERLIN.instant("2025-03-30T00:00", "on") == 2.0
    assert BERLIN.instant("2025-03-31T00:00", "on") == (2 * 24 + 23) * 3_600_000_000 / 86_400_000_000
    assert BERLIN.deadline("2025-03-30", "by") == math.nextafter(71 / 24, 0.0)


def test_days_keep_the_wall_clock_and_hours_are_elapsed_time() -> None:
    def wall(period: str, zone: str) -> list[str]:
        calendar = Calendar("2025-03-28", zone)
        found = calendar.repeats("2025-03-28T13:00", period_of(period), 4.9, "every", 1000)
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
    found = dict(BERLIN.repeats(None, 1.0, 5.0, "every", 1000))
    assert found == {k: BERLIN.instant(f"2025-03-{29 + k}T00:00", "x") for k in range(3)} | {
        3: BERLIN.instant("2025-04-01T00:00", "x"),
        4: BERLIN.instant("2025-04-02T00:00", "x"),
    }


def test_instants_before_the_start_keep_their_numbers() -> None:
    assert BERLIN.repeats("2025-03-26T12:00", 1.0, 1.0, "every", 1000) == [(2, 0.5)]
    assert BERLIN.repeats(-1.25, "36 hours", 2.0, "every", 1000) == [(1, 0.25), (2, 1.75)]


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
