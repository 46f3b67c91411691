"""The filters that directives take as options.

Each option holds one or several values, set apart by commas. A flow is in
the answer if any of them fits; a value with ``!`` before it keeps flows out
instead. Values are looked up in the edition, never evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from avi_portspec import InvalidQueryError, UnknownNameError

if TYPE_CHECKING:
    from avi_portspec import Edition, Exclusion, Flows, Pointer

__all__ = ["FILTERS", "FilterError", "answer", "said_apart"]


class FilterError(ValueError):
    """A filter's value fits nothing in the edition."""


class Terms(NamedTuple):
    """One filter: what is wanted, and what is kept out."""

    wanted: tuple[Any, ...]
    barred: tuple[Any, ...]


def _terms(parse: Callable[[str], Any]) -> Callable[[str | None], Terms]:
    """Return an option's converter, given that of a single value."""

    def convert(argument: str | None) -> Terms:
        wanted: list[Any] = []
        barred: list[Any] = []
        for part in (argument or "").split(","):
            text = part.strip()
            value = text.removeprefix("!").strip()
            if not value:
                raise ValueError("wanted values, set apart by commas")
            (barred if text[0] == "!" else wanted).append(parse(value))
        return Terms(tuple(wanted), tuple(barred))

    return convert


def _protocol(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _ports(text: str) -> range:
    low, dash, high = text.partition("-")
    try:
        first, last = int(low), int(high if dash else low)
    except ValueError:
        raise ValueError(f"{text!r} is no port and no range") from None
    if not 0 <= first <= last <= 65535:  # noqa: PLR2004 - as wide as a port
        raise ValueError(f"{text!r} is not within 0-65535")
    return range(first, last + 1)


def _inferred(text: str) -> bool | str:
    return {"yes": True, "no": False}.get(text, text)


FILTERS: Final[Mapping[str, Callable[[str | None], Terms]]] = {
    "section": _terms(str),
    "source": _terms(str),
    "destination": _terms(str),
    "endpoint": _terms(str),
    "protocol": _terms(_protocol),
    "port": _terms(_ports),
    "service": _terms(str),
    "cloud": _terms(str),
    "requirement": _terms(str),
    "note": _terms(str),
    "inferred": _terms(_inferred),
}

#: The filters that exclusions and pointers can meet as well as flows can.
_OF_PLACES: Final = frozenset({"section", "source", "destination", "endpoint"})


def answer(edition: Edition, options: Mapping[str, Any]) -> Flows:
    """Return the flows that meet every filter among a directive's options.

    Raises:
        FilterError: A value fits nothing; it names the option, and the
            nearest known name.
    """
    flows = edition.flows
    for name, (wanted, barred) in _given(options):
        try:
            if wanted:
                flows = _met(flows, name, wanted)
            for value in barred:
                flows = flows.exclude(**{name: value})
        except (UnknownNameError, InvalidQueryError) as wrong:
            raise FilterError(f":{name}: {wrong}") from None
    return flows


def _met(flows: Flows, name: str, wanted: tuple[Any, ...]) -> Flows:
    if name == "port":
        return flows.select(port=[port for r in wanted for port in r])
    if name == "inferred":
        # select() takes a truth value or names here, but no mixture.
        first, *rest = [flows.select(inferred=value) for value in wanted]
        for other in rest:
            first |= other
        return first
    return flows.select(**{name: wanted})


def _given(options: Mapping[str, Any]) -> Iterator[tuple[str, Terms]]:
    for name in FILTERS:
        if name in options:
            yield name, options[name]


def said_apart(
    edition: Edition, options: Mapping[str, Any]
) -> list[Exclusion | Pointer]:
    """Return the exclusions and pointers that a selection takes along.

    A filter on something that only flows have, such as a port, leaves them
    all out.

    Raises:
        UnknownNameError: A value fits nothing.
    """
    given = dict(_given(options))
    if not _OF_PLACES.issuperset(given):
        return []
    return [
        record
        for records in (edition.exclusions, edition.pointers)
        for record in records
        if all(_fits(edition, record, *item) for item in given.items())
    ]


def _fits(
    edition: Edition, record: Exclusion | Pointer, name: str, terms: Terms
) -> bool:
    if name == "section":
        mine = set(_around(edition, record.section))
        known: Any = edition.sections
    else:
        both = {"source": record.source, "destination": record.destination}
        mine = set(both.values() if name == "endpoint" else [both[name]])
        known = edition.endpoints
    wanted = {known[value].id for value in terms.wanted}
    barred = {known[value].id for value in terms.barred}
    return mine.isdisjoint(barred) and not (wanted and mine.isdisjoint(wanted))


def _around(edition: Edition, section: str | None) -> Iterator[str]:
    """Yield a section's id, and those of the sections that it is within."""
    while section is not None:
        yield section
        section = edition.sections[section].parent
