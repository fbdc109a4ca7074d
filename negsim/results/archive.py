"""The file of results: plain arrays in numpy's ``.npz``, and a manifest that says what they are.

Nothing is compressed, so that what a file says of its sizes is so, and nothing in it is code.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import struct
import zipfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from negsim.errors import FileError

__all__ = ["FORMAT", "Arrays", "checksum", "in_bytes", "read", "replaced"]

FORMAT = "negsim results 1"
MOST_MANIFEST = 2**26
"""Bytes of a manifest that is read: answers over a hundred thousand draws fit."""
BROKEN = (zipfile.BadZipFile, struct.error, EOFError, KeyError, ValueError, RuntimeError, OverflowError)
"""What readers of zip files and arrays raise about bytes that are not as they should be."""

Arrays = dict[str, NDArray[Any]]


def in_bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def checksum(array: NDArray[Any]) -> str:
    return hashlib.blake2b(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, digest_size=16).hexdigest()


def replaced(target: Path, arrays: Arrays, name: str) -> None:
    """Write beside the file and take its place at once: a kill leaves the old one."""
    try:
        target = target.resolve()
        if target.exists() and not target.is_file():
            raise FileError(f"{name}: not a regular file; name another one")
        beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}")
        try:
            with beside.open("xb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type] # names that no parameter of savez has
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, target)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise FileError(f"{name}: cannot be written ({error.strerror or error}); choose another place") from error


def read(
    path: str | os.PathLike[str], name: str, kinds: Collection[str], *, only_head: bool = False
) -> tuple[dict[str, Any], str, Arrays]:
    """Manifest, scenario and arrays of a file, each looked at before it is believed."""
    try:
        with zipfile.ZipFile(path) as file:
            sizes = {one.filename: one for one in file.infolist()}
            if not {"manifest.npy", "scenario.npy"} <= sizes.keys():
                _foreign(name)
            # Nothing is compressed, so that no file of some bytes becomes an array of gigabytes.
            if any(
                one.compress_type != zipfile.ZIP_STORED or one.file_size > one.compress_size for one in sizes.values()
            ):
                _foreign(name)
            head = _manifest(_array(file, "manifest.npy"), name, kinds)
            if only_head:
                return head, "", {}
            text = _array(file, "scenario.npy").tobytes().decode("utf-8")
            arrays = {key: _array(file, f"{key}.npy") for key in head["arrays"]}
    except FileNotFoundError:
        raise FileError(f"{name}: no such file; check the path") from None
    except BROKEN as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{name}: no results of negsim, or damaged ({error}); save the results anew") from None
    except OSError as error:
        raise FileError(f"{name}: cannot be read ({error.strerror or error}); give the path of saved results") from None
    for key, wanted in head["arrays"].items():
        if checksum(arrays[key]) != wanted:
            raise FileError(f"{name}: damaged (the checksum of {key} is wrong); save the results anew")
    return head, text, arrays


def _foreign(name: str) -> NoReturn:
    raise FileError(f"{name}: no results of negsim; give a file that runs.save(path) wrote")


def _array(file: zipfile.ZipFile, member: str) -> NDArray[Any]:
    """One array, whose header says no more than there is."""
    data = file.read(member)
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    shape, _, kind = header(stream)
    if kind.hasobject or int(np.prod(shape, dtype=object)) * kind.itemsize != len(data) - stream.tell():
        raise ValueError(f"{member} says another size than it has")
    stream.seek(0)
    found: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return found


def _manifest(array: NDArray[Any], name: str, kinds: Collection[str]) -> dict[str, Any]:
    if array.dtype != np.uint8 or array.size > MOST_MANIFEST:
        _foreign(name)
    head = json.loads(array.tobytes())
    if not isinstance(head, dict) or head.get("format") != FORMAT or head.get("kind") not in kinds:
        _foreign(name)
    return head
