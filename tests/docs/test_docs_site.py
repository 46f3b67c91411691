"""The documentation as a site: links, pages, search, and what it publishes.

The site is built once; all that looks at it stands in this file.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import importlib
import json
import re
import struct
import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from browsing import find_violations, resize, serving, shorten, show
from bs4 import BeautifulSoup
from docs_blocks import DOCS, blocks_of, pages
from docutils import nodes
from sphinx.errors import ConfigError
from sphinx_apps import App

import avi_portspec
from tools import pictures
from tools.data_rules import RULES

ATOM = "{http://www.w3.org/2005/Atom}"
EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
#: The pages that Sphinx makes of the documents, by their names.
PAGES = sorted(
    str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.rst")
)
#: Pages whose addresses others may have kept.
FORMER = [
    "contributing",
    "explore",
    "how-to/command-line",
    "how-to/deployment-ports",
    "how-to/explain",
    "how-to/export",
    "how-to/query",
    "how-to/rules-aws",
    "how-to/rules-csv",
    "how-to/upgrade",
    "ports",
    "reference/cli",
    "reference/published-data",
    "sphinx/directives",
    "sphinx/five-minutes",
    "tutorial",
]
#: Those that it makes besides.
MADE = ["_modules/index", "avi-endpoints", "avi-ports", "genindex", "search"]


class Site(NamedTuple):
    """The built site.

    Attributes:
        folder: Where it is.
        warned: What the build has warned of.
        blocks: How many blocks of code each document has.
    """

    folder: Path
    warned: str
    blocks: dict[str, int]


def build(folder: Path, builder: str = "html") -> Site:
    """Build the documentation as its own configuration has it."""
    app = App(builder, DOCS, out=folder)
    try:
        with warnings.catch_warnings():
            # What Sphinx's own extensions use of Sphinx is their affair.
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            app.build()
        blocks = {
            # Those of docstrings are run with the code.
            name: sum(
                block.source == str(DOCS / f"{name}.rst")
                for block in app.env.get_doctree(name).findall(
                    nodes.literal_block
                )
            )
            for name in app.env.found_docs
        }
        return Site(Path(app.outdir), app.warning.getvalue(), blocks)
    finally:
        app.cleanup()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the site, built once."""
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def soups(site: Site) -> dict[str, BeautifulSoup]:
    """Return the pages of the site by their paths, parsed.

    Those of the code itself are Sphinx's alone, and larger than the rest.
    """
    return {
        str(path.relative_to(site.folder)): BeautifulSoup(
            path.read_text(encoding="utf-8"), "html.parser"
        )
        for path in sorted(site.folder.rglob("*.html"))
        if "_modules" not in path.parts
    }


class TestBuild:
    """The site as a whole."""

    def test_nothing_is_warned_of(self, site: Site) -> None:
        """With every reference looked at."""
        assert site.warned == ""

    def test_every_rule_for_data_is_listed(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """With its id, and each line that breaks it."""
        rows = [
            [code.get_text() for code in row.find_all("code")]
            for row in soups["reference/data-rules.html"].find_all("tr")
        ]
        assert [row for row in rows if row] == [
            [name, *rule.example.split("\n")] for name, rule in RULES.items()
        ]

    def test_a_rule_stands_beside_what_it_demands(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """And the kind of its example beside the example."""
        row = soups["reference/data-rules.html"].find(id="list-repeated-item")
        assert row is not None
        _, demand, example = (cell.get_text() for cell in row.find_all("td"))
        assert demand.strip() == "A list has each item once."
        assert example.strip().startswith("edition: flows[0].protocols")

    def test_options_of_commands_keep_their_hyphens(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """A dash in their place could not be typed."""
        text = soups["reference/cli.html"].get_text()
        assert "With --output, the suffix chooses the format" in text
        assert "\N{EN DASH}" not in text

    def test_every_edition_has_its_page(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """An edition that is added needs one."""
        homes = {
            found["id"]
            for soup in soups.values()
            for found in soup.select("section.avi-port-page")
        }
        for edition in EDITIONS:
            expected = f"avi-edition-{edition.id.replace('.', '-')}"
            assert expected in homes, edition.id

    def test_every_block_of_code_is_one_that_is_run(self, site: Site) -> None:
        """The tests that run them see all that a reader sees."""
        shown = re.compile(r"^ *\.\. literalinclude::", re.MULTILINE)
        for name in PAGES:
            path = DOCS / f"{name}.rst"
            written = len(blocks_of(path))
            written += len(shown.findall(path.read_text(encoding="utf-8")))
            assert site.blocks[name] == written, name


class TestLinks:
    """Where links lead."""

    def test_every_link_within_the_site_leads_somewhere(
        self, site: Site, soups: dict[str, BeautifulSoup]
    ) -> None:
        """To a file, and to a place in it."""
        anchors = {
            name: {each["id"] for each in soup.find_all(id=True)}
            for name, soup in soups.items()
        }
        for path in (site.folder / "_modules").rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            name = str(path.relative_to(site.folder))
            anchors[name] = set(re.findall(r'\bid="([^"]+)"', text))
        wrong = []
        count = 0
        for name, soup in soups.items():
            for tag in soup.find_all(["a", "link", "script", "img"]):
                target = tag.get("href") or tag.get("src")
                if target is None or urlsplit(target).scheme:
                    continue
                count += 1
                place = urlsplit(urljoin(name, target))
                page = unquote(place.path) or name
                if not (site.folder / page).is_file():
                    wrong.append((name, target))
                elif place.fragment and page in anchors:
                    fragment = unquote(place.fragment)
                    if fragment not in anchors[page] and page != "search.html":
                        wrong.append((name, target))
        assert count > 1000
        assert wrong == []

    def test_no_page_has_an_id_twice(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """A link would lead to the first of them."""
        for name, soup in soups.items():
            ids = [each["id"] for each in soup.find_all(id=True)]
            twice = {each for each in ids if ids.count(each) > 1}
            assert twice == set(), name

    def test_pages_say_where_feed_and_data_are(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """Readers of feeds and programs look for it in the head."""
        for name in (
            "index.html",
            "reference/api/records.html",
            "genindex.html",
        ):
            found = {
                link["type"]: urljoin(name, link["href"])
                for link in soups[name].find_all("link", rel="alternate")
            }
            assert found == {
                "application/atom+xml": "changes.atom",
                "application/json": "data/index.json",
            }


class TestData:
    """What the site publishes beside its pages."""

    @pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)
    def test_each_edition_is_there_as_json(
        self, site: Site, edition: avi_portspec.Edition
    ) -> None:
        """And the strict reader takes it."""
        path = site.folder / "data" / "editions" / f"{edition.id}.json"
        text = path.read_text(encoding="utf-8")
        assert avi_portspec.loads(text) == edition

    def test_the_schema_is_there_and_the_editions_meet_it(
        self, site: Site
    ) -> None:
        """So says a validator that is not ours."""
        import jsonschema

        data = site.folder / "data"
        schema = json.loads((data / "edition.schema.json").read_text("utf-8"))
        assert schema == avi_portspec.json_schema()
        for path in (data / "editions").iterdir():
            jsonschema.validate(json.loads(path.read_text("utf-8")), schema)

    def test_the_index_names_every_file_with_digest_and_hash(
        self, site: Site
    ) -> None:
        """Relative to itself, wherever the site is."""
        data = site.folder / "data"
        index = json.loads((data / "index.json").read_text(encoding="utf-8"))
        assert index["default"] == avi_portspec.load("vantage-undated").id
        assert [each["digest"] for each in index["editions"]] == [
            edition.digest for edition in EDITIONS
        ]
        for each in [*index["editions"], index["schema"]]:
            raw = (data / each["path"]).read_bytes()
            assert hashlib.sha256(raw).hexdigest() == each["sha256"]

    def test_the_data_format_has_every_key_of_the_schema(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """With what it means, whether it is needed, and each choice."""
        soup = soups["reference/data-format.html"]
        schema = avi_portspec.json_schema()
        for name, each in [("Edition", schema), *schema["$defs"].items()]:
            section = soup.find(id=f"schema-{name.lower()}")
            for form in [each, *each.get("oneOf", ())]:
                for key, value in form.get("properties", {}).items():
                    rows = [
                        row.find_all("td")
                        for row in section.find_all("tr")
                        if row.td and row.td.get_text() == key
                    ]
                    assert rows, (name, key)
                    _, said, needed, meaning = rows[0]
                    expected = "yes" if key in form["required"] else "no"
                    assert needed.get_text() == expected
                    assert meaning.get_text() or "oneOf" in each
                    for word in value.get("enum", ()):
                        assert word in said.get_text()


@pytest.fixture(scope="session")
def feed(site: Site) -> ET.Element:
    """Return the root of the feed of changes."""
    return ET.fromstring(  # noqa: S314 - our own
        (site.folder / "changes.atom").read_text(encoding="utf-8")
    )


class TestFeed:
    """The feed of changes; the numbers are sections of RFC 4287."""

    @pytest.fixture(autouse=True)
    def _on_path(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The extension of the documentation, as Sphinx finds it."""
        monkeypatch.syspath_prepend(DOCS / "_ext")

    def test_feed_and_entries_have_what_they_must_have(
        self, feed: ET.Element
    ) -> None:
        """4.1.1 and 4.1.2: each once, and a person who wrote it."""
        assert feed.tag == f"{ATOM}feed"
        for element in [feed, *feed.findall(f"{ATOM}entry")]:
            for name in ("id", "title", "updated"):
                (found,) = element.findall(f"{ATOM}{name}")
                assert found.text
        assert feed.findtext(f"{ATOM}author/{ATOM}name")

    def test_there_is_an_entry_for_each_step_and_all_ids_differ(
        self, feed: ET.Element
    ) -> None:
        """4.2.6: ids are IRIs that never change, so none has a place in it."""
        ids = [each.text or "" for each in feed.iter(f"{ATOM}id")]
        assert len(set(ids)) == len(ids)
        assert ids[1:] == [
            f"tag:avi-portspec.invalid,2026:changes/{old.id}/{new.id}"
            for old, new in reversed(list(pairwise(EDITIONS)))
        ]

    def test_dates_are_those_of_the_data(self, feed: ET.Element) -> None:
        """3.3: with an upper-case T and Z; no clock has been asked."""
        for each in feed.iter(f"{ATOM}updated"):
            moment = dt.datetime.fromisoformat(each.text or "")
            assert moment.tzinfo is not None
            assert re.fullmatch(r"[\d-]{10}T00:00:00Z", each.text or "")

    def test_links_have_relations_and_no_two_alternates_are_alike(
        self, feed: ET.Element, site: Site
    ) -> None:
        """4.1.1 and 4.2.7: and relative ones lead to files of the site."""
        for element in [feed, *feed.findall(f"{ATOM}entry")]:
            links = element.findall(f"{ATOM}link")
            relations = [link.get("rel") for link in links]
            assert len(set(relations)) == len(relations)
            for link in links:
                assert (site.folder / str(link.get("href"))).is_file()
        (own,) = feed.findall(f"{ATOM}link[@rel='self']")
        assert own.get("href") == "changes.atom"

    def test_each_change_is_told_with_what_it_calls_for(
        self, feed: ET.Element
    ) -> None:
        """4.1.3.3: content that is XHTML is one ``div``."""
        entries = feed.findall(f"{ATOM}entry")
        steps = reversed(list(pairwise(EDITIONS)))
        for entry, (old, new) in zip(entries, steps, strict=True):
            content = entry.find(f"{ATOM}content")
            assert content is not None
            assert content.get("type") == "xhtml"
            (division,) = content
            assert division.tag == "{http://www.w3.org/1999/xhtml}div"
            said = "".join(division.itertext())
            for change in avi_portspec.diff(old, new):
                assert f"{change.what} in {change.collection}: " in said
                assert change.id in said

    def test_another_address_makes_links_absolute_and_ids_stay(self) -> None:
        """And the same data makes the same feed."""
        written = importlib.import_module("avi_docs.feed").feed
        days = dict.fromkeys(avi_portspec.editions(), dt.date(2026, 1, 2))
        here = written(EDITIONS, days, "https://example.org/docs")
        assert here == written(EDITIONS, days, "https://example.org/docs/")
        assert 'href="https://example.org/docs/changes.atom"' in here
        assert "2026-01-02T00:00:00Z" in here
        elsewhere = written(EDITIONS, days, "")
        ids = re.compile(r"<id>.*</id>")
        assert ids.findall(here) == ids.findall(elsewhere)

    def test_an_edition_without_a_day_stops_the_build(self) -> None:
        """Else the feed would have to make one up."""
        published = importlib.import_module("avi_docs.published")

        class Config:
            avi_docs_days = {"16.2": dt.date(2026, 1, 1)}  # noqa: RUF012

        with pytest.raises(ConfigError, match=r"avi_docs_days.*'17\.1'"):
            published.check(None, Config)


#: What a reader of the first page is promised to see of it without scrolling.
CHOOSER = "Which ports does my deployment need?"


class TestTheWayIn:
    """The first screen, and the way to each page."""

    def test_the_chooser_is_one_click_away_from_everywhere(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """By the bar above each page and by the navigation beside it."""
        for name, soup in soups.items():
            for place in (".announcement", ".sidebar-tree"):
                links = {
                    urljoin(name, link["href"].removesuffix("#") or name)
                    for link in soup.select(f"{place} a")
                    if link.get_text() == CHOOSER
                }
                assert links == {"explore.html"}, (name, place)

    def test_the_first_screen_has_all_that_a_visitor_needs(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """Two sentences, the chooser, a table, a command and its answer."""
        page = copy.copy(soups["index.html"])
        start: Any = page.select_one("article section")
        for below in start.find_all("section"):
            below.extract()
        first = start.find("p").get_text(" ", strip=True)
        assert len(re.findall(r"\.(?: |$)", first)) == 2
        assert start.find("a", string=CHOOSER)["href"] == "explore.html"
        text = " ".join(start.get_text(" ").split())
        assert "Unofficial:" in text
        for edition in EDITIONS:
            assert edition.id in text
        assert len(start.select("table.avi-ports")) == 1
        (command,) = start.select("pre")
        assert "..." not in command.get_text()

    def test_how_tos_stand_under_those_who_read_them(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """No heading of the navigation has a list to search through."""
        tree = soups["index.html"].select_one(".sidebar-tree")
        assert tree is not None
        groups = {
            caption.get_text(): caption.find_next("ul").find_all(
                "li", recursive=False
            )
            for caption in tree.select(".caption")
        }
        assert {
            "Network engineers",
            "Technical writers",
            "Tool authors",
            "Auditors",
            "Maintainers",
        } <= groups.keys()
        assert max(map(len, groups.values())) <= 8

    def test_every_page_is_in_the_navigation(
        self, soups: dict[str, BeautifulSoup]
    ) -> None:
        """Also those below another page, which it can unfold."""
        tree = soups["index.html"].select_one(".sidebar-tree")
        assert tree is not None
        reached = {link["href"] for link in tree.select("a")}
        assert {f"{name}.html" for name in PAGES} - reached == {"index.html"}

    @pytest.mark.parametrize("name", FORMER)
    def test_addresses_of_pages_stay(
        self, soups: dict[str, BeautifulSoup], name: str
    ) -> None:
        """Others link to them: a page that moves leaves one behind."""
        assert f"{name}.html" in soups


class TestPictures:
    """The pictures of the documentation; ``python -m tools.pictures``."""

    def test_list_and_files_agree(self) -> None:
        """No picture is missing, and none is left over."""
        listed = {pictures.WORKBOOK, *(p.name for p in pictures.PICTURES)}
        assert {p.stem for p in pictures.SHELF.iterdir()} == listed
        assert {p.suffix for p in pictures.SHELF.iterdir()} == {".png"}

    @pytest.mark.parametrize(
        "picture", pictures.PICTURES, ids=lambda p: p.name
    )
    def test_a_picture_is_small_and_as_wide_as_it_says(
        self, picture: pictures.Picture
    ) -> None:
        """And light has its dark."""
        raw = (pictures.SHELF / f"{picture.name}.png").read_bytes()
        assert len(raw) < pictures.AT_MOST
        assert raw[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", raw[16:24])
        assert height > 100
        most = picture.width * picture.scale
        assert width <= most
        if not picture.shows:
            assert (width, height) == (most, picture.height * picture.scale)
        other = {"light": "dark", "dark": "light"}[picture.scheme]
        twin = picture.name.replace(picture.scheme, other)
        assert twin in {each.name for each in pictures.PICTURES}

    def test_the_table_is_of_the_directive_beside_it(self) -> None:
        """The same on the first page, in the README and for writers."""
        (shown,) = [
            block.text
            for block in blocks_of(DOCS / "sphinx" / "index.rst")
            if block.kind == "rst"
        ]
        first = (DOCS / "index.rst").read_text(encoding="utf-8")
        assert shown in first
        for page in pages():
            if page.suffix == ".md":
                assert shown in [block.text for block in blocks_of(page)]

    def test_every_picture_is_shown(self) -> None:
        """In the README, or on a page."""
        written = "".join(path.read_text(encoding="utf-8") for path in pages())
        for path in pictures.SHELF.iterdir():
            assert f"pictures/{path.name}" in written


class TestLayout:
    """Where the parts of the examples lie."""

    BOX: pictures.Box = ("table", 0, 100, 700, 300)

    def test_what_moves_is_noticed(self) -> None:
        """And what trembles is not."""
        before = {"a": [self.BOX]}
        near = {"a": [("table", 4, 104, 696, 306)]}
        assert pictures.compare(before, near) == []
        for wrong in (
            ("table", 0, 100, 760, 300),
            ("table", 0, 130, 700, 300),
            ("table", 12, 100, 700, 300),
            ("table", 0, 100, 700, 340),
            ("p", 0, 100, 700, 300),
        ):
            assert pictures.compare(before, {"a": [wrong]})
        assert pictures.compare(before, {"a": [self.BOX] * 2})
        assert pictures.compare(before, {"b": [self.BOX]})

    def test_it_is_kept_as_it_was(self) -> None:
        """A box in a line, so that a change of one is one line."""
        text = pictures.LAYOUT.read_text(encoding="utf-8")
        assert pictures.dumps(pictures.loads(text)) == text


# -- in a browser ------------------------------------------------------------


def test_the_examples_lie_as_they_did(browser: Any, tmp_path: Path) -> None:
    """Each edge within 6 pixels or 3 %, in letters of one width.

    The command that takes the pictures measures anew: look at them first.
    """
    pytest.importorskip("fontTools", reason="pip install fonttools")
    text = pictures.LAYOUT.read_text(encoding="utf-8")
    now = pictures.layout(browser, tmp_path)
    moved = pictures.compare(pictures.loads(text), now)
    assert moved == [], "look, and run: python -m tools.pictures"


@pytest.mark.parametrize("width", [736, 1280])
def test_nothing_on_the_first_screen_is_cut(
    tab: Any, served: str, width: int
) -> None:
    """The table and the command's output scroll nowhere."""
    show(tab, f"{served}/index.html", width=width)
    for seen in ("article .avi-block", "article table", "article pre"):
        wide, room = tab.locator(seen).first.evaluate(
            "each => [each.scrollWidth, each.clientWidth]"
        )
        assert wide <= room, seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_fits_a_window(
    tab: Any, served: str, scheme: str
) -> None:
    """The table and the command are in sight at 1280 by 900 pixels.

    Letters of other machines may be larger: 60 pixels are theirs.
    """
    show(tab, f"{served}/index.html", scheme=scheme)
    for seen in (f"text={CHOOSER}", "article table", "article pre"):
        box = tab.locator(seen).first.bounding_box()
        assert box["y"] + box["height"] <= 960, seen


@pytest.mark.parametrize("name", ["index", "ports", "reference/cli"])
def test_a_phone_reaches_the_chooser_by_one_tap(
    tab: Any, served: str, name: str
) -> None:
    """Its navigation is folded away; the bar above the page is not."""
    show(tab, f"{served}/{name}.html", width=320, height=700)
    tab.locator(".announcement a").click()
    tab.wait_for_url(f"{served}/explore.html")
    assert tab.locator("h1").inner_text().startswith(CHOOSER)


@pytest.fixture(scope="module")
def served(site: Site) -> Iterator[str]:
    """Return the site's address."""
    with serving(site.folder) as address:
        yield address


@pytest.mark.parametrize("name", [*PAGES, *MADE])
def test_a_page_keeps_nobody_out(tab: Any, served: str, name: str) -> None:
    """Axe finds nothing, light or dark; at 320 pixels no page scrolls."""
    show(tab, f"{served}/{name}.html", width=320, height=700)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    resize(tab, 1400)
    shorten(tab)
    wrong = find_violations(tab)
    assert wrong == [], json.dumps(wrong, indent=1)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("8443", ["Avi Service Engine → Avi Controller: TCP 8443"]),
        ("tcp 8443", ["Avi Service Engine → Avi Controller: TCP 8443"]),
        ("udp 389", ["Avi Controller → LDAP server: TCP or UDP 389"]),
        ("unstated", ["Stated, inferred, interpreted, unstated"]),
    ],
)
def test_the_search_finds_a_flow_by_its_port(
    tab: Any, served: str, query: str, titles: list[str]
) -> None:
    """Typed into the page; each result leads to the flow itself."""
    show(tab, f"{served}/search.html", width=1400)
    tab.get_by_role("textbox").last.fill(query)
    tab.keyboard.press("Enter")
    for title in titles:
        found = tab.locator("#search-results").get_by_role(
            "link", name=title, exact=True
        )
        found.first.wait_for()
        address = urlsplit(found.first.evaluate("link => link.href"))
        assert address.path.endswith(".html")
        if "→" in title:
            assert address.fragment.startswith("avi-")


@pytest.mark.parametrize(
    "query",
    [
        "SE to Controller",
        "service engine to controller",
        "Avi Controller to DNS server",
        "Controller to SE",
        "controller to aws",
    ],
)
def test_the_search_finds_a_pair_by_any_of_its_names(
    tab: Any, served: str, query: str
) -> None:
    """First of all it finds the section whose table has its ports."""
    show(tab, f"{served}/search.html?q={query}", width=1400)
    first = tab.locator("#search-results li > a").first
    first.wait_for()
    first.click()
    tab.wait_for_url(re.compile(r"/pairs\.html.*#index-"))
    place = tab.evaluate("decodeURIComponent(location.hash)")
    title = tab.locator(f"{place} ~ h2").first.inner_text().lower()
    source, destination = query.lower().split(" to ")
    long = {"se": "service engine"}
    for name in (source, destination):
        assert long.get(name, name).removeprefix("avi ") in title
    assert tab.locator(f"section:has(> {place}) table").count() == 1
