"""A page taken apart: headings, sentences, bullets and cells.

Two forms of a page are read, plain text as it is scraped from HTML, and
HTML itself. Both give the same fragments at the same addresses, such as
``notes/bullet-2/sentence-1``. A fragment is compared by the SHA-256 of its
normalised text, so that a ledger of them holds no sentence of the page.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count, pairwise
from typing import Final, NamedTuple

__all__ = ["Fragment", "from_html", "from_text", "normalised", "sha256"]

#: How many words of a heading an address has: enough to tell them apart.
_SLUG: Final = 6
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
#: What scraping adds to a text or takes from it: blanks and code marks.
_DAMAGE: Final = re.compile(r"[\s`|\u200b]+")
_PLAINER: Final = str.maketrans("‘’“”–—", "''\"\"--")  # noqa: RUF001 - these
_RULE: Final = re.compile(r"[-:|\s]*-{3}[-:|\s]*")
#: A text that ends so is complete; the next line begins another one.
_ENDED: Final = (".", ":", "!", "?")


class Fragment(NamedTuple):
    """One piece of a page.

    Attributes:
        address: Where it stands.
        text: What it says.
    """

    address: str
    text: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of its normalised text, in hexadecimal."""
        return sha256(self.text)


def normalised(text: str) -> str:
    """Return a text without what differs from one copy to another.

    Blanks, code marks, and the forms of quotes and dashes go; letters,
    digits and the rest of the punctuation stay.

    >>> normalised("Port  443 - `HTTPS`")
    'Port443-HTTPS'

    Args:
        text: A fragment's text.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_PLAINER)
    return _DAMAGE.sub("", plain)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text's normalised form, in hexadecimal.

    Args:
        text: A fragment's text.
    """
    return hashlib.sha256(normalised(text).encode()).hexdigest()


class _Page:
    """The fragments of a page, addressed as they come."""

    def __init__(self) -> None:
        self.fragments: list[Fragment] = []
        self.section = "page"
        self.used: set[str] = set()
        self.counts: dict[str, int] = {}

    def heading(self, text: str) -> None:
        words = re.findall(r"[a-z0-9]+", text.casefold())[:_SLUG]
        slug = "-".join(words) or "heading"
        # A heading that recurs is numbered, past any that reads like that.
        numbered = (f"{slug}-{number}" for number in count(2))
        while slug in self.used:
            slug = next(numbered)
        self.used.add(slug)
        self.section = slug
        self.counts = {}
        self._add("heading", text)

    def paragraph(self, text: str) -> None:
        self._sentences("paragraph", text)

    def bullet(self, text: str) -> None:
        self._sentences("bullet", text)

    def row(self, cells: list[str], *, header: bool) -> None:
        place = "header" if header else self._next("row")
        for number, cell in enumerate(filter(None, cells), start=1):
            self._add(f"{place}/cell-{number}", cell)

    def _sentences(self, kind: str, text: str) -> None:
        place = self._next(kind)
        for number, each in enumerate(_SENTENCE.split(text), start=1):
            self._add(f"{place}/sentence-{number}", each)

    def _next(self, kind: str) -> str:
        self.counts[kind] = number = self.counts.get(kind, 0) + 1
        return f"{kind}-{number}"

    def _add(self, place: str, text: str) -> None:
        self.fragments.append(Fragment(f"{self.section}/{place}", text))


# -- plain text ---------------------------------------------------------------


def from_text(text: str) -> tuple[Fragment, ...]:
    """Return the fragments of a page in plain text.

    A line with bars is a row of a table, and one that starts with a hyphen
    a bullet; a hyphen alone has its bullet on the lines below, up to the
    end of a sentence. Of the other lines, those that end a sentence or
    announce a list are paragraphs, the rest are headings.

    Args:
        text: The page.
    """
    page = _Page()
    lines = [line.strip() for line in text.splitlines()]
    for kind, words in _blocks(lines):
        if kind == "bullet":
            page.bullet(words)
        elif kind in {"row", "header"}:
            cells = [cell.strip() for cell in words.split("|")]
            page.row(cells, header=kind == "header")
        elif words.endswith(_ENDED):
            page.paragraph(words)
        else:
            page.heading(words)
    return tuple(page.fragments)


def _blocks(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each block of the text, and whether it is a bullet or row."""
    item: list[str] | None = None
    for line, after in pairwise([*lines, ""]):
        if line == "-" or (item and item[-1].endswith(_ENDED)):
            if item:
                yield "bullet", " ".join(item)
            item = [] if line == "-" else None
        if line in {"", "|", "-"} or _RULE.fullmatch(line):
            continue
        if item is not None:
            item.append(line)
        elif line.startswith("- "):
            yield "bullet", line[2:]
        elif "|" in line:
            header = "|" in after and _RULE.fullmatch(after)
            yield "header" if header else "row", line
        else:
            yield "text", line
    if item:
        yield "bullet", " ".join(item)


# -- HTML ---------------------------------------------------------------------

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS: Final = frozenset({"td", "th"})
#: Tags that part one text from the next.
_PARTING: Final = _HEADINGS | {
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "thead",
    "tr",
    "ul",
    *_CELLS,
}
_SILENT: Final = frozenset({"head", "script", "style", "template"})


class _Reader(HTMLParser):
    """Reads HTML into a page, block by block."""

    def __init__(self) -> None:
        super().__init__()
        self.page = _Page()
        self.words: list[str] = []
        #: What the words at hand will be: a heading, bullet, cell or text.
        self.kind = "text"
        self.cells: list[str] = []
        self.is_header = True
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _PARTING:
            self._parting(tag)
            if tag == "li" and self.kind != "cell":
                self.flush()
                self.kind = "bullet"
            elif tag in _CELLS:
                self.flush()
                self.kind = "cell"
                self.is_header = self.is_header and tag == "th"
            elif tag in _HEADINGS and self.kind == "text":
                self.kind = "heading"

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _PARTING:
            self._parting(tag)
            if (tag == "li" and self.kind == "bullet") or tag in _CELLS:
                self.flush()
            if tag == "tr":
                self.end_row()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)

    def _parting(self, tag: str) -> None:
        if self.kind in {"bullet", "cell"}:
            # Paragraphs and breaks within a bullet or cell do not end it.
            self.words.append(" ")
        elif tag != "br":
            self.flush()
        else:
            self.words.append(" ")

    def flush(self) -> None:
        """End the block at hand."""
        text = " ".join("".join(self.words).split())
        kind, self.kind, self.words = self.kind, "text", []
        if kind == "cell":
            self.cells.append(text)
        elif text:
            put = {
                "bullet": self.page.bullet,
                "heading": self.page.heading,
                "text": self.page.paragraph,
            }
            put[kind](text)

    def end_row(self) -> None:
        """End the row at hand, if it has any cell."""
        if self.cells:
            self.page.row(self.cells, header=self.is_header)
        self.cells, self.is_header = [], True


def from_html(text: str) -> tuple[Fragment, ...]:
    """Return the fragments of a page in HTML.

    Args:
        text: The page.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.flush()
    reader.end_row()
    return tuple(reader.page.fragments)
