"""How an author has an element say itself, where the element is a word's and has no fields of its own for that."""

from __future__ import annotations

from dataclasses import field

from negsim.errors import ScenarioError
from negsim.model.inputs import record
from negsim.model.making import explained
from negsim.model.names import check_name

__all__ = ["Says"]


@explained
@record
class Says:
    """What people read of an element: of a fact, number, event, outcome, option or product, also of a word's.

    Plain facts, actions, outcomes and questions have fields of their own for this (``holds``, ``fails``, ``event``,
    ``title``); what a word of the vocabulary writes out is named here.

    Parameters
    ----------
    name : str
        Of a fact or number (``memorandum.delivered``), of an action (``memorandum.deliver``), of an outcome after its
        action (``istanbul_2.review.held``), of a word (``istanbul_2``), or of a part of one (its product
        ``istanbul_2.exchange``).
    title : str
        What it is called, as a noun.
    event : str
        What happens, as a clause with an actor: "Moscow hands over its memorandum". With ``[a|b]`` the first text says
        that it happens, the second that it can: "Moscow [hands|can hand] over its memorandum".
    holds, fails : str
        That it is so, and that it is not, as clauses: "Kyiv has the memorandum", "Kyiv does not have it yet".
    quiet : bool
        Leave it out of stories: it is bookkeeping.

    See Also
    --------
    Mechanism : A part of the story that can be supposed away.
    Scenario : All of a negotiation, as data.

    Examples
    --------
    >>> import negsim as ns
    >>> text = ns.Promise("text", by="north", to="south", delay=ns.Exponential(0.1))
    >>> told = ns.Says("text.delivered", holds="South has the text", fails="South waits for the text")
    >>> tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[text, told])
    >>> tiny.expanded.says["text.delivered"].fails
    'South waits for the text'
    """

    name: str = field(kw_only=False)
    title: str = ""
    event: str = ""
    holds: str = ""
    fails: str = ""
    quiet: bool = False

    def __post_init__(self) -> None:
        check_name(self.name, "says")
        if not (self.title or self.event or self.holds or self.fails or self.quiet):
            raise ScenarioError(f"says {self.name}: it says nothing; give title, event, holds, fails or quiet")
