"""The small pieces that all renderings are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = [
    "Pen",
    "Phrase",
    "PlainWords",
    "Values",
    "Words",
    "is_typed",
    "setup",
    "target",
]


class Words(nodes.paragraph, addnodes.translatable):
    """A paragraph of which some pieces are for translators.

    The rest stays what it is: numbers, names, and the links to explanations,
    which a translation of the paragraph as a whole would lose.
    """

    tagname = "paragraph"
    #: The pieces, as they were before any translation.
    phrases: tuple[str, ...] = ()

    def preserve_original_messages(self) -> None:
        """Do nothing: the pieces are kept from the beginning."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the pieces."""
        return self.phrases

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Put a translation in the place of a piece."""
        for text in list(self.findall(nodes.Text)):
            # Literals are never translated, not even by chance.
            if text == original_message and isinstance(
                text.parent, (Words, nodes.reference)
            ):
                text.parent.replace(text, nodes.Text(translated_message))


class PlainWords(Words, nodes.Special):
    """Such a paragraph without quotation marks or dots to be set well.

    ``Special`` is how docutils knows what to leave alone when it sets
    quotation marks, and that is a large part of reading a document.
    """


class Values(nodes.paragraph, nodes.Special):
    """A paragraph of names and numbers: nothing in it is to be set well."""

    tagname = "paragraph"


#: What is set well, if it occurs: quotation marks, and dots in a row.
_TYPED = frozenset("\"'.")


def is_typed(text: str) -> bool:
    """Return whether there is something in a text to be set well."""
    return not _TYPED.isdisjoint(text) or "--" in text


def target(ids: Iterable[str]) -> nodes.target:
    """Return an anchor.

    Nothing in the document need refer to it, and docutils is told not to
    look: it writes a message for each that it finds to be unused.
    """
    made = nodes.target("", "", ids=[*ids])
    made.referenced = 1
    return made


class Phrase(str):
    """A piece of a paragraph that is for translators."""

    __slots__ = ()


class Pen:
    """Makes nodes that know which directive they come from.

    Without a source and a line, warnings have no location, and what is to be
    translated is passed over.

    Attributes:
        source: The file of the directive.
        line: The line that it stands on.
        prefix: What ids begin with, so that no two directives share one.
        canonical: Whether records have their home here.
        anchors: The records that can be linked to, each by its kind and
            name, with the id that it has got; ``None`` if none can be.
    """

    __slots__ = ("anchors", "canonical", "line", "prefix", "source", "start")

    def __init__(
        self, source: str, line: int, prefix: str, *, start: str | None = None
    ) -> None:
        self.source = source
        self.line = line
        self.prefix = prefix
        #: What ids of anchors begin with; those of homes are the same in
        #: every build, wherever the directive is moved.
        self.start = start or prefix
        self.canonical = start is not None
        self.anchors: dict[tuple[str, str], str] | None = {}

    def within(self, name: str) -> Pen:
        """Return a pen for a part of the directive, with ids of its own."""
        made = Pen(self.source, self.line, f"{self.prefix}-{name}")
        made.start, made.canonical = self.start, self.canonical
        made.anchors = self.anchors
        return made

    def claim(self, kind: str, name: str) -> list[str]:
        """Return the id for a record's anchor, where it is first shown."""
        if self.anchors is None or (kind, name) in self.anchors:
            return []
        made = self.anchors[kind, name] = f"{self.start}-{kind}-{name}"
        return [made]

    def anchor(self, kind: str, name: str) -> list[nodes.Node]:
        """Return the anchor of a record, where it is first shown.

        A target within a paragraph is an anchor to every builder; an id on
        a row or a cell is lost on the way to LaTeX.
        """
        ids = self.claim(kind, name)
        return [target(ids)] if ids else []

    def paragraph(self, *pieces: str | nodes.Node) -> nodes.paragraph:
        """Return a paragraph of pieces: text, phrases and inline nodes."""
        children: list[nodes.Node] = []
        phrases: list[str] = []
        typed = False
        for piece in pieces:
            if not isinstance(piece, str):
                children.append(piece)
                if isinstance(piece, nodes.reference) and piece.rawsource:
                    # A link to a heading, which is for translators too.
                    phrases.append(piece.rawsource)
                continue
            text = str(piece)
            children.append(nodes.Text(text))
            if isinstance(piece, Phrase):
                phrases.append(text)
                typed = typed or is_typed(text)
        made: nodes.paragraph
        if phrases:
            kind = Words if typed else PlainWords
            made = words = kind(phrases[0], "", *children)
            words.phrases = tuple(phrases)
        else:
            made = Values("", "", *children, translatable=False)
        made.source, made.line = self.source, self.line
        return made

    def rubric(self, text: str) -> nodes.paragraph:
        """Return a line that heads a list without being a section."""
        made = nodes.paragraph(text, "", nodes.strong("", text))
        made.source, made.line = self.source, self.line
        made["classes"].append("avi-rubric")
        return made

    def bullets(
        self, items: Iterable[Sequence[nodes.Node]], name: str
    ) -> nodes.bullet_list:
        """Return a bullet list of a class."""
        made = nodes.bullet_list(bullet="*", classes=[name])
        for item in items:
            made += nodes.list_item("", *item)
        return made


def setup(app: Sphinx) -> None:
    """Make the nodes known; every writer handles them as paragraphs."""
    for kind in (Words, PlainWords, Values):
        app.add_node(kind, override=True)
