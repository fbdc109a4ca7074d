"""A mediator: hosts, puts a text on the table, presses one side while its leverage lasts, gives up, comes back."""

import negsim as ns

word = ns.Mediator(
    "host",
    who="turkey",
    between=["russia", "ukraine"],
    disengages=ns.Exponential(mean="60 days"),
    returns=ns.Exponential(mean="40 days"),
    formulates=ns.Exponential(mean="30 days"),
    guarantees=ns.Exponential(mean="90 days"),
    hosting=1.4,
    target="russia",
    push=1.5,
    half_life="30 days",
)
rounds = ns.Process(
    "rounds",
    among=["russia", "ukraine"],
    gap=ns.LogNormal(3.14, 1.19),
    stalled_gap=ns.LogNormal(4.75, 1.5),
    pace=word.pace,
)
memo = ns.Promise(
    "memorandum", by="russia", to="ukraine", delay=ns.Exponential(mean="50 days"), pace=word.pace_on("russia")
)
parts = [word, rounds, memo]
scenario = ns.Scenario("mediator", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("mediator's text on the table:", runs.probability(word.formula))
    print("memorandum within 30 days:", runs.probability(memo.delivered, by="30 days"))
