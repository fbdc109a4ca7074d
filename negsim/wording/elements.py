"""Facts and numbers say themselves: that they hold, that they do not, that they come true, what they are called."""

from __future__ import annotations

import re
from typing import Any

from negsim.model.elements import Elements
from negsim.model.variables import Fact
from negsim.wording.language import Language, Match, Patterns
from negsim.wording.naming import Naming, spaced
from negsim.wording.quiet import QUIET

__all__ = ["COMES", "FAILS", "HOLDS", "Voice"]

HOLDS, FAILS, COMES = 0, 1, 2
"""The forms of a fact."""

FACTS, EVENTS, THINGS, COUNTS = 0, 1, 2, 3
"""The sections of a language, and of what a word says of itself."""

SECTIONS = ("facts", "events", "things", "counts")
WHOSE = ("by", "of", "who")
"""Fields in which a word says whose it is."""


class Voice:
    """What the elements of one scenario say of themselves: in the author's words, else the word's, else by name.

    Examples
    --------
    >>> import negsim as ns
    >>> from negsim.wording.language import language
    >>> voice = Voice(ns.load("toy").expanded, language("en"))
    >>> voice.fact("talks.held", FAILS), voice.thing("talks.held")
    ('talks have not been held', 'talks held')
    """

    def __init__(self, elements: Elements, said: Language) -> None:
        self.elements = elements
        self.said = said
        self.names = Naming(elements, said)
        self._own: dict[type, tuple[Patterns, ...]] = {}

    # Where a name belongs --------------------------------------------------------------------------------------------

    def place(self, shelf: str, name: str) -> tuple[Any, str]:
        """The word that an element belongs to, and its name within that; None and the name if it stands by itself."""
        parts = name.split(".")
        part: Any = self.elements.origins.get((shelf, name))
        if part is not None and not hasattr(part, "expand"):
            return None, name
        for length in range(len(parts) - 1, 0, -1):
            word = self.elements.words.get(".".join(parts[:length]))
            if word is not None:
                return word, ".".join(parts[length:])
        if part is not None and part.name in parts:
            # A name of a word that does not begin with the word's own: a party's view of a claim.
            return part, ".".join("$" if one == part.name else one for one in parts)
        return None, name

    def _shelf(self, name: str) -> str:
        return "variables" if name in self.elements.variables else "parameters"

    def _element(self, name: str) -> Any:
        found = self.elements.variables.get(name)
        return self.elements.parameters.get(name) if found is None else found

    def own(self, name: str) -> Any:
        """What the author says in place of the element, if anything."""
        return self.elements.says.get(name)

    def entry(self, section: int, word: Any, rest: str) -> Match | None:
        """What a word, or the language, says of a part of the word."""
        sayings = getattr(word, "sayings", None)
        if sayings:
            if type(word) not in self._own:
                here = sayings.get(self.said.code, sayings)
                self._own[type(word)] = tuple(Patterns(here.get(one, {})) for one in SECTIONS)
            found = self._own[type(word)][section].find(rest)
            if found is not None:
                return found
        pages = (self.said.facts, self.said.events, self.said.things, self.said.counts)
        return pages[section].find(f"{getattr(word, 'table', '')}.{rest}")

    def denial(self, who: str, does: str) -> str:
        """That a party does not do what a text in the present says of it; empty if that cannot be said."""
        verb, blank, rest = does.partition(" ")
        auxiliaries = self.said.grammar("auxiliaries")
        denies = any(one in self.said.grammar("denying") for one in does.split(" "))
        if not auxiliaries or denies or "," in does:
            return ""
        if verb in auxiliaries:
            return self.said.say("denied", start=f"{who} {verb}", rest=rest).rstrip()
        one = self.said.plural(verb)
        frame = "do_not" if one == verb else "does_not"
        return self.said.say(frame, who=who, does=f"{one}{blank}{rest}")

    def filled(self, text: str, word: Any, match: Match, *, acting: bool | None = True) -> str:
        """A template about a word with its gaps filled.

        Options say what their party does with a pronoun ("it stays away"): the party takes its place (``acting``), and
        does not do it where that is false; with None the text is quoted.
        """
        star = next((one for one in match.stars if one), "")
        fields = self.names.fields(word, star)
        part = fields["*"] if star else ""
        if acting is not None and part and text.startswith("{by}") and text.endswith(": {*}"):
            told = self._acting(fields["by"], part, denied=not acting)
            if told:
                return told
        return self.said.fitted(text, fields)

    def _acting(self, by: str, part: str, *, denied: bool) -> str:
        he = next((one for one in self.said.grammar("he") if part.startswith(one)), "")
        does = part[len(he) :] if he else ""
        if not does and part.lower().startswith(f"{by.lower()} "):
            does = part[len(by) + 1 :]
        if not does:
            return ""
        return self.denial(by, does) if denied else f"{by} {does}"

    # Facts -----------------------------------------------------------------------------------------------------------

    def fact(self, name: str, form: int = HOLDS) -> str:
        """That a fact holds, does not, or comes true."""
        element = self._element(name)
        for source in (self.own(name), element):
            text = self._authored(source, form)
            if text:
                return text
        word, rest = self.place(self._shelf(name), name)
        title = str(getattr(self.own(name), "title", "") or "")
        match = None if word is None else self.entry(FACTS, word, rest)
        # A title of an option or a product is what its word's sentence has in place of the star.
        if match is not None and (not title or match.stars):
            text = match.texts[form] if form < len(match.texts) else match.texts[HOLDS]
            return self.filled(text, word, match, acting=form != FAILS)
        title = title or str(getattr(element, "title", "") or "")
        return self._titled(title, form) if title else self._named(word, rest, form)

    def _authored(self, source: Any, form: int) -> str:
        holds, fails = (str(getattr(source, key, "") or "") for key in ("holds", "fails"))
        if form != FAILS:
            return self.names.flowing(holds)
        return self.names.flowing(fails) or (self.negated(self.names.flowing(holds)) if holds else "")

    def _titled(self, title: str, form: int) -> str:
        """A fact by the title that its author gave it: a clause, or the name of a thing."""
        text = self.names.flowing(title)
        if self.is_clause(text):
            return self.negated(text) if form == FAILS else text
        return self.said.fill(self.said.pair("noun_fact")[1], {"title": text}) if form == FAILS else text

    def is_clause(self, text: str) -> bool:
        """Whether a text has a verb, as far as the language's lists know it."""
        verbs = {*self.said.grammar("verbs"), *self.said.grammar("more_verbs")}
        return any(part.strip(",;:") in verbs for part in text.split(" "))

    def negated(self, text: str) -> str:
        """A clause, denied: its first auxiliary verb, where it has one and denies nothing yet."""
        words, denying = text.split(" "), self.said.grammar("denying")
        place = next((n for n, one in enumerate(words) if one in self.said.grammar("verbs")), None)
        before = words[: place or 0]
        inner = any(one in self.said.grammar("subordinate") or one.endswith(",") for one in before)
        if place is None or inner or any(one in denying for one in words):
            return self.said.say("negated", title=text)
        who, verb, rest = " ".join(words[:place]), words[place], " ".join(words[place + 1 :])
        if verb in self.said.grammar("possessing") and rest.partition(" ")[0] in self.said.grammar("owned"):
            one = self.said.plural(verb)
            return self.said.say("do_not" if one == verb else "does_not", who=who, does=f"{one} {rest}")
        return self.said.say("denied", start=f"{who} {verb}", rest=rest).rstrip()

    def _named(self, word: Any, rest: str, form: int) -> str:
        """A fact that has nothing but its name: "talks_held" is "the talks have been held"."""
        head, state = self._state(rest)
        thing = self.names.noun(word) if word is not None else ""
        if head:
            thing = f"{thing}: {spaced(head)}" if thing else self.names.the(spaced(head))
        if not state or not thing:
            who, _, does = rest.replace("_", ".").partition(".")
            if word is None and does and who in self.elements.parties:
                text = f"{self.names.party(who)} {spaced(does)}"
                denied = self.denial(self.names.party(who), spaced(does)) if form == FAILS else ""
                return (denied or self.said.say("negated", title=text)) if form == FAILS else text
            plain = f"{thing}: {spaced(rest)}" if word is not None else spaced(rest)
            return self.said.fill(self.said.pair("noun_fact")[form == FAILS], {"title": plain})
        states = self.said.table["states"]
        texts = states.get(state) or states["past"]
        text = texts[form] if form < len(texts) else texts[HOLDS]
        values = {"thing": thing, "word": spaced(state)}
        return self.said.fitted(text, values)

    def _state(self, rest: str) -> tuple[str, str]:
        """What a name says of what: ("talks", "held")."""
        pieces = re.split(r"[._]", rest)
        for length in (2, 1):
            state = "_".join(pieces[-length:])
            if len(pieces) >= length and state in self.said.table["states"] and state != "past":
                return "_".join(pieces[:-length]), state
        participle = self.said.table["grammar"]["participle"]
        if participle and re.fullmatch(participle, pieces[-1]):
            return "_".join(pieces[:-1]), pieces[-1]
        return rest, ""

    def is_fact(self, name: str) -> bool:
        """Whether a name is that of something true or false."""
        parameter = self.elements.parameters.get(name)
        return isinstance(self.elements.variables.get(name), Fact) or isinstance(getattr(parameter, "best", None), bool)

    # Numbers and other things ----------------------------------------------------------------------------------------

    def thing(self, name: str) -> str:
        """A number, or anything else that has a name, as a noun."""
        own = self.own(name)
        if own is not None and own.title:
            return self.names.flowing(own.title)
        if name in self.elements.parties:
            return self.names.party(name)
        word, rest = self.place(self._shelf(name), name)
        match = None if word is None else self.entry(THINGS, word, rest)
        if match is not None:
            return self.filled(match.texts[0], word, match)
        element = self._element(name)
        title = "" if element is None else str(element.title)
        if title or word is None:
            return self.names.flowing(title) if title else self._spaced(name)
        return self.said.say("colon", head=self.names.noun(word), rest=spaced(rest.replace("$", "")))

    def _spaced(self, name: str) -> str:
        """A name in words, after the party that it begins with."""
        head, _, rest = name.partition(".")
        if rest and head in self.elements.parties:
            return self.said.say("whose", thing=self.names.the(spaced(rest)), party=self.names.party(head))
        return spaced(name)

    def count(self, name: str, least: str, form: int = HOLDS) -> str:
        """That a counter of a word has come to a number; empty where the word does not say it in a sentence."""
        if self.own(name) is not None:
            return ""
        word, rest = self.place("variables", name)
        match = None if word is None else self.entry(COUNTS, word, rest)
        if match is None:
            return ""
        return self.filled(match.texts[form == FAILS].replace("{n}", least), word, match)

    def quiet(self, name: str) -> bool:
        """Whether nobody tells of changes of a number: counters and inner signals of words."""
        own = self.own(name)
        if own is not None:
            return bool(own.quiet)
        word, rest = self.place("variables", name)
        return word is not None and QUIET.find(f"{getattr(word, 'table', '')}.{rest}") is not None

    def whose(self, name: str) -> str:
        """The party that something belongs to, by its name; empty if to none."""
        action = self.elements.actions.get(name)
        if action is not None and action.by is not None:
            return action.by
        head = name.partition(".")[0]
        if head in self.elements.parties:
            return head
        word = self.elements.words.get(name) or self.place("variables", name)[0] or self.place("actions", name)[0]
        owner = next((str(getattr(word, key)) for key in WHOSE if isinstance(getattr(word, key, None), str)), "")
        return owner if owner in self.elements.parties else ""
