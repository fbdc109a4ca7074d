"""All islands together: so many histories set out, and come back as one run."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from negsim.engines import Block, Job
from negsim.errors import ContradictionError, EffectiveError
from negsim.estimates.weights import LEAST
from negsim.learning.islands import Island, Voyage, arrays_of, joined_voyages
from negsim.learning.items import Items, items_of
from negsim.learning.moves import Moves
from negsim.learning.tilting import Kernels
from negsim.learning.updated import ItemEffect, TableRows, Updated, effects_of, evidence_of
from negsim.model.observed import Observation
from negsim.model.scenario import Scenario
from negsim.program import Program
from negsim.program.drawn import parameter_rows
from negsim.running.workers import threads_for

__all__ = ["ISLANDS", "MOST", "Retelling", "Sailing", "whole_islands"]

ISLANDS = 32
"""Populations that exchange nothing: every interval is taken over them."""
ENOUGH, MOST = 0.2, 4
"""Share of the histories asked for that they should be worth after every item, and how many times as many are taken."""


def whole_islands(count: int) -> int:
    """The number rounded up, so that all islands are alike."""
    # Minus twice: rounding up without a float.
    return -(-count // ISLANDS) * ISLANDS


@dataclass(frozen=True, slots=True)
class Sailing:
    """Everything that decides what the islands find but how many histories they have."""

    scenario: Scenario
    program: Program
    news: tuple[Observation, ...]
    seed: int
    draws: int | None
    engine: str
    workers: int | None
    max_events: int
    note: str
    moving: bool = True

    def enough(self, replications: int, most: int) -> Updated:
        """Take more histories until they are worth a fifth of those asked for after every item, or there are most."""
        legs, voyages = [whole_islands(replications)], list[Voyage]()
        began = time.perf_counter()
        while True:
            voyages = joined_voyages(voyages, self.voyages(legs[-1], sum(legs[:-1]), len(legs) - 1))
            found = self.found(voyages, legs, began)
            least = min(found.effects, key=lambda effect: effect.effective, default=None)
            more = self.more(
                sum(legs), most, 0.0 if least is None else ENOUGH * replications / max(least.effective, 1e-300)
            )
            if not more:
                return self.judged(found, replications, least)
            legs.append(more)

    @staticmethod
    def more(count: int, most: int, times: float) -> int:
        """How many further histories to take, where so many times as many would be worth enough; none if they are."""
        # A little more than that, since what they will be worth is a guess; islands are alike.
        wanted = whole_islands(math.ceil(count * min(max(1.15 * times - 1.0, 0.25), 3.0)))
        return max(0, min(wanted, (most - count) // ISLANDS * ISLANDS)) if times > 1.0 else 0

    def judged(self, found: Updated, replications: int, least: ItemEffect | None) -> Updated:
        """Refuse, warn of or let pass what the worst item left."""
        # Of those asked for that they are worth a fifth does: only who had to take more is told so.
        if least is None or (
            found.requested <= whole_islands(replications) and least.effective >= ENOUGH * replications
        ):
            return found
        worth = f"after news {least.name} {found.replications:,} histories are worth {least.effective:,.0f} equal ones"
        if least.effective < LEAST:
            raise EffectiveError(
                f"{worth}, and it takes {LEAST:.0f}; take more (replications=, most=), or see whether the item and the "
                "scenario fit"
            )
        if least.effective < ENOUGH * replications:
            text = f"{worth}, less than a fifth of the {replications:,} asked for: the scenario hardly expected it"
        else:
            text = f"{worth}, and more than the {replications:,} asked for were taken to have a fifth of these: the scenario hardly expected it"
        return replace(
            found, warnings=(*found.warnings, text), note="; ".join(one for one in (found.note, text) if one)
        )

    def go(self, legs: Sequence[int]) -> Updated:
        """Conditioned histories, in legs of so many."""
        began, voyages = time.perf_counter(), list[Voyage]()
        for leg, count in enumerate(legs):
            voyages = joined_voyages(voyages, self.voyages(count, sum(legs[:leg]), leg))
        return self.found(voyages, legs, began)

    def found(self, voyages: Sequence[Voyage], legs: Sequence[int], began: float) -> Updated:
        """What the islands found, as one run."""
        self.check_possible(voyages, sum(legs))
        effects = effects_of(voyages, sum(legs)) if self.news else ()
        return self.joined(voyages, effects, time.perf_counter() - began, tuple(legs))

    def voyages(self, count: int, first: int, leg: int) -> list[Voyage]:
        """What each island finds with so many further histories in all, from a number on, in their order."""
        kernels = Kernels.of(self.engine, self.program)
        items = items_of(self.scenario, self.program, self.news)
        # As many rows as whole islands need, so that each has its own.
        rows = parameter_rows(self.program, self.seed, None if self.draws is None else whole_islands(self.draws))
        job = Job(
            seed=self.seed,
            replications=(),
            rows=rows,
            contested=self.program.contested if self.draws is None else (),
            max_events=self.max_events,
        )

        def sail(number: int) -> Voyage:
            # Each island takes every 32nd number, so that rows are spread alike over them.
            mine = range(first + number, first + count, ISLANDS)
            return self.sail(kernels, replace(job, replications=mine), items, number + ISLANDS * leg)

        # islands and not blocks are handed out: which thread has one shows in nothing
        threads = threads_for(self.engine, self.workers)
        if threads == 1:
            return [sail(number) for number in range(ISLANDS)]
        with ThreadPoolExecutor(threads, thread_name_prefix="negsim") as pool:
            return list(pool.map(sail, range(ISLANDS)))

    def sail(self, kernels: Kernels, job: Job, items: Items, number: int) -> Voyage:
        """One island."""
        moves = None
        if self.draws is not None and self.moving:
            moves = Moves.of(self.program, self.seed, np.asarray(job.replications) % len(job.rows))
        return Island(kernels, job, items, number, moves).go(self.program.horizon)

    def check_possible(self, voyages: Sequence[Voyage], count: int) -> None:
        """Refuse news that no history of any island could bring."""
        if any(voyage.block is not None for voyage in voyages):
            return
        longest = max((voyage.steps for voyage in voyages), key=len)
        # The item at which the last island ended; any other if there was none.
        items = sorted(self.news, key=lambda item: item.name != (longest[-1].item if longest else ""))
        item = items[0]
        raise ContradictionError(
            f"news {item.name} ({item.called}): of {count:,} histories that fit the news before it none could bring it; it "
            "contradicts the scenario or the other news, or is so rare that it takes more histories (replications=)"
        )

    def told_moves(self, voyages: Sequence[Voyage]) -> str:
        """What is to be known of rows that were moved."""
        count = sum(voyage.moved > 0 for voyage in voyages)
        if not count:
            return ""
        return (
            f"few rows of parameters were left in {count} of {ISLANDS} islands, and were moved by the kernel of Liu and West "
            "(2001), which keeps their mean and covariance and is an approximation"
        )

    def joined(
        self, voyages: Sequence[Voyage], effects: tuple[ItemEffect, ...], seconds: float, legs: tuple[int, ...]
    ) -> Updated:
        """The islands as one run; those that no history is left of have a weight of 0 in the evidence alone."""
        there = [(number, voyage) for number, voyage in enumerate(voyages) if voyage.block is not None]
        block = joined_blocks([voyage.block for _, voyage in there if voyage.block is not None])
        rows: Sequence[tuple[float, ...]] = (self.program.best(),)
        if self.draws is not None:
            rows = TableRows(np.concatenate([voyage.parameters for _, voyage in there]))
        return Updated(
            scenario=self.scenario,
            program=self.program,
            seed=self.seed,
            rows=rows,
            drawn=self.draws is not None,
            engine=self.engine,
            note="; ".join(one for one in (self.note, self.told_moves(voyages)) if one),
            seconds=seconds,
            max_events=self.max_events,
            requested=len(block.failed),
            block=block,
            log_weights=np.concatenate([voyage.log_weights for _, voyage in there]),
            islands=np.concatenate([np.full(len(voyage.log_weights), number) for number, voyage in there]),
            news=self.news,
            effects=effects,
            log_evidence=evidence_of(voyages),
            retell=Retelling(self, legs),
        )


@dataclass(frozen=True, slots=True)
class Retelling:
    """Tells the same histories once more, under a program that records other things of them as well.

    Attributes
    ----------
    sailing : Sailing
    legs : tuple of int
        How many histories set out together.
    """

    sailing: Sailing
    legs: tuple[int, ...]

    def __call__(self, program: Program) -> Updated:
        """The same histories."""
        return replace(self.sailing, program=program).go(self.legs)


def joined_blocks(blocks: Sequence[Block]) -> Block:
    """The histories of several blocks as one, numbered from 0 on."""
    arrays = arrays_of(blocks)
    # without the number that the weights of outcomes were kept in
    arrays["final"] = arrays["final"][:, :-1]
    arrays["replications"] = np.arange(len(arrays["failed"]))
    return Block(**arrays)
