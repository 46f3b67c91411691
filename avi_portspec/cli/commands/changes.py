"""``avi-portspec diff`` and ``upgrade``: what changes between editions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from avi_portspec.cli.failures import CommandError
from avi_portspec.cli.inputs import require_deployment
from avi_portspec.cli.options import (
    OUTPUT,
    command,
    deployment_options,
    json_option,
    markdown_option,
    option,
)
from avi_portspec.cli.parameters import EDITION

if TYPE_CHECKING:
    from avi_portspec.changes.differences import Changes
    from avi_portspec.changes.plan import UpgradePlan
    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen

__all__ = ["diff_command", "upgrade_command"]

F = TypeVar("F", bound=Callable[..., Any])

_OLD = click.argument("old", type=EDITION)
_NEW = click.argument("new", type=EDITION, required=False)


def _all_option(text: str) -> Callable[[F], F]:
    return option(OUTPUT, "--all", "everything", is_flag=True, help=text)


@command(
    "diff",
    _OLD,
    _NEW,
    _all_option("Add changes of wording, citations and notes."),
    markdown_option,
    json_option,
    examples=(
        ("What is new since 17.1?", "diff 17.1"),
        ("Compare two editions, for a wiki.", "diff 16.2 17.1 --markdown"),
        ("The same in JSON.", "diff 16.2 17.1 --json"),
    ),
    exits="Exit codes: 0, no difference; 1, the editions differ.",
)
def diff_command(
    request: Request, /, old: str, new: str | None, *, everything: bool
) -> int:
    """List the differences between edition OLD and edition NEW.

    Each is the id or alias of a bundled edition, or your own file; NEW is
    the newest by default. What a firewall has to do comes first: + is new, ~
    changed, - is gone, ! is stated not to be needed. Other changes are
    counted. Markdown and JSON have all changes as well, by action: open,
    optional, review, or none.
    """
    from avi_portspec.changes.differences import diff

    before = request.find_edition(old)
    after = request.find_edition(new)
    found = diff(before, after)

    def show(screen: Screen) -> None:
        from avi_portspec.cli.change_lists import show_changes

        show_changes(screen, before, after, found, everything=everything)

    def document() -> str:
        from avi_portspec.changes.lines import changes_document
        from avi_portspec.changes.rendering import changes_blocks
        from avi_portspec.documents import markdown

        details = changes_blocks(found.fields, found.records, found.orders)
        made = changes_document(before, after, found, details)
        return markdown.write(made)

    _write(request, found, show, document, everything=everything)
    return 1 if found else 0


@command(
    "upgrade",
    _OLD,
    _NEW,
    deployment_options,
    _all_option("Add what stays open, and what is optional."),
    markdown_option,
    json_option,
    examples=(
        (
            "From 17.1 to the newest, on vCenter.",
            "upgrade 17.1 --deployment vcenter",
        ),
        (
            "For a ticket.",
            "upgrade 17.1 --cloud openstack --with dns --markdown",
        ),
        (
            "The same in JSON.",
            "upgrade 16.2 17.1 --deployment vcenter --json",
        ),
    ),
    exits=(
        "Exit codes: 0, nothing changes; 1, there is something to open, to "
        "close or to review."
    ),
)
def upgrade_command(
    request: Request, /, old: str, new: str | None, *, everything: bool
) -> int:
    """Plan the firewall changes for an upgrade of a deployment.

    OLD and NEW are editions: the id or alias of a bundled edition, or your
    own file; NEW is the newest by default. A flow that the newer edition
    does not name has to be reviewed; it is never just closed. Nothing is
    closed for a downgrade.
    """
    from avi_portspec.changes.differences import diff

    before = request.find_edition(old)
    after = request.find_edition(new)
    # The newer edition knows more words.
    plan = diff(before, after, require_deployment(request, after, before))

    def show(screen: Screen) -> None:
        from avi_portspec.cli.change_lists import show_plan

        show_plan(screen, plan, everything=everything)

    _write(request, plan, show, plan.to_markdown, everything=everything)
    return 0 if len(plan.to_keep) == len(plan.steps) else 1


def _write(
    request: Request,
    changes: Changes | UpgradePlan,
    show: Callable[[Screen], None],
    document: Callable[[], str],
    *,
    everything: bool,
) -> None:
    """Write what changes for people, as Markdown or as JSON.

    Raises:
        click.UsageError: Two of these were given.
    """
    if request.as_json and request.as_markdown:
        raise CommandError("--json and --markdown cannot be used together")
    if everything and (request.as_json or request.as_markdown):
        name = "--json" if request.as_json else "--markdown"
        raise CommandError(f"{name} always has everything; leave out --all")
    if request.as_json:
        request.write(f"{changes.to_json()}\n")
    elif request.as_markdown:
        request.write(document())
    else:
        screen = request.screen()
        show(screen)
        request.write(screen.text())
