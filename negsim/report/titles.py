"""What a question is called where people read: its title, and its deadline where that does not say it."""

from __future__ import annotations

import re
from datetime import datetime

from negsim.model.scenario import Scenario
from negsim.report.words import clean, day, plain
from negsim.results.answers import Answer

__all__ = ["dated", "title_of"]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def title_of(told: Scenario, row: Answer) -> str:
    """The title of an answer's question: its own, or its name in plain words; with the deadline."""
    question = told.expanded.questions.get(row.id)
    own = getattr(question, "title", "") if question is not None else ""
    named = re.sub(r" by \d{4}( \d\d){2}.*$", "", plain(row.id))  # the command line names questions of other dates so
    return clean(dated(own or named, row.by))


def dated(title: str, by: str) -> str:
    """A title with its deadline, unless it says it.

    >>> dated("the presidents meet", "2025-05-31"), dated("summit by 31 may", "2025-05-31")
    ('the presidents meet, by 31 May 2025', 'summit by 31 may')
    """
    when = datetime.fromisoformat(by)
    named = re.search(rf"(?<!\d){when.day} ?{MONTHS[when.month - 1]}|{re.escape(by[:10])}", title.lower())
    return title if named else f"{title}, by {day(by)}"
