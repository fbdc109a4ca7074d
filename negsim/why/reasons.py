"""From what was seen of failing histories to reasons: which way was nearest, and what it still waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from negsim.model.clocks import Immediately
from negsim.model.expressions import Expression, Not, Truth
from negsim.results.runs import Runs
from negsim.why.inquiry import Plan, Step, Way
from negsim.why.phrases import Phrases
from negsim.why.routes import opposite

__all__ = ["Reason", "Seen", "tell"]

Mask = NDArray[np.bool_]

SMALL = 0.005
"""Reasons behind fewer failures than this share are not told."""

NEARLY_NEVER = 0.02
"""A precondition counts as one while the thing happened without it in no greater share of the histories in which it did."""

TIME, DATE, OUTCOME = 0, 40, 50
"""Scores of ways without anything missing; between them a way has as many points as preconditions are unmet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason for no.

    Attributes
    ----------
    kind : str
        ``missing`` (a precondition was unmet, and without it the thing never happened), ``in the way`` (something held
        that must not, and beside it the thing never happened), ``absent`` and ``beside`` (the same, but the thing also
        happened otherwise: ``otherwise`` is how often), ``time`` (all was met, the clock was still running),
        ``outcome`` (it came to the decision, which went the other way), ``date`` (its date had not come), ``wording``
        (it happened, but not as the question asks), ``none`` (nothing in the model brings it about).
    text : str
        In plain words.
    condition : str
        The condition or the action's name, as in the scenario.
    share, alone : float
        Share of the failing histories; share in which it was the only one missing.
    otherwise : float
        Of the histories in which the thing happened: the share in which it did without this precondition having been met
        (or while this was in the way) at any time before.
    behind : tuple of Reason
        Why that was so; shares of the histories of this reason.
    """

    kind: str
    text: str
    condition: str
    share: float
    alone: float
    behind: tuple[Reason, ...] = ()
    otherwise: float = 0.0

    def __str__(self) -> str:
        if self.kind in ("absent", "beside"):
            way, too = ("not there", "nor was it") if self.kind == "absent" else ("the case", "as")
            return f"{way} ({too} in {100 * self.otherwise:.0f} % of the histories in which it did happen): {self.text}"
        lead = {
            "missing": "missing: ",
            "in the way": "in the way: ",
            "time": "under way, but it needed more time: ",
            "outcome": "it went the other way: ",
            "date": "its date had not come: ",
        }
        return f"{lead.get(self.kind, '')}{self.text}"


class Seen:
    """What was looked at in the histories."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        probes, actions = runs.program.probes, runs.program.actions
        self.at: dict[tuple[object, ...], int] = {key: column for column, key in enumerate(probes.at)}
        self.counted: dict[tuple[object, ...], int] = {}
        self.first: dict[tuple[object, ...], int] = {key: column for column, key in enumerate(probes.first)}
        for column, (rank, outcome, after, time) in enumerate(probes.fired):
            if outcome is not None and after == 0.0:
                self.counted[actions[rank].name, actions[rank].outcomes[outcome].name, time] = column

    def covers(self, plan: Plan) -> bool:
        """Whether everything that the plan wants to look at was recorded."""
        return all(key in self.at or key in self.counted or key in self.first for key in plan.places)

    def holds(self, condition: Expression, time: float) -> Mask:
        """Whether a condition held at a time, (n,)."""
        return np.asarray(self.runs.block.at[:, self.at[condition, time]] == 1.0)

    def without(self, condition: Expression, need: Expression, time: float) -> float:
        """Of the histories in which a condition came true by a time: the share in which a need was never met before."""
        came = self.runs.block.first[:, self.first[condition, Truth(True)]] <= time
        bare = self.runs.block.first[:, self.first[condition, opposite(need)]] <= time
        return float((bare & came).sum()) / int(came.sum()) if came.any() else 0.0

    def fired(self, action: str, outcomes: Sequence[str], time: float) -> Mask:
        """Whether an action had one of these outcomes by a time, (n,)."""
        found = np.zeros(self.runs.replications, dtype=np.bool_)
        for outcome in outcomes:
            found |= self.runs.block.fired[:, self.counted[action, outcome, time]] > 0
        return found


@dataclass(slots=True)
class Look:
    """One way in the failing histories: its score in each, and which needs were unmet, a column each."""

    way: Way
    score: NDArray[np.int64]
    unmet: Mask


def tell(step: Step, failing: Mask, seen: Seen, said: Phrases) -> tuple[Reason, ...]:
    """The reasons why a condition was not true in the failing histories, the largest share first."""
    total = int(failing.sum())
    happened = failing & seen.holds(step.condition, step.time)
    found = []
    if happened.sum() > SMALL * total and step.asked is not None:
        share = float(happened.sum()) / total
        text = "it came about, but not as the question asks (too early, or not while it should)"
        found.append(Reason(kind="wording", text=text, condition=str(step.condition), share=share, alone=share))
    failing = failing & ~happened
    if not failing.any():
        return tuple(found)
    if step.parts:
        unmet = np.column_stack([failing & ~seen.holds(part, step.time) for part in step.parts])
        found += _missing(list(step.parts), unmet, dict(step.parts), total, seen, said)
    elif step.ways:
        found += _by_ways(step, failing, total, seen, said)
    return tuple(sorted((one for one in found if one.share > SMALL), key=lambda one: -one.share))


def _by_ways(step: Step, failing: Mask, total: int, seen: Seen, said: Phrases) -> list[Reason]:
    looks = [_look(way, seen) for way in step.ways]
    chosen = _nearest(looks)
    found: list[Reason] = []
    for place, look in enumerate(looks):
        mine = failing & (chosen == place)
        route = look.way.route
        for kind, score in (("time", TIME), ("date", DATE), ("outcome", OUTCOME)):
            share = float((mine & (look.score == score)).sum()) / total
            if share > SMALL:
                action = route.verdict.name if kind == "outcome" else route.action.name
                text = said.action(action)
                if kind == "outcome" and route.others:
                    text += f" ({' or '.join(said.outcome(action, one) for one in route.others)})"
                found.append(Reason(kind=kind, text=text, condition=action, share=share, alone=share))
        needs = list(route.needs)
        if needs:
            unmet = look.unmet & (mine & (look.score > TIME) & (look.score < DATE))[:, None]
            found += _missing(needs, unmet, look.way.behind, total, seen, said)
    return _merged([_held_against_yes(one, step, seen) for one in found])


def _held_against_yes(reason: Reason, step: Step, seen: Seen) -> Reason:
    """The reason as it stands against the histories in which the thing happened: without a need is not for want of it."""
    need = next((one for one in step.checked if str(one) == reason.condition), None)
    if need is None or reason.kind not in ("missing", "in the way"):
        return reason
    otherwise = seen.without(step.condition, need, step.time)
    if otherwise <= NEARLY_NEVER:
        return reason
    return replace(reason, kind="absent" if reason.kind == "missing" else "beside", otherwise=otherwise)


def _missing(
    needs: list[Expression], unmet: Mask, behind: dict[Expression, Step], total: int, seen: Seen, said: Phrases
) -> list[Reason]:
    """A reason for each precondition that was unmet in some histories."""
    how_many = unmet.sum(axis=1)
    found = []
    for column, need in enumerate(needs):
        these = unmet[:, column]
        share = float(these.sum()) / total
        if share <= SMALL:
            continue
        alone = float((these & (how_many == 1)).sum()) / total
        deeper = tell(behind[need], these, seen, said) if need in behind else ()
        blocked = isinstance(need, Not)
        text = said.condition(opposite(need) if blocked else need)
        kind = "in the way" if blocked else "missing"
        found.append(Reason(kind=kind, text=text, condition=str(need), share=share, alone=alone, behind=deeper))
    return found


def _merged(reasons: list[Reason]) -> list[Reason]:
    """The same reason on several ways is one reason."""
    found: dict[tuple[str, str], Reason] = {}
    for one in reasons:
        key = (one.kind, one.condition)
        if key in found:
            other = found[key]
            more = max((one, other), key=lambda each: each.share)
            one = replace(more, share=one.share + other.share, alone=one.alone + other.alone)
        found[key] = one
    return list(found.values())


def _look(way: Way, seen: Seen) -> Look:
    """How near a way was in every history."""
    n, route = seen.runs.replications, way.route
    needs = route.needs
    if way.time is None:
        return Look(way, np.full(n, DATE), np.zeros((n, len(needs)), dtype=np.bool_))
    columns = [~seen.holds(need, way.time) for need in needs]
    unmet = np.column_stack(columns) if columns else np.zeros((n, 0), dtype=np.bool_)
    other = seen.fired(route.verdict.name, route.others, way.time)
    if way.dated:
        # It fired, so its guard held then, whatever the firing has changed since: only the gate can have been shut.
        for column, need in enumerate(needs):
            if need not in route.gate:
                unmet[other, column] = False
    score = unmet.sum(axis=1)
    if way.dated:
        score[score == 0] = DATE
        score[other & (score == DATE)] = OUTCOME
    elif isinstance(route.action.clock, Immediately):
        score[score == 0] = OUTCOME
    return Look(way, score, unmet)


def _nearest(looks: Sequence[Look]) -> NDArray[np.int64]:
    """Number of the way that was nearest in each history.

    A way that follows another is told only where nothing was missing on the other, or where the other is barred only
    because the follower is under way.
    """
    scores = np.column_stack([look.score for look in looks])
    follows = np.array([look.way.follows for look in looks])
    if follows.all() or not follows.any():
        return np.asarray(scores.argmin(axis=1))
    first = np.where(follows, np.iinfo(np.int64).max, scores).argmin(axis=1)
    later = np.where(follows, scores, np.iinfo(np.int64).max).argmin(axis=1)
    rows = np.arange(len(scores))
    free = scores[rows, first] >= DATE
    for place, look in enumerate(looks):
        if not follows[place]:
            free |= (first == place) & _barred_by_followers(look, looks)
    return np.asarray(np.where(free & (scores[rows, later] == TIME), later, first))


def _barred_by_followers(look: Look, looks: Sequence[Look]) -> Mask:
    """Whether all that was in a way's way is what its followers wait for."""
    opened = {need for other in looks if other.way.follows for need in other.way.route.guard}
    needs = look.way.route.needs
    kept = [column for column, need in enumerate(needs) if not (isinstance(need, Not) and need.arg in opened)]
    return np.asarray((look.score > TIME) & ~look.unmet[:, kept].any(axis=1))
