"""Files in the wrong place say what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import avi_portspec
from avi_portspec import InvalidDataError, UnknownNameError
from avi_portspec.deployment.kinds import kind_of

OVERLAY = 'id = "berlin"\ntitle = "Site Berlin"\nchanges = []\n'
DEPLOYMENT = 'clouds = ["aws"]\n'
INVENTORY = 'controller = ["10.0.0.1"]\ndns-server = ["10.0.0.53"]\n'


@pytest.mark.parametrize(
    ("read", "text", "expected", "got"),
    [
        (avi_portspec.load, OVERLAY, "an edition", "an overlay, which is"),
        (avi_portspec.load, DEPLOYMENT, "an edition", "a deployment"),
        (
            avi_portspec.load_deployment,
            OVERLAY,
            "a deployment",
            "an overlay, which is",
        ),
        (
            avi_portspec.load_deployment,
            'format = 1\nid = "own"\n',
            "a deployment",
            "an edition",
        ),
        (avi_portspec.load, INVENTORY, "an edition", "an inventory, which"),
        (
            avi_portspec.load_deployment,
            INVENTORY,
            "a deployment",
            "an inventory, which",
        ),
        *(
            (
                avi_portspec.load("vantage-undated").overlay,
                text,
                "an overlay, which is applied to an edition",
                got,
            )
            for text, got in (
                (DEPLOYMENT, "a deployment"),
                (INVENTORY, "an inventory, which"),
                ("service-engine.aws = []\n", "an inventory, which"),
                ('format = 1\nid = "own"\n', "an edition"),
            )
        ),
    ],
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path,
    read: Callable[[Path], Any],
    text: str,
    expected: str,
    got: str,
) -> None:
    """In one sentence: its faults as another kind help nobody."""
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDataError) as caught:
        read(path)
    (fault,) = caught.value.faults
    assert fault.rule == "file/other-kind"
    assert str(caught.value).startswith(
        f"{path}: expected {expected}, got {got}"
    )


@pytest.mark.parametrize(
    "text",
    [
        'id = "own"\ntitle = "Own"\nflow = []\n',
        'id = "own"\n',
        'format = 1\nid = "own"\n',
        "x = 1\n",
    ],
)
def test_a_broken_file_keeps_its_faults(text: str) -> None:
    """What may be an edition is read as one."""
    with pytest.raises(InvalidDataError) as caught:
        avi_portspec.loads_toml(text)
    assert all(f.rule != "file/other-kind" for f in caught.value.faults)


def test_what_is_no_table_is_of_no_kind() -> None:
    """Nor is what has none of the keys."""
    for data in ([], "id", None, {}, {"x": 1}):
        assert kind_of(data) is None


def test_presets_can_be_separated_by_commas() -> None:
    """As on the command line."""
    edition = avi_portspec.load()
    asked = edition.resolve("aws, VMware vCenter").deployment
    assert asked == edition.resolve(["aws", "vcenter"]).deployment
    with pytest.raises(UnknownNameError, match="did you mean 'vcenter'"):
        edition.resolve("aws,vcentre")
