"""What can be news in a scenario: facts that become true, acts and what came of them, each with its first time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError
from negsim.model.calendar import DAY, Calendar, moment
from negsim.model.elements import Elements
from negsim.model.expressions import parse
from negsim.model.names import check_name
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.model.variables import Fact
from negsim.program import Program, lower
from negsim.program.witnesses import Witness, witnessed
from negsim.results.runs import Runs
from negsim.running.again import again
from negsim.why.phrases import Phrases

__all__ = ["Item", "Items", "best_first", "deadlines", "news_of"]

PREFIX = "news"
DATES = 12
"""Dates at which news is looked at, if none are told."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can happen: its name, who does it (or nobody), and a sentence without a full stop."""

    name: str
    by: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Items:
    """What can be news, with first times in microseconds, (n, items); infinite for never, not a number in failed histories."""

    items: tuple[Item, ...]
    times: NDArray[np.float64]
    runs: Runs


def news_of(runs: Runs, histories: int, extra: Sequence[str] = ()) -> Items:
    """Tell the first histories of finished runs once more, with the first time of every fact, act and outcome recorded.

    ``extra`` are conditions of one's own that count as news too.
    """
    program, asked = _recording(runs, extra)
    told = again(runs, program, histories)
    # In the order asked, which is that of the items; the program may have sorted its columns.
    columns = [told.program.probes.asked[name].column for name in asked]
    times = told.block.first[:, columns]
    return Items(tuple(asked.values()), times, told)


def _recording(runs: Runs, extra: Sequence[str]) -> tuple[Program, dict[str, Item]]:
    elements, witnesses = witnessed(runs.scenario.expanded)
    said = Phrases(runs.scenario)
    # Keys with a blank, so that they cannot be the name of a fact.
    mine = {
        f"own {number}": (text, Item(text, "", f"'{_condition(said, text)}'", "condition"))
        for number, text in enumerate(extra)
    }
    facts = {
        name: (name, Item(name, "", _fact(said, name), "fact"))
        for name, variable in runs.scenario.expanded.variables.items()
        # What a party holds true is nobody's news.
        if isinstance(variable, Fact) and ".sees." not in name
    }
    acts = {one.fact: (one.fact, _act(said, elements, one)) for one in witnesses}
    asked, items = [], {}
    for number, (condition, item) in enumerate({**mine, **acts, **facts}.values()):
        name = f"{PREFIX}_{number}"
        check_name(name, "question")
        asked.append(Question(name=name, kind="when", condition=condition))
        items[name] = item
    # Questions asked anew in the run are in no scenario, and the answer must be recorded here too.
    own = [entry.question for name, entry in runs.program.probes.asked.items() if name not in elements.questions]
    return lower(runs.scenario, [*own, *asked], elements=elements), items


def _condition(said: Phrases, text: str) -> str:
    return said.condition(parse(text))


def _fact(said: Phrases, name: str) -> str:
    return f"it is true that '{said.name(name)}'"


def _act(said: Phrases, elements: Elements, one: Witness) -> Item:
    action = elements.actions[one.action]
    name = one.action if not one.outcome else f"{one.action}: {one.outcome}"
    outcome = f" ({said.outcome(one.action, one.outcome)})" if one.outcome else ""
    who = said.party(one.action)
    deed = ": ".join(
        dict.fromkeys(said.deed(one.action).split(": "))
    )  # a title within a word of that title is said once
    text = f"{who} does this: '{deed}'{outcome}" if who else f"this happens: '{deed}'{outcome}"
    return Item(name, "" if action.by is None else str(action.by), text, "act")


def best_first(one: Item) -> int:
    """Of several names of the same thing the one with an actor is told first, then what is simply true."""
    return 0 if one.kind == "condition" else 1 if one.by else 2 if one.kind == "fact" else 3


def _known_by(calendar: Calendar, told: Any, last: float) -> float:
    """A date by which news may be known: not before the start, and not when the answer itself is known."""
    when = calendar.deadline(moment(told, "dates"), "dates")
    # Not after the deadline: what is known then tells of an answer that is known already.
    if not 0 <= when <= last:
        raise EstimateError(
            f"date {str(told)!r} is no date of news: give one from {calendar.label(0.0)} to {calendar.label(last)}, the "
            "question's deadline"
        )
    return when


def deadlines(scenario: Scenario, told: Sequence[Any], last: float) -> list[float]:
    """Dates in microseconds: those told, or about twelve ends of days up to the last one."""
    calendar = scenario.calendar
    if told:
        return sorted({_known_by(calendar, one, last) for one in told})
    days = np.unique(np.ceil(np.linspace(0, last / DAY, DATES + 1)[1:-1]))  # at the deadline the answer itself is known
    # From the middle of the day, so that a change of clocks cannot lead to the day beside it.
    ends = {calendar.deadline(calendar.at((one - 0.5) * DAY).date().isoformat(), "dates") for one in days}
    # Two ends of days may both lie beyond the last date.
    return sorted({min(one, last) for one in ends if one > 0})
