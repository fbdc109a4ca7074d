"""Who decided against it: the last choices of parties in failing histories, and what spoke for them then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from negsim.engines.blocks import Trajectory
from negsim.model.circles import helps
from negsim.model.elements import Elements
from negsim.model.expressions import (
    Arithmetic,
    AtLeast,
    Choice,
    Expression,
    Number,
    Or,
    compile_expression,
    evaluate,
    reads,
)
from negsim.model.questions import Question
from negsim.vocabulary.decision import Decision
from negsim.why.routes import conjuncts
from negsim.why.standing import Standing, signed

__all__ = ["Declined", "Spoke", "bearing", "declined"]

DEEP = 4
"""Steps from the condition back to a decision that bears on it."""
FEW = 0.02
"""Decisions that went against it in fewer of the failing histories than this share are not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """A reason that spoke against the step, where the party decided against it and where it decided for it.

    Attributes
    ----------
    reason, text : str
        Its name; what it was, in words.
    against, of : int
        Choices against the step at which it spoke so; all choices against it.
    also, of_others : int
        The same of the choices for the step.
    """

    reason: str
    text: str
    against: int
    of: int
    also: int
    of_others: int

    @property
    def excess(self) -> float:
        """By how much its share is larger than where the party decided for the step."""
        return self.against / self.of - (self.also / self.of_others if self.of_others else 0.0)

    def __str__(self) -> str:
        told = f"in {_of(self.against, self.of)} {self.text}"
        return f"{told} (where it decided for it: {_of(self.also, self.of_others)})" if self.of_others else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A party decided against what the question asks about.

    Attributes
    ----------
    decision, by : str
        Names of the decision and of the party, the latter in words.
    choices : tuple of str
        What it chose, in words, most frequent first.
    histories, failures : int
        Failing histories looked at in which its last choice went against it; all that were looked at.
    with_it, without_it : (int, int)
        Of all histories looked at with that last choice, and of those with one for it: how many failed, and how many there
        are.
    stands_for : float
        How many histories with the other answer each of those stands for that were looked at, beside the failing ones.
    members : tuple of int
        Numbers of the failing histories in which it went against it.
    otherwise : str
        An option for it, in words.
    helps : Helped or None
        What becomes of the histories where the decision always falls for that option; None where it was not tried.
    because : tuple of Spoke
        What spoke for that: first what did so more often than where it decided for the step.
    """

    decision: str
    by: str
    choices: tuple[str, ...]
    histories: int
    failures: int
    with_it: tuple[int, int]
    without_it: tuple[int, int]
    because: tuple[Spoke, ...]
    stands_for: float = 1.0
    members: tuple[int, ...] = ()
    otherwise: str = ""
    helps: Any = None

    def __str__(self) -> str:
        chose = " or ".join(f'"{one}"' for one in self.choices)
        head = f"{self.by} decided against it in {_of(self.histories, self.failures)}: {chose} ({self.compared})"
        forced = [f"  {self.forced}"] if self.forced else []
        return "\n".join([head, *forced, *(f"  {one}" for one in self.because)])

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        helps = None if self.helps is None else self.helps.as_dict()
        return {**asdict(replace(self, helps=None, members=())), "helps": helps, "text": str(self)}

    @property
    def forced(self) -> str:
        """What becomes of the histories in which it went against it, had it decided for it; empty if not tried."""
        if self.helps is None:
            return ""
        share = 100 * self.helps.turned / self.helps.of if self.helps.of else 0.0
        return f'had it always been "{self.otherwise}", {share:.0f} % of these would be yes'

    @property
    def compared(self) -> str:
        """How often it failed after this choice, and after one for it."""
        told = f"with this choice the answer is no in {self._share(*self.with_it)} %"
        return f"{told}, with one for it in {self._share(*self.without_it)} %" if self.without_it[1] else told

    def _share(self, failed: int, histories: int) -> str:
        """The share of no, histories of either answer counted for what they stand for."""
        whole = failed + self.stands_for * (histories - failed)
        return f"{100 * failed / whole:.0f}" if whole else "0"


def _of(some: int, many: int) -> str:
    """A count and its share."""
    return f"{some:,} of {many:,} ({100 * some / many:.0f} %)"


@dataclass(slots=True)
class _Count:
    """How often each reason spoke against the step at the last choice of a history."""

    histories: int = 0
    failed: int = 0
    chosen: dict[str, int] = field(default_factory=dict)
    spoke: dict[str, int] = field(default_factory=dict)
    members: list[int] = field(default_factory=list)


def bearing(elements: Elements, condition: Expression, throughout: Expression | None = None) -> dict[str, set[str]]:
    """The decisions that bear on a condition, each with the options that help it.

    Found back from the condition: what an action that could bring it needs, and what its outcome's weight reads. What
    needs the opposite of what shall hold ``throughout`` comes too late.
    """
    late = {(atom, not wanted) for atom, wanted in ([] if throughout is None else signed(throughout))}
    found: dict[str, set[str]] = {}
    changing: dict[str, list[Any]] = {}
    for action in elements.actions.values():
        for variable in dict.fromkeys(effect.variable for effect in action.changes()):
            changing.setdefault(variable, []).append(action)
    ahead = list(signed(condition))
    seen: set[tuple[Expression, bool]] = set()
    for _ in range(DEEP):
        behind: list[tuple[Expression, bool]] = []
        for atom, wanted in ahead:
            if (atom, wanted) not in seen:
                seen.add((atom, wanted))
                for name in sorted(reads(atom)):
                    for action in changing.get(name, ()):
                        if late.isdisjoint(_surely(action.when)):
                            behind += _behind(action, name, atom, wanted, elements, found)
        ahead = behind
    return found


def _surely(guard: Expression) -> Iterator[tuple[Expression, bool]]:
    """What holds whenever a guard does, each with its truth value."""
    for part in conjuncts(guard):
        if not isinstance(part, (Or, AtLeast)):
            yield from signed(part)


def _behind(
    action: Any, name: str, atom: Expression, wanted: bool, elements: Elements, found: dict[str, set[str]]
) -> list[tuple[Expression, bool]]:
    """What an action that helps needs; of a decision the options that help are noted instead."""
    word = action.name.removesuffix(".decide")
    decision = elements.decisions.get(word) if action.name.endswith(".decide") else None
    needs: list[tuple[Expression, bool]] = []
    parts = action.outcomes or (None,)
    for part in parts:
        effects = (*action.effects, *(() if part is None else part.effects))
        if not any(effect.variable == name and helps(effect, atom, wanted) for effect in effects):
            continue
        if decision is not None and part is not None and part.name in set(decision.choices()):
            found.setdefault(word, set()).add(part.name)
        elif decision is None:
            needs += signed(action.when)
            needs += [] if part is None else _weighing(part.weight)
    return needs


def _weighing(weight: Expression, more: bool = True) -> Iterator[tuple[Expression, bool]]:
    """The conditions under which a weight is something, each with the truth value that helps it."""
    if isinstance(weight, Choice):
        yield from signed(weight.condition, (weight.then != Number(0.0)) == more)
        yield from _weighing(weight.then, more)
        yield from _weighing(weight.otherwise, more)
        return
    for place, part in enumerate(weight.children):
        turned = isinstance(weight, Arithmetic) and weight.op in ("-", "/") and place == 1
        yield from _weighing(part, more != turned)


def declined(
    standing: Standing,
    question: Question,
    traces: Sequence[Trajectory],
    failing: Sequence[bool],
    upto: float,
    stands_for: float = 1.0,
) -> tuple[Declined, ...]:
    """The decisions that went against what a question asks about in the failing histories, most frequent first.

    Only those are told after which it failed more often than after a choice for it.

    Parameters
    ----------
    traces : sequence of Trajectory
        Full logs.
    failing : sequence of bool
        Of each, whether the answer is no.
    upto : float
        The question's deadline in microseconds: later choices do not count.
    stands_for : float
        How many histories each of those stands for that do not fail, where fewer of them are there than of the others.
    """
    elements, total, found = standing.elements, sum(map(bool, failing)), []
    assert question.condition is not None  # these kinds ask of a condition
    for name, options in sorted(bearing(elements, question.condition, question.throughout).items()):
        decision = elements.decisions[name]
        if not isinstance(decision, Decision) or len(options) == len(decision.options) or not total:
            continue
        no, yes = _Count(), _Count()
        # compiled once: they are read in hundreds of histories
        slots = {slot: place for place, (slot, _) in enumerate(traces[0].initial)} if traces else {}
        pulls = {key: compile_expression(standing.settle(one.pull), slots) for key, one in decision.reasons.items()}
        for history, fails in zip(traces, failing, strict=True):
            last = _last(history, f"{name}.decide", upto)
            if last is not None:
                one = yes if last[0] in options else no
                _add(one, last, fails, pulls, decision, options)
                one.members += [history.replication] if fails else []
        if no.failed > FEW * total and _fails_more(no, yes, stands_for):
            told = _told(name, decision, options, (no, yes), total, standing)
            found.append(replace(told, stands_for=stands_for))
    return tuple(sorted(found, key=lambda one: -one.histories))


def _fails_more(no: _Count, yes: _Count, stands_for: float) -> bool:
    """Whether it fails more often after a choice against it than after one for it."""
    if not yes.histories:
        return True
    shares = [one.failed / (one.failed + stands_for * (one.histories - one.failed)) for one in (no, yes)]
    return shares[0] > shares[1]


def _last(history: Trajectory, action: str, upto: float) -> tuple[str, list[float]] | None:
    """The last choice up to a time, and the state in which it was taken."""
    last = max((k for k, event in enumerate(history.events) if event.action == action and event.at <= upto), default=-1)
    if last < 0 or history.events[last].outcome == "none":
        return None
    state = dict(history.initial)
    for event in history.events[:last]:
        state.update((variable, new) for variable, _, new in event.changes)
    return history.events[last].outcome, list(state.values())


def _add(
    count: _Count,
    last: tuple[str, list[float]],
    fails: bool,
    pulls: Mapping[str, Callable[[list[float]], Any]],
    decision: Decision,
    options: set[str],
) -> None:
    chosen, state = last
    count.histories += 1
    count.failed += fails
    if not fails and chosen not in options:
        return  # it happened all the same; what spoke against it is told of those in which it did not
    count.chosen[chosen] = count.chosen.get(chosen, 0) + 1
    for key, pull in pulls.items():
        value = float(pull(state))
        # Against the step: what pulls towards another option, or away from one that helps.
        if (value < 0) if decision.reasons[key].option in options else (value > 0):
            count.spoke[key] = count.spoke.get(key, 0) + 1


def _told(
    name: str, decision: Decision, options: set[str], counts: tuple[_Count, _Count], total: int, standing: Standing
) -> Declined:
    (no, yes), said, because = counts, standing.said, []
    best = {key: one.best for key, one in standing.elements.parameters.items()}
    for key, times in sorted(no.spoke.items(), key=lambda pair: -pair[1]):
        reason = decision.reasons[key]
        text = reason.says or said.condition(reason.reads)
        rising = not (reads(reason.weight) <= best.keys() and float(evaluate(reason.weight, best)) < 0)
        # A reason for the step that was below its centre, or one against it that was above.
        here = (reason.option not in options) == rising
        told = f"{'more' if here else 'less'} than usual: {text}"
        because.append(
            Spoke(
                reason=key,
                text=told,
                against=times,
                of=no.failed,
                also=yes.spoke.get(key, 0),
                of_others=yes.histories,
            )
        )
    chosen = sorted(no.chosen, key=lambda one: -no.chosen[one])
    return Declined(
        members=tuple(no.members),
        otherwise=said.name(f"{name}.{sorted(options)[0]}"),
        decision=name,
        by=said.name(decision.by),
        choices=tuple(said.name(f"{name}.{one}") for one in chosen),
        histories=no.failed,
        with_it=(no.failed, no.histories),
        without_it=(yes.failed, yes.histories),
        failures=total,
        because=tuple(sorted(because, key=lambda one: (-one.excess, -one.against))),
    )
