"""What operators build expressions from, and what all expressions can do."""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence
from numbers import Real
from typing import Any, ClassVar, TypeAlias

from negsim.errors import ExpressionError
from negsim.model.expressions.printer import Piece
from negsim.model.expressions.structure import Tree, fold

# Evaluation nests one Python call per level; no text within the limits of the parser comes near this.
MAX_HEIGHT = 500
# What each operator builds: filled by the module of the nodes, which needs this one to be there first.
BUILD: dict[str, Callable[..., Expression]] = {}


class Operand:
    """Whatever operators build expressions from: expressions themselves and variables.

    See Also
    --------
    Expression : A tree that is a condition or a number.
    parse : Read an expression from text.

    Examples
    --------
    >>> from negsim.model.expressions import Ref
    >>> Ref("memo") & (Ref("rounds") >= 1)
    parse('memo and rounds >= 1')
    """

    __slots__ = ()
    # numpy scalars on the left leave the operation to us instead of making an array of objects.
    __array_ufunc__ = None

    @abstractmethod
    def __expression__(self) -> Expression:
        """This operand as a tree."""

    def __bool__(self) -> bool:
        raise ExpressionError(
            f"'{clipped(self.__expression__())}' has no truth value before a simulation: combine conditions "
            "with & | ~ instead of and/or/not, choose with ns.where(c, x, y) instead of if, "
            "compare with ns.equal(a, b); comparisons do not chain: write (1 <= x) & (x <= 3)"
        )

    def __and__(self, other: Operable) -> Expression:
        return _binary("and", self, other)

    def __rand__(self, other: Operable) -> Expression:
        return _binary("and", other, self)

    def __or__(self, other: Operable) -> Expression:
        return _binary("or", self, other)

    def __ror__(self, other: Operable) -> Expression:
        return _binary("or", other, self)

    def __invert__(self) -> Expression:
        return BUILD["not"](self.__expression__())

    def __add__(self, other: Operable) -> Expression:
        return _binary("+", self, other)

    def __radd__(self, other: Operable) -> Expression:
        return _binary("+", other, self)

    def __sub__(self, other: Operable) -> Expression:
        return _binary("-", self, other)

    def __rsub__(self, other: Operable) -> Expression:
        return _binary("-", other, self)

    def __mul__(self, other: Operable) -> Expression:
        return _binary("*", self, other)

    def __rmul__(self, other: Operable) -> Expression:
        return _binary("*", other, self)

    def __truediv__(self, other: Operable) -> Expression:
        return _binary("/", self, other)

    def __rtruediv__(self, other: Operable) -> Expression:
        return _binary("/", other, self)

    def __mod__(self, other: Operable) -> Expression:
        return _binary("%", self, other)

    def __rmod__(self, other: Operable) -> Expression:
        return _binary("%", other, self)

    def __neg__(self) -> Expression:
        return BUILD["negate"](self.__expression__())

    def __abs__(self) -> Expression:
        return BUILD["abs"](self.__expression__())

    def __floor__(self) -> Expression:
        return BUILD["floor"](self.__expression__())

    def __lt__(self, other: Operable) -> Expression:
        return _binary("<", self, other)

    def __le__(self, other: Operable) -> Expression:
        return _binary("<=", self, other)

    def __gt__(self, other: Operable) -> Expression:
        return _binary(">", self, other)

    def __ge__(self, other: Operable) -> Expression:
        return _binary(">=", self, other)


Operable: TypeAlias = Operand | float | bool


class Expression(Operand, Tree):
    """An immutable tree that is a condition or a number; equal if built alike.

    See Also
    --------
    parse : Read an expression from text.
    Operand : Whatever can stand in an expression.

    Examples
    --------
    >>> from negsim.model.expressions import Ref
    >>> Ref("memo") & (Ref("rounds") >= 1)
    parse('memo and rounds >= 1')
    """

    __slots__ = ()
    _own: ClassVar[tuple[str, ...]] = ()
    # Arithmetic on the left of other arithmetic is one level with it: evaluation runs along such a chain in a loop.
    _grouping: ClassVar[bool] = False

    def __expression__(self) -> Expression:
        return self

    @property
    def children(self) -> tuple[Any, ...]:
        """The operands of this node, from left to right; empty for a leaf."""
        return ()

    def label(self) -> Hashable:
        """Return what tells this node from others of its class with the same operands.

        Returns
        -------
        hashable
            Numbers, names and operators; nothing of the operands.
        """
        return self._leaf_fields()

    def with_children(self, children: Sequence[Expression]) -> Expression:
        """The same operation on other operands; the node itself where they are its own.

        Parameters
        ----------
        children : sequence of Expression
            As many as it has, of the same types.

        Returns
        -------
        Expression
            Of the same class.

        Raises
        ------
        ExpressionError
            If an operand is of the wrong type.
        """
        own = self.children
        if len(own) == len(children) and all(map(operator.is_, children, own)):
            return self  # its types were checked when it was made
        return type(self)._from_fields(self._leaf_fields(), tuple(children))

    def _leaf_fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._own)

    @classmethod
    def _from_fields(cls, own: tuple[Any, ...], children: tuple[Any, ...]) -> Expression:
        return cls(*own, *children)

    @abstractmethod
    def piece(self, parts: Sequence[Piece]) -> Piece:
        """The text of this node around the texts of its operands.

        Parameters
        ----------
        parts : sequence of Piece
            The texts of the operands, in order, each with how tightly it binds.

        Returns
        -------
        Piece
            The text, with brackets where they are needed.
        """

    @property
    def kind(self) -> str | None:
        """`"condition"`, `"number"`, or None while it depends on names of unknown type."""
        return self._kind

    def __str__(self) -> str:
        whole: Piece = fold(self, lambda node, parts: node.piece(parts))
        return whole.text

    def __repr__(self) -> str:
        return f"parse({str(self)!r})"

    def _seal(self, kind: str | None) -> None:
        children = self.children
        heights = [child._height + 1 for child in children]
        # Chains of arithmetic are evaluated in a loop, so that their left end costs no level.
        if self._grouping and children[0]._grouping:
            heights[0] -= 1
        height = max(heights, default=1)
        # Recursion over trees would end in a crash of the interpreter, and this in an error with a remedy.
        if height > MAX_HEIGHT:
            raise ExpressionError(f"an expression is nested {height} levels deep: {MAX_HEIGHT} are allowed")
        # Worked out once: the hash of a tree of thousands would be asked for at each look-up.
        object.__setattr__(self, "_hash", hash((type(self).__name__, self.label(), *(c._hash for c in children))))
        object.__setattr__(self, "_height", height)
        object.__setattr__(self, "_kind", kind)


def lift(value: object) -> Expression | None:
    """An operand, a truth or a number as a tree; None for anything else."""
    if isinstance(value, Operand):
        return value.__expression__()
    if isinstance(value, bool):
        return BUILD["truth"](value)
    return BUILD["number"](value) if isinstance(value, Real) else None


def _binary(operation: str, left: object, right: object) -> Expression:
    one, two = lift(left), lift(right)
    if one is None or two is None:
        # Python then asks the other operand, and refuses in its own words if that does not know either.
        refused: Expression = NotImplemented
        return refused
    return BUILD[operation](one, two)


def clipped(tree: Expression, limit: int = 200) -> str:
    """The text of a tree, cut for an error message."""
    text = str(tree)
    return text if len(text) <= limit else text[:limit] + " ..."
