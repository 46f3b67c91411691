"""``avi-portspec rules``: firewall rules for one site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from avi_portspec.cli.options import (
    deployment_options,
    edition_options,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.screen import Column
from avi_portspec.cli.verbs import Setting, verb
from avi_portspec.cli.waiting import waiting
from avi_portspec.cli.words import NearChoice

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["command"]

_RULES: Final = "Which rules"
#: More of them than people want to read again at each run.
_QUIET: Final = frozenset({"not-applicable", "exclusion", "ipv4-only"})


def _platforms() -> Iterable[str]:
    from avi_portspec.rules.platforms import platforms

    return platforms()


@verb(
    "rules",
    examples=(
        (
            "Rules for a Linux router.",
            (
                "rules --platform nftables --inventory addresses.toml "
                "--deployment aws --output avi.nft"
            ),
        ),
        (
            "What would be written, as a table.",
            (
                "rules --platform nftables --inventory addresses.toml "
                "--deployment aws --dry-run"
            ),
        ),
        (
            "Optional flows, too.",
            (
                "rules --platform csv --inventory addresses.toml "
                "--cloud aws --optional"
            ),
        ),
    ),
    ending=(
        "Exit codes: 0, every needed flow has its rules; 1, some were left "
        "out, as --allow-missing allows; 2, nothing was written."
    ),
)
@click.option(
    "--platform",
    cls=Setting,
    section=_RULES,
    required=True,
    type=NearChoice("platform", _platforms),
    metavar="NAME",
    help="What the rules are for, such as nftables, iptables, "
    "aws-cloudformation, azure-arm, openstack-heat, kubernetes or csv; a "
    "wrong name is told the others.",
)
@click.option(
    "--inventory",
    cls=Setting,
    section=_RULES,
    required=True,
    type=click.Path(),
    metavar="FILE",
    help="The addresses of each endpoint at your site, in TOML; or - for "
    "standard input.",
)
@click.option(
    "--optional",
    cls=Setting,
    section=_RULES,
    is_flag=True,
    help="Write rules for optional flows as well.",
)
@click.option(
    "--allow-missing",
    cls=Setting,
    section=_RULES,
    is_flag=True,
    help="Leave out needed flows whose endpoints have no addresses, and say "
    "so, rather than fail.",
)
@click.option(
    "--dry-run",
    cls=Setting,
    section="Output",
    is_flag=True,
    help="Print which rules there would be, and what is left out.",
)
@deployment_options
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(
    request: Request,
    /,
    platform: str,
    inventory: str,
    *,
    optional: bool,
    allow_missing: bool,
    dry_run: bool,
) -> int:
    """Write the firewall rules that a deployment needs at your site.

    They are never wider than the data: what the page leaves unstated, rules
    out or does not name gets no rule, and is listed on top of the output.
    A platform that cannot say a rule fails; nothing is written then.
    """
    from avi_portspec.rules.inventory import loads_inventory
    from avi_portspec.rules.neutral import rule_set

    edition = request.edition()
    deployment = request.needed_deployment(edition)
    text, subject = request.read(inventory)
    with waiting(f"reading {subject}"):
        site = loads_inventory(text, edition=edition, subject=subject)
    with waiting(f"writing rules for {platform}"):
        rules = rule_set(
            edition.resolve(deployment),
            site,
            optional=optional,
            missing="omit" if allow_missing else "error",
        )
        # In a dry run too: it is to fail where the platform cannot say it.
        written = rules.render(platform)
    if request.as_json:
        shown = None if dry_run else written
        request.write_json(_data(rules, platform, shown))
    elif dry_run:
        _summary(request, rules, platform)
    else:
        request.write(written)
        for line in _left_open(rules):
            click.echo(line, err=True)
    return 0 if rules.complete else 1


def _left_open(rules: RuleSet) -> Iterator[str]:
    """Yield what has to be known even by who does not read the output."""
    if not rules.complete:
        yield "not complete: needed flows have no rules"
    for each in rules.omissions:
        if each.kind not in _QUIET and each.kind != "optional":
            yield f"left out: {each}"
    yield from map(str, rules.resolution.gaps)


def _summary(request: Request, rules: RuleSet, platform: str) -> None:
    screen = request.screen()
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
                each.source,
                each.destination,
                each.traffic,
                f"IPv{each.family}",
                f"{_count(each.sources)} to {_count(each.destinations)}",
                ", ".join(each.flows),
            )
            for each in rules.rules
        ],
    )
    screen.line()
    for each in rules.omissions:
        if each.kind not in _QUIET:
            screen.line(f"left out: {each}")
    for gap in rules.resolution.gaps:
        screen.line(str(gap))
    screen.line(
        f"{len(rules.rules)} rules for {platform}: "
        + (
            "every needed flow has its rules."
            if rules.complete
            else "not complete, needed flows have no rules."
        )
    )
    request.write(screen.text())


def _count(networks: tuple[Any, ...]) -> str:
    """Return one network as it is, and several as their number."""
    if len(networks) == 1:
        return str(networks[0])
    return f"{len(networks)} networks"


def _data(rules: RuleSet, platform: str, text: str | None) -> dict[str, Any]:
    from avi_portspec.cli.plain import answer
    from avi_portspec.model.plain import deployment_data

    resolution = rules.resolution
    return answer(
        resolution.edition,
        deployment=deployment_data(resolution.deployment),
        platform=platform,
        is_complete=rules.complete,
        rules=[_rule_data(each) for each in rules.rules],
        left_out=[
            {
                "subject": each.subject,
                "kind": each.kind,
                "reason": each.reason,
            }
            for each in rules.omissions
        ],
        gaps=[each.text for each in resolution.gaps],
        text=text,
    )


def _rule_data(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "source": rule.source,
        "destination": rule.destination,
        "family": rule.family,
        "sources": [*map(str, rule.sources)],
        "destinations": [*map(str, rule.destinations)],
        "protocol": rule.protocol.label,
        "protocol_number": rule.protocol.number,
        "ports": [{"low": each.low, "high": each.high} for each in rule.ports],
        "icmp_types": [*rule.icmp_types],
        "flows": [*rule.flows],
        "reasons": [*rule.reasons],
    }
