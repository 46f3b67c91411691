"""``avi-portspec audit``: the rules that exist, against what is needed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import click

from avi_portspec.cli.blocks import show_document
from avi_portspec.cli.failures import CommandError
from avi_portspec.cli.inputs import read_site, require_deployment
from avi_portspec.cli.options import (
    DEPLOYMENT,
    OUTPUT,
    command,
    deployment_options,
    edition_options,
    inventory_option,
    option,
)
from avi_portspec.cli.parameters import FILE, PLATFORMS, Choice
from avi_portspec.cli.streams import STDIN, report_progress, tell
from avi_portspec.documents import count_text
from avi_portspec.names import is_file_name

if TYPE_CHECKING:
    from avi_portspec.audit.accepted import Accepted
    from avi_portspec.audit.model import Existing
    from avi_portspec.audit.report import Report
    from avi_portspec.audit.roles import RoleMap
    from avi_portspec.cli.request import Request
    from avi_portspec.edition.edition import Edition
    from avi_portspec.rules.inventory import Inventory

__all__ = ["audit_command"]

_AUDIT: Final = "Audit"
_Format = Literal["text", "json", "markdown", "csv", "sarif"]
_FORMATS: Final[tuple[_Format, ...]] = get_args(_Format)
#: What can be audited.
_SUBJECTS: Final = ("rules",)


def _inputs() -> Iterable[str]:
    from avi_portspec.audit.readers import readers

    return readers()


def _platforms() -> Iterable[str]:
    from avi_portspec.rules.platforms import platforms

    return platforms()


@command(
    "audit",
    click.argument(
        "subject", metavar="rules", type=Choice("audit", lambda: _SUBJECTS)
    ),
    click.argument("files", metavar="FILE...", nargs=-1, type=FILE),
    option(
        _AUDIT,
        "--roles",
        type=FILE,
        metavar="FILE",
        help="The roles of the parties in the files, in TOML; --init-roles "
        "drafts it.",
    ),
    inventory_option(
        DEPLOYMENT, "Without it, parties get their roles by name."
    ),
    option(
        _AUDIT,
        "--input",
        "input_format",
        type=Choice("input format", _inputs),
        metavar="FORMAT",
        help="Format of the files (default: detected from the content): aws, "
        "azure, gcp, terraform-plan, nftables, iptables, csv, markdown ...",
    ),
    option(
        _AUDIT,
        "--unknown",
        type=Choice("word", lambda: ("fail", "ok")),
        default="fail",
        metavar="WORD",
        help="Exit code if only unknown findings are left: fail for 1 "
        "(default), ok for 0.",
    ),
    option(
        _AUDIT,
        "--init-roles",
        is_flag=True,
        help="Write a role map with every party of the files, to be filled "
        "in, and audit nothing.",
    ),
    option(
        _AUDIT,
        "--fix",
        type=Choice("platform", _platforms, PLATFORMS),
        metavar="PLATFORM",
        help="Write only the rules that are missing, for flows that nothing "
        "covers, in the syntax of a platform. It needs --inventory.",
    ),
    option(
        OUTPUT,
        "--format",
        "output_format",
        type=Choice("format", lambda: _FORMATS),
        default="text",
        metavar="FORMAT",
        help="text (default), json, markdown, csv, or sarif for code "
        "scanning.",
    ),
    option(
        OUTPUT,
        "--all",
        "everything",
        is_flag=True,
        help="Show also covered flows and every rule.",
    ),
    deployment_options,
    edition_options,
    examples=(
        (
            "Draft the role map.",
            "audit rules --init-roles security-groups.json -o roles.toml",
        ),
        (
            "Audit security groups.",
            (
                "audit rules security-groups.json --deployment aws "
                "--roles roles.toml"
            ),
        ),
        (
            "Audit a Terraform plan in CI, for code scanning.",
            (
                "audit rules plan.json --deployment aws --roles roles.toml "
                "--accept accepted.toml --format sarif -o audit.sarif"
            ),
        ),
        (
            "Write the rules that are missing.",
            (
                "audit rules ruleset.json --deployment aws --roles "
                "roles.toml --inventory addresses.toml --fix nftables"
            ),
        ),
    ),
    exits=(
        "Exit codes: 0, no findings, or all accepted; 1, findings that are "
        "not accepted (unknown ones count unless --unknown ok); 2, wrong "
        "usage or input."
    ),
)
def audit_command(
    request: Request,
    /,
    subject: str,
    files: tuple[str, ...],
    *,
    roles: str | None,
    inventory: str | None,
    input_format: str | None,
    unknown: str,
    init_roles: bool,
    fix: str | None,
    output_format: _Format,
    everything: bool,
) -> int:
    """Audit the rules that exist against what a deployment needs.

    FILE is what you have: a Terraform plan ('terraform show -json'), module
    or directory; security groups in JSON, as 'aws ec2
    describe-security-groups' prints them, or those of Azure, Google Cloud or
    OpenStack; 'nft -j list ruleset', 'iptables-save', NSX policy, Kubernetes
    policies, Docker ports; a table in CSV, Markdown or HTML. - is standard
    input.

    For each needed flow and side it says: covered, only broad, partly,
    denied, missing, not filtered, or unknown; and for each rule, which flows
    explain it. --accept takes a file of accepted deviations too, which ends
    in .toml or .json.
    """
    if not files:
        raise CommandError(
            "at least one FILE is required; - is standard input"
        )
    accepting = [name for name in request.accepted if is_file_name(name)]
    request.accepted = tuple(
        name for name in request.accepted if name not in accepting
    )
    edition = request.edition()
    existing = [*_read(request, files, input_format)]
    if init_roles:
        from avi_portspec.audit.roles import draft_roles

        request.write(draft_roles(existing, edition))
        return 0
    resolution = edition.resolve(require_deployment(request, edition))
    site = None
    if inventory is not None:
        site, _ = read_site(request, edition, inventory)
    elif fix is not None:
        raise CommandError("--fix requires --inventory")
    from avi_portspec.audit.report import audit_rules

    with report_progress("auditing"):
        report = audit_rules(
            existing,
            resolution,
            site,
            [*_accepted(request, accepting, edition)],
            roles=_roles(request, roles, edition),
        )
    if fix is not None:
        request.write(_fix(report, site, fix))
    else:
        _write(request, report, output_format, everything=everything)
    return report.exit_code(allow_unknown=unknown == "ok")


def _read(
    request: Request, files: tuple[str, ...], input_format: str | None
) -> Iterator[Existing]:
    from avi_portspec.audit.model import STANDARD_INPUT
    from avi_portspec.audit.readers import read
    from avi_portspec.audit.sources import gather, read_file, read_limited

    for name, values in gather([*files]):
        with report_progress(f"reading {name}"):
            if name == STDIN:
                request.claim_stdin()
                data = read_limited(sys.stdin.buffer, STANDARD_INPUT)
                yield read(data, STANDARD_INPUT, format=input_format)
            else:
                yield read_file(name, input_format, values)


def _roles(request: Request, name: str | None, edition: Edition) -> RoleMap:
    from avi_portspec.audit.roles import NO_ROLES, read_roles

    if name is None:
        return NO_ROLES
    table, subject = request.read_table(name)
    return read_roles(table, subject, edition)


def _accepted(
    request: Request, names: Iterable[str], edition: Edition
) -> Iterator[Accepted]:
    from avi_portspec.audit.accepted import read_accepted

    for name in names:
        table, subject = request.read_table(name)
        yield from read_accepted(table, subject, edition)


def _fix(report: Report, site: Inventory | None, platform: Any) -> str:
    """Return the rules of the flows that nothing covers."""
    from avi_portspec.audit.missing import hook_of, missing_rules
    from avi_portspec.rules.platforms import options_of

    assert site is not None  # noqa: S101 - for types
    taken = options_of(platform)
    left_out = [
        name
        for name, flow in report.flows.items()
        if flow.verdict in {"partly", "denied", "unknown", "only broad"}
    ]
    if left_out:
        tell(
            f"No rules for {count_text(len(left_out), 'flow')} of which not "
            "all is missing (partly, denied, only broad or unknown): "
            f"{', '.join(left_out)}"
        )
    return missing_rules(report, site).render(
        platform,
        hook=hook_of(report) if "hook" in taken else None,
        last_line="none" if "last_line" in taken else None,
    )


def _write(
    request: Request, report: Report, name: _Format, *, everything: bool
) -> None:
    if name == "json":
        from avi_portspec.audit.data import report_data

        request.write_json(report_data(report))
    elif name == "csv":
        from avi_portspec.audit.data import write_csv

        request.write(write_csv(report))
    elif name == "sarif":
        from avi_portspec.audit.sarif import write_sarif

        request.write(write_sarif(report))
    else:
        from avi_portspec.audit.document import make_document
        from avi_portspec.documents.markdown import write

        document = make_document(report, everything=everything)
        if name == "markdown":
            request.write(write(document))
        else:
            screen = request.screen()
            show_document(screen, document)
            request.write(screen.text())
