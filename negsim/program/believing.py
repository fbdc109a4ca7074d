"""What is believed of parameters, as rows of numbers: keyed draws, those of parameters that go together, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from negsim.errors import ScenarioError
from negsim.laws import Law, upper_quantile
from negsim.laws.draws import uniforms_array
from negsim.model.clocks import Chance, Distribution
from negsim.model.constraints import Constraint, arguments_of, in_order
from negsim.model.correlations import Correlation, members, scored
from negsim.model.expressions import compile_expression, reads
from negsim.model.parameters import Parameter
from negsim.program.binding import Binder, share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Beliefs", "believed"]

MOST_TRIES = 2_000
"""Times that a row is drawn again for a constraint: of one that holds once in a hundred, one row in 5e8 is not found."""


def believed(parameter: Parameter, seed: int, rows: Sequence[int] | NDArray[np.int64]) -> Floats:
    """The values of a parameter in some rows: keyed draws, or its best value if nothing is believed of it."""
    import numpy as np

    if parameter.belief is None:
        return np.full(len(rows), float(parameter.best))
    return _valued(parameter, uniforms_array(seed, "parameter", parameter.name, rows)[0])


def _valued(parameter: Parameter, uniforms: Floats) -> Floats:
    """The values that are exceeded with these probabilities."""
    import numpy as np

    from negsim.laws.columns import upper_quantiles

    if isinstance(parameter.belief, Chance):
        p = share(compile_expression(parameter.belief.p, {}), [], f"belief of parameter {parameter.name}")
        return (uniforms < p).astype(np.float64)
    return upper_quantiles(parameter.fit.law, uniforms)


@dataclass(frozen=True)
class Beliefs:
    """What is believed of the parameters of a program, all together.

    Attributes
    ----------
    parameters : sequence of Parameter
        In the order of the columns.
    groups : sequence of sequences of Correlation
    constraints : sequence of Constraint
    """

    parameters: Sequence[Parameter]
    groups: Sequence[Sequence[Correlation]] = ()
    constraints: Sequence[Constraint] = ()

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The column of each parameter."""
        return {parameter.name: number for number, parameter in enumerate(self.parameters)}

    @cached_property
    def order(self) -> Sequence[int]:
        """The columns, each after those that its belief reads."""
        return [self.place[name] for name in in_order({one.name: one for one in self.parameters})]

    def drawn(self, seed: int, rows: Sequence[int] | NDArray[np.int64]) -> Floats:
        """The values of all parameters in some rows, (rows, parameters)."""
        return self.values(self.uniforms(seed, rows))

    def uniforms(self, seed: int, rows: Sequence[int] | NDArray[np.int64]) -> Floats:
        """With which probability each value is exceeded given what its belief reads, (rows, parameters); keyed draws.

        Raises
        ------
        ScenarioError
            If a constraint holds too rarely.
        """
        import numpy as np

        numbers = np.asarray(rows, dtype=np.int64)
        found = self._free(seed, numbers, range(len(self.parameters)), 0)
        for columns, constraints in self._bound:
            waiting = np.flatnonzero(~self._hold(constraints, self.values(found, columns)))
            for attempt in range(1, MOST_TRIES):
                if not len(waiting):
                    break
                found[waiting] = self._free(seed, numbers[waiting], columns, attempt, found[waiting])
                waiting = waiting[~self._hold(constraints, self.values(found[waiting], columns))]
            if len(waiting):
                names = " and ".join(f"'{one.holds}'" for one in constraints)
                raise ScenarioError(
                    f"constraint {constraints[0].name}: {names} does not hold in one of {MOST_TRIES:,} draws of some row; give "
                    "its parameters beliefs under which it holds at least once in a hundred draws"
                )
        return found

    def _free(
        self, seed: int, rows: NDArray[np.int64], columns: Sequence[int], attempt: int, found: Floats | None = None
    ) -> Floats:
        """Draws without constraints, of some columns; the others stay as they are."""
        import numpy as np

        found = np.zeros((len(rows), len(self.parameters))) if found is None else found.copy()
        for column in columns:
            one = self.parameters[column]
            if one.belief is not None:
                found[:, column] = uniforms_array(seed, "parameter", one.name, rows, attempt)[0]
        for group in self.groups:
            # Of what is supposed to have one value nothing is believed: the others keep what is believed of them.
            names = [name for name in members(group) if self.parameters[self.place[name]].belief is not None]
            at = [self.place[name] for name in names]
            if set(at) & set(columns):
                found[:, at] = scored(group, names, found[:, at])
        return found

    def values(self, uniforms: Floats, columns: Sequence[int] | None = None, known: Floats | None = None) -> Floats:
        """The values that are exceeded with these probabilities, (rows, parameters).

        Only of some columns, if they are named: the others have the values that are known, or their best ones.
        """
        import numpy as np

        found = (
            np.tile([float(one.best) for one in self.parameters], (len(uniforms), 1)) if known is None else known.copy()
        )
        for column in self.order:
            one = self.parameters[column]
            if one.belief is None or (columns is not None and column not in columns):
                continue
            reading = arguments_of(one.belief)
            if reading:
                found[:, column] = self._leaning(one, uniforms[:, column], found)
            else:
                found[:, column] = _valued(one, uniforms[:, column])
        return found

    def _leaning(self, parameter: Parameter, uniforms: Floats, table: Floats) -> Floats:
        """The values of a parameter whose belief reads others, which stand in the table."""
        import numpy as np

        assert isinstance(parameter.belief, Distribution)
        binder = Binder(parameter.belief, self.place, f"belief of parameter {parameter.name}", clock=False)
        found = np.empty(len(uniforms))
        for row, (state, u) in enumerate(zip(table.tolist(), uniforms.tolist(), strict=True)):
            law = binder.bind(state)
            assert isinstance(law, Law)
            found[row] = upper_quantile(law)(u)
        return found

    def allowed(self, values: Floats) -> NDArray[np.bool_]:
        """In which rows all constraints hold, (rows,)."""
        return self._hold(self.constraints, values)

    def _hold(self, constraints: Sequence[Constraint], values: Floats) -> NDArray[np.bool_]:
        import numpy as np

        found = np.ones(len(values), dtype=np.bool_)
        for one in constraints:
            found &= self._holds(one, values)
        return found

    def _holds(self, one: Constraint, values: Floats) -> NDArray[np.bool_]:
        import numpy as np

        from negsim.model.expressions.columns import column

        whole = column(one.holds, {name: values[:, self.place[name]] for name in reads(one.holds)}, len(values))
        if whole is not None:
            return np.asarray(whole == 1.0, dtype=np.bool_)
        evaluator = compile_expression(one.holds, self.place)
        return np.array([bool(evaluator(row)) for row in values.tolist()], dtype=np.bool_)

    @cached_property
    def _bound(self) -> list[tuple[list[int], list[Constraint]]]:
        """Columns that are drawn again together, with the constraints between them."""
        found: list[tuple[set[str], list[Constraint]]] = []
        for one in self.constraints:
            names, constraints = self._linked(set(reads(one.holds))), [one]
            for other in [other for other in found if other[0] & names]:
                found.remove(other)
                names, constraints = names | other[0], [*other[1], *constraints]
            found.append((names, constraints))
        return [(sorted(self.place[name] for name in names), constraints) for names, constraints in found]

    def _linked(self, names: set[str]) -> set[str]:
        """Names with all that their values come from, and what those are correlated with."""
        size = -1
        while size != len(names):
            size = len(names)
            names |= {need for name in names for need in arguments_of(self.parameters[self.place[name]].belief)}
            for group in self.groups:
                if names & set(members(group)):
                    names |= set(members(group))
        return names
