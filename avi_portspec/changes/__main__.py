"""The maintainers' command about the data's version.

``python -m avi_portspec.changes check`` compares the data with the last
release's, and ends with 1 if the version or the changelog does not fit the
change. ``lines`` writes the changelog's *Data* lines, and ``release`` the
released data anew.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import avi_portspec
from avi_portspec.changes.versions import (
    Released,
    data_lines,
    dumps_released,
    loads_released,
    version_faults,
)
from avi_portspec.data import editions, load
from avi_portspec.errors import PortSpecError

__all__ = ["main"]

_RELEASED = "released-data.json"
_CHANGELOG = "CHANGELOG.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Args:
        arguments: What stands after the command's name; without them, what
            the process was given.
    """
    parser = argparse.ArgumentParser(
        prog="python -m avi_portspec.changes", description=__doc__
    )
    parser.add_argument("verb", choices=["check", "lines", "release"])
    parser.add_argument(
        "--root", type=Path, default=Path(), help="the project's folder"
    )
    given = parser.parse_args(arguments)
    path: Path = given.root / _RELEASED
    version = avi_portspec.__version__
    try:
        present = {str(name): load(name) for name in editions()}
        if given.verb == "release":
            made = Released(version=version, editions=[*present.values()])
            path.write_text(dumps_released(made), encoding="utf-8")
            return 0
        released = loads_released(
            path.read_text(encoding="utf-8"), subject=str(path)
        )
        if given.verb == "lines":
            for line in data_lines(released.by_id(), present):
                sys.stdout.write(f"{line}\n")
            return 0
        changelog = (given.root / _CHANGELOG).read_text(encoding="utf-8")
        faults = version_faults(released, present, version, changelog)
    except (PortSpecError, OSError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
