"""The command line: one JSON object, exit codes, errors without tracebacks, and what each command prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import negsim as ns
from negsim.checking.verify import verify
from negsim.cli import main

KEYS = [
    *("format", "negsim", "command", "scenario", "about"),
    *("engine", "replications", "draws", "seed", "level", "events", "seconds"),
    *("bare_numbers", "note", "questions", "curves", "reasons", "warnings"),
]
QUESTION_KEYS = [
    *(
        "id",
        "title",
        "text",
        "kind",
        "by",
        "value",
        "printed",
        "probability",
        "low",
        "high",
        "interval",
        "method",
        "band_low",
        "band_high",
    ),
    *("band_low_error", "band_high_error", "range", "words", "base_rate", "given", "n", "counted", "notes"),
]


def call(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(list(args))
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err


def as_json(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, object]:
    code, out, err = call(capsys, "run", *args, "--format", "json")
    assert (code, err) == (0, "")
    found: dict[str, object] = json.loads(out, parse_constant=lambda name: pytest.fail(name))
    return found


def test_json_has_exactly_these_keys(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "toy", "--replications", "2000", "--seed", "1")
    assert list(found) == KEYS
    assert (found["scenario"], found["replications"], found["seed"], found["level"]) == ("toy", 2000, 1, 0.95)
    assert isinstance(found["events"], int)
    assert isinstance(found["questions"], list)
    truth = {"talks_day_5": 0.7768698, "talks_by_day_14": 0.9726763, "ceasefire_by_day_30": 0.6811664}
    for row in found["questions"]:
        assert list(row) == QUESTION_KEYS
        assert row["low"] <= row["probability"] <= row["high"]
        assert abs(row["probability"] - truth.get(row["id"], 0.4688283)) < 0.06


def test_json_of_beliefs_and_of_best_values(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = as_json(capsys, "istanbul-2025", "-n", "400", "--draws", "20", "--seed", "1")
    best = as_json(capsys, "istanbul-2025", "-n", "50", "--best", "--seed", "1")
    for row in drawn["questions"]:  # type: ignore[attr-defined]
        assert row["range"] is not None
        if row["range"] == "not seen":
            assert row["band_low"] is None is row["band_high"]
        else:
            assert 0 <= row["band_low"] <= row["band_high"] <= 1
        assert len(row["by"]) in (10, 16)
    assert all(row["band_low"] is None is row["band_high"] for row in best["questions"])  # type: ignore[attr-defined]
    assert {"round2_on_2_june", "summit_by_31_dec"} <= {row["id"] for row in best["questions"]}  # type: ignore[attr-defined]


def test_a_claim_is_read_one_way(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "claim.toml"
    path.write_text(
        'format_version = 1\n[scenario]\nname = "c"\nstart = "2025-01-01"\nend = 9\n[parameter."said.holds"]\n'
        'belief = {chance = 0.7}\n[fact.x]\ninitial = "said.holds"\n[question.q]\nkind = "holds"\ncondition = "x"\n'
    )
    shares = []
    for fix in ([], ["--fix", "said=true"], ["--fix", "said.holds=false"]):
        told = as_json(capsys, str(path), "-n", "400", "--seed", "1", "--best", *fix)
        shares.append(told["questions"][0]["probability"])  # type: ignore[index] # a list of tables
    assert 0.55 < shares[0] < 0.85
    assert shares[1:] == [1.0, 0.0]
    _, told_out, _ = call(capsys, "run", str(path), "-n", "400", "--seed", "1", "--best")
    assert "contested claims drawn with their credibility" in " ".join(told_out.split())
    _, told_out, _ = call(capsys, "run", str(path), "-n", "400", "--seed", "1", "--best", "--fix", "said=true")
    assert "contested claims" not in told_out
    for wrong in ("said", "said=maybe"):
        code, _, err = call(capsys, "run", str(path), "--fix", wrong)
        assert code == 2
        assert "write terms=true, terms=false or rate=0.3" in " ".join(err.split())


def test_json_agrees_with_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "toy", "-n", "500", "--seed", "9", "--best", "--level", "0.9")
    runs = ns.simulate(ns.load("toy"), replications=500, seed=9)
    for row in found["questions"]:  # type: ignore[attr-defined]
        low, high = runs.probability(row["id"]).interval(0.9)
        assert (row["probability"], row["low"], row["high"]) == (runs.probability(row["id"]).value, low, high)
    assert found["events"] == runs.events


def test_quantities_are_null_in_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "q.toml"
    text = ns.dumps(ns.load("toy")) + '\n[question.n]\nkind = "fired"\naction = "review"\n'
    file.write_text(text, encoding="utf-8")
    rows = {row["id"]: row for row in as_json(capsys, str(file), "-n", "50")["questions"]}  # type: ignore[attr-defined]
    assert rows["n"]["probability"] is None
    assert "review" not in call(capsys, "run", str(file), "-n", "50")[2]


def test_a_given_that_never_came_true_leaves_the_other_answers(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = (
        ns.Question(name="far", condition="summit.held", by=30, given="moon.reached"),
        ns.Question(name="long", condition="summit.held", kind="duration", by=30, given="moon.reached"),
    )
    reach = ns.Action(name="reach", clock=ns.Exponential(rate=1e-9), effects=["moon.reached = true"])
    toy = ns.load("toy")
    path = str(tmp_path / "moon.toml")
    ns.save(replace(toy, parts=[*toy.parts, ns.Fact("moon.reached"), reach, *asked]), path)
    for more in ((), ("--draws", "10"), ("--best",)):
        rows = {row["id"]: row for row in as_json(capsys, path, "-n", "300", "--seed", "1", *more)["questions"]}  # type: ignore[attr-defined]
        assert 0.7 < rows["talks_day_5"]["value"] < 0.85
        for name in ("far", "long"):
            assert (rows[name]["value"], rows[name]["printed"], rows[name]["counted"]) == (None, "unknown", 0)
            assert "came true in none of 300 histories" in rows[name]["notes"][0]
        code, out, _ = call(capsys, "run", path, "-n", "300", "--seed", "1", *more, "--out", str(tmp_path))
        flat = " ".join(out.split())
        assert code == 0
        assert "what it is given ('moon.reached') came true in none of 300 histories" in flat
        assert "Talks by day 5, 6 January 2025" in flat
        assert "unknown days" not in flat


def test_the_reference_engine_ends_by_itself_within_the_default_limits(capsys: pytest.CaptureFixture[str]) -> None:
    """By a budget of firings, which no clock decides, and not by the seconds of the command; it says so, with reasons."""
    code, out, err = call(capsys, "run", "istanbul-2025", "--engine", "reference", "--seed", "1")
    flat = " ".join(out.split())
    assert code == 0
    assert re.search(
        r"a budget of 80,000 firings ended the run after [\d,]+ of 3,000 replications; ask for so many", flat
    )
    assert "Why not" in flat or "reasons were not done" in err  # the seconds of a slow processor may end the reasons


def test_a_seed_not_given_is_drawn_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (as_json(capsys, "toy", "-n", "20")["seed"] for _ in range(2))
    assert one != two


def test_the_table_and_the_chart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = call(capsys, "run", "toy", "-n", "400", "--seed", "1", "--out", str(tmp_path / "a" / "b"))
    assert (code, err) == (0, "")
    assert "Talks by day 5, 6 January 2025" in out
    assert "Why not: The summit by day 30, 31 January 2025?" in out
    path = tmp_path / "a" / "b" / "toy.png"
    assert out.rstrip().endswith(f"Chart: {path}")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_json_and_chart_together_keep_stdout_clean(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = call(capsys, "run", "toy", "-n", "50", "--format", "json", "--out", str(tmp_path))
    assert code == 0
    assert json.loads(out)["scenario"] == "toy"
    assert "toy.png" in err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("run", "tyo"), "did you mean 'toy'"),
        (("run", "toy", "--out", "/dev/null/x"), "/dev/null"),
        (("validate", "no_such.toml"), "no_such.toml"),
        (("show", "nothing"), "shipped are"),
        (("export", "toy", "--prism"), "stages=100"),
    ],
)
def test_what_fails_exits_with_1(capsys: pytest.CaptureFixture[str], args: tuple[str, ...], told: str) -> None:
    code, out, err = call(capsys, *args)
    assert code == 1
    assert told in err
    assert err.startswith("negsim: ")
    assert "Traceback" not in out + err


def test_a_bad_file_names_its_type_and_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('format_version = 1\n[scenario]\nname = "x"\nstart = "2025-01-01"\nend = 3\ncolour = 1\n')
    code, _, err = call(capsys, "validate", str(file))
    assert code == 1
    assert err.startswith("negsim: FileError: bad.toml: ")


SMALL = (
    'format_version = 1\n[scenario]\nname = "small"\nstart = "{start}"\nend = {end}\n[fact.f]\n[counter.n]\n'
    '[action.act]\nwhen = "not f"\nclock = {clock}\neffects = ["f = true"]\n[question.q]\ncondition = "f"\nby = 5\n'
)


def small(
    tmp_path: Path, *, start: str = "2025-01-01", end: str = "9", clock: str = '{law = "exponential", rate = 1}'
) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SMALL.replace("{start}", start).replace("{end}", end).replace("{clock}", clock))
    return file


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ('{law = "exponential", rate = 0}', "rate = 0.0 must be above 0"),
        ('{law = "exponential", rate = 1, median = 3}', "too many statements"),
        ('{law = "lognormal", median = 10, p90 = 5}', "contradict or repeat each other"),
    ],
)
def test_validate_refuses_a_law_that_cannot_exist(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, clock: str, told: str
) -> None:
    assert call(capsys, "validate", str(small(tmp_path)))[0] == 0
    code, out, err = call(capsys, "validate", str(small(tmp_path, clock=clock)))
    assert (code, out) == (1, "")
    assert err.startswith("negsim: LawError: small.toml: line ")
    assert told in err


@pytest.mark.parametrize(("start", "end"), [("2025-01-01", "1e300"), ("9999-12-31", "40"), ("0001-01-01", "40")])
def test_dates_outside_the_calendar_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, start: str, end: str
) -> None:
    code, _, err = call(capsys, "run", str(small(tmp_path, start=start, end=end)), "-n", "50")
    assert code == 1
    assert "lies outside the calendar; use years 3 to 9997" in err


@pytest.mark.parametrize("start", ["0003-01-01", "0400-01-01", "9997-12-01"])
def test_years_far_away_are_told_in_four_digits(capsys: pytest.CaptureFixture[str], tmp_path: Path, start: str) -> None:
    file = str(small(tmp_path, start=start))
    code, out, _ = call(capsys, "run", file, "-n", "50", "--out", str(tmp_path))
    assert (code, (tmp_path / "small.png").exists()) == (0, True)
    code, out, _ = call(capsys, "replay", file, "0", "--seed", "1")
    assert code == 0
    assert f"{start} 00:00" in out


def test_a_folder_that_is_not_there_has_a_remedy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = call(capsys, "new", str(tmp_path / "nowhere" / "x.toml"))
    assert (code, out) == (1, "")
    assert "x.toml: no such file or directory; give a path that can be used" in err


def test_a_run_that_fails_exits_with_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(
        'format_version = 1\n[scenario]\nname = "loop"\nstart = "2025-01-01"\nend = 3\n[fact.f]\n'
        '[action.on]\nwhen = "not f"\nclock = {immediately = true}\neffects = ["f = true"]\n'
        '[action.off]\nwhen = "f"\nclock = {immediately = true}\neffects = ["f = false"]\n'
        '[question.q]\ncondition = "f"\n'
    )
    code, out, err = call(capsys, "run", str(file), "-n", "5")
    assert (code, out) == (1, "")
    assert "RunawayError: replication 0" in err


@pytest.mark.parametrize(
    "args",
    [
        ("run",),
        ("run", "toy", "--replications", "0"),
        ("run", "toy", "--level", "1"),
        ("run", "toy", "--level", "nan"),
        ("run", "toy", "--engine", "steam"),
        ("run", "toy", "--best", "--draws", "5"),
        ("run", "toy", "-n", "5", "--draws", "5"),
        ("run", "toy", "--seed", "-1"),
        ("run", "toy", "--digits", "13"),
        ("run", "toy", "--format", "xml"),
        ("show", "toy", "--toml", "--expanded"),
        ("new", "x.toml", "--template", "palace"),
        ("replay", "toy", "-1"),
        ("run", "toy", "--engine", "exact", "--out", "x"),
        ("dance",),
    ],
)
def test_wrong_use_exits_with_2(capsys: pytest.CaptureFixture[str], args: tuple[str, ...]) -> None:
    code, out, err = call(capsys, *args)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "list")
    assert code == 0
    assert {"toy", "istanbul-2025"} <= {line.split()[0] for line in out.splitlines()}
    found = json.loads(call(capsys, "list", "--format", "json")[1])["scenarios"]
    assert all(list(one) == ["name", "title"] for one in found)
    assert [one["name"] for one in found] == list(ns.shipped())


def test_show(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "Europe/Istanbul" in call(capsys, "show", "istanbul-2025")[1]
    text = call(capsys, "show", "toy", "--toml")[1]
    assert ns.loads(text) == ns.load("toy")
    assert "# Small enough" in text, "comments are kept"
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    assert call(capsys, "show", str(file), "--toml")[1] == text
    assert "action review: " in call(capsys, "show", "toy", "--expanded")[1]


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(call(capsys, "schema")[1])["required"]


@pytest.mark.parametrize("template", ["meeting", "ceasefire", "summit"])
def test_every_template_validates_and_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path, template: str) -> None:
    file = tmp_path / "mine.toml"
    assert call(capsys, "new", str(file), "--template", template)[0] == 0
    assert call(capsys, "validate", str(file))[0] == 0
    code, out, err = call(capsys, "run", str(file), "-n", "200", "--seed", "1", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["replications"] == 200
    # What lint still says of an invented case is that numbers lack a source, and nothing else.
    assert "clairvoyance" not in call(capsys, "lint", str(file))[1]


def test_new_validate_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "Border Talks.toml"
    assert call(capsys, "new", str(file))[0] == 0
    before = file.read_bytes()
    code, _, err = call(capsys, "new", str(file))
    assert code == 1
    assert "not overwritten" in err
    assert file.read_bytes() == before
    code, out, _ = call(capsys, "validate", str(file))
    assert code == 0
    assert "valid scenario border-talks" in out
    code, out, err = call(capsys, "run", str(file), "-n", "400", "--seed", "1")
    assert (code, err) == (0, "")
    assert "1 of 2 parameters are judgement" in out


def test_replay_is_the_history_of_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "replay", "toy", "7", "--seed", "1")
    assert (code, err) == (0, "")
    assert call(capsys, "replay", "toy", "7", "--seed", "1")[1] == out
    runs = ns.simulate(ns.load("toy"), replications=10, seed=1, draws=200, trace=10)
    label = runs.scenario.calendar.label
    for event in runs.traces[7].events:
        assert label(event.time) in out
    assert "seed 1" in out
    assert "Russia" in out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "--help")
    assert code == 0
    for command in ("run", "list", "show", "validate", "schema", "new", "replay", "verify", "export", "lint"):
        assert command in out


def test_workers_change_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (as_json(capsys, "toy", "-n", "300", "--seed", "1", "--workers", str(w)) for w in (1, 2))
    assert one["questions"] == two["questions"]


def test_exact_answers_have_the_same_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "toy", "--engine", "exact")
    assert list(found) == KEYS
    assert (found["engine"], found["replications"]) == ("exact", 0)
    truth = {"talks_day_5": 0.7768698, "talks_by_day_14": 0.9726763, "ceasefire_by_day_30": 0.6811664}
    for row in found["questions"]:  # type: ignore[attr-defined]
        assert list(row) == QUESTION_KEYS
        assert row["probability"] == pytest.approx(truth.get(row["id"], 0.4688283), abs=1e-7)
        assert row["low"] <= row["probability"] <= row["high"]
    out = call(capsys, "run", "toy", "--engine", "exact")[1]
    assert "solved exactly" in out
    assert "nan" not in out


def test_exact_answers_over_draws(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = ns.dumps(ns.load("toy")).replace('rate = "memorandum.rate"', 'rate = "pace"')
    file = tmp_path / "drawn.toml"
    file.write_text(f'{text}\n[parameter.pace]\nbest = 0.3\nbelief = {{law = "uniform", low = 0.1, high = 0.5}}\n')
    for row in as_json(capsys, str(file), "--engine", "exact", "--draws", "5", "--seed", "1")["questions"]:  # type: ignore[attr-defined]
        assert row["low"] <= row["probability"] <= row["high"]
        assert row["band_low"] < row["band_high"]
    nothing_believed = as_json(capsys, "toy", "--engine", "exact", "--draws", "5", "--seed", "1")
    assert all(row["band_low"] is None for row in nothing_believed["questions"])  # type: ignore[attr-defined]


def test_what_cannot_be_solved_exactly_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "run", "istanbul-2025", "--engine", "exact")
    assert (code, out) == (1, "")
    assert "EngineError" in err


def test_verify(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "verify", "toy", "-n", "1000")
    assert (code, err) == (0, "")
    assert "agree" in out
    assert json.loads(call(capsys, "verify", "toy", "-n", "200", "--format", "json")[1])["agree"] is True


def test_verify_with_news(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """All engines are given them; without them the answers are others."""
    file = tmp_path / "news.toml"
    file.write_text('[news.talks]\nhappened = "talks.held"\nat = "5 days"\nsource = "s"\n')
    code, out, err = call(capsys, "verify", "toy", "--news", str(file), "-n", "640")
    assert (code, err) == (0, "")
    assert "exact" in out
    asked = ("verify", "toy", "-n", "640", "--format", "json")
    told, plain = (json.loads(call(capsys, *asked, *more)[1]) for more in (("--news", str(file)), ()))
    assert told["agree"]
    assert told != plain
    assert "leave --stages away" in call(capsys, "verify", "toy", "--news", str(file), "--stages", "4")[2]
    assert "nowhere.toml" in call(capsys, "verify", "toy", "--news", "nowhere.toml")[2]


def test_verify_fails_on_disagreement(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ns.solve(ns.load("toy").with_law("russia.deliver_memorandum", ns.Exponential(0.6)))
    monkeypatch.setattr(ns, "verify", lambda scenario, **options: verify(scenario, **options, solution=wrong))
    code, out, err = call(capsys, "verify", "toy", "-n", "2000")
    assert code == 1
    assert "DIFFER" in out
    assert "disagree on" in err


def test_lint(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "lint", "toy")
    assert (code, err) == (0, "")
    findings = ns.lint(ns.load("toy"))
    assert len(out.splitlines()) == len(findings) + 1
    assert call(capsys, "lint", "toy", "--strict")[0] == bool(findings)


def test_export(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = call(capsys, "export", "toy", "--prism", "--stages", "5")
    assert code == 0
    assert "ctmc" in out
    assert "endmodule" in out
    assert "P=?" in call(capsys, "export", "toy", "--prism", "--stages", "5", "--properties")[1]
    call(capsys, "export", "toy", "--prism", "--stages", "5", "--out", str(tmp_path))
    assert (tmp_path / "toy.sm").read_text(encoding="utf-8") == out
    assert call(capsys, "export", "toy")[0] == 2


def shell(command: str) -> subprocess.CompletedProcess[str]:
    root = Path(ns.__file__).parents[1]
    return subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(root), "NEGSIM": f"{sys.executable} -m negsim"},
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with pipes")
def test_a_reader_who_leaves_is_no_error() -> None:
    done = shell("$NEGSIM schema | head -1; $NEGSIM run toy -n 20 --format json | true")
    assert done.stderr == ""
    assert re.fullmatch(r"\{.*\n", done.stdout), "one line, and no word of the pipe"


def test_each_command_imports_only_what_it_needs() -> None:
    heavy = "{'pandas', 'matplotlib', 'scipy.stats', 'tqdm', 'tomlkit'}"
    for args in (["list"], ["run", "toy", "-n", "20"], ["validate", "toy"], ["replay", "toy", "1"]):
        code = f"import sys; from negsim.cli import main\ntry: main({args})\nexcept SystemExit: pass\nprint(sorted({heavy} & set(sys.modules)))"
        root = Path(ns.__file__).parents[1]
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, timeout=120, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]", args


def test_as_known_takes_what_was_known_then_and_refuses_what_has_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, err = call(capsys, "run", "istanbul-2025", "-n", "40", "--draws", "20", "--seed", "1", "--as-known")
    assert (code, err) == (0, "")
    assert "none rests on later knowledge" in " ".join(out.split())
    late = as_json(capsys, "istanbul-2025", "-n", "400", "--best", "--seed", "1")
    then = as_json(capsys, "istanbul-2025", "-n", "400", "--best", "--seed", "1", "--as-known")
    assert late["questions"] != then["questions"]
    scenario = ns.load("istanbul-2025")
    bare = replace(scenario.expanded.parameters["yield.exchange"], as_known=None)
    parts = [part for part in scenario.parts if part.name != "yield.exchange"]
    ns.save(replace(scenario, parts=(*parts, bare)), tmp_path / "late.toml")
    code, _, err = call(capsys, "run", str(tmp_path / "late.toml"), "-n", "40", "--as-known")
    assert code == 1
    assert "yield.exchange rests on what was known only later" in " ".join(err.split())
