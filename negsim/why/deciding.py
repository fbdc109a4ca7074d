"""A party's decisions as they stand at the start: shares, log odds, and what each reason adds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from negsim.model.clocks import Chance, Distribution
from negsim.model.expressions import Expression, evaluate, reads
from negsim.vocabulary.decision import Decision, ReasonFor
from negsim.why.standing import Standing

__all__ = ["Choosing", "Reason", "decisions_of"]

MOST_DRAWN = 8
"""Facts drawn at the start over whose values a share is worked out; with more, it is told for none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason of a decision: in words, how it counts, and what it comes to at the start.

    Attributes
    ----------
    name, option : str
    says : str
        The reason in a sentence.
    weight, centre : float or None
        At best values; None if they depend on what is drawn.
    pull : tuple of float
        Least and most that it adds to the log odds of its option at the start.
    """

    name: str
    option: str
    says: str
    weight: float | None
    centre: float | None
    pull: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """A decision of a party as it stands at the start.

    Attributes
    ----------
    name, title, occasion : str
    options : mapping of str to str
        Each option in words.
    shares : mapping of str to tuple of float
        Least and most of each option's probability at the start, over what is drawn then; NaN where that is too much.
    central : mapping of str to float or None
        Each option's share at the centre of all reasons.
    preconditions : mapping of str to str
        Of options that have one, in words.
    reasons : tuple of Reason
    """

    name: str
    title: str
    occasion: str
    options: Mapping[str, str]
    shares: Mapping[str, tuple[float, float]]
    central: Mapping[str, float | None]
    preconditions: Mapping[str, str]
    reasons: tuple[Reason, ...]


def decisions_of(standing: Standing, who: str) -> Iterator[Choosing]:
    """The decisions that a party takes, by name."""
    for name, one in sorted(standing.elements.decisions.items()):
        if isinstance(one, Decision) and one.by == who:
            yield _choosing(standing, name, one)


def _choosing(standing: Standing, name: str, decision: Decision) -> Choosing:
    said = standing.said
    action = standing.elements.actions.get(f"{name}.decide")
    states = list(_states(standing, decision))
    settled = {} if action is None else {one.name: one.weight for one in action.outcomes}
    return Choosing(
        name=name,
        title=decision.title or said.word(name),
        occasion=_occasion(standing, decision, action),
        options={option: said.part(name, option) for option in decision.options},
        shares={option: _share(settled, option, states) for option in decision.options},
        central={option: _constant(standing, standing.settle(decision.share(option))) for option in decision.options},
        preconditions={
            option: said.condition(standing.elements.requirements[f"{name}.options.{option}.when"].needs)
            for option in decision.options
            if f"{name}.options.{option}.when" in standing.elements.requirements
        },
        reasons=tuple(_reason(standing, key, reason, states) for key, reason in decision.reasons.items()),
    )


def _occasion(standing: Standing, decision: Decision, action: Any) -> str:
    if decision.every is not None:
        days = decision.every
        period = days if isinstance(days, str) else standing.said.say("days", n=days)
        return standing.said.say("every", period=period)
    if decision.on is not None:
        dates = decision.on if isinstance(decision.on, tuple) else (decision.on,)
        return standing.said.say("on_dates", dates=", ".join(str(one).replace("T", " ") for one in dates))
    if action is None:
        return standing.said.say("never")
    return standing.said.say("each_time", condition=standing.said.condition(action.when))


def _states(standing: Standing, decision: Decision) -> Iterator[dict[str, float | bool]]:
    """The states in which the scenario may start, as far as the decision reads them; none if there are too many."""
    elements = standing.elements
    state: dict[str, float | bool] = {name: one.best for name, one in elements.parameters.items()}
    contested = [name for name, one in elements.parameters.items() if isinstance(one.belief, Chance)]
    action = elements.actions.get(f"{decision.name}.decide")
    trees = [] if action is None else [one.weight for one in action.outcomes]
    trees += [standing.settle(reason.pull) for reason in decision.reasons.values()]
    needed = {name for tree in trees for name in reads(tree)}
    unsure = [name for name in contested if name in needed]
    for name, variable in elements.variables.items():
        initial = variable.initial
        if isinstance(initial, Expression):
            state[name] = evaluate(initial, state)
        elif isinstance(initial, Distribution) and name in needed:
            return
        elif name in needed:
            low, high = standing.start[name]
            state[name] = low > 0
            unsure += [name] if low != high else []
    if len(unsure) <= MOST_DRAWN:
        for values in itertools.product((False, True), repeat=len(unsure)):
            yield {**state, **dict(zip(unsure, values, strict=True))}


def _share(weights: Mapping[str, Expression], option: str, states: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    found = []
    for state in states:
        each = {name: float(evaluate(tree, state)) for name, tree in weights.items()}
        total = math.fsum(each.values())
        found.append(each[option] / total if total > 0 else math.nan)
    return (min(found), max(found)) if found else (math.nan, math.nan)


def _constant(standing: Standing, tree: Expression) -> float | None:
    known = {name: one.best for name, one in standing.elements.parameters.items()}
    return float(evaluate(tree, known)) if reads(tree) <= known.keys() else None


def _reason(standing: Standing, key: str, reason: ReasonFor, states: Sequence[Mapping[str, Any]]) -> Reason:
    settle = standing.settle
    weight, centre, pull = settle(reason.weight), settle(reason.centre), settle(reason.pull)
    pulls = [float(evaluate(pull, state)) for state in states]
    return Reason(
        name=key,
        option=reason.option,
        says=reason.says or standing.said.condition(reason.reads),
        weight=_constant(standing, weight),
        centre=_constant(standing, centre),
        pull=(min(pulls), max(pulls)) if pulls else (math.nan, math.nan),
    )
