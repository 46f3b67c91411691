"""Sphinx, as tests run it within their own process."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sphinx.testing.util import SphinxTestApp

_NONE: Mapping[str, Any] = MappingProxyType({})


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
