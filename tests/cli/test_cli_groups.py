"""The tables of a terminal: grouped, as wide as it is, never wider."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from asking_cli import Ask
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

import avi_portspec
from avi_portspec import Deployment, Edition, load, preset, strategies
from avi_portspec.cli.change_lists import show_changes, show_plan
from avi_portspec.cli.grid import Grid, fit, lay_out, wrap
from avi_portspec.cli.groups import show_groups
from avi_portspec.cli.query import Answer
from avi_portspec.cli.terminal import Screen
from avi_portspec.cli.verdicts import show_verdicts
from avi_portspec.deployment.subjects import Subject
from avi_portspec.documents.text import width

QUESTION = "ports aws --with cli-shell,dns,ntp --no-color"
WIDTHS = (160, 120, 80)
EDITIONS = [load(name) for name in avi_portspec.editions()]
NEWEST = EDITIONS[-1]


class TestTheSketch:
    """The tables of the specification, at three widths."""

    @pytest.mark.parametrize("columns", WIDTHS)
    def test_the_table(self, ask: Ask, columns: int) -> None:
        """Word for word; the data has other words for a few assumptions."""
        path = Path(__file__).with_name(f"ports-{columns}.txt")
        found = ask(QUESTION, width=columns).out
        found = found.replace(NEWEST.digest[:12], "#" * 12)
        assert found == path.read_text(encoding="utf-8")

    def test_not_documented(self, ask: Ask) -> None:
        """It is a row with the words, and it is counted above."""
        line = "ports openshift --source SE --no-color"
        lines = ask(line, width=120).out.splitlines()
        assert lines[1] == "3 needed, 2 optional, 2 not documented"
        (row,) = [line for line in lines if "unknown" in line]
        assert row.split() == [
            *("Service", "Engine", "unknown", "ObjStore", "not"),
            "documented",
        ]
        # The rows say it; nothing is said twice.
        assert "unstated:" not in "\n".join(lines)
        found = ask("ports openshift --source SE --quiet", width=80)
        assert found.err == ""
        # What no row says goes to standard error.
        found = ask("ports openstack --container --quiet", width=80)
        assert found.err.count("conflict: ") == 2
        assert "conflict: " not in found.out

    def test_without_a_deployment(self, ask: Ask) -> None:
        """A row says for which it is not documented."""
        line = "ports --source SE --destination SE --on-cloud aws,openshift"
        lines = ask(f"{line} --no-color", width=80).out.splitlines()
        assert lines[:7] == [
            "1 flow, for any deployment",
            "",
            "  To              Port      Service   Needed",
            "From Service Engine",
            "  Service Engine  TCP 4001  ObjStore  On AWS",
            (
                "                  unknown   ObjStore  Not documented for "
                "OpenShift"
            ),
            "",
        ]

    def test_it_turns(self, ask: Ask) -> None:
        """The side with fewer ends is the heading."""
        text = ask("ports --port 161,5054,8080 --no-color", width=80).out
        assert "\n  To " in text
        text = ask("ports --destination controller", width=80).out
        assert "To Controller" in text
        assert "  From " in text

    def test_a_statement_alone(self, ask: Ask) -> None:
        """That no port is needed is an answer, and no flow."""
        line = "ports --source controller --destination SE --no-color"
        found = ask(line, width=80)
        assert found.code == 1
        assert found.out.splitlines()[:3] == [
            "  To              Port  Service  Needed",
            "From Controller",
            "  Service Engine  none           No port needed",
        ]
        # A decision was asked for, and it is none.
        text = ask("ports aws --decision needed --no-color", width=80).out
        assert "no port needed" not in text

    def test_a_caution(self, ask: Ask) -> None:
        """Below its row, as wide as the terminal."""
        line = "ports gcp --decision direction-unclear --no-color"
        lines = ask(line, width=80).out.splitlines()
        at = lines.index(
            "    Direction as the vendor states it. More likely the "
            "Controller connects to"
        )
        assert lines[at - 1].startswith("  Avi Vantage ")
        assert lines[at - 1].endswith("direction not clear [a]")
        assert lines[at + 1] == "    GCP."

    def test_an_unclear_direction(self, ask: Ask) -> None:
        """Under a heading of its own, behind all that is needed."""
        lines = ask("ports gcp --no-color", width=80).out.splitlines()
        assert lines[1] == (
            "10 needed, 3 optional, 1 with unclear direction, nothing "
            "undocumented"
        )
        at = lines.index("Direction not clear")
        assert lines[at - 1] == ""
        assert lines[at + 1 : at + 7] == [
            (
                "  TCP 443 from GCP to Avi Vantage: the vendor may have "
                "swapped source and"
            ),
            (
                "  destination. Direction as the vendor states it. More "
                "likely the Controller"
            ),
            "  connects to GCP. (gcp-to-avi-vantage)",
            (
                "  Find out who opens the connection. Then accept the "
                "direction, stated or"
            ),
            "  reversed, under [[readings]] in the deployment file.",
            "",
        ]
        # The ends may be swapped: no filter by an end hides it.
        text = ask("ports gcp --source SE --no-color", width=80).out
        assert "Direction not clear\n" in text
        for columns in (80, None):
            quiet = ask("ports gcp --quiet", width=columns)
            assert "443 from GCP" not in quiet.out
            assert quiet.err.startswith("direction-unclear: TCP 443 from GCP")

    @pytest.mark.parametrize("width", [80, None])
    def test_a_cloud_that_is_not_covered(
        self, ask: Ask, width: int | None
    ) -> None:
        """Without a deployment too, whatever the ends that are asked for."""
        line = "ports --on-cloud nsx-t,aws --source SE --no-color"
        text = re.sub(r"\s+", " ", ask(line, width=width).out)
        assert (
            "unstated: the vendor's page states no flow between the "
            "Controller and NSX Manager on NSX-T."
        ) in text
        assert text.count("unstated: ") == 1
        gaps = json.loads(ask(f"{line} --json").out)["gaps"]
        assert [gap["interface"] for gap in gaps] == ["nsx-manager"]
        every = ask("ports --source SE --no-color", width=width).out
        assert "NSX Manager" not in every

    def test_what_a_site_declines(self, ask: Ask, tmp_path: Path) -> None:
        """With its reason, where it would have been in the table."""
        path = tmp_path / "site.toml"
        path.write_text(
            'clouds = ["aws"]\n[[declined]]\n'
            'flow = "external-to-controller-snmp"\nreason = "not polled"\n'
        )
        line = f"ports --deployment {path} --no-color"
        lines = ask(line, width=80).out.splitlines()
        assert "1 declined by the site" in lines[1]
        at = lines.index("Declined by the site")
        assert lines[at + 1].startswith("  UDP 161 (SNMP) from External")
        assert "UDP 161" not in "".join(lines[:at])
        flat = ask(line).out
        assert "Declined by the site: external-to-controller-snmp" in flat
        assert "\ndeclined: UDP 161 (SNMP) from External" in flat
        elsewhere = ask(f"{line} --source controller", width=80).out
        assert "eclined" not in elsewhere
        again = ask(f"{line} --decision declined", width=80).out
        assert again.count("UDP 161") == 1

    def test_why_in_full(self, ask: Ask) -> None:
        """However narrow: it goes on below itself."""
        line = "ports aws --source SE --destination controller --why"
        lines = ask(f"{line} --no-color", width=60).out.splitlines()
        at = next(n for n, line in enumerate(lines) if "TCP 22" in line)
        assert lines[at].endswith("Required: the Controller")
        assert lines[at + 1].strip() == "is not a container"

    def test_wide(self, ask: Ask) -> None:
        """All columns, on any screen and in a pipe; the whole digest."""
        line = "ports aws --with cli-shell --wide --no-color"
        on_terminal, in_pipe = ask(line, width=80).out, ask(line).out
        answer = NEWEST.resolve(preset("aws", features={"cli-shell"}))
        for text in (on_terminal, in_pipe):
            assert "  Purpose  " in text
            assert NEWEST.digest in text
            assert "--wide" not in text
            for flow in answer.having("needed", "optional"):
                assert re.search(rf"\b{flow.id}$", text, re.MULTILINE)
        assert in_pipe.split() == on_terminal.split()
        text = ask("ports openshift --wide").out
        gap = answer.edition.resolve("openshift").gaps[0]
        assert f"  {', '.join(gap.flows)}\n" in text
        (exclusion,) = NEWEST.exclusions
        assert f"  {exclusion.id}\n" in text

    def test_what_is_not_in_the_selection_is_counted(self, ask: Ask) -> None:
        """No filter hides that something is not documented."""
        text = ask("ports openshift --port 443", width=80).out
        assert "2 not documented outside this selection" in text
        assert "unstated: the vendor's page does not say" in text
        text = ask("ports aws --edition 16.2", width=80).out
        assert "nothing documented for AWS" in text
        text = ask("ports vcenter", width=80).out
        assert "nothing documented for vCenter Server\n" in text
        text = ask("ports openstack --container", width=80).out
        assert "2 in conflict" in text
        assert "nothing undocumented" not in text
        line = "ports openshift --decision unstated --port 9001"
        lines = ask(f"{line} --no-color", width=160).out.splitlines()
        assert lines[1] == (
            "0 needed, 0 optional, 1 not documented, 1 not documented outside "
            "this selection"
        )

    def test_other_decisions_are_counted(self, ask: Ask) -> None:
        """By their names."""
        line = "ports aws --decision not-applicable --port 9001 --no-color"
        lines = ask(line, width=160).out.splitlines()
        assert lines[1] == (
            "0 needed, 0 optional, 1 not applicable, nothing undocumented"
        )
        assert "Only on vCenter, Linux Server Cloud or NSX-T" in lines[5]

    def test_nothing_matches(self, ask: Ask) -> None:
        """It says where the port does apply."""
        text = ask("ports aws --port 9001", width=80).out
        assert "No matching flows for this deployment." in text
        assert "--wide" not in text

    def test_a_very_narrow_one(self, ask: Ask) -> None:
        """Each row is a sentence, and no port is broken."""
        text = ask("ports aws --source SE --no-color", width=24).out
        assert "  Service Engine,\n    TCP 4001, ObjStore,\n" in text
        assert max(map(len, text.splitlines())) <= 24


# -- laws ---------------------------------------------------------------------


def screen_of(columns: int) -> Screen:
    """Return a screen as wide as a terminal, without colour."""
    screen = Screen(None, colour=False)
    screen.width = columns
    return screen


def check(texts: list[str]) -> None:
    """Check that no line is too long, and a wider screen has no more."""
    for columns, text in zip(WIDTHS, texts, strict=True):
        for line in text.splitlines():
            assert width(line) <= columns, line
    heights = [text.count("\n") for text in texts]
    assert heights == sorted(heights)


def deployments_of(edition: Edition) -> st.SearchStrategy[Deployment]:
    """Return deployments of all that an edition knows."""
    known = {
        facet.id: [value.id for value in facet.values]
        for facet in edition.facets
    }
    some = {
        facet: st.frozensets(st.sampled_from(words), max_size=4)
        for facet, words in known.items()
    }
    none = st.just(frozenset[str]())
    clouds = some.get("cloud", none).filter(
        lambda words: bool(words) or "cloud" not in known
    )
    return st.builds(
        Deployment,
        clouds=clouds,
        controller=st.sampled_from(
            known.get("controller", ["virtual-machine"])
        ),
        features=some.get("feature", none),
        services=some.get("service", none),
        nodes=st.sampled_from(["cluster", "single-node"]),
    )


def check_all(edition: Edition, data: st.DataObject) -> None:
    """Check a table of an edition, and an explanation of all its flows."""
    resolution = edition.resolve(data.draw(deployments_of(edition)))
    others = ("not-applicable", "replaced", "unsupported")
    answer = Answer(
        edition,
        edition.flows,
        *data.draw(
            st.sampled_from(
                [(None, ()), (resolution, ()), (resolution, others)]
            )
        ),
        {},
    )
    flag = data.draw(st.booleans())
    tables, verdicts = [], []
    for columns in WIDTHS:
        screen = screen_of(columns)
        show_groups(screen, answer, why=flag, wide=False, quiet=False)
        tables.append(screen.text())
        screen = screen_of(columns)
        show_verdicts(
            screen,
            edition,
            resolution,
            silences=[Subject("TCP").silence],
            decisions=[*resolution],
            exclusions=[*edition.exclusions],
            gaps=resolution.gaps,
            everything=flag,
            full=False,
            quiet=False,
        )
        verdicts.append(screen.text())
    check(tables)
    check(verdicts)


class TestLaws:
    """For every deployment and every edition."""

    @examples(2)
    @given(st.data(), st.sampled_from(EDITIONS))
    def test_of_the_bundled_editions(
        self, data: st.DataObject, edition: Edition
    ) -> None:
        """No line is longer than the terminal; more room is never worse."""
        check_all(edition, data)

    @given(st.data(), strategies.editions())
    def test_of_any_edition(
        self, data: st.DataObject, edition: Edition
    ) -> None:
        """Also with names that are longer than a line."""
        check_all(edition, data)

    @given(st.data())
    def test_of_changes(self, data: st.DataObject) -> None:
        """Of any two editions, and the plans of upgrades."""
        editions = st.one_of(st.sampled_from(EDITIONS), strategies.editions())
        old, new = data.draw(editions), data.draw(editions)
        changes = avi_portspec.diff(old, new)
        texts = []
        for columns in WIDTHS:
            screen = screen_of(columns)
            show_changes(screen, old, new, changes, everything=False)
            texts.append(screen.text())
        check(texts)
        older, newer = data.draw(st.permutations(EDITIONS))[:2]
        plan = avi_portspec.diff(
            older, newer, data.draw(deployments_of(NEWEST))
        )
        for everything in (False, True):
            texts = []
            for columns in WIDTHS:
                screen = screen_of(columns)
                show_plan(screen, plan, everything=everything)
                texts.append(screen.text())
            check(texts)


WORDS = st.text(
    st.sampled_from("ab1港\u0301 TCPU-\N{NO-BREAK SPACE}"), max_size=60
)


class TestGrids:
    """Wrapping, and columns that fit."""

    @given(WORDS, st.integers(2, 30))
    def test_wrapping_keeps_every_letter(self, text: str, room: int) -> None:
        """No line is longer, none is lost, and more room is never worse."""
        lines = wrap(text, room)
        assert lines
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(width(line) <= room for line in lines)
        assert len(wrap(text, room + 1)) <= len(lines)

    def test_where_a_line_breaks(self) -> None:
        """At blanks, but never inside a port; a long word goes on."""
        assert wrap("On TCP 22 and UDP 123", 9) == [
            *("On TCP 22", "and", "UDP 123"),
        ]
        assert wrap("to TCP it", 6) == ["to TCP", "it"]
        assert wrap("a bcdefghi j", 4) == ["a", "bcde", "fghi", "j"]
        assert wrap("", 4) == [""]

    def test_an_id_breaks_at_its_own_marks(self) -> None:
        """If that takes no more lines, and nothing stands behind it."""
        assert wrap("on the-group.ingress.0", 11) == [
            *("on", "the-group.", "ingress.0"),
        ]
        assert wrap("ab-cdefgh", 8) == ["ab-", "cdefgh"]
        assert wrap("ab-cd-efgh", 5) == ["ab-cd", "-efgh"]
        assert wrap("ab-cdefgh it", 8) == ["ab-cdefg", "h it"]

    @given(
        st.lists(
            st.tuples(*(st.text("ab ", max_size=40),) * 3),
            min_size=1,
            max_size=4,
        ),
        st.integers(30, 120),
    )
    def test_more_room_makes_no_column_narrower(
        self, rows: list[tuple[str, ...]], room: int
    ) -> None:
        """And together they fit, with what stands between them."""
        grid = Grid(("a", "b", "c"), (*rows,))
        _, widths = fit([grid], room)
        _, more = fit([grid], room + 1)
        assert all(a <= b for a, b in zip(widths, more, strict=True))
        for row in rows:
            for cells in lay_out(row, widths, room):
                assert len("".join(cells)) <= room

    def test_the_first_that_fits(self) -> None:
        """Any number of columns is wide enough for the best one."""
        best = Grid(("A" * 10, "B" * 10), ())
        other = Grid(("A" * 10,), ())
        assert fit([best, other], None)[0] is best
        assert fit([best, other], 24)[0] is best
        assert fit([best, other], 23) == (other, [10])


class TestSettings:
    """The screen's own options."""

    @pytest.mark.parametrize("columns", [80, 120])
    def test_quiet_is_the_rows(self, ask: Ask, columns: int) -> None:
        """Without letters, for nothing explains them."""
        text = ask("ports aws --quiet --no-color", width=columns).out
        assert "[" not in text
        assert "Source:" not in text
        assert "needed," not in text
