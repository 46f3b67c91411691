"""Errors carry data, say what was expected, and suggest what was meant."""

from __future__ import annotations

import pickle
from collections import Counter, OrderedDict, namedtuple

import pytest

from avi_portspec import errors
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    MissingExtraError,
    MixedEditionsError,
    NoEditionError,
    PortSpecError,
    UnknownNameError,
    nearest,
    shown,
)


class TestNearest:
    """The nearest known name."""

    def test_capitals_do_not_matter(self) -> None:
        """A wrong capital finds its name, as that name is written."""
        assert nearest("openSTACK", ["AWS", "OpenStack"]) == "OpenStack"

    def test_nothing_is_near_to_nonsense(self) -> None:
        """No suggestion is better than a wild one."""
        assert nearest("zzzzzz", ["AWS"]) is None

    def test_only_strings_are_near_to_names(self) -> None:
        """A number is like no name."""
        assert nearest(22, ["22"]) is None

    def test_a_huge_name_is_cut(self) -> None:
        """A megabyte of letters is answered at once."""
        assert nearest("a" * 1_000_000, ["aws"]) is None


class TestShown:
    """Wrong values in messages."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "nothing"),
            (True, "True"),
            ("443", "'443'"),
            (443, "443"),
            (30.1, "30.1"),
            ([1, 2], "a list of 2 items"),
            ({}, "an empty table"),
            ((1,), "a list of 1 item"),
            (frozenset({"b", "A"}), "the words 'A', 'b'"),
            (frozenset({"b", 1}), "a list of 2 items"),
            (frozenset(), "an empty list"),
            (1 << 4000, "an integer of 4001 bits"),
            (b"x", "bytes b'x'"),
            ({1, 2}, "a list of 2 items"),
            (Counter("aab"), "a table of 2 items"),
            (OrderedDict(a=1), "a table of 1 item"),
            (namedtuple("Pair", "a b")(1, 2), "a list of 2 items"),  # noqa: PYI024
        ],
    )
    def test_the_type_is_named(self, value: object, text: str) -> None:
        """A reader sees at once that "443" is not 443."""
        assert shown(value) == text

    def test_long_values_are_cut(self) -> None:
        """A message stays readable whatever it is about."""
        assert len(shown("x" * 1000)) < 80
        assert shown("x" * 1000).endswith("...")
        assert shown(frozenset({"x" * 1000})).endswith("...")

    def test_a_message_stays_on_one_line(self) -> None:
        """The repr of a foreign object may hold line breaks."""

        class Foreign:
            """An object that prints over two lines."""

            def __repr__(self) -> str:
                return "one\ntwo"

        assert shown(Foreign()) == r"Foreign one\ntwo"


class TestFault:
    """One fault and its place."""

    def test_it_reads_as_a_sentence(self) -> None:
        """Path, record, expected, got and the nearest name are all there."""
        fault = Fault(
            "reference/dangling",
            "flows[3].source",
            "an id",
            "'se'",
            "se-1",
            "a-flow",
        )
        assert str(fault) == (
            "flows[3].source (a-flow): expected an id, got 'se'; "
            "did you mean 'se-1'?"
        )

    def test_it_reads_well_without_a_path(self) -> None:
        """A fault of the whole has no place to name."""
        fault = Fault("record/not-a-table", "", "a table", "soup")
        assert str(fault) == "expected a table, got soup"

    def test_a_parser_is_quoted(self) -> None:
        """What a parser has to say is no value that was got."""
        fault = Fault("file/not-toml", "", "valid TOML", "no end (line 3)")
        assert str(fault) == "not valid TOML: no end (line 3)"

    @pytest.mark.parametrize(
        ("path", "prefix", "seen"),
        [
            ("low", "ports[0]", "ports[0].low"),
            ("[2]", "ports", "ports[2]"),
            ("", "ports", "ports"),
            ("low", "", "low"),
        ],
    )
    def test_it_is_seen_from_further_out(
        self, path: str, prefix: str, seen: str
    ) -> None:
        """Paths join as they are written in code."""
        assert Fault("", path, "", "").under(prefix).path == seen


class TestTheHierarchy:
    """What callers catch."""

    def test_every_error_has_the_one_root(self) -> None:
        """One except clause catches all that is raised on purpose."""
        raised = [
            getattr(errors, name)
            for name in errors.__all__
            if name.endswith("Error")
        ]
        assert all(issubclass(each, PortSpecError) for each in raised)

    @pytest.mark.parametrize(
        ("error", "builtin"),
        [
            (InvalidDataError, ValueError),
            (InvalidQueryError, ValueError),
            (MissingExtraError, ImportError),
            (MixedEditionsError, ValueError),
            (UnknownNameError, LookupError),
        ],
    )
    def test_a_leaf_is_also_the_built_in_that_fits(
        self, error: type, builtin: type
    ) -> None:
        """Code that knows Python alone catches it too."""
        assert issubclass(error, builtin)

    @pytest.mark.parametrize(
        "error",
        [
            InvalidDataError("a.toml", [Fault("z", "a", "b", "c")]),
            InvalidQueryError("port", "a number", "soup"),
            UnknownNameError("cloud", "awz", ["aws"]),
            NoEditionError("22.1", ["17.1"], None, "It was not seen."),
            MissingExtraError("writing TOML", "toml"),
            MixedEditionsError("no"),
        ],
    )
    def test_errors_travel_between_processes(
        self, error: PortSpecError
    ) -> None:
        """A pickled error says the same when it arrives."""
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


class TestMessages:
    """What people read."""

    def test_one_fault_is_one_line(self) -> None:
        """The common case is short."""
        error = InvalidDataError("PortRange", [Fault("z", "low", "a", "b")])
        assert str(error) == "PortRange: low: expected a, got b"

    def test_several_faults_are_a_list(self) -> None:
        """Every fault has a line of its own."""
        fault = Fault("z", "low", "a", "b")
        assert str(InvalidDataError("x.toml", [fault, fault])) == (
            "x.toml: 2 faults\n"
            "  low: expected a, got b\n"
            "  low: expected a, got b"
        )

    def test_a_near_name_is_suggested(self) -> None:
        """The error carries the suggestion as data too."""
        error = UnknownNameError("cloud", "awz", ["aws", "azure"])
        assert error.nearest == "aws"
        assert str(error) == (
            "unknown cloud 'awz'; did you mean 'aws'? Known: aws, azure"
        )

    def test_few_names_are_listed(self) -> None:
        """With nothing near, a short list helps."""
        error = UnknownNameError("cloud", "zzzz", ["aws", "gcp"])
        assert str(error).endswith("known: aws, gcp")

    def test_many_names_are_not(self) -> None:
        """A long list does not."""
        error = UnknownNameError("cloud", "zzzz", map(str, range(99)))
        assert str(error) == "unknown cloud 'zzzz'"

    def test_a_missing_extra_says_what_to_install(self) -> None:
        """The message is the command."""
        assert "pip install 'avi-portspec[toml]'" in str(
            MissingExtraError("writing TOML", "toml")
        )

    def test_a_query_says_what_it_takes(self) -> None:
        """Argument, expected, got."""
        assert str(InvalidQueryError("port", "a number", "soup")) == (
            "port: expected a number, got soup"
        )
