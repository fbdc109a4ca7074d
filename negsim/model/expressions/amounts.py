"""Amounts: numbers, or conditions that count 1 where they hold and 0 where they do not; odds of probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from negsim.model.expressions.analysis import check, reads
from negsim.model.expressions.base import Expression
from negsim.model.expressions.functions import Expressible, as_expression, as_number
from negsim.model.expressions.nodes import Choice, Number, Truth
from negsim.model.expressions.printer import Piece
from negsim.model.expressions.structure import fold, walk
from negsim.model.expressions.words import CONDITION, NUMBER

__all__ = ["Amount", "amount", "odds", "settled_amounts"]

ONE, ZERO = Number(1.0), Number(0.0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Amount(Expression):
    """A name of which only the scenario's declarations say whether it is a number or a condition.

    Words write it where both may stand; when the scenario is written out, `settled_amounts` takes it away.
    """

    arg: Expression

    def __post_init__(self) -> None:
        self._seal(NUMBER)

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.arg,)

    def piece(self, parts: Sequence[Piece]) -> Piece:
        # Not seen in text: it goes when types are declared.
        return parts[0]


def amount(value: Expressible) -> Expression:
    """The value as a number: a condition is 1 where it holds and 0 where it does not.

    >>> amount("rounds >= 1"), amount("trust / 2"), amount(True)
    (parse('1 if rounds >= 1 else 0'), parse('trust / 2'), parse('1'))
    """
    tree = as_expression(value)
    if tree.kind == NUMBER:
        return tree
    return _counted(tree) if tree.kind == CONDITION else Amount(tree)


def odds(probability: Expressible, factor: Expressible) -> Expression:
    """The probability whose odds are ``factor`` times those of ``probability``: it stays within [0, 1].

    .. math:: p' = f p / (1 - p + f p)

    Parameters
    ----------
    probability : number, str or Expression
        Within [0, 1].
    factor : number, str or Expression
        What its odds are multiplied by; not negative.

    Returns
    -------
    Expression
        A number within [0, 1].

    See Also
    --------
    clip : A number held within bounds.
    where : One value or the other, by a condition.

    Examples
    --------
    >>> print(odds(0.4, 2.0))
    0.4 * 2 / (1 - 0.4 + 0.4 * 2)
    """
    p, f = as_number(probability), as_number(factor)
    # p*f over the sum of both shares: 1 - p + p*f is never 0 for a probability and a positive factor.
    return p * f / (1 - p + p * f)


def settled_amounts(tree: Expression, types: Mapping[str, str]) -> Expression:
    """The tree without `Amount`, now that types are declared; a name that nobody declared is left as a number."""
    # Most trees have none, and are not made anew.
    if not any(isinstance(node, Amount) for node in walk(tree)):
        return tree

    def settled(node: Expression, parts: list[Expression]) -> Expression:
        if not isinstance(node, Amount):
            return node.with_children(parts)
        (inner,) = parts
        # An unknown name is refused later, with its place.
        known = check(inner, types) if reads(inner) <= types.keys() else inner
        return _counted(known) if known.kind == CONDITION else known

    return fold(tree, settled)


def _counted(tree: Expression) -> Expression:
    if isinstance(tree, Truth):
        return ONE if tree.value else ZERO
    return Choice(tree, ONE, ZERO)
