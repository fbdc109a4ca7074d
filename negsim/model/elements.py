"""What a scenario is once it is written out: plain variables, parameters, actions and questions, by kind and name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Protocol, TypeAlias, runtime_checkable

from negsim.model.actions import Action
from negsim.model.constraints import Constraint
from negsim.model.correlations import Correlation
from negsim.model.decisions import Deciding
from negsim.model.evidence import Evidence, Party
from negsim.model.expressions import Truth
from negsim.model.inputs import Several, preset, record
from negsim.model.names import check_name
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.readings import Readings
from negsim.model.requirements import Requirement
from negsim.model.sayings import Says
from negsim.model.variables import Counter, Fact, Level, Variable

__all__ = [
    "ASKED",
    "SHELVES",
    "Asking",
    "Element",
    "Elements",
    "Mechanism",
    "Part",
    "Supposition",
    "own_questions",
    "questions_of",
    "written_out",
]


class Supposition(Protocol):
    """What can be supposed of a scenario (`negsim.model.interventions` has all there is): elements as they are under it."""

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the supposition."""


@record
class Mechanism:
    """A named mechanism of the story, and what it means to suppose it away.

    Parameters
    ----------
    name : str
        What it is called by; unique in the scenario.
    off : sequence of Intervention
        What ``scenario.without(name)`` stands for, one step after the other.
    title : str
        What people read in place of the name.

    See Also
    --------
    Without : Suppose an element away.
    Scenario : All of a negotiation, as data.

    Examples
    --------
    >>> from negsim.model.interventions import Without
    >>> Mechanism(name="mediation", off=[Without(element="broker")]).off[0].element
    'broker'
    """

    name: str
    off: Several[Supposition] = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "mechanism")
        object.__setattr__(self, "off", tuple(self.off))


Element = (
    Party
    | Fact
    | Counter
    | Level
    | Parameter
    | Correlation
    | Constraint
    | Action
    | Question
    | Evidence
    | Mechanism
    | Says
)


@runtime_checkable
class Part(Protocol):
    """A word of a vocabulary: data with a name that expands into plain elements (or other words).

    See Also
    --------
    Scenario : All of a negotiation, as data.
    Mechanism : A part of the story that can be supposed away.

    Examples
    --------
    >>> import negsim as ns
    >>> isinstance(ns.Age("lull", of="quiet"), ns.Part)
    True
    """

    @property
    def name(self) -> str:
        """The name that its elements' names begin with."""

    def expand(self) -> Iterable[Element | Part]:
        """The plain elements that the word stands for."""


Asking: TypeAlias = Question | Part
"""What is given as a question: one, or a word that writes out as questions, such as a series."""


def questions_of(part: object) -> list[Question]:
    """The questions that a word is, such as a series; none of a word that is anything else."""
    parts = list(part.expand()) if isinstance(part, Part) and not isinstance(part, type) else []
    return (
        [one for one in parts if isinstance(one, Question)] if all(isinstance(one, Question) for one in parts) else []
    )


def written_out(asked: Iterable[object]) -> list[object]:
    """Questions, with words that are nothing but questions written out; everything else as it is, for others to refuse."""
    found: list[object] = []
    for one in asked:
        found += questions_of(one) or [one]
    return found


def own_questions(parts: Iterable[object]) -> list[Question]:
    """The questions that a scenario asks itself, those of its series among them; words bring others."""
    return [one for one in written_out(parts) if isinstance(one, Question)]


@record
class Elements:
    """Plain elements by kind and name.

    Attributes
    ----------
    owners : mapping from str to set of str
        The actions of each word.
    requirements : mapping from str to Requirement
        What words require.
    words : mapping from str to word
        The words as they were written out.
    decisions : mapping from str to word
        The decisions that parties take.
    acting : mapping from str to tuple of str
        The words that act by being there, each with what it acts on.
    origins : mapping from (shelf, name) to a part of the scenario
        The part that each element comes from: a word, or the element itself.
    named_by : mapping from str to tuple of parts
        The words that name each party.
    first, nudges : frozenset of str
        The events of interventions, which come before all else (``do`` before ``nudge``).
    removed : frozenset of str
        Actions supposed away.
    cleared : frozenset of str
        Requirements that nobody states any more.
    """

    parties: Mapping[str, Party] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    mechanisms: Mapping[str, Mechanism] = field(default_factory=dict)
    correlations: Mapping[str, Correlation] = field(default_factory=dict)
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    says: Mapping[str, Says] = field(default_factory=dict)
    owners: Mapping[str, set[str]] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, Deciding] = field(default_factory=dict)
    acting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origins: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    named_by: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    first: frozenset[str] = frozenset()
    nudges: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()

    @property
    def readings(self) -> Readings:
        """What expressions mean by the names that words give."""
        needs = {name: one.needs for name, one in self.requirements.items()}
        # What is supposed to be met or away counts as there for whoever names it.
        return Readings(self.types(), {**needs, **dict.fromkeys(self.cleared, Truth(True))}, self.words)

    def read(self, question: Question) -> Question:
        """A question with what it calls by such names put in."""
        found: Question = self.readings.all_in(question, ASKED)
        return found

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


ASKED = ("condition", "throughout", "given")
"""The expressions of a question."""

SHELVES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (Party, "parties"),
    ((Fact, Counter, Level), "variables"),
    (Parameter, "parameters"),
    (Action, "actions"),
    (Question, "questions"),
    (Evidence, "evidence"),
    (Mechanism, "mechanisms"),
    (Correlation, "correlations"),
    (Constraint, "constraints"),
    (Says, "says"),
)
