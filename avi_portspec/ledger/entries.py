"""The ledger: each fragment of a page, claimed by a record or waived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from avi_portspec.data import load
from avi_portspec.errors import Fault, InvalidDataError, UnknownNameError
from avi_portspec.errors import nearest as nearest_of
from avi_portspec.ledger.fragments import Fragment
from avi_portspec.model.checks import Ident, Many, Maybe, Nested, Text
from avi_portspec.model.page import EDITION
from avi_portspec.model.record import Record, as_tuple, check
from avi_portspec.names import KEBAB_ID
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import toml_table
from avi_portspec.serialisation.limits import bounded

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition

__all__ = ["Drift", "Entry", "Ledger", "draft", "ledgers", "load_ledger"]

FOLDER: Final = Path(__file__).parent
#: The records that a fragment can be claimed by, and those of them that
#: some fragment has to account for.
_CLAIMING: Final = ("sections", "flows", "exclusions", "pointers", "notes")


class _Hash(Text):
    """A SHA-256 in hexadecimal."""

    __slots__ = ()

    def accepts(self, value: object) -> bool:
        return (
            isinstance(value, str)
            and len(value) == 64  # noqa: PLR2004 - 256 bits
            and set(value) <= set("0123456789abcdef")
        )


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Entry(Record):
    """One fragment of a page, and what accounts for it.

    Attributes:
        address: Where on the page the fragment stands.
        sha256: The SHA-256 of its normalised text.
        claims: The ids of the records that state what it says.
        waived: Why no record has to, for one that says nothing.
    """

    address: str = attrs.field(metadata=check(Text("an address")))
    sha256: str = attrs.field(
        metadata=check(_Hash("a SHA-256 in 64 hexadecimal digits"))
    )
    claims: tuple[str, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(
            Many("a list of record ids", Ident("a record", KEBAB_ID))
        ),
    )
    waived: str | None = attrs.field(
        default=None, metadata=check(Maybe(Text("a reason")))
    )

    def _faults(self) -> Iterator[Fault]:
        if bool(self.claims) == bool(self.waived):
            got = "both" if self.claims else "neither"
            yield Fault("claims", "either claims or a waiver", got)


@attrs.frozen(kw_only=True)
class Drift:
    """How a copy of a page differs from its ledger.

    Attributes:
        unchanged: The addresses whose fragments are the same.
        changed: Those whose text is another one.
        new: Those that the ledger does not have.
        gone: Those that the copy does not have.
    """

    unchanged: tuple[str, ...]
    changed: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        """Return whether the page drifted."""
        return bool(self.changed or self.new or self.gone)

    def __str__(self) -> str:
        lines = [
            f"{kind}: {address}"
            for kind in ("changed", "new", "gone")
            for address in getattr(self, kind)
        ]
        lines.append(f"unchanged: {len(self.unchanged)} fragments")
        return "\n".join(lines)


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Ledger(Record):
    """Every fragment of one edition's page.

    Attributes:
        edition: The edition's id.
        entries: The fragments, in the order of the page.
    """

    edition: str = attrs.field(metadata=check(EDITION))
    entries: tuple[Entry, ...] = attrs.field(
        converter=as_tuple,
        metadata=check(Many("a list of entries", Nested("an entry", Entry))),
    )

    def _faults(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for position, entry in enumerate(self.entries):
            if entry.address in seen:
                where = f"entries[{position}].address"
                yield Fault(where, "each address once", repr(entry.address))
            seen.add(entry.address)

    def faults(self, edition: Edition) -> Iterator[Fault]:
        """Yield what keeps the ledger from accounting for an edition.

        Each claim must be a record of the edition, and each section, flow,
        exclusion, pointer and note must be claimed.

        Args:
            edition: The edition.
        """
        known = {
            record.id: f"{collection}[{position}]"
            for collection in _CLAIMING
            for position, record in enumerate(getattr(edition, collection))
        }
        claimed: set[str] = set()
        for position, entry in enumerate(self.entries):
            claimed.update(entry.claims)
            for number, claim in enumerate(entry.claims):
                if claim not in known:
                    yield Fault(
                        f"entries[{position}].claims[{number}]",
                        f"the id of a record of {edition.id}",
                        repr(claim),
                        nearest_of(claim, known),
                        entry.address,
                    )
        for name, where in known.items():
            if name not in claimed:
                wanted = "a fragment of the page that it accounts for"
                yield Fault(where, wanted, "none", record=name)

    def check(self, fragments: Iterable[Fragment]) -> Drift:
        """Return how a copy of the page differs.

        Args:
            fragments: The copy, from :func:`from_text` or
                :func:`from_html`.
        """
        there = {each.address: each.sha256 for each in fragments}
        known = {each.address: each.sha256 for each in self.entries}
        both = [address for address in known if address in there]
        return Drift(
            unchanged=tuple(a for a in both if known[a] == there[a]),
            changed=tuple(a for a in both if known[a] != there[a]),
            new=tuple(a for a in there if a not in known),
            gone=tuple(a for a in known if a not in there),
        )


def ledgers() -> tuple[str, ...]:
    """Return the ids of the editions that have a ledger, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_ledger(edition: str | None = None) -> Ledger:
    """Return the ledger of an edition that comes with the package.

    >>> from avi_portspec.ledger.entries import load_ledger
    >>> load_ledger("vantage-undated").entries[2].claims
    ('overview-lead-in',)

    Args:
        edition: The edition's id or alias; without it, the newest.

    Raises:
        UnknownNameError: There is no such edition, or it has no ledger.
        InvalidDataError: The ledger does not account for the edition; it
            carries every fault.
    """
    found = load(edition)
    path = FOLDER / f"{found.id}.toml"
    if not path.exists():
        raise UnknownNameError("ledger", found.id, ledgers())
    subject = str(path)
    ledger: Ledger = read(toml_table(bounded(path), subject), Ledger, subject)
    faults = list(ledger.faults(found))
    if ledger.edition != found.id:
        faults.append(Fault("edition", repr(found.id), repr(ledger.edition)))
    if faults:
        raise InvalidDataError(subject, faults)
    return ledger


def draft(
    edition: str, fragments: Iterable[Fragment], known: Iterable[Entry] = ()
) -> str:
    """Return a ledger in TOML, to be filled in.

    Entries whose fragment is known already keep what accounts for them; the
    others are left with neither claims nor a waiver, which no reader
    accepts: nothing is accounted for by default.

    Args:
        edition: The edition's id.
        fragments: The fragments of its page.
        known: Entries of an earlier ledger.
    """
    before = {(each.address, each.sha256): each for each in known}
    lines = [f'edition = "{edition}"\n']
    for fragment in fragments:
        lines.append(
            f'\n[[entries]]\naddress = "{fragment.address}"\n'
            f'sha256 = "{fragment.sha256}"\n'
        )
        entry = before.get((fragment.address, fragment.sha256))
        claims = [] if entry is None else list(entry.claims)
        if entry is not None and entry.waived is not None:
            # Reasons are one printable line: a JSON string is a TOML one.
            lines.append(f"waived = {_quoted(entry.waived)}\n")
        else:
            listed = ", ".join(f'"{claim}"' for claim in claims)
            lines.append(f"claims = [{listed}]\n")
    return "".join(lines)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
