"""What is believed of parameters, as rows of numbers: keyed draws, those of correlated parameters together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from negsim.laws.draws import uniforms_array
from negsim.model.clocks import Chance
from negsim.model.correlations import Correlation, members, scored
from negsim.model.expressions import compile_expression
from negsim.model.parameters import Parameter
from negsim.program.binding import share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["believed", "drawn"]


def believed(parameter: Parameter, seed: int, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """The values of a parameter in some rows: keyed draws, or its best value if nothing is believed of it."""
    import numpy as np

    if parameter.belief is None:
        return np.full(len(rows), float(parameter.best))
    return _valued(parameter, uniforms_array(seed, "parameter", parameter.name, rows)[0])


def _valued(parameter: Parameter, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values that are exceeded with these probabilities."""
    import numpy as np

    from negsim.laws.columns import upper_quantiles

    if isinstance(parameter.belief, Chance):
        p = share(compile_expression(parameter.belief.p, {}), [], f"belief of parameter {parameter.name}")
        return (uniforms < p).astype(np.float64)
    return upper_quantiles(parameter.fit.law, uniforms)


def drawn(
    parameters: Sequence[Parameter], seed: int, rows: Sequence[int], groups: Sequence[Sequence[Correlation]] = ()
) -> NDArray[np.float64]:
    """The values of parameters in some rows, (rows, parameters), those of a group of correlations together."""
    import numpy as np

    found = np.empty((len(rows), len(parameters)))
    for number, parameter in enumerate(parameters):
        found[:, number] = believed(parameter, seed, rows)
    numbers = {parameter.name: number for number, parameter in enumerate(parameters)}
    for group in groups:
        # Of what is supposed to have one value nothing is believed: the others keep what is believed of them.
        names = [name for name in members(group) if parameters[numbers[name]].belief is not None]
        uniforms = np.array([uniforms_array(seed, "parameter", name, rows)[0] for name in names]).T
        for name, column in zip(names, scored(group, names, uniforms).T, strict=True):
            found[:, numbers[name]] = _valued(parameters[numbers[name]], column)
    return found
