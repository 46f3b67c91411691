"""The domain ``avi``: links to records, and their homes."""

from __future__ import annotations

import re

import pytest
from docutils import nodes
from sphinx_projects import Project, links, warnings, within

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
