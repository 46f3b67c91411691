"""The records of other sources, of their statements, and of releases."""

# Annotations are no strings here: see checks_of.
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import attrs

from avi_portspec.beyond.spans import SPAN, covers
from avi_portspec.errors import Fault, nearest, shown
from avi_portspec.model.checks import (
    Choice,
    Flag,
    Ident,
    Integer,
    Many,
    Maybe,
    Nested,
    Text,
)
from avi_portspec.model.conditions import ALWAYS
from avi_portspec.model.facets import RELEASE
from avi_portspec.model.flows import (
    ENDPOINT,
    Endpoint,
    PortRanges,
    When,
    pairs_of,
    traffic_faults,
)
from avi_portspec.model.page import EDITION, Address
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import DERIVED, Record, checks_of
from avi_portspec.names import (
    KEBAB_ID,
    Agreement,
    EditionId,
    EndpointId,
    Form,
    Grounds,
    Requirement,
    Seen,
    SourceId,
    SourceKind,
    Standing,
    StatementId,
)

__all__ = [
    "Library",
    "Release",
    "Spelling",
    "Statement",
    "StatementSource",
    "Topic",
]

R = TypeVar("R", bound=Record)

SOURCE: Final = Ident("a source", KEBAB_ID)
RECORD: Final = Ident("a record of an edition", KEBAB_ID)
_DATE: Final = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)
_COMMIT: Final = re.compile(r"[0-9a-f]{7,40}", re.ASCII)

Words: TypeAlias = Annotated[str | None, Maybe(Text())]
Texts: TypeAlias = Annotated[tuple[str, ...], Many("a list of texts", Text())]
Records: TypeAlias = Annotated[
    tuple[str, ...], Many("a list of ids of an edition's records", RECORD)
]
End: TypeAlias = Annotated[EndpointId | None, Maybe(ENDPOINT)]
Spans: TypeAlias = Annotated[
    tuple[str, ...],
    Many(
        "a list of releases",
        Ident("releases", SPAN, "such as 22.1, 20.1.3+ or 20.1.4-30.2.1"),
    ),
]


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Statement(Record):
    """What one source states about traffic, paraphrased.

    A field that is empty is one that the source does not state.

    Attributes:
        id: Its id, which begins with that of its source.
        about: The flows, exclusions and notes of editions that it is about.
        agreement: What it does to what they say.
        form: How the source makes it.
        source: Who opens the connection.
        destination: Who listens.
        protocols: The protocols.
        ports: Ranges of destination ports.
        icmp_types: The types of ICMP messages.
        requirement: How strongly the source asks for it.
        when: The condition under which it applies, as far as a deployment
            can answer it.
        condition: What else it depends on, in words.
        releases: The releases that it is about, if not all of its source's.
        place: Where in the source it is made.
        setting: The setting that changes the port.
        purpose: What the traffic is for.
        symptoms: What is seen where it is blocked.
        error: Why the statement is taken for a mistake of its source, and
            what is probably meant.
        note: Anything else, in words.
        stated_by: The source; empty outside one.
        spans: The releases that it is about; empty outside a source.
        is_release_inferred: Whether the source does not state them.
    """

    id: Annotated[StatementId, Ident("a statement", KEBAB_ID)]
    about: Records = ()
    agreement: Annotated[Agreement, Choice(Agreement)]
    form: Annotated[Form, Choice(Form)] = "stated"
    source: End = None
    destination: End = None
    protocols: Annotated[
        tuple[Protocol, ...],
        Many("a list of protocols", Nested("a protocol", Protocol)),
    ] = ()
    ports: PortRanges = ()
    icmp_types: Annotated[
        tuple[int, ...], Many("a list of ICMP types", Integer(0, 255))
    ] = ()
    requirement: Annotated[Requirement | None, Maybe(Choice(Requirement))] = (
        None
    )
    when: When = ALWAYS
    condition: Words = None
    releases: Spans = ()
    place: Words = None
    setting: Words = None
    purpose: Words = None
    symptoms: Texts = ()
    error: Words = None
    note: Words = None
    stated_by: Annotated[SourceId | None, Maybe(SOURCE), DERIVED] = None
    spans: Annotated[Spans, DERIVED] = ()
    is_release_inferred: Annotated[bool, Flag(), DERIVED] = False

    def _faults(self) -> Iterator[Fault]:
        yield from traffic_faults(self, needs_ports=False)
        if not self.about and self.agreement != "adds":
            expected = f"at least one record for {self.agreement!r}"
            yield Fault("statement/about-nothing", "about", expected, "none")

    def protocol_ports(self) -> tuple[ProtocolPorts, ...]:
        """Return each protocol with each of its port ranges or messages."""
        return pairs_of(self)

    def is_about_release(self, release: str) -> bool:
        """Return whether it is about a release, stated or inferred.

        Args:
            release: The release, such as ``22.1.4``, or a line of releases.

        Raises:
            InvalidQueryError: It is no release.
        """
        return any(covers(span, release) for span in self.spans)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class StatementSource(Record):
    """A public source other than a whole port page, and what it states.

    Attributes:
        id: Its id.
        title: Its title, as a reference names it.
        publisher: Who publishes it.
        kind: Who that is to the product; the kinds are in order of trust.
        port_page: Whether it is the port page of another release.
        releases: The releases that it says it is about.
        probable_releases: Those that it is about by inference.
        why_probable: Why they are.
        date: When it was published or last changed.
        commit: The commit that was read, for what is under version control.
        url: The address at which it was read.
        seen: How much of it was seen.
        missing: What of it was not seen.
        silent_on: The records of editions on which a part that was seen
            whole is silent.
        remarks: What it says of itself, and what is said of it.
        statements: What it states, in its order.
    """

    id: Annotated[SourceId, SOURCE]
    title: Annotated[str, Text("a title")]
    publisher: Annotated[str, Text("a publisher")]
    kind: Annotated[SourceKind, Choice(SourceKind)]
    port_page: Annotated[bool, Flag()] = False
    releases: Spans = ()
    probable_releases: Spans = ()
    why_probable: Words = None
    date: Annotated[
        str | None, Maybe(Ident("a date", _DATE, "as 2024-03-26"))
    ] = None
    commit: Annotated[
        str | None, Maybe(Ident("a commit", _COMMIT, "in hexadecimal"))
    ] = None
    url: Annotated[str | None, Maybe(Address())] = None
    seen: Annotated[Seen, Choice(Seen)]
    missing: Texts = ()
    silent_on: Records = ()
    remarks: Texts = ()
    statements: Annotated[
        tuple[Statement, ...],
        Many("a list of statements", Nested("a statement", Statement)),
    ] = ()

    def _faults(self) -> Iterator[Fault]:
        if bool(self.probable_releases) != (self.why_probable is not None):
            yield Fault(
                "source/reason",
                "why_probable",
                "a reason with probable releases, and with nothing else",
                shown(self.why_probable),
            )
        if (self.seen == "part") != bool(self.missing):
            expected = "what was not seen of a source that was seen in part"
            yield Fault(
                "source/missing", "missing", expected, shown(self.missing)
            )
        seen: set[str] = set()
        for position, statement in enumerate(self.statements):
            where = f"statements[{position}].id"
            if not statement.id.startswith(f"{self.id}-"):
                expected = f"an id that begins with {self.id}-"
                yield Fault(
                    "statement/id-of-source",
                    where,
                    expected,
                    shown(statement.id),
                )
            if statement.id in seen:
                yield _twice(where, statement.id)
            seen.add(statement.id)

    def __attrs_post_init__(self) -> None:
        Record.__attrs_post_init__(self)
        probable = not self.releases
        spans = self.releases or self.probable_releases
        bound = tuple(
            _bind(
                statement,
                stated_by=self.id,
                spans=statement.releases or spans,
                is_release_inferred=probable
                and not statement.releases
                and bool(spans),
            )
            for statement in self.statements
        )
        object.__setattr__(self, "statements", bound)

    def standing(self, record: str) -> Standing:
        """Return what is known of this source's word on a record.

        A source that was seen in part never says that a flow is gone: what
        was not seen is ``unseen``.

        Args:
            record: The id of a flow, an exclusion or a note.
        """
        about = [each for each in self.statements if record in each.about]
        if about:
            inferred = all(each.is_release_inferred for each in about)
            return "inferred" if inferred else "stated"
        silent = self.seen == "whole" or record in self.silent_on
        return "unstated" if silent else "unseen"


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Release(Record):
    """A release of the product, or a line of them, and what serves it.

    Attributes:
        id: The release: ``22.1`` stands for 22.1.4 too.
        product: The product's name at that time.
        edition: The edition that serves it, if one does.
        grounds: On what grounds.
        nearest: The edition to read where none serves it, if one is near.
        reason: Why, in a sentence or two.
        sources: The sources that speak of it; worked out from them.
    """

    id: Annotated[str, RELEASE]
    product: Annotated[str, Text("a product's name")]
    edition: Annotated[EditionId | None, Maybe(EDITION)] = None
    grounds: Annotated[Grounds, Choice(Grounds)]
    nearest: Annotated[EditionId | None, Maybe(EDITION)] = None
    reason: Annotated[str, Text("a reason")]
    sources: Annotated[
        tuple[SourceId, ...], Many("a list of source ids", SOURCE), DERIVED
    ] = ()

    def _faults(self) -> Iterator[Fault]:
        if (self.edition is None) != (self.grounds == "unknown"):
            yield Fault(
                "release/grounds",
                "grounds",
                "unknown without an edition, and else stated or inferred",
                shown(self.grounds),
            )
        if self.edition is not None and self.nearest is not None:
            yield Fault(
                "release/nearest",
                "nearest",
                "nothing, for an edition serves the release",
                shown(self.nearest),
            )


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Spelling(Record):
    """What some sources call the product, or a side of their statements.

    Attributes:
        name: The name, as they spell it.
        endpoint: Whose name it is; ``None`` for the product.
        sources: The sources that use it.
    """

    name: Annotated[str, Text("a name")]
    endpoint: End = None
    sources: Annotated[
        tuple[SourceId, ...], Many("a list of source ids", SOURCE)
    ]


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Topic(Record):
    """Words that people use when they see that something does not work.

    Attributes:
        id: Its id.
        words: The words, in lower case.
        about: The flows that the words may be about. That is a conclusion
            from what the flows carry: no source states it.
    """

    id: Annotated[str, Ident("a topic", KEBAB_ID)]
    words: Texts
    about: Records


def _bind(record: R, **fields: Any) -> R:
    """Return a record with what only the record around it can tell.

    The other fields have been checked, and these are right by their making:
    to check all of them once more would be a third of the time to read all
    statements.
    """
    made = object.__new__(type(record))
    for name, *_ in checks_of(type(record)):
        value = fields[name] if name in fields else getattr(record, name)
        object.__setattr__(made, name, value)
    return made


def _twice(path: str, name: str) -> Fault:
    return Fault("id/duplicate", path, "each id once", shown(name))


def _dangling(
    path: str, end: str, known: Iterable[str], record: str | None = None
) -> Fault:
    expected = "the id of an endpoint"
    near = nearest(end, known)
    return Fault(
        "reference/dangling", path, expected, shown(end), near, record
    )


def _duplicates(records: Iterable[Any], path: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, record in enumerate(records):
        if record.id in seen:
            yield _twice(f"{path}[{position}].id", record.id)
        seen.add(record.id)


_list: Final = partial(Many, "a list of records")


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Library(Record):
    """All sources, whom they name, and the releases, checked as a whole.

    Attributes:
        endpoints: Who is a side of a statement. What sources call it is among
            its aliases.
        names: What sources call the product and the endpoints.
        topics: The words that people use of what does not work.
        sources: The sources, the most trustworthy first.
        releases: The releases, the oldest first.
    """

    endpoints: Annotated[
        tuple[Endpoint, ...], _list(Nested("an endpoint", Endpoint))
    ] = ()
    names: Annotated[
        tuple[Spelling, ...], _list(Nested("a spelling", Spelling))
    ] = ()
    topics: Annotated[tuple[Topic, ...], _list(Nested("a topic", Topic))] = ()
    sources: Annotated[
        tuple[StatementSource, ...],
        _list(Nested("a source", StatementSource)),
    ] = ()
    releases: Annotated[
        tuple[Release, ...], _list(Nested("a release", Release))
    ] = ()

    def _faults(self) -> Iterator[Fault]:
        yield from _duplicates(self.endpoints, "endpoints")
        yield from _duplicates(self.sources, "sources")
        yield from _duplicates(self.releases, "releases")
        known = {endpoint.id for endpoint in self.endpoints}
        ids: set[str] = set()
        for at, source in enumerate(self.sources):
            for position, statement in enumerate(source.statements):
                where = f"sources[{at}].statements[{position}]"
                if statement.id in ids:
                    yield _twice(f"{where}.id", statement.id)
                ids.add(statement.id)
                for field in ("source", "destination"):
                    end = getattr(statement, field)
                    if end is not None and end not in known:
                        yield _dangling(
                            f"{where}.{field}", end, known, statement.id
                        )
        for position, spelling in enumerate(self.names):
            if spelling.endpoint not in {None, *known}:
                where = f"names[{position}].endpoint"
                yield _dangling(where, str(spelling.endpoint), known)

    def __attrs_post_init__(self) -> None:
        Record.__attrs_post_init__(self)
        ends = tuple(
            _bind(
                end,
                # In a library that is made again, they are there already.
                aliases=tuple(
                    dict.fromkeys(
                        [
                            *end.aliases,
                            *(
                                spelling.name
                                for spelling in self.names
                                if spelling.endpoint == end.id
                            ),
                        ]
                    )
                ),
            )
            for end in self.endpoints
        )
        object.__setattr__(self, "endpoints", ends)
        spans = {
            source.id: {
                span for each in source.statements for span in each.spans
            }
            for source in self.sources
        }
        bound = tuple(
            _bind(
                release,
                sources=tuple(
                    source
                    for source, found in spans.items()
                    if any(covers(span, release.id) for span in found)
                ),
            )
            for release in self.releases
        )
        object.__setattr__(self, "releases", bound)
