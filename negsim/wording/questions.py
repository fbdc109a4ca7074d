"""Questions by a title: their own, or one made of what is asked, and by when."""

from __future__ import annotations

from datetime import datetime, timedelta

from negsim.model.calendar import Calendar
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.wording.conditions import condition, number
from negsim.wording.elements import COMES, HOLDS
from negsim.wording.events import Events
from negsim.wording.language import Language

__all__ = ["dated", "question_title"]

MIDNIGHT = "T00:00"


def question_title(question: Question, scenario: Scenario, voice: Events) -> str:
    """What a question is called: its title, or a sentence of what is asked and by when.

    Examples
    --------
    >>> import negsim as ns
    >>> from negsim.wording.language import language
    >>> toy = ns.load("toy")
    >>> asked = ns.Question(name="held", condition="talks.held", by="2025-01-31")
    >>> question_title(asked, toy, Events(toy.expanded, language("en")))
    'Talks have been held by 31 January 2025'
    """
    title = getattr(question, "title", "")
    if title:
        return str(title)
    text = _asked(question, scenario, voice)
    return f"{text[:1].upper()}{text[1:]}"


def _asked(question: Question, scenario: Scenario, voice: Events) -> str:
    said, date = voice.said, _closing(question, scenario, voice.said)
    what = _what(question, voice)
    if question.throughout is not None:
        what = said.say("question_throughout", what=what, throughout=condition(question.throughout, voice))
    opening = "" if question.after is None else dated(question.after, scenario.calendar, said)
    if opening and opening == date:
        text = said.say("question_on", what=what, date=date)
    else:
        text = _with_date(question, said, what, date)
        text = said.say("question_from", what=text, after=opening) if opening else text
    if question.given is not None:
        text = said.say("question_given", what=text, given=condition(question.given, voice))
    return text


def _what(question: Question, voice: Events) -> str:
    if question.counts:
        return voice.said.listed([_counted(one, voice) for one in question.counts])
    assert question.condition is not None
    if question.row.about == "number":
        return number(question.condition, voice)
    return condition(question.condition, voice, HOLDS if question.row.lasts else COMES)


def _counted(count: tuple[str, str | None, float], voice: Events) -> str:
    """An event that is counted, and what it counts if that is not one."""
    action, outcome, weight = count
    event = voice.event(action, outcome or "") if action in voice.elements.actions else ""
    text = event or voice.names.flowing(action.replace("_", " ").replace(".", " "))
    return text if weight == 1.0 else voice.said.say("question_weighted", what=text, n=f"{weight:g}")


def _with_date(question: Question, said: Language, what: str, date: str) -> str:
    if question.at_least is not None:
        if question.weights:
            return said.say("question_sum", what=what, date=date, n=f"{question.at_least:g}")
        # Once or more is what "by a date" says already.
        frame = "question_by" if question.at_least == 1 else "question_at_least"
        return said.say(
            frame, what=what, date=date, **({} if question.at_least == 1 else {"n": f"{question.at_least:g}"})
        )
    if question.weights:
        return said.say("question_total", what=what, date=date)
    frame = question.row.frame or ("question_before" if question.before is not None else "question_by")
    return said.say(frame, what=what, date=date)


def _closing(question: Question, scenario: Scenario, said: Language) -> str:
    calendar = scenario.calendar
    by = question.before if question.before is not None else question.by
    by = scenario.end if by is None else by
    when = _instant(by, calendar)
    if question.before is None and when.endswith(MIDNIGHT):
        # Up to the end of the day before.
        when = (datetime.fromisoformat(when) - timedelta(days=1)).date().isoformat()
    return dated(when, calendar, said)


def dated(moment: object, calendar: Calendar, said: Language) -> str:
    """A date or instant as it stands in a sentence; days from the start are counted into a date.

    >>> import negsim as ns
    >>> from negsim.wording.language import language
    >>> dated("2025-06-02T13:00", ns.load("toy").calendar, language("en"))
    '2 June 2025, 13:00'
    """
    text = _instant(moment, calendar)
    when = datetime.fromisoformat(text)
    time = f"{when:%H:%M}" if len(text) > len("2025-06-02") else ""
    return said.date(when.year, when.month, when.day, time)


def _instant(moment: object, calendar: Calendar) -> str:
    """A date or instant as ISO text; days from the start are counted."""
    try:
        datetime.fromisoformat(str(moment))
    except ValueError:
        return calendar.date_text(calendar.deadline(moment, "date"))  # type: ignore[arg-type] # days, or so many of them
    return str(moment)
