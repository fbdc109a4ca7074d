"""Clocks that start, stop and change their speed once everything at an instant has fired."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.dated import STOPPED, Run, started
from negsim.engines.exact.firing import STARTS, Batch, Firings, join
from negsim.engines.exact.immediate import resolve
from negsim.errors import EngineError, EvaluationError

__all__ = ["go_on", "settle"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def settle(firings: Firings, batch: Batch) -> Batch:
    """Fire what is pending, then start the clocks with stages or dates that are enabled and have no target."""
    batch = resolve(firings, batch)
    for rank, column in firings.layout.stage.items():
        dated = rank in firings.diary.runs
        if dated:
            batch = _moved(firings, batch, rank)
        idle = batch.rows[:, column] == 0
        if idle.any():
            idle &= firings.ready(rank, batch.rows)
        if not idle.any():
            continue
        if dated and (firings.diary.now is not None or not _staged_whole(firings, rank)):
            batch = _dated(firings, batch, rank, idle)
        else:
            batch = _staged(firings, batch, rank, idle)
    return batch


def _staged_whole(firings: Firings, rank: int) -> bool:
    """Whether stages stand for the whole law, so that it can start at any time."""
    law = firings.clocks[rank].law
    return law is not None and bool(law.start.any())


def _staged(firings: Firings, batch: Batch, rank: int, idle: Bools) -> Batch:
    """Draw the first stage of a clock where it starts."""
    clock = firings.clocks[rank]
    assert clock.law is not None
    shares = np.append(clock.law.start, clock.law.never)
    slopes = None
    if clock.start_slopes is not None:
        slopes = np.vstack([clock.start_slopes, -clock.start_slopes.sum(axis=0)])
    starting, parts = batch.at(idle), [batch.at(~idle)]
    firings.tally(rank, STARTS, starting.source, starting.mass)
    return join([*parts, *_spread(starting, firings.layout.stage[rank], shares, slopes)])


def _spread(batch: Batch, column: int, shares: Floats, slopes: Floats | None) -> list[Batch]:
    """The batch in each stage with its share."""
    parts = []
    for stage in np.flatnonzero((shares > 0) | (slopes.any(axis=1) if slopes is not None else False)).tolist():
        part = batch.at(np.ones(len(batch), dtype=np.bool_))
        part.rows[:, column] = stage + 1
        value = part.mass * shares[stage]
        if slopes is not None:
            value[:, 1:] += part.mass[:, :1] * slopes[stage]
        part.mass = value
        parts.append(part)
    return parts


def _dated(firings: Firings, batch: Batch, rank: int, idle: Bools) -> Batch:
    """Start a clock whose end is a date, or that cannot fire before one."""
    clock, now = firings.clocks[rank], firings.diary.now
    column, parts, starting = firings.layout.stage[rank], [batch.at(~idle)], batch.at(idle)
    if clock.kind == "stages":
        firings.tally(rank, STARTS, starting.source, starting.mass * clock.misfit)
    never = clock.never if clock.law is None else clock.law.never
    if never > 0.0:
        stuck = starting.at(np.ones(len(starting), dtype=np.bool_))
        stuck.rows[:, column] = firings.layout.dated[rank] - 2
        stuck.mass = stuck.mass * never
        parts.append(stuck)
        starting.mass = starting.mass * (1.0 - never)
    speeds = speed_of(firings, rank, starting)
    if now is None:
        _at_random(firings, rank, starting, speeds)
        return join([*parts, starting]) if never < 1.0 else join(parts)
    for speed in np.unique(speeds).tolist():
        run = started(0.0, now, speed, clock.delay)
        starting.rows[speeds == speed, column] = _kept(firings, rank, run)
    return join([*parts, starting]) if never < 1.0 else join(parts)


def _at_random(firings: Firings, rank: int, starting: Batch, speeds: Floats) -> None:
    """Start a clock whose end is no date: there may be one such clock, of one length."""
    diary, row = firings.diary, firings.program.actions[rank]
    starting.rows[:, firings.layout.stage[rank]] = firings.layout.dated[rank]
    lengths = {math.inf if speed == 0.0 else firings.clocks[rank].delay / speed for speed in np.unique(speeds).tolist()}
    lengths |= {diary.random.get(rank, length) for length in lengths}
    others = sorted(firings.program.actions[other].name for other in diary.random if other != rank)
    if others or len(lengths) > 1 or math.inf in lengths:
        why = f"{others[0]} has such a delay too" if others else "it is not always as long"
        raise EngineError(
            f"action {row.name}: its fixed delay starts at a random instant, so that its end is no date, and {why}; one such "
            "delay of one length is followed; use Erlang (a few stages of the same mean) for the others, put them on the "
            "calendar with On or Every, or simulate"
        )
    diary.random[rank] = lengths.pop()


def _kept(firings: Firings, rank: int, run: Run) -> int:
    """The number of a run that is not over at once."""
    diary, row = firings.diary, firings.program.actions[rank]
    if run.due == diary.now:
        raise EngineError(
            f"action {row.name}: its delay is over at the instant at which it starts or changes its speed; use Immediately "
            "for no delay at all, or simulate"
        )
    return diary.number(rank, run)


def speed_of(firings: Firings, rank: int, batch: Batch) -> Floats:
    """The speed of a clock in some states."""
    row = firings.program.actions[rank]
    value = firings.value(row.speed, firings.layout.view(batch.rows), row.name)
    speeds = np.broadcast_to(np.asarray(value.v, dtype=np.float64), len(batch))
    if (speeds < 0).any():
        raise EvaluationError(
            f"speed '{row.speed}' is {float(speeds.min())!r}, and must not be negative", action=row.name
        )
    return speeds


def _moved(firings: Firings, batch: Batch, rank: int) -> Batch:
    """Give clocks that run towards a date the speed that they have now; refuse what leaves no date."""
    diary, row = firings.diary, firings.program.actions[rank]
    column = firings.layout.stage[rank]
    stopped = batch.rows[:, column] == STOPPED
    if stopped.any():
        if (stopped & firings.ready(rank, batch.rows)).any():
            raise EngineError(
                f"action {row.name}: its fixed delay is interrupted and begins again at one random instant, which is not "
                "followed; use Erlang, or simulate"
            )
        batch.rows[stopped, column] = 0
    lost = batch.rows[:, column] == firings.layout.dated[rank] - 1
    if lost.any() and (lost & firings.ready(rank, batch.rows)).any():
        raise EngineError(
            f"action {row.name}: its fixed delay goes on after an interruption, so that its end is no date; use memory reset, "
            "Erlang, or simulate"
        )
    if not row.pace_reads:
        return batch
    if rank in diary.random:
        raise EngineError(
            f"action {row.name}: its fixed delay starts at a random instant and its speed '{row.speed}' depends on the state, so "
            "that its end is not known; let the speed be a number, use Erlang, or simulate"
        )
    running = np.flatnonzero(diary.running(rank, batch.rows))
    if not len(running):
        return batch
    part = batch.at(running)
    speeds, values = speed_of(firings, rank, part), part.rows[:, column]
    pairs = np.unique(np.stack([values.astype(np.float64), speeds], axis=1), axis=0).tolist()
    over = np.zeros(len(batch), dtype=np.bool_)
    for value, speed in pairs:
        run = diary.run(rank, int(value))
        if run.speed == speed:
            continue
        if diary.now is None:
            raise EngineError(
                f"action {row.name}: the speed '{row.speed}' of its fixed delay changes at a random instant, so that its end is "
                "no date; let it change on the calendar only, use Erlang, or simulate"
            )
        changed = running[(values == value) & (speeds == speed)]
        after = run.moved(diary.now, speed, firings.clocks[rank].delay)
        if after.due == diary.now and firings.clocks[rank].kind == "stages":
            over[changed] = True
        else:
            batch.rows[changed, column] = _kept(firings, rank, after)
    return go_on(firings, batch, rank, over) if over.any() else batch


def go_on(firings: Firings, batch: Batch, rank: int, over: Bools) -> Batch:
    """Where the time in which a law cannot fire is over: the law of what is left."""
    clock = firings.clocks[rank]
    assert clock.residual is not None
    column = firings.layout.stage[rank]
    return join([batch.at(~over), *_spread(batch.at(over), column, clock.residual, None)])
