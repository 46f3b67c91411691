"""Port tables in a browser: in six themes, on paper, and for everybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from browsing import axe_script

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    # A theme uses what Sphinx will drop; that is the theme's affair.
    pytest.mark.filterwarnings(
        "ignore::sphinx.deprecation.RemovedInSphinx11Warning"
    ),
]

THEMES = (
    "furo",
    "pydata_sphinx_theme",
    "sphinx_book_theme",
    "sphinx_rtd_theme",
    "alabaster",
    "sphinx_immaterial",
)
#: Those that show Sphinx's link in a caption before a pointer is there. axe
#: passes over a caption that has no role, and refuses one that has; so it
#: takes the link for a child of the table, whose role is written out.
LINKED = {"sphinx_rtd_theme", "sphinx_immaterial"}
#: The five in which heights are promised.
MEASURED = THEMES[:5]
#: Every table of the defaults, and some that have more.
TABLES = """\
Ports
=====

.. avi-port-table:: What a Service Engine needs on AWS
   :source: service-engine
   :cloud: aws

.. avi-port-table:: Ports for a Controller that manages AWS
   :deployment: aws
   :reasons:

.. avi-port-table:: Every flow

.. avi-port-table:: What the Controller listens on
   :destination: controller
   :marks: below

.. avi-port-table:: Nothing
   :port: 9001
   :cloud: aws
   :allow-empty:

.. avi-port-table:: Not grouped
   :source: service-engine
   :group: none
   :download:
   :remarks:
      service-engine-to-controller-ntp: A long remark on where time is from.
"""
#: The most that two of the tables may be high, in pixels.
HIGHEST = {1: 950, 2: 2300}

MEASURE = """\
() => [...document.querySelectorAll("table.avi-ports")].map((table) => {
  const box = (node) => node.getBoundingClientRect();
  const block = table.closest(".avi-block");
  const rows = [...table.querySelectorAll("tbody tr:not(.avi-from)")];
  return {
    width: box(table).width,
    column: box(block.parentElement.querySelector(":scope > p")).width,
    height: box(table).height,
    row: Math.min(...rows.map((row) => box(row).height)),
    wider: [table, ...table.querySelectorAll("caption, tbody *")].filter(
      (node) => box(node).right > box(block).right + 1
    ).length,
  };
})"""


@pytest.fixture(scope="module", params=THEMES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """Return a theme, and a page of tables built with it."""
    theme = request.param
    if not os.environ.get("NOX_CURRENT_SESSION"):
        pytest.importorskip(theme, reason=f"pip install {theme} to test it")
    text = TABLES.replace("\n\n.. ", "\n\nText.\n\n.. ", 1)
    return theme, build(tmp_path_factory.mktemp(theme), theme, text)


def build(folder: Path, theme: str, text: str) -> Path:
    """Return a page that is built with a theme, without a warning.

    In a process of its own: a theme may start others, and what is forked
    from a process that drives a browser waits for ever.
    """
    settings = ["extensions = ['sphinx_avi_portspec']"]
    if theme == "sphinx_immaterial":
        # Nothing is fetched for a test.
        settings += [f"extensions.append('{theme}')"]
        settings += ["html_theme_options = {'font': False}"]
    settings += [f"html_theme = '{theme}'", "project = 'Tables'"]
    source, out = folder / "source", folder / "out"
    source.mkdir()
    (source / "conf.py").write_text("\n".join(settings), encoding="utf-8")
    (source / "index.rst").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", source, out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out / "index.html"


def show(browser: Any, path: Path, width: int, scheme: str = "light") -> Any:
    """Open a page from the disk, and nothing from elsewhere."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    page.route(
        "**/*",
        lambda route: (
            route.continue_()
            if route.request.url.startswith("file:")
            else route.abort()
        ),
    )
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("width", [1280, 1920, 320])
def test_a_table_is_as_wide_as_its_column(
    browser: Any, site: tuple[str, Path], width: int
) -> None:
    """No wider, so that nothing scrolls sideways; and as high as promised."""
    theme, path = site
    page = show(browser, path, width)
    tables = page.evaluate(MEASURE)
    assert len(tables) == TABLES.count(".. avi-port-table")
    for table in tables:
        assert abs(table["width"] - table["column"]) <= 1
        assert table["wider"] == 0
        if width > 320:
            assert table["row"] <= 40
    for number, most in HIGHEST.items():
        if width == 1280 and theme in MEASURED:
            assert tables[number]["height"] <= most
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(
    browser: Any, site: tuple[str, Path], width: int, scheme: str
) -> None:
    """In the tables; what the theme adds is the theme's affair."""
    page = show(browser, site[1], width, scheme)
    page.evaluate(
        "for (const one of document.querySelectorAll('details')) "
        "one.open = true"
    )
    page.add_script_tag(content=axe_script())
    run = "axe.run({include: [['.avi-block']]}, {resultTypes: ['violations']})"
    found = page.evaluate(run)["violations"]
    if site[0] in LINKED:
        # That link is all that is found, and without it nothing is.
        refused = {
            related["html"].partition(" href=")[0]
            for rule in found
            for node in rule["nodes"]
            for check in (*node["any"], *node["all"], *node["none"])
            for related in check["relatedNodes"]
        }
        assert {rule["id"] for rule in found} <= {"aria-required-children"}
        assert refused <= {'<a class="headerlink"'}
        page.evaluate(
            "for (const link of document.querySelectorAll("
            "'caption > .headerlink')) link.remove()"
        )
        found = page.evaluate(run)["violations"]
    assert [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]][:3])
        for rule in found
    ] == []
    page.context.close()


@pytest.mark.parametrize("theme", THEMES)
def test_a_matrix_is_seen_at_once(
    browser: Any, tmp_path: Path, theme: str
) -> None:
    """In the column of every theme, with nothing that is cut or scrolls."""
    pytest.importorskip(theme, reason=f"pip install {theme} to test it")
    text = "A\n=\n\n.. avi-port-matrix:: The matrix\n"
    page = show(browser, build(tmp_path, theme, text), 1280)
    box, inner, column, share = page.evaluate(
        """() => {
          const table = document.querySelector("table.avi-matrix");
          const box = table.getBoundingClientRect();
          return [
            [box.width, box.height],
            Math.max(...[...table.querySelectorAll("th, td")].map(
              (cell) => cell.scrollWidth - cell.clientWidth)),
            table.closest(".avi-block").getBoundingClientRect().width,
            parseFloat(getComputedStyle(table).fontSize) /
              parseFloat(getComputedStyle(table.closest(".avi-block")).fontSize),
          ];
        }"""
    )
    assert box[1] <= 560
    assert box[0] <= column + 1
    assert inner <= 0
    assert share >= 0.8
    page.context.close()


def test_a_row_of_both_ends_names_them_first(
    browser: Any, site: tuple[str, Path]
) -> None:
    """On a phone: from whom, to whom, and then the port."""
    page = show(browser, site[1], 320)
    row = page.locator("table.avi-ports").last.locator("tbody tr").first
    start, end = row.locator(".avi-to").all()
    boxes = [
        cell.bounding_box() for cell in (start, end, row.locator(".avi-port"))
    ]
    tops = [box["y"] for box in boxes]
    assert tops == sorted(set(tops))
    assert start.get_attribute("data-lead") == "from"
    assert end.get_attribute("data-lead") == "to"
    page.context.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_no_port_lies_over_the_next_cell(
    browser: Any, site: tuple[str, Path], width: int
) -> None:
    """Also the longest: TCP or UDP 389."""
    page = show(browser, site[1], width)
    over = page.evaluate(
        """() => [...document.querySelectorAll("tbody .avi-port > *")].filter(
          (part) => part.getBoundingClientRect().right >
            part.parentElement.getBoundingClientRect().right
        ).map((part) => part.textContent)"""
    )
    assert page.get_by_text("TCP or UDP 389").count()
    assert over == []
    page.context.close()


def test_a_stacked_table_is_still_a_table(
    browser: Any, site: tuple[str, Path]
) -> None:
    """What a screen reader is given on a phone, by role."""
    page = show(browser, site[1], 320)
    table = page.locator("table.avi-ports").first
    tree = table.aria_snapshot()
    assert '- rowheader "From Service Engine"' in tree
    assert '- columnheader "Needed"' in tree
    assert '- cell "TCP 8443"' in tree
    page.context.close()


def test_copies_hold_no_marks(browser: Any, site: tuple[str, Path]) -> None:
    """TCP 22, never TCP 22a."""
    page = show(browser, site[1], 1280)
    text = page.evaluate(
        """() => {
          const table = document.querySelectorAll("table.avi-ports")[2];
          getSelection().selectAllChildren(table);
          return getSelection().toString();
        }"""
    )
    assert "Unless the Controller is a container\n" in text
    assert "Controller\tTCP\N{NO-BREAK SPACE}443" in text
    page.context.close()


def test_print_splits_no_row(browser: Any, site: tuple[str, Path]) -> None:
    """Nor a heading from its first row; and what is folded is open."""
    page = show(browser, site[1], 800)
    page.emulate_media(media="print")
    style = """(selector) => {
      const node = document.querySelector(selector);
      const style = getComputedStyle(node);
      return [style.breakInside, style.breakAfter, style.display];
    }"""
    for selector in (
        "tbody tr:not(.avi-from)",
        "caption",
        "tbody tr.avi-from",
    ):
        inside, after, _ = page.evaluate(style, f".avi-ports {selector}")
        assert inside == "avoid"
        if "not" not in selector:
            assert after == "avoid"
    assert page.evaluate(style, ".avi-ports thead")[2] == "table-header-group"
    ditto = page.locator(".avi-ports .avi-ditto > span:not(.target)").first
    assert ditto.bounding_box()["width"] > 20
    note = page.locator(".avi-below details li").first
    assert note.bounding_box()["height"] > 5
    page.context.close()


@pytest.mark.parametrize("theme", ["furo"])
def test_no_page_of_paper_ends_within_a_row(
    browser: Any, tmp_path: Path, theme: str
) -> None:
    """Each row of a printed table is on one page, and no heading is last."""
    pypdf = pytest.importorskip("pypdf", reason="pip install pypdf")
    pytest.importorskip(theme)
    text = "A\n=\n\n.. avi-port-table:: Every flow\n"
    path = build(tmp_path, theme, text)
    page = show(browser, path, 800)
    groups = page.locator(".avi-from").all_inner_texts()
    page.pdf(path=str(tmp_path / "a.pdf"), format="A5")
    made = pypdf.PdfReader(tmp_path / "a.pdf")
    assert len(made.pages) > 2
    for sheet in made.pages:
        lines = [line.strip() for line in sheet.extract_text().splitlines()]
        body = [line for line in lines if line]
        assert body[-1] not in groups
        # A cell of two lines is not torn from its port.
        assert not body[0].startswith(("Direction as", "Not documented"))
    page.context.close()


PAIRS = """\
Pairs
=====

.. avi-port-matrix::

.. avi-port-diagram::

.. avi-port-page::
"""


#: A table of more columns than a phone has room for.
WIDE = """\
Wide
====

.. avi-port-table:: Six columns of our own
   :source: service-engine
   :columns: id, source, destination, ports, requirement, when
"""
#: How far the table's box scrolls, and how much of each side fades.
FADES = """async () => {
  const table = document.querySelector("table.avi-port-table");
  let box = table;
  while (getComputedStyle(box).overflowX !== "auto") box = box.parentElement;
  const fade = (name) =>
    parseFloat(getComputedStyle(box).getPropertyValue(`--avi-${name}`));
  const seen = () => [fade("before") > 0, fade("after") > 0];
  // What follows the scrolling is known a frame later.
  const drawn = () => new Promise((done) => requestAnimationFrame(() =>
    requestAnimationFrame(done)));
  await drawn();
  const first = seen();
  const far = box.scrollWidth - box.clientWidth;
  box.scrollLeft = far;
  await drawn();
  return [
    far, first, seen(), box.textContent.trim() === table.textContent.trim(),
    box.getBoundingClientRect().right -
      box.parentElement.getBoundingClientRect().right,
  ];
}"""


@pytest.mark.parametrize("theme", THEMES)
def test_a_wide_table_shows_that_it_scrolls(
    browser: Any, tmp_path: Path, theme: str
) -> None:
    """A side with more columns fades; nothing leaves the column of text."""
    if not os.environ.get("NOX_CURRENT_SESSION"):
        pytest.importorskip(theme, reason=f"pip install {theme} to test it")
    path = build(tmp_path, theme, WIDE)
    page = show(browser, path, 320)
    far, first, last, is_alone, beyond = page.evaluate(FADES)
    assert far > 100
    assert (first, last) == ([False, True], [True, False])
    assert is_alone
    assert beyond <= 8
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()
    far, first, last, _, beyond = page.evaluate(FADES)
    # An id breaks at its hyphens, so that there is little to scroll.
    assert far <= 120
    if far <= 0:
        assert (first, last) == ([False, False], [False, False])
    assert beyond <= 8
    page.context.close()


@pytest.mark.parametrize("theme", ["sphinx_rtd_theme", "sphinx_immaterial"])
def test_themes_leave_numbers_summaries_and_pictures_as_they_are(
    browser: Any, tmp_path: Path, theme: str
) -> None:
    """No number in two lines, no box around a summary, no picture cut off."""
    if not os.environ.get("NOX_CURRENT_SESSION"):
        pytest.importorskip(theme, reason=f"pip install {theme} to test it")
    page = browser.new_page(viewport={"width": 320, "height": 900})
    page.goto(build(tmp_path, theme, PAIRS).as_uri())
    broken = page.evaluate(
        """() => [...document.querySelectorAll(".avi-matrix td a")]
          .filter((link) => link.getClientRects().length > 1 ||
            // In another font, it would be in two.
            getComputedStyle(link).overflowWrap !== "normal")
          .map((link) => link.textContent)"""
    )
    assert broken == []
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".avi-below summary")]
          .map((line) => [getComputedStyle(line).paddingLeft,
                          getComputedStyle(line, "::before").content])"""
    )
    assert boxes
    assert {tuple(box) for box in boxes} == {("0px", "none")}
    page.set_viewport_size({"width": 1280, "height": 900})
    picture = page.evaluate(
        """() => {
          const box = document.querySelector(".avi-picture");
          return [box.scrollWidth, box.clientWidth];
        }"""
    )
    assert picture[0] <= picture[1]
    page.close()
