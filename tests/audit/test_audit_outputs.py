"""The report as text, Markdown, JSON, CSV and SARIF."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import pytest
from audit_making import (
    ALLOW,
    ANY,
    CONTROLLER,
    ENGINE,
    PORTAL,
    SSH,
    Members,
    audit,
    into,
    ordered,
    resolution,
    role_map,
    rule,
)

from avi_portspec import DeclinedFlow
from avi_portspec.audit import Accepted, sarif
from avi_portspec.audit.data import report_data, write_csv
from avi_portspec.audit.document import make_document, summary_text
from avi_portspec.audit.model import Group, Place, Unknown, Unread
from avi_portspec.audit.report import Report
from avi_portspec.audit.sarif import write_sarif
from avi_portspec.audit.verdicts import Verdict
from avi_portspec.documents import markdown, text
from avi_portspec.documents.blocks import Table
from avi_portspec.serialisation.schema import DIALECT

HERE = Path(__file__).parent
HOSTILE = "=cmd|'x'!A1 <i>`[l](http://x) {0} \x1b[31m \u202e"
SNMP = "external-to-controller-snmp"


LEFT = Unread(
    place=Place("rules.json", 9),
    kind="unknown",
    text="nsxt_policy_security_policy.a (2 rules in it)",
    why="not read",
    is_apart=True,
)


def report(**more: Any) -> Report:
    """Return a report with something of everything."""
    rules = [
        rule(ANY, Members(), "tcp/22", 1, assumes=("var.x is any (default)",)),
        rule(ENGINE, Members(), "tcp/8483", 2, id=HOSTILE),
        rule(ENGINE, Members(), "97", 3),
        rule(Group(HOSTILE), Members(), "tcp/443", 4),
        rule(ENGINE, Members(), Unknown("var.ports", "no value"), 5),
        rule(ENGINE, Members(), "udp/123", 6),
        rule(ENGINE, Members(), "udp/123", 7, conditions=("by day",)),
    ]
    accepted = Accepted(
        finding="missing",
        flow="controller-to-controller-portal",
        reason="It is known.",
        by="Operations",
        until="2100-01-01",
    )
    return audit(
        into(CONTROLLER, *rules),
        ordered(ENGINE, id="policy", last_resort=ALLOW, direction="out"),
        into(
            CONTROLLER,
            rule(CONTROLLER, Members(), "tcp/443", 20),
            id="acl",
            stage="ACL",
        ),
        unread=(
            Unread(
                place=Place("rules.json", 60, "/x/0"),
                kind="set-aside",
                text="NAT",
                why="translates: not judged",
            ),
            Unread(
                place=Place("rules.json", 61),
                kind="failed",
                text="rule",
                why="no protocol",
                filters=("other",),
            ),
        ),
        resolution=resolution(
            declined=(DeclinedFlow(flow=SNMP, reason="Not polled."),)  # type: ignore[arg-type]
        ),
        accepted=[accepted],
        **more,
    )


class TestTheDocument:
    """What people read."""

    def test_the_first_screen(self) -> None:
        """Sums, what does not pass, findings, and the count of them."""
        found = audit(
            into(
                CONTROLLER,
                rule(ANY, Members(), "tcp/22", 1),
                rule(ENGINE, Members(), "udp/123 tcp/8443", 2),
            ),
            roles=role_map(not_filtered=("service-engine",)),
        )
        written = text.write(make_document(found))
        lines = written.splitlines()
        assert "rules.json (aws): 2 rules: 2 read in 1 filter." in lines
        assert "Needed flows (11)" in lines
        row = next(line for line in lines if line.startswith(SSH))
        assert row.split(None, 3)[3] == "only broad: rule-1"
        row = next(line for line in lines if line.startswith(SNMP))
        assert row.split(None, 3)[3] == "MISSING"
        assert PORTAL not in written
        assert (
            "Besides: 3 covered and 2 not filtered (--all shows them)."
            in lines
        )
        assert (
            "- warning broad: rules.json:1: rule-1: needed for 2 flows, and "
            "the only rule for them: it is open to any source." in lines
        )
        assert lines[-1].startswith("4 errors, 2 warnings. Edition vantage-")

    def test_what_no_rule_stops_is_one_line(self) -> None:
        """With the flows, and once what some rule probably meant."""
        slip = rule(ENGINE, Members(), "tcp/22 tcp/8483", 1)
        found = audit(
            ordered(CONTROLLER, slip, last_resort=ALLOW),
            ordered(ENGINE, id="out", last_resort=ALLOW, direction="out"),
        )
        lines = text.write(make_document(found)).splitlines()
        at = lines.index(
            "- warning broad: rules.json:100: 5 flows pass only because no "
            "rule stops them: chain policy."
        )
        assert lines[at + 1].count(", ") == 4
        (near,) = (line.strip() for line in lines if "Near: " in line)
        assert near == (
            "Near: rules.json:1 rule-1: TCP 8443 is documented; one digit "
            "differs."
        )

    def test_what_was_not_read_may_filter(self) -> None:
        """Then nobody says that nothing filters."""
        parties = ("controller", "service-engine")
        left_out = role_map(not_filtered=parties)
        for more, words in (
            ({"unread": (LEFT,), "roles": left_out}, " by what was read"),
            # Nobody has said who anybody is.
            ({}, " by what was read"),
            ({"roles": left_out}, ""),
        ):
            written = text.write(make_document(audit(**more)))
            assert f"11 not filtered{words} (--all shows them)." in written

    def test_the_gravest_come_first(self) -> None:
        """A screen may hold no more."""
        found = audit(
            into(CONTROLLER, rule(ENGINE, Members(), "tcp/22")),
            roles=role_map(not_filtered=("service-engine",)),
        )
        (table,) = [
            block
            for block in make_document(found, everything=True).blocks
            if isinstance(block, Table) and block.caption == "Needed flows"
        ]
        verdicts = [found.flows[row[0]].verdict for row in table.rows]
        assert verdicts == sorted(verdicts, key=[*Verdict].index)
        assert {*verdicts} > {Verdict.MISSING, Verdict.COVERED}

    def test_a_rule_that_is_called_by_its_place(self) -> None:
        """It is named once."""
        own = attrs.evolve(
            rule(ANY, Members(), "tcp/9999"),
            id="/rules/0",
            place=Place("a.yaml", pointer="/rules/0"),
        )
        written = text.write(make_document(audit(into(CONTROLLER, own))))
        assert "unexplained: a.yaml#/rules/0: tcp/9999: no flow" in written

    @pytest.mark.parametrize(
        ("roles", "listed"),
        [
            (("controller",), []),
            (
                ("controller", "service-engine"),
                ["- sg-c: controller and service-engine"],
            ),
        ],
    )
    def test_parties_of_several_roles(
        self, roles: tuple[str, ...], listed: list[str]
    ) -> None:
        """They are named, for a rule about one role is about all."""
        found = audit(
            into(CONTROLLER, rule(ANY, Members(), "tcp/22", 1)),
            roles=role_map(parties={"sg-c": roles}),
        )
        lines = text.write(make_document(found)).splitlines()
        assert ("Parties of several roles" in lines) is bool(listed)
        assert [line for line in lines if line.startswith("- sg-c")] == listed

    def test_parties_that_are_known_by_their_names(self) -> None:
        """They are named: nobody said who they are, and names can mislead."""
        names = ("SEs", "service-engine", "Admin", "nobody", "NTP", "VPC")
        found = audit(
            into(
                CONTROLLER,
                *(rule(Group(n), Members(), "tcp/22") for n in names),
            ),
            # Whom the role map gives a role, it knows.
            roles=role_map(
                parties={"sg-c": ("controller",), "NTP": ("ntp-server",)}
            ),
        )
        assert text.write(make_document(found)).partition("names\n")[2] == (
            "- SEs: service-engine\n"
            "- Admin: external-network-services\n\n"
            f"{summary_text(found)}\n"
        )

    def test_everything(self) -> None:
        """Rules, parties, what is accepted and what was set aside."""
        written = text.write(make_document(report(), everything=True))
        for heading in (
            "Rules (8)",
            "Parties",
            "Set aside",
            "Accepted (2)",
            "Findings",
        ):
            assert f"\n{heading}\n" in written
        assert "(Operations, until 2100-01-01)" in written
        assert "declined by the deployment: Not polled." in written
        assert "2 read in" not in written
        assert "1 failed, 1 set aside." in written
        assert "1 port: tcp/8483 from service-engine" in written
        assert "sg-c: controller" in written
        assert "translates: not judged" in written
        assert "var.ports" in written
        assert "\x1b" not in written
        assert "\u202e" not in written

    def test_nothing_found(self) -> None:
        """Is said, and what is covered is counted."""
        flows = resolution().flows
        answer = resolution(
            declined=tuple(
                DeclinedFlow(flow=f.id, reason="Not here.") for f in flows
            )
        )
        groups = (into(CONTROLLER), into(ENGINE, id="two"))
        written = text.write(make_document(audit(*groups, resolution=answer)))
        assert "Nothing found, 10 accepted." in written
        assert "Findings" not in written
        assert "0 rules: 0 read in 2 filters." in written

    def test_a_side_that_a_flow_lacks_is_an_empty_cell(self) -> None:
        """Of two flows, only one goes through the filter between."""
        between = into(
            (ENGINE,), direction="through", id="between", stage="path"
        )
        written = text.write(make_document(audit(into(CONTROLLER), between)))
        rows = [line for line in written.splitlines() if "MISSING" in line]
        assert "Between" in written
        assert any(row.count("MISSING") == 1 for row in rows)
        assert any(row.count("MISSING") == 2 for row in rows)

    def test_all_covered_needs_no_table(self) -> None:
        """Nor is anything besides."""
        wide = rule(
            (CONTROLLER, ENGINE, Group("external-network-services")),
            (CONTROLLER, ENGINE, Group("aws")),
            "any",
        )
        table = into((), wide, direction="through")
        written = text.write(make_document(audit(table)))
        assert "11 covered (--all shows them)." in written
        everything = text.write(make_document(audit(table), everything=True))
        assert "Besides" not in everything
        assert everything.count("covered: rule-1") == 11

    def test_without_rules_there_is_no_table_of_them(self) -> None:
        """Nor parties that have roles."""
        document = make_document(audit(), everything=True)
        written = text.write(document)
        assert "Rules (0)\n" in written
        assert "Parties" not in written
        assert "Set aside" not in written

    def test_gaps_are_said(self) -> None:
        """What the vendor's page is silent on, no audit finds."""
        written = text.write(
            make_document(audit(resolution=resolution("nsx-t")))
        )
        assert "\nNot documented\n" in written

    def test_many_rules_are_counted(self) -> None:
        """A cell names two."""
        rules = [
            rule(CONTROLLER, Members(), f"tcp/{port}", port)
            for port in (22, 443, 8443)
        ]
        report_ = audit(into(CONTROLLER, *rules))
        # One flow that several rules let through.
        flow = report_.flows["controller-to-controller-ssh"]
        side = attrs.evolve(
            flow.sides["destination"],
            rules=tuple(each.rule for each in report_.rules),
            protocols="TCP alone",
        )
        more = attrs.evolve(flow, sides=type(flow.sides)([side]))
        changed = attrs.evolve(report_, flows={flow.flow.id: more})
        written = text.write(make_document(changed, everything=True))
        assert "covered: rule-22, rule-443 and 1 more (TCP alone)" in written

    def test_one_cause_is_one_line(self) -> None:
        """Of what is not known, and of what several flows lack."""
        unread = Unread(
            place=Place("rules.json", 9),
            kind="unknown",
            text='dynamic "ingress" over var.x',
            why="no value; give it",
            filters=("group",),
        )
        found = audit(
            into(CONTROLLER),
            into(CONTROLLER, id="sg-c out", direction="out"),
            into(ENGINE, id="sg-s in"),
            unread=(unread,),
        )
        unknown = [f for f in found.findings if f.kind == "unknown"]
        assert len(unknown) == 9
        written = text.write(make_document(found))
        lines = written.splitlines()
        (line,) = (each for each in lines if "- unknown:" in each)
        assert line.startswith(
            '- unknown: rules.json:9: dynamic "ingress" over var.x: no value; '
            "give it. It may decide 9 flows: controller-to-controller-ssh, "
        )
        at = lines.index(
            "- error missing: rules.json:100: 4 flows: nothing lets them "
            "through out of controller (sg-c has no egress rule):"
        )
        inner = [each.strip() for each in lines[at + 1 : at + 5]]
        assert inner[-1] == (
            "controller-to-aws: tcp/443 from controller to aws."
        )
        assert (
            "nothing lets it through into service-engine (sg-s has no "
            "ingress rule): tcp/4001"
        ) in written
        # For machines there is one of each.
        assert write_csv(found).count('"unknown","controller-to-') == 3

    def test_several_causes_are_listed_once(self) -> None:
        """They decide the flows together; one alone decides its own."""
        rules = [
            rule(Unknown(f"var.{name}", "no value"), Members(), "any", at)
            for at, name in enumerate("xy", 1)
        ]
        engine = rule(Unknown("var.z", "no value"), Members(), "tcp/4001", 3)
        found = audit(
            into(CONTROLLER, *rules),
            into(ENGINE, engine, id="sg-s in"),
            unread=tuple(
                Unread(
                    place=Place("rules.json", 60),
                    kind="failed",
                    text="rule",
                    why="no protocol",
                    filters=("other",),
                )
                for _ in range(2)
            ),
        )
        written = text.write(make_document(found))
        lines = [
            each for each in written.splitlines() if "- unknown: " in each
        ]
        assert lines[0].startswith(
            "- unknown: 2 things may together decide 9 flows: "
        )
        assert written.count("rules.json:2 rule-2: var.y: no value") == 1

    def test_a_reason_of_several_is_written_once(self) -> None:
        """With the flows that it may decide, though they have others, too."""
        both = rule(Unknown("var.x", "no value"), Members(), "any", 1)
        one = rule(Unknown("var.y", "no value"), Members(), "tcp/22", 2)
        written = text.write(
            make_document(
                audit(
                    into(CONTROLLER, both, one),
                    unread=(attrs.evolve(LEFT, is_apart=False),),
                )
            )
        )
        lines = written.splitlines()
        at = lines.index(
            "- unknown: 3 things may decide 9 flows, alone or together:"
        )
        listed = "controller-to-controller-ssh, "
        listed += f"{SSH}, external-to-controller-ssh"
        inner = [each.strip() for each in lines[at + 1 : at + 4]]
        assert inner == [
            f"rules.json:9: {LEFT.text}: not read. It may decide all of them.",
            "rules.json:1 rule-1: var.x: no value. It may decide all of them.",
            f"rules.json:2 rule-2: var.y: no value. It may decide {listed}.",
        ]
        assert written.count("var.x: no value") == 1
        assert written.count("rules.json:9") == 1

    def test_a_reason_of_many_flows_counts_them(self) -> None:
        """The table above has their names."""
        many = rule(Unknown("var.x", "no value"), Members(), "tcp", 1)
        more = rule(Unknown("var.y", "no value"), Members(), "any", 2)
        written = text.write(
            make_document(audit(into(CONTROLLER, many, more)))
        )
        assert "var.x: no value. It may decide 7 of them." in written
        assert "var.y: no value. It may decide all of them." in written

    def test_parties_in_no_role_are_one_line(self) -> None:
        """What to do is said once, and what is of each alone below it."""
        rules = [
            rule(Group(name), Members(), "tcp/9", line)
            for line, name in enumerate(("sg-x", "Contoller", "sg-x"), 1)
        ]
        written = text.write(make_document(audit(into(CONTROLLER, *rules))))
        lines = [each.strip() for each in written.splitlines()]
        at = lines.index(
            "- note unmapped: 2 parties are in no role of the role map: give "
            "them their roles under [party] (audit rules --init-roles writes "
            "a draft), or names of your own if they are nobody of the "
            "product:"
        )
        assert lines[at + 1 : at + 3] == [
            "sg-x (rules.json:1 and 1 more)",
            "Contoller (rules.json:2): Did you mean 'Controller'?",
        ]

    def test_of_hundreds_of_parties_the_first(self) -> None:
        """And how many there are more, unless all are asked for."""
        rules = [
            rule(Group(f"sg-{line}"), Members(), "tcp/9", line)
            for line in range(1, 201)
        ]
        report = audit(into(CONTROLLER, *rules))
        written = text.write(make_document(report))
        assert "sg-50 (rules.json:50)" in written
        assert "sg-51 " not in written
        assert "and 150 more (--all lists them)" in written
        whole = text.write(make_document(report, everything=True))
        assert "sg-200 (rules.json:200)" in whole
        assert "more (--all" not in whole

    def test_denied_flows_are_one_line(self) -> None:
        """With the rule that denies them, and what is of each alone."""
        found = audit(
            ordered(
                CONTROLLER,
                rule(ENGINE, Members(), "any", 1, action="deny"),
                rule(ENGINE, Members(), "any", 2),
            )
        )
        written = text.write(make_document(found))
        assert (
            "3 flows: an earlier rule denies them into controller; denied by "
            "rules.json:1 rule-1:"
        ) in written

    def test_what_was_assumed_is_said(self) -> None:
        """Where the flow or its rule is listed, in each format."""
        assumed = "assumes var.x = 10.0.0.0/8 (default)"
        found = audit(
            into(
                CONTROLLER,
                rule(
                    ENGINE,
                    Members(),
                    "tcp/22 tcp/9",
                    1,
                    assumes=(assumed.removeprefix("assumes "),),
                ),
            ),
            roles=role_map(not_filtered=("service-engine",)),
        )
        written = text.write(make_document(found))
        # The value is said once, below what rests on it.
        assert "covered: rule-1; assumes var.x\n" in written
        assert "\nAssumed\n- var.x = 10.0.0.0/8 (default)\n" in written
        assert written.count("10.0.0.0/8") == 1
        everything = text.write(make_document(found, everything=True))
        assert "rule-1 (assumes var.x)" in everything
        rows = [*csv.DictReader(io.StringIO(write_csv(found)))]
        kinds = {row["record"] for row in rows if assumed in row["text"]}
        assert kinds == {"flow", "rule"}
        data = report_data(found)
        flow = next(f for f in data["flows"] if f["flow"] == SSH)
        assert flow["sides"][0]["assumes"] == ["var.x = 10.0.0.0/8 (default)"]
        note = "IPv4 only"
        chain = into(CONTROLLER, assumes=(note,))
        found_there = audit(chain, chain)
        assert f"0 read in 2 filters; {note}." in text.write(
            make_document(found_there)
        )
        assert f"0 unknown; {note}." in write_sarif(found_there)
        assert report_data(found_there)["files"][0]["assumes"] == [note]
        assert f"The verdicts assume {assumed[8:]}." in write_sarif(found)

    def test_what_findings_assume_is_said_once(self) -> None:
        """What has no value, such as a secret, is named alone."""
        rules = [
            rule(
                ANY,
                Members(),
                f"tcp/{port}",
                port,
                assumes=("var.y = 7 (default)", "var.z has its default"),
            )
            for port in (22, 7, 9)
        ]
        written = text.write(make_document(audit(into(CONTROLLER, *rules))))
        line = "assumes var.y, var.z has its default"
        assert written.count(f"    {line}\n") == 3
        assert "\nAssumed\n- var.y = 7 (default)\n\n" in written
        assert written.count("var.y = 7") == 1

    def test_markdown_has_no_live_markup(self) -> None:
        """Of names from files."""
        written = markdown.write(make_document(report(), everything=True))
        assert "<i>" not in written.replace("\\<i\\>", "")
        assert re.search(r"(?<!\\)\]\(http", written) is None
        assert written.startswith("# Audit of the rules that exist\n")


class TestData:
    """For machines."""

    def test_json_has_a_published_schema(self) -> None:
        """And meets it."""
        from avi_portspec.cli.commands.schema import schema

        published = schema("audit")
        assert published["$schema"] == DIALECT
        data = json.loads(json.dumps(report_data(report())))
        jsonschema.validate(data, published)
        flow = next(f for f in data["flows"] if f["flow"] == SSH)
        assert [side["verdict"] for side in flow["sides"]]
        assert {f["accepted"]["by"] for f in data["findings"] if f["accepted"]}
        near = [n for f in data["findings"] for n in f["near"]]
        assert near
        assert data["files"][0]["unread"][0]["place"]["pointer"] == "/x/0"

    def test_csv_runs_nothing(self) -> None:
        """And has a row for each side, rule and finding."""
        found = report()
        rows = [*csv.DictReader(io.StringIO(write_csv(found)))]
        sides = sum(len(flow.sides) for flow in found.flows.values())
        assert len(rows) == sides + len(found.rules) + len(found.findings)
        names = [row["rule"] for row in rows if "cmd" in row["rule"]]
        assert names
        assert all(name.startswith("'=") for name in names)
        assert {row["record"] for row in rows} >= {"flow", "rule", "error"}


def check(written: str) -> dict[str, Any]:
    """Return the run of SARIF that meets its schema."""
    schema = json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text())
    log: dict[str, Any] = json.loads(written)
    jsonschema.Draft4Validator(
        schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    ).validate(log)
    (run,) = log["runs"]
    return run  # type: ignore[no-any-return]


class TestSarif:
    """For code scanning."""

    def test_it_meets_the_standard(self) -> None:
        """Each result has a place, a rule that is listed, and a mark."""
        found = report()
        run = check(write_sarif(found))
        placed = [f for f in found.findings if f.place is not None]
        assert len(run["results"]) == len(placed)
        rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            (location,) = result["locations"]
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"] == "rules.json"
            assert result["partialFingerprints"]["aviPortspec/v1"]
        suppressed = [r for r in run["results"] if "suppressions" in r]
        reasons = {r["suppressions"][0]["justification"] for r in suppressed}
        assert reasons == {
            "It is known. (Operations, until 2100-01-01)",
            "Not polled.",
        }

    def test_the_schema_can_refuse(self) -> None:
        """A result without a message, and a key that is none."""
        log = json.loads(write_sarif(report()))
        del log["runs"][0]["results"][0]["message"]
        with pytest.raises(jsonschema.ValidationError):
            check(json.dumps(log))
        log = json.loads(write_sarif(report()))
        log["runs"][0]["result"] = []
        with pytest.raises(jsonschema.ValidationError):
            check(json.dumps(log))

    def test_what_has_no_place_is_a_notification(self) -> None:
        """As consumers reject results without one; and sums are told."""
        found = audit()
        run = check(write_sarif(found))
        (invocation,) = run["invocations"]
        texts = [
            note["message"]["text"]
            for note in invocation["toolExecutionNotifications"]
        ]
        assert any(
            "Nothing that was read filters controller" in t for t in texts
        )
        assert any(t.startswith("rules.json: 0 rules: ") for t in texts)
        assert run["results"] == []

    def test_texts_are_no_links_and_no_placeholders(self) -> None:
        """Brackets and braces are markup there."""
        run = check(write_sarif(report()))
        texts = [r["message"]["text"] for r in run["results"]]
        (one,) = [t for t in texts if t.startswith("=cmd") or "=cmd" in t][:1]
        assert "\\[l\\]" in one
        assert "{{0}}" in one
        assert re.search(r"(?<!\\)\[", one) is None

    def test_too_many_are_left_out_and_counted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By number, and by size."""
        found = report()
        monkeypatch.setattr(sarif, "_RESULTS", 3)
        run = check(write_sarif(found))
        assert len(run["results"]) == 3
        assert run["results"][0]["level"] == "error"
        note = run["invocations"][0]["toolExecutionNotifications"][0]
        assert "findings are left out" in note["message"]["text"]
        size = len(write_sarif(found))
        monkeypatch.setattr(sarif, "_BYTES", size * 3 // 4)
        assert len(check(write_sarif(found))["results"]) < 3
        monkeypatch.setattr(sarif, "_BYTES", 10)
        assert check(write_sarif(found))["results"] == []

    def test_places(self) -> None:
        """Standard input, lines, pointers and names with blanks."""
        group = into(CONTROLLER, place=Place("standard input", None, "/a/0"))
        run = check(write_sarif(audit(group)))
        location = run["results"][0]["locations"][0]
        assert location == {
            "physicalLocation": {
                "artifactLocation": {"uri": "standard-input"}
            },
            "logicalLocations": [{"fullyQualifiedName": "/a/0"}],
        }
        group = into(CONTROLLER, place=Place("my rules\udcff.json", 7))
        run = check(write_sarif(audit(group)))
        location = run["results"][0]["locations"][0]
        assert location["physicalLocation"] == {
            "artifactLocation": {
                "uri": "my%20rules%FF.json",
                "uriBaseId": "%SRCROOT%",
            },
            "region": {"startLine": 7},
        }

    @pytest.mark.parametrize(
        ("name", "uri"),
        [
            ("infra/avi/main.tf", "infra/avi/main.tf"),
            ("./infra/../main.tf", "main.tf"),
            ("/ci/build/infra/main.tf", "infra/main.tf"),
            ("../build/a:b.json", "a%3Ab.json"),
            # A file elsewhere is nowhere in the sources.
            ("../main.tf", "file:///ci/main.tf"),
            ("/ci/builds/my rules.json", "file:///ci/builds/my%20rules.json"),
        ],
    )
    def test_files_count_from_the_root_of_the_sources(
        self, name: str, uri: str
    ) -> None:
        """So that a forge finds them; others are where they are."""
        found = audit(into(CONTROLLER, place=Place(name, 7)))
        written = write_sarif(found, Path("/ci/build"))
        run = check(written)
        artifact = run["results"][0]["locations"][0]["physicalLocation"][
            "artifactLocation"
        ]
        assert artifact["uri"] == uri
        is_within = ":" not in uri
        assert artifact.get("uriBaseId") == (
            "%SRCROOT%" if is_within else None
        )

    def test_the_root_is_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Unless somebody says another."""
        monkeypatch.chdir(tmp_path)
        found = audit(into(CONTROLLER, place=Place(f"{tmp_path}/a.json", 7)))
        run = check(write_sarif(found))
        location = run["results"][0]["locations"][0]["physicalLocation"]
        assert location["artifactLocation"] == {
            "uri": "a.json",
            "uriBaseId": "%SRCROOT%",
        }
