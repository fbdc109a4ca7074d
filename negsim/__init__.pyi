"""The front door: what `import negsim as ns` has. Type checkers, editors and the lazy loader read this one list.

A name is imported when it is first used. Exceptions are in `ns.errors`, pictures in `ns.plots`.
"""

from . import errors as errors
from .checking.lint import (
    Finding,
    lint,
)
from .checking.silent import (
    silent,
)
from .checking.validation import (
    Validation,
    validate,
)
from .checking.verification import (
    Verification,
)
from .checking.verify import (
    verify,
)
from .engines.blocks import (
    Event,
    Trajectory,
)
from .engines.exact import (
    Observed,
    Solution,
)
from .estimates import (
    Band,
    Conditional,
    Curve,
    Estimate,
    Interval,
    Mean,
    PairedDifference,
    Proportion,
)
from .estimates.rare import (
    RareEstimate,
)
from .files import (
    dumps,
    load,
    loads,
    save,
    schema,
    shipped,
)
from .files.news import (
    read_news,
)
from .files.rows import (
    read_rows,
)
from .laws.pools import (
    pool,
)
from .learning.nowcasting import (
    NewsStep,
    Nowcast,
    nowcast,
)
from .learning.passage import (
    Passing,
    passing,
)
from .learning.saved import (
    load_runs,
)
from .learning.updated import (
    Updated,
)
from .learning.updating import (
    update,
)
from .model.actions import (
    Action,
    Outcome,
)
from .model.beliefs import (
    Elicited,
    Pool,
)
from .model.clocks import (
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
from .model.constraints import (
    Constraint,
)
from .model.correlations import (
    Correlation,
    nearest_correlation,
)
from .model.effects import (
    Effect,
)
from .model.elements import (
    Mechanism,
    Part,
)
from .model.evidence import (
    Evidence,
    Party,
)
from .model.expressions import (
    Expression,
    Operand,
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
    floor,
    log,
    maximum,
    minimum,
    parse,
    sqrt,
    where,
)
from .model.interventions import (
    Decide,
    Do,
    Harden,
    Meet,
    Nudge,
    Waive,
    WithLaw,
    Without,
    WithParameter,
)
from .model.observed import (
    Observation,
)
from .model.parameters import (
    AsKnown,
    Parameter,
)
from .model.policies import (
    Draw,
    View,
)
from .model.questions import (
    Question,
)
from .model.requirements import (
    Requirement,
)
from .model.sayings import (
    Says,
)
from .model.scenario import (
    Scenario,
)
from .model.variables import (
    Counter,
    Fact,
    Level,
)
from .program import (
    lower,
)
from .report import (
    plots,
)
from .report.changes_plots import (
    draw_levers,
)
from .report.guide import (
    guide,
)
from .report.matters_plots import (
    draw_sensitivity,
    draw_watching,
)
from .report.news_plots import (
    draw_nowcast,
)
from .report.page.report import (
    Report,
    build_report,
    write_report,
)
from .report.prism import (
    export_prism,
)
from .report.prism_text import (
    PrismText,
)
from .results.along import (
    Along,
)
from .results.answers import (
    Answer,
)
from .results.base import (
    Results,
)
from .results.counted import (
    CountedRuns,
)
from .results.dates201 import (
    DateCurve,
    date_curve,
)
from .results.listed import (
    answers,
)
from .results.runs import (
    FirstPassage,
    Runs,
)
from .results.solved import (
    Solved,
)
from .running.rare import (
    rare,
)
from .running.simulation import (
    replay,
    simulate,
)
from .running.solving import (
    solve,
    solve_answers,
)
from .vocabulary.age import (
    Age,
)
from .vocabulary.agreement import (
    Agreement,
    Rung,
)
from .vocabulary.appointment import (
    Appointment,
)
from .vocabulary.attrition import (
    Attrition,
)
from .vocabulary.audience import (
    AudienceCost,
)
from .vocabulary.bargaining import (
    Bargaining,
)
from .vocabulary.battle import (
    BattleNews,
    Offensive,
)
from .vocabulary.belief import (
    Belief,
    Source,
    posterior,
)
from .vocabulary.ceasefire import (
    Ceasefire,
)
from .vocabulary.channel import (
    Channel,
)
from .vocabulary.claim import (
    Claim,
)
from .vocabulary.common import (
    odds,
)
from .vocabulary.deadline import (
    Deadline,
)
from .vocabulary.decision import (
    Decision,
)
from .vocabulary.deed import (
    DatedAct,
)
from .vocabulary.demand import (
    Demand,
)
from .vocabulary.exchange import (
    Exchange,
)
from .vocabulary.issues import (
    Issue,
    Tactic,
)
from .vocabulary.leader import (
    LeaderChange,
)
from .vocabulary.mediator import (
    Mediator,
)
from .vocabulary.meeting import (
    Meeting,
)
from .vocabulary.offer import (
    Offer,
)
from .vocabulary.option import (
    Option,
    ReasonFor,
)
from .vocabulary.postpone import (
    Postpone,
)
from .vocabulary.precondition import (
    Precondition,
)
from .vocabulary.pressure import (
    Pressure,
)
from .vocabulary.process import (
    Process,
)
from .vocabulary.promise import (
    Promise,
)
from .vocabulary.ratification import (
    Ratification,
)
from .vocabulary.readiness import (
    Readiness,
)
from .vocabulary.reputation import (
    Reputation,
)
from .vocabulary.ripeness import (
    Ripeness,
)
from .vocabulary.sequencing import (
    Deadlock,
    Sequence,
    Sequencing,
)
from .vocabulary.series import (
    Series,
)
from .vocabulary.sidedeal import (
    SideDeal,
)
from .vocabulary.spoiler import (
    Spoiler,
)
from .vocabulary.suspension import (
    Suspension,
)
from .vocabulary.threat import (
    Threat,
)
from .vocabulary.truce import (
    Truce,
)
from .vocabulary.ultimatum import (
    Ultimatum,
)
from .what_if.attribution import (
    Attribution,
    News,
    attribute,
)
from .what_if.cheapest import (
    Package,
    cheapest,
)
from .what_if.comparing import (
    compare,
)
from .what_if.comparison import (
    Comparison,
)
from .what_if.comparisons import (
    Comparisons,
)
from .what_if.influences import (
    Influence,
    Sensitivity,
)
from .what_if.lever import (
    Lever,
    Levers,
)
from .what_if.levers import (
    levers,
)
from .what_if.sensitivity import (
    sensitivity,
)
from .what_if.signals import (
    Signal,
    Watching,
)
from .what_if.sweep import (
    sweep,
)
from .what_if.together import (
    Together,
    together,
)
from .what_if.watch import (
    watch,
)
from .why.explaining import (
    explain,
    main_reasons,
)
from .why.explanation import (
    Explanation,
)
from .why.narrative import (
    Narrative,
    narrate,
)
from .why.party import (
    PartyPage,
    party,
)
from .why.waits import (
    Wait,
    Waits,
    waits,
)

__version__: str

__all__ = [
    "Action",
    "Age",
    "Agreement",
    "Along",
    "Answer",
    "Appointment",
    "AsKnown",
    "Attribution",
    "Attrition",
    "AudienceCost",
    "Band",
    "Bargaining",
    "BattleNews",
    "Belief",
    "Beta",
    "Ceasefire",
    "Channel",
    "Claim",
    "Comparison",
    "Comparisons",
    "Conditional",
    "Constraint",
    "Correlation",
    "CountedRuns",
    "Counter",
    "Curve",
    "DateCurve",
    "DatedAct",
    "Deadline",
    "Deadlock",
    "Decide",
    "Decision",
    "Demand",
    "Distribution",
    "Do",
    "Draw",
    "Effect",
    "Elicited",
    "Erlang",
    "Estimate",
    "Event",
    "Every",
    "Evidence",
    "Exchange",
    "Explanation",
    "Exponential",
    "Expression",
    "Fact",
    "Finding",
    "FirstPassage",
    "Fixed",
    "Gamma",
    "Harden",
    "Immediately",
    "Influence",
    "Interval",
    "Issue",
    "LeaderChange",
    "Level",
    "Lever",
    "Levers",
    "LogNormal",
    "Mean",
    "Mechanism",
    "Mediator",
    "Meet",
    "Meeting",
    "Narrative",
    "News",
    "NewsStep",
    "Normal",
    "Nowcast",
    "Nudge",
    "Observation",
    "Observed",
    "Offensive",
    "Offer",
    "On",
    "Operand",
    "Option",
    "Outcome",
    "Package",
    "PairedDifference",
    "Parameter",
    "Part",
    "Party",
    "PartyPage",
    "Passing",
    "Pert",
    "Pool",
    "Postpone",
    "Precondition",
    "Pressure",
    "PrismText",
    "Process",
    "Promise",
    "Proportion",
    "Question",
    "RareEstimate",
    "Ratification",
    "Readiness",
    "ReasonFor",
    "Report",
    "Reputation",
    "Requirement",
    "Results",
    "Ripeness",
    "Rung",
    "Runs",
    "Says",
    "Scenario",
    "Sensitivity",
    "Sequence",
    "Sequencing",
    "Series",
    "SideDeal",
    "Signal",
    "Solution",
    "Solved",
    "Source",
    "Spoiler",
    "Suspension",
    "Tactic",
    "Threat",
    "Together",
    "Trajectory",
    "Triangular",
    "Truce",
    "Ultimatum",
    "Uniform",
    "Updated",
    "Validation",
    "Verification",
    "View",
    "Wait",
    "Waits",
    "Waive",
    "Watching",
    "Weibull",
    "WithLaw",
    "WithParameter",
    "Without",
    "absolute",
    "all_of",
    "answers",
    "any_of",
    "as_condition",
    "as_number",
    "at_least",
    "attribute",
    "build_report",
    "chance",
    "cheapest",
    "clip",
    "compare",
    "date_curve",
    "different",
    "draw_levers",
    "draw_nowcast",
    "draw_sensitivity",
    "draw_watching",
    "dumps",
    "equal",
    "errors",
    "exp",
    "floor",
    "explain",
    "export_prism",
    "guide",
    "levers",
    "lint",
    "load",
    "load_runs",
    "loads",
    "log",
    "lower",
    "main_reasons",
    "maximum",
    "minimum",
    "narrate",
    "nearest_correlation",
    "nowcast",
    "odds",
    "parse",
    "party",
    "passing",
    "plots",
    "pool",
    "posterior",
    "rare",
    "read_news",
    "read_rows",
    "replay",
    "save",
    "schema",
    "sensitivity",
    "shipped",
    "silent",
    "simulate",
    "solve",
    "solve_answers",
    "sqrt",
    "sweep",
    "together",
    "update",
    "validate",
    "verify",
    "waits",
    "watch",
    "where",
    "write_report",
]
