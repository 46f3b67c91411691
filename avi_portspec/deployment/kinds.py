"""What a file holds, by its keys: a deployment, an edition or an overlay."""

from __future__ import annotations

from typing import Any, Final, Literal

import attrs

from avi_portspec.deployment.overlay_records import Overlay
from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import Deployment

__all__ = ["KEYS", "Kind", "kind_of", "refuse_other_kind"]

Kind = Literal["deployment", "edition", "overlay", "inventory"]

_CONTROLLER: Final = "controller"
_ENGINE: Final = "service-engine"
_OVERLAY: Final = frozenset(attrs.fields_dict(Overlay))
#: The keys that tell each kind; those of an inventory are the ids of an
#: edition's endpoints. The order matters: an edition has most keys
#: of an overlay as well.
KEYS: Final[dict[Kind, frozenset[str]]] = {
    "deployment": frozenset(attrs.fields_dict(Deployment)),
    "edition": frozenset({*attrs.fields_dict(EditionData), "format"})
    - _OVERLAY,
    "overlay": _OVERLAY,
}
_NAMES: Final[dict[Kind, str]] = {
    "deployment": "a deployment",
    "edition": "an edition",
    "inventory": "an inventory, which lists the addresses of endpoints",
    "overlay": "an overlay, which is applied to an edition",
}


def kind_of(table: Any) -> Kind | None:
    """Return what plain data is, or nothing if its keys do not tell.

    Args:
        table: The data.
    """
    keys = {*table} if isinstance(table, dict) else set()
    if keys and not isinstance(table.get(_CONTROLLER), str):
        # An inventory has it too, with addresses.
        keys.discard(_CONTROLLER)
    found = next((kind for kind, own in KEYS.items() if keys & own), None)
    if found is None and isinstance(table, dict):
        # What stands at other keys, only an edition can tell.
        listed = (table.get(key) for key in (_CONTROLLER, _ENGINE))
        if any(isinstance(value, (list, dict)) for value in listed):
            return "inventory"
    return found


def refuse_other_kind(table: Any, expected: Kind, subject: str) -> None:
    """Fail if plain data is of another kind than the one that is expected.

    Of a file in the wrong place, its own faults help nobody.

    Args:
        table: The data.
        expected: What it has to be.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is of another kind.
    """
    found = kind_of(table)
    # An edition without most of its keys is no overlay.
    if found == "overlay" and not {"id", "title"} <= table.keys() <= _OVERLAY:
        return
    if found is None or found == expected:
        return
    fault = Fault("file/other-kind", "", _NAMES[expected], _NAMES[found])
    raise InvalidDataError(subject, [fault])
