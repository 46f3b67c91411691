"""The networks of the kernel proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import pytest
from kernel_lab import Lab, missing
from kernel_links import Link, Path

Made = TypeVar("Made", Lab, Link, Path)


def built(kind: type[Made]) -> Iterator[Made]:
    """Yield namespaces, and remove them."""
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    made = kind()
    yield made
    made.close()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Return three namespaces, with a router in the middle."""
    yield from built(Lab)


@pytest.fixture(scope="module")
def link() -> Iterator[Link]:
    """Return two hosts, with a bridge between them."""
    yield from built(Link)


@pytest.fixture
def path() -> Iterator[Path]:
    """Return two hosts, with a narrow link behind the router.

    A new one each time: hosts remember how narrow a path is.
    """
    yield from built(Path)
