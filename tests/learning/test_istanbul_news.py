"""The shipped news of the first scenario: read whole, in order, and believed by the scenario at all."""

from __future__ import annotations

import negsim as ns


def test_the_news_of_istanbul_fit_the_scenario() -> None:
    scenario, news = ns.load("istanbul-2025"), ns.read_news("istanbul-2025")
    assert len(news) == 20
    assert all(item.source.startswith("https://") and item.title for item in news)
    early = [item for item in news if item.name in ("text.not_seen", "kyiv.comes", "text.at_table", "round2.held")]
    runs = ns.update(scenario, early, replications=1_280, seed=1, as_of="2025-06-02")
    assert runs.probability("round2_on_2_june").value == 1.0
    assert runs.probability("memo_before_session").value == 0.0
    assert runs.effects[-1].share > 0.2
    before, after = (ns.update(scenario, some, replications=1_280, seed=1) for some in ((), early))
    question = "round3_by_31_july"
    assert after.probability(question).value > before.probability(question).value + 0.1
