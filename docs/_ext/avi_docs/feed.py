"""The feed of changes between editions, as Atom (RFC 4287)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import avi_portspec
from avi_portspec.documents import count_text

if TYPE_CHECKING:
    from avi_portspec import Changes, Edition
    from avi_portspec.names import ChangeAction

__all__ = ["FEED", "feed"]

FEED: Final = "changes.atom"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
#: Nobody can own a name below ``.invalid`` (RFC 6761), so nobody else mints
#: the same ids, wherever the site is.
_TAG: Final = "tag:avi-portspec.invalid,2026:"
#: What changes call for, in the order of urgency.
_WORK: Final[dict[ChangeAction, str]] = {
    "open": "To open",
    "optional": "Optional",
    "review": "To review",
    "none": "No work for a firewall",
}


def feed(
    editions: Sequence[Edition],
    days: Mapping[str, dt.date],
    base: str,
) -> str:
    """Return the feed, its newest entry first.

    Args:
        editions: The editions, oldest first.
        days: On which day each edition's data was last changed. An entry
            dates from the later of its two.
        base: The address of the site; without one, links are relative to
            the feed's own.
    """
    ET.register_namespace("", _ATOM)
    root = ET.Element(_atom("feed"))
    _add(root, "title", "avi-portspec: changes between editions")
    _add(root, "id", f"{_TAG}changes")
    _add(root, "updated", _moment(max(days[e.id] for e in editions)))
    author = ET.SubElement(root, _atom("author"))
    _add(author, "name", "The avi-portspec authors")
    start = base.rstrip("/") + "/" if base else ""
    _link(root, "self", f"{start}{FEED}", "application/atom+xml")
    _link(root, "alternate", f"{start}index.html", "text/html")
    for old, new in reversed(list(pairwise(editions))):
        entry = ET.SubElement(root, _atom("entry"))
        _add(entry, "title", f"From {old.id} to {new.id}")
        _add(entry, "id", f"{_TAG}changes/{old.id}/{new.id}")
        day = max(days[old.id], days[new.id])
        _add(entry, "updated", _moment(day))
        data = f"{start}data/editions/{new.id}.json"
        _link(entry, "related", data, "application/json")
        changes = avi_portspec.diff(old, new)
        counts = ", ".join(
            f"{len(changes.calling_for(action))} {words[0].lower()}{words[1:]}"
            for action, words in _WORK.items()
        )
        number = count_text(len(changes), "record")
        _add(entry, "summary", f"{number} changed: {counts}.")
        content = ET.SubElement(entry, _atom("content"), type="xhtml")
        content.append(_content(changes, new))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _content(changes: Changes, new: Edition) -> ET.Element:
    """Return what changed as XHTML, the most urgent first."""
    division = ET.Element(f"{{{_XHTML}}}div")
    order = [*_WORK]
    ranked = sorted(changes, key=lambda each: order.index(each.action))
    for action, group in groupby(ranked, key=lambda each: each.action):
        _html(division, "h2", _WORK[action])
        items = _html(division, "ul")
        for change in group:
            fields = ", ".join(field.name for field in change.fields)
            text = f"{change.what} in {change.collection}: {change.id}"
            _html(items, "li", f"{text} ({fields})" if fields else text)
    _html(division, "p", f"Digest of {new.id}: {new.digest}")
    return division


def _moment(day: dt.date) -> str:
    """Return the beginning of a day, as RFC 3339 has it."""
    return f"{day.isoformat()}T00:00:00Z"


def _atom(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _atom(name)).text = text


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, _atom("link"), rel=rel, href=href, type=kind)


def _html(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    made = ET.SubElement(parent, f"{{{_XHTML}}}{name}")
    made.text = text or None
    return made
