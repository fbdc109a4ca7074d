"""Sources as tables: ``source = {kind = "model", text = "..."}``, for those who say what sort of source it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from negsim.files.places import Path
from negsim.files.shapes import Scalar, ShapeBook
from negsim.files.tables import Key, Table

__all__ = ["SourceTable"]

KINDS = ("evidence", "citation", "judgement", "model")
"""``evidence`` names evidence of the scenario, a ``citation`` is in words, and the last two are guesses: a person's, a
language model's."""


class SourceTable(Table):
    """Where a number comes from: the kind of source, and the source in words or by the name of an evidence table."""

    def __init__(self, codec: ShapeBook) -> None:
        super().__init__(codec, "Source", "kind = ..., text = ...")

    def find_keys(self) -> dict[str, Key]:
        return {"kind": Key(Scalar(("text",), KINDS), True), "text": Key(Scalar(("text",)), False, "")}

    def make(self, values: dict[str, Any]) -> str:
        """The source as the one text that is kept: ``model: typical of strikes``."""
        kind, text = values["kind"], values.get("text", "").strip()
        if kind in ("judgement", "model"):
            return f"{kind}: {text}" if text else str(kind)
        return str(text)

    def build(self, raw: Any, path: Path) -> Any:
        # without `Table.build`, which adds the key to each of its errors: there is none to make here
        return self.make(raw)

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        raise NotImplementedError("a source is written as the text that is kept")  # `holds` is never true

    def claims(self, raw: Mapping[str, Any]) -> bool:
        return True

    def holds(self, value: Any) -> bool:
        return False
