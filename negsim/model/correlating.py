"""Whether the correlations of a scenario can be: each of what is believed of numbers, and all of them together."""

from __future__ import annotations

from negsim.model.correlations import check_correlated, joint
from negsim.model.places import Places

__all__ = ["check_correlations"]


def check_correlations(places: Places) -> None:
    """Refuse correlations of what nothing is believed of, and those that contradict each other.

    Raises
    ------
    ScenarioError
        At the end, through ``places``.
    """
    elements, before = places.elements, len(places.gather.errors)
    found = tuple(elements.correlations.values())
    for one in found:
        with places.at("correlations", one.name, "between"):
            check_correlated(one, elements.parameters, supposed=bool(places.interventions))
    # Only where each is sound by itself: together they would tell of the same again.
    if found and len(places.gather.errors) == before:
        with places.at("correlations", found[-1].name):
            joint(found)
