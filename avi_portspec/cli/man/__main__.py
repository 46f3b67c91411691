"""The man page's command: ``python -m avi_portspec.cli.man``."""

from __future__ import annotations

import sys

from avi_portspec.cli.man import man_page

__all__ = ["main"]


def main() -> int:
    """Write the man page to standard output, and return the exit code."""
    sys.stdout.write(man_page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
