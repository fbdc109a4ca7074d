"""Who acts, who says so, and which mechanism a part belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from negsim.errors import ScenarioError
from negsim.model.names import check_name
from negsim.model.parameters import dates_of, iso_date, latest
from negsim.model.policies import Policy

__all__ = ["EVIDENCE_KINDS", "Evidence", "Party", "voices"]

EVIDENCE_KINDS = ("document", "data", "person", "model")
"""Sorts of sources; a ``model`` is a language model that was asked, or that wrote the scenario."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who acts: owns actions; a mediator is a party too.

    Parameters
    ----------
    name : str
        What it is called by; unique in the scenario.
    title : str
        What people read in place of the name.
    policy : function (view, draw) -> outcome name or None, optional
        Decides the outcomes of the party's actions from its own view and keyed draws; see `negsim.model.policies`.
        Such a scenario runs on the reference engine and cannot be written to a file.
    aims : sequence of str
        What it wants of this process, in order, each in a sentence.
    sees : sequence of str
        What it watches besides its own claims, beliefs and decisions: names of facts, counters, levels and words.
    within : str, optional
        The party of which it is a voice (a minister, a parliament, a faction): supposed away with it, shown on its page.

    See Also
    --------
    Action : Something that happens, mostly because a party does it.
    View : What a party sees when it decides.

    Examples
    --------
    >>> Party("united_states", title="United States").name
    'united_states'
    """

    name: str
    title: str = ""
    policy: Policy | None = field(default=None, metadata={"file": False})
    aims: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()
    within: str | None = None

    def __post_init__(self) -> None:
        check_name(self.name, "party")
        for key in ("aims", "sees"):
            object.__setattr__(self, key, _texts(getattr(self, key), f"party {self.name}: {key}"))
        for name in self.sees:
            check_name(name, f"party {self.name}: sees")
        if self.within is not None:
            object.__setattr__(self, "within", check_name(getattr(self.within, "name", self.within), "party"))
        if self.policy is not None and not callable(self.policy):
            raise ScenarioError(f"party {self.name}: policy must be a function of (view, draw), not {self.policy!r}")


def _texts(value: object, where: str) -> tuple[str, ...]:
    """One text or several; of variables and words their names."""
    single = isinstance(value, str) or hasattr(value, "name")
    items = [getattr(item, "name", item) for item in ([value] if single else value)]  # type: ignore[attr-defined] # a list
    found = tuple(item for item in items if isinstance(item, str) and item)
    if len(found) < len(items):
        raise ScenarioError(f"{where} must be a list of texts, not {value!r}")
    return found


def voices(parties: Mapping[str, Party], name: str) -> list[str]:
    """A party and all that are voices within it, however deep.

    >>> voices({"a": Party("a"), "b": Party("b", within="a"), "c": Party("c", within="b")}, "a")
    ['a', 'b', 'c']
    """
    found = [name]
    # Grows meanwhile, so that voices of voices are found.
    for one in found:
        found += [other for other in sorted(parties) if parties[other].within == one and other not in found]
    return found


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source that parameters and claims cite by name.

    Parameters
    ----------
    name : str
        What parameters and claims cite it by.
    title : str
        Who, what, where published.
    url : str
        Where it can be read.
    date : str, optional
        ISO date of publication.
    note : str
        What a reader should know besides, in a sentence.
    cases : sequence of dates
        On which the outcomes of its rows became known: its date is the latest of them.
    kind : {"document", "data", "person", "model"}, optional
        What sort of source it is. A language model's own guess is ``"model"``: numbers that rest on nothing else are
        graded no better than judgement, and are counted.

    See Also
    --------
    Parameter : A number nobody knows exactly.
    Claim : What a party says is so, and how credibly.

    Examples
    --------
    >>> Evidence("survey", title="A survey of 40 talks", date="2024-05-01").newest
    '2024-05-01'
    """

    name: str
    title: str = ""
    url: str = ""
    date: str | None = None
    note: str = ""
    cases: tuple[str, ...] = ()
    kind: str | None = None

    def __post_init__(self) -> None:
        check_name(self.name, "evidence")
        if self.kind is not None and self.kind not in EVIDENCE_KINDS:
            known = ", ".join(map(repr, EVIDENCE_KINDS))
            raise ScenarioError(f"evidence {self.name}: kind must be one of {known}, not {self.kind!r:.60}")
        object.__setattr__(self, "cases", dates_of(self.cases, f"evidence {self.name}: cases"))
        if self.date is not None:
            object.__setattr__(self, "date", iso_date(self.date, f"evidence {self.name}: date"))
        if self.url and not self.url.startswith(("https://", "http://", "doi:")):
            raise ScenarioError(f"evidence {self.name}: url {self.url[:60]!r} must begin with https://")

    @property
    def newest(self) -> str:
        """Date of the newest that it holds: of its latest case, whatever date is typed beside it; empty if unknown."""
        return latest(self.cases) or self.date or ""
