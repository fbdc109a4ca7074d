"""What a scenario checks of itself before anything runs: names, types, dates, sources; all that is wrong, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from negsim.errors import (
    CircularPrecondition,
    ExpressionError,
    HindsightError,
    NegsimError,
    ScenarioError,
    UnknownName,
    nearest,
    problem_of,
)
from negsim.errors.problems import Problem
from negsim.model.actions import Action
from negsim.model.budgets import MOST_INSTANTS, too_many_instants
from negsim.model.calendar import Calendar
from negsim.model.clocks import Chance, Distribution, Every, Fixed, On
from negsim.model.constraining import check_beliefs
from negsim.model.correlating import check_correlations
from negsim.model.dates import check_dates
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, Number, Ref, check, reads, type_of
from negsim.model.parameters import latest
from negsim.model.places import Places
from negsim.model.questions import GIVENS, Question
from negsim.model.ranges import check_ranges
from negsim.model.reachability import Reach, explore
from negsim.model.sources import check_guesses, check_parties, check_sayings, check_sources, check_views, check_voices
from negsim.model.spans import EVERYTHING, UNSURE, Span, span
from negsim.model.variables import Counter, Fact

if TYPE_CHECKING:
    from negsim.model.interventions import Intervention

__all__ = ["MOST_INSTANTS", "check_scenario"]


def check_scenario(
    elements: Elements,
    calendar: Calendar,
    horizon: float,
    as_of: str | None,
    interventions: Sequence[Intervention] = (),
) -> tuple[str, ...]:
    """Check the expanded elements; return notes.

    With ``interventions`` what they make unreachable is a note and no error.

    Raises
    ------
    ScenarioError
        Of the narrowest type that fits everything that is wrong; its ``problems`` name the place of each.
    """
    places = Places(elements, interventions)
    types = Names(elements.types())
    # Laws and initial values are fixed before a history begins, so that only parameters may stand there.
    fixed = Names({name: types[name] for name in elements.parameters})
    for name, variable in elements.variables.items():
        expected = "condition" if isinstance(variable, Fact) else "number"
        with places.at("variables", name, "initial", about=variable.initial):
            _check_value(variable.initial, fixed, types, expected)
    for action in elements.actions.values():
        _check_action(places, action, types, fixed, calendar, horizon)
    for parameter in elements.parameters.values():
        with places.at("parameters", parameter.name, "belief", about=parameter.belief):
            # Other parameters alone: a belief is fixed before a history begins, as laws are.
            _check_value(parameter.belief, fixed if isinstance(parameter.belief, Distribution) else {}, types, "number")
    check_beliefs(places)
    check_correlations(places)
    for question in elements.questions.values():
        with places.at("questions", question.name, about=question.condition):
            check_question(question, elements, types, calendar, horizon)
    check_parties(places)
    check_views(places)
    check_sayings(places)
    check_voices(places)
    # What follows reads expressions whose names and types are sound; with errors in them it would only tell of these
    # again.
    places.gather.check()
    _check_budget(places, calendar, horizon)
    reach = explore(elements)
    check_ranges(places, reach.state)
    check_sources(places)
    check_guesses(places)
    _check_hindsight(places, as_of)
    dated = check_dates(places, calendar, horizon)
    notes = _check_reach(places, reach, bool(interventions))
    places.gather.check()
    return (*notes, *dated)


def _check_budget(places: Places, calendar: Calendar, horizon: float) -> None:
    actions = places.elements.actions
    # Before anything walks through instants: a few bytes can ask for more than memory holds.
    found = too_many_instants(actions.values(), calendar, horizon)
    if found is not None:
        with places.at("actions", found[0], "clock", about=actions[found[0]].clock):
            raise ScenarioError(found[1])
        places.gather.check()


class Names(dict[str, str]):
    """Names with their types, and the trees that were found to be in order under them: parts of a word share many."""

    def __init__(self, types: Mapping[str, str]) -> None:
        super().__init__(types)
        self.sound: set[tuple[Expression, str]] = set()


def _checked(
    tree: Expression, names: dict[str, str], everything: dict[str, str], expected: str, where: str = ""
) -> None:
    # The same guard stands in many actions that words write out.
    if isinstance(names, Names) and (tree, expected) in names.sound:
        return
    _check_tree(tree, names, everything, expected, where)
    if isinstance(names, Names):
        names.sound.add((tree, expected))


def _check_tree(tree: Expression, names: dict[str, str], everything: dict[str, str], expected: str, where: str) -> None:
    where = f"{where}: " if where else ""
    try:
        check(tree, names, expected)
    except UnknownName:
        # `check` stops at the first; people want to know all of them.
        wrong = sorted(name for name in reads(tree) if name not in names)
        known = [name for name in wrong if name in everything]
        if known:
            raise ScenarioError(
                f"{where}'{tree}' reads the variable {known[0]}, but only parameters may stand here; let the state act "
                "through pace, speed, weights or effects"
            ) from None
        raise UnknownName.telling([_unknown(name, names, where) for name in wrong]) from None
    except ExpressionError as error:
        raise ExpressionError(f"{where}{error}") from None


def _unknown(name: str, names: dict[str, str], where: str) -> Problem:
    """The problem of one unknown name of an expression."""
    try:
        check(Ref(name, None), names)
    except UnknownName as error:
        return problem_of(UnknownName(f"{where}{error}"), value=name)
    raise AssertionError(name)  # it is unknown


def _check_value(value: object, fixed: dict[str, str], types: dict[str, str], expected: str) -> None:
    if isinstance(value, Distribution):
        # An expression of parameters is refused too, even where it comes out as 0.
        if value.never not in (None, Number(0.0)):
            raise ScenarioError("or_never has no meaning for a size; weight an outcome instead")
        for argument in value.arguments():
            _checked(argument, fixed, types, "number")
    elif isinstance(value, Chance):
        _checked(value.p, fixed, types, "number")
    elif isinstance(value, Expression):
        _checked(value, fixed, types, expected)


def _check_action(
    places: Places,
    action: Action,
    types: dict[str, str],
    fixed: dict[str, str],
    calendar: Calendar,
    horizon: float,
) -> None:
    elements, name = places.elements, action.name
    if action.by is not None and action.by not in elements.parties:
        with places.at("actions", name, "by", about=action.by):
            raise UnknownName(f"no party is named {action.by!r}{nearest(action.by, elements.parties)}; declare it")
    for key, expected in (("when", "condition"), ("pace", "number"), ("speed", "number")):
        tree = getattr(action, key)
        with places.at("actions", name, key, about=tree):
            _checked(tree, types, types, expected)
    if isinstance(action.clock, (Distribution, Fixed)):
        with places.at("actions", name, "clock", about=action.clock):
            for argument in action.clock.arguments():
                _checked(argument, fixed, types, "number")
    with places.at("actions", name, "clock", about=action.clock):
        _check_instants(action, elements, calendar, horizon)
    for outcome in action.outcomes:
        with places.at("actions", name, "outcome", outcome.name, "weight", about=outcome.weight):
            _checked(outcome.weight, types, types, "number")
        for effect in outcome.effects:
            with places.at("actions", name, "outcome", outcome.name, "effects", about=effect):
                _check_effect(effect, elements, types, fixed)
    for effect in action.effects:
        with places.at("actions", name, "effects", about=effect):
            _check_effect(effect, elements, types, fixed)


def _check_instants(action: Action, elements: Elements, calendar: Calendar, horizon: float) -> None:
    where = type(action.clock).__name__
    try:
        if isinstance(action.clock, Every):
            calendar.check_repeats(action.clock.start, action.clock.period, horizon, where, MOST_INSTANTS)
        elif isinstance(action.clock, On):
            opening = action.name in elements.supposed
            for instant in action.clock.instants:
                # What is supposed may be given a bare date; what happens by itself needs its hour.
                when = calendar.opening(instant, where) if opening else calendar.instant(instant, where)
                if opening and not 0 <= when <= horizon:
                    raise ScenarioError(
                        f"{action.name} on {instant!r} lies outside the scenario ({calendar.label(0.0)} to "
                        f"{calendar.label(horizon)}); move it or the scenario's end"
                    )
    # Python's dates end with the year 9999, and a day is added for the end of the last one.
    except OverflowError:
        raise ScenarioError(f"{where}: an instant lies outside the calendar; use years 1 to 9998") from None


def _check_effect(effect: Effect, elements: Elements, types: dict[str, str], fixed: dict[str, str]) -> None:
    variable = elements.variables.get(effect.variable)
    where = f"effect '{effect}'"
    if variable is None:
        if effect.variable in elements.parameters:
            raise ScenarioError(f"{where}: {effect.variable} is a parameter and cannot change; make it a variable")
        raise UnknownName(
            f"{where}: no variable is named {effect.variable!r}{nearest(effect.variable, elements.variables)}; declare "
            "it"
        )
    if isinstance(variable, Fact) and (effect.kind == "add" or isinstance(effect.amount, Distribution)):
        raise ScenarioError(f"{where}: {effect.variable} is a fact; set it to true, false or a condition")
    if isinstance(variable, Counter) and isinstance(effect.amount, Distribution):
        raise ScenarioError(
            f"{where}: {effect.variable} is a counter and takes whole numbers only; use a level, or outcomes"
        )
    if isinstance(effect.amount, Distribution):
        try:
            _check_value(effect.amount, fixed, types, "number")
        except NegsimError as error:
            raise type(error)(f"{where}: {error}") from None
    else:
        _checked(effect.amount, types, types, "condition" if isinstance(variable, Fact) else "number", where)


def check_question(
    question: Question, elements: Elements, types: dict[str, str], calendar: Calendar, horizon: float
) -> None:
    """Check one question against the elements: names, types, dates within the horizon."""
    where = f"question {question.name}"
    for key in ("condition", "throughout", "given"):
        tree = getattr(question, key)
        if tree is not None:
            # A number may also be asked of a condition, which then counts 1.
            _checked(
                tree,
                types,
                types,
                "number" if question.row.about == "number" and types_of(tree, types) != "condition" else "condition",
                f"{where}: {key}",
            )
    for action, outcome, _ in question.counts:
        if action not in elements.actions:
            raise UnknownName(f"{where}: no action is named {action!r}{nearest(action, elements.actions)}")
        names = [one.name for one in elements.actions[action].outcomes]
        if outcome is not None and outcome not in names:
            raise UnknownName(f"{where}: action {action} has no outcome {outcome!r}{nearest(outcome, names)}")
    _check_window(question, calendar, horizon, where)


def types_of(tree: Expression, types: dict[str, str]) -> str | None:
    """Type of an expression under the declared names, None if it cannot be known."""
    try:
        return type_of(check(tree, types))
    except NegsimError:
        return None


def _check_window(question: Question, calendar: Calendar, horizon: float, where: str) -> None:
    ends = f"({calendar.label(0.0)} to {calendar.label(horizon)})"
    try:
        closes, opens = question.closes(calendar, horizon), question.opens(calendar)
        dates = {key: closes for key in ("by", "before") if getattr(question, key) is not None}
        dates |= {
            key: question.conditioned(calendar, closes)[1] for key in GIVENS if getattr(question, key) is not None
        }
        for key, when in dates.items():
            if not 0 <= when <= horizon:
                raise ScenarioError(
                    f"{where}: {key} {getattr(question, key)!r} lies outside the scenario {ends}; move it or the "
                    "scenario's end"
                )
        if question.after is not None and not 0 <= opens <= closes:
            upto = question.by or question.before or "the end"
            raise ScenarioError(
                f"{where}: the window from {question.after!r} to {upto!r} is empty or begins before the start; the "
                f"scenario runs from {calendar.label(0.0)} to {calendar.label(horizon)}"
            )
    except OverflowError:
        raise ScenarioError(f"{where}: a date lies outside the calendar; use years 1 to 9998") from None


def _check_hindsight(places: Places, as_of: str | None) -> None:
    if as_of is None:
        return
    elements = places.elements
    for parameter in elements.parameters.values():
        cited = parameter.source.replace(",", " ").split()
        sources = latest(elements.evidence[key].newest for key in cited if key in elements.evidence)
        # The cases that the number was made from decide, not what else their source holds nor a date typed beside it.
        told = {"cases": latest(parameter.cases), "as_of": parameter.as_of or ""}
        # Cases have dates of their own: a source may be printed later than what it tells of.
        if not parameter.cases:
            told["source"] = sources
        # ISO dates: their order as texts is that of time.
        late = latest(told.values())
        if late > as_of and not parameter.hindsight:
            key = next(key for key, date in told.items() if date == late)
            with places.at("parameters", parameter.name, key):
                raise HindsightError(
                    f"its source is of {late}, later than the scenario's as-of date {as_of}; find an earlier one, or "
                    "mark it hindsight = true"
                )


def _check_reach(places: Places, reach: Reach, supposed: bool) -> tuple[str, ...]:
    circle = reach.deadlock()
    notes = [f"circle that something can break: {text}" for text in reach.circles()]
    # Interventions may break a scenario on purpose; what they make impossible is worth knowing and no mistake.
    if circle and not supposed:
        error = CircularPrecondition(
            f"{circle}, and no outcome, waiver or initial value can break the circle; give one of them a waiver, an "
            "initial value or another path"
        )
        places.gather.errors.append(error)
    elif circle:
        notes.append(f"under the interventions nothing can break the circle {circle}")
    notes += [f"action {name} can never happen: {reach.missing(name)}" for name in sorted(reach.blocked)]
    for question in places.elements.questions.values():
        text = _unreachable(question, reach)
        # A word asks when each of its facts is first true; that one never is may be what its author means.
        empty = _empty_given(question, places.elements, reach)
        # Of what a circle holds up, the circle is told.
        if not supposed and not circle and (empty or (text and question.row.needed)):
            with places.at("questions", question.name, about=question.condition):
                raise ScenarioError.telling([problem_of(ScenarioError(empty or text), code="reach")])
        elif empty or text:
            notes.append(empty or text)
    return tuple(notes)


def _unreachable(question: Question, reach: Reach) -> str:
    if not question.row.timed:
        return ""
    for key, tree in (("", question.condition), ("given: ", question.given)):
        if tree is not None and not reach.possible(tree):
            return (
                f"question {question.name}: {key}nothing can ever make '{tree}' true{reach.why(tree)}; "
                "add an action that can, or drop the question"
            )
    return ""


def _empty_given(question: Question, elements: Elements, reach: Reach) -> str:
    """What is wrong with a given that every history decides at the start, or that no history can satisfy."""
    given, where = question.given, f"question {question.name}: given"
    if given is None:
        return ""
    others = "given_on (it holds on a date) or given_not_by (it did not become true by a date)"
    if not reach.possible(given):
        # A given_not_by of what can never be true leaves no history out.
        return f"{where}: nothing can ever make '{given}' true{reach.why(given)}; add an action that can, or drop given"
    if question.given_on is None and span(given, _at_start(elements)) == (1.0, 1.0):
        if question.given_not_by is not None:
            return f"{where}: '{given}' is true at the start, so that no history is without it by {question.given_not_by!r}; use given_on"
        return f"{where}: '{given}' is true at the start of every history, so that it leaves none out; did you mean {others}?"
    return ""


def _at_start(elements: Elements) -> dict[str, Span]:
    """What each variable and parameter could be at the start; what is drawn could be anything."""
    known = {
        name: (float(parameter.best), float(parameter.best))
        for name, parameter in elements.parameters.items()
        if parameter.belief is None
    }
    found = dict(known)
    for name, variable in elements.variables.items():
        if isinstance(variable.initial, Expression):
            found[name] = span(variable.initial, known)
        else:
            # What is drawn may have any value: only what is sure in every history may be called so.
            found[name] = UNSURE if isinstance(variable, Fact) else EVERYTHING
    return found
