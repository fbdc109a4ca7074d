"""From shapes to pydantic models: what a file is validated against (`schemas` makes the JSON Schema of the same)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from negsim.files.annotations import REFERENCE, Codec
from negsim.files.shapes import Many

__all__ = ["file_model"]


class Strict(BaseModel):
    """A table that knows its keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


def file_model(codec: Codec, only: Collection[str] | None = None) -> type[BaseModel]:
    """The pydantic model of a whole file, or of files with ``only`` these tables (models are dear to make)."""
    head = codec.head
    top: dict[str, tuple[Any, Any]] = {}
    top["format_version"] = (Literal[1], Field(alias="format_version"))
    top["scenario"] = (head.annotation(), Field(alias="scenario"))
    for table, record in codec.tables.items():
        if only is not None and table not in only:
            continue
        # Prefixed: pydantic refuses or warns of some names that users may take.
        top[f"t_{table}"] = (dict[str, record.annotation()], Field(alias=table, default=None))  # type: ignore[misc] # the type is made at run time
    steps = Many(codec.intervention).annotation()
    top["t_intervention"] = (steps, Field(alias="intervention", default=None))
    _make_models(codec)
    whole: Any = create_model("File", __base__=Strict, **top)  # type: ignore[call-overload] # fields are made at run time
    # Only now are all models known by name, those that hold each other included.
    for model in (*codec.models.values(), whole):
        model.model_rebuild(_types_namespace=codec.models)
    return whole  # type: ignore[no-any-return] # pydantic's create_model is untyped here


def _make_models(codec: Codec) -> None:
    # Making one asks for others, which are put on the list meanwhile.
    while codec.waiting:
        name, table = codec.waiting.pop()
        fields: dict[str, Any] = {}
        for n, (key, one) in enumerate(table.keys.items()):
            extra: dict[str, Any] = {"alias": key} if one.required else {"alias": key, "default": None}
            fields[f"f{n}_{key}"] = (one.shape.annotation(), Field(**extra))
        codec.models[REFERENCE + name] = create_model(name, __base__=Strict, **fields)
