"""The kernel's C without Python: draws, laws and clocks against values known from elsewhere (kernel_test.c)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import negsim

HERE = Path(__file__).parent
COMPILER = next((one for one in ("cc", "gcc", "clang") if shutil.which(one)), None)
pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler here")


def told(source: str, folder: Path) -> tuple[int, str]:
    """What the program says, built as the engine is: no fused multiply-add, no relaxed arithmetic."""
    (folder / "alone.c").write_text(source, encoding="utf-8")
    headers = Path(negsim.__file__).parent / "engines" / "compiled"
    flags = ["-O2", "-ffp-contract=off", "-fno-math-errno", f"-I{headers}"]
    built = [str(COMPILER), *flags, str(folder / "alone.c"), "-lm", "-o", str(folder / "alone")]
    subprocess.run(built, check=True, capture_output=True, text=True, timeout=120)
    done = subprocess.run([str(folder / "alone")], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_known_values(tmp_path: Path) -> None:
    assert told((HERE / "kernel_test.c").read_text(encoding="utf-8"), tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("right", "slip", "what"),
    [
        ('#include "clocks.h"', '#include "clocks.h"\n#undef DAY\n#define DAY 86400001000.0', "due"),
        ("0x6627e8d5u", "0x6627e8d4u", "philox of zeros"),
        ("prepare_law(&cut);", "prepare_law(&cut), cut.mass *= 1.0 + 1e-9;", "cut H inside"),
    ],
)
def test_slips_are_found(tmp_path: Path, right: str, slip: str, what: str) -> None:
    """The wrong models: a day of another length, a bit of a draw, a law whose mass is off in the ninth digit."""
    source = (HERE / "kernel_test.c").read_text(encoding="utf-8")
    assert source.count(right) == 1
    code, text = told(source.replace(right, slip), tmp_path)
    assert code == 1
    assert what in text
