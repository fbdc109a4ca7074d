"""Reasons, what to watch, levers, who waits for whom and stories of a report as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from negsim.estimates import Estimate
from negsim.model.calendar import DAY
from negsim.report.page.answering import title_of
from negsim.report.page.gather import Found
from negsim.report.page.numbers import Number, counted, exactly, measured, said
from negsim.report.words import day
from negsim.what_if.influences import Influence
from negsim.what_if.lever import Lever, Levers
from negsim.what_if.signals import SEEN, Signal
from negsim.why.choices import Declined
from negsim.why.explanation import Explanation
from negsim.why.narrative import Narrative
from negsim.why.reasons import Reason
from negsim.why.scenes import Entry
from negsim.why.waits import Waits, how
from negsim.wording.language import language

__all__ = ["lever_data", "story_data", "wait_data", "watch_data", "why_data"]

MOST_REASONS, MOST_BEHIND, LEAST_BEHIND, MOST_BECAUSE = 6, 3, 0.05, 3
MOST_ROWS = 12
MOST_SCENES, HEAD = 40, 28
"""Scenes of a story, and how many of them are its first ones where it has more."""

MODEL = "This is what the change would do in the model; whether anybody can bring it about is another matter."


def why_data(found: Found) -> list[dict[str, Any]]:
    """Why the answers are no: shares of the failing histories."""
    return [_explained(one, found) for one in found.explanations]


def _explained(one: Explanation, found: Found) -> dict[str, Any]:
    scenario = found.runs.scenario
    asked = scenario.expanded.questions.get(one.question)
    shown = one.reasons[:MOST_REASONS]
    return {
        "question": one.question,
        "title": one.question if asked is None else title_of(asked, scenario),
        "side": one.side,
        "by_text": day(one.by),
        "n": counted(one.n),
        "failures": counted(one.failures, one.n),
        "looked": counted(one.looked or one.failures, one.n),
        "reasons": [_reason(reason, one.looked or one.failures) for reason in shown],
        "more": len(one.reasons) - len(shown),
        "decisions": [_declined(each) for each in one.decisions],
        "note": one.note,
    }


def _reason(one: Reason, looked: int) -> dict[str, Any]:
    """A reason with those behind it, whose shares are shares of its own histories."""
    behind = [each for each in one.behind[:MOST_BEHIND] if each.share >= LEAST_BEHIND]
    # Told only where it says more than the share: neither none of it nor all of it.
    alone = one.kind in ("missing", "in the way") and 0.005 < one.alone < one.share - 0.005
    count = one.count or round(one.share * looked)
    return {
        "kind": one.kind,
        "text": str(one),
        "share": _share(one.share, one.low, one.high, looked),
        "alone": _share(one.alone, math.nan, math.nan, looked) if alone else None,
        "helps": measured(one.helps) if isinstance(one.helps, Estimate) else None,
        "behind": [_reason(each, count) for each in behind],
    }


def _share(share: float, low: float, high: float, n: int) -> Number:
    """A share of the histories that were looked at, with its interval where it is known."""
    # Reasons behind others have no interval: their ends are no numbers, and no comparison with them is true.
    known = low <= share <= high
    return Number(
        value=said(share), low=said(low), high=said(high), level=0.95 if known else None, kind="chance", n=n, unit="%",
        method="share of the histories looked at", printed=f"{100 * share:.0f} %", range=None,
        ends=f"{100 * low:.0f} to {100 * high:.0f} %" if known else "",
    )  # fmt: skip


def _declined(one: Declined) -> dict[str, Any]:
    return {
        "decision": one.decision,
        "by": one.by,
        "choices": list(one.choices),
        "histories": counted(one.histories, one.failures),
        "failures": counted(one.failures),
        "with_it": _failing(one, *one.with_it),
        "without_it": _failing(one, *one.without_it),
        "because": [
            {
                "text": each.text,
                "against": counted(each.against, each.of),
                "of": counted(each.of),
                "also": counted(each.also, each.of_others),
                "of_others": counted(each.of_others),
            }
            for each in one.because[:MOST_BECAUSE]
        ],
    }


def _failing(one: Declined, failed: int, histories: int) -> Number | None:
    """The share of no after a choice: histories with the other answer count for all that they stand for."""
    # Histories with the other answer were looked at in part, and stand for the rest.
    whole = failed + one.stands_for * (histories - failed)
    return _share(failed / whole, math.nan, math.nan, histories) if whole else None


def watch_data(found: Found) -> dict[str, Any] | None:
    """What to watch: news and what is not known, by how far each moves the answer."""
    one = found.watching
    if one is None:
        return None
    return {
        "what": one.what,
        "answer": measured(one.answer),
        "n": counted(one.n),
        "rows": counted(one.rows),
        "method": one.method,
        "seen": SEEN,
        "items": [_signal(each) if isinstance(each, Signal) else _influence(each) for each in one.ranked[:MOST_ROWS]],
        "more": max(0, len(one.ranked) - MOST_ROWS),
    }


def _signal(one: Signal) -> dict[str, Any]:
    return {
        "kind": "news",
        "text": one.text,
        "by": one.by,
        "by_text": day(one.by),
        "chance": measured(one.chance),
        "yes": measured(one.given_yes),
        "no": measured(one.given_no),
        "move": measured(one.move),
        "bits": measured(one.bits),
        "tied": one.tied,
    }


def _influence(one: Influence) -> dict[str, Any]:
    low, high = (_value(one, value) for value, _ in (one.low, one.high))
    return {
        "kind": "parameter",
        "text": one.title,
        "by": "",
        "by_text": "",
        "low_value": low,
        "high_value": high,
        "yes": measured(one.high[1]),
        "no": measured(one.low[1]),
        "move": measured(one.move),
        "tied": one.tied,
    }


def _value(one: Influence, value: float) -> Number:
    unit = "" if one.claim else one.unit
    return exactly(value, f"{one.value(value)}{f' {unit}' if unit else ''}", unit, "quantile of what is believed")


def lever_data(found: Found) -> dict[str, Any] | None:
    """What would help, and what would spoil it."""
    one = found.levers
    if one is None:
        return None
    # What does not stand out from chance is counted and not shown: a reader would take its sign for a finding.
    helpers, spoilers = one.helpers[:MOST_ROWS], one.spoilers[:MOST_ROWS]
    return {
        "what": one.what,
        "answer": measured(one.answer),
        "n": counted(one.n),
        "rows": counted(one.rows),
        "level": one.level,
        "method": one.method,
        "choice": _choice(one),
        "tried": counted(len(one)),
        "of": counted(found.candidates),
        "helpers": [_lever(each, one) for each in helpers],
        "spoilers": [_lever(each, one) for each in spoilers],
        "rest": len(one) - len(helpers) - len(spoilers),
        "refused": dict(one.refused),
        "model": MODEL,
    }


def _choice(found: Levers) -> dict[str, Any] | None:
    """What is known of the best change being the best."""
    if found.best is None or found.choice is None:
        return None
    # No number of histories makes a choice certain.
    choice, n = found.choice, found.n
    sure = min(choice.probability, 0.999)
    return {
        "best": found.best.text,
        "others": [found.levers[place].text for place in choice.contenders[1:]],
        "within": exactly(choice.within, f"{100 * choice.within:.2g} points", "points", choice.method, n),
        "sure": exactly(sure, f"{100 * sure:.3g} %", "%", choice.method, n),
    }


def _lever(one: Lever, among: Levers) -> dict[str, Any]:
    gained, lost = one.flips
    n = one.difference.n
    then = Number(
        value=said(one.probability), low=None, high=None, level=None, kind="chance", n=n, unit="%",
        method="share of histories; see the difference for its interval", printed=f"{100 * one.probability:.1f} %", ends="", range=None,
    )  # fmt: skip
    return {
        "name": one.name,
        "kind": one.kind,
        "text": one.text,
        "points": measured(one.estimate),
        "then": then,
        "gained": counted(gained, n),
        "lost": counted(lost, n),
        "parting": "" if one.parting is None else one.parting.sentence,
        "tied": one.tied,
    }


def wait_data(found: Waits) -> dict[str, Any]:
    """Who waits for whom at the start: the pairs, each with what is missing."""
    rows = []
    # Edges come sorted by pair, so that each pair is one group.
    pairs = groupby(found.waits, lambda one: (found.called(one, False), found.called(one, True)))
    for number, ((who, whom), group) in enumerate(pairs, 1):
        edges = list(group)
        rows.append(
            {
                "number": number,
                "who": who,
                "whom": whom,
                "needs": [
                    {"needs": one.needs, "step": one.step, "how": how(one, language(found.language))} for one in edges
                ],
                "circle": any(one.in_circle for one in edges),
                "hard": all(one.hard for one in edges),
            }
        )
    circles = [[found.titles.get(name, name) for name in circle] for circle in found.circles]
    return {"pairs": rows, "circles": circles}


def story_data(found: Found) -> dict[str, Any]:
    """One history with yes and one with no."""
    return {answer: _story(story, found) for answer, story in found.stories.items()}


def _story(story: Narrative, found: Found) -> dict[str, Any]:
    upto = _until(found)
    entries = [one for one in story.entries if one.time <= upto]
    # Quiet entries only move numbers that no reader of a story follows; they are counted, not told.
    told = [one for one in entries if not one.quiet]
    left = len(told) - MOST_SCENES
    # One scene left out would take as much room to say as to show.
    head, tail = (told, []) if left <= 1 else (told[:HEAD], told[HEAD + left :])
    return {
        "replication": story.replication,
        "seed": story.seed,
        "start": story.start,
        "entries": _entries(head),
        "between": left if left > 1 else 0,
        "rest": _entries(tail),
        "quiet": len(entries) - len(told),
    }


def _until(found: Found) -> float:
    """Days to the question's deadline: what comes later does not bear on it."""
    assert found.question is not None
    return float(found.runs.asked(found.question.name).by) / DAY


def _entries(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [
        {
            "date": one.date.replace(" ", "T"),
            "date_text": day(one.date.replace(" ", "T")),
            "happened": list(one.happened),
            "changes": list(one.changes),
            "opens": list(one.opens),
        }
        for one in entries
    ]
