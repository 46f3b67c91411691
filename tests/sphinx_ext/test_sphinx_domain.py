"""The domain ``avi``: links to records, within a project and between two."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docutils import nodes
from sphinx_projects import Project, warnings

import avi_portspec
from sphinx_avi_portspec.domain import AviDomain, domain_of

EDITION = avi_portspec.load()
PAGE = ".. avi-port-page::\n"


def links(tree: nodes.document) -> list[tuple[str, str]]:
    """Return the text and address of each link in the last paragraph."""
    *_, last = tree.findall(nodes.paragraph)
    return [
        (link.astext(), link["refuri"])
        for link in last.findall(nodes.reference)
    ]


def resolved(project: Project, text: str) -> list[tuple[str, str]]:
    """Return the links of a document that stands beside the page."""
    project.write("index.rst", f"Hi\n==\n\n.. toctree::\n\n   p\n\n{text}\n")
    assert warnings(project.build("html")) == ""
    return links(project.resolved["index"])


class TestRoles:
    """Links by role, from anywhere."""

    @pytest.mark.parametrize(
        ("role", "text", "anchor"),
        [
            (
                ":avi:flow:`controller-to-dns`",
                "Avi Controller → DNS server: UDP 53",
                "flow-controller-to-dns",
            ),
            (
                ":avi:note:`login-banner`",
                "login banner",
                "note-login-banner",
            ),
            (
                ":avi:endpoint:`service-engine`",
                "Avi Service Engine",
                "endpoint-service-engine",
            ),
            (
                ":avi:edition:`vantage-undated`",
                EDITION.title,
                "edition-vantage-undated",
            ),
            (
                ":avi:flow:`this <vantage-undated/controller-to-dns>`",
                "this",
                "flow-controller-to-dns",
            ),
            (":any:`login-banner`", "login-banner", "note-login-banner"),
        ],
    )
    def test_a_role_links_to_the_records_home(
        self, project: Project, role: str, text: str, anchor: str
    ) -> None:
        """Its text is what a reader calls the record."""
        project.write("p.rst", PAGE)
        assert resolved(project, role) == [
            (text, f"p.html#avi-vantage-undated-{anchor}")
        ]

    def test_without_a_home_the_first_place_is_linked(
        self, project: Project
    ) -> None:
        """A table's rows can be linked to as well."""
        project.write("p.rst", "P\n=\n\n.. avi-port-table::\n")
        (link,) = resolved(project, ":avi:flow:`controller-to-dns`")
        assert link[1] == "p.html#avi-p-0-flow-controller-to-dns"

    def test_a_home_comes_before_other_places(self, project: Project) -> None:
        """Whatever the documents are called."""
        project.write("p.rst", PAGE)
        project.write("a.rst", ":orphan:\n\nA\n=\n\n.. avi-port-list::\n")
        project.write("z.rst", ":orphan:\n\nA\n=\n\n.. avi-port-list::\n")
        (link,) = resolved(project, ":avi:flow:`controller-to-dns`")
        assert link[1].startswith("p.html#")

    @pytest.mark.parametrize("kind", ["flow", "note", "endpoint", "edition"])
    def test_a_link_to_nothing_warns(
        self, project: Project, kind: str
    ) -> None:
        """At its line, and with a type that can be suppressed."""
        said = project.complaints(f"Hi\n==\n\n:avi:{kind}:`nothing`\n")
        assert re.match(
            rf"/index.rst:4: WARNING: .*nothing.* \[ref.{kind}\]", said
        )

    def test_no_index_makes_no_anchors(self, project: Project) -> None:
        """Then a link has nowhere to go."""
        said = project.complaints(
            ".. avi-port-page::\n   :no-index:\n\n"
            "Hi\n==\n\n:avi:flow:`controller-to-dns`\n"
        )
        assert "controller-to-dns" in said

    def test_a_role_makes_its_document_depend_on_the_data(
        self, project: Project
    ) -> None:
        """For its text is the data's."""
        project.write("p.rst", PAGE)
        project.write("index.rst", ":avi:flow:`controller-to-dns`\n")
        app = project.build("dummy")
        assert set(domain_of(app.env).uses) == {"index", "p"}


class TestPortsRole:
    """``:avi:ports:``: numbers that nobody repeats by hand."""

    @pytest.mark.parametrize(
        ("query", "text"),
        [
            ("service-engine > controller", "TCP 22 and 8443, UDP 123"),
            (
                "SE > controller; requirement=optional",
                "ICMP echo request",
            ),
            ("SE > SE; cloud = aws", "TCP 4001"),
            (
                "SE >; cloud=mesos",
                (
                    "TCP 22 and 8443, UDP 123 (the page does not say whether "
                    "TCP 4001 and 9001)"
                ),
            ),
            ("> ldap-server; edition=vantage-undated", "TCP 389, UDP 389"),
            ("SE > controller; port=5098", "TCP 5098"),
        ],
    )
    def test_a_query_becomes_words(
        self, project: Project, query: str, text: str
    ) -> None:
        """Required flows, and none that stands in for another."""
        tree = project.doctree(f"Open :avi:ports:`{query}`.\n")
        assert tree.astext() == f"Open {text}."

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("SE > Controler", "did you mean 'controller'?"),
            ("SE", "wanted 'source > destination'"),
            ("SE > SE; clod=aws", "there is no filter 'clod'"),
            ("SE > SE; cloud=", "wanted values"),
        ],
    )
    def test_a_wrong_query_is_an_error_at_its_line(
        self, project: Project, query: str, wanted: str
    ) -> None:
        """With what was wanted."""
        said = project.complaints(f"A\n=\n\n:avi:ports:`{query}`\n")
        assert said.startswith("/index.rst:4: ERROR: avi:ports: ")
        assert wanted in said

    def test_no_answer_is_said_and_warned_of(self, project: Project) -> None:
        """It is never called "none": silence closes no port."""
        said = project.complaints(":avi:ports:`controller > SE`\n")
        assert said.endswith(
            "avi:ports: no flow meets 'controller > SE' [avi_portspec.empty]"
        )
        tree = project.build("dummy").env.get_doctree("index")
        assert tree.astext() == "no port stated"

    def test_an_open_question_is_no_answer(self, project: Project) -> None:
        """The page names no port for that cloud, and rules none out."""
        project.complaints(":avi:ports:`SE > SE; cloud=mesos`\n")
        tree = project.build("dummy").env.get_doctree("index")
        assert tree.astext() == (
            "the page does not say whether TCP 4001 and 9001"
        )


class TestHomes:
    """Each edition has one home."""

    DUPLICATE = (
        "WARNING: edition 'vantage-undated' has its home in {!r} already; "
        "give one of the two :no-index: [avi_portspec.duplicate]"
    )

    @pytest.mark.parametrize("parallel", [0, 2])
    def test_a_second_home_is_warned_of(
        self, project: Project, parallel: int
    ) -> None:
        """Whoever reads the documents."""
        for name in "abcdefgh":
            project.write(f"{name}.rst", f":orphan:\n\n{name}\n=\n")
        project.write("a.rst", ":orphan:\n\n" + PAGE)
        project.write("b.rst", ":orphan:\n\n" + PAGE)
        project.write("index.rst", "Hi\n==\n")
        said = warnings(project.build("dummy", parallel=parallel))
        assert said == "/b.rst:3: " + self.DUPLICATE.format("a")

    def test_a_second_home_in_one_document_too(self, project: Project) -> None:
        """Its anchors differ from the first's."""
        said = project.complaints(PAGE + "\n.. avi-port-page:: Two\n")
        assert said == "/index.rst:3: " + self.DUPLICATE.format("index")

    def test_no_index_settles_it(self, project: Project) -> None:
        """Either may keep its anchors."""
        assert not project.complaints(
            PAGE + "\n.. avi-port-page:: Two\n   :no-index:\n"
        )


class TestInventory:
    """What other projects can link to."""

    def test_every_record_is_in_the_inventory(self, project: Project) -> None:
        """Flows, notes, endpoints that take part in any, the edition."""
        tree = project.doctree(PAGE)
        app = project.build("html")
        objects = list(domain_of(app.env).get_objects())
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

    def test_another_project_links_to_a_flow(
        self, project: Project, tmp_path: Path
    ) -> None:
        """Through intersphinx, by role and by ``any``."""
        project.write("index.rst", PAGE)
        inventory = project.build("html").outdir / "objects.inv"
        project.close()
        other = Project(tmp_path / "other")
        other.extensions = ["sphinx.ext.intersphinx", *other.extensions]
        other.write(
            "index.rst",
            "Hi\n==\n\n:avi:flow:`one <controller-to-dns>` and "
            ":any:`two <login-banner>`\n",
        )
        app = other.build(
            "html",
            intersphinx_mapping={"it": ("https://x.example/", str(inventory))},
        )
        assert warnings(app) == ""
        tree = other.resolved["index"]
        start = "https://x.example/index.html#avi-vantage-undated-"
        assert links(tree) == [
            ("one", start + "flow-controller-to-dns"),
            ("two", start + "note-login-banner"),
        ]
        other.close()

    def test_records_of_other_editions_have_their_edition_in_front(
        self, project: Project
    ) -> None:
        """So that one name means one thing."""
        project.write("index.rst", PAGE)
        domain = domain_of(project.build("dummy").env)
        domain.env.config.avi_portspec_edition = "no-such"
        assert domain.find("flow", "controller-to-dns") is None
        names = [name for name, *_ in domain.get_objects()]
        assert "vantage-undated/controller-to-dns" in names
        assert "vantage-undated" in names


class TestIndices:
    """Index pages."""

    def test_ports_are_sorted_by_protocol_and_number(
        self, project: Project
    ) -> None:
        """Each with the flows to it."""
        project.write("index.rst", PAGE)
        domain = domain_of(project.build("dummy").env)
        (index, _) = (cls(domain) for cls in AviDomain.indices)
        content, folded = index.generate()
        assert folded is False
        assert [protocol for protocol, _ in content] == ["ICMP", "TCP", "UDP"]
        assert [e.name for e in content[2][1] if e.subtype == 1] == [
            *("53", "123", "161", "162", "389", "514", "636")
        ]
        assert content[0][1][0].name == "without ports"
        assert len([e for e in content[0][1] if e.subtype == 2]) == 3

    def test_ranges_are_shown_as_ranges(self) -> None:
        """A range is one entry."""
        from sphinx_avi_portspec.indices import _numbers

        assert _numbers(8000, 8010) == "8000-8010"

    def test_endpoints_are_sorted_by_name(self, project: Project) -> None:
        """Each with the flows from it and to it."""
        project.write("index.rst", PAGE)
        domain = domain_of(project.build("dummy").env)
        (_, index) = (cls(domain) for cls in AviDomain.indices)
        content, _ = index.generate()
        names = [e.name for _, es in content for e in es if e.subtype == 1]
        assert names == sorted(names, key=str.casefold)
        assert "Avi Service Engine" in names

    def test_only_the_documents_that_are_asked_for_are_indexed(
        self, project: Project
    ) -> None:
        """A PDF of some documents indexes those alone."""
        project.write("p.rst", ":orphan:\n\n" + PAGE)
        project.write("index.rst", "A\n=\n\n.. avi-port-list::\n")
        domain = domain_of(project.build("dummy").env)
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
