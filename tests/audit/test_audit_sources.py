"""Which files are read, and which of them together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from avi_portspec import InvalidDataError, InvalidQueryError
from avi_portspec import audit as package
from avi_portspec.audit import sources
from avi_portspec.audit.sources import gather, read_limited

TABLE = "| To | Port |\n|---|---|\n| Controller | TCP 22 |\n"
SAVED = (
    b"*filter\n:INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n"
)


class TestReading:
    """A path, or bytes."""

    def test_a_path(self, tmp_path: Path) -> None:
        """As text, or as a path."""
        path = tmp_path / "ports.md"
        path.write_text(TABLE)
        for given in (path, str(path)):
            assert package.read(given).format == "markdown"
            assert package.read(given).name == str(path)

    @pytest.mark.parametrize("given", ["infra/avi", "infra/avi/main.tf"])
    def test_places_in_a_module_of_terraform(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
    ) -> None:
        """They lead to a file from where the command runs, as SARIF needs."""
        pytest.importorskip("tfparse", reason="pip install --group platforms")
        folder = tmp_path / "infra" / "avi"
        folder.mkdir(parents=True)
        (folder / "main.tf").write_text(
            'resource "aws_security_group" "c" {\n'
            "  ingress {\n    from_port = 22\n    to_port = 22\n"
            '    protocol = "tcp"\n    cidr_blocks = ["10.0.0.0/8"]\n  }\n}\n'
        )
        monkeypatch.chdir(tmp_path)
        found = package.read(Path(given))
        places = [
            each.place.file
            for filter_ in found.filters
            for each in (filter_, *filter_.rules)
        ]
        assert {*places} == {"infra/avi/main.tf"}

    def test_bytes(self) -> None:
        """With a name for messages."""
        found = package.read(SAVED, name="saved")
        assert (found.format, found.name) == ("iptables", "saved")
        assert package.read(SAVED, format="iptables").name == "standard input"

    def test_nothing_else(self) -> None:
        """A number is neither."""
        with pytest.raises(InvalidQueryError, match="a path, or bytes"):
            package.read(7)  # type: ignore[arg-type]

    def test_no_more_than_a_reader_takes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of a file of any size."""
        path = tmp_path / "saved"
        path.write_bytes(SAVED)
        monkeypatch.setattr(sources, "JSON_AT_MOST", 4)
        with path.open("rb") as file, pytest.raises(InvalidDataError):
            read_limited(file, "saved")


class TestModules:
    """The files of one directory are one module."""

    def test_each_directory_once(self) -> None:
        """With the files of values that were given."""
        names = ["a/x.tf", "a/y.tf.json", "b/x.tf", "p.tfvars", "c.json"]
        values = ("p.tfvars",)
        assert [*gather(names)] == [
            ("a/x.tf", values),
            ("b/x.tf", values),
            ("c.json", values),
        ]

    def test_values_alone_are_read_as_they_are(self) -> None:
        """To be refused by a reader, for nothing vanishes."""
        assert [*gather(["p.tfvars"])] == [("p.tfvars", ("p.tfvars",))]

    def test_a_folder_without_code_is_none(self, tmp_path: Path) -> None:
        """Values alone are no module."""
        (tmp_path / "terraform.tfvars").write_text("a = 1\n")
        with pytest.raises(InvalidDataError) as caught:
            sources.read_file(str(tmp_path), None)
        assert str(caught.value) == (
            f"{tmp_path}: expected a folder with files that end in .tf or "
            ".tf.json, got none"
        )

    def test_what_belongs_to_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Code below it too, but nothing outside and nothing hidden."""
        given: dict[str, object] = {}

        def read(data: bytes, name: str, **more: object) -> None:
            given.update(more, data=data, name=name)

        monkeypatch.setattr(sources, "read_bytes", read)
        for name in (
            *("main.tf", "x.tf.json", "terraform.tfvars", "a.auto.tfvars"),
            *("other.tfvars", "in/main.tf", "in/terraform.tfvars"),
            *(".terraform/x.tf", "README.md"),
        ):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(name)
        (tmp_path / "inner.tf").symlink_to("in/main.tf")
        (tmp_path / "outer.tf").symlink_to(__file__)
        (tmp_path / "dangling.tf").symlink_to("absent.tf")
        (tmp_path / "folder").symlink_to("in")
        os.mkfifo(tmp_path / "endless.tf")
        other = str(tmp_path / "other.tfvars")
        sources.read_file(str(tmp_path), None, (other,))
        assert given["format"] == "terraform"
        assert given["data"] == b""
        assert given["beside"] == {
            "a.auto.tfvars": b"a.auto.tfvars",
            "main.tf": b"main.tf",
            "terraform.tfvars": b"terraform.tfvars",
            "x.tf.json": b"x.tf.json",
            "in/main.tf": b"in/main.tf",
            "inner.tf": b"in/main.tf",
            **dict.fromkeys(("outer.tf", "dangling.tf", "endless.tf")),
            "given-0.tfvars": b"other.tfvars",
        }
        sources.read_file(str(tmp_path / "main.tf"), None)
        assert given["format"] is None
        assert given["data"] == b"main.tf"
        monkeypatch.setattr(sources, "_MOST", 2)
        sources.read_file(str(tmp_path), None, (other,))
        assert len(given["beside"]) == 2  # type: ignore[arg-type]
