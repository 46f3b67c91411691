"""Overlays and names of a project's own, in whatever shows them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from docutils import nodes
from sphinx.errors import ConfigError
from sphinx_projects import Project, warnings

import avi_portspec

BERLIN = """
id = "berlin"
title = "Site Berlin"

[[changes]]
flow = "external-to-controller-https"
ports = [9443]
reason = "The portal moved."
"""
NAMED = "vantage-undated.berlin"
HTTPS = (
    ".. avi-port-table::\n   :source: external-network-services\n"
    "   :service: HTTPS\n   :layout: flat\n"
)


@pytest.fixture
def site(project: Project) -> Project:
    """Return a project with an overlay, and a document that shows it."""
    project.write("berlin.toml", BERLIN)
    project.write("index.rst", f"A\n=\n\n{HTTPS}   :edition: {NAMED}\n")
    project.write("other.rst", f":orphan:\n\nB\n=\n\n{HTTPS}")
    return project


def shown(project: Project, name: str = "index", **conf: Any) -> str:
    """Return the text of a document that is built with the overlay."""
    conf.setdefault("avi_portspec_files", ["berlin.toml"])
    app = project.build("dummy", **conf)
    assert warnings(app) == ""
    return app.env.get_doctree(name).astext()


class TestOverlays:
    """An overlay among a project's files makes an edition."""

    def test_the_edition_has_the_overlay(self, site: Project) -> None:
        """And the edition without it stays as it is."""
        assert "TCP 9443" in shown(site)
        assert "TCP 443" in shown(site, "other")

    def test_it_goes_on_any_edition(self, site: Project) -> None:
        """Whose name is before its own; also by default."""
        site.write("index.rst", f"A\n=\n\n{HTTPS}   :edition: 17.1.berlin\n")
        assert (
            "edition 17.1, and the site's overlay berlin (Site Berlin)."
        ) in shown(site)
        assert "TCP 9443" in shown(site, "other", avi_portspec_edition=NAMED)

    def test_overlays_go_on_one_another(self, site: Project) -> None:
        """The last one counts."""
        more = BERLIN.replace("erlin", "arley").replace("9443", "9444")
        site.write("barley.toml", more)
        site.write(
            "index.rst", f"A\n=\n\n{HTTPS}   :edition: {NAMED}.barley\n"
        )
        files = ["berlin.toml", "barley.toml"]
        text = shown(site, avi_portspec_files=files)
        assert "TCP 9444" in text
        assert (
            "the site's overlays berlin (Site Berlin) and barley (Site Barley)"
        ) in text

    @pytest.mark.parametrize(
        ("labels", "has", "lacks"),
        [
            ({}, "Chief", "Boss"),
            ({"controller": "Boss"}, "Boss", "Chief"),
            ({"lbm": "Boss"}, "Boss", "Chief"),
        ],
    )
    def test_a_site_s_names(
        self, site: Project, labels: dict[str, str], has: str, lacks: str
    ) -> None:
        """Its label is shown, where the project has none of its own."""
        names = (
            '[[names]]\nendpoint = "controller"\nlabel = "Chief"\n'
            'aliases = ["lbm"]\n'
        )
        site.write("berlin.toml", f"{BERLIN}{names}")
        table = ".. avi-port-table::\n   :source: SE\n   :destination: lbm\n"
        site.write("index.rst", f"A\n=\n\n{table}   :edition: {NAMED}\n")
        text = shown(site, avi_portspec_labels=labels)
        assert has in text
        assert lacks not in text

    @pytest.mark.parametrize("age", [3600, -3600])
    def test_a_changed_overlay_is_read_again(
        self, site: Project, age: int
    ) -> None:
        """By those that use it alone, whatever its time."""
        shown(site)
        path = site.write("berlin.toml", BERLIN.replace("9443", "9444"))
        when = path.stat().st_mtime + age
        os.utime(path, (when, when))
        assert "TCP 9444" in shown(site)
        assert site.read == ["index"]

    def test_a_document_depends_on_all_of_its_files(
        self, site: Project
    ) -> None:
        """The edition's own, and the overlay's."""
        site.build("dummy", avi_portspec_files=["berlin.toml"])
        app = site.build("dummy", avi_portspec_files=["berlin.toml"])
        found = {Path(p).name for p in app.env.dependencies["index"]}
        assert "berlin.toml" in found
        assert {Path(p).name for p in app.env.dependencies["other"]} < found

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (
                BERLIN.replace("external-to", "external-too"),
                "changes[0].flow: expected the id of a flow of vantage-",
            ),
            ("id = 3\ntitle = 'x'\n", "id: expected the id of an overlay"),
            ("x = 3\n", "format: expected"),
        ],
    )
    def test_a_faulty_overlay_stops_the_build(
        self, site: Project, text: str, said: str
    ) -> None:
        """With every fault, and the file."""
        site.write("berlin.toml", text)
        with pytest.raises(ConfigError, match="avi_portspec_files") as caught:
            shown(site)
        assert "berlin.toml" in str(caught.value)
        assert said in str(caught.value)

    def test_an_id_is_one_overlays(self, site: Project) -> None:
        """Two would be one name for two editions."""
        site.write("more.toml", BERLIN)
        with pytest.raises(ConfigError, match="no other overlay has"):
            shown(site, avi_portspec_files=["berlin.toml", "more.toml"])

    def test_a_misspelled_overlay_is_named(self, site: Project) -> None:
        """In a directive; as the default, with an edition there is not."""
        site.write("index.rst", f"A\n=\n\n{HTTPS}   :edition: {NAMED[:-1]}\n")
        app = site.build("dummy", avi_portspec_files=["berlin.toml"])
        assert (
            "unknown overlay in avi_portspec_files 'berli'; did you mean "
            "'berlin'?"
        ) in warnings(app)
        with pytest.raises(ConfigError, match="avi_portspec_edition: unknown"):
            shown(site, avi_portspec_edition="nothing.berlin")

    def test_an_overlay_is_no_deployment(self, site: Project) -> None:
        """The error says what it is."""
        text = ".. avi-port-table::\n   :deployment: berlin.toml\n"
        assert (
            "berlin.toml: expected a deployment, got an overlay, which is "
            "applied to an edition"
        ) in site.complaints(text)


#: What shows names of endpoints.
SHOWN = {
    "grouped": ".. avi-port-table::\n   :source: SE\n",
    "flat": ".. avi-port-table::\n   :source: SE\n   :layout: flat\n",
    "published": ".. avi-port-table::\n   :source: SE\n"
    "   :layout: published\n",
    "explorer": ".. avi-port-table::\n   :source: SE\n   :explorer:\n",
    "unresolved": ".. avi-port-table::\n   :source: SE\n"
    "   :deployment: openshift\n   :layout: flat\n   :decision: needed\n",
    "list": ".. avi-port-list::\n   :source: SE\n",
    "silent": ".. avi-port-list::\n   :source: SE\n   :cloud: openshift\n",
    "matrix": ".. avi-port-matrix::\n   :source: SE\n",
    "diagram": ".. avi-port-diagram::\n   :source: SE\n",
    "changes": ".. avi-port-changes::\n   :old: 17.1\n",
    "prose": ":avi:ports:`SE >`\n",
    "elsewhere": ".. avi-port-statements::\n   :flow: "
    "service-engine-to-controller-echo\n   :release: 20.1\n",
    "link": ".. avi-port-list::\n   :source: SE\n\n:avi:endpoint:`SE`\n",
}


class TestLabels:
    """What a project calls an endpoint, it is called everywhere."""

    @pytest.mark.parametrize("key", ["service-engine", "SE", "Service Engine"])
    def test_by_any_of_its_names(self, project: Project, key: str) -> None:
        """As in every filter."""
        tree = project.doctree(
            SHOWN["flat"], avi_portspec_labels={key: "Data node"}
        )
        assert "Data node" in tree.astext()

    @pytest.mark.parametrize("kind", [*SHOWN])
    def test_everywhere(self, project: Project, kind: str) -> None:
        """The vendor's name is nowhere, and still understood."""
        tree = project.doctree(
            SHOWN[kind], avi_portspec_labels={"service-engine": "Data node"}
        )
        text = tree.astext()
        assert kind == "prose" or "Data node" in text
        assert "Avi Service Engine" not in text
        assert "Service Engine" not in {*tree.findall(nodes.Text)}

    def test_downloads_have_it(self, project: Project) -> None:
        """And the digest of the data is what it was."""
        project.write("index.rst", SHOWN["flat"] + "   :download:\n")
        app = project.build(
            "html", avi_portspec_labels={"service-engine": "Data node"}
        )
        (path,) = Path(app.outdir).rglob("*.csv")
        text = path.read_text("utf-8")
        assert "Data node" in text
        assert avi_portspec.load().digest in text

    def test_two_endpoints_can_share_a_name(self, project: Project) -> None:
        """Where the whole name is shown, it says which."""
        labels = {"dns-server": "Servers", "ntp-server": "Servers"}
        filters = "   :service: DNS, NTP\n   :source: controller\n"
        text = f".. avi-port-table::\n{filters}"
        grouped = project.doctree(text, avi_portspec_labels=labels).astext()
        assert grouped.count("Servers") == 2
        assert "(" not in grouped.partition("Servers")[2].partition("\n")[0]
        published = project.doctree(
            f"{text}   :layout: published\n", avi_portspec_labels=labels
        )
        ends = {
            cell.astext().partition("[")[0]
            for cell in published.findall(nodes.entry)
        }
        own = avi_portspec.load().endpoints
        assert {f"Servers ({own[name].name})" for name in labels} <= ends

    @pytest.mark.parametrize(
        ("labels", "said"),
        [
            (["x"], "expected a mapping from endpoints to their names"),
            ({"SE": "x", "service-engine": "y"}, "two names for the endpoint"),
            ({"SE": 3}, "expected text for 'SE', got 3"),
            ({3: "x"}, "expected an endpoint, got 3"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, project: Project, labels: Any, said: str
    ) -> None:
        """Without a traceback."""
        project.write("index.rst", "A\n=\n")
        with pytest.raises(ConfigError, match="avi_portspec_labels") as caught:
            project.build("dummy", avi_portspec_labels=labels)
        assert said in str(caught.value)

    def test_an_unknown_one_is_a_warning(self, project: Project) -> None:
        """With the nearest; the others are shown, and no build stops."""
        said = project.complaints(
            ".. avi-port-list::\n   :source: SE\n",
            avi_portspec_labels={"service-engin": "x", "SE": "Data node"},
        )
        assert said == (
            "WARNING: avi_portspec_labels: unknown endpoint 'service-engin'; "
            "did you mean 'service-engine'? [avi_portspec.labels]"
        )
        app = project.build("dummy", avi_portspec_labels={"SE": "Data node"})
        assert "Data node" in app.env.get_doctree("index").astext()

    def test_ends_that_only_other_sources_have(self, project: Project) -> None:
        """By id or alias, beside those of the edition."""
        tree = project.doctree(
            ".. avi-port-statements::\n   :source: nsx-t-design-30-2\n",
            avi_portspec_labels={
                "nsx-manager": "Our NSX",
                "vCenter": "Our vCenter",
                "Controller": "Our ADC",
            },
        )
        text = tree.astext()
        for end in ("Our NSX", "Our vCenter"):
            assert f"Our ADC \N{RIGHTWARDS ARROW} {end}" in text
        # Remarks name it as the source does.
        titles = [cell.astext() for cell in tree.findall(nodes.strong)]
        assert not any("NSX Manager" in title for title in titles)

    def test_the_search_finds_it_and_filters_go_on(
        self, project: Project
    ) -> None:
        """The vendor's names select, and the own one is found."""
        text = ".. avi-port-table::\n   :source: Service Engine\n"
        project.write("index.rst", f"A\n=\n\n{text}")
        app = project.build(
            "html", avi_portspec_labels={"service-engine": "Zwerg"}
        )
        assert warnings(app) == ""
        index = Path(app.outdir, "searchindex.js").read_text("utf-8")
        assert '"zwerg"' in index or "zwerg:" in index
        tree = app.env.get_doctree("index")
        assert len(list(tree.findall(nodes.row))) > 5
        own = text.replace("Service Engine", "Zwerg")
        assert (
            project.doctree(
                own, avi_portspec_labels={"service-engine": "Zwerg"}
            )
            .astext()
            .count("Zwerg")
            > 0
        )
