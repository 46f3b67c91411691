"""What is said of flows: who states one, and how strongly."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import avi_portspec
from avi_portspec import ALWAYS, Deployment, Flow, Match, Reason, Unless
from avi_portspec.model.wording import (
    base_id,
    by_speaker,
    condition_text,
    deployment_rows,
    edition_text,
    reason_marks,
    requirement_text,
    sites_text,
    source_text,
    sources_text,
    speaker,
)

AWS = Match(facet="cloud", values=("aws",))
SILENT = Match(facet="cloud", values=("aws",), unstated=("gcp",))
EDITION = avi_portspec.load("vantage-undated")


def flow(**fields: Any) -> Flow:
    """Return a flow of the vendor's, with some fields as given."""
    return attrs.evolve(EDITION.flows["controller-to-aws"], **fields)


def site_flow(**fields: Any) -> Flow:
    """Return a flow that a site added."""
    return flow(
        section="berlin",
        origin="berlin",
        citation=attrs.evolve(flow().citation, section="berlin"),
        **fields,
    )


class TestWhoSpeaks:
    """The vendor's page, or the overlay that added the flow."""

    def test_of_the_vendor(self) -> None:
        """Also where a site moved the ports: the rest is the vendor's."""
        assert speaker(None, "management") == "the vendor's page"
        assert speaker("berlin", "management") == "the vendor's page"

    def test_of_a_site(self) -> None:
        """It stands in the section of its overlay."""
        assert speaker("berlin", "berlin") == "the site's overlay berlin"

    def test_flows_are_grouped_by_it(self) -> None:
        """Each speaker once, with what it states."""
        vendor, site = flow(), site_flow()
        assert by_speaker([vendor, site, vendor]) == {
            "the vendor's page": [vendor, vendor],
            "the site's overlay berlin": [site],
        }


class TestRequirement:
    """A sentence for each way in which a flow can be asked for."""

    @pytest.mark.parametrize(
        ("requirement", "when", "text"),
        [
            ("required", ALWAYS, "Required."),
            ("required", AWS, "Required when the cloud is AWS."),
            (
                "required",
                Unless(part=AWS),
                "Required unless the cloud is AWS.",
            ),
            (
                "required",
                SILENT,
                (
                    "Required when the cloud is AWS; the vendor's page does "
                    "not say for GCP."
                ),
            ),
            ("optional", ALWAYS, "Optional."),
            ("optional", AWS, "Optional when the cloud is AWS."),
            ("when-used", ALWAYS, "Required when used."),
            ("when-used", AWS, "Required when the cloud is AWS."),
            (
                "some-or-all",
                AWS,
                (
                    "Some or all of these are required when the cloud is AWS; "
                    "the vendor's page does not say which."
                ),
            ),
        ],
    )
    def test_of_the_vendor(
        self, requirement: str, when: Any, text: str
    ) -> None:
        """It begins with what to do, and the condition follows."""
        made = flow(requirement=requirement, when=when)
        assert requirement_text(made, EDITION.facets) == text

    def test_of_a_site(self) -> None:
        """A site's own flow says whose it is."""
        assert requirement_text(site_flow(when=AWS), EDITION.facets) == (
            "Required by the site's overlay berlin when the cloud is AWS."
        )
        some = site_flow(when=ALWAYS, requirement="some-or-all")
        assert requirement_text(some, EDITION.facets).endswith(
            "; the site's overlay berlin does not say which."
        )


class TestDeployment:
    """A deployment in words: each setting, with its value."""

    def test_each_setting_has_a_row(self) -> None:
        """By the names of the edition, in its order."""
        made = Deployment(
            clouds={"aws", "azure"},  # type: ignore[arg-type]
            controller="container",
            features={"cli-shell"},  # type: ignore[arg-type]
            nodes="single-node",
            release="22.1.4",
        )
        names = [facet.name for facet in EDITION.facets]
        values = [
            "AWS and Azure",
            EDITION.facets["controller"].values[1].name,
            EDITION.facets["feature"].values[0].name,
            "none",
        ]
        assert deployment_rows(made, EDITION.facets) == (
            *zip(names, values, strict=True),
            ("Controller nodes", "a single node"),
            ("Release", "22.1.4"),
        )
        assert deployment_rows(Deployment(), ()) == (
            ("Controller nodes", "a cluster"),
        )


class TestCondition:
    """A condition after a verb."""

    @pytest.mark.parametrize(
        ("when", "text"),
        [
            (ALWAYS, ""),
            (AWS, " when the cloud is AWS"),
            (Unless(part=AWS), " unless the cloud is AWS"),
        ],
    )
    def test_it_follows(self, when: Any, text: str) -> None:
        """With a blank before it, where there is any."""
        assert condition_text(flow(when=when), EDITION.facets) == text


class TestReasons:
    """Why a field is what it is, and who says so."""

    def test_what_a_site_changed_is_its_own_sentence(self) -> None:
        """It is neither missing from the vendor's page nor interpreted."""
        site: Any = {"field": "ports", "reason": "Moved.", "level": "site"}
        silent: Any = {"field": "source", "reason": "No sender is named."}
        unclear: Any = {"field": "when", "reason": "It may mean both."}
        assert reason_marks(
            (Reason(**site), Reason(**silent)), (Reason(**unclear),)
        ) == [
            "Moved.",
            "Not stated by the vendor (source): No sender is named.",
            "Interpreted (when): It may mean both.",
        ]


def overlaid(*names: str, title: str = "") -> avi_portspec.Edition:
    """Return the edition with overlays of a site, each with one change."""
    made = EDITION
    for at, name in enumerate(names):
        made = made.overlay(
            f'id = "{name}"\ntitle = "{title}{name}"\n[[changes]]\n'
            f'flow = "external-to-controller-https"\nports = [{9443 + at}]\n'
            'reason = "It moved."\n'
        )
    return made


class TestSources:
    """Where a table comes from."""

    def test_overlays_have_their_titles(self) -> None:
        """Where one says more than the id; the edition keeps its own id."""
        one = overlaid("berlin", title="Site ")
        assert sites_text(one) == (
            " and the site's overlay berlin (Site berlin)"
        )
        two = overlaid("berlin", "bonn", title="At ")
        assert sites_text(two) == (
            " and the site's overlays berlin (At berlin) and bonn (At bonn)"
        )
        assert one.id == "vantage-undated.berlin"
        assert base_id(one) == base_id(two) == "vantage-undated"
        assert base_id(EDITION) == EDITION.id
        assert edition_text(two) == edition_text(EDITION)
        # Data that somebody made by hand may have no section for it.
        flows = [
            attrs.evolve(flow, origin="berlin")
            if flow.id == "external-to-controller-https"
            else flow
            for flow in EDITION.flows
        ]
        bare = attrs.evolve(EDITION, flows=flows)
        assert sites_text(bare) == " and the site's overlay berlin"

    def test_a_comparison_names_both(self) -> None:
        """Each with its digest, whole or in part."""
        old, new = avi_portspec.load("17.1"), overlaid("berlin")
        assert sources_text(old, new) == (
            "Source: vendor's port page. Edition 17.1, SHA-256 "
            f"{old.digest}; edition vantage-undated and the site's overlay "
            f"berlin, SHA-256 {new.digest}. Management traffic only. Data "
            f"{avi_portspec.DATA_VERSION}."
        )
        assert f"{old.digest[:12]}; " in sources_text(old, old, digits=12)

    def test_overlays_are_named(self) -> None:
        """None, one and two."""
        assert sites_text(EDITION) == ""
        one, two = overlaid("berlin"), overlaid("berlin", "bonn")
        assert sites_text(one) == " and the site's overlay berlin"
        assert sites_text(two) == " and the site's overlays berlin and bonn"
        assert source_text(one) == (
            ", edition vantage-undated; release not stated, and the site's "
            "overlay berlin. Management traffic only."
        )
        assert "edition vantage-undated;" in source_text(one)
        assert source_text(EDITION) == (
            f"{edition_text(EDITION)}. Management traffic only."
        )

    def test_the_release_is_said_where_the_id_does_not_say_it(self) -> None:
        """Or that the page states none."""
        source = avi_portspec.load("17.1").source
        texts = {
            release: edition_text(
                attrs.evolve(
                    avi_portspec.load("17.1"),
                    source=attrs.evolve(source, release=release),
                )
            )
            for release in ("17.1", "17.2", None)
        }
        assert texts == {
            "17.1": ", edition 17.1",
            "17.2": ", edition 17.1 (release 17.2)",
            None: ", edition 17.1; release not stated",
        }
