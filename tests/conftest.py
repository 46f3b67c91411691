"""What every test can use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import chromium
from hypothesis import HealthCheck, settings

import avi_portspec

#: Read by type checkers alone.
collect_ignore = ["typing"]
#: There are several, which are of one name to whoever looks for doctests.
collect_ignore_glob = ["conftest.py", "*/conftest.py"]

# No deadline: machines are noisy, and what is fast is shown elsewhere.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")


@pytest.fixture(scope="session")
def edition() -> avi_portspec.Edition:
    """Return the edition whose page states no release."""
    return avi_portspec.load("vantage-undated")


@pytest.fixture
def data(edition: avi_portspec.Edition) -> dict[str, Any]:
    """Return that edition's data, to be broken at will."""
    loaded: dict[str, Any] = json.loads(avi_portspec.dumps(edition))
    return loaded


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a browser, and close it before other modules' tests.

    A process can drive no second one, and what builds in parallel is forked
    from a process that should hold none.
    """
    with chromium() as made:
        yield made


@pytest.fixture(scope="session")
def published_page() -> str:
    """Return the text of the published page, where a copy is at hand."""
    folder = Path(__file__).parents[2] / "shared" / "source"
    found = sorted(folder.glob("*.txt"))
    if not found:
        pytest.skip(f"no copy of the published page in {folder}")
    return found[0].read_text(encoding="utf-8")
