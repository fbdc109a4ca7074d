"""Expressions: operators and text build the same trees, and their types are checked."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import pytest

from negsim.errors import ExpressionError, UnknownName
from negsim.model import expressions as ex
from negsim.model.expressions import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Compare,
    Expression,
    Neg,
    Number,
    Operand,
    Or,
    Ref,
    Truth,
    check,
    parse,
)

NAMES = dict.fromkeys(("memo", "talks.held"), "condition") | dict.fromkeys(("trust", "rounds"), "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Operand):
    name: str
    kind: str

    def __expression__(self) -> Expression:
        return Ref(self.name, self.kind)


memo, held = Variable(name="memo", kind="condition"), Variable(name="held", kind="condition")
rounds, trust = Variable(name="rounds", kind="number"), Variable(name="trust", kind="number")


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (memo & (rounds >= 1), "memo and rounds >= 1"),
        (trust - 0.3, "trust - 0.3"),
        (memo | held & ~memo, "memo or held and not memo"),
        ((memo | held) & True, "(memo or held) and true"),
        (True & memo, "true and memo"),
        (False | memo, "false or memo"),
        (memo & held & memo, "memo and held and memo"),
        (memo & (held & memo), "memo and held and memo"),
        (1 + trust, "1 + trust"),
        (1 - trust - 2, "1 - trust - 2"),
        (1 - (trust - 2), "1 - (trust - 2)"),
        (2 * trust / 3, "2 * trust / 3"),
        (2 * (trust / 3), "2 * (trust / 3)"),
        (2 / trust, "2 / trust"),
        ((1 + trust) * 3, "(1 + trust) * 3"),
        (-trust, "-trust"),
        (Neg(Neg(Ref("trust"))), "--trust"),
        (-(trust + 1), "-(trust + 1)"),
        (-Number(3), "-3"),
        (trust - Number(-3), "trust - -3"),
        (abs(trust), "abs(trust)"),
        (ex.absolute(trust), "abs(trust)"),
        (1 <= rounds, "rounds >= 1"),  # noqa: SIM300 - the reflected operator is meant
        (1 < rounds, "rounds > 1"),  # noqa: SIM300 - the reflected operator is meant
        (1 >= rounds, "rounds <= 1"),  # noqa: SIM300 - the reflected operator is meant
        (rounds < trust, "rounds < trust"),
        (ex.where(memo, 1, trust), "1 if memo else trust"),
        (
            ex.where(memo, ex.where(held, 1, 2), ex.where(held, 3, 4)),
            "(1 if held else 2) if memo else 3 if held else 4",
        ),
        (ex.where(ex.where(memo, held, True), 1, 2), "1 if (held if memo else true) else 2"),
        (ex.where(memo, 1, 2) + 1, "(1 if memo else 2) + 1"),
        (ex.equal(rounds, 3), "rounds == 3"),
        (ex.different(memo, held), "memo != held"),
        (ex.equal(~(memo & held), rounds > 1), "(not (memo and held)) == (rounds > 1)"),
        (~ex.equal(rounds, 3), "not rounds == 3"),
        (ex.all_of(memo, held), "memo and held"),
        (ex.all_of([memo, held]), "all_of(memo, held)"),
        (ex.all_of(one for one in (memo,)), "memo"),
        (ex.any_of(memo, held, "rounds > 2"), "any_of(memo, held, rounds > 2)"),
        (ex.any_of(memo), "any_of(memo)"),
        (ex.at_least(2, memo, held, rounds > 1), "at_least(2, memo, held, rounds > 1)"),
        (ex.at_least(-1, [memo]), "at_least(-1, memo)"),
        (ex.minimum(trust, 1, rounds), "min(trust, 1, rounds)"),
        (ex.maximum(trust, 0), "max(trust, 0)"),
        (ex.exp(trust) + ex.log(trust) + ex.sqrt(trust), "exp(trust) + log(trust) + sqrt(trust)"),
        (ex.clip(trust, 0, 1), "clip(trust, 0, 1)"),
        (Number(1e22), "1e+22"),
        (Number(-0.0), "-0.0"),
        (Number(2**53), "9007199254740992"),
        (trust * 0.1, "trust*.1".replace(".1", "1e-1")),
        (memo & held, " memo\n\tand\r\nheld "),
    ],
)
def test_operators_and_text_build_the_same_tree(tree: Expression, text: str) -> None:
    assert parse(text) == tree
    assert parse(str(tree)) == tree


def test_printing_puts_no_needless_bracket() -> None:
    for text in (
        "(1 if held else 2) if memo else 3 if held else 4",
        "not (memo or held) and not not memo",
        "(not memo) == held",
        "a - (b - c) - -3 * -x / (y * z)",
        "min(1 if memo else 2, 3)",
        "memo and (held or rounds >= 1 and trust < 2)",
    ):
        assert str(parse(text)) == text


def test_equality_is_of_trees_and_not_of_values() -> None:
    assert Ref("a") == Ref("a", "number")
    assert hash(Ref("a")) == hash(Ref("a", "number"))
    assert Number(1.0) != Truth(True)
    assert Number(0.0) != Number(-0.0)
    assert And((Ref("a"), Ref("b"))) != Or((Ref("a"), Ref("b")))
    assert And((Ref("a"), Ref("b"))) != And((Ref("b"), Ref("a")))
    assert Ref("a") != "a"
    assert memo == Variable(name="memo", kind="condition")
    assert memo != held
    assert len({parse("a + 1"), parse("a+1"), parse("1 + a")}) == 2
    with pytest.raises(FrozenInstanceError):
        Ref("a").name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        parse("a and b").args = ()  # type: ignore[attr-defined]


def test_truth_of_an_expression_is_refused_with_the_remedy() -> None:
    with pytest.raises(ExpressionError, match=r"& \| ~ .*ns.where.*ns.equal"):
        bool(memo & held)
    with pytest.raises(ExpressionError, match="'memo' has no truth value"):
        _ = memo and held
    with pytest.raises(TypeError, match="do not chain"):
        _ = 1 <= rounds <= 3


@pytest.mark.parametrize("other", ["trust", None, [1], object()])
def test_operators_leave_strange_operands_to_python(other: Any) -> None:
    with pytest.raises(TypeError):
        _ = trust + other
    with pytest.raises(TypeError):
        _ = other * trust
    with pytest.raises(TypeError):
        _ = trust < other


def test_numpy_scalars_are_numbers() -> None:
    np = pytest.importorskip("numpy")
    assert np.float64(2) * trust == 2 * trust
    assert trust + np.int64(2) == trust + 2
    assert (np.float64(2) < trust) == (trust > 2)


# types


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("memo + 1", r"'memo' is a condition but '\+' needs a number: .*1 if memo else 0"),
        ("trust and memo", r"'trust' is a number but 'and' needs a condition: compare it, as in 'trust > 0'"),
        ("not (trust + 1)", r"'trust \+ 1' is a number but 'not' \(~\) needs a condition"),
        ("-memo", "unary '-' needs a number"),
        ("memo < 1", "'<' needs a number"),
        ("memo == 1", "is a .* but '=='"),
        ("trust != memo", "is a condition but '!=' with another number needs a number"),
        ("1 if trust else 2", "'if' of a choice needs a condition"),
        ("1 if memo else held", "'held' is a condition but a choice with another number"),
        ("min(memo, 1)", "'min' needs a number"),
        ("at_least(1, trust)", "'at_least' needs a condition"),
        ("all_of(trust)", "'all_of' or 'any_of' needs a condition"),
        ("any_of(1)", "'any_of' needs a condition"),
        ("true + 1", "'true' is a condition"),
    ],
)
def test_mixing_conditions_and_numbers_is_refused_in_text_and_by_check(text: str, match: str) -> None:
    names = NAMES | {"held": "condition"}
    with pytest.raises(ExpressionError, match=match):
        parse(text, names)
    with pytest.raises(ExpressionError):
        check(parse(text), names)


def test_mixing_is_refused_at_once_in_python() -> None:
    for build in (
        lambda: memo + 1,
        lambda: trust & memo,
        lambda: ~trust,
        lambda: ex.where(trust, 1, 2),
        lambda: ex.equal(memo, 1),
        lambda: ex.all_of(trust),
        lambda: ex.as_condition(trust),
        lambda: ex.as_number(memo),
        lambda: ex.minimum(memo, 1),
    ):
        with pytest.raises(ExpressionError, match="needs a"):
            build()


def test_check_gives_types_and_names_what_is_unknown() -> None:
    tree = parse("a == b")
    assert ex.type_of(parse("a")) is None
    assert ex.type_of(check(parse("x if c else y"), {"x": "number", "c": "condition", "y": "number"})) == "number"
    assert [node.kind for node in ex.walk(check(tree, {"a": "number", "b": "number"}))] == [
        "condition",
        "number",
        "number",
    ]
    with pytest.raises(ExpressionError, match="'=='"):
        check(tree, {"a": "number", "b": "condition"})
    with pytest.raises(UnknownName, match=r"'trsut'.*did you mean 'trust'"):
        check(parse("trsut"), NAMES)
    with pytest.raises(UnknownName, match=r"'trsut' at character 5 .*did you mean 'trust'"):
        parse("1 + trsut", NAMES)
    with pytest.raises(ExpressionError, match="needs a condition"):
        check(parse("trust"), NAMES, "condition")
    with pytest.raises(ExpressionError, match="used as a number but declared as a condition"):
        check(Ref("memo", "number"), NAMES)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Number(math.nan),
        lambda: Number(math.inf),
        lambda: Number(2**53 + 1),
        lambda: Number(10**400),
        lambda: Number(10**6000),
        lambda: Number(True),
        lambda: Number("1"),  # type: ignore[arg-type]
        lambda: Truth(1),  # type: ignore[arg-type]
        lambda: Ref("Memo"),
        lambda: Ref("a.if"),
        lambda: Ref("min"),
        lambda: Ref("a", "bool"),
        lambda: Neg(Number(3)),
        lambda: And((Ref("a"),)),
        lambda: Or(()),
        lambda: And(("a", "b")),  # type: ignore[arg-type]
        lambda: Arithmetic("**", Ref("a"), Ref("b")),
        lambda: Compare("is", Ref("a"), Ref("b")),
        lambda: Call("pow", (Ref("a"),)),
        lambda: Call("min", (Ref("a"),)),
        lambda: Call("exp", (Ref("a"), Ref("b"))),
        lambda: AtLeast(1, ()),
        lambda: AtLeast(True, (Ref("a"),)),
        lambda: AtLeast(1.5, (Ref("a"),)),  # type: ignore[arg-type]
        lambda: ex.all_of(),
        lambda: ex.any_of([]),
        lambda: ex.as_expression(None),  # type: ignore[arg-type]
        lambda: ex.where("a", "b +", "c"),
        lambda: trust + math.nan,
    ],
)
def test_nodes_that_cannot_be_are_refused(build: Any) -> None:
    with pytest.raises(ExpressionError):
        build()


def test_substitute_and_atoms() -> None:
    assert ex.substitute(parse("-a + b"), {"a": Number(3)}) == parse("-3 + b")
    assert ex.substitute(parse("a and b"), {"a": parse("c and d")}) == parse("c and d and b")
    with pytest.raises(ExpressionError):
        ex.substitute(memo & held, {"memo": Number(1)})
    tree = parse("at_least(1, a, not (b > 1 or a)) and (c if d else e) and b > 1")
    assert [str(atom) for atom in ex.atoms(tree)] == ["a", "b > 1", "c if d else e"]
