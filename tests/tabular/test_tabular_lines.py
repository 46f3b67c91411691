"""What the lines of a table of ports say, and how they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import attrs
import pytest
from deployment_space import deployments
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

import avi_portspec
from avi_portspec import (
    ICMP,
    TCP,
    UDP,
    Deployment,
    Edition,
    Exclusion,
    Flow,
    Match,
    PortRange,
    Protocol,
    Reason,
    strategies,
)
from avi_portspec.model.phrases import Asked, Need
from avi_portspec.tabular.lines import (
    GROUPINGS,
    Footnotes,
    Group,
    GroupBy,
    Line,
    Port,
    answer_lines,
    edition_lines,
    group_lines,
    port_of,
)

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
NEWEST = EDITIONS[-1]
EACH = pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)
SHOWN = ("needed", "optional", "direction-unclear", "unstated")

DEPLOYMENTS = deployments(NEWEST)


def _cloud_lines(edition: Edition, cloud: str) -> tuple[Line, ...]:
    """Return the lines of a table for one cloud."""
    found = edition.flows.select(cloud=cloud)
    asked: Asked = {"cloud": frozenset({cloud})}
    exclusions = edition.exclusions
    return edition_lines(
        edition, found, found.unstated, exclusions, asked=asked
    )


def _whole(edition: Edition) -> tuple[Line, ...]:
    return edition_lines(edition, edition.flows, exclusions=edition.exclusions)


def _cells(edition: Edition, lines: Iterable[Line]) -> list[str]:
    """Return lines as a page has them, bars between the cells."""
    labels = {endpoint.id: endpoint.label for endpoint in edition.endpoints}
    return [
        " | ".join(
            (
                f"{labels[line.source]} > {labels[line.destination]}",
                str(line.port),
                line.service,
                str(line.need),
                *line.below,
            )
        )
        for line in lines
    ]


def _runs(items: Iterable[Any]) -> list[Any]:
    """Return items, those that follow an equal one left out."""
    return [item for item, _ in groupby(items)]


def _first(items: Iterable[Any]) -> list[Any]:
    """Return items in order of first appearance."""
    return list(dict.fromkeys(items))


def _read(groups: Sequence[Group]) -> list[Line]:
    return [line for group in groups for line in group.lines]


class TestWhatTheySay:
    """Kinds of rows, and their words."""

    def test_a_service_engine_on_aws(self, edition: Edition) -> None:
        """The first table of the specification."""
        (group,) = (
            group
            for group in group_lines(_cloud_lines(edition, "aws"), "source")
            if group.endpoint == "service-engine"
        )
        assert _cells(edition, group.lines) == [
            "Service Engine > Service Engine | TCP 4001 | ObjStore | Always",
            (
                "Service Engine > Controller | TCP 22 | SSH | Unless the "
                "Controller is a container"
            ),
            "Service Engine > Controller | TCP 8443 | HTTPS | Always",
            "Service Engine > Controller | UDP 123 | NTP | Always",
            (
                "Service Engine > Controller | TCP 5098 | SSH | If the "
                "Controller is a container; replaces TCP 22"
            ),
            (
                "Service Engine > Controller | ICMP echo | Ping | Optional: "
                "Controller status only"
            ),
            (
                "Service Engine > Management gateway | ICMP echo | Ping | "
                "Optional: gateway status only"
            ),
        ]

    def test_not_documented(self, edition: Edition) -> None:
        """One row for a pair whose flows are silent about the same."""
        (line,) = (line for line in _whole(edition) if len(line.flows) > 1)
        assert _cells(edition, [line]) == [
            (
                "Service Engine > Service Engine | unknown | ObjStore | Not "
                "documented for OpenShift, Kubernetes or Mesos (DC/OS), or "
                "without an orchestrator"
            )
        ]
        assert line.short == "not documented"
        assert [flow.id for flow in line.flows] == [
            "service-engine-to-service-engine-objstore-cloud",
            "service-engine-to-service-engine-objstore-vmware",
        ]

    def test_not_documented_for_what_is_asked(self, edition: Edition) -> None:
        """Silence about another cloud is left out; there is no port."""
        lines = _cloud_lines(edition, "mesos")
        texts = [c for c in _cells(edition, lines) if "| unknown |" in c]
        assert texts == [
            (
                "Controller > Marathon | unknown | Marathon | Not documented "
                "for Marathon with authentication"
            ),
            (
                "Service Engine > Service Engine | unknown | ObjStore | Not "
                "documented for Mesos (DC/OS)"
            ),
        ]
        assert not any(
            "| unknown |" in c
            for c in _cells(edition, _cloud_lines(edition, "aws"))
        )

    def test_different_silences_are_not_mixed(self, edition: Edition) -> None:
        """Each says for what; services that differ are both there."""
        flows = [
            attrs.evolve(
                edition.flows[
                    f"service-engine-to-service-engine-objstore-{n}"
                ],
                when=Match(facet="cloud", values=("aws",), unstated=unstated),
                service=service,
                readings=(),
            )
            for n, unstated, service in (
                ("cloud", ("gcp",), "A"),
                ("vmware", ("azure",), "B"),
            )
        ]
        lines = edition_lines(edition, flows)
        assert [str(line.need) for line in lines[2:]] == [
            "Not documented for GCP",
            "Not documented for Azure",
        ]
        same = [attrs.evolve(flow, when=flows[0].when) for flow in flows]
        *_, line = edition_lines(edition, same)
        assert line.service == "A or B"

    def test_no_port_needed(self, edition: Edition) -> None:
        """The last line of its source, in words."""
        (controller,) = (
            group
            for group in group_lines(_whole(edition))
            if group.endpoint == "controller"
        )
        last = controller.lines[-1]
        assert _cells(edition, [last]) == [
            "Controller > Service Engine | none |  | No port needed"
        ]
        assert last.short == "no port needed"
        assert (
            last.exclusion
            == edition.exclusions["controller-to-service-engine"]
        )
        assert last.flows == ()

    def test_an_exclusion_needs_its_source(self, edition: Edition) -> None:
        """Or, turned, its destination; alone, it is the answer."""
        excluded = edition.exclusions
        engine = edition.flows.select(source="SE")
        assert not _exclusions(edition_lines(edition, engine, (), excluded))
        mine = edition.flows.select(source="controller")
        assert _exclusions(edition_lines(edition, mine, (), excluded))
        to_engine = attrs.evolve(
            edition.flows["service-engine-to-controller-ntp"],
            destination="service-engine",
        )
        other = attrs.evolve(to_engine, source="gcp")
        turned = edition_lines(edition, [to_engine, other], (), excluded)
        assert _exclusions(turned)
        (line,) = edition_lines(edition, [], (), excluded)
        assert line.exclusion is not None

    def test_a_caution(self, edition: Edition) -> None:
        """Below the need, in the same cell."""
        lines = [line for line in _whole(edition) if line.below]
        assert _cells(edition, lines) == [
            (
                "GCP > Avi Vantage | TCP 443 |  | On GCP | Direction as the "
                "vendor states it. More likely the Controller connects to GCP."
            )
        ]

    @pytest.mark.parametrize("cloud", NEWEST.facets["cloud"].values)
    @EACH
    def test_no_other_cloud(self, edition: Edition, cloud: Any) -> None:
        """A table for one names no other in any cell, nor below."""
        if cloud.id not in {v.id for v in edition.facets["cloud"].values}:
            return
        lines = _cloud_lines(edition, cloud.id)
        cells = _cells(edition, lines)
        assert cells
        cells += [text for line in lines for text in line.assumed]
        for other in edition.facets["cloud"].values:
            if other.id != cloud.id:
                for name in (other.label, other.name, other.phrase):
                    pattern = rf"\b{re.escape(name)}(?!\w)" if name else "$^"
                    for cell in cells:
                        assert not re.search(pattern, cell), cell

    @pytest.mark.parametrize(
        ("changes", "cell", "whole"),
        [
            ({}, "TCP 443", "TCP 443"),
            ({"protocols": (TCP, UDP)}, "TCP or UDP 443", "TCP or UDP 443"),
            (
                {"ports": (PortRange.of(22), PortRange(low=80, high=90))},
                "TCP 22, 80-90",
                "TCP 22, 80-90",
            ),
            (
                {"protocols": (ICMP,), "ports": (), "icmp_types": (8,)},
                "ICMP echo",
                "ICMP echo request",
            ),
            ({"protocols": (ICMP,), "ports": ()}, "ICMP", "ICMP"),
        ],
    )
    def test_ports(
        self, changes: dict[str, Any], cell: str, whole: str, edition: Edition
    ) -> None:
        """Protocols, then numbers or the message."""
        flow = edition.flows["controller-to-controller-https"]
        flow = attrs.evolve(flow, **changes)
        assert str(port_of(flow)) == cell
        assert str(port_of(flow, whole=True)) == whole

    @pytest.mark.parametrize(
        ("protocol", "kind", "service", "cell"),
        [
            (ICMP, 8, None, "Ping"),
            (Protocol.of("icmpv6"), 128, None, "Ping"),
            (ICMP, 3, None, ""),
            (ICMP, 8, "Check", "Check"),
        ],
    )
    def test_services(
        self,
        protocol: Any,
        kind: int,
        service: str | None,
        cell: str,
        edition: Edition,
    ) -> None:
        """As the vendor names it; an echo is a ping."""
        flow = attrs.evolve(
            edition.flows["controller-to-controller-https"],
            protocols=(protocol,),
            ports=(),
            icmp_types=(kind,),
            service=service,
        )
        (line,) = edition_lines(edition, [flow])
        assert line.service == cell

    def test_a_port_of_two_parts(self) -> None:
        """The number can be told from the protocol."""
        port = Port("TCP or UDP", "389")
        assert (port.protocol, port.number) == ("TCP or UDP", "389")
        assert str(port) == "TCP or UDP 389"
        assert str(Port("unknown", "")) == "unknown"


def _exclusions(lines: Iterable[Line]) -> list[Exclusion]:
    return [line.exclusion for line in lines if line.exclusion]


class TestForADeployment:
    """The lines of an answer."""

    def _lines(
        self, deployment: Deployment | str, *, purposes: bool = False
    ) -> tuple[Line, ...]:
        answer = NEWEST.resolve(deployment)
        shown = [d for d in answer if d.status in SHOWN]
        asked: Asked = {
            facet.id: answer.deployment.values_of(facet.id)
            for facet in NEWEST.facets
        }
        return answer_lines(
            NEWEST, shown, NEWEST.exclusions, asked=asked, purposes=purposes
        )

    def test_openshift(self) -> None:
        """Whys in place of needs; what is not documented is one line."""
        lines = self._lines("openshift")
        cells = _cells(NEWEST, lines)
        assert (
            "Controller > OpenShift master | TCP 8443 |  | Required on "
            "OpenShift"
        ) in cells
        assert (
            "Service Engine > Service Engine | unknown | ObjStore | Not "
            "documented for OpenShift"
        ) in cells
        statuses = {
            str(line.need): (line.status, line.short) for line in lines
        }
        assert statuses["Required on OpenShift"] == (
            "needed",
            "yes: on OpenShift",
        )
        assert statuses["Optional: gateway status only"] == (
            "optional",
            "optional: status only",
        )
        assert statuses["Not documented for OpenShift"] == (
            "unstated",
            "not documented",
        )
        assert statuses["No port needed"] == (None, "no port needed")

    def test_purposes(self) -> None:
        """Below the why, unless they are the why."""
        below = {
            (str(line.port), str(line.need)): line.below
            for line in self._lines("gcp", purposes=True)
        }
        assert below["TCP 8443", "Required"] == ("System portal",)
        assert below["ICMP echo", "Optional: gateway status only"] == ()
        unclear = (
            "Direction not clear: the vendor may have swapped source and "
            "destination"
        )
        assert below["TCP 443", unclear] == (
            "GCP connects to Avi Vantage",
            (
                "Direction as the vendor states it. More likely the "
                "Controller connects to GCP."
            ),
        )
        assert below["UDP 123", "Required"] == ()
        assert not any(
            "System portal" in line.below for line in self._lines("gcp")
        )

    @pytest.mark.parametrize(
        ("purposes", "why"), [(True, ": It moved."), (False, "")]
    )
    def test_why_a_site_moved_a_port(
        self, *, purposes: bool, why: str
    ) -> None:
        """Where purposes are told, too."""
        site = NEWEST.overlay(
            'id = "berlin"\ntitle = "Berlin"\n[[changes]]\nports = [9443]\n'
            'flow = "external-to-controller-https"\nreason = "It moved."\n'
        )
        flow = site.flows["external-to-controller-https"]
        decision = site.resolve("aws")[flow]
        (line,) = answer_lines(site, [decision], purposes=purposes)
        moved = f"Moved from TCP 443 by the site's overlay berlin{why}"
        assert line.below == (moved,)

    def test_few_assumptions_on_aws(self) -> None:
        """Two footnotes; 5098 is no topic for a virtual machine."""
        lines = self._lines("aws")
        read = _read(group_lines(lines))
        texts = [text for _, text in Footnotes(read).texts()]
        assert not any("5098 replaces" in text for text in texts)
        assert texts == [
            (
                "Assumed: the side whose status is shown sends the ping (no "
                "direction is given); optional (the vendor says that failed "
                "pings have no effect)."
            ),
            (
                "Assumed: TCP (only a port number is given); the Controller "
                "as source (none is named); required (not said)."
            ),
        ]

    @examples(5)
    @given(DEPLOYMENTS)
    def test_each_flow_once(self, deployment: Deployment) -> None:
        """Needed and optional with its port, silent without one."""
        lines = self._lines(deployment)
        answer = NEWEST.resolve(deployment)
        found = [flow.id for line in lines for flow in line.flows]
        assert sorted(found) == sorted(
            d.flow.id for d in answer if d.status in SHOWN
        )
        for line in lines:
            for flow in line.flows:
                assert line.status == answer.status_of(flow)
                assert line.pair == (flow.source, flow.destination)
                assert (str(line.port) == "unknown") == (
                    line.status == "unstated"
                )
            assert line.exclusion or line.short
            assert len(line.short) <= 26


class TestOrder:
    """Pairs together, exclusions last, groups as they come."""

    @pytest.mark.slow
    @given(st.data())
    def test_each_flow_has_its_line(self, data: st.DataObject) -> None:
        """Exactly one with its port; what is silent has another."""
        edition = data.draw(strategies.editions())
        lines = _whole(edition)
        own = [line for line in lines if line.port.protocol != "unknown"]
        found = [flow.id for line in own for flow in line.flows]
        assert sorted(found) == sorted(edition.flows.ids())
        assert {e.id for e in _exclusions(lines)} <= {
            *edition.exclusions.ids()
        }
        if not len(edition.flows):
            assert len(_exclusions(lines)) == len(edition.exclusions)
        for line in lines:
            for flow in line.flows:
                assert line.pair == (flow.source, flow.destination)

    @given(st.data(), st.sampled_from(GROUPINGS))
    def test_groups(self, data: st.DataObject, by: GroupBy) -> None:
        """Of every edition, however it is grouped."""
        _assert_grouped(_whole(data.draw(strategies.editions())), by)

    @examples(5)
    @given(st.data(), st.sampled_from(GROUPINGS))
    def test_groups_of_any_selection(
        self, data: st.DataObject, by: GroupBy
    ) -> None:
        """Of the newest edition's flows, in any order."""
        flows = data.draw(
            st.lists(st.sampled_from([*NEWEST.flows]), unique=True)
        )
        lines = edition_lines(NEWEST, flows, exclusions=NEWEST.exclusions)
        own = [line for line in lines if len(line.flows) == 1]
        assert {f.id for line in own for f in line.flows} == {
            flow.id for flow in flows
        }
        _assert_grouped(lines, by)
        # A pair stands where its first flow does.
        pairs = _first((flow.source, flow.destination) for flow in flows)
        assert _runs(line.pair for line in lines if line.flows) == pairs

    @examples(5)
    @given(st.lists(st.sampled_from([*NEWEST.flows]), unique=True))
    def test_the_side_with_fewer_ends(self, flows: list[Flow]) -> None:
        """Is said once, in the headings; of equals, the source."""
        lines = edition_lines(NEWEST, flows, exclusions=NEWEST.exclusions)
        sources = {flow.source for flow in flows}
        destinations = {flow.destination for flow in flows}
        turned = len(destinations) < len(sources)
        for group in group_lines(lines):
            assert group.side == ("destination" if turned else "source")

    def test_to_the_controller(self, edition: Edition) -> None:
        """All that leads to one end stands below that end."""
        flows = edition.flows.select(destination="controller")
        lines = edition_lines(edition, flows)
        (group,) = group_lines(lines)
        assert (group.side, group.endpoint) == ("destination", "controller")
        assert len(group_lines(lines, "source")) == 3
        (flat,) = group_lines(lines, "none")
        assert (flat.side, flat.endpoint, flat.lines) == (None, None, lines)
        assert group_lines((), "none") == group_lines(()) == ()

    def test_the_pings_join_their_pairs(self, edition: Edition) -> None:
        """However far from the others the page has them."""
        name = "service-engine-to-controller-echo"
        ids = [f.id for line in _whole(edition) for f in line.flows]
        assert (
            ids.index(name) - ids.index("service-engine-to-controller-ssh")
            == 4
        )
        page = [*edition.flows.ids()]
        assert (
            page.index(name) - page.index("service-engine-to-controller-ssh")
            > 4
        )


def _assert_grouped(lines: Sequence[Line], by: GroupBy) -> None:
    """Check what holds for the groups of any lines."""
    groups = group_lines(lines, by)
    read = _read(groups)
    assert len(read) == len(lines)
    assert {id(line) for line in read} == {id(line) for line in lines}
    # Pairs together, in every group and before it.
    pairs = [line.pair for line in read]
    assert len(_runs(pairs)) == len({*pairs})
    assert all(group.lines for group in groups)
    if by == "none":
        assert read == [*lines]
        return
    ends = [
        getattr(line, group.side or "")
        for group in groups
        for line in group.lines
    ]
    headings = [group.endpoint for group in groups]
    assert _runs(ends) == headings == _first(headings)
    assert by in {"auto", groups[0].side if groups else by}
    side = groups[0].side if groups else None
    if side:
        assert headings == _first(getattr(line, side) for line in lines)
    for group in groups:
        kinds = [line.exclusion is not None for line in group.lines]
        assert kinds == sorted(kinds)
        other = "destination" if side == "source" else "source"
        found = [getattr(line, other) for line in group.lines]
        assert _runs(found) == _first(
            getattr(line, other)
            for line in sorted(
                lines, key=lambda line: line.exclusion is not None
            )
            if getattr(line, side or "") == group.endpoint
        )


class TestFootnotes:
    """A letter a set of assumptions."""

    def test_the_first_three(self) -> None:
        """Lines that share all share the letter; others have their own."""
        lines = [
            _line("x", "y"),
            _line(),
            _line("y"),
            _line("y", "x"),
            _line("x"),
            _line("y"),
        ]
        notes = Footnotes(lines)
        assert [notes.letter(line) for line in lines] == [*"a", "", *"bacb"]
        assert notes.texts() == (
            ("a", "Assumed: x; y."),
            ("b", "Assumed: y."),
            ("c", "Assumed: x."),
        )

    def test_more_than_the_alphabet(self) -> None:
        """After z comes aa."""
        lines = [_line(f"{number}") for number in range(26 * 27 + 1)]
        notes = Footnotes(lines)
        letters = [notes.letter(line) for line in lines]
        assert letters[:3] == ["a", "b", "c"]
        assert letters[25:28] == ["z", "aa", "ab"]
        assert letters[51:53] == ["az", "ba"]
        assert letters[-2:] == ["zz", "aaa"]
        assert len({*letters}) == len(letters)

    @given(st.lists(st.lists(st.sampled_from("xyz"), unique=True)))
    def test_laws(self, sets: list[list[str]]) -> None:
        """As many as there are different sets, in reading order."""
        lines = [_line(*texts) for texts in sets]
        notes = Footnotes(lines)
        different = _first(frozenset(texts) for texts in sets if texts)
        assert len(notes.texts()) == len(different)
        letters = _first(filter(None, map(notes.letter, lines)))
        assert letters == [letter for letter, _ in notes.texts()]
        assert letters == sorted(letters)
        for line, texts in zip(lines, sets, strict=True):
            at = different.index(frozenset(texts)) if texts else None
            wanted = "" if at is None else "abcdefghijklmnop"[at]
            assert notes.letter(line) == wanted

    @given(strategies.editions())
    def test_of_any_edition(self, edition: Edition) -> None:
        """Each line has at most one mark, with all that is assumed."""
        read = _read(group_lines(_whole(edition)))
        notes = Footnotes(read)
        texts = dict(notes.texts())
        for line in read:
            letter = notes.letter(line)
            assert bool(letter) == bool(line.assumed)
            if letter:
                # A sentence loses its full stop among others.
                assert all(
                    text.removesuffix(".") in texts[letter]
                    for text in line.assumed
                )

    def test_of_the_edition(self, edition: Edition) -> None:
        """Eleven for all flows, and two for a Service Engine on AWS."""
        read = _read(group_lines(_whole(edition)))
        notes = Footnotes(read).texts()
        assert [letter for letter, _ in notes] == [*"abcdefghijk"]
        engine = edition.flows.select(source="SE", cloud="aws")
        aws: Asked = {"cloud": frozenset({"aws"})}
        lines = edition_lines(edition, engine, asked=aws)
        assert Footnotes(lines).texts() == (
            (
                "a",
                (
                    "Assumed: 5098 replaces 22 on a container Controller (the "
                    "vendor lists both)."
                ),
            ),
            (
                "b",
                (
                    "Assumed: the side whose status is shown sends the ping "
                    "(no direction is given); optional (the vendor says that "
                    "failed pings have no effect)."
                ),
            ),
        )

    def test_of_two_protocols_both_are_needed(self, edition: Edition) -> None:
        """The vendor's "TCP or UDP" is a choice that nobody can make."""
        told = {
            line.flows[0].id
            for line in _whole(edition)
            if any(
                text.startswith("both TCP and UDP are needed")
                for text in line.assumed
            )
        }
        assert told == {"controller-to-ldap", "controller-to-ldaps"}

    def test_equal_sets_of_flows(self, edition: Edition) -> None:
        """Whatever the order of the fields that they are about."""
        base = edition.flows["controller-to-controller-https"]
        reasons = [
            Reason(field=field, reason="long", short=short)
            for field, short in (("when", "x"), ("ports", "y"))
        ]
        flows = [
            attrs.evolve(base, inferred=tuple(reasons[::step]))
            for step in (1, -1)
        ]
        lines = edition_lines(edition, flows)
        assert len(Footnotes(lines).texts()) == 1


def _line(*assumed: str) -> Line:
    flow = NEWEST.flows["controller-to-dns"]
    return Line(
        source=flow.source,
        destination=flow.destination,
        flows=(flow,),
        exclusion=None,
        port=port_of(flow),
        service="DNS",
        need=Need("", "Always"),
        assumed=assumed,
    )
