"""Lint: what a careful reader would ask of a scenario before believing a number from it."""

from __future__ import annotations

from collections.abc import Iterable

from negsim.checking.lint.conditions import idle_conditions, shut_doors
from negsim.checking.lint.dates import crowded_calendar, outside_dates
from negsim.checking.lint.decisions import bare_weights, unseen_reasons
from negsim.checking.lint.defaults import defaults_that_act
from negsim.checking.lint.finding import CHECKS, HARD, Finding
from negsim.checking.lint.hard import impossible_laws, impossible_values, shares_in_draws
from negsim.checking.lint.influence import moves_nothing
from negsim.checking.lint.numbers import believed, numbers_without_source, outside_evidence, unsourced_parameters
from negsim.checking.lint.ties import tied
from negsim.checking.lint.unused import acts_on_nothing, near_parties, unused, unused_multipliers
from negsim.checking.lint.wording import clairvoyance
from negsim.model.exclusions import exclusions
from negsim.model.reachability import explore
from negsim.model.scenario import Scenario, check_is_scenario

__all__ = ["CHECKS", "HARD", "Finding", "hard_findings", "lint"]


def lint(scenario: Scenario, *, ignore: Iterable[str] = ()) -> list[Finding]:
    """Return what is worth a second look, sorted; an empty list is no proof of quality.

    Parameters
    ----------
    scenario : Scenario
        What to look through.
    ignore : iterable of str
        Codes of `CHECKS` to leave out.

    Returns
    -------
    list of Finding
        Sorted; each prints as one line.

    Raises
    ------
    ArgumentError
        If it is no scenario.

    See Also
    --------
    Finding : One thing that lint would look at again.
    verify : Compare all engines on a scenario.

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
    check_is_scenario(scenario, "lint")
    # Both are costly, so that all checks share them.
    elements = scenario.expanded
    reach = explore(elements)
    apart = exclusions(elements)
    found = [
        *hard_findings(scenario),
        *unsourced_parameters(elements),
        *numbers_without_source(scenario),
        *bare_weights(elements),
        *defaults_that_act(scenario, elements),
        *unseen_reasons(elements),
        *outside_evidence(scenario, elements),
        *believed(elements),
        *clairvoyance(scenario, elements),
        *idle_conditions(elements, reach),
        *shut_doors(elements, reach, apart),
        *unused(scenario, elements),
        *unused_multipliers(scenario, elements),
        *acts_on_nothing(scenario, elements),
        *moves_nothing(scenario, elements),
        *near_parties(scenario, elements),
        *tied(scenario, elements, reach, apart),
        *outside_dates(scenario, elements),
        *crowded_calendar(scenario, elements),
    ]
    left_out = set(ignore)
    # A set, because two checks may find the same.
    return sorted(finding for finding in set(found) if finding.code not in left_out)


def hard_findings(scenario: Scenario) -> list[Finding]:
    """Return what cannot be meant: laws that do not exist, best values that nobody believes, shares beyond 1."""
    elements = scenario.expanded
    return sorted({*impossible_laws(elements), *impossible_values(elements), *shares_in_draws(elements)})
