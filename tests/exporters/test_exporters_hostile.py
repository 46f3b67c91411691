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
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from docutils import nodes
from docutils.core import publish_doctree
from hostile import ATTACKS, edition, subjects
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

import avi_portspec
from avi_portspec import Deployment, InvalidDataError
from avi_portspec.exporters.csv import COLUMNS
from avi_portspec.exporters.document import (
    Bullets,
    Document,
    Heading,
    Paragraph,
    Table,
    answer,
    ticket,
)
from avi_portspec.exporters.formulas import (
    is_formula,
    neutralised,
    restored,
)
from avi_portspec.exporters.report import Report, report_on

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
            case Bullets(items):
                found.append(("ul", list(items)))
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
        "bullet_list_open": {"list_item", "paragraph"},
        "table_open": {"thead", "tbody", "tr", "th", "td"},
    }[opened.type]
    for token in tokens:
        if token.type == opened.type.replace("open", "close"):
            return
        kind = token.type.rsplit("_", 1)[0]
        assert token.type == "inline" or kind in inside
        if everything or token.type == "inline":
            yield token


def plain(token: Token) -> str:
    """Return an inline token's text, which has to be nothing else."""
    children = token.children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


class TestMarkdown:
    """Read back by markdown-it."""

    @settings(max_examples=30)
    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """In a document and in a ticket: as text, and nothing else."""
        for name, make in (("markdown", answer), ("ticket", ticket)):
            text = avi_portspec.export(subject, name)
            assert isinstance(text, str)
            wanted = said(make(report(subject)), captions=False)
            assert in_markdown(text) == wanted

    @EACH
    def test_an_attack_stays_text(self, attack: str) -> None:
        """Wherever in an edition it stands."""
        subject = asked(attack)
        text = avi_portspec.export(subject, "ticket")
        assert isinstance(text, str)
        wanted = said(ticket(report(subject)), captions=False)
        assert in_markdown(text) == wanted

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

    @settings(max_examples=25)
    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """As text: no role, substitution, reference or directive."""
        text = avi_portspec.export(subject, "rst")
        assert isinstance(text, str)
        assert in_rst(text) == said(answer(report(subject)))

    @EACH
    def test_an_attack_stays_text(self, attack: str) -> None:
        """Wherever in an edition it stands."""
        subject = asked(attack)
        text = avi_portspec.export(subject, "rst")
        assert isinstance(text, str)
        assert in_rst(text) == said(answer(report(subject)))


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
        *("thead", "tbody", "tr", "th", "td"),
    )

    @settings(max_examples=30)
    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """In a document and in a ticket."""
        for name, make in (("html", answer), ("ticket-html", ticket)):
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
            *("aria-label", "charset", "class", "content", "dir"),
            *("http-equiv", "lang", "name", "role", "scope", "tabindex"),
        }
        assert {
            key for tag in soup.find_all(re.compile(".")) for key in tag.attrs
        } <= (known)
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
        for record in (*made.records, *made.unstated)
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
        cell = neutralised(text)
        assert re.search(r"(^|;) *'", cell)
        assert cell != text
        assert restored(cell) == text

    @pytest.mark.parametrize("text", ["", "a=1", "1-1", "it's", "'quoted'"])
    def test_other_texts_are_left_alone(self, text: str) -> None:
        """Marks where there is no danger would only be noise."""
        assert not is_formula(text)
        assert neutralised(text) == text == restored(text)

    @given(subjects())
    @settings(max_examples=15)
    def test_the_inverse_is_exact(self, subject: Any) -> None:
        """For every text of every edition."""
        for row in rows_of(subject):
            for cell in row.values():
                if isinstance(cell, str):
                    assert restored(neutralised(cell)) == cell


class TestCsv:
    """Read back by Python's reader."""

    @settings(max_examples=30)
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
                key: restored(cell) if isinstance(cell, str) else int(cell)
                for key, cell in row.items()
            }
            for row in found
        ]
        wanted = [
            {key: "" if row[key] is None else row[key] for key in COLUMNS}
            for row in rows_of(subject)
        ]
        assert back[: len(wanted)] == wanted
        # What is left open and has no record has no port to open either.
        left = report(subject)
        told = {each.text for each in (*left.conflicts, *left.gaps)}
        for row in back[len(wanted) :]:
            assert row["decision"] in {"unsupported", "unstated"}
            assert row["port_low"] == row["port_high"] == ""
            assert row["reason"] in told

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


class TestXlsx:
    """Read back by openpyxl."""

    @settings(max_examples=10)
    @given(subjects())
    def test_any_text_comes_back(self, subject: Any) -> None:
        """In the sheet of ports: texts as texts, numbers as numbers."""
        written = avi_portspec.export(subject, "xlsx")
        assert isinstance(written, bytes)
        book = openpyxl.load_workbook(io.BytesIO(written))
        sheet = book["Ports"]
        head, *rows = sheet.iter_rows()
        names = [cell.value for cell in head]
        records = report(subject).records
        assert len(rows) == len(records)
        for row, record in zip(rows, records, strict=True):
            cells = dict(zip(names, row, strict=True))
            for heading, key in (
                ("Flow", "flow"),
                ("Source", "source_name"),
                ("Reason", "reason"),
                ("Service", "service"),
                ("Port from", "port_low"),
                ("Port to", "port_high"),
                ("ICMP type", "icmp_type"),
            ):
                wanted = record[key]  # type: ignore[literal-required]
                assert cells[heading].value == wanted
                kind = "n" if not isinstance(wanted, str) else "s"
                assert cells[heading].data_type == kind

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

    @settings(max_examples=15)
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
