"""Protocols and ports as people write them into a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Final

from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.nodes import UnsettledError, or_unknown
from avi_portspec.audit.inputs.protocols import (
    LAST_PORT,
    protocol_named,
    services_of,
)
from avi_portspec.audit.inputs.service_groups import (
    Gap,
    Token,
    group_ports,
)
from avi_portspec.audit.inputs.service_names import named_service
from avi_portspec.audit.model import Unknown
from avi_portspec.audit.services import (
    Spans,
    join_spans,
    message_spans,
)
from avi_portspec.model.protocols import ICMP, TCP, UDP, Protocol
from avi_portspec.rules.traffic import ECHO_REQUESTS

__all__ = ["EVERY", "CellError", "read_services", "restrictions"]


class CellError(Exception):
    """A cell is not understood, so its row cannot be read."""

    def __init__(self, column: str, cell: str, expected: str) -> None:
        got = repr(clean(cell)[:60]) if cell else "an empty cell"
        super().__init__(f"{column}: expected {expected}, got {got}")


_COMMENT: Final = re.compile(r"\([^()]{0,200}\)")
#: A service, and its ports in brackets: ``HTTPS (443/tcp)``.
_NAMED: Final = re.compile(
    r"\b([a-z][a-z0-9-]{1,20})\s*\(\s*(\d[^()]{0,200})\)", re.IGNORECASE
)
#: What makes a comment more than one: numbers, and words that take away.
_RESTRICTS: Final = re.compile(
    r"\d|\b(?:except\w*|exclud\w*|without|not?|only|unless|if|when|until"
    r"|au(?:\u00df|ss)er|ohne|kein\w*|nicht|nur|wenn|falls|bis)\b",
    re.IGNORECASE,
)
_PIECE: Final = re.compile(
    r"(?P<numbered>(?:ip\s+)?(?:protocol|proto)\s*#?\s*(?P<number>\d{1,3})\b)"
    r"|(?P<message>(?:icmp\s+)?(?:type[\s-]*(?P<type>\d{1,3})\b"
    r"|echo(?:[\s-]+requests?)?\b|ping\b))"
    r"|(?P<joined>(?:tcp|udp|sctp)(?=[-_]\d))[-_]"
    r"|(?P<low>\d{1,6})(?:\s*(?:-|\u2013|to|through|bis)\s*(?P<high>\d{1,6}))?"
    r"(?![\w.])"
    r"|(?P<word>[a-z][a-z0-9-]*[a-z0-9]|\*)"
    r"|(?P<gap>[\s,;:/&+|]+)",
    re.IGNORECASE,
)
#: "TCP 22 / UDP 53", but not "22/tcp".
_APART: Final = re.compile(r"\s+/\s+")
_JOINTS: Final = {"and", "or", "und", "oder", "port", "ports"}
#: What says that nothing is left out.
EVERY: Final = {"any", "all", "*", "every", "ip", "alle", "beliebig"}
_NONE: Final = {"", "-", "--", "n/a", "na", "none", "\u2013", "\u2014"}
_EXPECTED: Final = (
    "protocols and ports, such as 443, 8000-8010 or TCP 22, 8443"
)


def restrictions(cell: str) -> Iterator[str]:
    """Yield what a cell has in brackets that may leave something out.

    >>> [*restrictions("443 (HTTPS), 8000-9000 (except 8443)")]
    ['(except 8443)']
    """
    for comment in _COMMENT.findall(_unnamed(cell)):
        if _RESTRICTS.search(comment):
            yield clean(comment)


def _unnamed(cell: str) -> str:
    """Return a cell without names of services whose ports it has."""
    return _NAMED.sub(
        lambda found: found[2] if named_service(found[1]) else found[0], cell
    )


def read_services(protocols: str, ports: str) -> Spans | Unknown:
    """Return what a cell of protocols and one of ports let through.

    Ports of no protocol are not known. Ports of any protocol are those of
    TCP and UDP, which have ports.

    Args:
        protocols: The cell of protocols; it may be empty.
        ports: The cell of ports, which may name protocols, too.

    Raises:
        CellError: One of them is not understood.
    """
    return or_unknown(partial(_services, protocols, ports))


def _services(protocols: str, ports: str) -> Spans:
    named = _protocols(protocols)
    text = ports.strip().casefold()
    if text in _NONE:
        if named is None:
            raise CellError("ports", ports, _EXPECTED)
        return join_spans(span for each in named for span in services_of(each))
    tokens = [*_tokens("ports", ports)]
    if not tokens:
        raise CellError("ports", ports, _EXPECTED)
    _check(tokens, protocols, ports)
    found: list[tuple[int, int]] = []
    for own, numbers in group_ports(tokens, ports):
        # A protocol beside the ports says more than that of the row.
        over = own or named
        if over is None and all(each.kind == "message" for each in numbers):
            over = [ICMP]
        if over is None and all(each.over for each in numbers):
            found += chain.from_iterable(
                services_of(own, each.span)
                for each in numbers
                for own in each.over
            )
        elif over is None:
            some = ", ".join(map(str, numbers))
            of = "" if numbers == tokens else f" of {some}"
            why = f"the protocol{of} is not stated; add a column for it"
            raise UnsettledError(Unknown(clean(ports), why))
        for protocol in over or ():
            found += _spans(protocol, numbers, ports)
    return join_spans(found)


def _check(tokens: list[Token], protocols: str, ports: str) -> None:
    """Raise an error for numbers of which nobody knows what they are."""
    numbers = {token.span for token in tokens if token.span is not None}
    names = {token.span for token in tokens if token.over}
    others = {token.span for token in tokens if not token.over} & numbers
    if others and not names <= others:
        # Of "HTTPS 8443", the name is not the port.
        raise CellError("ports", ports, "either names of services or ports")
    if protocols.strip().casefold() == "ip" and others:
        # 97 of "IP" may be a port, or the number of a protocol.
        raise CellError("protocol", protocols, "TCP, UDP, or protocol 97")


def _protocols(cell: str) -> list[Protocol | None] | None:
    """Return the protocols of a cell; ``None`` if it names none."""
    if cell.strip().casefold() in _NONE:
        return None
    found: list[Protocol | None] = []
    for token in _tokens("protocol", cell):
        if token.kind == "ports" and token.span is not None:
            low, high = token.span
            protocol = protocol_named(str(low))
            if low != high or protocol is None:
                raise CellError("protocol", cell, "names of protocols")
            found.append(protocol)
        else:
            found.append(token.protocol)
    return found


def _tokens(column: str, cell: str) -> Iterator[Token]:
    text = _COMMENT.sub(" ", _unnamed(cell))
    at, gap = 0, Gap.GLUE
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            raise CellError(column, cell, _EXPECTED)
        at = piece.end()
        token = _token(piece, column, cell)
        if token is None:
            gap = max(gap, _gap(piece))
        else:
            yield token._replace(gap=gap)
            gap = Gap.GLUE


def _gap(piece: re.Match[str]) -> Gap:
    """Return how far what is no token parts those around it."""
    text = piece[0]
    if piece["word"]:
        # Of "ports", nothing: TCP ports 22.
        is_port = text.casefold().startswith("port")
        return Gap.SPACE if is_port else Gap.WORD
    if {*text} & {*";\n"}:
        return Gap.LINE
    if {*text} & {*",|"} or _APART.fullmatch(text):
        return Gap.COMMA
    if {*text} & {*"&+"}:
        return Gap.WORD
    return Gap.GLUE if {*text} & {*"/:"} else Gap.SPACE


def _token(piece: re.Match[str], column: str, cell: str) -> Token | None:
    if piece["number"]:
        protocol = protocol_named(piece["number"])
        if protocol is None:
            raise CellError(column, cell, "protocols from 0 to 255")
        return Token("protocol", protocol)
    if piece["message"]:
        kind = int(piece["type"] or ECHO_REQUESTS[ICMP])
        if kind > 255:  # noqa: PLR2004 - the field is eight bits wide
            raise CellError(column, cell, "types from 0 to 255")
        return Token("message", None, (kind, kind))
    if piece["low"]:
        low = int(piece["low"])
        high = int(piece["high"] or low)
        if not low <= high <= LAST_PORT:
            raise CellError(column, cell, f"ports from 0 to {LAST_PORT}")
        return Token("ports", None, (low, high))
    word = (piece["word"] or piece["joined"] or "").casefold()
    if not word or word in _JOINTS:
        return None
    if word in EVERY:
        kind_of = "ports" if column == "ports" else "protocol"
        return Token(kind_of)
    return _named(word, column, cell)


def _named(word: str, column: str, cell: str) -> Token:
    """Return the protocol, or among ports the service, of a name."""
    protocol = protocol_named(word)
    if protocol is not None:
        return Token("protocol", protocol)
    pairs = named_service(word) if column == "ports" else ()
    for pair in pairs:
        assert pair.ports is not None  # noqa: S101 - the types need it
        over = tuple(each.protocol for each in pairs)
        return Token("ports", None, (pair.ports.low, pair.ports.high), over)
    raise CellError(column, cell, "TCP, UDP, ICMP or another IP protocol")


def _spans(
    protocol: Protocol | None, numbers: list[Token], cell: str
) -> Iterator[tuple[int, int]]:
    every = any(token.span is None for token in numbers)
    if every or not numbers:
        yield from services_of(protocol)
        return
    messages = protocol in ECHO_REQUESTS
    for token in numbers:
        assert token.span is not None  # noqa: S101 - the types need it
        low, high = token.span
        if protocol is not None and (messages or token.kind == "message"):
            if not messages or low != high:
                raise CellError("ports", cell, _EXPECTED)
            yield from message_spans(protocol, low)
        elif protocol is None:
            yield from services_of(TCP, (low, high))
            yield from services_of(UDP, (low, high))
        elif not protocol.has_ports:
            expected = f"no ports for {protocol.label}"
            raise CellError("ports", cell, expected)
        else:
            yield from services_of(protocol, (low, high))
