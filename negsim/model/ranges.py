"""Numbers that cannot be meant: probabilities beyond 1, negative weights and paces, best values that nobody believes.

Everything is looked at with the parameters at their best values, and with what the variables could be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache

from negsim.errors import EvaluationError, NegsimError, ScenarioError, problem_of
from negsim.model.actions import Action
from negsim.model.beliefs import Belief
from negsim.model.cases import Cases
from negsim.model.clocks import Chance, Distribution, Fixed
from negsim.model.expressions import (
    And,
    Arithmetic,
    Call,
    Choice,
    Expression,
    Number,
    Or,
    evaluate,
    reads,
)
from negsim.model.interventions import WithParameter
from negsim.model.parameters import Parameter
from negsim.model.places import Places
from negsim.model.spans import Span, span

__all__ = ["at_best", "check_ranges", "live", "negative_part", "support"]

POSITIVE = ("exponential", "weibull", "gamma", "erlang", "lognormal")


def check_ranges(places: Places, state: Mapping[str, Span]) -> None:
    """Keep what is no probability, no multiplier, or outside what is believed of it."""
    elements = places.elements
    best = {name: float(parameter.best) for name, parameter in elements.parameters.items()}
    # At best values: that a draw may leave the range is advice, and no error.
    state = {**state, **{name: (value, value) for name, value in best.items()}}
    for parameter in elements.parameters.values():
        with places.at("parameters", parameter.name, "best", about=parameter.best):
            _check_belief(parameter, places)
    for name, variable in elements.variables.items():
        if isinstance(variable.initial, Chance):
            with places.at("variables", name, "initial", about=variable.initial.p):
                _check_share(variable.initial.p, best, "chance")
    for action in elements.actions.values():
        _check_action(places, action, state, best)
    for name, decision in elements.decisions.items():
        for key, tree in decision.positive().items():
            with places.at("actions", f"{name}.decide", about=tree):
                _check_positive(tree, state, f"the {key} of {name}")


def _check_action(places: Places, action: Action, state: Mapping[str, Span], best: Mapping[str, float]) -> None:
    if isinstance(action.clock, Distribution | Fixed) and action.clock.never is not None:
        with places.at("actions", action.name, "clock", "never", about=action.clock.never):
            _check_share(action.clock.never, best, "never")
    for key in ("pace", "speed"):
        tree = getattr(action, key)
        # Most are plain numbers, and need no look at cases.
        if isinstance(tree, Number) and tree.value >= 0:
            continue
        part = negative_part(tree, state)
        with places.at("actions", action.name, key, about=tree if part is None else part):
            _check_sign(tree, part, state, best, f"the {key} of {action.name}")
    for outcome in action.outcomes:
        part = negative_part(outcome.weight, state)
        about = outcome.weight if part is None else part
        with places.at("actions", action.name, "outcome", outcome.name, "weight", about=about):
            what = f"the weight of outcome {outcome.name} of {action.name}"
            _check_sign(outcome.weight, part, state, best, what)


def _refuse(text: str, value: float, expected: str) -> ScenarioError:
    return ScenarioError.telling([problem_of(ScenarioError(text), code="range", value=f"{value:g}", expected=expected)])


def at_best(tree: Expression, best: Mapping[str, float]) -> float | None:
    """The value of an expression of parameters alone, at their best values; None if it reads the state, or has none."""
    if not reads(tree) <= best.keys():
        return None
    try:
        return float(evaluate(tree, best))
    except EvaluationError:
        return None


def _check_share(tree: Expression, best: Mapping[str, float], what: str) -> None:
    value = at_best(tree, best)
    if value is not None and not 0 <= value <= 1:
        told = f"{value:g}" if isinstance(tree, Number) else f"{tree} = {value:g}"
        text = f"{what} must be a probability, not {told}; give a number from 0 to 1{_percent(value)}"
        raise _refuse(text, value, "a number from 0 to 1")


def _percent(value: float) -> str:
    return f" ({value:g} % is {value / 100:g})" if 1 < value <= 100 else ""


def _check_sign(
    tree: Expression, part: Expression | None, state: Mapping[str, Span], best: Mapping[str, float], what: str
) -> None:
    """Refuse a weight or multiplier with a part that is surely negative, or has no value."""
    if part is not None:
        value = span(part, state)[1]
        share = (
            _complement(part, state) if what.startswith("the weight") else None
        )  # a pace may be 1 - x for other reasons
        if share is not None:
            text = f"must be a probability, not {share:g}: {what} would be {value:g}; give a number from 0 to 1"
            raise _refuse(text + _percent(share), share, "a number from 0 to 1")
        told = f"{value:g}" if isinstance(part, Number) else f"'{part}' = {value:g}"
        raise _refuse(f"{what} must not be negative, not {told}; give a number of at least 0", value, "at least 0")
    for node in live(tree, state):
        if isinstance(node, Call) or (isinstance(node, Arithmetic) and node.op in "/%"):
            _check_value(node, best, what)


def _check_positive(tree: Expression, state: Mapping[str, Span], what: str) -> None:
    """Refuse what is 0 or less whatever the state is."""
    value = span(tree, state)[1]
    if not value > 0:
        raise _refuse(f"{what} must be positive, not '{tree}', which is {value:g} at most", value, "a number above 0")


def _check_value(node: Expression, best: Mapping[str, float], what: str) -> None:
    if reads(node) <= best.keys():
        try:
            evaluate(node, best)
        except EvaluationError:
            text = f"'{node}' in {what} has no finite value; change what it is made of"
            raise ScenarioError.telling([problem_of(ScenarioError(text), code="range", value=str(node))]) from None


def _complement(part: Expression, state: Mapping[str, Span]) -> float | None:
    """The share s of a part ``1 - s``."""
    if isinstance(part, Arithmetic) and part.op == "-" and part.left == Number(1.0):
        low, high = span(part.right, state)
        return low if low == high else None
    return None


def negative_part(tree: Expression, state: Mapping[str, Span]) -> Expression | None:
    """A factor of an expression that is surely negative in a case that can be.

    >>> from negsim.model.expressions import parse
    >>> print(negative_part(parse("p * (1 - w) if memo else 0"), {"w": (1.7, 1.7), "memo": (0.0, 1.0)}))
    1 - w
    """
    known = {name: state[name] for name in reads(tree) if name in state}
    return _negative(tree, frozenset(known.items()))


@lru_cache(maxsize=2**14)
def _negative(tree: Expression, known: frozenset[tuple[str, Span]]) -> Expression | None:
    """The same; variants of a scenario share most of their expressions."""
    cases = Cases(tree, dict(known))
    for case in cases:
        waiting = [tree]
        while waiting:
            node = case.chosen(waiting.pop())
            low, high = case.span(node)
            if isinstance(node, Arithmetic) and node.op == "*":
                # A factor below 0 does no harm where the product is not: the other is 0 then, or below 0 too.
                waiting += [node.left, node.right] if low < 0 else []
            elif high < 0:
                return case.without_choices(node)
    return None


def _branches(node: Choice, state: Mapping[str, Span]) -> list[Expression]:
    low, high = span(node.condition, state)
    return ([node.then] if high > 0 else []) + ([node.otherwise] if low == 0 else [])


def live(tree: Expression, state: Mapping[str, Span]) -> Iterator[Expression]:
    """The nodes of an expression that could be evaluated, as far as the possible values decide it."""
    waiting: list[Expression] = [tree]
    # What is never evaluated may have no value.
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Choice):
            waiting += [node.condition, *_branches(node, state)]
        elif isinstance(node, And | Or):
            end = 1.0 if isinstance(node, Or) else 0.0
            # 'and' and 'or' stop at the first part that decides.
            for part in node.children:
                waiting.append(part)
                if span(part, state) == (end, end):
                    break
        else:
            waiting += node.children


def _check_belief(parameter: Parameter, places: Places) -> None:
    """A share stays a share and a time a time, whatever else is believed of them."""
    value, belief, what = float(parameter.best), parameter.belief, "best value"
    # Under a supposition the belief is gone from the elements, and the original still has it.
    if any(isinstance(step, WithParameter) and step.name == parameter.name for step in places.interventions):
        original = places.elements.origins.get(("parameters", parameter.name))
        belief = original.belief if isinstance(original, Parameter) else None
        what = f"{parameter.name} ="
    low, high = _natural(belief)
    if low <= value <= high or isinstance(parameter.best, bool):
        return
    text = f"{what} {value:g} is impossible under its own belief, which lies in [{low:g}, {high:g}]"
    raise ScenarioError.telling(
        [problem_of(ScenarioError(f"{text}; correct the one or the other"), code="belief", value=f"{value:g}")]
    )


def _natural(law: Belief | None) -> tuple[float, float]:
    """Between which values every law of the family lies."""
    family = law.family if isinstance(law, Distribution) else ""
    return (0.0, 1.0) if family == "beta" else (0.0 if family in POSITIVE else -math.inf, math.inf)


def support(parameter: Parameter) -> tuple[float, float]:
    """Between which values all that is believed of a parameter lies; everywhere if no law has it."""
    if parameter.belief is None or isinstance(parameter.belief, Chance):
        return -math.inf, math.inf
    try:
        return parameter.fit.law.support
    # A law that cannot be solved is told elsewhere.
    except NegsimError:
        return -math.inf, math.inf
