"""The statements against the table of facts that they were taken from.

``tests/data/statements/ledger.csv`` has a row for each fact that was
collected: where it went, and what it says in the collector's own columns,
which nobody made from the statements.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import avi_portspec
from avi_portspec import Catalog, Statement
from avi_portspec.beyond.files import library

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "tests" / "data" / "statements" / "ledger.csv"
FACTS = ROOT.parent / "shared" / "facts" / "statements"
#: How many facts each of the published tables has. Sources that were added
#: since have tables of their own here, with their facts and no digest.
COUNTS = {
    "comparison": 33,
    "objsync-default": 30,
    "port-page-other-releases-partial": 52,
    "tanzu": 54,
    "third-party": 3,
    "vendor-code": 58,
    "vendor-docs": 58,
}
#: The SHA-256 of the column of digests: what the facts were.
PINNED = "1cd84fd7ab07c660ff966bc012ba2d9017a2502149e6e53029c7c522d6bb3b1c"
#: A side that stands for two.
SEVERAL = {"vCenter and ESXi hosts": {"vcenter-server", "esxi-host"}}
#: Sides in which a fact and its statement differ, and why.
SIDES = {
    ("port-page-20-1-gateway-echo", "destination"): "the note says which",
    ("port-page-20-1-engine-note", "source"): "the fact names the note alone",
    ("port-page-20-1-engine-note", "destination"): "likewise",
    ("port-page-20-1-address", "source"): "likewise",
}
#: Facts whose release the statement does not have, and why.
RELEASES = {
    "ako-controller": "the number is that of AKO",
    "ako-liveness": "likewise",
    "vcf-alb-v1-admin": "the number is that of the service",
    "vcf-alb-v1-cluster": "likewise",
    "alb-sdk-objstore-setting": "the fact has all of them",
}


@cache
def rows() -> list[dict[str, str]]:
    """Return the rows of the ledger."""
    with LEDGER.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def published() -> list[dict[str, str]]:
    """Return the rows of the facts that were published."""
    return [row for row in rows() if row["file"] in COUNTS]


def taken() -> list[tuple[dict[str, str], Statement]]:
    """Return each row with each statement that it became, or went into."""
    known = avi_portspec.statements()
    return [
        (row, known[name])
        for row in rows()
        if row["file"] != "comparison"
        for name in row["into"].split()
        if name in known.ids()
    ]


class TestTheLedger:
    """Each fact has gone somewhere."""

    def test_no_fact_is_missing(self) -> None:
        """Each table, each row, once."""
        found = [(row["file"], int(row["row"])) for row in rows()]
        counts = {**Counter(row["file"] for row in rows()), **COUNTS}
        assert sorted(found) == [
            (name, number)
            for name, count in sorted(counts.items())
            for number in range(1, count + 1)
        ]

    def test_the_facts_are_those_that_were_entered(self) -> None:
        """By a digest of all of them."""
        text = "".join(row["sha256"] for row in published())
        assert hashlib.sha256(text.encode()).hexdigest() == PINNED

    def test_each_row_says_what_became_of_it(self) -> None:
        """Transcribed, merged, or left out with a reason."""
        for row in rows():
            where = f"{row['file']} {row['row']}"
            into = row["into"].split()
            if row["verdict"] == "left out":
                assert not into, where
                assert row["reason"], where
            else:
                assert row["verdict"] in {"transcribed", "merged"}, where
                assert into, where
        verdicts = Counter(row["verdict"] for row in published())
        assert verdicts == {"transcribed": 216, "merged": 68, "left out": 4}

    def test_where_it_went_exists(self) -> None:
        """A statement, or a source; of a summary, what it sums up."""
        statements = avi_portspec.statements()
        known = {*statements.ids(), *avi_portspec.sources().ids()}
        known |= {name for each in statements for name in each.about}
        assert {n for row in rows() for n in row["into"].split()} <= known

    def test_no_statement_is_without_a_fact(self) -> None:
        """None is invented."""
        claimed = {name for row in rows() for name in row["into"].split()}
        assert set(avi_portspec.statements().ids()) <= claimed
        empty = {
            each.id for each in avi_portspec.sources() if not each.statements
        }
        assert empty <= claimed

    def test_the_facts_have_not_changed(self) -> None:
        """Where the tables themselves are at hand, row by row."""
        if not FACTS.is_dir():
            pytest.skip(f"no copy of the published facts in {FACTS}")
        tables = {
            path.stem: [*csv.DictReader(path.read_text("utf-8").splitlines())]
            for path in FACTS.glob("*.csv")
        }
        assert {name: len(t) for name, t in tables.items()} == COUNTS
        for row in published():
            fact = tables[row["file"]][int(row["row"]) - 1]
            text = json.dumps([*fact.values()], ensure_ascii=False)
            digest = hashlib.sha256(text.encode()).hexdigest()
            assert row["sha256"] == digest[:16]
            for column in {*fact} & {*row}:
                assert row[column] == fact[column]


class TestEachFact:
    """What a statement says is what was collected."""

    def test_the_sides(self) -> None:
        """By name, and by every name that sources have for them."""
        ends: Catalog[Any] = Catalog("endpoint", library().endpoints)
        off = []
        for row, statement in taken():
            for field in ("source", "destination"):
                end = ends.get(row[field])
                names = SEVERAL.get(row[field], {end.id} if end else {None})
                got = getattr(statement, field)
                # About a note on sources, the other side says nothing.
                silent = got is None and "address" in statement.id
                if got not in names and not silent:
                    off.append((statement.id, field))
        assert sorted(off) == sorted(SIDES)

    def test_the_protocols_and_ports(self) -> None:
        """Each port that was collected, and no other."""
        bare = {"port-page-20-1-channel", "port-page-20-1-openstack"}
        for row, statement in taken():
            numbers = {(p.low, p.high) for p in statement.ports}
            low, high = row["port_low"], row["port_high"]
            stated = set()
            if low or high:
                stated = {(int(low or 1), int(high))}
            if statement.id in bare:
                # They are in the text of the fact.
                assert not stated
            elif "address" in statement.id:
                assert not numbers
            elif statement.id == "aws-module-cluster":
                assert stated < numbers
            elif statement.id == "service-engine-group-22-1-ephemeral":
                # The range is that of the source's own ports.
                assert stated == {(4096, 61440)}
                assert not numbers
            elif statement.id == "port-page-22-1-gcp":
                # A port without a protocol.
                assert stated == {(443, 443)}
                assert "443" in str(statement.note)
            else:
                assert numbers == stated, statement.id
            words = set(re.findall(r"[a-z]+|\d+", row["protocol"].lower()))
            for protocol in statement.protocols:
                name = protocol.name or str(protocol.number)
                assert name in words or statement.id in bare

    def test_the_requirement(self) -> None:
        """Optional where that was collected, and nowhere else."""
        for row, statement in taken():
            optional = "optional" in row["requirement"]
            got = statement.requirement
            assert (got == "optional") == optional, statement.id

    def test_the_releases(self) -> None:
        """A statement is about the release that was collected."""
        off = set()
        for row, statement in taken():
            found = re.findall(r"\d+(?:\.(?:\d+|x))+", row["release"])
            if not any(
                statement.is_about_release(name.replace(".x", ""))
                for name in found
            ):
                off.add(statement.id)
        assert off == set(RELEASES)

    def test_inferred_releases_are_marked(self) -> None:
        """Where the table has a time or no release instead of a release."""
        for row, statement in taken():
            vague = any(
                word in row["release"]
                for word in ("era", "unpinned", "not stated", "VCF")
            )
            assert statement.is_release_inferred == vague, statement.id
