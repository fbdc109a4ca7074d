"""Changes of a scenario that the command line asks for: each option with its value is one intervention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from negsim.cli.programs import ARGUMENTS
from negsim.errors import NegsimError, ScenarioError, UnknownName, nearest

if TYPE_CHECKING:
    from negsim.model.elements import Elements
    from negsim.model.interventions import Intervention
    from negsim.model.scenario import Scenario

__all__ = ["change_of", "changed", "halves", "in_order", "setting", "unknown"]

MOST_NAMED = 12


def in_order(wanted: Mapping[str, Iterable[str]], *, fixes: bool = False) -> list[tuple[str, str]]:
    """Options and their values in the order in which they stand on the command line; ``--fix`` may be another ``--set``.

    >>> ARGUMENTS[:] = ["run", "toy", "--without", "a", "--set=b=1", "--without", "c"]
    >>> in_order({"set": ["b=1"], "without": ["a", "c"]})
    [('--without', 'a'), ('--set', 'b=1'), ('--without', 'c')]
    """
    left = {name: list(values) for name, values in wanted.items()}
    found = []
    for argument in ARGUMENTS:
        option = argument.partition("=")[0]
        name = "set" if option == "--fix" and fixes else option.removeprefix("--")
        if option.startswith("--") and left.get(name):
            found.append((option, left[name].pop(0)))
    return found + [(f"--{name}", value) for name, values in left.items() for value in values]


def changed(told: Scenario, wanted: Sequence[tuple[str, str]]) -> Scenario:
    """The scenario under all changes that options ask for, told apart in errors by what was written."""
    steps = [change_of(told, option, text) for option, text in wanted]
    if not steps:
        return told
    try:
        return told.supposing(*steps)
    except NegsimError as error:
        raise _as_written(error, told, wanted) from None


def _as_written(error: NegsimError, told: Scenario, wanted: Sequence[tuple[str, str]]) -> NegsimError:
    """The error with the options in the place of numbers of interventions."""
    before, problems = len(told.interventions), []
    for problem in error.problems:
        number = problem.path[1] if problem.path[:1] == ("intervention",) and len(problem.path) > 1 else None
        if isinstance(number, int) and 0 <= number - before < len(wanted):
            said = " ".join(wanted[number - before])
            problems.append(replace(problem, path=(), text=f"{said}: {problem.text}"))
        else:
            problems.append(problem)
    return type(error).telling(problems)


def change_of(told: Scenario, option: str, text: str) -> Intervention:
    """The change that an option with its value stands for.

    Raises
    ------
    UnknownName
        If it names nothing of the scenario; the message has the names that there are.
    """
    if option in ("--set", "--fix"):
        return setting(told, option, text)
    found: Intervention = STEPS[option](told, option, text)
    return found


def setting(told: Scenario, option: str, pair: str) -> Intervention:
    """A parameter at a value, or a contested claim read one way."""
    from negsim.model.interventions import WithParameter

    name, value = _valued(option, pair)
    known = told.expanded.parameters
    claims = [one.removesuffix(".holds") for one, each in known.items() if each.contested]
    found = name if name in known else f"{name}.holds"
    if found not in known:
        hint = ""
        word, _, key = name.rpartition(".")
        if word in told.expanded.owners:
            hint = f"; {key} is a number written into {word}: let it read a parameter, and set that"
        raise unknown(option, pair, name, "parameter or claim", [*known, *claims], hint)
    truth = isinstance(known[found].best, bool)
    if truth != isinstance(value, bool):
        remedy = (
            f"write {name}=true or {name}=false" if truth else f"write a number, such as {name}={known[found].best}"
        )
        raise ScenarioError(f"{option} {pair}: {name} is {'true or false' if truth else 'a number'}; {remedy}")
    return WithParameter(name=found, value=value)


def _valued(option: str, pair: str) -> tuple[str, float | bool]:
    name, sign, text = (part.strip() for part in pair.partition("="))
    truth = {"true": True, "false": False}.get(text.lower())
    try:
        if not (name and sign):
            raise ValueError
        return name, float(text) if truth is None else truth
    except ValueError:
        remedy = "write terms=true, terms=false or rate=0.3"
        raise typer.BadParameter(f"{pair!r} is no NAME=VALUE; {remedy}", param_hint=option) from None


def _without(told: Scenario, option: str, name: str) -> Intervention:
    from negsim.model.decisions import reasons_called
    from negsim.model.interventions import Without
    from negsim.model.looking_up import required

    elements = told.expanded
    there = _names(elements)
    if name not in there and not required(name, elements) and not reasons_called(name, elements.decisions):
        raise unknown(option, name, name, "part of the scenario", there)
    return Without(element=name)


def _names(elements: Elements) -> list[str]:
    """What can be taken away, what is most worth it first."""
    shelves: tuple[Iterable[str], ...] = (
        elements.mechanisms,
        elements.owners,
        elements.requirements,
        elements.parties,
        elements.actions,
        elements.removed,
        elements.variables,
    )
    return list(dict.fromkeys(name for shelf in shelves for name in shelf))


def _do(told: Scenario, option: str, pair: str) -> Intervention:
    from negsim.model.interventions import Do
    from negsim.model.variables import Fact

    fact, when = halves(pair, option, "FACT=DATE, or FACT=never")
    known = [name for name, one in told.expanded.variables.items() if isinstance(one, Fact)]
    if fact not in known:
        raise unknown(option, pair, fact, "fact", known)
    if when == "never":
        return Do(fact=fact, never=True)
    try:
        return Do(fact=fact, on=when)
    except ScenarioError:
        raise typer.BadParameter(
            f"{pair!r}: {when!r} is no date; write {fact}=2025-06-01, {fact}=2025-06-01T09:00, {fact}='5 days' or {fact}=never",
            param_hint=option,
        ) from None


def _decide(told: Scenario, option: str, pair: str) -> Intervention:
    from negsim.model.interventions import Decide

    name, chosen = halves(pair, option, "DECISION=OPTION")
    decisions = told.expanded.decisions
    if name not in decisions:
        raise unknown(option, pair, name, "decision", list(decisions))
    choices = list(decisions[name].choices())
    if chosen not in choices:
        raise unknown(option, pair, chosen, f"option of {name}", choices)
    return Decide(decision=name, option=chosen)


def _requirement(told: Scenario, option: str, name: str) -> Intervention:
    from negsim.model.interventions import Harden, Meet, Waive
    from negsim.model.requirements import named

    elements = told.expanded
    if not list(named(name, elements.requirements)):
        raise unknown(option, name, name, "requirement", list(elements.requirements))
    if option == "--meet":
        return Meet(requirement=name)
    return Waive(requirement=name) if option == "--waive" else Harden(requirement=name)


STEPS: Mapping[str, Callable[[Any, str, str], Any]] = {
    "--without": _without,
    "--do": _do,
    "--decide": _decide,
    "--meet": _requirement,
    "--waive": _requirement,
    "--harden": _requirement,
}


def halves(pair: str, option: str, form: str) -> tuple[str, str]:
    """What stands on either side of an equals sign."""
    name, sign, rest = (part.strip() for part in pair.partition("="))
    if not (name and sign and rest):
        raise typer.BadParameter(f"{pair!r} is no {form}", param_hint=option)
    return name, rest


def unknown(option: str, text: str, name: str, what: str, known: Sequence[str], hint: str = "") -> UnknownName:
    """A name that the scenario does not have, with those that it has."""
    if not known:
        return UnknownName(f"{option} {text}: the scenario has no {what}; leave {option} out")
    near = hint or nearest(name, known)
    more = f", and {len(known) - MOST_NAMED} more (negsim show SCENARIO --expanded)" if len(known) > MOST_NAMED else ""
    listed = "" if near else f"; there are {', '.join(known[:MOST_NAMED])}{more}"
    return UnknownName(f"{option} {text}: no {what} is called {name!r}{near}{listed}")
