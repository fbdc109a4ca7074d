"""Bargaining over terms: sides and issues, zones of agreement, concession tactics, solution points.

Plain functions on numbers, each with the equation it codes; the word `negsim.vocabulary.bargaining.Bargaining` brings
the same into a scenario. An empty zone is no agreement (``None``), never an exception.
"""

from __future__ import annotations

from negsim.bargaining.sides import Side
from negsim.bargaining.solutions import Point, kalai_smorodinsky, nash, rubinstein
from negsim.bargaining.tactics import conceded, exponent_of, imitate
from negsim.bargaining.war import WarRange, bargaining_range
from negsim.bargaining.zone import Interval, best_package, frontier, interval

__all__ = [
    "Interval",
    "Point",
    "Side",
    "WarRange",
    "bargaining_range",
    "best_package",
    "conceded",
    "exponent_of",
    "frontier",
    "imitate",
    "interval",
    "kalai_smorodinsky",
    "nash",
    "rubinstein",
]
