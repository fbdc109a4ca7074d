"""News: what was observed of a history, when, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from negsim.errors import HindsightError, ScenarioError
from negsim.model.calendar import BARE_DATE, Calendar, Moment, moment
from negsim.model.clocks import Distribution, Fixed
from negsim.model.expressions import as_condition, as_number
from negsim.model.inputs import Dated, MaybeAmount, MaybeCondition, MaybeDate, MaybeName, preset, record
from negsim.model.names import check_name

__all__ = ["KINDS", "Dates", "Observation", "bare", "dates_of", "known_by", "news_in_order"]

KINDS: dict[str, str] = {
    "happened": "the condition turned true",
    "fired": "the action took place",
    "not_happened": "the condition did not become true",
    "holds": "the condition holds on a date",
    "level": "the number lies in a range on a date",
    "reported": "somebody says that it is so",
    "unreported": "nobody has said that it is so",
}
"""The kinds of news, by the key that says what was seen; each item has one of them."""

WINDOWS = ("happened", "fired")
SHARES = ("true_positive", "false_positive", "credibility", "probability")


@record
class Observation:
    """One piece of news: what was seen, when, and the source.

    Parameters
    ----------
    name : str
        What it is called by; unique among the news.
    happened : condition, optional
        It turned true: at an instant (``at``), on a day (``on``), or between two dates (``after`` and ``by``).
    fired : Action or str, optional
        The action took place, dated likewise; with ``outcome``, in this way.
    outcome : str, optional
        Name of the outcome of the action.
    not_happened : condition, optional
        It did not become true by a date (``by``); with ``after``, it did not turn true between the two.
    holds : condition, optional
        It is so on a date (``on``), after everything on it.
    level : number-valued expression, optional
        It lies between ``low`` and ``high`` on a date (``on``).
    low, high : float, optional
        Ends of that range, both included; one may be left out.
    reported : condition, optional
        Somebody says on a date (``on``) that it is so; it need not be.
    unreported : condition, optional
        Up to a date (``by``) nobody has said that it is so.
    at : instant or days, optional
        The very instant. On the calendar it has a probability; between the dates of the calendar only a density.
    on : date, instant or days, optional
        A bare date is the whole of that day, or, of what holds then, its end.
    after, by : date, instant or days, optional
        From the beginning of the one to the end of the other.
    true_positive, false_positive : float, optional
        How often a report says so when it is so (default 1), and when it is not (default 0, that is: a report is true).
    credibility : float, optional
        In place of both: what the speaker says is true with this probability, and the opposite else.
    probability : float, optional
        Of what is unreported: the probability that it would have been reported at all (default 1).
    delay : law or Fixed, optional
        From what happened to the report; without one the report follows at once.
    known : date, instant or days, optional
        When it became known (default: the date itself); the order of the news is that in which they became known.
    source : str
        Who says so: an address, a title.
    title : str
        What people read in place of the name.

    See Also
    --------
    update : Condition a scenario's histories on news.
    read_news : Read news from a file.

    Examples
    --------
    >>> Observation(name="talks", happened="talks.held", at="2025-06-02T13:00", source="agency report").kind
    'happened'
    """

    table: ClassVar[str] = "news"

    name: str
    happened: MaybeCondition = preset(None)
    fired: MaybeName = preset(None)
    outcome: str | None = None
    not_happened: MaybeCondition = preset(None)
    holds: MaybeCondition = preset(None)
    level: MaybeAmount = preset(None)
    low: float | None = None
    high: float | None = None
    reported: MaybeCondition = preset(None)
    unreported: MaybeCondition = preset(None)
    at: MaybeDate = preset(None)
    on: MaybeDate = preset(None)
    after: MaybeDate = preset(None)
    by: MaybeDate = preset(None)
    true_positive: float | None = None
    false_positive: float | None = None
    credibility: float | None = None
    probability: float | None = None
    delay: Distribution | Fixed | None = None
    known: MaybeDate = preset(None)
    source: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "news")
        where, put = f"news {self.name}", object.__setattr__
        for key in ("at", "on", "after", "by", "known"):
            if getattr(self, key) is not None:
                put(self, key, moment(getattr(self, key), f"{where}: {key}"))
        # All kinds are made first, so that a wrong expression is told even where two kinds are given.
        for key in KINDS:
            value = getattr(self, key)
            if value is not None and key != "fired":
                put(self, key, as_number(value) if key == "level" else as_condition(value))
        if self.fired is not None and not isinstance(self.fired, str):
            put(self, "fired", self.fired.name)
        said = [key for key in KINDS if getattr(self, key) is not None]
        if len(said) != 1:
            raise ScenarioError(
                f"{where}: it says {' and '.join(said) or 'nothing'}; give exactly one of {', '.join(KINDS)}"
            )
        self._check_dates(where)
        self._check_shares(where)

    @property
    def kind(self) -> str:
        """Which of the `KINDS` it is."""
        return next(key for key in KINDS if getattr(self, key) is not None)

    @property
    def called(self) -> str:
        """What people read: its title, or its name."""
        return self.title or self.name

    def _check_dates(self, where: str) -> None:
        given = {key for key in ("at", "on", "after", "by") if getattr(self, key) is not None}
        if self.kind in WINDOWS:
            fits, remedy = (
                given in ({"at"}, {"on"}, {"after", "by"}),
                "give at (an instant), on (a day), or after and by",
            )
        elif self.kind in ("not_happened", "unreported"):
            fits, remedy = given in ({"by"}, {"after", "by"}), "give by, or after and by"
            # Nobody has said so until now: a window that opens later would leave out what was said before.
            fits = fits and (self.kind == "not_happened" or "after" not in given)
        else:
            fits, remedy = given == {"on"}, "give on"
        if not fits:
            dates = ", ".join(sorted(given)) or "no date"
            raise ScenarioError(f"{where}: {self.kind} with {dates}; {remedy}")
        if self.kind in WINDOWS and self.on is not None and not bare(self.on):
            raise ScenarioError(
                f"{where}: on = {self.on!r} is an instant and not a day; write at = for an instant, or the day alone"
            )

    def _check_shares(self, where: str) -> None:
        for key in SHARES:
            value = getattr(self, key)
            if value is not None and (isinstance(value, bool) or not 0 <= value <= 1):
                raise ScenarioError(f"{where}: {key} must be a share in [0, 1], not {value!r}")
        belongs = {
            "outcome": ("fired",),
            "low": ("level",),
            "high": ("level",),
            "true_positive": ("reported",),
            "false_positive": ("reported",),
            "credibility": ("reported",),
            "probability": ("unreported",),
            "delay": ("reported", "unreported"),
        }
        for key, kinds in belongs.items():
            if getattr(self, key) is not None and self.kind not in kinds:
                raise ScenarioError(
                    f"{where}: {key} goes with {' and '.join(kinds)}, not with {self.kind}; leave it out"
                )
        if self.kind == "level" and (self.low is None and self.high is None):
            raise ScenarioError(f"{where}: level without a range; give low, high or both")
        if self.low is not None and self.high is not None and not self.low <= self.high:
            raise ScenarioError(f"{where}: low {self.low!r} is above high {self.high!r}; exchange them")
        # Both ways state one and the same table of chances.
        if self.credibility is not None and (self.true_positive is not None or self.false_positive is not None):
            raise ScenarioError(f"{where}: give credibility, or true_positive and false_positive, not both")

    @property
    def rates(self) -> tuple[float, float]:
        """How often a report says so when it is so, and when it is not."""
        if self.credibility is not None:
            return self.credibility, 1.0 - self.credibility
        return (
            # Without rates a report is never wrong, and is the same as having seen it.
            1.0 if self.true_positive is None else self.true_positive,
            0.0 if self.false_positive is None else self.false_positive,
        )


def bare(when: Moment | None) -> bool:
    """Whether a date has no hour."""
    return isinstance(when, str) and BARE_DATE.fullmatch(when.strip()) is not None


@dataclass(frozen=True, slots=True)
class Dates:
    """An item's dates in microseconds from the start.

    Attributes
    ----------
    opens, closes : float
        What was seen lies from the one to the other, both included.
    known : float
        When it became known.
    """

    opens: float
    closes: float
    known: float


def dates_of(item: Observation, calendar: Calendar, horizon: float) -> Dates:
    """Return an item's dates in microseconds.

    Raises
    ------
    ScenarioError
        If they lie outside the scenario, or in the wrong order.
    """
    where = f"news {item.name}"
    opens = 0.0
    if item.at is not None:
        opens = closes = calendar.opening(item.at, f"{where}: at")
        # `opening` takes a bare date for its first instant, and nothing was seen just then.
        if bare(item.at):
            raise ScenarioError(f"{where}: at = {item.at!r} has no hour; write on = for the whole of that day")
    elif item.on is not None:
        closes = calendar.deadline(item.on, f"{where}: on")
        opens = calendar.opening(item.on, f"{where}: on") if item.kind in WINDOWS else closes
    else:
        assert item.by is not None
        closes = calendar.deadline(item.by, f"{where}: by")
        opens = 0.0 if item.after is None else calendar.opening(item.after, f"{where}: after")
    if not 0.0 <= opens <= closes <= horizon:
        raise ScenarioError(
            f"{where}: {calendar.label(opens)} to {calendar.label(closes)} does not lie within the scenario "
            f"({calendar.label(0.0)} to {calendar.label(horizon)}), or ends before it begins; correct the dates"
        )
    # Without a date of its own, news is known as soon as it can be.
    known = closes if item.known is None else calendar.deadline(item.known, f"{where}: known")
    if known < opens:
        raise ScenarioError(
            f"{where}: known at {calendar.label(known)}, before it can have been seen; correct the dates"
        )
    return Dates(opens, closes, known)


def known_by(news: Iterable[Observation], as_of: Dated, calendar: Calendar, horizon: float) -> tuple[Observation, ...]:
    """Return the news, or refuse them if one was not known yet on the as-of date (a bare date: by the end of that day).

    Raises
    ------
    HindsightError
        If one is dated later; the message names it.
    """
    items = tuple(news)
    date = calendar.deadline(moment(as_of, "as_of"), "as_of")
    for item in items:
        known = dates_of(item, calendar, horizon).known
        if known > date:
            raise HindsightError(
                f"news {item.name} was known on {calendar.label(known)}, after the as-of date {calendar.label(date)}; "
                "leave it out, or give a later as_of"
            )
    return items


def news_in_order(news: Iterable[Observation], calendar: Calendar, horizon: float) -> tuple[Observation, ...]:
    """Return the news in the order in which they became known, and by name among those of one instant.

    Raises
    ------
    ScenarioError
        If two have one name, or something is no news.
    """
    items = list(news)
    names: set[str] = set()
    for item in items:
        if not isinstance(item, Observation):
            raise ScenarioError(
                f"{str(item)[:60]!r} is no news; write Observation(name='talks', happened='talks.held', ...)"
            )
        if item.name in names:
            raise ScenarioError(f"news {item.name} is there twice; rename one")
        names.add(item.name)
    # By name among those of one instant, so that nothing hangs on how they were listed.
    return tuple(sorted(items, key=lambda item: (dates_of(item, calendar, horizon).known, item.name)))
