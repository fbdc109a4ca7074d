"""What there is to watch for somebody who asks a question: plain results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.estimates import Estimate
from negsim.notebook import card, frame, spread
from negsim.what_if.influences import Influence, Sensitivity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Signal", "Watching"]

NUMBERS = ("chance", "given_yes", "given_no", "move", "bits")
# News is an observation, not an act; without this line the list would be read as a list of levers.
SEEN = "These are what news would tell whoever sees it; making it happen may do less or more (intervene with do)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one piece of news, known by one date, tells of the answer.

    Parameters
    ----------
    name, party, text : str
        What is looked for, the party that does it (or nothing), and the words for it.
    by : str
        Date by which it is known whether it has happened.
    chance : Estimate
        How likely it is to have happened by then.
    given_yes, given_no : Estimate
        The answer's probability then, and otherwise.
    move : Estimate
        Expected absolute move of the probability, in [0, 1].
    bits : Estimate
        Mutual information of news and answer, in bits.
    tied : bool
        Whether it is not distinguishable, at this n, from the leader of its group, which stands before it.
    dates : tuple of (str, float, float)
        Each date looked at, the chance that it has happened by then, and the expected move.

    See Also
    --------
    watch : Tell which news would move the answer most.
    Watching : All signals for one question.
    Influence : The same for what is believed of a parameter.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> one = ns.watch(runs, "summit_by_day_30", dates=["15 days"])["ceasefire.agreed"]
    >>> one.by, one.given_yes.value > one.given_no.value
    ('2025-01-16T00:00', True)
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
        """Tell the signal in one sentence for people, with its uncertainty.

        Parameters
        ----------
        what : str
            The answer in words, which is what the news moves (`Watching.what`).

        Returns
        -------
        str
            What to watch by when, how likely it is, and what the answer is then and otherwise.
        """
        yes, no = (_told(one) for one in (self.given_yes, self.given_no))
        return (
            f"Watch by {self.by} whether {self.text}: the chance of this is {_told(self.chance)}. If so, {what} is {yes}, "
            f"otherwise {no}; on average the news moves it by {_told(self.move)}."
        )

    def as_dict(self, what: str) -> dict[str, Any]:
        """Give everything as plain data.

        Parameters
        ----------
        what : str
            The answer in words, for the sentence.

        Returns
        -------
        dict
            Names, estimates, the dates looked at, and the sentence.
        """
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

    Parameters
    ----------
    question, by, what : str
        Name, deadline, and the answer in words ("the probability of ...").
    answer : Estimate
        The probability without any news.
    signals : tuple of Signal
        Each piece of news at its most telling date, the largest expected move first.
    parameters : Sensitivity or None
        The same for what is believed of parameters, if they were drawn.
    ranked : tuple of Signal or Influence
        Both in one list by expected move; ``tied`` says what is not distinguishable from the leader of its group.
    n, rows : int
        Histories that were looked at, and rows of parameters.
    method : str
        How it was found, as a sentence.

    See Also
    --------
    watch : Tell which news would move the answer most.
    Signal : One piece of news, known by one date.
    draw_watching : Draw the expected moves by date.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> found = ns.watch(runs, "summit_by_day_30", dates=["15 days"])
    >>> [one.name for one in found][:1], found["talks.held"].move.value < found.signals[0].move.value
    (['ceasefire.agreed'], True)
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
        # Signals alone: parameters are no news.
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

    def __repr__(self) -> str:
        return f"<Watching {self.question} by {self.by}: {len(self.signals)} pieces of news, n = {self.n:,}>"

    def _repr_html_(self) -> str:
        rows = [[one.text, one.by, *(_told(getattr(one, name)) for name in NUMBERS[:4])] for one in self.signals]
        heads = ("news", "known by", "its chance", "answer if so", "otherwise", "expected move")
        facts = {"answer": str(self.answer), "histories": f"{self.n:,}"}
        return card(f"What to watch for {self.what}", facts, columns=heads, rows=rows, notes=[SEEN])

    def to_dataframe(self) -> pd.DataFrame:
        """A row a piece of news at its most telling date: its chance, the answer then and otherwise, expected move, bits."""
        # Only the most telling date of each: the others are in ``dates``, and would be one piece of news told many times.
        ends = [f"{name}{end}" for name in NUMBERS for end in ("", "_low", "_high")]
        rows = [
            {"name": one.name, "party": one.party, "text": one.text, "by": one.by, "tied": one.tied}
            | {key: value for name in NUMBERS for key, value in spread(name, getattr(one, name)).items()}
            for one in self.signals
        ]
        return frame(rows, ("name", "party", "text", "by", *ends, "tied"), dates=["by"])

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data.

        Returns
        -------
        dict
            The question and its answer, the news, the parameters if they were drawn, and the ranked list of both.
        """
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
