"""Configuration of the documentation."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("_ext")))
# The rules for data stand in tools. Last: the package is the installed one.
sys.path.append(str(Path(__file__).parents[1]))

project = "avi-portspec"
author = "The avi-portspec authors"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx has it so
release = installed("avi-portspec")
version = release

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_avi_portspec",
    "avi_docs",
]
exclude_patterns = ["build", "_ext"]
# The day on which each edition's data was last changed: the feed of changes
# tells it, and a build at another time writes the same feed.
avi_docs_days = {
    "16.2": dt.date(2026, 11, 25),
    "17.1": dt.date(2026, 11, 25),
    "vantage-undated": dt.date(2026, 11, 25),
}
# Diagrams come with a text equivalent: without Graphviz, that is what is
# shown, and the documentation is whole nevertheless.
if shutil.which("dot") is None:
    suppress_warnings = ["avi_portspec.graphviz"]
html_theme = "furo"
html_title = "avi-portspec"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
nitpicky = True
# The build reads nothing from the network, so other projects' types, and
# names of types that are no classes, lead nowhere.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(attrs?|collections|datetime|enum|hypothesis|ipaddress|os|pathlib|re|typing)\b.*",
    ),
    (r"py:class", r"(avi_portspec\.names\.)?\w+(Id|Kind)|Requirement"),
    (
        r"py:class",
        r"EditionLike|(.*\.)?EditionData|PathLike|(.*\.)?Reader|Resolver|Status|Subject|Names|OneOrMore|ProtocolLike|.*\.(FlowIndex|Criteria|Order|[DT])|st\.SearchStrategy",
    ),
]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
# Fields are described in each class's own text; their types are there too.
autodoc_class_signature = "separated"
autodoc_default_options = {"exclude-members": "__init__, __new__"}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
