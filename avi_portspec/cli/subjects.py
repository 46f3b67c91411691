"""What is asked about: an edition, some of its flows, or one deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

import click

from avi_portspec.cli.filters import Terms, chosen
from avi_portspec.cli.verbs import Setting
from avi_portspec.cli.words import NearChoice
from avi_portspec.names import Status

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flowset import Flows

__all__ = ["SHOWN", "Subject", "asked", "decision_options"]

F = TypeVar("F", bound=Callable[..., Any])

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
#: The decisions whose flows are shown where none are asked for.
SHOWN: Final[tuple[Status, ...]] = ("needed", "optional")


def decision_options(function: F) -> F:
    """Add the options about decisions: ``decisions`` and ``strict``."""
    function = click.option(
        "--strict",
        is_flag=True,
        cls=Setting,
        section="What the deployment is like",
        help="Fail where the page leaves the deployment open.",
    )(function)
    return click.option(
        "--decision",
        "decisions",
        multiple=True,
        cls=Setting,
        section="Which flows",
        type=NearChoice("decision", lambda: _STATUSES),
        metavar="WORD",
        help="For a deployment: needed, optional, replaced, not-applicable, "
        "unsupported or unstated; needed and optional without it. May be "
        "given several times.",
    )(function)


class Subject:
    """What a command is about, ready to be printed or exported.

    Attributes:
        edition: The edition that is asked.
        resolution: The answer for the deployment, if there is one.
        flows: The flows that are to be shown.
        left_open: The flows among those asked for on which the page is
            silent.
    """

    def __init__(
        self,
        edition: Edition,
        flows: Flows,
        resolution: Resolution | None,
        decisions: tuple[Any, ...],
    ) -> None:
        self.edition = edition
        self.resolution = resolution
        self._asked = flows
        self._decisions = decisions
        if resolution is None:
            self.flows = flows
            self.left_open = flows.unstated
        else:
            mine = frozenset(flows)
            self.flows = resolution.having(*(decisions or SHOWN)) & mine
            self.left_open = resolution.having("unstated") & mine

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the edition, and no deployment's."""
        return self.resolution is None and self._asked == self.edition.flows

    def data(self) -> dict[str, Any]:
        """Return it as the plain data that JSON is exported from."""
        from avi_portspec.exporters.data import report_data
        from avi_portspec.exporters.report import report_on

        answer = self.resolution
        report = report_on(self._asked if answer is None else answer)
        only = self._only
        return report_data(report if only is None else report.only(only))

    def export(self, name: str) -> str | bytes:
        """Return it in a format of :func:`avi_portspec.export`.

        All of an edition is written as the edition, and not as its flows.

        Args:
            name: The format.

        Raises:
            UnknownNameError: There is no such format.
            MissingExtraError: The format needs an extra.
        """
        from avi_portspec.exporters import export

        if self.resolution is not None:
            return export(self.resolution, name, only=self._only)
        return export(self.edition if self.is_whole else self._asked, name)

    @property
    def _only(self) -> Flows | None:
        """The flows of the deployment's answer, if not all of them."""
        if self.resolution is None:
            return None
        shown = self._asked
        if self._decisions:
            shown &= frozenset(self.resolution.having(*self._decisions))
        if len(shown) == len(self.edition.flows):
            return None
        return shown | self.left_open


def asked(
    request: Request,
    filters: Mapping[str, Terms],
    decisions: tuple[str, ...],
    *,
    strict: bool,
) -> Subject:
    """Return what a request is about.

    Args:
        request: The request.
        filters: Which flows.
        decisions: Which decisions about them.
        strict: Whether to fail where the page leaves the deployment open.

    Raises:
        click.UsageError: Options do not go together.
        PortSpecError: A name is unknown, or data are wrong.
    """
    edition = request.edition()
    deployment = request.deployment(edition)
    if deployment is None:
        for option, is_given in (("decision", decisions), ("strict", strict)):
            if is_given:
                raise click.UsageError(
                    f"--{option} needs a deployment: say, --deployment aws",
                    click.get_current_context(),
                )
    elif "cloud" in filters:
        raise click.UsageError(
            "--on-cloud: the deployment says which clouds there are",
            click.get_current_context(),
        )
    resolution = (
        None
        if deployment is None
        else edition.resolve(deployment, strict=strict)
    )
    flows = chosen(edition.flows, filters)
    return Subject(edition, flows, resolution, decisions)
