"""The domain ``avi``: links to records, within a project and between two."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sphinx
from docutils import nodes
from sphinx_projects import Project, warnings

import avi_portspec
from sphinx_avi_portspec.domain import AviDomain, get_domain

EDITION = avi_portspec.load("vantage-undated")
PAGE = ".. avi-port-page::\n"
#: How a message ends that lists the editions: by their ids and aliases.
KNOWN = "Known: 16.2, 16.2.2, 17.1, 16.3, vantage-undated"
#: A link by role, its text, and the end of the anchor that it leads to.
ROLES = [
    (
        ":avi:flow:`controller-to-dns`",
        "Avi Controller → DNS server: UDP\N{NO-BREAK SPACE}53",
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
    (":any:`SE`", "SE", "endpoint-service-engine"),
    (":any:`se`", "se", "endpoint-service-engine"),
    (
        ":any:`Controller-To-DNS`",
        "Controller-To-DNS",
        "flow-controller-to-dns",
    ),
    (
        ":avi:endpoint:`SE`",
        "Avi Service Engine",
        "endpoint-service-engine",
    ),
    (
        ":avi:endpoint:`the engine <avi SERVICE engine>`",
        "the engine",
        "endpoint-service-engine",
    ),
    (
        ":avi:endpoint:`Mesos or DC/OS master`",
        "Mesos or DC/OS master",
        "endpoint-mesos-master",
    ),
    (
        ":avi:endpoint:`NSX ALB Controller`",
        "Avi Controller",
        "endpoint-controller",
    ),
    (
        ":avi:endpoint:`vantage-undated/DC/OS master`",
        "Mesos or DC/OS master",
        "endpoint-mesos-master",
    ),
    (
        ":avi:flow:`Controller-to-DNS`",
        "Avi Controller → DNS server: UDP\N{NO-BREAK SPACE}53",
        "flow-controller-to-dns",
    ),
    (
        ":avi:note:`Vantage-Undated/Login-Banner`",
        "login banner",
        "note-login-banner",
    ),
    (
        ":avi:edition:`VANTAGE-undated`",
        EDITION.title,
        "edition-vantage-undated",
    ),
]
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


def links(tree: nodes.document) -> list[tuple[str, str]]:
    """Return the text and address of each link in the last paragraph."""
    *_, last = tree.findall(nodes.paragraph)
    return within(last)


def within(node: nodes.Element) -> list[tuple[str, str]]:
    """Return the text and address of each link in a node."""
    return [
        (link.astext(), link["refuri"])
        for link in node.findall(nodes.reference)
    ]


def resolved(project: Project, text: str) -> list[tuple[str, str]]:
    """Return the links of a document that stands beside the page."""
    project.write("index.rst", f"Hi\n==\n\n.. toctree::\n\n   p\n\n{text}\n")
    assert warnings(project.build("html")) == ""
    return links(project.resolved["index"])


class TestRoles:
    """Links by role, from anywhere."""

    def test_a_role_links_to_the_records_home(self, project: Project) -> None:
        """Its text is what a reader calls the record."""
        project.write("p.rst", PAGE)
        resolved(project, "\n\n".join(role for role, *_ in ROLES))
        assert [
            within(each)
            for each in project.resolved["index"].findall(nodes.paragraph)
            if each.rawsource
        ] == [
            [(text, f"p.html#avi-vantage-undated-{anchor}")]
            for _, text, anchor in ROLES
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

    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            (
                ":avi:flow:`controller-to-dnss`",
                (
                    "unknown flow 'controller-to-dnss'; did you mean "
                    "'controller-to-dns'? [ref.flow]"
                ),
            ),
            (
                ":avi:flow:`x <vantage-undated/controller-dns>`",
                (
                    "unknown flow 'controller-dns'; did you mean "
                    "'controller-to-dns'? [ref.flow]"
                ),
            ),
            (
                ":avi:flow:`vantage-undatet/controller-to-dns`",
                (
                    "unknown edition 'vantage-undatet'; did you mean "
                    f"'vantage-undated'? {KNOWN} [ref.flow]"
                ),
            ),
            (
                ":avi:endpoint:`Servise Engine`",
                (
                    "unknown endpoint 'Servise Engine'; did you mean 'Service "
                    "Engine'? [ref.endpoint]"
                ),
            ),
            (
                ":avi:note:`login-baner`",
                (
                    "unknown note 'login-baner'; did you mean 'login-banner'? "
                    "[ref.note]"
                ),
            ),
            (
                ":avi:edition:`17`",
                (
                    f"unknown edition '17'; did you mean '17.1'? {KNOWN} "
                    "[ref.edition]"
                ),
            ),
            (
                ":any:`login-baner`",
                (
                    "'any' reference target not found: login-baner; did you "
                    "mean 'login-banner'? [ref.any]"
                ),
            ),
            (
                ":any:`nothing like it`",
                "'any' reference target not found: nothing like it [ref.any]",
            ),
            (
                ":doc:`nothing`",
                "unknown document: 'nothing' [ref.doc]",
            ),
            (
                ":avi:flow:`17.1/controller-to-dns`",
                (
                    "flow '17.1/controller-to-dns' is shown nowhere in this "
                    "project; add avi-port-page, or write the target with the "
                    "edition that another project shows [ref.flow]"
                ),
            ),
        ],
    )
    def test_a_miss_suggests_what_is_nearest(
        self, project: Project, role: str, expected: str
    ) -> None:
        """Or says what would give the link somewhere to lead."""
        project.write("p.rst", ":orphan:\n\n" + PAGE)
        said = project.complaints(f"Hi\n==\n\n{role}\n")
        assert said == f"/index.rst:4: WARNING: {expected}"

    def test_a_miss_in_a_faulty_edition_is_not_guessed_at(
        self, project: Project
    ) -> None:
        """The directives report its faults; the link leads nowhere."""
        path = project.write("own.toml", avi_portspec.dumps_toml(EDITION))
        text = path.read_text("utf-8").replace("vantage-undated", "own")
        path.write_text(text, "utf-8")
        project.write("index.rst", "Hi\n==\n\n:avi:flow:`x <y>`\n")
        settings = {
            "avi_portspec_files": ["own.toml"],
            "avi_portspec_edition": "own",
        }
        app = project.build("dummy", **settings)
        path.write_text(text.replace("title =", "titel ="), "utf-8")
        assert get_domain(app.env).find("flow", "y") is None
        from sphinx_avi_portspec.domain import _find_error

        assert _find_error(app.config, "flow", "y") is None

    def test_a_project_can_name_endpoints_itself(
        self, project: Project
    ) -> None:
        """In links and indices as in its tables."""
        labels = {"service-engine": "Data plane"}
        project.write("p.rst", ":orphan:\n\n" + PAGE)
        project.write(
            "index.rst",
            "Hi\n==\n\n:avi:endpoint:`SE`,\n"
            ":avi:flow:`service-engine-to-controller-portal`,\n"
            ":avi:endpoint:`controller`\n",
        )
        app = project.build("html", avi_portspec_labels=labels)
        assert warnings(app) == ""
        assert [text for text, _ in links(project.resolved["index"])] == [
            "Data plane",
            # No line ends within the port.
            "Data plane → Avi Controller: TCP\N{NO-BREAK SPACE}8443",
            "Avi Controller",
        ]
        domain = get_domain(app.env)
        (_, index) = (cls(domain) for cls in AviDomain.indices)
        content, _ = index.generate()
        names = {entry.name for _, entries in content for entry in entries}
        assert "Data plane" in names
        assert "Avi Service Engine" not in names

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
        assert set(get_domain(app.env).uses) == {"index", "p"}


class TestPortsRole:
    """``:avi:ports:``: numbers that nobody repeats by hand."""

    @pytest.mark.parametrize(
        ("query", "text"),
        [
            (
                "service-engine > controller",
                (
                    "TCP 8443, UDP 123, and TCP 22 or 5098 (depending on "
                    "whether the Controller is a container)"
                ),
            ),
            (
                "SE > controller; deployment=aws",
                "TCP 22 and 8443, and UDP 123",
            ),
            ("SE > controller; requirement=optional", "ICMP echo request"),
            (
                "SE > controller; requirement=optional, required; port=!22",
                (
                    "TCP 8443, UDP 123, TCP 5098 (if the Controller is a "
                    "container, not on OpenStack) and ICMP echo request "
                    "(optional: Controller status only)"
                ),
            ),
            ("SE > SE; cloud = aws", "TCP 4001"),
            ("SE > SE", "TCP 4001 or 9001 (depending on the cloud)"),
            (
                "> ldap-server; edition=vantage-undated",
                "TCP and UDP 389 (if LDAP is used)",
            ),
            (
                "SE > controller; port=5098",
                (
                    "TCP 5098 (if the Controller is a container, not on "
                    "OpenStack)"
                ),
            ),
            (
                "controller > controller-gateway",
                "ICMP echo request (optional: gateway status only)",
            ),
            (
                "controller > dns-server; deployment=aws",
                "no port (DNS is not used)",
            ),
            (
                "controller > azure; deployment=aws",
                "no port (needed only on Azure)",
            ),
            ("controller > SE", "no port"),
            ("controller > SE; cloud=aws; requirement=required", "no port"),
        ],
    )
    def test_a_query_becomes_words(
        self, project: Project, query: str, text: str
    ) -> None:
        """Whatever is asked, ``Open ...`` stays a sentence."""
        tree = project.doctree(f"Open :avi:ports:`{query}`.\n")
        said = tree.astext().replace("\N{NO-BREAK SPACE}", " ")
        assert said == f"Open {text}."

    def test_what_a_deployment_uses_is_no_condition(
        self, project: Project
    ) -> None:
        """However much of it there is; which of two clouds still is one."""
        project.write(
            "site.toml",
            'clouds = ["aws", "azure"]\nservices = ["dns", "ntp"]\n'
            'features = ["cli-shell", "plain-http"]\n',
        )
        for query, text in (
            ("controller > dns-server", "UDP 53"),
            ("controller > ntp-server", "UDP 123"),
            (
                "external-network-services > controller; port=80, 5054",
                "TCP 80 and 5054",
            ),
            ("controller > aws", "TCP 443 (on AWS)"),
            ("controller > syslog-server", "no port (syslog is not used)"),
        ):
            tree = project.doctree(
                f":avi:ports:`{query}; deployment=site.toml`\n"
            )
            said = tree.astext().replace("\N{NO-BREAK SPACE}", " ")
            assert said == text

    def test_a_declined_flow_has_the_words_of_the_site(
        self, project: Project
    ) -> None:
        """And its own capital."""
        project.write(
            "site.toml",
            'clouds = ["aws"]\n[[declined]]\n'
            'flow = "external-to-controller-snmp"\n'
            'reason = "Northwind monitors through the REST API."\n',
        )
        tree = project.doctree(
            ":avi:ports:`external-network-services > controller; port=161; "
            "deployment=site.toml`\n"
        )
        assert tree.astext() == (
            "no port (Northwind monitors through the REST API [the site's "
            "deployment file])"
        )

    def test_a_port_never_breaks(self, project: Project) -> None:
        """A character, and no style, keeps it together."""
        tree = project.doctree("Open :avi:ports:`> controller; cloud=aws`.\n")
        assert not re.search(r"(TCP|UDP|ICMP)[ \n]", tree.astext())
        assert "UDP\N{NO-BREAK SPACE}123" in tree.astext()
        app = project.build("latex")
        (path,) = app.outdir.glob("*.tex")
        text = re.sub(r"\\sphinx[A-Za-z]+|[{}]", "", path.read_text("utf-8"))
        assert not re.search(r"(TCP|UDP|ICMP)[ \n]\d", text)
        assert re.search(r"UDP(~|\N{NO-BREAK SPACE})123", text)

    def test_ports_link_to_their_flows(self, project: Project) -> None:
        """Each number; the words between are plain."""
        project.write("p.rst", PAGE)
        anchors = "p.html#avi-vantage-undated-flow-service-engine-to-"
        assert resolved(project, "Open :avi:ports:`SE > controller`.") == [
            ("TCP\N{NO-BREAK SPACE}8443", f"{anchors}controller-portal"),
            ("UDP\N{NO-BREAK SPACE}123", f"{anchors}controller-ntp"),
            ("TCP\N{NO-BREAK SPACE}22", f"{anchors}controller-ssh"),
            ("5098", f"{anchors}controller-ssh-container"),
        ]

    def test_ports_are_plain_where_no_page_shows_them(
        self, project: Project
    ) -> None:
        """Without a warning, even in a nitpicky project."""
        project.write("index.rst", "Hi\n==\n\n:avi:ports:`SE > controller`\n")
        app = project.build("html", nitpicky=True)
        assert warnings(app) == ""
        assert links(project.resolved["index"]) == []
        assert "TCP\N{NO-BREAK SPACE}8443" in (
            project.resolved["index"].astext()
        )

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("SE > Controler", "did you mean 'controller'?"),
            ("SE", "expected 'source > destination'"),
            ("SE > SE; clod=aws", "unknown filter 'clod'"),
            ("SE > SE; cloud=", "cloud: expected values, comma-separated"),
            (
                "SE > SE; cloud=aws; deployment=aws",
                "cloud cannot be used with deployment, which has clouds",
            ),
            ("SE > SE; deployment=asw", "did you mean 'aws'?"),
        ],
    )
    def test_a_wrong_query_is_an_error_at_its_line(
        self, project: Project, query: str, expected: str
    ) -> None:
        """With what was expected."""
        said = project.complaints(f"A\n=\n\n:avi:ports:`{query}`\n")
        assert said.startswith("/index.rst:4: ERROR: avi:ports: ")
        assert expected in said

    def test_no_answer_is_said_and_warned_of(self, project: Project) -> None:
        """It is never called "none": silence closes no port."""
        said = project.complaints("Hi\n==\n\n:avi:ports:`> SE; port=1`\n")
        assert said == (
            "/index.rst:4: WARNING: avi:ports: no matching flow for "
            "'> SE; port=1' [avi_portspec.empty]"
        )
        tree = project.build("dummy").env.get_doctree("index")
        assert tree.astext().endswith("no documented port")

    @pytest.mark.parametrize(
        ("query", "text"),
        [
            (
                "SE > SE; cloud=openshift",
                (
                    "a port that the vendor's page does not document for "
                    "OpenShift"
                ),
            ),
            (
                "SE > SE; cloud=aws, mesos",
                (
                    "TCP 4001 (on AWS) and a port that the vendor's page does "
                    "not document for Mesos (DC/OS)"
                ),
            ),
            (
                "SE >; cloud=mesos; port=!22, !5098",
                (
                    "TCP 8443, UDP 123 and a port that the vendor's page does "
                    "not document for Mesos (DC/OS)"
                ),
            ),
            (
                "SE > SE; deployment=openshift",
                (
                    "a port that the vendor's page does not document for "
                    "OpenShift"
                ),
            ),
            (
                "SE > controller; deployment=conflict.toml",
                (
                    "TCP 8443, UDP 123 and a port that the vendor's page does "
                    "not document"
                ),
            ),
            (
                "SE > controller; deployment=unnamed.toml; edition=17.1",
                (
                    "TCP 22 and 8443, UDP 123, and ports that the vendor's "
                    "page does not document for NSX-T"
                ),
            ),
        ],
    )
    def test_an_open_question_is_no_answer(
        self, project: Project, query: str, text: str
    ) -> None:
        """It is said, without a number, and warned of by its own type."""
        project.write(
            "conflict.toml",
            'clouds = ["openstack"]\ncontroller = "container"\n',
        )
        project.write("unnamed.toml", 'clouds = ["nsx-t"]\n')
        said = project.complaints(f"Hi\n==\n\nOpen :avi:ports:`{query}`.\n")
        assert said == (
            "/index.rst:4: WARNING: avi:ports: not everything is documented "
            f"for '{query}' [avi_portspec.unstated]"
        )
        app = project.build(
            "dummy", suppress_warnings=["avi_portspec.unstated"]
        )
        assert warnings(app) == ""
        shown = app.env.get_doctree("index").astext()
        shown = shown.replace("\N{NO-BREAK SPACE}", " ")
        assert shown.endswith(f"Open {text}.")

    def test_a_site_is_no_vendor(self, project: Project) -> None:
        """What its overlay leaves open is not laid at the vendor's door."""
        own = EDITION.overlay(
            """
            id = "berlin"
            title = "Berlin"
            [[flows]]
            id = "engine-to-vault"
            source = "service-engine"
            destination = "service-engine"
            protocols = ["tcp"]
            ports = [8200]
            purpose = "Keys."
            when = { facet = "cloud", values = ["aws"], unstated = ["gcp"] }
            """
        )
        project.write("own.toml", avi_portspec.dumps_toml(own))
        project.write("page.rst", f":orphan:\n\n{PAGE}")
        project.write("index.rst", ":avi:ports:`SE > SE; cloud=gcp`\n")
        app = project.build(
            "dummy",
            avi_portspec_files=["own.toml"],
            avi_portspec_edition=own.id,
        )
        assert "[avi_portspec.unstated]" in warnings(app)
        shown = app.env.get_doctree("index").astext()
        assert shown.replace("\N{NO-BREAK SPACE}", " ") == (
            "TCP 4001 and a port that the site's overlay berlin does not "
            "document for GCP"
        )
        assert (
            "It includes the site's overlay berlin, which is not the vendor's."
        ) in app.env.get_doctree("page").astext()


class TestHomes:
    """Each edition has one home."""

    DUPLICATE = (
        "WARNING: edition 'vantage-undated' is indexed in {!r} already; "
        "add :no-index: to one of the two directives [avi_portspec.duplicate]"
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

    def test_another_process_hands_over_what_it_has_read(
        self, project: Project
    ) -> None:
        """And not what it had from before, which may be out of date."""
        project.write("index.rst", PAGE)
        domain = get_domain(project.build("dummy").env)
        data = {
            "uses": {"a": {"17.1": "new"}, "index": {"17.1": "old"}},
            "places": {},
            "assets": {},
            "elsewhere": {},
        }
        before = domain.uses["index"]
        domain.merge_domaindata({"a"}, data)
        assert domain.uses == {"a": {"17.1": "new"}, "index": before}

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
