"""What expressions mean by the names that words give: put in when a scenario is written out.

A condition may name a requirement (``not istanbul_2.requires.ukraine``): it stands for what is required. A number may name
what a word works out (``envoy.pace``, ``view.probability``): it stands for that expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from negsim.errors import ScenarioError
from negsim.model.actions import Outcome
from negsim.model.effects import Effect
from negsim.model.expressions import Amount, Expression, Ref, reads, settled_amounts, substitute, walk

__all__ = ["Readings"]

MOST_STEPS = 20
"""How far names may stand for expressions that read further such names."""


class Readings:
    """Expressions with what names mean put in.

    Parameters
    ----------
    types : mapping of str to str
        Type of every variable and parameter.
    meanings : mapping of str to Expression
        What further names stand for; a variable or parameter of the same name goes before.
    words : mapping of str to word, optional
        Words, whose properties have names too.
    """

    def __init__(
        self, types: Mapping[str, str], meanings: Mapping[str, Expression], words: Mapping[str, Any] | None = None
    ) -> None:
        self.types = types
        # A variable or parameter of that name goes before.
        self.meanings = {name: tree for name, tree in meanings.items() if name not in types}
        self.words = words or {}

    def meaning(self, name: str) -> Expression | None:
        """What a name stands for; None if it stands for itself, or for nothing."""
        if name in self.types:
            return None
        # A name's last part is the property, all before it the word.
        if name not in self.meanings and name.rpartition(".")[0] in self.words:
            word, _, key = name.rpartition(".")
            # Looked up when it is needed: words work out more than anybody reads.
            value = getattr(self.words[word], key) if offered(self.words[word], key) else None
            if isinstance(value, Expression):
                self.meanings[name] = value
        return self.meanings.get(name)

    def all_in(self, thing: Any, fields: tuple[str, ...]) -> Any:
        """The element with these fields read; the same one if nothing in them is to be put in."""
        changed = {}
        for field in fields:
            old = getattr(thing, field)
            new = self._value(old)
            if new is not old:
                # By identity: what nobody changed stays the same object, and is not checked again.
                changed[field] = new
        return replace(thing, **changed) if changed else thing

    def _value(self, value: Any) -> Any:
        if isinstance(value, Expression):
            return self.tree(value)
        if isinstance(value, Outcome):
            return self.all_in(value, ("weight", "effects"))
        if isinstance(value, Effect):
            return self.all_in(value, ("amount",))
        if isinstance(value, tuple):
            new = tuple(self._value(one) for one in value)
            return value if all(one is two for one, two in zip(value, new, strict=True)) else new
        return value

    def tree(self, tree: Expression) -> Expression:
        """The expression with the names of requirements, what words work out, and amounts put in."""
        for one in walk(tree):
            # Trees are many and seldom changed; exact types are asked faster than classes that stand for several.
            if type(one) is Amount or (
                type(one) is Ref and one.name not in self.types and self.meaning(one.name) is not None
            ):
                return self._put_in(tree)
        return tree

    def _put_in(self, tree: Expression) -> Expression:
        found = tree
        # What is put in may itself have such names.
        for _ in range(MOST_STEPS):
            meanings = {name: self.meaning(name) for name in reads(found)}
            known = {name: meaning for name, meaning in meanings.items() if meaning is not None}
            if not known:
                return settled_amounts(found, self.types)
            found = substitute(found, known)
        raise ScenarioError(f"'{tree}': the names {', '.join(sorted(known)[:4])} stand for each other without end")


def offered(word: Any, key: str) -> bool:
    """Whether a word works something out under this name: a public property."""
    return not key.startswith("_") and isinstance(getattr(type(word), key, None), property)
