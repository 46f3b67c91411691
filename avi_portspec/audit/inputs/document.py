"""A file as bytes, and what its bytes are: text, JSON or YAML."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from avi_portspec.audit.inputs.names import DEPTH, name_of
from avi_portspec.errors import Fault, InvalidDataError, MissingExtraError
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.serialisation.files import json_table
from avi_portspec.serialisation.limits import decode

__all__ = ["JSON_AT_MOST", "LINE_AT_MOST", "TEXT_AT_MOST", "Document"]

#: The largest JSON, in bytes: exports of whole organisations.
JSON_AT_MOST: Final = 256 * 1024 * 1024
#: The largest text of any other format, in bytes.
TEXT_AT_MOST: Final = 64 * 1024 * 1024
#: The largest YAML, in bytes: reading it takes a thousand times its size.
_YAML_AT_MOST: Final = 8 * 1024 * 1024
#: The longest line of a format that is read by lines, in characters.
LINE_AT_MOST: Final = 64 * 1024
#: What YAML of a format that is read here has in some line.
_YAML: Final = re.compile(
    r"^(?:apiVersion|heat_template_version|services|version|kind|resources)"
    r"[ \t]*:",
    re.MULTILINE,
)


class Document:
    """A file, and what can be read of it without knowing its format.

    Args:
        name: Its name, as it was given.
        data: Its bytes.
        beside: Other files of the same directory that its format reads with
            it, by name; nothing for those that are not to be read.
    """

    def __init__(
        self,
        name: str,
        data: bytes,
        beside: Mapping[str, bytes | None] = FrozenDict(),
    ) -> None:
        self.name = name_of(name)
        # Spreadsheets and some shells put a mark first.
        self.data = data.removeprefix(BOM_UTF8)
        self.beside = beside

    @cached_property
    def text(self) -> str:
        """The text.

        Raises:
            InvalidDataError: It is too large, or not UTF-8.
        """
        return decode(self.data, self.name, at_most=TEXT_AT_MOST)

    @property
    def lines(self) -> list[str]:
        """The lines, without their ends.

        Raises:
            InvalidDataError: As for the text, or a line is too long.
        """
        lines = self.text.split("\n")
        if any(len(line) > LINE_AT_MOST for line in lines):
            number = next(
                at for at, line in enumerate(lines, 1)
                if len(line) > LINE_AT_MOST
            )  # fmt: skip
            raise self.refusal(
                "audit/line-too-long",
                f"lines of at most {LINE_AT_MOST:,} characters",
                f"{len(lines[number - 1]):,} in line {number}",
            )
        return [line.removesuffix("\r") for line in lines]

    @property
    def is_json(self) -> bool:
        """Whether it can be nothing but JSON."""
        return self.data.lstrip()[:1] in {b"{", b"["}

    @cached_property
    def json(self) -> Any:
        """The data in JSON.

        Raises:
            InvalidDataError: It is no JSON, or nested too deeply.
        """
        data = json_table(self.data, self.name, at_most=JSON_AT_MOST)
        _check_depth(data, self)
        return data

    @cached_property
    def parts(self) -> tuple[Any, ...]:
        """The documents in JSON or YAML; none if it can be neither.

        Raises:
            InvalidDataError: It looks like one of them, and is not.
        """
        if self.is_json:
            return (self.json,)
        if len(self.data) > _YAML_AT_MOST or not _YAML.search(self.text):
            return ()
        try:
            from avi_portspec.audit.inputs.yaml_text import load_all
        except ImportError:
            raise MissingExtraError("reading YAML", "yaml") from None
        found = load_all(self.text, self.name)
        _check_depth(found, self)
        return found

    def refusal(
        self, rule: str, expected: str, got: str, near: str | None = None
    ) -> InvalidDataError:
        """Return the error that refuses the whole file."""
        return InvalidDataError(
            self.name, [Fault(rule, "", expected, got, near)]
        )


def _check_depth(data: Any, document: Document) -> None:
    level = [data]
    for _ in range(DEPTH):
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list, tuple))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise document.refusal(
        "audit/too-deep", f"data nested at most {DEPTH} deep", "more"
    )
