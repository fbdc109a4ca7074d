"""Beliefs that go together: correlations of what is believed of several parameters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from negsim.errors import ScenarioError, nearest
from negsim.model.expressions.inputs import Given, ordered_record
from negsim.model.names import check_name
from negsim.model.parameters import Parameter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Between: TypeAlias = Given[tuple[str, ...], Iterable[str | Parameter]]
else:
    Between = tuple[str, ...]

__all__ = ["Correlation", "check_correlated", "factor", "joint", "members", "nearest_correlation", "scored", "scores"]

ROUNDING = 1e-12
"""An eigenvalue below 0 by no more than this is 0."""


@ordered_record
class Correlation:
    """What is believed of some parameters goes together: where one is large, so are (or are not) the others.

    Parameters
    ----------
    name : str
        What it is called by; unique among the correlations.
    between : sequence of str or Parameter
        Two parameters or more; every two of them are correlated alike.
    spearman : float
        Rank correlation, in (-1, 1); it says nothing of the parameters' own distributions, which stay as they are.
    source : str
        Names of evidence elements, or a citation.
    title : str
        What people read in place of the name.

    Raises
    ------
    ScenarioError
        Fewer than two parameters, one twice, or a number that is no correlation.

    See Also
    --------
    Parameter : A number nobody knows exactly.
    nearest_correlation : The correlation matrix that is nearest to a matrix.

    Notes
    -----
    The joint distribution is a Gaussian copula: normal scores with the Pearson correlation 2 sin(pi rho/6) have the rank
    correlation rho (Kruskal 1958, doi:10.1080/01621459.1958.10501481). What two correlations say together must be
    possible; else they are refused, with the nearest ones that are.

    Examples
    --------
    >>> together = Correlation("haste", between=["paces.moscow", "paces.kyiv"], spearman=0.5)
    >>> round(together.pearson, 7)
    0.5176381
    """

    name: str
    between: Between
    spearman: float
    source: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "correlation")
        where = f"correlation {self.name}"
        single = isinstance(self.between, (str, Parameter))
        # Parameters or their names, one or several.
        names = tuple(getattr(one, "name", one) for one in ([self.between] if single else self.between))
        for name in names:
            check_name(name, "parameter")
        if len(names) < 2 or len(set(names)) < len(names):
            raise ScenarioError(f"{where}: between = {list(names)} must name two different parameters or more")
        rho = self.spearman
        if isinstance(rho, bool) or not isinstance(rho, (int, float)) or not -1.0 < rho < 1.0:
            raise ScenarioError(
                f"{where}: spearman = {rho!r} must be a number between -1 and 1, neither included; for numbers that are "
                "the same, use one parameter"
            )
        object.__setattr__(self, "between", names)
        object.__setattr__(self, "spearman", float(rho))

    @property
    def pearson(self) -> float:
        """The correlation of the normal scores that has this rank correlation."""
        # Exact for two normal variables (Pearson 1907).
        return 2.0 * math.sin(math.pi * self.spearman / 6.0)


def nearest_correlation(matrix: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Return the correlation matrix that is nearest to a symmetric matrix, in the sum of squares.

    Parameters
    ----------
    matrix : array_like, (n, n)
        Symmetric; its diagonal counts as ones.

    Returns
    -------
    ndarray, (n, n)
        Positive semidefinite, ones on the diagonal.

    Raises
    ------
    ScenarioError
        If it is no symmetric matrix of numbers.

    See Also
    --------
    Correlation : What is believed of some parameters goes together.

    Notes
    -----
    Alternating projections with Dykstra's correction (Higham 2002, doi:10.1093/imanum/22.3.329).

    Examples
    --------
    >>> nearest_correlation([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]).round(6).tolist()
    [[1.0, 0.5, -0.5], [0.5, 1.0, 0.5], [-0.5, 0.5, 1.0]]
    """
    import numpy as np

    try:
        given = np.array(matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise ScenarioError("nearest_correlation takes a matrix of numbers, such as [[1, 0.5], [0.5, 1]]") from None
    if given.ndim != 2 or len(given) != len(given.T) or not np.isfinite(given).all() or (given != given.T).any():
        raise ScenarioError("nearest_correlation takes a symmetric matrix of finite numbers, as many rows as columns")
    np.fill_diagonal(given, 1.0)
    # Dykstra's correction: without it alternate projections end somewhere in both sets, not at the nearest point.
    found, correction = given, np.zeros_like(given)
    for _ in range(10_000):
        shifted = found - correction
        values, vectors = np.linalg.eigh(shifted)
        positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
        correction = positive - shifted
        before, found = found, positive.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - before).max() <= 1e-13:
            break
    return (found + found.T) / 2.0


def scores(correlations: Iterable[Correlation], names: Sequence[str]) -> NDArray[np.float64]:
    """The correlations of the normal scores of some parameters, (n, n); what is not among the names is left away."""
    return _matrix(correlations, names, [one.pearson for one in correlations])


def _matrix(correlations: Iterable[Correlation], names: Sequence[str], values: Sequence[float]) -> NDArray[np.float64]:
    import numpy as np

    place = {name: number for number, name in enumerate(names)}
    found = np.eye(len(names))
    for one, value in zip(correlations, values, strict=True):
        at = [place[name] for name in one.between if name in place]
        for row in at:
            for column in at:
                if row != column:
                    found[row, column] = value
    return found


def factor(correlations: Sequence[Correlation], names: Sequence[str]) -> NDArray[np.float64]:
    """The lower triangular matrix that makes independent normal scores correlated, (n, n).

    Raises
    ------
    ScenarioError
        If no numbers are correlated so; it shows the nearest correlations that are.
    """
    import numpy as np

    wanted = scores(correlations, names)
    # Within rounding an eigenvalue of 0 comes out below it.
    if np.linalg.eigvalsh(wanted)[0] < -ROUNDING:
        raise ScenarioError(_impossible(correlations, names))
    try:
        found = np.linalg.cholesky(wanted)
    except np.linalg.LinAlgError:
        # On the edge of what is possible: the nearest matrix inside, whose difference is below the noise of any draw.
        found = np.linalg.cholesky((wanted + 1e-9 * np.eye(len(names))) / (1.0 + 1e-9))
    return np.asarray(found, dtype=np.float64)


def _impossible(correlations: Sequence[Correlation], names: Sequence[str]) -> str:
    """What is wrong with correlations that contradict each other, and what comes nearest."""
    import numpy as np

    ranks = _matrix(correlations, names, [one.spearman for one in correlations])
    near = nearest_correlation(ranks.tolist())
    text = f"the correlations {', '.join(one.name for one in correlations)} contradict each other: nothing is correlated so"
    said = [f"{names[i]} and {names[j]} {near[i, j]:.3g}" for j in range(len(names)) for i in range(j) if ranks[i, j]]
    # Rank correlations that can be need not be those of normal scores, which is how draws are made.
    if np.linalg.eigvalsh(2.0 * np.sin(np.pi * near / 6.0))[0] < -1e-9:
        inner = 6.0 / np.pi * np.arcsin(nearest_correlation(scores(correlations, names).tolist()) / 2.0)
        draws = [f"{inner[i, j]:.3g}" for j in range(len(names)) for i in range(j) if ranks[i, j]]
        said.append(f"of which draws can reach {', '.join(draws)}")
    return f"{text}; the nearest are {', '.join(said)}"


def joint(correlations: Sequence[Correlation]) -> tuple[tuple[Correlation, ...], ...]:
    """The correlations of parameters of which something is believed, in groups that have no parameter in common.

    Raises
    ------
    ScenarioError
        One pair twice, or correlations that contradict each other.
    """
    pairs: dict[frozenset[str], str] = {}
    for one in correlations:
        for number, first in enumerate(one.between):
            for second in one.between[:number]:
                # A pair of which another correlation has spoken is said twice, or contradicted.
                other = pairs.setdefault(frozenset((first, second)), one.name)
                if other != one.name:
                    raise ScenarioError(
                        f"correlation {one.name}: {second} and {first} are correlated by {other} already; say it once"
                    )
    groups = _groups(correlations)
    for group in groups:
        # Made for its refusal alone; the program makes it again with its own names.
        factor(group, members(group))
    return groups


def check_correlated(one: Correlation, parameters: Mapping[str, Parameter], *, supposed: bool) -> None:
    """Refuse a correlation of what is no number that something is believed of; ``supposed``: some may be supposed.

    Raises
    ------
    ScenarioError
    """
    where = f"correlation {one.name}"
    for name in one.between:
        parameter = parameters.get(name)
        if parameter is None:
            raise ScenarioError(
                f"{where}: there is no parameter {name!r}{nearest(name, parameters)}; name parameters of the scenario"
            )
        if parameter.contested:
            raise ScenarioError(
                f"{where}: {name} is a claim, true or false, and no number; correlate numbers, such as the ones that its "
                "credibility is made of"
            )
        # An intervention may have taken the belief away, and the correlation then says nothing.
        if parameter.belief is None and not supposed:
            raise ScenarioError(
                f"{where}: {name} has one value, and nothing else is believed of it; give it a range, or leave it out"
            )


def members(group: Sequence[Correlation]) -> tuple[str, ...]:
    """The parameters of a group, sorted by name."""
    return tuple(sorted({name for one in group for name in one.between}))


def _groups(correlations: Sequence[Correlation]) -> tuple[tuple[Correlation, ...], ...]:
    groups: list[list[Correlation]] = []
    for one in correlations:
        touching = [group for group in groups if set(members(group)) & set(one.between)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(each for group in touching for each in group), one])
    return tuple(tuple(sorted(group, key=lambda one: one.name)) for group in groups)


def scored(group: Sequence[Correlation], names: Sequence[str], uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Independent uniform numbers of some members of a group made to go together, (rows, names): the first keeps its own."""
    from negsim.laws.plain import special

    found = uniforms.copy()
    if len(names) > 1:
        found[:, 1:] = special().ndtr(special().ndtri(uniforms) @ factor(group, names).T)[:, 1:]
    return found
