"""What notebooks show: one line, a card without a script whatever strangers wrote, and a tidy data frame."""

from __future__ import annotations

import builtins
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pictured
import pytest
import tqdm.auto
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.estimates import Estimate
from negsim.notebook import Bar, card, escaped

HOSTILE = "</div><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\x1b[2J\u202e"


class Page(HTMLParser):
    """What stands in a piece of HTML: its tags with their attributes; whether each is closed; its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def harmless(text: str) -> Page:
    """The page, which has nothing but what cards are made of."""
    page = Page(text)
    assert page.open == []
    assert set(page.tags) <= {"div", "table", "thead", "tbody", "tr", "th", "td", "br", "svg", "line", "circle"}
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href")]
    for name, value in page.attributes:
        assert name != "style" or "url" not in str(value)
        assert name not in ("fill", "stroke") or value == "currentColor", (
            "no colour of its own: read on white and on black"
        )
    assert "\x1b" not in text
    return page


@pytest.fixture(scope="module")
def runs() -> ns.Runs:
    toy = replace(ns.load("toy"), title=HOSTILE, note=HOSTILE)
    return ns.simulate(toy, replications=500, seed=1, draws=10)


def found(runs: ns.Runs) -> dict[str, Any]:
    """One of everything that is found out."""
    early = ns.simulate(runs.scenario.do("memorandum.delivered", on="2025-01-02"), replications=500, seed=1, draws=10)
    once = ns.simulate(runs.scenario, replications=500, seed=1)
    asked = "talks_day_5"
    return {
        "scenario": runs.scenario,
        "runs": runs,
        "counted": ns.simulate(runs.scenario, replications=500, seed=1, keep="counts"),
        "solved": ns.solve_answers(runs.scenario),
        "answers": ns.answers(runs),
        "estimate": runs.probability(asked).estimate(),
        "passage": runs.first_passage(asked),
        "explanation": ns.explain(runs, asked),
        "comparison": ns.compare(runs, early, asked),
        "comparisons": ns.compare(runs, {HOSTILE: early}, [asked, "talks_by_day_14"]),
        "narrative": ns.narrate(runs, 3),
        "waits": ns.waits(runs.scenario),
        "watching": ns.watch(once, "summit_by_day_30", dates=["15 days"]),
        "levers": ns.levers(runs.scenario, asked, [ns.Do(fact="memorandum.delivered", never=True)], seed=1),
    }


@pytest.fixture(scope="module")
def things(runs: ns.Runs) -> dict[str, Any]:
    return found(runs)


NAMES = (
    "scenario", "runs", "counted", "solved", "answers", "estimate", "passage", "explanation", "comparison", "comparisons",
    "narrative", "waits", "watching", "levers",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_one_line(things: dict[str, Any], name: str) -> None:
    if name != "answers":  # a tuple of them, each of one line
        assert "\n" not in repr(things[name])
        assert 20 < len(repr(things[name])) < 400
    else:
        assert all("\n" not in repr(one) for one in things[name])


@pytest.mark.parametrize("name", NAMES)
def test_cards_escape_what_strangers_wrote(things: dict[str, Any], name: str) -> None:
    page = harmless(things[name]._repr_html_())
    assert page.said.strip()
    if name in ("scenario", "runs", "counted", "solved", "waits", "comparisons"):
        assert "<script>alert(1)</script>" in page.said, "it is told as text"


def test_a_card_that_does_not_escape_is_found() -> None:
    """The wrong model: the text as it is."""
    plain = card("title").replace("title", HOSTILE)
    with pytest.raises(AssertionError):
        harmless(plain)


@settings(max_examples=60)
@given(st.text(), st.lists(st.text(), max_size=3), st.floats(allow_nan=True, allow_infinity=True))
def test_any_text_and_number_make_a_card(title: str, rows: list[str], value: float) -> None:
    page = harmless(card(title, {title: value}, columns=rows, rows=[[*rows, value, Bar(value, 0.0, 1.0)]], notes=rows))
    assert "script" not in page.tags


def test_long_texts_and_tables_are_cut() -> None:
    assert len(escaped("x" * 10_000)) < 700
    page = card("many", columns=("n",), rows=[[n] for n in range(1000)])
    assert page.count("<tr>") == 41
    assert "960 more rows" in page


def test_a_scenario_is_a_card_and_no_listing(runs: ns.Runs) -> None:
    istanbul = ns.load("istanbul-2025")
    assert repr(istanbul).startswith("<Scenario istanbul-2025, 2025-05-29 to 2025-12-31: 4 parties, 15 questions, ")
    assert len(repr(istanbul)) < 120
    assert len(istanbul._repr_html_()) < 15_000
    assert "as of: 2025-05-28" in harmless(istanbul._repr_html_()).said


def test_an_estimate_is_its_text() -> None:
    one = Estimate(value=0.42, low=0.40, high=0.43, level=0.95, kind="chance", method="wilson", n=10_000)
    assert repr(one) == "0.420 [0.400, 0.430], chance 95 %, n = 10 000"
    assert repr(ns.Proportion(hits=1, n=100)).startswith("1 % [0.03, 5]")


# ---- data frames ----


def test_answers_are_a_frame_with_dates_in_the_zone() -> None:
    runs = ns.simulate(ns.load("istanbul-2025"), replications=200, seed=1)
    rows = ns.answers(runs)
    table = rows.to_dataframe()
    assert list(table.question) == [row.id for row in rows]
    assert str(table.by.dt.tz) == "Europe/Istanbul"
    entry = runs.asked("ceasefire_by_31_dec")
    by = table.set_index("question").by["ceasefire_by_31_dec"]
    assert by == pd.Timestamp(runs.scenario.calendar.at(entry.by)), "the last microsecond of the day"
    assert list(table.value) == [row.value for row in rows]


def test_first_times_are_days_or_dates(runs: ns.Runs) -> None:
    days, dates = runs.to_dataframe(), runs.to_dataframe(dates=True)
    start = pd.Timestamp(runs.scenario.calendar.origin)
    for name in ("talks_day_5", "summit_by_day_30"):
        never = ~np.isfinite(days[name])
        assert (dates[name].isna() == never).all()
        back = (dates[name] - start) / pd.Timedelta(days=1)
        assert back[~never].to_numpy() == pytest.approx(days[name][~never].to_numpy(), abs=1e-11)
    assert str(dates.talks_day_5.dt.tz) == "UTC"
    assert list(days.columns) == list(dates.columns)


def test_dates_stay_in_one_zone_where_clocks_are_changed() -> None:
    """Berlin's clocks go forward on 30 March: what comes before and after it stands in one column."""
    act = ns.Action(name="meet", when="not met", clock=ns.Uniform(0, 5), effects=["met = true"])
    asked = ns.Question(name="met_by_5", condition="met", by=5)
    here = ns.Scenario("spring", start="2025-03-28", end=6, zone="Europe/Berlin", parts=[ns.Fact("met"), act, asked])
    runs = ns.simulate(here, replications=200, seed=1)
    curve = runs.first_passage("met_by_5").to_dataframe()
    assert str(curve.date.dt.tz) == "Europe/Berlin"
    assert {stamp.utcoffset().total_seconds() / 3600 for stamp in curve.date} == {1.0, 2.0}
    wanted = [here.calendar.at(time * 86_400e6) for time in curve.time]
    assert [stamp.to_pydatetime() for stamp in curve.date] == wanted
    dates = runs.to_dataframe(dates=True)
    assert sorted(dates.met_by_5) == list(curve.date)
    stamped = ns.date_curve(runs, "met_by_5", "0 days", "6 days").to_dataframe()
    assert stamped.date.is_monotonic_increasing
    assert stamped.date.diff().dropna().nunique() <= 2, "equally far apart, to the microsecond"


@pytest.mark.parametrize("name", [one for one in NAMES if one not in ("scenario", "counted", "estimate")])
def test_everything_has_a_tidy_frame(things: dict[str, Any], name: str) -> None:
    table = things[name].to_dataframe()
    assert len(table) > 0
    assert table.columns.is_unique
    for column in ("by", "date"):
        if column in table and name not in ("comparison", "comparisons"):
            assert str(table[column].dtype).startswith("datetime64"), column


def test_frames_say_what_the_results_say(things: dict[str, Any]) -> None:
    compared = things["comparison"]
    row = things["comparison"].to_dataframe().iloc[0]
    assert (row.before, row.after) == compared.probabilities
    assert (row.low, row.high) == tuple(compared.interval())
    table = things["comparisons"].to_dataframe()
    assert list(table.question) == ["talks_day_5", "talks_by_day_14"]
    assert table.low[0] == things["comparisons"].interval(HOSTILE, "talks_day_5").low
    news = things["watching"].to_dataframe().set_index("name")
    assert news.move["ceasefire.agreed"] == things["watching"]["ceasefire.agreed"].move.value
    curve = things["passage"].to_dataframe()
    assert list(curve.value) == list(things["passage"].curve.values)


@settings(max_examples=10, phases=[Phase.generate])
@given(
    st.tuples(
        pictured.sensitivities(), pictured.levers(), pictured.watchings(), pictured.explanations, pictured.waitings()
    )
)
def test_random_results_are_shown(some: Any) -> None:
    for one in some:
        assert "\n" not in repr(one)
        harmless(one._repr_html_())
        assert one.to_dataframe().columns.is_unique


def test_without_pandas_the_remedy_is_said(things: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "pandas":
            raise ImportError(name)
        return plain(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    for name in ("answers", "explanation", "comparison", "levers", "waits", "runs"):
        with pytest.raises(ImportError, match=r"pip install 'negsim\[frames\]'"):
            things[name].to_dataframe()


def test_progress_is_the_bar_that_notebooks_show(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    class Bar(tqdm.auto.tqdm):  # type: ignore[type-arg] # of no element
        def update(self, n: float | None = 1) -> bool | None:
            told.append(int(n or 0))
            return super().update(n)

    monkeypatch.setattr(tqdm.auto, "tqdm", Bar)
    ns.simulate(ns.load("toy"), replications=100, seed=1, block=40, progress=True)
    assert told == [40, 40, 20]


def test_a_card_needs_no_pandas(things: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    harmless(things["answers"]._repr_html_())
