"""The index pages of the domain: by port, and by endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sphinx.domains import Index, IndexEntry

if TYPE_CHECKING:
    from sphinx_avi_portspec.domain import AviDomain

__all__ = ["EndpointIndex", "PortIndex"]

#: What an index page consists of: sections, each with its entries; and
#: whether entries within entries are folded at first.
Content = tuple[list[tuple[str, list[IndexEntry]]], bool]

#: How entries stand to one another, as Sphinx counts it.
_GROUP, _WITHIN = 1, 2


def _numbers(low: int, high: int) -> str:
    if not low:
        return "without ports"
    return str(low) if low == high else f"{low}-{high}"


class PortIndex(Index):
    """Every port, by protocol and number, with the flows to it."""

    name = "ports"
    localname = "Ports"
    shortname = "ports"
    domain: AviDomain

    def generate(self, docnames: Iterable[str] | None = None) -> Content:
        """Return the index of the flows in some documents, or in all."""
        found: dict[tuple[int, str], dict[tuple[int, int], list[Any]]] = {}
        for docname, entry in self.domain.entries(docnames):
            for number, label, low, high in entry.ports:
                ports = found.setdefault((number, label), {})
                ports.setdefault((low, high), []).append((docname, entry))
        return [
            (
                label,
                [
                    line
                    for ports, flows in sorted(found[number, label].items())
                    for line in _entries(_numbers(*ports), flows)
                ],
            )
            for number, label in sorted(found)
        ], False


class EndpointIndex(Index):
    """Every endpoint by name, with the flows from it and to it."""

    name = "endpoints"
    localname = "Endpoints"
    shortname = "endpoints"
    domain: AviDomain

    def generate(self, docnames: Iterable[str] | None = None) -> Content:
        """Return the index of the flows in some documents, or in all."""
        found: dict[str, list[Any]] = {}
        for docname, entry in self.domain.entries(docnames):
            for _, name in dict.fromkeys(entry.sides):
                found.setdefault(name, []).append((docname, entry))
        letters: dict[str, list[IndexEntry]] = {}
        for name in sorted(found, key=str.casefold):
            letters.setdefault(name[0].upper(), []).extend(
                _entries(name, found[name])
            )
        return list(letters.items()), False


def _entries(name: str, flows: list[Any]) -> Iterator[IndexEntry]:
    """Yield an entry, and below it one for each flow."""
    docname, first = flows[0]
    yield IndexEntry(name, _GROUP, docname, first.anchor, "", "", "")
    for docname, entry in flows:
        yield IndexEntry(
            entry.title, _WITHIN, docname, entry.anchor, "", "", entry.name
        )
