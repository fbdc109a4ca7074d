"""Docstrings of all public names, by numpydoc's validator; and comments, which give reasons, by their share of lines."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.validate import ERROR_MSGS, validate

import negsim

ROOT = Path(negsim.__file__).parent

NOT_ASKED = {
    "GL01": "the summary begins on the line of the quotes, as the formatter has it",
    "GL02": "where the closing quotes stand is the formatter's business",
    "ES01": "one sentence is enough where it says all; what is more stands in Notes",
    "YD01": "expand() yields elements in every word, which `Part` says once",
}
"""Codes of numpydoc that no docstring is held to, with the reason."""

FRONT_DOOR_ONLY = {
    "SA01": "a method is read on the page of its class, whose See Also is the way on",
    "EX01": "the example of a class shows its methods at work; one for each would say the same again",
}
"""Codes that are asked of the names of `import negsim as ns`, and not of their methods."""

WITH_ARGUMENTS_ONLY = {
    "RT01": "of a method or property without arguments the first line says what it gives: there is nothing else to say",
}
"""Codes that are not asked of methods that take nothing."""

PROTOCOLS = {"Part": "PR01", "Draw": "PR01"}
"""Protocols have no constructor of their own: Python shows ``*args, **kwargs``, which nobody may give."""

INSIDE = {
    "negsim.engines.exact.machine": "what the modules of the exact engine ask of each other, inherited by `Solution`"
}
"""Modules whose classes stand behind a public one and are not called by users."""

FRONT_DOOR = sorted(name for name in negsim.__all__ if not inspect.ismodule(getattr(negsim, name)))


def plain(member: object) -> object:
    """The function behind a class method or a static method."""
    return member.__func__ if isinstance(member, classmethod | staticmethod) else member


def methods(kind: type) -> Iterator[tuple[str, object]]:
    """Public methods and properties of a class, those that it has from other classes of negsim too."""
    for name in dir(kind):
        member = plain(inspect.getattr_static(kind, name))
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            home = (member.fget if isinstance(member, property) else member).__module__
            if home.startswith("negsim.") and home not in INSIDE:
                yield name, member


def takes_arguments(member: object) -> bool:
    return inspect.isfunction(member) and bool({*inspect.signature(member).parameters} - {"self", "cls"})


def missing(path: str, waived: set[str]) -> list[str]:
    return [f"{path}: {code} {text}" for code, text in validate(path)["errors"] if code not in waived]


def found_wrong(name: str) -> list[str]:
    """What numpydoc misses in the docstring of a name and of its methods, and what is asked."""
    thing = getattr(negsim, name)
    path = f"{thing.__module__}.{thing.__qualname__}"
    wrong = missing(path, {*NOT_ASKED, PROTOCOLS.get(name, "")})
    for method, member in methods(thing) if inspect.isclass(thing) else ():
        waived = {*NOT_ASKED, *FRONT_DOOR_ONLY, *(() if takes_arguments(member) else WITH_ARGUMENTS_ONLY)}
        wrong += missing(f"{path}.{method}", waived)
    return wrong


def test_each_code_is_asked_or_the_reason_is_said() -> None:
    assert {*NOT_ASKED, *FRONT_DOOR_ONLY, *WITH_ARGUMENTS_ONLY} <= set(ERROR_MSGS)


@pytest.mark.parametrize("name", FRONT_DOOR)
def test_docstring_is_complete(name: str) -> None:
    assert found_wrong(name) == []


def test_a_docstring_with_gaps_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wrong model: a parameter that nobody describes, and a method without a word on what it returns."""
    said = str(negsim.Promise.__doc__)
    monkeypatch.setattr(negsim.Promise, "__doc__", said.replace("due : instant, optional", "dew : instant, optional"))
    monkeypatch.setattr(negsim.Runs.count, "__doc__", "Return how often an action fires.")
    promise, runs = " ".join(found_wrong("Promise")), " ".join(found_wrong("Runs"))
    assert "PR01" in promise
    assert "PR02" in promise
    assert "PR01" in runs
    assert "RT01" in runs


LEAST_COMMENTED = 0.019
"""Share of comment lines in the code: a floor below which it must not fall; the aim is 3 %."""


def code_lines(text: str) -> set[int]:
    """Lines with code or comments: neither blank nor part of a string that stands by itself."""
    told: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            told.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return {number for number, line in enumerate(text.splitlines(), 1) if line.strip()} - told


def comment_lines(text: str) -> set[int]:
    """Lines with a comment for people; what is said to tools is none."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    to_tools = ("# type:", "# noqa", "# pragma", "# fmt:")
    return {one.start[0] for one in tokens if one.type == tokenize.COMMENT and not one.string.startswith(to_tools)}


def test_comments_are_told_from_code() -> None:
    text = '"""Doc."""\n\nx = 1  # why\n# because\ny = "# no"  # noqa\n"""About y."""\n'
    assert code_lines(text) == {3, 4, 5}
    assert comment_lines(text) == {3, 4}


def test_code_says_why() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))]
    code, comments = sum(len(code_lines(text)) for text in texts), sum(len(comment_lines(text)) for text in texts)
    assert comments >= LEAST_COMMENTED * code, f"{comments} lines of comments in {code} of code"
