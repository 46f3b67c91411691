"""What changes one fact of an edition, and whether that is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import avi_portspec
from avi_portspec import Edition
from avi_portspec.model.plain import plain
from tools import data_mutants
from tools.data_mutants import Mutant, judge, main, mutants

NOTE = "notes source-is-controller-address qualifies"


def leaves(data: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every string, number and flag in plain data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from leaves(value, f"{path}[{position}]")
    else:
        yield path


@pytest.fixture(scope="module")
def tried() -> dict[str, list[Mutant]]:
    """Return the mutants of each edition."""
    return {
        name: list(mutants(avi_portspec.load(name)))
        for name in avi_portspec.editions()
    }


class TestMutants:
    """Every fact is changed."""

    def test_each_leaf_is(self, tried: dict[str, list[Mutant]]) -> None:
        """No string, number or flag of a record stays out."""
        for name, changes in tried.items():
            paths = {mutant.path for mutant in changes}
            for collection in ("flows", "notes", "endpoints", "sections"):
                for record in plain(avi_portspec.load(name))[collection]:
                    start = f"{collection} {record['id']} "
                    for leaf in leaves(record):
                        if "when" not in leaf.split("."):
                            assert start + leaf in paths

    def test_no_change_leaves_the_edition_as_it_is(
        self, tried: dict[str, list[Mutant]]
    ) -> None:
        """What changes nothing could not be noticed."""
        for name, changes in tried.items():
            data = plain(avi_portspec.load(name))
            for mutant in changes:
                before = data.get(mutant.collection, [])
                assert mutant.records != before, str(mutant)

    @pytest.mark.parametrize(
        ("edition", "path", "change"),
        [
            ("vantage-undated", NOTE, "'controller-to-smtp' left out"),
            ("vantage-undated", NOTE, "'controller-to-keystone' left out"),
            ("vantage-undated", NOTE, "'controller-to-nova' left out"),
            (
                "vantage-undated",
                NOTE,
                "'service-engine-to-controller-ssh' is new",
            ),
            (
                "vantage-undated",
                "notes portal-and-ssh-reference qualifies",
                "'external-to-controller-https' is new",
            ),
            (
                "vantage-undated",
                "notes management-firewall qualifies",
                "'external-to-controller-cli' left out",
            ),
            (
                "vantage-undated",
                "notes openstack-some-or-all qualifies",
                "'controller-to-heat' left out",
            ),
            (
                "17.1",
                "flows controller-to-controller-ssh when.unless",
                "taken off",
            ),
            ("17.1", "flows controller-to-dns when.values", "dns to ntp"),
            (
                "17.1",
                "notes network-services-may-send qualifies",
                "'controller-to-ldap' left out",
            ),
            (
                "17.1",
                "pointers controller-to-external-entities targets",
                "'container-nodes' left out",
            ),
            (
                "vantage-undated",
                "endpoints external-network-services kind",
                "'client' to 'service'",
            ),
            (
                "vantage-undated",
                "endpoints external-network-services description",
                "Not'",
            ),
            ("vantage-undated", "source.title", "Not'"),
            ("vantage-undated", "sections management title", "Not'"),
        ],
    )
    def test_what_went_unnoticed_once(
        self,
        tried: dict[str, list[Mutant]],
        edition: str,
        path: str,
        change: str,
    ) -> None:
        """Each of these is tried, and noticed today."""
        found = [
            mutant
            for mutant in tried[edition]
            if mutant.path.startswith(path) and mutant.change.endswith(change)
        ]
        assert found
        for mutant in found:
            verdict = judge(avi_portspec.load(edition), mutant)
            assert verdict == "second entry"

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("echo-no-impact", "do not affect", "stop"),
            ("objstore-purpose", "9001", "9100"),
        ],
    )
    def test_a_text_that_turns_false(
        self, edition: Edition, name: str, old: str, new: str
    ) -> None:
        """Is noticed, whatever it says."""
        notes = plain(edition)["notes"]
        position = edition.notes.ids().index(name)
        assert old in notes[position]["text"]
        text = notes[position]["text"].replace(old, new)
        notes[position] = {**notes[position], "text": text}
        mutant = Mutant(f"notes {name} text", new, "notes", notes, position)
        assert judge(edition, mutant) == "second entry"


class TestReport:
    """The command tells what survived, and ends with 1."""

    def test_of_a_survivor(
        self,
        edition: Edition,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """A fact whose change nothing notices is named."""
        (first,) = [
            m
            for m in mutants(edition)
            if str(m) == "flows controller-to-dns ports[0]: 53 to 54"
        ]
        monkeypatch.setattr(data_mutants, "mutants", lambda _: [first])
        assert main([edition.id]) == 0
        assert capsys.readouterr().out.endswith("1 second entry\n")
        monkeypatch.setattr(data_mutants, "disagreements", lambda *_: [])
        assert main([edition.id]) == 1
        assert capsys.readouterr().out.startswith(
            "vantage-undated: survived: flows controller-to-dns ports[0]: 53"
        )

    def test_of_what_changes_nothing(self, edition: Edition) -> None:
        """It survives: nothing is refused for being tried."""
        notes = plain(edition)["notes"]
        same = Mutant("notes", "nothing", "notes", notes, None)
        assert judge(edition, same) == "survived"

    def test_of_what_loading_refuses(self, edition: Edition) -> None:
        """A record without what it has to have."""
        by_text = {str(mutant): mutant for mutant in mutants(edition)}
        wrong = by_text["flows controller-to-dns requirement: left out"]
        assert judge(edition, wrong) == "refused"
