"""Word of what takes long, for people who wait at a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

__all__ = ["waiting"]

#: Seconds after which people begin to wonder.
_PATIENCE: Final = 1.0


@contextmanager
def waiting(what: str, patience: float = _PATIENCE) -> Iterator[None]:
    """Say on standard error what is being done, once it takes long.

    Nothing is said where nobody looks: standard error has to be a terminal.

    Args:
        what: What is being done.
        patience: After how many seconds it is said.
    """
    if not sys.stderr.isatty():
        yield
        return
    timer = threading.Timer(
        patience, click.echo, [f"{what} ..."], {"err": True}
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
