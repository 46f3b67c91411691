"""Deployments as TOML, in and out."""

from __future__ import annotations

import os
from pathlib import Path

import attrs

from avi_portspec.model.facets import Deployment
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import toml_table

__all__ = ["dumps_deployment", "load_deployment", "loads_deployment"]


def dumps_deployment(deployment: Deployment) -> str:
    """Return a deployment as TOML, every field written out.

    >>> import avi_portspec
    >>> print(avi_portspec.dumps_deployment(avi_portspec.preset("aws")))
    clouds = ["aws"]
    controller = "virtual-machine"
    features = []
    services = []
    nodes = "cluster"
    <BLANKLINE>

    Args:
        deployment: The deployment.
    """
    lines = []
    for field in attrs.fields(Deployment):
        value = getattr(deployment, field.name)
        # The words are kebab-case: nothing in them needs to be escaped.
        if isinstance(value, frozenset):
            words = ", ".join(f'"{word}"' for word in sorted(value))
            lines.append(f"{field.name} = [{words}]\n")
        else:
            lines.append(f'{field.name} = "{value}"\n')
    return "".join(lines)


def loads_deployment(
    text: str | bytes, *, subject: str = "TOML text"
) -> Deployment:
    """Return the deployment that TOML holds.

    >>> import avi_portspec
    >>> avi_portspec.loads_deployment('clouds = ["gcp"]').controller
    'virtual-machine'

    Args:
        text: The TOML, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no TOML, or no deployment; it carries every
            fault with its path.
    """
    made: Deployment = read(toml_table(text, subject), Deployment, subject)
    return made


def load_deployment(path: str | os.PathLike[str]) -> Deployment:
    """Return the deployment in a TOML file.

    Args:
        path: The file.

    Raises:
        InvalidDataError: The file holds no sound deployment.
        OSError: The file cannot be read.
    """
    file = Path(path)
    return loads_deployment(file.read_bytes(), subject=str(file))
