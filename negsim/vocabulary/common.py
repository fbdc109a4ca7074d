"""What several words share: names of parties, read-only tables, odds, and products that can come together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, Truth, as_condition, as_expression, as_number, odds, where
from negsim.model.lookup import Lookup
from negsim.model.names import check_name
from negsim.model.questions import Question
from negsim.model.variables import Fact

__all__ = [
    "EMPTY",
    "FALSE",
    "ONE",
    "TRUE",
    "ZERO",
    "Lookup",
    "asked",
    "check_products",
    "combinations_of",
    "conclusion",
    "conditions",
    "doubted",
    "is_true",
    "numbers",
    "odds",
    "parties",
    "party",
    "put",
    "shares",
]

MOST_PRODUCTS = 5
"""Products of one meeting: 2**5 outcomes are as many as anybody can read."""

TRUE, FALSE, ZERO, ONE = Truth(True), Truth(False), Number(0.0), Number(1.0)

EMPTY: Lookup[Any] = Lookup()
"""A table without entries."""


def is_true(fact: Fact) -> Expression:
    """The fact as a condition."""
    # Not `fact == True`: the field of an action wants a tree, and a fact is only something that makes one.
    return fact.__expression__()


def put(word: object, **fields: object) -> None:
    """Set fields of a frozen word while it is being made."""
    for name, value in fields.items():
        object.__setattr__(word, name, value)


def party(value: Any) -> str:
    """The name of a party given as itself or by name."""
    return check_name(getattr(value, "name", value), "party")


def parties(values: Any, where: str) -> tuple[str, ...]:
    """Sorted names of at least two different parties."""
    # A text is a list of letters to Python, and would be refused for having too many parties.
    found = tuple(sorted({party(value) for value in values})) if not isinstance(values, (str, Party)) else ()
    if len(found) < 2:
        raise ScenarioError(
            f"{where}: needs two parties or more, not {values!r}; give a list such as [russia, ukraine]"
        )
    return found


def conditions(entries: Mapping[Any, Any]) -> Lookup[Expression]:
    """A table from names (or things with a name) to conditions."""
    return Lookup({party(key): as_condition(value) for key, value in dict(entries).items()})


def numbers(entries: Mapping[Any, Any]) -> Lookup[Expression]:
    """A table from names (or things with a name) to number-valued expressions."""
    return Lookup({party(key): as_number(value) for key, value in dict(entries).items()})


def shares(entries: Mapping[Any, Any]) -> Lookup[Expression]:
    """A table from names (or things with a name) to shares: numbers, or conditions such as a party's decision."""
    return Lookup({party(key): as_expression(value) for key, value in dict(entries).items()})


def doubted(probability: Expression, factor: Expression) -> Expression:
    """`odds` that know their ends: at no odds (factor 0) nothing is likely, what is certain stays so at any others."""
    # The odds of what is certain are no number.
    usual = ONE if probability == ONE else odds(probability, factor)
    if isinstance(factor, Number):
        # Never, exactly: a guard can then be left away where the factor is written as 0.
        return ZERO if factor == ZERO else usual
    return where(factor > 0, usual, 0)


def combinations_of(products: Mapping[str, Expression], prefix: str) -> tuple[Outcome, ...]:
    """One outcome for every set of products: each comes by itself, so weights multiply.

    The set ``{a, b}`` is named ``a_with_b`` and has weight ``p_a * p_b * (1 - p_c)``; the empty set is ``nothing``.
    """
    found = []
    for size in range(len(products) + 1):
        for chosen in combinations(products, size):
            weight: Expression = ONE
            for name, p in products.items():
                factor = p if name in chosen else 1 - p
                # A product with 1 would be read by people, and evaluated by engines, for nothing.
                weight = factor if weight == ONE else weight * factor
            effects = tuple(Fact(f"{prefix}.{name}").set(True) for name in chosen)
            # In the order of the table, which is sorted: outcomes are drawn in this order.
            found.append(Outcome(name="_with_".join(chosen) or "nothing", weight=weight, effects=effects))
    return tuple(found)


def conclusion(products: Mapping[str, Expression], prefix: str, over: Expression) -> Iterator[Element]:
    """The products as facts, and the action that draws them once it is over."""
    if products:
        yield from (Fact(f"{prefix}.{name}") for name in products)
        yield Action(
            name=f"{prefix}.conclude",
            when=over,
            clock=Immediately(),
            outcomes=combinations_of(products, prefix),
            title="what the meeting yields",
        )


def check_products(products: Mapping[str, Expression], taken: Iterable[str], where: str) -> None:
    """Refuse too many products, and names that the word uses itself."""
    if len(products) > MOST_PRODUCTS:
        raise ScenarioError(f"{where}: {len(products)} products are too many; at most {MOST_PRODUCTS} are allowed")
    for name in products:
        if name in taken or name == "nothing":
            raise ScenarioError(f"{where}: the name {name!r} is used by the word itself; name the product otherwise")


def asked(fact: Fact) -> Iterator[Element]:
    """A main fact and the question when it is first true, so that it can be asked by any date."""
    yield fact
    yield Question(name=fact.name, kind="when", condition=is_true(fact))
