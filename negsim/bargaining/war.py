"""The bargaining range that war leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from negsim.errors import ScenarioError

__all__ = ["WarRange", "bargaining_range"]


@dataclass(frozen=True, slots=True)
class WarRange:
    """Shares for the first side that both prefer to fighting; ``unclipped`` bounds may lie outside [0, 1]."""

    low: float
    high: float
    unclipped: tuple[float, float]

    @property
    def empty(self) -> bool:
        """Whether no share is better than war for both."""
        return not self.low <= self.high


def bargaining_range(
    p: float, cost_first: float, cost_second: float, *, believed_by_second: float | None = None
) -> WarRange:
    """Shares of a prize of 1 for the first side that both sides prefer to war.

    .. math:: [\\,p - c_1,\\; p' + c_2\\,] \\cap [0, 1]

    Parameters
    ----------
    p : float
        Probability that the first side wins, as it sees it.
    cost_first, cost_second : float
        Costs of war as shares of the prize.
    believed_by_second : float, optional
        The same probability as the second side sees it (default: it agrees). The range is empty when the first is more
        optimistic than the second by more than both costs: mutual optimism.

    Notes
    -----
    Fearon 1995, *Int. Organ.* 49:379, doi:10.1017/S0020818300033324; Powell 2002, *Annu. Rev. Polit. Sci.* 5:1,
    doi:10.1146/annurev.polisci.5.092601.141138. Risk-neutral sides, a prize that can be divided, no shifting power.

    Examples
    --------
    >>> found = bargaining_range(0.6, 0.1, 0.15)
    >>> found.low, found.high
    (0.5, 0.75)
    >>> bargaining_range(0.8, 0.1, 0.1, believed_by_second=0.4).empty
    True
    """
    other = p if believed_by_second is None else believed_by_second
    if not (0 <= p <= 1 and 0 <= other <= 1 and cost_first >= 0 and cost_second >= 0):
        raise ScenarioError(
            f"probabilities must lie in [0, 1] and costs not be negative, not {p!r}, {other!r}, {cost_first!r}, {cost_second!r}"
        )
    # Each side by what it believes itself: with different beliefs the range may be empty.
    low, high = p - cost_first, other + cost_second
    return WarRange(max(low, 0.0), min(high, 1.0), (low, high))
