"""Which traffic a text filters, in words that all platforms share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from avi_portspec.rules.networks import Family
from avi_portspec.rules.neutral import SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms.clouds import own_networks

__all__ = ["ADDITION", "LEFT_TO_OTHERS", "judged"]

#: What happens to other traffic where other rules may follow.
LEFT_TO_OTHERS: Final = "All other traffic is left to your other rules."
#: What rules are that others follow.
ADDITION: Final = (
    "These rules close nothing. They join rules that exist: put them before "
    "what stops the rest there."
)
_ALL: Final = "Everything is dropped that no rule here allows."
_PRODUCT: Final = (
    "What comes from or goes to an address of the product (a Controller, a "
    "Service Engine, the cluster IP) is dropped unless a rule here allows it."
)


def judged(
    rules: SiteRules,
    options: Options,
    families: Iterable[Family],
    others: str = LEFT_TO_OTHERS,
) -> Iterator[str]:
    """Yield sentences on what is dropped, and on what is not filtered.

    Args:
        rules: The rules.
        options: How they are written.
        families: The versions of the Internet Protocol that they are for.
        others: What happens to traffic that is not the product's.
    """
    if rules.is_addition:
        yield ADDITION
        return
    if options.scope == "all":
        yield _ALL
        return
    yield _PRODUCT
    yield others
    own = {network.version for network in own_networks(rules)}
    yield from (
        f"IPv{family} is not filtered: the product has no IPv{family} address."
        for family in families
        if family not in own
    )
