"""Services as AWS writes them: a protocol, and two numbers."""

from __future__ import annotations

from avi_portspec.audit.inputs.fields import read_message, read_protocol
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.protocols import LAST_PORT, services_of
from avi_portspec.audit.services import Spans
from avi_portspec.model.protocols import TCP, UDP
from avi_portspec.rules.traffic import ECHO_REQUESTS

__all__ = ["aws_service"]


def aws_service(protocol: Node, low: Node, high: Node) -> Spans:
    """Return what AWS lets through for a protocol and two numbers.

    Of ICMP they are the type and the code. Of any protocol but TCP, UDP and
    ICMP, AWS opens all of it, whatever the numbers are.

    Raises:
        WrongError: One of them is wrong.
    """
    found = read_protocol(protocol, "-1", "all")
    if found in ECHO_REQUESTS:
        return read_message(found, low, high)
    if found not in (TCP, UDP) or (low.value is None and high.value is None):
        return services_of(found)
    first = low.number(-1, LAST_PORT)
    if first < 0:
        return services_of(found)
    last = high.number(first, LAST_PORT)
    return services_of(found, (first, last))
