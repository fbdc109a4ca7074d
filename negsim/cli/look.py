"""``negsim list``, ``show``, ``validate``, ``schema`` and ``new``: scenarios and their files."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.base import Format, ScenarioName, app
from negsim.cli.limits import limited

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario

__all__ = ["list_scenarios", "new", "schema", "show", "validate"]


@app.command(name="list")
@limited
def list_scenarios(format: Annotated[Format, typer.Option(help="Lines, or one JSON array.")] = Format.table) -> None:
    """List the scenarios that come with negsim."""
    import negsim as ns

    known = [{"name": name, "title": ns.load(name).title} for name in ns.shipped()]
    if format is Format.json:
        print(json.dumps(known, ensure_ascii=False, indent=2))
        return
    width = max(len(one["name"]) for one in known)
    for one in known:
        print(f"{one['name']:{width}}  {one['title']}")


@app.command()
@limited
def show(
    scenario: ScenarioName,
    toml: Annotated[bool, typer.Option("--toml", help="Print the file itself.")] = False,
    expanded: Annotated[bool, typer.Option("--expanded", help="Write out what its words stand for.")] = False,
) -> None:
    """Show what a scenario is made of."""
    import negsim as ns

    if toml and expanded:
        raise typer.BadParameter("--toml prints the file and --expanded what it stands for; give one of the two")
    told = ns.load(scenario)
    if toml:
        sys.stdout.write(_file_text(scenario))
        return
    from negsim.report.expanded import expanded_text, overview

    print(expanded_text(told) if expanded else overview(told))


def _file_text(scenario: str) -> str:
    """The text of a shipped scenario or of a file, comments included."""
    import negsim as ns

    if scenario in ns.shipped():
        from importlib import resources

        return (resources.files("negsim") / "scenarios" / f"{scenario}.toml").read_text("utf-8")
    return Path(scenario).read_text("utf-8")


@app.command()
@limited
def validate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A TOML file, or a shipped scenario's name.")],
) -> None:
    """Check a scenario file; say what is wrong, where, and what to do."""
    import negsim as ns
    from negsim.report.words import clean

    told = ns.load(file)
    _refuse_what_cannot_be_meant(file, told)
    ns.lower(told)
    elements = told.expanded
    counts = (
        f"{len(elements.actions)} actions, {len(elements.questions)} questions, {len(elements.parameters)} parameters"
    )
    print(f"{clean(file)}: valid scenario {told.name} ({counts})")
    for note in told.notes:
        print(f"note: {clean(note)}")
    advice = len(ns.lint(told))
    if advice:
        print(f"{advice} to look at: negsim lint {clean(file)}")


def _refuse_what_cannot_be_meant(file: str, told: Scenario) -> None:
    """Raise what shows only when laws are solved and beliefs looked at: all of it, with the lines."""
    from negsim.checking.lint import hard_findings
    from negsim.errors import LawError, NegsimError, ScenarioError, joined
    from negsim.errors.problems import Problem
    from negsim.files.places import line_of

    text = _file_text(file)
    errors: list[NegsimError] = []
    for one in hard_findings(told):
        said = f"{one.where}: {one.text}; {one.remedy}"
        problem = Problem(code=one.code, text=said, line=line_of(text, one.where), remedy=one.remedy)
        errors.append((LawError if one.code == "law" else ScenarioError).telling([problem]))
    if errors:
        raise joined(errors, about=Path(file).name)


@app.command()
@limited
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors and other programs."""
    import negsim as ns

    print(json.dumps(ns.schema(), ensure_ascii=False, indent=2))


@app.command()
@limited
def new(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it; an existing file is not overwritten.")
    ],
    template: Annotated[str, typer.Option(help="Which starter file.")] = "meeting",
) -> None:
    """Write a commented starter file that validates and runs."""
    from negsim.report.starter import TEMPLATES, starter

    if template not in TEMPLATES:
        raise typer.BadParameter(f"{template!r} is not one of {', '.join(TEMPLATES)}", param_hint="--template")
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    text = starter(template, name if re.match(r"[a-z]", name) else "mine")
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise FileExistsError(f"{file} is there already and is not overwritten; name another file") from None
    print(f"{file} is written; next: negsim validate {file}, negsim run {file}")
