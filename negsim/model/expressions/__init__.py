"""Conditions and numbers as immutable trees: built by operators on variables or parsed from text.

The meaning of every operation is that of 64-bit floats, evaluated lazily and from left to right.

>>> tree = parse("memo and rounds >= 1")
>>> sorted(reads(tree)), evaluate(tree, {"memo": True, "rounds": 2})
(['memo', 'rounds'], True)
"""

from __future__ import annotations

from negsim.model.expressions.amounts import Amount, amount, odds, settled_amounts
from negsim.model.expressions.analysis import atoms, check, reads, substitute, type_of
from negsim.model.expressions.base import Expression, Operable, Operand
from negsim.model.expressions.evaluation import Evaluator, compile_expression, evaluate
from negsim.model.expressions.functions import (
    Expressible,
    all_of,
    any_of,
    as_condition,
    as_expression,
    as_number,
    at_least,
    different,
    equal,
    where,
)
from negsim.model.expressions.mathematics import absolute, clip, exp, floor, log, maximum, minimum, sqrt
from negsim.model.expressions.nodes import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Choice,
    Compare,
    Neg,
    Not,
    Number,
    Or,
    Ref,
    Truth,
)
from negsim.model.expressions.parser import MAX_BYTES, MAX_DEPTH, parse
from negsim.model.expressions.structure import fold, walk
from negsim.model.expressions.words import CONDITION, FUNCTIONS, NUMBER

__all__ = [
    "CONDITION",
    "FUNCTIONS",
    "MAX_BYTES",
    "MAX_DEPTH",
    "NUMBER",
    "Amount",
    "And",
    "Arithmetic",
    "AtLeast",
    "Call",
    "Choice",
    "Compare",
    "Evaluator",
    "Expressible",
    "Expression",
    "Neg",
    "Not",
    "Number",
    "Operable",
    "Operand",
    "Or",
    "Ref",
    "Truth",
    "absolute",
    "all_of",
    "amount",
    "any_of",
    "as_condition",
    "as_expression",
    "as_number",
    "at_least",
    "atoms",
    "check",
    "clip",
    "compile_expression",
    "different",
    "equal",
    "evaluate",
    "exp",
    "floor",
    "fold",
    "log",
    "maximum",
    "minimum",
    "odds",
    "parse",
    "reads",
    "settled_amounts",
    "sqrt",
    "substitute",
    "type_of",
    "walk",
    "where",
]
