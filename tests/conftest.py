"""What every test can use."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import chromium
from hypothesis import is_hypothesis_test
from laws import register

import avi_portspec
from avi_portspec.edition import loading
from avi_portspec.edition.bundled import edition_files
from avi_portspec.names import EditionId

#: Read by type checkers alone.
collect_ignore = ["typing"]
#: There are several, which are of one name to whoever looks for doctests.
collect_ignore_glob = ["conftest.py", "*/conftest.py"]

register()

HERE = Path(__file__).parent
#: What the tests of some folders are about.
FOLDERS = {
    HERE / "docs": "docs",
    HERE.parent / "docs": "docs",
    HERE / "kernel": "kernel",
}


#: What may be skipped anywhere: the vendor's page, and tables of facts that
#: others publish, are not ours to bring.
ABSENT = "no copy of the published"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of those who have everything installed."""
    parser.addoption(
        "--nothing-skipped",
        action="store_true",
        help="fail where any test is skipped, but for lack of what is not "
        "the project's to pass on: the vendor's page, and tables of facts",
    )


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is left out, and how to have it."""
    if config.getoption("markexpr") == "not slow":
        return "slow tests are left out; pytest -m '' has them all"
    return None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which nothing was to be skipped, and no run of slow tests.

    A file that has slow tests alone passes by itself: the header says that
    they are left out.
    """
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter is not None else {}
    if config.getoption("--nothing-skipped"):
        skipped = [
            report
            for report in stats.get("skipped", ())
            if ABSENT not in str(report.longrepr)
        ]
        if skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    elif (
        session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        and config.getoption("markexpr") == "not slow"
        and not config.getoption("keyword")
        and stats.get("deselected")
    ):
        session.exitstatus = pytest.ExitCode.OK


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they are made of, so that no test can forget to."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("law")
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        for folder, marker in FOLDERS.items():
            if item.path.is_relative_to(folder):
                item.add_marker(marker)


def pytest_collection_finish() -> None:
    """Look for garbage where there can be some, and less often.

    Thousands of collected tests are none, and to look through them again and
    again took a quarter of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


#: What a command or a directive that names no edition is asked about: an
#: edition that is added later changes no answer that a test expects.
NEWEST = EditionId("vantage-undated")


@pytest.fixture(autouse=True)
def pin_newest(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let one edition be the newest in every test but the documentation's.

    What the documentation shows has to be what its readers see.
    """

    def files() -> dict[EditionId, str]:
        found = edition_files()
        last = found.pop(NEWEST)
        return {**found, NEWEST: last}

    if request.node.get_closest_marker("docs") is None:
        monkeypatch.setattr(loading, "edition_files", files)


@pytest.fixture(scope="session")
def edition() -> avi_portspec.Edition:
    """Return the edition whose page states no release."""
    return avi_portspec.load("vantage-undated")


@pytest.fixture
def data(edition: avi_portspec.Edition) -> dict[str, Any]:
    """Return that edition's data, to be broken at will."""
    loaded: dict[str, Any] = json.loads(avi_portspec.dumps(edition))
    return loaded


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a browser, and close it before other modules' tests.

    A process can drive no second one, and what builds in parallel is forked
    from a process that should hold none.
    """
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    """Return a page, in which the tests of a module show one after another."""
    made = browser.new_page()
    yield made
    made.close()


@pytest.fixture(scope="session")
def published_page() -> str:
    """Return the text of the published page, where a copy is at hand."""
    folder = Path(__file__).parents[2] / "shared" / "source"
    found = sorted(folder.glob("*.txt"))
    if not found:
        pytest.skip(f"{ABSENT} page in {folder}")
    return found[0].read_text(encoding="utf-8")
