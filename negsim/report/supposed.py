"""What is supposed in a scenario, in words."""

from __future__ import annotations

from negsim.model.scenario import Scenario

__all__ = ["supposed"]


def supposed(told: Scenario) -> tuple[str, ...]:
    """What a scenario's interventions say, one sentence without a full stop each.

    >>> import negsim as ns
    >>> supposed(ns.load("toy").do("memorandum.delivered", never=True))
    ('it never happens that the memorandum is on the table',)
    """
    if not told.interventions:
        return ()
    from negsim.what_if.candidates import step_in_words

    return tuple(step_in_words(told, step) for step in told.interventions)
