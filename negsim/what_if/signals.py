"""What there is to watch for somebody who asks a question: plain results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from negsim.estimates import Estimate
from negsim.what_if.influences import Influence, Sensitivity

__all__ = ["Signal", "Watching"]

SEEN = "These are what news would tell whoever sees it; making it happen may do less or more (intervene with do)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one piece of news, known by one date, tells of the answer.

    Attributes
    ----------
    name, party, text : str
        What is looked for, the party that does it (or nothing), and the words for it.
    by : str
        Date by which it is known whether it has happened.
    chance : Estimate
        How likely the news is to be yes.
    given_yes, given_no : Estimate
        The answer's probability then, and otherwise.
    move : Estimate
        Expected absolute move of the probability.
    bits : Estimate
        Mutual information of news and answer.
    tied : bool
        Whether it is not distinguishable, at this n, from the leader of its group, which stands before it.
    dates : tuple of (str, float, float)
        For each date looked at: the chance of yes, and the expected move.
    """

    name: str
    party: str
    text: str
    by: str
    chance: Estimate
    given_yes: Estimate
    given_no: Estimate
    move: Estimate
    bits: Estimate
    tied: bool = False
    dates: tuple[tuple[str, float, float], ...] = ()

    def sentence(self, what: str) -> str:
        """One sentence for people, with its uncertainty."""
        yes, no = (_told(one) for one in (self.given_yes, self.given_no))
        return (
            f"Watch by {self.by} whether {self.text}: the chance of this is {_told(self.chance)}. If so, {what} is {yes}, "
            f"otherwise {no}; on average the news moves it by {_told(self.move)}."
        )

    def as_dict(self, what: str) -> dict[str, Any]:
        """Everything as plain data."""
        numbers = ("chance", "given_yes", "given_no", "move", "bits")
        return {
            "kind": "news",
            "name": self.name,
            "party": self.party or None,
            "text": self.text,
            "by": self.by,
            **{name: getattr(self, name).as_dict() for name in numbers},
            "tied": self.tied,
            "dates": [{"by": by, "chance": chance, "move": move} for by, chance, move in self.dates],
            "sentence": self.sentence(what),
        }


def _told(one: Estimate) -> str:
    low, high = one.ends()
    return f"{one.printed} [{low} to {high}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What to watch for one question: what `watch` found.

    Attributes
    ----------
    question, by, what : str
    answer : Estimate
    signals : tuple of Signal
        Each piece of news at its most telling date, the largest expected move first.
    parameters : Sensitivity or None
        The same for what is believed of parameters, if they were drawn.
    ranked : tuple of Signal or Influence
        Both in one list by expected move; ``tied`` says what is not distinguishable from the leader of its group.
    n, rows : int
    method : str
    """

    question: str
    by: str
    what: str
    answer: Estimate
    signals: tuple[Signal, ...]
    parameters: Sensitivity | None
    ranked: tuple[Signal | Influence, ...]
    n: int
    rows: int
    method: str

    def __iter__(self) -> Iterator[Signal]:
        return iter(self.signals)

    def __getitem__(self, name: str) -> Signal:
        """The signal of a fact, act or condition by its name, at its most telling date."""
        for one in self.signals:
            if one.name == name:
                return one
        raise KeyError(name)

    def __str__(self) -> str:
        lines = [f"{self.what[:1].upper()}{self.what[1:]} is {self.answer}. {self.method}."]
        for one in self.ranked[:5]:
            tie = " (Not distinguishable from those before at this n.)" if one.tied else ""
            lines.append(f"  {one.sentence(self.what)}{tie}")
        return "\n".join([*lines, SEEN])

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "question": self.question,
            "by": self.by,
            "answer": self.answer.as_dict(),
            "n": self.n,
            "rows": self.rows,
            "method": self.method,
            "news": [one.as_dict(self.what) for one in self.signals],
            "parameters": None if self.parameters is None else self.parameters.as_dict()["parameters"],
            "ranked": [
                {"kind": "news" if isinstance(one, Signal) else "parameter", "name": name_of(one), "tied": one.tied}
                for one in self.ranked
            ],
        }


def name_of(one: Signal | Influence) -> str:
    """The name under which a result is known."""
    return one.name if isinstance(one, Signal) else one.parameter
