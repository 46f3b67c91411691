"""Records as Python: a record's repr is a call that makes it again.

A module of such calls loads faster than the file that it was made from, which
has to be read strictly.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

import attrs

from avi_portspec.model.record import checks_of

__all__ = ["shape_of"]


def shape_of(modules: Iterable[ModuleType]) -> list[tuple[str, list[str]]]:
    """Return the record types of some modules, with the fields of each.

    A module of calls is of use for records of the same shape alone.

    Args:
        modules: Where the types are.
    """
    return [
        (cls.__name__, [name for name, *_ in checks_of(cls)])
        for module in modules
        for cls in map(vars(module).get, module.__all__)
        if isinstance(cls, type) and attrs.has(cls)
    ]
