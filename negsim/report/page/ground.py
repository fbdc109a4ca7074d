"""What a report stands on: assumptions with their sources, numbers without, limits, and how to get the same again."""

from __future__ import annotations

import hashlib
import platform
import re
import shlex
from typing import Any

import negsim
from negsim.checking.bare import bare_numbers
from negsim.errors import NegsimError
from negsim.files import dumps, shipped
from negsim.laws import quantile
from negsim.model.clocks import Chance
from negsim.model.constraints import Constraint
from negsim.model.correlations import Correlation
from negsim.model.evidence import Evidence
from negsim.model.parameters import Parameter
from negsim.model.scenario import Scenario
from negsim.model.sources import cited
from negsim.report.page.gather import weighed
from negsim.report.page.numbers import Number, counted, exactly, said
from negsim.report.words import GUESSES, judgement, plain
from negsim.results.base import Results
from negsim.wording.phrases import Phrases

__all__ = ["LIMITS", "assumption_data", "carried_data", "run_data", "safe_url", "scenario_data"]

SAFE = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)

LIMITS = (
    "A simulated probability is the share of histories of this model in which the answer is yes. It is not the share of "
    "worlds like ours in which it is yes: what the model leaves out is in no number on this page.",
    "The range is what the model says when its assumptions vary within what is believed of them. It does not carry a "
    "wrong structure, a party that was forgotten, or a number that is written without a range.",
    "The Monte Carlo interval is the error of finitely many histories and nothing else. A narrow one makes no answer true.",
    "Reasons are reasons inside the model. What would help there is no claim that anybody can bring it about, and news "
    "that goes with an answer need not cause it.",
    "Questions overlap: their probabilities must not be added or multiplied.",
    "One history is one of many that the model holds possible. It is no forecast, however plausible it reads.",
)


def safe_url(text: str) -> str:
    """A link that a reader may follow: only the web's own, and nothing that runs.

    >>> safe_url("https://example.org/a"), safe_url("doi:10.7910/X"), safe_url("javascript:alert(1)")
    ('https://example.org/a', 'https://doi.org/10.7910/X', '')
    """
    # What is not plainly a link of the web is told as text: better no link than one that a reader cannot judge.
    text = text.strip()
    if text.lower().startswith("doi:"):
        text = f"https://doi.org/{text[4:].strip()}"
    return text if SAFE.fullmatch(text) else ""


def scenario_data(scenario: Scenario) -> dict[str, Any]:
    """What it is about, and the hash of its data."""
    calendar = scenario.calendar
    return {
        "name": scenario.name,
        "title": scenario.title or scenario.name,
        "note": scenario.note,
        "as_of": None if scenario.as_of is None else str(scenario.as_of),
        "start": calendar.at(0.0).replace(tzinfo=None).isoformat(timespec="minutes").removesuffix("T00:00"),
        "end": calendar.date_text(scenario.horizon),
        "zone": str(scenario.zone),
        **_hash(scenario),
    }


def _hash(scenario: Scenario) -> dict[str, str]:
    """The SHA-256 of the scenario's file as negsim writes it; without a file, that of nothing but its tables."""
    # The file as negsim writes it, not as it was typed: comments and order of keys decide no number.
    try:
        text = dumps(scenario)
    except NegsimError:
        return {"hash": "", "hash_of": "it has functions of Python and no file"}
    return {"hash": hashlib.sha256(text.encode()).hexdigest(), "hash_of": "sha256 of negsim.dumps(scenario)"}


def run_data(runs: Results, source: str, command: str, question: str | None) -> dict[str, Any]:
    """Which histories these are, and how to get them again."""
    # Only what everybody has can be named in a command; of another file nobody knows the place here.
    named = not command and not weighed(runs) and runs.scenario.name in shipped()
    source = source or (runs.scenario.name if named else "")
    return {
        "seed": runs.seed,
        "n": runs.replications,
        "draws": len(runs.rows) if runs.drawn else None,
        "believed": runs.clustered,
        "engine": runs.engine,
        "note": runs.note,
        "events": runs.events,
        "partial": runs.partial,
        "failed": len(runs.failures) if hasattr(runs, "failures") else 0,
        "command": command or (_typed(runs, source, question) if source else ""),
        # Weighted histories come of news, which this command does not have.
        "python": "" if weighed(runs) else _written(runs, source, question),
        "versions": {"negsim": negsim.__version__, "python": platform.python_version()},
    }


def _typed(runs: Results, source: str, question: str | None) -> str:
    """What to type for a report of the same histories."""
    rows = ["--best"] if not runs.drawn else ["--draws", str(len(runs.rows))]
    about = [] if question is None else ["--question", question]
    words = ["negsim", "report", source, *about, "-n", str(runs.replications), *rows, "--seed", str(runs.seed)]
    return shlex.join([*words, "--out", "report.html"])


def _written(runs: Results, source: str, question: str | None) -> str:
    """The same in Python; a scenario that no file has is called by its variable."""
    rows = len(runs.rows) if runs.drawn else None
    told = f"ns.load({source!r})" if source else "scenario"
    about = "" if question is None else f", {question!r}"
    return (
        f"import negsim as ns\nruns = ns.simulate({told}, replications={runs.replications}, seed={runs.seed}, draws={rows})\n"
        f'ns.write_report(runs, "report.html"{about})'
    )


def assumption_data(scenario: Scenario) -> dict[str, Any]:
    """Every parameter: value, range, source and grade."""
    elements = scenario.expanded
    guessed, total, later = judgement(scenario)
    together: list[Correlation | Constraint] = [*elements.correlations.values(), *elements.constraints.values()]
    return {
        "guessed": counted(guessed),
        "total": counted(total),
        "later": counted(later),
        "rows": [_assumption(one, dict(elements.evidence)) for one in elements.parameters.values()],
        "together": [_together(one, scenario) for one in together],
        "evidence": [{**_cited(one), "note": one.note} for one in elements.evidence.values()],
    }


def _together(one: Correlation | Constraint, scenario: Scenario) -> dict[str, Any]:
    """What is believed of several numbers together, as a sentence."""
    elements = scenario.expanded
    if isinstance(one, Correlation):
        titles = [elements.parameters[name].title or plain(name) for name in one.between]
        text = f"{'; '.join(titles)}: these go together with a rank correlation of {one.spearman:g}"
    else:
        text = f"Always so: {Phrases(scenario).condition(one.holds)}"
    return {"name": one.name, "text": one.title or text, "sources": _sources(one.source, dict(elements.evidence))}


def _assumption(one: Parameter, evidence: dict[str, Evidence]) -> dict[str, Any]:
    low, high = _range(one)
    return {
        "name": one.name,
        "title": one.title or plain(one.name),
        "value": _stated(one),
        "low": low,
        "high": high,
        "unit": "" if one.unit == "1" else one.unit,
        "sources": _sources(one.source, evidence),
        "grade": one.grade,
        "guess": one.grade in GUESSES,
        "as_of": one.as_of or "",
        "hindsight": one.hindsight,
    }


def _stated(one: Parameter) -> Number:
    if isinstance(one.best, bool):
        return exactly(float(one.best), "true" if one.best else "false")
    return exactly(one.best, f"{one.best:.4g}", "" if one.unit == "1" else one.unit)


def _range(one: Parameter) -> tuple[Number | None, Number | None]:
    """Between which values nine tenths of what is believed lie; of a claim, how likely it is true."""
    if one.belief is None:
        return None, None
    if isinstance(one.belief, Chance):
        p = one.belief.p
        share = said(getattr(p, "value", None))
        told = None if share is None else exactly(share, f"true with {100 * share:.3g} %", "", "credibility")
        return told, None
    law = one.fit.law
    return _quantile(quantile(law, 0.05), "5 %"), _quantile(quantile(law, 0.95), "95 %")


def _quantile(value: float, which: str) -> Number:
    return exactly(value, f"{value:.3g}", "", f"{which} quantile of what is believed")


def _sources(text: str, evidence: dict[str, Evidence]) -> list[dict[str, str]]:
    """What a source cites: its evidence with links, or its words as they stand."""
    # A source is either names of evidence or a citation in words; nothing is linked that no author gave a link.
    names = [name for name in cited(text, set(evidence)) if name in evidence]
    if not names:
        return [{"text": text or "no source", "url": safe_url(text)}]
    return [_cited(evidence[name]) for name in names]


def _cited(one: Evidence) -> dict[str, str]:
    return {"text": one.title or plain(one.name), "url": safe_url(one.url), "date": one.newest}


def carried_data(scenario: Scenario) -> list[dict[str, Any]]:
    """Numbers that stand in the scenario without source and range, by where they stand."""
    found = []
    for where, values in bare_numbers(scenario).items():
        kind, _, name = where.partition(" ")
        numbers = [exactly(value, f"{value:.6g}") for value in values]
        found.append({"kind": kind, "name": plain(name), "values": numbers})
    return found
