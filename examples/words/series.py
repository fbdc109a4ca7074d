"""How many rounds will have been held by the end of each month, and how the count of one month goes with the next."""

import numpy as np

import negsim as ns

talks = ns.Process(
    "talks", among=["north", "south"], gap=ns.Exponential(mean="20 days"), stalled_gap=ns.Exponential(mean="90 days")
)
word = ns.Series("rounds", condition=talks.number, dates=["2025-06-30", "2025-07-31", "2025-08-31"])
scenario = ns.Scenario("series", start="2025-06-01", end="2025-12-31", parts=[talks, word])

if __name__ == "__main__":
    found = ns.simulate(scenario, replications=2_000, seed=1).along("rounds")
    print(found)
    assert found.values is not None
    june, july, _ = found.values.T
    print("correlation of June and July:", round(float(np.cov(june, july)[0, 1] / june.std() / july.std()), 2))
