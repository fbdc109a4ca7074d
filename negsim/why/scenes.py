"""From the events of a history to sentences: each event by itself, and what happens at one instant as one entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from negsim.engines.blocks import Event
from negsim.model.clocks import Immediately
from negsim.model.expressions import Evaluator
from negsim.program import Program
from negsim.results.base import Results
from negsim.why.phrases import Phrases

__all__ = ["Entry", "Scene", "Telling"]


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
        Party (or nothing), and what happened, as a clause.
    action, outcome : str
        Their names.
    changes : tuple of str
        What it changed, in plain words.
    enabled, stopped : tuple of str
        Actions, in plain words, whose guards turned true, and false, by this event.
    quiet : bool
        Whether it only moved numbers: no fact changed, and nothing became possible or impossible.
    told : bool
        Whether it belongs to the story; else it is the bookkeeping of a word.
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
    told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happens at one instant: an event and all that follows from it at once.

    Attributes
    ----------
    time : float
        Days from the start.
    date : str
        Wall clock of the scenario.
    happened : tuple of str
        What happens, in order, as clauses.
    changes : tuple of str
        What is different afterwards and not said by that: facts, and numbers that rise or fall.
    opens : tuple of str
        What can happen now and could not before.
    scenes : tuple of int
        Places of its events in the story's scenes.
    quiet : bool
        Whether it only moves numbers or repeats a choice: no fact changes, and nothing becomes possible.
    """

    time: float
    date: str
    happened: tuple[str, ...]
    changes: tuple[str, ...]
    opens: tuple[str, ...]
    scenes: tuple[int, ...]
    quiet: bool


class Telling:
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

    def possible(self, names: Iterable[str]) -> list[str]:
        """What can happen now, each text once; what follows at once and bookkeeping are left out."""
        actions = self.said.elements.actions
        waiting = (name for name in names if not isinstance(actions[name].clock, Immediately))
        return list(dict.fromkeys(text for name in waiting if (text := self.said.can(name))))

    # Each event by itself --------------------------------------------------------------------------------------------

    def scene(self, event: Event) -> Scene:
        """One event, and the state after it."""
        enabled, stopped = self._after(event)
        told = self.said.told(event.action, event.outcome)
        what = self.said.event(event.action, event.outcome) if told else self._untold(event)
        return Scene(
            time=event.time,
            date=self.label(event.at),
            who=self.said.party(event.action),
            what=what,
            action=event.action,
            outcome=event.outcome,
            changes=tuple(self._change(*change) for change in event.changes),
            enabled=tuple(self.said.action(name) for name in enabled),
            stopped=tuple(self.said.action(name) for name in stopped if name != event.action),
            quiet=not enabled and not stopped and all(self.kinds[name] != "fact" for name, _, _ in event.changes),
            told=told,
        )

    def _untold(self, event: Event) -> str:
        return self.said.say("bookkeeping", name=self.said.thing(event.action))

    def _change(self, name: str, old: float, new: float) -> str:
        if self.kinds[name] == "fact":
            return self.said.holds(name) if new else self.said.fails(name)
        return self.said.moves(name, old, new)

    def _after(self, event: Event) -> tuple[list[str], list[str]]:
        """Actions whose guards turned true, and false, by an event; the state is that after it."""
        for name, _, new in event.changes:
            self.state[self.index[name]] = new
        enabled: list[str] = []
        stopped: list[str] = []
        slots = (self.index[name] for name, _, _ in event.changes)
        for number in sorted({reader for slot in slots for reader in self.readers.get(slot, ())}):
            name, guard = self.guards[number]
            holds = bool(guard(self.state))
            if holds != self.holds[number]:
                (enabled if holds else stopped).append(name)
                self.holds[number] = holds
        return enabled, stopped

    # What happens at one instant -------------------------------------------------------------------------------------

    def entries(self, events: Sequence[Event]) -> Iterator[Entry]:
        """The story: one entry an instant at which anything worth telling happens."""
        numbered = enumerate(events)
        for _, group in groupby(numbered, key=lambda pair: pair[1].at):
            found = list(group)
            entry = self._entry([event for _, event in found], tuple(number for number, _ in found))
            if entry.happened:
                yield entry

    def _entry(self, events: list[Event], places: tuple[int, ...]) -> Entry:
        before = {name: self.state[self.index[name]] for event in events for name, _, _ in event.changes}
        held = list(self.holds)
        for event in events:
            self._after(event)
        texts = (self.said.event(event.action, event.outcome) for event in events)
        happened = tuple(dict.fromkeys(text for text in texts if text))
        moved = {name: old for name, old in before.items() if self.state[self.index[name]] != old}
        new = (name for (name, _), was, holds in zip(self.guards, held, self.holds, strict=True) if holds and not was)
        opens = tuple(text for text in self.possible(new) if text not in happened)
        return Entry(
            time=events[0].time,
            date=self.label(events[0].at),
            happened=happened,
            changes=tuple(self._changed(moved, events, happened)),
            opens=opens,
            scenes=places,
            quiet=not opens and all(self.kinds[name] != "fact" for name in moved),
        )

    def _changed(self, moved: dict[str, float], events: list[Event], happened: tuple[str, ...]) -> Iterator[str]:
        """What has changed and is not said: not the facts of the words whose events are told."""
        spoken = {id(self._home("actions", event.action)) for event in events}
        said = set(happened)
        for name, old in sorted(moved.items()):
            home = self._home("variables", name)
            if self.said.voice.quiet(name) or (home is not None and id(home) in spoken):
                continue
            new = self.state[self.index[name]]
            if self.kinds[name] == "fact" and self.said.comes(name) in said:
                continue
            text = self._change(name, old, new)
            if text not in said:
                said.add(text)
                yield text

    def _home(self, shelf: str, name: str) -> object:
        return self.said.voice.place(shelf, name)[0]
