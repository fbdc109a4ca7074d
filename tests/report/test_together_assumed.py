"""What is believed of several numbers together stands among the assumptions, with its source."""

from __future__ import annotations

import negsim as ns
from negsim.report.expanded import expanded_text
from negsim.report.page.ground import assumption_data


def test_correlations_and_constraints_are_told_with_their_sources() -> None:
    slow = ns.Parameter("slow", 0.7, belief=ns.Uniform(0, 1), title="Moscow's delay")
    fast = ns.Parameter("fast", 0.3, belief=ns.Uniform(0, 1), title="Kyiv's delay")
    both = ns.Correlation(name="both", between=["slow", "fast"], spearman=0.5, source="judgement of two readers")
    order = ns.Constraint(name="order", holds="fast <= slow", source="deliveries")
    log = ns.Evidence("deliveries", title="A log of deliveries")
    scenario = ns.Scenario("s", start="2025-01-01", end=9, parts=[slow, fast, both, order, log])
    first, second = assumption_data(scenario)["together"]
    assert "rank correlation of 0.5" in first["text"]
    assert first["sources"] == [{"text": "judgement of two readers", "url": ""}]
    assert second["text"].startswith("Always so: ")
    assert "fast" not in second["text"].replace("Kyiv's delay", "")
    assert second["sources"][0]["text"] == "A log of deliveries"
    assert "constraint order: fast <= slow, source deliveries" in expanded_text(scenario)
    assert "correlation both: slow, fast by rank 0.5" in expanded_text(scenario)
