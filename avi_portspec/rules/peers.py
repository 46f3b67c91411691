"""What a role can have besides addresses: objects that a platform knows.

An object stands for addresses that only its platform can tell. A rule that
has one is written for the platforms that know its kind, and refused for all
others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import attrs

from avi_portspec.errors import Fault, nearest, shown
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.rules.traffic import Strict

__all__ = [
    "INTERNET",
    "OBJECT_KEYS",
    "NamedObject",
    "Peer",
    "PeerKind",
    "PodSelector",
    "parse_peer",
]

#: The word for all addresses of both families.
INTERNET: Final = "internet"

_NamedKind: TypeAlias = Literal[
    "application-security-group",
    "fqdn",
    "nsx-group",
    "prefix-list",
    "security-group",
    "service-account",
    "service-tag",
    "tag",
]
#: The kinds of objects; the same words are the keys of an inventory.
PeerKind: TypeAlias = Literal[_NamedKind, "pod-selector"]

_PODS: Final = "pod-selector"
_NAMESPACES: Final = "namespace-selector"
#: The keys of an object's table.
OBJECT_KEYS: Final = (*get_args(_NamedKind), _PODS, _NAMESPACES)
_DNS_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME: Final = rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*"
_LABEL_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
#: A label of Kubernetes: a name, with or without a domain before it, and a
#: value, which can be empty.
_LABEL_KEY: Final = re.compile(rf"(?:{_DNS_NAME}/)?{_LABEL_NAME}")
_LABEL_VALUE: Final = re.compile(rf"(?:{_LABEL_NAME})?")
_AZURE_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?"
_SEGMENT: Final = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
#: The longest name of an object: far more than any that is right.
_LONGEST: Final = 500


class _Form(NamedTuple):
    """How the name of an object is spelt.

    Attributes:
        pattern: What it matches as a whole.
        example: One, for an error.
    """

    pattern: re.Pattern[str]
    example: str


_FORMS: Final[Mapping[_NamedKind, _Form]] = FrozenDict(
    {
        "application-security-group": _Form(
            re.compile(
                r"/subscriptions/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-"
                r"[0-9A-Fa-f]{12}/resourceGroups/"
                r"[A-Za-z0-9_(][A-Za-z0-9._()-]{0,88}[A-Za-z0-9_()-]/"
                r"providers/Microsoft\.Network/applicationSecurityGroups/"
                + _AZURE_NAME
            ),
            "the resource id of an application security group, "
            "/subscriptions/.../applicationSecurityGroups/NAME",
        ),
        "fqdn": _Form(
            # The last label is no number: 10.0.0.1 is an address.
            re.compile(
                rf"(?!.{{254}})(?:{_DNS_LABEL}\.)+(?![0-9]){_DNS_LABEL}"
            ),
            "a DNS name in lower case, such as ntp.example.com",
        ),
        "nsx-group": _Form(
            re.compile(
                rf"(?:/orgs/{_SEGMENT}/projects/{_SEGMENT}/infra|"
                rf"/infra|/global-infra)/domains/{_SEGMENT}/groups/{_SEGMENT}"
            ),
            "the path of a group, such as /infra/domains/default/groups/dns",
        ),
        "prefix-list": _Form(
            re.compile(r"pl-(?:[0-9a-f]{8}|[0-9a-f]{17})"),
            "the id of a prefix list, such as pl-0123456789abcdef0",
        ),
        "security-group": _Form(
            re.compile(r"sg-(?:[0-9a-f]{8}|[0-9a-f]{17})"),
            "the id of a security group, such as sg-0123456789abcdef0",
        ),
        "service-account": _Form(
            re.compile(rf"(?!.{{254}}){_DNS_LABEL}@{_DNS_NAME}"),
            "the address of a service account, such as "
            "dns@project.iam.gserviceaccount.com",
        ),
        "service-tag": _Form(
            re.compile(r"(?!Internet$)[A-Z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)?"),
            f"a service tag, such as AzureCloud or Storage.WestEurope; "
            f'Internet is the word "{INTERNET}" in place of a table',
        ),
        "tag": _Form(
            re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"),
            "a network tag: up to 63 lower-case letters, digits and hyphens, "
            "a letter first",
        ),
    }
)


def _freeze(labels: Any) -> Any:
    """Return labels as an object keeps them; else as they are."""
    if not isinstance(labels, Mapping):
        return labels
    return FrozenDict({key: labels[key] for key in sorted(labels, key=str)})


@attrs.frozen(kw_only=True)
class NamedObject(Strict):
    """An object that a platform knows by a name, an id or a path.

    >>> print(NamedObject(kind="tag", name="bastion"))
    tag:bastion

    Attributes:
        kind: The kind of object.
        name: Its name, id or path.
    """

    kind: _NamedKind
    name: str

    def _faults(self) -> Iterator[Fault]:
        if self.kind not in _FORMS:
            expected = f"one of {', '.join(_FORMS)}"
            yield Fault("inventory/object", "kind", expected, shown(self.kind))
        else:
            yield from _name_faults(self.kind, self.name, "name")

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@attrs.frozen(kw_only=True)
class PodSelector(Strict):
    """The pods of Kubernetes that bear some labels.

    >>> print(PodSelector(labels={"app": "dns"}, namespace={"team": "net"}))
    pod-selector:app=dns/namespace-selector:team=net

    Attributes:
        labels: Labels that each of the pods has; at least one, for none
            would be all pods.
        namespace: Labels of their namespaces; ``None`` for that in which
            the rules are.
    """

    labels: Mapping[str, str] = attrs.field(converter=_freeze, hash=False)
    namespace: Mapping[str, str] | None = attrs.field(
        default=None, converter=_freeze, hash=False
    )

    def _faults(self) -> Iterator[Fault]:
        yield from _label_faults(self.labels, "labels")
        if self.namespace is not None:
            yield from _label_faults(self.namespace, "namespace")

    @property
    def kind(self) -> PeerKind:
        """The kind of object."""
        return "pod-selector"

    def __str__(self) -> str:
        selectors = {_PODS: self.labels, _NAMESPACES: self.namespace}
        return "/".join(
            f"{name}:{','.join(f'{k}={v}' for k, v in labels.items())}"
            for name, labels in selectors.items()
            if labels is not None
        )


Peer: TypeAlias = NamedObject | PodSelector


def _name_faults(kind: _NamedKind, name: object, path: str) -> Iterator[Fault]:
    form = _FORMS[kind]
    if (
        not isinstance(name, str)
        or len(name) > _LONGEST
        or form.pattern.fullmatch(name) is None
    ):
        yield Fault("inventory/object", path, form.example, shown(name))


def _label_faults(labels: object, path: str) -> Iterator[Fault]:
    if not isinstance(labels, Mapping) or not labels:
        expected = 'at least one label, such as { app = "dns" }'
        yield Fault("inventory/object", path, expected, shown(labels))
        return
    for key, value in labels.items():
        for word, text, pattern in (
            ("key", key, _LABEL_KEY),
            ("value", value, _LABEL_VALUE),
        ):
            if (
                not isinstance(text, str)
                or len(text) > _LONGEST
                or pattern.fullmatch(text) is None
            ):
                expected = f"the {word} of a Kubernetes label"
                where = f"{path}.{str(key)[:80]}"
                yield Fault("inventory/object", where, expected, shown(text))


def parse_peer(table: Mapping[str, Any]) -> Peer | list[Fault]:
    """Return the object that a table names, or what is wrong with it.

    >>> parse_peer({"prefix-list": "pl-0123abcd"})
    NamedObject(kind='prefix-list', name='pl-0123abcd')
    >>> print(*parse_peer({"prefix-lists": "pl-0123abcd"}))
    prefix-lists: expected the kind of an object, got an unknown key; did \
you mean 'prefix-list'?

    Args:
        table: The kind of the object as the only key, and its name; of pods,
            the labels, and those of their namespace.
    """
    faults = [
        Fault(
            "inventory/object",
            key[:80],
            "the kind of an object",
            "an unknown key",
            nearest(key, OBJECT_KEYS),
        )
        for key in table
        if key not in OBJECT_KEYS
    ]
    if faults:
        return faults
    kind = next(iter(table), None)
    of_pods = _PODS in table and table.keys() <= {_PODS, _NAMESPACES}
    if not of_pods and (len(table) != 1 or kind == _NAMESPACES):
        expected = (
            f"the kind of one object, with its name, or {_PODS} with or "
            f"without {_NAMESPACES}"
        )
        got = f"a table of {', '.join(table) or 'nothing'}"
        return [Fault("inventory/object", "", expected, got)]
    for key, value in table.items():
        if key in (_PODS, _NAMESPACES):
            faults += _label_faults(value, key)
        else:
            faults += _name_faults(key, value, key)  # type: ignore[arg-type]
    if faults:
        return faults
    if of_pods:
        return PodSelector(
            labels=table[_PODS], namespace=table.get(_NAMESPACES)
        )
    return NamedObject(kind=kind, name=table[kind])  # type: ignore[arg-type,index]
