"""What a caller can ask of the rules, besides which platform they are for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, get_args

import attrs

from avi_portspec.errors import InvalidQueryError, shown
from avi_portspec.names import (
    KEBAB_ID,
    Hook,
    LastLine,
    OptionName,
    Scope,
    Syntax,
)

__all__ = ["Kind", "Options", "option_kind"]

#: What the shortest of the identifiers, a chain of iptables, has room for.
_LONGEST: Final = 16
_NAME: Final = (
    "lower-case words and numbers joined by hyphens, a letter first, of "
    f"{_LONGEST} characters at most"
)
_KIND: Final = "kind"


class Kind(NamedTuple):
    """What an option takes, and what it is for.

    Attributes:
        accepts: Whether a value is one that it takes.
        expected: What it takes, in words.
        words: The words that it takes, if it takes no others.
        help: What it is for, for a command line.
    """

    accepts: Callable[[object], bool]
    expected: str
    words: tuple[str, ...]
    help: str


def _is_name(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST
        and KEBAB_ID.fullmatch(value) is not None
    )


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _of(
    accepts: Callable[[object], bool],
    expected: str,
    text: str,
    words: tuple[str, ...] = (),
) -> dict[str, Kind]:
    """Return what the field of an option says about it."""
    return {_KIND: Kind(accepts, expected, words, text)}


def _words(known: Any, text: str) -> dict[str, Kind]:
    words = get_args(known)
    expected = " or ".join(map(repr, words))
    return _of(words.__contains__, expected, text, words)


def _flag(text: str) -> dict[str, Kind]:
    return _of(_is_flag, "True or False", text)


@attrs.frozen(kw_only=True, init=False)
class Options:
    """How rules are written.

    There is an attribute for each option, which has its default where it was
    not asked for; :meth:`RuleSet.render` describes them. To add one, name it
    here, in :data:`~avi_portspec.names.OptionName` and there. The command
    line has it then.

    Attributes:
        asked: Which of them were asked for, be it for their defaults: a
            platform that does not take one of them refuses.

    Args:
        **given: The options by name; ``None`` is not asked for.

    Raises:
        InvalidQueryError: An option has another value than it takes.
    """

    name: str | None = attrs.field(
        default=None,
        metadata=_of(
            _is_name,
            _NAME,
            "A name, such as the site's, that becomes part of every "
            "identifier. The rules of several sites then stand side by side.",
        ),
    )
    scope: Scope = attrs.field(
        default="product",
        metadata=_words(
            Scope,
            "Which traffic is dropped unless a rule allows it: product, "
            "traffic to or from the product's addresses (default); all, all "
            "traffic.",
        ),
    )
    last_line: LastLine | None = attrs.field(
        # What else passes there today, no platform can know.
        default=None,
        metadata=_words(
            LastLine,
            "The last line of an access list that filters only the product's "
            "traffic: permit, which permits all other traffic; none, so that "
            "your own lines can follow. Routers and Cisco ASA need it, or "
            "--scope all.",
        ),
    )
    hook: Hook = attrs.field(
        default="forward",
        metadata=_words(
            Hook,
            "Where the rules are loaded: forward, on a router (default); "
            "host, on a machine that has an address of the product; bridge, "
            "on a bridge.",
        ),
    )
    icmp_errors: bool = attrs.field(
        default=True,
        metadata=_flag(
            "Drop ICMP errors about allowed connections too. Paths with a "
            "small MTU then fail."
        ),
    )
    syntax: Syntax = attrs.field(
        default="json",
        metadata=_words(
            Syntax,
            "The syntax of a Terraform configuration: json, for a file "
            ".tf.json (default); hcl, for a file .tf.",
        ),
    )
    header: bool = attrs.field(
        default=False,
        metadata=_flag(
            "Begin a table with lines of # that say what it is and what it "
            "leaves out."
        ),
    )
    partial: bool = attrs.field(
        default=False,
        metadata=_flag(
            "Leave out, and report, rules that the platform cannot express "
            "(default: fail)."
        ),
    )
    asked: frozenset[OptionName] = attrs.field(default=frozenset(), eq=False)

    def __init__(self, **given: Any) -> None:
        asked: dict[Any, Any] = {
            name: value for name, value in given.items() if value is not None
        }
        for name, value in asked.items():
            kind = option_kind(name)
            if not kind.accepts(value):
                raise InvalidQueryError(name, kind.expected, shown(value))
        self.__attrs_init__(**asked, asked=frozenset(asked))

    def identifier(self, base: str) -> str:
        """Return an identifier of these rules: *base*, and their name.

        >>> Options(name="south").identifier("avi-portspec")
        'avi-portspec-south'
        """
        return base if self.name is None else f"{base}-{self.name}"

    def label(self, key: str) -> str:
        """Return a key of these rules: their name, and *key*.

        The name comes first, for a long key is cut at its end.

        >>> Options(name="south").label("controller")
        'south-controller'
        """
        return key if self.name is None else f"{self.name}-{key}"


def option_kind(name: str) -> Kind:
    """Return what an option takes.

    Args:
        name: One of :data:`~avi_portspec.names.OptionName`.
    """
    kind: Kind = attrs.fields_dict(Options)[name].metadata[_KIND]
    return kind
