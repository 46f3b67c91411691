"""The how-to pages say what the package does."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

PAGES = sorted(
    (Path(__file__).resolve().parents[2] / "docs" / "how-to").glob("*.rst")
)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples(page: Path) -> None:
    """Each example of a page gives what the page shows."""
    text = page.read_text(encoding="utf-8")
    found = doctest.DocTestParser().get_doctest(
        text, {}, page.stem, str(page), 0
    )
    assert found.examples
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    runner.run(found, out=report.append)
    assert not report, "".join(report)
