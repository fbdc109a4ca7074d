"""Languages: all say the same things, nothing that they say is unused, and no sentence of a story stands in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import negsim
import negsim as ns
from negsim.errors import ArgumentError
from negsim.report.answer_table import HEADS, WORDED
from negsim.vocabulary import WORDS
from negsim.wording.elements import Voice
from negsim.wording.language import Language, Patterns, language, languages
from negsim.wording.phrases import Phrases

ROOT = Path(negsim.__file__).parent
ENGLISH = language("en")
GAP = re.compile(r"\{([a-z_*]+)\}")
WRITTEN = ("facts", "events", "things", "counts", "frames", "states", "nouns", "only")
"""Sections whose texts have gaps."""

SPOKEN = [
    *sorted((ROOT / "wording").glob("*.py")),
    *(ROOT / "why" / f"{name}.py" for name in ("narrative", "scenes", "party", "waits", "standing", "deciding")),
    ROOT / "report" / "story.py",
]
"""Where texts for people are put together from those of the language."""


def texts(entry: Any) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry)


@pytest.mark.parametrize("code", languages())
def test_every_language_has_the_same_keys(code: str) -> None:
    assert sorted(language(code).keys()) == sorted(ENGLISH.keys())


@pytest.mark.parametrize("code", [one for one in languages() if one != "en"])
@pytest.mark.parametrize("section", WRITTEN)
def test_every_language_fills_the_gaps_that_english_fills(code: str, section: str) -> None:
    """A gap that English does not have may be unknown where the text is used."""
    own, model = language(code).table[section], ENGLISH.table[section]
    for key, entry in model.items():
        fields = {gap for text in texts(entry) for gap in GAP.findall(text)}
        found = {gap for text in texts(own[key]) for gap in GAP.findall(text)}
        if section == "frames":
            assert found == fields, key
        assert found <= fields | {"title", "by", "to", "of", "between", "*", "who"} | (
            {"*"} if "*the" in fields else set()
        ), key
        if section == "events":
            assert (entry == "") == (own[key] == ""), f"{key}: what is housekeeping is so in every language"
        elif section in ("facts", "counts"):
            assert len(own[key]) in (2, 3), key


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Texts in the code of a module that are no docstrings and no arguments of `say`."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    # What a notebook or a console shows of an object is for programmers, and English.
    shown = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in ("__repr__", "_repr_html_", "to_frame")
        for inner in ast.walk(node)
    }
    documented |= shown
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented | alone:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.stem)
def test_no_phrase_stands_in_the_code(path: Path) -> None:
    """Two words in a row are a phrase; messages of errors are not told in stories and stay English."""
    source = path.read_text("utf-8").splitlines()
    phrases = [(line, text) for line, text in literals(path) if re.search(r"[a-z]{2,} [a-z]{2,}", text)]
    told = [source[line - 1].strip() for line, _ in phrases]
    assert [text for text in told if not any(mark in text for mark in ("Error(", "UnknownName(", "digraph"))] == []


def test_every_frame_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in ROOT.rglob("*.py"))
    sides = ("no", "yes", "low", "high")
    made = {"reasons_for", "reasons_against", "unit_days", "unit_times", "why_low", "why_high"}
    made |= WORDED | {f"table_{one}" for one in HEADS}
    made |= {f"{what}_{side}" for what in ("asks", "answers", "turns") for side in sides}
    unused = [key for key in ENGLISH.table["frames"] if not re.search(rf"[\"']{key}[\"']", code) and key not in made]
    assert unused == []


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"there is no language 'ge'.*there are de, en"):
        language("ge")
    with pytest.raises(ArgumentError, match="there is no language 'xx'"):
        ns.Scenario("s", start="2025-01-01", end=3, language="xx")


def test_the_most_exact_entry_is_found() -> None:
    found = Patterns({"a.*": "any", "a.b*": "more", "a.bc": "all", "a.n*.x": "deep"})
    assert [found.find(name).texts[0] for name in ("a.bc", "a.bd", "a.c", "a.n2.x")] == ["all", "more", "any", "deep"]  # type: ignore[union-attr] # they are there
    assert found.find("b") is None
    assert found.find("a.c.d") is None


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.table)
def test_every_word_says_its_parts(word: Any) -> None:
    """Each word has entries, and each entry belongs to a word."""
    tables = {one.table for one in WORDS}  # type: ignore[attr-defined] # words have tables
    named = {key.partition(".")[0] for section in ("facts", "events", "things") for key in ENGLISH.table[section]}
    # A series is nothing but questions, which have titles.
    assert word.table in named or word.table == "series"
    assert named <= tables


def test_a_scenario_names_its_language() -> None:
    memo = ns.Promise("text", by="north", to="south", delay=ns.Exponential(1))
    scenario = ns.Scenario("s", start="2025-01-01", end=30, parts=[memo], language="de")
    assert Phrases(scenario).event("text.deliver").startswith("North übergibt")
    assert Phrases(scenario, language="en").event("text.deliver").startswith("North hands over")
    assert ns.loads(ns.dumps(scenario)) == scenario
    story = ns.narrate(ns.simulate(scenario, replications=1, seed=1), 0)
    assert "Das Ende." in str(story)
    assert "waits for" not in str(ns.waits(scenario))


def test_plurals() -> None:
    said: Language = ENGLISH
    singular = ("the process", "the crisis", "the United States", "Cyprus", "the meeting of the presidents", "Hamas")
    plural = ("the talks in Paris", "Hardliners", "Moscow's losses", "the Rapid Support Forces", "six powers")
    assert not any(said.is_plural(one) for one in singular)
    assert all(said.is_plural(one) for one in plural)


@pytest.mark.parametrize(
    ("clause", "denied"),
    [
        ("Kyiv has agreed", "Kyiv has not agreed"),
        ("Kyiv has the text", "Kyiv does not have the text"),
        ("they have its text", "they do not have its text"),
        ("this is the end", "this is not the end"),
        ("the talks are open", "the talks are not open"),
        ("nobody has come", 'it is not so that "nobody has come"'),
        ("he says that all is well", 'it is not so that "he says that all is well"'),
        ("the army bombs the capital", 'it is not so that "the army bombs the capital"'),
    ],
)
def test_clauses_of_authors_are_denied_where_that_is_safe(clause: str, denied: str) -> None:
    voice = Voice(ns.load("toy").expanded, ENGLISH)
    assert voice.negated(clause) == denied


@pytest.mark.parametrize(
    ("does", "denied"),
    [
        ("stays away", "Kyiv does not stay away"),
        ("is for a meeting", "Kyiv is not for a meeting"),
        ("leave", "Kyiv do not leave"),
        ("does not come", ""),
        ("goes, and all is over", ""),
    ],
)
def test_what_a_party_does_is_denied_where_that_is_safe(does: str, denied: str) -> None:
    assert Voice(ns.load("toy").expanded, ENGLISH).denial("Kyiv", does) == denied


def test_no_template_asks_for_a_gap_that_a_word_does_not_have() -> None:
    by_table = {one.table: one for one in WORDS}  # type: ignore[attr-defined] # words have tables
    extra = {"title", "name", "the_name", "*", "*the", "n"}
    for section in ("facts", "events", "things", "counts", "nouns", "only"):
        for key, entry in ENGLISH.table[section].items():
            fields = set(by_table[key.partition(".")[0]].__dataclass_fields__) | extra
            gaps = {gap for text in texts(entry) for gap in GAP.findall(text)}
            assert gaps <= fields, key


def test_voices_are_made_quickly_and_know_their_elements() -> None:
    voice = Voice(ns.load("toy").expanded, ENGLISH)
    assert voice.place("variables", "talks.held") == (None, "talks.held")
    assert voice.whose("russia.deliver_memorandum") == "russia"
