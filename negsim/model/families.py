"""The families of laws, each with its usual parameters; what is said of a law is solved in `negsim.laws`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from negsim.model.distributions import Distribution

if TYPE_CHECKING:
    from negsim.model.lawkeys import (
        BetaKeys,
        ErlangKeys,
        ExponentialKeys,
        GammaKeys,
        LogNormalKeys,
        NormalKeys,
        PertKeys,
        Quantity,
        TriangularKeys,
        UniformKeys,
        WeibullKeys,
    )

__all__ = [
    "LAWS",
    "Beta",
    "Erlang",
    "Exponential",
    "Gamma",
    "LogNormal",
    "Normal",
    "Pert",
    "Triangular",
    "Uniform",
    "Weibull",
]


class Exponential(Distribution):
    """Constant hazard: ``rate`` a day (or ``mean``, ``median``, ``p90``, ``within`` in days).

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``rate`` (1/day).
    **given : number, duration or expression of parameters
        One of ``rate`` (1/day), ``mean``, ``median``, a quantile (``p5``, ``p90``, ...; days), ``within`` with
        ``share``.

    See Also
    --------
    Erlang : Stages of equal rate, one after the other.
    Weibull : A law whose hazard rises or falls with age.

    Examples
    --------
    >>> Exponential(within="90 % within 3 weeks")
    Exponential(share=0.9, within=21)
    """

    __slots__ = ()
    family = "exponential"
    keys = ("rate",)

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[ExponentialKeys]) -> None: ...


class Weibull(Distribution):
    """Hazard rising (shape > 1) or falling (shape < 1) as a power of age; ``scale`` in days.

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``shape`` (without unit) and ``scale`` (days), in this order.
    **given : number, duration or expression of parameters
        Two of ``shape``, ``scale``, ``mean``, ``median``, quantiles (``p5``, ``p90``, ...; days), ``within`` with
        ``share``.

    See Also
    --------
    Exponential : A law of constant hazard.
    LogNormal : A law whose logarithm is normal.

    Examples
    --------
    >>> Weibull(shape=1.5, median="10 days")
    Weibull(median=10, shape=1.5)
    """

    __slots__ = ()
    family = "weibull"
    keys = ("shape", "scale")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[WeibullKeys]) -> None: ...


class Gamma(Distribution):
    """Gamma law of ``shape`` and ``scale`` (days) or ``rate`` (1/days).

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``shape`` (without unit) and ``scale`` (days), in this order.
    **given : number, duration or expression of parameters
        Two of ``shape``, ``scale`` or ``rate`` (1/day), ``mean``, ``median``, quantiles (``p5``, ``p90``, ...; days),
        ``within`` with ``share``.

    See Also
    --------
    Erlang : Stages of equal rate, one after the other.
    Weibull : A law whose hazard rises or falls with age.

    Examples
    --------
    >>> Gamma(2, rate=0.1)
    Gamma(rate=0.1, shape=2)
    """

    __slots__ = ()
    family = "gamma"
    keys = ("shape", "scale")
    aliases = ("rate",)

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[GammaKeys]) -> None: ...


class Erlang(Distribution):
    """Sum of ``k`` exponential stages; ``scale`` (days) of one stage, or its ``rate``.

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``k`` (a whole number of stages) and ``scale`` (days a stage), in this order.
    **given : number, duration or expression of parameters
        ``k``, and one of ``scale``, ``rate`` (1/day), ``mean``, ``median``, a quantile (``p5``, ``p90``, ...; days),
        ``within`` with ``share``.

    See Also
    --------
    Gamma : A law of the sum of many small delays.
    Exponential : A law of constant hazard.

    Examples
    --------
    >>> Erlang(k=3, mean="30 days")
    Erlang(k=3, mean=30)
    """

    __slots__ = ()
    family = "erlang"
    keys = ("k", "scale")
    aliases = ("rate",)

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[ErlangKeys]) -> None: ...


class LogNormal(Distribution):
    """Logarithm normal with mean ``mu`` and standard deviation ``sigma``; or ``median`` (days) and ``sigma``.

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``mu`` and ``sigma`` (of the logarithm of days), in this order.
    **given : number, duration or expression of parameters
        Two of ``mu``, ``sigma``, ``mean``, ``median``, quantiles (``p5``, ``p90``, ...; days), ``within`` with
        ``share``.

    See Also
    --------
    Weibull : A law whose hazard rises or falls with age.
    Gamma : A law of the sum of many small delays.

    Examples
    --------
    >>> LogNormal(median="14 days", sigma=0.8)
    LogNormal(median=14, sigma=0.8)
    """

    __slots__ = ()
    family = "lognormal"
    keys = ("mu", "sigma")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[LogNormalKeys]) -> None: ...


class Uniform(Distribution):
    """Equally likely anywhere between ``low`` and ``high``.

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``low`` and ``high`` (days, for clocks), in this order.
    **given : number, duration or expression of parameters
        Two of ``low``, ``high``, ``mean``, ``median``, quantiles (``p5``, ``p90``, ...; days, for clocks), ``within``
        with ``share``.

    See Also
    --------
    Triangular : A law from the least, likeliest and most.
    Normal : A law on any number, symmetric about its mean.

    Examples
    --------
    >>> Uniform("1 day", "1 week")
    Uniform(high=7, low=1)
    """

    __slots__ = ()
    family = "uniform"
    keys = ("low", "high")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[UniformKeys]) -> None: ...


class Triangular(Distribution):
    """Triangle on ``low``, ``mode``, ``high``.

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``low``, ``mode`` and ``high`` (days, for clocks), in this order.
    **given : number, duration or expression of parameters
        The same by name: ``low``, ``mode``, ``high``.

    See Also
    --------
    Pert : A smooth law from the least, likeliest and most.
    Uniform : A law that prefers no value in a range.

    Examples
    --------
    >>> Triangular(low=1, mode=3, high="2 weeks")
    Triangular(high=14, low=1, mode=3)
    """

    __slots__ = ()
    family = "triangular"
    keys = ("low", "mode", "high")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[TriangularKeys]) -> None: ...


class Pert(Distribution):
    """Smooth triangle: beta law on ``low``, ``high`` with its mode at ``mode`` (weight 4).

    Parameters
    ----------
    *values : number, duration or expression of parameters
        ``low``, ``mode`` and ``high`` (days, for clocks), in this order.
    **given : number, duration or expression of parameters
        The same by name: ``low``, ``mode``, ``high``.

    See Also
    --------
    Triangular : A law from the least, likeliest and most.
    Beta : A law on shares, between 0 and 1.

    Examples
    --------
    >>> Pert(low=1, mode=3, high="2 weeks")
    Pert(high=14, low=1, mode=3)
    """

    __slots__ = ()
    family = "pert"
    keys = ("low", "mode", "high")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[PertKeys]) -> None: ...


class Normal(Distribution):
    """Normal law of ``mu`` and ``sigma``: for sizes of effects, initial values and beliefs, not for clocks.

    Parameters
    ----------
    *values : number or expression of parameters
        ``mu`` and ``sigma``, in this order, in the unit of what is drawn.
    **given : number or expression of parameters
        Two of ``mu``, ``sigma``, ``mean``, ``median``, quantiles (``p5``, ``p90``, ...), ``within`` with ``share``.

    See Also
    --------
    LogNormal : A law whose logarithm is normal.
    Uniform : A law that prefers no value in a range.

    Examples
    --------
    >>> Normal(p5=-1, p95=1)
    Normal(p5=-1, p95=1)
    """

    __slots__ = ()
    family = "normal"
    keys = ("mu", "sigma")
    is_clock = False

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[NormalKeys]) -> None: ...


class Beta(Distribution):
    """Beta law of ``a`` and ``b`` on [0, 1]: for sizes of effects, initial values and beliefs, not for clocks.

    Parameters
    ----------
    *values : number or expression of parameters
        ``a`` and ``b`` (without unit), in this order.
    **given : number or expression of parameters
        Two of ``a``, ``b``, ``mean``, ``median``, quantiles (``p5``, ``p90``, ...; shares), ``within`` with ``share``.

    See Also
    --------
    Pert : A smooth law from the least, likeliest and most.
    chance : True with a probability, drawn once a history.

    Examples
    --------
    >>> Beta(mean=0.3, p95=0.6)
    Beta(mean=0.3, p95=0.6)
    """

    __slots__ = ()
    family = "beta"
    keys = ("a", "b")
    is_clock = False

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[BetaKeys]) -> None: ...


LAWS: Mapping[str, type[Distribution]] = {
    law.family: law for law in (Beta, Erlang, Exponential, Gamma, LogNormal, Normal, Pert, Triangular, Uniform, Weibull)
}
