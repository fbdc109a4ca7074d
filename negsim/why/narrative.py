"""One simulated history told as a dated story: who did what, what it changed, and what it made possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from negsim.notebook import card, frame
from negsim.results.base import Results
from negsim.running.simulation import replay
from negsim.why.phrases import Phrases
from negsim.why.scenes import Entry, Scene, Telling

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Entry", "Narrative", "Scene", "narrate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """One history as a dated story.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    replication, seed : int
        Number of the history; seed of the draws.
    draw : int or None
        Which row of drawn parameters it has; None for best values.
    opening : tuple of str
        What can happen at the start, in sentences without a full stop.
    scenes : tuple of Scene
        Every event, in order, the bookkeeping of words too.
    start, end : str
        Dates of the start and of the horizon.
    entries : tuple of Entry
        What is worth telling: one entry an instant, bookkeeping left out.
    language : str
        Code of the language in which it is told.

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
    >>> story.entries[0].happened
    ('Russia hands over the memorandum',)
    """

    scenario: str
    replication: int
    seed: int
    draw: int | None
    opening: tuple[str, ...]
    scenes: tuple[Scene, ...]
    start: str
    end: str
    entries: tuple[Entry, ...] = ()
    language: str = "en"

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.scenes)

    def __len__(self) -> int:
        return len(self.scenes)

    def __repr__(self) -> str:
        return f"<Narrative of {self.scenario}, history {self.replication}: {len(self)} events>"

    def _repr_html_(self) -> str:
        rows = [
            [one.date, *("; ".join(texts) for texts in (one.happened, one.changes, one.opens))] for one in self.entries
        ]
        heads = ("date", "what happens", "what it changes", "what it makes possible")
        title = f"{self.scenario}, history {self.replication} of seed {self.seed}"
        return card(title, columns=heads, rows=rows, notes=["one possible history of many, not a forecast"])

    def to_dataframe(self) -> pd.DataFrame:
        """A row an event: date (wall clock of the scenario), days, who, what, action, outcome, what it changed."""
        columns = ("date", "time", "who", "what", "action", "outcome", "changes", "enabled", "stopped", "quiet")
        return frame([{name: getattr(one, name) for name in columns} for one in self.scenes], columns, dates=["date"])

    def __str__(self) -> str:
        from negsim.wording.language import language

        said = language(self.language)
        row = said.say("best_values") if self.draw is None else said.say("of_draw", draw=self.draw)
        lines = [said.say("story_head", scenario=self.scenario, number=self.replication, seed=self.seed, row=row)]
        lines.append(f"{self.start}  {said.sentence(said.say('story_start'))}")
        if self.opening:
            lines.append(f"{'':18}{_possible(self.opening, said.say('possible_first'), said.say('semicolon'))}")
        for entry in self.entries:
            lines.append(f"{entry.date}  {' '.join(map(said.sentence, entry.happened))}")
            if entry.changes:
                lines.append(f"{'':18}{said.sentence(said.say('semicolon').join(entry.changes))}")
            if entry.opens:
                lines.append(f"{'':18}{_possible(entry.opens, said.say('possible'), said.say('semicolon'))}")
        lines.append(f"{self.end}  {said.sentence(said.say('story_end'))}")
        return "\n".join(lines)


def _possible(opens: tuple[str, ...], lead: str, between: str) -> str:
    return f"{lead} {between.join(opens)}."


def narrate(runs: Results, replication: int, *, language: str = "") -> Narrative:
    """Tell one history of finished runs: who did what when, what it changed, and what it made possible.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    replication : int
        Any number from 0 on, also beyond those simulated.
    language : str, optional
        Code of the language to tell it in (``"en"``, ``"de"``); by default that of the scenario.

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
    >>> print(story.entries[0].happened[0])
    Russia hands over the memorandum
    """
    trajectory = replay(runs, replication)
    said = Phrases(runs.scenario, language=language)
    telling = Telling(runs, said, dict(trajectory.initial))
    opening = tuple(telling.possible(telling.under_way()))
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
        entries=tuple(Telling(runs, said, dict(trajectory.initial)).entries(trajectory.events)),
        language=said.language.code,
    )
