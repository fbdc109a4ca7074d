"""The toy with what is believed of its three rates, as a scenario (`believed_toy` has its closed form)."""

from __future__ import annotations

import negsim as ns


def believed_toy() -> ns.Scenario:
    """Rates log-normal, medians .3, .05, .1 a day, sigmas .8, .7, .5; the question ``summit`` asks by day 30."""
    rates = {"memorandum_rate": (0.3, 0.8), "ceasefire_rate": (0.05, 0.7), "summit_rate": (0.1, 0.5)}
    parameters = [
        ns.Parameter(name, best, ns.LogNormal(median=best, sigma=sigma), unit="1/day")
        for name, (best, sigma) in rates.items()
    ]
    facts = [ns.Fact(name) for name in ("memorandum_there", "talks_held", "ceasefire_agreed", "summit_held")]

    def comes(name: str, when: str, rate: str) -> ns.Action:
        return ns.Action(
            name=f"make_{name}", when=f"{when}not {name}", clock=ns.Exponential(rate), effects=[f"{name} = true"]
        )

    review = ns.Action(
        name="review",
        when="memorandum_there and not talks_held",
        clock=ns.Every("7 days", start="2025-01-06T00:00"),
        effects=["talks_held = true"],
        priority=10,
    )
    return ns.Scenario(
        "believed",
        start="2025-01-01",
        end=40,
        parts=[
            *parameters,
            *facts,
            comes("memorandum_there", "", "memorandum_rate"),
            review,
            comes("ceasefire_agreed", "talks_held and ", "ceasefire_rate"),
            comes("summit_held", "ceasefire_agreed and ", "summit_rate"),
            ns.Question(name="summit", condition="summit_held", by="30 days"),
        ],
    )
