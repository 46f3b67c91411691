"""What a Controller talks to in a cloud, and whether the vendor covers it."""

# Annotations are no strings here: see checks_of.
from collections.abc import Iterator
from typing import Annotated, Final

import attrs

from avi_portspec.errors import Fault
from avi_portspec.model.checks import Ident, Many, Maybe, Text
from avi_portspec.model.facets import FLOW, VALUE
from avi_portspec.model.flows import InSection
from avi_portspec.model.record import Record
from avi_portspec.names import KEBAB_ID, FlowId

__all__ = ["Interface"]

INTERFACE: Final = Ident("an interface", KEBAB_ID)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Interface(Record):
    """What a Controller talks to in a cloud, and the flows that cover it.

    An edition has at least one for each of its clouds. Where it names no
    flow, the vendor's page is silent: that is a gap, never "no port needed".

    Attributes:
        id: Its id.
        cloud: The cloud, a value of the facet ``cloud``.
        name: What the Controller talks to, ``NSX Manager``; ``None`` where
            there is nothing to talk to, which is true without any cloud.
        section: The section that states the flows, or that would.
        flows: The flows between the two, those of a site among them; none
            where the vendor's page states none.
    """

    id: Annotated[str, INTERFACE]
    cloud: Annotated[str, VALUE]
    name: Annotated[str | None, Maybe(Text("a name"))] = None
    section: InSection
    flows: Annotated[tuple[FlowId, ...], Many("a list of flow ids", FLOW)] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the vendor's page states no flow, though there is need."""
        return self.name is not None and not self.flows

    def _faults(self) -> Iterator[Fault]:
        if self.flows and self.name is None:
            yield Fault(
                "interface/no-name",
                "name",
                "what the flows reach, by name",
                "none",
            )
