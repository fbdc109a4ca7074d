"""Fields that take more than they keep: what a constructor accepts, and what it makes of it.

A field annotated `Condition` accepts a fact, an expression, its text or a truth value, and is an `Expression` when it is
read. Type checkers see both sides (a descriptor tells them apart, and `record` tells that constructors go by it); while
the program runs the names stand for what the field holds, which is what files and printing go by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar, dataclass_transform, overload

from negsim.model.expressions.base import Expression, Operand

__all__ = [
    "Amount",
    "Condition",
    "Conditional",
    "Conditions",
    "Given",
    "Likely",
    "MaybeAmount",
    "MaybeCondition",
    "Numeric",
    "Several",
    "ordered_record",
    "preset",
    "record",
    "remembering_record",
]

Conditional: TypeAlias = Operand | bool | str
"""What is read as a condition: a fact, an expression, true or false, or the text of one."""
Numeric: TypeAlias = Operand | float | str
"""What is read as a number: a variable, a parameter, an expression, a number, or the text of one."""

C = TypeVar("C")
Item = TypeVar("Item")
Kept = TypeVar("Kept", covariant=True)
Accepted = TypeVar("Accepted", contravariant=True)

if TYPE_CHECKING:

    class Given(Generic[Kept, Accepted]):
        """A field that keeps one type and accepts another."""

        @overload
        def __get__(self, instance: None, owner: type) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type) -> Kept: ...
        def __get__(self, instance: object, owner: type) -> Self | Kept: ...
        def __set__(self, instance: object, value: Accepted) -> None: ...

    Condition: TypeAlias = Given[Expression, Conditional]
    MaybeCondition: TypeAlias = Given[Expression | None, Conditional | None]
    Amount: TypeAlias = Given[Expression, Numeric]
    MaybeAmount: TypeAlias = Given[Expression | None, Numeric | None]
    # A share has no text here: on_date="soon" is a slip that a type checker can find. Files have texts.
    Likely: TypeAlias = Given[Expression, Operand | float]
    Several: TypeAlias = Given[tuple[Item, ...], Iterable[Item]]
    Conditions: TypeAlias = Given[tuple[Expression, ...], Iterable[Conditional]]
else:
    Given = Mapping
    Condition = Amount = Likely = Expression
    MaybeCondition = MaybeAmount = Expression | None
    Conditions = tuple[Expression, ...]

    class Several:
        """Things of one kind, kept as a tuple."""

        def __class_getitem__(cls, item):
            return tuple[item, ...]


def preset(default: object) -> Any:
    """The default of a field that accepts more than it keeps."""
    return default


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[C]) -> type[C]:
    """A frozen dataclass whose fields are given by name, and are read as what they keep."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def ordered_record(cls: type[C]) -> type[C]:
    """A `record` whose fields can be given in their order too."""
    return dataclass(frozen=True, slots=True)(cls)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def remembering_record(cls: type[C]) -> type[C]:
    """An `ordered_record` that can keep what it has worked out of itself (``cached_property``)."""
    return dataclass(frozen=True)(cls)
