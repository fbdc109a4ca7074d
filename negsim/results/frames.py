"""Runs as a data frame, a row a replication. pandas is imported where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from negsim.engines.blocks import numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["table"]


def table(runs: Any) -> pd.DataFrame:
    """Return a row a replication (see `Runs.to_dataframe`)."""
    try:
        import pandas as pd
    except ImportError:
        raise ImportError("to_dataframe needs pandas; install it with: pip install 'negsim[frames]'") from None
    columns: dict[str, Any] = {"replication": runs.block.replications, "draw": runs.draw}
    for name, entry in runs.program.probes.asked.items():
        columns[name] = numbers(runs.block, entry)
    columns |= {"events": runs.block.events, "failed": runs.block.failed}
    if runs.weights is not None:
        columns["weight"] = runs.weights
    return pd.DataFrame(columns).set_index("replication")
