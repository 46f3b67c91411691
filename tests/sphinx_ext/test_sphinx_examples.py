"""The documentation's examples: what they give, in both markups.

A doctree that changes on purpose is accepted with ``UPDATE_SNAPSHOTS=1`` in
the environment; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from sphinx_projects import Project, warnings

import avi_portspec
from avi_portspec.tabular.filters import FILTERS, STATEMENT_FILTERS
from sphinx_avi_portspec.changes import COLLECTIONS, KINDS, STEPS, WORK
from sphinx_avi_portspec.decisions import DECISIONS

DOCS = Path(__file__).parents[2] / "docs" / "sphinx"
SNAPSHOTS = Path(__file__).with_name("snapshots")
EXAMPLES = sorted((DOCS / "examples").glob("*.txt"))

_OPTION = re.compile(r" {3}:(?P<name>[\w-]+):(?: (?P<value>.*))?$")
_ROLE = re.compile(r":(avi:\w+):(`[^`]*`)")


def markdown(text: str) -> str:
    """Return an example as Markdown, for MyST."""
    if not text.startswith(".. "):
        return _ROLE.sub(r"{\1}\2", text)
    first, *rest = text.rstrip().split("\n")
    name, _, argument = first.removeprefix(".. ").partition("::")
    lines = [f"```{{{name}}}{argument}", "---"]
    for line in rest:
        option = _OPTION.match(line)
        if option is None:
            lines.append("  " + line.strip())
        elif option["value"] is None:
            # A flag, or a value that goes on below, line by line.
            lines.append(f"{option['name']}: |")
        else:
            lines.append(f"{option['name']}: '{option['value']}'")
    return "\n".join([*lines, "---", "```"]) + "\n"


def tree(project: Project, name: str, text: str) -> str:
    """Return the doctree of a document that stands beside a page."""
    for old in project.folder.glob("index.*"):
        old.unlink()
    project.write("page.rst", ":orphan:\n\n.. avi-port-page::\n")
    project.write(name, text)
    app = project.build("dummy")
    assert warnings(app) == ""
    found = app.env.get_doctree("index").pformat()
    # How truth is written is docutils' affair, and changes with it.
    found = found.replace('="True"', '="1"').replace('="False"', '="0"')
    # What a script looks answers up in is held to the library elsewhere.
    found = re.sub(r"<explorer_choice .*", "<explorer_choice>", found)
    # Of the file, only its name differs.
    return re.sub(r'<document source="[^"]*"[^>]*>', "<document>", found)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_gives_its_doctree_in_both_markups(
    project: Project, path: Path
) -> None:
    """Whoever writes Markdown gets the same as everybody else."""
    text = path.read_text(encoding="utf-8")
    plain = tree(project, "index.rst", text)
    snapshot = SNAPSHOTS / f"{path.stem}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        snapshot.write_text(plain, encoding="utf-8")
    assert plain == snapshot.read_text(encoding="utf-8")
    # MyST cuts running text at the ends of lines; the nodes are the same.
    other = tree(project, "index.md", markdown(text))
    assert other.split() == plain.split()


def test_every_snapshot_has_its_example() -> None:
    """None is left over."""
    assert [p.stem for p in sorted(SNAPSHOTS.iterdir())] == [
        p.stem for p in EXAMPLES
    ]


def test_the_documentation_builds_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """References and all."""
    shutil.copytree(DOCS, tmp_path / "docs" / "sphinx")
    shutil.copytree(DOCS.parent / "_static", tmp_path / "docs" / "_static")
    project = Project(tmp_path / "docs")
    monkeypatch.syspath_prepend(DOCS.parent / "_ext")
    project.extensions.append("avi_docs.tables")
    # It refers to the columns, which are listed elsewhere.
    project.write(
        "columns.rst",
        ":orphan:\n\n.. _export-columns:\n\nColumns\n=======\n\n"
        ".. avi-columns::\n",
    )
    homes = ".. avi-port-page::\n\n.. avi-port-statements::\n"
    project.write("page.rst", f":orphan:\n\n{homes}")
    # And to pages beside it.
    for name in ("how-to/deployment-ports", "reference/audit"):
        project.write(f"{name}.rst", ":orphan:\n\nBeside\n======\n")
    app = project.build("html", nitpicky=True, root_doc="sphinx/index")
    said = warnings(app)
    project.close()
    if shutil.which("dot") is None:
        said = "\n".join(
            line
            for line in said.splitlines()
            if "[avi_portspec.graphviz]" not in line
        )
    assert said == ""


def test_every_directive_role_and_setting_is_documented() -> None:
    """With its options."""
    from sphinx_avi_portspec import COMPONENTS
    from sphinx_avi_portspec.config import SETTINGS
    from sphinx_avi_portspec.domain import AviDomain

    app = MagicMock()
    for component in COMPONENTS:
        component(app)
    directives = dict(call.args for call in app.add_directive.mock_calls)
    assert "avi-port-table" in directives
    texts = {p.stem: p.read_text("utf-8") for p in DOCS.glob("*.rst")}
    for setting in SETTINGS:
        assert f"``{setting.name}``" in texts["settings"]
    for role in AviDomain.roles:
        assert f".. rst:role:: avi:{role}\n" in texts["roles"]
    said = texts["directives"] + texts["deployment"] + texts["changes"]
    known = {*FILTERS, *STATEMENT_FILTERS}
    for name, directive in directives.items():
        assert any(
            text in said for text in (f"``{name}``", f":: .. {name}::")
        ), name
        for option in directive.option_spec:
            # Those that select are listed from the library itself.
            documented = any(
                text in said
                for text in (f":{option}:", f"directive:option:: {option}")
            )
            documented = documented or option in known
            assert documented, f"{name}: {option}"
    assert ".. avi-filters::\n" in said
    assert ".. avi-filters:: statements\n" in said


def test_sentences_say_what_their_reference_says(project: Project) -> None:
    """Each query that is listed there, with its answer."""
    text = (DOCS / "roles.rst").read_text("utf-8")
    _, _, listed = text.partition(":class: avi-ports-examples")
    pairs = re.findall(r"\* - ``(.*)``\n\s+- ((?:.+\n)+?)(?=\s+\*|\n)", listed)
    assert len(pairs) == 14
    project.write(
        "index.rst", "".join(f":avi:ports:`{q}`\n\n" for q, _ in pairs)
    )
    app = project.build("dummy")
    shown = app.env.get_doctree("index").astext().split("\n\n")
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in shown] == [
        " ".join(answer.split()) for _, answer in pairs
    ]
    kinds = re.findall(r"``(avi_portspec\.\w+)``", listed)
    assert set(re.findall(r"\[(.*?)\]", warnings(app))) == {*kinds[:2]}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("changes", [*WORK, *STEPS, *COLLECTIONS, *KINDS]),
        ("deployment", [*DECISIONS, *avi_portspec.presets()]),
        (
            "directives",
            {n.kind for n in avi_portspec.load("vantage-undated").notes},
        ),
    ],
)
def test_every_accepted_word_is_documented(
    page: str, words: Iterable[str]
) -> None:
    """Of the options that take words."""
    text = (DOCS / f"{page}.rst").read_text("utf-8")
    assert [word for word in words if f"``{word}``" not in text] == []
