"""The documentation site: Sphinx, MyST and the pydata theme; built offline, every warning an error.

    python -m pip install ".[docs]"
    sphinx-build -W docs docs/_build

The reference is written anew at each build, a page for each public name, from the stub of the front door and docstrings.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from reference_pages import write_reference  # noqa: E402  # beside this file

import negsim  # noqa: E402

project = "negsim"
author = "The negsim developers"
copyright = "2026, the negsim developers"
release = version = negsim.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = f"negsim {version}"
html_static_path: list[str] = []
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"**": ["sidebar-nav-bs"]}

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_show_inherited_class_members = False
numpydoc_class_members_toctree = False
# Text formulas in docstrings are text, and names in single backticks are names of this library or of none.
default_role = "code"

linkcheck_timeout = 20
linkcheck_ignore = [r"https://(www\.)?washingtonpost\.com/.*", r"https://doi\.org/.*"]  # both refuse programs


def setup(app: object) -> None:
    """Write the reference before anything is read."""
    write_reference(HERE / "reference")
