"""The commands that tell of one thing: explain, show, notes, symptoms."""

from __future__ import annotations

import shlex

import pytest
from asking_cli import Ask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avi_portspec import load, preset
from avi_portspec.cli.listing import stamp
from avi_portspec.cli.program import SECTIONS


class TestExplain:
    """Why, and whether."""

    def test_it_is_the_library_s(self, ask: Ask) -> None:
        """A paragraph a flow, with its id; and which data says so."""
        answer = load().resolve(preset("aws", features={"cli-shell"}))
        wanted = answer.explain("tcp/22")
        found = ask("explain tcp/22 --deployment aws --with cli-shell")
        *parts, last = found.out.split("\n\n")
        assert parts == [
            f"{line}\n  Flow: {each.flow.id}"
            for line, each in zip(
                wanted.text.splitlines(), wanted.decisions, strict=True
            )
        ]
        assert last == f"{stamp(load())}\n"

    def test_an_exclusion_has_an_id_too(self, ask: Ask) -> None:
        """Where nothing is on the page, there is no id to look by."""
        name = "controller-to-service-engine"
        text = ask(f"explain {name} --deployment aws").out
        assert f"\n  Exclusion: {name}\n" in text
        text = ask("explain tcp/12345 --deployment aws").out
        assert text.endswith(f"The page is silent.\n\n{stamp(load())}\n")

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
            ("tpc/22", "no flow, exclusion or protocol"),
            ("22/tcp", "wanted a protocol and one port, as tcp/9001"),
            ("tcp/22-25", "wanted a protocol and one port, as tcp/9001"),
            ("22-25", "a port, as 9001"),
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

    @pytest.mark.parametrize("edition", ["16.2", "17.1", "vantage-undated"])
    def test_every_record_can_be_shown(self, ask: Ask, edition: str) -> None:
        """With its ends, its place and its notes."""
        found = load(edition)
        records = [*found.flows, *found.exclusions, *found.pointers]
        ids = " ".join(record.id for record in records)
        text = ask(f"show {ids} --edition {edition}").out
        *parts, last = text.split("\n\n")
        assert last == f"{stamp(found)}\n"
        assert len(parts) == len(records)
        for part, record in zip(parts, records, strict=True):
            assert record.id in part
            assert found.endpoints[record.source].name in part
            assert str(record.citation) in part
            for note in found.notes_on(record.id):
                assert note.text in part

    def test_what_was_inferred_is_said(self, ask: Ask) -> None:
        """With the reason; and so is what was read in one way of two."""
        edition = load()
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
        assert len(lines) == len(load().notes)
        flow = "controller-to-controller-ssh"
        lines = ask(f"notes --on {flow} --kind lead-in").out.splitlines()[2:]
        wanted = [
            note.id for note in load().notes_on(flow) if note.kind == "lead-in"
        ]
        assert [line.split()[0] for line in lines] == wanted
        none = ask(f"notes --on {flow} --kind restriction")
        assert (none.code, none.out) == (1, "There are no such notes.\n")
        assert ask("notes objstore-purpose").out.count("\n") == 3

    def test_all_endpoints_are_there(self, ask: Ask) -> None:
        """By any of their names."""
        lines = ask("endpoints").out.splitlines()[2:]
        assert [line.split()[0] for line in lines] == [*load().endpoints.ids()]
        assert "service-engine" in ask("endpoints se").out
        none = ask("endpoints se --kind node")
        assert (none.code, none.out) == (1, "There are no such endpoints.\n")
        assert "did you mean 'controller'" in ask("endpoints Controler").err

    def test_symptoms_are_found_by_words(self, ask: Ask) -> None:
        """With whether they can be ignored."""
        answer = ask("symptom 'gateway down'")
        assert answer.code == 0
        assert answer.out.count("Flow: ") == 2
        assert "The product works without it." in answer.out
        assert ask("symptom gateway down").out == answer.out
        answer = ask("symptom coffee machine")
        assert answer.code == 1
        assert "no such symptom" in answer.out
        assert ask("symptom the of").code == 2

    def test_a_digest_can_be_expected(self, ask: Ask) -> None:
        """In either case; the exit code says whether it is that."""
        digest = load().digest
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
            assert "64 hexadecimal digits" in answer.err


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

    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
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
