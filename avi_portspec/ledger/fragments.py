"""A page taken apart: headings, sentences, bullets and cells.

Three forms of a page are read: plain text as it is scraped from HTML, HTML
itself, and Markdown. All give the same fragments at the same addresses, like
``notes/bullet-2/sentence-1``. A fragment is compared by the SHA-256 of its
normalised text, so that a ledger of them holds none of the vendor's
sentences.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterator
from html import unescape
from itertools import count, pairwise
from typing import Final, NamedTuple

from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.serialisation.limits import decode

__all__ = [
    "Fragment",
    "from_html",
    "from_markdown",
    "from_text",
    "normalise",
    "read_page",
    "sha256",
    "slug_of",
]

#: The longest page, in characters: ten times the longest that is known.
PAGE_AT_MOST: Final = 2 * 1024 * 1024
#: The most marks on a letter.
_MARKS: Final = 30
#: How many words of a heading an address has: enough to tell them apart.
_SLUG: Final = 6
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
#: What scraping adds to a text or takes from it: blanks and code marks.
_DAMAGE: Final = re.compile(r"[\s`|\u200b]+")
_PLAINER: Final = str.maketrans("‘’“”–—", "''\"\"--")  # noqa: RUF001 - these
#: What a rule of a table consists of, beside blanks.
_RULED: Final = dict.fromkeys(map(ord, "-:|"))
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


def normalise(text: str) -> str:
    """Return a text without what differs from one copy to another.

    Blanks, code marks, and the forms of quotes and dashes go; letters,
    digits and the rest of the punctuation stay.

    >>> normalise("Port  443 - `HTTPS`")
    'Port443-HTTPS'
    """
    plain = unicodedata.normalize("NFKC", text).translate(_PLAINER)
    return _DAMAGE.sub("", plain)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text's normalised form, in hexadecimal."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


def slug_of(heading: str) -> str:
    """Return what the addresses below a heading begin with.

    >>> slug_of("Ports Used by Controller for Network Services")
    'ports-used-by-controller-for-network'
    """
    words = re.findall(r"[a-z0-9]+", heading.casefold())[:_SLUG]
    return "-".join(words) or "heading"


class _Page:
    """The fragments of a page, addressed as they come."""

    def __init__(self) -> None:
        self.fragments: list[Fragment] = []
        self.section = "page"
        self.used: set[str] = set()
        self.recurring: dict[str, Iterator[int]] = {}
        self.counts: dict[str, int] = {}

    def heading(self, text: str) -> None:
        slug = slug_of(text)
        # A heading that recurs is numbered, past any that reads like that,
        # and on from the number that it had before.
        numbers = self.recurring.setdefault(slug, count(2))
        first = slug
        while slug in self.used:
            slug = f"{first}-{next(numbers)}"
        self.used.add(slug)
        self.section = slug
        self.counts = {}
        self._add("heading", text)

    def sentences(self, kind: str, text: str) -> None:
        """Add a paragraph or a bullet."""
        place = self._next(kind)
        for number, sentence in enumerate(_SENTENCE.split(text), start=1):
            self._add(f"{place}/sentence-{number}", sentence)

    def row(self, cells: list[str], *, header: bool) -> None:
        place = "header" if header else self._next("row")
        for number, cell in enumerate(filter(None, cells), start=1):
            self._add(f"{place}/cell-{number}", cell)

    def _next(self, kind: str) -> str:
        self.counts[kind] = number = self.counts.get(kind, 0) + 1
        return f"{kind}-{number}"

    def _add(self, place: str, text: str) -> None:
        self.fragments.append(Fragment(f"{self.section}/{place}", text))


def _check(text: str) -> None:
    """Refuse what no page is, and what would take too long to compare.

    Normalising puts the marks on a letter in order, and takes the square of
    their number; Unicode (UAX 15, "Stream-Safe Text Format") knows none
    with more than thirty.
    """
    faults = []
    if len(text) > PAGE_AT_MOST:
        expected = f"a page of at most {PAGE_AT_MOST:,} characters"
        faults.append(
            Fault("ledger/page-too-long", "", expected, f"{len(text):,}")
        )
    elif not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as wrong:
            got = f"half a character at offset {wrong.start}"
            faults.append(Fault("ledger/half-character", "", "text", got))
        if _is_overmarked(text):
            expected = f"at most {_MARKS} marks on a letter"
            faults.append(Fault("ledger/too-many-marks", "", expected, "more"))
    if faults:
        raise InvalidDataError("page", faults)


def _is_overmarked(text: str) -> bool:
    """Return whether a letter has more marks than any needs."""
    marks = "".join(filter(unicodedata.combining, {*text}))
    if not marks:
        return False
    run = f"[{re.escape(marks)}]{{{_MARKS + 1}}}"
    return re.search(run, text) is not None


# -- plain text ---------------------------------------------------------------


def from_text(text: str) -> tuple[Fragment, ...]:
    """Return the fragments of a page in plain text.

    A line with bars is a row of a table, and one that starts with a hyphen
    a bullet; a hyphen alone has its bullet on the lines below, up to the
    end of a sentence. Of the other lines, those that end a sentence or
    announce a list are paragraphs, the rest are headings.

    Args:
        text: The vendor's page.

    Raises:
        InvalidDataError: It is too large, or no text that people write.
    """
    _check(text)
    page = _Page()
    lines = [line.strip() for line in text.splitlines()]
    for kind, words in _blocks(lines):
        if kind == "bullet":
            page.sentences("bullet", words)
        elif kind in {"row", "header"}:
            cells = [cell.strip() for cell in words.split("|")]
            page.row(cells, header=kind == "header")
        elif words.endswith(_ENDED):
            page.sentences("paragraph", words)
        else:
            page.heading(words)
    return tuple(page.fragments)


def _is_rule(line: str) -> bool:
    """Return whether a line only parts the head of a table from its rows."""
    return "---" in line and not line.translate(_RULED).strip()


def _blocks(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each block of the text, and whether it is a bullet or row."""
    item: list[str] | None = None
    for line, after in pairwise([*lines, ""]):
        if line == "-" or (item and item[-1].endswith(_ENDED)):
            if item:
                yield "bullet", " ".join(item)
            item = [] if line == "-" else None
        if line in {"", "|", "-"} or _is_rule(line):
            continue
        if item is not None:
            item.append(line)
        elif line.startswith("- "):
            yield "bullet", line[2:]
        elif "|" in line:
            header = "|" in after and _is_rule(after)
            yield "header" if header else "row", line
        else:
            yield "text", line
    if item:
        yield "bullet", " ".join(item)


# -- HTML ---------------------------------------------------------------------

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS: Final = frozenset({"td", "th"})
#: Tags that part one text from the next.
_PARTING: Final = frozenset(
    [
        *("address", "article", "aside", "blockquote", "body", "br", "dd"),
        *("div", "dl", "dt", "footer", "header", "hr", "li", "main", "nav"),
        *("ol", "p", "pre", "section", "table", "tbody", "thead", "tr", "ul"),
        *_HEADINGS,
        *_CELLS,
    ]
)
_SILENT: Final = frozenset({"head", "script", "style", "template"})


#: One tag. No attribute holds a "<": so what each tag is looked for in ends
#: at the next one, and reading takes time in proportion to the text, which
#: that of the standard library does not promise for broken HTML.
_TAG: Final = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][^\s/<>]*+)"""
    r"""(?:[^<>"']|"[^"<]*+"|'[^'<]*+'|["'])*+>"""
)
#: What is no text and no tag either, with what ends it.
_ASIDE: Final = (("<!--", "-->"), ("<!", ">"), ("<?", ">"))
#: Tags whose content is no HTML, with what ends it.
_RAW: Final = {
    name: re.compile(f"</{name}", re.IGNORECASE | re.ASCII)
    for name in ("script", "style")
}
#: A number of a character that is longer than any is none.
_LONG_NUMBER: Final = re.compile(r"&#(?=[0-9a-fA-FxX]{9})")


class _Reader:
    """Reads HTML into a page, block by block."""

    def __init__(self) -> None:
        self.page = _Page()
        self.words: list[str] = []
        #: What the words at hand will be: heading, bullet, cell, paragraph.
        self.kind = "paragraph"
        self.cells: list[str] = []
        self.is_header = True
        self.silent = 0

    def feed(self, text: str) -> None:
        """Read a page."""
        at = 0
        while at < len(text):
            opened = text.find("<", at)
            if opened < 0:
                opened = len(text)
            if opened > at:
                self.handle_data(text[at:opened])
            at = self._markup(text, opened) if opened < len(text) else opened

    def _markup(self, text: str, at: int) -> int:
        """Read what begins with a "<", and return where it ends."""
        for begins, ends in _ASIDE:
            if text.startswith(begins, at):
                end = text.find(ends, at + len(begins))
                return len(text) if end < 0 else end + len(ends)
        tag = _TAG.match(text, at)
        if tag is None:
            self.handle_data("<")
            return at + 1
        name = tag["name"].lower()
        if tag["end"]:
            self.handle_endtag(name)
            return tag.end()
        self.handle_starttag(name)
        if name in _RAW:
            close = _RAW[name].search(text, tag.end())
            return len(text) if close is None else close.start()
        return tag.end()

    def handle_starttag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _PARTING:
            self._part(tag)
            if tag == "li" and self.kind != "cell":
                self.flush()
                self.kind = "bullet"
            elif tag in _CELLS:
                self.flush()
                self.kind = "cell"
                self.is_header = self.is_header and tag == "th"
            elif tag in _HEADINGS and self.kind == "paragraph":
                self.kind = "heading"

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _PARTING:
            self._part(tag)
            if (tag == "li" and self.kind == "bullet") or tag in _CELLS:
                self.flush()
            if tag == "tr":
                self.end_row()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(unescape(_LONG_NUMBER.sub("&amp;#", data)))

    def _part(self, tag: str) -> None:
        if self.kind in {"bullet", "cell"} or tag == "br":
            # Paragraphs within a bullet or cell do not end it.
            self.words.append(" ")
        else:
            self.flush()

    def flush(self) -> None:
        """End the block at hand."""
        text = " ".join("".join(self.words).split())
        kind, self.kind, self.words = self.kind, "paragraph", []
        if kind == "cell":
            self.cells.append(text)
        elif text and kind == "heading":
            self.page.heading(text)
        elif text:
            self.page.sentences(kind, text)

    def end_row(self) -> None:
        """End the row at hand, if it has any cell."""
        if self.cells:
            self.page.row(self.cells, header=self.is_header)
        self.cells, self.is_header = [], True


def from_html(text: str) -> tuple[Fragment, ...]:
    """Return the fragments of a page in HTML.

    Args:
        text: The vendor's page.

    Raises:
        InvalidDataError: It is too large, or no text that people write.
    """
    _check(text)
    reader = _Reader()
    reader.feed(text)
    reader.flush()
    reader.end_row()
    return tuple(reader.page.fragments)


# -- Markdown -----------------------------------------------------------------

#: Where the front matter of a page begins, and where it ends.
_FRONT: Final = "---"
#: A line that is a heading, one that is a bullet, and the title in the front
#: matter, each with the element of HTML that it is.
_LINES: Final = (
    (re.compile(r"#{1,6}\s+(.*)"), "h2"),
    (re.compile(r"[*-]\s+(.*)"), "li"),
)
_TITLE: Final = re.compile(r"title:\s*(.*)")


def from_markdown(text: str) -> tuple[Fragment, ...]:
    """Return the fragments of a page in Markdown.

    Of Markdown it knows headings, bullets of a line, and the title in front
    matter; what else there is, such as a table, is read as HTML.

    Args:
        text: The vendor's page.

    Raises:
        InvalidDataError: It is too large, or no text that people write.
    """
    head, lines = [], [line.strip() for line in text.splitlines()]
    if lines[:1] == [_FRONT] and _FRONT in lines[1:]:
        end = lines.index(_FRONT, 1)
        titles = filter(None, map(_TITLE.fullmatch, lines[:end]))
        head = [f"<h1>{title[1]}</h1>" for title in titles]
        lines = lines[end + 1 :]
    return from_html("\n".join([*head, *map(_as_html, lines)]))


def _as_html(line: str) -> str:
    """Return a line of Markdown as HTML; an empty one ends a paragraph."""
    for pattern, tag in _LINES:
        found = pattern.fullmatch(line)
        if found is not None:
            return f"<{tag}>{found[1]}</{tag}>"
    return line or "<p>"


# -- any of the three ---------------------------------------------------------

_HTML: Final = (".htm", ".html", ".xhtml")
_MARKDOWN: Final = (".md", ".markdown")


def read_page(data: bytes, subject: str) -> tuple[Fragment, ...]:
    """Return the fragments of a page: HTML, Markdown or plain text.

    The name's ending says which of them it is; without one that does, HTML
    is what begins with a tag.

    Args:
        data: The vendor's page, in UTF-8, with or without the byte order
            mark that browsers on Windows write.
        subject: The file's name; ``-`` or the like for standard input.

    Raises:
        InvalidDataError: It is not UTF-8, is too large, or is not text
            that people write.
    """
    text = decode(data.removeprefix(BOM_UTF8), subject)
    name = subject.lower()
    if name.endswith(_MARKDOWN):
        return from_markdown(text)
    is_html = name.endswith(_HTML) or (
        not name.endswith(".txt") and text.lstrip().startswith("<")
    )
    return (from_html if is_html else from_text)(text)
