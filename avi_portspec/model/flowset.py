"""The collection of flows, which queries return too."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from collections.abc import (
    Set as AbstractSet,
)
from functools import wraps
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Self,
    TypeAlias,
    TypedDict,
    TypeVar,
    Unpack,
    overload,
)

from avi_portspec.documents import count_text
from avi_portspec.errors import (
    InvalidQueryError,
    MixedEditionsError,
    UnknownNameError,
    shown,
)
from avi_portspec.model.catalog import Catalog
from avi_portspec.model.flows import Endpoint, Flow, Note
from avi_portspec.model.frozen import Frozen, FrozenDict
from avi_portspec.model.index import NONE, FlowIndex, Positions
from avi_portspec.model.page import Section
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.model.protocols import ProtocolLike
from avi_portspec.names import Grouping, InferableField, Requirement

if TYPE_CHECKING:
    from avi_portspec.model.facts import EditionFacts
    from avi_portspec.model.flat import FlatRecord

__all__ = ["Criteria", "Flows", "Name", "Names", "OneOrMore"]

D = TypeVar("D")
T = TypeVar("T")
Operator: TypeAlias = "Callable[[Flows, object], T]"

#: A name, or the record that it names.
Name: TypeAlias = "str | Endpoint | Section | Note"
#: One name, or several of which any will do.
Names: TypeAlias = "Name | Iterable[Name]"
#: One protocol, or several of which any will do.
OneOrMore: TypeAlias = "ProtocolLike | Iterable[ProtocolLike]"

_GROUPS: Final[Mapping[Grouping, Callable[[Flow], Iterable[Any]]]] = (
    FrozenDict(
        {
            "destination": lambda flow: (flow.destination,),
            "endpoint": lambda flow: dict.fromkeys(
                (flow.source, flow.destination)
            ),
            "port": lambda flow: flow.protocol_ports(),
            "protocol": lambda flow: [p.label for p in flow.protocols],
            "requirement": lambda flow: (flow.requirement,),
            "section": lambda flow: (flow.section,),
            "service": lambda flow: (flow.service,),
            "source": lambda flow: (flow.source,),
        }
    )
)


class Criteria(TypedDict, total=False):
    """What :meth:`Flows.select` and :meth:`Flows.exclude` take."""

    source: Names | None
    destination: Names | None
    endpoint: Names | None
    protocol: OneOrMore | None
    port: int | Iterable[int] | None
    service: Names | None
    section: Names | None
    cloud: Names | None
    requirement: Requirement | Iterable[Requirement] | None
    note: Names | None
    inferred: bool | InferableField | Iterable[InferableField] | None


def _operator(function: Callable[[Flows, Flows], T]) -> Operator[T]:
    """Return an operator that takes its other operand as flows."""

    @wraps(function)
    def operate(flows: Flows, other: object) -> T:
        them = flows._other(other)
        return NotImplemented if them is None else function(flows, them)

    return operate


class Flows(Frozen, Sequence[Flow]):
    """Flows of one edition, in published order; also the answer to a query.

    A sequence (``len``, iteration, indexing, slices), a set (``in``, ``|``,
    ``&``, ``-``, ``^``, ``<=``), and a look-up by id (``flows["..."]``):

    >>> import avi_portspec
    >>> flows = avi_portspec.load().flows
    >>> answer = flows.select(source="SE", destination="Controller")
    >>> [str(pair) for pair in answer.ports()]
    ['ICMP echo request', 'TCP 22', 'TCP 5098', 'TCP 8443', 'UDP 123']

    A page may not answer a query: it states a port for some clouds and says
    nothing about others. Such flows are not in the answer, and they are not
    dropped either: see :attr:`unstated`.

    Collections come from an edition; they cannot be made by hand.
    """

    __slots__ = ("_by_id", "_index", "_items", "_positions", "_unstated")

    _index: FlowIndex
    _items: tuple[Flow, ...]
    _by_id: Mapping[str, Flow]
    _positions: Positions
    _unstated: Positions

    def __new__(
        cls,
        index: FlowIndex,
        positions: Positions | None = None,
        unstated: Positions = NONE,
    ) -> Self:
        """Return some of an index's flows, by position; or all of them."""
        self = super().__new__(cls)
        fill = object.__setattr__
        fill(self, "_index", index)
        fill(self, "_unstated", unstated)
        if positions is None:
            # All of them: no set of every position is made in vain.
            fill(self, "_items", index.flows)
            fill(self, "_by_id", index.by_id)
        else:
            fill(self, "_positions", positions)
            flows = index.flows
            fill(
                self, "_items", tuple([flows[at] for at in sorted(positions)])
            )
        return self

    def _lazy(self, name: str) -> Any:
        if name == "_by_id":
            return FrozenDict({flow.id: flow for flow in self._items})
        if name == "_positions":
            return frozenset(range(len(self._index.flows)))
        raise self._no_attribute(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Flows, (self._index, self._positions, self._unstated)

    # -- a sequence --------------------------------------------------------

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Flow]:
        return iter(self._items)

    @overload
    def __getitem__(self, key: int | str) -> Flow: ...

    @overload
    def __getitem__(self, key: slice) -> Flows: ...

    def __getitem__(self, key: int | str | slice) -> Flow | Flows:
        """Return a flow by id or position, or a slice.

        Raises:
            UnknownNameError: No flow here has that id.
            IndexError: There is no such position.
            InvalidQueryError: The slice runs backwards; collections are in
                published order, so use ``reversed``.
        """
        if type(key) is str:
            try:
                return self._by_id[key]
            except KeyError:
                raise UnknownNameError("flow", key, self._by_id) from None
        if isinstance(key, slice):
            if (key.step or 1) < 0:
                raise InvalidQueryError(
                    "slice", "a step above zero", f"{key.step}"
                )
            part = sorted(self._positions)[key]
            return Flows(self._index, frozenset(part), self._unstated)
        return self._items[key]  # type: ignore[index]

    @overload
    def get(self, flow_id: str) -> Flow | None: ...

    @overload
    def get(self, flow_id: str, default: D) -> Flow | D: ...

    def get(self, flow_id: str, default: object = None) -> object:
        """Return the flow with that id, or *default*."""
        return self._by_id.get(flow_id, default)

    def ids(self) -> tuple[str, ...]:
        """Return the flows' ids, in published order."""
        return tuple(flow.id for flow in self._items)

    def __contains__(self, flow: object) -> bool:
        """Return whether a flow, or the flow with that id, is here."""
        if isinstance(flow, str):
            return flow in self._by_id
        return isinstance(flow, Flow) and self._by_id.get(flow.id) == flow

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Flows):
            return NotImplemented
        return (
            self._items == other._items and self._unstated == other._unstated
        )

    def __hash__(self) -> int:
        return hash((self._items, self._unstated))

    # -- a set -------------------------------------------------------------
    #
    # Operations answer flow by flow, in three-valued logic: a flow that is
    # unstated in one operand is unstated in the result, unless the other
    # operand settles it. Between collections without unstated flows, they
    # are those of Python's sets.

    def _other(self, other: object) -> Flows | None:
        """Return another operand as flows of the same edition."""
        if isinstance(other, Flows):
            if (
                other._index is not self._index
                and other._index.flows != self._index.flows
            ):
                raise MixedEditionsError(
                    f"flows of {self._index.edition!r} and of "
                    f"{other._index.edition!r} cannot be combined"
                )
            return other
        if isinstance(other, AbstractSet):
            for flow in other:
                if flow not in self._index.flows:
                    edition = self._index.edition
                    raise MixedEditionsError(
                        f"{shown(flow)} is not a flow of {edition!r}"
                    )
            positions = self._index.positions
            return Flows(
                self._index, frozenset(positions[f.id] for f in other)
            )
        return None

    @property
    def _possible(self) -> Positions:
        """The members, and the flows that may be members."""
        return self._positions | self._unstated

    def _part(self, sure: Positions, possible: Positions) -> Flows:
        return Flows(self._index, sure, possible - sure)

    @_operator
    def __and__(self, them: Flows) -> Flows:
        """Return the flows that are in both."""
        return self._part(
            self._positions & them._positions, self._possible & them._possible
        )

    @_operator
    def __or__(self, them: Flows) -> Flows:
        """Return the flows that are in either."""
        return self._part(
            self._positions | them._positions, self._possible | them._possible
        )

    @_operator
    def __sub__(self, them: Flows) -> Flows:
        """Return the flows that are here, and surely not there."""
        return self._part(
            self._positions - them._possible, self._possible - them._positions
        )

    @_operator
    def __rsub__(self, them: Flows) -> Flows:
        """Return the flows that are there, and surely not here."""
        return them - self

    @_operator
    def __xor__(self, them: Flows) -> Flows:
        """Return the flows that are in one of the two alone."""
        return (self - them) | (them - self)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    @_operator
    def __le__(self, them: Flows) -> bool:
        """Return whether each flow here is there too."""
        return self._positions <= them._positions

    @_operator
    def __lt__(self, them: Flows) -> bool:
        """Return whether each flow here is there, among others."""
        return self._positions < them._positions

    @_operator
    def __ge__(self, them: Flows) -> bool:
        """Return whether each flow there is here too."""
        return self._positions >= them._positions

    @_operator
    def __gt__(self, them: Flows) -> bool:
        """Return whether each flow there is here, among others."""
        return self._positions > them._positions

    def isdisjoint(self, other: Flows | AbstractSet[Flow]) -> bool:
        """Return whether no flow is surely in both."""
        return not self & other

    # -- queries -----------------------------------------------------------

    @property
    def unstated(self) -> Flows:
        """The flows for which the vendor's page does not settle the query.

        A flow is here if it meets every other criterion and its page does
        not say whether it is for the cloud of the query.

        >>> import avi_portspec
        >>> flows = avi_portspec.load().flows
        >>> answer = flows.select(source="SE", destination="SE",
        ...                       cloud="OpenShift")
        >>> len(answer), [str(p) for p in answer.unstated.ports()]
        (0, ['TCP 4001', 'TCP 9001'])
        """
        return Flows(self._index, self._unstated)

    @property
    def edition(self) -> EditionFacts:
        """The edition that the flows are of."""
        return self._index.owner

    @property
    def endpoints(self) -> Catalog[Endpoint]:
        """The endpoints of the whole edition, for their names."""
        return self._index.endpoints

    def select(  # noqa: C901 - one plain branch a criterion is fastest
        self,
        *,
        source: Names | None = None,
        destination: Names | None = None,
        endpoint: Names | None = None,
        protocol: OneOrMore | None = None,
        port: int | Iterable[int] | None = None,
        service: Names | None = None,
        section: Names | None = None,
        cloud: Names | None = None,
        requirement: Requirement | Iterable[Requirement] | None = None,
        note: Names | None = None,
        inferred: (
            bool | InferableField | Iterable[InferableField] | None
        ) = None,
    ) -> Flows:
        """Return the flows that meet every criterion.

        Each criterion takes one value or several; a flow has to match one
        of them. A value is an id, a name, an alias or a record; capitals do
        not matter.

        Args:
            source: The source (initiator).
            destination: The destination (listener).
            endpoint: The source or the destination.
            protocol: A :class:`Protocol`, or its name or number.
            port: A port number; ranges that hold it count. A ``range`` is
                several ports.
            service: The service, by its name on the vendor's page.
            section: The section; its subsections count.
            cloud: A cloud that the Controller manages: the flows that can
                apply where it is the only cloud, for any other properties
                of the deployment. Where the vendor's page is silent on the
                cloud, the flow is in :attr:`unstated`.
            requirement: How strongly the vendor's page asks for the flow.
            note: A note that qualifies the flow.
            inferred: Whether any field is inferred, or which one is.

        Raises:
            UnknownNameError: The edition knows no such name; it is a
                ``LookupError`` and suggests the nearest.
            InvalidQueryError: A value is of the wrong type or range.
        """
        index = self._index
        found: list[Positions] = []
        if source is not None:
            found.append(index.by_name("_sources", "endpoint", source))
        if destination is not None:
            found.append(
                index.by_name("_destinations", "endpoint", destination)
            )
        if endpoint is not None:
            found.append(index.by_name("_endpoints", "endpoint", endpoint))
        if protocol is not None:
            found.append(index.protocols(protocol))
        if port is not None:
            found.append(index.ports(port))
        if service is not None:
            found.append(index.by_name("_services", "service", service))
        if section is not None:
            found.append(index.by_name("_sections", "section", section))
        if requirement is not None:
            found.append(index.requirements(requirement))
        if note is not None:
            found.append(index.by_name("_notes", "note", note))
        if inferred is not None:
            found.append(index.inferred(inferred))
        yes, open_ = (None, NONE) if cloud is None else index.clouds(cloud)
        if not found and yes is None:
            return self
        # Members, then what is unstated: before, or by this query.
        whole = len(self._items) == len(index.flows)
        sure = found if yes is None else [*found, yes]
        members = _meet(sure if whole else [*sure, self._positions])
        if not open_ and not self._unstated:
            return Flows(index, members)
        left = (
            self._unstated
            if yes is None
            else ((self._unstated & (yes | open_)) | (self._positions & open_))
        )
        return Flows(index, members, _meet([left, *found]) - members)

    def exclude(self, **criteria: Unpack[Criteria]) -> Flows:
        """Return the flows that surely do not meet all the criteria together.

        The criteria are those of :meth:`select`. A flow for which the
        vendor's page does not settle them is in neither answer, and in
        :attr:`unstated` of both.
        """
        # Of the whole edition: what is unstated here may surely meet them.
        return self - Flows(self._index).select(**criteria)

    def group_by(
        self, key: Grouping | Callable[[Flow], Any]
    ) -> Mapping[Any, Flows]:
        """Return the flows by the value of a field, in order of appearance.

        Args:
            key: ``destination``, ``endpoint``, ``port``, ``protocol``,
                ``requirement``, ``section``, ``service`` or ``source``; or a
                function from a flow to any hashable value. A flow with
                several protocols, ports or endpoints is in several groups. A
                flow that is unstated here is so in its group, which may
                hold nothing else.

        Returns:
            A read-only mapping. Groups by ``port`` have
            :class:`ProtocolPorts` as keys, a flow without a service has
            ``None``.

        Raises:
            UnknownNameError: *key* is a string, and not one of these.
        """
        if callable(key):
            function = key

            def values(flow: Flow) -> Iterable[Any]:
                return (function(flow),)
        elif key in _GROUPS:
            values = _GROUPS[key]  # type: ignore[assignment]
        else:
            raise UnknownNameError("grouping", key, sorted(_GROUPS))
        groups: dict[Any, tuple[list[int], list[int]]] = {}
        for kind, flows in enumerate((self, self.unstated)):
            for flow in flows:
                for value in values(flow):
                    groups.setdefault(value, ([], []))[kind].append(
                        self._index.positions[flow.id]
                    )
        return FrozenDict(
            {
                value: Flows(self._index, frozenset(at), frozenset(open_))
                for value, (at, open_) in groups.items()
            }
        )

    def ports(self) -> tuple[ProtocolPorts, ...]:
        """Return the distinct pairs of protocol and ports.

        They are those of every flow here, under any condition: of flows
        that stand in for one another, such as SSH on 22 and on 5098, both
        are among them. They are sorted by the protocol's number, then by
        port.
        """
        pairs = {
            pair for flow in self._items for pair in flow.protocol_ports()
        }
        return tuple(
            sorted(
                pairs,
                key=lambda pair: (
                    pair.protocol.number,
                    (pair.ports.low, pair.ports.high) if pair.ports else (),
                    -1 if pair.icmp_type is None else pair.icmp_type,
                ),
            )
        )

    # -- for machines --------------------------------------------------------

    def to_records(self) -> list[FlatRecord]:
        """Return flat dicts, one a protocol and port range, for data frames.

        Ports are integers, what is not there is ``None``, and each record
        names the edition, the data's version and its digest. Unstated flows
        are not among them: :attr:`unstated` has records of its own.

        >>> import avi_portspec
        >>> flows = avi_portspec.load().flows
        >>> for record in flows.select(service="LDAP").to_records():
        ...     print(record["protocol"], record["port_low"])
        tcp 389
        udp 389
        """
        from avi_portspec.model.flat import flat_records, port_records

        return flat_records(
            (
                record
                for flow in self
                for record in port_records(flow, self.edition)
            ),
            self.edition,
        )

    # -- for people --------------------------------------------------------

    def __repr__(self) -> str:
        text = count_text(len(self), "flow")
        if self._unstated:
            text += f", {len(self._unstated)} more unstated"
        return f"<Flows of {self._index.edition}: {text}>"

    def __str__(self) -> str:
        """Return a table for a terminal."""
        from avi_portspec.model.display import text_table

        return text_table(self, self.unstated, self.edition)

    def _repr_html_(self) -> str:
        """Return a table for a notebook."""
        from avi_portspec.model.display import html_table

        caption = repr(self)[1:-1]
        return html_table(caption, self, self.unstated, self.edition)


def _meet(sets: list[Positions]) -> Positions:
    """Return what is in all of the sets, the smallest leading."""
    if len(sets) == 1:
        return sets[0]
    sets.sort(key=len)
    first, *rest = sets
    return first.intersection(*rest)
