"""Rules of several clouds: each has what it needs, and no other's."""

from __future__ import annotations

import json
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from rules_examples import rendered, unwrap
from rules_openings import expected, within
from rules_readers_cloud import Members, read_nsx_t
from test_rules_crosscheck import links

from avi_portspec import (
    CannotExpressError,
    Deployment,
    Edition,
    Fault,
    InvalidDataError,
    Inventory,
    RuleSet,
    export,
    load_inventory,
    loads_inventory,
    rule_set,
)
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import platforms, write

FLAT = """
controller = ["10.10.1.11"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
esxi-host = ["10.30.0.0/24"]
"""
ENGINES = """
[service-engine]
aws = ["10.20.0.0/25"]
vcenter = ["10.20.0.128/25"]
"""
BOTH = ("aws", "vcenter")


def rules_of(
    edition: Edition,
    text: str = FLAT + ENGINES,
    clouds: Any = BOTH,
    **options: Any,
) -> RuleSet:
    """Return the rules of a site."""
    inventory = loads_inventory(text, edition=edition)
    return rule_set(edition.resolve(clouds), inventory, **options)


def faults(edition: Edition, text: str, clouds: Any = BOTH) -> list[Fault]:
    """Return what is wrong with an inventory, or with it for a deployment."""
    with pytest.raises(InvalidDataError) as caught:
        rules_of(edition, text, clouds)
    return list(caught.value.faults)


class TestRules:
    """Between the members of the clouds that need them."""

    def test_by_cloud(self, edition: Edition) -> None:
        """What all clouds need is between all, the rest among some."""
        found = rules_of(edition)
        engines = {
            str(rule): ({*rule.sources}, {*rule.destinations})
            for rule in found.rules
            if "service-engine" in str(rule)
        }
        controller = {ip_network("10.10.1.11/32")}
        all_ = {ip_network("10.20.0.0/24")}
        in_aws = {ip_network("10.20.0.0/25")}
        in_vcenter = {ip_network("10.20.0.128/25")}
        a, v = "service-engine-in-aws", "service-engine-in-vcenter"
        assert engines == {
            f"{a} to {a}, TCP 4001, IPv4": (in_aws, in_aws),
            f"{v} to {v}, TCP 9001, IPv4": (in_vcenter, in_vcenter),
            "service-engine to controller, TCP 22 and 8443, IPv4": (
                all_,
                controller,
            ),
            "service-engine to controller, UDP 123, IPv4": (all_, controller),
        }
        assert len({rule.id for rule in found.rules}) == len(found.rules)
        assert found.parts == {a: "service-engine", v: "service-engine"}
        assert not found.unwritten

    def test_of_one_cloud(self, edition: Edition) -> None:
        """The members of other clouds are no part of the deployment."""
        text = FLAT + ENGINES
        found = rules_of(edition, text, "aws")
        flat = 'service-engine = ["10.20.0.0/25"]'
        assert found.rules == rules_of(edition, FLAT + flat, "aws").rules
        assert not found.parts
        left = [*faults(edition, text, "azure")]
        assert [fault.path for fault in left] == ["service-engine", "azure"]

    def test_of_others(self, edition: Edition) -> None:
        """Whose addresses are listed by cloud may do so, and need not."""
        text = f'{FLAT}{ENGINES}[dns-server]\naws = ["10.0.0.53"]\n'
        made = Deployment(clouds=BOTH, services={"dns"})
        with pytest.raises(InvalidDataError) as caught:
            rules_of(edition, text, made)
        (fault,) = caught.value.faults
        assert fault.path == "dns-server.vcenter"
        found = rules_of(edition, f'{text}vcenter = ["10.0.0.54"]\n', made)
        assert not found.unwritten
        assert not {*found.parts.values()} - {"service-engine"}

    def test_of_a_condition_that_no_cloud_meets_alone(
        self, edition: Edition
    ) -> None:
        """It is about all of them."""
        made = edition.overlay(
            'id = "own"\ntitle = "Own"\n[[flows]]\nid = "own-flow"\n'
            'source = "service-engine"\ndestination = "aws"\n'
            'protocols = ["tcp"]\nports = [7]\npurpose = "Own."\n'
            'when = { all = [{ facet = "cloud", values = ["aws"] }, '
            '{ facet = "cloud", values = ["vcenter"] }] }\n'
        )
        (rule,) = (
            rule for rule in rules_of(made).rules if "own-flow" in rule.flows
        )
        assert rule.source == "service-engine"
        assert rule.sources == (ip_network("10.20.0.0/24"),)

    def test_names_of_their_own(self, edition: Edition) -> None:
        """A site's endpoint of the same name is not taken for members."""
        made = edition.overlay(
            'id = "own"\ntitle = "Own"\n[[endpoints]]\n'
            'id = "service-engine-in-aws"\nname = "Others"\n'
            'kind = "node"\n'
        )
        assert set(rules_of(made).parts) == {
            "service-engine-in-aws-too",
            "service-engine-in-vcenter",
        }

    @pytest.mark.parametrize("platform", platforms())
    def test_on_every_platform(self, edition: Edition, platform: str) -> None:
        """Groups for members of each cloud, with the ports of each."""
        if platform == "ip6tables":
            return
        rules = rules_of(edition)
        if platform.startswith("aws"):
            # None of its groups has a member on vCenter.
            with pytest.raises(CannotExpressError, match="vcenter"):
                rules.render(platform)
            text = rules.render(platform, partial=True)
            assert "objstore-vmware (not-expressible)" in text
        else:
            text = rendered(rules, platform)
            assert "9001" in text
        assert "4001" in text


class TestRefusals:
    """Nothing is opened in one cloud that another needs."""

    def test_one_list_for_several_clouds(self, edition: Edition) -> None:
        """With what to write, and which flows demand it."""
        flat = f'{FLAT}service-engine = ["10.20.0.0/24"]'
        for options in ({}, {"missing": "omit"}):
            with pytest.raises(InvalidDataError) as caught:
                rules_of(edition, flat, **options)
            (fault,) = caught.value.faults
            assert fault.path == "service-engine"
            assert "{ aws = [...], vcenter = [...] }" in fault.expected
            assert "objstore-cloud and" in fault.expected
            assert fault.got == "one list for aws and vcenter"

    def test_only_where_flows_differ(self, edition: Edition) -> None:
        """Two clouds that need the same need no lists of their own."""
        flat = (
            f'{FLAT}service-engine = ["10.20.0.0/24"]\n'
            'azure = ["198.51.101.0/24"]'
        )
        found = rules_of(edition, flat, ("aws", "azure"))
        assert not found.unwritten
        assert not found.parts

    def test_a_cloud_without_members(self, edition: Edition) -> None:
        """Its addresses are missing, and the rules are not complete."""
        text = f'{FLAT}service-engine = {{ aws = ["10.20.0.0/24"] }}'
        (fault,) = faults(edition, text)
        assert fault.path == "service-engine.vcenter"
        found = rules_of(edition, text, missing="omit")
        assert "service-engine-to-controller-ssh" in found.unwritten

    def test_unknown_clouds(self, edition: Edition) -> None:
        """Each with the id that was meant."""
        found = faults(
            edition,
            f"{FLAT}[service-engine]\nAWS = []\nvcentre = []\naws = 3\n",
        )
        assert [(f.path, f.nearest) for f in found] == [
            ("service-engine.AWS", "aws"),
            ("service-engine.vcentre", "vcenter"),
            ("service-engine.aws", None),
        ]

    def test_many_unknown_clouds(self, edition: Edition) -> None:
        """No nearest name is sought for each of very many."""
        lines = "".join(f"aws{n} = []\n" for n in range(101))
        found = faults(edition, f"[service-engine]\n{lines}")
        assert found[0].nearest == "aws"
        assert found[-1].nearest is None

    def test_an_address_in_two_clouds(self, edition: Edition) -> None:
        """It would have the ports of both."""
        text = (
            f'{FLAT}[service-engine]\naws = ["10.20.0.0/24"]\n'
            'vcenter = ["10.20.0.7"]\n'
        )
        (fault,) = faults(edition, text)
        assert fault.rule == "inventory/address-twice"
        assert fault.got == "10.20.0.7/32, also in service-engine.aws[0]"


class TestFamilies:
    """The members of each cloud have to meet the other side."""

    SIX = """
[service-engine]
aws = ["10.20.0.0/25"]
vcenter = ["2001:db8::/64"]
"""

    def test_of_one_cloud_alone(self, edition: Edition) -> None:
        """Engines on IPv6 reach no Controller on IPv4, whatever others do."""
        found = faults(edition, FLAT + self.SIX)
        assert {fault.rule for fault in found} == {
            "inventory/no-common-family"
        }
        assert {fault.path for fault in found} == {"service-engine.vcenter"}
        assert str(found[0]) == (
            "service-engine.vcenter: expected an address family that "
            "controller has too, needed for service-engine-to-controller-ssh, "
            "service-engine-to-controller-portal and "
            "service-engine-to-controller-ntp, got service-engine.vcenter has "
            "IPv6 and controller has IPv4"
        )
        assert len(found) == 1

    def test_is_not_complete(self, edition: Edition) -> None:
        """What the other cloud needs is written, and the rest is listed."""
        rules = rules_of(edition, FLAT + self.SIX, missing="omit")
        assert "service-engine-to-controller-ssh" in rules.unwritten
        assert "objstore-cloud" not in rules.unwritten
        assert "objstore-cluster" not in rules.unwritten
        ssh = next(r for r in rules.rules if r.source == "service-engine")
        assert ssh.sources == (ip_network("10.20.0.0/25"),)
        left = {
            (o.subject, o.reason)
            for o in rules.omissions
            if o.kind == "no-common-family"
        }
        why = (
            "No common address family: service-engine.vcenter has IPv6 and "
            "controller has IPv4."
        )
        assert ("service-engine-to-controller-ssh", why) in left

    def test_a_text_of_one_family(self, edition: Edition) -> None:
        """It has nothing for the cloud whose members have the other."""
        dual = FLAT.replace('"10.10.1.11"', '"10.10.1.11", "2001:db8:1::11"')
        rules = rules_of(edition, dual + self.SIX, missing="omit")
        ssh = "service-engine-to-controller-ssh"
        assert ssh not in rules.unwritten
        for platform in ("iptables", "ip6tables"):
            assert ssh in write(rules, platform, Options()).rules.unwritten


class TestControllersElsewhere:
    """A group has members in its own cloud; all others are addresses."""

    HYBRID = """
controller = { %s = ["10.10.1.11", "10.10.1.12"] }
service-engine = ["10.20.0.0/24"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
openstack-node = []
cluster-ip = "10.10.1.10"
cluster-ip-is-destination = true
""".replace("openstack-node = []\n", "")

    @pytest.mark.parametrize("place", ["vcenter", "outside"])
    def test_on_aws(self, edition: Edition, place: str) -> None:
        """No group for them, and their addresses in that of the engines."""
        rules = rules_of(edition, self.HYBRID % place, "aws", missing="omit")
        text = rules.render("aws-terraform", partial=True)
        found = json.loads(text)["resource"]
        assert [*found["aws_security_group"]] == ["service-engine"]
        egress = found["aws_vpc_security_group_egress_rule"].values()
        assert {
            rule.get("cidr_ipv4", "a group")
            for rule in egress
            if rule["from_port"] == 8443
        } == {"10.10.1.10/31", "10.10.1.12/32"}
        assert "Not in aws, and so by address: members of controller" in text
        # Nothing is placed at them, and the output says so.
        written = write(rules, "aws-terraform", Options(partial=True)).rules
        assert "external-to-controller-ssh" in written.unwritten

    @pytest.mark.parametrize("place", ["aws", "outside"])
    def test_elsewhere_than_they_are(
        self, edition: Edition, place: str
    ) -> None:
        """Where no part lives in the platform's cloud, it is taken as home.

        Engines without an orchestrator run on machines of some cloud.
        """
        rules = rules_of(
            edition, self.HYBRID % place, "linux-server-cloud", missing="omit"
        )
        text = rules.render("aws-terraform", partial=True)
        groups = [*json.loads(text)["resource"]["aws_security_group"]]
        assert groups == ["controller"] * (place == "aws") + ["service-engine"]

    def test_some_of_them(self, edition: Edition) -> None:
        """Those there are in the group, the others and the cluster IP not."""
        text = (self.HYBRID % "aws").replace(
            '"10.10.1.12"] }', '], outside = ["10.10.9.1"] }'
        )
        rules = rules_of(edition, text, "aws")
        found = json.loads(rules.render("aws-terraform"))["resource"]
        rule = [
            rule.get("cidr_ipv4", "a group")
            for rule in found["aws_vpc_security_group_egress_rule"].values()
            if rule["from_port"] == 8443
            and "service-engine" in rule["security_group_id"]
        ]
        assert sorted(rule) == ["10.10.1.10/32", "10.10.9.1/32", "a group"]
        # From one Controller to the others, too; the cluster IP sends nothing.
        among = {
            side: sorted(
                rule.get("cidr_ipv4", "a group")
                for rule in found[
                    f"aws_vpc_security_group_{side}_rule"
                ].values()
                if rule["from_port"] == 22
                and "controller" in rule["security_group_id"]
                and "controller-to-controller" in rule["description"]
            )
            for side in ("ingress", "egress")
        }
        assert among == {
            "ingress": ["10.10.9.1/32", "a group"],
            "egress": ["10.10.1.10/32", "10.10.9.1/32", "a group"],
        }

    def test_they_are_one_cluster(self, edition: Edition) -> None:
        """Where they are splits nothing, and no cloud can lack them."""
        text = FLAT.replace('["10.10.1.11"]', '{ vcenter = ["10.10.1.11"] }')
        located = rules_of(edition, text + ENGINES)
        assert located.rules == rules_of(edition).rules
        alone = rules_of(edition, text + ENGINES, "aws")
        assert alone.rules == rules_of(edition, clouds="aws").rules

    def test_one_list_in_several_clouds(self, edition: Edition) -> None:
        """It is taken to be in the platform's, and that is said."""
        text = rules_of(edition).render("aws-terraform", partial=True)
        assert "assumes that controller can join groups in aws" in text
        one = rules_of(edition, clouds="aws").render("aws-terraform")
        assert "this assumes" not in one

    @pytest.mark.parametrize(
        "platform", ["azure-arm", "azure-terraform", "gcp-terraform"]
    )
    def test_where_no_machine_joins_a_group(
        self, edition: Edition, platform: str
    ) -> None:
        """Who is elsewhere is said, and nothing of groups."""
        cloud = platform.partition("-")[0]
        note = f"Not in {cloud}, and so by address: members of controller"
        for place in (cloud, "outside"):
            rules = rules_of(
                edition, self.HYBRID % place, cloud, missing="omit"
            )
            text = rules.render(platform, partial=True)
            assert (note in text) == (place == "outside")
        both = FLAT + ENGINES.replace("aws", cloud)
        rules = rules_of(edition, both, (cloud, "vcenter"), missing="omit")
        assert "join groups" not in rules.render(platform, partial=True)

    @pytest.mark.parametrize(
        ("platform", "cloud", "joins"),
        [
            ("aws-terraform", "aws", "join groups"),
            ("aws-cloudformation", "aws", "join groups"),
            ("openstack-heat", "openstack", "join groups"),
            ("kubernetes", "openshift", "bear labels"),
        ],
    )
    def test_two_groups_for_one_machine(
        self, edition: Edition, platform: str, cloud: str, joins: str
    ) -> None:
        """What all engines need is in one, and what a cloud adds in another.

        It is said of the clouds of the platform alone, and only there.
        """
        made = edition.overlay(
            'id = "own"\ntitle = "Own"\n[[flows]]\nid = "own-flow"\n'
            'source = "service-engine"\ndestination = "controller"\n'
            'protocols = ["tcp"]\nports = [7]\npurpose = "Own."\n'
            f'when = {{ facet = "cloud", values = ["{cloud}"] }}\n'
        )
        text = FLAT + ENGINES.replace("aws", cloud)
        said = f"Caution: in {cloud}, a member of service-engine has to"
        for clouds, count in ((cloud, 0), ((cloud, "vcenter"), 1)):
            rules = rules_of(made, text, clouds, missing="omit")
            found = unwrap(rules.render(platform, partial=True))
            if platform == "kubernetes":
                # The annotations of every policy say it again.
                found = found.partition("apiVersion")[0]
            assert found.count(": each has a part of its rules") == count
            assert (
                f"{said} {joins} service-engine and service-engine-in-{cloud}:"
                in found
            ) == bool(count)

    def test_only_controllers_are_outside(self, edition: Edition) -> None:
        """A Service Engine is in one of the clouds."""
        (fault,) = faults(edition, 'service-engine.outside = ["10.0.0.1"]')
        assert fault.rule == "inventory/unknown-cloud"
        (fault,) = faults(edition, 'controller.outsid = ["10.0.0.1"]')
        assert fault.expected.endswith(", or outside")


class TestExports:
    """A flow of one cloud has the addresses in that cloud alone."""

    AWS, VCENTER = "10.20.0.0/25", "10.20.0.128/25"

    def test_records_have_what_rules_have(self, edition: Edition) -> None:
        """The same addresses of both ends, flow by flow."""
        site = loads_inventory(FLAT + ENGINES, edition=edition)
        answer = edition.resolve(BOTH)
        records = json.loads(str(export(answer, "json", inventory=site)))
        found = {
            record["flow"]: [
                {*map(ip_network, record[f"{side}_address"])}
                for side in ("source", "destination")
            ]
            for record in records["records"]
            if record["decision"] == "needed"
        }
        rules = rule_set(answer, site).rules
        assert found == {
            flow: [{*rule.sources}, {*rule.destinations}]
            for rule in rules
            for flow in rule.flows
        }

    @pytest.mark.parametrize("form", ["ticket", "markdown"])
    def test_documents_say_which_members(
        self, edition: Edition, form: Any
    ) -> None:
        """A rule or a row for each, with the cloud's name."""
        site = loads_inventory(FLAT + ENGINES, edition=edition)
        text = str(export(edition.resolve(BOTH), form, inventory=site))
        rows = [each for each in text.splitlines() if each[:1] == "|"]
        for cloud, port, has, lacks in (
            ("AWS", "TCP 4001", self.AWS, self.VCENTER),
            ("vCenter", "TCP 9001", self.VCENTER, self.AWS),
        ):
            (line,) = (each for each in rows if port in each)
            assert line.count(f"Service Engine ({cloud})") == 2
            assert has in line
            assert lacks not in line
        (line,) = (
            each for each in rows if "UDP 123" in each and "NTP" in each
        )
        assert "Service Engine (" not in line

    def test_members_without_an_address(self, edition: Edition) -> None:
        """It is told of which cloud they are, and which rules wait."""
        text = f'{FLAT}[service-engine]\naws = ["{self.AWS}"]\n'
        site = loads_inventory(text, edition=edition)
        ticket = str(export(edition.resolve(BOTH), "ticket", inventory=site))
        assert (
            "Rules 5 and 6 cannot be implemented: no address is given for "
            "Service Engine (vCenter)." in ticket
        )
        assert f"{self.AWS}, no address given for vCenter" in ticket

    def test_one_list_for_clouds_that_differ(self, edition: Edition) -> None:
        """It is refused as for rules; where they do not differ, it serves."""
        one = f'{FLAT}service-engine = ["10.20.0.0/24"]'
        site = loads_inventory(one, edition=edition)
        with pytest.raises(InvalidDataError) as caught:
            export(edition.resolve(BOTH), "csv", inventory=site)
        assert [*caught.value.faults] == faults(edition, one)
        assert export(edition.resolve(["aws", "azure"]), "csv", inventory=site)

    def test_of_one_cloud(self, edition: Edition) -> None:
        """The members in others are not there."""
        site = loads_inventory(FLAT + ENGINES, edition=edition)
        text = str(export(edition.resolve("aws"), "csv", inventory=site))
        assert self.AWS in text
        assert self.VCENTER not in text

    def test_without_a_deployment(self, edition: Edition) -> None:
        """A flow has the members in those clouds in which it can apply."""
        site = loads_inventory(FLAT + ENGINES, edition=edition)
        records = json.loads(
            str(export(edition.flows, "json", inventory=site))
        )
        found = {
            record["flow"]: record["source_address"]
            for record in records["records"]
            if record["source"] == "service-engine"
        }
        objstore = "service-engine-to-service-engine-objstore"
        assert found[f"{objstore}-cloud"] == [self.AWS]
        assert found[f"{objstore}-vmware"] == [self.VCENTER]
        assert found["service-engine-to-controller-ntp"] == ["10.20.0.0/24"]
        ticket = str(export(edition.flows, "ticket", inventory=site))
        assert "10.20.0.0/24" in ticket
        assert "no address is given for " in ticket


#: Where the engines on vCenter are a group that NSX has.
GROUP = "/infra/domains/default/groups/engines"
GROUPED = f"""
[service-engine]
aws = ["10.20.0.0/25"]
vcenter = [{{ nsx-group = "{GROUP}" }}]
"""
#: What the group has, for a reader.
HELD = ["10.20.0.128/25", "2001:db8:2::/64"]


class TestObjects:
    """Objects of a platform that are in one of the clouds."""

    def test_have_no_rule_of_another_cloud(self, edition: Edition) -> None:
        """The object is in the rules of its own cloud, and in those of all."""
        found = rules_of(edition, FLAT + GROUPED)
        assert {
            (rule.source, rule.family): [
                *map(str, rule.sources),
                *map(str, rule.source_objects),
            ]
            for rule in found.rules
            if rule.source.startswith("service-engine")
        } == {
            ("service-engine-in-aws", 4): ["10.20.0.0/25"],
            ("service-engine-in-vcenter", 4): [f"nsx-group:{GROUP}"],
            ("service-engine-in-vcenter", 6): [f"nsx-group:{GROUP}"],
            ("service-engine", 4): ["10.20.0.0/25", f"nsx-group:{GROUP}"],
        }
        assert not found.unwritten
        left = rules_of(edition, FLAT + GROUPED, "aws")
        assert not any(rule.source_objects for rule in left.rules)

    def test_read_back(self, edition: Edition) -> None:
        """They open what the addresses of the group would, and no more."""
        plain = rules_of(edition, FLAT + GROUPED.replace(
            f'{{ nsx-group = "{GROUP}" }}', json.dumps(HELD)[1:-1]
        ))  # fmt: skip
        members = Members(plain)
        members.objects = {GROUP: [*map(ip_network, HELD)]}
        own = ("10.10.1.11", "10.20.0.0/25", *HELD)
        members.governed = [*map(ip_network, own)]
        text = rules_of(edition, FLAT + GROUPED).render("nsx-t")
        found = read_nsx_t(text, members)
        meant = expected(plain.rules, "stateful") + links(members.governed)
        assert within(found, meant)
        assert within(meant, found)

    def test_pods_of_one_cloud(self, edition: Edition) -> None:
        """A policy selects those that its cloud has, by their labels."""
        mine = edition.overlay("""
id = "lab"
title = "Laboratory"
[[flows]]
id = "probe"
source = "service-engine"
destination = "controller"
protocols = ["tcp"]
ports = [7]
purpose = "To see which pods get it."
when = { facet = "cloud", values = ["kubernetes"] }
""")
        text = """
controller = ["10.10.1.11"]
external-network-services = ["192.0.2.0/24"]
[service-engine]
kubernetes = [{ pod-selector = { app = "one" } }]
openshift = [{ pod-selector = { app = "two" } }]
[openshift-master]
openshift = ["10.30.0.1"]
"""
        found = rules_of(
            mine, text, ("kubernetes", "openshift"), missing="omit"
        )
        written = write(found, "kubernetes", Options(partial=True)).text
        selected = {
            document["metadata"]["name"]: [
                document["spec"]["podSelector"]["matchLabels"],
                [
                    port["port"]
                    for rule in document["spec"]["egress"]
                    for port in rule["ports"]
                ],
            ]
            for document in yaml.safe_load_all(written)
        }
        one, two = {"app": "one"}, {"app": "two"}
        assert selected["avi-service-engine-in-kubernetes"] == [one, [7]]
        assert [
            selected[name][0]
            for name in ("avi-service-engine", "avi-service-engine-2")
        ] == [one, two]
        assert all(
            7 not in ports
            for name, (_, ports) in selected.items()
            if name != "avi-service-engine-in-kubernetes"
        )

    def test_in_documents(self, edition: Edition) -> None:
        """A request has the object where its cloud is, and nowhere else."""
        site = loads_inventory(FLAT + GROUPED, edition=edition)
        text = str(export(edition.resolve(BOTH), "ticket", inventory=site))
        rows = [each for each in text.splitlines() if each[:1] == "|"]
        has = {
            port: GROUP in line
            for port in ("TCP 4001", "TCP 9001")
            for line in rows
            if port in line
        }
        assert has == {"TCP 4001": False, "TCP 9001": True}

    @pytest.mark.parametrize(
        ("members", "path"),
        [
            ('aws = ["internet"]', "service-engine.aws[0]"),
            ('aws = [{ tag = "a" }, { tag = "a" }]', "service-engine.aws[1]"),
            (
                'aws = [{ tag = "a" }]\nvcenter = [{ tag = "a" }]',
                "service-engine.vcenter[0]",
            ),
            ('aws = [{ tags = "a" }]', "service-engine.aws[0].tags"),
        ],
    )
    def test_slips(self, edition: Edition, members: str, path: str) -> None:
        """Each is told with its place."""
        (fault,) = faults(edition, f"{FLAT}[service-engine]\n{members}")
        assert fault.path == path

    def test_all_slips_are_told(self, edition: Edition) -> None:
        """At once, each with what will do there and what came."""
        either = "an address, a network or an object, such as 10.20.0.0/24 or"
        either += " 2001:db8::/64"
        some = "a list of at least one address, network or object"
        cloud = "the id of a cloud of vantage-undated"
        internet = '"internet" has no cloud: list it for all of them'
        text = """
controller = { outside = ["internet"], aws = [] }
service-engine = { aws = [7], vcenter = "10.0.0.1", azure = { tag = "a" } }
external-network-services = { aws = ["internet"], gcp = ["Internet"] }
dns-server = {}
ntp-server = { fqdn = "ntp.example.com" }
esxi-host = ["Internet"]
snmp-trap-receiver = "internet"
shared = [{ tag = "a" }, "internet"]
cluster-ip = []
"""
        found = [(f.path, f.expected, f.got) for f in faults(edition, text)]
        assert found == [
            (
                "controller.outside[0]",
                "addresses: the product is not the internet",
                "'internet'",
            ),
            ("controller.aws", some, "an empty list"),
            ("service-engine.aws[0]", either, "7"),
            ("service-engine.vcenter", some, "'10.0.0.1'"),
            ("service-engine.azure", some, "a table of 1 item"),
            (
                "external-network-services.aws[0]",
                f"{either}; {internet}",
                "'internet'",
            ),
            (
                "external-network-services.gcp[0]",
                f"{either}; {internet}",
                "'Internet'",
            ),
            (
                "dns-server",
                f"{some}, or a table with a list for each cloud",
                "an empty table",
            ),
            (
                "ntp-server.fqdn",
                f"{cloud}; an object stands in a list, in brackets",
                "an unknown key",
            ),
            (
                "esxi-host[0]",
                (
                    f"{either}; not a DNS name, whose addresses can change "
                    "after the rules are written"
                ),
                "'Internet'",
            ),
            ("snmp-trap-receiver", some, "'internet'"),
            (
                "shared[0]",
                (
                    "an address or a network, such as 10.20.0.0/24 or "
                    "2001:db8::/64; objects stand in the list of an endpoint"
                ),
                "a table of 1 item",
            ),
            (
                "shared[1]",
                (
                    "an address or a network, such as 10.20.0.0/24 or "
                    '2001:db8::/64; "internet" stands in the list of an '
                    "endpoint"
                ),
                "'internet'",
            ),
            ("cluster-ip", "a list of at least one address", "an empty list"),
        ]
        (near,) = faults(edition, 'esxi-host = ["Internet"]')
        assert near.nearest == "internet"

    @pytest.mark.parametrize(
        ("fields", "paths"),
        [
            (
                {"peers": {3: (), "aws": (), "gcp": ("sg-1", "sg-2")}},
                ["peers", "aws", "gcp[0]", "gcp[1]"],
            ),
            (
                {"peers_by_cloud": {"aws": 3, "gcp": {3: (), "aws": (7,)}}},
                ["aws", "gcp", "gcp.aws[0]"],
            ),
            ({"peers_by_cloud": 3}, ["peers_by_cloud"]),
            (
                {"by_cloud": {"aws": {}, "gcp": {"A": (), "b": (1,)}}},
                ["aws", "gcp", "gcp.b[0]"],
            ),
        ],
    )
    def test_each_that_is_unsound_is_told(
        self, fields: dict[str, Any], paths: list[str]
    ) -> None:
        """With the key that it stands under."""
        with pytest.raises(InvalidDataError) as caught:
            Inventory(**{"addresses": {}, **fields})
        assert [fault.path for fault in caught.value.faults] == paths

    def test_what_does_not_agree_is_named(self, edition: Edition) -> None:
        """What only one of the two has, and which cloud lacks all."""
        sound = loads_inventory(FLAT + GROUPED, edition=edition)
        with pytest.raises(InvalidDataError) as caught:
            attrs.evolve(
                sound,
                peers_by_cloud={},
                by_cloud={"service-engine": {"vcenter": (), "aws": ()}},
            )
        own = str(sound.addresses["service-engine"][0])
        assert [(fault.path, fault.got) for fault in caught.value.faults] == [
            ("service-engine", f"{own} in one of the two"),
            ("service-engine", f"nsx-group:{GROUP} in one of the two"),
            ("service-engine.aws", "neither"),
            ("service-engine.vcenter", "neither"),
        ]
        with pytest.raises(InvalidDataError, match="got objects") as caught:
            attrs.evolve(
                sound,
                by_cloud={
                    "service-engine": {
                        "aws": sound.addresses["service-engine"]
                    }
                },
            )

    @pytest.mark.parametrize(
        "fields",
        [
            {"peers": {}},
            {"peers_by_cloud": {}},
            {"peers_by_cloud": 3},
            {"peers_by_cloud": {"service-engine": {}}},
            {"peers_by_cloud": {"service-engine": {"vcenter": ()}}},
            {"by_cloud": {}},
            {"by_cloud": {"service-engine": {"aws": [ip_network("::1")]}}},
        ],
    )
    def test_unsound_ones_do_not_exist(
        self, edition: Edition, fields: dict[str, Any]
    ) -> None:
        """They agree with the objects of each endpoint."""
        sound = loads_inventory(FLAT + GROUPED, edition=edition)
        assert sound.by_cloud["service-engine"]["vcenter"] == ()
        with pytest.raises(InvalidDataError):
            attrs.evolve(sound, **fields)


class TestTheInventory:
    """Members by cloud, in Python and in files."""

    def test_from_json(self, edition: Edition, tmp_path: Path) -> None:
        """As from TOML."""
        path = tmp_path / "site.json"
        engines = {"aws": ["10.20.0.0/25"], "vcenter": ["10.20.0.128/25"]}
        path.write_text(json.dumps({"service-engine": engines}))
        found = load_inventory(path, edition=edition)
        assert found == loads_inventory(ENGINES, edition=edition)
        assert found.addresses["service-engine"] == (
            ip_network("10.20.0.0/24"),
        )
        assert found.by_cloud["service-engine"]["aws"] == (
            ip_network("10.20.0.0/25"),
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"by_cloud": 3},
            {"by_cloud": {"service-engine": 3}},
            {"by_cloud": {"service-engine": {}}},
            {"by_cloud": {"service-engine": {3: ()}}},
            {"by_cloud": {"service-engine": {"A B": ()}}},
            {"by_cloud": {"service-engine": {"aws": ()}}},
            {"by_cloud": {"service-engine": {"aws": (ip_address("::1"),)}}},
            {"by_cloud": {"controller": {"aws": (ip_network("10.0.0.1"),)}}},
            {
                "by_cloud": {
                    "service-engine": {
                        "aws": (ip_network("10.20.0.0/25"),),
                        "vcenter": (ip_network("10.20.0.0/24"),),
                    }
                }
            },
        ],
    )
    def test_unsound_ones_do_not_exist(
        self, edition: Edition, fields: dict[str, Any]
    ) -> None:
        """They agree with the addresses of each endpoint."""
        sound = loads_inventory(ENGINES, edition=edition)
        with pytest.raises(InvalidDataError):
            attrs.evolve(sound, **fields)

    def test_without_clouds(self, edition: Edition) -> None:
        """What is listed by cloud goes with its cloud."""
        found = loads_inventory(FLAT + ENGINES, edition=edition)
        assert found.within(BOTH) == found
        assert "service-engine" not in found.within(["azure"]).addresses
        assert isinstance(found.within([]), Inventory)


class TestTheClusterIp:
    """It is told where nothing reaches it."""

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            ("", "`cluster-ip-is-destination = true`"),
            ("cluster-ip-is-destination = true\n", None),
        ],
    )
    def test_is_told(
        self, edition: Edition, more: str, told: str | None
    ) -> None:
        """With the key that includes it."""
        text = f'cluster-ip = "10.10.1.10"\n{more}{FLAT}{ENGINES}'
        found = rules_of(edition, text)
        left = [o for o in found.omissions if o.kind == "cluster-ip"]
        assert len(left) == (told is not None)
        for omission in left:
            assert omission.subject == "cluster IP 10.10.1.10"
            assert told
            assert told in omission.reason
            assert any(str(omission) in line for line in found.header())

    def test_of_another_family(self, edition: Edition) -> None:
        """What no rule is about is told, though it may be a destination."""
        text = (
            'cluster-ip = "2001:db8::10"\ncluster-ip-is-destination = true\n'
        )
        inventory = loads_inventory(text + FLAT + ENGINES, edition=edition)
        found = rule_set(edition.resolve(BOTH), inventory)
        (left,) = (o for o in found.omissions if o.kind == "cluster-ip")
        assert left.reason == "No flow's rule has it as a destination."
