"""Editions whose every text is an attack, in HTML and in LaTeX.

The same page is built twice, of attacks and of plain words: what is not text
has to be the same.
"""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest
from bs4 import BeautifulSoup
from hostile import ATTACKS, edition
from sphinx_projects import Project, warnings

import avi_portspec

#: As many attacks as find a place in one edition.
CHUNK = 14
PAGE = """\
Ports
=====

.. avi-port-table:: Table
   :edition: {0}
   :notes: below

.. avi-port-notes::
   :edition: {0}

.. avi-port-page::
   :edition: {0}
"""
#: Words that no line ends within: which, is a matter of the text.
WHOLE = "span.avi-whole"
#: How Sphinx writes what LaTeX would take for more than text.
ESCAPES = {
    "\\textbackslash{}": "\\",
    "\\textasciitilde{}": "~",
    "\\textasciicircum{}": "^",
    "\\textasciigrave{}": "`",
    "\\textquotesingle{}": "'",
    "\\textgreater{}": ">",
    "\\textless{}": "<",
    "\\sphinxhyphen{}": "-",
    "\\sphinxupquote{}": "",
    "{[}": "[",
    "{]}": "]",
    "\\{": "{",
    "\\}": "}",
    **{f"\\{sign}": sign for sign in "_#$%&"},
}


def built(project: Project, builder: str, texts: list[str]) -> str:
    """Return the pages of editions of these texts, as one string."""
    files = []
    for start in range(0, len(texts), CHUNK):
        name = f"hostile-{'abcdefgh'[start // CHUNK]}"
        made = edition(*texts[start : start + CHUNK])
        made = attrs.evolve(made, id=name)
        project.write(f"{name}.json", avi_portspec.dumps(made))
        project.write(f"{name}.rst", PAGE.format(name))
        files.append(f"{name}.json")
    names = "\n".join(f"   {name[:-5]}" for name in files)
    project.write("index.rst", f"All\n===\n\n.. toctree::\n\n{names}\n")
    app = project.build(builder, avi_portspec_files=files)
    assert warnings(app) == ""
    pages = sorted(Path(app.outdir).glob("hostile-*.html"))
    pages = pages or sorted(Path(app.outdir).glob("*.tex"))
    return "".join(page.read_text(encoding="utf-8") for page in pages)


def plain() -> list[str]:
    """Return as many plain words as there are attacks, all different."""
    letters = "abcdefgh"
    return [
        f"word {letters[at // 8]}{letters[at % 8]}"
        for at in range(len(ATTACKS))
    ]


@pytest.mark.slow
def test_html_is_the_same_but_for_its_text(project: Project) -> None:
    """No tag, no attribute and no address comes out of a text."""
    hostile = BeautifulSoup(built(project, "html", [*ATTACKS]), "html.parser")
    harmless = BeautifulSoup(built(project, "html", plain()), "html.parser")
    for each in (*hostile.select(WHOLE), *harmless.select(WHOLE)):
        assert [*each.attrs] == ["class"]
        each.unwrap()
    shapes = [
        [(tag.name, sorted(tag.attrs)) for tag in soup.select("div.body *")]
        for soup in (hostile, harmless)
    ]
    assert shapes[0] == shapes[1]
    text = hostile.get_text()
    for attack in ATTACKS:
        assert attack in text


@pytest.mark.slow
def test_latex_is_the_same_but_for_its_text(project: Project) -> None:
    """No command comes out of a text, and the text is whole."""
    hostile = built(project, "latex", [*ATTACKS])
    harmless = built(project, "latex", plain())
    for escape, sign in ESCAPES.items():
        # A mark that no text has: what is left of commands is ours.
        hostile = hostile.replace(escape, f"\ue000{sign}")
    commands = [
        {*re.findall(r"(?<!\ue000)\\[a-zA-Z@]+", text)}
        for text in (hostile, harmless)
    ]
    assert commands[0] <= commands[1]
    # Parted words and quotation marks are Sphinx's own.
    text = hostile.replace("\ue000", "")
    for attack in ATTACKS:
        assert attack in text
