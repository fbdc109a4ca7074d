"""What is refused as surely negative is so in a case that can be, and nothing else is refused."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from running import scenario

import negsim as ns
from negsim.model.expressions import evaluate, parse
from negsim.model.ranges import negative_part

FACTS = ("x", "y", "z")
STATE = dict.fromkeys(FACTS, (0.0, 1.0))
CONDITIONS = st.sampled_from(["x", "y", "z", "not x", "x and y", "y or z"])
NUMBERS = st.sampled_from(["0", "1", "2", "0.5", "-1", "-0.5"])


def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})")
    return pair | st.tuples(inner, CONDITIONS, inner).map(lambda t: f"({t[0]}) if {t[1]} else ({t[2]})")


@settings(max_examples=400)
@given(st.recursive(NUMBERS, deeper, max_leaves=8))
def test_a_negative_part_is_found_where_and_only_where_the_value_can_be_negative(text: str) -> None:
    """Of constants and choices, by trying all states that the conditions tell apart.

    Conditions are taken as independent, so that a state that no facts allow (x, and not x) may count as one that can be:
    only where each condition is a fact of its own must the two agree.
    """
    tree = parse(text)
    values = [evaluate(tree, dict(zip(FACTS, map(bool, state), strict=True))) for state in product((0, 1), repeat=3)]
    found = negative_part(tree, STATE)
    if min(values) < 0:
        assert found is not None
    if not any(word in text for word in ("not", "and", "or")):
        assert (found is not None) == (min(values) < 0)


def test_a_factor_below_0_does_no_harm_where_the_product_is_not() -> None:
    for pace in ("(0 if x else 1) * (-1 if x else 1)", "(-1 if x else 1) * (-1 if x else 1)"):
        act = ns.Action(name="act", when="not x", clock=ns.Exponential(1), pace=pace, effects=["x = true"])
        runs: Any = ns.simulate(
            scenario(ns.Fact("x"), act, ns.Question(name="q", condition="x")), replications=5, seed=1
        )
        assert runs.probability("q").value == 1


def test_a_case_among_many_is_found() -> None:
    """Six conditions fall out in 64 ways, and the value is negative in one of them."""
    text = " + ".join(f"(1 if f{k} else 0)" for k in range(6)) + " - 0.5"
    assert negative_part(parse(text), {f"f{k}": (0.0, 1.0) for k in range(6)}) is not None
