"""Port tables in a browser: in six themes, on paper, and for everybody."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from browsing import (
    find_violations,
    parted_names,
    resize,
    run_axe,
    settle,
    shorten,
    show,
)

import avi_portspec

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
#: Those that have colours for the dark.
DARK = {"furo", "pydata_sphinx_theme", "sphinx_book_theme"}
#: The five in which heights are promised.
MEASURED = THEMES[:5]
#: Every table of the defaults, and some that have more.
TABLES = """\
Text.

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
#: A table of more columns than a phone has room for.
COLUMNS = """\
.. avi-port-table:: Six columns of our own
   :source: service-engine
   :columns: id, source, destination, ports, requirement, when
"""
#: Tables by their names: those of the defaults, and wider ones.
WIDE = {
    "every": ".. avi-port-table:: Every flow",
    "reasons": ".. avi-port-table:: One\n   :deployment: aws\n   :reasons:",
    "flat": ".. avi-port-table:: Flat\n   :layout: flat",
    "published": ".. avi-port-table:: Published\n   :layout: published",
    "decided": ".. avi-port-table:: Decided\n   :deployment: aws, vcenter\n"
    "   :columns: source, destination, ports, service, decision, purpose",
    "changes": ".. avi-port-changes:: Changes\n   :old: 17.1",
    "nine": ".. avi-port-table:: Nine columns\n   :columns: id, section, "
    "source, destination, ports, service, requirement, when, citation",
    "many": ".. avi-port-table:: Many columns\n   :columns: id, source, "
    "destination, protocol, port, service, purpose, requirement, when, "
    "effect, section, citation",
}
#: What is built with every theme: texts by the names of pages.
PAGES = {
    "index": TABLES,
    "matrix": ".. avi-port-matrix:: The matrix\n",
    "paper": ".. avi-port-table:: Every flow\n",
    "explorer": """\
.. avi-port-table:: Every flow
   :explorer:

The last words.
""",
    "columns": COLUMNS,
    "names": """\
.. avi-port-table:: What NSX-T needs
   :cloud: nsx-t

.. avi-port-table:: Every flow

.. avi-port-table:: What NSX-T needs, and why
   :deployment: nsx-t

.. avi-port-table:: Flat
   :layout: flat

.. avi-port-list::
   :deployment: nsx-t
""",
    "wide": ".. _lead:\n\nText.\n\n"
    + "\n\n".join(f"{text}\n   :name: {name}" for name, text in WIDE.items()),
}
#: Pictures and numbers with the links to an edition's own page.
PAIRS = """\
.. avi-port-matrix::

.. avi-port-diagram::

.. avi-port-page::
"""


class Site(NamedTuple):
    """Pages that are built with a theme.

    Attributes:
        theme: The theme.
        folder: Where the pages are.
    """

    theme: str
    folder: Path

    def address(self, name: str) -> str:
        """Return where a page is."""
        return (self.folder / f"{name}.html").as_uri()


@pytest.fixture(scope="module", params=THEMES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """Return all pages of this file, built with a theme."""
    return build(tmp_path_factory.mktemp("site"), request.param, PAGES)


def build(folder: Path, theme: str, pages: dict[str, str]) -> Site:
    """Return pages that are built with a theme, without a warning.

    In a process of its own: a theme may start others, and what is forked
    from a process that drives a browser waits for ever.
    """
    if not os.environ.get("NOX_CURRENT_SESSION"):
        pytest.importorskip(theme, reason=f"pip install {theme} to test it")
    settings = ["extensions = ['sphinx_avi_portspec']"]
    if theme == "sphinx_immaterial":
        # Nothing is fetched for a test.
        settings += [f"extensions.append('{theme}')"]
        settings += ["html_theme_options = {'font': False}"]
    settings += [f"html_theme = '{theme}'", "project = 'Tables'"]
    source, out = folder / "source", folder / "out"
    source.mkdir()
    (source / "conf.py").write_text("\n".join(settings), encoding="utf-8")
    for name, text in pages.items():
        head = "" if name == "index" else ":orphan:\n\n"
        path = source / f"{name}.rst"
        path.write_text(f"{head}{name}\n{'=' * len(name)}\n\n{text}", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", source, out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Site(theme, out)


@pytest.fixture(scope="module")
def loaded(browser: Any, site: Site) -> Iterator[Any]:
    """Return a page with the tables, which no test may change."""
    page = browser.new_page()
    page.goto(site.address("index"))
    yield page
    page.close()


@pytest.fixture
def tables(loaded: Any) -> Any:
    """Return the page with the tables, in a usual window."""
    loaded.emulate_media(media="null")
    resize(loaded, 1280)
    return loaded


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


def test_a_table_is_as_wide_as_its_column(tables: Any, site: Site) -> None:
    """No wider, so that nothing scrolls sideways; and as high as promised."""
    for width in (1280, 1920, 320):
        resize(tables, width)
        found = tables.evaluate(MEASURE)
        assert len(found) == TABLES.count(".. avi-port-table")
        for table in found:
            assert abs(table["width"] - table["column"]) <= 1, width
            assert table["wider"] == 0, width
            if width > 320:
                assert table["row"] <= 40, width
        for number, most in HIGHEST.items():
            if width == 1280 and site.theme in MEASURED:
                assert found[number]["height"] <= most


def test_axe_finds_nothing(tab: Any, site: Site) -> None:
    """In the tables; what the theme adds is the theme's affair."""
    show(tab, site.address("index"))
    tab.evaluate(
        "for (const one of document.querySelectorAll('details')) "
        "one.open = true"
    )
    shorten(tab)
    if site.theme in LINKED:
        # That link is all that is found, and without it nothing is.
        found = run_axe(tab, ".avi-block")
        refused = {
            related["html"].partition(" href=")[0]
            for rule in found
            for node in rule["nodes"]
            for check in (*node["any"], *node["all"], *node["none"])
            for related in check["relatedNodes"]
        }
        assert {rule["id"] for rule in found} <= {"aria-required-children"}
        assert refused <= {'<a class="headerlink"'}
        tab.evaluate(
            "for (const link of document.querySelectorAll("
            "'caption > .headerlink')) link.remove()"
        )
    for width in (1280, 320):
        resize(tab, width)
        assert find_violations(tab, ".avi-block") == [], width


def test_dark_is_dark(tables: Any, site: Site) -> None:
    """Else the tests of colours in the dark would look at the light."""
    ground = """() => {
      let node = document.querySelector("table.avi-ports");
      const of = () => getComputedStyle(node).backgroundColor;
      while (node.parentElement && / 0\\)$/.test(of()))
        node = node.parentElement;
      return of();
    }"""
    grounds = []
    for scheme in ("light", "dark"):
        tables.emulate_media(color_scheme=scheme)
        settle(tables)
        grounds.append(tables.evaluate(ground))
    tables.emulate_media(color_scheme="light")
    assert (grounds[0] != grounds[1]) is (site.theme in DARK)


def test_a_matrix_is_seen_at_once(tab: Any, site: Site) -> None:
    """In the column of every theme, with nothing that is cut or scrolls."""
    show(tab, site.address("matrix"))
    box, inner, column, share = tab.evaluate(
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


@pytest.mark.parametrize(("name", "least"), [("NSX-T", 10), ("TCP 22", 4)])
def test_no_line_ends_within_a_name_or_a_port(
    tab: Any, site: Site, name: str, least: int
) -> None:
    """At the hyphen of NSX-T, which stays a plain one to copy and to find."""
    show(tab, site.address("names"), width=320)
    found, parted = parted_names(tab, name)
    assert found >= least
    assert parted == []


def test_a_row_of_both_ends_names_them_first(tables: Any) -> None:
    """On a phone: from whom, to whom, and then the port."""
    resize(tables, 320)
    row = tables.locator("table.avi-ports").last.locator("tbody tr").first
    start, end = row.locator(".avi-to").all()
    boxes = [
        cell.bounding_box() for cell in (start, end, row.locator(".avi-port"))
    ]
    tops = [box["y"] for box in boxes]
    assert tops == sorted(set(tops))
    assert start.get_attribute("data-lead") == "from"
    assert end.get_attribute("data-lead") == "to"


@pytest.mark.parametrize("width", [1280, 320])
def test_no_port_lies_over_the_next_cell(tables: Any, width: int) -> None:
    """Also the longest: TCP or UDP 389."""
    resize(tables, width)
    over = tables.evaluate(
        """() => [...document.querySelectorAll("tbody .avi-port > *")].filter(
          (part) => part.getBoundingClientRect().right >
            part.parentElement.getBoundingClientRect().right
        ).map((part) => part.textContent)"""
    )
    assert tables.get_by_text("TCP or UDP 389").count()
    assert over == []


def test_a_stacked_table_is_still_a_table(tables: Any) -> None:
    """What a screen reader is given on a phone, by role."""
    resize(tables, 320)
    tree = tables.locator("table.avi-ports").first.aria_snapshot()
    assert '- rowheader "From Service Engine"' in tree
    assert '- columnheader "Needed"' in tree
    assert '- cell "TCP 8443"' in tree


def test_copies_hold_no_marks(tables: Any) -> None:
    """TCP 22, never TCP 22a."""
    text = tables.evaluate(
        """() => {
          const table = document.querySelectorAll("table.avi-ports")[2];
          getSelection().selectAllChildren(table);
          return getSelection().toString();
        }"""
    )
    assert "Unless the Controller is a container\n" in text
    assert "Controller\tTCP\N{NO-BREAK SPACE}443" in text


def test_print_splits_no_row(tables: Any) -> None:
    """Nor a heading from its first row; and what is folded is open."""
    resize(tables, 800)
    tables.emulate_media(media="print")
    settle(tables)
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
        inside, after, _ = tables.evaluate(style, f".avi-ports {selector}")
        assert inside == "avoid"
        if "not" not in selector:
            assert after == "avoid"
    assert (
        tables.evaluate(style, ".avi-ports thead")[2] == "table-header-group"
    )
    ditto = tables.locator(".avi-ports .avi-ditto > span:not(.target)").first
    assert ditto.bounding_box()["width"] > 20
    note = tables.locator(".avi-below details li").first
    assert note.bounding_box()["height"] > 5


@pytest.mark.parametrize("site", ["furo"], indirect=True)
def test_no_page_of_paper_ends_within_a_row(tab: Any, site: Site) -> None:
    """Each row of a printed table is on one page, and no heading is last."""
    pypdf = pytest.importorskip("pypdf", reason="pip install pypdf")
    show(tab, site.address("paper"), width=800)
    groups = tab.locator(".avi-from").all_inner_texts()
    made = pypdf.PdfReader(io.BytesIO(tab.pdf(format="A5")))
    assert len(made.pages) > 2
    for sheet in made.pages:
        lines = [line.strip() for line in sheet.extract_text().splitlines()]
        body = [line for line in lines if line]
        assert body[-1] not in groups
        # A cell of two lines is not torn from its port.
        assert not body[0].startswith(("Direction as", "Not documented"))


def test_paper_has_no_controls(tab: Any, site: Site) -> None:
    """No filter, no button for copies, and no arrow at a heading."""
    controls = """() => [
      [...document.querySelectorAll(
        ".avi-explorer-bar, .avi-explorer-bar *, .avi-explorer-copies *"
      )].filter((node) => node.checkVisibility()).length,
      [...document.querySelectorAll(".avi-explorer th button")].map(
        (node) => getComputedStyle(node, "::after").content
      ),
    ]"""
    show(tab, site.address("explorer"))
    tab.locator(".avi-explorer th button", has_text="Port").click()
    seen, arrows = tab.evaluate(controls)
    assert seen > 5
    assert '" \N{UPWARDS ARROW}"' in arrows
    tab.emulate_media(media="print")
    settle(tab)
    seen, none = tab.evaluate(controls)
    assert seen == 0
    assert none == ["none"] * len(arrows)
    # The words of the headings stay.
    heads = tab.locator(".avi-explorer thead").inner_text().split("\t")
    assert [head.strip() for head in heads][-3:] == [
        *("Port", "Service", "Needed"),
    ]


def test_paper_repeats_headings_and_has_the_end(tab: Any, site: Site) -> None:
    """On each page with rows, though a button is in them; none are lost."""
    pypdf = pytest.importorskip("pypdf", reason="pip install pypdf")
    show(tab, site.address("explorer"))
    made = pypdf.PdfReader(io.BytesIO(tab.pdf(format="A4")))
    texts = [sheet.extract_text() for sheet in made.pages]
    with_rows = [text for text in texts if re.search(r"TCP\s\d", text)]
    assert len(with_rows) > 1
    assert [text for text in with_rows if "Needed" not in text] == []
    assert "The last words." in "".join(texts)
    numbers = {
        pair.number
        for flow in avi_portspec.load("vantage-undated").flows
        for pair in flow.protocol_ports()
        if pair.ports is not None
    }
    assert numbers <= {*re.findall(r"\d+", " ".join(with_rows))}


def test_nothing_is_cut_on_paper(tab: Any, site: Site) -> None:
    """A table of many columns is no wider than the text."""
    show(tab, site.address("wide"), width=718)
    tab.emulate_media(media="print")
    settle(tab)
    beyond = tab.evaluate(
        """names => names.map((name) => {
          const place = document.getElementById(name);
          const table = place.closest("table") ?? place.querySelector("table");
          const text = document.querySelector("#lead");
          return table.getBoundingClientRect().right -
            text.getBoundingClientRect().right;
        })""",
        [*WIDE],
    )
    assert max(beyond) <= 8, dict(zip(WIDE, beyond, strict=True))


def test_paper_is_light(tab: Any, site: Site) -> None:
    """Black on white, also where a page in the dark is printed."""
    colours = """() => {
      const style = (node) => getComputedStyle(node);
      const cells = ".avi-block :is(caption, th, td, td a, td code)";
      return [
        [...document.querySelectorAll(".avi-block")].map(
          (node) => style(node).backgroundColor
        ),
        [...document.querySelectorAll(cells)].map((node) => style(node).color),
      ];
    }"""
    show(tab, site.address("wide"), scheme="dark")
    tab.emulate_media(media="print", color_scheme="dark")
    settle(tab)
    behind, before = tab.evaluate(colours)
    assert {*behind} == {"rgb(255, 255, 255)"}
    # What is muted is partly transparent.
    black = re.compile(r"rgb\(0, 0, 0\)|color\(srgb 0 0 0 / 0\.\d+\)")
    assert {
        colour for colour in before if not black.fullmatch(colour)
    } == set()


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


def test_a_wide_table_shows_that_it_scrolls(tab: Any, site: Site) -> None:
    """A side with more columns fades; nothing leaves the column of text."""
    show(tab, site.address("columns"), width=320)
    far, first, last, is_alone, beyond = tab.evaluate(FADES)
    assert far > 100
    assert (first, last) == ([False, True], [True, False])
    assert is_alone
    assert beyond <= 8
    show(tab, site.address("columns"))
    far, first, last, _, beyond = tab.evaluate(FADES)
    # An id breaks at its hyphens, so that there is little to scroll.
    assert far <= 120
    if far <= 0:
        assert (first, last) == ([False, False], [False, False])
    assert beyond <= 8


#: The page's and the column's widths; of each table its own, that of the box
#: in sight, whether that box scrolls, and whether prose wraps.
SCROLLS = """names => {
  const found = {
    page: document.documentElement.scrollWidth - innerWidth,
    column: document.querySelector("#lead").getBoundingClientRect().width,
  };
  for (const name of names) {
    const named = document.getElementById(name);
    const table = named.matches("table") ? named
      : named.querySelector("table");
    let box = table;
    const scrolls = element =>
      ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    while (!scrolls(box) && !box.querySelector("#lead")) {
      box = box.parentElement;
    }
    const inside = !box.querySelector("#lead");
    const prose = [...table.querySelectorAll("tbody td")].filter(
      cell => cell.textContent.length > 60
    );
    found[name] = [
      inside ? box.scrollWidth : table.getBoundingClientRect().width,
      inside ? box.getBoundingClientRect().width
        : table.getBoundingClientRect().width,
      inside,
      prose.every(cell => getComputedStyle(cell).whiteSpace !== "nowrap"),
    ];
  }
  return found;
}"""


@pytest.mark.parametrize(
    "site",
    ["alabaster", "furo", "pydata_sphinx_theme", "sphinx_rtd_theme"],
    indirect=True,
)
def test_what_is_wide_scrolls_within_itself(tab: Any, site: Site) -> None:
    """sphinx_rtd_theme 1505, sphinx-needs 271, pydata-sphinx-theme 1824.

    Prose did not wrap, the page scrolled with its table, and the table
    was out of sight below a sidebar, without a bar to scroll it.
    """
    show(tab, site.address("wide"))
    for width in (1280, 320):
        resize(tab, width)
        measured = tab.evaluate(SCROLLS, list(WIDE))
        column, page = measured.pop("column"), measured.pop("page")
        # That theme's own header is too wide for a narrow page.
        if site.theme != "pydata_sphinx_theme" or width > 1000:
            assert page <= 0
        assert len(measured) == len(WIDE)
        for name, (table, box, scrolls, wraps) in measured.items():
            # Boxes have a frame.
            assert box <= column + 8, name
            assert table <= box + 1 or scrolls, name
            assert wraps, name
            if name in {"every", "reasons"}:
                assert table <= column + 1, name
            if (name, width > 1000) == ("decided", True) and (
                site.theme in {"furo", "sphinx_rtd_theme"}
            ):
                # Boxes have a frame.
                assert table <= column + 8, name


@pytest.mark.parametrize("theme", ["sphinx_rtd_theme", "sphinx_immaterial"])
def test_themes_leave_numbers_summaries_and_pictures_as_they_are(
    tab: Any, tmp_path: Path, theme: str
) -> None:
    """No number in two lines, no box around a summary, no picture cut off."""
    site = build(tmp_path, theme, {"index": PAIRS})
    show(tab, site.address("index"), width=320)
    broken = tab.evaluate(
        """() => [...document.querySelectorAll(".avi-matrix td a")]
          .filter((link) => link.getClientRects().length > 1 ||
            // In another font, it would be in two.
            getComputedStyle(link).overflowWrap !== "normal")
          .map((link) => link.textContent)"""
    )
    assert broken == []
    boxes = tab.evaluate(
        """() => [...document.querySelectorAll(".avi-below summary")]
          .map((line) => [getComputedStyle(line).paddingLeft,
                          getComputedStyle(line, "::before").content])"""
    )
    assert boxes
    assert {tuple(box) for box in boxes} == {("0px", "none")}
    resize(tab, 1280)
    picture = tab.evaluate(
        """() => {
          const box = document.querySelector(".avi-picture");
          return [box.scrollWidth, box.clientWidth];
        }"""
    )
    assert picture[0] <= picture[1]
