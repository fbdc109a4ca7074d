"""Cumulative hazards of many ages and laws at once are those of each alone."""

from __future__ import annotations

import numpy as np
import pytest
from engines.stories import WRAPPINGS, laws, wrapped

import negsim as ns
from negsim.laws import Law, cumulative_hazard
from negsim.laws.arrays import hazards, several
from negsim.program import lower

AGES = np.array([0.0, 0.3, 1.0, 1.5, 2.0, 4.0, 7.9, 8.0, 9.0, 12.0])


def bound(name: str, wrapping: str, scale: int) -> Law | None:
    law = wrapped(name, wrapping, scale)
    if law is None:
        return None
    act = ns.Action(name="act", clock=law, effects=["a = true"])
    program = lower(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[ns.Fact("a"), act]))
    found = program.bind(program.best()).laws[0]
    return found if isinstance(found, Law) else None


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("name", [name for name in laws() if name != "fixed"])
def test_rows_of_laws_have_the_hazards_of_each(name: str, wrapping: str) -> None:
    rows = [bound(name, wrapping, scale) for scale in (1, 2)]
    assert all(law is not None for law in rows)
    found = hazards(several(rows), np.vstack([AGES, AGES]))  # type: ignore[arg-type] # none is None
    for law, ages in zip(rows, found, strict=True):
        alone = cumulative_hazard(law)  # type: ignore[arg-type] # likewise
        np.testing.assert_allclose(ages, [alone(age) for age in AGES.tolist()], rtol=1e-12, atol=1e-15)


def test_a_triangle_without_a_side() -> None:
    for params in ((1.0, 1.0, 5.0), (1.0, 5.0, 5.0)):
        law = Law("triangular", params)
        found = hazards(several([law]), AGES[None, :])[0]
        np.testing.assert_allclose(found, [cumulative_hazard(law)(age) for age in AGES.tolist()], rtol=1e-12)
