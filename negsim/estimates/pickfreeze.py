"""Shares of an output's variance by pick-freeze, where the output is a yes or no that chance decides as well.

Two histories whose chance is common differ less than their probabilities do not, and two with chances of their own
differ by chance alone. So the difference that an input makes is taken within one set of keys (the same chance), and the
product of two such differences is taken between two independent sets: its mean is the squared difference of the
probabilities, whatever chance does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["first_order", "total"]

Floats = NDArray[np.float64]


def total(plain: Floats, changed: Floats) -> Floats:
    """Half the squared difference of the probabilities when one input is drawn anew, by row; its mean is the total effect.

    Parameters
    ----------
    plain, changed : float64 (rows, sets)
        Answers (0 or 1) under the inputs and under the inputs with one drawn anew. A column is a set of keys: ``plain``
        and ``changed`` share the keys of a column, and the columns (two at least) are independent.

    Examples
    --------
    >>> total(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[0.0, 0.0], [0.0, 0.0]])).tolist()
    [0.5, 0.0]
    """
    return _products(plain - changed) / 2


def first_order(one: Floats, other: Floats) -> Floats:
    """Product of the answers under two rows that share one input alone, by row; less the squared mean it is the effect.

    Parameters
    ----------
    one, other : float64 (rows,)
        Answers under inputs A and under inputs B with one input of A; the keys of the two are independent.
    """
    return one * other


def _products(columns: Floats) -> Floats:
    """Mean product of two different columns, by row."""
    sets = columns.shape[1]
    found: Floats = (columns.sum(axis=1) ** 2 - (columns**2).sum(axis=1)) / (sets * (sets - 1))
    return found
