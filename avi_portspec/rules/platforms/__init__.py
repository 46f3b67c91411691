"""The platforms that rules are written for, a module each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import (
    Final,
    Generic,
    Literal,
    NamedTuple,
    TypeAlias,
    TypeVar,
    get_args,
)

import attrs

from avi_portspec.documents import join
from avi_portspec.errors import (
    CannotExpressError,
    InvalidQueryError,
    UnknownNameError,
    shown,
)
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.names import OptionName, fold
from avi_portspec.rules.inventory import PRODUCT
from avi_portspec.rules.networks import IPV4, IPV6, Family
from avi_portspec.rules.neutral import Omission, SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import PeerKind

__all__ = [
    "PlatformName",
    "Written",
    "options_of",
    "platforms",
    "render",
    "write",
]

AnyRules = TypeVar("AnyRules", bound=SiteRules)

_DEFAULT: Final = Options()

#: To add a platform, add a module, its name here and a line below. A type
#: checker then knows the name; a test compares the two lists.
PlatformName: TypeAlias = Literal[
    "arista",
    "aws-cloudformation",
    "aws-terraform",
    "azure-arm",
    "azure-terraform",
    "cisco",
    "ciscoasa",
    "csv",
    "fortigate",
    "gcp-terraform",
    "ip6tables",
    "iptables",
    "juniper",
    "kubernetes",
    "nftables",
    "nsx-t",
    "openstack-heat",
    "paloalto",
    "srx",
]


@attrs.frozen
class Written(Generic[AnyRules]):
    """What was written.

    Attributes:
        rules: The rules that the text has. Those of which a platform can
            express only a part list the rest among what is left out.
        text: The text.
    """

    rules: AnyRules
    text: str


class _Objects(NamedTuple):
    """The kinds of objects that a platform knows.

    Attributes:
        others: Those that endpoints outside the product can have.
        own: Those that the product's own parts can have.
    """

    others: tuple[PeerKind, ...] = ()
    own: tuple[PeerKind, ...] = ()


class _Writer(NamedTuple):
    """What writes for a platform.

    Attributes:
        module: A module of this package. It is imported when it is used:
            the others cost nothing.
        function: The function in it, which takes rules and options.
        options: The options that it takes, besides ``partial``, which each
            platform takes.
        family: The address family whose rules alone the text has, or
            ``None`` for both.
        objects: The kinds of objects that it can write for others, and for
            the product's own parts.
    """

    module: str
    function: str
    options: tuple[OptionName, ...] = ()
    family: Family | None = None
    objects: _Objects = _Objects()


_LINUX: Final[tuple[OptionName, ...]] = (
    "name",
    "scope",
    "hook",
    "icmp_errors",
)
_NAMED: Final[tuple[OptionName, ...]] = ("name",)
_TERRAFORM: Final[tuple[OptionName, ...]] = ("name", "syntax")
_SCOPED: Final[tuple[OptionName, ...]] = ("name", "scope")
_LIST: Final[tuple[OptionName, ...]] = ("name", "scope", "last_line")
_STATELESS: Final[tuple[OptionName, ...]] = (*_LIST, "icmp_errors")

_AWS: Final = _Objects(("prefix-list", "security-group"))
_AZURE: Final = _Objects(
    ("application-security-group", "service-tag"),
    ("application-security-group",),
)
_GCP: Final = _Objects(("service-account", "tag"))
_PODS: Final = _Objects(("pod-selector",), ("pod-selector",))
_NSX: Final = _Objects(("nsx-group",), ("nsx-group",))
#: Firewalls that ask DNS themselves; routers do not.
_NAMES: Final = _Objects(("fqdn",))
#: People read it, and know what they have.
_TABLE: Final = _Objects(get_args(PeerKind), get_args(PeerKind))

_WRITERS: Final[Mapping[PlatformName, _Writer]] = FrozenDict(
    {
        "arista": _Writer("network", "render_arista", _STATELESS),
        "aws-cloudformation": _Writer(
            "aws", "render_cloudformation", _NAMED, objects=_AWS
        ),
        "aws-terraform": _Writer(
            "aws", "render_terraform", _TERRAFORM, objects=_AWS
        ),
        "azure-arm": _Writer("azure", "render_arm", _NAMED, objects=_AZURE),
        "azure-terraform": _Writer(
            "azure", "render_terraform", _TERRAFORM, objects=_AZURE
        ),
        "cisco": _Writer("network", "render_cisco", _STATELESS),
        "ciscoasa": _Writer(
            "network", "render_ciscoasa", _LIST, objects=_NAMES
        ),
        "csv": _Writer("csv_table", "render", ("header",), objects=_TABLE),
        "fortigate": _Writer(
            "network", "render_fortigate", _SCOPED, objects=_NAMES
        ),
        "gcp-terraform": _Writer("gcp", "render", _TERRAFORM, objects=_GCP),
        "ip6tables": _Writer("iptables", "render_ipv6", _LINUX, IPV6),
        "iptables": _Writer("iptables", "render_ipv4", _LINUX, IPV4),
        "juniper": _Writer("network", "render_juniper", _STATELESS),
        "kubernetes": _Writer("kubernetes", "render", _NAMED, objects=_PODS),
        "nftables": _Writer("nftables", "render", _LINUX),
        "nsx-t": _Writer("nsxt", "render", _SCOPED, objects=_NSX),
        "openstack-heat": _Writer("openstack", "render", _NAMED),
        "paloalto": _Writer(
            "network", "render_paloalto", _SCOPED, objects=_NAMES
        ),
        "srx": _Writer("network", "render_srx", _SCOPED, objects=_NAMES),
    }
)


def platforms() -> tuple[PlatformName, ...]:
    """Return the names of the platforms, sorted.

    >>> "nftables" in platforms()
    True
    """
    return tuple(sorted(_WRITERS))


def options_of(platform: PlatformName) -> tuple[OptionName, ...]:
    """Return the options that a platform takes.

    >>> options_of("csv")
    ('header', 'partial')

    Args:
        platform: One of :func:`platforms`.

    Raises:
        UnknownNameError: There is no such platform.
    """
    return (*_WRITERS[_known(platform)].options, "partial")


def render(
    rules: SiteRules, platform: PlatformName, options: Options = _DEFAULT
) -> str:
    """Return rules in a platform's syntax: the same bytes each time.

    Args:
        rules: The rules.
        platform: One of :func:`platforms`.
        options: How to write them.

    Raises:
        UnknownNameError: There is no such platform.
        InvalidQueryError: The platform does not take an option that was
            asked for.
        CannotExpressError: The platform cannot express one of the rules.
            Nothing is written then, rather than a part, or more; unless a
            part was asked for.
    """
    return write(rules, platform, options).text


def write(
    rules: AnyRules, platform: PlatformName, options: Options
) -> Written[AnyRules]:
    """Return what :func:`render` does, and which rules it has.

    Args:
        rules: As for :func:`render`, which says what is raised.
        platform: The same.
        options: The same.
    """
    name = _known(platform)
    _check(name, options)
    writer = _WRITERS[name]
    module = import_module(f"{__name__}.{writer.module}")
    to_text = getattr(module, writer.function)
    if writer.family is not None:
        # How complete a text is depends on the rules that it has.
        own = [rule for rule in rules.rules if rule.family == writer.family]
        rules = attrs.evolve(rules, rules=tuple(own))
    while True:
        try:
            _check_objects(rules, name, writer.objects)
            text = to_text(rules, options)
        except CannotExpressError as refused:
            if not options.partial:
                raise
            rules = _without(rules, refused)
        else:
            if options.syntax == "hcl":
                text = import_module(f"{__name__}.hcl").from_json(text)
            return Written(rules, text)


def _known(platform: object) -> PlatformName:
    """Return the name of a platform as the table has it."""
    name = fold(platform) if isinstance(platform, str) else None
    found = next((known for known in _WRITERS if known == name), None)
    if found is None:
        raise UnknownNameError("platform", platform, platforms())
    return found


def _check(platform: PlatformName, options: Options) -> None:
    """Refuse an option that a platform does not take."""
    if not isinstance(options, Options):
        raise InvalidQueryError("options", "Options", shown(options))
    taken = options_of(platform)
    for name in get_args(OptionName):
        if name in options.asked and name not in taken:
            expected = f"nothing for {platform}, which takes no such option"
            raise InvalidQueryError(
                name, expected, shown(getattr(options, name))
            )


def _check_objects(
    rules: SiteRules, platform: PlatformName, known: _Objects
) -> None:
    """Refuse a rule with an object that a platform does not know.

    Without it the rule would have only a part of a side; or none, which is
    everybody on most platforms.
    """
    endpoints = rules.resolution.edition.endpoints
    for rule in rules.rules:
        for end, objects in (
            (rule.source, rule.source_objects),
            (rule.destination, rule.destination_objects),
        ):
            for each in objects:
                kind = endpoints[rules.parts.get(end, end)].kind
                kinds = known.own if kind in PRODUCT else known.others
                if each.kind not in kinds:
                    takes = join("and", (*kinds, "addresses"))
                    reason = (
                        f"{end} has {each}, and it takes only {takes} there"
                    )
                    raise CannotExpressError(
                        platform, rule.id, rule.flows, reason
                    )


def _without(rules: AnyRules, refused: CannotExpressError) -> AnyRules:
    """Return the rules but for those that a platform refuses.

    Raises:
        CannotExpressError: It refuses something else: all rules together.
    """
    gone = frozenset(refused.rule.split(", "))
    left = tuple(rule for rule in rules.rules if rule.id not in gone)
    if len(left) == len(rules.rules):
        raise refused
    omitted = [
        Omission(
            subject=flow,
            kind="not-expressible",
            reason=f"{refused.platform}, rule {rule.id}: {refused.reason}",
        )
        for rule in rules.rules
        if rule.id in gone
        for flow in rule.flows
    ]
    return attrs.evolve(
        rules,
        rules=left,
        omissions=(*rules.omissions, *omitted),
    )
