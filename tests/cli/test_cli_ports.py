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

    @pytest.mark.parametrize(("options", "wanted"), CASES)
    def test_it_is_what_the_options_say(
        self, ask: Ask, files: Path, options: str, wanted: Deployment
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
        assert loads_deployment(answer.out) == wanted

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
        wanted = preset("gcp", services={"dns"})
        assert loads_deployment(answer.out) == wanted
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
            ("--cloud aws --service cli-shell", "no service"),
            ("--with cli-shell", "which cloud"),
            ("--deployment wrong.toml", "wrong.toml: 2 faults"),
            ("--deployment word.toml", "word.toml: clouds: wanted"),
            ("--deployment list.json", "list.json: wanted an object"),
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
        found = load().resolve(preset("aws", features={"cli-shell"}))
        wanted = [
            [flow.id, found.status_of(flow)]
            for flow in found.having("needed", "optional")
        ]
        answer = ask(
            "ports --deployment aws --with cli-shell --columns id,decision"
        )
        assert (answer.code, rows(answer.out)) == (0, wanted)

    def test_it_says_what_was_asked(self, ask: Ask) -> None:
        """So that it can stand alone in a ticket."""
        text = ask("ports --cloud aws,gcp --with dns --single-node").out
        assert "AWS and GCP" in text
        assert "DNS" in text.partition("Source")[0]
        assert "a single node" in text
        assert load().digest in text

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
        assert "No flow" in answer.out
        assert answer.out.count("the page does not say whether") == 2

    def test_a_flow_is_said_to_be_open_once(self, ask: Ask) -> None:
        """As a gap, or as a flow of its own."""
        text = ask("ports --cloud kubernetes").out
        assert text.count("4001") == 1

    def test_why_adds_the_reasons(self, ask: Ask) -> None:
        """The deployment's, or the page's."""
        line = "ports --source SE --destination Controller --port 123 --why"
        assert "The page requires it: always." in ask(line).out
        text = ask(f"{line} --deployment aws").out
        assert "The page requires it: always." in text
        text = ask(f"{line} --columns id,why").out
        assert rows(text)[0][1].startswith("The page requires it")

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
        assert "known: source, destination, ports" in answer.err
        assert answer.err.endswith("citation, origin\n")

    def test_strict_fails_where_something_is_open(self, ask: Ask) -> None:
        """And says what; where nothing is, it is the usual answer."""
        answer = ask("ports --cloud openshift --strict")
        assert (answer.code, answer.out) == (1, "")
        assert "leaves this deployment open" in answer.err
        assert ask("ports --cloud aws --strict").code == 0

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("--decision needed", "needs a deployment"),
            ("--strict", "needs a deployment"),
            ("--cloud aws --on-cloud aws", "says which clouds"),
            ("--columns id,decision", "needs a deployment"),
            ("--columns id --json", "--json has all of them"),
            ("--container --virtual-machine", "exclude one another"),
            ("--virtual-machine --container", "exclude one another"),
            ("--cluster --single-node", "exclude one another"),
            ("--cloud aws --with dns,ntp --without dns", "dns: said to be"),
            ("--cloud aws --service dns --without dns", "dns: said to be"),
            (
                "--cloud aws --with cli-shell --without cli-shell",
                "cli-shell: said to be in use, and not to be",
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
        wanted = load().flows.select(**criteria)  # type: ignore[arg-type]
        assert [row[0] for row in rows(found)] == [*wanted.ids()]

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
        wanted = load().flows.exclude(**criteria)  # type: ignore[arg-type]
        assert [row[0] for row in rows(found)] == [*wanted.ids()]

    def test_several_have_to_fit_together(self, ask: Ask) -> None:
        """Wanted and barred values, of one filter and of several."""
        found = ask("ports --source SE --port '!22,!123' --columns id").out
        wanted = load().flows.select(source="SE").exclude(port=[22, 123])
        assert [row[0] for row in rows(found)] == [*wanted.ids()]

    def test_a_mixture_of_inferred_is_any_of_them(self, ask: Ask) -> None:
        """``no`` and a field's name."""
        found = ask("ports --inferred no,when --columns id").out
        flows = load().flows
        wanted = flows.select(inferred=False) | flows.select(inferred="when")
        assert [row[0] for row in rows(found)] == [*wanted.ids()]

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("--source Controler", "did you mean"),
            ("--section awss", "did you mean 'aws'?"),
            ("--requirement optionl", "did you mean 'optional'?"),
            ("--port http", "is no port and no range"),
            ("--port ٢٢", "is no port and no range"),
            ("--port 99999", "no range within 0-65535"),
            ("--port 22-21", "no range within 0-65535"),
            ("--port 1-", "is no port and no range"),
            (f"--port {'9' * 5000}", "is no port and no range"),
            (f"--protocol {'9' * 5000}", "no protocol"),
            ("--protocol 256", "0 to 255"),
            ("--inferred mabe", "known: yes, no, source, destination"),
            ("--inferred wen", "did you mean 'when'?"),
            ("--source ''", "wanted values"),
            ("--source 'SE,,gcp'", "wanted values"),
            ("--source '!'", "wanted values"),
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
            ("", "which --format?"),
            ("--output -", "which --format?"),
            ("--output a.doc", "does not say which format"),
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
