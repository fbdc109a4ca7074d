"""Actions say themselves: what happens when they fire, and that they can."""

from __future__ import annotations

import re
from typing import Any

from negsim.model.actions import Action
from negsim.wording.elements import EVENTS, Voice
from negsim.wording.naming import spaced

__all__ = ["Events"]

CHOICE = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
Forms = tuple[str, str]
"""That something happens, and that it can; empty texts for what nobody tells."""

SHORT = 3
"""Words of a name with no more letters tell nobody apart."""

UNTOLD: Forms = ("", "")


class Events(Voice):
    """What the elements of one scenario say of themselves, events too.

    Examples
    --------
    >>> import negsim as ns
    >>> from negsim.wording.language import language
    >>> text = ns.Promise("text", by="north", to="south", delay=ns.Exponential(0.1))
    >>> events = Events(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[text]).expanded, language("en"))
    >>> events.forms("text.deliver")
    ('North hands over the promised text', 'North can hand over the promised text')
    """

    def event(self, action: str, outcome: str = "") -> str:
        """What happens; empty if it is housekeeping."""
        return self.forms(action, outcome)[0]

    def forms(self, name: str, outcome: str = "") -> Forms:
        """What happens, and that it can happen."""
        action = self.elements.actions[name]
        result = next((one for one in action.outcomes if one.name == outcome), None)
        longer = f"{name}.{outcome}"
        if self._is_quiet(name) or (outcome and self._is_quiet(longer)):
            return UNTOLD
        for source, after in self._authors(action, result, longer if outcome else ""):
            event = str(getattr(source, "event", ""))
            if event:
                return self._with(self._both(self.names.flowing(event)), after)
        word, rest = self.place("actions", name)
        return self._worded(action, result, word, rest)

    def _authors(self, action: Action, result: Any, longer: str) -> tuple[tuple[Any, Any], ...]:
        """Where an author may have said it, and which result is still to be told with that."""
        return (self.own(longer), None), (result, None), (self.own(action.name), result), (action, result)

    def _is_quiet(self, name: str) -> bool:
        own = self.own(name)
        return own is not None and bool(own.quiet)

    def _worded(self, action: Action, result: Any, word: Any, rest: str) -> Forms:
        """As the word says it, else as title and name do."""
        if word is not None:
            match = None if result is None else self.entry(EVENTS, word, f"{rest}.{result.name}")
            whole = match is not None
            match = match or self.entry(EVENTS, word, rest)
            if match is not None:
                text = match.texts[0]
                if not text:
                    return UNTOLD
                forms = self._both(self.filled(CHOICE.sub(r"\1", text), word, match))
                can = self.filled(CHOICE.sub(r"\2", text), word, match, acting=None)
                forms = (forms[0], can if CHOICE.search(text) else forms[1])
                return forms if whole or result is None else self._with(forms, result)
        return self._plain(action, result, word, rest)

    def _both(self, text: str) -> Forms:
        if CHOICE.search(text):
            return CHOICE.sub(r"\1", text), CHOICE.sub(r"\2", text)
        return text, self.said.say("can", event=text)

    def _with(self, forms: Forms, result: Any) -> Forms:
        """An event and which result it had."""
        if result is None:
            return forms
        label = self.names.flowing(result.title) if result.title else spaced(result.name)
        return self.said.say("with_outcome", event=forms[0], outcome=label), forms[1]

    # Actions without sentences ---------------------------------------------------------------------------------------

    def _plain(self, action: Action, result: Any, word: Any, rest: str) -> Forms:
        """An action by its title, or its name."""
        by = "" if action.by is None else self.names.party(action.by)
        if result is not None and result.title and self.is_clause(result.title):
            return self._clause(self.names.flowing(result.title), by)
        title = str(getattr(self.own(action.name), "title", "") or action.title)
        forms = self._clause(self.names.flowing(title), by) if title else self._labelled(action, word, rest, by)
        return self._with(forms, result)

    def _clause(self, text: str, by: str) -> Forms:
        """A title as a sentence; whose act it is is said where the title does not say so."""
        he = next((one for one in self.said.grammar("he") if by and text.startswith(one)), "")
        if he:
            return self._both(f"{by} {text[len(he) :]}")
        # Names of parties are long, and titles call them by one word of it: "the opposition" of "the opposition of West".
        named = any(one.lower() in text.lower() for one in by.split(" ") if len(one) > SHORT)
        # What nobody in particular does is told as its author titled it, verb or not.
        return self._both(text) if not by or named or self.is_clause(text) else self._acts(text, by)

    def _labelled(self, action: Action, word: Any, rest: str, by: str) -> Forms:
        if word is not None:
            return self._acts(f"{self.names.noun(word)}: {spaced(rest)}", by)
        head, _, tail = action.name.partition(".")
        return self._acts(spaced(tail if tail and head == action.by else action.name), by)

    def _acts(self, label: str, by: str) -> Forms:
        one, other = self.said.pair("acts" if by else "happens")
        values = {"by": by, "name": label}
        return self.said.fill(one, values), self.said.fill(other, values)
