"""What other sources state, on the command line."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from asking_cli import Ask

import avi_portspec
from avi_portspec import InvalidQueryError, UnknownNameError, formats
from avi_portspec.beyond.files import FOLDER

#: What is said of a release that is none of those that are listed.
NOT_LISTED = (
    "Release {}. Which edition serves it is not known: 'avi-portspec "
    "releases' does not list it."
)


def flat(text: str) -> str:
    """Return a text on one line: terminals wrap it anywhere."""
    return " ".join(text.split())


class TestStatements:
    """``avi-portspec statements``."""

    def test_filters_are_those_of_the_library(self, ask: Ask) -> None:
        """Release, flow, source and agreement, all at once."""
        line = (
            "statements --release 22.1 --on service-engine-to-controller-ssh "
            "--by tanzu-tpsm --by aws-module --agreement agrees --json"
        )
        found = json.loads(ask(line).out)["statements"]
        assert [each["id"] for each in found] == [
            *avi_portspec.statements(
                release="22.1",
                flow="service-engine-to-controller-ssh",
                source=["tanzu-tpsm", "aws-module"],
                agreement="agrees",
            ).ids()
        ]
        assert len(found) == 2

    def test_a_mistake_is_told_before_all_else(self, ask: Ask) -> None:
        """On a narrow terminal too: a wrong port is dangerous to copy."""
        answer = ask("statements nsx-t-dfw-30-2-portal", width=80)
        assert "TCP 8842" in flat(answer.out)
        wide = ask("statements nsx-t-dfw-30-2-portal").out
        assert "  Probably a mistake: TCP 8443 is meant." in wide
        assert "Probably" in answer.out
        assert "8443" in answer.out

    def test_what_is_seen_where_it_is_blocked(self, ask: Ask) -> None:
        """A symptom is found with the statement."""
        out = ask("statements aws-module-ntp").out
        assert "If blocked: Service Engines cannot get the time" in out

    def test_what_matches_nothing_says_so(self, ask: Ask) -> None:
        """And ends with 1."""
        answer = ask("statements --by ako --release 22.1")
        assert (answer.code, answer.out) == (1, "No matching statements.\n")

    def test_an_inferred_release_is_marked(self, ask: Ask) -> None:
        """As probable; and a source without a release says so."""
        assert "  probably 22.1  " in ask("statements gcp-module-tunnel").out
        assert "  not stated  " in ask("statements ako-controller").out

    @pytest.mark.parametrize(
        ("name", "traffic"),
        [
            ("tanzu-tpsm-dns", "Controller -> DNS server, TCP or UDP 53"),
            ("nsx-t-design-30-2-cluster-address", "from Controller"),
            ("alb-sdk-probe", "to Service Engine, TCP 7"),
            ("gcp-module-etherip", "Service Engine -> Service Engine, IP"),
            ("port-page-20-1-openstack", "TCP 5098"),
        ],
    )
    def test_the_traffic_is_said_as_far_as_it_is_stated(
        self, ask: Ask, name: str, traffic: str
    ) -> None:
        """Either side may be missing, and so may all ports."""
        answer = ask(f"statements {name} --json")
        (found,) = json.loads(answer.out)["statements"]
        assert found["traffic"].startswith(traffic)

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("statements --release new", "expected a release, such as 22.1"),
            ("statements --on controller-to-dnss", "did you mean"),
            ("statements --by aws-modul", "did you mean 'aws-module'"),
            ("statements --agreement agree", "did you mean 'agrees'"),
        ],
    )
    def test_a_wrong_word_is_refused(
        self, ask: Ask, line: str, said: str
    ) -> None:
        """With the nearest one."""
        answer = ask(line)
        assert answer.code == 2
        assert said in answer.err


class TestTraffic:
    """The filters that flows have, too."""

    @pytest.mark.parametrize(
        ("filters", "criteria"),
        [
            ("--endpoint vCenter", {"endpoint": "vcenter-server"}),
            ("--protocol 63", {"protocol": 63}),
            ("--port 1550", {"port": 1550}),
            ("--on-cloud GCP", {"cloud": "gcp"}),
            (
                "--endpoint 'NSX ALB Controller' --port 443 --protocol tcp",
                {"endpoint": "controller", "port": 443, "protocol": "tcp"},
            ),
        ],
    )
    def test_they_select_statements(
        self, ask: Ask, filters: str, criteria: dict[str, Any]
    ) -> None:
        """As the criteria of the library do."""
        found = json.loads(ask(f"statements {filters} --json").out)
        expected = avi_portspec.statements(**criteria).ids()
        assert [each["id"] for each in found["statements"]] == [*expected]
        assert 0 < len(expected) < len(avi_portspec.statements())

    def test_either_side_lists_and_exclusions(self, ask: Ask) -> None:
        """The grammar is that of all filters."""
        line = (
            "statements --source SE --destination SE --protocol 63,73,97 "
            "--on-cloud !gcp --json"
        )
        found = json.loads(ask(line).out)["statements"]
        assert {each["stated_by"] for each in found} == {
            "aws-groups-20-1",
            "aws-groups-30-2",
        }
        ports = json.loads(ask("statements --port 9000-9100 --json").out)
        assert {
            pair["port_low"]
            for each in ports["statements"]
            for pair in each["ports"]
        } >= {9001, 9004}

    def test_several_records(self, ask: Ask) -> None:
        """Those on any of them."""
        names = ("controller-to-dns", "controller-to-ntp")
        line = f"statements --on {names[0]} --on {names[1]} --json"
        found = json.loads(ask(line).out)["statements"]
        assert [each["id"] for each in found] == [
            *avi_portspec.statements(flow=names).ids()
        ]

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("--endpoint vCenterr", "did you mean 'vCenter'"),
            ("--on-cloud awss", "did you mean 'aws'"),
            ("--port 70000", "65535"),
            ("--protocol tcpp", "did you mean 'tcp'"),
        ],
    )
    def test_a_wrong_value_is_refused(
        self, ask: Ask, line: str, said: str
    ) -> None:
        """By the option's name."""
        answer = ask(f"statements {line}")
        assert answer.code == 2
        assert line.partition(" ")[0] in answer.err
        assert said in answer.err

    @pytest.mark.parametrize(
        ("criteria", "wrong"),
        [
            ({"port": -1}, InvalidQueryError),
            ({"port": "22"}, InvalidQueryError),
            ({"cloud": "awss"}, UnknownNameError),
            ({"endpoint": "nobody"}, UnknownNameError),
            ({"protocol": "tcpp"}, UnknownNameError),
        ],
    )
    def test_the_library_refuses_it_as_well(
        self, criteria: dict[str, Any], wrong: type[Exception]
    ) -> None:
        """Even where nothing else is left to look at."""
        with pytest.raises(wrong):
            avi_portspec.statements(agreement=(), **criteria)


class TestWhereThePageIsSilent:
    """A gap points at statements, and nothing is wider for it."""

    @pytest.mark.parametrize(
        "cloud", ["vcenter", "nsx-t", "no-orchestrator", "aws", "gcp"]
    )
    def test_the_command_lists_what_was_counted(
        self, ask: Ask, cloud: str
    ) -> None:
        """Exactly, whatever else the answer has."""
        found = json.loads(ask(f"ports {cloud} --json").out)
        assert found["stated_elsewhere"]
        for each in found["stated_elsewhere"]:
            line = each["command"].removeprefix("avi-portspec ")
            listed = json.loads(ask(f"{line} --json").out)["statements"]
            assert [one["id"] for one in each["statements"]] == [
                one["id"] for one in listed
            ]
            gaps = [gap["text"] for gap in found["gaps"]]
            assert each["gap"] is None or each["gap"] in gaps

    @pytest.mark.parametrize(
        "line",
        [
            "ports nsx-t",
            "ports nsx-t --wide",
            "ports --on-cloud nsx-t",
            "export --format ticket --deployment nsx-t",
            "export --format markdown --deployment nsx-t",
        ],
    )
    def test_people_are_pointed_on(self, ask: Ask, line: str) -> None:
        """Behind the gap, once."""
        out = flat(ask(line).out).replace("\\", "")
        _, _, after = out.partition("and NSX Manager on NSX-T.")
        pointer = (
            "Stated elsewhere: Controller -> NSX Manager, TCP 443 "
            "(5 statements); see 'avi-portspec statements --endpoint "
            "nsx-manager --on-cloud nsx-t'."
        )
        if line == "ports nsx-t --wide":
            after = out
        assert out.count(pointer) == 1
        assert pointer in after

    @pytest.mark.parametrize(
        "line", ["ports nsx-t", "ports nsx-t --wide", "ports --on-cloud nsx-t"]
    )
    def test_quiet_leaves_it_out(self, ask: Ask, line: str) -> None:
        """Who asks for rows alone gets what is not documented, and no more."""
        answer = ask(f"{line} --quiet")
        assert "NSX Manager on NSX-T" in answer.err
        assert "lsewhere" not in answer.out + answer.err

    def test_rules_do_not_name_it(self, ask: Ask, tmp_path: Path) -> None:
        """Their text has no word of it; standard error has."""
        tmp_path.joinpath("site-addresses.toml").write_text(
            'controller = ["10.0.0.1"]\nservice-engine = ["10.0.1.0/24"]\n'
            'external-network-services = ["10.0.2.0/24"]\n',
            encoding="utf-8",
        )
        line = (
            "rules --platform nftables --inventory site-addresses.toml "
            "--cloud nsx-t"
        )
        answer = ask(line)
        assert "lsewhere" not in answer.out
        assert "statements --endpoint nsx-manager" in answer.err
        assert "lsewhere: Controller" in ask(f"{line} --dry-run").out

    def test_the_workbook_has_it(self, ask: Ask, tmp_path: Path) -> None:
        """On the sheet of what is not documented."""
        openpyxl = pytest.importorskip("openpyxl")
        ask("export --format xlsx --deployment nsx-t --output site.xlsx")
        book = openpyxl.load_workbook(tmp_path / "site.xlsx")
        text = [
            str(cell)
            for row in book["Not documented"].iter_rows(values_only=True)
            for cell in row
        ]
        assert any("TCP 443 (5 statements)" in cell for cell in text)
        assert "Elsewhere" in text


class TestPurposesAndSettings:
    """What others state of a flow, told as theirs."""

    NTP = "Time synchronisation (Tanzu reference designs: port sheet)"

    @pytest.mark.parametrize(
        "line",
        [
            "explain service-engine-to-controller-ntp aws",
            "ports aws --why",
            "ports aws --wide",
            "export --format ticket --deployment aws",
            "export --format markdown --deployment aws",
        ],
    )
    def test_a_purpose_has_its_source(self, ask: Ask, line: str) -> None:
        """Wherever there are reasons."""
        # After a port, it has no capital.
        assert self.NTP.lower() in flat(ask(line).out).lower()

    def test_that_none_is_known_is_told(self, ask: Ask) -> None:
        """Where nobody states one."""
        line = "explain external-to-controller-ssh aws"
        assert "No purpose known." in ask(line).out
        ticket = ask("export --format ticket --deployment aws").out
        assert "TCP 22: required (no purpose known)" in ticket

    def test_json_has_them_apart(self, ask: Ask) -> None:
        """The page's own purpose stays what it is."""
        found = json.loads(ask("ports vcenter --json").out)
        name = "service-engine-to-controller-ntp"
        (own,) = [r for r in found["records"] if r["flow"] == name]
        (other,) = [p for p in found["other_purposes"] if p["flow"] == name]
        assert own["purpose"] is None
        assert other["statement"] == "tanzu-ports-ntp"
        settings = {each["text"] for each in found["settings"]}
        assert "objsync_port of the Service Engine group" in settings
        explained = json.loads(ask(f"explain {name} aws --json").out)
        assert explained["other_purposes"] == [other]
        assert explained["settings"] == []

    def test_without_a_deployment_nothing_is_loaded(self, ask: Ask) -> None:
        """A list of flows is the page's alone."""
        found = json.loads(ask("ports --json").out)
        keys = ("stated_elsewhere", "other_purposes", "settings")
        assert [found[key] for key in keys] == [[], [], []]
        assert "Tanzu" not in ask("ports --columns id,why,purpose").out

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (
                "ports vcenter",
                "TCP 9001: objsync_port of the Service Engine group (Object",
            ),
            (
                "ports aws --container",
                "TCP 8443: the published system port (Ansible role",
            ),
            (
                "explain tcp/9001 vcenter",
                "is a setting: read objsync_port of the Service Engine group",
            ),
        ],
    )
    def test_a_port_that_is_a_setting_is_marked(
        self, ask: Ask, line: str, said: str
    ) -> None:
        """With the name of the setting and its source."""
        assert said in flat(ask(line).out)


class TestSymptoms:
    """``avi-portspec symptom`` beyond the page."""

    def test_the_harmless_ping_is_not_alone(self, ask: Ask) -> None:
        """What else may be behind it stands below, and that it is not all."""
        answer = ask("symptom controller down")
        out = flat(answer.out)
        assert answer.code == 0
        assert "The product works without it." in out
        assert "Service Engine -> Controller, TCP 22: Configuration" in out
        assert "If blocked: Controllers of a cluster cannot reach" in out
        assert "Other causes are not documented here. Source: " in out
        assert "Management traffic only." in out

    def test_what_has_no_purpose_says_so(self, ask: Ask) -> None:
        """And JSON has the flows, too."""
        assert "UDP 123: no purpose known." in ask("symptom clock").out
        found = json.loads(ask("symptom clock --json").out)
        assert [each["flow"]["id"] for each in found["causes"]] == [
            "service-engine-to-controller-ntp",
            "controller-to-ntp",
        ]
        (first, _) = found["causes"]
        assert first["statements"][0]["id"] == "aws-module-ntp"

    def test_nothing_is_known(self, ask: Ask) -> None:
        """It says so, and ends with 1."""
        answer = ask("symptom blue smoke")
        assert answer.code == 1
        assert answer.out.startswith(
            "No documented symptom matches.\n\n"
            "Other causes are not documented here.\n\nSource: vendor's port "
        )
        assert "Other causes" not in ask("symptom").out


class TestNames:
    """What other sources call the endpoints of an edition."""

    def test_endpoints_lists_them(self, ask: Ask) -> None:
        """Each with the sources that use it."""
        answer = ask("endpoints 'NSX ALB Controller' --json")
        (found,) = json.loads(answer.out)["endpoints"]
        assert found["id"] == "controller"
        assert {
            "name": "Controllers and cluster VIP",
            "sources": ["installer-vcd"],
        } in found["other_names"]
        assert "ALB management network" in ask("endpoints controller").out

    @pytest.mark.parametrize(
        "line",
        [
            "ports aws --source {}",
            "ports --endpoint '!{}'",
            "export --format csv --deployment aws --destination {}",
        ],
    )
    def test_every_command_takes_them(self, ask: Ask, line: str) -> None:
        """As it takes the edition's own."""
        own = ask(line.format("controller"))
        quoted = line.replace("'!{}'", "{}").format("'{}'")
        bar = "!" if "!" in line else ""
        other = ask(quoted.format(f"{bar}NSX ALB Controller"))
        assert (other.code, other.out) == (own.code, own.out)


class TestSourcesAndReleases:
    """``avi-portspec sources`` and ``avi-portspec releases``."""

    def test_sources_of_a_kind(self, ask: Ask) -> None:
        """By the word for it."""
        found = json.loads(ask("sources --kind vendor-code --json").out)
        assert [each["id"] for each in found["sources"]] == [
            each.id
            for each in avi_portspec.sources()
            if each.kind == "vendor-code"
        ]

    def test_many_releases_are_a_range(self, ask: Ask) -> None:
        """Nobody reads a list of twenty."""
        line = "statements terraform-provider-objstore-until-30-1"
        assert "  20.1.4 to 30.1.2  " in ask(line).out

    def test_each_release_has_its_edition(self, ask: Ask) -> None:
        """Stated, inferred, or none, with the nearest if there is one."""
        out = ask("releases").out
        for release, edition in (
            ("17.1", r"17\.1 \(stated\)"),
            ("18.2", "none"),
            ("21.1", r"vantage-undated \(inferred\)"),
            ("22.1", "none; nearest: vantage-undated"),
        ):
            assert re.search(
                rf"^{re.escape(release)}  .*  {edition}  ", out, re.MULTILINE
            )


class TestEditionsThatThereAreNot:
    """``--edition`` with a release."""

    @pytest.mark.parametrize(
        ("release", "nearest", "known"),
        [
            ("22.1.4", "vantage-undated", "14 other sources speak of 22.1."),
            ("21.1.3", "vantage-undated", "probably of 21.1.3 or later"),
            ("31.1", "vantage-undated", "1 other source speaks of 31.1."),
            ("17.2", "17.1", "is the release line before it"),
            ("18.2.1", None, "nothing shows which is nearer"),
            ("19.1", None, "Nothing is known of this release."),
        ],
    )
    def test_the_nearest_is_named_and_why(
        self, ask: Ask, release: str, nearest: str | None, known: str
    ) -> None:
        """Never one that has merely a similar number."""
        answer = ask(f"ports --edition {release}")
        assert answer.code == 2
        assert known in answer.err
        near = f"the nearest is {nearest!r}"
        if nearest is None:
            near = "none of the editions is near"
        assert f"no edition {release!r}; {near}. " in answer.err
        assert f"statements --release {release}'" in answer.err
        with pytest.raises(avi_portspec.NoEditionError) as caught:
            avi_portspec.load(release)
        assert caught.value.nearest == nearest
        assert str(caught.value) in answer.err

    def test_what_is_no_release_is_a_name_as_any(self, ask: Ask) -> None:
        """Such as the first half of one."""
        assert "did you mean '17.1'?" in ask("ports --edition 17").err


class TestExplain:
    """``avi-portspec explain --release``."""

    LINE = "explain tcp/9001 --deployment vcenter"

    def test_the_answer_comes_first_and_is_the_same(self, ask: Ask) -> None:
        """Byte by byte, up to where the answer comes from.

        Only of which release a gap's statements are has to be said now.
        """
        before, _, source = ask(self.LINE).out.partition("\nSource: ")
        answer = ask(f"{self.LINE} --release 30.2")
        assert answer.code == 0
        assert answer.out.replace(" of any release", "").startswith(before)
        assert answer.out.endswith(source)

    def test_it_shows_the_setting_and_both_readings(self, ask: Ask) -> None:
        """The guide's 9001, and the default of 4001 since that release."""
        out = flat(ask(f"{self.LINE} --release 30.2").out)
        assert "Release 30.2. Edition: none; nearest: vantage-undated." in out
        assert "narrows Service Engine -> Service Engine, TCP 9001," in out
        assert "differs Service Engine -> Service Engine, TCP 4001," in out
        assert "Setting: objsync_port of the Service Engine group." in out
        assert "the part of port-page-30-2 that could state it." in out

    def test_what_others_add_to_a_port_is_there(self, ask: Ask) -> None:
        """Though the vendor's page has the port, between other ends."""
        out = flat(ask("explain 443 nsx-t --release 30.2").out)
        assert "adds Controller -> NSX Manager, TCP 443, on NSX-T" in out
        assert "adds Controller -> vCenter Server, TCP 443, on NSX-T" in out
        assert "log-streaming" not in out

    def test_other_clouds_are_left_out(self, ask: Ask) -> None:
        """Azure's limit is of no use on vCenter."""
        found = {
            cloud: json.loads(
                ask(f"explain tcp/4001 {cloud} --release 30.2 --json").out
            )["statements"]
            for cloud in ("azure", "vcenter")
        }
        ids = {
            cloud: {each["id"] for each in statements}
            for cloud, statements in found.items()
        }
        assert "objsync-guide-30-2-azure" in ids["azure"]
        assert "objsync-guide-30-2-azure" not in ids["vcenter"]

    @pytest.mark.parametrize(
        ("subject", "said"),
        [
            ("tcp/8842", "Did you mean TCP 8443? nsx-t-dfw-30-2 has TCP 8842"),
            ("tcp/8483", "Did you mean TCP 8443? TCP 8443 is documented; one"),
            ("tcp/123", "Did you mean UDP 123? Port 123 is documented with"),
            ("tcp/75", "Did you mean IP protocol 75? 75 is the number of an"),
            ("8483", "Did you mean TCP 8443?"),
        ],
    )
    def test_a_near_miss_is_suggested(
        self, ask: Ask, subject: str, said: str
    ) -> None:
        """Once, and the exit code stays."""
        answer = ask(f"explain {subject} aws")
        assert answer.code == 1
        assert flat(answer.out).count(said) == 1

    def test_a_port_that_others_add(self, ask: Ask) -> None:
        """Where the vendor's page has no flow with it."""
        out = flat(ask("explain udp/1550 gcp").out)
        assert "Stated elsewhere, and part of no answer:" in out
        assert "[gcp-module-tunnel]" in out
        assert "[alb-sdk-tunnel]" in out
        assert "gcp-module" not in ask("explain udp/1550 aws").out

    def test_a_range_of_a_setting_adds_no_port(self, ask: Ask) -> None:
        """A port that the object store could be set to is not stated."""
        out = ask("explain tcp/7777 vcenter").out
        assert "Stated elsewhere, and part of no answer" not in out

    @pytest.mark.parametrize(
        ("subject", "said"),
        [
            ("tcp/8842", "Did you mean TCP 8443? nsx-t-dfw-30-2 has TCP 8842"),
            ("tcp/8483", "Did you mean TCP 8443? TCP 8443 is documented; one"),
            ("tcp/123", "Did you mean UDP 123? Port 123 is documented with"),
            ("tcp/75", "[gcp-module-protocol-seventy-five]"),
            ("udp/1550", "[service-installer-tunnel]"),
            ("63", "[aws-module-protocol-sixty-three]"),
        ],
    )
    def test_what_nothing_documents_needs_no_deployment(
        self, ask: Ask, subject: str, said: str
    ) -> None:
        """It is the same for all of them."""
        answer = ask(f"explain {subject}")
        assert answer.code == 1
        assert said in flat(answer.out)
        found = json.loads(ask(f"explain {subject} --json").out)
        assert found["deployment"] is None
        assert found["decisions"] == []
        assert ask("explain tcp/8443").code == 2

    @pytest.mark.parametrize(
        "pair",
        [
            "controller-to-vcenter-server",
            "'Controller -> vCenter'",
            "'NSX ALB Controller -> vCenter Server'",
        ],
    )
    def test_a_pair_that_others_know(self, ask: Ask, pair: str) -> None:
        """By any name, with a deployment and without."""
        for more, absent in (("", "nothing"), (" vcenter", "nsx-t-design")):
            answer = ask(f"explain {pair}{more}")
            out = flat(answer.out)
            assert answer.code == 1
            assert "No flow goes from Controller to vCenter Server." in out
            assert "[tanzu-tpsm-vcenter]" in out
            assert absent not in out
        found = json.loads(ask(f"explain {pair} --json").out)
        assert found["subject"] == "Controller to vCenter Server"
        assert found["text"].startswith(
            "No flow goes from Controller to vCenter Server. "
        )

    def test_a_pair_that_nobody_knows(self, ask: Ask) -> None:
        """Whether or not its ends are known, it is no name."""
        for pair in ("ESXi host -> SE", "SE -> nobody"):
            answer = ask(f"explain '{pair}' vcenter")
            assert answer.code == 2
            assert (
                f"unknown flow, exclusion, protocol or service '{pair}'"
                in (answer.err)
            )

    def test_a_gap_needs_no_release(self, ask: Ask) -> None:
        """Where the answer is silent, what others state is listed."""
        out = ask("explain tcp/9001 no-orchestrator").out
        assert out.startswith("not documented ")
        assert "[tanzu-ports-objstore-vmware]" in out
        out = ask("explain tcp/9001 vcenter").out
        assert "Stated elsewhere, and part of no answer" not in out
        # The gap of the cloud, which may be about any port, points on.
        assert "statements --endpoint vcenter-server" in out

    def test_a_protocol_that_others_have(self, ask: Ask) -> None:
        """An IP protocol by its name."""
        assert "unknown" in ask("explain sctp").out

    def test_nothing_is_known_of_a_release(self, ask: Ask) -> None:
        """It says so."""
        out = flat(ask("explain icmp aws --release 99.1").out)
        assert NOT_LISTED.format("99.1") in out

    def test_a_protocol_has_no_near_miss(self, ask: Ask) -> None:
        """It has no port that could be written wrongly."""
        answer = ask("explain sctp aws --json")
        assert json.loads(answer.out)["near_misses"] == []


class TestPorts:
    """``avi-portspec ports --beyond``."""

    @pytest.mark.parametrize("more", ["", " --wide"])
    def test_it_stands_below_the_same_answer(
        self, ask: Ask, more: str
    ) -> None:
        """Byte by byte, and each statement that others add is there."""
        line = f"ports nsx-t --release 30.2{more}"
        before, answer = ask(line), ask(f"{line} --beyond")
        assert ask(f"ports nsx-t --beyond 30.2{more}").out == answer.out
        assert ask(f"ports --beyond nsx-t --release 30.2{more}").out == (
            answer.out
        )
        assert answer.code == before.code
        assert answer.out.startswith(before.out)
        below = flat(answer.out.removeprefix(before.out))
        assert below.startswith("Release 30.2. Edition: none; nearest:")
        assert "adds Controller -> NSX Manager, TCP 443, on NSX-T" in below

    def test_without_a_release_it_is_all_of_them(self, ask: Ask) -> None:
        """The table is the same to the byte, and each says its release."""
        before, answer = ask("ports nsx-t"), ask("ports nsx-t --beyond")
        assert answer.out.startswith(before.out)
        below = flat(answer.out.removeprefix(before.out))
        assert below.startswith("Stated elsewhere, and part of no answer:")
        assert "[nsx-t-design-30-1-nsx-manager]" in below
        assert "[nsx-t-design-30-2-nsx-manager]" in below

    def test_it_is_in_the_json(self, ask: Ask) -> None:
        """Apart from the records, which are the same."""
        before = json.loads(ask("ports nsx-t --release 30.2 --json").out)
        found = json.loads(ask("ports nsx-t --beyond 30.2 --json").out)
        assert before.pop("beyond") == []
        beyond = found.pop("beyond")
        assert found == before
        assert found["deployment"]["release"] == "30.2"
        assert "nsx-t-design-30-2-nsx-manager" in {e["id"] for e in beyond}

    def test_a_file_can_have_the_release(
        self, ask: Ask, tmp_path: Path
    ) -> None:
        """``init`` writes it, and an option overrides it."""
        assert ask("init nsx-t --release 30.2 -o site.toml").code == 0
        text = tmp_path.joinpath("site.toml").read_text(encoding="utf-8")
        assert '\nrelease = "30.2"\n' in text
        assert '#   release = "22.1.4"' in ask("init nsx-t -o -").out
        named = ask("ports nsx-t --beyond 30.2").out
        assert ask("ports --deployment site.toml --beyond").out == named
        other = "ports --deployment site.toml --beyond 22.1"
        named = ask("ports nsx-t --beyond 22.1").out
        assert ask(f"{other} --release 22.1").out == named
        answer = ask(other)
        assert (answer.code, answer.out) == (2, "")
        assert flat(answer.err).endswith(
            "Error: --beyond 22.1 is not the deployment's release, which is "
            "30.2; to ask about the other, add --release 22.1"
        )
        line = "explain tcp/9001"
        assert ask(f"{line} --deployment site.toml").out == (
            ask(f"{line} nsx-t --release 30.2").out
        )

    def test_a_release_in_a_file_is_text(
        self, ask: Ask, tmp_path: Path
    ) -> None:
        """Without quotes it is a number: the error says what to write."""
        site = tmp_path / "site.toml"
        site.write_text('clouds = ["aws"]\nrelease = 30.2\n', encoding="utf-8")
        for line in ("ports site.toml", "check site.toml"):
            answer = ask(line)
            assert flat(answer.out + answer.err).removeprefix("Error: ") == (
                "site.toml: release: expected the id of a release, in "
                "numbers, such as 22.1 (in quotes), or nothing, got 30.2; "
                "did you mean '30.2'?"
            )

    def test_nothing_else_is_stated(self, ask: Ask) -> None:
        """It says so."""
        out = ask("ports aws --beyond 99.1").out
        assert flat(out).endswith(
            f"{NOT_LISTED.format('99.1')} No other source states anything "
            "but the same."
        )
        # A source can be about more than one line of releases.
        out = flat(ask("ports aws --beyond 30").out)
        assert f"{NOT_LISTED.format('30')} Stated elsewhere" in out

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("ports --beyond 30.2", "--beyond requires a deployment"),
            ("ports --release 30.2", "--release requires a deployment"),
            ("ports aws --beyond new", "such as 22.1"),
            ("ports --beyond awz", "unknown deployment 'awz'"),
            ("ports aws --beyond -o new.csv", "nothing for --beyond"),
            ("export aws --beyond --format csv", "nothing for --beyond"),
            ("export --beyond --format json", "--beyond requires a deploy"),
            ("export aws --release 1 --beyond 2 -o new.md", "add --release 2"),
            ("ports aws --release new", "such as 22.1"),
            ("rules aws --platform csv --inventory x --release new", "22.1"),
        ],
    )
    def test_it_needs_a_deployment_and_a_release(
        self, ask: Ask, line: str, said: str
    ) -> None:
        """Each of them a sound one."""
        answer = ask(line)
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


class TestExport:
    """``avi-portspec export --beyond``."""

    @pytest.mark.parametrize(
        "name", [f.name for f in formats() if f.name != "csv"]
    )
    def test_it_is_in_every_format_that_has_room(
        self, ask: Ask, tmp_path: Path, name: str
    ) -> None:
        """All that the list of statements adds, once more than without."""
        site = "nsx-t --release 30.2"
        adding = "statements --release 30.2 --agreement adds --on-cloud nsx-t"
        found = json.loads(ask(f"{adding} --json").out)["statements"]
        ids = {each["id"] for each in found}
        assert len(ids) > 5
        counts = []
        for more in ("", " --beyond"):
            line = f"export {site}{more} --format {name} -o out"
            assert ask(line).code == 0
            data = tmp_path.joinpath("out").read_bytes()
            if name == "xlsx":
                with zipfile.ZipFile(io.BytesIO(data)) as book:
                    data = book.read("xl/sharedStrings.xml")
            counts.append({each: data.count(each.encode()) for each in ids})
        before, after = counts
        assert {each for each in ids if after[each] > before[each]} == ids


class TestSettings:
    """Ports that are settings, below several verdicts."""

    def test_they_are_told_in_one_line(self, ask: Ask) -> None:
        """Of what applies to the deployment, and without a need for more."""
        said = (
            "Ports that are settings: TCP 5098: the published SSH port "
            "(Ansible role for a Controller in a container)."
        )
        line = "explain tcp/5098 aws"
        assert said in flat(ask(f"{line} --container").out)
        assert "settings" not in ask(line).out
        assert "settings" not in ask(f"{line} --container --quiet").out


class TestShow:
    """``avi-portspec show``."""

    def test_purpose_and_setting_have_their_source(self, ask: Ask) -> None:
        """Where the vendor's page states none, and where the port moves."""
        out = flat(ask("show controller-to-smtp").out)
        sdk = "(Avi SDK: defaults of settings)"
        assert f"Purpose, by other sources E-mail {sdk}" in out
        setting = "EmailConfiguration.mailServerPort"
        assert f"The port is a setting {setting} {sdk}" in out
        found = json.loads(ask("show controller-to-smtp --json").out)
        texts = {"other_purposes": "E-mail", "settings": setting}
        for name, text in texts.items():
            (each,) = found[name]
            assert (each["text"], each["source"]) == (text, "alb-sdk")
        # The page states a purpose, and no source a setting.
        out = ask("show controller-to-controller-ssh").out
        assert "other sources" not in out
        assert "setting" not in out


class TestCheck:
    """``avi-portspec check --as source``."""

    def test_a_source_is_checked_by_itself(
        self, ask: Ask, tmp_path: Path
    ) -> None:
        """Bundled ones are valid; what is missing is told with its place."""
        path = Path(FOLDER, "aws-module.toml")
        answer = ask(f"check {path} --as source")
        assert (answer.code, answer.out) == (0, f"{path}: valid source\n")
        text = path.read_text(encoding="utf-8")
        wrong = text.replace('agreement = "agrees"', 'agreement = "agree"', 1)
        tmp_path.joinpath("wrong.toml").write_text(wrong, encoding="utf-8")
        answer = ask("check wrong.toml --as source")
        assert answer.code == 1
        assert "statements[0].agreement: expected one of" in answer.out
        assert "did you mean 'agrees'?" in answer.out


class TestAccept:
    """``--accept``."""

    LINE = "rules --platform csv --inventory site-addresses.toml --cloud nsx-t"

    def test_rules_are_wider_by_exactly_that(
        self, ask: Ask, tmp_path: Path
    ) -> None:
        """Each other line of the rules stays as it is."""
        tmp_path.joinpath("site-addresses.toml").write_text(
            'controller = ["10.0.0.1"]\nservice-engine = ["10.0.1.0/24"]\n'
            'external-network-services = ["10.0.2.0/24"]\n'
            'nsx-manager = ["10.0.3.1"]\n',
            encoding="utf-8",
        )
        name = "nsx-t-design-30-2-nsx-manager"
        accepted = ask(f"{self.LINE} --accept {name}")
        headed = ask(f"{self.LINE} --accept {name} --header").out
        (line,) = [h for h in headed.splitlines() if "# accepted: " in h]
        assert line == f"# accepted: statement {name} (release: 30.2)"
        more = f"{self.LINE} --header --release 21.1"
        others = ("alb-sdk-objstore-since-30-2", "nsx-t-dfw-latest-https")
        words = " ".join(f"--accept {each}" for each in (*others, name))
        # What goes on is indented.
        whole = re.sub(r"\s+#   ", " ", ask(f"{more} {words}").out)
        found = [
            line.partition("accepted: statement ")[2]
            for line in whole.splitlines()
            if "# accepted: " in line
        ]
        assert found == [
            (
                "alb-sdk-objstore-since-30-2 (release: 30.2.1; only if "
                "objsync_port is not set; it is not about release 21.1)"
            ),
            (
                "nsx-t-dfw-latest-https (release: 20.1.3 or later; only if "
                "the distributed firewall of NSX is used)"
            ),
            f"{name} (release: 30.2; it is not about release 21.1)",
        ]
        without = tmp_path / "site-addresses.toml"
        text = without.read_text(encoding="utf-8").rpartition("nsx-man")[0]
        without.write_text(text, encoding="utf-8")
        answer = ask(self.LINE)
        before = answer.out.splitlines()
        # The vendor's page is as silent as before.
        assert (accepted.code, accepted.err) == (answer.code, answer.err)
        after = accepted.out.splitlines()
        new = [line for line in after if "10.0.3.1" in line]
        assert len(new) == 1
        assert f"statement {name}" in new[0]
        kept = [line.split(",")[:8] for line in after if line not in new]
        assert kept == [line.split(",")[:8] for line in before]

    def test_the_ticket_and_the_json_record_it(self, ask: Ask) -> None:
        """By the id of the statement."""
        name = "tanzu-tpsm-vcenter"
        line = f"vcenter --accept {name}"
        ticket = ask(f"export --format ticket --deployment {line}").out
        assert f"statement {name}" in ticket
        assert "Not requested, but for what is accepted. Decide" in ticket
        assert "Of it, only what is accepted is requested." in ticket
        assert "Nothing of it is requested." not in ticket
        plain = ask("export --format ticket --deployment vcenter").out
        assert "Nothing of it is requested." in plain
        assert "accepted" not in plain
        found = json.loads(ask(f"ports {line} --json").out)
        assert found["edition"] == "vantage-undated.accepted"
        assert name in json.dumps(found)

    def test_the_ticket_says_when_it_holds(self, ask: Ask) -> None:
        """Whoever approves it sees its condition and its release."""
        said = "- statement alb-sdk-tunnel (release: 20.1.4 to 30.2.1; only if"
        line = "export --format ticket --accept alb-sdk-tunnel"
        on = ask(f"{line} --deployment vcenter").out
        assert said in on
        assert "it is not about release" not in on
        out = ask(f"{line} --deployment vcenter --release 17.2").out
        assert "it is not about release 17.2)" in out
        # Of clouds, no release is known.
        assert said in ask(f"{line} --on-cloud aws").out
