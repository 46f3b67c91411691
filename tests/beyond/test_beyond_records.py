"""Sources, statements and releases: what each may hold."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import pytest
import tomli_w
from hypothesis import Phase, given, settings

import avi_portspec
from avi_portspec import (
    InvalidDataError,
    InvalidQueryError,
    Release,
    Statement,
    StatementSource,
    strategies,
)
from avi_portspec.beyond.files import library, read_library
from avi_portspec.beyond.records import Library
from avi_portspec.beyond.spans import covers, parse_release, span_text
from avi_portspec.model.plain import plain
from avi_portspec.model.record import checks_of
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.schema import record_schema


def source(*statements: dict[str, Any], **fields: Any) -> StatementSource:
    """Return a source that was seen whole, from its data."""
    data = {
        "id": "guide",
        "title": "A guide",
        "publisher": "The vendor",
        "kind": "vendor-documentation",
        "seen": "whole",
        "statements": [
            {"agreement": "adds", "id": f"guide-{number}", **each}
            for number, each in enumerate(statements)
        ],
        **fields,
    }
    made: StatementSource = read(data, StatementSource, "guide")
    return made


def faults(caught: pytest.ExceptionInfo[InvalidDataError]) -> list[Any]:
    """Return the rule and the path of each fault."""
    return [(fault.rule, fault.path) for fault in caught.value.faults]


class TestSpans:
    """Which releases a source speaks of."""

    @pytest.mark.parametrize(
        ("span", "inside", "outside"),
        [
            ("22.1", ["22.1", "22.1.4", "22"], ["22.2", "21.1.3", "2.1"]),
            ("22.1.5", ["22.1.5", "22.1", "22.1.5.1"], ["22.1.4", "22.1.50"]),
            ("20.1.3+", ["20.1.3", "20.1", "31.1"], ["20.1.2", "18.2"]),
            (
                "20.1.4-30.2.1",
                ["20.1.4", "20.1", "22.1.7", "30.2", "30.2.1.9"],
                ["20.1.3", "30.2.2", "31.1"],
            ),
            ("17-20", ["17.1", "18.2.3", "20.1.9"], ["16.3", "21.1"]),
        ],
    )
    def test_it_covers(
        self, span: str, inside: list[str], outside: list[str]
    ) -> None:
        """A release within it, and a line of releases that it meets."""
        assert [name for name in inside if not covers(span, name)] == []
        assert [name for name in outside if covers(span, name)] == []

    @pytest.mark.parametrize("text", ["", "v22", "22.x", "22.1.", "2" * 5, 22])
    def test_what_is_no_release_is_refused(self, text: Any) -> None:
        """With an example of one."""
        with pytest.raises(InvalidQueryError, match=r"such as 22\.1 or"):
            parse_release(text)

    def test_they_are_put_in_words(self) -> None:
        """As people say it."""
        spans = ("22.1", "20.1.3+", "16.1-16.3")
        assert [*map(span_text, spans)] == [
            "22.1",
            "20.1.3 or later",
            "16.1 to 16.3",
        ]


class TestStatement:
    """What a statement may hold."""

    def test_traffic_has_the_rules_of_flows(self) -> None:
        """Ports only with protocols that have them, and no overlaps."""
        with pytest.raises(InvalidDataError) as caught:
            source({"protocols": ["tcp", 97], "ports": [22]})
        assert faults(caught) == [
            ("flow/needless-ports", "statements[0].ports")
        ]

    def test_a_port_may_be_unstated(self) -> None:
        """Which a flow's may not."""
        (statement,) = source({"protocols": ["tcp"]}).statements
        assert [str(pair) for pair in statement.protocol_ports()] == ["TCP"]

    def test_it_knows_its_source_and_its_releases(self) -> None:
        """Its own releases, else those of the source."""
        first, second = source(
            {}, {"releases": ["30.2.1"]}, releases=["22.1"]
        ).statements
        assert (first.stated_by, first.spans) == ("guide", ("22.1",))
        assert second.spans == ("30.2.1",)
        assert second.is_about_release("30.2")
        assert not second.is_about_release("22.1")
        assert not first.is_release_inferred

    def test_an_inferred_release_is_marked(self) -> None:
        """If it is the source that does not state it."""
        first, second = source(
            {},
            {"releases": ["30.2.1"]},
            probable_releases=["22.1"],
            why_probable="Its examples are.",
        ).statements
        assert first.is_release_inferred
        assert not second.is_release_inferred

    def test_a_release_that_is_unknown_is_not_inferred(self) -> None:
        """It is about no release."""
        (statement,) = source({}).statements
        assert not statement.is_release_inferred
        assert not statement.is_about_release("22.1")


class TestStanding:
    """What is known of a source's word on a flow."""

    def test_silence_is_not_absence(self) -> None:
        """What was not seen is unseen; what was seen and is silent is not."""
        part = {"seen": "part", "missing": ["Its end."]}
        about = {"about": ["a-flow"], "agreement": "agrees"}
        assert source(about).standing("a-flow") == "stated"
        assert source(about).standing("b-flow") == "unstated"
        assert source(about, **part).standing("b-flow") == "unseen"
        silent = source(about, silent_on=["b-flow"], **part)
        assert silent.standing("b-flow") == "unstated"

    def test_a_statement_on_a_probable_release_is_inferred(self) -> None:
        """As its release is."""
        made = source(
            {"about": ["a-flow"]},
            probable_releases=["22.1"],
            why_probable="Its examples are.",
        )
        assert made.standing("a-flow") == "inferred"

    @pytest.mark.parametrize("name", ["port-page-22-1", "port-page-30-2"])
    def test_a_partial_page_never_says_that_a_flow_is_gone(
        self, name: str
    ) -> None:
        """Each flow that it has no word on is unseen."""
        found = avi_portspec.sources()[name]
        for flow in avi_portspec.load("vantage-undated").flows:
            assert found.standing(flow.id) in {"stated", "unseen"}

    def test_the_first_table_of_the_page_of_20_1_is_silent(self) -> None:
        """On the object store, for it was seen whole."""
        found = avi_portspec.sources()["port-page-20-1"]
        flow = "service-engine-to-service-engine-objstore-cloud"
        assert found.standing(flow) == "unstated"
        assert found.standing("controller-to-dns") == "unseen"


class TestSource:
    """What a source may hold."""

    def test_ids_are_its_own_and_unique(self) -> None:
        """All faults at once."""
        with pytest.raises(InvalidDataError) as caught:
            source(
                {"id": "guide-a"},
                {"id": "guide-a", "note": "Again."},
                {"id": "b"},
            )
        assert faults(caught) == [
            ("id/duplicate", "statements[1].id"),
            ("statement/id-of-source", "statements[2].id"),
        ]

    def test_a_wrong_date_commit_and_address(self) -> None:
        """Each is refused in its own words."""
        with pytest.raises(InvalidDataError) as caught:
            source(date="May", commit="HEAD", url="file:///etc")
        assert [fault.expected for fault in caught.value.faults] == [
            "the id of a date, as 2024-03-26, or nothing",
            "the id of a commit, in hexadecimal, or nothing",
            "an address that begins with https:// or http://, or nothing",
        ]


class TestLibrary:
    """All of them together."""

    def test_ids_and_sides_are_checked(self) -> None:
        """Over all sources, with the nearest name of a side."""
        first = source({"source": "controler"})
        second = attrs.evolve(
            first,
            title="Another",
            statements=[
                attrs.evolve(each, note="Again.") for each in first.statements
            ],
        )
        end = library().endpoints[0]
        with pytest.raises(InvalidDataError) as caught:
            Library(endpoints=[end], sources=[first, second])  # type: ignore[arg-type]
        assert faults(caught) == [
            ("id/duplicate", "sources[1].id"),
            ("reference/dangling", "sources[0].statements[0].source"),
            ("id/duplicate", "sources[1].statements[0].id"),
            ("reference/dangling", "sources[1].statements[0].source"),
        ]
        assert caught.value.faults[1].nearest == "controller"

    def test_a_copy_is_the_same(self) -> None:
        """What is worked out is not worked out again."""
        made = library()
        assert pickle.loads(pickle.dumps(made)) == made
        assert copy.deepcopy(made) is made

    def test_a_file_has_the_name_of_its_source(self, tmp_path: Path) -> None:
        """The folder is listed, and sorted by trust, then by name."""
        folder = tmp_path / "statements"
        folder.mkdir()
        folder.with_suffix(".toml").write_text("")
        for name, kind in (
            ("b", "vendor-code"),
            ("c", "vendor-code"),
            ("a", "third-party"),
        ):
            text = tomli_w.dumps(plain(source(id=name, kind=kind)))
            folder.joinpath(f"{name}.toml").write_text(text)
        found = read_library(str(folder))
        assert [each.id for each in found.sources] == ["b", "c", "a"]


class TestBundled:
    """What comes with the package."""

    def test_each_record_exists_in_an_edition(self) -> None:
        """That statements and silences are about."""
        known: set[str] = set()
        for edition in map(avi_portspec.load, avi_portspec.editions()):
            known |= {*edition.flows.ids(), *edition.exclusions.ids()}
            known |= {*edition.notes.ids()}
        for each in avi_portspec.sources():
            assert known.issuperset(each.silent_on)
            for statement in each.statements:
                assert known.issuperset(statement.about), statement.id

    def test_endpoints_have_the_names_that_editions_have(self) -> None:
        """One name for one party."""
        edition = avi_portspec.load("vantage-undated")
        for end in library().endpoints:
            if end.id in edition.endpoints:
                assert end.name == edition.endpoints[end.id].name

    def test_conditions_use_the_words_of_editions(self) -> None:
        """Any deployment can answer them."""
        edition = avi_portspec.load()
        for statement in avi_portspec.statements():
            for match in statement.when.matches():
                known = [v.id for v in edition.facets[match.facet].values]
                assert set(match.values) <= set(known)

    def test_releases_lead_to_bundled_editions(self) -> None:
        """Those that serve one, and those that are near."""
        known = {None, *avi_portspec.editions()}
        for release in avi_portspec.releases():
            assert release.edition in known
            assert release.nearest in known

    def test_no_old_page_is_near_to_a_new_release(self) -> None:
        """A page of 2017 is not suggested for a release of 2020 or later."""
        for release in avi_portspec.releases():
            if parse_release(release.id) >= (20,):
                edition = release.edition or release.nearest
                assert edition == "vantage-undated"


@given(strategies.statement_sources())
def test_a_source_is_read_as_it_was_written(each: StatementSource) -> None:
    """And its data fits the schema."""
    data = plain(each)
    assert read(data, StatementSource, "drawn") == each
    jsonschema.validate(data, record_schema(StatementSource))


@given(strategies.statements())
def test_a_statement_alone_has_no_source(each: Statement) -> None:
    """It is worked out by the source."""
    assert each.stated_by is None
    assert each.spans == ()


@given(strategies.releases())
def test_a_release_is_read_as_it_was_written(each: Release) -> None:
    """Field by field."""
    assert read(plain(each), Release, "drawn") == each


@pytest.mark.slow
def test_every_field_is_drawn() -> None:
    """Of every record: each has two values or more."""
    drawn: list[Any] = []

    @settings(
        max_examples=150,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
    )
    @given(strategies.statement_sources(), strategies.releases())
    def draw(one: StatementSource, other: Release) -> None:
        drawn.extend((one, other, *one.statements))

    draw()
    for cls in (StatementSource, Statement, Release):
        records = [each for each in drawn if type(each) is cls]
        for name, _, is_derived in checks_of(cls):
            if not is_derived:
                assert len({getattr(each, name) for each in records}) > 1, name
