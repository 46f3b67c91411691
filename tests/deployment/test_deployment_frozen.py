"""Nothing that an edition or an answer leads to can be changed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import attrs
import pytest

import avi_portspec
from avi_portspec.model.frozen import Frozen, FrozenDict

#: Code is not data; values without parts cannot be changed.
LEAVES = (
    *(type, FunctionType, BuiltinFunctionType, ModuleType),
    *(str, bytes, int, float, bool, type(None)),
)


def parts_of(value: Any) -> Iterator[Any]:
    """Yield what a value refers to, private or not."""
    for part in gc.get_referents(value):
        if not isinstance(part, LEAVES):
            yield part


def reachable(*starts: Any) -> list[Any]:
    """Return everything that some values lead to."""
    found: dict[int, Any] = {}
    left = list(starts)
    while left:
        value = left.pop()
        if id(value) not in found:
            found[id(value)] = value
            left += parts_of(value)
    return [*found.values()]


def is_frozen(value: Any) -> bool:
    """Return whether a value refuses to be changed."""
    if isinstance(value, (FrozenDict, frozenset, tuple)):
        return True
    if not (isinstance(value, Frozen) or attrs.has(type(value))):
        return False
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.anything = 1
    return not hasattr(value, "__dict__")


def used(edition: avi_portspec.Edition) -> list[Any]:
    """Return an edition and answers, with all that is worked out on use."""
    flows = edition.flows
    flows.select(source="SE", destination="Controller", cloud="aws")
    flows.select(endpoint="SE", port=[22, 443], protocol="tcp", inferred=True)
    flows.select(service="SSH", section="management", requirement="required")
    flows.select(note="login-banner")
    assert edition.digest
    container = avi_portspec.preset("openstack", controller="container")
    answers = [edition.resolve(each) for each in ("aws", container)]
    return [
        edition,
        edition.symptoms,
        *answers,
        *(answer.explain("tcp/22") for answer in answers),
        *(answer.gaps for answer in answers),
        *(answer.conflicts for answer in answers),
        *(answer.flows.group_by("port") for answer in answers),
        edition.endpoints["SE"],
    ]


def test_nothing_reachable_can_be_changed() -> None:
    """Not what is public, and not what is kept to answer faster.

    Clearing a list of the resolver turned conflicts into none, for everybody
    who asked that edition.
    """
    found = reachable(*used(avi_portspec.load("vantage-undated")))
    assert len(found) > 1_000
    kinds = {type(value).__name__ for value in found if not is_frozen(value)}
    assert not kinds


def test_the_walk_finds_what_can_be_changed() -> None:
    """A list behind two records of its own kind is found."""
    holder = FrozenDict({"a": (FrozenDict({"b": [1]}),)})
    assert [value for value in reachable(holder) if not is_frozen(value)] == [
        [1]
    ]
