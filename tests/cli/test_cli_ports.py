"""``avi-portspec ports`` and ``export``: deployments, filters, tables."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from asking_cli import Ask

import avi_portspec
from avi_portspec import Deployment, load, loads_deployment, preset
from avi_portspec.exporters import FormatName


def rows(text: str) -> list[list[str]]:
    """Return the cells of the tables that were printed into a pipe."""
    lines = text.splitlines()
    rule = next(n for n, each in enumerate(lines) if each.startswith("---"))
    starts = [0]
    starts += [
        n + 2
        for n in range(len(lines[rule]))
        if lines[rule][n : n + 2] == "  "
    ]
    found = []
    for line in lines[rule + 1 :]:
        if not line:
            break
        ends = [*starts[1:], None]
        found.append(
            [line[a:b].strip() for a, b in zip(starts, ends, strict=True)]
        )
    return found


class TestTheDeployment:
    """How options say what a deployment is like."""

    CASES = (
        ("--deployment aws", preset("aws")),
        ("--deployment AWS", preset("aws")),
        ("--cloud 'Amazon Web Services'", preset("aws")),
        (
            "--deployment aws --cloud gcp",
            Deployment(clouds={"aws", "gcp"}),
        ),
        ("--cloud aws,gcp", Deployment(clouds={"aws", "gcp"})),
        (
            "--deployment aws --with cli-shell,dns --service ntp",
            preset("aws", features={"cli-shell"}, services={"dns", "ntp"}),
        ),
        (
            "--deployment aws --container --single-node",
            preset("aws", controller="container", nodes="single-node"),
        ),
        (
            "--deployment deployment.toml",
            preset("aws", features={"cli-shell"}),
        ),
        (
            "--deployment deployment.toml --without cli-shell --with ntp",
            preset("aws", services={"ntp"}),
        ),
        (
            "--deployment own.json --virtual-machine --cluster",
            preset("gcp"),
        ),
    )

    @pytest.mark.parametrize(("options", "expected"), CASES)
    def test_it_is_what_the_options_say(
        self, ask: Ask, files: Path, options: str, expected: Deployment
    ) -> None:
        """The file that ``init`` writes of it holds the same."""
        Path(files, "own.json").write_text(
            json.dumps(
                {
                    "clouds": ["gcp"],
                    "controller": "container",
                    "nodes": "single-node",
                }
            )
        )
        answer = ask(f"init {options} --output -")
        assert (answer.code, answer.err) == (0, "")
        assert loads_deployment(answer.out) == expected

    def test_it_can_come_from_standard_input(self, ask: Ask) -> None:
        """In TOML or in JSON, for nothing says which it is."""
        for text in (b'clouds = ["gcp"]', b' {"clouds": ["gcp"]}'):
            answer = ask("init --deployment - --output -", stdin=text)
            assert loads_deployment(answer.out) == preset("gcp")

    def test_a_file_needs_no_ending(self, ask: Ask, files: Path) -> None:
        """If it is there, and no preset is called so."""
        Path(files, "deployment.toml").rename(Path(files, "lab"))
        assert "TCP 5054" in ask("ports --deployment lab").out

    def test_a_folder_is_no_file(self, ask: Ask, files: Path) -> None:
        """It is told as a name that nothing goes by."""
        Path(files, "deploymen").mkdir()
        answer = ask("ports --deployment deploymen")
        assert answer.code == 2
        assert "did you mean 'deployment.toml'?" in answer.err

    def test_a_file_can_leave_the_cloud_to_an_option(
        self, ask: Ask, files: Path
    ) -> None:
        """What all sites have in common, and what one of them is."""
        Path(files, "common.toml").write_text('services = ["dns"]\n')
        answer = ask("init --deployment common.toml --cloud gcp -o -")
        expected = preset("gcp", services={"dns"})
        assert loads_deployment(answer.out) == expected
        assert ask("ports --deployment common.toml").code == 2

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("--deployment awz", "did you mean 'aws'?"),
            ("--deployment deploiment", "did you mean 'deployment.toml'?"),
            ("--deployment deploymet.toml", "did you mean 'deployment.toml'"),
            ("--cloud awz", "did you mean 'aws'?"),
            ("--cloud aws --with cli-shel", "did you mean 'cli-shell'?"),
            ("--cloud aws --without dnss", "did you mean 'dns'?"),
            ("--cloud aws --service cli-shell", "unknown service"),
            ("--with cli-shell", "has no cloud"),
            ("--deployment wrong.toml", "wrong.toml: 2 faults"),
            ("--deployment word.toml", "word.toml: clouds: expected"),
            ("--deployment list.json", "list.json: expected an object"),
            ("--deployment -", "standard input"),
            ("--deployment site.toml", "site.toml: "),
        ],
    )
    def test_what_is_wrong_is_told(
        self, ask: Ask, files: Path, options: str, said: str
    ) -> None:
        """With the file, the place in it, and the nearest name."""
        Path(files, "wrong.toml").write_text("clouds = 1\nnode = 2\n")
        Path(files, "word.toml").write_text('clouds = ["awz"]\n')
        Path(files, "list.json").write_text("[1]")
        answer = ask(f"ports {options}", stdin=b"\xff")
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err

    def test_standard_input_is_read_once(self, ask: Ask) -> None:
        """Two files in it cannot be told apart."""
        line = "ports --deployment - --overlay -"
        answer = ask(line, stdin=b'id = "a"\ntitle = "A"\n')
        assert answer.code == 2
        assert "only once" in answer.err

    def test_commands_that_need_one_say_so(self, ask: Ask) -> None:
        """With an example to go on from."""
        for line in ("explain tcp/22", "upgrade 17.1"):
            answer = ask(line)
            assert answer.code == 2
            assert "--deployment aws" in answer.err


class TestTheAnswer:
    """What is printed."""

    def test_it_is_what_the_library_answers(self, ask: Ask) -> None:
        """Each needed and each optional flow, and nothing else."""
        found = load("vantage-undated").resolve(
            preset("aws", features={"cli-shell"})
        )
        expected = [
            [flow.id, found.status_of(flow)]
            for flow in found.having("needed", "optional")
        ]
        answer = ask(
            "ports --deployment aws --with cli-shell --columns id,decision"
        )
        assert (answer.code, rows(answer.out)) == (0, expected)

    def test_it_says_what_was_asked(self, ask: Ask) -> None:
        """So that it can stand alone in a ticket."""
        text = ask("ports --cloud aws,gcp --with dns --single-node").out
        assert "AWS and GCP" in text
        assert "DNS" in text.partition("Source")[0]
        assert "a single node" in text
        assert load("vantage-undated").digest in text

    def test_conflicts_and_gaps_are_said(self, ask: Ask) -> None:
        """Whatever is filtered."""
        text = ask("ports --cloud openstack --container --port 443").out
        assert "\nconflict: " in text
        text = ask("ports --cloud openshift --port 443").out
        assert "\nunstated: " in text

    def test_what_is_unstated_is_said_without_a_deployment(
        self, ask: Ask
    ) -> None:
        """And that nothing is left is an answer, with its exit code."""
        answer = ask("ports --source SE --destination SE --on-cloud openshift")
        assert answer.code == 1
        assert "No matching flows." in answer.out
        unstated = "unstated: The vendor's page does not say whether these"
        assert answer.out.count(unstated) == 1
        assert answer.out.count("Avi Service Engine, TCP ") == 2

    def test_a_flow_is_said_to_be_open_once(self, ask: Ask) -> None:
        """As a gap, or as a flow of its own."""
        text = ask("ports --cloud kubernetes").out
        # What other sources state of it comes after.
        own, elsewhere, _ = text.partition("\nStated elsewhere: ")
        assert elsewhere
        assert own.count("4001") == 1

    def test_why_adds_the_reasons(self, ask: Ask) -> None:
        """The deployment's, or the page's."""
        line = "ports --source SE --destination Controller --port 123 --why"
        assert "Required." in ask(line).out
        text = ask(f"{line} --deployment aws").out
        assert "Required." in text
        text = ask(f"{line} --columns id,why").out
        assert rows(text)[0][1].startswith("Required")

    def test_every_column_has_something_to_say(self, ask: Ask) -> None:
        """In the order in which they are asked for."""
        names = (
            "id,section,source,destination,ports,service,purpose,"
            "requirement,when,decision,why,effect,inferred,notes,citation,"
            "origin"
        )
        text = ask(f"ports --columns {names} --deployment aws").out
        columns = list(zip(*rows(text), strict=True))
        assert len(columns) == len(names.split(","))
        assert all(any(column) for column in columns)

    def test_a_wrong_column_suggests_the_right_one(self, ask: Ask) -> None:
        """As everywhere."""
        answer = ask("ports --columns id,reqirement")
        assert answer.code == 2
        assert "did you mean 'requirement'?" in answer.err
        answer = ask("ports --columns zzz")
        assert answer.code == 2
        assert "known: id, source, destination" in answer.err
        assert answer.err.endswith("origin, reference, elsewhere\n")

    def test_columns_have_headings_and_no_doubles(self, ask: Ask) -> None:
        """By the grammar that the directives have."""
        text = ask("ports --port 443 --columns 'ports = Open, id'").out
        assert text.splitlines()[0].split() == ["Open", "Flow"]
        answer = ask("ports --columns id,ports,id")
        assert answer.code == 2
        assert "id: expected each column once" in answer.err

    def test_strict_fails_where_something_is_open(self, ask: Ask) -> None:
        """And says what; where nothing is, it is the usual answer."""
        answer = ask("ports --cloud openshift --strict")
        assert (answer.code, answer.out) == (1, "")
        assert "does not cover this deployment completely" in answer.err
        assert ask("ports --cloud aws --strict").code == 0

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("--decision needed", "requires a deployment"),
            ("--strict", "requires a deployment"),
            ("--cloud aws --on-cloud aws", "cannot be used with"),
            ("--columns id,decision", "requires a deployment"),
            ("--columns id --json", "json always has all columns"),
            ("--columns id --wide", "cannot be used together"),
            ("--container --virtual-machine", "cannot be used together"),
            ("--virtual-machine --container", "cannot be used together"),
            ("--cluster --single-node", "cannot be used together"),
            (
                "--cloud aws --with dns,ntp --without dns",
                "dns is given to both",
            ),
            (
                "--cloud aws --service dns --without dns",
                "dns is given to both",
            ),
            (
                "--cloud aws --with cli-shell --without cli-shell",
                "cli-shell is given to both --with and --without",
            ),
            ("--cloud aws --decision neded", "did you mean 'needed'?"),
        ],
    )
    def test_what_does_not_go_together_is_refused(
        self, ask: Ask, options: str, said: str
    ) -> None:
        """Rather than answered in part."""
        answer = ask(f"ports {options}")
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err

    def test_the_same_said_twice_is_no_contradiction(self, ask: Ask) -> None:
        """It is still one answer."""
        once = ask("ports --cloud aws --container --single-node")
        again = "--container --single-node --container --single-node"
        assert ask(f"ports --cloud aws {again}") == once
        assert once.code == 0


class TestWhereElse:
    """An answer without flows says where the ports do apply."""

    def test_it_names_the_flows_and_their_conditions(self, ask: Ask) -> None:
        """9001 is for other clouds than AWS."""
        edition = load("vantage-undated")
        answer = ask("ports aws --port 9001")
        assert answer.code == 1
        assert "No matching flows for this deployment." in answer.out
        resolution = edition.resolve("aws")
        for flow in edition.flows.select(port=9001):
            condition = flow.when.describe(edition.facets)
            (line,) = [
                each
                for each in answer.out.splitlines()
                if each.endswith(f"({flow.id})")
            ]
            assert line.startswith(f"{resolution.status_of(flow)}: TCP 9001")
            assert condition in line

    def test_it_names_a_few_of_many(self, ask: Ask) -> None:
        """And how many there are besides."""
        answer = ask("ports aws --protocol tcp --decision unsupported")
        assert "No matching flows for this deployment." in answer.out
        flows = load("vantage-undated").flows.select(protocol="tcp")
        assert f"and {len(flows) - 6} more" in answer.out

    def test_a_port_of_no_flow_is_in_none(self, ask: Ask) -> None:
        """There is nothing to name."""
        answer = ask("ports aws --port 1")
        assert answer.code == 1
        assert "\nNo matching flows.\n" in answer.out


class TestTheOutputFile:
    """``ports --output``: the suffix chooses the format."""

    @pytest.mark.parametrize(
        ("file", "name"),
        [("p.csv", "csv"), ("p.md", "markdown"), ("p.htm", "html")],
    )
    def test_a_known_suffix_is_that_format(
        self, ask: Ask, files: Path, file: str, name: str
    ) -> None:
        """What ``export`` writes; also of all flows of an edition."""
        edition = load("vantage-undated")
        for options, subject in (
            ("", edition.flows),
            (" aws", edition.resolve("aws")),
        ):
            assert ask(f"ports{options} --output {file}").code == 0
            expected = avi_portspec.export(subject, name)
            assert Path(files, file).read_bytes() == expected.encode()

    def test_json_is_the_answer_of_json(self, ask: Ask, files: Path) -> None:
        """Whether the option or the suffix asks for it."""
        ask("ports aws --output p.json")
        ask("ports aws --json --output p.txt")
        text = Path(files, "p.json").read_text(encoding="utf-8")
        assert text == ask("ports aws --json").out
        assert Path(files, "p.txt").read_text(encoding="utf-8") == text

    @pytest.mark.parametrize("file", ["p.pdf", "a.b/p.docx", ".x.TXTT"])
    def test_an_unknown_suffix_is_refused(
        self, ask: Ask, files: Path, file: str
    ) -> None:
        """Nobody who asks for a PDF wants text that is called one."""
        answer = ask(f"ports aws --output {file}")
        assert (answer.code, answer.out) == (2, "")
        assert f"the suffix of {file!r} is unknown; known: .csv" in answer.err
        assert ".txt" in answer.err
        assert not Path(files, file).exists()

    def test_text_and_no_suffix_are_the_table(
        self, ask: Ask, files: Path
    ) -> None:
        """As it is in a pipe."""
        for file in ("p.txt", "p"):
            ask(f"ports aws --output {file}")
            text = Path(files, file).read_text(encoding="utf-8")
            assert text == ask("ports aws").out

    def test_columns_are_for_the_table(self, ask: Ask) -> None:
        """Not dropped without a word."""
        for options in ("--columns id", "--why", "--wide"):
            answer = ask(f"ports aws --output p.csv {options}")
            assert answer.code == 2
            assert "csv always has all columns" in answer.err


class TestQuiet:
    """The table alone, for a script."""

    def test_it_is_the_table(self, ask: Ask) -> None:
        """Without the deployment above, and the stamp below."""
        whole = ask("ports aws").out
        quiet = ask("ports aws --quiet")
        _, table, elsewhere, _ = whole.split("\n\n")
        assert elsewhere.startswith("Stated elsewhere: ")
        assert (quiet.out, quiet.err) == (f"{table}\n", "")

    def test_the_header_can_go_too(self, ask: Ask) -> None:
        """On a terminal as well as in a pipe."""
        lines = ask("ports aws -q").out.splitlines()
        assert ask("ports aws -q --no-header").out.splitlines() == lines[2:]
        line = "ports aws -q --no-color"
        whole = ask(line, width=200).out
        text = ask(f"{line} --no-header", width=200).out
        assert whole.partition("\n")[2] == text
        assert text.startswith("From Controller\n")

    def test_other_answers_have_no_stamp(self, ask: Ask) -> None:
        """An explanation, and all about one flow."""
        for line, start in (
            ("explain icmp aws", "Source: "),
            ("show controller-to-aws", "Source: "),
        ):
            whole, quiet = ask(line).out, ask(f"{line} --quiet").out
            text, _, stamp = whole.rstrip().rpartition("\n\n")
            assert quiet.rstrip() == text
            assert stamp.startswith(start)

    def test_without_a_header_no_column_is_named(self, ask: Ask) -> None:
        """Also where one is hidden: what is left are rows."""
        line = "notes --quiet --no-color"
        assert "Column hidden" in ask(line, width=80).out
        assert "Column" not in ask(f"{line} --no-header", width=80).out

    def test_what_is_not_documented_is_still_said(self, ask: Ask) -> None:
        """On standard error, out of the script's way."""
        answer = ask("ports openshift --quiet")
        gaps = [*map(str, load("vantage-undated").resolve("openshift").gaps)]
        assert gaps
        assert answer.err.splitlines() == gaps
        assert "unstated" not in answer.out


class TestTheFilters:
    """The directives' filters, on the command line."""

    CASES = (
        ("--source SE", {"source": "SE"}),
        ("--source SE,gcp", {"source": ["SE", "gcp"]}),
        ("--source SE --source gcp", {"source": ["SE", "gcp"]}),
        ("--destination controller", {"destination": "controller"}),
        ("--endpoint heat", {"endpoint": "heat"}),
        ("--protocol udp", {"protocol": "udp"}),
        ("--protocol 1,tcp", {"protocol": [1, "tcp"]}),
        ("--port 443", {"port": 443}),
        ("--port 8000-8999,22", {"port": [*range(8000, 9000), 22]}),
        ("--service-name ssh", {"service": "ssh"}),
        ("--section aws", {"section": "aws"}),
        ("--on-cloud mesos", {"cloud": "mesos"}),
        ("--requirement optional", {"requirement": "optional"}),
        (
            "--note no-container-port-in-openstack",
            {"note": "no-container-port-in-openstack"},
        ),
        ("--inferred yes", {"inferred": True}),
        ("--inferred no", {"inferred": False}),
        ("--inferred when,requirement", {"inferred": ["when", "requirement"]}),
    )

    @pytest.mark.parametrize(("options", "criteria"), CASES)
    def test_each_is_the_library_s(
        self, ask: Ask, options: str, criteria: dict[str, object]
    ) -> None:
        """By any name, several at once, in any number of options."""
        found = ask(f"ports {options} --columns id").out
        expected = load("vantage-undated").flows.select(**criteria)  # type: ignore[arg-type]
        assert [row[0] for row in rows(found)] == [*expected.ids()]

    @pytest.mark.parametrize(
        ("options", "criteria"),
        [
            ("--source '!SE'", {"source": "SE"}),
            ("--port '!443'", {"port": 443}),
            ("--inferred '!when'", {"inferred": "when"}),
        ],
    )
    def test_a_bar_keeps_flows_out(
        self, ask: Ask, options: str, criteria: dict[str, object]
    ) -> None:
        """All others are left."""
        found = ask(f"ports {options} --columns id").out
        expected = load("vantage-undated").flows.exclude(**criteria)  # type: ignore[arg-type]
        assert [row[0] for row in rows(found)] == [*expected.ids()]

    def test_several_have_to_fit_together(self, ask: Ask) -> None:
        """Wanted and barred values, of one filter and of several."""
        found = ask("ports --source SE --port '!22,!123' --columns id").out
        expected = (
            load("vantage-undated")
            .flows.select(source="SE")
            .exclude(port=[22, 123])
        )
        assert [row[0] for row in rows(found)] == [*expected.ids()]

    def test_a_mixture_of_inferred_is_any_of_them(self, ask: Ask) -> None:
        """``no`` and a field's name."""
        found = ask("ports --inferred no,when --columns id").out
        flows = load("vantage-undated").flows
        expected = flows.select(inferred=False) | flows.select(inferred="when")
        assert [row[0] for row in rows(found)] == [*expected.ids()]

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("--source Controler", "did you mean"),
            ("--section awss", "did you mean 'aws'?"),
            ("--requirement optionl", "did you mean 'optional'?"),
            ("--port http", "a port from 0 to 65535, or a range"),
            ("--port ٢٢", "a port from 0 to 65535, or a range"),
            ("--port 4_43", "got '4_43'"),
            ("--port +443", "a port from 0 to 65535, or a range"),
            ("--port 99999", "a port from 0 to 65535, or a range"),
            ("--port 22-21", "a range whose first port is not above its last"),
            ("--port 1-", "a port from 0 to 65535, or a range"),
            (f"--port {'9' * 5000}", "a port from 0 to 65535, or a range"),
            (f"--protocol {'9' * 5000}", "unknown protocol"),
            ("--protocol 256", "0 to 255"),
            ("--inferred mabe", "known: yes, no, source, destination"),
            ("--inferred wen", "did you mean 'when'?"),
            ("--source ''", "expected values, comma-separated"),
            ("--source 'SE,,gcp'", "expected values, comma-separated"),
            ("--source '!'", "expected values, comma-separated"),
        ],
    )
    def test_what_fits_nothing_is_told(
        self, ask: Ask, options: str, said: str
    ) -> None:
        """With the nearest name, where there is one."""
        answer = ask(f"ports {options}")
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


class TestExport:
    """``avi-portspec export``."""

    def test_it_is_what_the_library_exports(self, ask: Ask) -> None:
        """An edition, some flows, or a deployment's answer."""
        edition = load("17.1")
        pairs = (
            ("--edition 17.1", edition),
            (
                "--edition 17.1 --source SE",
                edition.flows.select(source="SE"),
            ),
            ("--edition 17.1 --cloud vcenter", edition.resolve("vcenter")),
        )
        for options, subject in pairs:
            for name in ("csv", "json", "ticket"):
                answer = ask(f"export --format {name} {options}")
                assert answer.code == 0
                assert answer.out == avi_portspec.export(subject, name)

    @pytest.mark.parametrize("name", ["ticket", "csv", "markdown", "json"])
    def test_a_cloud_has_its_gaps(self, ask: Ask, name: FormatName) -> None:
        """Those of the clouds that a filter names, and of no other."""
        line = f"export --format {name} --on-cloud vcenter --source SE"
        text = ask(line).out
        assert "between the Controller and vCenter Server" in text
        assert "NSX Manager" not in text
        several = f"export --format {name} --on-cloud nsx-t,openshift"
        text = ask(several).out
        assert "between the Controller and NSX Manager" in text
        assert "vCenter Server" not in text
        if name != "json":
            # Without a filter it is the edition's own data, with all names.
            assert "NSX Manager" not in ask(f"export --format {name}").out

    def test_a_request_says_which_clouds_it_is_about(self, ask: Ask) -> None:
        """What a filter settles is not said, and the command has it."""
        text = ask("export --format ticket --on-cloud vcenter,openshift").out
        assert (
            "| Not given; only flows on vCenter or OpenShift. A row " in text
        )
        assert "ObjStore: not documented for OpenShift.\n" in text
        assert "Kubernetes" not in text
        assert " --on-cloud openshift,vcenter`" in text

    @pytest.mark.parametrize("name", ["ticket", "csv", "markdown"])
    def test_addresses_come_from_an_inventory(
        self, ask: Ask, files: Path, name: FormatName
    ) -> None:
        """The file that rules are written from, or standard input."""
        edition = load("17.1")
        text = 'controller = ["10.10.1.11"]\n'
        (files / "site.toml").write_text(text, encoding="utf-8")
        site = avi_portspec.loads_inventory(text, edition=edition)
        for options, subject in (
            ("--cloud vcenter", edition.resolve("vcenter")),
            ("--source SE", edition.flows.select(source="SE")),
            ("", edition),
        ):
            line = f"export --edition 17.1 --format {name} {options}"
            expected = avi_portspec.export(subject, name, inventory=site)
            answer = ask(f"{line} --inventory site.toml")
            assert (answer.code, answer.out) == (0, expected)
            assert (
                ask(f"{line} --inventory -", stdin=text.encode()).out
                == expected
            )

    def test_what_an_answer_cannot_use_names_the_file(
        self, ask: Ask, files: Path
    ) -> None:
        """The inventory is sound, and has one list for two clouds."""
        answer = ask(
            "export aws,vcenter --format csv --inventory addresses.toml"
        )
        assert answer.code == 2
        assert answer.err.startswith("Error: addresses.toml: ")

    def test_a_broken_inventory_is_refused(
        self, ask: Ask, files: Path
    ) -> None:
        """With its name, and nothing is written."""
        text = 'contoller = ["10.10.1.11"]\n'
        (files / "site.toml").write_text(text, encoding="utf-8")
        line = "export aws --format csv --inventory site.toml -o a.csv"
        answer = ask(line)
        assert answer.code == 2
        assert "site.toml" in answer.err
        assert "did you mean 'controller'" in answer.err
        assert not (files / "a.csv").exists()

    def test_filters_narrow_a_deployment_s_answer(self, ask: Ask) -> None:
        """The rows are those of the flows that are left."""
        line = "export --format csv --cloud aws --source SE --decision needed"
        found = [*csv.DictReader(io.StringIO(ask(line).out))]
        assert {row["source"] for row in found} == {"service-engine"}
        assert {row["decision"] for row in found} == {"needed"}

    @pytest.mark.parametrize(
        ("file", "start"),
        [
            ("a.json", b"{"),
            ("a.YML", b"edition:"),
            ("a.md", b"# "),
            ("a.htm", b"<!DOCTYPE"),
            ("a.xlsx", b"PK"),
        ],
    )
    def test_the_file_s_name_says_the_format(
        self, ask: Ask, files: Path, file: str, start: bytes
    ) -> None:
        """Where no option does."""
        answer = ask(f"export --deployment aws --output {file}")
        assert (answer.code, answer.out, answer.err) == (0, "", "")
        assert Path(files, file).read_bytes().startswith(start)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("", "--format is required: json, yaml"),
            ("--output -", "--format is required: json, yaml"),
            ("--output a.doc", "the suffix of 'a.doc' is unknown"),
            ("--format jsn", "did you mean 'json'?"),
        ],
    )
    def test_no_format_is_guessed(
        self, ask: Ask, options: str, said: str
    ) -> None:
        """A wrong one would be found out only by whoever gets it."""
        answer = ask(f"export {options}")
        assert answer.code == 2
        assert said in answer.err

    def test_a_workbook_is_not_shown_on_a_terminal(self, ask: Ask) -> None:
        """It goes into a pipe, or a file."""
        line = "export --format xlsx --deployment aws"
        answer = ask(line, width=80)
        assert answer.code == 2
        assert "--output FILE" in answer.err
        assert ask(line).raw.startswith(b"PK")

    def test_an_empty_answer_is_told_by_the_exit_code(self, ask: Ask) -> None:
        """It is written all the same."""
        answer = ask("export --format csv --port 1")
        assert answer.code == 1
        assert answer.out.startswith('"')
