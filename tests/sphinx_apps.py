"""Sphinx, as tests run it within their own process."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sphinx.testing.util import SphinxTestApp

_NONE: Mapping[str, Any] = MappingProxyType({})


class Compiled(BytecodeCache):
    """Templates as Jinja compiles them, for every application to come."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a template's place, unless its source is another now."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template was compiled to."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


#: Half of the time that a small project takes in HTML goes into these.
COMPILED = Compiled()


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
        if templates := getattr(self.builder, "templates", None):
            templates.environment.bytecode_cache = COMPILED
