"""Every block of code in the documentation does what it says.

On one page, blocks are run in their order and in one folder, into which each
block with a caption has been written as the file of that name. Blocks with
prompts of Python are doctests, which are run with the rest of the tests.
"""

from __future__ import annotations

import configparser
import csv
import difflib
import io
import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from docs_blocks import (
    ROOT,
    Block,
    Command,
    blocks_of,
    commands_of,
    matches,
    pages,
    run,
)
from packaging.requirements import Requirement
from sphinx_apps import App

import avi_portspec

PAGES = pages()
BLOCKS = [(page, block) for page in PAGES for block in blocks_of(page)]
MESSAGES = ROOT / "tests" / "sphinx_ext" / "test_sphinx_messages.py"
#: What the tests below run, each kind in its own way.
DATA = {"toml", "json", "yaml", "ini", "html", "xml", "csv", "text"}
MARKUP = {"rst": "rst", "markdown": "md"}
CODE = {"console", "python", "pycon"}


def named(path: Path) -> str:
    """Return what a page is called in reports."""
    return str(path.relative_to(ROOT))


def having(kinds: set[str]) -> list[Any]:
    """Return the pages that have blocks of some kinds, as parameters."""
    found = dict.fromkeys(page for page, b in BLOCKS if b.kind in kinds)
    return [pytest.param(page, id=named(page)) for page in found]


def files_of(page: Path, folder: Path) -> None:
    """Write the files that a page's blocks are, and those of the project."""
    for name in ("CHANGELOG.md", "released-data.json"):
        shutil.copy(ROOT / name, folder / name)
    # Where a new edition is copied from, and to.
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "edition-template.toml", folder / "tools")
    (folder / "avi_portspec" / "data").mkdir(parents=True)
    for block in blocks_of(page):
        if block.name and block.name != "conf.py":
            path = folder / block.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")


# -- which blocks there are --------------------------------------------------


def test_no_kind_of_block_is_left_out() -> None:
    """Whoever writes another kind says here how it is tested."""
    kinds = {block.kind for _, block in BLOCKS}
    assert kinds <= DATA | set(MARKUP) | CODE
    assert {"console", "python", "rst", "toml"} <= kinds


def test_there_are_no_other_blocks() -> None:
    """Two colons at the end of a paragraph make one that nobody runs."""
    plain = re.compile(
        r"^(?! *\.\. )(?=.*\S).*::$|^\.\. parsed-lit", re.MULTILINE
    )
    for page in PAGES:
        if page.suffix == ".rst":
            found = plain.findall(page.read_text(encoding="utf-8"))
            assert found == [], page


def test_programs_with_a_name_are_run_by_a_command() -> None:
    """Those without one are run as they stand; settings, by a build."""
    for page, block in BLOCKS:
        settings = block.name.split(" ")[0] == "conf.py"
        if block.kind == "python" and block.name and not settings:
            commands = [b for b in blocks_of(page) if b.kind == "console"]
            assert any(block.name in b.text for b in commands), named(page)


def test_files_that_are_shown_are_tested_where_they_lie() -> None:
    """They are examples of directives, deployments, or translations."""
    shown = re.compile(r"\.\. literalinclude:: (\S+)")
    for page in PAGES:
        for name in shown.findall(page.read_text(encoding="utf-8")):
            path = page.parent / name
            if path.suffix == ".toml":
                read_toml(Block("toml", "", path.read_text("utf-8"), 0))
            elif path.suffix == ".po":
                # Tests of the extension's messages build with it.
                assert path.parent.name == "examples"
                assert f'"{path.name}"' in MESSAGES.read_text("utf-8")
            else:
                assert path.parent.name == "examples"
                assert f".. include:: {name}" in page.read_text("utf-8")


# -- commands and code -------------------------------------------------------


@pytest.mark.parametrize("page", having({"console", "python"}))
def test_commands_and_code_do_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, in one folder, with the page's files in it."""
    files_of(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    # What a recipe adds to the tests imports from them.
    monkeypatch.syspath_prepend(ROOT / "tests" / "rules")
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks_of(page):
        where = f"{named(page)}:{block.line}"
        if block.kind == "python" and not block.name:
            with redirect_stdout(io.StringIO()):
                exec(compile(block.text, where, "exec"), names)  # noqa: S102
        elif block.kind == "console":
            follow(commands_of(block), tmp_path, where)


def follow(commands: list[Command], folder: Path, where: str) -> None:
    """Run commands, and compare what they say with what is shown.

    A command ends well, unless the next one shows its status.
    """
    after = [*commands[1:], Command("", [])]
    status = 0
    for command, following in zip(commands, after, strict=True):
        if command.text == "echo $?":
            assert command.expected == [str(status)], where
            continue
        if is_install(command.text) or is_setup(command.text):
            continue
        if is_check(command.text):
            continue
        said, status = run(command.text, folder)
        assert matches(command.expected, said), difference(
            command, said, where
        )
        if following.text != "echo $?":
            assert status == 0, f"{where}: {command.text}: {status}\n{said}"


def difference(command: Command, said: str, where: str) -> str:
    """Return what is shown, and what was said, line by line."""
    lines = difflib.ndiff(command.expected, said.rstrip().split("\n"))
    return "\n".join([f"{where}: $ {command.text}", *lines])


def is_install(text: str) -> bool:
    """Return whether a command installs; it must be what can be installed."""
    found = re.fullmatch(
        r"(?:pip|pipx) install (?:'(.+)'|\"(.+)\"|(\S+))", text
    )
    if found is None:
        return False
    expected = Requirement(next(filter(None, found.groups())))
    assert expected.name == "avi-portspec"
    assert expected.extras <= EXTRAS
    return True


def is_setup(text: str) -> bool:
    """Return whether a command is one that the checks of the project run."""
    return text.startswith("python3 -m venv .venv && ")


def is_check(text: str) -> bool:
    """Return whether a command runs checks, and such as there are."""
    program, *words = re.sub(r"^[A-Z_]+=\S+ ", "", text).split()
    if program == ".venv/bin/nox":
        sessions = re.findall(
            r"^@nox\.session.*\n(?:.+\n)*?def (\w+)",
            (ROOT / "noxfile.py").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        assert {w for w in words if w[0] != "-"} <= {*sessions}, text
        return True
    if words[:2] == ["-m", "pytest"]:
        paths = [word for word in words if word.startswith("tests/")]
        assert all((ROOT / path).exists() for path in paths), text
        return True
    if words == ["-m", "tools.pictures"]:
        return (ROOT / "tools" / "pictures.py").exists()
    return program == ".venv/bin/avi-portspec"


EXTRAS = set(
    tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]["optional-dependencies"]
)


# -- data --------------------------------------------------------------------


@pytest.mark.parametrize("page", having(DATA))
def test_data_is_read_by_what_it_is_for(page: Path) -> None:
    """Each block by a reader, or by a command or a program on the page."""
    run_there = "\n".join(
        block.text
        for block in blocks_of(page)
        if block.kind in {"console", "python", "pycon"}
    )
    for block in blocks_of(page):
        if block.kind not in DATA:
            continue
        used = bool(block.name) and block.name in run_there
        if block.kind == "toml":
            read_toml(block, used=used)
        elif block.kind == "json":
            json.loads(block.text)
        elif block.kind == "yaml":
            assert isinstance(yaml.safe_load(block.text), dict | list)
        elif block.kind == "ini":
            configparser.ConfigParser().read_string(block.text)
        elif block.name == "the end of ledger.csv":
            ledger = ROOT / "tests" / "data" / "statements" / "ledger.csv"
            (header, *_) = ledger.read_text(encoding="utf-8").splitlines()
            rows = csv.DictReader([header, *block.text.splitlines()])
            assert all(None not in {*row, *row.values()} for row in rows)
        else:
            assert used, f"{named(page)}:{block.line}: nobody reads this"


def read_toml(block: Block, *, used: bool = False) -> None:
    """Read a block of TOML as the kind of file that its keys tell."""
    data = tomllib.loads(block.text)
    if "format" in data:
        avi_portspec.loads_toml(block.text)
    elif data.keys() <= fields_of(avi_portspec.Deployment):
        avi_portspec.loads_deployment(block.text)
    elif data.keys() <= fields_of(avi_portspec.Overlay):
        avi_portspec.load("vantage-undated").overlay(block.text)
    else:
        assert used, f"line {block.line}: nobody reads {block.name or 'this'}"


def fields_of(record: Any) -> set[str]:
    """Return the names of a record's fields."""
    return {field.name for field in attrs.fields(record)}


# -- markup ------------------------------------------------------------------


def configured() -> list[Any]:
    """Return the pages that show markup, or settings of a project."""
    found = dict.fromkeys(
        page
        for page, block in BLOCKS
        if block.kind in MARKUP or block.name == "conf.py"
    )
    return [pytest.param(page, id=named(page)) for page in found]


@pytest.mark.parametrize("page", configured())
def test_markup_is_built_without_a_warning(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the settings and the files that the page shows and makes."""
    files_of(page, tmp_path)
    for beside in page.parent.glob("*.toml"):
        shutil.copy(beside, tmp_path / beside.name)
    monkeypatch.chdir(tmp_path)
    settings: dict[str, Any] = {"extensions": ["sphinx_avi_portspec"]}
    (tmp_path / "conf.py").write_text("", encoding="utf-8")
    (tmp_path / "index.rst").write_text("Index\n=====\n", encoding="utf-8")
    for number, block in enumerate(blocks_of(page)):
        if block.kind in MARKUP:
            name = block.name or f"block-{number}.{MARKUP[block.kind]}"
            (tmp_path / name).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            made = settings if block.name == "conf.py" else {}
            with redirect_stdout(io.StringIO()):
                exec(block.text, made)  # noqa: S102
    settings.pop("__builtins__", None)
    settings["extensions"].append("myst_parser")
    # A setting that nobody knows brings a warning too.
    assert built(tmp_path, settings) == "", named(page)


def built(folder: Path, settings: Mapping[str, Any]) -> str:
    """Return what a build of a project warns of."""
    app = App(
        "dummy",
        folder,
        {
            "suppress_warnings": ["avi_portspec.duplicate", "toc"],
            "nitpicky": False,
            **settings,
        },
    )
    try:
        app.build()
        return app.warning.getvalue()
    finally:
        app.cleanup()


# -- the tests' own pieces ---------------------------------------------------


class TestMatching:
    """What is shown, and what is said."""

    def test_three_dots_stand_for_any_lines(self) -> None:
        """None, one, or many; everything else is compared."""
        for said in ("a\nc\n", "a\nb\nc\n", "a\nb\nb\nc\n\n"):
            assert matches(["a", "...", "c"], said)
        assert not matches(["a", "...", "c"], "a\nb\n")
        assert not matches(["a"], "a\nb\n")
        assert matches(["a ..."], "a b c\n")
        assert not matches(["a ..."], "b c\n")
        assert not matches([], "a\n")
        assert matches([], "")


class TestBlocks:
    """What is found on a page."""

    def test_a_block_has_kind_caption_text_and_line(
        self, tmp_path: Path
    ) -> None:
        """And ends where the text is less far in."""
        path = tmp_path / "page.rst"
        path.write_text(
            "A\n=\n\n1. .. code-block:: toml\n      :caption: a.toml\n\n"
            "Text::\n\n.. code-block:: console\n\n   $ a \\\n     b\n   c\n"
            "\n   $ d\nText\n",
            encoding="utf-8",
        )
        (block,) = blocks_of(path)
        assert block.line == 9
        assert commands_of(block) == [
            Command("a b", ["c", ""]),
            Command("d", []),
        ]

    def test_a_command_that_fails_is_noticed(self, tmp_path: Path) -> None:
        """Unless its status is shown."""
        failing = Command("python -m tools.ledger check nothing.txt", ["..."])
        with pytest.raises(AssertionError):
            follow([failing], tmp_path, "here")
        follow([failing, Command("echo $?", ["2"])], tmp_path, "here")

    def test_a_line_for_a_shell_is_run_by_one(self, tmp_path: Path) -> None:
        """With the project's commands in its path."""
        said, status = run("python -c 'print(1)' | cat > a && cat a", tmp_path)
        assert (said, status) == ("1\n", 0)
        said, status = run("python -c 'import sys; sys.exit(3)'", tmp_path)
        assert (said, status) == ("", 3)


@pytest.mark.parametrize("platform", avi_portspec.platforms())
def test_each_platform_says_what_it_does_to_the_rest(platform: str) -> None:
    """To other traffic, to other sites, and when it is loaded again."""
    asked = re.compile(rf"--platform {re.escape(platform)}(?![\w-])")
    told = [
        text
        for page in (ROOT / "docs" / "how-to").glob("rules-*.rst")
        for text in [page.read_text("utf-8")]
        if asked.search(text)
    ]
    assert told
    for text in told:
        for heading in (
            "What happens to other traffic",
            "Several sites, and loading again",
        ):
            line = "-" * len(heading)
            assert f"\n{heading}\n{line}\n" in text
