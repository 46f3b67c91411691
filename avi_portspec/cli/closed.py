"""What stands for a standard stream that the process was started without.

A shell closes one with ``>&-``, and services are started so. Python has
``None`` in its place, on which every use would be a fault of the program.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import BinaryIO, NoReturn

__all__ = ["Closed", "stand_in"]


class Closed(io.TextIOBase):
    """A stream that says that it is closed, as soon as it is needed.

    Args:
        name: What to call it in an error.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def write(self, text: str) -> NoReturn:
        """Say that it is closed.

        Raises:
            OSError: Always.
        """
        self._refuse()

    @property
    def buffer(self) -> BinaryIO:
        """What bytes would be read from, or written to."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        code = errno.EBADF
        raise OSError(code, os.strerror(code), self._name)


def stand_in() -> None:
    """Put something in the place of each stream that is not there.

    Standard error is left: who closed it wants to hear of nothing.
    """
    for name, called in (
        ("stdin", "standard input"),
        ("stdout", "standard output"),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, Closed(called))
