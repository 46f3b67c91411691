"""The choice of a deployment: the page answers as the library does."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from browsing import POLICY, axe_script, serving, violations
from bs4 import BeautifulSoup
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from sphinx_projects import Project, warnings

import avi_portspec
import sphinx_avi_portspec
from avi_portspec import Deployment, Edition, strategies
from avi_portspec.model.display import joined
from avi_portspec.model.facets import FACETS
from sphinx_avi_portspec import lookup as module
from sphinx_avi_portspec.explorer import CHOICE
from sphinx_avi_portspec.lookup import (
    MARK,
    SINGLE,
    TooManyCasesError,
    lookup,
)
from sphinx_avi_portspec.rendering.decisions import DECISIONS

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
EACH = pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)
STATIC = Path(sphinx_avi_portspec.__file__).with_name("static")
PAGE = "Ports\n=====\n\n.. avi-port-explorer:: Flows\n"


def deployments(edition: Edition) -> st.SearchStrategy[Deployment]:
    """Return any deployment that an edition can be asked about."""
    words = {
        facet.id: st.sampled_from([value.id for value in facet.values])
        for facet in edition.facets
    }
    return st.builds(
        Deployment,
        clouds=st.frozensets(words["cloud"], min_size=1),
        controller=words["controller"],
        features=st.frozensets(words["feature"]),
        services=st.frozensets(words["service"]),
        nodes=st.sampled_from(["cluster", "single-node"]),
    )


def plain(deployment: Deployment) -> dict[str, Any]:
    """Return a deployment as the page's script takes it."""
    return {
        field: sorted(value) if isinstance(value, frozenset) else value
        for field, value in attrs.asdict(deployment).items()
    }


def wanted(edition: Edition, deployment: Deployment) -> dict[str, Any]:
    """Return the library's answer, as the page has it."""

    def places(of: Any) -> str:
        return "; ".join(map(str, of.citations))

    answer = edition.resolve(deployment)
    return {
        "decisions": {
            str(decision.flow.id): {
                "status": decision.status,
                "reason": decision.reason,
                "stated": places(decision),
            }
            for decision in answer
        },
        "conflicts": [
            {"text": each.text, "stated": places(each)}
            for each in answer.conflicts
        ],
        "gaps": [
            {"text": each.text, "stated": places(each)} for each in answer.gaps
        ],
    }


class Walker:
    """Walks the diagrams as the script does, in Python."""

    def __init__(self, data: dict[str, Any], deployment: Deployment) -> None:
        self.data = data
        self.deployment = deployment
        self.held = {
            f"{facet['id']} {word}"
            for facet in data["facets"]
            for word in deployment.values_of(facet["id"])
        }
        if deployment.nodes == "single-node":
            self.held.add(SINGLE)

    def found(self, at: int) -> Any:
        """Return the answer that a diagram leads to."""
        while at >= 0:
            word, without, having = self.data["nodes"][at]
            at = having if self.data["words"][word] in self.held else without
        return self.data["answers"][-at - 1]

    def filled(self, reason: str) -> str:
        """Return a reason with the deployment's own words in it."""

        def names(mark: re.Match[str]) -> str:
            facet = self.data["facets"][int(mark[1])]
            held = self.deployment.values_of(facet["id"])
            return (
                joined("and", [n for v, n in facet["values"] if v in held])
                or "none"
            )

        return re.sub(rf"{MARK}(\d+)", names, reason)

    def answer(self) -> dict[str, Any]:
        """Return everything that is said of the deployment."""
        decisions = {}
        for flow, start in self.data["flows"].items():
            status, reason, stated = self.found(start)
            decisions[flow] = {
                "status": status,
                "reason": self.filled(reason),
                "stated": stated,
            }
        return {
            "decisions": decisions,
            **{
                kind: [
                    {"text": each[0], "stated": each[1]}
                    for each in map(self.found, self.data[kind])
                    if each
                ]
                for kind in ("conflicts", "gaps")
            },
        }


class TestLookup:
    """The data, without a browser."""

    @EACH
    def test_it_answers_as_the_library_does(self, edition: Edition) -> None:
        """For any deployment: decisions, reasons, conflicts and gaps."""
        data = lookup(edition)

        @settings(max_examples=100)
        @given(deployments(edition))
        def same(deployment: Deployment) -> None:
            answer = Walker(data, deployment).answer()
            assert answer == wanted(edition, deployment)

        same()

    def test_there_are_conflicts_and_gaps_to_find(self) -> None:
        """Otherwise the other tests would compare nothing with nothing."""
        edition = EDITIONS[-1]
        odd = Deployment(
            clouds={"openstack", "openshift"}, controller="container"
        )
        answer = Walker(lookup(edition), odd).answer()
        assert answer["conflicts"]
        assert answer["gaps"]

    def test_it_is_small_however_large_the_space_is(self) -> None:
        """Equal parts are kept once: less text than the table has."""
        for edition in EDITIONS:
            assert len(json.dumps(lookup(edition))) < 40_000
        names = ("avi-portspec.js", "avi-portspec-deployment.js")
        for name in names:
            assert (STATIC / name).stat().st_size < 12_000

    def test_it_is_made_once_for_an_edition(self) -> None:
        """Whatever the edition's pages are."""
        assert lookup(EDITIONS[0]) is lookup(EDITIONS[0])

    @settings(max_examples=30)
    @given(strategies.editions(), st.data())
    def test_it_does_so_for_any_edition(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """Whatever facets and conditions a project's own editions have."""
        try:
            found = lookup(edition)
        except TooManyCasesError:
            reject()
        deployment = data.draw(strategies.deployments(edition.facets))
        if edition.facets.get("cloud") is not None:
            assume(deployment.clouds)
        known = attrs.evolve(
            deployment,
            **{
                field: frozenset()
                for facet, field in FACETS
                if field != "controller" and facet not in edition.facets
            },
        )
        answer = Walker(found, known).answer()
        assert answer == wanted(edition, known)


class TestDirective:
    """What the page is given."""

    def test_rows_are_known_by_their_flows_and_say_nothing_of_clouds(
        self, project: Project
    ) -> None:
        """The deployment says which clouds there are."""
        project.write("index.rst", PAGE)
        app = project.build("html")
        assert warnings(app) == ""
        soup = BeautifulSoup(
            (app.outdir / "index.html").read_text("utf-8"), "html.parser"
        )
        rows = soup.select("table.avi-explorer tbody tr")
        assert [row["data-flow"] for row in rows] == [
            str(flow.id) for flow in EDITIONS[-1].flows
        ]
        assert not soup.select("[data-clouds]")

    def test_only_its_pages_load_the_script_and_before_the_other(
        self, project: Project
    ) -> None:
        """That one takes up the columns which this one adds."""
        project.write("index.rst", PAGE + "\n.. toctree::\n\n   t\n")
        project.write("t.rst", "T\n=\n\n.. avi-port-table::\n   :explorer:\n")
        out = project.build("html").outdir
        text = (out / "index.html").read_text(encoding="utf-8")
        ours = text.index("avi-portspec-deployment.js")
        assert ours < text.index("avi-portspec.js")
        assert "avi-portspec-deployment" not in (out / "t.html").read_text()

    def test_the_columns_that_are_decided_are_named(
        self, project: Project
    ) -> None:
        """Wherever they stand, and if they are there."""
        tree = project.doctree(PAGE + "   :columns: when, ports\n")
        assert '"decided":[0]' in tree.astext()

    def test_all_that_the_script_says_is_given_to_translators(
        self, project: Project
    ) -> None:
        """A word that only one of them has would stay English."""
        script = (STATIC / "avi-portspec-deployment.js").read_text("utf-8")
        said = set(re.findall(r'\b(?:say|button)\(\s*"([^"]+)"', script))
        said |= {
            title
            for _, title in re.findall(r'\bgroup\("(\w+)", "([^"]+)"', script)
        }
        said |= set(re.findall(r'name: "([^"]+)"', script))
        said |= set(re.findall(r'\["[\w-]+", "(a [^"]+)"\]', script))
        assert said == set(CHOICE)
        project.write("index.rst", PAGE)
        app = project.build("gettext")
        text = (app.outdir / "index.pot").read_text(encoding="utf-8")
        for words in (*CHOICE, *DECISIONS.values()):
            assert words[:40] in text

    def test_what_is_too_entangled_leaves_the_table_alone(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With a warning at the directive's line that can be suppressed."""
        monkeypatch.setattr(module, "MOST", 4)
        monkeypatch.setattr(module, "_made", {})
        said = project.complaints(PAGE)
        assert "index.rst:4" in said
        assert "more than can be gone through" in said
        assert "[avi_portspec.explorer]" in said
        tree = project.doctree(
            PAGE + "\n", suppress_warnings=["avi_portspec.explorer"]
        )
        assert "avi-deployment-data" not in tree.astext()
        assert "TCP 5098" in tree.astext()

    @pytest.mark.parametrize(
        "builder", ["latex", "text", "man", "texinfo", "xml", "gettext"]
    )
    def test_other_builders_have_the_table(
        self, project: Project, builder: str
    ) -> None:
        """Whole, and nothing that is for scripts; nor is it translated."""
        project.write("index.rst", PAGE)
        app = project.build(builder, man_pages=[("index", "a", "A", [], 1)])
        assert warnings(app) == ""
        texts = [
            path.read_text(encoding="utf-8", errors="replace")
            for path in app.outdir.rglob("*")
            if path.suffix in {".tex", ".txt", ".1", ".texi", ".pot"}
        ]
        assert "Destination" in "".join(texts) or builder == "xml"
        assert "avi-deployment-data" not in "".join(texts)

    def test_a_book_has_the_table_and_no_script(
        self, project: Project
    ) -> None:
        """And its pages stay well-formed."""
        project.write("index.rst", PAGE)
        app = project.build("epub", version="1", copyright="nobody")
        path = app.outdir / "index.xhtml"
        ET.parse(path)  # noqa: S314 - our own
        text = path.read_text(encoding="utf-8")
        assert ".js" not in text
        assert "TCP 5098" in text

    def test_changed_data_reaches_the_page(self, project: Project) -> None:
        """The document is read again, and its answers are the new ones."""
        mine = attrs.evolve(EDITIONS[-1], id="mine", title="Mine")
        text = avi_portspec.dumps(mine)
        project.write("mine.json", text)
        project.write("index.rst", PAGE + "   :edition: mine\n")
        conf = {"avi_portspec_files": ["mine.json"]}
        project.build("html", **conf)
        project.build("html", **conf)
        assert project.read == []
        project.write("mine.json", text.replace("AWS", "Amazon's cloud"))
        app = project.build("html", **conf)
        assert project.read == ["index"]
        page = (app.outdir / "index.html").read_text(encoding="utf-8")
        assert '["aws","Amazon\'s cloud"]' in page

    def test_parallel_builds_write_the_same(self, tmp_path: Path) -> None:
        """As serial ones do."""
        found = []
        for jobs in (0, 2):
            project = Project(tmp_path / str(jobs))
            project.write(
                "index.rst", "A\n=\n\n.. toctree::\n   :glob:\n\n   p*\n"
            )
            for number in range(6):
                project.write(f"p{number}.rst", PAGE)
            out = project.build("dirhtml", parallel=jobs).outdir
            found.append(
                [
                    (out / f"p{number}" / "index.html").read_bytes()
                    for number in range(6)
                ]
            )
            project.close()
        assert found[0] == found[1]


# -- in a browser ------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site with a page for each edition."""
    project = Project(tmp_path_factory.mktemp("site"))
    project.write("index.rst", "A\n=\n\n.. toctree::\n   :glob:\n\n   e*\n")
    for number, edition in enumerate(EDITIONS):
        text = f"{PAGE}   :edition: {edition.id}\n"
        project.write(f"e{number}.rst", text)
    app = project.build("html", html_theme="furo", smartquotes=True)
    assert warnings(app) == ""
    project.close()
    with serving(app.outdir, POLICY) as address:
        yield address


@pytest.fixture(scope="module")
def newest(site: str) -> str:
    """Return the address of the newest edition's page."""
    return f"{site}/e{len(EDITIONS) - 1}.html"


@pytest.fixture
def page(browser: Any, newest: str) -> Iterator[Any]:
    """Return the newest edition's page; no script may have complained."""
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
    made.goto(newest)
    yield made
    assert wrong == []
    context.close()


def choose(page: Any, deployment: Deployment) -> None:
    """Choose a deployment by the page's controls."""
    page.get_by_role("button", name="Start over").click()
    edition = EDITIONS[-1]
    for facet in edition.facets:
        box = page.get_by_role("group", name=facet.name)
        for value in facet.values:
            if value.id in deployment.values_of(facet.id):
                box.get_by_label(value.name, exact=True).check()
    if deployment.nodes == "single-node":
        page.get_by_label("a single node").check()


def tick(page: Any, name: str) -> Any:
    """Return the box to tick that has a name."""
    return page.get_by_role("checkbox", name=name)


def rows(page: Any) -> dict[str, tuple[str, str]]:
    """Return what rows in sight say of their flows: decision and why."""
    return {
        name: (what, why)
        for name, what, why in page.evaluate(
            """() => [...document.querySelectorAll(
              "table.avi-explorer tbody tr")].filter((row) => !row.hidden)
              .map((row) => [row.dataset.flow,
                row.querySelector(".avi-what").textContent,
                row.querySelector(".avi-why p")?.textContent])"""
        )
    }


def said(page: Any) -> str:
    """Return what is announced."""
    return str(page.locator(".avi-deployment-count").inner_text())


ODD = Deployment(
    clouds={"openstack", "openshift"},
    controller="container",
    features={"cli-shell"},
    services={"dns", "ntp"},
    nodes="single-node",
)


class TestAnswers:
    """The page and the library agree."""

    @pytest.mark.parametrize("number", range(len(EDITIONS)))
    def test_for_every_deployment_there_can_be(
        self, browser: Any, site: str, number: int
    ) -> None:
        """Sampled over the whole space, many at once."""
        edition = EDITIONS[number]
        page = browser.new_page()
        page.goto(f"{site}/e{number}.html")
        many = st.lists(deployments(edition), min_size=80, max_size=80)

        @settings(max_examples=4)
        @given(many)
        def same(asked: list[Deployment]) -> None:
            found = page.evaluate(
                "asked => asked.map(document.querySelector("
                "'table.avi-explorer').aviAnswer)",
                [plain(deployment) for deployment in asked],
            )
            assert found == [wanted(edition, each) for each in asked]

        same()
        page.close()

    @pytest.mark.parametrize(
        "deployment", [avi_portspec.preset("aws"), ODD], ids=["aws", "odd"]
    )
    def test_through_the_controls(
        self, page: Any, deployment: Deployment
    ) -> None:
        """Each row says its decision and why; all that is open is told."""
        choose(page, deployment)
        for name in ("replaced by another", "not applicable"):
            tick(page, name).check()
        answer = EDITIONS[-1].resolve(deployment)
        assert rows(page) == {
            str(each.flow.id): (DECISIONS[each.status], each.reason)
            for each in answer
        }
        for status, text in DECISIONS.items():
            count = sum(each.status == status for each in answer)
            assert f"{count} {text}" in said(page)
            assert page.get_by_label(f"{text} ({count})").count() == 1
        told = page.locator(".avi-deployment-open li").all_inner_texts()
        assert len(told) == len(answer.conflicts) + len(answer.gaps)
        for each, text in zip(
            [*answer.conflicts, *answer.gaps], told, strict=True
        ):
            assert each.text in text

    def test_rows_are_shown_by_decision_and_none_goes_uncounted(
        self, page: Any
    ) -> None:
        """What does not apply is out of sight at first, and counted."""
        choose(page, ODD)
        answer = EDITIONS[-1].resolve(ODD)
        out = answer.having("replaced", "not-applicable")
        assert len(rows(page)) == len(answer) - len(out)
        tick(page, "needed").uncheck()
        assert {what for what, _ in rows(page).values()} == {
            "optional",
            "not supported here",
            "unstated",
        } - ({"unstated"} if not answer.having("unstated") else set())
        assert f"{len(answer.flows)} needed" in said(page)

    def test_without_a_cloud_nothing_is_decided(self, page: Any) -> None:
        """No answer is better than one to a question nobody asked."""
        assert said(page).startswith("Choose at least one cloud")
        assert not page.get_by_role("columnheader", name="Decision").count()
        before = len(rows(page))
        choose(page, avi_portspec.preset("aws"))
        tick(page, "AWS").uncheck()
        assert said(page).startswith("Choose at least one cloud")
        assert len(rows(page)) == before == len(EDITIONS[-1].flows)
        assert page.locator(".avi-deployment-open li").count() == 0

    def test_the_filter_finds_decisions_and_reasons(self, page: Any) -> None:
        """The two work together."""
        choose(page, ODD)
        page.get_by_label("Text").fill("not supported here")
        assert {what for what, _ in rows(page).values()} == {
            "not supported here"
        }


class TestAddress:
    """The address keeps the choice, so that it can be shared."""

    def test_it_is_kept_and_taken_up_again(
        self, page: Any, newest: str
    ) -> None:
        """With what is shown; other parameters stay."""
        page.goto(f"{newest}?x=1#flows")
        choose(page, ODD)
        tick(page, "optional").uncheck()
        before = rows(page), said(page)
        address = page.url
        assert address.startswith(f"{newest}?x=1&for-cloud=openstack%2C")
        assert address.endswith("#flows")
        page.goto("about:blank")
        page.goto(address)
        assert (rows(page), said(page)) == before
        page.get_by_role("button", name="Start over").click()
        assert page.url == f"{newest}?x=1#flows"

    def test_what_the_edition_does_not_know_is_said(
        self, page: Any, newest: str
    ) -> None:
        """A deployment without it is another one."""
        page.goto(f"{newest}?for-cloud=aws,ibm&for-controller=toaster")
        assert said(page).startswith(
            "The address names what this edition does not know: "
            "ibm, toaster. 1"
        )
        tick(page, "Azure").check()
        assert said(page).startswith("1")

    def test_markup_in_it_stays_text(self, page: Any, newest: str) -> None:
        """Nothing of an address becomes part of the page."""
        page.goto(f"{newest}?for-cloud=<img src=x onerror=alert(1)>")
        assert page.locator("img[src=x]").count() == 0
        assert "<img src=x onerror=alert(1)>" in said(page)


class TestFile:
    """The choice as a file that the library reads."""

    def test_it_is_the_deployment_that_was_chosen(
        self, page: Any, site: str
    ) -> None:
        """To the letter, as the library would write it; and it is copied."""
        page.context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=site
        )
        choose(page, ODD)
        page.locator("summary", has_text="As a deployment file").click()
        text = page.locator(".avi-deployment pre").inner_text()
        assert text == avi_portspec.dumps_deployment(ODD)
        page.get_by_role("button", name="Copy as a deployment file").click()
        page.get_by_text("Copied", exact=True).wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert avi_portspec.loads_deployment(copied) == ODD

    def test_where_copying_is_refused_the_text_is_selected(
        self, page: Any
    ) -> None:
        """Pages that are not served safely have no clipboard."""
        page.evaluate(
            "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
        )
        choose(page, ODD)
        page.locator("summary", has_text="As a deployment file").click()
        page.get_by_role("button", name="Copy as a deployment file").click()
        page.get_by_text("Copying was refused").wait_for()
        selected = page.evaluate("getSelection().toString()")
        assert selected.strip() == avi_portspec.dumps_deployment(ODD).strip()


class TestPeople:
    """Everybody can use it."""

    def test_all_of_it_works_by_keyboard(self, page: Any) -> None:
        """Space chooses, arrows change, Tab goes on."""
        tick(page, "AWS").focus()
        page.keyboard.press("Space")
        assert "needed" in said(page)
        page.get_by_label("a cluster").focus()
        page.keyboard.press("ArrowRight")
        assert page.get_by_label("a single node").is_checked()
        assert (
            "Nodes of the Controller: a single node."
            in page.locator(".avi-deployment-premise").inner_text()
        )

    def test_the_counts_are_announced(self, page: Any) -> None:
        """To a screen reader too, whenever they change."""
        choose(page, ODD)
        assert said(page) in page.get_by_role("status").all_inner_texts()

    def test_on_paper_is_what_is_needed_and_what_is_open(
        self, page: Any
    ) -> None:
        """The deployment, conflicts and gaps; no controls."""
        choose(page, ODD)
        tick(page, "not applicable").check()
        page.emulate_media(media="print")
        assert not page.get_by_label("OpenStack", exact=True).is_visible()
        for name in ("premise", "count", "open"):
            assert page.locator(f".avi-deployment-{name}").is_visible()
        visible = page.locator("tr[data-decision]:visible")
        decisions = visible.evaluate_all(
            "rows => rows.map((row) => row.dataset.decision)"
        )
        answer = EDITIONS[-1].resolve(ODD)
        assert len(decisions) == len(answer) - len(
            answer.having("replaced", "not-applicable")
        )

    def test_without_script_the_table_is_whole(
        self, browser: Any, newest: str
    ) -> None:
        """With its conditions, and nothing useless is shown."""
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(newest)
        shown = page.locator("table.avi-explorer tbody tr:visible")
        assert shown.count() == len(EDITIONS[-1].flows)
        assert page.get_by_role("columnheader", name="When").is_visible()
        assert page.locator("form.avi-deployment").count() == 0
        context.close()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_and_narrow_pages_do_not_scroll(
        self, browser: Any, newest: str, scheme: str
    ) -> None:
        """With a deployment chosen, and everything on show."""
        context = browser.new_context(
            color_scheme=scheme,
            bypass_csp=True,
            viewport={"width": 320, "height": 700},
        )
        page = context.new_page()
        page.goto(f"{newest}?for-cloud=openstack&for-controller=container")
        page.locator("summary", has_text="As a deployment file").click()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        page.evaluate(axe_script())
        wrong = violations(page)
        assert wrong == [], json.dumps(wrong, indent=1)
        context.close()
