"""What if, on the command line: options change the scenario as the library does, in their order; slips are told in its words."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from strategies import scenarios

import negsim as ns
from negsim.cli import main

TOY = ns.load("toy")
FEW = ("-n", "300", "--seed", "1", "--best", "--no-reasons")
PYTHON = re.compile(
    r"\bns\.|\w+\(scenario|simulate\(|keep=|questions=|given=|draws=|with_parameter|without\(|\bdo\(|decide\(|\bby="
)
"""What the library's own messages say to those who call it, and what nobody can write on a command line."""


def called(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(action="default"),
        pytest.raises(SystemExit) as end,
    ):
        main(list(args))
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def values(*args: str) -> dict[str, float | None]:
    """The answers of a run, by the names of their questions."""
    code, out, err = called("run", *args, "--format", "json")
    assert code == 0, out + err
    return {row["id"]: row["value"] for row in json.loads(out)["questions"]}


def of(scenario: ns.Scenario, *questions: ns.Question) -> dict[str, float]:
    """The same from the library."""
    runs = ns.simulate(scenario, replications=300, seed=1, questions=questions)
    return {row.id: row.value for row in ns.answers(runs, list(questions) or None)}


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (("--set", "memorandum.rate=0.6"), TOY.with_parameter("memorandum.rate", 0.6)),
        (("--fix", "memorandum.rate=0.6"), TOY.with_parameter("memorandum.rate", 0.6)),
        (("--without", "review"), TOY.without("review")),
        (("--do", "memorandum.delivered=never"), TOY.do("memorandum.delivered", never=True)),
        (("--do", "ceasefire.agreed=2025-01-03T12:00"), TOY.do("ceasefire.agreed", on="2025-01-03T12:00")),
        (("--set=summit.rate=0.5", "--set", "summit.rate=0.2"), TOY.with_parameter("summit.rate", 0.2)),
        (
            ("--do", "talks.held=never", "--do", "talks.held=2025-01-02"),
            TOY.do("talks.held", never=True).do("talks.held", on="2025-01-02"),
        ),
    ],
)
def test_options_are_the_library(options: tuple[str, ...], changed: ns.Scenario) -> None:
    assert values("toy", *FEW, *options) == of(changed)
    assert of(changed) != of(TOY), "the wrong model: an option that does nothing"


def test_options_stand_in_their_order() -> None:
    """A later change sees what an earlier one left: a date after "never" holds, and the other way round it does not."""
    held = ("--do", "talks.held=2025-01-02")
    never = ("--do", "talks.held=never")
    assert values("toy", *FEW, *never, *held)["talks_day_5"] == 1.0
    assert values("toy", *FEW, *held, *never) == of(TOY.do("talks.held", on="2025-01-02").do("talks.held", never=True))


def test_decisions_and_requirements() -> None:
    case = ns.load("singapore-2018")
    step = case.decide("washington_renews", "wait").waive("singapore.requires.north_korea")
    told = ("--decide", "washington_renews=wait", "--waive", "singapore.requires.north_korea")
    assert values("singapore-2018", *FEW, *told) == of(step)


def test_questions_by_name_by_condition_and_by_another_date() -> None:
    by = "2025-01-12"
    told = values("toy", *FEW, "-q", "summit_by_day_30", "-q", "talks.held and not summit.held", "--by", by)
    late = ns.Question(name="late", condition="summit.held", by=by)
    anew = ns.Question(name="anew", condition="talks.held and not summit.held", by=by)
    assert list(told.values()) == list(of(TOY, late, anew).values())
    assert not set(told) & set(TOY.expanded.questions), "another date is another question"
    assert values("toy", *FEW, "-q", "talks_day_5") == {"talks_day_5": of(TOY)["talks_day_5"]}


def test_the_page_says_what_is_supposed_and_asked() -> None:
    code, out, _ = called(
        "run", "toy", *FEW, "--do", "memorandum.delivered=never", "-q", "talks.held", "--by", "14 days"
    )
    flat = " ".join(out.split())
    assert code == 0
    assert "Supposed: it never happens that the memorandum is on the table." in flat
    assert "Talks have been held by 14 January 2025" in flat
    assert "\x1b" not in out, "nothing is coloured where nobody watches"


def test_rows_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    code, _, err = called("run", "toy", *FEW, "--csv", str(file))
    assert (code, err) == (0, "")
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert {row["id"]: float(row["value"]) for row in rows} == of(TOY)


def test_stages() -> None:
    act = ns.Action(name="sign", when="not signed", clock=ns.LogNormal(median=3, sigma=0.5), effects=["signed = true"])
    asked = ns.Question(name="soon", condition="signed", by="3 days")
    deal = ns.Scenario("deal", start="2025-01-01", end=10, parts=[ns.Fact("signed"), act, asked])
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "deal.toml")
        ns.save(deal, path)
        told = values(path, "--engine", "exact", "--stages", "12")
        assert told["soon"] == ns.solve(deal, stages=12).probability("soon").value
        assert called("run", path, "--engine", "exact")[0] == 1
        assert called("run", path, "--stages", "12")[0] == 2


def told_by_the_library(scenario: ns.Scenario, name: str) -> list[float | None] | int:
    """The answers without an action; how many things are wrong, where there are none."""
    try:
        runs = ns.simulate(scenario.without(name), replications=20, seed=1)
    except ns.errors.NegsimError as error:
        return len(error.problems)
    return [row.value if row.value == row.value else None for row in ns.answers(runs)]


@settings(max_examples=10, deadline=None)
@given(scenarios())
def test_an_action_taken_away_of_any_scenario(scenario: ns.Scenario) -> None:
    name = next(iter(scenario.expanded.actions))
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "mine.toml")
        ns.save(scenario, path)
        code, out, err = called("run", path, "-n", "20", "--seed", "1", "--best", "--without", name, "--format", "json")
    found, wanted = json.loads(out), told_by_the_library(scenario, name)
    assert (code == 0) == isinstance(wanted, list), (err, wanted)
    told = [row["value"] for row in found["questions"]] if code == 0 else len(found["errors"])
    assert told == wanted


def test_variants_stand_in_the_order_of_their_options() -> None:
    told = (
        "--do",
        "talks.held=never",
        "--set",
        "summit.rate=0.5",
        "--without",
        "review",
        "--sweep",
        "summit.rate=0.1,0.3",
    )
    _, out, _ = called("compare", "toy", *told, "-n", "64", "--seed", "1", "--format", "json")
    names = [one["name"] for one in json.loads(out)["variants"]]
    assert names == [
        "talks.held = never",
        "summit.rate = 0.5",
        "without review",
        "summit.rate = 0.1",
        "summit.rate = 0.3",
    ]
    _, out, _ = called("compare", "toy", *told[:6], "--together", "-n", "64", "--seed", "1", "--format", "json")
    (one,) = json.loads(out)["variants"]
    assert len(one["changes"]) == 3


def test_two_scenarios_are_compared(tmp_path: Path) -> None:
    other = tmp_path / "quick.toml"
    text = ns.dumps(TOY).replace("best = 0.3", "best = 0.6")
    other.write_text(text, encoding="utf-8")
    _, out, _ = called("compare", "toy", str(other), "-n", "500", "--seed", "1", "--format", "json")
    told: dict[str, Any] = json.loads(out)
    assert told["variants"][0]["changes"] == [
        "the parameter 'the memorandum, a day; chosen, so that the answers are known': best is 0.6 instead of 0.3"
    ]
    runs = [ns.simulate(one, replications=500, seed=1) for one in (TOY, ns.load(other))]
    found = ns.compare(runs[0], runs[1], "talks_day_5")
    row = next(row for row in told["rows"] if row["question"] == "talks_day_5")
    assert (row["difference"], row["no_to_yes"], row["yes_to_no"]) == (found.value, found.gained.size, found.lost.size)
    assert row["gained"] == found.gained[:10].tolist()
    assert "such as number" in row["sentence"]


HOTLINE = re.search(
    r"```python\n(.*?)^```",
    (Path(__file__).parents[1] / "docs/own_words.md").read_text("utf-8"),
    re.DOTALL | re.MULTILINE,
)
LINE = (
    'format_version = 1\n[scenario]\nname = "line"\nstart = "2025-01-01"\nend = "90 days"\n[hotline.direct]\n'
    'between = ["washington", "moscow"]\nincidents = {law = "exponential", mean = "30 days"}\nworks = 0.8\n'
)


def test_words_of_ones_own_are_run_only_where_they_are_named(tmp_path: Path) -> None:
    assert HOTLINE is not None
    words, file, mark = tmp_path / "hotline.py", tmp_path / "line.toml", tmp_path / "it_ran"
    words.write_text(f"{HOTLINE[1]}\nopen({str(mark)!r}, 'w').close()\n", encoding="utf-8")
    file.write_text(LINE, encoding="utf-8")
    assert called("run", str(file), *FEW)[0] == 1
    assert not mark.exists(), "no code is run unasked"
    assert values(str(file), *FEW, "--words", str(words)).keys() == {"direct.crisis"}
    assert mark.exists()
    assert called("validate", str(file), "--words", str(words))[0] == 0
    for wrong in ("1/0", "x = 1", "def"):
        words.write_text(wrong, encoding="utf-8")
        code, out, err = called("validate", str(file), "--words", str(words))
        assert (code, out) == (2, "")
        assert "Traceback" not in err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("run", "toy", "-q", "nope"), "no question or fact is called 'nope'; there are ceasefire_by_day_30"),
        (("run", "toy", "-q", "summit_by_day_31"), "did you mean 'summit_by_day_30'?"),
        (("run", "toy", "-q", "memorandum.rate"), "is a number but this place needs a condition"),
        (("run", "toy", "-q", "talks.held and"), "--question 'talks.held and': expected"),
        (("run", "toy", "--by", "soon"), "--by: cannot read 'soon' as a date"),
        (("run", "toy", "--by", "2031-01-01"), "--by 2031-01-01 lies outside the scenario"),
        (("run", "toy", "--set", "nope=true"), "there are ceasefire.rate, memorandum.rate, summit.rate"),
        (("run", "toy", "--fix", "nope=true"), "there are ceasefire.rate, memorandum.rate, summit.rate"),
        (("run", "toy", "--set", "summit.rate=true"), "summit.rate is a number; write a number"),
        (("run", "toy", "--do", "talks=never"), "did you mean 'talks.held'?"),
        (("run", "toy", "--do", "talks.held=2031-01-01"), "--do talks.held=2031-01-01"),
        (("run", "toy", "--decide", "a=b"), "the scenario has no decision; leave --decide out"),
        (("run", "singapore-2018", "--decide", "washington_renews=x"), "there are renew, wait"),
        (("run", "toy", "--without", "reviews"), "did you mean 'review'?"),
        (("compare", "toy", "-q", "nope", "--without", "review"), "no question or fact is called 'nope'"),
        (("compare", "toy", "singapore-2018"), "the other scenario asks none of it"),
        (("compare", "toy", "singapore-2018", "-q", "talks.held"), "in singapore-2018: unknown name 'talks.held'"),
        (("sensitivity", "toy", "talks_day_5"), "[parameter.rate] with range ="),
        (("sensitivity", "istanbul-2025", "prisoner_exchange_given_round2"), "is asked given that"),
        (("watch", "istanbul-2025", "prisoner_exchange_given_round2"), "is asked given that"),
        (("watch", "toy", "talks_day_5", "--condition", "nope"), "--condition nope: no question or fact"),
        (
            ("watch", "toy", "talks_day_5", "--condition", "summit.rate"),
            "--condition summit.rate: 'summit.rate' is a number",
        ),
        (("watch", "toy", "talks_day_5", "--date", "soon"), "--date: cannot read 'soon'"),
        (("levers", "istanbul-2025", "prisoner_exchange_given_round2"), "is asked given that"),
    ],
)
def test_slips_are_told_in_words_of_the_command_line(args: tuple[str, ...], told: str) -> None:
    code, out, err = called(*args)
    assert (code, out) == (1, "")
    assert told in " ".join(err.split())
    assert not PYTHON.search(err), err
    assert "news_" not in err


def test_as_known_without_an_as_of_date_says_so() -> None:
    code, _, err = called("run", "toy", *FEW, "--as-known")
    assert code == 0
    assert "toy has no as-of date" in err
    told = json.loads(called("run", "toy", *FEW, "--as-known", "--format", "json")[1])
    assert "no as-of date" in told["warnings"][0]
    assert called("run", "istanbul-2025", *FEW[:-2], "-n", "20", "--as-known", "--no-reasons")[2] == ""
