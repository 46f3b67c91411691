"""What a deployment can be like, and what one deployment is like."""

# Annotations are no strings here: see checks_of.
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

import attrs

from avi_portspec.errors import Fault, shown
from avi_portspec.model.checks import (
    Check,
    Choice,
    Flag,
    Ident,
    Many,
    Maybe,
    Nested,
    Text,
)
from avi_portspec.model.record import Record
from avi_portspec.names import (
    KEBAB_ID,
    RELEASE_ID,
    DirectionReading,
    FacetId,
    FlowId,
    NodeCount,
)

if TYPE_CHECKING:
    from avi_portspec.model.checks import Refer

__all__ = [
    "FACETS",
    "AcceptedReading",
    "DeclinedFlow",
    "Deployment",
    "Facet",
    "FacetValue",
]

#: The facets, each with the attribute of :class:`Deployment` that answers
#: it. The list is closed: a condition can ask about nothing else.
FACETS: Final[tuple[tuple[FacetId, str], ...]] = (
    ("cloud", "clouds"),
    ("controller", "controller"),
    ("feature", "features"),
    ("service", "services"),
)

FACET: Final = Choice(FacetId)
FLOW: Final = Ident("a flow", KEBAB_ID)
VALUE: Final = Ident("a facet's value", KEBAB_ID)
RELEASE: Final = Ident("a release", RELEASE_ID, "in numbers, such as 22.1")


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class FacetValue(Record):
    """One answer that a facet can have, such as the cloud AWS.

    Attributes:
        id: The word that conditions, deployments and queries use.
        name: The name that people use.
        short: A shorter name, for tables; ``None`` where the name will do.
        phrase: How a condition on it reads in a table, where that is not the
            phrase of its facet: ``without an orchestrator``.
        without: What a deployment is that does not have it, where that is
            not just "without" its name: ``a Kubernetes master with
            authentication``.
        aliases: Other names for the same.
    """

    id: Annotated[str, VALUE]
    name: Annotated[str, Text("a name")]
    short: Annotated[str | None, Maybe(Text("a short name"))] = None
    phrase: Annotated[str | None, Maybe(Text("a phrase"))] = None
    without: Annotated[str | None, Maybe(Text("a phrase"))] = None
    aliases: Annotated[
        tuple[str, ...], Many("a list of names", Text("a name"))
    ] = ()

    @property
    def label(self) -> str:
        """The name for tables: the short one, where there is one."""
        return self.short or self.name


class _Clause(Text):
    """A clause of plain English with one gap for the values."""

    __slots__ = ()

    rule = "facet/clause"

    def accepts(self, value: object) -> bool:
        return (
            super().accepts(value)
            and isinstance(value, str)
            and value.count("{}") == 1
        )

    def schema(self, refer: "Refer") -> dict[str, Any]:
        return {
            **super().schema(refer),
            "allOf": [{"pattern": r"\{\}"}],
            "not": {"pattern": r"\{\}.*\{\}"},
        }


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Facet(Record):
    """A side of a deployment that conditions ask about.

    Attributes:
        id: ``cloud``, ``controller``, ``feature`` or ``service``.
        name: What the facet is, in a few words.
        clause: How a condition on it reads, with ``{}`` for the values.
        many: Whether a deployment can have several of the values at once.
        values: The values, each with its names.
    """

    id: Annotated[FacetId, FACET]
    name: Annotated[str, Text("a name")]
    clause: Annotated[str, _Clause("a clause with one {} for the values")]
    many: Annotated[bool, Flag()]
    values: Annotated[
        tuple[FacetValue, ...],
        Many(
            "a list of at least one facet value",
            Nested("a facet value", FacetValue),
            least=1,
        ),
    ]

    def without(self, name: str) -> str:
        """Return in words what a deployment is that lacks a value.

        Args:
            name: The id of the value.
        """
        (value,) = (value for value in self.values if value.id == name)
        return value.without or f"a deployment without {value.label}"

    def _faults(self) -> Iterator[Fault]:
        # One Controller runs in one way; the rest can be mixed.
        if self.many == (self.id == "controller"):
            expected = "false for controller, true for every other facet"
            yield Fault("facet/many", "many", expected, shown(self.many))


class _Words(Check):
    """A frozen set of facet values."""

    __slots__ = ()

    rule = "id/form"

    def __init__(self) -> None:
        self.expected = "a list of kebab-case words"

    def accepts(self, value: object) -> bool:
        return type(value) is frozenset and all(map(VALUE.accepts, value))

    def schema(self, refer: "Refer") -> dict[str, Any]:
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


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class AcceptedReading(Record):
    """How a site reads a flow whose direction the vendor leaves in doubt.

    Attributes:
        flow: The flow's id.
        direction: ``stated``: with source and destination as the vendor's
            page has them; ``reversed``: with the two swapped.
    """

    flow: Annotated[FlowId, FLOW]
    direction: Annotated[DirectionReading, Choice(DirectionReading)]


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class DeclinedFlow(Record):
    """A flow that a site does not use.

    Attributes:
        flow: The flow's id.
        reason: Why not, for whoever signs the firewall change.
    """

    flow: Annotated[FlowId, FLOW]
    reason: Annotated[str, Text("a reason")]


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
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
            condition asks about it, for no flow depends on it; but a single
            node has no other Controller to talk to.
        release: The release that runs, such as ``22.1.4``; ``None`` where it
            is not stated. No decision depends on it: it selects what other
            sources state beside the answer.
        readings: How the site reads the flows whose direction is in doubt.
            Without a reading, such a flow is ``direction-unclear``.
        declined: The flows that the site does not use, with the reasons.
    """

    clouds: Annotated[frozenset[str], _Words()] = attrs.field(
        default=frozenset(), converter=_as_words
    )
    controller: Annotated[str, VALUE] = "virtual-machine"
    features: Annotated[frozenset[str], _Words()] = attrs.field(
        default=frozenset(), converter=_as_words
    )
    services: Annotated[frozenset[str], _Words()] = attrs.field(
        default=frozenset(), converter=_as_words
    )
    nodes: Annotated[NodeCount, Choice(NodeCount)] = "cluster"
    release: Annotated[str | None, Maybe(RELEASE)] = None
    readings: Annotated[
        tuple[AcceptedReading, ...],
        Many(
            "a list of accepted readings",
            Nested("an accepted reading", AcceptedReading),
        ),
    ] = ()
    declined: Annotated[
        tuple[DeclinedFlow, ...],
        Many(
            "a list of declined flows",
            Nested("a declined flow", DeclinedFlow),
        ),
    ] = ()

    def values_of(self, facet: FacetId) -> frozenset[str]:
        """Return what this deployment answers to a facet, as a set."""
        found = getattr(self, dict(FACETS)[facet])
        return frozenset({found}) if isinstance(found, str) else found

    def _faults(self) -> Iterator[Fault]:
        for name in ("readings", "declined"):
            seen = set()
            for at, record in enumerate(getattr(self, name)):
                if record.flow in seen:
                    yield Fault(
                        "deployment/flow-twice",
                        f"{name}[{at}].flow",
                        "each flow once",
                        repr(record.flow),
                    )
                seen.add(record.flow)
