"""A user adds a word of their own in one file: the page that says how is what is run here."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import negsim as ns
from negsim.engines import simulating

PAGE = (Path(__file__).parents[2] / "docs" / "own_words.md").read_text("utf-8")
BLOCKS = re.findall(r"```(python|toml)\n(.*?)```", PAGE, re.DOTALL)
WORD, FILE, USE = (text for _, text in BLOCKS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "hotline.py").write_text(WORD, "utf-8")
    (tmp_path / "line.toml").write_text(FILE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def hotline(folder: Path) -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("hotline", folder / "hotline.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hotline"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["hotline"]


def test_the_page_runs_as_it_stands(hotline: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(USE, "own_words.md", "exec"), {"__name__": "page"})
    first, second = capsys.readouterr().out.strip().splitlines()
    # Deepening incidents come at a rate of 0.2 / 30 a day: 1 - exp(-0.4) by day 60.
    assert 28 < float(first.split()[0]) < 38, "in per cent"
    assert "(0 of 10" in second
    assert (folder / "again.toml").exists()


def test_round_trip(hotline: ModuleType, folder: Path) -> None:
    scenario = ns.load("line.toml", words=[hotline.Hotline])
    assert ns.loads(ns.dumps(scenario), words=[hotline.Hotline]) == scenario
    assert "[hotline.direct]" in ns.dumps(scenario)


def test_without_the_word_the_file_is_refused_with_a_reason(folder: Path) -> None:
    with pytest.raises(ns.errors.FileError, match="unknown key 'hotline'"):
        ns.load("line.toml")


def test_every_engine_runs_it_alike(hotline: ModuleType) -> None:
    scenario = ns.load("line.toml", words=[hotline.Hotline])
    runs = [ns.simulate(scenario, replications=100, seed=4, engine=name) for name in simulating()]
    for other in runs[1:]:
        np.testing.assert_array_equal(other.block.first, runs[0].block.first)


def test_the_schema_knows_it(hotline: ModuleType) -> None:
    assert "hotline" in ns.schema(words=[hotline.Hotline])["properties"]


def test_nothing_of_negsim_was_touched(hotline: ModuleType) -> None:
    from negsim.vocabulary import WORDS

    assert hotline.Hotline not in WORDS
    assert "hotline" not in ns.schema()["properties"]
