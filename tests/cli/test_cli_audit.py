"""Audits from the command line."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from asking_cli import Ask

GROUPS = {
    "SecurityGroups": [
        {
            "GroupId": "sg-1",
            "GroupName": "avi-controller",
            "IpPermissions": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "UserIdGroupPairs": [{"GroupId": "sg-2"}],
                    "IpRanges": [],
                }
                for port in (22, 8443)
            ],
            "IpPermissionsEgress": [
                {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            ],
        },
    ]
}
TABLE = """
| Source | Destination | Protocol | Port |
|---|---|---|---|
| SE | Controller | TCP | 22, 8443 |
"""
ROLES = '[party]\n"sg-1" = ["controller"]\n"sg-2" = ["SE"]\n'
ACCEPTED = """
[[accepted]]
finding = "missing"
flow = "service-engine-to-controller-ntp"
reason = "It has its own source of time."
by = "Operations"
until = "2100-01-01"
"""
MODULE = """
variable "from" {{}}
resource "aws_security_group" "{name}" {{
  name = "{name}"
  ingress {{
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.from]
  }}
}}
"""
#: What a line may not break: text without blanks, up to a mark.
PART = re.compile(r"[^\s\-./_]+[-./_]*")
ASKED = "audit rules sg.json --deployment aws --roles roles.toml"
NTP = "service-engine-to-controller-ntp"


@pytest.fixture
def given(files: Path) -> Path:
    """Return the folder that commands run in, with files to audit."""
    made = {
        "sg.json": json.dumps(GROUPS),
        "table.md": TABLE,
        "roles.toml": ROLES,
        "accepted.toml": ACCEPTED,
    }
    for name, text in made.items():
        Path(files, name).write_text(text, encoding="utf-8")
    return files


class TestTheAnswer:
    """What it says, and its exit code."""

    @pytest.mark.usefixtures("given")
    def test_one_screen(self, ask: Ask) -> None:
        """Sums, flows, findings, counts."""
        answer = ask(ASKED)
        assert (answer.code, answer.err) == (1, "")
        assert "sg.json (aws): 3 rules: 3 read in 2 filters." in answer.out
        assert "error missing: sg.json" in answer.out
        last = answer.out.splitlines()[-1]
        assert "Edition vantage-undated" in last

    @pytest.mark.usefixtures("given")
    @pytest.mark.parametrize("width", [80, 120, 160])
    def test_it_fits_a_terminal(self, ask: Ask, width: int) -> None:
        """No line is longer."""
        for more in ("", " --all", " --no-color --all"):
            answer = ask(f"{ASKED} --no-color{more}", width=width)
            assert max(map(len, answer.out.splitlines())) <= width

    @pytest.mark.usefixtures("given")
    @pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
    def test_no_name_breaks_but_at_its_marks(
        self, ask: Ask, width: int
    ) -> None:
        """What the pipe has in one piece, or between two marks, stays so."""
        asked = f"{ASKED} --no-color --all"
        parts = {*PART.findall(ask(asked).out)}
        assert {*PART.findall(ask(asked, width=width).out)} == parts

    @pytest.mark.usefixtures("given")
    def test_rules_are_blocks_where_columns_do_not_fit(self, ask: Ask) -> None:
        """A line a cell, with its heading; a row where they do."""
        asked = f"{ASKED} --no-color --all"
        _, _, narrow = ask(asked, width=80).out.partition("Rules (3)\n")
        assert narrow.splitlines()[:5] == [
            "Rule     sg-1 in 0",
            "Filter   sg-1 in",
            "Service  tcp/22",
            "Verdict  explained",
            "For      service-engine-to-controller-ssh",
        ]
        _, _, wide = ask(asked, width=160).out.partition("Rules (3)\n")
        head, first, *_ = wide.splitlines()
        assert head.split() == [
            *("Rule", "Filter", "Service", "Verdict", "For"),
            *("Opens", "besides"),
        ]
        assert first.split() == [
            *("sg-1", "in", "0", "sg-1", "in", "tcp/22", "explained"),
            "service-engine-to-controller-ssh",
        ]

    @pytest.mark.usefixtures("given")
    def test_other_formats(self, ask: Ask) -> None:
        """The same report."""
        data = json.loads(ask(f"{ASKED} --format json").out)
        (flow,) = [f for f in data["flows"] if f["flow"] == NTP]
        assert flow["verdict"] == "missing"
        assert ask(f"{ASKED} --format markdown").out.startswith("# Audit")
        assert ask(f"{ASKED} --format csv").out.startswith('"record"')
        log = json.loads(ask(f"{ASKED} --format sarif").out)
        assert log["version"] == "2.1.0"

    def test_into_a_file_from_standard_input(
        self, ask: Ask, given: Path
    ) -> None:
        """As a pipeline has it."""
        answer = ask(
            "audit rules - --deployment aws --roles roles.toml --input aws "
            "--format sarif -o audit.sarif",
            stdin=json.dumps(GROUPS).encode(),
        )
        assert (answer.code, answer.out) == (1, "")
        log = json.loads((given / "audit.sarif").read_text())
        locations = [r["locations"][0] for r in log["runs"][0]["results"]]
        uris = {
            each["physicalLocation"]["artifactLocation"]["uri"]
            for each in locations
        }
        assert uris == {"standard-input"}

    @pytest.mark.usefixtures("given")
    def test_standard_input_is_read_once(self, ask: Ask) -> None:
        """It is either the rules or the roles."""
        answer = ask("audit rules - --roles - --deployment aws", stdin=b"{}")
        assert answer.code == 2

    def test_nothing_found(self, ask: Ask, given: Path) -> None:
        """Where all that is needed is declined."""
        flows = json.loads(ask("ports aws --json").out)["records"]
        names = {flow["flow"] for flow in flows}
        text = "".join(
            f'[[declined]]\nflow = "{name}"\nreason = "Not here."\n'
            for name in sorted(names)
        )
        (given / "d.toml").write_text(f'clouds = ["aws"]\n{text}')
        (given / "sg.json").write_text(json.dumps({"SecurityGroups": []}))
        (given / "roles.toml").write_text(
            '[not-filtered]\nparties = ["controller", "SE"]\n'
        )
        line = "audit rules sg.json --deployment d.toml --roles roles.toml"
        answer = ask(line)
        assert (answer.code, answer.err) == (0, "")

    @pytest.mark.usefixtures("given")
    def test_what_is_unknown_can_be_allowed(self, ask: Ask) -> None:
        """What was found is found."""
        assert ask(f"{ASKED} --unknown ok").code == 1


class TestAccepting:
    """Files of accepted deviations, and statements."""

    @pytest.mark.usefixtures("given")
    def test_a_file(self, ask: Ask) -> None:
        """Told from a statement by its ending."""
        answer = ask(f"{ASKED} --accept accepted.toml --format json")
        data = json.loads(answer.out)
        accepted = [f["flow"] for f in data["findings"] if f["accepted"]]
        assert accepted == [NTP]

    @pytest.mark.usefixtures("given")
    def test_a_statement(self, ask: Ask) -> None:
        """It is a flow that is needed then."""
        name = "aws-groups-30-2-etherip"
        answer = ask(f"{ASKED} --accept {name} --format json")
        data = json.loads(answer.out)
        assert name in [flow["flow"] for flow in data["flows"]]

    def test_a_wrong_file(self, ask: Ask, given: Path) -> None:
        """Is refused with all that is wrong."""
        (given / "accepted.toml").write_text('[[accepted]]\nfindin = "x"\n')
        answer = ask(f"{ASKED} --accept accepted.toml")
        assert answer.code == 2
        assert "did you mean 'finding'?" in answer.err


class TestTheRoleMap:
    """Drafted, then filled in."""

    @pytest.mark.usefixtures("given")
    def test_drafting(self, ask: Ask) -> None:
        """Every party, with guesses as comments."""
        answer = ask("audit rules --init-roles sg.json")
        assert answer.code == 0
        assert '# "sg-1" = ["controller"]' in answer.out
        assert '# "sg-2" = []' in answer.out

    def test_drafting_from_standard_input(self, ask: Ask) -> None:
        """Which is called so, in errors as well."""
        text = json.dumps(GROUPS).encode()
        answer = ask("audit rules --init-roles -", stdin=text)
        assert "# standard input#/SecurityGroups/0" in answer.out
        answer = ask("audit rules - --deployment aws", stdin=b"{")
        assert answer.err.startswith("Error: standard input: not valid JSON")

    @pytest.mark.usefixtures("given")
    def test_a_table_is_understood_without_one(self, ask: Ask) -> None:
        """Where it calls the roles by their names."""
        answer = ask("audit rules table.md --deployment aws --all")
        assert "covered: row 4" in answer.out


class TestFixing:
    """Only the rules that are missing."""

    @pytest.mark.usefixtures("given")
    def test_what_nothing_covers(self, ask: Ask) -> None:
        """In the syntax of a platform."""
        asked = f"{ASKED} --inventory addresses.toml --accept accepted.toml"
        answer = ask(f"{asked} --fix nftables")
        assert answer.code == 1
        assert "dport 161" in answer.out
        assert "dport 123" not in answer.out
        whole = ask(
            "rules --platform nftables --inventory addresses.toml "
            "--deployment aws"
        ).out
        assert "dport 123" in whole

    def test_what_is_not_all_missing_is_left_out(
        self, ask: Ask, given: Path
    ) -> None:
        """And named: what a rule would add to it, somebody has to see."""
        (given / "broad.md").write_text(
            "| Source | Destination | Port |\n|---|---|---|\n"
            "| Any | Controller | TCP 22 |\n"
        )
        answer = ask(
            "audit rules broad.md --deployment aws --inventory "
            "addresses.toml --fix nftables"
        )
        assert "of which not all is missing" in answer.err
        assert "service-engine-to-controller-ssh" in answer.err
        assert "dport 22" not in answer.out

    @pytest.mark.usefixtures("given")
    def test_it_needs_addresses(self, ask: Ask) -> None:
        """No rule is without."""
        answer = ask(f"{ASKED} --fix nftables")
        assert answer.code == 2
        assert "--fix requires --inventory" in answer.err


class TestWhatIsRead:
    """Files, and which of them together."""

    @pytest.mark.skipif(
        find_spec("tfparse") is None or find_spec("hcl2") is None,
        reason="tfparse or python-hcl2 is absent: "
        "pip install --group platforms",
    )
    def test_a_module_is_read_once(self, ask: Ask, given: Path) -> None:
        """All of its directory, with the values that are given."""
        for name in ("one", "two"):
            text = MODULE.format(name=name)
            if name == "two":
                text = text.replace('variable "from" {}', "")
            (given / f"{name}.tf").write_text(text)
        (given / "prod.tfvars").write_text('from = "10.0.0.0/8"\n')
        (given / ".hidden").mkdir()
        (given / ".hidden" / "x.tf").write_text("{")
        for asked in ("one.tf two.tf prod.tfvars", ". prod.tfvars"):
            answer = ask(f"audit rules {asked} --deployment aws --format json")
            assert answer.code == 1, answer.err
            data = json.loads(answer.out)
            assert len(data["files"]) == 1
            rules = [r for r in data["rules"] if r["origin"] == "file"]
            assert len(rules) == 2
        answer = ask("audit rules one.tf --deployment aws --format json")
        data = json.loads(answer.out)
        assert data["rules"]

    @pytest.mark.usefixtures("given")
    def test_usage(self, ask: Ask) -> None:
        """What is missing, and what is unknown."""
        assert "at least one FILE" in ask("audit rules").err
        assert ask("audit rulez sg.json").code == 2
        assert "deployment" in ask("audit rules sg.json").err
        answer = ask(f"{ASKED} --input awss")
        assert "did you mean 'aws'?" in answer.err
        assert ask("audit rules none.json --deployment aws").code == 2

    def test_words_are_completed(self, ask: Ask) -> None:
        """As everywhere."""
        assert "nftables" in ask("audit --help").out
