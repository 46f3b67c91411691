"""Objects of platforms that a role has besides addresses."""

from __future__ import annotations

import json
from functools import cache
from ipaddress import ip_network
from typing import Any, get_args

import pytest
import yaml
from cloud_sites import rules_for
from rules_examples import fitting, rendered
from rules_openings import expected, within
from rules_readers_cloud import Members
from test_rules_crosscheck import CLOUDS, links, own_networks

from avi_portspec import (
    CannotExpressError,
    Edition,
    Fault,
    InvalidDataError,
    Inventory,
    RuleSet,
    loads_inventory,
    platforms,
    rule_set,
)
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import (
    NamedObject,
    PeerKind,
    PodSelector,
    parse_peer,
)
from avi_portspec.rules.platforms import render, write

ASG = (
    "/subscriptions/01234567-89ab-cdef-0123-456789abcdef/resourceGroups/avi/"
    "providers/Microsoft.Network/applicationSecurityGroups/"
)
KUBE_DNS = (
    '{ pod-selector = { k8s-app = "kube-dns" }, '
    'namespace-selector = { name = "kube-system" } }'
)
NSX = "/infra/domains/default/groups/"
#: What each role has, and what its objects stand for.
ADDRESSES = {
    "controller": ["10.10.1.11/32", "2001:db8:1::11/128"],
    "service-engine": ["10.20.0.0/24", "2001:db8:2::/64"],
    "external-network-services": ["192.0.2.0/24", "2001:db8:3::/64"],
    "aws": ["198.51.100.0/24", "2001:db8:4::/64"],
    "dns-server": ["10.0.0.53/32", "2001:db8:5::53/128"],
}
#: For each platform, which roles have which object instead of addresses, as
#: TOML, and what the platform calls it.
OBJECTS: dict[str, dict[str, tuple[str, str]]] = {
    "aws": {
        "external-network-services": (
            '{ security-group = "sg-0123456789abcdef0" }',
            "sg-0123456789abcdef0",
        ),
        "dns-server": ('{ prefix-list = "pl-0123abcd" }', "pl-0123abcd"),
    },
    "azure": {
        "controller": (
            f'{{ application-security-group = "{ASG}one" }}',
            f"{ASG}one",
        ),
        "service-engine": (
            f'{{ application-security-group = "{ASG}two" }}',
            f"{ASG}two",
        ),
        "dns-server": (
            '{ service-tag = "AzurePlatformDNS" }',
            "AzurePlatformDNS",
        ),
    },
    "gcp": {
        "external-network-services": ('{ tag = "bastion" }', "bastion"),
    },
    "kubernetes": {
        "controller": (
            '{ pod-selector = { app = "ctrl" } }',
            "app=ctrl",
        ),
        "service-engine": (
            '{ pod-selector = { "a.example/app" = "se" } }',
            "a.example/app=se",
        ),
        "dns-server": (
            KUBE_DNS,
            "k8s-app=kube-dns in name=kube-system",
        ),
    },
    "nsx-t": {
        "controller": (f'{{ nsx-group = "{NSX}one" }}', f"{NSX}one"),
        "service-engine": (f'{{ nsx-group = "{NSX}two" }}', f"{NSX}two"),
        "dns-server": (f'{{ nsx-group = "{NSX}dns" }}', f"{NSX}dns"),
    },
    "csv": {
        "controller": ('{ tag = "a" }', "tag:a"),
        "dns-server": ('{ fqdn = "dns.example" }', "fqdn:dns.example"),
    },
}
WRITTEN = [
    ("aws-cloudformation", "aws"),
    ("aws-terraform", "aws"),
    ("azure-arm", "azure"),
    ("azure-terraform", "azure"),
    *((name, name) for name in ("csv", "kubernetes", "nsx-t")),
    ("gcp-terraform", "gcp"),
]
#: One object of each kind, as TOML, and what a platform calls it.
EACH: dict[str, tuple[str, str]] = {
    "application-security-group": (f'"{ASG}a"', f"{ASG}a"),
    "fqdn": ('"dns.example.com"', "dns.example.com"),
    "nsx-group": (f'"{NSX}a"', f"{NSX}a"),
    "pod-selector": ('{ app = "dns-pods" }', "dns-pods"),
    "prefix-list": ('"pl-0123456789abcdef0"', "pl-0123456789abcdef0"),
    "security-group": ('"sg-0123abcd"', "sg-0123abcd"),
    "service-account": ('"a-b@c-d.example"', "a-b@c-d.example"),
    "service-tag": ('"Storage.WestEurope"', "Storage.WestEurope"),
    "tag": ('"dns-tag"', "dns-tag"),
}
#: Which of them a platform can write for a destination.
KNOWN = {
    "aws": ("prefix-list", "security-group"),
    "azure": ("application-security-group", "service-tag"),
    **dict.fromkeys(("ciscoasa", "fortigate", "paloalto", "srx"), ("fqdn",)),
    "csv": tuple(EACH),
    "kubernetes": ("pod-selector",),
    "nsx": ("nsx-group",),
}


def toml(objects: dict[str, tuple[str, str]], *, beside: bool = False) -> str:
    """Return an inventory in which some roles have an object.

    Args:
        objects: The objects, by role.
        beside: Whether these roles have their first address too.
    """
    lines = []
    for role, networks in ADDRESSES.items():
        texts = [f'"{text}"' for text in networks]
        if role in objects:
            texts = [*(texts[:1] if beside else ()), objects[role][0]]
        lines.append(f"{role} = [{', '.join(texts)}]\n")
    return "".join(lines)


@cache
def to_dns_of(kind: str) -> RuleSet:
    """Return rules in which the DNS server is an object of a kind."""
    text = f"{{ {kind} = {EACH[kind][0]} }}"
    return rules_for(toml({"dns-server": (text, "")}))


class TestTheyStandForAddresses:
    """What is written for an object opens what its addresses would."""

    @pytest.mark.parametrize("beside", [False, True])
    @pytest.mark.parametrize(("platform", "objects"), WRITTEN)
    def test_read_back(
        self,
        platform: str,
        objects: str,
        beside: bool,  # noqa: FBT001
    ) -> None:
        """By a reader who is told what each object stands for."""
        table = OBJECTS[objects]
        rules = rules_for(toml(table, beside=beside))
        assert rules.complete
        plain = rules_for(toml({}))
        members = Members(plain)
        members.objects = {
            name: [*map(ip_network, ADDRESSES[role])]
            for role, (_, name) in table.items()
        }
        members.governed = [
            n for role in ("controller", "service-engine")
            for n in members.of(role)
        ]  # fmt: skip
        text = render(rules, platform)
        for _, name in table.values():
            assert name.partition("=")[0] in text
        found = CLOUDS[platform](text, members)
        meant = expected(plain.rules, "stateful")
        if platform == "nsx-t":
            meant += links(own_networks(plain))
        assert within(found, meant), f"{platform} opens more"
        assert within(meant, found), f"{platform} opens less"

    def test_service_accounts(self) -> None:
        """Google Cloud has rules of tags and rules of accounts, never both."""
        account = "ops@lab.iam.gserviceaccount.com"
        more = f'{{ tag = "bastion" }}, {{ service-account = "{account}" }}'
        rules = rules_for(
            toml({"external-network-services": (more, account)}, beside=True)
        )
        firewalls = json.loads(render(rules, "gcp-terraform"))["resource"][
            "google_compute_firewall"
        ]
        found = {
            tuple(key for key in each if key.startswith("source_"))
            for each in firewalls.values()
            if each["direction"] == "INGRESS"
            and "external-to-controller-ssh" in "".join(each.get("//", ()))
        }
        assert found == {
            ("source_ranges",),
            ("source_tags",),
            ("source_service_accounts",),
        }
        assert {
            account
            for each in firewalls.values()
            for account in each.get("source_service_accounts", ())
        } == {account}

    def test_policies_of_pods(self) -> None:
        """One for each selector, and none by the label of this package."""
        pods = '{ pod-selector = { app = "x", tier = "y" } }'
        table = {
            "controller": (f'{pods}, {{ pod-selector = {{ b = "" }} }}', "")
        }
        text = render(rules_for(toml(table)), "kubernetes")
        policies = [*yaml.safe_load_all(text)]
        assert [
            (p["metadata"]["name"], p["spec"]["podSelector"]["matchLabels"])
            for p in policies
        ] == [
            ("avi-controller", {"app": "x", "tier": "y"}),
            ("avi-controller-2", {"b": ""}),
            ("avi-service-engine", {"avi-portspec/service-engine": "true"}),
        ]
        assert policies[0]["spec"] | {"podSelector": 0} == (
            policies[1]["spec"] | {"podSelector": 0}
        )

    def test_groups_of_both_families_once(self) -> None:
        """A rule between groups of Azure is about both families, too."""
        text = render(rules_for(toml(OBJECTS["azure"])), "azure-arm")
        (group,) = json.loads(text)["resources"]
        listed = [
            {**each["properties"], "priority": 0}
            for each in group["properties"]["securityRules"]
        ]
        texts = [json.dumps(each, sort_keys=True) for each in listed]
        assert len(texts) == len({*texts})

    def test_pods_of_both_families_once(self) -> None:
        """A rule between pods is about both, and is not written twice."""
        text = render(rules_for(toml(OBJECTS["kubernetes"])), "kubernetes")
        for policy in yaml.safe_load_all(text):
            for side in ("ingress", "egress"):
                listed = [json.dumps(e) for e in policy["spec"][side]]
                assert len(listed) == len({*listed})


class TestRefusals:
    """What a platform has no word for, it does not write."""

    def test_there_is_one_of_each_kind(self) -> None:
        """The lists here are whole."""
        assert EACH.keys() == {*get_args(PeerKind)}

    @pytest.mark.parametrize("kind", EACH)
    @pytest.mark.parametrize("platform", platforms())
    def test_by_name(self, platform: str, kind: str) -> None:
        """Each kind is written, or the rule is refused with the object."""
        name = EACH[kind][1]
        rules = to_dns_of(kind)
        to_dns = {r.id for r in rules.rules if r.destination == "dns-server"}
        if kind in KNOWN.get(platform.partition("-")[0], ()):
            # An ASA has no rules for IPv6.
            partial = Options(partial=platform == "ciscoasa")
            assert name in rendered(rules, platform, partial)
            return
        with pytest.raises(CannotExpressError) as caught:
            rendered(rules, platform)
        assert caught.value.rule in to_dns
        partial = fitting(platform, Options(partial=True))
        written = write(rules, platform, partial).rules
        assert to_dns
        assert to_dns.isdisjoint(r.id for r in written.rules)
        assert written.completeness == "incomplete"
        assert "controller-to-dns" in written.unwritten

    @pytest.mark.parametrize(
        ("platform", "kind"),
        [
            ("aws-terraform", "security-group"),
            ("azure-arm", "service-tag"),
            ("gcp-terraform", "tag"),
        ],
    )
    def test_in_the_product(self, platform: str, kind: str) -> None:
        """Where a part of the product needs a group, or a closed end."""
        table = {"controller": (f"{{ {kind} = {EACH[kind][0]} }}", "")}
        with pytest.raises(CannotExpressError, match="controller has"):
            render(rules_for(toml(table)), platform)

    def test_a_part_that_is_left_out(self) -> None:
        """NSX closes addresses and groups, and no object of others."""
        table = {"controller": ('{ tag = "a" }', "")}
        partial = Options(partial=True)
        written = write(rules_for(toml(table)), "nsx-t", partial)
        assert not any("controller" in str(r) for r in written.rules.rules)
        assert '"a"' not in written.text

    @pytest.mark.parametrize(
        ("kind", "most"), [("tag", 30), ("service-account", 10)]
    )
    def test_more_than_google_takes(self, kind: str, most: int) -> None:
        """A rule of Google Cloud has so many sources of a kind."""
        host = "" if kind == "tag" else "@lab.example"
        for number in (most, most + 1):
            each = (f'{{ {kind} = "a{n}{host}" }}' for n in range(number))
            rules = rules_for(
                toml({"external-network-services": (", ".join(each), "")})
            )
            if number > most:
                with pytest.raises(
                    CannotExpressError, match=f"at most {most}"
                ):
                    render(rules, "gcp-terraform")
            else:
                assert render(rules, "gcp-terraform")

    def test_more_than_nsx_takes(self) -> None:
        """A side of a rule has so many groups."""
        each = (f'{{ nsx-group = "{NSX}{n}" }}' for n in range(129))
        rules = rules_for(toml({"dns-server": (", ".join(each), "")}))
        with pytest.raises(CannotExpressError, match="at most 128"):
            render(rules, "nsx-t")

    def test_a_quota_of_aws(self) -> None:
        """A prefix list counts as all the entries it may have."""
        text = render(rules_for(toml(OBJECTS["aws"])), "aws-terraform")
        assert "pl-0123abcd counts as as many rules" in text
        assert "sg-0123456789abcdef0 counts" not in text


class TestTheInternet:
    """A word that opens to everybody, and says so."""

    SITE = toml({"dns-server": ('"internet"', "")})

    def test_is_all_addresses(self, edition: Edition) -> None:
        """Of both families, without `shared`."""
        site = loads_inventory(self.SITE, edition=edition)
        assert site.internet == ("dns-server",)
        assert [*map(str, site.addresses["dns-server"])] == [
            "0.0.0.0/0",
            "::/0",
        ]

    @pytest.mark.parametrize("platform", ["nftables", "aws-terraform"])
    def test_is_said(self, platform: str) -> None:
        """On top of every output, rule by rule."""
        rules = rules_for(self.SITE)
        text = render(rules, platform)
        for family in (4, 6):
            assert (
                "INTERNET, all addresses: controller to dns-server, UDP 53, "
                f"IPv{family}"
            ) in text
        assert len(rules.internet_rules) == 2

    @pytest.mark.parametrize(
        "role", ["controller", "service-engine", "avi-vantage"]
    )
    def test_is_never_the_product(self, edition: Edition, role: str) -> None:
        """Nobody is to reach these from everywhere."""
        (fault,) = faults(edition, f'{role} = ["internet"]')
        assert (fault.rule, fault.path) == (
            "inventory/internet",
            f"{role}[0]",
        )

    @pytest.mark.parametrize(
        "text",
        [
            'dns-server = { aws = ["internet"] }',
            'shared = ["internet"]',
            'cluster-ip = "internet"',
            'dns-server = ["Internet"]',
        ],
    )
    def test_only_as_a_role(self, edition: Edition, text: str) -> None:
        """It is the word, in the list of a role."""
        (fault,) = faults(edition, text)
        assert fault.rule in ("network/form", "network/not-one-address")

    def test_in_python(self, edition: Edition) -> None:
        """The addresses have to be there."""
        site = loads_inventory(toml({}), edition=edition)
        for name in ("controller", "avi-vantage", "dns-server", "aws"):
            with pytest.raises(InvalidDataError, match="outside the product"):
                Inventory(addresses=site.addresses, internet=(name,))


def faults(edition: Edition, text: str) -> tuple[Fault, ...]:
    """Return what is wrong with an inventory."""
    with pytest.raises(InvalidDataError) as caught:
        loads_inventory(text, edition=edition)
    return tuple(caught.value.faults)


class TestReading:
    """Objects in an inventory."""

    @pytest.mark.parametrize("kind", EACH)
    def test_each_kind(self, edition: Edition, kind: str) -> None:
        """It stays what it is."""
        text = f"dns-server = [{{ {kind} = {EACH[kind][0]} }}]"
        (peer,) = loads_inventory(text, edition=edition).peers["dns-server"]
        assert peer.kind == kind

    def test_in_words(self) -> None:
        """As it stands in a table."""
        both = {"pod-selector": {"b": "1", "a": ""}}
        texts = {
            "tag:a": {"tag": "a"},
            "pod-selector:a=,b=1": both,
            "pod-selector:a=,b=1/namespace-selector:c=d": {
                **both,
                "namespace-selector": {"c": "d"},
            },
        }
        assert {str(parse_peer(table)) for table in texts.values()} == {*texts}

    @pytest.mark.parametrize(
        ("table", "path"),
        [
            ('prefix-list = "pl-012"', "prefix-list"),
            ('prefix-list = "pl-0123ABCD"', "prefix-list"),
            ('prefix-list = "sg-0123abcd"', "prefix-list"),
            ('prefix-list = "pl-0123abcd\\n"', "prefix-list"),
            ("prefix-list = 7", "prefix-list"),
            ('security-group = "sg-${x}"', "security-group"),
            ('service-tag = "Internet"', "service-tag"),
            ('service-tag = "*"', "service-tag"),
            ('service-tag = "azureCloud"', "service-tag"),
            (f'application-security-group = "{ASG}"', "application-sec"),
            (f'application-security-group = "{ASG}a b"', "application-sec"),
            ('application-security-group = "[x()]"', "application-sec"),
            ('tag = "Bastion"', "tag"),
            ('tag = "a-"', "tag"),
            (f'tag = "{"a" * 64}"', "tag"),
            ('service-account = "a.example"', "service-account"),
            (f'service-account = "a@{"b." * 130}c"', "service-account"),
            ('nsx-group = "dns"', "nsx-group"),
            ('nsx-group = "/infra/domains/default/groups/../x"', "nsx-group"),
            (f'nsx-group = "{NSX}{"x" * 500}"', "nsx-group"),
            ('fqdn = "localhost"', "fqdn"),
            ('fqdn = "a..example"', "fqdn"),
            ('fqdn = "*.example"', "fqdn"),
            ('fqdn = "10.0.0.1"', "fqdn"),
            ('fqdn = "dns.0x1"', "fqdn"),
            ("pod-selector = {}", "pod-selector"),
            ('pod-selector = "app"', "pod-selector"),
            ('pod-selector = { "a b" = "" }', "pod-selector.a b"),
            ('pod-selector = { a = "b c" }', "pod-selector.a"),
            ("pod-selector = { a = 1 }", "pod-selector.a"),
            (
                'pod-selector = { a = "" }, namespace-selector = {}',
                "namespace-selector",
            ),
            ('namespace-selector = { a = "b" }', ""),
            ('tag = "a", fqdn = "b.example"', ""),
            ('tag = "a", pod-selector = { a = "b" }', ""),
            ('tags = "a"', "tags"),
        ],
    )
    def test_unsound_ones(
        self, edition: Edition, table: str, path: str
    ) -> None:
        """Each with its place, and what was expected."""
        (fault,) = faults(edition, f"dns-server = [{{ {table} }}]")
        assert fault.rule == "inventory/object"
        where = f"dns-server[0].{path}" if path else "dns-server[0]"
        assert fault.path.startswith(where)
        if path == "tags":
            assert fault.nearest == "tag"

    def test_all_at_once(self, edition: Edition) -> None:
        """Of all roles."""
        text = (
            'dns-server = [{ tag = "A" }, { }, "10.0.0.1/8"]\n'
            'ntp-server = [{ tagg = "a" }]\n'
        )
        assert [fault.path for fault in faults(edition, text)] == [
            "dns-server[0].tag",
            "dns-server[1]",
            "dns-server[2]",
            "ntp-server[0].tagg",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            'shared = [{ tag = "a" }]',
            'cluster-ip = [{ tag = "a" }]',
        ],
    )
    def test_only_in_the_list_of_a_role(
        self, edition: Edition, text: str
    ) -> None:
        """An object is no address."""
        (fault,) = faults(edition, text)
        assert fault.rule == "network/form"
        assert fault.expected.endswith("in the list of an endpoint")

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ('dns-server = [{ tag = "a" }, { tag = "a" }]', "dns-server[1]"),
            (
                'dns-server = [{ tag = "a" }]\ncontroller = [{ tag = "a" }]',
                "controller[0]",
            ),
            (
                "service-engine = [{}]\ncontroller = [{}]".replace(
                    "{}", '{ tag = "a" }'
                ),
                "controller[0]",
            ),
        ],
    )
    def test_twice(self, edition: Edition, text: str, path: str) -> None:
        """Once in a role, and nowhere else if the product has it."""
        (fault,) = faults(edition, text)
        assert (fault.rule, fault.path) == ("inventory/object-twice", path)

    def test_two_others_can_share(self, edition: Edition) -> None:
        """Somebody's server for DNS and NTP."""
        tag = '[{ tag = "a" }]'
        text = f"dns-server = {tag}\nntp-server = {tag}"
        assert len(loads_inventory(text, edition=edition).peers) == 2

    def test_order_does_not_matter(self, edition: Edition) -> None:
        """One value has one form."""
        a, b = '{ tag = "a" }', '{ tag = "b" }'
        one, other = (
            loads_inventory(f"dns-server = [{text}]", edition=edition)
            for text in (f"{a}, {b}", f"{b}, {a}")
        )
        assert one == other

    def test_of_an_endpoint_that_is_missing(self, edition: Edition) -> None:
        """Objects of unknown endpoints are told, as addresses are."""
        peers = {"jump-host": (NamedObject(kind="tag", name="a"),)}
        site = Inventory(addresses={}, peers=peers)
        with pytest.raises(InvalidDataError, match="jump-host"):
            rules_of(edition, site)


def rules_of(edition: Edition, site: Inventory) -> RuleSet:
    """Return the rules of a site on AWS."""
    return rule_set(edition.resolve("aws"), site)


class TestMaking:
    """In Python."""

    @pytest.mark.parametrize(
        ("kind", "fields"),
        [
            (NamedObject, {"kind": "tags", "name": "a"}),
            (NamedObject, {"kind": "tag", "name": "A"}),
            (PodSelector, {"labels": {}}),
            (PodSelector, {"labels": 3}),
            (PodSelector, {"labels": {"a": "b"}, "namespace": {}}),
            (Inventory, {"addresses": {}, "peers": 3}),
            (Inventory, {"addresses": {}, "peers": {"a": "b"}}),
            (Inventory, {"addresses": {}, "peers": {"a": ()}}),
            (Inventory, {"addresses": {}, "peers": {"a": ("b",)}}),
            (Inventory, {"addresses": {}, "peers": {3: ()}}),
        ],
    )
    def test_is_refused(self, kind: Any, fields: dict[str, Any]) -> None:
        """What no file can say does not exist either."""
        with pytest.raises(InvalidDataError):
            kind(**fields)
