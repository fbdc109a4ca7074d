"""The answers of a run as a table for the terminal, with what each column carries and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from negsim.report.answer_table import answer_table, quantity_table
from negsim.report.supposed import supposed
from negsim.report.titles import titles_of
from negsim.report.why import reason_table
from negsim.report.words import bare, by_a_model, clean, day, judgement
from negsim.results.answers import Answer, Answering

if TYPE_CHECKING:
    from negsim.why.explanation import Explanation

__all__ = ["print_run"]

MOST_TITLES = 2
"""Questions that a note names."""


def print_run(
    console: Console,
    runs: Answering,
    rows: Sequence[Answer],
    reasons: Sequence[Explanation] = (),
    *,
    level: float = 0.95,
    digits: int | None = None,
) -> None:
    """Print what a run answers, why what fails fails, and how far the numbers carry."""
    scenario = runs.scenario
    title = clean(scenario.title or scenario.name)
    console.print(Text(f"{scenario.name}: {title}" if scenario.title else title, style="bold"))
    for step in supposed(scenario):
        console.print(Text(clean(f"Supposed: {step}.")))
    # A row without a number is shown if it says why; what the exact engine cannot answer is told below.
    known = [row for row in rows if row.notes or not math.isnan(row.value)]
    shares = [row for row in known if row.is_share]
    others = [row for row in known if not row.is_share]
    titles = titles_of(runs, [row.id for row in known])
    if shares:
        console.print(answer_table(titles, shares, level=level, digits=digits, width=console.width))
    if others:
        console.print(quantity_table(titles, others, level=level, digits=digits))
    _notes(console, known, titles)
    for reason in reasons:
        console.print()
        console.print(reason_table(reason, f"negsim why {scenario.name} {reason.question}"))
    _legend(console, runs, shares, level)
    _footer(console, runs)


def _notes(console: Console, rows: Sequence[Answer], titles: Mapping[str, str]) -> None:
    """What must be known before believing a number; once, where it is the same for all."""
    told: dict[str, list[str]] = {}
    for row in rows:
        for note in row.notes:
            told.setdefault(note, []).append(titles[row.id])
    if not told:
        return
    lines = []
    for note, names in told.items():
        lines.append(f"{_of(names, len(rows))}: {note}.")
    console.print(Padding(Text(clean("\n".join(lines))), (1, 0, 0, 0)))


def _of(names: Sequence[str], every: int) -> str:
    """Which questions a note is about: by their titles, where these are few."""
    if len(names) == every > 1:
        return "All"
    return "; ".join(names) if len(names) <= MOST_TITLES else f"{len(names)} of the {every} questions"


def _legend(console: Console, runs: Answering, rows: Sequence[Answer], level: float) -> None:
    """Which kind of uncertainty each column carries."""
    if any(row.band_low is not None for row in rows):
        chance = "averaged over what is believed of the parameters"
        draws = f"5–95 % of {len(runs.rows):,} draws of the parameters"
        ignorance = (
            f"ignorance: {draws}, the noise of finite replications removed; its ends are known to {_errors(rows)}"
        )
    elif _clustered(runs):
        chance = "averaged over what is believed of the parameters"
        ignorance = (
            "ignorance: told of probabilities alone"
            if not any(row.is_share for row in rows)
            else "ignorance: none seen"
        )
    else:
        claims = ", contested claims drawn with their credibility" if runs.program.contested else ""
        chance = f"every parameter at its best value{claims}"
        why = "nothing is believed of any parameter" if runs.drawn else "the parameters were not drawn"
        ignorance = f"ignorance: not told, because {why}"
    rounded = "rounded to what its range and its interval support together (--digits for more)"
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(style="dim")
    grid.add_row("Probability", f"chance: the model's answer, {chance}, {rounded}")
    grid.add_row("Range", ignorance)
    if any(row.collapsed for row in rows):
        grid.add_row(
            "not seen", "the draws made no difference that stands out from the noise; more histories may show one"
        )
    grid.add_row("Monte Carlo", _error(runs, level))
    grid.add_row("In words", "of the probability alone: the standard has no words for ranges")
    console.print(Padding(grid, (1, 0, 0, 0)))


def _errors(rows: Sequence[Answer]) -> str:
    """The standard errors of the ends of the ranges, from the best known to the worst."""
    found = [
        100 * error for row in rows if row.estimate and row.estimate.spread for error in row.estimate.spread_errors
    ]
    return f"{min(found):.1f} to {max(found):.1f} points (standard error)" if found else "the digits shown"


def _error(runs: Answering, level: float) -> str:
    """What the column of intervals stands for."""
    if runs.replications:
        if _clustered(runs):
            return f"error of finitely many draws and replications, {100 * level:.10g} %: more of both narrow it, not the range"
        return f"error of finite replications, {100 * level:.10g} %: more of them narrow it, not the range"
    return (
        f"error of finitely many draws, {100 * level:.10g} %"
        if runs.drawn
        else "none: the ends are the numerical error"
    )


def _clustered(runs: Answering) -> bool:
    return runs.drawn and any(parameter.belief is not None for parameter in runs.program.parameters)


def _footer(console: Console, runs: Answering) -> None:
    scenario = runs.scenario
    guessed, total, later = judgement(scenario)
    as_of = "no as-of date" if scenario.as_of is None else f"as of {day(scenario.as_of)}"
    draws = f"{len(runs.rows):,} draws of parameters" if _clustered(runs) else "parameters at their best values"
    size = f"n = {runs.replications:,}" if runs.replications else "no histories: solved exactly"
    facts = [as_of, size, draws, *([] if runs.seed is None else [f"seed {runs.seed}"]), f"engine {runs.engine}"]
    lines = [" · ".join(facts) + (f" ({runs.note})" if runs.note else "")]
    known = f"; {later} rest on what was known only later (hindsight)" if later else "; none rests on later knowledge"
    numbers = bare(scenario)
    told = (
        f"{guessed} of {total} parameters are judgement{by_a_model(scenario)}{known}"
        if total
        else "The scenario has no parameters"
    )
    lines.append(f"{told}; {numbers}" if numbers else told)
    lines.append("Reasons are reasons inside the model. Questions overlap: do not add or multiply their probabilities.")
    console.print(Text("\n".join(lines)))
