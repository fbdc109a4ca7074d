"""A scenario in words: what people read of its elements, wherever they are named."""

from __future__ import annotations

from copy import copy

from negsim.model.expressions import Expression
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.wording.conditions import condition, short
from negsim.wording.elements import COMES, FAILS, HOLDS
from negsim.wording.events import Events
from negsim.wording.language import Language, language
from negsim.wording.naming import spaced
from negsim.wording.questions import dated, question_title

__all__ = ["Phrases"]


class Phrases:
    """A scenario in words. Every text is a clause without a capital and without a full stop, fit for any place in a
    sentence; `sentence` makes a sentence of it.

    What is said comes from, in this order: the author (``event``, ``holds``, ``fails``, ``title`` of facts, actions and
    outcomes, and `Says` for the elements of words), the word itself (its ``sayings``), the language file, the name.

    ============================  =======================================================================
    ``event(action, outcome)``    what happens: "Moscow hands over its memorandum"; empty if it is the
                                  housekeeping of a word (ages, counters, inner signals), which is not told
    ``can(action)``               that it can happen now: "Moscow can hand over its memorandum"
    ``told(action, outcome)``     whether it is worth telling
    ``holds(condition)``          "Kyiv has the memorandum"
    ``fails(condition)``          "Kyiv does not have the memorandum yet"; of "a and b": "not a or not b"
    ``comes(condition)``          that it comes true: "Moscow hands over the memorandum"
    ``thing(name)``               a number as a noun: "the losses of Ukraine"
    ``whose(name)``               the party whose it is, in words; empty if nobody's
    ``question(question)``        title of a question, or one made of what it asks: "The talks are held by 9 May"
    ``name``, ``word``, ``action``, ``deed``, ``outcome``, ``party``, ``condition``
                                  what elements are called, as `event`, `holds` and `thing` say them
    ============================  =======================================================================

    Parameters
    ----------
    scenario : Scenario
    about : str, optional
        A word of the scenario that is spoken of anyway.
    language : str, optional
        Code of a language, by default that of the scenario, else English (``"en"``).

    Examples
    --------
    >>> import negsim as ns
    >>> said = Phrases(ns.load("toy"))
    >>> said.event("review"), said.holds("memorandum.delivered"), said.fails("talks.held")
    ('talks are held at the first review with the memorandum in hand', 'the memorandum is on the table', 'talks have not been held')
    >>> said.sentence(said.fails("memorandum.delivered"))
    'The memorandum is not on the table yet.'
    """

    def __init__(self, scenario: Scenario, about: str = "", language: str = "") -> None:
        self.about = about
        self.scenario = scenario
        self.elements = scenario.expanded
        self.language: Language = _language(language or getattr(scenario, "language", "") or "en")
        self.voice = Events(self.elements, self.language)
        self.voice.names.clause = self.holds

    def speaking_of(self, about: str) -> Phrases:
        """The same words where one word of the scenario is spoken of anyway."""
        twin = copy(self)
        twin.about = about
        return twin

    # What happens ----------------------------------------------------------------------------------------------------

    def event(self, action: str, outcome: str = "") -> str:
        """What happens when an action fires (with this outcome); empty if nobody tells it."""
        return self.voice.event(action, outcome)

    def can(self, action: str) -> str:
        """That an action can happen now; empty if nobody tells it."""
        return self.voice.forms(action)[1]

    def told(self, action: str, outcome: str = "") -> bool:
        """Whether it is an event of the story, not housekeeping."""
        return bool(self.voice.event(action, outcome))

    def action(self, name: str) -> str:
        """What an action is, told or not."""
        return self.event(name) or self.thing(name)

    def deed(self, name: str) -> str:
        """What an action is; the same as `action`, whose sentences have an actor."""
        return self.action(name)

    def outcome(self, action: str, outcome: str) -> str:
        """Which result an action had, as a label: its title, or its name in plain words."""
        found = (one.title for one in self.elements.actions[action].outcomes if one.name == outcome)
        return next(found, "") or spaced(outcome)

    def party(self, action: str) -> str:
        """Who does it; nobody's name where no party does."""
        by = self.elements.actions[action].by
        return "" if by is None else self.name(by)

    # What is so ------------------------------------------------------------------------------------------------------

    def holds(self, what: Expression | str) -> str:
        """That a condition, or a fact by its name, holds."""
        return self._clause(what, HOLDS)

    def fails(self, what: Expression | str) -> str:
        """That a condition, or a fact by its name, does not hold."""
        return self._clause(what, FAILS)

    def comes(self, what: Expression | str) -> str:
        """That a condition, or a fact by its name, comes true."""
        return self._clause(what, COMES)

    def condition(self, condition: Expression) -> str:
        """A condition: the same as `holds`."""
        return self._clause(condition, HOLDS)

    def _clause(self, what: Expression | str, form: int) -> str:
        return self.voice.fact(what, form) if isinstance(what, str) else condition(what, self.voice, form)

    # What things are called ------------------------------------------------------------------------------------------

    def name(self, name: str) -> str:
        """A variable, parameter, party or anything else that has a name: facts as clauses, the rest as nouns."""
        if name in self.elements.parties:
            return self.voice.names.title(name)
        return self.voice.fact(name) if self.voice.is_fact(name) else self.thing(name)

    def thing(self, name: str) -> str:
        """A number, a party or anything else as a noun."""
        return self.voice.thing(name)

    def word(self, name: str) -> str:
        """A word of the scenario as a noun."""
        word = self.elements.words.get(name)
        return self.voice.names.noun(word) if word is not None else self.thing(name)

    def part(self, word: str, name: str) -> str:
        """A part of a word of the scenario, such as an option of a decision, as its title says it."""
        found = self.elements.words.get(word)
        return spaced(name) if found is None else self.voice.names.part(found, name)

    def whose(self, name: str) -> str:
        """The party whose an element is, in words; empty if nobody's."""
        owner = self.voice.whose(name)
        return self.voice.names.party(owner) if owner else ""

    def question(self, question: Question | str) -> str:
        """The title of a question: its own, or what is asked and by when."""
        asked = self.elements.questions.get(question) if isinstance(question, str) else question
        return spaced(str(question)) if asked is None else question_title(asked, self.scenario, self.voice)

    # How it is put ---------------------------------------------------------------------------------------------------

    def sentence(self, clause: str) -> str:
        """A clause as a sentence."""
        return self.language.sentence(clause)

    def listed(self, parts: list[str]) -> str:
        """Several clauses or nouns joined by "and"."""
        return self.language.listed(parts)

    def say(self, key: str, **values: object) -> str:
        """A fixed phrase of the language file, its gaps filled."""
        return self.language.say(key, **values)

    def moves(self, name: str, old: float, new: float) -> str:
        """That a number has changed: "the losses of Ukraine rise from 0 to 0.6"."""
        key = "rises" if new > old else "falls"
        values = {"thing": self.thing(name), "old": short(old), "new": short(new)}
        return self.language.fitted(str(self.language.table["frames"][key]), values)

    def date(self, moment: object) -> str:
        """A date of the scenario as it stands in a sentence."""
        return dated(moment, self.scenario.calendar, self.language)


def _language(code: str) -> Language:
    return language(code)
