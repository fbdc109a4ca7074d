"""The report as Markdown, in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from negsim.report.page.texts import sentence
from negsim.report.words import day

__all__ = ["markdown"]

SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
BULLET, NUMBERED = re.compile(r"^([-+=])(?=\s|$|[-+=]*$)"), re.compile(r"^(\d+)([.)])(?=\s|$)")


def markdown(data: dict[str, Any]) -> str:
    """Write the report.

    Parameters
    ----------
    data : dict
        Of the report.
    """
    parts = (_head, _answers, _dates, _why, _watch, _levers, _waits, _stories, _assumptions, _carried, _limits, _again)
    lines = [line for part in parts for line in part(data)]
    return "\n".join(lines).strip() + "\n"


def plainly(text: str) -> str:
    """Text of a scenario in which nothing is read as a sign of Markdown or HTML.

    >>> plainly("45.8 points"), plainly("-12 points"), plainly("1. first"), plainly("- one")
    ('45.8 points', '-12 points', '1\\\\. first', '\\\\- one')

    >>> plainly("<b>[a](javascript:x)</b> | *c*")
    '\\\\<b\\\\>\\\\[a\\\\](javascript:x)\\\\</b\\\\> \\\\| \\\\*c\\\\*'
    """
    # One line each: a line of a stranger's text that begins a heading or a fence would begin one.
    flat = " ".join(str(text).split())
    return NUMBERED.sub(r"\1\\\2", BULLET.sub(r"\\\1", SIGNS.sub(r"\\\1", flat)))


def _section(title: str, *lines: str) -> list[str]:
    return ["", f"## {title}", "", *lines]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'|'.join(' --- ' for _ in head)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _full(number: dict[str, Any] | None) -> str:
    """A number with its interval."""
    if number is None:
        return "unknown"
    return plainly(f"{number['printed']} [{number['ends']}]" if number["ends"] else number["printed"])


def _short(number: dict[str, Any] | None) -> str:
    return "" if number is None else plainly(number["printed"])


def _head(data: dict[str, Any]) -> Iterator[str]:
    scenario = data["case"]
    yield f"# {plainly(scenario['title'])}"
    known = f", as known on {day(scenario['as_of'])}" if scenario["as_of"] else ""
    yield from ("", f"Simulated with negsim{known}.")
    yield from (line for one in data["about"]["supposed"] for line in ("", f"**Supposed:** {plainly(one)}."))
    if scenario["note"]:
        yield from ("", plainly(scenario["note"]))


def _answers(data: dict[str, Any]) -> Iterator[str]:
    run = data["run"]
    draws = (
        f" over {run['draws']:,} draws of the assumptions" if run["draws"] else ", every assumption at its best value"
    )
    yield from _section(
        "Answers",
        f"Shares of {run['n']:,} simulated histories{draws}. Range: 5 to 95 % over what is not known. Interval: error of "
        f"finitely many histories, {100 * data['level']:.10g} %.",
        "",
    )
    for one in data["answers"]:
        yield f"- {_sentence(one)}"
        yield from (f"  {plainly(note)}." for note in one["notes"])
        if one["text"]:
            yield f"  {plainly(one['text'])}"


def _sentence(one: dict[str, Any]) -> str:
    title, number = plainly(one["title"]), one["number"]
    if number is None:
        return f"**{title}: unknown.**"
    told = (
        f"**{title}: {' '.join([_short(number), one['unit']]).strip()}**{', ' + one['words'] if one['words'] else ''}."
    )
    if one["range_text"]:
        told += f" What is not known of the assumptions leaves {plainly(one['range_text'])}."
    if one["collapsed"]:
        told += " The draws of the assumptions made no difference that stands out from chance."
    if number["ends"]:
        told += f" Sampling error alone leaves {plainly(number['ends'])}."
    if one["base_rate"]:
        told += f" The base rate is {_short(one['base_rate'])}."
    if one["given"] and one["n"]:
        told += f" Given that {plainly(one['given'])}, which came true in {one['counted']:,} of {one['n']:,} histories."
    return told


def _dates(data: dict[str, Any]) -> Iterator[str]:
    curves = data["by_date"]["curves"]
    if not curves:
        return
    yield from _section(
        "By when", "The probability that it has happened by each date; the band holds for a whole curve."
    )
    for one in curves:
        rows = (
            [day(r["date"]), _short(r["number"]), plainly(r["number"]["ends"]), plainly(r["range_text"])]
            for r in one["readings"]
        )
        yield from ("", f"### {plainly(one['title'])}", "")
        yield from _table(("By", "Probability", "Band", "Range"), rows)


def _why(data: dict[str, Any]) -> Iterator[str]:
    if not data["why"]:
        return
    yield from _section(
        "Why not", "What was seen in the histories in which the answer is no. Reasons are reasons inside the model."
    )
    for one in data["why"]:
        yield from ("", f"### {plainly(one['title'])}", "")
        if not one["failures"]["value"]:
            yield f"It never failed in {_short(one['n'])} histories."
            continue
        # Few of the failing histories may have been looked at; shares are then of these.
        few = one["looked"]["value"] < one["failures"]["value"]
        these = f"the {_short(one['looked'])} of them that were looked at" if few else "these"
        share = f"{_short(one['failures'])} of {_short(one['n'])} histories"
        yield f"By {one['by_text']} the answer is {one['side']} in {share}. Of {these}:"
        yield ""
        for reason in one["reasons"]:
            yield f"- {_full(reason['share'])}: {plainly(reason['text'])}"
            yield from (f"  - of these {_short(each['share'])}: {plainly(each['text'])}" for each in reason["behind"])
        yield from (line for each in one["decisions"] for line in _decided(each))


def _decided(one: dict[str, Any]) -> Iterator[str]:
    chose = " or ".join(f"“{plainly(each)}”" for each in one["choices"])
    yield from (
        "",
        f"{plainly(one['by'])} decided against it in {_short(one['histories'])} of {_short(one['failures'])} of the failing "
        f"histories looked at: {chose}.",
        "",
    )
    for each in one["because"]:
        yield f"- In {_short(each['against'])} of {_short(each['of'])} {plainly(each['text'])}."


def _watch(data: dict[str, Any]) -> Iterator[str]:
    one = data["watch"]
    if one is None:
        return
    yield from _section(
        "What to watch", f"Which news would move {plainly(one['what'])}, {_full(one['answer'])} in these histories.", ""
    )
    rows = []
    for each in one["items"]:
        news = each["kind"] == "news"
        head = plainly(each["text"]) if news else f"(not known) {plainly(each['text'])}"
        yes, no = _full(each["yes"]), _full(each["no"])
        # Of what is not known there is no yes and no, but high and low.
        if not news:
            yes, no = f"{yes} at {_short(each['high_value'])}", f"{no} at {_short(each['low_value'])}"
        rows.append([head, each["by_text"], _full(each["chance"]) if news else "", yes, no, _full(each["move"])])
    yield from _table(("Whether", "Known by", "Chance", "If so (if high)", "If not (if low)", "Moves it by"), rows)
    yield from ("", f"{plainly(one['seen'])} {plainly(one['method'])}.")


def _levers(data: dict[str, Any]) -> Iterator[str]:
    one = data["levers"]
    if one is None:
        return
    yield from _section(
        "What would change it",
        f"What a change would do to {plainly(one['what'])}: {_full(one['answer'])} in the first {_short(one['n'])} histories.",
    )
    for head, rows in (("What makes it likelier", one["helpers"]), ("What makes it less likely", one["spoilers"])):
        if rows:
            yield from ("", f"### {head}", "")
            yield from _table(
                ("Suppose that", "Points", "Then", "No to yes", "Yes to no"),
                (
                    [
                        plainly(each["text"]),
                        _full(each["points"]),
                        *(_short(each[key]) for key in ("then", "gained", "lost")),
                    ]
                    for each in rows
                ),
            )
    yield from (
        "",
        _chosen(one),
        "",
        f"Tried: {_short(one['tried'])} of {_short(one['of'])} changes. {one['model']}",
    )


def _chosen(one: dict[str, Any]) -> str:
    choice = one["choice"]
    if choice is None:
        return "No change is seen to help, all looked at together."
    others = f"by more than {_short(choice['within'])}" if choice["others"] else "at all"
    tied = f" Not told apart from it: {plainly('; '.join(choice['others']))}." if choice["others"] else ""
    return f"No other of these changes is better than this one {others}: {plainly(choice['best'])}.{tied}"


def _waits(data: dict[str, Any]) -> Iterator[str]:
    pairs, circles = data["waits"]["pairs"], data["waits"]["circles"]
    yield from _section("Who waits for whom")
    if not pairs:
        yield "Nobody waits for anybody: every precondition is met."
    for one in pairs:
        yield f"{one['number']}. {plainly(one['who'])} waits for {plainly(one['whom'])}{' (in a circle)' if one['circle'] else ''}"
        for each in one["needs"]:
            yield f"   - {plainly(each['needs'])} ({plainly(each['step'])}; {plainly(each['how'])})"
    for circle in circles:
        names = [plainly(name) for name in circle]
        yield from ("", f"A circle: {', '.join(names[:-1])} and {names[-1]} wait for each other.")


def _stories(data: dict[str, Any]) -> Iterator[str]:
    if not data["stories"]:
        return
    yield from _section("Two stories", "Possible histories out of many, not forecasts.")
    for answer, story in data["stories"].items():
        yield from ("", f"### One story of {answer} (history {story['replication']} of seed {story['seed']})", "")
        yield from _entries(story["entries"])
        if story["between"]:
            yield f"- … {story['between']} more events …"
        yield from _entries(story["rest"])


def _entries(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    for one in entries:
        told = " ".join(map(sentence, one["happened"]))
        then = f" ({plainly('; '.join(one['changes']))})" if one["changes"] else ""
        yield f"- {one['date_text']}: {plainly(told)}{then}"


def _assumptions(data: dict[str, Any]) -> Iterator[str]:
    one = data["assumptions"]
    yield from _section("Assumptions")
    if not one["rows"]:
        yield "The scenario has no parameters."
        return
    yield from (f"Judgement carries {_short(one['guessed'])} of {_short(one['total'])} assumptions.", "")
    rows = (
        [
            plainly(each["title"]),
            f"{_short(each['value'])} {plainly(each['unit'])}".strip(),
            _range(each),
            "; ".join(_linked(source) for source in each["sources"]),
            each["grade"] + (" (hindsight)" if each["hindsight"] else ""),
        ]
        for each in one["rows"]
    )
    yield from _table(("Assumption", "Value", "Range", "Source", "Grade"), rows)
    if one["together"]:
        yield from ("", "### What is believed of several together", "")
    for each in one["together"]:
        yield f"- {plainly(sentence(each['text']))} {'; '.join(_linked(source) for source in each['sources'])}".rstrip()
    if one["evidence"]:
        yield from ("", "### Sources", "")
    for each in one["evidence"]:
        date = f" {day(each['date'])}." if each["date"] else ""
        told = plainly(" ".join(map(sentence, filter(None, (each["text"], each["note"])))))
        yield f"- {told}{date}" + (f" <{each['url']}>" if each["url"] else "")


def _range(one: dict[str, Any]) -> str:
    ends = [_short(one[key]) for key in ("low", "high") if one[key] is not None]
    return " to ".join(ends) or "fixed"


def _linked(source: dict[str, str]) -> str:
    text = plainly(source["text"])
    return f"[{text}](<{source['url']}>)" if source["url"] else text


def _carried(data: dict[str, Any]) -> Iterator[str]:
    rows = [
        [f"{plainly(one['name'])} ({one['kind']})", ", ".join(_short(value) for value in one["values"])]
        for one in data["not_carried"]
    ]
    if rows:
        yield from _section(
            "Not in the range", "Numbers without source, grade and range. The range of no answer carries them.", ""
        )
        yield from _table(("Where", "Numbers"), rows)
    else:
        yield from _section(
            "Not in the range", "Every number in the scenario is an assumption with a source and a grade."
        )
    yield from ("", "The structure of the model is in no range either.")


def _limits(data: dict[str, Any]) -> Iterator[str]:
    yield from _section("What a simulated probability is not", *(f"- {one}" for one in data["limits"]))
    yield from (f"- Left out ({part}): {plainly(why)}." for part, why in data["missing"].items())


def _again(data: dict[str, Any]) -> Iterator[str]:
    run, scenario = data["run"], data["case"]
    yield from _section("How to get the same again", *(f"    {line}" for line in run["command"].splitlines()), "")
    yield from (f"    {line}" for line in run["python"].splitlines())
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    yield from ("", f"Seed {run['seed']}, engine {plainly(run['engine'])}, {versions}.")
    if scenario["hash"]:
        yield f"Scenario {plainly(scenario['name'])}: {scenario['hash']} ({plainly(scenario['hash_of'])})."
