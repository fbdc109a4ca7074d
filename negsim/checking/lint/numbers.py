"""Numbers: who answers for them, and whether they lie within what is believed of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from negsim.checking.bare import bare_numbers
from negsim.checking.lint.finding import Finding
from negsim.laws import mean, upper_quantile
from negsim.model.clocks import Chance
from negsim.model.constraints import Constraint
from negsim.model.correlations import Correlation
from negsim.model.elements import Elements
from negsim.model.interventions import WithParameter
from negsim.model.parameters import Parameter
from negsim.model.scenario import Scenario

__all__ = ["believed", "numbers_without_source", "outside_evidence", "unsourced_parameters"]

TAIL = 0.005
"""A best value beyond this tail of its own belief is outside the evidence."""
MISFIT = 0.04
"""Shares of a belief that differ by more than this from those that were said are told."""
OFF = 0.1
"""So far, relative to it, the mean of a belief may lie from a rate that is an average."""
AVERAGE = re.compile(
    r"\b(?:average|mean (?:of|rate|share|number)|once in|once every|\d+ of (?:the )?\d+)\b", re.IGNORECASE
)


def unsourced_parameters(elements: Elements) -> Iterator[Finding]:
    for parameter in elements.parameters.values():
        where = f"parameter {parameter.name}"
        # A definition answers for itself.
        if parameter.grade == "definition":
            continue
        if not parameter.source.strip():
            yield Finding(
                code="unsourced",
                where=where,
                text="has no source",
                remedy="say where the value comes from, if only 'judgement of ...'",
            )
        if parameter.grade == "unknown":
            yield Finding(
                code="unsourced",
                where=where,
                text="has grade 'unknown'",
                remedy="grade its evidence: good, fair, weak, judgement or assumed",
            )
    together: list[Correlation | Constraint] = [*elements.correlations.values(), *elements.constraints.values()]
    for one in together:
        if not one.source.strip():
            yield Finding(
                code="unsourced",
                where=f"{type(one).__name__.lower()} {one.name}",
                text="has no source",
                remedy="say where it comes from, if only 'judgement of ...'",
            )


def numbers_without_source(scenario: Scenario) -> Iterator[Finding]:
    for where, values in bare_numbers(scenario).items():
        several = len(values) > 1
        shown = ", ".join(f"{value:g}" for value in values[:6]) + (", ..." if len(values) > 6 else "")
        remedy = f"make {'them parameters' if several else 'it a parameter'} with source and grade"
        yield Finding(
            code="unsourced",
            where=where,
            text=f"carries the bare number{'s' if several else ''} {shown}",
            remedy=remedy,
        )


def outside_evidence(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    beliefs = {part.name: part for part in scenario.parts if isinstance(part, Parameter)}
    values = [(parameter, parameter.best, "best value") for parameter in elements.parameters.values()]
    values += [
        (beliefs[step.name], step.value, "supposed value")
        for step in scenario.interventions
        if isinstance(step, WithParameter) and step.name in beliefs
    ]
    for parameter, value, kind in values:
        limits = _limits(parameter)
        if limits is not None and not limits[0] <= float(value) <= limits[1]:
            text = f"{kind} {value:g} lies outside what is believed of it, {limits[0]:.4g} to {limits[1]:.4g} (99 %)"
            yield Finding(
                code="evidence",
                where=f"parameter {parameter.name}",
                text=text,
                remedy="correct the value or the belief",
            )
    for parameter in elements.parameters.values():
        yield from _missing_sources(parameter, elements)


def _limits(parameter: Parameter) -> tuple[float, float] | None:
    """The central 99 % of what is believed of a number."""
    if parameter.belief is None or isinstance(parameter.belief, Chance):
        return None
    quantile = upper_quantile(parameter.fit.law)
    low, high = quantile(1 - TAIL), quantile(TAIL)
    # Rounding must not put a value at the edge of a bounded belief outside.
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    return low - slack, high + slack


def believed(elements: Elements) -> Iterator[Finding]:
    """Beliefs that their law does not say, and averages of which it has another mean."""
    for parameter in elements.parameters.values():
        if parameter.belief is None or parameter.contested:
            continue
        where, fit, best = f"parameter {parameter.name}", parameter.fit, float(parameter.best)
        if fit.misfit > MISFIT:
            missed = [one for one in fit.points if abs(one.fitted - one.said) > MISFIT]
            shares = ", ".join(
                f"{100 * one.fitted:.1f} % below {one.x:g} instead of {100 * one.said:g} %" for one in missed
            )
            yield Finding(
                code="belief",
                where=where,
                text=f"the nearest {fit.law.family} to what is believed of it has {shares}",
                remedy="give another family, or leave away what matters least",
            )
        centre = mean(fit.law)
        if _average(parameter) and abs(centre - best) > OFF * abs(best):
            off = "" if best == 0 else f", {abs(centre / best - 1):.0%} {'above' if centre > best else 'below'} it"
            yield Finding(
                code="belief",
                where=where,
                text=f"{best:g} is said to be an average, and the mean of what is believed of it is {centre:.3g}{off}",
                remedy=f"say mean = {best:g}, or a belief with that mean",
            )


def _average(parameter: Parameter) -> bool:
    """Whether the value is a rate (its unit is one over a time), or its title says that it is a mean or a count of cases."""
    return parameter.unit.startswith("1/") or AVERAGE.search(parameter.title) is not None


def _missing_sources(parameter: Parameter, elements: Elements) -> Iterator[Finding]:
    names = parameter.source.replace(",", " ").split()
    # One bare word that looks like a name is meant as the name of an evidence element; prose is a citation.
    plain = [name for name in names if re.fullmatch(r"[a-z][a-z0-9_.]*", name)]
    if names and len(plain) == len(names) and "_" in "".join(names):
        for name in plain:
            if name not in elements.evidence:
                text = f"source {name!r} names no evidence of the scenario"
                yield Finding(
                    code="evidence",
                    where=f"parameter {parameter.name}",
                    text=text,
                    remedy="add the evidence, or cite in words",
                )
