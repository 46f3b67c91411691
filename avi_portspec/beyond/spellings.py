"""Who is meant by a name that other sources use, or that people write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from avi_portspec.beyond.files import library
from avi_portspec.errors import UnknownNameError, nearest
from avi_portspec.model.catalog import Catalog, names_of
from avi_portspec.names import EndpointId, fold

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Spelling
    from avi_portspec.model.flows import Endpoint

__all__ = [
    "find_endpoint",
    "find_named",
    "find_slips",
    "nearest_name",
    "other_names",
    "parties",
    "product_names",
]

#: What has the product's name before its own.
_COMPONENT: Final = "component"
#: What people call by what it does alone: DNS, for the DNS server.
_SERVICE: Final = "service"
#: No name is longer.
_LONG: Final = 200
#: Names that have less than this in common are not worth to be compared.
_LIKE: Final = 0.75
#: Words that have more than this in common differ by a slip, unless they are
#: short: then they are others.
_SLIP: Final = 0.85
_WORD_LENGTH: Final = 5
_WORD: Final = re.compile(r"[^\W_]+")
_BRACKETS: Final = re.compile(r"([^()]*)\(([^()]*)\)(.*)", re.DOTALL)
#: Addresses, and the signs between them.
_ADDRESSES: Final = re.compile(r"(?=.*[.:])[0-9a-f.:/,;\s-]+", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"the ", re.IGNORECASE)
#: Signs of notes, and the ends of sentences.
_MARKS: Final = " .,:;*\u2020\u2021"
#: Words for the addresses of anybody.
_ADDRESS: Final = frozenset({"ip", "ips", "address", "addresses"})
#: Words for the machines of a component, and their addresses.
_MACHINES: Final = _ADDRESS | {
    *("cluster", "node", "nodes", "vm", "vms", "vip", "vips"),
}
#: Words for where they are: a component's management network is its own.
_PLACES: Final = _MACHINES | {
    *("cidr", "cidrs", "group", "groups", "management", "mgmt", "network"),
    *("networks", "subnet", "subnets"),
}
#: Between the machines and an address that they share.
_ANDS: Final = frozenset({"and", "or", "&", "+"})


@cache
def parties() -> Catalog[Endpoint]:
    """Return everybody who is a side of a statement, by any name."""
    return Catalog("endpoint", library().endpoints)


def product_names() -> tuple[str, ...]:
    """Return what the product was called over time, the oldest name first.

    >>> from avi_portspec.beyond.spellings import product_names
    >>> product_names()[:2]
    ('Avi Vantage', 'NSX Advanced Load Balancer')
    """
    names = library().names
    return tuple(each.name for each in names if each.endpoint is None)


def find_endpoint(name: str) -> EndpointId:
    """Return whose name it is, in any source.

    >>> from avi_portspec.beyond.spellings import find_endpoint
    >>> find_endpoint("NSX ALB Controller")
    'controller'

    Args:
        name: A name as :func:`find_named` takes it.

    Raises:
        UnknownNameError: It is nobody's.
    """
    found = find_named(name, parties())
    if found is None:
        raise UnknownNameError("endpoint", name, _known_names(parties()))
    return found.id


def find_named(name: str, endpoints: Catalog[Endpoint]) -> Endpoint | None:
    """Return the one party that people mean by a name, if it is one.

    >>> from avi_portspec.beyond.spellings import find_named, parties
    >>> [
    ...     find_named(name, parties()).id
    ...     for name in ("SEs", "AVI Controller Cluster", "Admin", "DNS")
    ... ]
    ['service-engine', 'controller', 'external-network-services', 'dns-server']

    Args:
        name: An id, a name or an alias, of one or of several. In brackets,
            or after it, may be what changes nothing: an abbreviation, and
            for a component its machines and their addresses. A component may
            have any name of the product before it, a service may lack its
            "server". Capitals do not matter.
        endpoints: Where it is looked for first: an edition's own. Then come
            those of other sources.
    """
    if len(name) > _LONG:
        return None
    text = " ".join(name.replace("(s)", "s").split())
    catalogs = (endpoints, parties())
    found = _get(text, catalogs)
    brackets = _BRACKETS.fullmatch(text)
    if found is not None or brackets is None:
        return found or _find_plain(text, catalogs)
    before, inner, after = brackets.groups()
    found = find_named(f"{before} {after}", endpoints)
    words = {*fold(inner).split()}
    if found is not None and (
        _ADDRESSES.fullmatch(inner)
        or (words <= _PLACES and (words & _ADDRESS or _is_component(found)))
        or find_named(inner, endpoints) == found
    ):
        return found
    return None


def _is_component(endpoint: Endpoint) -> bool:
    return endpoint.kind == _COMPONENT


_Catalogs = Sequence[Catalog["Endpoint"]]


def _get(text: str, catalogs: _Catalogs) -> Endpoint | None:
    for catalog in catalogs:
        found = catalog.get(text)
        if found is not None:
            return catalogs[0].get(found.id, found)
    return None


def _find_plain(text: str, catalogs: _Catalogs) -> Endpoint | None:
    """Return whose name it is, without an article and the like."""
    words = _ARTICLE.sub("", text.rstrip(_MARKS), count=1).split()
    for end in range(len(words), 0, -1):
        beside = [*map(fold, words[end:])]
        if beside and not _is_beside(beside):
            return None
        kinds = None if _ADDRESS.issuperset(beside) else {_COMPONENT}
        for name, own_kinds in _readings(" ".join(words[:end])):
            found = _get(name, catalogs)
            if found is not None and all(
                each is None or found.kind in each
                for each in (kinds, own_kinds)
            ):
                return found
    return None


def _is_beside(words: Sequence[str]) -> bool:
    """Return whether words after a name change nothing about it.

    The first of them is the one to tell: those after it were told before.
    """
    first, *rest = words
    if first in _ANDS:
        return _MACHINES.issuperset(rest)
    return first in _PLACES


def _readings(name: str) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield what a name can stand for, and of which kinds only that is."""
    texts = [name]
    if name.endswith("s") and not name.endswith("ss"):  # "awss" is a slip
        texts.append(name[:-1])
    for text in texts:
        yield text, None
        yield f"{text} server", frozenset({_SERVICE})
        for product in _prefixes():
            if fold(text).startswith(f"{product} "):
                yield text[len(product) + 1 :], frozenset({_COMPONENT})


@cache
def _prefixes() -> tuple[str, ...]:
    """Return the names of the product that stand before a component's.

    So does what a component's name has before its short one.
    """
    brands = (
        each.name.removesuffix(each.short).strip()
        for each in parties()
        if _is_component(each) and each.short is not None
    )
    names = (*product_names(), *filter(None, brands))
    return tuple(dict.fromkeys(map(fold, names)))


def nearest_name(name: str, endpoints: Catalog[Endpoint]) -> str | None:
    """Return the known name that is most like another, or ``None``.

    Args:
        name: A name that nobody has.
        endpoints: The endpoints of an edition, which come first.
    """
    near = nearest(name, _known_names(endpoints))
    if near and _likeness(fold(name[:_LONG]), fold(near)) > _LIKE:
        return near
    return None


def find_slips(
    names: Iterable[str], endpoints: Catalog[Endpoint]
) -> dict[str, str]:
    """Return the known names that are surely meant by others, by these.

    They differ in one word, and that by a letter or so, or in what joins
    their words. An FTP server is no NTP server: short words are others.

    Args:
        names: The names; those that somebody has are no slips.
        endpoints: The endpoints of an edition, which come first.
    """
    index: dict[object, list[tuple[str, str]]] = {}
    for known in _known_names(endpoints):
        for key, word in _keys(known):
            index.setdefault(key, []).append((word, known))
    found = {}
    for name in names:
        near = [
            (_likeness(word, their), known)
            for key, word in _keys(name)
            for their, known in index.get(key, ())
            if word == their or _may_be_slip(word, their)
        ]
        likeness, known = max(near, key=itemgetter(0), default=(0.0, ""))
        if likeness > _SLIP and find_named(name, endpoints) is None:
            found[name] = known
    return found


def _keys(name: str) -> Iterator[tuple[object, str]]:
    """Yield each word of a name, by the others; and none, by all of them."""
    words = _WORD.findall(fold(name[:_LONG]))
    yield "".join(words), ""
    for at, word in enumerate(words):
        yield (*words[:at], None, *words[at + 1 :]), word


def _may_be_slip(one: str, other: str) -> bool:
    """Return whether two words are long enough, and of like lengths."""
    short, long = sorted((len(one), len(other)))
    return short >= _WORD_LENGTH and 2 * short > _SLIP * (short + long)


def _likeness(one: str, other: str) -> float:
    # Imported here: most names are known.
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other).ratio()


def _known_names(endpoints: Catalog[Endpoint]) -> list[str]:
    """Return all names, the ids after those that people use."""
    everybody = (*endpoints, *parties())
    names = [(each, name) for each in everybody for name in names_of(each)]
    names.sort(key=lambda pair: pair[0].id == pair[1])
    found = [name for _, name in names]
    found += [
        f"{product} {name}"
        for product in product_names()
        for each, name in names
        if _is_component(each)
    ]
    return [*dict.fromkeys(found)]


def other_names(endpoint: EndpointId) -> tuple[Spelling, ...]:
    """Return what other sources call an endpoint.

    Args:
        endpoint: Its id.
    """
    return tuple(each for each in library().names if each.endpoint == endpoint)
