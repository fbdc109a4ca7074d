"""Pictures: what is drawn is what the runs say."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import negsim as ns
from negsim.errors import EstimateError

mpl.use("Agg")


@pytest.fixture(scope="module")
def runs() -> ns.Runs:
    return ns.simulate(ns.load("istanbul-2025"), replications=300, seed=1, draws=20)


def test_the_line_is_the_curve() -> None:
    runs = ns.simulate(ns.load("toy"), replications=400, seed=1)
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    assert ns.plots.first_passage(runs, "talks_day_5", axes) is axes
    heights = np.asarray(axes.lines[0].get_ydata(), dtype=float)
    assert heights[0] == 0.0
    assert heights[-1] == runs.probability("talks_by_day_14").value, "it ends at the last deadline asked about"
    assert (np.diff(heights) >= 0).all()
    shown = {text.get_text() for text in axes.texts}
    printed = [runs.probability(name).printed for name in ("talks_day_5", "talks_by_day_14")]
    assert shown == {f"{printed[0]} by 6 Jan 00:00 · {printed[1]} by 15 Jan 00:00"}


def test_a_figure_of_its_own_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("shown"))
    axes = ns.plots.first_passage(ns.simulate(ns.load("toy"), replications=50, seed=1), "talks_day_5")
    assert axes.get_title(loc="left") == "Are talks held by day 5?"
    plt.close("all")


def test_a_panel_a_condition(runs: ns.Runs, tmp_path: Path) -> None:
    figure = ns.plots.chart(runs, path=tmp_path / "chart.png")
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]
    assert len(titles) == len(set(titles))
    assert "summit" in titles
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    words = " ".join(text.get_text() for text in figure.texts)
    for said in ("n = 300", "seed 1", "as of 28 May 2025", "judgement", "ignorance"):
        assert said in words


def test_the_wide_band_is_wider_than_the_narrow_one(runs: ns.Runs) -> None:
    from negsim.report.plots import _shape

    shape = _shape(runs, ["limited_truce_by_31_aug"], 0.95)
    assert shape.low is not None
    assert shape.high is not None
    assert (shape.low <= shape.high).all()
    best = ns.simulate(ns.load("istanbul-2025"), replications=50, seed=1)
    assert _shape(best, ["limited_truce_by_31_aug"], 0.95).low is None


def test_numbers_have_no_curve() -> None:
    asked = ns.Question(name="n", kind="fired", action="review")
    runs = ns.simulate(ns.load("toy"), replications=20, seed=1, questions=[asked])
    with pytest.raises(EstimateError, match="reached, happens or when"):
        ns.plots.first_passage(runs, "n")
    with pytest.raises(EstimateError, match="no curve"):
        ns.plots.chart(runs, ["n"])


def test_counts_alone_can_be_drawn(tmp_path: Path) -> None:
    runs = ns.simulate(ns.load("toy"), replications=500, seed=1, keep="counts")
    ns.plots.chart(runs, path=tmp_path / "c.png")
    assert (tmp_path / "c.png").stat().st_size > 10_000
