"""Every reader refuses what is hostile, with an error that is documented."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import hostile_readers
import pytest
from hostile_readers import (
    AUDIT,
    EDITION,
    JSON,
    PAGES,
    READERS,
    TOML,
    bombs,
    examples,
    survives,
)
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import Edition, Flow, InvalidDataError, PortRange, Protocol
from avi_portspec.ledger.fragments import PAGE_AT_MOST, from_html, from_text
from avi_portspec.model.checks import ID_AT_MOST, TEXT_AT_MOST
from avi_portspec.model.consistency import FAULTS, PLACES_AT_MOST
from avi_portspec.serialisation.limits import BYTES, DOTS, ITEMS, KEYS

EXAMPLES = examples()
#: Readers of rules that exist whose files are JSON.
AUDIT_JSON = [name for name in AUDIT if EXAMPLES[name][0] in "{["]
EACH = pytest.mark.parametrize("reader", READERS)
#: The address space that a process with the package and a bomb may take.
MEMORY = 1024**3


def faults(reader: str, text: str | bytes) -> list[str]:
    """Return what a reader finds wrong with a text."""
    with pytest.raises(InvalidDataError) as caught:
        READERS[reader](text)
    return [str(fault) for fault in caught.value.faults]


# -- bombs -------------------------------------------------------------------


class TestBombs:
    """Small texts that grow, and long ones."""

    @pytest.mark.slow
    def test_they_are_refused_in_bounded_memory(self) -> None:
        """All of them, by every reader that they are for."""

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        expected = bombs()
        done = subprocess.run(
            [sys.executable, hostile_readers.__file__, "all", *expected],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limited,
            # No claim about speed: what takes this long never ends.
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        found = [line.split() for line in done.stdout.splitlines()]
        assert [(name, reader) for name, reader, _ in found] == [
            (name, reader)
            for name, (readers, _) in expected.items()
            for reader in readers
        ]
        for name, reader, outcome in found:
            if reader in {*JSON, "edition-toml"}:
                assert outcome == "InvalidDataError", (name, reader)

    @EACH
    def test_what_is_sound_is_read(self, reader: str) -> None:
        """Or refusing would prove nothing."""
        assert survives(reader, EXAMPLES[reader]) == "read"

    @EACH
    def test_line_ends_of_windows_are_read(self, reader: str) -> None:
        """They are no fault of whoever edits a file there."""
        text = EXAMPLES[reader].replace("\n", "\r\n")
        assert survives(reader, text) == "read"


# -- anything ----------------------------------------------------------------


#: Pieces that mean something to some reader.
PIECES = st.sampled_from(
    [
        *("[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", "\\", "#"),
        *("=", ",", ":", ".", "\n", "\r\n", "\r", "\t", "\0", "\x1b", " "),
        *("\ufeff", "\u202e", "\u2066", "\u0301", "\ud800", "\U0010ffff"),
        *("NaN", "inf", "nan", "1e999", "0x" + "f" * 50, "9" * 5000, "null"),
        *("true", "1979-05-27T07:32:00Z", "-0", "0o7", "_", "1.5", "é"),
        *("format", "id", "flows", "facet", "values", "all", "any", "unless"),
        *("tcp", "udp", "icmp", "controller", "clouds", "low", "high"),
        *(
            "<",
            ">",
            "</",
            "<!--",
            "-->",
            "<td",
            "<h1>",
            "<li>",
            "&",
            "&#",
            ";",
        ),
        *("<script>", "</style", "- ", "-", "|", "|---|", ". A", "?>", "<?"),
    ]
)


class TestAnything:
    """Texts of any kind, and sound ones with something done to them."""

    @EACH
    @given(st.lists(PIECES | st.text(max_size=5), max_size=30))
    def test_pieces_in_any_order(self, reader: str, parts: list[str]) -> None:
        """Only documented errors, whose texts a terminal can show."""
        survives(reader, "".join(parts))

    @EACH
    @given(st.binary(max_size=200))
    def test_any_bytes(self, reader: str, text: bytes) -> None:
        """Be they UTF-8 or not."""
        survives(reader, text)

    @EACH
    @given(data=st.data())
    def test_sound_texts_with_a_flaw(
        self, reader: str, data: st.DataObject
    ) -> None:
        """A piece put in, taken out, or repeated."""
        text = EXAMPLES[reader][:4000]
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 40, len(text))))
        piece = data.draw(PIECES | st.just(text[start:end] * 3))
        survives(reader, text[:start] + piece + text[end:])

    @pytest.mark.parametrize("reader", [*JSON, *AUDIT_JSON])
    @given(data=st.data())
    def test_sound_data_with_a_wrong_value(
        self, reader: str, data: st.DataObject
    ) -> None:
        """Anything that JSON can say, anywhere in it."""
        whole = json.loads(EXAMPLES[reader])
        place: Any = whole
        while True:
            keys = list(
                place if isinstance(place, dict) else range(len(place))
            )
            key = data.draw(st.sampled_from(keys))
            inner = place[key]
            if (
                not isinstance(inner, (dict, list))
                or not inner
                or data.draw(st.booleans())
            ):
                break
            place = inner
        scalar = (
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(max_size=5)
        )
        place[key] = data.draw(
            st.recursive(
                scalar,
                lambda one: (
                    st.lists(one, max_size=3)
                    | st.dictionaries(st.text(max_size=5), one, max_size=3)
                ),
                max_leaves=5,
            )
        )
        survives(reader, json.dumps(whole))


# -- limits ------------------------------------------------------------------


class TestLimits:
    """Each limit is said in the error: what was expected, and what came."""

    @pytest.mark.parametrize("reader", [*TOML, *JSON])
    def test_texts_are_not_too_large(self, reader: str) -> None:
        """As text and as bytes."""
        if reader == "overlay":
            # It takes text, or the name of a file.
            return
        (fault,) = faults(reader, b" " * (BYTES + 1))
        assert fault == f"expected at most {BYTES:,} bytes, got {BYTES + 1:,}"
        (fault,) = faults(reader, " " * (BYTES + 1))
        assert "characters" in fault

    def test_files_are_not_read_whole(self, tmp_path: Path) -> None:
        """A device without an end does no harm."""
        endless = tmp_path / "endless.toml"
        endless.symlink_to("/dev/zero")
        for load in (
            avi_portspec.load,
            avi_portspec.load_deployment,
            EDITION.overlay,
        ):
            with pytest.raises(InvalidDataError, match="at most 8,388,608"):
                load(endless)

    @pytest.mark.parametrize("reader", [*TOML, *JSON])
    def test_a_byte_order_mark_is_named(self, reader: str) -> None:
        """Editors hide it, so the error has to say it."""
        (fault,) = faults(reader, "\ufeff" + EXAMPLES[reader])
        assert fault.startswith(
            "expected text in UTF-8, without a byte order mark"
        )

    def test_dots_do_not_join_too_many_words(self) -> None:
        """In a key, a table's name, or quoted; the line is named."""
        for part in ("a", '"a"', "'a' "):
            ok = ".".join([part] * DOTS)
            assert "joined by dots" not in str(faults("deployment", f"{ok}=1"))
            wrong = f"\n[{ok}.{part}]"
            (fault,) = faults("deployment", wrong)
            assert fault == (
                f"expected keys of at most {DOTS} words joined by dots, "
                "got more in line 2"
            )

    def test_texts_with_many_dots_are_no_keys(self) -> None:
        """A dotted number in a text is as good as any."""
        text = EXAMPLES["overlay"].replace("Site", "one. two. " * 40 + "three")
        assert survives("overlay", text) == "read"

    def test_lists_are_not_too_long(self) -> None:
        """Nothing in such a list is looked at."""
        texts = "1," * ITEMS
        found = faults("deployment", f"clouds = [{texts}1]")
        expected = f"expected a list of at most {ITEMS:,} items"
        assert found == [f"clouds: {expected}, got {ITEMS + 1:,}"]
        found = faults("condition", f'{{"any": [{texts}1]}}')
        assert found == [f"any: {expected}, got {ITEMS + 1:,}"]

    def test_tables_have_not_too_many_keys(self) -> None:
        """Nearest names are not sought for all of them."""
        keys = "".join(f"key-{at} = 1\n" for at in range(KEYS + 1))
        (fault,) = faults("deployment", keys)
        assert fault == (
            f"expected a table of at most {KEYS:,} keys, "
            f"got one of {KEYS + 1:,}"
        )

    @pytest.mark.parametrize(
        ("reader", "text"),
        [
            ("deployment", f"clouds = [{'1,' * 5000}]"),
            ("overlay", f"flows = [{'{},' * 5000}]"),
            ("edition-json", f'{{"flows": [{"{}," * 5000}{{}}]}}'),
            ("condition", f'{{"any": [{"{}," * 5000}{{}}]}}'),
        ],
    )
    def test_faults_are_not_too_many(self, reader: str, text: str) -> None:
        """After a thousand, nobody reads on; that there are more is said."""
        found = faults(reader, text)
        assert len(found) == FAULTS + 1
        assert found[-1] == (
            f"expected at most {FAULTS:,} faults, got more, not listed"
        )

    def test_texts_of_records_are_not_too_long(self, edition: Edition) -> None:
        """Names, titles, reasons; also where they may be absent."""
        for field in ("title", "product"):
            attrs.evolve(edition, **{field: "x" * TEXT_AT_MOST})
            with pytest.raises(InvalidDataError) as caught:
                attrs.evolve(edition, **{field: "x" * (TEXT_AT_MOST + 1)})
            assert f"{field}: expected at most 10,000 characters" in str(
                caught.value
            )
        flow = edition.flows[0]
        with pytest.raises(InvalidDataError, match="at most 10,000 char"):
            attrs.evolve(flow, purpose="x" * (TEXT_AT_MOST + 1))

    def test_ids_are_not_too_long(self, edition: Edition) -> None:
        """They stand in addresses and in names of files."""
        flow = edition.flows[0]
        attrs.evolve(flow, id="x" * ID_AT_MOST)
        with pytest.raises(InvalidDataError, match="at most 200 characters"):
            attrs.evolve(flow, id="x" * (ID_AT_MOST + 1))

    def test_pairs_do_not_multiply(self) -> None:
        """A few protocols by many ports, in a few flows, are very many."""
        text = bombs()["ports-that-multiply"][1]
        (fault,) = faults("overlay", text)
        assert "at most 400,000 pairs of protocol and ports" in fault

    def test_pairs_are_counted_without_making_them(
        self, edition: Edition
    ) -> None:
        """The count is that of what would be made."""
        for flow in edition.flows:
            assert flow.pair_count == len(flow.protocol_ports())

    @pytest.mark.parametrize("name", ["different-words", "different-changes"])
    def test_unknown_names_are_not_looked_up_for_ever(self, name: str) -> None:
        """The nearest name is sought for a thousand of them at most."""
        (reader,), text = bombs()[name]
        assert len(faults(reader, text)) == FAULTS + 1

    def test_sections_are_not_too_many(self) -> None:
        """However deep they stand in one another."""
        text = bombs()["sections-in-sections"][1]
        found = faults("edition-toml", text)
        assert "sections: expected at most 9,999 sections, got 20,000" in found

    def test_places_do_not_multiply(self) -> None:
        """An extent is short, and what it counts is not."""
        text = bombs()["counts-that-multiply"][1]
        found = faults("edition-toml", text)
        assert f"a page of at most {PLACES_AT_MOST:,} statements" in found[0]

    def test_keys_of_a_condition_are_shown_safely(self) -> None:
        """Quoted, short, and only the first of them."""
        keys = ", ".join(f'"\\u001b]{at}": 1' for at in range(9))
        (fault,) = faults("condition", f"{{{keys}}}")
        assert fault.endswith(
            r"got keys '\x1b]0', '\x1b]1', '\x1b]2', '\x1b]3', ..."
        )
        (fault,) = faults("condition", "{}")
        assert fault.endswith("got keys (none)")


class TestPages:
    """Copies of a page, to be compared with a ledger."""

    @pytest.mark.parametrize("reader", [from_text, from_html])
    def test_they_are_not_too_long(self, reader: Any) -> None:
        """Ten times the longest that is known will do."""
        assert reader("a" * PAGE_AT_MOST)
        with pytest.raises(InvalidDataError, match="a page of at most"):
            reader("a" * (PAGE_AT_MOST + 1))

    @pytest.mark.parametrize("reader", [from_text, from_html])
    def test_they_are_text(self, reader: Any) -> None:
        """Half a character cannot be hashed; marks in heaps take ages."""
        with pytest.raises(InvalidDataError, match="half a character at off"):
            reader("a\ud800")
        with pytest.raises(InvalidDataError, match="at most 30 marks"):
            reader("a" + "\u0301\u0323" * 16)
        assert reader("a" + "\u0301\u0323" * 15)
        assert reader("\u00e4\u00f6")

    def test_recurring_headings_are_numbered_on(self) -> None:
        """Past any that reads like one of them."""
        found = [f.address for f in from_text("A\nA 3\nA\nA\nA\n")]
        assert found == [
            f"{slug}/heading" for slug in ("a", "a-3", "a-2", "a-4", "a-5")
        ]

    @pytest.mark.parametrize(
        ("html", "texts"),
        [
            ("a < b", ["a < b"]),
            ("a <b", ["a <b"]),
            ("<p title='a>b'>c</p>", ["c"]),
            ('<p title="it\'s">c</p>', ["c"]),
            ("<p title=it's>c</p>", ["c"]),
            ("<P>c</P ><BR/>d", ["c", "d"]),
            ("<!-- <p>a --->b", ["b"]),
            ("<!-- a", []),
            ("<!DOCTYPE html><?xml a?>b", ["b"]),
            ("<script>'<p>a</p>'</SCRIPT>b", ["b"]),
            ("<style>a", []),
            ("&#65;&amp;&lt;&#x42;", ["A&<B"]),
            ("&#99999999999;", ["&#99999999999;"]),
            ("</>a", ["</>a"]),
        ],
    )
    def test_broken_html_is_read_as_well_as_can_be(
        self, html: str, texts: list[str]
    ) -> None:
        """What is no tag is text."""
        assert [fragment.text for fragment in from_html(html)] == texts


@pytest.mark.parametrize("reader", PAGES)
def test_pages_of_any_kind_are_compared(reader: str) -> None:
    """Refused or read: the outcome is one of the two."""
    assert survives(reader, "a") == "read"


def test_a_flow_of_every_protocol_is_counted() -> None:
    """Protocols without ports count once, messages each."""
    made = attrs.evolve(
        EDITION.flows["service-engine-to-controller-ntp"],
        protocols=(Protocol.of("tcp"), Protocol.of("udp")),
        ports=(PortRange.of(1), PortRange.of(3), PortRange(low=5, high=9)),
    )
    assert isinstance(made, Flow)
    assert made.pair_count == 6
