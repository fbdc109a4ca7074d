"""Hypothesis strategies for whole random scenarios, valid by construction and short to simulate.

`scenarios()` draws everything that a scenario can say: every clock, memories, paces, speeds, priorities, limits,
outcomes, drawn sizes, drawn initial values, beliefs, interventions, all kinds of questions; and many things at the same
instant, because delays are mostly whole days or half days and instants mostly midnights, noons and one o'clock, so that
the calendar, fixed delays, repeated and resumed ones meet; windows open and close on these instants and a microsecond
beside them. Only scenarios that contradict themselves
by chance (a circle that nothing can break, a question out of reach) are drawn anew.
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from texts import Names, condition_texts, factors, number_texts

import negsim as ns
from negsim.errors import CircularPrecondition, ScenarioError
from negsim.model.clocks import LAWS, Distribution
from negsim.model.expressions import Number, parse

START = "2025-03-28"
ZONES = ("UTC", "Europe/Istanbul", "Europe/Berlin")  # Berlin's clocks go forward two days after the start
ACTION_NAMES = ("north.attack", "north.talk", "envoy", "b", "south.talk", "zeal", "amend", "south.x", "review", "c")
MEMORIES = ("reset", "resume", "repeat")
MICROSECOND = 1 / 86_400_000_000


# ---- laws ----


def days_of(names: Names) -> st.SearchStrategy[Any]:
    """Lengths of time in days: whole ones, to meet others, odd ones, durations as text, a parameter."""
    plain = st.one_of(st.integers(1, 9), st.floats(0.5, 12.0), st.sampled_from(["3 days", "1 week"]))
    return st.one_of(plain, plain, st.sampled_from(names.rates)) if names.rates else plain


@st.composite
def usual_laws(draw: Any, names: Names, families: tuple[str, ...]) -> Distribution:
    """A law given by its usual parameters, with a scale of days."""
    family = draw(st.sampled_from(families))
    shape = st.one_of(st.sampled_from([0.5, 1, 2, 3]), st.floats(0.4, 5.0))
    law = LAWS[family]
    if family == "exponential":
        rates = st.one_of(st.floats(0.05, 1.5), st.sampled_from(names.rates or [0.3]))
        return law(draw(rates))
    if family in ("weibull", "gamma"):
        return law(shape=draw(shape), scale=draw(days_of(names)))
    if family == "erlang":
        return law(k=draw(st.integers(1, 4)), scale=draw(days_of(names)))
    if family == "lognormal":
        return law(median=draw(days_of(names)), sigma=draw(st.floats(0.1, 2.0)))
    low, wide = draw(st.integers(0, 4)), draw(st.integers(1, 12))
    if family == "uniform":
        return law(low, low + wide)
    return law(low, low + draw(st.integers(0, wide)), low + wide)


@st.composite
def told_laws(draw: Any) -> Distribution:
    """A law given by what people know of it."""
    median, ratio = draw(st.sampled_from([1, 2, 5, 7.5])), draw(st.sampled_from([2, 3, 4.5]))
    family = draw(st.sampled_from(["exponential", "weibull", "gamma", "lognormal"]))
    if family == "exponential":
        return ns.Exponential(**{draw(st.sampled_from(["mean", "median", "p90"])): median})
    if draw(st.booleans()):
        return LAWS[family](median=median, within="90 % within 3 weeks")
    return LAWS[family](median=median, p90=median * ratio)


@st.composite
def laws(draw: Any, names: Names, *, markov: bool = False, plain: bool = False) -> Distribution:
    """A law for a clock; often truncated, sometimes defective."""
    if markov:
        return draw(usual_laws(names, ("exponential",)))
    clocks = ("erlang", "exponential", "gamma", "lognormal", "pert", "triangular", "uniform", "weibull")
    law = draw(st.one_of(usual_laws(names, clocks), usual_laws(names, clocks), told_laws()))
    if draw(st.integers(0, 3)) == 0:
        law = law.truncated(*draw(st.sampled_from([(None, 15), (0.25, None), (0.5, 30)])))
    if not plain and draw(st.integers(0, 4)) == 0:
        law = law.or_never(draw(st.sampled_from([0.1, 0.5, *names.shares])))
    return law


def sizes(names: Names) -> st.SearchStrategy[Distribution]:
    """Laws for sizes of effects and initial values of levels."""
    normal = st.builds(ns.Normal, st.sampled_from([0, 0.3, -0.5]), st.sampled_from([0.1, 1, 2.5]))
    cut = normal.map(lambda law: law.truncated(-1, 1))
    beta = st.builds(ns.Beta, st.sampled_from([0.5, 1, 2]), st.sampled_from([1, 3]))
    spread = st.builds(ns.Uniform, st.integers(-3, 0), st.integers(1, 3))
    return st.one_of(normal, cut, beta, spread, laws(names, plain=True))


@st.composite
def instants(draw: Any, horizon: int) -> Any:
    """An instant: mostly a midnight that others may share."""
    day = draw(st.integers(0, horizon + 1))
    texts = [f"2025-04-{day % 30 + 1:02d}T13:00", f"2025-03-{29 + day % 3}T13:00", f"2025-04-{day % 30 + 1:02d}T00:00"]
    return draw(st.sampled_from([day, day, day + 0.5, day + 13 / 24, *texts]))


@st.composite
def moments(draw: Any, horizon: int) -> float:
    """Days from the start: on an instant at which much happens, or a microsecond beside it."""
    day = draw(st.integers(0, horizon)) + draw(st.sampled_from([0.0, 0.0, 0.0, 0.5, 13 / 24]))
    return min(max(day + draw(st.sampled_from([0, 0, 1, -1])) * MICROSECOND, 0.0), float(horizon))


@st.composite
def clocks(draw: Any, names: Names, horizon: int, *, markov: bool) -> Any:
    """Any clock; half of them land on whole days."""
    kind = draw(st.sampled_from(["law", "law", "fixed", "on", "every", "now"]))
    if markov or kind == "law":
        return draw(laws(names, markov=markov))
    if kind == "fixed":
        odd = [0.5, "36 hours", "12 hours", "13 hours", "37 hours", 1.1, *names.rates]
        fixed = ns.Fixed(draw(st.one_of(st.integers(1, 6), st.sampled_from(odd))))
        never = draw(st.sampled_from([0, 0, 0.3, *names.shares]))
        return fixed if never == 0 else fixed.or_never(never)
    if kind == "on":
        return ns.On(draw(st.lists(instants(horizon), min_size=1, max_size=4)))
    if kind == "every":
        start = draw(st.one_of(st.none(), instants(horizon), st.just("2025-03-29T12:00")))
        return ns.Every(
            draw(st.sampled_from(["1 day", "2 days", "1 week", "36 hours", "24 hours", "12 hours"])), start=start
        )
    return ns.Immediately()


# ---- elements ----


@st.composite
def parameters(draw: Any, names: Names) -> list[Any]:
    found: list[Any] = []
    for name in draw(st.lists(st.sampled_from(["haste", "pull"]), unique=True)):
        belief = draw(
            st.sampled_from([None, ns.Gamma(shape=4, rate=4), ns.LogNormal(0, 0.5), ns.Elicited(range=(0.1, 8))])
        )
        found.append(ns.Parameter(name, draw(st.sampled_from([0.25, 0.5, 1, 2])), belief))
        names.rates.append(name)
    if draw(st.booleans()):
        belief = draw(st.sampled_from([None, ns.Beta(2, 3), ns.Uniform(0.1, 0.9), ns.Pert(0, 0.2, 1)]))
        best = draw(st.sampled_from([0, 0.25, 0.5, 1]))
        said = draw(st.sampled_from([{}, {"p95": 0.9}, {"range": [0.1, 0.7], "family": "logitnormal"}]))
        told = belief is None and 0 < best < 1
        found.append(ns.Parameter("share", best, belief, **(said if told else {})))
        names.shares.append("share")
    found += draw(together(found))
    if draw(st.booleans()):
        found.append(ns.Parameter("claim", draw(st.booleans()), draw(st.sampled_from([None, ns.chance(0.7)]))))
        names.claims.append("claim")
    return found


@st.composite
def together(draw: Any, found: list[ns.Parameter]) -> list[Any]:
    """What is believed of several together: a belief that reads another, a correlation, a constraint."""
    unsure = [one for one in found if one.belief is not None]
    if len(unsure) < 2 or draw(st.booleans()):
        return []
    first, second = unsure[:2]
    if draw(st.booleans()) and second.name != "share":
        leaning = ns.Parameter(second.name, second.best, ns.LogNormal(median=f"1 + {first.name}", sigma=0.4))
        found[found.index(second)] = leaning
    more = [ns.Constraint(name="apart", holds=f"{first.name} + {second.name} < 20 and {first.name} != {second.name}")]
    more += [
        ns.Correlation(name="haste_and_pull", between=[first, second], spearman=draw(st.sampled_from([0.5, -0.7])))
    ]
    chosen = draw(st.lists(st.sampled_from(more), unique_by=lambda one: one.name))
    return [one for one in chosen if one.name != "apart" or first.best != second.best]


@st.composite
def variables(draw: Any, names: Names) -> list[Any]:
    found: list[Any] = []
    for name in [f"fact_{k}" for k in range(draw(st.integers(1, 4)))]:
        chances = [ns.chance(0.5), *(ns.chance(share) for share in names.shares)]
        found.append(ns.Fact(name, draw(st.sampled_from([False, False, True, *names.claims, *chances]))))
        names.facts.append(name)
    for name in [f"count.c{k}" for k in range(draw(st.integers(0, 2)))]:
        found.append(ns.Counter(name, draw(st.sampled_from([0, 0, 2, -1]))))
        names.counters.append(name)
    for name in [f"trust_{k}" for k in range(draw(st.integers(0, 2)))]:
        step = draw(st.sampled_from([None, 0.25, 0.1, 0.05, 2.5]))
        # also such as 0 does not belong to
        low, high = draw(st.sampled_from([(-2 if step else -1.75, 2), (-2, 3), (-2, 3), (1, 3), (-4, -1)]))
        if step == 2.5:
            low, high = draw(st.sampled_from([(-5, 5), (-2.5, 5), (2.5, 7.5), (-math.inf, math.inf)]))
        numbers = [number for number in (0, 0.6, -1, 2) if low <= number <= high] or [low]
        initial = draw(st.one_of(st.sampled_from([*numbers, *names.rates, *names.shares]), sizes(names)))
        found.append(ns.Level(name, initial, low=low, high=high, step=step))
        names.levels.append(name)
    return found


@st.composite
def effects(draw: Any, names: Names, *, markov: bool, but: frozenset[str] = frozenset()) -> list[ns.Effect]:
    """Effects on different variables."""
    targets = [name for name in names.facts + names.counters + names.levels if name not in but]
    found = []
    for name in draw(st.lists(st.sampled_from(targets), unique=True, max_size=3)) if targets else []:
        if name in names.facts:
            amount = draw(st.one_of(st.sampled_from(["true", "true", "false"]), condition_texts(names, 1)))
            found.append(ns.Effect(name, "set", parse(amount)))
        elif name in names.counters:
            kind, amount = draw(st.sampled_from([("add", 1), ("add", -1), ("set", 0), ("add", 2), ("set", 3)]))
            found.append(ns.Effect(name, kind, Number(amount)))
        else:
            kind, texts = draw(st.sampled_from(["set", "add"])), number_texts(names, 1).map(parse)
            found.append(ns.Effect(name, kind, draw(texts if markov else st.one_of(texts, sizes(names)))))
    return found


@st.composite
def outcomes(draw: Any, names: Names, *, markov: bool, but: frozenset[str]) -> list[ns.Outcome]:
    """None, or two to three weighted results of which one is always possible."""
    weight = st.one_of(st.sampled_from(["1", "0.25", "0", *names.shares]), factors(names))
    found = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(["yes", "no", "later"]), unique=True))):
        text = draw(st.sampled_from(["1", "0.5"])) if number == 0 else draw(weight)
        changes = draw(effects(names, markov=markov, but=but))
        found.append(ns.Outcome(name=name, weight=parse(text), effects=changes))
    return found


@st.composite
def actions(
    draw: Any, name: str, names: Names, parties: list[str], horizon: int, *, markov: bool, runaways: bool
) -> ns.Action:
    clock = draw(clocks(names, horizon, markov=markov))
    guard = draw(st.one_of(st.sampled_from(["true", "true", *names.conditions]), condition_texts(names)))
    shared = draw(effects(names, markov=markov))
    said: dict[str, Any] = {"priority": draw(st.sampled_from([0, 0, 0, 10, -1]))}
    said["limit"] = draw(st.sampled_from([None, None, None, 1, 2]))
    if isinstance(clock, Distribution):
        said["pace"] = draw(factors(names))
    if isinstance(clock, Distribution | ns.Fixed) and not markov:
        said |= {"speed": draw(factors(names)), "memory": draw(st.sampled_from(MEMORIES))}
    if isinstance(clock, ns.Fixed) and not markov and draw(st.booleans()):
        # it stops and goes on, and then is due at other whole instants
        said["speed"] = f"({draw(st.sampled_from('0002'))} if {draw(condition_texts(names, 0))} else 1)"
    if isinstance(clock, ns.Immediately) and not runaways:
        said["limit"] = draw(st.integers(1, 4))
    branches = draw(outcomes(names, markov=markov, but=frozenset(effect.variable for effect in shared)))
    by = draw(st.sampled_from([None, *parties]))
    return ns.Action(name=name, by=by, when=guard, clock=clock, effects=shared, outcomes=branches, **said)


@st.composite
def swings(draw: Any, names: Names) -> list[ns.Action]:
    """Two actions that turn a fact off and on again at one instant, as long as a condition holds."""
    fact, now = draw(st.sampled_from(names.facts)), ns.Immediately()
    back = f"not {fact} and {draw(condition_texts(names, 1))}"
    return [
        ns.Action(name="swing.off", when=fact, clock=now, effects=[f"{fact} = false"]),
        ns.Action(name="swing.on", when=back, clock=now, effects=[f"{fact} = true"]),
    ]


@st.composite
def weights(draw: Any, acts: list[ns.Action]) -> dict[str, float]:
    """Several actions, or one outcome of them, and what a firing counts."""
    several = draw(st.lists(st.sampled_from(acts), unique_by=lambda act: act.name, min_size=1, max_size=3))
    keys = [draw(st.sampled_from([act.name, *(f"{act.name}:{one.name}" for one in act.outcomes)])) for act in several]
    return {key: draw(st.sampled_from([1, 2.5, 0.1, -1])) for key in keys}


@st.composite
def questions(draw: Any, names: Names, acts: list[ns.Action], horizon: int, *, markov: bool) -> list[ns.Question]:
    """Up to five questions of all kinds."""
    texts = st.sampled_from(["2025-03-29", "2025-03-30T12:00", "2025-03-31T13:00"])
    dates = st.one_of(st.none(), st.integers(0, horizon) if markov else moments(horizon), texts)
    found = []
    for number in range(draw(st.integers(0, 5))):
        kinds = ["reached", "reached", "when", "holds", "fired", "duration", "value"]
        kind = draw(st.sampled_from(kinds if markov else [*kinds, "happens", "happens"]))
        said: dict[str, Any] = {"name": f"Q{number}", "kind": kind, "by": draw(dates)}
        if kind == "fired":
            asked = draw(st.sampled_from(acts))
            said |= {"action": asked.name, "outcome": draw(st.sampled_from([None, *(o.name for o in asked.outcomes)]))}
            said["at_least"] = None if markov else draw(st.sampled_from([None, 1, 2]))
            if draw(st.integers(0, 2)) == 0:
                said |= {"action": None, "outcome": None, "weights": draw(weights(acts))}
        elif kind == "value":
            said["condition"] = draw(number_texts(names, 1))
        else:
            said["condition"] = draw(condition_texts(names, 1))
        if kind in ("reached", "when"):
            said["throughout"] = draw(st.one_of(st.none(), condition_texts(names, 1)))
        if kind == "happens":
            said["or_holds"] = draw(st.booleans())
        if kind in ("reached", "when") or not markov:
            said["given"] = draw(st.one_of(st.none(), condition_texts(names, 0)))
            form = draw(st.sampled_from(["given_by"] if markov else ["given_by", "given_on", "given_not_by"]))
            said[form] = None if said["given"] is None else draw(dates)
        if kind in ("reached", "when", "happens") or (kind == "fired" and not markov):
            closes = said["by"]
            opens = draw(st.sampled_from([None, 0, 0.5, 1, *([] if isinstance(closes, str) else [2])]))
            if not markov and not isinstance(closes, str):
                opens = draw(moments(horizon if closes is None else math.floor(closes)))
            said["after"] = None if isinstance(closes, int | float) and closes <= (opens or 0) else opens
        found.append(ns.Question(**said))
    return found


@st.composite
def interventions(draw: Any, names: Names, acts: list[ns.Action], horizon: int, *, markov: bool) -> list[Any]:
    found: list[Any] = []
    when = st.one_of(st.integers(0, horizon), st.just("2025-03-30"))
    for kind in draw(st.lists(st.sampled_from(["do", "never", "nudge", "without", "law", "parameter"]), max_size=2)):
        fact, act = draw(st.sampled_from(names.facts)), draw(st.sampled_from(acts))
        if kind == "do":
            found.append(ns.Do(fact=fact, on=draw(when)))
        elif kind == "never":
            found.append(ns.Do(fact=fact, never=True))
        elif kind == "nudge":
            found.append(ns.Nudge(fact=fact, on=draw(when)))
        elif kind == "without":
            found.append(ns.Without(element=draw(st.sampled_from([act.name, fact]))))
        elif kind == "law" and isinstance(act.clock, Distribution):
            found.append(ns.WithLaw(action=act.name, law=draw(laws(names, markov=markov))))
        elif kind == "parameter" and names.rates:
            found.append(ns.WithParameter(name=names.rates[0], value=0.75))
    gone = {step.element for step in found if isinstance(step, ns.Without)}
    return [step for step in found if not (isinstance(step, ns.WithLaw) and step.action in gone)]


@st.composite
def scenarios(
    draw: Any,
    *,
    markov: bool = False,
    max_actions: int = 6,
    max_horizon: int = 40,
    ask: bool = True,
    suppose: bool = True,
    beliefs: bool = True,
    runaways: bool = False,
) -> ns.Scenario:
    """A whole scenario.

    Parameters
    ----------
    markov
        Exponential clocks only, no drawn sizes or initial levels: the histories are those of a Markov chain.
    max_actions, max_horizon
        Size: actions, days.
    ask, suppose, beliefs
        Whether it has questions, interventions, parameters.
    runaways
        Immediate actions without a limit, which may fire each other for ever.
    """
    names = Names()
    horizon = draw(st.integers(5, max_horizon))
    parts = draw(parameters(names)) if beliefs else []
    if markov:
        parts += [ns.Fact("fact_0", draw(st.booleans())), ns.Fact("fact_1"), ns.Counter("count.c0")]
        parts.append(ns.Level("trust_0", 0, low=-1, high=1, step=0.5))
        names.facts, names.counters, names.levels = ["fact_0", "fact_1"], ["count.c0"], ["trust_0"]
    else:
        parts += draw(variables(names))
    parties = draw(st.lists(st.sampled_from(["north", "south", "envoy"]), unique=True))
    called = draw(
        st.lists(st.sampled_from(ACTION_NAMES), unique=True, min_size=min(2, max_actions), max_size=max_actions)
    )
    acts = [draw(actions(name, names, parties, horizon, markov=markov, runaways=runaways)) for name in called]
    acts += draw(swings(names)) if runaways and draw(st.booleans()) else []
    asked = draw(questions(names, acts, horizon, markov=markov)) if ask else []
    supposed = draw(interventions(names, acts, horizon, markov=markov)) if suppose else []
    removed = {step.element for step in supposed if isinstance(step, ns.Without)}
    asked = [question for question in asked if not removed & {name for name, _, _ in question.counts}]
    zone = draw(st.sampled_from(ZONES))
    everything = [*parts, *(ns.Party(name) for name in parties), *acts, *asked]
    return build("random-scenario", horizon, zone, everything, supposed)


def build(name: str, horizon: int, zone: str, parts: list[Any], supposed: list[Any]) -> ns.Scenario:
    """The scenario, drawn anew if chance made it contradict itself."""
    try:
        return ns.Scenario(name, start=START, end=horizon, zone=zone, parts=parts, interventions=supposed)
    except ScenarioError as error:
        decided = any(text in str(error) for text in ("nothing can ever make", "is true at the start"))
        assume(not isinstance(error, CircularPrecondition) and not decided)
        raise


seeds = st.one_of(st.integers(0, 5), st.integers(0, 2**64 - 1))
