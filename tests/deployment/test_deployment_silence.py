"""Silence is a gap: of each cloud's interface, and of what a value lacks."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from small_edition import AWS, SILENT, make_edition, make_flow

import avi_portspec
from avi_portspec import (
    AllOf,
    Answer,
    AnyOf,
    Deployment,
    Edition,
    Facet,
    FacetValue,
    Interface,
    InvalidDataError,
    Match,
    UnresolvedError,
    preset,
)
from avi_portspec.deployment.space import cases
from avi_portspec.deployment.unresolved import gap_phrases
from avi_portspec.names import SectionId
from tools.double_entry import read_table

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
EACH = pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)
UNDATED = avi_portspec.load("vantage-undated")


class TestLaws:
    """They hold for every deployment."""

    @EACH
    def test_each_unstated_flow_is_in_a_gap(self, edition: Edition) -> None:
        """None is found in a list of decisions alone."""
        for flow in edition.flows:
            for deployment in cases(edition, flow):
                answer = edition.resolve(deployment)
                if answer.status_of(flow) == "unstated":
                    told = {name for gap in answer.gaps for name in gap.flows}
                    assert flow.id in told

    @EACH
    def test_each_interface_has_a_flow_or_a_gap(
        self, edition: Edition
    ) -> None:
        """As the second entry has it, cloud by cloud, with all features."""
        features = [v.id for v in edition.facets["feature"].values]
        for row in read_table("interfaces"):
            if edition.id not in row["editions"].split():
                continue
            bare = edition.resolve(row["cloud"])
            whole = edition.resolve(
                Deployment(clouds=[row["cloud"]], features=features)
            )
            open_ = {
                *whole.needed.ids(),
                *whole.optional.ids(),
                *whole.direction_unclear.ids(),
            }
            assert open_ >= {*row["flows"].split()}
            for answer in (bare, whole):
                told = [g for g in answer.gaps if g.interface]
                silent = row["name"] and not row["flows"]
                nothing = any(
                    g.value == row["cloud"] and not g.flows and not g.interface
                    for g in answer.gaps
                )
                own = [g for g in told if g.interface == row["interface"]]
                assert len(own) == bool(silent and not nothing)

    @EACH
    def test_each_cloud_has_a_flow_or_a_gap(self, edition: Edition) -> None:
        """With an orchestrator or a service of its own."""
        for cloud in edition.facets["cloud"].values:
            answer = edition.resolve(cloud.id)
            ends = [
                edition.endpoints[end].kind
                for flow in (*answer.needed, *answer.direction_unclear)
                for end in (flow.source, flow.destination)
            ]
            assert "orchestrator" in ends or answer.gaps


class TestInterfaces:
    """What a Controller talks to, and no flow covers."""

    @pytest.mark.parametrize(
        ("cloud", "name"),
        [
            ("nsx-t", "NSX Manager on NSX-T"),
            ("vcenter", "vCenter Server on VMware vCenter"),
            ("linux-server-cloud", "the Linux hosts on Linux Server Cloud"),
        ],
    )
    def test_it_is_a_gap(self, cloud: str, name: str) -> None:
        """Told in words, and strictly refused."""
        (gap,) = UNDATED.resolve(cloud).gaps
        assert (gap.facet, gap.value, gap.flows) == ("cloud", cloud, ())
        assert not gap.is_lacking
        assert gap.text == (
            "the vendor's page states no flow between the Controller and "
            f"{name}."
        )
        with pytest.raises(UnresolvedError, match="states no flow between"):
            UNDATED.resolve(cloud, strict=True)

    def test_its_phrase(self) -> None:
        """As the chooser lists it."""
        (gap,) = UNDATED.resolve("nsx-t").gaps
        assert gap_phrases(gap, UNDATED) == (
            "the flows between the Controller and NSX Manager on NSX-T.",
        )

    def test_where_nothing_is_documented_that_says_it(self) -> None:
        """One gap is enough, and the wider one."""
        (gap,) = avi_portspec.load("17.1").resolve("nsx-t").gaps
        assert gap.interface is None
        assert gap.text.startswith("no flow names NSX-T")

    def test_of_several_clouds_each_is_told(self) -> None:
        """Another cloud's flows cover none."""
        answer = UNDATED.resolve(["aws", "nsx-t", "vcenter"])
        found = [gap.interface for gap in answer.gaps]
        assert found == ["vcenter-server", "nsx-manager"]

    def test_a_value_that_is_named_as_unstated_is_named(self) -> None:
        """Where something else settles the condition, nothing is silent."""
        shell = Match(facet="feature", values=("cli-shell",))
        when = AnyOf(parts=(SILENT, shell))
        made = make_edition([make_flow("only", 1, when=when)])
        assert made.resolve(preset("gcp", features={"cli-shell"})).gaps == ()
        (gap,) = made.resolve("gcp").gaps
        assert gap.flows == ("only",)
        (gap,) = made.resolve("azure").gaps
        assert gap.flows == ()

    SITE = """
    id = "berlin"
    title = "Site Berlin"
    [[endpoints]]
    id = "vcenter-server"
    name = "Our vCenter"
    kind = "orchestrator"
    [[flows]]
    id = "controller-to-vcenter"
    source = "controller"
    destination = "vcenter-server"
    protocols = ["tcp"]
    ports = [443]
    purpose = "API"
    covers = "vcenter-server"
    """

    def test_a_site_s_flow_covers_one(self) -> None:
        """Then it is no gap; without the word, it is another flow."""
        site = UNDATED.overlay(self.SITE)
        answer = site.resolve("vcenter", strict=True)
        assert "controller-to-vcenter" in answer.needed.ids()
        assert site.cloud_gaps(["vcenter"]) == ()
        (other,) = site.resolve("nsx-t").gaps
        assert other.interface == "nsx-manager"
        bare = self.SITE.replace('covers = "vcenter-server"', "")
        (gap,) = UNDATED.overlay(bare).resolve("vcenter").gaps
        assert gap.interface == "vcenter-server"

    @pytest.mark.parametrize(
        ("word", "more", "text"),
        [
            ("vcenter-servr", "", "did you mean 'vcenter-server'?"),
            ("no-orchestrator", "", "what the flows reach, by name"),
            (
                "nsx-manager",
                'when = { facet = "cloud", values = ["vcenter"] }',
                "a flow that can apply on nsx-t",
            ),
        ],
    )
    def test_a_slip(self, word: str, more: str, text: str) -> None:
        """It is told at the flow."""
        covers = f'covers = "{word}"\n{more}'
        site = self.SITE.replace('covers = "vcenter-server"', covers)
        with pytest.raises(InvalidDataError) as caught:
            UNDATED.overlay(site)
        (fault,) = caught.value.faults
        assert fault.path.startswith("flows")
        assert text in str(fault)

    def test_an_edition_without_any_says_nothing_of_them(self) -> None:
        """It is an older file, or a site's own."""
        bare = attrs.evolve(UNDATED, interfaces=())
        assert bare.resolve("nsx-t").gaps == ()

    def test_a_site_may_add_a_flow_of_an_orchestrator(self) -> None:
        """That is no statement of the vendor's page, which stays silent."""
        own = UNDATED.overlay(
            'id = "berlin"\ntitle = "Berlin"\n[[endpoints]]\nid = "nsx"\n'
            'name = "Our NSX"\nkind = "orchestrator"\n[[flows]]\n'
            'id = "controller-to-nsx"\nsource = "controller"\n'
            'destination = "nsx"\nprotocols = ["tcp"]\nports = [443]\n'
            'requirement = "required"\npurpose = "Ours"\n'
        )
        assert "controller-to-nsx" in own.resolve("nsx-t").needed.ids()
        assert [g.interface for g in own.resolve("nsx-t").gaps] == [
            "nsx-manager"
        ]

    def test_each_cloud_has_to_have_one(self) -> None:
        """An edition that speaks of some clouds speaks of all."""
        fewer = [i for i in UNDATED.interfaces if i.cloud != "gcp"]
        with pytest.raises(InvalidDataError) as caught:
            attrs.evolve(UNDATED, interfaces=fewer)
        assert {fault.rule for fault in caught.value.faults} == {
            "interface/cloud-without",
            "interface/flow-without",
        }


class TestLackingValues:
    """What is documented without authentication is not ruled out with it."""

    @pytest.mark.parametrize(
        ("cloud", "flow", "feature", "name"),
        [
            (
                "kubernetes",
                "controller-to-kubernetes-master",
                "unauthenticated-kubernetes-masters",
                "a Kubernetes master with authentication",
            ),
            (
                "mesos",
                "controller-to-marathon",
                "unauthenticated-marathon",
                "Marathon with authentication",
            ),
        ],
    )
    @pytest.mark.parametrize("edition", ["17.1", "vantage-undated"])
    def test_it_is_unstated(
        self, edition: str, cloud: str, flow: str, feature: str, name: str
    ) -> None:
        """Needed with the feature, a gap without it, nothing elsewhere."""
        loaded = avi_portspec.load(edition)
        with_it = Deployment(clouds=[cloud], features=[feature])
        assert loaded.resolve(with_it).status_of(flow) == "needed"
        assert loaded.resolve("aws").status_of(flow) == "not-applicable"
        answer = loaded.resolve(cloud)
        decision = answer[flow]
        assert decision.status == "unstated"
        assert str(decision.why) == f"Not documented for {name}"
        (gap,) = [gap for gap in answer.gaps if gap.is_lacking]
        assert (gap.facet, gap.value) == ("feature", feature)
        assert gap.flows == (flow,)
        assert f"does not say whether {name} needs " in gap.text
        (phrase,) = gap_phrases(gap, loaded)
        assert f" for {name}. Otherwise it is TCP " in phrase
        text = loaded.flows[flow].when.describe(loaded.facets)
        assert text.endswith(f"the vendor's page does not say for {name}")

    def test_a_value_without_words_of_its_own(self) -> None:
        """It is called what it lacks."""
        facet = UNDATED.facets["feature"]
        assert facet.without("cli-shell") == (
            "a deployment without the CLI shell"
        )
        when = Match(
            facet="feature", values=("cli-shell",), otherwise="unstated"
        )
        assert when.describe().endswith("does not say for not cli-shell")

    def test_within_another_condition(self) -> None:
        """The least of the answers decides, as for any other silence."""
        open_ = Match(
            facet="feature", values=("cli-shell",), otherwise="unstated"
        )
        aws = Match(facet="cloud", values=("aws",))
        both = AllOf(parts=(aws, open_))
        assert both.evaluate(Deployment(clouds=["aws"])) is Answer.UNSTATED
        assert both.evaluate(Deployment(clouds=["gcp"])) is Answer.NO


def make_facets(**words: tuple[str, ...]) -> list[Facet]:
    """Return facets with such values."""
    return [
        attrs.evolve(
            UNDATED.facets[name],
            values=[FacetValue(id=word, name=word.upper()) for word in values],
        )
        for name, values in words.items()
    ]


class TestWordsOfSeveralFacets:
    """A value of one facet may have the id of another one's."""

    FACETS = make_facets(
        cloud=("aws", "gcp"), feature=("aws", "dns"), service=("dns", "ntp")
    )

    @pytest.mark.parametrize(
        ("when", "used", "told"),
        [
            # Nothing is said of the service; the feature is no part of it.
            (
                Match(facet="service", values=("ntp",), unstated=("dns",)),
                {"features": {"dns"}, "services": {"dns"}},
                [("feature", "dns", False), ("service", "dns", False)],
            ),
            # Without the service, nothing is said; the feature lacks none.
            (
                Match(facet="service", values=("dns",), otherwise="unstated"),
                {},
                [("service", "dns", True)],
            ),
        ],
    )
    def test_the_facet_counts(
        self,
        when: Match,
        used: dict[str, Any],
        told: list[tuple[str, str, bool]],
    ) -> None:
        """Silence on the one is none on the other."""
        edition = make_edition(
            [
                make_flow("only", 1, when=when),
                make_flow("other", 2, when=AWS),
            ],
            facets=self.FACETS,
        )
        gaps = edition.resolve(preset("aws", **used)).gaps
        assert [(g.facet, g.value, g.is_lacking) for g in gaps] == told
        assert [g.flows for g in gaps if g.facet == "service"] == [("only",)]

    def test_an_interface_is_of_a_cloud(self) -> None:
        """Not of a feature that is called like it."""
        edition = make_edition(
            [
                make_flow("one", 1, when=AWS),
                make_flow(
                    "two", 2, when=Match(facet="feature", values=("aws",))
                ),
                make_flow(
                    "three", 3, when=Match(facet="cloud", values=("gcp",))
                ),
            ],
            facets=self.FACETS,
        )
        made = attrs.evolve(
            edition,
            interfaces=[
                Interface(
                    id="aws", cloud="aws", name="X", section=SectionId("only")
                ),
                Interface(id="gcp", cloud="gcp", section=SectionId("only")),
            ],
        )
        assert made.resolve(preset("gcp", features={"aws"})).gaps == ()
        (gap,) = made.resolve("aws").gaps
        assert gap.interface == "aws"

    def test_what_is_settled_lacks_nothing(self) -> None:
        """Another part of the condition may say yes."""
        lacking = Match(facet="service", values=("dns",), otherwise="unstated")
        when = AnyOf(parts=(lacking, AWS))
        edition = make_edition(
            [make_flow("only", 1, when=when)], facets=self.FACETS
        )
        assert edition.resolve("aws").gaps == ()
