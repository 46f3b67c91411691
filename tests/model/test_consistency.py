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
from avi_portspec.model.consistency import (
    RECORDS,
    STATED,
    Partial,
    edition_faults,
)


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
            # Whichever flow is started from, each is told once.
            assert len({fault.path for fault in found}) == len(found)
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


def first_astray(parents: list[str | None]) -> int | None:
    """Return the first section that stands outside the one it names.

    Args:
        parents: For sections ``a``, ``b`` and so on what they stand in.
    """
    ids = "abcdef"[: len(parents)]
    for at, parent in enumerate(parents):
        # Up from the section before: what it stands in, and so on.
        way: list[str] = []
        above = ids[at - 1] if at else None
        while above is not None:
            way.append(above)
            above = parents[ids.index(above)]
        if parent is not None and parent not in way:
            return at
    return None


def faults_by_rule(rule: str, **fields: list[Any]) -> list[Fault]:
    """Return the faults of one rule among some records."""
    draft: dict[str, list[Any]] = {name: [] for name, *_ in RECORDS}
    for name, records in fields.items():
        draft[name] = list(enumerate(records))
    faults = edition_faults(draft, Extent())
    return [fault for fault in faults if fault.rule == rule]


class TestSectionOrder:
    """A subsection stands within its section, as headings do on a page."""

    def test_of_every_four_sections(self) -> None:
        """In every way in which they can name one another."""
        ids = "abcd"
        for parents in itertools.product([None, *ids], repeat=4):
            if any(one == two for one, two in zip(ids, parents, strict=True)):
                continue
            sections = [
                Section(id=name, title=name.upper(), parent=parent)  # type: ignore[arg-type]
                for name, parent in zip(ids, parents, strict=True)
            ]
            found = faults_by_rule("section/not-in-parent", sections=sections)
            astray = first_astray([*parents])
            if astray is None:
                assert found == [], parents
            else:
                assert found[0].path == f"sections[{astray}].parent"
                assert found[0].record == ids[astray]
                assert found[0].got == repr(parents[astray])


class TestPageOrder:
    """Records stand as their places do on the vendor's page."""

    #: Places in the order of the page, each later by one thing alone.
    PLACES = (
        Citation(place="lead-in", number=1),
        Citation(section="b", place="lead-in", number=9),  # type: ignore[arg-type]
        Citation(section="b", place="row", number=1, item=2),  # type: ignore[arg-type]
        Citation(section="b", place="row", number=1, item=3),  # type: ignore[arg-type]
        Citation(section="b", place="row", number=2),  # type: ignore[arg-type]
        Citation(section="a", place="lead-in", number=1),  # type: ignore[arg-type]
    )

    def record(self, place: int) -> Partial:
        """Return a record that cites a place, and none for the last."""
        nowhere = Citation(section="x", place="row", number=1)  # type: ignore[arg-type]
        return Partial(
            {
                "id": f"record-{place}",
                "aliases": (),
                "citation": [*self.PLACES, nowhere][place],
                "pair_count": 1,
                "protocol_ports": tuple,
            }
        )

    def test_a_place_in_no_section_hides_none(self) -> None:
        """It is a fault of its own, and has no order."""
        sections = [Section(id=name, title=name.upper()) for name in "ba"]  # type: ignore[arg-type]
        (fault,) = faults_by_rule(
            "place/out-of-order",
            sections=sections,
            notes=[self.record(at) for at in (3, 6, 2)],
        )
        assert (fault.path, fault.record) == ("notes[2]", "record-2")

    @pytest.mark.parametrize("field", STATED)
    def test_of_every_order(self, field: str) -> None:
        """A record is wrong exactly if one before it is from a later place."""
        sections = [Section(id=name, title=name.upper()) for name in "ba"]  # type: ignore[arg-type]
        for order in itertools.permutations(range(len(self.PLACES))):
            records = [self.record(place) for place in order]
            found = faults_by_rule(
                "place/out-of-order", sections=sections, **{field: records}
            )
            assert [(fault.path, fault.record) for fault in found] == [
                (f"{field}[{at}]", f"record-{place}")
                for at, place in enumerate(order)
                if any(before > place for before in order[:at])
            ]


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
        rule = "flow/too-many-pairs"
        found = [f for f in self.refuse(flows=pairs) if f.startswith(rule)]
        assert found == [text] * faults

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
