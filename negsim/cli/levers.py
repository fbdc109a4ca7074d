"""``negsim levers`` and ``negsim compare``: what to change, and what a change does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.asking import asked, asked_by_name, check_in, new_questions, ungiven
from negsim.cli.base import (
    AsKnown,
    By,
    Csv,
    Draws,
    Fix,
    Format,
    Level,
    Out,
    Printed,
    QuestionName,
    Questions,
    ScenarioName,
    Seed,
    Words,
    app,
    check_level,
    check_picture,
    console,
    fixed,
    print_result,
    write_csv,
)
from negsim.cli.changes import changed, halves, in_order
from negsim.cli.limits import Limits, limited
from negsim.cli.loading import loaded
from negsim.cli.matters import drawn
from negsim.cli.suppose import Decide, Do, Harden, Meet, Set, Waive, Without, supposing
from negsim.errors import NotRecorded

if TYPE_CHECKING:
    from negsim.model.questions import Question
    from negsim.model.scenario import Scenario

__all__ = ["compare", "levers"]

FEW, MANY = 4_000, 20_000

Count = Annotated[int, typer.Option("--replications", "-n", min=64, help="Histories of each variant.")]
Other = Annotated[
    str | None, typer.Argument(metavar="[OTHER]", help="Another scenario or file, as a variant of the first.")
]


@app.command()
@limited
@supposing
def levers(
    told: Scenario,
    question: QuestionName,
    limits: Limits,
    replications: Count = FEW,
    seed: Seed = None,
    draws: Draws = None,
    level: Level = 0.95,
    out: Out = None,
    csv_file: Csv = None,
    format: Printed = Format.table,
) -> None:
    """Tell which change would help most, and which would spoil it.

    Every precondition is met, waived and hardened, every mechanism taken away, every decision forced, one at a time.
    """
    import negsim as ns
    from negsim.report.changes import lever_rows, print_levers

    check_level(level)
    check_picture(out)
    limits.lift()
    one = asked_by_name(told, question)
    ungiven([one], "other histories meet that under each change")
    found = ns.levers(told, one, replications=replications, seed=seed, draws=draws, level=level)
    if format is Format.json:
        print_result("levers", {"seed": found.seed, **found.as_dict()}, told)
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
    other: Other = None,
    question: Questions = None,
    by: By = None,
    set: Set = None,
    without: Without = None,
    do: Do = None,
    decide: Decide = None,
    meet: Meet = None,
    waive: Waive = None,
    harden: Harden = None,
    sweep: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE,VALUE", help="Values of a parameter, each a variant.")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="All changes in one variant, in place of one variant each.")
    ] = False,
    replications: Count = MANY,
    seed: Seed = None,
    draws: Draws = None,
    fix: Fix = None,
    level: Level = 0.95,
    csv_file: Csv = None,
    format: Printed = Format.table,
    words: Words = None,
    as_known: AsKnown = False,
) -> None:
    """Compare a scenario with another, or with variants of itself.

    Histories are compared with themselves: what flips is told, with the interval of the difference. Each option that
    changes something makes one variant, in the order in which they stand; --fix holds in all of them.
    """
    check_level(level)
    limits.lift()
    told = fixed(loaded(scenario, words, as_known=as_known), fix)
    wanted = {"set": set, "without": without, "do": do, "decide": decide, "meet": meet, "waive": waive}
    wanted |= {"harden": harden, "sweep": sweep}
    variants: dict[str, Scenario] = {}
    if other is not None:
        second = fixed(loaded(other, words, as_known=as_known), fix)
        variants[second.name if second.name != told.name else other] = second
    variants |= _variants(told, in_order({name: values or () for name, values in wanted.items()}), together)
    if not variants:
        raise typer.BadParameter(
            "there is nothing to compare with; name another scenario, or a change such as --without, --set or --decide"
        )
    _compared(
        told, variants, asked_of(told, variants, question, by), replications, seed, draws, level, csv_file, format
    )


def asked_of(
    told: Scenario, variants: Mapping[str, Scenario], texts: list[str] | None, by: str | None
) -> tuple[list[Question], list[str]]:
    """What is asked of all, and the questions of the first that another one does not ask."""
    from negsim.what_if.sweep import own_questions

    chosen = asked(told, texts if texts else [str(one) for one in own_questions(told)], by)
    known = [one.expanded.questions for one in variants.values()]
    ungiven(chosen, "other histories meet that in each variant")
    new = new_questions(told, chosen)
    for other in variants.values():
        check_in(other, new)
    anew = {one.name for one in new}
    kept = {one.name: one for one in chosen if one.name in anew or all(one.name in each for each in known)}
    if not kept:
        names = ", ".join(one.name for one in chosen)
        raise NotRecorded(
            f"{told.name} asks {names or 'nothing'}, and the other scenario asks none of it; ask the same in both with "
            "--question CONDITION"
        )
    return list(kept.values()), [one.name for one in chosen if one.name not in kept]


def _compared(
    told: Scenario,
    variants: Mapping[str, Scenario],
    chosen: tuple[list[Question], list[str]],
    replications: int,
    seed: int | None,
    draws: int | None,
    level: float,
    csv_file: Path | None,
    format: Format,
) -> None:
    """Simulate all variants with the same random numbers, and print what differs."""
    import negsim as ns
    from negsim.laws.draws import fresh_seed
    from negsim.report.changes import comparison_data, print_comparisons
    from negsim.report.titles import question_titles

    seed = fresh_seed() if seed is None else seed
    questions, left_out = chosen
    anew = new_questions(told, questions)
    base, *others = (
        ns.simulate(one, replications=replications, seed=seed, draws=draws, keep="answers", questions=anew)
        for one in (told, *variants.values())
    )
    names, titles = [one.name for one in questions], question_titles(told, questions)
    found = ns.compare(base, dict(zip(variants, others, strict=True)), names, level=level)
    if format is Format.json:
        facts = {"seed": seed, "engine": base.engine, "replications": base.replications, "not_compared": left_out}
        facts["draws"] = len(base.rows) if base.drawn else None
        print_result("compare", {**facts, **comparison_data(told, variants, titles, found)}, told)
    else:
        source = f"{told.name} · n = {replications:,} a variant · seed {seed}"
        print_comparisons(console(), found, source, told=told, variants=variants, titles=titles, left_out=left_out)
    if csv_file is not None:
        write_csv(csv_file, found.rows())


def _variants(told: Scenario, wanted: list[tuple[str, str]], together: bool) -> dict[str, Scenario]:
    """A variant for each change (or one of them all), named as it was asked for."""
    if together:
        pairs = [pair for option, text in wanted for _, pair in _changes(option, text)]
        return {"all changes together": changed(told, pairs)} if pairs else {}
    named = [one for option, text in wanted for one in _changes(option, text)]
    return {name: changed(told, [pair]) for name, pair in named}


def _changes(option: str, text: str) -> list[tuple[str, tuple[str, str]]]:
    """The changes that an option asks for, with the names of their variants."""
    if option == "--sweep":
        name, values = halves(text, option, "NAME=VALUE,VALUE")
        return [(f"{name} = {one.strip()}", ("--set", f"{name}={one.strip()}")) for one in values.split(",")]
    done = {"--meet": "met", "--waive": "waived", "--harden": "hardened"}
    called = f"without {text}" if option == "--without" else f"{text} {done[option]}" if option in done else text
    return [(called.replace("=", " = ") if "=" in called else called, (option, text))]
