"""When a party decides: what a decision may say of its occasion."""

from __future__ import annotations

from typing import Any

from negsim.errors import ScenarioError
from negsim.model.expressions import Number
from negsim.vocabulary.fields import ALWAYS, NEVER

__all__ = ["check_occasion"]


def check_occasion(word: Any, place: str) -> None:
    """Refuse a decision without an occasion, or with two; ``place`` is the decision in words."""
    dated = word.on is not None or word.every is not None
    # Either a condition or dates: both would be two occasions under one name, and none is no decision.
    if dated == (word.at != NEVER):
        raise ScenarioError(f"{place}: say at which occasion: either at=condition, or on=instant or every=duration")
    if not dated and word.when != ALWAYS:
        # A condition of the occasion can hold it itself; at dates there is nothing else to hold it.
        raise ScenarioError(f"{place}: when belongs to on and every; join it to at= with 'and'")
    if word.every is not None and isinstance(word.on, tuple):
        raise ScenarioError(f"{place}: with every, on is the one date that it begins with, not {len(word.on)} dates")
    if word.on == ():
        raise ScenarioError(f"{place}: on needs a date or more")
    if isinstance(word.temperature, Number) and not word.temperature.value > 0:
        raise ScenarioError(f"{place}: temperature must be positive, not {word.temperature.value!r}")
