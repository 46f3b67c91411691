"""What a deployment can be like, and what one deployment is like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

from avi_portspec.errors import Fault, shown
from avi_portspec.model.checks import (
    Check,
    Choice,
    Flag,
    Ident,
    Many,
    Nested,
    Text,
)
from avi_portspec.model.record import Record, as_tuple, check
from avi_portspec.names import KEBAB_ID, FacetId, NodeCount

if TYPE_CHECKING:
    from avi_portspec.model.checks import Refer

__all__ = ["FACETS", "Deployment", "Facet", "FacetValue"]

#: The facets, each with the attribute of :class:`Deployment` that answers
#: it. The list is closed: a condition can ask about nothing else.
FACETS: Final[tuple[tuple[FacetId, str], ...]] = (
    ("cloud", "clouds"),
    ("controller", "controller"),
    ("feature", "features"),
    ("service", "services"),
)

FACET: Final = Choice(FacetId)
VALUE: Final = Ident("a facet's value", KEBAB_ID)


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class FacetValue(Record):
    """One answer that a facet can have, such as the cloud AWS.

    Attributes:
        id: The word that conditions, deployments and queries use.
        name: The name that people use.
        aliases: Other names for the same.
    """

    id: str = attrs.field(metadata=check(VALUE))
    name: str = attrs.field(metadata=check(Text("a name")))
    aliases: tuple[str, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(Many("a list of names", Text("a name"))),
    )


class _Clause(Text):
    """A clause of plain English with one gap for the values."""

    __slots__ = ()

    def accepts(self, value: object) -> bool:
        return (
            super().accepts(value)
            and isinstance(value, str)
            and value.count("{}") == 1
        )

    def schema(self, refer: Refer) -> dict[str, Any]:
        return {
            **super().schema(refer),
            "allOf": [{"pattern": r"\{\}"}],
            "not": {"pattern": r"\{\}.*\{\}"},
        }


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Facet(Record):
    """A side of a deployment that conditions ask about.

    Attributes:
        id: ``cloud``, ``controller``, ``feature`` or ``service``.
        name: What the facet is, in a few words.
        clause: How a condition on it reads, with ``{}`` for the values.
        many: Whether a deployment can have several of the values at once.
        values: The values, each with its names.
    """

    id: FacetId = attrs.field(metadata=check(FACET))
    name: str = attrs.field(metadata=check(Text("a name")))
    clause: str = attrs.field(
        metadata=check(_Clause("a clause with one {} for the values"))
    )
    many: bool = attrs.field(metadata=check(Flag()))
    values: tuple[FacetValue, ...] = attrs.field(
        converter=as_tuple,
        metadata=check(
            Many(
                "a list of at least one facet value",
                Nested("a facet value", FacetValue),
                least=1,
            )
        ),
    )

    def _faults(self) -> Iterator[Fault]:
        # One Controller runs in one way; the rest can be mixed.
        if self.many == (self.id == "controller"):
            wanted = "false for controller, true for every other facet"
            yield Fault("many", wanted, shown(self.many))


class _Words(Check):
    """A frozen set of facet values."""

    __slots__ = ()

    def __init__(self) -> None:
        self.wanted = "a list of kebab-case words"

    def accepts(self, value: object) -> bool:
        return type(value) is frozenset and all(map(VALUE.accepts, value))

    def schema(self, refer: Refer) -> dict[str, Any]:
        return {
            "type": "array",
            "items": VALUE.schema(refer),
            "uniqueItems": True,
        }


def _as_words(words: object) -> frozenset[str]:
    """Return any collection of words as a frozen set.

    A lone string is left for the check to refuse: it would become letters.
    """
    if isinstance(words, (list, tuple, set)) and all(
        isinstance(word, str) for word in words
    ):
        return frozenset(words)
    return words  # type: ignore[return-value]


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Deployment(Record):
    """What one installation of the product is like.

    >>> from avi_portspec import Deployment
    >>> Deployment(clouds={"aws"}, features={"cli-shell"}).controller
    'virtual-machine'

    Which words an edition knows is the edition's affair (its ``facets``): it
    refuses to resolve a deployment with any other word, or without a cloud.
    That there is none is a word too, ``no-orchestrator``.

    Attributes:
        clouds: The clouds that the Controller manages, one or several.
        controller: How the Controller runs.
        features: The optional features in use.
        services: The network services that the Controller uses.
        nodes: Whether the Controller is a cluster or a single node. No
            condition asks about it, for the page names none; but a single
            node has no other Controller to talk to.
    """

    clouds: frozenset[str] = attrs.field(
        default=frozenset(), converter=_as_words, metadata=check(_Words())
    )
    controller: str = attrs.field(
        default="virtual-machine", metadata=check(VALUE)
    )
    features: frozenset[str] = attrs.field(
        default=frozenset(), converter=_as_words, metadata=check(_Words())
    )
    services: frozenset[str] = attrs.field(
        default=frozenset(), converter=_as_words, metadata=check(_Words())
    )
    nodes: NodeCount = attrs.field(
        default="cluster", metadata=check(Choice(NodeCount))
    )

    def values_of(self, facet: FacetId) -> frozenset[str]:
        """Return what this deployment answers to a facet, as a set."""
        found = getattr(self, dict(FACETS)[facet])
        return frozenset({found}) if isinstance(found, str) else found
