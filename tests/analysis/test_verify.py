"""`verify` puts engines side by side; the PRISM text that others check with is well formed by its grammar."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy.linalg import expm

import negsim as ns
from negsim.checking.verify import verify
from negsim.errors import EngineError
from negsim.report.prism import export_prism
from negsim.report.prism_words import RESERVED
from negsim.running.solving import solve

Part = Callable[[dict[str, Any]], Any]
TOKEN = re.compile(
    r"\s+|//[^\n]*|(?P<string>\"[^\"]*\")|(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<mark><=>|->|\.\.|<=|>=|!=|=\?|[-+*/()\[\]{}:;,<>=&|!?'])"
)


def tokens(text: str) -> list[str]:
    """The words and marks of PRISM text, comments and spaces left out."""
    found, place = [], 0
    while place < len(text):
        match = TOKEN.match(text, place)
        assert match, f"no token at {text[place : place + 40]!r}"
        place = match.end()
        if match.lastgroup:
            found.append(match.group())
    return found


def choose(condition: Part, then: Part, otherwise: Part, env: dict[str, Any]) -> Any:
    """A choice."""
    return then(env) if condition(env) else otherwise(env)


def combine(operation: Callable[[Any, Any], Any], left: Part, right: Part, env: dict[str, Any]) -> Any:
    """An operation on two values."""
    return operation(left(env), right(env))


class Grammar:
    """A recursive-descent reader of the part of PRISM's grammar that the manual gives for ctmc models.

    Expressions become functions of an environment, so that the model can be run as well as read.
    """

    BINARY = (("?",), ("<=>",), ("|",), ("&",), ("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"))
    OPERATIONS: ClassVar[dict[str, Callable[[Any, Any], Any]]] = {
        "<=>": operator.eq,
        "|": lambda a, b: a or b,
        "&": lambda a, b: a and b,
        "=": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
    }
    FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {
        "min": min,
        "max": max,
        "round": lambda x: math.floor(x + 0.5),
        "pow": pow,
        "log": math.log,
    }

    def __init__(self, text: str) -> None:
        self.words = tokens(text)
        self.place = 0
        self.declared: set[str] = set()
        self.used: set[str] = set()
        self.names: dict[str, Part] = {}
        self.initial: dict[str, Part] = {}
        self.ranges: dict[str, tuple[int, int]] = {}
        self.labels: dict[str, Part] = {}
        self.rewards: dict[str, Part] = {}
        self.actions: set[str] = set()
        self.commands: list[tuple[Part, list[tuple[Part, dict[str, Part]]]]] = []

    def peek(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    def take(self, wanted: str = "") -> str:
        word = self.peek()
        near = " ".join(self.words[max(self.place - 8, 0) : self.place + 4])
        assert not wanted or word == wanted, f"wanted {wanted!r} at {near!r}"
        self.place += 1
        return word

    def identifier(self) -> str:
        word = self.take()
        assert re.fullmatch(r"[A-Za-z_]\w*", word), word
        assert word not in RESERVED - {"fast", "calendar", "negotiation"}, f"{word} is reserved"
        return word

    def model(self) -> Grammar:
        self.take("ctmc")
        while self.peek():
            getattr(self, f"read_{self.peek()}")()
        assert self.used <= self.declared, self.used - self.declared
        return self

    def declare(self) -> str:
        name = self.identifier()
        assert name not in self.declared, f"{name} twice"
        self.declared.add(name)
        return name

    def defined(self) -> Part:
        self.take("=")
        part = self.expression()
        self.take(";")
        return part

    def read_const(self) -> None:
        self.take("const")
        assert self.take() in ("double", "int", "bool")
        name = self.declare()
        self.names[name] = self.defined()

    def read_formula(self) -> None:
        self.take("formula")
        name = self.declare()
        self.names[name] = self.defined()

    def read_label(self) -> None:
        self.take("label")
        name = self.take()
        self.labels[name] = self.defined()

    def read_rewards(self) -> None:
        self.take("rewards")
        name = self.take()
        while self.peek() != "endrewards":
            if self.peek() == "[":
                self.take("[")
                assert self.identifier() in self.actions
                self.take("]")
            self.expression()
            self.take(":")
            self.rewards[name] = self.expression()
            self.take(";")
        self.take("endrewards")

    def read_module(self) -> None:
        self.take("module")
        self.identifier()
        while self.peek() != "[":
            self.variable()
        while self.peek() == "[":
            self.command()
        self.take("endmodule")

    def variable(self) -> None:
        name = self.declare()
        self.take(":")
        if self.peek() == "bool":
            self.take("bool")
        else:
            self.take("[")
            low = self.integer()
            self.take("..")
            self.ranges[name] = low, self.integer()
            assert low < self.ranges[name][1]
            self.take("]")
        self.take("init")
        self.initial[name] = self.expression()
        self.take(";")

    def integer(self) -> int:
        sign = -1 if self.peek() == "-" and self.take() else 1
        return sign * int(self.take())

    def command(self) -> None:
        self.take("[")
        if self.peek() != "]":
            self.actions.add(self.identifier())
        self.take("]")
        guard = self.expression()
        self.take("->")
        updates = [self.update()]
        while self.peek() == "+":
            self.take("+")
            updates.append(self.update())
        self.take(";")
        self.commands.append((guard, updates))

    def update(self) -> tuple[Part, dict[str, Part]]:
        rate = self.expression()
        self.take(":")
        if self.peek() == "true":
            self.take()
            return rate, {}
        changes = dict([self.assignment()])
        while self.peek() == "&":
            self.take("&")
            name, part = self.assignment()
            assert name not in changes
            changes[name] = part
        return rate, changes

    def assignment(self) -> tuple[str, Part]:
        self.take("(")
        name = self.identifier()
        assert name in self.initial
        self.take("'")
        self.take("=")
        part = self.expression()
        self.take(")")
        return name, part

    def expression(self, level: int = 0) -> Part:
        if level == len(self.BINARY):
            return self.unary()
        left = self.expression(level + 1)
        while self.peek() in self.BINARY[level]:
            word = self.take()
            if word == "?":
                then = self.expression()
                self.take(":")
                left = partial(choose, left, then, self.expression())
            else:
                left = partial(combine, self.OPERATIONS[word], left, self.expression(level + 1))
        return left

    def unary(self) -> Part:
        word = self.take()
        if word in ("!", "-"):
            inner = self.unary()
            return (lambda env: not inner(env)) if word == "!" else (lambda env: -inner(env))
        if word == "(":
            part = self.expression()
            self.take(")")
            return part
        if word in self.FUNCTIONS:
            return self.called(self.FUNCTIONS[word])
        if word.startswith('"'):
            return self.labels[word]
        if word[0].isdigit():
            return lambda env: float(word) if set(word) & set(".eE") else int(word)
        if word in ("true", "false"):
            return lambda env: word == "true"
        self.place -= 1
        name = self.identifier()
        self.used.add(name)
        return lambda env: env[name] if name in env else self.names[name](env)

    def called(self, function: Callable[..., Any]) -> Part:
        self.take("(")
        parts = [self.expression()]
        while self.peek() == ",":
            self.take(",")
            parts.append(self.expression())
        self.take(")")
        return lambda env: function(*(part(env) for part in parts))

    def properties(self, text: str) -> int:
        """Read a property file against the labels and rewards of the model; return how many there are."""
        count = 0
        self.words, self.place = tokens(text), 0
        while self.peek():
            self.read_property()
            count += 1
        return count

    def read_property(self) -> None:
        if self.take() == "R":
            self.take("{")
            assert self.take() in self.rewards
            self.take("}")
            self.take("=?")
            self.take("[")
            assert self.take() in ("C", "I")
            assert self.take() in ("<=", "=")
            self.expression()
        else:
            self.take("=?")
            self.take("[")
            if self.peek() != "F":
                self.expression()
                assert self.peek() == "U"
            self.take()
            self.bound()
            self.expression()
        self.take("]")

    def bound(self) -> None:
        if self.peek() == "[":
            self.take("[")
            self.expression()
            self.take(",")
            self.expression()
            self.take("]")
        else:
            self.take("<=")
            self.take()

    def mean(self, part: Part, days: float) -> float:
        """Expected value of an expression on a day, by the dense exponential of the model's generator."""
        first = tuple(part({}) for part in self.initial.values())
        number, waiting, moves = {first: 0}, [first], []
        while waiting:
            state = waiting.pop()
            env = dict(zip(self.initial, state, strict=True))
            for guard, updates in self.commands:
                for rate, changes in updates if guard(env) else []:
                    after = tuple({**env, **{name: new(env) for name, new in changes.items()}}.values())
                    self.check_ranges(after)
                    if after not in number:
                        number[after] = len(number)
                        waiting.append(after)
                    moves.append((number[state], number[after], float(rate(env))))
        generator = np.zeros((len(number), len(number)))
        for source, target, rate in moves:
            generator[source, target] += rate
            generator[source, source] -= rate
        values = np.array([float(part(dict(zip(self.initial, state, strict=True)))) for state in number])
        return float(expm(generator * days)[0] @ values)

    def check_ranges(self, state: tuple[Any, ...]) -> None:
        for (name, value), (low, high) in (
            (pair, self.ranges.get(pair[0], (0, 1))) for pair in zip(self.initial, state, strict=True)
        ):
            assert low <= value <= high, f"{name} = {value} leaves its range"


@pytest.fixture(scope="module")
def istanbul() -> ns.Scenario:
    return ns.load("istanbul-markov")


def test_the_markov_variant_of_istanbul(istanbul: ns.Scenario) -> None:
    solution = solve(istanbul)
    found = verify(istanbul, replications=400, seed=3, solution=solution)
    assert found.agree, str(found)
    assert len(found.lines) == 11
    assert {line.kind for line in found.lines} == {"reached", "when", "holds", "fired", "duration", "value"}
    assert all(line.exact is not None and line.exact.error < 1e-9 for line in found.lines)
    assert solution.states > 10_000


def test_a_wrong_answer_is_a_disagreement_that_is_named(istanbul: ns.Scenario) -> None:
    wrong = solve(istanbul.with_parameter("round.on_date", 0.2))
    found = verify(istanbul, replications=3_000, seed=3, solution=wrong)
    assert not found.agree
    assert "round2_on_2_june" in {line.question for line in found.disagreements}
    assert "DISAGREEMENT" in str(found)


def test_what_is_not_markov_is_still_verified_among_the_simulators() -> None:
    act = ns.Action(name="act", when="not a", clock=ns.LogNormal(median=3, sigma=1), effects=["a = true"])
    scenario = ns.Scenario(
        "x", start="2025-01-01", end=10, parts=[ns.Fact("a"), act, ns.Question(name="q", condition="a")]
    )
    found = verify(scenario, replications=200)
    assert found.agree
    assert "exact" not in found.engines
    assert "lognormal" in found.lines[0].note
    fitted = verify(scenario, replications=200, stages=12)
    assert fitted.agree
    assert fitted.lines[0].exact is not None
    assert fitted.lines[0].exact.error > 1e-4


@pytest.mark.parametrize("name", ["toy", "istanbul-markov"])
def test_prism_text_is_well_formed(name: str, tmp_path: Path) -> None:
    scenario = ns.load(name)
    text = export_prism(scenario, stages=20)
    grammar = Grammar(text.model).model()
    assert grammar.properties(text.properties) >= 4
    model, properties = text.write(tmp_path, name)
    assert model.read_text(encoding="utf-8") == text.model
    assert properties.suffix == ".props"


def test_prism_text_of_a_plain_chain_needs_no_approximation() -> None:
    """Names that PRISM reserves, levels on grids, limits, outcomes, choices: all read back by the grammar."""
    parts = [
        ns.Fact("f"),
        ns.Fact("module", initial=True),
        ns.Counter("n"),
        ns.Level("t", low=-1, high=1, step=0.25),
        ns.Parameter("claim", True),
        ns.Action(name="up", when="n < 3 and (f == module) == claim", clock=ns.Exponential(0.2), effects=["n += 1"]),
        ns.Action(name="flip", clock=ns.Exponential(0.5), pace="exp(t) + abs(n) / 2", effects=["f = not f or n >= 2"]),
        ns.Action(
            name="talk",
            clock=ns.Exponential(1),
            limit=4,
            speed="1 if at_least(1, f, module) else clip(sqrt(n), 0.5, log(3))",
            outcomes=[ns.Outcome(name="good", effects=["t += 0.3"]), ns.Outcome(name="none", weight="1 + n")],
        ),
        ns.Question(name="q1", condition="n >= 2", by=4, after=1, throughout="t < 1"),
        ns.Question(name="q2", kind="fired", action="talk"),
        ns.Question(name="q3", kind="duration", condition="f"),
        ns.Question(name="q4", kind="value", condition="t * 2"),
        ns.Question(name="q5", kind="holds", condition="f and n > 0"),
    ]
    scenario = ns.Scenario("plain", start="2025-01-01", end=9, parts=parts)
    text = export_prism(scenario)
    grammar = Grammar(text.model).model()
    assert grammar.properties(text.properties) == 5
    assert "approximation" not in text.model
    assert "t_steps : [0..4] init 0;" in text.model
    assert 'P=? [ ((t < 1) & !"q_q1") U[1,4] "q_q1" ]' in text.properties
    # The text means what the scenario means: run by itself, it gives the exact engine's answers.
    solution = solve(scenario)
    assert grammar.mean(grammar.labels['"q_q5"'], 9) == pytest.approx(solution.probability("q5").value, rel=1e-9)
    assert grammar.mean(grammar.rewards['"q_q4"'], 9) == pytest.approx(solution.value("q4").value, rel=1e-9)
    broken = text.model.replace("->", "=>", 1)
    with pytest.raises(AssertionError):
        Grammar(broken).model()


def test_stages_in_place_of_the_calendar_come_close() -> None:
    """Talks by day 9, between two reviews: an Erlang clock of 60 stages is rarely so late, or so early."""
    toy = ns.load("toy")
    grammar = Grammar(export_prism(toy, stages=60).model).model()
    exact = solve(toy).probability("talks.held", by=9).value
    assert grammar.mean(grammar.labels['"q_talks_day_5"'], 9) == pytest.approx(exact, abs=0.03)


def test_prism_refuses_what_a_ctmc_cannot_say() -> None:
    with pytest.raises(EngineError, match=r"action review: a calendar action cannot be said.*stages=100"):
        export_prism(ns.load("toy"))
    act = ns.Action(name="act", when="not a", clock=ns.Erlang(2, 1.0), effects=["a = true"])
    scenario = ns.Scenario(
        "x", start="2025-01-01", end=10, parts=[ns.Fact("a"), act, ns.Question(name="q", condition="a")]
    )
    with pytest.raises(EngineError, match="only Exponential clocks"):
        export_prism(scenario)
