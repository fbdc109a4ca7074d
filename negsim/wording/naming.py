"""What parties, words and the parts of words are called in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from negsim.model.elements import Elements
from negsim.model.expressions import Expression
from negsim.wording.language import Language

__all__ = ["Naming", "spaced"]

SHORT = 2
"""Names of parties with so few letters are abbreviations."""


def spaced(name: str) -> str:
    """A name in plain words.

    >>> spaced("root_causes.met")
    'root causes met'
    """
    return name.replace("_", " ").replace(".", " ").strip()


class Naming:
    """Names in sentences: parties with their article, words by their titles, parts of words by theirs.

    Examples
    --------
    >>> import negsim as ns
    >>> from negsim.wording.language import language
    >>> names = Naming(ns.load("toy").expanded, language("en"))
    >>> names.party("us"), names.party("russia")
    ('the US', 'Russia')
    """

    def __init__(self, elements: Elements, said: Language) -> None:
        self.elements = elements
        self.said = said
        self.clause: Callable[[Expression], str] = str
        self._naming: set[str] = set()
        self._count = Counter(str(getattr(word, "table", "")) for word in elements.words.values())

    def party(self, name: str) -> str:
        """A party in a sentence."""
        title = self.title(name)
        return f"{self.said.table['grammar']['article']} {title}" if self._has_article(title) else title

    def _has_article(self, title: str) -> bool:
        """Whether a title stands with an article: "Sudanese army", "Rapid Support Forces", but not "the army", "Iran"."""
        head = self.said.head(title)
        last = head[-1]
        if title in self.said.grammar("the") or last in self.said.grammar("the_last"):
            return not title.startswith(f"{self.said.table['grammar']['article']} ")
        common = self.said.table["grammar"]["common_nouns"] and len(head) > 1 and last[:1].islower()
        return bool(common and title[:1].isupper() and head[0] not in self.said.grammar("lower"))

    def title(self, name: str) -> str:
        """A party's title, or its name with capitals."""
        party = self.elements.parties.get(name)
        if party is not None and party.title:
            return party.title
        if len(name) <= SHORT or name in self.said.grammar("upper"):
            return name.upper()
        return " ".join(part[:1].upper() + part[1:] for part in spaced(name).split(" "))

    def parties(self, names: Iterable[str]) -> str:
        """Several parties as a list."""
        return self.said.listed([self.party(name) for name in names])

    def flowing(self, text: str) -> str:
        """A title in the middle of a sentence: its first word small where that word is no name."""
        first, blank, rest = text.partition(" ")
        return f"{first[:1].lower()}{first[1:]}{blank}{rest}" if first in self.said.grammar("lower") else text

    def the(self, name: str) -> str:
        """A name as a noun with its article."""
        return name if any(sign.isdigit() for sign in name) else self.said.say("untitled", name=name)

    def noun(self, word: Any) -> str:
        """What a word of the vocabulary is about, in a sentence."""
        own = self.elements.says.get(str(word.name))
        title = (own.title if own is not None else "") or str(getattr(word, "title", "") or "")
        if title:
            return self.flowing(title)
        text = getattr(word, "text", "")
        if isinstance(text, str) and text:
            return self.flowing(text)
        table = str(getattr(word, "table", ""))
        only = self.said.table["only"].get(table) if self._count[table] == 1 else None
        forms = only or self.said.table["nouns"].get(table, ())
        values = _Fields(word, self, "")
        if word.name in self._naming:
            # Words that are called after conditions may wait for each other.
            return values["the_name"]
        self._naming.add(word.name)
        try:
            for form in [forms] if isinstance(forms, str) else forms:
                if all(values[key] for key in _keys(form)):
                    return self.said.fill(form, values)
        finally:
            self._naming.discard(word.name)
        return values["the_name"]

    def fields(self, word: Any, star: str) -> Mapping[str, str]:
        """What the gaps of a template about a word are filled with."""
        return _Fields(word, self, star)

    def part(self, word: Any, name: str, *, article: bool = False) -> str:
        """A part of a word, such as an option or a step: a party, or what its title says, or its name."""
        own = self.elements.says.get(f"{word.name}.{name}")
        if own is not None and own.title:
            return self.flowing(own.title)
        if name in self.elements.parties:
            return self.party(name)
        for one in _collections(word):
            if isinstance(one, Mapping) and name in one:
                found = one[name]
                text = getattr(found, "says", "") or getattr(found, "title", "")
                if text:
                    return self.flowing(str(text))
            elif isinstance(one, tuple):
                titles = (str(getattr(item, "title", "")) for item in one if getattr(item, "name", "") == name)
                text = next(titles, "")
                if text:
                    return self.flowing(text)
        if "_with_" in name:
            return self.said.listed([self.part(word, each, article=article) for each in name.split("_with_")])
        return self.the(spaced(name)) if article else spaced(name)


def _collections(word: Any) -> Iterator[Any]:
    names = getattr(type(word), "__dataclass_fields__", {})
    for name in names:
        value = getattr(word, name, None)
        if isinstance(value, (Mapping, tuple)):
            yield value


def _keys(template: str) -> list[str]:
    return [piece.partition("}")[0] for piece in template.split("{")[1:]]


class _Fields(Mapping[str, str]):
    """The fields of a word as they stand in a sentence, worked out when asked for."""

    def __init__(self, word: Any, names: Naming, star: str) -> None:
        self.word, self.names, self.star = word, names, star

    def __getitem__(self, key: str) -> str:
        names, own = self.names, str(self.word.name)
        if key in ("*", "*the"):
            # What a meeting brings is a thing of its own, and stands with its article.
            return names.part(self.word, self.star, article=key == "*the")
        if key == "title":
            return names.noun(self.word)
        if key == "name":
            return spaced(own)
        if key == "the_name":
            return names.the(spaced(own))
        value = getattr(self.word, key, None)
        if value is None or value == "" or value == ():
            return names.said.say("nobody") if key in ("by", "to", "of") else ""
        if isinstance(value, Expression):
            return names.clause(value)
        if isinstance(value, str):
            return names.party(value) if value in names.elements.parties else names.flowing(value)
        return names.parties(str(getattr(one, "name", one)) for one in value)

    def __iter__(self) -> Iterator[str]:
        return iter(("*", "*the", "title", "name", "the_name", *getattr(type(self.word), "__dataclass_fields__", {})))

    def __len__(self) -> int:
        return len(list(iter(self)))
