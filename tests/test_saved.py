"""Results in a file: what is loaded is equal and answers everything; what is damaged or foreign is refused in words."""

from __future__ import annotations

import io
import json
import pickle
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strategies import scenarios, seeds

import negsim as ns
from negsim.errors import EstimateError, FileError, NegsimError, NotRecorded
from negsim.results.saved import manifest

KEEPS = st.sampled_from(["all", "answers", "counts"])


def told(results: Any) -> list[Any]:
    """All that results can be asked for by their questions, refusals too."""
    asks: list[Callable[[str], Any]] = [
        lambda name: repr(results.row(name)),
        lambda name: results.first_passage(name).curve.values.tolist(),
        lambda name: str(results.mean(name)),
        lambda name: str(results.quantile(name, 0.5)),
        lambda name: results.first_times(name).tobytes(),
    ]
    found: list[Any] = []
    for name in results.program.probes.asked:
        for ask in asks:
            try:
                found.append(ask(name))
            except (EstimateError, NotRecorded) as error:
                found.append(str(error))
    return found


@settings(max_examples=10, phases=[Phase.generate])
@given(scenarios(max_actions=4), seeds, KEEPS, st.sampled_from([None, 1, 7]))
def test_what_is_loaded_answers_everything(
    tmp_path_factory: pytest.TempPathFactory, scenario: ns.Scenario, seed: int, keep: Any, draws: int | None
) -> None:
    runs: Any = ns.simulate(
        scenario, replications=20, seed=seed, keep=keep, draws=draws, on_error="count", questions=beside(scenario)
    )
    path = tmp_path_factory.mktemp("saved") / "runs.npz"
    runs.save(path)
    loaded: Any = ns.load_runs(path)
    assert loaded == runs
    assert hash(loaded) == hash(runs)
    assert loaded.scenario == runs.scenario
    assert told(loaded) == told(runs)
    assert [str(error) for error in loaded.failures] == [str(error) for error in runs.failures]
    assert str(ns.narrate(loaded, 3)) == str(ns.narrate(runs, 3))


def beside(scenario: ns.Scenario) -> list[ns.Question]:
    """A further question, where the scenario has something that it can ask about."""
    facts = [name for name, one in scenario.expanded.variables.items() if isinstance(one, ns.Fact)]
    return [ns.Question(name="why.mine", kind="when", condition=one) for one in facts[:1]]


@pytest.fixture(scope="module")
def runs() -> ns.Runs:
    return ns.simulate(ns.load("toy"), replications=40, seed=1, trace=2)


@pytest.fixture
def path(runs: ns.Runs, tmp_path: Path) -> Path:
    runs.save(tmp_path / "runs.npz")
    return tmp_path / "runs.npz"


def test_equal_runs_compare_equal(runs: ns.Runs) -> None:
    toy = ns.load("toy")
    assert ns.simulate(toy, replications=40, seed=1, trace=2, engine="reference") == runs, "whoever told them"
    assert ns.simulate(toy, replications=40, seed=2, trace=2) != runs
    assert ns.simulate(toy, replications=41, seed=1, trace=2) != runs
    assert ns.simulate(toy.do("memorandum.delivered", on="2025-01-02"), replications=40, seed=1, trace=2) != runs
    assert runs != "runs"
    counted = ns.simulate(toy, replications=40, seed=1, keep="counts", block=7)
    assert counted == ns.simulate(toy, replications=40, seed=1, keep="counts")
    assert counted != runs
    assert len({runs, counted, ns.simulate(toy, replications=40, seed=1, trace=2)}) == 2


def test_one_bit_makes_a_difference(runs: ns.Runs) -> None:
    first = runs.block.first.copy()
    first[3, 0] = np.nextafter(first[3, 0], 0)
    assert replace(runs, block=replace(runs.block, first=first)) != runs


def test_solutions_are_saved_and_compared(tmp_path: Path) -> None:
    toy = ns.load("toy")
    solved = ns.solve_answers(toy)
    solved.save(tmp_path / "solved.npz")
    loaded = ns.load_runs(tmp_path / "solved.npz")
    assert loaded == solved == ns.solve_answers(toy)
    assert ns.answers(loaded) == ns.answers(solved)
    assert solved != ns.solve_answers(toy.do("memorandum.delivered", on="2025-01-02"))
    assert ns.solve(toy) == ns.solve(toy)
    assert ns.solve(toy) != ns.solve(toy.do("memorandum.delivered", on="2025-01-02"))


def test_weights_and_islands_are_saved_with_the_histories(runs: ns.Runs, tmp_path: Path) -> None:
    n = runs.replications
    weighted = replace(runs, log_weights=np.linspace(-1.0, 0.0, n), islands=np.arange(n) % 8)
    weighted.save(tmp_path / "weighted.npz")
    loaded = ns.load_runs(tmp_path / "weighted.npz")
    assert loaded == weighted != runs
    assert told(loaded) == told(weighted)


def test_what_somebody_else_tells_again_is_refused_in_words(tmp_path: Path) -> None:
    """The wrong kind: histories that only a function of somebody's own tells again, which no file holds."""
    seen = ns.Observation(name="talks", happened="talks.held", at="5 days")
    updated = ns.update(ns.load("toy"), [seen], replications=200, seed=1)
    with pytest.raises(FileError, match="save those of update"):
        replace(updated, retell=lambda program: updated).save(tmp_path / "updated.npz")


def test_the_manifest_says_whose_they_are(path: Path, runs: ns.Runs) -> None:
    head = manifest(path)
    assert head["scenario"]["name"] == "toy"
    assert len(head["scenario"]["sha256"]) == 64
    assert (head["seed"], head["versions"]["negsim"], head["kind"]) == (1, ns.__version__, "Runs")


def test_words_of_ones_own_are_named_again(tmp_path: Path) -> None:
    scenario = ns.Scenario("mine", start="2025-01-01", end=9, parts=[Knock("knock")])
    runs = ns.simulate(scenario, replications=10, seed=1)
    runs.save(tmp_path / "own.npz")
    assert ns.load_runs(tmp_path / "own.npz", words=[Knock]) == runs
    with pytest.raises(FileError, match="knock"):
        ns.load_runs(tmp_path / "own.npz")


@dataclass(frozen=True)
class Knock:
    """Somebody knocks once a day."""

    table: ClassVar[str] = "knock"
    name: str

    def expand(self) -> Any:
        done = ns.Fact(f"{self.name}.done")
        yield done
        yield ns.Action(name=f"{self.name}.act", when=~done, clock=ns.Exponential(1.0), effects=[done.set(True)])
        yield ns.Question(name=f"{self.name}_by_3", condition=done, by=3)


def test_code_is_not_saved(tmp_path: Path) -> None:
    party = ns.Party("north", policy=lambda view, draw: None)
    runs = ns.simulate(ns.Scenario("coded", start="2025-01-01", end=9, parts=[party]), replications=1, seed=1)
    with pytest.raises(NegsimError, match="policy"):
        runs.save(tmp_path / "code.npz")
    assert not list(tmp_path.iterdir())


# ---- damaged and foreign files ----


def test_a_changed_byte_is_seen_or_changes_nothing(path: Path, runs: ns.Runs) -> None:
    data, chance = path.read_bytes(), random.Random(1)
    refused = []
    for _ in range(200):
        place = chance.randrange(len(data))
        path.write_bytes(data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :])
        try:
            assert ns.load_runs(path) == runs
        except FileError as error:
            refused.append(str(error))
    assert len(refused) > 150
    assert all(": " in one and "; " in one for one in refused), "a remedy is said"


def test_a_file_that_ends_early_is_seen(path: Path) -> None:
    data = path.read_bytes()
    for size in (0, 1, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        with pytest.raises(FileError, match="damaged"):
            ns.load_runs(path)


class Bomb:
    """What a pickle would run."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("code of a file was run",))


def _foreign(kind: str, path: Path) -> None:
    file: Any = io.BytesIO()
    if kind == "text":
        file.write(b"these are no results")
    elif kind == "other arrays":
        np.savez(file, a=np.arange(3))
    elif kind == "pickle":
        pickle.dump(Bomb(), file)
    elif kind == "pickled array":
        np.savez(file, manifest=np.array([Bomb()], dtype=object), scenario=np.zeros(1, dtype=np.uint8))
    elif kind == "compressed":
        np.savez_compressed(file, manifest=np.zeros(10**6, dtype=np.uint8), scenario=np.zeros(1, dtype=np.uint8))
    path.write_bytes(file.getvalue())


@pytest.mark.parametrize("kind", ["text", "other arrays", "pickle", "pickled array", "compressed"])
def test_foreign_files_are_refused(kind: str, tmp_path: Path) -> None:
    _foreign(kind, tmp_path / "foreign")
    with pytest.raises(FileError, match="no results of negsim"):
        ns.load_runs(tmp_path / "foreign")


def test_places_where_no_file_is(tmp_path: Path, runs: ns.Runs) -> None:
    with pytest.raises(FileError, match="no such file"):
        ns.load_runs(tmp_path / "missing")
    with pytest.raises(FileError, match="cannot be read"):
        ns.load_runs(tmp_path)
    with pytest.raises(FileError, match="not a regular file"):
        runs.save(tmp_path)
    with pytest.raises(FileError, match="cannot be written"):
        runs.save(tmp_path / "no" / "folder.npz")


def rewritten(path: Path, **changes: Any) -> None:
    """The file with another manifest, all checksums of the container right."""
    with np.load(path) as file:
        arrays = {key: file[key] for key in file.files}
    head = json.loads(arrays["manifest"].tobytes())
    arrays["manifest"] = np.frombuffer(json.dumps(head | changes).encode(), dtype=np.uint8)
    with path.open("wb") as out:
        np.savez(out, **arrays)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"program": "0" * 32}, "reads its scenario otherwise"),
        ({"format": "negsim results 2"}, "no results of negsim"),
        ({"kind": "Sums"}, "no results of negsim"),
        ({"kind": "CountedRuns"}, "damaged"),
        ({"scenario": {"name": "toy", "sha256": "0"}}, "the scenario is not the one"),
        ({"asked": ["nobody"]}, "damaged"),
        ({"failures": [[1]]}, "damaged"),
        ({"arrays": {}}, "damaged"),
        ({"seed": None}, "damaged"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(path: Path, changes: dict[str, Any], message: str) -> None:
    rewritten(path, **changes)
    with pytest.raises(FileError, match=message):
        ns.load_runs(path)


def test_a_save_that_fails_leaves_the_old_file(path: Path, runs: ns.Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(FileError, match="No space left"):
        runs.save(path)
    monkeypatch.undo()
    assert ns.load_runs(path) == runs
    assert [one.name for one in path.parent.iterdir()] == ["runs.npz"], "nothing is left beside it"


def test_nothing_is_compressed(path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        assert {one.compress_type for one in file.infolist()} == {zipfile.ZIP_STORED}
