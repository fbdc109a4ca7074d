"""Hypothesis strategies for conditions, numbers, paces and speeds as text, over some declared names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from hypothesis import strategies as st


@dataclass
class Names:
    """The declared names that an expression may use."""

    facts: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    rates: list[str] = field(default_factory=list)
    shares: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)

    @property
    def conditions(self) -> list[str]:
        return self.facts + self.claims

    @property
    def numbers(self) -> list[str]:
        return self.counters + self.levels + self.rates + self.shares


def short(value: float) -> str:
    return f"{value:g}"


whole = st.integers(-3, 4).map(short)
quarters = st.integers(-8, 8).map(lambda k: short(k / 4))
decimals = st.sampled_from(["0.1", "0.05", "0.3", "-0.1", "0.35", "2.5", "0.7"])


def number_texts(names: Names, depth: int = 2) -> st.SearchStrategy[str]:
    """Numbers as text; every one is finite whatever the state."""
    return _numbers(tuple(names.conditions), tuple(names.numbers), depth)


def condition_texts(names: Names, depth: int = 2) -> st.SearchStrategy[str]:
    """Conditions as text."""
    return _conditions(tuple(names.conditions), tuple(names.numbers), depth)


@cache  # building strategies takes longer than drawing from them
def _numbers(facts: tuple[str, ...], numbers: tuple[str, ...], depth: int) -> st.SearchStrategy[str]:
    leaves = [whole, quarters, decimals, *([st.sampled_from(numbers)] if numbers else [])]
    if depth == 0:
        return st.one_of(leaves)
    part, condition = _numbers(facts, numbers, depth - 1), _conditions(facts, numbers, depth - 1)
    return st.one_of(
        *leaves,
        st.builds("({} {} {})".format, part, st.sampled_from("+-"), part),
        st.builds("({} * {})".format, part, quarters),
        st.builds("({} / (abs({}) + 1))".format, part, part),
        st.builds("({} if {} else {})".format, part, condition, part),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), part, part),
        st.builds("clip({}, -2, 2.5)".format, part),
        st.builds("{}(abs({}) + 0.5)".format, st.sampled_from(["log", "sqrt"]), part),
        st.builds("exp(clip({}, -3, 2))".format, part),
        st.builds("-({})".format, part),
    )


@cache
def _conditions(facts: tuple[str, ...], numbers: tuple[str, ...], depth: int) -> st.SearchStrategy[str]:
    leaves = [st.sampled_from(["true", "1 < 2"])]
    if facts:
        leaves = [st.sampled_from(facts), st.sampled_from(facts).map("not {}".format)]
    if depth == 0:
        return st.one_of(leaves)
    part, number = _conditions(facts, numbers, depth - 1), _numbers(facts, numbers, depth - 1)
    return st.one_of(
        *leaves,
        st.builds("{} {} {}".format, number, st.sampled_from(["<", "<=", ">", ">=", "!="]), number),
        st.builds("({} and {})".format, part, part),
        st.builds("({} or {})".format, part, part),
        st.builds("not ({})".format, part),
        st.builds("at_least({}, {}, {}, {})".format, st.integers(0, 3), part, part, part),
    )


def factors(names: Names) -> st.SearchStrategy[str]:
    """Paces and speeds: never negative, often exactly 0 or 1."""
    return _factors(tuple(names.conditions), tuple(names.numbers))


@cache
def _factors(facts: tuple[str, ...], numbers: tuple[str, ...]) -> st.SearchStrategy[str]:
    number, condition = _numbers(facts, numbers, 1), _conditions(facts, numbers, 1)
    plain = st.sampled_from(["1", "1", "0.5", "2"])
    switch = st.builds("({} if {} else {})".format, st.sampled_from("0123"), condition, st.sampled_from("0112"))
    return st.one_of(plain, switch, st.builds("clip({}, 0, 3)".format, number))
