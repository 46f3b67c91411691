"""Docker: ports that containers publish."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from avi_portspec.audit.inputs.addresses import (
    ANYWHERE,
    join_networks,
    parse_networks,
)
from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.names import clean, name_of
from avi_portspec.audit.inputs.nodes import Node, UnsettledError, WrongError
from avi_portspec.audit.inputs.protocols import (
    parse_ports,
    protocol_named,
    services_of,
)
from avi_portspec.audit.inputs.reading import MEMBERS, Reading, unique
from avi_portspec.audit.inputs.service_names import replaces
from avi_portspec.audit.model import (
    Existing,
    Filter,
    Group,
    Party,
    Place,
    Rule,
    Unknown,
)
from avi_portspec.errors import Fault

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "docker"
HELP: Final = "docker inspect CONTAINER > ports.json (or compose.yaml)"
_COMMAND: Final = re.compile(
    r"\b(?:docker|podman|nerdctl)\b.{0,200}\b(?:run|create)\b"
)
_FLAG: Final = re.compile(r"(?:^|\s)(?:-p|--publish)[\s=]")
#: ADDRESS:HOST:CONTAINER/PROTOCOL, of which only CONTAINER has to be there.
_SPEC: Final = re.compile(
    r"(?:(?P<address>\[[0-9a-fA-F:]+\]|\d+(?:\.\d+){3}):)?"
    r"(?:(?P<host>[0-9-]*):)?(?P<container>[0-9-]+)(?:/(?P<protocol>\w+))?"
)
_RANDOM: Final = "Docker chooses the port of the host; name one"


class _Port(NamedTuple):
    """A port that is published.

    Attributes:
        owner: The container or service.
        place: Its place.
        text: What the file says.
        address: The address of the host, or nothing for all.
        host: The ports of the host, or nothing for any.
        container: The ports of the container.
        protocol: The protocol.
    """

    owner: str
    place: Place
    text: str
    address: str
    host: str
    container: str
    protocol: str


def recognises(document: Document) -> bool:
    """Return whether containers publish ports in it."""
    if document.is_json:
        return _is_inspected(document.json)
    if any(_is_compose(part) for part in document.parts):
        return True
    text = document.text
    return bool(_COMMAND.search(text[:1_000_000])) and bool(_FLAG.search(text))


def _is_inspected(data: Any) -> bool:
    return (
        isinstance(data, list)
        and bool(data)
        and all(
            isinstance(each, dict) and "HostConfig" in each for each in data
        )
    )


def _is_compose(part: Any) -> bool:
    if not isinstance(part, dict) or "heat_template_version" in part:
        return False
    services = part.get("services")
    return isinstance(services, dict) and any(
        isinstance(each, dict) and ("image" in each or "build" in each)
        for each in services.values()
    )


def read(document: Document) -> Existing:
    """Return what containers publish, a filter for each.

    Raises:
        InvalidDataError: A port is not right.
    """
    reading = Reading(document.name, NAME)
    rules: dict[str, list[Rule]] = {}
    with reading.guard():
        if document.is_json:
            units = _count(document.json, "PortBindings")
            ports = _inspected(reading, Node(document.json))
        elif any(_is_compose(part) for part in document.parts):
            units = sum(_count_services(part) for part in document.parts)
            ports = _composed(reading, document)
        else:
            units = len(_FLAG.findall(document.text))
            ports = _run(reading, document)
        for port in ports:
            with reading.guard(port.place, (port.owner,)):
                rule = _rule(reading, port)
                own = rules.setdefault(port.owner, [])
                if rule is not None:
                    own.append(rule)
    for owner, own in rules.items():
        reading.filters.append(
            Filter(
                id=owner,
                place=reading.place(),
                attached_to=(Group(owner),),
                direction="in",
                stage="published ports",
                discipline="union",
                rules=tuple(unique(own)),
                last_resort=last_resort("docker"),
            )
        )
    return reading.finish(units if not reading.faults else 0)


def _count(data: Any, key: str) -> int:
    """Return how many bindings there are, at any depth."""
    stack, found = [data], 0
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            table = value.get(key)
            if isinstance(table, dict):
                found += sum(
                    len(each) for each in table.values()
                    if isinstance(each, list)
                )  # fmt: skip
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return found


def _count_services(part: Any) -> int:
    services = part.get("services") if isinstance(part, dict) else None
    return sum(
        len(each["ports"])
        for each in (services.values() if isinstance(services, dict) else ())
        if isinstance(each, dict) and isinstance(each.get("ports"), list)
    )


def _inspected(reading: Reading, top: Node) -> Iterator[_Port]:
    """Yield what ``docker inspect`` prints."""
    for container in top.each():
        owner = container.at("Name").name("container").removeprefix("/")
        bindings = container.at("HostConfig").at("PortBindings")
        for inner, listed in bindings.members():
            for each in listed.each():
                yield _Port(
                    owner,
                    reading.place(each.pointer),
                    inner,
                    each.at("HostIp").text(""),
                    each.at("HostPort").text(""),
                    inner.partition("/")[0],
                    inner.partition("/")[2],
                )


def _composed(reading: Reading, document: Document) -> Iterator[_Port]:
    """Yield what a Compose file publishes."""
    for at, part in enumerate(document.parts):
        top = Node(part, f"/{at}" if len(document.parts) > 1 else "")
        for name, service in top.at("services").members():
            for each in service.at("ports").each():
                place = reading.place(each.pointer)
                with reading.guard(place, (name_of(name),)):
                    if isinstance(each.value, dict):
                        published = each.at("published")
                        target = each.at("target").scalar()
                        yield _Port(
                            name_of(name),
                            place,
                            f"target {target}",
                            each.at("host_ip").text(""),
                            published.scalar() if published else "",
                            target,
                            each.at("protocol").text("tcp"),
                        )
                    else:
                        yield _spec(name_of(name), place, each)


def _run(reading: Reading, document: Document) -> Iterator[_Port]:
    """Yield what commands publish; a backslash continues a line."""
    joined, first, number = "", 0, 0
    for number, line in enumerate(document.lines, 1):
        first = first or number
        joined += line.removesuffix("\\") + " "
        if line.endswith("\\"):
            continue
        yield from _command(reading, joined, first)
        joined, first = "", 0
    yield from _command(reading, joined, first or number)


def _command(reading: Reading, line: str, number: int) -> Iterator[_Port]:
    if not _FLAG.search(line):
        return
    try:
        words = shlex.split(line, comments=False)
    except ValueError as wrong:
        raise WrongError(
            Fault("audit/line", f"line {number}", "closed quotes", str(wrong))
        ) from None
    owner = "container"
    specs: list[str] = []
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        following = words[at + 1] if at + 1 < len(words) else ""
        value = value if equals else following
        if name == "--name":
            owner = name_of(value)
        elif name in {"-p", "--publish"}:
            specs.append(value)
    for at, spec in enumerate(specs):
        place = reading.place(f"port {at}", number)
        with reading.guard(place, (owner,)):
            yield _spec(owner, place, Node(spec, f"line {number}"))


def _spec(owner: str, place: Place, node: Node) -> _Port:
    text = node.scalar()
    if "$" in text:
        why = "a variable; audit what runs: docker inspect"
        raise UnsettledError(Unknown(clean(text), why))
    found = _SPEC.fullmatch(text)
    if found is None:
        raise node.wrong("ADDRESS:HOST:CONTAINER/PROTOCOL, such as 8443:443")
    return _Port(
        owner,
        place,
        clean(text),
        (found["address"] or "").strip("[]"),
        found["host"] or "",
        found["container"],
        found["protocol"] or "tcp",
    )


def _rule(reading: Reading, port: _Port) -> Rule | None:
    """Return the rule of a port; ``None`` if nobody else can reach it."""
    here: tuple[Party, ...] = MEMBERS
    if port.address not in {"", "0.0.0.0", "::", "*"}:  # noqa: S104 - of a file
        networks = parse_networks(port.address)
        if networks is None:
            raise _wrong(port, "an address of the host")
        if networks[0].is_loopback:
            why = "published for the host itself alone"
            reading.leave(port.place, "set-aside", port.text, why)
            return None
        here = tuple(join_networks(networks))
    return Rule(
        id=port.text,
        place=port.place,
        sources=(ANYWHERE,),
        destinations=here,
        **_service(port),
    )


def _service(port: _Port) -> dict[str, Any]:
    """Return the service of a rule, and what narrows it."""
    protocol = protocol_named(port.protocol)
    if protocol is None or not protocol.has_ports:
        raise _wrong(port, "tcp, udp or sctp")
    if port.host in {"", "0"}:
        return {"service": Unknown(port.text, _RANDOM)}
    ports = parse_ports(port.host)
    if ports is None:
        raise _wrong(port, "ports from 0 to 65535")
    service = services_of(protocol, ports)
    inside = parse_ports(port.container)
    # The product listens to the same port inside, or to that of a machine.
    if inside is not None and (
        inside == ports or replaces(protocol, ports, inside)
    ):
        return {"service": service}
    why = (
        f"if port {port.container} of the container answers for {port.host}, "
        f"which is not documented; publish {port.host}:{port.host}"
    )
    return {"service": service, "conditions": (clean(why),)}


def _wrong(port: _Port, expected: str) -> WrongError:
    where = str(port.place).partition(":")[2] or port.place.pointer
    return WrongError(Fault("audit/value", where, expected, repr(port.text)))
