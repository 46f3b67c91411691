"""Settings: what a project can choose, bring, and insist on."""

from __future__ import annotations

import os
from typing import Any

import pytest
from docutils import nodes
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx_projects import Project, warnings

import avi_portspec
from avi_portspec.edition.bundled import edition_files
from avi_portspec.serialisation import facet_lists
from sphinx_avi_portspec.config import SETTINGS

EDITION = avi_portspec.load("vantage-undated")
OWN = "own.toml"


def own_file(project: Project, name: str = "mine") -> None:
    """Write an edition of the project's own, like a bundled one."""
    path = edition_files()[EDITION.id]
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a string
        text = file.read()
    project.write(
        OWN,
        text.replace('id = "vantage-undated"', f'id = "{name}"').replace(
            'name = "SMTP server"', 'name = "Mail relay"'
        ),
    )


def heads(tree: nodes.document) -> list[str]:
    """Return the headings of the first table."""
    head = next(tree.findall(nodes.thead))
    return [entry.astext() for entry in head.findall(nodes.entry)]


def test_each_setting_is_typed_and_described(project: Project) -> None:
    """And prefixed, so that it is no other extension's."""
    project.write("index.rst", "A\n=\n")
    app = project.build("dummy")
    for setting in SETTINGS:
        assert setting.name.startswith("avi_portspec_")
        assert setting.description.endswith(".")
        assert type(getattr(app.config, setting.name)) in setting.types


def test_a_project_with_markdown_changes_no_default_of_sphinx(
    project: Project,
) -> None:
    """The next project of the same process reads what it has parsers for."""
    project.write("index.rst", "A\n=\n")
    assert ".md" in project.build("dummy").config.source_suffix
    assert Config({}, {}).source_suffix == {".rst": "restructuredtext"}


class TestDefaults:
    """What directives do where they do not say."""

    def test_columns(self, project: Project) -> None:
        """Written as in the option."""
        tree = project.doctree(
            ".. avi-port-table::\n   :layout: flat\n",
            avi_portspec_columns="source, ports = Open",
        )
        assert heads(tree) == ["Source", "Open"]

    def test_layout(self, project: Project) -> None:
        """A table can still ask for the other one."""
        tree = project.doctree(
            ".. avi-port-table::\n\n.. avi-port-table::\n   :layout: flat\n",
            avi_portspec_layout="published",
        )
        assert heads(tree)[0] == "Traffic source"
        assert tree.astext().count("Traffic source") == 1


class TestOwnEditions:
    """Files of the project's own, beside those of the package."""

    def test_directives_take_them_by_id(self, project: Project) -> None:
        """Both can stand in one document."""
        own_file(project)
        tree = project.doctree(
            ".. avi-port-list::\n   :service: SMTP\n   :edition: mine\n\n"
            ".. avi-port-list::\n   :service: SMTP\n",
            avi_portspec_files=[OWN],
        )
        assert "Mail relay" in tree.astext()
        assert "SMTP server" in tree.astext()

    def test_one_can_be_the_default(self, project: Project) -> None:
        """Then the others' records have their edition in front."""
        own_file(project)
        tree = project.doctree(
            ".. avi-port-list::\n   :service: SMTP\n\n"
            ":avi:flow:`controller-to-smtp`\n",
            avi_portspec_files=[OWN],
            avi_portspec_edition="mine",
        )
        assert tree.astext().endswith("Mail relay: TCP\N{NO-BREAK SPACE}25")

    def test_a_change_is_noticed_though_its_time_is_old(
        self, project: Project
    ) -> None:
        """By those who use it alone."""
        own_file(project)
        project.write("index.rst", "A\n=\n\n.. toctree::\n\n   u\n   v\n")
        project.write(
            "u.rst", "U\n=\n\n.. avi-port-list::\n   :edition: mine\n"
        )
        project.write("v.rst", "V\n=\n\n.. avi-port-list::\n")
        conf: dict[str, Any] = {"avi_portspec_files": [OWN]}
        project.build("dummy", **conf)
        project.build("dummy", **conf)
        assert project.read == []
        path = project.folder / OWN
        path.write_text(path.read_text().replace("Mail relay", "Relay"))
        os.utime(path, (1, 1))
        app = project.build("dummy", **conf)
        assert project.read == ["u"]
        assert "Relay" in app.env.get_doctree("u").astext()

    def test_changed_facets_are_noticed(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The file names a list of the package's, and stays as it was."""
        own_file(project)
        text = ".. avi-port-table::\n   :edition: mine\n   :deployment: aws\n"
        conf: dict[str, Any] = {"avi_portspec_files": [OWN]}
        assert "managing AWS. " in project.doctree(text, **conf).astext()
        lists = facet_lists.facet_bytes().decode()
        renamed = project.write("f.toml", lists.replace('"AWS"', '"Amazon"'))
        monkeypatch.setattr(facet_lists, "FILE", str(renamed))
        project.build("dummy", **conf)
        assert project.read == ["index"]
        tree = project.doctree(text, **conf)
        assert "managing Amazon. " in tree.astext()

    def test_a_file_that_vanishes_while_building_is_an_error(
        self, project: Project
    ) -> None:
        """At the line of whoever wants it."""
        own_file(project)
        project.write("index.rst", ".. avi-port-list::\n   :edition: mine\n")
        project.extensions.append("vanish")
        project.write(
            "vanish.py",
            "def setup(app):\n"
            "    app.connect('builder-inited', lambda app: "
            "(app.confdir / 'own.toml').unlink())\n",
        )
        import sys

        sys.path.insert(0, str(project.folder))
        try:
            app = project.build("dummy", avi_portspec_files=[OWN])
        finally:
            sys.path.remove(str(project.folder))
            del sys.modules["vanish"]
        assert "/index.rst:1: ERROR: " in warnings(app)
        assert "own.toml" in warnings(app)

    def test_an_unknown_edition_suggests_ones_own(
        self, project: Project
    ) -> None:
        """As well as the package's."""
        own_file(project)
        said = project.complaints(
            ".. avi-port-list::\n   :edition: mime\n",
            avi_portspec_files=[OWN],
        )
        assert "did you mean 'mine'?" in said


class TestInsisting:
    """A mismatch stops the build, and says what changed."""

    def stopped(self, project: Project, **conf: Any) -> str:
        """Return the message that a build is stopped with."""
        project.write("index.rst", "A\n=\n")
        with pytest.raises(ConfigError) as stop:
            project.build("dummy", **conf)
        return str(stop.value)

    def test_versions(self, project: Project) -> None:
        """Wanted, and got."""
        said = self.stopped(project, avi_portspec_requires=">=99,<100")
        assert said == (
            "avi_portspec_requires: expected avi-portspec>=99,<100, but "
            f"{avi_portspec.__version__} is installed"
        )

    def test_what_is_no_version_specifier(self, project: Project) -> None:
        """The setting is named."""
        said = self.stopped(project, avi_portspec_requires="newest")
        assert said.startswith("avi_portspec_requires: ")

    def test_what_is_asked_for_and_got(self, project: Project) -> None:
        """Then the build goes on."""
        project.doctree(
            "A\n=\n",
            avi_portspec_requires=f"=={avi_portspec.__version__}",
            avi_portspec_digest=EDITION.digest,
        )

    @pytest.mark.parametrize("pin", ["0" * 64, {EDITION.id: "0" * 64}])
    def test_digests(self, project: Project, pin: Any) -> None:
        """Of the default edition, or by edition."""
        said = self.stopped(project, avi_portspec_digest=pin)
        assert f"edition '{EDITION.id}'" in said
        assert f"has the digest {EDITION.digest}, but {'0' * 64}" in said
        assert "its data has changed since it was pinned" in said

    def test_the_digest_of_another_edition(self, project: Project) -> None:
        """Then the default has changed, and not the data."""
        own_file(project)
        said = self.stopped(
            project,
            avi_portspec_files=[OWN],
            avi_portspec_edition="mine",
            avi_portspec_digest=EDITION.digest,
        )
        assert f"the pin fits edition '{EDITION.id}'" in said

    @pytest.mark.parametrize(
        ("conf", "expected"),
        [
            (
                {"avi_portspec_digest": {"vantage": "x"}},
                "avi_portspec_digest: unknown edition",
            ),
            (
                {"avi_portspec_edition": "vantage-undatd"},
                (
                    "avi_portspec_edition: unknown edition "
                    "'vantage-undatd'; did you mean 'vantage-undated'?"
                ),
            ),
            (
                {"avi_portspec_edition": "vantage-undated.berlin"},
                (
                    "avi_portspec_edition: unknown overlay in "
                    "avi_portspec_files 'berlin'"
                ),
            ),
            (
                {"avi_portspec_edition": "vantage-undatd.berlin"},
                (
                    "avi_portspec_edition: unknown edition "
                    "'vantage-undatd.berlin'; did you mean"
                ),
            ),
            (
                {"avi_portspec_layout": "round"},
                "avi_portspec_layout: expected 'grouped', 'flat' or",
            ),
            (
                {"avi_portspec_marks": "fold"},
                (
                    "avi_portspec_marks: expected 'folded', 'below', 'link' "
                    "or 'none', got 'fold'"
                ),
            ),
            (
                {"avi_portspec_labels": {"controller": " "}},
                "avi_portspec_labels: expected text for 'controller', got ' '",
            ),
            (
                {"avi_portspec_columns": "prots"},
                "avi_portspec_columns: unknown column 'prots'",
            ),
            (
                {"avi_portspec_files": ["absent.toml"]},
                "avi_portspec_files: ",
            ),
        ],
    )
    def test_settings_that_are_wrong(
        self, project: Project, conf: dict[str, Any], expected: str
    ) -> None:
        """Each is named, with the nearest that would be right."""
        assert self.stopped(project, **conf).startswith(expected)

    def test_a_label_of_another_editions_endpoint(
        self, project: Project
    ) -> None:
        """A directive can show an edition that is not the default one."""
        assert "gcp" not in avi_portspec.load("17.1").endpoints.ids()
        assert not project.complaints(
            "A\n=\n\n.. avi-port-table::\n",
            avi_portspec_edition="17.1",
            avi_portspec_labels={"gcp": "Google"},
        )

    def test_an_own_edition_with_an_id_of_the_packages(
        self, project: Project
    ) -> None:
        """One name means one thing."""
        own_file(project, "vantage-undated")
        said = self.stopped(project, avi_portspec_files=[OWN])
        assert "an id that no other edition has" in said
