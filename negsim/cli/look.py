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
from negsim.report.words import clean

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
    form: Annotated[
        str | None, typer.Argument(metavar="[text|mermaid|graphviz]", help="How --waits is written (default text).")
    ] = None,
    toml: Annotated[bool, typer.Option("--toml", help="Print the file itself.")] = False,
    expanded: Annotated[bool, typer.Option("--expanded", help="Write out what its words stand for.")] = False,
    party: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="One party: aims, views, preconditions, decisions, who waits for whom."),
    ] = None,
    waits: Annotated[bool, typer.Option("--waits", help="Who waits for whom at the start.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --waits: draw it to FILE.png, .svg or .pdf.")
    ] = None,
) -> None:
    """Show what a scenario is made of."""
    import negsim as ns

    if toml + expanded + waits + (party is not None) > 1:
        raise typer.BadParameter("--toml, --expanded, --party and --waits are different pages; give one of them")
    if (form is not None or out is not None) and not waits:
        raise typer.BadParameter("only --waits has a form or is drawn to a file; add --waits")
    told = ns.load(scenario)
    if toml:
        sys.stdout.write(_file_text(scenario))
    elif party is not None:
        print(clean(ns.party(told, party).text()))
    elif waits:
        _show_waits(told, form or "text", out)
    else:
        from negsim.report.expanded import expanded_text, overview

        print(expanded_text(told) if expanded else overview(told))


def _show_waits(told: Scenario, form: str, out: Path | None) -> None:
    import negsim as ns

    found = ns.waits(told)
    texts = {"text": found.text, "mermaid": found.mermaid, "graphviz": found.graphviz}
    if form not in texts:
        raise typer.BadParameter(f"{form!r} is no form of --waits; write {', '.join(texts)}, or leave it out")
    if out is None:
        print(clean(texts[form]()))
        return
    if out.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise typer.BadParameter(f"--out {out}: a picture ends in .png, .svg or .pdf")
    from negsim.report.graph import draw_waits

    draw_waits(found, out)
    print(f"{out} is written")


def _file_text(scenario: str) -> str:
    """The text of a shipped scenario, of a file or of standard input, comments included."""
    from negsim.files.reading import text_of

    return text_of(scenario)


@app.command()
@limited
def validate(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A TOML or JSON file, a shipped scenario's name, or - for standard input."),
    ],
) -> None:
    """Check a scenario file; say what is wrong, where, and what to do."""
    import negsim as ns

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
        raise joined(errors, about="standard input" if file == "-" else Path(file).name)


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
