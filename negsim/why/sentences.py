"""Conditions as people say them: "the second round is held", where phrases say "second round: held"."""

from __future__ import annotations

from typing import Any

from negsim.model.expressions import And, Expression, Not, Or, Ref
from negsim.vocabulary.process import Process
from negsim.vocabulary.readiness import Readiness
from negsim.why.phrases import Phrases

__all__ = ["Sentences"]

SAID = {
    **{one: f"is {one}" for one in ("agreed", "announced", "broken", "delivered", "done", "dropped", "due", "engaged")},
    **{one: f"is {one}" for one in ("held", "made", "met", "open", "ratified", "rejected", "signed", "waived")},
    **{one: one for one in ("holds", "stands")},
    **{one: f"is {one}" for one in ("extended", "ripe", "suspended", "withdrawn")},
    "lapsed": "has lapsed",
    "in_force": "is in force",
    "called_off": "is called off",
    "under_way": "is under way",
}
"""What facts of words say of them."""


class Sentences(Phrases):
    """Plain words for the elements of one scenario, facts of words as small sentences.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Meeting("talks", among=["north", "south"], on="2025-01-09T12:00", products={"swap": 0.5}, title="the talks")
    >>> said = Sentences(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[talks]))
    >>> print(said.condition(~talks.held & talks.product("swap")))
    the talks is not held and the talks: swap
    """

    def condition(self, condition: Expression) -> str:
        """A condition, with sentences in place of names."""
        if isinstance(condition, And):
            return " and ".join(
                f"({self.condition(part)})" if isinstance(part, Or) else self.condition(part) for part in condition.args
            )
        if isinstance(condition, Not) and isinstance(condition.arg, Not):
            return self.condition(condition.arg.arg)
        if isinstance(condition, Not) and isinstance(condition.arg, Ref):
            told = self.name(condition.arg.name)
            verb = next((one for one in (" is ", " has ") if told.count(one) == 1), "")
            return told.replace(verb, f"{verb}not ") if verb else f'it is not so that "{told}"'
        return super().condition(condition)

    def _within(self, name: str) -> str:
        head, _, rest = name.rpartition(".")
        word = self.elements.words.get(head)
        said = "" if word is None else self._stated(word, head, rest)
        return said or super()._within(name)

    def _stated(self, word: Any, head: str, rest: str) -> str:
        if isinstance(word, Readiness) and rest == "ready":
            return f"{self.name(word.of)} is ready"
        if isinstance(word, Process) and rest == "number":
            return f"{self.word(head)} held"
        return f"{self.word(head)} {SAID[rest]}" if rest in SAID else ""
