"""A scenario in one line, and as a card of a notebook."""

from __future__ import annotations

from collections import Counter
from typing import Any

from negsim.model.elements import own_questions
from negsim.model.evidence import Party
from negsim.model.questions import Question
from negsim.notebook import card

__all__ = ["brief", "scenario_card"]


def _counts(scenario: Any) -> tuple[int, int, int]:
    """Parties, questions, and all other parts."""
    parties = sum(isinstance(part, Party) for part in scenario.parts)
    questions = sum(isinstance(part, Question) for part in scenario.parts)
    return parties, questions, len(scenario.parts) - parties - questions


def brief(scenario: Any) -> str:
    """A scenario in one line; ``dumps(scenario)`` has all of it."""
    parties, questions, others = _counts(scenario)
    steps = f", {_many(len(scenario.interventions), 'intervention')}" if scenario.interventions else ""
    return (
        f"<Scenario {scenario.name}, {scenario.start} to {scenario.end}: {_many(parties, 'party', 'parties')}, "
        f"{_many(questions, 'question')}, {_many(others, 'other part')}{steps}>"
    )


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def scenario_card(scenario: Any) -> str:
    """A scenario as a card: its dates, its parties, of what it is made, its questions."""
    facts: dict[str, object] = {
        "name": scenario.name,
        "from": scenario.start,
        "to": scenario.end,
        "zone": scenario.zone,
    }
    if scenario.as_of is not None:
        facts["as of"] = scenario.as_of
    parties = [part.title or part.name for part in scenario.parts if isinstance(part, Party)]
    if parties:
        facts["parties"] = ", ".join(parties)
    # By table, as the file has them: an author looks for "promise", not for a class.
    kinds = Counter(_kind(part) for part in scenario.parts if not isinstance(part, (Party, Question)))
    made = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    rows = [_asked(one) for one in own_questions(scenario.parts)]
    steps = "; ".join(str(step) for step in scenario.interventions)
    notes = [f"Made of: {made}" if made else "", scenario.note, f"Supposed: {steps}" if steps else ""]
    return card(
        scenario.title or scenario.name, facts, columns=("question", "kind", "by", "base rate"), rows=rows, notes=notes
    )


def _kind(part: Any) -> str:
    return str(getattr(part, "table", type(part).__name__.lower())).replace("_", " ")


def _asked(question: Question) -> list[object]:
    by = question.by if question.before is None else f"before {question.before}"
    rate = "" if question.base_rate is None else f"{100 * question.base_rate:.3g} %"
    told = getattr(question, "title", "") or question.called.replace("_", " ")
    return [told, question.kind, "" if by is None else by, rate]
