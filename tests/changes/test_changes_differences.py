"""The differences of two editions: laws, and what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from invented import edition, editions, exclusion, flow, note
from laws import examples

import avi_portspec
from avi_portspec import (
    Edition,
    Endpoint,
    InvalidDataError,
    InvalidQueryError,
    UnknownNameError,
    diff,
    load,
)

REAL = [load(name) for name in avi_portspec.editions()]
PAIRS = [(one, other) for one in REAL for other in REAL]
EACH = pytest.mark.parametrize(("old", "new"), PAIRS)


class TestLaws:
    """What holds of any two editions."""

    @given(editions())
    def test_nothing_differs_from_itself(self, one: Edition) -> None:
        """``diff(a, a)`` is empty."""
        assert not diff(one, one)
        assert not diff(one, attrs.evolve(one))

    @examples(2)
    @given(editions(), editions("two"))
    def test_applying(self, old: Edition, new: Edition) -> None:
        """Applied to the older edition, the changes give the newer one."""
        made = diff(old, new).apply(old)
        assert made == new
        assert made.digest == new.digest

    @examples(2)
    @given(editions(), editions("two"))
    def test_inverse(self, old: Edition, new: Edition) -> None:
        """The other way round is the inverse, its meaning included."""
        assert diff(new, old) == diff(old, new).inverse()
        assert diff(old, new).inverse().inverse() == diff(old, new)

    @given(editions(), editions("two"))
    def test_empty_means_equal(self, old: Edition, new: Edition) -> None:
        """Changes are empty exactly where the editions are equal."""
        assert bool(diff(old, new)) == (old != new)

    @given(editions())
    def test_order_is_a_difference_too(self, one: Edition) -> None:
        """Turning the endpoints round changes their order alone."""
        turned = attrs.evolve(one, endpoints=tuple(one.endpoints)[::-1])
        changes = diff(one, turned)
        assert not changes.records
        assert [order.collection for order in changes.orders] == ["endpoints"]
        assert changes.apply(one) == turned

    @EACH
    def test_real_editions(self, old: Edition, new: Edition) -> None:
        """The laws hold of the editions that there are."""
        changes = diff(old, new)
        assert changes.apply(old) == new
        assert changes.inverse() == diff(new, old)
        assert bool(changes) == (old is not new)

    def test_renumbering_notes_changes_nothing(self) -> None:
        """The numbers of notes are citations, and no work for anybody."""
        names = ["note-a", "note-b", "note-c"]
        kinds: Any = ["restriction", "source-address", "purpose"]
        made = [
            [
                note(name, number, kind=kind)
                for number, (name, kind) in enumerate(turn, start=1)
            ]
            for pairs in [list(zip(names, kinds, strict=True))]
            for turn in (pairs, pairs[::-1])
        ]
        changes = diff(*(edition(more={"notes": notes}) for notes in made))
        assert len(changes) == 2
        for change in changes:
            assert [field.kind for field in change.fields] == ["citation"]
            assert change.action == "none"
            assert not change.is_meaning


class TestEditions:
    """What can be compared."""

    def test_ids_aliases_and_files_will_do(self, tmp_path: Path) -> None:
        """As the editions themselves."""
        path = tmp_path / "own.json"
        path.write_text(avi_portspec.dumps(load("17.1")), encoding="utf-8")
        right = diff(load("16.2"), load("17.1"))
        assert diff("16.2", "17.1") == right
        assert diff("16.2.2", str(path)) == right
        assert diff("16.2", path) == right
        plan = diff("16.2", "17.1", "aws")
        assert plan == diff(load("16.2"), load("17.1"), "aws")

    def test_an_unknown_one_suggests_the_nearest(self) -> None:
        """As :func:`avi_portspec.load` does."""
        with pytest.raises(UnknownNameError, match="'vantage-undated'"):
            diff("16.2", "vantage-undatd")

    @pytest.mark.parametrize("wrong", [None, 17.1, {"id": "17.1"}])
    def test_nothing_else_will_do(self, wrong: object) -> None:
        """The argument is named, and what it takes."""
        with pytest.raises(InvalidQueryError, match="old: expected an editi"):
            diff(wrong, "17.1")  # type: ignore[call-overload]
        with pytest.raises(InvalidQueryError, match="new: expected an editi"):
            diff("17.1", wrong)  # type: ignore[call-overload]


class TestFields:
    """Each change is told field by field."""

    def test_wording_is_told_apart(self) -> None:
        """A purpose is text, a port is meaning, a place is a citation."""
        before = edition(flow("flow"), flow("other", 2, source="server"))
        after = edition(
            flow("other", 1, source="server", purpose="New."),
            flow("flow", 2, requirement="optional"),
        )
        kinds = {
            (change.id, field.name): field.kind
            for change in diff(before, after)
            for field in change.fields
        }
        assert kinds == {
            ("flow", "requirement"): "meaning",
            ("flow", "citation"): "citation",
            ("other", "purpose"): "text",
            ("other", "citation"): "citation",
        }

    def test_meaning(self) -> None:
        """What came or went means something; a new wording does not."""
        one, two = edition(flow("flow")), edition(flow("flow", purpose="P."))
        assert [c.is_meaning for c in diff(one, two)] == [False]
        added = diff(edition(), one).of("flows")
        assert [c.is_meaning for c in added] == [True]

    def test_what(self) -> None:
        """A change is an addition, a removal or a change."""
        one = edition(flow("flow-a"), flow("flow-b", 2, source="server"))
        two = edition(
            flow("flow-b", source="server"), flow("flow-c", 2, purpose="P.")
        )
        assert [(c.id, c.what) for c in diff(one, two).of("flows")] == [
            ("flow-a", "removed"),
            ("flow-b", "changed"),
            ("flow-c", "added"),
        ]

    def test_notes_of_a_flow_are_no_field(self) -> None:
        """What notes qualify is told of the notes alone."""
        one = edition(flow("flow"), more={"notes": [note("note")]})
        qualifying = [note("note", qualifies=("flow",))]
        two = edition(flow("flow"), more={"notes": qualifying})
        (change,) = diff(one, two)
        assert change.collection == "notes"
        assert [field.name for field in change.fields] == ["qualifies"]

    def test_the_edition_itself(self) -> None:
        """The edition's own fields are told apart from its records."""
        changes = diff(edition(), edition(name="two"))
        assert [field.name for field in changes.fields] == ["id", "title"]
        assert list(changes) == []

    def test_added_records_are_whole(self) -> None:
        """An addition carries the record, as data has it."""
        changes = diff(load("17.1"), load("vantage-undated"))
        (added,) = (c for c in changes if c.id == "controller-to-aws")
        assert added.after.notes == ()
        assert (
            added.after.ports
            == load("vantage-undated").flows["controller-to-aws"].ports
        )

    def test_pointer(self) -> None:
        """17.1 renames the destination of the pointer, which is no work."""
        (change,) = diff(load("16.2"), load("17.1")).of("pointers")
        assert {field.name for field in change.fields} == {
            "destination",
            "targets",
        }
        assert change.action == "none"

    def test_unknown_collection(self) -> None:
        """A collection that no edition has suggests the nearest."""
        with pytest.raises(UnknownNameError) as caught:
            diff(edition(), edition()).of("flow")
        assert caught.value.nearest == "flows"


class TestApply:
    """Changes apply to what they are from, and to nothing else."""

    def test_misfits(self) -> None:
        """All that does not fit is said at once."""
        old = edition(flow("flow"))
        new = edition(flow("flow", purpose="Q."), name="two")
        wrong = edition(flow("flow", purpose="P."), name="three")
        with pytest.raises(InvalidDataError) as caught:
            diff(old, new).apply(wrong)
        assert caught.value.subject == "changes from one"
        assert [fault.path for fault in caught.value.faults] == [
            "id",
            "title",
            "flows",
        ]
        assert caught.value.faults[-1].record == "flow"

    def test_a_record_that_is_there_already(self) -> None:
        """What is to be added must not be there, nor in another order."""
        new = edition(flow("flow"))
        with pytest.raises(InvalidDataError) as caught:
            diff(edition(), new).apply(new)
        assert {fault.path for fault in caught.value.faults} == {
            "flows",
            "sections",
        }

    def test_derived_fields_follow(self) -> None:
        """A flow keeps the notes that it has left."""
        first, second = note("note-a"), note("note-b", 2)
        both = [
            attrs.evolve(each, qualifies=("flow",)) for each in (first, second)
        ]
        old = edition(flow("flow"), more={"notes": both})
        new = edition(flow("flow"), more={"notes": both[:1]})
        assert diff(old, new).apply(old).flows["flow"].notes == ("note-a",)


class TestValue:
    """Changes are values."""

    def test_frozen(self) -> None:
        """They cannot be assigned to."""
        changes: Any = diff(REAL[0], REAL[1])
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            changes.records = ()
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            changes.records[0].action = "none"

    def test_collection(self) -> None:
        """They have a length, and are iterated over by record."""
        changes = diff(REAL[0], REAL[1])
        assert len(changes) == len(list(changes)) == len(changes.records)

    def test_calling_for(self) -> None:
        """Each change calls for exactly one action."""
        changes = diff(REAL[0], REAL[2])
        parts = [
            changes.calling_for(action)
            for action in ("open", "optional", "review", "none")
        ]
        assert sum(map(len, parts)) == len(changes)

    def test_added_endpoint(self) -> None:
        """An endpoint that comes is a record of its own."""
        more = Endpoint(id="more", name="More", kind="node")
        one = edition()
        two = attrs.evolve(one, endpoints=(*one.endpoints, more))
        (change,) = diff(one, two)
        assert (change.id, change.after) == ("more", more)

    def test_exclusion(self) -> None:
        """So is an exclusion."""
        rows = [exclusion("none", "server", "controller")]
        changes = diff(edition(), edition(more={"exclusions": rows}))
        assert [c.id for c in changes.of("exclusions")] == ["none"]
