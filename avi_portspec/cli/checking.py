"""Files of one's own, recognised by what is in them, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import attrs

from avi_portspec.cli.sources import table_in
from avi_portspec.deployment.files import read_deployment
from avi_portspec.deployment.overlay import Overlay, overlaid
from avi_portspec.errors import Fault, InvalidDataError, nearest
from avi_portspec.model.edition import Edition
from avi_portspec.model.facets import Deployment
from avi_portspec.serialisation.converter import read

__all__ = ["Finding", "checked"]

_DEPLOYMENT: Final = frozenset(attrs.fields_dict(Deployment))
_OVERLAY: Final = frozenset(attrs.fields_dict(Overlay))
#: What only an edition has; the rest of its keys overlays have as well.
_EDITION: Final = frozenset(attrs.fields_dict(Edition)) - _OVERLAY | {"format"}


class Finding(NamedTuple):
    """What was found out about a file.

    Attributes:
        file: Its name.
        kind: What it is; ``None`` if nothing in it says so.
        fits: The edition that it was held to.
        faults: All that is wrong with it.
    """

    file: str
    kind: str | None
    fits: str
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        if self.faults:
            return str(InvalidDataError(self.file, self.faults))
        if self.kind == "edition":
            return f"{self.file}: a sound edition"
        return f"{self.file}: a sound {self.kind}, for {self.fits}"

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "file": self.file,
            "kind": self.kind,
            "is_sound": not self.faults,
            "faults": [fault._asdict() for fault in self.faults],
        }


def checked(
    text: bytes, subject: str, edition: Edition, kind: str | None
) -> Finding:
    """Return what is wrong with a file.

    Args:
        text: What it holds.
        subject: Its name.
        edition: The edition that it has to fit.
        kind: What it is; ``None`` to find out.
    """
    try:
        table = table_in(text, subject)
        kind = kind or _kind(table, subject)
        _read(table, subject, edition, kind)
    except InvalidDataError as wrong:
        return Finding(subject, kind, edition.id, wrong.faults)
    return Finding(subject, kind, edition.id, ())


def _read(
    table: dict[str, Any], subject: str, edition: Edition, kind: str
) -> None:
    if kind == "edition":
        read(table, Edition, subject)
    elif kind == "overlay":
        overlaid(edition, read(table, Overlay, subject), subject=subject)
    else:
        read_deployment(table, subject, edition)


def _kind(table: Mapping[str, Any], subject: str) -> str:
    """Return what a file is, told by its keys."""
    keys = table.keys()
    if keys & _DEPLOYMENT:
        return "deployment"
    if keys & _EDITION:
        return "edition"
    if keys & _OVERLAY:
        return "overlay"
    known = sorted(_DEPLOYMENT | _OVERLAY | _EDITION)
    near = next(filter(None, (nearest(key, known) for key in keys)), None)
    got = f"the keys {', '.join(map(repr, keys))}"[:200] if keys else "nothing"
    wanted = "the keys of a deployment, an overlay or an edition"
    raise InvalidDataError(subject, [Fault("", wanted, got, near)])
