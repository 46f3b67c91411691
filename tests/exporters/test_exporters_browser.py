"""Documents and tickets as a browser shows and prints them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from browsing import find_violations, parted_names, resize, show

import avi_portspec
from avi_portspec import Edition, Inventory, loads_inventory, preset
from avi_portspec.exporters import FormatName

pytestmark = pytest.mark.browser

#: The addresses of the worked example.
ADDRESSES = """
controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13"]
service-engine = ["172.31.8.0/22"]
external-network-services = ["10.99.0.0/24"]
dns-server = ["10.50.0.53"]
ntp-server = ["10.50.0.123"]
aws = ["198.51.100.0/24"]
controller-gateway = ["10.10.1.1"]
"""
FORMATS: tuple[FormatName, ...] = ("ticket-html", "html")


@pytest.fixture
def site(edition: Edition) -> Inventory:
    """Return the worked example's addresses."""
    return loads_inventory(ADDRESSES, edition=edition)


def show_text(page: Any, text: str | bytes, **how: Any) -> None:
    """Show a document."""
    show(page, "about:blank", **how)
    page.set_content(str(text))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_width_has_room(
    edition: Edition,
    site: Inventory,
    tab: Any,
    name: FormatName,
    scheme: str,
) -> None:
    """No page scrolls sideways; on a wide screen no table does either."""
    text = avi_portspec.export(edition.resolve("aws"), name, inventory=site)
    show_text(tab, text, scheme=scheme)
    for width in (320, 736, 1280, 1920):
        resize(tab, width)
        found = tab.evaluate(
            "[document.documentElement.scrollWidth, ...[...document"
            ".querySelectorAll('.table')].map(t => t.scrollWidth - "
            "t.clientWidth)]"
        )
        assert found[0] == width
        if width >= 1280 or width == 320:
            assert max(found[1:]) <= 0
        # Tables are as wide as one another, and no range is parted.
        sizes = tab.evaluate(
            "[[...document.querySelectorAll('.table table')].map(t => "
            "Math.round(t.getBoundingClientRect().width)), "
            "[...document.querySelectorAll('td span')].map(s => "
            "s.getClientRects().length)]"
        )
        if width >= 1280:
            assert len({*sizes[0]}) == 1
        assert {*sizes[1]} == {1}


def test_a_phone_shows_each_cell_with_its_heading(
    edition: Edition, site: Inventory, tab: Any
) -> None:
    """Nothing is beside the screen, and no port is without its name."""
    text = avi_portspec.export(
        edition.resolve("aws"), "ticket-html", inventory=site
    )
    show_text(tab, text, width=320)
    cells = tab.evaluate(
        "[...document.querySelectorAll('[data-label]')].map(c => ["
        "c.dataset.label, getComputedStyle(c, '::before').content, "
        "c.getBoundingClientRect().right])"
    )
    assert {label for label, _, _ in cells} >= {"Rule", "Source", "Why"}
    for label, shown, right in cells:
        assert shown == f'"{label}: "'
        assert right <= 320


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("words", "least"), [("NSX-T", 2), ("TCP 22", 2)])
def test_no_line_ends_within_a_name_or_a_port(
    edition: Edition, tab: Any, name: FormatName, words: str, least: int
) -> None:
    """In titles, tables and lists."""
    show_text(tab, avi_portspec.export(edition.resolve("nsx-t"), name))
    found, parted = parted_names(tab, words)
    assert found >= least
    assert parted == []


@pytest.mark.parametrize("name", FORMATS)
def test_axe_finds_nothing(
    edition: Edition, site: Inventory, tab: Any, name: FormatName
) -> None:
    """In colours for light and for dark."""
    text = avi_portspec.export(edition.resolve("gcp"), name, inventory=site)
    # The page's own policy would keep the test's script out.
    policy = '<meta http-equiv="Content-Security-Policy"'
    assert policy in str(text)
    show_text(tab, str(text).replace(policy, "<meta"))
    assert find_violations(tab, "html") == []


def test_a_ticket_is_one_page_of_a4(
    edition: Edition, site: Inventory, tab: Any
) -> None:
    """That of the worked example, with all that it says."""
    pypdf = pytest.importorskip(
        "pypdf", reason="needs pypdf: pip install --group builders"
    )
    services = {"dns", "ntp"}
    asked = preset("aws", services=services, features={"cli-shell"})
    text = avi_portspec.export(
        edition.resolve(asked), "ticket-html", inventory=site
    )
    show_text(tab, text, scheme="dark")
    printed = pypdf.PdfReader(io.BytesIO(tab.pdf(prefer_css_page_size=True)))
    (sheet,) = printed.pages
    points = sorted(map(float, sheet.mediabox[2:]))
    assert points == pytest.approx([595, 842], abs=2)
    assert edition.digest in sheet.extract_text().replace("\n", "")
    for word in ("172.31.8.0/22", "5054", "[c] Assumed"):
        assert word in sheet.extract_text()
