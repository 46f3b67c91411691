"""``--json``: one documented shape a command, whatever was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from asking_cli import Ask

import avi_portspec
from avi_portspec.cli.commands import schema as schemas
from avi_portspec.cli.program import SECTIONS, program
from avi_portspec.exporters import export
from avi_portspec.version import DATA_VERSION

#: Questions to every command that answers in JSON; among them those whose
#: answer is empty, or leaves something open.
QUESTIONS = {
    "ports": [
        "ports",
        "ports --deployment aws --with cli-shell",
        "ports --deployment openstack --container",
        "ports --deployment openshift --decision unstated",
        "ports --source SE --destination SE --on-cloud OpenShift",
        "ports --protocol icmp",
        "ports --port 1",
        "ports --overlay site.toml --port 9443",
    ],
    "explain": [
        "explain tcp/5054 --deployment aws --with cli-shell",
        "explain controller-to-service-engine --deployment aws",
        "explain 12345 --deployment aws",
        "explain icmp --deployment openshift --container",
        "explain tcp/9001 --deployment vcenter --release 30.2",
        "explain tcp/8842 --deployment nsx-t --release 30.2",
    ],
    "show": [
        "show controller-to-aws controller-to-service-engine",
        "show controller-to-external-entities --edition 17.1",
        "show external-to-controller-https --overlay site.toml",
    ],
    "symptom": ["symptom", "symptom gateway down", "symptom nonsense"],
    "notes": [
        "notes",
        "notes --kind restriction",
        "notes --on gcp-to-avi-vantage",
    ],
    "endpoints": ["endpoints", "endpoints SE --kind node"],
    "statements": [
        "statements",
        "statements aws-module-ntp",
        "statements --release 30.2 --agreement differs",
    ],
    "sources": ["sources", "sources ako --kind vendor-code"],
    "releases": ["releases"],
    "editions": ["editions"],
    "presets": ["presets", "presets --edition 16.2"],
    "platforms": ["platforms"],
    "formats": ["formats"],
    "diff": ["diff 16.2", "diff 17.1 17.1", "diff 16.2 17.1"],
    "upgrade": [
        "upgrade 17.1 --deployment vcenter",
        "upgrade 17.1 --deployment openstack --container",
        "upgrade 17.1 17.1 --cloud openshift",
    ],
    "rules": [
        "rules --platform csv --inventory addresses.toml --cloud aws",
        (
            "rules --platform csv --inventory addresses.toml --cloud aws "
            "--optional --dry-run"
        ),
        (
            "rules --platform nftables --inventory addresses.toml "
            "--cloud openstack --container --allow-missing"
        ),
    ],
    "check": [
        "check deployment.toml site.toml wrong.toml nothing.toml",
        "check edition.json --as edition",
    ],
    "digest": ["digest", f"digest --expect {'0' * 64}"],
    "verify-source": ["verify-source page.html"],
}


@pytest.fixture
def answers(ask: Ask, files: Path) -> Any:
    """Return a function that answers a question with plain data."""
    wrong = 'clouds = ["awss"]\nnode = 1\n'
    Path(files, "wrong.toml").write_text(wrong)
    Path(files, "nothing.toml").write_text("[a]\n")
    Path(files, "edition.json").write_text(
        avi_portspec.dumps(avi_portspec.load("16.2"))
    )

    def asked(line: str) -> Any:
        return json.loads(ask(f"{line} --json").out)

    return asked


class TestTheShapes:
    """What ``avi-portspec schema`` prints."""

    def test_every_command_with_the_option_has_one(self) -> None:
        """And nothing else has, but the files of one's own, and a report."""
        ctx = program.make_context("avi-portspec", ["editions"])
        able = {
            name
            for names in SECTIONS.values()
            for name in names
            if any(
                "--json" in param.opts
                for param in getattr(
                    program.get_command(ctx, name), "params", ()
                )
            )
        }
        files = {"edition", "overlay", "deployment", "source"}
        # Of several formats, JSON is one: audit rules --format json.
        assert set(schemas.names()) == able | files | {"audit"}
        assert set(QUESTIONS) == able

    @pytest.mark.parametrize("name", schemas.names())
    def test_each_is_a_schema(self, ask: Ask, name: str) -> None:
        """With an id and a title; and it is printed."""
        schema = json.loads(ask(f"schema --of {name}").out)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema == schemas.schema(name)
        assert schema["$id"].startswith(f"urn:avi-portspec:{name}:")
        assert schema["title"]

    def test_a_digest_has_its_form(self, answers: Any) -> None:
        """SHA-256, in lower-case hexadecimal digits."""
        answer = answers("notes --edition 16.2")
        for wrong in ("", "0" * 63, "G" * 64):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(
                    {**answer, "digest": wrong}, schemas.schema("notes")
                )

    def test_the_names_are_printed(self, ask: Ask) -> None:
        """Where none is asked for."""
        assert ask("schema").out.split() == [*schemas.names()]

    def test_a_name_like_no_other_is_told_them_all(self, ask: Ask) -> None:
        """However many there are."""
        answer = ask("schema --of qqqqqq")
        assert answer.code == 2
        assert all(name in answer.err for name in ask("schema").out.split())

    def test_a_wrong_name_suggests_the_right_one(self, ask: Ask) -> None:
        """And nothing is printed."""
        answer = ask("schema --of port")
        assert (answer.code, answer.out) == (2, "")
        assert "did you mean 'ports'?" in answer.err

    @pytest.mark.parametrize(
        ("name", "line"),
        [(name, line) for name, lines in QUESTIONS.items() for line in lines],
        ids=lambda value: value,
    )
    def test_each_answer_has_its_shape(
        self, answers: Any, name: str, line: str
    ) -> None:
        """All of it: no shape here lets anything else in."""
        jsonschema.validate(answers(line), schemas.schema(name))

    @pytest.mark.parametrize("name", QUESTIONS)
    def test_no_shape_lets_anything_else_in(
        self, answers: Any, name: str
    ) -> None:
        """A key more or less is not what is documented."""
        answer = answers(QUESTIONS[name][0])
        fits = jsonschema.Draft202012Validator(schemas.schema(name)).is_valid
        assert fits(answer)
        assert not fits({**answer, "more": 1})
        for key in answer:
            assert not fits({k: v for k, v in answer.items() if k != key})

    @pytest.mark.parametrize(
        ("name", "text", "bad"),
        [
            ("deployment", {"clouds": ["aws"]}, {"cloud": ["aws"]}),
            (
                "overlay",
                {"id": "berlin", "title": "Site", "changes": []},
                {"id": "Berlin", "title": "Site"},
            ),
        ],
    )
    def test_files_have_theirs(self, name: str, text: Any, bad: Any) -> None:
        """Sound ones fit; others do not."""
        jsonschema.validate(text, schemas.schema(name))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schemas.schema(name))


class TestTheAnswers:
    """What is in them."""

    def test_ports_are_what_is_exported(self, answers: Any) -> None:
        """For a deployment, for some flows, and for all."""
        edition = avi_portspec.load("vantage-undated")
        aws = edition.resolve("aws")
        pairs = (
            ("ports --deployment aws", aws),
            ("ports --port 443", edition.flows.select(port=443)),
            ("ports", edition.flows),
        )
        for line, subject in pairs:
            assert answers(line) == json.loads(export(subject, "json"))

    def test_filters_hide_nothing_that_is_left_open(
        self, answers: Any
    ) -> None:
        """Of a deployment's answer, records are left out and gaps are not."""
        whole = answers("ports --cloud openshift")
        part = answers("ports --cloud openshift --source Controller")
        assert part["gaps"] == whole["gaps"] != []
        assert {r["source"] for r in part["records"]} == {"controller"}
        assert part["records"] == [
            r for r in whole["records"] if r["source"] == "controller"
        ]

    def test_decisions_narrow_it(self, answers: Any) -> None:
        """And what the page leaves open stays."""
        found = answers("ports --cloud openshift --decision needed")
        assert {r["decision"] for r in found["records"]} == {"needed"}
        assert found["not_needed"] == []
        assert {r["decision"] for r in found["unstated"]} == {"unstated"}

    def test_nothing_but_what_may_be_opened_is_a_record(
        self, answers: Any
    ) -> None:
        """Whatever decision is asked for."""
        found = answers("ports --deployment aws --decision not-applicable")
        assert found["records"] == []
        assert {r["decision"] for r in found["not_needed"]} == {
            "not-applicable"
        }

    def test_ports_have_one_shape(self, answers: Any) -> None:
        """Lower-case protocol, and the first and last port, everywhere."""
        ports = {"protocol": "tcp", "port_low": 443, "port_high": 443}

        def having(records: list[Any]) -> list[Any]:
            return [r for r in records if ports.items() <= r.items()]

        assert having(answers("ports --port 443")["records"])
        (flow,) = answers("show controller-to-aws")["flows"]
        assert having(flow["ports"])
        found = answers("explain tcp/443 --cloud aws")["decisions"]
        assert having(found[0]["flow"]["ports"])
        assert having(answers("upgrade 17.1 --cloud aws")["open"])
        line = "rules --platform csv --inventory addresses.toml --cloud aws"
        rule = answers(line)["rules"][0]
        assert rule["protocol"] == "tcp"
        assert {"port_low": 443, "port_high": 443} in rule["ports"]

    def test_faults_have_their_rules(self, answers: Any) -> None:
        """By which the documentation explains them."""
        wrong, _ = answers("check wrong.toml deployment.toml")["files"]
        assert [fault["rule"] for fault in wrong["faults"]] == [
            "record/unknown-key",
            "word/unknown",
        ]

    def test_a_terminal_gets_a_line_each(self, ask: Ask) -> None:
        """And a pipe one line, which tools that go by lines can take."""
        assert ask("digest --json").out.count("\n") == 1
        text = ask("digest --json", width=80).out
        assert text.count("\n") > 5
        assert json.loads(text) == json.loads(ask("digest --json").out)

    def test_each_names_its_data(self, answers: Any) -> None:
        """The edition, the version and the digest; overlays change it."""
        found = answers("notes --edition 16.2")
        assert found["edition"] == "16.2"
        assert found["digest"] == avi_portspec.load("16.2").digest
        assert found["data_version"] == DATA_VERSION
        other = answers("notes --edition 16.2 --overlay site.toml")
        assert other["digest"] != found["digest"]
