"""``avi-port-explorer``: an edition, and what a deployment needs of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape, unescape
from operator import methodcaller
from typing import TYPE_CHECKING, Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging

from avi_portspec.documents import join
from avi_portspec.model.display import ports_text
from avi_portspec.model.facets import FACETS
from avi_portspec.model.phrases import (
    choice_phrase,
    need,
    places_phrase,
    silence_phrase,
)
from avi_portspec.model.wording import (
    NODES,
    NODES_NAME,
    site_of,
    source_text,
)
from sphinx_avi_portspec.blocks import (
    AviBlock,
    AviFolded,
    AviSummary,
)
from sphinx_avi_portspec.directive import TableDirective
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.lookup import (
    READING,
    TooManyCasesError,
    build_lookup,
    list_lines,
)
from sphinx_avi_portspec.messages import Filled, Phrase, Whole
from sphinx_avi_portspec.scripts import AviScriptMessages, write_words
from sphinx_avi_portspec.sources import find_names
from sphinx_avi_portspec.tables import PortTable
from sphinx_avi_portspec.writers import has_scripts, keep_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from avi_portspec import Edition
    from avi_portspec.tabular.lines import Line
    from sphinx_avi_portspec.pen import Pen

__all__ = ["CHOOSER_MESSAGES", "PortExplorer", "setup_chooser"]

logger = logging.getLogger(__name__)

#: The cloud that excludes all others.
ALONE: Final = "no-orchestrator"

#: The buttons of an answer: text, format, and the type of a file.
_BUTTONS: Final = (
    ("Copy link", "link", ""),
    ("Copy Markdown", "md", ""),
    ("Save CSV", "csv", "text/csv"),
    ("Save JSON", "json", "application/json"),
)
_HEADS: Final = (
    ("To", "avi-to"),
    ("Port", "avi-port"),
    ("Service", "avi-svc"),
    ("Why", "avi-need"),
)
_ASK: Final = "Choose at least one cloud."
_ASK_OR: Final = "Choose at least one cloud, or No orchestrator."
_PAGE: Final = "vendor's port page"
_WHO: Final = "Who opens {} between {} and {}?"
#: The line above the table that needs no script.
_WHOLE: Final = "Every flow, for any deployment"

#: What the script says.
CHOOSER_MESSAGES: Final = (
    "Choose your deployment",
    "Copied",
    "Copying was refused",
    "needed",
    "optional",
    "not needed",
    "not documented",
    "conflict",
    "conflicts",
    "Conflict:",
    "with unclear direction",
    "direction not clear",
    "Direction not clear:",
    "Caution:",
    "Not documented",
    ("by the vendor's port page. Check before you rely on a default deny:"),
    "Unknown choices in the address:",
    "Needed: {}",
    "Optional",
    "managing {}",
    "and",
    "Assumption {}",
    "Assumed: {}.",
    "{} assumption where the vendor's page is not explicit",
    "{} assumptions where the vendor's page is not explicit",
    "Source",
    "Destination",
    "Port",
    "Service",
    "Needed",
    "Why",
    "Assumed",
    "Flow",
)
#: What stands around a message in HTML, and before each of its values, those
#: that are translated and the others: characters that no text has.
_OPEN, _CLOSE, _SAID, _NAME = "\ue000", "\ue001", "\ue002", "\ue003"
_MESSAGE: Final = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


class AviChooser(AviScriptMessages):
    """The choice: its ``data``, and its ``html`` with messages in it."""

    tagname = "explorer_choice"

    def extract_original_messages(self) -> tuple[str, ...]:
        """Return what the script, the choice and the answers say."""
        of_page = map(_read, _MESSAGE.finditer(self["html"]))
        said = [*of_page]
        _map_texts(self["data"]["said"], said.append)
        found = (message for phrase in said for message in phrase.messages)
        return tuple(dict.fromkeys([*CHOOSER_MESSAGES, *found]))

    def write(self) -> str:
        """Return the data and the choice, translated."""
        words = json.loads(self.get("words", "{}"))
        own = {k: v for k, v in words.items() if k in CHOOSER_MESSAGES}
        data = dict(self["data"])
        say = methodcaller("render", words)
        data |= _map_texts(data.pop("said"), say)
        # Browsers do not execute it, so that every content-security policy
        # allows it.
        text = json.dumps(data, separators=(",", ":"))
        text = text.replace("<", "\\u003c").replace("&", "\\u0026")

        html = _MESSAGE.sub(
            lambda found: escape(say(_read(found))), self["html"]
        )
        # Not in attributes.
        html = re.sub(r">[^<]+", lambda text: keep_whole(text[0]), html)
        return "".join(
            [
                write_words(own),
                '<script type="application/json" class="avi-deployment-data">',
                f"{text}</script>{html}",
            ]
        )


def _read(found: re.Match[str]) -> Phrase:
    """Return a message in HTML, with what it is filled with."""
    message, *values = re.split(f"([{_SAID}{_NAME}])", unescape(found[1]))
    marks = zip(values[::2], values[1::2], strict=True)
    return Filled(
        message,
        *(Phrase(value) if mark == _SAID else value for mark, value in marks),
    )


def _map_texts(said: Any, change: Callable[[Any], Any]) -> Any:
    """Return what is said with each text changed; statuses are none."""
    if isinstance(said, str):
        return change(said)
    if isinstance(said, Mapping):
        return {
            k: v if k == "status" else _map_texts(v, change)
            for k, v in said.items()
        }
    if said is None:
        return None
    return [_map_texts(part, change) for part in said]


class PortExplorer(PortTable):
    """All flows of an edition; in HTML, with a choice of deployments."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **TableDirective.option_spec,
        "columns": directives.unchanged_required,
        "edition": directives.unchanged_required,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, with the choice before it."""
        made = super().render(edition, pen)
        try:
            found = build_lookup(edition)
        except TooManyCasesError as wrong:
            logger.warning(
                "%s: %s; the table is shown without a choice of deployments",
                self.name,
                wrong,
                location=(self.env.docname, self.lineno),
                type="avi_portspec",
                subtype="explorer",
            )
            return made
        get_domain(self.env).note_assets(self.env.docname, "chooser")
        page = Page(edition)
        offered = found["offered"]
        chooser = AviChooser(data=page.data(found), html=page.write(offered))
        chooser.source, chooser.line = pen.source, pen.line
        at = next(
            at
            for at, node in enumerate(made)
            if isinstance(node, (AviBlock, nodes.table))
        )
        # The caption is within what is folded, and would not be seen.
        whole = self.parse_title().astext() if self.arguments else _WHOLE
        line = pen.paragraph(Whole(whole), kind=AviSummary)
        line["classes"] += ["avi-titled"] if self.arguments else []
        return [
            *made[:at],
            chooser,
            AviFolded("", line, *made[at:], classes=["avi-static"], open="1"),
        ]


class Page:
    """The choice of deployments, as it stands in a page.

    Args:
        edition: The edition.
    """

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._find = find = find_names([edition]).find
        self.lines = list_lines(edition)
        facets = {facet.id: facet for facet in edition.facets}
        #: For each choice: its id, its name, whether it is of several, and
        #: the values with their texts. What is chosen at first comes first.
        self.choices: list[tuple[str, str, bool, list[tuple[str, str]]]] = []
        values: list[tuple[str, str]]
        for name in ("cloud", "controller", "nodes", "service", "feature"):
            facet = facets.get(name)  # type: ignore[call-overload]
            if facet is not None:
                values = [
                    (v.id, find(choice_phrase(v.label))) for v in facet.values
                ]
                self.choices.append((name, facet.name, facet.many, values))
            elif name == "nodes":
                values = [
                    (k, find(choice_phrase(v))) for k, v in NODES.items()
                ]
                self.choices.append((name, NODES_NAME, False, values))
        for flow in edition.flows:
            if flow.direction_doubts:
                start, end = map(self._label, (flow.source, flow.destination))
                ask = Filled(_WHO, ports_text(flow), start, end)
                values = [
                    ("", "Not known"),
                    ("stated", Filled("{}, as stated", start)),
                    ("reversed", Filled("{}, reversed", end)),
                ]
                self.choices.append((READING + flow.id, ask, False, values))

    def write(self, offered: Mapping[str, Iterable[str]]) -> str:
        """Return the choice.

        Args:
            offered: The clouds of each choice that matters on some alone.
        """
        return "".join(
            [
                '<div class="avi-chooser" hidden="hidden">',
                *self._form(offered),
                *self._answer(),
                *self._template(),
                "</div>",
            ]
        )

    def _label(self, endpoint: str) -> str:
        return self.edition.endpoints[endpoint].label

    # -- data ----------------------------------------------------------------

    def data(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers, with the names that they are shown with.

        What can be translated is in ``said``.
        """
        edition = self.edition
        cloud = edition.facets.get("cloud")
        clouds = cloud.values if cloud else ()
        has_alone = any(value.id == ALONE for value in clouds)
        return {
            "edition": edition.id,
            "digest": edition.digest,
            "alone": ALONE,
            "fields": {
                facet.id: field
                for facet, field in (
                    (edition.facets.get(name), field) for name, field in FACETS
                )
                if facet is not None and facet.many
            },
            "clouds": [[v.id, v.label] for v in clouds],
            "example": self._example(),
            "rows": [
                {
                    "id": (line.exclusion or line.flows[0]).id,
                    "from": self._label(line.source),
                    "to": self._label(line.destination),
                    "port": str(line.port),
                    "service": line.service,
                    "start": start,
                }
                for line, start in zip(
                    self.lines, found["starts"], strict=True
                )
            ],
            **{
                k: v
                for k, v in found.items()
                if k not in {"starts", "answers", "titles", "offered"}
            },
            "said": _map_texts(
                {
                    "ask": _ASK_OR if has_alone else _ASK,
                    "answers": found["answers"],
                    "titles": found["titles"],
                    "phrases": {v.id: v.phrase for v in clouds if v.phrase},
                },
                self._find,
            ),
        }

    def _example(self) -> dict[str, list[str]]:
        """Return a deployment to begin with: one cloud, two services."""
        found: dict[str, list[str]] = {"cloud": []}
        wanted = {"cloud": ["aws"], "service": ["dns", "ntp"], "feature": []}
        for name, _, _, values in self.choices:
            known = [value for value, _ in values]
            some = wanted.get(name, known[:1])
            is_known = set(some) <= set(known)
            found[name] = some if is_known else known[: len(some)]
        return found

    # -- HTML ----------------------------------------------------------------

    def _form(self, offered: Mapping[str, Iterable[str]]) -> Iterator[str]:
        """Yield the choices."""

        def on(name: str) -> str:
            clouds = " ".join(offered.get(name, ()))
            return f' data-on="{escape(clouds)}"' if clouds else ""

        yield '<form class="avi-pick">'
        for name, title, many, values in self.choices:
            kind = "checkbox" if many else "radio"
            is_half = name in {"controller", "nodes"}
            half = ' class="avi-half"' if is_half else ""
            yield f"<fieldset{half}{on(name)}>{_say('legend', title)}"
            for at, (value, text) in enumerate(values):
                checked = "" if many or at else ' checked="checked"'
                only = on(value) if name == "feature" else ""
                yield (
                    f'<label class="avi-chip"{only}><input type="{kind}" '
                    f'name="{name}" value="{escape(value)}"{checked}/>'
                    f"{_say('span', text)}</label>"
                )
            yield "</fieldset>"
        yield f"<p>{_button('Clear all', 'choose')}</p></form>"

    def _answer(self) -> Iterator[str]:
        """Yield what stands around the answer."""
        example = self._example()
        names = {
            value: text
            for _, _, _, values in self.choices
            for value, text in values
        }
        services = join("and", [names[s] for s in example.get("service", ())])
        text = ", with ".join(
            filter(None, [*(names[c] for c in example["cloud"]), services])
        )
        shown = _message(self._find(f"Example: {text}."))
        buttons = "".join(_button(*button) for button in _BUTTONS)
        start = _button("Start from this example", "choose", "example")
        yield (
            '<div class="avi-answer"><div class="avi-sum"><p role="status">'
            f'</p><div class="avi-act">{buttons}<span role="status"></span>'
            f'</div></div><p class="avi-eg">{shown} {start}'
            '</p><div class="avi-frame"><div class="avi-calls"></div>'
            '<div class="avi-out"></div></div></div>'
        )

    def _template(self) -> Iterator[str]:
        """Yield the parts that the script fills in."""
        heads = "".join(
            f'<th class="{name}" scope="col">{_say("p", text)}</th>'
            for text, name in _HEADS
        )
        page, url = _say("span", _PAGE), self.edition.source.url
        if url:
            page = f'<a href="{escape(url)}">{page}</a>'
        yield (
            '<template><div data-part="table" class="avi-block">'
            '<table class="avi-ports"><caption></caption><thead><tr>'
            f'{heads}<td class="avi-more"></td></tr></thead></table></div>'
            '<table data-part="group"><tbody><tr class="avi-from">'
            '<th scope="rowgroup" colspan="5">'
            f"{_say('span', 'From')} <strong></strong></th></tr></tbody>"
            '</table><div data-part="below" class="avi-below"><details>'
            '<summary></summary><ol></ol></details><p class="avi-source">'
            f"{_say('span', 'Source:')} {page}"
            f"{_message(self._find(source_text(self.edition)))}</p></div>"
        )
        for at, line in enumerate(self.lines):
            yield from self._row(at, line)
        yield "</template>"

    def _row(self, at: int, line: Line) -> Iterator[str]:
        """Yield a row, and its details."""
        start = escape(self._label(line.source))
        to = escape(self._label(line.destination))
        port = escape(str(line.port)) if line.has_ports else _port(line)
        name = f"{port}, {start} {_message('to')} {to}"
        terms = "".join(
            f"{_say('dt', term)}<dd{more}>{text}</dd>"
            for term, text, more in self._terms(line)
        )
        yield (
            f'<table data-part="{at}"><tbody><tr><th class="avi-to" '
            f'data-lead="{_message("to")}" scope="row"><span>{to}</span></th>'
            f'<td class="avi-port">{_port(line)}</td><td class="avi-svc">'
            f"<span>{escape(line.service)}</span></td>"
            '<td class="avi-need"></td>'
            '<td class="avi-more"><button type="button" '
            'aria-expanded="false"><span class="avi-hidden">'
            f"{_message('Details:')} {name}</span></button></td>"
            '</tr><tr class="avi-detail" hidden="hidden"><td colspan="5"><dl>'
            f"{terms}</dl></td></tr></tbody></table>"
        )

    def _terms(self, line: Line) -> Iterable[tuple[str, str, str]]:
        """Return the details of a row; the script says what is assumed."""
        edition = self.edition
        if line.exclusion is not None:
            applies, site = str(line.need), ""
            records = [line.exclusion.citation]
        else:
            (flow,) = line.flows
            site = site_of(flow)
            notes = [edition.notes[name].citation for name in flow.notes]
            records = [flow.citation, *notes]
            applies = str(need(flow, edition))
            if silent := silence_phrase(flow.when, edition.facets):
                applies += f"; not documented {silent}"
        stated = f"{site or _PAGE}: {places_phrase(records, edition)}"
        return (
            ("Applies", _message(self._find(applies)), ""),
            ("Stated in", _message(self._find(stated)), ""),
            ("Assumed", "", ' class="avi-assumed"'),
            ("Flow", (line.exclusion or line.flows[0]).id, ""),
        )


def _message(text: str) -> str:
    """Return a text, in HTML, that is translated."""
    parts = [text]
    if isinstance(text, Filled):
        parts = [text.message]
        for value in text.values:
            mark = _SAID if isinstance(value, Phrase) else _NAME
            parts.append(f"{mark}{value}")
    return f"{_OPEN}{escape(''.join(parts))}{_CLOSE}"


def _say(tag: str, text: str) -> str:
    """Return a text that is translated, in an element."""
    return f"<{tag}>{_message(text)}</{tag}>"


def _button(text: str, kind: str, more: str = "") -> str:
    """Return a button that the script knows by its kind."""
    data = f' data-type="{more}"' if more else ""
    return (
        f'<button type="button" data-do="{kind}"{data}>'
        f"{_message(text)}</button>"
    )


def _port(line: Line) -> str:
    """Return a cell of ports, as tables have it."""
    protocol, number = map(escape, line.port)
    if not line.has_ports:
        return _message(line.port.protocol)
    # A line may end between two numbers, and nowhere else.
    first, *more = number.split(", ")
    text = f'<span class="avi-quiet">{protocol}</span>'
    text += f"&#160;<b>{first}</b>" if first else ""
    if not more:
        return f"<span>{text}</span>"
    return f"<span>{text},</span> <b>{', '.join(more)}</b>"


def visit_chooser(translator: HTML5Translator, node: AviChooser) -> None:
    """Write the choice, where a script can fill it in."""
    if has_scripts(translator.builder):
        translator.body.append(node.write())
    raise nodes.SkipNode


def setup_chooser(app: Sphinx) -> None:
    """Add the directive, and the messages of its script."""
    app.add_node(AviChooser, override=True, html=(visit_chooser, None))
    app.add_directive("avi-port-explorer", PortExplorer)
