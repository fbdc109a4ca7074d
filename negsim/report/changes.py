"""What a change does, as tables for the terminal and as plain rows: levers, and variants side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from negsim.estimates import Estimate
from negsim.model.scenario import Scenario
from negsim.report.differences import differences
from negsim.report.fitting import fitted
from negsim.report.supposed import supposed
from negsim.report.words import clean
from negsim.what_if.comparisons import Comparisons
from negsim.what_if.lever import Lever, Levers

__all__ = ["comparison_data", "lever_rows", "print_comparisons", "print_levers"]

MOST, SENTENCES = 10, 3
TIED = "="
MODEL = "This is what the change would do in the model; whether anybody can bring it about is another matter."


def print_levers(console: Console, found: Levers, scenario: str) -> None:
    """Print what helps and what hinders: a row a lever, the first of each in sentences, and what is known of the best."""
    draws = f"{found.rows:,} draws of parameters" if found.rows > 1 else "parameters at their best values"
    console.print(Text(clean(f"What would change {found.what}"), style="bold"))
    console.print(Text(f"The answer now: {found.answer}"))
    console.print(Text(f"{scenario} · n = {found.n:,} a variant · {draws} · seed {found.seed}", style="dim"))
    for title, several in (("What helps", found.helpers), ("What spoils it", found.spoilers)):
        if several:
            console.print()
            console.print(fitted(_table(title, several[:MOST]), console.width, text=1))
            _lines(console, [f"{n}. {one.sentence(found.what)}" for n, one in enumerate(several[:SENTENCES], 1)])
    _lines(console, [found.guarantee])
    _lines(console, _notes(found), style="dim")


def _table(title: str, shown: Sequence[Lever]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column(title, min_width=24, overflow="fold")
    for head in ("Points", "Then,\n%", "No to\nyes", "Yes to\nno"):
        table.add_column(head, justify="right", no_wrap=True)
    for number, one in enumerate(shown, 1):
        come, gone = one.flips
        after = f"{100 * one.probability:.1f}"
        place = f"{number}{TIED if one.tied else ''}"
        table.add_row(place, Text(clean(one.text)), _short(one.estimate), after, f"{come:,}", f"{gone:,}")
    return table


def _short(one: Estimate) -> str:
    low, high = one.ends()
    # The column says that these are points.
    return f"{one.printed.removesuffix(' points')}\n[{low}, {high}]"


def _notes(found: Levers) -> list[str]:
    # Rows that are not shown are counted, so that nobody takes the table for all.
    more = max(0, len(found.helpers) - MOST) + max(0, len(found.spoilers) - MOST)
    rest = len(found) - len(found.helpers) - len(found.spoilers)
    told = [f"{found.method}, {100 * found.level:.10g} %."]
    if more:
        told.append(f"{more} more stand out, with smaller differences; --format json or --csv has them.")
    if rest:
        told.append(f"Of {rest} more changes no difference stands out from chance at this n.")
    if found.refused:
        several = f"{len(found.refused)} changes are" if len(found.refused) > 1 else "1 change is"
        told.append(f"{several} not possible in this scenario; --format json has the reasons.")
    told.append(
        f"{TIED}: not distinguishable, at this n, from the nearest change without this sign that ranks above it."
    )
    return [*told, MODEL]


def print_comparisons(
    console: Console,
    found: Comparisons,
    source: str,
    *,
    told: Scenario,
    variants: Mapping[str, Scenario],
    titles: Mapping[str, str],
    left_out: Sequence[str] = (),
) -> None:
    """Print variants side by side: what each changes, a row for each question, and what stands out in sentences."""
    console.print(Text(clean(f"Compared with {told.title or told.name}"), style="bold"))
    for step in supposed(told):
        console.print(Text(clean(f"Supposed: {step}.")))
    console.print(Text(clean(source), style="dim"))
    for variant in found.variants:
        console.print()
        _changes(console, told, variants[variant], variant)
        console.print(fitted(_comparison_table(found, variant, titles), console.width, text=0))
        _indented(console, _in_words(found, variant, titles))
    notes = [
        f"Histories are compared with themselves (common random numbers); all {len(found)} intervals of differences hold "
        f"together at {100 * found.level:.10g} % (Bonferroni). {MODEL}"
    ]
    if left_out:
        notes.append(f"Not asked by the other scenario, and left out: {', '.join(left_out)}.")
    _lines(console, notes, style="dim")


def _changes(console: Console, told: Scenario, variant: Scenario, name: str) -> None:
    """What a variant changes: one thing as the heading, several as a list below its name."""
    changes = differences(told, variant)
    if len(changes) == 1:
        console.print(Text(clean(f"If {changes[0]}"), style="bold"))
        return
    console.print(Text(clean(name), style="bold"))
    _indented(console, changes[:MOST] or ["nothing differs in what the two say"])
    if len(changes) > MOST:
        _indented(console, [f"and {len(changes) - MOST} more differences (--format json has them)"])


def _comparison_table(found: Comparisons, variant: str, titles: Mapping[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Question", min_width=18, overflow="fold")
    for head in ("Now", "Then", "Points", "No to\nyes", "Yes to\nno"):
        table.add_column(head, justify="right", no_wrap=True)
    for question in found.questions:
        one = found[variant, question]
        # What does not stand out is there, but does not catch the eye.
        style = "" if found.changes(variant, question) else "dim"
        flips = (f"{one.gained.size:,}", f"{one.lost.size:,}")
        name = Text(titles[question], style=style)
        table.add_row(name, *one.shares, _short(found.estimate(variant, question)), *flips, style=style)
    return table


def _in_words(found: Comparisons, variant: str, titles: Mapping[str, str]) -> list[str]:
    """What stands out from chance, in sentences; or that nothing does."""
    told = [_sentence(found, variant, one, titles[one]) for one in found.questions if found.changes(variant, one)]
    return told or ["No difference stands out from chance at this n."]


def _sentence(found: Comparisons, variant: str, question: str, title: str) -> str:
    """What a variant does to one answer: by how much, with the interval, and which histories flip."""
    one, change = found[variant, question], found.estimate(variant, question)
    low, high = change.ends()
    before, after = one.shares
    does = {1: "rises", -1: "falls", 0: "is not seen to change"}[found.changes(variant, question)]
    come, gone = (f"{some.size:,}{_such_as(some)}" for some in (one.gained, one.lost))
    flips = f"of {one.difference.n:,} histories {come} turn from no to yes, {gone} from yes to no"
    return f"{title}: the probability {does} from {before} to {after} ({change.printed} [{low}, {high}]); {flips}."


def _such_as(numbers: NDArray[np.int64]) -> str:
    return f" (such as number {numbers[0]})" if numbers.size else ""


def comparison_data(
    told: Scenario, variants: Mapping[str, Scenario], titles: Mapping[str, str], found: Comparisons
) -> dict[str, Any]:
    """Variants side by side as plain data, with what each changes and a sentence for each answer."""
    data = found.as_dict()
    for row in data["rows"]:
        variant, question = row["variant"], row["question"]
        one = found[variant, question]
        estimate = found.estimate(variant, question)
        row |= {
            "method": estimate.method,
            "printed": estimate.printed,
            "title": titles[question],
            "sentence": _sentence(found, variant, question, titles[question]),
        }
        # A few numbers of histories are enough to look them up.
        row |= {"gained": one.gained[:MOST].tolist(), "lost": one.lost[:MOST].tolist()}
    data["variants"] = [{"name": name, "changes": differences(told, variants[name])} for name in found.variants]
    return data


def _indented(console: Console, told: Sequence[str]) -> None:
    for one in told:
        console.print(Padding(Text(clean(one)), (0, 0, 0, 2)))


def _lines(console: Console, told: Sequence[str], style: str = "") -> None:
    console.print(Padding(Text(clean("\n".join(told)), style=style), (1, 0, 0, 0)))


def lever_rows(found: Levers) -> list[dict[str, Any]]:
    """A row a lever, flat, in the order of the list."""
    rows = []
    for one in found:
        row = one.as_dict(found.what)
        rows.append({name: clean(value) if isinstance(value, str) else value for name, value in row.items()})
    return rows
