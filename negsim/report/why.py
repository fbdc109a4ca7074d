"""Reasons for the terminal: the few that matter beside a run's answers, and the whole of one explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from negsim.estimates.base import thousands
from negsim.report.words import clean, day, percent, plain
from negsim.why.explanation import Explanation
from negsim.why.reasons import Reason

__all__ = ["reason_table", "roots"]

MOST_REASONS, MOST_ROOTS, LEAST_ROOT = 3, 2, 0.1
"""Reasons told beside an answer, causes told behind each, and the least share at which one is worth the words."""


def reason_table(found: Explanation, hint: str = "") -> Group:
    """The main reasons why the answer to one question is no, in a few lines; ``hint`` is how to ask for all."""
    head = Text(f"Why not {clean(plain(found.question))}? ", style="bold")
    if not found.failures:
        return Group(head.append(f"It never failed in {thousands(found.n)} histories.", style="not bold"))
    head.append(f"No in {percent(found.share)} % by {day(found.by)}. Of these:", style="not bold")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True, min_width=6)
    grid.add_column()
    for reason in found.reasons[:MOST_REASONS]:
        grid.add_row(f"{percent(reason.share)} %", Text(clean(str(reason))))
        because = _because(reason)
        if because:
            grid.add_row("", Text(f"because {clean(because)}", style="dim"))
    if not found.reasons:
        grid.add_row("", Text("nothing in them is seen more often than in the others", style="dim"))
    return Group(head, grid, *([Text(f"  All reasons: {hint}", style="dim")] if hint else []))


def _because(reason: Reason) -> str:
    told = [(text, share) for text, share in roots(reason) if share >= LEAST_ROOT][:MOST_ROOTS]
    return "; ".join(text if share > 0.995 else f"{percent(share)} % {text}" for text, share in told)


def roots(reason: Reason) -> list[tuple[str, float]]:
    """What is at the bottom of a reason, each sentence once, with its share of the histories of this reason.

    >>> one = Reason(kind="time", text="the text needs more time", condition="deliver", share=0.5, alone=0.5)
    >>> roots(Reason(kind="missing", text="it has no text", condition="text", share=1.0, alone=1.0, behind=(one,)))
    [('the text needs more time', 0.5)]
    """
    found: dict[str, float] = {}
    for text, share in _bottom(reason.behind, 1.0):
        found[text] = min(1.0, found.get(text, 0.0) + share)
    return sorted(found.items(), key=lambda one: -one[1])


def _bottom(reasons: Sequence[Reason], share: float) -> Iterator[tuple[str, float]]:
    for one in reasons:
        if one.behind:
            yield from _bottom(one.behind, share * one.share)
        else:
            yield one.text, share * one.share
