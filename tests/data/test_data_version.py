"""The version of the data, apart from that of the package."""

from __future__ import annotations

import re
import sys

import pytest

import avi_portspec
from avi_portspec import Edition

INVENTORY = """
controller = ["10.0.0.1"]
service-engine = ["10.1.0.0/24"]
"""


@pytest.fixture
def another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every module believe that the package's version is another one."""
    ours = avi_portspec.__version__
    for name, module in [*sys.modules.items()]:
        if name.startswith("avi_portspec") and (
            getattr(module, "__version__", None) == ours
        ):
            monkeypatch.setattr(module, "__version__", "99.98.97")


class TestStamps:
    """Whatever names the version of the data names that of the data."""

    @pytest.mark.parametrize(
        "name", [each.name for each in avi_portspec.formats()]
    )
    def test_another_package_exports_the_same(
        self, name: str, edition: Edition, request: pytest.FixtureRequest
    ) -> None:
        """Byte for byte: a change of code is no change of evidence."""
        answer = edition.resolve("aws")
        before = avi_portspec.export(answer, name)
        request.getfixturevalue("another_package")
        assert avi_portspec.__version__ == "99.98.97"
        assert avi_portspec.export(answer, name) == before

    def test_another_package_writes_rules_of_the_same_data(
        self, edition: Edition, request: pytest.FixtureRequest
    ) -> None:
        """Their header says what wrote them, and which data they are from."""
        site = avi_portspec.loads_inventory(INVENTORY, edition=edition)
        rules = avi_portspec.rule_set(
            edition.resolve("gcp"), site, missing="omit"
        )
        before = rules.header()
        request.getfixturevalue("another_package")
        changed = {*before} ^ {*rules.header()}
        assert len(changed) == 2
        assert all(line.startswith("avi-portspec ") for line in changed)
        assert f"data version: {avi_portspec.DATA_VERSION}" in before


def test_it_is_a_year_and_a_number() -> None:
    """As tzdata has a year and a letter."""
    assert re.fullmatch(r"\d{4}\.[1-9]\d*", avi_portspec.DATA_VERSION)
