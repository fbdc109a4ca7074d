"""A scenario written out: what each word of the vocabulary stands for, as plain variables, actions and questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from negsim.laws import mean, quantile
from negsim.model.actions import Action
from negsim.model.beliefs import Elicited
from negsim.model.clocks import Chance, Every, Fixed, Immediately, On
from negsim.model.constraints import Constraint
from negsim.model.correlations import Correlation
from negsim.model.effects import Effect
from negsim.model.elements import SHELVES, Elements, Mechanism, own_questions
from negsim.model.evidence import Evidence, Party
from negsim.model.expressions import Number, Truth
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.sayings import Says
from negsim.model.scenario import Scenario
from negsim.model.variables import Counter, Fact, Level
from negsim.report.words import by_a_model, clean, judgement

__all__ = ["PLAIN", "element_text", "expanded_text", "overview"]

PLAIN = (Party, Evidence, Parameter, Correlation, Constraint, Fact, Counter, Level, Action, Question, Mechanism, Says)
INDENT = "    "
TOLD = 0.01
"""Shares of a belief that differ by more than this from those that were said are told."""


def overview(scenario: Scenario) -> str:
    """What a scenario is made of, in a few lines.

    >>> import negsim as ns
    >>> print(overview(ns.load("toy")).splitlines()[0])
    toy: A memorandum, a review, talks, a ceasefire, a summit
    """
    elements, calendar = scenario.expanded, scenario.calendar
    guessed, total, later = judgement(scenario)
    lines = [f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name]
    if scenario.note:
        lines.append(scenario.note.strip())
    as_of = f", as of {scenario.as_of}" if scenario.as_of else ""
    lines.append(f"from {calendar.label(0.0)} to {calendar.label(scenario.horizon)} {scenario.zone}{as_of}")
    lines.append(
        "parties: " + ("; ".join(party.title or name for name, party in sorted(elements.parties.items())) or "none")
    )
    words = [part for part in scenario.parts if not isinstance(part, PLAIN)]
    if words:
        lines.append("words:")
        lines += [f"  {type(word).__name__.lower()} {word.name}{_titled(word)}" for word in words]
    lines.append(
        f"{len(elements.variables)} variables, {len(elements.actions)} actions,"
        f" {total} parameters ({guessed} judgement{by_a_model(scenario)}, {later} hindsight)"
    )
    own = own_questions(scenario.parts)
    lines.append(f"{len(own)} questions{':' if own else ''}")
    lines += [f"  {one.name}: {_asked(one)}" for one in own]
    lines += [f"mechanism {name}{_titled(one)}" for name, one in sorted(elements.mechanisms.items())]
    for one in elements.parameters.values():
        if isinstance(one.belief, Elicited) and one.fit.misfit > TOLD:
            lines.append(f"parameter {one.name}: its law differs from what was said, {_belief(one)}")
    lines += [f"supposed: {step}" for step in scenario.interventions]
    lines += [f"note: {note}" for note in scenario.notes]
    return clean("\n".join(lines))


def _asked(question: Question) -> str:
    """The wording of a question, or what it asks where it has none."""
    if question.text:
        return question.text
    return question.subject


def _titled(element: Any) -> str:
    return f": {element.title}" if getattr(element, "title", "") else ""


def expanded_text(scenario: Scenario) -> str:
    """The plain elements of a scenario, those of each word under its name, after all interventions.

    >>> import negsim as ns
    >>> text = expanded_text(ns.load("toy"))
    >>> print(text[text.index("action review"):].split("action")[1].rstrip())
     review: Talks are held at the first review with the memorandum in hand
        when   memorandum.delivered and not talks.held
        clock  every 7 days from 2025-01-06T00:00
        order  10
        does   talks.held = true
    """
    elements = scenario.expanded
    # Elements that several words name are told once, with the first of them.
    told: set[tuple[str, str]] = set()
    lines = []
    for part in scenario.parts:
        if not isinstance(part, PLAIN):
            lines.append(f"\n[{type(part).__name__.lower()} {part.name}]{_titled(part).replace(':', '', 1)}")
            lines += _shelved(_leaves(part), elements, told)
    plain = [part for part in scenario.parts if isinstance(part, PLAIN)]
    if lines and plain:
        lines.append("\n[stated plainly]")
    lines += _shelved(plain, elements, told)
    # What is left was brought by no part: interventions did.
    rest = [one for _, shelf in SHELVES for one in getattr(elements, shelf).values()]
    added = _shelved(rest, elements, told)
    if added:
        lines += ["\n[from interventions]", *added]
    return clean("\n".join(lines).strip("\n"))


def _leaves(part: Any) -> Iterator[Any]:
    """The plain elements of a word, those of words within it included."""
    for one in part.expand():
        if isinstance(one, PLAIN):
            yield one
        else:
            yield from _leaves(one)


def _shelved(parts: Iterable[Any], elements: Elements, told: set[tuple[str, str]]) -> list[str]:
    """Lines of elements as they are after interventions, each told once, by kind."""
    lines = []
    found: list[Any] = list(parts)
    for kind, shelf in SHELVES:
        of_kind: list[Any] = [one for one in found if isinstance(one, kind)]
        for part in of_kind:
            key = (shelf, part.name)
            # A word may state what an intervention has taken away.
            if key in told or part.name not in getattr(elements, shelf):
                continue
            told.add(key)
            lines += _lines(getattr(elements, shelf)[part.name])
    return lines


def element_text(element: Any) -> str:
    """One plain element in its lines."""
    return clean("\n".join(_lines(element)))


def _lines(element: Any) -> list[str]:
    kind = type(element).__name__.lower()
    head = f"{kind} {element.name}"
    if isinstance(element, Action):
        return [f"{head}{' by ' + element.by if element.by else ''}{_titled(element)}", *_action(element)]
    if isinstance(element, (Fact, Counter, Level)):
        return [f"{head} = {_value(element.initial)}{_bounds(element)}{_titled(element)}"]
    if isinstance(element, Parameter):
        believed = "" if element.belief is None else f", believed {_belief(element)}"
        source = f", source {element.source}" if element.source else ""
        best = str(element.best).lower() if isinstance(element.best, bool) else f"{element.best:.10g}"
        return [f"{head} = {best} {element.unit}{believed}, grade {element.grade}{source}{_titled(element)}"]
    if isinstance(element, Question):
        what = element.subject if element.outcome is None else f"{element.subject} {element.outcome}"
        by = "" if element.by is None else f" by {element.by}"
        return [f"{head}: {element.kind} {what}{by}"]
    if isinstance(element, (Correlation, Constraint)):
        source = f", source {element.source}" if element.source else ""
        if isinstance(element, Constraint):
            what = str(element.holds)
        else:
            what = f"{', '.join(element.between)} by rank {element.spearman:g}"
        return [f"{head}: {what}{source}{_titled(element)}"]
    return [f"{head}{_titled(element)}"]


def _bounds(element: Fact | Counter | Level) -> str:
    if not isinstance(element, Level):
        return ""
    step = f" in steps of {element.step:g}" if element.step else ""
    return f" in [{element.low:g}, {element.high:g}]{step}"


def _belief(parameter: Parameter) -> str:
    """What is believed: of what people said, the law too, and where it does not say the same."""
    belief = parameter.belief
    if not isinstance(belief, Elicited):
        return _value(belief)
    fit, said = parameter.fit, dict(belief.said)
    words = [f"mean {said['mean']:.6g}"] if "mean" in said else []
    words += [f"{_side(one.said)} {one.x:.6g}" for one in fit.points if one.key in said]
    low, middle, high = (quantile(fit.law, p) for p in (0.05, 0.5, 0.95))
    law = f"{fit.law.family}, median {middle:.3g}, mean {mean(fit.law):.3g}, 90 % from {low:.3g} to {high:.3g}"
    missed = [f"{_side(one.fitted)} {one.x:.6g}" for one in fit.points if abs(one.fitted - one.said) > TOLD]
    return f"{', '.join(words)} ({law}{'; it has ' if missed else ''}{', '.join(missed)})"


def _side(share: float) -> str:
    # Rounded before it is told whole or not: 100 * 0.95 may miss it by a hair.
    percent = round(100 * min(share, 1 - share), 9)
    return f"{percent:.{0 if percent.is_integer() else 1}f} % {'below' if share <= 0.5 else 'above'}"


def _value(value: Any) -> str:
    """An initial value or a law."""
    return f"true with probability {value.p}" if isinstance(value, Chance) else str(value)


def _action(action: Action) -> Iterator[str]:
    one = Number(1.0)
    rows = [
        ("when", "" if action.when == Truth(True) else str(action.when)),
        ("clock", _clock(action.clock)),
        ("pace", "" if action.pace == one else str(action.pace)),
        ("speed", "" if action.speed == one else str(action.speed)),
        ("memory", "" if action.memory == "reset" else action.memory),
        ("limit", "" if action.limit is None else str(action.limit)),
        ("order", str(action.priority) if action.priority else ""),
        ("does", _effects(action.effects)),
    ]
    yield from (f"{INDENT}{name:6} {text}" for name, text in rows if text)
    for outcome in action.outcomes:
        effects = _effects(outcome.effects) or "nothing more"
        yield f"{INDENT}either {outcome.name} (weight {outcome.weight}): {effects}"


def _effects(effects: Iterable[Effect]) -> str:
    return "; ".join(str(effect) for effect in effects)


def _clock(clock: Any) -> str:
    if isinstance(clock, On):
        return f"on {', '.join(str(instant) for instant in clock.instants)}"
    if isinstance(clock, Every):
        start = "" if clock.start is None else f" from {clock.start}"
        period = clock.period if isinstance(clock.period, str) else f"{clock.period:g} days"
        return f"every {period}{start}"
    if isinstance(clock, Immediately):
        return "immediately"
    if isinstance(clock, Fixed):
        never = "" if clock.never == Number(0.0) else f", never with probability {clock.never}"
        return f"exactly {clock.after} days later{never}"
    return str(clock)
