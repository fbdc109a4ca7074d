"""`Elicited`: what is believed of a number as people say it, by quantiles or a mean, instead of by a law's parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from negsim.errors import LawError, NegsimError, ScenarioError, nearest
from negsim.laws import BELIEF_FAMILIES, QUANTILES, Fit, Law, default_families, elicit, median, quantile_points, solve
from negsim.laws.elicitation import SHARES
from negsim.laws.pools import Pooled, check_pooling, checked_weights
from negsim.model.clocks import Chance, Distribution, quantity
from negsim.model.expressions import Expression, evaluate, reads
from negsim.model.expressions.inputs import Given, ordered_record, preset

__all__ = ["RANGE", "STATEMENTS", "Belief", "Elicited", "Pool", "check_statements", "fitted", "stated_best"]

STATEMENTS = ("mean", "range", *QUANTILES, "family")
"""Keys of what can be said of a number's belief."""

RANGE = ("p5", "p95")
EXACT, SAME_MEDIAN = 1e-9, 1e-12
"""Misfit below which all that is said is met; relative difference below which a median is the best value."""


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Elicited:
    """A belief as people say it: ``Elicited(range=[3, 40])``, ``Elicited(mean=0.1, p95=0.3)``, ``Elicited(p10=2, median=5, p90=14)``.

    Parameters
    ----------
    family : str, optional
        Name of a law: beta, logitnormal, gamma, lognormal, normal, uniform or weibull. By default as the numbers ask
        for: beta or logit-normal for shares (unit 1, all within (0, 1)), for positive numbers the first of lognormal,
        gamma, Weibull that meets what was said to one percent point, normal for others and for logarithms.
    **said : number or duration
        By key: ``mean``, met exactly (what else is said then only sets the spread); ``median`` and ``p1``, ``p2``,
        ``p5``, ``p10``, ``p15``, ``p20``, ``p25``, ``p30``, ``p40``, ``p50``, ``p60``, ``p70``, ``p75``, ``p80``,
        ``p85``, ``p90``, ``p95``, ``p98``, ``p99``, the value below which that share lies; ``range``, a pair of
        numbers, short for ``p5`` and ``p95``.

    Attributes
    ----------
    said : tuple of (str, float)
        Quantiles and mean, sorted by key.
    family : str or None

    Raises
    ------
    ScenarioError
        Unknown keys, one thing said twice, no number.

    See Also
    --------
    Parameter : A number nobody knows exactly.
    AsKnown : What stood in for a number on the as-of date.

    Notes
    -----
    Two statements are met exactly, if the family can. Of three and more a mean, or a best value that is the median, is
    met exactly; the rest by least squares on the distribution function.

    Examples
    --------
    >>> Elicited(range=["1 week", "3 weeks"])
    Elicited(p5=7, p95=21)
    """

    said: tuple[tuple[str, float], ...]
    family: str | None

    def __init__(self, *, family: str | None = None, **said: Any) -> None:
        for key in said:
            if key not in STATEMENTS:
                raise ScenarioError(
                    f"a belief has no {key!r}{nearest(key, STATEMENTS)}; it takes {', '.join(STATEMENTS)}"
                )
        if "range" in said:
            _split_range(said)
        if "p50" in said:
            if "median" in said:
                raise ScenarioError("a belief: p50 and median say the same; give one")
            # One name for one quantile, so that beliefs that say the same are equal.
            said["median"] = said.pop("p50")
        found = tuple(sorted((key, _number(key, value)) for key, value in said.items() if value is not None))
        if family is not None and family not in BELIEF_FAMILIES:
            raise ScenarioError(
                f"a belief: family = {family!r} is not one of {', '.join(BELIEF_FAMILIES)}"
                f"{nearest(str(family), BELIEF_FAMILIES)}; name one of them, or give a law with its parameters"
            )
        object.__setattr__(self, "said", found)
        object.__setattr__(self, "family", family)

    @property
    def whole(self) -> bool:
        """Whether it says a best value by itself: a mean, or two quantiles of which the median follows."""
        # A single quantile has no law by itself; a mean is the best value.
        return len(self.said) > 1 or self.said[0][0] == "mean"

    def __repr__(self) -> str:
        text = [f"{key}={value:.10g}" for key, value in self.said]
        return f"Elicited({', '.join([*text, *([] if self.family is None else [f'family={self.family!r}'])])})"


if TYPE_CHECKING:
    Opinions: TypeAlias = Given[tuple[Elicited | Distribution, ...], Iterable[Elicited | Distribution]]
    Weights: TypeAlias = Given[tuple[float, ...], Sequence[float] | None]
else:
    Opinions, Weights = tuple[Elicited | Distribution, ...], tuple[float, ...]


@ordered_record
class Pool:
    """What several people believe of one number, pooled to one belief.

    Parameters
    ----------
    beliefs : sequence of Elicited or law
        One of each person.
    weights : sequence of float, optional
        Of the people, positive, in any unit; equal ones if not given.
    method : {"linear", "log_odds"}
        The mixture of what they believe; or, of shares (numbers between 0 and 1), the belief whose quantiles are, in log
        odds, the weighted means of theirs. The mixture is as wide as they disagree; the other is as sure as they are.

    Raises
    ------
    ScenarioError
        If there is no belief, a weight is not positive, there are not as many, or the method is unknown.

    See Also
    --------
    pool : The probabilities that several people give to one event.
    Elicited : A belief as people say it.

    Examples
    --------
    >>> import negsim as ns
    >>> two = ns.Pool([ns.Elicited(range=[3, 40]), ns.Elicited(median=30, p95=90)], weights=[2, 1])
    >>> delay = ns.Parameter("delay", belief=two, unit="days")
    >>> round(delay.best, 2), round(delay.fit.misfit, 4)
    (15.48, 0.0)
    """

    beliefs: Opinions
    weights: Weights = preset(())
    method: str = "linear"

    def __post_init__(self) -> None:
        put = object.__setattr__
        beliefs = (self.beliefs,) if isinstance(self.beliefs, (Elicited, Distribution)) else self.beliefs
        if isinstance(beliefs, str) or not isinstance(beliefs, Iterable):
            raise ScenarioError(
                f"a pool: beliefs = {beliefs!r} must be a list of beliefs, such as [Elicited(range=[3, 40])]"
            )
        found = tuple(beliefs)
        for one in found:
            if not isinstance(one, (Elicited, Distribution)):
                raise ScenarioError(
                    f"a pool: {one!r} is no belief; give what somebody says of the number, such as Elicited(range=[3, 40]), "
                    "or a law"
                )
            if isinstance(one, Distribution) and any(reads(tree) for tree in one.arguments()):
                raise ScenarioError(f"a pool: {one!r} reads other parameters; only a belief by itself may")
            # Opinions have no best value beside them that could be the second thing.
            if isinstance(one, Elicited) and len(one.said) < 2:
                raise ScenarioError(f"a pool: {one!r} alone is no belief; say a second thing of it, such as p95 = ...")
        put(self, "beliefs", found)
        try:
            check_pooling(self.method)
            weights: Any = self.weights or None
            checked_weights(weights, len(found))
        except LawError as error:
            raise ScenarioError(f"a pool: {error}") from None
        put(self, "weights", () if weights is None else tuple(float(one) for one in weights))


Belief = Distribution | Chance | Elicited | Pool
"""What can be believed of a parameter."""


def _split_range(said: dict[str, Any]) -> None:
    """Read ``range = [low, high]`` as p5 and p95."""
    limits = said.pop("range")
    if limits is None:
        return
    if isinstance(limits, str) or not hasattr(limits, "__len__") or len(limits) != 2:
        raise ScenarioError(
            f"range = {limits!r} is no pair; write range = [low, high], of which 5 % lie below and 5 % above"
        )
    for key, limit in zip(RANGE, limits, strict=True):
        if said.get(key) is not None:
            raise ScenarioError(f"range and {key} say the same (a range is [p5, p95]); give one")
        said[key] = limit
    low, high = (_number("range", limit) for limit in limits)
    if not low < high:
        raise ScenarioError(f"range = [{low:g}, {high:g}] is out of order; write the lower end first")


def _number(key: str, value: Any) -> float:
    try:
        tree = quantity(value)
        if tree.kind == "number" and not reads(tree):
            return float(evaluate(tree, {}))
    except NegsimError:
        pass
    said = str(value) if isinstance(value, Expression) else repr(value)
    raise ScenarioError(f"a belief: {key} = {said} is no number; give a finite number or a duration")


def fitted(
    belief: Distribution | Elicited | Pool, best: float | None, unit: str, at: Mapping[str, float] | None = None
) -> Fit:
    """The law of a belief about a number with this best value (None: not said), and how well it says what was said.

    What it reads of other parameters has the values ``at``.

    Raises
    ------
    LawError
        If no law has these properties, or statements contradict each other.
    """
    if isinstance(belief, Elicited):
        return _elicited(belief, best, unit)
    if isinstance(belief, Pool):
        laws = [fitted(one, None, unit).law for one in belief.beliefs]
        return Fit(Pooled(laws, checked_weights(belief.weights or None, len(laws)), belief.method))
    values = dict(at or {})
    given = {key: float(evaluate(tree, values)) for key, tree in belief.given}
    floor, ceiling = (
        None if tree is None else float(evaluate(tree, values)) for tree in (belief.floor, belief.ceiling)
    )
    never = 0.0 if belief.never is None else float(evaluate(belief.never, values))
    # Three quantiles and more are too many for two numbers of a law: the nearest law is looked for.
    if len(given) > 2 and belief.family in BELIEF_FAMILIES and all(key in QUANTILES for key in given):
        fit = elicit([belief.family], given)
        return Fit(Law(belief.family, fit.law.params, floor, ceiling, never), fit.points)
    return Fit(solve(belief.family, given, floor, ceiling, never))


def _elicited(belief: Elicited, best: float | None, unit: str) -> Fit:
    said = dict(belief.said)
    whole = best is None or "mean" in said or "median" in said
    families = _families(belief, [] if best is None else [best], unit)
    if whole or best is None:
        return elicit(families, said)
    fit = elicit(families, {**said, "median": best}, must="median")
    # Where the best value was said to fit, it may be only a rounding of what follows from the rest.
    if len(said) > 1 and fit.misfit < EXACT:
        alone = elicit(families, said)
        if abs(median(alone.law) - best) <= SAME_MEDIAN * abs(best):
            return alone  # a best value that was worked out from what is said leaves the law as it is, to the last bit
    return fit


def _families(belief: Elicited, best: list[float], unit: str) -> tuple[str, ...]:
    """The family that was named, or those that the numbers ask for; an end of the support is no quantile."""
    if belief.family is not None:
        return (belief.family,)
    values = [x for _, x in belief.said]
    found = default_families([*values, *best], unit)
    # Laws on positive numbers have no quantile at 0; the search would run to the edge and tell nothing.
    if values and min(values) == 0.0 and not unit.startswith("log"):
        key = next(key for key, x in belief.said if x == 0.0)
        raise LawError(
            f"{_called(key)} = 0 says that some of what is believed lies below 0; if nothing can, give a small positive number or "
            "leave that end away (p95 = ... alone); if it can, say family = 'normal'"
        )
    if values and max(values) == 1.0 and unit in SHARES and len(values) > 1:
        key = next(key for key, x in belief.said if x == 1.0)
        raise LawError(
            f"{_called(key)} = 1 says that some of what is believed lies above 1; if it is a share, give a number below 1 or leave "
            "that end away (p5 = ... alone); if it is a multiplier, write unit = 'times'"
        )
    return found


def _called(key: str) -> str:
    """A key of a quantile as a reader knows it."""
    return {"p5": "p5 (the low end of a range)", "p95": "p95 (the high end of a range)"}.get(key, key)


def stated_best(belief: Distribution | Elicited | Pool, unit: str) -> float:
    """The best value of a belief for which none is said: its mean if that is said, else its median."""
    if isinstance(belief, Elicited):
        said = dict(belief.said)
        if "mean" in said:
            return said["mean"]
    return median(fitted(belief, None, unit).law)


def check_statements(belief: Elicited, best: float, unit: str) -> None:
    """Refuse what can be seen to be contradictory without fitting anything: order, support, and where the best value lies.

    Raises
    ------
    ScenarioError, LawError
    """
    said = dict(belief.said)
    # Exactly: they are two texts of one number, or one of them is a slip.
    if "mean" in said and said["mean"] != best:
        raise ScenarioError(
            f"best = {best:g} and mean = {said['mean']:g} differ, and where a mean is said it is the best value; give "
            "one of the two"
        )
    family = _families(belief, [best], unit)[0]
    points = quantile_points(family, said)
    centre = "mean" if "mean" in said else "best"
    if centre == "best" and "median" in said:
        return
    for key, share, x in points:
        if (share < 0.5 and not x < best) or (share > 0.5 and not x > best):
            side = "below" if share < 0.5 else "above"
            raise ScenarioError(
                f"{centre} = {best:g} does not lie {'above' if share < 0.5 else 'below'} {_called(key)} = {x:g}, {side} which "
                f"{100 * min(share, 1 - share):g} % is believed to lie; change one of the two"
            )
    # Made for its check: the best value as a median has to be possible in that family too.
    quantile_points(family, {"median": best} if centre == "best" else {})
