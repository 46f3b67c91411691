"""What can be asked of statements, sources and releases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from avi_portspec.beyond.files import library
from avi_portspec.beyond.spans import parse_release
from avi_portspec.beyond.spellings import find_endpoint
from avi_portspec.errors import InvalidQueryError, UnknownNameError, shown
from avi_portspec.model.catalog import Catalog
from avi_portspec.model.conditions import Answer
from avi_portspec.model.protocols import Protocol
from avi_portspec.names import Agreement, PresetName

if TYPE_CHECKING:
    from avi_portspec.beyond.records import (
        Release,
        Statement,
        StatementSource,
    )
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.protocols import ProtocolLike

__all__ = [
    "CLOUDS",
    "check_port",
    "conflicts",
    "find_release",
    "releases",
    "sources",
    "statements",
    "statements_on",
    "traffic_test",
]

_AGREEMENTS: Final[tuple[Agreement, ...]] = get_args(Agreement)
#: The clouds, by their ids.
CLOUDS: Final[tuple[str, ...]] = get_args(PresetName)


def sources() -> Catalog[StatementSource]:
    """Return the sources other than the vendor's port page.

    >>> import avi_portspec
    >>> avi_portspec.sources()["nsx-t-design-30-2"].seen
    'part'

    Returns:
        The sources, the most trustworthy kind first.
    """
    return Catalog("source", library().sources)


def releases() -> Catalog[Release]:
    """Return the releases of the product, and the edition for each.

    >>> import avi_portspec
    >>> release = avi_portspec.releases()["22.1"]
    >>> release.grounds, release.nearest
    ('unknown', 'vantage-undated')

    Returns:
        The releases, the oldest first.
    """
    return Catalog("release", library().releases)


def find_release(release: str) -> Release | None:
    """Return what is known of a release, or of the line that it is in.

    >>> from avi_portspec.beyond.queries import find_release
    >>> find_release("22.1.4").id
    '22.1'

    Args:
        release: The release, such as ``22.1.4``.

    Returns:
        The release, or ``None`` if nothing is known of it.

    Raises:
        InvalidQueryError: It is no release.
    """
    known = releases()
    numbers = release.split(".")
    parse_release(release)
    lines = (".".join(numbers[:end]) for end in range(len(numbers), 0, -1))
    return next((known[line] for line in lines if line in known), None)


def statements(
    *,
    release: str | None = None,
    source: str | Iterable[str] | None = None,
    flow: str | Iterable[str] | None = None,
    agreement: Agreement | Iterable[Agreement] | None = None,
    endpoint: str | None = None,
    protocol: ProtocolLike | None = None,
    port: int | None = None,
    cloud: str | None = None,
) -> Catalog[Statement]:
    """Return the statements of other sources that meet every criterion.

    >>> import avi_portspec
    >>> found = avi_portspec.statements(
    ...     release="30.2", flow="service-engine-to-controller-portal",
    ...     agreement="differs",
    ... )
    >>> [(s.stated_by, str(s.ports[0])) for s in found]
    [('nsx-t-dfw-30-2', '8842')]

    Args:
        release: A release, such as ``22.1.4``, or a line, such as ``22.1``.
            Statements about an unknown release do not meet it.
        source: The id of a source, or several.
        flow: The id of a flow, an exclusion or a note, or several.
        agreement: What the statement does to the vendor's port page, or
            several such words.
        endpoint: Who is a side of it, by any name that a source uses.
        protocol: A protocol that it states.
        port: A destination port that it states, alone or in a range.
        cloud: The id of a cloud on which it can apply.

    Raises:
        InvalidQueryError: A release, a port, or a word, is none.
        UnknownNameError: No source, endpoint, protocol or cloud has that
            name.
    """
    known = sources()
    if release is not None:
        parse_release(release)
    wanted = None
    if source is not None:
        wanted = {known[name].id for name in _several("source", source)}
    flows = None if flow is None else set(_several("flow", flow))
    words = (
        None if agreement is None else set(_several("agreement", agreement))
    )
    if words is not None and not words <= set(_AGREEMENTS):
        (word, *_) = sorted(words - set(_AGREEMENTS))
        expected = f"one of {', '.join(_AGREEMENTS)}"
        raise InvalidQueryError("agreement", expected, shown(word))
    asked = {
        "endpoint": endpoint,
        "protocol": protocol,
        "port": port,
        "cloud": cloud,
    }
    tests = [
        traffic_test(name, value)
        for name, value in asked.items()
        if value is not None
    ]
    return Catalog(
        "statement",
        (
            statement
            for each in known
            if wanted is None or each.id in wanted
            for statement in each.statements
            if (flows is None or not flows.isdisjoint(statement.about))
            and (words is None or statement.agreement in words)
            and (release is None or statement.is_about_release(release))
            and all(meets(statement) for meets in tests)
        ),
    )


def traffic_test(name: str, value: Any) -> Callable[[Statement], bool]:
    """Return whether a statement is about some traffic, as a function of it.

    Args:
        name: What is asked about: ``source``, ``destination``, ``endpoint``,
            ``protocol``, ``port`` or ``cloud``.
        value: Its value: any name of an endpoint, a protocol, a port or a
            range of ports, the id of a cloud.

    Raises:
        InvalidQueryError: It is no port.
        UnknownNameError: No endpoint, protocol or cloud has that name.
    """
    if name == "protocol":
        protocol = Protocol.of(value)
        return lambda stated: protocol in stated.protocols
    if name == "port":
        ports = value if isinstance(value, range) else _one_port(value)
        return lambda stated: any(
            each.low < ports.stop and ports.start <= each.high
            for each in stated.ports
        )
    if name == "cloud":
        if value not in CLOUDS:
            raise UnknownNameError("cloud", value, CLOUDS)
        known = {"cloud": frozenset({value})}
        # It can apply if anything but "no" is left.
        return lambda stated: stated.when.possible(known) != {Answer.NO}  # type: ignore[arg-type]
    end = find_endpoint(value)
    sides = ("source", "destination") if name == "endpoint" else (name,)
    return lambda stated: any(getattr(stated, side) == end for side in sides)


def _one_port(port: object) -> range:
    check_port(port)
    return range(cast("int", port), cast("int", port) + 1)


def check_port(port: object) -> None:
    """Raise an error for what is no port.

    Raises:
        InvalidQueryError: It is none.
    """
    if type(port) is not int or not 0 <= port <= 65535:  # noqa: PLR2004
        expected = "a number from 0 to 65535"
        raise InvalidQueryError("port", expected, shown(port))


def _several(argument: str, value: Any) -> list[str]:
    """Return one word or several as a list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Iterable):
        expected = "a name, or several"
        raise InvalidQueryError(argument, expected, shown(value))
    return [*value]


def statements_on(
    edition: EditionData,
    record: str,
    *,
    release: str | None = None,
) -> Catalog[Statement]:
    """Return the statements about one flow, exclusion or note.

    Args:
        edition: The edition.
        record: The id of its record.
        release: Only those about this release, or line of releases.

    Raises:
        UnknownNameError: The edition has no such record.
        InvalidQueryError: The release is none.
    """
    return statements(release=release, flow=_record_id(edition, record))


def conflicts(
    edition: EditionData, *, release: str | None = None
) -> Catalog[Statement]:
    """Return the statements that contradict what an edition says.

    Args:
        edition: The edition.
        release: Only those about this release, or line of releases.

    Raises:
        InvalidQueryError: The release is none.
    """
    return statements(
        release=release,
        flow=_record_ids(edition),
        agreement=("differs", "excludes"),
    )


def _record_ids(edition: EditionData) -> list[str]:
    fields = (edition.flows, edition.exclusions, edition.notes)
    return [name for field in fields for name in field.ids()]


def _record_id(edition: EditionData, record: Any) -> str:
    name = getattr(record, "id", record)
    known = _record_ids(edition)
    if name not in known:
        raise UnknownNameError("flow, exclusion or note", name, known)
    return str(name)
