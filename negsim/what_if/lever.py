"""What there is to change for somebody who asks a question: plain results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.estimates import Estimate, Interval, PairedDifference
from negsim.estimates.selection import Selection, stands_out
from negsim.model.interventions import Intervention
from negsim.notebook import card, frame
from negsim.what_if.parting import Parting

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Lever", "Levers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One change of a scenario, and what it does to the answer.

    Parameters
    ----------
    name, kind, text : str
        What it is called, what becomes of the element (``met``, ``waived``, ``hardened``, ``off``, ``decided``,
        ``changed``), and the words for it.
    steps : tuple of Intervention
        What ``scenario.supposing(*lever.steps)`` needs to make it so.
    difference : PairedDifference
        With the lever minus without it, history by history.
    interval : Interval
        Of the difference; those of all levers hold together.
    probability : float
        The answer's probability with the lever.
    tied : bool
        Whether it is not distinguishable, at this n, from the leader of its group, which stands before it.
    parting : Parting or None
        What differs first in histories that flip, the change itself apart; told of the three best and the three worst.

    See Also
    --------
    levers : Find what helps most, and what hinders.
    Comparison : The difference that a variant makes.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.levers(ns.load("toy"), "talks_day_5", [ns.Do(fact="memorandum.delivered", on="2025-01-02")], seed=1)
    >>> found.best.helps, found.best.difference.first_only
    (True, 0)
    """

    name: str
    kind: str
    text: str
    steps: tuple[Intervention, ...]
    difference: PairedDifference
    interval: Interval
    probability: float
    tied: bool = False
    parting: Parting | None = None

    @property
    def value(self) -> float:
        """The difference that it makes to the probability."""
        return self.difference.value

    @property
    def flips(self) -> tuple[int, int]:
        """Numbers of histories that it turns from no to yes, and from yes to no."""
        return self.difference.second_only, self.difference.first_only

    @property
    def helps(self) -> bool:
        """Whether it makes yes likelier, beyond chance, all levers looked at together."""
        return stands_out(self.difference, self.interval) > 0

    @property
    def hinders(self) -> bool:
        """Whether it makes yes less likely, likewise: a spoiler."""
        return stands_out(self.difference, self.interval) < 0

    @property
    def idle(self) -> bool:
        """Whether no history's answer differs."""
        # A history that failed under the change might have differed.
        return self.flips == (0, 0) and not self.difference.unknown

    @property
    def estimate(self) -> Estimate:
        """The difference in points of a percent, with the simultaneous interval."""
        return self.difference.estimate(self.interval.level)

    def sentence(self, what: str) -> str:
        """One sentence for people, with its uncertainty.

        Parameters
        ----------
        what : str
            The answer as a noun, such as `Levers.what`.

        Returns
        -------
        str
            It names the lever, the difference, the interval and the histories that flip.
        """
        low, high = self.estimate.ends()
        come, gone = self.flips
        does = "raises" if self.helps else "lowers" if self.hinders else "is not seen to change"
        head = f"Suppose: {self.text}. In the model this {does} {what}"
        tail = f"of {self.difference.n:,} histories {come:,} turn from no to yes, {gone:,} from yes to no."
        by = f"by {abs_text(self.estimate.printed)} [{low} to {high}]" if self.helps or self.hinders else ""
        apart = "" if self.parting is None else f" {self.parting.sentence}"
        told = f"{head} {by}; {tail}" if by else f"{head} ({self.estimate.printed} [{low} to {high}]); {tail}"
        return f"{told}{apart}"

    def as_dict(self, what: str) -> dict[str, Any]:
        """Everything as plain data.

        Parameters
        ----------
        what : str
            The answer as a noun, such as `Levers.what`.

        Returns
        -------
        dict
            Numbers as they are, and the sentence.
        """
        come, gone = self.flips
        return {
            "name": self.name,
            "kind": self.kind,
            "text": self.text,
            "difference": self.value,
            "low": self.interval.low,
            "high": self.interval.high,
            "level_each": self.interval.level,
            "method": self.interval.method,
            "n": self.difference.n,
            "probability": self.probability,
            "no_to_yes": come,
            "yes_to_no": gone,
            "failed": self.difference.unknown,
            "helps": self.helps,
            "hinders": self.hinders,
            "tied": self.tied,
            "sentence": self.sentence(what),
            "parting": None if self.parting is None else self.parting.as_dict(),
        }


def abs_text(printed: str) -> str:
    """A difference without its sign, where a verb says the direction."""
    # A hyphen or a minus sign, whichever the text was set with.
    return printed.lstrip("+-−")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """What can be changed, ranked by what it does to the answer: what `levers` found.

    Parameters
    ----------
    question, by, what : str
        Name of the question, its deadline, and the answer as a noun.
    answer : Estimate
        The answer as the scenario is.
    levers : tuple of Lever
        The most helpful first, the worst spoiler last.
    choice : Selection or None
        What is known of the first one being the best; None if there is no lever.
    refused : mapping of str to str
        Levers that the scenario does not allow, each with the reason.
    level : float
        Of all intervals together.
    n, rows : int
        Histories of each variant, and rows of parameters.
    seed : int
        Of all variants.
    method : str
        How the intervals were made.

    See Also
    --------
    levers : Find what helps most, and what hinders.
    Lever : One change, and what it does.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.levers(ns.load("toy"), "talks_day_5", [ns.Do(fact="memorandum.delivered", never=True)], seed=1)
    >>> [one.name for one in found.spoilers], found.best
    (['memorandum.delivered do'], None)
    """

    question: str
    by: str
    what: str
    answer: Estimate
    levers: tuple[Lever, ...]
    choice: Selection | None
    refused: Mapping[str, str]
    level: float
    n: int
    rows: int
    seed: int
    method: str

    def __iter__(self) -> Iterator[Lever]:
        return iter(self.levers)

    def __len__(self) -> int:
        return len(self.levers)

    def __getitem__(self, name: str) -> Lever:
        """The lever of this name."""
        for one in self.levers:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def best(self) -> Lever | None:
        """The lever that helps most, if one helps beyond chance."""
        # Levers are sorted by their difference, so that none helps if the first does not.
        return self.levers[0] if self.levers and self.levers[0].helps else None

    @property
    def helpers(self) -> tuple[Lever, ...]:
        """The levers that help beyond chance, the best first."""
        return tuple(one for one in self.levers if one.helps)

    @property
    def spoilers(self) -> tuple[Lever, ...]:
        """The levers that hinder beyond chance, the worst first."""
        return tuple(one for one in reversed(self.levers) if one.hinders)

    @property
    def guarantee(self) -> str:
        """What is known of the choice of the best lever, in a sentence or two."""
        if not self.levers:
            return "There is nothing to change: no precondition, mechanism or decision is stated; give candidates of your own."
        if self.best is None or self.choice is None:
            return f"No change is seen to help at {100 * self.level:.10g} %, all {len(self.levers)} looked at together."
        others = [str(place + 1) for place in self.choice.contenders[1:]]
        told = f"With {100 * self.level:.10g} % confidence no other change is better than the first ({self.best.text}) "
        told += f"by more than {100 * self.choice.within:.2g} points" if others else "at all"
        several = "number" if len(others) == 1 else "numbers"
        tied = f"; not told apart from it: {several} {', '.join(others)}" if others else ""
        # No simulation makes it certain, and three digits would round it to 100 %.
        sure = min(self.choice.probability, 0.999)
        return f"{told}{tied}. The probability of correct selection is estimated as at least {100 * sure:.3g} %."

    def __str__(self) -> str:
        shown = [*self.helpers[:5], *self.spoilers[:3]]
        lines = [f"Levers for {self.what}", f"as it is: {self.answer}"]
        lines += [f"  {one.sentence(self.what)}" for one in shown]
        return "\n".join([*lines, self.guarantee])

    def __repr__(self) -> str:
        return f"<Levers for {self.question} by {self.by}: {len(self)} changes, n = {self.n:,} each>"

    def _repr_html_(self) -> str:
        rows = [[one.text, one.estimate.printed, " to ".join(one.estimate.ends()), *one.flips] for one in self.levers]
        heads = ("change", "difference", f"interval, all at {100 * self.level:g} %", "no to yes", "yes to no")
        facts = {"as it is": str(self.answer), "histories of each": f"{self.n:,}"}
        return card(f"What would change {self.what}", facts, columns=heads, rows=rows, notes=[self.guarantee])

    def to_dataframe(self) -> pd.DataFrame:
        """A row a change: difference with its simultaneous interval, probability with it, histories that flip."""
        return frame([one.as_dict(self.what) for one in self.levers], COLUMNS)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data.

        Returns
        -------
        dict
            The answer, every lever in order, and the choice.
        """
        choice = self.choice
        return {
            "question": self.question,
            "by": self.by,
            "what": self.what,
            "answer": self.answer.as_dict(),
            "level": self.level,
            "n": self.n,
            "rows": self.rows,
            "method": self.method,
            "levers": [one.as_dict(self.what) for one in self.levers],
            "best": None if self.best is None else self.best.name,
            "choice": None
            if choice is None
            else {
                "probability_at_least": choice.probability,
                "within": choice.within,
                "contenders": [self.levers[place].name for place in choice.contenders],
                "method": choice.method,
            },
            "guarantee": self.guarantee,
            "refused": dict(self.refused),
        }


COLUMNS = (
    "name", "kind", "text", "difference", "low", "high", "level_each", "method", "n", "probability", "no_to_yes",
    "yes_to_no", "failed", "helps", "hinders", "tied",
)  # fmt: skip
