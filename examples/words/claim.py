"""A claim that terms were sent: the author believes it, one side knows, the other has its doubts."""

import negsim as ns

word = ns.Claim(
    "sent",
    by="south",
    text="The South's terms have been sent",
    credibility=0.8,
    views={"south": "1", "north": "0.6 if sent.holds else 0.1"},
)
answers = ns.Action(
    name="north.answer",
    by="north",
    when="north.sees.sent and not answered",
    clock=ns.Exponential(mean="10 days"),
    effects=["answered = true"],
)
parts = [ns.Party("north"), ns.Party("south"), ns.Fact("answered"), word, answers]
scenario = ns.Scenario("claim", start="2025-06-01", end="2025-08-31", parts=parts)

if __name__ == "__main__":
    soon = ns.Question(name="soon", condition="answered", by="30 days")
    for holds in (True, False):
        runs = ns.simulate(scenario, questions=[soon], replications=2_000, seed=1, fix={"sent": holds})
        print(f"answered within 30 days, the claim being {holds}:", runs.probability("soon"))
