"""Blocks, and how each format spells them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.core import publish_doctree
from hostile import ATTACKS
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from avi_portspec.documents import html, markdown, rst, text
from avi_portspec.documents.blocks import (
    Bullets,
    Code,
    Document,
    Heading,
    Item,
    Paragraph,
    Table,
    join,
)

DOCUMENT = Document(
    "Title",
    (
        Paragraph("First."),
        Heading("Things"),
        Bullets(("one", Item("two", ("2a", "2b")), "three")),
        Table("A table", ("Name", "Value"), (("ポート", "1"), ("é", "22"))),
    ),
)


class TestText:
    """Plain text."""

    def test_a_document(self) -> None:
        """Lists and tables stand right below their headings."""
        assert text.write(DOCUMENT) == (
            "Title\n"
            "\n"
            "First.\n"
            "\n"
            "Things\n"
            "- one\n"
            "- two\n"
            "    2a\n"
            "    2b\n"
            "- three\n"
            "Name    Value\n"
            "------  -----\n"
            "ポート  1\n"
            "é       22\n"
        )

    @pytest.mark.parametrize(
        ("letters", "columns"),
        [("", 0), ("abc", 3), ("漢字", 4), ("e\u0301", 1), ("עב", 2)],
    )
    def test_letters_have_widths(self, letters: str, columns: int) -> None:
        """As a terminal lays them out."""
        assert text.width(letters) == columns

    @given(
        st.lists(
            st.tuples(st.sampled_from(ATTACKS), st.sampled_from(ATTACKS)),
            max_size=4,
        )
    )
    def test_columns_line_up(self, rows: list[tuple[str, str]]) -> None:
        """The second column starts in the same place in every line."""
        first, second = text.column_widths(("A", "B"), rows)
        lines = [*text.table_lines(("A", "B"), rows)]
        assert len(lines) == len(rows) + 2
        for line, (left, right) in zip(lines[2:], rows, strict=True):
            padding = " " * (first - text.width(left))
            assert line == f"{left}{padding}  {right}".rstrip()
            assert text.width(right) <= second


class TestNestedLists:
    """An item with a list of its own."""

    ITEMS = ("one", "two", "2a", "2b", "three")

    def test_in_markdown(self) -> None:
        """As a CommonMark parser finds it."""
        tokens = MarkdownIt("commonmark").parse(markdown.write(DOCUMENT))
        found = [
            (token.level, token.content)
            for token in tokens
            if token.type == "inline" and token.content in self.ITEMS
        ]
        levels = [level for level, _ in found]
        assert [name for _, name in found] == [*self.ITEMS]
        assert levels[2] == levels[3] > levels[0] == levels[1] == levels[4]

    def test_in_rst(self) -> None:
        """As Docutils finds it, without a complaint."""
        tree = publish_doctree(
            rst.write(DOCUMENT), settings_overrides={"report_level": 5}
        )
        assert not [*tree.findall(nodes.system_message)]
        (outer, inner) = tree.findall(nodes.bullet_list)
        assert len(outer.children) == 3
        assert [item.astext() for item in inner.children] == ["2a", "2b"]

    def test_in_html(self) -> None:
        """As a list within the item."""
        soup = BeautifulSoup(html.write(DOCUMENT), "html.parser")
        (inner,) = soup.select("li > ul")
        assert [item.text for item in inner.select("li")] == ["2a", "2b"]


class TestCommands:
    """A line that somebody types comes back as it is."""

    LINES = ("avi-portspec export --format csv", "a `b` ``c`` <i> | *d*")
    LABELLED = Document("Title", (Code("a b", "All of *it*:"),))

    @pytest.mark.parametrize("line", LINES)
    def test_in_markdown(self, line: str) -> None:
        """As one code span."""
        made = markdown.write(Document("Title", (Code(line),)))
        inline = MarkdownIt("commonmark").parse(made)[-2]
        assert inline.children is not None
        (span,) = inline.children
        assert (span.type, span.content) == ("code_inline", line)

    @pytest.mark.parametrize("line", LINES)
    def test_in_html(self, line: str) -> None:
        """As a paragraph of code."""
        soup = BeautifulSoup(html.write_fragment(Code(line)), "html.parser")
        assert [code.text for code in soup.select("p > code")] == [line]

    @pytest.mark.parametrize("line", LINES)
    def test_in_rst(self, line: str) -> None:
        """As a literal block."""
        tree = publish_doctree(rst.write(Document("Title", (Code(line),))))
        (block,) = tree.findall(nodes.literal_block)
        assert block.astext() == line
        assert not [*tree.findall(nodes.system_message)]

    def test_a_label_stands_before_it(self) -> None:
        """As text, in the same paragraph where there are such."""
        assert markdown.write(self.LABELLED).endswith(
            "\n\nAll of \\*it\\*: `a b`\n"
        )
        soup = BeautifulSoup(html.write(self.LABELLED), "html.parser")
        (found,) = soup.select("p")
        assert found.text == "All of *it*: a b"
        assert text.write(self.LABELLED).endswith("\nAll of *it*: a b\n")
        tree = publish_doctree(rst.write(self.LABELLED))
        assert tree.astext().endswith("All of *it*:\n\na b")

    def test_in_text(self) -> None:
        """As a paragraph."""
        made = text.write(Document("Title", (Code("a b"),)))
        assert made == "Title\n\na b\n"


class TestLettersOfFootnotes:
    """Many read a ticket as text, where a backslash would be in the way."""

    @pytest.mark.parametrize(
        ("said", "written"),
        [
            ("Required [a]", "Required [a]"),
            ("[ab] Assumed", "[ab] Assumed"),
            # A box with a tick, links, what a link is defined by, a place.
            ("[x] Assumed", r"\[x\] Assumed"),
            ("[a](b)", r"\[a\](b)"),
            ("[a][b]", r"\[a\][b]"),
            ("[a]: b", r"\[a\]: b"),
            ("[row 3]", r"\[row 3\]"),
        ],
    )
    def test_in_markdown(self, said: str, written: str) -> None:
        """A letter stays as it is, where it can be nothing else."""
        made = markdown.write(Document("Title", (Bullets((said,)),)))
        assert made.splitlines()[-1] == f"- {written}"
        inline = MarkdownIt("commonmark").parse(made)[-4]
        assert inline.children is not None
        assert "".join(each.content for each in inline.children) == said


class TestLinesOfCells:
    """A cell can have several lines, where a format has that."""

    TABLE = Table("A table", ("Name", "Value"), (("a", "1 | 2\n<b>"),))
    DOCUMENT = Document("Title", (TABLE,))

    def test_in_markdown(self) -> None:
        """As forges and wikis take it."""
        row = markdown.write(self.DOCUMENT).splitlines()[-1]
        assert row == r"| a | 1 \| 2<br>\<b\> |"

    def test_in_html(self) -> None:
        """As a line break, and nothing else."""
        soup = BeautifulSoup(html.write(self.DOCUMENT), "html.parser")
        (cell,) = soup.select("tbody td")
        assert [tag.name for tag in cell.find_all()] == ["br"]
        assert [*cell.strings] == ["1 | 2", "<b>"]

    def test_elsewhere(self) -> None:
        """A space keeps a row in a line."""
        tree = publish_doctree(rst.write(self.DOCUMENT))
        assert [*tree.findall(nodes.entry)][-1].astext() == "1 | 2 <b>"
        assert text.write(self.DOCUMENT).endswith("a     1 | 2 <b>\n")


class TestWholeWords:
    """Where no line of a page ends."""

    @pytest.mark.parametrize(
        ("said", "whole"),
        [
            ("On NSX-T, TCP 22.", ["NSX-T", "TCP 22"]),
            ("(TCP 6000-6010 or UDP 53)", ["TCP 6000-6010", "UDP 53"]),
            (
                "From 10.10.1.11-13 on 2026-11-25",
                ["10.10.1.11-13", "2026-11-25"],
            ),
            # An id is one word, whatever its parts look like.
            ("nsx-t-dfw-30-2-portal", []),
            ("statement nsx-t-design-30-2, a-b-c", []),
            ("my-TCP 22", []),
            ("statements --on-cloud nsx-t", ["--on-cloud", "nsx-t"]),
            (
                "TCP 22 (SSH), 5054 (CLI Server), UDP 1 (a)",
                ["TCP 22 (SSH)", "5054 (CLI Server)", "UDP 1"],
            ),
            ("It uses DNS [a] and is DOWN. [bc]", ["DNS [a]", "DOWN. [bc]"]),
            ("See [row 3]: 22 [a]", ["22 [a]"]),
        ],
    )
    def test_in_html(self, said: str, whole: list[str]) -> None:
        """Within a port, or before a footnote's letter; ids are one word."""
        made = html.write(Document("Title", (Paragraph(said),)))
        paragraph = BeautifulSoup(made, "html.parser").select_one("p")
        assert paragraph is not None
        assert paragraph.text == said
        assert [span.text for span in paragraph.select("span")] == whole


class TestTables:
    """Which cells name their row."""

    ROWS = Table("A table", ("Name", "Value"), (("a", "1"),), names_rows=False)

    @pytest.mark.parametrize("names_rows", [True, False])
    def test_in_html(self, names_rows: bool) -> None:  # noqa: FBT001
        """A header cell of the row's scope, or none."""
        table = self.ROWS._replace(names_rows=names_rows)
        soup = BeautifulSoup(html.write_fragment(table), "html.parser")
        cells = [(c.name, c.text) for c in soup.select("tbody tr > *")]
        assert cells == [("th" if names_rows else "td", "a"), ("td", "1")]
        assert len(soup.select('th[scope="row"]')) == names_rows
        assert len(soup.select('th[scope="col"]')) == 2

    @pytest.mark.parametrize("names_rows", [True, False])
    def test_in_rst(self, names_rows: bool) -> None:  # noqa: FBT001
        """A stub column, or none."""
        table = self.ROWS._replace(names_rows=names_rows)
        tree = publish_doctree(rst.write(Document("Title", (table,))))
        stubs = [c for c in tree.findall(nodes.colspec) if c.get("stub")]
        assert len(stubs) == names_rows

    def test_a_fragment_has_no_region(self) -> None:
        """It stands in a page that scrolls in its own way."""
        made = html.write_fragment(self.ROWS, Paragraph("below"))
        soup = BeautifulSoup(made, "html.parser")
        assert [tag.name for tag in soup.children] == ["table", "p"]


@pytest.mark.parametrize(
    "write", [text.write, markdown.write, rst.write, html.write]
)
def test_every_writer_ends_in_a_newline(
    write: Callable[[Document], str],
) -> None:
    """One, so that files can be joined."""
    made = write(DOCUMENT)
    assert made.endswith("\n")
    assert not made.endswith("\n\n")


def test_lists_read_as_english() -> None:
    """With a word before the last."""
    assert join("and", []) == ""
    assert join("and", ["a"]) == "a"
    assert join("or", ["a", "b", "c"]) == "a, b or c"
