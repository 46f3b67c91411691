"""Statements of other sources in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, cast, get_args

from avi_portspec.beyond.files import library
from avi_portspec.beyond.spans import span_text
from avi_portspec.documents import join
from avi_portspec.model.display import ports_text
from avi_portspec.model.phrases import condition_phrase
from avi_portspec.model.wording import statement_text
from avi_portspec.names import Agreement

if TYPE_CHECKING:
    from avi_portspec.beyond.records import (
        Release,
        Statement,
        StatementSource,
    )
    from avi_portspec.model.catalog import Catalog
    from avi_portspec.model.facets import Facet
    from avi_portspec.model.flows import Flow
    from avi_portspec.names import SourceId, SourceKind

__all__ = [
    "KINDS",
    "Count",
    "accepted_text",
    "beyond_lines",
    "case_text",
    "count_agreements",
    "counts_text",
    "edition_text",
    "mistake_text",
    "releases_text",
    "remarks_of",
    "source_lines",
    "source_releases",
    "statement_lines",
    "traffic_summary",
    "traffic_text",
]

#: Who a source is by, in words.
KINDS: Final[dict[SourceKind, str]] = {
    "vendor-documentation": "vendor documentation",
    "vendor-code": "vendor code",
    "vendor-field-team": "vendor field team",
    "third-party": "third party",
}


def traffic_text(statement: Statement) -> str:
    """Return who connects to whom, and on what: ``AKO -> Controller, TCP``.

    Args:
        statement: A statement, of which either side may be missing.
    """
    labels = {end.id: end.label for end in library().endpoints}
    source, destination = statement.source, statement.destination
    if source is not None and destination is not None:
        sides = f"{labels[source]} -> {labels[destination]}"
    elif source is not None:
        sides = f"from {labels[source]}"
    else:
        sides = "" if destination is None else f"to {labels[destination]}"
    # It asks for no more of a flow than statements have.
    ports = ports_text(cast("Flow", statement))
    return ", ".join(filter(None, (sides, ports)))


def traffic_summary(statements: Iterable[Statement]) -> str:
    """Return what traffic some statements have, in a few words.

    Mistakes, exclusions, and what has no port of its own are left out:
    ``Service Engine -> Service Engine, TCP 9001 or TCP 4001``.

    Args:
        statements: The statements.
    """
    labels = {end.id: end.label for end in library().endpoints}
    found: dict[str, dict[str, None]] = {}
    for each in statements:
        if (
            each.source is None
            or each.destination is None
            or each.error is not None
            or each.agreement == "excludes"
            or any(ports.low != ports.high for ports in each.ports)
            or not each.protocols
            or (not each.ports and any(p.has_ports for p in each.protocols))
        ):
            continue
        sides = f"{labels[each.source]} -> {labels[each.destination]}"
        found.setdefault(sides, {})[ports_text(cast("Flow", each))] = None
    return "; ".join(
        f"{sides}, {join('or', ports)}" for sides, ports in found.items()
    )


class Count(NamedTuple):
    """How many statements do the same to the vendor's port page.

    Attributes:
        message: The words, with ``{}`` for each number.
        numbers: How many there are, and how many of them are mistakes if
            that is neither none nor all.
        first: The first of them.
    """

    message: str
    numbers: tuple[int, ...]
    first: Statement

    def __str__(self) -> str:
        """Return both: ``1 differs (probably a mistake)``."""
        return self.message.format(*self.numbers)


def count_agreements(statements: Iterable[Statement]) -> tuple[Count, ...]:
    """Return how many statements agree, are narrower, differ, and so on.

    >>> import avi_portspec
    >>> found = avi_portspec.statements(
    ...     release="30.2", flow="service-engine-to-controller-portal"
    ... )
    >>> [str(count) for count in count_agreements(found)]
    ['2 agree', '1 differs (probably a mistake)']

    Args:
        statements: The statements, in the order of trust.
    """
    found: dict[Agreement, list[Statement]] = {
        word: [] for word in get_args(Agreement)
    }
    for statement in statements:
        found[statement.agreement].append(statement)
    return tuple(_count(word, same) for word, same in found.items() if same)


def _count(word: Agreement, same: list[Statement]) -> Count:
    verb = word if len(same) == 1 else word.removesuffix("s")
    mistakes = sum(statement.error is not None for statement in same)
    if not mistakes:
        return Count(f"{{}} {verb}", (len(same),), same[0])
    said = "probably a mistake" if mistakes == 1 else "probably mistakes"
    if mistakes == len(same):
        return Count(f"{{}} {verb} ({said})", (len(same),), same[0])
    return Count(f"{{}} {verb} ({{}} {said})", (len(same), mistakes), same[0])


def counts_text(statements: Iterable[Statement]) -> str:
    """Return what statements do to the vendor's page: ``2 agree, 1 differs``.

    Args:
        statements: The statements, in the order of trust.
    """
    return ", ".join(map(str, count_agreements(statements))) or "none"


def case_text(statement: Statement, facets: Catalog[Facet]) -> str:
    """Return when a statement applies: ``on AWS, if objsync is off``.

    Args:
        statement: The statement.
        facets: The facets of an edition, for their names.
    """
    condition = statement.condition and f"if {statement.condition}"
    phrase = condition_phrase(statement.when, facets)
    return ", ".join(filter(None, (phrase, condition)))


def statement_lines(
    statement: Statement, facets: Catalog[Facet]
) -> tuple[str, str]:
    """Return what a statement is about, and who states it of which release.

    Args:
        statement: The statement.
        facets: The facets of an edition, for their names.
    """
    case = case_text(statement, facets)
    about = ", ".join(filter(None, (traffic_text(statement), case)))
    sources = {source.id: source for source in library().sources}
    source = sources[cast("SourceId", statement.stated_by)]
    place = f" ({statement.place})" if statement.place else ""
    cited = (
        f"{source.title}{place}. {KINDS[source.kind].capitalize()}; release "
        f"{releases_text(statement)}. [{statement.id}]"
    )
    return about, cited


def accepted_text(statement: Statement, release: str | None) -> str:
    """Return what a statement that a site has accepted is about.

    Args:
        statement: The statement.
        release: The release of the deployment, if it is known.
    """
    parts = [f"release: {releases_text(statement)}"]
    if statement.condition:
        parts.append(f"only if {statement.condition}")
    if release and statement.spans and not statement.is_about_release(release):
        parts.append(f"it is not about release {release}")
    return f"{statement_text(statement.id)} ({'; '.join(parts)})"


def beyond_lines(
    statements: Iterable[Statement], facets: Catalog[Facet]
) -> Iterator[str]:
    """Yield statements in a line each: what, by whom, of which release.

    Args:
        statements: The statements.
        facets: The facets of an edition, for their names.
    """
    for each in statements:
        about, cited = statement_lines(each, facets)
        yield f"{each.agreement}: {about}. {cited}"


def remarks_of(statement: Statement) -> Iterator[str]:
    """Yield what else there is to a statement, a mistake of it first."""
    if statement.error is not None:
        yield mistake_text(statement)
    if statement.note is not None:
        yield statement.note
    if statement.setting is not None:
        yield f"Setting: {statement.setting}."
    if statement.purpose is not None:
        yield f"Purpose: {statement.purpose}."
    for symptom in statement.symptoms:
        yield f"If blocked: {symptom}"


def mistake_text(statement: Statement) -> str:
    """Return why a statement is taken for a mistake of its source.

    Args:
        statement: A statement that is.
    """
    return f"Probably a mistake: {statement.error}"


def releases_text(statement: Statement) -> str:
    """Return the releases that a statement is about: ``probably 22.1``."""
    return _spans(statement.spans, inferred=statement.is_release_inferred)


def source_releases(source: StatementSource) -> str:
    """Return the releases that a source is about."""
    spans = source.releases or source.probable_releases
    return _spans(spans, inferred=not source.releases)


def source_lines(source: StatementSource) -> Iterator[str]:
    """Yield what is known of a source, but for its title and its address.

    Args:
        source: The source.
    """
    yield f"{source.publisher}, {KINDS[source.kind]}."
    yield f"Release: {source_releases(source)}."
    if source.why_probable is not None:
        yield source.why_probable
    commit = source.commit and f"commit {source.commit}"
    dated = [*filter(None, (source.date, commit))]
    if dated:
        yield f"Seen as of {', '.join(dated)}."
    yield f"Seen: {source.seen}."
    if source.missing:
        yield f"Not seen: {' '.join(source.missing)}"
    yield from source.remarks


def _spans(spans: tuple[str, ...], *, inferred: bool) -> str:
    if not spans:
        return "not stated"
    # Of many releases in a row, nobody reads more than the ends.
    few = spans if len(spans) <= 4 else (f"{spans[0]}-{spans[-1]}",)  # noqa: PLR2004
    text = join("and", map(span_text, few))
    return f"probably {text}" if inferred else text


def edition_text(release: Release) -> str:
    """Return which edition serves a release: ``17.1 (stated)``."""
    if release.edition is not None:
        return f"{release.edition} ({release.grounds})"
    return f"none; nearest: {release.nearest}" if release.nearest else "none"
