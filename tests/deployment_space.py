"""Deployments to try laws on: drawn, or every one of a small space."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from hypothesis import strategies as st

from avi_portspec import Deployment, Edition


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
