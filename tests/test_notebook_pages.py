"""The pages on pictures and notebooks do what they say."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

DOCS = Path(__file__).parents[1] / "docs"


def blocks(page: str, language: str = "python") -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_gallery_draws_every_picture_of_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mpl.use("Agg")
    monkeypatch.chdir(tmp_path)
    code = runpy.run_path(str(DOCS / "gallery.py"))["code"](DOCS / "pictures.md")
    # The same code on fewer histories: what is held is that it runs and what it draws.
    monkeypatch.setattr(Figure, "savefig", lambda figure, path: Path(path).touch())
    exec(compile(code.replace("2_000", "200").replace("draws=400", "draws=50"), "pictures.md", "exec"), {})
    plt.close("all")
    named = set(re.findall(r"\]\(pictures/(\w+\.png)\)", (DOCS / "pictures.md").read_text(encoding="utf-8")))
    assert {path.name for path in tmp_path.iterdir()} == named
    assert {path.name for path in (DOCS / "pictures").iterdir()} == named, "python docs/gallery.py draws them"


def test_the_page_on_notebooks_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile("\n".join(blocks("notebooks.md")), "notebooks.md", "exec"), {})
    lines = said.getvalue().splitlines()
    promised = [line for line in blocks("notebooks.md", "text")[0].splitlines() if line]
    assert lines[:3] == promised
    assert lines[-1] == "True True"
    assert lines[-2].startswith("2025-01-")
    assert lines[-2].endswith("+00:00")
