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
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final, assert_never

from avi_portspec.model.ports import PortRange
from avi_portspec.names import EndpointId
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.neutral import SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import NamedObject
from avi_portspec.rules.platforms.clouds import (
    LOOPBACK,
    Direction,
    Grounds,
    Permission,
    location_notes,
    membership_warning,
    own_roles,
    permissions,
    refusal,
    size_refusal,
)
from avi_portspec.rules.platforms.documents import (
    Names,
    json_text,
    purposes_by_rule,
    shorten,
    summarise,
    terraform_comment,
    terraform_text,
)
from avi_portspec.rules.traffic import FAMILIES, Bare, Message

__all__ = ["render_cloudformation", "render_terraform"]

_CLOUDFORMATION: Final = "aws-cloudformation"
_TERRAFORM: Final = "aws-terraform"
#: The clouds whose machines are in its groups.
_CLOUDS: Final = ("aws",)

#: Characters that a description cannot have. AWS allows braces and dollars
#: too, but CloudFormation and Terraform evaluate what they enclose.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9 ._\-:/()#,@\[\]+=&;!*]")
#: The most characters of a group's and of a rule's description, and of a
#: template's.
_DESCRIPTION: Final = 255
_TEMPLATE_DESCRIPTION: Final = 1024
#: The rules of a group in one direction and family: the quota of a new
#: account, and what it cannot be raised above.
_QUOTA: Final = 60
_RULES: Final = 1000
#: The resources of a template, and its bytes, with room for the ends of
#: lines that Windows has.
_RESOURCES: Final = 500
_BYTES: Final = 1_000_000
_LOGICAL_ID: Final = 255
_SERVICE: Final = ("IpProtocol", "FromPort", "ToPort")
_ENDS: Final[dict[Direction, str]] = {
    "ingress": "Source",
    "egress": "Destination",
}
_TAG: Final = 256
_BRACES: Final = re.compile(r"\{(?=\{)")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_NO_LABEL: Final = re.compile(r"[^A-Za-z0-9-]")
#: The egress of a group that sends nothing.
_NOTHING: Final = {
    "IpProtocol": "-1",
    "CidrIp": LOOPBACK,
    "Description": "No egress. Replaces the allow-all rule that AWS adds.",
}
_MEMBERSHIP: Final = (
    "Caution: every instance in a security group gets all of its rules, over "
    "IPv4 and IPv6, whatever its addresses are"
)


def render_cloudformation(rules: SiteRules, options: Options) -> str:
    """Return the rules as a CloudFormation template in JSON."""
    permitted = _permissions(rules, _CLOUDFORMATION)
    names = Names(
        _LOGICAL_ID, lambda key: _camel(options.label(key)), mark="X"
    )
    resources: dict[str, Any] = {
        names.of(f"{role} group"): _group(role, permitted, options)
        for role in own_roles(rules, _CLOUDS)
    }
    for permission, grounds in permitted.items():
        if isinstance(permission.peer, str):
            resources[names.of(permission.key)] = _rule(
                permission, grounds, names
            )
    header = [*rules.header(), *_warnings(rules, permitted)]
    text = json_text(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": shorten(
                _UNSAFE.sub("_", "; ".join(header)), _TEMPLATE_DESCRIPTION
            ),
            "Metadata": {
                "avi-portspec": _disarm(
                    {"header": header, "rules": purposes_by_rule(rules)}
                )
            },
            "Parameters": {
                "VpcId": {
                    "Type": "AWS::EC2::VPC::Id",
                    "Description": "The VPC of the security groups",
                }
            },
            "Resources": resources,
            "Outputs": {
                names.of(f"{role} group id"): {
                    "Description": f"Security group of {_tag(role, options)}",
                    "Value": _group_id(role, names),
                }
                for role in own_roles(rules, _CLOUDS)
            },
        }
    )
    _check_size(rules, resources, text)
    return text


def _permissions(rules: SiteRules, platform: str) -> dict[Permission, Grounds]:
    """Return what each group permits, or refuse what AWS cannot express."""
    permitted = permissions(
        rules,
        platform,
        ported=("tcp", "udp"),
        named=("icmp", "icmpv6"),
        by_family=False,
        clouds=_CLOUDS,
    )
    counts: Counter[tuple[EndpointId, Direction, int]] = Counter()
    for permission, grounds in permitted.items():
        for family in _families(permission):
            key = (permission.role, permission.direction, family)
            counts[key] += 1
            if counts[key] > _RULES:
                reason = (
                    f"the group of {permission.role} would have more than "
                    f"{_RULES} {permission.direction} rules for IPv{family}"
                )
                raise refusal(platform, grounds.rules[0], reason)
    return permitted


def _families(permission: Permission) -> tuple[Family, ...]:
    """Return for which families AWS counts a rule: a reference for both."""
    family = permission.family
    return FAMILIES if family is None else (family,)


def _warnings(
    rules: SiteRules, permitted: dict[Permission, Grounds]
) -> list[str]:
    """Return what the reader has to know, besides the header."""
    counts = Counter(
        (permission.role, permission.direction, family)
        for permission in permitted
        for family in _families(permission)
    )
    lists = dict.fromkeys(
        p.peer.name
        for p in permitted
        if isinstance(p.peer, NamedObject) and p.peer.kind == "prefix-list"
    )
    return [
        membership_warning(rules, _MEMBERSHIP),
        *location_notes(rules, _CLOUDS, "join groups"),
        *(
            f"Caution: in the quota of a group, {name} counts as as many "
            "rules as it can have entries"
            for name in lists
        ),
        *(
            f"Caution: the group of {role} has {number} {direction} rules for "
            f"IPv{family}; more than {_QUOTA} take a higher quota than that "
            "of a new account"
            for (role, direction, family), number in counts.items()
            if number > _QUOTA
        ),
    ]


def _check_size(
    rules: SiteRules, resources: dict[str, Any], text: str
) -> None:
    """Refuse what CloudFormation would."""
    if not resources:
        reason = (
            "a template needs at least one group, and the inventory has "
            "addresses for no part of the product"
        )
    elif len(resources) > _RESOURCES:
        reason = (
            f"a template has at most {_RESOURCES} resources, and this one "
            f"would have {len(resources)}"
        )
    elif len(text) > _BYTES:
        reason = (
            f"a template has at most 1 MB, and this one has {len(text)} bytes"
        )
    else:
        return
    raise size_refusal(_CLOUDFORMATION, rules, reason)


def _describe(grounds: Grounds) -> str:
    return _UNSAFE.sub("_", summarise(grounds.reasons, _DESCRIPTION))


def _disarm(value: Any) -> Any:
    """Return text in which CloudFormation resolves no reference."""
    if isinstance(value, dict):
        return {key: _disarm(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_disarm(inner) for inner in value]
    # Between any two, for of three the last two would be left together.
    return _BRACES.sub("{ ", value)


def _camel(key: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in _WORD.findall(key))


def _group_description(role: EndpointId, options: Options) -> str:
    # Without a digest: another description makes another group.
    return shorten(
        f"{options.identifier('avi-portspec')}: {role}", _DESCRIPTION
    )


def _tag(role: EndpointId, options: Options) -> str:
    return shorten(options.label(role), _TAG)


def _service(
    permission: Permission, protocol: str, low: str, high: str
) -> dict[str, Any]:
    """Return protocol and ports; for ICMP the type, and -1 for any code.

    Args:
        permission: What is allowed.
        protocol: The syntax's key for the protocol.
        low: Its key for the lowest port.
        high: Its key for the highest port.
    """
    match permission.what:
        case PortRange() as ports:
            limits = {low: ports.low, high: ports.high}
        case Message(icmp_type=kind):
            limits = {low: kind, high: -1}
        case Bare():
            limits = {}
        case _ as never:
            assert_never(never)
    return {protocol: permission.protocol, **limits}


# -- CloudFormation ----------------------------------------------------------


def _group_id(role: str, names: Names) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [names.of(f"{role} group"), "GroupId"]}


def _group(
    role: EndpointId, permitted: dict[Permission, Grounds], options: Options
) -> dict[str, Any]:
    """Return the group of a role, with the rules that name networks.

    Rules that name groups are resources of their own, or two groups that
    name one another could not be made.
    """
    own: dict[Direction, list[Any]] = {"ingress": [], "egress": []}
    for permission, grounds in permitted.items():
        peer = permission.peer
        if permission.role == role and not isinstance(peer, str):
            own[permission.direction].append(
                {
                    **_service(permission, *_SERVICE),
                    **_peer(peer, _ENDS[permission.direction]),
                    "Description": _describe(grounds),
                }
            )
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": _group_description(role, options),
            "VpcId": {"Ref": "VpcId"},
            "SecurityGroupIngress": own["ingress"],
            "SecurityGroupEgress": own["egress"] or [_NOTHING],
            "Tags": [{"Key": "Name", "Value": _tag(role, options)}],
        },
    }


def _peer(peer: Network | NamedObject, end: str) -> dict[str, str]:
    """Return the other side of a rule that names none of these groups."""
    match peer:
        case NamedObject(kind="prefix-list", name=name):
            return {f"{end}PrefixListId": name}
        case NamedObject(name=name):
            return {f"{end}SecurityGroupId": name}
        case IPv4Network():
            return {"CidrIp": str(peer)}
        case IPv6Network():
            return {"CidrIpv6": str(peer)}
        case _ as never:
            assert_never(never)


def _rule(
    permission: Permission, grounds: Grounds, names: Names
) -> dict[str, Any]:
    """Return a rule that names a group."""
    other = _ENDS[permission.direction]
    return {
        "Type": f"AWS::EC2::SecurityGroup{permission.direction.title()}",
        "Properties": {
            "GroupId": _group_id(permission.role, names),
            **_service(permission, *_SERVICE),
            f"{other}SecurityGroupId": _group_id(str(permission.peer), names),
            "Description": _describe(grounds),
        },
    }


# -- Terraform ---------------------------------------------------------------


def render_terraform(rules: SiteRules, options: Options) -> str:
    """Return the rules as a Terraform configuration in JSON."""
    permitted = _permissions(rules, _TERRAFORM)
    names = Names(
        _LOGICAL_ID, lambda key: _NO_LABEL.sub("-", options.label(key))
    )
    ids = {
        role: f"${{aws_security_group.{names.of(role)}.id}}"
        for role in own_roles(rules, _CLOUDS)
    }
    resources: dict[str, dict[str, Any]] = {"aws_security_group": {}}
    for role in ids:
        resources["aws_security_group"][names.of(role)] = {
            "description": _group_description(role, options),
            "vpc_id": "${var.vpc_id}",
            "tags": {"Name": _tag(role, options)},
        }
    for permission, grounds in permitted.items():
        kind = f"aws_vpc_security_group_{permission.direction}_rule"
        resources.setdefault(kind, {})[names.of(permission.key)] = {
            "//": terraform_comment(grounds.reasons),
            "security_group_id": ids[permission.role],
            "description": _describe(grounds),
            **_service(permission, "ip_protocol", "from_port", "to_port"),
            **_terraform_peer(permission.peer, ids),
        }
    description = "The VPC of the security groups"
    return terraform_text(
        [*rules.header(), *_warnings(rules, permitted)],
        "aws",
        ">= 5.0",
        variable={"vpc_id": {"type": "string", "description": description}},
        resource={kind: named for kind, named in resources.items() if named},
        output={
            names.of(f"{role} group id"): {"value": ids[role]} for role in ids
        },
    )


def _terraform_peer(
    peer: Network | EndpointId | NamedObject, ids: dict[EndpointId, str]
) -> dict[str, str]:
    match peer:
        case str():
            return {"referenced_security_group_id": ids[peer]}
        case NamedObject(kind="prefix-list", name=name):
            return {"prefix_list_id": name}
        case NamedObject(name=name):
            return {"referenced_security_group_id": name}
        case IPv4Network():
            return {"cidr_ipv4": str(peer)}
        case IPv6Network():
            return {"cidr_ipv6": str(peer)}
        case _ as never:
            assert_never(never)
