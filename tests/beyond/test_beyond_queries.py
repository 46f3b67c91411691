"""What can be asked of statements, sources and releases."""

from __future__ import annotations

from typing import Any

import pytest

import avi_portspec
from avi_portspec import (
    InvalidQueryError,
    Protocol,
    UnknownNameError,
    statements,
)
from avi_portspec.beyond.queries import find_release

PORTAL = "service-engine-to-controller-portal"
STORE = "service-engine-to-service-engine-objstore-vmware"


#: What is stated of the object store where its cloud is not documented: both
#: ports, and the range that the setting may be in.
STORES = {
    f"service-engine service-engine {text}"
    for text in ("TCP 9001", "TCP 4001", "TCP 1024-65535", "TCP")
}


class TestStatements:
    """Statements by what they are about."""

    def test_without_a_criterion_they_are_all(self) -> None:
        """Source by source, the most trustworthy first."""
        listed = [
            each.id
            for source in avi_portspec.sources()
            for each in source.statements
        ]
        assert [*statements().ids()] == listed

    def test_each_criterion_narrows(self) -> None:
        """Against the records, one by one."""
        found = statements(
            release="22.1.4",
            source=["tanzu-ports", "aws-module"],
            flow=PORTAL,
            agreement=("agrees", "narrows"),
        )
        assert [*found.ids()] == [
            each.id
            for each in statements()
            if each.stated_by in {"tanzu-ports", "aws-module"}
            and PORTAL in each.about
            and each.agreement in {"agrees", "narrows"}
        ]
        assert len(found) == 3

    def test_a_release_finds_its_line_and_not_its_neighbour(self) -> None:
        """What is about 22.1 is about 22.1.4; what is about 22.1.5 is not."""
        named = {each.stated_by for each in statements(release="22.1.4")}
        assert "port-page-22-1" in named
        assert "tanzu-tpsm" not in named
        line = {each.stated_by for each in statements(release="22.1")}
        assert "tanzu-tpsm" in line

    def test_what_is_about_no_release_is_left_out(self) -> None:
        """Nothing says that it is about this one."""
        assert statements(source="ako")
        assert not statements(source="ako", release="22.1")

    @pytest.mark.parametrize(
        ("criteria", "name"),
        [
            ({"release": "latest"}, "release"),
            ({"agreement": "agree"}, "agreement"),
            ({"flow": 3}, "flow"),
        ],
    )
    def test_a_wrong_criterion_is_refused(
        self, criteria: dict[str, Any], name: str
    ) -> None:
        """By its name."""
        with pytest.raises(InvalidQueryError) as caught:
            statements(**criteria)
        assert caught.value.argument == name

    def test_an_unknown_source_is_refused(self) -> None:
        """With the nearest one."""
        with pytest.raises(UnknownNameError) as caught:
            statements(source="aws-modul")
        assert caught.value.nearest == "aws-module"


class TestOfAnEdition:
    """What an edition can be asked."""

    def test_statements_on_a_flow(self) -> None:
        """Of a release, if one is given."""
        edition = avi_portspec.load()
        found = edition.statements_on(STORE, release="30.2")
        stated = {(e.stated_by, *map(str, e.ports)) for e in found}
        assert ("objsync-guide-30-2", "9001") in stated
        assert ("terraform-provider", "4001") in stated
        assert len(edition.statements_on(STORE)) > len(found)

    def test_statements_on_an_exclusion_and_a_note(self) -> None:
        """They can be contradicted too."""
        edition = avi_portspec.load()
        found = edition.statements_on("controller-to-service-engine")
        assert {each.agreement for each in found} == {"agrees", "differs"}
        assert edition.statements_on("source-is-controller-address")

    def test_a_record_that_the_edition_lacks(self) -> None:
        """With the nearest one."""
        with pytest.raises(UnknownNameError, match="flow, exclusion or note"):
            avi_portspec.load("16.2").statements_on(STORE)

    def test_conflicts(self) -> None:
        """Statements that differ from it, or exclude what it has."""
        edition = avi_portspec.load()
        found = edition.conflicts()
        assert {each.agreement for each in found} == {"differs", "excludes"}
        assert "nsx-t-dfw-30-2-portal" in found.ids()
        newer = edition.conflicts(release="30.2")
        assert "install-guides-16-engine-ssh" in found.ids()
        assert "install-guides-16-engine-ssh" not in newer.ids()

    def test_an_edition_has_conflicts_on_its_own_records_alone(self) -> None:
        """16.2 has no object store."""
        found = avi_portspec.load("16.2").conflicts()
        assert not any("objstore" in each.id for each in found)


class TestStatedElsewhere:
    """What concerns one deployment, beside its answer."""

    def test_it_does_not_just_agree(self) -> None:
        """And is about the release, if one is given."""
        answer = avi_portspec.load().resolve("nsx-t")
        found = answer.stated_elsewhere("30.2")
        assert "nsx-t-design-30-2-nsx-manager" in found.ids()
        assert {each.agreement for each in found} >= {"adds", "differs"}
        assert "agrees" not in {each.agreement for each in found}
        assert set(found.ids()) < set(answer.stated_elsewhere().ids())

    def test_it_concerns_the_deployment(self) -> None:
        """By its condition, and by the flows that it is about."""
        edition = avi_portspec.load()
        on_aws = edition.resolve("aws").stated_elsewhere().ids()
        on_nsx = edition.resolve("nsx-t").stated_elsewhere().ids()
        # By its condition.
        assert "aws-module-heartbeat" in on_aws
        assert "aws-module-heartbeat" not in on_nsx
        # It differs from a flow that AWS does not have.
        assert "alb-sdk-objstore-since-30-2" in on_nsx
        assert "alb-sdk-objstore-since-30-2" not in on_aws

    @pytest.mark.parametrize(
        ("cloud", "expected"),
        [
            ("vcenter", {"controller vcenter-server TCP 443"}),
            ("nsx-t", {"controller nsx-manager TCP 443"}),
            ("no-orchestrator", STORES),
            ("linux-server-cloud", set()),
            # The default of a setting, which is the same on all clouds.
            ("mesos", STORES),
        ],
    )
    def test_gaps_point_at_what_others_state(
        self, cloud: str, expected: set[str]
    ) -> None:
        """Of that cloud, where anybody states something."""
        answer = avi_portspec.load().resolve(cloud)
        found = {
            f"{each.source} {each.destination} {pair}"
            for gap in answer.gaps
            for each in answer.stated_on_gap(gap)
            for pair in each.protocol_ports()
        }
        assert answer.gaps
        assert found == expected

    def test_an_answer_is_what_it_was(self) -> None:
        """Nothing of it is needed."""
        answer = avi_portspec.load().resolve("nsx-t")
        before = answer.needed.ids()
        assert answer.stated_elsewhere()
        assert answer.needed.ids() == before


class TestReleases:
    """Which edition serves which release."""

    @pytest.mark.parametrize(
        ("release", "edition", "grounds"),
        [
            ("16.2.2", "16.2", "stated"),
            ("17.1.3", "17.1", "stated"),
            ("21.1.4", "vantage-undated", "inferred"),
            ("22.1.4", None, "unknown"),
            ("31.1.1", None, "unknown"),
        ],
    )
    def test_a_release_is_found_by_its_line(
        self, release: str, edition: str | None, grounds: str
    ) -> None:
        """With the grounds on which an edition serves it."""
        found = find_release(release)
        assert found is not None
        assert (found.edition, found.grounds) == (edition, grounds)

    def test_a_release_that_nothing_is_known_of(self) -> None:
        """Is not guessed at."""
        assert find_release("19.1.1") is None

    def test_what_is_no_release(self) -> None:
        """Is refused."""
        with pytest.raises(InvalidQueryError):
            find_release("newest")

    def test_it_names_the_sources_that_speak_of_it(self) -> None:
        """As their statements say."""
        for release in avi_portspec.releases():
            assert set(release.sources) == {
                each.stated_by for each in statements(release=release.id)
            }


class TestNearMisses:
    """What was probably meant."""

    @pytest.mark.parametrize(
        ("protocol", "port", "meant"),
        [
            ("tcp", 8842, [("TCP 8443", "known-error")]),
            ("tcp", 8483, [("TCP 8443", "digit")]),
            ("tcp", 123, [("UDP 123", "protocol")]),
            ("tcp", 75, [("IP protocol 75", "protocol-number")]),
            ("udp", 97, [("IP protocol 97", "protocol-number")]),
            ("tcp", 434, [("TCP 443", "swapped-digits")]),
            ("tcp", 9010, [("TCP 9001", "swapped-digits")]),
            (
                "udp",
                163,
                [
                    ("UDP 123", "digit"),
                    ("UDP 161", "digit"),
                    ("UDP 162", "digit"),
                ],
            ),
            ("udp", 5000, [("TCP 5000", "protocol")]),
            ("tcp", 23, []),
            ("tcp", 6, []),
            ("tcp", 8344, []),
            ("tcp", 60000, []),
            ("tcp", 844, [("TCP 8443", "digit")]),
            ("tcp", 50544, [("TCP 5054", "digit")]),
            ("tcp", 4401, [("TCP 4001", "digit")]),
            (97, 8443, [("TCP 8443", "protocol")]),
            (97, 97, []),
        ],
    )
    def test_a_slip_is_found(
        self, protocol: Any, port: int, meant: list[tuple[str, str]]
    ) -> None:
        """One digit, two swapped, another protocol, a protocol's number."""
        found = avi_portspec.load().near_misses(protocol, port)
        assert sorted((str(m.meant), m.slip) for m in found) == meant
        assert all(miss.reason and miss.records for miss in found)

    def test_it_names_every_flow_that_may_be_meant(self) -> None:
        """And the source that makes the same mistake."""
        edition = avi_portspec.load()
        (miss,) = edition.near_misses("udp", 8443)
        assert miss.records == edition.flows.select(port=8443).ids()
        (known,) = edition.near_misses("tcp", 8842)
        assert known.records == (PORTAL, "nsx-t-dfw-30-2-portal")
        # It is their guess and ours, and says so.
        assert "TCP 8842 as well. Probably a mistake: " in known.reason

    def test_a_documented_port_is_no_slip(self) -> None:
        """Whatever is near to it."""
        edition = avi_portspec.load()
        for pair in edition.flows.ports():
            for port in pair.ports or ():
                assert edition.near_misses(pair.protocol, port) == ()

    def test_two_other_digits_are_no_slip(self) -> None:
        """Only two that are swapped."""
        assert avi_portspec.load().near_misses("tcp", 8993) == ()

    def test_an_edition_has_near_misses_of_its_own_ports(self) -> None:
        """A known error is none where the flow is not there."""
        edition = avi_portspec.load()
        few = avi_portspec.load("16.2")
        assert "controller-to-ldap" not in few.flows.ids()
        assert few.near_misses("sctp", 389) == ()
        assert edition.near_misses("sctp", 389)

    def test_only_some_flows_may_be_meant(self) -> None:
        """Such as those that a deployment needs."""
        edition = avi_portspec.load()
        needed = edition.resolve("aws").needed
        assert edition.near_misses("tcp", 9010, flows=needed) == ()
        (miss,) = edition.near_misses("tcp", 8842, flows=needed)
        assert miss.records[0] in needed.ids()
        # Another flow has that port; of these, one has a port near to it.
        assert edition.near_misses("tcp", 8444) != ()
        assert edition.near_misses("udp", 162) == ()
        (near,) = edition.near_misses("udp", 162, flows=needed)
        assert (str(near.meant), near.slip) == ("UDP 161", "digit")

    @pytest.mark.parametrize(
        ("port", "what"),
        [
            (8483, "one digit differs"),
            (9010, "two digits are swapped"),
            (844, "a digit is missing"),
            (50544, "there is a digit too many"),
        ],
    )
    def test_the_reason_says_which_slip(self, port: int, what: str) -> None:
        """In words."""
        (miss,) = avi_portspec.load().near_misses("tcp", port)
        assert miss.reason.endswith(f" is documented; {what}.")

    @pytest.mark.parametrize("port", [-1, 65536, "22", True])
    def test_what_is_no_port_is_refused(self, port: Any) -> None:
        """By its name."""
        with pytest.raises(InvalidQueryError, match="port: expected a number"):
            avi_portspec.load().near_misses(Protocol.of("tcp"), port)
