"""Results as cards of a notebook, and answers as data frames."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from negsim.model.scenario import Scenario
from negsim.notebook import Bar, card, frame
from negsim.results.answers import Answer, Answering, stated
from negsim.wording.phrases import Phrases

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["answers_card", "answers_frame", "passage_card", "passage_frame", "results_card", "with_dates"]

ANSWERS = (
    "question", "title", "text", "kind", "by", "value", "low", "high", "level", "method", "n", "counted", "range_low", "range_high",
    "base_rate", "given", "printed", "words",
)  # fmt: skip
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TABLE = ("question", "by", "answer", "", "Monte Carlo interval", "range", "base rate")


def results_card(results: Answering) -> str:
    """What was asked of which scenario, and the answers."""
    scenario = results.scenario
    facts: dict[str, object] = {"scenario": scenario.name, "engine": results.engine}
    if results.replications:
        facts |= {"histories": f"{results.replications:,}", "seed": results.seed}
    if results.drawn:
        facts["draws of the parameters"] = f"{len(results.rows):,}"
    rows = _rows([results.row(question) for question in stated(scenario)], scenario)
    return card(scenario.title or scenario.name, facts, columns=TABLE, rows=rows, notes=[results.note])


def answers_card(answers: Iterable[Answer], scenario: Scenario | None) -> str:
    """Answers as a table."""
    return card("Answers", columns=TABLE, rows=_rows(answers, scenario))


def _titles(scenario: Scenario | None) -> Callable[[str], str]:
    """What questions are called where people read, by their names."""
    return (lambda name: name.replace("_", " ")) if scenario is None else Phrases(scenario).question


def _rows(answers: Iterable[Answer], scenario: Scenario | None) -> list[list[object]]:
    called = _titles(scenario)
    return [_row(one, called(one.id)) for one in answers]


def _row(one: Answer, title: str) -> list[object]:
    if math.isnan(one.value):
        # Why there is no answer stands where the answer would.
        return [title, one.by, "; ".join(one.notes), "", "", "", ""]
    wide = None if one.band_low is None or one.band_high is None else (one.band_low, one.band_high)
    bar = Bar(one.value, one.low, one.high, wide) if one.is_share else ""
    rate = "" if one.base_rate is None else f"{100 * one.base_rate:.3g} %"
    return [title, one.by, one.printed, bar, one.interval(), one.range(), rate]


def answers_frame(answers: Iterable[Answer], scenario: Scenario | None) -> pd.DataFrame:
    """Answers as a data frame, a row a question."""
    called, zone = _titles(scenario), "" if scenario is None else scenario.zone
    rows = [{**_plain(one), "title": called(one.id)} for one in answers]
    return frame(rows, ANSWERS, dates=["by"], zone=zone)


def _plain(one: Answer) -> dict[str, object]:
    found = one.estimate
    return {
        "question": one.id,
        "text": one.text,
        "kind": one.kind,
        "by": one.by,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "level": math.nan if found is None else found.level,
        "method": "" if found is None else found.method,
        "n": one.n,
        "counted": one.counted,
        "range_low": one.band_low,
        "range_high": one.band_high,
        "base_rate": one.base_rate,
        "given": one.given,
        "printed": one.printed,
        "words": one.words,
    }


def passage_card(passage: Any) -> str:
    """A curve of first times: by which dates its probability is reached, and how high it gets."""
    rows: list[list[object]] = []
    for p in QUANTILES:
        when, low, high = passage.quantile(p)
        rows.append([f"{100 * p:.0f} %", when, f"{low} to {high}"])
    heads = ("probability", "reached", "band")
    return card("When it has happened", columns=heads, rows=rows, notes=[str(passage.curve)])


def passage_frame(passage: Any) -> pd.DataFrame:
    """A curve of first times as a data frame, a row for each time at which it rises."""
    curve, calendar = passage.curve, passage.calendar
    rows = [
        {"date": calendar.at(time * 86_400e6).isoformat(), "time": time, "value": value, "low": low, "high": high}
        for time, value, low, high in zip(curve.times, curve.values, curve.low, curve.high, strict=True)
    ]
    return frame(rows, ("date", "time", "value", "low", "high"), dates=["date"], zone=calendar.zone)


def with_dates(table: pd.DataFrame, runs: Any) -> pd.DataFrame:
    """The table of histories with first times as timestamps in the scenario's zone, never as no date."""
    import pandas as pd

    start = pd.Timestamp(runs.scenario.calendar.origin)
    for name, entry in runs.program.probes.asked.items():
        if entry.question.row.timed:
            # Infinity is no number of days that a timestamp could be added to.
            days = table[name].where(table[name] != math.inf)
            # Times are whole microseconds: as such they are exact.
            table[name] = start + pd.to_timedelta((days * 86_400e6).round(), unit="us")
    return table
