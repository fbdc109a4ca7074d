"""Effects: what one firing changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from negsim.errors import ScenarioError
from negsim.model.clocks import Distribution
from negsim.model.expressions import Expression, as_expression
from negsim.model.expressions.inputs import Given, Numeric, ordered_record
from negsim.model.names import check_name

if TYPE_CHECKING:
    Drawable: TypeAlias = Given[Expression | Distribution, Numeric | bool | Distribution]
else:
    Drawable = Expression | Distribution

__all__ = ["Effect", "as_effect"]

# One '=' alone: "a == b" is a condition, and no effect.
TEXT = re.compile(r"\s*([a-z][a-z0-9_.]*)\s*(\+=|-=|=)(?!=)(.*)", re.DOTALL)


@ordered_record
class Effect:
    """A change of one variable: ``set`` it to, or ``add`` to it, an amount.

    Parameters
    ----------
    variable : str
        Name of the variable.
    kind : {'set', 'add'}
        Give the variable this value, or add it.
    amount : Expression or Distribution
        Evaluated on the state before the firing, or drawn at the firing.

    See Also
    --------
    Action : Something that happens, mostly because a party does it.
    Outcome : One of several weighted results of an action.

    Examples
    --------
    >>> print(as_effect("trust += 0.4"))
    trust += 0.4
    """

    variable: str
    kind: str
    amount: Drawable

    def __post_init__(self) -> None:
        check_name(self.variable, "effect on")
        if self.kind not in ("set", "add"):
            raise ScenarioError(f"effect on {self.variable}: kind {self.kind!r} is not 'set' or 'add'")
        if not isinstance(self.amount, Distribution):
            object.__setattr__(self, "amount", as_expression(self.amount))

    def __str__(self) -> str:
        return f"{self.variable} {'=' if self.kind == 'set' else '+='} {self.amount}"


def as_effect(value: object) -> Effect:
    """Return an effect, or read one from text such as ``"memo = true"`` or ``"trust -= 0.2"``."""
    if isinstance(value, Effect):
        return value
    if not isinstance(value, str):
        raise ScenarioError(f"an effect is text such as 'trust += 0.4' or variable.set(...), not {value!r}")
    # Cut before it is matched: what is longer is refused anyway, and should be so quickly.
    found = TEXT.fullmatch(value[:4000])
    if not found:
        raise ScenarioError(
            f"cannot read the effect {value[:60]!r}; write 'name = value', 'name += value' or 'name -= value'"
        )
    name, sign, amount = found.groups()
    tree = as_expression(amount.strip())
    # A difference is a sum, so that engines know two kinds of effects only.
    return Effect(name, "set" if sign == "=" else "add", -tree if sign == "-=" else tree)
