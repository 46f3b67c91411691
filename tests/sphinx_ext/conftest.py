"""What the tests of the extension share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sphinx_projects import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Return an empty project."""
    made = Project(tmp_path)
    yield made
    made.close()
