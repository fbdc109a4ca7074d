"""What the command line asks: questions of the scenario by name, or conditions of one's own, by their date or another."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from negsim.cli.changes import unknown
from negsim.errors import EstimateError, ExpressionError, NegsimError, ScenarioError

if TYPE_CHECKING:
    from negsim.model.questions import Question
    from negsim.model.scenario import Scenario

__all__ = ["asked", "asked_by_name", "check_date", "check_in", "conditions_of", "new_questions", "ungiven"]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
LONGEST = 48
OF_ITS_DATE = ("text", "title", "base_rate", "source", "before")
"""What a question says that no longer holds with another deadline."""


def asked(told: Scenario, texts: Sequence[str], by: str | None = None, option: str = "--question") -> list[Question]:
    """The questions that texts stand for: a question's name, else a condition; with another deadline if one is given.

    Raises
    ------
    UnknownName
        If a text names nothing of the scenario; the message has the questions that there are.
    ScenarioError
        If a condition or a date cannot be read.
    """
    if by is not None:
        check_date(told, by, "--by")
    # By name: of thousands of questions nobody may compare each with each.
    found: dict[str, Question] = {}
    for text in texts:
        one = _one(told, text.strip(), by, option, found)
        found.setdefault(one.name, one)
    return list(found.values())


def asked_by_name(told: Scenario, text: str) -> Question:
    """The one question that an argument stands for."""
    return asked(told, [text], option="QUESTION")[0]


def conditions_of(told: Scenario, texts: Sequence[str], option: str) -> list[Question]:
    """Conditions of one's own that count beside what the scenario asks."""
    from negsim.model.questions import Question

    found = [Question(name=f"own_{n}", condition=_condition(told, text, option)) for n, text in enumerate(texts, 1)]
    for text, one in zip(texts, found, strict=True):
        _check(told, one, f"{option} {text}")
    return found


def _check(told: Scenario, question: Question, said: str) -> None:
    """Refuse what cannot be asked of this scenario, in words of the command line."""
    from negsim.model.checks import check_question

    elements = told.expanded
    try:
        check_question(elements.read(question), elements, elements.types(), told.calendar, told.horizon)
    except NegsimError as error:
        about = re.sub(rf"^question {re.escape(question.name)}: (condition: )?", "", str(error))
        raise type(error)(f"{said}: {about}") from None


def check_in(other: Scenario, questions: Sequence[Question]) -> None:
    """Refuse a condition of one's own that another scenario cannot be asked."""
    for one in questions:
        _check(other, one, f"{one.condition} in {other.name}")


def ungiven(questions: Sequence[Question], why: str) -> None:
    """Refuse questions that are asked given a condition; ``why`` says why it cannot be done."""
    for one in questions:
        if one.given is not None:
            raise EstimateError(
                f"{one.name} is asked given that {one.given}, and {why}; ask another question, or the condition alone: "
                f"'{one.condition}'"
            )


def new_questions(told: Scenario, found: Sequence[Question]) -> list[Question]:
    """Those of the questions that the scenario does not ask by itself."""
    return [one for one in found if one.name not in told.expanded.questions]


def _one(told: Scenario, text: str, by: str | None, option: str, taken: Collection[str]) -> Question:
    known = told.expanded.questions
    if text in known:
        return known[text] if by is None else _moved(told, known[text], by, taken)
    from negsim.model.questions import Question

    condition = _condition(told, text, option)
    found = Question(name=_free(text, [*known, *taken]), condition=condition, by=by)
    _check(told, found, f"{option} {text}")
    return found


def _moved(told: Scenario, question: Question, by: str, taken: Collection[str]) -> Question:
    """A question with another deadline: it has another name, and neither the wording nor the base rate of its own date."""
    blank = {one.name: one.default for one in fields(question) if one.name in OF_ITS_DATE}
    name = _free(f"{_undated(question.name)} by {by}", [*told.expanded.questions, *taken])
    return replace(question, name=name, by=by, **{key: _empty(value) for key, value in blank.items()})


def _empty(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _undated(name: str) -> str:
    """A question's name without the date that many of them end in."""
    return re.sub(r"_(?:by|on|before)_[a-z0-9_]*\d[a-z0-9_]*$", "", name)


def _free(text: str, taken: Sequence[str]) -> str:
    """A name for a question that says what it asks."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:LONGEST].strip("_")
    name = name if name[:1].isalpha() else f"asked_{name}".rstrip("_")
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def _condition(told: Scenario, text: str, option: str) -> Any:
    from negsim.model.expressions import parse, reads

    elements = told.expanded
    try:
        tree = parse(text)
    except ExpressionError as error:
        raise type(error)(f"{option} {text!r}: {error}; write a question's name, or a condition in quotes") from None
    for name in sorted(reads(elements.readings.tree(tree)) - elements.types().keys()):
        alone = bool(NAME.fullmatch(text))
        what = "question or fact" if alone else "fact or number"
        there = [*elements.questions, *elements.variables] if alone else list(elements.variables)
        raise unknown(option, text, name, what, there)
    return tree


def check_date(told: Scenario, date: str, option: str) -> None:
    """Refuse what is no date, and a date outside the scenario."""
    from negsim.model.calendar import moment

    when = told.calendar.deadline(moment(date, option), option)
    if not 0 <= when <= told.horizon:
        label = told.calendar.label
        raise ScenarioError(
            f"{option} {date} lies outside the scenario, {label(0.0)} to {label(told.horizon)}; give a date within it"
        )
