"""Ports of services, as the data has them."""

from __future__ import annotations

from functools import cache
from typing import Final, TypeAlias

from avi_portspec.edition.loading import load
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.model.protocols import Protocol
from avi_portspec.names import fold

__all__ = ["named_service", "replaces"]

#: IANA assigns the ports below to services (RFC 6335): a name means one of
#: these, wherever else a product has the service as well.
_SYSTEM: Final = 1023


@cache
def named_service(name: str) -> tuple[ProtocolPorts, ...]:
    """Return the system port of a service, over each of its protocols.

    >>> from avi_portspec.audit.inputs.service_names import named_service
    >>> [str(pair) for pair in named_service("https")]
    ['TCP 443']

    Args:
        name: The service, in any case; of one that is not known there are
            none.
    """
    return tuple(
        dict.fromkeys(
            pair
            for flow in load().flows
            if flow.service is not None and fold(flow.service) == fold(name)
            for pair in flow.protocol_ports()
            if pair.ports is not None and pair.ports.high <= _SYSTEM
        )
    )


_Range: TypeAlias = tuple[int, int]


def replaces(protocol: Protocol, ports: _Range, others: _Range) -> bool:
    """Return whether ports are documented to stand in for others.

    >>> from avi_portspec import Protocol
    >>> from avi_portspec.audit.inputs.service_names import replaces
    >>> replaces(Protocol.of("tcp"), (5098, 5098), (22, 22))
    True

    Args:
        protocol: The protocol of both.
        ports: The first and last port that others connect to.
        others: Those of the service where nothing replaces them.
    """
    return (protocol, ports, others) in _replacements()


@cache
def _replacements() -> frozenset[tuple[Protocol, _Range, _Range]]:
    flows = load().flows
    return frozenset(
        (
            new.protocol,
            (new.ports.low, new.ports.high),
            (old.ports.low, old.ports.high),
        )
        for flow in flows
        for id_ in flow.replaces
        for new in flow.protocol_ports()
        for old in flows[id_].protocol_ports()
        if new.ports is not None
        and old.ports is not None
        and new.protocol == old.protocol
    )
