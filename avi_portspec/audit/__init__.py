"""The rules that exist, compared with what is needed.

.. code-block:: python

    from avi_portspec import audit, load

    existing = audit.read("security.tf")
    report = audit.rules(existing, load().resolve("aws"))
    report.flows["service-engine-to-controller-ntp"].verdict
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from avi_portspec.audit.accepted import Accepted, read_accepted
    from avi_portspec.audit.model import Existing
    from avi_portspec.audit.openings import RuleVerdict
    from avi_portspec.audit.report import Report
    from avi_portspec.audit.report import audit_rules as rules
    from avi_portspec.audit.roles import RoleMap, draft_roles, read_roles
    from avi_portspec.audit.sources import read
    from avi_portspec.audit.verdicts import Verdict

__all__ = [
    "Accepted",
    "Existing",
    "Report",
    "RoleMap",
    "RuleVerdict",
    "Verdict",
    "draft_roles",
    "read",
    "read_accepted",
    "read_roles",
    "rules",
]

#: Each name's module, and what it is called there: imported when it is used,
#: for the shapes of answers need none of it.
_HOMES: Final = {
    "Accepted": ("accepted", "Accepted"),
    "Existing": ("model", "Existing"),
    "Report": ("report", "Report"),
    "RoleMap": ("roles", "RoleMap"),
    "RuleVerdict": ("openings", "RuleVerdict"),
    "Verdict": ("verdicts", "Verdict"),
    "draft_roles": ("roles", "draft_roles"),
    "read": ("sources", "read"),
    "read_accepted": ("accepted", "read_accepted"),
    "read_roles": ("roles", "read_roles"),
    "rules": ("report", "audit_rules"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        text = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(text)
    home, own = _HOMES[name]
    return getattr(import_module(f"{__name__}.{home}"), own)
