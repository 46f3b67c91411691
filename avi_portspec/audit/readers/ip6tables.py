"""ip6tables, as ``ip6tables-save`` prints it."""

from __future__ import annotations

from typing import Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.iptables_rules import looks_like, read_save
from avi_portspec.audit.model import Existing

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "ip6tables"
HELP: Final = "ip6tables-save > rules.v6"


def recognises(document: Document) -> bool:
    """Return whether it is what ``ip6tables-save`` prints."""
    return looks_like(document, 6)


def read(document: Document) -> Existing:
    """Return the rules of IPv6.

    Raises:
        InvalidDataError: It is not what ``ip6tables-save`` prints.
    """
    return read_save(document, NAME, 6)
