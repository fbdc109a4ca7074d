"""The words of negotiation: data that expands into plain variables, actions and questions."""

from __future__ import annotations

from negsim.model.making import explained
from negsim.vocabulary.agreement import Agreement, Rung
from negsim.vocabulary.appointment import Appointment
from negsim.vocabulary.attrition import Attrition
from negsim.vocabulary.audience import AudienceCost
from negsim.vocabulary.bargaining import Bargaining, Issue, Tactic
from negsim.vocabulary.battle import BattleNews, Offensive
from negsim.vocabulary.belief import Belief, Source, posterior
from negsim.vocabulary.ceasefire import Ceasefire
from negsim.vocabulary.channel import Channel
from negsim.vocabulary.claim import Claim
from negsim.vocabulary.common import odds
from negsim.vocabulary.deadline import Deadline
from negsim.vocabulary.decision import Decision, Option, ReasonFor
from negsim.vocabulary.demand import Demand
from negsim.vocabulary.exchange import Exchange
from negsim.vocabulary.leader import LeaderChange
from negsim.vocabulary.mediator import Mediator
from negsim.vocabulary.meeting import Meeting, Postpone
from negsim.vocabulary.offer import Offer
from negsim.vocabulary.precondition import Precondition
from negsim.vocabulary.pressure import Pressure
from negsim.vocabulary.process import Process
from negsim.vocabulary.promise import Promise
from negsim.vocabulary.ratification import Ratification
from negsim.vocabulary.readiness import Readiness
from negsim.vocabulary.reputation import Reputation
from negsim.vocabulary.ripeness import Ripeness
from negsim.vocabulary.sequencing import Deadlock, Sequence, Sequencing
from negsim.vocabulary.sidedeal import SideDeal
from negsim.vocabulary.spoiler import Spoiler
from negsim.vocabulary.suspension import Suspension
from negsim.vocabulary.threat import Threat
from negsim.vocabulary.truce import Truce
from negsim.vocabulary.ultimatum import Ultimatum

__all__ = [
    "WORDS",
    "Agreement",
    "Appointment",
    "Attrition",
    "AudienceCost",
    "Bargaining",
    "BattleNews",
    "Belief",
    "Ceasefire",
    "Channel",
    "Claim",
    "Deadline",
    "Deadlock",
    "Decision",
    "Demand",
    "Exchange",
    "Issue",
    "LeaderChange",
    "Mediator",
    "Meeting",
    "Offensive",
    "Offer",
    "Option",
    "Postpone",
    "Precondition",
    "Pressure",
    "Process",
    "Promise",
    "Ratification",
    "Readiness",
    "ReasonFor",
    "Reputation",
    "Ripeness",
    "Rung",
    "Sequence",
    "Sequencing",
    "SideDeal",
    "Source",
    "Spoiler",
    "Suspension",
    "Tactic",
    "Threat",
    "Truce",
    "Ultimatum",
    "odds",
    "posterior",
]

WORDS: tuple[type, ...] = (
    Ceasefire,
    Claim,
    Meeting,
    Precondition,
    Process,
    Promise,
    Agreement,
    Appointment,
    Attrition,
    AudienceCost,
    Bargaining,
    BattleNews,
    Belief,
    Channel,
    Deadline,
    Deadlock,
    Decision,
    Demand,
    Exchange,
    LeaderChange,
    Mediator,
    Offensive,
    Offer,
    Pressure,
    Ratification,
    Readiness,
    Reputation,
    Ripeness,
    Sequence,
    Sequencing,
    SideDeal,
    Spoiler,
    Suspension,
    Threat,
    Truce,
    Ultimatum,
)
"""The words that a file may use without further ado."""

for _cls in (*WORDS, Issue, Option, Postpone, ReasonFor, Rung, Source, Tactic):
    explained(_cls)
