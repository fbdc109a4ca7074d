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
from negsim.wording.language import Language, language

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
    scenario, said = runs.scenario, language(runs.scenario.language or "en")
    title = clean(scenario.title or scenario.name)
    console.print(Text(f"{scenario.name}: {title}" if scenario.title else title, style="bold"))
    for step in supposed(scenario):
        console.print(Text(clean(said.say("foot_supposed", step=step))))
    # A row without a number is shown if it says why; what the exact engine cannot answer is told below.
    known = [row for row in rows if row.notes or not math.isnan(row.value)]
    shares = [row for row in known if row.is_share]
    others = [row for row in known if not row.is_share]
    titles = titles_of(runs, [row.id for row in known])
    if shares:
        console.print(answer_table(titles, shares, level=level, digits=digits, width=console.width, said=said))
    if others:
        console.print(quantity_table(titles, others, level=level, digits=digits, said=said))
    _notes(console, known, titles)
    for reason in reasons:
        console.print()
        console.print(reason_table(reason, f"negsim why {scenario.name} {reason.question}", said))
    _legend(console, runs, shares, level, said)
    _footer(console, runs, said)


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


def _legend(console: Console, runs: Answering, rows: Sequence[Answer], level: float, said: Language) -> None:
    """Which kind of uncertainty each column carries."""
    how, ignorance = _ignorance(runs, rows, said)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(style="dim")
    grid.add_row(said.say("legend_probability"), said.say("told_probability", how=said.say(how)))
    grid.add_row(said.say("legend_range"), ignorance)
    if any(row.collapsed for row in rows):
        grid.add_row(said.say("legend_not_seen"), said.say("told_not_seen"))
    grid.add_row(said.say("legend_interval"), said.say(_error(runs), level=f"{100 * level:.10g}"))
    grid.add_row(said.say("legend_words"), said.say("told_words"))
    console.print(Padding(grid, (1, 0, 0, 0)))


def _ignorance(runs: Answering, rows: Sequence[Answer], said: Language) -> tuple[str, str]:
    """The key of how the parameters went in, and what the range over them is."""
    if any(row.band_low is not None for row in rows):
        draws = f"{len(runs.rows):,}"
        return "told_averaged", said.say("told_ignorance", draws=draws, errors=_errors(rows, said))
    if _clustered(runs):
        shares = any(row.is_share for row in rows)
        return "told_averaged", said.say("told_none_seen" if shares else "told_probabilities")
    why = "told_nothing_believed" if runs.drawn else "told_not_drawn"
    return "told_claims" if runs.program.contested else "told_best", said.say(why)


def _errors(rows: Sequence[Answer], said: Language) -> str:
    """The standard errors of the ends of the ranges, from the best known to the worst."""
    found = [
        100 * error for row in rows if row.estimate and row.estimate.spread for error in row.estimate.spread_errors
    ]
    return (
        said.say("told_ends", low=f"{min(found):.1f}", high=f"{max(found):.1f}") if found else said.say("told_digits")
    )


def _error(runs: Answering) -> str:
    """The key of what the column of intervals stands for."""
    if runs.replications:
        return "told_draws_error" if _clustered(runs) else "told_error"
    return "told_exact_draws" if runs.drawn else "told_exact"


def _clustered(runs: Answering) -> bool:
    return runs.drawn and any(parameter.belief is not None for parameter in runs.program.parameters)


def _footer(console: Console, runs: Answering, said: Language) -> None:
    scenario = runs.scenario
    guessed, total, later = judgement(scenario)
    as_of = said.say("foot_no_date") if scenario.as_of is None else said.say("foot_as_of", date=day(scenario.as_of))
    draws = said.say("foot_draws", n=f"{len(runs.rows):,}") if _clustered(runs) else said.say("foot_best")
    size = f"n = {runs.replications:,}" if runs.replications else said.say("foot_solved")
    seed = [] if runs.seed is None else [said.say("foot_seed", seed=runs.seed)]
    facts = [as_of, size, draws, *seed, said.say("foot_engine", engine=runs.engine)]
    lines = [" · ".join(facts) + (f" ({runs.note})" if runs.note else "")]
    known = said.say("foot_later", n=later) if later else said.say("foot_none_later")
    judged = said.say("foot_judged", n=guessed, of=total, model=by_a_model(scenario), later=known)
    numbers = bare(scenario)
    told = judged if total else said.say("foot_none")
    lines.append(f"{told}; {numbers}" if numbers else told)
    lines.append(f"{said.say('foot_reasons')} {said.say('foot_overlap')}")
    console.print(Text("\n".join(lines)))
