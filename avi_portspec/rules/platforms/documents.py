"""Text, names and whole documents, as the writers for clouds need them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from avi_portspec.model.ports import PortRange
from avi_portspec.rules.comments import comment_lines, to_ascii, wrap_comment
from avi_portspec.rules.neutral import Rule, SiteRules

__all__ = [
    "Names",
    "disarm",
    "json_text",
    "purposes_by_rule",
    "purposes_of",
    "shorten",
    "summarise",
    "terraform_comment",
    "terraform_text",
    "yaml_text",
]

#: How much of a digest tells two names apart, in characters.
_DIGEST: Final = 8
#: Keys that YAML 1.1 and 1.2 both read as the strings that they are.
_PLAIN_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*", re.ASCII)
#: Words that some YAML reader takes for a truth value or for nothing.
_WORDS: Final = frozenset(
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
)


def shorten(text: str, limit: int) -> str:
    """Return *text* in at most *limit* characters, marked where it is cut."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 3].rstrip()}..."


def summarise(lines: Iterable[str], limit: int) -> str:
    """Return what :func:`purposes_of` returns, in one line.

    Where there is no room for the reasons of several flows, their ids go
    before the reasons.

    Args:
        lines: The lines, each with an id, a colon and a reason.
        limit: The most characters.
    """
    lines = tuple(lines)
    text = "; ".join(lines)
    if len(text) > limit and len(lines) > 1:
        text = ", ".join(line.partition(":")[0] for line in lines)
    return shorten(text, limit)


def purposes_of(
    rules: SiteRules, rule: Rule, ports: PortRange | None = None
) -> list[str]:
    """Return what a rule is for: a flow's id and the reason, a line each.

    An own edition or an overlay can bring any text; here it is printable
    ASCII, what every tool, shell and terminal agrees on.

    Args:
        rules: The set that the rule is of.
        rule: The rule.
        ports: Leaves out the flows that have none of these ports.
    """
    flows = rules.resolution.edition.flows
    return [
        to_ascii(purpose)
        for flow, purpose in zip(rule.flows, rule.purposes, strict=True)
        if ports is None
        or any(
            span.low <= ports.high and ports.low <= span.high
            for span in flows[flow].ports
        )
    ]


def purposes_by_rule(rules: SiteRules) -> dict[str, list[str]]:
    """Return what each rule is for, uncut, by the id of the rule."""
    return {rule.id: purposes_of(rules, rule) for rule in rules.rules}


class Names:
    """Gives each key a unique name of limited length.

    Two keys never share a name, though a platform's alphabet may make them
    alike; the same keys in the same order get the same names anywhere.
    """

    __slots__ = ("_form", "_given", "_limit", "_mark", "_taken")

    def __init__(
        self,
        limit: int,
        form: Callable[[str], str] = str,
        *,
        mark: str = "-",
    ) -> None:
        """Give names of at most *limit* characters.

        Args:
            limit: The most characters, at least 16.
            form: Turns a key into the platform's alphabet.
            mark: Stands before the digest of a key whose own name is too
                long, or taken.
        """
        self._limit = limit
        self._form = form
        self._mark = mark
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, key: str) -> str:
        """Return the name of *key*."""
        if key not in self._given:
            name = self._given[key] = self._new(key)
            # Some platforms compare names without regard to capitals.
            self._taken.add(name.casefold())
        return self._given[key]

    def _new(self, key: str) -> str:
        plain_name = name = self._form(key)
        turn = 0
        while len(name) > self._limit or name.casefold() in self._taken:
            digest = sha256(f"{turn} {key}".encode()).hexdigest()
            tail = self._mark + digest[:_DIGEST]
            room = self._limit - len(tail)
            name = plain_name[:room].rstrip("-") + tail
            turn += 1
        return name


def disarm(lines: Iterable[str]) -> list[str]:
    """Return lines in which Terraform finds nothing to evaluate.

    Its marks are parted, not escaped: how an escape is read depends on what
    stands before it, and that can be hostile too.
    """
    return [line.replace("${", "$ {").replace("%{", "% {") for line in lines]


def terraform_comment(texts: Iterable[str]) -> list[str]:
    """Return texts as what stands below ``//``: lines of comment."""
    return disarm(line for text in texts for line in wrap_comment(text))


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON, in the order in which it was put."""
    return json.dumps(document, indent=2) + "\n"


def terraform_text(
    header: Iterable[str],
    provider: str,
    version: str,
    **blocks: Mapping[str, Any],
) -> str:
    """Return a Terraform configuration in JSON.

    Args:
        header: Lines of comment.
        provider: The provider, one of HashiCorp's.
        version: Which versions of it will do.
        blocks: The rest: ``variable``, ``resource`` and ``output``.
    """
    source = {"source": f"hashicorp/{provider}", "version": version}
    return json_text(
        {
            "//": terraform_comment(header),
            "terraform": {"required_providers": {provider: source}},
            **blocks,
        }
    )


def yaml_text(
    documents: Iterable[Mapping[str, Any]], comments: Iterable[str]
) -> str:
    """Return documents as YAML in block style, under lines of comment.

    Only what these documents consist of is written: mappings, lists,
    strings, whole numbers and truth values. Every string is quoted, so that
    none can be read as anything else (YAML 1.2.2, section 7.3.1).

    Args:
        documents: The documents.
        comments: Lines of printable ASCII.
    """
    lines = [line for text in comments for line in comment_lines(text)]
    for number, document in enumerate(documents):
        if number:
            lines.append("---")
        lines += _block(document, "")
    return "\n".join(lines) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    """Yield the lines of a mapping or list that is not empty."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = _key(key)
            if _is_nested(inner):
                yield f"{indent}{name}:"
                yield from _block(inner, f"{indent}  ")
            else:
                yield f"{indent}{name}: {_scalar(inner)}"
        return
    for inner in value:
        if _is_nested(inner):
            first, *rest = _block(inner, f"{indent}  ")
            # The dash takes the place of the first line's own indent.
            yield f"{indent}- {first.lstrip(' ')}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(inner)}"


def _is_nested(value: Any) -> bool:
    return isinstance(value, (Mapping, list)) and bool(value)


def _key(key: str) -> str:
    plain = _PLAIN_KEY.fullmatch(key) and key.casefold() not in _WORDS
    return key if plain else json.dumps(key)


def _scalar(value: Any) -> str:
    # What JSON writes for these is what YAML reads, empty ones included.
    return json.dumps(value)
