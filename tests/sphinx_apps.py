"""Sphinx, as tests run it within their own process."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from sphinx.testing.util import SphinxTestApp

_NONE: Mapping[str, Any] = MappingProxyType({})


class _Compiled(BytecodeCache):
    """Keeps the compiled templates of HTML pages for the next application.

    Compiling them takes longer than all else that a small project needs.
    """

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._found:
            bucket.bytecode_from_string(self._found[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._found[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class App(SphinxTestApp):
    """An application that leaves to the next one what Sphinx starts with.

    Sphinx adds what the extensions of a project read to its own default of
    ``source_suffix``: each application gets that default anew.

    Args:
        builder: The name of a builder.
        folder: Where the project is.
        conf: Settings, which win over those of ``conf.py``.
        out: Where to build it; ``_build`` within the project by default.
        parallel: How many processes to use.
    """

    def __init__(
        self,
        builder: str,
        folder: Path,
        conf: Mapping[str, Any] = _NONE,
        *,
        out: Path | None = None,
        parallel: int = 0,
    ) -> None:
        super().__init__(
            builder,
            srcdir=folder,
            builddir=out or folder / "_build",
            confoverrides={
                "source_suffix": {".rst": "restructuredtext"},
                **conf,
            },
            status=io.StringIO(),
            warning=io.StringIO(),
            parallel=parallel,
        )
        templates = getattr(self.builder, "templates", None)
        if templates is not None:
            templates.environment.bytecode_cache = _COMPILED
