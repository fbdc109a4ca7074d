"""Checkpoints: a long run can be killed at any moment and resumed to the same bits.

A file has a line of magic, a line of JSON (whose run it is, how far it got, a checksum) and arrays in numpy's own
format, which cannot carry code. It is replaced atomically.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import negsim
from negsim import errors
from negsim.blocks import ARRAYS, Block
from negsim.errors import CheckpointError, SimulationError
from negsim.program import Program
from negsim.tally import Tally
from negsim.workers import Plan

__all__ = ["Checkpoint", "identity"]

MAGIC = b"negsim checkpoint 3\n"


def identity(plan: Plan) -> dict[str, Any]:
    """What decides the bits of a run; the engine and the workers do not."""
    job = plan.job
    rows = hashlib.blake2b(np.asarray(job.rows, dtype=np.float64).tobytes(), digest_size=16).hexdigest()
    return {
        "scenario": plan.program.fingerprint(),
        "seed": job.seed,
        "parameters": rows,
        "contested": list(job.contested),
        "keep": "counts" if plan.edges is not None else "answers" if job.lean else "times",
        "trace": job.trace,
        "max_events": job.max_events,
        "stop_at_failure": job.stop_at_failure,
        "negsim": negsim.__version__,
        "numpy": np.__version__,
        "scipy": importlib.import_module("scipy").__version__,
    }


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The file of one run.

    Parameters
    ----------
    path : Path
    identity : dict
        See `identity`; a file with another one is refused.
    """

    path: Path
    identity: dict[str, Any]

    def save(self, done: int, arrays: dict[str, Any], failures: list[SimulationError]) -> None:
        """Replace the file by one that has the first ``done`` replications."""
        payload = io.BytesIO()
        np.savez(payload, **arrays)
        body = payload.getvalue()
        told = [[type(f).__name__, f.message, f.action, f.time, f.replication] for f in failures]
        head = {"identity": self.identity, "done": done, "failures": told, "checksum": _checksum(body)}
        line = json.dumps(head).encode() + b"\n"
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + _checksum(line).encode() + b"\n" + line + body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def load(self) -> tuple[int, dict[str, Any], list[SimulationError]] | None:
        """The replications done, the arrays and the failures; None if there is no file.

        Raises
        ------
        CheckpointError
            If the file is damaged, or belongs to another scenario, seed or version.
        """
        if not self.path.exists():
            return None
        data = self.path.read_bytes()
        if not data.startswith(MAGIC):
            raise CheckpointError(f"{self.path} is no negsim checkpoint of this layout; name another file, or remove it to begin anew")
        check, _, rest = data[len(MAGIC) :].partition(b"\n")
        line, _, body = rest.partition(b"\n")
        if _checksum(line + b"\n") != check.decode("ascii", "replace"):
            raise CheckpointError(f"the checkpoint {self.path} is damaged; remove it to begin anew")
        head = json.loads(line)
        self._compare(head["identity"])
        if _checksum(body) != head["checksum"]:
            raise CheckpointError(f"the checkpoint {self.path} is damaged (its checksum is wrong); remove it to begin anew")
        with np.load(io.BytesIO(body), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return int(head["done"]), arrays, [_failure(*row) for row in head["failures"]]

    def _compare(self, found: dict[str, Any]) -> None:
        for key, wanted in self.identity.items():
            if found.get(key) != wanted:
                raise CheckpointError(f"the checkpoint {self.path} is of another run: its {key} is {found.get(key)!r}, this run's is {wanted!r}; name another file, or remove it to begin anew")


def _checksum(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _failure(kind: str, message: str, action: str | None, time: float | None, replication: int | None) -> SimulationError:
    known = {name: getattr(errors, name) for name in ("SimulationError", "EvaluationError", "RunawayError")}
    found: SimulationError = known.get(kind, SimulationError)(message, action=action, time=time, replication=replication)
    return found


def block_arrays(block: Block) -> dict[str, Any]:
    """The arrays of a block."""
    return {name: getattr(block, name) for name in ARRAYS}


def block_of(arrays: dict[str, Any], failures: list[SimulationError]) -> Block:
    """A block from its arrays; logs are simulated again."""
    return Block(**{name: arrays[name] for name in ARRAYS}, failures=failures)


def tally_of(program: Program, edges: Any, draws: int, arrays: dict[str, Any], failures: list[SimulationError]) -> Tally:
    """A tally from its arrays."""
    tally = Tally.empty(program, edges, draws)
    tally.fill(arrays)
    tally.failures = failures
    return tally
