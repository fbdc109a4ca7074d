"""`Program` to the flat arrays that the kernel reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from negsim.engines.compiled.code import CONST, MASK, Code, Form, cells_of
from negsim.engines.compiled.layouts import LAYOUTS, Array, blank, integers, table, together
from negsim.engines.compiled.readers import Readers, reads
from negsim.laws import Law
from negsim.laws.draws import stream_key
from negsim.model.expressions import Expression, Number
from negsim.program import ActionRow, Bound, EffectRow, OutcomeRow, Program, Slot
from negsim.program.columns import Column

__all__ = ["Lowered", "law_columns", "law_rows", "lower_program"]

KINDS = {"random": 0, "fixed": 1, "calendar": 2, "immediate": 3}
MEMORIES = {"reset": 0, "resume": 1, "repeat": 2}
SLOTS = {"fact": 0, "counter": 1, "level": 2, "parameter": 3}
FAMILIES = ("exponential", "weibull", "gamma", "lognormal", "uniform", "triangular", "pert", "normal", "beta", "fixed")
FAMILY = {name: number for number, name in enumerate(FAMILIES)} | {"erlang": FAMILIES.index("gamma")}
ANY, FACT, CELL = range(3)
NO_LIMIT = 2**31 - 1
# Levels of so few values have tables of where effects lead; all tables together stay below this.
MOST_CELLS, ALL_NEXT = 4096, 2**20


@dataclass(frozen=True, slots=True)
class Lowered:
    """Arrays by name, plain numbers by name, and the streams whose keys a seed gives."""

    arrays: Mapping[str, Array]
    numbers: Mapping[str, int]
    horizon: float
    streams: Mapping[str, tuple[tuple[str, str], ...]]

    def keys(self, seed: int) -> dict[str, Array]:
        """Philox keys of every action, effect and variable that draws, two words each."""
        return {
            name: np.array([stream_key(seed, *stream) for stream in streams] or [(0, 0)], dtype=np.uint32)
            for name, streams in self.streams.items()
        }


def lower_program(program: Program, few: int, most_columns: int) -> Lowered:
    """Lower a program to flat arrays; with more than `few` actions histories advance one by one."""
    return _Lowering(program, few, most_columns).lowered()


def law_rows(bounds: Sequence[Bound]) -> Array:
    """The laws of some rows of parameters one after the other, not yet prepared."""
    count = len(bounds[0].laws) if bounds else 0
    array = np.zeros(len(bounds) * count + 1, LAYOUTS["Law"])
    for place in range(count):
        laws = [bound.laws[place] for bound in bounds]
        if all(law is laws[0] for law in laws):  # it reads no parameter
            laws = laws[:1]
        columns = zip(*(_law_row(law) for law in laws), strict=True)
        for name, column in zip(array.dtype.names or (), columns, strict=False):
            array[name][place:-1:count] = column if len(column) > 1 else column[0]
    return array


def law_columns(laws: Sequence[Column], rows: int) -> Array:
    """The same of laws that were solved for all rows at once."""
    array = blank("Law", rows * len(laws) + 1)
    for place, law in enumerate(laws):
        part = array[place : -1 : len(laws)]
        part["family"], part["defective"], part["never"] = FAMILY[law.family], law.mixed, law.never
        for name, values in zip("abc", law.params, strict=False):
            part[name] = values
        for side, values, without in (("low", law.low, -math.inf), ("high", law.high, math.inf)):
            if law.family != "fixed":
                part[f"has_{side}"] = values is not None
                part[side] = without if values is None else values
    return array


def _law_row(law: Law | tuple[float, float]) -> tuple[float, ...]:
    if isinstance(law, tuple):
        after, never = law
        return FAMILY["fixed"], 0, 0, 0, 0, 0, after, 0.0, 0.0, 0.0, 0.0, never
    family = FAMILY[law.family]
    a, b, c = (*law.params, 0.0, 0.0)[:3]
    return family, 0, law.mixed, 0, law.low is not None, law.high is not None, a, b, c, *law.bounds, law.never


@dataclass(slots=True)
class _Lowering:
    """Builds the arrays; one use."""

    program: Program
    few: int
    most_columns: int
    rows: dict[str, list[Sequence[Any]]] = field(default_factory=lambda: {name: [] for name in LAYOUTS})
    sums: list[float] = field(default_factory=list)
    streams: dict[str, int] = field(default_factory=dict)
    dated: dict[str, list[tuple[int, int, float]]] = field(default_factory=dict)
    fired: dict[int, list[tuple[int, int, float, float]]] = field(default_factory=dict)
    next: int = 0
    code: Code = field(init=False)
    readers: Readers = field(init=False)

    def __post_init__(self) -> None:
        self.code = Code(self.program.slots, self.program.index, self.most_columns)
        self.readers = Readers(self.program)

    def lowered(self) -> Lowered:
        program = self.program
        for column, (action, outcome, after, by) in enumerate(program.probes.fired):
            self.fired.setdefault(action, []).append((-1 if outcome is None else outcome, column, after, by))
        self.share()
        # First what is looked at as bits of the first word, which are set and read fastest.
        for row in program.actions:
            self.code.condition(row.guard)
        self.probes()
        for number, row in enumerate(program.actions):
            self.action(number, row)
        slots = [self.slot(slot) for slot in program.slots]
        # all trees are known from here on, and with them the atoms
        self.atoms(slots)
        self.effects()
        starts = self.readers.by_slot()
        self.rows["GuardDep"] = [self.guard(*row) for row in self.readers.rows[0]]
        self.rows["Expr"] = [_expr(form) for form in self.code.forms]
        self.rows["Term"], self.rows["Dimension"] = [*self.code.terms], [*self.code.dimensions]
        arrays = {name: table(name, self.rows[name]) for name in LAYOUTS if name not in ("Dep", "Dated", "Law")}
        arrays |= {
            f"slot_{name}": integers(one) for name, one in zip(("guards", "paces", "probes"), starts, strict=True)
        }
        return Lowered(together(arrays | self.lists()), self.numbers(), program.horizon, self.owners())

    def share(self) -> None:
        """Show all expressions of actions to those that look for what they have in common."""
        for row in self.program.actions:
            for tree in (row.guard, row.pace, row.speed):
                self.code.share(tree)
            for outcome in row.outcomes:
                for amount in (outcome.weight, *(effect.amount for effect in outcome.effects)):
                    if amount is not None:
                        self.code.share(amount)

    # -- actions --------------------------------------------------------------------------------------------------

    def action(self, number: int, row: ActionRow) -> None:
        guard = self.code.condition(row.guard)
        pace, speed = self.code.number(row.pace), self.code.number(row.speed)
        steady = row.memory == "reset" and row.clock in ("random", "fixed")
        steady = steady and all(
            f.form == CONST and f.value >= 0 for f in (self.code.forms[pace], self.code.forms[speed])
        )
        first, instant, fired = len(self.rows["Outcome"]), len(self.rows["Instant"]), len(self.rows["Fired"])
        self.rows["Instant"] += row.instants
        self.rows["Fired"] += self.fired.get(number, ())
        for outcome in row.outcomes:
            self.outcome(outcome)
        self.rows["Action"].append(
            (
                guard, -1 if row.law is None else row.law, pace, speed, first, len(row.outcomes),
                NO_LIMIT if row.limit is None else row.limit, instant, len(row.instants),
                fired, len(self.fired.get(number, ())), self.weighed(row),
                KINDS[row.clock], MEMORIES[row.memory], row.branching, steady, self.early(row.guard), 0,
            )
        )  # fmt: skip

    def early(self, guard: Expression) -> bool:
        """Whether the guard's truth at the start hangs on a draw."""
        slots = [self.program.slots[number] for number in reads(guard, self.program)]
        return any(slot.law is not None or slot.chance is not None for slot in slots)

    def weighed(self, row: ActionRow) -> int:
        """Where the running sums of weights that are numbers stand; -1 if they have to be worked out."""
        numbers = [outcome.weight.value for outcome in row.outcomes if isinstance(outcome.weight, Number)]
        total, sums = 0.0, []
        for weight in numbers:
            total += weight
            sums.append(total)
        if len(numbers) < len(row.outcomes) or min(numbers) < 0 or not 0 < total < math.inf:
            return -1
        self.sums += sums
        return len(self.sums) - len(sums)

    def outcome(self, row: OutcomeRow) -> None:
        start = len(self.rows["Effect"])
        self.rows["Effect"] += [self.effect(effect) for effect in row.effects]
        listed, *places = self.readers.outcome(row.effects)
        simple = listed and len(row.effects) < 63 and all(effect[5] for effect in self.rows["Effect"][start:])
        weight = self.code.number(row.weight)
        self.rows["Outcome"].append((weight, start, len(row.effects), listed, simple, *places))

    def effect(self, row: EffectRow) -> tuple[Any, ...]:
        if row.amount is None:
            stream = self.streams.setdefault(row.stream, len(self.streams))
            return row.slot, row.add, -1, row.law, 0.0, 0, stream
        amount = self.code.number(row.amount)
        form = self.code.forms[amount]
        return row.slot, row.add, amount, -1, form.value, form.form == CONST, -1

    def effects(self) -> None:
        """Find the effects that a table or a bit does."""
        for number, row in enumerate(self.rows["Effect"]):
            slot, value, constant = self.rows["Slot"][row[0]], row[4], row[5]
            kind, place, bit = ANY, 0, 0
            if constant and slot[0] == SLOTS["fact"]:
                atoms = [self.rows["Atom"][i] for i in range(slot[4], slot[4] + slot[5])]
                kind = FACT if all(atom[0] < 64 for atom in atoms) else ANY
                bit = 1 << atoms[0][0] if atoms and kind == FACT else 0
            elif constant and slot[6] and self.next + slot[6] <= ALL_NEXT and abs(value) < 1e300:
                kind, place = CELL, self.next
                self.next += slot[6]
            self.rows["Effect"][number] = (*row, kind, place, slot[7], slot[5], bit)

    def guard(self, target: int, _: int, changed: int) -> tuple[int, ...]:
        form: Form = self.code.forms[self.rows["Action"][target][0]]
        if form.form != MASK:
            return changed, self.rows["Action"][target][0], 0, target, -1
        return changed, form.mask, form.want, target, form.word

    # -- probes, slots, atoms -------------------------------------------------------------------------------------

    def probes(self) -> None:
        probes, condition = self.program.probes, self.code.condition
        self.rows["First"] = [(condition(one), condition(two)) for one, two in probes.first]
        self.dated["held"] = [(self.code.number(tree), column, date) for column, (tree, date) in enumerate(probes.held)]
        self.rows["Edge"] = [(condition(tree), 0, after) for tree, after, _ in probes.edges]
        at = [(self.code.number(tree), column, date) for column, (tree, date) in enumerate(probes.at)]
        # a window opens when everything at earlier instants has happened: right after the microsecond before it
        opens = [
            (-1, column, after - 1.0)
            for column, (_, after, or_holds) in enumerate(probes.edges)
            if or_holds and 0 < after <= self.program.horizon
        ]
        self.dated["at"] = sorted([*at, *opens], key=lambda row: (row[2], row[1]))

    def slot(self, slot: Slot) -> tuple[Any, ...]:
        tree = slot.initial if slot.chance is None else slot.chance
        initial = -1 if tree is None else self.code.number(tree)
        changing = 1 if slot.law is not None else -1 if slot.chance is not None else 0
        law, (p, q) = -1 if slot.law is None else slot.law, slot.step or (0.0, 1.0)
        return SLOTS[slot.kind], initial, law, changing, slot.low, slot.high, p, q

    def atoms(self, slots: Sequence[tuple[Any, ...]]) -> None:
        """Atoms in the order of the slots that they read; slots with their atoms and cells."""
        known = sorted((slot, bit, operation, value) for (slot, operation, value), bit in self.code.atoms.items())
        self.rows["Atom"] = [(bit, operation, value) for _, bit, operation, value in known]
        counts = [0] * len(slots)
        for slot, *_ in known:
            counts[slot] += 1
        place = cell = 0
        for number, (kind, initial, law, changing, low, high, p, q) in enumerate(slots):
            cells, first = cells_of(self.program.slots[number])
            if cells > MOST_CELLS and number not in self.code.gridded:
                cells = 0
            row = (kind, changing, initial, law, place, counts[number], cells, cell, first, low, high, p, q)
            self.rows["Slot"].append(row)
            place, cell = place + counts[number], cell + cells

    def lists(self) -> dict[str, Array]:
        def looks(rows: Sequence[tuple[int, int, int]]) -> Array:
            return table("Dep", [(changed, target, what) for target, what, changed in rows])

        return {
            "pace_deps": looks(self.readers.rows[1]),
            "probe_deps": looks(self.readers.rows[2]),
            "at": table("Dated", self.dated["at"]),
            "held": table("Dated", self.dated["held"]),
            "code": integers(self.code.words),
            "constants": np.array([*self.code.constants, 0.0]),
            "sums": np.array([*self.sums, 0.0]),
            "next": np.zeros(self.next + 1, dtype=np.int32),
            "cells": np.zeros(self.code.cells + 1),
            "cell_values": np.zeros(sum(row[6] for row in self.rows["Slot"]) + 1),
            "calendar": integers(i for i, row in enumerate(self.rows["Action"]) if row[12] == KINDS["calendar"]),
            "changing": integers(i for i, row in enumerate(self.rows["Slot"]) if row[1]),
        }

    def numbers(self) -> dict[str, int]:
        program, probes = self.program, self.program.probes
        outcomes = self.rows["Outcome"]
        return {
            "n_slots": len(program.slots),
            "n_variables": len(program.slots) - len(program.parameters),
            "n_actions": len(program.actions),
            "many": len(program.actions) > self.few,
            "n_counts": len(outcomes),
            "n_words": max(1, (len(self.code.atoms) + 63) // 64),
            "n_laws": len(program.laws),
            "n_first": len(probes.first),
            "n_edges": len(probes.edges),
            "n_at": len(probes.at),
            "n_dates": len(self.dated["at"]),
            "n_held": len(probes.held),
            "n_fired": len(probes.fired),
            "n_effects": len(self.rows["Effect"]),
            "n_calendar": sum(row.clock == "calendar" for row in program.actions),
            "n_changing": sum(row[1] != 0 for row in self.rows["Slot"]),
            "depth": self.code.depth,
            "most_effects": max((row[2] for row in outcomes), default=0),
            "most_outcomes": max((len(row.outcomes) for row in program.actions), default=0),
            "n_parts": self.code.parts,
            "n_cells": self.code.cells,
            "n_memo": self.code.memo,
            "n_exprs": len(self.code.forms),
        }

    def owners(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {
            "action": tuple(("action", row.name) for row in self.program.actions),
            "effect": tuple(("effect", name) for name in self.streams),
            "slot": tuple(("variable", slot.name) for slot in self.program.slots),
        }


def _expr(form: Any) -> tuple[Any, ...]:
    return (
        form.form, form.slot, form.count, form.word, form.code, form.offset, form.mask, form.want, form.columns,
        form.value,
    )  # fmt: skip
