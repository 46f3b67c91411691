"""Resources of Terraform as filters: a function for each kind.

Only the fields of these kinds are ever looked at: the rest of a plan can
hold secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

import attrs

from avi_portspec.audit.inputs.addresses import anywhere
from avi_portspec.audit.inputs.aws_acls import (
    AclEntry,
    acl_entry,
    acl_filters,
)
from avi_portspec.audit.inputs.aws_services import aws_service
from avi_portspec.audit.inputs.azure_rules import (
    AzureRule,
    azure_filter_id,
    azure_filters,
    azure_rule,
)
from avi_portspec.audit.inputs.defaults import default_rule, last_resort
from avi_portspec.audit.inputs.fields import (
    join_nodes,
    list_groups,
    list_nodes,
)
from avi_portspec.audit.inputs.gcp_rules import (
    GcpRule,
    gcp_filter_id,
    gcp_filters,
    gcp_rule,
)
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.nsx_policies import FILTERS
from avi_portspec.audit.inputs.openstack_rules import (
    openstack_filters,
    openstack_rule,
)
from avi_portspec.audit.inputs.reading import MEMBERS, Reading, order_sides
from avi_portspec.audit.model import (
    Direction,
    Filter,
    Group,
    Party,
    Place,
    PrefixList,
    Rule,
    Unknown,
)
from avi_portspec.documents import count_text
from avi_portspec.model.frozen import FrozenDict

__all__ = [
    "ASSUMES",
    "NSX_POLICY",
    "Resource",
    "count_rules",
    "filters_of",
    "is_known_kind",
    "read_resources",
]

#: The key of a block that has what was assumed to read it.
ASSUMES: Final = "__assumes__"
#: Where a block keeps the line on which it begins.
LINE: Final = "__line__"


class Resource(NamedTuple):
    """A resource of Terraform.

    Attributes:
        address: Its address, such as ``module.a.aws_security_group.b[0]``.
        kind: Its type.
        values: Its arguments; what is not known is an ``Unknown``, and a
            reference to another resource its ``Group``.
        place: Its place.
        is_doubtful: Whether it may be there never, or more than once; of NSX,
            also whether it may have more than is here.
    """

    address: str
    kind: str
    values: Node
    place: Place
    is_doubtful: bool = False


_GCP: Final = "google_compute_firewall"
_WAYS: Final[tuple[Direction, ...]] = ("in", "out")
#: The kinds that hold rules, and the arguments that do.
_LISTS: Final[Mapping[str, tuple[str, ...]]] = FrozenDict(
    {
        "aws_security_group": ("ingress", "egress"),
        "aws_default_security_group": ("ingress", "egress"),
        "aws_network_acl": ("ingress", "egress"),
        "aws_default_network_acl": ("ingress", "egress"),
        "azurerm_network_security_group": ("security_rule",),
        "openstack_networking_secgroup_v2": (),
    }
)
_RULES: Final = frozenset(
    {
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
        "aws_network_acl_rule",
        "azurerm_network_security_rule",
        _GCP,
        "openstack_networking_secgroup_rule_v2",
    }
)
#: Kinds about traffic that are not read, and what to audit for them.
_OTHERS: Final[Mapping[str, str]] = FrozenDict(
    {
        "google_compute_firewall_policy_rule": "gcloud compute "
        "firewall-rules list",
        "google_compute_network_firewall_policy_rule": "gcloud compute "
        "firewall-rules list",
        "openstack_compute_secgroup_v2": "openstack security group rule list",
    }
)
#: What the kinds of NSX begin with, and what of it is read.
_NSX: Final = ("nsxt_", "GET /policy/api/v1/infra of NSX")
#: The kind of NSX that is read.
NSX_POLICY: Final = "nsxt_policy_security_policy"
#: Arguments that hold rules, of kinds that are not read.
_RULE_LISTS: Final = re.compile(r"(?:^|_)rules?$|^(?:in|e)gress$")
#: What the names of kinds have that hold rules, of any provider.
_FILTERS: Final = re.compile(
    r"security_group|secgroup|firewall|network_acl"
    r"|security_(?:list|rule|policy)|(?:network|gateway)_policy"
    r"|(?:^|_)nsg(?:_|$)"
)
#: Kinds of such names that hold none.
_NO_FILTERS: Final = re.compile(
    r"_(?:associat(?:ion|e)|attachment)(?:_v\d+)?$"
    r"|^azurerm_application_security_group$"
)
_NOT_LISTED: Final = "the rules as its provider exports them, or a table"


def is_known_kind(kind: object) -> bool:
    """Return whether resources of a kind are about traffic.

    Those are that are read here, and any whose name says so.
    """
    return isinstance(kind, str) and (
        kind in _RULES
        or kind in _LISTS
        or kind in _OTHERS
        or bool(_FILTERS.search(kind) and not _NO_FILTERS.search(kind))
    )


def count_rules(kind: str, values: Mapping[str, Any]) -> int:
    """Return how many rules a resource has: its own, and those in lists.

    Args:
        kind: Its type.
        values: Its arguments.
    """
    if kind not in _LISTS:
        return 1
    found = 0
    for name in _LISTS[kind]:
        value = values.get(name)
        items = value if isinstance(value, list) else [value]
        found += sum(item is not None for item in items)
    return found


def filters_of(resource: Resource, argument: str) -> tuple[str, ...]:
    """Return the filters whose rules an argument has, by id.

    There are none if it has no rules, or those of one rule alone that
    stands beside its group.

    Args:
        resource: The resource.
        argument: The argument, or the blocks of that name.
    """
    values = resource.values
    if resource.kind == NSX_POLICY and argument == "rule":
        return FILTERS
    if resource.kind == _GCP and argument in {"allow", "deny"}:
        network = _network(values.at("network").value)
        word = values.at("direction").value
        ways = _WAYS
        if not isinstance(word, Unknown):
            ways = ("out",) if str(word).casefold() == "egress" else ("in",)
        return tuple(gcp_filter_id(network, way) for way in ways)
    if argument not in _LISTS.get(resource.kind, ()):
        return ()
    if argument == "security_rule":
        own = _azure_group(resource)
        return tuple(azure_filter_id(own, way) for way in _WAYS)
    return (f"{resource.address} {'out' if argument == 'egress' else 'in'}",)


def read_resources(reading: Reading, resources: Sequence[Resource]) -> None:
    """Add the filters of resources.

    Args:
        reading: The file.
        resources: All that :func:`is_known_kind` names, but policies of NSX.
    """
    for resource in resources:
        if resource.kind not in _RULES and resource.kind not in _LISTS:
            instead = _OTHERS.get(resource.kind, _NOT_LISTED)
            if resource.kind.startswith(_NSX[0]):
                instead = _NSX[1]
            why = f"not read from Terraform; audit {instead}"
            filters = _nsx_filters(resource.kind)
            reading.leave(
                resource.place,
                "unknown",
                f"{resource.address}{_inner_rules(resource)}",
                why,
                filters,
                # These meet, or add to, filters that are read.
                is_apart=not filters
                and not resource.kind.startswith(("google", "openstack")),
            )
    _Aws(reading, resources).read()
    _read_acls(reading, resources)
    _read_azure(reading, resources)
    _read_gcp(reading, resources)
    _read_openstack(reading, resources)


def _nsx_filters(kind: str) -> tuple[str, ...]:
    """Return the filters of NSX that rules of a kind add to.

    Those of gateways are of another stage.
    """
    is_own = kind.startswith(_NSX[0]) and "gateway" not in kind
    return FILTERS if is_own else ()


def _inner_rules(resource: Resource) -> str:
    """Return how many rules stand in a resource that is not read."""
    values = resource.values.value
    count = sum(
        len(value) if isinstance(value, list) else 1
        for key, value in (values.items() if isinstance(values, dict) else ())
        if isinstance(value, (list, dict)) and _RULE_LISTS.search(key)
    )
    return f" ({count_text(count, 'rule')} in it)" if count else ""


def _of(resources: Iterable[Resource], *kinds: str) -> list[Resource]:
    return [each for each in resources if each.kind in kinds]


def _assuming(rule: Rule, resource: Resource, node: Node) -> Rule:
    """Return a rule with what was assumed, and whether it may be absent.

    Raises:
        WrongError: Nothing stands where a rule should.
    """
    if not isinstance(node.value, dict):
        raise node.wrong("a rule")
    doubts = ("it may be there never, or more than once",)
    return attrs.evolve(
        rule,
        assumes=tuple(node.value.get(ASSUMES, ())),
        conditions=(
            *rule.conditions,
            *(doubts if resource.is_doubtful else ()),
        ),
    )


def _unknown_list(
    reading: Reading,
    node: Node,
    resource: Resource,
    filters: tuple[str, ...],
    *,
    has_others: bool,
) -> bool:
    """Note a list of rules that is not known; return whether it is one.

    A provider fills in a list that a module leaves out. No group has rules
    both inside and beside it.
    """
    if not isinstance(node.value, Unknown):
        return False
    place = _inside(reading, resource, node)
    text = f"{resource.address}.{node.value.text}"
    if has_others:
        why = "filled in after apply from the rules beside the group"
        reading.leave(place, "set-aside", text, why)
    else:
        reading.leave(place, "unknown", text, node.value.why, filters)
    return True


def _inside(reading: Reading, resource: Resource, node: Node) -> Place:
    """Return a place within a resource: its address, and the argument."""
    rest = node.pointer.removeprefix(resource.values.pointer)
    path = clean(f"{resource.address}{rest.replace('/', '.')}")
    own = node.value.get(LINE) if isinstance(node.value, Mapping) else None
    line = own or resource.place.line
    return attrs.evolve(resource.place, line=line, pointer=path)


def _group(node: Node) -> Party:
    """Return the group that an argument names.

    Raises:
        WrongError: It is neither an id nor a reference.
    """
    if isinstance(node.value, Group):
        return node.value
    return Group(node.name())


class _Aws:
    """The security groups of AWS, with rules inside and beside them."""

    _DIRECTIONS: Final[tuple[tuple[Direction, str], ...]] = (
        ("in", "ingress"),
        ("out", "egress"),
    )

    def __init__(
        self, reading: Reading, resources: Iterable[Resource]
    ) -> None:
        self.reading = reading
        self.groups = _of(
            resources, "aws_security_group", "aws_default_security_group"
        )
        self.apart = _of(
            resources,
            "aws_security_group_rule",
            "aws_vpc_security_group_ingress_rule",
            "aws_vpc_security_group_egress_rule",
        )
        self.rules: dict[tuple[str, Direction], list[Rule]] = {}

    def read(self) -> None:
        """Add the filters of each group."""
        for resource in self.apart:
            with self.reading.guard(resource.place):
                self._read_apart(resource)
        for resource in self.groups:
            with self.reading.guard(resource.place):
                self._read_group(resource)
        for (owner, direction), rules in self.rules.items():
            # A group that stands elsewhere, whose other rules nobody sees.
            place = rules[0].place
            self._add(Group(owner), place, direction, rules)

    def _read_apart(self, resource: Resource) -> None:
        values = resource.values
        owner = _group(values.at("security_group_id"))
        assert isinstance(owner, Group)  # noqa: S101 - no other is made
        way = resource.kind.removeprefix("aws_vpc_security_group_")
        way = way.removesuffix("_rule")
        if resource.kind == "aws_security_group_rule":
            way = values.at("type").word(("ingress", "egress"))
        direction: Direction = "in" if way == "ingress" else "out"
        rule = self._rule(values, resource, resource.place, direction)
        self.rules.setdefault((owner.id, direction), []).append(rule)

    def _read_group(self, resource: Resource) -> None:
        named = resource.values.at("name").value
        own = Group(
            resource.address,
            clean(named) if isinstance(named, str) else None,
        )
        for direction, key in self._DIRECTIONS:
            apart = self.rules.pop((own.id, direction), [])
            items = resource.values.at(key)
            filters = filters_of(resource, key)
            inside: list[Rule] = []
            if not _unknown_list(
                self.reading,
                items,
                resource,
                filters,
                has_others=bool(apart),
            ):
                for each in items.each():
                    place = _inside(self.reading, resource, each)
                    with self.reading.guard(place, filters):
                        inside.append(
                            self._rule(each, resource, place, direction)
                        )
            self._add(own, resource.place, direction, [*inside, *apart])

    def _add(
        self,
        own: Group,
        place: Place,
        direction: Direction,
        rules: Iterable[Rule],
    ) -> None:
        self.reading.filters.append(
            Filter(
                id=f"{own.id} {direction}",
                place=place,
                attached_to=(own,),
                direction=direction,
                stage="security group",
                discipline="union",
                # Terraform takes back what AWS lets out of a new group.
                rules=tuple(rules),
                last_resort=last_resort("aws-group"),
            )
        )

    @staticmethod
    def _rule(
        node: Node, resource: Resource, place: Place, direction: Direction
    ) -> Rule:
        others = [
            *join_nodes(
                [
                    *list_nodes(node.at("cidr_blocks")),
                    *list_nodes(node.at("ipv6_cidr_blocks")),
                    *_one(node, "cidr_ipv4"),
                    *_one(node, "cidr_ipv6"),
                ]
            ),
            *list_groups(
                _group,
                [
                    *list_nodes(node.at("security_groups")),
                    *_one(node, "source_security_group_id"),
                    *_one(node, "referenced_security_group_id"),
                ],
            ),
            *list_groups(
                lambda each: PrefixList(each.name()),
                [
                    *list_nodes(node.at("prefix_list_ids")),
                    *_one(node, "prefix_list_id"),
                ],
            ),
            *(MEMBERS if node.at("self").flag(default=False) else ()),
        ]
        sources, destinations = order_sides(direction, tuple(others))
        service = or_unknown(
            partial(
                aws_service,
                node.at("protocol", "ip_protocol"),
                node.at("from_port"),
                node.at("to_port"),
            )
        )
        rule = Rule(
            id=place.pointer,
            place=place,
            sources=sources,
            destinations=destinations,
            service=service,
        )
        return _assuming(rule, resource, node)


def _one(node: Node, key: str) -> list[Node]:
    """Return the value of a key that has one, as a list."""
    value = node.at(key)
    return [value] if value else []


_Entry: TypeAlias = tuple[Direction, AclEntry]


def _read_acls(reading: Reading, resources: Sequence[Resource]) -> None:
    """Add the filters of network ACLs of AWS."""
    acls = _of(resources, "aws_network_acl", "aws_default_network_acl")
    every = tuple(f"{acl.address} {way}" for acl in acls for way in _WAYS)
    apart: dict[str, list[_Entry]] = {}
    for resource in _of(resources, "aws_network_acl_rule"):
        owner = resource.values.at("network_acl_id")
        if isinstance(owner.value, Unknown):
            _leave_entry(reading, resource.place, owner.value.why, every)
            continue
        with reading.guard(resource.place):
            group = _group(owner)
            assert isinstance(group, Group)  # noqa: S101 - no other is made
            is_out = resource.values.at("egress").flag(default=False)
            way: Direction = "out" if is_out else "in"
            own = (f"{group.id} {way}",)
            with reading.guard(resource.place, own):
                found = _acl_entry(
                    resource.values, resource, resource.place, way
                )
                apart.setdefault(group.id, []).append((way, found))
    for resource in acls:
        with reading.guard(resource.place):
            _read_acl(reading, resource, apart.pop(resource.address, []))
    for _, entry in chain.from_iterable(apart.values()):
        # The first that matches decides, and nobody sees the others.
        why = (
            "its network ACL is not here; audit aws ec2 describe-network-acls"
        )
        _leave_entry(reading, entry.rule.place, why, ())


def _leave_entry(
    reading: Reading, place: Place, why: str, filters: tuple[str, ...]
) -> None:
    reading.leave(
        place, "unknown", place.pointer, why, filters, is_apart=not filters
    )


def _read_acl(
    reading: Reading, resource: Resource, apart: Sequence[_Entry]
) -> None:
    entries = [*apart]
    for way, key in zip(_WAYS, _LISTS[resource.kind], strict=True):
        items = resource.values.at(key)
        filters = filters_of(resource, key)
        if not _unknown_list(
            reading, items, resource, filters, has_others=bool(apart)
        ):
            for each in items.each():
                place = _inside(reading, resource, each)
                with reading.guard(place, filters):
                    found = _acl_entry(each, resource, place, way)
                    entries.append((way, found))
    subnets = list_groups(_group, list_nodes(resource.values.at("subnet_ids")))
    is_known = subnets and not any(isinstance(e, Unknown) for e in subnets)
    acl_filters(
        reading,
        resource.address,
        tuple(subnets) if is_known else (),
        resource.place,
        entries,
    )


def _acl_entry(
    node: Node, resource: Resource, place: Place, way: Direction
) -> AclEntry:
    kind, code = (
        each if each.value is not None else each._replace(value=0)
        for each in (node.at("icmp_type"), node.at("icmp_code"))
    )
    entry = acl_entry(
        place,
        way,
        place.pointer,
        number=node.at("rule_no", "rule_number"),
        action=node.at("action", "rule_action"),
        networks=[node.at("cidr_block"), node.at("ipv6_cidr_block")],
        protocol=node.at("protocol"),
        ports=(node.at("from_port"), node.at("to_port")),
        message=(kind, code),
    )
    return entry._replace(rule=_assuming(entry.rule, resource, node))


def _read_azure(reading: Reading, resources: Sequence[Resource]) -> None:
    apart: dict[str, list[AzureRule]] = {}
    for resource in _of(resources, "azurerm_network_security_rule"):
        with reading.guard(resource.place):
            owner = resource.values.at("network_security_group_name")
            known = (
                owner.value.id
                if isinstance(owner.value, Group)
                else owner.name()
            )
            rule = _azure_rule(resource.values, resource, resource.place)
            apart.setdefault(known, []).append(rule)
    for resource in _of(resources, "azurerm_network_security_group"):
        with reading.guard(resource.place):
            own = _azure_group(resource)
            rules = [
                *apart.pop(own.id, ()),
                *apart.pop(own.name or own.id, ()),
            ]
            items = resource.values.at("security_rule")
            filters = filters_of(resource, "security_rule")
            if not _unknown_list(
                reading, items, resource, filters, has_others=bool(rules)
            ):
                for each in items.each():
                    place = _inside(reading, resource, each)
                    with reading.guard(place, filters):
                        rules.append(_azure_rule(each, resource, place))
            azure_filters(reading, own, resource.place, rules)
    for owner_id, rules in apart.items():
        place = rules[0].rule.place
        azure_filters(reading, Group(owner_id), place, rules)


def _azure_group(resource: Resource) -> Group:
    named = resource.values.at("name").value
    name = clean(named) if isinstance(named, str) else None
    return Group(resource.address, name)


def _azure_rule(node: Node, resource: Resource, place: Place) -> AzureRule:
    found = azure_rule(node, place)
    return found._replace(rule=_assuming(found.rule, resource, node))


def _read_gcp(reading: Reading, resources: Iterable[Resource]) -> None:
    found: list[GcpRule] = []
    for resource in _of(resources, _GCP):
        with reading.guard(resource.place):
            named = resource.values.at("name").value
            network = resource.values.at("network").value
            rule = gcp_rule(
                reading,
                resource.values,
                network=_network(network),
                name=clean(named)
                if isinstance(named, str)
                else resource.address,
                place=resource.place,
            )
            if rule is not None and rule.rule is not None:
                whole = _assuming(rule.rule, resource, resource.values)
                rule = rule._replace(rule=whole)
            if rule is not None:
                found.append(rule)
    reading.filters += gcp_filters(reading, found)


def _network(value: object) -> str:
    if isinstance(value, Group):
        return value.id
    if isinstance(value, Unknown):
        return value.text
    return clean(value).rpartition("/")[2] if isinstance(value, str) else ""


def _read_openstack(reading: Reading, resources: Sequence[Resource]) -> None:
    apart: dict[str, list[tuple[Direction, Rule]]] = {}
    for resource in _of(resources, "openstack_networking_secgroup_rule_v2"):
        with reading.guard(resource.place):
            values = resource.values
            owner = _group(values.at("security_group_id"))
            assert isinstance(owner, Group)  # noqa: S101 - no other is made
            remotes = list_groups(_group, _one(values, "remote_group_id"))
            way, rule = openstack_rule(
                values,
                resource.place,
                resource.address,
                remotes[0] if remotes else None,
            )
            apart.setdefault(owner.id, []).append(
                (way, _assuming(rule, resource, values))
            )
    for resource in _of(resources, "openstack_networking_secgroup_v2"):
        with reading.guard(resource.place):
            own = Group(resource.address)
            rules = apart.pop(own.id, [])
            if not resource.values.at("delete_default_rules").flag(
                default=False
            ):
                others: tuple[Party, ...] = (anywhere(4), anywhere(6))
                rule = default_rule(
                    "default egress", resource.place, "out", others
                )
                rules.append(("out", rule))
            openstack_filters(reading, own, resource.place, rules)
    for name, rules in apart.items():
        place = rules[0][1].place
        openstack_filters(reading, Group(name), place, rules)
