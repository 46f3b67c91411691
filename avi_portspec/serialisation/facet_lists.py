"""Lists of facets by name, for the files of editions to refer to."""

from __future__ import annotations

import os
from typing import Any, Final

import avi_portspec.data

__all__ = ["FILE", "facet_bytes", "facet_lists"]

#: The file that holds them; its keys are their names.
FILE: Final = os.path.join(
    os.path.dirname(os.path.abspath(avi_portspec.data.__file__)),
    "facets.toml",
)


def facet_bytes() -> bytes:
    """Return the bytes of the file.

    They are part of what an edition is made from: whatever is kept of an
    edition is out of date once they change.
    """
    with open(FILE, "rb", buffering=0) as file:
        return file.read()


def facet_lists() -> dict[str, Any]:
    """Return each list as plain data, by its name.

    Raises:
        InvalidDataError: The file is no TOML.
    """
    # Imported here: an edition that is compiled needs the bytes alone.
    from avi_portspec.serialisation.files import toml_table

    return toml_table(facet_bytes(), FILE)
