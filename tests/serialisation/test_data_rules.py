"""The rules that data must keep: each is registered, and each can be broken.

An example of the registry is run by the public reader of its kind of file.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import attrs
import pytest
import tomli_w
from example_data import example

import avi_portspec
from avi_portspec import (
    Edition,
    Fault,
    InvalidDataError,
    StatementSource,
)
from avi_portspec.audit.accepted import Accepted
from avi_portspec.audit.readers import read as read_rules
from avi_portspec.audit.roles import RoleMap, read_roles
from avi_portspec.beyond.files import read_library
from avi_portspec.beyond.records import Library
from avi_portspec.edition import bundled
from avi_portspec.edition.bundled import (
    compiled_source,
    edition_files,
    load_bundled,
    module_of,
)
from avi_portspec.ledger.entries import Ledger
from avi_portspec.ledger.fragments import from_text
from avi_portspec.model.checks import Check
from avi_portspec.names import EditionId
from avi_portspec.rules import traffic
from avi_portspec.rules.neutral import Rule
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.facet_lists import facet_bytes
from tools.data_rules import FILES, RULES, DataRule

ROOT = Path(avi_portspec.__file__).parent
#: The rule of which only the parser of another project can tell.
needs_hcl = pytest.mark.skipif(
    find_spec("tfparse") is None or find_spec("hcl2") is None,
    reason="tfparse or python-hcl2 is absent: pip install --group platforms",
)
SOURCES = [
    path
    for folder in (ROOT, ROOT.parent / "sphinx_ext")
    for path in folder.rglob("*.py")
    if not path.name.startswith("edition_")
]


def firewall_rule(**changes: Any) -> Rule:
    """Return a firewall rule that is right, with some changes."""
    fields = {
        "id": "a-to-b",
        "source": "a",
        "destination": "b",
        "family": 4,
        "sources": (ip_network("10.0.0.1/32"),),
        "destinations": (ip_network("10.0.0.2/32"),),
        "traffic": traffic.Ported(
            protocol=avi_portspec.TCP, ports=(avi_portspec.PortRange.of(22),)
        ),
        "flows": ("a-to-b",),
        "reasons": ("Required.",),
    }
    return Rule(**(fields | changes))


def edition_of(*, sections: int = 0, flows: int = 0) -> Edition:
    """Return an edition of more sections, or of flows with 8,000 ports."""
    sound = avi_portspec.loads(json.dumps(example()))
    ports = tuple(map(avi_portspec.PortRange.of, range(1, 8_001)))
    protocols = tuple(
        map(avi_portspec.Protocol.of, ("tcp", "udp", "sctp", 33, 136))
    )
    return attrs.evolve(
        sound,
        sections=[
            *sound.sections,
            *(
                avi_portspec.Section(id=f"section-{n}", title=f"Section {n}")  # type: ignore[arg-type]
                for n in range(sections)
            ),
        ],
        flows=[
            *sound.flows,
            *(
                attrs.evolve(
                    sound.flows[1],
                    id="flow-" + "x" * (n + 1),
                    protocols=protocols,
                    ports=ports,
                )
                for n in range(flows)
            ),
        ],
    )


def built_in(name: str, other: str) -> Edition:
    """Return what is read for an edition from a file of another one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.toml")
        path.write_text(avi_portspec.dumps_toml(avi_portspec.load(other)))
        return load_bundled(EditionId(name), str(path))


def source_file(name: str) -> Library:
    """Return what is read from a folder with one source, under that name."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "statements")
        folder.mkdir()
        folder.with_suffix(".toml").write_text("")
        text = tomli_w.dumps(example(kind="source"))
        folder.joinpath(f"{name}.toml").write_text(text)
        return read_library(str(folder))


def compiled(name: str, **fields: object) -> Edition:
    """Return what a bundled edition's file and another module are read as."""
    path = Path(edition_files()[EditionId(name)])
    edition = avi_portspec.load(path)
    module = ModuleType(f"avi_portspec.data.{module_of(str(path))}")
    source = compiled_source(path.read_bytes() + facet_bytes(), edition)
    exec(source, vars(module))  # noqa: S102 - ours
    right = module.fields()
    module.fields = lambda: right | fields  # type: ignore[attr-defined]
    with (
        patch.dict(sys.modules, {module.__name__: module}),
        patch.dict(bundled._loaded, clear=True),
    ):
        return load_bundled(EditionId(name), str(path))


def check(text: str) -> None:
    """Raise what the command line finds wrong with a file."""
    run = subprocess.run(
        [sys.executable, "-m", "avi_portspec", "check", "--json", "-"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    (found,) = json.loads(run.stdout)["files"]
    raise InvalidDataError(
        found["file"], [Fault(**fault) for fault in found["faults"]]
    )


def broken(rule: DataRule) -> list[str]:
    """Return the ids of the rules that an example breaks."""
    names = {
        **vars(traffic),
        **{name: getattr(avi_portspec, name) for name in avi_portspec.__all__},
        "attrs": attrs,
        "built_in": built_in,
        "check": check,
        "compiled": compiled,
        "diff": avi_portspec.diff,
        "edition_of": edition_of,
        "firewall_rule": firewall_rule,
        "from_text": from_text,
        "functools": functools,
        "Accepted": Accepted,
        "RoleMap": RoleMap,
        "read_roles": read_roles,
        "read_rules": read_rules,
        "source_file": source_file,
    }
    if rule.kind == "python":
        with pytest.raises(InvalidDataError) as caught:
            eval(rule.example, names)  # noqa: S307 - the project's own text
    else:
        with pytest.raises(InvalidDataError) as caught:
            load(rule.kind, example(rule.example, rule.kind))
    return [fault.rule for fault in caught.value.faults]


def load(kind: str, data: dict[str, Any]) -> None:
    """Read a file of a kind by the reader that people use."""
    edition = avi_portspec.loads(json.dumps(example()))
    if kind == "edition":
        avi_portspec.loads(json.dumps(data))
    elif kind == "deployment":
        text = tomli_w.dumps(data)
        avi_portspec.loads_deployment(text, edition=edition)
    elif kind == "overlay":
        edition.overlay(tomli_w.dumps(data))
    elif kind == "source":
        read(data, StatementSource, "source")
    elif kind == "inventory":
        avi_portspec.loads_inventory(tomli_w.dumps(data), edition=edition)
    else:
        ledger: Ledger = read(data, Ledger, "ledger")
        faults = list(ledger.faults(edition))
        if faults:
            raise InvalidDataError("ledger", faults)


class TestTheRegistry:
    """Each rule has an id, a demand, and an example that breaks it."""

    @pytest.mark.parametrize("kind", FILES)
    def test_the_small_files_are_sound(self, kind: str) -> None:
        """What an example breaks was whole before."""
        load(kind, example(kind=kind))

    @pytest.mark.parametrize(
        "rule",
        [
            pytest.param(rule, marks=[needs_hcl] * (rule == "audit/not-hcl"))
            for rule in RULES
        ],
    )
    def test_its_example_breaks_it(self, rule: str) -> None:
        """The reader names the rule, and at most two others."""
        found = broken(RULES[rule])
        assert rule in found
        few = 3
        assert len(set(found)) <= few

    @pytest.mark.parametrize("rule", RULES)
    def test_it_is_one_sentence(self, rule: str) -> None:
        """An id in two parts, and a demand that fits on a line."""
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*", rule)
        demand = RULES[rule].demand
        assert demand[0].isupper()
        assert demand.endswith(".")
        assert len(demand) <= 72


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    """Return all that a module's source is made of."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def faults_made(path: Path) -> Iterator[ast.Call]:
    """Yield each place in a module at which a fault is made."""
    for node in nodes(path):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Fault"
        ):
            yield node


def checks() -> Iterator[type[Check]]:
    """Yield every kind of check."""
    left = [Check]
    while left:
        cls = left.pop()
        left += cls.__subclasses__()
        if cls is not Check and cls.__module__.startswith("avi_portspec."):
            yield cls


class TestNoFaultWithoutARule:
    """The library makes no fault whose rule is not registered."""

    def test_the_source_names_registered_rules(self) -> None:
        """Each fault is made with an id, or with a variable that has one."""
        made = [call for path in SOURCES for call in faults_made(path)]
        given = [call.args[0] for call in made]
        named = {a.value for a in given if isinstance(a, ast.Constant)}
        assert named <= set(RULES)
        others = {
            ast.unparse(each)
            for each in given
            if not isinstance(each, ast.Constant)
        }
        assert others == {"rule", "self.rule", "self.rule_for(value)"}

    def test_each_registered_rule_is_in_the_source(self) -> None:
        """A rule that nothing enforces any more is taken out."""
        text = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
        assert [rule for rule in RULES if f'"{rule}"' not in text] == []

    def test_each_check_names_a_registered_rule(self) -> None:
        """A kind of check that names none would fail when it is needed."""
        found = {cls.__name__: getattr(cls, "rule", None) for cls in checks()}
        # Maybe passes on the rule of the check within it.
        assert found.pop("Maybe") is None
        # The base of texts and ids.
        assert found.pop("_Limited") is None
        assert set(found.values()) <= set(RULES)

    def test_ids_in_the_source_are_registered(self) -> None:
        """Those too that reach a fault through a variable."""
        groups = {rule.partition("/")[0] for rule in RULES}
        form = re.compile(rf"({'|'.join(groups)})/[a-z0-9-]+")
        found = {
            node.value
            for path in SOURCES
            for node in nodes(path)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and form.fullmatch(node.value)
        }
        media = {"text/csv", "text/html", "text/markdown", "text/plain"}
        assert found - media <= set(RULES)
