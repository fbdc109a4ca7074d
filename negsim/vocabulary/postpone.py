"""What becomes of a date that came to nothing."""

from __future__ import annotations

from negsim.errors import ScenarioError
from negsim.model.clocks import Distribution, Fixed
from negsim.model.expressions import as_expression, as_number
from negsim.model.inputs import (
    Amount,
    Likely,
    MaybeAmount,
    ordered_record,
    preset,
)
from negsim.vocabulary.common import (
    ONE,
    ZERO,
    put,
)
from negsim.vocabulary.fields import check_share

__all__ = ["Postpone"]


@ordered_record
class Postpone:
    """What becomes of a meeting that is not held on its date: reviewed anew at a later date, or never held.

    At the later date everything is asked again: what is required, whether what is unmet is waived this time, whether
    it is held. If it is not, it is put off once more, with the same ``delay`` and ``never``.

    Parameters
    ----------
    delay : Distribution or Fixed
        Law of the days from a missed date to the next one.
    never : probability
        That a missed date is the end of it (default 0).
    waiver : probability or condition, optional
        Share of the waiver at later dates; by default that of the first date.
    on_date : probability
        Held at a later date if all is in order (default 1: the delay is that to the day on which it was held).
    most : int
        How often it can be put off in all; a date missed after that is the end (default 10, assumed).

    See Also
    --------
    Meeting : Talks on a date, with what parties require.
    Process : Rounds of talks, one after the other.

    Examples
    --------
    >>> from negsim.model.clocks import LogNormal
    >>> Postpone(LogNormal(mu=2.0, sigma=1.75), never=0.45).never
    parse('0.45')
    """

    delay: Distribution | Fixed
    never: Amount = preset(ZERO)
    waiver: MaybeAmount = preset(None)
    on_date: Likely = preset(ONE)
    most: int = 10

    def __post_init__(self) -> None:
        put(self, never=as_number(self.never), on_date=as_number(self.on_date))
        # None is kept: it means the waiver of the first date.
        put(self, waiver=None if self.waiver is None else as_expression(self.waiver))
        for key in ("never", "waiver", "on_date"):
            check_share(getattr(self, key), f"postpone: {key}")
        if isinstance(self.most, bool) or not isinstance(self.most, int) or self.most < 1:
            raise ScenarioError(
                f"postpone: most must be a positive whole number, not {self.most!r}; without postponement leave "
                "otherwise= out"
            )
