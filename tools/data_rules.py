"""Every rule that data can break, by the id that a fault carries.

This is about the rules that data must keep, not about firewall rules. A rule
has an id, one line that says what it demands, and a minimal example that
breaks it. An example is data: assignments to a small sound file of some kind
(:data:`FILES`), or an expression of Python where no file can break the rule.
The tests run every example, and the documentation prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Literal, NamedTuple, TypeAlias

__all__ = ["FILES", "RULES", "DataRule", "ExampleKind"]

#: What an example is an assignment to, or ``python`` for an expression.
ExampleKind: TypeAlias = Literal[
    "edition",
    "deployment",
    "overlay",
    "inventory",
    "ledger",
    "source",
    "python",
]


class DataRule(NamedTuple):
    """One rule that data must keep.

    Attributes:
        kind: What the example is.
        demand: What it demands, in a sentence.
        example: What breaks it: lines of ``path = value`` in JSON, or
            ``del path``; or an expression of Python.
    """

    kind: ExampleKind
    demand: str
    example: str


#: A small sound file of each kind, for examples to break. Overlays and
#: inventories are read for the edition; so is the ledger.
FILES: Final[Mapping[str, Mapping[str, Any]]] = {
    "edition": {
        "format": 1,
        "id": "example",
        "title": "An example",
        "product": "Avi Vantage",
        "source": {"title": "Ports", "location": "A shelf"},
        "facets": [
            {
                "id": "cloud",
                "name": "Clouds",
                "clause": "the cloud is {}",
                "many": True,
                "values": [
                    {"id": "aws", "name": "AWS"},
                    {"id": "gcp", "name": "GCP"},
                ],
            }
        ],
        "sections": [
            {"id": "first", "title": "First", "extent": {"rows": [1, 1, 1]}},
            {
                "id": "second",
                "title": "Second",
                "parent": "first",
                "extent": {"notes": [1]},
            },
        ],
        "endpoints": [
            {"id": "controller", "name": "Controller", "kind": "component"},
            {"id": "service-engine", "name": "Engine", "kind": "component"},
            {"id": "servers", "name": "Servers", "kind": "group"},
        ],
        "flows": [
            {
                "id": "engine-shell",
                "section": "first",
                "source": "service-engine",
                "destination": "controller",
                "protocols": ["tcp"],
                "ports": [22],
                "requirement": "required",
                "citation": {"section": "first", "place": "row", "number": 1},
            },
            {
                "id": "engine-portal",
                "section": "first",
                "source": "service-engine",
                "destination": "controller",
                "protocols": ["tcp"],
                "ports": [443],
                "requirement": "required",
                "citation": {"section": "first", "place": "row", "number": 2},
            },
        ],
        "exclusions": [
            {
                "id": "nothing-to-engine",
                "section": "first",
                "source": "controller",
                "destination": "service-engine",
                "text": "Not required.",
                "citation": {"section": "first", "place": "row", "number": 3},
            }
        ],
        "notes": [
            {
                "id": "shell-hint",
                "kind": "impact",
                "text": "Without it, no shell.",
                "qualifies": ["engine-shell"],
                "citation": {
                    "section": "second",
                    "place": "note",
                    "number": 1,
                },
            }
        ],
    },
    "deployment": {"clouds": ["aws"]},
    "overlay": {
        "id": "berlin",
        "title": "Site Berlin",
        "changes": [
            {"flow": "engine-portal", "ports": [9443], "reason": "It moved."}
        ],
    },
    "inventory": {
        "controller": ["10.0.0.1"],
        "service-engine": ["10.1.0.0/24"],
        "cluster-ip": "10.0.0.9",
    },
    "source": {
        "id": "guide",
        "title": "A guide",
        "publisher": "The vendor",
        "kind": "vendor-documentation",
        "seen": "part",
        "missing": ["Its second half."],
        "statements": [
            {
                "id": "guide-portal",
                "about": ["engine-portal"],
                "agreement": "agrees",
            },
            {"id": "guide-manager", "agreement": "adds"},
        ],
    },
    "ledger": {
        "edition": "example",
        "entries": [
            {
                "address": "first/heading",
                "sha256": "0" * 64,
                "claims": ["first"],
            },
            {
                "address": "first/row-1/cell-1",
                "sha256": "0" * 64,
                "claims": ["engine-shell"],
            },
            {
                "address": "first/row-2/cell-1",
                "sha256": "0" * 64,
                "claims": ["engine-portal"],
            },
            {
                "address": "first/row-3/cell-1",
                "sha256": "0" * 64,
                "claims": ["nothing-to-engine"],
            },
            {
                "address": "second/heading",
                "sha256": "0" * 64,
                "claims": ["second"],
            },
            {
                "address": "second/bullet-1/sentence-1",
                "sha256": "0" * 64,
                "claims": ["shell-hint"],
            },
        ],
    },
}


_edition: Final = partial(DataRule, "edition")
_deployment: Final = partial(DataRule, "deployment")
_overlay: Final = partial(DataRule, "overlay")
_inventory: Final = partial(DataRule, "inventory")
_ledger: Final = partial(DataRule, "ledger")
_source: Final = partial(DataRule, "source")
_python: Final = partial(DataRule, "python")

#: Every rule, by id: what it is about, a slash, and what is wrong.
RULES: Final[Mapping[str, DataRule]] = {
    # -- files and text ----------------------------------------------------
    "file/byte-order-mark": _python(
        "A file is UTF-8 without a byte order mark.",
        r'loads_deployment("\ufeffclouds = []")',
    ),
    "file/dotted-key": _python(
        "A key of TOML joins at most 32 words with dots.",
        'loads_deployment("a." * 32 + "a = 1")',
    ),
    "file/duplicate-key": _python(
        "A table has each key once.",
        """loads('{"id": "a", "id": "b"}')""",
    ),
    "file/not-finite": _python(
        "JSON has finite numbers only.",
        """loads('{"format": NaN}')""",
    ),
    "file/not-json": _python("A JSON file is valid JSON.", 'loads("{")'),
    "file/not-toml": _python(
        "A TOML file is valid TOML.", 'loads_deployment("clouds = [")'
    ),
    "file/not-yaml": _python(
        "A YAML file is valid YAML.", 'read_rules(b"kind: [", "a.yaml")'
    ),
    "file/not-utf-8": _python(
        "A file is text in UTF-8.", r'loads_deployment(b"\xff")'
    ),
    "file/other-kind": _python(
        "A file in the place of an edition or a deployment is one.",
        """loads('{"id": "berlin", "title": "Berlin", "changes": []}')""",
    ),
    "file/too-large": _python(
        "A file has at most 8,388,608 bytes.",
        'loads_deployment("#" * 9_000_000)',
    ),
    "file/too-many-faults": _python(
        "A file has at most 1,000 faults; the rest is not listed.",
        'loads_deployment("features = [" + "1," * 2_000 + "]")',
    ),
    "file/unknown-kind": _python(
        "A file has the keys of a deployment, an overlay or an edition.",
        """check("vlans = [1]")""",
    ),
    # -- tables, lists and single values -----------------------------------
    "record/missing-key": _edition(
        "A record has every required field.", "del flows[0].requirement"
    ),
    "record/not-a-table": _edition(
        "A record is a table of its fields.", 'flows[0] = "ssh"'
    ),
    "record/null": _edition(
        "A field without a value is left out, not null.",
        "flows[0].service = null",
    ),
    "record/too-many-keys": _python(
        "A table has at most 1,000 keys.",
        'loads_deployment("".join(f"k{n} = 1\\n" for n in range(1001)))',
    ),
    "record/unknown-key": _edition(
        "A record has no field but its own.", "flows[0].portz = [22]"
    ),
    "record/wrong-type": _python(
        "In Python, a nested record is of the field's type.",
        'Section(id="first", title="First", extent=3)',
    ),
    "list/not-a-list": _edition(
        "Several values are a list.", "flows[0].ports = 22"
    ),
    "list/not-a-word": _deployment(
        "A list of words holds strings.", "features = [1]"
    ),
    "list/repeated-item": _edition(
        "A list has each item once.", 'flows[0].protocols = ["tcp", "tcp"]'
    ),
    "list/too-long": _python(
        "A list has at most 100,000 items.",
        'loads_deployment("clouds = [" + "1," * 100_001 + "]")',
    ),
    "list/too-short": _edition(
        "A list has as many items as its field needs.",
        "flows[0].protocols = []",
    ),
    "text/not-a-line": _edition(
        "A text is one visible line, without spaces around it.",
        'title = " An example"',
    ),
    "text/too-long": _python(
        "A text has at most 10,000 characters.",
        'FacetValue(id="aws", name="A" * 10_001)',
    ),
    "id/duplicate": _edition(
        "No two records have an id, a name or an alias in common.",
        'flows[1].id = "engine-shell"',
    ),
    "id/form": _edition(
        "An id is in kebab-case.", 'flows[0].id = "Engine shell"'
    ),
    "id/too-long": _python(
        "An id has at most 200 characters.",
        'FacetValue(id="a" * 201, name="A")',
    ),
    "word/unknown": _edition(
        "A word is one of the words that its field knows.",
        'flows[0].requirement = "requird"',
    ),
    "number/out-of-range": _edition(
        "A number is an integer within its field's bounds.",
        "flows[0].citation.number = 0",
    ),
    "flag/not-true-or-false": _edition(
        "A flag is true or false.", 'facets[0].many = "yes"'
    ),
    "reference/dangling": _edition(
        "An id that a record refers to exists.", 'flows[0].source = "engin"'
    ),
    # -- protocols, ports and conditions -----------------------------------
    "protocol/number-of-a-name": _edition(
        "A protocol that has a name is given by it.",
        "flows[0].protocols = [6]",
    ),
    "protocol/unknown": _edition(
        "A protocol is a known name, or a number.",
        'flows[0].protocols = ["tpc"]',
    ),
    "port/backwards": _edition(
        "A range's last port is not below its first.",
        'flows[0].ports = [{"low": 23, "high": 22}]',
    ),
    "port/not-a-number": _edition(
        "A port is a number, or a table with low and high.",
        'flows[0].ports = ["22"]',
    ),
    "port/range-of-one": _edition(
        "A range of one port is written as that port.",
        'flows[0].ports = [{"low": 22, "high": 22}]',
    ),
    "port/zero": _edition(
        "Nothing listens on port 0.", "flows[0].ports = [0]"
    ),
    "condition/form": _edition(
        "A condition has one of its four forms.",
        'flows[0].when = {"cloud": "aws"}',
    ),
    "condition/stated-and-unstated": _edition(
        "A condition does not call one value both stated and unstated.",
        'flows[0].when = {"facet": "cloud", "values": ["aws"], '
        '"unstated": ["aws"]}',
    ),
    "condition/unstated-twice": _edition(
        "A condition that leaves every other value unstated lists none.",
        'flows[0].when = {"facet": "cloud", "values": ["aws"], '
        '"unstated": ["gcp"], "otherwise": "unstated"}',
    ),
    "condition/tests-nothing": _edition(
        "A condition within another one tests something.",
        'flows[0].when = {"unless": {"all": []}}',
    ),
    "condition/too-deep": _python(
        "Conditions stand at most 16 deep in one another.",
        "functools.reduce(lambda c, _: Unless(part=c), range(20), "
        'Match(facet="cloud", values=["aws"]))',
    ),
    # -- records of an edition ---------------------------------------------
    "edition/compiled": _python(
        "A compiled edition holds what its file holds.",
        'compiled("17.1", product="Another")',
    ),
    "edition/derived-field": _python(
        "What an edition works out itself is not given, or given rightly.",
        'attrs.evolve(load("16.2"), flows=[attrs.evolve(flow, '
        'notes=("other",)) for flow in load("16.2").flows])',
    ),
    "edition/file-name": _python(
        "A bundled edition's file is named after its id.",
        'built_in("17.1", "16.2")',
    ),
    "edition/format": _edition("The data's format is 1.", "format = 2"),
    "edition/not-a-web-address": _edition(
        "A page's address is one of the web.",
        'source.url = "javascript:alert(1)"',
    ),
    "facet/clause": _edition(
        "A facet's clause has one {} for the values.",
        'facets[0].clause = "the cloud is"',
    ),
    "facet/many": _edition(
        "Only the facet controller has one value at a time.",
        "facets[0].many = false",
    ),
    "facet/shared-name": _edition(
        "No two values of a facet have a name in common.",
        'facets[0].values[1].name = "AWS"',
    ),
    "facet/unknown-list": _edition(
        "A list of facets that is named is one of facets.toml.",
        'facets = "standart"',
    ),
    "flow/excluded": _edition(
        "No flow runs between endpoints that an exclusion excludes.",
        'exclusions[0].source = "service-engine"\n'
        'exclusions[0].destination = "controller"',
    ),
    "flow/icmp-types": _edition(
        "Only a flow of icmp or icmpv6 alone has ICMP types.",
        "flows[0].icmp_types = [8]",
    ),
    "flow/inferred-and-stated": _edition(
        "A field is either inferred or has a reading, not both.",
        'flows[0].inferred = [{"field": "ports", "reason": "Usual."}]\n'
        'flows[0].readings = [{"field": "ports", "reason": "Two."}]',
    ),
    "flow/needless-ports": _edition(
        "A protocol without ports is given none.",
        'flows[0].protocols = ["icmp"]',
    ),
    "flow/no-ports": _edition(
        "A protocol with ports is given some.", "del flows[0].ports"
    ),
    "flow/overlapping-ports": _edition(
        "A flow's port ranges have no port in common.",
        'flows[0].ports = [22, {"low": 20, "high": 30}]',
    ),
    "flow/port-in-id": _edition(
        "A flow's id says what it is for, not its port.",
        'flows[0].id = "engine-22"',
    ),
    "flow/reason-twice": _edition(
        "A field is explained once for one case.",
        'flows[0].inferred = [{"field": "ports", "reason": "One."}, '
        '{"field": "ports", "reason": "Two."}]',
    ),
    "flow/replaces-each-other": _edition(
        "Flows do not replace one another in a circle.",
        'flows[0].replaces = ["engine-portal"]\n'
        'flows[1].replaces = ["engine-shell"]',
    ),
    "flow/replaces-itself": _edition(
        "A flow does not replace itself.",
        'flows[0].replaces = ["engine-shell"]',
    ),
    "flow/replaces-other-endpoints": _edition(
        "A flow replaces flows between the same endpoints.",
        'flows[0].destination = "service-engine"\n'
        'flows[0].replaces = ["engine-portal"]',
    ),
    "flow/same-traffic": _edition(
        "No two flows of a section state the same traffic.",
        "flows[1].ports = [22]",
    ),
    "flow/too-many-pairs": _python(
        "An edition states at most 400,000 pairs of protocol and port.",
        "edition_of(flows=11)",
    ),
    "interface/cloud-without": _edition(
        "Every cloud has an interface, if any has.",
        'interfaces = [{"id": "aws", "cloud": "aws", "section": "first"}]',
    ),
    "interface/flow-without": _edition(
        "Every flow of an orchestrator has an interface, if any has.",
        'endpoints[0].kind = "orchestrator"\n'
        'interfaces = [{"id": "aws", "cloud": "aws", "name": "AWS", '
        '"section": "first", "flows": ["engine-shell"]}, '
        '{"id": "gcp", "cloud": "gcp", "section": "first"}]',
    ),
    "interface/no-name": _edition(
        "An interface that flows cover has a name.",
        'interfaces = [{"id": "aws", "cloud": "aws", "section": "first", '
        '"flows": ["engine-shell"]}, '
        '{"id": "gcp", "cloud": "gcp", "section": "first"}]',
    ),
    "interface/other-cloud": _edition(
        "A flow that covers an interface can apply on its cloud.",
        'flows[0].when = {"facet": "cloud", "values": ["gcp"]}\n'
        'interfaces = [{"id": "aws", "cloud": "aws", "name": "AWS", '
        '"section": "first", "flows": ["engine-shell"]}, '
        '{"id": "gcp", "cloud": "gcp", "section": "first"}]',
    ),
    "note/qualifies-nothing": _edition(
        "A note qualifies a record or a section.", "del notes[0].qualifies"
    ),
    "endpoint/group": _edition(
        "A flow runs between single endpoints, not groups.",
        'flows[0].source = "servers"',
    ),
    "section/not-in-parent": _edition(
        "A subsection follows its parent section.",
        'sections[0].parent = "second"',
    ),
    "section/too-many": _python(
        "An edition has at most 9,999 sections.",
        "edition_of(sections=10_000)",
    ),
    "citation/other-section": _edition(
        "A record is cited from its own section.",
        'flows[0].section = "second"',
    ),
    "place/not-cited": _edition(
        "A record cites each place that a section's extent counts.",
        "sections[1].extent.notes = [2]",
    ),
    "place/not-there": _edition(
        "A cited place is within the section's extent.",
        "flows[0].citation.item = 2",
    ),
    "place/out-of-order": _edition(
        "Records stand in the order of the vendor's page.",
        "flows[0].citation.number = 2\nflows[1].citation.number = 1",
    ),
    "place/too-many": _edition(
        "The sections of an edition count at most 200,000 statements.",
        "sections[0].extent.rows = [" + ", ".join(["9999"] * 21) + "]",
    ),
    # -- deployments and overlays ------------------------------------------
    "deployment/no-cloud": _deployment(
        "A deployment has a cloud, if only no-orchestrator.", "clouds = []"
    ),
    "deployment/no-facet": _deployment(
        "A deployment sets only what the edition's facets ask about.",
        'features = ["cli-shell"]',
    ),
    "deployment/flow-twice": _deployment(
        "A deployment reads a flow once, and declines it once.",
        'declined = [{"flow": "engine-portal", "reason": "Not used."}, '
        '{"flow": "engine-portal", "reason": "No."}]',
    ),
    "overlay/changed-twice": _overlay(
        "An overlay changes a flow once.",
        'changes[1] = {"flow": "engine-portal", "ports": [8443], '
        '"reason": "Again."}',
    ),
    "overlay/named-twice": _overlay(
        "An overlay names an endpoint once.",
        'names = [{"endpoint": "controller", "label": "Chief"}, '
        '{"endpoint": "controller", "label": "Head"}]',
    ),
    "overlay/no-name": _overlay(
        "What an overlay calls an endpoint is a label or an alias.",
        'names = [{"endpoint": "controller"}]',
    ),
    # -- inventories and networks ------------------------------------------
    "inventory/address-twice": _inventory(
        "A role has each address once.",
        'controller = ["10.0.0.1", "10.0.0.1"]',
    ),
    "inventory/all-addresses": _inventory(
        "A role does not have all addresses, unless it shares them.",
        'service-engine = ["0.0.0.0/0"]',
    ),
    "inventory/by-cloud": _python(
        "In Python, a role has what its members have in all clouds.",
        "attrs.evolve(loads_inventory('service-engine.aws = "
        '["10.1.0.1"]\', edition=load()), addresses={})',
    ),
    "inventory/cluster-ip-as-source": _inventory(
        "The cluster IP is not an address of a Controller.",
        'cluster-ip = "10.0.0.1"',
    ),
    "inventory/group": _inventory(
        "A group has no addresses of its own.", 'servers = ["10.2.0.1"]'
    ),
    "inventory/no-address": _python(
        "Every endpoint that a deployment needs has an address.",
        'rule_set(load().resolve("aws"), loads_inventory('
        "'controller = [\"10.0.0.1\"]', edition=load()))",
    ),
    "inventory/no-cluster-ip": _inventory(
        "A cluster IP that is a destination is given.",
        "cluster-ip-is-destination = true\ndel cluster-ip",
    ),
    "inventory/no-common-family": _python(
        "The two ends of a flow have addresses of one IP family.",
        'rule_set(load().resolve("aws"), loads_inventory('
        '\'controller = ["10.0.0.1"]\\nservice-engine = ["fd00::1"]\', '
        "edition=load()))",
    ),
    "inventory/internet": _inventory(
        "No part of the product is the internet.",
        'service-engine = ["internet"]',
    ),
    "inventory/not-objects": _python(
        "In Python, the objects of a role are a tuple.",
        'Inventory(addresses={}, peers={"dns-server": "pl-0123abcd"})',
    ),
    "inventory/object": _inventory(
        "An object of a platform has a kind and a name of that kind.",
        'service-engine = [{"prefix-list": "0123abcd"}]',
    ),
    "inventory/object-twice": _inventory(
        "A role has each object once, and the product shares none.",
        'service-engine = [{"tag": "a"}, {"tag": "a"}]',
    ),
    "inventory/not-addresses": _python(
        "In Python, a cluster IP is a tuple of addresses.",
        'Inventory(addresses={}, cluster_ip=("10.0.0.9",))',
    ),
    "inventory/not-by-cloud": _python(
        "A role whose clouds need different flows has addresses by cloud.",
        'rule_set(load().resolve("aws, vcenter"), loads_inventory('
        '\'controller = ["10.0.0.1"]\\nservice-engine = ["10.1.0.1"]\', '
        'edition=load()), missing="omit")',
    ),
    "inventory/not-clouds": _python(
        "In Python, a role by cloud has a mapping of clouds to networks.",
        'Inventory(addresses={}, by_cloud={"service-engine": ()})',
    ),
    "inventory/not-networks": _python(
        "In Python, a role has a tuple of at least one network.",
        'Inventory(addresses={"controller": ()})',
    ),
    "inventory/not-of-overlay": _inventory(
        "The key of an endpoint of the edition stands above overlays.",
        'overlay = {"berlin": {"controller": ["10.9.0.1"]}}',
    ),
    "inventory/not-overlays": _inventory(
        "Endpoints of overlays have a table for each overlay.",
        'overlay = ["10.9.0.1"]',
    ),
    "inventory/overlap": _inventory(
        "Two roles have no address in common, unless it is shared.",
        'service-engine = ["10.0.0.1"]',
    ),
    "inventory/too-many-addresses": _python(
        "An inventory has at most 100,000 addresses.",
        "loads_inventory('controller = [' + '\"10.0.0.1\",' * 100_001 + ']',"
        " edition=load())",
    ),
    "inventory/too-many-overlaps": _python(
        "Of overlapping networks, at most 500 pairs are listed.",
        "loads_inventory('controller = [' + ', '.join("
        "f'\"10.0.0.0/{n}\"' for n in range(8, 32)) + ', ' + ', '.join("
        "f'\"10.0.0.{n}\"' for n in range(40)) + ']', edition=load())",
    ),
    "inventory/too-many-shared": _python(
        "At most 1,000 addresses are shared.",
        "loads_inventory('shared = [' + '\"10.0.0.1\",' * 1_001 + ']', "
        "edition=load())",
    ),
    "inventory/unknown-overlay": _python(
        "An overlay in an inventory is spelled as in the run that has it.",
        "loads_inventory('overlay.berln.vault = [\"10.9.0.1\"]', edition="
        'load().overlay(\'id = "berlin"\\ntitle = "Berlin"\'))',
    ),
    "inventory/unknown-cloud": _inventory(
        "A role has addresses in clouds of the edition.",
        'service-engine = {"awss": ["10.1.0.1"]}',
    ),
    "network/form": _inventory(
        "An address is in its usual spelling; names are not resolved.",
        'controller = ["controller.example"]',
    ),
    "network/host-bits": _inventory(
        "A network has no host bits.", 'controller = ["10.0.0.1/24"]'
    ),
    "network/not-a-prefix-length": _inventory(
        "A network has a prefix length, not a netmask.",
        'controller = ["10.3.0.0/255.255.255.0"]',
    ),
    "network/not-one-address": _inventory(
        "The cluster IP is one address.", 'cluster-ip = "10.0.0.9/32"'
    ),
    "network/special-purpose": _inventory(
        "An address is not one that no host can have.",
        'controller = ["127.0.0.1"]',
    ),
    "network/zone": _inventory(
        "An address has no zone, which only one host knows.",
        'controller = ["fe80::1%eth0"]',
    ),
    # -- what a rule set is made of ----------------------------------------
    "firewall-rule/family": _python(
        "A firewall rule is of IPv4 or of IPv6.", "firewall_rule(family=5)"
    ),
    "firewall-rule/icmp-types": _python(
        "A firewall rule of ICMP has the type of an echo request.",
        "Message(protocol=ICMP, icmp_type=3)",
    ),
    "firewall-rule/networks": _python(
        "A firewall rule has networks of its family on both sides.",
        "firewall_rule(sources=())",
    ),
    "firewall-rule/ports": _python(
        "A firewall rule has ports if its protocol has any.",
        "Ported(protocol=TCP, ports=())",
    ),
    "firewall-rule/protocol": _python(
        "A firewall rule's protocol is one of its family.",
        "firewall_rule(traffic=Message(protocol=Protocol.of(58), "
        "icmp_type=128))",
    ),
    "firewall-rule/reasons": _python(
        "A firewall rule has a reason for each flow.",
        "firewall_rule(reasons=())",
    ),
    "firewall-rule/touching-ports": _python(
        "A firewall rule's port ranges are sorted and do not touch.",
        "Ported(protocol=TCP, ports=(PortRange.of(22), PortRange.of(23)))",
    ),
    # -- statements of other sources ---------------------------------------
    "source/file-name": _python(
        "The file of a source is named after its id.", 'source_file("manual")'
    ),
    "source/missing": _source(
        "A source that was seen in part says what was not seen.",
        "del missing",
    ),
    "source/reason": _source(
        "Releases that are probable have a reason.",
        'probable_releases = ["22.1"]',
    ),
    "statement/about-nothing": _source(
        "A statement is about a record, unless it adds traffic.",
        "del statements[0].about",
    ),
    "statement/id-of-source": _source(
        "A statement's id begins with the id of its source.",
        'statements[0].id = "manual-portal"',
    ),
    "statement/not-acceptable": _python(
        "A statement that is accepted has traffic and no known mistake.",
        'load().accept("nsx-t-dfw-30-2-portal")',
    ),
    "release/grounds": _python(
        "A release that no edition serves has unknown grounds.",
        'Release(id="22.1", product="A", grounds="stated", reason="None.")',
    ),
    "release/nearest": _python(
        "A release that an edition serves has no nearest one.",
        'Release(id="22.1", product="A", grounds="stated", reason="None.", '
        'edition="a", nearest="b")',
    ),
    # -- changes and ledgers -----------------------------------------------
    "changes/other-edition": _python(
        "Changes are applied to the edition that they start from.",
        'diff(load("16.2"), load("17.1")).apply(load("17.1"))',
    ),
    "ledger/address-twice": _ledger(
        "A ledger has each address once.",
        'entries[1].address = "first/heading"',
    ),
    "ledger/claims-or-waiver": _ledger(
        "A fragment is either claimed or waived.", "del entries[0].claims"
    ),
    "ledger/half-character": _python(
        "A copy of a page has whole characters.", r'from_text("\ud800")'
    ),
    "ledger/not-a-hash": _ledger(
        "A fragment's hash is a SHA-256 in hexadecimal.",
        'entries[0].sha256 = "0"',
    ),
    "ledger/not-claimed": _ledger(
        "A fragment of the vendor's page accounts for each record.",
        "del entries[5]",
    ),
    "ledger/other-edition": _ledger(
        "A ledger is of the edition that its file is named after.",
        'edition = "other"',
    ),
    "ledger/other-place": _ledger(
        "A record is claimed where its citation says that it is stated.",
        'entries[5].claims = ["shell-hint", "second"]',
    ),
    "ledger/page-too-long": _python(
        "A copy of a page has at most 2,097,152 characters.",
        'from_text("a" * 3_000_000)',
    ),
    "ledger/too-many-marks": _python(
        "A letter of a page has at most 30 marks.",
        r'from_text("a" + "\u0301" * 31)',
    ),
    # -- rules that exist --------------------------------------------------
    "audit/several-formats": _python(
        "A file is of one format that an audit reads.",
        """read_rules(b'{"SecurityGroups": [], "nftables": []}', "a")""",
    ),
    "audit/no-format": _python(
        "A file is of a format that an audit reads.",
        'read_rules(b"hello", "a")',
    ),
    "audit/not-read": _python(
        "A file is not of a known kind that an audit does not read.",
        """read_rules(b"AWSTemplateFormatVersion: 2010-09-09", "a")""",
    ),
    "audit/other-format": _python(
        "A file is of the format that is named for it.",
        'read_rules(b"hello", "a", format="docker")',
    ),
    "audit/value": _python(
        "A value is what the format of its file has there.",
        """read_rules(b'{"SecurityGroups": [{"GroupId": 7}]}', "a")""",
    ),
    "audit/line": _python(
        "A line is what the format of its file has there.",
        'read_rules(b"*filter\\nhello\\n", "a", format="iptables")',
    ),
    "audit/line-too-long": _python(
        "A line of a table or of iptables has at most 65,536 characters.",
        'read_rules(b"to,port\\n" + b"a" * 70_000, "a")',
    ),
    "audit/too-deep": _python(
        "Data of a file is nested at most 100 deep.",
        'read_rules(b"[" * 101 + b"]" * 101, "a")',
    ),
    "audit/lost-rules": _python(
        "A file has rules only where its format has them.",
        """read_rules(b'{"NetworkAcls": [], "IpPermissions": [1]}', "a")""",
    ),
    "audit/too-many-rules": _python(
        "A filter has at most 20,000 rules.",
        r'read_rules(b"to,port\na,tcp/1" + b"\na,tcp/1" * 20_000, "a")',
    ),
    "audit/too-many-rows": _python(
        "Tables of a file have at most 100,000 rows.",
        r'read_rules(b"to,port" + b"\na,tcp/1" * 100_001, "a")',
    ),
    "audit/no-table": _python(
        "A table has columns for source or destination, and for ports.",
        'read_rules(b"a,b", "a", format="csv")',
    ),
    "audit/not-csv": _python(
        "A CSV file is valid CSV.",
        r"""read_rules(b'to,port\n"' + b"x\n" * 70_000, "a")""",
    ),
    "audit/jumps": _python(
        "Chains jump in no circle, and not too often.",
        r'read_rules(b"*filter\n:INPUT DROP\n-A INPUT -s 1.1.1.1 -j a\n'
        r':a -\n-A a -j a\n", "a")',
    ),
    "audit/nft-text": _python(
        "Rules of nftables are in JSON, as nft -j prints them.",
        'read_rules(b"table inet filter {}", "a")',
    ),
    "audit/terraform-format": _python(
        "A plan or state is of format_version 1.x.",
        """read_rules(b'{"lineage": "a", "serial": 1}', "a")""",
    ),
    "audit/not-hcl": _python(
        "A module of Terraform can be evaluated, within the limits.",
        'read_rules(b"a {", "main.tf", format="terraform")',
    ),
    "audit/too-many-files": _python(
        "A module of Terraform has at most 1,000 files.",
        'read_rules(b"", "a", format="terraform", '
        'beside={f"{n}.tf": b"" for n in range(1_001)})',
    ),
    "audit/day": _python(
        "An accepted deviation ends on a day, as ISO 8601 has it.",
        'Accepted(finding="missing", flow="a", reason="a", by="a", until="a")',
    ),
    "audit/flow-or-rule": _python(
        "A deviation is accepted for a flow or for a rule.",
        'Accepted(finding="missing", reason="a", by="a", until="2026-01-31")',
    ),
    "audit/no-roles": _python(
        "A party of a role map has a role at least.",
        'RoleMap(parties={"a": ()})',
    ),
    "audit/role": _python(
        "A role that is almost an endpoint's name is that endpoint's.",
        """read_roles({"party": {"a": ["controler"]}}, "a", """
        'load("vantage-undated"))',
    ),
}
