"""Draft the ledger of an edition, or check a copy of its page.

``python -m tools.ledger check page.txt`` ends with 0 if the copy is what the
ledger has, with 1 if it drifted, and with 2 if it cannot be read.
``python -m tools.ledger draft page.txt`` writes a ledger to be filled in.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from avi_portspec import load
from avi_portspec.errors import PortSpecError
from avi_portspec.ledger.entries import Entry, ledgers, load_ledger
from avi_portspec.ledger.fragments import Fragment, read_page
from avi_portspec.serialisation.limits import read_bytes

__all__ = ["draft", "main"]


def draft(
    edition: str, fragments: Iterable[Fragment], known: Iterable[Entry] = ()
) -> str:
    """Return a ledger in TOML, to be filled in.

    Entries whose fragment is known already keep what accounts for them; the
    others are left with neither claims nor a waiver, which no reader
    accepts: nothing is accounted for by default.

    Args:
        edition: The edition's id.
        fragments: The fragments of its page.
        known: Entries of an earlier ledger.
    """
    before = {(entry.address, entry.sha256): entry for entry in known}
    lines = [f'edition = "{edition}"\n']
    for fragment in fragments:
        lines.append(
            f'\n[[entries]]\naddress = "{fragment.address}"\n'
            f'sha256 = "{fragment.sha256}"\n'
        )
        entry = before.get((fragment.address, fragment.sha256))
        claims = [] if entry is None else list(entry.claims)
        if entry is not None and entry.waived is not None:
            # Reasons are one printable line: a JSON string is a TOML one.
            lines.append(
                f"waived = {json.dumps(entry.waived, ensure_ascii=False)}\n"
            )
        else:
            listed = ", ".join(f'"{claim}"' for claim in claims)
            lines.append(f"claims = [{listed}]\n")
    return "".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Args:
        arguments: What stands after the command's name; without them, what
            the process was given.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tools.ledger", description=__doc__
    )
    parser.add_argument("verb", choices=["check", "draft"])
    parser.add_argument("page", type=Path, help="plain text, HTML or Markdown")
    parser.add_argument("--edition", help="by default, the newest")
    given = parser.parse_args(arguments)
    try:
        fragments = read_page(read_bytes(given.page), str(given.page))
        if given.verb == "draft":
            edition = load(given.edition).id
            known = (
                load_ledger(edition).entries if edition in ledgers() else ()
            )
            sys.stdout.write(draft(edition, fragments, known))
            return 0
        drift = load_ledger(given.edition).check(fragments)
    except (PortSpecError, OSError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    sys.stdout.write(f"{drift}\n")
    return 1 if drift else 0


if __name__ == "__main__":
    sys.exit(main())
