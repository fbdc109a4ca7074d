"""The page that tells a language model, or a person in a hurry, how to state a case."""

from __future__ import annotations

from importlib import resources

__all__ = ["guide"]


def guide() -> str:
    """Return the page on how to state a case as JSON or TOML, in Markdown.

    Returns
    -------
    str
        What ``negsim guide`` prints: the rules, the words, a whole example, and the mistakes that are made.

    See Also
    --------
    schema : The form of a scenario; ``profile="strict"`` is the one that the page goes with.
    validate : What is wrong with a scenario, and what in it does nothing.

    Examples
    --------
    >>> guide().splitlines()[0]
    '# How to state a case'
    """
    return (resources.files("negsim") / "report" / "guide.md").read_text("utf-8")
