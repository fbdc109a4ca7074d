"""What each of several pieces of news contributes to a number, in order and whatever the order (Shapley 1953)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from negsim.laws.draws import Stream

__all__ = ["MOST_EXACT", "in_order", "shapley_values"]

MOST_EXACT = 12
"""Items of which every subset is looked at; of more, orders are sampled."""
ORDERS = 64
"""Orders that are sampled, each together with its reverse."""

Value = Callable[[frozenset[str]], float]


def in_order(names: Sequence[str], value: Value) -> dict[str, float]:
    """Return what each item adds to those before it.

    >>> in_order(["a", "b"], lambda known: float(len(known) ** 2))
    {'a': 1.0, 'b': 3.0}
    """
    known = [value(frozenset(names[:k])) for k in range(len(names) + 1)]
    return {name: known[k + 1] - known[k] for k, name in enumerate(names)}


def shapley_values(
    names: Sequence[str], value: Value, *, seed: int = 0, exact: int = MOST_EXACT, orders: int = ORDERS
) -> dict[str, float]:
    """Return what each item adds on average over all orders; they add up to the whole.

    Parameters
    ----------
    names : sequence of str
    value : function
        Of a set of names.
    seed : int, optional
        Of the orders that are sampled where there are more than `exact` items.
    exact : int, optional
        Items up to which all subsets are looked at.
    orders : int, optional
        Orders sampled, each together with its reverse (Castro, Gomez, Tejada 2009, Comput. Oper. Res. 36:1726; pairs of
        opposite orders: Mitchell et al. 2022, J. Mach. Learn. Res. 23:43).

    Examples
    --------
    >>> shapley_values(["a", "b"], lambda known: float(len(known) ** 2))
    {'a': 2.0, 'b': 2.0}
    """
    if len(names) <= exact:
        return _over_subsets(names, value)
    totals = dict.fromkeys(names, 0.0)
    for k in range(orders):
        uniforms = {name: Stream(seed, "bootstrap", f"order:{name}").uniforms(k, 0)[0] for name in names}
        # each with its reverse, which halves the noise of where an item stands
        order = sorted(names, key=uniforms.__getitem__)
        for one in (order, order[::-1]):
            for name, added in in_order(one, value).items():
                totals[name] += added / (2 * orders)
    return totals


def _over_subsets(names: Sequence[str], value: Value) -> dict[str, float]:
    n, found = len(names), {}
    for name in names:
        others = [one for one in names if one != name]
        terms = []
        for size in range(n):
            weight = 1.0 / (n * math.comb(n - 1, size))
            for before in itertools.combinations(others, size):
                known = frozenset(before)
                terms.append(weight * (value(known | {name}) - value(known)))
        found[name] = math.fsum(terms)
    return found
