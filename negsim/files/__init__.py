"""Scenarios as TOML files: load, save, and the JSON Schema of the format.

Files are data from strangers: bounded before they are parsed, validated key by key, never executed. What a file can
say follows from the dataclasses of the model and of the vocabulary, so a word of a user's own needs no code here:
``load(path, words=[MyWord])``.
"""

from __future__ import annotations

from negsim.files.reading import load, loads, schema, shipped
from negsim.files.writing import dumps, save

__all__ = ["dumps", "load", "loads", "save", "schema", "shipped"]
