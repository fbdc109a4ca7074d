"""An appointment: announced, confirmed, cancelled, reinstated; held, held without somebody, postponed or never."""

import negsim as ns

word = ns.Appointment(
    "summit",
    among=["kim", "trump"],
    level="leaders",
    on="2025-06-30T09:00",
    confirms={"kim": ns.Exponential(mean="10 days")},
    on_date=0.67,
    unconfirmed=0.5,
    cancels=ns.Exponential(mean="60 days"),
    reinstates=ns.Exponential(mean="8 days"),
    downgraded=0.1,
    delay=ns.LogNormal(2.0, 1.75),
    never=0.4,
    products={"statement": 0.6},
)
parts = [word]
scenario = ns.Scenario("appointment", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print(
        "held by the date:", runs.probability(word.held, by="2025-06-30"), "by year's end:", runs.probability(word.held)
    )
    print("cancelled:", runs.probability(word.cancelled), "and reinstated:", runs.probability(word.reinstated))
