"""Text to tree: a tokenizer and a recursive-descent parser that counts how deep it is.

Text comes from strangers. It is bounded before it is looked at, read once from left to right, and never becomes code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from negsim.errors import ExpressionError, UnknownName, nearest
from negsim.model.expressions import printer
from negsim.model.expressions.base import Expression
from negsim.model.expressions.nodes import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Choice,
    Compare,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    negate,
    single,
)
from negsim.model.expressions.words import CALLS, FUNCTIONS, short
from negsim.model.names import WORDS, check_name

MAX_BYTES = 2_048
MAX_DEPTH = 60

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<sign>\*\*|//|:=|<=|>=|==|!=|[-+*/%<>(),])"
)
_WORDLIKE = re.compile(r"[A-Za-z0-9_.]")
_SIGN_REMEDY = {
    "**": "there are no powers: write x * x",
    "//": "write floor(x / y)",
    ":=": "there are no assignments",
    "&": "in text write 'and'",
    "|": "in text write 'or'",
    "~": "in text write 'not'",
    "^": "there are no powers: write x * x",
    "!": "write 'not', or '!=' for different",
    "=": "write '==' to compare",
    "[": "there are no lists or subscripts: write a declared name",
    "]": "there are no lists or subscripts: write a declared name",
    "{": "there are no braces: group with ( )",
    "}": "there are no braces: group with ( )",
    "'": "there are no strings: write a declared name",
    '"': "there are no strings: write a declared name",
    "`": "there are no strings: write a declared name",
    "@": "there is no such operator",
    ":": "there are no lambdas or slices",
    ".": "write 0.5, not .5; there are no attributes",
    "\\": "there is no such sign",
}
_WORD_REMEDY = {
    "True": "write 'true'",
    "False": "write 'false'",
    "AND": "write 'and'",
    "OR": "write 'or'",
    "NOT": "write 'not'",
}
_INFIX = frozenset(printer.LEVELS)


class Token(NamedTuple):
    """A word, number or sign, and where in the text it begins."""

    kind: str
    text: str
    at: int


def parse(text: str, names: Mapping[str, str] | None = None) -> Expression:
    """Read an expression from text.

    Parameters
    ----------
    text : str
        At most 2,048 bytes of UTF-8, nested at most 60 deep.
    names : mapping of str to str, optional
        The declared names, each with `"condition"` or `"number"`. Without it, every name is accepted and its type stays
        open until `check`.

    Returns
    -------
    Expression
        The tree, equal to one built by operators.

    Raises
    ------
    ExpressionError
        If the text is not in the language, too long, too deep, or mixes conditions and numbers.
    UnknownName
        If `names` is given and lacks a name of the text.

    See Also
    --------
    Expression : A tree that is a condition or a number.
    as_condition : What is given, as a condition.

    Examples
    --------
    >>> parse("memo and rounds >= 1", {"memo": "condition", "rounds": "number"})
    parse('memo and rounds >= 1')
    >>> parse("memo adn rounds")
    Traceback (most recent call last):
    ...
    negsim.errors.ExpressionError: expected an operator or the end before 'adn' at character 6 of 'memo adn rounds'
    """
    if not isinstance(text, str):
        raise ExpressionError(f"an expression must be text, not {short(text)}")
    # By characters first: encoding a text that is far too long would take the time that this saves.
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ExpressionError(
            f"the expression {short(text)} is longer than {MAX_BYTES} bytes: split it over several variables"
        )
    return _Parser(text, names).whole()


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            remedy = _SIGN_REMEDY.get(text[at], "it has no meaning here; names are ASCII letters, digits and _")
            raise _fault(text, at, f"unexpected {text[at]!r}: {remedy}")
        kind, end = str(found.lastgroup), found.end()
        if found[0] in _SIGN_REMEDY:
            raise _fault(text, at, f"unexpected {found[0]!r}: {_SIGN_REMEDY[found[0]]}")
        # As in "3days" or "1.2.3": two tokens side by side would be told worse.
        if kind == "number" and _WORDLIKE.match(text, end):
            raise _fault(text, at, f"malformed number {short(text[at : end + 1])}: write it as 3, 0.5 or 1e-3")
        if kind != "space":
            yield Token(kind, found[0], at)
        at = end
    yield Token("end", "", at)


def _fault(text: str, at: int, problem: str) -> ExpressionError:
    return ExpressionError(f"{problem}, at character {at + 1} of {short(text)}")


class _Parser:
    def __init__(self, text: str, names: Mapping[str, str] | None) -> None:
        self.text = text
        self.names = names
        self.tokens = list(_tokens(text))
        self.position = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.next
        # The end is never taken, so that there is always a next token.
        self.position += token.kind != "end"
        return token

    def accept(self, text: str) -> bool:
        found = self.next.text == text
        self.position += found
        return found

    def expect(self, text: str, what: str) -> None:
        if not self.accept(text):
            raise self.wanted(what)

    def wanted(self, what: str) -> ExpressionError:
        token = self.next
        found = f"before {short(token.text)}" if token.text else "before the end"
        return ExpressionError(f"expected {what} {found} at character {token.at + 1} of {short(self.text)}")

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _fault(self.text, self.next.at, f"nested deeper than {MAX_DEPTH}: split it over several variables")
        yield
        self.depth -= 1

    def whole(self) -> Expression:
        if self.next.kind == "end":
            raise ExpressionError("the expression is empty: write a condition, as in 'memo and rounds >= 1'")
        tree = self.choice()
        if self.next.kind != "end":
            raise self.wanted("an operator or the end")
        return tree

    def choice(self) -> Expression:
        then = self.binary(printer.OR)
        if not self.accept("if"):
            return then
        condition = self.binary(printer.OR)
        self.expect("else", "'else' (a choice is 'x if c else y')")
        # Only the else-branch goes deeper: choices in a row are written one within the other.
        with self.deeper():
            return Choice(condition, then, self.choice())

    def binary(self, lowest: int) -> Expression:
        """Operators that bind at least as strongly as `lowest`, by precedence climbing."""
        left = self.prefix(lowest)
        while self.next.text in _INFIX and printer.LEVELS[self.next.text] >= lowest:
            op = self.take().text
            level = printer.LEVELS[op]
            right = self.binary(level + 1)
            if op in ("and", "or"):
                # A whole chain at once, so that a hundred conditions are one node and not a hundred levels.
                left = self.chain(op, left, right)
            elif level == printer.COMPARE:
                left = Compare(op, left, right)
                self.refuse_chain()
            else:
                left = Arithmetic(op, left, right)
        return left

    def chain(self, op: str, *first: Expression) -> Expression:
        args = list(first)
        while self.accept(op):
            args.append(self.binary(printer.LEVELS[op] + 1))
        return And(tuple(args)) if op == "and" else Or(tuple(args))

    def refuse_chain(self) -> None:
        if printer.LEVELS.get(self.next.text) == printer.COMPARE:
            raise _fault(self.text, self.next.at, "comparisons do not chain: write 'a < b and b < c'")

    def prefix(self, lowest: int) -> Expression:
        if self.next.text == "not":
            # It binds more weakly than the operator before it, and would take in what follows.
            if lowest > printer.NOT:
                raise self.wanted("an operand ('not' needs brackets here: (not x))")
            self.take()
            with self.deeper():
                return Not(self.binary(printer.NOT))
        if self.accept("-"):
            with self.deeper():
                return negate(self.prefix(printer.UNARY))
        return self.atom()

    def atom(self) -> Expression:
        token = self.next
        if token.kind == "number":
            return self.number(self.take())
        if token.text == "(":
            self.take()
            with self.deeper():
                tree = self.choice()
            self.expect(")", "an operator or ')'")
            return tree
        if token.text in ("true", "false"):
            return Truth(self.take().text == "true")
        if token.kind == "word" and (token.text in CALLS or token.text not in WORDS):
            self.take()
            return self.call(token) if self.next.text == "(" or token.text in CALLS else self.name(token)
        raise self.wanted("a name, a number or '('")

    def number(self, token: Token) -> Expression:
        try:
            return Number(int(token.text) if token.text.isdigit() else float(token.text))
        except ExpressionError as error:
            # Told with its place: a number too large for a float.
            raise _fault(self.text, token.at, str(error)) from None

    def name(self, token: Token) -> Expression:
        try:
            check_name(token.text)
        except ExpressionError as error:
            remedy = _WORD_REMEDY.get(token.text)
            problem = f"unexpected '{token.text}': {remedy}" if remedy else str(error)
            raise _fault(self.text, token.at, problem) from None
        if self.names is None:
            return Ref(token.text)
        if token.text not in self.names:
            raise UnknownName(
                f"unknown name '{token.text}' at character {token.at + 1} of {short(self.text)}"
                f"{nearest(token.text, self.names)}"
            )
        return Ref(token.text, self.names[token.text])

    def call(self, token: Token) -> Expression:
        if token.text not in CALLS:
            known = ", ".join(sorted(CALLS))
            hint = nearest(token.text, CALLS)
            raise _fault(self.text, token.at, f"unknown function {short(token.text)}{hint}: there are {known}")
        self.expect("(", f"'(' after the function '{token.text}'")
        args = []
        with self.deeper():
            args.append(self.choice())
            while self.accept(","):
                args.append(self.choice())
        self.expect(")", "an operator, ',' or ')'")
        return _call(token.text, tuple(args))


def _call(function: str, args: tuple[Expression, ...]) -> Expression:
    if function in FUNCTIONS:
        return Call(function, args)
    if function == "at_least":
        first = args[0]
        if not isinstance(first, Number) or not first.value.is_integer():
            raise ExpressionError(f"'at_least' counts with a whole number written out, not '{first}'")
        return AtLeast(int(first.value), args[1:])
    if len(args) == 1:
        return single(args[0])
    return And(args) if function == "all_of" else Or(args)
