"""From what somebody believes of a number ("5 % below 3, 5 % above 40") to a law, and how well the law says it.

Where a family can meet every statement it does; else it meets the median or mean that must hold and comes as near to the
other statements as it can, in squares of shares, i.e. on the distribution function, which does not depend on units
(O'Hagan et al. 2006, *Uncertain Judgements*, ch. 6, doi:10.1002/0470033312). How near that is, is told by `Fit`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from negsim.errors import LawError, nearest
from negsim.laws import plain
from negsim.laws.families import Law, number
from negsim.laws.fitting import beta_of, logit_normal_of, solve
from negsim.laws.quantities import survival
from negsim.laws.search import least, root
from negsim.laws.statements import QUANTILES

__all__ = ["BELIEF_FAMILIES", "SHARES", "Fit", "Miss", "default_families", "elicit", "quantile_points"]

BELIEF_FAMILIES: dict[str, str] = {
    "beta": "share",
    "gamma": "positive",
    "logitnormal": "share",
    "lognormal": "positive",
    "normal": "real",
    "uniform": "real",
    "weibull": "positive",
}
"""Families that a belief can be fitted in, and the numbers that they are for."""

DEFAULTS = {"share": ("beta", "logitnormal"), "positive": ("lognormal", "gamma", "weibull"), "real": ("normal",)}
SHARES = ("1", "share", "probability")
"""Units of numbers that are shares if they lie within (0, 1)."""
NEAR = 0.01
"""A family that misses no share by more than this is near enough not to look at the next."""
SPREADS = {"beta": (-4.0, 16.0), "logitnormal": (-12.0, 3.0)}
"""Logarithms of the spreads (or shapes) to look at, where they are not as wide as for the others."""
GROSS = 0.25
"""Statements that a family misses by more than this (a tail of 5 % becomes one of 30 %) contradict each other."""

Points = Sequence[tuple[str, float, float]]
Member = Callable[[float], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Miss:
    """One statement and what became of it: a share ``said`` was to lie below ``x``; ``fitted`` does."""

    key: str
    x: float
    said: float
    fitted: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A law and how well it says what was said.

    Attributes
    ----------
    law : Law
    points : tuple of Miss
        Every quantile that was said, with the share that the law has below it.
    """

    law: Law
    points: tuple[Miss, ...] = ()

    @property
    def misfit(self) -> float:
        """Largest difference between a share as it was said and as it is, in [0, 1]; 0 where all is met."""
        return max((abs(one.fitted - one.said) for one in self.points), default=0.0)


def default_families(values: Sequence[float], unit: str = "1") -> tuple[str, ...]:
    """Families for numbers like these, the first near enough is taken: beta or logit-normal for shares, lognormal, gamma or Weibull for positive numbers, normal for others.

    A share has the unit 1 (or says that it is one) and lies within (0, 1); a logarithm (unit ``"log days"``) may be
    negative.

    Examples
    --------
    >>> default_families([0.2, 0.5]), default_families([3, 40], "days"), default_families([2, 3], "log days")
    (('beta', 'logitnormal'), ('lognormal', 'gamma', 'weibull'), ('normal',))
    """
    if unit.startswith("log"):
        return DEFAULTS["real"]
    if unit in SHARES and all(0.0 < x < 1.0 for x in values):
        return DEFAULTS["share"]
    return DEFAULTS["positive" if all(x > 0.0 for x in values) else "real"]


def elicit(families: Sequence[str], said: Mapping[str, float], must: str = "") -> Fit:
    """Return the law that says best what is believed of a number.

    Parameters
    ----------
    families : sequence of str
        Of `BELIEF_FAMILIES`; the first that is near enough is taken, else the nearest.
    said : mapping of str to float
        Quantiles (``median``, ``p5``, ``p95``, ...) and at most one ``mean``: two statements at least.
    must : str
        ``median``, if it must hold exactly; a mean always does.

    Raises
    ------
    LawError
        Unknown family or key, values out of order or of the family's support, too few statements, statements that
        contradict each other.

    Examples
    --------
    >>> fit = elicit(["lognormal"], {"p10": 2.0, "median": 5.0, "p90": 14.0})
    >>> [round(x, 6) for x in fit.law.params], fit.misfit < 0.01
    ([1.625187, 0.757745], True)
    """
    for family in families:
        if family not in BELIEF_FAMILIES:
            raise LawError(
                f"a belief in family {family!r} cannot be fitted{nearest(str(family), BELIEF_FAMILIES)}; use one of "
                f"{', '.join(BELIEF_FAMILIES)}, or give a law with its parameters"
            )
    if len(said) < 2:
        raise LawError(f"{_text(tuple(said.items()))} alone is no belief; say a second thing, such as p95 = ...")
    return _elicited(tuple(families), tuple(said.items()), must)


@lru_cache(maxsize=4096)
def _elicited(families: tuple[str, ...], said: tuple[tuple[str, float], ...], must: str) -> Fit:
    found: list[Fit] = []
    for family in families:
        fit = _fit(family, dict(said), must)
        if fit.misfit <= NEAR:
            return fit
        found.append(fit)
    best = min(found, key=lambda fit: fit.misfit)
    if best.misfit > GROSS:
        worst = max(best.points, key=lambda one: abs(one.fitted - one.said))
        raise LawError(
            f"{_text(said)} contradict each other: the nearest {best.law.family} has {100 * worst.fitted:.3g} % below "
            f"{worst.x:g} instead of {100 * worst.said:g} %; change one, or give another family"
        )
    return best


def _text(said: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{key} = {value:g}" for key, value in said)


def _fit(family: str, said: dict[str, float], must: str) -> Fit:
    """The fit in one family."""
    points = quantile_points(family, said)
    anchor = "mean" if "mean" in said else must if must in said else ""
    if len(said) == 2 and not anchor:
        return _told(solve(family, said), points)
    if not anchor:
        return _told(Law(family, _least_squares(family, points)), points)
    free = [point for point in points if point[0] != anchor]
    member = _member(family, anchor, said[anchor], free)
    return _told(Law(family, member(_spread(member, family, free))), points)


def quantile_points(family: str, said: Mapping[str, float]) -> Points:
    """Return the quantiles that are said as (key, share, value), by rising share.

    Raises
    ------
    LawError
        If a value lies outside the family's support, or a larger share has no larger value.
    """
    for key in said:
        if key != "mean" and key not in QUANTILES:
            raise LawError(f"a belief has no {key!r}{nearest(key, ('mean', *QUANTILES))}; give quantiles and a mean")
    for key, value in said.items():
        x = number(family, key, value)
        low, high = {"share": (0.0, 1.0), "positive": (0.0, math.inf)}.get(
            BELIEF_FAMILIES[family], (-math.inf, math.inf)
        )
        if not low < x < high:
            where = "between 0 and 1, neither included" if high == 1.0 else "above 0"
            raise LawError(f"{family}: {key} = {x:g} must lie {where}; change it, or give another family")
    points = sorted(((key, QUANTILES[key], x) for key, x in said.items() if key != "mean"), key=lambda one: one[1])
    for one, two in pairwise(points):
        if not (one[1] < two[1] and one[2] < two[2]):
            raise LawError(
                f"{one[0]} = {one[2]:g} and {two[0]} = {two[2]:g} contradict or repeat each other; a larger share needs "
                "a larger value"
            )
    return points


def _told(law: Law, points: Points) -> Fit:
    return Fit(law, tuple(Miss(key, x, p, 1.0 - survival(law, x)) for key, p, x in points))


def _below(family: str, params: tuple[float, ...], x: float) -> float:
    """Distribution function; where the parameters leave the range of floats, what it tends to is unknown."""
    try:
        return 1.0 - plain.survival(family, params)(x)
    except (OverflowError, ZeroDivisionError, ValueError):
        return math.nan


def _member(family: str, anchor: str, x: float, points: Points) -> Member:
    """The law of this median or mean with a spread (normal, lognormal, uniform) or shape of exp(t)."""
    special = plain.special()
    if family == "lognormal":
        shift = 0.5 if anchor == "mean" else 0.0
        return lambda t: (math.log(x) - shift * math.exp(t) * math.exp(t), math.exp(t))
    if family == "logitnormal":
        if anchor == "mean":
            return lambda t: logit_normal_of(math.exp(t), x)
        return lambda t: (plain.log_odds(x), math.exp(t))
    if family in ("normal", "uniform"):
        width = max(abs(y - x) for _, _, y in points)
        if family == "normal":
            return lambda t: (x, width * math.exp(t))
        return lambda t: (x - width * math.exp(t), x + width * math.exp(t))
    if family == "gamma":
        size = (lambda k: k) if anchor == "mean" else (lambda k: float(special.gammaincinv(k, 0.5)))
        return lambda t: (math.exp(t), x / size(math.exp(t)))
    if family == "weibull":
        factor = plain.mean if anchor == "mean" else lambda _, params: plain.power(math.log(2.0), 1.0 / params[0])
        return lambda t: (math.exp(t), x / factor("weibull", (math.exp(t), 1.0)))
    if anchor == "mean":
        return lambda t: (x * math.exp(t), (1.0 - x) * math.exp(t))
    return lambda t: beta_of(math.exp(t), x)


def _spread(member: Member, family: str, points: Points) -> float:
    """Where the member meets the one point, at the smallest spread that does; else where it comes nearest to all.

    Near is judged on a grid of spreads, from narrow to wide, and made exact between neighbours.
    """

    def gaps(t: float) -> list[float]:
        try:
            params = member(t)
        except (OverflowError, ZeroDivisionError, ValueError):
            return [1.0] * len(points)
        return [_gap(family, params, p, x) for _, p, x in points]

    lowest, highest = SPREADS.get(family, (-16.0, 20.0))
    grid = [lowest + i / 2 for i in range(int(2 * (highest - lowest)) + 1)]
    if family in ("beta", "gamma", "weibull"):  # a large shape is a narrow law
        grid.reverse()
    if len(points) == 1:
        found = [(t, gaps(t)[0]) for t in grid]
        for (one, f), (two, g) in pairwise(found):
            if f * g <= 0.0 and abs(f) < 0.5 and abs(g) < 0.5:
                return root(lambda t: gaps(t)[0], one, two)
    start = min(grid, key=lambda t: math.fsum(gap * gap for gap in gaps(t)))
    return least(gaps, start, 0.5)


_TIGHT = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "x_scale": "jac"}


def _gap(family: str, params: tuple[float, ...], p: float, x: float) -> float:
    gap = _below(family, params, x) - p
    return gap if math.isfinite(gap) else 1.0


def _least_squares(family: str, points: Points) -> tuple[float, ...]:
    """No statement must hold: both parameters are free. Starts are the laws of two statements each."""
    from scipy.optimize import least_squares

    signed = family in ("normal", "lognormal", "logitnormal")
    if family == "uniform":
        return _least_uniform(points)
    best: tuple[float, tuple[float, ...]] | None = None

    def params_of(v: Sequence[float]) -> tuple[float, ...]:
        second = math.exp(v[1])
        first = float(v[0]) if signed else math.exp(v[0])
        return first, second

    def gaps(v: Sequence[float]) -> list[float]:
        try:
            return [_gap(family, params_of(v), p, x) for _, p, x in points]
        except (OverflowError, ZeroDivisionError, ValueError):
            return [1.0] * len(points)

    for one, two in ((points[0], points[-1]), *pairwise(points)):
        try:
            first, second = solve(family, {one[0]: one[2], two[0]: two[2]}).params
        except LawError:
            continue
        start = [first if signed else math.log(first), math.log(second)]
        found = least_squares(gaps, start, **_TIGHT)
        if best is None or found.cost < best[0]:
            best = float(found.cost), params_of(found.x)
    if best is None:
        raise LawError(f"no {family} comes near {_text(tuple((key, x) for key, _, x in points))}; give another family")
    return best[1]


def _least_uniform(points: Points) -> tuple[float, float]:
    """Share = (x - low)/(high - low) is a line: ordinary least squares, within the points' own range."""
    n = len(points)
    x, p = math.fsum(y for _, _, y in points) / n, math.fsum(q for _, q, _ in points) / n
    slope = math.fsum((y - x) * (q - p) for _, q, y in points) / math.fsum((y - x) * (y - x) for _, _, y in points)
    return x - p / slope, x + (1.0 - p) / slope
