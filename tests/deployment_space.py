"""Deployments to try laws on: drawn, or every one of a small space."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from hypothesis import strategies as st

from avi_portspec import Deployment, Edition, Gap


def subsets(*words: str) -> list[frozenset[str]]:
    """Return every set of some words, the smallest first."""
    return [
        frozenset(chosen)
        for count in range(len(words) + 1)
        for chosen in combinations(words, count)
    ]


def deployments(edition: Edition) -> st.SearchStrategy[Deployment]:
    """Return deployments that an edition can be asked about.

    Each has a cloud, and any of the words that the edition knows, where it
    has such a facet and the facet has values.
    """
    known = {str(f.id): [v.id for v in f.values] for f in edition.facets}

    def some(facet: str, least: int = 0) -> st.SearchStrategy[Collection[str]]:
        if not known.get(facet):
            return st.just(())
        return st.frozensets(st.sampled_from(known[facet]), min_size=least)

    return st.builds(
        Deployment,
        clouds=some("cloud", 1),
        controller=st.sampled_from(
            known.get("controller") or ["virtual-machine"]
        ),
        features=some("feature"),
        services=some("service"),
        nodes=st.sampled_from(["cluster", "single-node"]),
    )


def names_in(gap: Gap, edition: Edition) -> Iterator[str]:
    """Yield what has to be said about a gap: ends, or what nothing covers."""
    if gap.interface is not None:
        covered = edition.interfaces[gap.interface].name
        yield f"between the Controller and {covered} "
    for name in gap.flows:
        flow = edition.flows[name]
        source, destination = (
            edition.endpoints[end].label
            for end in (flow.source, flow.destination)
        )
        yield f"port from {source} to {destination} "
        yield str(flow.protocols[0].label)
    (value,) = (
        value
        for value in edition.facets[gap.facet].values
        if value.id == gap.value
    )
    if not gap.is_lacking:
        yield value.phrase or value.label
