"""Code as users write it (the README, the pages, the examples) passes type checkers in their strict settings, and slips do not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MYPY = "[mypy]\nstrict = true\nfollow_imports = silent\nignore_missing_imports = true\n"
PYRIGHT = '{"typeCheckingMode": "standard", "reportMissingModuleSource": false}'
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "."],
    "pyright": [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", "."],
}
# The checkers find negsim where this test found it: installed, or beside the tests.
ENVIRONMENT = {**os.environ, "MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT)}
FILES = re.compile(r"^The file `(\w+)\.py`, whole:\n\n```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
SLIPS = {
    "probabilty": "ns.simulate(ns.load('toy')).probabilty('talks_day_5')",
    "on_date": "ns.Meeting('geneva', among=['north', 'south'], on='2025-06-02T13:00', on_date='soon')",
    "by": "ns.Promise('text', to='south', delay=ns.Exponential(0.1))",
    "medain": "ns.LogNormal(medain='14 days', sigma=0.8)",
    "keep": "ns.simulate(ns.load('toy'), keep='everything')",
    "events": "ns.simulate(ns.load('toy'), keep='counts').block",
}


def pages() -> dict[str, str]:
    """Module name -> the code of a page, its blocks one after another as a reader would type them; files it names whole."""
    found = {}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        page = path.read_text(encoding="utf-8")
        for name, whole in FILES.findall(page):
            found[name] = whole
        code = re.findall(r"^```python\n(.*?)^```", FILES.sub("", page), re.DOTALL | re.MULTILINE)
        if code:
            found[f"page_{path.stem.lower()}"] = "\n".join(map(typed_in, code))
    return found


def typed_in(code: str) -> str:
    """What stands behind the prompts, where a block has prompts."""
    if ">>> " not in code:
        return code
    return "\n".join(line[4:] for line in code.splitlines() if line.startswith((">>>", "..."))) + "\n"


def examples() -> dict[str, str]:
    found = sorted((ROOT / "examples").rglob("*.py"))
    return {f"{path.parent.name}_{path.stem}": path.read_text(encoding="utf-8") for path in found}


def told(checker: str, folder: Path, modules: dict[str, str]) -> str:
    """What a checker says of modules in a folder of their own; nothing if it finds nothing."""
    (folder / "mypy.ini").write_text(MYPY, encoding="utf-8")
    (folder / "pyrightconfig.json").write_text(PYRIGHT, encoding="utf-8")
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        CHECKERS[checker], cwd=folder, capture_output=True, text=True, timeout=600, env=ENVIRONMENT, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("checker", CHECKERS)
def test_code_of_users_passes(checker: str, tmp_path: Path) -> None:
    modules = pages() | examples()
    assert len(modules) > 60
    assert told(checker, tmp_path, modules) == ""


@pytest.mark.parametrize("checker", CHECKERS)
def test_slips_are_found(checker: str, tmp_path: Path) -> None:
    said = told(checker, tmp_path, {f"slip_{name}": f"import negsim as ns\n\n{code}\n" for name, code in SLIPS.items()})
    assert [name for name in SLIPS if not re.search(rf"slip_{name}\.py:.*error", said)] == [], said
