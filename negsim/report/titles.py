"""What a question is called where people read: its title, and its deadline where that does not say it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.report.words import clean, day
from negsim.results.answers import Answering, deadline
from negsim.wording.language import Language, language
from negsim.wording.phrases import Phrases

__all__ = ["dated", "question_titles", "titles_of"]


def titles_of(runs: Answering, names: Iterable[str]) -> dict[str, str]:
    """The titles of questions that were asked, by their names."""
    known = runs.program.probes.asked
    return question_titles(runs.scenario, [known[name].question for name in names])


def question_titles(told: Scenario, questions: Iterable[Question]) -> dict[str, str]:
    """The titles of questions by their names: their own, with the deadline if they do not say it, else what is asked.

    >>> import negsim as ns
    >>> toy = ns.load("toy")
    >>> question_titles(toy, [ns.Question(name="q", condition="talks.held", by="2025-01-31")])
    {'q': 'Talks have been held by 31 January 2025'}
    """
    said = Phrases(told)
    found = {}
    for one in questions:
        title = said.question(one)
        own = getattr(one, "title", "")
        found[one.name] = clean(dated(title, deadline(one, told), said.language) if own else title)
    return found


def dated(title: str, by: str, said: Language | None = None) -> str:
    """A title of somebody's own with its deadline, unless it names a day or the year.

    >>> dated("The presidents meet", "2025-05-31"), dated("The presidents meet by 31 May", "2025-05-31")
    ('The presidents meet, by 31 May 2025', 'The presidents meet by 31 May')
    """
    when = datetime.fromisoformat(by)
    named = re.search(rf"(?<!\d){when.day}\D|(?<!\d){when.year}(?!\d)", f"{title} ")
    if named:
        return title
    # English pages have room for short months alone.
    if said is None or said is language("en"):
        return f"{title}, by {day(by)}"
    return said.say("title_by", title=title, date=said.date(when.year, when.month, when.day))
