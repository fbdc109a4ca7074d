"""How conditioned histories are kept in a file: which news, what each did, and how to tell them again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from negsim.errors import FileError
from negsim.files.news import news_from_tables, news_tables
from negsim.learning.sailing import Retelling, Sailing
from negsim.learning.updated import ItemEffect, Updated
from negsim.model.scenario import Scenario
from negsim.program import Program
from negsim.results.archive import Arrays
from negsim.results.saved import KINDS, Kept, estimate_of, head_of, runs_of

__all__: list[str] = []


def _pack(runs: Any) -> tuple[Arrays, dict[str, Any]]:
    if not isinstance(runs.retell, Retelling):
        raise FileError(
            "conditioned histories that somebody else tells again cannot be saved; save those of update(...)"
        )
    arrays, head = head_of(runs)
    sailing = runs.retell.sailing
    return arrays, {
        **head,
        "news": [*news_tables(runs.news).items()],  # a list: keys of the manifest are sorted
        "effects": [asdict(one) for one in runs.effects],
        "log_evidence": asdict(runs.log_evidence),
        "warnings": list(runs.warnings),
        "sailing": {
            "draws": sailing.draws,
            "note": sailing.note,
            "moving": sailing.moving,
            "legs": list(runs.retell.legs),
        },
    }


def _unpack(head: dict[str, Any], arrays: Arrays, scenario: Scenario, program: Program) -> Updated:
    news, how = news_from_tables(dict(head["news"])), head["sailing"]
    sailing = Sailing(
        scenario=scenario,
        program=program,
        news=news,
        seed=head["seed"],
        draws=how["draws"],
        engine=head["engine"],
        workers=None,
        max_events=head["max_events"],
        note=how["note"],
        moving=how["moving"],
    )
    found = runs_of(
        head,
        arrays,
        scenario,
        program,
        Updated,
        news=news,
        effects=tuple(ItemEffect(**one) for one in head["effects"]),
        log_evidence=estimate_of(head["log_evidence"]),
        warnings=tuple(head["warnings"]),
        retell=Retelling(sailing, tuple(how["legs"])),
    )
    assert isinstance(found, Updated)
    return found


KINDS["Updated"] = Kept(_pack, _unpack)
