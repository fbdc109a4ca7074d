"""The page on sentences does what it says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

import negsim as ns
from negsim.errors import UnknownName
from negsim.wording.phrases import Phrases

PAGE = (Path(__file__).parents[2] / "docs" / "sentences.md").read_text("utf-8")
HEAD = 'format_version = 1\n[scenario]\nname = "s"\nstart = "2025-05-29"\nend = "2025-06-30"\n[party.moscow]\n[party.kyiv]\n'


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_plain_elements_say_what_their_author_wrote() -> None:
    scenario = ns.loads(HEAD + blocks("toml")[0])
    said = Phrases(scenario)
    assert said.event("moscow.hand_over") == "Moscow hands over its memorandum"
    assert said.can("moscow.hand_over") == "Moscow can hand over its memorandum"
    assert (said.holds("memo.there"), said.fails("memo.there")) == (
        "Kyiv has the memorandum",
        "Kyiv does not have it yet",
    )
    assert said.question("memo") == "The memorandum by 9 June 2025"
    assert ns.loads(ns.dumps(scenario)) == scenario


def test_what_words_write_out_says_what_their_author_wrote() -> None:
    words = """
[promise.memo]
by = "moscow"
to = "kyiv"
delay = {law = "exponential", mean = 5}
[meeting.talks]
among = ["moscow", "kyiv"]
on = "2025-06-02T13:00"
requires = {kyiv = "memo.delivered"}
products = {exchange = 0.5}
"""
    said = Phrases(ns.loads(HEAD + words + blocks("toml")[1]))
    assert said.event("talks.conclude", "exchange") == "the talks bring an exchange of prisoners"
    assert said.event("talks.review", "called_off") == "Kyiv stays away, and the talks are called off"
    assert said.event("talks.review", "held") == "the talks are held"
    assert said.fails("memo.delivered") == "Kyiv waits for the text"


def test_the_python_of_the_page_runs_and_tells_stories() -> None:
    space: dict[str, object] = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for code in blocks("python"):
            exec(compile(code, "docs/sentences.md", "exec", dont_inherit=True), space)
    text = out.getvalue()
    assert "Moscow hands over the promised memo." in text
    assert "Baghdad opens the fair of Baghdad." in text
    assert "Possible from the start: Baghdad can open the fair of Baghdad." in text


def test_what_says_itself_must_be_there() -> None:
    words = HEAD + '[promise.memo]\nby = "moscow"\nto = "kyiv"\ndelay = {law = "exponential", mean = 5}\n'
    for name, hint in (("memo.deliverd", "memo.delivered"), ("mema", "memo")):
        with pytest.raises(UnknownName, match=rf"says.*{name}.*did you mean '{hint}'"):
            ns.loads(words + f'[says."{name}"]\ntitle = "the text"\n')


def test_sayings_change_no_history() -> None:
    plain = ns.loads(HEAD + blocks("toml")[0])
    told = ns.Scenario(
        "s", start="2025-05-29", end="2025-06-30", parts=[*plain.parts, ns.Says("memo.there", holds="it is there")]
    )
    one, two = (ns.simulate(each, replications=200, seed=3).probability("memo") for each in (plain, told))
    assert one.interval() == two.interval()
