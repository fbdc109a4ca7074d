"""Elements of a scenario in plain words: their titles, or their names without dots and underscores."""

from __future__ import annotations

import re
from copy import copy

from negsim.model.elements import Elements
from negsim.model.evidence import Party
from negsim.model.expressions import AtLeast, Expression, Not, Or, Ref
from negsim.model.scenario import Scenario

__all__ = ["Phrases"]

NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}


class Phrases:
    """Plain words for the elements of one scenario.

    Parameters
    ----------
    scenario : Scenario
    about : str, optional
        A word of the scenario that is spoken of anyway: its title is left out.

    Examples
    --------
    >>> import negsim as ns
    >>> said = Phrases(ns.load("toy"))
    >>> said.action("review"), said.name("memorandum.delivered"), said.name("talks.held")
    ('Talks are held at the first review with the memorandum in hand', 'The memorandum is on the table', 'talks: held')
    """

    def __init__(self, scenario: Scenario, about: str = "") -> None:
        self.about = about
        self.elements: Elements = scenario.expanded
        parts = (part for part in scenario.parts if not isinstance(part, Party))
        titled = ((part.name, str(getattr(part, "title", ""))) for part in parts)
        self.titles = {name: title for name, title in titled if title}

    def speaking_of(self, about: str) -> Phrases:
        """The same words where one word of the scenario is spoken of anyway."""
        twin = copy(self)
        twin.about = about
        return twin

    def name(self, name: str) -> str:
        """A variable, parameter, party or anything else that has a name."""
        shelves = (self.elements.variables, self.elements.parameters, self.elements.parties)
        for shelf in shelves:
            element = shelf.get(name)
            if element is not None and element.title:
                return str(element.title)
        return self._within(name)

    def word(self, name: str) -> str:
        """A word of the scenario by its title, or by its name in plain words."""
        return self.titles.get(name) or self._within(name)

    def _within(self, name: str) -> str:
        """A name within a word of the vocabulary, after the word's title."""
        parts = name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            head, rest = ".".join(parts[:length]), ", ".join(self._spaced(part) for part in parts[length:])
            if head == self.about:
                return rest
            if head in self.titles:
                return f"{self.titles[head]}: {rest}"
        return ": ".join(self._spaced(part) for part in parts)

    def _spaced(self, part: str) -> str:
        """A part of a name, its parties by their titles."""
        for name, party in self.elements.parties.items():
            if party.title and (part == name or part.endswith(f"_{name}")):
                return f"{part.removesuffix(name)}{party.title}".replace("_", " ")
        return part.replace("_", " ")

    def action(self, name: str) -> str:
        """What happens, and who does it where that is part of the name."""
        action = self.elements.actions[name]
        who, _, rest = name.partition(".")
        told = self.deed(name)
        return f"{self.name(who)}: {told}" if rest and who == action.by and not action.title else told

    def deed(self, name: str) -> str:
        """What happens, without who does it."""
        action = self.elements.actions[name]
        head, _, rest = name.partition(".")
        if action.title:
            # A decision's question is its title and that of its one event: it is asked once.
            titled = rest and head != self.about and self.titles.get(head, action.title) != action.title
            return f"{self.titles[head]}: {action.title}" if titled else action.title
        return self._within(rest if rest and head == action.by else name)

    def outcome(self, action: str, outcome: str) -> str:
        """Which result it had."""
        found = (one.title for one in self.elements.actions[action].outcomes if one.name == outcome)
        return next(found, "") or outcome.replace("_", " ")

    def party(self, action: str) -> str:
        """Who does it; nobody's name where no party does."""
        by = self.elements.actions[action].by
        return "" if by is None else self.name(by)

    def condition(self, condition: Expression) -> str:
        """A condition, with titles in place of names."""
        if isinstance(condition, Ref):
            return self.name(condition.name)
        if isinstance(condition, Not):
            return f"not ({self.condition(condition.arg)})"
        if isinstance(condition, Or):
            return ", or ".join(self.condition(part) for part in condition.args)
        if isinstance(condition, AtLeast):
            return f"at least {condition.k} of: {'; '.join(self.condition(part) for part in condition.args)}"
        text = NAME.sub(lambda found: self._known(found.group()), str(condition))
        return " ".join(SIGNS.get(word, word) for word in text.split(" "))

    def _known(self, word: str) -> str:
        known = word in self.elements.variables or word in self.elements.parameters
        return self.name(word) if known else word
