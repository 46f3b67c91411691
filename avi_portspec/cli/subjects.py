"""What ``explain`` is asked about, as people and this program write it."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Final, cast

import click

from avi_portspec.deployment.subjects import Subject, find_subject
from avi_portspec.errors import InvalidQueryError, UnknownNameError, shown
from avi_portspec.model.display import ports_text
from avi_portspec.names import EndpointId, fold
from avi_portspec.tabular.lines import port_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from avi_portspec.beyond.records import Statement
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.flows import Exclusion, Flow
    from avi_portspec.model.ports import PortRange

__all__ = ["find_subjects"]

#: Other ways to write ``tcp/443``, among them that of this program's tables.
_PORT_FIRST: Final = re.compile(r"(\d{1,5})[/: ]([a-z][\w-]*)", re.ASCII)
_PORT_LAST: Final = re.compile(r"([a-z][\w-]*)[: ](\d{1,5})", re.ASCII)
_PORT_ALONE: Final = re.compile(r"port (\d{1,5})", re.ASCII)
#: What people call ICMP, which the data has for pings alone.
_PING: Final = re.compile(
    r"(?:icmp(?:v?4)?[-/: ]?)?(?:ping|echo(?:[- ]request)?)|icmpv?4", re.ASCII
)
#: A range of ports, and its protocol.
_RANGE: Final = re.compile(r"(?:([a-z][\w-]*)[/: ])?(\d+-\d+)", re.ASCII)
#: Between the two ends of a pair.
_BETWEEN_ENDS: Final = re.compile(
    r"\s*-?>\s*|-to-|\s+to\s+", re.IGNORECASE | re.ASCII
)
#: Behind the ports of a flow, its service: ``TCP 443 (HTTPS)``.
_SERVICE: Final = re.compile(r"\s*\([^()]*\)\s*$")
_CONTROLLER: Final = EndpointId("controller")


def find_subjects(edition: Edition, text: str) -> list[Subject]:
    """Return what a text is about: several records for a pair, or a list.

    A pair that this program prints can be typed back: ``Controller -> NSX
    Manager, TCP 443`` is a pair, and of it what has these ports. A list is
    one of ports, as ``tcp/443,8443``.

    Args:
        edition: The edition.
        text: The text.

    Raises:
        UnknownNameError: Nothing has that name.
        InvalidQueryError: It is not a port.
        click.UsageError: Another command lists it.
    """
    try:
        return [find_subject(edition, _respell(text))]
    except (UnknownNameError, InvalidQueryError):
        if (
            among := _between(edition, text)
            or _over(edition, text)
            or _listed(edition, text)
        ):
            return among
        if line := _command(edition, text):
            raise click.UsageError(
                "explain takes ports, a protocol, a service, a pair or a "
                f"flow, got {shown(text)}; see 'avi-portspec {line}'"
            ) from None
        raise


def _respell(text: str) -> str:
    """Return another spelling as ``tcp/443``, or else the text."""
    word = _ports_word(text)
    if found := _PORT_ALONE.fullmatch(word):
        return found[1]
    if found := _PORT_FIRST.fullmatch(word):
        return f"{found[2]}/{found[1]}"
    if found := _PORT_LAST.fullmatch(word):
        return f"{found[1]}/{found[2]}"
    return "icmp" if _PING.fullmatch(word) else text


def _listed(edition: Edition, text: str) -> list[Subject]:
    """Return the ports of a list, each of the protocol before it."""
    found: dict[str, Subject] = {}
    protocol = ""
    for part in _ports_word(text).split(","):
        head, _, port = _respell(part.strip()).rpartition("/")
        protocol = head or protocol
        if not port.isdecimal():
            return []
        subject = find_subject(edition, f"{protocol}/{port}".lstrip("/"))
        found[subject.name] = subject
    return [*found.values()]


def _command(edition: Edition, text: str) -> str:
    """Return the command that lists what is known, if there is one."""
    if found := _RANGE.fullmatch(_ports_word(text)):
        over = f" --protocol {found[1]}" if found[1] else ""
        return f"ports --port {found[2]}{over}"
    for end, _ in _ends(edition, text):
        is_own = end in edition.endpoints.ids()
        return f"{'ports' if is_own else 'statements'} --endpoint {end}"
    return ""


def _between(edition: Edition, text: str) -> list[Subject]:
    """Return all between a pair of ends, if it is one.

    Where other sources alone have something between them, or the edition
    says that nothing covers the interface, it is the pair.
    """
    for found in _BETWEEN_ENDS.finditer(text):
        first, rest = text[: found.start()], text[found.end() :]
        last, _, ports = rest.partition(",")
        for name, over in ((rest, ""), (last, ports)):
            known = (_ends(edition, end.strip()) for end in (first, name))
            for ends in product(*known):
                if among := _of_pair(edition, ends, over):
                    return among
    return []


def _of_pair(
    edition: Edition, ends: Iterable[tuple[EndpointId, str]], ports: str
) -> list[Subject]:
    """Return all between two ends, or of it what has some ports.

    Args:
        edition: The edition.
        ends: The id and the label of each end.
        ports: The ports, as this program prints them; empty for all.
    """
    # Imported here: most subjects are no pair.
    from avi_portspec.beyond.queries import statements

    (source, _), (destination, _) = ends
    pair = source, destination
    flows: Iterable[Flow] = (
        flow
        for flow in edition.flows
        if (flow.source, flow.destination) == pair
    )
    stated: Iterable[Statement] = (
        each
        for each in statements()
        if (each.source, each.destination) == pair
    )
    excluded: Iterable[Exclusion] = (
        each
        for each in edition.exclusions
        if (each.source, each.destination) == pair
    )
    if word := _ports_word(ports):
        flows, stated = [*flows], [*stated]
        stated = [s for s in stated if word in _texts(cast("Flow", s))]
        named: list[Flow | Statement] = [*stated]
        named += (flow for flow in flows if word in _texts(flow))
        flows = _meeting(flows, named)
        # It is about all ports.
        excluded = excluded if named else ()
    own = [Subject(flow.id, (flow,), is_record=True) for flow in flows]
    own += (Subject(e.id, (), (e,), is_record=True) for e in excluded)
    if own:
        return own
    name = " to ".join(label for _, label in ends)
    if stated := [*stated]:
        over = ports_text(cast("Flow", stated[0])) if word else ""
        name = ", ".join(filter(None, (name, over)))
        return [Subject(name, pair=pair, ports=over)]
    # Nobody states who opens such a connection.
    outer = {*pair} - {_CONTROLLER}
    is_open = len(outer) == 1 and outer <= {*edition.interfaces.ids()}
    return [Subject(name, pair=pair)] if is_open and not word else []


def _over(edition: Edition, text: str) -> list[Subject]:
    """Return the flows over some ports, as a table has them."""
    word = _ports_word(text)
    named = [flow for flow in edition.flows if word in _texts(flow)]
    flows = tuple(_meeting(edition.flows, named))
    return [Subject(text, flows)] if flows else []


def _ports_word(text: str) -> str:
    """Return ports as they are compared, without a service behind them."""
    return fold(_SERVICE.sub("", text).strip())


def _texts(flow: Flow) -> Iterator[str]:
    """Yield how this program prints the ports of a flow."""
    yield from map(fold, (ports_text(flow), str(port_of(flow))))


def _meeting(
    flows: Iterable[Flow], named: Sequence[Flow | Statement]
) -> list[Flow]:
    """Return the flows that have a port of a protocol of some others."""
    return [
        flow
        for flow in flows
        if any(
            not set(flow.protocols).isdisjoint(each.protocols)
            and _share(flow.ports, each.ports)
            for each in named
        )
    ]


def _share(some: Sequence[PortRange], others: Sequence[PortRange]) -> bool:
    """Return whether two have a port in common, or one has none to tell."""
    pairs = [*product(some, others)]
    return not pairs or any(
        a.low <= b.high and b.low <= a.high for a, b in pairs
    )


def _ends(edition: Edition, name: str) -> Iterator[tuple[EndpointId, str]]:
    """Yield whose name it may be, in the edition and in other sources.

    Each is an id and a label.
    """
    # Imported here: most subjects are no pair.
    from avi_portspec.beyond.spellings import find_named, parties

    found: dict[EndpointId, str] = {}
    own = find_named(name, edition.endpoints)
    # Two can have one label: that of a table.
    word = fold(name)
    for each in (own, *edition.endpoints, *parties()):
        if each is not None and (each is own or fold(each.label) == word):
            found.setdefault(each.id, each.label)
    yield from found.items()
    # What the edition does not cover is an endpoint of nobody's.
    interface = edition.interfaces.get(name)
    if interface is not None and interface.name is not None:
        yield EndpointId(interface.id), interface.name
