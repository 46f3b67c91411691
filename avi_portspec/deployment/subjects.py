"""What can be explained: a flow, an exclusion, a port, a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from avi_portspec.errors import InvalidQueryError, UnknownNameError, shown
from avi_portspec.model.conditions import VENDOR
from avi_portspec.model.ports import ProtocolPorts, parse_port
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.wording import at_start
from avi_portspec.names import fold

if TYPE_CHECKING:
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.flows import Exclusion, Flow
    from avi_portspec.names import EndpointId

__all__ = ["Subject", "find_subject"]

#: What can be explained.
_FORMS: Final = (
    "a protocol and one port, as tcp/9001; a protocol, as icmp; a port, as "
    "9001; a service, as ssh; or the id of a flow or an exclusion"
)


class Subject(NamedTuple):
    """What somebody asks about, and the records of an edition on it.

    Attributes:
        name: What it is called.
        flows: The flows that it concerns.
        exclusions: What the vendor says is not required, and bears on it.
        protocol: The protocol that was named, if one was.
        port: The port that was named, if one was.
        pair: The source and the destination, if it is two ends that only
            other sources know.
        ports: Of such a pair, the only ports asked about, in words; empty for
            all.
        is_record: Whether it is one record of the edition, and nothing else.
    """

    name: str
    flows: tuple[Flow, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    protocol: Protocol | None = None
    port: int | None = None
    pair: tuple[EndpointId, EndpointId] | None = None
    ports: str = ""
    is_record: bool = False

    def may_concern(self, interface: str | None) -> bool:
        """Return whether a gap on an interface may concern it.

        Args:
            interface: What the Controller talks to, by its id.
        """
        if self.pair is not None:
            return interface in self.pair
        return not self.is_record

    @property
    def is_known(self) -> bool:
        """Whether the edition has any record on it."""
        return bool(self.flows or self.exclusions)

    @property
    def silence(self) -> str:
        """That an edition has nothing on it, in words."""
        verb = "uses" if self.pair is None else "goes from"
        return (
            f"No flow {verb} {self.name}. {at_start(VENDOR)} covers "
            "management traffic only."
        )


def find_subject(edition: EditionData, subject: Any) -> Subject:
    """Return what an edition has on a subject.

    Args:
        edition: The edition.
        subject: What :meth:`Resolution.explain` takes.

    Raises:
        UnknownNameError: Nothing has that name.
        InvalidQueryError: It is none of these, or no port.
    """
    if isinstance(subject, ProtocolPorts):
        ports = subject.ports
        found = edition.flows.select(
            protocol=subject.protocol,
            port=None if ports is None else [*ports],
        )
        return Subject(str(subject), tuple(found))
    if isinstance(subject, int):
        found = edition.flows.select(port=subject)
        return Subject(f"port {subject}", tuple(found), port=subject)
    name = getattr(subject, "id", subject)
    if not isinstance(name, str):
        expected = "a flow, an exclusion, or a protocol and port"
        raise InvalidQueryError("subject", expected, shown(subject))
    flow = edition.flows.get(name)
    if flow is not None:
        return Subject(name, (flow,), is_record=True)
    exclusion = edition.exclusions.get(name)
    if exclusion is not None:
        return Subject(name, (), (exclusion,), is_record=True)
    if fold(name.strip()) in _services(edition):
        return Subject(name, tuple(edition.flows.select(service=name.strip())))
    return _parse_subject(edition, name)


def _services(edition: EditionData) -> list[str]:
    """Return the services that flows have, as they are compared."""
    services = {flow.service for flow in edition.flows if flow.service}
    return sorted(map(fold, services))


def _parse_subject(edition: EditionData, name: str) -> Subject:
    """Return what an edition has on ``tcp/9001``, ``tcp`` or ``9001``."""
    protocol, _, port = name.rpartition("/")
    if not (port.isdecimal() and port.isascii()):
        protocol, port = name, ""
    number = parse_port(port) if port else None
    try:
        over = Protocol.of(protocol) if protocol else None
    except UnknownNameError as wrong:
        if "/" in protocol or protocol[:1].isdigit():
            # It is meant as a port, for no id is like that.
            raise InvalidQueryError("subject", _FORMS, shown(name)) from None
        known = [
            *edition.flows.ids(),
            *edition.exclusions.ids(),
            *wrong.known,
            *_services(edition),
        ]
        kind = "flow, exclusion, protocol or service"
        raise UnknownNameError(kind, name, known) from None
    if not name or (port and over is not None and not over.has_ports):
        # Of a type of message after a slash, silence would be a lie.
        expected = "a port after the slash, of a protocol that has ports"
        raise InvalidQueryError(
            "subject",
            expected if name else "a name or a port",
            shown(name),
        )
    found = edition.flows.select(protocol=over, port=number)
    label = over.label if over else "port"
    said = f"{label} {port}".rstrip()
    return Subject(said, tuple(found), protocol=over, port=number)
