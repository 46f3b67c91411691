"""What a caller can ask of the rules, besides which platform they are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import attrs

from avi_portspec.errors import InvalidQueryError, shown
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.names import (
    KEBAB_ID,
    Hook,
    LastLine,
    OptionName,
    Scope,
    Syntax,
)

__all__ = ["Options"]

#: What the shortest of the identifiers, a chain of iptables, has room for.
_LONGEST: Final = 16
_NAME: Final = (
    "lower-case words and numbers joined by hyphens, a letter first, of "
    f"{_LONGEST} characters at most"
)


def _is_name(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST
        and KEBAB_ID.fullmatch(value) is not None
    )


def _one_of(words: Any) -> tuple[Callable[[object], bool], str]:
    known = get_args(words)
    return known.__contains__, " or ".join(map(repr, known))


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


#: What each option takes, and in words.
_VALUES: Final[Mapping[OptionName, tuple[Callable[[object], bool], str]]] = (
    FrozenDict(
        {
            "name": (_is_name, _NAME),
            "scope": _one_of(Scope),
            "last_line": _one_of(LastLine),
            "hook": _one_of(Hook),
            "icmp_errors": (_is_flag, "True or False"),
            "syntax": _one_of(Syntax),
            "header": (_is_flag, "True or False"),
            "partial": (_is_flag, "True or False"),
        }
    )
)


@attrs.frozen(kw_only=True, init=False)
class Options:
    """How rules are written.

    An argument that is ``None`` was not asked for, and has its default.

    Attributes:
        name: Part of every identifier that is written, so that the rules of
            several sites can stand side by side; ``None`` for the only one.
        scope: Which traffic the rules judge: ``product`` by default.
        last_line: How an access list ends that judges the product's traffic
            alone. There is no default: what else passes there today, no
            platform can know.
        hook: Where the rules are in force: ``forward`` by default.
        icmp_errors: Whether errors about allowed connections pass, such as
            "packet too big"; they do by default.
        syntax: The syntax of a Terraform configuration: ``json`` by default.
        header: Whether a table says what it is in lines of comment above
            it; by default it is what a spreadsheet reads as it is.
        partial: Whether what the platform cannot express is left out and
            listed; by default nothing is written then.
        asked: Which of these were asked for, be it for their defaults: a
            platform that does not take one of them refuses.

    Raises:
        InvalidQueryError: An argument is something else.
    """

    name: str | None = None
    scope: Scope = "product"
    last_line: LastLine | None = None
    hook: Hook = "forward"
    icmp_errors: bool = True
    syntax: Syntax = "json"
    header: bool = False
    partial: bool = False
    asked: frozenset[OptionName] = attrs.field(default=frozenset(), eq=False)

    def __init__(
        self,
        *,
        name: str | None = None,
        scope: Scope | None = None,
        last_line: LastLine | None = None,
        hook: Hook | None = None,
        icmp_errors: bool | None = None,
        syntax: Syntax | None = None,
        header: bool | None = None,
        partial: bool | None = None,
    ) -> None:
        given: dict[OptionName, Any] = {
            "name": name,
            "scope": scope,
            "last_line": last_line,
            "hook": hook,
            "icmp_errors": icmp_errors,
            "syntax": syntax,
            "header": header,
            "partial": partial,
        }
        given = {k: value for k, value in given.items() if value is not None}
        for option, value in given.items():
            accepts, expected = _VALUES[option]
            if not accepts(value):
                raise InvalidQueryError(option, expected, shown(value))
        self.__attrs_init__(**given, asked=frozenset(given))

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
