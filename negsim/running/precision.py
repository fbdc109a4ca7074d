"""When a run is precise enough: intervals that hold however often one looks, looked at after fixed numbers of histories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from negsim.errors import ArgumentError, EstimateError, nearest
from negsim.estimates import Proportion
from negsim.estimates.selection import simultaneous
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.results.answers import stated
from negsim.results.counted import CountedRuns
from negsim.results.runs import Runs

__all__ = ["Precision", "half_width", "precision_of"]

FIRST, GROWTH = 1_000, 1.25
"""Histories at the first look, and how many times more there are at each further one."""
MOST = 1_000_000
"""Histories at most, if a precision is asked for and their number is not."""
LEVEL = 0.95
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
Wanted: TypeAlias = float | str
"""A half-width: in points (.01), or as a share of the probability itself (``"10 %"``)."""


def precision_of(
    scenario: Scenario, asked: tuple[Question, ...], wanted: Wanted | Mapping[str, Wanted], most: int, draws: int | None
) -> Precision:
    """How precise a run is to be, checked.

    Raises
    ------
    ArgumentError
        If a half-width is none, or a question is not asked.
    EstimateError
        If no question has a probability whose precision can be told.
    """
    able = [one.name for one in (*stated(scenario), *asked) if one.probable and one.given is None]
    told = dict(wanted) if isinstance(wanted, Mapping) else dict.fromkeys(able, wanted)
    relative = frozenset(name for name, width in told.items() if isinstance(width, str))
    widths = {name: half_width(width) for name, width in told.items()}
    for name in told:
        if name not in able:
            raise ArgumentError(
                f"precision names {name!r}, which is no yes/no question without given= of this run{nearest(name, able)}"
            )
    if not widths:
        raise EstimateError(
            "precision is asked for, and no yes/no question without given= is; ask one, or leave precision= away"
        )
    # A history whose row of parameters is its own is independent of all others.
    cycle = 1 if draws is None or draws >= most else draws
    return Precision(wanted=widths, relative=relative, cycle=cycle)


def half_width(said: Wanted) -> float:
    """A half-width as a number: of the probability's own size where it is a text such as ``"10 %"``."""
    if isinstance(said, str):
        share = PERCENT.fullmatch(said.strip())
        number = float(share.group(1)) / 100 if share else 0.0
        if not 0 < number < 1:
            raise ArgumentError(
                f"precision is {said!r}; write a share of the probability itself as a text such as '10 %', or a number of "
                "points such as 0.01"
            )
        return number
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not 0 < said < 0.5:
        raise ArgumentError(
            f"precision is {said!r}; give the half-width of a probability, above 0 and below 0.5, or a share of it as a text "
            "such as '10 %'"
        )
    return float(said)


@dataclass(slots=True, kw_only=True)
class Precision:
    """Half-widths that are wanted, and those that were reached.

    Notes
    -----
    The interval is the confidence sequence of the uniform mixture, `negsim.estimates.intervals.sequence`. Where draws of
    the parameters are gone through in turn, it holds after whole turns for the mean over these draws: for each rival share
    the expected likelihood ratio of a turn is a product whose factors have the mean 1, so it is at most 1.

    Attributes
    ----------
    wanted : mapping of str to float
        Half-width by question.
    relative : frozenset of str
        Questions whose half-width is a share of the middle of their interval.
    cycle : int
        Looks are at whole multiples of this.
    reached : mapping of str to float
        Half-widths at the last look, all questions together at 95 %.
    """

    wanted: Mapping[str, float]
    relative: frozenset[str] = frozenset()
    cycle: int
    reached: dict[str, float] = field(default_factory=dict)

    def rounded(self, replications: int) -> int:
        """At most so many histories, in whole turns through the draws."""
        return max(self.cycle, replications - replications % self.cycle)

    def looks(self, done: int, most: int) -> Iterator[int]:
        """Numbers of histories at which one looks: the same whatever the workers and the blocks."""
        size = float(FIRST)
        last = self.rounded(most)
        while (look := -(-round(size) // self.cycle) * self.cycle) < last:
            if look >= done:
                yield look
            size = max(size * GROWTH, look + 1.0)
        yield max(last, done)

    def enough(self, runs: Runs | CountedRuns) -> bool:
        """Whether all questions are known as precisely as is wanted."""
        each = simultaneous(LEVEL, len(self.wanted))
        for name in self.wanted:
            share = runs.probability(name)
            assert isinstance(share, Proportion)
            # Over whole turns the rows of parameters are no clusters: see above.
            plain = Proportion(hits=share.hits, n=share.n, unknown=share.unknown)
            found = plain.interval(each, "sequence")
            unit = (found.low + found.high) / 2 if name in self.relative else 1.0
            self.reached[name] = found.width / 2 / unit
        return not self._short()

    def _short(self) -> list[str]:
        return [name for name, width in self.wanted.items() if self.reached.get(name, 1.0) > width]

    @property
    def note(self) -> str:
        """What was reached, in words."""
        if not self.reached:
            return "precision was not looked at: the run ended before the first look"
        widest = max(self.reached, key=lambda name: self.reached[name] / self.wanted[name])
        several = f"all {len(self.wanted)} questions together" if len(self.wanted) > 1 else "the question"
        short = "" if not self._short() else "precision not reached: "
        draws = (
            f", for the mean over these {self.cycle:,} draws of the parameters (which draws they are adds to the error; "
            "more draws= narrow that)"
            if self.cycle > 1
            else ""
        )
        return (
            f"{short}at 95 % for {several}, however often one looks, probabilities are known to within "
            f"{self._said(widest, self.reached)} (wanted {self._said(widest, self.wanted)}; last to get there: {widest}){draws}"
        )

    def _said(self, name: str, widths: Mapping[str, float]) -> str:
        if name in self.relative:
            return f"{100 * widths[name]:.3g} % of their size"
        return f"{widths[name]:.3g}"
