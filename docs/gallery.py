"""Draws the pictures of docs/pictures.md into docs/pictures/, by the code of that page.

    python docs/gallery.py

The pictures are committed; a test runs the same code and holds that each picture of the page is drawn.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

HERE = Path(__file__).parent


def code(page: Path) -> str:
    """The Python blocks of a page, one after another."""
    return "\n".join(re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))


def main() -> None:
    folder = HERE / "pictures"
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    exec(compile(code(HERE / "pictures.md"), "pictures.md", "exec"), {})


if __name__ == "__main__":
    main()
