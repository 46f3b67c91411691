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
