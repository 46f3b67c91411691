"""A document cannot outlive the data that it was made from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from sphinx_projects import Project

from avi_portspec.edition.bundled import edition_files
from avi_portspec.names import EditionId
from sphinx_avi_portspec.domain import get_domain


@pytest.fixture
def data(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the newest edition's file, used in its place."""
    name = EditionId("vantage-undated")
    path = edition_files()[name]
    copy = project.folder / "data" / Path(path).name
    copy.parent.mkdir()
    shutil.copy(path, copy)

    def files(folder: str = str(copy.parent)) -> dict[str, str]:
        return {name: str(copy)}

    monkeypatch.setattr("avi_portspec.edition.loading.edition_files", files)
    monkeypatch.setattr("sphinx_avi_portspec.sources.edition_files", files)
    project.write("index.rst", "A\n=\n\n.. toctree::\n\n   user\n   other\n")
    project.write("user.rst", "User\n====\n\n.. avi-port-list::\n")
    project.write("other.rst", "Other\n=====\n")
    return copy


def documents(project: Project, **conf: Any) -> list[str]:
    """Build, and return the documents that were read for it."""
    project.build("dummy", **conf)
    return project.read


def edit(path: Path, old: str, new: str) -> None:
    """Change a file, and make it look older than it was."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, (1, 1))


class TestStaleness:
    """Who is read again, and who is not."""

    def test_a_second_build_reads_nothing(
        self, project: Project, data: Path
    ) -> None:
        """Nothing has changed."""
        assert documents(project) == ["index", "other", "user"]
        assert documents(project) == []

    def test_older_data_is_noticed_and_read_by_its_users_alone(
        self, project: Project, data: Path
    ) -> None:
        """A reinstalled package brings files with old times."""
        documents(project)
        edit(data, 'name = "SMTP server"', 'name = "Mail server"')
        assert documents(project) == ["user"]
        assert documents(project) == []

    def test_another_package_is_noticed(
        self,
        project: Project,
        data: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Newer or older: it may put the same data into other words."""
        documents(project)
        monkeypatch.setattr("avi_portspec.__version__", "0.0.9")
        assert documents(project) == ["user"]
        assert documents(project) == []

    def test_newer_data_is_noticed(self, project: Project, data: Path) -> None:
        """Even if it says the same."""
        documents(project)
        later = data.stat().st_mtime + 10**9
        os.utime(data, (later, later))
        assert documents(project) == ["user"]

    def test_broken_data_is_reported_where_it_is_used(
        self, project: Project, data: Path
    ) -> None:
        """The message says what is wrong with which file."""
        documents(project)
        edit(data, 'id = "smtp-server"', 'id = "Smtp Server"')
        project.build("dummy")
        said = project.complaints("A\n=\n\n.. avi-port-list::\n")
        assert "/index.rst:4: ERROR: " in said
        assert "030-vantage-undated.toml" in said

    def test_mended_data_is_noticed(
        self, project: Project, data: Path
    ) -> None:
        """Even if the first build found it broken, and it looks old."""
        edit(data, 'id = "smtp-server"', 'id = "Smtp Server"')
        documents(project)
        assert documents(project) == ["user"]
        edit(data, 'id = "Smtp Server"', 'id = "smtp-server"')
        assert documents(project) == ["user"]
        assert documents(project) == []

    def test_another_default_edition_is_read_again(
        self, project: Project, data: Path
    ) -> None:
        """The configuration is part of what a document is made from."""
        documents(project)
        name = "vantage-undated"
        assert "user" in documents(project, avi_portspec_edition=name)

    def test_a_document_that_uses_nothing_any_more_is_forgotten(
        self, project: Project, data: Path
    ) -> None:
        """Data that it no longer shows is none of its business."""
        documents(project)
        project.write("user.rst", "User\n====\n\nNo list.\n")
        documents(project)
        edit(data, 'name = "SMTP server"', 'name = "Mail server"')
        assert documents(project) == []


@pytest.mark.slow
def test_parallel_reading_keeps_what_serial_does(
    project: Project, data: Path
) -> None:
    """Each process's part is merged, and only its own documents'."""
    for number in range(8):
        project.write(
            f"p{number}.rst",
            f":orphan:\n\n{number}\n=\n\n.. avi-port-list::\n",
        )
    app = project.build("dummy", parallel=2)
    users = sorted(get_domain(app.env).uses)
    edit(data, 'name = "SMTP server"', 'name = "Mail server"')
    assert documents(project, parallel=2) == users
    assert documents(project, parallel=2) == []
    app = project.build("dummy", parallel=2)
    uses = app.env.get_domain("avi").uses
    assert sorted(uses) == sorted(["user", *(f"p{n}" for n in range(8))])
    domain = app.env.get_domain("avi")
    domain.merge_domaindata(
        {"new"},
        {
            "uses": {"new": {}, "old": {}},
            "places": {},
            "assets": {},
            "elsewhere": {},
        },
    )
    assert "new" in domain.uses
    assert "old" not in domain.uses
