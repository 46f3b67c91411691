"""Evaluates a Terraform module, in a process that may be killed.

Run by :mod:`avi_portspec.audit.inputs.hcl`, and never imported by it:
parsers of HCL can end their process, or never end. It prints JSON: what the
module evaluates to, and what its files say as they stand.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

#: What the process may allocate, in bytes.
_MEMORY = 1 << 30


def evaluate(folder: Path) -> dict[str, Any]:
    """Return a module evaluated, and as its files have it.

    Args:
        folder: The folder of the module; nothing outside it is read.
    """
    import hcl2
    import tfparse

    options = hcl2.SerializationOptions(
        with_meta=True, with_comments=False, strip_string_quotes=True
    )
    raw = {
        path.relative_to(folder).as_posix(): hcl2.loads(
            path.read_text("utf-8"), serialization_options=options
        )
        for path in sorted(folder.rglob("*.tf"))
    }
    for path in sorted(folder.rglob("*.tf.json")):
        name = path.relative_to(folder).as_posix()
        raw[name] = json.loads(path.read_text("utf-8"))
    values = [path.name for path in sorted(folder.glob("*.tfvars"))]
    evaluated = tfparse.load_from_path(
        str(folder), allow_downloads=False, vars_paths=values
    )
    return {"evaluated": evaluated, "raw": raw}


def main() -> None:
    """Evaluate the folder that is named, within so many seconds."""
    _, folder, seconds = sys.argv
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    try:
        found = evaluate(Path(folder))
        text = json.dumps(found)
    except RecursionError:
        sys.exit("blocks nested too deeply")
    except Exception as wrong:  # noqa: BLE001 - whatever a parser raises
        sys.exit(str(wrong).strip().partition("\n")[0] or repr(wrong))
    sys.stdout.write(text)
