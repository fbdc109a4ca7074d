"""What else can be asked of a solution: closed forms for every kind of question, clock and derivative."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import negsim as ns
from negsim.engines.exact.layout import Layout, Table
from negsim.engines.exact.lumping import whole
from negsim.engines.exact.markov import numbers_of
from negsim.engines.exact.phasetype import fitted_phases
from negsim.engines.exact.vector import Value, evaluate
from negsim.errors import EngineError, EstimateError, EvaluationError, RunawayError
from negsim.laws import Law
from negsim.model.expressions import Expression, compile_expression, parse
from negsim.program import lower
from negsim.running.solving import solve


def scenario(*parts: Any, end: float = 20) -> ns.Scenario:
    """Parts under one roof."""
    return ns.Scenario("x", start="2025-01-01", end=end, parts=parts)


def act(name: str, clock: Any, *effects: str, **more: Any) -> ns.Action:
    """An action in one line."""
    return ns.Action(name=name, clock=clock, effects=list(effects), **more)


def test_counts_times_and_durations() -> None:
    """A fact that comes at rate 0.2 and goes at 0.5: means in closed form."""
    up = act("up", ns.Exponential(0.2), "f = true", when="not f")
    down = act("down", ns.Exponential(0.5), "f = false", when="f")
    solution = solve(scenario(ns.Fact("f"), up, down))

    def held(t: float) -> float:
        return 2 / 7 * (t - -math.expm1(-0.7 * t) / 0.7)

    assert solution.duration("f", 9).value == pytest.approx(held(9), rel=1e-11)
    assert solution.count("down", 9).value == pytest.approx(0.5 * held(9), rel=1e-11)
    assert solution.count("up", 9).value == pytest.approx(0.2 * (9 - held(9)), rel=1e-11)
    first = solution.first_time("f", 9)
    cut = 1 - math.exp(-1.8)
    assert first.value == pytest.approx((5 - (9 + 5) * math.exp(-1.8)) / cut, rel=1e-10)
    assert abs(first.value - (5 - 14 * math.exp(-1.8)) / cut) <= first.error + 1e-13
    assert solution.value("3 if f else 1", 9).value == pytest.approx(1 + 2 * 2 / 7 * -math.expm1(-6.3), rel=1e-11)
    with pytest.raises(EstimateError, match="no first time"):
        solution.first_time("f and not f", 9)


def test_curve_and_quantile() -> None:
    solution = solve(scenario(ns.Fact("f"), act("up", ns.Exponential(0.2), "f = true", when="not f"), end=30))
    found = solution.first_passage("f", dates=[1, 2.5, 10])
    assert found.curve.values == pytest.approx([1 - math.exp(-0.2 * t) for t in (1, 2.5, 10)], rel=1e-12)
    assert np.all(found.curve.low <= found.curve.values)
    assert found.curve.quantile(0.5).time == pytest.approx(math.log(2) / 0.2, abs=2e-5)
    assert found.curve.quantile(0.9999).time == math.inf
    assert found.quantile(0.9999) == ("never", "never", "never")
    assert found.at("2025-01-05").value == pytest.approx(1 - math.exp(-1.0), rel=1e-12)
    assert len(solution.first_passage("f").curve.times) == 101


def test_given_and_throughout() -> None:
    """Two independent facts: what is given changes nothing; "while not" is a race."""
    parts = [
        ns.Fact("a"),
        ns.Fact("b"),
        *(act(f"do_{n}", ns.Exponential(r), f"{n} = true", when=f"not {n}") for n, r in (("a", 0.2), ("b", 0.3))),
    ]
    solution = solve(scenario(*parts))

    def ask(**more: Any) -> float:
        return solution.probability(ns.Question(name="q", condition="a", **more)).value

    assert ask(by=4, given="b", given_by=2) == pytest.approx(1 - math.exp(-0.8), rel=1e-11)
    assert ask(by=2, given="b", given_by=7) == pytest.approx(1 - math.exp(-0.4), rel=1e-11)
    assert ask(by=4, after=1, given="b") == pytest.approx(math.exp(-0.2) - math.exp(-0.8), rel=1e-11)
    assert ask(by=4, throughout="not b") == pytest.approx(0.4 * -math.expm1(-2.0), rel=1e-11)
    given_a_itself = ask(by=9, given="a or b", given_by=3)
    first_a = 0.4 * -math.expm1(-1.5)
    later_a = -math.expm1(-0.2 * 9) - first_a - (math.exp(-0.2 * 3) - math.exp(-1.8)) * math.exp(-0.3 * 3)
    assert given_a_itself == pytest.approx((first_a + later_a) / -math.expm1(-1.5), rel=1e-10)


def test_immediate_actions_are_eliminated_and_still_seen() -> None:
    """b is true for no time at all, yet it came true; half of the chains end in c."""
    parts = [
        *(ns.Fact(name) for name in "abc"),
        act("begin", ns.Exponential(0.3), "a = true", when="not a"),
        act("flash", ns.Immediately(), "b = true", when="a"),
        ns.Action(
            name="gone",
            clock=ns.Immediately(),
            when="b",
            effects=["b = false"],
            outcomes=[ns.Outcome(name="c", effects=["c = true"]), ns.Outcome(name="no")],
        ),
    ]
    solution = solve(scenario(*parts))
    come = 1 - math.exp(-1.5)
    assert solution.probability("b", by=5).value == pytest.approx(come, rel=1e-12)
    assert solution.holds("b", 5).value == 0.0
    assert solution.probability("c", by=5).value == pytest.approx(come / 2, rel=1e-12)
    assert solution.count("flash", 5).value == pytest.approx(come, rel=1e-12)
    assert solution.count("gone", 5, outcome="c").value == pytest.approx(come / 2, rel=1e-12)
    assert solution.states == 3


def test_a_loop_that_is_left_by_chance_is_summed_and_one_that_is_not_is_a_runaway() -> None:
    def loop(weight: str) -> ns.Scenario:
        """a and b take turns; each round may end the loop."""
        leave = [
            ns.Outcome(name="end", weight=weight, effects=["done = true"]),
            ns.Outcome(name="on", effects=["a = false", "b = true"]),
        ]
        return scenario(
            *(ns.Fact(name) for name in ("a", "b", "done")),
            act("begin", ns.Exponential(0.3), "a = true", when="not a and not b and not done"),
            ns.Action(name="ping", clock=ns.Immediately(), when="a", outcomes=leave),
            act("pong", ns.Immediately(), "b = false", "a = true", when="b"),
        )

    found = solve(loop("1"))
    assert found.probability("done", by=5).value == pytest.approx(1 - math.exp(-1.5), rel=1e-12)
    assert found.count("ping", 5).value == pytest.approx(2 * (1 - math.exp(-1.5)), rel=1e-12)
    with pytest.raises(RunawayError, match="ping > pong"):
        solve(loop("0")).probability("done", by=5)


def test_erlang_defective_speed_and_limit() -> None:
    solution = solve(scenario(ns.Fact("f"), act("go", ns.Erlang(3, 2.0), "f = true", when="not f", speed="2")))
    assert solution.probability("f", by=4).value == pytest.approx(stats.gamma.cdf(8, 3, scale=2), rel=1e-11)
    assert solution.states == 4
    solution = solve(scenario(ns.Fact("f"), act("go", ns.Exponential(0.5).or_never(0.3), "f = true", when="not f")))
    assert solution.probability("f", by=4).value == pytest.approx(0.7 * (1 - math.exp(-2)), rel=1e-11)
    solution = solve(scenario(ns.Counter("n"), act("go", ns.Exponential(0.5), "n += 1", limit=2)))
    assert solution.value("n", 4).value == pytest.approx(2 - math.exp(-2) * (2 + 2), rel=1e-11)


def test_stages_are_lost_on_reset_and_kept_on_resume() -> None:
    """Known answer 3 with an Erlang law: reset makes the work longer than resume."""

    def mean(memory: str) -> float:
        parts = [
            ns.Fact("up", initial=True),
            ns.Fact("done"),
            act("work", ns.Erlang(3, 1.0), "done = true", when="up and not done", memory=memory),
            act("fail", ns.Exponential(0.5), "up = false", when="up"),
            act("mend", ns.Exponential(1.0), "up = true", when="not up"),
        ]
        return solve(scenario(*parts, end=400)).first_time("done").value

    assert mean("resume") == pytest.approx(3 * 1.5, rel=1e-9)
    # Reset: three stages at rate 1 before the next failure, (1/1.5)**3 a try; each failure costs a repair of mean 1.
    share = (1 / 1.5) ** 3
    tries = 1 / share
    assert mean("reset") == pytest.approx((tries - 1) * 1.0 + (1 - share) / 0.5 / share, rel=1e-9)


def test_repeat_is_refused_only_if_interrupted() -> None:
    quiet = [ns.Fact("f"), act("go", ns.Exponential(0.5), "f = true", when="not f", memory="repeat")]
    assert solve(scenario(*quiet)).probability("f", by=2).value == pytest.approx(1 - math.exp(-1), rel=1e-12)
    loud = [
        ns.Fact("f"),
        ns.Fact("g"),
        act("go", ns.Exponential(0.5), "f = true", when="not f and not g", memory="repeat"),
        act("stop", ns.Exponential(1), "g = not g"),
    ]
    with pytest.raises(EngineError, match="'repeat' and interrupted by stop"):
        solve(scenario(*loud)).probability("f", by=2)


@pytest.mark.parametrize(
    ("law", "clock"),
    [
        (stats.gamma(2.5, scale=2.0), ns.Gamma(2.5, 2.0)),
        (stats.lognorm(0.8, scale=5.0), ns.LogNormal(median=5, sigma=0.8)),
        (stats.weibull_min(0.7, scale=6.0), ns.Weibull(0.7, 6.0)),
    ],
)
def test_fitted_stages_report_their_error(law: Any, clock: Any) -> None:
    solution = solve(scenario(ns.Fact("f"), act("go", clock, "f = true", when="not f")), stages=24)
    for day in (1, 3, 8, 15):
        found = solution.probability("f", by=day)
        assert found.low <= law.cdf(day) <= found.high
        assert 0 < found.error < 0.05


def test_the_distance_of_a_fit_shrinks_with_its_stages() -> None:
    law = Law("uniform", (1.0, 5.0))
    few, many = (fitted_phases(law, stages).distance for stages in (6, 60))
    assert many < few < 0.6


def test_random_initial_values_are_mixtures() -> None:
    """A chance, and a normal level on a grid with clipped ends."""
    parts = [
        ns.Fact("f", initial=ns.chance(0.3)),
        ns.Level("t", initial=ns.Normal(0, 1), low=-1, high=1, step=0.5),
        act("go", ns.Exponential(0.1), "f = true", when="not f", pace="exp(t)"),
    ]
    solution = solve(scenario(*parts))
    cells = np.diff([0, *stats.norm.cdf([-0.75, -0.25, 0.25, 0.75]), 1])
    values = np.array([-1, -0.5, 0, 0.5, 1])
    right = 0.3 + 0.7 * float(cells @ -np.expm1(-0.4 * np.exp(values)))
    assert solution.probability("f", by=4).value == pytest.approx(right, rel=1e-12)
    assert solution.value("t", 4).value == pytest.approx(float(cells @ values), abs=1e-14)


def test_drawn_effects_have_exact_cells() -> None:
    jump = act("go", ns.Exponential(0.5), limit=1)
    jump = ns.Action(name="go", clock=ns.Exponential(0.5), limit=1, effects=[ns.Level("t").add(ns.Normal(0.1, 0.4))])
    solution = solve(scenario(ns.Level("t", low=-1, high=1, step=0.5), jump))
    share = stats.norm.sf(0.25, 0.1, 0.4)
    assert solution.probability("t >= 0.5", by=3).value == pytest.approx(share * (1 - math.exp(-1.5)), rel=1e-11)


def test_what_becomes_impossible_and_what_is_waited_for() -> None:
    """A door that closes at rate 0.1 and on day 10 for good; going through takes an exponential time."""
    parts = [
        ns.Fact("open", initial=True),
        ns.Fact("through"),
        act("go", ns.Exponential(0.2), "through = true", when="open and not through"),
        act("close", ns.Exponential(0.1), "open = false", when="open and not through"),
        act("lock", ns.On(10.0), "open = false"),
        ns.Question(name="q", condition="through", by=20),
    ]
    solution = solve(scenario(*parts))
    found = solution.impossible("q", dates=[5, 9.999999, 10, 20])
    closed = [-math.expm1(-0.3 * t) / 3 for t in (5, 9.999999, 10)]
    left = math.exp(-3.0)
    assert found.values == pytest.approx([closed[0], closed[1], closed[2] + left, closed[2] + left], rel=1e-9)
    assert found.probability == pytest.approx(closed[2] + left, rel=1e-9)
    assert found.waiting[0][:2] == ("go", "open")
    assert "go waits for: open" in str(found)
    shape = solution.shape("q")
    assert (shape.states, shape.classes, shape.absorbing) == (3, 3, 2)
    assert shape.dead_ends[0][0] == "not open, not through"


def test_derivatives_against_closed_forms() -> None:
    parts = [
        ns.Parameter("rate", 0.3),
        ns.Parameter("odds", 2.0),
        ns.Parameter("share", 0.4),
        ns.Fact("f"),
        ns.Fact("g", initial=ns.chance("share")),
        ns.Action(
            name="go",
            when="not f",
            clock=ns.Exponential("rate"),
            pace="exp(odds) if g else 1",
            outcomes=[ns.Outcome(name="hit", weight="odds", effects=["f = true"]), ns.Outcome(name="miss")],
        ),
    ]
    solution = solve(scenario(*parts))

    def answer(rate: float, odds: float, share: float) -> float:
        hit = rate * odds / (1 + odds) * 3
        return share * -math.expm1(-hit * math.exp(odds)) + (1 - share) * -math.expm1(-hit)

    assert solution.probability("f", by=3).value == pytest.approx(answer(0.3, 2.0, 0.4), rel=1e-12)
    for k, name in enumerate(("rate", "odds", "share")):

        def moved(h: float, k: int = k) -> float:
            row = [0.3, 2.0, 0.4]
            row[k] += h
            return answer(*row)

        numeric = (8 * (moved(1e-3) - moved(-1e-3)) - (moved(2e-3) - moved(-2e-3))) / 12e-3
        found = solution.derivative("f", name, by=3)
        assert found.value == pytest.approx(numeric, rel=1e-7)
    # The action's rate is the parameter here.
    assert solution.derivative("f", "go", by=3).value == pytest.approx(
        solution.derivative("f", "rate", by=3).value, rel=1e-10
    )
    assert solution.derivative("f", "rate", by=3, after=1).value == pytest.approx(
        solution.derivative("f", "rate", by=3).value - solution.derivative("f", "rate", by=1).value, rel=1e-9
    )


def test_derivative_through_a_calendar_step_with_weights() -> None:
    parts = [
        ns.Parameter("w", 1.5),
        ns.Fact("f"),
        ns.Action(
            name="meet",
            clock=ns.On(3.0),
            outcomes=[ns.Outcome(name="a", weight="w", effects=["f = true"]), ns.Outcome(name="b")],
        ),
    ]
    assert solve(scenario(*parts)).derivative("f", "w", by=5).value == pytest.approx(1 / 2.5**2, rel=1e-12)


NUMBERS = [
    "x",
    "y",
    "2",
    "-0.5",
    "x + y * 2",
    "x / y",
    "exp(3 * x)",
    "log(y)",
    "sqrt(x)",
    "floor(x)",
    "x % y",
    "-7.5 % (x - 3)",
    "min(x, y, 1)",
    "max(x, -y)",
    "clip(x, y, 1)",
    "abs(x - y)",
]
numbers = st.one_of(
    st.sampled_from(NUMBERS), st.builds("({} - {})".format, st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
)
tests = st.one_of(
    st.just("p"), st.builds("{} {} {}".format, numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers)
)
trees = st.one_of(
    numbers,
    tests,
    st.builds("({} and {} or {})".format, tests, tests, tests),
    st.builds("({} if {} else {})".format, numbers, tests, numbers),
    st.builds("at_least(2, {}, {}, not ({}))".format, tests, tests, tests),
)


@given(
    text=trees,
    rows=st.lists(
        st.tuples(st.booleans(), st.sampled_from([-1e300, -1, 0, 0.5, 2, 800]), st.sampled_from([-2, 0, 1, 1e300])),
        min_size=1,
        max_size=6,
    ),
)
def test_arrays_of_states_are_evaluated_as_one_by_one(text: str, rows: list[tuple[bool, float, float]]) -> None:
    """Values, laziness and errors are those of the scalar evaluation."""
    tree: Expression = parse(text)
    one = compile_expression(tree, {"p": 0, "x": 1, "y": 2})
    names = {
        "p": Value(np.array([r[0] for r in rows])),
        "x": Value(np.array([float(r[1]) for r in rows])),
        "y": Value(np.array([float(r[2]) for r in rows])),
    }
    try:
        right = [one([p, float(x), float(y)]) for p, x, y in rows]
    except EvaluationError:
        with pytest.raises(EvaluationError, match="finite value"):
            evaluate(tree, names)
        return
    found = np.broadcast_to(evaluate(tree, names).v, len(rows))
    assert np.allclose(found.astype(float), np.array(right, dtype=float), rtol=1e-15, atol=0)


def test_states_of_many_bits_are_told_apart() -> None:
    """Ninety facts need two words a key, mixed into one; counters widen as they grow."""
    parts = [*(ns.Fact(f"f{k}") for k in range(90)), ns.Counter("n")]
    program = lower(scenario(*parts, act("go", ns.Exponential(1), "n += 1", limit=1)))
    table = Table(Layout(program, whole(program), {0: solve_clock(program)}, numbers_of(program)), 10_000)
    generator = np.random.default_rng(5)
    rows = generator.integers(0, 2, size=(3000, table.layout.width), dtype=np.int32)
    rows[:, table.layout.names.index("n")] = np.arange(3000) - 1500
    found, fresh = table.find(rows)
    assert table.words == 2
    assert np.array_equal(table.states[found], rows)
    assert len(fresh) == len(np.unique(rows, axis=0)) == table.size
    again, none = table.find(rows[::-1])
    assert np.array_equal(again, found[::-1])
    assert len(none) == 0


def solve_clock(program: Any) -> Any:
    """The clockwork of the only action."""
    from negsim.engines.exact.markov import clockworks

    return clockworks(program, whole(program), numbers_of(program), None)[0]
