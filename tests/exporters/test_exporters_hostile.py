"""Every format says what it was given, whatever that looks like.

What was written is read back by a parser that is not ours, and compared with
what was to be said: nothing is lost, and nothing is more than text.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from docutils import nodes
from docutils.core import publish_doctree
from hostile import ATTACKS, edition, subjects, texts
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import avi_portspec
from avi_portspec import Deployment, InvalidDataError, diff
from avi_portspec.documents.blocks import (
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
    Table,
)
from avi_portspec.documents.spreadsheet import escape, is_formula, unescape
from avi_portspec.exporters.csv import list_headings
from avi_portspec.exporters.document import answer_document, ticket_document
from avi_portspec.exporters.report import Report, report_on
from avi_portspec.model.flat import port_record
from avi_portspec.model.ports import ProtocolPorts

EACH = pytest.mark.parametrize("attack", ATTACKS)
#: One block of a document, as a parser finds it: its kind and its texts.
Found = tuple[str, Any]


def said(document: Document, *, captions: bool = True) -> list[Found]:
    """Return a document as parsers are to find it."""
    found: list[Found] = [("h1", document.title)]
    for block in document.blocks:
        match block:
            case Heading(text):
                found.append(("h2", text))
            case Paragraph(text):
                found.append(("p", text))
            case Code(text, label):
                found.append(("p", f"{label} {text}".lstrip()))
            case Bullets():
                texts = [(text, *inner) for text, inner in block.pairs()]
                found.append(("ul", [each for item in texts for each in item]))
            case Table(caption, headings, rows):
                cells = [list(headings), *map(list, rows)]
                found.append(("table", (caption if captions else "", cells)))
    return found


def report(subject: Any) -> Report:
    """Return the report on a subject."""
    made = report_on(subject)
    assert made is not None
    return made


def asked(*texts: str) -> Any:
    """Return the answer of a hostile edition for a silent deployment."""
    return edition(*texts).resolve(Deployment(clouds={"silent"}))


# -- Markdown -----------------------------------------------------------------


def in_markdown(text: str) -> list[Found]:
    """Return the blocks that a CommonMark parser with tables finds."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found: list[Found] = []
    tokens = iter(parser.parse(text))
    for token in tokens:
        assert token.type not in {"html_block", "fence", "code_block"}
        if token.type in {"heading_open", "paragraph_open"}:
            found.append((token.tag, plain(next(tokens))))
        elif token.type == "bullet_list_open":
            items = [plain(each) for each in until(tokens, token)]
            found.append(("ul", items))
        elif token.type == "table_open":
            rows: list[list[str]] = []
            for each in until(tokens, token, everything=True):
                if each.type == "tr_open":
                    rows.append([])
                elif each.type == "inline":
                    rows[-1].append(plain(each))
            found.append(("table", ("", rows)))
        else:
            assert token.type in {"heading_close", "paragraph_close"}
    return found


def until(
    tokens: Iterable[Token], opened: Token, *, everything: bool = False
) -> Iterable[Token]:
    """Yield what stands in a block, up to its end."""
    inside = {
        "bullet_list_open": {"bullet_list", "list_item", "paragraph"},
        "table_open": {"thead", "tbody", "tr", "th", "td"},
    }[opened.type]
    for token in tokens:
        closes = opened.type.replace("open", "close")
        if token.type == closes and token.level == opened.level:
            return
        kind = token.type.rsplit("_", 1)[0]
        assert token.type == "inline" or kind in inside
        if everything or token.type == "inline":
            yield token


def plain(token: Token) -> str:
    """Return an inline token's text, which has to be nothing else.

    We write commands and the line breaks of cells.
    """
    children = token.children or []
    texts = {"text", "text_special", "code_inline"}
    assert {c.type for c in children if c.content != "<br>"} <= texts
    return "".join(
        "\n" if child.type == "html_inline" else child.content
        for child in children
    )


class TestMarkdown:
    """Read back by markdown-it."""

    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """In a document and in a ticket: as text, and nothing else."""
        for name, make in (
            ("markdown", answer_document),
            ("ticket", ticket_document),
        ):
            text = avi_portspec.export(subject, name)
            assert isinstance(text, str)
            expected = said(make(report(subject)), captions=False)
            assert in_markdown(text) == expected

    @EACH
    def test_an_attack_stays_text(self, attack: str) -> None:
        """Wherever in an edition it stands."""
        subject = asked(attack)
        text = avi_portspec.export(subject, "ticket")
        assert isinstance(text, str)
        expected = said(ticket_document(report(subject)), captions=False)
        assert in_markdown(text) == expected

    @given(st.lists(texts(), min_size=2, max_size=12, unique=True))
    def test_changes_and_plans_stay_text(self, texts: list[str]) -> None:
        """Of two hostile editions: as text, and nothing else."""
        old, new = edition(*texts), edition(*reversed(texts))
        changes = diff(old, new)
        assert in_markdown(changes.to_markdown()) == said(changes._document())
        plan = diff(old, new, Deployment(clouds={"silent"}))
        expected = said(plan._document(), captions=False)
        assert in_markdown(plan.to_markdown()) == expected

    @EACH
    def test_an_attack_stays_text_in_changes(self, attack: str) -> None:
        """A mention, a link or a formula that came with an edition."""
        old, new = edition("old"), edition(attack)
        changes, plan = (
            diff(old, new),
            diff(old, new, Deployment(clouds={"silent"})),
        )
        for text in (changes.to_markdown(), plan.to_markdown()):
            assert "http://" not in text
            assert not re.search(r"(?<!\\)(\\\\)*[@$]", text)
        assert in_markdown(changes.to_markdown()) == said(changes._document())

    def test_addresses_do_not_become_links(self) -> None:
        """Where a forge makes links of what looks like one."""
        text = avi_portspec.export(asked("http://x.example"), "markdown")
        other = avi_portspec.export(asked("www.x.example, a@b.c"), "markdown")
        assert "http://" not in str(text)
        assert "www." not in str(other)
        assert r"a\@b.c" in str(other)


# -- reStructuredText ---------------------------------------------------------


def in_rst(text: str) -> list[Found]:
    """Return the blocks that Docutils finds."""
    tree = publish_doctree(
        text,
        settings_overrides={
            "file_insertion_enabled": False,
            "halt_level": 2,
            "raw_enabled": False,
            "report_level": 5,
        },
    )
    assert not [*tree.findall(nodes.system_message)]
    texts = (nodes.Text, nodes.title, nodes.paragraph)
    blocks = (nodes.section, nodes.bullet_list, nodes.list_item, nodes.table)
    inner = (nodes.tgroup, nodes.colspec, nodes.thead, nodes.tbody)
    cells = (nodes.row, nodes.entry, nodes.document)
    for node in tree.findall():
        assert isinstance(node, texts + blocks + inner + cells), node
    found: list[Found] = []
    walk_rst(tree, found)
    return found


def walk_rst(parent: nodes.Element, found: list[Found]) -> None:
    """Add the blocks of one element to what was found."""
    for node in parent.children:
        if isinstance(node, nodes.title):
            top = isinstance(parent, nodes.document)
            found.append(("h1" if top else "h2", node.astext()))
        elif isinstance(node, nodes.section):
            walk_rst(node, found)
        elif isinstance(node, nodes.bullet_list):
            items = [item.astext() for item in node.children]
            found.append(("ul", items))
        elif isinstance(node, nodes.table):
            rows = [
                [entry.astext() for entry in row.children]
                for row in node.findall(nodes.row)
            ]
            caption = next(iter(node.findall(nodes.title))).astext()
            found.append(("table", (caption, rows)))
        else:
            assert isinstance(node, nodes.paragraph)
            found.append(("p", node.astext()))


class TestRst:
    """Read back by Docutils."""

    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """As text: no role, substitution, reference or directive."""
        text = avi_portspec.export(subject, "rst")
        assert isinstance(text, str)
        assert in_rst(text) == said(answer_document(report(subject)))

    @EACH
    def test_an_attack_stays_text(self, attack: str) -> None:
        """Wherever in an edition it stands."""
        subject = asked(attack)
        text = avi_portspec.export(subject, "rst")
        assert isinstance(text, str)
        assert in_rst(text) == said(answer_document(report(subject)))


# -- HTML ---------------------------------------------------------------------


def in_html(text: str) -> list[Found]:
    """Return the blocks that an HTML parser finds."""
    soup = BeautifulSoup(text, "html.parser")
    main = soup.main
    assert main is not None
    found: list[Found] = []
    for node in main.children:
        if not isinstance(node, Tag):
            assert str(node) == "\n"
        elif node.name == "ul":
            items = [item.text for item in node.find_all("li")]
            found.append(("ul", items))
        elif node.name == "div":
            caption = node.find("caption")
            assert caption is not None
            assert node["aria-label"] == caption.text
            for line in node.find_all("br"):
                line.replace_with("\n")
            rows = [
                [cell.text for cell in row.find_all(["th", "td"])]
                for row in node.find_all("tr")
            ]
            found.append(("table", (caption.text, rows)))
        else:
            found.append((node.name, node.text))
    return found


class TestHtml:
    """Read back by Beautiful Soup."""

    TAGS = (
        *("html", "head", "meta", "title", "style", "body", "main"),
        *("h1", "h2", "p", "ul", "li", "div", "table", "caption"),
        *("thead", "tbody", "tr", "th", "td", "span"),
    )

    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """In a document and in a ticket."""
        for name, make in (
            ("html", answer_document),
            ("ticket-html", ticket_document),
        ):
            text = avi_portspec.export(subject, name)
            assert isinstance(text, str)
            assert in_html(text) == said(make(report(subject)))

    @EACH
    def test_an_attack_makes_no_tag(self, attack: str) -> None:
        """No tag, attribute or address is there that we did not write."""
        text = avi_portspec.export(asked(attack), "html")
        soup = BeautifulSoup(text, "html.parser")
        assert {tag.name for tag in soup.find_all(re.compile("."))} <= {
            *self.TAGS
        }
        known = {
            *("aria-label", "charset", "class", "content", "data-label"),
            "dir",
            *("http-equiv", "lang", "name", "role", "scope", "tabindex"),
        }
        assert {
            key for tag in soup.find_all(re.compile(".")) for key in tag.attrs
        } <= (known)
        # Nothing parts a range, an option, a name such as NSX-T, a port and
        # its service, or a word and the letter of its footnote, and nothing
        # else is kept whole.
        whole = r"[0-9.]+(-[0-9.]+)+|-\S*|\w+-\w|\w+\.? \[[a-z]+\]"
        whole += r"|([A-Z]+ )?\d+(-\d+)?( \([A-Z][\w ]*\))?"
        for span in soup.find_all("span"):
            assert not span.attrs
            assert re.fullmatch(whole, span.text)
        assert soup.title is not None
        assert attack in soup.title.text

    def test_the_page_forbids_everything_but_its_style(self) -> None:
        """By a policy that names the style by its hash."""
        text = avi_portspec.export(asked("a"), "html")
        soup = BeautifulSoup(text, "html.parser")
        assert soup.style is not None
        digest = hashlib.sha256(soup.style.text.encode()).digest()
        policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})
        assert isinstance(policy, Tag)
        rules = dict(
            rule.strip().split(" ", 1)
            for rule in str(policy["content"]).split(";")
        )
        assert rules == {
            "default-src": "'none'",
            "style-src": f"'sha256-{base64.b64encode(digest).decode()}'",
            "base-uri": "'none'",
            "form-action": "'none'",
        }


# -- spreadsheets -------------------------------------------------------------


def rows_of(subject: Any) -> list[dict[str, Any]]:
    """Return what the rows of a CSV file are to say."""
    made = report(subject)
    return [
        {**record, **made.made_from}
        for record in map(port_record, (*made.rows, *made.unstated))
    ]


class TestFormulas:
    """What a spreadsheet would run."""

    @pytest.mark.parametrize(
        "text",
        [
            *("=1", "+1", "-1", "@a", "\t=1", "\r=1", "'=1", "''-1"),
            *("＝1", "＋1", "－1", "＠a", "﹦1"),  # noqa: RUF001
            *("a;=1", "a; =1", " =1", "a;'=1"),
        ],
    )
    def test_it_is_marked_as_text(self, text: str) -> None:
        """By an apostrophe, which the inverse takes away again."""
        assert is_formula(text)
        cell = escape(text)
        assert re.search(r"(^|;) *'", cell)
        assert cell != text
        assert unescape(cell) == text

    @pytest.mark.parametrize("text", ["", "a=1", "1-1", "it's", "'quoted'"])
    def test_other_texts_are_left_alone(self, text: str) -> None:
        """Marks where there is no danger would only be noise."""
        assert not is_formula(text)
        assert escape(text) == text == unescape(text)

    @given(subjects())
    def test_the_inverse_is_exact(self, subject: Any) -> None:
        """For every text of every edition."""
        for row in rows_of(subject):
            for cell in row.values():
                if isinstance(cell, str):
                    assert unescape(escape(cell)) == cell


class TestCsv:
    """Read back by Python's reader."""

    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """Through the documented inverse; numbers are numbers."""
        text = avi_portspec.export(subject, "csv")
        assert isinstance(text, str)
        found = csv.DictReader(
            io.StringIO(text, newline=""), quoting=csv.QUOTE_NONNUMERIC
        )
        back = [
            {
                key: unescape(cell) if isinstance(cell, str) else int(cell)
                for key, cell in row.items()
            }
            for row in found
        ]
        rows = [*rows_of(subject)]
        for found_row, row in zip(back, rows, strict=False):
            # A column need not show a key of the records.
            for key in row.keys() & {*list_headings()}:
                value = row[key]  # type: ignore[literal-required]
                assert found_row[key] == ("" if value is None else value)
        # What is left open and has no record has no port to open either.
        left = report(subject)
        told = {each.text for each in (*left.conflicts, *left.gaps)}
        assert len(back) >= len(rows)
        for cells in back[len(rows) :]:
            assert cells["decision"] in {"unsupported", "unstated"}
            assert cells["port_low"] == cells["port_high"] == ""
            assert cells["reason"] in told

    @EACH
    def test_no_cell_can_run(self, attack: str) -> None:
        """Whether cells are parted by commas or by semicolons."""
        text = avi_portspec.export(asked(attack), "csv")
        assert isinstance(text, str)
        for parting in ",;":
            for row in csv.reader(io.StringIO(text), delimiter=parting):
                for cell in row:
                    assert not cell.strip().startswith(
                        ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
                    )


def cell_of(pair: ProtocolPorts) -> str | int | None:
    """Return the cell of a workbook for one protocol and port range."""
    if pair.ports is None:
        return pair.number.replace("echo request", "echo") or None
    low, high = pair.ports.low, pair.ports.high
    return low if low == high else f"{low}-{high}"


class TestXlsx:
    """Read back by openpyxl."""

    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """In the sheet of rules: texts as texts, numbers as numbers."""
        written = avi_portspec.export(subject, "xlsx")
        assert isinstance(written, bytes)
        book = openpyxl.load_workbook(io.BytesIO(written))
        head, *rows = book["Rules"].iter_rows(min_row=6)
        names = [cell.value for cell in head]
        found = Counter(
            tuple(
                row[names.index(heading)].value
                for heading in ("Source", "Destination", "Protocol", "Port")
            )
            for row in rows
        )
        made = report(subject)
        ends = made.edition.endpoints
        assert found == Counter(
            (
                ends[row.flow.source].label,
                ends[row.flow.destination].label,
                row.pair.protocol.label,
                cell_of(row.pair),
            )
            for row in made.rows
            if row.pair is not None
        )
        for row in rows:
            for cell in row:
                is_text = isinstance(cell.value, str)
                assert cell.data_type == ("s" if is_text else "n")
        texts = "\n".join(str(row[-1].value) for row in rows)
        for flow in {row.flow for row in made.rows}:
            assert (flow.purpose or "").casefold() in texts.casefold()

    @pytest.mark.parametrize("start", range(0, len(ATTACKS), 7))
    def test_no_cell_can_run(self, start: int) -> None:
        """Not even after somebody edits it: it is marked as text."""
        attacks = ATTACKS[start : start + 7]
        written = avi_portspec.export(asked(*attacks), "xlsx")
        assert isinstance(written, bytes)
        book = openpyxl.load_workbook(io.BytesIO(written))
        found = ""
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in {"s", "n"}
                    assert cell.hyperlink is None
                    risky = is_formula(str(cell.value or ""))
                    assert cell.quotePrefix == risky
                    found += f"{cell.value}\n"
        for attack in attacks:
            assert attack in found


# -- data ---------------------------------------------------------------------


READERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "yaml": yaml.safe_load,
    "toml": tomllib.loads,
}


class TestData:
    """Read back by each language's own reader."""

    @given(subjects())
    def test_the_three_say_the_same(self, subject: Any) -> None:
        """TOML leaves out what is not there; nothing else differs."""

        def without_null(data: Any) -> Any:
            if isinstance(data, dict):
                return {
                    key: without_null(value)
                    for key, value in data.items()
                    if value is not None
                }
            if isinstance(data, list):
                return [without_null(item) for item in data]
            return data

        back = {
            name: reader(str(avi_portspec.export(subject, name)))
            for name, reader in READERS.items()
        }
        assert back["json"] == back["yaml"]
        assert back["toml"] == without_null(back["json"])

    @EACH
    def test_an_edition_comes_back_whole(self, attack: str) -> None:
        """From JSON and from TOML, through the strict reader."""
        made = edition(attack)
        as_json = str(avi_portspec.export(made, "json"))
        as_toml = str(avi_portspec.export(made, "toml"))
        assert avi_portspec.loads(as_json) == made
        assert avi_portspec.loads_toml(as_toml) == made


@pytest.mark.parametrize(
    "text",
    [
        *("a\u202eb", "a\u200fb", "\u2066a\u2069", "a\u061cb", "a\u200eb"),
        *("a\x00b", "a\x1b[31mb", "a\tb", "a\rb", "a\nb", "a\x85b"),
        *("a\ud800b", "\ufeffa", "a\u2028b", "a\u200bb", "a\ufffeb"),
        "a\U000e0041b",
    ],
)
def test_what_would_make_a_table_lie_gets_into_no_record(text: str) -> None:
    """No controls, no marks that turn text around, no lone surrogates.

    No format has to handle them, for no edition can hold them.
    """
    with pytest.raises(InvalidDataError):
        edition(text)
