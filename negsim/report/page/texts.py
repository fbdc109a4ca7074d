"""Texts as they stand on a page."""

from __future__ import annotations

__all__ = ["dashed", "sentence", "upper_first"]


def upper_first(text: str) -> str:
    """A clause that begins a sentence.

    >>> upper_first("the talks are held")
    'The talks are held'
    """
    return f"{text[:1].upper()}{text[1:]}"


def sentence(text: str) -> str:
    """A clause as a sentence; one that asks keeps its question mark.

    >>> sentence("the talks are held"), sentence("Kyiv decides: does it come?")
    ('The talks are held.', 'Kyiv decides: does it come?')
    """
    return upper_first(text) if text.endswith((".", "?", "!", "…")) else f"{upper_first(text)}."


def dashed(text: str) -> str:
    """Two ends with a dash between them; a dash before a minus sign would read as two of them.

    >>> dashed("1 to 4 %"), dashed("-4 to -1 points")
    ('1–4 %', '-4 to -1 points')
    """
    return text if "-" in text else text.replace(" to ", "–")
