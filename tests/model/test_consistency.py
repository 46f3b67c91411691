"""The rules between records, each against a plainer statement of it."""

from __future__ import annotations

import itertools
import json
import re
import sys
from typing import Any

import pytest
from example_data import example

from avi_portspec import (
    Citation,
    Extent,
    Fault,
    Flow,
    InvalidDataError,
    Section,
    loads,
)
from avi_portspec.model.consistency import RECORDS, Partial, edition_faults


def faults_of(data: dict[str, Any]) -> list[Fault]:
    """Return what an edition's data is refused for."""
    try:
        loads(json.dumps(data))
    except InvalidDataError as wrong:
        return list(wrong.faults)
    return []


def chain(replaces: dict[str, list[str]]) -> dict[str, Any]:
    """Return an edition whose flows replace one another so, a port each."""
    data = example()
    model = data["flows"][0]
    data["flows"] = [
        {
            **model,
            "id": name,
            "ports": [port],
            "replaces": others,
            "citation": {"section": "first", "place": "row", "number": port},
        }
        for port, (name, others) in enumerate(replaces.items(), start=1)
    ]
    data["exclusions"][0]["citation"]["number"] = len(replaces) + 1
    data["sections"][0]["extent"]["rows"] = [1] * (len(replaces) + 1)
    data["notes"][0]["qualifies"] = [next(iter(replaces))]
    return data


def has_circle(replaces: dict[str, list[str]]) -> bool:
    """Return whether flows remain when those that wait for none are gone."""
    left = dict(replaces)
    while free := [n for n, o in left.items() if not left.keys() & set(o)]:
        for name in free:
            del left[name]
    return bool(left)


def circles(replaces: dict[str, list[str]]) -> list[Fault]:
    """Return the circles that are found among flows that replace so."""
    flows = [
        (at, Partial({"id": name, "replaces": tuple(others)}))
        for at, (name, others) in enumerate(replaces.items())
    ]
    draft: dict[str, list[Any]] = {name: [] for name, *_ in RECORDS}
    return [
        fault
        for fault in edition_faults(draft, None, {"flows": flows})
        if fault.rule == "flow/replaces-each-other"
    ]


class TestCircles:
    """Flows that replace one another in a circle leave none to allow."""

    def test_exactly_circles_are_refused(self) -> None:
        """Of every way in which four flows can replace one another."""
        names = "abcd"
        pairs = [(one, two) for one in names for two in names if one != two]
        for chosen in itertools.product([False, True], repeat=len(pairs)):
            replaces: dict[str, list[str]] = {name: [] for name in names}
            for one, two in itertools.compress(pairs, chosen):
                replaces[one].append(two)
            found = circles(replaces)
            assert bool(found) == has_circle(replaces), replaces
            for fault in found:
                listed = re.findall("'(.)'", fault.got)
                for one, two in zip(
                    listed, [*listed[1:], listed[0]], strict=True
                ):
                    assert two in replaces[one]
                at = replaces[listed[-1]].index(listed[0])
                where = names.index(listed[-1])
                assert fault.path == f"flows[{where}].replaces[{at}]"
                assert fault.record == listed[-1]

    def test_of_three_flows(self) -> None:
        """The reference that closes it is named, with all that is on it."""
        data = chain({"x": ["a"], "a": ["b"], "b": ["c"], "c": ["x", "a"]})
        (first, second) = faults_of(data)
        assert str(first) == (
            "flows[3].replaces[0] (c): expected flows that do not replace "
            "one another in a circle, got the circle 'x', 'a', 'b', 'c'"
        )
        assert second.path == "flows[3].replaces[1]"
        assert second.got == "the circle 'a', 'b', 'c'"

    def test_a_long_one_is_cut(self) -> None:
        """It may be longer than the interpreter's stack is deep."""
        count = 2 * sys.getrecursionlimit()
        replaces = {f"f{n}": [f"f{(n + 1) % count}"] for n in range(count)}
        (fault,) = circles(replaces)
        assert fault.record == f"f{count - 1}"
        assert fault.got == "the circle 'f0', 'f1', 'f2', 'f3', 'f4', ..."
        five = {
            name: [other] for name, other in zip("abcde", "bcdea", strict=True)
        }
        assert circles(five)[0].got == "the circle 'a', 'b', 'c', 'd', 'e'"

    def test_a_chain_is_none(self) -> None:
        """Nor are two ways to one flow."""
        data = chain({"a": ["b", "c"], "b": ["c", "d"], "c": ["d"], "d": []})
        assert faults_of(data) == []
        assert isinstance(loads(json.dumps(data)).flows["a"], Flow)

    def test_a_flow_that_is_wrong_otherwise_is_on_one_too(self) -> None:
        """Who mends the file sees both faults at once."""
        data = chain({"a": ["b"], "b": ["a"]})
        data["flows"][0]["requirement"] = "requird"
        found = [fault.rule for fault in faults_of(data)]
        assert found == ["word/unknown", "flow/replaces-each-other"]

    def test_a_flow_that_replaces_itself_is_one_fault(self) -> None:
        """Not a circle besides."""
        found = [fault.rule for fault in faults_of(chain({"a": ["a"]}))]
        assert found == ["flow/replaces-itself"]


class TestLimits:
    """Each limit is what may still be, and no less."""

    @staticmethod
    def refuse(**fields: list[Any]) -> list[str]:
        """Return what an edition of such records is refused for."""
        draft: dict[str, list[Any]] = {name: [] for name, *_ in RECORDS}
        for name, records in fields.items():
            draft[name] = list(enumerate(records))
        faults = edition_faults(draft, Extent())
        return [f"{fault.rule}: {fault}" for fault in faults]

    def test_of_sections(self) -> None:
        """One more is refused, and nothing else said of it."""
        sections = [
            Section(id=f"section-{number}", title=f"Section {number}")  # type: ignore[arg-type]
            for number in range(10_000)
        ]
        assert self.refuse(sections=sections[1:]) == []
        assert self.refuse(sections=sections) == [
            (
                "section/too-many: sections: expected at most 9,999 sections, "
                "got 10,000"
            )
        ]

    @pytest.mark.parametrize(("count", "faults"), [(0, 0), (1, 1)])
    def test_of_pairs(self, count: int, faults: int) -> None:
        """Of all flows together."""
        pairs = [
            Partial(
                {
                    "id": f"flow-{number}",
                    "pair_count": number,
                    "protocol_ports": tuple,
                    "aliases": (),
                    "citation": Citation(place="row", number=1),
                }
            )
            for number in (399_000, 1_000, count)
        ]
        text = (
            "flow/too-many-pairs: flows: expected at most 400,000 pairs of "
            "protocol and ports, got 400,001"
        )
        assert self.refuse(flows=pairs).count(text) == faults

    @pytest.mark.parametrize(("count", "faults"), [(0, 0), (1, 1)])
    def test_of_places(self, count: int, faults: int) -> None:
        """Of all sections together, with what stands above them."""
        sections = [
            Partial(
                {
                    "id": f"section-{number}",
                    "title": f"Section {number}",
                    "extent": Partial({"total": number, "places": tuple}),
                    "aliases": (),
                    "name": None,
                }
            )
            for number in (199_000, 1_000, count)
        ]
        text = (
            "place/too-many: sections: expected a page of at most 200,000 "
            "statements, got 200,001"
        )
        assert self.refuse(sections=sections) == [text] * faults

    def test_of_suggestions(self) -> None:
        """After so many slips, the nearest name is no longer sought."""
        data = example()
        data["notes"][0]["qualifies"] += [f"engine-shell-{n}" for n in "abc"]
        assert [f.nearest for f in faults_of(data)] == ["engine-shell"] * 3
        more = [f"engine-shell-{number}" for number in range(60)]
        data["notes"][0]["qualifies"] += more
        nearest = [fault.nearest for fault in faults_of(data)]
        assert nearest == ["engine-shell"] * 50 + [None] * 13
