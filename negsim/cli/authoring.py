"""``negsim guide`` and ``negsim mcp``: for those who state cases, and for programs that do."""

from __future__ import annotations

from negsim.cli.base import Format, Printed, app, print_result
from negsim.cli.limits import limited

__all__ = ["guide", "mcp"]


@app.command()
@limited
def guide(format: Printed = Format.table) -> None:
    """Print the page that says how to state a case, for people and for language models."""
    import negsim as ns

    if format is Format.json:
        print_result("guide", {"page": ns.guide()})
    else:
        print(ns.guide(), end="")


@app.command()
def mcp() -> None:
    """Serve the Model Context Protocol on standard input and output: schema, templates, validate, run, why, compare."""
    from negsim.cli.serving import server

    server().run("stdio")
