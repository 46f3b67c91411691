"""The choice of a deployment: the page answers as the library does."""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from deployment_space import deployments as unread
from example_data import example
from hypothesis import assume, given, reject
from hypothesis import strategies as st

import avi_portspec
import sphinx_avi_portspec
from avi_portspec import (
    Deployment,
    Edition,
    Match,
    Reason,
    Unless,
    strategies,
)
from avi_portspec.deployment.space import representatives
from avi_portspec.deployment.unresolved import (
    conflict_phrase,
    gap_phrases,
    withheld_phrase,
)
from avi_portspec.model.facets import FACETS
from avi_portspec.model.phrases import (
    assumptions,
    cautions,
    changes,
    deployment_title,
)
from avi_portspec.model.wording import FIND_DIRECTION
from sphinx_avi_portspec import lookup as module
from sphinx_avi_portspec.chooser import AviChooser, Page
from sphinx_avi_portspec.lookup import TooManyCasesError, build_lookup

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
UNDATED = avi_portspec.load("vantage-undated")
EACH = pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)
STATIC = Path(sphinx_avi_portspec.__file__).with_name("static")
#: The page, if it left another doubt than that about a direction.
CAUTIOUS = attrs.evolve(
    UNDATED,
    id="cautious",
    flows=[
        attrs.evolve(
            flow,
            readings=[
                Reason(
                    field="ports",
                    level="caution",
                    reason="Perhaps it is another port.",
                )
            ],
        )
        if flow.id == "external-to-controller-snmp"
        else flow
        for flow in UNDATED.flows
    ],
)


def deployments(edition: Edition) -> st.SearchStrategy[Deployment]:
    """Return deployments that may accept a direction that is in doubt."""
    doubtful = [flow for flow in edition.flows if flow.direction_doubts]
    readings = st.lists(
        strategies.accepted_readings(doubtful),
        max_size=len(doubtful),
        unique_by=lambda reading: reading.flow,
    )
    return st.builds(
        lambda deployment, read: attrs.evolve(deployment, readings=read),
        unread(edition),
        readings,
    )


def plain(edition: Edition, deployment: Deployment) -> dict[str, list[str]]:
    """Return a deployment as the page's script takes it."""
    read = {each.flow: each.direction for each in deployment.readings}
    return {
        "cloud": [],
        **{f.id: sorted(deployment.values_of(f.id)) for f in edition.facets},
        "nodes": [deployment.nodes],
        **{
            f"reading-{flow.id}": [read.get(flow.id, "")]
            for flow in edition.flows
            if flow.direction_doubts
        },
    }


def expected(edition: Edition, deployment: Deployment) -> dict[str, Any]:
    """Return the library's answer, as the page has it."""
    answer = edition.resolve(deployment)
    asked = {f.id: deployment.values_of(f.id) for f in edition.facets}
    rows = {}
    for decision in answer:
        if decision.status not in {"needed", "optional"}:
            continue
        flow, text = decision.flow, decision.why.text
        warned = cautions(flow, asked)
        below = [flow.purpose] if flow.purpose else []
        if (flow.purpose or "").lower() == text.lower():
            below = []
        rows[str(flow.id)] = {
            "ends": [
                edition.endpoints[end].label
                for end in (flow.source, flow.destination)
            ],
            "status": decision.status,
            "why": f"{text[:1].upper()}{text[1:]}",
            "below": [*below, *changes(flow, whole=True), *warned],
            "assumed": [*assumptions(flow, asked)],
            "warned": bool(warned),
        }
    return {
        "title": deployment_title(deployment, edition.facets),
        "rows": rows,
        "conflicts": [
            conflict_phrase(
                edition.flows[found.flow], answer[found.flow].why, edition
            )
            for found in answer.conflicts
        ],
        "gaps": [
            text for gap in answer.gaps for text in gap_phrases(gap, edition)
        ],
        "unclear": [
            f"{withheld_phrase(decision, edition)} {FIND_DIRECTION} Then "
            f"choose it in the form. ({decision.flow.id})"
            for decision in answer
            if decision.status == "direction-unclear"
        ],
    }


def simplify(answer: dict[str, Any], edition: Edition) -> dict[str, Any]:
    """Return an answer of the page, without what is for drawing it."""
    excluded = {str(exclusion.id) for exclusion in edition.exclusions}
    assert excluded <= {row["id"] for row in answer["rows"]}
    assert len(answer["cautions"]) == sum(
        "caution" in row for row in answer["rows"]
    )
    return {
        "title": answer["title"],
        "rows": {
            row["id"]: {
                "ends": [row["from"], row["to"]],
                **{k: row[k] for k in ("status", "why", "below", "assumed")},
                "warned": "caution" in row,
            }
            for row in answer["rows"]
            if row["id"] not in excluded
        },
        "conflicts": answer["conflicts"],
        "gaps": answer["gaps"],
        "unclear": answer["unclear"],
    }


class Walker:
    """Walks the diagrams as the script does, in Python."""

    def __init__(self, data: dict[str, Any], deployment: Deployment) -> None:
        self.data = data
        self.held = {
            (facet, word)
            for facet, _ in FACETS
            for word in deployment.values_of(facet)
        }
        self.held |= {("nodes", deployment.nodes)}
        self.held |= {
            (f"reading-{each.flow}", each.direction)
            for each in deployment.readings
        }

    def found(self, at: int) -> Any:
        """Return the answer that a diagram leads to."""
        while at >= 0:
            word, without, having = self.data["nodes"][at]
            has = tuple(self.data["words"][word]) in self.held
            at = having if has else without
        # As the page has it: lists, and no tuples.
        return json.loads(json.dumps(self.data["answers"][-at - 1]))

    def answer(self, edition: Edition) -> dict[str, Any]:
        """Return everything that is said of the deployment."""
        lines = module.list_lines(edition)
        rows = {}
        for line, start in zip(lines, self.data["starts"], strict=True):
            said = self.found(start)
            if said and line.exclusion is None:
                said["warned"] = bool(said.pop("caution", ""))
                said["ends"] = [edition.endpoints[e].label for e in line.pair]
                rows[str(line.flows[0].id)] = said
        conflicts = map(self.found, self.data["conflicts"])
        gaps = map(self.found, self.data["gaps"])
        unclear = map(self.found, self.data["unclear"])
        return {
            "rows": rows,
            "conflicts": [text for text in conflicts if text],
            "gaps": [text for texts in gaps for text in texts or ()],
            "unclear": [text for text in unclear if text],
        }


def same(edition: Edition, deployment: Deployment) -> None:
    """Demand that the data and the library agree."""
    found = Walker(build_lookup(edition), deployment).answer(edition)
    wanted = expected(edition, deployment)
    del wanted["title"]
    assert found == wanted


class TestLookup:
    """The data, without a browser."""

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "edition", [*EDITIONS, CAUTIOUS], ids=lambda e: e.id
    )
    def test_it_answers_as_the_library_does(self, edition: Edition) -> None:
        """For any deployment: rows, reasons, conflicts and gaps."""

        @given(deployments(edition))
        def agree(deployment: Deployment) -> None:
            same(edition, deployment)

        agree()

    def test_there_are_conflicts_gaps_and_cautions_to_find(self) -> None:
        """Otherwise the other tests would compare nothing with nothing."""
        odd = Deployment(
            clouds={"openstack", "openshift", "gcp"}, controller="container"
        )
        answer = Walker(build_lookup(CAUTIOUS), odd).answer(CAUTIOUS)
        assert answer["conflicts"]
        assert answer["gaps"]
        assert len(answer["unclear"]) == 1
        assert "gcp-to-avi-vantage" not in answer["rows"]
        assert answer["rows"]["external-to-controller-snmp"]["warned"]

    def test_it_is_small_however_large_the_space_is(self) -> None:
        """Equal parts are kept once: less text than the table has."""
        for edition in EDITIONS:
            assert len(json.dumps(build_lookup(edition))) < 20_000
        for script in STATIC.glob("*.js"):
            assert script.stat().st_size < 12_000

    def test_it_is_made_once_for_an_edition(self) -> None:
        """Whatever the edition's pages are."""
        assert build_lookup(EDITIONS[0]) is build_lookup(EDITIONS[0])

    @pytest.mark.parametrize(
        "clouds", [{"vcenter"}, {"vcenter", "azure"}, {"azure"}]
    )
    def test_a_reason_may_be_about_other_values(
        self, clouds: set[str]
    ) -> None:
        """Of which an "unless" asks whether there are any, not which."""
        reason = Reason(
            field="ports",
            level="assumed",
            reason="Perhaps.",
            when=Unless(part=Match(facet="cloud", values=("vcenter",))),
        )
        flows = [
            attrs.evolve(flow, readings=[reason])
            if flow.id == "external-to-controller-snmp"
            else flow
            for flow in UNDATED.flows
        ]
        own = attrs.evolve(UNDATED, id="unless", flows=flows)
        asked = Deployment(clouds=clouds)
        same(own, asked)
        row = Walker(build_lookup(own), asked).answer(own)["rows"][
            "external-to-controller-snmp"
        ]
        assert bool(row["assumed"]) is ("azure" in clouds)

    def test_few_combinations_are_tried(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A reason on one cloud is no reason to try every set of clouds."""
        tried = 0

        def count(*arguments: Any) -> Iterator[Deployment]:
            nonlocal tried
            for deployment in representatives(*arguments):
                tried += 1
                yield deployment

        monkeypatch.setattr(module, "representatives", count)
        monkeypatch.setattr(module, "_made", {})
        build_lookup(UNDATED)
        clouds = len(UNDATED.facets["cloud"].values)
        # Silence on a cloud is asked about for every set of clouds, each with
        # a cluster and with a single node.
        assert tried < 1.5 * 2 * 2**clouds

    @EACH
    def test_groups_keep_their_places(self, edition: Edition) -> None:
        """A row for each record; a source's and a pair's stand together."""
        lines = module.list_lines(edition)
        shown = [str((li.exclusion or li.flows[0]).id) for li in lines]
        doubtful = [f for f in edition.flows if f.direction_doubts]
        records = [*edition.flows, *doubtful, *edition.exclusions]
        assert sorted(shown) == sorted(str(record.id) for record in records)
        for key in ("source", "pair"):
            runs = [
                k
                for k, _ in itertools.groupby(getattr(li, key) for li in lines)
            ]
            assert len(runs) == len(set(runs))

    @pytest.mark.slow
    def test_it_knows_a_cloud_that_no_bundled_edition_has(self) -> None:
        """The choice is among the edition's own clouds."""
        cloud, *others = UNDATED.facets
        ibm = avi_portspec.FacetValue(id="ibm", name="IBM Cloud")
        clouds = attrs.evolve(cloud, values=(*cloud.values, ibm))
        own = attrs.evolve(
            UNDATED, id="mine", facets=[clouds, *others], interfaces=()
        )
        asked = Deployment(clouds={"ibm"})
        same(own, asked)
        (gap,) = Walker(build_lookup(own), asked).answer(own)["gaps"]
        assert "IBM Cloud" in gap

    @given(strategies.editions(), st.data())
    def test_it_does_so_for_any_edition(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """Whatever facets and conditions a project's own editions have."""
        try:
            build_lookup(edition)
        except TooManyCasesError:
            reject()
        flows = [*edition.flows]
        deployment = data.draw(strategies.deployments(edition.facets, flows))
        if edition.facets.get("cloud") is not None:
            assume(deployment.clouds)
        known = attrs.evolve(
            deployment,
            readings=[
                each
                for each in deployment.readings
                if edition.flows[each.flow].direction_doubts
            ]
            if edition.facets
            else (),
            # The page has no choice of these.
            declined=(),
            **{
                field: frozenset()
                for facet, field in FACETS
                if field != "controller" and facet not in edition.facets
            },
        )
        same(edition, known)
        page = Page(edition)
        found = page.data(build_lookup(edition))
        html = AviChooser(data=found, html=page.write({})).write()
        ET.fromstring(f"<x>{html.replace('&#160;', ' ')}</x>")  # noqa: S314 - our own

    @EACH
    def test_the_source_is_a_link(self, edition: Edition) -> None:
        """Where the page that was transcribed has an address."""
        page = Page(edition)
        data = page.data(build_lookup(edition))
        html = AviChooser(data=data, html=page.write({})).write()
        tree = ET.fromstring(f"<x>{html.replace('&#160;', ' ')}</x>")  # noqa: S314 - our own
        below = tree.find(".//p[@class='avi-source']")
        assert below is not None
        mirror = ["https://github.com/oletizi/avi-docs"]
        links = [link.get("href") for link in below.iter("a")]
        assert links == ([] if edition == UNDATED else mirror)
        text = "".join(below.itertext())
        assert text.startswith("Source: vendor's port page")

    def test_a_facet_that_an_edition_lacks_is_no_choice(self) -> None:
        """Every deployment has some number of nodes."""
        edition = avi_portspec.loads(json.dumps(example()))
        assert edition.facets.ids() == ("cloud",)
        names = [name for name, *_ in Page(edition).choices]
        assert names == ["cloud", "nodes"]

    @EACH
    def test_a_feature_that_is_not_offered_changes_nothing(
        self, edition: Edition
    ) -> None:
        """Nothing that matters may be out of sight."""
        features = {value.id for value in edition.facets["feature"].values}
        every = build_lookup(edition)["offered"]
        offered = {k: v for k, v in every.items() if k in features}
        clouds = frozenset(v.id for v in edition.facets["cloud"].values)

        @given(deployments(edition), st.sampled_from([*offered]), st.data())
        def agree(base: Deployment, feature: str, data: st.DataObject) -> None:
            others = clouds - {*offered[feature]}
            left = data.draw(
                st.frozensets(st.sampled_from(sorted(others)), min_size=1)
            )
            without, having = (
                expected(
                    edition, attrs.evolve(base, clouds=left, features=used)
                )
                for used in (
                    base.features - {feature},
                    base.features | {feature},
                )
            )
            assert without == having

        agree()

    @given(deployments(UNDATED))
    def test_a_direction_that_is_not_offered_changes_nothing(
        self, base: Deployment
    ) -> None:
        """No more than a feature."""
        clouds = (base.clouds - {"gcp"}) or {"aws"}
        asked, plainly = (
            attrs.evolve(base, clouds=clouds, readings=readings)
            for readings in (base.readings, ())
        )
        assert expected(UNDATED, asked) == expected(UNDATED, plainly)

    def test_offers_by_hand(self) -> None:
        """Heat is OpenStack's, and the shell is anybody's."""
        assert build_lookup(UNDATED)["offered"] == {
            "heat-autoscaling": ["openstack"],
            "unauthenticated-kubernetes-masters": ["kubernetes"],
            "unauthenticated-marathon": ["mesos"],
            "reading-gcp-to-avi-vantage": ["gcp"],
        }
