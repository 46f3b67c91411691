"""``avi-port-matrix``: who connects to whom, with the ports of every pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms.post_transforms import SphinxPostTransform

from avi_portspec.model.phrases import (
    NOT_DOCUMENTED,
    changes,
    deployment_phrase,
)
from avi_portspec.model.wording import overlay_text, site_of
from avi_portspec.tabular.lines import answer_lines, edition_lines
from avi_portspec.tabular.matrix import ENOUGH, make_matrix
from sphinx_avi_portspec.blocks import (
    AviBlock,
    AviPlainRow,
    AviPortBody,
    AviPortGroup,
    AviPortHead,
)
from sphinx_avi_portspec.cells import AviProseCell, make_cell, write_cell
from sphinx_avi_portspec.decisions import DeploymentDirective
from sphinx_avi_portspec.directive import (
    SELECTION,
    TableDirective,
    say_nothing,
)
from sphinx_avi_portspec.grouped import (
    make_below,
    make_empty_table,
    write_compact,
)
from sphinx_avi_portspec.layouts import end_sentence
from sphinx_avi_portspec.messages import Filled, Phrase
from sphinx_avi_portspec.pen import AviLabelled, AviTag, link, make_target
from sphinx_avi_portspec.writers import PlainTransform

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from avi_portspec import Edition, Flow
    from avi_portspec.tabular.lines import Line
    from avi_portspec.tabular.matrix import Cell, End, Matrix, Number
    from sphinx_avi_portspec.pen import Pen

__all__ = [
    "MatrixDirective",
    "PortMatrix",
    "describe_lines",
    "setup_matrix",
]

#: What a cell shows where nothing is listed, and what it is called.
DASH: Final = "\N{EN DASH}"
NONE_LISTED: Final = "none listed"
#: An empty cell could be read as "no port needed".
DASHED: Final = f"{DASH} means that the vendor's port page lists nothing."
#: What brackets mean, for any deployment and for one.
BRACKETS: Final = "In brackets: optional, or only in some deployments."
OPTIONAL: Final = "In brackets: optional."
TITLE: Final = "Who connects to whom"
#: With more columns, a narrow screen scrolls.
FEW: Final = 3


class AviScroll(AviLabelled, nodes.container):
    """A table that may be wider than its column."""


class MatrixDirective(DeploymentDirective):
    """A directive that shows pairs of ends with their ports."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **SELECTION,
        "deployment": directives.unchanged_required,
    }

    def find_matrix(
        self,
        edition: Edition,
        *,
        fold: bool | None = None,
        least: int = ENOUGH,
    ) -> Matrix:
        """Return the matrix of what the filters, or a deployment, leave."""
        flows = self.select(edition)
        exclusions = self.select_exclusions(edition)
        asked = self.find_asked(edition)
        if self.resolution is None:
            lines = edition_lines(
                edition, flows, flows.unstated, exclusions, asked=asked
            )
        else:
            decisions = [self.resolution[flow] for flow in flows]
            lines = answer_lines(edition, decisions, exclusions, asked=asked)
        own = self.config.avi_portspec_labels
        return make_matrix(
            edition, lines, asked=asked, own=own, fold=fold, least=least
        )

    def get_name(self, edition: Edition) -> Callable[[str], str]:
        """Return what returns the name of an endpoint in this project."""
        return lambda name: edition.endpoints[name].label

    def describe_brackets(
        self,
        pen: Pen,
        *,
        brackets: bool,
    ) -> list[nodes.Node]:
        """Return the deployment, and what brackets mean, in a paragraph.

        Args:
            pen: The directive's.
            brackets: Whether there are any.
        """
        pieces: list[str] = []
        if self.resolution is not None:
            text = deployment_phrase(
                self.resolution.deployment, self.resolution.edition.facets
            )
            pieces.append(Phrase(f"{text}."))
        if brackets:
            any_ = self.resolution is None
            pieces.append(Phrase(BRACKETS if any_ else OPTIONAL))
        if not pieces:
            return []
        made = pen.paragraph(*intersperse(pieces))
        made["classes"].append("avi-premise")
        return [made]


def intersperse(pieces: Iterable[str]) -> Iterator[str]:
    """Yield sentences with a space between each two."""
    for number, piece in enumerate(pieces):
        if number:
            yield " "
        yield piece


def has_brackets(matrix: Matrix) -> bool:
    """Return whether anything in a matrix is not always needed."""
    return any(
        line.sometimes
        for source in matrix.sources
        for destination in matrix.destinations
        for line in matrix.cell(source, destination).lines
    )


class PortMatrix(MatrixDirective, TableDirective):
    """A table of who connects to whom, each cell with its ports."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **TableDirective.option_spec,
        **MatrixDirective.option_spec,
        "fold": lambda text: directives.choice(text, ("yes", "no")) == "yes",
        "transpose": directives.flag,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, with what stands below it."""
        matrix = self.find_matrix(edition, fold=self.options.get("fold"))
        unresolved = self.list_unresolved(pen, edition)
        if not matrix.sources:
            return [
                *self.parse_introduction(),
                *unresolved,
                self._empty_table(pen, edition),
            ]
        turned = matrix.is_turned != ("transpose" in self.options)
        down, across = matrix.destinations, matrix.sources
        corner = "To \N{DOWNWARDS ARROW} From \N{RIGHTWARDS ARROW}"
        if not turned:
            down, across = across, down
            corner = "From \N{DOWNWARDS ARROW} To \N{RIGHTWARDS ARROW}"
        rows: list[nodes.row] = [
            AviPlainRow(
                "",
                _head_cell(pen, edition, end),
                *(
                    _make_cell(
                        pen,
                        edition,
                        matrix.cell(*((top, end) if turned else (end, top))),
                    )
                    for top in across
                ),
            )
            for end in down
        ]
        heads = [end.name for end in across]
        table = self.build_table(pen, [corner, *heads], rows, stubs=1)
        count = len(across)
        size = "avi-wide" if count > FEW else f"avi-columns-{count}"
        table["classes"] = [
            *("avi-ports", "avi-matrix", size, "colwidths-shares"),
            *self.options.get("class", ()),
        ]
        _give_roles(pen, table, across, "to" if turned else "from")
        label = self.arguments[0] if self.arguments else TITLE
        made: nodes.Element = table
        if count > FEW:
            made = AviScroll("", table, label=label)
            self.set_source_info(made)
        return [
            *self.parse_introduction(),
            *unresolved,
            AviBlock(
                "",
                *self.describe_brackets(pen, brackets=has_brackets(matrix)),
                made,
                *self._below(pen, edition, matrix, rows),
            ),
        ]

    def _empty_table(self, pen: Pen, edition: Edition) -> AviBlock:
        """Return a table of one row: its caption and its name stay."""
        self.warn_of_nothing("flow")
        said = make_empty_table(pen, say_nothing("flow"), headings=False)
        table = self.finish_table(said)
        table["classes"] += self.options.get("class", ())
        source = self.config.avi_portspec_source_line
        return AviBlock("", table, *make_below(pen, edition, source=source))

    def _below(
        self,
        pen: Pen,
        edition: Edition,
        matrix: Matrix,
        rows: Sequence[nodes.row],
    ) -> list[nodes.Node]:
        """Return what stands below the table."""
        said = [*describe_lines(pen, matrix, self.get_name(edition))]
        if any(isinstance(cell, AviDashCell) for row in rows for cell in row):
            said.append(pen.paragraph(Phrase(DASHED)))
        source = self.config.avi_portspec_source_line
        return make_below(pen, edition, footnotes=said, source=source)


def describe_lines(
    pen: Pen, matrix: Matrix, name: Callable[[str], str]
) -> Iterator[nodes.paragraph]:
    """Yield a paragraph for each line that its cell does not say all of.

    Args:
        pen: The directive's.
        matrix: The matrix.
        name: Returns the name of an endpoint.
    """

    def ends(line: Line) -> Filled:
        return Filled("{} to {}", name(line.source), name(line.destination))

    for line in matrix.also:
        pieces: list[str | nodes.Node] = [Phrase("Also:"), " ", ends(line)]
        pieces.append(", ")
        if line.exclusion:
            pieces.append(Phrase(f"{_in_sentence(str(line.need))}."))
        else:
            for flow in line.flows:
                pieces += pen.anchor("flow", flow.id)
            pieces += [f"{line.port}", " ("]
            pieces += [Phrase(_in_sentence(str(line.need))), ")."]
        for more in line.below:
            pieces += [" ", Phrase(more)]
        yield pen.paragraph(*pieces)
    for line in matrix.site:
        lead = Phrase("Set by the site:")
        pieces = [lead, " ", ends(line), f", {line.port}"]
        yield pen.paragraph(*pieces, *_describe_site(line))
    for line in matrix.silent:
        pieces = [Phrase(f"{NOT_DOCUMENTED}:"), " ", ends(line)]
        for flow in line.flows:
            pieces += pen.anchor("flow", flow.id)
        if line.service:
            pieces.append(f" ({line.service})")
        yield pen.paragraph(*pieces, " ", Phrase(f"{line.need.text}."))


def _describe_site(line: Line) -> Iterator[str]:
    """Yield the pieces of what a site says of the flow of a line."""
    (flow,) = line.flows
    site = site_of(flow)
    yield from (" (", Phrase(site), ").") if site else (".",)
    for text in changes(flow, whole=True):
        yield from (" ", Phrase(text), *end_sentence(text))


def _in_sentence(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


# -- cells --------------------------------------------------------------------


class AviDashCell(AviProseCell):
    """A cell for which nothing is listed."""


def _give_roles(
    pen: Pen, table: nodes.table, across: Sequence[End], lead: str
) -> None:
    """Say what each part is: on narrow screens, CSS takes that away.

    Args:
        pen: The directive's.
        table: The table.
        across: The ends at the heads of its columns.
        lead: What stands before the name of a row there.
    """
    (group,) = table.findall(nodes.tgroup)
    parts: list[nodes.Node] = []
    for part in group.children:
        if isinstance(part, nodes.thead):
            (row,) = part.children
            assert isinstance(row, nodes.row)  # noqa: S101 - for types
            for cell in row.findall(nodes.entry):
                cell["role"] = "columnheader"
            _, *names = row.findall(nodes.paragraph)
            for name, end in zip(names, across, strict=True):
                name["translatable"] = bool(end.members)
            parts.append(AviPortHead("", AviPlainRow("", *row.children)))
        elif isinstance(part, nodes.tbody):
            parts.append(AviPortBody("", *part.children))
        else:
            parts.append(part)
    made = AviPortGroup("", *parts, cols=group["cols"], leads=[lead])
    made.source, made.line = pen.source, pen.line
    group.replace_self(made)


def _head_cell(pen: Pen, edition: Edition, end: End) -> nodes.entry:
    """Return the cell that names a row, what it stands for, and its site."""
    ids = [i for name in end.endpoints for i in pen.claim("endpoint", name)]
    anchors = [make_target(ids)] if ids else []
    # A name of several ends is a word of ours.
    name = Phrase(end.name) if end.members else end.name
    cell = write_cell(pen, *anchors, name)
    origin = edition.endpoints[end.endpoints[0]].origin
    below = [", ".join(dict.fromkeys(end.members))] if end.members else []
    below += [Phrase(overlay_text(origin))] if origin else []
    for text in below:
        said = pen.paragraph(text)
        said["classes"].append("avi-sub")
        cell += said
    cell["classes"].append("avi-to")
    cell["role"] = "rowheader"
    return cell


def _make_cell(pen: Pen, edition: Edition, cell: Cell) -> nodes.entry:
    """Return the cell of a pair."""
    paragraphs = [
        pen.paragraph(*pieces)
        for pieces in _port_paragraphs(pen, edition, cell)
    ]
    if not paragraphs:
        return write_compact(pen, AviDashCell, NONE_LISTED)
    made = make_cell(pen, *paragraphs)
    made["role"] = "cell"
    return made


def _port_paragraphs(
    pen: Pen, edition: Edition, cell: Cell
) -> Iterator[list[str | nodes.Node]]:
    """Yield the pieces of a paragraph for each line of a cell."""
    for line in cell.lines:
        pieces: list[str | nodes.Node] = []
        for number in (*line.always, *line.sometimes):
            for flow in number.flows:
                pieces += pen.anchor("flow", flow.id)
        if line.protocol:
            text = line.protocol
            pieces.append(nodes.inline(text, text, classes=["avi-quiet"]))
            pieces.append("\N{NO-BREAK SPACE}")
        pieces += _link_numbers(edition, line.always)
        if line.sometimes:
            pieces.append(" (" if line.always else "(")
            pieces += _link_numbers(edition, line.sometimes)
            pieces.append(")")
        yield pieces
    if cell.words == NOT_DOCUMENTED:
        yield [AviTag(cell.words, cell.words)]
    elif cell.words:
        yield [Phrase(cell.words)]


def _link_numbers(
    edition: Edition, numbers: Sequence[Number]
) -> Iterator[str | nodes.Node]:
    """Yield numbers, each a link to the home of its flow."""
    for position, number in enumerate(numbers):
        if position:
            yield ", "
        texts = number.text.split(" or ")
        if len(texts) != len(number.flows):
            yield number.text
            continue
        for text, flow in zip(texts, number.flows, strict=True):
            if text is not texts[0]:
                yield " or\N{NO-BREAK SPACE}"
            yield _link(edition, flow, text)


def _link(edition: Edition, flow: Flow, text: str) -> nodes.Node:
    made = link(edition, "flow", flow.id, text)
    (number,) = made.children
    assert isinstance(number, nodes.inline)  # noqa: S101 - for types
    number["classes"].append("avi-number")
    return made


class DrawDashes(PlainTransform):
    """Draw the dashes for all writers but HTML, which has their words too."""

    # Before cells are expanded.
    default_priority = 4

    def run(self, **kwargs: Any) -> None:
        """Put a dash in the place of the words."""
        for cell in self.document.findall(AviDashCell):
            cell.clear()
            cell.append(nodes.Text(DASH))


class OnlyHomes(SphinxPostTransform):
    """Remove links to other pictures: numbers lead to the homes of flows."""

    # After links are resolved.
    default_priority = 20

    def run(self, **kwargs: Any) -> None:
        """Put the text in the place of the link."""
        numbers = [
            inline
            for inline in self.document.findall(nodes.inline)
            if "avi-number" in inline["classes"]
        ]
        if not numbers:
            return
        shown = {
            name
            for block in self.document.findall(AviBlock)
            for target in block.findall(nodes.target)
            for name in target["ids"]
        }
        for number in numbers:
            link = number.parent
            if (
                isinstance(link, nodes.reference)
                and link.get("refid") in shown
            ):
                link.replace_self(number)


def visit_scroll(translator: HTML5Translator, node: AviScroll) -> None:
    """Write a box that scrolls, and that a keyboard can reach."""
    label = translator.attval(node["label"])
    translator.body.append(
        '<div class="avi-scroll" tabindex="0" role="group" '
        f'aria-label="{label}">\n'
    )


def depart_scroll(translator: HTML5Translator, node: AviScroll) -> None:
    """Write its end."""
    translator.body.append("</div>\n")


def visit_dash(translator: HTML5Translator, node: AviDashCell) -> None:
    """Write a dash, and what it is called for those who hear it."""
    words = translator.encode(node.astext())
    translator.body.append(
        '<td role="cell"><p class="avi-quiet">'
        f'<span aria-hidden="true">{DASH}</span>'
        f'<span class="avi-hidden">{words}</span></p></td>\n'
    )
    raise nodes.SkipNode


def setup_matrix(app: Sphinx) -> None:
    """Add the directive."""
    app.add_node(AviDashCell, override=True, html=(visit_dash, None))
    app.add_node(AviScroll, override=True, html=(visit_scroll, depart_scroll))
    app.add_directive("avi-port-matrix", PortMatrix)
    app.add_post_transform(DrawDashes)
    app.add_post_transform(OnlyHomes)
