"""The ledger's command: check a copy of a page, or draft its ledger.

``python -m avi_portspec.ledger check page.txt`` ends with 0 if the copy is
what the ledger has, with 1 if it drifted, and with 2 if it cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from avi_portspec.data import load
from avi_portspec.errors import PortSpecError
from avi_portspec.ledger.entries import draft, ledgers, load_ledger
from avi_portspec.ledger.fragments import Fragment, from_html, from_text
from avi_portspec.serialisation.limits import bounded

__all__ = ["main"]

_HTML = {".htm", ".html", ".xhtml"}


def _fragments(path: Path) -> tuple[Fragment, ...]:
    text = bounded(path).decode("utf-8-sig")
    return (from_html if path.suffix in _HTML else from_text)(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Args:
        arguments: What stands after the command's name; without them, what
            the process was given.
    """
    parser = argparse.ArgumentParser(
        prog="python -m avi_portspec.ledger", description=__doc__
    )
    parser.add_argument("verb", choices=["check", "draft"])
    parser.add_argument("page", type=Path, help="plain text, or .html")
    parser.add_argument("--edition", help="by default, the newest")
    given = parser.parse_args(arguments)
    try:
        fragments = _fragments(given.page)
        if given.verb == "draft":
            edition = load(given.edition).id
            known = (
                load_ledger(edition).entries if edition in ledgers() else ()
            )
            text = draft(edition, fragments, known)
            sys.stdout.write(text)
            return 0
        drift = load_ledger(given.edition).check(fragments)
    except (PortSpecError, OSError, UnicodeDecodeError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    sys.stdout.write(f"{drift}\n")
    return 1 if drift else 0


if __name__ == "__main__":
    sys.exit(main())
