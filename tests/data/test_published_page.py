"""The data against a copy of the published page, where one is at hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import avi_portspec
from avi_portspec import Edition
from tools.double_entry import read_table

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lines(published_page: str) -> list[str]:
    """Return the lines of the page, blank ones left out."""
    found = [line.strip() for line in published_page.splitlines()]
    return [line for line in found if line]


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    return re.findall(r"[a-z0-9+]+", text.lower())


def numbers(text: str) -> list[int]:
    """Return the port numbers of a text, in order."""
    return [int(n) for n in re.findall(r"(?<![\w.-])\d{2,5}(?![\w.])", text)]


class TestStructure:
    """Headings, rows, bullets and notes."""

    def test_headings_are_the_sections(
        self, edition: Edition, lines: list[str]
    ) -> None:
        """All of them, in the page's order."""
        titles = [section.title for section in edition.sections]
        found = [line for line in lines if line in titles]
        assert found == titles

    def test_bullets_are_counted(
        self, edition: Edition, lines: list[str]
    ) -> None:
        """Every line that starts with a dash and says something."""
        bullets = [line for line in lines if line.startswith("- ")]
        counted = [edition.overview, *(s.extent for s in edition.sections)]
        assert len(bullets) == sum(len(each.bullets) for each in counted)

    def test_rows_are_counted(
        self, edition: Edition, lines: list[str]
    ) -> None:
        """Every row that names a destination; spans hide sources."""
        start = lines.index("---|---|---|")
        rows = [line for line in lines[start + 1 :] if line.count(" | ")]
        assert len(rows) == len(edition.sections["management"].extent.rows)

    def test_notes_are_counted(
        self, edition: Edition, lines: list[str]
    ) -> None:
        """Every bare dash starts one."""
        start = lines.index("Notes:")
        bare = [line for line in lines[start:] if line == "-"]
        assert len(bare) == len(edition.sections["management"].extent.notes)


class TestWords:
    """What the page calls things."""

    @pytest.mark.parametrize("table", ["endpoints", "facets"])
    def test_the_second_entry_has_the_page_s_own_words(
        self, table: str, edition: Edition, published_page: str
    ) -> None:
        """Where it says that the page has one."""
        for row in read_table(table):
            if edition.id in row.get("named", row["editions"]).split():
                assert row["called"] in published_page


class TestNumbers:
    """Port numbers."""

    def test_each_port_of_the_page_is_in_the_data(
        self, edition: Edition, published_page: str
    ) -> None:
        """And each port of the data is on the page."""
        found = set(numbers(published_page))
        stated = {
            port
            for flow in edition.flows
            for ports in flow.ports
            for port in ports
        }
        assert found == stated

    def test_each_section_has_its_own(
        self, edition: Edition, lines: list[str]
    ) -> None:
        """Bullet by bullet, below the first table."""
        at = {
            section.id: lines.index(section.title)
            for section in edition.sections
        }
        ends = [*list(at.values())[1:], len(lines)]
        for (section, start), end in zip(at.items(), ends, strict=True):
            if section == "management":
                continue
            flows = edition.flows.select(section=section)
            own = [flow for flow in flows if flow.section == section]
            stated = [p for f in own for r in f.ports for p in r]
            assert numbers(" ".join(lines[start + 1 : end])) == stated


class TestOurOwnWords:
    """Facts carry over; sentences do not."""

    NUMERIC = frozenset(
        ["tcp", "udp", "ssh", "https", "http", "ntp", "or", "port"]
    )

    def test_no_sentence_of_the_page_is_in_the_data(
        self, edition: Edition, published_page: str
    ) -> None:
        """No eight words in a row, the page's title apart."""
        page = words(published_page)
        runs = {tuple(page[at : at + 8]) for at in range(len(page) - 7)}
        runs = {
            run
            for run in runs
            if sum(w.isdigit() or w in self.NUMERIC for w in run) < 5
        }
        texts = [
            *(note.text for note in edition.notes),
            *(flow.purpose or "" for flow in edition.flows),
            *(flow.effect_if_blocked or "" for flow in edition.flows),
            *(
                reason.reason
                for flow in edition.flows
                for reason in (*flow.inferred, *flow.readings)
            ),
            *(endpoint.description or "" for endpoint in edition.endpoints),
        ]
        assert len(texts) > 100
        for text in texts:
            own = words(text)
            found = {tuple(own[at : at + 8]) for at in range(len(own) - 7)}
            assert not found & runs, text


def test_editions_of_the_package_are_whole() -> None:
    """Loading checks that every place of the page is accounted for."""
    for name in avi_portspec.editions():
        assert len(avi_portspec.load(name).flows) > 0
