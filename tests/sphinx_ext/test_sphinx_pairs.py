"""``avi-port-matrix`` and ``avi-port-diagram``: who connects to whom."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from browsing import find_violations, resize, serving, shorten, show
from docutils import nodes
from example_data import SITE
from sphinx.ext.graphviz import graphviz
from sphinx_projects import Project, warnings

import avi_portspec
from avi_portspec import Edition, Match, PortRange
from avi_portspec.tabular.lines import edition_lines
from avi_portspec.tabular.matrix import Matrix, make_matrix
from sphinx_avi_portspec.diagram import AviDrawing, write_dot
from sphinx_avi_portspec.drawing import (
    WIDTH,
    Picture,
    draw,
    text_width,
    wrap,
)

NEWEST = avi_portspec.load("vantage-undated")
DIAGRAM = "A\n=\n\n.. avi-port-diagram:: The *graph*\n   :endpoint: SE\n"
DASH = "\N{EN DASH}"


def grid(tree: nodes.document) -> list[list[str]]:
    """Return the text of every cell of the first table."""
    return [
        [plain(cell.astext()) for cell in row]
        for row in next(tree.findall(nodes.table)).findall(nodes.row)
    ]


def plain(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\n\n", "; ")


def with_flows(*changes: dict[str, object]) -> Edition:
    """Return the newest edition with more flows, to TCP 443."""
    last = NEWEST.flows["controller-to-mesos-node"]
    more = [
        attrs.evolve(
            last,
            **{  # type: ignore[arg-type]
                "id": f"more-{number}",
                "source": "external-network-services",
                "destination": "controller",
                "ports": (PortRange.of(443),),
                "when": avi_portspec.ALWAYS,
                "inferred": (),
                "readings": (),
                "notes": (),
                **change,
            },
        )
        for number, change in enumerate(changes)
    ]
    return attrs.evolve(
        NEWEST,
        id="own",
        aliases=(),
        flows=(*NEWEST.flows, *more),
        interfaces=(),
    )


def use(project: Project, edition: Edition) -> None:
    """Write an edition, which the project can use."""
    project.write("own.toml", avi_portspec.dumps_toml(edition))


#: A direction that the site reads the other way round.
REVERSED = """
clouds = ["aws", "gcp"]
services = ["dns"]

[[readings]]
flow = "gcp-to-avi-vantage"
direction = "reversed"
"""
OWN = {"avi_portspec_files": ["own.toml"], "avi_portspec_edition": "own"}


class TestMatrix:
    """Sources by destinations."""

    def test_a_cell_holds_the_ports_of_its_pair(
        self, project: Project
    ) -> None:
        """In a line for each protocol, and in words where there are none."""
        tree = project.doctree(
            ".. avi-port-matrix:: Who\n   :section: management\n"
            "   :source: controller, SE\n   :destination: controller, SE\n"
        )
        head, controller, engine = grid(tree)
        assert head == ["To ↓ From →", "Controller", "Service Engine"]
        assert controller == [
            "Controller",
            "TCP 22 or 5098, 443, 8443",
            "TCP 22 or 5098, 8443; UDP 123; (ping)",
        ]
        assert engine == [
            "Service Engine",
            "No port needed",
            "TCP (4001, 9001)",
        ]
        assert DASH not in tree.astext()

    def test_below_it_is_what_has_no_cell(self, project: Project) -> None:
        """A source with one flow, silence, and what a dash means."""
        tree = project.doctree(".. avi-port-matrix:: Who\n")
        rows = grid(tree)
        assert rows[0][1:] == [
            "Controller",
            "Service Engine",
            "External network services",
        ]
        assert len(rows) == 8
        assert rows[2][1:] == [
            "No port needed",
            "TCP (4001, 9001)",
            "none listed",
        ]
        text = plain(tree.astext())
        assert (
            "Also: GCP to Avi Vantage, TCP 443 (on GCP). Direction as the "
            "vendor states it. More likely the Controller connects to GCP."
        ) in text
        assert (
            "Not documented: Service Engine to Service Engine (ObjStore) for "
            "OpenShift, Kubernetes or Mesos (DC/OS), or without an "
            "orchestrator."
        ) in text
        assert f"{DASH} means that the vendor's port page lists" in text
        assert "Source: vendor's port page, edition vantage-undated" in text
        assert "In brackets: optional, or only in some deployments." in text

    def test_what_is_folded_is_named(self, project: Project) -> None:
        """And unfolded on request."""
        text = ".. avi-port-matrix::\n   :cloud: openstack\n"
        tree = project.doctree(text)
        assert [
            "OpenStack services; Keystone, Glance, Nova, Neutron, Heat",
            "TCP (5000, 8004, 8774, 9292, 9696, 35357)",
        ] in [row[:2] for row in grid(tree)]
        rows = grid(project.doctree(f"{text}   :fold: no\n"))
        assert ["OpenStack Heat", "TCP (8004)"] in [row[:2] for row in rows]
        only = ".. avi-port-matrix::\n   :section: network-services\n"
        assert len(grid(project.doctree(only))) == 9
        assert len(grid(project.doctree(f"{only}   :fold: yes\n"))) == 2

    @pytest.mark.parametrize("kind", ["matrix", "diagram"])
    def test_what_a_site_sets_is_told_below(
        self, project: Project, kind: str
    ) -> None:
        """With its overlay and its reason; a server of its own has a row."""
        project.write("berlin.toml", SITE)
        tree = project.doctree(
            f".. avi-port-{kind}:: Who\n   :edition: {NEWEST.id}.berlin\n",
            avi_portspec_files=["berlin.toml"],
        )
        text = plain(tree.astext())
        assert (
            "Set by the site: External network services to Controller, TCP "
            "9443. Moved from TCP 443 by the site's overlay berlin: The "
            "portal moved.;"
        ) in text
        assert (
            "Set by the site: Controller to Backup vault, TCP 2222 (the "
            "site's overlay berlin).;"
        ) in text
        if kind == "matrix":
            own = ["Backup vault; the site's overlay berlin", "TCP 2222"]
            assert own in [row[:2] for row in grid(tree)]
        else:
            assert "Controller → Backup vault: TCP 2222;" in text

    def test_more_sources_than_destinations_are_rows(
        self, project: Project
    ) -> None:
        """Unless the writer wants them as columns."""
        text = ".. avi-port-matrix::\n   :destination: controller\n"
        rows = grid(project.doctree(text))
        assert rows[0] == ["From ↓ To →", "Controller"]
        assert rows[2][0] == "Service Engine"
        rows = grid(project.doctree(f"{text}   :transpose:\n"))
        assert rows[0][0] == "To ↓ From →"
        assert len(rows) == 2

    def test_a_deployment_has_its_own_cells(self, project: Project) -> None:
        """Without brackets around what it needs."""
        tree = project.doctree(
            ".. avi-port-matrix:: Who\n   :deployment: openshift\n"
        )
        rows = {row[0]: row[1:] for row in grid(tree)}
        assert rows["Controller"][0] == "TCP 22, 443, 8443"
        assert rows["Service Engine"][:2] == [
            "No port needed",
            "Not documented",
        ]
        text = tree.astext()
        assert (
            "Controller cluster on virtual machines, managing OpenShift. In "
            "brackets: optional."
        ) in text
        assert "Not documented: Service Engine to Service Engine" in text
        wrong = project.complaints(
            ".. avi-port-matrix::\n   :deployment: aws\n   :cloud: aws\n"
        )
        assert ":cloud: cannot be used with :deployment:" in wrong

    def test_docutils_options_and_own_labels(self, project: Project) -> None:
        """It is a table as any other."""
        tree = project.doctree(
            ".. avi-port-matrix:: Who\n   :name: who\n   :class: mine\n"
            "   :widths: 2 1 1 1\n   :align: left\n",
            avi_portspec_labels={"controller": "ADC"},
            avi_portspec_source_line=False,
        )
        (table,) = tree.findall(nodes.table)
        assert table["names"] == ["who"]
        assert table["align"] == "left"
        assert {"avi-ports", "avi-matrix", "avi-columns-3", "mine"} < {
            *table["classes"]
        }
        assert [s["colwidth"] for s in table.findall(nodes.colspec)] == [
            *(2, 1, 1, 1)
        ]
        assert grid(tree)[0][1] == "ADC"
        assert "Source:" not in tree.astext()

    def test_with_nothing_to_explain_nothing_is(
        self, project: Project
    ) -> None:
        """Neither dashes nor brackets."""
        tree = project.doctree(
            ".. avi-port-matrix::\n   :source: controller\n"
            "   :destination: controller\n",
            avi_portspec_source_line=False,
        )
        assert plain(tree.astext()).lstrip("; ") == (
            "To ↓ From →; Controller; Controller; TCP 22 or 5098, 443, 8443"
        )

    def test_an_exclusion_of_a_lone_source_is_told(
        self, project: Project
    ) -> None:
        """It is no less true for having no column."""
        (exclusion,) = NEWEST.exclusions
        other = attrs.evolve(exclusion, id="other", source="gcp", notes=())
        use(
            project,
            attrs.evolve(with_flows(), exclusions=(exclusion, other)),
        )
        tree = project.doctree(".. avi-port-matrix::\n", **OWN)
        assert "Also: GCP to Service Engine, no port needed." in tree.astext()

    def test_silence_about_no_service_is_told_too(
        self, project: Project
    ) -> None:
        """By its ends alone."""
        silent = Match(facet="cloud", values=("aws",), unstated=("azure",))
        use(project, with_flows({"when": silent, "service": None}))
        tree = project.doctree(".. avi-port-matrix::\n", **OWN)
        assert (
            "Not documented: External network services to Controller for "
            "Azure."
        ) in tree.astext()

    def test_many_columns_scroll(self, project: Project) -> None:
        """The names of the rows stay in sight."""
        more = [
            {"source": source, "ports": (PortRange.of(port),)}
            for source in ("aws", "azure")
            for port in (1, 2)
        ]
        use(project, with_flows(*more))
        tree = project.doctree(".. avi-port-matrix::\n", **OWN)
        (table,) = tree.findall(nodes.table)
        assert len(grid(tree)[0]) == 6
        assert "avi-wide" in table["classes"]

    def test_ports_link_to_the_home_of_their_flow(
        self, project: Project
    ) -> None:
        """A number of several flows leads to none of them."""
        matrix = ".. avi-port-matrix::\n"
        project.write("p.rst", ":orphan:\n\n.. avi-port-page::\n")
        project.write("index.rst", f"A\n=\n\n{matrix}")
        assert warnings(project.build("html", nitpicky=True)) == ""
        links = {
            plain(ref.astext()): ref["refuri"]
            for ref in project.resolved["index"].findall(nodes.reference)
            if "avi-number" in ref.children[0].get("classes", [])
        }
        start = "p.html#avi-vantage-undated-flow-"
        assert links["5098"].startswith(start)
        assert links["25"] == f"{start}controller-to-smtp"
        assert links["8774"] == f"{start}controller-to-nova"
        row = next(
            row
            for row in project.resolved["index"].findall(nodes.row)
            if "Cloud APIs" in row.astext()
        )
        assert "443" not in {r.astext() for r in row.findall(nodes.reference)}

    def test_without_a_home_nothing_is_linked(self, project: Project) -> None:
        """A cell that leads to itself or to another picture leads nowhere."""
        matrix = ".. avi-port-matrix::\n   :service: SMTP\n\n"
        project.write("index.rst", f"A\n=\n\n{matrix}{matrix}")
        app = project.build("html", nitpicky=True)
        assert warnings(app) == ""
        tree = project.resolved["index"]
        assert not [r for r in tree.findall(nodes.reference) if "refid" in r]
        assert "avi-index-0-flow-controller-to-smtp" in (
            app.outdir / "index.html"
        ).read_text("utf-8")

    def test_a_dash_has_words_for_those_who_hear_it(
        self, project: Project
    ) -> None:
        """And is a dash for all others."""
        text = ".. avi-port-matrix:: Who\n   :cloud: aws\n"
        project.write("index.rst", f"A\n=\n\n{text}")
        app = project.build("html")
        page = (app.outdir / "index.html").read_text("utf-8")
        assert (
            '<td role="cell"><p class="avi-quiet">'
            f'<span aria-hidden="true">{DASH}</span>'
            '<span class="avi-hidden">none listed</span></p></td>'
        ) in page
        app = project.build("text")
        page = (app.outdir / "index.txt").read_text("utf-8")
        assert DASH in page
        assert "none listed" not in page

    def test_every_part_has_its_role(self, project: Project) -> None:
        """Which it would lose where its rows become grids."""
        project.write("index.rst", "A\n=\n\n.. avi-port-matrix:: Who\n")
        app = project.build("html")
        page = (app.outdir / "index.html").read_text("utf-8")
        (table,) = re.findall(r"<table.*?</table>", page, re.DOTALL)
        roles = re.findall(r'role="(\w+)"', table)
        assert {role: roles.count(role) for role in roles} == {
            "table": 1,
            "rowgroup": 2,
            "row": 8,
            "columnheader": 4,
            "rowheader": 7,
            "cell": 21,
        }
        assert table.count('scope="row"') == 7

    def test_the_words_for_a_dash_can_be_translated(
        self, project: Project
    ) -> None:
        """The dash cannot."""
        text = ".. avi-port-matrix:: Who\n   :cloud: aws\n"
        project.write("index.rst", f"A\n=\n\n{text}")
        app = project.build("gettext")
        page = (app.outdir / "index.pot").read_text("utf-8")
        assert 'msgid "none listed"' in page
        assert f'msgid "{DASH}"' not in page

    @pytest.mark.parametrize("builder", ["html", "latex", "text"])
    @pytest.mark.parametrize("kind", ["matrix", "diagram"])
    def test_an_empty_one_can_be_referred_to(
        self, project: Project, kind: str, builder: str
    ) -> None:
        """By its name and its number: caption and name stay."""
        project.write(
            "index.rst",
            f"A\n=\n\n.. avi-port-{kind}:: Nobody\n   :name: em\n"
            "   :class: mine\n   :port: 1\n   :allow-empty:\n\n"
            "See :ref:`em` and :numref:`em`.\n",
        )
        app = project.build(builder, numfig=True)
        assert warnings(app) == ""
        text = project.resolved["index"].astext()
        assert "Nobody" in text.partition("See ")[0]
        assert "See Nobody and " in text
        assert "No matching flow" in text
        (made,) = (
            node
            for node in project.resolved["index"].findall(nodes.Element)
            if "em" in node.get("ids", ())
        )
        assert "mine" in made["classes"]

    def test_manual_pages_have_no_links_in_it_and_a_line_below_it(
        self, project: Project
    ) -> None:
        """An address is many lines of a cell; a table has a lower border."""
        project.write(
            "index.rst",
            "A\n=\n\n.. avi-port-matrix::\n\n.. toctree::\n\n   page\n",
        )
        project.write("page.rst", ".. avi-port-page::\n")
        app = project.build("man", man_pages=[("index", "a", "A", [], 1)])
        made = (app.outdir / "a.1").read_text("utf-8")
        matrix, _, after = made.partition(".TE\n")
        assert "22 or\\ 5098" in matrix
        assert "flow-controller" not in matrix
        assert after.splitlines()[0] == ".sp"

    def test_an_empty_matrix_is_said_and_warned_of(
        self, project: Project
    ) -> None:
        """For one deployment as well."""
        said = project.complaints(".. avi-port-matrix::\n   :port: 1\n")
        assert "no matching flow [avi_portspec.empty]" in said
        tree = project.build("dummy").env.get_doctree("index")
        assert "No matching flow" in tree.astext()
        # Headings of columns that it does not have would be in the way.
        assert not list(tree.findall(nodes.thead))

    def test_only_silence_is_an_answer(self, project: Project) -> None:
        """Not documented is not the same as not needed."""
        tree = project.doctree(
            ".. avi-port-matrix::\n   :cloud: mesos\n   :port: 4001\n"
        )
        assert grid(tree)[1] == ["Service Engine", "Not documented"]
        assert "(ObjStore) for Mesos (DC/OS)." in tree.astext()


def edition_of(name: str) -> Edition:
    """Return an edition, or the newest with a direction read reversed."""
    if name != "reversed":
        return avi_portspec.load(name)
    deployment = avi_portspec.loads_deployment(REVERSED)
    return cast("Edition", NEWEST.resolve(deployment).edition)


def picture_of(edition: Edition, **criteria: object) -> Picture | None:
    """Return the picture of an edition, or of some of its flows."""
    return draw(edition, matrix_of(edition, **criteria))


def matrix_of(edition: Edition, **criteria: object) -> Matrix:
    """Return the matrix that is drawn."""
    flows = edition.flows.select(**criteria)  # type: ignore[arg-type]
    lines = edition_lines(edition, flows, (), edition.exclusions)
    return make_matrix(edition, lines, fold=True, least=0)


NS = "{http://www.w3.org/2000/svg}"


def parse(picture: Picture | None) -> ET.Element:
    """Return a picture's elements."""
    assert picture is not None
    return ET.fromstring(  # noqa: S314 - our own
        picture.write("p", 'A "title" & <more>')
    )


def texts(root: ET.Element) -> list[str]:
    """Return the texts of a picture, line by line."""
    return [
        plain(element.text or "").strip() for element in root.iter(f"{NS}text")
    ]


class TestDrawing:
    """The picture itself."""

    @pytest.mark.parametrize("name", [*avi_portspec.editions(), "reversed"])
    def test_every_port_is_in_the_picture(self, name: str) -> None:
        """Of every edition, with what says that none is needed."""
        edition = edition_of(name)
        said = " ".join(texts(parse(picture_of(edition))))
        numbers = set(re.findall(r"\d+", said))
        for flow in edition.flows:
            for ports in flow.ports:
                assert str(ports) in numbers
        assert ("no port needed" in said) == bool(edition.exclusions)

    @pytest.mark.parametrize("name", [*avi_portspec.editions(), "reversed"])
    @pytest.mark.parametrize(
        "criteria",
        [
            {},
            {"cloud": "aws"},
            {"cloud": "openstack"},
            {"cloud": "mesos"},
            {"endpoint": "SE"},
            {"section": "network-services"},
        ],
        ids=str,
    )
    def test_no_text_leaves_its_place_nor_meets_another(
        self, name: str, criteria: dict[str, str]
    ) -> None:
        """Whichever of the usual fonts it is written in."""
        edition = edition_of(name)
        picture = picture_of(edition, **criteria)
        root = parse(picture)
        places = []
        for element in root.iter(f"{NS}text"):
            size = float(element.get("font-size", "0"))
            wide = text_width(element.text or "", size)
            x, y = float(element.get("x", "0")), float(element.get("y", "0"))
            start = x - wide if element.get("text-anchor") else x
            places.append((start, y - size + 2, start + wide, y + 3))
            assert size >= 12
        assert picture is not None
        right = picture.left + picture.width
        for start, top, end, bottom in places:
            assert picture.left <= start <= end <= right
            assert 0 <= top <= bottom <= picture.height
        for one, other in product(places, places):
            if one is not other:
                assert (
                    one[2] <= other[0]
                    or other[2] <= one[0]
                    or one[3] <= other[1]
                    or other[3] <= one[1]
                )
        boxes = [
            tuple(float(b.get(k, "0")) for k in ("x", "y", "width", "height"))
            for b in root.iter(f"{NS}rect")
        ]
        for x, y, wide, high in boxes:
            for start, top, end, bottom in places:
                inside = y <= top and bottom <= y + high
                if inside and start >= x and start < x + wide:
                    assert end <= x + wide
            assert y + high <= picture.height
            assert x + wide <= right

    def test_roles_have_their_sides(self) -> None:
        """Left to right: who only connects, both, who only listens."""
        root = parse(picture_of(NEWEST))
        x = {
            element.text: float(element.get("x", "0"))
            for element in root.iter(f"{NS}text")
            if element.get("font-weight")
        }
        assert x["GCP"] < x["Controller"] == x["Service Engine"]
        assert (
            x["Controller"]
            < x["Hosts and cluster nodes"]
            == x["Network services"]
        )
        assert root.get("width") == str(WIDTH)
        lines = list(root.iter(f"{NS}path"))
        dashed = [p for p in lines if p.get("stroke-dasharray")]
        heads = [p for p in lines if p.get("marker-end")]
        # Two from the left, four to the right, one between the parts.
        assert (len(dashed), len(heads)) == (1, 7)
        assert all(not p.get("marker-end") for p in dashed)

    def test_it_is_called_what_it_is(self) -> None:
        """Ids are the directive's own, for several on one page."""
        picture = picture_of(NEWEST)
        root = parse(picture)
        assert root.get("role") == "img"
        (title,) = root.iter(f"{NS}title")
        assert title.text == 'A "title" & <more>'
        assert root.get("aria-labelledby") == title.get("id") == "p-title"
        assert picture is not None
        text = picture.write("p", "t")
        assert "url(#head)" not in text
        assert set(re.findall(r'id="([^"]+)"', text)) == {"p-head", "p-title"}

    def test_colours_follow_the_page_or_are_fixed(self) -> None:
        """Where they are fixed, the ground is too."""
        picture = picture_of(NEWEST)
        assert picture is not None
        live, fixed = (
            picture.write("p", "t", fixed=flag) for flag in (False, True)
        )
        assert "currentColor" in live
        assert not re.findall("#[0-9a-f]{6}", live)
        assert "currentColor" not in fixed
        assert set(re.findall("#[0-9a-f]{6}", fixed)) == {
            "#ffffff",
            "#1c2024",
        }
        assert fixed.index("#ffffff") < fixed.index("#1c2024", 900)

    def test_few_parts_are_cropped(self) -> None:
        """Without empty sides, and without what is not there."""
        picture = picture_of(NEWEST, section="network-services")
        root = parse(picture)
        assert float(root.get("width", "0")) < WIDTH
        assert root.get("class") == "avi-part"
        assert texts(root)[:2] == ["Controller", "Network services"]
        assert picture is not None
        assert (picture.has_brackets, picture.has_right) == (False, True)
        picture = picture_of(NEWEST, endpoint="SE")
        assert picture is not None
        assert (picture.has_brackets, picture.has_right) == (True, False)

    def test_brackets_say_what_a_name_does_not(self) -> None:
        """A server of DNS is there where DNS is used."""
        said = texts(parse(picture_of(NEWEST)))
        assert "Heat TCP (8004)" in said
        assert "Marathon TCP (80)" in said
        assert "LDAP TCP or UDP 389" in said
        assert "OpenShift master TCP 8443" in said

    def test_a_direction_in_doubt_is_told(self) -> None:
        """In the box of whom it is about."""
        said = texts(parse(picture_of(NEWEST)))
        at = said.index("GCP")
        assert " ".join(said[at + 1 : at + 3]) == (
            "Direction as the vendor states it"
        )

    @pytest.mark.parametrize(
        "changes",
        [
            # From the left to the right, past the middle.
            [{"destination": "dns-server"}],
            # From one on the left to both parts.
            [{"destination": "service-engine"}],
            # From both parts to one on the right.
            [
                {"source": "service-engine", "destination": "aws"},
                {"source": "controller", "destination": "aws"},
            ],
            # Three that do both.
            [{"source": "controller", "destination": "gcp"}],
            # A server that connects, among others that do not.
            [{"source": "ldap-server", "destination": "controller"}],
            # The whole product, from one of its parts.
            [{"source": "controller", "destination": "avi-vantage"}],
            # The product as a whole, to one of its parts and to another.
            [
                {"source": "avi-vantage", "destination": "controller-gateway"},
                {"source": "avi-vantage", "destination": "controller"},
            ],
        ],
    )
    def test_what_has_no_room_is_not_drawn(
        self, changes: list[dict[str, object]]
    ) -> None:
        """Rather than across other boxes."""
        assert picture_of(with_flows(*changes)) is None

    def test_the_product_as_a_whole_is_a_frame(self) -> None:
        """What leaves it does so above the lines of its parts."""
        root = parse(picture_of(edition_of("reversed")))
        places = {
            element.text: (float(element.get("x", "0")), element.get("y"))
            for element in root.iter(f"{NS}text")
            if element.get("font-weight")
        }
        assert places["GCP"][0] == places["Network services"][0]
        (frame,) = (
            rect for rect in root.iter(f"{NS}rect") if rect.get("rx") == "7"
        )
        (part, *_) = (
            rect
            for rect in root.iter(f"{NS}rect")
            if rect.get("fill-opacity") == "0.06"
        )
        starts = {
            float(x): float(y)
            for path in root.iter(f"{NS}path")
            for x, y in re.findall(r"^M(\S+) (\S+) L", path.get("d", ""))
        }
        whole, own = (
            starts[
                round(float(box.get("x", "0")) + float(box.get("width", "0")))
            ]
            for box in (frame, part)
        )
        top = float(part.get("y", "0"))
        assert float(frame.get("y", "0")) < whole < top < own

    def test_the_product_as_a_whole_has_one_line(self) -> None:
        """A second one would cross those of its parts."""
        more = SITE.replace('source = "controller"', 'source = "avi-vantage"')
        deployment = avi_portspec.loads_deployment(REVERSED)
        found = NEWEST.overlay(more).resolve(deployment)
        read = cast("Edition", found.edition)
        assert "Backup vault" in texts(parse(picture_of(read, cloud="aws")))
        assert picture_of(read) is None

    def test_only_servers_and_clients_are_not_drawn(self) -> None:
        """Without a part in the middle, there is nothing between them."""
        edition = with_flows({"source": "esxi-host", "destination": "azure"})
        between = {"source": "esxi-host", "destination": "azure"}
        assert edition.flows.select(**between)
        assert picture_of(edition, **between) is None

    def test_a_second_part_has_lines_of_its_own(self) -> None:
        """To the right, and from the left."""
        edition = with_flows(
            {"source": "service-engine", "destination": "esxi-host"},
            {"source": "mesos-node", "destination": "service-engine"},
            {"source": "azure", "destination": "controller"},
            {"source": "aws", "destination": "controller"},
            {"source": "openshift-node", "destination": "controller"},
        )
        sources = {flow.source for flow in edition.flows} - {"controller"}
        root = parse(picture_of(edition, source=sorted(sources)))
        said = texts(root)
        assert said.index("Mesos node") < said.index("ESXi hosts")
        arrows = [p for p in root.iter(f"{NS}path") if p.get("marker-end")]
        assert len(arrows) == 8
        # The box of the Controller is as high as its last arrow is low.
        box = max(
            float(rect.get("height", "0"))
            for rect in root.iter(f"{NS}rect")
            if rect.get("fill-opacity") == "0.06"
        )
        assert box > 200

    def test_lines_are_cut_at_spaces_only(self) -> None:
        """A port is never cut."""
        assert wrap("TCP\N{NO-BREAK SPACE}22, 443", 1) == [
            "TCP\N{NO-BREAK SPACE}22,",
            "443",
        ]
        assert wrap("one two", 1000) == ["one two"]
        assert text_width("mm") > text_width("ii")


class TestDiagram:
    """A picture, and the same in words."""

    def test_the_picture_has_a_title_and_a_list(
        self, project: Project
    ) -> None:
        """Whoever cannot see it misses nothing."""
        tree = project.doctree(DIAGRAM)
        (drawing,) = tree.findall(AviDrawing)
        assert "<title" in drawing["svg"]
        (bullets,) = tree.findall(nodes.bullet_list)
        flows = NEWEST.flows.select(endpoint="SE")
        ends = flows.group_by(lambda flow: (flow.source, flow.destination))
        items = [plain(item.astext()) for item in bullets]
        assert len(items) == len(ends)
        assert (
            "Service Engine → Controller: TCP 22 or 5098, 8443; UDP 123; "
            "(ping)"
        ) in items
        assert "Arrows run from the side that opens" in tree.astext()
        assert "Not documented: Service Engine to Service" in tree.astext()

    def test_html_has_it_in_the_page(self, project: Project) -> None:
        """No program, no file; two on a page have different ids."""
        other = DIAGRAM.removeprefix("A\n=\n").replace("SE", "controller")
        project.write("index.rst", DIAGRAM + other)
        app = project.build("html", graphviz_dot="no-such-dot")
        assert warnings(app) == ""
        page = (app.outdir / "index.html").read_text("utf-8")
        assert page.count("<svg") == 2
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert ">The *graph*</title>" in page
        assert re.search(r"<summary>\s*The same as a list</summary>", page)

    def test_options_are_those_of_figures(self, project: Project) -> None:
        """alt, align, class and name."""
        tree = project.doctree(
            ".. avi-port-diagram::\n   :alt: Mine\n   :align: center\n"
            "   :class: x\n   :name: here\n   :endpoint: SE\n",
            avi_portspec_source_line=False,
        )
        (figure,) = tree.findall(nodes.figure)
        (drawing,) = tree.findall(AviDrawing)
        assert ">Mine</title>" in drawing["svg"]
        assert figure["align"] == "center"
        assert figure["classes"] == ["avi-fig", "x"]
        assert figure["names"] == ["here"]
        assert not list(figure.findall(nodes.caption))
        assert "Source:" not in tree.astext()

    def test_an_accepted_direction_is_drawn_and_told(
        self, project: Project
    ) -> None:
        """Without any other program."""
        project.write("gcp.toml", REVERSED)
        text = ".. avi-port-diagram:: Our *clouds*\n   :deployment: gcp.toml\n"
        project.write("index.rst", f"A\n=\n\n{text}")
        app = project.build("html", graphviz_dot="no such program")
        assert warnings(app) == ""
        page = (app.outdir / "index.html").read_text("utf-8")
        assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
        said = app.env.get_doctree("index").astext()
        assert "Avi Vantage → GCP: TCP 443" in said
        assert (
            "Set by the site: Avi Vantage to GCP, TCP 443. Direction as "
            "accepted: reversed."
        ) in said

    def test_a_deployment_is_drawn_and_named(self, project: Project) -> None:
        """Its ports have no brackets."""
        tree = project.doctree(
            ".. avi-port-diagram:: On AWS\n   :deployment: aws\n"
        )
        (drawing,) = tree.findall(AviDrawing)
        assert ">TCP\N{NO-BREAK SPACE}4001<" in drawing["svg"]
        assert "managing AWS. In brackets: optional." in tree.astext()
        assert "Arrows run" in tree.astext()
        # All of them are used here.
        assert "on the right" not in tree.astext()

    @pytest.mark.parametrize("builder", ["text", "latex", "man", "xml"])
    def test_a_writer_without_pictures_has_the_list(
        self, project: Project, builder: str
    ) -> None:
        """Open, under the caption."""
        # What another directive folds stays as it is.
        table = "\n.. avi-port-table::\n   :cloud: aws\n"
        more = table if builder == "text" else ""
        project.write("index.rst", DIAGRAM + more)
        conf = {"man_pages": [("index", "x", "X", "me", 1)]}
        app = project.build(builder, graphviz_dot="no-such-dot", **conf)
        assert warnings(app) == ""
        tree = project.resolved["index"]
        assert not list(tree.findall(AviDrawing))
        assert "The same as a list" not in tree.astext()
        text = "".join(
            path.read_text("utf-8")
            for path in Path(app.outdir).rglob("*")
            if path.suffix in {".txt", ".tex", ".1", ".xml"}
        )
        assert "5098" in text
        assert "graph" in text
        # There is no picture that this could be about.
        assert "Arrows run" not in text
        assert "on the right" not in text
        assert "In brackets" in text

    @pytest.mark.parametrize("caption", ["", " Drawn"])
    @pytest.mark.parametrize(
        ("builder", "anchor"),
        [
            ("text", ""),
            ("latex", r"\label{\detokenize{index:here}}"),
            ("man", ""),
            ("texinfo", "@anchor{index here}"),
            ("xml", ' ids="here"'),
        ],
    )
    def test_without_a_picture_its_name_stays(
        self, project: Project, builder: str, anchor: str, caption: str
    ) -> None:
        """Also where only the picture needed words."""
        project.write(
            "index.rst",
            "A\n=\n\nSee :ref:`it <here>`.\n\n"
            f".. avi-port-diagram::{caption}\n   :name: here\n"
            "   :cloud: aws\n   :port: 4001\n",
        )
        conf = {"man_pages": [("index", "x", "X", "me", 1)]}
        app = project.build(builder, **conf)
        assert warnings(app) == ""
        text = "".join(
            path.read_text("utf-8")
            for path in Path(app.outdir).rglob("*")
            if path.suffix in {".txt", ".tex", ".texi", ".1", ".xml"}
        )
        assert "4001" in text
        assert ("Drawn" in text) == bool(caption)
        assert not anchor or text.count(anchor) == 1

    def test_epub_has_a_file_in_fixed_colours(self, project: Project) -> None:
        """A reader of books has its own idea of dark and light."""
        project.write("index.rst", DIAGRAM)
        app = project.build("epub", epub_copyright="x", version="1")
        assert "graph" not in warnings(app)
        (path,) = (Path(app.outdir) / "_images").glob("*.svg")
        assert "currentColor" not in path.read_text("utf-8")
        page = (app.outdir / "index.xhtml").read_text("utf-8")
        assert f'src="_images/{path.name}"' in page
        assert "<svg" not in page
        assert 'alt="The *graph*"' in page

    def test_an_empty_diagram_is_said_and_warned_of(
        self, project: Project
    ) -> None:
        """As every directive does."""
        said = project.complaints(".. avi-port-diagram::\n   :port: 1\n")
        assert "avi-port-diagram: no matching flow" in said


class TestGraphviz:
    """What the layout has no room for."""

    TEXT = "A\n=\n\n.. avi-port-diagram:: The *graph*\n"

    @pytest.mark.parametrize(
        ("direction", "ends"),
        [
            ("stated", ["GCP", "Avi Vantage"]),
            ("reversed", ["Avi Vantage", "GCP"]),
        ],
    )
    def test_a_product_without_its_parts_needs_none(
        self, project: Project, direction: str, ends: list[str]
    ) -> None:
        """It is a box then, whichever side opens the connection."""
        project.write(
            "gcp.toml",
            'clouds = ["gcp"]\n[[readings]]\nflow = "gcp-to-avi-vantage"\n'
            f'direction = "{direction}"\n',
        )
        tree = project.doctree(
            ".. avi-port-diagram::\n   :endpoint: avi-vantage\n"
            "   :deployment: gcp.toml\n"
        )
        (drawing,) = tree.findall(AviDrawing)
        svg = ET.fromstring(drawing["svg"])  # noqa: S314 - our own
        across = {
            text: float(at.get("x", 0))
            for at in svg.iter(f"{NS}text")
            if (text := "".join(at.itertext())) in ends
        }
        assert sorted(across, key=across.__getitem__) == ends

    def test_it_draws_what_does_not_fit(self, project: Project) -> None:
        """With the same list."""
        use(project, with_flows({"destination": "dns-server"}))
        tree = project.doctree(self.TEXT, **OWN)
        (graph,) = tree.findall(graphviz)
        assert graph["alt"] == "The *graph*"
        matrix = matrix_of(NEWEST)
        assert graph["code"].count("->") == len(matrix.pairs) + 1
        assert len(next(tree.findall(nodes.bullet_list))) == (
            len(matrix.pairs) + 1
        )

    def test_names_and_labels_are_quoted(self) -> None:
        """Whatever an edition of one's own calls its endpoints."""
        first, *rest = NEWEST.endpoints
        named = attrs.evolve(first, name='a "b" \\', short=None)
        edition = attrs.evolve(NEWEST, endpoints=(named, *rest))
        code = write_dot(edition, matrix_of(edition))
        assert '"controller" [label="a \\"b\\" \\\\"];' in code
        assert "no port needed" in code

    def test_without_it_the_list_remains(self, project: Project) -> None:
        """And a warning says clearly why; other graphs are left alone."""
        use(project, with_flows({"destination": "dns-server"}))
        project.write(
            "index.rst", self.TEXT + "\n.. graphviz::\n\n   graph {}\n"
        )
        app = project.build("html", graphviz_dot="no-such-dot", **OWN)
        said = warnings(app)
        assert "no room in the usual layout, and Graphviz" in said
        assert "is not found ('no-such-dot')" in said
        assert "[avi_portspec.graphviz]" in warnings(app)
        text = (app.outdir / "index.html").read_text(encoding="utf-8")
        assert "5098" in text
        app = project.build("xml", graphviz_dot="no-such-dot", **OWN)
        assert warnings(app) == ""

    def test_an_installed_program_leaves_the_graph_alone(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The graph is for Sphinx's own extension to draw."""
        monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
        monkeypatch.setattr(
            "sphinx.ext.graphviz.render_dot",
            lambda *_, **__: (None, None),
        )
        use(project, with_flows({"destination": "dns-server"}))
        project.write("index.rst", self.TEXT)
        project.build("html", **OWN)
        assert list(project.resolved["index"].findall(graphviz))


# -- in a browser -------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site with a matrix and pictures."""
    project = Project(tmp_path_factory.mktemp("site"))
    more = [
        {"source": source, "ports": (PortRange.of(port),)}
        for source in ("aws", "azure", "gcp")
        for port in (1001, 1002)
    ]
    use(project, with_flows(*more))
    project.write(
        "index.rst",
        "A\n=\n\n.. toctree::\n\n   wide\n   changes\n\n"
        ".. avi-port-matrix:: The matrix\n\n"
        ".. avi-port-diagram:: The picture\n",
    )
    project.write(
        "wide.rst", "B\n=\n\n.. avi-port-matrix:: Wide\n   :edition: own\n"
    )
    project.write(
        "changes.rst",
        "C\n=\n\n.. avi-port-changes:: Changes\n   :old: 17.1\n\n"
        ".. avi-port-changes:: Plan\n   :old: 17.1\n   :deployment: aws\n",
    )
    conf = {"avi_portspec_files": ["own.toml"], "html_theme": "furo"}
    app = project.build("html", **conf)
    assert warnings(app) == ""
    project.close()
    with serving(app.outdir) as address:
        yield address


SIZES = """() => Object.fromEntries(
    [...document.querySelectorAll('table.avi-ports, .avi-picture svg')].map(
        part => {
            const box = part.getBoundingClientRect();
            return [part.tagName, [box.width, box.height]];
        }))"""


class TestBrowser:
    """What a reader sees."""

    @pytest.mark.parametrize("name", ["index", "wide", "changes"])
    def test_it_fits_and_keeps_nobody_out(
        self, tab: Any, site: str, name: str
    ) -> None:
        """At a desk and on a phone, in light and dark."""
        show(tab, f"{site}/{name}.html")
        for width in (1280, 320):
            resize(tab, width)
            scrolls = tab.evaluate("document.documentElement.scrollWidth")
            assert scrolls <= width
        shorten(tab)
        for width in (1280, 320):
            resize(tab, width)
            assert find_violations(tab) == [], width

    def test_the_whole_edition_is_no_higher_than_a_screen(
        self, tab: Any, site: str
    ) -> None:
        """In the column of a usual theme, and its text is large enough."""
        show(tab, f"{site}/index.html")
        sizes = tab.evaluate(SIZES)
        assert sizes["TABLE"][0] == 736
        assert sizes["TABLE"][1] <= 560
        wide, _ = sizes["svg"]
        assert 12 * wide / WIDTH >= 11.7

    def test_on_a_phone_the_list_stands_for_the_picture(
        self, tab: Any, site: str
    ) -> None:
        """Its text would be too small; nothing is cut off nor scrolls."""
        show(tab, f"{site}/index.html", width=320)
        listed = tab.get_by_text("Service Engine → Controller: TCP 22 or")
        assert listed.is_visible()
        assert not tab.locator(".avi-picture svg").is_visible()
        assert not tab.get_by_text("The same as a list").is_visible()
        assert not tab.get_by_text("Arrows run from").is_visible()
        wider = tab.evaluate(
            """() => [...document.querySelectorAll(".avi-fig, .avi-fig *")]
              .filter((part) => part.scrollWidth > part.clientWidth + 1)
              .map((part) => part.outerHTML)"""
        )
        assert wider == []
        resize(tab, 1280)
        assert tab.locator(".avi-picture svg").is_visible()
        assert not listed.is_visible()

    def test_what_stands_above_a_wide_table_is_in_sight(
        self, tab: Any, site: str
    ) -> None:
        """Below its caption, and not cut where the table scrolls."""
        show(tab, f"{site}/wide.html", width=320)
        far, caption, premise, right = tab.evaluate(
            """() => {
                const box = document.querySelector('.avi-scroll');
                const place = name =>
                    box.querySelector(name).getBoundingClientRect();
                return [
                    box.scrollWidth - box.clientWidth,
                    place('caption').top,
                    [place('.avi-premise').top, place('.avi-premise').right],
                    box.getBoundingClientRect().right,
                ];
            }"""
        )
        assert far > 0
        assert premise[0] > caption + 10
        assert premise[1] <= right + 1

    def test_the_names_of_rows_stay_in_sight(
        self, tab: Any, site: str
    ) -> None:
        """Where a table has to scroll."""
        show(tab, f"{site}/wide.html", width=320)
        seen = tab.evaluate(
            """() => {
                const name = document.querySelector('tbody th');
                let box = name;
                while (box.scrollWidth <= box.clientWidth + 1) {
                    box = box.parentElement;
                }
                box.scrollLeft = 1000;
                return [box.scrollLeft, name.getBoundingClientRect().left,
                        box.getBoundingClientRect().left];
            }"""
        )
        assert seen[0] > 0
        assert abs(seen[1] - seen[2]) <= 1


def test_a_wide_matrix_is_in_a_box_that_scrolls(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keyboard can reach it, and a screen reader has a name for it."""
    # The bundled editions have three columns.
    monkeypatch.setattr("sphinx_avi_portspec.matrix.FEW", 2)
    project.write("index.rst", "A\n=\n\n.. avi-port-matrix:: Who talks\n")
    app = project.build("html")
    assert warnings(app) == ""
    written = (app.outdir / "index.html").read_text(encoding="utf-8")
    assert (
        '<div class="avi-scroll" tabindex="0" role="group" '
        'aria-label="Who talks">' in written
    )
    # As in every table, what it is about is below the caption.
    (caption,) = re.findall(r"<caption>.*?</caption>", written, re.DOTALL)
    assert 'class="avi-premise"' in caption
    assert written.count('class="avi-premise"') == 1
