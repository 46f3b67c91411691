"""``python -m avi_portspec``: the command line."""

from __future__ import annotations

import sys

from avi_portspec.cli import script

if __name__ == "__main__":
    sys.exit(script())
