"""Several variants and several questions compared at once: a table of comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.estimates import Estimate, Interval
from negsim.estimates.selection import simultaneous, stands_out
from negsim.notebook import card, frame
from negsim.what_if.comparison import COLUMNS, Comparison

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparisons"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """What several variants do to the answers to several questions, each against the same runs.

    Parameters
    ----------
    base : str
        What all are compared with.
    variants : tuple of str
        Names of the variants.
    questions : tuple of str
        Names of the questions.
    found : tuple of Comparison
        Variant by variant, and question by question within each.
    level : float
        At which the intervals of all differences hold together.

    See Also
    --------
    compare : Compare variants, history by history.
    sweep : Compare several values of a parameter.

    Examples
    --------
    >>> import negsim as ns
    >>> toy = ns.load("toy")
    >>> early, late = (toy.do("memorandum.delivered", on=day) for day in ("2025-01-02", "2025-01-05"))
    >>> now, *others = (ns.simulate(one, replications=2_000, seed=1) for one in (toy, early, late))
    >>> table = ns.compare(now, {"early": others[0], "late": others[1]}, ["talks_day_5", "summit_by_day_30"])
    >>> table["early", "talks_day_5"].lost.size, table.changes("early", "talks_day_5")
    (0, 1)
    """

    base: str
    variants: tuple[str, ...]
    questions: tuple[str, ...]
    found: tuple[Comparison, ...]
    level: float

    def __iter__(self) -> Iterator[Comparison]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, key: tuple[str, str]) -> Comparison:
        """The comparison of a variant and a question, by their names."""
        variant, question = key
        if variant not in self.variants or question not in self.questions:
            raise KeyError(key)
        # Found variant by variant, each with all questions.
        return self.found[self.variants.index(variant) * len(self.questions) + self.questions.index(question)]

    @property
    def each(self) -> float:
        """Level of each single interval (Bonferroni)."""
        return simultaneous(self.level, len(self.found))

    def interval(self, variant: str, question: str) -> Interval:
        """The interval of one difference; those of all differences hold together.

        Parameters
        ----------
        variant, question : str
            Names.

        Returns
        -------
        Interval
            Within [-1, 1].
        """
        return self[variant, question].interval(self.each)

    def estimate(self, variant: str, question: str) -> Estimate:
        """One difference with its simultaneous interval and its printed form.

        Parameters
        ----------
        variant, question : str
            Names.

        Returns
        -------
        Estimate
            In points of a percent.
        """
        return self[variant, question].estimate(self.each)

    def changes(self, variant: str, question: str) -> int:
        """Whether a difference stands out from chance, all looked at together: 1 up, -1 down, 0 not told apart.

        Parameters
        ----------
        variant, question : str
            Names.

        Returns
        -------
        int
            1, -1 or 0.
        """
        return stands_out(self[variant, question].difference, self.interval(variant, question))

    def rows(self) -> list[dict[str, Any]]:
        """A row for each variant and question, as plain data."""
        rows = []
        for variant in self.variants:
            for question in self.questions:
                one, ends = self[variant, question], self.interval(variant, question)
                before, after = one.probabilities
                numbers = {
                    "before": before,
                    "after": after,
                    "difference": one.value,
                    "low": ends.low,
                    "high": ends.high,
                }
                flips = {"no_to_yes": int(one.gained.size), "yes_to_no": int(one.lost.size), "n": one.difference.n}
                changes = self.changes(variant, question)
                rows.append(
                    {"variant": variant, "question": question, "by": one.by, **numbers, **flips, "changes": changes}
                )
        return rows

    def __repr__(self) -> str:
        return f"<Comparisons against {self.base}: {len(self.variants)} variants, {len(self.questions)} questions>"

    def _repr_html_(self) -> str:
        rows = [
            [name, asked.replace("_", " "), *self[name, asked].shares, str(self.estimate(name, asked))]
            for name in self.variants
            for asked in self.questions
        ]
        heads = ("variant", "question", "before", "after", "difference")
        facts = {"against": self.base, "all intervals together": f"{100 * self.level:g} %"}
        return card("Variants compared, history by history", facts, columns=heads, rows=rows)

    def to_dataframe(self) -> pd.DataFrame:
        """A row for each variant and question: probabilities, difference with its simultaneous interval, flips."""
        # Under the names given here, not those of the interventions.
        rows = [
            # By the name that was given to it: runs of two variants may have the same title.
            self[name, asked].row(self.interval(name, asked)) | {"variant": name}
            for name in self.variants
            for asked in self.questions
        ]
        return frame(rows, COLUMNS)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {"base": self.base, "level": self.level, "level_each": self.each, "rows": self.rows()}

    def __str__(self) -> str:
        lines = [f"Against {self.base}, all {len(self)} intervals together at {100 * self.level:.10g} % (Bonferroni)"]
        for variant in self.variants:
            lines.append(variant)
            for question in self.questions:
                one, change = self[variant, question], self.estimate(variant, question)
                low, high = change.ends()
                before, after = one.shares
                flips = f"{one.gained.size:,} histories from no to yes, {one.lost.size:,} from yes to no"
                lines.append(
                    f"  {question} by {one.by}: {before}, then {after}; {change.printed} [{low}, {high}]; {flips}"
                )
        return "\n".join(lines)
