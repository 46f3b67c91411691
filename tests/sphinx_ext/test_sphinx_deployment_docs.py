"""The pages on deployments and changes show what they say they show."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest
from docutils import nodes
from sphinx_projects import Project, warnings

PAGES = Path(__file__).parents[2] / "docs" / "sphinx"
NAMES = ("changes", "deployment")
FILES = ("choices.toml", "laboratory.toml")

_SOURCE = re.compile(
    r"^\.\. code-block:: rst\n\n((?:   .*\n|\n)+)", re.MULTILINE
)


@pytest.mark.parametrize("name", NAMES)
def test_each_example_stands_beside_its_source(name: str) -> None:
    """What is shown is what was written, to the letter."""
    text = (PAGES / f"{name}.rst").read_text(encoding="utf-8")
    sources = [textwrap.dedent(block) for block in _SOURCE.findall(text)]
    live = re.findall(r"^\.\. avi-port-.*$", text, re.MULTILINE)
    assert len(sources) == len(live) > 1
    for source in sources:
        assert f"\n{source.strip()}\n" in text


def test_the_pages_build_without_a_warning(project: Project) -> None:
    """Every example has a table or a list to show."""
    for name in ("changes.rst", "deployment.rst", *FILES):
        shutil.copy(PAGES / name, project.folder / name)
    project.write("own-ports.rst", "Its neighbour\n=============\n")
    project.write(
        "index.rst",
        "A\n=\n\n.. toctree::\n\n   changes\n   deployment\n   own-ports\n",
    )
    app = project.build("html", nitpicky=True)
    assert warnings(app) == ""
    for name, tables in zip(NAMES, (3, 4), strict=True):
        tree = app.env.get_doctree(name)
        assert len(list(tree.findall(nodes.table))) == tables
