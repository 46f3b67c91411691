"""What contributors are told of the repository."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import avi_portspec

PAGE = Path(__file__).parents[2] / "docs" / "contributing.rst"


def test_every_package_has_its_row() -> None:
    """Each folder of code is found by what it is for, and none that went."""
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^   \* - (``avi_portspec/.+)$", text, re.MULTILINE)
    listed = {
        name.removeprefix("avi_portspec/")
        for row in rows
        for name in re.findall(r"``([\w/]+)``", row)
    }
    found = pkgutil.iter_modules(avi_portspec.__path__)
    packages = {each.name for each in found if each.ispkg}
    assert listed == packages
