"""Ports by the names of services, as the data has them."""

from __future__ import annotations

from functools import cache
from typing import Final

from avi_portspec.edition.loading import load
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.names import fold

__all__ = ["named_service"]

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
