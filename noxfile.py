"""What has to hold before a change lands, a session for each part.

``nox -l`` lists the sessions, ``nox -s types`` runs one of them. Each makes
the environment that it needs, so nothing but the group ``nox`` has to be
installed: nox, and uv, which installs what a session needs in seconds. What
stands behind ``--`` goes to the program that the session is about.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "tests"]

PROJECT = nox.project.load_toml("pyproject.toml")
ROOT = Path(__file__).parent
#: On all cores; what the tests of one file share is made once.
CORES = ("--numprocesses", "auto", "--dist", "loadfile")
#: What the tests use where it is there, and skip where it is not.
EVERYTHING = (
    *("test", "coverage", "browser", "builders", "frames", "platforms"),
)
#: What the slow tests reach, the others reach too: they are not counted.
COUNTED = (
    *("-m", "not slow and not law and not kernel and not browser"),
    *("--nothing-skipped", "--cov"),
    "--cov-report=term-missing:skip-covered",
)
#: What a version of Sphinx can break: each directive and role in both
#: markups, builders, translation, and what is kept between builds.
EXTENSION = tuple(
    f"tests/sphinx_ext/test_sphinx_{part}.py"
    for part in (
        *("builders", "currency", "domain", "examples", "html"),
        *("inventory", "translation"),
    )
)


def install(session: nox.Session, *groups: str) -> None:
    """Install the checkout, to be edited in place, and dependency groups."""
    needed = nox.project.dependency_groups(PROJECT, *groups)
    session.install("--quiet", "--editable", ".", *needed)


class Environment:
    """An environment that several sessions share, made by the first.

    Args:
        session: The session, which has no environment of its own.
        groups: The dependency groups to install beside the checkout.
        name: Its folder within ``.nox``.
        python: The interpreter to make it with.
    """

    def __init__(
        self,
        session: nox.Session,
        *groups: str,
        name: str = "everything",
        python: str = sys.executable,
    ) -> None:
        self.session = session
        folder = ROOT / ".nox" / name
        self.python = str(folder / "bin" / "python")
        if not Path(self.python).exists():
            session.run(python, "-m", "venv", str(folder), external=True)
        needed = nox.project.dependency_groups(PROJECT, *groups or EVERYTHING)
        self.install("--editable", ".", *needed)

    def install(self, *arguments: str) -> None:
        """Install into it what is named, in pip's own words."""
        self.session.run(
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet"),
            *("--python", self.python, *arguments),
            external=True,
        )

    def run(self, *arguments: str) -> None:
        """Run Python in it."""
        self.session.run(self.python, *arguments, external=True)

    def pytest(self, *arguments: str) -> None:
        """Run pytest in it, with what the caller of nox adds."""
        self.run("-m", "pytest", *arguments, *self.session.posargs)


def in_browser() -> list[str]:
    """Return the files that have tests in a browser."""
    return [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "\nfrom browsing import " in path.read_text(encoding="utf-8")
    ]


@nox.session(python=False)
def tests(session: nox.Session) -> None:
    """Run all tests but those below; each line and branch is covered."""
    Environment(session).pytest(*CORES, *COUNTED)


@nox.session(python=False)
def slow(session: nox.Session) -> None:
    """Run what takes long: sweeps, bombs, builders that few use."""
    Environment(session).pytest(
        *(*CORES, "-m", "slow and not law and not kernel and not browser"),
        "--nothing-skipped",
    )


@nox.session(python=False)
def browser(session: nox.Session) -> None:
    """Measure and use pages in Chromium; they need no count of lines."""
    Environment(session).pytest(
        *(*CORES, "-m", "browser", "--nothing-skipped"),
        # To collect the others takes as long as many of these.
        *in_browser(),
    )


@nox.session(python=False)
def laws(session: nox.Session) -> None:
    """Try each law on at least a hundred examples."""
    Environment(session).pytest(
        *(*CORES, "-m", "law", "--nothing-skipped"),
        *("--hypothesis-profile", "ci"),
    )


@nox.session(python=False)
def rest(session: nox.Session) -> None:
    """Run the last three in one: what they collect is collected once."""
    Environment(session).pytest(
        *(*CORES, "-m", "(slow or browser or law) and not kernel"),
        *("--nothing-skipped", "--hypothesis-profile", "ci"),
    )


@nox.session(python=False)
def kernel(session: nox.Session) -> None:
    """Send every probe through the rules in Linux; needs root."""
    Environment(session).pytest(
        # Each process has a network of its own.
        *("--numprocesses", "auto", "--dist", "worksteal"),
        *("-m", "kernel", "--nothing-skipped"),
        *("tests/kernel", "tests/audit"),
    )


@nox.session(python=False)
def docs(session: nox.Session) -> None:
    """Build the documentation, and test every block and page of it."""
    environment = Environment(session)
    environment.run(
        *("-m", "sphinx", "-q", "-W", "--keep-going"),
        *("-b", "html", "docs", "build/html"),
    )
    environment.pytest(*CORES, "-m", "docs")


@nox.session(python=False)
def words(session: nox.Session) -> None:
    """Hold what users read to the few hard rules of plain English."""
    Environment(session).pytest("-q", "tests/test_words.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of the code, and how it is laid out."""
    session.install("--quiet", *nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check all types strictly, and what a user's own code gets of them."""
    install(session, "types")
    session.run("mypy")
    session.run("mypy", "tests/typing")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Give the readers hostile input that a fuzzer makes up."""
    install(session, "test", "fuzz")
    seconds = session.posargs or ["--seconds", "10"]
    session.run(
        *("python", "tests/hardening/fuzz_readers.py", "--required"), *seconds
    )


@nox.session(python=False)
def version(session: nox.Session) -> None:
    """Compare both versions with what changed in the data."""
    Environment(session).run("-m", "tools.release", "check")


@nox.session(name="sphinx-oldest", python=False)
def sphinx_oldest(session: nox.Session) -> None:
    """Test the extension with the oldest Sphinx that it supports."""
    environment = Environment(session, "test", name="sphinx-oldest")
    environment.install("sphinx==8.2.*")
    environment.pytest(*CORES, *EXTENSION)


def runs(python: str) -> bool:
    """Return whether a Python runs, and can make environments."""
    done = subprocess.run(
        [python, "-c", "import ensurepip, venv"],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def newest_python() -> str:
    """Return the newest Python here that runs, for the newest Sphinx."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for minor in (14, 13, 12):
        for python in (
            shutil.which(f"python3.{minor}"),
            *map(str, pyenv.glob(f"versions/3.{minor}.*/bin/python3")),
        ):
            # A shim of pyenv is found, and runs only where it is chosen.
            if python and runs(python):
                return python
    return sys.executable


@nox.session(name="sphinx-newest", python=False)
def sphinx_newest(session: nox.Session) -> None:
    """Test the extension with the newest Sphinx that a Python here takes."""
    environment = Environment(
        session, "test", name="sphinx-newest", python=newest_python()
    )
    environment.install("--upgrade", "sphinx")
    environment.run("-m", "sphinx", "--version")
    environment.pytest(*CORES, *EXTENSION)


#: What a wheel could lack: data, schemas, compiled editions, static files,
#: entry points. No packaging changes what the other tests are about.
PACKAGED = (
    *("tests/test_facade.py", "tests/data", "tests/ledger"),
    "tests/cli/test_cli_program.py",
    "tests/serialisation/test_schema.py",
    "tests/docs/test_docs_commands.py",
    "tests/sphinx_ext/test_sphinx_examples.py",
    *("docs", "--pyargs", "avi_portspec"),
)
#: What these tests read besides the installed package.
BROUGHT = (
    *("CHANGELOG.md", "README.md", "noxfile.py", "pyproject.toml"),
    "released-data.json",
)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, look into it, and test what it installs."""
    work = Path(session.create_tmp())
    shutil.rmtree(work)
    work.mkdir()
    session.install(
        "--quiet", *nox.project.dependency_groups(PROJECT, "build", "test")
    )
    session.run("python", "-m", "build", "--outdir", str(work / "dist"), ".")
    (built,) = work.glob("dist/*.whl")
    (source,) = work.glob("dist/*.tar.gz")
    look_into(session, built, source)
    session.run("uv", "pip", "uninstall", "--quiet", "avi-portspec")
    session.install("--quiet", str(built))
    checkout = work / "checkout"
    for name in ("tests", "docs", "tools", *BROUGHT):
        there = checkout / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if Path(name).is_dir():
            shutil.copytree(name, there)
        else:
            shutil.copy(name, there)
    with session.chdir(checkout):
        session.run(
            *("python", "-m", "pytest", *CORES, *PACKAGED), *session.posargs
        )


def look_into(session: nox.Session, built: Path, source: Path) -> None:
    """Check that a wheel has the two packages, and all of the data compiled.

    The sdist that it was built from has none compiled.
    """
    with tarfile.open(source) as archive:
        made = [n for n in archive.getnames() if "/data/edition_" in n]
    if made:
        session.error(f"the sdist has what the build makes: {made}")
    names = zipfile.ZipFile(built).namelist()
    top = {n.partition("/")[0] for n in names if ".dist-info/" not in n}
    data = [n for n in names if n.startswith("avi_portspec/data/")]
    here = Path("avi_portspec", "data").rglob("*.toml")
    lacking = {path.as_posix() for path in here} - {*data}
    # An edition's file begins with a number; the sources are compiled to one.
    editions = [n for n in data if Path(n).name[0].isdecimal()]
    compiled = [n for n in data if "/edition_" in n]
    if top != {"avi_portspec", "sphinx_avi_portspec"}:
        session.error(f"the wheel has other packages: {sorted(top)}")
    if lacking or len(compiled) != len(editions) + 1:
        session.error(f"the wheel lacks {sorted(lacking)} of {data}")


BENCHMARKS = (
    *("library", "resolve_speed", "diff_speed", "cli_start"),
    *("rules_speed", "rules_beside_aerleon", "sphinx_tables", "audit_speed"),
)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Run each benchmark on little: does it run, is the answer right?

    ``nox -s benchmarks -- library`` takes the figures of one of them.
    """
    session.install("--quiet", ".[cli,sphinx,network]")
    for name in session.posargs or BENCHMARKS:
        quick = [] if session.posargs else ["--quick"]
        session.run("python", f"benchmarks/{name}.py", *quick)


@nox.session(name="data-mutants", python=False)
def data_mutants(session: nox.Session) -> None:
    """Change each fact of the bundled editions: is it noticed?"""
    Environment(session).run("-m", "tools.data_mutants", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Change the code, a little at a time: does a test notice?

    It takes hours, and is meant for the night. ``mutmut results`` lists what
    survived, ``mutmut show NAME`` the change; those that are known, each with
    the reason, stand in ``tests/mutants.md``.
    """
    install(session, "test", "mutants")
    session.run("mutmut", "run", *session.posargs, env={"CI": "true"})
    session.run("mutmut", "results")
