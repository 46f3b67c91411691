"""Every platform's output, read back by somebody else.

For each platform there is a reader, written from the platform's reference
and apart from the writer. What it finds open is what the neutral rules say:
no packet more, and none less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import ip_network
from typing import get_args

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from rules_examples import fitting, rendered
from rules_openings import (
    ALL_PORTS,
    EVERYWHERE,
    Nature,
    Network,
    Opening,
    any_packet,
    boxes,
    expected,
    judged,
    within,
)
from rules_readers_cloud import (
    Members,
    outside,
    read_aws_cloudformation,
    read_aws_terraform,
    read_azure_arm,
    read_azure_terraform,
    read_csv,
    read_gcp_terraform,
    read_kubernetes,
    read_nsx_t,
    read_openstack_heat,
)
from rules_readers_linux import read_ip6tables, read_iptables, read_nftables
from rules_readers_network import (
    read_arista,
    read_cisco,
    read_ciscoasa,
    read_fortigate,
    read_juniper,
    read_paloalto,
    read_srx,
)
from rules_sites import sites

from avi_portspec import Edition, loads_inventory, strategies
from avi_portspec.errors import CannotExpressError
from avi_portspec.model.protocols import ICMP, TCP, UDP
from avi_portspec.names import KEBAB_ID, Hook, LastLine, Scope
from avi_portspec.rules.neutral import Rule
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import options_of, render, write
from avi_portspec.rules.ruleset import RuleSet, rule_set

#: The clouds whose machines can be in the groups of a platform; in those of
#: the others can be any.
HOMES: dict[str, set[str]] = {
    "aws": {"aws"},
    "azure": {"azure"},
    "gcp": {"gcp"},
    "kubernetes": {"kubernetes", "openshift"},
    "openstack": {"openstack"},
}

Reader = Callable[[str], list[Opening]]

LINUX: dict[str, tuple[Callable[[str, str], list[Opening]], Nature]] = {
    "ip6tables": (read_ip6tables, "tracked"),
    "iptables": (read_iptables, "tracked"),
    "nftables": (read_nftables, "tracked"),
}
NETWORK: dict[str, tuple[Reader, Nature]] = {
    "arista": (read_arista, "stateless"),
    "cisco": (read_cisco, "stateless"),
    "ciscoasa": (read_ciscoasa, "stateful"),
    "fortigate": (read_fortigate, "stateful"),
    "juniper": (read_juniper, "stateless"),
    "paloalto": (read_paloalto, "stateful"),
    "srx": (read_srx, "stateful"),
}
CLOUDS: dict[str, Callable[[str, Members], list[Opening]]] = {
    "aws-cloudformation": read_aws_cloudformation,
    "aws-terraform": read_aws_terraform,
    "azure-arm": read_azure_arm,
    "azure-terraform": read_azure_terraform,
    "csv": read_csv,
    "gcp-terraform": read_gcp_terraform,
    "kubernetes": read_kubernetes,
    "nsx-t": read_nsx_t,
    "openstack-heat": read_openstack_heat,
}
USUAL = Options()
needs_aerleon = pytest.mark.skipif(
    find_spec("aerleon") is None,
    reason="aerleon is absent: pip install --group platforms",
)


def spoken(rules: RuleSet, platform: str) -> Sequence[Rule]:
    """Return the rules that are of the family that a platform speaks."""
    only = {"iptables": 4, "ip6tables": 6}.get(platform)
    return [r for r in rules.rules if only in (None, r.family)]


#: Errors that a list without state lets through, by family: type and codes
#: (RFC 792, RFC 1191, RFC 4443); and neighbour discovery (RFC 4861).
ERRORS = {4: [(3, (4, 4)), (11, ALL_PORTS), (12, ALL_PORTS)],
          6: [(2, ALL_PORTS), (3, ALL_PORTS), (4, ALL_PORTS)]}  # fmt: skip
DISCOVERY = (133, 136)


def expected_network(
    rules: RuleSet, nature: Nature, options: Options = USUAL
) -> list[Opening]:
    """Return what has to be open on a device of some nature."""
    found = expected(rules.rules, nature)
    ours = [*own_networks(rules)]
    families = {n.version for n in ours} | {r.family for r in rules.rules}
    if options.scope == "all":
        found += judged(EVERYWHERE)
    else:
        found += judged(ours)
        if options.last_line == "permit":
            found += (
                each
                for each in any_packet("rest")
                if each.source.version in families
            )
    if nature == "stateless":
        _, six = ([each] for each in EVERYWHERE)
        if options.scope == "all":
            found += boxes(six, six, 58, [DISCOVERY])
        else:
            found += boxes(six, ours, 58, [DISCOVERY])
            found += boxes(ours, six, 58, [DISCOVERY])
        for own in own_networks(rules) if options.icmp_errors else ():
            for kind, codes in ERRORS[own.version]:
                number = {4: 1, 6: 58}[own.version]
                found += boxes(
                    EVERYWHERE, [own], number, [(kind, kind)], [codes]
                )
    return found


def check(
    rules: RuleSet,
    platform: str,
    read: Reader,
    nature: Nature,
    options: Options = USUAL,
) -> None:
    """Claim that what is read is what was meant."""
    found = read(rendered(rules, platform, options))
    meant = expected_network(rules, nature, fitting(platform, options))
    assert within(found, meant), f"{platform} opens more"
    assert within(meant, found), f"{platform} opens less"


def own_networks(rules: RuleSet) -> Iterator[Network]:
    """Yield the addresses of the product's own roles."""
    for endpoint in rules.resolution.edition.endpoints:
        if endpoint.kind in ("component", "platform"):
            yield from rules.inventory.addresses.get(endpoint.id, ())
    yield from map(ip_network, rules.inventory.cluster_ip)


def links(own: Iterable[Network]) -> list[Opening]:
    """Return what an interface of the product needs of its link.

    Neighbour discovery, and DHCP as a client: of what has such an address.
    """
    own = [*own]
    four, six = ([each] for each in EVERYWHERE)
    return [
        *boxes(six, own, 58, [DISCOVERY]),
        *boxes(own, six, 58, [DISCOVERY]),
        *boxes(four, own, 17, [(68, 68)], [(67, 67)]),
        *boxes(own, four, 17, [(67, 67)], [(68, 68)]),
    ]


def besides(hook: str, place: Hook) -> Iterator[Opening]:
    """Yield what has to pass at a hook whatever the rules are."""
    if place == "forward":
        return
    four, six = ([each] for each in EVERYWHERE)
    local = [ip_network("fe80::/10")]
    yield from boxes(six, six, 58, [(133, 136)], kind="neighbour")
    for kinds in ((130, 132), (143, 143)):
        yield from boxes(local, six, 58, [kinds], kind="neighbour")
    if hook != "input":
        yield from boxes(four, four, 17, [(67, 67)], [(68, 68)])
        yield from boxes(local, six, 17, [(547, 547)], [(546, 546)])
    if hook != "output":
        yield from boxes(four, four, 17, [(68, 68)], [(67, 67)])
        yield from boxes(six, local, 17, [(546, 546)], [(547, 547)])
    if hook != "forward":
        yield from any_packet("loopback")


def expected_linux(
    rules: RuleSet, platform: str, options: Options, hook: str
) -> list[Opening]:
    """Return what has to be open at a hook."""
    only = {"iptables": 4, "ip6tables": 6}.get(platform)
    own = own_networks(rules) if options.scope == "product" else EVERYWHERE
    return [
        each
        for each in (
            *expected(rules.rules, LINUX[platform][1]),
            *judged(own),
            *besides(hook, options.hook),
        )
        if only in (None, each.source.version)
        and (options.icmp_errors or each.kind != "related")
    ]


def check_linux(
    rules: RuleSet, platform: str, options: Options, hook: str
) -> None:
    """Claim that what is read at a hook is what was meant."""
    found = LINUX[platform][0](render(rules, platform, options), hook)
    meant = expected_linux(rules, platform, options, hook)
    assert within(found, meant), f"{platform} opens more"
    assert within(meant, found), f"{platform} opens less"


NAMES = st.none() | st.from_regex(KEBAB_ID, fullmatch=True).map(
    lambda name: name[:16].rstrip("-")
)
NAMED = st.builds(Options, name=NAMES)
NETWORK_OPTIONS = st.builds(
    Options,
    name=NAMES,
    scope=st.none() | st.sampled_from(get_args(Scope)),
    last_line=st.none() | st.sampled_from(get_args(LastLine)),
    icmp_errors=st.none() | st.booleans(),
)
ALL_OPTIONS = st.builds(
    Options,
    name=NAMES,
    scope=st.sampled_from(get_args(Scope)),
    hook=st.sampled_from(get_args(Hook)),
    icmp_errors=st.booleans(),
)


class TestLinux:
    """nftables, iptables and ip6tables."""

    @given(rules=sites(), options=ALL_OPTIONS)
    def test_what_is_read_is_what_was_meant(
        self, rules: RuleSet, options: Options
    ) -> None:
        """For any edition, deployment and inventory, or it is refused."""
        event(f"rules: {min(len(rules.rules), 5)}, {options.hook}")
        hooks = ("input", "output") if options.hook == "host" else ("forward",)
        for platform in LINUX:
            headers = any(
                r.protocol.number in (0, 43, 44, 51, 60) and r.family == 6
                for r in spoken(rules, platform)
            )
            if headers:
                # The kernel skips them to find the protocol.
                with pytest.raises(CannotExpressError):
                    render(rules, platform, options)
            else:
                for hook in hooks:
                    check_linux(rules, platform, options, hook)


@needs_aerleon
class TestNetwork:
    """What is written through aerleon."""

    @given(rules=sites(), options=NETWORK_OPTIONS)
    def test_what_is_read_is_what_was_meant(
        self, rules: RuleSet, options: Options
    ) -> None:
        """For any edition, deployment and inventory, or it is refused."""
        usual = all(r.protocol in (TCP, UDP, ICMP) for r in rules.rules)
        four = all(r.family == 4 for r in rules.rules)
        event(f"usual protocols: {usual}, rules: {min(len(rules.rules), 5)}")
        for platform, (read, nature) in NETWORK.items():
            may_refuse = not usual or (platform == "ciscoasa" and not four)
            try:
                check(rules, platform, read, nature, options)
            except CannotExpressError:
                if not may_refuse:
                    raise


class TestClouds:
    """Groups and policies of clouds, and the table."""

    @given(rules=sites(), options=NAMED)
    def test_what_is_read_is_what_was_meant(
        self, rules: RuleSet, options: Options
    ) -> None:
        """For any edition, deployment and inventory, or it is refused."""
        event(f"rules: {min(len(rules.rules), 5)}")
        for platform in CLOUDS:
            name = options.name if "name" in options_of(platform) else None
            its = Options(name=name, partial=True)
            try:
                written = write(rules, platform, its)
            except CannotExpressError as e:
                event(f"{platform} refused: {e.reason[:60]}")
                continue
            whole = len(written.rules.rules) == len(rules.rules)
            event(f"{platform} written: {whole}")
            check_cloud(written.rules, platform, written.text, its)

    @pytest.mark.parametrize("platform", CLOUDS)
    def test_what_one_cloud_needs_is_read_so(
        self, edition: Edition, platform: str
    ) -> None:
        """Where two clouds need different ports of the Service Engines."""
        site = loads_inventory(
            'controller = ["10.10.1.11"]\nesxi-host = ["10.30.0.0/24"]\n'
            'external-network-services = ["192.0.2.0/24"]\n'
            'aws = ["198.51.100.0/24"]\n[service-engine]\n'
            'aws = ["10.20.0.0/25"]\nvcenter = ["10.20.0.128/25"]\n',
            edition=edition,
        )
        rules = rule_set(edition.resolve(("aws", "vcenter")), site)
        assert rules.parts
        written = write(rules, platform, Options(partial=True))
        check_cloud(written.rules, platform, written.text)
        left = {r.id for r in rules.rules} - {
            r.id for r in written.rules.rules
        }
        # No group on AWS has a member on vCenter.
        part = "service-engine-in-vcenter"
        elsewhere = {f"{part}-to-{part}-tcp-ipv4"}
        assert left == (elsewhere if platform.startswith("aws") else set())


class TestHostileNames:
    """Editions whose titles, names and reasons hold any character."""

    @given(rules=sites(strategies.editions()))
    def test_what_is_read_is_what_was_meant(self, rules: RuleSet) -> None:
        """No text of an edition is read as syntax."""
        event(f"rules: {min(len(rules.rules), 5)}")
        for platform in LINUX:
            with suppress(CannotExpressError):
                check_linux(rules, platform, Options(), "forward")
        for platform, (read, nature) in NETWORK.items():
            if find_spec("aerleon") is None:
                continue
            with suppress(CannotExpressError):
                check(rules, platform, read, nature)
        for platform in ("aws-terraform", "csv", "nsx-t", "openstack-heat"):
            with suppress(CannotExpressError):
                check_cloud(rules, platform, render(rules, platform))


def pieces(
    network: Network, role: str, rules: RuleSet, members: Members
) -> Iterator[tuple[Network, bool]]:
    """Yield a side of a rule, cut into what has groups and what has none.

    A host of another role that is in the product's network as well passes
    where its own group allows it.
    """
    endpoint = rules.resolution.edition.endpoints[
        rules.parts.get(role, role)  # type: ignore[call-overload]
    ]
    if endpoint.kind in ("component", "platform"):
        for each in members.governed:
            if each.version == network.version and each.overlaps(network):
                yield max(each, network, key=lambda n: n.prefixlen), True
    for each in outside(network, members.governed):
        yield each, False


def check_cloud(
    rules: RuleSet, platform: str, text: str, options: Options = USUAL
) -> None:
    """Claim that what is read is what was meant.

    A host in two roles passes where its group allows it, on both ends: what
    a wider role may do is no right of a group's member.
    """
    members = Members(rules, options.name)
    own = {
        endpoint.id
        for endpoint in rules.resolution.edition.endpoints
        if endpoint.kind in ("component", "platform")
        and endpoint.id in rules.inventory.addresses
    }
    deployed = rules.resolution.deployment.clouds
    homes = HOMES.get(platform.partition("-")[0])
    if homes is not None:
        # What has no orchestrator runs on what does have these groups.
        is_home = not homes.isdisjoint(deployed)
        members.clouds = {*homes, *(() if is_home else deployed)}
    roles = [options.label(role) for role in sorted(own)]
    members.governed = [n for role in roles for n in members.of(role)]
    found = CLOUDS[platform](text, members)
    meant = expected(rules.rules, "stateful")
    if platform == "nsx-t":
        meant += links(own_networks(rules))
        assert within(links(own_networks(rules)), found), "no links"
    assert within(found, meant), f"{platform} opens more"
    apart = [
        Opening(s, d, *each[2:])
        for rule in rules.rules
        for each in expected([rule], "stateful")
        for s, by_source in pieces(each.source, rule.source, rules, members)
        for d, by_target in pieces(
            each.destination, rule.destination, rules, members
        )
        if by_source or by_target
    ]
    assert within(apart, found), f"{platform} opens less"
