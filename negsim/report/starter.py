"""The commented starter files that ``negsim new`` writes: each validates and runs as it stands."""

from __future__ import annotations

from importlib import resources

from negsim.errors import ScenarioError, nearest

__all__ = ["TEMPLATES", "starter"]

TEMPLATES = {
    "meeting": "talks on a date: one side comes only with the memorandum that the other has promised",
    "standoff": "two sides whose demands wait for each other, a mediator, an ultimatum, a snapback date, leaders",
    "ceasefire": "a ceasefire: how it comes about, what it suffers, how it ends",
    "monitored": "a ceasefire with monitors who calm it while they stay, and talks that need quiet",
    "summit": "a summit of leaders, each with preconditions for consent",
    "ratification": "a signed treaty, a parliament's vote, and an election in between",
    "strike": "a labour dispute: offers and answers, a mediator, a court's date, a ballot of the members",
}
"""Starter files by name: what each is about."""


def starter(template: str = "meeting", name: str = "mine") -> str:
    """Return a commented starter file.

    Parameters
    ----------
    template : str
        One of ``TEMPLATES``.
    name : str
        Name of the new scenario.

    Raises
    ------
    ScenarioError
        If there is no such template.

    Examples
    --------
    >>> import negsim as ns
    >>> ns.loads(starter(name="border-talks")).name
    'border-talks'
    """
    if template not in TEMPLATES:
        raise ScenarioError(
            f"there is no template {template[:60]!r}{nearest(template, TEMPLATES)}; there are {', '.join(TEMPLATES)}"
        )
    file = resources.files("negsim") / "report" / "starters" / f"{template}.toml"
    return file.read_text("utf-8").replace('name = "NAME"', f'name = "{name}"')
