"""What the fields of elements and words accept: parties or their names, effects or their texts, tables of conditions.

`negsim.model.expressions.inputs` says how such a field is annotated, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from negsim.model.calendar import Dated, Moment
from negsim.model.clocks import Chance, Distribution, Fixed
from negsim.model.effects import Effect
from negsim.model.expressions import Expression
from negsim.model.expressions.inputs import (
    Amount,
    Condition,
    Conditional,
    Conditions,
    Given,
    Likely,
    MaybeAmount,
    MaybeCondition,
    Numeric,
    Several,
    ordered_record,
    preset,
    record,
    remembering_record,
)

__all__ = [
    "Amount",
    "Amounts",
    "Called",
    "Condition",
    "Conditional",
    "Conditions",
    "ConditionsOf",
    "Date",
    "Dated",
    "Dates",
    "Effects",
    "Given",
    "Laws",
    "Likely",
    "MaybeAmount",
    "MaybeCondition",
    "MaybeDate",
    "MaybeName",
    "Name",
    "Named",
    "Names",
    "Numbers",
    "Numeric",
    "Several",
    "Size",
    "Truthful",
    "Waits",
    "ordered_record",
    "preset",
    "record",
    "remembering_record",
]


class Named(Protocol):
    """A thing that is called by its name: a party, an action, a meeting."""

    @property
    def name(self) -> str:
        """Its name."""


if TYPE_CHECKING:
    from negsim.model.evidence import Party

    Date: TypeAlias = Given[Moment, Dated]
    Truthful: TypeAlias = Given[Expression | Chance, Conditional | Chance]
    Size: TypeAlias = Given[Expression | Distribution, Numeric | Distribution]
    MaybeDate: TypeAlias = Given[Moment | None, Dated | None]
    Dates: TypeAlias = Given[tuple[Moment, ...], Iterable[Dated]]
    Name: TypeAlias = Given[str, Party | str]
    Called: TypeAlias = Given[str, Named | str]
    MaybeName: TypeAlias = Given[str | None, Named | str | None]
    Names: TypeAlias = Given[tuple[str, ...], Iterable[Party | str]]
    Effects: TypeAlias = Given[tuple[Effect, ...], Effect | str | Iterable[Effect | str]]
    ConditionsOf: TypeAlias = Given[
        Mapping[str, Expression],
        Mapping[str, Conditional] | Mapping[Party, Conditional] | Mapping[Party | str, Conditional],
    ]
    Amounts: TypeAlias = Given[
        Mapping[str, Expression], Mapping[str, Numeric] | Mapping[Party, Numeric] | Mapping[Party | str, Numeric]
    ]
    Numbers: TypeAlias = Given[
        Mapping[str, float], Mapping[str, float] | Mapping[Party, float] | Mapping[Party | str, float]
    ]
    Laws: TypeAlias = Given[
        Mapping[str, Distribution],
        Mapping[str, Distribution] | Mapping[Party, Distribution] | Mapping[Party | str, Distribution],
    ]
    Waits: TypeAlias = Given[
        Mapping[str, Distribution | Fixed],
        Mapping[str, Distribution | Fixed]
        | Mapping[Party, Distribution | Fixed]
        | Mapping[Party | str, Distribution | Fixed],
    ]
else:
    Date = Moment
    Truthful = Expression | Chance
    Size = Expression | Distribution
    MaybeDate = Moment | None
    Dates = tuple[Moment, ...]
    Name = Called = str
    MaybeName = str | None
    Names = tuple[str, ...]
    Effects = tuple[Effect, ...]
    ConditionsOf = Amounts = Mapping[str, Expression]
    Numbers = Mapping[str, float]
    Laws = Mapping[str, Distribution]
    Waits = Mapping[str, Distribution | Fixed]
