"""What an audit finds, and what of it somebody accepts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

import attrs

from avi_portspec.audit.accepted import Accepted
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.model import Place, Rule
from avi_portspec.audit.near import Near
from avi_portspec.audit.verdicts import SideKind
from avi_portspec.model.facets import DeclinedFlow
from avi_portspec.names import FindingKind, FindingLevel

__all__ = ["LEVELS", "Finding", "accept", "sign"]

#: The gravest first; what is unknown comes last, for it is neither.
LEVELS: Final[tuple[FindingLevel, ...]] = (
    "error",
    "warning",
    "note",
    "unknown",
)
_DIGITS: Final = 16


@attrs.frozen(kw_only=True)
class Finding:
    """A deviation from what is needed, or something unknown.

    Attributes:
        kind: What kind of thing.
        level: How grave it is.
        text: What it is, in a sentence.
        place: Where it is in a file, if it is in one.
        flow: The flow that it is about, by id.
        side: Which side of the flow.
        party: The role on that side, or the party that it is about.
        rule: The rule that it is about.
        ports: The ports of the flow or the rule, if they are few.
        near: What was probably meant.
        hints: What would settle it, a line each.
        cause: What findings of one cause have in common, in a sentence about
            them all: they are one line of a text.
        about: What is of this one alone, in words.
        accepted: Why it is accepted, and by whom.
        fingerprint: The same in every run over the same deviation: it is made
            of the flow, the side and the party, or of what the rule allows,
            and never of a line.
    """

    kind: FindingKind
    level: FindingLevel
    text: str
    place: Place | None = None
    flow: str | None = None
    side: SideKind | None = None
    party: str = attrs.field(default="", converter=clean)
    rule: Rule | None = None
    ports: tuple[int, ...] = ()
    near: tuple[Near, ...] = ()
    hints: tuple[str, ...] = ()
    cause: str = ""
    about: str = ""
    accepted: Accepted | DeclinedFlow | None = None
    fingerprint: str = ""


def sign(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with their fingerprints.

    Two that are alike in all but their place, such as two equal rules, are
    counted.
    """
    seen: dict[str, int] = {}
    signed = []
    for finding in findings:
        parts = [
            finding.kind,
            finding.flow or "",
            finding.side or "",
            finding.party,
            _content(finding.rule),
        ]
        if finding.kind in _PLACED:
            parts.append(finding.text)
        digest = sha256("\0".join(parts).encode("utf-8", "replace"))
        text = digest.hexdigest()[:_DIGITS]
        number = seen[text] = seen.get(text, 0) + 1
        if number > 1:
            text = f"{text}-{number}"
        signed.append(attrs.evolve(finding, fingerprint=text))
    return signed


#: Findings that only their text tells apart.
_PLACED: Final[frozenset[FindingKind]] = frozenset(
    {
        "unread",
        "acceptance-ended",
        "acceptance-unmatched",
        "acceptance-too-wide",
    }
)


def _content(rule: Rule | None) -> str:
    """Return what a rule says, without its place and without its name."""
    if rule is None:
        return ""
    return repr((rule.action, rule.sources, rule.destinations, rule.service))


def accept(
    findings: Sequence[Finding],
    accepted: Sequence[Accepted],
    declined: Iterable[DeclinedFlow],
    today: dt.date,
) -> list[Finding]:
    """Return findings with what is accepted of them, and what is wrong there.

    Args:
        findings: The findings.
        accepted: What the site accepts.
        declined: The flows that the deployment does not use: all about them
            is accepted.
        today: The day that tells what has ended.
    """
    unused = {each.flow: each for each in declined}
    found = [
        attrs.evolve(finding, accepted=unused[finding.flow])  # type: ignore[index]
        if finding.flow in unused
        else finding
        for finding in findings
    ]
    wrong = []
    for number, entry in enumerate(accepted, 1):
        name = f"accepted[{number - 1}] ({entry.flow or entry.rule})"
        at = [i for i, each in enumerate(found) if _meets(entry, each)]
        if entry.has_ended(today):
            wrong.append(
                Finding(
                    kind="acceptance-ended",
                    level="warning",
                    text=f"{name} ended on {entry.until}: renew it, or mend "
                    "what it is about.",
                )
            )
        elif not at:
            wrong.append(
                Finding(
                    kind="acceptance-unmatched",
                    level="warning",
                    text=f"{name} matches no finding of kind "
                    f"{entry.finding}: remove it.",
                )
            )
        elif breadth := _breadth(entry, [found[i] for i in at]):
            wrong.append(
                Finding(
                    kind="acceptance-too-wide",
                    level="warning",
                    text=f"{name} matches {breadth}.",
                )
            )
        else:
            for i in at:
                found[i] = attrs.evolve(found[i], accepted=entry)
    return found + sign(wrong)


def _breadth(entry: Accepted, met: Sequence[Finding]) -> str:
    """Return what an entry meets too much of, and what to do, or nothing.

    Rules of several filters can have one id.
    """
    flows = {str(each.flow) for each in met}
    if len(flows) > 1:
        listed = ", ".join(sorted(flows))
        return (
            f"findings on several flows ({listed}): accept them one by one, "
            "by flow"
        )
    places = {str(each.place) for each in met}
    if entry.rule is not None and len(places) > 1:
        listed = ", ".join(sorted(places))
        return (
            f"several rules ({listed}): accept them by flow, or one by one, "
            "each with its party"
        )
    return ""


def _meets(entry: Accepted, finding: Finding) -> bool:
    """Return whether an entry is about a finding, and all of it."""
    rule = None if finding.rule is None else finding.rule.id
    return (
        entry.finding == finding.kind
        and (entry.flow is None or entry.flow == finding.flow)
        and (entry.rule is None or entry.rule == rule)
        and (entry.port is None or finding.ports == (entry.port,))
        and (entry.party is None or entry.party == finding.party)
    )
