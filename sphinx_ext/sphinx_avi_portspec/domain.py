"""The domain ``avi``: what is kept about the documents that use an edition."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, ClassVar

from sphinx.domains import Domain

from avi_portspec import PortSpecError
from sphinx_avi_portspec.sources import edition_named

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["AviDomain", "setup"]


class AviDomain(Domain):
    """Everything that this extension knows from one build to the next."""

    name = "avi"
    label = "Avi ports"
    #: ``uses``: for each document, the editions that it asked for, as it
    #: named them, with the digest that each had.
    initial_data: ClassVar[dict[str, Any]] = {"uses": {}}
    data_version = 1

    @property
    def uses(self) -> dict[str, dict[str, str]]:
        """The digests that each document was made from."""
        return self.data["uses"]  # type: ignore[no-any-return]

    def clear_doc(self, docname: str) -> None:
        """Forget what a document brought."""
        self.uses.pop(docname, None)

    def merge_domaindata(
        self, docnames: AbstractSet[str], otherdata: dict[str, Any]
    ) -> None:
        """Take over what another process has read."""
        for docname, used in otherdata["uses"].items():
            if docname in docnames:
                self.uses[docname] = used


def outdated(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> Iterable[str]:
    """Return the documents whose editions have another digest by now."""
    uses: dict[str, dict[str, str]] = env.get_domain("avi").data["uses"]
    names = {name for used in uses.values() for name in used}
    digests: dict[str, str] = {}
    for name in names:
        try:
            digests[name] = edition_named(app.config, name).digest
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
