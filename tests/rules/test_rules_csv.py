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

from avi_portspec.exporters.formulas import restored
from avi_portspec.rules.neutral import RuleSet, plain
from avi_portspec.rules.platforms import render


def table(rules: RuleSet) -> tuple[list[str], list[dict[str, str]]]:
    """Return the comments and the lines of a table."""
    rows = list(csv.reader(io.StringIO(render(rules, "csv"), newline="")))
    comments = [row[0] for row in rows if row[0].startswith("#")]
    assert all(len(row) == 1 for row in rows[: len(comments)])
    names, *lines = rows[len(comments) :]
    return comments, [dict(zip(names, ln, strict=True)) for ln in lines]


class TestTheTable:
    """The table."""

    def test_it_has_a_line_a_rule(self) -> None:
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
                line["flows"].split(),
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
                [*rule.flows],
            )
            for rule in rules.rules
        ]
        assert {line["action"] for line in lines} == {"allow"}

    def test_a_service_has_its_protocol_first(self) -> None:
        """A lone ``1-12`` would be a day in January."""
        rules = rules_for(
            optional=True,
            overlay=own_flow('["tcp"]', "[{low = 1, high = 12}, 65535]"),
        )
        found = {line["rule"]: line["service"] for line in table(rules)[1]}
        assert (
            found["service-engine-to-controller-tcp-ipv4"]
            == "tcp/1-12 tcp/22 tcp/8443 tcp/65535"
        )
        assert (
            found["controller-to-controller-gateway-icmp-ipv4"]
            == "icmp/type-8"
        )
        numbers = rules_for(overlay=own_flow("[97]"))
        assert table(numbers)[1][-2]["service"] == "protocol-97"

    def test_the_top_says_what_it_is(self) -> None:
        """Edition, digest, what is left out, and what no line says."""
        rules = rules_for()
        comments, _ = table(rules)
        assert comments[:-1] == [
            f"# {line.replace(',', ';')}" for line in rules.header()
        ]
        assert "stays closed" in comments[-1]

    def test_comments_are_lines_that_begin_with_a_sign(self) -> None:
        """Whoever skips such lines, without a reader, skips all of them."""
        for rules in (rules_for(), hostile()):
            lines = render(rules, "csv").split("\r\n")
            at = next(n for n, ln in enumerate(lines) if ln[:5] == "rule,")
            assert len(rules.header()) == at - 1
            assert all(line.startswith("# ") for line in lines[:at])
            assert not any("," in line or '"' in line for line in lines[:at])

    def test_reasons_stand_beside_the_rules(self) -> None:
        """A flow's id before each."""
        rules = rules_for()
        for line, rule in zip(table(rules)[1], rules.rules, strict=True):
            assert line["reasons"].split(" | ") == [
                f"{flow}: {reason}"
                for flow, reason in zip(rule.flows, rule.reasons, strict=True)
            ]

    def test_nothing_is_a_formula(self) -> None:
        """Not even in a reason that a spreadsheet parts at a semicolon."""
        text = render(hostile(), "csv")
        assert text.isascii()
        rows = csv.reader(io.StringIO(text, newline=""))
        for cell in (cell for row in rows for cell in row):
            for part in cell.split(";"):
                assert part.lstrip(" ")[:1] not in {*"=+-@\t\r"}

    def test_hostile_text_stays_in_its_cell(self) -> None:
        """It neither ends a cell nor a line."""
        comments, lines = table(hostile())
        assert len(lines) == len(rules_for().rules)
        assert any(
            plain(HOSTILE) in restored(line["reasons"]) for line in lines
        )
        assert restored(comments[0]).endswith(
            plain(HOSTILE).replace('"', "'").replace(",", ";")
        )

    def test_it_says_what_others_cannot(self) -> None:
        """People can enter a rule between any two machines."""
        _, lines = table(between_strangers())
        assert lines[-1]["rule"].startswith("dns-server-to-aws")
