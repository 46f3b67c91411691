"""Small documentation projects, written and built by the tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from docutils import nodes
from sphinx_apps import App

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Project:
    """A documentation project in a folder, built as often as is expected."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._apps: list[App] = []
        #: The documents that the last build has read.
        self.read: list[str] = []
        #: The documents that the last build has written, links and all.
        self.resolved: dict[str, nodes.document] = {}
        self.extensions = ["sphinx_avi_portspec", "myst_parser"]
        self.write("conf.py", "")

    def write(self, name: str, text: str) -> Path:
        """Write one of the project's files."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def translate(self, catalog: Catalog) -> None:
        """Write a catalogue for its first document, in German."""
        path = self.write("locale/de/LC_MESSAGES/index.mo", "")
        with path.open("wb") as file:
            write_mo(file, catalog)

    def build(
        self, builder: str = "html", *, parallel: int = 0, **conf: Any
    ) -> App:
        """Build the project and return the application that did."""
        self.close()
        conf.setdefault("extensions", self.extensions)
        # Texts are compared with the data's, quotation marks and all.
        conf.setdefault("smartquotes", False)
        app = App(builder, self.folder, conf, parallel=parallel)
        self._apps.append(app)
        self.read = []
        app.connect(
            "env-before-read-docs",
            lambda _app, _env, names: self.read.extend(sorted(names)),
        )
        self.resolved = {}
        app.connect(
            "doctree-resolved",
            lambda _app, tree, name: self.resolved.update({name: tree}),
        )
        app.build()
        return app

    def doctree(self, text: str, **conf: Any) -> nodes.document:
        """Return the doctree of a document in reStructuredText."""
        self.write("index.rst", text)
        app = self.build("dummy", **conf)
        assert warnings(app) == ""
        return app.env.get_doctree("index")

    def complaints(self, text: str, **conf: Any) -> str:
        """Return the warnings that a document in reStructuredText brings."""
        self.write("index.rst", text)
        return warnings(self.build("dummy", **conf))

    def close(self) -> None:
        """Undo what the applications did to docutils and Sphinx."""
        while self._apps:
            self._apps.pop().cleanup()


def directive(
    kind: str = "table", argument: str = "", /, **options: str
) -> str:
    """Return a directive with options, whose names may have underscores."""
    lines = [f".. avi-port-{kind}:: {argument}".rstrip()]
    lines += [
        f"   :{name.replace('_', '-')}: {value}"
        for name, value in options.items()
    ]
    return "\n".join([*lines, ""])


def grid(tree: nodes.document) -> list[list[str]]:
    """Return the texts of the cells of the first table, its head first."""
    table = next(tree.findall(nodes.table))
    return [
        [cell.astext() for cell in row.children]
        for row in table.findall(nodes.row)
    ]


def warnings(app: App) -> str:
    """Return what an application has warned of."""
    text = _COLOURS.sub("", app.warning.getvalue())
    return text.replace(str(app.srcdir), "").strip()


def links(tree: nodes.document) -> list[tuple[str, str]]:
    """Return the text and address of each link in the last paragraph."""
    *_, last = tree.findall(nodes.paragraph)
    return within(last)


def within(node: nodes.Element) -> list[tuple[str, str]]:
    """Return the text and address of each link in a node."""
    return [
        (link.astext(), link["refuri"])
        for link in node.findall(nodes.reference)
    ]
