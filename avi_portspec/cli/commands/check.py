"""``avi-portspec check``: whether your own files are valid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from avi_portspec.cli.inputs import unused_text
from avi_portspec.cli.options import command, edition_options, json_option
from avi_portspec.cli.parameters import FILE, Choice
from avi_portspec.errors import Fault, InvalidDataError

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.edition.edition import Edition

__all__ = ["check_command"]

_KINDS: Final = ("deployment", "overlay", "edition", "inventory", "source")


class _Finding(NamedTuple):
    """A file, its kind if that is known, and what is wrong with it."""

    file: str
    kind: str | None
    edition: str | None
    faults: tuple[Fault, ...]
    unused: tuple[str, ...] = ()
    told: str = ""

    def __str__(self) -> str:
        if self.faults:
            return str(InvalidDataError(self.file, self.faults))
        fits = "" if self.edition is None else f" for {self.edition}"
        told = f"; {self.told}" if self.told else ""
        return f"{self.file}: valid {self.kind}{fits}{told}"


@command(
    "check",
    click.argument("files", nargs=-1, required=True, type=FILE),
    click.option(
        "--as",
        "kind",
        type=Choice("kind of file", lambda: _KINDS),
        metavar="KIND",
        help="What the files are: deployment, overlay, edition or "
        "inventory (default: detected from their content); or source, for "
        "statements of another source.",
    ),
    json_option,
    edition_options,
    examples=(
        ("Is this deployment file valid?", "check deployment.toml"),
        (
            "Check several files of different kinds.",
            "check deployment.toml site.toml",
        ),
        (
            "Check them against an older edition, in JSON.",
            "check deployment.toml --edition 17.1 --json",
        ),
    ),
    exits=(
        "Exit codes: 0, all files are valid; 1, one is not; 2, one could not "
        "be read."
    ),
)
def check_command(
    request: Request, files: tuple[str, ...], kind: str | None
) -> int:
    """Check FILES: your own deployments, overlays, editions or inventories.

    They are TOML or JSON; - is standard input. All faults are reported at
    once, each with its place in the file, what was expected and the nearest
    name. All but editions are checked against the edition.
    """
    from avi_portspec.cli.failures import report

    # Where it is broken, the file to check may be that very edition.
    edition = cache(request.edition)
    found: list[_Finding] = []
    code = 0
    for name in files:
        try:
            text, subject = request.read(name)
        except (OSError, InvalidDataError) as wrong:
            # The others are checked all the same.
            code = report(wrong)
            continue
        found.append(_check(text, subject, edition, kind))

    def show(screen: Screen) -> None:
        for finding in found:
            for line in str(finding).split("\n"):
                screen.line(line)

    request.answer(lambda: _data(found, edition), show)
    return code or int(any(finding.faults for finding in found))


def _data(
    findings: list[_Finding], edition: Callable[[], Edition]
) -> Mapping[str, Any]:
    from avi_portspec.cli.answers import Check
    from avi_portspec.serialisation.shapes import fill
    from avi_portspec.version import DATA_VERSION

    try:
        against: Edition | None = edition()
    except InvalidDataError:
        # It is broken, and none of the files needed it.
        against = None
    files = [
        {
            "file": finding.file,
            "kind": finding.kind,
            "is_sound": not finding.faults,
            "faults": finding.faults,
            "unused": finding.unused,
        }
        for finding in findings
    ]
    return fill(
        Check,
        edition=against and against.id,
        data_version=DATA_VERSION,
        digest=against and against.digest,
        unofficial=True,
        files=files,
    )


def _check(
    text: bytes,
    subject: str,
    edition: Callable[[], Edition],
    kind: str | None,
) -> _Finding:
    """Return what is wrong with a file.

    Args:
        text: What it holds.
        subject: Its name.
        edition: Returns the edition that it has to fit.
        kind: What it is; ``None`` to detect it.
    """
    from avi_portspec.beyond.records import StatementSource
    from avi_portspec.deployment.kinds import kind_of
    from avi_portspec.edition.edition import Edition
    from avi_portspec.serialisation.converter import read
    from avi_portspec.serialisation.files import read_table

    # What is checked by itself, and against no edition.
    alone = {"edition": Edition, "source": StatementSource}
    try:
        table = read_table(text, subject)
        kind = kind or kind_of(table)
    except InvalidDataError as wrong:
        return _Finding(subject, kind, None, wrong.faults)
    # Outside the blocks: faults of that edition are none of this file's.
    against = None if kind in alone else edition()
    name = None if against is None else against.id
    unused: tuple[str, ...] = ()
    told = ""
    try:
        if against is None:
            read(table, alone[str(kind)], subject)
        else:
            kind = kind or _detect_inventory(table, subject, against)
            unused, told = _read(table, subject, against, kind)
    except InvalidDataError as wrong:
        return _Finding(subject, kind, name, wrong.faults)
    return _Finding(subject, kind, name, (), unused, told)


def _read(
    table: dict[str, Any], subject: str, against: Edition, kind: str
) -> tuple[tuple[str, ...], str]:
    """Read a file, and return what in it is not used, as keys and in words."""
    from avi_portspec.deployment.files import read_deployment
    from avi_portspec.deployment.overlay import apply_overlay, read_overlay
    from avi_portspec.rules.inventory import read_inventory

    if kind == "deployment":
        return _find_idle(
            against.resolve(read_deployment(table, subject, against))
        )
    if kind == "inventory":
        site = read_inventory(table, subject, against)
        return site.unused, unused_text(site)
    overlay = read_overlay(table, subject, against)
    apply_overlay(against, overlay, subject=subject)
    return (), ""


def _find_idle(answer: Resolution) -> tuple[tuple[str, ...], str]:
    """Return what a deployment reads or declines to no effect."""
    idle = answer.idle_choices
    texts = [
        f"{place} ({flow} is {answer.status_of(flow)} here)"
        for place, flow in idle.items()
    ]
    return (*idle,), f"no effect: {', '.join(texts)}" if texts else ""


def _detect_inventory(
    table: Mapping[str, Any], subject: str, against: Edition
) -> str:
    """Return that a file is an inventory, by the edition's endpoints.

    Raises:
        InvalidDataError: It has the keys of no kind.
    """
    from avi_portspec.deployment.kinds import KEYS
    from avi_portspec.errors import nearest
    from avi_portspec.rules.inventory import inventory_keys

    of_inventories = inventory_keys(against)
    keys = table.keys()
    if not of_inventories.isdisjoint(keys):
        return "inventory"
    known = sorted(of_inventories.union(*KEYS.values()))
    near = next(filter(None, (nearest(key, known) for key in keys)), None)
    word = "key" if len(keys) == 1 else "keys"
    names = ", ".join(map(repr, keys))
    got = f"the {word} {names}"[:200] if keys else "an empty file"
    expected = (
        "the keys of a deployment, an overlay, an edition or an inventory"
    )
    raise InvalidDataError(
        subject, [Fault("file/unknown-kind", "", expected, got, near)]
    )
