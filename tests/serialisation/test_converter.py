"""The strict reader: nothing is coerced, and every fault is reported."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import Edition, Fault, InvalidDataError, strategies


def faults(data: Any) -> list[Fault]:
    """Return what some data is refused for."""
    with pytest.raises(InvalidDataError) as caught:
        avi_portspec.loads(json.dumps(data))
    return list(caught.value.faults)


def places(data: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each value's path, with the container and key that hold it."""
    pairs = (
        list(data.items())
        if isinstance(data, dict)
        else list(enumerate(data))
        if isinstance(data, list)
        else []
    )
    for key, value in pairs:
        step = f"[{key}]" if isinstance(key, int) else f".{key}"
        where = f"{path}{step}".removeprefix(".")
        yield where, data, key
        yield from places(value, where)


class TestEveryCorruptionIsFound:
    """Any single corruption of a valid file is reported with its path."""

    @given(strategies.editions(), st.data())
    def test_of_a_type(self, edition: Edition, data: st.DataObject) -> None:
        """A value of another type is reported where it stands."""
        broken = json.loads(avi_portspec.dumps(edition))
        path, holder, key = data.draw(st.sampled_from(list(places(broken))))
        wrong: list[Any] = [None, 1.5, {"": 1}, [[]]]
        wrong += [True] if not isinstance(holder[key], bool) else ["true"]
        holder[key] = data.draw(st.sampled_from(wrong))
        found = [fault.path for fault in faults(broken)]
        assert any(
            where == path or where.startswith((f"{path}.", f"{path}["))
            for where in found
        )

    @given(strategies.editions(), st.data())
    def test_of_what_is_missing(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """A required key that is gone is reported where it stood."""
        broken = json.loads(avi_portspec.dumps(edition))
        required = {"id", "title", "kind", "text", "requirement", "citation"}
        found = [
            (path, holder, key)
            for path, holder, key in places(broken)
            if key in required
        ]
        path, holder, key = data.draw(st.sampled_from(found))
        del holder[key]
        assert path in [fault.path for fault in faults(broken)]

    @given(strategies.editions(), st.data())
    def test_of_a_citation(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """A place that is not there, and the place that is now a gap."""
        broken = json.loads(avi_portspec.dumps(edition))
        path, holder, key = data.draw(
            st.sampled_from([p for p in places(broken) if p[2] == "number"])
        )
        holder[key] = 999
        found = [fault.path for fault in faults(broken)]
        assert path.removesuffix(".number") in found

    @given(strategies.editions(), st.data())
    def test_of_a_repeated_record(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """A record that is there twice."""
        broken = json.loads(avi_portspec.dumps(edition))
        lists = ("flows", "notes", "endpoints", "sections")
        name = data.draw(st.sampled_from([n for n in lists if n in broken]))
        if not broken[name]:
            return
        broken[name].append(broken[name][-1])
        found = [fault.path for fault in faults(broken)]
        assert f"{name}[{len(broken[name]) - 1}]" in found

    @given(strategies.editions(), st.data())
    def test_of_a_key(self, edition: Edition, data: st.DataObject) -> None:
        """A key that is unknown is reported where it stands."""
        broken = json.loads(avi_portspec.dumps(edition))
        tables = [("", broken)] + [
            (path, holder[key])
            for path, holder, key in places(broken)
            if isinstance(holder[key], dict)
        ]
        path, table = data.draw(st.sampled_from(tables))
        table["x-unknown"] = 1
        expected = f"{path}.x-unknown".removeprefix(".")
        found = [fault.path for fault in faults(broken)]
        # A condition has one form: there, the whole of it is in question.
        assert expected in found or (".when" in path and path in found)

    @given(strategies.editions(), st.data())
    def test_of_a_reference(
        self, edition: Edition, data: st.DataObject
    ) -> None:
        """An id that leads nowhere is reported where it stands."""
        broken = json.loads(avi_portspec.dumps(edition))
        referring = {"source", "destination", "parent", "section"}
        found = [
            (path, holder, key)
            for path, holder, key in places(broken)
            if key in referring and isinstance(holder[key], str)
        ]
        found = [f for f in found if "citation" not in f[0]]
        if not found:
            return
        path, holder, key = data.draw(st.sampled_from(found))
        holder[key] = "zz-nowhere"
        assert path in [fault.path for fault in faults(broken)]


class TestNoCoercion:
    """Wrong types fail, however close they are."""

    @pytest.mark.parametrize("port", ["443", 30.10, True, None, [443]])
    def test_of_ports(self, data: dict[str, Any], port: object) -> None:
        """Only an integer, or a table of two."""
        data["flows"][0]["ports"] = [port]
        (fault,) = faults(data)
        assert fault.path == "flows[0].ports[0]"
        assert fault.record == "controller-to-controller-ssh"

    @pytest.mark.parametrize("value", ["false", 0, None])
    def test_of_truth_values(
        self, data: dict[str, Any], value: object
    ) -> None:
        """Only true and false."""
        data["facets"][0]["many"] = value
        assert faults(data)[0].path == "facets[0].many"

    @pytest.mark.parametrize("value", [1, 1.0, None, ["x"], {"x": 1}])
    def test_of_texts(self, data: dict[str, Any], value: object) -> None:
        """Only a string."""
        data["title"] = value
        assert faults(data)[0].path == "title"

    def test_of_nothing(self, data: dict[str, Any]) -> None:
        """What has no value has no key."""
        data["source"]["release"] = None
        (fault,) = faults(data)
        assert fault.path == "source.release"
        assert fault.expected == "a value, or no key"

    @pytest.mark.parametrize("value", ["tcp", {"0": "tcp"}, 6])
    def test_of_lists(self, data: dict[str, Any], value: object) -> None:
        """A lone value is no list of one."""
        data["flows"][0]["protocols"] = value
        assert faults(data)[0].path == "flows[0].protocols"

    @pytest.mark.parametrize("value", [2, 1.0, "1", True, None])
    def test_of_the_format(self, data: dict[str, Any], value: object) -> None:
        """A file of a later format is not guessed at."""
        data["format"] = value
        assert faults(data)[0].path == "format"


class TestOneSpelling:
    """One value has one form, or digests would differ."""

    def test_of_protocols(self, data: dict[str, Any]) -> None:
        """A protocol with a name goes by that."""
        data["flows"][0]["protocols"] = [6]
        (fault,) = faults(data)
        assert (fault.path, fault.nearest) == ("flows[0].protocols[0]", "tcp")

    def test_of_ports(self, data: dict[str, Any]) -> None:
        """One port is no range."""
        data["flows"][0]["ports"] = [{"low": 22, "high": 22}]
        (fault,) = faults(data)
        assert fault.expected == "the port alone, 22"

    def test_of_names(self, data: dict[str, Any]) -> None:
        """Capitals count in data."""
        data["flows"][0]["protocols"] = ["TCP"]
        assert faults(data)[0].nearest == "tcp"


class TestAllAtOnce:
    """Nobody mends a file one error at a time."""

    def test_faults_of_many_kinds(self, data: dict[str, Any]) -> None:
        """Types, values, keys, references and duplicates in one go."""
        data["titel"] = data.pop("title")
        data["flows"][0]["ports"] = ["22"]
        data["flows"][0]["requirement"] = "requierd"
        data["flows"][1]["source"] = "controler"
        data["flows"][2]["id"] = "8443-https"
        data["flows"][3]["when"] = {"facet": "cluod", "values": ["aws"]}
        data["flows"][4]["purpose"] = 7
        data["flows"][4]["destination"] = "servise-engine"
        data["notes"][0]["kind"] = None
        data["endpoints"][1]["id"] = "controller"
        found = {fault.path: fault for fault in faults(data)}
        assert set(found) >= {
            "endpoints[1]",
            "flows[0].ports[0]",
            "flows[0].requirement",
            "flows[1].source",
            "flows[2].id",
            "flows[3].when.facet",
            "flows[4].destination",
            "notes[0].kind",
            "titel",
            "title",
        }
        assert found["titel"].nearest == "title"
        assert found["flows[0].requirement"].nearest == "required"
        assert found["flows[1].source"].nearest == "controller"
        assert found["flows[3].when.facet"].nearest == "cloud"

    def test_a_broken_record_causes_no_further_faults(
        self, data: dict[str, Any]
    ) -> None:
        """What refers to it refers to something that is meant to be there."""
        data["endpoints"][0]["kind"] = "compnent"
        data["sections"][0]["title"] = ""
        assert [fault.path for fault in faults(data)] == [
            "sections[0].title",
            "endpoints[0].kind",
        ]

    def test_rules_between_records_hold_beside_other_faults(
        self, data: dict[str, Any]
    ) -> None:
        """An unknown key hides neither a repeat nor a gap."""
        data["x-unknown"] = 1
        data["flows"][1]["ports"] = [22]
        data["flows"][2]["destination"] = "service-engine"
        del data["pointers"]
        found = [fault.path for fault in faults(data)]
        assert found == [
            "x-unknown",
            "flows[1]",
            "flows[2]",
            "sections[0].extent",
        ]

    def test_a_broken_citation_is_no_gap(self, data: dict[str, Any]) -> None:
        """Whatever it was meant to cite is unknown."""
        data["pointers"][0]["citation"]["number"] = "2"
        (fault,) = faults(data)
        assert fault.path == "pointers[0].citation.number"

    def test_conditions_are_wrong_where_they_are(
        self, data: dict[str, Any]
    ) -> None:
        """Down to the value."""
        data["flows"][3]["when"]["all"][1]["unless"]["values"] = ["opnstack"]
        (fault,) = faults(data)
        assert fault.path == "flows[3].when.all[1].unless.values[0]"
        assert fault.nearest == "openstack"

    def test_a_broken_facet_is_still_declared(
        self, data: dict[str, Any]
    ) -> None:
        """Flows that ask about it are not to blame."""
        data["facets"][0]["clause"] = "is"
        assert [fault.path for fault in faults(data)] == ["facets[0].clause"]

    def test_a_port_as_identity_is_one_of_them(
        self, data: dict[str, Any]
    ) -> None:
        """Ports recur with other meanings."""
        data["flows"][1]["id"] = "controller-to-controller-443"
        found = faults(data)
        assert ("flows[1].id", "controller-to-controller") in [
            (fault.path, fault.nearest) for fault in found
        ]

    def test_records_that_are_no_tables(self, data: dict[str, Any]) -> None:
        """Nor lists, nor anything."""
        data["flows"][5] = 7
        data["notes"] = {}
        paths = [fault.path for fault in faults(data)]
        assert "flows[5]" in paths
        assert "notes" in paths

    def test_an_extent_that_is_none(self, data: dict[str, Any]) -> None:
        """Other faults are still found."""
        data["overview"] = {"rows": [0]}
        assert [fault.path for fault in faults(data)] == ["overview.rows[0]"]
        data["overview"] = 7
        assert faults(data)[0].path == "overview"


class TestBounds:
    """Hostile data costs no more than its size."""

    def test_of_places(self, data: dict[str, Any]) -> None:
        """A file cannot claim a page of a hundred million statements."""
        data["sections"][0]["extent"]["notes"] = [9999] * 9999
        (fault,) = faults(data)
        assert fault.got == "99,980,055"

    def test_of_gaps(self, data: dict[str, Any]) -> None:
        """A row with many gaps is one fault."""
        data["sections"][0]["extent"]["closings"] = [1, 9999]
        (fault,) = faults(data)
        assert fault.got.endswith("item 1, 2, 3, 4, 5, ...")

    def test_of_messages(self, data: dict[str, Any]) -> None:
        """Neither control characters nor a megabyte reach a terminal."""
        data["flows"][0]["id"] = "\x1b[31m" + "x" * 1_000_000
        data["flows"][1]["source"] = "y" * 1_000_000
        data["\x1b[31m\ud800"] = 1
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.loads(json.dumps(data))
        text = str(caught.value)
        assert len(text) < 20_000
        assert text.replace("\n", "").isprintable()
        assert text.encode()

    def test_of_faults(self, data: dict[str, Any]) -> None:
        """A message lists a hundred; the error carries them all."""
        data.update({f"x-{number}": 1 for number in range(150)})
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.loads(json.dumps(data))
        assert len(caught.value.faults) == 150
        assert str(caught.value).endswith("and 50 more")

    def test_of_suggestions(self, data: dict[str, Any]) -> None:
        """After fifty slips, no more time is spent on guessing."""
        for flow in data["flows"]:
            flow["source"], flow["destination"] = "controler", "controler"
        near = [f.nearest for f in faults(data) if f.path.endswith("ource")]
        assert near.count("controller") == 25
        assert near.count(None) == 17


class TestConditions:
    """Conditions are data, in one of four forms."""

    @pytest.mark.parametrize(
        ("when", "path", "expected"),
        [
            (7, "when", "a table"),
            ({}, "when", "a condition"),
            ({"some": []}, "when", "a condition"),
            ({"any": [], "all": []}, "when", "a condition"),
            ({"unles": {}}, "when", "a condition"),
            ({"any": 7}, "when.any", "a list of conditions"),
            ({"any": []}, "when.any", "at least two"),
            ({"all": [{"unless": {}}]}, "when.all[0].unless", "a condition"),
            (
                {"facet": "cloud", "values": "aws"},
                "when.values",
                "at least one",
            ),
            (
                {"facet": "cloud", "values": ["aws"], "eval": "1"},
                "when.eval",
                "a field of a match",
            ),
        ],
    )
    def test_others_are_refused(
        self, data: dict[str, Any], when: object, path: str, expected: str
    ) -> None:
        """At their path."""
        data["flows"][0]["when"] = when
        found = faults(data)[0]
        assert found.path == f"flows[0].{path}"
        assert expected in found.expected

    def test_a_slip_suggests_the_form(self, data: dict[str, Any]) -> None:
        """As for every other name."""
        data["flows"][0]["when"] = {"unles": {}}
        assert faults(data)[0].nearest == "unless"

    def test_their_depth_is_bounded(self, data: dict[str, Any]) -> None:
        """Hostile data cannot exhaust the stack."""
        when: dict[str, Any] = {"facet": "cloud", "values": ["aws"]}
        for _ in range(100):
            when = {"unless": when}
        data["flows"][0]["when"] = when
        assert "at most 16" in faults(data)[0].expected

    def test_always_can_be_said(
        self, data: dict[str, Any], edition: Edition
    ) -> None:
        """All of nothing; it is the default, and is not written."""
        data["flows"][1]["when"] = {"all": []}
        assert avi_portspec.loads(json.dumps(data)) == edition


def test_reading_changes_no_data(data: dict[str, Any]) -> None:
    """The caller's tables stay as they were."""
    from avi_portspec.serialisation.converter import read

    before = copy.deepcopy(data)
    read(data, Edition, "test")
    assert data == before
