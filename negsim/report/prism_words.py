"""Names and expressions in PRISM's language."""

from __future__ import annotations

import re

from negsim.model.expressions import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Choice,
    Compare,
    Expression,
    Neg,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    fold,
)
from negsim.program import ActionRow, Program, Slot

__all__ = ["RESERVED", "Writer", "number", "stretches"]

_WORDS = """
A bool clock const ctmc C double dtmc E endinit endinvariant endmodule endobservables endrewards endsystem false formula
filter func F global G init invariant I int label max mdp min module X nondeterministic observable observables of Pmax
Pmin P pomdp popta probabilistic prob pta rate rewards Rmax Rmin R S stochastic system true U W
fast calendar negotiation pow floor ceil round log mod
"""
RESERVED = frozenset(_WORDS.split())
EULER = "2.718281828459045"


def number(value: float) -> str:
    """A literal; whole numbers as whole numbers.

    >>> number(3.0), number(-0.25)
    ('3', '-0.25')
    """
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 2**31 else repr(value)


class Writer:
    """Turns names and trees of a program into PRISM's words."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.types = {slot.name: slot.kind for slot in program.slots}
        self.truths = {p.name for p in program.parameters if isinstance(p.best, bool)}
        self.taken: dict[str, str] = {}

    def _word(self, key: str, text: str) -> str:
        """A word of the language for a key, always the same one, never that of another key."""
        if key not in self.taken:
            word = re.sub(r"\W", "_", text)
            word = f"{word}_" if word in RESERVED or not re.match(r"[A-Za-z_]", word) else word
            while word in self.taken.values():
                word += "_"
            self.taken[key] = word
        return self.taken[key]

    def name(self, name: str) -> str:
        """A variable's or parameter's value."""
        return self._word(f"name {name}", name)

    def kept(self, slot: Slot) -> str:
        """What a variable is kept as: a level as its number of steps."""
        return self._word(f"steps {slot.name}", f"{slot.name}_steps") if slot.kind == "level" else self.name(slot.name)

    def action(self, row: ActionRow) -> str:
        """The label of an action's commands."""
        return self._word(f"action {row.name}", f"do_{row.name}")

    def fired(self, row: ActionRow) -> str:
        """The counter of a limited action's firings."""
        return self._word(f"fired {row.name}", f"{row.name}_firings")

    def edge(self, row: ActionRow) -> str:
        """Whether an immediate action has fired since its guard turned true."""
        return self._word(f"edge {row.name}", f"{row.name}_done")

    def drawn(self, slot: Slot) -> str:
        """Whether an initial value is drawn."""
        return self._word(f"drawn {slot.name}", f"{slot.name}_drawn")

    def label(self, name: str) -> str:
        """The label of a question."""
        return self._word(f"question {name}", f"q_{name}")

    def told(self, tree: Expression) -> str:
        """An expression."""
        text: str = fold(tree, self._step)
        return text

    def _step(self, node: Expression, parts: list[str]) -> str:
        match node:
            case Number():
                return number(node.value) if node.value >= 0 else f"({number(node.value)})"
            case Truth():
                return "true" if node.value else "false"
            case Ref():
                return self.name(node.name)
            case Neg():
                return f"(-{parts[0]})"
            case Not():
                return f"!({parts[0]})"
            case And() | Or():
                return "(" + (" & " if isinstance(node, And) else " | ").join(parts) + ")"
            case Arithmetic() if node.op == "%":
                # The remainder of PRISM is of whole numbers alone.
                return f"({parts[0]} - {parts[1]} * floor({parts[0]} / {parts[1]}))"
            case Arithmetic():
                return f"({parts[0]} {node.op} {parts[1]})"
            case Compare():
                return self._compared(node, parts)
            case Choice():
                return f"({parts[0]} ? {parts[1]} : {parts[2]})"
            case Call():
                return _called(node.function, parts)
            case AtLeast():
                return "(" + " + ".join(f"({part} ? 1 : 0)" for part in parts) + f" >= {node.k})"
        raise TypeError(f"{type(node).__name__} is no node of an expression")  # pragma: no cover

    def _compared(self, node: Compare, parts: list[str]) -> str:
        if self._is_condition(node.left):
            same = f"({parts[0]} <=> {parts[1]})"
            return same if node.op == "==" else f"!{same}"
        return f"({parts[0]} {'=' if node.op == '==' else node.op} {parts[1]})"

    def _is_condition(self, tree: Expression) -> bool:
        if isinstance(tree, Ref):
            return self.types.get(tree.name) == "fact" or tree.name in self.truths
        return tree.kind == "condition"


def _called(function: str, parts: list[str]) -> str:
    """The functions that PRISM has, and the others by those."""
    match function:
        case "min" | "max" | "floor":
            return f"{function}({', '.join(parts)})"
        case "abs":
            return f"max({parts[0]}, -{parts[0]})"
        case "exp":
            return f"pow({EULER}, {parts[0]})"
        case "log":
            return f"log({parts[0]}, {EULER})"
        case "sqrt":
            return f"pow({parts[0]}, 0.5)"
    return f"max({parts[1]}, min({parts[2]}, {parts[0]}))"


def stretches(places: list[tuple[str, str]]) -> list[tuple[int, int, str, str]]:
    """Like stages in a row made one: (first, one after the last, rate, action or nothing)."""
    found: list[tuple[int, int, str, str]] = []
    for k, (rate, name) in enumerate(places):
        if found and not name and found[-1][2:] == (rate, ""):
            found[-1] = (found[-1][0], k + 1, rate, "")
        else:
            found.append((k, k + 1, rate, name))
    return found
