"""Parameters and what is believed of them in files: statements may stand beside the best value or in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from negsim.files.places import Path
from negsim.files.shapes import Choice, Many, Scalar, ShapeBook, Tree
from negsim.files.tables import Key, Record, Table
from negsim.laws import BELIEF_FAMILIES
from negsim.laws.pools import METHODS
from negsim.model.beliefs import RANGE, STATEMENTS, Elicited, Pool, stated_best
from negsim.model.clocks import LAWS
from negsim.model.parameters import Parameter

__all__ = ["BeliefTable", "ParameterRecord", "PoolTable"]

SIZE = Tree(("text", "real"))


def _statement_keys() -> dict[str, Key]:
    """The keys of what can be said of a belief."""
    found = {key: Key(SIZE, False) for key in STATEMENTS}
    found["range"] = Key(Many(SIZE, length=2), False)
    found["family"] = Key(Scalar(("text",), tuple(BELIEF_FAMILIES)), False)
    return found


def _statements(belief: Elicited) -> dict[str, Any]:
    """What to write of a belief: mean first, the 5 and 95 % points as a range."""
    # A copy: what is written as a range is taken out of it.
    said: dict[str, Any] = dict(belief.said)
    found = {"mean": said.pop("mean")} if "mean" in said else {}
    if all(key in said for key in RANGE):
        found["range"] = tuple(said.pop(key) for key in RANGE)
    found.update({key: said[key] for key in STATEMENTS if key in said})
    return found if belief.family is None else {**found, "family": belief.family}


class BeliefTable(Table):
    """A belief as people say it: ``{range = [3, 40]}``, ``{mean = 0.1, p95 = 0.3}``, ``{p10 = 2, median = 5, p90 = 14}``."""

    def __init__(self, codec: ShapeBook) -> None:
        super().__init__(codec, "Elicited", "range = [low, high]")

    def find_keys(self) -> dict[str, Key]:
        return _statement_keys()

    def make(self, values: dict[str, Any]) -> Any:
        return Elicited(**values)

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        return _statements(value)

    def claims(self, raw: Mapping[str, Any]) -> bool:
        # A law has some of these keys too, and says which it is.
        return any(key in raw for key in STATEMENTS) and not ("law" in raw or "chance" in raw)

    def holds(self, value: Any) -> bool:
        return isinstance(value, Elicited)


class PoolTable(Table):
    """What several people believe: ``{pool = [{range = [3, 40]}, {median = 30, p95 = 90}], weights = [2, 1]}``."""

    def __init__(self, codec: ShapeBook) -> None:
        super().__init__(codec, "Pool", "pool = [...]")

    def find_keys(self) -> dict[str, Key]:
        laws = tuple(self.codec.law(law) for law in LAWS.values())
        return {
            "pool": Key(Many(Choice((*laws, BeliefTable(self.codec)))), True),
            "weights": Key(Many(Scalar(("real",))), False),
            "method": Key(Scalar(("text",), METHODS), False),
        }

    def make(self, values: dict[str, Any]) -> Any:
        return Pool(values.pop("pool"), **values)

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        found = {"pool": value.beliefs, "weights": value.weights, "method": value.method}
        # The default is left out, so that a pool reads as it was written.
        return {key: one for key, one in found.items() if one and one != "linear"}

    def claims(self, raw: Mapping[str, Any]) -> bool:
        return "pool" in raw

    def holds(self, value: Any) -> bool:
        return isinstance(value, Pool)


class ParameterRecord(Record):
    """A parameter: its best value may follow from what is said of the belief, which may stand beside it."""

    def __init__(self, codec: ShapeBook) -> None:
        super().__init__(codec, Parameter, named=True)

    def find_keys(self) -> dict[str, Key]:
        found = super().find_keys()
        # First, because it is what people look for; not required, because it may follow from the belief.
        best = {"best": Key(found.pop("best").shape, False)}
        return {**best, **_statement_keys(), **found}

    def make(self, values: dict[str, Any]) -> Any:
        return Parameter(**values)

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        belief = value.belief
        # Left out where reading would give the same value again: a file says each number once.
        whole = {"best": value.best}
        if isinstance(belief, Elicited) and belief.whole and value.best == stated_best(belief, value.unit):
            whole = {}
        said = _statements(belief) if isinstance(belief, Elicited) else {}
        for key, one in self.keys.items():
            if key not in ("best", *STATEMENTS) and not (said and key == "belief"):
                self._part(getattr(value, key), key, one, said, path)
        return {**whole, **said}
