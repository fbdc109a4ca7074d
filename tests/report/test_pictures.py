"""Pictures: what is drawn is what was found, everybody can tell the colours apart, and no text lies on another."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pictured
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import EstimateError
from negsim.report.pictures.style import PALETTE, width_of, wrapped
from negsim.report.pictures.waiting import apart

DRAWN: dict[str, tuple[st.SearchStrategy[Any], Callable[..., Any]]] = {
    "tornado": (pictured.sensitivities(), ns.plots.tornado),
    "levers": (pictured.levers(), ns.plots.levers),
    "watching": (pictured.watchings(), ns.plots.watching),
    "reasons": (pictured.explanations, ns.plots.reasons),
    "waits": (pictured.waitings(), ns.plots.waits),
    "history": (pictured.stories(), lambda story, ax=None: ns.plots.history(story, ax=ax)),
    "calibration": (pictured.told(), lambda pair, ax=None: ns.plots.calibration(*pair, ax=ax)),
    "curves": (pictured.asked(), lambda pair, ax=None: ns.plots.curves(pair[0], pair[1][-1], ax)),
    "questions": (pictured.asked(), lambda pair, ax=None: ns.plots.curves(next(iter(pair[0].values())), pair[1], ax)),
}


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    plt.close("all")


def alone(name: str, thing: Any) -> None:
    axes = DRAWN[name][1](thing)
    assert pictured.wrong(axes.figure) == []
    plt.close(axes.figure)


@pytest.mark.parametrize("name", DRAWN)
def test_no_text_lies_on_another_or_leaves_the_figure(name: str) -> None:
    @settings(max_examples=5, phases=[Phase.generate])
    @given(DRAWN[name][0])
    def held(thing: Any) -> None:
        alone(name, thing)

    held()


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_no_text_lies_on_another_in_many_pictures(name: str) -> None:
    @settings(max_examples=200, phases=[Phase.generate])
    @given(DRAWN[name][0])
    def held(thing: Any) -> None:
        alone(name, thing)

    held()


@settings(max_examples=3, phases=[Phase.generate])
@given(st.data())
def test_four_pictures_in_one_figure(data: Any) -> None:
    figure = plt.figure(figsize=(13, 10), layout="constrained")
    axes = figure.subplots(2, 2)
    chosen = data.draw(st.lists(st.sampled_from(sorted(DRAWN)), min_size=4, max_size=4, unique=True))
    for name, ax in zip(chosen, axes.flat, strict=True):
        strategy, draw = DRAWN[name]
        assert draw(data.draw(strategy), ax=ax) is ax
    assert pictured.wrong(figure) == []
    plt.close(figure)


def test_a_collision_is_seen() -> None:
    """The wrong model: two texts in one place, and one beyond the edge."""
    figure = plt.figure()
    figure.text(0.5, 0.5, "one")
    figure.text(0.51, 0.5, "two")
    figure.text(0.99, 0.1, "beyond the edge")
    assert [text.split(":")[0] for text in pictured.wrong(figure)] == ["leaves", "collide"]


@given(pictured.texts, st.floats(0.5, 5.0), st.integers(1, 4))
def test_wrapped_text_has_the_width_that_it_is_given(text: str, inches: float, most: int) -> None:
    lines = wrapped(text, inches, most=most).split("\n")
    assert len(lines) <= most
    assert all(width_of(line) <= inches for line in lines)
    whole = wrapped(text, inches).replace("\n", "").replace(" ", "")
    assert whole == text.replace(" ", "")


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 1.0)), min_size=1, max_size=8))
def test_boxes_stand_apart_and_as_near_as_they_can(some: list[tuple[float, float]]) -> None:
    some.sort()
    wanted, tall = [one[0] for one in some], [one[1] for one in some]
    high = max(10.0, sum(tall))
    found = apart(wanted, tall, 0.0, high)
    edges = [(y - h / 2, y + h / 2) for y, h in zip(found, tall, strict=True)]
    assert edges[0][0] >= -1e-9
    assert edges[-1][1] <= high + 1e-9
    assert all(b[0] >= a[1] - 1e-9 for a, b in itertools.pairwise(edges))
    free = [(y - h / 2, y + h / 2) for y, h in zip(wanted, tall, strict=True)]
    if free[0][0] >= 0 and free[-1][1] <= high and all(b[0] >= a[1] for a, b in itertools.pairwise(free)):
        assert np.allclose(found, wanted), "what already stands apart stays where it is"


# ---- colours ----

TO_CONES = np.array([[0.31399, 0.63951, 0.04650], [0.15537, 0.75789, 0.08670], [0.01775, 0.10944, 0.87257]])
"""Linear RGB to responses of the long, middle and short cones (Viénot, Brettel, Mollon 1999, with the primaries of sRGB)."""
BLIND = {
    "nobody's": np.eye(3),
    "protanope": np.array([[0, 1.05118, -0.05116], [0, 1, 0], [0, 0, 1]]),
    "deuteranope": np.array([[1, 0, 0], [0.95131, 0, 0.04867], [0, 0, 1]]),
    "tritanope": np.array([[1, 0, 0], [0, 1, 0], [-0.86744, 1.86727, 0]]),
}


def seen(colour: str, how: str) -> Any:
    """A colour as somebody sees it, in CIELAB."""
    rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.linalg.solve(TO_CONES, BLIND[how] @ (TO_CONES @ linear)), 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = np.cbrt(np.maximum(xyz / np.array([0.9505, 1.0, 1.089]), 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colours: tuple[str, ...], how: str) -> float:
    told = [seen(one, how) for one in colours]
    return min(float(np.linalg.norm(a - b)) for k, a in enumerate(told) for b in told[:k])


@pytest.mark.parametrize("how", BLIND)
def test_everybody_can_tell_the_colours_apart(how: str) -> None:
    """A difference of 10 in CIELAB is seen at a glance; 2.3 is just noticed (Mahy 1994)."""
    assert nearest(PALETTE, how) > 10


def test_red_and_green_are_seen_to_be_alike() -> None:
    """The wrong model: a brown and a green of the same lightness."""
    assert nearest(("#a0522d", "#5a7a2d"), "deuteranope") < 10 < nearest(("#a0522d", "#5a7a2d"), "nobody's")


# ---- what is drawn is what was found ----


@pytest.fixture(scope="module")
def runs() -> ns.Runs:
    return ns.simulate(ns.load("istanbul-2025"), replications=300, seed=1, draws=20)


def test_variants_stand_in_one_axes_with_a_key(runs: ns.Runs) -> None:
    toy = ns.load("toy")
    early = ns.simulate(toy.do("memorandum.delivered", on="2025-01-02"), replications=300, seed=1)
    now = ns.simulate(toy, replications=300, seed=1)
    axes = ns.plots.curves({"as it is": now, "early": early}, "talks_day_5")
    key = [text.get_text() for text in axes.get_legend().get_texts()]
    told = [one.probability("talks_day_5").printed for one in (now, early)]
    assert key == [f"as it is: {told[0]} by 6 Jan 2025 00:00", f"early: {told[1]} by 6 Jan 2025 00:00"]
    strokes = {line.get_linestyle() for line in axes.lines if len(line.get_xdata()) > 1}
    assert len(strokes) == 2
    with pytest.raises(EstimateError, match="1 to 12"):
        ns.plots.curves(now, [])


def test_a_base_rate_is_drawn_at_its_deadline(runs: ns.Runs) -> None:
    axes = ns.plots.curves(runs, "ceasefire_by_31_dec")
    entry = runs.asked("ceasefire_by_31_dec")
    assert entry.question.base_rate == 0.14
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert [float(line.get_ydata()[0]) for line in hollow] == [0.14]
    assert hollow[0].get_xdata()[0] == runs.scenario.calendar.at(entry.by)
    assert "base rate of comparable cases: 14 % by 31 Dec 2025" in [
        text.get_text() for text in axes.get_legend().get_texts()
    ]


def test_bars_of_reasons_have_their_shares(runs: ns.Runs) -> None:
    found = ns.explain(runs, "round2_on_2_june")
    axes = ns.plots.reasons(found)
    first = axes.containers[0].patches[0]
    assert first.get_width() == pytest.approx(found.reasons[0].share)
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "the first reason is on top"


def test_each_event_is_a_mark_in_the_lane_of_its_party(runs: ns.Runs) -> None:
    story = ns.narrate(runs, 99)
    axes = ns.plots.history(story)
    names = [text.get_text().replace("\n", " ") for text in axes.get_yticklabels()]
    assert names == list(dict.fromkeys(scene.who or "no party" for scene in story if scene.told))
    marks = [len(line.get_xdata()) for line in axes.lines if line.get_marker() == "|"]
    assert marks == [sum((scene.who or "no party") == name for scene in story if scene.told) for name in names]


def test_calibration_counts_what_came_true(runs: ns.Runs) -> None:
    rows = ns.answers(runs)
    axes = ns.plots.calibration(rows, {row.id: False for row in rows})
    heights = {float(line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "o"}
    assert heights == {0.0}
    assert "In all 0 of " in axes.get_xlabel().replace("\n", " ")
    with pytest.raises(EstimateError, match="outcomes lacks summit_by_31_may"):
        ns.plots.calibration(rows, {})


@pytest.mark.parametrize("name", ["toy", "istanbul-2025"])
def test_shipped_scenarios_are_drawn_without_collisions(name: str) -> None:
    runs = ns.simulate(ns.load(name), replications=200, seed=1)
    asked = ns.answers(runs)[0].id
    for axes in (
        ns.plots.waits(runs.scenario),
        ns.plots.history(runs, 3),
        ns.plots.reasons(ns.explain(runs, asked)),
        ns.plots.watching(ns.watch(runs, asked)),
        ns.plots.curves(runs, asked),
    ):
        assert pictured.wrong(axes.figure) == []
