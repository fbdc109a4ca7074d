"""Export to the language of PRISM, so that others can check answers with their own model checker.

The language is described in the PRISM manual (Kwiatkowska, Norman and Parker 2011, doi:10.1007/978-3-642-22110-1_47). A
continuous-time chain there has exponential transitions only. With ``stages=None`` everything else is refused; with a
number of stages, calendar instants are reached by Erlang clocks of that many stages each and immediate actions have a
rate of ``fast`` a day: an approximation that the text says and that larger constants improve.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from negsim.engines.exact import Solution
from negsim.engines.exact.options import check_stages, listed
from negsim.errors import EngineError
from negsim.model.calendar import DAY
from negsim.model.expressions import Expression, Truth, reads
from negsim.model.questions import Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.program import ActionRow, EffectRow, OutcomeRow, Program, Slot
from negsim.program.probes import Asked
from negsim.report.prism_text import PrismText
from negsim.report.prism_words import Writer, number, stretches
from negsim.running.solving import solve

__all__ = ["PrismText", "export_prism"]

FAST = 1e6


def export_prism(
    scenario: Scenario,
    *,
    questions: Iterable[Question] = (),
    stages: int | None = None,
    fast: float = FAST,
    max_states: int | None = None,
) -> PrismText:
    """A scenario as a PRISM model of type ctmc, with its questions as properties.

    Parameters
    ----------
    scenario : Scenario
        What to write.
    questions : iterable of Question
        Asked besides the scenario's own.
    stages : int, optional
        Approximate calendar instants by Erlang clocks of so many stages each, and immediate actions and drawn initial
        values by fast transitions. Without it they are refused.
    fast : float
        Rate per day of what takes no time.
    max_states : int, optional
        Most states to explore (the ranges of the variables are those of the states that can occur).

    Returns
    -------
    PrismText
        For ``prism MODEL.sm MODEL.props``.

    Raises
    ------
    EngineError
        For what a ctmc cannot say: clocks other than Exponential; without ``stages``, calendar instants, immediate
        actions and drawn initial values too.

    See Also
    --------
    PrismText : A model and its properties in PRISM's language.
    solve : Solve a scenario exactly.

    Examples
    --------
    >>> import negsim as ns
    >>> print(export_prism(ns.load("toy"), stages=50).properties.splitlines()[-1])
    P=? [ F<=5 "q_talks_day_5" ]
    """
    check_is_scenario(scenario, "export_prism")
    check_stages(stages)
    asked = listed(questions, Question, "questions")
    if not isinstance(fast, int | float) or not 0 < fast < math.inf:
        raise EngineError(f"fast is {fast!r}; it must be a rate per day above 0")
    solution = solve(scenario, questions=asked, max_states=max_states)
    program = solution.program
    _check(program, solution, stages)
    return _Model(program, solution, stages, fast).text(scenario)


def _check(program: Program, machine: Solution, stages: int | None) -> None:
    remedy = "export with stages=100 (--stages 100) for an approximation, or use the exact engine"
    for row in program.actions:
        if row.clock in ("calendar", "immediate") and stages is None:
            raise EngineError(f"action {row.name}: a {row.clock} action cannot be said in a ctmc; {remedy}")
        if row.clock == "fixed" or (row.clock == "random" and not _plain(machine, row)):
            raise EngineError(
                f"action {row.name}: only Exponential clocks can be said in a ctmc; use one, or the exact engine"
            )
        for effect in (effect for outcome in row.outcomes for effect in outcome.effects):
            if effect.law is not None:
                raise EngineError(
                    f"action {row.name}: a drawn effect cannot be said in a ctmc; use outcomes with weights"
                )
    for slot in program.slots:
        if slot.law is not None:
            raise EngineError(f"level {slot.name}: a drawn initial value cannot be said in a ctmc; fix it")
        drawn = set() if slot.chance is None else reads(slot.chance) & set(machine.claims)
        if drawn:
            raise EngineError(
                f"fact {slot.name}: its drawn initial value reads the contested claim {min(drawn)}, which cannot be said in "
                "a ctmc; export scenario.fixing({...}), the claim read one way"
            )
        if slot.chance is not None and stages is None:
            raise EngineError(f"fact {slot.name}: a drawn initial value cannot be said in a ctmc; {remedy}")


def _plain(machine: Solution, row: ActionRow) -> bool:
    law = machine.numbers.laws[row.law or 0]
    return law.family == "exponential" and not law.truncated and not law.defective


class _Model:
    """Writes one model; one use."""

    def __init__(self, program: Program, solution: Solution, stages: int | None, fast: float) -> None:
        self.program = program
        self.solution = solution
        self.stages = stages
        self.fast = fast
        self.words = Writer(program)
        self.graph = solution.everything()
        if self.graph.cut > 0.0:
            raise EngineError(
                "a counter has no end, and PRISM needs a range for each variable; bound it by the guards of the actions that "
                "change it, or by limit= on them, or use the exact engine"
            )
        found: dict[float, list[int]] = {}
        for rank, row in enumerate(program.actions):
            for _, when in row.instants:
                found.setdefault(when / DAY, []).append(rank)
        self.calendar = [(when, sorted(found[when])) for when in sorted(found)]

    def text(self, scenario: Scenario) -> PrismText:
        """Model and properties."""
        parts = [self.head(scenario), self.constants(), self.formulas(), self.module(), self.labels(), self.rewards()]
        model = "\n\n".join(part for part in parts if part) + "\n"
        return PrismText(_ordered(model), self.properties())

    def head(self, scenario: Scenario) -> str:
        lines = [f"// {scenario.name}: {scenario.title or 'a scenario of negsim'}", "// time in days from the start"]
        if self.stages is not None:
            lines += [
                f"// approximation: every calendar instant is reached in {self.stages} exponential stages, and what takes",
                f"// no time has rate {number(self.fast)} per day; raise both constants to come closer",
            ]
        return "\n".join([*lines, "ctmc"])

    def constants(self) -> str:
        lines = []
        for parameter, value in zip(self.program.parameters, self.solution.numbers.values, strict=True):
            if isinstance(parameter.best, bool):
                lines.append(f"const bool {self.words.name(parameter.name)} = {'true' if value else 'false'};")
            else:
                lines.append(f"const double {self.words.name(parameter.name)} = {number(value)};")
        if self.stages is not None:
            lines.append(f"const double fast = {number(self.fast)};")
        return "\n".join(lines)

    def formulas(self) -> str:
        """Values of levels, which are kept as numbers of steps."""
        return "\n".join(
            f"formula {self.words.name(slot.name)} = {self.words.kept(slot)}{_scaled(slot.grid)};"
            for slot in self.variables()
            if slot.kind == "level"
        )

    def variables(self) -> list[Slot]:
        return [slot for slot in self.program.slots if slot.kind != "parameter"]

    def module(self) -> str:
        lines = ["module negotiation"]
        lines += [f"  {self.declared(slot)}" for slot in self.variables()]
        lines += [f"  {self.words.fired(row)} : [0..{row.limit}] init 0;" for row in self.program.actions if row.limit]
        if self.calendar and self.stages is not None:
            lines.append(f"  calendar : [0..{len(self.places())}] init 0;")
        lines += [
            f"  {self.words.edge(row)} : bool init false;" for row in self.program.actions if row.clock == "immediate"
        ]
        chances = [slot for slot in self.variables() if slot.chance is not None]
        lines += [f"  {self.words.drawn(slot)} : bool init false;" for slot in chances]
        lines += [f"  {line}" for slot in chances for line in self.draw(slot)]
        lines += [f"  {line}" for rank in range(len(self.program.actions)) for line in self.commands(rank)]
        lines += [f"  {line}" for line in self.instants()]
        return "\n".join([*lines, "endmodule"])

    def declared(self, slot: Slot) -> str:
        """A variable with the range of the states that can occur."""
        start = self.words.kept(slot)
        index = self.program.index[slot.name]
        layout = self.graph.layout
        column = self.graph.rows[:, layout.column[index]]
        first = 0 if slot.chance is not None else self.initial(slot)
        if slot.kind == "fact":
            return f"{start} : bool init {'true' if first else 'false'};"
        low, high = min(int(column.min()), first), max(int(column.max()), first)
        return f"{start} : [{low}..{max(high, low + 1)}] init {first};"

    def initial(self, slot: Slot) -> int:
        """The initial value as it is kept."""
        assert slot.initial is not None
        state = [0.0] * len(self.variables()) + list(self.solution.numbers.values)
        value = float(self.program.compile(slot.initial)(state))
        if slot.kind != "level":
            return int(value)
        return round(min(max(value, slot.low), slot.high) * slot.grid[1] / slot.grid[0])

    def draw(self, slot: Slot) -> list[str]:
        """A drawn initial value as a fast transition."""
        assert slot.chance is not None
        done, kept, p = self.words.drawn(slot), self.words.kept(slot), self.words.told(slot.chance)
        return [f"[] !{done} -> fast*({p}) : ({kept}'=true) & ({done}'=true) + fast*(1-({p})) : ({done}'=true);"]

    def commands(self, rank: int) -> list[str]:
        """The commands of an action that is not on the calendar."""
        row = self.program.actions[rank]
        guard = self.guard(row)
        if row.clock == "random":
            law = self.solution.numbers.laws[row.law or 0]
            factors = [number(law.params[0])]
            factors += [self.words.told(tree) for tree in (row.pace, row.speed) if str(tree) != "1"]
            return [f"[{self.words.action(row)}] {guard} -> {self.updates(row, ' * '.join(factors), [])};"]
        if row.clock == "immediate":
            edge = self.words.edge(row)
            fires = self.updates(row, "fast", [f"({edge}'=true)"])
            again = f"[] {edge} & !({self.words.told(row.guard)}) -> fast : ({edge}'=false);"
            return [f"[{self.words.action(row)}] !{edge} & {guard} -> {fires};", again]
        return []

    def guard(self, row: ActionRow) -> str:
        text = self.words.told(row.guard)
        return f"{text} & {self.words.fired(row)} < {row.limit}" if row.limit else text

    def updates(self, row: ActionRow, rate: str, more: list[str]) -> str:
        """The outcomes with their rates."""
        more = [*more, f"({self.words.fired(row)}'={self.words.fired(row)}+1)"] if row.limit else more
        if not row.branching:
            return f"{rate} : {self.assigned(row.outcomes[0], more)}"
        weights = [self.words.told(outcome.weight) for outcome in row.outcomes]
        total = " + ".join(weights)
        return " + ".join(
            f"{rate} * {weight} / ({total}) : {self.assigned(outcome, more)}"
            for weight, outcome in zip(weights, row.outcomes, strict=True)
        )

    def assigned(self, outcome: OutcomeRow, more: list[str]) -> str:
        parts = [self.effect(effect) for effect in outcome.effects]
        return " & ".join([*parts, *more]) or "true"

    def effect(self, effect: EffectRow) -> str:
        """An assignment; levels are clipped and rounded to their grid (PRISM rounds halves up, negsim to even)."""
        slot = self.program.slots[effect.slot]
        assert effect.amount is not None
        kept, amount = self.words.kept(slot), self.words.told(effect.amount)
        if slot.kind == "fact":
            return f"({kept}'={amount})"
        if slot.kind == "counter":
            return f"({kept}'=round({kept} + ({amount})))" if effect.add else f"({kept}'=round({amount}))"
        value = f"{self.words.name(slot.name)} + ({amount})" if effect.add else amount
        steps = f"round(({value}){_scaled(slot.grid[::-1])})"
        if math.isfinite(slot.high):
            steps = f"min({slot.ends[1]}, {steps})"
        if math.isfinite(slot.low):
            steps = f"max({slot.ends[0]}, {steps})"
        return f"({kept}'={steps})"

    def places(self) -> list[tuple[str, str]]:
        """Stages of the calendar: (rate, action or nothing); the firing comes with the last stage of its instant."""
        assert self.stages is not None
        found, before = [], 0.0
        for when, ranks in self.calendar:
            gap = when - before
            rate = number(self.stages / gap) if gap > 0 else "fast"
            found += [(rate, "")] * (self.stages - 1 if gap > 0 else 0)
            found += [(rate if k == 0 else "fast", self.program.actions[rank].name) for k, rank in enumerate(ranks)]
            before = when
        return found

    def instants(self) -> list[str]:
        """The commands of the calendar."""
        if not self.calendar or self.stages is None:
            return []
        rows = {row.name: row for row in self.program.actions}
        lines = []
        for first, last, rate, name in stretches(self.places()):
            if not name:
                at = f"calendar >= {first} & calendar < {last}"
                lines.append(f"[] {at} -> {rate} : (calendar'=calendar+1);")
                continue
            row, here = rows[name], f"calendar = {first}"
            fires = self.updates(row, rate, ["(calendar'=calendar+1)"])
            lines.append(f"[{self.words.action(row)}] {here} & {self.guard(row)} -> {fires};")
            lines.append(f"[] {here} & !({self.guard(row)}) -> {rate} : (calendar'=calendar+1);")
        return lines

    def labels(self) -> str:
        lines = []
        for name, entry in self.reached():
            condition = entry.question.recorded
            assert condition is not None
            lines.append(f'label "{self.words.label(name)}" = {self.words.told(condition)};')
        return "\n".join(lines)

    def reached(self) -> list[tuple[str, Asked]]:
        """Questions whose condition is a label: all that are answered by it being so or becoming so."""
        asked = self.program.probes.asked.items()
        return [
            (name, one) for name, one in asked if one.question.row.record in ("first", "at") and one.question.row.share
        ]

    def rewards(self) -> str:
        """Rewards for what is counted, held or valued."""
        blocks = []
        for name, entry in self.program.probes.asked.items():
            question = entry.question
            if question.row.record == "fired" and not _unsaid(entry):
                rows = {row.name: row for row in self.program.actions}
                line = "\n  ".join(
                    f"[{self.words.action(rows[name])}] true : {number(weight)};" for name, _, weight in question.counts
                )
            elif question.row.about == "number" and question.recorded is not None:
                line = f"true : {self.words.told(question.recorded)};"
            elif question.row.record == "held" and question.recorded is not None:
                line = f"{self.words.told(question.recorded)} : 1;"
            else:
                continue
            blocks.append(f'rewards "{self.words.label(name)}"\n  {line}\nendrewards')
        return "\n\n".join(blocks)

    def properties(self) -> str:
        lines = []
        for name, entry in self.program.probes.asked.items():
            lines.append(f"// {name}" + (f": {entry.question.text}" if entry.question.text else "").replace("\n", " "))
            lines.append(self.asked(name, entry))
        return "\n".join(lines) + "\n"

    def asked(self, name: str, entry: Asked) -> str:
        """A question in CSL."""
        question, label, by = entry.question, f'"{self.words.label(name)}"', number(entry.by / DAY)
        if _unsaid(entry):
            return "// not said in CSL here: firings with one outcome, in a window, or how often at least"
        if question.row.unsaid:
            return f"// not said in CSL: {question.row.unsaid}"
        if entry.given is not None:
            return "// not said in CSL: an answer given that something else was so"
        if question.row.csl:
            return question.row.csl.format(label=label, by=by)
        return self.passage(entry, label, by)

    def passage(self, entry: Asked, label: str, by: str) -> str:
        """First passage, while another condition holds, within a window."""
        given = entry.question.throughout
        throughout: Expression = Truth(True) if given is None else given
        while_ = f"!{label}" if entry.after > 0 else ""
        if throughout != Truth(True):
            text = self.words.told(throughout)
            while_ = f"{text} & {while_}" if while_ else text
        bound = f"[{number(entry.after / DAY)},{by}]" if entry.after > 0 else f"<={by}"
        return f"P=? [ ({while_}) U{bound} {label} ]" if while_ else f"P=? [ F{bound} {label} ]"


def _scaled(by: tuple[float, float]) -> str:
    """Times p/q, whole numbers both, so that three steps of 1/10 are 0.3 there too."""
    p, q = by
    return ("" if p == 1 else f" * {number(p)}") + ("" if q == 1 else f" / {number(q)}")


def _ordered(model: str) -> str:
    """No blank line twice."""
    return re.sub(r"\n{3,}", "\n\n", model)


def _unsaid(entry: Asked) -> bool:
    """Whether a count has no reward: one of an outcome, in a window, or of how often at least."""
    question = entry.question
    outcome = any(outcome is not None for _, outcome, _ in question.counts)
    return question.row.record == "fired" and (outcome or entry.after > 0 or question.at_least is not None)
