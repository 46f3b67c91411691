"""What other projects find, and what indices list."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sphinx
from docutils import nodes
from sphinx_projects import Project, links, warnings, within

import avi_portspec
from sphinx_avi_portspec.domain import AviDomain, get_domain

EDITION = avi_portspec.load("vantage-undated")


PAGE = ".. avi-port-page::\n"


#: The same from another project, by way of intersphinx.
ELSEWHERE = [
    (
        ":avi:flow:`one <controller-to-dns>`",
        ("one", "flow-controller-to-dns"),
    ),
    (
        ":avi:flow:`vantage-undated/controller-to-dns`",
        (
            "Avi Controller → DNS server: UDP 53",
            "flow-controller-to-dns",
        ),
    ),
    (":any:`two <login-banner>`", ("two", "note-login-banner")),
    (":any:`an SE <SE>`", ("an SE", "endpoint-service-engine")),
    (
        ":avi:endpoint:`SE`",
        ("Avi Service Engine", "endpoint-service-engine"),
    ),
    (
        ":external+it:avi:endpoint:`an SE <se>`",
        ("an SE", "endpoint-service-engine"),
    ),
    (
        ":avi:edition:`it <Vantage-Undated>`",
        ("it", "edition-vantage-undated"),
    ),
    (
        ":avi:endpoint:`an SE <it:SE>`",
        ("an SE", "endpoint-service-engine"),
    ),
    (
        ":avi:ports:`SE > SE; cloud=aws`",
        (
            "TCP\N{NO-BREAK SPACE}4001",
            "flow-service-engine-to-service-engine-objstore-cloud",
        ),
    ),
]


class TestInventory:
    """What other projects can link to."""

    def test_every_record_is_in_the_inventory(self, project: Project) -> None:
        """Flows, notes, endpoints that take part in any, the edition."""
        tree = project.doctree(PAGE)
        app = project.build("html")
        objects = list(get_domain(app.env).get_objects())
        ids = {
            i for n in tree.findall(nodes.Element) for i in n.get("ids", ())
        }
        assert all(anchor in ids for *_, anchor, _ in objects)
        found = {(kind, name) for name, _, kind, *_ in objects}
        assert found >= {("flow", name) for name in EDITION.flows.ids()}
        assert found >= {("note", name) for name in EDITION.notes.ids()}
        assert found >= {
            ("endpoint", name)
            for flow in EDITION.flows
            for name in (flow.source, flow.destination)
        }
        assert ("edition", EDITION.id) in found

    def test_a_record_has_a_name_with_its_edition_and_one_without(
        self, project: Project
    ) -> None:
        """That without is of the edition whose page is here."""
        project.write("index.rst", PAGE + "   :edition: 17.1\n")
        project.write("t.rst", ":orphan:\n\nT\n=\n\n.. avi-port-table::\n")
        settings = [{}, {"avi_portspec_edition": "16.2"}]
        for conf in settings:
            domain = get_domain(project.build("dummy", **conf).env)
            found = {
                name: anchor
                for name, _, kind, _, anchor, _ in domain.get_objects()
                if kind == "flow"
            }
            start = "avi-17-1-flow-"
            name = "controller-to-dns"
            assert found[name] == found[f"17.1/{name}"] == f"{start}{name}"
        # What that page does not have is the other edition's.
        assert found["controller-to-heat"] in found.values()

    def test_of_several_pages_the_newest_has_the_names(
        self, project: Project
    ) -> None:
        """Bundled editions before those of the project's own."""
        text = avi_portspec.dumps_toml(EDITION)
        project.write("own.toml", text.replace("vantage-undated", "own"))
        project.write("index.rst", "A\n=\n")
        for name in ("own", "16.2", "17.1"):
            page = f":orphan:\n\n{PAGE}   :edition: {name}\n"
            project.write(f"p{name}.rst", page)
        conf = {"avi_portspec_files": ["own.toml"]}
        domain = get_domain(project.build("dummy", **conf).env)
        objects = list(domain.get_objects())
        homes = {name: docname for name, _, _, docname, *_ in objects}
        assert len(homes) == len(objects)
        assert homes["controller-to-dns"] == "p17.1"
        assert homes["16.2/controller-to-dns"] == "p16.2"
        assert homes["controller-to-aws"] == homes["own/controller-to-aws"]
        # The search shows what has two names once, and other editions below.
        order = {name: priority for name, *_, priority in objects}
        assert order["controller-to-dns"] == 1
        assert order["17.1/controller-to-dns"] == -1
        assert order["16.2/controller-to-dns"] == 2
        shown: dict[str, int] = {}
        for _, title, _, docname, anchor, priority in objects:
            assert title
            shown[docname + anchor] = shown.get(docname + anchor, 0) + (
                priority > 0
            )
        assert set(shown.values()) == {1}

    def test_the_search_finds_each_flow_by_its_port(
        self, project: Project
    ) -> None:
        """Once, though it has two names: by its title, not in the text.

        Sphinx leaves numbers out of the words that it searches, since 9.0.
        """
        project.write("index.rst", PAGE)
        app = project.build("html")
        text = (app.outdir / "searchindex.js").read_text("utf-8")
        index = json.loads(text.removeprefix("Search.setIndex(")[:-1])
        is_a_word = "8443" in index["terms"]
        assert is_a_word == (sphinx.version_info < (9,))
        found = [
            (title, anchor)
            for titles in index["objects"].values()
            for _, _, _, anchor, title in titles
            if re.search(r"\b8443\b", title)
        ]
        assert sorted(anchor for _, anchor in found) == sorted(
            f"avi-vantage-undated-flow-{flow.id}"
            for flow in EDITION.flows.select(port=8443)
        )
        # What a reader types of a pair is in the title.
        assert any(
            re.search("service engine.*controller", title.lower())
            for title, _ in found
        )

    @pytest.mark.parametrize("theirs", ["", "17.1"])
    def test_another_project_links_to_a_record(
        self, project: Project, tmp_path: Path, theirs: str
    ) -> None:
        """Through intersphinx, whatever the default edition there."""
        project.write("index.rst", PAGE + "   :edition: vantage-undated\n")
        app = project.build("html", avi_portspec_edition=theirs)
        inventory = app.outdir / "objects.inv"
        project.close()
        other = Project(tmp_path / "other")
        other.extensions = ["sphinx.ext.intersphinx", *other.extensions]
        roles = "\n\n".join(role for role, _ in ELSEWHERE)
        other.write("index.rst", f"Hi\n==\n\n{roles}\n")
        app = other.build(
            "html",
            intersphinx_mapping={"it": ("https://x.example/", str(inventory))},
        )
        assert warnings(app) == ""
        start = "https://x.example/index.html#avi-vantage-undated-"
        assert [
            within(each)
            for each in other.resolved["index"].findall(nodes.paragraph)
        ] == [[(words, start + anchor)] for _, (words, anchor) in ELSEWHERE]
        other.close()

    def test_the_other_edition_is_linked_where_only_that_is_shown(
        self, project: Project, tmp_path: Path
    ) -> None:
        """With its own words; a link that names an edition is exact."""
        project.write("index.rst", PAGE + "   :edition: 16.2\n")
        inventory = project.build("html").outdir / "objects.inv"
        project.close()
        other = Project(tmp_path / "other")
        other.extensions = ["sphinx.ext.intersphinx", *other.extensions]
        other.write(
            "index.rst",
            "Hi\n==\n\n:avi:edition:`x <vantage-undated>`\n"
            ":avi:flow:`x <vantage-undated/controller-to-dns>`\n"
            ":avi:flow:`controller-to-dns`\n",
        )
        app = other.build(
            "html",
            intersphinx_mapping={"it": ("https://x.example/", str(inventory))},
        )
        said = warnings(app)
        assert said.count("WARNING") == 2
        assert "'vantage-undated/controller-to-dns' is shown nowhere" in said
        start = "https://x.example/index.html#avi-16-2-"
        old = avi_portspec.load("16.2")
        title = (
            f"{old.endpoints['controller'].name} → "
            f"{old.endpoints['dns-server'].name}: UDP 53"
        )
        assert links(other.resolved["index"]) == [
            (title, start + "flow-controller-to-dns"),
        ]
        other.close()


class TestIndices:
    """Index pages."""

    def test_ports_are_sorted_by_protocol_and_number(
        self, project: Project
    ) -> None:
        """Each with the flows to it."""
        project.write("index.rst", PAGE)
        domain = get_domain(project.build("dummy").env)
        (index, _) = (cls(domain) for cls in AviDomain.indices)
        content, folded = index.generate()
        assert folded is False
        assert [protocol for protocol, _ in content] == ["ICMP", "TCP", "UDP"]
        assert [e.name for e in content[2][1] if e.subtype == 1] == [
            *("53", "123", "161", "162", "389", "514", "636")
        ]
        assert content[0][1][0].name == "no ports"
        assert len([e for e in content[0][1] if e.subtype == 2]) == 3

    def test_ranges_are_shown_as_ranges(self) -> None:
        """A range is one entry."""
        from sphinx_avi_portspec.domain import _numbers

        assert _numbers(8000, 8010) == "8000-8010"

    def test_endpoints_are_sorted_by_name(self, project: Project) -> None:
        """Each with the flows from it and to it."""
        project.write("index.rst", PAGE)
        domain = get_domain(project.build("dummy").env)
        (_, index) = (cls(domain) for cls in AviDomain.indices)
        content, _ = index.generate()
        names = [e.name for _, es in content for e in es if e.subtype == 1]
        assert names == sorted(names, key=str.casefold)
        assert "Avi Service Engine" in names

    def test_flows_of_several_editions_are_told_apart(
        self, project: Project
    ) -> None:
        """One flow would stand below its port twice, with the same words."""
        for name, options in (("a", ""), ("b", "   :edition: 17.1\n")):
            project.write(
                f"{name}.rst", f":orphan:\n\n{PAGE.rstrip()}\n{options}"
            )
        project.write("index.rst", "A\n=\n")
        domain = get_domain(project.build("dummy").env)
        for cls in AviDomain.indices:
            content, _ = cls(domain).generate()
            flows = [e for _, es in content for e in es if e.subtype == 2]
            both = {e.extra for e in flows if e.descr == "controller-to-dns"}
            assert both == {"vantage-undated", "17.1"}
            content, _ = cls(domain).generate(["b"])
            assert {e.extra for _, es in content for e in es} == {""}

    def test_only_the_documents_that_are_asked_for_are_indexed(
        self, project: Project
    ) -> None:
        """A PDF of some documents indexes those alone."""
        project.write("p.rst", ":orphan:\n\n" + PAGE)
        project.write("index.rst", "A\n=\n\n.. avi-port-list::\n")
        domain = get_domain(project.build("dummy").env)
        for cls in AviDomain.indices:
            content, _ = cls(domain).generate(["index", "nothing"])
            assert {e.docname for _, es in content for e in es} == {"index"}
            assert cls(domain).generate([])[0] == []

    def test_index_pages_are_written_and_linked(
        self, project: Project
    ) -> None:
        """As ``avi-ports`` and ``avi-endpoints``."""
        project.write("index.rst", PAGE + "\n:ref:`avi-ports`\n")
        app = project.build("html")
        assert warnings(app) == ""
        text = (app.outdir / "avi-ports.html").read_text()
        assert "index.html#avi-vantage-undated-flow-controller-to-dns" in text
        assert (app.outdir / "avi-endpoints.html").exists()
