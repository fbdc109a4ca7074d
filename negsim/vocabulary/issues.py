"""What is bargained over, and how a side concedes."""

from __future__ import annotations

from negsim.errors import ScenarioError
from negsim.model.expressions import Number, as_number
from negsim.model.inputs import (
    Amount,
    Numbers,
    ordered_record,
    preset,
    record,
)
from negsim.model.names import check_name
from negsim.vocabulary.common import Lookup, party, put
from negsim.vocabulary.fields import ONE

__all__ = ["Issue", "Tactic"]


@record
class Issue:
    """One issue on the table, on a scale of its own.

    Parameters
    ----------
    name : str
        What it is called by; unique in the bargain.
    ideal, limit : mapping of Party or str to float
        What each side wants, and the worst it would take on this issue alone; on the issue's own scale.
    salience : mapping of Party or str to float
        How much it matters to each side, compared with the other issues (default: equally).
    title : str
        What the scale means.

    See Also
    --------
    Bargaining : Offers and concessions on issues, round by round.
    Tactic : How one side concedes.

    Examples
    --------
    >>> Issue(name="troops", ideal={"north": 0, "south": 50}, limit={"north": 30, "south": 10}).ideal["south"]
    50.0
    """

    name: str
    ideal: Numbers
    limit: Numbers
    salience: Numbers = preset(Lookup())
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "issue")
        for key in ("ideal", "limit", "salience"):
            # Plain numbers: ideals and limits are data of a side, from which zones are worked out.
            entries = {party(name): float(value) for name, value in dict(getattr(self, key)).items()}
            put(self, **{key: Lookup(entries)})


@ordered_record
class Tactic:
    """How a side concedes: by the clock, by imitating the other side, or a mixture.

    .. math:: \\alpha' = \\max\\bigl(\\alpha,\\; (1-\\mu)\\, [\\kappa + (1-\\kappa)(n/N)^{1/\\beta}] + \\mu\\,
              \\operatorname{clip}(\\alpha + \\rho\\, \\Delta, \\kappa, 1)\\bigr)

    Parameters
    ----------
    exponent : number-valued expression
        ``beta``: below 1 boulware, above 1 conceder (default 1: linear, assumed). May read the state.
    start : float
        ``kappa``: conceded in the opening offer (default 0).
    imitation : float
        ``mu``: weight of tit for tat (default 0; 1 is pure tit for tat).
    ratio : float
        ``rho``: how much of the other side's last move is returned (default 1).

    See Also
    --------
    Bargaining : Offers and concessions on issues, round by round.
    Issue : One matter of a bargain, with ideals and limits.

    Examples
    --------
    >>> Tactic(exponent=0.5, start=0.1).start
    0.1
    """

    exponent: Amount = preset(ONE)
    start: float = 0.0
    imitation: float = 0.0
    ratio: float = 1.0

    def __post_init__(self) -> None:
        # An expression may be anything; what it is in a history is checked there.
        put(self, exponent=as_number(self.exponent))
        if isinstance(self.exponent, Number) and not self.exponent.value > 0:
            raise ScenarioError(f"tactic: exponent must be positive, not {self.exponent.value!r}")
        for key in ("start", "imitation"):
            if not 0 <= getattr(self, key) <= 1:
                raise ScenarioError(f"tactic: {key} must lie in [0, 1], not {getattr(self, key)!r}")
        if not self.ratio >= 0:
            raise ScenarioError(f"tactic: ratio must not be negative, not {self.ratio!r}")
