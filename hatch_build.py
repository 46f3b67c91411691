"""The build's one step of its own: its data compiled for a fast start.

Each file of an edition or of another source is read strictly, so that no
package is ever built with a broken one, and written out again as a module of
constructor calls.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileEditions(BuildHookInterface):  # type: ignore[type-arg]
    """Write ``edition_*.py`` beside the editions' files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every edition before the files are gathered."""
        sys.path.insert(0, self.root)
        try:
            from avi_portspec.beyond import files as sources
            from avi_portspec.edition.bundled import (
                compiled_source,
                edition_files,
                module_of,
            )
            from avi_portspec.edition.loading import loads_toml
            from avi_portspec.serialisation.facet_lists import facet_bytes
        finally:
            sys.path.remove(self.root)
        folder = Path(self.root, "avi_portspec", "data")
        for old in folder.glob("edition_*.py"):
            old.unlink()
        made = {
            sources.MODULE: sources.compiled_source(str(folder / "statements"))
        }
        for path in edition_files(str(folder)).values():
            text = Path(path).read_bytes()
            edition = loads_toml(text, subject=path)
            source = compiled_source(text + facet_bytes(), edition)
            made[module_of(path)] = source
        for name, source in made.items():
            module = folder / f"{name}.py"
            module.write_text(source, encoding="utf-8")
            # Not of an sdist: what is built from that compiles them anew.
            if self.target_name == "wheel":
                build_data["artifacts"].append(
                    f"/{module.relative_to(self.root).as_posix()}"
                )
