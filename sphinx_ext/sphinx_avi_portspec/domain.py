"""The domain ``avi``: records that can be linked to, and their indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from docutils import nodes
from sphinx.domains import Domain, Index, IndexEntry, ObjType
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from avi_portspec import PortSpecError, UnknownNameError
from avi_portspec.edition.bundled import edition_files
from avi_portspec.errors import nearest
from sphinx_avi_portspec.pen import SHARED, name_record
from sphinx_avi_portspec.roles import PortsRole, RecordRole
from sphinx_avi_portspec.sources import (
    find_edition,
    find_target,
    fingerprint,
    word_statements,
)

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Edition
    from sphinx_avi_portspec.pen import Pen

__all__ = ["AviDomain", "get_domain", "setup_domain", "warn_of_second_home"]

logger = logging.getLogger(__name__)


class Entry(NamedTuple):
    """One place in a document where a record is shown.

    It is kept between builds as plain builtins, since another version of
    this package may read the environment back.

    Attributes:
        edition: The id of the record's edition; empty for what is of none.
        kind: ``flow``, ``note``, ``endpoint``, ``edition``, ``source`` or
            ``statement``.
        name: The record's id.
        anchor: The id of the place in the document.
        line: The line of the directive that shows it.
        canonical: Whether this is the record's home.
        title: Its title.
        ports: A flow's protocols, by number and label, with the first and
            last port of a range.
        sides: The ids and names of a flow's endpoints.
    """

    edition: str
    kind: str
    name: str
    anchor: str
    line: int
    canonical: bool
    title: str
    ports: tuple[tuple[int, str, int, int], ...] = ()
    sides: tuple[tuple[str, str], ...] = ()


#: An index page: sections with their entries, and whether nested entries are
#: collapsed at first.
Content = tuple[list[tuple[str, list[IndexEntry]]], bool]


#: Sphinx's numbers for an entry with others below it, and for those.
_GROUP, _WITHIN = 1, 2


def _numbers(low: int, high: int) -> str:
    if not low:
        return "no ports"
    return str(low) if low == high else f"{low}-{high}"


def _entries(
    name: str, flows: list[tuple[str, Entry]], *, editions: bool
) -> Iterator[IndexEntry]:
    """Yield an entry, and one per flow below it, perhaps with its edition."""
    docname, first = flows[0]
    yield IndexEntry(name, _GROUP, docname, first.anchor, "", "", "")
    for docname, entry in flows:
        edition = entry.edition if editions else ""
        yield IndexEntry(
            *(entry.title, _WITHIN, docname, entry.anchor),
            *(edition, "", entry.name),
        )


def _has_several_editions(places: list[tuple[str, Entry]]) -> bool:
    """Return whether one flow can stand in an index more than once."""
    return len({entry.edition for _, entry in places} - {""}) > 1


class PortIndex(Index):
    """Every port, by protocol and number, with the flows to it."""

    name = "ports"
    localname = "Ports"
    shortname = "ports"
    domain: AviDomain

    def generate(self, docnames: Iterable[str] | None = None) -> Content:
        """Return the index of the flows in some documents, or in all."""
        found: dict[tuple[int, str], dict[tuple[int, int], list[Any]]] = {}
        places = self.domain.entries(docnames)
        editions = _has_several_editions(places)
        for docname, entry in places:
            for number, label, low, high in entry.ports:
                ports = found.setdefault((number, label), {})
                ports.setdefault((low, high), []).append((docname, entry))
        return [
            (
                label,
                [
                    line
                    for ports, flows in sorted(found[number, label].items())
                    for line in _entries(
                        _numbers(*ports), flows, editions=editions
                    )
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
        places = self.domain.entries(docnames)
        editions = _has_several_editions(places)
        for docname, entry in places:
            for _, name in dict.fromkeys(entry.sides):
                found.setdefault(name, []).append((docname, entry))
        letters: dict[str, list[IndexEntry]] = {}
        for name in sorted(found, key=str.casefold):
            letters.setdefault(name[0].upper(), []).extend(
                _entries(name, found[name], editions=editions)
            )
        return list(letters.items()), False


class AviDomain(Domain):
    """The data that this extension keeps between builds."""

    name = "avi"
    label = "Avi ports"
    object_types: ClassVar[dict[str, ObjType]] = {
        "flow": ObjType("flow", "flow"),
        "note": ObjType("note", "note"),
        "endpoint": ObjType("endpoint", "endpoint"),
        "edition": ObjType("edition", "edition"),
        "source": ObjType("source", "source"),
        "statement": ObjType("statement"),
    }
    roles: ClassVar[dict[str, Any]] = {
        "flow": RecordRole(),
        "note": RecordRole(),
        "endpoint": RecordRole(),
        "edition": RecordRole(),
        "source": RecordRole(),
        "ports": PortsRole(),
    }
    indices: ClassVar[list[Any]] = [PortIndex, EndpointIndex]
    #: All by document. ``uses``: the editions, as the document names them,
    #: with their fingerprints. ``places``: the records that it shows.
    #: ``assets``: the files that its page loads. ``elsewhere``: if it shows
    #: what other sources state, the fingerprint of that.
    initial_data: ClassVar[dict[str, Any]] = {
        "uses": {},
        "places": {},
        "assets": {},
        "elsewhere": {},
    }
    data_version = 3
    #: What the writer of this build can write: see `writers`.
    writer = "plain"
    _best: dict[tuple[str, str, str], tuple[str, Entry]] | None = None

    @property
    def uses(self) -> dict[str, dict[str, str]]:
        """The editions that each document uses, with their fingerprints."""
        return self.data["uses"]  # type: ignore[no-any-return]

    @property
    def assets(self) -> dict[str, list[str]]:
        """The files that each document's page loads: ``css``, ``js``."""
        return self.data["assets"]  # type: ignore[no-any-return]

    # -- keeping -----------------------------------------------------------

    def note_places(self, docname: str, edition: Edition, pen: Pen) -> None:
        """Keep the records that a directive has made anchors for."""
        kept = self.data["places"].setdefault(docname, [])
        self._best = None
        for (kind, name), anchor in (pen.anchors or {}).items():
            of = "" if kind in SHARED else edition.id
            entry = Entry(
                *(of, kind, name, anchor, pen.line, pen.canonical),
                *_describe(edition, kind, name),
            )
            kept.append(tuple(entry))

    def note_assets(self, docname: str, *names: str) -> None:
        """Keep the files that a document's page loads."""
        kept = self.assets.setdefault(docname, [])
        kept += [name for name in names if name not in kept]

    def clear_doc(self, docname: str) -> None:
        """Drop the data of a document."""
        self._best = None
        for kept in self.data.values():
            if isinstance(kept, dict):
                kept.pop(docname, None)

    def merge_domaindata(
        self, docnames: AbstractSet[str], otherdata: dict[str, Any]
    ) -> None:
        """Take over the data that another process has read."""
        self._best = None
        for key in self.initial_data:
            for docname, kept in otherdata[key].items():
                if docname in docnames:
                    self.data[key][docname] = kept

    # -- finding -----------------------------------------------------------

    def entries(
        self, docnames: Iterable[str] | None = None
    ) -> list[tuple[str, Entry]]:
        """Return the best place of each record, with its document.

        That is its home, or else the first by document name, so that every
        build takes the same.

        Args:
            docnames: The documents to look at; without them, all.
        """
        if docnames is None:
            return list(self._all().values())
        return list(self._collect(docnames).values())

    def _all(self) -> dict[tuple[str, str, str], tuple[str, Entry]]:
        if self._best is None:
            self._best = self._collect(self.data["places"])
        return self._best

    def _collect(
        self, docnames: Iterable[str]
    ) -> dict[tuple[str, str, str], tuple[str, Entry]]:
        places: dict[str, list[tuple[Any, ...]]] = self.data["places"]
        best: dict[tuple[str, str, str], tuple[str, Entry]] = {}
        for docname in sorted(docnames):
            for values in places.get(docname, ()):
                entry = Entry(*values)
                before = best.get(entry[:3])
                if before is None or (
                    entry.canonical and not before[1].canonical
                ):
                    best[entry[:3]] = docname, entry
        return best

    def find(self, kind: str, target: str) -> tuple[str, Entry] | None:
        """Return a record's best place.

        Args:
            kind: Its kind.
            target: Its id or another name, with ``edition/`` before it unless
                it is of the project's default edition.
        """
        edition, _, name = target.partition("/")
        place = self._all().get(
            ("", kind, target)
            if kind in SHARED
            else (edition, kind, name or edition)
        )
        if place is not None:
            # Most links are made by directives, in this form.
            return place
        try:
            found = find_target(self.env.config, kind, target)
        except (PortSpecError, OSError):
            return None
        return self._all().get((found.edition, kind, found.name))

    def is_home(self, docname: str, edition: str) -> bool:
        """Return whether a document is already the home of an edition."""
        return any(
            entry.canonical and entry.edition == edition
            for entry in map(Entry._make, self.data["places"].get(docname, ()))
        )

    def get_full_qualified_name(self, node: Element) -> str | None:
        """Return what a link's target is called in other projects.

        Sphinx looks for it in their inventories after the target itself: a
        role's target has its edition, and the other project may show another
        one; that of ``any`` can be any name.
        """
        if "avi-short" in node:
            short: str = node["avi-short"]
            return short
        kind = node["reftype"]
        for own in self.object_types if kind == "any" else (kind,):
            try:
                target = node["reftarget"]
                return find_target(self.env.config, own, target).short
            except (PortSpecError, OSError):
                continue
        return None

    def resolve_xref(  # noqa: PLR0917 - as Sphinx calls it
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> nodes.reference | None:
        """Return the link for a role."""
        found = self.find(typ, target)
        if found is None:
            return None
        docname, entry = found
        return make_refnode(
            builder, fromdocname, docname, entry.anchor, contnode, entry.title
        )

    def resolve_any_xref(  # noqa: PLR0917 - as Sphinx calls it
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Return one link per kind of record with that name."""
        links = (
            (
                f"avi:{kind}",
                self.resolve_xref(
                    env, fromdocname, builder, kind, target, node, contnode
                ),
            )
            for kind in self.object_types
        )
        return [(role, link) for role, link in links if link is not None]

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield all records, for inventories and the search.

        Each has its edition before its id, which means the same in every
        project. The id alone is that of the edition which has its home here,
        and of several such editions the newest: its readers come to what is
        shown. The project's default edition is a setting for its own
        authors, and changing it must not change where the links of others
        lead.
        """
        bundled = list(map(str, edition_files()))

        def rank(entry: Entry) -> tuple[bool, int, str]:
            edition = entry.edition
            at = bundled.index(edition) if edition in bundled else -1
            return entry.canonical, at, edition

        entries = self.entries()
        best: dict[tuple[str, str], Entry] = {}
        for _, entry in sorted(entries, key=lambda place: rank(place[1])):
            best[entry.kind, entry.name] = entry
        for docname, entry in entries:
            place = entry.kind, docname, entry.anchor
            if entry.kind == "edition" or not entry.edition:
                yield entry.name, entry.title, *place, 1
                continue
            is_best = best[entry.kind, entry.name] is entry
            if is_best:
                yield entry.name, entry.title, *place, 1
            # The search shows a record once, other editions' further below.
            shown = -1 if is_best else 2
            yield f"{entry.edition}/{entry.name}", entry.title, *place, shown

    def check_consistency(self) -> None:
        """Warn of editions with two homes."""
        homes: dict[str, str] = {}
        for docname in sorted(self.data["places"]):
            for entry in map(Entry._make, self.data["places"][docname]):
                if not entry.canonical or entry.kind != "edition":
                    continue
                first = homes.setdefault(entry.edition, docname)
                if first != docname:
                    warn_of_second_home(
                        entry.edition, first, docname, entry.line
                    )


def warn_of_second_home(
    edition: str, first: str, docname: str, line: int
) -> None:
    """Warn that an edition has a home already."""
    logger.warning(
        "edition %r is indexed in %r already; add :no-index: to one of the "
        "two directives",
        edition,
        first,
        location=(docname, line),
        type="avi_portspec",
        subtype="duplicate",
    )


def get_domain(env: BuildEnvironment) -> AviDomain:
    """Return the domain of an environment."""
    domain = env.get_domain("avi")
    assert isinstance(domain, AviDomain)  # noqa: S101 - for type checkers
    return domain


#: The descriptions of records, by the digest of their edition and the names
#: that the project gives to endpoints.
_descriptions: dict[tuple[Any, ...], tuple[Any, ...]] = {}


def _describe(edition: Edition, kind: str, name: str) -> tuple[Any, ...]:
    """Return a record's title; for a flow, also its ports and sides."""
    ends = [name] if kind == "endpoint" else []
    if kind == "flow":
        flow = edition.flows[name]
        ends = [flow.source, flow.destination]
    names = (edition.endpoints[end].name for end in ends)
    key = edition.digest, kind, name, *names
    found = _descriptions.get(key)
    if found is not None:
        return found
    found = (name_record(edition, kind, name),)
    if kind == "flow":
        ports = tuple(
            (
                pair.protocol.number,
                pair.protocol.label,
                pair.ports.low if pair.ports else 0,
                pair.ports.high if pair.ports else 0,
            )
            for pair in flow.protocol_ports()
        )
        sides = tuple(
            (str(side), name_record(edition, "endpoint", side))
            for side in (flow.source, flow.destination)
        )
        found += (ports, sides)
    _descriptions[key] = found
    return found


def find_outdated(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> Iterable[str]:
    """Return the documents whose editions or statements have changed."""
    uses = get_domain(env).uses
    elsewhere: dict[str, str] = get_domain(env).data["elsewhere"]
    now = word_statements() if elsewhere else ""
    names = {name for used in uses.values() for name in used}
    digests: dict[str, str] = {}
    for name in names:
        try:
            digests[name] = fingerprint(find_edition(app.config, name))
        except (PortSpecError, OSError):
            # Reading the document again reports the fault at its line.
            digests[name] = ""
    return {
        *(
            docname
            for docname, used in uses.items()
            if any(digests[name] != digest for name, digest in used.items())
        ),
        *(docname for docname, digest in elsewhere.items() if digest != now),
    }


def suggest(
    app: Sphinx, domain: Domain | None, node: pending_xref
) -> bool | None:
    """Warn of a link that leads nowhere, and say what would.

    Returns:
        ``True``, so that Sphinx does not warn too; ``None`` for the links
        that are not ours.
    """
    kind, target = node["reftype"], node["reftarget"]
    found: str | None
    if domain is None and kind == "any":
        kinds = [*AviDomain.object_types]
        errors = [_find_error(app.config, own, target) for own in kinds]
        names = [wrong.nearest for wrong in errors if wrong and wrong.nearest]
        found = nearest(target, names)
        if found is None:
            return None
        message = (
            f"'any' reference target not found: {target}; did you mean "
            f"{found!r}?"
        )
    elif isinstance(domain, AviDomain) and node.get("refwarn"):
        wrong = _find_error(app.config, kind, target)
        message = (
            str(wrong)
            if wrong
            else f"{kind} {target!r} is shown nowhere in this project; add "
            + (
                "avi-port-statements"
                if kind in SHARED
                else "avi-port-page, or write the target with the edition "
                "that another project shows"
            )
        )
    else:
        return None
    logger.warning(message, location=node, type="ref", subtype=kind)
    return True


def _find_error(
    config: Config, kind: str, target: str
) -> UnknownNameError | None:
    """Return why a target names no record, if that is a name."""
    try:
        find_target(config, kind, target)
    except UnknownNameError as wrong:
        return wrong
    except (PortSpecError, OSError):
        # The directives report the faults of an edition at their lines.
        return None
    return None


def setup_domain(app: Sphinx) -> None:
    """Add the domain."""
    app.add_domain(AviDomain)
    app.connect("env-get-outdated", find_outdated)
    app.connect("warn-missing-reference", suggest)
