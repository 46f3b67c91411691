"""Where an answer comes from, below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avi_portspec.model.wording import source_text, sources_text
from avi_portspec.version import DATA_VERSION

if TYPE_CHECKING:
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.model.facts import EditionFacts

__all__ = ["show_source", "show_sources"]

#: How many digits of a digest tell editions apart.
_DIGITS: Final = 12


def show_source(
    screen: Screen,
    edition: EditionFacts,
    more: str = "",
    *,
    whole: bool = False,
) -> None:
    """Print where an answer comes from.

    Args:
        screen: Where to; a pipe or a file gets the digest in full.
        edition: The edition.
        more: What else to say there.
        whole: Whether a terminal gets the digest in full, too.
    """
    digits = None if whole else _digits(screen)
    screen.paragraph(
        f"Source: vendor's port page{source_text(edition)} Data "
        f"{DATA_VERSION}, SHA-256 {edition.digest[:digits]}.{more}",
        "dim",
    )


def show_sources(screen: Screen, *editions: EditionFacts) -> None:
    """Print where a comparison of editions comes from.

    Args:
        screen: Where to; a pipe or a file gets the digests in full.
        *editions: The editions.
    """
    screen.line()
    screen.paragraph(sources_text(*editions, digits=_digits(screen)), "dim")


def _digits(screen: Screen) -> int | None:
    """Return how many digits of a digest to print; all, if ``None``."""
    return None if screen.width is None else _DIGITS
