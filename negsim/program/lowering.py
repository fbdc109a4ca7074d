"""Lowering: scenario and questions -> `Program`, the tables and dependency sets that are all an engine sees.

Calendar instants become whole microseconds here, once; parameters become constant slots of the state; laws stay symbolic until
`Program.bind` is given the values of the parameters (one row a draw).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from negsim.errors import ArgumentError, ScenarioError
from negsim.model.actions import Action
from negsim.model.calendar import Calendar
from negsim.model.checks import MOST_INSTANTS, check_question
from negsim.model.clocks import Chance, Distribution, Every, Fixed, Immediately, On
from negsim.model.constraints import Constraint
from negsim.model.correlations import Correlation, joint
from negsim.model.effects import Effect
from negsim.model.elements import Asking, Elements, written_out
from negsim.model.expressions import Evaluator, Expression, Number, compile_expression, reads
from negsim.model.parameters import Parameter
from negsim.model.policies import visible_to
from negsim.model.questions import Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.model.variables import Fact, Level, Variable, decimal_grid
from negsim.program.believing import Beliefs
from negsim.program.binding import Binder, share
from negsim.program.probes import Probes, lower_questions
from negsim.program.rows import ActionRow, Bound, EffectRow, OutcomeRow, Slot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from negsim.program.columns import Column

__all__ = ["Program", "lower"]


@dataclass(frozen=True, kw_only=True)
class Program:
    """All that an engine sees of a scenario.

    Attributes
    ----------
    horizon : float
        Microseconds from the start; the horizon is closed.
    slots : tuple of Slot
        Variables by name, then parameters by name.
    actions : tuple of ActionRow
        In rank order: interventions first, then immediate actions, then timed ones, each by (priority, name).
    laws : tuple of Distribution or Fixed
        Symbolic; see `bind`.
    parameters : tuple of Parameter
    probes : Probes
        What is recorded of a history.
    """

    horizon: float
    slots: tuple[Slot, ...]
    actions: tuple[ActionRow, ...]
    laws: tuple[Distribution | Fixed, ...]
    parameters: tuple[Parameter, ...]
    probes: Probes
    correlations: tuple[tuple[Correlation, ...], ...] = ()
    constraints: tuple[Constraint, ...] = ()

    @property
    def has_policies(self) -> bool:
        """Whether a party decides by a Python function."""
        return any(row.policy is not None for row in self.actions)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Slot number of every variable and parameter."""
        return {slot.name: number for number, slot in enumerate(self.slots)}

    def compile(self, tree: Expression) -> Evaluator:
        """The closure of an expression over the state."""
        return compile_expression(tree, self.index)

    def best(self) -> tuple[float, ...]:
        """The parameters' best values (true is 1.0)."""
        return tuple(float(parameter.best) for parameter in self.parameters)

    @property
    def contested(self) -> tuple[int, ...]:
        """Numbers of the parameters that are contested claims."""
        return tuple(number for number, parameter in enumerate(self.parameters) if parameter.contested)

    def draws(self, seed: int, rows: Sequence[int]) -> tuple[tuple[float, ...], ...]:
        """Rows of the parameters as they are believed: keyed draws, best values where nothing is believed."""
        return tuple(map(tuple, self.drawn(seed, rows).tolist()))

    def drawn(self, seed: int, rows: Sequence[int]) -> NDArray[np.float64]:
        """The same as an array, (rows, parameters)."""
        return self.beliefs.drawn(seed, rows)

    @cached_property
    def beliefs(self) -> Beliefs:
        """What is believed of the parameters together."""
        return Beliefs(self.parameters, self.correlations, self.constraints)

    def bind(self, values: Sequence[float]) -> Bound:
        """Solve every law for one row of parameter values.

        Raises
        ------
        LawError
            If a law cannot exist with these values; the message names the action or variable and the values.
        """
        state = self.state(values)
        laws = tuple(binder.bind(state) for binder in self.binders)
        for where, _, chance in self.chances:
            share(chance, state, where)
        return Bound(laws)

    def bind_rows(self, values: NDArray[np.float64]) -> tuple[Column, ...]:
        """Solve every law for many rows of parameter values, (rows, parameters): the numbers of `bind`, column by column.

        Raises
        ------
        LawError
            As `bind` of the first row that it refuses.
        """
        from negsim.program.columns import bind_rows

        return bind_rows(self, values)

    def state(self, values: Sequence[float]) -> list[float]:
        """A state of which only the parameters are known."""
        # Parameters are the last slots. Laws read parameters only, so the variables may be anything here.
        return [0.0] * (len(self.slots) - len(self.parameters)) + list(values)

    @cached_property
    def binders(self) -> tuple[Binder, ...]:
        """What solves each law."""
        clocks = {row.law for row in self.actions}
        places = enumerate(zip(self.laws, self.probes.law_places, strict=True))
        return tuple(Binder(law, self.index, where, clock=number in clocks) for number, (law, where) in places)

    @cached_property
    def chances(self) -> tuple[tuple[str, Expression, Evaluator], ...]:
        """Probabilities of initial values, each with the words for it."""
        return tuple(
            (f"initial value of {slot.name}: chance({slot.chance})", slot.chance, self.compile(slot.chance))
            for slot in self.slots
            if slot.chance is not None
        )

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: closures are made anew in another process."""
        # Without what was worked out: closures cannot be sent to another process, and are made again there.
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def fingerprint(self) -> str:
        """A hash of everything that decides a history, for checkpoints and snapshots."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        # The text of a function has its address in it, which differs from process to process.
        actions = [replace(row, policy=None) for row in self.actions]
        policies = [
            f"{type(row.policy)} {getattr(row.policy, '__module__', '')}.{getattr(row.policy, '__qualname__', '')}"
            for row in self.actions
            if row.policy
        ]
        # By their texts, which are complete for all of these: equal programs have equal ones.
        parts = (self.horizon, self.slots, actions, policies, self.laws, self.parameters, self.probes)
        text = repr((*parts, self.correlations, *([self.constraints] if self.constraints else [])))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def lower(
    scenario: Scenario,
    questions: Iterable[Asking] = (),
    mixed: Iterable[str] = (),
    *,
    elements: Elements | None = None,
) -> Program:
    """Lower a scenario and further questions to the tables an engine runs.

    Parameters
    ----------
    scenario : Scenario
        Whose histories they are.
    questions : iterable of Question or Series, optional
        Asked besides the scenario's own.
    mixed : iterable of str, optional
        Contested claims that become facts drawn at the start, for an engine that follows all at once.
    elements : Elements, optional
        In place of the scenario's own, such as those with witnesses.

    Returns
    -------
    Program
        The same for equal scenarios, however they were written.

    Raises
    ------
    ScenarioError
        If a further question does not fit the scenario, or a law cannot exist at the parameters' best values.

    See Also
    --------
    simulate : Simulate a scenario's histories.
    solve : Solve a scenario exactly.

    Examples
    --------
    >>> from negsim.model.actions import Action
    >>> from negsim.model.clocks import Exponential
    >>> from negsim.model.variables import Fact
    >>> deliver = Action(name="deliver", when="not memo", clock=Exponential(0.3), effects=["memo = true"])
    >>> program = lower(Scenario("tiny", start="2025-01-01", end=40, parts=[Fact("memo"), deliver]))
    >>> program.actions[0].clock, program.horizon
    ('random', 3456000000000.0)
    """
    check_is_scenario(scenario, "simulate")
    elements = _mixing(scenario.expanded if elements is None else elements, tuple(mixed))
    asked = dict(elements.questions)
    for question in written_out(questions):
        if not isinstance(question, Question):
            raise ArgumentError(
                f"questions takes questions, not {str(question)[:60]!r}; write Question(name='mine', condition='...')"
            )
        # The same question may be given again, as it was written or with its names put in.
        if asked.get(question.name, question) not in (question, elements.read(question)):
            raise ScenarioError(f"question {question.name}: another question of the scenario has this name; rename it")
        read = elements.read(question)
        check_question(read, elements, elements.types(), scenario.calendar, scenario.horizon)
        asked[question.name] = read
    writer = _Writer(elements, scenario.calendar, scenario.horizon)
    program = writer.write(asked)
    # Not kept: laws that cannot exist shall be told now, and not by the first worker.
    program.bind(program.best())
    return program


def _mixing(elements: Elements, claims: Sequence[str]) -> Elements:
    """The elements with some claims as facts that are drawn at the start."""
    facts = {name: Fact(name, elements.parameters[name].belief) for name in claims}  # type: ignore[arg-type] # a Chance
    rest = {name: parameter for name, parameter in elements.parameters.items() if name not in facts}
    return replace(elements, variables={**elements.variables, **facts}, parameters=rest)


KINDS = ((Distribution, "random"), (Fixed, "fixed"), (Immediately, "immediate"), ((On, Every), "calendar"))


class _Writer:
    """Builds the tables; one use."""

    def __init__(self, elements: Elements, calendar: Calendar, horizon: float) -> None:
        self.elements = elements
        self.calendar = calendar
        self.horizon = horizon
        self.laws: list[Distribution | Fixed] = []
        self.places: list[str] = []
        self.known: dict[tuple[bool, Distribution | Fixed], int] = {}
        names = [*sorted(elements.variables), *sorted(elements.parameters)]
        self.index = {name: number for number, name in enumerate(names)}

    def write(self, asked: Mapping[str, Question]) -> Program:
        elements = self.elements
        slots = [self.slot(elements.variables[name]) for name in sorted(elements.variables)]
        slots += [Slot(name=name, kind="parameter") for name in sorted(elements.parameters)]
        actions = tuple(self.action(action) for action in sorted(elements.actions.values(), key=self.rank))
        order = [row.name for row in actions]
        probes = lower_questions(asked, elements, self.calendar, self.horizon, order, tuple(self.places))
        return Program(
            horizon=self.horizon,
            slots=tuple(slots),
            actions=actions,
            laws=tuple(self.laws),
            parameters=tuple(elements.parameters[name] for name in sorted(elements.parameters)),
            probes=probes,
            correlations=joint(tuple(elements.correlations.values())),
            constraints=tuple(elements.constraints[name] for name in sorted(elements.constraints)),
        )

    def rank(self, action: Action) -> tuple[int, int, str]:
        if action.name in self.elements.supposed:
            return (0, int(action.name in self.elements.nudges), action.name)
        return (1 if isinstance(action.clock, Immediately) else 2, action.priority, action.name)

    def law(self, law: Distribution | Fixed, place: str, *, clock: bool = False) -> int:
        """The number of a law; equal ones have one, which is solved once."""
        if (clock, law) not in self.known:
            self.known[clock, law] = len(self.laws)
            self.laws.append(law)
            self.places.append(place)
        return self.known[clock, law]

    def slot(self, variable: Variable) -> Slot:
        if isinstance(variable, Level):
            return self.level(variable)
        kind = "fact" if isinstance(variable, Fact) else "counter"
        if isinstance(variable.initial, Chance):
            return Slot(name=variable.name, kind=kind, chance=variable.initial.p)
        return Slot(name=variable.name, kind=kind, initial=variable.initial)

    def level(self, level: Level) -> Slot:
        initial, law = self.drawn(level.initial, f"initial value of {level.name}")
        step = None if level.step is None else decimal_grid(level.step)
        return Slot(name=level.name, kind="level", low=level.low, high=level.high, step=step, initial=initial, law=law)

    def drawn(self, value: Expression | Distribution, place: str) -> tuple[Expression | None, int | None]:
        """The expression of a value, or the number of the law it is drawn from."""
        return (None, self.law(value, place)) if isinstance(value, Distribution) else (value, None)

    def effect(self, action: Action, effect: Effect) -> EffectRow:
        amount, law = self.drawn(effect.amount, f"action {action.name}: effect on {effect.variable}")
        stream = f"{action.name}>{effect.variable}"
        return EffectRow(
            slot=self.index[effect.variable], add=effect.kind == "add", amount=amount, law=law, stream=stream
        )

    def outcomes(self, action: Action) -> tuple[OutcomeRow, ...]:
        shared = tuple(self.effect(action, effect) for effect in action.effects)
        if not action.outcomes:
            return (OutcomeRow(name="", weight=Number(1.0), effects=shared),)
        return tuple(
            OutcomeRow(
                name=outcome.name,
                weight=outcome.weight,
                effects=tuple(
                    sorted((*shared, *(self.effect(action, e) for e in outcome.effects)), key=lambda row: row.slot)
                ),
            )
            for outcome in action.outcomes
        )

    def instants(self, action: Action) -> tuple[tuple[int, float], ...]:
        where = f"action {action.name}"
        clock = action.clock
        if isinstance(clock, Every):
            return tuple(self.calendar.repeats(clock.start, clock.period, self.horizon, where, MOST_INSTANTS))
        if not isinstance(clock, On):
            return ()
        convert = self.calendar.opening if action.name in self.elements.supposed else self.calendar.instant
        whole = enumerate(sorted({convert(instant, where) for instant in clock.instants}))
        return tuple((number, when) for number, when in whole if 0.0 <= when <= self.horizon)

    def action(self, action: Action) -> ActionRow:
        clock = action.clock
        kind = next(name for kinds, name in KINDS if isinstance(clock, kinds))
        return ActionRow(
            name=action.name,
            by=action.by,
            clock=kind,
            guard=action.when,
            law=self.law(clock, f"action {action.name}", clock=True)
            if isinstance(clock, (Distribution, Fixed))
            else None,
            instants=self.instants(action),
            pace=action.pace,
            speed=action.speed,
            memory=action.memory,
            limit=action.limit,
            outcomes=self.outcomes(action),
            branching=bool(action.outcomes),
            guard_reads=self.slots_of(action.when),
            pace_reads=self.slots_of(action.pace) | self.slots_of(action.speed),
            **self.decision(action),
        )

    def decision(self, action: Action) -> dict[str, Any]:
        party = self.elements.parties.get(action.by or "")
        if party is None or party.policy is None or not action.outcomes:
            return {}
        variables = {name: self.index[name] for name in sorted(self.elements.variables)}
        return {"policy": party.policy, "sees": visible_to(party.name, variables)}

    def slots_of(self, tree: Expression) -> frozenset[int]:
        return frozenset(self.index[name] for name in reads(tree) if name in self.elements.variables)
