"""Whatever is told of a scenario of any words is told in sentences: no ids, no bookkeeping, and somebody does it."""

from __future__ import annotations

import io
import re
import runpy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from rich.console import Console

import negsim as ns
from negsim.errors import ScenarioError
from negsim.report.story import story_table
from negsim.wording.language import languages
from negsim.wording.phrases import Phrases

FOLDER = Path(__file__).parents[2] / "examples" / "words"
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.py"))
SHIPPED = ("toy", "istanbul-2025", "doha-2020", "jcpoa-2015", "jeddah-2023", "singapore-2018")
PARTIES = {"united_states": "United States", "russia": "Russian Federation", "north": "the North", "iran": "Iran"}

WRITTEN = "title|text|says|holds|fails|event|subject|what|terms|aims"

ID = re.compile(r"\b[a-z][a-z0-9]*(?:[._][a-z0-9]+)+\b")
INNER = ("fall due", "catch up", "times put off", "approach n", "note step", "note kept", "calm down", "begin anew")
INNER += ("bookkeeping", "forget term", "settle in", "decided: yes", "fall through", "falls through", "not running")
UNFINISHED = re.compile(r"[{}|\[\]]|None|Lookup|parse\(|  |: (?:yes|no)(?:$|[.;,])|\(\)| ,|not \(")


@cache
def example(name: str) -> ns.Scenario:
    if name in SHIPPED:
        return ns.load(name)
    found: ns.Scenario = runpy.run_path(str(FOLDER / f"{name}.py"), run_name="example")["scenario"]
    return found


def without_titles(part: Any) -> Any:
    """A part whose author gave it no words."""
    if isinstance(part, (ns.Question, ns.Party)) or not getattr(part, "title", ""):
        return part
    return replace(part, title="")


@st.composite
def scenarios(draw: Any) -> ns.Scenario:
    """One of the examples, or two that share no name; titles of parts and of parties there or not."""
    names = draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=2, unique=True))
    parts: dict[str, Any] = {}
    for name in names:
        own = {one.name: one for one in example(name).parts}
        if not own.keys() & parts.keys():
            parts |= own
    if draw(st.booleans()):
        parts = {name: without_titles(part) for name, part in parts.items()}
    titled = draw(st.sets(st.sampled_from(sorted(PARTIES))))
    first = example(names[0])
    known = {party for name in names for party in example(name).expanded.parties}
    people = [ns.Party(name, title=PARTIES[name] if name in titled else "") for name in PARTIES if name in known]
    people += [ns.Party(name) for name in sorted(known - PARTIES.keys())]
    try:
        return replace(first, parts=[*(part for part in parts.values() if not isinstance(part, ns.Party)), *people])
    except ScenarioError:  # dates of one outside the dates of the other
        reject()


def told(text: str, authored: str = "") -> None:
    """Assert that a text is one for people."""
    assert not [one for one in ID.findall(text) if one not in authored], text
    assert not UNFINISHED.search(text), text
    assert not any(inner in text for inner in INNER), text


def authored(scenario: ns.Scenario) -> str:
    """All that an author has written for people: nobody changes it."""
    quoted = rf'\b(?:{WRITTEN}) = (\[[^\]]*\]|"(?:[^"\\]|\\.)*")'
    return "\n".join(re.findall(quoted, ns.dumps(scenario)))


def assert_sentences(story: ns.Narrative, said: Phrases) -> None:
    written = authored(said.scenario)
    assert len({entry.time for entry in story.entries}) == len(story.entries), "one entry an instant"
    for entry in story.entries:
        for text in (*entry.happened, *entry.changes, *entry.opens):
            told(text, written)
        sentence = said.sentence(entry.happened[0])
        assert sentence[0].isupper() or not sentence[0].isalpha()
        assert sentence[-1] in ".?!…"
    shown = {number for entry in story.entries for number in entry.scenes}
    for number, scene in enumerate(story.scenes):
        if scene.told:
            assert number in shown
            assert_somebody_does(scene, said)


def assert_somebody_does(scene: Any, said: Phrases) -> None:
    """A party that acts is named, or it is said of what it happens; either way there is a verb."""
    by = said.elements.actions[scene.action].by
    word = said.voice.place("actions", scene.action)[0]
    about = [] if by is None else [said.voice.names.party(by), said.voice.names.title(by)]
    about += [] if word is None else [said.voice.names.noun(word)]
    written = any(getattr(one, "event", "") for one in said.elements.actions.values()) or bool(said.elements.says)
    assert len(scene.what.split(" ")) > 1, scene.what
    if about and word is not None and not written and said.language.code == "en":
        text = scene.what.lower()
        others = [said.voice.names.party(name) for name in said.elements.parties]
        impersonal = re.search(r"\b(moment|deadlock|sides|side|step|track|tracks|news|talks|guarantee)\b", text)
        assert any(one.lower() in text for one in (*about, *others)) or impersonal, scene.what


@settings(max_examples=40, derandomize=True, deadline=None)
@given(scenario=scenarios(), number=st.integers(0, 5), code=st.sampled_from(languages()))
def test_stories_of_all_words_are_sentences(scenario: ns.Scenario, number: int, code: str) -> None:
    story = ns.narrate(ns.simulate(scenario, replications=1, seed=7), number, language=code)
    assert_sentences(story, Phrases(scenario, language=code))


@settings(max_examples=25, derandomize=True, deadline=None)
@given(scenario=scenarios(), code=st.sampled_from(languages()))
def test_pages_of_all_words_are_sentences(scenario: ns.Scenario, code: str) -> None:
    scenario = replace(scenario, language=code)
    written, said = authored(scenario), Phrases(scenario)
    marks = (said.say("circle_mark"), *(said.say(key) for key in ("yes", "no", "drawn")))
    pages = [
        ns.waits(scenario).text(10_000),
        *(ns.party(scenario, name).text(10_000) for name in said.elements.parties),
    ]
    for page in pages:
        for line in page.splitlines():
            for mark in marks:
                line = line.replace(f"  {mark}", "").replace(f" {mark}", "")
            told(re.sub(r"\(every[^)]*\)| {2,}", "", line).removeprefix("- "), written)


@pytest.mark.parametrize("name", [*EXAMPLES, *SHIPPED])
def test_every_element_of_the_examples_says_itself(name: str) -> None:
    """Facts both ways, numbers, events with every outcome, questions: for each word, and in every language."""
    scenario = example(name)
    written = authored(scenario)
    for code in languages():
        said = Phrases(scenario, language=code)
        for variable in (*scenario.expanded.variables, *scenario.expanded.parameters):
            if said.voice.is_fact(variable):
                holds, fails = said.holds(variable), said.fails(variable)
                assert holds != fails
                told(holds, written)
                told(fails, written)
            else:
                told(said.thing(variable), written)
        for key, action in scenario.expanded.actions.items():
            for outcome in ("", *(one.name for one in action.outcomes)):
                told(said.event(key, outcome), written)
                told(said.can(key), written)
        for question in scenario.expanded.questions.values():
            told(said.question(question), written)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_read_as_stories(name: str) -> None:
    scenario = example(name)
    story = ns.narrate(ns.simulate(scenario, replications=1, seed=3), 99)
    assert_sentences(story, Phrases(scenario))
    assert len(story.entries) < len(story.scenes) or name == "toy"
    assert not [entry for entry in story.entries if any("it comes to this" in text for text in entry.happened)]
    console = Console(file=io.StringIO(), width=80)
    console.print(story_table(story, scenario.title, "p", width=80))
    printed = console.file.getvalue()  # type: ignore[attr-defined] # a StringIO
    assert max(map(len, printed.splitlines())) <= 80
    assert not ID.search(printed)


def test_what_is_not_told_is_there_when_all_is_asked_for() -> None:
    story = ns.narrate(ns.simulate(ns.load("istanbul-2025"), replications=1, seed=3), 99)
    console = Console(file=io.StringIO(), width=120)
    console.print(story_table(story, "t", "p", width=120, every=True))
    assert any(not scene.told for scene in story)
    assert "Bookkeeping" in console.file.getvalue()  # type: ignore[attr-defined] # a StringIO


@pytest.mark.parametrize(
    "text",
    [
        "the second round: held: yes",
        "rounds.truce holds",
        "us_blame rises from 0 to 1",
        "not (the talks have been held)",
        "{by} hands over {title}",
        "the talks [are|can be] held",
        "what is missing for Terms(word=None)",
        "the second round: fall due",
    ],
)
def test_the_checks_find_what_they_are_for(text: str) -> None:
    """What was told before, or would be told by a template that is not filled, does not pass."""
    with pytest.raises(AssertionError):
        told(text)


def test_an_event_without_anybody_is_found() -> None:
    """A language that says who does nothing would not pass."""
    scenario = example("promise" if "promise" in EXAMPLES else "mediator")
    story = ns.narrate(ns.simulate(scenario, replications=1, seed=7), 0)
    scene = next(one for one in story if one.told)
    with pytest.raises(AssertionError):
        assert_somebody_does(replace(scene, what="something hidden"), Phrases(scenario))
