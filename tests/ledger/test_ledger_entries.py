"""The ledger: what accounts for each fragment, and how a page drifts."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import InvalidDataError, UnknownNameError, load
from avi_portspec.ledger import entries
from avi_portspec.ledger.entries import (
    Entry,
    Ledger,
    draft,
    ledgers,
    load_ledger,
)
from avi_portspec.ledger.fragments import Fragment, from_text, sha256
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import toml_table

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

    def test_each_record_is_claimed(self) -> None:
        """Every flow, note, exclusion, pointer and section has a fragment."""
        edition = load("vantage-undated")
        claimed = {c for e in load_ledger().entries for c in e.claims}
        for records in (
            edition.flows,
            edition.notes,
            edition.exclusions,
            edition.pointers,
            edition.sections,
        ):
            assert {record.id for record in records} <= claimed

    def test_little_is_waived(self) -> None:
        """What is waived are headings and a label: six fragments."""
        waived = [e for e in load_ledger().entries if e.waived]
        assert len(waived) == 6

    def test_an_edition_without_one(self) -> None:
        """The earlier pages were read from facts: they have no ledger."""
        with pytest.raises(UnknownNameError) as caught:
            load_ledger("16.2")
        assert caught.value.known == ledgers()


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
        with pytest.raises(InvalidDataError, match="sha256: wanted a SHA-256"):
            Entry(address="a/b", sha256=wrong, waived="No.")

    def test_an_address_twice(self) -> None:
        """An address stands for one fragment."""
        twice = [_entry("a/b", "one", "x"), _entry("a/b", "two", "x")]
        with pytest.raises(InvalidDataError, match="each address once"):
            Ledger(edition="x", entries=twice)

    def test_a_claim_of_nothing(self) -> None:
        """A claim is a record's id; another suggests the nearest."""
        ledger = load_ledger()
        first, *rest = ledger.entries
        wrong = _entry(first.address, "x", "overview-lead-inn")
        faults = attrs.evolve(ledger, entries=[wrong, *rest]).faults(load())
        (fault,) = faults
        assert fault.path == "entries[0].claims[0]"
        assert fault.nearest == "overview-lead-in"

    def test_a_record_without_a_fragment(self) -> None:
        """A record that no fragment accounts for is told by its place."""
        ledger = load_ledger()
        kept = [e for e in ledger.entries if "echo-checks" not in e.claims]
        faults = list(attrs.evolve(ledger, entries=kept).faults(load()))
        assert [fault.record for fault in faults] == ["echo-checks"]

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
        assert caught.value.faults[-1].path == "edition"


class TestDrift:
    """A copy of the page is compared address by address."""

    def test_unchanged(self) -> None:
        """The page that the ledger was made of has not drifted."""
        drift = _ledger(PAGE).check(from_text(PAGE.replace(" ", "  ")))
        assert not drift
        assert str(drift) == "unchanged: 4 fragments"

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
