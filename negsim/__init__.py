"""negsim: will these talks happen, and what are they waiting for?

Parties are modelled as agents with preconditions; the preconditions drive a discrete-event simulation, which
estimates how likely the talks and the leaders' summit are to happen, by when, and why not.

>>> import negsim as ns
>>> memo = ns.Promise("memorandum", by="russia", to="ukraine", delay=ns.LogNormal(median="14 days", sigma=0.8))
>>> print(memo.delivered & (ns.Counter("rounds") >= 1))
memorandum.delivered and rounds >= 1
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.2.0"

# One list of names for everybody: the stub beside this file. The loader reads it too, and imports what is used.
_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_LAWS = ("Beta", "Erlang", "Exponential", "Gamma", "LogNormal", "Normal", "Pert", "Triangular", "Uniform", "Weibull")


def __getattr__(name: str) -> object:
    if name in __all__:
        value = globals()[name] = _load(name)
        if getattr(value, "__module__", "").startswith("negsim.model."):
            from negsim.model import scenario  # noqa: F401 # from then on constructors say all that is wrong, in words
        return value
    if not name.startswith("_"):
        from negsim import errors

        if name in errors.__all__:
            return _moved(name, getattr(errors, name))
    raise AttributeError(_unknown(name))


def _moved(name: str, value: object) -> object:
    """An exception by the name that it had before there was ``ns.errors``."""
    import warnings

    warnings.warn(f"ns.{name} is ns.errors.{name} now; the short name goes with 0.3", DeprecationWarning, stacklevel=3)
    return value


def _unknown(name: str) -> str:
    """What to write instead of a name that negsim does not have."""
    text = f"module 'negsim' has no attribute {name!r}"
    if name.startswith("_"):
        return text  # asked for by Python itself
    from negsim.errors import nearest

    laws = ("LogLogistic", "Pareto", "Logistic", "Cauchy", "Poisson", "Binomial", "Geometric", "Bernoulli", "Constant")
    if name.lower() in [law.lower() for law in laws]:
        return f"{text}; the laws are {', '.join(_LAWS)}; a law of your own is told by median and p90, as in LogNormal(median=10, p90=40)"
    return f"{text}{nearest(name, __all__)}; dir(negsim) lists what there is"
