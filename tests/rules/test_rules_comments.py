"""Comments that stay comments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from avi_portspec.rules.comments import (
    comment_lines,
    comment_text,
    quote,
    wrap_comment,
)


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


class TestLines:
    """What does not fit into one."""

    @given(st.lists(st.from_regex(r"[a-z][a-z.-]{0,30}", fullmatch=True)))
    def test_no_word_is_lost_or_broken(self, words: list[str]) -> None:
        """All but the first are indented, and none is wider than a page."""
        first, *others = comment_lines(" ".join(words))
        assert all(line.startswith("#   ") for line in others)
        assert max(map(len, (first, *others))) <= 100
        assert " ".join((first, *others)).replace("#", "").split() == words
        # A line is as full as it can be.
        for line, after in zip((first, *others), others, strict=False):
            assert len(f"{line} {after.split()[1]}") > 100

    def test_a_command_stays_one_line(self) -> None:
        """Whoever copies it copies all of it."""
        command = "iptables -S | awk " + "x " * 200 + "| iptables-restore"
        assert [*comment_lines(command, is_command=True)] == [f"# {command}"]

    def test_what_a_console_would_cut_is_broken(self) -> None:
        """The rest of the word could be read as a command."""
        lines = [*wrap_comment("reload " + "y" * 200, 80, 80)]
        assert [*map(len, lines)] == [6, 80, 80, 42]
        assert "".join(lines).replace(" ", "") == "reload" + "y" * 200


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
