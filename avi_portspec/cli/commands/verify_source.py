"""``avi-portspec verify-source``: whether the vendor's page drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.options import (
    edition_option,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.verbs import verb

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.ledger.fragments import Fragment

__all__ = ["command"]

_HTML: Final = (".htm", ".html", ".xhtml")


@verb(
    "verify-source",
    examples=(
        (
            "Is this copy of the page the one that was transcribed?",
            "verify-source page.html",
        ),
    ),
    ending=(
        "Exit codes: 0, it is what was transcribed; 1, it drifted; 2, it "
        "could not be read."
    ),
)
@click.argument("page", type=click.Path())
@edition_option
@json_option
@output_option
@screen_options
@click.pass_obj
def command(request: Request, page: str) -> int:
    """Compare PAGE, a copy of the vendor's page, with what was transcribed.

    PAGE is HTML or plain text, or - for standard input. Each sentence and
    cell is compared by its digest, for none of them is kept; what is told is
    the place on the page.
    """
    from avi_portspec.ledger.entries import load_ledger

    ledger = load_ledger(request.edition_name)
    drift = ledger.check(_fragments(*request.read(page)))
    if request.as_json:
        request.write_json(
            {
                "edition": ledger.edition,
                "unofficial": True,
                "has_drifted": bool(drift),
                "unchanged": [*drift.unchanged],
                "changed": [*drift.changed],
                "new": [*drift.new],
                "gone": [*drift.gone],
            }
        )
    else:
        request.write(f"{drift}\n")
    return 1 if drift else 0


def _fragments(data: bytes, subject: str) -> tuple[Fragment, ...]:
    from codecs import BOM_UTF8

    from avi_portspec.ledger.fragments import from_html, from_text
    from avi_portspec.serialisation.limits import decoded

    # Browsers on Windows begin the pages that they keep with a mark.
    text = decoded(data.removeprefix(BOM_UTF8), subject)
    is_html = subject.lower().endswith(_HTML) or (
        not subject.lower().endswith(".txt") and text.lstrip()[:1] == "<"
    )
    return (from_html if is_html else from_text)(text)
