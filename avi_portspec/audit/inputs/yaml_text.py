"""YAML, by a safe loader that nothing small makes large.

Readers of Kubernetes and OpenStack read YAML 1.2, in which ``22:22`` is a
text and no number to the base of 60.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from avi_portspec.audit.inputs.names import DEPTH, clean
from avi_portspec.errors import Fault, InvalidDataError

__all__ = ["load_all"]

#: The most references to a part of the same document.
_ALIASES: Final = 100
#: The most keys that references bring into other tables.
_MERGED: Final = 10_000
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+)$")
_DROPPED: Final = frozenset(
    {"tag:yaml.org,2002:int", "tag:yaml.org,2002:timestamp"}
)


class _Limit(yaml.YAMLError):
    """A limit that a document passes."""


class _Loader(yaml.SafeLoader):
    """The safe loader, with the limits."""

    yaml_implicit_resolvers: dict[str, Any] = {  # noqa: RUF012 - as its base has it
        first: [pair for pair in pairs if pair[0] not in _DROPPED]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.aliases = self.merged = self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Count aliases, and how deep nodes are nested."""
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > _ALIASES:
                raise _Limit(f"more than {_ALIASES} aliases")
        self.depth += 1
        if self.depth > DEPTH:
            raise _Limit(f"data nested more than {DEPTH} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def flatten_mapping(self, node: Any) -> None:
        """Count what is merged, and refuse a key that is there twice."""
        own = [
            key.value for key, _ in node.value
            if isinstance(key, yaml.ScalarNode)
        ]  # fmt: skip
        if len({*own}) != len(own):
            twice = next(key for key in own if own.count(key) > 1)
            line = node.start_mark.line + 1
            raise _Limit(f"key {twice!r} twice in the table of line {line}")
        before = len(node.value)
        super().flatten_mapping(node)
        self.merged += max(0, len(node.value) - before)
        if self.merged > _MERGED:
            raise _Limit(f"more than {_MERGED:,} merged keys")


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", _INTEGER, [*"-+0123456789"]
)


def load_all(text: str, subject: str) -> tuple[Any, ...]:
    """Return the documents in YAML.

    Args:
        text: The YAML.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no YAML, or passes a limit.
    """
    try:
        return tuple(yaml.load_all(text, _Loader))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as wrong:
        fault = Fault("file/not-yaml", "", "valid YAML", _why(wrong))
        raise InvalidDataError(subject, [fault]) from None


def _why(wrong: Exception) -> str:
    """Return what is wrong and where, without a piece of the text."""
    mark = getattr(wrong, "problem_mark", None)
    where = f" (line {mark.line + 1})" if mark is not None else ""
    return clean(getattr(wrong, "problem", None) or str(wrong)) + where
