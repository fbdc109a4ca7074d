"""From what people know of a time ("half within two weeks, nine in ten within two months") to a law, solved once.

Closed forms where there are; else the statements are reduced to one equation in the shape, whose roots are bracketed on
a grid of shapes and found by Brent's method (Brent 1973, *Algorithms for Minimization without Derivatives*, ch. 4).
Where two laws satisfy the same statements (a lognormal given mean and p90), neither is chosen silently: it is an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NoReturn

from negsim.errors import LawError
from negsim.laws import plain
from negsim.laws.families import PARAMETERS, Law
from negsim.laws.search import crossing, root
from negsim.laws.statements import Statements, possible, read

Equation = Callable[[float], float]

# Beyond these shapes quantiles under- or overflow, or cannot be told from a fixed time.
_LOG_SHAPES = (math.log(1e-3), math.log(1e8))


def solve(
    family: str,
    given: Mapping[str, float],
    low: float | None = None,
    high: float | None = None,
    never: float = 0.0,
) -> Law:
    """Return the law of a family that satisfies the statements.

    Parameters
    ----------
    family : str
        A family of `Law`.
    given : mapping from str to float
        Usual parameters (exponential: rate; weibull: shape, scale; gamma: shape, scale or rate; erlang: k, scale or
        rate; lognormal, normal, logitnormal: mu, sigma; uniform: low, high; triangular, pert: low, mode, high; beta: a, b) and what
        people know: mean, median, quantiles (p1, p5, p10, ..., p95, p99), share with within (``share=0.9, within=21``:
        nine in ten within 21 days).
        As many as the family has parameters; triangular and pert take exactly theirs. Times in days.
    low, high, never : float, optional
        Truncation and probability of never, put on the solved law: the statements are about the law without them.

    Raises
    ------
    LawError
        Unknown family or key, a value out of range, too few or too many statements, statements that no law of the
        family satisfies, or that several do.

    Examples
    --------
    >>> solve("exponential", {"mean": 4.0}).params
    (0.25,)
    >>> law = solve("lognormal", {"median": 14.0, "p90": 40.0})
    >>> round(law.params[0], 6), round(law.params[1], 6)
    (2.639057, 0.819181)
    """
    said = read(family, given)
    try:
        params = solved_by(said)
    except (OverflowError, ZeroDivisionError):
        _contradiction(said)
    return Law(family, params, low, high, never)


def solved_by(said: Statements) -> tuple[float, ...]:
    """The parameters that satisfy statements, which have been checked."""
    names = PARAMETERS[said.family]
    if all(name in said.params for name in names):
        return tuple(said.params[name] for name in names)
    return _SOLVERS[said.family](said)


def _contradiction(said: Statements) -> NoReturn:
    raise LawError(
        f"{said.family}: no such law has {said.text}; the statements contradict or repeat each other, change one"
        f" ({possible(said.family)})"
    )


def _only(said: Statements, roots: list[float], name: str) -> float:
    """The single root, or an error that says how many there are."""
    if not roots:
        _contradiction(said)
    if len(roots) > 1:
        both = " and ".join(f"{name} {root:.6g}" for root in roots)
        raise LawError(
            f"{said.family}: {len(roots)} laws have {said.text}: {both}; give {name}, or two quantiles instead"
        )
    return roots[0]


# Location and width: x_p = location + width*z_p (normal, uniform, the logarithm of a lognormal)


def _line(said: Statements, points: list[tuple[float, float]], width: float | None) -> tuple[float, float]:
    """Location and width from (z, x) points and perhaps the width."""
    (z, x), *rest = points
    if width is None:
        width = (rest[0][1] - x) / (rest[0][0] - z)
        # a point at z = 0 is the location itself, without a rounding
        z, x = min(points, key=lambda point: abs(point[0]))
    if not width > 0.0:
        _contradiction(said)
    return x - width * z, width


def _normal_points(said: Statements) -> list[tuple[float, float]]:
    ndtri = plain.special().ndtri
    points = [(float(ndtri(q.p)), q.x) for q in said.quantiles]
    centre = [x for x in (said.params.get("mu"), said.mean) if x is not None]
    return [(0.0, x) for x in centre] + points


def _solve_normal(said: Statements) -> tuple[float, ...]:
    return _line(said, _normal_points(said), said.params.get("sigma"))


def _solve_uniform(said: Statements) -> tuple[float, ...]:
    points = [(q.p, q.x) for q in said.quantiles] + ([] if said.mean is None else [(0.5, said.mean)])
    points += [(p, said.params[name]) for name, p in (("low", 0.0), ("high", 1.0)) if name in said.params]
    low, width = _line(said, points, None)
    return said.params.get("low", low), said.params.get("high", low + width)


def _solve_lognormal(said: Statements) -> tuple[float, ...]:
    ndtri = plain.special().ndtri
    points = [(float(ndtri(q.p)), math.log(q.x)) for q in said.quantiles]
    points += [(0.0, said.params["mu"])] if "mu" in said.params else []
    sigma = said.params.get("sigma")
    if said.mean is None:
        return _line(said, points, sigma)
    if sigma is not None:
        return math.log(said.mean) - sigma * sigma / 2.0, sigma
    (z, x) = points[0]
    # log mean - x = sigma^2/2 - z*sigma
    square = z * z + 2.0 * (math.log(said.mean) - x)
    roots = [z + sign * math.sqrt(square) for sign in (-1.0, 1.0)] if square >= 0.0 else []
    sigma = _only(said, [root for root in dict.fromkeys(roots) if root > 0.0], "sigma")
    return x - sigma * z, sigma


def _solve_logitnormal(said: Statements) -> tuple[float, ...]:
    if said.mean is not None:
        return logit_normal_of(said.params["sigma"], said.mean) if "sigma" in said.params else _contradiction(said)
    ndtri = plain.special().ndtri
    points = [(float(ndtri(q.p)), plain.log_odds(q.x)) for q in said.quantiles]
    points += [(0.0, said.params["mu"])] if "mu" in said.params else []
    return _line(said, points, said.params.get("sigma"))


def logit_normal_of(sigma: float, mean: float) -> tuple[float, float]:
    """Mu and sigma of the logit-normal law with this mean and sigma."""
    # The normal that is nearest to the logistic tells where to begin (MacKay 1992, doi:10.1162/neco.1992.4.5.720).
    centre = plain.log_odds(mean)
    mu = centre * math.sqrt(1.0 + math.pi * sigma * sigma / 8.0)
    for _ in range(12):
        here, slope = plain.logit_normal_slope(mu, sigma)
        step = (mean - here) / slope if slope > 0.0 else math.inf
        if not abs(step) <= 1.0 + abs(mu):
            break
        mu += step
        if abs(mean - here) <= 1e-15 * mean:  # the rounding of a mean over hundreds of points
            return mu, sigma
    reach = sigma * sigma + 1.0  # what is left are spreads so wide that the mean hardly moves with mu
    return root(lambda mu: plain.mean("logitnormal", (mu, sigma)) - mean, centre - reach, centre + reach), sigma


# Shape and scale: x_p = scale*factor_p(shape) (exponential, weibull, gamma)


def _quantile_factor(family: str, p: float) -> Equation:
    hazard = -math.log1p(-p)
    if family == "exponential":
        return lambda _: hazard
    if family == "weibull":
        return lambda shape: plain.power(hazard, 1.0 / shape)
    inverse = plain.special().gammaincinv
    return lambda shape: float(inverse(shape, p))


def _factors(said: Statements) -> list[tuple[float, Equation]]:
    """Every statement about size as (value, factor): value = scale*factor(shape)."""
    found: list[tuple[float, Equation]] = []
    if "scale" in said.params:
        found.append((said.params["scale"], lambda _: 1.0))
    if said.mean is not None:
        found.append((said.mean, lambda shape: plain.mean(said.family, (shape, 1.0))))
    return found + [(q.x, _quantile_factor(said.family, q.p)) for q in said.quantiles]


def _solve_exponential(said: Statements) -> tuple[float, ...]:
    if said.mean is not None:
        return (1.0 / said.mean,)
    (value, factor) = _factors(said)[0]
    return (factor(1.0) / value,)


def _solve_scale(said: Statements) -> tuple[float, ...]:
    """Scale from the shape, if that is given; else the shape from the ratio of two statements first."""
    shape = said.params.get("shape", said.params.get("k"))
    if shape is None and said.family == "erlang":
        raise LawError(f"{said.family}: too few statements ({said.text}) without k; {possible(said.family)}")
    if shape is None:
        shape = _shape(said)
    value, factor = _factors(said)[0]
    return shape, value / factor(shape)


def _shape(said: Statements) -> float:
    if said.family == "gamma" and said.mean is not None and "scale" in said.params:
        return said.mean / said.params["scale"]
    if said.family == "weibull" and said.mean is None:
        return _weibull_shape(said)
    (x, f), (y, g) = _factors(said)
    target = math.log(x) - math.log(y)
    roots = _roots(lambda log_shape: _log_ratio(f, g, math.exp(log_shape)) - target, *_LOG_SHAPES, 600)
    return _only(said, [math.exp(root) for root in roots], "shape")


def _weibull_shape(said: Statements) -> float:
    """log x = log scale + log(hazard)/shape at every quantile; the scale is where the hazard is 1."""
    points = [(math.log(-math.log1p(-q.p)), math.log(q.x)) for q in said.quantiles]
    points += [(0.0, math.log(said.params["scale"]))] if "scale" in said.params else []
    (h, x), (k, y) = points
    if not (y - x) * (k - h) > 0.0:
        _contradiction(said)
    return (k - h) / (y - x)


def _log_ratio(f: Equation, g: Equation, shape: float) -> float:
    try:
        return math.log(f(shape)) - math.log(g(shape))
    except (ValueError, OverflowError):  # a factor under- or overflowed: not a place to look for a root
        return math.nan


# Beta: no scale; the mean or one quantile ties one shape to the other


def _beta_gap(a: float, b: float, p: float, x: float) -> float:
    """Positive if more than p lies at or below x; on the log-odds scale, which stays steep in the tails."""
    if math.isnan(a + b):
        return math.nan
    below, above = float(plain.special().betainc(a, b, x)), float(plain.special().betaincc(a, b, x))
    if not (below > 0.0 and above > 0.0):
        return math.inf if below > 0.0 else -math.inf
    return math.log(below) - math.log(above) - (math.log(p) - math.log1p(-p))


def beta_of(size: float, median: float) -> tuple[float, float]:
    """The shapes a and b of the beta law with this median and a + b = size.

    Raises
    ------
    ValueError
        If floats cannot hold them.
    """

    def gap(log_odds: float) -> float:
        share = 1.0 / (1.0 + math.exp(-log_odds))
        return _beta_gap(size * share, size - size * share, 0.5, median)

    share = 1.0 / (1.0 + math.exp(-root(gap, *_around(gap, plain.log_odds(_mean_of_beta(size, median))))))
    return size * share, size - size * share


def _mean_of_beta(size: float, median: float) -> float:
    """About the mean of the beta law with this median, by the median's approximation (a - 1/3)/(a + b - 2/3)."""
    return min(max(median + (1.0 - 2.0 * median) / (3.0 * size), median / 2.0), (1.0 + median) / 2.0)


def _around(gap: Equation, start: float) -> tuple[float, float]:
    """A place left and one right of the root, near the start if the root is; at most from -30 to 30."""
    reach = 0.02
    while reach < 30.0:
        low, high = max(start - reach, -30.0), min(start + reach, 30.0)
        if (gap(low) < 0.0) != (gap(high) < 0.0):
            return low, high
        reach *= 8.0
    return -30.0, 30.0


def _beta_partner(said: Statements, known: str) -> Equation:
    """The other shape as a function of the known one, from the first statement about values; nan if there is none."""
    m = said.mean
    if m is not None:
        odds = (1.0 - m) / m if known == "a" else m / (1.0 - m)
        return lambda shape: shape * odds
    q = said.quantiles[0]

    def partner(shape: float) -> float:
        def gap(other: float) -> float:
            a, b = (shape, math.exp(other)) if known == "a" else (math.exp(other), shape)
            return _beta_gap(a, b, q.p, q.x)

        found = _roots(gap, math.log(1e-4), math.log(1e7), 1)
        return math.exp(found[0]) if found else math.nan

    return partner


def _solve_beta(said: Statements) -> tuple[float, ...]:
    known = "b" if "b" in said.params else "a"
    partner = _beta_partner(said, known)
    shape = said.params.get(known)
    if shape is None:
        q = said.quantiles[-1]
        equation = lambda log_a: _beta_gap(math.exp(log_a), partner(math.exp(log_a)), q.p, q.x)  # noqa: E731  # one use
        shape = _only(said, [math.exp(root) for root in _roots(equation, math.log(1e-3), math.log(1e6), 160)], "a")
    other = partner(shape)
    if math.isnan(other):
        _contradiction(said)
    return (shape, other) if known == "a" else (other, shape)


def _roots(equation: Equation, start: float, stop: float, steps: int) -> list[float]:
    """All roots between neighbouring points of opposite sign, places without a finite value left out."""

    def bounded(x: float) -> float:
        """Brent's method interpolates, which an infinite value would turn into nan."""
        return max(-1e300, min(1e300, y)) if not math.isnan(y := equation(x)) else y

    grid = [start + (stop - start) * i / steps for i in range(steps + 1)]
    values = _with_turning_points(bounded, [(x, bounded(x)) for x in grid])
    found = [x for x, y in values if y == 0.0]
    for (a, fa), (b, fb) in pairwise(values):
        if (fa < 0.0 < fb) or (fb < 0.0 < fa):
            found.append(crossing(bounded, a, b))
    # a jump changes sign too, and is no root
    return sorted(x for x in found if abs(bounded(x)) < 1e-6)


def _with_turning_points(f: Equation, values: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Add the points where f turns back before zero as far as the grid shows, but reaches past it in between."""
    from scipy.optimize import minimize_scalar

    extra = []
    for (a, fa), (_, fx), (b, fb) in zip(values, values[1:], values[2:], strict=False):
        sign = math.copysign(1.0, fx)
        if 0.0 < sign * fx < min(sign * fa, sign * fb):
            x = float(minimize_scalar(lambda x, sign=sign: sign * f(x), bounds=(a, b), method="bounded").x)
            extra += [(x, f(x))] if sign * f(x) < 0.0 else []
    return sorted(values + extra)


_SOLVERS: dict[str, Callable[[Statements], tuple[float, ...]]] = {
    "exponential": _solve_exponential,
    "weibull": _solve_scale,
    "gamma": _solve_scale,
    "erlang": _solve_scale,
    "lognormal": _solve_lognormal,
    "uniform": _solve_uniform,
    "normal": _solve_normal,
    "beta": _solve_beta,
    "logitnormal": _solve_logitnormal,
}
