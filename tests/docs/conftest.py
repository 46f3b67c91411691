"""What the tests of the documentation share."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the built site: to build it takes long.

    The README's first command builds it, too, with warnings as errors.
    """
    for item in items:
        if item.path.name == "test_docs_site.py" and "site" in getattr(
            item, "fixturenames", ()
        ):
            item.add_marker("slow")
