"""The hook that repositories check their deployments with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from asking_cli import Ask
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-hooks.yaml"

pytestmark = pytest.mark.skipif(
    not HOOKS.exists(), reason="hooks are in the repository, not in the wheel"
)


@pytest.fixture
def hooks() -> dict[str, Any]:
    """Return the hooks, by id."""
    found = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return {hook["id"]: hook for hook in found}


@pytest.fixture
def hook(hooks: dict[str, Any]) -> Any:
    """Return the hook that checks files."""
    return hooks["avi-portspec-check"]


def test_another_audits_rules(
    ask: Ask, files: Path, hooks: dict[str, Any]
) -> None:
    """With the arguments that say for which deployment."""
    hook = hooks["avi-portspec-audit"]
    Path(files, "ports.md").write_text(
        "| Source | Destination | Protocol | Port |\n|---|---|---|---|\n"
        "| SE | Controller | TCP | 22 |\n"
    )
    rest = hook["entry"].removeprefix("avi-portspec ")
    answer = ask(f"{rest} --deployment aws ports.md")
    assert (answer.code, answer.err) == (1, "")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {*hook["additional_dependencies"]} == {
        *hooks["avi-portspec-check"]["additional_dependencies"],
        # The extra `audit` is this one.
        *project["optional-dependencies"]["yaml"],
    }
    assert re.search(hook["files"], "avi-ports/rules/groups.json")


def test_its_entry_checks_files(ask: Ask, files: Path, hook: Any) -> None:
    """As it is run: with the names of the files that changed."""
    program, rest = hook["entry"].split(" ", 1)
    assert program == "avi-portspec"
    assert ask(f"{rest} deployment.toml site.toml").code == 0
    Path(files, "wrong.toml").write_text("clouds = 1\n")
    assert ask(f"{rest} deployment.toml wrong.toml").code == 1


def test_it_installs_what_the_command_line_needs(hook: Any) -> None:
    """The requirements are those of the extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = map(Requirement, project["optional-dependencies"]["cli"])
    expected = {str(each) for each in extra if each.name != "avi-portspec"}
    given = {str(Requirement(e)) for e in hook["additional_dependencies"]}
    assert given == expected
    assert "avi-portspec" in project["scripts"]


def test_it_takes_the_files_of_one_folder(hook: Any) -> None:
    """Other TOML is not asked whether it is a deployment."""
    pattern = re.compile(hook["files"])
    assert pattern.search("avi-ports/lab.toml")
    assert pattern.search("network/avi-ports/site/berlin.json")
    assert not pattern.search("pyproject.toml")
    assert hook["types_or"] == ["toml", "json"]
