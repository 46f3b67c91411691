"""An edition of the port page that answers for deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from avi_portspec.deployment.overlay import Overlay
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.deployment.symptoms import Symptoms

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
    ) -> Resolution:
        """Return what one deployment needs: a decision on every flow.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("kubernetes")
        >>> [str(pair) for pair in answer.flows.unstated.ports()]
        ['TCP 4001', 'TCP 8080', 'TCP 9001']
        >>> print(answer["controller-to-kubernetes-minion"].status)
        needed

        Args:
            deployment: The deployment; or the name of a preset, which is the
                id, name or alias of a cloud of this edition; or several of
                them, as a list or comma-separated, for a deployment that
                manages several clouds.
            strict: Whether to fail where the vendor's page does not cover
                the deployment completely, or leaves a direction in doubt.

        Raises:
            UnknownNameError: No preset has that name.
            InvalidDataError: The deployment uses a word that the edition
                does not know, or names no cloud; or it reads or declines a
                flow that is not there, or not in doubt. It carries every
                fault.
            UnresolvedError: *strict*, and there are conflicts, gaps or
                unclear directions.
        """
        from avi_portspec.deployment.resolution import resolve

        return resolve(self._resolver, deployment, strict=strict)

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
