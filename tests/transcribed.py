"""What `ns.validate` says of a reader's attempts, as it is kept beside them; run as a program it writes it down."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import negsim as ns

HISTORIES = 400
"""Told without each part, as many as `negsim validate` tells by itself."""


def outcome(path: Path) -> dict[str, Any]:
    """What an attempt came to: the code and place of every problem; of a valid one what in it is dead."""
    found = ns.validate(text=path.read_text("utf-8"), histories=HISTORIES, seconds=None)
    return {
        "valid": found.valid,
        "problems": [[one["code"], one["place"]] for one in found.problems],
        "dead": sorted(one.where for one in found.dead),
        "notes": len(found.notes),
    }


def attempts(folder: Path) -> list[Path]:
    """The attempts of a folder, in order."""
    return sorted(folder.glob("attempt_*.json"), key=lambda path: int(path.stem.rpartition("_")[2]))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        told = {path.name: outcome(path) for path in attempts(Path(name))}
        (Path(name) / "outcome.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
        for attempt, one in told.items():
            print(name, attempt, "valid" if one["valid"] else f"{len(one['problems'])} problems", one["dead"])
