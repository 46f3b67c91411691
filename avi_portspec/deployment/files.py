"""Deployments as TOML, in and out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import attrs

from avi_portspec.deployment.compiled import Words
from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.edition import Edition
from avi_portspec.model.facets import VALUE, Deployment
from avi_portspec.model.record import checks_of
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import toml_table
from avi_portspec.serialisation.limits import bounded

__all__ = [
    "dumps_deployment",
    "load_deployment",
    "loads_deployment",
    "read_deployment",
]


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
    text: str | bytes,
    *,
    edition: Edition | None = None,
    subject: str = "TOML text",
) -> Deployment:
    """Return the deployment that TOML holds.

    >>> import avi_portspec
    >>> avi_portspec.loads_deployment('clouds = ["gcp"]').controller
    'virtual-machine'

    Args:
        text: The TOML, as text or as UTF-8.
        edition: The edition that has to know its words; without one, that
            is left to :meth:`Edition.resolve`.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no TOML, or no deployment, or uses a word
            that *edition* does not know; it carries every fault with its
            path, and the nearest known word.
    """
    return read_deployment(toml_table(text, subject), subject, edition)


def load_deployment(
    path: str | os.PathLike[str], *, edition: Edition | None = None
) -> Deployment:
    """Return the deployment in a TOML file.

    Args:
        path: The file.
        edition: The edition that has to know its words.

    Raises:
        InvalidDataError: The file holds no sound deployment, or one with
            words that *edition* does not know.
        OSError: The file cannot be read.
    """
    file = Path(path)
    return loads_deployment(bounded(file), edition=edition, subject=str(file))


def read_deployment(
    table: dict[str, Any],
    subject: str,
    edition: Edition | None,
    *,
    needs_cloud: bool = True,
) -> Deployment:
    """Return the deployment that plain data holds.

    A key of the wrong type must not hide an unknown word in another one: who
    mends a file wants to know all that is wrong with it.

    Args:
        table: The data.
        subject: What to call it in an error: a file's name, say.
        edition: The edition that has to know its words, if one has to.
        needs_cloud: Whether it has to name a cloud.

    Raises:
        InvalidDataError: It is no deployment, or uses a word that *edition*
            does not know; it carries every fault.
    """
    faults: tuple[Fault, ...] = ()
    try:
        made: Deployment = read(table, Deployment, subject)
    except InvalidDataError as wrong:
        faults = wrong.faults
        made = _sound(table)
        # What is wrong with the clouds, or with all of it, was said.
        needs_cloud &= not any(
            not f.path or f.path.startswith("clouds") for f in faults
        )
    if edition is not None:
        try:
            Words(edition.facets).held(made)
        except InvalidDataError as wrong:
            faults += tuple(
                fault
                for fault in wrong.faults
                if fault.path != "clouds" or made.clouds or needs_cloud
            )
    if faults:
        raise InvalidDataError(subject, faults)
    return made


def _sound(table: dict[str, Any]) -> Deployment:
    """Return what is sound of a deployment's data, and no fault of it."""
    kept: dict[str, Any] = {}
    for name, check, _ in checks_of(Deployment):
        value = table.get(name)
        if isinstance(value, list):
            value = frozenset(filter(VALUE.accepts, value))
        if check.accepts(value):
            kept[name] = value
    return Deployment(**kept)
