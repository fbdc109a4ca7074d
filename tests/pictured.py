"""Random results to draw, and where the texts of a picture stand: what the renderer was asked to write."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import negsim as ns
from negsim.estimates import Estimate
from negsim.results.answers import Answer
from negsim.what_if.influences import Influence, Sensitivity
from negsim.what_if.lever import Lever, Levers
from negsim.what_if.signals import Signal, Watching
from negsim.why.explanation import Explanation
from negsim.why.narrative import Narrative, Scene
from negsim.why.reasons import Reason
from negsim.why.waits import Wait, Waits

mpl.use("Agg")

WORDS = (
    "a", "the", "memorandum", "of", "Donaudampfschifffahrtsgesellschaftskapitänsverhandlungsvorbereitung", "Москва",
    "передаёт", "$p_{1}$", "<b>halt</b>", "100 %", "ceasefire", "(who?)", "WWWWMMMM", "iii", "20-dates", "'quoted'",
)  # fmt: skip
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=24).map(" ".join)
short = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
shares = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))
START = "2025-01-01T00:00"


def written(figure: Any) -> list[tuple[str, Any]]:
    """Each text that is drawn, and its box in pixels."""
    found: dict[int, Text] = {}
    plain = Text.draw

    def noted(self: Text, renderer: Any) -> None:
        found[id(self)] = self
        plain(self, renderer)

    canvas = FigureCanvasAgg(figure)
    Text.draw = noted  # type: ignore[method-assign]
    try:
        canvas.draw()
    finally:
        Text.draw = plain  # type: ignore[method-assign]
    texts = [text for text in found.values() if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in texts]


def wrong(figure: Any) -> list[str]:
    """Texts that lie on each other, or leave the figure."""
    boxes = written(figure)
    frame = figure.bbox
    told = [f"leaves: {text!r} {box.extents}" for text, box in boxes if not inside(box, frame)]
    for k, (text, box) in enumerate(boxes):
        told += [f"collide: {text!r} / {other!r}" for other, second in boxes[:k] if box.overlaps(second)]
    return told


def inside(box: Any, frame: Any) -> bool:
    return bool(box.x0 >= frame.x0 and box.x1 <= frame.x1 and box.y0 >= frame.y0 and box.y1 <= frame.y1)


@st.composite
def estimates(draw: Any, unit: str = "%") -> Estimate:
    value, room = draw(shares), draw(st.sampled_from([0.0, 0.01, 0.2]))
    low, high = max(0.0, value - room), min(1.0, value + room)
    return Estimate(value=value, low=low, high=high, level=0.95, kind="chance", method="some", n=1000, unit=unit)


@st.composite
def sensitivities(draw: Any) -> Sensitivity:
    some = [
        Influence(
            parameter=f"p{k}", title=draw(texts), unit=draw(short), grade="judgement", move=draw(estimates("points")),
            variance=draw(estimates("")), share=None, worth=draw(estimates("points")), low=(0.1, draw(estimates())),
            high=(draw(st.sampled_from([3.0, 12345.678])), draw(estimates())), stands_out=draw(st.booleans()),
        )
        for k in range(draw(st.sampled_from([0, 1, 3, 14])))
    ]  # fmt: skip
    return Sensitivity(
        question="q", by="2025-06-02", what=draw(texts), answer=draw(estimates()), variance=None, chance=None, worth=None,
        threshold=0.5, influences=tuple(some), n=1000, rows=100, method="Some",
    )  # fmt: skip


@st.composite
def levers(draw: Any) -> Levers:
    some = []
    for k in range(draw(st.sampled_from([0, 1, 4, 18]))):
        gained, lost = draw(st.sampled_from([(0, 0), (900, 0), (3, 700), (80, 60)]))
        pair = ns.PairedDifference(
            n=1000, both=50, first_only=lost, second_only=gained, neither=1000 - 50 - gained - lost
        )
        some.append(
            Lever(
                name=f"l{k}",
                kind="met",
                text=draw(texts),
                steps=(),
                difference=pair,
                interval=pair.interval(0.95),
                probability=0.5,
            )
        )
    return Levers(
        question="q", by="2025-06-02", what=draw(texts), answer=draw(estimates()), levers=tuple(some), choice=None,
        refused={}, level=0.95, n=1000, rows=1, seed=1, method="Some",
    )  # fmt: skip


@st.composite
def watchings(draw: Any) -> Watching:
    some = []
    for k in range(draw(st.sampled_from([0, 1, 9]))):
        dates = [f"2025-{month:02d}-02" for month in range(1, draw(st.sampled_from([2, 3, 12])))]
        told = tuple((one, draw(shares), draw(shares)) for one in dates)
        numbers = {name: draw(estimates()) for name in ("chance", "given_yes", "given_no", "move", "bits")}
        some.append(Signal(name=f"s{k}", party="", text=draw(texts), by=dates[0], dates=told, **numbers))
    return Watching(
        question="q", by="2025-06-02", what=draw(texts), answer=draw(estimates()), signals=tuple(some), parameters=None,
        ranked=tuple(some), n=1000, rows=1, method="Some",
    )  # fmt: skip


def reasons(depth: int = 2) -> st.SearchStrategy[Reason]:
    behind = st.lists(reasons(depth - 1), max_size=2).map(tuple) if depth else st.just(())
    kinds = st.sampled_from(["missing", "time", "absent", "outcome"])
    return st.builds(Reason, kind=kinds, text=texts, condition=st.just("x"), share=shares, alone=shares, behind=behind)


explanations = st.builds(
    Explanation, question=st.sampled_from(["q", "a_very_long_name_of_a_question_" * 3]), text=texts,
    by=st.just("2025-06-02"), n=st.just(1000), failures=st.sampled_from([0, 1, 500, 1000]),
    reasons=st.lists(reasons(), max_size=4).map(tuple),
)  # fmt: skip


@st.composite
def waitings(draw: Any) -> Waits:
    parties = [draw(short) for _ in range(draw(st.integers(1, 9)))]
    wait = st.builds(
        Wait, who=st.sampled_from(["", *(f"p{k}" for k in range(len(parties)))]), subject=short, thing=short, needs=texts,
        whom=st.sampled_from(["", *(f"p{k}" for k in range(len(parties)))]), step=short, hard=st.booleans(),
        waiver=short, met=st.just(False), requirement=st.just(""), in_circle=st.booleans(),
    )  # fmt: skip
    some = draw(st.lists(wait, max_size=25))
    titles = {f"p{k}": title for k, title in enumerate(parties)}
    return Waits(title=draw(texts), waits=tuple(some), circles=(), titles=titles)


@st.composite
def stories(draw: Any) -> Narrative:
    days = draw(st.sampled_from([1e-6, 1.0, 400.0]))
    times = sorted(draw(st.lists(st.floats(0, 1), max_size=60)))
    names = [draw(short) for _ in range(3)]
    scenes = [
        Scene(
            time=days * one, date="", who=draw(st.sampled_from(["", *names])), what=draw(texts), action="a", outcome="",
            changes=(), enabled=(), stopped=(), quiet=draw(st.booleans()),
        )
        for one in times
    ]  # fmt: skip
    end = {1e-6: "2025-01-01 00:00", 1.0: "2025-01-02 00:00", 400.0: "2026-02-05 00:00"}[days]
    return Narrative(
        scenario="some", replication=3, seed=2**64 - 1, draw=7, opening=(), scenes=tuple(scenes), start="2025-01-01 00:00",
        end=end,
    )  # fmt: skip


@st.composite
def told(draw: Any) -> tuple[list[Answer], list[bool]]:
    some = [
        Answer(id=f"q{k}", text="", kind="reached", by="2025-06-02", value=one, low=one, high=one, n=9)
        for k, one in enumerate(draw(st.lists(shares, min_size=1, max_size=30)))
    ]
    return some, [draw(st.booleans()) for _ in some]


@st.composite
def asked(draw: Any) -> tuple[dict[str, ns.Runs], list[str]]:
    """Runs of variants of a small scenario with long titles, whose answers are 0, 1 and in between."""
    happens = ns.Fact("happens")
    days = draw(st.sampled_from([1, 30, 900]))
    dates = sorted({draw(st.integers(1, days)) for _ in range(draw(st.integers(1, 4)))})
    base = st.sampled_from([None, 0.0, 0.3, 1.0])
    questions = [
        ns.Question(name=f"happens_by_{day}", condition=happens, by=day, base_rate=draw(base), text=draw(texts))
        for day in dates
    ]
    variants = {}
    for k in range(draw(st.integers(1, 2))):
        law = draw(st.sampled_from([ns.Fixed(days + 10), ns.Exponential(1 / days), ns.Fixed(1e-3)]))
        act = ns.Action(name="happen", when=~happens, clock=law, effects=[happens.set(True)])
        one = ns.Scenario("some", start=START, end=days, parts=[happens, act, *questions], title=draw(texts))
        variants[f"{k} {draw(texts)}"] = ns.simulate(one, replications=20, seed=1)
    return variants, [question.name for question in questions]
