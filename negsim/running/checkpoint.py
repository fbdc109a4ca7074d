"""Checkpoints: a long run can be killed at any moment and resumed to the same bits.

A file has a line of magic, a head (whose run it is) and records, each with its length and a checksum. Results with a row
a replication are appended, only those that are new; counts are one record, which is replaced atomically. A record that a
kill cut short is left away at resume. Numbers are plain arrays, which cannot carry code.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn
from zipfile import BadZipFile

import numpy as np

from negsim import errors
from negsim.errors import CheckpointError, SimulationError
from negsim.results.rows import Rows
from negsim.running.locks import lock

__all__ = ["Checkpoint"]

MAGIC = b"negsim checkpoint 3\n"
ANY_MAGIC = b"negsim checkpoint"
LONGEST_HEAD = 2**24
ORPHAN = re.compile(r"[a-z0-9_]{0,8}\.part")
"""What an interrupted save leaves behind the file's name: today's, and those of the first layout."""


def checksum(pieces: Iterable[Any]) -> str:
    """Of bytes in pieces."""
    found = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()


@dataclass(slots=True)
class Checkpoint:
    """The file of one run, open and locked from the start of the run to its end.

    Parameters
    ----------
    path : Path
    identity : dict
        Everything that decides a bit of the results; a file with another one is refused.
    layout : list
        Names, kinds and widths of arrays with a row a replication; empty where counts are kept.
    """

    path: Path
    identity: dict[str, Any]
    layout: list[Any]
    file: IO[bytes] | None = None
    good: int = 0
    kept: int = 0
    kept_failures: int = 0
    begun: bytes = field(default=b"", repr=False)

    def open(self) -> None:
        """Make the file, or open the one that is there.

        Raises
        ------
        CheckpointError
            If it cannot be written, is in use, is damaged, or belongs to another run.
        """
        self.begun = _framed({"identity": self.identity, "layout": self.layout}, MAGIC)
        self._check_place()
        try:
            self._remove_orphans()
            self.file = self._opened()
        except OSError as error:
            raise CheckpointError(
                f"the checkpoint {self.path} cannot be written ({error.strerror or error}); make room, or name another file"
            ) from None
        self._check_head()

    def _check_place(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            raise CheckpointError(
                f"the checkpoint {self.path} has no folder to be in: {folder} does not exist; make it, or name another file"
            )
        if self.path.exists() and not self.path.is_file():
            raise CheckpointError(f"the checkpoint {self.path} is not a regular file; name another one")

    def _remove_orphans(self) -> None:
        """What a kill left of a save: beside the file, with its name and an ending of our own, and our magic inside."""
        for path in self.path.parent.iterdir():
            ending = path.name.removeprefix(self.path.name)
            if ending != path.name and ORPHAN.fullmatch(ending) and path.is_file():
                with path.open("rb") as file:
                    ours = file.read(len(ANY_MAGIC)) in (ANY_MAGIC, b"")
                if ours:
                    with suppress(OSError):
                        path.unlink()

    def _opened(self) -> IO[bytes]:
        if not self.path.exists():
            return self._written([self.begun])
        file = self.path.open("r+b")
        self._lock(file)
        return file

    def _lock(self, file: IO[bytes]) -> None:
        if not lock(file):
            file.close()
            raise CheckpointError(
                f"the checkpoint {self.path} is in use by another run; wait for it, or name another file"
            )

    def _written(self, pieces: Iterable[Any]) -> IO[bytes]:
        """A new file with these bytes in the place of the old one, at once or not at all; open and locked."""
        part = self.path.with_name(self.path.name + ".part")
        file = part.open("w+b")
        try:
            self._lock(file)
            for piece in pieces:
                file.write(piece)
            _sync(file)
            self.good = file.tell()
            os.replace(part, self.path)
        except BaseException:
            with suppress(OSError):
                file.close()
            part.unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)
        return file

    def _check_head(self) -> None:
        """Compare the head of the file with this run's, and go to the first record."""
        assert self.file is not None
        self.file.seek(0)
        if self.file.read(len(MAGIC)) != MAGIC:
            self._refuse("is no negsim checkpoint of this layout; name another file, or remove it to begin anew")
        head = self._head()
        if head is None:
            self._damaged()
        found = head["identity"]
        for key, wanted in self.identity.items():
            if found.get(key) != wanted:
                self._refuse(
                    f"is of another run: its {key} is {found.get(key)!r}, this run's is {wanted!r}; name another file, or "
                    "remove it to begin anew"
                )
        if head["layout"] != self.layout:
            self._refuse("is of another run: its arrays are others; name another file, or remove it to begin anew")
        self.good = self.file.tell()

    def _refuse(self, why: str) -> NoReturn:
        self.close()
        raise CheckpointError(f"the checkpoint {self.path} {why}")

    def _damaged(self) -> NoReturn:
        self._refuse("is damaged (its checksum is wrong); remove it to begin anew")

    def _head(self) -> Any:
        """The next framed line of JSON; None if the file ends before it does."""
        assert self.file is not None
        length = self.file.readline(32)
        if not length.endswith(b"\n") or not length.strip(b"\0"):
            if len(length) == 32 and length.strip(b"\0"):
                self._damaged()
            return None
        try:
            size = int(length)
        except ValueError:
            self._damaged()
        if not 0 <= size <= LONGEST_HEAD:
            self._damaged()
        check, line = self.file.readline(64), self.file.read(size)
        if len(line) < size or not check.endswith(b"\n"):
            return None
        if checksum([line]) != check.strip().decode("ascii", "replace"):
            self._damaged()
        return json.loads(line)

    def _records(self) -> Iterator[dict[str, Any]]:
        """The heads of the records that are whole, with the file standing at their bytes."""
        assert self.file is not None
        while True:
            self.file.seek(self.good)
            head = self._head()
            size = os.fstat(self.file.fileno()).st_size
            if head is None or self.file.tell() + head["bytes"] > size:
                return
            yield head
            self.good = self.file.tell()

    def load_rows(self, rows: Rows) -> None:
        """Fill the rows that the file has."""
        assert self.file is not None
        for head in self._records():
            if head["stop"] > rows.room:
                self._refuse(
                    f"has {head['stop']:,} replications already, more than the {rows.room:,} that this run asks for (or has "
                    "memory for); ask for at least as many, or name another file"
                )
            pieces = rows.pieces(head["first"], head["stop"])
            for piece in pieces:
                self.file.readinto(piece)  # type: ignore[attr-defined] # files in binary mode have it
            if head["first"] != rows.done or checksum(pieces) != head["checksum"]:
                self._damaged()
            rows.done = head["stop"]
            rows.failures += [_failure(*row) for row in head["failures"]]
        self.kept, self.kept_failures = rows.done, len(rows.failures)

    def load_state(self) -> tuple[int, dict[str, Any], list[SimulationError]] | None:
        """The replications done, the arrays of their counts and the failures; None if there are none."""
        assert self.file is not None
        found = None
        for head in self._records():
            body = self.file.read(head["bytes"])
            if checksum([body]) != head["checksum"]:
                self._damaged()
            try:
                with np.load(io.BytesIO(body), allow_pickle=False) as file:
                    arrays = {name: file[name] for name in file.files}
            except (ValueError, OSError, BadZipFile):  # somebody put other things in, code perhaps
                self._damaged()
            found = int(head["stop"]), arrays, [_failure(*row) for row in head["failures"]]
        self.kept = found[0] if found else 0
        return found

    def save_rows(self, rows: Rows) -> None:
        """Append the rows that the file has not; the whole, if somebody has moved the file away.

        Raises
        ------
        OSError
            If that fails; the file is then as before.
        """
        if self._gone():
            self.kept = self.kept_failures = 0
            file = self._written([self.begun])
            self.close()
            self.file = file
        if rows.done == self.kept:
            return
        pieces = rows.pieces(self.kept, rows.done)
        head = _record(self.kept, rows.done, rows.failures[self.kept_failures :], pieces)
        assert self.file is not None
        try:
            self.file.seek(self.good)
            self.file.truncate()
            self.file.write(head)
            for piece in pieces:
                self.file.write(piece)
            _sync(self.file)
        except OSError:
            with suppress(OSError):
                self.file.truncate(self.good)
            raise
        self.good = self.file.tell()
        self.kept, self.kept_failures = rows.done, len(rows.failures)

    def save_state(self, done: int, arrays: dict[str, Any], failures: list[SimulationError]) -> None:
        """Replace the counts.

        Raises
        ------
        OSError
            If that fails; the file is then as before.
        """
        if done == self.kept and not self._gone():
            return
        payload = io.BytesIO()
        np.savez(payload, **arrays)
        body = payload.getbuffer()
        file = self._written([self.begun, _record(0, done, failures, [body]), body])
        self.close()
        self.file, self.kept = file, done

    def _gone(self) -> bool:
        """Whether what stands under the name is another file than ours, or none."""
        assert self.file is not None
        try:
            return not os.path.samestat(os.stat(self.path), os.fstat(self.file.fileno()))
        except FileNotFoundError:
            return True

    def close(self) -> None:
        """Let the file go."""
        if self.file is not None:
            with suppress(OSError):
                self.file.close()


def _framed(head: dict[str, Any], before: bytes = b"") -> bytes:
    line = json.dumps(head).encode()
    return b"%b%d\n%b\n%b" % (before, len(line), checksum([line]).encode(), line)


def _record(first: int, stop: int, failures: Iterable[SimulationError], pieces: list[Any]) -> bytes:
    told = [[type(error).__name__, error.message, error.action, error.time, error.replication] for error in failures]
    size = sum(len(piece) for piece in pieces)
    return _framed({"first": first, "stop": stop, "bytes": size, "checksum": checksum(pieces), "failures": told})


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk once its folder is; not every system can do that."""
    if hasattr(os, "O_DIRECTORY"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _failure(
    kind: str, message: str, action: str | None, time: float | None, replication: int | None
) -> SimulationError:
    known = getattr(errors, kind, SimulationError)
    known = known if isinstance(known, type) and issubclass(known, SimulationError) else SimulationError
    found: SimulationError = known(message, action=action, time=time, replication=replication)
    return found
