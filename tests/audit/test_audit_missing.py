"""The rules that are missing, for a platform."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from audit_making import CONTROLLER, ENGINE, Members, audit, into, rule

from avi_portspec import Inventory
from avi_portspec.audit.missing import hook_of, missing_rules
from avi_portspec.audit.report import Report
from avi_portspec.rules.platforms import options_of, platforms

SITE = Inventory(
    addresses={
        role: [ip_network(f"10.0.{at}.0/24")]
        for at, role in enumerate(
            (
                "controller",
                "service-engine",
                "external-network-services",
                "aws",
            )
        )
    }  # type: ignore[misc]
)
#: How platforms say that something is dropped, in any case.
DROPS = ("-j drop", "policy drop", '"deny"', '"drop"', " deny ", "discard")


def report(**more: Any) -> Report:
    """Return the report on a Controller that only SSH gets into."""
    ssh = rule(ENGINE, Members(), "tcp/22", 1)
    return audit(into(CONTROLLER, ssh, **more), inventory=SITE)


class TestTheRules:
    """They join those that exist."""

    @pytest.mark.parametrize("platform", platforms())
    def test_none_of_them_drops_anything(self, platform: Any) -> None:
        """What exists decides about the rest, on each platform."""
        options = {"last_line": "none", "hook": "host"}
        made = missing_rules(report(), SITE)
        assert made.rules
        text = made.render(
            platform,
            partial=True,
            **{k: v for k, v in options.items() if k in options_of(platform)},
        )
        body = "\n".join(
            line
            for line in text.casefold().splitlines()
            if not line.lstrip().startswith(("#", "!", '"//"'))
        )
        assert not [word for word in DROPS if word in body]

    def test_they_belong_where_the_flows_are_stopped(self) -> None:
        """At a host, or on a router."""
        assert hook_of(report()) == "host"
        assert hook_of(report(direction="through")) == "forward"
