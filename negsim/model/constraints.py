"""What is known of several parameters together: an order, a sum, a bound."""

from __future__ import annotations

from collections.abc import Mapping

from negsim.errors import ScenarioError
from negsim.model.beliefs import Belief
from negsim.model.clocks import Distribution
from negsim.model.expressions import as_condition, reads
from negsim.model.inputs import Condition, ordered_record
from negsim.model.names import check_name
from negsim.model.parameters import Parameter

__all__ = ["Constraint", "arguments_of", "at_best", "in_order"]


@ordered_record
class Constraint:
    """What holds between parameters whatever they are: Moscow takes longer than Kyiv, the shares are no more than one.

    Parameters
    ----------
    name : str
        What it is called by; unique among the constraints.
    holds : condition
        Of parameters that are numbers: ``"moscow.delay >= kyiv.delay"``.
    source : str
        Names of evidence elements, or a citation.
    title : str
        What people read in place of the name.

    Raises
    ------
    ScenarioError
        If it reads anything but numbers that somebody believes something of, or does not hold at their best values.

    See Also
    --------
    Correlation : What is believed of some parameters goes together.
    Parameter : A number nobody knows exactly.

    Notes
    -----
    What is believed together is what is believed of each, given that all constraints hold: rows in which one does not are
    drawn again, all that it reads together. So it also moves what is believed of each number alone. A parameter that is supposed to have one value is asked no more, as with a correlation.

    Examples
    --------
    >>> import negsim as ns
    >>> slow, fast = (ns.Parameter(name, best, belief=ns.Uniform(0, 1)) for name, best in (("slow", 0.7), ("fast", 0.3)))
    >>> order = Constraint("order", holds="fast <= slow")
    >>> scenario = ns.Scenario("s", start="2025-01-01", end=9, parts=[slow, fast, order])
    >>> rows = ns.lower(scenario).draws(1, range(1_000))
    >>> all(fast <= slow for fast, slow in rows)
    True
    """

    name: str
    holds: Condition
    source: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "constraint")
        object.__setattr__(self, "holds", as_condition(self.holds))


def arguments_of(belief: Belief | None) -> set[str]:
    """The names that a belief reads: other parameters, in the arguments of a law."""
    return {name for tree in belief.arguments() for name in reads(tree)} if isinstance(belief, Distribution) else set()


def in_order(parameters: Mapping[str, Parameter]) -> list[str]:
    """The names of parameters so that each comes after those that its belief reads.

    Raises
    ------
    ScenarioError
        If beliefs read each other in a circle.
    """
    found: dict[str, None] = {}
    waiting = {name: arguments_of(one.belief) & parameters.keys() for name, one in parameters.items()}
    while waiting:
        ready = [name for name, needs in waiting.items() if needs <= found.keys()]
        if not ready:
            names = sorted(waiting)
            raise ScenarioError(
                f"parameter {names[0]}: what is believed of {' and '.join(names[:3])} waits for each other; let one of them "
                "have a belief of its own"
            )
        found |= dict.fromkeys(ready)
        waiting = {name: needs for name, needs in waiting.items() if name not in found}
    return list(found)


def at_best(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Parameters that know the best values of those which their beliefs read."""
    best = {name: float(one.best) for name, one in parameters.items()}
    found = {}
    for name, one in parameters.items():
        needs = arguments_of(one.belief)
        found[name] = one.beside({need: best[need] for need in needs}) if needs and needs <= best.keys() else one
    return found
