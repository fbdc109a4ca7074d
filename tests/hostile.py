"""Files from strangers, made by a generator: each is a text that somebody could hand to `negsim`.

Some are valid and dear, some nearly valid, some no TOML at all. None may end in a traceback, take long, need much memory,
run what it says or write where it says.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import cache

import negsim as ns
from negsim.cli.look import _file_text

SENTINEL = "negsim_was_here"
CODE = [
    f"__import__('os').system('touch {SENTINEL}')",
    f"open('{SENTINEL}', 'w')",
    f"$(touch {SENTINEL})",
    f"`touch {SENTINEL}`; touch {SENTINEL}",
    "{{ 7 * 7 }}",
    "${jndi:ldap://127.0.0.1/a}",
    "'; DROP TABLE scenarios; --",
    "<script>alert(1)</script>",
    "%n%n%n%s{0.__class__}",
    "!!python/object/apply:os.system ['true']",
]
PATHS = [
    "../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "C:\\\\Windows\\\\System32",
    "~/.ssh/id_rsa",
    "a/b",
    "..",
    ".",
]
SIGNS = [
    "\\u0000", "\\u001b[2J\\u001b]0;x\\u0007", "\\u202e desrever", "\\u200b\\u200d\\ufeff", "e\\u0301" * 30,
    "\\U0001F3F4\\U000E0067", "\\ud7ff\\ue000", "\\r\\n\\r\\n", "\\u2028\\u2029", "\\u0660\\u0661", "ﬁ", "Ａ", "İ", "ß", "\\\\",
]  # fmt: skip
NUMBERS = [
    "nan", "inf", "-inf", "1e308", "-1e308", "5e-324", "-0.0", "0", "-1", "9223372036854775807", "-9223372036854775808",
    "0x7fffffffffffffff", "9007199254740993", "1e16", "0.1", "1e-300", "1e999", "1_000_000", "99999999999999999999999",
]  # fmt: skip
DATES = [
    "0001-01-01", "9999-12-31", "2025-02-29", "2025-03-30T02:30:00", "9999-12-31T23:59:59-23:59", "10:00:00", "1969-12-31",
    '"2025-W01-1"', '"+002025-01-01"', '"2025-06-02T24:00"', '"٢٠٢٥-٠١-٠١"',
]  # fmt: skip
SHAPES = [
    "true",
    "[]",
    "{}",
    "[[[[]]]]",
    '[""]',
    "[1, 'a', {b = 2}]",
    "{a = {b = {c = {d = {}}}}}",
    '""',
    '"' + "a" * 3_000 + '"',
]
TEXTS = [
    "x",
    "not",
    "if",
    "1 +",
    "((((",
    "x.y.z",
    "x == x == x",
    "9 ** 9 ** 9",
    "x if x else x",
    "'quoted'",
    "x[0]",
    "lambda: 1",
]

HEAD = 'format_version = 1\n[scenario]\nname = "hostile"\nstart = 2025-01-01\nend = {end}\n'
ASK = '[question.q]\ncondition = "{condition}"\ntext = "Is it so?"\n'
Maker = Callable[[random.Random], str]


def quoted(text: str) -> str:
    return f'"{text}"'


def odd(dice: random.Random) -> str:
    """A value that is not what is expected."""
    kinds: list[Callable[[], str]] = [
        lambda: dice.choice(NUMBERS),
        lambda: dice.choice(DATES),
        lambda: dice.choice(SHAPES),
        lambda: quoted(dice.choice(SIGNS)),
        lambda: quoted(dice.choice(CODE).replace('"', "'")),
        lambda: quoted(dice.choice(PATHS)),
        lambda: quoted(dice.choice(TEXTS)),
    ]
    return dice.choice(kinds)()


@cache
def models() -> tuple[str, ...]:
    """Files that are valid."""
    return tuple(_file_text(name) for name in ns.shipped())


VALUE = re.compile(r"(?m)^(\s*[\w.\"-]+\s*=\s*)(.+)$")


def one_value(dice: random.Random) -> str:
    """A shipped file in which some values are others."""
    text = dice.choice(models())
    for _ in range(dice.choice([1, 1, 1, 2, 5])):
        found = dice.choice(list(VALUE.finditer(text)))
        text = text[: found.start(2)] + odd(dice) + text[found.end(2) :]
    return text


def one_word(dice: random.Random) -> str:
    """A shipped file in which a word within a value is another."""
    text = dice.choice(models())
    found = dice.choice(list(re.finditer(r"[A-Za-z_][\w.]*|\d+(?:\.\d+)?", text)))
    other = dice.choice([*NUMBERS, *TEXTS, "x" * 500, "__class__", "..", "scenario", "true", "é"])
    return text[: found.start()] + other + text[found.end() :]


def lines(dice: random.Random) -> str:
    """A shipped file with lines that are lost, doubled, or in another place."""
    rows = dice.choice(models()).splitlines(keepends=True)
    for _ in range(dice.choice([1, 2, 10])):
        place, other = dice.randrange(len(rows)), dice.randrange(len(rows))
        what = dice.choice(["lose", "double", "move"])
        if what == "double":
            rows.insert(other, rows[place])
        else:
            row = rows.pop(place)
            rows[other:other] = [row] if what == "move" else []
    return "".join(rows)


def signs(dice: random.Random) -> str:
    """A shipped file with signs that are lost or others."""
    text = dice.choice(models())
    if dice.random() < 0.3:
        return text[: dice.randrange(len(text))]
    for _ in range(dice.choice([1, 3, 30])):
        place = dice.randrange(len(text))
        text = text[:place] + dice.choice("[]{}=\"'.,#\n\\\t\x7f\x00\x1bé\u202e\ufeff😀") + text[place + 1 :]
    return text


def every_day(dice: random.Random) -> str:
    """Calendar clocks with very many instants."""
    count, years = dice.choice([1, 3, 20, 50, 300]), dice.choice([1, 30, 100, 250, 284])
    period = dice.choice(["1 day", "1 minute", "36 hours", "1 hour", "2 weeks"])
    acts = "".join(f'[action.a{k}]\nclock = {{every = "{period}"}}\neffects = ["x = true"]\n' for k in range(count))
    return HEAD.format(end=f"{2025 + years}-01-01") + "[fact.x]\n" + ASK.format(condition="x") + acts


def race(dice: random.Random) -> str:
    """Clocks that fire again and again, faster and faster."""
    rate, pace = (
        dice.choice(["1e3", "1e9", "1e300", "0.5", "100"]),
        dice.choice(["1", "exp(n)", "n * n", "1e300", "1 / (1 - n)"]),
    )
    count = dice.choice([1, 5, 70])
    acts = "".join(
        f'[action.a{k}]\nclock = {{law = "exponential", rate = {rate}}}\npace = "{pace}"\neffects = ["n = n + 1"]\n'
        for k in range(count)
    )
    return HEAD.format(end=dice.choice([40, 36_500])) + "[counter.n]\n" + ASK.format(condition="n >= 1000000") + acts


def at_once(dice: random.Random) -> str:
    """Immediate actions that wake each other, delays of nothing, levels that no float holds."""
    kind = dice.choice(["{immediately = true}", "{fixed = 0}", "{fixed = 1e-9}", '{fixed = "0 days"}'])
    change = dice.choice(['"x = not x"', '"n = n + 1"', '"n = n * 2"', '"l = l * 1e300"', '"l = 1 / n"'])
    memory = dice.choice(["reset", "resume", "repeat"])
    return (
        HEAD.format(end=40) + "[fact.x]\n[counter.n]\n[level.l]\n" + ASK.format(condition="x")
        + f'[action.a]\nclock = {kind}\neffects = [{change}]\nmemory = "{memory}"\nwhen = "{dice.choice(["true", "not x", "x"])}"\n'
        + '[action.b]\nclock = {law = "exponential", rate = 1}\neffects = ["x = not x"]\n'
    )  # fmt: skip


def states(dice: random.Random) -> str:
    """Very many states: facts that are drawn, counters without end, fine levels, clocks with stages."""
    facts, counters, levels = dice.choice([(40, 0, 0), (1, 8, 0), (1, 0, 8), (12, 2, 2), (3, 1, 1)])
    text = HEAD.format(end=dice.choice([40, 4_000]))
    text += "".join(f"[fact.f{k}]\ninitial = {{chance = 0.1}}\n" for k in range(facts))
    text += "".join(f"[counter.c{k}]\n" for k in range(counters))
    text += "".join(f"[level.l{k}]\nlow = 0\nhigh = 1000\nstep = 0.001\n" for k in range(levels))
    names = [f"f{k} = not f{k}" for k in range(facts)] + [f"c{k} = c{k} + 1" for k in range(counters)]
    names += [f"l{k} = l{k} + 0.001" for k in range(levels)]
    for number, effect in enumerate(names):
        law = dice.choice(
            [
                'law = "exponential", rate = 3',
                'law = "erlang", k = 50, mean = 2',
                'law = "weibull", shape = 2, scale = 5',
            ]
        )
        text += f'[action.a{number}]\nclock = {{{law}}}\neffects = ["{effect}"]\n'
    return text + ASK.format(condition=" and ".join(f"f{k}" for k in range(facts)))


def expressions(dice: random.Random) -> str:
    """Long, deep and wide expressions, and many of them."""
    kind = dice.choice(["deep", "wide", "many", "choices", "at least"])
    parts = {
        "deep": "(" * dice.choice([59, 60, 61, 900]) + "x" + ")" * 60,
        "wide": " and ".join(["x"] * dice.choice([100, 400, 700])),
        "many": "x or not x",
        "choices": "x if x else " * 58 + "x",
        "at least": f"at_least({dice.choice(['1', '50', '1e9', '-1'])}, {', '.join(['x', 'not x'] * 100)})",
    }
    count = dice.choice([1, 200, 2_000]) if kind == "many" else dice.choice([1, 40])
    acts = "".join(
        f'[action.a{k}]\nclock = {{fixed = 1}}\nwhen = "{parts[kind]}"\neffects = ["x = {parts[kind]}"]\n'
        for k in range(count)
    )
    return HEAD.format(end=40) + "[fact.x]\n" + ASK.format(condition=parts[kind]) + acts


def crowds(dice: random.Random) -> str:
    """Thousands of parts of one kind, names that are long or alike, chains of preconditions."""
    count = dice.choice([100, 1_000, 4_000])
    kind = dice.choice(
        ["facts", "questions", "chain", "outcomes", "parameters", "parties", "evidence", "interventions", "counter"]
    )
    text = HEAD.format(end=40) + "[fact.x]\n[action.a]\nclock = {fixed = 1}\neffects = ['x = true']\n"
    if kind == "facts":
        return text + "".join(f"[fact.{'f' * 50}{k:06}]\n" for k in range(count)) + ASK.format(condition="x")
    if kind == "questions":
        return text + "".join(f'[question.q{k}]\ncondition = "x"\nby = "{k % 39 + 1} days"\n' for k in range(count))
    if kind == "chain":
        chain = "".join(
            f'[fact.f{k}]\n[action.b{k}]\nwhen = "{"x" if k == 0 else f"f{k - 1}"}"\nclock = {{law = "exponential", rate = 1}}\neffects = ["f{k} = true"]\n'
            for k in range(count // 10)
        )
        return text + chain + ASK.format(condition=f"f{count // 10 - 1}")
    if kind == "outcomes":
        return (
            text
            + "".join(f"[action.a.outcome.o{k}]\nweight = 1e{k % 300}\n" for k in range(count))
            + ASK.format(condition="x")
        )
    if kind == "parameters":
        return text + "".join(
            f'[parameter.p{k}]\nbest = 0.5\nbelief = {{law = "beta", mean = 0.5, p90 = 0.9}}\nsource = "s"\ngrade = "assumed"\n' for k in range(count // 10)
        ) + ASK.format(condition="x")  # fmt: skip
    if kind == "parties":
        return text + "".join(f"[party.p{k}]\n" for k in range(count)) + ASK.format(condition="x")
    if kind == "evidence":
        link = dice.choice(
            ["javascript:alert(1)", "file:///etc/passwd", "http://127.0.0.1:9/", "https://example.org/" + "a" * 2_000]
        )
        return text + "".join(f'[evidence.e{k}]\nurl = "{link}"\n' for k in range(count)) + ASK.format(condition="x")
    if kind == "interventions":
        return text + ASK.format(condition="x") + "[[intervention]]\nnudge = 'x'\non = 2025-01-02T10:00:00\n" * count
    acts = "".join(
        f'[action.b{k}]\nwhen = "n >= {k}"\nclock = {{fixed = 1}}\neffects = ["n = n + 1"]\n'
        for k in range(count // 25)
    )
    return text + "[counter.n]\n" + acts + ASK.format(condition=f"n >= {count}")


def names(dice: random.Random) -> str:
    """Names and titles that are paths, code, or steer a terminal."""
    name = dice.choice([*CODE, *PATHS, *SIGNS, "con", "nul", "a" * 300, "-rf", "--help", ""]).replace('"', "'")
    title = dice.choice([*CODE, *SIGNS, "$x^2$ $\\\\frac{1}", "[bold red]x[/]", "[/]", "%s %d", "\\u001b[31m"]).replace(
        '"', "'"
    )
    where = dice.choice(["scenario", "fact", "title", "question", "text", "outcome"])
    named = name if where == "scenario" else "hostile"
    text = f'format_version = 1\n[scenario]\nname = "{named}"\nstart = 2025-01-01\nend = 40\n'
    text += f'title = "{title}"\n' if where == "title" else ""
    fact = f'"{name}"' if where == "fact" else "x"
    text += f'[fact.{fact}]\ntitle = "{title}"\n[action.a]\nclock = {{fixed = 1}}\neffects = ["x = true"]\n'
    text += f'[action.a.outcome."{name}"]\n' if where == "outcome" else ""
    question = f'"{name}"' if where == "question" else "q"
    return text + f'[question.{question}]\ncondition = "x"\ntext = "{title if where == "text" else "x"}"\n'


def laws(dice: random.Random) -> str:
    """Laws with arguments at the edge of what floats hold."""
    family = dice.choice(
        ["exponential", "weibull", "gamma", "lognormal", "uniform", "triangular", "pert", "erlang", "normal", "beta"]
    )
    keys = {
        "exponential": ["rate", "mean", "median"], "weibull": ["shape", "scale", "median", "p90"],
        "gamma": ["shape", "scale", "mean", "p90"], "lognormal": ["mu", "sigma", "median", "p90", "mean"],
        "uniform": ["low", "high"], "triangular": ["low", "mode", "high"], "pert": ["low", "mode", "high"],
        "erlang": ["k", "mean", "scale"], "normal": ["mu", "sigma"], "beta": ["a", "b", "mean"],
    }[family]  # fmt: skip
    chosen = dice.sample(keys, min(len(keys), dice.choice([1, 2, 2, 3])))
    given = ", ".join(f"{key} = {dice.choice([*NUMBERS, '1', '2', '14', '0.5'])}" for key in chosen)
    more = dice.choice(["", ", never = 0.5", ", never = 1", ", low = 3, high = 3", ", floor = 1e300", ", never = nan"])
    return (
        HEAD.format(end=dice.choice([40, "1e-9", "1e5"])) + "[fact.x]\n" + ASK.format(condition="x")
        + f'[action.a]\nclock = {{law = "{family}", {given}{more}}}\npace = "{dice.choice(["1", "1e300", "0", "-1", "1e-300"])}"\neffects = ["x = true"]\n'
    )  # fmt: skip


def texts(dice: random.Random) -> str:
    """No TOML, or much of it."""
    return dice.choice(
        [
            "", "\n" * 10_000, "[" * 5_000, "a" * 100_000, "a = 1\n" * 1_000, "[a]\n" * 1_000, "\0" * 1_000, "﻿format_version = 1\n",
            HEAD.format(end=40) + "include = 'hostile.toml'\n", HEAD.format(end=40) + "[include]\nfile = '/dev/zero'\n",
            HEAD.format(end=40) + '[scenario]\nname = "again"\n', HEAD.format(end="'hostile.toml'"),
            HEAD.format(end=40) + "[x." + "a." * 23 + "b]\n", HEAD.format(end=40) + "# " + "é" * 300_000 + "\n",
            "#!/bin/sh\ntouch " + SENTINEL + "\n", '{"format_version": 1}', "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>",
            "format_version = 1\n[scenario]\nname = 'x'\nstart = 2025-01-01\nend = 40\nzone = '" + dice.choice(PATHS) + "'\n",
            "format_version = " + "9" * 5_000, HEAD.format(end=40) + "[fact.x]\ninitial = " + "9" * 400 + "\n",
        ]
    )  # fmt: skip


MAKERS: dict[str, tuple[Maker, int]] = {
    "one value": (one_value, 8),
    "one word": (one_word, 5),
    "lines": (lines, 4),
    "signs": (signs, 3),
    "every day": (every_day, 2),
    "race": (race, 3),
    "at once": (at_once, 3),
    "states": (states, 3),
    "expressions": (expressions, 2),
    "crowds": (crowds, 4),
    "names": (names, 4),
    "laws": (laws, 4),
    "texts": (texts, 3),
}


def files(count: int, seed: int = 20250602) -> Iterator[tuple[str, str]]:
    """So many files, each with the kind that it is of; the first ones are the same for every count."""
    kinds = [kind for kind, (_, weight) in MAKERS.items() for _ in range(weight)]
    order = random.Random(seed)
    for number in range(count):
        kind = order.choice(kinds)
        yield f"{number:03} {kind}", MAKERS[kind][0](random.Random(f"{seed} {number}"))
