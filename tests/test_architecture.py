"""The house: imports only run downwards, the front door is light and complete."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import negsim

ROOT = Path(negsim.__file__).parent

# The longest entry that fits a module is its floor; a module imports from its own floor or below.
FLOORS = {
    0: ["errors", "problems"],
    1: ["interrupts", "laws", "streams", "estimates", "model.expressions", "model.names"],
    2: ["model"],
    3: ["vocabulary", "bargaining"],
    4: ["files", "binding", "program", "drawn", "probes", "blocks", "rows", "runs", "tally", "counted", "estimators"],
    5: ["engines"],
    6: ["arguments", "locks", "workers", "identity", "checkpoint", "underway", "simulate", "analysis"],
    7: ["report"],
    8: ["cli", "__main__"],
}
FLOOR = {name: floor for floor, names in FLOORS.items() for name in names}
HEAVY = ["pandas", "matplotlib", "scipy.stats", "simpy", "typer", "rich", "pydantic", "tomlkit", "jinja2", "SALib"]


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return {name: path for name, path in found.items() if name}


def floor(module: str) -> int:
    fits = [name for name in FLOOR if module == name or module.startswith(name + ".")]
    assert fits, f"negsim.{module} stands on no floor; give it one in FLOORS"
    return FLOOR[max(fits, key=len)]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Modules of negsim that a file imports, wherever it does, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "negsim":
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("negsim."):
            yield node.lineno, str(node.module).removeprefix("negsim.")
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            yield from ((node.lineno, name.removeprefix("negsim.")) for name in names if name.startswith("negsim."))


@pytest.mark.parametrize("module", modules())
def test_imports_run_downwards(module: str) -> None:
    here = floor(module)
    known = modules()
    for line, name in imported(modules()[module]):
        home = name if name in known else negsim._HOME.get(name, "").removeprefix("negsim.")
        assert home, f"{module}, line {line}: imports {name}, which is neither a module nor at the front door"
        assert floor(home) <= here, f"{module} (floor {here}), line {line}, imports {home} (floor {floor(home)})"


def test_there_is_no_circle() -> None:
    """Modules can be put in an order in which each comes after all that it imports at its top level."""
    known = modules()
    waits = {name: {needed for needed in top_level(path) if needed in known} - {name} for name, path in known.items()}
    while ready := {name for name, needs in waits.items() if not needs}:
        waits = {name: needs - ready for name, needs in waits.items() if name not in ready}
    assert not waits, f"these import each other: {sorted(waits)}"


def top_level(path: Path) -> set[str]:
    """What is imported when the module is: not inside functions, not for type checkers only, not the packages it is in."""
    known = modules()
    here = next(name for name, file in known.items() if file == path)
    found: set[str] = set()
    waiting: list[ast.AST] = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("negsim."):
            module = str(node.module).removeprefix("negsim.")
            inner = {f"{module}.{alias.name}" for alias in node.names} & set(known)
            found |= inner if inner or here.startswith(module + ".") else {module}
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            waiting += list(ast.iter_child_nodes(node))
    return found


def test_floors_name_what_exists() -> None:
    known = set(modules())
    missing = [name for name in FLOOR if name not in known]
    assert not missing


def test_only_engines_are_asked_for_by_name_from_above() -> None:
    """Nobody looks inside an engine: what they share is in `blocks`, and the table of engines chooses."""
    for module, path in modules().items():
        if not module.startswith("engines"):
            inside = [name for _, name in imported(path) if name.startswith(("engines.reference", "engines.compiled"))]
            assert not inside, f"{module} imports {inside}"


def test_engines_that_simulate_share_no_code() -> None:
    for one, other in (("reference", "compiled"), ("compiled", "reference")):
        for module, path in modules().items():
            if module.startswith(f"engines.{one}"):
                shared = [name for name in top_level(path) if name.startswith(f"engines.{other}")]
                assert not shared, f"{module} imports {shared}"


def fresh(code: str) -> str:
    """What a new interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


def test_the_front_door_is_light() -> None:
    heavy = fresh(f"import sys, negsim; print([name for name in {HEAVY} if name in sys.modules])")
    assert heavy == "[]"


def test_describing_a_scenario_is_light_too() -> None:
    code = (
        "import sys, negsim as ns\n"
        "memo = ns.Fact('memo')\n"
        "act = ns.Action(name='deliver', clock=ns.Exponential(0.3), effects=[memo.set(True)])\n"
        "ns.Scenario('tiny', start='2025-01-01', end=40, parts=[memo, act])\n"
        f"print([name for name in {[*HEAVY, 'numpy']} if name in sys.modules])"
    )
    assert fresh(code) == "[]"


def test_every_name_at_the_front_door_is_there() -> None:
    assert negsim.__all__ == sorted(set(negsim.__all__))
    for name in negsim.__all__:
        value = getattr(negsim, name)
        home = importlib.import_module(negsim._HOME[name])
        assert value is getattr(home, name)
    assert set(negsim.__all__) <= set(dir(negsim))
    with pytest.raises(AttributeError, match="no attribute 'Promis'"):
        negsim.Promis  # noqa: B018 - the access is the test


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(negsim.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    seen = {
        alias.asname or alias.name: str(node.module)
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == negsim._HOME


@pytest.mark.parametrize("module", modules())
def test_modules_say_what_they_offer(module: str) -> None:
    if module == "__main__" or module.endswith(".loop"):
        return
    home = importlib.import_module(f"negsim.{module}")
    assert home.__doc__, f"negsim.{module} has no docstring"
    missing = [name for name in getattr(home, "__all__", ()) if not hasattr(home, name)]
    assert not missing


def test_files_are_short() -> None:
    long = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_the_tree_of_errors_is_drawn_whole() -> None:
    from negsim import errors

    kinds = [name for name in errors.__all__ if name != "nearest"]
    assert all(issubclass(getattr(errors, name), errors.NegsimError) for name in kinds)
    assert [name for name in kinds if f"{name} " not in str(errors.__doc__) and name != "NegsimError"] == []
    assert set(kinds) <= set(negsim.__all__)
    for path in modules().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and path.name != "errors.py":
                raise AssertionError(f"{path.name} defines {node.name}; errors live in errors.py")
