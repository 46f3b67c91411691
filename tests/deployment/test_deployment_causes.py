"""From the words that people use to the flows to check."""

from __future__ import annotations

import pytest

import avi_portspec
from avi_portspec import InvalidQueryError
from avi_portspec.beyond.files import library

SECURE = [
    "service-engine-to-controller-ssh",
    "service-engine-to-controller-portal",
    "service-engine-to-controller-ssh-container",
]
CLUSTER = [
    "controller-to-controller-ssh",
    "controller-to-controller-https",
    "controller-to-controller-portal",
    "controller-to-controller-ssh-container",
]
NTP = ["service-engine-to-controller-ntp", "controller-to-ntp"]
STORE = [
    "service-engine-to-service-engine-objstore-cloud",
    "service-engine-to-service-engine-objstore-vmware",
]
SHELLS = [name for name in (*CLUSTER, *SECURE) if "-ssh" in name]


class TestTheWords:
    """What people type."""

    @pytest.mark.parametrize(
        ("seen", "flows"),
        [
            ("controller down", [*CLUSTER, *SECURE]),
            ("Service Engines not connecting", SECURE),
            ("SE disconnected", SECURE),
            ("NSX nonsense", []),
            ("heartbeats", SHELLS),
            ("registration failed", SECURE),
            ("cluster not forming", CLUSTER),
            ("time", NTP),
            ("clock drift on the service engine", NTP[:1]),
            ("objsync", STORE),
            ("gateway down", []),
            ("controller", []),
            ("4001", STORE[:1]),
            ("9001", STORE[1:]),
            ("123", NTP),
        ],
    )
    def test_they_find_the_flows(self, seen: str, flows: list[str]) -> None:
        """All words match, and a part of the product is an end."""
        found = avi_portspec.load().possible_causes(seen)
        assert [cause.flow.id for cause in found] == flows

    @pytest.mark.parametrize("seen", ["", "is not", 3])
    def test_what_has_no_word_is_refused(self, seen: object) -> None:
        """As for symptoms."""
        with pytest.raises(InvalidQueryError, match="a few words"):
            avi_portspec.load().possible_causes(seen)  # type: ignore[arg-type]

    def test_topics_are_about_flows(self) -> None:
        """Of a bundled edition; and their words are in small letters."""
        flows = avi_portspec.load().flows
        for topic in library().topics:
            assert set(topic.about) <= set(flows.ids())
            assert [*topic.words] == sorted(map(str.casefold, topic.words))


class TestWhatIsStated:
    """About each flow."""

    def test_what_it_carries_and_who_says_so(self) -> None:
        """The page, without a source; or another source, with its title."""
        edition = avi_portspec.load()
        clock, server = edition.possible_causes("time")
        assert clock.purposes == (
            "Time synchronisation (Tanzu reference designs: port sheet)",
        )
        assert server.purposes == ()
        (shell, *_) = edition.possible_causes("heartbeats")
        assert shell.purposes == (shell.flow.purpose,)

    def test_what_is_seen_where_it_is_blocked(self) -> None:
        """As far as any source states it."""
        clock, server = avi_portspec.load().possible_causes("time")
        assert [each.id for each in clock.statements] == ["aws-module-ntp"]
        assert server.statements == ()

    def test_other_editions_have_their_own_flows(self) -> None:
        """16.2 has no object store."""
        assert avi_portspec.load("16.2").possible_causes("objsync") == ()
