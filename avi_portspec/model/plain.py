"""Records as plain data, and the digest of that data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from avi_portspec.model.record import Record, checks_of

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.facets import Deployment

__all__ = ["FORMAT", "canonical", "deployment_data", "digest", "plain"]

#: The version of the data format; a file states it, and readers refuse
#: any other.
FORMAT = 1


def plain(record: Any) -> Any:
    """Return a record as dicts, lists, strings, integers and booleans.

    What an edition works out is left out, and so is every field that has
    its default: one value has one form.
    """
    if not isinstance(record, Record):
        if isinstance(record, (str, int)):
            return record
        return [plain(item) for item in record]
    spelled = getattr(record, "_plain", None)
    if spelled is not None:
        return spelled()
    cls: Any = type(record)
    defaults = {f.name: f.default for f in attrs.fields(cls)}
    return {
        name: plain(getattr(record, name))
        for name, _, is_derived in checks_of(cls)
        if not is_derived and getattr(record, name) != defaults[name]
    }


def deployment_data(deployment: Deployment) -> dict[str, str | list[str]]:
    """Return a deployment as plain data: every field, its words sorted."""
    data: dict[str, str | list[str]] = {}
    for name, *_ in checks_of(type(deployment)):
        value = getattr(deployment, name)
        data[name] = value if isinstance(value, str) else sorted(value)
    return data


def canonical(edition: Edition) -> bytes:
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


def digest(edition: Edition) -> str:
    """Return the SHA-256 of the canonical serialisation, in hexadecimal."""
    import hashlib

    return hashlib.sha256(canonical(edition)).hexdigest()
