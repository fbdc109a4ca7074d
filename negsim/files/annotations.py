"""From the annotations of dataclass fields to shapes, and from shapes to pydantic models."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin, get_type_hints

from negsim.errors import ScenarioError
from negsim.files.beliefs import BeliefTable, ParameterRecord, PoolTable
from negsim.files.shapes import Choice, Many, Named, Pairs, Scalar, Shape, Tree
from negsim.files.source_table import SourceTable
from negsim.files.tables import TAGS, TREE, BoundsTable, EffectTable, EffectText, HeadTable, LawTable, Record, Table
from negsim.model import (
    actions,
    calendar,
    clocks,
    constraints,
    correlations,
    effects,
    elements,
    evidence,
    interventions,
    parameters,
    variables,
)
from negsim.model.beliefs import Elicited, Pool
from negsim.model.clocks import LAWS, Distribution
from negsim.model.effects import Effect
from negsim.model.elements import Mechanism
from negsim.model.expressions import Expression, Operand
from negsim.model.origins import singular
from negsim.model.questions import Question
from negsim.model.sayings import Says

__all__ = ["ELEMENTS", "Codec"]

ELEMENTS: dict[str, type] = {
    "party": evidence.Party,
    "evidence": evidence.Evidence,
    "parameter": parameters.Parameter,
    "correlation": correlations.Correlation,
    "constraint": constraints.Constraint,
    "fact": variables.Fact,
    "counter": variables.Counter,
    "level": variables.Level,
    "action": actions.Action,
    "mechanism": Mechanism,
    "says": Says,
    "question": Question,
}
"""The table of each plain element."""

REFERENCE = "table_of_"
"""Before the names by which models refer to each other, so that no class of that name is found instead."""

# Tables of the format itself, which no word may take.
ALONE = frozenset({"format_version", "scenario", "intervention"})
BY_NAME = frozenset(
    {evidence.Party, variables.Fact, variables.Counter, variables.Level, parameters.Parameter, actions.Action}
)
DATES = re.compile(r"(.*_)?(as_of|date|start|on|day|since)")
SCALARS: dict[type, str] = {
    str: "text",
    bool: "flag",
    int: "whole",
    float: "real",
    timedelta: "text",
    date: "date",
    datetime: "date",
}
NAMESPACE: dict[str, Any] = {
    name: value
    for module in (
        actions,
        calendar,
        clocks,
        constraints,
        correlations,
        effects,
        elements,
        evidence,
        interventions,
        parameters,
        variables,
    )
    for name, value in vars(module).items()
    if not name.startswith("_")
}


class Codec:
    """The shapes of all elements and of the words given.

    Parameters
    ----------
    words : iterable of type
        Word classes: frozen dataclasses with ``name``, ``expand()`` and the class attribute ``table``.

    Raises
    ------
    ScenarioError
        If a word has no table of its own, is no dataclass, or has a field that no file can hold.
    """

    def __init__(self, words: Iterable[type]) -> None:
        self.records: dict[tuple[type, bool, str], Record] = {}
        self.laws: dict[type, LawTable] = {}
        self.bounds = BoundsTable(self)
        self.belief = BeliefTable(self)
        self.pool = PoolTable(self)
        self.effect = Choice((EffectText(("text",)), EffectTable(self)))
        self.source = Choice((Scalar(("text",)), SourceTable(self)))
        self.names: dict[str, Table] = {}
        self.waiting: list[tuple[str, Table]] = []
        self.models: dict[str, Any] = {}
        self.tables: dict[str, Record] = {table: self.record(cls, named=True) for table, cls in ELEMENTS.items()}
        # Each once: words given may be shipped ones.
        for word in dict.fromkeys(words):
            self._add_word(word)
        # After the words: suppositions may name them.
        self.intervention = self.shape(interventions.Intervention, "intervention")
        self.head = HeadTable(self)

    def _add_word(self, word: type) -> None:
        table = getattr(word, "table", None)
        if not dataclasses.is_dataclass(word) or not isinstance(table, str):
            raise ScenarioError(
                f"{word!r} is no word; a word is a dataclass with name, expand() and the class attribute table, "
                "such as table = 'promise'"
            )
        if not re.fullmatch(r"[a-z][a-z0-9_]*", table):
            raise ScenarioError(f"{word.__name__}.table {table!r} is no name; use lower case letters, digits and _")
        if table in self.tables or table in ALONE:
            other = self.tables[table].cls.__name__ if table in self.tables else "the file format"
            raise ScenarioError(f"{word.__name__}.table {table!r} is taken by {other}; choose another")
        self.tables[table] = self.record(word, named=True)

    def record(self, cls: type, *, named: bool = False, kind: str = "") -> Record:
        """The one record of a dataclass in this role."""
        key = (cls, named, kind)
        if key not in self.records:
            own = cls is parameters.Parameter and named
            self.records[key] = ParameterRecord(self) if own else Record(self, cls, named=named, kind=kind)
        return self.records[key]

    def law(self, law: type[Distribution]) -> LawTable:
        """The one table of a law."""
        if law not in self.laws:
            self.laws[law] = LawTable(self, law)
        return self.laws[law]

    def fields_of(self, cls: type) -> Iterator[tuple[dataclasses.Field[Any], str, Shape]]:
        """Each field of a dataclass with its key in a file and its shape."""
        hints = type_hints(cls)
        # A tagged class keeps its key even where the constructor sets it.
        fields = [field for field in dataclasses.fields(cls) if (field.init or cls in TAGS) and in_files(field)]
        taken = {field.name for field in fields}
        for field in fields:
            shape = self.shape(hints[field.name], f"{cls.__name__}.{field.name}", field.name)
            # A source may be a table that says its kind; in the type it is the text that is kept.
            shape = self.source if field.name == "source" and hints[field.name] is str else shape
            single = singular(field.name)
            # Unless a field of that name is there as well.
            key = single if isinstance(shape, Named) and single not in taken else field.name
            yield field, key, shape

    def shape(self, hint: Any, where: str, name: str = "") -> Shape:
        """The shape of an annotation; ``where`` names the field in the error."""
        # Files hold the plain interventions alone.
        hint = interventions.Intervention if hint is elements.Supposition else hint
        members = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
        members = tuple(one for one in members if one is not type(None))
        if len(members) > 1 and (str in members or Expression in members):
            # With text beside it, a thing that has a name is given by its name.
            members = tuple(one for one in members if one not in BY_NAME)
        kinds: list[str] = []
        shapes: list[Shape] = []
        several = (
            sum(isinstance(one, type) and dataclasses.is_dataclass(one) and not _known(one) for one in members) > 1
        )
        for one in members:
            found = self._one(one, where, several)
            # Scalars are told by TOML's own types, so that all of them become one shape.
            if isinstance(found, Scalar) and type(found) in (Scalar, Tree) and not found.options:
                kinds += [kind for kind in found.kinds if kind not in kinds]
            else:
                shapes += found.members if isinstance(found, Choice) else (found,)
        if kinds:
            # TOML has dates of its own: they may stand where the text or number is a time.
            dated = "text" in kinds and ("real" in kinds or DATES.fullmatch(name)) and Expression not in members
            kinds += ["date"] if dated and "date" not in kinds else []
            # Text that may be either a name and an expression is left to the constructor.
            form = Tree if Expression in members and str not in members else Scalar
            shapes.insert(0, form(tuple(kinds)))
        return shapes[0] if len(shapes) == 1 else Choice(tuple(shapes))

    def _one(self, hint: Any, where: str, several: bool) -> Shape:
        origin = get_origin(hint)
        if hint in SCALARS:
            return Scalar((SCALARS[hint],))
        if origin is Literal:
            return Scalar(("text", "flag", "whole"), get_args(hint))
        if origin is not None:
            return self._container(hint, origin, get_args(hint), where)
        if not isinstance(hint, type):
            raise _cannot(where, hint)
        if issubclass(hint, Distribution):
            laws = [law for law in LAWS.values() if issubclass(law, hint)]
            return Choice(tuple(self.law(law) for law in laws)) if len(laws) > 1 else self.law(hint)
        if hint is Effect:
            return self.effect
        if hint is Elicited:
            return self.belief
        if hint is Pool:
            return self.pool
        if hint in BY_NAME:
            return Scalar(("text",))
        if issubclass(hint, Expression) or hint is Operand:
            return TREE
        if dataclasses.is_dataclass(hint):
            kind = _kind_of(hint) if several and not _known(hint) else ""
            return self.record(hint, kind=kind)
        raise _cannot(where, hint)

    def _container(self, hint: Any, origin: Any, args: tuple[Any, ...], where: str) -> Shape:
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return Pairs(self.shape(args[1], where), mapping=True)
        if origin is tuple and args[-1:] != (Ellipsis,):
            if len(set(args)) != 1:
                raise ScenarioError(f"{where}: no file can hold {hint!r}; use a dataclass for unlike things")
            return Many(self.shape(args[0], where), length=len(args))
        if isinstance(origin, type) and issubclass(origin, (Collection, Iterable)):
            item = args[0]
            inner = get_args(item) if get_origin(item) is tuple else ()
            if len(inner) == 2 and inner[0] is str and inner[1] is not Ellipsis:
                return Pairs(self.shape(inner[1], where), mapping=False)
            if _has_name(item):
                return Named(self.record(item, named=True))
            kind: Any = frozenset if issubclass(origin, AbstractSet) else tuple
            return Many(self.shape(item, where), kind=kind)
        raise ScenarioError(f"{where}: no file can hold {hint!r}; use a tuple or a mapping")

    def reference(self, table: Table) -> Any:
        """The pydantic model of a table, by name: tables may hold tables of their own kind."""
        name = next((key for key, one in self.names.items() if one is table), None)
        if name is None:
            name = table.title if table.title not in self.names else f"{table.title}{len(self.names)}"
            self.names[name] = table
            self.waiting.append((name, table))
        return ForwardRef(REFERENCE + name)


def type_hints(cls: type) -> dict[str, Any]:
    """The annotations of a dataclass, names imported only for type checkers included."""
    # Names that a module imports for type checkers alone are not there while the program runs.
    try:
        return get_type_hints(cls)
    except NameError:
        try:
            return get_type_hints(cls, localns=NAMESPACE)
        except NameError as error:
            raise ScenarioError(f"{cls.__name__}: {error}; import it there, not for type checkers only") from None


def _cannot(where: str, hint: Any) -> ScenarioError:
    kinds = "text, numbers, expressions, clocks or dataclasses"
    return ScenarioError(
        f"{where}: no file can hold {hint!r}; annotate the field with {kinds}, or mark it "
        "dataclasses.field(metadata={'file': False})"
    )


def in_files(field: dataclasses.Field[Any]) -> bool:
    """Whether files hold the field: not if it says ``metadata={"file": False}``, as functions do."""
    return field.metadata.get("file", True) is not False


def snake(name: str) -> str:
    """Class name as a value of the key ``kind``.

    >>> snake("LimitedTruce")
    'limited_truce'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _kind_of(cls: type) -> str:
    kind = getattr(cls, "kind", None)
    return kind if isinstance(kind, str) else snake(cls.__name__)


def _known(cls: type) -> bool:
    """Whether its tables are known by a key of their own."""
    return cls in TAGS or cls in (Effect, Elicited, Pool) or (isinstance(cls, type) and issubclass(cls, Distribution))


def _has_name(cls: Any) -> bool:
    plain = isinstance(cls, type) and dataclasses.is_dataclass(cls) and not _known(cls)
    return plain and any(field.name == "name" for field in dataclasses.fields(cls))
