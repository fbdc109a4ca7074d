"""How strongly each form binds, and the text of its pieces: brackets exactly where the parser needs them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

CHOICE, OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, ATOM = range(9)

LEVELS = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), COMPARE),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys("*/%", PRODUCT),
}


class Piece(NamedTuple):
    """Text of a subexpression and how strongly its outermost form binds."""

    level: int
    text: str

    def at(self, level: int) -> str:
        """The text where a form of at least this level is needed."""
        return self.text if self.level >= level else f"({self.text})"


def joined(word: str, pieces: Iterable[Piece]) -> Piece:
    """A chain of `and` or of `or`."""
    level = LEVELS[word]
    return Piece(level, f" {word} ".join(piece.at(level + 1) for piece in pieces))


def infix(op: str, left: Piece, right: Piece) -> Piece:
    """Arithmetic, which groups to the left, or a comparison, which does not chain."""
    level = LEVELS[op]
    # Comparisons do not chain, so that one on the left needs brackets too.
    first = level + 1 if level == COMPARE else level
    return Piece(level, f"{left.at(first)} {op} {right.at(level + 1)}")


def call(function: str, arguments: Iterable[str]) -> Piece:
    """A function and its arguments, which need no brackets of their own."""
    return Piece(ATOM, f"{function}({', '.join(arguments)})")


def number(value: float) -> Piece:
    """The shortest text that reads back as the same float; whole numbers without a point.

    >>> number(3.0).text, number(0.1).text, number(-0.0).text
    ('3', '0.1', '-0.0')
    """
    # -0.0 must keep its sign, and from 1e16 on the exponent is shorter.
    whole = value.is_integer() and abs(value) < 1e16 and repr(value) != "-0.0"
    text = str(int(value)) if whole else repr(value)
    return Piece(UNARY if text.startswith("-") else ATOM, text)
