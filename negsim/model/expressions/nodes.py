"""The nodes of expressions.

Every node checks the types of its operands when it is built, as far as they are known: the type of a bare name is
decided by the declarations of the scenario.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Self

from negsim.errors import ExpressionError
from negsim.model.expressions import printer
from negsim.model.expressions.base import BUILD, Expression, clipped
from negsim.model.expressions.printer import Piece
from negsim.model.expressions.words import CONDITION, FUNCTIONS, NUMBER, exact_float, short
from negsim.model.names import check_name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Number(Expression):
    """A finite number.

    >>> Number(3)
    parse('3')
    """

    _own: ClassVar[tuple[str, ...]] = ("value",)
    value: float

    def __post_init__(self) -> None:
        # A whole number without an exact float is refused, so that no digit is lost in silence.
        object.__setattr__(self, "value", exact_float(self.value))
        self._seal(NUMBER)

    def label(self) -> Hashable:
        # 0.0 and -0.0 are equal to Python, and are different trees: 1/x tells them apart.
        return self.value, math.copysign(1.0, self.value)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return printer.number(self.value)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Truth(Expression):
    """`true` or `false`.

    >>> Truth(True)
    parse('true')
    """

    _own: ClassVar[tuple[str, ...]] = ("value",)
    value: bool

    def __post_init__(self) -> None:
        if not isinstance(self.value, bool):
            raise ExpressionError(f"a truth must be True or False, not {self.value!r}")
        self._seal(CONDITION)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return Piece(printer.ATOM, "true" if self.value else "false")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ref(Expression):
    """A declared name; its type, where known, is `"condition"` or `"number"` and takes no part in equality.

    >>> Ref("istanbul_2.held", "condition") == Ref("istanbul_2.held")
    True
    """

    _own: ClassVar[tuple[str, ...]] = ("name", "type")
    name: str
    type: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.type not in (CONDITION, NUMBER, None):
            raise ExpressionError(f"the type of '{self.name}' must be 'condition' or 'number', not {self.type!r}")
        self._seal(self.type)

    def label(self) -> Hashable:
        return self.name

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return Piece(printer.ATOM, self.name)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Neg(Expression):
    """Minus a number. `-x` folds a literal; this class does not hold one."""

    arg: Expression

    def __post_init__(self) -> None:
        if isinstance(self.arg, Number):
            raise ExpressionError(f"minus the literal {self.arg} is the literal Number({-self.arg.value!r})")
        require("unary '-'", NUMBER, self.arg)
        self._seal(NUMBER)

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.arg,)

    @classmethod
    def _from_fields(cls, own: tuple[Any, ...], children: tuple[Any, ...]) -> Expression:
        # Operands that turn into numbers on the way must not leave a minus before a literal.
        return negate(*children)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return Piece(printer.UNARY, "-" + parts[0].at(printer.UNARY))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not(Expression):
    """The opposite of a condition."""

    arg: Expression

    def __post_init__(self) -> None:
        require("'not' (~)", CONDITION, self.arg)
        self._seal(CONDITION)

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.arg,)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return Piece(printer.NOT, "not " + parts[0].at(printer.NOT))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Chain(Expression):
    args: tuple[Expression, ...]

    def __post_init__(self) -> None:
        word = type(self).__name__.lower()
        flat: list[Expression] = []
        for arg in self.args:
            # Merged, so that (a and b) and c is the tree of a and b and c, whose text it has.
            flat.extend(arg.args if isinstance(arg, _Chain) and type(arg) is type(self) else (arg,))
        object.__setattr__(self, "args", tuple(flat))
        if len(flat) < 2:
            raise ExpressionError(f"'{word}' needs two conditions or more, not {len(flat)}")
        require(f"'{word}'", CONDITION, *flat)
        self._seal(CONDITION)

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.args

    @classmethod
    def _from_fields(cls, own: tuple[Any, ...], children: tuple[Any, ...]) -> Expression:
        return cls(children)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return printer.joined(type(self).__name__.lower(), parts)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class And(_Chain):
    """All of two or more conditions; an `And` within an `And` is merged into it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Or(_Chain):
    """Any of two or more conditions; an `Or` within an `Or` is merged into it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Arithmetic(Expression):
    """`+ - * / %` of two numbers; `x % y` is `x - y * floor(x / y)`."""

    _own: ClassVar[tuple[str, ...]] = ("op",)
    _grouping: ClassVar[bool] = True
    op: str
    left: Expression
    right: Expression

    def __post_init__(self) -> None:
        if self.op not in ("+", "-", "*", "/", "%"):
            raise ExpressionError(f"unknown arithmetic {self.op!r}: there are + - * / %")
        require(f"'{self.op}'", NUMBER, self.left, self.right)
        self._seal(NUMBER)

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return printer.infix(self.op, *parts)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compare(Expression):
    """`< <= > >=` of two numbers, `== !=` of two numbers or two conditions."""

    _own: ClassVar[tuple[str, ...]] = ("op",)
    op: str
    left: Expression
    right: Expression

    def __post_init__(self) -> None:
        if self.op in ("==", "!="):
            _alike(f"'{self.op}'", self.left, self.right)
        elif self.op in ("<", "<=", ">", ">="):
            require(f"'{self.op}'", NUMBER, self.left, self.right)
        else:
            raise ExpressionError(f"unknown comparison {self.op!r}: there are < <= > >= == !=")
        self._seal(CONDITION)

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return printer.infix(self.op, *parts)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Choice(Expression):
    """`then if condition else otherwise`; both branches are numbers or both are conditions."""

    condition: Expression
    then: Expression
    otherwise: Expression

    def __post_init__(self) -> None:
        require("the 'if' of a choice", CONDITION, self.condition)
        self._seal(_alike("a choice", self.then, self.otherwise))

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.condition, self.then, self.otherwise

    def piece(self, parts: Sequence[Piece]) -> Piece:
        condition, then, otherwise = parts
        text = f"{then.at(printer.OR)} if {condition.at(printer.OR)} else {otherwise.at(printer.CHOICE)}"
        return Piece(printer.CHOICE, text)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Expression):
    """`min max abs exp log sqrt floor clip` of numbers."""

    _own: ClassVar[tuple[str, ...]] = ("function",)
    function: str
    args: tuple[Expression, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "args", tuple(self.args))
        low, high = FUNCTIONS.get(self.function, (None, None))
        if low is None:
            raise ExpressionError(f"unknown function '{self.function}': there are {', '.join(FUNCTIONS)}")
        if not low <= len(self.args) <= (high or len(self.args)):
            need = f"{low}" if high else f"{low} or more"
            raise ExpressionError(f"'{self.function}' takes {need} numbers, not {len(self.args)}")
        require(f"'{self.function}'", NUMBER, *self.args)
        self._seal(NUMBER)

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.args

    @classmethod
    def _from_fields(cls, own: tuple[Any, ...], children: tuple[Any, ...]) -> Self:
        return cls(own[0], children)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return printer.call(self.function, [part.text for part in parts])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AtLeast(Expression):
    """At least `k`, a literal, of the conditions; true if `k` is 0 or less."""

    _own: ClassVar[tuple[str, ...]] = ("k",)
    k: int
    args: tuple[Expression, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "args", tuple(self.args))
        # Beyond that a float would round it in the text.
        if not isinstance(self.k, int) or isinstance(self.k, bool) or abs(self.k) > 2**53:
            raise ExpressionError(f"'at_least' counts with a whole number written out, not {self.k!r}")
        if not self.args:
            raise ExpressionError("'at_least' needs a condition or more after its number")
        require("'at_least'", CONDITION, *self.args)
        self._seal(CONDITION)

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.args

    @classmethod
    def _from_fields(cls, own: tuple[Any, ...], children: tuple[Any, ...]) -> Self:
        return cls(own[0], children)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        return printer.call("at_least", [printer.number(float(self.k)).text, *(part.text for part in parts)])


def negate(tree: Expression) -> Expression:
    """Minus the tree; of a literal, the negative literal."""
    return Number(-tree.value) if isinstance(tree, Number) else Neg(tree)


def require(user: str, needed: str, *operands: Expression) -> None:
    """Refuse operands known to be of another type than needed."""
    for one in operands:
        if not isinstance(one, Expression):
            raise ExpressionError(f"{user} needs expressions, not {short(one)}")
        if one.kind not in (needed, None):
            remedy = _remedy(one, needed)
            raise ExpressionError(f"'{clipped(one)}' is a {one.kind} but {user} needs a {needed}: {remedy}")


def single(tree: Expression) -> Expression:
    """The one operand of an `all_of` or `any_of`: a condition, also where its type was still open."""
    require("'all_of' or 'any_of'", CONDITION, tree)
    # Its type was open, and is a condition by where it stands.
    if isinstance(tree, Ref):
        return Ref(tree.name, CONDITION)
    if isinstance(tree, Choice):
        return Choice(tree.condition, single(tree.then), single(tree.otherwise))
    return tree


def _alike(user: str, left: Expression, right: Expression) -> str | None:
    # Either side may know the type for both.
    kind = getattr(left, "kind", None) or getattr(right, "kind", None)
    require(f"{user} with another {kind}", kind or NUMBER, left, right)
    return kind


def _remedy(tree: Expression, needed: str) -> str:
    text = clipped(tree, 60)
    if needed == CONDITION:
        return f"compare it, as in '{text} > 0'"
    return f"choose a number by it, as in '1 if {text} else 0' (ns.where(c, 1, 0))"


BUILD.update(
    {
        "truth": Truth,
        "number": Number,
        "negate": negate,
        "not": Not,
        "and": lambda left, right: And((left, right)),
        "or": lambda left, right: Or((left, right)),
        "abs": lambda arg: Call("abs", (arg,)),
        "floor": lambda arg: Call("floor", (arg,)),
        **{op: partial(Arithmetic, op) for op in "+-*/%"},
        **{op: partial(Compare, op) for op in ("<", "<=", ">", ">=")},
    }
)
