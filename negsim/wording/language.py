"""Languages: the fixed phrases, and how the elements of each word say themselves. One file each, in ``languages/``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from negsim.errors import ArgumentError, nearest

__all__ = ["Language", "Match", "Patterns", "check_language", "language", "languages"]

HOME = files("negsim.wording") / "languages"
FIELD = re.compile(r"\{([a-z_*]+)\}")
SUBJECT = re.compile(r"\{(?P<key>[a-z_*]+)\} (?P<verb>\w+)")


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that fits a name: its key, its texts, and what the stars of its key stand for."""

    key: str
    texts: tuple[str, ...]
    stars: tuple[str, ...]


class Patterns:
    """Texts by patterns of names: the entry with the most letters that fits.

    Examples
    --------
    >>> found = Patterns({"meeting.held": "it is held", "meeting.*": "it brings {*}"})
    >>> found.find("meeting.held").texts, found.find("meeting.swap").stars
    (('it is held',), ('swap',))
    """

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self.exact: dict[str, tuple[str, ...]] = {}
        starred: list[tuple[int, str, re.Pattern[str], tuple[str, ...]]] = []
        for key, value in entries.items():
            texts = (value,) if isinstance(value, str) else tuple(value)
            if "*" in key:
                form = re.escape(key).replace(r"\*", "([a-z0-9_]*)")
                starred.append((-len(key.replace("*", "")), key, re.compile(form), texts))
            else:
                self.exact[key] = texts
        self.starred = sorted(starred, key=lambda one: (one[0], one[1]))

    def find(self, name: str) -> Match | None:
        """The entry for a name, or None."""
        if name in self.exact:
            return Match(name, self.exact[name], ())
        for _, key, form, texts in self.starred:
            found = form.fullmatch(name)
            if found is not None:
                return Match(key, texts, found.groups())
        return None


@dataclass(frozen=True, slots=True)
class Language:
    """Everything that a language file says."""

    code: str
    table: Mapping[str, Any] = field(repr=False)
    facts: Patterns = field(repr=False)
    events: Patterns = field(repr=False)
    things: Patterns = field(repr=False)
    counts: Patterns = field(repr=False)

    def say(self, key: str, **values: object) -> str:
        """A fixed phrase with its gaps filled."""
        return self.fill(str(self.table["frames"][key]), values)

    def pair(self, key: str) -> tuple[str, str]:
        """A fixed phrase that comes in two forms."""
        one, other = self.table["frames"][key]
        return str(one), str(other)

    def fitted(self, template: str, values: Mapping[str, str]) -> str:
        """A template with its gaps filled, its verb in the plural where the noun that it begins with is one."""
        found = SUBJECT.match(template)
        if found is not None and self.is_plural(values[found["key"]]):
            template = f"{{{found['key']}}} {self.plural(found['verb'])}{template[found.end() :]}"
        return self._tidy(self.fill(template, values))

    def _tidy(self, text: str) -> str:
        """A text without what it says twice, because a title says it already: "a round of rounds of envoys"."""
        for twice, once in self.table["tidy"].items():
            text = re.sub(twice, once, text)
        return text

    def plural(self, verb: str) -> str:
        """A verb as it stands after a noun in the plural.

        >>> [language("en").plural(one) for one in ("is", "can", "takes", "carries", "pushes")]
        ['are', 'can', 'take', 'carry', 'push']
        """
        own = self.table["agreement"].get(verb)
        if own is not None:
            return str(own)
        for form, new in self.table["grammar"]["agreement"]:
            changed = re.sub(form, new, verb)
            if changed != verb:
                return changed
        return verb

    def head(self, noun: str) -> list[str]:
        """The words of a noun up to what is said of it.

        >>> language("en").head("the talks in Doha")
        ['the', 'talks']
        """
        words = re.split(r"[,:;]", noun)[0].split(" ")
        end = next((n for n, one in enumerate(words) if one in self.grammar("prepositions")), len(words))
        return words[: max(1, end)]

    def is_plural(self, noun: str) -> bool:
        """Whether a noun is one of several things, as far as its form tells.

        >>> said = language("en")
        >>> said.is_plural("the talks in Doha"), said.is_plural("the process")
        (True, False)
        """
        form = str(self.table["grammar"]["plural"])
        if not form or noun.removeprefix(f"{self.table['grammar']['article']} ") in self.grammar("the"):
            return False
        last = self.head(noun)[-1].lower()
        return bool(re.fullmatch(form, last)) and last not in self.grammar("singular")

    @staticmethod
    def fill(template: str, values: Mapping[str, object]) -> str:
        """A template with its gaps filled; what is in braces in the values is left alone."""
        return FIELD.sub(lambda found: str(values[found.group(1)]), template)

    def grammar(self, key: str) -> tuple[str, ...]:
        """A list of words of the language."""
        return tuple(self.table["grammar"][key])

    def listed(self, parts: list[str], last: str = "and") -> str:
        """Several things as a list.

        >>> language("en").listed(["a", "b", "c"])
        'a, b and c'
        """
        if len(parts) < 2:
            return "".join(parts)
        return self.say(last, first=str(self.table["frames"]["comma"]).join(parts[:-1]), last=parts[-1])

    @staticmethod
    def capital(text: str) -> str:
        """A text with a capital at its beginning."""
        return f"{text[:1].upper()}{text[1:]}"

    def sentence(self, text: str) -> str:
        """A clause as a sentence: with a capital, and a full stop at its end.

        >>> language("en").sentence("the talks are held")
        'The talks are held.'
        """
        text = text.strip()
        end = "" if text.endswith((".", "?", "!", "…")) else "."
        return self.capital(text) + end

    def date(self, year: int, month: int, day: int, time: str = "") -> str:
        """A date as it stands in a sentence."""
        months = self.table["months"]
        form = months["instant" if time else "date"]
        return self.fill(form, {"day": day, "month": months["names"][month - 1], "year": year, "time": time})

    def keys(self) -> Iterator[str]:
        """All that the file has an entry for."""
        for section, entries in self.table.items():
            if isinstance(entries, Mapping):
                yield from (f"{section}: {key}" for key in entries)


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages that are there.

    >>> "en" in languages()
    True
    """
    names = (one.name for one in HOME.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def check_language(code: object) -> str:
    """Return the code of a language, or "" where none is given.

    Raises
    ------
    ArgumentError
        If there is no such language.

    Examples
    --------
    >>> check_language("en")
    'en'
    """
    known = languages()
    if code != "" and code not in known:
        raise ArgumentError(f"there is no language {code!r}{nearest(str(code), known)}; there are {', '.join(known)}")
    return str(code)


@cache
def language(code: str) -> Language:
    """A language by its code.

    Raises
    ------
    ArgumentError
        If there is none of this code.

    Examples
    --------
    >>> language("en").table["name"]
    'English'
    """
    check_language(code)
    table = tomllib.loads((HOME / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, table, *(Patterns(table[section]) for section in ("facts", "events", "things", "counts")))
