"""``avi-port-diagram``: who connects to whom, drawn and listed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from html import escape
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.ext.graphviz import align_spec, graphviz
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from avi_portspec.tabular.matrix import make_cell
from sphinx_avi_portspec.blocks import AviBlock, AviFolded, AviSummary
from sphinx_avi_portspec.directive import PortDirective, say_nothing
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.drawing import draw, port_texts
from sphinx_avi_portspec.grouped import make_below
from sphinx_avi_portspec.matrix import (
    TITLE,
    MatrixDirective,
    describe_lines,
    has_brackets,
    intersperse,
)
from sphinx_avi_portspec.messages import Phrase, Whole
from sphinx_avi_portspec.pen import AviTranslatable, make_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from avi_portspec import Edition
    from avi_portspec.tabular.matrix import Matrix
    from sphinx_avi_portspec.pen import Pen

__all__ = ["PortDiagram", "setup_diagram"]

logger = logging.getLogger(__name__)

SVG: Final = "image/svg+xml"
ARROWS: Final = "Arrows run from the side that opens the connection."
USED: Final = (
    "The ports on the right apply only where that service, cloud or node is "
    "used."
)
#: The class of what describes the picture, and goes where it goes.
_DRAWN: Final = "avi-drawn"


class AviDrawing(nodes.General, nodes.Element, AviTranslatable):
    """A picture, in ``svg``, and one in fixed colours, in ``fixed``.

    Lines are as long as their words, so that with other words it is drawn
    again.
    """

    #: Returns both pictures in other words, while the document is read.
    redraw: Callable[[Callable[[Phrase], str]], tuple[str, str]] | None = None


class DrawAgain(SphinxTransform):
    """Draw pictures in the document's language."""

    # After Sphinx has translated the document.
    default_priority = 21

    def apply(self, **kwargs: Any) -> None:
        """Draw those anew of which phrases are translated."""
        for drawing in self.document.findall(AviDrawing):
            if drawing.words and drawing.redraw is not None:
                say = methodcaller("render", drawing.words)
                drawing["svg"], drawing["fixed"] = drawing.redraw(say)
                drawing["alt"] = say(drawing.phrases[0])
            # It holds the edition, which is kept nowhere.
            drawing.redraw = None


class PortDiagram(MatrixDirective):
    """A picture of who connects to whom, and the same as a list."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        **MatrixDirective.option_spec,
        "align": align_spec,
        "alt": directives.unchanged_required,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the picture, with the same as a list below it."""
        matrix = self.find_matrix(edition, fold=True, least=0)
        unresolved = self.list_unresolved(pen, edition)
        if not matrix.sources:
            return [
                *self.parse_introduction(),
                *unresolved,
                self._empty_figure(pen),
            ]
        picture = draw(edition, matrix)
        if picture is None:
            drawn: nodes.Element = self._graph(edition, matrix)
            brackets, right = has_brackets(matrix), False
        else:
            drawn = self._drawing(pen, edition, matrix)
            brackets, right = picture.has_brackets, picture.has_right
        # What one deployment needs, it uses.
        right = right and self.resolution is None
        texts = [Phrase(ARROWS), *([Phrase(USED)] if right else [])]
        about = pen.paragraph(*intersperse(texts))
        about["classes"] += ["avi-premise", _DRAWN]
        legend = [*self.describe_brackets(pen, brackets=brackets), about]
        return [
            *self.parse_introduction(),
            *unresolved,
            AviBlock(
                "",
                self._figure(pen, [drawn], legend),
                *self._below(pen, edition, matrix),
            ),
        ]

    def _empty_figure(self, pen: Pen) -> nodes.figure:
        """Return a figure without a picture: its caption and name stay."""
        self.warn_of_nothing("flow")
        said = pen.paragraph(Phrase(say_nothing("flow")))
        said["classes"].append("avi-empty")
        return self._figure(pen, [], [said])

    def _drawing(
        self, pen: Pen, edition: Edition, matrix: Matrix
    ) -> AviDrawing:
        title = Whole(self._title())
        said: dict[Phrase, None] = {title: None}

        def note(phrase: Phrase) -> str:
            said[phrase] = None
            return phrase

        def redraw(say: Callable[[Phrase], str]) -> tuple[str, str]:
            picture = draw(edition, matrix, lambda text: say(pen.find(text)))
            assert picture is not None  # noqa: S101 - it was drawn before
            return (
                picture.write(pen.prefix, say(title)),
                picture.write("avi", say(title), fixed=True),
            )

        svg, fixed = redraw(note)
        made = AviDrawing(svg=svg, fixed=fixed, alt=title)
        made.phrases, made.redraw = (*said,), redraw
        self.set_source_info(made)
        return made

    def _graph(self, edition: Edition, matrix: Matrix) -> graphviz:
        made = graphviz()
        made["code"] = write_dot(edition, matrix)
        made["options"] = {"docname": self.env.docname}
        made["alt"] = self._title()
        made["classes"] = ["avi-port-diagram"]
        self.set_source_info(made)
        return made

    def _title(self) -> str:
        """Return what the picture is called for those who do not see it."""
        caption = self.arguments[0] if self.arguments else TITLE
        return str(self.options.get("alt", caption))

    def _figure(
        self,
        pen: Pen,
        drawn: Sequence[nodes.Element],
        legend: Sequence[nodes.Node],
    ) -> nodes.figure:
        classes = ["avi-fig", *self.options.get("class", ())]
        made = nodes.figure("", *drawn, classes=classes)
        made.source, made.line = pen.source, pen.line
        if "align" in self.options:
            made["align"] = self.options["align"]
        if self.arguments:
            title = self.parse_title()
            caption = nodes.caption(title.rawsource, "", *title.children)
            caption.source, caption.line = pen.source, pen.line
            made += caption
        made += nodes.legend("", *legend)
        self.add_name(made)
        return made

    def _below(
        self, pen: Pen, edition: Edition, matrix: Matrix
    ) -> list[nodes.Node]:
        """Return the same as a list, and the source."""
        line = Phrase("The same as a list")
        name = self.get_name(edition)
        items = make_pair_items(pen, matrix, name)
        said: list[nodes.Node] = [
            AviFolded(
                "",
                pen.paragraph(line, kind=AviSummary),
                pen.bullets(items, "avi-port-list"),
            ),
            *describe_lines(pen, matrix, name),
        ]
        source = self.config.avi_portspec_source_line
        return make_below(pen, edition, footnotes=said, source=source)


def make_pair_items(
    pen: Pen,
    matrix: Matrix,
    name: Callable[[str], str],
) -> Iterator[list[nodes.Node]]:
    """Yield one bullet's content per pair of endpoints.

    Args:
        pen: The directive's.
        matrix: The matrix.
        name: Returns the name of an endpoint.
    """
    for (source, destination), lines in matrix.pairs.items():
        cell = make_cell([lines], matrix.asked)
        pieces: list[str | nodes.Node] = [
            f"{name(source)} \N{RIGHTWARDS ARROW} {name(destination)}: "
        ]
        for flow in cell.flows:
            pieces += pen.anchor("flow", flow.id)
        pieces += ["; ".join(map(str, cell.lines))]
        if cell.words:
            pieces += ["; "] if cell.lines else []
            pieces.append(Phrase(cell.words))
        yield [pen.paragraph(*pieces)]


class ForWriters(SphinxPostTransform):
    """Give each writer the picture that it takes, or leave only the list.

    Attributes:
        application: The application, which knows the builder.
    """

    application: ClassVar[Sphinx]

    # Before any writer's pictures are looked for or converted.
    default_priority = 150

    def run(self, **kwargs: Any) -> None:
        """Draw for this writer, and warn where Graphviz is not found."""
        builder = self.application.builder
        writer = get_domain(self.env).writer
        if writer == "messages":
            return
        inline = writer == "html" and builder.name != "epub"
        for drawing in list(self.document.findall(AviDrawing)):
            if inline:
                continue
            # rst2pdf takes SVG, but not without one more package.
            if SVG in builder.supported_image_types and (
                builder.name != "pdf"
            ):
                drawing.replace_self(self._image(drawing))
            else:
                _remove(drawing)
        for folded in [] if inline else list(self.document.findall(AviFolded)):
            if any(
                "avi-port-list" in bullets["classes"]
                for bullets in folded.findall(nodes.bullet_list)
            ):
                folded.replace_self(folded.children[1:])
        command = self.config.graphviz_dot
        if builder.format not in {"html", "latex"} or (
            shutil.which(command) is not None
        ):
            return
        for graph in list(self.document.findall(graphviz)):
            if "avi-port-diagram" not in graph["classes"]:
                continue
            logger.warning(
                "avi-port-diagram: this diagram is shown as a list only: it "
                "has no room in the usual layout, and Graphviz, which would "
                "draw it, is not found (%r); other diagrams do not need it",
                command,
                location=graph,
                type="avi_portspec",
                subtype="graphviz",
            )
            _remove(graph)

    def _image(self, drawing: AviDrawing) -> nodes.image:
        """Return an image of a picture, which is written to a file."""
        text = drawing["fixed"]
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        folder = Path(self.application.doctreedir) / "images"
        folder.mkdir(parents=True, exist_ok=True)
        path = str(folder / f"avi-port-diagram-{digest}.svg")
        Path(path).write_text(text, encoding="utf-8")
        self.env.images.add_file(self.env.docname, path)
        return nodes.image(
            uri=path, candidates={SVG: path}, alt=drawing["alt"]
        )


def _remove(picture: nodes.Element) -> None:
    """Remove a picture, and what describes it; what else is said stays."""
    figure = picture.parent
    kept = [
        child
        for part in figure.children
        if part is not picture
        for child in (
            [nodes.paragraph("", "", nodes.strong("", "", *part.children))]
            if isinstance(part, nodes.caption)
            else part.children
        )
        if _DRAWN not in getattr(child, "attributes", {}).get("classes", ())
    ]
    # Maybe nothing is left, and LaTeX loses the ids of a paragraph.
    named = [make_target(figure["ids"])] if figure["ids"] else []
    block = figure.parent
    at = block.index(figure)
    block[at : at + 1] = [*named, *kept]


def write_dot(edition: Edition, matrix: Matrix) -> str:
    """Return a graph in the DOT language.

    A picture cannot follow a theme from light to dark. So all text has its
    own background, and the grey of the lines contrasts with both.
    """
    lines = [
        "digraph {",
        'bgcolor="transparent"; rankdir="LR";',
        (
            'node [shape="box", style="filled,rounded", fillcolor="#1d4f91",'
            ' color="#1d4f91", fontcolor="#ffffff", fontname="sans-serif"];'
        ),
        (
            'edge [color="#7a7a7a", fontcolor="#000000",'
            ' fontname="sans-serif", fontsize="11"];'
        ),
    ]
    ends = dict.fromkeys(end for pair in matrix.pairs for end in pair)
    lines += [
        f'"{end}" [label={_quote(edition.endpoints[end].label)}];'
        for end in ends
    ]
    for (source, destination), of in matrix.pairs.items():
        texts = port_texts(make_cell([of], matrix.asked))
        rows = "<BR/>".join(escape(text) for text in texts)
        lines.append(
            f'"{source}" -> "{destination}" [label=<<TABLE '
            'BORDER="0" CELLBORDER="0" BGCOLOR="#ffffff"><TR><TD>'
            f"{rows}</TD></TR></TABLE>>];"
        )
    return "\n".join([*lines, "}"])


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def visit_drawing(translator: HTML5Translator, node: AviDrawing) -> None:
    """Write the picture; where it has no room, the list is shown instead."""
    translator.body.append(f'<div class="avi-picture">{node["svg"]}</div>\n')
    raise nodes.SkipNode


def setup_diagram(app: Sphinx) -> None:
    """Add the directive, and Sphinx's own extension for graphs."""
    app.setup_extension("sphinx.ext.graphviz")
    app.add_node(AviDrawing, override=True, html=(visit_drawing, None))
    app.add_directive("avi-port-diagram", PortDiagram)
    app.add_transform(DrawAgain)
    known = type("ForWriters", (ForWriters,), {"application": app})
    app.add_post_transform(known)
