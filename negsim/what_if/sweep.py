"""A parameter at several values, each compared with the scenario as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from negsim.errors import ArgumentError
from negsim.laws.draws import fresh_seed
from negsim.model.elements import own_questions as asked_by
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.running.simulation import simulate
from negsim.what_if.comparing import compare
from negsim.what_if.comparisons import Comparisons

__all__ = ["own_questions", "sweep"]


def sweep(
    scenario: Scenario,
    values: Mapping[str, Sequence[float | bool]] | None = None,
    *,
    questions: Iterable[Question | Askable] | None = None,
    replications: int = 10_000,
    seed: int | None = None,
    draws: int | None = None,
    level: float = 0.95,
    **parameters: Sequence[float | bool],
) -> Comparisons:
    """Compare several values of a parameter (or of several, in all combinations) with the scenario as it is.

    Parameters
    ----------
    scenario : Scenario
        As it is.
    values : mapping of str to sequence, optional
        Values by the name of the parameter, for names that have a dot.
    questions : iterable of str, Question or condition, optional
        By default the yes/no questions of the scenario's own that are asked without ``given``.
    replications : int
        Histories of each variant.
    seed : int, optional
        Of all variants.
    draws : int, optional
        Rows of the other parameters, as in `simulate`.
    level : float, optional
        Of all intervals together.
    **parameters : sequence of float or bool
        Values by the name of the parameter.

    Returns
    -------
    Comparisons
        Variants are named after their values, such as ``rate = 0.3``.

    Raises
    ------
    ArgumentError
        If no value is given.
    UnknownName
        If there is no such parameter.

    See Also
    --------
    compare : Compare variants, history by history.
    sensitivity : Which parameters carry an answer, from one run.

    Examples
    --------
    >>> import negsim as ns
    >>> rate = ns.Parameter("rate", 0.3)
    >>> act = ns.Action(name="sign", when="not signed", clock=ns.Exponential("rate"), effects=["signed = true"])
    >>> asked = ns.Question(name="signed_soon", condition="signed", by="2 days")
    >>> deal = ns.Scenario("deal", start="2025-01-01", end=10, parts=[rate, ns.Fact("signed"), act, asked])
    >>> table = ns.sweep(deal, rate=[0.1, 0.5], seed=1)
    >>> table.changes("rate = 0.1", "signed_soon"), table.changes("rate = 0.5", "signed_soon")
    (-1, 1)
    """
    check_is_scenario(scenario, "sweep")
    grid = {**(values or {}), **parameters}
    # A text or a bare number has no values to try; len() of a number would be a TypeError without a remedy.
    if not grid or any(isinstance(one, (str, float, int)) or not len(one) for one in grid.values()):
        raise ArgumentError(
            "sweep has no values to try; give some by the parameter's name, as in sweep(scenario, rate=[.1, .2])"
        )
    # One seed for all variants: without it there would be no pairs to compare.
    seed = fresh_seed() if seed is None else seed
    asked = own_questions(scenario) if questions is None else list(questions)
    # Texts and names are asked of finished runs; only questions have to be recorded for it.
    anew = [one for one in asked if isinstance(one, Question)]
    variants = {}
    for chosen in product(*grid.values()):
        fixed = dict(zip(grid, chosen, strict=True))
        name = ", ".join(f"{parameter} = {value}" for parameter, value in fixed.items())
        variants[name] = scenario.fixing(fixed)

    base, *others = (
        simulate(one, replications=replications, seed=seed, draws=draws, questions=anew, keep="answers")
        for one in (scenario, *variants.values())
    )
    return compare(base, dict(zip(variants, others, strict=True)), asked, level=level)


def own_questions(scenario: Scenario) -> list[Question | Askable]:
    """The scenario's own questions that have yes or no as answers in every history."""
    own = asked_by(scenario.parts)
    # Words bring questions of their own; the author's are asked first, and theirs only where there are no others.
    known = own or list(scenario.expanded.questions.values())
    return [one.name for one in known if one.probable and one.given is None]
