"""One simulated history told event by event: when, who, what, what it changed, and what it made possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from negsim.engines.blocks import Event
from negsim.model.expressions import Evaluator
from negsim.program import Program
from negsim.results.base import Results
from negsim.running.simulation import replay
from negsim.why.phrases import Phrases

__all__ = ["Narrative", "Scene", "narrate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One event of a history.

    Attributes
    ----------
    time : float
        Days from the start.
    date : str
        Wall clock of the scenario.
    who, what : str
        Party (or nothing) and action with its outcome, in plain words.
    action, outcome : str
        Their names.
    changes : tuple of str
        What it changed, in plain words.
    enabled, stopped : tuple of str
        Actions, in plain words, whose guards turned true, and false, by this event.
    quiet : bool
        Whether it only moved numbers: no fact changed, and nothing became possible or impossible.
    """

    time: float
    date: str
    who: str
    what: str
    action: str
    outcome: str
    changes: tuple[str, ...]
    enabled: tuple[str, ...]
    stopped: tuple[str, ...]
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """One history as a sequence of scenes.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    replication, seed : int
        Number of the history; seed of the draws.
    draw : int or None
        Which row of drawn parameters it has; None for best values.
    opening : tuple of str
        Actions under way at the start, in plain words.
    scenes : tuple of Scene
        What happened, in order.
    start, end : str
        Dates of the start and of the horizon.

    See Also
    --------
    narrate : Tell one history in words.
    Trajectory : One simulated history, event by event.

    Examples
    --------
    >>> import negsim as ns
    >>> story = ns.narrate(ns.simulate(ns.load("toy"), replications=1, seed=1), 0)
    >>> story.replication, story.scenes[0].who
    (0, 'Russia')
    """

    scenario: str
    replication: int
    seed: int
    draw: int | None
    opening: tuple[str, ...]
    scenes: tuple[Scene, ...]
    start: str
    end: str

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.scenes)

    def __len__(self) -> int:
        return len(self.scenes)

    def __str__(self) -> str:
        row = "parameters at their best values" if self.draw is None else f"draw {self.draw} of the parameters"
        lines = [f"{self.scenario}, history {self.replication} of seed {self.seed}, {row}"]
        lines.append(f"{self.start}  the start; under way: {'; '.join(self.opening) or 'nothing'}")
        for scene in self.scenes:
            who = f"{scene.who}: " if scene.who else ""
            lines.append(f"{scene.date}  {who}{scene.what}")
            if scene.changes:
                lines.append(f"{'':18}changes {'; '.join(scene.changes)}")
            if scene.enabled:
                lines.append(f"{'':18}enables {'; '.join(scene.enabled)}")
        lines.append(f"{self.end}  the end")
        return "\n".join(lines)


def narrate(runs: Results, replication: int) -> Narrative:
    """Tell one history of finished runs: who did what when, what it changed, and what it made possible.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    replication : int
        Any number from 0 on, also beyond those simulated.

    Returns
    -------
    Narrative
        Prints as text.

    See Also
    --------
    Narrative : One history told in scenes.
    replay : Tell one history again, with its full log.

    Examples
    --------
    >>> import negsim as ns
    >>> story = narrate(ns.simulate(ns.load("toy"), replications=1, seed=1), 0)
    >>> story.scenes[0].who, story.scenes[0].changes
    ('Russia', ('the memorandum is on the table: yes',))
    """
    trajectory = replay(runs, replication)
    telling = _Telling(runs, Phrases(runs.scenario), dict(trajectory.initial))
    opening = tuple(telling.said.action(name) for name in telling.under_way())
    scenes = tuple(telling.scene(event) for event in trajectory.events)
    return Narrative(
        scenario=runs.scenario.name,
        replication=replication,
        seed=runs.seed,
        draw=replication % len(runs.rows) if runs.drawn else None,
        opening=opening,
        scenes=scenes,
        start=runs.scenario.calendar.label(0.0),
        end=runs.scenario.calendar.label(runs.program.horizon),
    )


class _Telling:
    """Keeps the state of the history while it is told, and which guards hold in it."""

    def __init__(self, runs: Results, said: Phrases, initial: dict[str, float]) -> None:
        self.said = said
        self.program: Program = runs.program
        self.label = runs.scenario.calendar.label
        self.kinds = {slot.name: slot.kind for slot in self.program.slots}
        self.index = self.program.index
        self.state = [0.0] * len(self.program.slots)
        for name, value in initial.items():
            self.state[self.index[name]] = value
        self.guards: list[tuple[str, Evaluator]] = []
        self.readers: dict[int, list[int]] = {}
        for row in self.program.actions:
            for slot in row.guard_reads:
                self.readers.setdefault(slot, []).append(len(self.guards))
            self.guards.append((row.name, self.program.compile(row.guard)))
        self.holds = [bool(guard(self.state)) for _, guard in self.guards]

    def under_way(self) -> list[str]:
        """Actions that somebody waits for: guards that hold."""
        return [name for (name, _), holds in zip(self.guards, self.holds, strict=True) if holds]

    def scene(self, event: Event) -> Scene:
        """One event, and the state after it."""
        for name, _, new in event.changes:
            self.state[self.index[name]] = new
        enabled, stopped = self._turned([self.index[name] for name, _, _ in event.changes])
        what = self.said.deed(event.action)
        if event.outcome:
            what = f"{what}: {self.said.outcome(event.action, event.outcome)}"
        said = self.said.speaking_of(event.action.partition(".")[0])
        return Scene(
            time=event.time,
            date=self.label(event.at),
            who=self.said.party(event.action),
            what=what,
            action=event.action,
            outcome=event.outcome,
            changes=tuple(self._change(said, *change) for change in event.changes),
            enabled=tuple(said.action(name) for name in enabled),
            stopped=tuple(said.action(name) for name in stopped if name != event.action),
            quiet=not enabled and not stopped and all(self.kinds[name] != "fact" for name, _, _ in event.changes),
        )

    def _turned(self, slots: list[int]) -> tuple[list[str], list[str]]:
        """Actions whose guards turned true, and false, because these slots changed."""
        enabled: list[str] = []
        stopped: list[str] = []
        for number in sorted({reader for slot in slots for reader in self.readers.get(slot, ())}):
            name, guard = self.guards[number]
            holds = bool(guard(self.state))
            if holds != self.holds[number]:
                (enabled if holds else stopped).append(name)
                self.holds[number] = holds
        return enabled, stopped

    def _change(self, said: Phrases, name: str, old: float, new: float) -> str:
        told = said.name(name)
        if self.kinds[name] == "fact":
            return f"{told}: {'yes' if new else 'no'}"
        return f"{told}: {_short(old)} → {_short(new)}"


def _short(value: float) -> str:
    """A number as short as it can be read.

    >>> _short(3.0), _short(0.123456)
    ('3', '0.123')
    """
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.3g}"
