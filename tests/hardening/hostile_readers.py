"""Every reader of the package, and what to throw at it.

Not a test: tests and the fuzzer share it. ``python hostile_readers.py READER
NAME`` reads one bomb, for a test that bounds the memory of that process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import avi_portspec
from avi_portspec.audit import readers as audit_readers
from avi_portspec.errors import PortSpecError
from avi_portspec.ledger.fragments import from_html, from_text
from avi_portspec.model.conditions import Condition
from avi_portspec.rules.inventory import loads_inventory
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import json_table

EDITION: Final = avi_portspec.load("vantage-undated")


def condition(text: str | bytes) -> Any:
    """Return the condition in JSON."""
    return read(json_table(text, "condition"), Condition, "condition")


def overlaid(text: str | bytes) -> Any:
    """Return the edition with the overlay in TOML."""
    return EDITION.overlay(_text(text) + "\n")


def page(reader: Callable[[str], Any]) -> Callable[[str | bytes], Any]:
    """Return a reader of pages that compares what it has read."""

    def fragments(text: str | bytes) -> Any:
        return [each.sha256 for each in reader(_text(text))]

    return fragments


def audited(name: str) -> Callable[[str | bytes], Any]:
    """Return a reader of rules that exist, which loses none of them."""

    def existing(text: str | bytes) -> Any:
        data = text
        if isinstance(text, str):
            data = text.encode("utf-8", "surrogatepass")
        assert isinstance(data, bytes)
        found = audit_readers.read(data, "file", format=name)
        # What is misplaced is refused, and what was read is all there is.
        assert found.read + len(found.unread) == found.units
        return found

    return existing


def _text(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    return text.decode("utf-8", "replace")


#: Each reader, by name.
READERS: Final[dict[str, Callable[[str | bytes], Any]]] = {
    "edition-toml": avi_portspec.loads_toml,
    "edition-json": avi_portspec.loads,
    "overlay": overlaid,
    "deployment": lambda text: avi_portspec.loads_deployment(
        text, edition=EDITION
    ),
    "condition": condition,
    "inventory": lambda text: loads_inventory(text, edition=EDITION),
    "page-text": page(from_text),
    "page-html": page(from_html),
    # HCL is read in a process of its own, which may not even be there.
    **{
        f"audit-{name}": audited(name)
        for name in audit_readers.readers()
        if name != "terraform"
    },
}
TOML: Final = ("edition-toml", "overlay", "deployment", "inventory")
JSON: Final = ("edition-json", "condition")
PAGES: Final = ("page-text", "page-html")
AUDIT: Final = tuple(name for name in READERS if name.startswith("audit-"))


def audit_examples() -> dict[str, str]:
    """Return a sound text for each reader of rules that exist."""
    group = {
        "GroupId": "sg-1",
        "GroupName": "a",
        "IpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                "UserIdGroupPairs": [{"GroupId": "sg-1"}],
            }
        ],
    }
    azure = {
        "name": "a",
        "direction": "Inbound",
        "access": "Allow",
        "priority": 100,
        "protocol": "Tcp",
        "sourceAddressPrefixes": ["10.0.0.0/8", "VirtualNetwork"],
        "destinationPortRange": "22-23",
    }
    gcp = {
        "kind": "compute#firewall",
        "name": "a",
        "network": "x/y",
        "direction": "INGRESS",
        "sourceTags": ["a"],
        "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
    }
    neutron = {
        "id": "a",
        "direction": "ingress",
        "ethertype": "IPv4",
        "protocol": "icmp",
        "port_range_min": 8,
        "remote_group_id": "b",
    }
    tcp = {"payload": {"protocol": "tcp", "field": "dport"}}
    expressions = [
        {"match": {"op": "==", "left": tcp, "right": {"set": [22, 23]}}},
        {"jump": {"target": "b"}},
    ]
    place = {"family": "inet", "table": "t"}
    nft = [
        {"chain": {**place, "name": "a", "hook": "input", "policy": "drop"}},
        {"chain": {**place, "name": "b"}},
        {"rule": {**place, "chain": "a", "handle": 1, "expr": expressions}},
        {"rule": {**place, "chain": "b", "handle": 2, "expr": [
            {"accept": None}]}},
    ]  # fmt: skip
    entry = {
        "resource_type": "L4PortSetServiceEntry",
        "l4_protocol": "TCP",
        "destination_ports": ["22"],
    }
    nsx = [
        {"resource_type": "SecurityPolicy", "id": "a", "rules": [
            {"id": "b", "action": "ALLOW", "services": ["/s/x"],
             "source_groups": ["/g/y"], "scope": ["/g/y"]}]},
        {"resource_type": "Service", "id": "x", "service_entries": [entry]},
        {"resource_type": "Group", "id": "y", "expression": [
            {"resource_type": "IPAddressExpression",
             "ip_addresses": ["10.0.0.1"]}]},
    ]  # fmt: skip
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_security_group.a", "mode": "managed",
             "type": "aws_security_group", "values": {"ingress": [
                 {"protocol": "tcp", "from_port": 1, "to_port": 2,
                  "cidr_blocks": ["10.0.0.0/8"]}]}}]}},
        "resource_changes": [
            {"address": "aws_security_group.a",
             "change": {"after_unknown": {"egress": True}}}],
    }  # fmt: skip
    save = (
        "*filter\n:INPUT DROP [0:0]\n:a - [0:0]\n"
        "-A INPUT -p tcp -m multiport --dports 22,80:90 -j a\n"
        "-A INPUT ! -i lo -m state --state ESTABLISHED -j ACCEPT\n"
        "-A a -s ADDRESS -j RETURN\n-A a -j ACCEPT\nCOMMIT\n"
    )
    cells = ("source", "destination", "protocol", "port")
    row = ("Controller<br>SE", "10.0.0.1", "TCP/UDP", "22, 80-90")
    return {
        "audit-aws": json.dumps({"SecurityGroups": [group]}),
        "audit-azure": json.dumps([{"name": "a", "securityRules": [azure]}]),
        "audit-csv": f"{','.join(cells)}\na,b,tcp,\"22, 23\"\n",
        "audit-docker": "docker run -p 1:2/udp -p 3 \\\n --name x y\n",
        "audit-gcp": json.dumps([gcp]),
        "audit-heat": (
            "heat_template_version: 1\nparameters: {p: {default: 22}}\n"
            "resources:\n  a:\n    type: OS::Neutron::SecurityGroup\n"
            "    properties:\n      rules:\n"
            "        - {protocol: tcp, port_range_min: {get_param: p}}\n"
        ),
        "audit-html": (
            f"<table><tr><th>{'<th>'.join(cells)}<tr><td rowspan=2>"
            f"{'<td>'.join(row)}<tr><td>b<td>udp<td>53</table>"
        ),
        "audit-ip6tables": save.replace("ADDRESS", "fd00::/8"),
        "audit-iptables": save.replace("ADDRESS", "10.0.0.0/8"),
        "audit-kubernetes": (
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
            "metadata: {name: a}\nspec:\n  podSelector: {}\n  ingress:\n"
            "    - from: [{ipBlock: {cidr: 10.0.0.0/8, except: "
            "[10.0.0.0/9]}}]\n      ports: [{port: 22}, {port: x}]\n"
        ),
        "audit-markdown": (
            f"|{'|'.join(cells)}|\n|---|---|---|---|\n|{'|'.join(row)}|\n"
        ),
        "audit-nftables": json.dumps({"nftables": nft}),
        "audit-nsx": json.dumps({"resource_type": "Infra", "children": nsx}),
        "audit-openstack": json.dumps({"security_group": {
            "id": "a", "security_group_rules": [neutron]}}),
        "audit-terraform-plan": json.dumps(plan),
    }  # fmt: skip


def examples() -> dict[str, str]:
    """Return a sound text for each reader."""
    folder = Path(avi_portspec.__file__).parent / "data"
    cells = "".join(
        f"<tr><td>{flow.source}<td>{flow.destination}</tr>"
        for flow in EDITION.flows[:5]
    )
    return {
        "edition-toml": (folder / "030-vantage-undated.toml").read_text(
            "utf-8"
        ),
        "edition-json": avi_portspec.dumps(EDITION),
        "overlay": (
            'id = "site"\ntitle = "Site"\n'
            '[[endpoints]]\nid = "proxy"\nname = "Proxy"\n'
            'kind = "service"\n'
            '[[flows]]\nid = "proxied"\nsource = "controller"\n'
            'destination = "proxy"\nprotocols = ["tcp"]\nports = [3128]\n'
            'purpose = "Updates."\n'
            '[[changes]]\nflow = "external-to-controller-https"\n'
            'ports = [{low = 9443, high = 9444}]\nreason = "It moved."\n'
        ),
        "deployment": avi_portspec.dumps_deployment(
            avi_portspec.preset("aws", services={"dns", "ntp"})
        ),
        "condition": (
            '{"all": [{"facet": "cloud", "values": ["aws"]}, {"unless": '
            '{"any": [{"facet": "feature", "values": ["cli-shell"]}, '
            '{"facet": "cloud", "values": ["gcp"], "unstated": ["azure"]}'
            "]}}]}"
        ),
        "inventory": (
            'controller = ["10.0.0.1", "fd00::1"]\n'
            'service-engine = ["10.1.0.0/24"]\ncluster-ip = "10.0.0.9"\n'
            'cluster-ip-is-destination = true\nshared = ["10.2.0.0/24"]\n'
        ),
        "page-text": (
            "Ports\nThese are used:\n| A | B |\n|---|---|\n| TCP | 22 |\n"
            "- One. Two.\n-\nThree\nfour.\nThe end.\n"
        ),
        "page-html": (
            "<!doctype html><html><head><style>p{}</style></head><h1>A"
            f"</h1><p>B &amp; C. D.</p><ul><li>E<br>F</ul><table>{cells}"
            "</table><!-- x --><script>y</script>"
        ),
        **audit_examples(),
    }


#: Texts that are small, or repeat something small very often.
MEGA: Final = 500_000
_DEEP: Final = 100_000


def bombs() -> dict[str, tuple[tuple[str, ...], str | bytes]]:
    """Return hostile texts by name, each with the readers that it is for."""
    every = (*TOML, *JSON, *PAGES, *AUDIT)
    extent = ",".join(["9999"] * 3000)
    counts = (
        f'overview = {{ rows = [{extent}] }}\nid = "a"\nformat = 1\n'
        'title = "a"\nproduct = "a"\nsections = []\nendpoints = []\n'
        'flows = []\nsource = {title = "a", location = "a"}\n'
    )
    nested = counts.replace(extent, "").replace("sections = []\n", "")
    values = ",".join(
        f'{{"id": "w{at}", "name": "w {at}"}}' for at in range(20_000)
    )
    words = ",".join(f'"v{at}"' for at in range(20_000))
    facets = (
        '{"facets": [{"id": "cloud", "name": "a", "clause": "{}", '
        f'"many": true, "values": [{values}]}}], "flows": [{{"when": '
        f'{{"facet": "cloud", "values": [{words}]}}}}]}}'
    )
    numbers = ",".join(map(str, range(1, 60000, 2)))
    return {
        "empty": (every, ""),
        "nul": (every, "\0" * 1000),
        "not-utf-8": (every, b"\xff\xfe\x80" * 1000),
        "mark-first": (every, "\ufeffa = 1"),
        "returns-alone": (every, "a = 1\rb = 2\r"),
        "surrogate": (every, 'a = "\ud800"'),
        "too-large": (every, "a" * (9 * 1024 * 1024)),
        "brackets": (every, "[" * _DEEP),
        "braces": (every, '{"a":' * _DEEP),
        "marks": (every, '"a' + "\u0301\u0323" * _DEEP),
        # TOML
        "inline-tables": (TOML, "a = " + "{a = " * _DEEP),
        "dotted-key": (TOML, ".".join("a" * _DEEP) + " = 1"),
        "dotted-table": (TOML, f"[{'.'.join('a' * _DEEP)}]"),
        "dotted-quoted": (TOML, ".".join(['"a"'] * _DEEP) + " = 1"),
        "long-string": (TOML, f'id = "{"x" * 2 * MEGA}"'),
        "long-text": (TOML, f'title = "{"x y" * 300_000}"'),
        "many-tables": (TOML, "[[flows]]\n" * 110_000),
        "many-keys": (
            TOML,
            "".join(f"key-{at} = 1\n" for at in range(30_000)),
        ),
        "decimal-number": (TOML, f"format = 1{'0' * MEGA}"),
        "hexadecimal-number": (TOML, f"format = 0x1{'0' * MEGA}"),
        "infinity": (TOML, "format = inf\nid = nan\n"),
        "key-twice": (TOML, 'id = "a"\nid = "b"\n'),
        "control": (TOML, 'id = "\\u0000\\u001b[31m"\n"\\u001b]0;x" = 1'),
        "turned-around": (TOML, 'title = "\u202etxt.exe"\n"\u2066" = 1'),
        "counts-that-multiply": (
            ("edition-toml",),
            counts,
        ),
        "sections-in-sections": (
            ("edition-toml",),
            nested
            + '[[sections]]\nid = "a0"\ntitle = "a0"\n'
            + "".join(
                f'[[sections]]\nid = "a{at}"\ntitle = "a{at}"\n'
                f'parent = "a{at - 1}"\n'
                for at in range(1, 20_000)
            ),
        ),
        "ports-that-multiply": (
            ("overlay",),
            'id = "a"\ntitle = "a"\n'
            + "".join(
                f'[[flows]]\nid = "{"abcdefgh"[at]}"\nsource = "controller"\n'
                'destination = "controller"\npurpose = "x"\n'
                'protocols = ["tcp", "udp", "sctp", "dccp", "udplite"]\n'
                f"ports = [{numbers}]\n"
                for at in range(3)
            ),
        ),
        "words": (
            ("deployment",),
            "clouds = [" + '"aws",' * 30_000 + "]",
        ),
        "different-words": (
            ("deployment",),
            "clouds = ["
            + "".join(f'"word-{at}",' for at in range(20_000))
            + "]",
        ),
        "different-changes": (
            ("overlay",),
            'id = "a"\ntitle = "a"\nchanges = ['
            + "".join(
                f'{{flow = "w{at}", ports = [1], reason = "a"}},'
                for at in range(20_000)
            )
            + "]",
        ),
        "values-by-values": (
            ("edition-json",),
            facets,
        ),
        "addresses": (
            ("inventory",),
            "controller = [" + '"10.0.0.0/8",' * 20_000 + "]",
        ),
        # JSON
        "many-records": (JSON, f'{{"flows": [{"{},".rstrip() * MEGA}{{}}]}}'),
        "lists": (JSON, f"[{'[],' * MEGA}1]"),
        "wide-condition": (
            ("condition",),
            '{"any": ['
            + '{"facet": "cloud", "values": ["a"]},' * 20_000
            + "{}]}",
        ),
        "deep-condition": (
            ("condition",),
            '{"unless": ' * 400 + "{}" + "}" * 400,
        ),
        "json-number": (JSON, f'{{"format": 1{"0" * MEGA}}}'),
        "json-exponent": (JSON, '{"format": 1e999999999, "id": -1e999}'),
        "json-constants": (JSON, '{"format": NaN, "id": Infinity}'),
        "json-twice": (JSON, '{"id": "a", "id": "b"}'),
        "json-surrogate": (JSON, '{"id": "\\ud800", "\\udfff": "\\u0000"}'),
        "json-null": (JSON, '{"id": null, "flows": null, "any": null}'),
        # Pages
        "headings": (PAGES, "a\n" * 60_000),
        "rule": (PAGES, "-" * MEGA + "x"),
        "bars": (PAGES, "|" * MEGA),
        "blanks": (PAGES, "a." + " " * MEGA + "b"),
        "less-than": (PAGES, "<" * 60_000),
        "comments": (PAGES, "<!--" * 60_000),
        "declarations": (PAGES, "<!a" * 60_000),
        "open-quotes": (PAGES, "<a '" * 60_000),
        "scripts": (PAGES, "<script>" * 60_000),
        "long-reference": (PAGES, f"&#{'9' * MEGA};&#x{'f' * MEGA};"),
        "half-reference": (PAGES, "&#xD800;&#0;&notanentity" * 1000),
        "ligatures": (PAGES, "\ufdfa" * 100_000),
    }


def survives(reader: str, text: str | bytes) -> str:
    """Read a text; return what came of it, if that is documented.

    Args:
        reader: Which reader.
        text: The text.
    """
    try:
        READERS[reader](text)
    except PortSpecError as wrong:
        # Whatever a terminal would act on is not in the message.
        said = str(wrong)
        assert all(line.isprintable() for line in said.split("\n")), said
        return type(wrong).__name__
    return "read"


def main() -> None:
    """Read the bombs that are named, a line of outcome each."""
    bounds = bombs()
    for name in sys.argv[2:]:
        readers, text = bounds[name]
        for reader in readers:
            if sys.argv[1] in {"all", reader}:
                outcome = survives(reader, text)
                sys.stdout.write(f"{name} {reader} {outcome}\n")


if __name__ == "__main__":
    main()
