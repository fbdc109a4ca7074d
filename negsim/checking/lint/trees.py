"""The expressions of a scenario: what reads what."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.model.actions import Action
from negsim.model.clocks import Chance, Distribution, Fixed
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import Expression
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.variables import Variable

__all__ = ["of_action", "of_belief", "of_effect", "of_firing", "of_initial", "of_question", "of_scenario", "writes"]


def of_effect(effect: Effect) -> Iterator[Expression]:
    """What the size of an effect depends on."""
    if isinstance(effect.amount, Distribution):
        yield from effect.amount.arguments()
    else:
        yield effect.amount


def of_firing(action: Action) -> Iterator[Expression]:
    """What decides whether an action fires when its turn comes, and with which outcome.

    A clock that is due and stands still when its turn comes (speed 0) does not fire either.
    """
    yield from (action.when, action.pace, action.speed)
    yield from (outcome.weight for outcome in action.outcomes)


def of_action(action: Action) -> Iterator[Expression]:
    """What decides when and how an action fires, the sizes of its effects apart."""
    yield from of_firing(action)
    if isinstance(action.clock, Distribution | Fixed):
        yield from action.clock.arguments()


def of_initial(variable: Variable) -> Iterator[Expression]:
    """What an initial value depends on."""
    initial = variable.initial
    if isinstance(initial, Chance):
        yield initial.p
    elif isinstance(initial, Distribution):
        yield from initial.arguments()
    else:
        yield initial


def of_question(question: Question) -> Iterator[Expression]:
    """What a question looks at."""
    yield from (tree for tree in (question.condition, question.throughout, question.given) if tree is not None)


def of_scenario(elements: Elements) -> Iterator[Expression]:
    """All of them."""
    for action in elements.actions.values():
        yield from of_action(action)
        for effect in action.changes():
            yield from of_effect(effect)
    for variable in elements.variables.values():
        yield from of_initial(variable)
    for question in elements.questions.values():
        yield from of_question(question)
    for parameter in elements.parameters.values():
        yield from of_belief(parameter)
    for constraint in elements.constraints.values():
        yield constraint.holds


def of_belief(parameter: Parameter) -> Iterator[Expression]:
    """What is believed of a parameter depends on."""
    if isinstance(parameter.belief, Distribution):
        yield from parameter.belief.arguments()


def writes(action: Action) -> set[str]:
    """The variables that an action can change."""
    return {effect.variable for effect in action.changes()}
