"""The small sound files of :mod:`tools.data_rules`, with some lines changed.

A line is ``path = value``, the value in JSON, or ``del path``.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from tools.data_rules import FILES

STEP = re.compile(r"([a-z0-9_-]+)|\[(\d+)\]")

#: A port that moved, and a server of the site's own.
SITE = """
id = "berlin"
title = "Site Berlin"

[[changes]]
flow = "external-to-controller-https"
ports = [9443]
reason = "The portal moved."

[[endpoints]]
id = "backup-vault"
name = "Backup vault"
kind = "service"

[[flows]]
id = "controller-to-backup-vault"
source = "controller"
destination = "backup-vault"
protocols = ["tcp"]
ports = [2222]
purpose = "Nightly backup"
"""
#: A client of the site's own.
JUMP_HOST = """
id = "berlin"
title = "Site Berlin"
[[endpoints]]
id = "jump-host"
name = "Jump host"
kind = "client"
[[flows]]
id = "jump"
source = "jump-host"
destination = "controller"
protocols = ["tcp"]
ports = [22]
requirement = "required"
purpose = "Administration"
"""


def example(lines: str = "", kind: str = "edition") -> dict[str, Any]:
    """Return the data of a kind of file, changed by each of some lines."""
    data = copy.deepcopy(dict(FILES[kind]))
    for line in filter(None, lines.split("\n")):
        _assign(data, line)
    return data


def _assign(data: Any, line: str) -> None:
    path, equals, value = line.partition(" = ")
    steps = [
        name or int(number)
        for name, number in STEP.findall(path.removeprefix("del "))
    ]
    for step in steps[:-1]:
        data = data[step]
    if not equals:
        del data[steps[-1]]
    elif isinstance(data, list) and steps[-1] == len(data):
        data.append(json.loads(value))
    else:
        data[steps[-1]] = json.loads(value)
