"""The explorer, in a real browser; and what it is given to work with."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from babel.messages.catalog import Catalog
from browsing import (
    POLICY,
    find_violations,
    quiet,
    resize,
    serving,
    shorten,
    show,
)
from docutils import nodes
from sphinx_projects import Project, warnings

import avi_portspec
import sphinx_avi_portspec
from avi_portspec.model.phrases import assumptions
from sphinx_avi_portspec.scripts import AviFilterRow

FLOWS = avi_portspec.load("vantage-undated").flows
TABLE = """\
Ports
=====

.. avi-port-table:: Flows
   :edition: vantage-undated
   :layout: flat
   :explorer:
   :section: management
"""
GROUPED = """\
Groups
======

.. avi-port-table:: Flows
   :edition: vantage-undated
   :explorer:
"""
PLAIN = "Plain\n=====\n\n.. avi-port-table:: Flows\n"


class TestRows:
    """What the page holds."""

    def test_rows_say_what_can_be_filtered_by(self, project: Project) -> None:
        """What is left open for a cloud is told apart."""
        tree = project.doctree(
            ".. avi-port-table::\n   :explorer:\n   :layout: flat\n"
            "   :port: 4001\n"
        )
        (row,) = tree.findall(AviFilterRow)
        assert row["data-endpoints"] == "Service Engine"
        assert row["data-services"] == "ObjStore"
        assert row["data-flow"].endswith("objstore-cloud")
        assert row["data-clouds"] == "AWS|Azure|GCP|OpenStack"
        assert row["data-open"].startswith("OpenShift|Kubernetes")

    def test_an_edition_without_clouds_has_none_to_filter_by(self) -> None:
        """Conditions and facets are optional."""
        import attrs

        from sphinx_avi_portspec.scripts import add_filter_data

        edition = avi_portspec.load("vantage-undated")
        bare = attrs.evolve(
            edition,
            facets=(),
            interfaces=(),
            flows=[
                attrs.evolve(
                    f,
                    when=avi_portspec.ALWAYS,
                    inferred=(),
                    readings=(),
                    notes=(),
                )
                for f in edition.flows
            ],
            notes=[attrs.evolve(n) for n in edition.notes],
        )
        row = add_filter_data(bare, bare.flows[0], nodes.row())
        assert row["data-clouds"] == ""

    def test_only_its_pages_load_the_script(self, project: Project) -> None:
        """And it is small."""
        project.write("index.rst", TABLE + "\n.. toctree::\n\n   plain\n")
        project.write("plain.rst", PLAIN)
        out = project.build("html").outdir
        assert "avi-portspec.js" in (out / "index.html").read_text()
        assert "avi-portspec.js" not in (out / "plain.html").read_text()
        script = Path(sphinx_avi_portspec.__file__).with_name("static")
        assert (script / "avi-portspec.js").stat().st_size < 12_000

    def test_the_published_layout_has_none(self, project: Project) -> None:
        """Its rows are not flows."""
        said = project.complaints(
            ".. avi-port-table::\n   :layout: published\n   :explorer:\n"
        )
        assert ":explorer: cannot be used with the published layout" in said


# -- in a browser -------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site with an explorer, served locally."""
    project = Project(tmp_path_factory.mktemp("site"))
    project.write(
        "index.rst", TABLE + "\n.. toctree::\n\n   groups\n   rows\n   page\n"
    )
    project.write("groups.rst", GROUPED)
    project.write("rows.rst", GROUPED + "   :group: none\n")
    project.write("page.rst", ".. avi-port-page::\n")
    app = project.build("html", html_theme="furo", smartquotes=True)
    assert warnings(app) == ""
    project.close()
    with serving(app.outdir, POLICY) as address:
        yield address


@pytest.fixture
def page(tab: Any, site: str) -> Iterator[Any]:
    """Return an open page; the script must not have complained."""
    with quiet(tab):
        show(tab, f"{site}/index.html")
        yield tab


def shown(page: Any) -> list[str]:
    """Return the ports of the rows that can be seen."""
    rows = page.locator("table.avi-explorer tbody tr:visible td:nth-child(3)")
    return [re.sub(r"\[.\]", "", text) for text in rows.all_inner_texts()]


def count(page: Any) -> str:
    """Return what is said of the number of rows."""
    return str(page.locator(".avi-explorer-count").inner_text())


ALL = len(FLOWS.select(section="management"))


class TestFilters:
    """Fewer rows, and how many."""

    def test_typing_filters_by_text(self, page: Any) -> None:
        """Escape takes the text back."""
        page.get_by_label("Search the table").fill("5098")
        assert shown(page) == ["TCP 5098", "TCP 5098"]
        assert count(page) == f"2 of {ALL} flows"
        page.get_by_label("Search the table").press("Escape")
        assert count(page) == f"{ALL} of {ALL} flows"

    @pytest.mark.parametrize(
        ("label", "value", "criteria"),
        [
            (
                "Endpoint",
                "External network services",
                {"source": "external-network-services"},
            ),
            ("Service", "SSH", {"service": "SSH"}),
            ("Cloud", "AWS", {"cloud": "aws"}),
        ],
    )
    def test_each_list_filters_as_select_does(
        self, page: Any, label: str, value: str, criteria: dict[str, str]
    ) -> None:
        """The browser and the library agree."""
        page.get_by_label(label).select_option(value)
        flows = FLOWS.select(section="management", **criteria)
        assert len(shown(page)) == len(flows)

    def test_what_is_left_open_for_a_cloud_is_shown_and_said(
        self, page: Any
    ) -> None:
        """A row that goes missing would pass for closed."""
        page.get_by_label("Cloud").select_option("OpenShift")
        answer = FLOWS.select(section="management", cloud="openshift")
        assert len(answer.unstated) == 2
        assert len(shown(page)) == len(answer) + 2
        assert count(page).endswith(" flows, 2 not documented")
        asked = page.locator("tr.avi-open:visible")
        assert asked.count() == 2
        for row in asked.all_inner_texts():
            assert "Not documented for OpenShift" in row
        page.get_by_label("Cloud").select_option("AWS")
        assert page.locator(".avi-question").count() == 0

    def test_reset_shows_everything(self, page: Any) -> None:
        """In published order; it is there where there is something."""
        before = shown(page)
        clear = page.get_by_role("button", name="Clear")
        assert not clear.is_visible()
        page.get_by_label("Service").select_option("SSH")
        page.get_by_role("button", name="Ports").click()
        clear.click()
        assert shown(page) == before
        assert not clear.is_visible()

    def test_the_count_is_announced(self, page: Any) -> None:
        """To a screen reader too."""
        assert page.get_by_role("status").inner_text() == count(page)


class TestSorting:
    """By any column."""

    def test_a_heading_sorts_up_down_and_back(self, page: Any) -> None:
        """``aria-sort`` says which; numbers sort as numbers."""
        head = page.get_by_role("columnheader", name="Ports")
        before = shown(page)
        states = []
        orders = []
        for _ in range(3):
            head.get_by_role("button").click()
            states.append(head.get_attribute("aria-sort"))
            orders.append(shown(page))
        assert states == ["ascending", "descending", "none"]
        numbers = [int(p.split()[1]) for p in orders[0] if "TCP" in p]
        assert numbers == sorted(numbers)
        assert sorted(orders[1]) == sorted(before)
        assert orders[1][0] == "UDP 161"
        assert orders[2] == before

    def test_all_of_it_works_by_keyboard(self, page: Any) -> None:
        """Tab reaches each control, in the order of the page."""
        page.get_by_label("Search the table").focus()
        page.keyboard.type("udp")
        names = []
        for _ in range(7):
            page.keyboard.press("Tab")
            names.append(
                page.evaluate("document.activeElement.textContent.slice(0, 6)")
            )
        assert [n for n in names if n in {"Clear", "Source"}] == [
            "Clear",
            "Source",
        ]
        page.keyboard.press("Enter")
        heads = page.locator("th[scope=col]").all()
        states = [head.get_attribute("aria-sort") for head in heads]
        assert states.count("ascending") == 1
        assert set(shown(page)) == {"UDP 123", "UDP 161"}


class TestAddress:
    """The address keeps the filter, so that it can be shared."""

    def test_it_is_kept_and_taken_up_again(self, page: Any, site: str) -> None:
        """Filter and order; other parameters stay."""
        page.goto(f"{site}/index.html?x=1#flows")
        page.get_by_label("Search the table").fill("udp")
        page.get_by_role("button", name="Ports").click()
        page.get_by_role("button", name="Ports").click()
        address = page.url
        assert address.endswith("?x=1&ports-q=udp&ports-sort=-3#flows")
        page.goto("about:blank")
        page.goto(address)
        assert shown(page) == ["UDP 161", "UDP 123"]

    @pytest.mark.parametrize(
        "query",
        ["ports-cloud=XYZ", "ports-sort=99", "ports-sort=x", "ports-q="],
    )
    def test_nonsense_in_it_is_no_filter(
        self, page: Any, site: str, query: str
    ) -> None:
        """An old link shows everything rather than nothing."""
        page.goto(f"{site}/index.html?{query}")
        assert len(shown(page)) == ALL

    def test_markup_in_it_stays_text(self, page: Any, site: str) -> None:
        """Nothing of an address becomes part of the page."""
        page.goto(f"{site}/index.html?ports-q=<img src=x onerror=alert(1)>")
        assert page.locator("img[src=x]").count() == 0
        assert shown(page) == []


class TestCopying:
    """What is shown, as text for other programs."""

    @pytest.fixture
    def clipboard(self, page: Any, site: str) -> Any:
        """Let the page write to the clipboard, and the test read it."""
        page.context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=site
        )
        page.get_by_label("Search the table").fill("5098")
        return page

    def test_as_csv(self, clipboard: Any) -> None:
        """Quoted, one line a flow, headings first."""
        clipboard.get_by_role("button", name="Copy as CSV").click()
        clipboard.wait_for_function(
            "document.querySelector('.avi-explorer-count')"
            ".textContent.startsWith('Copied')"
        )
        text = clipboard.evaluate("navigator.clipboard.readText()")
        lines = text.split("\r\n")
        assert lines[0] == (
            '"Source","Destination","Ports","Service","Requirement","When",'
            '"Assumed","Flow"'
        )
        assert len(lines) == 3
        for line in lines[1:]:
            cells = next(csv.reader([line]))
            assert cells[2] == "TCP 5098"
            flow = FLOWS[cells[7]]
            assert cells[6] == "; ".join(assumptions(flow))
            assert not re.search(r"\[[a-z]\]", line)
        assert count(clipboard) == "Copied as CSV: 2 flows"

    def test_as_markdown(self, clipboard: Any) -> None:
        """A table that Markdown renders."""
        clipboard.get_by_role("button", name="Copy as Markdown").click()
        clipboard.wait_for_function(
            "document.querySelector('.avi-explorer-count')"
            ".textContent.startsWith('Copied')"
        )
        text = clipboard.evaluate("navigator.clipboard.readText()")
        lines = text.split("\n")
        assert lines[1] == "|" + " --- |" * 8
        assert "| TCP 5098 |" in lines[2]
        assert len(lines) == 4

    def test_where_the_clipboard_is_denied_the_old_way_serves(
        self, page: Any
    ) -> None:
        """Pages that are not served safely have no clipboard."""
        page.evaluate(
            "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
        )
        page.get_by_role("button", name="Copy as CSV").click()
        page.wait_for_function(
            "/^Cop/.test(document.querySelector("
            "'.avi-explorer-count').textContent)"
        )
        assert "Cop" in count(page)


class Seen(NamedTuple):
    """A row of the table in groups, as it is seen."""

    group: str
    to: str
    port: str
    need: str


def seen(page: Any) -> list[Seen]:
    """Return the visible rows of the table in groups, top to bottom.

    What is shown once for several rows is left out in the others.
    """
    found = page.evaluate(
        """() => {
          let group = "";
          const rows = [];
          const text = (node) => {
            const name = node.querySelector("span:not(.target)");
            const shown = (name || node).getBoundingClientRect().width > 1;
            return shown ? node.innerText.trim() : "";
          };
          for (const row of document.querySelectorAll(".avi-ports tbody tr")) {
            if (!row.getBoundingClientRect().height) continue;
            if (row.matches(".avi-from")) group = row.innerText.trim();
            else rows.push([
              row.querySelector("td.avi-end.avi-to")?.innerText ?? group,
              ...[".avi-to:not(.avi-end)", ".avi-port", ".avi-need"].map(
                (name) => row.querySelector(name)?.innerText.trim() ?? ""),
              text(row.querySelector(".avi-to:not(.avi-end)") ?? row)]);
          }
          return rows;
        }"""
    )
    return [
        Seen(group, shown, port.replace("\xa0", " "), need)
        for group, _, port, need, shown in found
    ]


class TestGroups:
    """A table whose rows stand in groups."""

    @pytest.fixture
    def groups(self, page: Any, site: str) -> Any:
        """Return the page of that table."""
        page.goto(f"{site}/groups.html")
        return page

    def test_at_first_it_is_the_table_of_the_page(
        self, browser: Any, groups: Any, site: str
    ) -> None:
        """Row by row as without the script; flows are counted, not rows."""
        context = browser.new_context(java_script_enabled=False)
        plain = context.new_page()
        plain.goto(f"{site}/groups.html")
        # That page runs no script of its own; Playwright's is no matter.
        assert seen(groups) == seen(plain)
        context.close()
        assert count(groups) == f"{len(FLOWS)} of {len(FLOWS)} flows"

    def test_sorted_rows_leave_their_groups(self, groups: Any) -> None:
        """Each says both its ends; the third click takes them back."""
        before = seen(groups)
        head = groups.get_by_role("columnheader", name="Port")
        assert not groups.get_by_role("columnheader", name="From").count()
        orders = []
        for _ in range(3):
            head.get_by_role("button").click()
            orders.append(seen(groups))
        up, down, back = orders
        assert back == before
        assert len(up) == len(down) == len(before)
        assert all(row.to for row in up)
        pairs = {(row.group, row.to) for row in up}
        assert ("GCP", "Avi Vantage") in pairs
        assert ("Service Engine", "Controller") in pairs
        numbers = [
            int(re.findall(r"\d+", row.port)[0])
            for row in up
            if row.port.startswith("TCP ") and "or" not in row.port
        ]
        assert numbers == sorted(numbers)
        assert len(numbers) > 20
        head.get_by_role("button").click()
        end = groups.get_by_role("columnheader", name="From")
        end.get_by_role("button").click()
        names = [row.group for row in seen(groups)]
        assert names == sorted(names, key=str.lower)

    def test_an_end_is_named_by_the_first_row_that_is_seen(
        self, groups: Any
    ) -> None:
        """And groups without rows have no heading."""
        groups.get_by_label("Search the table").fill("8443")
        rows = seen(groups)
        assert [(row.group, row.to) for row in rows] == [
            ("From Controller", "Controller"),
            ("From Controller", "OpenShift master"),
            ("From Service Engine", "Controller"),
        ]
        groups.get_by_label("Search the table").fill("tcp")
        names = [row.to for row in seen(groups) if row.group[5:8] == "Con"]
        assert names[:3] == ["Controller", "", ""]

    @pytest.mark.parametrize(
        ("name", "value"), [("AWS", "aws"), ("OpenShift", "openshift")]
    )
    def test_a_cloud_leaves_the_rows_that_its_own_table_has(
        self, groups: Any, name: str, value: str
    ) -> None:
        """What is not documented for it is one row, and is counted."""
        groups.get_by_label("Cloud").select_option(name)
        answer = FLOWS.select(cloud=value)
        left = len(answer.unstated)
        ports = [
            row.port
            for row in seen(groups)
            if row.port not in {"none", "unknown"}
        ]
        assert len(ports) == len(answer)
        unknown = [row for row in seen(groups) if row.port == "unknown"]
        assert len(unknown) == bool(left)
        for row in unknown:
            assert row.need.count("Not documented") == 1
        said = f", {left} not documented" if left else ""
        assert count(groups) == (
            f"{len(answer) + left} of {len(FLOWS)} flows{said}"
        )
        assert any(row.need == "No port needed" for row in seen(groups))

    def test_nothing_found_is_said_in_the_table(self, groups: Any) -> None:
        """Not a statement that stands beside it."""
        groups.get_by_label("Search the table").fill("zzzz")
        table = groups.locator("table.avi-explorer tbody tr:visible")
        assert table.all_inner_texts() == ["No matching flows."]
        assert count(groups) == f"0 of {len(FLOWS)} flows"

    def test_what_is_copied_has_whole_rows(
        self, groups: Any, site: str
    ) -> None:
        """Both ends in each, and no marks."""
        groups.context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=site
        )
        groups.get_by_role("button", name="Copy as CSV").click()
        groups.wait_for_function(
            "document.querySelector('.avi-explorer-count')"
            ".textContent.startsWith('Copied')"
        )
        text = groups.evaluate("navigator.clipboard.readText()")
        head, *lines = csv.reader(text.split("\r\n"))
        assert head == [
            *("From", "To", "Port", "Service", "Needed"),
            *("Assumed", "Flow"),
        ]
        assert len(lines) == len(seen(groups))
        named = {
            flow for line in lines for flow in line[-1].split() if line[0]
        }
        assert named == {flow.id for flow in FLOWS}
        assert all(line[1] for line in lines)

    def test_a_table_without_groups_has_rows_as_they_are(
        self, page: Any, site: str
    ) -> None:
        """Sorted or not, each says both ends already."""
        page.goto(f"{site}/rows.html")
        heads = page.get_by_role("columnheader").all_inner_texts()
        assert heads == ["Source", "Destination", "Port", "Service", "Needed"]
        page.get_by_label("Search the table").fill("5098")
        assert page.locator(".avi-ports tbody tr:visible").count() == 2


class TestPages:
    """Pages in different circumstances."""

    def test_without_script_the_table_is_whole(
        self, browser: Any, site: str
    ) -> None:
        """Nothing is missing, and nothing useless is shown."""
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site}/index.html")
        assert len(shown(page)) == ALL
        assert page.locator(".avi-explorer-bar").count() == 0
        context.close()

    @pytest.mark.parametrize("font", ["DejaVu Sans", "DejaVu Serif", "Arial"])
    def test_the_bar_is_one_line_with_the_search_first(
        self, page: Any, site: str, font: str
    ) -> None:
        """In a column of 736 pixels, with a filter set, in a wide font too."""
        page.goto(f"{site}/index.html?ports-cloud=OpenShift")
        page.evaluate(f"document.body.style.fontFamily = '{font}'")
        bar = page.locator(".avi-explorer-bar")
        assert bar.bounding_box()["width"] <= 736
        parts = bar.locator("> :visible")
        assert parts.first.get_attribute("aria-label") == "Search the table"
        boxes = [part.bounding_box() for part in parts.all()]
        assert len({round(b["y"] + b["height"] / 2) for b in boxes}) == 1
        # Nothing of what a list says at first is cut off.
        cut = page.evaluate(
            """() => [...document.querySelectorAll(
              ".avi-explorer-bar select")].filter((list) => {
                const copy = document.createElement("select");
                copy.append(new Option(list.options[0].text));
                copy.style.width = "auto";
                copy.id = "avi-copy";
                list.after(copy);
                copy.style.setProperty("width", "max-content", "important");
                const wanted = copy.getBoundingClientRect().width;
                copy.remove();
                return wanted > list.getBoundingClientRect().width + 1;
              }).map((list) => list.options[0].text)"""
        )
        assert cut == []

    @pytest.mark.parametrize("name", ["index", "groups", "page"])
    def test_it_fits_a_phone_and_keeps_nobody_out(
        self, tab: Any, site: str, name: str
    ) -> None:
        """No page scrolls sideways, tables do; axe finds nothing.

        WCAG 2.2, success criterion 1.4.10, and all that axe knows.
        """
        show(tab, f"{site}/{name}.html", width=320)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320
        resize(tab, 1280)
        shorten(tab)
        wrong = find_violations(tab)
        assert wrong == [], json.dumps(wrong, indent=1)


def test_its_words_can_be_translated(tab: Any, tmp_path: Path) -> None:
    """Controls, counts and the words that a filter offers."""
    project = Project(tmp_path)
    project.write("index.rst", TABLE)
    catalog = Catalog(locale="de")
    catalog.add("Search the table", "Worin")
    catalog.add("Service", "Dienst")
    catalog.add("{}: all", "{}: alle")
    catalog.add("{} of {} flows", "{} von {} Flüssen")
    catalog.add("Copied as {}: {} flows", "{} kopiert, {} Flüsse")
    project.translate(catalog)
    app = project.build("html", language="de", locale_dirs=["locale"])
    assert warnings(app) == ""
    project.close()
    show(tab, (app.outdir / "index.html").as_uri())
    tab.get_by_label("Worin").fill("9001")
    assert re.match(r"\d von \d+ Flüssen", count(tab))
    offered = tab.get_by_label("Dienst").locator("option")
    assert "Dienst: alle" in offered.all_inner_texts()
    # What a filter is for stays what it was: an address can be shared
    # between languages.
    tab.get_by_label("Dienst").select_option("ObjStore")
    assert "ports-service=ObjStore" in tab.url
