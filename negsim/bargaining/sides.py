"""What a side wants: its ideal point, its limit and the salience of each issue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from negsim.errors import ScenarioError

__all__ = ["Side"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Preferences of one side over packages of issues.

    .. math:: U(x) = \\sum_i w_i \\left(1 - \\frac{|x_i - a_i|}{|l_i - a_i|}\\right), \\qquad \\sum_i w_i = 1

    so that the ideal package has utility 1 and the package of all limits has utility 0.

    Parameters
    ----------
    ideal : mapping of issue to float
        ``a``: what it wants.
    limit : mapping of issue to float
        ``l``: the worst it would take on this issue alone.
    salience : mapping of issue to float, optional
        ``w``: non-negative, scaled to sum 1 (default: all equal).
    reservation : float
        Utility of having no agreement (default 0): its best alternative.

    Notes
    -----
    Additive utilities over issues: Raiffa 1982, *The Art and Science of Negotiation*.

    Examples
    --------
    >>> seller = Side(ideal={"price": 10}, limit={"price": 6})
    >>> seller.utility({"price": 8}), seller.offer(0.5)
    (0.5, {'price': 8.0})
    """

    ideal: Mapping[str, float]
    limit: Mapping[str, float]
    salience: Mapping[str, float] | None = None
    reservation: float = 0.0

    def __post_init__(self) -> None:
        issues = set(self.ideal)
        if not issues or issues != set(self.limit):
            raise ScenarioError(
                f"ideal and limit need the same issues, not {sorted(self.ideal)} and {sorted(self.limit)}"
            )
        weights = dict.fromkeys(issues, 1.0) if self.salience is None else dict(self.salience)
        if set(weights) != issues:
            raise ScenarioError(f"salience needs the issues {sorted(issues)}, not {sorted(weights)}")
        total = math.fsum(weights.values())
        if not (total > 0 and all(weight >= 0 for weight in weights.values())):
            raise ScenarioError(f"salience must be non-negative and not all zero, not {weights!r}")
        for issue in issues:
            if not (
                math.isfinite(self.ideal[issue])
                and math.isfinite(self.limit[issue])
                and self.ideal[issue] != self.limit[issue]
            ):
                raise ScenarioError(f"issue {issue}: ideal and limit must be finite and different")
        # Divided by their sum, so that the utility of the ideal is 1.
        object.__setattr__(self, "salience", {issue: weights[issue] / total for issue in self.ideal})

    @property
    def weights(self) -> Mapping[str, float]:
        """Salience of each issue, summing to 1."""
        assert self.salience is not None  # set when the side was made
        return self.salience

    def utility(self, package: Mapping[str, float]) -> float:
        """Utility of a package: 1 the ideal, 0 all limits; below 0 is worse than that."""
        return math.fsum(
            weight * (1 - abs(package[issue] - self.ideal[issue]) / abs(self.limit[issue] - self.ideal[issue]))
            for issue, weight in self.weights.items()
        )

    def offer(self, conceded: float) -> dict[str, float]:
        """The package that concedes this share of the way from ideal to limit; its utility is ``1 - conceded``."""
        return {issue: self.ideal[issue] + conceded * (self.limit[issue] - self.ideal[issue]) for issue in self.ideal}

    def accepts(self, package: Mapping[str, float], own_next: float = 0.0) -> bool:
        """Whether it takes a package: no worse than no agreement, and than what it would itself propose next."""
        return self.utility(package) >= max(self.reservation, own_next)
