"""The explorer, in a real browser; and what it is given to work with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from browsing import POLICY, axe_script, serving, violations
from docutils import nodes
from sphinx_projects import Project, warnings

import avi_portspec
import sphinx_avi_portspec
from sphinx_avi_portspec.explorer import ExplorerRow

FLOWS = avi_portspec.load().flows
TABLE = """\
Ports
=====

.. avi-port-table:: Flows
   :explorer:
   :section: management
"""
PLAIN = "Plain\n=====\n\n.. avi-port-table:: Flows\n"


class TestRows:
    """What the page holds."""

    def test_rows_say_what_can_be_filtered_by(self, project: Project) -> None:
        """What is left open for a cloud is told apart."""
        tree = project.doctree(
            ".. avi-port-table::\n   :explorer:\n   :port: 4001\n"
        )
        (row,) = tree.findall(ExplorerRow)
        assert row["data-endpoints"] == "Avi Service Engine"
        assert row["data-protocols"] == "TCP"
        assert row["data-requirement"] == "required"
        assert row["data-clouds"] == "AWS|Azure|GCP|OpenStack"
        assert row["data-open"].startswith("OpenShift|Kubernetes")

    def test_an_edition_without_clouds_has_none_to_filter_by(self) -> None:
        """Conditions and facets are optional."""
        import attrs

        from sphinx_avi_portspec.explorer import described

        edition = avi_portspec.load()
        bare = attrs.evolve(
            edition,
            facets=(),
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
        row = described(bare, bare.flows[0], nodes.row())
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
        assert ":explorer: is for the flat layout" in said


# -- in a browser -------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site with an explorer, served locally."""
    project = Project(tmp_path_factory.mktemp("site"))
    project.write("index.rst", TABLE + "\n.. toctree::\n\n   page\n")
    project.write("page.rst", ".. avi-port-page::\n")
    app = project.build("html", html_theme="furo", smartquotes=True)
    assert warnings(app) == ""
    project.close()
    with serving(app.outdir, POLICY) as address:
        yield address


@pytest.fixture
def page(browser: Any, site: str) -> Iterator[Any]:
    """Return an open page; the script must not have complained."""
    context = browser.new_context()
    made = context.new_page()
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on(
        "console",
        lambda said: (
            wrong.append(said.text) if "avi-portspec" in said.text else None
        ),
    )
    made.goto(f"{site}/index.html")
    yield made
    assert wrong == []
    context.close()


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
        page.get_by_label("Text").fill("5098")
        assert shown(page) == ["TCP 5098", "TCP 5098"]
        assert count(page) == f"2 of {ALL} flows"
        page.get_by_label("Text").press("Escape")
        assert count(page) == f"{ALL} of {ALL} flows"

    @pytest.mark.parametrize(
        ("label", "value", "criteria"),
        [
            (
                "Endpoint",
                "External Network Services",
                {"source": "external-network-services"},
            ),
            ("Protocol", "UDP", {"protocol": "udp"}),
            ("Requirement", "optional", {"requirement": "optional"}),
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
        assert count(page).endswith(
            "for 2 of them the page does not say whether they apply"
        )
        assert page.locator("tr.avi-open:visible").count() == 2

    def test_reset_shows_everything(self, page: Any) -> None:
        """In published order."""
        before = shown(page)
        page.get_by_label("Protocol").select_option("UDP")
        page.get_by_role("button", name="Ports").click()
        page.get_by_role("button", name="Reset").click()
        assert shown(page) == before

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
        page.get_by_label("Text").focus()
        page.keyboard.type("udp")
        names = []
        for _ in range(9):
            page.keyboard.press("Tab")
            names.append(
                page.evaluate("document.activeElement.textContent.slice(0, 6)")
            )
        assert [n for n in names if n in {"Reset", "Source"}] == [
            "Reset",
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
        page.get_by_label("Protocol").select_option("UDP")
        page.get_by_role("button", name="Ports").click()
        page.get_by_role("button", name="Ports").click()
        address = page.url
        assert address.endswith("?x=1&ports-protocol=UDP&ports-sort=-3#flows")
        page.goto("about:blank")
        page.goto(address)
        assert shown(page) == ["UDP 161", "UDP 123"]

    @pytest.mark.parametrize(
        "query",
        ["ports-protocol=XYZ", "ports-sort=99", "ports-sort=x", "ports-q="],
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
        page.get_by_label("Text").fill("5098")
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
            '"Source","Destination","Ports","Service","Requirement","When"'
        )
        assert len(lines) == 3
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
        assert lines[1] == "| --- | --- | --- | --- | --- | --- |"
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

    @pytest.mark.parametrize("name", ["index", "page"])
    def test_at_320_pixels_tables_scroll_and_the_page_does_not(
        self, browser: Any, site: str, name: str
    ) -> None:
        """WCAG 2.2, success criterion 1.4.10."""
        context = browser.new_context(viewport={"width": 320, "height": 700})
        page = context.new_page()
        page.goto(f"{site}/{name}.html")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        context.close()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("name", ["index", "page"])
    def test_axe_finds_nothing_to_complain_of(
        self, browser: Any, site: str, name: str, scheme: str
    ) -> None:
        """Contrast, headings of tables, names of controls, and the rest."""
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(f"{site}/{name}.html")
        page.evaluate(axe_script())
        wrong = violations(page)
        assert wrong == [], json.dumps(wrong, indent=1)
        context.close()


def test_its_words_can_be_translated(browser: Any, tmp_path: Path) -> None:
    """Controls, counts and the words that a filter offers."""
    project = Project(tmp_path)
    project.write("index.rst", TABLE)
    catalog = Catalog(locale="de")
    catalog.add("Text", "Worin")
    catalog.add("optional", "wahlweise")
    catalog.add("{} of {} flows", "{} von {} Flüssen")
    catalog.add("Copied as {}: {} flows", "{} kopiert, {} Flüsse")
    path = project.write("locale/de/LC_MESSAGES/index.mo", "")
    with path.open("wb") as file:
        write_mo(file, catalog)
    app = project.build("html", language="de", locale_dirs=["locale"])
    assert warnings(app) == ""
    project.close()
    page = browser.new_page()
    page.goto((app.outdir / "index.html").as_uri())
    page.get_by_label("Worin").fill("9001")
    assert re.match(r"\d von \d+ Flüssen", count(page))
    offered = page.get_by_label("Requirement").locator("option")
    assert "wahlweise" in offered.all_inner_texts()
    # What a filter is for stays what it was: an address can be shared
    # between languages.
    page.get_by_label("Requirement").select_option("optional")
    assert "ports-requirement=optional" in page.url
    page.close()
