"""The domain ``avi``: records that can be linked to, and their indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from docutils import nodes
from sphinx.domains import Domain, ObjType
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from avi_portspec import PortSpecError
from sphinx_avi_portspec.indices import EndpointIndex, PortIndex
from sphinx_avi_portspec.rendering.words import title_of
from sphinx_avi_portspec.roles import PortsRole, RecordRole
from sphinx_avi_portspec.sources import edition_named, made_from

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Edition
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["AviDomain", "Entry", "domain_of", "second_home", "setup"]

logger = logging.getLogger(__name__)


class Entry(NamedTuple):
    """One place in a document where a record is shown.

    It is kept from build to build as plain builtins, for an environment is
    read back by whatever version of this package is installed then.

    Attributes:
        edition: The id of the record's edition.
        kind: ``flow``, ``note``, ``endpoint`` or ``edition``.
        name: The record's id.
        anchor: The id of the place in the document.
        line: The line of the directive that shows it.
        canonical: Whether this is the record's one home.
        title: What a reader calls it.
        ports: Of a flow, each protocol's number and label, with the ends of
            a range of its ports.
        sides: Of a flow, the ids and names of its endpoints.
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


class AviDomain(Domain):
    """Everything that this extension knows from one build to the next."""

    name = "avi"
    label = "Avi ports"
    object_types: ClassVar[dict[str, ObjType]] = {
        "flow": ObjType("flow", "flow"),
        "note": ObjType("note", "note"),
        "endpoint": ObjType("endpoint", "endpoint"),
        "edition": ObjType("edition", "edition"),
    }
    roles: ClassVar[dict[str, Any]] = {
        "flow": RecordRole(),
        "note": RecordRole(),
        "endpoint": RecordRole(),
        "edition": RecordRole(),
        "ports": PortsRole(),
    }
    indices: ClassVar[list[Any]] = [PortIndex, EndpointIndex]
    #: ``uses``: for each document, the editions that it asked for, as it
    #: named them, with what each of them was then. ``places``: for each
    #: document, the records that it shows. ``assets``: for each document
    #: that wants any, what its page has to load.
    initial_data: ClassVar[dict[str, Any]] = {
        "uses": {},
        "places": {},
        "assets": {},
    }
    data_version = 2
    _best: dict[tuple[str, str, str], tuple[str, Entry]] | None = None

    @property
    def uses(self) -> dict[str, dict[str, str]]:
        """What each document was made from, by the editions' names."""
        return self.data["uses"]  # type: ignore[no-any-return]

    @property
    def assets(self) -> dict[str, list[str]]:
        """What each document's page has to load: ``css``, ``js``."""
        return self.data["assets"]  # type: ignore[no-any-return]

    # -- keeping -----------------------------------------------------------

    def note_places(self, docname: str, edition: Edition, pen: Pen) -> None:
        """Remember the records that a directive has made anchors for."""
        kept = self.data["places"].setdefault(docname, [])
        self._best = None
        for (kind, name), anchor in (pen.anchors or {}).items():
            kept.append(tuple(_entry(edition, kind, name, anchor, pen)))

    def note_assets(self, docname: str, *names: str) -> None:
        """Remember what a document's page has to load."""
        kept = self.assets.setdefault(docname, [])
        kept += [name for name in names if name not in kept]

    def clear_doc(self, docname: str) -> None:
        """Forget what a document brought."""
        self._best = None
        for kept in self.data.values():
            if isinstance(kept, dict):
                kept.pop(docname, None)

    def merge_domaindata(
        self, docnames: AbstractSet[str], otherdata: dict[str, Any]
    ) -> None:
        """Take over what another process has read."""
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

        That is its home; else the first in the order of documents' names,
        so that every build takes the same.

        Args:
            docnames: The documents to look at; without them, all.
        """
        if docnames is None:
            return list(self._found().values())
        return list(self._sought(docnames).values())

    def _found(self) -> dict[tuple[str, str, str], tuple[str, Entry]]:
        if self._best is None:
            self._best = self._sought(self.data["places"])
        return self._best

    def _sought(
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
            target: Its id, with ``edition/`` before it unless it is of the
                project's default edition.
        """
        edition, slash, name = target.rpartition("/")
        if kind == "edition":
            edition = name
        elif not slash:
            edition = self._default()
        return self._found().get((edition, kind, name))

    def is_home(self, docname: str, edition: str) -> bool:
        """Return whether a document is an edition's home already."""
        return any(
            entry.canonical and entry.edition == edition
            for entry in map(Entry._make, self.data["places"].get(docname, ()))
        )

    def _default(self) -> str:
        try:
            return edition_named(self.env.config, "").id
        except (PortSpecError, OSError):
            return ""

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
        """Return the link that a role asks for."""
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
        """Return a link for each kind of record that has such a name."""
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
        """Yield every record, for inventories and for the search."""
        default = self._default()
        for docname, entry in self.entries():
            name = entry.name
            if entry.kind != "edition" and entry.edition != default:
                name = f"{entry.edition}/{name}"
            yield name, entry.title, entry.kind, docname, entry.anchor, 1

    def check_consistency(self) -> None:
        """Warn of every record that has two homes."""
        homes: dict[str, str] = {}
        for docname in sorted(self.data["places"]):
            for entry in map(Entry._make, self.data["places"][docname]):
                if not entry.canonical or entry.kind != "edition":
                    continue
                first = homes.setdefault(entry.edition, docname)
                if first != docname:
                    second_home(entry.edition, first, docname, entry.line)


def second_home(edition: str, first: str, docname: str, line: int) -> None:
    """Warn of an edition that has a home already."""
    logger.warning(
        "edition %r has its home in %r already; give one of the two "
        ":no-index:",
        edition,
        first,
        location=(docname, line),
        type="avi_portspec",
        subtype="duplicate",
    )


def domain_of(env: BuildEnvironment) -> AviDomain:
    """Return the domain of an environment."""
    domain = env.get_domain("avi")
    assert isinstance(domain, AviDomain)  # noqa: S101 - for type checkers
    return domain


#: What entries say of records, by the digest of their edition.
_said: dict[tuple[str, str, str], tuple[Any, ...]] = {}


def _entry(
    edition: Edition, kind: str, name: str, anchor: str, pen: Pen
) -> Entry:
    """Return what is kept of a record's place."""
    key = edition.digest, kind, name
    said = _said.get(key)
    if said is None:
        said = _said[key] = _describe(edition, kind, name)
    return Entry(
        edition.id, kind, name, anchor, pen.line, pen.canonical, *said
    )


def _describe(edition: Edition, kind: str, name: str) -> tuple[Any, ...]:
    """Return a record's title, and of a flow its ports and its sides."""
    title = title_of(edition, kind, name)
    if kind != "flow":
        return (title,)
    flow = edition.flows[name]
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
        (str(side), edition.endpoints[side].name)
        for side in (flow.source, flow.destination)
    )
    return title, ports, sides


def outdated(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> Iterable[str]:
    """Return the documents that are made from something else by now."""
    uses = domain_of(env).uses
    names = {name for used in uses.values() for name in used}
    digests: dict[str, str] = {}
    for name in names:
        try:
            digests[name] = made_from(edition_named(app.config, name))
        except (PortSpecError, OSError):
            # Read anew, the document says what is wrong, and where.
            digests[name] = ""
    return [
        docname
        for docname, used in uses.items()
        if any(digests[name] != digest for name, digest in used.items())
    ]


def setup(app: Sphinx) -> None:
    """Add the domain."""
    app.add_domain(AviDomain)
    app.connect("env-get-outdated", outdated)
