"""Records as plain data, and the digest of that data."""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs

from avi_portspec.model.record import Record, checks_of

__all__ = ["FORMAT", "canonical", "digest", "plain"]

#: The version of the data format; a file states it, and readers refuse
#: any other.
FORMAT = 1


def plain(record: Any) -> Any:
    """Return a record as dicts, lists, strings, integers and booleans.

    What an edition works out is left out, and so is every field that has
    its default: one value has one form.
    """
    if isinstance(record, (str, int)):
        return record
    if not isinstance(record, Record):
        return [plain(item) for item in record]
    spelled = getattr(record, "_plain", None)
    if spelled is not None:
        return spelled()
    cls: Any = type(record)
    return {
        # Most are text: thousands of calls fewer whenever an edition loads.
        name: value if type(value) is str else plain(value)
        for name, default in _stated_fields(cls)
        if (value := getattr(record, name)) != default
        # An empty collection of an edition is not the empty tuple.
        and (value or default != ())
    }


@cache
def _stated_fields(cls: Any) -> tuple[tuple[str, Any], ...]:
    """Return the fields that a file states, each with its default."""
    defaults = {field.name: field.default for field in attrs.fields(cls)}
    return tuple(
        (name, defaults[name])
        for name, _, is_derived in checks_of(cls)
        if not is_derived
    )


def canonical(edition: Record) -> bytes:
    """Return the one serialisation of an edition that digests are made of.

    It is JSON as RFC 8785 has it, which for strings, integers and booleans
    means: keys sorted, no blanks, UTF-8, nothing escaped that need not be.
    """
    # Imported here: few programs ask for a digest.
    import json

    data = {"format": FORMAT, **plain(edition)}
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def digest(edition: Record) -> str:
    """Return the SHA-256 of the canonical serialisation, in hexadecimal."""
    import hashlib

    return hashlib.sha256(canonical(edition)).hexdigest()
