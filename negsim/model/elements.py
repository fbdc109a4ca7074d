"""A scenario written out: its words expanded into plain variables, parameters, actions and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.evidence import Evidence, Party
from negsim.model.names import check_name
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.variables import Counter, Fact, Level, Variable

if TYPE_CHECKING:
    from negsim.model.interventions import Intervention

__all__ = ["Element", "Elements", "Mechanism", "Part", "expand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """A named mechanism of the story, and what it means to suppose it away.

    Parameters
    ----------
    name : str
    off : sequence of Intervention
        The interventions on the world that ``scenario.without(name)`` stands for.
    title : str
    """

    name: str
    off: tuple[Intervention, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "mechanism")
        object.__setattr__(self, "off", tuple(self.off))


Element = Party | Fact | Counter | Level | Parameter | Action | Question | Evidence | Mechanism


@runtime_checkable
class Part(Protocol):
    """A word of a vocabulary: data with a name that expands into plain elements (or other words)."""

    @property
    def name(self) -> str:
        """The name that its elements' names begin with."""

    def expand(self) -> Iterable[Element | Part]:
        """The plain elements that the word stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Plain elements by kind and name; ``owners`` has the actions of each word; ``first`` and ``nudges`` the events of
    interventions, which come before all else (``do`` before ``nudge``); ``removed`` the actions supposed away."""

    parties: Mapping[str, Party] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    mechanisms: Mapping[str, Mechanism] = field(default_factory=dict)
    owners: Mapping[str, set[str]] = field(default_factory=dict)
    first: frozenset[str] = frozenset()
    nudges: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    @property
    def supposed(self) -> frozenset[str]:
        """The events of interventions, whatever they are called."""
        return self.first | self.nudges

    def types(self) -> dict[str, str]:
        """Type of every name that an expression may use."""
        found = {name: "condition" if isinstance(v, Fact) else "number" for name, v in self.variables.items()}
        found.update(
            {name: "condition" if isinstance(p.best, bool) else "number" for name, p in self.parameters.items()}
        )
        return found


SHELVES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (Party, "parties"),
    ((Fact, Counter, Level), "variables"),
    (Parameter, "parameters"),
    (Action, "actions"),
    (Question, "questions"),
    (Evidence, "evidence"),
    (Mechanism, "mechanisms"),
)


def expand(parts: Iterable[Element | Part]) -> Elements:
    """Write the parts out, words within words included.

    Raises
    ------
    ScenarioError
        If two elements have one name, or something is neither an element nor a word.
    """
    shelves: dict[str, dict[str, object]] = {shelf: {} for _, shelf in SHELVES}
    owners: dict[str, set[str]] = {}
    for part in parts:
        _shelve(part, (), shelves, owners)
    both = shelves["variables"].keys() & shelves["parameters"].keys()
    if both:
        raise ScenarioError(f"{min(both)!r} is both a variable and a parameter; rename one")
    return Elements(**shelves, owners=owners)  # type: ignore[arg-type] # the shelves hold what SHELVES says


def _shelve(
    part: object, words: tuple[str, ...], shelves: dict[str, dict[str, object]], owners: dict[str, set[str]]
) -> None:
    shelf = next((name for kind, name in SHELVES if isinstance(part, kind)), None)
    if shelf is None:
        _open(part, words, shelves, owners)
        return
    name: str = part.name  # type: ignore[attr-defined] # every element has a name
    known = shelves[shelf].get(name)
    if shelf == "parties" and known is not None:
        # A word names its parties barely; the party's own declaration says more.
        bare = Party(name)
        if part == bare:
            return
        known = None if known == bare else known
    if known is not None and (known != part or shelf == "actions"):
        raise ScenarioError(
            f"two {shelf} are named {name!r}{' (one comes from the word ' + words[-1] + ')' if words else ''}; rename "
            "one"
        )
    shelves[shelf][name] = part
    if shelf == "actions":
        for word in words:
            owners[word].add(name)


def _open(
    part: object, words: tuple[str, ...], shelves: dict[str, dict[str, object]], owners: dict[str, set[str]]
) -> None:
    if not isinstance(part, Part):
        raise ScenarioError(
            f"{part!r} is no part of a scenario; a part is a party, variable, parameter, action, question, evidence, "
            "mechanism or a word with expand()"
        )
    if len(words) > 20:
        raise ScenarioError(f"the words {' > '.join(words[:4])} ... expand into each other without end")
    if part.name in owners:
        raise ScenarioError(f"two words are named {part.name!r}; rename one")
    owners[part.name] = set()
    for piece in part.expand():
        _shelve(piece, (*words, part.name), shelves, owners)
