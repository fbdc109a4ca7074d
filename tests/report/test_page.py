"""The report: every number is the API's, it asks nobody for anything, and strangers' texts stay texts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

import negsim as ns
from negsim.cli import main
from negsim.report.page.numbers import Number, placed

VOID = {"meta", "link", "input", "br", "hr", "img"}
DATES = {"time", "data"}


class Page(HTMLParser):
    """What stands in a page: elements with their attributes and texts, and which element is in which."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[dict[str, Any]] = []
        self.open: list[dict[str, Any]] = []
        self.feed(text)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "within": [one["tag"] for one in self.open]}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append({"tag": tag, "attrs": dict(attrs), "text": "", "within": []})

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1]["tag"] == tag, f"</{tag}> closes <{self.open[-1]['tag']}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element["text"] += data

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [one for one in self.elements if one["tag"] == tag]


@cache
def toy() -> tuple[ns.Runs, ns.Report]:
    runs = ns.simulate(believed(), replications=640, draws=40, seed=5)
    return runs, ns.build_report(runs, levers=6, histories=320)


def believed() -> ns.Scenario:
    """A small scenario with everything that a report tells: a meeting, a precondition, a choice, a range, a source."""
    parts = [
        ns.Party("north", title="North"),
        ns.Party("south", title="South"),
        ns.Evidence("tally", title="A log of talks", url="https://example.org/log", date="2024-12-01"),
        ns.Parameter(
            "rate", 0.1, range=[0.04, 0.25], unit="1/day", source="tally", grade="fair", title="how fast the text comes"
        ),
        ns.Promise("memo", by="north", to="south", delay=ns.Exponential("rate")),
        ns.Meeting("talks", among=["north", "south"], on="2025-01-09T12:00", requires={"south": "memo.delivered"}),
        ns.Question(
            name="talks_held", condition="talks.held", by="2025-01-20", text="They meet by 20 January", base_rate=0.5
        ),
        ns.Question(
            name="memo_early", condition="memo.delivered", by="2025-01-05", text="The text is there by 5 January"
        ),
        ns.Question(name="memo_late", condition="memo.delivered", by="2025-02-01"),
        ns.Question(name="how_long", condition="memo.delivered", kind="duration", by="2025-02-01"),
    ]
    return ns.Scenario(
        "small", start="2025-01-01", end="2025-02-09", as_of="2024-12-31", title="A small case", parts=parts
    )


@cache
def page() -> Page:
    return Page(toy()[1].html())


def block(found: Page) -> dict[str, Any]:
    (one,) = (each for each in found.all("script") if each["attrs"].get("type") == "application/json")
    read: dict[str, Any] = json.loads(one["text"])
    return read


def pointed(tree: Any, ref: str) -> Any:
    for step in ref.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


def test_the_page_holds_the_data_of_the_report() -> None:
    assert block(page()) == json.loads(toy()[1].json())


def test_each_number_stands_beside_its_twin() -> None:
    """Every <data> has the number, interval, method, histories and seed of the place in the data that it points to."""
    data, told = block(page()), page().all("data")
    assert len(told) > 50
    for one in told:
        attrs, twin = one["attrs"], pointed(data, one["attrs"]["data-ref"])
        assert json.loads(attrs["value"]) == twin["value"]
        assert one["text"] == twin["printed"]
        assert attrs["data-seed"] == "5"
        assert attrs["data-method"] == twin["method"]
        for name in ("low", "high", "level", "n"):
            assert json.loads(attrs.get(f"data-{name}", "null")) == twin[name]
        for end in ("low", "high"):
            told_too = json.loads(attrs.get(f"data-range-{end}", "null"))
            assert told_too == (None if twin["range"] is None else twin["range"][end])


def test_no_number_of_the_findings_is_without_a_twin() -> None:
    """A wrong template that printed a number as plain text is found: texts of the scenario aside, digits stand in <data>."""
    shown = {one["attrs"]["data-ref"] for one in page().all("data")}
    data = toy()[1].data
    for part in ("answers", "why", "watch", "levers"):
        for number in placed(data[part], f"/{part}"):
            assert (
                number.ref in shown or number["value"] in (0, 1) or "bits" in number.ref or number.ref == "/levers/of"
            ), number.ref


def test_answers_are_those_of_the_api() -> None:
    runs, report = toy()
    for row, one in zip(ns.answers(runs), report.data["answers"], strict=True):
        number = one["number"]
        assert (one["id"], one["words"], number["printed"]) == (row.id, row.words, row.printed)
        assert (number["value"], number["low"], number["high"]) == (row.value, row.low, row.high)
        assert number["range"] is None or (number["range"]["low"], number["range"]["high"]) == (
            row.band_low,
            row.band_high,
        )
        assert number["ends"].replace(" to ", "–") == row.interval() or not row.is_share
        assert one["range_text"].replace(" to ", "–") in (row.range(), "")
    assert any(one["number"]["range"] for one in report.data["answers"])


def test_curves_are_those_of_the_api() -> None:
    runs, report = toy()
    by_date = report.data["by_date"]
    assert [one["questions"] for one in by_date["curves"]] == [["memo_early", "memo_late"], ["talks_held"]]
    for one in by_date["curves"]:
        curve = runs.first_passage(one["questions"][-1]).curve
        row = runs.row(one["questions"][-1])
        for place, day in enumerate(by_date["days"][: len(one["value"]) - 1]):
            assert tuple(one[key][place] for key in ("value", "low", "high")) == tuple(curve.at(day))
        # Where the last question ends, the curve says what its answer says, in the same words.
        assert (one["value"][-1], one["printed"][-1]) == (row.value, row.printed)
        assert (one["range_low"][-1], one["range_high"][-1]) == pytest.approx((row.band_low, row.band_high), abs=1e-12)
        assert one["range"][-1] == row.range().replace("–", " to ")


def test_reasons_watching_and_levers_are_those_of_the_api() -> None:
    runs, report = toy()
    told = {one.question: one for one in ns.main_reasons(runs)}
    for one in report.data["why"]:
        reasons = told[one["question"]].reasons
        assert [each["share"]["value"] for each in one["reasons"]] == [each.share for each in reasons[:6]]
        assert [each["text"] for each in one["reasons"]] == [str(each) for each in reasons[:6]]
    watching = ns.watch(runs, report.question)
    assert [each["move"]["value"] for each in report.data["watch"]["items"]] == [
        each.move.value for each in watching.ranked[:12]
    ]
    found = report.found.levers
    assert found is not None
    again = ns.levers(runs.scenario, "talks_held", [one.steps for one in found], replications=320, seed=5, draws=40)
    same = sorted((one.difference.value, one.flips) for one in again)
    assert sorted((one.difference.value, one.flips) for one in found) == same
    shown = [*report.data["levers"]["helpers"], *report.data["levers"]["spoilers"]]
    assert shown
    for one in shown:
        assert one["points"]["value"] == found[one["name"]].value
        assert (one["gained"]["value"], one["lost"]["value"]) == found[one["name"]].flips


def test_a_report_is_one_line_in_a_session() -> None:
    assert repr(toy()[1]) == "Report(small, into talks_held, n = 640, seed 5)"


def test_stories_are_a_yes_and_a_no() -> None:
    runs, report = toy()
    yes, _ = runs.answers(report.question)
    stories = report.data["stories"]
    assert yes[stories["yes"]["replication"]]
    assert not yes[stories["no"]["replication"]]


def test_assumptions_have_value_range_source_and_grade() -> None:
    (one,) = (each for each in toy()[1].data["assumptions"]["rows"] if each["name"] == "rate")
    assert (one["value"]["value"], one["grade"], one["unit"]) == (0.1, "fair", "1/day")
    assert (one["low"]["value"], one["high"]["value"]) == pytest.approx((0.04, 0.25), rel=0.02)
    assert one["sources"] == [{"text": "A log of talks", "url": "https://example.org/log", "date": "2024-12-01"}]
    assert "https://example.org/log" in [each["attrs"].get("href") for each in page().all("a")]


def test_it_may_do_nothing_but_what_its_hashes_name() -> None:
    (policy,) = (one["attrs"]["content"] for one in page().all("meta") if "http-equiv" in one["attrs"])
    said = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert said["default-src"] == "'none'"
    (script,) = (one["text"] for one in page().all("script") if "type" not in one["attrs"])
    (style,) = (one["text"] for one in page().all("style"))
    for name, text in (("script-src", script), ("style-src", style)):
        assert said[name] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert set(said) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}


def asks_nobody(found: Page) -> None:
    """Nothing is fetched, nothing but the one script runs, links lead to the web or within the page."""
    for one in found.elements:
        assert one["tag"] not in (
            "iframe",
            "object",
            "embed",
            "img",
            "link",
            "base",
            "form",
            "foreignobject",
            "use",
            "image",
        )
        for name, value in one["attrs"].items():
            assert not name.startswith("on"), one
            assert name not in ("style", "src", "srcset", "action", "xlink:href"), one
            if name == "href":
                assert re.match(r"(https?://|#)", value), one
    assert len(found.all("script")) == 2
    (style,) = (one["text"] for one in found.all("style"))
    assert "url(" not in style
    assert "@import" not in style


def test_it_asks_nobody_for_anything() -> None:
    asks_nobody(page())


def test_places_in_it_are_there_and_told_once() -> None:
    names = [one["attrs"]["id"] for one in page().elements if "id" in one["attrs"]]
    assert len(names) == len(set(names))
    for one in page().elements:
        for key in ("aria-labelledby", "for"):
            assert set(one["attrs"].get(key, "").split()) <= set(names)
        if one["attrs"].get("href", "").startswith("#"):
            assert one["attrs"]["href"][1:] in names


def test_every_picture_has_a_text() -> None:
    for one in page().all("svg"):
        attrs = one["attrs"]
        hidden = attrs.get("aria-hidden") == "true"
        assert hidden or (attrs["role"] == "img" and (attrs.get("aria-label") or attrs.get("aria-labelledby")))
    assert all(one["within"][-1] == "table" for one in page().all("caption"))
    assert len(page().all("caption")) == len(page().all("table"))


def test_it_reads_from_the_answers_down() -> None:
    heads = [one["attrs"]["id"] for one in page().all("section")]
    assert heads == [
        "answers",
        "dates",
        "why",
        "watch",
        "levers",
        "waits",
        "stories",
        "assumptions",
        "carried",
        "limits",
        "again",
    ]
    levels = [int(one["tag"][1]) for one in page().elements if re.fullmatch(r"h[1-6]", one["tag"])]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> \u202eevil\u202c [a](javascript:alert(2)) | *b* `c` & \x1b[2J"


MARKED = {
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "pre", "code"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
"""What Markdown of a report is made of."""


def hostile() -> ns.Scenario:
    parts = [
        ns.Party("north", title=HOSTILE, aims=[HOSTILE]),
        ns.Evidence("tally", title=HOSTILE, url="https://example.org/?a=<b>\"onclick=x&c='", note=HOSTILE),
        ns.Parameter("rate", 0.1, range=[0.04, 0.25], unit="<b>", source="tally", title=HOSTILE),
        ns.Parameter("other", 0.1, source="javascript:alert(3)", title="</script><b>"),
        ns.Fact("memo", title=HOSTILE),
        ns.Action(
            name="deliver",
            by="north",
            title=HOSTILE,
            when="not memo",
            clock=ns.Exponential("rate"),
            effects=["memo = true"],
        ),
        ns.Question(name="early", condition="memo", by="2025-01-05", text=HOSTILE),
    ]
    return ns.Scenario("hostile", start="2025-01-01", end="2025-02-09", title=HOSTILE, note=HOSTILE, parts=parts)


def test_texts_of_strangers_stay_texts() -> None:
    report = ns.build_report(ns.simulate(hostile(), replications=64, draws=8, seed=1), levers=0)
    found = Page(report.html())
    asks_nobody(found)
    assert found.all("h1")[0]["text"].startswith("<script>alert(1)</script><img src=x onerror=alert(1)>")
    for text in (report.html(), report.markdown(), report.json()):
        assert "\u202e" not in text
        assert "\x1b" not in text
    links = [one["attrs"]["href"] for one in found.all("a") if not one["attrs"]["href"].startswith("#")]
    assert links == []  # the one with brackets and quotes is no link that anybody means
    told = report.markdown()
    shown = Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(told))
    assert {one["tag"] for one in shown.elements} <= MARKED
    assert [one for one in shown.all("a") if not one["attrs"]["href"].startswith("https://")] == []
    assert shown.all("h1")[0]["text"].startswith("<script>alert(1)</script><img src=x onerror=alert(1)>")
    assert all(line.count("|") - line.count("\\|") in (0, 5, 6, 7) for line in told.splitlines())


def test_markdown_has_the_order_of_the_page() -> None:
    told = re.findall(r"^## (.*)$", toy()[1].markdown(), re.MULTILINE)
    heads = [one["text"] for one in page().all("h2")]
    assert told == heads


def test_counts_make_a_report_without_what_needs_histories() -> None:
    runs = ns.simulate(believed(), replications=640, draws=40, seed=5, keep="counts")
    report = ns.build_report(runs, "talks_held", levers=0)
    assert report.data["watch"] is None
    assert "single histories" in report.data["missing"]["watch"]
    assert "single histories" in Page(report.html()).all("main")[0]["text"]


def test_histories_conditioned_on_news_are_not_told_without_them() -> None:
    seen = ns.Observation(name="seen", not_happened="memo.delivered", by="2025-01-05", source="https://example.org/a")
    runs = ns.update(believed(), [seen], replications=400, draws=400, seed=1)
    report = ns.build_report(runs)
    assert set(report.data["missing"]) == {"why", "stories", "levers"}
    for part in ("why", "stories", "levers"):
        assert "conditioned on news" in report.data["missing"][part]
    (one,) = (each for each in report.data["answers"] if each["id"] == "memo_early")
    assert one["number"]["value"] == 0.0
    assert report.data["watch"]["answer"]["value"] == ns.watch(runs, report.question).answer.value
    assert report.data["run"]["python"] == ""
    assert "conditioned on news" in Page(report.html()).all("main")[0]["text"]
    assert report.markdown()


def test_a_question_that_is_not_there_is_refused() -> None:
    with pytest.raises(ns.errors.NotRecorded, match="talks_held"):
        ns.build_report(toy()[0], "talks_helt")
    with pytest.raises(ns.errors.ArgumentError, match="yes or no"):
        ns.build_report(toy()[0], "how_long")
    with pytest.raises(ns.errors.ArgumentError, match=r"ends in \.html"):
        ns.write_report(toy()[0], "report.pdf")


def test_pointers_follow_the_standard() -> None:
    one = Number(value=1.0)
    assert list(placed({"a/b": [{"c~d": one}]})) == [one]
    assert one.ref == "/a~1b/0/c~0d"


@pytest.mark.parametrize(("ending", "begins"), [("html", "<!DOCTYPE html>"), ("md", "# A memorandum"), ("json", "{")])
def test_the_command_writes_what_the_ending_says(
    ending: str, begins: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / f"out.{ending}"
    with pytest.raises(SystemExit) as end:
        main(["report", "toy", "-n", "200", "--seed", "3", "--out", str(target)])
    assert end.value.code in (0, None)
    text = target.read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert "negsim report toy" in text
    assert str(target) in capsys.readouterr().out


def test_the_command_says_what_to_type_for_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = ["--set", "memorandum.rate=0.6", "--do", "ceasefire.agreed=2025-01-10"]
    with pytest.raises(SystemExit):
        main(["report", "toy", "-n", "200", *changed, "--levers", "0", "--level", "0.9", "--format", "json"])
    first = json.loads(capsys.readouterr().out)
    said = first["run"]["command"].split()[1:]
    assert "--seed" in said
    with pytest.raises(SystemExit):
        main(said)
    again = json.loads(capsys.readouterr().out)
    assert len(again["about"]["supposed"]) == 2
    assert again == first


@pytest.mark.parametrize(
    "words", [["--out", "x.pdf"], ["--out", "x.md"], ["--level", "2"], ["--best", "--draws", "5"], ["-q", "nothing"]]
)
def test_wrong_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["report", "toy", "--format", "json", *words])
    assert end.value.code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
def test_a_large_case_stays_below_a_megabyte() -> None:
    runs = ns.simulate(ns.load("istanbul-2025"), replications=4_000, draws=400, seed=7)
    report = ns.build_report(runs, levers=6, histories=400)
    found = report.html()
    assert len(found.encode()) < 1_000_000
    asks_nobody(Page(found))
    for row, one in zip(ns.answers(runs), report.data["answers"], strict=True):
        assert one["number"]["value"] == row.value
