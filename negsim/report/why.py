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
from negsim.wording.language import Language, language

__all__ = ["called", "further", "headline", "print_why", "reason_table", "roots"]

MOSTLY = 0.5
"""Share of the histories from which on what slowed a clock is told with it."""

MOST_REASONS, MOST_ROOTS, LEAST_ROOT = 3, 2, 0.1
"""Reasons told beside an answer, causes told behind each, and the least share at which one is worth the words."""


def reason_table(found: Explanation, hint: str = "", said: Language | None = None) -> Group:
    """The main reasons why the answer to one question is no, in a few lines; ``hint`` is how to ask for all."""
    said = said or language("en")
    head = Text(f"{said.say('asks_no', question=called(found, said))} ", style="bold")
    if not found.failures:
        return Group(head.append(said.say("answers_never", n=thousands(found.n)), style="not bold"))
    head.append(said.say("answers_share", share=percent(found.share)), style="not bold")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True, min_width=6)
    grid.add_column()
    for reason in found.reasons[:MOST_REASONS]:
        grid.add_row(f"{percent(reason.share)} %", Text(clean(sentence(reason.told(said)))))
        because = _because(reason)
        if because:
            grid.add_row("", Text(said.say("answers_because", what=clean(because)), style="dim"))
    if not found.reasons:
        grid.add_row("", Text(said.say("answers_alike"), style="dim"))
    return Group(head, grid, *([Text(f"  {said.say('answers_all', hint=hint)}", style="dim")] if hint else []))


def print_why(console: Console, found: Explanation, runs: Results) -> None:
    """Print the whole of one explanation."""
    console.print(Text(clean(headline(found, language(runs.scenario.language or "en"))), style="bold"))
    if not found.failures:
        return
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True, min_width=6)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    said = language(runs.scenario.language or "en")
    for reason in found.reasons:
        _add(grid, reason, said)
    console.print(grid)
    for line in further(found, said):
        console.print(Text(clean(line)))
    console.print(Text(clean(_footer(found, runs)), style="dim"))


def called(found: Explanation, said: Language | None = None) -> str:
    """The question's title with its deadline, or its name in plain words."""
    return clean(dated(found.title, found.by, said) if found.title else f"{plain(found.question)}, by {day(found.by)}")


def headline(found: Explanation, said: Language | None = None) -> str:
    """What is explained, and in how many histories."""
    said = said or language("en")
    answer = said.say(f"answers_{found.side}", value=f"{found.value:.3g}")
    seen = said.say("answers_in", answer=answer, n=thousands(found.failures), of=thousands(found.n))
    head = f"{said.say(f'asks_{found.side}', question=called(found, said))} {seen}"
    return head if found.looked == found.failures else f"{head} {said.say('answers_looked', n=thousands(found.looked))}"


def _add(grid: Table, reason: Reason, said: Language) -> None:
    ends = "" if math.isnan(reason.low) else f"[{100 * reason.low:.0f}, {100 * reason.high:.0f}]"
    grid.add_row(f"{percent(reason.share)} %", ends, Text(clean(sentence(reason.told(said)))))
    if reason.helps is not None:
        grid.add_row("", "", Text(f"  {clean(reason.helps.told(said))}", style="dim"))
    _add_behind(grid, reason, 1, said)


def _add_behind(grid: Table, reason: Reason, depth: int, said: Language) -> None:
    for one in worth_telling(reason):
        share = "" if one.share > 0.995 else f"{percent(one.share)} % "
        helps = "" if one.helps is None else f"; {one.helps.told(said)}"
        told = Text(f"{share}{clean(one.told(said))}{helps}", style="dim")
        grid.add_row("", "", Padding(told, (0, 0, 0, 2 * depth)))
        _add_behind(grid, one, depth + 1, said)


def sentence(text: str) -> str:
    """A clause with a capital.

    >>> sentence("it has no text")
    'It has no text'
    """
    return f"{text[:1].upper()}{text[1:]}"


def further(found: Explanation, said: Language | None = None) -> Iterator[str]:
    """What else is known, in lines."""
    said = said or language("en")
    for one in found.decisions:
        yield f"{str(one).splitlines()[0]}{f'; {one.forced}' if one.forced else ''}."
    if any(one.histories for one in found.near):
        yield said.say("near_misses", shares=", ".join(one.told(said) for one in found.near))
    yield from _turning(found.turning, said)
    for refuted in found.refuted:
        hinders = refuted.helps is not None and refuted.helps.hinders
        key = "refuted_hinders" if hinders else "refuted_frequent"
        yield said.say(key, what=refuted.text, share=percent(refuted.share))


def _turning(found: Turning | None, said: Language) -> Iterator[str]:
    """Until when it was possible, and what the last step was that decided it."""
    if found is None or not found.looked:
        return
    # Dates are those of the histories in which it was lost; the others have none.
    lost = found.looked - found.open
    if not lost:
        yield said.say("turn_open")
        return
    early, middle, late = (day(one) for one in found.dates)
    when = middle if early == late else said.say("turn_when", middle=middle, early=early, late=late)
    yield said.say("turn_closed", share=percent(lost / found.looked), when=when)
    steps = "; ".join(f"{text} ({percent(count / lost)} %)" for text, count in found.steps)
    yield said.say("turn_step", steps=steps)


def _footer(found: Explanation, runs: Results) -> str:
    said = language(runs.scenario.language or "en")
    draws = said.say("foot_draws", n=f"{len(runs.rows):,}") if runs.drawn else said.say("foot_best")
    size = f"n = {thousands(runs.replications)}, {draws}, {said.say('foot_seed', seed=runs.seed)}"
    return f"{said.say('foot_shares')} {size}.\n{said.say('foot_reasons')}"


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
