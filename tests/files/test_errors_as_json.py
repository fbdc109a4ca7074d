"""Errors as plain data: the same things that the message says, ready for JSON."""

from __future__ import annotations

import json

import pytest

import negsim as ns
from negsim.errors import BudgetError, NegsimError, as_json

HEAD = "format_version = 1\n[scenario]\nname = 'a'\nstart = 2025-01-01\nend = 40\n"
WRONG = (
    HEAD
    + "[fact.memo]\n[action.give]\nclock = {fixed = -1}\nwhen = 'not meno'\n[action.take]\nclok = {fixed = 1}\nclock = {fixed = 1}\n"
)


def test_everything_is_told_at_once_with_place_and_line() -> None:
    with pytest.raises(NegsimError) as caught:
        ns.loads(WRONG, name="a.toml")
    told = as_json(caught.value)
    assert json.loads(json.dumps(told)) == told
    assert [(one["code"], one["place"], one["line"], one["file"]) for one in told] == [
        ("unknown_name", "action.give.when", 9, "a.toml"),
        ("unknown_key", "action.take.clok", 11, "a.toml"),
    ]
    unknown = next(one for one in told if one["code"] == "unknown_name")
    assert list(unknown)[:7] == ["code", "path", "place", "line", "value", "expected", "remedy"]
    assert unknown["path"] == ["action", "give", "when"]
    assert unknown["value"] == "meno"
    assert unknown["expected"] == "memo"
    assert unknown["remedy"] == "did you mean 'memo'?"


@pytest.mark.parametrize("kind", [one for one in vars(ns.errors).values() if isinstance(one, type)])
def test_every_typed_error_has_a_code(kind: type) -> None:
    if issubclass(kind, NegsimError):
        (told,) = as_json(kind("the page is missing; write it"))
        assert told["code"]
        assert "the page is missing" in told["text"]
        assert told["remedy"] == "write it"


def test_kinds_of_later_errors_are_told_apart() -> None:
    assert as_json(BudgetError("too much; ask for less"))[0]["code"] == "budget"
    assert as_json(OSError("no room"))[0]["code"] == "error"
