"""The choice of a deployment in a real browser."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from browsing import (
    POLICY,
    find_violations,
    parted_names,
    quiet,
    resize,
    serving,
    settle,
    shorten,
    show,
)
from hypothesis import given
from hypothesis import strategies as st
from sphinx_projects import Project, warnings
from test_sphinx_lookup import (
    EDITIONS,
    UNDATED,
    deployments,
    expected,
    plain,
    simplify,
)
from test_sphinx_lookup_page import PAGE

import avi_portspec
from avi_portspec import AcceptedReading, Deployment
from avi_portspec.model.phrases import deployment_title
from avi_portspec.tabular.lines import answer_lines

ODD = Deployment(
    clouds={"openstack", "openshift", "gcp"},
    controller="container",
    features={"cli-shell", "heat-autoscaling"},
    services={"dns", "ntp"},
    nodes="single-node",
)
AWS = avi_portspec.preset("aws")
DNS = Deployment(clouds={"aws"}, services={"dns"})
NOTES = "assumptions where the vendor's page is not explicit"
#: The hash of an address for each state that a page can be in.
STATES = {
    "empty": "",
    "answer": "#cloud=aws,vcenter,openshift&service=dns,ntp",
    "conflict": "#cloud=openstack,gcp&controller=container",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site with a page for each edition."""
    project = Project(tmp_path_factory.mktemp("site"))
    project.write(
        "index.rst", "A\n=\n\n.. toctree::\n   :glob:\n\n   e*\n   two\n"
    )
    for number, edition in enumerate(EDITIONS):
        text = f"{PAGE}   :edition: {edition.id}\n"
        project.write(f"e{number}.rst", text)
    both = "".join(
        f".. avi-port-explorer::\n   :edition: {edition.id}\n\n"
        for edition in EDITIONS[-2:]
    )
    project.write("two.rst", f"Two\n===\n\n{both}")
    app = project.build("html", html_theme="furo", smartquotes=True)
    assert warnings(app) == ""
    project.close()
    with serving(app.outdir, POLICY) as address:
        yield address


@pytest.fixture(scope="module")
def newest(site: str) -> str:
    """Return the address of the newest edition's page."""
    return f"{site}/e{EDITIONS.index(UNDATED)}.html"


@pytest.fixture
def silent(tab: Any) -> Iterator[Any]:
    """Return a page in which no script may complain."""
    with quiet(tab):
        yield tab


@pytest.fixture
def page(silent: Any, newest: str) -> Any:
    """Return the newest edition's page."""
    show(silent, newest)
    return silent


def chip(page: Any, value: str) -> Any:
    """Return the control of a choice."""
    return page.locator(f".avi-pick input[value='{value}']")


def choose(page: Any, deployment: Deployment) -> None:
    """Choose a deployment by the page's controls."""
    page.get_by_role("button", name="Clear all").click()
    for values in plain(UNDATED, deployment).values():
        for value in values:
            chip(page, value).check()


def said(page: Any) -> str:
    """Return what is announced."""
    return str(page.locator(".avi-sum p").inner_text())


def rows(page: Any) -> list[list[str]]:
    """Return what rows in sight say, each with the heading of its group."""
    found: list[list[str]] = page.evaluate(
        """() => [...document.querySelectorAll(
          ".avi-out tbody tr:not(.avi-from, .avi-detail)")].map((row) => [
            row.parentNode.rows[0].querySelector("strong").textContent,
            ...[...row.cells].slice(0, 3).map((cell) => cell.textContent),
            [...row.cells[3].childNodes].filter((part) =>
              !part.matches?.(".avi-marks, .avi-sub")).map((part) =>
              part.textContent).join(""),
            ...[...row.querySelectorAll(".avi-sub")].map((s) => s.textContent),
          ])"""
    )
    return [[text.replace("\xa0", " ") for text in row] for row in found]


def library_rows(deployment: Deployment) -> list[list[str]]:
    """Return what the library's own table has, in no order."""
    answer = UNDATED.resolve(deployment)
    lines = answer_lines(
        UNDATED,
        [d for d in answer if d.status in {"needed", "optional"}],
        UNDATED.exclusions,
        asked={f.id: deployment.values_of(f.id) for f in UNDATED.facets},
        purposes=True,
    )
    ends = UNDATED.endpoints
    return [
        [
            ends[line.source].label,
            ends[line.destination].label,
            str(line.port),
            line.service,
            f"{line.need.text[:1].upper()}{line.need.text[1:]}",
            *line.below,
        ]
        for line in lines
    ]


class TestAnswers:
    """The page and the library agree."""

    @pytest.mark.parametrize("number", range(len(EDITIONS)))
    def test_for_every_deployment_there_can_be(
        self, tab: Any, site: str, number: int
    ) -> None:
        """Sampled over the whole space, many at once."""
        edition = EDITIONS[number]
        show(tab, f"{site}/e{number}.html")
        many = st.lists(deployments(edition), min_size=8, max_size=8)

        @given(many)
        def same(asked: list[Deployment]) -> None:
            found = tab.evaluate(
                "asked => asked.map(document.querySelector("
                "'.avi-chooser').aviAnswer)",
                [plain(edition, deployment) for deployment in asked],
            )
            assert [simplify(answer, edition) for answer in found] == [
                expected(edition, deployment) for deployment in asked
            ]

        same()

    @pytest.mark.parametrize("deployment", [AWS, ODD], ids=["aws", "odd"])
    def test_through_the_controls(
        self, page: Any, deployment: Deployment
    ) -> None:
        """Tables, counts and call-outs say what the library says."""
        choose(page, deployment)
        assert sorted(rows(page)) == sorted(library_rows(deployment))
        answer = UNDATED.resolve(deployment)
        counts = {
            word: int(number)
            for number, word in re.findall(r"(\d+) ([a-z ]+)", said(page))
        }
        assert counts.pop("needed") == len(answer.having("needed"))
        assert counts.pop("optional") == len(answer.having("optional"))
        assert counts.pop("not documented") == len(answer.gaps)
        conflicts = len(answer.conflicts)
        word = "conflict" if conflicts == 1 else "conflicts"
        unclear = len(answer.direction_unclear)
        assert counts == {
            **({word: conflicts} if conflicts else {}),
            **({"with unclear direction": unclear} if unclear else {}),
        }
        items = page.locator(".avi-call li").all_inner_texts()
        wanted = expected(UNDATED, deployment)
        told = [
            *(*wanted["conflicts"], *wanted["gaps"], *wanted["unclear"]),
        ]
        assert set(told) <= set(items)
        warned = sum(row["warned"] for row in wanted["rows"].values())
        assert len(items) == len(told) + warned
        caption = page.locator(".avi-out caption").first.inner_text()
        title = deployment_title(deployment, UNDATED.facets)
        assert caption == f"Needed: {title}"

    def test_optional_flows_are_apart(self, page: Any) -> None:
        """In a table of their own, with columns as wide."""
        choose(page, AWS)
        optional = page.locator(".avi-out table").nth(1)
        assert optional.locator("caption").inner_text() == "Optional"
        ids = optional.locator("dd:last-child").all_text_contents()
        wanted = UNDATED.resolve(AWS).having("optional")
        assert sorted(ids) == sorted(str(flow.id) for flow in wanted)
        widths = page.evaluate(
            "() => [...document.querySelectorAll('.avi-out thead')].map("
            "(head) => [...head.rows[0].cells].map((c) => c.offsetWidth))"
        )
        assert widths[0] == widths[1]

    def test_letters_lead_to_what_is_assumed(self, page: Any) -> None:
        """One letter a row at most, in reading order, a note for each."""
        choose(page, ODD)
        letters = page.locator(".avi-out .avi-marks").all_inner_texts()
        firsts = list(dict.fromkeys(letters))
        assert firsts == sorted(firsts)
        notes = page.locator(".avi-chooser .avi-below ol > li")
        assert notes.count() == len(firsts) > 1
        summary = page.locator(".avi-chooser .avi-below summary")
        assert summary.inner_text() == f"{len(firsts)} {NOTES}"
        before = page.url
        page.get_by_role("button", name="Assumption b").first.click()
        assert notes.nth(1).is_visible()
        assert page.evaluate("document.activeElement.textContent") == (
            notes.nth(1).inner_text()
        )
        assert page.url == before

    def test_details_open_row_by_row(self, page: Any) -> None:
        """The button says for what, and whether they are open."""
        choose(page, AWS)
        button = page.get_by_role(
            "button", name="Details: TCP 4001, Service Engine to Service"
        )
        assert button.get_attribute("aria-expanded") == "false"
        button.press("Enter")
        assert button.get_attribute("aria-expanded") == "true"
        details = page.locator(".avi-detail:visible")
        assert details.count() == 1
        assert "On AWS, Azure, GCP or OpenStack" in details.inner_text()
        # Nothing is assumed about it, so nothing is said of that.
        assert "Assumed" not in details.inner_text()
        button.press("Enter")
        assert details.count() == 0
        chip(page, "dns").check()
        page.get_by_role("button", name="Details: UDP 53").click()
        (row,) = (
            row
            for flow, row in expected(UNDATED, DNS)["rows"].items()
            if flow == "controller-to-dns"
        )
        assert f"Assumed\n{'; '.join(row['assumed'])}" in details.inner_text()


class TestChoices:
    """What can be chosen, and together with what."""

    def test_without_a_cloud_there_is_an_example(self, page: Any) -> None:
        """No answer is better than one to a question nobody asked."""
        assert said(page) == "Choose at least one cloud, or No orchestrator."
        assert not page.get_by_role("button", name="Save CSV").is_visible()
        example = Deployment(clouds={"aws"}, services={"dns", "ntp"})
        assert sorted(rows(page)) == sorted(library_rows(example))
        page.get_by_role("button", name="Start from this example").click()
        assert page.url.endswith("#cloud=aws&service=dns,ntp")
        assert said(page).endswith("not documented")
        assert chip(page, "aws").evaluate("n => n === document.activeElement")
        assert not page.locator(".avi-eg").is_visible()
        page.get_by_role("button", name="Clear all").click()
        assert said(page).startswith("Choose at least one cloud")
        assert "#" not in page.url

    def test_no_orchestrator_excludes_the_clouds(self, page: Any) -> None:
        """Whichever is chosen last."""
        bare = chip(page, "no-orchestrator")
        chip(page, "aws").check()
        chip(page, "azure").check()
        bare.check()
        assert page.url.endswith("#cloud=no-orchestrator")
        chip(page, "aws").check()
        assert not bare.is_checked()
        assert page.url.endswith("#cloud=aws")
        bare.check()
        bare.uncheck()
        assert said(page).startswith("Choose")

    def test_a_direction_in_doubt_can_be_accepted(self, page: Any) -> None:
        """It is asked for where it matters, and is part of the deployment."""
        ask = page.get_by_text("Who opens TCP 443 between GCP")
        unclear = page.get_by_text("Direction not clear:")
        way = page.get_by_role("radio", name="Avi Vantage, reversed")
        chip(page, "aws").check()
        assert not ask.is_visible()
        chip(page, "gcp").check()
        assert ask.is_visible()
        assert page.get_by_role("radio", name="Not known").is_checked()
        assert unclear.is_visible()
        way.check()
        assert not unclear.is_visible()
        assert "unclear" not in said(page)
        read = Deployment(
            clouds={"aws", "gcp"},
            readings=[
                AcceptedReading(
                    flow="gcp-to-avi-vantage", direction="reversed"
                )
            ],
        )
        assert sorted(rows(page)) == sorted(library_rows(read))
        assert page.url.endswith(
            "#cloud=aws,gcp&reading-gcp-to-avi-vantage=reversed"
        )
        chip(page, "gcp").uncheck()
        assert not ask.is_visible()
        assert page.url.endswith("#cloud=aws")
        chip(page, "gcp").check()
        assert not way.is_checked()
        assert unclear.is_visible()

    def test_features_are_offered_where_they_can_be(self, page: Any) -> None:
        """What goes out of sight is no longer chosen."""
        heat = chip(page, "heat-autoscaling")
        assert not heat.is_visible()
        chip(page, "openstack").check()
        heat.check()
        assert any("Heat" in row[1] for row in rows(page))
        chip(page, "aws").check()
        assert heat.is_checked()
        chip(page, "openstack").uncheck()
        assert not heat.is_visible()
        assert not heat.is_checked()
        assert page.url.endswith("#cloud=aws")
        chip(page, "openstack").check()
        assert not heat.is_checked()


class TestAddress:
    """The address keeps the choice, so that it can be shared."""

    def test_it_is_kept_and_taken_up_again(
        self, page: Any, newest: str
    ) -> None:
        """Without what is chosen anyway; a query stays."""
        page.goto(f"{newest}?x=1")
        choose(page, ODD)
        before = rows(page), said(page)
        address = page.url
        assert address == (
            f"{newest}?x=1#cloud=gcp,openstack,openshift&controller=container"
            "&nodes=single-node&service=dns,ntp"
            "&feature=cli-shell,heat-autoscaling"
        )
        page.goto("about:blank")
        page.goto(address)
        assert (rows(page), said(page)) == before
        page.get_by_role("button", name="Clear all").click()
        assert page.url == f"{newest}?x=1"

    def test_a_changed_address_changes_the_choice(
        self, page: Any, newest: str
    ) -> None:
        """As a link on the page does."""
        choose(page, ODD)
        page.goto(f"{newest}#cloud=azure")
        assert chip(page, "azure").is_checked()
        assert not chip(page, "container").is_checked()
        assert "Azure" in page.locator(".avi-out caption").first.inner_text()

    def test_other_anchors_are_no_choice(self, page: Any, newest: str) -> None:
        """A choice stays, and a row of the static table is shown."""
        choose(page, AWS)
        before = said(page)
        anchor = page.locator("details.avi-static [id]").last
        name = anchor.get_attribute("id")
        assert not anchor.is_visible()
        page.goto(f"{newest}#{name}")
        assert page.locator("details.avi-static").get_attribute("open") == ""
        assert said(page) == before
        page.goto("about:blank")
        page.goto(f"{newest}#{name}")
        assert page.locator("details.avi-static").get_attribute("open") == ""
        assert said(page).startswith("Choose")
        chip(page, "aws").check()
        assert page.url == f"{newest}#cloud=aws"

    def test_what_the_edition_does_not_know_is_said(
        self, page: Any, newest: str
    ) -> None:
        """A deployment without it is another one."""
        page.goto(f"{newest}#cloud=aws,ibm&controller=toaster&nodes=")
        call = page.locator(".avi-call").first.inner_text()
        assert " ".join(call.split()) == (
            "Unknown choices in the address: ibm toaster"
        )
        assert chip(page, "virtual-machine").is_checked()
        chip(page, "azure").check()
        assert "Unknown" not in page.locator(".avi-calls").inner_text()

    def test_both_no_cloud_and_a_cloud(self, page: Any, newest: str) -> None:
        """A cloud wins: it needs more."""
        page.goto(f"{newest}#cloud=no-orchestrator,aws")
        assert chip(page, "aws").is_checked()
        assert not chip(page, "no-orchestrator").is_checked()

    @pytest.mark.parametrize(
        "hash_",
        ["cloud=<img src=x onerror=alert(1)>", "%E0%A4%A", "cloud=%00,%FF"],
    )
    def test_nonsense_in_it_stays_text(
        self, page: Any, newest: str, hash_: str
    ) -> None:
        """Nothing of an address becomes part of the page."""
        page.goto("about:blank")
        page.goto(f"{newest}#{hash_}")
        assert page.locator("img[src=x]").count() == 0
        assert said(page).startswith("Choose at least one cloud")

    def test_two_on_a_page_do_not_disturb_each_other(
        self, page: Any, site: str
    ) -> None:
        """Each keeps its own choice."""
        page.goto(f"{site}/two.html")
        for number, cloud in enumerate(("aws", "azure")):
            page.locator(".avi-pick").nth(number).locator(
                f"input[value={cloud}]"
            ).check()
        assert page.url.endswith("#cloud=aws&cloud2=azure")
        page.reload()
        captions = page.locator(".avi-out caption").all_inner_texts()
        assert any("AWS" in text for text in captions)
        assert any("Azure" in text for text in captions)
        labels = page.locator(".avi-pick").evaluate_all(
            "forms => forms.map((form) => form.ariaLabel)"
        )
        assert len(set(labels)) == 2


class TestCopies:
    """Values for other programs, never marks."""

    @pytest.fixture
    def ready(self, page: Any, site: str) -> Any:
        """Let the page write to the clipboard, and the test read it."""
        page.context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=site
        )
        choose(page, ODD)
        return page

    def copied(self, page: Any, name: str) -> str:
        """Click a button, and return what is copied."""
        page.get_by_role("button", name=name).click()
        page.get_by_text("Copied", exact=True).wait_for()
        return str(page.evaluate("navigator.clipboard.readText()"))

    def saved(self, page: Any, name: str) -> tuple[str, str]:
        """Click a button, and return the saved file's name and text."""
        with page.expect_download() as found:
            page.get_by_role("button", name=name).click()
        path = Path(found.value.path())
        text = path.read_bytes().decode("utf-8")
        return found.value.suggested_filename, text

    def test_link(self, ready: Any) -> None:
        """The address of this choice."""
        assert self.copied(ready, "Copy link") == ready.url

    def test_csv(self, ready: Any) -> None:
        """All rows, what is assumed in a column, and what is open."""
        name, text = self.saved(ready, "Save CSV")
        assert name == "avi-ports-gcp-openstack-openshift.csv"
        head, *lines = csv.reader(io.StringIO(text))
        assert head == [
            *("Source", "Destination", "Port", "Service"),
            *("Needed", "Why", "Assumed", "Flow"),
        ]
        wanted = expected(UNDATED, ODD)
        found = {line[7]: line for line in lines if line[7]}
        excluded = {str(e.id) for e in UNDATED.exclusions}
        assert set(found) == {*wanted["rows"], *excluded}
        for flow, row in wanted["rows"].items():
            line = found[flow]
            assert line[4:7] == [
                row["status"],
                row["why"],
                "; ".join(row["assumed"]),
            ]
            assert re.fullmatch(
                r"(TCP|UDP)( or (TCP|UDP))? \d+(-\d+)?(, \d+(-\d+)?)*"
                r"|ICMP echo( request)?",
                line[2],
            )
        assert [line[4:6] for line in lines if not line[7]] == [
            *(["conflict", text] for text in wanted["conflicts"]),
            *(["direction not clear", text] for text in wanted["unclear"]),
            *(["not documented", text] for text in wanted["gaps"]),
        ]

    def test_json(self, ready: Any) -> None:
        """With edition, digest, and the deployment as the library has it."""
        ready.get_by_role("radio", name="GCP, as stated").check()
        name, text = self.saved(ready, "Save JSON")
        assert name.endswith(".json")
        found = json.loads(text)
        assert found["edition"] == UNDATED.id
        assert found["digest"] == UNDATED.digest
        reading = {"flow": "gcp-to-avi-vantage", "direction": "stated"}
        assert found["deployment"].pop("readings") == [reading]
        assert Deployment(**found["deployment"]) == ODD
        wanted = expected(UNDATED, ODD)
        assert {r["flow"] for r in found["rows"]} > set(wanted["rows"])

    def test_markdown(self, ready: Any) -> None:
        """A table as CommonMark reads it: what it escapes is text."""
        lines = self.copied(ready, "Copy Markdown").split("\n")
        assert lines[1] == "|" + " --- |" * 8
        _, text = self.saved(ready, "Save CSV")
        wanted = list(csv.reader(io.StringIO(text)))
        for line, cells in zip([lines[0], *lines[2:]], wanted, strict=True):
            parts = re.split(r"(?<!\\) \| ", line[2:-2])
            assert [re.sub(r"\\(.)", r"\1", part) for part in parts] == cells

    def test_a_name_has_its_plain_hyphen(self, ready: Any) -> None:
        """Though no line ends there on the page."""
        choose(ready, Deployment(clouds={"nsx-t", "vcenter"}))
        _, text = self.saved(ready, "Save CSV")
        assert "Required on vCenter and NSX-T" in text
        found, parted = parted_names(ready, "NSX-T")
        assert found >= 3
        assert parted == []

    def test_where_the_clipboard_is_denied_the_old_way_serves(
        self, page: Any
    ) -> None:
        """Pages that are not served safely have no clipboard."""
        page.evaluate(
            "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
        )
        choose(page, AWS)
        button = page.get_by_role("button", name="Copy link")
        button.click()
        page.get_by_text(re.compile("^Cop(ied|ying was refused)$")).wait_for()
        assert button.evaluate("n => n === document.activeElement")
        page.evaluate("document.execCommand = () => false")
        button.click()
        page.get_by_text("Copying was refused").wait_for()


class TestPeople:
    """Everybody can use it."""

    def test_all_of_it_works_by_keyboard(self, page: Any) -> None:
        """Space chooses, arrows change, Tab goes on."""
        chip(page, "aws").focus()
        page.keyboard.press("Space")
        assert "needed" in said(page)
        for _ in UNDATED.facets["cloud"].values:
            page.keyboard.press("Tab")
        assert chip(page, "virtual-machine").evaluate(
            "n => n === document.activeElement"
        )
        page.keyboard.press("ArrowRight")
        assert chip(page, "container").is_checked()
        outline = page.evaluate(
            "getComputedStyle(document.activeElement.nextSibling).outlineStyle"
        )
        assert outline == "solid"

    def test_the_count_reads_as_a_sentence(self, page: Any) -> None:
        """And is announced."""
        choose(page, ODD)
        text = page.get_by_role("status").first.inner_text()
        assert re.fullmatch(
            r"\d+ needed, \d+ optional, \d+ not documented, \d+ conflict, "
            r"\d+ with unclear direction",
            text,
        )

    def test_on_paper_is_the_answer(self, page: Any) -> None:
        """Counts, call-outs, tables and assumptions; no controls."""
        choose(page, ODD)
        page.emulate_media(media="print")
        settle(page)
        for name in (
            *(".avi-pick", ".avi-act", ".avi-more button", ".avi-static"),
        ):
            assert not page.locator(name).first.is_visible()
        for name in (".avi-sum p", ".avi-call", ".avi-out table"):
            assert page.locator(name).first.is_visible()
        notes = page.locator(".avi-chooser .avi-below li")
        assert notes.evaluate_all(
            "all => all.length && all.every((n) => n.checkVisibility())"
        )
        page.set_viewport_size({"width": 718, "height": 1047})
        assert page.evaluate("document.documentElement.scrollWidth") <= 718

    def test_on_paper_every_flow_has_one_caption(self, page: Any) -> None:
        """Before a choice: the line that unfolds the table repeats it."""
        caption = page.locator("details.avi-static caption")
        line = page.locator("details.avi-static > summary")
        assert line.is_visible()
        page.emulate_media(media="print")
        settle(page)
        assert caption.is_visible()
        assert not line.is_visible()

    def test_without_script_the_table_is_whole(
        self, browser: Any, newest: str
    ) -> None:
        """With its conditions, and nothing useless is shown."""
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(newest)
        text = page.locator("details.avi-static").inner_text()
        for flow in UNDATED.flows:
            for pair in flow.protocol_ports():
                assert pair.number.removesuffix(" request") in text
        assert page.get_by_role("columnheader", name="Needed").is_visible()
        assert not page.locator(".avi-chooser").is_visible()
        context.close()

    @pytest.mark.slow
    @pytest.mark.parametrize("state", STATES)
    def test_axe_finds_nothing_and_no_page_scrolls_sideways(
        self, silent: Any, newest: str, state: str
    ) -> None:
        """In each state, with details open."""
        show(silent, newest + STATES[state])
        silent.locator(".avi-more button").nth(3).click()
        silent.locator(".avi-chooser .avi-below summary").click()
        for width in (1280, 320):
            resize(silent, width)
            scrolls = silent.evaluate("document.documentElement.scrollWidth")
            assert scrolls <= width
        shorten(silent)
        for width in (1280, 320):
            resize(silent, width)
            wrong = find_violations(silent)
            assert wrong == [], json.dumps(wrong, indent=1)

    def test_colours_that_a_reader_forces_still_tell(
        self, silent: Any, newest: str
    ) -> None:
        """What is chosen looks different from what is not."""
        show(silent, f"{newest}#cloud=aws")
        silent.emulate_media(forced_colors="active")
        looks = [
            chip(silent, name).evaluate(
                "n => getComputedStyle(n.nextSibling).backgroundColor"
            )
            for name in ("aws", "azure")
        ]
        assert looks[0] != looks[1]

    def test_choices_stand_left_where_there_is_room(
        self, silent: Any, newest: str
    ) -> None:
        """From 928 pixels of the column's width; the count stays in sight."""
        show(silent, newest + STATES["answer"])
        for width, left in ((1920, True), (736, False), (320, False)):
            resize(silent, width, 700)
            silent.evaluate("scrollTo(0, 0)")
            own = silent.locator(".avi-chooser").bounding_box()
            assert (own["width"] >= 928) is left
            pick = silent.locator(".avi-pick").bounding_box()
            answer = silent.locator(".avi-answer").bounding_box()
            assert (answer["x"] >= pick["x"] + pick["width"]) is left
            assert (answer["y"] >= pick["y"] + pick["height"]) is not left
            runs, nodes = (
                silent.locator(".avi-half").nth(at).bounding_box()
                for at in (0, 1)
            )
            assert (runs["y"] == nodes["y"]) is (width == 736)
            silent.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
            box = silent.locator(".avi-sum p").bounding_box()
            assert 0 <= box["y"] < 100

    def test_nothing_lies_over_the_counts(
        self, silent: Any, newest: str
    ) -> None:
        """Of whoever scrolls up, when the theme offers its way to the top."""
        show(silent, newest + STATES["answer"])
        for width in (1280, 736, 320):
            resize(silent, width, 700)
            silent.evaluate("scrollTo(0, 0)")
            settle(silent)
            middle = silent.evaluate(
                "document.querySelector('.avi-out')"
                ".getBoundingClientRect().top"
            )
            silent.evaluate(f"scrollTo(0, {middle} + 600)")
            # The theme looks where the page is once a frame.
            settle(silent)
            silent.evaluate(f"scrollTo(0, {middle} + 400)")
            silent.wait_for_function(
                "document.documentElement.classList"
                ".contains('show-back-to-top')"
            )
            over = silent.evaluate(
                "() => { const own = document.querySelector('.avi-sum p');"
                "const box = own.getBoundingClientRect();"
                "const y = box.top + 8;"
                "return Array.from({length: 40}, (_, at) => document"
                ".elementFromPoint(box.left + box.width * (at + .5) / 40, y))"
                ".filter((node) => !node.closest('.avi-sum')).length }"
            )
            assert over == 0

    def test_a_letter_begins_no_line(self, silent: Any, newest: str) -> None:
        """It would look like a word, or be missed."""
        show(silent, newest + STATES["answer"], width=320)
        alone = silent.locator(".avi-out .avi-marks").evaluate_all(
            "all => all.map((mark) => { const text = mark.previousSibling;"
            "const range = document.createRange(); "
            "range.setStart(text, text.length - 1); "
            "range.setEnd(text, text.length);"
            "return mark.getBoundingClientRect().left -"
            " range.getBoundingClientRect().right })"
        )
        assert alone
        assert all(abs(gap) < 3 for gap in alone)


def test_legends_look_normal_in_every_theme(tab: Any, tmp_path: Path) -> None:
    """The theme of Read the Docs makes legends as wide as a form."""
    project = Project(tmp_path)
    project.write("index.rst", PAGE)
    app = project.build("html", html_theme="sphinx_rtd_theme")
    project.close()
    show(tab, (app.outdir / "index.html").as_uri() + "#cloud=aws")
    looks = tab.locator(".avi-pick legend").evaluate_all(
        "all => all.map((n) => { const s = getComputedStyle(n); return ["
        "s.fontSize, s.fontWeight, s.borderBottomWidth, s.marginBottom, "
        "n.offsetHeight < 30, s.display]})"
    )
    assert len({str(look) for look in looks}) == 1
    assert looks[0][:3] == ["13px", "600", "0px"]
    assert looks[0][4]
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1280


def test_its_words_can_be_translated(tab: Any, tmp_path: Path) -> None:
    """Choices, counts, headings and buttons."""
    project = Project(tmp_path)
    project.write("index.rst", PAGE)
    catalog = Catalog(locale="de")
    words = {
        "Clear all": "Nichts auswählen",
        "Cluster": "Verbund",
        "needed": "nötig",
        "From": "Von",
        "Needed: {}": "Nötig: {}",
        "managing {}": "für {}",
        "and": "und",
        "Applies": "Gilt",
        "Save CSV": "Als CSV sichern",
        "Choose at least one cloud, or {}.": "Bitte wählen, oder {}.",
        "No orchestrator": "Ohne",
        f"{{}} {NOTES}": "{} Annahmen",
    }
    for english, german in words.items():
        catalog.add(english, german)
    project.translate(catalog)
    app = project.build("html", language="de", locale_dirs=["locale"])
    assert warnings(app) == ""
    project.close()
    show(tab, (app.outdir / "index.html").as_uri())
    assert said(tab) == "Bitte wählen, oder Ohne."
    tab.get_by_role("button", name="Nichts auswählen").click()
    tab.get_by_label("Verbund").check()
    chip(tab, "aws").check()
    chip(tab, "azure").check()
    assert "nötig" in said(tab)
    caption = tab.locator(".avi-out caption").first.inner_text()
    assert caption.startswith("Nötig: ")
    assert caption.endswith("für AWS und Azure")
    assert tab.locator(".avi-from").first.inner_text() == "Von Controller"
    assert "Gilt" in tab.locator(".avi-out dt").all_text_contents()
    assert tab.get_by_role("button", name="Als CSV sichern").is_visible()
    summary = tab.locator(".avi-chooser .avi-below summary").inner_text()
    assert summary.endswith("Annahmen")
    # What is chosen stays what it was: an address can be shared between
    # languages.
    assert tab.url.endswith("#cloud=aws,azure")
