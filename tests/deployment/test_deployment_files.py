"""Deployments as TOML."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import (
    Deployment,
    InvalidDataError,
    dumps_deployment,
    load,
    load_deployment,
    loads_deployment,
    preset,
)

WORDS = st.frozensets(
    st.from_regex(r"[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,3})?", fullmatch=True),
    max_size=4,
)
DEPLOYMENTS = st.builds(
    Deployment,
    clouds=WORDS,
    controller=st.sampled_from(["virtual-machine", "container"]),
    features=WORDS,
    services=WORDS,
    nodes=st.sampled_from(["cluster", "single-node"]),
    release=st.sampled_from([None, "22.1", "30.2.1"]),
)


class TestRoundTrip:
    """What is written is read back."""

    @given(DEPLOYMENTS)
    def test_exact(self, deployment: Deployment) -> None:
        """Any deployment survives a round trip through TOML."""
        assert loads_deployment(dumps_deployment(deployment)) == deployment

    def test_words_are_sorted(self) -> None:
        """The same deployment is always written the same."""
        text = dumps_deployment(preset("aws", services={"ntp", "dns"}))
        assert 'services = ["dns", "ntp"]\n' in text

    def test_from_a_file(self, tmp_path: Path) -> None:
        """A file holds what its text holds."""
        path = tmp_path / "site.toml"
        path.write_text('clouds = ["gcp"]\nnodes = "single-node"\n')
        assert load_deployment(path) == preset("gcp", nodes="single-node")

    def test_bytes(self) -> None:
        """UTF-8 serves as well as text."""
        assert loads_deployment(b'clouds = ["aws"]') == preset("aws")


class TestFaults:
    """All that is wrong is said at once, with its path."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('cloud = ["aws"]', "did you mean 'clouds'"),
            (
                'clouds = ["aws", "aws"]',
                r"clouds\[1\]: expected each word once",
            ),
            ("clouds = [3]", r"clouds\[0\]: expected a word, got 3"),
            ('clouds = "aws"', "clouds: expected a list of kebab-case"),
            ('clouds = ["AWS"]', "words, got the words 'AWS'$"),
            ('nodes = "singlenode"', "did you mean 'single-node'"),
            ("controller = true", "controller: expected the id"),
            ("clouds = [", "not valid TOML"),
        ],
    )
    def test_is_refused(self, text: str, expected: str) -> None:
        """A wrong key, type or word is refused where it stands."""
        with pytest.raises(InvalidDataError, match=expected):
            loads_deployment(text)

    def test_all_at_once(self) -> None:
        """Two mistakes are two faults, and the file is named."""
        with pytest.raises(InvalidDataError) as caught:
            loads_deployment('nodes = "x"\nfeature = []', subject="site.toml")
        assert caught.value.subject == "site.toml"
        assert {fault.path for fault in caught.value.faults} == {
            "nodes",
            "feature",
        }

    def test_words_of_an_edition(self, tmp_path: Path) -> None:
        """An edition's words are checked where the file is read."""
        path = tmp_path / "site.toml"
        path.write_text('clouds = ["awz"]\nservices = ["dns"]\n')
        with pytest.raises(InvalidDataError) as caught:
            load_deployment(path, edition=load("vantage-undated"))
        assert caught.value.subject == str(path)
        assert [(f.path, f.nearest) for f in caught.value.faults] == [
            ("clouds", "aws")
        ]
        path.write_text('clouds = ["aws"]\n')
        assert load_deployment(
            path, edition=load("vantage-undated")
        ) == preset("aws")
