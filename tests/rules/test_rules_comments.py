"""Comments that stay comments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from avi_portspec.rules.comments import comment_text, quote


class TestLine:
    """What stands behind a comment sign."""

    @given(st.text())
    def test_is_one_line(self, text: str) -> None:
        """Printable ASCII, without what would continue the line."""
        found = comment_text(text)
        assert len(found) == len(text)
        assert found.isascii()
        assert found == "" or found.isprintable()
        assert "\\" not in found

    def test_words_are_kept(self) -> None:
        """Punctuation of English is none of any syntax there."""
        text = 'The page\'s "ports": 22, 443 (TCP) & more; {a|b}.'
        assert comment_text(text) == text


class TestQuoted:
    """What stands between double quotes."""

    @given(st.text(), st.integers(4, 200))
    def test_fits_and_stays_inside(self, text: str, limit: int) -> None:
        """It never ends the quotes, nor grows beyond the limit."""
        found = quote(text, limit)
        assert len(found.encode()) <= limit
        assert not set(found) & set("\"'\\$`\n\r%&|<>{}[]#!*?~^@") - {"?"}

    def test_what_fits_is_kept(self) -> None:
        """Ids are, in full."""
        assert quote("controller-to-dns", 17) == "controller-to-dns"

    def test_what_does_not_is_cut(self) -> None:
        """And says so."""
        assert quote("controller-to-dns", 16) == "controller-to..."
