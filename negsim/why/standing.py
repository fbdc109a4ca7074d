"""Where everybody stands at the start: what holds then, who requires what of which step, and who could bring it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from negsim.model.actions import Action
from negsim.model.circles import helps
from negsim.model.clocks import Chance, Distribution, Immediately
from negsim.model.elements import Elements
from negsim.model.evidence import Party
from negsim.model.expressions import And, AtLeast, Expression, Not, Or, Truth, reads
from negsim.model.readings import Readings
from negsim.model.requirements import Requirement
from negsim.model.scenario import Scenario
from negsim.model.spans import EVERYTHING, UNSURE, Span, span
from negsim.model.variables import Counter, Level
from negsim.vocabulary.process import Process
from negsim.why.sentences import Sentences

__all__ = ["Precondition", "Standing"]

DEEP = 8
"""How many signals of a word are followed back to who gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What one party, or a whole thing, needs before a step is taken.

    Attributes
    ----------
    name : str
        Of the requirement; empty for what an action of the scenario waits for.
    of : str
        The party; empty if it is nobody's in particular.
    step, needs : str
        In words; the step with what it is to the precondition (``before: ...``, ``its demand: ...``).
    condition : Expression
    hard : bool
        Whether it is never waived.
    waiver : str
        How it can be waived, in words; empty if it is hard.
    met : bool or None
        At the start; None if it is so in some histories only.
    word : str
        The word of the scenario that states it.
    thing : str
        What needs it, in words, if it is nobody's in particular.
    """

    name: str
    of: str
    step: str
    needs: str
    condition: Expression
    hard: bool
    waiver: str
    met: bool | None
    word: str
    thing: str


class Standing:
    """A scenario as it is at its start, parameters at their best values.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.elements: Elements = scenario.expanded
        self.said = Sentences(scenario)
        self.start: dict[str, Span] = _start(self.elements)

    def title(self, party: str) -> str:
        """A party's title, or its name in plain words."""
        return self.said.name(party)

    def settle(self, tree: Expression) -> Expression:
        """An expression of a word as the scenario reads it: requirements and amounts put in."""
        return self._readings.tree(tree)

    @cached_property
    def _readings(self) -> Readings:
        return self.elements.readings

    def met(self, condition: Expression) -> bool | None:
        """Whether a condition holds at the start; None if that is drawn."""
        low, high = span(condition, self.start)
        return True if low > 0 else False if high == 0 else None

    def preconditions(self) -> list[Precondition]:
        """All that is required of steps, by party and name."""
        found = [self._required(one) for one in self.elements.requirements.values() if one.needs != Truth(True)]
        return sorted(found, key=lambda one: (one.of, one.name))

    def _required(self, one: Requirement) -> Precondition:
        word = one.steps[0].rpartition(".")[0] if one.steps else ""
        own = one.name == word
        steps = self.said.say("semicolon").join(map(self._step, one.steps))
        step = (
            self.said.say("its_demand", thing=self.said.word(word)) if own else self.said.say("before_step", step=steps)
        )
        return Precondition(
            name=one.name,
            of=one.of or self._by(one),
            step=step,
            needs=self.said.condition(one.needs),
            condition=one.needs,
            hard=one.hard,
            waiver="" if one.hard else self._waiver(one),
            met=self.met(one.needs),
            word=word,
            thing=self.said.word(word),
        )

    def _step(self, name: str) -> str:
        """A step in words: a fact that turns true, a count that rises."""
        if isinstance(self.elements.variables.get(name), Counter):
            word = name.rpartition(".")[0]
            rounds = isinstance(self.elements.words.get(word), Process)
            return self.said.say("next_round", thing=self.said.word(word)) if rounds else self.said.word(word)
        return self.said.comes(name) if self.said.voice.is_fact(name) else self.said.name(name)

    def _by(self, one: Requirement) -> str:
        """Who takes the steps, if it is one party."""
        takers = {action.by for name in one.steps for action in self.bringing(name)}
        return next(iter(takers)) or "" if len(takers) == 1 else ""

    def _waiver(self, one: Requirement) -> str:
        waiver = one.waiver
        if waiver is None:
            return self.said.say("can_be_dropped")
        chosen = sorted(reads(waiver) & self.choices.keys())
        if chosen:
            told = self.said.language.listed([self.choices[name] for name in chosen], "or")
            return self.said.say("waived_where", chosen=told)
        low, high = span(waiver, self.start)
        if low == high:
            return self.said.say("waived_with", share=f"{100 * low:.3g}")
        return self.said.say("waived_depends")

    @cached_property
    def choices(self) -> dict[str, str]:
        """Facts of options, and what deciding for them means in words."""
        found = {}
        for name, decision in self.elements.decisions.items():
            for option in decision.choices():
                fact = f"{name}.{option}"
                by = self.said.thing(decision.by)  # type: ignore[attr-defined] # a Decision
                found[fact] = self.said.say("decides_quoted", by=by, option=self.said.part(name, option))
        return found

    # Who could bring it ------------------------------------------------------------------------------------------

    @cached_property
    def _changing(self) -> dict[str, list[Action]]:
        found: dict[str, list[Action]] = {}
        for action in self.elements.actions.values():
            for variable in dict.fromkeys(effect.variable for effect in action.changes()):
                found.setdefault(variable, []).append(action)
        return found

    def bringing(self, variable: str) -> list[Action]:
        """The actions that change a variable to anything but false."""
        return [
            action
            for action in self._changing.get(variable, ())
            if any(effect.variable == variable and effect.amount != Truth(False) for effect in action.changes())
        ]

    def lacking(self, condition: Expression) -> Iterator[tuple[Expression, bool]]:
        """The parts of a condition that stand in its way at the start, with the truth value that they should have."""
        for atom, wanted in signed(condition):
            if self.met(atom) is not wanted:
                yield atom, wanted

    def bringers(self, atom: Expression, wanted: bool) -> tuple[set[str], set[str]]:
        """The parties that could give a condition this truth value, and what else could, in words."""
        who: set[str] = set()
        what: set[str] = set()
        self._follow(atom, wanted, who, what, set(), 0)
        return who, what

    def _follow(
        self, atom: Expression, wanted: bool, who: set[str], what: set[str], seen: set[str], depth: int
    ) -> None:
        for name in sorted(reads(atom)):
            for action in self._changing.get(name, ()):
                effects = [effect for effect in action.changes() if effect.variable == name]
                if action.name not in seen | self.elements.supposed and any(
                    helps(effect, atom, wanted) for effect in effects
                ):
                    seen.add(action.name)
                    self._doer(action, who, what, seen, depth)

    def _doer(self, action: Action, who: set[str], what: set[str], seen: set[str], depth: int) -> None:
        if action.by is not None:
            who.add(action.by)
            return
        before = len(who) + len(what)
        if isinstance(action.clock, Immediately) and depth < DEEP:
            for atom, wanted in self.lacking(action.when):
                self._follow(atom, wanted, who, what, seen, depth + 1)
        taking_part = self.parties_of(action)
        if len(who) + len(what) == before or taking_part:
            who |= taking_part
            if not taking_part:
                what.add(self.said.action(action.name))

    def parties_of(self, action: Action) -> set[str]:
        """Who takes part in the word that an action belongs to."""
        part: Any = self.elements.origins.get(("actions", action.name))
        if part is None or isinstance(part, Action):
            return set()
        return {name for name, words in self.elements.named_by.items() if part in words}

    def parties(self) -> list[Party]:
        """All parties, by name."""
        return [party for _, party in sorted(self.elements.parties.items())]


def signed(condition: Expression, wanted: bool = True) -> Iterator[tuple[Expression, bool]]:
    """The smallest conditions within a condition, each with the truth value that helps it."""
    if isinstance(condition, Not):
        yield from signed(condition.arg, not wanted)
    elif isinstance(condition, (And, Or, AtLeast)):
        for part in condition.args:
            yield from signed(part, wanted)
    elif not isinstance(condition, Truth):
        yield condition, wanted


def _start(elements: Elements) -> dict[str, Span]:
    """What each name is at the start: parameters at their best values, what is drawn anything that it could be."""
    found: dict[str, Span] = {name: (float(one.best), float(one.best)) for name, one in elements.parameters.items()}
    contested = [name for name, one in elements.parameters.items() if isinstance(one.belief, Chance)]
    known: Mapping[str, Span] = {**found, **dict.fromkeys(contested, UNSURE)}
    found = dict(known)
    for name, variable in elements.variables.items():
        initial = variable.initial
        if isinstance(initial, Chance):
            low, high = span(initial.p, known)
            found[name] = (1.0, 1.0) if low >= 1 else (0.0, 0.0) if high <= 0 else UNSURE
        elif isinstance(initial, Distribution):
            found[name] = (variable.low, variable.high) if isinstance(variable, Level) else EVERYTHING
        else:
            found[name] = span(initial, known)
    return found
