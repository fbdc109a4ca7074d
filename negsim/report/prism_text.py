"""What the export to PRISM hands back: the text of a model and of its properties."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["PrismText"]


@dataclass(frozen=True, slots=True)
class PrismText:
    """A model and its properties, in PRISM's language.

    Parameters
    ----------
    model : str
        For a file ``.sm``.
    properties : str
        For a file ``.props``: one a question that CSL can say.

    See Also
    --------
    export_prism : Write a scenario in PRISM's language.

    Examples
    --------
    >>> import negsim as ns
    >>> "ctmc" in ns.export_prism(ns.load("toy"), stages=50).model.splitlines()
    True
    """

    model: str
    properties: str

    def write(self, folder: str | Path, name: str) -> tuple[Path, Path]:
        """Write both files; return their paths.

        Parameters
        ----------
        folder : str or path
            Where to; it must be there.
        name : str
            Of the files, without their endings.

        Returns
        -------
        tuple of Path
            Those of the model and of the properties.
        """
        base = Path(folder)
        paths = base / f"{name}.sm", base / f"{name}.props"
        for path, text in zip(paths, (self.model, self.properties), strict=True):
            path.write_text(text, encoding="utf-8")
        return paths
