"""Answers as the news came in, as tables for the terminal and as plain rows."""

from __future__ import annotations

import math
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from negsim.learning.nowcasting import NewsStep, Nowcast
from negsim.learning.updated import Updated
from negsim.report.fitting import fitted
from negsim.report.words import clean, day, plain

__all__ = ["news_rows", "print_nowcast"]

Rows = list[dict[str, Any]]
MOST_TOLD, UNEXPECTED = 3, 0.25
"""Items that are told as least expected, and how likely they were at most."""


def print_nowcast(console: Console, found: Nowcast, contributions: dict[str, dict[str, float]]) -> None:
    """Print what became of each question, item by item, and what is to be known of it.

    Parameters
    ----------
    console : Console
    found : Nowcast
    contributions : mapping
        Order-free contributions by question and item, of those questions that have some.
    """
    title = found.scenario.title or found.scenario.name
    console.print(Text(clean(f"{title}: what the news did"), style="bold"))
    for question in found.questions:
        shares = contributions.get(question.name, {})
        console.print(Padding(Text(clean(question.text or plain(question.name)), style="bold"), (1, 0, 0, 0)))
        console.print(fitted(_table(found.steps(question.name), shares), console.width, text=1))
    _legend(console, found, any(contributions.values()))


def _table(steps: tuple[NewsStep, ...], shares: dict[str, float]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Known on", min_width=11)
    table.add_column("News", min_width=16, overflow="fold")
    table.add_column("Proba-\nbility", justify="right", no_wrap=True)
    table.add_column("Monte\nCarlo", justify="right", no_wrap=True)
    table.add_column("Log odds\nadded", justify="right")
    if shares:
        table.add_column("in any\norder", justify="right")
    for step in steps:
        low, high = step.answer.ends()
        exact = step.answer.kind == "exact"
        row: list[str | Text] = [
            day(step.date),
            Text(clean(step.title)),
            Text(step.answer.printed, style="bold"),
            # An exact answer has no interval, and an empty cell would look forgotten.
            "exact" if exact else f"{low}–{high} %",
            signed(step.added) if step.item else "",
        ]
        table.add_row(*row, *([signed(shares[step.item]) if step.item else ""] if shares else []))
    return table


def signed(added: float) -> str:
    """What was added in log odds, as text; in words where it decided the question."""
    # Infinity less infinity: it was decided before.
    if math.isnan(added):
        return "decided"
    if math.isinf(added):
        return "decides: yes" if added > 0 else "decides: no"
    return f"{added:+.2f}"


def _legend(console: Console, found: Nowcast, shared: bool) -> None:
    lines = ["Probability: the model's answer, given the news up to that line; Monte Carlo: its 95 % interval."]
    lines.append("Log odds added: what the item added to those before it; +0.69 doubles the odds.")
    if shared:
        lines.append("In any order: the same on average over all orders in which they could have become known.")
    if isinstance(found.runs, Updated):
        evidence, n = found.runs.log_evidence, found.runs.replications
        lines.append(
            f"n = {n:,} histories in 32 islands, worth {found.runs.effective:,.0f} equal ones · log evidence of all the news "
            f"{evidence.value:.2f} [{evidence.low:.2f}, {evidence.high:.2f}] · seed {found.seed} · engine {found.engine}"
        )
        lines += _least_expected(found.runs)
    lines += [f"Warning: {text}." for text in found.warnings]
    console.print(Padding(Text(clean("\n".join(lines)), style="dim"), (1, 0, 0, 0)))


def _least_expected(runs: Updated) -> list[str]:
    """The items that the scenario held least likely, given the others before them."""
    titles = {item.name: item.called for item in runs.news}
    # Only what was unlikely: the least expected of likely news surprises nobody.
    least = [
        pair for pair in sorted(runs.expected.items(), key=lambda pair: pair[1])[:MOST_TOLD] if pair[1] < UNEXPECTED
    ]
    if not least:
        return []
    told = "; ".join(f"'{titles[name]}' ({100 * chance:.2g} %)" for name, chance in least)
    return [f"Least expected, given what was known before: {told}."]


def news_rows(found: Nowcast) -> Rows:
    """Return a row a question and item, for a CSV file."""
    return [
        {
            "question": question.name,
            "item": step.item,
            "title": step.title,
            "known": step.date,
            "probability": step.answer.value,
            "low": step.answer.low,
            "high": step.answer.high,
            "log_odds_added": step.added,
        }
        for question in found.questions
        for step in found.steps(question.name)
    ]
