"""Pictures of a nowcast and of the passage of time: in somebody's axes, with what was found and its uncertainty."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

import negsim as ns
from negsim.errors import EstimateError

mpl.use("Agg")

NEWS = [
    ns.Observation(name="talks", happened="talks.held", at="5 days", title="Talks are held"),
    ns.Observation(name="quiet", not_happened="ceasefire.agreed", by="9 days", title="No ceasefire yet"),
]
QUESTION = "summit_by_day_30"


@pytest.fixture(scope="module")
def found() -> ns.Nowcast:
    return ns.nowcast(ns.load("toy"), NEWS, replications=1_600, seed=1)


@pytest.fixture(scope="module")
def silent(found: ns.Nowcast) -> ns.Passing:
    assert found.runs is not None
    return ns.passing(found.runs, QUESTION)


def drawn(ax: Any) -> list[Any]:
    return [np.asarray(line.get_ydata(), dtype=float) for line in ax.get_lines()]


def test_the_steps_are_those_that_were_found(found: ns.Nowcast, silent: ns.Passing) -> None:
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1]
    assert ns.plots.nowcast(found, QUESTION, ax=ax, silence=silent) is ax
    steps, _, after = drawn(ax)
    assert np.allclose(steps[:-1], [100 * step.answer.value for step in found.steps(QUESTION)])
    assert np.allclose(after, 100 * silent.values)
    # Bands: of the steps, and of the silence.
    assert len(ax.collections) == 2
    assert ax.get_ylim()[1] > 100 * max(step.answer.high for step in found.steps(QUESTION))
    plt.close("all")


def test_every_item_is_named_with_its_date(found: ns.Nowcast) -> None:
    import matplotlib.pyplot as plt

    ax = ns.plots.nowcast(found, QUESTION)
    written = " ".join(text.get_text() for text in [*ax.figure.texts, *ax.texts, ax.xaxis.label])
    written = " ".join(written.split()) + " ".join(
        one.get_text() for one in ax.figure.findobj(mpl.text.Text) if "Talks are held" in one.get_text()
    )
    assert "[1] 6 Jan 2025" in written
    assert "Talks are held" in written
    plt.close("all")


def test_the_silence_alone(silent: ns.Passing) -> None:
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1]
    assert ns.plots.passing(silent, ax=ax) is ax
    assert np.allclose(drawn(ax)[0], 100 * silent.values)
    assert len(ax.collections) == 1
    plt.close("all")


def test_another_question_is_refused(found: ns.Nowcast) -> None:
    with pytest.raises(EstimateError, match="did you mean 'summit_by_day_30'"):
        ns.plots.nowcast(found, "summit_by_day_3")
