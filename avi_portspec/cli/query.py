"""The query of ``ports`` and ``export``: its options, and its answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args

import attrs
import click

from avi_portspec.cli.failures import (
    CommandError,
    needs_deployment,
    unknown_word,
)
from avi_portspec.cli.inputs import find_deployment
from avi_portspec.cli.options import (
    DEPLOYMENT,
    OUTPUT,
    check_release,
    option,
)
from avi_portspec.cli.parameters import (
    CLOUD,
    ENDPOINT,
    NOTE,
    PROTOCOL,
    RELEASE,
    SECTION,
    SERVICE_NAME,
    Choice,
    Word,
)
from avi_portspec.documents import join
from avi_portspec.errors import UnknownNameError
from avi_portspec.model.flows import Exclusion
from avi_portspec.names import RELEASE_ID, Requirement, Status
from avi_portspec.tabular.filters import (
    FILTERS,
    FilterError,
    Terms,
    asked_clouds,
    parse_terms,
    select_flows,
    select_statements,
)

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.deployment.decisions import Gap
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.edition.edition import Edition
    from avi_portspec.exporters import FormatName
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.flows import Flow
    from avi_portspec.model.flowset import Flows
    from avi_portspec.rules.inventory import Inventory

__all__ = [
    "Answer",
    "bad_filter",
    "beyond_option",
    "filter_options",
    "format_of",
    "given_filters",
    "query",
    "query_options",
]

F = TypeVar("F", bound=Callable[..., Any])

_SECTION: Final = "Filters"
_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
#: The decisions whose flows are shown by default.
_SHOWN: Final[tuple[Status, ...]] = ("needed", "optional")

#: The options that are not called what the filter is: that name already
#: describes the deployment.
_OPTIONS: Final = {"service": "service-name", "cloud": "on-cloud"}


#: What shells complete.
_WORDS: Final[Mapping[str, Word]] = {
    "source": ENDPOINT,
    "destination": ENDPOINT,
    "endpoint": ENDPOINT,
    "protocol": PROTOCOL,
    "service": SERVICE_NAME,
    "section": SECTION,
    "cloud": CLOUD,
    "requirement": Word(
        "requirement",
        lambda _: ((word, "") for word in get_args(Requirement)),
    ),
    "note": NOTE,
}


def _option(name: str) -> str:
    return f"--{_OPTIONS.get(name, name)}"


def bad_filter(wrong: FilterError) -> click.BadParameter:
    """Return the error of an option for that of its filter."""
    error = wrong.error
    text = wrong.detail
    if isinstance(error, UnknownNameError):
        text = unknown_word(error.kind, error.name, error.known)
    return click.BadParameter(text, param_hint=[_option(wrong.filter)])


def _parse(
    ctx: click.Context, param: click.Parameter, given: tuple[str, ...]
) -> Terms | None:
    if not given:
        return None
    try:
        return parse_terms(str(param.name).removeprefix("by_"), *given)
    except FilterError as wrong:
        raise bad_filter(wrong) from None


def filter_options(
    names: Iterable[str],
) -> tuple[Callable[[F], F], ...]:
    """Return the options of filters, which a command gets as ``by_port``.

    Args:
        names: The filters' names.
    """
    return tuple(
        option(
            _SECTION,
            _option(name),
            f"by_{name}",
            multiple=True,
            type=_WORDS.get(name, click.STRING),
            metavar="VALUE",
            callback=_parse,
            help=FILTERS[name].summary,
        )
        for name in names
    )


def given_filters(filters: Mapping[str, Terms | None]) -> dict[str, Terms]:
    """Return the filters that were given, by their names.

    Args:
        filters: What the options of the filters were given.
    """
    return {
        name.removeprefix("by_"): terms
        for name, terms in filters.items()
        if terms is not None
    }


#: What ``--beyond`` is without a release.
_ANY: Final = "any"

#: What other sources state, beside the answer.
beyond_option = option(
    OUTPUT,
    "--beyond",
    type=RELEASE,
    is_flag=False,
    flag_value=_ANY,
    metavar="[RELEASE]",
    help="Add below the answer where other sources differ from the vendor's "
    "page or add to it; on a release, that of --release or one given here, "
    "such as 30.2. The answer stays the same.",
)


def query_options(function: F) -> F:
    """Add what a query takes: ``decisions``, ``strict`` and the filters."""
    for decorate in reversed(filter_options(FILTERS)):
        function = decorate(function)
    function = option(
        _SECTION,
        "--decision",
        "decisions",
        multiple=True,
        type=Choice("decision", lambda: _STATUSES),
        metavar="WORD",
        help=f"For a deployment: {join('or', _STATUSES)} (default: "
        f"{join('and', _SHOWN)}). Repeatable.",
    )(function)
    return option(
        DEPLOYMENT,
        "--strict",
        is_flag=True,
        help="Exit 1 if anything this deployment needs is not documented, "
        "or its direction is not clear.",
    )(function)


def format_of(output: str | None, table: str = "") -> FormatName | None:
    """Return the format that the suffix of a file stands for.

    Of several formats with one suffix, it is the first.

    Args:
        output: The file; ``None`` or ``-`` for standard output.
        table: The suffix of a table in plain text, if the command has one.

    Returns:
        The format; ``None`` without a suffix, and for the table.

    Raises:
        click.UsageError: No format has that suffix: whoever asks for a
            ``.pdf`` does not want text in it.
    """
    suffix = os.path.splitext(output or "")[1].lower()
    if suffix in {"", table}:
        return None
    from avi_portspec.exporters import formats

    suffixes: dict[str, FormatName] = {
        known.suffix: known.name for known in reversed(formats())
    }
    suffixes |= {".yml": "yaml", ".htm": "html"}
    if suffix not in suffixes:
        known = ", ".join(sorted(filter(None, [*suffixes, table])))
        raise CommandError(
            f"the suffix of {output!r} is unknown; known: {known}"
        )
    return suffixes[suffix]


class Answer:
    """The answer to a query, ready to be printed or exported.

    Attributes:
        edition: The edition that was queried.
        resolution: The answer for the deployment, if there is one.
        flows: The flows to show.
        unstated: The flows that match, and that the vendor does not document
            for the deployment.
    """

    def __init__(
        self,
        edition: Edition,
        flows: Flows,
        resolution: Resolution | None,
        decisions: tuple[Any, ...],
        filters: Mapping[str, Terms],
    ) -> None:
        self._filters = filters
        self.edition = edition
        self.resolution = resolution
        self._matching = flows
        self._decisions = decisions
        if resolution is None:
            self.flows = flows
            self.unstated = flows.unstated
        else:
            mine = frozenset(flows)
            self.flows = resolution.having(*(decisions or _SHOWN)) & mine
            self.unstated = resolution.having("unstated") & mine

    @property
    def asked_clouds(self) -> frozenset[str] | None:
        """The clouds that a filter leaves, or ``None`` without one."""
        return asked_clouds(self.edition, self._filters)

    @property
    def cloud_gaps(self) -> tuple[Gap, ...]:
        """What is not documented for the clouds that a filter names."""
        clouds = () if self.resolution else self.asked_clouds or ()
        return self.edition.cloud_gaps(clouds)

    @property
    def exclusions(self) -> list[Exclusion]:
        """What the vendor says is not needed, of what is asked about."""
        if self._decisions:
            return []
        return [
            record
            for record in select_statements(self.edition, self._filters)
            if isinstance(record, Exclusion)
        ]

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the edition, and no deployment's."""
        return self.resolution is None and not self._filters

    @property
    def is_unfiltered(self) -> bool:
        """Whether all flows are asked about."""
        return not self._filters and not self._decisions

    def data(self) -> Mapping[str, Any]:
        """Return it as the plain data that JSON is exported from."""
        from avi_portspec.exporters.data import report_data

        return report_data(self._report())

    def _report(self) -> Report:
        """Return it taken apart, with what the filters leave undocumented."""
        from avi_portspec.exporters.report import report_on

        if self.resolution is None:
            return report_on(self._matching)._replace(
                clouds=self.asked_clouds,
                gaps=self.cloud_gaps,
            )
        report = report_on(self.resolution)
        only = self._find_only(self.resolution)
        return report if only is None else report.only(only)

    def find_matches(self) -> Iterator[tuple[Flow, Status]]:
        """Yield the flows that match, for a deployment with the decision.

        Where none of them is shown, they are where the ports do apply.
        """
        if self.resolution is not None:
            for flow in self._matching:
                yield flow, self.resolution.status_of(flow)

    def export(
        self,
        name: FormatName,
        *,
        of_flows: bool = False,
        inventory: Inventory | None = None,
    ) -> str | bytes:
        """Return it in a format of :func:`avi_portspec.export`.

        Args:
            name: The format.
            of_flows: Whether a whole edition is written as its flows.
            inventory: The site's addresses, to write beside the names.

        Raises:
            InvalidDataError: The inventory does not fit the answer.
            MissingExtraError: The format needs an extra.
        """
        from avi_portspec.exporters import write
        from avi_portspec.exporters.report import report_on

        is_edition = self.is_whole and not of_flows
        report = report_on(self.edition) if is_edition else self._report()
        if inventory is not None:
            report = report.at(inventory)
        return write(report, name)

    def _find_only(self, answer: Resolution) -> Flows | None:
        """Return the flows of an answer that are shown, if not all are."""
        shown = self._matching
        if self._decisions:
            shown &= frozenset(answer.having(*self._decisions))
        if len(shown) == len(self.edition.flows):
            return None
        return shown | self.unstated | answer.direction_unclear


def query(
    request: Request,
    decisions: tuple[str, ...],
    *,
    strict: bool,
    beyond: str | None,
    written: FormatName | None,
    **filters: Terms | None,
) -> Answer:
    """Return the answer to a query.

    Args:
        request: The request.
        decisions: The decisions to show.
        strict: Whether to fail where something is not documented.
        beyond: What the option was given, to add what other sources state.
        written: The format that the answer is for, if it is not the table.
        **filters: What the options of the filters were given.

    Raises:
        click.UsageError: Options cannot be used together, or a value fits
            nothing in the edition.
        PortSpecError: A name is unknown, or data are wrong.
    """
    if beyond is not None and written == "csv":
        raise CommandError(
            "csv has flows alone, and nothing for --beyond; 'avi-portspec "
            "statements' lists the statements"
        )
    edition = request.edition()
    release = _release_of(request, beyond)
    deployment = find_deployment(request, edition)
    given = given_filters(filters)
    if deployment is None:
        needing = {
            "decision": decisions,
            "strict": strict,
            "beyond": beyond is not None,
            "release": request.release,
        }
        for name, value in needing.items():
            if value:
                raise needs_deployment(f"--{name}")
    elif "cloud" in given:
        raise CommandError(
            "--on-cloud cannot be used with a deployment, which has clouds"
        )
    elif release is not None:
        if deployment.release not in {None, release}:
            raise CommandError(
                f"--beyond {release} is not the deployment's release, which "
                f"is {deployment.release}; to ask about the other, add "
                f"--release {release}"
            )
        deployment = attrs.evolve(deployment, release=release)
    resolution = (
        None
        if deployment is None
        else edition.resolve(
            deployment, strict=strict, beyond=beyond is not None
        )
    )
    if resolution is not None:
        # With the directions that the deployment reads.
        edition = cast("Edition", resolution.edition)
    try:
        flows = select_flows(edition.flows, given)
    except FilterError as wrong:
        raise bad_filter(wrong) from None
    return Answer(edition, flows, resolution, decisions, given)


def _release_of(request: Request, beyond: str | None) -> str | None:
    """Return the release that --beyond was given, if it was given one.

    If no deployment is named, a word after the option may also be the
    deployment, before which it stands: that goes into the request.

    Raises:
        click.BadParameter: It is neither.
    """
    if beyond in {None, _ANY}:
        return None
    given = str(beyond)
    if request.deployments or request.clouds or RELEASE_ID.fullmatch(given):
        check_release(given, "--beyond")
        return given
    request.keep("deployments", (given,))
    return None
