"""An ultimatum: a demand with a date; met in time, carried out, extended once, or let pass."""

import negsim as ns

trust = ns.Level("credibility", 1, low=0, high=1)
word = ns.Ultimatum(
    "fifty_days",
    by="united_states",
    to="russia",
    on="2025-07-21T12:00",
    complies=ns.Exponential(mean="200 days"),
    resolve=0.3,
    extend=0.5,
    extension="10 days",
    backing_down=[trust.add(-0.3)],
)
parts = [trust, word]
scenario = ns.Scenario("ultimatum", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for fact in (word.complied, word.carried_out, word.backed_down):
        print(f"{fact.name}:", runs.probability(fact))
