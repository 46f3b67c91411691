"""Deployments as TOML, in and out."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any

import attrs

from avi_portspec.deployment.choices import choice_faults
from avi_portspec.deployment.facet_bits import FacetBits
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import (
    VALUE,
    AcceptedReading,
    DeclinedFlow,
    Deployment,
)
from avi_portspec.model.record import checks_of
from avi_portspec.names import is_file_name
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import read_file, toml_table

__all__ = [
    "dumps_deployment",
    "load_deployment",
    "loads_deployment",
    "read_deployment",
]


def dumps_deployment(deployment: Deployment) -> str:
    """Return a deployment as TOML, with every field of one value that it has.

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

    Raises:
        InvalidQueryError: It is none; a preset's name is not one.
    """
    if not isinstance(deployment, Deployment):
        raise InvalidQueryError(
            "deployment", "a Deployment, as from preset()", shown(deployment)
        )
    lines = []
    tables = []
    for field in attrs.fields(Deployment):
        value = getattr(deployment, field.name)
        # The words are kebab-case: nothing in them needs to be escaped.
        if isinstance(value, frozenset):
            words = ", ".join(f'"{word}"' for word in sorted(value))
            lines.append(f"{field.name} = [{words}]\n")
        elif isinstance(value, tuple):
            tables += [_choice_table(field.name, choice) for choice in value]
        elif value is not None:
            lines.append(f'{field.name} = "{value}"\n')
    return "".join([*lines, *tables])


def _choice_table(name: str, choice: AcceptedReading | DeclinedFlow) -> str:
    """Return what a site decides about a flow, as a table in TOML."""
    return f"\n[[{name}]]\n" + "".join(
        # A printable string is the same in JSON and TOML.
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in attrs.asdict(choice).items()
    )


def loads_deployment(
    text: str | bytes,
    *,
    edition: EditionData | None = None,
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
        InvalidDataError: It is not TOML, not a deployment, or uses a word
            that *edition* does not know; it carries every fault with its
            path, and the nearest known word.
    """
    return read_deployment(toml_table(text, subject), subject, edition)


def load_deployment(
    path: str | os.PathLike[str], *, edition: EditionData | None = None
) -> Deployment:
    """Return the deployment in a TOML or JSON file.

    Args:
        path: The file.
        edition: The edition that has to know its words.

    Raises:
        InvalidQueryError: The path is none, or has neither a file nor the
            ending of one.
        InvalidDataError: The file holds no sound deployment, or one with
            words that *edition* does not know.
        OSError: The file cannot be read.
    """
    try:
        table, subject = read_file(path)
    except FileNotFoundError:
        if is_file_name(path):
            raise
        # A preset's name, most likely.
        expected = "the path of a file"
        raise InvalidQueryError("path", expected, shown(path)) from None
    return read_deployment(table, subject, edition)


def read_deployment(
    table: dict[str, Any],
    subject: str,
    edition: EditionData | None,
    *others: EditionData,
    needs_cloud: bool = True,
) -> Deployment:
    """Return the deployment that plain data holds.

    A key of the wrong type must not hide an unknown word in another one: the
    author of a file needs every fault at once.

    Args:
        table: The data.
        subject: What to call it in an error: a file's name, say.
        edition: The edition that has to know its words, if one has to.
        *others: More editions, which may know the flows that *edition* does
            not.
        needs_cloud: Whether it has to name a cloud.

    Raises:
        InvalidDataError: It is not a deployment, or uses a word that *edition*
            does not know; it carries every fault.
    """
    if not isinstance(edition, EditionData | None):
        raise InvalidQueryError("edition", "an Edition", shown(edition))
    faults: tuple[Fault, ...] = ()
    try:
        made: Deployment = read(table, Deployment, subject)
    except InvalidDataError as wrong:
        from avi_portspec.deployment.kinds import refuse_other_kind

        refuse_other_kind(table, "deployment", subject)
        faults = wrong.faults
        made = _keep_sound(table, subject)
        # A fault of the clouds, or of the whole, is reported already.
        needs_cloud &= not any(
            not f.path or f.path.startswith("clouds") for f in faults
        )
    if edition is not None:
        try:
            FacetBits(edition.facets).bits_of(made)
        except InvalidDataError as wrong:
            faults += tuple(
                fault
                for fault in wrong.faults
                if fault.path != "clouds" or made.clouds or needs_cloud
            )
        faults += (*choice_faults(made, edition, *others),)
    if faults:
        raise InvalidDataError(subject, faults)
    return made


def _keep_sound(table: dict[str, Any], subject: str) -> Deployment:
    """Return what is sound of a deployment's data, and no fault of it."""
    kept: dict[str, Any] = {}
    for name, check, _ in checks_of(Deployment):
        value = table.get(name)
        if name in {"readings", "declined"} and value:
            with suppress(InvalidDataError):
                whole = read({name: value}, Deployment, subject)
                kept[name] = getattr(whole, name)
        if isinstance(value, list):
            value = frozenset(filter(VALUE.accepts, value))
        if check.accepts(value):
            kept[name] = value
    return Deployment(**kept)
