"""Conditions as people say them: that they hold, that they do not, that they come true."""

from __future__ import annotations

import re

from negsim.model.expressions import (
    CONDITION,
    And,
    AtLeast,
    Choice,
    Compare,
    Expression,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    type_of,
)
from negsim.wording.elements import FAILS, HOLDS, Voice

__all__ = ["condition", "number", "short"]

NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
COMPARED = {">=": "at_least", "<=": "at_most", ">": "more", "<": "less", "==": "equal", "!=": "unequal"}
OPPOSITE = {">=": "<", "<=": ">", ">": "<=", "<": ">=", "==": "!=", "!=": "=="}
TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "==", "!=": "!="}
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "*": "×"}


def condition(tree: Expression, voice: Voice, form: int = HOLDS) -> str:
    """A condition as a clause.

    Parameters
    ----------
    tree : Expression
    voice : Voice
    form : int
        0: that it holds, 1: that it does not, 2: that it comes true.

    Examples
    --------
    >>> import negsim as ns
    >>> from negsim.model.expressions import parse
    >>> from negsim.wording.language import language
    >>> voice = Voice(ns.load("toy").expanded, language("en"))
    >>> condition(parse("not (talks.held and rounds > 2)"), voice)
    'talks have not been held or rounds is at most 2'
    """
    said = voice.said
    if isinstance(tree, Truth):
        return said.pair("truth")[tree.value == (form == FAILS)]
    if isinstance(tree, Ref) and (voice.is_fact(tree.name) or tree.type == CONDITION):
        return voice.fact(tree.name, form)
    if isinstance(tree, Not):
        return condition(tree.arg, voice, HOLDS if form == FAILS else FAILS)
    if isinstance(tree, (And, Or)):
        return _several(tree, voice, form)
    if isinstance(tree, AtLeast):
        frame = "fewer_of" if form == FAILS else "at_least_of"
        parts = str(said.table["frames"]["semicolon"]).join(condition(part, voice) for part in tree.args)
        return said.say(frame, k=tree.k, parts=parts)
    if isinstance(tree, Compare):
        return _compared(tree, voice, form)
    if isinstance(tree, Choice):
        then, otherwise = (condition(part, voice, form) for part in (tree.then, tree.otherwise))
        return said.say("when_otherwise", then=then, condition=condition(tree.condition, voice), otherwise=otherwise)
    text = number(tree, voice)
    return said.say("negated", title=text) if form == FAILS else text


def _several(tree: And | Or, voice: Voice, form: int) -> str:
    """Several conditions together; denied, "and" is "or", and the other way round."""
    every = isinstance(tree, And) != (form == FAILS)
    parts = []
    for part in tree.args:
        text = condition(part, voice, form)
        inner = isinstance(part, (And, Or)) and (isinstance(part, And) != (form == FAILS)) != every
        parts.append(voice.said.say("either", parts=text) if inner and every else text)
    return voice.said.listed(list(dict.fromkeys(parts)), "and" if every else "or")


def _compared(tree: Compare, voice: Voice, form: int) -> str:
    sign, left, right = tree.op, tree.left, tree.right
    if isinstance(left, Number) and not isinstance(right, Number):
        sign, left, right = TURNED[sign], right, left
    if form == FAILS:
        sign = OPPOSITE[sign]
    if type_of(left) == "condition":
        one, other = condition(left, voice), condition(right, voice)
        return voice.said.say(COMPARED[sign], thing=one, value=other)
    told = _counted(sign, left, right, voice)
    return told or voice.said.say(COMPARED[sign], thing=number(left, voice), value=number(right, voice))


def _counted(sign: str, left: Expression, right: Expression, voice: Voice) -> str:
    """That something happened so often, as its word says it; empty if it does not."""
    if sign not in (">=", "<") or not isinstance(left, Ref) or not isinstance(right, Number):
        return ""
    return voice.count(left.name, short(right.value), HOLDS if sign == ">=" else FAILS)


def number(tree: Expression, voice: Voice) -> str:
    """An expression of numbers, with names in words."""
    if isinstance(tree, Number):
        return short(tree.value)
    if isinstance(tree, Ref):
        return voice.thing(tree.name)
    text = NAME.sub(lambda found: _known(found.group(), voice), str(tree))
    return " ".join(SIGNS.get(word, word) for word in text.split(" "))


def _known(word: str, voice: Voice) -> str:
    elements = voice.elements
    if word not in elements.variables and word not in elements.parameters:
        return word
    return voice.fact(word) if voice.is_fact(word) else voice.thing(word)


def short(value: float) -> str:
    """A number as short as it can be read.

    >>> short(3.0), short(0.123456)
    ('3', '0.123')
    """
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.3g}"
