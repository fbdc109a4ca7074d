"""What people know of a law, checked and sorted: the input of `negsim.laws.fitting`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from negsim.errors import LawError, nearest
from negsim.laws.families import PARAMETERS, POSITIVE, check_family, number, positive

PERCENT = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 98, 99)
QUANTILES = {"median": 0.5} | {f"p{percent}": percent / 100 for percent in PERCENT}
"""Keys of quantiles and the share that lies at or below the value; for another share there is ``within``."""
KNOWLEDGE = ("mean", *QUANTILES, "share", "within")
_SOME = "a quantile (p5, p10, p90, p95, ...)"
_RATE_TOO = frozenset({"gamma", "erlang"})


@dataclass(frozen=True, slots=True)
class Quantile:
    """The statement that a share p of all values lies at or below x; key is how it was given."""

    key: str
    p: float
    x: float


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements about one law: usual parameters by name, quantiles by rising p, a mean."""

    family: str
    params: dict[str, float]
    quantiles: tuple[Quantile, ...]
    mean: float | None

    @property
    def count(self) -> int:
        """How many independent things are said (share with within is one)."""
        return len(self.params) + len(self.quantiles) + (self.mean is not None)

    @property
    def text(self) -> str:
        """The statements as a reader would write them."""
        said = dict(self.params) | {q.key: q.x for q in self.quantiles}
        said |= {} if self.mean is None else {"mean": self.mean}
        return ", ".join(f"{key} = {value!r}" for key, value in said.items())


def possible(family: str) -> str:
    """Say which sets of statements determine a law of the family."""
    names = [f"{n} or rate" if n == "scale" and family in _RATE_TOO else n for n in PARAMETERS[family]]
    if len(names) == 3:
        return f"give exactly {', '.join(names)}"
    if family == "erlang":
        return f"give k and one of {names[1]}, mean, median, {_SOME}, share with within"
    count = "one" if len(names) == 1 else "two"
    return f"give exactly {count} of {', '.join(names)}, mean, median, {_SOME}, share with within"


def _check_keys(family: str, given: Mapping[str, float]) -> None:
    known = (*PARAMETERS[family], *(("rate",) if family in _RATE_TOO else ()))
    known += () if len(PARAMETERS[family]) == 3 else KNOWLEDGE
    for key, value in given.items():
        if key not in known:
            raise LawError(f"{family}: unknown key {key!r} (= {value!r}){nearest(str(key), known)}; {possible(family)}")
    if ("share" in given) != ("within" in given):
        alone, other = ("share", "within") if "share" in given else ("within", "share")
        raise LawError(f"{family}: {alone} = {given[alone]!r} needs {other} beside it, as in share=0.9, within=21")
    if family in _RATE_TOO and "rate" in given and "scale" in given:
        raise LawError(f"{family}: rate = {given['rate']!r} and scale = {given['scale']!r} say the same; give one")


def _value(family: str, key: str, value: object) -> float:
    """A value in the range of what its key means in this family."""
    if key == "share" or (family in ("beta", "logitnormal") and key not in PARAMETERS[family]):
        x = number(family, key, value)
        if not 0.0 < x < 1.0:
            raise LawError(
                f"{family}: {key} = {value!r} must lie between 0 and 1, neither included; give such a number"
            )
        return x
    signed = family in ("uniform", "normal", "triangular", "pert") and key not in POSITIVE
    return number(family, key, value) if signed or key == "mu" else positive(family, key, value)


def _quantiles(family: str, values: Mapping[str, float]) -> tuple[Quantile, ...]:
    found = [Quantile(key, p, values[key]) for key, p in QUANTILES.items() if key in values]
    if "share" in values:
        found.append(Quantile(f"within (share {values['share']!r})", values["share"], values["within"]))
    found.sort(key=lambda q: q.p)
    for low, high in pairwise(found):
        if not (low.p < high.p and low.x < high.x):
            raise LawError(
                f"{family}: {low.key} = {low.x!r} and {high.key} = {high.x!r} contradict or repeat each other;"
                " a larger share needs a larger value"
            )
    return tuple(found)


def read(family: str, given: Mapping[str, float]) -> Statements:
    """Check the statements one by one and their number, and sort them.

    Raises
    ------
    LawError
        Unknown key, value out of range, too few or too many statements, quantiles out of order.
    """
    check_family(family)
    _check_keys(family, given)
    values = {key: _value(family, key, value) for key, value in given.items()}
    params = {key: x for key, x in values.items() if key not in KNOWLEDGE}
    if family in _RATE_TOO and "rate" in params:
        params["scale"] = 1.0 / params.pop("rate")
    found = Statements(family, params, _quantiles(family, values), values.get("mean"))
    needed = len(PARAMETERS[family])
    if found.count != needed:
        few = "few" if found.count < needed else "many"
        raise LawError(f"{family}: too {few} statements ({found.text or 'none'}); {possible(family)}")
    return found
