"""Writes a page of reference for each public name: what its docstring says, in the order of the front door."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import negsim as ns
from negsim.vocabulary import WORDS

__all__ = ["write_reference"]

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("files", "Scenarios and files", r"negsim\.(files|model\.(scenario|framing))"),
    ("model", "Elements of a scenario", r"negsim\.model"),
    ("words", "Words of negotiation", r"negsim\.vocabulary"),
    ("bargaining", "Bargaining", r"negsim\.bargaining"),
    ("laws", "Laws and opinions", r"negsim\.laws"),
    ("running", "Running", r"negsim\.(running|engines|program)"),
    ("results", "Results and estimates", r"negsim\.(results|estimates)"),
    ("why", "Why, and who waits for whom", r"negsim\.why"),
    ("what_if", "What if, what matters, what to watch", r"negsim\.what_if"),
    ("learning", "News", r"negsim\.learning"),
    ("checking", "Checking", r"negsim\.checking"),
    ("report", "Reports and pictures", r"negsim\.report"),
)
LAST = ("other", "Everything else", r"")


def home(name: str) -> str:
    """The module that a name comes from."""
    one = getattr(ns, name)
    return str(getattr(one, "__module__", None) or getattr(one, "__name__", ""))


def section_of(name: str) -> str:
    """The section that a name belongs to."""
    if getattr(ns, name) in WORDS:
        return "words"
    return next((key for key, _, pattern in SECTIONS if re.match(pattern, home(name))), LAST[0])


def page(name: str) -> str:
    """The page of one name."""
    one = getattr(ns, name)
    kind = "autoclass" if inspect.isclass(one) else "automodule" if inspect.ismodule(one) else "autofunction"
    if kind == "autofunction" and not callable(one):
        kind = "autodata"
    target = one.__name__ if kind == "automodule" else f"negsim.{name}"
    return f"{name}\n{'=' * len(name)}\n\n.. {kind}:: {target}\n"


def write_reference(folder: Path) -> None:
    """Write all pages that changed, and take away those of names that are gone."""
    names = [name for name in ns.__all__ if not name.startswith("_")]
    found = {f"{name}.rst": page(name) for name in names}
    lines = ["Reference", "=========", "", "Every public name of ``import negsim as ns``.", ""]
    for key, title, _ in (*SECTIONS, LAST):
        inside = sorted((name for name in names if section_of(name) == key), key=str.lower)
        if inside:
            lines += [
                title,
                "-" * len(title),
                "",
                ".. toctree::",
                "   :maxdepth: 1",
                "",
                *(f"   {name}" for name in inside),
                "",
            ]
    found["index.rst"] = "\n".join(lines)
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.rst"):
        if old.name not in found:
            old.unlink()
    for file, text in found.items():
        target = folder / file
        if not target.exists() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
