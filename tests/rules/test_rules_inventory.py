"""A site's addresses: read strictly, or not at all."""

from __future__ import annotations

import copy
import pickle
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import attrs
import pytest

from avi_portspec import (
    Edition,
    Fault,
    InvalidDataError,
    Inventory,
    load,
    load_inventory,
    loads_inventory,
)

TEXT = """
controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13", "2001:db8:1::11"]
service-engine = ["10.20.0.0/24", "2001:db8:2::/64"]
external-network-services = ["192.0.2.0/24"]
dns-server = ["10.0.0.53"]
cluster-ip = "10.10.1.10"
"""


def faults(text: str, edition: Edition | None = None) -> list[Fault]:
    """Return what is wrong with an inventory."""
    with pytest.raises(InvalidDataError) as caught:
        loads_inventory(
            text, edition=edition or load("vantage-undated"), subject="site"
        )
    assert caught.value.subject == "site"
    return list(caught.value.faults)


def fault(text: str) -> Fault:
    """Return the one thing that is wrong with an inventory."""
    (found,) = faults(text)
    return found


class TestReading:
    """From TOML to networks."""

    def test_roles(self, edition: Edition) -> None:
        """Each endpoint's networks, by family, collapsed and sorted."""
        site = loads_inventory(TEXT, edition=edition)
        assert site.of("controller", 4) == (
            ip_network("10.10.1.11/32"),
            ip_network("10.10.1.12/31"),
        )
        assert site.of("controller", 6) == (ip_network("2001:db8:1::11"),)
        assert site.of("ntp-server", 4) == ()
        assert site.cluster_ip == (ip_address("10.10.1.10"),)
        assert not site.cluster_ip_is_destination

    def test_bytes_and_files(self, edition: Edition, tmp_path: Path) -> None:
        """UTF-8 and a path serve as well as text."""
        path = tmp_path / "site.toml"
        path.write_text(TEXT)
        assert load_inventory(path, edition=edition) == loads_inventory(
            TEXT.encode(), edition=edition
        )

    def test_the_file_is_named(self, edition: Edition, tmp_path: Path) -> None:
        """An error says which file it is about."""
        path = tmp_path / "site.toml"
        path.write_text("controller = []")
        with pytest.raises(InvalidDataError, match=r"site\.toml: controller"):
            load_inventory(path, edition=edition)

    def test_order_does_not_matter(self, edition: Edition) -> None:
        """Two files that say the same are the same inventory."""
        lines = TEXT.strip().splitlines()
        turned = "\n".join(reversed(lines))
        one = loads_inventory(TEXT, edition=edition)
        other = loads_inventory(turned, edition=edition)
        assert one == other
        assert [*one.addresses] == [*other.addresses]

    def test_an_overlay_brings_endpoints(self, edition: Edition) -> None:
        """A site's own endpoints have addresses like any other."""
        site = edition.overlay(
            'id = "berlin"\ntitle = "Berlin"\n'
            '[[endpoints]]\nid = "jump-host"\nname = "Jump host"\n'
            'kind = "client"\n'
        )
        text = 'jump-host = ["192.0.2.7"]'
        assert loads_inventory(text, edition=site).of("jump-host", 4)
        assert fault(text).got == "an unknown key"


BERLIN = """
id = "berlin"
title = "Berlin"
[[endpoints]]
id = "jump-host"
name = "Jump host"
kind = "client"
"""
OWN = f"""{TEXT}
[overlay.berlin]
jump-host = ["192.0.3.7"]
"""


class TestOverlays:
    """One inventory, for runs with an overlay and for those without."""

    def test_with_the_overlay_its_endpoint_has_addresses(
        self, edition: Edition
    ) -> None:
        """As if its key stood above."""
        site = loads_inventory(OWN, edition=edition.overlay(BERLIN))
        above = loads_inventory(
            f'{TEXT}jump-host = ["192.0.3.7"]', edition=edition.overlay(BERLIN)
        )
        assert site == above
        assert site.of("jump-host", 4) == (ip_network("192.0.3.7/32"),)
        assert site.unused == ()

    def test_without_it_the_rest_is_as_it_was(self, edition: Edition) -> None:
        """And what is not used is told."""
        site = loads_inventory(OWN, edition=edition)
        assert site.unused == ("overlay.berlin.jump-host",)
        plain = loads_inventory(TEXT, edition=edition)
        assert attrs.evolve(site, unused=()) == plain

    def test_objects_of_platforms_are_left_out_too(
        self, edition: Edition
    ) -> None:
        """And the internet: nobody else must get what it may do."""
        text = OWN.replace(
            '"192.0.3.7"', '{ prefix-list = "pl-0123456789abcdef0" }'
        )
        for own in (text, OWN.replace("192.0.3.7", "internet")):
            site = loads_inventory(own, edition=edition)
            assert (site.peers, site.internet) == ({}, ())
            over = edition.overlay(BERLIN)
            assert loads_inventory(own, edition=over).has("jump-host")
        (found,) = faults(text.replace("pl-0", "pl 0"))
        assert found.path.startswith("overlay.berlin.jump-host[0]")

    def test_of_two_overlays_one_is_used(self, edition: Edition) -> None:
        """The other may list the same address."""
        text = f'{OWN}[overlay.paris]\nbastion = ["192.0.3.7"]\n'
        site = loads_inventory(text, edition=edition.overlay(BERLIN))
        assert site.unused == ("overlay.paris.bastion",)

    def test_members_by_cloud(self, edition: Edition) -> None:
        """An endpoint of an overlay can be listed by cloud, too."""
        text = OWN.replace('["192.0.3.7"]', '{ aws = ["192.0.3.7"] }')
        with_it = loads_inventory(text, edition=edition.overlay(BERLIN))
        assert [*with_it.by_cloud["jump-host"]] == ["aws"]  # type: ignore[index]
        assert loads_inventory(text, edition=edition).unused
        (found,) = faults(text.replace("aws", "awss"))
        assert found.path == "overlay.berlin.jump-host.awss"
        assert found.nearest == "aws"

    @pytest.mark.parametrize(
        ("old", "new", "path", "near"),
        [
            ("jump-host", "jump-hots", "berlin.jump-hots", "jump-host"),
            ("berlin", "berln", "berln", "berlin"),
        ],
    )
    def test_a_slip_shows_with_the_overlay(
        self, edition: Edition, old: str, new: str, path: str, near: str
    ) -> None:
        """No role is lost; without the overlay, the slip is told as unused."""
        text = OWN.replace(old, new)
        assert new in loads_inventory(text, edition=edition).unused[0]
        (found,) = faults(text, edition.overlay(BERLIN))
        assert (found.path, found.nearest) == (f"overlay.{path}", near)

    @pytest.mark.parametrize(
        ("key", "near"),
        [
            ("ntp-server", None),
            ("shared", None),
            ("SE", "service-engine"),
            ("Jump Host", "jump-host"),
        ],
    )
    def test_a_key_of_the_edition_belongs_above(
        self, edition: Edition, key: str, near: str | None
    ) -> None:
        """A header in TOML takes all keys below it, which is easily missed.

        So it is with the overlay and without it: nothing is dropped.
        """
        text = f'{OWN}"{key}" = ["192.0.3.9"]'
        for over in (edition, edition.overlay(BERLIN)):
            (found,) = faults(text, over)
            assert found.path == f"overlay.berlin.{key}"
            if over is not edition:
                assert found.nearest == near

    def test_an_endpoint_has_one_place(self, edition: Edition) -> None:
        """Which of two lists counts nobody could say."""
        text = f'jump-host = ["192.0.3.8"]\n{OWN}'
        (found,) = faults(text, edition.overlay(BERLIN))
        assert found.got == "a key that stands above, too"

    @pytest.mark.parametrize(
        "value", ["3", "[]", "{}", "{ berlin = [] }", "{ berlin = {} }"]
    )
    def test_a_table_for_each_is_expected(self, value: str) -> None:
        """Nothing else can be said."""
        found = fault(f"{TEXT}overlay = {value}")
        assert found.rule == "inventory/not-overlays"

    def test_addresses_are_checked_without_it_too(self) -> None:
        """A slip in an address is found by whoever checks the file first."""
        assert fault(OWN.replace("3.7", "3.777")).path == (
            "overlay.berlin.jump-host[0]"
        )

    def test_a_plain_key_says_where_it_belongs(self) -> None:
        """Whoever is refused reads how it is accepted."""
        assert "[overlay.NAME]" in fault('jump-host = ["10.9.9.9"]').expected


class TestTheClusterIp:
    """A floating address that nothing is sent from."""

    def test_is_no_address_of_the_controller(self, edition: Edition) -> None:
        """Neither as a source nor, unless it is said, as a destination."""
        site = loads_inventory(TEXT, edition=edition)
        for networks in (
            site.of("controller", 4),
            site.listening("controller", 4),
        ):
            assert not any(
                site.cluster_ip[0] in network for network in networks
            )

    def test_can_be_a_destination(self, edition: Edition) -> None:
        """Where the inventory says so, and still never as a source."""
        text = f"{TEXT}cluster-ip-is-destination = true"
        site = loads_inventory(text, edition=edition)
        assert site.listening("controller", 4) == (
            ip_network("10.10.1.10/31"),
            ip_network("10.10.1.12/31"),
        )
        assert site.listening("controller", 6) == site.of("controller", 6)
        assert site.listening("dns-server", 4) == site.of("dns-server", 4)
        assert ip_network("10.10.1.11/32") in site.of("controller", 4)

    def test_can_be_several(self, edition: Edition) -> None:
        """One of each family, say."""
        text = 'cluster-ip = ["2001:db8::1", "10.0.0.1"]'
        site = loads_inventory(text, edition=edition)
        assert [str(each) for each in site.cluster_ip] == [
            "10.0.0.1",
            "2001:db8::1",
        ]

    @pytest.mark.parametrize("role", ["controller", "avi-vantage"])
    @pytest.mark.parametrize("more", ["", 'shared = ["10.10.1.0/24"]'])
    def test_is_refused_among_sources(self, role: str, more: str) -> None:
        """With the note of the page that says why."""
        found = fault(
            f'{role} = ["10.10.1.0/24"]\ncluster-ip = "10.10.1.10"\n{more}'
        )
        assert found.path == "cluster-ip"
        assert "never sends from the cluster IP" in found.expected
        assert "note source-is-controller-address" in found.expected
        assert found.got == f"10.10.1.10/32, also in {role}[0]"

    def test_no_note_is_cited_where_there_is_none(self) -> None:
        """An edition without the note has the rule all the same."""
        edition = load("vantage-undated")
        bare = attrs.evolve(
            edition,
            notes=[
                attrs.evolve(n, kind="scope")
                if n.kind == "source-address"
                else n
                for n in edition.notes
            ],
        )
        text = 'controller = ["10.0.0.1"]\ncluster-ip = "10.0.0.1"'
        (found,) = faults(text, bare)
        assert found.expected.endswith("the cluster IP")

    def test_is_one_address(self) -> None:
        """Not a network."""
        assert fault('cluster-ip = "10.0.0.0/24"').path == "cluster-ip"
        found = fault('cluster-ip = ["10.0.0.1", "10.0.0.1"]')
        assert found.path == "cluster-ip[1]"
        assert found.expected == "each address once"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("cluster-ip-is-destination = 1", "true or false"),
            ("cluster-ip-is-destination = true", "a cluster-ip, since"),
        ],
    )
    def test_the_flag(self, text: str, expected: str) -> None:
        """It is a truth value, and about an address."""
        found = fault(text)
        assert found.path == "cluster-ip-is-destination"
        assert found.expected.startswith(expected)


class TestOverlaps:
    """An address in two roles opens to the one what the other needs."""

    @pytest.mark.parametrize(
        "text",
        [
            'dns-server = ["10.0.0.53"]\nntp-server = ["10.0.0.53"]',
            'dns-server = ["10.0.0.0/24"]\nntp-server = ["10.0.0.53"]',
            'controller = ["10.0.0.1"]\nservice-engine = ["10.0.0.0/24"]',
            'service-engine = ["10.0.0.0/24"]\ncluster-ip = "10.0.0.9"',
            'dns-server = ["10.0.0.0/24"]\ncluster-ip = "10.0.0.9"',
            'gcp = ["2001:db8::/32"]\naws = ["2001:db8:7::1"]',
        ],
    )
    def test_are_refused(self, text: str) -> None:
        """Wherever one network is within the other."""
        assert "no other endpoint has" in fault(text).expected
        assert "also in" in fault(text).got

    def test_name_both_places(self) -> None:
        """Both the entry, and the one that it meets."""
        found = fault('dns-server = ["10.0.0.53"]\nntp-server = ["10.0.0.53"]')
        assert found.path == "ntp-server[0]"
        assert found.got == "10.0.0.53/32, also in dns-server[0]"

    @pytest.mark.parametrize(
        "text",
        [
            (
                'dns-server = ["10.0.0.53"]\nntp-server = ["10.0.0.53"]\n'
                'shared = ["10.0.0.53"]'
            ),
            (
                'dns-server = ["10.0.0.0/24"]\nntp-server = ["10.0.0.53"]\n'
                'shared = ["10.0.0.53"]'
            ),
            (
                'dns-server = ["10.0.0.0/24"]\nntp-server = ["10.0.0.53"]\n'
                'shared = ["10.0.0.0/24"]'
            ),
            (
                'dns-server = ["10.0.0.2/31"]\nntp-server = ["10.0.0.2/31"]\n'
                'shared = ["10.0.0.2", "10.0.0.3"]'
            ),
            # A network around the product, such as that of all people.
            (
                'external-network-services = ["10.0.0.0/8"]\n'
                'controller = ["10.0.0.1"]\nservice-engine = ["10.1.0.0/16"]\n'
                'cluster-ip = "10.0.0.2"\nshared = ["10.0.0.0/8"]'
            ),
            # The product as a whole is its parts.
            (
                'avi-vantage = ["10.0.0.1"]\ncontroller = ["10.0.0.1"]\n'
                'shared = ["10.0.0.1"]'
            ),
        ],
    )
    def test_can_be_meant(self, text: str, edition: Edition) -> None:
        """Said once more, under ``shared``."""
        assert loads_inventory(text, edition=edition).shared

    @pytest.mark.parametrize(
        "text",
        [
            # What is shared is wider than either: it says nothing of them.
            (
                'dns-server = ["10.0.0.53"]\nntp-server = ["10.0.0.53"]\n'
                'shared = ["10.0.0.0/24"]'
            ),
            (
                'dns-server = ["10.0.0.2/31"]\nntp-server = ["10.0.0.2/31"]\n'
                'shared = ["10.0.0.2"]'
            ),
            # Nobody is a Controller and something else.
            (
                'controller = ["10.0.0.1"]\nservice-engine = ["10.0.0.1"]\n'
                'shared = ["10.0.0.1"]'
            ),
            (
                'controller = ["10.0.0.1"]\ndns-server = ["10.0.0.1"]\n'
                'shared = ["10.0.0.1"]'
            ),
            (
                'service-engine = ["10.0.0.0/24"]\ndns-server = ["10.0.0.1"]\n'
                'shared = ["10.0.0.1", "10.0.0.0/24"]'
            ),
            (
                'controller = ["10.0.0.1"]\nservice-engine = ["10.0.0.0/24"]\n'
                'shared = ["10.0.0.0/24"]'
            ),
            (
                'controller = ["10.0.0.1"]\naws = ["10.0.0.0/24"]\n'
                'shared = ["10.0.0.1"]'
            ),
            'avi-vantage = ["10.0.0.1"]\ncontroller = ["10.0.0.1"]',
        ],
    )
    def test_only_what_is_shared(self, text: str) -> None:
        """And the product's own addresses are never shared as such."""
        assert "no other endpoint has" in fault(text).expected

    def test_a_network_that_the_product_fills(self) -> None:
        """Two Controllers are all of a /31: nobody else is in it."""
        found = fault(
            'controller = ["10.0.0.2", "10.0.0.3"]\naws = ["10.0.0.2/31"]\n'
            'shared = ["10.0.0.2/31"]'
        )
        assert "no other endpoint has" in found.expected

    def test_within_one_role(self) -> None:
        """An address that stands twice was meant to be another one."""
        found = fault('aws = ["10.0.0.0/24", "10.0.0.7"]')
        assert found.path == "aws[1]"
        assert found.expected == "each address once"

    def test_shared_once(self) -> None:
        """What is shared, too."""
        found = fault('shared = ["10.0.0.7", "10.0.0.7"]')
        assert found.path == "shared[1]"


class TestAllAddresses:
    """A role that anybody has."""

    def test_when_it_is_said_twice(self, edition: Edition) -> None:
        """All of the Internet may be the users, on purpose."""
        text = (
            'external-network-services = ["0.0.0.0/0", "::/0"]\n'
            'controller = ["10.0.0.1"]\nshared = ["0.0.0.0/0", "::/0"]'
        )
        site = loads_inventory(text, edition=edition)
        assert site.of("external-network-services", 6) == (ip_network("::/0"),)

    def test_not_by_itself(self) -> None:
        """Nor when only something else is shared."""
        found = fault('aws = ["0.0.0.0/0"]\nshared = ["10.0.0.0/8"]')
        assert "unless `shared` lists 0.0.0.0/0 too" in found.expected

    @pytest.mark.parametrize("role", ["controller", "service-engine"])
    def test_never_the_product(self, role: str) -> None:
        """Its own addresses are known."""
        found = fault(f'{role} = ["::/0"]\nshared = ["::/0"]')
        assert found.expected == "a network that is not all addresses"


class TestFaults:
    """All that is wrong, at once, with its path."""

    def test_all_at_once(self) -> None:
        """A wrong key does not hide a wrong address, nor an overlap."""
        found = faults(
            'SE = ["10.0.0.1"]\n'
            'controller = ["10.10.1.7/24", "www.example.com", 3]\n'
            'dns-server = []\nntp-server = "10.3.3.3"\n'
            'external-entities = ["10.3.3.3"]\n'
            'aws = ["10.7.0.1"]\nazure = ["10.7.0.1"]\n'
        )
        assert [each.path for each in found] == [
            "SE",
            "controller[0]",
            "controller[1]",
            "controller[2]",
            "dns-server",
            "ntp-server",
            "external-entities",
            "azure[0]",
        ]

    @pytest.mark.parametrize(
        ("key", "nearest"),
        [
            ("SE", "service-engine"),
            ("Controller", "controller"),
            ("contoller", "controller"),
            ("cluster_ip", "cluster-ip"),
            ("nothing-like-it-at-all", None),
        ],
    )
    def test_unknown_endpoints(self, key: str, nearest: str | None) -> None:
        """With the id that a name, an alias or a slip stands for."""
        found = fault(f'{key} = ["10.0.0.1"]')
        assert found.path == key
        assert found.nearest == nearest

    def test_groups(self) -> None:
        """A group is several endpoints, each with its own addresses."""
        found = fault('external-entities = ["10.0.0.1"]')
        assert found.got.startswith("a group")

    def test_no_toml(self) -> None:
        """The reader of TOML says where."""
        assert fault("controller = [").expected == "valid TOML"

    @pytest.mark.parametrize(
        "value", ["[]", "3", "true", "{}", '"10.0.0.1"', "1979-05-27"]
    )
    def test_wrong_types(self, value: str) -> None:
        """A role has a list: nothing else is taken for one."""
        assert fault(f"aws = {value}").expected.startswith("a list of")


class TestHostileSizes:
    """Bounded, so that a reader's time is."""

    def test_addresses(self) -> None:
        """More than any site has is not looked at one by one."""
        many = ", ".join(['"x"'] * 100_001)
        found = fault(f"aws = [{many}]")
        assert found.expected == "at most 100000 addresses in all"

    def test_shared(self) -> None:
        """The same for what is shared."""
        many = ", ".join(['"x"'] * 1001)
        assert fault(f"shared = [{many}]").path == "shared"

    def test_unknown_keys(self) -> None:
        """A nearest name is sought for some of them."""
        text = "\n".join(f"kontroller{n} = 1" for n in range(150))
        near = [each.nearest for each in faults(text)]
        assert near == ["controller"] * 100 + [None] * 50

    def test_long_keys(self) -> None:
        """A message does not repeat a megabyte."""
        assert len(str(fault(f"{'x' * 10**6} = 1"))) < 300


def make(**fields: Any) -> Inventory:
    """Return an inventory that is made, not read."""
    return Inventory(**{"addresses": {}, **fields})


HOST = ip_network("10.0.0.1/32")


class TestMaking:
    """A program's own inventory is held to the same rules."""

    @pytest.mark.parametrize(
        "fields",
        [
            {"addresses": 3},
            {"addresses": {3: (HOST,)}},
            {"addresses": {"Aws": (HOST,)}},
            {"addresses": {"aws": ()}},
            {"addresses": {"aws": "10.0.0.1"}},
            {"addresses": {"aws": ("10.0.0.1",)}},
            {"addresses": {"aws": (ip_network("127.0.0.0/8"),)}},
            {"addresses": {"aws": (ip_network("0.0.0.0/0"),)}},
            {"addresses": {"aws": (HOST,), "azure": (HOST,)}},
            {"addresses": {"controller": (HOST,), "azure": (HOST,)}},
            {"cluster_ip": ("10.0.0.1",)},
            {"cluster_ip": (ip_address("10.0.0.1"),) * 2},
            {"cluster_ip": (ip_address("fe80::1%eth0"),)},
            {"cluster_ip": (ip_address("::ffff:10.0.0.1"),)},
            {"cluster_ip": "10.0.0.1"},
            {
                "addresses": {"controller": (HOST,)},
                "cluster_ip": (ip_address("10.0.0.1"),),
            },
            {"cluster_ip_is_destination": True},
            {"cluster_ip_is_destination": 1},
            {"shared": "10.0.0.1"},
            {"shared": ("10.0.0.1",)},
        ],
    )
    def test_is_refused(self, fields: dict[str, Any]) -> None:
        """What a file could not say cannot be made either."""
        with pytest.raises(InvalidDataError):
            make(**fields)

    def test_lists_will_do(self) -> None:
        """They are kept as tuples, collapsed and in order."""
        site = make(
            addresses={
                "aws": [ip_network("10.0.0.1/32"), ip_network("10.0.0.0/32")],
            },
            cluster_ip=[ip_address("10.9.9.9")],
        )
        assert dict(site.addresses) == {"aws": (ip_network("10.0.0.0/31"),)}

    def test_nothing_changes_it(self) -> None:
        """Nor what it was made from."""
        source: dict[str, Any] = {"aws": [HOST]}
        site = make(addresses=source)
        source["aws"].append(ip_network("10.0.0.9/32"))
        assert site.of("aws", 4) == (HOST,)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            site.addresses["aws"] = ()  # type: ignore[index]
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            site.shared = ()  # type: ignore[misc]

    def test_is_a_value(self) -> None:
        """Equal ones are equal, hashed, copied and pickled as such."""
        one, other = (make(addresses={"aws": [HOST]}) for _ in range(2))
        assert one == other
        assert hash(one) == hash(other)
        assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
