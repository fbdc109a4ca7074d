"""What can move a question: backwards from the questions through effects, guards, paces, weights and initial values.

What lies outside the slice (Weiser 1984, *IEEE Trans. Softw. Eng.* 10:352) can be deleted without changing one digit of
an answer: the draws of everything else have keys of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from negsim.checking.lint.finding import Finding
from negsim.checking.lint.trees import of_action, of_belief, of_effect, of_initial, of_question, of_scenario
from negsim.model.actions import Action
from negsim.model.elements import Elements, own_questions
from negsim.model.evidence import Party
from negsim.model.expressions import reads
from negsim.model.origins import TABLES, table_of
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.model.variables import Counter, Fact, Level

__all__ = ["Slice", "moves_nothing", "slice_of"]


class Slice:
    """The names of variables, parameters and actions that can move one of some questions."""

    def __init__(self, elements: Elements, questions: list[Question]) -> None:
        self.elements = elements
        self.names: set[str] = set()
        self.actions: set[str] = set()
        self.waiting: list[str] = []
        self.writers: dict[str, list[Action]] = {}
        for action in elements.actions.values():
            for variable in {effect.variable for effect in action.changes()}:
                self.writers.setdefault(variable, []).append(action)
        for question in questions:
            for tree in of_question(question):
                self.add(reads(tree))
            for name, _, _ in question.counts:
                if name in elements.actions:
                    self.act(elements.actions[name])
        while self.waiting:
            self.follow(self.waiting.pop())

    def add(self, names: Any) -> None:
        """Names that matter."""
        for name in names:
            if name not in self.names:
                self.names.add(name)
                self.waiting.append(name)

    def act(self, action: Action) -> None:
        """An action that matters: all that it waits for, and all that decides its outcome."""
        if action.name in self.actions:
            return
        self.actions.add(action.name)
        for tree in of_action(action):
            self.add(reads(tree))
        party = self.elements.parties.get(action.by or "")
        if party is not None and party.policy is not None:
            self.add(self.elements.variables)  # who decides by a function may look at everything

    def follow(self, name: str) -> None:
        """What changes a variable."""
        variable = self.elements.variables.get(name)
        # Nothing changes a parameter; what is believed of it may lean on others, or have to fit them.
        if variable is None:
            if name in self.elements.parameters:
                for tree in of_belief(self.elements.parameters[name]):
                    self.add(reads(tree))
                for one in self.elements.constraints.values():
                    if name in reads(one.holds):
                        self.add(reads(one.holds))
            return
        for tree in of_initial(variable):
            self.add(reads(tree))
        for action in self.writers.get(name, ()):
            self.act(action)
            for effect in action.changes():
                if effect.variable == name:
                    for tree in of_effect(effect):
                        self.add(reads(tree))


def slice_of(scenario: Scenario, elements: Elements) -> Slice:
    """What can move the scenario's own questions; those that words bring if it has none."""
    # Words bring questions for their own sake, and through these everything they do would count.
    own = own_questions(scenario.parts)
    return Slice(elements, own or list(elements.questions.values()))


def moves_nothing(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """Words, variables, parameters, actions and parties that can move no question."""
    if not elements.questions:
        return
    found = slice_of(scenario, elements)
    live = {_part(elements, shelf, name) for shelf, name in _moving(elements, found)}
    read = {name for tree in of_scenario(elements) for name in reads(tree)}
    idle_words = []
    for part in scenario.parts:
        kind = table_of(part)
        if isinstance(part, Fact | Counter | Level | Action | Parameter):
            idle = part.name not in (found.actions if isinstance(part, Action) else found.names)
            removed = part.name in elements.removed
            # A parameter that nothing reads at all is told as unused.
            if idle and not removed and not (isinstance(part, Parameter) and part.name not in read):
                yield _idle(f"{kind} {part.name}", "it can move no question of the scenario")
        elif kind not in TABLES.values() and (kind, part.name) not in live and _has_actions(elements, part):
            idle_words.append(part)
            yield _idle(f"{kind} {part.name}", "nothing that it does can move a question of the scenario")
    yield from _idle_parties(elements, found, idle_words, scenario)


def _idle(where: str, text: str) -> Finding:
    remedy = "drop it, or let something that the questions hang on read it"
    return Finding(code="idle", where=where, text=text, remedy=remedy)


def _moving(elements: Elements, found: Slice) -> Iterator[tuple[str, str]]:
    yield from (("variables", name) for name in found.names if name in elements.variables)
    yield from (("parameters", name) for name in found.names if name in elements.parameters)
    yield from (("actions", name) for name in found.actions)


def _part(elements: Elements, shelf: str, name: str) -> tuple[str, str]:
    origin = elements.origins.get((shelf, name))
    return ("", "") if origin is None else (table_of(origin), origin.name)


def _has_actions(elements: Elements, part: Any) -> bool:
    """Whether a word still stands for anything: not if it was supposed away."""
    return bool(elements.owners.get(part.name, set()) - elements.removed) or any(
        origin is part for (shelf, _), origin in elements.origins.items() if shelf == "variables"
    )


def _idle_parties(elements: Elements, found: Slice, idle: list[Any], scenario: Scenario) -> Iterator[Finding]:
    for part in scenario.parts:
        if not isinstance(part, Party):
            continue
        words = elements.named_by.get(part.name, ())
        actions = [action.name for action in elements.actions.values() if action.by == part.name]
        if not words and not actions:
            yield Finding(
                code="unused",
                where=f"party {part.name}",
                text="no word names it and no action is its own",
                remedy="drop it, or let it act",
            )
        elif all(word in idle for word in words) and not found.actions & set(actions):
            yield _idle(f"party {part.name}", "nothing that it does can move a question of the scenario")
