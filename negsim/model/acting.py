"""Words that act by being there: on what they act is said with them, and put into it when a scenario is written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, runtime_checkable

from negsim.errors import ScenarioError, UnknownName, nearest
from negsim.model.actions import Action
from negsim.model.clocks import Distribution
from negsim.model.decisions import Deciding
from negsim.model.expressions import Expression, Number, odds
from negsim.model.hastening import hastened, timed_by

__all__ = ["Acting", "Push", "acted_on", "of_party", "pushes", "settle"]

ONE = Number(1.0)


@runtime_checkable
class Acting(Protocol):
    """A word that acts on others by being there."""

    @property
    def name(self) -> str:
        """The word's name."""

    def acting(self) -> Iterable[tuple[str, Expression]]:
        """What it acts on, each with the multiplier: a word, ``WORD.FIELD``, ``DECISION.OPTION``, an action."""


@dataclass(frozen=True, slots=True)
class Push:
    """A multiplier of something, and the word that brings it."""

    by: str
    on: str
    times: Expression


def pushes(parts: Iterable[object], away: Iterable[str] = ()) -> tuple[Push, ...]:
    """What words act on, but for those that are supposed away."""
    # What is supposed away acts on nothing.
    gone = set(away)
    found = [part for part in parts if isinstance(part, Acting) and part.name not in gone]
    return tuple(Push(part.name, on, times) for part in found for on, times in part.acting())


def acted_on(word: Any, found: Iterable[Push]) -> tuple[Any, frozenset[Push]]:
    """The word under what others' presence does to it, and which of that it was."""
    done = set()
    for push in found:
        if push.on == word.name or push.on.startswith(f"{word.name}."):
            # A bare name means the word's pace, and WORD.FIELD one of its numbers.
            moved = _moved(word, push.on.removeprefix(word.name).removeprefix("."), push)
            if moved is not None:
                word = moved
                done.add(push)
    return word, frozenset(done)


def _moved(word: Any, place: str, push: Push) -> Any:
    """The word with its pace, the odds of a field, option or product moved; None if it has no such thing."""
    # Before the fields: a decision's options are what people act on.
    if isinstance(word, Deciding) and place in set(word.choices()):
        return word.leaning(place, push.by, push.times)  # type: ignore[attr-defined] # a decision can
    products = getattr(word, "products", {})
    if isinstance(products, Mapping) and place in products:
        return replace(word, products={**products, place: odds(products[place], push.times)})
    # Words of users may be plain classes, of whose fields nothing is known.
    known = {field.name for field in fields(word)} if hasattr(word, "__dataclass_fields__") else set()
    key = place or "pace"
    old = getattr(word, key) if key in known else None
    if not isinstance(old, Expression):
        return None
    if key.startswith("pace"):
        # A product with 1 would be read by people, and evaluated by engines, for nothing.
        return replace(word, **{key: push.times if old == ONE else old * push.times})
    # Odds are those of a share; elsewhere a multiplier would mean something else.
    if isinstance(old, Number) and not 0 <= old.value <= 1:
        raise ScenarioError(f"{push.by} acts on {push.on!r}, which is {old.value!r} and no share whose odds could move")
    return replace(word, **{key: odds(old, push.times)})


def settle(
    actions: Mapping[str, Action], rest: Iterable[Push], words: Mapping[str, Any], *, supposed: bool = False
) -> dict[str, Action]:
    """The actions under the pushes that no word took: on a law's pace, or on the odds of an outcome.

    ``words`` are there as they are written out. What is ``supposed`` may have taken away what a word acts on.

    Raises
    ------
    ScenarioError
        If there is nothing of that name, or nothing in it that can be multiplied.
    """
    found = dict(actions)
    for push in rest:
        where = f"{push.by} acts on {push.on!r}"
        owner = next((name for name in _heads(push.on) if name in words), "")
        timed = timed_by(words[owner], push.on.removeprefix(f"{owner}.")) if owner and push.on not in found else ()
        # An action's own name goes first: names may have dots, and the last part need not be an outcome.
        name, _, outcome = (push.on, "", "") if push.on in found else push.on.rpartition(".")
        if timed:
            found |= {name: _times(found[name], "", push, where) for name in timed if name in found}
        elif name in found and push.on not in words:
            found[name] = _times(found[name], outcome, push, where)
        elif not supposed:
            raise _nothing(push, where, owner, words, found)
    return found


def _heads(name: str) -> Iterator[str]:
    """The name, and what stands before its dots, longest first."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _nothing(
    push: Push, where: str, owner: str, words: Mapping[str, Any], found: Mapping[str, Action]
) -> ScenarioError:
    """The error of what cannot be acted on, with what could be."""
    if not owner:
        return UnknownName(
            f"{where}, which is not there{nearest(push.on, (*words, *found))}; name a word, a field or option of one "
            "(WORD.FIELD), or an action"
        )
    inner = [f"{owner}.{key}" for key in hastened(words[owner])]
    inner = inner or sorted(one for one in found if one.startswith(f"{owner}.") and _has_law(found[one]))
    if inner:
        hint = f"; of {owner!r} there can be hastened: {', '.join(inner)}"
    else:
        hint = f"; nothing of {owner!r} takes a time drawn from a law, so let a condition read {push.by} instead"
    if push.on == owner:
        return ScenarioError(f"{where}, which has no pace of its own{hint}")
    field = push.on.removeprefix(f"{owner}.")
    if field in getattr(words[owner], "__dataclass_fields__", {}):
        return ScenarioError(f"{where}, in which no law with a hazard stands{hint}")
    return UnknownName(f"{where}, which is not there{hint}")


def _times(action: Action, outcome: str, push: Push, where: str) -> Action:
    if not outcome:
        if not _has_law(action):
            raise ScenarioError(f"{where}, which has no law whose hazard could be multiplied; name one of its outcomes")
        return replace(action, pace=push.times if action.pace == ONE else action.pace * push.times)
    if outcome not in {one.name for one in action.outcomes}:
        known = ", ".join(one.name for one in action.outcomes) or "none"
        raise UnknownName(f"{where}, which is not there; the outcomes of {action.name} are {known}")
    outcomes = (replace(one, weight=one.weight * push.times) if one.name == outcome else one for one in action.outcomes)
    return replace(action, outcomes=tuple(outcomes))


def _has_law(action: Action) -> bool:
    return isinstance(action.clock, Distribution)


def of_party(parts: Iterable[object], party: str) -> Iterator[str]:
    """Words that act by being there and are this party's."""
    for part in parts:
        if isinstance(part, Acting) and party in (getattr(part, "by", None), getattr(part, "who", None)):
            yield part.name
