"""Docstrings as pages in Markdown: what a class says, its fields as a table, facts and literature, its example."""

from __future__ import annotations

import inspect
import re
import textwrap

__all__ = ["formulas", "page", "parameters", "sections"]

SECTION = re.compile(r"^(Parameters|Returns|Raises|See Also|Notes|Examples)\n-+\n", re.MULTILINE)


def sections(one: type) -> dict[str, str]:
    """The docstring by section; the first, nameless one is what the class says.

    >>> from negsim.model.variables import Fact
    >>> list(sections(Fact))[:2]
    ['', 'Parameters']
    """
    parts = SECTION.split(inspect.getdoc(one) or "It says nothing of itself.")
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def formulas(text: str) -> str:
    """Formulas of reStructuredText as those of Markdown.

    >>> formulas("a share :math:`p`, kept in ``pace``")
    'a share $p$, kept in `pace`'
    """
    text = re.sub(r":math:`([^`]*)`", r"$\1$", text)

    def block(found: re.Match[str]) -> str:
        body = " ".join(line.strip() for line in found.group(1).splitlines())
        # Line breaks within a formula would end it in Markdown.
        return f"\n$$\n{body.strip()}\n$$\n"

    return re.sub(r"\n\.\. math:: (.*?)\n(?=\n|\Z)", block, text + "\n", flags=re.DOTALL).strip().replace("``", "`")


def parameters(text: str) -> list[str]:
    """The parameters as rows of a table."""
    rows = ["| field | what |", "| --- | --- |"]
    for block in re.split(r"\n(?=\S)", text.strip()):
        head, _, rest = block.partition("\n")
        name, _, kind = head.partition(" : ")
        # A bar would end the cell.
        said = " ".join(textwrap.dedent(rest).split()).replace("|", "\\|").replace("``", "`")
        for one in name.split(", "):
            rows.append(f"| `{one}` | {kind.replace('|', chr(92) + '|')}{'. ' if kind and said else ''}{said} |")
    return rows


def page(one: type) -> str:
    """The page of a class from nothing but its docstring."""
    said = sections(one)
    blocks = [f"# {one.__name__}", formulas(said[""])]
    if "Parameters" in said:
        blocks += ["## Fields", "\n".join(parameters(said["Parameters"]))]
    if "Notes" in said:
        blocks += ["## Facts and literature", formulas(said["Notes"])]
    if "Examples" in said:
        blocks += ["## Example", f"```python\n{said['Examples'].strip()}\n```"]
    return "\n\n".join(blocks) + "\n"
