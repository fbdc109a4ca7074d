"""Ratification: what was signed abroad goes to a vote at home, and after a rejection once more."""

import negsim as ns

signed = ns.Fact("signed")
sign = ns.Action(name="sign", when=~signed, clock=ns.Fixed("10 days"), effects=[signed.set(True)])
word = ns.Ratification(
    "plebiscite",
    of="colombia",
    when=signed,
    takes=ns.Fixed("6 days"),
    passes=0.5,
    attempts=2,
    again=ns.LogNormal(median="50 days", sigma=0.3),
)
parts = [signed, sign, word]
scenario = ns.Scenario("ratification", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("rejected at least once:", runs.probability(word.rejected))
    print("ratified in the end, 1 - 0.5**2 = 0.75:", runs.probability(word.ratified))
