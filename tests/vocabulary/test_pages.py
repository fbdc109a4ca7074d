"""The pages of the words are what their docstrings and examples say."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_are_up_to_date() -> None:
    pages = runpy.run_path(str(DOCS / "vocabulary_pages.py"), run_name="pages")["pages"]()
    found = {path.name: path.read_text("utf-8") for path in (DOCS / "vocabulary").glob("*.md")}
    assert set(found) == set(pages)
    stale = [name for name, text in pages.items() if found[name] != text]
    assert stale == [], "run: python docs/vocabulary_pages.py"


def test_every_page_has_equation_literature_defaults_and_example() -> None:
    for path in (DOCS / "vocabulary").glob("*.md"):
        text = path.read_text("utf-8")
        if path.name == "README.md":
            continue
        assert "$$" in text, path.name
        assert "```toml\n[" in text, path.name
        assert "doi:" in text or re.search(r"\*[A-Z][^*]+\*", text), f"{path.name}: literature"
        assert "----" not in text, f"{path.name}: a section of the docstring that no page has"
        assert "\n| `name` | str" in text, path.name
