"""Terraform configurations in HCL, from their form in JSON.

The reference is the HCL native syntax specification and Terraform's
"JSON Configuration Syntax". The lines lie as ``terraform fmt`` lays them: two
spaces a level, and the signs of assignments in a row below one another.

A string of JSON is a template there. Only one that is nothing but a
reference is read as one, such as ``${var.network}``; in any other, nothing is
left to evaluate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final, NamedTuple

from avi_portspec.rules.comments import comment_lines

__all__ = ["from_json"]

#: How many labels a block of the first level has, besides its type.
_LABELS: Final[Mapping[str, int]] = {
    "terraform": 0,
    "variable": 1,
    "resource": 2,
    "output": 1,
}
#: Mappings that are blocks below it; all others are values.
_BLOCKS: Final = frozenset({"required_providers"})
#: The key of comments, in Terraform's JSON.
_COMMENT: Final = "//"
_REFERENCE: Final = re.compile(r"\$\{([a-z][\w-]*(?:\.[A-Za-z_][\w-]*)+)\}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
#: What does not stand for itself in a string.
_UNSAFE: Final = re.compile(r'["\\]|[$%](?=\{)|[^ -~]')
#: The longest line that a list stays in.
_WIDTH: Final = 80


class _Assignment(NamedTuple):
    """A name and the lines of its value, the first without an indent."""

    name: str
    value: tuple[str, ...]


def from_json(text: str) -> str:
    """Return a configuration in HCL.

    Args:
        text: The configuration in JSON.
    """
    document = json.loads(text)
    parts = [[*_comments(document.pop(_COMMENT))]]
    for kind, content in document.items():
        parts += (
            [*_block(kind, labels, body)]
            for labels, body in _labelled(content, _LABELS[kind])
        )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _labelled(
    content: Mapping[str, Any], depth: int
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield the labels and the body of each block."""
    if not depth:
        yield (), content
        return
    for label, inner in content.items():
        for labels, body in _labelled(inner, depth - 1):
            yield (label, *labels), body


def _block(
    kind: str,
    labels: Iterable[str],
    body: Mapping[str, Any],
    comments: Iterable[str] = (),
) -> Iterator[str]:
    """Yield the lines of a block, below what it is for."""
    reasons = body.get(_COMMENT, ())
    # By the name of the block below that they are about, or its own.
    inner: Mapping[str, Any] = reasons if isinstance(reasons, dict) else {}
    yield from _comments([*comments, *(() if inner else reasons)])
    yield " ".join([kind, *map(_quote, labels), "{"])
    lines = [*_body(kind, body, inner)]
    yield from (f"  {line}" if line else line for line in lines)
    yield "}"


def _body(
    kind: str, body: Mapping[str, Any], comments: Mapping[str, Any]
) -> Iterator[str]:
    assignments = []
    blocks = []
    for name, value in body.items():
        if name == _COMMENT or value is None:
            # An attribute that is null is one that is not there.
            continue
        if name in _BLOCKS:
            blocks.append([*_block(name, (), value)])
        elif _is_blocks(value):
            blocks += (
                [*_block(name, (), each, comments.get(each.get("name"), ()))]
                for each in value
            )
        elif (kind, name) == ("variable", "type"):
            # A keyword, and no string.
            assignments.append(_Assignment(name, (value,)))
        else:
            assignments.append(_Assignment(name, _value(value, len(name))))
    lines = [*_aligned(assignments)]
    for block in blocks:
        if lines:
            yield from lines
            yield ""
        lines = block
    yield from lines


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(each, dict) for each in value
    )


def _aligned(assignments: Iterable[_Assignment]) -> Iterator[str]:
    """Yield lines whose signs stand below one another.

    A value of several lines ends a row of them, and is in none.
    """
    for is_long, group in groupby(assignments, lambda a: len(a.value) > 1):
        row = list(group)
        width = 0 if is_long else max(len(each.name) for each in row)
        for name, (first, *rest) in row:
            yield f"{name:<{width}} = {first}"
            yield from rest


def _value(value: Any, used: int = 0) -> tuple[str, ...]:
    """Return the lines of a value, the first without its indent.

    Args:
        value: A string, a number, a truth value, a list or a mapping.
        used: How much of the first line something else takes.
    """
    if isinstance(value, dict):
        inner = [
            _Assignment(
                key if _IDENTIFIER.fullmatch(key) else _quote(key),
                _value(each, len(key)),
            )
            for key, each in value.items()
        ]
        return ("{", *(f"  {line}" for line in _aligned(inner)), "}")
    if isinstance(value, list):
        items = [line for each in value for line in _value(each)]
        flat = f"[{', '.join(items)}]"
        if len(flat) + used <= _WIDTH:
            return (flat,)
        return ("[", *(f"  {item}," for item in items), "]")
    if isinstance(value, str):
        reference = _REFERENCE.fullmatch(value)
        return (reference[1] if reference else _quote(value),)
    return (json.dumps(value),)


def _quote(text: str) -> str:
    """Return text as a string in which nothing is evaluated.

    Marks of templates are written by number: how an escape of theirs is read
    depends on what stands before it.
    """
    return f'"{_UNSAFE.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in '"\\':
        return f"\\{character}"
    number = ord(character)
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"


def _comments(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from comment_lines(line)
