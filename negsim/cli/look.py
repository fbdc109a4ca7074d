"""``negsim list``, ``show``, ``validate``, ``schema`` and ``new``: scenarios and their files."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.base import Format, Printed, Words, app, check_picture, complete_scenario, print_result
from negsim.cli.limits import Limits, limited
from negsim.cli.loading import loaded
from negsim.cli.suppose import supposing

if TYPE_CHECKING:
    from negsim.model.scenario import Scenario

__all__ = ["list_scenarios", "new", "schema", "show", "validate"]


class Profile(StrEnum):
    """Which schema is printed."""

    full = "full"
    strict = "strict"


@app.command(name="list")
@limited
def list_scenarios(format: Printed = Format.table) -> None:
    """List the scenarios that come with negsim."""
    import negsim as ns

    known = [{"name": name, "title": ns.load(name).title} for name in ns.shipped()]
    if format is Format.json:
        print_result("list", {"scenarios": known})
        return
    width = max(len(one["name"]) for one in known)
    for one in known:
        print(f"{one['name']:{width}}  {one['title']}")


@app.command()
@limited
@supposing
def show(
    told: Scenario,
    source: str,
    form: Annotated[
        str | None, typer.Argument(metavar="[text|mermaid|graphviz]", help="How --waits is written (default text).")
    ] = None,
    *,
    expanded: Annotated[bool, typer.Option("--expanded", help="Write out what its words stand for.")] = False,
    party: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="One party: aims, views, preconditions, decisions, who waits for whom."),
    ] = None,
    waits: Annotated[bool, typer.Option("--waits", help="Who waits for whom at the start.")] = False,
    toml: Annotated[
        bool, typer.Option("--toml", help="Print the file itself, or what it is with your changes.")
    ] = False,
    limits: Limits,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --waits: draw it to FILE.png, .svg or .pdf.")
    ] = None,
    format: Printed = Format.table,
) -> None:
    """Show what a scenario is made of."""

    if toml + expanded + waits + (party is not None) > 1:
        raise typer.BadParameter("--toml, --expanded, --party and --waits are different pages; give one of them")
    if (form is not None or out is not None) and not waits:
        raise typer.BadParameter("only --waits has a form or is drawn to a file; add --waits")
    if waits:
        _show_waits(told, form or "text", out, format)
        return
    page, data = _page(told, source, toml=toml, expanded=expanded, party=party)
    if format is Format.json:
        print_result("show", {"page": page, **data}, told)
    elif page == "file":
        sys.stdout.write(data["text"])
    else:
        print(data["text"])


def _page(told: Scenario, source: str, *, toml: bool, expanded: bool, party: str | None) -> tuple[str, dict[str, Any]]:
    """The page that is asked for: its name, its text, and the same as data."""
    import negsim as ns
    from negsim.report.words import clean

    if toml:
        text = ns.dumps(told) if told.interventions else _file_text(source)
        return "file", {"text": text}
    if party is not None:
        from negsim.report.run_data import plain_fields

        found = ns.party(told, party)
        return "party", {"text": clean(found.text()), **plain_fields(found)}
    from negsim.report.expanded import expanded_text, overview
    from negsim.report.parts_data import elements_data, overview_data

    if expanded:
        return "expanded", {"text": expanded_text(told), "elements": elements_data(told)}
    return "overview", {"text": overview(told), **overview_data(told)}


def _show_waits(told: Scenario, form: str, out: Path | None, format: Format) -> None:
    import negsim as ns
    from negsim.report.words import clean

    found = ns.waits(told)
    texts = {"text": found.text, "mermaid": found.mermaid, "graphviz": found.graphviz}
    if form not in texts:
        raise typer.BadParameter(f"{form!r} is no form of --waits; write {', '.join(texts)}, or leave it out")
    check_picture(out)
    if format is Format.json:
        from negsim.report.run_data import plain_fields

        print_result("show", {"page": "waits", "text": clean(texts[form]()), **plain_fields(found)}, told)
    if out is not None:
        from negsim.report.graph import draw_waits

        draw_waits(found, out)
        print(f"{out} is written", file=sys.stdout if format is Format.table else sys.stderr)
    elif format is Format.table:
        print(clean(texts[form]()))


def _file_text(scenario: str) -> str:
    """The text of a shipped scenario, of a file or of standard input, comments included."""
    from negsim.files.reading import text_of

    return text_of(scenario)


@app.command()
@limited
def validate(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A TOML or JSON file, a shipped scenario's name, or - for standard input.",
            autocompletion=complete_scenario,
        ),
    ],
    limits: Limits,
    histories: Annotated[
        int | None,
        typer.Option(min=0, help="Histories told without each part, to see whether it moves anything; 0 for none."),
    ] = None,
    format: Printed = Format.table,
    words: Words = None,
) -> None:
    """Check a scenario file: what is wrong, where, and what to do; what is valid and does nothing."""
    import negsim as ns
    from negsim.checking.silent import HISTORIES
    from negsim.checking.validation import findings_of, refuse_what_cannot_be_meant
    from negsim.report.words import clean

    told = loaded(file, words)
    refuse_what_cannot_be_meant(told, _file_text(file), "standard input" if file == "-" else Path(file).name)
    ns.lower(told)
    looked = HISTORIES if histories is None else histories
    dead, advice = findings_of(told, histories=looked, seconds=limits.left * SHARE, clock=limits.clock)
    if format is Format.json:
        from negsim.report.parts_data import counts

        data = {"valid": True, "file": file, **counts(told), "notes": list(told.notes)}
        print_result("validate", {**data, "dead": list(map(str, dead)), "to_look_at": list(map(str, advice))}, told)
        return
    print(f"{clean(file)}: valid scenario {told.name} ({_counted(told)})")
    for note in told.notes:
        print(f"note: {clean(note)}")
    for one in dead:
        print(clean(f"note: {one.text}" if one.where == "scenario" else f"does nothing: {one}"))
    if advice:
        print(f"{len(advice)} to look at: negsim lint {clean(file)}")


SHARE = 0.3
"""Of the command's time that looking for what does nothing may take."""


def _counted(told: Scenario) -> str:
    from negsim.report.parts_data import counts

    n = counts(told)
    brought = f", and {n['questions_of_words']} that its words bring" if n["questions_of_words"] else ""
    return f"{n['actions']} actions, {n['questions']} questions of its own{brought}, {n['parameters']} parameters"


@app.command()
@limited
def schema(
    results: Annotated[
        bool, typer.Option("--results", help="Of what commands print with --format json, in place of scenario files.")
    ] = False,
    profile: Annotated[
        Profile, typer.Option(help="full, for editors; strict, for programs that must fill a closed schema.")
    ] = Profile.full,
    format: Printed = Format.json,
) -> None:
    """Print the JSON Schema of scenario files, or of results."""
    import negsim as ns
    from negsim.files.schemas import schema_text

    if results:
        from negsim.report.results_schema import results_schema

        print(json.dumps(results_schema(), ensure_ascii=False, indent=2))
        return
    print(schema_text(ns.schema(profile=profile.value)))


@app.command()
@limited
def new(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it; an existing file is not overwritten.")
    ] = None,
    template: Annotated[
        str, typer.Option(metavar="[NAME|list]", help="Which starter file; list says what there is.")
    ] = "meeting",
    format: Printed = Format.table,
) -> None:
    """Write a commented starter file that validates and runs, and beside it the schema for editors."""
    from negsim.report.starter import TEMPLATES, starter

    if file is None and template != "list":
        raise typer.BadParameter("say where to write it, or --template list", param_hint="FILE")
    if file is None or template == "list":
        _list_templates(TEMPLATES, format)
        return
    if template not in TEMPLATES:
        raise typer.BadParameter(f"{template!r} is not one of {', '.join(TEMPLATES)}", param_hint="--template")
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    text = starter(template, name if re.match(r"[a-z]", name) else "mine")
    if file.suffix == ".json":
        import negsim as ns

        text = ns.dumps(ns.loads(text), format="json")
    _write_new(file, text)
    beside = _write_schema(file)
    next_ = [f"negsim validate {file}", f"negsim run {file}"]
    if format is Format.json:
        print_result("new", {"file": str(file), "schema_file": str(beside), "template": template, "next": next_})
        return
    print(f"{file} is written, and the schema {beside.name} beside it; next: {', '.join(next_)}")


def _list_templates(templates: dict[str, str], format: Format) -> None:
    if format is Format.json:
        print_result("new", {"file": "", "schema_file": "", "template": "list", "templates": templates})
        return
    width = max(map(len, templates))
    for name, said in templates.items():
        print(f"{name:{width}}  {said}")


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise FileExistsError(f"{file} is there already and is not overwritten; name another file") from None


def _write_schema(file: Path) -> Path:
    """Write the schema that a scenario file names beside it; one that is there already stays as it is."""
    import negsim as ns
    from negsim.files.schemas import schema_text
    from negsim.files.writing import SCHEMA_FILE

    beside = file.with_name(SCHEMA_FILE)
    with suppress(FileExistsError), beside.open("x", encoding="utf-8") as target:
        target.write(schema_text(ns.schema()) + "\n")
    return beside
