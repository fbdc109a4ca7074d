"""The nowcast: steps and contributions with closed forms, the passage of time, news as files, the command."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import negsim as ns
from negsim.cli import main
from negsim.errors import EstimateError, FileError, ScenarioError
from negsim.estimates.shapley import shapley_values
from negsim.files.news import news_from_csv, news_from_toml

SUMMIT = "summit_by_day_30"
TALKS = ns.Observation(name="talks", happened="talks.held", at="5 days", source="definition")
LATE = ns.Observation(name="late", not_happened="ceasefire.agreed", by="15 days", source="definition")


def test_contributions_of_the_toy() -> None:
    found = ns.nowcast(ns.load("toy"), [LATE, TALKS], engine="exact")
    assert [step.item for step in found.steps(SUMMIT)] == ["", "talks", "late"]
    assert [step.answer.value for step in found.steps(SUMMIT)] == pytest.approx(
        [0.4688283, 0.5090754, 0.2783971], abs=5e-8
    )
    shares = found.contributions(SUMMIT)
    assert shares == pytest.approx({"talks": 0.092653, "late": -0.920231}, abs=5e-7)
    assert sum(shares.values()) == pytest.approx(sum(found.in_order(SUMMIT).values()), abs=1e-12)
    assert shares["talks"] != pytest.approx(found.in_order(SUMMIT)["talks"], abs=0.01)
    with pytest.raises(EstimateError, match="decide it"):
        found.contributions("talks_day_5")
    assert found.steps("talks_day_5")[1].added == math.inf


def test_histories_say_the_same_as_the_exact_engine() -> None:
    toy = ns.load("toy")
    told, solved = (ns.nowcast(toy, [TALKS, LATE], replications=6_400, seed=2, engine=one) for one in ("auto", "exact"))
    for question in ("ceasefire_by_day_30", SUMMIT):
        for one, exact in zip(told.steps(question), solved.steps(question), strict=True):
            half = (one.answer.high - one.answer.low) / 2
            assert abs(one.answer.value - exact.answer.value) < 2.5 * half
    shares, exact_shares = told.contributions(SUMMIT), solved.contributions(SUMMIT)
    assert shares == pytest.approx(exact_shares, abs=0.1)


def test_sampled_orders_come_near_all_of_them() -> None:
    names = [f"i{k}" for k in range(6)]

    def value(known: frozenset[str]) -> float:
        return math.sqrt(sum(int(name[1:]) + 1 for name in known))

    exact, sampled = shapley_values(names, value), shapley_values(names, value, exact=2, orders=400)
    assert sampled == pytest.approx(exact, abs=0.03)
    assert sum(sampled.values()) == pytest.approx(value(frozenset(names)), abs=1e-9)


def test_the_passage_of_time() -> None:
    """Talks on day 5 and no ceasefire by t: the two stages that are left have 30 - t days."""
    runs = ns.update(ns.load("toy"), [TALKS], replications=20_000, seed=1)
    found = ns.passing(runs, SUMMIT, dates=[5, 15, 25, 30], silence="ceasefire.agreed", level=1 - 1e-6)
    left = [30 - day for day in (5, 15, 25, 30)]
    exact = [1 - 2 * math.exp(-0.05 * t) + math.exp(-0.1 * t) for t in left]
    for low, value, high in zip(found.low, exact, found.high, strict=True):
        assert low <= value + 1e-12
        assert value <= high + 1e-12
    own = ns.passing(runs, SUMMIT)
    assert len(own.days) == 60
    assert (np.diff(own.values) < 0.02).all()  # the summit itself is all that is waited for
    assert own.values[-1] == 0.0
    assert own.rows()[0]["date"] == "2025-01-06T00:00"


TOML = """
[news.talks]
title = "Talks are held"
happened = "talks.held"
at = "5 days"
source = "https://example.org/a"

[news.told]
reported = "ceasefire.agreed"
on = 2025-01-12
credibility = 0.8
delay = {law = "exponential", rate = 1}
known = 2025-01-13
source = "https://example.org/b"
"""
CSV = """name,happened,reported,at,on,credibility,delay,known,source,title
talks,talks.held,,5 days,,,,,https://example.org/a,Talks are held
told,,ceasefire.agreed,,2025-01-12,0.8,1 day,2025-01-13,https://example.org/b,
"""


def test_news_as_files() -> None:
    talks, told = news_from_toml(TOML)
    assert (talks.kind, talks.called, told.rates) == ("happened", "Talks are held", (0.8, pytest.approx(0.2)))
    first, second = news_from_csv(CSV)
    assert first == talks
    assert (second.on, second.known, str(second.delay)) == ("2025-01-12", "2025-01-13", str(ns.Fixed(1.0)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[news.a]\nhappened = "x"\nat = "5 days"', "no source"),
        ('[news.a]\nhapened = "x"\nat = "5 days"\nsource = "s"', "hapened is no key of news; did you mean 'happened'"),
        ('[scenario]\nname = "x"', "scenario is no news"),
        ('[news.a]\nhappened = "x"\nsource = "s"', "happened with no date; give at"),
        ('[news.a]\nhappened = "x"\nholds = "y"\non = "5 days"\nsource = "s"', "give exactly one of"),
        ('[news.a]\nlevel = "x"\non = "5 days"\nsource = "s"', "level without a range"),
        ('[news.a]\nreported = "x"\non = "5 days"\ncredibility = 1.5\nsource = "s"', "share in"),
        ('[news.a]\nhappened = "x"\non = "2025-01-06T13:00"\nsource = "s"', "is an instant and not a day"),
        ('[news.a]\nholds = "x"\non = "5 days"\nprobability = 0.5\nsource = "s"', "probability goes with unreported"),
    ],
)
def test_what_is_wrong_with_news_is_said(text: str, words: str) -> None:
    with pytest.raises((FileError, ScenarioError), match=words):
        news_from_toml(text, "news.toml")


def test_dates_outside_the_scenario_are_refused() -> None:
    late = ns.Observation(name="late", happened="talks.held", on="2026-01-01")
    with pytest.raises(ScenarioError, match="news late: 2026-01-01"):
        ns.update(ns.load("toy"), [late], replications=64, seed=1)


def run(*args: str) -> int:
    """The command line's exit code."""
    with pytest.raises(SystemExit) as ended:
        main(list(args))
    return int(ended.value.code or 0)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "news.toml"
    file.write_text(TOML.replace('delay = {law = "exponential", rate = 1}\n', ""), encoding="utf-8")
    out = tmp_path / "pictures"
    common = ["update", "toy", "--news", str(file), "--seed", "1", "-n", "640", "-q", SUMMIT]
    assert run(*common, "--out", str(out), "--csv", str(tmp_path / "rows.csv")) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Talks are held" in text
    assert "log evidence of all the news" in text
    assert (out / "nowcast.png").stat().st_size > 10_000
    assert (tmp_path / "rows.csv").read_text(encoding="utf-8").count("\n") == 4
    assert run(*common, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [step["item"] for step in told["questions"][SUMMIT]] == ["", "talks", "told"]
    assert set(told["contributions"][SUMMIT]) == {"talks", "told"}
    assert told["if_nothing_happens"][SUMMIT][-1]["value"] == 0.0
    assert run(*common, "--as-of", "2025-01-12") == 1
    assert "news told was known on 2025-01-13" in capsys.readouterr().err


def test_how_likely_each_item_was() -> None:
    runs = ns.update(ns.load("toy"), [TALKS, LATE], replications=20_000, seed=1)
    assert runs.expected["talks"] == pytest.approx(1 - math.exp(-1.5), abs=0.01)
    assert runs.expected["late"] == pytest.approx(math.exp(-0.5), abs=0.01)
