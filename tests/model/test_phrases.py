"""The few words for a condition, a need and an assumption."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from deployment_space import subsets
from example_data import JUMP_HOST
from hypothesis import assume, example, given
from hypothesis import strategies as st
from laws import examples

import avi_portspec
from avi_portspec import (
    ALWAYS,
    AllOf,
    Answer,
    AnyOf,
    Citation,
    Condition,
    Deployment,
    Edition,
    Endpoint,
    Facet,
    FacetValue,
    Flow,
    Match,
    Reason,
    Unless,
    strategies,
)
from avi_portspec.model.phrases import (
    NOT_DOCUMENTED,
    NOTHING_ASKED,
    OPTIONAL,
    Asked,
    Fact,
    Need,
    assumptions,
    cautions,
    choice_phrase,
    condition_phrase,
    deciding_facts,
    deployment_phrase,
    deployment_title,
    facts_text,
    lacking_values,
    need,
    places_phrase,
    purpose_phrase,
    silence_phrase,
    silent_values,
    values_phrase,
)
from avi_portspec.model.phrases import given as settle
from avi_portspec.names import FacetId

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
EACH = pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)

AWS = Match(facet="cloud", values=("aws",))
OPENSTACK = Match(facet="cloud", values=("openstack",))
CONTAINER = Match(facet="controller", values=("container",))
SHELL = Match(facet="feature", values=("cli-shell",))
HEAT = Match(facet="feature", values=("heat-autoscaling",))
DNS = Match(facet="service", values=("dns",))
TRAPS = Match(facet="service", values=("snmp-traps",))
#: Whether a deployment has what a fact is about.
HAS, LACKS = True, False

SHELL_ = Match(facet="feature", values=("shell",))
HTTP_ = Match(facet="feature", values=("http",), otherwise="unstated")
BARE = Match(facet="cloud", values=("no-orchestrator",))


def _asked(**words: str) -> Asked:
    return {
        facet: frozenset(text.split())  # type: ignore[misc]
        for facet, text in words.items()
    }


# -- a space that is small enough to go through -------------------------------

_VALUES: dict[FacetId, tuple[str, ...]] = {
    "cloud": ("aws", "azure", "gcp"),
    "controller": ("machine", "container"),
    "feature": ("shell", "http"),
}
SMALL = [
    Facet(
        id=facet,
        name=facet,
        clause="it is {}",
        many=facet != "controller",
        values=tuple(FacetValue(id=v, name=v.title()) for v in values),
    )
    for facet, values in _VALUES.items()
]


SPACE = [
    Deployment(clouds=clouds, controller=controller, features=features)
    for clouds in subsets(*_VALUES["cloud"])
    for controller in _VALUES["controller"]
    for features in subsets(*_VALUES["feature"])
]
CONDITIONS = strategies.conditions(SMALL)
ASKED: st.SearchStrategy[Asked] = st.fixed_dictionaries(
    {},
    optional={
        facet: st.frozensets(
            st.sampled_from(values), min_size=int(facet == "controller")
        )
        for facet, values in _VALUES.items()
    },
)


def _meant(asked: Asked) -> Iterator[Deployment]:
    """Yield the deployments that a table is about."""
    for deployment in SPACE:
        held = {facet: deployment.values_of(facet) for facet in asked}
        if all(
            # What a deployment uses holds together; a cloud is one of several.
            held[facet] == words
            if facet == "feature"
            else held[facet] <= words and (held[facet] or not words)
            for facet, words in asked.items()
        ):
            yield deployment


class TestGiven:
    """What is left of a condition where some facets are settled."""

    @examples(5)
    @given(CONDITIONS, ASKED)
    @example(
        Unless(part=Match(facet="cloud", values=("aws",), unstated=("gcp",))),
        _asked(cloud="gcp"),
    )
    def test_it_holds_where_the_condition_does(
        self, condition: Condition, asked: Asked
    ) -> None:
        """For every deployment that the table is about, and no other."""
        rest = settle(condition, asked)
        for deployment in _meant(asked):
            holds = condition.evaluate(deployment) is Answer.YES
            if rest is None:
                assert not holds
            else:
                assert (rest.evaluate(deployment) is Answer.YES) == holds

    @given(CONDITIONS, ASKED)
    def test_it_answers_the_same_without_silence(
        self, condition: Condition, asked: Asked
    ) -> None:
        """No as no, where the vendor is silent on nothing that is asked."""
        rest = settle(condition, asked)
        for deployment in _meant(asked):
            answer = condition.evaluate(deployment)
            if answer is not Answer.UNSTATED and rest is not None:
                assert (answer is Answer.YES) == (
                    rest.evaluate(deployment) is Answer.YES
                )
            if not any(
                match.unstated or match.otherwise == "unstated"
                for match in condition.matches()
            ):
                left = Answer.NO if rest is None else rest.evaluate(deployment)
                assert left == answer

    @given(CONDITIONS)
    @example(AllOf(parts=(SHELL_, Unless(part=HTTP_))))
    def test_a_deployment_settles_everything(
        self, condition: Condition
    ) -> None:
        """With one cloud, whatever it uses: it holds, or it does not."""
        for deployment in SPACE:
            if len(deployment.clouds) < 2:
                asked = {name: deployment.values_of(name) for name in _VALUES}
                rest = settle(condition, asked)
                holds = condition.evaluate(deployment) is Answer.YES
                assert rest == (ALWAYS if holds else None)

    @examples(5)
    @given(CONDITIONS, ASKED)
    def test_it_names_nothing_else(
        self, condition: Condition, asked: Asked
    ) -> None:
        """A table for AWS does not speak of Azure."""
        rest = settle(condition, asked)
        for match in rest.matches() if rest else ():
            if match.facet in asked:
                assert asked[match.facet] >= {*match.values, *match.unstated}

    @examples(5)
    @given(CONDITIONS, ASKED)
    def test_once_is_enough(self, condition: Condition, asked: Asked) -> None:
        """Nothing more is settled the second time."""
        rest = settle(condition, asked)
        if rest is not None:
            assert settle(rest, asked) == rest

    def test_what_is_never_ruled_out(self) -> None:
        """Where all else is unstated, "unless" holds for no cloud."""
        on_aws = Match(facet="cloud", values=("aws",), otherwise="unstated")
        elsewhere = Unless(part=on_aws)
        for cloud in ("aws", "gcp"):
            deployment = Deployment(clouds=[cloud])
            assert elsewhere.evaluate(deployment) is not Answer.YES
        assert settle(elsewhere, _asked(cloud="aws gcp")) is None

    @given(CONDITIONS)
    def test_nothing_asked(self, condition: Condition) -> None:
        """Nothing is settled."""
        assert settle(condition, NOTHING_ASKED) == condition

    @EACH
    def test_of_the_editions(self, edition: Edition) -> None:
        """Whatever is left of a flow's condition answers as it does."""
        clouds = [value.id for value in edition.facets["cloud"].values]
        runs = [value.id for value in edition.facets["controller"].values]
        chosen = {
            facet: frozenset(v.id for v in edition.facets[facet].values)
            for facet in ("feature", "service")
        }
        for flow, cloud, run in itertools.product(edition.flows, clouds, runs):
            rest = settle(flow.when, _asked(cloud=cloud, controller=run))
            for features, services in itertools.product(
                [frozenset[str](), chosen["feature"]],
                [frozenset[str](), chosen["service"]],
            ):
                deployment = Deployment(
                    clouds={cloud},
                    controller=run,
                    features=features,
                    services=services,
                )
                answer = flow.when.evaluate(deployment)
                if rest is None:
                    assert answer is not Answer.YES
                else:
                    assert rest.evaluate(deployment) is answer

    @pytest.mark.parametrize(
        ("condition", "asked", "rest"),
        [
            (AWS, _asked(cloud="aws"), ALWAYS),
            (AWS, _asked(cloud="azure"), None),
            (AWS, _asked(cloud="aws azure"), AWS),
            (AWS, _asked(cloud=""), None),
            (AWS, _asked(service="dns"), AWS),
            (Unless(part=AWS), _asked(cloud="aws"), None),
            (Unless(part=AWS), _asked(cloud="azure"), ALWAYS),
            (AllOf(parts=(AWS, DNS)), _asked(cloud="azure"), None),
            (AnyOf(parts=(AWS, DNS)), _asked(cloud="azure"), DNS),
            (AnyOf(parts=(AWS, DNS)), _asked(cloud="aws"), ALWAYS),
            (
                AllOf(parts=(AWS, DNS, Unless(part=CONTAINER))),
                _asked(cloud="aws"),
                AllOf(parts=(DNS, Unless(part=CONTAINER))),
            ),
            (
                AllOf(parts=(AWS, DNS)),
                _asked(cloud="aws", service="dns"),
                ALWAYS,
            ),
            (
                AnyOf(parts=(AWS, DNS)),
                _asked(cloud="azure", service="ntp"),
                None,
            ),
            # A deployment uses all of it, and a flow is for one cloud.
            (DNS, _asked(service="dns ntp"), ALWAYS),
            (DNS, _asked(service="ntp syslog"), None),
            (DNS, _asked(service=""), None),
            (Unless(part=SHELL), _asked(feature="cli-shell http"), None),
            (Unless(part=SHELL), _asked(feature="http"), ALWAYS),
            (
                AllOf(parts=(AWS, DNS)),
                _asked(cloud="aws azure", service="dns ntp"),
                AWS,
            ),
            (CONTAINER, _asked(controller="container machine"), CONTAINER),
        ],
    )
    def test_by_hand(
        self, condition: Condition, asked: Asked, rest: Condition | None
    ) -> None:
        """A settled part is gone; one that does not hold takes all with it."""
        assert settle(condition, asked) == rest

    def test_silence_is_no_yes(self) -> None:
        """Neither where it is asked about, nor where it is ruled out."""
        silent = Match(facet="cloud", values=("aws",), unstated=("gcp",))
        assert settle(silent, _asked(cloud="gcp")) is None
        assert settle(Unless(part=silent), _asked(cloud="gcp")) is None
        assert settle(Unless(part=silent), _asked(cloud="azure")) == ALWAYS
        left = settle(Unless(part=silent), _asked(cloud="gcp azure"))
        assert left == Unless(part=Match(facet="cloud", values=("gcp",)))
        assert settle(Unless(part=silent), _asked(cloud="aws gcp")) is None


class TestSilentValues:
    """For which values a condition is not documented."""

    @given(CONDITIONS, ASKED)
    def test_none_is_missed(self, condition: Condition, asked: Asked) -> None:
        """Of a deployment with one cloud, one of its values is there."""
        found = silent_values(condition, asked)
        lacking = lacking_values(condition, asked)
        for deployment in _meant(asked):
            held = {facet: deployment.values_of(facet) for facet in _VALUES}
            if len(held["cloud"]) > 1:
                continue
            if condition.evaluate(deployment) is Answer.UNSTATED:
                assert any(
                    not held[facet].isdisjoint(values)
                    for facet, values in found.items()
                ) or any(
                    not held[facet].issuperset(values)
                    for facet, values in lacking.items()
                )

    @given(CONDITIONS, ASKED)
    def test_none_is_made_up(self, condition: Condition, asked: Asked) -> None:
        """Each is unstated in a part, and asked about."""
        matches = [*condition.matches()]
        for facet, values in silent_values(condition, asked).items():
            assert values
            assert len({*values}) == len(values)
            open_ = {
                v for m in matches if m.facet == facet for v in m.unstated
            }
            assert open_ >= {*values}
            assert asked.get(facet, open_) >= {*values}

    @given(CONDITIONS)
    def test_each_is_not_documented(self, condition: Condition) -> None:
        """There is a deployment for which that is the answer."""
        facets = [match.facet for match in condition.matches()]
        # Two tests of one facet count as independent, and a test of all that
        # a Controller can be as one that can fail.
        assume(len({*facets}) == len(facets))
        runs = [m for m in condition.matches() if m.facet == "controller"]
        assume(all(len(m.values) == 1 for m in runs))
        for facet, values in silent_values(condition).items():
            for value in values:
                assert any(
                    condition.evaluate(deployment) is Answer.UNSTATED
                    for deployment in SPACE
                    if deployment.values_of(facet) == {value}
                )

    def test_for_want_of_a_value(self) -> None:
        """Not where another part settles it, or the value is there."""
        shell = Match(
            facet="feature", values=("cli-shell",), otherwise="unstated"
        )
        on_aws = AllOf(parts=(AWS, shell))
        want: dict[FacetId, tuple[str, ...]] = {"feature": ("cli-shell",)}
        for asked, found in (
            ({}, want),
            (_asked(cloud="aws"), want),
            (_asked(cloud="aws", feature="plain-http"), want),
            (_asked(cloud="aws", feature="cli-shell"), {}),
            (_asked(cloud="aws", feature="cli-shell plain-http"), {}),
            (_asked(cloud="gcp"), {}),
        ):
            assert lacking_values(on_aws, asked) == found
            facets = avi_portspec.load("vantage-undated").facets
            text = "for a deployment without the CLI shell" if found else ""
            assert silence_phrase(on_aws, facets, asked) == text
        assert silent_values(on_aws) == {}
        assert settle(Unless(part=shell), _asked(feature="dns")) is None

    def test_by_hand(self) -> None:
        """What another part settles is not silent."""
        silent = Match(
            facet="cloud", values=("aws",), unstated=("gcp", "mesos")
        )
        assert silent_values(silent) == {"cloud": ("gcp", "mesos")}
        asked = _asked(cloud="gcp aws")
        assert silent_values(silent, asked) == {"cloud": ("gcp",)}
        assert silent_values(silent, _asked(cloud="aws")) == {}
        both = AllOf(parts=(silent, CONTAINER))
        machine = _asked(controller="virtual-machine")
        assert silent_values(both, machine) == {}
        either = _asked(controller="virtual-machine container")
        unless = AllOf(parts=(silent, Unless(part=CONTAINER)))
        assert silent_values(unless, either) == {"cloud": ("gcp", "mesos")}
        use = Match(facet="feature", values=("a",), unstated=("b", "c"))
        assert silent_values(use, _asked(feature="b c")) == {
            "feature": ("b", "c")
        }
        assert silent_values(use, _asked(feature="a b")) == {}


class TestConditionPhrase:
    """What is left of a condition, as a cell has it."""

    @pytest.mark.parametrize(
        ("condition", "phrase"),
        [
            (ALWAYS, ""),
            (
                Match(
                    facet="cloud",
                    values=("openstack", "gcp", "azure", "aws"),
                ),
                "on AWS, Azure, GCP or OpenStack",
            ),
            (Unless(part=OPENSTACK), "not on OpenStack"),
            (CONTAINER, "if the Controller is a container"),
            (Unless(part=CONTAINER), "unless the Controller is a container"),
            (DNS, "if DNS is used"),
            (Unless(part=DNS), "unless DNS is used"),
            (TRAPS, "if SNMP traps are used"),
            (Unless(part=TRAPS), "unless SNMP traps are used"),
            (
                Match(facet="service", values=("dns", "snmp-traps")),
                "if DNS is used, or if SNMP traps are used",
            ),
            (
                Unless(
                    part=Match(
                        facet="service", values=TRAPS.values + DNS.values
                    )
                ),
                "unless DNS is used and unless SNMP traps are used",
            ),
            (Match(facet="feature", values=("plain-http",)), "for plain HTTP"),
            (SHELL, "for the CLI shell"),
            (Unless(part=SHELL), "without the CLI shell"),
            (HEAT, "for Heat autoscaling"),
            (
                Match(
                    facet="feature",
                    values=("unauthenticated-kubernetes-masters",),
                ),
                "if the master has no authentication",
            ),
            (
                Match(facet="feature", values=("unauthenticated-marathon",)),
                "if Marathon has no authentication",
            ),
            (BARE, "without an orchestrator"),
            (Unless(part=BARE), "not without an orchestrator"),
            (
                AllOf(parts=(Unless(part=OPENSTACK), CONTAINER)),
                "if the Controller is a container, not on OpenStack",
            ),
            (
                AllOf(parts=(OPENSTACK, HEAT)),
                "on OpenStack for Heat autoscaling",
            ),
            (
                AnyOf(parts=(AWS, DNS)),
                "if (either the cloud is AWS or the Controller uses DNS)",
            ),
            (
                AllOf(parts=(AnyOf(parts=(AWS, DNS)), SHELL)),
                (
                    "for the CLI shell, if (either the cloud is AWS or the "
                    "Controller uses DNS)"
                ),
            ),
        ],
    )
    def test_by_hand(
        self, condition: Condition, phrase: str, edition: Edition
    ) -> None:
        """The words of the specification; names in the order of the facet."""
        assert condition_phrase(condition, edition.facets) == phrase

    @given(st.data())
    def test_of_any_condition(self, data: st.DataObject) -> None:
        """Only what always holds has no words; none hangs in the air."""
        facets = data.draw(strategies.editions()).facets
        assume(facets)
        condition = data.draw(strategies.conditions(tuple(facets)))
        phrase = condition_phrase(condition, facets)
        assert bool(phrase) == (condition != ALWAYS)
        assert phrase == phrase.strip(" ")

    def test_names_and_phrases_of_values(self, edition: Edition) -> None:
        """A value with a phrase of its own stands behind the others."""
        cloud = edition.facets["cloud"]
        assert values_phrase(cloud, ("aws", "mesos"), "for {}") == (
            "for AWS or Mesos (DC/OS)"
        )
        silent = ("openshift", "kubernetes", "mesos", "no-orchestrator")
        assert values_phrase(cloud, silent, "for {}") == (
            "for OpenShift, Kubernetes or Mesos (DC/OS), or without an "
            "orchestrator"
        )
        assert values_phrase(cloud, ("no-orchestrator",), "for {}") == (
            "without an orchestrator"
        )

    def test_several_phrases_of_values(self, edition: Edition) -> None:
        """Any of them will do."""
        feature = edition.facets["feature"]
        own = (
            "unauthenticated-kubernetes-masters",
            "unauthenticated-marathon",
        )
        text = (
            "if the master has no authentication or if Marathon has no "
            "authentication"
        )
        assert values_phrase(feature, own, "for {}") == text
        assert values_phrase(feature, ("cli-shell", *own), "for {}") == (
            f"for the CLI shell, or {text}"
        )


class TestLabels:
    """The name for tables is the short one, where there is one."""

    def test_of_endpoints(self, edition: Edition) -> None:
        """Both gateways are named alike: the group says whose."""
        labels = {e.id: e.label for e in edition.endpoints}
        assert labels["controller"] == "Controller"
        assert labels["service-engine"] == "Service Engine"
        assert labels["external-network-services"] == (
            "External network services"
        )
        assert labels["controller-gateway"] == "Management gateway"
        assert labels["service-engine-gateway"] == "Management gateway"
        assert labels["mesos-master"] == "Mesos master"
        assert labels["dns-server"] == "DNS server"

    def test_of_values(self, edition: Edition) -> None:
        """As the tables have them."""
        labels = {v.id: v.label for v in edition.facets["cloud"].values}
        assert labels["vcenter"] == "vCenter"
        assert labels["mesos"] == "Mesos (DC/OS)"
        assert labels["aws"] == "AWS"

    @given(strategies.endpoints(), strategies.facet_values())
    def test_of_any(self, endpoint: Endpoint, value: FacetValue) -> None:
        """There always is one."""
        for record in (endpoint, value):
            assert record.label in {record.short, record.name}
            assert (record.label == record.name) or record.short


#: When each of these is needed, word by word.
NEEDS = {
    "controller-to-controller-https": "Always",
    "controller-to-aws": "On AWS",
    "controller-to-controller-ssh": "Unless the Controller is a container",
    "controller-to-controller-ssh-container": (
        "If the Controller is a container, not on OpenStack; replaces TCP 22"
    ),
    "controller-to-dns": "If DNS is used",
    "controller-to-snmp-traps": "If SNMP traps are used",
    "controller-to-keystone": "May be needed on OpenStack",
    "controller-to-heat": "Optional: on OpenStack for Heat autoscaling",
    "external-to-controller-http": "Optional: for plain HTTP",
    "external-to-controller-cli": "Optional: for the CLI shell",
    "controller-to-gateway-echo": "Optional: gateway status only",
    "service-engine-to-controller-echo": "Optional: Controller status only",
    "controller-to-kubernetes-master": (
        "On Kubernetes if the master has no authentication"
    ),
    "controller-to-marathon": (
        "On Mesos (DC/OS) if Marathon has no authentication"
    ),
    "service-engine-to-service-engine-objstore-cloud": (
        "On AWS, Azure, GCP or OpenStack"
    ),
    "service-engine-to-service-engine-objstore-vmware": (
        "On vCenter, Linux Server Cloud or NSX-T"
    ),
}


class TestNeed:
    """The requirement and the condition in one."""

    @pytest.mark.parametrize(("flow", "text"), NEEDS.items())
    def test_of_the_edition(
        self, flow: str, text: str, edition: Edition
    ) -> None:
        """Column Needed of the specification."""
        assert str(need(edition.flows[flow], edition)) == text

    @pytest.mark.parametrize(
        ("flow", "asked", "text"),
        [
            ("controller-to-aws", _asked(cloud="aws"), "Always"),
            (
                "controller-to-controller-ssh-container",
                _asked(cloud="aws"),
                "If the Controller is a container; replaces TCP 22",
            ),
            (
                "controller-to-controller-ssh-container",
                _asked(cloud="aws", controller="container"),
                "Always; replaces TCP 22",
            ),
            (
                "service-engine-to-service-engine-objstore-cloud",
                _asked(cloud="aws mesos"),
                "On AWS",
            ),
            (
                "controller-to-keystone",
                _asked(cloud="openstack"),
                "May be needed",
            ),
            ("controller-to-dns", _asked(service="dns"), "When used"),
            (
                "controller-to-heat",
                _asked(cloud="openstack"),
                "Optional: for Heat autoscaling",
            ),
            (
                "controller-to-heat",
                _asked(cloud="openstack", feature="heat-autoscaling"),
                "Optional: autoscaling of back-end members",
            ),
            # Nothing of it holds: the whole condition says why.
            ("controller-to-azure", _asked(cloud="aws"), "On Azure"),
        ],
    )
    def test_what_is_settled_is_not_said(
        self, flow: str, asked: Asked, text: str, edition: Edition
    ) -> None:
        """A table for AWS does not say "on AWS"."""
        assert str(need(edition.flows[flow], edition, asked)) == text

    @EACH
    def test_no_other_cloud(self, edition: Edition) -> None:
        """A need for one cloud names no other, whatever is asked besides."""
        values = edition.facets["cloud"].values
        for flow, cloud in itertools.product(edition.flows, values):
            asked = _asked(cloud=cloud.id)
            if settle(flow.when, asked) is None:
                continue
            text = str(need(flow, edition, asked))
            for other in values:
                names = {other.name, other.label, *other.aliases}
                if flow.purpose is None or other != cloud:
                    assert not any(
                        f" {name}" in f" {text}" for name in names
                    ), text

    def test_a_site_is_named(self, edition: Edition) -> None:
        """Who asks for what the vendor does not know."""
        site = edition.overlay(
            JUMP_HOST + 'when = { facet = "cloud", values = ["aws"] }\n'
        )
        assert str(need(site.flows["jump"], site)) == (
            "On AWS (the site's overlay berlin)"
        )

    def test_what_replaces_several(self, edition: Edition) -> None:
        """All of them are named."""
        flow = attrs.evolve(
            edition.flows["controller-to-controller-ssh-container"],
            replaces=(
                "controller-to-controller-ssh",
                "controller-to-controller-https",
            ),
        )
        assert str(need(flow, edition)).endswith(
            "; replaces TCP 22 and TCP 443"
        )

    def test_as_a_line(self) -> None:
        """A tag stands before the words; alone, it is all."""
        assert str(Need(OPTIONAL, "for plain HTTP")) == (
            "Optional: for plain HTTP"
        )
        assert str(Need(NOT_DOCUMENTED, "for OpenShift")) == (
            "Not documented for OpenShift"
        )
        assert str(Need(OPTIONAL, "")) == "Optional"
        assert str(Need("", "Always")) == "Always"

    def test_purposes_within_a_sentence(self, edition: Edition) -> None:
        """Names and abbreviations keep their capital."""

        def phrase(purpose: str) -> str:
            return purpose_phrase(purpose, edition)

        assert phrase("Gateway status only") == "gateway status only"
        assert phrase("Controller status only") == "Controller status only"
        assert phrase("SNMP agent") == "SNMP agent"
        assert phrase("IPv6 routing") == "IPv6 routing"
        assert phrase("") == ""

    @given(strategies.editions())
    def test_of_any_edition(self, edition: Edition) -> None:
        """There are words for each, and no blank around them."""
        for flow in edition.flows:
            said = need(flow, edition)
            assert str(said) == str(said).strip(" ") != ""
            assert said.tag == (
                "Optional" if flow.requirement == "optional" else ""
            )
            if not said.tag:
                assert said.text[0] == said.text[0].upper()


class TestFacts:
    """What about a deployment decides."""

    @given(CONDITIONS, st.sampled_from(SPACE))
    def test_they_decide(
        self, condition: Condition, deployment: Deployment
    ) -> None:
        """Whoever shares these facets has the same answer."""
        facets = {fact.facet for fact in deciding_facts(condition, deployment)}
        answer = condition.evaluate(deployment)
        assume(answer is not Answer.UNSTATED)
        for other in SPACE:
            if all(
                other.values_of(facet) == deployment.values_of(facet)
                for facet in facets
            ):
                assert condition.evaluate(other) is answer

    @given(CONDITIONS, st.sampled_from(SPACE))
    def test_they_are_true(
        self, condition: Condition, deployment: Deployment
    ) -> None:
        """The deployment has those values, or none of them."""
        facts = deciding_facts(condition, deployment)
        assert bool(facts) == (condition != ALWAYS)
        assert len({*facts}) == len(facts)
        silent = condition.evaluate(deployment) is Answer.UNSTATED
        for facet, holds, values in facts:
            held = deployment.values_of(facet)
            assert values
            if holds or (silent and not held.isdisjoint(values)):
                assert held >= {*values}
            else:
                assert held.isdisjoint(values)
            assert not (holds and silent)

    def test_one_reason_is_enough(self) -> None:
        """Where either will do, the first that holds is given."""
        deployment = Deployment(clouds={"aws"}, services={"dns"})
        either = AnyOf(parts=(OPENSTACK, DNS, AWS))
        assert deciding_facts(either, deployment) == (
            Fact("service", HAS, ("dns",)),
        )

    @pytest.mark.parametrize(
        ("facts", "texts"),
        [
            ([], ("", "")),
            (
                [Fact("cloud", HAS, ("azure", "aws"))],
                ("on AWS and Azure", ""),
            ),
            (
                [Fact("cloud", HAS, ("no-orchestrator",))],
                ("without an orchestrator", ""),
            ),
            (
                [Fact("cloud", HAS, ("aws", "no-orchestrator"))],
                ("on AWS and without an orchestrator", ""),
            ),
            (
                [Fact("cloud", LACKS, ("openstack", "gcp"))],
                ("not on GCP or OpenStack", ""),
            ),
            (
                [
                    Fact("cloud", LACKS, ("no-orchestrator",)),
                    Fact("cloud", LACKS, ("aws",)),
                ],
                ("not without an orchestrator and not on AWS", ""),
            ),
            (
                [
                    Fact("controller", HAS, ("container",)),
                    Fact("cloud", LACKS, ("openstack",)),
                ],
                ("", "the Controller is a container"),
            ),
            (
                [Fact("controller", LACKS, ("container",))],
                ("", "the Controller is not a container"),
            ),
            (
                [
                    Fact("feature", HAS, ("cli-shell",)),
                    Fact("service", LACKS, ("dns", "ntp")),
                ],
                (
                    "",
                    (
                        "this deployment uses the CLI shell and the "
                        "Controller does not use DNS or NTP"
                    ),
                ),
            ),
            (
                [
                    Fact("cloud", HAS, ("mesos",)),
                    Fact("feature", HAS, ("unauthenticated-marathon",)),
                ],
                (
                    "on Mesos (DC/OS)",
                    "this deployment uses Marathon without authentication",
                ),
            ),
        ],
    )
    def test_in_words(
        self, facts: list[Fact], texts: tuple[str, str], edition: Edition
    ) -> None:
        """Where it runs, and what else."""
        assert facts_text(facts, edition.facets) == texts


def _flow(edition: Edition, *inferred: Reason, **changes: object) -> Flow:
    flow = edition.flows["controller-to-controller-https"]
    return attrs.evolve(flow, inferred=inferred, **changes)


class TestAssumptions:
    """What is assumed about a flow, in few words."""

    def test_the_words(self, edition: Edition) -> None:
        """In a fixed order: protocol, source, requirement, rest."""
        assert assumptions(edition.flows["controller-to-aws"]) == (
            "TCP (only a port number is given)",
            "the Controller as source (none is named)",
            "required (not said)",
        )

    def test_the_order_is_that_of_the_fields(self, edition: Edition) -> None:
        """However the data have them, and wherever they stand."""
        fields = ("when", "requirement", "source", "protocols")
        reasons = [Reason(field=f, reason=f"the {f}") for f in fields]
        wanted = tuple(f"the {field}" for field in reversed(fields))
        assert assumptions(_flow(edition, *reasons)) == wanted
        mixed = _flow(edition, *reasons[:2], readings=tuple(reasons[2:]))
        assert assumptions(mixed) == wanted

    def test_levels(self, edition: Edition) -> None:
        """What is routine is nowhere; what calls for caution, elsewhere."""
        flow = _flow(
            edition,
            Reason(field="source", reason="a", level="routine"),
            Reason(field="when", reason="b", level="caution", short="B"),
            Reason(field="ports", reason="c", short="C"),
            Reason(field="service", reason="d", short="C"),
        )
        assert assumptions(flow) == ("C",)
        assert cautions(flow) == ("B",)
        assert Reason(field="when", reason="a").level == "assumed"

    def test_what_is_settled_is_not_told(self, edition: Edition) -> None:
        """5098 is no topic for a virtual machine."""
        flow = edition.flows["controller-to-controller-ssh"]
        known = "5098 replaces 22 on a container Controller"
        assert assumptions(flow)[0].startswith(known)
        assert assumptions(flow, _asked(controller="container"))
        assert assumptions(flow, _asked(controller="virtual-machine")) == ()

    def test_the_direction_of_gcp(self, edition: Edition) -> None:
        """Acting on it may break something."""
        assert cautions(edition.flows["gcp-to-avi-vantage"]) == (
            (
                "Direction as the vendor states it. More likely the "
                "Controller connects to GCP."
            ),
        )
        assert [f.id for f in edition.flows if cautions(f)] == [
            "gcp-to-avi-vantage"
        ]

    @EACH
    def test_the_data_have_all_the_words(self, edition: Edition) -> None:
        """Whatever is shown has its few words, of one line."""
        for flow in edition.flows:
            for reason in (*flow.inferred, *flow.readings):
                if reason.level != "routine":
                    assert reason.short
                    assert len(reason.short) < len(reason.reason)

    @given(strategies.editions())
    def test_of_any_flow(self, edition: Edition) -> None:
        """Each text once, and from a reason of its level."""
        for flow in edition.flows:
            levels = {"assumed": assumptions(flow), "caution": cautions(flow)}
            for level, texts in levels.items():
                wanted = {
                    reason.short or reason.reason
                    for reason in (*flow.inferred, *flow.readings)
                    if reason.level == level
                }
                assert {*texts} == wanted
                assert len(texts) == len(wanted)


class TestDeployments:
    """A deployment in a phrase."""

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            (
                {"clouds": {"aws"}},
                "Controller cluster on virtual machines, managing AWS",
            ),
            (
                {"clouds": {"aws", "gcp"}, "nodes": "single-node"},
                "Single Controller on a virtual machine, managing AWS and GCP",
            ),
            (
                {"clouds": {"no-orchestrator"}, "controller": "container"},
                ("Controller cluster on containers, without an orchestrator"),
            ),
            (
                {"clouds": {"aws", "no-orchestrator"}},
                (
                    "Controller cluster on virtual machines, managing AWS, "
                    "without an orchestrator"
                ),
            ),
            (
                {"controller": "appliance"},
                "Controller cluster",
            ),
            (
                {
                    "clouds": {"aws"},
                    "services": {"ntp", "dns"},
                    "features": {"cli-shell"},
                },
                (
                    "Controller cluster on virtual machines, managing AWS; "
                    "uses DNS, NTP and the CLI shell"
                ),
            ),
            (
                {
                    "clouds": {"aws"},
                    "services": {"dns"},
                    "release": "22.1.4",
                },
                (
                    "Controller cluster on virtual machines, managing AWS; "
                    "uses DNS; release 22.1.4"
                ),
            ),
        ],
    )
    def test_by_hand(
        self, fields: dict[str, Any], text: str, edition: Edition
    ) -> None:
        """What it is, then what it uses; what no facet knows is left out."""
        deployment = Deployment(**fields)
        assert deployment_phrase(deployment, edition.facets) == text
        title, _, _ = text.partition("; uses")
        assert deployment_title(deployment, edition.facets) == title

    def test_without_facets(self, edition: Edition) -> None:
        """Nothing is known but the number of nodes."""
        deployment = Deployment(clouds={"aws"}, services={"dns"})
        none = attrs.evolve(
            edition,
            facets=[],
            interfaces=[],
            flows=[
                attrs.evolve(f, when=ALWAYS, inferred=(), readings=())
                for f in edition.flows
            ],
        ).facets
        assert deployment_phrase(deployment, none) == "Controller cluster"


class TestChoices:
    """What a choice is called where it stands alone."""

    @pytest.mark.parametrize(
        ("label", "text"),
        [
            ("a virtual machine", "Virtual machine"),
            ("the CLI shell", "CLI shell"),
            ("an appliance", "Appliance"),
            ("plain HTTP", "Plain HTTP"),
            ("syslog", "syslog"),
            ("AWS", "AWS"),
            ("no orchestrator", "No orchestrator"),
        ],
    )
    def test_by_hand(self, label: str, text: str) -> None:
        """An article goes; a name keeps its letters."""
        assert choice_phrase(label) == text


class TestPlaces:
    """Where the vendor states something, in words."""

    def test_by_hand(self) -> None:
        """Places of a section are said together, the first one first."""
        edition = avi_portspec.load("vantage-undated")
        cited = [
            Citation(section="aws", place="bullet", number=1),
            Citation(section="management", place="note", number=2),
            Citation(section="aws", place="bullet", number=1, item=2),
            Citation(section="aws", place="lead-in", number=1),
            Citation(section="aws", place="closing", number=1),
            Citation(place="row", number=3),
        ]
        assert places_phrase(cited, edition) == (
            "AWS, bullet 1, introduction and closing remark; "
            "Ports Used for Management Communication, note 2; "
            "Overview, row 3"
        )
