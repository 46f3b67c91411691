"""``avi-commands`` and ``avi-answers``: the command line, from its code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click
from sphinx.util.docutils import SphinxDirective

from avi_portspec.cli.commands import schema as schemas
from avi_portspec.cli.help import ENVIRONMENT, EXITS, Description, describe
from avi_portspec.cli.program import SECTIONS, program
from avi_portspec.documents.blocks import join

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["Answers", "Commands", "setup"]

_MARKUP: Final = re.compile(r"([\\`*_|<>])")
#: A command line in quotes; or an option, whose hyphens would become a dash.
_LITERAL: Final = re.compile(
    r"'(avi-portspec [^']+)'|(?<![\w-])(--[a-z][\w-]*)"
)


class Commands(SphinxDirective):
    """A section for each command, with its options and its examples."""

    def run(self) -> list[nodes.Node]:
        """Return the sections, in the order of the program's help."""
        found = program.commands_in_order(click.Context(program))
        first, *commands = describe(program, found)
        by_name = {each.name: each for each in commands}
        lines = [*_body(first), *_around()]
        for section, names in SECTIONS.items():
            lines += [section, "-" * len(section), ""]
            for name in names:
                title = f"``{name}``"
                lines += [title, "~" * len(title), ""]
                lines += _body(by_name[name])
        return self.parse_text_to_nodes(
            "\n".join(lines), allow_section_headings=True
        )


def _body(page: Description) -> Iterator[str]:
    """Yield what a help page says, as reStructuredText."""
    yield from (".. code-block:: text", "", f"   {page.usage}", "")
    for paragraph in (page.summary, *page.paragraphs, page.ending):
        yield from (_prose(paragraph), "")
    for example in page.examples:
        yield from (_prose(example.text), "")
        yield from (".. code-block:: console", "", f"   $ {example.line}", "")
    yield from (f".. program:: {f'avi-portspec {page.name}'.strip()}", "")
    for section, options in page.options:
        yield from (f".. rubric:: {section}", "")
        for names, text in options:
            listed = names.replace(" / ", ", ")
            yield from (f".. option:: {listed}", "", f"   {_prose(text)}", "")


def _around() -> Iterator[str]:
    """Yield what holds for all commands."""
    yield from ("Exit codes", "----------", "")
    for code, text in EXITS:
        yield from (f"``{code}``", f"   {_prose(text)}", "")
    yield from ("Environment", "-----------", "")
    yield from (".. program:: avi-portspec", "")
    for name, text in ENVIRONMENT:
        yield from (f".. envvar:: {name}", "", f"   {_prose(text)}", "")


def _prose(text: str) -> str:
    escaped = _MARKUP.sub(r"\\\1", text)
    return _LITERAL.sub(r"``\1\2``", escaped)


class Answers(SphinxDirective):
    """A section for each command that answers in JSON, with its keys."""

    def run(self) -> list[nodes.Node]:
        """Return the sections, in the order of the schemas."""
        lines: list[str] = []
        commands = {name for names in SECTIONS.values() for name in names}
        for name in schemas.names():
            if name not in commands:
                continue
            made = schemas.schema(name)
            title = f"``{name} --json``"
            lines += [title, "-" * len(title), ""]
            lines += [f"Schema: ``{made['$id']}``", ""]
            lines += _table(_keys(made, ""))
        return self.parse_text_to_nodes(
            "\n".join(lines), allow_section_headings=True
        )


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (".. list-table::", "   :header-rows: 1", "   :widths: 40 60")
    yield from ("", "   * - Key", "     - Value")
    for key, text in rows:
        yield from (f"   * - ``{key}``", f"     - {text}")
    yield ""


def _keys(schema: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield each key in an answer, by its path, and what it holds."""
    for form in schema.get("oneOf", schema.get("anyOf", [schema])):
        for key, each in form.get("properties", {}).items():
            here = f"{path}.{key}" if path else key
            yield here, _value(each)
            inner = each.get("items", each)
            mark = "[]" if "items" in each else ""
            yield from _keys(inner, f"{here}{mark}")


#: What a type of JSON Schema is called.
_KINDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "``true`` or ``false``",
    "null": "``null``",
    "object": "an object",
    "array": "a list",
}


def _value(schema: dict[str, Any]) -> str:
    """Return what a value is, in words."""
    if "enum" in schema:
        words = ("null" if w is None else str(w) for w in schema["enum"])
        return join("or", (f"``{word}``" for word in words))
    if "anyOf" in schema:
        return join("or", map(_value, schema["anyOf"]))
    if "pattern" in schema:
        return "64 hexadecimal digits"
    if schema.get("items", {}).get("type") == "string":
        return "a list of texts"
    found = schema.get("type")
    if found is None:
        known = "always ``true``", "the field's value, as its edition has it"
        return known["const" not in schema]
    listed = found if isinstance(found, list) else [found]
    return join("or", (_KINDS[each] for each in listed))


def setup(app: Sphinx) -> None:
    """Add the directives."""
    app.add_directive("avi-commands", Commands)
    app.add_directive("avi-answers", Answers)
