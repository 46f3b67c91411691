"""AWS security groups, checked by cfn-lint, by moto, and read back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest import mock

import attrs
import pytest
from cloud_sites import (
    BOTH,
    HOSTILE,
    against,
    between_strangers,
    everyone,
    hostile,
    many,
    own_flow,
    rules_for,
    validator,
)
from rules_examples import unwrap
from test_rules_peers import OBJECTS, toml

from avi_portspec.errors import CannotExpressError
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.platforms import aws, render
from avi_portspec.rules.ruleset import RuleSet

BOTH_FORMATS = ("aws-cloudformation", "aws-terraform")
ALLOWED = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")


def template(rules: RuleSet) -> Any:
    """Return the CloudFormation template, read."""
    return json.loads(render(rules, "aws-cloudformation"))


def terraform(rules: RuleSet) -> Any:
    """Return the Terraform configuration, read."""
    return json.loads(render(rules, "aws-terraform"))


def lint(document: Any) -> list[str]:
    """Return what cfn-lint finds wrong with a template."""
    api = validator("cfnlint.api")
    config = validator("cfnlint.config")
    found = api.lint(
        json.dumps(document),
        config=config.ManualArgs(regions=["us-east-1"]),
    )
    return [str(each) for each in found]


def group(document: Any, name: str = "ControllerGroup") -> Any:
    """Return the properties of a group in a template."""
    return document["Resources"][name]["Properties"]


@pytest.fixture
def cloud() -> Iterator[Any]:
    """Return clients of AWS as moto plays it."""
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    fake = dict.fromkeys(keys, "none") | {"AWS_DEFAULT_REGION": "us-east-1"}
    moto = validator("moto")
    boto3 = validator("boto3")
    with mock.patch.dict(os.environ, fake), moto.mock_aws():
        yield boto3


class TestCloudFormation:
    """The template."""

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(partial(rules_for, optional=True), id="ICMP"),
            pytest.param(hostile, id="hostile"),
            pytest.param(everyone, id="everyone"),
            pytest.param(
                partial(rules_for, toml(OBJECTS["aws"])), id="objects"
            ),
            pytest.param(
                partial(
                    rules_for,
                    overlay=own_flow("[63, 73, 97]", source="dns-server"),
                ),
                id="protocols by number",
            ),
            pytest.param(
                partial(
                    rules_for,
                    overlay=own_flow(
                        '["tcp", "udp"]', "[1, {low = 60000, high = 65535}]"
                    ),
                ),
                id="ranges",
            ),
        ],
    )
    def test_the_linter_finds_nothing(
        self, made: Callable[[], RuleSet]
    ) -> None:
        """Not for messages, protocols, ranges, nor for hostile texts."""
        assert lint(template(made())) == []

    def test_the_linter_would_find_a_fault(self) -> None:
        """What it is asked about does reach it."""
        document = template(rules_for())
        group(document)["SecurityGroupEgress"][0]["CidrIp"] = "10.0.0.0/99"
        del document["Resources"]["ControllerIngressControllerTcp22"][
            "Properties"
        ]["IpProtocol"]
        assert len(lint(document)) == 2

    # It leaves out egress rules that are resources; they are put to EC2.
    @pytest.mark.filterwarnings("ignore:Tried to parse AWS..EC2:UserWarning")
    def test_aws_makes_what_the_rules_say(self, cloud: Any) -> None:
        """The stack is created; what is let in is exactly the rules."""
        rules = rules_for(optional=True)
        document = template(rules)
        ec2 = cloud.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
        stacks = cloud.client("cloudformation")
        stacks.create_stack(
            StackName="avi",
            TemplateBody=json.dumps(document),
            Parameters=[{"ParameterKey": "VpcId", "ParameterValue": vpc}],
        )
        made = stacks.describe_stacks(StackName="avi")["Stacks"][0]
        assert made["StackStatus"] == "CREATE_COMPLETE"
        found = ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}]
        )["SecurityGroups"]
        names = {
            each["GroupId"]: each["Description"].rpartition(" ")[2]
            for each in found
        }
        assert {
            (names[each["GroupId"]], *permission)
            for each in found
            for permission in granted(each["IpPermissions"], names)
        } == expected(rules, "ingress")
        for each in found:
            if names[each["GroupId"]] != "group":
                self._sends(ec2, each, names, document, rules)

    def _sends(
        self, ec2: Any, made: Any, names: Any, document: Any, rules: RuleSet
    ) -> None:
        """Put a group's egress to EC2 itself: the stack leaves it out."""
        role = names[made["GroupId"]]
        ids = {name: key for key, name in names.items()}
        ec2.revoke_security_group_egress(
            GroupId=made["GroupId"], IpPermissions=made["IpPermissionsEgress"]
        )
        ec2.authorize_security_group_egress(
            GroupId=made["GroupId"],
            IpPermissions=list(egress(document, role, ids)),
        )
        found = ec2.describe_security_groups(GroupIds=[made["GroupId"]])
        sent = found["SecurityGroups"][0]["IpPermissionsEgress"]
        assert {
            (role, *permission) for permission in granted(sent, names)
        } == {each for each in expected(rules, "egress") if each[0] == role}

    @pytest.mark.filterwarnings("ignore:Tried to parse AWS..EC2:UserWarning")
    def test_aws_knows_the_objects(self, cloud: Any) -> None:
        """A group that is there gets in."""
        ec2 = cloud.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
        group = ec2.create_security_group(
            GroupName="ops", Description="ops", VpcId=vpc
        )["GroupId"]
        table = {
            "external-network-services": (
                f'{{ security-group = "{group}" }}',
                "",
            )
        }
        stacks = cloud.client("cloudformation")
        stacks.create_stack(
            StackName="avi",
            TemplateBody=json.dumps(template(rules_for(toml(table)))),
            Parameters=[{"ParameterKey": "VpcId", "ParameterValue": vpc}],
        )
        found = ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}]
        )["SecurityGroups"]
        let_in = [
            (
                each["FromPort"],
                {pair["GroupId"] for pair in each["UserIdGroupPairs"]},
            )
            for made in found
            if made["Description"].endswith(" controller")
            for each in made["IpPermissions"]
        ]
        ports = {port for port, groups in let_in if group in groups}
        assert ports == {22, 161, 443}

    def test_a_group_that_sends_nothing_says_so(self) -> None:
        """AWS would let everything out of a group without egress rules."""
        one = 'controller = ["10.0.0.1"]\nexternal-network-services = '
        rules = rules_for(
            f'{one}["192.0.2.0/24"]\naws = ["198.51.100.0/24"]\n'
            'service-engine = ["10.20.0.0/24"]\ndns-server = ["10.0.0.53"]'
        )
        assert group(template(rules), "ServiceEngineGroup")[
            "SecurityGroupEgress"
        ] == [
            {
                "IpProtocol": "-1",
                "CidrIp": "127.0.0.1/32",
                "Description": (
                    "No egress. Replaces the allow-all rule that AWS adds."
                ),
            }
        ]

    def test_no_group_is_without_egress_rules(self) -> None:
        """Whatever the rules are, even none at all."""
        for rules in (rules_for(), empty(rules_for())):
            for resource in template(rules)["Resources"].values():
                if resource["Type"] == "AWS::EC2::SecurityGroup":
                    assert resource["Properties"]["SecurityGroupEgress"]

    def test_rules_between_groups_make_no_circle(self) -> None:
        """They are resources of their own, one for both families."""
        document = template(rules_for())
        found = [
            name
            for name, each in document["Resources"].items()
            if each["Type"] != "AWS::EC2::SecurityGroup"
        ]
        assert len(found) == len(set(found))
        assert "ControllerIngressServiceEngineTcp8443" in found
        assert "ServiceEngineEgressControllerTcp8443" in found
        assert "Fn::GetAtt" not in json.dumps(group(document))

    def test_texts_are_not_resolved(self) -> None:
        """CloudFormation would fetch what stands in double braces."""
        text = render(hostile(), "aws-cloudformation")
        assert "{{resolve" in HOSTILE
        assert "{{" not in text
        assert "resolve:ssm" in text

    def test_no_part_of_the_product_makes_no_template(self) -> None:
        """A template without resources is none."""
        nobody = attrs.evolve(
            empty(rules_for()), inventory=Inventory(addresses={})
        )
        with pytest.raises(CannotExpressError, match="at least one group"):
            template(nobody)

    def test_a_template_has_a_limit_of_resources(self) -> None:
        """Rules between groups are resources."""
        ports = [*range(1, 1000, 2)]
        rules = rules_for(overlay=own_flow('["tcp"]', str(ports)))
        with pytest.raises(CannotExpressError, match="at most 500 resou") as e:
            template(rules)
        assert "probe" in e.value.flows
        assert terraform(rules)

    def test_a_template_has_a_limit_of_bytes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Here a lower one, so that it is reached in little time."""
        template(rules_for())
        monkeypatch.setattr(aws, "_BYTES", 10_000)
        with pytest.raises(CannotExpressError, match="at most 1 MB"):
            template(rules_for())


class TestBothFormats:
    """What holds for the template and for Terraform."""

    def test_both_say_the_same(self) -> None:
        """Rule for rule, reason for reason."""
        rules = rules_for(optional=True)
        assert atoms(template(rules)) == atoms(terraform(rules))
        assert len(atoms(template(rules))) > 20

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_descriptions_are_what_aws_stores(self, platform: str) -> None:
        """At most 255 of its characters, whatever the reasons hold."""
        document = json.loads(render(hostile(), platform))
        found = [
            body.get("Description") or body["description"]
            for _, _, body in each_rule(document)
        ]
        assert len(found) > 15
        for each in found:
            assert ALLOWED.fullmatch(each)
            assert not {"{", "}", "$"} & set(each)

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_a_reason_is_about_its_own_port(self, platform: str) -> None:
        """A rule has several flows, and a port is only for some of them."""
        document = json.loads(render(rules_for(), platform))
        said = {
            body.get("Description") or body["description"]
            for role, direction, body in each_rule(document)
            if (role, direction) == ("ServiceEngine", "egress")
            and 8443 in body.values()
        }
        (reason,) = said
        assert reason.startswith("service-engine-to-controller-portal: ")
        assert "ssh" not in reason

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    @pytest.mark.parametrize(
        ("protocol", "reason"),
        [
            ('["sctp"]', "cannot match ports of SCTP"),
            ('["dccp"]', "cannot match ports of DCCP"),
            ('["udplite"]', "cannot match ports of UDPLITE"),
        ],
    )
    def test_unknown_ports_are_refused(
        self, platform: str, protocol: str, reason: str
    ) -> None:
        """AWS opens all ports of a protocol that it knows by number."""
        rules = rules_for(overlay=own_flow(protocol, "[5000]"))
        with pytest.raises(CannotExpressError, match=reason) as caught:
            render(rules, platform)
        assert caught.value.flows == ("probe",)
        assert caught.value.platform == platform

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_protocol_0_is_refused(self, platform: str) -> None:
        """It is a protocol, and all protocols to some."""
        rules = rules_for(overlay=own_flow("[0]"))
        with pytest.raises(CannotExpressError, match="all protocols"):
            render(rules, platform)

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_rules_stand_at_the_product(self, platform: str) -> None:
        """No group is made for machines that are somebody else's."""
        with pytest.raises(CannotExpressError, match="dns-server nor aws"):
            render(between_strangers(), platform)

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_a_group_has_a_limit_of_rules(self, platform: str) -> None:
        """A thousand are accepted, and one more is not."""
        rules = rules_for()
        # Three to other Controllers and one to AWS are in it already.
        assert render(many(rules, "dns-server", 996), platform)
        with pytest.raises(CannotExpressError, match="1000 egress") as caught:
            render(many(rules, "dns-server", 997), platform)
        assert caught.value.flows == ("controller-to-aws",)

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_more_rules_than_a_new_account_has_are_told(
        self, platform: str
    ) -> None:
        """As AWS counts: a reference to a group is a rule of each family."""
        rules = rules_for()
        # To other Controllers three, for both families; one to AWS, and one
        # to the name server over IPv6.
        within = render(many(rules, "dns-server", 56), platform)
        assert "higher quota" not in within
        text = render(many(rules, "dns-server", 57), platform)
        assert "the group of controller has 61 egress rules for IPv4" in text
        assert "for IPv6;" not in text

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_addresses_of_two_roles_are_one_rule(self, platform: str) -> None:
        """AWS refuses the same rule twice."""
        both = BOTH.replace("198.51.100.0/24", "10.0.0.53")
        shared = 'shared = ["10.0.0.53"]\n'
        overlay = """
id = "lab"
title = "Laboratory"
[[flows]]
id = "names-over-https"
source = "controller"
destination = "dns-server"
protocols = ["tcp"]
ports = [443]
purpose = "The server is the same one."
"""
        rules = rules_for(shared + both, overlay=overlay)
        found = [
            each
            for _, _, each in each_rule(json.loads(render(rules, platform)))
            if "10.0.0.53/32" in each.values() and 443 in each.values()
        ]
        assert len(found) == 1
        assert "names-over-https" in str(found[0])
        assert "controller-to-aws" in str(found[0])

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_the_top_says_what_it_is(self, platform: str) -> None:
        """Edition, digest, what is left out, and that Caution: every."""
        rules = rules_for()
        text = unwrap(render(rules, platform))
        top = text[: text.index("VpcId" if "cloud" in platform else "vpc_id")]
        for line in rules.header():
            assert json.dumps(line)[1:-1] in top
        assert "Caution: every" in top
        assert "cluster IP" not in top

    @pytest.mark.parametrize("platform", BOTH_FORMATS)
    def test_the_top_names_the_cluster_ip(self, platform: str) -> None:
        """A group has it too, whatever the inventory says of its flows."""
        text = render(rules_for(f'{BOTH}cluster-ip = "10.10.1.10"'), platform)
        assert "so does the cluster IP (10.10.1.10), as source" in text


class TestTerraform:
    """The configuration, against the names that the provider has."""

    def test_it_fits_the_provider(self) -> None:
        """Every block and every argument is one that the provider knows."""
        numbers = rules_for(overlay=own_flow("[63, 73, 97]"))
        for rules in (
            rules_for(optional=True),
            hostile(),
            numbers,
            everyone(),
        ):
            assert against("terraform-aws", terraform(rules)) == []

    def test_the_schema_finds_faults(self) -> None:
        """An argument that the provider does not have, or a wrong one."""
        document = terraform(rules_for())
        rules = document["resource"]["aws_vpc_security_group_egress_rule"]
        first, second = list(rules)[:2]
        rules[first]["cidr_blocks"] = []
        rules[second]["to_port"] = 99999
        assert len(against("terraform-aws", document)) == 2

    def test_texts_are_not_evaluated(self) -> None:
        """Terraform would read a file in the middle of a reason."""
        text = render(hostile(), "aws-terraform")
        assert "$ {file" in text
        assert not re.search(r"\$\{(?!aws_|var\.)", text)
        assert "%{" not in text

    def test_groups_have_no_rules_inside(self) -> None:
        """Terraform takes AWS's own egress rule away from new groups."""
        document = terraform(empty(rules_for()))
        assert set(document["resource"]) == {"aws_security_group"}
        for each in document["resource"]["aws_security_group"].values():
            assert set(each) == {"description", "vpc_id", "tags"}


# -- reading back, as far as these tests need it -----------------------------


def empty(rules: RuleSet) -> RuleSet:
    """Return no rules, at the same site."""
    return attrs.evolve(rules, rules=())


def granted(permissions: Any, names: Any) -> Iterator[tuple[Any, ...]]:
    """Yield what EC2 lets through, an atom each, groups by their role."""
    for permission in permissions:
        service = (
            permission["IpProtocol"],
            permission.get("FromPort"),
            permission.get("ToPort"),
        )
        for pair in permission["UserIdGroupPairs"]:
            yield (*service, names[pair["GroupId"]])
        for network in permission["IpRanges"]:
            yield (*service, network["CidrIp"])
        for network in permission["Ipv6Ranges"]:
            yield (*service, network["CidrIpv6"])


def expected(rules: RuleSet, direction: str) -> set[tuple[Any, ...]]:
    """Return what the rules ask for, in the same atoms."""
    own = {"controller", "service-engine"}
    found = set()
    for rule in rules.rules:
        here, there = rule.destination, rule.source
        networks = rule.sources
        if direction == "egress":
            here, there, networks = there, here, rule.destinations
        services = [(str(rule.protocol).lower(), 8, -1)]
        if rule.ports:
            services = [
                (str(rule.protocol).lower(), port.low, port.high)
                for port in rule.ports
            ]
        peers = [there] if there in own else list(map(str, networks))
        found |= {
            (here, *service, peer)
            for service in services
            for peer in peers
            if here in own
        }
    return found


def egress(document: Any, role: str, ids: Any) -> Iterator[Any]:
    """Yield a group's egress in a template, as EC2's own call takes it."""
    name = "".join(word.capitalize() for word in role.split("-")) + "Group"
    alone = group(document, name)["SecurityGroupEgress"]
    pairs = [
        resource["Properties"]
        for resource in document["Resources"].values()
        if resource["Type"] == "AWS::EC2::SecurityGroupEgress"
        and resource["Properties"]["GroupId"]["Fn::GetAtt"][0] == name
    ]
    roles = {
        "ControllerGroup": ids["controller"],
        "ServiceEngineGroup": ids["service-engine"],
    }
    for each in [*alone, *pairs]:
        made = {key: each[key] for key in ("IpProtocol", "FromPort", "ToPort")}
        if "CidrIp" in each:
            made["IpRanges"] = [{"CidrIp": each["CidrIp"]}]
        elif "CidrIpv6" in each:
            made["Ipv6Ranges"] = [{"CidrIpv6": each["CidrIpv6"]}]
        else:
            peer = each["DestinationSecurityGroupId"]["Fn::GetAtt"][0]
            made["UserIdGroupPairs"] = [{"GroupId": roles[peer]}]
        yield made


def each_rule(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield group, direction and body of each rule, in either format."""
    if "Resources" in document:
        for name, each in document["Resources"].items():
            body = each["Properties"]
            kind = each["Type"].removeprefix("AWS::EC2::SecurityGroup")
            if kind:
                at = body["GroupId"]["Fn::GetAtt"][0]
                yield at.removesuffix("Group"), kind.lower(), body
            for direction in () if kind else ("Ingress", "Egress"):
                for inner in body[f"SecurityGroup{direction}"]:
                    yield name.removesuffix("Group"), direction.lower(), inner
    for direction in ("ingress", "egress"):
        kind = f"aws_vpc_security_group_{direction}_rule"
        for body in document.get("resource", {}).get(kind, {}).values():
            at = body["security_group_id"].split(".")[1]
            role = "".join(word.capitalize() for word in at.split("-"))
            yield role, direction, body


def atoms(document: Any) -> list[tuple[Any, ...]]:
    """Return what a document says, in an order of its own."""
    names = (
        ("IpProtocol", "ip_protocol"),
        ("FromPort", "from_port"),
        ("ToPort", "to_port"),
        ("CidrIp", "cidr_ipv4"),
        ("CidrIpv6", "cidr_ipv6"),
        ("Description", "description"),
    )
    found = []
    for role, direction, body in each_rule(document):
        values = [body.get(a, body.get(b)) for a, b in names]
        peer = (
            body.get("SourceSecurityGroupId")
            or body.get("DestinationSecurityGroupId")
            or body.get("referenced_security_group_id", "")
        )
        if isinstance(peer, dict):
            peer = peer["Fn::GetAtt"][0].removesuffix("Group")
        elif peer:
            at = peer.split(".")[1]
            peer = "".join(word.capitalize() for word in at.split("-"))
        found.append((role, direction, *map(str, values), peer))
    return sorted(found)
