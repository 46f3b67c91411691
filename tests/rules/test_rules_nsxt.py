"""NSX-T policies, against a schema of ours, and read back."""

from __future__ import annotations

import json
import re
from ipaddress import ip_network
from typing import Any

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
)

from avi_portspec.errors import CannotExpressError
from avi_portspec.names import Scope
from avi_portspec.rules.comments import to_ascii
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import render
from avi_portspec.rules.ruleset import RuleSet


def body(rules: RuleSet, options: Options | None = None) -> Any:
    """Return the body, read."""
    return json.loads(render(rules, "nsx-t", options or Options()))


#: A site without IPv6.
FOUR = """
controller = ["10.10.1.11"]
service-engine = ["10.20.0.0/24"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
dns-server = ["10.0.0.53"]
"""
#: The same, of which a part is a group that NSX has.
GROUPED = FOUR.replace(
    '"10.20.0.0/24"', '{ nsx-group = "/infra/domains/default/groups/x" }'
)
#: Router and neighbour solicitation and advertisement (RFC 4861).
DISCOVERY = [133, 134, 135, 136]
#: Source and destination ports of a DHCP client, and those of the answers
#: (RFC 2131, RFC 8415), or the types of messages; by direction and family.
LINKS: dict[tuple[str, str], list[Any]] = {
    ("ingress", "ipv4"): [("67", "68")],
    ("egress", "ipv4"): [("68", "67")],
    ("all", "ipv4"): [("68", "67"), ("67", "68")],
    ("ingress", "ipv6"): DISCOVERY,
    ("egress", "ipv6"): DISCOVERY,
    ("all", "ipv6"): [*DISCOVERY, ("546", "547"), ("547", "546")],
}


class Site:
    """A body of the hierarchical API, with its references resolved."""

    def __init__(self, rules: RuleSet, options: Options | None = None) -> None:
        document = body(rules, options)
        domain, *services = document["children"]
        first, *groups = domain["children"]
        self.policy = first["SecurityPolicy"]
        self.groups = {
            f"/infra/domains/default/groups/{group['Group']['id']}": [
                address
                for part in group["Group"]["expression"]
                for address in part["ip_addresses"]
            ]
            for group in groups
        }
        self.services = {
            f"/infra/services/{service['Service']['id']}": service["Service"][
                "service_entries"
            ]
            for service in services
        }
        allowed = [
            rule for rule in self.policy["rules"] if rule["action"] == "ALLOW"
        ]
        self.links = [each for each in allowed if "-link-" in each["id"]]
        self.allowed = [each for each in allowed if each not in self.links]
        self.closing = [
            rule for rule in self.policy["rules"] if rule["action"] != "ALLOW"
        ]

    def entries(self, rule: Any) -> list[Any]:
        """Return what a rule lets through."""
        (path,) = rule["services"]
        entries: list[Any] = self.services[path]
        return entries


class TestThePolicy:
    """The policy, its groups and its services."""

    def test_it_fits_the_reference(self) -> None:
        """Every property is one that NSX-T has, within its limits."""
        for rules in (
            rules_for(optional=True),
            hostile(),
            everyone(),
            rules_for(overlay=own_flow("[63, 73, 97]")),
            between_strangers(),
            attrs.evolve(rules_for(), rules=()),
        ):
            assert against("nsx-t", body(rules)) == []

    def test_the_schema_finds_faults(self) -> None:
        """A property that is none, a port too far, ANY where it is not."""
        document = body(rules_for())
        policy = document["children"][0]["children"][0]["SecurityPolicy"]
        policy["rules"][0]["services"] = ["ANY"]
        policy["rules"][1]["from"] = []
        policy["rules"][2]["source_groups"] = ["ANY"]
        entries = document["children"][1]["Service"]["service_entries"]
        entries[0]["destination_ports"] = ["65536"]
        assert len(against("nsx-t", document)) == 4

    def test_it_says_what_the_rules_say(self) -> None:
        """Addresses, family, protocol, ports and messages."""
        rules = rules_for(optional=True, overlay=own_flow("[63, 73, 97]"))
        site = Site(rules)
        found = []
        for each in site.allowed:
            (source,), (destination,) = (
                each["source_groups"],
                each["destination_groups"],
            )
            what = []
            for entry in site.entries(each):
                kind = entry["resource_type"]
                if kind == "L4PortSetServiceEntry":
                    what += [
                        (entry["l4_protocol"], port)
                        for port in entry["destination_ports"]
                    ]
                elif kind == "ICMPTypeServiceEntry":
                    what.append((entry["protocol"], entry["icmp_type"]))
                else:
                    what.append((entry["protocol_number"],))
            found.append(
                (
                    site.groups[source],
                    site.groups[destination],
                    each["ip_protocol"],
                    what,
                )
            )
        assert found == [
            (
                [*map(str, rule.sources)],
                [*map(str, rule.destinations)],
                f"IPV{rule.family}",
                [(str(rule.protocol), str(p)) for p in rule.ports]
                or [("ICMPv4", number) for number in rule.icmp_types]
                or [(rule.protocol.number,)],
            )
            for rule in rules.rules
        ]

    def test_only_what_is_dropped_is_any(self) -> None:
        """A rule that lets through names all that it lets through."""
        for each in Site(rules_for(optional=True)).allowed:
            for name in ("source_groups", "destination_groups", "services"):
                assert len(each[name]) == 1
                assert each[name][0].startswith("/infra/")

    def test_the_rest_is_dropped(self) -> None:
        """For all addresses of the product, in both directions, last."""
        for rules in (rules_for(), attrs.evolve(rules_for(), rules=())):
            site = Site(rules)
            assert site.policy["rules"][-6:] == [*site.links, *site.closing]
            (product,) = (g for g in site.groups if g.endswith("product"))
            assert site.groups[product] == [
                *map(str, rules.inventory.addresses["controller"][:2]),
                "10.20.0.0/24",
                "2001:db8:1::/64",
                "2001:db8:2::/64",
            ]
            assert [
                (each["source_groups"], each["destination_groups"])
                for each in site.closing
            ] == [(["ANY"], [product]), ([product], ["ANY"])]
            for each in site.closing:
                assert each["action"] == "DROP"
                assert each["services"] == ["ANY"]
                assert each["ip_protocol"] == "IPV4_IPV6"

    def test_all_is_dropped_only_if_asked_for(self) -> None:
        """By a rule about any addresses, which the description says."""
        every = Site(rules_for(), Options(scope="all"))
        (last,) = every.closing
        assert every.policy["rules"][-1] == last
        assert last["source_groups"] == last["destination_groups"] == ["ANY"]
        assert last["services"] == ["ANY"]
        assert last["action"] == "DROP"
        assert not any(group.endswith("product") for group in every.groups)
        assert every.allowed == Site(rules_for()).allowed
        said = "Everything is dropped that no rule here allows."
        for site, is_said in ((every, True), (Site(rules_for()), False)):
            assert (said in site.policy["description"]) is is_said

    def test_what_is_no_address_of_the_product_is_not_judged(self) -> None:
        """Neither opened nor closed: no rule is about two such addresses."""
        site = Site(rules_for())
        others = [ip_network("203.0.113.7/32"), ip_network("203.0.113.8/32")]
        for each in site.policy["rules"]:
            is_about = [
                "ANY" in each[side]
                or any(
                    other.subnet_of(network)
                    for group in each[side]
                    for network in map(ip_network, site.groups[group])
                    if network.version == other.version
                )
                for side, other in zip(
                    ("source_groups", "destination_groups"),
                    others,
                    strict=True,
                )
            ]
            assert not all(is_about)

    def test_rules_are_in_order(self) -> None:
        """Their numbers are, and no two are the same."""
        numbers = [
            rule["sequence_number"]
            for rule in Site(rules_for()).policy["rules"]
        ]
        assert numbers == sorted(set(numbers))

    def test_rules_apply_everywhere(self) -> None:
        """NSX-T enforces none that applies to a group of addresses."""
        site = Site(rules_for())
        assert site.policy["scope"] == ["ANY"]
        for rule in site.policy["rules"]:
            assert rule["scope"] == ["ANY"]

    def test_the_cluster_ip_is_listened_on_alone(self) -> None:
        """What the Controllers send never comes from it."""
        rules = rules_for(
            'cluster-ip = "10.10.1.10"\ncluster-ip-is-destination = true\n'
            'controller = ["10.10.1.11"]\nservice-engine = ["10.20.0.0/24"]\n'
            'external-network-services = ["192.0.2.0/24"]\n'
            'aws = ["198.51.100.0/24"]\ndns-server = ["10.0.0.53"]\n'
        )
        site = Site(rules)
        here = "/infra/domains/default/groups/avi-controller-ipv4"
        assert site.groups[here] == ["10.10.1.11/32"]
        assert site.groups[f"{here}-listening"] == ["10.10.1.10/31"]
        for each in site.allowed:
            assert f"{here}-listening" not in each["source_groups"]
            assert here not in each["destination_groups"]

    def test_many_ports_are_several_entries(self) -> None:
        """An entry has 15 values, and a range is two of them."""
        ports = [*range(1000, 1040, 2)]
        ranges = [
            f"{{low = {n}, high = {n + 2}}}" for n in range(2000, 2100, 10)
        ]
        flow = own_flow('["udp"]', f"[{', '.join(map(str, ports + ranges))}]")
        rules = rules_for(overlay=flow)
        assert against("nsx-t", body(rules)) == []
        site = Site(rules)
        name = "/infra/services/avi-service-engine-to-controller-udp-ipv4"
        entries = [
            service["destination_ports"] for service in site.services[name]
        ]
        assert [port for entry in entries for port in entry] == [
            "123",
            *map(str, ports),
            *(f"{n}-{n + 2}" for n in range(2000, 2100, 10)),
        ]
        for entry in entries:
            assert sum(2 if "-" in port else 1 for port in entry) <= 15

    @pytest.mark.parametrize(
        ("flow", "reason"),
        [
            (own_flow("[0]"), "all protocols"),
            (own_flow('["sctp"]', "[5000]"), "cannot match ports of SCTP"),
        ],
    )
    def test_other_protocols_are_refused(self, flow: str, reason: str) -> None:
        """They never become ANY."""
        with pytest.raises(CannotExpressError, match=reason) as caught:
            body(rules_for(overlay=flow))
        assert caught.value.flows == ("probe",)

    def test_a_service_has_a_limit_of_entries(self) -> None:
        """Fifty, each with 15 ports."""
        most = str([*range(1001, 1001 + 2 * 750, 2)])
        more = str([*range(1001, 1001 + 2 * 751, 2)])
        source = "dns-server"
        assert body(
            rules_for(overlay=own_flow('["tcp"]', most, source=source))
        )
        with pytest.raises(CannotExpressError, match="50 entries"):
            body(rules_for(overlay=own_flow('["tcp"]', more, source=source)))

    @pytest.mark.parametrize("role", ["dns-server", "service-engine"])
    def test_a_group_has_a_limit_of_addresses(self, role: str) -> None:
        """Four thousand, of sources as of destinations."""
        assert body(many(rules_for(), "dns-server", 4000))
        with pytest.raises(CannotExpressError, match="4000 addresses"):
            body(many(rules_for(), role, 4001))

    def test_the_product_has_a_limit_of_addresses(self) -> None:
        """Though no rule is about them."""
        nothing = attrs.evolve(rules_for(), rules=())
        with pytest.raises(CannotExpressError, match="4000 addresses"):
            body(many(nothing, "service-engine", 4001))

    def test_a_policy_has_a_limit_of_rules(self) -> None:
        """A thousand, with those for links, and those that drop the rest."""
        rules = rules_for()
        most = attrs.evolve(rules, rules=rules.rules[-1:] * 994)
        assert len(Site(most).policy["rules"]) == 1000
        more = attrs.evolve(rules, rules=rules.rules[-1:] * 995)
        with pytest.raises(CannotExpressError, match="1000 rules"):
            body(more)

    def test_a_site_without_the_product_closes_nothing(self) -> None:
        """There is no address to drop anything for."""
        inventory = attrs.evolve(rules_for().inventory, addresses={})
        site = Site(attrs.evolve(rules_for(), rules=(), inventory=inventory))
        assert site.policy["rules"] == []
        # No notes have what the description has no room for.
        assert re.search(
            r"; \d+ more lines and \d+ more reasons not shown here: "
            r"rules --json has all$",
            site.policy["description"],
        )

    def test_the_top_says_what_it_is(self) -> None:
        """In the policy's description, as far as it goes; all in the notes."""
        rules = rules_for()
        site = Site(rules)
        first, *rest = rules.header()
        told = site.policy["description"]
        assert len(told) > 1000
        assert told.startswith(first)
        notes = [each["notes"] for each in site.policy["rules"][-6:]]
        whole = "; ".join(notes)
        assert whole.startswith(told[:-3])
        assert "; ".join(rest) in whole
        assert all(len(each) <= 2048 for each in notes)

    @pytest.mark.parametrize(
        ("copies", "length", "unsaid"),
        [
            (9, 600, ()),
            (40, 600, ("reason",)),
            # One reason that fits nowhere.
            (1, 30_000, ("reason",)),
            (1_000, 600, ("line", "reason")),
        ],
    )
    def test_what_is_too_much_of_the_top_is_counted(
        self, copies: int, length: int, unsaid: tuple[str, ...]
    ) -> None:
        """Everything has its name before anything has a reason."""
        some = rules_for()
        omission = next(o for o in some.omissions if o.kind == "optional")
        reason = ("Optional. " * (length // 10)).strip()
        left = tuple(
            attrs.evolve(omission, subject=f"flow-{at}", reason=reason)
            for at in range(copies)
        )
        rules = attrs.evolve(some, omissions=left)
        notes = [each["notes"] for each in Site(rules).policy["rules"][-6:]]
        assert all(len(each) <= 2048 for each in notes)
        text = "; ".join(notes)
        *_, end = text.split("; ")
        found = re.fullmatch(
            r"(?:(\d+) more lines?)?(?: and )?(?:(\d+) more reasons?)?"
            r" not shown here: rules --json has all",
            end,
        )
        assert (found is not None) == bool(unsaid)
        lines, reasons = (
            [int(each or 0) for each in found.groups()] if found else (0, 0)
        )
        assert bool(lines) == ("line" in unsaid)
        assert bool(reasons) == ("reason" in unsaid)
        named = sum(each.title in text for each in left)
        # The count of flows that do not apply is the last line.
        assert named == len(left) - max(lines - 1, 0)
        with_reason = sum(
            f"{each.subject}{mark}: {reason}" in text
            for each in left
            for mark in ("", " (optional)")
        )
        assert with_reason == len(left) - reasons

    def test_the_top_says_what_a_patch_and_a_drop_do(self) -> None:
        """Stale rules stay; neighbour discovery and DHCP pass."""
        text = Site(rules_for()).policy["description"]
        assert "PATCH keeps rules" in text
        assert "IPv6 neighbour discovery and DHCP pass" in text

    @pytest.mark.parametrize(
        ("site", "scope", "families"),
        [
            (BOTH, "product", "46"),
            (FOUR, "product", "4"),
            # Of a group nobody knows the families but NSX.
            (GROUPED, "product", "46"),
            (FOUR, "all", "46"),
        ],
    )
    def test_links_work(self, site: str, scope: Scope, families: str) -> None:
        """Discovery and DHCP, which NSX allows only at its own end."""
        options = Options(scope=scope)
        rules = rules_for(site)
        assert against("nsx-t", body(rules, options)) == []
        found = Site(rules, options)
        closed = {each["id"].split("-")[-1]: each for each in found.closing}
        assert [each["id"] for each in found.links] == [
            f"avi-link-{way}-ipv{family}"
            for way in closed
            for family in families
        ]
        for each in found.links:
            *_, way, family = each["id"].split("-")
            assert each["ip_protocol"] == family.upper()
            for side in ("source_groups", "destination_groups"):
                assert each[side] == closed[way][side]
            told = [
                entry.get("icmp_type")
                or (*entry["source_ports"], *entry["destination_ports"])
                for entry in found.entries(each)
            ]
            assert told == LINKS[way, family]

    def test_hostile_text_stays_text(self) -> None:
        """Notes hold what a rule is for."""
        notes = [each["notes"] for each in Site(hostile()).allowed]
        assert any(to_ascii(HOSTILE) in note for note in notes)
