"""Ports in the middle of a sentence: ``TCP 4001 or 9001 (depending on ...)``.

Whatever the answer, it is a noun phrase, so that ``Open ...`` stays a
sentence: ``TCP 22 and 8443``, ``no port``, ``a port that the vendor's page
does not document for OpenShift``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from avi_portspec.documents import join
from avi_portspec.model.conditions import ALWAYS, VENDOR, Condition, Match
from avi_portspec.model.phrases import (
    DIRECTION_UNCLEAR,
    NOTHING_ASKED,
    Asked,
    Fact,
    condition_phrase,
    facts_text,
    given,
    is_relevant,
    need,
    silence_phrase,
    silent_values,
    values_phrase,
)
from avi_portspec.model.wording import by_speaker, uncapitalise

if TYPE_CHECKING:
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.flows import Exclusion, Flow
    from avi_portspec.names import FacetId, FlowId

__all__ = ["NO_PORT", "Piece", "ports_phrase"]

#: What is said where the vendor's page says that no port is needed.
NO_PORT: Final = "no port"


class Piece(NamedTuple):
    """A piece of a phrase.

    Attributes:
        text: The piece.
        flow: The flow that it is about; ``None`` for the words between.
        silent: Whether it says that something is not documented, or not
            clear.
        words: Whether it is a phrase, which can be translated.
    """

    text: str
    flow: FlowId | None = None
    silent: bool = False
    words: bool = False


class _Port(NamedTuple):
    """One port of a flow; all but the flow says which port that is."""

    order: tuple[int, ...]
    protocol: str
    number: str
    flow: FlowId

    @property
    def key(self) -> tuple[str, str]:
        return self.protocol, self.number


class _Clause(NamedTuple):
    """Ports under one condition.

    Attributes:
        choices: The ports; several lists where one of them is needed.
        qualifier: The condition, which follows the ports; empty for none.
    """

    choices: tuple[tuple[_Port, ...], ...]
    qualifier: str

    @property
    def key(self) -> tuple[object, ...]:
        """What it says; two that say the same are about other flows."""
        ports = tuple(
            tuple(port.key for port in together) for together in self.choices
        )
        return ports, self.qualifier

    @property
    def protocols(self) -> set[str]:
        """The protocols of all its ports."""
        return {port.protocol for ports in self.choices for port in ports}


#: Pieces that stand between commas.
_Unit = list[Piece]


def ports_phrase(
    edition: EditionData,
    flows: Iterable[Flow],
    unstated: Iterable[Flow] = (),
    exclusions: Iterable[Exclusion] = (),
    *,
    asked: Asked = NOTHING_ASKED,
    optional: bool = False,
    unnamed: Asked = NOTHING_ASKED,
    deployed: bool = False,
    unclear: Iterable[Flow] = (),
    unused: Iterable[str] = (),
    declined: Iterable[str] = (),
) -> tuple[Piece, ...]:
    r"""Return the ports of flows as a sentence can hold them.

    >>> import avi_portspec
    >>> edition = avi_portspec.load("vantage-undated")
    >>> flows = edition.flows.select(source="SE", destination="SE")
    >>> "".join(piece.text for piece in ports_phrase(edition, flows))
    'TCP\xa04001 or 9001 (depending on the cloud)'

    Args:
        edition: The edition.
        flows: The flows.
        unstated: The flows that are not documented for what is asked about.
        exclusions: What is not needed; it is said where nothing else is.
        asked: The values that the sentence is about; what they settle is not
            said.
        optional: Whether the sentence is about optional flows alone, so that
            they need not be called that.
        unnamed: What is asked about and no flow names.
        deployed: Whether one deployment is asked about, which has all of the
            values; else it is about any of them.
        unclear: The flows of which the vendor leaves the direction in doubt,
            and this deployment does not say how to read it.
        unused: Why this deployment needs none of the flows that answer.
        declined: The site's own reasons against them, in its words.

    Returns:
        The phrase in pieces; none if nothing at all is documented.
    """
    shown = list(flows)
    silent = _say_silence(edition, shown, list(unstated), asked)
    silent += [
        [
            Piece(
                f"ports that {VENDOR} does not document {text}",
                silent=True,
                words=True,
            )
        ]
        for text in [_say_values(edition, unnamed)]
        if text
    ]
    # No number is said here either.
    silent += [
        [
            Piece(
                "a port whose direction is not clear",
                flow.id,
                silent=True,
                words=True,
            )
        ]
        for flow in unclear
    ]
    found = _find_clauses(
        edition, shown, asked, optional=optional, deployed=deployed
    )
    clauses = [*{clause.key: clause for clause in reversed(found)}.values()]
    clauses.reverse()
    units: list[_Unit] = []
    for clause in clauses:
        if clause.qualifier:
            units.append(
                [*_say_choices(clause.choices), *_bracket(clause.qualifier)]
            )
        else:
            units += _say_ports(clause.choices[0])
    if _share_protocol(clauses) and not silent:
        first = units[1][0]
        _, _, number = first.text.rpartition("\N{NO-BREAK SPACE}")
        units[1][0] = first._replace(text=number)
    units += silent
    if units:
        return tuple(_list(units))
    if any(True for _ in exclusions):
        return (Piece(NO_PORT, words=True),)
    reasons = [*dict.fromkeys((*map(_say_unused, unused), *declined))]
    if len(reasons) > _FEW:
        reasons = ["not needed here"]
    if not reasons:
        return ()
    return Piece(NO_PORT, words=True), *_bracket(join("and", reasons))


def _bracket(text: str) -> list[Piece]:
    """Return a text in brackets; those within it become square ones."""
    text = text.replace("(", "[").replace(")", "]")
    return [Piece(" ("), Piece(text, words=True), Piece(")")]


def _share_protocol(clauses: Sequence[_Clause]) -> bool:
    """Return whether two clauses make one list: ``TCP 1 (a) and 2 (b)``."""
    if len(clauses) != 2 or not all(c.qualifier for c in clauses):  # noqa: PLR2004 - a pair
        return False
    one, other = (clause.protocols for clause in clauses)
    return one == other and len(one) == 1


#: The words of a decision against a flow, and how they follow "no port".
_UNUSED: Final = {
    "Not used here: ": "{} is not used",
    "Only ": "needed only {}",
    "Not needed: ": "{}",
}
#: More reasons than these are not read within a sentence.
_FEW: Final = 2


def _say_unused(why: str) -> str:
    """Return why no port is needed, as it follows that within brackets."""
    for start, words in _UNUSED.items():
        if why.startswith(start):
            return words.replace("{}", why.removeprefix(start))
    return uncapitalise(why)


# -- conditions ---------------------------------------------------------------


def _find_clauses(
    edition: EditionData,
    flows: Sequence[Flow],
    asked: Asked,
    *,
    optional: bool,
    deployed: bool,
) -> list[_Clause]:
    """Return the clauses, that without a condition first.

    A port that is needed anyway is not said again with a condition.
    """
    replaced = {name for flow in flows for name in flow.replaces}
    always = [
        flow
        for flow in flows
        if not _say_needs(edition, [flow], asked, optional=optional)
    ]
    # What is replaced in any case is not needed.
    gone = {name for flow in always for name in flow.replaces}
    plain = [
        port
        for flow in always
        if flow.id not in replaced
        for port in _ports_of(flow)
    ]
    known = {port.key for port in plain}
    left = {
        flow: ports
        for flow in flows
        if flow.id not in gone and (flow not in always or flow.id in replaced)
        if (ports := [p for p in _ports_of(flow) if p.key not in known])
    }
    clauses = []
    if plain:
        clauses.append(_Clause((_merge(plain),), ""))
    # A deployment has no choice: it needs all that it needs.
    sure = [flow for flow in left if not _is_in_doubt(flow, asked)]
    for choices in () if deployed else _find_choices(edition, sure, asked):
        clauses.append(_choose(edition, choices, left))
        for flow in (flow for together in choices for flow in together):
            del left[flow]
    # A port is said once, with all of its conditions.
    same: dict[tuple[object, ...], list[tuple[Flow, _Port]]] = {}
    for flow, ports in left.items():
        kind = flow.requirement if flow.requirement in _ASIDE else ""
        for port in ports:
            same.setdefault((port.key, kind), []).append((flow, port))
    named: dict[str, list[_Port]] = {}
    for found in same.values():
        about = [flow for flow, _ in found]
        text = _say_needs(edition, about, asked, optional=optional)
        named.setdefault(text, []).append(found[0][1])
    for text, ports_ in named.items():
        clauses.append(_Clause((_merge(ports_),), text))
    return clauses


#: What is said with a condition, and so is not of one piece with others.
_ASIDE: Final = frozenset({"optional", "some-or-all"})


def _say_needs(
    edition: EditionData,
    flows: Iterable[Flow],
    asked: Asked,
    *,
    optional: bool,
) -> str:
    """Return when flows of one port are needed; often nothing.

    Conditions on the same facet are one: ``on OpenShift or Kubernetes``.
    """
    found: list[tuple[Flow, Condition]] = []
    doubt = ""
    for flow in flows:
        if _is_in_doubt(flow, asked):
            doubt = DIRECTION_UNCLEAR.lower()
        left = given(flow.when, asked) or flow.when
        for at, (first, other) in enumerate(found):
            if (
                isinstance(left, Match)
                and isinstance(other, Match)
                and left.facet == other.facet
            ):
                values = tuple(dict.fromkeys((*other.values, *left.values)))
                found[at] = first, Match(facet=left.facet, values=values)
                break
        else:
            found.append((flow, left))
    texts = dict.fromkeys(
        _say_need(edition, flow, left, asked, optional=optional)
        for flow, left in found
    )
    said = "" if "" in texts else join("or", texts)
    return ", ".join(filter(None, (said, doubt)))


def _is_in_doubt(flow: Flow, asked: Asked) -> bool:
    """Return whether the vendor may have swapped a flow's ends."""
    return any(is_relevant(one, asked) for one in flow.direction_doubts)


def _say_need(
    edition: EditionData,
    flow: Flow,
    left: Condition,
    asked: Asked,
    *,
    optional: bool,
) -> str:
    """Return what a sentence says of the need for a flow; often nothing."""
    text = condition_phrase(left, edition.facets)
    if flow.requirement == "optional" and not optional:
        text = str(need(attrs.evolve(flow, when=left), edition, asked))
        return uncapitalise(text)
    if flow.requirement == "some-or-all":
        return f"may be needed {text}".rstrip()
    if flow.requirement == "when-used" and flow.when == ALWAYS:
        return "when used"
    return text


def _find_choices(
    edition: EditionData, flows: Iterable[Flow], asked: Asked
) -> Iterator[list[list[Flow]]]:
    """Yield the lists of flows of which a deployment needs one list."""
    pairs: dict[tuple[str, str], list[Flow]] = {}
    for flow in flows:
        if flow.requirement == "required":
            pairs.setdefault((flow.source, flow.destination), []).append(flow)
    for together in pairs.values():
        instead = [
            (others, flow)
            for flow in together
            if (others := [o for o in together if o.id in flow.replaces])
        ]
        if len(instead) == 1:
            ((others, flow),) = instead
            yield [others, [flow]]
        elif not instead and _are_disjoint(edition, together, asked):
            yield [[flow] for flow in together]


def _are_disjoint(
    edition: EditionData, flows: Sequence[Flow], asked: Asked
) -> bool:
    """Return whether each value of one facet needs one of several flows.

    A value without documentation does not stand for "no port".
    """
    matches = [given(flow.when, asked) for flow in flows]
    facets = {m.facet if isinstance(m, Match) else None for m in matches}
    if len(flows) < 2 or len(facets) > 1:  # noqa: PLR2004 - one is no choice
        return False
    (facet,) = facets
    if facet is None:
        return False
    values = [v for m in matches if isinstance(m, Match) for v in m.values]
    silent = {
        value
        for flow in flows
        for value in silent_values(flow.when, asked).get(facet, ())
    }
    known = asked.get(facet) or {v.id for v in edition.facets[facet].values}
    return len({*values}) == len(values) and known <= {*values, *silent}


def _choose(
    edition: EditionData,
    choices: Sequence[Sequence[Flow]],
    ports: Mapping[Flow, Sequence[_Port]],
) -> _Clause:
    """Return the clause of flows of which a deployment needs one list."""
    match = next(iter(choices[-1][0].when.matches()))
    fact = Fact(match.facet, holds=True, values=match.values)
    where, clause = facts_text([fact], edition.facets)
    text = "the cloud" if where else f"whether {clause}"
    return _Clause(
        tuple(
            _merge(port for flow in together for port in ports[flow])
            for together in choices
        ),
        f"depending on {text}",
    )


# -- ports --------------------------------------------------------------------


def _ports_of(flow: Flow) -> list[_Port]:
    """Return each port of a flow, or its message."""
    # Of "TCP or UDP", both are opened.
    label = join("and", (protocol.label for protocol in flow.protocols))
    first = flow.protocols[0]
    return [
        _Port(
            (first.number, pair.ports.low if pair.ports else 0),
            label,
            pair.number,
            flow.id,
        )
        for pair in flow.protocol_ports()
        if pair.protocol == first
    ]


def _merge(ports: Iterable[_Port]) -> tuple[_Port, ...]:
    """Return ports in order, each once: with the first of its flows."""
    found: dict[tuple[str, str], _Port] = {}
    for port in ports:
        found.setdefault(port.key, port)
    return tuple(sorted(found.values(), key=lambda port: port.order))


def _say_ports(ports: Sequence[_Port], last: str = " and ") -> list[_Unit]:
    """Return ports by protocol: ``TCP 22 and 8443``, ``UDP 123``."""
    groups: dict[str, list[_Port]] = {}
    for port in ports:
        groups.setdefault(port.protocol, []).append(port)
    return [
        _join(last, [[Piece(_spell(p, at), p.flow)] for at, p in same])
        for same in (list(enumerate(g)) for g in groups.values())
    ]


def _spell(port: _Port, at: int) -> str:
    """Return a port; the first of its protocol with that."""
    if at:
        return port.number
    # A line may end between two ports, and not within one.
    return f"{port.protocol}\N{NO-BREAK SPACE}{port.number}".rstrip()


def _say_choices(choices: Sequence[Sequence[_Port]]) -> _Unit:
    """Return ports under one condition: ``TCP 4001 or 9001``."""
    if all(len(ports) == 1 for ports in choices):
        last = " or " if len(choices) > 1 else " and "
        units = _say_ports([port for (port,) in choices], last)
        return _join(last, units)
    lists = [_join(" and ", _say_ports(ports)) for ports in choices]
    return _join(" or ", lists)


# -- silence ------------------------------------------------------------------


def _say_silence(
    edition: EditionData,
    flows: Sequence[Flow],
    unstated: Sequence[Flow],
    asked: Asked,
) -> list[_Unit]:
    """Return what is not documented for what is asked about.

    No number is said: a port that is documented for another cloud must not
    be opened on this one by a reader in a hurry.
    """
    found: dict[str, list[Flow]] = {}
    for flow in dict.fromkeys([*flows, *unstated]):
        text = (
            silence_phrase(flow.when, edition.facets, asked) if asked else ""
        )
        if flow not in unstated and not text:
            continue
        found.setdefault(text, []).append(flow)
    return [
        [
            Piece(
                f"{_noun(own)} that {who} does not document {text}".rstrip(),
                own[0].id,
                silent=True,
                words=True,
            )
        ]
        for text, together in found.items()
        for who, own in by_speaker(together).items()
    ]


def _say_values(
    edition: EditionData, values: Mapping[FacetId, Iterable[str]]
) -> str:
    """Return values in words: ``for OpenShift``."""
    return join(
        "and",
        (
            values_phrase(edition.facets[facet], held, "for {}")
            for facet, held in values.items()
        ),
    )


def _noun(flows: Iterable[Flow]) -> str:
    pairs = {(flow.source, flow.destination) for flow in flows}
    return "ports" if len(pairs) > 1 else "a port"


# -- lists --------------------------------------------------------------------


def _join(last: str, units: Sequence[_Unit]) -> _Unit:
    """Return units in one, between commas; *last* is before the last."""
    made: _Unit = []
    for at, unit in enumerate(units):
        if at:
            made.append(Piece(last if at == len(units) - 1 else ", "))
        made += unit
    return made


def _list(units: Sequence[_Unit]) -> _Unit:
    """Return units in one; a comma sets off what is a list itself."""
    texts = ["".join(piece.text for piece in unit) for unit in units]
    nested = any(" and " in text or " or " in text for text in texts)
    return _join(", and " if nested else " and ", units)
