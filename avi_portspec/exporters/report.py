"""What every format says, before it is put into that format.

The table holds what may be opened: what is needed, what is optional, or
what the page states where no deployment was asked about. Whatever the page
leaves open, and whatever is not needed, is never in it: a reader who skips
every word but the ports opens nothing that the data does not say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from avi_portspec.errors import InvalidQueryError, shown
from avi_portspec.model.display import joined
from avi_portspec.model.edition import Edition
from avi_portspec.model.flat import (
    Identity,
    PortRecord,
    identity,
    port_records,
)
from avi_portspec.model.flowset import Flows
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import Protocol

if TYPE_CHECKING:
    from avi_portspec.deployment.resolution import (
        Conflict,
        Gap,
        Resolution,
    )
    from avi_portspec.model.facets import Deployment
    from avi_portspec.model.flows import Exclusion, Flow, Note

__all__ = [
    "Report",
    "deployment_rows",
    "direction",
    "exclusion_text",
    "ports_words",
    "report_on",
    "unofficial",
]

#: The decisions whose flows may be opened, as the table has them.
_OPEN: Final = ("needed", "optional")
#: Protocols that open connections; the others just send.
_CONNECTING: Final = frozenset({6, 33, 132})


class Report(NamedTuple):
    """An answer, taken apart for writing.

    Attributes:
        edition: The edition that gave it.
        made_from: What says which data that is.
        title: What it is, in a line.
        whole: Whether it is the edition itself.
        deployment: The deployment that was asked about, if one was.
        records: The table: what may be opened, in the order of the page.
        unstated: What the page leaves open.
        not_needed: What is decided against: replaced, not applicable, not
            supported.
        conflicts: The needs that the page rules out without a substitute.
        gaps: What the page is silent on.
        exclusions: What the page says is not required.
        notes: The notes on what is in the table or left open.
    """

    edition: Edition
    made_from: Identity
    title: str
    whole: bool
    deployment: Deployment | None
    records: tuple[PortRecord, ...]
    unstated: tuple[PortRecord, ...]
    not_needed: tuple[PortRecord, ...]
    conflicts: tuple[Conflict, ...]
    gaps: tuple[Gap, ...]
    exclusions: tuple[Exclusion, ...]
    notes: tuple[Note, ...]

    @property
    def stamp(self) -> str:
        """The data's version and digest, in a line."""
        made = self.made_from
        return (
            f"{made['edition']}, data version {made['data_version']}, "
            f"SHA-256 {made['digest']}"
        )

    def only(self, flows: Collection[Flow]) -> Report:
        """Return the report without the records of any other flow.

        Conflicts, gaps and exclusions stay: what is left open is not hidden
        by looking at something else.

        Args:
            flows: The flows that are kept.
        """
        kept = {flow.id for flow in flows}
        named = {note for flow in flows for note in flow.notes}
        lists: dict[str, Any] = {
            name: tuple(r for r in getattr(self, name) if r["flow"] in kept)
            for name in ("records", "unstated", "not_needed")
        }
        notes = tuple(note for note in self.notes if note.id in named)
        return self._replace(whole=False, notes=notes, **lists)


def report_on(subject: Edition | Flows | Resolution) -> Report:
    """Return an answer taken apart.

    Raises:
        InvalidQueryError: It is no answer.
    """
    if isinstance(subject, Edition):
        return _on_edition(subject)
    if isinstance(subject, Flows):
        return _on_flows(subject)
    # Imported here: an answer about no deployment does without.
    from avi_portspec.deployment.resolution import Resolution

    if isinstance(subject, Resolution):
        return _on_resolution(subject)
    wanted = "an edition, flows, or a resolution"
    raise InvalidQueryError("subject", wanted, shown(subject))


def _on_edition(edition: Edition) -> Report:
    made = _on_flows(edition.flows)
    return made._replace(
        title=edition.title,
        whole=True,
        exclusions=tuple(edition.exclusions),
        notes=tuple(edition.notes),
    )


def _on_flows(flows: Flows) -> Report:
    edition = flows.edition
    open_ = flows.unstated
    return Report(
        edition=edition,
        made_from=identity(edition),
        title=f"Flows of {edition.title}",
        whole=False,
        deployment=None,
        records=_records(flows, edition),
        unstated=tuple(
            record
            for flow in open_
            for record in port_records(flow, edition, decision="unstated")
        ),
        not_needed=(),
        conflicts=(),
        gaps=(),
        exclusions=(),
        notes=_notes(edition, [*flows, *open_]),
    )


def _on_resolution(answer: Resolution) -> Report:
    edition = answer.edition
    records = tuple(answer._port_records())
    clouds = _names(edition, "cloud", answer.deployment.clouds)
    flows = answer.having(*_OPEN)
    return Report(
        edition=edition,
        made_from=identity(edition),
        title=f"Ports for {joined('and', clouds)} ({edition.title})",
        whole=False,
        deployment=answer.deployment,
        records=tuple(r for r in records if r["decision"] in _OPEN),
        unstated=tuple(r for r in records if r["decision"] == "unstated"),
        not_needed=tuple(
            r for r in records if r["decision"] not in {*_OPEN, "unstated"}
        ),
        conflicts=answer.conflicts,
        gaps=answer.gaps,
        exclusions=tuple(edition.exclusions),
        notes=_notes(edition, [*flows, *flows.unstated]),
    )


def _records(flows: Iterable[Flow], edition: Edition) -> tuple[Any, ...]:
    return tuple(
        record for flow in flows for record in port_records(flow, edition)
    )


def _notes(edition: Edition, flows: Iterable[Flow]) -> tuple[Note, ...]:
    """Return the notes on some flows, in the order of the page."""
    named = {note for flow in flows for note in flow.notes}
    return tuple(note for note in edition.notes if note.id in named)


# -- in words ---------------------------------------------------------------


def direction(record: PortRecord) -> str:
    """Return who opens the connection to whom, in words.

    That is what decides on which side a firewall has its rule; the answers
    come back by themselves where it keeps state.
    """
    source, destination = record["source_name"], record["destination_name"]
    if record["source"] == record["destination"]:
        destination = f"another {destination}"
    if record["protocol_number"] in _CONNECTING:
        return f"{source} opens the connection to {destination}"
    return f"{source} sends first, to {destination}"


def ports_words(record: PortRecord) -> str:
    """Return a record's protocol and ports: ``TCP 8443``."""
    low, high = record["port_low"], record["port_high"]
    pair = ProtocolPorts(
        Protocol.of(record["protocol_number"]),
        None if low is None or high is None else PortRange(low=low, high=high),
        record["icmp_type"],
    )
    return str(pair)


def exclusion_text(edition: Edition, exclusion: Exclusion) -> str:
    """Return what the page says is not required, in a sentence."""
    source = edition.endpoints[exclusion.source].name
    destination = edition.endpoints[exclusion.destination].name
    return f"{source} to {destination}: {exclusion.text}"


def unofficial(report: Report) -> str:
    """Return who made this, and who did not."""
    version = report.made_from["data_version"]
    sites = [each.origin for each in report.edition.sections if each.origin]
    own = f", and from what a site states: {', '.join(sites)}" if sites else ""
    return (
        f"Unofficial. Written by avi-portspec {version} from its own "
        f"transcription of the page “{report.edition.source.title}”{own}. "
        f"The vendor of {report.edition.product} has neither written, "
        "reviewed nor endorsed it."
    )


# -- deployments -----------------------------------------------------------


def deployment_rows(report: Report) -> tuple[tuple[str, str], ...]:
    """Return what a deployment is like, each side with its value."""
    deployment = report.deployment
    if deployment is None:
        return ()
    edition = report.edition
    rows = []
    for facet in edition.facets:
        values = deployment.values_of(facet.id)
        named = _names(edition, facet.id, values)
        rows.append((facet.name, joined("and", named) or "none"))
    nodes = {"cluster": "a cluster", "single-node": "a single node"}
    rows.append(("Nodes of the Controller", nodes[deployment.nodes]))
    return tuple(rows)


def _names(edition: Edition, facet: str, values: Iterable[str]) -> list[str]:
    """Return the names of some of a facet's values, in its order."""
    return [v.name for v in edition.facets[facet].values if v.id in values]
