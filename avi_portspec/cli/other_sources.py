"""What other sources state about the subject of an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import attrs

from avi_portspec.beyond.near import near_misses
from avi_portspec.beyond.queries import find_release, sources, statements
from avi_portspec.beyond.wording import (
    edition_text,
    remarks_of,
    statement_lines,
)
from avi_portspec.model.conditions import Answer
from avi_portspec.model.display import ports_text
from avi_portspec.model.protocols import TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from avi_portspec.beyond.near import NearMiss
    from avi_portspec.beyond.records import Statement
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.decisions import Decision
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.deployment.subjects import Subject
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facets import Deployment
    from avi_portspec.model.flows import Flow
    from avi_portspec.model.ports import ProtocolPorts
    from avi_portspec.model.protocols import Protocol

__all__ = ["OtherSources", "find_other_sources", "show_elsewhere"]

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

    def show(self, screen: Screen, edition: EditionData) -> None:
        """Print what they state; nothing if it is nothing.

        Args:
            screen: Where to.
            edition: The edition, for names.
        """
        if self.release is not None:
            screen.line()
            screen.paragraph(_about_release(self.release))
        _show_statements(screen, self.statements, edition)
        if self.unseen:
            screen.line()
            screen.paragraph(
                f"Not seen, which proves nothing: the part of "
                f"{', '.join(self.unseen)} that could state it."
            )


def find_other_sources(
    edition: Edition,
    subjects: Sequence[Subject],
    decisions: Sequence[Decision] = (),
    *,
    deployment: Deployment | None = None,
    release: str | None = None,
) -> OtherSources:
    """Return what other sources state about subjects.

    Args:
        edition: The edition.
        subjects: The subjects.
        decisions: The decisions on their flows.
        deployment: Leave out what does not concern it.
        release: Only what is about this release. Without one, statements are
            looked for only where the edition has nothing on the subject.

    Raises:
        InvalidQueryError: The release is not one.
    """
    about: list[str] = []
    for part in subjects:
        about += [flow.id for flow in part.flows]
        about += [exclusion.id for exclusion in part.exclusions]
    silent = about
    if release is None:
        silent = [d.flow.id for d in decisions if d.status == "unstated"]
    ids = {*statements(flow=silent, release=release).ids()}
    misses: dict[ProtocolPorts, NearMiss] = {}
    for part in subjects:
        near = () if part.is_known else _near_misses(edition, part)
        misses |= {miss.meant: miss for miss in near}
        if not part.is_known or (release and part.port is not None):
            ids |= {s.id for s in _about_traffic(part, near, release)}
    concerned = (
        each
        for each in statements(release=release)
        if each.id in ids
        and (deployment is None or each.when.evaluate(deployment) != Answer.NO)
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
        statements=tuple(concerned),
        near_misses=(*misses.values(),),
        unseen=unseen,
    )


def _protocols(subject: Subject) -> tuple[Protocol, ...]:
    """Return the protocol of a subject, or both that have its port."""
    return (subject.protocol,) if subject.protocol else (TCP, UDP)


def _near_misses(edition: Edition, subject: Subject) -> tuple[NearMiss, ...]:
    if subject.port is None:
        return ()
    near: dict[ProtocolPorts, NearMiss] = {}
    for protocol in _protocols(subject):
        for miss in near_misses(edition, protocol, subject.port):
            near.setdefault(miss.meant, miss)
    return tuple(near.values())


def _about_traffic(
    subject: Subject, misses: Iterable[NearMiss], release: str | None
) -> Iterator[Statement]:
    """Yield the statements about traffic that the edition does not have.

    They are those on a pair of ends; those that add a port, or have it by
    mistake; and those on the protocol whose number was given as a port.
    """
    meant = {
        name
        for miss in misses
        if miss.slip == "protocol-number"
        for name in miss.records
    }
    for each in statements(release=release):
        if subject.pair is not None:
            ends = (each.source, each.destination)
            is_about = ends == subject.pair and subject.ports in {
                "",
                ports_text(cast("Flow", each)),
            }
        elif subject.port is None:
            is_about = subject.protocol in each.protocols
        else:
            # A range in which a setting may lie adds none of its ports.
            adds = each.agreement == "adds" or each.error is not None
            is_about = each.id in meant or (
                adds
                and any(subject.port in ports for ports in each.ports)
                and not set(_protocols(subject)).isdisjoint(each.protocols)
            )
        if is_about:
            yield each


def _about_release(release: str) -> str:
    """Return what is known of a release, in a paragraph."""
    found = find_release(release)
    if found is None:
        return (
            f"Release {release}. Which edition serves it is not known: "
            "'avi-portspec releases' does not list it."
        )
    return f"Release {release}. Edition: {edition_text(found)}. {found.reason}"


def show_elsewhere(screen: Screen, answer: Resolution) -> None:
    """Print what is stated elsewhere, below a table of ports.

    Args:
        screen: Where to.
        answer: The answer for the deployment, with what is beyond it.
    """
    if answer.deployment.release is not None:
        screen.line()
        screen.paragraph(_about_release(answer.deployment.release))
    if not answer.beyond:
        screen.line("No other source states anything but the same.")
    _show_statements(screen, answer.beyond, answer.edition)


def _show_statements(
    screen: Screen, found: Sequence[Statement], edition: EditionData
) -> None:
    if found:
        screen.line()
        screen.line("Stated elsewhere, and part of no answer:")
    for statement in found:
        _show_statement(screen, statement, edition)


def _show_statement(
    screen: Screen, statement: Statement, edition: EditionData
) -> None:
    head, cited = statement_lines(statement, edition.facets)
    screen.paragraph(
        head, first=statement.agreement.ljust(_COLUMN), margin=_MARGIN
    )
    for line in (cited, *remarks_of(statement)):
        screen.paragraph(line, margin=_MARGIN)
