"""How the tests are run: one file, all of them, and before a change lands."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from laws import EXAMPLES, examples

ROOT = Path(__file__).parents[1]
#: What a clone has and an installed wheel has not.
needs_clone = pytest.mark.skipif(
    not (ROOT / "noxfile.py").exists(), reason="needs a clone"
)
#: Sessions that repeat a part of another one, or are for the night.
NOT_BEFORE_A_CHANGE = {"docs", "words", "mutants", "tests"}
#: What the session ``rest`` runs in one.
IN_ONE = {"slow", "browser", "laws"}
#: Where pytest looks for options besides those that it is given.
ADDED = "PYTEST_ADDOPTS"


def run_pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as a contributor does, in a process of its own.

    Whatever this one was asked for besides, that one is not.
    """
    environment = {k: v for k, v in os.environ.items() if k != ADDED}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )


class TestOneFile:
    """A single file, which is what a contributor runs most."""

    def test_it_passes_by_itself(self) -> None:
        """Nothing is asked of it that only all tests together can give."""
        done = run_pytest("tests/model/test_ports.py")
        assert done.returncode == 0, done.stdout
        assert "pytest -m ''" in done.stdout

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ((), pytest.ExitCode.OK),
            (("-k", "no_such_test"), pytest.ExitCode.NO_TESTS_COLLECTED),
            (("-m", "docs"), pytest.ExitCode.NO_TESTS_COLLECTED),
        ],
    )
    def test_one_of_slow_tests_passes(
        self, tmp_path: Path, arguments: tuple[str, ...], code: pytest.ExitCode
    ) -> None:
        """It has nothing to run; a name that no test has is a mistake."""
        path = tmp_path / "test_it.py"
        path.write_text(
            "import pytest\n\n@pytest.mark.slow\ndef test_it():\n    pass\n",
            encoding="utf-8",
        )
        common = ("-p", "conftest", "-c", str(ROOT / "pyproject.toml"))
        done = run_pytest(*common, *arguments, str(path))
        assert done.returncode == code, done.stdout


class TestSkipping:
    """What is lacking is skipped, and a complete run lacks nothing."""

    @pytest.mark.parametrize(
        ("reason", "code"),
        [
            ("needs a tool", pytest.ExitCode.TESTS_FAILED),
            ("no copy of the published page here", pytest.ExitCode.OK),
        ],
    )
    def test_nothing_but_the_page_may_be_skipped(
        self, tmp_path: Path, reason: str, code: pytest.ExitCode
    ) -> None:
        """With ``--nothing-skipped``, as before a change lands."""
        path = tmp_path / "test_it.py"
        path.write_text(
            f"import pytest\n\ndef test_it():\n    pytest.skip({reason!r})\n",
            encoding="utf-8",
        )
        common = ("-p", "conftest", str(path))
        assert run_pytest("--nothing-skipped", *common).returncode == code


class TestLaws:
    """How many examples a law is tried on."""

    def test_a_change_is_tried_on_at_least_a_hundred(self) -> None:
        """Those who work on the code wait for fewer."""
        assert settings.get_profile("ci").max_examples >= 100
        assert EXAMPLES["dev"] < EXAMPLES["ci"]

    def test_none_is_given_a_number(self) -> None:
        """A fixed number would hold before a change lands as well."""
        fixed = re.compile(r"@settings\(max_examples=\d+\)")
        for path in sorted(ROOT.glob("tests/**/test_*.py")):
            assert not fixed.search(path.read_text(encoding="utf-8")), path

    def test_a_law_may_need_more(self) -> None:
        """Some multiple of the profile's."""
        assert examples(3).max_examples == 3 * settings().max_examples

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_none_depends_on_the_clock(self, name: str) -> None:
        """A busy machine changes no result."""
        assert settings.get_profile(name).deadline is None


@needs_clone
class TestBeforeAChangeLands:
    """``.ci/run`` and the sessions of nox."""

    def test_it_runs_every_session(self) -> None:
        """A session that is added has to be run, or be on the list."""
        defined = set(
            re.findall(
                r"^@nox\.session(?:\((?:name=\"([\w-]+)\")?.*\))?\n"
                r"def (\w+)",
                (ROOT / "noxfile.py").read_text(encoding="utf-8"),
                re.MULTILINE,
            )
        )
        names = {given or function for given, function in defined}
        text = (ROOT / ".ci/run").read_text(encoding="utf-8")
        found = re.search(r"--session \\\n((?:.+\\\n)*.+)\n", text)
        assert found is not None
        assert set(found[1].replace("\\", "").split()) == (
            names - NOT_BEFORE_A_CHANGE - IN_ONE
        )

    def test_the_session_of_a_browser_has_every_test_in_one(self) -> None:
        """It looks for them in the files that use what such tests share."""
        for path in sorted(ROOT.glob("tests/**/test_*.py")):
            text = path.read_text(encoding="utf-8")
            asked = {
                argument.arg
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef)
                for argument in node.args.args
            }
            if not asked.isdisjoint({"browser", "tab"}):
                assert "\nfrom browsing import " in text, path
