"""Lint: what a careful reader would ask of a scenario before believing a number from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from negsim.analysis.bare import bare_numbers, estimates_of
from negsim.laws import mean, upper_quantile
from negsim.model.calendar import counted_days
from negsim.model.clocks import Chance, Distribution
from negsim.model.elements import Elements
from negsim.model.evidence import Evidence
from negsim.model.expressions import And, AtLeast, Expression, Not, Or, Truth, reads
from negsim.model.interventions import WithParameter
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.reachability import Reach, explore
from negsim.model.scenario import Scenario
from negsim.model.spans import span

__all__ = ["CHECKS", "Finding", "lint"]

CHECKS = {
    "unsourced": "a number that nobody answers for",
    "evidence": "a parameter outside what is believed of it, or whose source is not there",
    "belief": "a belief that does not say what was said, or whose mean is not the average that was quoted",
    "clairvoyance": "a question that somebody who knew the future could not answer without asking back",
    "vacuous": "a condition that is always true",
    "never": "a condition that can never be true",
    "unused": "a parameter that nothing reads, or a source that nothing cites",
}
"""What is looked for, by the code of a finding."""

TAIL = 0.005
"""A best value beyond this tail of its own belief is outside the evidence."""
MISFIT = 0.04
"""Shares of a belief that differ by more than this from those that were said are told."""
OFF = 0.1
"""So far, relative to it, the mean of a belief may lie from a rate that is an average."""
AVERAGE = re.compile(r"\b(?:average|mean (?:of|rate|share|number)|once in|once every|\d+ of (?:the )?\d+)\b", re.IGNORECASE)
YEAR = re.compile(r"\b(?:1[89]|20|21)\d\d\b")
RELATIVE = re.compile(r"\b(?:day|days|week|weeks|month|months|hours?|end of)\b", re.IGNORECASE)
ZONED = re.compile(r"\b(?:UTC|GMT|local time|[A-Z][a-z]+ time|CET|CEST|EST|EDT|MSK)\b")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing to look at.

    Attributes
    ----------
    code : str
        One of `CHECKS`.
    where : str
        The element: ``parameter waiver``, ``question summit``, ``word memo``.
    text : str
        What is wrong, with the value.
    remedy : str
    """

    code: str
    where: str
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}; {self.remedy} [{self.code}]"


def lint(scenario: Scenario, *, ignore: Iterable[str] = ()) -> list[Finding]:
    """Return what is worth a second look, sorted; an empty list is no proof of quality.

    Parameters
    ----------
    scenario : Scenario
    ignore : iterable of str
        Codes of `CHECKS` to leave out.

    Notes
    -----
    The clairvoyance test: a question is well put if somebody who knew the future could answer it without asking what
    was meant (Morgan & Henrion 1990, *Uncertainty*, doi:10.1017/CBO9780511840609): who, what, by when, in which time
    zone. What a program can see of that is only whether the wording names a party, a date and a zone.

    Examples
    --------
    >>> import negsim as ns
    >>> memo = ns.Fact("memo")
    >>> act = ns.Action(name="deliver", when=~memo, clock=ns.Exponential(0.3), effects=[memo.set(True)])
    >>> for finding in lint(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[memo, act])):
    ...     print(finding)
    action deliver: carries the bare number 0.3; make it a parameter with source and grade [unsourced]
    """
    elements = scenario.expanded
    reach = explore(elements)
    found = [
        *_unsourced_parameters(elements),
        *_bare_numbers(elements),
        *_outside_evidence(scenario, elements),
        *_beliefs(elements),
        *_clairvoyance(scenario, elements),
        *_idle_conditions(elements, reach),
        *_unused(scenario, elements),
    ]
    left_out = set(ignore)
    return sorted(finding for finding in set(found) if finding.code not in left_out)


def _unsourced_parameters(elements: Elements) -> Iterator[Finding]:
    for parameter in elements.parameters.values():
        where = f"parameter {parameter.name}"
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


def _bare_numbers(elements: Elements) -> Iterator[Finding]:
    for where, values in bare_numbers(elements).items():
        several = len(values) > 1
        shown = ", ".join(f"{value:g}" for value in values[:6]) + (", ..." if len(values) > 6 else "")
        remedy = f"make {'them parameters' if several else 'it a parameter'} with source and grade"
        yield Finding(
            code="unsourced",
            where=where,
            text=f"carries the bare number{'s' if several else ''} {shown}",
            remedy=remedy,
        )


def _outside_evidence(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
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


def _beliefs(elements: Elements) -> Iterator[Finding]:
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


def _clairvoyance(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    names = {name.replace("_", " ").lower() for name in elements.parties}
    names |= {party.title.lower() for party in elements.parties.values() if party.title}
    for question in (part for part in scenario.parts if isinstance(part, Question)):
        where = f"question {question.name}"
        for text, remedy in _asked_back(question, names, scenario):
            yield Finding(code="clairvoyance", where=where, text=text, remedy=remedy)


def _asked_back(question: Question, names: set[str], scenario: Scenario) -> Iterator[tuple[str, str]]:
    text = question.text
    if not text.strip():
        yield "has no resolution wording", "write text = who does what by when, in which time zone"
        return
    lower = text.lower()
    if names and not any(name in lower for name in names):
        yield "the wording does not say who", "name the parties as the scenario does"
    if question.kind != "when":
        yield from _date_said(question, text)
        zone = scenario.zone
        places = {zone.lower(), zone.rsplit("/", 1)[-1].replace("_", " ").lower()}
        if not (ZONED.search(text) or any(place in lower for place in places)):
            yield "the wording does not say in which time zone", f"add '({zone} time)' or where the day ends"
    if len(text.split()) < 6:
        yield f"the wording is {len(text.split())} words long", "say what counts and what does not"


def _date_said(question: Question, text: str) -> Iterator[tuple[str, str]]:
    if question.by is None and question.before is None:
        yield "has no date of its own (the scenario's end is used)", "give by="
        return
    by = question.before if question.by is None else question.by
    if not isinstance(by, str) or counted_days(by) is not None:
        if not RELATIVE.search(text) and not YEAR.search(text):
            yield "the wording does not say by when", f"say that it is {by if isinstance(by, str) else f'{by:g} days'} from the start"
        return
    day = date.fromisoformat(by[:10])
    if not YEAR.search(text):
        yield "the wording names no year", f"write the date out, {day.isoformat()}"
    elif str(day.year) not in text or not re.search(rf"\b0?{day.day}\b", text):
        yield f"the wording does not say {day.isoformat()}, by which it is resolved", "make the two agree"


def _idle_conditions(elements: Elements, reach: Reach) -> Iterator[Finding]:
    owner = {action: word for word, actions in elements.owners.items() for action in actions}
    for name, action in elements.actions.items():
        where, word = f"action {name}", owner.get(name)
        if name in reach.blocked:
            yield Finding(
                code="never", where=where, text=reach.missing(name), remedy="give it another path, or drop it"
            )
            continue
        for part, atom in _parts(action.when):
            # What a word writes of itself is its own business; what it was given is the scenario's.
            own = word is not None and all(read.startswith(f"{word}.") for read in reads(atom))
            low, high = span(part, reach.state)
            if own or not reads(atom):
                continue
            if low > 0:
                yield Finding(
                    code="vacuous",
                    where=where,
                    text=f"'{part}' is always true",
                    remedy="drop it, or let something change it",
                )
            elif high == 0:
                yield Finding(
                    code="never",
                    where=where,
                    text=f"'{part}' can never hold",
                    remedy="drop it, or let something bring it about",
                )


def _parts(guard: Expression) -> Iterator[tuple[Expression, Expression]]:
    """The parts of a condition with the atom in each: an atom, or the negation of one where it stands under a 'not'."""
    waiting = [(guard, False)]
    while waiting:
        node, denied = waiting.pop()
        if isinstance(node, Not):
            waiting.append((node.arg, not denied))
        elif isinstance(node, And | Or | AtLeast):
            waiting += [(child, denied) for child in node.children]
        elif not isinstance(node, Truth):
            yield (~node if denied else node), node


def _unused(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    used = _names_read(elements)
    for part in scenario.parts:
        if isinstance(part, Parameter) and part.name not in used:
            yield Finding(
                code="unused", where=f"parameter {part.name}", text="nothing reads it", remedy="drop it, or use it"
            )
    sources = [parameter.source for parameter in elements.parameters.values()]
    cited = " ".join([*sources, *(question.source for question in elements.questions.values())])
    for part in scenario.parts:
        if isinstance(part, Evidence) and not re.search(rf"(?<![\w.]){re.escape(part.name)}(?![\w])", cited):
            yield Finding(
                code="unused",
                where=f"evidence {part.name}",
                text="nothing cites it",
                remedy="drop it, or name it as a source",
            )


def _names_read(elements: Elements) -> set[str]:
    trees: list[Expression] = []
    for action in elements.actions.values():
        trees += [action.when, *estimates_of(action)]
        effects = [*action.effects, *(effect for outcome in action.outcomes for effect in outcome.effects)]
        for effect in effects:
            trees += effect.amount.arguments() if isinstance(effect.amount, Distribution) else [effect.amount]
    for variable in elements.variables.values():
        initial = variable.initial
        if isinstance(initial, Expression):
            trees.append(initial)
        else:
            trees += [initial.p] if isinstance(initial, Chance) else list(initial.arguments())
    for question in elements.questions.values():
        trees += [tree for tree in (question.condition, question.throughout, question.given) if tree is not None]
    return {name for tree in trees for name in reads(tree)}
