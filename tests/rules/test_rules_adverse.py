"""What an attacker, or an accident, would put into the rules' sources."""

from __future__ import annotations

import json
from ipaddress import ip_network

import attrs
import pytest
from cloud_sites import rules_for

import avi_portspec
from avi_portspec.errors import InvalidDataError
from avi_portspec.model.flows import Endpoint
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import TCP
from avi_portspec.names import EndpointId
from avi_portspec.rules.comments import comment_lines
from avi_portspec.rules.inventory import Inventory, loads_inventory
from avi_portspec.rules.neutral import Rule
from avi_portspec.rules.platforms import render
from avi_portspec.rules.ruleset import RuleSet
from avi_portspec.rules.traffic import Ported

#: What iptables-restore reads at a time (its buffer has 10,240 bytes).
BUFFER = 10_239


class TestLongTexts:
    """A reader that takes a line in pieces runs the second piece."""

    @pytest.mark.parametrize("platform", ["iptables", "ip6tables"])
    def test_no_line_is_longer_than_what_is_read_at_a_time(
        self, platform: str
    ) -> None:
        """A long reason cannot begin a line of its own, wherever it is."""
        reason = "x" * BUFFER + "-A FORWARD -j ACCEPT"
        rules = rules_for()
        rules = attrs.evolve(
            rules,
            rules=tuple(
                attrs.evolve(rule, reasons=(reason,) * len(rule.flows))
                for rule in rules.rules
            ),
            omissions=tuple(
                attrs.evolve(omission, reason=reason)
                for omission in rules.omissions
            ),
        )
        text = render(rules, platform)
        assert max(map(len, text.splitlines())) < BUFFER
        assert "\n-A FORWARD -j ACCEPT" not in text

    def test_every_piece_is_a_comment(self) -> None:
        """Nothing of the text is lost, and an empty one is a line too."""
        pieces = list(comment_lines("a" * 20_500))
        assert [len(piece) for piece in pieces] == [10_202, 10_202, 102]
        assert all(piece.startswith("# a") for piece in pieces)
        assert list(comment_lines("")) == ["# "]


class TestReferences:
    """CloudFormation resolves what stands between two pairs of braces."""

    @pytest.mark.parametrize("count", range(2, 6))
    def test_no_number_of_braces_leaves_two(self, count: int) -> None:
        """Of three, too, the last two are parted."""
        edition = avi_portspec.load("vantage-undated")
        title = "{" * count + "resolve:ssm:secret" + "}}"
        rules = rules_for(
            edition=attrs.evolve(edition, title=title, aliases=())
        )
        text = render(rules, "aws-cloudformation")
        assert "resolve:ssm:secret" in json.dumps(json.loads(text)["Metadata"])
        assert "{{" not in text


def between_namesakes() -> RuleSet:
    """Return two rules whose roles spell the same in a row."""
    rules = rules_for()
    ids = [*map(EndpointId, ("x", "x-egress-y", "y-egress-z", "z"))]
    resolution = rules.resolution
    edition = attrs.evolve(
        resolution.edition,
        endpoints=[
            *resolution.edition.endpoints,
            *(
                Endpoint(id=name, name=f"Part {name}", kind="component")
                for name in ids
            ),
        ],
    )
    networks = {
        each: (ip_network(f"172.16.{at}.0/24"),) for at, each in enumerate(ids)
    }

    def rule(source: EndpointId, destination: EndpointId) -> Rule:
        return Rule(
            id=f"{source}-to-{destination}-tcp-ipv4",
            source=source,
            destination=destination,
            family=4,
            sources=networks[source],
            destinations=networks[destination],
            traffic=Ported(protocol=TCP, ports=(PortRange.of(22),)),
            flows=rules.rules[0].flows[:1],
            reasons=("A reason.",),
        )

    return attrs.evolve(
        rules,
        resolution=edition.resolve(resolution.deployment),
        inventory=Inventory(addresses=networks),
        rules=(rule(ids[0], ids[2]), rule(ids[1], ids[3])),
    )


class TestNamesakes:
    """Ids that read the same, one behind the other."""

    def test_no_rule_takes_the_place_of_another(self) -> None:
        """Heat has both rules at both their parts."""
        text = render(between_namesakes(), "openstack-heat")
        assert text.count("OS::Neutron::SecurityGroupRule") == 4


class TestLargeInventories:
    """What an inventory repeats costs little, and is told in part."""

    def test_pairs_that_overlap_are_told_up_to_a_number(self) -> None:
        """Nested networks have more of them than memory holds."""
        edition = avi_portspec.load("vantage-undated")
        again = ", ".join(['"10.0.0.1"'] * 2000)
        with pytest.raises(InvalidDataError) as caught:
            loads_inventory(f"controller = [{again}]", edition=edition)
        *told, last = caught.value.faults
        assert len(told) == 500
        assert last.got == "more than 500 that overlap"

    @pytest.mark.parametrize(
        ("shared", "fits"),
        [
            (["10.0.0.0/25", "10.0.0.128/25"], True),
            (["10.0.0.0/24", "10.0.0.64/26"], True),
            (["10.0.0.0/25", "10.0.0.192/26"], False),
            (["10.0.1.0/24"], False),
        ],
    )
    def test_what_is_shared_may_be_in_pieces(
        self, shared: list[str], *, fits: bool
    ) -> None:
        """They cover a network together, or one of them does, or none."""
        edition = avi_portspec.load("vantage-undated")
        text = (
            'dns-server = ["10.0.0.0/23"]\n'
            'aws = ["10.0.0.0/24"]\n'
            f"shared = {json.dumps(shared)}\n"
        )
        if fits:
            site = loads_inventory(text, edition=edition)
            assert len(site.shared) == 2
        else:
            with pytest.raises(InvalidDataError, match="no other endpoint"):
                loads_inventory(text, edition=edition)
