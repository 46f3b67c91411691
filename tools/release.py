"""The check of a release: what a change of the data calls for.

There are two versions. The *data version* (``YEAR.NUMBER``) changes when an
edition's data changes, and for nothing else: outputs carry it. The
*package's version* changes with the data, too, for users who pin the package
pins its data. The rule, after Semantic Versioning 2.0.0:

- *major*: a record, a field or a name is gone; a flow that is not optional
  is new; or what is there means something else for a firewall;
- *minor*: an edition, an optional flow, another record or a field is new;
- *patch*: wording or citations.

Before 1.0.0 a major change raises the minor number (item 4 of it).

``python -m tools.release check`` compares the data with the last release's,
and ends with 1 if a version or the changelog does not fit the change.
``lines`` writes the changelog's *Data* lines, and ``release`` the released
data anew.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs

from avi_portspec import editions, load
from avi_portspec.changes.differences import diff
from avi_portspec.changes.records import FieldChange, RecordChange
from avi_portspec.documents import count_text
from avi_portspec.edition.edition import Edition
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    PortSpecError,
    shown,
)
from avi_portspec.model.catalog import names_of
from avi_portspec.model.plain import canonical
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import json_table
from avi_portspec.version import DATA_VERSION, __version__

__all__ = [
    "Bump",
    "Released",
    "bump_between",
    "data_lines",
    "dumps_released",
    "loads_released",
    "main",
    "next_version",
    "version_faults",
]

#: How far a version has to move, the least first.
Bump: TypeAlias = Literal["none", "patch", "minor", "major"]

_BUMPS: Final[tuple[Bump, ...]] = get_args(Bump)
_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_DATA_VERSION: Final = re.compile(r"(\d{4})\.([1-9]\d*)")
_RELEASED: Final = "released-data.json"
_CHANGELOG: Final = "CHANGELOG.md"
_PROVENANCE: Final = frozenset({"inferred", "readings"})
_HEADING: Final = re.compile(r"^## .*$", re.MULTILINE)


@attrs.frozen(kw_only=True)
class Released:
    """The data of the last release.

    Attributes:
        version: The package's version that it was released as.
        data_version: The data's version; ``None`` before the first release.
        editions: Its editions; none before the first release.
    """

    version: str
    data_version: str | None = None
    editions: tuple[Edition, ...]

    def by_id(self) -> dict[str, Edition]:
        """Return the editions by their ids."""
        return {edition.id: edition for edition in self.editions}


def dumps_released(released: Released) -> str:
    """Return released data as JSON: an edition a line, each canonical.

    The digests are those that outputs of the release carry.

    Args:
        released: The data.
    """
    lines = ",\n".join(
        canonical(edition).decode() for edition in released.editions
    )
    head = f'"version": "{released.version}"'
    if released.data_version is not None:
        head += f', "data_version": "{released.data_version}"'
    digests = {edition.id: edition.digest for edition in released.editions}
    return (
        f'{{{head}, "digests": {json.dumps(digests)}, '
        f'"editions": [\n{lines}\n]}}\n'
    )


def loads_released(
    text: str | bytes, *, subject: str = "JSON text"
) -> Released:
    """Return the released data that JSON holds.

    Args:
        text: The JSON, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is not JSON, or not released data.
    """
    data = json_table(text, subject)
    version, data_version = data.get("version"), data.get("data_version")
    found = data.get("editions")
    faults = []
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        expected = "a version such as 1.2.3"
        faults.append(_fault("version", expected, version))
    if not isinstance(found, list):
        faults.append(_fault("editions", "a list of editions", found))
    elif found or data_version is not None:
        # Nothing was released before the first release, and no version.
        try:
            _data_numbers(data_version)
        except InvalidQueryError as wrong:
            faults.append(_fault("data_version", wrong.expected, data_version))
    if faults:
        raise InvalidDataError(subject, faults)
    read_editions = tuple(
        read(table, Edition, f"{subject}: editions[{position}]")
        for position, table in enumerate(found)
    )
    digests = {edition.id: edition.digest for edition in read_editions}
    if data.get("digests", {}) != digests:
        fault = _fault("digests", f"{digests}", data.get("digests"))
        raise InvalidDataError(subject, [fault])
    return Released(
        version=version, data_version=data_version, editions=read_editions
    )


def _fault(path: str, expected: str, got: object) -> Fault:
    return Fault("release/not-released-data", path, expected, shown(got))


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
        expected = "a version such as 1.2.3"
        raise InvalidQueryError("version", expected, shown(version))
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def _data_numbers(version: Any) -> tuple[int, int]:
    match = isinstance(version, str) and _DATA_VERSION.fullmatch(version)
    if not match:
        expected = "a data version such as 2026.1"
        raise InvalidQueryError("data version", expected, shown(version))
    year, number = map(int, match.groups())
    return year, number


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
            flows = count_text(len(edition.flows), "flow")
            lines.append(f"- Edition `{name}` is new: {flows}.")
            continue
        changes = diff(old[name], edition)
        texts = [*_change_lines("edition", changes.fields)]
        for change in changes:
            kind = f"{change.collection[:-1]} `{change.id}`"
            if change.fields:
                texts += _change_lines(kind, change.fields)
            else:
                texts.append(f"{kind} {change.what}")
        moved = [
            order.collection
            for order in changes.orders
            if set(order.before) == set(order.after)
        ]
        texts += [f"{collection} in another order" for collection in moved]
        lines += [f"- `{name}`: {text}." for text in texts]
    return tuple(lines)


def _change_lines(kind: str, fields: Iterable[FieldChange]) -> Iterator[str]:
    names = ", ".join(f"`{field.name}`" for field in fields)
    if names:
        yield f"{kind} changed in {names}"


def version_faults(
    released: Released,
    present: Mapping[str, Edition],
    changelog: str,
    *,
    version: str = __version__,
    data_version: str = DATA_VERSION,
) -> tuple[Fault, ...]:
    """Return how the versions and the changelog fail the change of the data.

    Args:
        released: The data of the last release.
        present: The present editions, by id.
        changelog: The changelog, in Keep a Changelog form: what is said of
            this version stands in its topmost section, under *Data*.
        version: The package's present version.
        data_version: The data's present version.

    Raises:
        InvalidQueryError: A version has not the form of one.
    """
    before = released.by_id()
    bump = bump_between(before, present)
    least = next_version(released.version, bump)
    faults = []
    if _numbers(version) < _numbers(least):
        expected = f"at least {least}, for a {bump} change of the data"
        faults.append(
            Fault("release/version-too-low", "version", expected, version)
        )
    faults += _data_version_faults(released, bump, data_version)
    said = _data_section(changelog)
    faults += [
        Fault(
            "release/not-in-changelog",
            "CHANGELOG.md",
            f"under Data: {line}",
            "nothing",
        )
        for line in data_lines(before, present)
        if _join_lines(line) not in said
    ]
    return tuple(faults)


def _data_version_faults(
    released: Released, bump: Bump, data_version: str
) -> Iterator[Fault]:
    """Yield what is wrong with a data version: it moves with the data."""
    numbers = _data_numbers(data_version)
    last = released.data_version
    if last is None:
        return
    if bump == "none":
        if data_version != last:
            expected = f"{last}, for no edition's data changed"
            yield Fault(
                "release/data-version-without-change",
                "data version",
                expected,
                data_version,
            )
    elif numbers <= _data_numbers(last):
        expected = f"one after {last}, for the data of an edition changed"
        yield Fault(
            "release/data-version-unchanged",
            "data version",
            expected,
            data_version,
        )


def _data_section(changelog: str) -> str:
    """Return the *Data* part of the topmost section, on one line."""
    _, *sections = _HEADING.split(changelog)
    parts = re.split(
        r"^### ", sections[0] if sections else "", flags=re.MULTILINE
    )
    return "".join(
        _join_lines(part) for part in parts if part.split("\n")[0] == "Data"
    )


def _join_lines(text: str) -> str:
    """Return a text as one line, without its line breaks."""
    return " ".join(text.split())


# -- the command -----------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Args:
        arguments: What stands after the command's name; without them, what
            the process was given.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tools.release",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=["check", "lines", "release"])
    parser.add_argument(
        "--root", type=Path, default=Path(), help="the project's folder"
    )
    given = parser.parse_args(arguments)
    path: Path = given.root / _RELEASED
    try:
        present = {str(name): load(name) for name in editions()}
        if given.verb == "release":
            made = Released(
                version=__version__,
                data_version=DATA_VERSION,
                editions=(*present.values(),),
            )
            path.write_text(dumps_released(made), encoding="utf-8")
            return 0
        released = loads_released(
            path.read_text(encoding="utf-8"), subject=str(path)
        )
        if given.verb == "lines":
            for line in data_lines(released.by_id(), present):
                sys.stdout.write(f"{line}\n")
            return 0
        changelog = (given.root / _CHANGELOG).read_text(encoding="utf-8")
        faults = version_faults(released, present, changelog)
    except (PortSpecError, OSError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
