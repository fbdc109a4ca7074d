"""Results of any kind from a file, those of conditioned histories among them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from negsim.learning import keeping  # noqa: F401  # the reader of results knows them
from negsim.results.counted import CountedRuns
from negsim.results.runs import Runs
from negsim.results.saved import load_results
from negsim.results.solved import Solved

__all__ = ["load_runs"]


def load_runs(path: str | os.PathLike[str], words: Iterable[type] = ()) -> Runs | CountedRuns | Solved:
    """Read results that ``runs.save(path)`` wrote: they answer whatever the saved ones did, and compare equal to them.

    Parameters
    ----------
    path : str or path
        Where they are.
    words : iterable of type, optional
        Word classes of your own that the scenario has.

    Returns
    -------
    Runs, Updated, CountedRuns or Solved
        As they were saved.

    Raises
    ------
    FileError
        If there is no such file, it holds no results of negsim, is damaged, or was made by a version whose histories
        are others.

    See Also
    --------
    simulate : Simulate a scenario's histories.
    Runs : Simulated histories as arrays.

    Examples
    --------
    >>> import tempfile
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=100, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     runs.save(f"{folder}/toy.npz")
    ...     ns.load_runs(f"{folder}/toy.npz") == runs
    True
    """
    found: Runs | CountedRuns | Solved = load_results(path, words)
    return found
