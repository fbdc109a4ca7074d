"""Reasons for the terminal: the few that matter beside a run's answers, and the whole of one explanation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from negsim.estimates.base import thousands
from negsim.report.titles import dated
from negsim.report.words import clean, day, percent, plain
from negsim.results.base import Results
from negsim.why.cause import LATE
from negsim.why.explanation import Explanation, worth_telling
from negsim.why.reasons import Reason
from negsim.why.turning import Turning

__all__ = ["called", "further", "headline", "print_why", "reason_table", "roots"]

MOSTLY = 0.5
"""Share of the histories from which on what slowed a clock is told with it."""

MOST_REASONS, MOST_ROOTS, LEAST_ROOT = 3, 2, 0.1
"""Reasons told beside an answer, causes told behind each, and the least share at which one is worth the words."""


def reason_table(found: Explanation, hint: str = "") -> Group:
    """The main reasons why the answer to one question is no, in a few lines; ``hint`` is how to ask for all."""
    head = Text(f"Why not: {called(found)}? ", style="bold")
    if not found.failures:
        return Group(head.append(f"It never failed in {thousands(found.n)} histories.", style="not bold"))
    head.append(f"No in {percent(found.share)} %. Of these:", style="not bold")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True, min_width=6)
    grid.add_column()
    for reason in found.reasons[:MOST_REASONS]:
        grid.add_row(f"{percent(reason.share)} %", Text(clean(sentence(str(reason)))))
        because = _because(reason)
        if because:
            grid.add_row("", Text(f"because {clean(because)}", style="dim"))
    if not found.reasons:
        grid.add_row("", Text("nothing in them is seen more often than in the others", style="dim"))
    return Group(head, grid, *([Text(f"  All reasons: {hint}", style="dim")] if hint else []))


def print_why(console: Console, found: Explanation, runs: Results) -> None:
    """Print the whole of one explanation."""
    console.print(Text(clean(headline(found)), style="bold"))
    if not found.failures:
        return
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True, min_width=6)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    for reason in found.reasons:
        _add(grid, reason)
    console.print(grid)
    for line in further(found):
        console.print(Text(clean(line)))
    console.print(Text(clean(_footer(found, runs)), style="dim"))


def called(found: Explanation) -> str:
    """The question's title with its deadline, or its name in plain words."""
    return clean(dated(found.title, found.by) if found.title else f"{plain(found.question)}, by {day(found.by)}")


def headline(found: Explanation) -> str:
    """What is explained, and in how many histories."""
    asks = {"no": "Why not", "yes": "Why", "low": "Why so low", "high": "Why so high"}[found.side]
    what = f"at most {found.value:.3g}" if found.side == "low" else f"above {found.value:.3g}"
    answer = found.side if found.side in ("no", "yes") else what
    head = f"{asks}: {called(found)}? {answer.capitalize()} in {thousands(found.failures)}"
    head += f" of {thousands(found.n)} histories."
    return head if found.looked == found.failures else f"{head} {thousands(found.looked)} of these are looked at:"


def _add(grid: Table, reason: Reason) -> None:
    ends = "" if math.isnan(reason.low) else f"[{100 * reason.low:.0f}, {100 * reason.high:.0f}]"
    grid.add_row(f"{percent(reason.share)} %", ends, Text(clean(sentence(str(reason)))))
    if reason.helps is not None:
        grid.add_row("", "", Text(f"  {clean(str(reason.helps))}", style="dim"))
    _add_behind(grid, reason, 1)


def _add_behind(grid: Table, reason: Reason, depth: int) -> None:
    for one in worth_telling(reason):
        share = "" if one.share > 0.995 else f"{percent(one.share)} % "
        helps = "" if one.helps is None else f"; {one.helps}"
        told = Text(f"{share}{clean(str(one))}{helps}", style="dim")
        grid.add_row("", "", Padding(told, (0, 0, 0, 2 * depth)))
        _add_behind(grid, one, depth + 1)


def sentence(text: str) -> str:
    """A clause with a capital.

    >>> sentence("it has no text")
    'It has no text'
    """
    return f"{text[:1].upper()}{text[1:]}"


def further(found: Explanation) -> Iterator[str]:
    """What else is known, in lines."""
    for one in found.decisions:
        yield f"{str(one).splitlines()[0]}{f'; {one.forced}' if one.forced else ''}."
    if any(one.histories for one in found.near):
        yield f"Near misses: of all these it came {', '.join(str(one) for one in found.near)} after the deadline."
    yield from _turning(found.turning)
    for refuted in found.refuted:
        hinders = refuted.helps is not None and refuted.helps.hinders
        why = "without it there is less of it" if hinders else "it is as frequent where it did happen"
        yield f"Not told as a cause, because {why}: {refuted.text} ({percent(refuted.share)} % of these)."


def _turning(found: Turning | None) -> Iterator[str]:
    """Until when it was possible, and what the last step was that decided it."""
    if found is None or not found.looked:
        return
    # Dates are those of the histories in which it was lost; the others have none.
    lost = found.looked - found.open
    if not lost:
        yield "It was possible to the deadline in all of them."
        return
    early, middle, late = (day(one) for one in found.dates)
    when = middle if early == late else f"{middle} (5 to 95 %: {early} to {late})"
    yield f"In {percent(lost / found.looked)} % it was impossible before the deadline, in the median from {when} on."
    steps = "; ".join(f"{text} ({percent(count / lost)} %)" for text, count in found.steps)
    yield f"The last step that decided it: {steps}."


def _footer(found: Explanation, runs: Results) -> str:
    draws = f"{len(runs.rows):,} draws of parameters" if runs.drawn else "parameters at their best values"
    size = f"n = {thousands(runs.replications)}, {draws}, seed {runs.seed}"
    return f"Shares of the histories looked at, with 95 % intervals; of what is behind, of those above. {size}.\nReasons are reasons inside the model."


def _because(reason: Reason) -> str:
    # Of what was late: how it came to be late, or slow.
    late = reason.kind in LATE
    told = [(one.text, one.share) for one in reason.behind] if late else roots(reason)
    told = [(text, share) for text, share in told if share >= LEAST_ROOT][:MOST_ROOTS]
    return "; ".join(text if share > 0.995 else f"{percent(share)} % {text}" for text, share in told)


def roots(reason: Reason) -> list[tuple[str, float]]:
    """What is at the bottom of a reason, each sentence once, with its share of the histories of this reason.

    >>> one = Reason(kind="time", text="the text needs more time", condition="deliver", share=0.5, alone=0.5)
    >>> roots(Reason(kind="missing", text="it has no text", condition="text", share=1.0, alone=1.0, behind=(one,)))
    [('the text needs more time', 0.5)]
    """
    # Several ways down can end at one thing; shares of what overlaps add to one at most.
    found: dict[str, float] = {}
    for text, share in () if reason.kind in LATE else _bottom(reason.behind, 1.0):
        found[text] = min(1.0, found.get(text, 0.0) + share)
    return sorted(found.items(), key=lambda one: -one[1])


def _bottom(reasons: Sequence[Reason], share: float) -> Iterator[tuple[str, float]]:
    for one in reasons:
        # What needed more time is a root; what slowed it goes with it.
        slowed = next((under for under in one.behind if under.kind == "slowed" and under.share >= MOSTLY), None)
        if one.kind in LATE or not one.behind:
            yield (one.text if slowed is None else f"{one.text}, {slowed.text}"), share * one.share
        else:
            yield from _bottom(one.behind, share * one.share)
