"""Files of one's own, in TOML or JSON: deployments, overlays, editions."""

from __future__ import annotations

from typing import Any

from avi_portspec.cli.request import in_json
from avi_portspec.deployment.files import read_deployment
from avi_portspec.deployment.overlay import Overlay, overlaid
from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.edition import Edition
from avi_portspec.model.facets import Deployment
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import json_table, toml_table

__all__ = ["deployment_in", "laid_over", "table_in"]


def table_in(text: bytes, subject: str) -> dict[str, Any]:
    """Return the plain data in a file.

    Args:
        text: What the file holds.
        subject: Its name.

    Raises:
        InvalidDataError: It is neither TOML nor JSON, or no table.
    """
    if not in_json(subject, text):
        return toml_table(text, subject)
    found = json_table(text, subject)
    if not isinstance(found, dict):
        fault = Fault("", "an object", type(found).__name__)
        raise InvalidDataError(subject, [fault])
    return found


def deployment_in(
    text: bytes, subject: str, edition: Edition, *, needs_cloud: bool
) -> Deployment:
    """Return the deployment in a file.

    Args:
        text: What the file holds.
        subject: Its name.
        edition: The edition that has to know its words.
        needs_cloud: Whether it has to name a cloud.

    Raises:
        InvalidDataError: It holds no sound deployment.
    """
    return read_deployment(
        table_in(text, subject), subject, edition, needs_cloud=needs_cloud
    )


def laid_over(edition: Edition, text: bytes, subject: str) -> Edition:
    """Return an edition with the site's own facts in a file.

    Args:
        edition: The edition.
        text: What the file holds.
        subject: Its name.

    Raises:
        InvalidDataError: It holds no sound overlay, or none that fits.
    """
    overlay: Overlay = read(table_in(text, subject), Overlay, subject)
    return overlaid(edition, overlay, subject=subject)
