"""What the tests of the extension share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sphinx_projects import Project

#: The writers of Sphinx that most projects use; the others are slow tests.
USUAL = {"html", "latex", "text"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the other writers: each builds a project again."""
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if params.get("builder", "html") not in USUAL:
            item.add_marker("slow")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Return an empty project."""
    made = Project(tmp_path)
    yield made
    made.close()
