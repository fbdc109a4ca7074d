"""Dates, durations and the one conversion of calendar instants to days since the start.

An instant is kept as it was written: text (``"2025-06-02T13:00"``), or a number of days from the start. It becomes
a float once, at lowering: whole microseconds / 86 400 000 000, one division.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from negsim.errors import ScenarioError, nearest

__all__ = ["Calendar", "Duration", "Moment", "days", "duration_or_none", "moment", "period_of", "zone_of"]

MICROSECONDS_A_DAY = 86_400_000_000
UNITS = {"week": 7 * MICROSECONDS_A_DAY, "day": MICROSECONDS_A_DAY, "hour": 3_600_000_000, "minute": 60_000_000}
DURATION = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,12})?)\s+([a-z]{1,12})\s*", re.IGNORECASE)
BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Duration = float | int | str | timedelta
"""A number of days, a ``timedelta``, or text such as ``"3 days"``, ``"2 weeks"``, ``"36 hours"``."""

Moment = str | float
"""A calendar instant as text (ISO 8601, wall clock of the scenario's zone), or days from the start."""


def _microseconds(value: Duration) -> int | float:
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, bool):
        raise ScenarioError(f"a duration is not {value!r}; write a number of days or text such as '3 days'")
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            raise ScenarioError(f"a duration must be finite, not {value!r}; write a number of days")
        return value * MICROSECONDS_A_DAY
    found = DURATION.fullmatch(value)
    if not found:
        raise ScenarioError(
            f"cannot read the duration {value[:60]!r}; write '3 days', '2 weeks', '36 hours' or a number of days"
        )
    return _text_microseconds(found.group(1), found.group(2).lower(), value)


def _text_microseconds(number: str, unit: str, text: str) -> int | float:
    name = unit[:-1] if unit.endswith("s") else unit
    if name in ("month", "year", "quarter"):
        raise ScenarioError(
            f"the duration {text!r} is ambiguous (a {name} has no fixed length); write it in days or weeks"
        )
    if name not in UNITS:
        raise ScenarioError(
            f"unknown unit of time in {text!r}{nearest(name, UNITS)}; use days, weeks, hours or minutes"
        )
    return int(number) * UNITS[name] if "." not in number else float(number) * UNITS[name]


def days(value: Duration) -> float:
    """Return a duration in days.

    Raises
    ------
    ScenarioError
        If the text has no known unit, or an ambiguous one (months).

    Examples
    --------
    >>> days("36 hours"), days("2 weeks"), days(2.5)
    (1.5, 14.0, 2.5)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return _microseconds(value) / MICROSECONDS_A_DAY


def duration_or_none(text: str) -> float | None:
    """Return the days that a text such as ``"14 days"`` says, or None if it does not look like a duration."""
    return days(text) if DURATION.fullmatch(text) else None


def period_of(value: Duration) -> float | str:
    """Return a period as it is kept: days; or the text, if that says hours or minutes (elapsed time, no wall clock).

    >>> period_of("1 week"), period_of("24 hours")
    (7.0, '24 hours')
    """
    return value.strip() if isinstance(value, str) and days(value) and _elapsed_time(value) else days(value)


def _elapsed_time(period: Duration) -> bool:
    """Whether the period was said in hours or minutes."""
    found = DURATION.fullmatch(period) if isinstance(period, str) else None
    return found is not None and found.group(2).lower().rstrip("s") in ("hour", "minute")


def moment(value: object, what: str) -> Moment:
    """Return an instant or date in the form in which a scenario keeps it: ISO text, or days from the start.

    ``what`` names the field in the error.
    """
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
            return length
        _parse(value, what)
        return value.strip()
    raise ScenarioError(f"{what} must be a date, an instant or a number of days, not {value!r}")


def _parse(text: str, what: str) -> datetime | date:
    text = text.strip()
    try:
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


@dataclass(frozen=True, slots=True)
class Calendar:
    """The scenario's start and zone: turns what is written on a calendar into days, and back.

    Parameters
    ----------
    start : str
        ISO date (00:00 of that day) or instant, wall clock of ``zone``.
    zone : str
        IANA name of the time zone.

    Examples
    --------
    >>> calendar = Calendar("2025-05-29", "Europe/Istanbul")
    >>> calendar.instant("2025-06-02T13:00", "on")
    4.541666666666667
    >>> calendar.label(4.5)
    '2025-06-02 12:00'
    """

    start: str
    zone: str

    @property
    def origin(self) -> datetime:
        """The start as an aware instant."""
        return self._aware(_parse(self.start, "start"))

    def _aware(self, value: datetime | date) -> datetime:
        zone = zone_of(self.zone)
        if not isinstance(value, datetime):
            value = datetime.combine(value, time(0))
        return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)

    def _since(self, value: datetime) -> float:
        elapsed = value.astimezone(UTC) - self.origin.astimezone(UTC)
        return (elapsed // timedelta(microseconds=1)) / MICROSECONDS_A_DAY

    def instant(self, value: Moment, what: str) -> float:
        """Days from the start to an instant at which something happens; a bare date is refused."""
        if isinstance(value, float | int):
            return float(value)
        parsed = _parse(value, what)
        if not isinstance(parsed, datetime):
            raise ScenarioError(
                f"{what}: {value!r} has no hour; something happens at an instant, so write '{value}T13:00'"
            )
        return self._since(self._aware(parsed))

    def deadline(self, value: Moment, what: str) -> float:
        """Days from the start to a deadline; a bare date means the whole of that day."""
        if isinstance(value, float | int):
            return float(value)
        parsed = _parse(value, what)
        if isinstance(parsed, datetime):
            return self._since(self._aware(parsed))
        midnight = self._since(self._aware(parsed + timedelta(days=1)))
        return math.nextafter(midnight, 0.0 if midnight > 0 else -math.inf)  # a day before the start lies before it

    def opening(self, value: Moment, what: str) -> float:
        """Days from the start to the beginning of a window; a bare date means its first instant."""
        if isinstance(value, float | int):
            return float(value)
        return self._since(self._aware(_parse(value, what)))

    def at(self, when: float) -> datetime:
        """The aware wall-clock instant that many days from the start, to the microsecond."""
        moment = self.origin.astimezone(UTC) + timedelta(microseconds=round(when * MICROSECONDS_A_DAY))
        return moment.astimezone(zone_of(self.zone))

    def label(self, when: float) -> str:
        """The wall-clock date and minute that many days from the start."""
        if not math.isfinite(when):
            return "never"
        return self.at(when).replace(tzinfo=None).isoformat(" ", "minutes")

    def repeats(
        self, first: Moment | None, period: Duration, end: float, what: str, cap: int
    ) -> list[tuple[int, float]]:
        """The instants of ``Every``: pairs (index, days from the start) not before the start and not after ``end``.

        A period in whole days or weeks keeps the wall clock (each instant converted by itself); any other period, and
        one said in hours or minutes, is elapsed time.
        """
        length = _microseconds(period)
        if not length >= UNITS["minute"]:
            raise ScenarioError(f"{what}: the period {period!r} is too short; use at least one minute")
        if self._since_first(first, what) + cap * (length / MICROSECONDS_A_DAY) < end:
            raise ScenarioError(f"{what}: a period of {period!r} gives more than {cap:,} instants; use a longer one")
        whole = isinstance(length, int) or length.is_integer()
        if whole and not _elapsed_time(period) and int(length) % MICROSECONDS_A_DAY == 0:
            return self._wall_clock(first, int(length) // MICROSECONDS_A_DAY, end, what)
        return self._elapsed(first, round(length), end, what)

    def _since_first(self, first: Moment | None, what: str) -> float:
        return 0.0 if first is None else self.instant(first, what)

    def _wall_clock(self, first: Moment | None, step: int, end: float, what: str) -> list[tuple[int, float]]:
        if isinstance(first, str):
            self.instant(first, what)
            wall = self._aware(_parse(first, what)).replace(tzinfo=None)
        else:
            offset = (
                timedelta(days=step) if first is None else timedelta(microseconds=round(first * MICROSECONDS_A_DAY))
            )
            wall = self.origin.replace(tzinfo=None) + offset
        found, index = [], 0
        while (when := self._since(self._aware(wall + timedelta(days=index * step)))) <= end:
            if when >= 0.0:
                found.append((index, when))
            index += 1
        return found

    def _elapsed(self, first: Moment | None, step: int, end: float, what: str) -> list[tuple[int, float]]:
        offset = step if first is None else round(self.instant(first, what) * MICROSECONDS_A_DAY)
        found, index = [], 0
        while (when := (offset + index * step) / MICROSECONDS_A_DAY) <= end:
            if when >= 0.0:
                found.append((index, when))
            index += 1
        return found
