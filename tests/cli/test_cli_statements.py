"""What other sources state, on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from asking_cli import Ask

import avi_portspec
from avi_portspec.beyond.files import FOLDER


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
        """Byte by byte, up to where the answer comes from."""
        before, _, source = ask(self.LINE).out.partition("\nSource: ")
        answer = ask(f"{self.LINE} --release 30.2")
        assert answer.code == 0
        assert answer.out.startswith(before)
        assert answer.out.endswith(source)

    def test_it_shows_the_setting_and_both_readings(self, ask: Ask) -> None:
        """The guide's 9001, and the default of 4001 since that release."""
        out = flat(ask(f"{self.LINE} --release 30.2").out)
        assert "Release 30.2. Edition: none; nearest: vantage-undated." in out
        assert "narrows Service Engine -> Service Engine, TCP 9001," in out
        assert "differs Service Engine -> Service Engine, TCP 4001," in out
        assert "Setting: objsync_port of the Service Engine group." in out
        assert "part that could state it of port-page-30-2." in out

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
            ("tcp/8842", "Did you mean TCP 8443? nsx-t-dfw-30-2 has the same"),
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
        assert "Stated elsewhere" not in ask("explain tcp/7777 vcenter").out

    def test_nothing_is_known_of_a_release(self, ask: Ask) -> None:
        """It says so."""
        out = ask("explain icmp aws --release 99.1").out
        assert "Release 99.1. Nothing is known of it." in out

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
        line = f"ports nsx-t{more}"
        before, answer = ask(line), ask(f"{line} --beyond 30.2")
        assert answer.code == before.code
        assert answer.out.startswith(before.out)
        below = flat(answer.out.removeprefix(before.out))
        assert below.startswith("Release 30.2. Edition: none; nearest:")
        assert "adds Controller -> NSX Manager, TCP 443, on NSX-T" in below

    def test_nothing_else_is_stated(self, ask: Ask) -> None:
        """It says so."""
        out = ask("ports aws --beyond 99.1").out
        assert out.endswith(
            "Release 99.1. Nothing is known of it.\n"
            "No other source states anything but the same.\n"
        )

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("ports --beyond 30.2", "--beyond requires a deployment"),
            ("ports aws --beyond 30.2 --json", "--beyond is for the table"),
            ("ports aws --beyond new", "such as 22.1"),
        ],
    )
    def test_it_needs_a_deployment_and_a_table(
        self, ask: Ask, line: str, said: str
    ) -> None:
        """And a release."""
        answer = ask(line)
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


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
        found = json.loads(ask(f"ports {line} --json").out)
        assert found["edition"] == "vantage-undated.accepted"
        assert name in json.dumps(found)
