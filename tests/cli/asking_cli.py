"""What tests of the command line share: answers, and streams."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import NamedTuple


class Answer(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str
    raw: bytes


class Stream(io.TextIOWrapper):
    """Standard output, error or input: a terminal, or a pipe."""

    def __init__(
        self,
        data: bytes = b"",
        *,
        terminal: bool,
        encoding: str = "utf-8",
        errors: str = "strict",
    ) -> None:
        self.bytes = io.BytesIO(data)
        self.terminal = terminal
        super().__init__(
            self.bytes, encoding=encoding, errors=errors, newline=""
        )

    def isatty(self) -> bool:
        return self.terminal

    def read_back(self) -> bytes:
        self.flush()
        return self.bytes.getvalue()


Ask = Callable[..., Answer]
