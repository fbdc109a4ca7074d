"""One slip in a file is told once: not again for what reads the part that is wrong, nor for each place that reads a name."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import negsim as ns

FOLDER = Path(__file__).parents[2] / "examples" / "words"


def problems(name: str, before: str, after: str) -> list[str]:
    """What is wrong with a word's example after one line of its file is changed."""
    text = ns.dumps(runpy.run_path(str(FOLDER / f"{name}.py"), run_name="example")["scenario"])
    assert f"\n{before}\n" in text, text
    with pytest.raises(ns.errors.NegsimError) as caught:
        ns.loads(text.replace(f"\n{before}\n", f"\n{after}\n", 1))
    return [str(one) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("ultimatum", 'on = "2025-07-21T12:00"', 'on = "2025-07-21"', "has no hour"),
        ("ultimatum", "high = 1", "highx = 1", "did you mean 'high'?"),
        ("deadline", "peak = 4", 'peak = "abc"', "unknown name 'abc'"),
        ("claim", "credibility = 0.8", "credibility = -3", "must be a probability"),
        ("deadlock", "declared = ", "declaredx = ", "did you mean 'declared'?"),
        ("threat", 'by = "north"', "by = 7", "write text"),
        ("demand", 'together_with = "talks_first"', 'together_with = "talks_second"', "talks_second"),
        ("dated_act", "low = 0", 'low = "abc"', "write a finite number"),
    ],
)
def test_one_slip_is_told_once(name: str, before: str, after: str, told: str) -> None:
    if before.endswith("= "):  # the whole line, whatever stands after the sign
        text = ns.dumps(runpy.run_path(str(FOLDER / f"{name}.py"), run_name="example")["scenario"])
        line = next(line for line in text.splitlines() if line.startswith(before))
        before, after = line, line.replace(before, after, 1)
    found = problems(name, before, after)
    assert len(found) == 1, found
    assert told in found[0]


def test_two_slips_are_told_at_once() -> None:
    """The wrong model: whoever told one problem a part, or dropped all that follows, would tell one of these."""
    text = ns.dumps(runpy.run_path(str(FOLDER / "dated_act.py"), run_name="example")["scenario"])
    text = text.replace("\nlow = 0\n", '\nlow = "abc"\n', 1).replace('by = "erbil"', 'by = "nobody"', 1)
    with pytest.raises(ns.errors.NegsimError) as caught:
        ns.loads(text)
    told = " ".join(str(one) for one in caught.value.problems)
    assert "write a finite number" in told
    assert "no party is named 'nobody'" in told


def test_different_names_of_one_part_are_all_told() -> None:
    text = (
        'format_version = 1\n[scenario]\nname = "x"\nstart = "2025-01-01"\nend = 9\n[fact.memo]\n'
        '[question.q]\ncondition = "one and two"\n[question.r]\ncondition = "one"\n'
    )
    with pytest.raises(ns.errors.NegsimError) as caught:
        ns.loads(text)
    assert len(caught.value.problems) >= 2
