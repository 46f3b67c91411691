"""Modules of Terraform that want too much, or what is not theirs."""

from __future__ import annotations

import resource
from importlib.util import find_spec
from pathlib import Path

import pytest

from avi_portspec import InvalidDataError
from avi_portspec.audit import read
from avi_portspec.audit.inputs import hcl
from avi_portspec.audit.readers import read as read_bytes

pytestmark = pytest.mark.skipif(
    find_spec("tfparse") is None or find_spec("hcl2") is None,
    reason="tfparse or python-hcl2 is absent: pip install --group platforms",
)

GROUP = 'resource "aws_security_group" "a" {{\n  name = {}\n}}\n'
#: What a process has at most, with all that was loaded before the limit.
MEMORY = 3 * 2**29
#: What stands in files that are not of a module.
OUTER = "hunter2"

DEEP = "nested too deeply"
LARGE = "a number that is too large"
MUCH = "at most 1 GB; audit the plan"
LONG = "within 1 seconds; audit the plan"
#: Which of its limits ends it depends on how fast the machine is.
ENDED = rf"{MUCH}|within \d+ seconds; audit the plan"
WRONG = "not understood at line 1"


RULES = (
    'resource "aws_security_group" "a" {\ndynamic "ingress" {\n'
    "for_each = range(9999999)\ncontent {\nfrom_port = ingress.value\n"
    'to_port = ingress.value\nprotocol = "tcp"\n}\n}\n}\n'
)


def doubled(count: int) -> str:
    """Return locals, each of which has that before it twice."""
    lines = [f'l{at} = "${{local.l{at - 1}}}${{local.l{at - 1}}}"'
             for at in range(1, count)]  # fmt: skip
    return "\n".join(["locals {", 'l0 = "aaaaaaaa"', *lines, "}\n"])


def listed(expression: str) -> str:
    """Return a module with a list that somebody counts."""
    return f"locals {{ x = {expression} }}\n" + GROUP.format("length(local.x)")


#: Each with what the error says; nothing if the module is read.
MODULES: dict[str, tuple[str | bytes, str]] = {
    "lists": (f"locals {{ x = {'[' * 3000}{']' * 3000} }}", DEEP),
    "brackets": (f"locals {{ x = {'(' * 9000}1{')' * 9000} }}", DEEP),
    "templates": (
        "locals { x = " + '"${' * 2000 + "1" + '}"' * 2000 + " }", DEEP,
    ),
    "blocks": ("a {" * 3000 + "}" * 3000, DEEP),
    "objects": ("locals { x = " + "{a=" * 3000 + "1" + "}" * 3000 + "}", DEEP),
    "conditions": (
        "locals { x = " + "true ? " * 9000 + "1" + " : 1" * 9000 + " }", DEEP,
    ),
    "json": ('{"resource": ' + '{"a":' * 5000 + "1" + "}" * 5001, "nested"),
    "open": ("locals { x = " + "[" * 9000, WRONG),
    "comments": ("/*" * 99_999, WRONG),
    "signs": ("locals { x = " + "!" * 9000 + "true }", WRONG),
    "exponent": (GROUP.format("1e999999999"), LARGE),
    "power": (GROUP.format("pow(10, 1000000000)"), LARGE),
    "digits": (GROUP.format("9" * 60_000), LARGE),
    "port": (
        f'resource "a" "b" {{\n c {{\n from_port = {"9" * 5000}\n }}\n}}\n',
        LARGE,
    ),
    "text": (GROUP.format('format("%1000000000s", "x")'), ENDED),
    "texts": (
        GROUP.format('join("", formatlist("%900000000s", ["x", "y"]))'),
        ENDED,
    ),
    "products": (
        listed("setproduct(range(1000), range(1000), range(1000))"), ENDED,
    ),
    "nul": (GROUP.format('"a\0b"'), ""),
    "nul outside": ("\0" + GROUP.format('"a"'), WRONG),
    "no UTF-8": (GROUP.format('"x"').encode() + b"# \xff", "not UTF-8"),
    "a key twice": (
        '{"resource": {"aws_security_group": {}}, "resource": {}}', "once",
    ),
    "ranges": (listed("range(100000000)"), ""),
    "loops": (
        listed("[for a in range(3000): [for b in range(3000): "
               "[for c in range(3000): a]]]"), "",
    ),
    "networks": (
        listed('[for i in range(200000): cidrsubnet("10.0.0.0/8", 16, i)]'),
        "",
    ),
    "expressions": (GROUP.format(f'regexall("(a*)*b", "{"a" * 9999}")'), ""),
    "itself": (GROUP.format("aws_security_group.a.name"), ""),
    "a circle": (
        "locals {\na = local.b\nb = local.a\n}\n" + GROUP.format("local.a"),
        "",
    ),
    "rules": (RULES, ""),
}  # fmt: skip
#: As much as they get, they take.
SLOW: dict[str, tuple[str | bytes, str]] = {
    "count": ('resource "aws_security_group" "a" {\ncount = 9999999\n}', LONG),
    "count in JSON": (
        '{"resource": {"aws_security_group": {"a": {"count": 1e9}}}}', LONG,
    ),
    "resources": (
        "".join(f'resource "aws_vpc" "a{at}" {{}}\n' for at in range(20_000)),
        LONG,
    ),
    "hashes": (GROUP.format('bcrypt("x", 31)'), LONG),
    "doubles": (doubled(60) + GROUP.format("local.l59"), MUCH),
    "calls itself": ('module "m" {\nsource = "./"\n}\n', ENDED),
}  # fmt: skip


def judge(text: str | bytes, why: str) -> None:
    """Read a module, and see what the error says."""
    data = text if isinstance(text, bytes) else text.encode()
    if not why:
        read(data, format="terraform")
    else:
        with pytest.raises(InvalidDataError, match=why) as caught:
            read(data, format="terraform")
        assert len(str(caught.value)) < 200
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert used < MEMORY


@pytest.mark.parametrize("name", MODULES)
def test_each_ends_within_its_limits(name: str) -> None:
    """With what it has, or with a clear error."""
    judge(*MODULES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_what_would_never_end(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ended, by its time or by its memory."""
    if "1 GB" not in SLOW[name][1]:
        monkeypatch.setattr(hcl, "_SECONDS", 1)
    judge(*SLOW[name])


class TestNothingElseIsRead:
    """A module is its folder, whatever it names."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Return the folder of a module, beside what is not of it."""
        folder = tmp_path / "module"
        folder.mkdir()
        outer = tmp_path / "outer"
        outer.mkdir()
        (outer / "main.tf").write_text(GROUP.format(f'"{OUTER}"'))
        (outer / "secret.txt").write_text(OUTER)
        (outer / OUTER).mkdir()
        return folder

    @pytest.mark.parametrize(
        "call",
        [
            'file("{}/secret.txt")',
            'filebase64("{}/secret.txt")',
            'templatefile("{}/secret.txt", {{}})',
            'fileexists("{}/secret.txt") ? "hunter2" : "no"',
            'join(",", fileset("{}", "*"))',
        ],
    )
    @pytest.mark.parametrize("way", ["{0}", "../../../../../../../../..{0}"])
    def test_functions_that_read(
        self, folder: Path, call: str, way: str
    ) -> None:
        """By whichever path; what is unknown stands in its place."""
        outer = way.format(folder.parent / "outer")
        (folder / "main.tf").write_text(
            GROUP.format(call.format(outer))
            + 'resource "aws_security_group_rule" "b" {\n'
            f"  description = {call.format(outer)}\n"
            "  security_group_id = aws_security_group.a.id\n"
            '  type = "ingress"\n  from_port = 22\n  to_port = 22\n'
            '  protocol = "tcp"\n  cidr_blocks = ["10.0.0.0/8"]\n}\n'
        )
        found = read(folder)
        assert OUTER not in repr(found)
        assert (found.units, found.read) == (1, 1)

    def test_modules(self, folder: Path) -> None:
        """That stand elsewhere, or behind a link."""
        outer = folder.parent / "outer"
        (folder / "link").symlink_to(outer)
        (folder / "link.tf").symlink_to(outer / "main.tf")
        far = "../../../../../../../../.."
        (folder / "main.tf").write_text(
            "".join(
                f'module "m{at}" {{\n  source = "{source}"\n}}\n'
                for at, source in enumerate(
                    ("../outer", f"{far}{outer}", f"{outer}", "./link")
                )
            )
        )
        found = read(folder)
        assert OUTER not in repr(found)
        assert found.filters == ()
        assert sorted(each.text for each in found.unread) == [
            "link.tf", "module.m0", "module.m1", "module.m2", "module.m3",
        ]  # fmt: skip

    def test_files_that_are_named_so(self, folder: Path) -> None:
        """The names of files are paths within the folder, or nothing."""
        outer = folder.parent / "outer" / "main.tf"
        beside = {f"../outer/{outer.name}": b"x", str(outer): b"x"}
        found = read_bytes(
            GROUP.format('"a"').encode(), "main.tf", beside=beside
        )
        assert found.unread == ()
