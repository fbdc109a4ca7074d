"""Writing a scenario out: words expand into plain elements, words within words included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from negsim.errors import Gather, NegsimError, ScenarioError, problem_of
from negsim.errors.problems import path_text
from negsim.model.acting import Push, acted_on, pushes, settle
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Every, Fixed
from negsim.model.constraints import Constraint
from negsim.model.correlations import Correlation
from negsim.model.decisions import Deciding
from negsim.model.elements import ASKED, SHELVES, Element, Elements, Mechanism, Part
from negsim.model.evidence import Evidence, Party
from negsim.model.expressions import Truth
from negsim.model.making import explained
from negsim.model.origins import table_of
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.requirements import Requirement, requirements_of, revised
from negsim.model.variables import Counter, Fact, Level

__all__ = ["expand", "placed_in", "settled"]


def expand(parts: Iterable[Element | Part], supposed: Iterable[tuple[str, str]] = ()) -> Elements:
    """Write the parts out, words within words included.

    Parameters
    ----------
    parts : iterable of elements and words
    supposed : iterable of (requirement, supposition)
        What is supposed of words' requirements. Variables and questions that a word no longer needs then are kept, so
        that whatever reads them stays a legal scenario.

    Raises
    ------
    ScenarioError
        If two elements have one name, or something is neither an element nor a word.
    """
    items, wanted = tuple(parts), tuple(supposed)
    plain = _Shelves(()).filled(items)
    if wanted:
        revised_ = _Shelves(wanted).filled(items)
        # What is no longer asked for counts as there, for those who name the requirement.
        gone = plain.requirements.keys() - revised_.requirements.keys()
        clear = {name for name, how in wanted if how in ("without", "meet")} & gone
        return settled(_unwaived(_with_what_is_gone(revised_, plain), wanted), clear)
    return settled(plain)


def _unwaived(elements: Elements, supposed: tuple[tuple[str, str], ...]) -> Elements:
    """The elements without actions by which others would waive what is supposed never to be waived."""
    firm = {elements.requirements[name].waived for name, how in dict(supposed).items() if how == "harden"} - {""}
    gone = set()
    for name, action in elements.actions.items():
        given = {effect.variable for effect in action.effects if effect.amount != Truth(False)} & firm
        if any(name not in elements.owners.get(fact.rpartition(".")[0], ()) for fact in given):
            gone.add(name)
    kept = {name: action for name, action in elements.actions.items() if name not in gone}
    return replace(elements, actions=kept, removed=elements.removed | gone)


def _with_what_is_gone(elements: Elements, plain: Elements) -> Elements:
    """The elements, with the variables and questions that only the plain ones have."""
    old = plain.requirements
    stated = {
        name: replace(one, waiver_name=old[name].waiver_name, waived=old[name].waived)
        for name, one in elements.requirements.items()
    }
    return replace(
        elements,
        variables={**plain.variables, **elements.variables},
        questions={**plain.questions, **elements.questions},
        requirements={**plain.requirements, **stated},
        words={**plain.words, **elements.words},
        acting=plain.acting,
        origins={**plain.origins, **elements.origins},
        removed=frozenset(plain.actions.keys() - elements.actions.keys()),
    )


def settled(elements: Elements, clear: Collection[str] = ()) -> Elements:
    """The elements with what words call by name put in: `Readings` of every expression of actions and questions."""
    elements = replace(elements, cleared=frozenset(clear))
    read = elements.readings
    gather = Gather()

    def each(shelf: str, things: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
        found = dict(things)
        for name, one in things.items():
            with gather.going_on(), placed_in(elements.origins.get((shelf, name))):
                found[name] = read.all_in(one, fields)
        return found

    actions = each("actions", elements.actions, ("when", "pace", "speed", "effects", "outcomes"))
    questions = each("questions", elements.questions, ASKED)
    requirements = each("requirements", elements.requirements, ("needs", "waiver"))
    gather.check()
    return replace(elements, actions=actions, questions=questions, requirements=requirements)


def _targets(parts: Iterable[object]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for push in pushes(parts):
        found[push.by] = (*found.get(push.by, ()), push.on)
    return found


@contextmanager
def placed_in(part: Any) -> Iterator[None]:
    """Errors within it are told of this part, if they do not say where they stand."""
    try:
        yield
    except NegsimError as error:
        if part is None:
            raise
        path = (table_of(part), part.name)
        raise type(error).telling([one if one.path else replace(one, path=path) for one in error.problems]) from error


class _Shelves:
    """Sorts parts by kind while words are written out, and remembers where each element comes from."""

    def __init__(self, supposed: tuple[tuple[str, str], ...]) -> None:
        self.supposed = supposed
        self.shelves: dict[str, dict[str, object]] = {shelf: {} for _, shelf in SHELVES}
        self.owners: dict[str, set[str]] = {}
        self.requirements: dict[str, Requirement] = {}
        self.decisions: dict[str, Deciding] = {}
        self.written: dict[str, Any] = {}
        self.pushes: set[Push] = set()
        self.words: dict[str, object] = {}
        self.origins: dict[tuple[str, str], Any] = {}
        self.named_by: dict[str, list[Any]] = {}
        self.gather = Gather()

    def filled(self, parts: Iterable[object]) -> Elements:
        """The elements of all parts."""
        parts = tuple(parts)
        away = [name for name, how in self.supposed if how == "without"]
        self.pushes = set(pushes(parts, away))
        for part in parts:
            with self.gather.going_on():
                self.shelve(part, (), part)
        self.push()
        for name in sorted(self.shelves["variables"].keys() & self.shelves["parameters"].keys()):
            one, two = self.origins["variables", name], self.origins["parameters", name]
            self.gather.errors.append(self.twice(f"{name!r} is both a variable and a parameter", name, one, two))
        self.gather.check()
        return Elements(
            **self.shelves,  # type: ignore[arg-type] # the shelves hold what SHELVES says
            owners=self.owners,
            requirements=self.requirements,
            words=self.written,
            decisions=self.decisions,
            acting=_targets(parts),
            origins=self.origins,
            named_by={name: tuple(found) for name, found in self.named_by.items()},
        )

    def push(self) -> None:
        """Let words act on actions that belong to no word, or have no field for it."""
        actions: dict[str, Any] = self.shelves["actions"]
        for one in sorted(self.pushes, key=lambda push: (push.by, push.on, str(push.times))):
            with self.gather.going_on(), placed_in(self.words.get(one.by)):
                actions = settle(actions, (one,), self.written, supposed=bool(self.supposed))
                self.shelves["actions"] = {**actions}

    def shelve(self, part: object, words: tuple[str, ...], top: Any) -> None:
        """Put an element on its shelf, or open a word; ``top`` is the part of the scenario that it comes from."""
        shelf = next((name for kind, name in SHELVES if isinstance(part, kind)), None)
        if shelf is None:
            self.open(part, words, top)
            return
        name: str = part.name  # type: ignore[attr-defined] # every element has a name
        if shelf == "parties" and words:
            self.named_by.setdefault(name, []).append(top)
        known = self.shelves[shelf].get(name)
        if shelf == "parties" and known is not None:
            # A word names its parties barely; the party's own declaration says more.
            bare = Party(name)
            if part == bare:
                if not words:
                    self.origins[shelf, name] = top
                return
            known = None if known == bare else known
        if known is not None and (known != part or shelf == "actions"):
            raise self.twice(f"two {shelf} are named {name!r}", name, self.origins[shelf, name], top)
        self.shelves[shelf][name] = part
        self.origins.setdefault((shelf, name), top)
        if shelf == "parties" and not words:
            self.origins[shelf, name] = top
        if shelf == "actions":
            for word in words:
                self.owners[word].add(name)

    def open(self, part: object, words: tuple[str, ...], top: Any) -> None:
        """Write a word out, as it is under what is supposed of its requirements."""
        if not isinstance(part, Part):
            raise ScenarioError(
                f"{part!r} is no part of a scenario; a part is a party, variable, parameter, action, question, "
                "evidence, mechanism or a word with expand()"
            )
        if len(words) > 20:
            raise ScenarioError(f"the words {' > '.join(words[:4])} ... expand into each other without end")
        if part.name in self.owners:
            raise self.twice(f"two words are named {part.name!r}", part.name, self.words[part.name], top)
        self.owners[part.name] = set()
        self.words[part.name] = top
        with placed_in(top):
            word, done = acted_on(part, sorted(self.pushes, key=lambda push: (push.by, push.on, str(push.times))))
        self.pushes -= done
        word = revised(word, self.supposed)
        assert isinstance(word, Part)  # a word stays one
        self.requirements.update((one.name, one) for one in requirements_of(word))
        self.written[part.name] = word
        if isinstance(word, Deciding):
            self.decisions[word.name] = word
        with placed_in(top):
            pieces = list(word.expand())
        for piece in pieces:
            with self.gather.going_on():
                self.shelve(piece, (*words, part.name), top)

    def twice(self, text: str, name: str, one: Any, two: Any) -> ScenarioError:
        """The error of a name that is given twice, with both places."""
        places = [path_text((table_of(part), part.name)) for part in (one, two)]
        told = f"both by {places[0]}" if places[0] == places[1] else f"by {places[0]} and by {places[1]}"
        error = ScenarioError(f"{text}, {told}; rename one")
        return ScenarioError.telling([problem_of(error, (table_of(two), two.name), code="clash", value=name)])


for _kind in (
    Party,
    Evidence,
    Fact,
    Counter,
    Level,
    Parameter,
    Action,
    Outcome,
    Question,
    Mechanism,
    Correlation,
    Constraint,
    Fixed,
    Every,
):
    explained(_kind)
