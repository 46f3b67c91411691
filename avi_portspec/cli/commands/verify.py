"""``avi-portspec digest`` and ``verify-source``: whether data are the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import (
    command,
    edition_option,
    edition_options,
    json_option,
)
from avi_portspec.cli.parameters import FILE
from avi_portspec.errors import shown

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["digest_command", "verify_source_command"]


@command(
    "digest",
    click.option(
        "--expect",
        metavar="SHA-256",
        help="The expected digest, in 64 hexadecimal digits.",
    ),
    json_option,
    edition_options,
    examples=(
        ("The digest of the newest edition.", "digest"),
        (
            "Has the data changed since it was reviewed?",
            (
                "digest --edition 17.1 --expect 4c88106a4e4b2da9e6dd229bfd6"
                "0f0fb6fd3912b158d73911a7df57ff34fac6f"
            ),
        ),
    ),
    exits=(
        "Exit codes: 0, the digest is the expected one, or none was given; "
        "1, it is another."
    ),
)
def digest_command(request: Request, expect: str | None) -> int:
    """Print the SHA-256 of an edition's data, and compare it.

    The digest is made from the canonical form of the data, so it is the same
    on every machine: keep it with what was reviewed. An overlay changes it.
    """
    pin = None if expect is None else expect.strip().lower()
    if pin is not None and not re.fullmatch("[0-9a-f]{64}", pin):
        raise click.BadParameter(
            f"expected 64 hexadecimal digits, got {shown(expect)}",
            param_hint=["--expect"],
        )
    edition = request.edition()
    is_same = pin in {None, edition.digest}
    if request.as_json:
        from avi_portspec.cli.answers import DigestAnswer, answer

        request.write_json(
            answer(DigestAnswer, edition, expected=pin, is_as_expected=is_same)
        )
    else:
        lines = [f"{edition.digest}  {edition.id}\n"]
        if not is_same:
            lines.append(f"{pin}  expected\n")
        request.write("".join(lines))
    return 0 if is_same else 1


@command(
    "verify-source",
    click.argument("page", type=FILE),
    edition_option,
    json_option,
    examples=(
        (
            "Is this copy of the vendor's page the transcribed one?",
            "verify-source page.html",
        ),
    ),
    exits=(
        "Exit codes: 0, the copy is what was transcribed; 1, it differs; 2, "
        "it could not be read."
    ),
)
def verify_source_command(request: Request, page: str) -> int:
    """Compare PAGE, a copy of the vendor's port page, with the edition.

    PAGE is HTML, Markdown or plain text; - is standard input. Only digests of
    the vendor's sentences and cells are stored, so differences are reported
    by their place in it.
    """
    from avi_portspec.ledger.entries import load_ledger
    from avi_portspec.ledger.fragments import read_page

    ledger = load_ledger(request.edition_name)
    drift = ledger.check(read_page(*request.read(page)))
    if request.as_json:
        from avi_portspec.cli.answers import Drift
        from avi_portspec.serialisation.shapes import fill

        request.write_json(
            fill(
                Drift,
                drift,
                edition=ledger.edition,
                unofficial=True,
                has_drifted=bool(drift),
            )
        )
    else:
        request.write(f"{drift}\n")
    return 1 if drift else 0
