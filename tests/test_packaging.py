"""What is installed: one version, the stub beside the code, and what optional packages are for when they are missing."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import metadata, version
from pathlib import Path

import pytest

import negsim as ns

ROOT = Path(__file__).parents[1]


def test_there_is_one_version() -> None:
    assert f"version: {ns.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(ns.__version__)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    said = subprocess.run(
        [sys.executable, "-m", "negsim", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout == f"negsim {ns.__version__}\n"
    assert version("negsim") == ns.__version__


def test_only_what_every_run_needs_is_required() -> None:
    required = [line for line in metadata("negsim").get_all("Requires-Dist") or [] if "extra ==" not in line]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in required}  # type: ignore[index] # each begins with a name
    assert not names & {"pandas", "tqdm", "salib", "dd", "distributed"}
    assert not [line for line in required if "typer" in line and "<" in line]


def test_the_stub_and_the_marker_of_types_are_installed() -> None:
    home = Path(ns.__file__).parent
    assert (home / "__init__.pyi").is_file()
    assert (home / "py.typed").is_file()


@pytest.mark.parametrize(
    ("package", "call", "line"),
    [
        ("pandas", lambda: ns.simulate(ns.load("toy"), replications=5, seed=1).to_dataframe(), "negsim[frames]"),
        ("tqdm", lambda: ns.simulate(ns.load("toy"), replications=5, seed=1, progress=True), "negsim[progress]"),
    ],
)
def test_a_missing_package_is_asked_for_by_its_install_line(
    package: str, call: object, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=re.escape(f"pip install '{line}'")):
        call()  # type: ignore[operator] # a function of nothing
