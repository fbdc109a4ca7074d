"""`verify` with news: engines that are given the same agree, and one that counts otherwise is found."""

from __future__ import annotations

import numpy as np
import pytest

import negsim as ns
from negsim.learning import items

NEWS = [
    ns.Observation(name="memo", not_happened="memorandum.delivered", by=2),
    ns.Observation(name="talks", happened="talks.held", at="5 days"),
    ns.Observation(name="told", reported="ceasefire.agreed", on=12, true_positive=0.9, false_positive=0.2),
]


def test_engines_agree_on_what_the_news_say() -> None:
    found = ns.verify(ns.load("toy"), news=NEWS, replications=640)
    assert found.agree, str(found)
    assert set(found.engines) == {"compiled", "reference", "exact"}
    assert all(line.exact is not None for line in found.lines)


def test_a_report_that_counts_for_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "_reported", lambda item, dates, values: np.full(len(values), 0.5))
    found = ns.verify(ns.load("toy"), news=NEWS, replications=640, level=1e-4)
    assert {line.question for line in found.disagreements} >= {"ceasefire_by_day_30"}


def test_news_that_the_exact_engine_cannot_be_given_are_said() -> None:
    fired = [ns.Observation(name="deed", fired="agree_ceasefire", after=5, by=12)]
    found = ns.verify(ns.load("toy"), news=fired, replications=640)
    assert found.agree
    assert "exact" not in found.engines
    assert "news deed: fired as it stands has no exact answer" in str(found)
