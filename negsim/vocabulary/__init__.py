"""The words of negotiation: data that expands into plain variables, actions and questions."""

from __future__ import annotations

from negsim.vocabulary.ceasefire import Ceasefire
from negsim.vocabulary.claim import Claim
from negsim.vocabulary.common import odds
from negsim.vocabulary.meeting import Meeting, Postpone
from negsim.vocabulary.precondition import Precondition
from negsim.vocabulary.process import Process
from negsim.vocabulary.promise import Promise

__all__ = ["WORDS", "Ceasefire", "Claim", "Meeting", "Postpone", "Precondition", "Process", "Promise", "odds"]

WORDS: tuple[type, ...] = (Ceasefire, Claim, Meeting, Precondition, Process, Promise)
"""The words that a file may use without further ado."""
