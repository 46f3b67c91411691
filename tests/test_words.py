"""What users read is plain English: a few hard rules, held everywhere.

The rules are patterns of wordings that needed a second reading. They are
asked of every string that the library and the extension can print or
render, of the editions' texts, and of the documentation.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

#: What nobody should have to read twice, and what to write instead.
RULES = {
    r"\bleft open\b|\bleaves? (?:\S+ ){0,4}open\b": "not documented",
    r"\bgoes by\b|\bgo by the (?:name|string)\b": "unknown deployment 'x'",
    r"\bwanted\b.{0,80}\bgot\b": "expected X, got Y",
    r"\bset apart by\b": "comma-separated",
    r"\b(?:come|comes) along\b": "bundled",
    r"\bcannot say\b": "cannot express",
    r"\bwhole or not at all\b": "atomically",
    r"\bas far as was asked\b": "for this deployment",
    r"\bexclude one another\b": "cannot be used together",
    r"\blaid over\b": "applied on top of",
    r"\bstands? in for it\b": "replaces it",
    r"\bwhich is no statement\b": "which proves nothing",
    # In the documentation of a product, "the page" is the one in front of
    # the reader.
    r"\b[Tt]he page\b": "the vendor's page",
}

PATTERNS = {re.compile(pattern): better for pattern, better in RULES.items()}


def breaches(text: str) -> list[str]:
    """Return what in *text* breaks a rule, and what would be better."""
    # Lines of a source are broken anywhere.
    flowing = " ".join(text.split())
    return [
        f"{found[0]!r} in {_around(flowing, found.start())!r}: say {better!r}"
        for pattern, better in PATTERNS.items()
        for found in pattern.finditer(flowing)
    ]


def _around(text: str, at: int) -> str:
    return text[max(0, at - 30) : at + 50]


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each string of a module, docstrings too, with its line.

    The pieces of a formatted string are one string: a placeholder takes the
    place of what is put in.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = []
            for value in node.values:
                inside.add(id(value))
                plain = isinstance(value, ast.Constant)
                parts.append(str(ast.literal_eval(value)) if plain else "X")
            yield node.lineno, "".join(parts)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield node.lineno, node.value


def texts_of(value: Any) -> Iterator[str]:
    """Yield every string of a data file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)


MODULES = sorted(
    path
    for folder in ("avi_portspec", "sphinx_ext")
    for path in (ROOT / folder).rglob("*.py")
    if not path.name.startswith("edition_")
)
DATA = sorted((ROOT / "avi_portspec" / "data").rglob("*.toml"))
PROSE = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.rst")),
    *sorted((ROOT / "docs").rglob("*.txt")),
]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class TestPlainEnglish:
    """No text that users read breaks a rule."""

    @pytest.mark.parametrize("path", MODULES, ids=_name)
    def test_in_modules(self, path: Path) -> None:
        """Messages, help, labels and docstrings keep the rules."""
        found = [
            f"{_name(path)}:{line}: {each}"
            for line, text in literals(path)
            for each in breaches(text)
        ]
        assert not found, "\n".join(found)

    @pytest.mark.parametrize("path", DATA, ids=_name)
    def test_in_editions(self, path: Path) -> None:
        """Notes, purposes and reasons keep them: they are rendered."""
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        found = [each for text in texts_of(data) for each in breaches(text)]
        assert not found, "\n".join(found)

    @pytest.mark.parametrize("path", PROSE, ids=_name)
    def test_in_documentation(self, path: Path) -> None:
        """So do the documentation and its examples."""
        found = breaches(path.read_text(encoding="utf-8"))
        assert not found, "\n".join(found)


class TestTheRules:
    """The rules find what they are for, and nothing else."""

    @pytest.mark.parametrize(
        "text",
        [
            "vantage-undated leaves this deployment open",
            "what the vendor left open",
            "no cloud goes by 'awz'",
            "wanted a port, got 'x'",
            "values, set apart by commas",
            "An edition that comes along",
            "ciscoasa cannot say rule 5",
            "Write to a file, whole or not at all",
            "Nothing, as far as was asked.",
            "The page does not say.",
            "what the page states",
            "what\nthe\npage states",
        ],
    )
    def test_a_breach_is_found(self, text: str) -> None:
        """Also across the end of a line."""
        assert len(breaches(text)) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "The vendor's page does not say.",
            "the 17.1 page requires it",
            "the published page",
            "Ports that have to be open.",
            "expected a port, got 'x'",
        ],
    )
    def test_plain_text_is_not(self, text: str) -> None:
        """Words between "the" and "page" say which page it is."""
        assert breaches(text) == []

    def test_pieces_of_a_string_are_read_as_one(self, tmp_path: Path) -> None:
        """A wording broken over two literals, or around a value, is seen."""
        path = tmp_path / "module.py"
        path.write_text('a = ("goes " "by")\nb = f"the {a}page"\n')
        assert [text for _, text in literals(path)] == ["the Xpage", "goes by"]
