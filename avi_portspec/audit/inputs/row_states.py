"""Rows that a table keeps although they are not in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from avi_portspec.model.frozen import FrozenDict

__all__ = ["STATES", "State"]


class State(NamedTuple):
    """What the cells of a column say of whether a row is in force.

    Anything else is a condition: who knows what "pending" means.

    Attributes:
        on: That it is, in lower case.
        off: That it is not.
        expected: Some words of both, for whoever wrote another.
    """

    on: frozenset[str]
    off: frozenset[str]
    expected: str


_YES: Final = frozenset(
    {"yes", "y", "true", "1", "x", "\u2713", "\u2714", "\u2705", "ja", "j"}
)
_NO: Final = frozenset(
    {"no", "n", "false", "0", "\u2717", "\u2718", "\u274c", "nein"}
)
_ON: Final = frozenset(
    {"enabled", "on", "active", "live", "in use", "in place", "implemented",
     "deployed", "done", "complete", "completed", "aktiv", "aktiviert",
     "umgesetzt", "erledigt", "in betrieb"}
)  # fmt: skip
_OFF: Final = frozenset(
    {"disabled", "off", "inactive", "removed", "deleted", "retired",
     "decommissioned", "obsolete", "expired", "rejected", "cancelled",
     "inaktiv", "deaktiviert", "entfernt", "abgelehnt", "abgelaufen"}
)  # fmt: skip
#: An empty cell below "enabled" may be a box that nobody has ticked.
_SILENT: Final = frozenset({"", "-"})

#: The columns about it.
STATES: Final[Mapping[str, State]] = FrozenDict(
    {
        "enabled": State(_YES | _ON, _NO | _OFF, "yes or no"),
        "disabled": State(_NO | _ON | _SILENT, _YES | _OFF, "yes or no"),
        "status": State(
            _ON | _SILENT,
            _OFF,
            "a word such as enabled, active or done, or disabled, inactive "
            "or removed",
        ),
    }
)
