"""Numbers of words whose changes nobody tells: counters and inner signals."""

from __future__ import annotations

from negsim.wording.language import Patterns

__all__ = ["QUIET"]

QUIET = Patterns(
    dict.fromkeys(
        (
            "age.steps",
            "agreement.reached",
            "agreement.renewals",
            "appointment.times_put_off",
            "bargaining.number",
            "bargaining.*.moved",
            "offensive.number",
            "ceasefire.violations",
            "channel.contacts",
            "dated_act.times_put_off",
            "deadline.pace",
            "deadline.extensions",
            "deadline.step",
            "exchange.completed",
            "exchange.stage",
            "leader_change.changes",
            "meeting.times_put_off",
            "offer.times",
            "process.number",
            "ratification.votes",
            "spoiler.acts",
            "suspension.times",
            "truce.violations",
            "truce.recent",
            "truce.extensions",
            "ultimatum.times",
            "reputation.kept",
            "reputation.broken",
            "belief.log_odds",
        ),
        "",
    )
)
