"""Whether beliefs that read other numbers, and constraints between numbers, can be."""

from __future__ import annotations

from collections.abc import Mapping

from negsim.errors import NegsimError, ScenarioError, nearest
from negsim.model.constraints import Constraint, arguments_of, in_order
from negsim.model.expressions import check, evaluate, reads
from negsim.model.parameters import Parameter
from negsim.model.places import Places

__all__ = ["check_beliefs"]


def check_beliefs(places: Places) -> None:
    """Refuse beliefs that read what is no number of the scenario, and constraints that nothing can satisfy.

    Raises
    ------
    ScenarioError
        At the end, through ``places``.
    """
    parameters = places.elements.parameters
    for name, one in parameters.items():
        # What is no parameter is told where all expressions are looked at.
        for need in sorted(arguments_of(one.belief) & parameters.keys()):
            with places.at("parameters", name, "belief", about=one.belief):
                _check_number(need, parameters, f"parameter {name}: its belief", name)
    before = len(places.gather.errors)
    for constraint in places.elements.constraints.values():
        with places.at("constraints", constraint.name, "holds"):
            _check_constraint(constraint, parameters, bool(places.interventions))
    if len(places.gather.errors) == before:
        first = next((name for name in sorted(parameters) if arguments_of(parameters[name].belief)), None)
        if first is not None:
            with places.at("parameters", first, "belief"):
                in_order(parameters)


def _check_number(name: str, parameters: Mapping[str, Parameter], where: str, own: str) -> None:
    if name == own:
        raise ScenarioError(f"{where} reads {name} itself; let it read other parameters")
    if name not in parameters:
        raise ScenarioError(
            f"{where} reads {name!r}, which is no parameter{nearest(name, parameters)}; only parameters may stand there"
        )
    if isinstance(parameters[name].best, bool):
        raise ScenarioError(f"{where} reads {name}, which is true or false and no number; let it read numbers")


def _check_constraint(one: Constraint, parameters: Mapping[str, Parameter], supposed: bool) -> None:
    where = f"constraint {one.name}"
    names = sorted(reads(one.holds))
    for name in names:
        _check_number(name, parameters, where, "")
    check(one.holds, dict.fromkeys(names, "number"), "condition")
    if all(parameters[name].belief is None for name in names) and not supposed:
        raise ScenarioError(
            f"{where}: '{one.holds}' reads nothing of which something is believed; give one of its parameters a range, or "
            "leave it out"
        )
    best = {name: float(parameters[name].best) for name in names}
    try:
        holds = bool(evaluate(one.holds, best))
    except NegsimError as error:
        raise ScenarioError(f"{where}: '{one.holds}' has no value at the best values: {error}") from None
    if not holds:
        values = ", ".join(f"{name} = {value:g}" for name, value in best.items())
        raise ScenarioError(f"{where}: '{one.holds}' does not hold at the best values ({values}); change them, or it")
