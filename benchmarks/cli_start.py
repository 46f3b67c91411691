"""How long the command line takes to answer, against ``import click``.

    python benchmarks/cli_start.py

Each command is a process, and so is the import that it is compared with; all
are run in turn, and what counts is the ratio. Run it with the Python of an
environment in which the package is installed from a wheel, with the extra
``cli``: in a checkout, bytecode and compiled editions may be missing.

It ends with 1 if ``avi-portspec ports --json`` takes more than is promised.

With ``--quick`` it measures little and judges no time: it only shows that
it runs, and that the answers are right.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import avi_portspec

ROUNDS = 31
#: At most so many times as long as ``python -c "import click"``.
PROMISED = 2.0

_PYTHON = sys.executable
_PROGRAM = str(Path(sysconfig.get_path("scripts"), "avi-portspec"))
BASE = 'python -c "import click"'
ASKED = "avi-portspec ports --json"
COMMANDS: dict[str, list[str]] = {
    BASE: [_PYTHON, "-c", "import click"],
    ASKED: [_PROGRAM, "ports", "--json"],
    "python -m avi_portspec ports --json": [
        *(_PYTHON, "-m", "avi_portspec", "ports", "--json"),
    ],
    "avi-portspec ports --source SE --port 22 --json": [
        *(_PROGRAM, "ports", "--source", "SE", "--port", "22", "--json"),
    ],
    "avi-portspec ports --deployment aws --json": [
        *(_PROGRAM, "ports", "--deployment", "aws", "--json"),
    ],
    "avi-portspec ports --deployment aws": [
        *(_PROGRAM, "ports", "--deployment", "aws"),
    ],
    "avi-portspec --help": [_PROGRAM, "--help"],
}


def measured(rounds: int) -> dict[str, list[float]]:
    """Return each command's times, in milliseconds, round by round."""
    # Users have bytecode, and no other copy of the package in the way.
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    }
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds + 1):
        for name, words in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(
                words,
                check=True,
                env=environment,
                cwd=Path(sys.executable).parent,
                stdout=subprocess.DEVNULL,
            )
            times[name].append((time.perf_counter() - start) * 1e3)
    # The first round fills the caches.
    return {name: found[1:] for name, found in times.items()}


def main() -> int:
    """Print the figures, and return whether the promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    told = subprocess.run(COMMANDS[ASKED], check=True, capture_output=True)
    named = {each["flow"] for each in json.loads(told.stdout)["records"]}
    if named != set(avi_portspec.load().flows.ids()):
        raise SystemExit(f"{ASKED} tells other flows than the library")
    times = measured(1 if quick else ROUNDS)
    base = times[BASE]
    ratios = {}
    print(f"{'command':50} {'median ms':>9} {'ratio':>6}")
    for name, found in times.items():
        # Of neighbours in time: the machine's load changes by the second.
        ratios[name] = statistics.median(
            mine / other for mine, other in zip(found, base, strict=True)
        )
        print(f"{name:50} {statistics.median(found):9.1f} {ratios[name]:6.2f}")
    print(f"promised: {ASKED} at most {PROMISED:.1f}")
    return int(not quick and ratios[ASKED] > PROMISED)


if __name__ == "__main__":
    sys.exit(main())
