"""An edition of the port page that answers for deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from avi_portspec.beyond.near import NearMiss
    from avi_portspec.beyond.records import Statement
    from avi_portspec.deployment.causes import Cause
    from avi_portspec.deployment.decisions import Gap
    from avi_portspec.deployment.overlay_records import Overlay
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.deployment.symptoms import Symptoms
    from avi_portspec.model.catalog import Catalog
    from avi_portspec.model.flows import Flow
    from avi_portspec.model.protocols import ProtocolLike

__all__ = ["Edition"]

# What answers is imported by the methods that ask it: an edition that is
# only read loads in half the time.


class Edition(EditionData):
    """One edition of the port page, as immutable records that answer.

    Collections may be given as any iterables; the edition keeps them in its
    own, checks that they agree, and refuses to exist when they do not: ids
    are unique, references lead somewhere, records stand in published order,
    and each place on the vendor's page is cited.

    Attributes:
        id: Its id, which may be a release.
        title: What it is called.
        product: The product's name at that time.
        aliases: Its other ids, such as releases whose pages state the same
            facts.
        source: The vendor's page that it transcribes.
        overview: How much that page holds above its first section.
        facets: What its conditions ask about.
        sections: The sections, subsections after their parents.
        endpoints: Who talks to whom.
        flows: The flows, as a collection that answers queries.
        exclusions: What the vendor says is not needed.
        pointers: Rows that send their reader elsewhere.
        notes: Everything else that the vendor says.
        interfaces: What a Controller talks to in each cloud, and the flows
            that cover it; none where the vendor's page is silent.
    """

    # A plain subclass: made by attrs anew, it would take longer to create
    # than an edition takes to check.
    __slots__ = ("_resolver", "_symptoms")

    # Not by their types: readers evaluate what stands here.
    _resolver: Any
    _symptoms: Any

    # Type checkers would take it to have any attribute.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Python asks here only for what is not there, an unfilled slot.
            value: Any
            if name == "_resolver":
                from avi_portspec.deployment.resolver import Resolver

                value = Resolver(self)
            elif name == "_symptoms":
                from avi_portspec.deployment.symptoms import Symptoms

                value = Symptoms(self)
            else:
                # That of attrs, which works out the digest.
                return super().__getattr__(name)
            object.__setattr__(self, name, value)
            return value

    def resolve(
        self,
        deployment: Deployment | str | Iterable[str],
        *,
        strict: bool = False,
        beyond: bool = False,
    ) -> Resolution:
        """Return what one deployment needs: a decision on every flow.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("kubernetes")
        >>> [str(pair) for pair in answer.flows.unstated.ports()]
        ['TCP 4001', 'TCP 8080', 'TCP 9001']
        >>> print(answer["controller-to-kubernetes-minion"].status)
        needed

        With *beyond*, what other sources state apart from it is beside the
        answer, each statement with its source. What is needed stays what it
        was, and no rule is wider.

        >>> where = avi_portspec.preset("vcenter", release="22.1")
        >>> answer = avi_portspec.load().resolve(where, beyond=True)
        >>> "tanzu-ports-vcenter" in answer.beyond.ids()
        True

        Args:
            deployment: The deployment; or the name of a preset, which is the
                id, name or alias of a cloud of this edition; or several of
                them, as a list or comma-separated, for a deployment that
                manages several clouds.
            strict: Whether to fail where the vendor's page does not cover
                the deployment completely, or leaves a direction in doubt.
            beyond: Whether to show, apart from what is needed, what other
                sources state about this deployment, and its release if it
                has one, unless they just agree.

        Raises:
            InvalidQueryError: *beyond* is neither ``True`` nor ``False``.
            UnknownNameError: No preset has that name.
            InvalidDataError: The deployment uses a word that the edition
                does not know, or names no cloud; or it reads or declines a
                flow that is not there, or not in doubt. It carries every
                fault.
            UnresolvedError: *strict*, and there are conflicts, gaps or
                unclear directions.
        """
        from avi_portspec.deployment.resolution import resolve

        return resolve(
            self._resolver, deployment, strict=strict, beyond=beyond
        )

    def cloud_gaps(self, clouds: Iterable[str]) -> tuple[Gap, ...]:
        """Return what the vendor is silent on for whole clouds.

        A query for a cloud returns flows, and the silence about one flow is
        in its ``unstated``. That a Controller's interface to a cloud is not
        documented at all is here:

        >>> import avi_portspec
        >>> (gap,) = avi_portspec.load().cloud_gaps(["nsx-t"])
        >>> gap.interface
        'nsx-manager'

        Args:
            clouds: The clouds, by their ids.

        Raises:
            InvalidDataError: The edition does not know one of them.
        """
        return tuple(
            gap
            for cloud in sorted(clouds)
            for gap in self.resolve(Deployment(clouds={cloud})).gaps
            if not gap.flows
        )

    @property
    def symptoms(self) -> Symptoms:
        """The documented symptoms of blocked flows.

        >>> import avi_portspec
        >>> (symptom,) = avi_portspec.load().symptoms.find("Controller DOWN")
        >>> symptom.flow.id, symptom.can_be_ignored
        ('service-engine-to-controller-echo', True)
        """
        found: Symptoms = self._symptoms
        return found

    def possible_causes(self, seen: str) -> tuple[Cause, ...]:
        """Return the flows that may be behind what somebody sees.

        They are found by the words that people use, and by what the flows
        carry. Few sources state what is seen where a flow is blocked, so it
        is a list of what to check, and no list of causes.

        >>> import avi_portspec
        >>> for cause in avi_portspec.load().possible_causes("clock drift"):
        ...     print(cause.flow.id)
        service-engine-to-controller-ntp
        controller-to-ntp

        Args:
            seen: What is seen, in a few words; capitals do not matter. All
                words must match.

        Raises:
            InvalidQueryError: It is not text, or has no word to look for.
        """
        from avi_portspec.deployment.causes import find_causes

        return find_causes(self, seen)

    def overlay(self, source: Overlay | str | PathLike[str]) -> Edition:
        """Return this edition with a site's own facts.

        >>> import avi_portspec
        >>> site = avi_portspec.load().overlay('''
        ... id = "berlin"
        ... title = "Site Berlin"
        ... [[changes]]
        ... flow = "external-to-controller-https"
        ... ports = [9443]
        ... reason = "The portal moved."
        ... ''')
        >>> flow = site.flows["external-to-controller-https"]
        >>> [str(pair) for pair in flow.protocol_ports()], flow.origin
        (['TCP 9443'], 'berlin')

        Args:
            source: An :class:`Overlay`; or the path of a TOML file that
                holds one, as a path object or as a string that ends in
                ``.toml``; or such TOML itself.

        Returns:
            An edition of its own id. Each record that comes from the
            overlay, and each flow whose ports do, says so in its
            ``origin``; changed ports are ``inferred``, with the reason.

        Raises:
            InvalidDataError: The overlay does not fit; it carries every
                fault, with its path in the overlay.
            OSError: The file cannot be read.
        """
        from avi_portspec.deployment.overlay import apply_overlay

        return apply_overlay(self, source)

    def accept(self, *statements: Statement | str) -> Edition:
        """Return this edition with statements of other sources as flows.

        No answer has such a flow unless its statement is accepted here, by
        name. It comes from an overlay, ``accepted``, which each flow, each
        rule and each ticket names.

        >>> import avi_portspec
        >>> wider = avi_portspec.load().accept("tanzu-ports-vcenter")
        >>> flow = wider.flows["tanzu-ports-vcenter"]
        >>> flow.destination, flow.origin, flow.reference
        ('vcenter-server', 'accepted', 'statement tanzu-ports-vcenter')

        Args:
            *statements: The statements, or their ids: all that the site
                accepts, in one call.

        Returns:
            An edition of its own id; without statements, this one.

        Raises:
            InvalidQueryError: An argument is neither, such as a list; or
                this edition has accepted statements before.
            UnknownNameError: No statement has that id.
            InvalidDataError: A statement is a known mistake, states too
                little for a flow, or repeats what the edition states.
        """
        from avi_portspec.deployment.accepted import accept

        return accept(self, statements)

    def statements_on(
        self, record: str, *, release: str | None = None
    ) -> Catalog[Statement]:
        """Return what other sources state about a flow.

        >>> import avi_portspec
        >>> edition = avi_portspec.load()
        >>> found = edition.statements_on(
        ...     "service-engine-to-controller-portal", release="30.2"
        ... )
        >>> [(s.stated_by, s.agreement) for s in found][:2]
        [('nsx-t-dfw-30-2', 'differs'), ('nsx-t-dfw-latest', 'agrees')]

        Args:
            record: The id of the flow, of an exclusion or of a note.
            release: Only statements about this release, such as ``22.1.4``,
                or about this line of releases, such as ``22.1``.

        Raises:
            UnknownNameError: The edition has no such record.
            InvalidQueryError: The release is not one.
        """
        from avi_portspec.beyond.queries import statements_on

        return statements_on(self, record, release=release)

    def conflicts(self, *, release: str | None = None) -> Catalog[Statement]:
        """Return the statements of other sources that contradict it.

        They are those that differ from what the edition states, or exclude
        it. Which side is right is not decided here.

        >>> import avi_portspec
        >>> found = avi_portspec.load().conflicts(release="30.2")
        >>> "nsx-t-dfw-30-2-portal" in found.ids()
        True

        Args:
            release: Only statements about this release or line of releases.

        Raises:
            InvalidQueryError: The release is not one.
        """
        from avi_portspec.beyond.queries import conflicts

        return conflicts(self, release=release)

    def near_misses(
        self,
        protocol: ProtocolLike,
        port: int,
        *,
        flows: Iterable[Flow] | None = None,
    ) -> tuple[NearMiss, ...]:
        """Return what was probably meant by a port that nothing documents.

        >>> import avi_portspec
        >>> edition = avi_portspec.load()
        >>> [(str(m.meant), m.slip) for m in edition.near_misses("tcp", 8483)]
        [('TCP 8443', 'digit')]

        Args:
            protocol: The protocol that was given.
            port: The port that was given.
            flows: The flows that may be meant, such as those that a
                deployment needs; by default all of them.

        Returns:
            Each documented port that is near, the most certain first; nothing
            if one of the flows has the port itself.

        Raises:
            InvalidQueryError: The port is not one.
            UnknownNameError: No protocol has that name.
        """
        from avi_portspec.beyond.near import near_misses

        return near_misses(self, protocol, port, flows=flows)
