"""Names, texts and YAML, as the writers for clouds share them."""

from __future__ import annotations

import re

import pytest
import yaml
from cloud_sites import HOSTILE, hostile, rules_for
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import PortRange
from avi_portspec.rules.platforms.documents import (
    Names,
    disarm,
    purposes_by_rule,
    purposes_of,
    shorten,
    summarise,
    yaml_text,
)

SCALARS = (
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]))
    | st.integers(0, 65535)
    | st.booleans()
)
KEYS = st.sampled_from(["on", "null", "Y", "1", "a: b", "", "-", "#", "{"])
KEYS |= st.text("abz_/.-", min_size=1, max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


class TestYaml:
    """The writer of YAML."""

    @given(st.lists(DOCUMENTS, max_size=3))
    def test_another_reader_reads_the_same(
        self, documents: list[dict[str, object]]
    ) -> None:
        """Of both versions of YAML: this reader is of 1.1."""
        text = yaml_text(documents, ["comment: {", "--- %"])
        assert list(yaml.safe_load_all(text)) == documents

    def test_it_is_for_people(self) -> None:
        """A block, quoted where text is."""
        document = {
            "kind": "x",
            "ports": [{"low": 1, "on": True}, [2], 3],
            "none": [],
        }
        assert yaml_text([document, {"a": 1}], ["Top"]) == (
            "# Top\n"
            'kind: "x"\n'
            "ports:\n"
            "  - low: 1\n"
            '    "on": true\n'
            "  - - 2\n"
            "  - 3\n"
            "none: []\n"
            "---\n"
            "a: 1\n"
        )


class TestNames:
    """Names within a platform's length and alphabet."""

    @given(st.lists(st.text("ab-", max_size=40), unique=True))
    def test_no_two_keys_share_one(self, keys: list[str]) -> None:
        """Though the alphabet has no hyphen, and the length is short."""
        names = Names(16, lambda key: key.replace("-", ""), mark="x")
        given = [names.of(key) for key in keys]
        assert len({name.casefold() for name in given}) == len(keys)
        assert all(len(name) <= 16 for name in given)
        assert [names.of(key) for key in keys] == given

    def test_a_name_that_fits_is_kept(self) -> None:
        """A digest is for those that do not."""
        names = Names(20)
        assert names.of("controller") == "controller"
        assert re.fullmatch("a{11}-[0-9a-f]{8}", names.of("a" * 21))
        assert re.fullmatch("Controller-[0-9a-f]{8}", names.of("Controller"))


class TestTexts:
    """What stands in descriptions."""

    def test_cut_text_is_marked(self) -> None:
        """And never longer than it may be."""
        assert shorten("abcdef", 6) == "abcdef"
        assert shorten("ab cdef", 6) == "ab..."

    def test_the_ids_of_flows_outlive_reasons(self) -> None:
        """Who looks for a flow finds it."""
        lines = ["a-flow: For this.", "b-flow: For that."]
        assert summarise(lines, 99) == "a-flow: For this.; b-flow: For that."
        assert summarise(lines, 20) == "a-flow, b-flow"
        assert summarise(lines[:1], 12) == "a-flow: F..."

    def test_a_rule_says_what_it_is_for(self) -> None:
        """A line a flow; for some of its ports, those flows alone."""
        rules = rules_for()
        (rule,) = (
            each
            for each in rules.rules
            if each.id == "service-engine-to-controller-tcp-ipv4"
        )
        ids = [line.partition(":")[0] for line in purposes_of(rules, rule)]
        assert ids == [*rule.flows]
        (line,) = purposes_of(rules, rule, PortRange(low=9, high=100))
        assert line.startswith("service-engine-to-controller-ssh: ")
        assert purposes_by_rule(rules)[rule.id] == purposes_of(rules, rule)

    def test_texts_are_lines_of_ascii(self) -> None:
        """Whatever a custom edition holds."""
        for lines in purposes_by_rule(hostile()).values():
            for line in lines:
                assert line.isascii()
                assert line.isprintable()

    @pytest.mark.parametrize("text", ["${a}", "%{ if a }", "$$${a}", HOSTILE])
    def test_terraform_evaluates_no_text(self, text: str) -> None:
        """Its two marks are parted, whatever stands before them."""
        (made,) = disarm([text])
        assert "${" not in made
        assert "%{" not in made
        assert made.replace(" {", "{") == text.replace(" {", "{")
