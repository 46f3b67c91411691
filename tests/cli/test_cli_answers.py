"""The commands that tell of one thing: explain, show, notes, symptoms."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from asking_cli import Ask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avi_portspec import Citation, load
from avi_portspec.cli import verdicts
from avi_portspec.cli.program import SECTIONS
from avi_portspec.version import DATA_VERSION


def answers_in(name: str) -> list[tuple[str, list[str]]]:
    """Return the commands in a file, each with the lines of its answer.

    They are the specification's sketch, in the words of the data.
    """
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [
        (line, answer.strip("\n").split("\n"))
        for part in text.removeprefix("$ ").split("\n$ ")
        for line, _, answer in [part.partition("\n")]
    ]


class TestExplain:
    """Why, and whether."""

    @pytest.mark.parametrize(("line", "expected"), answers_in("answers.txt"))
    def test_one_answer(
        self, ask: Ask, line: str, expected: list[str]
    ) -> None:
        """The verdict, why, and where it is stated; on a terminal."""
        answer = ask(f"{line} --quiet --no-color", width=80)
        assert answer.out.splitlines() == expected
        # In a pipe, the same words on fewer lines.
        piped = ask(f"{line} --quiet").out
        assert piped.split() == answer.out.split()
        assert piped.count("\n") <= len(expected)

    def test_several_answers(self, ask: Ask) -> None:
        """A line each, a letter for what is assumed, and the rest counted."""
        line = "explain 443 --deployment aws"
        ((_, expected),) = answers_in("answers-piped.txt")
        assert ask(f"{line} --quiet").out.splitlines() == expected
        lines = ask(f"{line} --no-color", width=80).out.splitlines()
        assert lines[:2] == [
            "needed         Controller -> Controller, TCP 443 (HTTPS)",
            "               Required.",
        ]
        whole = ask(f"{line} --all --quiet").out
        assert whole.count("not needed     ") == 3
        assert "--all" not in whole

    def test_a_line_names_the_data(self, ask: Ask) -> None:
        """In a pipe with the whole digest, on a terminal with its start."""
        digest = load("vantage-undated").digest
        line = "explain 5054 --deployment aws"
        assert ask(line).out.endswith(f" SHA-256 {digest}.\n")
        lines = ask(f"{line} --no-color", width=80).out.splitlines()
        assert lines[-1].endswith(f" SHA-256 {digest[:12]}.")
        assert digest in ask(f"{line} --full --no-color", width=80).out
        assert "SHA-256" not in ask(f"{line} --quiet").out

    def test_full_is_all_that_is_known(self, ask: Ask) -> None:
        """Of each flow: id, places, notes, and what is interpreted how."""
        resolution = load("vantage-undated").resolve("aws")
        expected = resolution.explain("tcp/22")
        text = ask("explain tcp/22 --deployment aws --full --all").out
        for decision in expected.decisions:
            assert f"Flow: {decision.flow.id}\n" in text
            for note in decision.notes:
                assert f"Note: {note.text}\n" in text
            for why in (*decision.inferred, *decision.readings):
                assert f"({why.field}): {why.reason}\n" in text
        assert "[a]" not in text
        text = ask("explain icmp --deployment aws --full").out
        assert "If blocked: " in text
        name = "controller-to-service-engine"
        (exclusion,) = resolution.edition.exclusions
        text = ask(f"explain {name} --deployment aws --full").out
        assert f"{exclusion.text}\n" in text
        assert f"Exclusion: {name}\n" in text

    def test_what_a_site_changed_is_said(self, ask: Ask, files: Path) -> None:
        """In a sentence, as everything else."""
        (files / "site.toml").write_text(
            'id = "bonn"\ntitle = "Site Bonn"\n[[changes]]\n'
            'flow = "external-to-controller-https"\nports = [9443]\n'
            'reason = "The portal moved."\n'
        )
        lines = ask("explain 9443 aws --overlay site.toml").out.splitlines()
        assert lines[2].strip() == (
            "Moved from TCP 443 by the site's overlay bonn."
        )
        assert "and the site's overlay bonn (Site Bonn)." in lines[-1]

    def test_a_caution_is_said(self, ask: Ask) -> None:
        """Below the verdict that it is about, also among others."""
        text = ask("explain 443 --deployment gcp").out
        assert (
            "               Direction as the vendor states it. More likely "
            "the Controller connects to GCP.\n"
        ) in text

    @pytest.mark.parametrize("subject", ["443", "https", "9440"])
    def test_an_interface_that_no_flow_covers(
        self, ask: Ask, subject: str
    ) -> None:
        """Nobody has said over which port that goes."""
        told = (
            "The vendor's page states no flow between the Controller and NSX "
            "Manager on NSX-T."
        )
        line = f"explain {subject} --deployment nsx-t"
        assert (
            f"\nnot documented {told}\n               "
            'Do not read this as "not needed".\n'
        ) in ask(line).out
        (gap,) = json.loads(ask(f"{line} --json").out)["gaps"]
        assert gap[1:] == told[1:]
        assert told not in ask("explain ssh --deployment aws").out

    def test_what_does_not_apply_is_named(self, ask: Ask) -> None:
        """By the end outside, or whole; of many, only the number is said."""
        text = ask("explain ssh --deployment openstack --container").out
        assert (
            "2 more do not apply to this deployment: Controller -> "
            "Controller, TCP 22 (SSH), Service Engine -> Controller, TCP 22 "
            "(SSH). Add --all to see them.\n"
        ) in text
        text = ask("explain se-to-controller --deployment aws").out
        assert (
            "1 more does not apply to this deployment: Service Engine -> "
            "Controller, TCP 5098 (SSH). Add --all to see it.\n"
        ) in text
        text = ask("explain tcp --deployment aws").out
        flows = load("vantage-undated").resolve("aws")
        count = sum(
            flows.status_of(flow) in {"replaced", "not-applicable"}
            for flow in load("vantage-undated").flows.select(protocol="tcp")
        )
        assert (
            f"{count} more do not apply to this deployment. Add --all"
        ) in text

    def test_a_place_above_all_sections(self) -> None:
        """It has no title of its own."""
        citation = Citation(place="lead-in", number=2)
        words = verdicts._place(citation, load("17.1"))
        assert words == "the overview, lead-in 2"

    def test_not_supported(self, ask: Ask) -> None:
        """A verdict of its own: nothing takes its place."""
        text = ask("explain 5098 --deployment openstack --container").out
        assert text.startswith(
            "not supported  Controller -> Controller, TCP 5098 (SSH)"
        )
        assert text.count("Not supported on OpenStack.") == 2

    @pytest.mark.parametrize(
        "pair",
        [
            "service-engine-to-controller",
            "SE-to-Controller",
            "'SE > Controller'",
            "'Service Engine -> Avi Controller'",
        ],
    )
    def test_a_pair(self, ask: Ask, pair: str) -> None:
        """All flows between two ends, by any of their names."""
        answer = ask(f"explain {pair} --deployment aws --all --json")
        flows = load("vantage-undated").flows.select(
            source="SE", destination="controller"
        )
        found = json.loads(answer.out)["decisions"]
        assert [each["flow"]["id"] for each in found] == [*flows.ids()]
        answer = ask("explain 'Controller > SE' --deployment aws")
        assert answer.code == 1
        assert answer.out.startswith("no port needed Controller -> ")

    def test_a_pair_of_which_nothing_is_known(self, ask: Ask) -> None:
        """It is no name."""
        for name in ("aws-to-gcp", "a -> b"):
            answer = ask(f"explain '{name}' --deployment aws")
            assert answer.code == 2
            assert "unknown flow, exclusion, protocol" in answer.err

    def test_silence_about_one_flow(self, ask: Ask, files: Path) -> None:
        """Of a site's overlay it is the site that is silent."""
        Path(files, "own.toml").write_text(
            'id = "berlin"\ntitle = "Berlin"\n[[flows]]\nid = "jump"\n'
            'source = "service-engine"\ndestination = "controller"\n'
            'protocols = ["tcp"]\nports = [7777]\npurpose = "P."\n'
            'when = {facet = "cloud", values = ["aws"], unstated = ["gcp"]}\n'
        )
        text = ask("explain 7777 --deployment gcp --overlay own.toml").out
        assert text.startswith(
            "not documented Service Engine -> Controller, TCP 7777\n"
            "               The site's overlay berlin lists TCP 7777, but "
            "not for GCP.\n"
        )
        Path(files, "three.toml").write_text(
            'id = "site"\ntitle = "Site"\n[[flows]]\nid = "third"\n'
            'source = "service-engine"\ndestination = "service-engine"\n'
            'protocols = ["tcp"]\nports = [7777]\npurpose = "P."\n'
            'service = "ObjStore"\n'
            'when = {facet = "cloud", values = ["aws"], '
            'unstated = ["openshift"]}\n'
        )
        line = "explain 9001 --deployment openshift --overlay three.toml"
        assert "TCP 7777, none for OpenShift." in ask(line).out

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("explain tcp/5054 --cloud aws --with cli-shell", 0),
            ("explain tcp/5054 --cloud aws", 1),
            ("explain controller-to-service-engine --cloud aws", 1),
            ("explain tcp/12345 --cloud aws", 1),
            ("explain icmp --cloud aws", 1),
            ("explain 443 --cloud aws", 0),
        ],
    )
    def test_the_exit_code_says_whether(
        self, ask: Ask, line: str, code: int
    ) -> None:
        """It has to be open: needed, and not merely optional."""
        assert ask(line).code == code

    @pytest.mark.parametrize(
        ("subject", "said"),
        [
            ("tpc/22", "unknown flow, exclusion, protocol or service"),
            ("tcp/22-x", "expected a protocol and one port, as tcp/9001"),
            ("tcp/22-25", "see 'avi-portspec ports --port 22-25 --protocol"),
            ("22-25", "see 'avi-portspec ports --port 22-25'"),
            ("tcp/", "a port, as 9001"),
            ("tcp/99999", "0 to 65535"),
            (f"tcp/{'9' * 5000}", "0 to 65535"),
            ("controller-to-awss", "did you mean 'controller-to-aws'?"),
        ],
    )
    def test_what_is_nothing_is_told(
        self, ask: Ask, subject: str, said: str
    ) -> None:
        """With the nearest name."""
        answer = ask(f"explain {subject} --cloud aws")
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


class TestShow:
    """All that is known."""

    def test_a_doubtful_direction_is_told(self, ask: Ask) -> None:
        """With what to do about it; of no other flow."""
        text = ask("show gcp-to-avi-vantage").out
        assert re.search(
            r"\nDirection not clear +The vendor may have swapped source and "
            r"destination\. Find out who opens the connection\.",
            text,
        )
        assert "not clear" not in ask("show external-to-controller-snmp").out

    @pytest.mark.parametrize("edition", ["16.2", "17.1", "vantage-undated"])
    def test_every_record_can_be_shown(self, ask: Ask, edition: str) -> None:
        """With its ends, its place and its notes."""
        found = load(edition)
        records = [*found.flows, *found.exclusions, *found.pointers]
        ids = " ".join(record.id for record in records)
        text = ask(f"show {ids} --edition {edition}").out
        *parts, last = text.split("\n\n")
        assert last.startswith("Source: vendor's port page, edition ")
        assert edition in last
        assert last.endswith(
            f" Management traffic only. Data {DATA_VERSION}, SHA-256 "
            f"{found.digest}.\n"
        )
        assert len(parts) == len(records)
        for part, record in zip(parts, records, strict=True):
            assert record.id in part
            assert found.endpoints[record.source].name in part
            assert str(record.citation) in part
            for note in found.notes_on(record.id):
                assert note.text in part

    def test_what_was_inferred_is_said(self, ask: Ask) -> None:
        """With the reason; and so is what was read in one way of two."""
        edition = load("vantage-undated")
        for flow in edition.flows:
            if flow.inferred or flow.readings:
                text = ask(f"show {flow.id}").out
                for each in (*flow.inferred, *flow.readings):
                    assert each.reason in text

    def test_a_wrong_id_suggests_the_right_one(self, ask: Ask) -> None:
        """Of any kind of record."""
        answer = ask("show controller-to-service-engin")
        assert answer.code == 2
        assert "did you mean 'controller-to-service-engine'?" in answer.err


class TestLists:
    """Notes, endpoints, editions, symptoms, digests."""

    def test_all_notes_are_there(self, ask: Ask) -> None:
        """And filters leave those that meet all of them."""
        lines = ask("notes").out.splitlines()[2:]
        assert len(lines) == len(load("vantage-undated").notes)
        flow = "controller-to-controller-ssh"
        lines = ask(f"notes --on {flow} --kind lead-in").out.splitlines()[2:]
        expected = [
            note.id
            for note in load("vantage-undated").notes_on(flow)
            if note.kind == "lead-in"
        ]
        assert [line.split()[0] for line in lines] == expected
        none = ask(f"notes --on {flow} --kind restriction")
        assert (none.code, none.out) == (1, "No matching notes.\n")
        assert ask("notes objstore-purpose").out.count("\n") == 3

    def test_all_endpoints_are_there(self, ask: Ask) -> None:
        """By any of their names."""
        lines = ask("endpoints").out.splitlines()[2:]
        assert [line.split()[0] for line in lines] == [
            *load("vantage-undated").endpoints.ids()
        ]
        assert "service-engine" in ask("endpoints se").out
        none = ask("endpoints se --kind node")
        assert (none.code, none.out) == (1, "No matching endpoints.\n")
        assert "did you mean 'controller'" in ask("endpoints Controler").err

    def test_symptoms_are_found_by_words(self, ask: Ask) -> None:
        """With whether they can be ignored."""
        answer = ask("symptom 'gateway down'")
        assert answer.code == 0
        assert answer.out.count("Flow: ") == 2
        assert "The product works without it." in answer.out
        assert ask("symptom gateway down").out == answer.out
        # What two of them share is said once.
        symptoms = load("vantage-undated").symptoms.find("gateway down")
        notes = [note for each in symptoms for note in each.notes]
        assert len({*notes}) < len(notes)
        for note in notes:
            assert answer.out.count(f"{note.text} [") == 1
            places = answer.out.count(f"[{note.citation}]")
            assert places >= notes.count(note)
        answer = ask("symptom coffee machine")
        assert answer.code == 1
        assert "No documented symptom" in answer.out
        assert ask("symptom the of").code == 2

    def test_a_digest_can_be_expected(self, ask: Ask) -> None:
        """In either case; the exit code says whether it is that."""
        digest = load("vantage-undated").digest
        assert ask(f"digest --expect {digest.upper()}").code == 0
        answer = ask(f"digest --expect {'0' * 64}")
        assert answer.code == 1
        assert answer.out.splitlines() == [
            f"{digest}  vantage-undated",
            f"{'0' * 64}  expected",
        ]
        for wrong in ("0", "g" * 64):
            answer = ask(f"digest --expect {wrong}")
            assert answer.code == 2
            assert "expected 64 hexadecimal digits, got '" in answer.err


#: What people and programs pass to options.
WORDS = st.one_of(
    st.sampled_from(
        (
            *("aws", "se", "!se", "tcp/22", "443", "-", "--", "-1", "1-2"),
            *("", ",", "!", "a,!b", "deployment.toml", ".", "17.1", "json"),
            *("../..", "\x1b[2J", "\udcff", "9" * 400, "=cmd|' /C calc'!A0"),
        )
    ),
    st.text(max_size=8),
)


class TestAnythingElse:
    """No command line ends in a traceback."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_every_command_line_ends_with_a_code(
        self, ask: Ask, data: st.DataObject
    ) -> None:
        """0, 1, 2 or the code of an end of input; never an exception."""
        from avi_portspec.cli.program import program

        names = [name for each in SECTIONS.values() for name in each]
        name = data.draw(st.sampled_from(names))
        found = program.get_command(program.make_context("x", ["ports"]), name)
        assert found is not None
        opts = [opt for p in found.params for opt in p.opts if opt[0] == "-"]
        # Written files would become other runs' input.
        opts = [opt for opt in opts if opt not in {"--output", "-o"}]
        tokens = data.draw(
            st.lists(st.one_of(st.sampled_from(opts), WORDS), max_size=6)
        )
        end = ["--output", "-"] if name in {"init", "export"} else []
        line = shlex.join([name, *(t.replace("\0", "") for t in tokens), *end])
        answer = ask(line, stdin=b"\xff{")
        assert answer.code in {0, 1, 2, 130}
        if answer.code == 2:
            assert "Error: " in answer.err
