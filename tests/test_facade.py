"""What ``import avi_portspec`` offers, and what it costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import avi_portspec
import sphinx_avi_portspec

PACKAGE = Path(avi_portspec.__file__).parent

#: A module imports only from its own floor or from below. ``__init__`` is
#: the façade, which fetches names from everywhere but the command line.
FLOORS = [
    {"errors", "names", "version"},
    {"documents"},
    {"data", "model"},
    {"serialisation"},
    {"beyond"},
    {"tabular"},
    {"deployment"},
    {"edition"},
    {"changes", "exporters", "rules", "strategies"},
    {"audit", "ledger"},
    {"__init__"},
    {"cli"},
    {"__main__"},
]


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


def names_in(path: Path) -> set[str]:
    """Return the full names that a module imports, in whatever way.

    Imports inside functions and those for type checkers alone count too.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files_of(name: str, package: Path) -> set[str]:
    """Return the file of a package that an imported name leads to.

    ``avi_portspec.model.flows.Flow`` leads to ``model/flows.py``, and a name
    that the façade offers to ``__init__.py``.
    """
    first, *parts = name.split(".")
    if first != package.name:
        return set()
    for end in range(len(parts), -1, -1):
        base = package.joinpath(*parts[:end])
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.exists():
                return {path.relative_to(package).as_posix()}
    raise AssertionError(name)


def files_in(package: Path) -> list[str]:
    """Return the files of a package."""
    return sorted(
        path.relative_to(package).as_posix() for path in package.rglob("*.py")
    )


@cache
def imports_in(package: Path) -> dict[str, set[str]]:
    """Return what each file of a package imports of it, in whatever way."""
    return {
        file: {
            other
            for name in names_in(package / file)
            for other in files_of(name, package)
        }
        for file in files_in(package)
    }


#: The files of the library.
FILES = files_in(PACKAGE)


def part_of(file: str) -> str:
    """Return the part of the library that a file belongs to."""
    return file.split("/", maxsplit=1)[0].removesuffix(".py")


def reached(start: str, imports: dict[str, set[str]]) -> set[str]:
    """Return every file that a file imports, by whatever steps."""
    found: set[str] = set()
    left = [start]
    while left:
        new = imports[left.pop()] - found
        found |= new
        left += new
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
        listed = [
            name for names in avi_portspec._HOMES.values() for name in names
        ]
        assert sorted(listed) == sorted(avi_portspec._HOME_OF)
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
        own = {"DATA_VERSION", "__version__"}
        assert {*imported, *own} == set(avi_portspec.__all__)

    @pytest.mark.parametrize("file", FILES)
    def test_what_a_module_lists_is_there(self, file: str) -> None:
        """A name that went, or was misspelled, is offered to nobody."""
        parts = Path("avi_portspec", file).with_suffix("").parts
        module = import_module(".".join(parts).removesuffix(".__init__"))
        for each in getattr(module, "__all__", ()):
            assert hasattr(module, each), each

    def test_they_are_listed_by_dir(self) -> None:
        """Completion in a shell finds names that are not loaded yet."""
        found = run("import avi_portspec; print('Flow' in dir(avi_portspec))")
        assert found == "True"

    def test_dir_lists_nothing_else(self) -> None:
        """Not what the module needs to fetch them."""
        assert dir(avi_portspec) == sorted(avi_portspec.__all__)

    def test_others_are_no_attributes(self) -> None:
        """A wrong name fails as in any module."""
        with pytest.raises(AttributeError, match="no attribute 'Port'"):
            avi_portspec.Port  # noqa: B018

    def test_no_function_is_hidden_by_a_subpackage(self) -> None:
        """Whatever was imported before, the names stay what they are."""
        code = (
            "import avi_portspec as a, avi_portspec.edition.loading, "
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

    @pytest.mark.parametrize("file", FILES)
    def test_imports_run_downwards(self, file: str) -> None:
        """No file imports from a floor above its own."""
        here = next(
            at for at, floor in enumerate(FLOORS) if part_of(file) in floor
        )
        allowed = set().union(*FLOORS[: here + 1])
        assert {part_of(each) for each in imports_in(PACKAGE)[file]} <= allowed

    @pytest.mark.parametrize("file", FILES)
    def test_no_file_is_in_a_circle(self, file: str) -> None:
        """No file imports, by whatever steps, itself."""
        assert file not in reached(file, imports_in(PACKAGE))

    @pytest.mark.parametrize(
        "package",
        [
            Path(sphinx_avi_portspec.__file__).parent,
            Path(__file__).parents[1] / "docs" / "_ext" / "avi_docs",
        ],
        ids=lambda package: package.name,
    )
    def test_nor_is_one_elsewhere(self, package: Path) -> None:
        """Of the extension, and of what the documentation writes itself."""
        imports = imports_in(package)
        assert len(imports) > 5
        circles = [file for file in imports if file in reached(file, imports)]
        assert circles == []

    def test_the_library_does_not_know_its_extension(self) -> None:
        """The extension stands on the library, and nothing on it."""
        for path in PACKAGE.rglob("*.py"):
            assert "sphinx" not in modules(path)

    def test_every_part_has_a_floor(self) -> None:
        """A new part is put on one on purpose."""
        assert set(map(part_of, FILES)) == set().union(*FLOORS)


def test_the_package_says_that_it_is_typed() -> None:
    """Type checkers look for the marker."""
    assert (PACKAGE / "py.typed").exists()
