"""What ``import avi_portspec`` offers, and what it costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import avi_portspec

PACKAGE = Path(avi_portspec.__file__).parent

#: A module imports only from its own floor or from below.
FLOORS = [
    {"errors", "names"},
    {"model"},
    {"serialisation"},
    {"data"},
    {"deployment", "ledger"},
    {"changes", "strategies"},
    {"exporters", "rules"},
    {"cli"},
    {"__main__"},
]

#: Methods of a record that open a floor above when they are called, so that
#: a question can be put to the edition itself.
DOORS = {"model/edition.py": {"deployment"}}


def run(code: str) -> str:
    """Return what a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def modules(path: Path) -> set[str]:
    """Return the top-level packages that a module imports anywhere."""
    return {name.split(".")[0] for name in names_in(path)}


def imported(path: Path) -> list[list[str]]:
    """Return the parts of the library that a module imports anywhere."""
    found = [
        name.split(".")[1:]
        for name in names_in(path)
        if name.startswith("avi_portspec.")
    ]
    return [parts for parts in found if parts]


def names_in(path: Path) -> list[str]:
    """Return the full names that a module imports, in whatever way."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
            if node.module == "avi_portspec":
                found += [f"avi_portspec.{a.name}" for a in node.names]
    return found


class TestTheNames:
    """The public names."""

    def test_the_list_is_sorted(self) -> None:
        """Constants, then classes, then functions, each by name."""
        public = [n for n in avi_portspec.__all__ if n != "__version__"]
        kinds = [
            [n for n in public if n.isupper()],
            [n for n in public if n[0].isupper() and not n.isupper()],
            [n for n in public if n[0].islower()],
        ]
        assert public == [name for kind in kinds for name in sorted(kind)]

    def test_every_name_is_there(self) -> None:
        """Each can be fetched, and each comes from the place it says."""
        for name in avi_portspec.__all__:
            assert getattr(avi_portspec, name) is not None
        for name, home in avi_portspec._HOME_OF.items():
            module = import_module(f"avi_portspec.{home}")
            assert getattr(avi_portspec, name) is getattr(module, name)

    def test_type_checkers_see_the_same_names(self) -> None:
        """The imports for them, the homes and the list agree."""
        tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
        block = next(node for node in tree.body if isinstance(node, ast.If))
        imported = {
            alias.name: node.module
            for node in block.body
            if isinstance(node, ast.ImportFrom) and node.module != "typing"
            for alias in node.names
        }
        assert imported == {
            name: f"avi_portspec.{home}"
            for name, home in avi_portspec._HOME_OF.items()
        }
        assert {*imported, "__version__"} == set(avi_portspec.__all__)

    def test_they_are_listed_by_dir(self) -> None:
        """Completion in a shell finds names that are not loaded yet."""
        found = run("import avi_portspec; print('Flow' in dir(avi_portspec))")
        assert found == "True"

    def test_others_are_no_attributes(self) -> None:
        """A wrong name fails as in any module."""
        with pytest.raises(AttributeError, match="no attribute 'Port'"):
            avi_portspec.Port  # noqa: B018

    def test_no_function_is_hidden_by_a_subpackage(self) -> None:
        """Whatever was imported before, the names stay what they are."""
        code = (
            "import avi_portspec as a, avi_portspec.data, "
            "avi_portspec.serialisation.schema\n"
            "a.load(); print(callable(a.load), callable(a.editions))"
        )
        assert run(code) == "True True"


class TestTheImportBudget:
    """What importing loads."""

    HEAVY = (
        *("attrs", "cattrs", "click", "hypothesis", "json", "rich"),
        *("sphinx", "tomllib"),
    )

    def loaded(self, code: str) -> set[str]:
        """Return which heavy modules some code leaves loaded."""
        names = run(f"import sys\n{code}\nprint(*sys.modules)")
        return set(self.HEAVY) & set(names.split())

    def test_the_package_alone_loads_nothing(self) -> None:
        """Not even attrs: names are fetched when they are used."""
        assert self.loaded("import avi_portspec") == set()

    def test_the_model_loads_attrs_alone(self) -> None:
        """Readers and writers of data are not needed to hold it."""
        code = "import avi_portspec; avi_portspec.Edition"
        assert self.loaded(code) == {"attrs"}


class TestTheFloors:
    """The architecture is checked, not only drawn."""

    @pytest.mark.parametrize(
        "path",
        sorted(PACKAGE.rglob("*.py")),
        ids=lambda path: str(path.relative_to(PACKAGE)),
    )
    def test_imports_run_downwards(self, path: Path) -> None:
        """Imports inside functions and for type checkers count too."""
        (part, *_) = path.relative_to(PACKAGE).with_suffix("").parts
        if part == "__init__":
            return
        here = next(at for at, floor in enumerate(FLOORS) if part in floor)
        allowed = set().union(*FLOORS[: here + 1])
        allowed |= DOORS.get(path.relative_to(PACKAGE).as_posix(), set())
        assert {part for part, *_ in imported(path)} <= allowed

    def test_the_library_does_not_know_its_extension(self) -> None:
        """The extension stands on the library, and nothing on it."""
        for path in PACKAGE.rglob("*.py"):
            assert "sphinx" not in modules(path)

    def test_every_part_has_a_floor(self) -> None:
        """A new part is put on one on purpose."""
        parts = {
            path.stem
            for path in PACKAGE.iterdir()
            if path.suffix == ".py" or (path / "__init__.py").exists()
        }
        assert parts - {"__init__"} == set().union(*FLOORS)


def test_the_package_says_that_it_is_typed() -> None:
    """Type checkers look for the marker."""
    assert (PACKAGE / "py.typed").exists()
