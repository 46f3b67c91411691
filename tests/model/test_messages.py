"""Every fault of an edition's file, word for word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from example_data import example

import avi_portspec
from avi_portspec import InvalidDataError
from tools.data_rules import RULES

BLOCKS = [
    block
    for block in Path(__file__)
    .with_name("messages.txt")
    .read_text(encoding="utf-8")
    .strip()
    .split("\n\n")
    if not block.startswith("#")
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_wrong_edition_is_refused_in_these_words(block: str) -> None:
    """In this order, and for nothing else."""
    lines = block.split("\n")
    data = example("\n".join(x for x in lines if not x.startswith(" ")))
    messages = []
    try:
        avi_portspec.loads(json.dumps(data))
    except InvalidDataError as wrong:
        messages = [f"{fault.rule}: {fault}" for fault in wrong.faults]
    expected = [x.removeprefix("    ") for x in lines if x.startswith(" ")]
    assert (messages or ["(sound)"]) == expected


def test_every_rule_of_editions_has_its_words() -> None:
    """But for one, whose example is long: it counts to 200,000."""
    examples = {"\n".join(b.split("\n    ")[:1]) for b in BLOCKS}
    missing = [
        name
        for name, rule in RULES.items()
        if rule.kind == "edition" and rule.example not in examples
    ]
    assert missing == ["place/too-many"]
