"""The ledger: each fragment of a page, claimed by a record or waived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import attrs

from avi_portspec.documents import count_text
from avi_portspec.edition.loading import load
from avi_portspec.errors import Fault, InvalidDataError, UnknownNameError
from avi_portspec.errors import nearest as nearest_of
from avi_portspec.ledger.fragments import Fragment
from avi_portspec.ledger.places import STATED, expected_addresses
from avi_portspec.model.checks import Ident, Many, Maybe, Nested, Text
from avi_portspec.model.page import EDITION
from avi_portspec.model.record import Record
from avi_portspec.names import KEBAB_ID
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import toml_table
from avi_portspec.serialisation.limits import read_bytes

if TYPE_CHECKING:
    from avi_portspec.edition.edition import Edition

__all__ = ["Drift", "Entry", "Ledger", "ledgers", "load_ledger"]

FOLDER: Final = Path(__file__).parent


class _Hash(Text):
    """A SHA-256 in hexadecimal."""

    __slots__ = ()

    rule = "ledger/not-a-hash"

    def accepts(self, value: object) -> bool:
        return (
            isinstance(value, str)
            and len(value) == 64  # noqa: PLR2004 - 256 bits
            and set(value) <= set("0123456789abcdef")
        )


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Entry(Record):
    """One fragment of a page, and what accounts for it.

    Attributes:
        address: Where the fragment stands.
        sha256: The SHA-256 of its normalised text.
        claims: The ids of the records that state what it says.
        waived: Why no record has to, for one that says nothing.
    """

    address: Annotated[str, Text("an address")]
    sha256: Annotated[str, _Hash("a SHA-256 in 64 hexadecimal digits")]
    claims: Annotated[
        tuple[str, ...],
        Many("a list of record ids", Ident("a record", KEBAB_ID)),
    ] = ()
    waived: Annotated[str | None, Maybe(Text("a reason"))] = None

    def _faults(self) -> Iterator[Fault]:
        if bool(self.claims) == bool(self.waived):
            got = "both" if self.claims else "neither"
            yield Fault(
                "ledger/claims-or-waiver",
                "claims",
                "either claims or a waiver",
                got,
            )


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
        """Return whether the vendor's page drifted."""
        return bool(self.changed or self.new or self.gone)

    def __str__(self) -> str:
        lines = [
            f"{kind}: {address}"
            for kind in ("changed", "new", "gone")
            for address in getattr(self, kind)
        ]
        lines.append(
            f"unchanged: {count_text(len(self.unchanged), 'fragment')}"
        )
        return "\n".join(lines)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Ledger(Record):
    """Every fragment of one edition's page.

    Attributes:
        edition: The edition's id.
        entries: The fragments, in page order.
    """

    edition: Annotated[str, EDITION]
    entries: Annotated[
        tuple[Entry, ...], Many("a list of entries", Nested("an entry", Entry))
    ]

    def _faults(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for position, entry in enumerate(self.entries):
            if entry.address in seen:
                where = f"entries[{position}].address"
                yield Fault(
                    "ledger/address-twice",
                    where,
                    "each address once",
                    repr(entry.address),
                )
            seen.add(entry.address)

    def faults(self, edition: Edition) -> Iterator[Fault]:
        """Yield what keeps the ledger from accounting for an edition.

        The ledger must be of that edition. Each section, flow, exclusion,
        pointer and note must be claimed where its citation says that it
        is stated, and nowhere else.

        Args:
            edition: The edition.
        """
        if self.edition != edition.id:
            yield Fault(
                "ledger/other-edition",
                "edition",
                repr(edition.id),
                repr(self.edition),
            )
        expected = expected_addresses(
            edition,
            [entry.address for entry in self.entries],
            [entry.address for entry in self.entries if entry.waived],
        )
        for position, entry in enumerate(self.entries):
            for number, claim in enumerate(entry.claims):
                where = f"entries[{position}].claims[{number}]"
                if claim not in expected:
                    yield Fault(
                        "reference/dangling",
                        where,
                        f"the id of a record of {edition.id}",
                        repr(claim),
                        nearest_of(claim, expected),
                        entry.address,
                    )
                elif entry.address not in expected[claim]:
                    yield Fault(
                        "ledger/other-place",
                        where,
                        f"{claim!r} at {', '.join(expected[claim])}, "
                        "where its citation has it",
                        f"it at {entry.address}",
                        record=claim,
                    )
        yield from self._find_unclaimed(edition, expected)

    def _find_unclaimed(
        self, edition: Edition, expected: Mapping[str, tuple[str, ...]]
    ) -> Iterator[Fault]:
        claimed = {entry.address: entry.claims for entry in self.entries}
        for collection in ("sections", *STATED):
            for position, record in enumerate(getattr(edition, collection)):
                for address in expected[record.id]:
                    if record.id not in claimed.get(address, ()):
                        yield Fault(
                            "ledger/not-claimed",
                            f"{collection}[{position}]",
                            f"a claim of it at {address}",
                            "none",
                            record=record.id,
                        )

    def check(self, fragments: Iterable[Fragment]) -> Drift:
        """Return how a copy of the vendor's page differs.

        Args:
            fragments: The copy, from :func:`from_text` or
                :func:`from_html`.
        """
        there = {f.address: f.sha256 for f in fragments}
        known = {entry.address: entry.sha256 for entry in self.entries}
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
    page = load(edition)
    path = FOLDER / f"{page.id}.toml"
    if not path.exists():
        raise UnknownNameError("ledger", page.id, ledgers())
    subject = str(path)
    ledger: Ledger = read(
        toml_table(read_bytes(path), subject), Ledger, subject
    )
    faults = list(ledger.faults(page))
    if faults:
        raise InvalidDataError(subject, faults)
    return ledger
