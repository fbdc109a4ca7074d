"""What carries an answer, and what to watch, as tables for the terminal and as plain rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from negsim.estimates import Estimate
from negsim.report.fitting import fitted
from negsim.report.words import clean, day
from negsim.what_if.influences import Influence, Sensitivity
from negsim.what_if.signals import SEEN, Signal, Watching

__all__ = ["print_sensitivity", "print_watching", "sensitivity_rows", "watching_rows"]

MOST, SENTENCES = 12, 5
TIED = "="


def print_sensitivity(console: Console, found: Sensitivity, source: str) -> None:
    """Print what carries the answer: a row a parameter, and the first of them in sentences."""
    _head(console, f"What carries {found.what}", found.answer, source)
    shown = [one for one in found.influences if one.stands_out][:MOST]
    if shown:
        console.print(fitted(_sensitivity_table(shown), console.width, text=1))
        _sentences(console, [_marked(one.sentence(found.what), one.tied) for one in shown[:SENTENCES]])
    _notes(console, [*_idle(found, len(shown)), *_sensitivity_notes(found)])


def _sensitivity_table(shown: Sequence[Influence]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("What is not known", min_width=18, overflow="fold")
    table.add_column("Grade", overflow="fold")
    table.add_column("Answer if low\n(5 %)", justify="right")
    table.add_column("Answer if high\n(95 %)", justify="right")
    table.add_column("Knowing it\nmoves it by", justify="right")
    table.add_column("Share of\nvariance", justify="right")
    if any(one.total is not None for one in shown):
        table.add_column("Total\nshare", justify="right")
    for one in shown:
        ends = [f"{_short(answer)}\nat {one.value(value)}" for value, answer in (one.low, one.high)]
        total = [] if one.total is None else [_short(one.total)]
        share = "–" if one.share is None else _short(one.share)
        name = Text(clean(one.title), style="bold")
        table.add_row(TIED if one.tied else "", name, one.grade, *ends, _short(one.move), share, *total)
    return table


def _short(one: Estimate) -> str:
    low, high = one.ends()
    return f"{one.printed}\n[{low}, {high}]"


def _idle(found: Sensitivity, shown: int) -> list[str]:
    out = sum(one.stands_out for one in found.influences)
    rest = len(found.influences) - out
    more = [f"{out - shown} more stand out from chance, each with a smaller move."] if out > shown else []
    return more + ([f"Of {rest} more no difference stands out from chance at this n."] if rest else [])


def _sensitivity_notes(found: Sensitivity) -> list[str]:
    told = [f"{found.method}. Intervals {_level(found.answer)}, from resampled draws."]
    if found.variance is not None and found.chance is not None:
        told.append(
            f"The probability's variance over what is believed is {found.variance.printed} (ignorance); {found.chance:.3g} "
            "of a history's variance is chance, which no knowledge takes away."
        )
    if found.worth is not None:
        told.append(
            f"Who gains max(p - {found.threshold:.3g}, 0) would gain {found.worth.printed} by knowing all parameters "
            f"[{', '.join(found.worth.ends())}]."
        )
    told.append(f"{TIED}: not distinguishable, at this n, from the nearest row above without this sign.")
    return [*told, *found.notes]


def print_watching(console: Console, found: Watching, source: str) -> None:
    """Print what to watch: a row a piece of news or parameter, and the first of them in sentences."""
    _head(console, f"What to watch for {found.what}", found.answer, source)
    shown = found.ranked[:MOST]
    if shown:
        console.print(fitted(_watching_table(shown), console.width, text=1))
        _sentences(console, [_marked(one.sentence(found.what), one.tied) for one in shown[:SENTENCES]])
    else:
        console.print(Text("Nothing that can happen before the answer tells anything of it."))
    told = [
        f"{found.method}. Intervals {_level(found.answer)}.",
        f"{TIED}: not distinguishable, at this n, from the nearest row above without this sign.",
    ]
    _notes(console, [*told, SEEN])


def _watching_table(shown: Sequence[Signal | Influence]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("Whether", min_width=20, overflow="fold")
    table.add_column("Known by", min_width=11)
    table.add_column("Chance", justify="right")
    table.add_column("If so", justify="right")
    table.add_column("If not", justify="right")
    table.add_column("Moves it by", justify="right")
    table.add_column("Bits", justify="right")
    for one in shown:
        sign = TIED if one.tied else ""
        if isinstance(one, Signal):
            numbers = [_short(each) for each in (one.chance, one.given_yes, one.given_no, one.move)]
            table.add_row(sign, Text(clean(one.text), style="bold"), day(one.by), *numbers, one.bits.printed)
        else:
            ends = [f"{_short(answer)}\nat {one.value(value)}" for value, answer in (one.high, one.low)]
            table.add_row(sign, Text(f"(not known) {clean(one.title)}"), "–", "–", *ends, _short(one.move), "–")
    return table


def _head(console: Console, title: str, answer: Estimate, source: str) -> None:
    console.print(Text(clean(title), style="bold"))
    console.print(Text(f"The answer now: {answer}"))
    console.print(Text(clean(source), style="dim"))
    console.print()


def _marked(text: str, tied: bool) -> str:
    return f"{text} (Not distinguishable from those before at this n.)" if tied else text


def _sentences(console: Console, told: Sequence[str]) -> None:
    lines = "\n".join(f"{number}. {clean(one)}" for number, one in enumerate(told, 1))
    console.print(Padding(Text(lines), (1, 0, 0, 0)))


def _notes(console: Console, told: Sequence[str]) -> None:
    console.print(Padding(Text(clean("\n".join(told)), style="dim"), (1, 0, 0, 0)))


def _level(one: Estimate) -> str:
    return f"{100 * one.level:.10g} %"


def sensitivity_rows(found: Sensitivity) -> list[dict[str, Any]]:
    """A row a parameter, flat, for a table of one's own."""
    rows = []
    for one in found.influences:
        row: dict[str, Any] = {
            "parameter": one.parameter,
            "title": clean(one.title),
            "unit": one.unit,
            "grade": one.grade,
        }
        numbers = {
            "move": one.move,
            "share": one.share,
            "total": one.total,
            "variance": one.variance,
            "worth": one.worth,
        }
        for name, number in {**numbers, "at_5": one.low[1], "at_95": one.high[1]}.items():
            row |= _flat(name, number)
        rows.append(
            {
                **row,
                "value_5": one.low[0],
                "value_95": one.high[0],
                "stands_out": one.stands_out,
                "tied": one.tied,
                "n": found.n,
            }
        )
    return rows


def watching_rows(found: Watching) -> list[dict[str, Any]]:
    """A row a piece of news or parameter, flat, in the order of the ranked list."""
    rows = []
    for one in found.ranked:
        news = isinstance(one, Signal)
        row: dict[str, Any] = {"kind": "news" if news else "parameter"}
        numbers: dict[str, Estimate | None] = dict.fromkeys(("chance", "given_yes", "given_no", "bits"))
        if isinstance(one, Signal):
            row |= {"name": one.name, "party": one.party, "text": clean(one.text), "by": one.by}
            numbers |= {"chance": one.chance, "given_yes": one.given_yes, "given_no": one.given_no, "bits": one.bits}
        else:
            row |= {"name": one.parameter, "party": "", "text": clean(one.title), "by": ""}
        for name, number in {**numbers, "move": one.move}.items():
            row |= _flat(name, number)
        rows.append({**row, "tied": one.tied, "n": one.move.n})
    return rows


def _flat(name: str, number: Estimate | None) -> dict[str, float | str]:
    if number is None:
        return {name: "", f"{name}_low": "", f"{name}_high": ""}
    return {name: number.value, f"{name}_low": number.low, f"{name}_high": number.high}
