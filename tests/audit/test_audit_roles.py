"""Which roles the parties of a file have."""

from __future__ import annotations

import json
import tomllib

import pytest
from audit_making import ANY, CONTROLLER, existing, into, networks, rule

from avi_portspec import Edition, InvalidDataError
from avi_portspec.audit import draft_roles, read_roles
from avi_portspec.audit import roles as roles_module
from avi_portspec.audit.model import (
    Group,
    Members,
    Networks,
    PrefixList,
    Tag,
    Unknown,
)
from avi_portspec.audit.roles import RoleMap, names_of_party, parties_of
from avi_portspec.audit.shares import Shares

TOML = """
together = [["sg-a", "sg-b"]]
[party]
"aws_security_group.avi[0]" = ["Controller"]
"10.20.0.0/16" = ["controller", "SE"]
"tag:avi-se" = ["Service Engine"]
"NSX ALB Controller*" = ["controller"]
"sg-?" = ["ntp-server"]
"203.0.113.0/24" = ["administrators"]
"ako" = ["ako"]
[not-filtered]
parties = ["external-network-services"]
"""


class TestReading:
    """From TOML, strictly."""

    def test_roles_go_by_any_of_their_names(self, edition: Edition) -> None:
        """Those of the edition first, then those that other sources name."""
        made = read_roles(tomllib.loads(TOML), "roles.toml", edition)
        assert made.roles_of(["AWS_security_group.AVI[0]"]) == ("controller",)
        assert made.roles_of(["aws_security_group.avi0"]) == ()
        assert made.roles_of(["10.20.0.0/16"]) == (
            "controller",
            "service-engine",
        )
        assert made.roles_of(["nsx alb controller berlin"]) == ("controller",)
        assert made.roles_of(["sg-1"]) == ("ntp-server",)
        assert made.roles_of(["sg-12"]) == ()
        assert made.roles_of(["203.0.113.0/24"]) == ("administrators",)
        assert made.roles_of(["x", "ako"]) == ("ako",)
        assert made.not_filtered == ("external-network-services",)
        assert made.together == (("sg-a", "sg-b"),)
        assert [str(network) for network, _ in made.networks] == [
            "10.20.0.0/16",
            "203.0.113.0/24",
        ]

    def test_all_faults_at_once(self, edition: Edition) -> None:
        """With the nearest names."""
        table = {
            "partys": {},
            "party": {
                "a": ["contoller"],
                "b": [],
                "c": "controller",
                "d": ["controller", 7],
                " e": ["controller"],
            },
            "not-filtered": {"party": ["x"], "parties": "x"},
            "together": [["a"], "b"],
        }
        with pytest.raises(InvalidDataError) as caught:
            read_roles(table, "roles.toml", edition)
        texts = [str(fault) for fault in caught.value.faults]
        assert [text.partition(":")[0] for text in texts] == [
            "partys",
            "party.a",
            "party.b",
            "party.c",
            "party.d[1]",
            "party",
            "not-filtered.party",
            "not-filtered.parties",
            "together[1]",
        ]
        assert "did you mean 'party'?" in texts[0]
        assert "did you mean 'Controller'?" in texts[1]
        assert "did you mean 'parties'?" in texts[6]

    def test_what_is_no_table(self, edition: Edition) -> None:
        """Is told so, and what is no list too."""
        table = {"party": [], "not-filtered": 1, "together": "sg-a"}
        with pytest.raises(InvalidDataError) as caught:
            read_roles(table, "roles.toml", edition)
        assert [fault.rule for fault in caught.value.faults] == [
            "record/not-a-table",
            "record/not-a-table",
            "list/not-a-list",
        ]

    def test_there_is_a_limit(
        self, edition: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On parties, which nobody reaches."""
        monkeypatch.setattr(roles_module, "_MOST", 1)
        table = {"party": {"a": ["controller"], "b": ["controller"]}}
        with pytest.raises(InvalidDataError, match="at most 1 parties"):
            read_roles(table, "roles.toml", edition)

    def test_a_party_has_a_role(self) -> None:
        """A map without one would say nothing."""
        with pytest.raises(InvalidDataError, match=r"party\.a"):
            RoleMap(parties={"a": ()})


class TestParties:
    """What a file calls them."""

    def test_each_kind_has_its_names(self) -> None:
        """The usual one first."""
        assert names_of_party(Group("sg-1")) == ("sg-1",)
        assert names_of_party(Group("sg-1", "avi")) == ("sg-1", "avi")
        assert names_of_party(PrefixList("pl-1")) == ("pl-1",)
        assert names_of_party(Tag("avi")) == ("tag:avi", "avi")
        assert names_of_party(Tag("tag:avi")) == ("tag:avi", "avi")
        assert names_of_party(Networks((), "dns")) == ("dns",)
        assert names_of_party(ANY) == ()
        assert names_of_party(networks("10.0.0.0/8")) == ()

    def test_each_is_found_once(self) -> None:
        """With all rules that name it; and "any" is nobody."""
        found = parties_of(
            [
                existing(
                    into(
                        CONTROLLER,
                        rule(ANY, Members(), "tcp/22", 1),
                        rule(networks("10.0.0.0/8"), CONTROLLER, "tcp/22", 2),
                        rule(networks("0.0.0.0/0"), CONTROLLER, "tcp/22", 3),
                        rule(Unknown("x", "y"), CONTROLLER, "tcp/22", 4),
                    )
                )
            ]
        )
        assert [*found] == ["sg-c", "10.0.0.0/8"]
        assert [*found["sg-c"][1]][:2] == ["rules.json:100", "rules.json:2"]


class TestNetworks:
    """The networks that the role map gives a role."""

    def test_what_is_part_of_another_is_none_of_its_own(self) -> None:
        """In the order of the role map, and whatever is nested how deep."""
        listed = (
            *("10.1.2.0/24", "192.0.2.0/24", "10.0.0.0/8", "10.1.0.0/16"),
            *("10.255.255.255/32", "fd00::/8", "fd00::/64", "::/128"),
        )
        roles = RoleMap(parties=dict.fromkeys(listed, ("controller",)))
        shares = Shares([], roles, lambda _: (), lambda _: ())
        assert [*map(str, shares.networks_of("controller"))] == [
            *("192.0.2.0/24", "10.0.0.0/8", "fd00::/8", "::/128"),
        ]


class TestDrafting:
    """A role map to be filled in."""

    def test_guesses_are_comments(self, edition: Edition) -> None:
        """So the draft maps nobody, and is TOML."""
        drafted = draft_roles(
            [
                existing(
                    into(
                        Group("avi-controller\u202e"),
                        rule(Group("x-SE-y", "\x1b[1m"), Members(), "any"),
                        rule(Group('"'), Members(), "any", 2),
                    )
                )
            ],
            edition,
        )
        assert read_roles(tomllib.loads(drafted), "x", edition) == RoleMap()
        assert drafted.isascii()
        lines = drafted.splitlines()[4:]
        assert lines == [
            '# "avi-controller\\u202e" = ["controller"]  # rules.json:100',
            '# "x-SE-y" = ["service-engine"]  # \\x1b[1m: rules.json:1',
            '# "\\"" = []  # rules.json:2',
        ]
        text = "\n".join(line.removeprefix("# ") for line in lines)
        made = tomllib.loads(text)
        assert made["avi-controller\u202e"] == ["controller"]

    @pytest.mark.parametrize(
        ("name", "roles"),
        [
            ("aws_security_group.ctl", []),
            ("aws_security_group.se[0]", ["service-engine"]),
            ("module.se.data.aws_security_group.x", ["service-engine"]),
            ("avi_controller", ["controller"]),
            ("NSX ALB SEs", ["service-engine"]),
            ("aws", ["aws"]),
        ],
    )
    def test_the_type_of_a_resource_is_no_name(
        self, edition: Edition, name: str, roles: list[str]
    ) -> None:
        """A security group of AWS is not AWS."""
        rules = rule(Group(name), Members(), "any")
        drafted = draft_roles([existing(into((), rules))], edition)
        assert f'"{name}" = {json.dumps(roles)} ' in drafted

    @pytest.mark.parametrize(
        ("name", "where"),
        [
            ("avi-controller", "avi-controller: rules.json:1"),
            (None, "rules.json:1"),
            # The id ends in it already.
            ("sg-0a1", "rules.json:1"),
        ],
    )
    def test_a_group_has_its_name_beside_its_id(
        self, edition: Edition, name: str | None, where: str
    ) -> None:
        """Nobody knows sg-0a1 by heart."""
        rules = rule(Group("/groups/sg-0a1", name), Members(), "any")
        drafted = draft_roles([existing(into((), rules))], edition)
        assert drafted.splitlines()[-1].partition("  # ")[2] == where

    def test_many_rules_are_counted(self, edition: Edition) -> None:
        """The first is named; what controls a terminal is spelt out."""
        rules = [rule(Group("a"), Members(), "any", n) for n in (1, 2, 3)]
        drafted = draft_roles([existing(into((), *rules))], edition)
        assert drafted.endswith('# "a" = []  # rules.json:1 and 2 more\n')
