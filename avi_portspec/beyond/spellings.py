"""Who is meant by a name that other sources use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from avi_portspec.beyond.files import library
from avi_portspec.model.catalog import Catalog
from avi_portspec.names import EndpointId, fold

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Spelling
    from avi_portspec.model.flows import Endpoint

__all__ = ["find_endpoint", "other_names", "parties", "product_names"]

#: What has the product's name before its own.
_COMPONENT: Final = "component"


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
        name: An id, a name or an alias; of a component, with any name of the
            product before it, too. Capitals do not matter.

    Raises:
        UnknownNameError: It is nobody's.
    """
    known = parties()
    for text in _without_product(name):
        found = known.get(text)
        if found is not None and (text == name or found.kind == _COMPONENT):
            return found.id
    return known[name].id


def _without_product(name: str) -> Iterator[str]:
    """Yield a name, and the rest of it after each name of the product."""
    yield name
    for product in product_names():
        if fold(name).startswith(f"{fold(product)} "):
            yield name[len(product) :].strip()


def other_names(endpoint: EndpointId) -> tuple[Spelling, ...]:
    """Return what other sources call an endpoint.

    Args:
        endpoint: Its id.
    """
    return tuple(each for each in library().names if each.endpoint == endpoint)
