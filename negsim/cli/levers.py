"""``negsim levers`` and ``negsim compare``: what to change, and what a change does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.base import AsKnown, Draws, Fix, Format, ScenarioName, Seed, app, console, fixed
from negsim.cli.limits import Limits, limited
from negsim.cli.matters import Csv, Level, Out, Printed, QuestionName, check_options, drawn, write_csv

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario

__all__ = ["compare", "levers"]

FEW, MANY = 4_000, 20_000

Count = Annotated[int, typer.Option("--replications", "-n", min=64, help="Histories of each variant.")]
Names = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Of an element (again for more of them).")]


@app.command()
@limited
def levers(
    scenario: ScenarioName,
    question: QuestionName,
    limits: Limits,
    replications: Count = FEW,
    seed: Seed = None,
    draws: Draws = None,
    fix: Fix = None,
    as_known: AsKnown = False,
    level: Level = 0.95,
    out: Out = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Tell which change of a scenario would help most, and which would spoil it.

    Every precondition is met, waived and hardened, every mechanism taken away, every decision forced, one at a time.
    """
    import negsim as ns
    from negsim.report.changes import lever_rows, print_levers

    check_options(level, out)
    limits.lift()
    told = fixed(ns.load(scenario, as_known=as_known), fix)
    found = ns.levers(told, question, replications=replications, seed=seed, draws=draws, level=level)
    if format is Format.json:
        _json({"scenario": told.name, "seed": found.seed, **found.as_dict()})
    else:
        print_levers(console(), found, told.name)
    if csv_file is not None:
        write_csv(csv_file, lever_rows(found))
    if out is not None:
        from negsim.report.changes_plots import draw_levers

        drawn(draw_levers, found, out, format)


@app.command()
@limited
def compare(
    scenario: ScenarioName,
    limits: Limits,
    question: Annotated[
        list[str] | None, typer.Option("--question", "-q", metavar="QUESTION", help="Again for more; default: its own.")
    ] = None,
    meet: Names = None,
    waive: Names = None,
    harden: Names = None,
    without: Names = None,
    decide: Annotated[
        list[str] | None, typer.Option(metavar="DECISION=OPTION", help="Force a decision (again for more).")
    ] = None,
    sweep: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE,VALUE", help="Values of a parameter, each a variant.")
    ] = None,
    replications: Count = MANY,
    seed: Seed = None,
    draws: Draws = None,
    fix: Fix = None,
    as_known: AsKnown = False,
    level: Level = 0.95,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Compare variants of a scenario with it, history by history; each option makes one variant."""
    import negsim as ns
    from negsim.laws.draws import fresh_seed
    from negsim.report.changes import print_comparisons
    from negsim.what_if.sweep import own_questions

    check_options(level, None)
    limits.lift()
    told = fixed(ns.load(scenario, as_known=as_known), fix)
    variants = _variants(told, meet, waive, harden, without, decide) | _swept(told, sweep)
    if not variants:
        raise typer.BadParameter(
            "there is no variant; give one by --meet, --waive, --harden, --without, --decide or --sweep"
        )
    seed = fresh_seed() if seed is None else seed
    every = (told, *variants.values())
    base, *others = (
        ns.simulate(one, replications=replications, seed=seed, draws=draws, keep="answers") for one in every
    )
    found = ns.compare(base, dict(zip(variants, others, strict=True)), question or own_questions(told), level=level)
    if format is Format.json:
        _json({"scenario": told.name, "seed": seed, **found.as_dict()})
    else:
        print_comparisons(console(), found, f"{told.name} · n = {replications:,} a variant · seed {seed}")
    if csv_file is not None:
        write_csv(csv_file, found.rows())


def _variants(
    told: Scenario,
    meet: list[str] | None,
    waive: list[str] | None,
    harden: list[str] | None,
    without: list[str] | None,
    decide: list[str] | None,
) -> dict[str, Scenario]:
    """A variant for each option, named as it was asked for."""
    found = {f"{name} met": told.meet(name) for name in meet or ()}
    found |= {f"{name} waived": told.waive(name) for name in waive or ()}
    found |= {f"{name} hardened": told.harden(name) for name in harden or ()}
    found |= {f"without {name}": told.without(name) for name in without or ()}
    for pair in decide or ():
        name, option = _halves(pair, "--decide", "DECISION=OPTION")
        found[f"{name} = {option}"] = told.decide(name, option)
    return found


def _swept(told: Scenario, pairs: list[str] | None) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    for pair in pairs or ():
        name, values = _halves(pair, "--sweep", "NAME=VALUE,VALUE")
        for value in values.split(","):
            found |= {f"{name} = {value.strip()}": fixed(told, [f"{name}={value}"])}
    return found


def _halves(pair: str, option: str, form: str) -> tuple[str, str]:
    name, sign, rest = (part.strip() for part in pair.partition("="))
    if not (name and sign and rest):
        raise typer.BadParameter(f"{pair!r} is no {form}", param_hint=option)
    return name, rest


def _json(found: dict[str, Any]) -> None:
    print(json.dumps(found, allow_nan=False, ensure_ascii=False, indent=2))
