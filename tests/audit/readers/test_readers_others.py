"""NSX, Kubernetes and Docker."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from reader_views import (
    faults,
    parties,
    read_json,
    read_text,
    rules,
    unread,
)

from avi_portspec import InvalidDataError
from avi_portspec.audit.model import Group, Networks, Tag, Unknown
from avi_portspec.audit.roles import names_of_party
from avi_portspec.audit.services import service_text


def entry(kind: str, **more: Any) -> dict[str, Any]:
    """Return an entry of a service of NSX."""
    return {"id": "e", "resource_type": f"{kind}ServiceEntry", **more}


def nsx_rule(**more: Any) -> dict[str, Any]:
    """Return a rule of NSX."""
    return {
        "resource_type": "Rule",
        "id": "r1",
        "action": "ALLOW",
        "source_groups": ["ANY"],
        "destination_groups": ["ANY"],
        "services": ["ANY"],
        "scope": ["ANY"],
        "profiles": ["ANY"],
        "direction": "IN_OUT",
        **more,
    }


def policy(*listed: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a security policy of NSX."""
    return {"resource_type": "SecurityPolicy", "id": "p", "category":
            "Application", "rules": [*listed], **more}  # fmt: skip


def addresses(name: str, *listed: str) -> dict[str, Any]:
    """Return a group of addresses."""
    expression = {"resource_type": "IPAddressExpression",
                  "ip_addresses": [*listed]}  # fmt: skip
    return {"resource_type": "Group", "id": name, "expression": [expression]}


PATH = "/infra/domains/default/groups/"


class TestNsx:
    """The distributed firewall, by its policy API."""

    def test_groups_go_by_what_people_call_them(self) -> None:
        """Groups of addresses, too, and several of one name."""
        objects = [
            {**addresses("a1", "10.1.0.1"), "display_name": "Avi Controllers"},
            {**addresses("b2", "10.2.0.1"), "display_name": "Avi Controllers"},
            {"resource_type": "Group", "id": "c3", "display_name": "Avi SEs"},
        ]
        named = nsx_rule(
            source_groups=[f"{PATH}{id_}" for id_ in ("a1", "b2", "c3")],
            destination_groups=[f"{PATH}d4", "192.0.2.1"],
        )
        found = read_json({"results": [*objects, policy(named)]})
        own = found.filters[0].rules[0]
        assert [names_of_party(each) for each in own.sources] == [
            ("Avi Controllers",),
            ("Avi Controllers",),
            (f"{PATH}c3", "Avi SEs", "c3"),
        ]
        assert parties(own.sources) == (f"10.1.0.1/32, 10.2.0.1/32, {PATH}c3")
        assert [names_of_party(each) for each in own.destinations] == [
            (),
            (f"{PATH}d4", "d4"),
        ]

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ({}, "any46 > any46 any service"),
            ({"source_groups": None}, "any46 > any46 any service"),
            ({"source_groups": [f"{PATH}se"]},
             f"{PATH}se > any46 any service"),
            ({"source_groups": [f"{PATH}ips"]},
             "10.0.0.0/8+fd00::/8 > any46 any service"),
            ({"source_groups": [f"{PATH}ips"], "ip_protocol": "IPV4"},
             "10.0.0.0/8 > any4 any service"),
            ({"source_groups": [f"{PATH}six"], "ip_protocol": "IPV4"},
             "nobody > any4 any service"),
            ({"source_groups": ["10.1.0.0/16", f"{PATH}se"]},
             f"10.1.0.0/16, {PATH}se > any46 any service"),
            ({"source_groups": [f"{PATH}mixed"]},
             "192.0.2.1/32+192.0.2.2/32 > any46 any service"),
            ({"source_groups": [f"{PATH}ips"], "sources_excluded": True,
              "ip_protocol": "IPV6"},
             ("::/1+8000::/2+c000::/3+e000::/4+f000::/5+f800::/6+fc00::/8"
             "+fe00::/7 > any6 any service")),
            ({"source_groups": [f"{PATH}se"], "sources_excluded": True},
             f"?not {PATH}se > any46 any service"),
            ({"services": ["/infra/services/web"]},
             "any46 > any46 tcp/80, tcp/443"),
            ({"services": ["/infra/services/all"]},
             "any46 > any46 icmp type 8, igmp, tcp/80, tcp/443, udp/138, "
             "icmpv6, IP protocol 97".replace("igmp", "IP protocol 2")),
            ({"services": ["/infra/services/HTTPS"]},
             "any46 > any46 ?HTTPS"),
            ({"services": ["/infra/services/loop"]}, "any46 > any46 ?loop"),
            ({"services": ["/infra/services/odd"]}, "any46 > any46 ?e"),
            ({"services": None, "service_entries": [
                entry("L4PortSet", l4_protocol="UDP",
                      destination_ports=["123"])]},
             "any46 > any46 udp/123"),
            ({"services": ["ANY"], "service_entries": [
                entry("L4PortSet", l4_protocol="UDP",
                      destination_ports=["123"])]},
             "any46 > any46 udp/123"),
            ({"services": ["ANY"], "service_entries": [
                entry("L4PortSet", l4_protocol="TCP", source_ports=["1"])]},
             "any46 > any46 tcp/any from tcp/1"),
            ({"services": ["ANY", "/infra/services/web"],
              "service_entries": [
                entry("L4PortSet", l4_protocol="UDP",
                      destination_ports=["123"])]},
             "any46 > any46 ?ANY"),
            ({"service_entries": [
                entry("L4PortSet", l4_protocol="TCP", source_ports=["1"])],
              "services": []}, "any46 > any46 tcp/any from tcp/1"),
            ({"services": ["/infra/services/dhcp"]},
             "any46 > any46 udp/68 from udp/67"),
            ({"services": ["/infra/services/dhcp", "/infra/services/web"]},
             "any46 > any46 ?dhcp"),
            ({"service_entries": [
                entry("L4PortSet", source_ports=["1"]),
                entry("L4PortSet")], "services": []}, "any46 > any46 ?e"),
            ({"profiles": ["/infra/context-profiles/dns"]},
             "any46 > any46 any service if context profile dns"),
        ],
    )  # fmt: skip
    def test_rules(self, more: dict[str, Any], expected: str) -> None:
        """Groups, services and what is not in the file."""
        web = {
            "resource_type": "Service", "id": "web", "service_entries": [
                entry("L4PortSet", l4_protocol="TCP",
                      destination_ports=["80", "443"])],
        }  # fmt: skip
        every = {
            "resource_type": "Service", "id": "all", "service_entries": [
                entry("NestedService",
                      nested_service_path="/infra/services/web"),
                entry("ALGType", alg="NBDG_BROADCAST",
                      destination_ports=["138"]),
                entry("ICMPType", protocol="ICMPv4", icmp_type=8),
                entry("ICMPType", protocol="ICMPv6"),
                entry("IGMPType"),
                entry("IPProtocol", protocol_number=97)],
        }  # fmt: skip
        loop = {
            "resource_type": "Service", "id": "loop", "service_entries": [
                entry("NestedService",
                      nested_service_path="/infra/services/loop")],
        }  # fmt: skip
        odd = {"resource_type": "Service", "id": "odd",
               "service_entries": [entry("EtherType")]}  # fmt: skip
        dhcp = {"resource_type": "Service", "id": "dhcp", "service_entries": [
            entry("L4PortSet", l4_protocol="UDP", source_ports=["67"],
                  destination_ports=["68"])]}  # fmt: skip
        mixed = addresses("mixed", "192.0.2.1")
        mixed["expression"] += [
            {"resource_type": "ConjunctionOperator",
             "conjunction_operator": "OR"},
            *addresses("x", "192.0.2.2")["expression"],
        ]  # fmt: skip
        by_tag = {
            "resource_type": "Group",
            "id": "se",
            "expression": [
                {"resource_type": "Condition", "key": "Tag", "value": "se"}
            ],
        }
        data = {
            "resource_type": "Infra",
            "children": [
                {"SecurityPolicy": policy(nsx_rule(**more))},
                {"Service": web}, {"Service": every}, {"Service": odd},
                {"Service": loop}, {"Service": dhcp},
                {"Group": addresses("ips", "10.0.0.0/8", "fd00::/8")},
                {"Group": addresses("six", "fd00::/8")}, {"Group": mixed},
                {"Group": by_tag},
                {"Group": {"resource_type": "Group", "id": "none"}},
            ],
        }  # fmt: skip
        found = rules(read_json(data))
        assert found["distributed firewall in"] == [f"allow {expected}"]
        assert (
            found["distributed firewall in"]
            == (found["distributed firewall out"])
        )

    @pytest.mark.parametrize(
        ("alg", "port", "expected"),
        [
            ("FTP", "21", "tcp/21 FTP"),
            ("TFTP", "69", "udp/69 TFTP"),
            ("ORACLE_TNS", "1521", "tcp/1521 Oracle TNS"),
            ("SUN_RPC_TCP", "111", "tcp/111 Sun RPC"),
            ("SUN_RPC_UDP", "111", "udp/111 Sun RPC"),
            ("MS_RPC_TCP", "135", "tcp/135 Microsoft RPC"),
            ("MS_RPC_UDP", "135", "udp/135 Microsoft RPC"),
            ("NBNS_BROADCAST", "137", "udp/137 "),
            ("NBDG_BROADCAST", "138", "udp/138 "),
        ],
    )
    def test_gateways_of_applications(
        self, alg: str, port: str, expected: str
    ) -> None:
        """What carries each, and whether it agrees on more ports."""
        within = entry("ALGType", alg=alg, destination_ports=[port])
        rules = {"services": [], "service_entries": [within]}
        data = policy(
            nsx_rule(**rules), nsx_rule(id="r2", action="DROP", **rules)
        )
        allows, denies = read_json(data).filters[0].rules
        assert not isinstance(allows.service, Unknown)
        service, _, name = expected.partition(" ")
        assert service_text(allows.service) == service
        more = (
            f"listed ports alone: NSX also opens those that {name} agrees on"
        )
        assert allows.assumes == ((more,) if name else ())
        assert denies.assumes == ()

    def test_a_gateway_with_source_ports(self) -> None:
        """They are of its own protocol."""
        within = entry("ALGType", alg="TFTP", source_ports=["1024-65535"],
                       destination_ports=["69"])  # fmt: skip
        one = nsx_rule(services=[], service_entries=[within])
        (rule, *_) = read_json(policy(one)).filters[0].rules
        assert rule.source_ports is not None
        assert service_text(rule.source_ports) == "udp/1024-65535"

    def test_another_gateway_is_unknown(self) -> None:
        """What carries it, nobody tells."""
        within = entry("ALGType", alg="SIP", destination_ports=["5060"])
        one = nsx_rule(services=[], service_entries=[within])
        (rule, *_) = read_json(policy(one)).filters[0].rules
        assert isinstance(rule.service, Unknown)
        assert rule.service.text == "SIP"
        assert "known: FTP, TFTP" in rule.service.why

    def test_source_ports_of_a_service_within_another(self) -> None:
        """They narrow the rule as those of the service itself do."""
        dhcp = {"resource_type": "Service", "id": "dhcp", "service_entries": [
            entry("L4PortSet", l4_protocol="UDP", source_ports=["67"],
                  destination_ports=["68"])]}  # fmt: skip
        nested = entry(
            "NestedService", nested_service_path="/infra/services/dhcp"
        )
        outer = {"resource_type": "Service", "id": "outer",
                 "service_entries": [nested]}  # fmt: skip
        both = {"resource_type": "Service", "id": "both",
                "service_entries": [nested, entry("IGMPType")]}  # fmt: skip
        found = read_json({
            "results": [
                dhcp, outer, both,
                policy(nsx_rule(services=["/infra/services/outer"]),
                       nsx_rule(id="r2", services=["/infra/services/both"]))],
        })  # fmt: skip
        assert rules(found)["distributed firewall in"] == [
            "allow any46 > any46 udp/68 from udp/67",
            "allow any46 > any46 ?dhcp",
        ]

    def test_order_and_directions(self) -> None:
        """Categories, policies, rules; and which side they are for."""
        found = read_json(
            {
                "results": [
                    policy(
                        nsx_rule(id="late", sequence_number=2),
                        nsx_rule(id="in", direction="IN", action="DROP"),
                        nsx_rule(id="out", direction="OUT", action="REJECT"),
                        sequence_number=5,
                    ),
                    policy(nsx_rule(id="soon"), id="q", sequence_number=1),
                    policy(nsx_rule(id="first"), category="Emergency"),
                    policy(nsx_rule(id="mac"), category="Ethernet"),
                    policy(
                        nsx_rule(id="off", disabled=True),
                        nsx_rule(id="jump", action="JUMP_TO_APPLICATION"),
                        stateful=False,
                    ),
                    {"resource_type": "GatewayPolicy", "rules": [{}]},
                ]
            }
        )
        ids = [[rule.id for rule in each.rules] for each in found.filters]
        assert ids == [
            ["p/first", "q/soon", "p/in", "p/late"],
            ["p/first", "q/soon", "p/out", "p/late"],
        ]
        assert [f"{e.kind}: {e.why}" for e in found.unread] == [
            "set-aside: a rule of Ethernet: not judged",
            "set-aside: it is disabled",
            "unknown: it jumps to the application category, which is not read",
            "set-aside: a rule of a gateway: not judged",
        ]
        assert found.units == 9
        assert not found.filters[0].is_stateful
        assert found.filters[0].last_resort.action == "allow"

    def test_networks_are_no_groups(self) -> None:
        """Paths begin with a slash; a mask, or a range, makes no path."""
        listed = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1-192.0.2.2"]
        found = read_json(policy(nsx_rule(source_groups=listed)))
        ((sources,), *_) = (each.sources for each in found.filters[0].rules)
        assert isinstance(sources, Networks)
        assert [*map(str, sources.networks)] == [
            *("10.0.0.0/8", "192.0.2.1/32", "192.0.2.2/32", "2001:db8::/32"),
        ]

    def test_scope(self) -> None:
        """A rule is only at the machines that it is applied to."""
        se = f"{PATH}se"
        found = read_json(
            policy(
                nsx_rule(id="a", scope=[se]),
                nsx_rule(id="b", scope=[se], destination_groups=[se]),
                nsx_rule(id="c", destination_groups=["10.0.0.0/8"]),
                scope=[se],
            )
        )
        assert rules(found) == {
            "distributed firewall in": [
                f"allow any46 > {se} any service",
                f"allow any46 > {se} any service",
                "allow any46 > 10.0.0.0/8 any service if applied to se",
            ],
            "distributed firewall out": [
                f"allow {se} > any46 any service",
                f"allow {se} > {se} any service",
                f"allow {se} > 10.0.0.0/8 any service",
            ],
        }

    @pytest.mark.parametrize(
        "more",
        [
            {"action": "MAYBE"}, {"direction": "UP"}, {"id": 7},
            {"ip_protocol": "IPX"}, {"source_groups": ["x"]},
            {"sequence_number": -1}, {"services": "x"},
            {"service_entries": [{}], "services": None},
            {"services": [], "service_entries": [
                entry("IPProtocol", protocol_number=256)]},
            {"services": [], "service_entries": [
                entry("L4PortSet", destination_ports=["x"])]},
        ],
    )  # fmt: skip
    def test_what_is_refused(self, more: dict[str, Any]) -> None:
        """What NSX never answers."""
        with pytest.raises(InvalidDataError) as caught:
            read_json(policy(nsx_rule(**more)))
        assert faults(caught)[0].startswith("/rules/0")

    def test_no_policy_is_no_firewall(self) -> None:
        """Other objects of NSX are not taken for it."""
        with pytest.raises(InvalidDataError, match="format that is read"):
            read_json({"resource_type": "Group", "id": "x"})
        assert read_json({"resource_type": "Infra"}).units == 0


POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ctl, namespace: avi}
spec:
  podSelector: {matchLabels: {app: ctl}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9]}
        - podSelector: {matchLabels: {app: se, tier: data}}
        - namespaceSelector: {matchLabels: {team: net}}
        - namespaceSelector: {}
          podSelector:
            matchExpressions: [{key: app, operator: In, values: [a, b]}]
      ports:
        - {port: 22}
        - {protocol: UDP, port: 123}
        - {port: 8000, endPort: 8010}
        - {protocol: SCTP}
        - {port: https}
    - {}
  egress:
    - to: [{ipBlock: {cidr: "::/0"}}]
"""


def as_tree(data: Any) -> Any:
    """Return policies whose rules are children, as a tree of NSX has them."""
    if isinstance(data, list):
        return [as_tree(each) for each in data]
    if not isinstance(data, dict):
        return data
    tree = {key: as_tree(value) for key, value in data.items()}
    if data.get("resource_type") in {"SecurityPolicy", "GatewayPolicy"}:
        tree["children"] = [
            {"resource_type": "ChildRule", "Rule": rule}
            for rule in tree.pop("rules")
        ]
    return tree


class TestTreesOfNsx:
    """What ``GET /policy/api/v1/infra`` has, a tree of children."""

    def test_rules_that_are_children(self) -> None:
        """They are those of a list: nothing hangs on how they stand."""
        gateway = {"resource_type": "GatewayPolicy", "id": "gw",
                   "rules": [nsx_rule(id="edge")]}  # fmt: skip
        tree = {
            "resource_type": "Infra",
            "children": [
                policy(
                    nsx_rule(id="late", sequence_number=2),
                    nsx_rule(id="drop", sequence_number=1, action="DROP"),
                    nsx_rule(id="off", disabled=True),
                ),
                gateway,
            ],
        }
        found = read_json(as_tree(tree))
        assert (
            rules(found)
            == rules(read_json(tree))
            == {
                f"distributed firewall {way}": [
                    "deny any46 > any46 any service",
                    "allow any46 > any46 any service",
                ]
                for way in ("in", "out")
            }
        )
        assert unread(found) == ["set-aside: off", "set-aside: edge"]
        assert (found.units, found.read) == (4, 2)

    def test_rules_and_policies_that_stand_alone(self) -> None:
        """What its policy would say is unknown, and so is what it lacks."""
        results = [
            {"resource_type": "SecurityPolicy", "id": "p", "rule_count": 2},
            {"resource_type": "SecurityPolicy", "id": "none"},
            {"resource_type": "ChildRule", "Rule": nsx_rule(id="stray")},
        ]
        found = read_json({"results": results})
        assert rules(found) == {}
        assert unread(found) == ["unknown: p", "unknown: stray"]
        assert all(not each.filters for each in found.unread)


class TestKubernetes:
    """Network policies."""

    def test_what_is_read(self) -> None:
        """Blocks, selectors, ranges, and named ports."""
        peers = (
            "10.128.0.0/9, tag:app=se,tier=data in namespace avi, "
            "tag:any pod in namespaces team=net, "
            "tag:app In a,b in any namespace > members"
        )
        found = read_text(POLICY)
        assert rules(found) == {
            "avi/ctl in": [
                f"allow {peers} tcp/22",
                f"allow {peers} udp/123",
                f"allow {peers} tcp/8000-8010",
                f"allow {peers} sctp/any",
                f"allow {peers} ?https",
                "allow any46 > members any service",
            ],
            "avi/ctl out": ["allow members > any6 any service"],
        }
        assert (found.units, found.read) == (3, 3)
        assert found.filters[0].attached_to == (
            Tag("app=ctl in namespace avi"),
        )

    def test_what_no_cluster_takes(self) -> None:
        """An operator that there is not, and labels that are none."""
        wrong = (
            POLICY.replace("operator: In", "operator: Gt")
            + """---
apiVersion: v1
kind: Namespace
metadata: {name: avi, labels: {team: [net]}}
"""
        )
        with pytest.raises(InvalidDataError) as caught:
            read_text(wrong)
        # They stand where the labels of a namespace are read before policies.
        assert [fault.partition(":")[0] for fault in faults(caught)] == [
            "/1/metadata/labels/team",
            "/0/spec/ingress/0/from/3/podSelector/matchExpressions/0/operator",
        ]

    def test_types_that_are_not_named(self) -> None:
        """Ingress always; egress if there are rules for it."""
        spec: dict[str, Any] = {"podSelector": {}, "ingress": []}
        data = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": "x"}, "spec": spec}  # fmt: skip
        assert [each.id for each in read_json(data).filters] == [
            "default/x in"
        ]
        spec["egress"] = [{}]
        assert len(read_json(data).filters) == 2
        spec["policyTypes"] = ["Ingress"]
        found = read_json(data)
        assert unread(found) == ["set-aside: x egress"]
        assert found.filters[0].attached_to == (
            Tag("any pod in namespace default"),
        )

    def test_lists_and_other_objects(self) -> None:
        """What is no policy is listed; other kinds of policy are unknown."""
        one = yaml.safe_load(POLICY)
        other = {"apiVersion": "v1", "kind": "Pod"}
        cilium = {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy"}
        odd = {"apiVersion": 1, "kind": "NetworkPolicy"}
        empty = {**one, "spec": None}
        listed = {"apiVersion": "v1", "kind": "List",
                  "items": [one, other, cilium, odd, "x", empty]}  # fmt: skip
        found = read_json(listed)
        assert unread(found) == [
            "set-aside: Pod",
            "unknown: CiliumNetworkPolicy",
            "unknown: NetworkPolicy",
        ]
        assert (found.units, found.read) == (6, 3)
        text = f"a: b\n---\n{POLICY}---\n{json.dumps(other)}"
        assert read_text(text).units == 4

    @pytest.mark.parametrize(
        ("change", "to"),
        [
            ("port: 22", "port: 70000"), ("cidr: 10.0.0.0/8", "cidr: x"),
            ("protocol: UDP", "protocol: x"), ("endPort: 8010", "endPort: 1"),
            ("name: ctl", "name: 7"), ("except: [", "except: [x, "),
            ("app: ctl", "app: [7]"),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, change: str, to: str) -> None:
        """What Kubernetes would refuse, too."""
        with pytest.raises(InvalidDataError):
            read_text(POLICY.replace(change, to))


COMMAND = r"""#!/bin/sh
docker run -d --name avi \
  -p 5098:22 -p 127.0.0.1:80:80 -p 10.0.0.1:161:161/udp \
  --publish=443 -p $PORT:3 -p [fd00::1]:8443-8445:8443-8445 image
docker run other
"""
COMPOSE = """
services:
  avi:
    image: avi
    ports:
      - 22:22
      - "8443-8445:8443-8445/udp"
      - {target: 80, published: "8080"}
      - {target: 81, published: 8081, host_ip: 127.0.0.1, protocol: udp}
      - target: 82
      - "${PORT}:83"
      - 9000
  quiet: {build: .}
"""


class TestDocker:
    """Ports that containers publish."""

    def test_commands(self) -> None:
        """To every address, unless one is named."""
        found = read_text(COMMAND)
        assert found.format == "docker"
        assert rules(found) == {
            "avi": [
                "allow any46 > members tcp/5098",
                "allow any46 > 10.0.0.1/32 udp/161",
                "allow any46 > members ?443",
                "allow any46 > fd00::1/128 tcp/8443-8445",
            ]
        }
        assert unread(found) == [
            "set-aside: 127.0.0.1:80:80", "unknown: $PORT:3",
        ]  # fmt: skip
        assert found.units == 6

    def test_names_of_ports(self) -> None:
        """As they are written; one that is there twice gets its line."""
        text = "docker run --name a -p 22:22 -p 23:23 b\n" * 2
        (filter_,) = read_text(text).filters
        assert [rule.id for rule in filter_.rules] == [
            "22:22", "23:23", "22:22 (2)", "23:23 (2)",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("published", "inside"),
        [
            ("8443:8483", "8483"), ("8443:443", "443"),
            ("8440-8445:8443", "8443"), ("8443-8444:8444-8445", "8444-8445"),
            ("22:5098", "5098"), ("443:70000", "70000"),
        ],
    )  # fmt: skip
    def test_another_port_of_the_container(
        self, published: str, inside: str
    ) -> None:
        """Whether what is meant listens there, no document says."""
        found = read_text(f"docker run -p {published} image\n")
        host = published.partition(":")[0]
        (rule,) = found.filters[0].rules
        why = (
            f"if port {inside} of the container answers for {host}, which is "
            f"not documented; publish {host}:{host}"
        )
        assert rule.conditions == (why,)

    def test_a_port_that_replaces_another(self) -> None:
        """5098 is for SSH of a container, which is 22 within it."""
        found = read_text("docker run -p 5098:22 -p 5098:22/udp image\n")
        ssh, other = found.filters[0].rules
        assert ssh.conditions == ()
        assert other.conditions != ()

    def test_compose(self) -> None:
        """Short and long forms; 22:22 is no number."""
        found = read_text(COMPOSE)
        assert rules(found) == {
            "avi": [
                "allow any46 > members tcp/22",
                "allow any46 > members udp/8443-8445",
                (
                    "allow any46 > members tcp/8080 if if port 80 of the "
                    "container answers for 8080, which is not documented; "
                    "publish 8080:8080"
                ),
                "allow any46 > members ?target 82",
                "allow any46 > members ?9000",
            ]
        }
        assert unread(found) == [
            "set-aside: target 81", "unknown: ${PORT}:83",
        ]  # fmt: skip
        two = read_text(f"{COMPOSE}---\nservices: {{b: {{image: x}}}}\n")
        assert two.units == 7

    def test_what_runs(self) -> None:
        """As ``docker inspect`` prints it."""
        bindings = {"22/tcp": [{"HostIp": "", "HostPort": "5098"}],
                    "443/tcp": [{"HostPort": "8443"}],
                    "80/tcp": [{"HostIp": "::1", "HostPort": "80"}],
                    "81/tcp": [{"HostPort": ""}]}  # fmt: skip
        data = [{"Name": "/avi", "HostConfig": {"PortBindings": bindings}},
                {"HostConfig": {"PortBindings": None}}]  # fmt: skip
        found = read_json(data)
        assert rules(found) == {
            "avi": [
                "allow any46 > members tcp/5098",
                (
                    "allow any46 > members tcp/8443 if if port 443 of the "
                    "container answers for 8443, which is not documented; "
                    "publish 8443:8443"
                ),
                "allow any46 > members ?81/tcp",
            ]
        }
        assert found.filters[0].attached_to == (Group("avi"),)
        assert unread(found) == ["set-aside: 80/tcp"]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("docker run -p x:y image", "ADDRESS:HOST:CONTAINER/PROTOCOL"),
            ("docker run -p 70000:1 image", "ports from 0 to 65535"),
            ("docker run -p 1:1/icmp image", "tcp, udp or sctp"),
            ("docker run -p 1:1 'image", "closed quotes"),
            ("docker run -p 999.0.0.1:1:1 image", "an address of the host"),
            ("docker run -p ''", "ADDRESS:HOST:CONTAINER/PROTOCOL"),
            (COMPOSE.replace("published: 8081", "published: [1]"),
             "a text or a number"),
            (COMPOSE.replace("protocol: udp", "protocol: icmp"), "tcp"),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, text: str, why: str) -> None:
        """With the line or the place."""
        if "icmp}" in text:
            text = text.replace("127.0.0.1", "10.0.0.1")
        with pytest.raises(InvalidDataError, match=why):
            read_text(text)

    def test_other_services_are_no_containers(self) -> None:
        """A list of services of another kind."""
        for text in ("services: [a]\n", "services: {a: 1}\n",
                     "services:\n  a: {b: c}\n"):  # fmt: skip
            with pytest.raises(InvalidDataError, match="format that is read"):
                read_text(text)
        with pytest.raises(InvalidDataError, match="expected content of"):
            read_text("x", format="docker")
