"""The ledger: what accounts for each fragment, and how a page drifts."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import (
    Edition,
    Extent,
    Fault,
    InvalidDataError,
    Section,
    UnknownNameError,
    editions,
    load,
)
from avi_portspec.ledger import entries
from avi_portspec.ledger.entries import (
    Entry,
    Ledger,
    ledgers,
    load_ledger,
)
from avi_portspec.ledger.fragments import Fragment, from_text, sha256
from avi_portspec.ledger.places import expected_addresses
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import toml_table
from tools.ledger import draft

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT.parent / "shared" / "source"
PAGES = sorted(SOURCES.glob("*.txt")) if SOURCES.exists() else []
PAGE = "A page\nOne sentence. Another one.\n- A bullet\n"
ENTRIES = st.builds(
    Entry,
    address=st.sampled_from(["a/b", "a/c", "d/e"]),
    sha256=st.sampled_from([sha256("one"), sha256("two")]),
    claims=st.sampled_from([("record",), ("record", "other")]),
)


def _entry(address: str, text: str, *claims: str) -> Entry:
    return Entry(address=address, sha256=sha256(text), claims=claims)


MANAGEMENT = "ports-used-for-management-communication"


def _with(claims: dict[str, tuple[str, ...]]) -> list[Fault]:
    """Return what is wrong with the newest ledger once claims changed."""
    ledger = load_ledger()
    changed = [
        attrs.evolve(entry, claims=claims[entry.address], waived=None)
        if entry.address in claims
        else entry
        for entry in ledger.entries
    ]
    return [
        *attrs.evolve(ledger, entries=changed).faults(load("vantage-undated"))
    ]


def entries_claiming(name: str) -> list[Entry]:
    """Return the entries of the newest ledger that claim a record."""
    return [e for e in load_ledger().entries if name in e.claims]


def _edition_of(edition: Edition, *titles: str) -> Edition:
    """Return an edition that is sections alone."""
    return attrs.evolve(
        edition,
        overview=Extent(),
        sections=[
            Section(id=name, title=title)
            for name, title in zip(("one", "two"), titles, strict=True)
        ],
        flows=[],
        exclusions=[],
        pointers=[],
        notes=[],
        interfaces=[],
    )


def _ledger(text: str) -> Ledger:
    """Return a ledger of an invented page, in which all is waived."""
    return Ledger(
        edition="x",
        entries=[
            Entry(address=f.address, sha256=f.sha256, waived="Invented.")
            for f in from_text(text)
        ],
    )


class TestRealLedger:
    """The newest edition's ledger accounts for its page."""

    @pytest.mark.parametrize("page", PAGES or [None], ids=str)
    def test_nothing_drifted(self, page: Path | None) -> None:
        """Where the page is at hand, it is what the ledger has."""
        if page is None:
            assert not SOURCES.exists()
            return
        fragments = from_text(page.read_text(encoding="utf-8"))
        drift = load_ledger("vantage-undated").check(fragments)
        assert not drift
        assert len(drift.unchanged) == len(fragments)

    def test_it_loads(self) -> None:
        """Loading proves that each record is accounted for."""
        assert len(load_ledger().entries) == 80
        assert load_ledger("vantage-undated").edition in ledgers()

    def test_little_is_waived(self) -> None:
        """What is waived are headings and a label: six fragments."""
        waived = [e for e in load_ledger().entries if e.waived]
        assert len(waived) == 6

    def test_an_edition_without_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What has none is told from what is no edition."""
        monkeypatch.setattr(entries, "FOLDER", tmp_path)
        (tmp_path / "other.toml").touch()
        with pytest.raises(UnknownNameError) as caught:
            load_ledger("16.2")
        assert caught.value.known == ledgers() == ("other",)


class TestEarlierLedgers:
    """Those of 16.2 and 17.1, whose pages name ports and little else.

    So what many of their fragments say follows from the facts, and is
    compared with them where no copy of the page is at hand.
    """

    SERVICES = "ports-used-by-controller-for-network"
    FIRST = "protocol-ports-used-by-avi-vantage"

    @pytest.mark.parametrize(
        ("name", "count", "waived"), [("16.2", 32, 3), ("17.1", 51, 3)]
    )
    def test_they_load(self, name: str, count: int, waived: int) -> None:
        """Only the headings of the table's columns account for nothing."""
        ledger = load_ledger(name)
        assert ledger.edition == name
        assert len(ledger.entries) == count
        assert sum(bool(e.waived) for e in ledger.entries) == waived

    def test_every_edition_has_one(self) -> None:
        """A copy of any of the pages can be verified."""
        assert {*ledgers()} == {*map(str, editions())}

    @pytest.mark.parametrize(
        ("name", "texts"),
        [
            (
                "16.2",
                {
                    f"{FIRST}/row-1/cell-1": "Avi Controller",
                    f"{FIRST}/row-3/cell-1": "Avi Service Engine",
                    f"{FIRST}/row-4/cell-1": "External Network Services",
                    f"{SERVICES}/bullet-1/sentence-1": "TCP 25 (SMTP)",
                    f"{SERVICES}/bullet-5/sentence-1": "UDP 514 (Syslog)",
                    "ports-used-by-cloud-orchestrators/bullet-1/sentence-1": (
                        "Keystone: TCP 5000, 35357"
                    ),
                },
            ),
            (
                "17.1",
                {
                    f"{FIRST}/row-2/cell-1": "External Entities",
                    f"{SERVICES}/bullet-2/sentence-1": "TCP 49 (TACACS+)",
                    f"{SERVICES}/bullet-6/sentence-1": (
                        "TCP or UDP 389 (LDAP)"
                    ),
                    "openstack/bullet-4/sentence-1": "Neutron: TCP 9696",
                    "openshift-master/bullet-1/sentence-1": "Port 8443",
                    "mesos-nodes/bullet-1/sentence-1": "Port 22",
                },
            ),
        ],
    )
    def test_a_fragment_is_what_its_records_state(
        self, name: str, texts: dict[str, str]
    ) -> None:
        """Ends, and protocols with their ports, are facts of the page."""
        found = {e.address: e.sha256 for e in load_ledger(name).entries}
        for address, text in texts.items():
            assert found[address] == sha256(text), address

    @pytest.mark.parametrize("name", ["16.2", "17.1"])
    def test_every_single_claim_matters(self, name: str) -> None:
        """None can be left out, and none can stand at another place."""
        ledger, edition = load_ledger(name), load(name)
        for at, entry in enumerate(ledger.entries):
            for claim in entry.claims:
                kept = tuple(c for c in entry.claims if c != claim)
                less = attrs.evolve(
                    entry,
                    claims=kept,
                    waived=None if kept else "No reason.",
                )
                other = ledger.entries[at - 1]
                more = attrs.evolve(
                    other,
                    claims=tuple({*other.claims, claim}),
                    waived=None,
                )
                changes = [(at, less)]
                if claim not in other.claims:
                    changes.append(((at - 1) % len(ledger.entries), more))
                for where, made in changes:
                    changed = [*ledger.entries]
                    changed[where] = made
                    assert [
                        *attrs.evolve(ledger, entries=changed).faults(edition)
                    ]

    def test_a_page_of_another_release_has_drifted(self) -> None:
        """The pages have sentences in common, and are not the same."""
        older = {e.address: e.sha256 for e in load_ledger("16.2").entries}
        newer = {e.address: e.sha256 for e in load_ledger("17.1").entries}
        assert older != newer
        assert len(older.items() & newer.items()) == 13


class TestFaults:
    """A ledger that does not account for its edition is refused."""

    def test_neither_claimed_nor_waived(self) -> None:
        """Nothing is accounted for by default."""
        with pytest.raises(InvalidDataError, match="got neither"):
            Entry(address="a/b", sha256=sha256("a"))

    def test_both_claimed_and_waived(self) -> None:
        """A fragment either says something or it does not."""
        with pytest.raises(InvalidDataError, match="got both"):
            attrs.evolve(_entry("a/b", "a", "record"), waived="No.")

    @pytest.mark.parametrize("wrong", ["", "a" * 63, "A" * 64, "g" * 64])
    def test_no_hash(self, wrong: str) -> None:
        """A hash has 64 hexadecimal digits, in lower case."""
        with pytest.raises(
            InvalidDataError, match="sha256: expected a SHA-256"
        ):
            Entry(address="a/b", sha256=wrong, waived="No.")

    def test_an_address_twice(self) -> None:
        """An address stands for one fragment."""
        twice = [_entry("a/b", "one", "x"), _entry("a/b", "two", "x")]
        with pytest.raises(InvalidDataError, match="each address once"):
            Ledger(edition="x", entries=twice)

    def test_a_claim_of_nothing(self) -> None:
        """A claim is a record's id; another suggests the nearest."""
        claims = ("overview-lead-in", "overview-lead-inn")
        (fault,) = _with({"overview/paragraph-1/sentence-1": claims})
        assert fault.path == "entries[2].claims[1]"
        assert fault.nearest == "overview-lead-in"

    def test_a_record_without_a_fragment(self) -> None:
        """A record that no fragment accounts for is told by its place."""
        ledger = load_ledger()
        kept = [e for e in ledger.entries if "echo-checks" not in e.claims]
        (fault,) = attrs.evolve(ledger, entries=kept).faults(
            load("vantage-undated")
        )
        assert (fault.record, fault.rule) == (
            "echo-checks",
            "ledger/not-claimed",
        )
        assert f"{MANAGEMENT}/bullet-5/sentence-2" in fault.expected

    def test_one_fragment_does_not_account_for_everything(self) -> None:
        """Each record is claimed where its citation has it, not elsewhere."""
        edition = load("vantage-undated")
        first, *_ = entries_claiming("overview-lead-in")
        everything = tuple(expected_addresses(edition, [], []))
        found = _with({first.address: everything})
        assert {fault.rule for fault in found} == {"ledger/other-place"}
        assert len(found) == len(everything) - 1
        alone = attrs.evolve(
            load_ledger(), entries=[attrs.evolve(first, claims=everything)]
        )
        rules = {fault.rule for fault in alone.faults(edition)}
        assert rules == {"ledger/other-place", "ledger/not-claimed"}

    def test_claims_that_changed_places(self) -> None:
        """SMTP's bullet is the first, and that of DNS the third."""
        services = "ports-used-by-controller-for-network"
        found = _with(
            {
                f"{services}/bullet-1/sentence-1": ("controller-to-dns",),
                f"{services}/bullet-3/sentence-1": ("controller-to-smtp",),
            }
        )
        assert [(fault.rule, fault.record) for fault in found] == [
            ("ledger/other-place", "controller-to-dns"),
            ("ledger/other-place", "controller-to-smtp"),
            ("ledger/not-claimed", "controller-to-smtp"),
            ("ledger/not-claimed", "controller-to-dns"),
        ]
        assert found[0].expected == (
            "'controller-to-dns' at ports-used-by-controller-for-network/"
            "bullet-3/sentence-1, where its citation has it"
        )

    @pytest.mark.parametrize("cell", [1, 2, 3])
    def test_each_cell_of_a_row_says_something_of_it(self, cell: int) -> None:
        """Who, to whom, and on what ports."""
        address = f"{MANAGEMENT}/row-1/cell-{cell}"
        (entry,) = [e for e in load_ledger().entries if e.address == address]
        (fault,) = _with({address: entry.claims[1:]})
        assert fault.record == "controller-to-controller-ssh"
        assert fault.rule == "ledger/not-claimed"

    def test_every_single_claim_matters(self) -> None:
        """None can be left out, and none can be another record's."""
        ids = [*expected_addresses(load("vantage-undated"), [], [])]
        for entry in load_ledger().entries:
            for claim in entry.claims:
                others = tuple(c for c in entry.claims if c != claim)
                other = ids[(ids.index(claim) + 1) % len(ids)]
                if others:
                    assert _with({entry.address: others})
                if other not in entry.claims:
                    assert _with({entry.address: (*others, other)})

    def test_headings_that_begin_alike(self) -> None:
        """An address has six words; the second such heading is numbered."""
        six = "One two three four five six"
        edition = _edition_of(load("16.2"), f"{six} seven", f"{six} eight")
        fragments = from_text(f"{six} seven\n{six} eight\n")
        addresses = [fragment.address for fragment in fragments]
        found = expected_addresses(edition, addresses, [])
        assert found == {
            "one": ("one-two-three-four-five-six/heading",),
            "two": ("one-two-three-four-five-six-2/heading",),
        }
        assert [a for each in found.values() for a in each] == addresses

    def test_loading_reports_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A ledger of another edition, and an empty one, do not load."""
        monkeypatch.setattr(entries, "FOLDER", tmp_path)
        path = tmp_path / "vantage-undated.toml"
        path.write_text('edition = "16.2"\nentries = []\n')
        with pytest.raises(InvalidDataError) as caught:
            load_ledger("vantage-undated")
        assert caught.value.subject == str(path)
        paths = {fault.path for fault in caught.value.faults}
        assert {"edition", "notes[0]"} <= paths


class TestDrift:
    """A copy of the page is compared address by address."""

    def test_unchanged(self) -> None:
        """The page that the ledger was made of has not drifted."""
        drift = _ledger(PAGE).check(from_text(PAGE.replace(" ", "  ")))
        assert not drift
        assert str(drift) == "unchanged: 4 fragments"

    def test_one_is_no_plural(self) -> None:
        """A page of a single sentence."""
        assert str(_ledger("One.\n").check(from_text("One.\n"))) == (
            "unchanged: 1 fragment"
        )

    def test_each_kind(self) -> None:
        """Changed, new and gone fragments are told apart."""
        copy = PAGE.replace("One", "No").replace("- A bullet", "")
        drift = _ledger(PAGE).check(from_text(f"{copy}Third.\n"))
        assert drift
        assert str(drift) == (
            "changed: a-page/paragraph-1/sentence-1\n"
            "new: a-page/paragraph-2/sentence-1\n"
            "gone: a-page/bullet-1/sentence-1\n"
            "unchanged: 2 fragments"
        )

    @given(
        st.lists(ENTRIES, unique_by=lambda e: e.address),
        st.lists(ENTRIES, unique_by=lambda e: e.address),
    )
    def test_every_address_is_of_one_kind(
        self, known: list[Entry], there: list[Entry]
    ) -> None:
        """The four kinds part the addresses of both sides."""
        texts = {sha256(text): text for text in ("one", "two")}
        drift = Ledger(edition="x", entries=known).check(
            Fragment(each.address, texts[each.sha256]) for each in there
        )
        parts = [drift.unchanged, drift.changed, drift.new, drift.gone]
        every = {e.address for e in known} | {e.address for e in there}
        assert sorted(a for part in parts for a in part) == sorted(every)
        assert bool(drift) == (
            {(e.address, e.sha256) for e in known}
            != {(e.address, e.sha256) for e in there}
        )


class TestDraft:
    """A new ledger starts from the page."""

    def test_is_not_accepted_as_it_is(self) -> None:
        """A draft that nobody filled in accounts for nothing."""
        text = draft("x", from_text(PAGE))
        with pytest.raises(InvalidDataError) as caught:
            read(toml_table(text, "draft"), Ledger, "draft")
        assert len(caught.value.faults) == 4

    def test_keeps_what_is_known(self) -> None:
        """Fragments that did not change keep their claims and waivers."""
        one, two, *rest = _ledger(PAGE).entries
        claimed = _entry(two.address, "One sentence.", "x", "y")
        known = [
            attrs.evolve(one, waived='A "quoted" reason.'),
            claimed,
            *rest,
        ]
        text = draft("x", from_text(PAGE), known)
        assert read(toml_table(text, "draft"), Ledger, "draft") == Ledger(
            edition="x", entries=known
        )

    def test_forgets_what_changed(self) -> None:
        """A fragment with another text has to be claimed anew."""
        known = _ledger(PAGE).entries
        text = draft("x", from_text(PAGE.replace("bullet", "point")), known)
        assert text.count("claims = []") == 1
