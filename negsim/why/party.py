"""A party's page: what it wants, what it holds true, what it requires, how it decides, and who waits for whom."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from negsim.errors import UnknownName, nearest
from negsim.model.evidence import voices
from negsim.model.expressions import Expression, Truth, evaluate, reads, substitute
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.model.variables import Fact
from negsim.vocabulary.belief import Belief
from negsim.vocabulary.claim import Claim
from negsim.why.deciding import Choosing, Reason, decisions_of
from negsim.why.standing import Precondition, Standing
from negsim.why.waits import WIDTH, Wait, how, waits
from negsim.wording.language import Language, language
from negsim.wording.naming import spaced

__all__ = ["PartyPage", "View", "party"]

SAME = 0.0005
"""Shares and log odds that differ by less are told as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Something that a party holds true, or watches.

    Attributes
    ----------
    what : str
        In words.
    by : str
        Who says so, in words; empty for what it sees for itself.
    chance : float or None
        With which it holds it true at the start; None where that is no probability.
    value : str
        What it is at the start, in words.
    """

    what: str
    by: str
    chance: float | None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPage:
    """All of one party, at the start of a scenario.

    Parameters
    ----------
    name, title, scenario : str
        Of the party; what it is called in words; of the scenario.
    within : str
        Of which party it is a voice, in words; empty if of none.
    voices : tuple of str
        The voices within it, in words.
    aims : tuple of str
        What it wants, in order.
    views : tuple of View
        What it holds true.
    preconditions : tuple of Precondition
        What it requires, and whether that is met.
    decisions : tuple of Choosing
        What it chooses among, with reasons and shares.
    waits_for, awaited : tuple of Wait
        What it waits for, and what waits for it.
    titles : mapping of str to str
        What parties are called.
    language : str
        Code of the language in which it is told.

    See Also
    --------
    party : The page of one party.
    Waits : Who waits for whom at the start.

    Examples
    --------
    >>> import negsim as ns
    >>> north = ns.Party("north", title="the North", aims=["its border kept"])
    >>> ns.party(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[north]), "north").aims
    ('its border kept',)
    """

    name: str
    title: str
    scenario: str
    within: str
    voices: tuple[str, ...]
    aims: tuple[str, ...]
    views: tuple[View, ...]
    preconditions: tuple[Precondition, ...]
    decisions: tuple[Choosing, ...]
    waits_for: tuple[Wait, ...]
    awaited: tuple[Wait, ...]
    titles: Mapping[str, str]
    language: str = "en"

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int = WIDTH) -> str:
        """The page for people.

        Parameters
        ----------
        width : int, optional
            Columns of the text, at most (default 80).

        Returns
        -------
        str
            For people.
        """
        said = language(self.language)
        say, lines = said.say, _Lines(width)
        head = "page_head_within" if self.within else "page_head"
        lines.head(say(head, title=self.title, within=self.within, scenario=self.scenario))
        lines.head(say("page_now"))
        if self.voices:
            lines.part(say("page_voices"), self.voices, "")
        lines.part(say("page_aims"), [f"{n}. {aim}" for n, aim in enumerate(self.aims, 1)], say("page_no_aims"))
        lines.part(say("page_views"), [_viewed(one, said) for one in self.views], say("page_no_views"))
        needs = [say("need", needs=one.needs, step=one.step, how=how(one, said)) for one in self.preconditions]
        lines.part(say("page_needs"), needs, say("nothing"))
        lines.heading(say("page_decides"))
        if not self.decisions:
            lines.item(say("page_no_decisions"))
        for one in self.decisions:
            _decided(one, lines, said)
        lines.part(say("page_waits"), self._waiting(self.waits_for, said, whom=True), say("nobody"))
        lines.part(say("page_awaited"), self._waiting(self.awaited, said, whom=False), say("nobody"))
        return "\n".join(lines.lines)

    def _waiting(self, edges: Sequence[Wait], said: Language, *, whom: bool) -> Iterator[str]:
        for one in edges:
            other = self.titles.get(one.whom if whom else one.who, "")
            other = other or said.say("thing_quoted", thing=one.thing if whom else one.subject)
            mark = f" {said.say('circle_mark')}" if one.in_circle else ""
            yield said.say("waiting", other=other, mark=mark, needs=one.needs, step=one.step)


class _Lines:
    """Lines of a page, wrapped."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[str] = []

    def head(self, text: str) -> None:
        self.lines += textwrap.wrap(text, self.width)

    def heading(self, text: str) -> None:
        self.lines += ["", text]

    def item(self, text: str, depth: int = 1) -> None:
        first = "  " * depth
        self.lines += textwrap.wrap(text, self.width, initial_indent=first, subsequent_indent=first + "  ")

    def part(self, heading: str, items: Any, none: str) -> None:
        self.heading(heading)
        for text in list(items) or [none]:
            self.item(text)


def party(scenario: Scenario, name: Any) -> PartyPage:
    """The page of one party: aims, views, preconditions, decisions with reasons and shares, who waits for whom.

    Everything is told as it is at the start, with parameters at their best values.

    Parameters
    ----------
    scenario : Scenario
        Where it acts.
    name : Party or str
        The party or its name.

    Returns
    -------
    PartyPage
        Prints as text of 80 columns.

    Raises
    ------
    UnknownName
        If the scenario has no such party.

    See Also
    --------
    PartyPage : All of one party on a page.
    waits : Find who waits for whom.

    Examples
    --------
    >>> import negsim as ns
    >>> north = ns.Party("north", title="the North", aims=["its border kept"])
    >>> print(party(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[north]), "north").text().splitlines()[4])
      1. its border kept
    """
    check_is_scenario(scenario, "party")
    wanted, known = getattr(name, "name", name), scenario.expanded.parties
    if wanted not in known:
        there = ", ".join(sorted(known)) or "none"
        raise UnknownName(f"the scenario has no party {wanted!r}{nearest(str(wanted), known)}; its parties are {there}")
    standing, edges = Standing(scenario), waits(scenario)
    return PartyPage(
        name=wanted,
        title=standing.title(wanted),
        scenario=scenario.title or spaced(scenario.name),
        within=standing.title(inside) if (inside := known[wanted].within) else "",
        voices=tuple(standing.title(one) for one in voices(known, wanted)[1:]),
        aims=known[wanted].aims,
        views=tuple(_views(standing, wanted)),
        preconditions=tuple(one for one in standing.preconditions() if one.of == wanted),
        decisions=tuple(decisions_of(standing, wanted)),
        waits_for=tuple(one for one in edges.waits if one.who == wanted),
        awaited=tuple(one for one in edges.waits if one.whom == wanted and one.who != wanted),
        titles=edges.titles,
        language=edges.language,
    )


# Views ---------------------------------------------------------------------------------------------------------------


def _views(standing: Standing, who: str) -> Iterator[View]:
    for part in standing.scenario.parts:
        if isinstance(part, Claim) and who in part.views:
            what, by = part.text or standing.said.word(part.name), standing.said.thing(part.by)
            yield View(what=what, by=by, **_held(standing, part, who))
    for part in standing.scenario.parts:
        if isinstance(part, Belief) and part.of == who:
            sources = ", ".join(source.name.replace("_", " ") for source in part.sources)
            what = part.title or standing.said.condition(part.about)
            yield View(what=what, by=sources, chance=part.prior, value="")
    for name in standing.elements.parties[who].sees:
        yield View(what=standing.said.name(name), by="", chance=None, value=_at_start(standing, name))


def _held(standing: Standing, claim: Claim, who: str) -> dict[str, Any]:
    """With which chance a party holds a claim true: where it knows more than others, by whether it is true."""
    truth, view = f"{claim.name}.holds", claim.views[who]
    if truth not in reads(view):
        return {"chance": _number(standing, view), "value": ""}
    each = [_number(standing, substitute(view, {truth: Truth(holds)})) for holds in (True, False)]
    if None in each:
        return {"chance": None, "value": standing.said.say("by_knowledge")}
    yes, no = (f"{100 * one:.3g} %" for one in each if one is not None)
    return {"chance": None, "value": standing.said.say("true_with", yes=yes, no=no)}


def _at_start(standing: Standing, name: str) -> str:
    if name not in standing.start:
        return ""
    low, high = standing.start[name]
    if isinstance(standing.elements.variables.get(name), Fact) or isinstance(
        getattr(standing.elements.parameters.get(name), "best", None), bool
    ):
        return standing.said.say("yes" if low > 0 else "no" if high == 0 else "in_some")
    return f"{low:.3g}" if low == high else standing.said.say("drawn")


def _number(standing: Standing, tree: Expression) -> float | None:
    """The value at best values, where contested claims are read as likelier than not; None if that cannot be known."""
    values = {name: one.best for name, one in standing.elements.parameters.items()}
    return float(evaluate(tree, values)) if reads(tree) <= values.keys() else None


def _viewed(view: View, said: Language) -> str:
    text = view.what
    if view.by:
        text = said.say("says" if "," not in view.by else "say", what=text, by=view.by)
    if view.chance is not None:
        text = said.say("held_with", what=text, share=_percent(view.chance))
    return f"{text}: {view.value}" if view.value else text


def _decided(one: Choosing, lines: _Lines, said: Language) -> None:
    lines.item(f"{one.title} ({one.occasion})")
    for option, text in one.options.items():
        central = one.central[option]
        share = "" if central is None else said.say("share_centre", share=_percent(central))
        hard = said.say("share_only", condition=one.preconditions[option]) if option in one.preconditions else ""
        now = said.say("share_now", text=text, share=_range(one.shares[option], said))
        lines.item(f"{now}{share}{hard}", 2)
    lines.item(_logit(one, said), 2)
    for option, text in one.options.items():
        for side in ("for", "against"):
            these = [reason for reason in one.reasons if reason.option == option and _side(reason) == side]
            if these:
                lines.item(said.say(f"reasons_{side}", text=text), 3)
            for reason in these:
                lines.item(f"- {_because(reason, said)}", 4)


def _logit(one: Choosing, said: Language) -> str:
    """What the shares are made of: log odds of two options, a multinomial logit of several."""
    if not one.reasons:
        return said.say("no_reasons")
    if len(one.options) > 2:
        return said.say("logit_many")
    first = next(iter(one.options))
    centre, (low, high) = one.central[first], one.shares[first]
    told = said.say("log_odds", text=one.options[first])
    if centre is not None:
        told = said.say("log_centre", text=told, odds=_odds(centre, said))
    if not math.isnan(low) and high - low < SAME:
        told = said.say("log_now", text=told, odds=_odds(low, said))
    elif not math.isnan(low):
        told = said.say("log_range", text=told, low=_odds(low, said), high=_odds(high, said))
    return said.say("log_add", text=told)


def _odds(share: float, said: Language) -> str:
    if not 0 < share < 1:
        return said.say("certain" if share else "impossible")
    value = math.log(share / (1 - share))
    return "0" if abs(value) < SAME else f"{value:+.2f}"


def _side(reason: Reason) -> str:
    return "against" if reason.weight is not None and reason.weight < 0 else "for"


def _because(reason: Reason, said: Language) -> str:
    weight = said.say("weight_depends") if reason.weight is None else f"{reason.weight:+.3g}"
    above = "" if not reason.centre else said.say("above_centre", centre=f"{reason.centre:.3g}")
    low, high = reason.pull
    now = ""
    if not math.isnan(low) and high - low < SAME:
        now = said.say("pull_now", pull=said.say("pull_nothing") if low == 0 else f"{low:+.2g}")
    elif not math.isnan(low):
        now = said.say("pull_range", low=f"{low:+.2g}", high=f"{high:+.2g}")
    return said.say("reason", says=reason.says, weight=weight, above=above, now=now)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _range(shares: tuple[float, float], said: Language) -> str:
    low, high = shares
    if math.isnan(low):
        return said.say("share_depends")
    if high - low < SAME:
        return _percent(low)
    return said.say("share_range", low=f"{100 * low:.3g}", high=_percent(high))
