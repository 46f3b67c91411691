"""Every deployment there can be, by structure.

The space is finite and large: tens of millions of deployments. A decision
on one flow looks at little of it: at the facet values that the flow's own
condition names, those of the flows that can replace it, and the number of
nodes. What agrees on these agrees on the decision, so a law about every
flow and every deployment is proved by a few hundred cases a flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from types import MappingProxyType
from typing import Any, Final, get_args

import attrs

from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import FACETS, Deployment
from avi_portspec.model.flows import Flow
from avi_portspec.names import FacetId, NodeCount

__all__ = ["cases", "relevant", "representatives", "restrict", "size"]

_NODES: Final[tuple[NodeCount, ...]] = get_args(NodeCount)
_FIELD_OF: Final = dict(FACETS)


def size(edition: EditionData) -> int:
    """Return how many different deployments an edition can be asked about.

    >>> import avi_portspec
    >>> from avi_portspec.deployment.space import size
    >>> size(avi_portspec.load())
    67076096
    """
    found = len(_NODES)
    for facet in edition.facets:
        count = len(facet.values)
        if not facet.many:
            found *= count
        elif facet.id == "cloud":
            # A deployment has at least one.
            found *= 2**count - 1
        else:
            found *= 2**count
    return found


def relevant(
    edition: EditionData, flow: Flow
) -> Mapping[FacetId, frozenset[str]]:
    """Return the facet values that the decision on a flow depends on.

    Args:
        edition: The edition.
        flow: One of its flows.

    Returns:
        For each facet that has any, the values that the conditions of the
        flow, and of those that can replace it, name.
    """
    family = [flow, *(f for f in edition.flows if flow.id in f.replaces)]
    found: dict[FacetId, set[str]] = {}
    for member in family:
        for match in member.when.matches():
            named = found.setdefault(match.facet, set())
            named.update(match.values, match.unstated)
    return MappingProxyType(
        {facet: frozenset(values) for facet, values in found.items()}
    )


def restrict(
    edition: EditionData,
    deployment: Deployment,
    values: Mapping[FacetId, frozenset[str]],
) -> Deployment:
    """Return a deployment without what a decision does not depend on.

    Args:
        edition: The edition.
        deployment: The deployment.
        values: What the decision depends on, from :func:`relevant`.
    """
    changes: dict[str, Any] = {}
    for facet in edition.facets:
        named = values.get(facet.id, frozenset())
        held = deployment.values_of(facet.id)
        left = held & named
        if not facet.many:
            others = [v.id for v in facet.values if v.id not in named]
            word = next(iter(left or others))
            changes[_FIELD_OF[facet.id]] = word
        elif facet.id == "cloud" and not left:
            # No condition here names the stand-in, if there is one to take.
            others = [v.id for v in facet.values if v.id not in named]
            changes["clouds"] = frozenset(others[:1])
        else:
            changes[_FIELD_OF[facet.id]] = left
    return attrs.evolve(deployment, **changes)


def cases(edition: EditionData, flow: Flow) -> Iterator[Deployment]:
    """Yield deployments that stand for all, as far as one flow goes.

    Every deployment's :func:`restrict` form for this flow is among them.

    Args:
        edition: The edition.
        flow: One of its flows.
    """
    return representatives(edition, relevant(edition, flow))


def representatives(
    edition: EditionData, values: Mapping[FacetId, frozenset[str]]
) -> Iterator[Deployment]:
    """Yield deployments that stand for all, as far as some values go.

    Every deployment's :func:`restrict` form for these values is among
    them. They double with each value of a facet that a deployment has
    several of.

    Args:
        edition: The edition.
        values: What an answer depends on: for one flow, :func:`relevant`;
            for an answer that rests on several, all of theirs together.
    """
    choices: list[list[tuple[str, Any]]] = []
    for facet in edition.facets:
        named = sorted(values.get(facet.id, ()))
        others = [v.id for v in facet.values if v.id not in named]
        field = _FIELD_OF[facet.id]
        if not facet.many:
            choices.append([(field, w) for w in [*named, *others[:1]]])
            continue
        sets = [
            frozenset(chosen)
            for count in range(len(named) + 1)
            for chosen in combinations(named, count)
        ]
        if facet.id == "cloud":
            # At least one: a stand-in that no condition here names, if any.
            sets[0] = frozenset(others[:1])
            sets = [words for words in sets if words]
        choices.append([(field, words) for words in sets])
    for nodes in _NODES:
        for chosen in product(*choices):
            yield Deployment(nodes=nodes, **dict(chosen))
