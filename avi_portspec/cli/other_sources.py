"""What other sources state about the subject of an explanation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from avi_portspec.beyond.near import near_misses
from avi_portspec.beyond.queries import find_release, sources, statements
from avi_portspec.beyond.wording import (
    KINDS,
    case_text,
    edition_text,
    releases_text,
    remarks_of,
    traffic_text,
)
from avi_portspec.model.conditions import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from avi_portspec.beyond.near import NearMiss
    from avi_portspec.beyond.records import Statement
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.decisions import Decision
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.model.flows import Exclusion

__all__ = ["OtherSources", "find_other_sources", "show_elsewhere"]

#: A port, perhaps with its protocol, in the words of an explanation.
_PORT: Final = re.compile(r"(?:port|(\w+)) (\d+)", re.ASCII)
_COLUMN: Final = len("not supported") + 2
_MARGIN: Final = " " * _COLUMN


@attrs.frozen(kw_only=True)
class OtherSources:
    """What other sources state, and what was probably meant.

    Attributes:
        release: The release that was asked about, if one was.
        statements: The statements that concern the deployment.
        near_misses: The documented ports that are near to the subject.
        unseen: The port pages of the release of which the part that could
            state it was not seen.
    """

    release: str | None
    statements: tuple[Statement, ...]
    near_misses: tuple[NearMiss, ...]
    unseen: tuple[str, ...]

    def show(self, screen: Screen, answer: Resolution) -> None:
        """Print it all; nothing if there is nothing.

        Args:
            screen: Where to.
            answer: The answer for the deployment.
        """
        for miss in self.near_misses:
            screen.paragraph(
                f"Did you mean {miss.meant}? {miss.reason}", margin=_MARGIN
            )
        if self.release is not None:
            screen.line()
            screen.paragraph(_about_release(self.release))
        _show_statements(screen, self.statements, answer)
        if self.unseen:
            screen.line()
            screen.paragraph(
                "Unseen, which proves nothing: the part that could state it "
                f"of {', '.join(self.unseen)}."
            )


def find_other_sources(
    answer: Resolution,
    subject: str,
    decisions: Sequence[Decision],
    exclusions: Sequence[Exclusion],
    release: str | None,
) -> OtherSources:
    """Return what other sources state about a subject.

    Args:
        answer: The answer for the deployment.
        subject: The subject, in the words of its explanation.
        decisions: The decisions that it concerns.
        exclusions: The exclusions that it concerns.
        release: Only what is about this release. Without one, statements are
            looked for only where the edition has nothing on the subject.

    Raises:
        InvalidQueryError: The release is not one.
    """
    about = [d.flow.id for d in decisions] + [e.id for e in exclusions]
    misses: tuple[NearMiss, ...] = ()
    found: Iterable[Statement] = ()
    port = None if about else _PORT.fullmatch(subject)
    if about and release is not None:
        found = statements(flow=about, release=release)
    elif port is not None:
        protocols = (port[1].lower(),) if port[1] else ("tcp", "udp")
        near = {
            miss.meant: miss
            for protocol in protocols
            for miss in near_misses(answer.edition, protocol, int(port[2]))
        }
        misses = tuple(near.values())
        found = _with_port(protocols, int(port[2]), release)
    concerned = tuple(
        each
        for each in found
        if each.when.evaluate(answer.deployment) != Answer.NO
    )
    unseen: tuple[str, ...] = ()
    if release is not None and about:
        line = find_release(release)
        unseen = tuple(
            source.id
            for source in sources()
            if line is not None
            and source.port_page
            and source.id in line.sources
            and all(source.standing(name) == "unseen" for name in about)
        )
    return OtherSources(
        release=release,
        statements=concerned,
        near_misses=misses,
        unseen=unseen,
    )


def _with_port(
    protocols: Sequence[str], port: int, release: str | None
) -> Iterator[Statement]:
    """Yield the statements that add a port, or have it by mistake."""
    for statement in statements(release=release):
        # A range in which a setting may lie adds none of its ports.
        if statement.agreement != "adds" and statement.error is None:
            continue
        if any(
            pair.ports is not None
            and port in pair.ports
            and pair.protocol.name in protocols
            for pair in statement.protocol_ports()
        ):
            yield statement


def _about_release(release: str) -> str:
    """Return what is known of a release, in a paragraph."""
    found = find_release(release)
    if found is None:
        return f"Release {release}. Nothing is known of it."
    return f"Release {release}. Edition: {edition_text(found)}. {found.reason}"


def show_elsewhere(screen: Screen, answer: Resolution, release: str) -> None:
    """Print what is stated of a release elsewhere, below a table of ports.

    Args:
        screen: Where to.
        answer: The answer for the deployment.
        release: The release.

    Raises:
        InvalidQueryError: It is not one.
    """
    found = answer.stated_elsewhere(release)
    screen.line()
    screen.paragraph(_about_release(release))
    if not found:
        screen.line("No other source states anything but the same.")
    _show_statements(screen, found, answer)


def _show_statements(
    screen: Screen, found: Sequence[Statement], answer: Resolution
) -> None:
    if found:
        screen.line()
        screen.line("Stated elsewhere, and part of no answer:")
    for statement in found:
        _show_statement(screen, statement, answer)


def _show_statement(
    screen: Screen, statement: Statement, answer: Resolution
) -> None:
    source = sources()[str(statement.stated_by)]
    case = case_text(statement, answer.edition.facets)
    head = ", ".join(filter(None, (traffic_text(statement), case)))
    screen.paragraph(
        head, first=statement.agreement.ljust(_COLUMN), margin=_MARGIN
    )
    release = releases_text(statement)
    place = f" ({statement.place})" if statement.place else ""
    cited = (
        f"{source.title}{place}. {KINDS[source.kind].capitalize()}; release "
        f"{release}. [{statement.id}]"
    )
    for line in (cited, *remarks_of(statement)):
        screen.paragraph(line, margin=_MARGIN)
