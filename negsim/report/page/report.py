"""One report of finished runs: what they answer, why, what to watch, what would help, and what all of it stands on."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from negsim.errors import ArgumentError
from negsim.estimates.checks import check_level
from negsim.model.questions import Askable, Question
from negsim.report.data import result
from negsim.report.page import answering, findings, ground
from negsim.report.page.curves import Drawn
from negsim.report.page.gather import Found, gathered
from negsim.report.page.numbers import placed
from negsim.report.words import clean
from negsim.results.base import Results

__all__ = ["HISTORIES", "MOST_LEVERS", "Report", "build_report", "write_report"]

MOST_LEVERS, HISTORIES = 12, 1_000
"""Changes that are tried by default, those nearest to the question, and histories of each of them."""

ENDINGS = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json"}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Report:
    """All that finished runs tell, ready to be written as a page, as Markdown or as data.

    Parameters
    ----------
    runs : Runs or CountedRuns
        The histories.
    question : Question or None
        The one that is looked into: reasons, what to watch, levers and stories are about it.
    level : float
        Confidence level of the intervals.
    source : str
        What the scenario is called on the command line: a shipped name or a file; empty for neither.
    command : str
        What to type for the same report; empty for that of ``source``.
    found : Found
        What was looked into: answers, explanations, what to watch, levers, who waits for whom, stories.

    See Also
    --------
    build_report : Make a report of finished runs.
    write_report : Write one to a file at once.

    Examples
    --------
    >>> import negsim as ns
    >>> report = ns.build_report(ns.simulate(ns.load("toy"), replications=500, seed=1), levers=0)
    >>> report.data["answers"][0]["number"]["printed"], report.markdown().splitlines()[0]
    ('81 %', '# A memorandum, ...')
    """

    runs: Results
    question: Question | None
    level: float
    source: str
    command: str = ""
    found: Found = field(repr=False)

    def __repr__(self) -> str:
        about = "" if self.question is None else f", into {self.question.called}"
        return f"Report({self.runs.scenario.name}{about}, n = {self.runs.replications:,}, seed {self.runs.seed})"

    @cached_property
    def _drawn(self) -> tuple[list[Drawn], list[str]]:
        return answering.drawn_curves(self.found)

    @cached_property
    def data(self) -> dict[str, Any]:
        """Everything as plain data: what ``--format json`` prints, and what stands in the HTML file for machines."""
        found, scenario = self.found, self.runs.scenario
        curves, undrawn = self._drawn
        name = None if self.question is None else self.question.called
        tree: dict[str, Any] = result("report", {}, scenario) | {
            "case": ground.scenario_data(scenario),
            "warnings": [],
            "run": ground.run_data(self.runs, self.source, self.command, name),
            "question": name,
            "level": self.level,
            "answers": answering.answer_data(found),
            "by_date": {**answering.curve_data(found, curves), "not_drawn": undrawn},
            "why": findings.why_data(found),
            "watch": findings.watch_data(found),
            "levers": findings.lever_data(found),
            "waits": findings.wait_data(found.waits),
            "stories": findings.story_data(found),
            "assumptions": ground.assumption_data(scenario),
            "not_carried": ground.carried_data(scenario),
            "limits": list(ground.LIMITS),
            "missing": dict(found.missing),
        }
        # Cleaned before it is placed: the numbers of the cleaned tree are those that the page shows.
        tree = _cleaned(tree)
        # Going through them all is what tells each where it is.
        for _ in placed(tree):
            pass
        return tree

    def html(self) -> str:
        """Return the report as one HTML file that asks nobody for anything.

        Returns
        -------
        str
            The whole file: style, script, pictures and data inside.
        """
        # Here and not above: whoever wants Markdown or data needs no templates.
        from negsim.report.page.html import page
        from negsim.report.page.svg import curve_picture

        rates = {
            one["id"]: None if one["base_rate"] is None else one["base_rate"]["value"] for one in self.data["answers"]
        }
        drawn = [
            curve_picture(self.runs, one, [rates.get(question.called) for question in one.questions])
            for one in self._drawn[0]
        ]
        return page(self.data, drawn)

    def markdown(self) -> str:
        """Return the report as Markdown, in the order of the page.

        Returns
        -------
        str
            CommonMark with tables.
        """
        from negsim.report.page.markdown import markdown

        return markdown(self.data)

    def json(self) -> str:
        """Return the report's data as one JSON object.

        Returns
        -------
        str
            Indented; numbers are not rounded.
        """
        return json.dumps(self.data, ensure_ascii=False, allow_nan=False, indent=2)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the report to a file.

        Parameters
        ----------
        path : path
            Its ending says what is written: ``.html``, ``.md`` or ``.json``.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        ArgumentError
            If the ending is none of these.
        """
        target = checked_path(path)
        kind = ENDINGS[target.suffix.lower()]
        target.write_text(getattr(self, kind)(), encoding="utf-8")
        return target


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Refuse a path whose ending says nothing of what is to be written."""
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        raise ArgumentError(f"{target}: a report ends in .html, .md or .json; write report.html")
    return target


def build_report(
    runs: Results,
    question: Question | Askable | None = None,
    *,
    level: float = 0.95,
    levers: int = MOST_LEVERS,
    histories: int = HISTORIES,
    source: str = "",
    command: str = "",
) -> Report:
    """Make a report of finished runs: answers, why, what to watch, levers, stories, assumptions and limits.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    question : str or Question, optional
        A question of the scenario that is answered with yes or no, to look into; by default the least certain one of
        its main questions.
    level : float, optional
        Confidence level of all intervals, strictly between 0 and 1.
    levers : int, optional
        How many changes to try: those nearest to the question, so many steps of cause and effect away. 0 for none.
    histories : int, optional
        Of each of these changes: the first of the runs' own.
    source : str, optional
        What the scenario is called on the command line, for the page's last section.
    command : str, optional
        What to type for the same report, for that section too; by default that of ``source``.

    Returns
    -------
    Report
        ``html()``, ``markdown()``, ``json()``, and ``save(path)``.

    Raises
    ------
    NotRecorded
        If the scenario has no such question.
    ArgumentError
        If the question asks for a number.

    See Also
    --------
    write_report : Write one to a file at once.
    simulate : Simulate a scenario's histories.

    Notes
    -----
    Reasons and stories tell the same histories again. What to watch looks at a part of them again, and each lever
    simulates its first `histories` histories once more with the change. What cannot be had of these runs (single
    histories where only counts were kept) is left out, and the page says so.

    Examples
    --------
    >>> import negsim as ns
    >>> report = ns.build_report(ns.simulate(ns.load("toy"), replications=500, seed=1), "talks_day_5", levers=2)
    >>> report.question.name, len(report.html()) < 1_000_000
    ('talks_day_5', True)
    """
    check_level(level)
    if not isinstance(runs, Results):
        raise ArgumentError(f"a report is made of finished runs, not of {type(runs).__name__}; give ns.simulate(...)")
    found = gathered(runs, question, level, levers, histories)
    return Report(runs=runs, question=found.question, level=level, source=source, command=command, found=found)


def write_report(
    runs: Results, path: str | os.PathLike[str], question: Question | Askable | None = None, **options: Any
) -> Path:
    """Write a report of finished runs to one file.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    path : path
        Its ending says what is written: ``.html``, ``.md`` or ``.json``.
    question : str or Question, optional
        Which one to look into, as of `build_report`.
    **options
        ``level``, ``levers``, ``histories``, ``source`` and ``command`` of `build_report`.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ArgumentError
        If the path has another ending.

    See Also
    --------
    build_report : Make a report, and write it later.

    Examples
    --------
    >>> import negsim as ns, tempfile
    >>> runs = ns.simulate(ns.load("toy"), replications=500, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ns.write_report(runs, f"{folder}/toy.md", levers=0).name
    'toy.md'
    """
    target = checked_path(path)  # told before anything is computed
    return build_report(runs, question, **options).save(target)


def _cleaned(tree: Any) -> Any:
    """Texts without control characters and signs that turn the direction of reading: they come from strangers."""
    if isinstance(tree, str):
        return clean(tree)
    if isinstance(tree, dict):
        for key, value in tree.items():
            tree[key] = _cleaned(value)
        return tree
    return [_cleaned(one) for one in tree] if isinstance(tree, list | tuple) else tree
