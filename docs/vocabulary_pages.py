"""Writes a page of documentation for each word from its docstring, its example and what the example expands into.

    python docs/vocabulary_pages.py

The pages are committed; a test holds that they are what this writes. So a word's text has one home, its docstring.
"""

from __future__ import annotations

import inspect
import re
import runpy
from pathlib import Path
from typing import Any

import negsim as ns
from negsim.report.docstrings import formulas, parameters, sections
from negsim.vocabulary import WORDS

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples" / "words"


def table_of(scenario: ns.Scenario, word: Any) -> str:
    """The word's own tables in a file."""
    text = ns.dumps(scenario)
    blocks = re.split(r"\n\n(?=\[)", text)
    own = f"[{word.table}.{word.name}"
    return "\n\n".join(block for block in blocks if block.startswith((own + "]", own + "."))).strip()


def elements_of(word: Any) -> list[str]:
    """What the word of the example expands into."""
    rows = ["| element | kind | what |", "| --- | --- | --- |"]
    for one in word.expand():
        if isinstance(one, ns.Party | ns.Question) and not isinstance(word, ns.Series):
            continue
        what = ""
        if isinstance(one, ns.Action):
            what = f"when `{one.when}`" if str(one.when) != "true" else "always"
        rows.append(f"| `{one.name}` | {type(one).__name__.lower()} | {what.replace('|', chr(92) + '|')} |")
    return rows


def page(name: str) -> str:
    """The page of one word."""
    found = runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="example")
    word, source = found["word"], (EXAMPLES / f"{name}.py").read_text("utf-8")
    said = sections(type(word))
    shown = "\n".join(elements_of(word))
    blocks = [
        f"# {type(word).__name__}",
        formulas(said[""]),
        "## Fields",
        "\n".join(parameters(said["Parameters"])),
        "## Facts and literature",
        formulas(said["Notes"]),
        "## Example",
        f"`examples/words/{name}.py`",
        f"```python\n{source.strip()}\n```",
        "The word in a file:",
        f"```toml\n{table_of(found['scenario'], word)}\n```",
        "What it expands into, beside its parties and the questions on its main facts:",
        shown,
    ]
    return "\n\n".join(blocks) + "\n"


def index() -> str:
    """The list of all words with a page."""
    rows = ["# Words with a page of their own", "", "| word | table | says |", "| --- | --- | --- |"]
    for word in sorted(WORDS, key=lambda one: one.__name__):
        table: str = word.table  # type: ignore[attr-defined] # every word has one
        if (EXAMPLES / f"{table}.py").exists():
            says = (inspect.getdoc(word) or "").splitlines()[0]
            rows.append(f"| [`{word.__name__}`]({table}.md) | `{table}` | {says} |")
    rows += [
        "",
        "[Which word when](../which_word.md) tells them apart. The words of `istanbul-2025` stand in [vocabulary.md](../vocabulary.md); to add one, see [own_words.md](../own_words.md).",
    ]
    return "\n".join(rows) + "\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    names = sorted(path.stem for path in EXAMPLES.glob("*.py"))
    return {"README.md": index(), **{f"{name}.md": page(name) for name in names}}


def main() -> None:
    folder = HERE / "vocabulary"
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")
    print(f"{len(pages())} pages in {folder}")


if __name__ == "__main__":
    main()
