"""The report as one HTML file: templates of the package, a style and a script inside, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from negsim.report.page import svg
from negsim.report.page.numbers import Number
from negsim.report.page.texts import dashed, sentence, upper_first
from negsim.report.words import day

__all__ = ["page"]

ATTRIBUTES = ("low", "high", "level", "kind", "method", "n")
"""What stands beside a number for machines."""


def page(data: dict[str, Any], pictures: list[dict[str, Any]]) -> str:
    """Write the file.

    Parameters
    ----------
    data : dict
        Of the report; it goes into the file as well.
    pictures : list of dict
        Of its curves.
    """
    environment = _environment()
    # What is hashed must stand in the file to the letter: templates put nothing into either.
    style, script = _text("style.css"), _text("script.js")
    return environment.get_template("page.html.jinja").render(
        data=data,
        pictures=pictures,
        network=svg.network(data["waits"]["pairs"]),
        policy=_policy(style, script),
        style=Markup(style),  # of this package
        script=Markup(script),  # likewise
        block=_block(data),
        num=lambda number, text=None: _twin(number, data["run"]["seed"], text),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("negsim.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"day": day, "dash": dashed, "sentence": sentence, "upper_first": upper_first}
    found.globals["bar"] = svg.bar
    return found


@lru_cache(maxsize=2)
def _text(name: str) -> str:
    return (resources.files("negsim.report.page") / "templates" / name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """What the file may do: nothing but its own style and script, known by their hashes."""
    return f"default-src 'none'; style-src {_hashed(style)}; script-src {_hashed(script)}; base-uri 'none'; form-action 'none'"


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _block(data: dict[str, Any]) -> Markup:
    """The data as JSON that cannot end the element it stands in."""
    # Escapes of JSON are the same text for whoever reads it, and HTML sees no sign that it knows.
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # its signs that HTML knows are written as escapes


def _twin(number: Number | None, seed: int | None, text: str | None = None) -> Markup:
    """A number as people read it, with all that machines want to know of it."""
    if number is None:
        return Markup('<span class="none">unknown</span>')
    # All that machines need stands beside the number, so that none has to be read out of the text.
    told = {name: number.get(name) for name in ATTRIBUTES}
    if number["range"] is not None:
        told |= {f"range-{end}": number["range"][end] for end in ("low", "high")}
    told |= {"seed": seed, "ref": number.ref}
    attributes = Markup("").join(
        Markup(' data-{}="{}"').format(name, _plain(value)) for name, value in told.items() if value not in (None, "")
    )
    shown = number["printed"] if text is None else text
    value = "" if number["value"] is None else _plain(number["value"])
    return Markup('<data value="{}"{}>{}</data>').format(value, attributes, shown)


def _plain(value: Any) -> str:
    """A number as JSON writes it: whoever reads it back has the same float."""
    # repr of a float is the shortest text that gives it back; JSON has the same.
    return value if isinstance(value, str) else json.dumps(value)
