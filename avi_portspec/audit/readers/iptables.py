"""iptables, as ``iptables-save`` prints it."""

from __future__ import annotations

from typing import Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.iptables_rules import looks_like, read_save
from avi_portspec.audit.model import Existing

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "iptables"
HELP: Final = "iptables-save > rules.v4"


def recognises(document: Document) -> bool:
    """Return whether it is what ``iptables-save`` prints."""
    return looks_like(document, 4)


def read(document: Document) -> Existing:
    """Return the rules of IPv4.

    Raises:
        InvalidDataError: It is not what ``iptables-save`` prints.
    """
    return read_save(document, NAME, 4)
