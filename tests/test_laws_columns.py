"""Laws of many rows at once are those of one row, to the last bit: draws, statements, expressions, whole programs.

The scalar functions are the meaning; what is computed column by column may only be quicker. A column computed with
numpy's own logarithm must be told apart, or these tests would not see what they are for.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import EvaluationError, LawError
from negsim.laws import Law, solve, upper_quantile
from negsim.laws import columns as law_columns
from negsim.laws.columns import in_order, solved_columns, upper_quantiles
from negsim.laws.families import PARAMETERS
from negsim.model.clocks import Distribution
from negsim.model.expressions import compile_expression, parse
from negsim.model.expressions.columns import column
from negsim.program import lower
from negsim.program.columns import Column

LAWS = [
    Law("exponential", (0.3,)),
    Law("weibull", (1.7, 10.0)),
    Law("weibull", (0.2, 3.0)),
    Law("gamma", (0.4, 3.0)),
    Law("gamma", (7.5, 2.0)),
    Law("erlang", (3.0, 2.0)),
    Law("lognormal", (1.1, 0.8)),
    Law("lognormal", (-3.0, 4.0)),
    Law("uniform", (2.0, 9.5)),
    Law("triangular", (0.0, 2.0, 9.0)),
    Law("pert", (1.0, 2.0, 9.0)),
    Law("normal", (-0.7, 2.5)),
    Law("beta", (2.3, 4.5)),
    Law("beta", (0.3, 0.2)),
    Law("logitnormal", (-0.4, 1.2)),
    Law("logitnormal", (5.0, 9.0)),
]


def truncated() -> Iterator[Law]:
    """The same laws within bounds that leave something of them."""
    for law in LAWS:
        for low, high in ((None, 3.0), (0.5, None), (0.25, 0.75), (2.5, 4.0)):
            with suppress(LawError):
                yield replace(law, low=low, high=high)


TRUNCATED = [*truncated()]


def same(one: Any, two: Any) -> bool:
    """Bit for bit, also zeros and infinities."""
    return np.asarray(one, dtype=np.float64).tobytes() == np.asarray(two, dtype=np.float64).tobytes()


def uniforms(count: int) -> np.ndarray[Any, Any]:
    """Uniforms of the grid that draws lie on, the smallest and the largest among them."""
    unit = 2.0**-52
    rng = np.random.default_rng(20250602)
    corners = [0.5 * unit, 1.5 * unit, 0.25, 0.5, 0.75, 1.0 - 1.5 * unit, 1.0 - 0.5 * unit]
    return np.concatenate([corners, (rng.integers(0, 2**52, count) + 0.5) * unit, 2.0 ** -rng.uniform(1, 51, count)])


@pytest.mark.parametrize("law", [*LAWS, *TRUNCATED], ids=str)
def test_draws_of_many_rows_are_those_of_one(law: Law) -> None:
    u = uniforms(5_000)
    quantile = upper_quantile(law)
    assert same(upper_quantiles(law, u), [quantile(x) for x in u.tolist()])


@pytest.mark.slow
@pytest.mark.parametrize("law", [*LAWS, *TRUNCATED], ids=str)
def test_a_quarter_of_a_million_draws_are_those_of_one(law: Law) -> None:
    u = uniforms(125_000)
    quantile = upper_quantile(law)
    assert same(upper_quantiles(law, u), [quantile(x) for x in u.tolist()])


def test_numpys_own_logarithm_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somewhere among these uniforms it differs in the last bit, on the machines where it differs at all."""
    u = uniforms(20_000)
    truth = [upper_quantile(LAWS[0])(x) for x in u.tolist()]
    if same(-np.log(u), [-math.log(x) for x in u.tolist()]):  # this numpy calls the scalar function
        moved = lambda x: np.nextafter(-np.log(x), np.inf)  # noqa: E731 # one use
    else:
        moved = lambda x: -np.log(x)  # noqa: E731 # one use
    monkeypatch.setattr(law_columns, "_hazards", moved)
    assert not same(upper_quantiles(LAWS[0], u), truth)


SAID = [
    *(("exponential", keys) for keys in (("rate",), ("mean",), ("median",), ("p90",))),
    *(("weibull", keys) for keys in (("shape", "scale"), ("shape", "median"), ("mean", "shape"), ("scale", "median"))),
    *(("gamma", keys) for keys in (("shape", "scale"), ("shape", "mean"), ("shape", "rate"), ("p90", "shape"))),
    *(("erlang", keys) for keys in (("k", "scale"), ("k", "rate"), ("k", "mean"))),
    *(("lognormal", keys) for keys in (("mu", "sigma"), ("sigma", "median"), ("p90", "sigma"), ("mean", "sigma"))),
    *(("lognormal", keys) for keys in (("mu", "p90"), ("median", "p90"))),
    *(("normal", keys) for keys in (("mu", "sigma"), ("mean", "sigma"), ("p10", "sigma"), ("median", "sigma"))),
    *(("uniform", keys) for keys in (("low", "high"), ("low", "mean"))),
    ("triangular", ("low", "mode", "high")),
    ("pert", ("low", "mode", "high")),
    *(("beta", keys) for keys in (("a", "b"), ("a", "mean"))),
]
BOUNDS = [(None, None), (0.5, None), (None, 3.0), (0.5, 3.0), (2.0, 1.0), (900.0, 901.0)]


def said_values(keys: tuple[str, ...], rows: int, dice: random.Random) -> dict[str, np.ndarray[Any, Any]]:
    """Plain and wild values, some out of order."""
    kinds = (
        lambda: dice.expovariate(1),
        lambda: dice.uniform(0.05, 20),
        lambda: float(dice.randint(1, 9)),
        lambda: 10 ** dice.uniform(-300, 300),
        lambda: dice.choice([0.0, -1.0, -0.0, math.nan, math.inf, 5e-324]),
    )
    found = np.array([[dice.choices(kinds, (4, 8, 4, 1, 1))[0]() for _ in keys] for _ in range(rows)])
    if len(keys) == 3 or keys == ("low", "high"):
        found[::2] = np.sort(found[::2], axis=1)
    if keys[0] == "k":
        found[: rows // 2, 0] = np.ceil(found[: rows // 2, 0])
    return {key: np.ascontiguousarray(found[:, k]) for k, key in enumerate(keys)}


@pytest.mark.parametrize(("family", "keys"), SAID, ids=lambda one: one if isinstance(one, str) else "-".join(one))
def test_solved_columns_are_the_laws_of_their_rows(family: str, keys: tuple[str, ...]) -> None:
    """Where a row is said to be in order: the very law; and there `solve` refuses nothing."""
    dice, rows, known = random.Random(20250603), 80, 0
    for low, high in BOUNDS:
        for never in (None, 0.0, 0.3, 1.5):
            said = said_values(keys, rows, dice)
            params = solved_columns(family, said)
            if params is None:
                continue
            bounds = [None if bound is None else np.full(rows, bound) for bound in (low, high)]
            good = in_order(family, said, params, *bounds, None if never is None else np.full(rows, never))
            for row in np.flatnonzero(good).tolist():
                law = solve(family, {key: float(one[row]) for key, one in said.items()}, low, high, never or 0.0)
                assert same([one[row] for one in params], law.params), said
                known += 1
            if (low, high, never) == (None, None, None):
                assert good.sum() > 25  # hardly any row is left to be looked at alone
    scalar = {("weibull", "scale"), ("lognormal", "mu"), ("erlang", "k"), ("uniform", "low"), ("beta", "a")}
    alone = (family, keys[0]) in scalar and set(keys) != set(PARAMETERS[family]) and keys != ("k", "rate")
    assert (known == 0) == (alone or keys == ("median", "p90"))


TREES = [
    "max(0.00001, -log(1 - a) / 30 - b * c)",
    "a if b > c else b - 2 * c",
    "1 / a + exp(-b) * sqrt(c)",
    "min(a, b, c) + abs(a - b) - clip(c, a, 2)",
    "(a if flag else b) if not flag or a >= b and c < 2 else -c",
    "at_least(1, a > 1, b > 1) and c > 0",
    "log(a - b) if a > b else 0",
    "1 / (a - a) if flag else 1",
    "2.5",
    "flag",
]


@given(st.sampled_from(TREES), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_a_column_is_the_value_of_every_row(text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = {name: rng.choice([0.0, -0.0, 0.5, 1.0, 2.0, *rng.lognormal(0, 2, 6)], 40) for name in "abc"}
    values["a"] = rng.uniform(0, 1, 40) if "1 - a" in text else values["a"]
    values["flag"] = rng.integers(0, 2, 40).astype(np.float64)
    tree = parse(text)
    found = column(tree, values, 40)
    closure = compile_expression(tree, {name: k for k, name in enumerate(values)})
    states = np.array(list(values.values())).T.tolist()
    try:
        wanted = [float(closure(state)) for state in states]
    except EvaluationError:
        assert found is None
        return
    assert found is None or same(found, wanted)
    if text in TREES[:1] + TREES[3:5] + TREES[8:]:
        assert found is not None


CLASSES = {one.family: one for one in Distribution.__subclasses__()}
BESTS = {"low": 0.3, "median": 0.4, "mode": 2.0, "high": 4.0, "p90": 30.0, "k": 3.0}


def every_law() -> tuple[ns.Scenario, list[str]]:
    """A scenario with a clock or a draw of every family and way to say it, each number a parameter of its own."""
    parts: list[Any] = []
    names: list[str] = []

    def number(best: float, low: float, high: float) -> str:
        name = f"p{len(names)}"
        names.append(name)
        parts.append(ns.Parameter(name, best, belief=ns.Uniform(low, high)))
        return name

    for place, (family, keys) in enumerate(SAID):
        bests = {key: BESTS.get(key, 0.6) for key in keys}
        said = {
            key: str(int(best)) if key == "k" else number(best, best * 0.9, best * 1.2) for key, best in bests.items()
        }
        law = CLASSES[family](**{key: parse(text) for key, text in said.items()})
        if place % 3 == 1:
            law = law.truncated(parse(number(0.1, 0.05, 0.2)))
        if family in ("normal", "beta"):
            parts.append(ns.Level(f"x{place}", law))
            continue
        if place % 3 == 2:
            law = law.or_never(parse(number(0.2, 0.0, 0.4)))
        parts.append(ns.Action(name=f"act{place}", clock=law, limit=1))
    delay = number(1.5, 1.0, 2.0)
    parts.append(ns.Action(name="fixed", clock=ns.Fixed(delay).or_never(number(0.2, 0.0, 0.4)), limit=1))
    share = number(0.5, 0.0, 1.0)
    parts.append(ns.Fact("coin", ns.chance(f"{share} if {share} > 0.2 else 1 - {share}")))
    return ns.Scenario("laws", start="2025-01-01", end=9, parts=parts), names


def check_rows(program: Any, values: np.ndarray[Any, Any]) -> None:
    found = program.bind_rows(values)
    for row, one in enumerate(values.tolist()):
        for mine, law in zip(found, program.bind(one).laws, strict=True):
            wanted = Column.of(law)
            at = lambda x, row=row: x[row] if np.ndim(x) else x  # noqa: E731 # one use
            assert (mine.family, mine.mixed) == (wanted.family, wanted.mixed)
            assert same([at(x) for x in mine.params], wanted.params)
            assert same(at(mine.never), wanted.never)
            for side in ("low", "high"):
                one_side, other = getattr(mine, side), getattr(wanted, side)
                assert (one_side is None) == (other is None)
                assert other is None or same(at(one_side), other)


def test_every_law_of_a_program_in_many_rows() -> None:
    scenario, _ = every_law()
    program = lower(scenario)
    check_rows(program, program.drawn(3, range(60)))
    check_rows(program, program.drawn(3, range(1)))
    istanbul = lower(ns.load("istanbul-2025"))
    check_rows(istanbul, istanbul.drawn(5, range(300)))


def test_the_first_row_that_is_refused_says_why_in_the_words_of_one_row() -> None:
    scenario, names = every_law()
    program = lower(scenario)
    plain = program.drawn(3, range(12))
    refused = 0
    for k in range(len(names)):
        for wrong in (-1.0, math.nan, 1e300):
            values = plain.copy()
            values[[4, 9], k] = wrong
            words = ""
            try:
                for row in values.tolist():
                    program.bind(row)
            except LawError as error:
                words = str(error)
            if not words:
                check_rows(program, values)
                continue
            refused += 1
            with pytest.raises(LawError) as caught:
                program.bind_rows(values)
            assert str(caught.value) == words
    assert refused > 40


def test_all_draws_are_those_of_a_row_alone() -> None:
    """Rows worked out together, in chunks, and one by one."""
    program = lower(ns.load("istanbul-2025"))
    together = program.drawn(9, range(5_000))
    for row in (0, 1, 4_095, 4_096, 4_999):
        assert same(together[row], program.draws(9, [row])[0])
