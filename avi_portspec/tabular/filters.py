"""The filters that select flows, and the grammar of their values.

A value is comma-separated text; ``!`` before a part excludes it. A flow is
selected if any part fits and no excluded one does. The command line and the
Sphinx directives read their options with this module, and only put the
option's name before its errors. Values are looked up, never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from avi_portspec.documents import join
from avi_portspec.errors import (
    InvalidQueryError,
    PortSpecError,
    UnknownNameError,
)
from avi_portspec.model.catalog import names_of
from avi_portspec.model.flows import INFERABLE, Exclusion, Pointer
from avi_portspec.model.flowset import Flows
from avi_portspec.model.ports import parse_ports
from avi_portspec.model.protocols import Protocol
from avi_portspec.names import Agreement, Requirement, fold

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facets import Facet
    from avi_portspec.model.facts import EditionFacts

    #: Whether a statement fits a value of a filter.
    _Test = Callable[[Statement], bool]

__all__ = [
    "FILTERS",
    "GRAMMAR",
    "STATEMENT_FILTERS",
    "TRAFFIC",
    "Filter",
    "FilterError",
    "Terms",
    "asked_clouds",
    "find_end",
    "parse_terms",
    "select_elsewhere",
    "select_flows",
    "select_stated",
    "select_statements",
]

#: The grammar, as help and documentation have it.
GRAMMAR: Final = "comma-separated; prefix a value with ! to exclude it"


class FilterError(PortSpecError, ValueError):
    """A filter's value is not understood, or fits nothing in the edition.

    Attributes:
        filter: The filter's name.
        error: What is wrong with its value.
    """

    def __init__(self, filter: str, error: PortSpecError) -> None:  # noqa: A002 - what it is
        self.filter = filter
        self.error = error
        super().__init__(filter, error)

    @property
    def detail(self) -> str:
        """What is wrong, without the filter's name."""
        if isinstance(self.error, InvalidQueryError):
            return f"expected {self.error.expected}, got {self.error.got}"
        return str(self.error)

    def __str__(self) -> str:
        return f"{self.filter}: {self.detail}"


class Terms(NamedTuple):
    """What one filter includes, and what it excludes."""

    included: tuple[Any, ...]
    excluded: tuple[Any, ...]


class Filter(NamedTuple):
    """One filter.

    Attributes:
        name: Its name, which is that of a criterion of ``Flows.select``.
        summary: What it selects by, for help and documentation.
        parse: Reads one value.
    """

    name: str
    summary: str
    parse: Callable[[str], Any] = str


#: The number of a protocol; ``int`` alone takes signs, underscores and the
#: digits of every script.
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)


def _protocol(text: str) -> Protocol:
    return Protocol.of(int(text) if _NUMBER.fullmatch(text) else text)


def _requirement(text: str) -> str:
    known: tuple[str, ...] = get_args(Requirement)
    if text not in known:
        raise UnknownNameError("requirement", text, known)
    return text


def _inferred(text: str) -> bool | str:
    answers = {"yes": True, "no": False}
    if text not in answers and text not in INFERABLE:
        known = (*answers, *INFERABLE)
        raise UnknownNameError("inferred field", text, known)
    return answers.get(text, text)


#: Every filter by its name, in the order in which help lists them.
FILTERS: Final[Mapping[str, Filter]] = {
    one.name: one
    for one in (
        Filter("source", "Source (initiator)."),
        Filter("destination", "Destination (listener)."),
        Filter("endpoint", "Source or destination."),
        Filter(
            "protocol",
            "tcp, udp, icmp, or an IP protocol number.",
            _protocol,
        ),
        Filter("port", "A port, or a range: 8000-8010.", parse_ports),
        Filter("service", "The documented service: SSH, HTTPS, ..."),
        Filter(
            "section", "A section of the vendor's page, with its subsections."
        ),
        Filter(
            "cloud",
            "Flows that can apply on a cloud, in any deployment. Cannot be "
            "used with a deployment, which has clouds.",
        ),
        Filter(
            "requirement",
            "Whether the flow is required, optional, some-or-all (of a "
            "group) or when-used.",
            _requirement,
        ),
        Filter("note", "A note on the flow."),
        Filter(
            "inferred",
            "yes, no, or the name of a field that the vendor does not state.",
            _inferred,
        ),
    )
}

#: The filters of which a value is somebody's name.
_OF_ENDS: Final = frozenset({"source", "destination", "endpoint"})
#: Those that select statements of other sources.
STATEMENT_FILTERS: Final[Mapping[str, Filter]] = {
    one.name: one
    for one in (
        Filter(
            "release",
            "A release, such as 22.1.4, or a line of releases, such as 22.1. "
            "Statements about an unknown release do not meet it.",
        ),
        Filter("source", "The id of a source."),
        Filter("flow", "The id of a flow, an exclusion or a note."),
        Filter(
            "agreement",
            "What a statement does to the vendor's port page: "
            f"{join('or', get_args(Agreement))}.",
        ),
    )
}

#: The filters that exclusions and pointers can meet as well as flows can.
_OF_PLACES: Final = _OF_ENDS | {"section"}
#: Those that leave them alone: what is not needed is not needed on any cloud.
_OF_DEPLOYMENTS: Final = frozenset({"cloud"})


#: Those that statements of other sources can meet.
TRAFFIC: Final = (
    *("source", "destination", "endpoint", "protocol", "port", "cloud"),
)


def parse_terms(
    name: str, *texts: str, known: Mapping[str, Filter] = FILTERS
) -> Terms:
    """Return what the values of a filter include and exclude.

    >>> from avi_portspec.tabular.filters import parse_terms
    >>> parse_terms("port", "22, !8443")
    Terms(included=(range(22, 23),), excluded=(range(8443, 8444),))

    Args:
        name: The filter's name.
        *texts: Its values, each comma-separated text.
        known: The filters that there are.

    Raises:
        UnknownNameError: There is no such filter.
        FilterError: A value is not understood.
    """
    if name not in known:
        raise UnknownNameError("filter", name, known)
    included: list[Any] = []
    excluded: list[Any] = []
    for part in (part for text in texts for part in text.split(",")):
        text = part.strip()
        try:
            found = _parse(known[name], text.removeprefix("!").strip())
        except (InvalidQueryError, UnknownNameError) as wrong:
            raise FilterError(name, wrong) from None
        (excluded if text[0] == "!" else included).append(found)
    return Terms(tuple(included), tuple(excluded))


def _parse(one: Filter, value: str) -> Any:
    if not value:
        raise InvalidQueryError("value", f"values, {GRAMMAR}", "an empty one")
    return one.parse(value)


def select_flows(flows: Flows, filters: Mapping[str, Terms]) -> Flows:
    """Return the flows that meet every filter.

    Args:
        flows: Flows of an edition.
        filters: By the filters' names, what :func:`parse_terms` returned.

    Raises:
        FilterError: A value fits nothing in the edition.
    """
    for name, terms in filters.items():
        try:
            included, excluded = _find_ends(flows.edition, name, terms)
            if included:
                flows = _include(flows, name, included)
            for value in excluded:
                flows = flows.exclude(**{name: value})
        except (InvalidQueryError, UnknownNameError) as wrong:
            raise FilterError(name, wrong) from None
    return flows


def _find_ends(edition: EditionFacts, name: str, terms: Terms) -> Terms:
    """Return terms in which an endpoint has a name that the edition knows."""
    if name not in _OF_ENDS:
        return terms
    included, excluded = (
        tuple(find_end(edition, value) for value in values) for values in terms
    )
    return Terms(included, excluded)


def find_end(edition: EditionFacts, name: str) -> str:
    """Return the id of an endpoint that only other sources call so.

    A name of the edition, and one that nobody knows, stay as they are: the
    edition looks the one up, and refuses the other.

    Args:
        edition: The edition.
        name: The name.
    """
    if name in edition.endpoints:
        return name
    # Imported here: most names are the edition's own.
    from avi_portspec.beyond.spellings import find_named

    found = find_named(name, edition.endpoints)
    return found.id if found and found.id in edition.endpoints else name


def _include(flows: Flows, name: str, included: tuple[Any, ...]) -> Flows:
    if name == "port":
        return flows.select(port=[*chain.from_iterable(included)])
    if name == "inferred":
        # select() takes a truth value or names here, but no mixture.
        first, *rest = [flows.select(inferred=value) for value in included]
        for other in rest:
            first |= other
        return first
    return flows.select(**{name: included})


def select_statements(
    edition: EditionFacts, filters: Mapping[str, Terms]
) -> list[Exclusion | Pointer]:
    """Return the exclusions and pointers that meet every filter.

    A filter on something that only flows have, such as a port, selects none.

    Args:
        edition: The edition.
        filters: By the filters' names, what :func:`parse_terms` returned.

    Raises:
        FilterError: A value fits nothing in the edition.
    """
    filters = {
        name: _find_ends(edition, name, terms)
        for name, terms in filters.items()
        if name not in _OF_DEPLOYMENTS
    }
    if not _OF_PLACES.issuperset(filters):
        return []
    return [
        record
        for records in (edition.exclusions, edition.pointers)
        for record in records
        if all(_fits(edition, record, *item) for item in filters.items())
    ]


def select_stated(
    edition: EditionFacts,
    found: Iterable[Statement],
    filters: Mapping[str, Terms],
) -> list[Statement]:
    """Return the statements of other sources that meet every filter.

    Args:
        edition: An edition, for the names of clouds.
        found: The statements.
        filters: By the filters' names, which are those of :data:`TRAFFIC`,
            what :func:`parse_terms` returned.

    Raises:
        FilterError: A value is nobody's name, or no cloud.
    """
    # Imported here: few tables have statements.
    from avi_portspec.beyond.queries import traffic_test

    def make_test(name: str, value: Any) -> _Test:
        return traffic_test(name, _cloud_id(edition, name, value))

    return _keep_fitting(found, filters, make_test)


def _keep_fitting(
    found: Iterable[Statement],
    filters: Mapping[str, Terms],
    make_test: Callable[[str, Any], _Test],
) -> list[Statement]:
    """Return the statements that meet every filter.

    Args:
        found: The statements.
        filters: By the filters' names, what :func:`parse_terms` returned.
        make_test: Returns whether a statement fits a value of a filter, as a
            function of the statement.

    Raises:
        FilterError: A value fits nothing.
    """
    left = [*found]
    for name, terms in filters.items():
        try:
            included, excluded = (
                [make_test(name, value) for value in values]
                for values in terms
            )
        except (InvalidQueryError, UnknownNameError) as wrong:
            raise FilterError(name, wrong) from None
        left = [
            each
            for each in left
            if (not included or any(fits(each) for fits in included))
            and not any(fits(each) for fits in excluded)
        ]
    return left


def _cloud_id(edition: EditionFacts, name: str, value: Any) -> Any:
    """Return the id of a cloud, and any other value as it is."""
    facet = edition.facets.get("cloud")
    if name != "cloud" or facet is None:
        return value
    return _cloud(facet, value)


def select_elsewhere(
    edition: EditionData, filters: Mapping[str, Terms]
) -> list[Statement]:
    """Return the statements of other sources that meet every filter.

    Args:
        edition: The edition that they are compared with.
        filters: By names of :data:`STATEMENT_FILTERS`, what
            :func:`parse_terms` returned.

    Raises:
        FilterError: A value is no release or word, or names nothing.
    """
    # Imported here: who does not ask for statements pays nothing for them.
    from avi_portspec.beyond.queries import statements, statements_on

    def make_test(name: str, value: Any) -> _Test:
        found = (
            statements_on(edition, value)
            if name == "flow"
            else statements(**{name: value})
        )
        ids = frozenset(found.ids())
        return lambda statement: statement.id in ids

    return _keep_fitting(statements(), filters, make_test)


def asked_clouds(
    edition: EditionFacts, filters: Mapping[str, Terms]
) -> frozenset[str] | None:
    """Return the clouds that a filter leaves, or ``None`` without one.

    Args:
        edition: The edition.
        filters: By the filters' names, what :func:`parse_terms` returned.

    Raises:
        FilterError: A value is no cloud of the edition.
    """
    facet = edition.facets.get("cloud")
    if "cloud" not in filters or facet is None:
        return None
    included, excluded = (
        {_cloud(facet, value) for value in values}
        for values in filters["cloud"]
    )
    known = {value.id for value in facet.values}
    return frozenset((included or known) - excluded)


def _cloud(facet: Facet, name: str) -> str:
    """Return the id of a cloud by any of its names."""
    for value in facet.values:
        if fold(name) in map(fold, names_of(value)):
            return value.id
    known = [value.id for value in facet.values]
    raise FilterError("cloud", UnknownNameError("cloud", name, known))


def _fits(
    edition: EditionFacts, record: Exclusion | Pointer, name: str, terms: Terms
) -> bool:
    if name == "section":
        mine = set(_sections_around(edition, record.section))
        known: Any = edition.sections
    else:
        both = {"source": record.source, "destination": record.destination}
        mine = set(both.values() if name == "endpoint" else [both[name]])
        known = edition.endpoints
    try:
        included = {known[value].id for value in terms.included}
        excluded = {known[value].id for value in terms.excluded}
    except UnknownNameError as wrong:
        raise FilterError(name, wrong) from None
    return mine.isdisjoint(excluded) and not (
        included and mine.isdisjoint(included)
    )


def _sections_around(
    edition: EditionFacts, section: str | None
) -> Iterator[str]:
    """Yield a section's id, and those of the sections that it is within."""
    while section is not None:
        yield section
        section = edition.sections[section].parent
