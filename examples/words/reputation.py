"""Reputation: a Beta belief about keeping promises, with forgetting, that moves acceptance."""

import negsim as ns

memos = [
    ns.Promise(
        f"memo_{k}", by="russia", to="ukraine", delay=ns.Exponential(mean="20 days"), due=f"2025-0{5 + k}-20T12:00"
    )
    for k in (1, 2, 3)
]
word = ns.Reputation(
    "word",
    of="russia",
    kept=[memo.delivered for memo in memos],
    broken=[memo.broken for memo in memos],
    forgetting=0.9,
)
offer = ns.Offer(
    "pact", by="russia", to="ukraine", makes=ns.Fixed("100 days"), answers=ns.Fixed("5 days"), accepts=word.trust
)
trust = ns.Question(name="trust", kind="value", condition=word.trust, by="100 days", text="Trust on day 100")
parts = [*memos, word, offer, trust]
scenario = ns.Scenario("reputation", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("trust on day 100:", runs.mean("trust"))
    print("pact accepted:", runs.probability(offer.accepted))
