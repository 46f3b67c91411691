"""What a flow is for, and which setting moves its port, by other sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from avi_portspec.beyond.queries import sources, statements
from avi_portspec.model.conditions import Answer

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement
    from avi_portspec.model.facets import Deployment
    from avi_portspec.model.flows import Flow

__all__ = [
    "NO_PURPOSE",
    "SourcedText",
    "other_purposes",
    "purpose_text",
    "settings_of",
]

#: What is said of a flow whose purpose no source states.
NO_PURPOSE = "no purpose known"


class SourcedText(NamedTuple):
    """Something that a source states of a flow, and the flow's page does not.

    Attributes:
        flow: The flow's id.
        text: What the flow is for, or the setting that moves its port.
        statement: The id of the statement.
        source: The id of the source.
        title: The source's title.
    """

    flow: str
    text: str
    statement: str
    source: str
    title: str

    def __str__(self) -> str:
        """Return it with its source: ``Export of logs (Tanzu ...)``."""
        return f"{self.text} ({self.title})"


def other_purposes(
    flow: Flow, deployment: Deployment | None = None
) -> tuple[SourcedText, ...]:
    """Return what a flow is for, where its own page does not state it.

    >>> import avi_portspec
    >>> from avi_portspec.beyond.beside import other_purposes
    >>> flow = avi_portspec.load().flows["service-engine-to-controller-ntp"]
    >>> print(*other_purposes(flow))
    Time synchronisation (Tanzu reference designs: port sheet)

    Args:
        flow: The flow.
        deployment: Leave out what does not concern it.

    Returns:
        Each purpose once, the most trustworthy source first; nothing if the
        vendor's page states one, or if nobody does.
    """
    if flow.purpose is not None:
        return ()
    found: dict[str, SourcedText] = {}
    for each in _about(flow, deployment):
        if each.purpose is not None:
            found.setdefault(each.purpose, _beside(flow, each, each.purpose))
    return (*found.values(),)


def purpose_text(flow: Flow, deployment: Deployment | None = None) -> str:
    """Return what a flow is for by the most trustworthy other source.

    Args:
        flow: The flow.
        deployment: Leave out what does not concern it.

    Returns:
        The purpose with its source; nothing if the vendor's page states one,
        or if nobody does.
    """
    return next(map(str, other_purposes(flow, deployment)), "")


def settings_of(
    flow: Flow, deployment: Deployment | None = None
) -> tuple[SourcedText, ...]:
    """Return which settings move the port of a flow.

    >>> import avi_portspec
    >>> from avi_portspec.beyond.beside import settings_of
    >>> flow = avi_portspec.load().flows["controller-to-smtp"]
    >>> [setting.text for setting in settings_of(flow)]
    ['EmailConfiguration.mailServerPort']

    Args:
        flow: The flow.
        deployment: Leave out what does not concern it.

    Returns:
        Each setting once, the most trustworthy source first.
    """
    found: dict[str, SourcedText] = {}
    for each in _about(flow, deployment):
        if each.setting is not None and each.ports:
            found.setdefault(each.setting, _beside(flow, each, each.setting))
    return (*found.values(),)


def _about(flow: Flow, deployment: Deployment | None) -> Iterator[Statement]:
    """Yield the statements about a flow that are no mistakes."""
    for each in statements(flow=flow.id):
        if (
            each.error is None
            and each.agreement != "excludes"
            and (
                deployment is None
                or each.when.evaluate(deployment) != Answer.NO
            )
        ):
            yield each


def _beside(flow: Flow, statement: Statement, text: str) -> SourcedText:
    source = sources()[str(statement.stated_by)]
    return SourcedText(flow.id, text, statement.id, source.id, source.title)
