"""The one function that exports, and the formats that it knows."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import Any, get_args

import pytest

import avi_portspec
from avi_portspec import (
    Edition,
    InvalidQueryError,
    MissingExtraError,
    UnknownNameError,
)
from avi_portspec.exporters import FormatName

FORMATS = pytest.mark.parametrize(
    "entry", avi_portspec.formats(), ids=lambda each: each.name
)
#: What each format needs that the package does not, by its extra.
NEEDS = {"yaml": "yaml", "toml": "tomli_w", "xlsx": "xlsxwriter"}


def subjects(edition: Edition) -> list[Any]:
    """Return one subject of each kind."""
    flows = edition.flows.select(source="SE", cloud="openshift")
    return [edition, flows, edition.resolve("openstack")]


class TestFormats:
    """The list of formats."""

    def test_names_and_files_are_told(self) -> None:
        """By a name each; a suffix, and a media type."""
        found = avi_portspec.formats()
        names = [each.name for each in found]
        assert tuple(names) == get_args(FormatName)
        assert len({*names}) == len(names)
        for each in found:
            assert each.suffix.startswith(".")
            assert each.media_type.count("/") == 1
            assert each.summary

    @FORMATS
    def test_each_writes_what_it_says(
        self, edition: Edition, entry: avi_portspec.Format
    ) -> None:
        """Bytes where it is binary; else text, with a line's end."""
        for subject in subjects(edition):
            written = avi_portspec.export(subject, entry.name)
            if entry.binary:
                assert isinstance(written, bytes)
            else:
                assert isinstance(written, str)
                assert written.endswith("\n")

    def test_the_same_data_gives_the_same_bytes(self) -> None:
        """In processes of their own, whose hashes differ."""
        code = (
            "import avi_portspec as a, hashlib\n"
            "answer = a.load('vantage-undated').resolve('openstack')\n"
            "for entry in a.formats():\n"
            "    made = a.export(answer, entry.name)\n"
            "    made = made if entry.binary else made.encode()\n"
            "    print(entry.name, hashlib.sha256(made).hexdigest())"
        )
        one, other = (
            subprocess.run(
                [sys.executable, "-c", code],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
            for seed in ("1", "2")
        )
        assert one == other
        assert len(one.splitlines()) == len(avi_portspec.formats())

    @FORMATS
    def test_a_missing_extra_is_named(
        self,
        edition: Edition,
        entry: avi_portspec.Format,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Each format needs just the extra that it says."""
        for module in NEEDS.values():
            monkeypatch.setitem(sys.modules, module, None)
        if entry.extra is None:
            assert avi_portspec.export(edition, entry.name)
        else:
            with pytest.raises(MissingExtraError) as caught:
                avi_portspec.export(edition, entry.name)
            assert caught.value.extra == entry.extra


class TestExport:
    """What is refused, and what is loaded."""

    def test_an_unknown_format_suggests_one(self, edition: Edition) -> None:
        """As every unknown name does."""
        with pytest.raises(UnknownNameError, match="'markdown'"):
            avi_portspec.export(edition, "markdwon")
        with pytest.raises(UnknownNameError):
            avi_portspec.export(edition, None)  # type: ignore[arg-type]

    def test_other_subjects_are_refused(self) -> None:
        """A format can say nothing of them."""
        with pytest.raises(InvalidQueryError, match="a resolution"):
            avi_portspec.export("aws", "json")  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("only", "got"),
        [
            (3, "3"),
            ("controller-to-dns", "'controller-to-dns'"),
            (["controller-to-dns"], "'controller-to-dns'"),
            ([None], "nothing"),
            ([[]], "an empty list"),
        ],
    )
    def test_only_takes_flows_alone(
        self, edition: Edition, only: Any, got: str
    ) -> None:
        """Ids are none, nor is one flow a collection."""
        for wrong, text in ((only, got), (edition.flows[0], "Flow")):
            with pytest.raises(InvalidQueryError) as caught:
                avi_portspec.export(edition, "json", only=wrong)
            assert caught.value.argument == "only"
            assert caught.value.expected == "flows, as in a list"
            assert caught.value.got.startswith(text)

    def test_json_loads_no_reader_and_no_other_format(self) -> None:
        """The command line starts with it."""
        code = (
            "import sys, avi_portspec\n"
            "answer = avi_portspec.load('vantage-undated').resolve('aws')\n"
            "avi_portspec.export(answer, 'json')\n"
            "print(*sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
        )
        heavy = {"cattrs", "csv", "html", "xlsxwriter", "tomli_w", "yaml"}
        assert heavy.isdisjoint(done.stdout.split())


class TestJson:
    """The documented shape."""

    KEYS = (
        *("edition", "data_version", "digest", "title", "unofficial"),
        "scope",
        *("deployment", "records", "unstated"),
        *("direction_unclear", "declined", "not_needed"),
        *("conflicts", "gaps", "exclusions", "notes"),
        *("stated_elsewhere", "beyond", "other_purposes", "settings"),
    )

    def test_all_keys_are_always_there(self, edition: Edition) -> None:
        """For flows and for answers; nobody has to ask whether."""
        _, *others = subjects(edition)
        for subject in others:
            data = json.loads(avi_portspec.export(subject, "json"))
            assert tuple(data) == self.KEYS
            assert data["digest"] == edition.digest
            assert data["data_version"] == avi_portspec.DATA_VERSION
            assert data["unofficial"] is True
            assert "management traffic only" in data["scope"]

    def test_an_answer_is_whole(self, edition: Edition) -> None:
        """Each flow is in one of five lists, with its decision."""
        for name in ("openstack", "openshift", "gcp"):
            answer = edition.resolve(name)
            data = json.loads(avi_portspec.export(answer, "json"))
            found = {
                record["flow"]: record["decision"]
                for key in (
                    *("records", "unstated", "not_needed"),
                    *("direction_unclear", "declined"),
                )
                for record in data[key]
            }
            expected = {each.flow.id: each.status for each in answer}
            assert found == expected
            assert {r["decision"] for r in data["records"]} <= {
                "needed",
                "optional",
            }
            assert data["deployment"]["clouds"] == [name]

    def test_lists_are_lists(self, edition: Edition) -> None:
        """Ids and reasons are not joined, as they are in CSV."""
        answer = edition.resolve("gcp")
        data = json.loads(avi_portspec.export(answer, "json"))
        for record in data["records"]:
            flow = answer[record["flow"]].flow
            assert record["notes"] == [*flow.notes]
            assert record["replaces"] == [*flow.replaces]
            assert record["replaced_by"] == []
            for name in ("inferred", "readings"):
                assert record[name] == [
                    {"field": each.field, "reason": each.reason}
                    for each in getattr(flow, name)
                ]
        assert any(len(record["notes"]) > 1 for record in data["records"])
        assert any(record["readings"] for record in data["records"])

    def test_what_is_left_open_is_told(self, edition: Edition) -> None:
        """Conflicts and gaps, with where the page states them."""
        docker = avi_portspec.preset("openstack", controller="container")
        answer = edition.resolve(docker)
        data = json.loads(avi_portspec.export(answer, "json"))
        assert [conflict["text"] for conflict in data["conflicts"]] == [
            conflict.text for conflict in answer.conflicts
        ]
        silent = edition.resolve("openshift")
        data = json.loads(avi_portspec.export(silent, "json"))
        assert [gap["flows"] for gap in data["gaps"]] == [
            list(gap.flows) for gap in silent.gaps
        ]
        assert data["gaps"][0]["citations"]

    def test_a_query_keeps_what_it_leaves_open(self, edition: Edition) -> None:
        """Apart from what is stated."""
        found = edition.flows.select(
            source="SE", destination="SE", cloud="openshift"
        )
        data = json.loads(avi_portspec.export(found, "json"))
        assert data["records"] == []
        assert [r["port_low"] for r in data["unstated"]] == [4001, 9001]
        assert data["deployment"] is None
        assert {r["decision"] for r in data["unstated"]} == {"unstated"}


class TestCsv:
    """What is in a file that has one table alone."""

    def test_what_must_stay_closed_is_not_in_it(
        self, edition: Edition
    ) -> None:
        """Whoever reads the ports alone opens nothing more."""
        answer = edition.resolve("openshift")
        lines = str(avi_portspec.export(answer, "csv")).splitlines()
        assert '"replaced"' not in "".join(lines)
        assert {line.split(",")[0] for line in lines[1:]} == {
            '"needed"',
            '"optional"',
            '"unstated"',
        }
        found = {line.split(",")[1].strip('"') for line in lines[1:]}
        shown = answer.having("needed", "optional", "unstated")
        assert found == {*shown.ids()}

    def test_what_is_not_requested_is_told_without_a_port(
        self, edition: Edition
    ) -> None:
        """What is unclear or declined, with its port in words alone."""
        where = avi_portspec.loads_deployment(
            'clouds = ["gcp"]\n[[declined]]\n'
            'flow = "external-to-controller-snmp"\nreason = "not polled"\n'
        )
        text = str(avi_portspec.export(edition.resolve(where), "csv"))
        *_, unclear, declined = csv.DictReader(io.StringIO(text))
        assert unclear["decision"] == "direction-unclear"
        assert unclear["flow"] == "gcp-to-avi-vantage"
        assert unclear["reason"].startswith("TCP 443 from GCP to Avi Vantage")
        assert declined["decision"] == "declined"
        assert declined["source_name"] == "External Network Services"
        assert "not polled" in declined["reason"]
        for row in (unclear, declined):
            assert (row["protocol"], row["port_low"]) == ("", "")

    def test_no_selection_hides_an_unclear_direction(
        self, edition: Edition
    ) -> None:
        """Its ends may be the ones that were asked for."""
        answer = edition.resolve("gcp")
        only = answer.needed.select(source="SE")
        data = json.loads(avi_portspec.export(answer, "json", only=only))
        (record,) = data["direction_unclear"]
        assert record["flow"] == "gcp-to-avi-vantage"

    def test_what_is_ruled_out_is_told_without_a_port(
        self, edition: Edition
    ) -> None:
        """A table without it would look complete."""
        deployment = avi_portspec.Deployment(
            clouds=["openstack"], controller="container"
        )
        answer = edition.resolve(deployment)
        text = str(avi_portspec.export(answer, "csv"))
        rows = [
            row
            for row in csv.DictReader(io.StringIO(text))
            if row["decision"] == "unsupported"
        ]
        assert answer.conflicts
        assert [row["flow"] for row in rows] == [
            each.flow for each in answer.conflicts
        ]
        for row, conflict in zip(rows, answer.conflicts, strict=True):
            assert row["reason"] == conflict.text
            assert (row["port_low"], row["port_high"]) == ("", "")
            assert row["digest"] == edition.digest

    def test_no_filter_hides_what_the_page_is_silent_on(
        self, edition: Edition
    ) -> None:
        """A gap is told even if its flows were not asked for."""
        answer = edition.resolve("kubernetes")
        only = edition.flows.select(port=443)
        text = str(avi_portspec.export(answer, "csv", only=only))
        rows = [
            row
            for row in csv.DictReader(io.StringIO(text))
            if row["decision"] == "unstated"
        ]
        assert [row["reason"] for row in rows] == [
            gap.text for gap in answer.gaps
        ]
        assert {row["port_low"] for row in rows} == {""}
