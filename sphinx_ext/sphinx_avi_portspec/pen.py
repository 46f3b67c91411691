"""Paragraphs, lists, anchors and links, the parts of all output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from docutils import nodes
from sphinx import addnodes

import avi_portspec
from avi_portspec.beyond.wording import traffic_text
from avi_portspec.model.display import ports_text

if TYPE_CHECKING:
    from typing import Self

    from sphinx.application import Sphinx
    from sphinx.domains import Domain

    from avi_portspec.model.edition import EditionData

__all__ = [
    "NO_EDITION",
    "SHARED",
    "AviData",
    "AviLabelled",
    "AviPlainProse",
    "AviProse",
    "AviTag",
    "AviWords",
    "Filled",
    "Pen",
    "Phrase",
    "fill",
    "is_typed",
    "link",
    "link_home",
    "link_place",
    "make_target",
    "name_record",
    "setup_pen",
]


#: The kinds of records that belong to no edition.
SHARED: Final = frozenset({"source", "statement"})
#: Those whose links name no edition before their id.
NO_EDITION: Final = SHARED | {"edition"}


class AviTag(nodes.inline):
    """A word in front of what is said of a need."""


#: What can be within a paragraph and is translated with it.
_TRANSLATED = (nodes.reference, AviTag)


class AviProse(nodes.paragraph, addnodes.translatable):
    """A paragraph with pieces to translate.

    Numbers, names and links to explanations are not translated; translating
    the paragraph as a whole would lose the links.
    """

    tagname = "paragraph"
    #: The messages: the pieces, untranslated and unfilled.
    phrases: tuple[str, ...] = ()
    #: For messages that are filled: what stands for each, and its values.
    filled: Mapping[str, Mapping[str, tuple[object, ...]]] = {}

    def preserve_original_messages(self) -> None:
        """Do nothing: the pieces are kept as they are made."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the pieces."""
        return self.phrases

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Replace a piece with its translation."""
        shown = self.filled.get(original_message, {original_message: ()})
        for text in list(self.findall(nodes.Text)):
            # A literal with the same text is not translated.
            if text in shown and isinstance(
                text.parent, (AviProse, *_TRANSLATED)
            ):
                made = fill(translated_message, shown[text])
                text.parent.replace(text, nodes.Text(made))


class AviPlainProse(AviProse, nodes.Special):
    """The same without quotation marks, dashes or dots to typeset.

    docutils skips ``Special`` nodes when it typesets quotation marks, which
    takes much of the time of reading a document.
    """


class AviData(nodes.paragraph, nodes.Special):
    """A paragraph of names and numbers, without anything to typeset."""

    tagname = "paragraph"


#: The characters that are typeset: quotation marks, and dots in a row.
_TYPED = frozenset("\"'.")


def is_typed(text: str) -> bool:
    """Return whether a text has quotation marks, dashes or dots."""
    return not _TYPED.isdisjoint(text) or "--" in text


def make_target(ids: Iterable[str]) -> nodes.target:
    """Return an anchor.

    It is marked as referenced, since docutils reports every target that is
    not.
    """
    made = nodes.target("", "", ids=[*ids])
    made.referenced = 1
    return made


class Phrase(str):
    """A piece of a paragraph to translate."""

    __slots__ = ()


class Filled(Phrase):
    """A message filled with values, which are not translated.

    Args:
        message: The message, with ``{}`` for each value.
        values: The values.
    """

    __slots__ = ("message", "values")
    message: str
    values: tuple[object, ...]

    def __new__(cls, message: str, *values: object) -> Self:
        """Fill the message."""
        made = super().__new__(cls, fill(message, values))
        made.message, made.values = message, values
        return made

    @classmethod
    def from_text(cls, text: str, *names: str) -> Self:
        """Return a text as a message that is filled with its numbers.

        They change with the data, and a translation would be lost.

        Args:
            text: The text, without ``{}``.
            names: What else in it changes with the data.
        """
        pattern = "|".join([*map(re.escape, names), r"\d+"])
        pieces = re.split(f"({pattern})", text)
        return cls("{}".join(pieces[::2]), *pieces[1::2])


def fill(message: str, values: Iterable[object]) -> str:
    """Return a message with values for its ``{}``.

    A translation with too few or too many of them fails no build.
    """
    first, *parts = message.split("{}")
    pairs = zip_longest([*values][: len(parts)], parts, fillvalue="")
    return first + "".join(f"{value}{part}" for value, part in pairs)


class AviLabelled(nodes.Element, addnodes.translatable):
    """A node with a ``label`` for those who do not see it."""

    def preserve_original_messages(self) -> None:
        """Do nothing: a label is kept with its message."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the label, unfilled."""
        label = self["label"]
        return (label.message if isinstance(label, Filled) else label,)

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Fill the translation with what the label is filled with."""
        label = self["label"]
        values = label.values if isinstance(label, Filled) else ()
        self["label"] = fill(translated_message, values)


class AviWords(nodes.inline, addnodes.translatable):
    """A phrase in a line of the author's own text, which can be a link.

    What is within a link is copied when that is resolved, and a copy is given
    to no translator.
    """

    tagname = "inline"
    #: What the phrase is filled with.
    values: tuple[object, ...] = ()

    def preserve_original_messages(self) -> None:
        """Do nothing: the phrase is kept as the raw source."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the phrase."""
        return (self.rawsource,)

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Replace the phrase with its translation."""
        (text,) = self.findall(nodes.Text)
        made = fill(translated_message, self.values)
        text.parent.replace(text, nodes.Text(made))


class Pen:
    """Makes nodes that know the source and line of their directive.

    Without them, warnings have no location, and gettext skips the text.

    Attributes:
        source: The file of the directive.
        line: Its line.
        prefix: The prefix of ids, unique to the directive.
        canonical: Whether the directive is the home of its records.
        anchors: The ids of the records with an anchor, by kind and name;
            ``None`` for no anchors.
    """

    __slots__ = ("anchors", "canonical", "line", "prefix", "source", "start")

    def __init__(
        self, source: str, line: int, prefix: str, *, start: str | None = None
    ) -> None:
        self.source = source
        self.line = line
        self.prefix = prefix
        #: The prefix of anchors. That of homes does not change when the
        #: directive moves.
        self.start = start or prefix
        self.canonical = start is not None
        self.anchors: dict[tuple[str, str], str] | None = {}

    def within(self, name: str) -> Pen:
        """Return a pen for a part of the directive, with its own ids."""
        made = Pen(self.source, self.line, f"{self.prefix}-{name}")
        made.start, made.canonical = self.start, self.canonical
        made.anchors = self.anchors
        return made

    def claim(self, kind: str, name: str) -> list[str]:
        """Return the id of a record's anchor, at its first appearance."""
        if self.anchors is None or (kind, name) in self.anchors:
            return []
        made = self.anchors[kind, name] = f"{self.start}-{kind}-{name}"
        return [made]

    def anchor(self, kind: str, name: str) -> list[nodes.Node]:
        """Return the anchor of a record, at its first appearance.

        Every builder writes a target in a paragraph; LaTeX loses an id on a
        row or a cell.
        """
        ids = self.claim(kind, name)
        return [make_target(ids)] if ids else []

    def paragraph(
        self,
        *pieces: str | nodes.Node,
        kind: type[AviProse] | None = None,
    ) -> nodes.paragraph:
        """Return a paragraph of text, phrases and inline nodes.

        Args:
            pieces: What it holds.
            kind: Its class, if it is not an ordinary one.
        """
        children: list[nodes.Node] = []
        phrases: list[str] = []
        filled: dict[str, dict[str, tuple[object, ...]]] = {}
        typed = False
        for piece in pieces:
            if not isinstance(piece, str):
                children.append(piece)
                if isinstance(piece, _TRANSLATED) and piece.rawsource:
                    # A link to a heading, or a tag, is translated too.
                    phrases.append(piece.rawsource)
                continue
            text = str(piece)
            children.append(nodes.Text(text))
            if isinstance(piece, Filled):
                phrases.append(piece.message)
                filled.setdefault(piece.message, {})[text] = piece.values
            elif isinstance(piece, Phrase):
                phrases.append(text)
                typed = typed or is_typed(text)
        made: nodes.paragraph
        if phrases:
            kind = kind or (AviProse if typed else AviPlainProse)
            made = words = kind(phrases[0], "", *children)
            words.phrases = tuple(dict.fromkeys(phrases))
            if filled:
                words.filled = filled
        else:
            made = AviData("", "", *children, translatable=False)
        made.source, made.line = self.source, self.line
        return made

    def rubric(self, text: str) -> nodes.paragraph:
        """Return a heading of a list that is not a section."""
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


def link(
    edition: EditionData,
    kind: str,
    name: str,
    text: str,
    *,
    machine: bool = False,
    look: str = "",
) -> addnodes.pending_xref:
    """Return a link to a record; plain text if the project shows it nowhere.

    Args:
        edition: The record's edition.
        kind: ``flow``, ``note``, ``endpoint``, ``edition``, ``source`` or
            ``statement``.
        name: The record's id.
        text: The text of the link.
        machine: Whether to show it as a literal.
        look: The class of its text.
    """
    target = name if kind in NO_EDITION else f"{edition.id}/{name}"
    shown = nodes.literal if machine else nodes.inline
    return addnodes.pending_xref(
        "",
        shown(text, text, classes=[look] if look else []),
        refdomain="avi",
        reftype=kind,
        reftarget=target,
        refexplicit=True,
        refwarn=False,
    )


def link_home(edition: EditionData, flow: str) -> addnodes.pending_xref:
    """Return a small link to a flow's home, where there is one.

    Without a home, nothing is left of it.
    """
    return link(edition, "flow", flow, "\N{PILCROW SIGN}", look="avi-home")


def link_place(
    edition: EditionData, flow: str, places: str
) -> addnodes.pending_xref:
    """Return where a flow is stated, which is a small link in HTML."""
    return link(edition, "flow", flow, places, look="avi-place")


def name_record(edition: EditionData, kind: str, name: str) -> str:
    """Return a record's title.

    Args:
        edition: The record's edition.
        kind: ``flow``, ``note``, ``endpoint``, ``edition``, ``source`` or
            ``statement``.
        name: The record's id.

    Raises:
        UnknownNameError: The edition has no such record.
    """
    if kind == "source":
        return avi_portspec.sources()[name].title
    if kind == "statement":
        statement = avi_portspec.statements()[name]
        title = avi_portspec.sources()[str(statement.stated_by)].title
        return ": ".join(filter(None, (title, traffic_text(statement))))
    if kind == "edition":
        return edition.title
    if kind == "note":
        return edition.notes[name].id.replace("-", " ")
    if kind == "endpoint":
        return edition.endpoints[name].name
    flow = edition.flows[name]
    source, destination = (
        edition.endpoints[end].name for end in (flow.source, flow.destination)
    )
    return f"{source} \N{RIGHTWARDS ARROW} {destination}: {ports_text(flow)}"


def may_dangle(
    app: Sphinx, domain: Domain | None, node: addnodes.pending_xref
) -> bool | None:
    """Return ``True``, without a warning, for links that may lead nowhere.

    A nitpicky project would warn of each.
    """
    if node["refdomain"] == "avi" and node.get("refwarn") is False:
        return True
    return None


def setup_pen(app: Sphinx) -> None:
    """Add the nodes, which every writer handles as docutils' own."""
    for kind in (AviProse, AviPlainProse, AviData, AviWords):
        app.add_node(kind, override=True)
    app.connect("warn-missing-reference", may_dangle)
