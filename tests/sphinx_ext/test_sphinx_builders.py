"""No builder loses content: what the data has is in the text of each.

Writers look a node up by the name of its class. One that they do not know
comes out empty, with a warning at best, and the build succeeds. So every
directive and role is written by every builder, Sphinx's own and others', and
what comes out is compared with the data.
"""

from __future__ import annotations

import importlib.util
import pkgutil
import re
import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.parsers.rst.tableparser import GridTableParser
from docutils.statemachine import StringList
from docutils.utils import get_source_line
from sphinx.application import Sphinx
from sphinx.builders.dummy import DummyBuilder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator
from sphinx_projects import Project, warnings

import avi_portspec
import sphinx_avi_portspec
from avi_portspec import Flow, RecordChange
from avi_portspec.model.display import ports_text
from avi_portspec.model.phrases import Asked, need
from avi_portspec.model.wording import REQUIREMENTS, when
from avi_portspec.names import EndpointId
from sphinx_avi_portspec.blocks import find_plain, is_ours
from sphinx_avi_portspec.grouped import AviNeedCell

EDITION = avi_portspec.load("vantage-undated")
OLDER = avi_portspec.load("17.1")
AWS = EDITION.resolve("aws")
#: The files of what other sources state.
DATA = Path(avi_portspec.__file__).parent / "data" / "statements"

#: Every directive and role, each in a document of its own.
PARTS = {
    "every-flow": ".. avi-port-table:: Every flow",
    "cloud": ".. avi-port-table:: On AWS\n   :cloud: aws",
    "deployment": ".. avi-port-table:: One\n   :deployment: aws\n   :reasons:",
    "flat": ".. avi-port-table:: Flat\n   :layout: flat\n   :notes: below",
    "published": ".. avi-port-table:: As published\n   :layout: published\n"
    "   :notes: column",
    "bar": ".. avi-port-table:: With a bar\n   :explorer:",
    "flat-bar": ".. avi-port-table:: Flat, with a bar\n   :layout: flat\n"
    "   :explorer:",
    "chooser": ".. avi-port-explorer:: The chooser",
    "list": ".. avi-port-list::",
    "answers": ".. avi-port-list::\n   :deployment: aws\n   :reasons:",
    "notes": ".. avi-port-notes::",
    "matrix": ".. avi-port-matrix:: The matrix",
    "diagram": ".. avi-port-diagram:: The diagram",
    "changes": ".. avi-port-changes:: The changes\n   :old: 17.1\n   :all:",
    "plan": ".. avi-port-changes:: The plan\n   :old: 17.1\n"
    "   :deployment: aws\n   :all:",
    "page": ".. avi-port-page:: The page",
    "elsewhere": ".. avi-port-table:: The column\n"
    "   :columns: destination, ports, elsewhere",
    "statements": ".. avi-port-statements:: The statements",
    "roles": ":avi:source:`aws-module`, :avi:flow:`controller-to-dns`,\n"
    ":avi:note:`login-banner`,\n"
    ":avi:endpoint:`external-network-services`,\n"
    ":avi:edition:`vantage-undated`,\n"
    ":avi:ports:`SE > controller; requirement=required`",
}

#: Others' builders, and the packages that bring them.
OTHERS = {
    "confluence": "sphinxcontrib.confluencebuilder",
    "singleconfluence": "sphinxcontrib.confluencebuilder",
    "docx": "docxbuilder",
    "markdown": "sphinx_markdown_builder",
    "pdf": "rst2pdf.pdfbuilder",
}
BUILDERS = [
    *("html", "dirhtml", "singlehtml", "epub"),
    *("latex", "text", "man", "texinfo", "xml", "pseudoxml"),
    *OTHERS,
]

CONF: dict[str, Any] = {
    "project": "Ports",
    "copyright": "nobody",
    "version": "1",
    "epub_show_urls": "no",
    "man_pages": [("index", "ports", "Ports", [], 1)],
    "confluence_publish": False,
    "confluence_space_key": "PORTS",
    "docx_documents": [("index", "ports.docx", {}, True)],
    "pdf_documents": [("index", "ports", "Ports", "nobody")],
    # Its index knows no entries with others below them.
    "pdf_domain_indices": False,
}


def has(module: str) -> bool:
    """Return whether a module is installed."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


# -- what comes out -----------------------------------------------------------

#: What is marked up differently by each writer, and is no content.
_MARKUP = re.compile(r"[\s\\*`'\"|_~\N{ZERO WIDTH SPACE}]+")


def plain(text: str) -> str:
    """Return a text without white space and marks, to be compared."""
    return _MARKUP.sub("", text)


def read(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def read_all(folder: Path, pattern: str) -> str:
    """Return the text of the documents' files, in the order of the parts."""
    names = dict.fromkeys(pattern.format(part) for part in PARTS)
    return "\n".join(read(folder / name) for name in names)


def strip_tags(text: str) -> str:
    """Return the text of a document in XML or HTML."""
    text = re.sub(r"<!\[CDATA\[(.*?)\]\]>", r"\1", text, flags=re.DOTALL)
    return unescape(re.sub(r"<[^<>]*>", "", text))


def of_html(pattern: str) -> Callable[[Path], str]:
    """Return a reader of pages, scripts and their data left out."""

    def extract(folder: Path) -> str:
        page = BeautifulSoup(read_all(folder, pattern), "html.parser")
        for element in page(["script", "style"]):
            element.decompose()
        return page.get_text()

    return extract


def of_confluence(pattern: str) -> Callable[[Path], str]:
    """Return a reader of Confluence's storage format."""

    def extract(folder: Path) -> str:
        text = read_all(folder, pattern)
        text = re.sub(r"<ac:parameter.*?</ac:parameter>", "", text)
        return strip_tags(text)

    return extract


def of_word(folder: Path) -> str:
    """Return the text of a document of Word."""
    with zipfile.ZipFile(folder / "ports.docx") as archive:
        body = archive.read("word/document.xml").decode()
    return "".join(
        map(unescape, re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", body))
    )


def of_pdf(folder: Path) -> str:
    """Return the text of a PDF, in the order in which it is drawn."""
    pypdf = pytest.importorskip("pypdf")
    pages = pypdf.PdfReader(folder / "ports.pdf").pages
    return "\n".join(page.extract_text() for page in pages)


def of_latex(folder: Path) -> str:
    """Return the text that LaTeX is given, without its commands."""
    text = read(folder / "ports.tex")
    for command, character in (
        (r"\sphinxhyphen{}", "-"),
        (r"\sphinxstyleemphasis", ""),
        (r"\(\rightarrow\)", "→"),
        (r"\textgreater{}", ">"),
    ):
        text = text.replace(command, character)
    for junk in (
        r"\\phantomsection|\\label\{\\detokenize\{[^{}]*\}\}",
        r"\\hyperref\[\\detokenize\{[^{}]*\}\]",
        r"\\(begin|end)\{varwidth\}(\[t\]\{\\sphinxcolwidth\{.\}\{.\}\})?",
        r"\\[a-zA-Z@]+\*?(\[[^][]*\])?|[{}]",
    ):
        text = re.sub(junk, "", text)
    return text


def of_texinfo(folder: Path) -> str:
    """Return the text of a manual in Texinfo, without its commands."""
    text = read(folder / "ports.texi")
    text = text.replace("@w{-}", "-").replace("@comma{}", ",")
    text = re.sub(r"@anchor\{.*?\}", "", text)
    text = re.sub(r"@ref\{[^,{}]*,,(.*?)\}", r"\1", text)
    text = re.sub(r"@[a-z]+\{(.*?)\}", r"\1", text)
    return re.sub(r"^@[a-z]+", "", text, flags=re.MULTILINE)


def of_man(folder: Path) -> str:
    """Return the text of a manual page, without its commands."""
    text = read(folder / "ports.1")
    for escape, character in (
        (r"\(->", "→"),
        (r"\(aq", "'"),
        (r"\-", "-"),
        (r"\ ", " "),
        (r"\&", ""),
    ):
        text = text.replace(escape, character)
    text = re.sub(r"^\.[A-Z]+", "", text, flags=re.MULTILINE)
    return re.sub(r"\\f.|T[{}]", "", text)


def of_text(folder: Path) -> str:
    """Return the text of plain text, its tables cell by cell."""
    made = []
    block: list[str] = []
    for line in [*read_all(folder, "{}.txt").splitlines(), ""]:
        if line[:1] in {"+", "|"}:
            block.append(line.replace("|=", "+=").replace("=|", "=+"))
        elif block:
            made += parse_grid(block)
            block = []
        made.append(line)
    return "\n".join(made)


def parse_grid(block: list[str]) -> Iterator[str]:
    """Yield the cells of a table, as docutils reads it."""
    _, head, body = GridTableParser().parse(StringList(block, "table"))
    for row in [*head, *body]:
        for cell in row:
            if cell is not None:
                yield " ".join(cell[-1])


def of_xml(folder: Path) -> str:
    """Return the text of the documents in XML."""
    return strip_tags(read_all(folder, "{}.xml"))


def of_pseudoxml(folder: Path) -> str:
    """Return the text of the documents in XML for people."""
    return strip_tags(read_all(folder, "{}.pseudoxml"))


def of_markdown(folder: Path) -> str:
    """Return the text of the documents in Markdown, links left out."""
    text = read_all(folder, "{}.md")
    return strip_tags(re.sub(r"\]\([^()]*\)", "]", text))


READERS: dict[str, Callable[[Path], str]] = {
    "html": of_html("{}.html"),
    "dirhtml": of_html("{}/index.html"),
    "singlehtml": of_html("index.html"),
    "epub": of_html("{}.xhtml"),
    "latex": of_latex,
    "text": of_text,
    "man": of_man,
    "texinfo": of_texinfo,
    "xml": of_xml,
    "pseudoxml": of_pseudoxml,
    "confluence": of_confluence("{}.conf"),
    "singleconfluence": of_confluence("index.conf"),
    "docx": of_word,
    "markdown": of_markdown,
    "pdf": of_pdf,
}


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with every directive, read once for all builders."""
    made = Project(tmp_path_factory.mktemp("builders"))
    made.extensions = [
        "sphinx_avi_portspec",
        *dict.fromkeys(filter(has, OTHERS.values())),
    ]
    names = "".join(f"   {part}\n" for part in PARTS)
    made.write("index.rst", f"Ports\n=====\n\n.. toctree::\n\n{names}")
    for part, source in PARTS.items():
        head = f"Part {part}\n=================\n\nHere begins {part}.\n\n"
        made.write(f"{part}.rst", head + source + "\n")
    return made


@pytest.fixture
def project(read_once: Project) -> Iterator[Project]:
    """Return the same, for one builder."""
    yield read_once
    read_once.close()


# -- what the data has --------------------------------------------------------

#: Texts that stand beside one another, in order.
Row = Sequence[str]


def label(endpoint: str) -> str:
    """Return an endpoint's name in tables."""
    return EDITION.endpoints[EndpointId(endpoint)].label


def name(endpoint: str, edition: Any = EDITION) -> str:
    """Return an endpoint's full name."""
    return edition.endpoints[EndpointId(endpoint)].name


def numbers(flow: Flow) -> list[str]:
    """Return a flow's ports, or the messages of ICMP."""
    pairs = flow.protocol_ports()
    return [*dict.fromkeys(pair.number.split()[0] for pair in pairs)]


def numbers_or_ping(flow: Flow) -> list[str]:
    """Return the same, with the word for an echo that everybody uses."""
    return ["ping" if text == "echo" else text for text in numbers(flow)]


def expect_matrix() -> Iterator[Row]:
    """Yield the names and the numbers; most are folded into others' rows."""
    for flow in EDITION.flows:
        yield (label(flow.source),)
        is_server = EDITION.endpoints[flow.destination].kind == "service"
        end = label(flow.destination).removeprefix("OpenStack ")
        yield (str(flow.service) if is_server else end,)
        yield from ((number,) for number in numbers_or_ping(flow))


def say_need(flow: Flow, asked: Asked) -> Iterator[str]:
    """Yield what is said of a flow's need."""
    said = need(flow, EDITION, asked)
    yield said.tag
    yield said.text


def expect_lines(flows: Iterable[Flow], asked: Asked) -> Iterator[Row]:
    """Yield what a grouped table has of each flow."""
    for flow in flows:
        service = flow.service or ""
        said = say_need(flow, asked)
        yield (label(flow.destination), *numbers(flow), service, *said)


def expect_answers() -> Iterator[Row]:
    """Yield what a table for a deployment has of each flow."""
    for decision in AWS:
        flow = decision.flow
        if decision.status in {"needed", "optional"}:
            why = decision.why
            end = label(flow.destination)
            yield end, *numbers(flow), why.tag, why.text


def expect_flows() -> Iterator[Row]:
    """Yield what a flat table has of each flow."""
    for flow in EDITION.flows:
        ends = label(flow.source), label(flow.destination)
        requirement = REQUIREMENTS[flow.requirement]
        condition = when(flow, EDITION.facets)
        yield *ends, ports_text(flow), requirement, condition


def expect_pairs(flows: Iterable[Flow]) -> Iterator[Row]:
    """Yield what any view has of each flow: its ends, and its ports."""
    for flow in flows:
        yield label(flow.source), label(flow.destination), *numbers(flow)


def expect_changes(changes: Iterable[RecordChange]) -> Iterator[Row]:
    """Yield the record of each change, and each field that differs."""
    for change in changes:
        record = change.after or change.before
        if change.collection == "flows":
            edition = EDITION if change.after else OLDER
            ends = record.source, record.destination
            yield tuple(name(end, edition) for end in ends)
        for field in change.fields:
            yield field.name, field.kind


def expect_steps() -> Iterator[Row]:
    """Yield each step of an upgrade."""
    for step in avi_portspec.diff(OLDER, EDITION, "aws").steps:
        edition = OLDER if step.after == "silent" else EDITION
        ends = (edition.endpoints[e] for e in (step.source, step.destination))
        yield *(e.label for e in ends), str(step.pair.number).split()[0]


def read_sources() -> list[dict[str, Any]]:
    """Return the sources as their files have them."""
    return [tomllib.loads(read(path)) for path in sorted(DATA.glob("*.toml"))]


#: What statements do, in the order in which they are counted.
WORDS = ("agree", "narrow", "differ", "add", "exclude")


def expect_counts() -> Iterator[Row]:
    """Yield how many statements each flow has, a number each."""
    words = [
        (about, each["agreement"].removesuffix("s"))
        for source in read_sources()
        for each in source.get("statements", ())
        for about in each.get("about", ())
    ]
    for flow in EDITION.flows:
        mine = Counter(word for about, word in words if about == flow.id)
        counts = (f"{mine[word]} {word}" for word in WORDS if word in mine)
        yield label(flow.destination), ports_text(flow), *counts


def expect_statements() -> Iterator[Row]:
    """Yield what is said of each source, and of each statement."""
    for source in read_sources():
        yield source["title"], source["publisher"]
        yield from ((text,) for text in source.get("remarks", ()))
        for each in source.get("statements", ()):
            ports = [
                str(port["low"] if isinstance(port, dict) else port)
                for port in each.get("ports", ())
            ]
            yield each["agreement"], *ports
            for key in ("note", "error", "setting", "purpose"):
                yield (each.get(key, ""),)
            yield from ((text,) for text in each.get("symptoms", ()))


def expect_texts(records: Iterable[Any]) -> Iterator[Row]:
    """Yield the texts of exclusions, pointers and notes."""
    for record in records:
        yield (record.text,)


EXPECTED: dict[str, list[Row]] = {
    "every-flow": [*expect_lines(EDITION.flows, {})],
    "cloud": [
        *expect_lines(
            EDITION.flows.select(cloud="aws"),
            {"cloud": frozenset({"aws"})},
        )
    ],
    "deployment": [*expect_answers()],
    "flat": [*expect_flows()],
    "published": [
        *((name(f.destination), *numbers(f)) for f in EDITION.flows),
        *expect_texts(EDITION.exclusions),
        *expect_texts(EDITION.pointers),
    ],
    "bar": [*expect_lines(EDITION.flows, {})],
    "flat-bar": [*expect_flows()],
    "chooser": [*expect_lines(EDITION.flows, {})],
    "list": [*expect_pairs(EDITION.flows)],
    "answers": [*expect_pairs(AWS.having("needed", "optional"))],
    "notes": [*expect_texts(EDITION.notes)],
    "matrix": [*expect_matrix()],
    "diagram": [
        (label(f.source), label(f.destination), number)
        for f in EDITION.flows
        for number in numbers_or_ping(f)
    ],
    "changes": [*expect_changes(avi_portspec.diff(OLDER, EDITION))],
    "plan": [*expect_steps()],
    "page": [
        *((label(f.destination), *numbers(f)) for f in EDITION.flows),
        *((section.title,) for section in EDITION.sections),
        *expect_texts(EDITION.notes),
        *expect_texts(EDITION.exclusions),
        *expect_texts(EDITION.pointers),
    ],
    "elsewhere": [*expect_counts()],
    "statements": [*expect_statements()],
    "roles": [
        ("Terraform module for a deployment on AWS", "DNS", "UDP 53"),
        ("login banner", "External Network Services", EDITION.title),
    ],
}

#: How far apart texts of one row can be, for what writers put between.
_GAP = 200


def find_missing(text: str, rows: Iterable[Row]) -> list[str]:
    """Return the rows that a text does not have."""
    between = f".{{0,{_GAP}}}?"
    return [
        " ... ".join(filter(None, row))
        for row in dict.fromkeys(rows)
        if not re.search(
            between.join(re.escape(plain(part)) for part in row if part), text
        )
    ]


def split_parts(text: str) -> dict[str, str]:
    """Return the text of each part."""
    _, *found = re.split(r"Herebegins([a-z-]+)\.", plain(text))
    return dict(zip(found[::2], found[1::2], strict=True))


@pytest.mark.slow
@pytest.mark.filterwarnings(
    # Of others, where they use what a later Sphinx does without.
    "ignore::DeprecationWarning:(?!sphinx_avi_portspec)",
    "ignore::PendingDeprecationWarning:(?!sphinx_avi_portspec)",
    "ignore::ResourceWarning:rst2pdf",
)
@pytest.mark.parametrize("builder", BUILDERS)
def test_what_the_data_has_is_in_what_comes_out(
    project: Project, builder: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Row by row, and no builder warns of a node that it does not know."""
    if builder in OTHERS and not has(OTHERS[builder]):
        pytest.skip(f"{OTHERS[builder]} is in the group 'builders'")
    app = project.build(builder, **CONF)
    assert "unkn" not in caplog.text.lower()
    parts = split_parts(READERS[builder](Path(app.outdir)))
    assert list(parts) == list(PARTS)
    missing = {
        part: rows
        for part in PARTS
        if (rows := find_missing(parts[part], EXPECTED[part]))
    }
    assert missing == {}, missing
    assert warnings(app) == ""


# -- whose nodes a writer knows -----------------------------------------------


class Odd(DummyBuilder):
    """A builder that calls its format HTML, and writes by other means."""

    name = "odd"
    format = "html"
    default_translator_class = nodes.SparseNodeVisitor
    math_renderer_name = "mathjax"


class Near(Odd):
    """One that writes HTML as Sphinx does."""

    name = "near"
    default_translator_class = HTML5Translator


class Far(Near):
    """One that does, too, and for whose format no visitors are added."""

    name = "far"
    format = "print"


class Without(DummyBuilder):
    """One that has no translator."""

    name = "without"
    format = "html"
    math_renderer_name = "mathjax"


class Novel(nodes.paragraph):
    """A node that is added to the extension some day."""


class Loose(nodes.Element):
    """One that is made of none of docutils'."""


class Word(nodes.Inline, nodes.TextElement):
    """The same within a paragraph."""


class Hidden(nodes.Invisible, nodes.paragraph):
    """One that is for a script."""


class Derived(AviNeedCell):
    """A cell that another extension makes of ours."""


for _kind in (Novel, Loose, Word, Hidden):
    _kind.__module__ = "sphinx_avi_portspec.some_day"


class AddNodes(SphinxPostTransform):
    """Adds such nodes to every document."""

    default_priority = 1

    def run(self, **kwargs: Any) -> None:
        """Add them below the title, and change the class of a cell."""
        section = next(self.document.findall(nodes.section))
        section += Novel("", "new words")
        section += Loose("", nodes.paragraph("", "loose words"))
        section += nodes.paragraph("", "", Word("", "one word"))
        section += Hidden("", "no words")
        for cell in self.document.findall(AviNeedCell):
            cell.__class__ = Derived


def visit(translator: Any, node: nodes.Node) -> None:
    """Write nothing."""


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return another extension, which adds these builders and nodes."""

    def setup(app: Sphinx) -> None:
        for builder in (Odd, Near, Far, Without):
            app.add_builder(builder)

    made = ModuleType("others")
    made.setup = setup  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "others", made)
    return made


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Project]:
    """Return a project with a table and what stands below it."""
    made = Project(tmp_path)
    made.extensions = ["sphinx_avi_portspec", "others"]
    made.write("index.rst", "A\n=\n\n.. avi-port-table:: One\n")
    yield made
    made.close()


def find_ours(project: Project) -> set[str]:
    """Return the names of this extension's nodes that reach the writer."""
    tree = project.resolved["index"]
    return {type(node).__name__ for node in tree.findall() if is_ours(node)}


def _split(cells: Iterable[str]) -> set[str]:
    """Return where lines may end: the words, and their parts with hyphens.

    Without marks, and signs that a writer adds.
    """
    texts = (re.sub(r'\[\w+\]|[":*\N{EN DASH}]', " ", cell) for cell in cells)
    return {
        piece
        for text in texts
        for word in text.split()
        for piece in re.split("(?<=-)", word)
        if piece
    }


@pytest.mark.usefixtures("others")
class TestWriters:
    """HTML by our visitors for those that have them, docutils for others."""

    @pytest.mark.parametrize(
        ("name", "knows"),
        [
            ("html", True),
            ("near", True),
            ("odd", False),
            ("far", False),
            ("without", False),
            ("text", False),
        ],
    )
    def test_the_translator_decides_and_not_the_name_of_a_format(
        self, small: Project, name: str, *, knows: bool
    ) -> None:
        """A writer that is not HTML's has none of our visitors."""
        app = small.build(name)
        assert warnings(app) == ""
        found = find_ours(small)
        assert found >= {"AviBlock", "AviNeedCell"} if knows else not found

    def test_visitors_for_a_builders_own_name_replace_all_others(
        self, small: Project, others: ModuleType
    ) -> None:
        """Sphinx then leaves out those for the format, and so ours."""
        add = others.setup

        def setup(app: Sphinx) -> None:
            add(app)
            app.add_node(Novel, near=(visit, None))

        others.setup = setup  # type: ignore[attr-defined]
        small.build("near")
        assert find_ours(small) == set()

    def test_a_new_node_cannot_be_forgotten(
        self, small: Project, others: ModuleType
    ) -> None:
        """It becomes what it is made of, and so does one made of ours."""
        add = others.setup

        def setup(app: Sphinx) -> None:
            add(app)
            app.add_post_transform(AddNodes)

        others.setup = setup  # type: ignore[attr-defined]
        app = small.build("text")
        assert warnings(app) == ""
        text = read(Path(app.outdir, "index.txt"))
        assert find_ours(small) == set()
        for words in ("new words", "loose words", "one word", "Always"):
            assert words in text
        assert "no words" not in text

    def test_every_node_has_a_name_that_writers_know(self) -> None:
        """Whatever module of the extension defines it.

        And a name of its own: Sphinx keeps visitors by the names of classes.
        """
        kinds = {
            kind
            for found in pkgutil.iter_modules(sphinx_avi_portspec.__path__)
            for kind in vars(
                importlib.import_module(f"sphinx_avi_portspec.{found.name}")
            ).values()
            if isinstance(kind, type)
            and issubclass(kind, nodes.Node)
            and kind.__module__.startswith("sphinx_avi_portspec")
        }
        assert len(kinds) > 20
        for kind in kinds:
            assert kind.__name__.startswith("Avi")
            plain = find_plain(kind)
            hidden = issubclass(kind, nodes.Invisible)
            assert (plain is None) == hidden
            assert hidden or plain.__name__ in nodes.node_class_names

    def test_only_such_names_are_added_to_writers(
        self, small: Project
    ) -> None:
        """Compared with an application without the extension."""
        names = {}
        for extensions in (["sphinx.ext.graphviz"], small.extensions):
            app = small.build("dummy", extensions=extensions)
            names[len(extensions)] = {
                name
                for known in app.registry.translation_handlers.values()
                for name in known
            }
        added = names[2] - names[1]
        assert len(added) > 20
        assert [name for name in added if not name.startswith("Avi")] == []

    def test_nodes_of_the_same_names_are_left_alone(
        self, small: Project, others: ModuleType
    ) -> None:
        """Each of two extensions writes its own tags, cells and blocks."""
        add = others.setup
        own = [
            type(name, (nodes.inline,), {})
            for name in ("Tag", "Mark", "Block", "Cell", "Data", "Summary")
        ]

        def write(translator: Any, node: nodes.Node) -> None:
            translator.body.append(f"<i>{type(node).__name__}</i>")
            raise nodes.SkipNode

        class Use(SphinxPostTransform):
            default_priority = 1

            def run(self, **kwargs: Any) -> None:
                section = next(self.document.findall(nodes.section))
                section += nodes.paragraph("", "", *(kind() for kind in own))

        def setup(app: Sphinx) -> None:
            add(app)
            for kind in own:
                app.add_node(kind, html=(write, None))
            app.add_post_transform(Use)

        others.setup = setup  # type: ignore[attr-defined]
        for extensions in (small.extensions, small.extensions[::-1]):
            app = small.build("html", extensions=extensions)
            assert warnings(app) == ""
            text = read(Path(app.outdir, "index.html"))
            for kind in own:
                assert f"<i>{kind.__name__}</i>" in text
            page = BeautifulSoup(text, "html.parser")
            assert page.select(".avi-block .avi-tag")
            assert page.select(".avi-block .avi-marks")

    def test_a_manual_page_has_each_cell_of_a_row(
        self, small: Project
    ) -> None:
        """It has no cell that spans columns, and says so of each."""
        man = [("index", "a", "A", [], 1)]
        app = small.build("man", man_pages=man)
        assert warnings(app) == ""
        (table,) = small.resolved["index"].findall(nodes.table)
        assert {len(row) for row in table.findall(nodes.row)} == {4}

    def test_plain_text_breaks_no_word(self, tmp_path: Path) -> None:
        """Not in the narrowest column: each piece is a word of the table."""
        project = Project(tmp_path)
        project.write(
            "index.rst",
            "A\n=\n\n.. avi-port-table:: Narrow\n   :widths: 1 1 1 1 1 1\n"
            "   :columns: id, source, destination, ports, requirement, when\n"
            "\n.. avi-port-table:: Grouped\n\n.. avi-port-matrix:: Pairs\n\n"
            ".. avi-port-table:: Published\n   :layout: published\n"
            "   :notes: column\n\n"
            # Of the writer's own, of which nothing is ours to widen.
            "== ==\nA  B\n== ==\n1  two-two\n== ==\n",
        )
        app = project.build("text")
        assert warnings(app) == ""
        written = (app.outdir / "index.txt").read_text(encoding="utf-8")
        lines = [x for x in written.splitlines() if x.startswith("| ")]
        pieces = _split(cell for line in lines for cell in line.split("|"))
        tree = app.env.get_doctree("index")
        known = _split(e.astext() for e in tree.findall(nodes.entry))
        project.close()
        assert len(lines) > 100
        assert sorted(pieces - known) == []
        assert "| 1  | two-two |\n" in written

    def test_a_book_folds_nothing_and_each_row_is_whole(
        self, small: Project
    ) -> None:
        """Readers of books fold no lists, and a page begins anywhere."""
        for name, elements, hidden in (
            ("html", ["details", "summary"], True),
            ("epub", [], False),
        ):
            conf = {"version": "1", "copyright": "nobody"}
            out = Path(small.build(name, epub_show_urls="no", **conf).outdir)
            (page,) = out.glob("index.*html")
            found = BeautifulSoup(read(page), "html.parser")
            folded = found.find_all(["details", "summary"])
            assert [element.name for element in folded] == elements
            assert bool(found.select(".avi-ditto")) == hidden
            assert len(found.select(".avi-below li")) > 5

    def test_a_book_has_no_controls(self, small: Project) -> None:
        """Its readers run no scripts, and keep no files beside the pages."""
        table = ".. avi-port-table::\n   :port: 8443\n"
        small.write(
            "index.rst",
            f"A\n=\n\n{table}   :columns: ports\n   :explorer:\n"
            f"   :download:\n\n.. avi-port-explorer::\n",
        )
        for name, there in (("html", True), ("epub", False)):
            conf = {"version": "1", "copyright": "nobody"}
            out = Path(small.build(name, epub_show_urls="no", **conf).outdir)
            (page,) = out.glob("index.*html")
            found = BeautifulSoup(read(page), "html.parser")
            for made in (".avi-chooser", "a.avi-download"):
                assert bool(found.select(made)) == there, made


# -- what others have reported of others --------------------------------------


class Strict(nodes.GenericNodeVisitor):
    """A writer that fails at a name it does not know, as docutils' do."""

    def default_visit(self, node: nodes.Node) -> None:
        """Write nothing."""

    def default_departure(self, node: nodes.Node) -> None:
        """Write nothing."""


class StrictBuilder(DummyBuilder):
    """A builder with that writer."""

    name = "strict"
    format = "strict"
    default_translator_class = Strict

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Write a document."""
        doctree.walkabout(Strict(doctree))


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """Return what the strict builder met, and its warnings."""
    module = ModuleType("strict_writer")

    def setup(app: Sphinx) -> None:
        app.add_builder(StrictBuilder)

    module.setup = setup  # type: ignore[attr-defined]
    made = Project(tmp_path_factory.mktemp("strict"))
    made.extensions = ["sphinx_avi_portspec", "strict_writer"]
    made.write("index.rst", "A\n=\n\nText.\n")
    for part, source in PARTS.items():
        made.write(f"{part}.rst", f":orphan:\n\nA\n=\n\n{source}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "strict_writer", module)
        told = warnings(made.build("strict"))
        made.close()
    return made, told


class TestReports:
    """Situations in which other extensions' tables failed."""

    def test_no_writer_meets_a_name_that_it_does_not_know(
        self, strict: tuple[Project, str]
    ) -> None:
        """Confluencebuilder 304: an extension's table stopped the build."""
        project, told = strict
        assert told == ""
        assert len(project.resolved) == len(PARTS) + 1

    def test_each_node_knows_where_it_is_from(
        self, strict: tuple[Project, str]
    ) -> None:
        """Confluencebuilder 969: a warning of a node without its place."""
        project, _ = strict
        for part in PARTS:
            for node in project.resolved[part].findall(nodes.Element):
                if not isinstance(node, nodes.document):
                    source, line = get_source_line(node)
                    assert str(source).endswith(f"{part}.rst"), node
                    assert line, node

    @pytest.mark.parametrize("caption", ["", " Every flow"])
    def test_no_table_ends_below_its_page_or_beside_it_in_latex(
        self, small: Project, others: ModuleType, caption: str
    ) -> None:
        """A few rows fill a page too, and what is beyond it was lost.

        Sphinx 3447: tables that go on took columns of any width.
        """
        heads = [
            *(
                f".. avi-port-table::{caption}\n   :source: SE\n{options}"
                for options in (
                    *("", "   :layout: flat\n", "   :layout: published\n"),
                    *("   :explorer:\n", "   :columns: purpose, effect\n"),
                    *("   :deployment: aws\n", "   :port: 1\n"),
                    *("   :columns: id\n   :widths: auto\n",),
                )
            ),
            f".. avi-port-matrix::{caption}\n   :source: SE\n",
            f".. avi-port-changes::{caption}\n   :old: 17.1\n   :all:\n",
            f".. avi-port-changes::{caption}\n   :old: 17.1\n   :show: open\n",
        ]
        small.write("index.rst", "A\n=\n\n" + "\n".join(heads))
        app = small.build("latex", suppress_warnings=["avi_portspec.empty"])
        assert warnings(app) == ""
        (path,) = Path(app.outdir).glob("*.tex")
        found = re.findall(r"\\begin\{(\w*tab\w+)\}(.*)", read(path))
        found = [pair for pair in found if "caption" not in pair[0]]
        assert len(found) > len(heads)
        for kind, widths in found:
            assert kind == "longtable"
            shares = re.findall(r"\\X\{(\d+)\}\{(\d+)\}", widths)
            (total,) = {int(whole) for _, whole in shares}
            assert sum(int(share) for share, _ in shares) == total
            assert re.sub(r"\\X\{\d+\}\{\d+\}", "", widths) == "{}"

    def test_a_table_in_a_box_stays_whole_in_latex(
        self, small: Project, others: ModuleType
    ) -> None:
        """There, LaTeX has no tables that go on on the next page."""
        small.write(
            "index.rst",
            "A\n=\n\n.. note::\n\n   .. avi-port-table::\n      :port: 53\n\n"
            ".. list-table::\n\n   * - .. avi-port-table::\n"
            "          :port: 53\n",
        )
        app = small.build("latex")
        assert warnings(app) == ""
        (path,) = Path(app.outdir).glob("*.tex")
        assert "longtable}" not in read(path)

    def test_what_a_table_is_about_stands_below_it_where_html_is_not(
        self, small: Project, others: ModuleType
    ) -> None:
        """Above its caption it would belong to the text before."""
        small.write(
            "index.rst",
            "A\n=\n\n.. avi-port-table:: The caption\n   :deployment: aws\n",
        )
        for name in ("text", "latex"):
            app = small.build(name)
            (path,) = Path(app.outdir).glob("*.t[ex]*")
            text = read(path)
            about = text.index("managing AWS")
            assert text.index("The caption") < about < text.index("Source:")
            assert text.index("8443") < about
