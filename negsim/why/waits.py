"""Who waits for whom: each party's unmet preconditions, and the parties that could bring what is missing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from negsim.model.circles import components
from negsim.model.clocks import Immediately
from negsim.model.expressions import And, Truth, reads
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.notebook import card, frame
from negsim.why.standing import Precondition, Standing
from negsim.wording.language import Language, language
from negsim.wording.naming import spaced

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Wait", "Waits", "waits"]

WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One party waits for another: what for, before which step, and whether it would let it pass.

    Parameters
    ----------
    who, whom : str
        Names of parties; empty if it is nobody in particular.
    subject, thing : str
        What waits, and what brings it, where no party does: in words.
    needs, step : str
        The precondition and the step, in words.
    hard : bool
        Whether it is never waived.
    waiver : str
        How it can be waived, in words.
    met : bool or None
        At the start; None if it is so in some histories only.
    requirement : str
        Its name, for `Scenario.without` and the others; empty for the guard of an action.
    in_circle : bool
        Whether the two wait for each other, directly or over others.

    See Also
    --------
    Waits : Who waits for whom at the start.
    waits : Find who waits for whom.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Meeting("talks", among=["north", "south"], on="2025-01-09T12:00", requires={"south": "memo.delivered"})
    >>> memo = ns.Promise("memo", by="north", to="south", delay=ns.Exponential(0.1))
    >>> wait = ns.waits(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[talks, memo])).waits[0]
    >>> wait.who, wait.whom, wait.hard
    ('south', 'north', True)
    """

    who: str
    whom: str
    subject: str
    thing: str
    needs: str
    step: str
    hard: bool
    waiver: str
    met: bool | None
    requirement: str
    in_circle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Who waits for whom at the start of a scenario.

    Parameters
    ----------
    title : str
        Of the scenario.
    waits : tuple of Wait
        The edges, by the two parties.
    circles : tuple of tuple of str
        Parties that wait for each other.
    titles : mapping of str to str
        What the parties are called.
    language : str
        Code of the language in which it is told.

    See Also
    --------
    waits : Find who waits for whom.
    Wait : One party that waits for another.

    Examples
    --------
    >>> import negsim as ns
    >>> ns.waits(ns.load("toy")).circles
    ()
    """

    title: str
    waits: tuple[Wait, ...]
    circles: tuple[tuple[str, ...], ...]
    titles: Mapping[str, str]
    language: str = "en"

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Waits of {self.title}: {len(self.waits)} preconditions, {len(self.circles)} circles>"

    def _repr_html_(self) -> str:
        rows = [
            [
                self.called(one, False),
                self.called(one, True),
                one.needs,
                one.step,
                how(one, language(self.language)),
                "circle" if one.in_circle else "",
            ]
            for one in self.waits
        ]
        heads = ("who waits", "for whom", "what for", "before", "how hard", "")
        return card(f"Who waits for whom at the start: {self.title}", columns=heads, rows=rows)

    def to_dataframe(self) -> pd.DataFrame:
        """A row a precondition that somebody waits for: who, whom, what for, how hard, whether in a circle."""
        columns = (
            "who",
            "whom",
            "subject",
            "thing",
            "needs",
            "step",
            "hard",
            "waiver",
            "met",
            "requirement",
            "in_circle",
        )
        return frame([{name: getattr(one, name) for name in columns} for one in self.waits], columns)

    def called(self, wait: Wait, whom: bool) -> str:
        """A node in words.

        Parameters
        ----------
        wait : Wait
            One of the edges.
        whom : bool
            The party that is waited for; if false, the one that waits.

        Returns
        -------
        str
            The party's title, or what stands for it.
        """
        name = wait.whom if whom else wait.who
        thing = wait.thing if whom else wait.subject
        said = language(self.language)
        return self.titles.get(name, "") or (
            said.say("thing_quoted", thing=thing) if thing else said.say("nobody_particular")
        )

    def text(self, width: int = WIDTH) -> str:
        """The edges as sentences, circles marked.

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
        lines = textwrap.wrap(said.say("waits_head", title=self.title), width)
        if not self.waits:
            return "\n".join([*lines, "", said.say("waits_none")])
        for (who, whom), group in groupby(self.waits, lambda one: (self.called(one, False), self.called(one, True))):
            edges = list(group)
            mark = f"  {said.say('circle_mark')}" if any(one.in_circle for one in edges) else ""
            lines += ["", *textwrap.wrap(said.capital(said.say("waits_for", who=who, whom=whom)) + mark, width)]
            for one in edges:
                text = f"- {said.say('need', needs=one.needs, step=one.step, how=how(one, said))}"
                lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
        for circle in self.circles:
            names = [self.titles.get(name, name) for name in circle]
            told = said.say("circle", names=said.listed(names), way_out=self._way_out(circle, said))
            lines += ["", *textwrap.wrap(told, width)]
        return "\n".join(lines)

    def _way_out(self, circle: tuple[str, ...], said: Language) -> str:
        inner = [one for one in self.waits if one.who in circle and one.whom in circle]
        soft = sorted({self.titles.get(one.who, one.who) for one in inner if not one.hard})
        if not soft:
            return said.say("all_hard")
        return said.say("could_let_pass", names=", ".join(soft))

    def _nodes(self) -> dict[str, str]:
        texts = [text for one in self.waits for text in (self.called(one, False), self.called(one, True))]
        return {text: f"n{number}" for number, text in enumerate(sorted(set(texts)), 1)}

    def edges(self) -> Iterator[tuple[str, str, str, bool, bool]]:
        """Each pair of nodes once: who, whom, all preconditions as lines, whether a circle, whether all are hard."""
        for (who, whom), group in groupby(self.waits, lambda one: (self.called(one, False), self.called(one, True))):
            found = list(group)
            label = "\n".join(dict.fromkeys(one.needs for one in found))
            yield who, whom, label, any(one.in_circle for one in found), all(one.hard for one in found)

    def mermaid(self) -> str:
        """A flow chart in Mermaid's language: arrows of circles are thick, those that can be waived dotted."""
        nodes = self._nodes()
        lines = ["flowchart LR", *(f'  {key}["{_quoted(text)}"]' for text, key in nodes.items())]
        for who, whom, label, circle, hard in self.edges():
            arrow = "==>" if circle else "-->" if hard else "-.->"
            lines.append(f'  {nodes[who]} {arrow}|"{_quoted(label)}"| {nodes[whom]}')
        return "\n".join(lines)

    def graphviz(self) -> str:
        """A graph in Graphviz' language: arrows of circles are red, those that can be waived dashed."""
        nodes = self._nodes()
        lines = ["digraph waits {", "  rankdir=LR;", "  node [shape=box];"]
        lines += [f'  {key} [label="{_escaped(text)}"];' for text, key in nodes.items()]
        for who, whom, label, circle, hard in self.edges():
            style = f"{', color=red' if circle else ''}{'' if hard else ', style=dashed'}"
            lines.append(f'  {nodes[who]} -> {nodes[whom]} [label="{_escaped(label)}"{style}];')
        return "\n".join([*lines, "}"])


def how(one: Wait | Precondition, said: Language) -> str:
    """Whether a precondition can be waived, and whether it is met, in words."""
    waived = said.say("hard") if one.hard else one.waiver
    state = {True: "met_now", False: "not_met_now", None: "met_sometimes"}
    return f"{waived}; {said.say(state[one.met])}"


def waits(scenario: Scenario) -> Waits:
    """Who waits for whom at the start: unmet preconditions, and the parties that could bring what is missing.

    What is required by words (`requires`, `when`, demands, options of decisions) counts, and the guards of what parties
    do. Best values of the parameters; what is drawn at the start counts as missing where it may be.

    Parameters
    ----------
    scenario : Scenario
        What to look through.

    Returns
    -------
    Waits
        Prints as text; ``mermaid()`` and ``graphviz()`` give the graph in these languages.

    Raises
    ------
    ArgumentError
        If it is no scenario.

    See Also
    --------
    Waits : Who waits for whom at the start.
    party : The page of one party.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Meeting("talks", among=["north", "south"], on="2025-01-09T12:00", requires={"south": "memo.delivered"})
    >>> memo = ns.Promise("memo", by="north", to="south", delay=ns.Exponential(0.1))
    >>> print(waits(ns.Scenario("tiny", start="2025-01-01", end=40, parts=[talks, memo])))
    Who waits for whom at the start: tiny
    <BLANKLINE>
    South waits for North
      - South has the promised memo (before: the talks are held; hard; not met now)
    """
    check_is_scenario(scenario, "waits")
    standing = Standing(scenario)
    found = dict.fromkeys(_edges(standing))
    pairs = sorted({(one.who, one.whom) for one in found if one.who and one.whom})
    graph: dict[str, list[str]] = {name: [] for pair in pairs for name in pair}
    for who, whom in pairs:
        graph[who].append(whom)
    circles = tuple(tuple(part) for part in components(graph))
    marked = [replace(one, in_circle=any(one.who in part and one.whom in part for part in circles)) for one in found]
    titles = {party.name: standing.said.thing(party.name) for party in standing.parties()}
    language = standing.said.language.code
    told = Waits(
        title=scenario.title or spaced(scenario.name), waits=(), circles=circles, titles=titles, language=language
    )
    # Parties first, then things; within a pair what stands in the way first.
    marked.sort(key=lambda one: (not one.who, told.called(one, False), not one.whom, told.called(one, True), one.needs))
    return replace(told, waits=tuple(marked))


def _edges(standing: Standing) -> Iterator[Wait]:
    for one in standing.preconditions():
        if one.met is not True:
            yield from _wait(standing, one)
    for one in _guards(standing):
        yield from _wait(standing, one)


def _wait(standing: Standing, one: Precondition) -> Iterator[Wait]:
    """The edges of a precondition: one for each party that could bring something that is missing."""
    lacking = list(standing.lacking(one.condition))
    who: set[str] = set()
    what: set[str] = set()
    for atom, wanted in lacking:
        parties, things = standing.bringers(atom, wanted)
        who |= parties
        what |= things
    # What it could bring itself is no waiting for itself.
    for whom in sorted(who - {one.of}):
        yield _edge(one, whom, "")
    for thing in sorted(what) if not who else ():
        yield _edge(one, "", thing)


def _edge(one: Precondition, whom: str, thing: str) -> Wait:
    return Wait(
        who=one.of,
        whom=whom,
        subject="" if one.of else one.thing,
        thing=thing,
        needs=one.needs,
        step=one.step,
        hard=one.hard,
        waiver=one.waiver,
        met=one.met,
        requirement=one.name,
    )


def _guards(standing: Standing) -> Iterator[Precondition]:
    """What actions wait for that parties do, or that belong to no word, beyond what their own word brings."""
    elements = standing.elements
    words = {action: word for word, actions in elements.owners.items() for action in actions}
    stated = {(one.word, one.needs) for one in standing.preconditions()}
    for name, action in sorted(elements.actions.items()):
        word = words.get(name, "")
        ends = all(effect.amount == Truth(False) for effect in action.changes())
        # That a decision waits for its occasion is no news.
        # What follows at once, by nobody's doing, is a consequence: who waits for it is told instead.
        nobodys = action.by is None and (word or isinstance(action.clock, Immediately))
        if nobodys or ends or word in elements.decisions or name in elements.supposed:
            continue
        for part in action.when.args if isinstance(action.when, And) else (action.when,):
            inner = word and all(read.startswith(f"{word}.") for read in reads(part))
            needs, met = standing.said.condition(part), standing.met(part)
            if met is not True and not inner and (word, needs) not in stated:
                step = standing.said.deed(name)
                yield Precondition(
                    name="",
                    of=action.by or "",
                    step=standing.said.say("before_step", step=step),
                    needs=needs,
                    condition=part,
                    hard=True,
                    waiver="",
                    met=met,
                    word=word,
                    thing=step,
                )


def _quoted(text: str) -> str:
    return text.replace('"', "'").replace("\n", "<br>")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
