"""What each mechanism of `istanbul-2025` contributes to each question: paired differences, mechanism off minus on.

Run it: ``python benchmarks/mechanism_effects.py [replications] [seed]`` (20,000 and 20250528 by default); with
``--markdown`` it prints the table of ``docs/istanbul.md``. Both variants use the same random numbers, so a difference
of one history is a history that flipped.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

import negsim as ns

HALF_A_POINT, Z95 = 0.005, 1.959963984540054

EXPECTED: dict[str, dict[str, int]] = {
    "memorandum_promise": {"memo_before_session": -1, "memo_by_2_june": -1},
    "handover_at_table": {"memo_by_2_june": -1},
    "terms_of_ukraine": {"memo_before_session": -1, "memo_by_2_june": -1},
    "waived_precondition": {"round2_on_2_june": -1, "round2_by_30_june": -1, "prisoner_exchange_at_round2": -1},
    "postponement": {"round2_by_30_june": -1, "round3_by_31_july": -1},
    "later_rounds": {"round3_by_30_june": -1, "round3_by_31_july": -1, "ceasefire_by_31_dec": -1, "summit_by_31_dec": -1},
    "stalling": {"round3_by_31_july": 1, "summit_by_31_dec": 1},
    "prisoner_exchanges": {"prisoner_exchange_at_round2": -1, "prisoner_exchange_given_round2": -1, "round3_by_31_july": -1},
    "ceasefire_offer": {"ceasefire_by_30_june": -1, "ceasefire_by_31_dec": -1, "summit_by_31_dec": -1},
    "root_causes_first": {"ceasefire_by_30_june": 1, "ceasefire_by_31_dec": 1},
    "limited_truces": {"limited_truce_by_31_aug": -1},
    "war_of_attrition": {"ceasefire_by_31_dec": -1},
    "war_of_words": {"round3_by_31_july": 1, "limited_truce_by_31_aug": 1, "ceasefire_by_31_dec": 1},
    "offensives": {"round3_by_31_july": 1, "limited_truce_by_31_aug": 1},
    "contested_territory": {"round3_by_31_july": 1, "limited_truce_by_31_aug": 1},
    "no_breakthrough": {"ceasefire_by_30_june": 1, "ceasefire_by_31_dec": 1, "summit_by_31_dec": 1},
    "minerals_deal": {"us_russia_leaders_by_31_aug": -1, "summit_by_31_dec": -1},
    "us_pressure": {"us_russia_leaders_by_31_aug": -1, "summit_by_31_dec": -1, "limited_truce_by_31_aug": -1},
    "target_of_pressure": {"memo_before_session": -1, "memo_by_2_june": -1, "us_russia_leaders_by_31_aug": -1},
    "us_fatigue": {"us_russia_leaders_by_31_aug": 1, "summit_by_31_dec": 1},
    "approach_of_date": {"memo_before_session": -1, "memo_by_2_june": -1},
    "us_russia_meeting": {"us_russia_leaders_by_31_aug": -1, "summit_by_31_dec": -1},
    "trilateral_summit": {"summit_by_30_june": -1, "summit_by_31_dec": -1},
}  # fmt: skip
"""The sign that each mechanism's absence must have, by what the mechanism means."""

EXCEPTIONS: dict[str, str] = {}
"""Mechanisms or questions that miss the rule, and why."""


@dataclass(frozen=True)
class Effect:
    """A paired difference of probabilities with its 95 % interval, and how many histories flipped."""

    difference: float
    half_width: float
    flipped: int

    @property
    def clear(self) -> bool:
        """At least half a point, and an interval off zero."""
        return abs(self.difference) >= HALF_A_POINT and abs(self.difference) > self.half_width


def paired(on: ns.Runs, off: ns.Runs, question: str) -> Effect:
    """Mechanism off minus on, over the histories that count in both."""
    yes_on, counts_on = on.answers(question)
    yes_off, counts_off = off.answers(question)
    both = counts_on & counts_off
    difference = yes_off[both].astype(float) - yes_on[both].astype(float)
    spread = float(difference.std(ddof=1)) if both.sum() > 1 else 0.0
    width = Z95 * spread / max(1, int(both.sum())) ** 0.5
    return Effect(float(difference.mean()) if both.any() else 0.0, width, int(np.count_nonzero(difference)))


def effects(scenario: ns.Scenario, replications: int, seed: int, **rest: object) -> dict[str, dict[str, Effect]]:
    """Mechanism -> question -> effect, all against one baseline."""
    questions = [name for name, one in scenario.expanded.questions.items() if one.kind == "reached"]
    base = ns.simulate(scenario, replications=replications, seed=seed, **rest)
    table = {}
    for name in scenario.expanded.mechanisms:
        off = ns.simulate(scenario.without(name), replications=replications, seed=seed, **rest)
        table[name] = {question: paired(base, off, question) for question in questions}
    return table


def shortfalls(table: dict[str, dict[str, Effect]]) -> list[str]:
    """What misses the rule: a mechanism without a clear effect, a wrong sign, a question with fewer than two."""
    found = []
    for name, row in table.items():
        clear = {question: effect for question, effect in row.items() if effect.clear}
        expected = EXPECTED.get(name, {})
        if not any(question in clear for question in expected):
            found.append(f"{name}: no clear effect of the expected sign")
        found += [
            f"{name}: sign at {q} is {clear[q].difference:+.3f}"
            for q, sign in expected.items()
            if q in clear and clear[q].difference * sign < 0
        ]
    for question in next(iter(table.values())):
        answering = [name for name, row in table.items() if row[question].clear]
        if len(answering) < 2:
            found.append(f"{question}: answers to {len(answering)} mechanism(s) {' '.join(answering)}")
    return found


def markdown(table: dict[str, dict[str, Effect]], scenario: ns.Scenario) -> str:
    """A row for each mechanism: points that supposing it away adds to each question that it moves clearly."""
    lines = [
        "| mechanism | what it adds or takes away when it is supposed away (points, 95 % interval) |",
        "| --- | --- |",
    ]
    for name, row in table.items():
        clear = sorted(((q, one) for q, one in row.items() if one.clear), key=lambda pair: -abs(pair[1].difference))
        told = ", ".join(f"`{q}` {100 * one.difference:+.1f} ± {100 * one.half_width:.1f}" for q, one in clear)
        lines.append(f"| `{name}`: {scenario.expanded.mechanisms[name].title} | {told} |")
    return "\n".join(lines)


def main(replications: int = 20_000, seed: int = 20250528, *, as_markdown: bool = False) -> int:
    """Print the table; return the number of unexplained shortfalls."""
    scenario = ns.load("istanbul-2025")
    table = effects(scenario, replications, seed)
    if as_markdown:
        print(markdown(table, scenario))
        return 0
    print(
        f"{scenario.name}, n = {replications} paired histories, seed {seed}; points (off minus on) with 95 % interval"
    )
    for name, row in table.items():
        print(f"\n{name}: {scenario.expanded.mechanisms[name].title}")
        for question, effect in row.items():
            if effect.clear:
                sign = EXPECTED.get(name, {}).get(question)
                verdict = (
                    "" if sign is None else " as expected" if sign * effect.difference > 0 else " AGAINST EXPECTATION"
                )
                print(
                    f"  {question:32} {100 * effect.difference:+6.1f} +- {100 * effect.half_width:.1f}  ({effect.flipped} flipped){verdict}"
                )
    missing = shortfalls(table)
    print()
    for text in missing:
        print(f"{text}: {EXCEPTIONS.get(text.split(':')[0], 'UNEXPLAINED')}")
    if not missing:
        print(
            "every mechanism moves a question by half a point or more as expected; every question answers to two or more"
        )
    return sum(text.split(":")[0] not in EXCEPTIONS for text in missing)


if __name__ == "__main__":
    words = [text for text in sys.argv[1:] if text != "--markdown"]
    sys.exit(1 if main(*map(int, words), as_markdown="--markdown" in sys.argv) else 0)
