"""The version that the data calls for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import AWS, edition, editions, exclusion, flow, note

import avi_portspec
from avi_portspec import (
    Edition,
    Endpoint,
    FacetValue,
    Fault,
    InvalidDataError,
    InvalidQueryError,
    PortRange,
    Reason,
    load,
)
from tools.release import (
    Released,
    bump_between,
    data_lines,
    dumps_released,
    loads_released,
    next_version,
    version_faults,
)

ROOT = Path(__file__).resolve().parent.parent.parent
REAL = {name: load(name) for name in avi_portspec.editions()}


def _bump(before: Edition, after: Edition) -> str:
    return bump_between({"one": before}, {"one": after})


def _alias(*aliases: str) -> dict[str, Any]:
    first, *rest = edition().endpoints
    return {"endpoints": [attrs.evolve(first, aliases=aliases), *rest]}


def _clouds(count: int) -> dict[str, Any]:
    cloud, *rest = edition().facets
    values = (*cloud.values[:count],)
    return {"facets": [attrs.evolve(cloud, values=values), *rest]}


class TestBump:
    """How far the version has to move."""

    @pytest.mark.parametrize(
        ("before", "after", "bump"),
        [
            ({}, {}, "none"),
            ({}, {"ports": (PortRange.of(1),)}, "major"),
            ({}, {"when": AWS}, "major"),
            ({}, {"requirement": "optional"}, "major"),
            ({}, {"purpose": "New."}, "minor"),
            ({"purpose": "Old."}, {}, "major"),
            ({"purpose": "Old."}, {"purpose": "New."}, "patch"),
            ({}, {"readings": [Reason(field="when", reason="R.")]}, "patch"),
            ({"inferred": [Reason(field="when", reason="R.")]}, {}, "patch"),
        ],
    )
    def test_flow_fields(self, before: Any, after: Any, bump: str) -> None:
        """Meaning and loss are major, more is minor, wording a patch."""
        one, two = flow("flow", **before), flow("flow", **after)
        assert _bump(edition(one), edition(two)) == bump

    @pytest.mark.parametrize(
        ("requirement", "bump"),
        [
            ("required", "major"),
            ("some-or-all", "major"),
            ("optional", "minor"),
        ],
    )
    def test_new_flow(self, requirement: Any, bump: str) -> None:
        """A new flow is major unless it is optional."""
        new = edition(flow("flow", requirement=requirement))
        assert _bump(edition(), new) == bump

    def test_a_flow_that_goes(self) -> None:
        """A flow that goes is major, even an optional one."""
        old = edition(flow("flow", requirement="optional"))
        assert _bump(old, edition()) == "major"

    @pytest.mark.parametrize(
        ("before", "after", "bump"),
        [
            ({}, {"notes": [note("note")]}, "minor"),
            ({"notes": [note("note")]}, {}, "major"),
            (
                {"notes": [note("note")]},
                {"notes": [note("note", text="Other.")]},
                "patch",
            ),
            (
                {"notes": [note("note", kind="restriction")]},
                {"notes": [note("note", kind="restriction", text="Other.")]},
                "major",
            ),
            (
                {},
                {"exclusions": [exclusion("none", "server", "server")]},
                "major",
            ),
            (
                {},
                {
                    "endpoints": [
                        *edition().endpoints,
                        Endpoint(id="new", name="New", kind="node"),
                    ]
                },
                "minor",
            ),
            (_alias(), _alias("also"), "minor"),
            (_alias("also"), _alias(), "major"),
            (_alias("also", "ran"), _alias("ran", "also"), "patch"),
            (_clouds(3), _clouds(4), "minor"),
            (_clouds(4), _clouds(3), "major"),
            ({}, {"endpoints": [*edition().endpoints][::-1]}, "patch"),
            ({}, {"product": "Other"}, "patch"),
            ({}, {"aliases": ("first",)}, "minor"),
            ({"aliases": ("first",)}, {}, "major"),
        ],
    )
    def test_records(self, before: Any, after: Any, bump: str) -> None:
        """So it is with every other record, and with names."""
        assert _bump(edition(more=before), edition(more=after)) == bump

    def test_editions(self) -> None:
        """A new edition is minor, one that goes is major."""
        one = {"one": edition()}
        two = {**one, "two": edition(name="two")}
        assert bump_between(one, two) == "minor"
        assert bump_between(two, one) == "major"
        assert bump_between(one, one) == "none"

    @given(editions(), editions())
    def test_none_means_equal(self, old: Edition, new: Edition) -> None:
        """No difference, however small, goes without a version."""
        assert (_bump(old, new) == "none") == (old == new)

    @given(editions(), editions())
    def test_every_bump_has_its_lines(
        self, old: Edition, new: Edition
    ) -> None:
        """Whatever calls for a version has a line in the changelog."""
        assert bool(data_lines({"one": old}, {"one": new})) == (old != new)

    def test_renaming_a_value_is_no_loss(self) -> None:
        """A facet's value may gain an alias."""
        cloud, *rest = edition().facets
        first, *others = cloud.values
        named = FacetValue(
            id=first.id, name=first.name, aliases=(*first.aliases, "A")
        )
        more = attrs.evolve(cloud, values=(named, *others))
        after = edition(more={"facets": [more, *rest]})
        assert _bump(edition(), after) == "minor"


class TestNextVersion:
    """The least version for a bump."""

    @pytest.mark.parametrize(
        ("version", "bump", "expected"),
        [
            ("1.2.3", "none", "1.2.3"),
            ("1.2.3", "patch", "1.2.4"),
            ("1.2.3", "minor", "1.3.0"),
            ("1.2.3", "major", "2.0.0"),
            ("0.2.3", "major", "0.3.0"),
            ("0.2.3", "patch", "0.2.4"),
        ],
    )
    def test_version(self, version: str, bump: Any, expected: str) -> None:
        """As Semantic Versioning has it, before 1.0.0 and after."""
        assert next_version(version, bump) == expected

    @pytest.mark.parametrize("wrong", ["1.2", "v1.2.3", "1.02.3", "1.2.3rc1"])
    def test_no_version(self, wrong: str) -> None:
        """Anything but three numbers is refused."""
        with pytest.raises(InvalidQueryError, match="a version such as"):
            next_version(wrong, "patch")


class TestLines:
    """The changelog's lines about the data."""

    def test_lines(self) -> None:
        """Editions, records and fields, in that order."""
        old = {
            "one": edition(flow("flow-a"), flow("flow-b", 2, source="server")),
            "two": edition(name="two"),
        }
        new = {
            "one": edition(flow("flow-a", purpose="P.", service="S")),
            "six": edition(flow("flow"), name="six"),
        }
        assert data_lines(old, new) == (
            "- Edition `two` is gone.",
            "- `one`: section `only` changed in `extent`.",
            "- `one`: flow `flow-a` changed in `service`, `purpose`.",
            "- `one`: flow `flow-b` removed.",
            "- Edition `six` is new: 1 flow.",
        )

    def test_order_and_fields(self) -> None:
        """The edition's own fields and orders have lines as well."""
        more = {"endpoints": [*edition().endpoints][::-1], "product": "X"}
        assert data_lines({"one": edition()}, {"one": edition(more=more)}) == (
            "- `one`: edition changed in `product`.",
            "- `one`: endpoints in another order.",
        )


CHANGELOG = (
    "# Changelog\n\n## [Unreleased]\n\n### Added\n- Things.\n\n"
    "### Data\n{data}\n\n## [0.1.0]\n\n### Data\n- Older lines.\n"
)
OLD = Released(version="1.2.3", data_version="2026.4", editions=(edition(),))
NEW = {"one": edition(more={"notes": [note("note")]})}
LINES = (
    "- `one`: section `only` changed in `extent`.\n"
    "- `one`: note\n  `note` added.\n"
)


def faults_of(
    present: Mapping[str, Edition],
    version: str,
    changelog: str,
    data_version: str = "2026.5",
) -> list[Fault]:
    """Return what is wrong with a release after the old one."""
    return [
        *version_faults(
            OLD,
            present,
            changelog,
            version=version,
            data_version=data_version,
        )
    ]


class TestCheck:
    """Version and changelog fit the change, or the check fails."""

    def test_fits(self) -> None:
        """A minor version with all its lines, however wrapped, is right."""
        text = CHANGELOG.format(data=LINES)
        assert faults_of(NEW, "1.3.0", text) == []

    def test_version_too_low(self) -> None:
        """A patch does not do for a new record."""
        text = CHANGELOG.format(data=LINES)
        (fault,) = faults_of(NEW, "1.2.4", text)
        assert str(fault) == (
            "version: expected at least 1.3.0, for a minor change of the "
            "data, got 1.2.4"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "# Changelog\n",
            CHANGELOG.format(data="- Something else."),
            CHANGELOG.replace("- Older lines.", LINES).format(data="-"),
            CHANGELOG.replace("- Things.", LINES).format(data="-"),
        ],
        ids=["empty", "no section", "others", "too low", "not under Data"],
    )
    def test_lines_are_missing(self, text: str) -> None:
        """Each line has to stand in the topmost section, under Data."""
        faults = faults_of(NEW, "1.3.0", text)
        assert [fault.path for fault in faults] == ["CHANGELOG.md"] * 2

    def test_nothing_changed(self) -> None:
        """The same data needs neither a version nor a line."""
        old = {"one": edition()}
        assert faults_of(old, "1.2.3", "", "2026.4") == []
        (fault,) = faults_of(old, "1.2.2", "", "2026.4")
        assert fault.path == "version"

    @pytest.mark.parametrize("version", ["2026.4", "2026.3", "2025.9"])
    def test_the_data_version_has_to_move(self, version: str) -> None:
        """When an edition's data changed, to a later one."""
        text = CHANGELOG.format(data=LINES)
        (fault,) = faults_of(NEW, "1.3.0", text, version)
        assert str(fault) == (
            "data version: expected one after 2026.4, for the data of an "
            f"edition changed, got {version}"
        )

    @pytest.mark.parametrize("version", ["2026.5", "2026.10", "2027.1"])
    def test_the_data_version_moves_with_the_data(self, version: str) -> None:
        """Whatever its year; its number is no decimal fraction."""
        text = CHANGELOG.format(data=LINES)
        assert faults_of(NEW, "1.3.0", text, version) == []

    def test_the_data_version_moves_for_nothing_else(self) -> None:
        """Not for code: outputs carry it as evidence."""
        (fault,) = faults_of({"one": edition()}, "1.9.0", "", "2026.5")
        assert str(fault) == (
            "data version: expected 2026.4, for no edition's data changed, "
            "got 2026.5"
        )

    @pytest.mark.parametrize("wrong", ["2026", "2026.0", "26.1", "2026.1.1"])
    def test_a_data_version_is_a_year_and_a_number(self, wrong: str) -> None:
        """Anything else is refused."""
        with pytest.raises(InvalidQueryError, match="a data version such"):
            faults_of(NEW, "1.3.0", "", wrong)


class TestReleased:
    """The released data, as the repository keeps it."""

    @given(st.lists(editions(), max_size=1))
    def test_round_trip(self, some: list[Edition]) -> None:
        """What is written is read back."""
        released = Released(
            version="1.0.0", data_version="2026.1", editions=tuple(some)
        )
        assert loads_released(dumps_released(released)) == released

    def test_real_data(self) -> None:
        """An edition a line, each canonical, so that its digest holds."""
        released = Released(
            version="1.0.0",
            data_version="2026.12",
            editions=tuple(REAL.values()),
        )
        text = dumps_released(released)
        assert len(text.splitlines()) == len(REAL) + 2
        assert loads_released(text) == released

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{", "not valid JSON: expecting"),
            (
                '{"version": "1", "editions": []}',
                "version: expected a version",
            ),
            (
                (
                    '{"version": "1.0.0", "data_version": "2026.1", '
                    '"editions": [{}]}'
                ),
                r"editions\[0\]: 8 faults",
            ),
            (
                '{"version": "1.0.0", "editions": [{}]}',
                "data_version: expected a data version such as 2026.1",
            ),
            (
                '{"version": "1.0.0", "version": "1.0.0"}',
                "version: expected a key once",
            ),
            ('{"version": "1.0.0"}', "editions: expected"),
        ],
    )
    def test_is_refused(self, text: str, expected: str) -> None:
        """Anything else is refused, with its path."""
        with pytest.raises(InvalidDataError, match=expected):
            loads_released(text)

    def test_a_digest_is_that_of_its_edition(self) -> None:
        """What a release was pinned by can be looked up, and is right."""
        released = Released(
            version="1.0.0",
            data_version="2026.1",
            editions=tuple(REAL.values()),
        )
        text = dumps_released(released)
        digest = REAL["17.1"].digest
        assert text.count(digest) == 1
        with pytest.raises(InvalidDataError, match="digests: expected"):
            loads_released(text.replace(digest, "0" * 64))

    def test_the_repositorys(self) -> None:
        """The version at hand is high enough for the data at hand."""
        text = (ROOT / "released-data.json").read_text(encoding="utf-8")
        released = loads_released(text)
        faults = version_faults(
            released,
            REAL,
            "\n".join(
                [
                    "## [Unreleased]\n### Data",
                    *data_lines(released.by_id(), REAL),
                ]
            ),
        )
        assert faults == ()
