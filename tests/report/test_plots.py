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
    assert "The three presidents meet" in [" ".join(title.split()) for title in titles]
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    words = " ".join(text.get_text() for text in figure.texts)
    for said in ("n = 300", "seed 1", "as of 28 May 2025", "judgement", "ignorance"):
        assert said in words


def test_the_wide_band_is_wider_than_the_narrow_one(runs: ns.Runs) -> None:
    from negsim.report.pictures.shapes import shape_of

    shape = shape_of(runs, ["limited_truce_by_31_aug"], 0.95)
    assert shape.low is not None
    assert shape.high is not None
    assert (shape.low <= shape.high).all()
    best = ns.simulate(ns.load("istanbul-2025"), replications=50, seed=1)
    assert shape_of(best, ["limited_truce_by_31_aug"], 0.95).low is None


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


def drawn(runs: ns.Runs, **options: object) -> list[object]:
    return [axes for axes in ns.plots.chart(runs, **options).axes if axes.get_visible()]


def dated(end: str = "2025-01-31") -> ns.Scenario:
    """Held on 10 January at noon with a believed probability; asked about by 12 January, within a longer scenario."""
    p = ns.Parameter("p", 0.5, belief=ns.Uniform(0.3, 0.7), source="judgement", grade="judgement")
    held = ns.Fact("held")
    act = ns.Action(
        name="meet",
        clock=ns.On(["2025-01-10T12:00"]),
        outcomes=[
            ns.Outcome(name="yes", weight=p, effects=[held.set(True)]),
            ns.Outcome(name="no", weight=ns.parse("1 - p")),
        ],
    )
    asked = [
        ns.Question(name=f"held_by_{day}", condition=held, by=f"2025-01-{day:02}", text="Held for $5 or $6?")
        for day in (9, 12)
    ]
    return ns.Scenario("dated", start="2025-01-01", end=end, parts=[p, held, act, *asked], title="Cost $1 and $2")


def test_curves_are_steps_at_calendar_instants_and_end_at_the_deadline() -> None:
    runs = ns.simulate(dated(), replications=2_000, seed=1, draws=50)
    (axes,) = drawn(runs)
    when = np.asarray(axes.lines[0].get_xdata(orig=False), dtype=float)
    heights = np.asarray(axes.lines[0].get_ydata(), dtype=float)
    noon, midnight = (mpl.dates.date2num(np.datetime64(text)) for text in ("2025-01-10T12:00", "2025-01-13T00:00"))
    assert axes.lines[0].get_drawstyle() == "steps-post"
    assert when.max() == pytest.approx(midnight, abs=1e-6), "not the scenario's end"
    assert axes.get_xlim()[1] == pytest.approx(midnight, abs=1e-6)
    assert set(heights[when < noon - 1e-9]) == {0.0}
    assert heights[-1] == runs.probability("held_by_12").value
    # Both bands jump where the line does: nothing is joined by a slope.
    for band in axes.collections:
        corners = band.get_paths()[0].vertices
        rising = corners[(corners[:, 1] > 0.1), 0]
        assert rising.min() == pytest.approx(noon, abs=1e-6)
    wide = axes.collections[0].get_paths()[0].vertices
    row = ns.answers(runs, ["held_by_12"])[0]
    last = wide[np.abs(wide[:, 0] - midnight) < 1e-6, 1]
    assert {round(y, 9) for y in last} == {round(y, 9) for y in (row.band_low, row.band_high)}


def test_dollars_are_dollars(tmp_path: Path) -> None:
    runs = ns.simulate(dated(), replications=100, seed=1)
    figure = ns.plots.chart(runs, path=tmp_path / "c.png")
    texts = [*figure.texts, *(text for axes in figure.axes for text in (axes._left_title, *axes.texts))]
    assert any("$1 and $2" in text.get_text() for text in texts)
    assert not any(text.get_parse_math() for text in texts)
    axes = ns.plots.first_passage(runs, "held_by_12", figure.add_subplot())
    assert axes.get_title(loc="left") == "Held for $5 or $6?"


def many(count: int) -> ns.Scenario:
    """So many conditions, each asked about by three dates close to each other."""
    parts: list[object] = []
    for k in range(count):
        fact = ns.Fact(f"fact_{k}")
        parts += [
            fact,
            ns.Action(name=f"act_{k}", when=~fact, clock=ns.Exponential(0.05 * (k + 1)), effects=[fact.set(True)]),
        ]
        parts += [ns.Question(name=f"q_{k}_by_{day}", condition=fact, by=f"2025-01-{day}") for day in (18, 19, 20)]
    return ns.Scenario("many", start="2025-01-01", end="2025-03-01", parts=parts)


def test_nothing_is_overprinted_and_no_panel_is_dropped() -> None:
    runs = ns.simulate(many(14), replications=300, seed=1)
    figure = ns.plots.chart(runs)
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert len(panels) == 14
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.texts]
    for axes in panels:
        frame = axes.get_window_extent()
        above = [text.get_window_extent() for text in (*axes.texts, axes._left_title)]
        assert all(box.y0 >= frame.y1 for box in above), "texts stand above the picture, where no line can cross them"
        boxes += above
    overlaps = [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if a.overlaps(b)]
    assert overlaps == []
    texts = [text.get_text().replace("\n", " · ") for axes in panels for text in axes.texts]
    printed = [runs.probability(f"q_{k}_by_{day}").printed for k in range(14) for day in (18, 19, 20)]
    told = [f"{p} by {day} Jan" for p, day in zip(printed, (18, 19, 20) * 14, strict=True)]
    assert sorted(texts) == sorted(" · ".join(told[k : k + 3]) for k in range(0, 42, 3))


def test_what_cannot_be_drawn_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from negsim.report import plots

    monkeypatch.setattr(plots, "MOST_PANELS", 2)
    words = " ".join(text.get_text() for text in ns.plots.chart(ns.simulate(many(4), replications=50, seed=1)).texts)
    assert "Not drawn: " in words
    asked = ns.Question(name="hopeless", condition="talks.held", given="summit.held", given_by=1.0)
    runs = ns.simulate(ns.load("toy"), replications=50, seed=1, questions=[asked])
    words = " ".join(
        text.get_text().replace("\n", " ") for text in ns.plots.chart(runs, ["talks_day_5", "hopeless"]).texts
    )
    assert "hopeless (what it is given came true in no history)" in words
