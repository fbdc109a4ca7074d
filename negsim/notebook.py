"""What notebooks show: cards and tables in HTML, and data frames. Texts of strangers are escaped; nothing is a script.

No colour is fixed, so that a card is read on white and on black. It is the lowest floor: whatever has something to show
hands over plain texts and numbers.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bar", "card", "escaped", "frame", "instant", "spread"]

MOST_ROWS, LONGEST = 40, 600
"""Rows of a card's table, and signs of a text, from which on it is cut."""
FRAME = "border-collapse:collapse;margin:.3em 0"
CELL = "padding:.15em .6em;text-align:{side};vertical-align:top;border-top:1px solid rgba(128,128,128,.35)"
HEAD = "padding:.15em .6em;text-align:{side};font-weight:normal;opacity:.7"


@dataclass(frozen=True, slots=True)
class Bar:
    """A number between 0 and 1 with its interval and its range, drawn as a small bar.

    Parameters
    ----------
    value, low, high : float
        The number and its interval.
    wide : pair of float, optional
        Its range of ignorance.
    """

    value: float
    low: float
    high: float
    wide: tuple[float, float] | None = None

    def svg(self) -> str:
        """The bar, in the colour of the text around it; nothing where there is no number."""
        ends = (self.value, self.low, self.high, *(self.wide or ()))
        if not all(math.isfinite(one) for one in ends):
            return ""
        # Four units of room at both ends, so that a dot at 0 or 1 is whole.
        at = [round(4 + 112 * min(max(one, 0.0), 1.0), 1) for one in ends]
        lines = [_line(4, 116, 1, 0.3)]
        if self.wide is not None:
            lines.append(_line(at[3], at[4], 7, 0.25))
        lines += [_line(at[1], at[2], 3, 0.8), f'<circle cx="{at[0]}" cy="6" r="3.5" fill="currentColor"/>']
        return f'<svg width="120" height="12" viewBox="0 0 120 12" aria-hidden="true">{"".join(lines)}</svg>'


def _line(begin: float, end: float, width: float, opacity: float) -> str:
    return (
        f'<line x1="{begin}" x2="{max(end, begin + 0.5)}" y1="6" y2="6" stroke="currentColor" '
        f'stroke-width="{width}" stroke-opacity="{opacity}"/>'
    )


def escaped(text: object) -> str:
    """Text of a stranger as HTML: no tag, no control character, not without end.

    >>> escaped("<b>Kyiv & Moscow</b>\\x1b")
    '&lt;b&gt;Kyiv &amp; Moscow&lt;/b&gt;�'
    """
    plain = str(text)
    cut = plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
    signs = "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in cut)
    return html.escape(signs).replace("\n", "<br>")


def _cell(value: object, tag: str, style: str) -> str:
    inner = value.svg() if isinstance(value, Bar) else escaped(value)
    right = isinstance(value, int | float) and not isinstance(value, bool)
    return f'<{tag} style="{style.format(side="right" if right else "left")}">{inner}</{tag}>'


def card(
    title: str,
    facts: Mapping[str, object] | None = None,
    *,
    columns: Sequence[str] = (),
    rows: Iterable[Sequence[object]] = (),
    notes: Iterable[str] = (),
) -> str:
    """A title, some facts, a table and notes as HTML.

    Parameters
    ----------
    title : str
        What it is.
    facts : mapping of str to object, optional
        Names and values.
    columns : sequence of str, optional
        Heads of the table.
    rows : iterable of sequences, optional
        Its cells: texts, numbers or `Bar`.
    notes : iterable of str, optional
        Small print.

    Returns
    -------
    str
        One ``div``.
    """
    told = [f'<div style="font-weight:bold">{escaped(title)}</div>']
    if facts:
        said = " · ".join(f"{escaped(name)}: {escaped(value)}" for name, value in facts.items())
        told.append(f'<div style="opacity:.8">{said}</div>')
    every = list(rows)
    if every:
        told.append(_table(columns, every[:MOST_ROWS]))
    # A notebook keeps what it shows: tables without end would fill its file.
    more = len(every) - MOST_ROWS
    small = [*notes, *([f"{more:,} more rows: to_dataframe() has them all"] if more > 0 else [])]
    told += [f'<div style="opacity:.7;font-size:90%">{escaped(note)}</div>' for note in small if note]
    return f'<div class="negsim" style="max-width:60em">{"".join(told)}</div>'


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(_cell(name, "th", HEAD) for name in columns)
    body = "".join(f"<tr>{''.join(_cell(value, 'td', CELL) for value in row)}</tr>" for row in rows)
    return f'<table style="{FRAME}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def instant(text: str, zone: str = "") -> Any:
    """A date as a timestamp of pandas: an instant of a wall clock, or the last microsecond of a bare date.

    >>> instant("2025-06-02", "Europe/Istanbul").isoformat()
    '2025-06-02T23:59:59.999999+03:00'
    """
    import pandas as pd

    when = pd.Timestamp(text)
    # A bare date is the whole of that day everywhere in negsim, so that its instant is the last one.
    if len(text) == len("2025-06-02"):
        when += pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
    if not zone:
        return when
    # An offset of its own becomes that of the zone: a column has one zone on both sides of a change of the clocks.
    return when.tz_convert(zone) if when.tz else when.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


def frame(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, dates: Sequence[str] = (), zone: str = ""
) -> pd.DataFrame:
    """Rows as a data frame.

    Parameters
    ----------
    rows : iterable of mappings
        By name of the column.
    columns : sequence of str
        Their order; they are there without any row too.
    dates : sequence of str, optional
        Columns whose ISO texts become timestamps.
    zone : str, optional
        Time zone of these; without it they are wall clock of the scenario.

    Returns
    -------
    pandas.DataFrame
        A row each.

    Raises
    ------
    ImportError
        With the line that installs pandas.
    """
    try:
        import pandas as pd
    except ImportError:
        raise ImportError("to_dataframe needs pandas; install it with: pip install 'negsim[frames]'") from None
    found = pd.DataFrame([dict(row) for row in rows], columns=list(columns))
    for name in dates:
        found[name] = pd.to_datetime([instant(str(text), zone) for text in found[name]])
    return found


def spread(name: str, one: Any) -> dict[str, object]:
    """An estimate in three columns: its value under its name, and the ends of its interval.

    >>> from negsim.estimates import Estimate
    >>> spread("move", Estimate(value=0.5, low=0.4, high=0.6, level=0.95, kind="chance", method="some", n=9))
    {'move': 0.5, 'move_low': 0.4, 'move_high': 0.6}
    """
    return {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
