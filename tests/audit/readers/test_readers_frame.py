"""What all readers share: who reads a file, and what a file may be."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from reader_views import faults, read_json, read_text

import avi_portspec.audit.readers as package
from avi_portspec import InvalidDataError, UnknownNameError
from avi_portspec.audit.inputs import document as documents
from avi_portspec.audit.inputs import yaml_text
from avi_portspec.audit.inputs.addresses import (
    anywhere,
    join_networks,
    outside_of,
    parse_networks,
)
from avi_portspec.audit.inputs.defaults import AZURE_RULES, LAST_RESORTS
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.names import TEXT_AT_MOST, clean, name_of
from avi_portspec.audit.inputs.nodes import Node, WrongError
from avi_portspec.audit.inputs.protocols import parse_ports, protocol_named
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.readers import readers
from avi_portspec.errors import Fault, MissingExtraError
from avi_portspec.model.consistency import FAULTS

GROUP: dict[str, Any] = {
    "SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": []}]
}

#: All readers; one needs what only its extra has.
EACH = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name == "terraform" and find_spec("tfparse") is None,
            reason="tfparse is absent: pip install --group platforms",
        ),
    )
    for name in readers()
]


class TestWhoReads:
    """The content of a file tells its format."""

    @pytest.mark.parametrize(
        ("text", "name", "instead"),
        [
            ("AWSTemplateFormatVersion: x\n", "a CloudFormation template",
             "aws ec2 describe-security-groups"),
            ('{"R": {"Type": "AWS::EC2::SecurityGroup"}}',
             "a CloudFormation template", "aws ec2 describe-security-groups"),
            ('{"SecurityGroupRules": []}',
             "rules without the groups that have them",
             "aws ec2 describe-security-groups"),
            ("SecurityGroups:\n- GroupId: x\n", "YAML", "--output json"),
            ("param x string\nresource n 'Microsoft.Network/x@1' = {\n",
             "Bicep", "az network nsg list"),
            ('[{"SecurityRules": []}]', "groups as PowerShell has them",
             "az network nsg list"),
            ("- defaultSecurityRules:\n  - x: y\n", "YAML", "--output json"),
            ("NAME  NETWORK  DIRECTION  PRIORITY\n", "a table of gcloud",
             "--format=json"),
            ("+---+\n| ID | IP Protocol | Direction |\n+---+\n",
             "a table of openstack", "--long -f json"),
            ("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n",
             "policies that extend Kubernetes", "of kind NetworkPolicy"),
            ("|===\n| Source | Port\n|===\n", "AsciiDoc", "as HTML"),
            (".. list-table::\n\n   * - Source\n", "reStructuredText",
             "in CSV or Markdown"),
            ("+---+---+\n| a | b |\n+===+===+\n| c | d |\n+---+---+\n",
             "a table drawn with + and =", "in CSV or Markdown"),
            ("Chain INPUT (policy DROP)\n", "a list of iptables -L",
             "iptables-save"),
            ("Chain DOCKER (2 references)\n", "a list of iptables -L",
             "iptables-save"),
            ("Status: active\n\nTo  Action  From\n", "the status of ufw",
             "iptables-save"),
            ("public (active)\n  ports: 22/tcp\n  rich rules: \n",
             "zones of firewalld", "nft -j list ruleset"),
            ("x\nPlan: 1 to add, 0 to change\n", "a plan as text",
             "terraform show -json"),
            ("---\n- hosts: all\n", "tasks of Ansible", "the rules"),
            ("- name: x\n  amazon.aws.ec2_security_group:\n    rules: []\n",
             "tasks of Ansible", "the rules that they make"),
        ],
    )  # fmt: skip
    def test_what_is_not_read_is_named(
        self, text: str, name: str, instead: str
    ) -> None:
        """With what to give instead of it."""
        with pytest.raises(InvalidDataError) as caught:
            read_text(text)
        (fault,) = caught.value.faults
        assert fault.got == name
        assert instead in fault.expected

    @pytest.mark.parametrize(
        ("data", "name", "instead"),
        [
            (b"PK\x03\x04\xff", "a workbook, or another packed file",
             "its table in CSV"),
            (b"\xd0\xcf\x11\xe0\xa1", "a document of an office",
             "its table in CSV"),
            (b"%PDF-1.7\n\xff", "a PDF", "its table in CSV"),
            (b"\x1f\x8b\x08", "a packed file", "what is in it"),
        ],
    )  # fmt: skip
    def test_what_is_no_text_is_named(
        self, data: bytes, name: str, instead: str
    ) -> None:
        """Whatever somebody says that it is."""
        for format_ in (None, "csv"):
            with pytest.raises(InvalidDataError) as caught:
                read_text(data, format=format_)
            assert faults(caught) == [f"expected {instead}, got {name}"]

    def test_a_module_without_rules_is_not_empty(self) -> None:
        """Its files are beside the one that is read."""
        with pytest.raises(InvalidDataError) as caught:
            package.read(b"", "avi", format="iptables", beside={"a.tf": b""})
        (fault,) = faults(caught)
        got = "files without security groups or firewall rules"
        assert fault == f"expected content of iptables, got {got}"

    def test_the_folder_lists_the_readers(self) -> None:
        """A module is a reader, and is found without any other list."""
        folder = Path(package.__file__).parent
        modules = {
            path.stem for path in folder.glob("*.py") if path.stem[0] != "_"
        }
        assert len(readers()) == len(modules)
        assert [*readers()] == sorted(readers())

    def test_each_says_how_to_get_its_file(self) -> None:
        """In a line that fits a terminal."""
        for reader in readers().values():
            assert 10 < len(reader.HELP) < 80

    def test_a_name_decides_nothing(self) -> None:
        """JSON of AWS in a file for tables is JSON of AWS."""
        assert read_json(GROUP, "table.md").format == "aws"

    def test_a_format_can_be_named(self) -> None:
        """It is read as that, or the error says what is wrong with it."""
        assert read_json(GROUP, format="aws").units == 0
        with pytest.raises(InvalidDataError):
            read_json(GROUP, format="csv")

    @pytest.mark.parametrize("name", EACH)
    def test_another_format_is_named(self, name: str) -> None:
        """Once, however many lines are wrong; an empty report is no answer."""
        text = (
            "| from | to | port |\n|---|---|---|\n" + "| a | b | tcp/1 |\n" * 9
        )
        if name == "markdown":
            assert read_text(text, format=name).read == 9
            return
        with pytest.raises(InvalidDataError) as caught:
            read_text(text, format=name)
        (fault,) = faults(caught)
        assert fault.startswith(
            f"expected content of {name}, got content of markdown"
        )
        assert fault.endswith("; did you mean 'markdown'?")

    def test_lines_of_another_format_are_counted(self) -> None:
        """The first few show what the file is."""
        text = 'resource "a" "b" {\n  c = 1\n\n  d = 2\n}\n'
        with pytest.raises(InvalidDataError) as caught:
            read_text(text, format="iptables")
        (fault,) = faults(caught)
        assert fault == (
            "expected content of iptables, got content of terraform (4 "
            "faults, first line 1: expected a line that iptables-save prints, "
            'got \'resource "a" "b" {\'; line 2: expected a line that '
            "iptables-save prints, got 'c = 1'; line 4: expected a line that "
            "iptables-save prints, got 'd = 2'); did you mean 'terraform'?"
        )

    @pytest.mark.parametrize("name", EACH)
    def test_no_line_of_other_json_is_repeated(self, name: str) -> None:
        """Plans hold secrets."""
        text = '{\n"format_version":\n"hunter2",\n"a": {}}'
        with pytest.raises(InvalidDataError) as caught:
            read_text(text, format=name)
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("text", ["", "\n", "hello\n", "hello\n" * 9])
    @pytest.mark.parametrize("name", EACH)
    def test_nothing_is_never_read(self, name: str, text: str) -> None:
        """It would look like a clean report."""
        with pytest.raises(InvalidDataError) as caught:
            read_text(text, format=name)
        assert len(caught.value.faults) == 1

    def test_all_that_is_wrong_with_a_file_of_the_format(self) -> None:
        """However few of its lines are right."""
        text = "*filter\n:INPUT DROP [0:0]\nhello\n-A INPUT -j\nCOMMIT\n"
        with pytest.raises(InvalidDataError) as caught:
            read_text(text, format="iptables")
        assert len(caught.value.faults) == 2

    def test_an_unknown_format_is_refused(self) -> None:
        """With the nearest name."""
        with pytest.raises(UnknownNameError, match="did you mean 'aws'"):
            read_json(GROUP, format="awss")

    def test_a_file_of_two_formats_is_refused(self) -> None:
        """Nobody guesses; the option that decides is named."""
        both = {**GROUP, "nftables": []}
        with pytest.raises(InvalidDataError) as caught:
            read_json(both)
        assert faults(caught) == [
            (
                "expected content of one format; name it with --input: "
                "aws, nftables, got content that several formats can have"
            )
        ]

    @pytest.mark.parametrize(
        ("text", "got"),
        [("", "an empty file"), (" \n", "an empty file"),
         ("hello", "other content"), ("[1]", "other content"),
         ('{"a": 1}', "other content")],
    )  # fmt: skip
    def test_no_format_is_refused(self, text: str, got: str) -> None:
        """Never read as nothing, which would look like a clean report."""
        with pytest.raises(InvalidDataError) as caught:
            read_text(text)
        (fault,) = faults(caught)
        assert fault.startswith("expected content of a format that is read")
        assert fault.endswith(f"got {got}")

    def test_broken_json_is_called_that(self) -> None:
        """And not a format that is not known."""
        with pytest.raises(InvalidDataError, match="not valid JSON"):
            read_text('{"SecurityGroups": [')
        with pytest.raises(InvalidDataError, match="not valid JSON"):
            read_text('{"SecurityGroups": [', format="aws")

    def test_a_key_twice_is_refused(self) -> None:
        """The last would win, and the first would vanish."""
        with pytest.raises(InvalidDataError, match="a key once"):
            read_text('{"SecurityGroups": [], "SecurityGroups": []}')


class TestDocuments:
    """Bytes of any kind."""

    def test_the_mark_of_spreadsheets_is_skipped(self) -> None:
        """A byte order mark of UTF-8 is no content."""
        text = "\ufeffsource,destination,ports\na,b,tcp/22\n"
        assert read_text(text).read == 1

    def test_other_encodings_are_refused(self) -> None:
        """As some shells write them."""
        with pytest.raises(InvalidDataError, match="text in UTF-8"):
            read_text("source,destination,ports\n".encode("utf-16"))

    def test_depth_is_limited(self) -> None:
        """A hundred levels, in JSON as in YAML."""
        deep = "[" * 101 + "]" * 101
        for text in (
            f'{{"SecurityGroups": {deep}}}',
            f"heat_template_version: 1\nresources: {deep}\n",
        ):
            with pytest.raises(InvalidDataError, match="100 deep"):
                read_text(text)

    def test_long_lines_are_refused(self) -> None:
        """With the number of the line."""
        text = "source,destination,ports\n" + "a" * 70_000
        with pytest.raises(InvalidDataError, match="in line 2"):
            read_text(text)

    def test_size_is_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Text, JSON and YAML, each by its own limit."""
        monkeypatch.setattr(documents, "TEXT_AT_MOST", 10)
        monkeypatch.setattr(documents, "JSON_AT_MOST", 10)
        for text in ("a,b,c,d,e,f,g", json.dumps(GROUP)):
            with pytest.raises(InvalidDataError, match="at most 10 bytes"):
                read_text(text)
        monkeypatch.setattr(documents, "_YAML_AT_MOST", 5)
        assert Document("a", b"kind: a").parts == ()

    def test_yaml_needs_its_library(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And says so."""
        monkeypatch.setitem(sys.modules, yaml_text.__name__, None)
        with pytest.raises(MissingExtraError, match=r"avi-portspec\[yaml\]"):
            read_text("heat_template_version: 1\n")

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("kind: [", "expected the node content"),
            ("kind: a\nkind: b\n", "key 'kind' twice in the table of line 1"),
            ("kind: &a 1\nb: [" + "*a," * 101 + "]", "more than 100 aliases"),
            ("kind: " + "{a: " * 101 + "}" * 101, "nested more than 100 deep"),
            ("kind: !!python/name:os.system ''", "could not determine"),
            ("kind: \x01", "special characters are not allowed"),
        ],
    )
    def test_hostile_yaml_is_refused(self, text: str, why: str) -> None:
        """With what is wrong, and no piece of the text."""
        with pytest.raises(InvalidDataError) as caught:
            read_text(text)
        (fault,) = faults(caught)
        assert fault.startswith("not valid YAML: ")
        assert why in fault

    def test_merged_keys_are_counted(self) -> None:
        """A small file may have one large table very often."""
        keys = ", ".join(f"k{at}: 1" for at in range(200))
        lines = [f"kind: a\na: &a {{{keys}}}"]
        lines += [f"b{at}:\n  <<: *a" for at in range(60)]
        with pytest.raises(InvalidDataError, match="10,000 merged keys"):
            read_text("\n".join(lines))

    def test_numbers_with_colons_are_texts(self) -> None:
        """YAML 1.1 reads 22:22 as a number to the base of 60."""
        (found,) = Document("a", b"kind: 22:22\nday: 2020-01-01\nn: 7").parts
        assert found == {"kind": "22:22", "day": "2020-01-01", "n": 7}


class TestNames:
    """Names of a file that anyone may have written."""

    def test_nothing_reaches_a_terminal(self) -> None:
        """No escapes, no direction, no line breaks."""
        assert clean("a\x1b]0;x\x07b\u202e\nc\ud800") == "a]0;xb c"
        assert clean("x" * 500) == "x" * (TEXT_AT_MOST - 3) + "..."

    def test_names_stay_apart(self) -> None:
        """What is cut or stripped would make two groups one."""
        names = ["a" * 300, "a" * 301, "b\u200b", "b", "b\x00"]
        found = {name_of(name) for name in names}
        assert len(found) == len(names)
        assert all(len(name) <= TEXT_AT_MOST for name in found)

    def test_the_name_of_a_file_is_cleaned(self) -> None:
        """It is in each message."""
        with pytest.raises(InvalidDataError) as caught:
            read_text("hello", "a\x1b[31m")
        assert str(caught.value).isprintable()


class TestNodes:
    """Data with the place of each value at hand."""

    @pytest.mark.parametrize(
        ("read", "expected"),
        [
            (lambda node: node.at("a", "b"), "a table"),
            (lambda node: node.each(), "a list"),
            (lambda node: node.members(), "a table"),
            (lambda node: node.flag(default=True), "true or false"),
            (lambda node: node.number(0, 9), "a number from 0 to 9"),
            (lambda node: node.word(("in", "out")), "one of in, out"),
        ],
    )
    def test_a_wrong_value_is_named(self, read: Any, expected: str) -> None:
        """With its place, what was expected, and what came."""
        node = Node("inn", "/a/0")
        with pytest.raises(WrongError) as caught:
            read(node)
        assert str(caught.value.fault).startswith(
            f"/a/0: expected {expected}, got 'inn'"
        )

    def test_a_wrong_text_is_named(self) -> None:
        """As is a number that no field can have."""
        for value, read in (
            (1, Node.text), (None, Node.text), ([], Node.scalar),
            (1 << 99, Node.scalar), (True, Node.scalar),
        ):  # fmt: skip
            with pytest.raises(WrongError):
                read(Node(value))

    def test_numbers_come_in_several_forms(self) -> None:
        """As text and as fractions, in exports of some tools."""
        for value in (7, "7", 7.0):
            assert Node(value).number(0, 9) == 7
        for value in (True, "x", 7.5, None, 10, "9" * 5000):
            with pytest.raises(WrongError):
                Node(value).number(0, 9)

    def test_secrets_are_not_shown(self) -> None:
        """Only what kind of value it is."""
        node = Node({"a": "hunter2"}, is_secret=True).at("a")
        assert "hunter2" not in str(node.wrong("a number").args)
        assert node.wrong("a number").fault.got == "a text"  # type: ignore[union-attr]
        assert Node([], is_secret=True).wrong("x").fault.got == "another value"  # type: ignore[union-attr]
        assert Node(None, is_secret=True).wrong("x").fault.got == "nothing"  # type: ignore[union-attr]

    def test_pointers_are_those_of_the_standard(self) -> None:
        """RFC 6901 escapes a slash and a tilde."""
        node = Node({"a/b~": [1]}).at("a/b~").each()[0]
        assert node.pointer == "/a~1b~0/0"

    def test_what_is_absent_has_nothing(self) -> None:
        """And is no fault until it is needed."""
        node = Node(None).at("a").at("b")
        assert (node.each(), node.members(), bool(node)) == ([], [], False)
        assert node.flag(default=True)


class TestReading:
    """All faults of a file, in one error."""

    def test_all_are_listed(self) -> None:
        """Each with its place."""
        rules = [{"IpProtocol": "nonsense"}, {"IpProtocol": []}]
        group = {"GroupId": "sg-1", "IpPermissions": rules}
        with pytest.raises(InvalidDataError) as caught:
            read_json({"SecurityGroups": [group, {"GroupId": 7}]})
        assert faults(caught) == [
            (
                "/SecurityGroups/0/IpPermissions/0/IpProtocol: expected the "
                "name or number of a protocol, got 'nonsense'"
            ),
            (
                "/SecurityGroups/0/IpPermissions/1/IpProtocol: expected a "
                "text or a number, got an empty list"
            ),
            "/SecurityGroups/1/GroupId: expected a text, got 7",
        ]

    def test_reading_stops_at_a_thousand(self) -> None:
        """That there are more is said."""
        reading = Reading("a", "b")
        fault = Fault("audit/value", "", "x", "y")
        for _ in range(FAULTS - 1):
            reading.refuse(fault)
        with pytest.raises(InvalidDataError) as caught:
            reading.refuse(fault)
        assert len(caught.value.faults) == FAULTS + 1
        assert "more, not listed" in faults(caught)[-1]

    def test_a_rule_that_is_lost_is_noticed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a file has is counted apart from what was read."""
        monkeypatch.setattr(readers()["aws"], "count_items", lambda *_: 7)
        with pytest.raises(InvalidDataError, match="expected 0: what was"):
            read_json(GROUP)


class TestAddresses:
    """Addresses as other tools write them."""

    @pytest.mark.parametrize(
        ("text", "networks"),
        [
            ("10.0.0.7", ["10.0.0.7/32"]),
            ("10.0.0.7/24", ["10.0.0.0/24"]),
            ("10.0.0.0/255.255.0.0", ["10.0.0.0/16"]),
            ("10.0.0.1 - 10.0.0.3", ["10.0.0.1/32", "10.0.0.2/31"]),
            ("10.0.0.1-3", ["10.0.0.1/32", "10.0.0.2/31"]),
            ("::1-::2", ["::1/128", "::2/128"]),
            ("224.0.0.1", ["224.0.0.1/32"]),
        ],
    )
    def test_each_form(self, text: str, networks: list[str]) -> None:
        """Host bits, masks, ranges, and what no host has."""
        assert [*map(str, parse_networks(text) or ())] == networks

    @pytest.mark.parametrize(
        "text", ["", "host", "10.0.0.3-10.0.0.1", "10.0.0.1-::1", "1-2", "a-b"]
    )
    def test_what_is_none(self, text: str) -> None:
        """Names, and ranges that go backwards."""
        assert parse_networks(text) is None

    def test_all_of_a_family_is_any(self) -> None:
        """And of one family alone."""
        every = parse_networks("0.0.0.0/0") or ()
        half = parse_networks("::/1") or ()
        assert join_networks([*every, *half])[0] == anywhere(4)
        assert len(join_networks([*every, *half])) == 2
        assert join_networks([]) == []

    def test_the_rest_of_a_family(self) -> None:
        """All addresses but some, and never one of the other family."""
        some = parse_networks("0.0.0.0/1") or ()
        assert [*map(str, outside_of(some, 4))] == ["128.0.0.0/1"]
        assert [*map(str, outside_of(some, 6))] == ["::/0"]
        last = parse_networks("128.0.0.0/1") or ()
        assert [*map(str, outside_of(last, 4))] == ["0.0.0.0/1"]

    def test_protocols_and_ports(self) -> None:
        """Names of several tools, and what is none."""
        numbers = {
            "TCP": 6, "ipv6-icmp": 58, "rspf": 73, "etherip": 97, "255": 255,
        }  # fmt: skip
        for name, number in numbers.items():
            found = protocol_named(name)
            assert found is not None
            assert found.number == number
        assert protocol_named("256") is protocol_named("https") is None
        assert parse_ports("1:2") == (1, 2)
        assert parse_ports("65536") is parse_ports("2-1") is None
        assert parse_ports("\u0661") is None


def test_each_default_of_a_provider_has_a_source() -> None:
    """A page of the provider that says so."""
    rules = [each for listed in AZURE_RULES.values() for each in listed]
    sources = [each.source for each in (*LAST_RESORTS.values(), *rules)]
    assert all(source.startswith("https://") for source in sources)


@pytest.mark.parametrize("name", readers())
def test_each_reader_is_described(name: str) -> None:
    """With how to get its file."""
    page = Path(__file__).parents[3] / "docs/reference/audit-inputs.rst"
    assert f"``{name}``" in page.read_text("utf-8")
