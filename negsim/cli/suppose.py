"""What if, on the command line: options that change a scenario before a command looks at it.

A command with the decorator ``supposing`` takes ``told``, a scenario. The command line gives it a name, and may say what is
supposed: in the order in which it stands there, because a later change sees what an earlier one left.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, get_type_hints

import typer

from negsim.cli.base import AsKnown, ScenarioName, Words
from negsim.cli.changes import changed, in_order

__all__ = ["CHANGES", "supposing"]

Language = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="Language of sentences, pages and stories: en, de.")
]
SET = "Fix a parameter, or read a claim one way (terms=true)."
Set = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=SET)]
SetOrFix = Annotated[list[str] | None, typer.Option("--set", "--fix", metavar="NAME=VALUE", help=SET)]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="NAME", help="Take away a mechanism, word, requirement, action or party."),
]
Do = Annotated[
    list[str] | None,
    typer.Option("--do", metavar="FACT=DATE|never", help="Make a fact true on a date, or never."),
]
Decide = Annotated[
    list[str] | None, typer.Option("--decide", metavar="DECISION=OPTION", help="Force a party's decision.")
]
Meet = Annotated[list[str] | None, typer.Option("--meet", metavar="NAME", help="Count a requirement as met.")]
Waive = Annotated[list[str] | None, typer.Option("--waive", metavar="NAME", help="Always waive a requirement.")]
Harden = Annotated[list[str] | None, typer.Option("--harden", metavar="NAME", help="Never waive a requirement.")]

CHANGES: Mapping[str, Any] = {
    "set": SetOrFix,
    "without": Without,
    "do": Do,
    "decide": Decide,
    "meet": Meet,
    "waive": Waive,
    "harden": Harden,
}
"""Options that each change one thing, by the name of their parameter."""


def supposing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its scenario (``told``) by name, with the options that change it; ``source`` is that name."""
    hints = get_type_hints(command, localns={"Scenario": object, "Limits": object}, include_extras=True)
    own = inspect.signature(command).parameters

    @functools.wraps(command)
    def run(*, scenario: str, words: Any = None, as_known: bool = False, language: Any = None, **options: Any) -> Any:
        from negsim.cli.loading import loaded

        told = loaded(scenario, words, as_known=as_known)
        if language is not None:
            told = replace(told, language=language)
        wanted = {name: options.pop(name, None) or () for name in CHANGES}
        if "source" in own:
            options["source"] = scenario
        return command(told=changed(told, in_order(wanted, fixes=True)), **options)

    shown = [one for one in own.values() if one.name not in ("told", "source")]
    place = next((n for n, one in enumerate(shown) if one.name == "limits"), len(shown))
    before = {one.name: (hints[one.name], one.default) for one in shown[:place]}
    after = {one.name: (hints[one.name], one.default) for one in shown[place:]}
    changes = {name: (kind, None) for name, kind in CHANGES.items()}
    given = {"scenario": (ScenarioName, inspect.Parameter.empty), **before, **changes, **after}
    given |= {"words": (Words, None), "as_known": (AsKnown, False), "language": (Language, None)}
    found: Any = run
    found.__signature__ = inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for name, (kind, default) in given.items()
        ]
    )
    found.__annotations__ = {name: kind for name, (kind, _) in given.items()}
    del found.__wrapped__  # set by wraps; the signature is ours
    made: Callable[..., Any] = found
    return made
