"""Why a flow was decided so, in a dozen words and in 26 characters."""

from __future__ import annotations

import attrs
import pytest
from deployment_space import deployments
from example_data import JUMP_HOST
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

import avi_portspec
from avi_portspec import (
    AllOf,
    AnyOf,
    Condition,
    Deployment,
    Edition,
    Match,
    Unless,
    strategies,
)
from avi_portspec.deployment.unresolved import conflict_phrase, gap_phrases
from avi_portspec.deployment.why import SHORT, SINGLE_NODE, Why, explain

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
NEWEST = EDITIONS[-1]

AWS = Match(facet="cloud", values=("aws",))
AZURE = Match(facet="cloud", values=("azure",))
BARE = Match(facet="cloud", values=("no-orchestrator",))
CONTAINER = Match(facet="controller", values=("container",))
SHELL = Match(facet="feature", values=("cli-shell",))
DNS = Match(facet="service", values=("dns",))
SILENT = Match(facet="cloud", values=("aws",), unstated=("gcp",))

SSH = "controller-to-controller-ssh"
CONTAINER_SSH = "controller-to-controller-ssh-container"
OBJSTORE = "service-engine-to-service-engine-objstore-cloud"
VMWARE_OBJSTORE = "service-engine-to-service-engine-objstore-vmware"


def _deployment(
    clouds: str, uses: str = "", *, run: str = "", nodes: str = ""
) -> Deployment:
    features = {value.id for value in NEWEST.facets["feature"].values}
    words = frozenset(uses.split())
    deployment = Deployment(
        clouds=clouds.split(),
        controller=run or "virtual-machine",
        features=words & features,
        services=words - features,
    )
    return attrs.evolve(deployment, nodes=nodes or "cluster")


DEPLOYMENTS = deployments(NEWEST)

#: A flow, a deployment, and what stands in its columns Why and Short.
CASES = [
    (
        "controller-to-controller-https",
        _deployment("aws"),
        "Required",
        "yes",
    ),
    (OBJSTORE, _deployment("aws"), "Required on AWS", "yes: on AWS"),
    (
        OBJSTORE,
        _deployment("azure aws"),
        "Required on AWS and Azure",
        "yes: on AWS, Azure",
    ),
    (
        OBJSTORE,
        _deployment("openstack gcp aws"),
        "Required on AWS, GCP and OpenStack",
        "yes: on 3 clouds",
    ),
    # Three are counted, even where there is room for their names.
    (
        OBJSTORE,
        _deployment("azure gcp aws"),
        "Required on AWS, Azure and GCP",
        "yes: on 3 clouds",
    ),
    (
        VMWARE_OBJSTORE,
        _deployment("vcenter linux-server-cloud"),
        "Required on vCenter and Linux Server Cloud",
        "yes: on 2 clouds",
    ),
    # Only the clouds that it has are named.
    (OBJSTORE, _deployment("aws vcenter"), "Required on AWS", "yes: on AWS"),
    (
        VMWARE_OBJSTORE,
        _deployment("aws vcenter"),
        "Required on vCenter",
        "yes: on vCenter",
    ),
    (
        SSH,
        _deployment("aws"),
        "Required: the Controller is not a container",
        "yes: not a container",
    ),
    (
        CONTAINER_SSH,
        _deployment("aws", run="container"),
        "Required: the Controller is a container",
        "yes: a container",
    ),
    (
        "external-to-controller-cli",
        _deployment("aws", "cli-shell"),
        "Required: this deployment uses the CLI shell",
        "yes: uses the CLI shell",
    ),
    (
        "controller-to-dns",
        _deployment("aws", "dns"),
        "Required: the Controller uses DNS",
        "yes: uses DNS",
    ),
    (
        "controller-to-keystone",
        _deployment("openstack"),
        "May be needed on OpenStack",
        "maybe: on OpenStack",
    ),
    (
        "controller-to-gateway-echo",
        _deployment("aws"),
        "Optional: gateway status only",
        "optional: status only",
    ),
    (
        "external-to-controller-http",
        _deployment("aws"),
        "Not used here: plain HTTP",
        "not used here",
    ),
    (
        "controller-to-dns",
        _deployment("aws"),
        "Not used here: DNS",
        "not used here",
    ),
    (
        SSH,
        _deployment("aws", run="container"),
        "Replaced by TCP 5098: the Controller is a container",
        "replaced by TCP 5098",
    ),
    (
        CONTAINER_SSH,
        _deployment("aws"),
        "Not needed: the Controller is not a container",
        "not needed here",
    ),
    (
        "controller-to-azure",
        _deployment("aws"),
        "Only on Azure",
        "not on this cloud",
    ),
    (
        CONTAINER_SSH,
        _deployment("openstack aws", run="container"),
        "Not supported on OpenStack",
        "not supported here",
    ),
    (
        OBJSTORE,
        _deployment("openshift"),
        "Not documented for OpenShift",
        "not documented",
    ),
    (
        VMWARE_OBJSTORE,
        _deployment("kubernetes openshift"),
        "Not documented for OpenShift or Kubernetes",
        "not documented",
    ),
    (
        OBJSTORE,
        _deployment("no-orchestrator"),
        "Not documented without an orchestrator",
        "not documented",
    ),
    (
        "controller-to-marathon",
        _deployment("mesos", "unauthenticated-marathon"),
        (
            "Required on Mesos (DC/OS): this deployment uses Marathon "
            "without authentication"
        ),
        "yes: on Mesos (DC/OS)",
    ),
    (
        "controller-to-heat",
        _deployment("openstack", "heat-autoscaling"),
        "Required on OpenStack: this deployment uses Heat autoscaling",
        "yes: uses Heat autoscaling",
    ),
]


class TestTheWords:
    """Columns Why and Short of the specification."""

    @pytest.mark.parametrize(("flow", "deployment", "text", "short"), CASES)
    def test_of_the_edition(
        self,
        flow: str,
        deployment: Deployment,
        text: str,
        short: str,
        edition: Edition,
    ) -> None:
        """Each decision, word by word."""
        why = edition.resolve(deployment)[flow].why
        assert (str(why), why.short) == (text, short)

    @pytest.mark.parametrize(
        ("when", "text"),
        [
            ("", "Required by the site (overlay berlin)"),
            (
                'when = { facet = "cloud", values = ["aws"] }',
                "Required by the site (overlay berlin) on AWS",
            ),
            (
                'when = { facet = "service", values = ["dns"] }',
                (
                    "Required by the site (overlay berlin): the Controller "
                    "uses DNS"
                ),
            ),
        ],
    )
    def test_of_a_site(self, when: str, text: str, edition: Edition) -> None:
        """Who asks for it is named."""
        site = edition.overlay(JUMP_HOST + when)
        why = site.resolve(_deployment("aws", "dns"))["jump"].why
        assert why == Why("", text, "yes: site")

    def test_changed_ports_are_still_the_vendors_need(
        self, edition: Edition
    ) -> None:
        """A site moved a port; that it is needed, the vendor says."""
        site = edition.overlay(
            """
            id = "berlin"
            title = "Site Berlin"
            [[changes]]
            flow = "controller-to-controller-https"
            ports = [9443]
            reason = "It moved."
            """
        )
        why = site.resolve("aws")["controller-to-controller-https"].why
        assert why == Why("", "Required", "yes")

    @pytest.mark.parametrize(
        ("when", "deployment", "text", "short"),
        [
            # Some of these may be needed, wherever and for whatever.
            (None, _deployment("aws"), "May be needed", "maybe"),
            (
                AllOf(parts=(AWS, DNS)),
                _deployment("aws", "dns"),
                "May be needed on AWS: the Controller uses DNS",
                "maybe: on AWS",
            ),
            (
                DNS,
                _deployment("aws", "dns"),
                "May be needed: the Controller uses DNS",
                "maybe",
            ),
        ],
    )
    def test_some_or_all(
        self,
        when: Condition | None,
        deployment: Deployment,
        text: str,
        short: str,
    ) -> None:
        """Nothing hangs in the air."""
        why = _why(when, deployment, requirement="some-or-all")
        assert why == Why("", text, short)

    @pytest.mark.parametrize(
        ("when", "deployment", "text", "short"),
        [
            (
                AllOf(parts=(AWS, DNS)),
                _deployment("aws", "dns"),
                "Required on AWS: the Controller uses DNS",
                "yes: uses DNS",
            ),
            (
                AllOf(parts=(CONTAINER, DNS)),
                _deployment("aws", "dns", run="container"),
                (
                    "Required: the Controller is a container and the "
                    "Controller uses DNS"
                ),
                "yes",
            ),
            (
                AnyOf(parts=(BARE, AWS)),
                _deployment("no-orchestrator"),
                "Required without an orchestrator",
                "yes",
            ),
            (None, _deployment("aws"), "Required", "yes"),
            (
                Unless(part=AZURE),
                _deployment("aws"),
                "Required not on Azure",
                "yes: not on Azure",
            ),
        ],
    )
    def test_when_used(
        self,
        when: Condition | None,
        deployment: Deployment,
        text: str,
        short: str,
    ) -> None:
        """What decides besides the service is said, and nothing else."""
        why = _why(when, deployment, requirement="when-used")
        assert why == Why("", text, short)

    @pytest.mark.parametrize(
        ("when", "deployment", "text", "short"),
        [
            (
                Unless(part=AZURE),
                _deployment("aws azure"),
                "Not on Azure",
                "not on this cloud",
            ),
            (
                Unless(part=BARE),
                _deployment("no-orchestrator"),
                "Not without an orchestrator",
                "not on this cloud",
            ),
            (
                AllOf(parts=(AWS, DNS)),
                _deployment("azure"),
                "Only on AWS",
                "not on this cloud",
            ),
            (
                AnyOf(parts=(SHELL, DNS)),
                _deployment("azure"),
                "Not used here: the CLI shell or DNS",
                "not used here",
            ),
            (
                Unless(part=SHELL),
                _deployment("azure", "cli-shell"),
                "Not needed: this deployment uses the CLI shell",
                "not needed here",
            ),
        ],
    )
    def test_what_does_not_apply(
        self, when: Condition, deployment: Deployment, text: str, short: str
    ) -> None:
        """The cloud comes first, then what is not in use."""
        assert _why(when, deployment) == Why("", text, short)

    @pytest.mark.parametrize(
        ("when", "deployment", "text"),
        [
            # Silent on GCP, where the other part says yes.
            (
                AllOf(parts=(SILENT, AZURE)),
                _deployment("gcp azure"),
                "for GCP",
            ),
            # Silent twice, on the same.
            (
                AllOf(
                    parts=(
                        SILENT,
                        Match(
                            facet="cloud",
                            values=("azure",),
                            unstated=("gcp", "mesos"),
                        ),
                    )
                ),
                _deployment("gcp mesos"),
                "for GCP or Mesos (DC/OS)",
            ),
            # Silent on two sides of the deployment.
            (
                AllOf(
                    parts=(
                        SILENT,
                        Match(
                            facet="service",
                            values=("dns",),
                            unstated=("ntp",),
                        ),
                    )
                ),
                _deployment("gcp", "ntp"),
                "for GCP and for NTP",
            ),
            # Silent, where the other part says no.
            (AnyOf(parts=(SILENT, DNS)), _deployment("gcp"), "for GCP"),
        ],
    )
    def test_what_is_not_documented(
        self, when: Condition, deployment: Deployment, text: str
    ) -> None:
        """For whatever it has and the vendor does not mention."""
        assert _why(when, deployment) == Why(
            "Not documented", text, "not documented"
        )

    @pytest.mark.parametrize(
        ("when", "deployment", "text"),
        [
            (
                AllOf(parts=(DNS, Unless(part=AZURE))),
                _deployment("aws azure", "dns"),
                "Not supported on Azure",
            ),
            (
                AllOf(parts=(DNS, Unless(part=CONTAINER))),
                _deployment("aws", "dns", run="container"),
                "Not supported: the Controller is a container",
            ),
            # The restriction is all that there is.
            (
                Unless(part=AZURE),
                _deployment("azure"),
                "Not supported on Azure",
            ),
            # One of two restrictions is about this deployment.
            (
                AllOf(parts=(Unless(part=CONTAINER), Unless(part=AZURE))),
                _deployment("azure"),
                "Not supported on Azure",
            ),
        ],
    )
    def test_what_is_not_supported(
        self, when: Condition, deployment: Deployment, text: str
    ) -> None:
        """What rules it out, and not what it is for."""
        flow = attrs.evolve(NEWEST.flows["controller-to-dns"], when=when)
        why = explain(flow, "unsupported", NEWEST, deployment)
        assert why == Why("", text, "not supported here")

    @pytest.mark.parametrize(
        ("purpose", "text", "short"),
        [
            ("Gateway status only", "gateway status only", "status only"),
            ("Plain HTTP", "plain HTTP", "plain HTTP"),
        ],
    )
    def test_what_is_optional(
        self, purpose: str, text: str, short: str
    ) -> None:
        """What it is for, if there is room."""
        why = _optional(purpose)
        assert why == Why("Optional", text, f"optional: {short}")

    def test_an_optional_flow_without_room_or_purpose(self) -> None:
        """Then the tag has to do."""
        long = "Autoscaling of back-end members"
        assert _optional(long) == Why(
            "Optional", "autoscaling of back-end members", "optional"
        )
        assert _optional(None) == Why("Optional", "", "optional")

    def test_a_single_node_has_no_peers(self) -> None:
        """Nothing of the flow itself is told."""
        answer = NEWEST.resolve(_deployment("aws", nodes="single-node"))
        assert answer[SSH].why == Why(
            "",
            "Not needed: a single node has no peers",
            "not needed: single node",
        )

    def test_replaced_by_several(self) -> None:
        """All of them are named, or none where there is no room."""
        flow = NEWEST.flows[SSH]
        names = (
            *("external-to-controller-https", "external-to-controller-snmp"),
            "service-engine-to-controller-portal",
        )
        others = [NEWEST.flows[name] for name in names]
        deployment = _deployment("aws")
        assert explain(flow, "replaced", NEWEST, deployment, others) == Why(
            "",
            "Replaced by TCP 443, UDP 161 and TCP 8443",
            "replaced",
        )
        assert explain(
            flow, "replaced", NEWEST, deployment, others[:1] * 2
        ) == Why("", "Replaced by TCP 443", "replaced by TCP 443")

    def test_replaced_on_a_cloud(self) -> None:
        """Where it replaces the other, if nothing else decides."""
        flow = NEWEST.flows[SSH]
        other = NEWEST.flows["controller-to-aws"]
        why = explain(flow, "replaced", NEWEST, _deployment("aws"), [other])
        assert why.text == "Replaced by TCP 443: on AWS"


def _why(
    when: Condition | None,
    deployment: Deployment,
    requirement: str = "required",
) -> Why:
    """Return why a flow of that condition is decided as it is."""
    changed = attrs.evolve(
        NEWEST.flows["controller-to-dns"],
        requirement=requirement,
        when=avi_portspec.ALWAYS if when is None else when,
        inferred=(),
        readings=(),
    )
    flows = [changed if f.id == changed.id else f for f in NEWEST.flows]
    edition = attrs.evolve(NEWEST, flows=flows)
    return edition.resolve(deployment)[changed.id].why


def _optional(purpose: str | None) -> Why:
    """Return why a flow that is for that is optional."""
    flow = attrs.evolve(NEWEST.flows["controller-to-dns"], purpose=purpose)
    return explain(flow, "optional", NEWEST, _deployment("aws"))


def _counted(why: Why) -> int:
    return len(str(why).split())


class TestLaws:
    """For every deployment."""

    @examples(5)
    @given(DEPLOYMENTS, st.sampled_from(EDITIONS))
    def test_at_most_a_dozen_words(
        self, deployment: Deployment, edition: Edition
    ) -> None:
        """Of whatever the bundled editions decide."""
        for decision in edition.resolve(deployment):
            assert 1 <= _counted(decision.why) <= 12, str(decision.why)
            assert len(decision.why.short) <= 26

    @examples(5)
    @given(DEPLOYMENTS, st.sampled_from(EDITIONS))
    def test_only_its_own_clouds_are_named(
        self, deployment: Deployment, edition: Edition
    ) -> None:
        """Where a flow is needed, or not documented, or not supported."""
        for decision in edition.resolve(deployment):
            if decision.status in {"not-applicable", "replaced"}:
                continue
            text = f"{decision.why.text} {decision.why.short}"
            for value in edition.facets["cloud"].values:
                if value.id not in deployment.clouds:
                    assert f" {value.label}" not in text
                    assert value.phrase is None or value.phrase not in text

    @examples(5)
    @given(DEPLOYMENTS, st.sampled_from(EDITIONS))
    def test_the_first_words_are_the_decision(
        self, deployment: Deployment, edition: Edition
    ) -> None:
        """Nobody takes one for another."""
        starts = {
            "needed": ("Required", "May be needed", "The Controller uses "),
            "optional": ("Optional",),
            "direction-unclear": ("Direction not clear: ",),
            "replaced": ("Replaced by ",),
            "unstated": ("Not documented for ", "Not documented without "),
            "unsupported": ("Not supported ",),
            "not-applicable": (
                *("Only on ", "Not on ", "Not used here: ", "Not needed: "),
            ),
        }
        for decision in edition.resolve(deployment):
            assert str(decision.why).startswith(starts[decision.status])
            needed = decision.why.short.startswith(("yes", "maybe"))
            assert needed == (decision.status == "needed")
            assert decision.reason.startswith(f"{decision.why}.")

    @given(st.data())
    def test_of_any_edition(self, data: st.DataObject) -> None:
        """Whatever its names, the short form is short, and no word hangs."""
        edition = data.draw(strategies.editions())
        answer = edition.resolve(data.draw(deployments(edition)))
        for decision in answer:
            why = decision.why
            assert 1 <= len(why.short) <= SHORT == 26
            assert why.short == why.short.strip(" ")
            # A name may be a colon itself; a lead without words hangs.
            assert why.short not in {"yes:", "maybe:"}
            assert str(why) == str(why).strip(" ") != ""
            tags = {"", "Optional", "Not documented", "Direction not clear"}
            assert why.tag in tags
            assert bool(why.text) or why.tag == "Optional"
            leads = {"Required:", "Not used here:", "Not needed:"}
            assert why.text not in leads

    def test_a_name_that_is_too_long(self) -> None:
        """The short form does without it."""
        facet = NEWEST.facets["cloud"]
        values = [
            attrs.evolve(value, short=f"{value.label} of Very Long Names Ltd")
            for value in facet.values
        ]
        facets = [
            attrs.evolve(facet, values=values) if f.id == "cloud" else f
            for f in NEWEST.facets
        ]
        edition = attrs.evolve(NEWEST, facets=facets)
        aws = edition.resolve("aws")[OBJSTORE].why
        assert aws.text == "Required on AWS of Very Long Names Ltd"
        assert aws.short == "yes"
        both = edition.resolve(["aws", "azure"])[OBJSTORE].why
        assert both.short == "yes: on 2 clouds"
        some = edition.resolve("openstack")["controller-to-keystone"].why
        assert some.short == "maybe"

    def test_without_the_facet_cloud(self) -> None:
        """An edition that asks about no cloud says nothing of any."""
        flows = [
            attrs.evolve(
                flow, when=avi_portspec.ALWAYS, inferred=(), readings=()
            )
            for flow in NEWEST.flows
        ]
        edition = attrs.evolve(NEWEST, facets=[], flows=flows, interfaces=[])
        for decision in edition.resolve(Deployment(nodes="single-node")):
            assert str(decision.why) in {
                *("Required", "Required", "May be needed", SINGLE_NODE),
                *("Optional: gateway status only",),
                *("Optional: Controller status only", "Optional"),
                *("Optional: remote CLI shell",),
                *("Optional: autoscaling of back-end members",),
                *("Replaced by TCP 5098",),
            }


class TestUnresolved:
    """Conflicts and gaps, a sentence each."""

    def test_conflicts(self) -> None:
        """Which port of whom, and that there is no other."""
        deployment = _deployment("openstack", run="container")
        answer = NEWEST.resolve(deployment)
        assert [
            conflict_phrase(
                NEWEST.flows[found.flow], answer[found.flow].why, NEWEST
            )
            for found in answer.conflicts
        ] == [
            f"TCP 5098 from {ends} is not supported on OpenStack, and no "
            "other SSH port is documented."
            for ends in (
                "Controller to Controller",
                "Service Engine to Controller",
            )
        ]

    def test_a_conflict_of_a_flow_without_a_service(self) -> None:
        """There is nothing to name."""
        flow = attrs.evolve(NEWEST.flows[CONTAINER_SSH], service=None)
        why = Why("", "Not supported on OpenStack", "not supported here")
        assert conflict_phrase(flow, why, NEWEST).endswith(
            ", and no other port is documented."
        )

    @pytest.mark.parametrize(
        ("cloud", "text"),
        [
            ("openshift", "on OpenShift"),
            ("no-orchestrator", "without an orchestrator"),
        ],
    )
    def test_gaps(self, cloud: str, text: str) -> None:
        """The flows of a pair together, with what is stated elsewhere."""
        (gap,) = NEWEST.resolve(_deployment(cloud)).gaps
        (phrase,) = gap_phrases(gap, NEWEST)
        assert phrase == (
            f"the port from Service Engine to Service Engine {text}. "
            "Elsewhere it is TCP 4001 or TCP 9001."
        )

    def test_a_gap_that_no_flow_is_about(self) -> None:
        """An older page does not know the cloud."""
        oldest = EDITIONS[0]
        (gap,) = oldest.resolve(Deployment(clouds={"nsx-t"})).gaps
        assert gap_phrases(gap, oldest) == (
            "what is needed on NSX-T: no flow names it.",
        )

    def test_a_gap_of_a_site_and_of_another_facet(self) -> None:
        """Who is silent is said, and not only clouds are asked about."""
        site = NEWEST.overlay(
            JUMP_HOST
            + """
when = { facet = "controller", values = ["virtual-machine"], \
unstated = ["container"] }
"""
        )
        answer = site.resolve(_deployment("aws", run="container"))
        (gap,) = answer.gaps
        (phrase,) = gap_phrases(gap, site)
        assert phrase == (
            "the port from Jump host to Controller if the Controller is a "
            "container (the site's overlay berlin). Otherwise it is TCP 22."
        )
