"""``avi-portspec rules``: firewall rules for one site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from avi_portspec.cli.inputs import read_site, require_deployment
from avi_portspec.cli.options import (
    OUTPUT,
    command,
    deployment_argument,
    deployment_options,
    edition_options,
    inventory_option,
    json_option,
    option,
    table_options,
)
from avi_portspec.cli.parameters import ENDPOINT, PLATFORMS, Choice
from avi_portspec.cli.query import bad_filter
from avi_portspec.cli.streams import report_progress, tell
from avi_portspec.documents import count_text
from avi_portspec.errors import InvalidDataError, InvalidQueryError
from avi_portspec.names import DirectionReading, OptionName
from avi_portspec.rules.options import Options, option_kind
from avi_portspec.tabular.filters import FILTERS, FilterError

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.model.edition import EditionData
    from avi_portspec.rules.platforms import PlatformName
    from avi_portspec.rules.ruleset import RuleSet

__all__ = ["rules_command"]

_RULES: Final = "Rules"
_OPTIONS: Final = "Platform"
#: Omissions that the output lists, and that need no line at every run.
_QUIET: Final = frozenset(
    {"not-applicable", "not-asked", "exclusion", "ipv4-only"}
)
#: How many networks of a side a table shows.
_SHOWN: Final = 8
#: Faults of what --allow-missing leaves out.
_ADDRESSES: Final = ("inventory/no-address", "inventory/no-common-family")
_MISSING: Final = (
    "Add the addresses, or use --allow-missing to leave out, and report, the "
    "flows that need them."
)


def _platforms() -> Iterable[str]:
    from avi_portspec.rules.platforms import platforms

    return platforms()


def _option(name: OptionName) -> Callable[..., Any]:
    """Return an option of the platforms, as a command line has it."""
    kind, words = option_kind(name), name.replace("_", " ")
    how: dict[str, Any] = {"metavar": "NAME"}
    spelled = words.replace(" ", "-")
    default = getattr(Options(), name)
    if kind.words:
        known = Choice(words, lambda: kind.words)
        how = {"metavar": "WORD", "type": known}
    elif isinstance(default, bool):
        how = {"is_flag": True, "default": None, "flag_value": not default}
        spelled = f"no-{spelled}" if default else spelled
    return option(_OPTIONS, f"--{spelled}", name, help=kind.help, **how)


@command(
    "rules",
    deployment_argument,
    option(
        _RULES,
        "--platform",
        required=True,
        type=Choice("platform", _platforms, PLATFORMS),
        metavar="NAME",
        help="The platform, such as nftables, iptables, aws-cloudformation, "
        "azure-arm, openstack-heat, kubernetes or csv. 'avi-portspec "
        "platforms' lists all.",
    ),
    inventory_option(_RULES, required=True),
    option(
        _RULES,
        "--optional",
        is_flag=True,
        help="Also write rules for optional flows.",
    ),
    option(
        _RULES,
        "--allow-missing",
        is_flag=True,
        help="Leave out, and report, needed flows whose endpoints have no "
        "addresses (default: fail).",
    ),
    option(
        _RULES,
        "--accept-reading",
        "readings",
        multiple=True,
        metavar="FLOW=WORD",
        help="Write a flow whose direction is not clear: stated, with source "
        "and destination as the vendor states them, or reversed. Without it, "
        "such a flow has no rule.",
    ),
    option(
        _RULES,
        "--allow-gaps",
        is_flag=True,
        help="Exit 0 even if the vendor does not document all that this "
        "deployment needs (default: exit 1).",
    ),
    *(
        option(
            _RULES,
            f"--{name}",
            multiple=True,
            type=ENDPOINT,
            metavar="VALUE",
            help=f"{FILTERS[name].summary} Write only the rules of these "
            "flows, for one firewall. Takes the values that 'avi-portspec "
            "ports' takes.",
        )
        for name in ("source", "destination")
    ),
    *map(_option, get_args(OptionName)),
    option(
        OUTPUT,
        "--dry-run",
        is_flag=True,
        help="Print a table of the rules and of what is left out.",
    ),
    deployment_options,
    json_option,
    table_options,
    edition_options,
    examples=(
        (
            "Rules for a Linux router.",
            (
                "rules --platform nftables --inventory addresses.toml "
                "--deployment aws --output avi.nft"
            ),
        ),
        (
            "Preview them as a table.",
            (
                "rules --platform nftables --inventory addresses.toml "
                "--deployment aws --dry-run"
            ),
        ),
        (
            "Include optional flows.",
            (
                "rules --platform csv --inventory addresses.toml "
                "--cloud aws --optional"
            ),
        ),
    ),
    exits=(
        "Exit codes: 0, complete: every needed flow has its rules; 1, some "
        "have none, as --allow-missing and --partial allow, or the vendor "
        "does not document all that this deployment needs, unless "
        "--allow-gaps; 2, nothing was written."
    ),
)
def rules_command(
    request: Request,
    /,
    platform: PlatformName,
    inventory: str,
    *,
    optional: bool,
    allow_missing: bool,
    allow_gaps: bool,
    readings: tuple[str, ...],
    source: tuple[str, ...],
    destination: tuple[str, ...],
    dry_run: bool,
    **asked: Any,
) -> int:
    """Write the firewall rules that a DEPLOYMENT needs at your site.

    They never allow more than the data states: a flow that is not
    documented, ruled out or unknown gets no rule, and is listed at the top
    of the output. If the platform cannot express a rule, nothing is written,
    unless --partial is given. 'avi-portspec platforms' lists which of the
    options below "Platform" each platform takes; others are refused.

    The inventory has a line for each endpoint, such as controller =
    ["10.10.1.11"] and service-engine = ["10.20.0.0/24"]. 'avi-portspec
    endpoints' lists the endpoints.
    """
    from avi_portspec.deployment.choices import add_readings
    from avi_portspec.rules.platforms import write
    from avi_portspec.rules.ruleset import rule_set

    options = Options(**asked)
    edition = request.edition()
    deployment = require_deployment(request, edition)
    resolution = edition.resolve(add_readings(deployment, _accepted(readings)))
    site, subject = read_site(request, edition, inventory)
    with report_progress(f"writing rules for {platform}"):
        try:
            rules = rule_set(
                resolution,
                site,
                optional=optional,
                missing="omit" if allow_missing else "error",
                source=source,
                destination=destination,
            )
        except FilterError as wrong:
            raise bad_filter(wrong) from None
        except InvalidDataError as wrong:
            # Addresses are missing. The library knows neither the file, which
            # the user has to edit, nor the option.
            told = str(InvalidDataError(subject, wrong.faults))
            if all(fault.rule in _ADDRESSES for fault in wrong.faults):
                told += f"\n{_MISSING}"
            raise click.ClickException(told) from None
        # In a dry run too: it has to fail where the platform would.
        try:
            written = write(rules, platform, options)
        except InvalidQueryError as wrong:
            raise click.BadParameter(
                f"expected {wrong.expected}, got {wrong.got}",
                param=next(
                    each
                    for each in click.get_current_context().command.params
                    if each.name == wrong.argument
                ),
            ) from None
    rules = written.rules
    if request.as_json or dry_run:
        request.answer(
            lambda: _data(
                rules, platform, options, None if dry_run else written.text
            ),
            lambda screen: _summarise(request, screen, rules, platform),
        )
    else:
        request.write(written.text)
        for line in _warnings(rules):
            tell(line)
    allowed = ("complete", *(["as-far-as-documented"] if allow_gaps else []))
    is_whole = all(o.kind != "not-expressible" for o in rules.omissions)
    return 0 if rules.completeness in allowed and is_whole else 1


def _accepted(texts: Iterable[str]) -> dict[str, Any]:
    """Return the reading of each flow in ``gcp-to-avi-vantage=stated``."""
    accepted: dict[str, str] = {}
    for text in texts:
        flow, sign, word = text.partition("=")
        wrong = None
        if not sign or word not in get_args(DirectionReading):
            wrong = f"expected FLOW=stated or FLOW=reversed, got {text!r}"
        elif accepted.setdefault(flow, word) != word:
            wrong = f"expected one direction of {flow}, got both"
        if wrong is not None:
            raise click.BadParameter(wrong, param_hint=["--accept-reading"])
    return accepted


def _warnings(rules: RuleSet) -> Iterator[str]:
    """Yield what even those have to know who do not read the output."""
    if not rules.complete:
        yield f"complete: {rules.verdict}"
    for omission in rules.omissions:
        if omission.kind not in {*_QUIET, "optional", "not-used"}:
            yield f"left out: {omission}"
    yield from rules.not_asked
    if any(each.kind == "direction-unclear" for each in rules.omissions):
        yield (
            "To write it, use --accept-reading FLOW=stated or FLOW=reversed, "
            "or [[readings]] in the deployment file."
        )
    yield from _gaps(rules)


def _gaps(rules: RuleSet) -> Iterator[str]:
    """Yield what is not documented, and what other sources state of it."""
    yield from rules.silences
    # Nothing of it is in the rules, so their text does not name it.
    yield from (
        found.text
        for found in rules.resolution.elsewhere
        if found.gap in rules.gaps
    )


def _summarise(
    request: Request, screen: Screen, rules: RuleSet, platform: str
) -> None:
    from avi_portspec.cli.terminal import Column

    screen.table(
        (
            Column("Source", is_whole=True),
            Column("Destination", is_whole=True),
            Column("Ports"),
            Column("IP", is_whole=True),
            Column("Addresses", is_whole=True),
            Column("Flows"),
        ),
        [
            (
                rule.source,
                rule.destination,
                str(rule.traffic),
                f"IPv{rule.family}",
                " to ".join(
                    _addresses(*side)
                    for side in (
                        (rule.sources, rule.source_objects),
                        (rule.destinations, rule.destination_objects),
                    )
                ),
                ", ".join(rule.flows),
            )
            for rule in rules.rules
        ],
    )
    total = count_text(len(rules.rules), "rule")
    notes = [
        *(f"left out: {n}" for n in rules.omissions if n.kind not in _QUIET),
        *rules.not_asked,
        *_gaps(rules),
        f"{total} for {platform}. Complete: {rules.verdict}.",
    ]
    if request.quiet:
        tell("\n".join(notes))
        return
    screen.line()
    for note in notes:
        screen.line(note)


def _addresses(networks: tuple[Any, ...], objects: tuple[Any, ...]) -> str:
    """Return networks as people write them, of very many the first."""
    from avi_portspec.rules.networks import networks_text

    texts = [networks_text(networks[:_SHOWN]), *map(str, objects[:_SHOWN])]
    more = sum(max(len(each) - _SHOWN, 0) for each in (networks, objects))
    text = ", ".join(filter(None, texts))
    return text if not more else f"{text} and {more} more"


def _data(
    rules: RuleSet, platform: PlatformName, options: Options, text: str | None
) -> object:
    from avi_portspec.cli.answers import Rules, answer
    from avi_portspec.rules.platforms import options_of

    taken = options_of(platform)
    resolution = rules.resolution
    internet = {rule.id for rule in rules.internet_rules}
    return answer(
        Rules,
        resolution.edition,
        deployment=resolution.deployment,
        platform=platform,
        options={
            name: getattr(options, name) if name in taken else None
            for name in get_args(OptionName)
        },
        is_complete=rules.complete,
        completeness=rules.completeness,
        rules=[
            _rule_data(rule, resolution.edition, internet=rule.id in internet)
            for rule in rules.rules
        ],
        left_out=rules.omissions,
        gaps=[gap.text for gap in rules.gaps],
        gaps_not_asked=[gap.text for gap in rules.gaps_not_asked],
        text=text,
    )


def _rule_data(rule: Any, edition: EditionData, *, internet: bool) -> object:
    from avi_portspec.cli.answers import Rule
    from avi_portspec.serialisation.shapes import fill

    return fill(
        Rule,
        rule,
        protocol=rule.protocol.name or str(rule.protocol.number),
        source_objects=[*map(str, rule.source_objects)],
        destination_objects=[*map(str, rule.destination_objects)],
        internet=internet,
        protocol_number=rule.protocol.number,
        ports=[
            {"port_low": ports.low, "port_high": ports.high}
            for ports in rule.ports
        ],
        inferred=[
            {"flow": name, "field": why.field, "reason": why.reason}
            for name in rule.flows
            for why in edition.flows[name].inferred
        ],
    )
