"""A page taken apart, from plain text and from HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec.ledger.fragments import (
    from_html,
    from_markdown,
    from_text,
    normalise,
    read_page,
    sha256,
)

TEXT = """\
An invented page
First things
All of this is made up. It stands for nothing:
- One bullet
- Another bullet. It has two sentences.
A table
From | To | What |
---|---|---|
North | South | Letters Parcels |
East | Letters | |
|
Remarks:
-
Birds are not listed. They (
GULLS
) fly.
-
Fish neither.
And that is all.
A table
- The heading above came before
"""

HTML = """\
<!DOCTYPE html>
<html><head><title>Not read</title><style>p { color: red }</style></head>
<body>
<h1>An invented page</h1>
<h2>First things</h2>
<p>All of this is made up. It stands
   for nothing:</p>
<ul><li>One <em>bullet</em></li>
<li><p>Another bullet. It has two sentences.</p></li></ul>
<h2>A table</h2>
<script>var nothing = "<p>read</p>";</script>
<table><thead><tr><th>From</th><th>To</th><th>What</th></tr></thead>
<tbody><tr><td rowspan="2">North</td><td>South</td>
<td>Letters<br>Parcels</td></tr>
<tr><td>East</td><td>Letters</td><td></td></tr>
<tr></tr></tbody></table>
<p>Remarks:</p>
<ul><li>Birds are not listed. They (<code>GULLS</code>) fly.</li>
<li>Fish neither.</li></ul>
And that is all.
<h2>A table</h2>
<ul><li>The heading above came before</li></ul>
</body></html>
"""

TAGS = ["<p>", "</p>", "<li>", "</li>", "<td>", "</td>", "<tr>", "</tr>"]
TAGS += ["<h2>", "</h2>", "<br>", "<style>", "</style>", "</script>"]
TAGS += ["<b>", "One. Two"]

ADDRESSES = [
    "an-invented-page/heading",
    "first-things/heading",
    "first-things/paragraph-1/sentence-1",
    "first-things/paragraph-1/sentence-2",
    "first-things/bullet-1/sentence-1",
    "first-things/bullet-2/sentence-1",
    "first-things/bullet-2/sentence-2",
    "a-table/heading",
    "a-table/header/cell-1",
    "a-table/header/cell-2",
    "a-table/header/cell-3",
    "a-table/row-1/cell-1",
    "a-table/row-1/cell-2",
    "a-table/row-1/cell-3",
    "a-table/row-2/cell-1",
    "a-table/row-2/cell-2",
    "a-table/paragraph-1/sentence-1",
    "a-table/bullet-1/sentence-1",
    "a-table/bullet-1/sentence-2",
    "a-table/bullet-2/sentence-1",
    "a-table/paragraph-2/sentence-1",
    "a-table-2/heading",
    "a-table-2/bullet-1/sentence-1",
]


class TestAddresses:
    """Each fragment has one address."""

    @pytest.mark.parametrize(
        "fragments", [from_text(TEXT), from_html(HTML)], ids=["text", "html"]
    )
    def test_of_an_invented_page(self, fragments: tuple) -> None:  # type: ignore[type-arg]
        """Headings, sentences, bullets and cells are told apart."""
        assert [fragment.address for fragment in fragments] == ADDRESSES

    def test_both_forms_are_the_same_page(self) -> None:
        """Text and HTML give the same hashes, place by place."""
        text, html = from_text(TEXT), from_html(HTML)
        assert [(f.address, f.sha256) for f in text] == [
            (f.address, f.sha256) for f in html
        ]

    @given(st.text("a2.|-# \n", max_size=80))
    def test_no_address_twice(self, text: str) -> None:
        """Whatever the text, no two fragments share an address."""
        addresses = [each.address for each in from_text(text)]
        assert len(set(addresses)) == len(addresses)

    @given(
        st.lists(
            st.sampled_from(TAGS),
            max_size=20,
        )
    )
    def test_any_tags(self, tags: list[str]) -> None:
        """However tags stand, no two fragments share an address."""
        addresses = [f.address for f in from_html("".join(tags))]
        assert len(set(addresses)) == len(addresses)

    @given(st.text("abc \n", max_size=60))
    def test_every_word_is_in_a_fragment(self, text: str) -> None:
        """Nothing that a plain page says is lost."""
        said = "".join(normalise(f.text) for f in from_text(text))
        assert said == normalise(text)


class TestText:
    """What lines of plain text are."""

    def test_before_any_heading(self) -> None:
        """What stands above the first heading belongs to the page."""
        (only,) = from_text("A sentence.")
        assert only.address == "page/paragraph-1/sentence-1"

    def test_a_heading_without_letters(self) -> None:
        """It has an address all the same."""
        (only,) = from_text("???\u2026")
        assert only.address == "heading/heading"

    def test_an_item_at_the_end(self) -> None:
        """A bullet that ends with the page is a bullet."""
        assert [f.text for f in from_text("-\nOne\ntwo")] == ["One two"]

    def test_an_item_cut_short(self) -> None:
        """A hyphen begins the next bullet, even within a sentence."""
        assert [f.text for f in from_text("-\nOne\n-\nTwo.")] == [
            "One",
            "Two.",
        ]

    def test_an_empty_item(self) -> None:
        """A hyphen with nothing below is nothing."""
        assert from_text("-\n-\n") == ()

    def test_long_headings(self) -> None:
        """An address has the first words of a heading, no more."""
        (only,) = from_text("One two three four five six seven eight")
        assert only.address == "one-two-three-four-five-six/heading"


class TestHtml:
    """What elements of HTML are."""

    def test_nested_lists(self) -> None:
        """A list within a bullet is more bullets."""
        found = from_html("<ul><li>One<ul><li>Two</li></ul></li></ul>")
        assert [f.text for f in found] == ["One", "Two"]

    def test_a_list_in_a_cell(self) -> None:
        """A list within a cell is the cell's text."""
        found = from_html(
            "<table><tr><td><ul><li>A</li><li>B</li></ul></td></tr></table>"
        )
        assert [(f.address, f.text) for f in found] == [
            ("page/row-1/cell-1", "A B")
        ]

    def test_a_heading_in_a_cell(self) -> None:
        """So is a heading."""
        found = from_html("<tr><td><h3>A</h3>B</td></tr>")
        assert [f.text for f in found] == ["A B"]

    def test_breaks_part_no_paragraph(self) -> None:
        """A line break within a paragraph is a blank."""
        assert [f.text for f in from_html("<p>One<br>two.</p>")] == [
            "One two."
        ]

    def test_a_row_left_open(self) -> None:
        """A page that is cut off gives what it has."""
        found = from_html("<table><tr><td>One<td>Two")
        assert [f.address for f in found] == [
            "page/row-1/cell-1",
            "page/row-1/cell-2",
        ]

    def test_a_stray_end_tag(self) -> None:
        """An end without a start hides nothing."""
        assert [f.text for f in from_html("</script><p>One.</p>")] == ["One."]


class TestHash:
    """Copies of one text have one hash, other texts another."""

    @pytest.mark.parametrize(
        "copy",
        [
            "If PING is off",
            "IfPING is off",
            "If `PING`\nis  off",
            "IfPINGisoff",
        ],
    )
    def test_damage_does_not_count(self, copy: str) -> None:
        """Blanks and code marks come and go with scraping."""
        assert sha256(copy) == sha256("If PING is off")

    def test_quotes_and_dashes(self) -> None:
        """Nor do the forms of quotes, dashes and compatible characters."""
        assert normalise("\u201ca\u201d\u2013\ufb01") == '"a"-fi'

    @pytest.mark.parametrize(
        "other", ["If PING is on", "If Ping is off", "If PING is off!"]
    )
    def test_words_do_count(self, other: str) -> None:
        """A letter, a capital or a mark is another text."""
        assert sha256(other) != sha256("If PING is off")

    def test_is_sha256(self) -> None:
        """The hash is SHA-256 of the UTF-8 of the normalised text."""
        assert sha256("a b c") == (
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )


class TestMarkdown:
    """A page as a mirror keeps it."""

    PAGE = """\
---
title: Ports of the product
layout: any
---
The firewall lets these through. All of them.
<table>
<tr><th>From</th></tr>
<tr><td>Controller<br> leader</td></tr>
</table>

### Network services ###

* TCP 25 (SMTP)
- UDP 53
"""
    HTML = """\
<h1>Ports of the product</h1>
<p>The firewall lets these through. All of them.</p>
<table><tr><th>From</th></tr>
<tr><td>Controller<br> leader</td></tr></table>
<h3>Network services ###</h3><ul><li>TCP 25 (SMTP)</li><li>UDP 53</li></ul>
"""

    def test_it_is_what_its_html_is(self) -> None:
        """Fragment by fragment, at the same addresses."""
        found = from_markdown(self.PAGE)
        assert found == from_html(self.HTML)
        assert [f.address for f in found] == [
            "ports-of-the-product/heading",
            "ports-of-the-product/paragraph-1/sentence-1",
            "ports-of-the-product/paragraph-1/sentence-2",
            "ports-of-the-product/header/cell-1",
            "ports-of-the-product/row-1/cell-1",
            "network-services/heading",
            "network-services/bullet-1/sentence-1",
            "network-services/bullet-2/sentence-1",
        ]

    @pytest.mark.parametrize("name", ["page.md", "PAGE.MARKDOWN"])
    def test_its_name_says_so(self, name: str) -> None:
        """It can begin as plain text does, and have HTML in it."""
        assert read_page(self.PAGE.encode(), name) == from_markdown(self.PAGE)

    @pytest.mark.parametrize(
        "text", ["# A page\n", "---\nlayout: x\n---\n# A page"]
    )
    def test_front_matter_is_optional(self, text: str) -> None:
        """And so is a title in it."""
        (found,) = from_markdown(text)
        assert found.address == "a-page/heading"

    def test_front_matter_that_does_not_end_is_text(self) -> None:
        """No line of a page goes missing."""
        (found,) = from_markdown("---\ntitle: x\n")
        assert found.text == "--- title: x"
