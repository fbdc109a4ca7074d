"""``negsim docs``: the words, and the page of one."""

from __future__ import annotations

from typing import Annotated

import typer

from negsim.cli.base import Format, Printed, Words, app, console, print_result
from negsim.cli.limits import limited
from negsim.cli.loading import own_words

__all__ = ["docs"]


def complete_word(incomplete: str) -> list[str]:
    """Words for the shell to complete."""
    from negsim.report.word_pages import listing

    return [one["word"] for one in listing() if one["word"].lower().startswith(incomplete.lower())]


@app.command()
@limited
def docs(
    word: Annotated[
        str | None,
        typer.Argument(metavar="[WORD]", help="Such as Truce; without it, all words.", autocompletion=complete_word),
    ] = None,
    format: Printed = Format.table,
    words: Words = None,
) -> None:
    """Explain a word, with its keys and an example; or list all."""
    from negsim.report.word_pages import listing, page_of, word_called

    own = own_words(words)
    found = None if word is None else word_called(word, own)
    page = None if found is None else page_of(found)
    if format is Format.json:
        every = listing(own) if found is None else [one for one in listing(own) if one["word"] == found.__name__]
        print_result("docs", {"word": None if found is None else found.__name__, "page": page, "words": every})
    elif page is None:
        _list(listing(own))
    else:
        _show(page)


def _list(every: list[dict[str, str]]) -> None:
    """All words, a line each as far as it fits."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for one in every:
        grid.add_row(one["word"], Text(one["says"]))
    screen = console()
    screen.print(grid)
    screen.print("\nOne of them: negsim docs WORD", style="dim")


def _show(page: str) -> None:
    """The page as it stands for other programs, set for reading where somebody reads it."""
    screen = console()
    if not screen.is_terminal:
        print(page, end="")
        return
    from rich.markdown import Markdown

    screen.print(Markdown(page))
