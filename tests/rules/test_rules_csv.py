"""The table of rules, read back by another reader."""

from __future__ import annotations

import csv
import io

from cloud_sites import (
    HOSTILE,
    between_strangers,
    hostile,
    own_flow,
    rules_for,
)
from rules_examples import whole_lines

from avi_portspec.documents.spreadsheet import unescape
from avi_portspec.rules.comments import to_ascii
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import render
from avi_portspec.rules.ruleset import RuleSet

HEADER = Options(header=True)


def table(rules: RuleSet) -> tuple[list[str], list[dict[str, str]]]:
    """Return the comments and the lines of a table."""
    text = render(rules, "csv", HEADER)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    comments = [row[0] for row in rows if row[0].startswith("#")]
    assert all(len(row) == 1 for row in rows[: len(comments)])
    names, *lines = rows[len(comments) :]
    return comments, [dict(zip(names, ln, strict=True)) for ln in lines]


class TestTheTable:
    """The table."""

    def test_without_comments_it_is_a_table_as_it_is(self) -> None:
        """The first line names the columns, for pandas and Excel."""
        plain = render(rules_for(), "csv")
        assert plain.startswith("rule,action,family,source,")
        assert "#" not in plain
        assert render(rules_for(), "csv", HEADER).endswith(plain)

    def test_it_has_a_line_for_each_rule_and_service(self) -> None:
        """With all that the rule says, and nothing else."""
        rules = rules_for(optional=True, overlay=own_flow("[63, 73, 97]"))
        _, lines = table(rules)
        assert [
            (
                line["rule"],
                line["family"],
                line["source"],
                line["source_addresses"].split(),
                line["destination"],
                line["destination_addresses"].split(),
            )
            for line in lines
        ] == [
            (
                rule.id,
                f"IPv{rule.family}",
                rule.source,
                [*map(str, rule.sources)],
                rule.destination,
                [*map(str, rule.destinations)],
            )
            for rule in rules.rules
            for _ in rule.ports or [None]
        ]
        assert {line["action"] for line in lines} == {"allow"}

    def test_a_service_has_its_protocol_first(self) -> None:
        """A lone ``1-12`` would be a day in January."""
        rules = rules_for(
            optional=True,
            overlay=own_flow('["tcp"]', "[{low = 1, high = 12}, 65535]"),
        )
        found: dict[str, list[str]] = {}
        for line in table(rules)[1]:
            found.setdefault(line["rule"], []).append(line["service"])
        assert found["service-engine-to-controller-tcp-ipv4"] == [
            "tcp/1-12",
            "tcp/22",
            "tcp/8443",
            "tcp/65535",
        ]
        assert found["controller-to-controller-gateway-icmp-ipv4"] == [
            "icmp/type-8"
        ]
        numbers = rules_for(overlay=own_flow("[97]"))
        assert table(numbers)[1][-2]["service"] == "protocol-97"

    def test_the_top_says_what_it_is(self) -> None:
        """Edition, digest, what is left out, and what no line says."""
        rules = rules_for()
        comments, _ = table(rules)
        said = whole_lines(line.removeprefix("# ") for line in comments)
        assert said[:-1] == [line.replace(",", ";") for line in rules.header()]
        assert "is denied" in said[-1]

    def test_comments_are_lines_that_begin_with_a_sign(self) -> None:
        """Whoever skips such lines, without a reader, skips all of them."""
        for rules in (rules_for(), hostile()):
            lines = render(rules, "csv", HEADER).split("\r\n")
            at = next(n for n, ln in enumerate(lines) if ln[:5] == "rule,")
            said = whole_lines(line[2:] for line in lines[:at])
            assert len(rules.header()) == len(said) - 1
            assert all(line.startswith("# ") for line in lines[:at])
            assert not any("," in line or '"' in line for line in lines[:at])

    def test_inferred_fields_are_named(self) -> None:
        """Of the flows of the row, as the edition has them; no others."""
        rules = rules_for(optional=True)
        inferred = {
            f"{flow.id}.{reason.field}"
            for flow in rules.resolution.edition.flows
            for reason in flow.inferred
        }
        told = set()
        for line in table(rules)[1]:
            fields = line["inferred"].split()
            flows = {each.partition(".")[0] for each in fields}
            assert flows <= {*line["flows"].split()}
            assert inferred >= {*fields}
            told |= {*fields}
        written = {flow for rule in rules.rules for flow in rule.flows}
        assert told == {
            each for each in inferred if each.partition(".")[0] in written
        }

    def test_reasons_stand_beside_the_rules(self) -> None:
        """A flow's id before each, and only those of the line's port."""
        rules = rules_for()
        told: dict[str, set[str]] = {}
        for line in table(rules)[1]:
            reasons = line["reasons"].split(" | ")
            assert [each.split(":")[0] for each in reasons] == (
                line["flows"].split()
            )
            told.setdefault(line["rule"], set()).update(reasons)
        assert told == {rule.id: {*rule.purposes} for rule in rules.rules}
        portal = [
            line["flows"]
            for line in table(rules)[1]
            if line["rule"] == "service-engine-to-controller-tcp-ipv4"
            and line["service"] == "tcp/8443"
        ]
        assert portal == ["service-engine-to-controller-portal"]

    def test_nothing_is_a_formula(self) -> None:
        """Not even in a reason that a spreadsheet parts at a semicolon."""
        text = render(hostile(), "csv", HEADER)
        assert text.isascii()
        rows = csv.reader(io.StringIO(text, newline=""))
        for cell in (cell for row in rows for cell in row):
            for part in cell.split(";"):
                assert part.lstrip(" ")[:1] not in {*"=+-@\t\r"}

    def test_hostile_text_stays_in_its_cell(self) -> None:
        """It neither ends a cell nor a line."""
        comments, lines = table(hostile())
        assert len(lines) == len(table(rules_for())[1])
        assert any(
            to_ascii(HOSTILE) in unescape(line["reasons"]) for line in lines
        )
        first, *_ = whole_lines(
            unescape(line).removeprefix("# ") for line in comments
        )
        assert first.endswith(
            to_ascii(HOSTILE).replace('"', "'").replace(",", ";")
        )

    def test_it_says_what_others_cannot(self) -> None:
        """People can enter a rule between any two machines."""
        _, lines = table(between_strangers())
        assert lines[-1]["rule"].startswith("dns-server-to-aws")
