"""What HTML gets beyond what docutils writes."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx_projects import Project, warnings

import avi_portspec

TABLE = "A\n=\n\n.. avi-port-table:: Caption\n"
PUBLISHED = TABLE + "   :layout: published\n   :section: management\n"


def soup(folder: Path, name: str = "index") -> BeautifulSoup:
    """Return a page of the output, parsed."""
    text = (folder / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


class TestCells:
    """Header cells and what they head."""

    def test_headings_of_columns_and_rows_have_their_scope(
        self, project: Project
    ) -> None:
        """A screen reader reads them with each cell."""
        project.write("index.rst", f"{TABLE}   :layout: flat\n")
        table = soup(project.build("html").outdir).table
        assert {th["scope"] for th in table.thead.find_all("th")} == {"col"}
        for row in table.tbody.find_all("tr"):
            names = [cell.name for cell in row.find_all(["th", "td"])]
            assert names == ["th", *["td"] * 5]
            assert row.th["scope"] == "row"

    def test_ports_are_data_beside_a_source_that_spans_rows(
        self, project: Project
    ) -> None:
        """Columns are counted as the table has them, not as a row does."""
        project.write("index.rst", PUBLISHED)
        table = soup(project.build("html").outdir).table
        rows = table.tbody.find_all("tr")
        for row in rows:
            assert [cell.name for cell in row.find_all("td")] == ["td"]
        spans = [int(row.th.get("rowspan", 1)) for row in rows]
        assert sum(span - 1 for span in spans) == sum(
            len(row.find_all("th")) == 1 for row in rows
        )
        assert max(spans) > 1

    def test_tables_of_others_are_left_alone(self, project: Project) -> None:
        """Only this extension's are changed."""
        project.write(
            "index.rst",
            ".. list-table::\n   :stub-columns: 1\n\n   * - a\n     - b\n",
        )
        table = soup(project.build("html").outdir).table
        assert "scope" not in table.th.attrs


class TestAssets:
    """Style sheets and scripts."""

    @pytest.mark.parametrize(
        ("builder", "page"),
        [("html", "index"), ("dirhtml", "index"), ("singlehtml", "index")],
    )
    def test_a_page_with_a_table_has_the_style_sheet(
        self, project: Project, builder: str, page: str
    ) -> None:
        """And the file is there."""
        project.write("index.rst", "Hi\n==\n\n.. toctree::\n\n   t\n")
        project.write("t.rst", TABLE)
        out = project.build(builder).outdir
        place = out if builder == "singlehtml" else out / "t"
        text = soup(place, page) if builder != "html" else soup(out, "t")
        assert text.find("link", href=lambda h: h and "avi-portspec.css" in h)
        assert (out / "_static" / "avi-portspec.css").exists()

    def test_other_pages_load_nothing(self, project: Project) -> None:
        """Neither documents nor the pages that no document is behind."""
        project.write("index.rst", "Hi\n==\n\n.. toctree::\n\n   t\n")
        project.write("t.rst", TABLE)
        out = project.build("html").outdir
        for name in ("index", "genindex", "avi-ports"):
            assert "avi-portspec" not in str(soup(out, name).head)

    def test_a_document_without_its_table_loads_nothing_any_more(
        self, project: Project
    ) -> None:
        """What it expected is forgotten with it."""
        project.write("index.rst", TABLE)
        project.build("html")
        project.write("index.rst", "Hi\n==\n")
        out = project.build("html").outdir
        assert "avi-portspec.css" not in str(soup(out))


BUILDERS = [
    *("html", "dirhtml", "singlehtml", "latex", "text", "man", "texinfo"),
    *("epub", "xml", "pseudoxml", "gettext", "linkcheck"),
]


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_builder_is_content(project: Project, builder: str) -> None:
    """Pages, tables of each layout, lists, notes, and links."""
    project.write("index.rst", "A\n=\n\n.. toctree::\n\n   ports\n   tables\n")
    project.write("ports.rst", ".. avi-port-page::\n")
    project.write(
        "tables.rst",
        "Tables\n======\n\n.. avi-port-table:: One\n   :notes: below\n"
        "   :class: longtable\n\n"
        ".. avi-port-table:: Two\n   :layout: published\n"
        "   :notes: column\n\n.. avi-port-list::\n\n.. avi-port-notes::\n\n"
        ":avi:flow:`controller-to-dns` and :avi:ports:`SE > controller`\n",
    )
    app = project.build(
        builder,
        nitpicky=True,
        man_pages=[("index", "a", "A", [], 1)],
        epub_show_urls="no",
        version="1",
        copyright="nobody",
    )
    assert warnings(app) == ""


def test_a_manual_page_repeats_what_it_cannot_span(project: Project) -> None:
    """Each row names its source."""
    project.write(
        "index.rst",
        PUBLISHED + "   :source: SE\n\n.. list-table::\n\n   * - a\n",
    )
    app = project.build("man", man_pages=[("index", "a", "A", [], 1)])
    text = (app.outdir / "a.1").read_text(encoding="utf-8")
    assert text.count("Avi Service Engine") > text.count("gateway") > 0
    tree = project.resolved["index"]
    own, other = tree.findall(nodes.tbody)
    assert {len(row) for row in own} == {3}
    assert len(other[0]) == 1


def test_every_reference_in_latex_has_its_label(project: Project) -> None:
    """Else a PDF has dead links, and nobody is told."""
    project.write("index.rst", "A\n=\n\n.. toctree::\n\n   p\n   t\n")
    project.write("p.rst", ".. avi-port-page::\n")
    project.write(
        "t.rst",
        "T\n=\n\n.. avi-port-table::\n   :notes: below\n\n"
        ":avi:flow:`controller-to-dns` :avi:note:`login-banner`\n",
    )
    app = project.build("latex")
    (path,) = app.outdir.glob("*.tex")
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"\\hyperref\[\\detokenize\{([^}]*)\}", text))
    used |= set(re.findall(r"\\pageref\{\\detokenize\{([^}]*)\}", text))
    made = set(re.findall(r"\\label\{\\detokenize\{([^}]*)\}\}", text))
    assert len(used) > 200
    assert used <= made


def test_no_heading_of_a_group_ends_a_page_in_latex(
    project: Project,
) -> None:
    """It stays with the row below it; the last row has none."""
    empty = ".. avi-port-table:: None\n   :port: 1\n   :allow-empty:\n"
    project.write("index.rst", f".. avi-port-table:: All\n\n{empty}")
    app = project.build("latex")
    (path,) = app.outdir.glob("*.tex")
    text = path.read_text(encoding="utf-8")
    rows = text.split("\\\\\n\\sphinxhline\n")
    headed = [
        after.startswith("\\noalign{\\penalty10000}")
        for row, after in pairwise(rows)
        if "From \\sphinxstylestrong" in row
    ]
    sources = {flow.source for flow in avi_portspec.load().flows}
    assert headed == [True] * len(sources)
    assert text.count("\\penalty10000") == len(sources)


@pytest.mark.slow
def test_a_pdf_is_made_of_the_whole_page(project: Project) -> None:
    """Long tables, marks, arrows and links, as LaTeX takes them."""
    if shutil.which("latexmk") is None:
        pytest.skip(
            "a PDF needs LaTeX: apt-get install latexmk texlive-latex-extra "
            "texlive-fonts-recommended tex-gyre"
        )
    project.write("index.rst", "A\n=\n\n.. toctree::\n\n   ports\n   t\n")
    project.write("ports.rst", ".. avi-port-page::\n")
    project.write(
        "t.rst",
        "T\n=\n\n.. avi-port-table:: All\n   :notes: column\n\n"
        ".. avi-port-matrix::\n   :section: management\n",
    )
    app = project.build("latex")
    (path,) = app.outdir.glob("*.tex")
    made = subprocess.run(
        ["latexmk", "-pdf", "-halt-on-error", path.name],  # noqa: S607
        cwd=app.outdir,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-2000:]
    log = path.with_suffix(".log").read_text("utf-8", errors="replace")
    assert "undefined" not in "".join(
        line for line in log.splitlines() if "Warning" in line
    )
    assert path.with_suffix(".pdf").stat().st_size > 50_000


@pytest.mark.parametrize(
    "theme", ["alabaster", "furo", "pydata_sphinx_theme", "sphinx_rtd_theme"]
)
def test_themes_keep_the_tables(project: Project, theme: str) -> None:
    """Class and caption arrive; wrappers do no harm."""
    pytest.importorskip(theme, reason=f"pip install {theme} to test it")
    project.write("index.rst", PUBLISHED + "   :name: here\n")
    app = project.build("html", html_theme=theme)
    assert warnings(app) == ""
    page = soup(app.outdir)
    assert page.select_one("table.avi-port-table caption, table caption")
    assert page.select("#here th[scope=row]")
    assert len(page.select("#here")) == 1
    assert page.select_one("#here").name == "table"


@pytest.mark.slow
@pytest.mark.parametrize("parallel", [2])
def test_parallel_builds_give_the_same_bytes(
    tmp_path: Path, parallel: int
) -> None:
    """As serial ones, and as a second time."""
    outputs = []
    for jobs in (0, parallel):
        project = Project(tmp_path)
        project.write(
            "index.rst", "A\n=\n\n.. toctree::\n   :glob:\n\n   p*\n"
        )
        for number in range(8):
            project.write(f"p{number}.rst", f"P{number}\n==\n\n" + TABLE[5:])
        app = project.build("html", parallel=jobs)
        assert warnings(app) == ""
        outputs.append(
            {
                path.relative_to(app.outdir): path.read_bytes()
                for path in sorted(app.outdir.rglob("*"))
                if path.suffix in {".html", ".inv", ".js"}
            }
        )
        project.close()

        shutil.rmtree(tmp_path / "_build")
    assert outputs[0] == outputs[1]
