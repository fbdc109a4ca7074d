"""Every kind of event in the project's logs of negotiations can be said in a word, and the word can make it happen.

The logs: ten processes from Korea 1951 to Ukraine 2025, 177 events of 46 kinds.
"""

from __future__ import annotations

from typing import Any

import pytest

import negsim as ns
from negsim.vocabulary import WORDS

SIDES = ("north", "south")
SOON = ns.Uniform(0.5, 1)
NEVER_ENDS = ns.Exponential(1e-9)


def appointment(**said: Any) -> ns.Appointment:
    return ns.Appointment("a", among=SIDES, **{"on": 5, "on_date": 0.5, "never": 0.4, **said})


def truce(**said: Any) -> ns.Truce:
    return ns.Truce("t", **{"by": SIDES, "lasts": NEVER_ENDS, **said})


def deadline(**said: Any) -> ns.Deadline:
    return ns.Deadline("d", on=5, **{"peak": 3, "halving": "4 days", **said})


def offer(**said: Any) -> ns.Offer:
    return ns.Offer("o", by="north", to="south", answers=SOON, **{"makes": SOON, "accepts": 0.5, **said})


def talks(**said: Any) -> ns.Suspension:
    return ns.Suspension("s", among=SIDES, **{"walks_out": {"north": SOON}, **said})


def ladder(name: str) -> tuple[ns.Agreement, ns.Fact]:
    steps = [ns.Rung(name=step, takes=SOON) for step in ("partial", "signed", "in_effect")]
    word = ns.Agreement("g", between=SIDES, rungs=steps)
    return word, word.step(name)


def promise(**said: Any) -> ns.Promise:
    return ns.Promise("p", by="north", to="south", delay=SOON, **said)


def met() -> tuple[ns.Demand, ns.Fact]:
    word = ns.Demand("n", of="south", needs="p.delivered")
    return word, word.met


def stated() -> tuple[ns.Demand, ns.Fact]:
    word = ns.Demand("n", of="south", needs="p.delivered", stated_when="p.delivered")
    return word, word.stated


def fact(word: Any, name: str) -> tuple[Any, ns.Fact]:
    return word, getattr(word, name)


ready = appointment(confirms={"south": SOON})
doubt = ns.Claim("c", by="north", credibility=0.9, views={"south": 0.5}, text="a meeting is not to be expected")
swap = ns.Exchange("x", between=SIDES, agrees=SOON, takes=SOON)
line = ns.Channel("h", between=SIDES, contacts=SOON)
push = ns.Pressure("u", by="mediator", on="north", applied=SOON)
stuck = ns.Deadlock("k", waits={"north": "p.delivered", "south": "o.accepted"})
heir = ns.LeaderChange("l", of="north", changes=SOON)
camp = ns.Spoiler("w", by="camp", acts=SOON, derails=0.5)
fight = ns.Offensive("f", by="north", against="south", starts=SOON, lasts=SOON, breakthrough=0.1, defeat=0.1)
threat = ns.Threat("v", by="north", to="south", makes=SOON, resolve=0.5)
vote = ns.Ratification("r", of="north", takes=SOON, passes=0.5)

KINDS: dict[str, tuple[Any, ns.Fact]] = {
    # meetings of delegations and leaders
    "talks_proposed": fact(offer(terms="to meet"), "made"),
    "talks_announced": fact(appointment(on=None, lead=SOON, announces=SOON), "announced"),
    "talks_confirmed": (ready, ready.confirmed_by("south")),
    "talks_held": fact(appointment(), "held"),
    "talks_postponed": fact(appointment(delay=SOON), "postponed"),
    "talks_not_held": fact(appointment(), "called_off"),
    "talks_cancelled": fact(appointment(cancels=SOON), "cancelled"),
    "talks_downgraded": fact(appointment(level="ministers", downgraded=0.5), "was_downgraded"),
    "talks_suspended": fact(talks(), "suspended"),
    "summit_proposed": fact(offer(terms="that the leaders meet"), "made"),
    "summit_announced": fact(appointment(level="leaders", on=None, lead=SOON, announces=SOON), "announced"),
    "summit_held": fact(appointment(level="leaders"), "held"),
    "summit_not_held": fact(appointment(level="leaders"), "called_off"),
    "summit_cancelled": fact(appointment(level="leaders", cancels=SOON), "cancelled"),
    "summit_unlikely": (doubt, doubt.seen_by("south")),
    "leader_contact": fact(line, "used"),
    # the process
    "walkout": fact(talks(), "walked_out"),
    "breakdown": fact(talks(ends=0.5), "ended"),
    "deadlock": fact(stuck, "was_declared"),
    "leader_change": fact(heir, "changed"),
    # texts, offers, demands
    "proposal": fact(offer(), "made"),
    "proposal_accepted": fact(offer(), "accepted"),
    "terms_promised": fact(offer(terms="to deliver a text"), "made"),
    "terms_delivered": fact(promise(), "delivered"),
    "terms_rejected": fact(offer(), "refused"),
    "precondition_stated": stated(),
    "precondition_met": met(),
    # deadlines and pressure
    "deadline_set": fact(deadline(by="mediator"), "pace"),
    "deadline_extended": fact(deadline(extend=0.5), "extended"),
    "deadline_missed": fact(deadline(), "missed"),
    "pressure": fact(push, "ever"),
    "threat": fact(threat, "made"),
    # agreements
    "agreement_partial": ladder("partial"),
    "agreement_signed": ladder("signed"),
    "implementation": ladder("in_effect"),
    "ratified": fact(vote, "ratified"),
    "rejected": fact(vote, "rejected"),
    # ceasefires
    "ceasefire_announced": fact(truce(declares=SOON, begins=SOON), "declared"),
    "ceasefire_start": fact(truce(begins=SOON), "begun"),
    "ceasefire_extended": fact(truce(term="3 days", extends=0.5), "extended"),
    "ceasefire_lapsed": fact(truce(by=["north"], towards=["south"], scope="energy", term="3 days"), "lapsed"),
    "ceasefire_broken": fact(truce(lasts=SOON), "broken"),
    "ceasefire_refused": fact(truce(declares=SOON, refused=0.5), "refused_once"),
    # war and its beside
    "escalation": fact(fight, "begun"),
    "spoiler": fact(camp, "derailed"),
    "exchange_done": fact(swap, "done"),
}

HELPERS: dict[str, tuple[Any, ...]] = {
    "deadlock": (promise(), offer()),
    "precondition_stated": (promise(),),
    "precondition_met": (promise(),),
}


def test_every_word_used_here_belongs_to_the_vocabulary() -> None:
    assert {type(word) for word, _ in KINDS.values()} <= set(WORDS)
    assert len(KINDS) == 46


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_word_makes_it_happen(kind: str) -> None:
    word, happened = KINDS[kind]
    condition = happened > 1 if isinstance(happened, ns.Level) else happened
    asked = ns.Question(name="happened", condition=condition)
    parts = [word, *HELPERS.get(kind, ()), asked]
    scenario = ns.Scenario("kind", start="2025-06-01", end=40, parts=parts)
    runs = ns.simulate(scenario, replications=40, seed=1, engine="reference")
    assert runs.probability("happened").value > 0.1, kind
