"""AWS security groups, as a CloudFormation template or as Terraform JSON.

The references are the user guide's pages on security groups, the
CloudFormation types ``AWS::EC2::SecurityGroup``, ``...Ingress`` and
``...Egress``, and the Terraform provider ``hashicorp/aws``.

Each part of the product is a group. Where both sides of a rule are groups,
the rule refers to the group: instances come and go, and AWS follows. Where
one side is none, the rule has its addresses.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from avi_portspec.rules.platforms.documents import (
    Names,
    cut,
    explained,
    json_text,
    literal,
)
from avi_portspec.rules.platforms.groups import (
    LOOPBACK,
    Permission,
    Wanted,
    permissions,
)
from avi_portspec.rules.platforms.roles import (
    Direction,
    own_roles,
    refused,
    too_large,
)
from avi_portspec.rules.platforms.services import Service, protocol_of

if TYPE_CHECKING:
    from avi_portspec.names import EndpointId
    from avi_portspec.rules.networks import Network
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["render_cloudformation", "render_terraform"]

_CLOUDFORMATION: Final = "aws-cloudformation"
_TERRAFORM: Final = "aws-terraform"

#: What may not stand in a description. AWS allows braces and dollars too,
#: but CloudFormation and Terraform evaluate what they enclose.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9 ._\-:/()#,@\[\]+=&;!*]")
#: The most characters of a group's and of a rule's description, and of a
#: template's.
_DESCRIPTION: Final = 255
_TEMPLATE_DESCRIPTION: Final = 1024
#: The rules of a group in one direction and family: the quota is 60, and
#: cannot be raised above this.
_RULES: Final = 1000
#: The resources of a template, and its bytes, with room for the ends of
#: lines that Windows has.
_RESOURCES: Final = 500
_BYTES: Final = 1_000_000
_LOGICAL_ID: Final = 255
_CIDR: Final = {4: "CidrIp", 6: "CidrIpv6"}
_TAG: Final = 256
_BRACES: Final = re.compile(r"\{(?=\{)")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_NO_LABEL: Final = re.compile(r"[^A-Za-z0-9-]")
#: What a group says that may send nothing.
_NOTHING: Final = {
    "IpProtocol": "-1",
    "CidrIp": LOOPBACK,
    "Description": "Nothing may leave. Stands in for the rule AWS would add.",
}
_MEMBERSHIP: Final = (
    "membership opens: whatever is put into one of these groups may do all "
    "that the group may, over IPv4 and IPv6, whatever its addresses are"
)


def render_cloudformation(rules: RuleSet) -> str:
    """Return the rules as a CloudFormation template in JSON.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: AWS has no way to say one of them.
    """
    found = _permissions(rules, _CLOUDFORMATION)
    names = Names(_LOGICAL_ID, _camel, mark="X")
    resources: dict[str, Any] = {
        names.of(f"{role} group"): _group(role, found)
        for role in own_roles(rules)
    }
    for permission, wanted in found.items():
        if isinstance(permission.peer, str):
            resources[names.of(permission.key)] = _rule(
                permission, wanted, names
            )
    header = [*rules.header(), _MEMBERSHIP]
    text = json_text(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": cut(
                _UNSAFE.sub("_", "; ".join(header)), _TEMPLATE_DESCRIPTION
            ),
            "Metadata": {
                "avi-portspec": _inert(
                    {"header": header, "rules": explained(rules)}
                )
            },
            "Parameters": {
                "VpcId": {
                    "Type": "AWS::EC2::VPC::Id",
                    "Description": "The VPC that the groups are for",
                }
            },
            "Resources": resources,
            "Outputs": {
                names.of(f"{role} group id"): {
                    "Description": f"The group of {cut(role, _TAG)}",
                    "Value": _group_id(role, names),
                }
                for role in own_roles(rules)
            },
        }
    )
    _fits_a_template(rules, resources, text)
    return text


def _permissions(rules: RuleSet, platform: str) -> dict[Permission, Wanted]:
    """Return what each group permits, as far as AWS can say it."""

    def spell(rule: Rule) -> str:
        return protocol_of(
            rule, platform, ported=("tcp", "udp"), named=("icmp", "icmpv6")
        )

    found = permissions(rules, platform, spell, by_family=False)
    _within_quota(found, platform)
    return found


def _within_quota(found: dict[Permission, Wanted], platform: str) -> None:
    """Refuse a group with more rules than any account may have."""
    counts: Counter[tuple[EndpointId, Direction, int]] = Counter()
    for permission, wanted in found.items():
        for family in {rule.family for rule in wanted.rules}:
            key = (permission.role, permission.direction, family)
            counts[key] += 1
            if counts[key] > _RULES:
                reason = (
                    f"the group of {permission.role} would have more than "
                    f"{_RULES} {permission.direction} rules for IPv{family}"
                )
                raise refused(platform, wanted.rules[0], reason)


def _fits_a_template(
    rules: RuleSet, resources: dict[str, Any], text: str
) -> None:
    """Refuse what CloudFormation would."""
    size = len(text)
    reason = None
    if not resources:
        reason = (
            "a template needs at least one group, and the inventory has no "
            "part of the product"
        )
    elif len(resources) > _RESOURCES:
        reason = (
            f"a template has at most {_RESOURCES} resources, and this one "
            f"would have {len(resources)}"
        )
    elif size > _BYTES:
        reason = f"a template has at most 1 MB, and this one has {size} bytes"
    if reason is not None:
        raise too_large(_CLOUDFORMATION, rules, reason)


def _described(wanted: Wanted) -> str:
    return _UNSAFE.sub("_", wanted.described(_DESCRIPTION))


def _inert(value: Any) -> Any:
    """Return text in which CloudFormation resolves no reference."""
    if isinstance(value, dict):
        return {key: _inert(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_inert(each) for each in value]
    # Between any two, for of three the last two would be left together.
    return _BRACES.sub("{ ", value)


def _camel(key: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in _WORD.findall(key))


# -- CloudFormation ----------------------------------------------------------


def _group_id(role: str, names: Names) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [names.of(f"{role} group"), "GroupId"]}


def _group(
    role: EndpointId, found: dict[Permission, Wanted]
) -> dict[str, Any]:
    """Return the group of a role, with the rules that name networks.

    Rules that name groups are resources of their own, or two groups that
    name one another could not be made.
    """
    own: dict[Direction, list[Any]] = {"ingress": [], "egress": []}
    for permission, wanted in found.items():
        peer = permission.peer
        if permission.role == role and not isinstance(peer, str):
            own[permission.direction].append(
                {
                    **_service(permission.service),
                    _CIDR[peer.version]: str(peer),
                    "Description": _described(wanted),
                }
            )
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": _group_description(role),
            "VpcId": {"Ref": "VpcId"},
            "SecurityGroupIngress": own["ingress"],
            "SecurityGroupEgress": own["egress"] or [_NOTHING],
            "Tags": [{"Key": "Name", "Value": cut(role, _TAG)}],
        },
    }


def _group_description(role: EndpointId) -> str:
    # Without a digest: another description makes another group.
    return cut(f"avi-portspec: {role}", _DESCRIPTION)


def _rule(
    permission: Permission, wanted: Wanted, names: Names
) -> dict[str, Any]:
    """Return a rule that names a group."""
    ingress = permission.direction == "ingress"
    kind, at = (
        ("SecurityGroupIngress", "SourceSecurityGroupId")
        if ingress
        else ("SecurityGroupEgress", "DestinationSecurityGroupId")
    )
    return {
        "Type": f"AWS::EC2::{kind}",
        "Properties": {
            "GroupId": _group_id(permission.role, names),
            **_service(permission.service),
            at: _group_id(str(permission.peer), names),
            "Description": _described(wanted),
        },
    }


def _service(service: Service) -> dict[str, Any]:
    low, high = _ports(service)
    if low is None:
        return {"IpProtocol": service.protocol}
    return {"IpProtocol": service.protocol, "FromPort": low, "ToPort": high}


def _ports(service: Service) -> tuple[int, int] | tuple[None, None]:
    """Return the ports; for ICMP the type, and what stands for any code."""
    if service.icmp_type is not None:
        return service.icmp_type, -1
    if service.ports is not None:
        return service.ports.low, service.ports.high
    return None, None


# -- Terraform ---------------------------------------------------------------


def render_terraform(rules: RuleSet) -> str:
    """Return the rules as a Terraform configuration in JSON.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: AWS has no way to say one of them.
    """
    found = _permissions(rules, _TERRAFORM)
    names = Names(_LOGICAL_ID, lambda key: _NO_LABEL.sub("-", key))
    ids = {
        role: f"${{aws_security_group.{names.of(role)}.id}}"
        for role in own_roles(rules)
    }
    made: dict[str, dict[str, Any]] = {"aws_security_group": {}}
    for role in ids:
        made["aws_security_group"][names.of(role)] = {
            "description": _group_description(role),
            "vpc_id": "${var.vpc_id}",
            "tags": {"Name": cut(role, _TAG)},
        }
    for permission, wanted in found.items():
        kind = f"aws_vpc_security_group_{permission.direction}_rule"
        made.setdefault(kind, {})[names.of(permission.key)] = {
            "//": literal(wanted.reasons),
            "security_group_id": ids[permission.role],
            "description": _described(wanted),
            **_terraform_service(permission.service),
            **_terraform_peer(permission.peer, ids),
        }
    return json_text(
        {
            "//": literal([*rules.header(), _MEMBERSHIP]),
            "terraform": {
                "required_providers": {
                    "aws": {"source": "hashicorp/aws", "version": ">= 5.0"}
                }
            },
            "variable": {
                "vpc_id": {
                    "type": "string",
                    "description": "The VPC that the groups are for",
                }
            },
            "resource": {kind: each for kind, each in made.items() if each},
            "output": {
                names.of(f"{role} group id"): {"value": ids[role]}
                for role in ids
            },
        }
    )


def _terraform_service(service: Service) -> dict[str, Any]:
    low, high = _ports(service)
    if low is None:
        return {"ip_protocol": service.protocol}
    return {"ip_protocol": service.protocol, "from_port": low, "to_port": high}


def _terraform_peer(
    peer: Network | EndpointId, ids: dict[EndpointId, str]
) -> dict[str, str]:
    if isinstance(peer, str):
        return {"referenced_security_group_id": ids[peer]}
    return {f"cidr_ipv{peer.version}": str(peer)}
