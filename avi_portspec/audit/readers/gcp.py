"""Google Cloud: what ``gcloud compute firewall-rules list`` prints."""

from __future__ import annotations

from typing import Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.gcp_rules import gcp_filters, gcp_rule
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import Existing

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "gcp"
HELP: Final = (
    "gcloud compute firewall-rules list --format=json > firewall.json"
)
_KIND: Final = "compute#firewall"


def recognises(document: Document) -> bool:
    """Return whether it has firewall rules of Google Cloud."""
    return document.is_json and any(
        each.value.get("kind") == _KIND for each in _rules(document)
    )


def _rules(document: Document) -> list[Node]:
    """Return the rules of a list, of one rule, or of an API's answer."""
    top = Node(document.json)
    if isinstance(top.value, dict):
        if top.value.get("kind") == _KIND:
            return [top]
        top = top.at("items")
    if not isinstance(top.value, list):
        return []
    return [each for each in top.each() if isinstance(each.value, dict)]


def read(document: Document) -> Existing:
    """Return the rules, a filter for each network and direction.

    Raises:
        InvalidDataError: It is not what Google Cloud prints.
    """
    reading = Reading(document.name, NAME)
    found = []
    for node in _rules(document):
        with reading.guard():
            rule = gcp_rule(
                reading,
                node,
                network=node.at("network").name("").rpartition("/")[2],
                name=node.at("name").name(),
            )
            if rule is not None:
                found.append(rule)
    data = document.json
    listed = data.get("items", [data]) if isinstance(data, dict) else data
    units = len(listed) if isinstance(listed, list) else 0
    return reading.finish(units, gcp_filters(reading, found))
