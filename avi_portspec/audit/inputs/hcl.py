"""HCL of Terraform, evaluated in a limited process and checked raw."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.names import clean
from avi_portspec.errors import MissingExtraError

__all__ = ["LAST", "LAST_BLOCK", "PATH_ID", "Block", "Module", "evaluate"]

#: How long the process may compute, and how long anybody waits for it: on a
#: busy machine, the second is far longer than the first.
_SECONDS: Final = 10
_PATIENCE: Final = 120
_CHILD: Final = "from avi_portspec.audit.inputs.hcl_child import main; main()"
#: What Go, and the child of its own accord, say where memory ends.
_NO_MEMORY: Final = re.compile(rb"out of memory|cannot allocate memory")
_FILES: Final = 1_000
#: The label of a dynamic block that is put at the end of each resource that
#: has dynamic blocks: of the last one that makes any, the parser loses one
#: where a block that is not dynamic follows, and behind this one none does.
LAST: Final = "avi_portspec_last"
LAST_BLOCK: Final = f'dynamic "{LAST}" {{\nfor_each = [0]\ncontent {{}}\n}}\n'
_RESOURCE: Final = re.compile(r"([ \t]*)resource\b.*\{\s*$")
_DYNAMIC: Final = re.compile(r"[ \t]*dynamic\b")
#: Instead of the path by which NSX names a group or service, which the parser
#: does not have: an id, and a comment that tells it from others.
PATH_ID: Final = ".id/*avi_portspec_path*/"
_PATH: Final = re.compile(
    rb"\b(nsxt_policy_(?:group|service)\.[\w-]+(?:\[[^]\n]*\])?)\.path\b"
)
_ENDINGS: Final = (".tf", ".tf.json", ".tfvars")


class Block(NamedTuple):
    """A block of a file, as it is written.

    Attributes:
        file: The file.
        labels: Its labels.
        body: Its arguments and blocks.
    """

    file: str
    labels: tuple[str, ...]
    body: Mapping[str, Any]


class Module(NamedTuple):
    """A module.

    Attributes:
        evaluated: What it evaluates to: resources by their kind.
        blocks: Its blocks as they are written, by their kind.
        assigned: The variables that files of values set.
        files: The files, by their paths within it.
        missing: The paths of files that were not to be read.
    """

    evaluated: Mapping[str, Any]
    blocks: Mapping[str, list[Block]]
    assigned: frozenset[str]
    files: Mapping[str, bytes]
    missing: tuple[str, ...]


_ASSIGNED: Final = re.compile(r"^[ \t]*([A-Za-z_][\w-]*)[ \t]*=", re.MULTILINE)


def evaluate(document: Document) -> Module:
    """Return a module, evaluated and as it is written.

    Args:
        document: A file of the module, and the files beside it.

    Raises:
        MissingExtraError: The extra ``terraform`` is not installed.
        InvalidDataError: It cannot be evaluated, or not within the limits.
    """
    files = _files(document)
    if find_spec("tfparse") is None or find_spec("hcl2") is None:
        raise MissingExtraError(
            "reading HCL (without it, audit the plan: "
            "terraform show -json tfplan > plan.json)",
            "terraform",
        )
    with tempfile.TemporaryDirectory(prefix="avi-portspec-") as name:
        # Alone in its folder, by a name that no path in it can have.
        folder = Path(tempfile.mkdtemp(dir=name))
        lines: dict[str, list[int]] = {}
        for path, data in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            ended, lines[path] = _ended(data)
            target.write_bytes(ended)
        found = _run(document, folder)
    _put_back_lines(found["evaluated"], lines)
    blocks: dict[str, list[Block]] = {}
    for file, raw in found["raw"].items():
        for kind, block in _blocks(file, raw):
            blocks.setdefault(kind, []).append(block)
    assigned = frozenset(
        word
        for path, data in files.items()
        if path.endswith(".tfvars")
        for word in _ASSIGNED.findall(data.decode("utf-8", "replace"))
    )
    missing = [name for name, data in document.beside.items() if data is None]
    return Module(found["evaluated"], blocks, assigned, files, tuple(missing))


def _files(document: Document) -> dict[str, bytes]:
    """Return the files of a module by their paths within it."""
    own = PurePosixPath(document.name).name
    if not own.endswith(_ENDINGS):
        own = "main.tf.json" if document.is_json else "main.tf"
    files = {own: document.data} if document.data.strip() else {}
    for path, data in document.beside.items():
        parts = PurePosixPath(path).parts
        inside = parts and ".." not in parts and not path.startswith("/")
        if inside and path.endswith(_ENDINGS) and data is not None:
            files.setdefault(path, data)
    if len(files) > _FILES:
        raise document.refusal(
            "audit/too-many-files",
            f"a module of at most {_FILES:,} files",
            f"{len(files):,}",
        )
    return files


def _ended(data: bytes) -> tuple[bytes, list[int]]:
    """Return a file with a last block in each resource of dynamic ones.

    Its end is the brace that stands under its beginning. A resource that is
    written otherwise gets none, which shows in what it evaluates to. Paths
    of NSX are ids.

    Returns:
        The file, and the line of the original for each of its lines.
    """
    found: list[bytes] = []
    numbers: list[int] = []
    end, is_dynamic = None, False
    data = _PATH.sub(rb"\1" + PATH_ID.encode(), data)
    for number, own in enumerate(data.split(b"\n"), 1):
        raw, line = own, own.decode("utf-8", "replace")
        begun = _RESOURCE.match(line)
        if begun:
            end, is_dynamic = f"{begun[1]}}}", False
        elif _DYNAMIC.match(line):
            is_dynamic = True
        elif end is not None and line.startswith(end):
            if is_dynamic:
                numbers += [number] * LAST_BLOCK.count("\n")
                raw = LAST_BLOCK.encode() + raw
            end = None
        numbers.append(number)
        found.append(raw)
    return b"\n".join(found), numbers


def _put_back_lines(
    evaluated: Any, lines: Mapping[str, Sequence[int]]
) -> None:
    """Make the lines of blocks those of the files as they were given."""
    stack = [evaluated]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            stack += value.values()
            numbers = lines.get(str(value.get("filename")), ())
            for key in ("line_start", "line_end"):
                at = value.get(key)
                if isinstance(at, int) and 0 < at <= len(numbers):
                    value[key] = numbers[at - 1]


def _run(document: Document, folder: Path) -> Any:
    # Isolated: no file and no variable of the user's configures it.
    command = [sys.executable, "-I", "-c", _CHILD, str(folder), str(_SECONDS)]
    environment = {"PATH": os.defpath}
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter, and own code
            command,
            capture_output=True,
            check=False,
            env=environment,
            cwd=folder,
            timeout=_PATIENCE,
        )
        slow = done.returncode == -signal.SIGXCPU
    except subprocess.TimeoutExpired:
        slow = True
    if slow:
        raise document.refusal(
            "audit/not-hcl",
            f"a module that is evaluated within {_SECONDS} seconds; "
            "audit the plan",
            "one that takes longer",
        )
    if done.returncode and _NO_MEMORY.search(done.stderr):
        raise document.refusal(
            "audit/not-hcl",
            "a module that takes at most 1 GB; audit the plan",
            "one that takes more",
        )
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip()
        first = clean(why.partition("\n")[0].replace(str(folder), "."))
        raise document.refusal(
            "audit/not-hcl",
            "valid HCL",
            first or f"the parser ended with {done.returncode}",
        )
    return json.loads(done.stdout)


def _blocks(file: str, raw: Any) -> Iterator[tuple[str, Block]]:
    """Yield the blocks of a file, of HCL or of its JSON."""
    for kind, value in raw.items() if isinstance(raw, dict) else ():
        depth = {"resource": 2, "module": 1, "variable": 1}.get(kind, 0)
        for labels, body in _labelled(value, depth):
            yield kind, Block(file, labels, body)


def _labelled(
    value: Any, depth: int
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(value, list):
        for each in value:
            yield from _labelled(each, depth)
    elif isinstance(value, dict) and not depth:
        yield (), value
    elif isinstance(value, dict):
        for label, inner in value.items():
            if not label.startswith("__"):
                for labels, body in _labelled(inner, depth - 1):
                    yield (label, *labels), body
