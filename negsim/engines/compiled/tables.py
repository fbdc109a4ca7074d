"""`Program` to the flat arrays that the kernel reads. Layouts are those of ``types.h``; `check_layouts` compares them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.compiled.code import CONST, Code, cells_of
from negsim.laws import Law
from negsim.model.expressions import Expression, Number, Ref, walk
from negsim.program import ActionRow, Bound, EffectRow, OutcomeRow, Program, Slot
from negsim.streams import stream_key

__all__ = ["LAYOUTS", "Lowered", "law_rows", "lower_program"]

KINDS = {"random": 0, "fixed": 1, "calendar": 2, "immediate": 3}
MEMORIES = {"reset": 0, "resume": 1, "repeat": 2}
SLOTS = {"fact": 0, "counter": 1, "level": 2, "parameter": 3}
FAMILIES = ("exponential", "weibull", "gamma", "lognormal", "uniform", "triangular", "pert", "normal", "beta", "fixed")
GUARD, PACE, FIRST, HELD = 1, 2, 4, 8
NO_LIMIT = 2**62
# Occurrences of which draws are kept for a batch of replications: at most so many of one action, and in all.
KEPT, ALL_KEPT = 64, 2**15
# Outcomes have their own lists of what to look at again while these stay as small as this.
MOST_DEPS = 2**20


def _layout(integers: str = "", after: str = "", more: Iterable[tuple[str, str]] = ()) -> np.dtype[np.void]:
    fields = [(name, np.int32) for name in integers.split()]
    return np.dtype([*fields, *more, *((name, np.float64) for name in after.split())], align=True)


LAYOUTS: dict[str, np.dtype[np.void]] = {
    "Expr": _layout(
        "form slot count word", "value", [("code", "i8"), ("offset", "i8"), ("mask", "u8"), ("want", "u8")]
    ),
    "Term": _layout("last word", "", [("mask", "u8"), ("want", "u8")]),
    "Dimension": _layout("slot stride"),
    "Atom": _layout("bit op", "value"),
    "Slot": _layout("kind initial law atom atoms grid changing unused", "low high step first"),
    "Effect": _layout("slot add amount law", "", [("value", "f8"), ("constant", "i4"), ("stream", "i4")]),
    "Outcome": _layout("weight effect effects dep deps unused"),
    "Dep": _layout("target what", "", [("mask", "u8")]),
    "Action": _layout(
        "kind guard law pace speed memory outcome outcomes branching steady instant instants fired fireds weighed early",
        "",
        [("limit", "i8")],
    ),
    "First": _layout("condition throughout"),
    "Dated": _layout("condition column", "date"),
    "Fired": _layout("outcome column", "date"),
    "Instant": _layout("", "when", [("occurrence", "i8")]),
    "Law": _layout(
        "family cut defective plain has_low has_high",
        "a b c low high never ever upper mass width rising falling at_mode alpha beta exponent h0",
    ),
}

Array = NDArray[Any]


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


def lower_program(program: Program) -> Lowered:
    """Lower a program to flat arrays."""
    return _Lowering(program).lowered()


def law_rows(bound: Bound) -> Array:
    """The laws of one row of parameters, not yet prepared."""
    rows = np.zeros(max(1, len(bound.laws)), LAYOUTS["Law"])
    for row, law in zip(rows, bound.laws, strict=False):
        if isinstance(law, Law):
            row["family"] = FAMILIES.index("gamma" if law.family == "erlang" else law.family)
            for key, number in zip("abc", law.params, strict=False):
                row[key] = number
            row["has_low"], row["has_high"] = law.low is not None, law.high is not None
            (row["low"], row["high"]), row["never"] = law.bounds, law.never
        else:
            row["family"] = FAMILIES.index("fixed")
            row["a"], row["never"] = law
    return rows


@dataclass(slots=True)
class _Lowering:
    """Builds the arrays; one use."""

    program: Program
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    sums: list[float] = field(default_factory=list)
    streams: dict[str, int] = field(default_factory=dict)
    deps: list[list[tuple[int, int, int]]] = field(default_factory=list)
    dated: dict[str, list[tuple[int, int, float]]] = field(default_factory=dict)
    n_deps: int = 0
    code: Code = field(init=False)

    def __post_init__(self) -> None:
        self.code = Code(self.program.slots, self.program.index)
        self.rows = {name: [] for name in LAYOUTS}

    def lowered(self) -> Lowered:
        program = self.program
        self.readers()
        for action in program.actions:
            self.action(action)
        self.probes()
        variables = [self.slot(slot) for slot in program.slots]
        self.atoms(variables)
        self.rows["Expr"] = [_expr(form) for form in self.code.forms]
        self.rows["Term"], self.rows["Dimension"] = list(self.code.terms), list(self.code.dimensions)
        arrays = {name: _array(name, self.rows[name]) for name in LAYOUTS if name not in ("Dep", "Dated", "Law")}
        arrays |= self.lists()
        return Lowered(arrays, self.numbers(), program.horizon, self.owners())

    # -- what reads what ------------------------------------------------------------------------------------------

    def readers(self) -> None:
        """Per slot, what looks again when it changes: (kind, number) to the reasons."""
        found: list[dict[tuple[int, int], int]] = [{} for _ in self.program.slots]
        for number, action in enumerate(self.program.actions):
            if action.clock == "calendar":
                continue
            for slots, what in ((action.guard_reads, GUARD), (action.pace_reads, PACE)):
                for slot in slots:
                    found[slot][0, number] = found[slot].get((0, number), 0) | what
        for number, (condition, throughout) in enumerate(self.program.probes.first):
            for slot in self.reads(condition) | self.reads(throughout):
                found[slot][1, number] = FIRST
        for number, (condition, _) in enumerate(self.program.probes.held):
            for slot in self.reads(condition):
                found[slot][2, number] = HELD
        self.deps = [[(kind, number, what) for (kind, number), what in sorted(one.items())] for one in found]

    def reads(self, tree: Expression) -> set[int]:
        return {self.program.index[node.name] for node in walk(tree) if isinstance(node, Ref)}

    def early(self, guard: Expression) -> int:
        """What the guard's truth at the start hangs on: 0 nothing, 1 parameters, 2 a draw."""
        found = 0
        for number in self.reads(guard):
            slot = self.program.slots[number]
            if slot.law is not None or slot.chance is not None:
                return 2
            if slot.kind == "parameter" or (slot.initial is not None and self.reads(slot.initial)):
                found = 1
        return found

    # -- actions --------------------------------------------------------------------------------------------------

    def action(self, row: ActionRow) -> None:
        guard = self.code.condition(row.guard)
        pace, speed = self.code.number(row.pace), self.code.number(row.speed)
        steady = row.memory == "reset" and all(self.code.forms[e].form == CONST for e in (pace, speed))
        steady = steady and all(self.code.forms[e].value >= 0 for e in (pace, speed))
        first, instant = len(self.rows["Outcome"]), len(self.rows["Instant"])
        self.rows["Instant"] += row.instants
        for outcome in row.outcomes:
            self.outcome(outcome)
        number = len(self.rows["Action"])
        fired = [probe for probe in enumerate(self.program.probes.fired) if probe[1][0] == number]
        place = len(self.rows["Fired"])
        self.rows["Fired"] += [(-1 if which is None else which, column, date) for column, (_, which, date) in fired]
        self.rows["Action"].append(
            (
                KINDS[row.clock], guard, -1 if row.law is None else row.law, pace, speed, MEMORIES[row.memory],
                first, len(row.outcomes), row.branching, steady and row.clock in ("random", "fixed"),
                instant, len(row.instants), place, len(fired), self.weighed(row), self.early(row.guard),
                NO_LIMIT if row.limit is None else row.limit,
            )
        )  # fmt: skip

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
        merged: dict[tuple[int, int], tuple[int, int]] = {}
        small = self.n_deps + sum(len(self.deps[effect.slot]) for effect in row.effects) <= MOST_DEPS
        for i, effect in enumerate(row.effects if small else ()):
            for kind, number, what in self.deps[effect.slot]:
                why, mask = merged.get((kind, number), (0, 0))
                merged[kind, number] = why | what, mask | 1 << min(i, 63)
        place = len(self.rows["Dep"])
        self.rows["Dep"] += [(number, what, mask) for (_, number), (what, mask) in sorted(merged.items())]
        self.n_deps += len(merged)
        weight = self.code.number(row.weight)
        self.rows["Outcome"].append((weight, start, len(row.effects), place, len(merged) if small else -1, 0))

    def effect(self, row: EffectRow) -> tuple[Any, ...]:
        if row.amount is None:
            stream = self.streams.setdefault(row.stream, len(self.streams))
            return row.slot, row.add, -1, row.law, 0.0, 0, stream
        amount = self.code.number(row.amount)
        form = self.code.forms[amount]
        return row.slot, row.add, amount, -1, form.value, form.form == CONST, -1

    # -- probes, slots, atoms -------------------------------------------------------------------------------------

    def probes(self) -> None:
        probes, condition = self.program.probes, self.code.condition
        self.rows["First"] = [(condition(one), condition(two)) for one, two in probes.first]
        self.dated["held"] = [(condition(tree), column, date) for column, (tree, date) in enumerate(probes.held)]
        at = [(self.code.number(tree), column, date) for column, (tree, date) in enumerate(probes.at)]
        self.dated["at"] = sorted(at, key=lambda row: (row[2], row[1]))

    def slot(self, slot: Slot) -> tuple[Any, ...]:
        initial = -1
        if slot.chance is not None:
            initial = self.code.number(slot.chance)
        elif slot.initial is not None:
            initial = self.code.number(slot.initial)
        changing = 1 if slot.law is not None else -1 if slot.chance is not None else 0
        return SLOTS[slot.kind], initial, -1 if slot.law is None else slot.law, changing, slot.low, slot.high, slot.step

    def atoms(self, slots: Sequence[tuple[Any, ...]]) -> None:
        """Atoms in the order of the slots that they read."""
        known = sorted((slot, bit, operation, value) for (slot, operation, value), bit in self.code.atoms.items())
        self.rows["Atom"] = [(bit, operation, value) for _, bit, operation, value in known]
        counts = [0] * len(slots)
        for slot, *_ in known:
            counts[slot] += 1
        place = 0
        for number, (kind, initial, law, changing, low, high, step) in enumerate(slots):
            cells, first = cells_of(self.program.slots[number]) if number in self.code.gridded else (0, 0)
            row = (kind, initial, law, place, counts[number], cells, changing, 0, low, high, step, first)
            self.rows["Slot"].append(row)
            place += counts[number]

    def lists(self) -> dict[str, Array]:
        starts = np.concatenate(([0], np.cumsum([_reasons(one) for one in self.deps]))).astype(np.int32)
        split = [
            (number, part, 1 if part == GUARD else 2)
            for one in self.deps
            for _, number, what in one
            for part in (GUARD, PACE, FIRST, HELD)
            if what & part
        ]
        kinds = [row.clock for row in self.program.actions]
        drawn = [i for i, slot in enumerate(self.program.slots) if slot.law is not None or slot.chance is not None]
        return {
            "Dep": _array("Dep", self.rows["Dep"]),
            "at": _array("Dated", self.dated["at"]),
            "held": _array("Dated", self.dated["held"]),
            "var_dep": starts,
            "var_deps": _array("Dep", split),
            "code": np.array([*self.code.words, 0], dtype=np.int32),
            "constants": np.array([*self.code.constants, 0.0]),
            "sums": np.array([*self.sums, 0.0]),
            "calendar": np.array([*(i for i, kind in enumerate(kinds) if kind == "calendar"), 0], dtype=np.int32),
            "changing": np.array([*drawn, 0], dtype=np.int32),
        }

    def numbers(self) -> dict[str, int]:
        program, probes = self.program, self.program.probes
        actions = len(program.actions)
        outcomes = self.rows["Outcome"]
        return {
            "n_slots": len(program.slots),
            "n_variables": len(program.slots) - len(program.parameters),
            "n_actions": actions,
            "n_padded": max(8, (actions + 7) // 8 * 8),
            "n_counts": len(outcomes),
            "n_words": max(1, (len(self.code.atoms) + 63) // 64),
            "n_laws": len(program.laws),
            "n_first": len(probes.first),
            "n_at": len(probes.at),
            "n_held": len(probes.held),
            "n_fired": len(probes.fired),
            "n_exprs": len(self.code.forms),
            "n_calendar": sum(row.clock == "calendar" for row in program.actions),
            "n_changing": sum(slot.law is not None or slot.chance is not None for slot in program.slots),
            "depth": self.code.depth,
            "most_effects": max((row[2] for row in outcomes), default=0),
            "most_outcomes": max((len(row.outcomes) for row in program.actions), default=0),
            "kept": min(KEPT, ALL_KEPT // max(1, actions)),
            "n_cells": self.code.cells,
        }

    def owners(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {
            "action": tuple(("action", row.name) for row in self.program.actions),
            "effect": tuple(("effect", name) for name in self.streams),
            "slot": tuple(("variable", slot.name) for slot in self.program.slots),
        }


def _reasons(deps: Sequence[tuple[int, int, int]]) -> int:
    return sum(what.bit_count() for _, _, what in deps)


def _expr(form: Any) -> tuple[Any, ...]:
    return (
        form.form, form.slot, form.count, form.word, form.code, form.offset, form.mask, form.want, form.value
    )  # fmt: skip


def _array(name: str, rows: Sequence[tuple[Any, ...]]) -> Array:
    # one more than needed, so that no address is empty
    array = np.zeros(len(rows) + 1, LAYOUTS[name])
    for i, row in enumerate(rows):
        array[i] = tuple(row)
    return array
