"""Paragraphs, lists, anchors and links, the parts of all output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from docutils import nodes
from sphinx import addnodes

import avi_portspec
from avi_portspec.beyond.wording import traffic_text
from avi_portspec.model.display import ports_text
from sphinx_avi_portspec.messages import Filled, Phrase, Whole

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.domains import Domain

    from avi_portspec.model.edition import EditionData
    from sphinx_avi_portspec.messages import Names

__all__ = [
    "NO_EDITION",
    "SHARED",
    "AviData",
    "AviLabelled",
    "AviPlainProse",
    "AviProse",
    "AviTag",
    "AviTranslatable",
    "AviWords",
    "Pen",
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


class AviTranslatable(addnodes.translatable):
    """A node with phrases to translate."""

    #: The phrases, untranslated.
    phrases: tuple[Phrase, ...] = ()
    #: The translations so far, by message.
    words: Mapping[str, str] = {}
    #: What a phrase stands in: what else has the same text is no phrase.
    within: ClassVar[tuple[type[nodes.Element], ...]] = (nodes.Element,)

    def preserve_original_messages(self) -> None:
        """Do nothing: the phrases are kept as they are made."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the messages of the phrases."""
        found = (text for said in self.phrases for text in said.messages)
        return tuple(dict.fromkeys(found))

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Say what has the message with its translation."""
        shown = {said.render(self.words): said for said in self.phrases}
        self.words = {**self.words, original_message: translated_message}
        self.say_again(shown)

    def say_again(self, shown: Mapping[str, Phrase]) -> None:
        """Replace the phrases, by what is shown of each, in new words."""
        for text in list(self.findall(nodes.Text)):
            # A literal with the same text is not translated.
            if text in shown and isinstance(text.parent, self.within):
                made = shown[text].render(self.words)
                text.parent.replace(text, nodes.Text(made))


class AviProse(nodes.paragraph, AviTranslatable):
    """A paragraph with pieces to translate.

    Numbers, names and links to explanations are not translated; translating
    the paragraph as a whole would lose the links.
    """

    tagname = "paragraph"


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


class AviLabelled(nodes.Element, AviTranslatable):
    """A node with a ``label`` for those who do not see it."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the messages of the label."""
        label = self["label"]
        self.phrases = (label if isinstance(label, Phrase) else Whole(label),)
        return super().extract_original_messages()

    def say_again(self, shown: Mapping[str, Phrase]) -> None:
        """Give it the label in new words."""
        (label,) = self.phrases
        self["label"] = label.render(self.words)


class AviWords(nodes.inline, AviTranslatable):
    """A phrase in a line of the author's own text, which can be a link.

    What is within a link is copied when that is resolved, and a copy is given
    to no translator.
    """

    tagname = "inline"


#: What can be within a paragraph and is translated with it.
_TRANSLATED = (nodes.reference, AviTag)
AviProse.within = (AviProse, *_TRANSLATED)


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
        names: What its sentences can name; ``None`` if they name nothing.
    """

    __slots__ = (
        *("anchors", "canonical", "line", "names", "prefix", "source"),
        "start",
    )

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
        self.names: Names | None = None

    def within(self, name: str) -> Pen:
        """Return a pen for a part of the directive, with its own ids."""
        made = Pen(self.source, self.line, f"{self.prefix}-{name}")
        made.start, made.canonical = self.start, self.canonical
        made.anchors, made.names = self.anchors, self.names
        return made

    def find(self, text: str) -> Phrase:
        """Return a text as a phrase, filled with what it names.

        What is filled already, and what the author writes, stays as it is.
        """
        if type(text) not in {str, Phrase}:
            assert isinstance(text, Phrase)  # noqa: S101 - for types
            return text
        return self.names.find(text) if self.names else Phrase(text)

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
        phrases: list[Phrase] = []
        typed = False
        for piece in pieces:
            if not isinstance(piece, str):
                children.append(piece)
                if isinstance(piece, _TRANSLATED) and piece.rawsource:
                    # A link to a heading, or a tag, is translated too.
                    phrases.append(Whole(piece.rawsource))
                continue
            text = str(piece)
            children.append(nodes.Text(text))
            if isinstance(piece, Phrase):
                phrases.append(self.find(piece))
                is_filled = isinstance(piece, Filled)
                typed = typed or (is_typed(text) and not is_filled)
        made: nodes.paragraph
        if phrases:
            kind = kind or (AviProse if typed else AviPlainProse)
            made = words = kind(phrases[0], "", *children)
            words.phrases = tuple(dict.fromkeys(phrases))
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
