"""Evaluates a Terraform module, in a process that may be killed.

Run by :mod:`avi_portspec.audit.inputs.hcl`, and never imported by it:
parsers of HCL can end their process, or never end. It prints JSON: what the
module evaluates to, and what its files say as they stand.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from avi_portspec.audit.inputs.confined import (
    confine_reading,
    enter,
    leave_network,
)
from avi_portspec.audit.inputs.hcl import LAST_BLOCK, PATH_ID
from avi_portspec.errors import InvalidDataError
from avi_portspec.serialisation.files import json_table

#: What the process may allocate, and what it may print, in bytes.
_MEMORY: Final = 1 << 30
_OUTPUT: Final = 256 << 20
#: What may read another file, however it is spelt: a function, or a path.
_READS: Final = re.compile(
    r"\b(?:template)?file\w*\s*[(/#]|\.\.|\\u|[=:]\s*\"/"
)


def evaluate(
    folder: Path, figures: int | None, *, is_confined: bool
) -> dict[str, Any]:
    """Return a module evaluated, and as its files have it.

    Args:
        folder: The folder of the module.
        figures: The open file that has how much memory is in use.
        is_confined: Whether the kernel lets nothing outside it be read.
    """
    import hcl2
    import tfparse

    options = hcl2.SerializationOptions(
        with_meta=True, with_comments=False, strip_string_quotes=True
    )
    # Whatever it needs is loaded by now, and what is free is known.
    hcl2.loads("a = 1\n", serialization_options=options)
    if figures is not None:
        _limit_memory(figures)
    if enter(str(folder.parent)):
        folder, is_confined = Path("/", folder.name), True
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        .replace(LAST_BLOCK, "")
        .replace(PATH_ID, ".path")
        for path in sorted([*folder.rglob("*.tf"), *folder.rglob("*.tf.json")])
    }
    if not is_confined and any(map(_READS.search, texts.values())):
        sys.exit(
            "it may read other files, and this system confines no process; "
            "audit the plan"
        )
    raw = {}
    for name, text in texts.items():
        try:
            raw[name] = (
                hcl2.loads(text, serialization_options=options)
                if name.endswith(".tf")
                else json_table(text, name, at_most=len(text))
            )
        except InvalidDataError as wrong:
            sys.exit(str(wrong))
        except Exception as wrong:  # noqa: BLE001 - whatever a parser raises
            sys.exit(f"{name}: {_why(wrong)}")
    values = [path.name for path in sorted(folder.glob("*.tfvars"))]
    evaluated = tfparse.load_from_path(
        str(folder), allow_downloads=False, vars_paths=values
    )
    return {"evaluated": evaluated, "raw": raw}


def _limit_memory(figures: int) -> None:
    """Limit the memory to what is in use and the limit.

    What Go allocates at once is never counted as data: it takes addresses
    first, which are not, and then the memory at these.
    """
    pages = int(os.pread(figures, 100, 0).partition(b" ")[0])
    limit = pages * resource.getpagesize() + _MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> None:
    """Evaluate the folder that is named, within so many seconds."""
    _, folder, seconds = sys.argv
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    figures = None
    with suppress(OSError):
        figures = os.open("/proc/self/statm", os.O_RDONLY)
    # Before anything is loaded that starts threads, which would be free.
    leave_network()
    is_confined = confine_reading(folder)
    try:
        found = evaluate(Path(folder), figures, is_confined=is_confined)
        text = json.dumps(found)
    except Exception as wrong:  # noqa: BLE001 - whatever a parser raises
        sys.exit(_why(wrong))
    if len(text) > _OUTPUT:
        sys.exit(f"a module of more than {_OUTPUT >> 20} MB, evaluated")
    sys.stdout.write(text)


def _why(wrong: BaseException) -> str:
    """Return why a parser gave up, in a line."""
    kinds = {type(each) for each in _causes(wrong)}
    if UnicodeDecodeError in kinds:
        return "text that is not UTF-8"
    if RecursionError in kinds:
        return "blocks or expressions that are nested too deeply"
    if MemoryError in kinds:
        return "out of memory"
    line = getattr(wrong, "line", None)
    if isinstance(line, int) and line > 0:
        return f"not understood at line {line}"
    text = str(wrong).strip().partition("\n")[0] or repr(wrong)
    if "int_max_str_digits" in text or "unsupported value" in text:
        return "a number that is too large"
    return text


def _causes(wrong: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and those that led to it."""
    while wrong is not None:
        yield wrong
        # Lark wraps what a part of its tree raises.
        wrong = (
            getattr(wrong, "orig_exc", None)
            or wrong.__cause__
            or wrong.__context__
        )
