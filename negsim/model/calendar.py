"""Dates, durations and the one conversion of calendar instants to whole microseconds since the start.

An instant is kept as it was written: text (``"2025-06-02T13:00"``, ``"180 days"``), or a number of days from the
start. It becomes a whole number of microseconds, held in a float, once: instants are then compared, added and
subtracted without error (floats are exact up to 2**53 microseconds, 285 years).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from negsim.errors import ScenarioError, nearest

__all__ = [
    "DAY",
    "LONGEST",
    "Calendar",
    "Dated",
    "Duration",
    "Moment",
    "counted_days",
    "days",
    "duration_or_none",
    "later",
    "microseconds",
    "moment",
    "period_of",
    "zone_of",
]

DAY = 86_400_000_000.0
"""Microseconds of a day; laws, rates and durations speak of days, instants of microseconds."""
LONGEST = 2.0**53
"""Microseconds up to which a float is exact: 285 years, the longest scenario that can be simulated."""
MICROSECONDS_A_DAY = 86_400_000_000
UNITS = {"week": 7 * MICROSECONDS_A_DAY, "day": MICROSECONDS_A_DAY, "hour": 3_600_000_000, "minute": 60_000_000}
PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s+([a-z]{1,12})", re.IGNORECASE)
DURATION = re.compile(rf"\s*{PART.pattern}(?:\s*(?:,|\band\b)?\s*{PART.pattern}){{0,3}}\s*", re.IGNORECASE)
BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Duration = float | int | str | timedelta
"""A number of days, a ``timedelta``, or text such as ``"3 days"``, ``"2 weeks"``, ``"36 hours"``, ``"1 week 12 hours"``."""

Moment = str | float
"""A calendar instant as text (ISO 8601, wall clock of the scenario's zone; or ``"180 days"``, by the calendar), or days
of 24 hours from the start."""

Dated = str | float | date | timedelta
"""What is read as an instant or a date: text, a ``date`` or ``datetime``, or a length of time from the start."""


def _microseconds(value: Duration) -> int | float:
    # Whole microseconds, exactly; its total_seconds() is a float.
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, bool):
        raise ScenarioError(f"a duration is not {value!r}; write a number of days or text such as '3 days'")
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            raise ScenarioError(f"a duration must be finite, not {value!r}; write a number of days")
        return value * MICROSECONDS_A_DAY
    if not isinstance(value, str) or not DURATION.fullmatch(value):
        raise ScenarioError(
            f"cannot read the duration {str(value)[:60]!r}; write '3 days', '2 weeks', '36 hours' or a number of days"
        )
    # In whole numbers as long as the text has some: 36 hours are exact where 1.5 days need not be.
    return sum(_text_microseconds(number, unit.lower(), value) for number, unit in PART.findall(value))


def _text_microseconds(number: str, unit: str, text: str) -> int | float:
    name = unit[:-1] if unit.endswith("s") else unit
    if name in ("month", "year", "quarter"):
        raise ScenarioError(
            f"the duration {text!r} is ambiguous (a {name} has no fixed length); write it in days or weeks, or list the "
            "instants, as in On('2025-01-01T10:00', '2025-02-01T10:00')"
        )
    if name not in UNITS:
        raise ScenarioError(
            f"unknown unit of time in {text!r}{nearest(name, UNITS)}; use days, weeks, hours or minutes"
        )
    # A whole number of units is exact; only what was written with a point goes by way of a float.
    return int(number) * UNITS[name] if "." not in number else float(number) * UNITS[name]


def days(value: Duration) -> float:
    """Return a duration in days of 24 hours.

    Raises
    ------
    ScenarioError
        If the text has no known unit, or an ambiguous one (months).

    Examples
    --------
    >>> days("36 hours"), days("2 weeks"), days("1 week 12 hours"), days(2.5)
    (1.5, 14.0, 7.5, 2.5)
    """
    # A number stays itself: going by microseconds would round it.
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return _microseconds(value) / MICROSECONDS_A_DAY


def microseconds(length: float) -> float:
    """Return a number of days as the nearest whole number of microseconds (half to even).

    >>> microseconds(1 / 3)
    28800000000.0
    """
    found = length * DAY
    # Written with not, so that NaN is passed on.
    return found if not abs(found) < 2.0**52 else float(round(found))  # larger floats are whole, infinite or NaN


def duration_or_none(text: str) -> float | None:
    """Return the days that a text such as ``"14 days"`` says, or None if it does not look like a duration."""
    return days(text) if DURATION.fullmatch(text) else None


def counted_days(value: object) -> int | None:
    """Return how many days of the calendar a text of whole days or weeks counts, None for everything else.

    Days that people count keep the wall clock; hours, minutes, fractions and plain numbers are elapsed time.

    >>> counted_days("2 weeks"), counted_days("1 day"), counted_days("24 hours"), counted_days("1.5 days")
    (14, 1, None, None)
    """
    if not isinstance(value, str) or not DURATION.fullmatch(value):
        return None
    names = {unit.lower().removesuffix("s") for _, unit in PART.findall(value)}
    length = days(value)
    # "1.5 days" are elapsed time: half a day is no date on a calendar.
    return int(length) if names <= {"day", "week"} and length.is_integer() else None


def period_of(value: Duration) -> float | str:
    """Return a period as it is kept: text as it was said, anything else in days (elapsed time).

    >>> period_of("1 week"), period_of(timedelta(hours=36))
    ('1 week', 1.5)
    """
    length = days(value)
    return value.strip() if isinstance(value, str) else length


def later(start: Moment, period: str, times: int = 1) -> Moment:
    """Return the moment so many counted days after another one, by the wall clock and in the offset of that one.

    >>> later("2025-10-20T23:59", "14 days")
    '2025-11-03T23:59:00'
    """
    step = (counted_days(period) or 0) * times
    if not isinstance(start, str):
        return start + step
    counted = counted_days(start)
    if counted is not None:
        return f"{counted + step} days"
    return (_parse(start, "date") + timedelta(days=step)).isoformat()


def moment(value: object, what: str) -> Moment:
    """Return an instant or date in the form in which a scenario keeps it: text, or days of 24 hours from the start.

    ``what`` names the field in the error.
    """
    # A datetime is a date to Python: it is asked for first.
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return days(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ScenarioError(f"{what} must be a date or a finite number of days, not {value!r}")
        return float(value)
    if isinstance(value, str):
        length = duration_or_none(value)
        if length is not None:
            return length if counted_days(value) is None else value.strip()
        _parse(value, what)
        return value.strip()
    raise ScenarioError(f"{what} must be a date, an instant or a number of days, not {value!r}")


def _parse(text: str, what: str) -> datetime | date:
    text = text.strip()
    try:
        # fromisoformat of datetime would read a bare date too, and make it a midnight: whether it is one decides what
        # it means.
        if BARE_DATE.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise ScenarioError(
            f"{what}: cannot read {text[:60]!r} as a date or instant; write '2025-06-02', '2025-06-02T13:00', or '5 "
            "days'"
        ) from None


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of that IANA name, or raise a ScenarioError with the nearest one.

    >>> zone_of("Europe/Istanbul").key
    'Europe/Istanbul'
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = nearest(name, available_timezones())
        raise ScenarioError(
            f"unknown time zone {name[:60]!r}{hint}; write an IANA name such as 'Europe/Istanbul'"
        ) from None


MICROSECOND = timedelta(microseconds=1)


def _aware(value: datetime | date, zone: ZoneInfo) -> datetime:
    # A bare date is its first instant here; deadlines add a day before they ask.
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0))
    return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)


@lru_cache(maxsize=256)
def _origin(start: str, zone: str) -> datetime:
    """A scenario's start, read once for its thousands of instants."""
    return _aware(_parse(start, "start"), zone_of(zone))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The scenario's start and zone: turns what is written on a calendar into microseconds since the start, and back.

    Parameters
    ----------
    start : str
        ISO date (00:00 of that day) or instant, wall clock of ``zone``.
    zone : str
        IANA name of the time zone.

    Notes
    -----
    Every instant is a whole number of microseconds, held in a float. A wall-clock time that a change of clocks repeats
    is its first reading; one that it skips is read with the offset before the change (PEP 495, fold 0).

    Examples
    --------
    >>> calendar = Calendar("2025-05-29", "Europe/Istanbul")
    >>> calendar.instant("2025-06-02T13:00", "on") / DAY
    4.541666666666667
    >>> calendar.label(4.5 * DAY)
    '2025-06-02 12:00'
    """

    start: str
    zone: str

    @property
    def origin(self) -> datetime:
        """The start as an aware instant."""
        return _origin(self.start, self.zone)

    def _aware(self, value: datetime | date) -> datetime:
        return _aware(value, zone_of(self.zone))

    def _since(self, value: datetime) -> float:
        # By way of UTC: Python subtracts two instants of one zone by their wall clocks, and an hour is lost or won with
        # them.
        elapsed = value.astimezone(UTC) - self.origin.astimezone(UTC)
        # Whole numbers until the last step.
        return float(elapsed // MICROSECOND)

    def _counted(self, start: datetime | date, count: int) -> float:
        """So many days later by the wall clock, in the offset of ``start`` if it was written with one."""
        if not isinstance(start, datetime):
            start = datetime.combine(start, time(0))
        return self._since(self._aware(start + timedelta(days=count)))

    def _read(self, value: Moment, what: str) -> float | date:
        """Microseconds of everything that is not a bare date."""
        if isinstance(value, float | int):
            return microseconds(value)
        count = counted_days(value)
        if count is not None:
            return self._counted(_parse(self.start, "start"), count)
        parsed = _parse(value, what)
        return self._since(self._aware(parsed)) if isinstance(parsed, datetime) else parsed

    def instant(self, value: Moment, what: str) -> float:
        """Microseconds from the start to an instant at which something happens; a bare date is refused."""
        found = self._read(value, what)
        if isinstance(found, date):
            raise ScenarioError(
                f"{what}: {value!r} has no hour; something happens at an instant, so write '{value}T13:00'"
            )
        return found

    def deadline(self, value: Moment, what: str) -> float:
        """Microseconds from the start to a deadline; a bare date means the whole of that day, to its last microsecond."""
        found = self._read(value, what)
        # The next midnight less a microsecond: days on which clocks change have 23 or 25 hours.
        return self._since(self._aware(found + timedelta(days=1))) - 1.0 if isinstance(found, date) else found

    def before(self, value: Moment, what: str) -> float:
        """The last microsecond before a date begins, or before an instant."""
        return self.opening(value, what) - 1.0

    def opening(self, value: Moment, what: str) -> float:
        """Microseconds from the start to the beginning of a window; a bare date means its first instant."""
        found = self._read(value, what)
        return self._since(self._aware(found)) if isinstance(found, date) else found

    def at(self, when: float) -> datetime:
        """The aware wall-clock instant that many microseconds from the start."""
        # By way of UTC, for the same reason as in `_since`.
        moment = self.origin.astimezone(UTC) + timedelta(microseconds=round(when))
        return moment.astimezone(zone_of(self.zone))

    def label(self, when: float) -> str:
        """The wall-clock date and minute that many microseconds from the start."""
        if not math.isfinite(when):
            return "never"
        return self.at(when).replace(tzinfo=None).isoformat(" ", "minutes")

    def date_text(self, when: float) -> str:
        """A deadline as ISO text: a date if the whole of that day is meant, else the minute.

        >>> Calendar("2025-05-29", "UTC").date_text(4 * DAY - 1), Calendar("2025-05-29", "UTC").date_text(4 * DAY)
        ('2025-06-01', '2025-06-02T00:00')
        """
        day = self.at(when).date().isoformat()
        # Only if it is the end of that day: other instants would be told wrongly by a date.
        return day if self.deadline(day, "date") == when else self.label(when).replace(" ", "T")

    def repeats(
        self, first: Moment | None, period: Duration, end: float, what: str, cap: int
    ) -> list[tuple[int, float]]:
        """The instants of ``Every``: pairs (index, microseconds) not before the start and not after ``end``.

        A period said in whole days or weeks keeps the wall clock (each instant converted by itself), and the offset if
        its start was written with one; any other period is elapsed time.
        """
        self.check_repeats(first, period, end, what, cap)
        length = _microseconds(period)
        begins = 0.0 if first is None else self.instant(first, what)
        count = counted_days(period)
        if count is None:
            # Multiplied and not added up: an instant must not hang on how many came before it.
            step = round(length)
            return self._walk(lambda index: float((step if first is None else int(begins)) + index * step), end)
        if first is None:
            return self._walk(lambda index: self._counted(_parse(self.start, "start"), (index + 1) * count), end)
        if isinstance(first, str) and counted_days(first) is None:
            wall = _parse(first, what)
        else:
            # A number of days is elapsed time; from the instant that it leads to, days are counted by the wall clock.
            wall = self.at(begins).replace(tzinfo=None)
        return self._walk(lambda index: self._counted(wall, index * count), end)

    def check_repeats(self, first: Moment | None, period: Duration, end: float, what: str, cap: int) -> int:
        """How many instants `repeats` looks at, before and after the start (one more or less), without looking at them.

        Raises
        ------
        ScenarioError
            If the period is below a minute, the first instant has no hour, or there are more than ``cap``.
        """
        length = _microseconds(period)
        if not length >= UNITS["minute"]:
            raise ScenarioError(f"{what}: the period {period!r} is too short; use at least one minute")
        # With no start, the first one is a period after the scenario's start.
        begins = length if first is None else self.instant(first, what)
        count = (end - begins) // length + 1
        if not count <= cap:  # no number either
            raise ScenarioError(
                f"{what}: a period of {period!r} gives more than {cap:,} instants; use a longer one (there would be "
                f"{count:,.0f})"
            )
        return max(0, int(count))

    @staticmethod
    def _walk(instant: Callable[[int], float], end: float) -> list[tuple[int, float]]:
        found, index, last = [], 0, -math.inf
        while (when := instant(index)) <= end:
            if when >= 0.0 and when > last:  # a change of clocks can make two wall-clock times one instant
                found.append((index, when))
                last = when
            index += 1
        return found
