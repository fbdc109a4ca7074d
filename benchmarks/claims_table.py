"""Each claim of the report of 28 May 2025: who says it to whom, what carries it, and what it moves.

Run it: ``python benchmarks/claims_table.py [replications] [seed]`` (20,000 and 20250528 by default). It prints the table
of ``docs/istanbul.md``: for each claim the elements of `istanbul-2025` that carry it, the mechanism that supposes it away,
and the answer that moves most when it is (mechanism off minus on, points, 95 % interval, the same random numbers).
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mechanism_effects  # beside this file

import negsim as ns

SEED = Path(__file__).parents[1] / "seeds/istanbul-2025.toml"


def claims() -> list[dict[str, Any]]:
    """The claims of the report, in its order; one that several speak, or that is of several, has several rows."""
    found = tomllib.loads(SEED.read_text(encoding="utf-8"))["claim"]
    return [row for row in found if row["in_seed"]]


def moved(row: Mapping[str, Any], effects: Mapping[str, Mapping[str, Any]], scenario: ns.Scenario) -> str:
    """What becomes of the answers when the claim is supposed away; of a claim that only asks, its questions."""
    if "mechanism" not in row:
        return "asked: " + ", ".join(f"`{name}`" for name in row["questions"])
    effect = effects[row["mechanism"]]
    question = max(effect, key=lambda name: abs(effect[name].difference))
    told = f"`{question}` {100 * effect[question].difference:+.1f} ± {100 * effect[question].half_width:.1f}"
    if row["id"] == "no_breakthrough":
        made = scenario.expanded.variables["breakthrough.made"]
        return f"starting state: `{made.name}` is {made.initial!s}; had there been one: {told}"
    return told


def table(scenario: ns.Scenario, effects: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """Claim, speaker and hearers, elements, mechanism, effect."""
    names = {name: one.title for name, one in scenario.expanded.parties.items()}
    return [
        (
            row["id"],
            f"{row['speaker']} to {', '.join(names[who] for who in row['hearer'])}",
            ", ".join(f"`{name}`" for name in row["elements"]),
            f"`{row['mechanism']}`" if "mechanism" in row else "–",
            moved(row, effects, scenario),
        )
        for row in claims()
    ]


def main(replications: int = 20_000, seed: int = 20250528) -> int:
    """Print the table."""
    print("| claim | who says it to whom | carried by | supposed away | what moves most (points) |")
    print("| --- | --- | --- | --- | --- |")
    scenario = ns.load("istanbul-2025")
    for row in table(scenario, mechanism_effects.effects(scenario, replications, seed)):
        print("| " + " | ".join(row) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
