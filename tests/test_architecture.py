"""The house: imports only run downwards, the front door is light and complete."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import negsim

ROOT = Path(negsim.__file__).parent


def floors(page: str) -> dict[str, int]:
    """Room -> floor, as the table of docs/architecture.md has them: they are written there, and only there."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", page, re.MULTILINE)
    return {name: int(number) for number, names in rows for name in re.findall(r"`([\w.]+)`", names)}


FLOOR = floors((ROOT.parent / "docs" / "architecture.md").read_text(encoding="utf-8"))
STUB = ast.parse((ROOT / "__init__.pyi").read_text(encoding="utf-8"))
# name at the front door -> its module, as the stub says
DOOR = {
    alias.name: node.module or alias.name
    for node in STUB.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}
HEAVY = ["pandas", "matplotlib", "scipy.stats", "simpy", "typer", "rich", "pydantic", "tomlkit", "jinja2", "SALib"]


def modules(root: Path = ROOT) -> dict[str, Path]:
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return {name: path for name, path in found.items() if name}


def floor(module: str) -> int:
    fits = [name for name in FLOOR if module == name or module.startswith(name + ".")]
    assert fits, f"negsim.{module} stands on no floor; give it one in docs/architecture.md"
    return FLOOR[max(fits, key=len)]


def statements(tree: ast.AST, later: bool) -> Iterator[ast.AST]:
    """All of a module, or what is not put off by standing inside a function."""
    for node in ast.iter_child_nodes(tree):
        if later or not isinstance(node, ast.FunctionDef):
            yield node
            yield from statements(node, later)


def imported(module: str, known: dict[str, Path], later: bool = True) -> Iterator[tuple[int, str]]:
    """Modules of negsim that a module imports, for type checkers too, and (`later`) inside functions.

    A package imports the modules in it, and they do not import the package: that is no arrow, as long as what they ask
    of it is one of its modules.
    """
    for node in statements(ast.parse(known[module].read_text(encoding="utf-8")), later):
        if isinstance(node, ast.ImportFrom) and (node.module == "negsim" or (node.module or "").startswith("negsim.")):
            home = str(node.module).removeprefix("negsim").removeprefix(".")
            for alias in node.names:
                inner = f"{home}.{alias.name}".removeprefix(".")
                door = DOOR.get(alias.name, "")
                yield node.lineno, inner if inner in known else home or door or inner
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            yield from ((node.lineno, name.removeprefix("negsim.")) for name in names if name.startswith("negsim."))


def climbs(known: dict[str, Path]) -> list[str]:
    """Imports that go up a floor, or to a module that is not there."""
    found = []
    for module in known:
        here = floor(module)
        for line, home in imported(module, known):
            if home not in known:
                found.append(f"{module}, line {line}: imports {home}, which is neither a module nor at the front door")
            elif floor(home) > here:
                found.append(f"{module} (floor {here}), line {line}, imports {home} (floor {floor(home)})")
    return found


def circles(known: dict[str, Path]) -> list[str]:
    """Modules that cannot be put in an order in which each comes after all that it imports before it is used."""
    waits = {module: {home for _, home in imported(module, known, False) if home in known} for module in known}
    for module, needs in waits.items():  # not itself, and not the packages it is in
        needs -= {home for home in needs if f"{module}.".startswith(f"{home}.")}
    while ready := {module for module, needs in waits.items() if not needs}:
        waits = {module: needs - ready for module, needs in waits.items() if module not in ready}
    needed = set().union(*waits.values())
    while idle := set(waits) - needed:  # they only wait for a circle
        waits = {module: needs for module, needs in waits.items() if module not in idle}
        needed = set().union(*waits.values())
    return sorted(waits)


def test_imports_run_downwards() -> None:
    assert climbs(modules()) == []


def test_there_is_no_circle() -> None:
    assert circles(modules()) == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the source, to plant mistakes in."""
    shutil.copytree(ROOT, tmp_path / "negsim", ignore=shutil.ignore_patterns("*.so", "__pycache__", "*.c"))
    return tmp_path / "negsim"


@pytest.mark.parametrize("under", ["{}", "if TYPE_CHECKING:\n    {}", "def later() -> None:\n    {}"])
def test_a_planted_climb_is_found(house: Path, under: str) -> None:
    path = house / "estimates" / "intervals.py"
    line = under.format("from negsim.running.workers import Plan")
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    assert any("estimates.intervals (floor 2)" in text and "running.workers" in text for text in climbs(modules(house)))


@pytest.mark.parametrize("under", ["{}", "if TYPE_CHECKING:\n    {}"])
def test_a_planted_circle_is_found(house: Path, under: str) -> None:
    path = house / "laws" / "draws.py"
    line = under.format("from negsim.laws.plain import Law")
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    other = house / "laws" / "plain.py"
    other.write_text(other.read_text("utf-8") + "\nfrom negsim.laws.draws import uniforms\n", "utf-8")
    assert {"laws.draws", "laws.plain"} <= set(circles(modules(house)))


def test_floors_name_what_exists() -> None:
    known = set(modules())
    missing = [name for name in FLOOR if name not in known]
    assert not missing


def test_only_engines_are_asked_for_by_name_from_above() -> None:
    """Nobody looks inside an engine: what they share is in `blocks`, and the table of engines chooses."""
    known = modules()
    for module in known:
        if not module.startswith("engines"):
            inside = [
                name
                for _, name in imported(module, known)
                if name.startswith(("engines.reference", "engines.compiled"))
            ]
            assert not inside, f"{module} imports {inside}"


def test_engines_that_simulate_share_no_code() -> None:
    known = modules()
    for one, other in (("reference", "compiled"), ("compiled", "reference")):
        for module in known:
            if module.startswith(f"engines.{one}"):
                shared = [name for _, name in imported(module, known, False) if name.startswith(f"engines.{other}")]
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
    """The stub is the one list: what it names can be used, is what its module has, and is what type checkers see."""
    listed = next(ast.literal_eval(node.value) for node in STUB.body if isinstance(node, ast.Assign))
    assert sorted(listed) == sorted(set(listed)) == sorted(negsim.__all__) == sorted(DOOR)
    for name, home in DOOR.items():
        module = importlib.import_module(f"negsim.{home}")
        assert getattr(negsim, name) is (module if home == name else getattr(module, name))
    assert set(negsim.__all__) <= set(dir(negsim))
    with pytest.raises(AttributeError, match="no attribute 'Promis'; did you mean 'Promise'"):
        negsim.Promis  # noqa: B018 - the access is the test


def test_exceptions_have_a_room_of_their_own() -> None:
    with pytest.warns(DeprecationWarning, match=r"ns\.errors\.ScenarioError"):
        assert negsim.ScenarioError is negsim.errors.ScenarioError


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

    kinds = [name for name in errors.__all__ if isinstance(getattr(errors, name), type)]
    assert all(issubclass(getattr(errors, name), errors.NegsimError) for name in kinds)
    assert [name for name in kinds if f"{name} " not in str(errors.__doc__) and name != "NegsimError"] == []
    for path in modules().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and path.parent.name != "errors":
                raise AssertionError(f"{path.name} defines {node.name}; errors live in the room errors")
