"""negsim: will these talks happen, and what are they waiting for?

Parties are modelled as agents with preconditions; the preconditions drive a discrete-event simulation, which
estimates how likely the talks and the leaders' summit are to happen, by when, and why not.

>>> import negsim as ns
>>> memo = ns.Promise("memorandum", by="russia", to="ukraine", delay=ns.LogNormal(median="14 days", sigma=0.8))
>>> print(memo.delivered & (ns.Counter("rounds") >= 1))
memorandum.delivered and rounds >= 1
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from negsim.checking.lint import Finding, lint
    from negsim.checking.verify import Verification, verify
    from negsim.engines.blocks import Event, Trajectory
    from negsim.engines.exact import Observed, Solution, solve
    from negsim.errors import (
        ArgumentError,
        BudgetError,
        CheckpointError,
        CheckpointWarning,
        CircularPrecondition,
        EngineError,
        EstimateError,
        EvaluationError,
        ExpressionError,
        FileError,
        HindsightError,
        LawError,
        NegsimError,
        NotRecorded,
        RunawayError,
        ScenarioError,
        SimulationError,
        StreamError,
        UnknownName,
        WorkerError,
    )
    from negsim.estimates import Band, Conditional, Curve, Estimate, Interval, Mean, PairedDifference, Proportion
    from negsim.files import dumps, load, loads, save, schema, shipped
    from negsim.model.actions import Action, Outcome
    from negsim.model.beliefs import Elicited
    from negsim.model.clocks import (
        Beta,
        Distribution,
        Erlang,
        Every,
        Exponential,
        Fixed,
        Gamma,
        Immediately,
        LogNormal,
        Normal,
        On,
        Pert,
        Triangular,
        Uniform,
        Weibull,
        chance,
    )
    from negsim.model.effects import Effect
    from negsim.model.elements import Mechanism, Part
    from negsim.model.evidence import Evidence, Party
    from negsim.model.expressions import (
        Expression,
        absolute,
        all_of,
        any_of,
        as_condition,
        as_number,
        at_least,
        clip,
        different,
        equal,
        exp,
        log,
        maximum,
        minimum,
        parse,
        sqrt,
        where,
    )
    from negsim.model.interventions import Do, Harden, Meet, Nudge, Waive, WithLaw, Without, WithParameter
    from negsim.model.parameters import Parameter
    from negsim.model.questions import Question
    from negsim.model.requirements import Requirement
    from negsim.model.scenario import Scenario
    from negsim.model.variables import Counter, Fact, Level
    from negsim.program import lower
    from negsim.report import plots
    from negsim.report.prism import PrismText, export_prism
    from negsim.results.answers import Answer, answers
    from negsim.results.runs import FirstPassage, Runs
    from negsim.results.solved import Solved, solve_answers
    from negsim.running.simulation import replay, simulate
    from negsim.vocabulary import (
        Agreement,
        Appointment,
        Attrition,
        AudienceCost,
        Bargaining,
        BattleNews,
        Belief,
        Ceasefire,
        Channel,
        Claim,
        Deadline,
        Deadlock,
        Demand,
        Exchange,
        Issue,
        LeaderChange,
        Mediator,
        Meeting,
        Offensive,
        Offer,
        Postpone,
        Precondition,
        Pressure,
        Process,
        Promise,
        Ratification,
        Readiness,
        Reputation,
        Ripeness,
        Rung,
        Sequence,
        Sequencing,
        SideDeal,
        Source,
        Spoiler,
        Suspension,
        Tactic,
        Threat,
        Truce,
        Ultimatum,
        odds,
        posterior,
    )
    from negsim.what_if.comparison import Comparison, compare
    from negsim.why.explanation import Explanation, explain, main_reasons
    from negsim.why.narrative import Narrative, narrate

HOMES = {
    "negsim.results.answers": "Answer answers",
    "negsim.what_if.comparison": "Comparison compare",
    "negsim.why.explanation": "Explanation explain main_reasons",
    "negsim.checking.lint": "Finding lint",
    "negsim.why.narrative": "Narrative narrate",
    "negsim.results.solved": "Solved solve_answers",
    "negsim.checking.verify": "Verification verify",
    "negsim.engines.blocks": "Event Trajectory",
    "negsim.engines.exact": "Observed Solution solve",
    "negsim.errors": "ArgumentError BudgetError CheckpointError CheckpointWarning CircularPrecondition EngineError"
    " EstimateError EvaluationError ExpressionError FileError HindsightError LawError NegsimError NotRecorded"
    " RunawayError ScenarioError SimulationError StreamError UnknownName WorkerError",
    "negsim.estimates": "Band Conditional Curve Estimate Interval Mean PairedDifference Proportion",
    "negsim.files": "dumps load loads save schema shipped",
    "negsim.model.actions": "Action Outcome",
    "negsim.model.beliefs": "Elicited",
    "negsim.model.clocks": "Beta Distribution Erlang Every Exponential Fixed Gamma Immediately LogNormal Normal On Pert Triangular"
    " Uniform Weibull chance",
    "negsim.model.effects": "Effect",
    "negsim.model.elements": "Mechanism Part",
    "negsim.model.evidence": "Evidence Party",
    "negsim.model.expressions": "Expression absolute all_of any_of as_condition as_number at_least clip different equal exp log maximum"
    " minimum parse sqrt where",
    "negsim.model.interventions": "Do Harden Meet Nudge Waive WithLaw WithParameter Without",
    "negsim.model.parameters": "Parameter",
    "negsim.model.questions": "Question",
    "negsim.model.requirements": "Requirement",
    "negsim.model.scenario": "Scenario",
    "negsim.model.variables": "Counter Fact Level",
    "negsim.program": "lower",
    "negsim.report": "plots",
    "negsim.report.prism": "PrismText export_prism",
    "negsim.results.runs": "FirstPassage Runs",
    "negsim.running.simulation": "replay simulate",
    "negsim.vocabulary": "Agreement Appointment Attrition AudienceCost Bargaining BattleNews Belief Ceasefire"
    " Channel Claim Deadline Deadlock Demand Exchange Issue LeaderChange Mediator Meeting"
    " Offensive Offer Postpone Precondition Pressure Process Promise Ratification Readiness"
    " Reputation Ripeness Rung Sequence Sequencing SideDeal Source Spoiler Suspension Tactic"
    " Threat Truce Ultimatum odds posterior",
}
"""Module -> names at the front door; each module is imported when one of its names is first used."""

_HOME = {name: module for module, names in HOMES.items() for name in names.split()}

__version__ = "0.1.0"
__all__ = [
    "Action",
    "Agreement",
    "Answer",
    "Appointment",
    "ArgumentError",
    "Attrition",
    "AudienceCost",
    "Band",
    "Bargaining",
    "BattleNews",
    "Belief",
    "Beta",
    "BudgetError",
    "Ceasefire",
    "Channel",
    "CheckpointError",
    "CheckpointWarning",
    "CircularPrecondition",
    "Claim",
    "Comparison",
    "Conditional",
    "Counter",
    "Curve",
    "Deadline",
    "Deadlock",
    "Demand",
    "Distribution",
    "Do",
    "Effect",
    "Elicited",
    "EngineError",
    "Erlang",
    "Estimate",
    "EstimateError",
    "EvaluationError",
    "Event",
    "Every",
    "Evidence",
    "Exchange",
    "Explanation",
    "Exponential",
    "Expression",
    "ExpressionError",
    "Fact",
    "FileError",
    "Finding",
    "FirstPassage",
    "Fixed",
    "Gamma",
    "Harden",
    "HindsightError",
    "Immediately",
    "Interval",
    "Issue",
    "LawError",
    "LeaderChange",
    "Level",
    "LogNormal",
    "Mean",
    "Mechanism",
    "Mediator",
    "Meet",
    "Meeting",
    "Narrative",
    "NegsimError",
    "Normal",
    "NotRecorded",
    "Nudge",
    "Observed",
    "Offensive",
    "Offer",
    "On",
    "Outcome",
    "PairedDifference",
    "Parameter",
    "Part",
    "Party",
    "Pert",
    "Postpone",
    "Precondition",
    "Pressure",
    "PrismText",
    "Process",
    "Promise",
    "Proportion",
    "Question",
    "Ratification",
    "Readiness",
    "Reputation",
    "Requirement",
    "Ripeness",
    "RunawayError",
    "Rung",
    "Runs",
    "Scenario",
    "ScenarioError",
    "Sequence",
    "Sequencing",
    "SideDeal",
    "SimulationError",
    "Solution",
    "Solved",
    "Source",
    "Spoiler",
    "StreamError",
    "Suspension",
    "Tactic",
    "Threat",
    "Trajectory",
    "Triangular",
    "Truce",
    "Ultimatum",
    "Uniform",
    "UnknownName",
    "Verification",
    "Waive",
    "Weibull",
    "WithLaw",
    "WithParameter",
    "Without",
    "WorkerError",
    "absolute",
    "all_of",
    "answers",
    "any_of",
    "as_condition",
    "as_number",
    "at_least",
    "chance",
    "clip",
    "compare",
    "different",
    "dumps",
    "equal",
    "exp",
    "explain",
    "export_prism",
    "lint",
    "load",
    "loads",
    "log",
    "lower",
    "main_reasons",
    "maximum",
    "minimum",
    "narrate",
    "odds",
    "parse",
    "plots",
    "posterior",
    "replay",
    "save",
    "schema",
    "shipped",
    "simulate",
    "solve",
    "solve_answers",
    "sqrt",
    "verify",
    "where",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(_unknown(name))
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def _unknown(name: str) -> str:
    """What to write instead of a name that negsim does not have."""
    text = f"module 'negsim' has no attribute {name!r}"
    if name.startswith("_"):
        return text  # asked for by Python itself
    from negsim.errors import nearest

    laws = ("LogLogistic", "Pareto", "Logistic", "Cauchy", "Poisson", "Binomial", "Geometric", "Bernoulli", "Constant")
    if name.lower() in [law.lower() for law in laws]:
        return f"{text}; the laws are {', '.join(_LAWS)}; a law of your own is told by median and p90, as in LogNormal(median=10, p90=40)"
    return f"{text}{nearest(name, __all__)}; dir(negsim) lists what there is"


_LAWS = ("Beta", "Erlang", "Exponential", "Gamma", "LogNormal", "Normal", "Pert", "Triangular", "Uniform", "Weibull")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
