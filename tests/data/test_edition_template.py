"""The annotated template that a new edition starts from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

import avi_portspec
from avi_portspec.model.consistency import RECORDS
from avi_portspec.model.page import Citation, Extent, Source
from avi_portspec.model.record import checks_of
from avi_portspec.serialisation.facet_lists import facet_lists
from tools import double_entry

TEMPLATE = double_entry.FOLDER.parents[2] / "tools" / "edition-template.toml"
#: Only a site's overlay fills them.
NOT_WRITTEN = {"origin", "reference", "site_names"}


def keys(data: Any) -> Iterator[str]:
    """Yield every key of some data."""
    if isinstance(data, dict):
        yield from data
    if isinstance(data, (dict, list)):
        for value in data.values() if isinstance(data, dict) else data:
            yield from keys(value)


def test_it_is_an_edition() -> None:
    """As it stands: whoever begins with it begins with what loads."""
    edition = avi_portspec.load(TEMPLATE)
    answer = edition.resolve("aws")
    assert "controller-to-aws" in answer.needed.ids()


@pytest.mark.parametrize(
    "cls",
    [
        avi_portspec.Edition,
        *(cls for *_, cls in RECORDS),
        *(Source, Extent, Citation),
    ],
)
def test_every_key_of_every_record_is_in_it(cls: type) -> None:
    """Or in the list of facets that it names: none is looked up elsewhere."""
    data = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    found = {*keys(data), *keys(facet_lists()[data["facets"]])}
    expected = {
        name for name, _, is_derived in checks_of(cls) if not is_derived
    }
    assert expected - NOT_WRITTEN <= found


def test_every_table_has_a_comment() -> None:
    """The first of each kind at least, directly above it."""
    lines = TEMPLATE.read_text(encoding="utf-8").split("\n")
    seen = set()
    for before, line in pairwise(lines):
        header = re.fullmatch(r"\[\[(\w+)\]\]", line)
        if header and header[1] not in seen:
            seen.add(header[1])
            assert before.startswith("# "), line
    assert seen == {name for name, *_ in RECORDS} - {"facets"}
