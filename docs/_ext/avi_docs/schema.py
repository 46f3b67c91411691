"""``avi-schema``: the data format as tables, from its JSON Schema."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import avi_portspec
from avi_portspec.documents.blocks import join

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["SchemaTables", "setup"]

_HEADINGS: Final = ("Key", "Value", "Needed", "Meaning")
_WIDTHS: Final = (16, 34, 10, 40)
#: Patterns that say less than words do, each by a value that it takes and
#: one that it does not.
_WORDS: Final = (
    ("lower-case words joined by hyphens", "one-two", "1.2"),
    ("lower-case words joined by hyphens or dots", "1.2", "One two"),
    ("an address that begins with http or https", "https://a.b", "One two."),
    ("one line of text", "One two.", " blank"),
)
_ATTRIBUTE: Final = re.compile(
    r"(?:^|\n)(\w+): (.+?)(?=\n\w+: |\Z)", re.DOTALL
)


class SchemaTables(SphinxDirective):
    """A section for each kind of record, with a table of its keys."""

    def run(self) -> list[nodes.Node]:
        """Return the sections, the edition first, the rest by name."""
        whole = avi_portspec.json_schema()
        sections = [self._section("Edition", whole)]
        sections += [
            self._section(name, each) for name, each in whole["$defs"].items()
        ]
        for section in sections:
            self.state.document.note_explicit_target(section, section)
        return [*sections]

    def _section(self, name: str, schema: dict[str, Any]) -> nodes.section:
        title = nodes.title(name, name)
        made = nodes.section("", title, ids=[_anchor(name)])
        made += self._paragraph(schema["description"])
        if "properties" in schema:
            made += self._table(name, schema)
        else:
            made += self._forms(name, schema["oneOf"])
        self.set_source_info(made)
        return made

    def _paragraph(self, text: str) -> nodes.paragraph:
        children, messages = self.parse_inline(text)
        made = nodes.paragraph(text, "", *children, *messages)
        self.set_source_info(made)
        return made

    def _forms(
        self, name: str, forms: list[dict[str, Any]]
    ) -> nodes.bullet_list:
        """Return the forms that a value can have, one a bullet."""
        items = []
        for form in forms:
            item = nodes.list_item("", nodes.paragraph("", "", *value(form)))
            if "description" in form:
                item += self._paragraph(form["description"])
            if "properties" in form:
                item += self._table(name, form)
            items.append(item)
        return nodes.bullet_list("", *items)

    def _table(self, name: str, schema: dict[str, Any]) -> nodes.table:
        meanings = meanings_of(name)
        rows = []
        for key, each in schema["properties"].items():
            needed = "yes" if key in schema["required"] else "no"
            meaning = meanings.get(key, "")
            rows.append(
                _row(
                    nodes.paragraph("", "", nodes.literal(key, key)),
                    nodes.paragraph("", "", *value(each)),
                    nodes.paragraph(needed, needed),
                    self._paragraph(meaning),
                )
            )
        group = nodes.tgroup("", cols=len(_HEADINGS))
        group += [nodes.colspec(colwidth=width) for width in _WIDTHS]
        heads = [nodes.paragraph(text, text) for text in _HEADINGS]
        group += nodes.thead("", _row(*heads))
        group += nodes.tbody("", *rows)
        return nodes.table("", group, classes=["avi-schema"])


def _row(*paragraphs: nodes.paragraph) -> nodes.row:
    return nodes.row("", *(nodes.entry("", each) for each in paragraphs))


def _anchor(name: str) -> str:
    return f"schema-{name.lower()}"


def meanings_of(name: str) -> dict[str, str]:
    """Return what each key of a record means, as its class says it."""
    doc = inspect.getdoc(getattr(avi_portspec, name)) or ""
    _, _, attributes = doc.partition("Attributes:\n")
    text = inspect.cleandoc(attributes.partition("\n\n")[0])
    found = {"format": "The version of the format; a reader refuses others."}
    for match in _ATTRIBUTE.finditer(text):
        found[match[1]] = " ".join(match[2].split())
    return found


def value(schema: dict[str, Any]) -> Iterator[nodes.Node]:
    """Yield what a value can be, in words, with links to other records."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield nodes.reference(
            "", f"a {name}", refid=_anchor(name), internal=True
        )
    elif "anyOf" in schema:
        for at, each in enumerate(schema["anyOf"]):
            if at:
                yield nodes.Text(", or ")
            yield from value(each)
    elif "const" in schema or "enum" in schema:
        words = schema.get("enum") or [schema["const"]]
        yield from _choice([nodes.literal("", str(word)) for word in words])
    elif schema["type"] == "array":
        least = schema.get("minItems", 0)
        yield nodes.Text("a list" + (f" of at least {least}" if least else ""))
        yield nodes.Text(", each once: " if "uniqueItems" in schema else ": ")
        yield from value(schema["items"])
    elif schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        yield nodes.Text(f"a number from {low} to {high}")
    elif schema["type"] == "boolean":
        yield from _choice([nodes.literal("", w) for w in ("true", "false")])
    elif schema["type"] == "object":
        keys = [nodes.literal("", key) for key in schema["properties"]]
        yield nodes.Text("a table with ")
        yield from _choice(keys, word="and")
    else:
        yield from _text(schema)


def _text(schema: dict[str, Any]) -> Iterator[nodes.Node]:
    pattern = schema["pattern"]
    for words, good, bad in _WORDS:
        if re.search(pattern, good) and not re.search(pattern, bad):
            yield nodes.Text(words)
            break
    else:
        raise ValueError(f"there are no words for the pattern {pattern!r}")
    extra = [each["pattern"] for each in schema.get("allOf", ())]
    if extra:
        yield nodes.Text(" with one ")
        text = join("and", extra).replace("\\", "")
        yield nodes.literal("", text)


def _choice(
    options: list[nodes.literal], *, word: str = "or"
) -> Iterator[nodes.Node]:
    for at, option in enumerate(options):
        if at:
            last = at == len(options) - 1
            yield nodes.Text(f" {word} " if last else ", ")
        yield option


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-schema", SchemaTables)
