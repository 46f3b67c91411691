"""The version that the data calls for, and the changelog's lines about it.

Whoever pins a version of the package pins its data. The rule, after
Semantic Versioning 2.0.0:

- *major*: a record, a field or a name is gone; a flow that is not optional
  is new; or what is there means something else for a firewall;
- *minor*: an edition, an optional flow, another record or a field is new;
- *patch*: wording or citations.

Before 1.0.0 a major change raises the minor number (item 4 of it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias, get_args

import attrs

from avi_portspec.changes.differences import (
    FieldChange,
    RecordChange,
    diff,
)
from avi_portspec.errors import (
    Fault,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.catalog import names_of
from avi_portspec.model.checks import Many, Nested, Text
from avi_portspec.model.edition import Edition
from avi_portspec.model.plain import canonical
from avi_portspec.model.record import Record, as_tuple, check
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import json_table

__all__ = [
    "Bump",
    "Released",
    "bump_between",
    "data_lines",
    "dumps_released",
    "loads_released",
    "next_version",
    "version_faults",
]

#: How far a version has to move, the least first.
Bump: TypeAlias = Literal["none", "patch", "minor", "major"]

_BUMPS: Final[tuple[Bump, ...]] = get_args(Bump)
_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_PROVENANCE: Final = frozenset({"inferred", "readings"})
_HEADING: Final = re.compile(r"^## .*$", re.MULTILINE)


class _Version(Text):
    """A version of three numbers."""

    __slots__ = ()

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and bool(_VERSION.fullmatch(value))


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Released(Record):
    """The data of the last release.

    Attributes:
        version: The version that it was released as.
        editions: Its editions; none before the first release.
    """

    version: str = attrs.field(
        metadata=check(_Version("a version such as 1.2.3"))
    )
    editions: tuple[Edition, ...] = attrs.field(
        converter=as_tuple,
        metadata=check(
            Many("a list of editions", Nested("an edition", Edition))
        ),
    )

    def by_id(self) -> dict[str, Edition]:
        """Return the editions by their ids."""
        return {edition.id: edition for edition in self.editions}


def dumps_released(released: Released) -> str:
    """Return released data as JSON: an edition a line, each canonical.

    Args:
        released: The data.
    """
    lines = ",\n".join(
        canonical(edition).decode() for edition in released.editions
    )
    return f'{{"version": "{released.version}", "editions": [\n{lines}\n]}}\n'


def loads_released(
    text: str | bytes, *, subject: str = "JSON text"
) -> Released:
    """Return the released data that JSON holds.

    Args:
        text: The JSON, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no JSON, or no released data.
    """
    data = json_table(text, subject)
    made: Released = read(data, Released, subject)
    return made


# -- how far ------------------------------------------------------------


def bump_between(
    old: Mapping[str, Edition], new: Mapping[str, Edition]
) -> Bump:
    """Return how far the version has to move for a change of the data.

    Args:
        old: The released editions, by id.
        new: The present ones.
    """
    bumps: list[Bump] = []
    if old.keys() - new.keys():
        bumps.append("major")
    if new.keys() - old.keys():
        bumps.append("minor")
    for name in old.keys() & new.keys():
        changes = diff(old[name], new[name])
        bumps += [_field_bump("", field) for field in changes.fields]
        bumps += [_record_bump(change) for change in changes]
        if changes.orders:
            bumps.append("patch")
    return _furthest(bumps)


def _furthest(bumps: Iterable[Bump]) -> Bump:
    return max(bumps, key=_BUMPS.index, default="none")


def _record_bump(change: RecordChange) -> Bump:
    if change.after is None:
        return "major"
    if change.before is None:
        if change.collection == "flows":
            optional = change.after.requirement == "optional"
            return "minor" if optional else "major"
        # A new exclusion rules out what was allowed to be open.
        return "major" if change.collection == "exclusions" else "minor"
    return _furthest(_field_bump(change.collection, f) for f in change.fields)


def _field_bump(collection: str, field: FieldChange) -> Bump:
    if field.action != "none":
        return "major"
    if field.name in _PROVENANCE or field.kind == "citation":
        return "patch"
    if field.name == "aliases":
        return _names_bump(field.before, field.after)
    if (collection, field.name) == ("facets", "values"):
        return _names_bump(
            [name for value in field.before for name in names_of(value)],
            [name for value in field.after for name in names_of(value)],
        )
    if field.after in (None, ()):
        return "major"
    return "minor" if field.before in (None, ()) else "patch"


def _names_bump(before: Iterable[str], after: Iterable[str]) -> Bump:
    """Return what it means that names came or went: tools rely on them."""
    if set(before) - set(after):
        return "major"
    return "minor" if set(after) - set(before) else "patch"


def _numbers(version: str) -> tuple[int, int, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        wanted = "a version such as 1.2.3"
        raise InvalidQueryError("version", wanted, shown(version))
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def next_version(version: str, bump: Bump) -> str:
    """Return the least version that a change may be released as.

    >>> next_version("1.4.2", "minor"), next_version("0.4.2", "major")
    ('1.5.0', '0.5.0')

    Args:
        version: The last release.
        bump: How far it has to move.

    Raises:
        InvalidQueryError: The version is none of three numbers.
    """
    major, minor, patch = _numbers(version)
    if bump == "major" and major:
        return f"{major + 1}.0.0"
    if bump in {"major", "minor"}:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + (bump == 'patch')}"


# -- the changelog ---------------------------------------------------------


def data_lines(
    old: Mapping[str, Edition], new: Mapping[str, Edition]
) -> tuple[str, ...]:
    """Return the changelog's *Data* lines for a change of the data.

    Args:
        old: The released editions, by id.
        new: The present ones.
    """
    lines = [f"- Edition `{name}` is gone." for name in old if name not in new]
    for name, edition in new.items():
        if name not in old:
            count = len(edition.flows)
            flows = f"{count} flow{'' if count == 1 else 's'}"
            lines.append(f"- Edition `{name}` is new: {flows}.")
            continue
        changes = diff(old[name], edition)
        told = [*_told("edition", changes.fields)]
        for change in changes:
            kind = f"{change.collection[:-1]} `{change.id}`"
            if change.fields:
                told += _told(kind, change.fields)
            else:
                told.append(f"{kind} {change.what}")
        moved = [
            order.collection
            for order in changes.orders
            if set(order.before) == set(order.after)
        ]
        told += [f"{collection} in another order" for collection in moved]
        lines += [f"- `{name}`: {each}." for each in told]
    return tuple(lines)


def _told(kind: str, fields: Iterable[FieldChange]) -> Iterator[str]:
    names = ", ".join(f"`{field.name}`" for field in fields)
    if names:
        yield f"{kind} changed in {names}"


def version_faults(
    released: Released,
    editions: Mapping[str, Edition],
    version: str,
    changelog: str,
) -> tuple[Fault, ...]:
    """Return how the version and the changelog fail the change of the data.

    Args:
        released: The data of the last release.
        editions: The present editions, by id.
        version: The present version.
        changelog: The changelog, in Keep a Changelog form: what is said of
            this version stands in its topmost section, under *Data*.

    Raises:
        InvalidQueryError: The version is none of three numbers.
    """
    before = released.by_id()
    bump = bump_between(before, editions)
    least = next_version(released.version, bump)
    faults = []
    if _numbers(version) < _numbers(least):
        wanted = f"at least {least}, for a {bump} change of the data"
        faults.append(Fault("version", wanted, version))
    said = _data_section(changelog)
    faults += [
        Fault("CHANGELOG.md", f"under Data: {line}", "nothing")
        for line in data_lines(before, editions)
        if _joined(line) not in said
    ]
    return tuple(faults)


def _data_section(changelog: str) -> str:
    """Return the *Data* part of the topmost section, on one line."""
    _, *sections = _HEADING.split(changelog)
    parts = re.split(
        r"^### ", sections[0] if sections else "", flags=re.MULTILINE
    )
    return "".join(
        _joined(part) for part in parts if part.split("\n")[0] == "Data"
    )


def _joined(text: str) -> str:
    """Return a text as one line, whatever the width it is wrapped to."""
    return " ".join(text.split())
